"""The least squares line of the differences on the means 差值对均值的直线, where rounding is not taken for variation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from perfkit.reliability.difference.limits.agreement import FloatArray, is_noise
from perfkit.reliability.estimate import UNKNOWN, too_few
from perfkit.result import Caveat


@dataclass(frozen=True, slots=True)
class Line:
    """A least squares line 最小二乘直线: its coefficients, their standard errors, and the residuals."""

    slope: float
    intercept: float
    slope_se: float
    intercept_se: float
    sigma: float
    pearson: float
    residuals: FloatArray
    caveats: tuple[Caveat, ...]


def unfitted_line(n: int, caveat: Caveat) -> Line:
    """Return a line that could not be fitted."""
    return Line(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, np.full(n, UNKNOWN), (caveat,))


def fitted_line(m: FloatArray, d: FloatArray, scale: float) -> Line:
    """Return the least squares line of ``d`` on ``m``; no standard errors where the residuals are rounding."""
    n = m.size
    if n < 2:
        return unfitted_line(n, too_few(n, 2))
    dm, dd = m - m.mean(), d - d.mean()
    if is_noise(dm, scale):
        return unfitted_line(n, Caveat("CONSTANT_LEVEL", "各评价对象两次评分的均值全部相同，斜率无法估计"))
    if is_noise(dd, scale):
        return Line(0.0, float(d.mean()), UNKNOWN, UNKNOWN, 0.0, UNKNOWN, np.zeros(n), (_constant_difference(),))
    across = float(dm @ dm)
    slope = float(dm @ dd) / across
    intercept = float(d.mean() - slope * m.mean())
    pearson = max(-1.0, min(1.0, float(dm @ dd) / math.sqrt(across * float(dd @ dd))))
    residuals = dd - slope * dm
    if n == 2:
        return Line(slope, intercept, UNKNOWN, UNKNOWN, UNKNOWN, pearson, np.zeros(n), (_too_few_for_error(n),))
    if is_noise(residuals, scale):
        return Line(slope, intercept, UNKNOWN, UNKNOWN, 0.0, pearson, np.zeros(n), (_perfect_fit(),))
    sigma = math.sqrt(float(residuals @ residuals) / (n - 2))
    return Line(
        slope=slope,
        intercept=intercept,
        slope_se=sigma / math.sqrt(across),
        intercept_se=sigma * math.sqrt(1 / n + float(m.mean()) ** 2 / across),
        sigma=sigma,
        pearson=pearson,
        residuals=residuals,
        caveats=(),
    )


def _perfect_fit() -> Caveat:
    """Return: the points lie on the line but for rounding, so that p and interval would measure rounding."""
    return Caveat("PERFECT_FIT", "各点全部落在直线上（残差只是舍入误差）：p 值、区间与离散的变化没有意义，不予给出")


def _constant_difference() -> Caveat:
    """Return: all differences are the same, so that nothing varies with the level."""
    return Caveat("CONSTANT_DIFFERENCE", "各评价对象的差值全部相同：斜率为 0，p 值、区间与离散的变化无法估计")


def _too_few_for_error(n: int) -> Caveat:
    """Return: a line through two points leaves no residual."""
    return Caveat("TOO_FEW", f"有效评价对象 {n} 个，区间至少需要 3 个，区间无法估计")
