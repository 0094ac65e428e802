"""What a fitted line gives: results of the regressions of difference, their intervals and their reservations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from perfkit.reliability.estimate import UNKNOWN, EstimateResult, no_interval, zero_error
from perfkit.result import Caveat, Interval

Vector: TypeAlias = NDArray[np.float64]
Quantile: TypeAlias = Literal["t", "normal"]

FEWEST = 3
# Relative size at which residuals are rounding noise of scores that lie on one line.
NOISE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class LineResult(EstimateResult):
    """A line of y on x 回归直线: ``value`` is the slope, ``intercept`` in the unit of y, each with its interval.

    ``p`` tests slope = 1 (no proportional bias 比例偏差), ``intercept_p`` tests intercept = 0 (no constant bias
    固定偏差); both are NaN where the method gives no standard error.
    """

    intercept: float
    intercept_interval: Interval
    intercept_se: float = UNKNOWN
    intercept_p: float = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class DemingResult(LineResult):
    """A Deming line Deming 回归结果; ``error_ratio`` is var(errors of x) / var(errors of y), NaN where rows differ."""

    kind: ClassVar[str] = "deming_regression"

    error_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingBablokResult(LineResult):
    """A Passing-Bablok line Passing–Bablok 回归结果.

    ``n_slopes`` is the number of pairs of points with a defined slope, ``offset`` the shift K of the ranks (half a
    rank for every slope of exactly -1), ``direction`` 1 or -1, the sign of Kendall's tau. ``linearity`` is the cusum
    statistic of the residuals' signs and ``linearity_p`` its p-value: small where a straight line does not fit.
    """

    kind: ClassVar[str] = "passing_bablok"

    n_slopes: int
    offset: float
    direction: int
    linearity: float
    linearity_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Standard errors of slope and intercept, with the quantile their intervals take."""

    slope: float
    intercept: float
    quantile: Quantile


def vertical() -> Caveat:
    """Return: no slope, for x does not vary or the line is vertical 竖直线."""
    return Caveat("VERTICAL_LINE", "x 没有变异或拟合线为竖直线，斜率无法估计")


def perfect_line() -> Caveat:
    """Return: all points lie on the line 完全共线."""
    return Caveat("PERFECT_LINE", "全部点落在一条直线上，残差只是舍入误差，区间无法估计")


def jackknife_undefined() -> Caveat:
    """Return: the line hangs on one point 刀切法无法计算."""
    return Caveat("JACKKNIFE_UNDEFINED", "剔除某一对象后斜率无法计算，结果取决于单个对象，刀切区间无法估计")


def constant(values: Vector) -> bool:
    """Return whether all values are one value up to rounding 无变异."""
    return float(np.ptp(values)) <= NOISE * float(np.abs(values).max())


def on_the_line(x: Vector, y: Vector, slope: float) -> bool:
    """Return whether the residuals of a line are rounding noise 残差为舍入误差."""
    residuals = (y - y.mean()) - slope * (x - x.mean())
    scale = max(float(np.abs(y).max()), abs(slope) * float(np.abs(x).max()))
    return float(residuals @ residuals) <= (NOISE * scale) ** 2 * len(x)


def jackknife_spread(full: tuple[float, float], left_out: tuple[Vector, Vector], quantile: Quantile) -> Spread | None:
    """Return the jackknife standard errors 刀切法标准误 of slope and intercept; ``None`` where a fit is undefined.

    Parameters
    ----------
    full : slope and intercept of all rows.
    left_out : slopes and intercepts with one row left out, shape (n,) each.
    quantile : ``"t"``: (n-1)/sqrt(n) times the standard deviation of the left-out estimates (Linnet); ``"normal"``:
        root of the sum of squared changes (Therneau's infinitesimal jackknife).
    """
    n = len(left_out[0])
    if not all(np.isfinite(side).all() for side in left_out):
        return None
    if quantile == "t":
        errors = [(n - 1) / math.sqrt(n) * float(np.std(side, ddof=1)) for side in left_out]
    else:
        errors = [math.sqrt(float(((side - value) ** 2).sum())) for side, value in zip(left_out, full, strict=True)]
    return Spread(slope=errors[0], intercept=errors[1], quantile=quantile)


def line_fields(
    line: tuple[float, float], spread: Spread | None, n: int, level: float, method: str
) -> tuple[dict[str, Any], tuple[Caveat, ...]]:
    """Return the fields of a LineResult, and the caveat where the interval rests on no spread.

    Parameters
    ----------
    line : slope and intercept.
    spread : their standard errors, or ``None`` where the caller has already said why there are none.
    n : number of rows.
    level : confidence level.
    method : name of the interval.
    """
    slope, intercept = line
    fields: dict[str, Any] = {"value": slope, "intercept": intercept}
    nothing = {"interval": no_interval(level), "intercept_interval": no_interval(level), "interval_method": "none"}
    if spread is None:
        return fields | nothing, ()
    if spread.slope == 0:
        return fields | nothing, (zero_error(),)
    normal = spread.quantile == "normal"
    factor = float(ndtri(0.5 + level / 2) if normal else stdtrit(n - 2, 0.5 + level / 2))
    law = "normal" if normal else "t, n-2"
    fields |= {
        "se": spread.slope,
        "interval": Interval(slope - factor * spread.slope, slope + factor * spread.slope, level),
        "interval_method": method,
        "p": _tail((slope - 1) / spread.slope, spread.quantile, n),
        "test": f"slope = 1 ({law})",
        "intercept_se": spread.intercept,
        "intercept_interval": Interval(
            intercept - factor * spread.intercept, intercept + factor * spread.intercept, level
        ),
        "intercept_p": _tail(intercept / spread.intercept, spread.quantile, n) if spread.intercept > 0 else UNKNOWN,
    }
    return fields, ()


def _tail(score: float, quantile: Quantile, n: int) -> float:
    """Return the two-sided p of a standardised estimate."""
    return 2 * float(ndtr(-abs(score)) if quantile == "normal" else stdtr(n - 2, -abs(score)))
