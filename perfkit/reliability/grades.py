"""Grades 等级: small integer codes with their categories, and the distinct rating patterns with how often each occurs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import DataError, Problem
from perfkit.reliability.ratings import SHOWN_PROBLEMS, bare_array, cell_problem

IntMatrix: TypeAlias = NDArray[np.integer[Any]]
MISSING = -1

# A table of this many possible patterns still fits the fast memory; beyond it, sorting the patterns met is quicker.
COUNTED_PATTERNS = 1 << 20

# Whole numbers that lie within this range are coded by a table, in blocks of rows that stay in the fast memory.
TABLE_RANGE = 100
BLOCK_CELLS = 1 << 15
# What other programs hand over as numbers; as floats they are the same grades.
EXACT_NUMBERS = (Decimal, Fraction, np.longdouble)
# Whole numbers up to here keep their neighbours as floats.
EXACT = 2**52


@dataclass(frozen=True, slots=True)
class Grades:
    """Coded ratings 等级编码.

    Parameters
    ----------
    codes : shape (n, k) integers: place of the grade in ``categories``, ``-1`` where missing; rows evaluands, columns
        raters.
    categories : the categories counted, lowest first. A category that nobody used still counts (it changes
        Brennan-Prediger and Gwet's coefficients).
    values : shape (q,), the numbers the weights are made of: the categories themselves where they are numbers, else
        their places 1 … q.
    ordered : whether the order of the categories is known: given, or that of numbers or of an ordered Categorical;
        words sorted by their letters have none, and no weights can be made of them.
    """

    codes: IntMatrix
    categories: tuple[Any, ...]
    values: NDArray[np.float64]
    ordered: bool = True

    @property
    def n(self) -> int:
        """Return the number of evaluands."""
        return int(self.codes.shape[0])

    @property
    def k(self) -> int:
        """Return the number of raters."""
        return int(self.codes.shape[1])

    @property
    def q(self) -> int:
        """Return the number of categories counted."""
        return len(self.categories)


GradeRatings: TypeAlias = ArrayLike | pd.DataFrame | Grades


def _code_type(q: int) -> type[np.signedinteger[Any]]:
    return np.int8 if q <= np.iinfo(np.int8).max else np.int32


def _numeric(categories: Sequence[Any]) -> bool:
    return all(
        isinstance(item, (int, float, np.integer, np.floating)) and not isinstance(item, bool) for item in categories
    )


def category_values(categories: Sequence[Any]) -> NDArray[np.float64]:
    """Return numbers for the categories 等级的数值: themselves where all are numbers, else their places 1 … q."""
    if _numeric(categories):
        return np.array(categories, dtype=np.float64)
    return np.arange(1.0, len(categories) + 1.0)


def _plain(grade: Any) -> Any:
    """Return a grade as json can hold it and as weights can be made of it."""
    if isinstance(grade, EXACT_NUMBERS):
        return float(grade)
    return grade.item() if isinstance(grade, np.generic) else grade


def _checked_categories(categories: Sequence[Any]) -> tuple[Any, ...]:
    listed = tuple(_plain(item) for item in categories)
    values = category_values(listed)
    rising = len(listed) > 0 and bool(np.all(np.isfinite(values)) and np.all(np.diff(values) > 0))
    # A set has no order, and what is missing is no grade.
    unfit = isinstance(categories, (set, frozenset)) or any(item is None or item is pd.NA for item in listed)
    if unfit or len(set(listed)) < len(listed) or not rising:
        raise DataError(
            Problem(
                code="GR-CATEGORIES",
                where="categories",
                expected="从低到高、互不重复、有限的等级，至少一个",
                found="、".join(map(str, listed)) or "没有等级",
                mend="列出评分量表的全部等级，最低的在前",
            )
        )
    return listed


def _outside(table: Any, wrong: NDArray[np.bool_], categories: tuple[Any, ...]) -> list[Problem]:
    """Return the grades that are not among the categories, each with its cell."""
    listed = "、".join(str(item) for item in categories)
    places = np.argwhere(wrong)
    what = Problem(
        code="GR-OUTSIDE",
        where="评分表",
        expected=f"等级 {listed}，缺失留空",
        found="",
        mend="改正该等级，或把它列入 categories",
    )
    problems = [cell_problem(what, table, int(row), int(column)) for row, column in places[:SHOWN_PROBLEMS]]
    if len(places) > SHOWN_PROBLEMS:
        rest = f"另有 {len(places) - SHOWN_PROBLEMS} 处"
        problems.append(Problem(code="GR-OUTSIDE", where="评分表", expected=listed, found=rest, mend="同上"))
    return problems


def _malformed(table: Any, array: NDArray[Any], met: NDArray[Any]) -> list[Problem]:
    """Return what can be no grade of any scale: blank text, infinities, and text beside numbers, each with its cell."""
    words = {item for item in met if isinstance(item, str)}
    blank = {item for item in words if not item.strip()}
    infinite = {item for item in met if isinstance(item, (float, np.floating)) and np.isinf(item)}
    # Of two ways of writing, the one with fewer grades is named.
    mixed = min(words, set(met) - words, key=len) if words and len(words) < len(met) else set()
    strange = blank | infinite or mixed
    if not strange:
        return []
    places = np.argwhere(_among(array, strange))
    what = Problem(
        code="GR-GRADE",
        where="评分表",
        expected="同一种写法的等级，全部是有限的数或全部是文字，缺失留空",
        found="",
        mend="改正该等级；量表确由数和文字合成的，用 categories 列出全部等级",
    )
    return [cell_problem(what, table, int(row), int(column)) for row, column in places[:SHOWN_PROBLEMS]]


def _among(array: NDArray[Any], strange: set[Any]) -> NDArray[np.bool_]:
    """Return where an array holds one of a few; ``"1"`` is not 1."""
    return np.array([item in strange for item in array.flat], dtype=bool).reshape(array.shape)


def coded(codes: ArrayLike, categories: Sequence[Any]) -> Grades:
    """Return grades that are coded already 已编码等级.

    Parameters
    ----------
    codes : shape (n, k) integers in -1 … q-1, ``-1`` missing; int8 is the quickest.
    categories : the q categories, lowest first.

    Raises
    ------
    DataError
        Where the codes are no integers, leave that range, or are not two-dimensional.
    """
    matrix = bare_array(codes)
    listed = _checked_categories(categories)
    ranged = matrix.ndim == 2 and matrix.dtype.kind in "iu"
    if ranged and matrix.size:
        ranged = bool(matrix.min() >= MISSING and matrix.max() < len(listed))
    if not ranged:
        raise DataError(
            Problem(
                code="GR-CODES",
                where="codes",
                expected=f"两维整数表，取值 -1（缺失）至 {len(listed) - 1}",
                found=f"{matrix.dtype} {matrix.shape}",
                mend="改用 grades 由等级本身编码",
            )
        )
    return Grades(matrix.astype(_code_type(len(listed)), copy=False), listed, category_values(listed))


def grades(ratings: GradeRatings, *, categories: Sequence[Any] | None = None) -> Grades:
    """Return ratings as codes 等级编码.

    Parameters
    ----------
    ratings : shape (n, k) numbers or words, rows evaluands, columns raters, NaN or ``None`` where missing; or Grades,
        which pass through.
    categories : all categories of the scale, lowest first. Where ``None``: the ordered categories of a pandas
        Categorical, else the distinct grades met, sorted. Words sorted by their letters are no scale: give
        ``categories`` for weighted coefficients.

    Raises
    ------
    DataError
        Where a grade is not among the categories (each cell named), or the table is not two-dimensional.
    """
    if isinstance(ratings, Grades):
        if categories is None or _checked_categories(categories) == ratings.categories:
            return ratings
        words = np.array([*ratings.categories, None], dtype=object)
        return grades(words[ratings.codes], categories=categories)
    ordered = categories is not None
    if isinstance(ratings, pd.DataFrame) and categories is None:
        categories, ordered = _shared_categories(ratings)
    array = ratings.to_numpy() if isinstance(ratings, pd.DataFrame) else bare_array(ratings)
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
    table = ratings if isinstance(ratings, pd.DataFrame) else array
    near = _near_numbers(array, categories, ordered=ordered)
    if near is not None:
        return near
    flat = array.reshape(-1)
    known = ~pd.isna(flat)
    met = pd.unique(flat[known])
    if any(isinstance(item, EXACT_NUMBERS) for item in met):
        plain = np.array([_plain(item) for item in flat], dtype=object).reshape(array.shape)
        return grades(plain, categories=categories)
    if categories is None:
        malformed = _malformed(table, array, met)
        if malformed:
            raise DataError(malformed)
        categories = sorted(met) if _sortable(met) else sorted(met, key=str)
    listed = _checked_categories(categories) if len(categories) else ()
    codes = pd.Index(listed).get_indexer(pd.Index(flat)) if listed else np.full(flat.shape, MISSING)
    wrong = known & (codes == MISSING)
    if wrong.any():
        raise DataError(_outside(table, wrong.reshape(array.shape), listed))
    # A missing value can match a category only if NaN were one, which the check above refuses.
    codes = np.where(known, codes, MISSING).astype(_code_type(len(listed)))
    return Grades(codes.reshape(array.shape), listed, category_values(listed), ordered or _numeric(listed))


def _near_numbers(array: NDArray[Any], categories: Sequence[Any] | None, *, ordered: bool) -> Grades | None:
    """Return the grades of whole numbers that lie near one another, or ``None`` where they are something else.

    The quick way for the usual scale of grades; a grade that is not among the categories is left to the careful way.
    """
    if array.dtype.kind not in "iuf" or array.size == 0:
        return None
    low, high = np.fmin.reduce(array, axis=None).item(), np.fmax.reduce(array, axis=None).item()
    if not (-EXACT < low <= high < EXACT and high - low < TABLE_RANGE and low == int(low)):
        return None
    lifted = np.empty(array.shape, dtype=np.int8)
    step = max(1, BLOCK_CELLS // array.shape[1])
    found = np.zeros(int(high - low) + 2, dtype=np.int64)
    for start in range(0, len(array), step):
        # Missing becomes 0, the lowest grade 1.
        block = np.fmax(array[start : start + step].astype(np.float64) - (low - 1), 0.0)
        whole = block.astype(np.int8)
        if not np.array_equal(whole, block):
            return None
        lifted[start : start + step] = whole
        found += np.bincount(whole.reshape(-1), minlength=len(found))
    met = [array.dtype.type(low + place - 1).item() for place in np.flatnonzero(found[1:]) + 1]
    listed = _checked_categories(met if categories is None else categories)
    if not _numeric(listed) or not set(met) <= set(listed):
        return None
    table = np.full(len(found), MISSING, dtype=_code_type(len(listed)))
    for grade in met:
        table[int(grade - low) + 1] = listed.index(grade)
    steps = np.arange(MISSING, len(found) - 1)
    codes = lifted - np.int8(1) if np.array_equal(table, steps) else table[lifted]
    return Grades(codes, listed, category_values(listed), ordered or _numeric(listed))


def _sortable(values: NDArray[Any]) -> bool:
    kinds = {isinstance(item, str) for item in values}
    return len(kinds) < 2


def _shared_categories(frame: pd.DataFrame) -> tuple[Sequence[Any] | None, bool]:
    """Return the categories that all columns share where they are pandas Categoricals, and whether they are ordered."""
    types = list(frame.dtypes)
    first = types[0] if types else None
    if isinstance(first, pd.CategoricalDtype) and all(kind == first for kind in types):
        return list(first.categories), bool(first.ordered)
    return None, False


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct rows of codes and how often each occurs 评分组合.

    Every coefficient of agreement over grades is a function of these few rows: with 3 raters and 5 grades at most 216
    stand for a million evaluands.
    """

    rows: NDArray[np.int64]
    counts: NDArray[np.int64]
    q: int

    def category_counts(self) -> NDArray[np.int64]:
        """Return shape (m, q): how many raters chose each category in each pattern."""
        counts = np.empty((len(self.rows), self.q), dtype=np.int64)
        for place in range(self.q):
            counts[:, place] = (self.rows == place).sum(axis=1)
        return counts


def patterns(graded: Grades) -> Patterns:
    """Return the distinct rows of grades with their counts 评分组合计数; rows without any rating are kept as one."""
    base, k = graded.q + 1, graded.k
    codes = graded.codes
    if base**k >= 1 << 62:
        rows, counts = np.unique(codes, axis=0, return_counts=True)
        return Patterns(rows.astype(np.int64), counts.astype(np.int64), graded.q)
    # Narrow sums are quicker, and these cannot overflow.
    width: type[np.signedinteger[Any]] = np.int32 if base**k < 1 << 31 else np.int64
    key = np.zeros(graded.n, dtype=width)
    for place in range(k):
        key = key * width(base) + codes[:, place] + width(1)
    if base**k <= COUNTED_PATTERNS:
        every = np.bincount(key, minlength=1)
        found = np.flatnonzero(every)
        counts = every[found]
    else:
        found, counts = np.unique(key, return_counts=True)
    digits = base ** np.arange(k - 1, -1, -1, dtype=np.int64)
    rows = found[:, None].astype(np.int64) // digits % base - 1
    return Patterns(rows, counts.astype(np.int64), graded.q)
