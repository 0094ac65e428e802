"""Limits of agreement from replicates 重复测量的一致性界限 (Bland & Altman 1999, 2007; intervals of Zou 2013)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from perfkit.errors import MethodError, Problem
from perfkit.reliability.coverage import differences_region
from perfkit.reliability.difference.covered_parts import covered_parts
from perfkit.reliability.difference.limits.agreement import (
    FloatArray,
    checked_multiplier,
    is_noise,
    largest,
    limits_frame,
)
from perfkit.reliability.difference.limits.replicates import refuse_absent, refuse_unnamed
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
from perfkit.reliability.ratings import FloatMatrix, rating_matrix
from perfkit.result import Caveat, Interval

Model: TypeAlias = Literal["true_value_varies", "true_value_constant"]
MeanOver: TypeAlias = Literal["subject_means", "pairs"]
RepeatedInterval: TypeAlias = Literal["mover", "none"]
WithinDivisor: TypeAlias = Literal["all_evaluands", "replicated_evaluands"]

MODELS = ("true_value_varies", "true_value_constant")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedLimitsResult(EstimateResult):
    """Limits of agreement from replicates 重复测量的一致性界限结果, in the unit of the scores.

    ``value`` and ``interval`` are the mean difference x - y and its interval; ``lower`` and ``upper`` the limits for
    single scores with intervals of their own; ``sd`` the standard deviation of a single difference. ``n_used`` and
    ``n_dropped`` count evaluands; ``n_pairs`` replicates with both scores. ``var_between`` is the variance between
    evaluands (of the mean differences, or the ANOVA component where ``mean_over="pairs"``), ``var_within`` that of
    replicates: of the differences, or of x and of y in turn where the true value is constant. ``replicates_mean`` is
    the ANOVA divisor λ, NaN where unused.
    """

    kind: ClassVar[str] = "repeated_limits"

    lower: float
    upper: float
    lower_interval: Interval
    upper_interval: Interval
    sd: float
    multiplier: float
    var_between: float
    var_within: tuple[float, ...]
    replicates_mean: float = UNKNOWN
    n_pairs: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return one row each for lower limit, bias and upper limit: value and interval, n and caveats."""
        limits = (self.lower, self.value, self.upper)
        return with_counts(limits_frame(limits, (self.lower_interval, self.interval, self.upper_interval)), self)


@dataclass(frozen=True, slots=True)
class _Within:
    """Replicate variance of one series: pooled variance, its degrees of freedom, the share that single scores add."""

    variance: float
    freedom: int
    share: float


@dataclass(frozen=True, slots=True)
class _Series:
    """Replicates of one quantity: number and mean of every evaluand, and the squares about these means."""

    counts: FloatArray
    means: FloatArray
    squares: FloatArray


def _series(values: FloatArray, codes: NDArray[np.int64], size: int, scale: float) -> _Series:
    """Return number, mean and squares of every evaluand; squares that are rounding only become 0."""
    known = ~np.isnan(values)
    places = codes[known]
    # Deviations from one central score first: a large common level then costs no digits.
    centre = float(values[known].mean()) if known.any() else 0.0
    moved = values[known] - centre
    counts: FloatArray = np.bincount(places, minlength=size).astype(np.float64)
    sums = np.bincount(places, weights=moved, minlength=size)
    means = np.divide(sums, counts, out=np.full(size, UNKNOWN), where=counts > 0)
    deviations = moved - means[places]
    varies = 0.0 if is_noise(deviations, scale) else 1.0
    squares: FloatArray = np.bincount(places, weights=varies * deviations**2, minlength=size).astype(np.float64)
    return _Series(counts, means + centre, squares)


