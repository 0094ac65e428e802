"""Ragged rows as one flat array with offsets (CSR), so that lists of unequal length need no loop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from perfkit.scoring.functions.points import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Offsets:
    """Where each row starts and ends in a flat array 行偏移: row i holds ``starts[i]:starts[i + 1]``."""

    starts: IntArray

    @classmethod
    def of(cls, lengths: Iterable[int]) -> Offsets:
        """Return the offsets of rows with these lengths."""
        counts = np.fromiter(lengths, dtype=np.int64)
        return cls(np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts))))

    @property
    def lengths(self) -> IntArray:
        """Return the number of entries per row."""
        return np.asarray(np.diff(self.starts), dtype=np.int64)

    def rows(self) -> IntArray:
        """Return the row of every flat entry."""
        return np.repeat(np.arange(self.starts.size - 1, dtype=np.int64), self.lengths)

    def sums(self, flat: FloatArray) -> FloatArray:
        """Return the sum per row; an empty row gives 0."""
        result = np.zeros(self.starts.size - 1)
        filled = self.lengths > 0
        if filled.any():
            result[filled] = np.add.reduceat(flat, self.starts[:-1][filled])
        return result

    def any(self, flat: BoolArray) -> BoolArray:
        """Return whether any entry of the row holds; an empty row gives False."""
        return np.asarray(self.sums(flat.astype(np.float64)) > 0)

    def first(self, flat: BoolArray) -> IntArray:
        """Return the flat position of the first entry that holds in each row, or −1 where none does."""
        result = np.full(self.starts.size - 1, -1, dtype=np.int64)
        filled = self.lengths > 0
        if filled.any():
            positions = np.where(flat, np.arange(flat.size, dtype=np.int64), flat.size)
            first = np.minimum.reduceat(positions, self.starts[:-1][filled])
            result[filled] = np.where(first < flat.size, first, -1)
        return result


def flatten(rows: Sequence[Sequence[float]]) -> tuple[FloatArray, Offsets]:
    """Return the flat values of unequal rows and their offsets."""
    offsets = Offsets.of(len(row) for row in rows)
    return np.array([value for row in rows for value in row], dtype=np.float64), offsets
