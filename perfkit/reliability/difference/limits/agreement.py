"""Bias and limits of agreement 系统偏差与一致性界限 of two sets of scores on the same evaluands (Bland & Altman)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import nctdtrit, ndtri, stdtr, stdtrit

from perfkit.errors import MethodError, Problem
from perfkit.reliability.coverage import covered
from perfkit.reliability.difference.covered_parts import covered_parts, designed, pair_region
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    checked_level,
    no_interval,
    too_few,
    unknown_choice,
    with_counts,
    zero_error,
)
from perfkit.reliability.ratings import Pairs, pairs
from perfkit.result import Caveat, Interval

FloatArray: TypeAlias = NDArray[np.float64]
LimitsInterval: TypeAlias = Literal["exact", "ba1999", "ba1986", "none"]

LIMITS_INTERVALS = ("exact", "ba1999", "ba1986", "none")
# Scores in tenths leave differences that vary by a few units of the last binary place of the scores themselves.
NOISE = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceBiasResult(EstimateResult):
    """Mean difference x - y 系统偏差结果, in the unit of the scores.

    ``sd_diff`` is the standard deviation of the differences, ``sd_of_means`` that of the pair means (both n - 1).
    """

    kind: ClassVar[str] = "difference_bias"

    sd_diff: float = UNKNOWN
    sd_of_means: float = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsOfAgreementResult(EstimateResult):
    """Limits of agreement 一致性界限结果, in the unit of the scores.

    ``value`` and ``interval`` are the mean difference and its t interval. ``lower`` and ``upper`` are the limits,
    each with an interval of its own made by ``limits_interval_method``; ``sd`` is that of the differences.
    """

    kind: ClassVar[str] = "limits_of_agreement"

    lower: float
    upper: float
    lower_interval: Interval
    upper_interval: Interval
    limits_interval_method: str
    sd: float
    multiplier: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row each for lower limit, bias and upper limit: value and interval, n and caveats."""
        limits = (self.lower, self.value, self.upper)
        return with_counts(limits_frame(limits, (self.lower_interval, self.interval, self.upper_interval)), self)


def limits_frame(values: tuple[float, float, float], intervals: tuple[Interval, Interval, Interval]) -> pd.DataFrame:
    """Return lower limit, bias and upper limit as a table 界限表: ``part``, ``value``, ``low``, ``high``, ``level``."""
    return pd.DataFrame(
        {
            "part": ["lower", "bias", "upper"],
            "value": values,
            "low": [interval.low for interval in intervals],
            "high": [interval.high for interval in intervals],
            "level": [interval.level for interval in intervals],
        }
    )


def is_noise(values: FloatArray, scale: float) -> bool:
    """Return whether deviations are no more than rounding 舍入噪声 of numbers as large as ``scale``."""
    return float(np.sum(values**2)) <= values.size * (NOISE * scale) ** 2


def largest(*sides: FloatArray) -> float:
    """Return the largest absolute value of all sides 最大绝对值; 0 where there is none."""
    return max((float(np.max(np.abs(side))) for side in sides if side.size), default=0.0)


def standard_deviation(values: FloatArray, scale: float) -> float:
    """Return the sample standard deviation 标准差: NaN below two values, exactly 0 where only rounding varies."""
    if values.size < 2:
        return UNKNOWN
    deviations = values - values.mean()
    if is_noise(deviations, scale):
        return 0.0
    return math.sqrt(float(deviations @ deviations) / (values.size - 1))


def t_interval(centre: float, se: float, freedom: float, level: float) -> Interval:
    """Return centre ± t·se 置信区间; NaN limits where the standard error is 0 or unknown."""
    if not (se > 0 and freedom > 0):
        return no_interval(level)
    half = float(stdtrit(freedom, 0.5 + level / 2)) * se
    return Interval(centre - half, centre + half, level)


def t_p_value(centre: float, se: float, freedom: float) -> float:
    """Return the two-sided p of centre/se 双侧 p 值; NaN where the standard error is 0 or unknown."""
    if not (se > 0 and freedom > 0):
        return UNKNOWN
    return float(2 * stdtr(freedom, -abs(centre / se)))