def _pooled(series: _Series, divisor: str, replicated: NDArray[np.bool_]) -> _Within:
    """Return the pooled replicate variance; 0 with no freedom where no evaluand has a second replicate."""
    total, n = float(series.counts.sum()), series.counts.size
    share = 1 - float(np.mean(1 / series.counts))
    if divisor == "replicated_evaluands":
        below, squares = total - int(np.count_nonzero(replicated)), float(series.squares[replicated].sum())
    else:
        below, squares = total - n, float(series.squares.sum())
    variance = squares / below if below > 0 and total > n else 0.0
    return _Within(variance, int(total) - n, share)


def _chi_square_quantile(share: float, freedom: int) -> float:
    """Return a quantile of the chi-square distribution."""
    return float(2 * gammaincinv(freedom / 2, share))


def _mover(
    value: float, between: float, parts: tuple[_Within, ...], n: int, z: float, level: float
) -> tuple[Interval, Interval]:
    """Return the intervals of the lower and upper limit from those of the mean and of every variance (Zou 2013)."""
    tails = 0.5 - level / 2, 0.5 + level / 2
    total = between + sum(part.share * part.variance for part in parts)
    terms = [(between, n - 1)] + [(part.share * part.variance, part.freedom) for part in parts if part.freedom > 0]
    below = sum((v * (1 - f / _chi_square_quantile(tails[1], f))) ** 2 for v, f in terms)
    above = sum((v * (f / _chi_square_quantile(tails[0], f) - 1)) ** 2 for v, f in terms)
    spread, least, most = math.sqrt(total), max(0.0, total - math.sqrt(below)), total + math.sqrt(above)
    mean_part = float(ndtri(tails[1])) ** 2 * between / n
    outwards = math.sqrt(mean_part + (z * (math.sqrt(most) - spread)) ** 2)
    inwards = math.sqrt(mean_part + (z * (spread - math.sqrt(least))) ** 2)
    low, high = value - z * spread, value + z * spread
    return Interval(low - outwards, low + inwards, level), Interval(high - inwards, high + outwards, level)


def _checked(model: str, mean_over: str, interval: str | None, divisor: str) -> str:
    """Return the interval method after checking that the options exist and go together."""
    for name, found, known in (
        ("model", model, MODELS),
        ("mean_over", mean_over, ("subject_means", "pairs")),
        ("interval", interval, (None, "mover", "none")),
        ("within_divisor", divisor, ("all_evaluands", "replicated_evaluands")),
    ):
        if found not in known:
            raise unknown_choice(name, found, tuple(map(str, known)))
    if mean_over == "pairs" and (model == "true_value_constant" or interval == "mover"):
        raise MethodError(
            Problem(
                code="LA-PAIRS",
                where="mean_over",
                expected="subject_means（真值不变的模型与 mover 区间都以各对象的均值为基础）",
                found="pairs",
                mend="改为 subject_means，或用 true_value_varies 并令 interval 为 none",
            )
        )
    return interval or ("none" if mean_over == "pairs" else "mover")


def _kept(scores: FloatMatrix, evaluands: pd.Series, model: Model) -> NDArray[np.bool_]:
    """Return the rows that are used: whole pairs, or for a constant true value every row of evaluands scored by both."""
    known = pd.DataFrame(~np.isnan(scores))
    both = known if model == "true_value_varies" else known.groupby(evaluands.to_numpy()).transform("any")
    return np.asarray(both.to_numpy(dtype=bool).all(axis=1))


