"""Absorbed factors 吸收的因素: a factor and those nested in it make one block per level, each factored by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

FloatArray = NDArray[np.float64]
CodeArray = NDArray[np.intp]

# Cells of all blocks together: past this the memory of absorbing nested factors outgrows what it saves.
MOST_CELLS = 1 << 25


def _parents(factor: CodeArray, root: CodeArray, levels: int, root_levels: int) -> CodeArray | None:
    """Return the root's level that each level of a factor lies in; ``None`` where the factor is not nested in it."""
    parent = np.empty(levels, dtype=np.intp)
    parent[factor] = root
    return parent if root_levels <= levels and bool((parent[factor] == root).all()) else None


def cheapest(factors: Sequence[CodeArray], levels: Sequence[int], *, nested: bool) -> tuple[int, list[int]]:
    """Return the root 根因素 and the factors to absorb with it, for the least dense algebra.

    Parameters
    ----------
    factors : shape (n,) each, codes of the levels counted from 0.
    levels : number of levels of each.
    nested : whether factors nested in the root may be absorbed with it; else the factor with most levels is.

    Returns
    -------
    tuple
        The place of the root, and the places of all absorbed factors in ascending order.
    """
    largest = int(np.argmax(levels))
    choices = [(sum(levels) - levels[largest], largest, [largest])]
    for root in range(len(factors)) if nested else ():
        inside, sizes = [], np.zeros(levels[root])
        for place, factor in enumerate(factors):
            parent = _parents(factor, factors[root], levels[place], levels[root])
            if parent is not None:
                inside.append(place)
                sizes += np.bincount(parent, minlength=levels[root])
        if levels[root] * sizes.max() ** 2 <= MOST_CELLS:
            choices.append((sum(levels) - sum(levels[place] for place in inside), root, inside))
    best = min(choices, key=lambda choice: choice[0])
    return best[1], best[2]


class AbsorbedBlocks:
    """Where each pair of absorbed levels lies in the blocks 分块, found once; the blocks are factored all at once."""

    def __init__(self, factors: Sequence[CodeArray], absorbed: Sequence[int], root: int) -> None:
        parents, self.n_blocks = [], int(factors[root].max()) + 1
        for place in absorbed:
            parent = np.empty(int(factors[place].max()) + 1, dtype=np.intp)
            parent[factors[place]] = factors[root]
            parents.append(parent)
        self.block = np.concatenate(parents)
        order = np.argsort(self.block, kind="stable")
        sizes = np.bincount(self.block, minlength=self.n_blocks)
        starts = np.cumsum(sizes) - sizes
        self.position = np.empty(len(order), dtype=np.intp)
        self.position[order] = np.arange(len(order)) - starts[self.block[order]]
        self.size = int(sizes.max())
        # Row by row: every level beside itself and those before it in its own block.
        counts = self.position + 1
        self.indptr = np.concatenate([[0], np.cumsum(counts)])
        self.rows = np.repeat(np.arange(len(order)), counts)
        self.seconds = np.arange(len(self.rows)) - self.indptr[self.rows]
        self.columns = order[starts[self.block[self.rows]] + self.seconds]

    def inverse_triangle(self, cross: csr_array) -> tuple[csr_array, float]:
        """Return the inverse of the Cholesky triangle 三角因子 of the identity plus cross products, and the log-determinant.

        Parameters
        ----------
        cross : shape (m, m), non-zero only where both levels lie in one block.

        Returns
        -------
        tuple
            H of shape (m, m) with H'·H the inverse (rows and columns as given), and the log-determinant of the sum. The
            inverse itself, multiplied by cross products much larger than 1, would lose the digits that H keeps.
        """
        blocks = np.zeros((self.n_blocks, self.size, self.size))
        rows = np.repeat(np.arange(cross.shape[0]), np.diff(cross.indptr))
        blocks[self.block[rows], self.position[rows], self.position[cross.indices]] = cross.data
        blocks[:, np.arange(self.size), np.arange(self.size)] += 1
        triangle = np.linalg.cholesky(blocks)
        heights = np.diagonal(triangle, axis1=1, axis2=2)
        half = np.zeros_like(triangle)
        for row in range(self.size):
            half[:, row, :row] = -(triangle[:, row, None, :row] @ half[:, :row, :row])[:, 0]
            half[:, row, row] = 1
            half[:, row, : row + 1] /= heights[:, row, None]
        data = half[self.block[self.rows], self.position[self.rows], self.seconds]
        return csr_array((data, self.columns, self.indptr), shape=cross.shape), float(2 * np.log(heights).sum())
