"""The signed-rank statistic 符号秩统计量: its ranks, its exact distribution, and the interval made by inverting the test."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

FloatArray = NDArray[np.float64]

# R's uniroot is called with this tolerance (same unit as the scores); its path, not only its precision, depends on it.
UNIROOT_TOLERANCE = 1e-4
EPSILON = float(np.finfo(np.float64).eps)
# R's guard when a probability is compared with a quantile that it should equal.
QUANTILE_FUZZ = 10 * EPSILON


@dataclass(frozen=True, slots=True)
class SignedRanks:
    """Midranks of the absolute differences 绝对差的平均秩: ``ranks`` ascending, and whether each belongs to a rise.

    ``v`` is the sum of the ranks of the positive differences, ``centre`` and ``spread`` its mean and standard
    deviation where every sign is as likely as not, given the ranks.
    """

    ranks: FloatArray
    v: float
    tied: bool

    @property
    def centre(self) -> float:
        """Return the expected sum of positive ranks."""
        return float(self.ranks.sum()) / 2

    @property
    def spread(self) -> float:
        """Return the standard deviation of that sum: half the root of the sum of squared ranks."""
        return math.sqrt(float(self.ranks @ self.ranks)) / 2

    def z(self, continuity_correction: bool) -> float:
        """Return the standardised sum 标准化统计量; NaN where no rank is left."""
        return _standardised(self.v - self.centre, self.spread, continuity_correction)


def _standardised(away: float, spread: float, continuity_correction: bool) -> float:
    """Return the distance from the centre, moved towards it by 1/2 where corrected, in units of the spread."""
    if spread == 0:
        return float("nan")
    return (away - math.copysign(0.5, away)) / spread if continuity_correction and away else away / spread


def signed_ranks(differences: FloatArray, zeros: Literal["drop", "pratt"]) -> SignedRanks:
    """Return the signed ranks 符号秩; zeros are dropped before ranking, or ranked and then dropped (Pratt).

    Parameters
    ----------
    differences : shape (n,), quickest where ascending: the stable sort then merges two runs.
    zeros : what is done with differences of exactly 0.
    """
    moved = differences[differences != 0]
    size = np.abs(moved)
    order = np.argsort(size, kind="stable")
    ordered, rises = size[order], (moved > 0)[order]
    edges = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if ordered.size else np.empty(0, int)
    ends = np.append(edges[1:], ordered.size)[: edges.size]
    below = len(differences) - len(moved) if zeros == "pratt" else 0
    ranks = np.repeat((edges + 1 + ends) / 2 + below, ends - edges)
    return SignedRanks(ranks, float(ranks[rises].sum()), edges.size < ordered.size)


def tail_probabilities(ranks: FloatArray) -> FloatArray:
    """Return P(2V ≤ s) for s = 0 … 2Σ ranks 精确下尾概率, V the sum of the ranks that a fair coin picks.

    Parameters
    ----------
    ranks : shape (n,) midranks, multiples of 1/2; given ties the distribution is the conditional one.

    Notes
    -----
    One convolution per rank; every term is a sum of positive numbers, so that the far tail keeps its digits.
    """
    doubled = np.rint(2 * ranks).astype(np.int64)
    mass = np.zeros(int(doubled.sum()) + 1)
    mass[0] = 1.0
    reach = 0
    for step in doubled:
        reach += int(step)
        mass[: reach + 1] *= 0.5
        mass[step : reach + 1] += mass[: reach + 1 - step].copy()
    return np.cumsum(mass)


def exact_two_sided(signed: SignedRanks) -> float:
    """Return the exact two-sided p 精确双侧 p: twice the smaller tail, at most 1."""
    below = tail_probabilities(signed.ranks)
    seen = round(2 * signed.v)
    return min(1.0, 2 * float(below[min(seen, len(below) - 1 - seen)]))


def exact_rank(n: int, level: float) -> tuple[int, float]:
    """Return the rank k of the exact interval 精确区间的秩次 among the Walsh averages, and the level it reaches.

    The interval runs from the k-th smallest to the k-th largest Walsh average, k the α/2 quantile of V (at least 1).
    """
    below = tail_probabilities(np.arange(1.0, n + 1))[::2]
    outside = (1 - level) / 2 - QUANTILE_FUZZ
    k = max(1, int(np.searchsorted(below, outside, side="left")))
    return k, 1 - 2 * float(below[k - 1])


def approximate_rank(n: int, level: float) -> tuple[int, float]:
    """Return the rank of the interval by the normal approximation 近似区间的秩次, and the level asked for."""
    spread = math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    k = math.floor(n * (n + 1) / 4 - float(ndtri(0.5 + level / 2)) * spread)
    return max(1, k), level


def bracket_of_root(
    function: Callable[[float], float], ends: tuple[float, float], at_ends: tuple[float, float], tolerance: float
) -> tuple[float, float, float, float]:
    """Return the root and the other end of the last bracket, each with the function there 求根（Brent 法）.

    Brent (1973) as R's ``uniroot`` walks it: on a step function that is 0 over a stretch the answer is wherever the
    walk first meets the stretch, so that the steps matter and not the tolerance alone.
    """
    (a, b), (fa, fb) = ends, at_ends
    if fa == 0:
        return a, a, 0.0, 0.0
    c, fc = a, fa
    while fb != 0:
        previous = b - a
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        least = 2 * EPSILON * abs(b) + tolerance / 2
        step = (c - b) / 2
        if abs(step) <= least or fb == 0:
            break
        if abs(previous) >= least and abs(fa) > abs(fb):
            step = _interpolated(a, b, c, fa, fb, fc, previous, least, step)
        if abs(step) < least:
            step = math.copysign(least, step)
        a, fa = b, fb
        b += step
        fb = function(b)
        if fb * fc > 0:
            c, fc = a, fa
    return b, c, fb, fc


def _interpolated(
    a: float, b: float, c: float, fa: float, fb: float, fc: float, previous: float, least: float, halving: float
) -> float:
    """Return the step of the secant or of inverse quadratic interpolation where it is safe, else that of halving."""
    across = c - b
    if a == c:
        ratio = fb / fa
        p, q = across * ratio, 1.0 - ratio
    else:
        first, second, third = fa / fc, fb / fc, fb / fa
        p = third * (across * first * (first - second) - (b - a) * (second - 1.0))
        q = (first - 1.0) * (second - 1.0) * (third - 1.0)
    p, q = (p, -q) if p > 0 else (-p, q)
    safe = p < 0.75 * across * q - abs(least * q) / 2 and p < abs(previous * q / 2)
    return p / q if safe else halving


@dataclass(frozen=True, slots=True)
class Inversion:
    """The shifts at which the standardised statistic takes given values 检验反演.

    Parameters
    ----------
    ascending : shape (m,), the distinct differences, ascending, zeros dropped.
    counts : shape (m,), how often each occurs: scores in tenths leave a million pairs a few hundred distinct ones.
    """

    ascending: FloatArray
    counts: FloatArray

    @classmethod
    def of(cls, differences: FloatArray) -> Self:
        """Return the inversion for differences of which none is 0."""
        distinct, counts = np.unique(differences, return_counts=True)
        return cls(distinct, counts.astype(np.float64))

    def z(self, shift: float, continuity_correction: bool) -> float:
        """Return the standardised statistic after taking ``shift`` off; what becomes 0 is dropped."""
        moved = self.ascending - shift
        size = np.abs(moved)
        # The shifted values fall and then rise: a stable sort merges the two runs.
        order = np.argsort(size, kind="stable")
        order = order[size[order] > 0]
        if not order.size:
            return float("nan")
        ordered, counts = size[order], self.counts[order]
        edges = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        tied = np.add.reduceat(counts, edges)
        midranks = np.cumsum(tied) - (tied - 1) / 2
        v = float(midranks @ np.add.reduceat(np.where(moved[order] > 0, counts, 0.0), edges))
        spread = math.sqrt(float(tied @ midranks**2)) / 2
        return _standardised(v - float(midranks @ tied) / 2, spread, continuity_correction)

    def shift(self, target: float, continuity_correction: bool) -> float:
        """Return the shift at which the statistic crosses ``target``, to the last digit where it jumps across it."""

        def beyond(shift: float) -> float:
            return self.z(shift, continuity_correction) - target

        low, high = float(self.ascending[0]), float(self.ascending[-1])
        b, c, fb, fc = bracket_of_root(beyond, (low, high), (beyond(low), beyond(high)), UNIROOT_TOLERANCE)
        if fb == 0 or b == c:
            return b
        return bracket_of_root(beyond, (c, b), (fc, fb), EPSILON * max(abs(low), abs(high)))[0]

    def interval(self, level: float, continuity_correction: bool) -> tuple[float, float, float]:
        """Return both limits and the level they reach: where the range is too short, α is doubled until it is not.

        The limits are NaN where even α = 1 is out of reach.
        """
        first, last = (self.z(float(self.ascending[end]), continuity_correction) for end in (0, -1))
        outside = 1 - level
        quantile = -float(ndtri(outside / 2))
        while outside < 1 and (first < quantile or last > -quantile):
            outside *= 2
            quantile = -float(ndtri(outside / 2)) if outside < 1 else 0.0
        if outside >= 1:
            return float("nan"), float("nan"), 0.0
        low, high = (self.shift(target, continuity_correction) for target in (quantile, -quantile))
        return low, high, 1 - outside