def repeated_limits(
    frame: pd.DataFrame,
    *,
    evaluand: str = "evaluand",
    x: str = "x",
    y: str = "y",
    model: Model = "true_value_varies",
    mean_over: MeanOver = "subject_means",
    multiplier: float | None = None,
    coverage: float = 0.95,
    interval: RepeatedInterval | None = None,
    within_divisor: WithinDivisor = "all_evaluands",
    level: float = 0.95,
) -> RepeatedLimitsResult:
    """Return limits of agreement where evaluands were scored repeatedly by both methods 重复测量的一致性界限.

    Parameters
    ----------
    frame : one row per replicate, as ``wide_replicates`` and ``long_replicates`` return it; NaN where missing.
    evaluand, x, y : names of the columns.
    model : ``"true_value_varies"``: the replicates are pairs taken at one time, incomplete pairs are dropped;
        ``"true_value_constant"``: replicates of x and y belong together by evaluand only, all scores are used.
    mean_over : ``"subject_means"`` (every evaluand counts once) or ``"pairs"`` (every pair; ANOVA components).
    multiplier : number of standard deviations, > 0; by default the normal quantile of ``coverage``.
    coverage : share of differences that the limits are to hold, 0 < coverage < 1; unused where the former is given.
    interval : ``"mover"`` (of the bias and of both limits) or ``"none"``; by default ``"mover"`` over subject means,
        ``"none"`` over pairs.
    within_divisor : replicate squares are divided by scores less ``"all_evaluands"`` (unbiased), or less the
        ``"replicated_evaluands"`` only, as SimplyAgree does: it differs where some have a single replicate.
    level : confidence level, 0 < level < 1.

    Returns
    -------
    RepeatedLimitsResult
        Limits for the difference of two single scores.

    Raises
    ------
    DataError
        Where a column is absent, an evaluand unnamed or a score no number.
    MethodError
        Where an option does not exist or the options do not go together.

    Notes
    -----
    Over subject means: s² = var(d̄_i) + (1 - mean 1/m_i)·s_w², for a constant true value with one such term for x and
    one for y (Bland & Altman 1999, Stat Methods Med Res 8, 135-160, section 5). Over pairs: one-way ANOVA of the
    paired differences, s² = (MSB - MSW)/λ + MSW, λ = (N² - Σm²)/((n-1)N), a negative component set to 0 (Bland &
    Altman 2007, J Biopharm Stat 17, 571-582). MOVER intervals: Zou (2013), Stat Methods Med Res 22, 630-642; the
    interval of the bias is d̄ ± z·sd(d̄_i)/√n, normal, hence short below some twenty evaluands. Treating replicates as
    separate evaluands gives limits that are too narrow. Verified against R 4.2.2 ``anova(lm())`` and SimplyAgree
    0.1.2 ``agree_nest`` and ``agree_reps`` in ``tests/reliability/test_limits_repeated.py`` and the golden records.

    Examples
    --------
    >>> scores = pd.DataFrame({"evaluand": list("aabbcc"), "x": [8, 9, 6, 6, 7, 8], "y": [7, 9, 5, 6, 7, 9]})
    >>> result = repeated_limits(scores)
    >>> f"{result.value:.3f}: {result.lower:.3f} to {result.upper:.3f}"
    '0.167: -1.330 to 1.664'
    """
    level = checked_level(level)
    chosen = _checked(model, mean_over, interval, within_divisor)
    z = checked_multiplier(multiplier, coverage)
    refuse_absent(frame, [evaluand, x, y])
    refuse_unnamed(frame, [evaluand], unique=False)
    scores = rating_matrix(frame[[x, y]])
    kept = _kept(scores, frame[evaluand], model)
    codes, names = pd.factorize(frame[evaluand].to_numpy()[kept])
    dropped = int(frame[evaluand].nunique()) - len(names)
    found = _estimated(scores[kept], codes.astype(np.int64), len(names), model, mean_over, within_divisor)
    value, spread, n = found.value, math.sqrt(found.total), len(names)
    bias, limits = no_interval(level), (no_interval(level), no_interval(level))
    se = math.sqrt(found.between / n) if mean_over == "subject_means" and n > 1 else UNKNOWN
    sound = chosen == "mover" and se > 0
    if sound:
        half = float(ndtri(0.5 + level / 2)) * se
        bias = Interval(value - half, value + half, level)
        limits = _mover(value, found.between, found.parts, n, z, level)
    result = RepeatedLimitsResult(
        value=value,
        interval=bias,
        interval_method="mover" if sound else "none",
        se=se,
        missing="listwise" if model == "true_value_varies" else "available",
        lower=value - z * spread,
        upper=value + z * spread,
        lower_interval=limits[0],
        upper_interval=limits[1],
        sd=spread,
        multiplier=z,
        var_between=found.between,
        var_within=tuple(part.variance if part.freedom > 0 else UNKNOWN for part in found.parts),
        replicates_mean=found.replicates_mean,
        n_pairs=int(np.count_nonzero(~np.isnan(scores).any(axis=1))),
        method=f"repeated_limits:{model}:{mean_over}:{chosen}",
        n_used=n,
        n_dropped=dropped,
        caveats=_caveats(n, found, se == 0 and chosen == "mover"),
        source="Bland & Altman (1999, 2007); intervals of Zou (2013), Stat Methods Med Res 22, 630-642",
    )
    regions = [differences_region(found.means, n=n, design=f"{model}:{part}") for part in ("bias", "upper")]
    return covered_parts(result, [(region, result.interval_method) for region in regions])


