"""Henderson's mixed-model equations 混合模型方程, solved at given variances: log-likelihood, score, average information."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpotri
from scipy.sparse import block_array, csr_array, hstack, vstack

from perfkit.reliability.absorbed_blocks import AbsorbedBlocks, cheapest

FloatArray = NDArray[np.float64]
CodeArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Solution:
    """The mixed-model equations solved at one set of variances."""

    log_likelihood: float
    score: FloatArray
    information: FloatArray
    coefficients: FloatArray
    covariance: FloatArray


class MixedEquations:
    """Henderson's equations in the scaled form, which stays regular at a variance of 0.

    A factor and those nested in it are absorbed: their part is block-diagonal, so that only the others and the fixed
    part need dense algebra. Its cross products with them are sparse: an evaluand meets few of many raters. They are
    counted once per residual group; no row of the data is touched twice.
    """

    def __init__(self, y: FloatArray, fixed: FloatArray, factors: list[CodeArray], groups: CodeArray) -> None:
        self.y, self.fixed, self.groups = y, fixed, groups
        self.n_groups = int(groups.max()) + 1
        self.group_sizes = np.bincount(groups, minlength=self.n_groups)
        self.factors = factors
        self.levels = [int(codes.max()) + 1 for codes in factors]
        root, self.absorbed = cheapest(factors, self.levels, nested=self.n_groups == 1)
        self.others = [place for place in range(len(factors)) if place not in self.absorbed]
        self.own_blocks = _slices(0, [self.levels[place] for place in self.absorbed])
        self.blocks = _slices(fixed.shape[1], [self.levels[place] for place in self.others])
        self.width = fixed.shape[1] + sum(self.levels[place] for place in self.others)
        self.own_width = sum(self.levels[place] for place in self.absorbed)
        parts = [self._cross(groups == group) for group in range(self.n_groups)]
        self.own_grams = [part[0] for part in parts]
        self.borders = [part[1] for part in parts]
        self.grams = [part[2] for part in parts]
        self.own = AbsorbedBlocks(factors, self.absorbed, root)

    def _cross(self, rows: NDArray[np.bool_]) -> tuple[csr_array, csr_array, FloatArray]:
        """Return the cross products of the absorbed factors, theirs with the rest, and those of the rest."""
        fixed, codes = self.fixed[rows], [factor[rows] for factor in self.factors]
        width = fixed.shape[1]
        sums = [
            np.column_stack(
                [np.bincount(codes[place], weights=column, minlength=self.levels[place]) for column in fixed.T]
            )
            for place in range(len(codes))
        ]
        own = block_array([[self._table(codes, one, two) for two in self.absorbed] for one in self.absorbed])
        border = vstack(
            [
                hstack([csr_array(sums[one]), *(self._table(codes, one, two) for two in self.others)])
                for one in self.absorbed
            ]
        )
        gram = np.zeros((self.width, self.width))
        gram[:width, :width] = fixed.T @ fixed
        for one, block in zip(self.others, self.blocks, strict=True):
            gram[block, :width], gram[:width, block] = sums[one], sums[one].T
            for two, other in zip(self.others, self.blocks, strict=True):
                gram[block, other] = self._table(codes, one, two).toarray()
        return csr_array(own), csr_array(border), gram

    def _table(self, codes: list[CodeArray], one: int, two: int) -> csr_array:
        """Return how often each pair of levels of two factors occurs."""
        shape = self.levels[one], self.levels[two]
        return csr_array((np.ones(len(codes[one])), (codes[one], codes[two])), shape=shape)

    def solved(self, variances: FloatArray) -> Solution:
        """Return log-likelihood, score and average information at the variances (factors, then residual groups)."""
        n_factors, width = len(self.factors), self.fixed.shape[1]
        scale = np.sqrt(variances[:n_factors])
        weight = 1 / variances[n_factors:]
        columns, rows = np.ones(self.width), np.ones(self.own_width)
        for place, block in zip(self.others, self.blocks, strict=True):
            columns[block] = scale[place]
        for place, block in zip(self.absorbed, self.own_blocks, strict=True):
            rows[block] = scale[place]
        own = _scaled(_sum([w * one for w, one in zip(weight, self.own_grams, strict=True)]), rows, rows)
        border = _scaled(_sum([w * one for w, one in zip(weight, self.borders, strict=True)]), rows, columns)
        gram = columns[:, None] * columns * sum(w * g for w, g in zip(weight, self.grams, strict=True))
        half, own_logdet = self.own.inverse_triangle(own)
        # By the triangle and its transpose in turn: the inverse itself would lose digits here.
        solved = csr_array(half.T @ csr_array(half @ border))
        gram[np.arange(width, self.width), np.arange(width, self.width)] += 1
        factor = cho_factor(gram - (border.T @ solved).toarray(), lower=True)
        inverse = _inverse(factor[0])
        system = _System(self, rows, columns, weight[self.groups], half, border, solved, inverse, factor)

        projected, effects = system.projected(self.y)
        residual = projected / system.weight
        score, vectors = self._score(variances, scale, effects, residual, system)
        projections = [system.projected(vector)[0] for vector in vectors]
        information = 0.5 * np.array([[v @ p for p in projections] for v in vectors])
        logdet = own_logdet + 2 * np.log(np.diag(factor[0])).sum() - self.group_sizes @ np.log(weight)
        return Solution(
            log_likelihood=float(-0.5 * (logdet + self.y @ projected)),
            score=score,
            information=information,
            coefficients=effects[-1][:width],
            covariance=inverse[:width, :width],
        )

    def _score(
        self, variances: FloatArray, scale: FloatArray, effects: list[FloatArray], residual: FloatArray, system: _System
    ) -> tuple[FloatArray, list[FloatArray]]:
        """Return the score of every variance and the working vectors of the average information."""
        score, vectors = np.zeros(len(variances)), []
        cross = system.solved @ system.inverse
        own_diagonal = system.own_diagonal(cross)
        diagonals = dict(zip(self.others, (np.diag(system.inverse)[block] for block in self.blocks), strict=True))
        diagonals |= dict(zip(self.absorbed, (own_diagonal[block] for block in self.own_blocks), strict=True))
        explained = np.zeros(len(self.factors))
        for place, codes in enumerate(self.factors):
            if scale[place] == 0:
                vectors.append(np.zeros(len(self.y)))
                continue
            explained[place] = self.levels[place] - diagonals[place].sum()
            score[place] = -0.5 * (explained[place] - effects[place] @ effects[place]) / variances[place]
            vectors.append((effects[place] / scale[place])[codes])
        for group in range(self.n_groups):
            place, variance = len(self.factors) + group, variances[len(self.factors) + group]
            rows = self.groups == group
            squares = residual[rows] @ residual[rows] / variance
            fitted = (
                self.fixed.shape[1] + explained.sum()
                if self.n_groups == 1
                else system.fitted(group, own_diagonal, cross) / variance
            )
            score[place] = -0.5 * (self.group_sizes[group] - fitted - squares) / variance
            vectors.append(np.where(rows, residual / variance, 0.0))
        return score, vectors


@dataclass(frozen=True, slots=True)
class _System:
    """The factored equations: what projects a vector off everything that is fitted."""

    equations: MixedEquations
    rows: FloatArray
    columns: FloatArray
    weight: FloatArray
    half: csr_array
    border: csr_array
    solved: csr_array
    inverse: FloatArray
    factor: tuple[FloatArray, bool]

    def own_diagonal(self, cross: FloatArray) -> FloatArray:
        """Return the diagonal of the inverse of all equations at the absorbed factors."""
        solved, rows, size = self.solved, _rows(self.solved), len(self.rows)
        alone = np.bincount(self.half.indices, self.half.data**2, minlength=size)
        more = np.bincount(rows, solved.data * cross[rows, solved.indices], minlength=size)
        return np.asarray(alone + more, dtype=np.float64)

    def fitted(self, group: int, own_diagonal: FloatArray, cross: FloatArray) -> float:
        """Return the trace of the inverse times the cross products of one residual group; one factor is absorbed."""
        equations = self.equations
        border = _scaled(equations.borders[group], self.rows, self.columns)
        gram = equations.grams[group] * self.columns * self.columns[:, None]
        own = (self.rows**2 * equations.own_grams[group].diagonal()) @ own_diagonal
        met = border.data @ cross[_rows(border), border.indices]
        return float(own - 2 * met + np.vdot(gram, self.inverse))

    def projected(self, vector: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return P·vector and the scaled effects: one array per factor, then those of the dense part."""
        equations = self.equations
        weighted = vector * self.weight
        sums = [
            np.bincount(codes, weights=weighted, minlength=size)
            for codes, size in zip(equations.factors, equations.levels, strict=True)
        ]
        right = self.rows * np.concatenate([sums[place] for place in equations.absorbed])
        dense = np.concatenate([equations.fixed.T @ weighted, *(sums[place] for place in equations.others)])
        first = self.half.T @ (self.half @ right)
        dense = cho_solve(self.factor, self.columns * dense - self.border.T @ first)
        own = first - self.solved @ dense
        effects = dict(zip(equations.others, (dense[block] for block in equations.blocks), strict=True))
        effects |= dict(zip(equations.absorbed, (own[block] for block in equations.own_blocks), strict=True))
        rest = vector - equations.fixed @ dense[: equations.fixed.shape[1]]
        blocks = dict(zip(equations.absorbed, equations.own_blocks, strict=True))
        others = dict(zip(equations.others, equations.blocks, strict=True))
        for place, codes in enumerate(equations.factors):
            scale = self.rows[blocks[place]] if place in blocks else self.columns[others[place]]
            rest = rest - (scale * effects[place])[codes]
        return rest * self.weight, [*(effects[place] for place in range(len(equations.factors))), dense]


def _slices(first: int, sizes: list[int]) -> list[slice]:
    """Return where parts of these sizes lie, one after the other."""
    return [slice(a, b) for a, b in itertools.pairwise(itertools.accumulate(sizes, initial=first))]


def _rows(matrix: csr_array) -> CodeArray:
    """Return the row of every stored number."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _scaled(matrix: csr_array, rows: FloatArray, columns: FloatArray) -> csr_array:
    """Return a sparse matrix with its rows and columns multiplied."""
    data = matrix.data * rows[_rows(matrix)] * columns[matrix.indices]
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _inverse(triangle: FloatArray) -> FloatArray:
    """Return the inverse of a matrix from its lower triangle of Cholesky."""
    half: FloatArray = np.tril(dpotri(triangle, lower=1)[0])
    return half + np.tril(half, -1).T


def _sum(parts: list[csr_array]) -> csr_array:
    """Return the sum of sparse matrices."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
