"""Pearson's r and Spearman's rho, with t tests that hold in the far tails and Fisher's interval."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, ndtri

from perfkit.reliability.bootstrap import REPLICATES, SEED, BootstrapKind, Counts, Seed
from perfkit.reliability.concordance.ranks import (
    FEW_EVALUANDS,
    RELATIVE_NOISE,
    RankedColumn,
    checked_options,
    resampled,
    small_approximation,
)
from perfkit.reliability.concordance.tau import undefined_pairs
from perfkit.reliability.coverage import covered, scores_region
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    no_interval,
)
from perfkit.reliability.ratings import FloatMatrix, Pairs, pairs
from perfkit.result import Caveat, Interval
from perfkit.terms.reliability import Statistic

CorrelationInterval: TypeAlias = Literal["fisher_z", "bootstrap", "none"]
INTERVALS = ("fisher_z", "bootstrap", "none")
FEWEST_PAIRS = 3
FEWEST_FOR_FISHER = 4
# Two unit vectors nearer than this many units in the last place, per size of their values, are one.
ROUNDING = 4 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, kw_only=True)
class PearsonRResult(EstimateResult):
    """Pearson's correlation 皮尔逊 r."""

    kind: ClassVar[str] = Statistic.PEARSON_R.value


@dataclass(frozen=True, slots=True, kw_only=True)
class SpearmanRhoResult(EstimateResult):
    """Spearman's correlation of midranks 斯皮尔曼 ρ."""

    kind: ClassVar[str] = Statistic.SPEARMAN_RHO.value


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation ``r`` with ``below`` = 1 - r and ``above`` = 1 + r, each to full precision near 0."""

    r: float
    below: float
    above: float

    @property
    def perfect(self) -> bool:
        """Return whether all points lie on a line."""
        return self.below == 0 or self.above == 0

    def p(self, n: int) -> float:
        """Return the two-sided p of t with n - 2 df: a beta integral of 1 - r², exact far into the tail."""
        return float(betainc((n - 2) / 2, 0.5, min(1.0, self.below * self.above)))


def correlation(x: FloatMatrix, y: FloatMatrix) -> Correlation:
    """Return the correlation of two columns that are not constant.

    1 - r and 1 + r are half the squared lengths of difference and sum of the standardised columns: no digits cancel
    where r is near ±1, and the p of 1e-190 still has its digits.
    """
    units, noise = [], 0.0
    for side in (x, y):
        centred = side - side.mean()
        spread = float(np.abs(centred).max())
        centred = centred / spread
        length = math.sqrt(float(centred @ centred))
        noise += ROUNDING * float(np.abs(side).max()) / spread * math.sqrt(len(side)) / length
        units.append(centred / length)
    gaps = [float((units[0] + sign * units[1]) @ (units[0] + sign * units[1])) / 2 for sign in (-1.0, 1.0)]
    below, above = (0.0 if gap <= noise * noise / 2 else gap for gap in gaps)
    if below == 0 or above == 0:
        return Correlation(1.0 if below == 0 else -1.0, below, above)
    return Correlation((above - below) / 2, below, above)


def perfect_correlation() -> Caveat:
    """Return: the correlation is ±1, where Fisher's z is infinite and a bootstrap has no spread 完全相关."""
    return Caveat("PERFECT_CORRELATION", "相关系数为 ±1，Fisher z 无穷大，区间无法估计")


def _fisher(found: Correlation, n: int, level: float) -> tuple[dict[str, Any], tuple[Caveat, ...]]:
    """Return the fields of Fisher's interval, and its caveats."""
    if n < FEWEST_FOR_FISHER:
        caveat = Caveat("TOO_FEW", f"有效评价对象 {n} 个，区间至少需要 {FEWEST_FOR_FISHER} 个，区间无法估计")
        return {"interval": no_interval(level)}, (caveat,)
    z = 0.5 * math.log(found.above / found.below)
    half = float(ndtri(0.5 + level / 2)) / math.sqrt(n - 3)
    limits = Interval(math.tanh(z - half), math.tanh(z + half), level)
    return {"interval": limits, "interval_method": "fisher_z"}, ()


