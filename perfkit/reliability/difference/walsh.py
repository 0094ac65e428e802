"""Walsh averages 沃尔什平均: order statistics of all pairwise means, without holding the pairs in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# So many pairs are held at once; above it the pairs that can matter are narrowed down first, to so few that sorting
# them costs no more than another count.
HELD_PAIRS = 1 << 21
SORTED_PAIRS = 1 << 18
# Share of the remaining pairs kept on each side of the guess; smaller narrows faster but misses more often.
MARGIN = 0.02


def walsh_averages(values: FloatArray) -> FloatArray:
    """Return all (v_i + v_j)/2 with i ≤ j 全部沃尔什平均, unsorted; shape (n(n+1)/2,), for n of some thousands at most."""
    first, second = np.triu_indices(len(values))
    return (values[first] + values[second]) / 2


def walsh_median(values: FloatArray) -> float:
    """Return the Hodges–Lehmann estimate 霍奇斯–莱曼估计: the median of the Walsh averages; NaN where there are none.

    Parameters
    ----------
    values : shape (n,), no NaN.

    Notes
    -----
    Source: Hodges & Lehmann (1963), Annals of Mathematical Statistics 34, 598-611. Memory is of order n.

    Examples
    --------
    >>> walsh_median(np.array([1.0, 2.0, 6.0]))
    2.75
    """
    total = len(values) * (len(values) + 1) // 2
    if total == 0:
        return float("nan")
    lower = walsh_order_statistic(values, (total + 1) // 2)
    return lower if total % 2 else (lower + walsh_order_statistic(values, total // 2 + 1)) / 2


def walsh_order_statistic(values: FloatArray, rank: int) -> float:
    """Return the ``rank``-th smallest Walsh average 第 rank 小的沃尔什平均, 1 ≤ rank ≤ n(n+1)/2."""
    total = len(values) * (len(values) + 1) // 2
    if total <= HELD_PAIRS:
        averages = walsh_averages(values)
        return float(np.partition(averages, rank - 1)[rank - 1])
    return _Sums.of(values).smallest(rank) / 2


class _Sums:
    """The sums of all pairs of distinct values, each with the number of pairs it stands for."""

    def __init__(self, distinct: FloatArray, counts: IntArray) -> None:
        self.distinct = distinct
        self.counts = counts
        self.before = np.concatenate(([0], np.cumsum(counts)))
        self.places = np.arange(len(distinct))

    @classmethod
    def of(cls, values: FloatArray) -> _Sums:
        distinct, counts = np.unique(values, return_counts=True)
        return cls(distinct, counts.astype(np.int64))

    def ends(self, limit: float) -> IntArray:
        """Return for each distinct value how many distinct values its sum with which is at most ``limit``."""
        return np.searchsorted(self.distinct, limit - self.distinct, side="right").astype(np.int64)

    def pairs_up_to(self, ends: IntArray) -> int:
        """Return the number of unordered pairs, a value with itself included, that lie left of ``ends``."""
        ordered = int(self.counts @ self.before[ends])
        alike = int(self.counts[ends > self.places].sum())
        return (ordered + alike) // 2

    def held(self, low: IntArray, high: IntArray) -> int:
        """Return how many sums of distinct values lie between two counts."""
        return int(np.maximum(high - np.maximum(low, self.places), 0).sum())

    def smallest(self, rank: int) -> float:
        """Return the ``rank``-th smallest sum: narrow the range by counting, then sort what is left in it."""
        bottom, top = 2 * float(self.distinct[0]), 2 * float(self.distinct[-1])
        below, low = 0, np.zeros(len(self.distinct), dtype=np.int64)
        high = np.full(len(self.distinct), len(self.distinct), dtype=np.int64)
        upto = self.pairs_up_to(high)
        step, slow = 0, False
        few = max(SORTED_PAIRS, len(self.distinct))
        while self.held(low, high) > few:
            share = (rank - below) / (upto - below) + (MARGIN if step % 2 else -MARGIN)
            limit = bottom + (top - bottom) * (0.5 if slow else min(max(share, MARGIN), 1 - MARGIN))
            if not bottom < limit < top:
                break
            before = upto - below
            ends = self.ends(limit)
            found = self.pairs_up_to(ends)
            if found < rank:
                bottom, below, low = limit, found, ends
            else:
                top, upto, high = limit, found, ends
            slow = upto - below > before / 2 and not slow
            step += 1
        return self._among(low, high, rank - below, few)

    def _among(self, low: IntArray, high: IntArray, rank: int, few: int) -> float:
        """Return the ``rank``-th smallest sum between two counts, where few enough, or all but equal, are left."""
        start = np.maximum(low, self.places)
        length = np.maximum(high - start, 0)
        if length.sum() > few:
            # The range has shrunk to neighbouring floats: any sum in it is the one sought, to the last bit.
            first = int(np.flatnonzero(length)[0])
            return float(self.distinct[first] + self.distinct[start[first]])
        one = np.repeat(self.places, length)
        other = np.arange(len(one)) - np.repeat(np.cumsum(length) - length, length) + np.repeat(start, length)
        sums = self.distinct[one] + self.distinct[other]
        alike = one == other
        weights = self.counts[one] * self.counts[other]
        weights[alike] = (self.counts[one[alike]] * (self.counts[one[alike]] + 1)) // 2
        order = np.argsort(sums, kind="stable")
        return float(sums[order[np.searchsorted(np.cumsum(weights[order]), rank)]])
