"""What kind of ratings these are: given by the caller, else taken from how they look, and said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.estimate import unknown_choice
from perfkit.reliability.grades import Grades
from perfkit.reliability.ratings import Ratings, rating_matrix
from perfkit.result import Caveat
from perfkit.terms import Measure, Roles

# Whole numbers of at most this many distinct values are taken for grades where nobody says what they are.
FEW_VALUES = 10

NOT_RELIABILITY = Caveat(
    "NOT_RELIABILITY", "自评单位是利害关系方，再评价是参照，两者不是同等地位的独立评分者：系数只称一致程度，不称信度"
)
NOT_INDEPENDENT = Caveat("NOT_INDEPENDENT", "评分不是在讨论之前各自记录的，彼此不独立：系数只称一致程度，不称信度")


@dataclass(frozen=True, slots=True)
class Told:
    """What is known about the ratings before any statistic: measure, shape, what is missing, and the reservations."""

    measure: Measure
    n: int
    k: int
    missing: bool
    caveats: tuple[Caveat, ...]


def checked_roles(roles: Roles | str) -> Roles:
    """Return the roles of the raters 评分者关系.

    Raises
    ------
    MethodError
        Where the word is unknown.
    """
    found = Roles.read(str(roles))
    if found is None:
        raise unknown_choice("roles", roles, tuple(str(item) for item in Roles))
    return found


def told(ratings: Ratings | Grades, measure: Measure | str | None) -> Told:
    """Return what kind of ratings these are 评分类型.

    Parameters
    ----------
    ratings : shape (n, k).
    measure : the kind, or ``None`` to take it from the values: words are grades where they are an ordered
        Categorical, else labels; whole numbers of at most ten distinct values are grades; all else is scores.

    Raises
    ------
    MethodError
        Where ``measure`` is no known word.
    DataError
        Where the table is not two-dimensional.
    """
    given = None if measure is None else Measure.read(str(measure))
    if measure is not None and given is None:
        raise unknown_choice("measure", measure, tuple(str(item) for item in Measure))
    if isinstance(ratings, Grades):
        gaps = bool((ratings.codes < 0).any())
        return Told(given or Measure.GRADE, ratings.n, ratings.k, gaps, ())
    frame = ratings if isinstance(ratings, pd.DataFrame) else pd.DataFrame(_two_dimensional(ratings))
    found = given or _seen(frame)
    caveats = () if given is not None else (_taken_for(found),)
    return Told(found, len(frame), frame.shape[1], bool(frame.isna().to_numpy().any()), caveats)


def _two_dimensional(ratings: Any) -> np.ndarray[Any, Any]:
    array = np.asarray(ratings)
    if array.ndim != 2:
        raise DataError(
            Problem(
                code="RT-SHAPE",
                where="评分表",
                expected="两维表：每行一个评价对象，每列一个评分者",
                found=f"{array.ndim} 维",
                mend="按“对象 × 评分者”排成宽表",
            )
        )
    return array


def _seen(frame: pd.DataFrame) -> Measure:
    """Return the kind of ratings that the values look like."""
    kinds = list(frame.dtypes)
    if kinds and all(isinstance(kind, pd.CategoricalDtype) for kind in kinds):
        return Measure.GRADE if all(kind.ordered for kind in kinds) else Measure.LABEL
    if any(isinstance(value, str) for column in frame for value in frame[column].dropna().head(3)):
        return Measure.LABEL
    values = np.unique(rating_matrix(frame))
    known = values[~np.isnan(values)]
    whole = bool(np.all(known == np.round(known)))
    return Measure.GRADE if len(known) and whole and len(known) <= FEW_VALUES else Measure.SCORE


def _taken_for(measure: Measure) -> Caveat:
    return Caveat("MEASURE_ASSUMED", f"未指明评分类型，按取值视为“{measure.label}”；可用 measure 指定")


def called_reliability(roles: Roles, before_discussion: bool) -> tuple[bool, tuple[Caveat, ...]]:
    """Return whether the word 信度 may be used, and the reservation where it may not."""
    if roles is Roles.SELF_VERSUS_REFERENCE:
        return False, (NOT_RELIABILITY,)
    if not before_discussion:
        return False, (NOT_INDEPENDENT,)
    return True, ()


def two_columns(k: int) -> None:
    """Refuse self-versus-reference ratings that are not two columns 自评与再评价须为两列.

    Raises
    ------
    MethodError
        Where there are fewer or more.
    """
    if k != 2:
        raise MethodError(
            Problem(
                code="RP-ROLES",
                where="评分表",
                expected="两列：第一列自评，第二列再评价",
                found=f"{k} 列",
                mend="多名再评价人员之间的一致性另按 roles=peers 计算；与自评比较时先确定一个再评价得分",
            )
        )
