"""Order statistics of the slopes between all pairs of points, exactly, in memory that does not grow with the pairs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]

# Differences below this share of the values are rounding noise: the values are tied.
TIED = 1e-12
# The float next to -1 has the same angle as -1 to the last digit, and counts as -1.
MINUS_ONE = float(np.nextafter(-1.0, 0.0))
# Up to this many pairs are held at once; more are counted in passes.
HELD_PAIRS = 1 << 22
BLOCK_CELLS = 1 << 18
SAMPLE = 1 << 18
# Width of the first window about a wanted rank, in shares of all slopes: some eight standard errors of the sample's.
MARGIN = 0.008


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one pass over the slopes counts, and the distinct slopes of a window with their numbers."""

    n: int
    below: int
    at_most: int
    concordance: int
    under_window: int
    values: Vector
    numbers: NDArray[np.int64]


def separated(values: Vector) -> Vector:
    """Return the values with those that differ by rounding noise only made equal 舍入误差归并.

    Where no two distinct values are that close — the rule — they are returned untouched, so that differences stay
    what subtraction gives.
    """
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    gaps = np.diff(ascending)
    near = (gaps > 0) & (gaps < TIED * (np.abs(ascending[1:]) + np.abs(ascending[:-1])) / 2)
    if not near.any():
        return values
    leaders = np.concatenate(([0], np.where(near, 0, np.arange(1, len(values)))))
    merged = np.empty_like(values)
    merged[order] = ascending[np.maximum.accumulate(leaders)]
    return merged