def checked_multiplier(multiplier: float | None, coverage: float) -> float:
    """Return the number of standard deviations of a limit 界限倍数: as given, else the normal quantile of coverage.

    Raises
    ------
    MethodError
        Where the multiplier is not a positive number or the coverage not between 0 and 1.
    """
    if multiplier is None:
        return float(ndtri(0.5 + checked_level(coverage) / 2))
    if not 0 < multiplier < math.inf:
        raise MethodError(
            Problem(
                code="LA-MULTIPLIER",
                where="multiplier",
                expected="大于 0 的倍数，如 1.96",
                found=f"{multiplier:g}",
                mend="改为正数，或留空而给出 coverage",
            )
        )
    return float(multiplier)


def _spread_caveats(n: int, spread: float) -> tuple[Caveat, ...]:
    """Return why a mean difference has no interval: fewer than two pairs, or differences that do not vary."""
    if n < 2:
        return (too_few(n, 2),)
    return (zero_error(),) if spread == 0 else ()


def difference_bias(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> DifferenceBiasResult:
    """Return the mean difference 系统偏差 x - y with its t interval.

    Parameters
    ----------
    x, y : shape (n,) each, the two scores of every evaluand in the same unit; NaN where missing.
    level : confidence level, 0 < level < 1.

    Returns
    -------
    DifferenceBiasResult
        ``value`` in the unit of the scores; positive where x lies above y.

    Raises
    ------
    DataError
        Where the sides differ in length or are not numbers.
    MethodError
        Where ``level`` is not between 0 and 1.

    Notes
    -----
    d̄ ± t(n-1)·s_d/√n; p of the paired t test. Assumes differences that are independent between evaluands and not too
    skew. Not when the difference grows with the level: see ``proportional_bias``. A bias of 0 does not mean
    agreement: the limits of agreement say how far single scores lie apart. Source: Bland & Altman (1986), Lancet 327,
    307-310. Verified against R blandr 0.6.0 ``blandr.statistics`` and R 4.2.2 ``t.test`` in
    ``tests/reliability/test_limits.py`` and the golden records.

    Examples
    --------
    >>> result = difference_bias([88.0, 92.5, 79.0, 85.0], [85.0, 90.0, 80.0, 81.0])
    >>> f"{result.value:.3f} [{result.interval.low:.3f}, {result.interval.high:.3f}]"
    '2.125 [-1.335, 5.585]'
    """
    level = checked_level(level)
    both = pairs(x, y)
    n = both.x.size
    difference = both.x - both.y
    scale = largest(both.x, both.y)
    spread = standard_deviation(difference, scale)
    value = float(difference.mean()) if n else UNKNOWN
    se = spread / math.sqrt(n) if n else UNKNOWN
    found = DifferenceBiasResult(
        value=value,
        interval=t_interval(value, se, n - 1, level),
        interval_method="t" if se > 0 else "none",
        se=se,
        p=t_p_value(value, se, n - 1),
        test="paired t, mean difference 0",
        sd_diff=spread,
        sd_of_means=standard_deviation((both.x + both.y) / 2, scale),
        method="difference_bias:x_minus_y",
        n_used=n,
        n_dropped=both.n_dropped,
        caveats=_spread_caveats(n, spread),
        source="Bland & Altman (1986), Lancet 327, 307-310",
    )
    return covered(found, pair_region(both.x, both.y))


def limits_of_agreement(
    x: ArrayLike,
    y: ArrayLike,
    *,
    multiplier: float | None = None,
    coverage: float = 0.95,
    interval: LimitsInterval = "exact",
    interval_z: float | None = None,
    level: float = 0.95,
) -> LimitsOfAgreementResult:
    """Return the limits of agreement 一致性界限 d̄ ± z·s of the differences x - y, each with an interval.

    Parameters
    ----------
    x, y : shape (n,) each, the two scores of every evaluand in the same unit; NaN where missing.
    multiplier : number z of standard deviations, > 0; by default the normal quantile of ``coverage``.
    coverage : share of differences that the limits are to hold, 0 < coverage < 1; unused where z is given.
    interval : of each limit: ``"exact"`` (noncentral t), ``"ba1999"`` or ``"ba1986"`` (approximate), ``"none"``.
    interval_z : the z inside the standard error of ``"ba1999"``; by default ``multiplier``.
    level : confidence level of the intervals, 0 < level < 1.

    Returns
    -------
    LimitsOfAgreementResult
        ``value`` is the bias; ``lower``, ``upper`` the limits, in the unit of the scores.

    Raises
    ------
    DataError
        Where the sides differ in length or are not numbers.
    MethodError
        Where an option does not exist or lies outside its range.

    Notes
    -----
    exact: the limit is the estimated percentile μ ± zσ, whose interval is d̄ ± q·s/√n with q the (1∓level)/2 quantiles
    of the noncentral t with n-1 degrees of freedom and noncentrality z√n (Carkeet 2015, Optom Vis Sci 92, e71-e80;
    Shieh 2018, BMC Med Res Methodol 18, 45). ba1999: limit ± t(n-1)·s·√(1/n + z²/(2(n-1))) (Bland & Altman 1999, Stat
    Methods Med Res 8, 135-160, section 2). ba1986: ± t(n-1)·s·√(3/n) (Bland & Altman 1986, Lancet 327, 307-310). The
    approximate intervals are symmetric and too short outwards below some hundred evaluands.
    Assumes normal differences whose spread does not change with the level: else ``heteroscedastic_limits`` or
    ``ratio_limits``; several scores of one evaluand: ``repeated_limits``. Whether the limits are narrow enough is a
    decision about use, not a test. Verified against R blandr 0.6.0 and R 4.2.2 ``qt(ncp=)`` in
    ``tests/reliability/test_limits.py`` and the golden records.

    Examples
    --------
    >>> result = limits_of_agreement([88.0, 92.5, 79.0, 85.0], [85.0, 90.0, 80.0, 81.0], multiplier=2)
    >>> f"{result.value:.3f}: {result.lower:.3f} to {result.upper:.3f}"
    '2.125: -2.224 to 6.474'
    """
    level = checked_level(level)
    z = checked_multiplier(multiplier, coverage)
    if interval not in LIMITS_INTERVALS:
        raise unknown_choice("interval", interval, LIMITS_INTERVALS)
    inner = z if interval_z is None else checked_multiplier(interval_z, coverage)
    both = pairs(x, y)
    n = both.x.size
    value, spread = _bias_and_spread(both)
    se = spread / math.sqrt(n) if n else UNKNOWN
    above = _offsets(interval, spread, n, z, inner, level)
    found = LimitsOfAgreementResult(
        value=value,
        interval=t_interval(value, se, n - 1, level),
        interval_method="t" if se > 0 else "none",
        se=se,
        lower=value - z * spread,
        upper=value + z * spread,
        lower_interval=Interval(value - above[1], value - above[0], level),
        upper_interval=Interval(value + above[0], value + above[1], level),
        limits_interval_method=interval if spread > 0 else "none",
        sd=spread,
        multiplier=z,
        method=f"limits_of_agreement:{interval}",
        n_used=n,
        n_dropped=both.n_dropped,
        caveats=_spread_caveats(n, spread),
        source="Bland & Altman (1999), Stat Methods Med Res 8, 135-160",
    )
    bias, *limits = designed(pair_region(both.x, both.y), "bias", "lower", "upper")
    return covered_parts(
        found, [(bias, found.interval_method), *((limit, found.limits_interval_method) for limit in limits)]
    )


def _bias_and_spread(both: Pairs) -> tuple[float, float]:
    """Return the mean and the standard deviation of the differences."""
    difference = both.x - both.y
    value = float(difference.mean()) if difference.size else UNKNOWN
    return value, standard_deviation(difference, largest(both.x, both.y))


def _offsets(interval: str, spread: float, n: int, z: float, inner: float, level: float) -> tuple[float, float]:
    """Return how far above the bias the interval of the upper limit begins and ends; the lower limit mirrors it."""
    if interval == "none" or not spread > 0:
        return UNKNOWN, UNKNOWN
    if interval == "exact":
        ends = nctdtrit(n - 1, z * math.sqrt(n), np.array([0.5 - level / 2, 0.5 + level / 2]))
        low, high = ends * spread / math.sqrt(n)
        return float(low), float(high)
    variance = 3 / n if interval == "ba1986" else 1 / n + inner**2 / (2 * (n - 1))
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * spread * math.sqrt(variance)
    return z * spread - half, z * spread + half
