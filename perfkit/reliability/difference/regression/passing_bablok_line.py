"""Passing-Bablok regression Passing–Bablok 回归: a line from the median of the slopes between all pairs of points."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import kolmogorov, ndtri

from perfkit.reliability.coverage import scores_region
from perfkit.reliability.difference.covered_parts import covered_parts, designed
from perfkit.reliability.difference.regression.line import (
    FEWEST,
    NOISE,
    PassingBablokResult,
    Vector,
    constant,
    on_the_line,
    perfect_line,
    vertical,
)
from perfkit.reliability.difference.regression.slopes import RankedSlopes, ranked_slopes
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
from perfkit.reliability.ratings import Pairs, pairs
from perfkit.result import Caveat, Interval

SlopeAverage: TypeAlias = Literal["tangent", "radian"]
AVERAGES = ("tangent", "radian")
INTERVALS = ("analytical", "none")
# Passing & Bablok (1984) advise no fewer than thirty points.
SOUND = 30
SOURCE = "Passing & Bablok (1983), J. Clin. Chem. Clin. Biochem. 21, 709-720"


def passing_bablok(
    x: ArrayLike,
    y: ArrayLike,
    *,
    slope_average: SlopeAverage = "tangent",
    interval: Literal["analytical", "none"] = "analytical",
    level: float = 0.95,
) -> PassingBablokResult:
    """Return the Passing-Bablok line of y on x Passing–Bablok 回归（非参数，两侧均有误差）.

    Parameters
    ----------
    x, y : shape (n,) each, any unit (one and the same for both), NaN where missing; incomplete rows are dropped.
    slope_average : how the two middle slopes of an even number are averaged: ``"tangent"`` as slopes (the paper) or
        ``"radian"`` as angles (the default of R mcr).
    interval : ``"analytical"`` (ranks of the slopes) or ``"none"``.
    level : confidence level.

    Returns
    -------
    PassingBablokResult
        ``value`` the slope; no standard error and no p: equality is read from whether the intervals hold 1 and 0. NaN
        with a caveat for fewer than three rows, constant x or a vertical middle; unbounded limits carry a caveat.

    Raises
    ------
    DataError
        Where the sides differ in length, or hold text or infinities.
    MethodError
        Where an option does not exist.

    Notes
    -----
    The N slopes S between points that are not equal (vertical ones +infinity) are ordered; K counts those below -1 and
    half of those equal to -1; the slope is the median shifted by K, the intercept the median of y - b·x. Limits: ranks
    (N ∓ C)/2 + K with C = z·sqrt(n(n-1)(2n+5)/18) rounded, averaged between two ranks as the median is; intercept
    limits are the medians of y - b·x at the opposite slope limits. Where Kendall's tau is negative y is mirrored, so
    the line is symmetric about slope -1 (as mcr). Differences below 1e-12 of the values are ties; slopes are
    otherwise compared as computed, so decimal noise may move a slope off -1. O(n²) slopes in flat memory; exact.
    ``linearity`` is the largest sum of the signed residual scores along the line, ``linearity_p`` its asymptotic
    Kolmogorov-Smirnov p for above against below. Not for scales of different size (slopes far from 1, for the
    offset takes 1 for granted), for few distinct scores, or for a nonlinear relation; no jackknife, which fails for
    medians. Source: Passing & Bablok (1983), J. Clin. Chem. Clin. Biochem. 21, 709-720. Verified against R mcr 1.3.3.1
    ``mcreg(method.reg="PaBa", method.ci="analytical")`` in ``tests/reliability/test_golden.py``.

    Examples
    --------
    >>> result = passing_bablok([1, 2, 3, 4, 5, 6, 7], [1.1, 1.9, 3.2, 3.8, 5.3, 5.9, 7.2])
    >>> round(result.value, 4), round(result.intercept, 4), result.n_slopes
    (1.0167, 0.0833, 21)
    """
    level = checked_level(level)
    for name, found, known in (("slope_average", slope_average, AVERAGES), ("interval", interval, INTERVALS)):
        if found not in known:
            raise unknown_choice(name, found, known)
    data = pairs(x, y)
    n = len(data.x)
    if n < FEWEST:
        return _undefined(data, slope_average, level, too_few(n, FEWEST))
    if constant(data.x):
        return _undefined(data, slope_average, level, no_variance() if constant(data.y) else vertical())
    half_width = math.floor(float(ndtri(0.5 + level / 2)) * math.sqrt(n * (n - 1) * (2 * n + 5) / 18) + 0.5)
    slopes = ranked_slopes(
        data.x, data.y, lambda count, offset: [count + offset + shift for shift in (-half_width, 0, half_width)]
    )
    average = _tangent_average if slope_average == "tangent" else _angle_average
    slope = slopes.direction * slopes.middle(slopes.n + slopes.doubled_offset, average)
    if not math.isfinite(slope):
        return _undefined(data, slope_average, level, vertical())
    line, method, caveats = no_interval(level), "none", _reserved(data, slope)
    if interval == "analytical" and not caveats:
        line, method = _slope_limits(slopes, half_width, average, level), "analytical"
        caveats = (unbounded(),) if math.isinf(line.low) else ()
        caveats += (small_sample(n, SOUND),) if n < SOUND else ()
        caveats += (_no_width(),) if line.low == line.high else ()
    linearity, p = _linearity(data, slope)
    caveats += (_one_sided(),) if math.isnan(linearity) and not _reserved(data, slope) else ()
    result = PassingBablokResult(
        value=slope,
        interval=line,
        interval_method=method,
        intercept=_intercept(data, slope),
        intercept_interval=_intercept_limits(data, line),
        n_slopes=slopes.n,
        offset=slopes.doubled_offset / 2,
        direction=slopes.direction,
        linearity=linearity,
        linearity_p=p,
        method=f"passing_bablok:{slope_average}",
        source=SOURCE,
        n_used=n,
        n_dropped=data.n_dropped,
        caveats=caveats,
    )
    regions = designed(scores_region((data.x, data.y)), "slope", "intercept")
    return covered_parts(result, [(region, result.interval_method) for region in regions])


def unbounded() -> Caveat:
    """Return: the ranks of the limits lie outside the slopes, so the data do not bound the slope 区间无界."""
    return Caveat("UNBOUNDED_INTERVAL", "对象过少或相关过弱，区间界限的秩次超出全部斜率，区间无界")


def _no_width() -> Caveat:
    return Caveat("ZERO_WIDTH", "两限之间的斜率全部相同（评分取值少、相同的多），区间没有宽度，不表示没有误差")


def _one_sided() -> Caveat:
    return Caveat("LINEARITY_UNDEFINED", "没有点在直线的一侧，线性检验无法计算")


def _undefined(data: Pairs, slope_average: str, level: float, why: Caveat) -> PassingBablokResult:
    return PassingBablokResult(
        value=UNKNOWN,
        interval=no_interval(level),
        intercept=UNKNOWN,
        intercept_interval=no_interval(level),
        n_slopes=0,
        offset=UNKNOWN,
        direction=1,
        linearity=UNKNOWN,
        linearity_p=UNKNOWN,
        method=f"passing_bablok:{slope_average}",
        source=SOURCE,
        n_used=len(data.x),
        n_dropped=data.n_dropped,
        caveats=(why,),
    )


def _reserved(data: Pairs, slope: float) -> tuple[Caveat, ...]:
    """Return why the line has no interval, or nothing."""
    if constant(data.y):
        return (constant_rater("y"),)
    return (perfect_line(),) if on_the_line(data.x, data.y, slope) else ()


def _tangent_average(one: float, other: float) -> float:
    return (one + other) / 2


def _angle_average(one: float, other: float) -> float:
    return math.tan((math.atan(one) + math.atan(other)) / 2)


def _slope_limits(
    slopes: RankedSlopes, half_width: int, average: Callable[[float, float], float], level: float
) -> Interval:
    """Return the limits of the slope; both infinite where a rank lies outside, for the slope may then be vertical."""
    low, high = (slopes.n + slopes.doubled_offset + shift for shift in (-half_width, half_width))
    if slopes.n - half_width < 1 or math.isinf(slopes.middle(high, average)):
        return Interval(-math.inf, math.inf, level)
    limits = sorted(slopes.direction * slopes.middle(doubled, average) for doubled in (low, high))
    return Interval(limits[0], limits[1], level)


def _intercept(data: Pairs, slope: float) -> float:
    return float(np.median(data.y - slope * data.x))


def _intercept_limits(data: Pairs, slope: Interval) -> Interval:
    """Return the intercepts at the limits of the slope, the lower first; NaN or infinite as those are."""
    if not math.isfinite(slope.low):
        return Interval(slope.low, slope.high, slope.level)
    # Of positive x the steeper line has the lower intercept, of negative x the higher.
    low, high = sorted(_intercept(data, limit) for limit in (slope.low, slope.high))
    return Interval(low, high, slope.level)


def _linearity(data: Pairs, slope: float) -> tuple[float, float]:
    """Return the largest sum of residual scores along the line, and its p; NaN where no point lies on one side."""
    fitted: Vector = _intercept(data, slope) + slope * data.x
    residual = data.y - fitted
    scale = NOISE * (np.abs(data.y) + np.abs(fitted)) / 2
    above, below = residual > scale, residual < -scale
    n_above, n_below = int(above.sum()), int(below.sum())
    if not n_above or not n_below:
        return UNKNOWN, UNKNOWN
    score = np.where(above, math.sqrt(n_below / n_above), 0.0) - np.where(below, math.sqrt(n_above / n_below), 0.0)
    place = np.argsort(data.x + slope * data.y, kind="stable")
    largest = float(np.abs(np.cumsum(score[place])).max())
    return largest, float(kolmogorov(largest / math.sqrt(n_above + n_below)))
