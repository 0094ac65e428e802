"""Concordance correlation coefficients 一致性相关系数: Lin's for two raters and the overall one for several."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from perfkit.reliability.bootstrap import REPLICATES, SEED, Bootstrap, Counts, Seed, bootstrap
from perfkit.reliability.coverage import covered, scores_region
from perfkit.reliability.difference.limits.agreement import is_noise, largest
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    checked_level,
    constant_rater,
    no_interval,
    no_variance,
    too_few,
    too_few_raters,
    unknown_choice,
    zero_error,
)
from perfkit.reliability.ratings import Ratings, complete_rows, pairs, rater_names, rating_matrix
from perfkit.result import Caveat, Interval

FloatArray: TypeAlias = NDArray[np.float64]
LinInterval: TypeAlias = Literal["z", "asymptotic", "none"]
OverallInterval: TypeAlias = Literal["none", "bootstrap"]

# Lin's variance has the divisor n - 2.
FEWEST_FOR_INTERVAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LinCccResult(EstimateResult):
    """Lin's concordance correlation 一致性相关系数结果: ``value`` = ``pearson`` (precision) × ``c_b`` (accuracy).

    ``scale_shift`` is sd(y)/sd(x); ``location_shift`` (mean y - mean x)/√(sd x·sd y), standard deviations with 1/n.
    ``se`` is that of the coefficient itself, whichever interval is asked for.
    """

    kind: ClassVar[str] = "lin_ccc"

    pearson: float
    c_b: float
    scale_shift: float
    location_shift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OverallCccResult(EstimateResult):
    """Overall concordance correlation 总体一致性相关系数结果: ``value`` = ``precision`` × ``accuracy``."""

    kind: ClassVar[str] = "overall_ccc"

    precision: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class _Moments:
    """Means and 1/n moments of two sides; a variance that is rounding only is exactly 0."""

    shift: float
    x: float
    y: float
    product: float


def _moments(x: FloatArray, y: FloatArray) -> _Moments:
    """Return the moments of two sides, deviations taken first so that a large common level costs no digits."""
    n = x.size
    dx, dy = x - x.mean(), y - y.mean()
    flat_x, flat_y = is_noise(dx, largest(x)), is_noise(dy, largest(y))
    # The difference of the means is taken from the differences: the means themselves round at a large level.
    shift = float((y - x).mean())
    if is_noise(np.array([shift]), largest(x, y)):
        shift = 0.0
    return _Moments(
        shift=shift,
        x=0.0 if flat_x else float(dx @ dx) / n,
        y=0.0 if flat_y else float(dy @ dy) / n,
        product=0.0 if flat_x or flat_y else float(dx @ dy) / n,
    )


def lin_ccc(x: ArrayLike, y: ArrayLike, *, interval: LinInterval = "z", level: float = 0.95) -> LinCccResult:
    """Return Lin's concordance correlation coefficient 一致性相关系数 of two scores.

    Parameters
    ----------
    x, y : shape (n,) each, the two scores of every evaluand in the same unit; NaN where missing.
    interval : ``"z"`` (on the scale of the inverse hyperbolic tangent), ``"asymptotic"`` (symmetric, may pass 1) or
        ``"none"``.
    level : confidence level, 0 < level < 1.

    Returns
    -------
    LinCccResult
        ``value`` in [-1, 1]; 1 only where y = x throughout.

    Raises
    ------
    DataError
        Where the sides differ in length or are not numbers.
    MethodError
        Where an option does not exist or lies outside its range.

    Notes
    -----
    ρ_c = 2 s_xy / (s_x² + s_y² + (x̄ - ȳ)²), variances with 1/n (Lin 1989, Biometrics 45, 255-268). Its variance with
    the correction of Lin (2000), Biometrics 56, 324-325, and divisor n - 2, written here with C_b = ρ_c/r so that r
    may be 0: [(1-r²)(1-ρ_c²)C_b² + 2ρ_c²(1-ρ_c)C_b u² - ρ_c²C_b²u⁴/2]/(n-2). The z interval divides its root by
    1-ρ_c² and goes back by tanh. Assumes bivariate normal scores. Like every correlation it grows with the spread
    between evaluands: do not compare it between sets of unequal spread, and report bias and limits of agreement
    beside it. A side that does not vary: 0 by definition (any bias), without interval. Verified against R epiR 2.0.94
    ``epi.ccc`` and DescTools 0.99.59 ``CCC`` in ``tests/reliability/test_ccc.py`` and the golden records.

    Examples
    --------
    >>> result = lin_ccc([88.0, 92.5, 79.0, 85.0, 70.0], [85.0, 90.0, 80.0, 81.0, 72.0])
    >>> f"{result.value:.4f} = {result.pearson:.4f} x {result.c_b:.4f}"
    '0.9260 = 0.9769 x 0.9479'
    """
    level = checked_level(level)
    if interval not in ("z", "asymptotic", "none"):
        raise unknown_choice("interval", interval, ("z", "asymptotic", "none"))
    both = pairs(x, y)
    n = both.x.size
    found = _moments(both.x, both.y) if n else _Moments(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    base = found.x + found.y + found.shift**2
    value = 2 * found.product / base if n > 1 and base > 0 else UNKNOWN
    geometric = math.sqrt(found.x * found.y) if n > 1 else UNKNOWN
    varies = geometric > 0
    pearson = max(-1.0, min(1.0, found.product / geometric)) if varies else UNKNOWN
    accuracy = 2 * geometric / base if varies else UNKNOWN
    location = found.shift / math.sqrt(geometric) if varies else UNKNOWN
    se = _lin_error(value, pearson, accuracy, location, n)
    limits = _lin_interval(value, se, interval, level)
    result = LinCccResult(
        value=value,
        interval=limits,
        interval_method=interval if limits.known else "none",
        se=se,
        pearson=pearson,
        c_b=accuracy,
        scale_shift=math.sqrt(found.y / found.x) if varies else UNKNOWN,
        location_shift=location,
        method=f"lin_ccc:{interval}",
        n_used=n,
        n_dropped=both.n_dropped,
        caveats=_lin_caveats(n, found, value, se, limits if interval != "none" else None),
        source="Lin (1989), Biometrics 45, 255-268; variance of Lin (2000), Biometrics 56, 324-325",
    )
    return covered(result, scores_region((both.x, both.y)))


def _lin_error(value: float, r: float, accuracy: float, u: float, n: int) -> float:
    """Return Lin's standard error; 0 where the variance is rounding, NaN where it is undefined or negative."""
    if n < FEWEST_FOR_INTERVAL or math.isnan(r):
        return UNKNOWN
    spread = (1 - r**2) * (1 - value**2) * accuracy**2
    moved = 2 * value**2 * (1 - value) * accuracy * u**2 - value**2 * accuracy**2 * u**4 / 2
    variance = (spread + moved) / (n - 2)
    if abs(variance) <= np.finfo(float).eps ** 2 * 1e4:
        return 0.0
    return math.sqrt(variance) if variance > 0 else UNKNOWN


