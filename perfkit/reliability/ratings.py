"""Ratings 评分: bare arrays, wide and long tables → a checked matrix of evaluands by raters, NaN where missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import DataError, Problem
from perfkit.reliability.estimate import unknown_choice

FloatMatrix: TypeAlias = NDArray[np.float64]
Ratings: TypeAlias = ArrayLike | pd.DataFrame

SHOWN_PROBLEMS = 20
# What pandas would turn into a number, and is none: text, truth values, complex numbers, dates and spans of time.
NO_NUMBERS = (
    *(str, bytes, bool, np.bool_, complex, np.complexfloating),
    *(date, timedelta, np.datetime64, np.timedelta64),
)


NOT_A_NUMBER = Problem(
    code="RT-NUMBER",
    where="评分表",
    expected="数字，缺失留空",
    found="",
    mend="改为数字；等级请改用接受等级的统计量",
)
INFINITE = Problem(
    code="RT-INFINITE",
    where="评分表",
    expected="有限的数",
    found="",
    mend="改正该评分，缺失请留空",
)


def cell_problem(what: Problem, table: Any, row: int, column: int) -> Problem:
    """Return the problem of one cell: placed by the labels of a frame that has any, else counted from 1."""
    frame = table if isinstance(table, pd.DataFrame) else None
    cell = table[row, column] if frame is None else frame.iat[row, column]
    labelled = frame is not None and not all(isinstance(axis, pd.RangeIndex) for axis in frame.axes)
    places = (frame.index[row], frame.columns[column]) if frame is not None and labelled else (row + 1, column + 1)
    first, second, found = (repr(item.item() if isinstance(item, np.generic) else item) for item in (*places, cell))
    where = f"评分表 行 {first} 列 {second}" if labelled else f"评分表 第 {first} 行 第 {second} 列"
    return replace(what, where=where, found=found)


def _wrong_cells(frame: pd.DataFrame, wrong: NDArray[np.bool_], what: Problem) -> list[Problem]:
    """Return every wrong cell as a problem; past the twentieth only their number."""
    places = np.argwhere(wrong)
    problems = [cell_problem(what, frame, int(i), int(j)) for i, j in places[:SHOWN_PROBLEMS]]
    if len(places) > SHOWN_PROBLEMS:
        problems.append(replace(what, found=f"另有 {len(places) - SHOWN_PROBLEMS} 处"))
    return problems


def _numbers(frame: pd.DataFrame) -> FloatMatrix:
    """Return a frame as floats; missing of every sort becomes NaN, text and truth values are refused."""
    columns = []
    wrong = np.zeros(frame.shape, dtype=bool)
    for place in range(frame.shape[1]):
        column = pd.Series(np.asarray(frame.iloc[:, place], dtype=object), dtype=object)
        refused = column.map(lambda value: isinstance(value, NO_NUMBERS)).to_numpy(dtype=bool)
        known = column.notna().to_numpy()
        plain = column.where(known & ~refused).map(lambda value: float(value) if isinstance(value, Fraction) else value)
        values = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        wrong[:, place] = np.isnan(values) & known
        columns.append(values)
    if wrong.any():
        raise DataError(_wrong_cells(frame, wrong, NOT_A_NUMBER))
    return np.column_stack(columns) if columns else np.empty(frame.shape)


def rating_matrix(ratings: Ratings, *, least_raters: int = 1) -> FloatMatrix:
    """Return ratings 评分矩阵 as a float matrix, checked.

    Parameters
    ----------
    ratings : shape (n, k) array or DataFrame, rows evaluands, columns raters, any unit; NaN, ``None`` or ``pd.NA``
        where missing. One column is one rater: a table of tied names or text is refused.
    least_raters : the fewest columns that make sense to the caller.

    Returns
    -------
    ndarray
        Shape (n, k) float64; the caller's own array where it already is one (never written to).

    Raises
    ------
    DataError
        Where the table is not two-dimensional, has too few columns, or holds text, truth values, dates or infinities: every
        such cell is named.

    Notes
    -----
    Not for grades given as words: see ``perfkit.reliability.grades``.
    """
    if isinstance(ratings, pd.DataFrame):
        numeric = all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in ratings.dtypes)
        matrix = ratings.to_numpy(dtype=np.float64) if numeric else _numbers(ratings)
    else:
        array = bare_array(ratings)
        if array.ndim != 2:
            raise DataError(_no_table(array.shape, least_raters))
        matrix = _as_float(array) if array.dtype.kind in "iuf" else _numbers(pd.DataFrame(array))
    if matrix.shape[1] < least_raters:
        raise DataError(_no_table(matrix.shape, least_raters))
    # A sum is NaN or infinite where any term is: one pass in place of two on the clean tables that are the rule.
    if not np.isfinite(_sum(matrix)) and np.isinf(matrix).any():
        frame = ratings if isinstance(ratings, pd.DataFrame) else pd.DataFrame(matrix)
        raise DataError(_wrong_cells(frame, np.isinf(matrix), INFINITE))
    return matrix


def bare_array(values: ArrayLike) -> NDArray[Any]:
    """Return bare values as an array 数组; what a masked array masks is missing.

    Raises
    ------
    DataError
        Where the rows have unequal lengths.
    """
    if isinstance(values, np.ma.MaskedArray):
        plain: NDArray[Any] = np.ma.getdata(values).astype(object)
        plain[np.ma.getmaskarray(values)] = None
        return plain
    try:
        array = np.asarray(values)
        # Beside words numpy spells numbers out, and NaN becomes the word "nan".
        return array if array is values or array.dtype.kind not in "US" else np.asarray(values, dtype=object)
    except ValueError as error:
        raise DataError(_no_table(None, 1)) from error


def _no_table(shape: tuple[int, ...] | None, least_raters: int) -> Problem:
    """Return what is wrong with the shape of a table; ``None`` stands for rows of unequal lengths."""
    return Problem(
        code="RT-SHAPE",
        where="评分表",
        expected=f"两维表：每行一个评价对象，每列一个评分者，至少 {least_raters} 列",
        found="各行长度不等" if shape is None else " × ".join(map(str, shape)) or "一个数",
        mend="按“对象 × 评分者”排成宽表；长表先用 ratings 转换",
    )


def _sum(matrix: FloatMatrix) -> float:
    """Return the sum of all ratings, infinite without a warning where it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        return float(matrix.sum())