def _estimated(
    paired: Pairs,
    sides: Callable[[], tuple[FloatMatrix, FloatMatrix]],
    statistic: Callable[[Counts], FloatMatrix],
    interval: str,
    *,
    level: float,
    replicates: int,
    seed: Seed,
    kind: BootstrapKind,
) -> dict[str, Any]:
    """Return the fields that both correlations share; ``sides`` are the columns correlated."""
    n = len(paired.x)
    fields: dict[str, Any] = {"value": UNKNOWN, "interval": no_interval(level), "n_used": n}
    fields |= {"n_dropped": paired.n_dropped, "caveats": undefined_pairs(paired, FEWEST_PAIRS)}
    if fields["caveats"]:
        return fields
    found = correlation(*sides())
    fields |= {"value": found.r, "p": found.p(n), "test": "t(n-2), H0: correlation = 0, two-sided"}
    caveats: tuple[Caveat, ...] = ()
    if found.perfect:
        caveats = (perfect_correlation(),)
    elif interval == "fisher_z":
        limits, caveats = _fisher(found, n, level)
        fields |= limits
    elif interval == "bootstrap":
        drawn = resampled(statistic, n, value=found.r, level=level, replicates=replicates, seed=seed, kind=kind)
        fields |= drawn.fields()
        caveats = drawn.caveats
    if n < FEW_EVALUANDS:
        caveats = (*caveats, small_approximation(n))
    return fields | {"caveats": caveats}


def correlation_of_sums(cross: FloatMatrix, first: FloatMatrix, second: FloatMatrix, least: FloatMatrix) -> FloatMatrix:
    """Return cross / sqrt(first · second) of b samples; NaN where a sum of squares is not above ``least``."""
    defined = (first > least) & (second > least)
    root = np.sqrt(np.where(defined, first, 1.0)) * np.sqrt(np.where(defined, second, 1.0))
    return np.where(defined, np.clip(cross / root, -1, 1), np.nan)


def _standardised(side: FloatMatrix) -> FloatMatrix:
    """Return a column centred and scaled; zeros where it is constant."""
    centred = side - side.mean()
    spread = float(np.abs(centred).max(initial=0.0))
    return np.asarray(centred / spread) if spread > 0 else centred


def pearson_r(
    x: ArrayLike,
    y: ArrayLike,
    *,
    interval: CorrelationInterval = "fisher_z",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
    kind: BootstrapKind = "percentile",
) -> PearsonRResult:
    """Return Pearson's r 皮尔逊相关系数 of pairs.

    Parameters
    ----------
    x, y : shape (n,) each, any unit; pairs with NaN are dropped.
    interval : ``"fisher_z"``, ``"bootstrap"`` over evaluands, or ``"none"``.
    level : confidence level.
    replicates, seed, kind : of the bootstrap: number of samples, a number or generator, ``"percentile"`` or ``"bca"``.

    Returns
    -------
    PearsonRResult
        -1 … 1; ``p`` two-sided by t with n - 2 df. NaN, with a caveat, for fewer than three pairs or a constant side;
        the interval NaN for fewer than four pairs and where the points lie on a line.

    Raises
    ------
    DataError
        Sides of unequal length, or not numeric.
    MethodError
        An option that does not exist, a level outside 0 … 1, fewer than 100 replicates.

    Notes
    -----
    Interval: tanh(atanh r ± z / sqrt(n - 3)), for pairs near a bivariate normal distribution. Association, not
    agreement: r is 1 where y = 2x + 30; use the ICC, the concordance correlation or limits of agreement for agreement.
    Source: Fisher (1921), Metron 1, 3-32. Verified against R 4.2.2 ``cor.test`` by the golden records, run in
    ``tests/reliability``.

    Examples
    --------
    >>> result = pearson_r([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])
    >>> round(result.value, 4), round(result.p, 4)
    (0.8, 0.1041)
    """
    level = checked_options(level, interval, INTERVALS, kind)
    paired = pairs(x, y)
    a, b = (_standardised(side) for side in (paired.x, paired.y)) if len(paired.x) else (paired.x, paired.y)
    features = np.stack([a, b, a * a, b * b, a * b], axis=1)

    def resampled(counts: Counts) -> FloatMatrix:
        n = counts.sum(axis=1)
        first, second, first_square, second_square, product = (counts @ features).T
        return correlation_of_sums(
            product - first * second / n,
            first_square - first**2 / n,
            second_square - second**2 / n,
            # A sample of one evaluand repeated leaves the rounding of its sums.
            RELATIVE_NOISE * n,
        )

    fields = _estimated(
        paired,
        lambda: (paired.x, paired.y),
        resampled,
        interval,
        level=level,
        replicates=replicates,
        seed=seed,
        kind=kind,
    )
    result = PearsonRResult(method="pearson_r", source="Fisher (1921), Metron 1, 3-32", **fields)
    return covered(result, scores_region((paired.x, paired.y)))


