"""Agreement that changes with the level 随水平变化的一致性: proportional bias, widening limits, limits of the ratio."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from perfkit.errors import DataError, Problem
from perfkit.reliability.coverage import covered
from perfkit.reliability.difference.covered_parts import covered_parts, designed, pair_region
from perfkit.reliability.difference.limits.agreement import (
    checked_multiplier,
    largest,
    standard_deviation,
    t_interval,
    t_p_value,
)
from perfkit.reliability.difference.limits.line import fitted_line, unfitted_line
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    checked_level,
    no_interval,
    too_few,
    with_counts,
    zero_error,
)
from perfkit.reliability.ratings import SHOWN_PROBLEMS, pairs
from perfkit.result import Caveat, Interval

# A normal deviation has mean absolute value sd·√(2/π).
SD_PER_MEAN_DEVIATION = math.sqrt(math.pi / 2)
# A line through two points leaves no residual.
FEWEST_FOR_SPREAD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionalBiasResult(EstimateResult):
    """Slope of the difference on the mean 比例偏差结果: ``value`` is the change of x - y per unit of (x + y)/2.

    ``sigma`` is the residual standard deviation, ``pearson`` the correlation of difference and mean.
    """

    kind: ClassVar[str] = "proportional_bias"

    intercept: float
    intercept_interval: Interval
    sigma: float
    pearson: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeteroscedasticLimitsResult(EstimateResult):
    """Limits of agreement as lines 随水平变化的界限结果: ``value`` is the slope c1 of the absolute residual on the mean.

    The bias is b0 + b1·M, the standard deviation √(π/2)·(c0 + c1·M). ``lower`` and ``upper`` are the limits at
    ``at_mean``, the average level; ``at``, ``lower_at`` and ``upper_at`` hold those at the levels asked for.
    """

    kind: ClassVar[str] = "heteroscedastic_limits"

    c0: float
    b0: float
    b1: float
    multiplier: float
    at_mean: float
    lower: float
    upper: float
    at: tuple[float, ...] = ()
    lower_at: tuple[float, ...] = ()
    upper_at: tuple[float, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per level asked for, the average level first: level, lower and upper limit."""
        frame = pd.DataFrame(
            {
                "at": [self.at_mean, *self.at],
                "lower": [self.lower, *self.lower_at],
                "upper": [self.upper, *self.upper_at],
            }
        )
        return with_counts(frame, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioLimitsResult(EstimateResult):
    """Limits of the ratio x/y 比值界限结果: ``value`` is the geometric mean of the ratios, without unit."""

    kind: ClassVar[str] = "ratio_limits"

    lower: float
    upper: float
    sd_log: float
    multiplier: float


def proportional_bias(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> ProportionalBiasResult:
    """Return the proportional bias 比例偏差: the slope of the differences x - y on the pair means.

    Parameters
    ----------
    x, y : shape (n,) each, the two scores of every evaluand in the same unit; NaN where missing.
    level : confidence level, 0 < level < 1.

    Returns
    -------
    ProportionalBiasResult
        ``value`` without unit; positive where x spreads more widely than y.

    Raises
    ------
    DataError
        Where the sides differ in length or are not numbers.
    MethodError
        Where ``level`` is not between 0 and 1.

    Notes
    -----
    Least squares of D = x - y on M = (x + y)/2, t intervals with n - 2 degrees of freedom (Bland & Altman 1999, Stat
    Methods Med Res 8, 135-160, section 3.1). The slope is not 0 either where the two sides merely have unequal
    random error: it shows unequal spread, not its cause; for a calibration line use Deming regression. Not a test of
    agreement. Where a side is constant the points lie on a line of slope ±2 by construction: no interval. Verified
    against R 4.2.2 ``lm(D ~ M)`` in ``tests/reliability/test_limits_varying.py`` and the golden records.

    Examples
    --------
    >>> result = proportional_bias([88.0, 92.5, 79.0, 85.0], [85.0, 90.0, 80.0, 81.0])
    >>> f"{result.value:.4f}, r = {result.pearson:.3f}"
    '0.2263, r = 0.522'
    """
    level = checked_level(level)
    both = pairs(x, y)
    n = both.x.size
    line = fitted_line((both.x + both.y) / 2, both.x - both.y, largest(both.x, both.y))
    found = ProportionalBiasResult(
        value=line.slope,
        interval=t_interval(line.slope, line.slope_se, n - 2, level),
        interval_method="t" if line.slope_se > 0 else "none",
        se=line.slope_se,
        p=t_p_value(line.slope, line.slope_se, n - 2),
        test="t, slope 0",
        intercept=line.intercept,
        intercept_interval=t_interval(line.intercept, line.intercept_se, n - 2, level),
        sigma=line.sigma,
        pearson=line.pearson,
        method="proportional_bias:difference_on_mean",
        n_used=n,
        n_dropped=both.n_dropped,
        caveats=line.caveats,
        source="Bland & Altman (1999), Stat Methods Med Res 8, 135-160, section 3.1",
    )
    regions = designed(pair_region(both.x, both.y), "slope", "intercept")
    return covered_parts(found, [(region, found.interval_method) for region in regions])


def heteroscedastic_limits(
    x: ArrayLike,
    y: ArrayLike,
    *,
    multiplier: float | None = None,
    coverage: float = 0.95,
    level: float = 0.95,
    at: ArrayLike | None = None,
) -> HeteroscedasticLimitsResult:
    """Return limits of agreement whose bias and spread change with the level 离散随水平变化的一致性界限.

    Parameters
    ----------
    x, y : shape (n,) each, the two scores of every evaluand in the same unit; NaN where missing.
    multiplier : number of standard deviations, > 0; by default the normal quantile of ``coverage``.
    coverage : share of differences that the limits are to hold, 0 < coverage < 1; unused where the former is given.
    level : confidence level of the slope, 0 < level < 1.
    at : levels (values of (x + y)/2) at which limits are wanted besides the average level.

    Returns
    -------
    HeteroscedasticLimitsResult
        ``value``, ``interval``, ``se``, ``p`` of the slope c1: whether the spread changes with the level at all.

    Raises
    ------
    DataError
        Where the sides differ in length or are not numbers.
    MethodError
        Where an option lies outside its range.

    Notes
    -----
    D on M gives b0 + b1·M; the absolute residuals on M give c0 + c1·M, a mean absolute deviation, hence the standard
    deviation √(π/2)·(c0 + c1·M); limits b0 + b1·M ± z·sd(M) (Bland & Altman 1999, Stat Methods Med Res 8, 135-160,
    section 3.2). The t interval of c1 treats absolute residuals as if normal: good for a first look. Where c1 is
    small use ``limits_of_agreement``; where the spread is proportional to the level ``ratio_limits`` says the same
    in one number. A negative standard deviation (a level outside the data) gives NaN limits and a caveat. Verified
    against R 4.2.2 ``lm`` in ``tests/reliability/test_limits_varying.py`` and the golden records.

    Examples
    --------
    >>> result = heteroscedastic_limits([88.0, 92.5, 79.0, 85.0, 61.0], [85.0, 90.0, 80.0, 81.0, 61.5])
    >>> f"{result.value:.4f}: {result.lower:.2f} to {result.upper:.2f} at {result.at_mean:.2f}"
    '0.0127: -1.33 to 4.53 at 80.30'
    """
    level = checked_level(level)
    z = checked_multiplier(multiplier, coverage)
    both = pairs(x, y)
    n = both.x.size
    m, d = (both.x + both.y) / 2, both.x - both.y
    scale = largest(both.x, both.y)
    bias = fitted_line(m, d, scale)
    if n < FEWEST_FOR_SPREAD:
        spread = unfitted_line(n, too_few(n, FEWEST_FOR_SPREAD))
    else:
        spread = unfitted_line(n, bias.caveats[0]) if bias.caveats else fitted_line(m, np.abs(bias.residuals), scale)
    levels = np.atleast_1d(np.asarray([] if at is None else at, dtype=np.float64)).ravel()
    centre = float(m.mean()) if n else UNKNOWN
    everywhere = np.concatenate([[centre], levels])
    middle = bias.intercept + bias.slope * everywhere
    sd = SD_PER_MEAN_DEVIATION * (spread.intercept + spread.slope * everywhere)
    half = z * np.where(sd >= 0, sd, UNKNOWN)
    lower, upper = middle - half, middle + half
    negative = (_negative_spread(int(np.count_nonzero(sd < 0))),) if (sd < 0).any() else ()
    found = HeteroscedasticLimitsResult(
        value=spread.slope,
        interval=t_interval(spread.slope, spread.slope_se, n - 2, level),
        interval_method="t" if spread.slope_se > 0 else "none",
        se=spread.slope_se,
        p=t_p_value(spread.slope, spread.slope_se, n - 2),
        test="t, slope of the absolute residual 0",
        c0=spread.intercept,
        b0=bias.intercept,
        b1=bias.slope,
        multiplier=z,
        at_mean=centre,
        lower=float(lower[0]),
        upper=float(upper[0]),
        at=tuple(levels.tolist()),
        lower_at=tuple(lower[1:].tolist()),
        upper_at=tuple(upper[1:].tolist()),
        method="heteroscedastic_limits:absolute_residuals",
        n_used=n,
        n_dropped=both.n_dropped,
        caveats=spread.caveats + negative,
        source="Bland & Altman (1999), Stat Methods Med Res 8, 135-160, section 3.2",
    )
    return covered(found, pair_region(both.x, both.y))


def _negative_spread(count: int) -> Caveat:
    """Return: at some levels the line of the standard deviation falls below 0."""
    return Caveat("NEGATIVE_SPREAD", f"{count} 个水平上的标准差估计为负（多在数据范围之外），界限无法估计")


def ratio_limits(
    x: ArrayLike,
    y: ArrayLike,
    *,
    multiplier: float | None = None,
    coverage: float = 0.95,
    level: float = 0.95,
) -> RatioLimitsResult:
    """Return the limits of agreement of the ratio 比值界限 x/y, made on logarithms.

    Parameters
    ----------
    x, y : shape (n,) each, the two scores of every evaluand in the same unit, all > 0; NaN where missing.
    multiplier : number of standard deviations, > 0; by default the normal quantile of ``coverage``.
    coverage : share of ratios that the limits are to hold, 0 < coverage < 1; unused where the former is given.
    level : confidence level of the mean ratio, 0 < level < 1.

    Returns
    -------
    RatioLimitsResult
        ``value`` is the geometric mean of x/y with its t interval; ``lower`` and ``upper`` the limits of x/y.

    Raises
    ------
    DataError
        Where the sides differ in length, are not numbers, or a score is 0 or negative: the rows are named.
    MethodError
        Where an option lies outside its range.

    Notes
    -----
    With l = ln x - ln y: exp(mean l), exp(mean l ± t·s_l/√n), limits exp(mean l ± z·s_l) (Bland & Altman 1999, Stat
    Methods Med Res 8, 135-160, section 3.1). For differences that grow in proportion to the level. Not for scores
    that may be 0, nor for scales without a natural zero. Verified against R 4.2.2 ``t.test`` on logarithms in
    ``tests/reliability/test_limits_varying.py`` and the golden records.

    Examples
    --------
    >>> result = ratio_limits([88.0, 92.5, 79.0, 85.0], [85.0, 90.0, 80.0, 81.0])
    >>> f"{result.value:.4f}: {result.lower:.4f} to {result.upper:.4f}"
    '1.0247: 0.9736 to 1.0786'
    """
    level = checked_level(level)
    z = checked_multiplier(multiplier, coverage)
    both = pairs(x, y)
    if (both.x <= 0).any() or (both.y <= 0).any():
        raise _non_positive(x, y)
    n = both.x.size
    logs = np.log(both.x), np.log(both.y)
    difference = logs[0] - logs[1]
    # The logarithm of a score that is rounded in its last place is uncertain by as much in absolute terms.
    spread = standard_deviation(difference, max(1.0, largest(*logs)))
    mean = float(difference.mean()) if n else UNKNOWN
    se = spread / math.sqrt(n) if n else UNKNOWN
    log_interval = t_interval(mean, se, n - 1, level)
    known = log_interval.known
    found = RatioLimitsResult(
        value=math.exp(mean),
        interval=Interval(math.exp(log_interval.low), math.exp(log_interval.high), level)
        if known
        else no_interval(level),
        interval_method="t_log" if known else "none",
        lower=math.exp(mean - z * spread),
        upper=math.exp(mean + z * spread),
        sd_log=spread,
        multiplier=z,
        method="ratio_limits:logarithms",
        n_used=n,
        n_dropped=both.n_dropped,
        caveats=(too_few(n, 2),) if n < 2 else (() if known else (zero_error(),)),
        source="Bland & Altman (1999), Stat Methods Med Res 8, 135-160, section 3.1",
    )
    return covered(found, pair_region(*logs))


def _non_positive(x: ArrayLike, y: ArrayLike) -> DataError:
    """Return the error for scores of complete pairs that have no logarithm, naming their rows."""
    names = next((list(side.index) for side in (x, y) if isinstance(side, pd.Series)), None)
    sides = {
        name: pd.to_numeric(pd.Series(np.asarray(side, dtype=object))).to_numpy(np.float64, na_value=UNKNOWN)
        for name, side in (("x", x), ("y", y))
    }
    complete = ~np.isnan(sides["x"]) & ~np.isnan(sides["y"])
    wrong = [(place, side) for side, values in sides.items() for place in np.flatnonzero(complete & (values <= 0))]
    return DataError(
        Problem(
            code="LA-RATIO",
            where=f"{side} 第 {place + 1} 行" if names is None else f"{side} 行 {names[place]!r}",
            expected="大于 0 的评分（比值界限取对数）",
            found=f"{sides[side][place]:g}",
            mend="核对该评分；评分可以为 0 的指标请用 limits_of_agreement",
        )
        for place, side in wrong[:SHOWN_PROBLEMS]
    )