def _lin_interval(value: float, se: float, interval: str, level: float) -> Interval:
    """Return the interval on the asked scale; NaN limits where the standard error carries none."""
    if interval == "none" or not se > 0 or not abs(value) < 1:
        return no_interval(level)
    z = float(ndtri(0.5 + level / 2))
    if interval == "asymptotic":
        return Interval(value - z * se, value + z * se, level)
    centre, half = math.atanh(value), z * se / (1 - value**2)
    return Interval(math.tanh(centre - half), math.tanh(centre + half), level)


def _lin_caveats(n: int, found: _Moments, value: float, se: float, limits: Interval | None) -> tuple[Caveat, ...]:
    """Return why the coefficient or its interval is missing, or where the interval passes the end of the range."""
    if n < 2:
        return (too_few(n, 2),)
    if math.isnan(value):
        return (no_variance(),)
    flat = [name for name, variance in (("x", found.x), ("y", found.y)) if variance == 0]
    if flat:
        return (constant_rater("、".join(flat)),)
    if limits is None:
        return ()
    if n < FEWEST_FOR_INTERVAL:
        return (Caveat("TOO_FEW", f"有效评价对象 {n} 个，区间至少需要 {FEWEST_FOR_INTERVAL} 个，区间无法估计"),)
    if se == 0:
        return (zero_error(),)
    if not limits.known:
        return (Caveat("VARIANCE_UNDEFINED", "Lin 方差公式在此数据上不为正，区间无法估计"),)
    if limits.high > 1 or limits.low < -1:
        return (Caveat("PAST_RANGE", "渐近区间越过系数的取值范围 [-1, 1]，请改用 z 变换区间"),)
    return ()


