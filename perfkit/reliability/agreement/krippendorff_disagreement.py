"""Disagreement sums 不一致之和: observed and expected disagreement of Krippendorff's alpha, without a table of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.bootstrap import BLOCK_CELLS, Counts
from perfkit.reliability.ratings import FloatMatrix

CodedMetric: TypeAlias = Literal["nominal", "ordinal", "ratio"]
Codes: TypeAlias = NDArray[np.int64]

# Rows of a block: its columns stay in the fast memory of one core.
BLOCK_ROWS = 1 << 14
# A table of pairs of values is made in blocks of this many cells.
PAIR_CELLS = 1 << 18
# Ratings that differ by less than this share of their size differ by the noise of floating numbers.
RELATIVE_NOISE = 1e-12


@dataclass(frozen=True, slots=True)
class DisagreementSums:
    """Sums over ordered pairs of ratings 不一致之和, shape (b,) each, one entry per sample.

    ``observed``: pairs within an evaluand, each divided by its ratings minus 1; ``expected``: all pairs of pairable
    ratings; ``pairable``: number of those ratings; ``least``: what ``expected`` must exceed to be more than noise.
    """

    observed: FloatMatrix
    expected: FloatMatrix
    pairable: FloatMatrix
    least: FloatMatrix

    def alpha(self) -> FloatMatrix:
        """Return 1 - (n - 1) observed / expected; NaN where all ratings are one value."""
        defined = self.expected > self.least
        share = (self.pairable - 1) * self.observed / np.where(defined, self.expected, 1.0)
        return np.where(defined, 1 - share, np.nan)


class Units(Protocol):
    """Pairable evaluands (or rating patterns) from which the sums of many samples are made at once."""

    def sums(self, counts: Counts) -> DisagreementSums:
        """Return the sums of b samples from counts of shape (b, m)."""

    def left_out(self, counts: Counts) -> FloatMatrix:
        """Return shape (m,): alpha of the sample ``counts`` (m,) with one evaluand of each row left out."""


def in_slices(statistic: Callable[[Counts], FloatMatrix], counts: Counts, cells: int) -> FloatMatrix:
    """Return the statistic of every sample, few enough samples at a time to keep ``cells`` per sample in memory."""
    size = max(1, BLOCK_CELLS // max(cells, 1))
    return np.concatenate([statistic(counts[start : start + size]) for start in range(0, len(counts), size)])


def pairable_mean(matrix: FloatMatrix) -> float:
    """Return the mean of the pairable ratings, 0 where there is none; taken in blocks, so that memory stays flat."""
    total, number = 0.0, 0
    for block in row_blocks(matrix):
        part = float(block.sum())
        if np.isnan(part):
            known = ~np.isnan(block)
            known[np.count_nonzero(known, axis=1) < 2] = False
            pairable = block[known]
            total, number = total + float(pairable.sum()), number + pairable.size
        else:
            total, number = total + part, number + block.size
    return total / number if number else 0.0


def row_blocks(matrix: FloatMatrix) -> Iterator[FloatMatrix]:
    """Yield the rows in blocks."""
    for start in range(0, len(matrix), BLOCK_ROWS):
        yield matrix[start : start + BLOCK_ROWS]


def interval_features(block: FloatMatrix, centre: float) -> FloatMatrix:
    """Return shape (4, m) of the m pairable rows: disagreement, number, sum and sum of squares of the ratings.

    Squares are taken of differences from a rating of the same row (from ``centre`` for the total), never of the
    ratings themselves: an offset of 1e9 costs no digit, and a row of equal ratings disagrees by 0 exactly.
    """
    n, k = block.shape
    missing = np.isnan(block) if np.isnan(block.sum()) else None
    first = block[:, 0].copy()
    if missing is not None:
        for place in range(1, k):
            np.copyto(first, block[:, place], where=np.isnan(first))
    within, within_square, total, square = np.zeros((4, n))
    for place in range(k):
        column = block[:, place]
        gap, distance = column - first, column - centre
        if missing is not None:
            gap[missing[:, place]] = 0.0
            distance[missing[:, place]] = 0.0
        within += gap
        within_square += gap * gap
        total += distance
        square += distance * distance
    if missing is None:
        if k < 2:
            return np.empty((4, 0))
        observed = (within_square - within * within / k) * (2 * k / (k - 1))
        return np.stack([observed, np.full(n, float(k)), total, square])
    number = k - missing.sum(axis=1).astype(np.float64)
    pairable = number >= 2
    number = number[pairable]
    spread = within_square[pairable] - within[pairable] ** 2 / number
    return np.stack([spread * (2 * number / (number - 1)), number, total[pairable], square[pairable]])


def interval_sums(totals: FloatMatrix, centre: float) -> DisagreementSums:
    """Return the sums from totals of the interval features, shape (b, 4)."""
    observed, number, total, square = totals.T
    some = np.maximum(number, 1.0)
    spread = np.maximum(square - total * total / some, 0.0)
    # Noise of the ratings themselves, and of the difference above in a sample whose mean lies off the centre.
    noise = RELATIVE_NOISE**2 * (centre * centre * number + square) + RELATIVE_NOISE * square
    return DisagreementSums(observed, 2 * number * spread, number, 2 * number * noise)


@dataclass(frozen=True, slots=True)
class IntervalUnits:
    """Evaluands under the interval metric: four features each, so that a sample is one matrix product."""

    features: FloatMatrix
    centre: float

    @classmethod
    def of(cls, matrix: FloatMatrix) -> IntervalUnits:
        """Return the pairable rows of a matrix."""
        centre = pairable_mean(matrix)
        blocks = [interval_features(block, centre) for block in row_blocks(matrix)]
        return cls(np.concatenate([np.empty((4, 0)), *blocks], axis=1).T, centre)

    def sums(self, counts: Counts) -> DisagreementSums:
        """Return the sums of b samples."""
        return interval_sums(counts @ self.features, self.centre)

    def left_out(self, counts: Counts) -> FloatMatrix:
        """Return alpha without one evaluand of each row: the totals less its features."""
        return interval_sums(counts @ self.features - self.features, self.centre).alpha()


def ratio_distance(first: FloatMatrix, second: FloatMatrix) -> FloatMatrix:
    """Return ((a - b)/(a + b))² of values that are not negative; two zeros do not differ."""
    total = first + second
    gap = (first - second) / np.where(total > 0, total, 1.0)
    return gap * gap


@dataclass(frozen=True, slots=True)
class CodedUnits:
    """Pairable rows of codes under a metric that looks at values, not at sums of them.

    ``rows``: shape (m, k), places in ``values``, -1 where missing; ``values``: shape (q,), the values met, rising.
    ``number``: ratings of each row; ``own``: its disagreement (zeros for the ordinal metric, which depends on the
    sample); ``filled``: the rows with each missing rating put equal to the row's first; ``units`` and ``starts``: the
    row of every rating in the order of its value, and where each value begins.
    """

    rows: Codes
    values: FloatMatrix
    metric: CodedMetric
    number: FloatMatrix
    own: FloatMatrix
    filled: Codes
    units: Codes
    starts: Codes

    @classmethod
    def of(cls, rows: Codes, values: FloatMatrix, metric: CodedMetric) -> CodedUnits:
        """Return the units of pairable rows; values that nobody gave are put aside."""
        known = rows >= 0
        met = np.bincount(rows[known], minlength=len(values)) > 0
        places = (np.cumsum(met) - 1)[rows[known]]
        compact = np.full(rows.shape, -1, dtype=np.int64)
        compact[known] = places
        order = np.argsort(places, kind="stable")
        number = known.sum(axis=1).astype(np.float64)
        first = np.take_along_axis(compact, known.argmax(axis=1)[:, None], axis=1)
        return cls(
            rows=compact,
            values=values[met],
            metric=metric,
            number=number,
            own=_own_disagreement(compact, values[met], metric) / (number - 1),
            filled=np.where(known, compact, first),
            units=np.nonzero(known)[0][order],
            starts=np.searchsorted(places[order], np.arange(np.count_nonzero(met))),
        )

    def sums(self, counts: Counts) -> DisagreementSums:
        """Return the sums of b samples."""
        stacked = in_slices(self._stacked_sums, counts, self.rows.size)
        observed, expected, pairable, least = stacked.T
        return DisagreementSums(observed, expected, pairable, least)

    def left_out(self, counts: Counts) -> FloatMatrix:
        """Return alpha without one evaluand of each row: the counts less one, all rows as one set of samples."""
        size = max(1, BLOCK_CELLS // max(len(counts), 1))
        parts = []
        for start in range(0, len(counts), size):
            left = np.tile(counts, (min(size, len(counts) - start), 1))
            left[np.arange(len(left)), start + np.arange(len(left))] -= 1
            parts.append(self.sums(left).alpha())
        return np.concatenate([np.empty(0), *parts])

    def _stacked_sums(self, counts: Counts) -> FloatMatrix:
        pooled = np.add.reduceat(counts[:, self.units], self.starts, axis=1)
        pairable = counts @ self.number
        if self.metric == "ordinal":
            observed, expected = self._ordinal(counts, pooled, pairable)
        else:
            observed = counts @ self.own
            expected = pairable**2 - (pooled**2).sum(axis=1) if self.metric == "nominal" else self._ratio(pooled)
        # Counts of pairs are whole numbers; a ratio distance below the noise of its values is none.
        least = 0.5 * np.ones_like(pairable) if self.metric != "ratio" else (RELATIVE_NOISE * pairable) ** 2
        return np.stack([observed, expected, pairable, least], axis=1)

    def _ordinal(self, counts: Counts, pooled: Counts, pairable: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
        """Return both sums with midranks as values: the ordinal metric is the squared distance of midranks."""
        ranks = np.cumsum(pooled, axis=1) - pooled / 2 - pairable[:, None] / 2
        within, within_square = np.zeros((2, *counts.shape))
        for place in range(1, self.filled.shape[1]):
            gap = ranks[:, self.filled[:, place]] - ranks[:, self.filled[:, 0]]
            within += gap
            within_square += gap * gap
        spread = (within_square - within * within / self.number) * (2 * self.number / (self.number - 1))
        return (counts * spread).sum(axis=1), 2 * pairable * (pooled * ranks**2).sum(axis=1)

    def _ratio(self, pooled: Counts) -> FloatMatrix:
        """Return the sum over pairs of values, in blocks of the upper triangle of the table of pairs."""
        q = len(self.values)
        size = max(1, PAIR_CELLS // q)
        expected = np.zeros(len(pooled))
        for start in range(0, q, size):
            stop = min(start + size, q)
            table = ratio_distance(self.values[start:stop, None], self.values[start:])
            # The square on the diagonal holds every pair of its values twice already, the rest of the strip once.
            table[:, stop - start :] *= 2
            expected += ((pooled[:, start:stop] @ table) * pooled[:, start:]).sum(axis=1)
        return expected


def _own_disagreement(rows: Codes, values: FloatMatrix, metric: CodedMetric) -> FloatMatrix:
    """Return the sum over ordered pairs within each row, for the metrics that do not depend on the sample."""
    found = np.zeros(len(rows))
    if metric == "ordinal":
        return found
    for second in range(1, rows.shape[1]):
        for first in range(second):
            one, other = rows[:, first], rows[:, second]
            apart = (one != other).astype(float) if metric == "nominal" else ratio_distance(values[one], values[other])
            found += np.where((one >= 0) & (other >= 0), 2 * apart, 0.0)
    return found
