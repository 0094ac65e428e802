"""Bootstrap over evaluands 按评价对象重抽样的自助法: all replicates at once, as counts of how often each was drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from perfkit.errors import MethodError, Problem
from perfkit.reliability.estimate import UNKNOWN, checked_level, no_interval, unknown_choice
from perfkit.reliability.percent import percent
from perfkit.result import Caveat, Interval

REPLICATES = 2000
SEED = 20200225
# Replicates are drawn in blocks of this many counts, so that memory stays flat whatever n is.
BLOCK_CELLS = 1 << 22
# With more than this share of replicates undefined, the rest no longer stand for the sampling distribution.
UNDEFINED_SHARE = 0.05
FEWEST_REPLICATES = 100
# Replicates of a perfect agreement differ by their sums' rounding only.
ROUNDING = 1e-12

Counts: TypeAlias = NDArray[np.float64]
Statistic: TypeAlias = Callable[[Counts], NDArray[np.float64]]
Seed: TypeAlias = int | np.random.Generator
BootstrapKind: TypeAlias = Literal["percentile", "bca"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """What a bootstrap gives 自助法结果: interval, its method, standard error, counts, seed and caveats."""

    interval: Interval
    interval_method: str
    se: float
    replicates: int
    seed: int | None
    caveats: tuple[Caveat, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return the fields of an EstimateResult that come from the bootstrap, without the caveats."""
        return {
            "interval": self.interval,
            "interval_method": self.interval_method,
            "se": self.se,
            "replicates": self.replicates,
            "seed": self.seed,
        }


def drawn_counts(rng: np.random.Generator, replicates: int, n: int) -> Counts:
    """Return how often each evaluand was drawn 抽中次数: shape (replicates, n), every row sums to n."""
    places = rng.integers(0, n, size=(replicates, n))
    places += np.arange(replicates)[:, None] * n
    return np.bincount(places.ravel(), minlength=replicates * n).reshape(replicates, n).astype(np.float64)


def pattern_counts(rng: np.random.Generator, replicates: int, counts: NDArray[np.int64]) -> Counts:
    """Return how often each pattern was drawn where ``counts`` evaluands share it: shape (replicates, m)."""
    total = int(counts.sum())
    return rng.multinomial(total, counts / total, size=replicates).astype(np.float64)