def slope_blocks(x: Vector, y: Vector) -> Iterator[Vector]:
    """Yield the slopes of all pairs of points, block by block; pairs of equal points are left out, vertical is +inf."""
    n = len(x)
    first = 0
    while first < n - 1:
        last = min(n - 1, first + max(1, BLOCK_CELLS // (n - first)))
        dx = x[None, first + 1 :] - x[first:last, None]
        dy = y[None, first + 1 :] - y[first:last, None]
        if last - first > 1:
            pair = np.arange(first + 1, n)[None, :] > np.arange(first, last)[:, None]
            dx, dy = dx[pair], dy[pair]
        with np.errstate(divide="ignore", invalid="ignore"):
            slopes = (dy / dx).ravel()
        upright = dx.ravel() == 0
        if upright.any():
            slopes[upright] = np.inf
            slopes = slopes[~upright | (dy.ravel() != 0)]
        yield slopes
        first = last


def tally(x: Vector, y: Vector, low: float, high: float) -> Tally:
    """Return the counts of one pass and the slopes in ``low`` … ``high``."""
    counts = np.zeros(5, dtype=np.int64)
    values: list[Vector] = []
    numbers: list[NDArray[np.int64]] = []
    for slopes in slope_blocks(x, y):
        rising = np.count_nonzero((slopes > 0) & (slopes < np.inf))
        counts += np.array(
            [
                slopes.size,
                np.count_nonzero(slopes < -1),
                np.count_nonzero(slopes <= MINUS_ONE),
                rising - np.count_nonzero(slopes < 0),
                np.count_nonzero(slopes < low),
            ]
        )
        distinct, number = np.unique(slopes[(slopes >= low) & (slopes <= high)], return_counts=True)
        values.append(distinct)
        numbers.append(number)
    merged, number = _merged(np.concatenate(values), np.concatenate(numbers))
    n, below, at_most, concordance, under = (int(count) for count in counts)
    return Tally(
        n=n,
        below=below,
        at_most=at_most,
        concordance=concordance,
        under_window=under,
        values=merged,
        numbers=number,
    )


def _merged(values: Vector, numbers: NDArray[np.int64]) -> tuple[Vector, NDArray[np.int64]]:
    """Return distinct values in order with their numbers added up."""
    distinct, place = np.unique(values, return_inverse=True)
    return distinct, np.bincount(place, weights=numbers, minlength=len(distinct)).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedSlopes:
    """The slopes at the wanted ranks 排序斜率: ``at`` by rank from 1, ``direction`` -1 where y was mirrored.

    ``doubled_offset`` is twice the offset K: the number of slopes below -1 plus the number at or below it.
    """

    n: int
    doubled_offset: int
    direction: int
    at: Mapping[int, float]

    def middle(self, doubled: int, average: Callable[[float, float], float]) -> float:
        """Return the slope at half a doubled rank; between two ranks, their average; infinite past the last rank."""
        if doubled // 2 + 1 > self.n:
            return math.inf
        rank = (doubled + 1) // 2
        return self.at[rank] if doubled % 2 else average(self.at[rank], self.at[rank + 1])


Doubled: TypeAlias = Callable[[int, int], Sequence[int]]


def ranked_slopes(x: Vector, y: Vector, doubled: Doubled) -> RankedSlopes:
    """Return the slopes at given ranks among the slopes of all pairs of points.

    Parameters
    ----------
    x, y : shape (n,).
    doubled : from the number of slopes and the doubled offset to twice the wanted ranks; those outside 1 … number of
        slopes are left out.

    Notes
    -----
    y is mirrored where Kendall's tau is negative, so that the offset always counts slopes about -1. Up to four million
    pairs are held and partitioned. Beyond, a sample of pairs places a window about the wanted ranks, one pass counts
    what lies under it and keeps the distinct slopes within, and the counts say whether the ranks were inside; if not,
    the window is widened. The sample sets the speed only, never the result.
    """
    x, y = separated(x), separated(y)
    if len(x) * (len(x) - 1) // 2 > HELD_PAIRS:
        return _by_passes(x, y, doubled)
    slopes = np.concatenate([np.empty(0), *slope_blocks(x, y)])
    rising = int(np.count_nonzero((slopes > 0) & (slopes < np.inf)))
    direction = -1 if rising < np.count_nonzero(slopes < 0) else 1
    if direction < 0:
        slopes = np.where(np.isinf(slopes), np.inf, -slopes)
    offset = int(np.count_nonzero(slopes < -1) + np.count_nonzero(slopes <= MINUS_ONE))
    ranks = _ranks(slopes.size, doubled(slopes.size, offset))
    ordered = np.partition(slopes, [rank - 1 for rank in ranks]) if ranks else slopes
    at = {rank: float(ordered[rank - 1]) for rank in ranks}
    return RankedSlopes(n=slopes.size, doubled_offset=offset, direction=direction, at=at)


def _ranks(n: int, doubled: Sequence[int]) -> list[int]:
    """Return the ranks that twice-ranks need, in order."""
    needed = {rank for twice in doubled for rank in ((twice + 1) // 2, twice // 2 + 1)}
    return sorted(rank for rank in needed if 1 <= rank <= n)


def _by_passes(x: Vector, y: Vector, doubled: Doubled) -> RankedSlopes:
    """Return the ranked slopes without ever holding all of them."""
    sample = _sample(x, y)
    direction = -1 if np.count_nonzero(sample < 0) > sample.size / 2 else 1
    margin = MARGIN
    while True:
        low, high = _window(np.sort(np.where(np.isinf(sample), np.inf, direction * sample)), len(x), doubled, margin)
        counted = tally(x, direction * y, low, high)
        offset = counted.below + counted.at_most
        ranks = _ranks(counted.n, doubled(counted.n, offset))
        reached = counted.under_window + np.cumsum(counted.numbers)
        turned = counted.concordance < 0 or (counted.concordance == 0 and direction < 0)
        inside = not ranks or (ranks[0] > counted.under_window and reached.size and ranks[-1] <= reached[-1])
        if inside and not turned:
            places = np.searchsorted(reached, ranks)
            at = {rank: float(counted.values[place]) for rank, place in zip(ranks, places, strict=True)}
            return RankedSlopes(n=counted.n, doubled_offset=offset, direction=direction, at=at)
        direction = -direction if turned else direction
        margin = margin if inside else 4 * margin


def _sample(x: Vector, y: Vector) -> Vector:
    """Return the slopes of some pairs of points; the seed is fixed, for the sample sets the speed only."""
    rng = np.random.default_rng(len(x))
    one, other = rng.integers(0, len(x), size=(2, SAMPLE))
    dx, dy = x[other] - x[one], y[other] - y[one]
    known = (dx != 0) | (dy != 0)
    with np.errstate(divide="ignore"):
        slopes: Vector = dy[known] / dx[known]
    return slopes


def _window(sample: Vector, n: int, doubled: Doubled, margin: float) -> tuple[float, float]:
    """Return slopes between which the wanted ranks are looked for, from a sorted sample."""
    if not sample.size or margin > 1:
        return -math.inf, math.inf
    pairs = n * (n - 1) // 2
    share = (np.count_nonzero(sample < -1) + np.count_nonzero(sample <= MINUS_ONE)) / sample.size
    ranks = _ranks(pairs, doubled(pairs, int(share * pairs))) or [1, pairs]
    first = math.floor((ranks[0] / pairs - margin) * sample.size)
    last = math.ceil((ranks[-1] / pairs + margin) * sample.size)
    return (
        float(sample[first]) if first >= 0 else -math.inf,
        float(sample[last]) if last < sample.size else math.inf,
    )
