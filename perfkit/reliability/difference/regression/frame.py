"""What the Deming lines share: checks of the arguments, refusals, and the result from a line and its spread."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.coverage import scores_region
from perfkit.reliability.difference.covered_parts import covered_parts, designed
from perfkit.reliability.difference.regression.line import (
    FEWEST,
    DemingResult,
    Quantile,
    Spread,
    Vector,
    constant,
    line_fields,
    on_the_line,
    perfect_line,
    vertical,
)
from perfkit.reliability.estimate import (
    UNKNOWN,
    checked_level,
    constant_rater,
    no_interval,
    no_variance,
    small_sample,
    too_few,
    unknown_choice,
)
from perfkit.reliability.ratings import Pairs, complete_rows, pairs, rating_matrix
from perfkit.result import Caveat

# With fewer rows the interval of a ratio of sums of squares is only a guide (Linnet 1993 starts at 50).
SOUND = 30
# Iterated lines are left out one by one in O(n²): beyond this many pairs that takes minutes.
JACKKNIFE_AT_MOST = 20_000


def checked_choices(error_ratio: float, interval: str, known: tuple[str, ...], level: float) -> float:
    """Return the checked level of a Deming regression.

    Raises
    ------
    MethodError
        Where the error ratio is not above 0 or the interval does not exist for this kind of regression.
    """
    if interval not in known:
        raise unknown_choice("interval", interval, known)
    if not (error_ratio > 0 and math.isfinite(error_ratio)):
        raise MethodError(ratio_problem(f"{error_ratio:g}"))
    return checked_level(level)


def ratio_problem(found: str) -> Problem:
    """Return: the error ratio is not a number above 0 误差方差比不对."""
    return Problem(
        code="RL-ERROR-RATIO",
        where="error_ratio",
        expected="大于 0 的误差方差比 var(x 误差)/var(y 误差)",
        found=found,
        mend="由重复评分估计两侧的误差方差；两侧同样精确时用 1",
    )


def known_errors_problem() -> Problem:
    """Return: the known errors are given for one side only, or beside a constant coefficient of variation."""
    return Problem(
        code="RL-KNOWN-ERRORS",
        where="x_error 与 y_error",
        expected="两侧误差标准差同时给出，且不与 constant_cv 并用",
        found="只给出一侧，或与 constant_cv 并用",
        mend="补上另一侧，或去掉 constant_cv",
    )


def tolerance_problem(found: str) -> Problem:
    """Return: a tolerance below 0, or one where no search is made 搜索步长不适用."""
    return Problem(
        code="RL-TOLERANCE",
        where="tolerance",
        expected="0；给出误差标准差时可为大于 0 的步长",
        found=found,
        mend="用默认值 0，斜率即算到最后一位",
    )


def not_positive_problem(wrong: int) -> Problem:
    """Return: scores that are not above 0, of which a proportional error would have no variance 非正数."""
    return Problem(
        code="RL-NOT-POSITIVE",
        where="x 与 y",
        expected="全部大于 0（误差与水平成比例时）",
        found=f"{wrong} 个评分不大于 0",
        mend="误差大小固定时用不加权的 deming",
    )


def unsettled() -> Caveat:
    """Return: the iteration for the line did not settle 未收敛."""
    return Caveat("NOT_CONVERGED", "加权或广义 Deming 回归迭代未收敛，结果无法采用")


def jackknife_unsettled() -> Caveat:
    """Return: the iteration of a leave-one-out line did not settle 刀切法未收敛."""
    return Caveat("NOT_CONVERGED", "剔除某一对象后的 Deming 回归迭代未收敛，刀切区间无法估计")


def jackknife_too_large(n: int) -> Caveat:
    """Return: the leave-one-out lines of so many pairs would take too long 刀切法对象过多."""
    return Caveat("JACKKNIFE_TOO_LARGE", f"有效对象 {n} 个（多于 {JACKKNIFE_AT_MOST} 个），逐一剔除耗时过长，未给区间")


def refuse_below_zero(data: Pairs) -> None:
    """Raise where a score is not above 0 非正数: an error in proportion to it would have no variance.

    Raises
    ------
    MethodError
        Naming how many scores are not above 0.
    """
    wrong = int(np.count_nonzero(data.x <= 0)) + int(np.count_nonzero(data.y <= 0))
    if wrong:
        raise MethodError(not_positive_problem(wrong))


def with_errors(
    x: ArrayLike, y: ArrayLike, x_error: ArrayLike, y_error: ArrayLike
) -> tuple[Pairs, tuple[Vector, Vector]]:
    """Return the rows of which both scores and both errors are known, and their errors 已知误差标准差.

    Raises
    ------
    DataError
        Where the lengths differ, a column holds text or infinities, or an error is not above 0.
    """
    columns = {"x": x, "y": y, "x_error": x_error, "y_error": y_error}
    for column in (y, x_error, y_error):
        pairs(x, column)
    matrix = rating_matrix(pd.DataFrame({name: np.asarray(column) for name, column in columns.items()}))
    whole, dropped = complete_rows(matrix)
    wrong = int(np.count_nonzero(whole[:, 2:] <= 0))
    if wrong:
        raise DataError(
            Problem(
                code="RL-ERRORS",
                where="x_error 与 y_error",
                expected="每行大于 0 的误差标准差",
                found=f"{wrong} 个不大于 0",
                mend="改正误差标准差；没有误差的参照请改用最小二乘回归",
            )
        )
    sides = [np.ascontiguousarray(whole[:, place]) for place in range(4)]
    return Pairs(sides[0], sides[1], dropped), (sides[2], sides[3])


def undefined(data: Pairs) -> tuple[Caveat, ...]:
    """Return why no line can be fitted at all, or nothing."""
    if len(data.x) < FEWEST:
        return (too_few(len(data.x), FEWEST),)
    if constant(data.x):
        return (no_variance() if constant(data.y) else vertical(),)
    return ()


def reserved(data: Pairs, slope: float) -> tuple[Caveat, ...]:
    """Return why a line may have no interval, or nothing."""
    if constant(data.y):
        return (constant_rater("y"),)
    return (perfect_line(),) if on_the_line(data.x, data.y, slope) else ()


def without_line(data: Pairs, level: float, method: str, source: str, caveats: tuple[Caveat, ...]) -> DemingResult:
    """Return the result that has no line 无法估计."""
    return DemingResult(
        value=UNKNOWN,
        interval=no_interval(level),
        intercept=UNKNOWN,
        intercept_interval=no_interval(level),
        error_ratio=UNKNOWN,
        method=method,
        source=source,
        n_used=len(data.x),
        n_dropped=data.n_dropped,
        caveats=caveats,
    )


def deming_result(
    data: Pairs,
    line: tuple[float, float],
    spread: Spread | None,
    caveats: tuple[Caveat, ...],
    *,
    level: float,
    interval: str,
    method: str,
    source: str,
    error_ratio: float,
    variant: str,
) -> DemingResult:
    """Return the result of a line with its spread, ``None`` for no interval; ``variant`` is its word on the map."""
    n = len(data.x)
    fields, noted = line_fields(line, spread, n, level, interval)
    few = (small_sample(n, SOUND),) if spread is not None and not noted and n < SOUND else ()
    found = DemingResult(
        **fields,
        error_ratio=error_ratio,
        method=method,
        source=source,
        n_used=n,
        n_dropped=data.n_dropped,
        caveats=caveats + noted + few,
    )
    regions = designed(scores_region((data.x, data.y)), f"{variant}:slope", f"{variant}:intercept")
    return covered_parts(found, [(region, found.interval_method) for region in regions])


def quantile_of(interval: str) -> Quantile:
    """Return the quantile that a jackknife takes."""
    return "normal" if interval == "jackknife_normal" else "t"