def bootstrap(
    statistic: Statistic,
    n: int,
    *,
    value: float,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
    kind: BootstrapKind = "percentile",
    patterns: NDArray[np.int64] | None = None,
    left_out: NDArray[np.float64] | None = None,
) -> Bootstrap:
    """Return a bootstrap interval 自助法区间 of a statistic, evaluands drawn with replacement.

    Parameters
    ----------
    statistic : from counts of shape (b, n) — how often each evaluand is in each of b samples — to b values; NaN where
        undefined. It must do all samples at once.
    n : number of evaluands (or of patterns, where ``patterns`` is given).
    value : the statistic of the sample itself.
    level : confidence level.
    replicates : number of samples drawn, at least 100.
    seed : a number, or a generator that is drawn from.
    kind : ``"percentile"``, or ``"bca"`` (bias corrected and accelerated), which needs ``left_out``.
    patterns : counts of evaluands that share a pattern; ``statistic`` then takes counts of patterns.
    left_out : shape (n,), the statistic with one evaluand left out (closed form, never n refits).

    Returns
    -------
    Bootstrap
        Limits NaN, with a caveat, where more than 5 % of the replicates are undefined or the limits coincide.

    Raises
    ------
    MethodError
        Where ``replicates`` is no whole number from 100 on, ``seed`` neither one from 0 on nor a generator,
        ``kind`` is unknown, or ``left_out`` is absent for ``"bca"``.

    Notes
    -----
    Percentile: quantiles (1-level)/2 and (1+level)/2 of the replicates, linear between order statistics (type 7). BCa:
    Efron (1987), JASA 82, 171-185. Resampling keeps the raters: the interval speaks of evaluands like these, rated by
    these raters. Not for n below about 10, where the replicates take few values.
    """
    level = checked_level(level)
    if kind not in ("percentile", "bca"):
        raise unknown_choice("kind", kind, ("percentile", "bca"))
    enough = _is_whole(replicates) and replicates >= FEWEST_REPLICATES
    if not enough or (kind == "bca" and left_out is None):
        raise MethodError(
            Problem(
                code="RL-BOOTSTRAP",
                where="left_out" if enough else "replicates",
                expected=f"至少 {FEWEST_REPLICATES} 次重抽样；bca 另需逐一剔除的估计值",
                found=repr(replicates),
                mend=f"用默认的 {REPLICATES} 次，或改用 percentile",
            )
        )
    rng = _generator(seed)
    drawn = _replicates(statistic, n, rng, replicates, patterns)
    known = drawn[np.isfinite(drawn)]
    label = f"bootstrap_{kind}"
    common: dict[str, Any] = {
        "replicates": replicates,
        "seed": None if isinstance(seed, np.random.Generator) else int(seed),
    }
    undefined = 1 - len(known) / replicates
    if np.isnan(value) or undefined > UNDEFINED_SHARE:
        caveat = Caveat("BOOTSTRAP_UNDEFINED", f"自助样本中 {percent(undefined)} 无法计算该统计量，区间无法估计")
        caveats = (caveat,) if undefined > UNDEFINED_SHARE else ()
        return Bootstrap(interval=no_interval(level), interval_method="none", se=UNKNOWN, caveats=caveats, **common)
    se = float(np.std(known, ddof=1))
    if np.ptp(known) <= ROUNDING * np.max(np.abs(known)):
        caveat = Caveat("ZERO_STANDARD_ERROR", "全部自助样本给出同一数值，区间无法估计")
        return Bootstrap(interval=no_interval(level), interval_method="none", se=UNKNOWN, caveats=(caveat,), **common)
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if kind == "bca":
        tails = _corrected(tails, known, value, np.asarray(left_out))
    if np.isnan(tails).any():
        caveat = Caveat("BOOTSTRAP_UNDEFINED", "偏差校正无法计算（估计值位于自助分布之外），区间无法估计")
        return Bootstrap(interval=no_interval(level), interval_method="none", se=se, caveats=(caveat,), **common)
    low, high = np.quantile(known, tails)
    partly = (
        (Caveat("BOOTSTRAP_PARTLY_UNDEFINED", f"自助样本中 {percent(undefined)} 无法计算该统计量，已剔除"),)
        if undefined
        else ()
    )
    interval = Interval(float(low), float(high), level)
    return Bootstrap(interval=interval, interval_method=label, se=se, caveats=partly, **common)


def _is_whole(value: object) -> bool:
    """Return whether an argument is a whole number 是否为整数: what the caller typed may be text or nothing."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _generator(seed: Seed) -> np.random.Generator:
    """Return the generator to draw from; without a seed nobody could draw the same again."""
    if isinstance(seed, np.random.Generator):
        return seed
    if _is_whole(seed) and seed >= 0:
        return np.random.default_rng(seed)
    raise MethodError(
        Problem(
            code="RL-SEED",
            where="seed",
            expected="不小于 0 的整数，或 numpy.random.Generator",
            found=repr(seed),
            mend="给出一个整数，结果才能复现",
        )
    )


def _replicates(
    statistic: Statistic, n: int, rng: np.random.Generator, replicates: int, patterns: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """Return the statistic of every sample, drawn in blocks that keep memory flat."""
    block = max(1, min(replicates, BLOCK_CELLS // max(n, 1)))
    values = []
    for start in range(0, replicates, block):
        size = min(block, replicates - start)
        counts = drawn_counts(rng, size, n) if patterns is None else pattern_counts(rng, size, patterns)
        values.append(np.asarray(statistic(counts), dtype=np.float64))
    return np.concatenate(values)


def _corrected(
    tails: NDArray[np.float64], known: NDArray[np.float64], value: float, left_out: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the BCa tails: bias from the share of replicates below the value, acceleration from the jackknife."""
    below = (np.count_nonzero(known < value) + 0.5 * np.count_nonzero(known == value)) / len(known)
    if not 0 < below < 1:
        return np.full(2, UNKNOWN)
    bias = ndtri(below)
    gap = left_out.mean() - left_out
    spread = float((gap**2).sum()) ** 1.5
    acceleration = float((gap**3).sum()) / (6 * spread) if spread > 0 else 0.0
    z = bias + ndtri(tails)
    corrected: NDArray[np.float64] = ndtr(bias + z / (1 - acceleration * z))
    return corrected