def overall_ccc(
    ratings: Ratings,
    *,
    interval: OverallInterval = "none",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
) -> OverallCccResult:
    """Return the overall concordance correlation coefficient 总体一致性相关系数 of several raters.

    Parameters
    ----------
    ratings : shape (n, k) array or DataFrame, rows evaluands, columns raters, one unit; rows with a missing rating
        are dropped.
    interval : ``"none"``, or ``"bootstrap"`` (percentile, evaluands resampled).
    level : confidence level, 0 < level < 1.
    replicates, seed : of the bootstrap.

    Returns
    -------
    OverallCccResult
        ``value`` in [-1, 1] with ``precision`` (mean correlation, weighted) and ``accuracy`` (closeness of means and
        spreads).

    Raises
    ------
    DataError
        Where the table is not two-dimensional or not numeric.
    MethodError
        Where an option does not exist or lies outside its range.

    Notes
    -----
    2 Σ_{j<l} s_jl / Σ_{j<l} [s_j² + s_l² + (x̄_j - x̄_l)²], variances with n - 1; precision Σ s_jl / Σ s_j s_l,
    accuracy value/precision (Barnhart, Haber & Song 2002, Biometrics 58, 1020-1027). With two raters it is Lin's
    coefficient with n - 1 in place of n. No analytic interval is offered. Not for comparing sets of evaluands of
    unequal spread. A rater without variation keeps the value (it counts as bias) under a caveat. Verified against R
    epiR 2.0.94 ``epi.occc`` in ``tests/reliability/test_ccc.py`` and the golden records.

    Examples
    --------
    >>> result = overall_ccc([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> f"{result.value:.4f} = {result.precision:.4f} x {result.accuracy:.4f}"
    '0.2843 = 0.7545 x 0.3768'
    """
    level = checked_level(level)
    if interval not in ("none", "bootstrap"):
        raise unknown_choice("interval", interval, ("none", "bootstrap"))
    matrix = rating_matrix(ratings)
    kept, dropped = complete_rows(matrix)
    n, k = kept.shape
    shared = {"n_used": n, "n_dropped": dropped}
    value, precision, accuracy, caveats = _overall(kept, rater_names(ratings, k))
    drawn = Bootstrap(interval=no_interval(level), interval_method="none", se=UNKNOWN, replicates=0, seed=None)
    if interval == "bootstrap" and not math.isnan(value):
        drawn = bootstrap(_overall_of_counts(kept), n, value=value, level=level, replicates=replicates, seed=seed)
    result = OverallCccResult(
        value=value,
        precision=precision,
        accuracy=accuracy,
        method=f"overall_ccc:{interval}",
        caveats=caveats + drawn.caveats,
        source="Barnhart, Haber & Song (2002), Biometrics 58, 1020-1027",
        **shared,
        **drawn.fields(),
    )
    return covered(result, scores_region(kept))


def _overall(kept: FloatArray, names: tuple[str, ...]) -> tuple[float, float, float, tuple[Caveat, ...]]:
    """Return value, precision, accuracy and what to know of them."""
    n, k = kept.shape
    if k < 2 or n < 2:
        return UNKNOWN, UNKNOWN, UNKNOWN, (too_few_raters(k, 2) if k < 2 else too_few(n, 2),)
    means = kept.mean(axis=0)
    centred = kept - means
    flat = np.array([is_noise(column, largest(kept[:, j])) for j, column in enumerate(centred.T)])
    centred[:, flat] = 0.0
    covariance = centred.T @ centred / (n - 1)
    variances = np.diag(covariance)
    spreads = np.sqrt(variances)
    shifts = means - means.mean()
    if is_noise(shifts, largest(kept)):
        shifts = np.zeros(k)
    base = (k - 1) * float(variances.sum()) + k * float(shifts @ shifts)
    shared = float(covariance.sum() - variances.sum())
    possible = float(spreads.sum() ** 2 - variances.sum())
    if base == 0:
        return UNKNOWN, UNKNOWN, UNKNOWN, (no_variance(),)
    constant = (constant_rater("、".join(np.array(names)[flat])),) if flat.any() else ()
    if np.count_nonzero(~flat) < 2:
        return 0.0, UNKNOWN, 0.0, constant
    return shared / base, shared / possible, possible / base, constant


def _overall_of_counts(kept: FloatArray) -> Callable[[Counts], NDArray[np.float64]]:
    """Return the coefficient as a function of how often each evaluand is drawn: three sums per rater suffice."""
    n, k = kept.shape
    means = kept.mean(axis=0)
    centred = kept - means
    features = np.column_stack([centred, (centred**2).sum(axis=1), centred.sum(axis=1) ** 2])
    offsets = means - means.mean()
    least = n * k * largest(kept) ** 2 * 1e-26

    def values(counts: Counts) -> NDArray[np.float64]:
        sums = counts @ features
        moved = sums[:, :k] / n
        variances = (sums[:, k] - n * (moved**2).sum(axis=1)) / (n - 1)
        whole = (sums[:, k + 1] - n * moved.sum(axis=1) ** 2) / (n - 1)
        shifts = offsets + moved - moved.mean(axis=1, keepdims=True)
        base = (k - 1) * variances + k * (shifts**2).sum(axis=1)
        return np.where(base > least, (whole - variances) / np.where(base > least, base, 1.0), UNKNOWN)

    return values
