"""Walsh averages 沃尔什平均: order statistics of all pairwise means, without holding the pairs in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# So many pairs are held at once; above it the pairs that can matter are narrowed down first, to so few that sorting
# them costs no more than another count.
HELD_PAIRS = 1 << 21
SORTED_PAIRS = 1 << 18
# Share of the range kept on each side of the guess; smaller narrows faster but misses more often.
MARGIN = 0.01


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
        self.alike = counts * (counts + 1) // 2

    @classmethod
    def of(cls, values: FloatArray) -> _Sums:
        distinct, counts = np.unique(values, return_counts=True)
        return cls(distinct, counts.astype(np.int64))

    def ends(self, limit: float) -> IntArray:
        """Return for each distinct value how many distinct values its sum with which is at most ``limit``."""
        # numpy searches ascending keys faster than descending ones.
        ascending = limit - self.distinct[::-1]
        return np.searchsorted(self.distinct, ascending, side="right").astype(np.int64)[::-1]

    def pairs_up_to(self, ends: IntArray) -> int:
        """Return the number of unordered pairs, a value with itself included, that lie left of ``ends``.

        Counted on one side of the diagonal only, as the pairs are later taken: rounding may break the symmetry.
        """
        beyond = self.before[np.maximum(ends, self.places + 1)] - self.before[1:]
        return int(self.counts @ beyond) + int(self.alike[ends > self.places].sum())

    def held(self, low: IntArray, high: IntArray) -> int:
        """Return how many sums of distinct values lie between two counts."""
        return int(np.maximum(high - np.maximum(low, self.places), 0).sum())

    def smallest(self, rank: int) -> float:
        """Return the ``rank``-th smallest sum: narrow the range by counting, then sort what is left in it."""
        few = max(SORTED_PAIRS, len(self.distinct))
        left = _Range.whole(self)
        while self.held(left.low, left.high) > few and left.narrowed(rank, self):
            pass
        return self._among(left.low, left.high, rank - left.below, few)

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
        weights = np.where(one == other, self.alike[one], self.counts[one] * self.counts[other])
        order = np.argsort(sums, kind="stable")
        return float(sums[order[np.searchsorted(np.cumsum(weights[order]), rank)]])


@dataclass(slots=True)
class _Range:
    """Where the sought sum still may lie: above ``bottom``, at most ``top``, with the counts that belong to both."""

    bottom: float
    top: float
    below: int
    upto: int
    low: IntArray
    high: IntArray

    @classmethod
    def whole(cls, sums: _Sums) -> Self:
        """Return the range of all sums."""
        none = np.zeros(len(sums.distinct), dtype=np.int64)
        every = none + len(sums.distinct)
        bottom, top = 2 * float(sums.distinct[0]), 2 * float(sums.distinct[-1])
        return cls(bottom, top, 0, sums.pairs_up_to(every), none, every)

    def narrowed(self, rank: int, sums: _Sums) -> bool:
        """Narrow from both sides of where the rank is expected, in the middle where that fails; False if it cannot."""
        width, before = self.top - self.bottom, self.upto - self.below
        expected = self.bottom + width * (rank - self.below) / before
        moved = [self._cut(expected + away * width, rank, sums) for away in (-MARGIN, MARGIN)]
        if self.upto - self.below > before / 2:
            moved.append(self._cut((self.bottom + self.top) / 2, rank, sums))
        return any(moved)

    def _cut(self, limit: float, rank: int, sums: _Sums) -> bool:
        """Cut the range at ``limit`` and keep the part that holds the rank; False where the limit is not inside."""
        if not self.bottom < limit < self.top:
            return False
        ends = sums.ends(limit)
        found = sums.pairs_up_to(ends)
        if found < rank:
            self.bottom, self.below, self.low = limit, found, ends
        else:
            self.top, self.upto, self.high = limit, found, ends
        return True
