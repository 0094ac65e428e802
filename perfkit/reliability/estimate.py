"""The Result of one estimated number 估计结果, and the reservations that recur: one wording for each."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from perfkit.errors import MethodError, Problem
from perfkit.result import Caveat, Interval, Result

UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateResult(Result):
    """One estimated number with what belongs to it 统计量估计结果; nothing is rounded.

    ``value`` is NaN where the statistic is undefined, and a caveat says why. ``interval`` has NaN limits where no
    sound interval exists; ``interval_method`` names how it was made (``"none"`` where there is none). ``se`` is the
    standard error the interval rests on (NaN where it rests on none); ``p`` the p-value of the test that ``test``
    names. ``missing`` is the missing policy that was applied. ``replicates`` and ``seed`` are those of a bootstrap
    (0 and ``None`` without one; ``None`` too where the caller passed a generator).
    """

    kind: ClassVar[str] = "estimate"

    value: float
    interval: Interval
    interval_method: str = "none"
    se: float = UNKNOWN
    p: float = UNKNOWN
    test: str = ""
    missing: str = "listwise"
    replicates: int = 0
    seed: int | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return one row: the kind, every plain field, limits of intervals as ``…low`` and ``…high``, caveat codes."""
        row: dict[str, Any] = {"statistic": self.kind}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Interval):
                prefix = "" if field.name == "interval" else f"{field.name.removesuffix('_interval')}_"
                row |= {f"{prefix}low": value.low, f"{prefix}high": value.high, f"{prefix}level": value.level}
            elif field.name == "caveats":
                row["caveats"] = " ".join(caveat.code for caveat in self.caveats)
            elif value is None or isinstance(value, (str, int, float, np.integer, np.floating)):
                row[field.name] = value
        return pd.DataFrame([row])


def with_counts(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    """Return a frame of several rows with what belongs to all of them: n used and dropped, caveat codes 附带样本量与保留."""
    codes = " ".join(caveat.code for caveat in result.caveats)
    return frame.assign(n_used=result.n_used, n_dropped=result.n_dropped, caveats=codes)


def no_interval(level: float) -> Interval:
    """Return an interval that could not be estimated 无法估计的区间: NaN limits at ``level``."""
    return Interval(UNKNOWN, UNKNOWN, level)


def is_number(value: object) -> bool:
    """Return whether an argument is a real number 是否为实数: what the caller typed may be text or nothing."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def checked_level(level: float) -> float:
    """Return a confidence level 置信水平 that lies strictly between 0 and 1.

    Raises
    ------
    MethodError
        Where it does not: a percentage such as 95, or 0 or 1, or text.
    """
    if not is_number(level) or not 0 < level < 1:
        raise MethodError(
            Problem(
                code="RL-LEVEL",
                where="level",
                expected="0 与 1 之间的置信水平，如 0.95",
                found=f"{level:g}" if is_number(level) else repr(level),
                mend="改为小数，例如 95% 写作 0.95",
            )
        )
    return float(level)


def unknown_choice(name: str, found: object, known: tuple[str, ...]) -> MethodError:
    """Return the error for an option that does not exist 未知选项: ``name`` of the argument, what was given, what is known."""
    return MethodError(
        Problem(
            code="RL-CHOICE",
            where=name,
            expected="、".join(known),
            found=repr(found),
            mend="从列出的写法中选一种",
        )
    )


def no_variance() -> Caveat:
    """Return: all ratings are one value, so that the coefficient is 0/0 评分无变异."""
    return Caveat("NO_VARIANCE", "全部评分相同，系数为 0/0，无法估计")


def too_few(n: int, needed: int) -> Caveat:
    """Return: fewer evaluands than the statistic needs 对象过少."""
    return Caveat("TOO_FEW", f"有效评价对象 {n} 个，至少需要 {needed} 个，无法估计")


def too_few_raters(k: int, needed: int) -> Caveat:
    """Return: fewer raters than the statistic needs 评分者过少."""
    return Caveat("TOO_FEW_RATERS", f"评分者 {k} 个，至少需要 {needed} 个，无法估计")


def constant_rater(names: str) -> Caveat:
    """Return: a rater gives the same value to every evaluand 评分者无区分."""
    return Caveat("CONSTANT_RATER", f"评分者 {names} 对全部对象给出同一评分，系数不反映其区分能力，区间无法估计")


def zero_error() -> Caveat:
    """Return: the standard error is 0, and an interval of no width would claim certainty 标准误为零."""
    return Caveat("ZERO_STANDARD_ERROR", "标准误为 0（样本中没有变异），区间无法估计")


def limit_past_minimum() -> Caveat:
    """Return: a limit lies past -1/(k-1), where the Spearman-Brown formula has its pole 越过下界."""
    return Caveat("LIMIT_PAST_MINIMUM", "单次评分系数的下限越过 -1/(k-1)，换算到平均分时变号，该限无法估计")


def small_sample(n: int, wanted: int) -> Caveat:
    """Return: the interval rests on an approximation that so few evaluands do not carry 小样本."""
    return Caveat("SMALL_N", f"有效评价对象仅 {n} 个（少于 {wanted} 个），近似区间只作参考")


def not_converged(what: str) -> Caveat:
    """Return: an iteration stopped before its criterion was met 未收敛."""
    return Caveat("NOT_CONVERGED", f"{what}迭代未收敛，结果无法采用")