def spearman_rho(
    x: ArrayLike,
    y: ArrayLike,
    *,
    interval: CorrelationInterval = "fisher_z",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
    kind: BootstrapKind = "percentile",
) -> SpearmanRhoResult:
    """Return Spearman's rho 斯皮尔曼等级相关系数 of pairs: Pearson's r of midranks.

    Parameters
    ----------
    x, y : shape (n,) each, any unit; pairs with NaN are dropped.
    interval : ``"fisher_z"``, ``"bootstrap"`` over evaluands (each sample ranked anew), or ``"none"``.
    level : confidence level.
    replicates, seed, kind : of the bootstrap: number of samples, a number or generator, ``"percentile"`` or ``"bca"``.

    Returns
    -------
    SpearmanRhoResult
        -1 … 1; ``p`` two-sided by t with n - 2 df. NaN, with a caveat, for fewer than three pairs or a constant side;
        the interval NaN for fewer than four pairs and where the order is the same throughout.

    Raises
    ------
    DataError
        Sides of unequal length, or not numeric.
    MethodError
        An option that does not exist, a level outside 0 … 1, fewer than 100 replicates.

    Notes
    -----
    Interval: tanh(atanh rho ± z / sqrt(n - 3)), Fisher's for Pearson's r applied to rho, as R does; a little short
    where abs(rho) is near 1: the bootstrap then speaks better. Order only: not a measure of agreement in value.
    Source: Spearman (1904), American Journal of Psychology 15, 72-101; Kendall (1970), Rank Correlation Methods.
    Verified against R 4.2.2 ``cor.test(exact=FALSE)``, R DescTools 0.99.59 ``SpearmanRho`` and scipy 1.12.0
    ``spearmanr`` by the golden records, run in ``tests/reliability``.

    Examples
    --------
    >>> result = spearman_rho([1, 2, 3, 4, 5], [2, 1, 4, 4, 9])
    >>> round(result.value, 4), result.n_used
    (0.8721, 5)
    """
    level = checked_options(level, interval, INTERVALS, kind)
    paired = pairs(x, y)
    ranked = [RankedColumn.of(side) for side in (paired.x, paired.y)]

    def resampled(counts: Counts) -> FloatMatrix:
        first, second = (column.resampled(counts)[0] for column in ranked)
        return correlation_of_sums(
            (counts * first * second).sum(axis=1),
            (counts * first**2).sum(axis=1),
            (counts * second**2).sum(axis=1),
            np.zeros(len(counts)),
        )

    fields = _estimated(
        paired,
        lambda: (ranked[0].midranks(), ranked[1].midranks()),
        resampled,
        interval,
        level=level,
        replicates=replicates,
        seed=seed,
        kind=kind,
    )
    result = SpearmanRhoResult(
        method="spearman_rho", source="Spearman (1904); Fisher z interval as in R cor.test", **fields
    )
    return covered(result, scores_region((paired.x, paired.y)))