def _as_float(array: NDArray[Any]) -> FloatMatrix:
    """Return a numeric array as float64, itself where it is one."""
    return array.astype(np.float64, copy=False)


def rater_names(ratings: Ratings, k: int) -> tuple[str, ...]:
    """Return the names of the raters 评分者名称: the columns of a frame, else ``"1"`` … ``"k"``."""
    if isinstance(ratings, pd.DataFrame):
        return tuple(str(column) for column in ratings.columns)
    return tuple(str(place + 1) for place in range(k))


def complete_rows(matrix: FloatMatrix) -> tuple[FloatMatrix, int]:
    """Return the rows without a missing rating and the number dropped 列删（整行删除）.

    Parameters
    ----------
    matrix : shape (n, k), NaN where missing.

    Returns
    -------
    tuple
        The complete rows (the matrix itself where nothing is missing) and how many rows were dropped: a count is
        always taken after dropping.
    """
    if not np.isnan(_sum(matrix)):
        return matrix, 0
    whole = ~np.isnan(matrix).any(axis=1)
    kept = matrix[whole]
    return kept, len(matrix) - len(kept)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Complete pairs 成对评分: ``x`` and ``y`` of shape (n,), and the number of incomplete pairs dropped."""

    x: FloatMatrix
    y: FloatMatrix
    n_dropped: int


def pairs(x: ArrayLike, y: ArrayLike) -> Pairs:
    """Return the pairs of which both sides are known 成对剔除缺失.

    Parameters
    ----------
    x, y : shape (n,) each, any unit, NaN where missing.

    Raises
    ------
    DataError
        Where the lengths differ, a side is not one-dimensional or not numeric, or holds infinities, or two Series
        carry the same labels in another order.
    """
    refuse_shuffled(x, y)
    sides = [_side(side) for side in (x, y)]
    if any(side.ndim != 1 for side in sides) or sides[0].size != sides[1].size:
        raise DataError(
            Problem(
                code="RT-PAIRS",
                where="x 与 y",
                expected="等长的两列评分",
                found=" 与 ".join(" × ".join(map(str, side.shape)) or "一个数" for side in sides),
                mend="按同一批评价对象的同一顺序给出两列",
            )
        )
    matrix = rating_matrix(pd.DataFrame({"x": sides[0], "y": sides[1]}))
    whole, dropped = complete_rows(matrix)
    return Pairs(np.ascontiguousarray(whole[:, 0]), np.ascontiguousarray(whole[:, 1]), dropped)


def refuse_shuffled(first: Any, second: Any) -> None:
    """Refuse two columns that carry the same labels in another order 标签次序不同: by position they pair strangers.

    Raises
    ------
    DataError
        Where they do. Columns whose labels differ are paired by position.
    """
    if not (isinstance(first, pd.Series) and isinstance(second, pd.Series)) or first.index.equals(second.index):
        return
    shared = first.index.is_unique and len(first) == len(second) and first.index.isin(second.index).all()
    if not shared:
        return
    place = next(place for place, label in enumerate(first.index) if label != second.index[place])
    raise DataError(
        Problem(
            code="RT-ORDER",
            where=f"两列第 {place + 1} 行",
            expected="同一个评价对象",
            found=f"{first.index[place]} 与 {second.index[place]}",
            mend="两列的标签相同而次序不同：先用 reindex 排成同一次序；确按位置配对的，先用 to_numpy 去掉标签",
        )
    )


def _side(side: ArrayLike) -> NDArray[Any]:
    """Return one side without its index: pairs are made by position, never silently by label."""
    if isinstance(side, pd.Series):
        return side.to_numpy(dtype=object) if not isinstance(side.dtype, np.dtype) else side.to_numpy()
    return bare_array(side)


def ratings(
    frame: pd.DataFrame,
    *,
    evaluand: str,
    rater: str,
    score: str,
    repeated: Literal["refuse", "mean"] = "refuse",
) -> pd.DataFrame:
    """Return a long table of ratings as a wide one 长表转宽表.

    Parameters
    ----------
    frame : one row per rating.
    evaluand, rater, score : names of the columns: what was rated, by whom, and the rating.
    repeated : what to do where a rater rated an evaluand twice: ``"refuse"`` or take the ``"mean"``.

    Returns
    -------
    DataFrame
        Rows evaluands and columns raters in order of first appearance, NaN where a rater did not rate; shape (n, k).

    Raises
    ------
    DataError
        Where a column is absent or there twice, an evaluand or rater is unnamed, a rating is repeated and ``repeated``
        refuses it, or a mean is to be taken of what is no number.
    """
    if repeated not in ("refuse", "mean"):
        raise unknown_choice("repeated", repeated, ("refuse", "mean"))
    absent = [name for name in (evaluand, rater, score) if list(frame.columns).count(name) != 1]
    if absent:
        listed = ", ".join(map(str, frame.columns))
        raise DataError(
            Problem(
                code="RT-COLUMN", where="长表", expected=f"列 {name}", found=f"只有 {listed}", mend="改正列名或补上该列"
            )
            for name in absent
        )
    keys = frame[[evaluand, rater]]
    problems = list(_long_problems(keys, repeated))
    if problems:
        raise DataError(problems)
    rows, columns = frame[evaluand].unique(), frame[rater].unique()
    if repeated == "mean":
        numbers = frame.assign(**{score: rating_matrix(frame[[score]])[:, 0]})
        wide = numbers.pivot_table(index=evaluand, columns=rater, values=score, aggfunc="mean", dropna=False)
    else:
        wide = frame.pivot(index=evaluand, columns=rater, values=score)
    return wide.reindex(index=rows, columns=columns)


def _long_problems(keys: pd.DataFrame, repeated: str) -> Iterable[Problem]:
    """Yield what is wrong with the keys of a long table."""
    for row in keys.index[keys.isna().any(axis=1)][:SHOWN_PROBLEMS]:
        yield Problem(
            code="RT-KEY",
            where=f"长表 行 {row!r}",
            expected="评价对象和评分者的名称",
            found="空",
            mend="补上名称或删去该行",
        )
    if repeated == "refuse":
        twice = keys[keys.duplicated(keep="first")].drop_duplicates()
        for pair in twice.head(SHOWN_PROBLEMS).itertuples(index=False):
            yield Problem(
                code="RT-REPEATED",
                where=f"长表 {pair[0]!r} × {pair[1]!r}",
                expected="每个评分者对每个对象一个评分",
                found="多于一个",
                mend="只留一个，或取平均（repeated=mean）",
            )


def score_rates(points: Ratings, full_scores: ArrayLike) -> pd.DataFrame:
    """Return score rates 得分率 = points ÷ full score, the scale on which agreement and reliability are computed.

    Parameters
    ----------
    points : shape (n, k), points obtained; rows items, columns raters; NaN where missing.
    full_scores : shape (n,), full score of each item, > 0.

    Returns
    -------
    DataFrame
        Shape (n, k), fractions of 1 (above 1 where the points exceed the full score), index and columns kept.

    Raises
    ------
    DataError
        Where the lengths differ or a full score is missing, zero or negative.

    Notes
    -----
    Why not points: full scores run from 1 to 15, so that items of unequal weight alone make any two raters look
    alike. ICC(A,1) of one pair of tables was 0.91 on points and 0.24 on rates.
    """
    matrix = rating_matrix(points)
    side = _side(full_scores)
    full = rating_matrix(pd.DataFrame({"full_scores": side}))[:, 0] if side.ndim == 1 else np.empty(0)
    if full.shape != (len(matrix),) or not bool(np.all(full > 0)):
        raise DataError(
            Problem(
                code="RT-FULL",
                where="分值",
                expected=f"{len(matrix)} 个大于 0 的分值，与评分表各行一一对应",
                found=f"{full.size} 个，其中 {int(np.count_nonzero(~(full > 0)))} 个不大于 0 或缺失",
                mend="补齐每个指标的分值；分值为 0 的指标不参加一致程度计算",
            )
        )
    names = points if isinstance(points, pd.DataFrame) else pd.DataFrame(matrix)
    return pd.DataFrame(matrix / full[:, None], index=names.index, columns=names.columns)