@dataclass(frozen=True, slots=True)
class _Estimates:
    """Bias, variance between evaluands, replicate variances, the variance of a single difference, the mean differences."""

    value: float
    between: float
    parts: tuple[_Within, ...]
    total: float
    means: FloatArray
    replicates_mean: float = UNKNOWN
    negative: bool = False


def _estimated(
    scores: FloatArray, codes: NDArray[np.int64], n: int, model: str, mean_over: str, divisor: str
) -> _Estimates:
    """Return the estimates of either model; NaN throughout below two evaluands."""
    if n < 2:
        value = float(np.nanmean(scores[:, 0]) - np.nanmean(scores[:, 1])) if n else UNKNOWN
        return _Estimates(value, UNKNOWN, (), UNKNOWN, np.empty(0))
    scale = largest(scores[~np.isnan(scores)])
    if model == "true_value_varies":
        series = [_series(scores[:, 0] - scores[:, 1], codes, n, scale)]
        means = series[0].means
        if mean_over == "pairs":
            return _anova(series[0], scale)
    else:
        series = [_series(scores[:, side], codes, n, scale) for side in (0, 1)]
        means = series[0].means - series[1].means
    replicated = np.all([one.counts > 1 for one in series], axis=0)
    parts = tuple(_pooled(one, divisor, replicated) for one in series)
    value = float(means.mean())
    deviations = means - value
    between = 0.0 if is_noise(deviations, scale) else float(deviations @ deviations) / (n - 1)
    total = between + sum(part.share * part.variance for part in parts)
    return _Estimates(value, between, parts, total, means)


def _anova(series: _Series, scale: float) -> _Estimates:
    """Return the one-way ANOVA estimates, every pair of scores counting once."""
    counts, n = series.counts, series.counts.size
    total = float(counts.sum())
    value = float(counts @ series.means) / total
    deviations = series.means - value
    divisor = (total**2 - float(counts @ counts)) / ((n - 1) * total)
    across = 0.0 if is_noise(deviations, scale) else float(counts @ deviations**2) / (n - 1)
    within = _pooled(series, "all_evaluands", counts > 1)
    component = (across - within.variance) / divisor
    between = max(0.0, component)
    return _Estimates(value, between, (within,), between + within.variance, series.means, divisor, component < 0)


def _caveats(n: int, found: _Estimates, without_error: bool) -> tuple[Caveat, ...]:
    """Return what is missing: evaluands, replicates, or variation."""
    if n < 2:
        return (too_few(n, 2),)
    caveats = []
    if any(part.freedom == 0 for part in found.parts):
        caveats.append(Caveat("NO_REPLICATES", "没有一个评价对象有重复评分，组内方差无法估计，界限按单次评分计算"))
    if found.negative:
        caveats.append(Caveat("NEGATIVE_COMPONENT", "对象间方差分量估计为负，已按 0 计"))
    if without_error or found.total == 0:
        caveats.append(zero_error())
    return tuple(caveats)
