"""Henderson's mixed-model equations 混合模型方程, solved at given variances: log-likelihood, score, average information."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular

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

    The factor with most levels is absorbed: its own block is diagonal, so that only the others and the fixed part
    need dense algebra. Cross products are counted once per residual group; no row of the data is touched twice.
    """

    def __init__(self, y: FloatArray, fixed: FloatArray, factors: list[CodeArray], groups: CodeArray) -> None:
        self.y, self.fixed, self.groups = y, fixed, groups
        self.n_groups = int(groups.max()) + 1
        self.group_sizes = np.bincount(groups, minlength=self.n_groups)
        self.factors = factors
        self.levels = [int(codes.max()) + 1 for codes in factors]
        self.absorbed = int(np.argmax(self.levels))
        self.others = [place for place in range(len(factors)) if place != self.absorbed]
        width = fixed.shape[1]
        starts = np.cumsum([width, *(self.levels[place] for place in self.others)])
        self.blocks = [slice(int(a), int(b)) for a, b in itertools.pairwise(starts)]
        self.width = int(starts[-1])
        parts = [self._cross(groups == group) for group in range(self.n_groups)]
        self.counts = [part[0] for part in parts]
        self.borders = [part[1] for part in parts]
        self.grams = [part[2] for part in parts]

    def _cross(self, rows: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return counts of the absorbed factor, its cross products with the rest, and those of the rest."""
        fixed, codes = self.fixed[rows], [factor[rows] for factor in self.factors]
        own, size = codes[self.absorbed], self.levels[self.absorbed]
        border = np.zeros((size, self.width))
        gram = np.zeros((self.width, self.width))
        width = fixed.shape[1]
        gram[:width, :width] = fixed.T @ fixed
        for column in range(width):
            border[:, column] = np.bincount(own, weights=fixed[:, column], minlength=size)
        for place, block in zip(self.others, self.blocks, strict=True):
            border[:, block] = _table(own, codes[place], size, self.levels[place])
            for column in range(width):
                sums = np.bincount(codes[place], weights=fixed[:, column], minlength=self.levels[place])
                gram[column, block] = gram[block, column] = sums
            for second, other in zip(self.others, self.blocks, strict=True):
                gram[block, other] = _table(codes[place], codes[second], self.levels[place], self.levels[second])
        return np.bincount(own, minlength=size).astype(np.float64), border, gram

    def solved(self, variances: FloatArray) -> Solution:
        """Return log-likelihood, score and average information at the variances (factors, then residual groups)."""
        n_factors = len(self.factors)
        scale = np.sqrt(variances[:n_factors])
        weight = 1 / variances[n_factors:]
        columns = np.ones(self.width)
        for place, block in zip(self.others, self.blocks, strict=True):
            columns[block] = scale[place]
        own = scale[self.absorbed]
        diagonal = 1 + own**2 * sum(w * c for w, c in zip(weight, self.counts, strict=True))
        border = own * columns * sum(w * b for w, b in zip(weight, self.borders, strict=True))
        gram = columns[:, None] * columns * sum(w * g for w, g in zip(weight, self.grams, strict=True))
        penalty = np.ones(self.width)
        penalty[: self.fixed.shape[1]] = 0
        reduced = border / diagonal[:, None]
        factor = cho_factor(gram + np.diag(penalty) - border.T @ reduced, lower=True)
        inverse = cho_solve(factor, np.eye(self.width))
        half = solve_triangular(factor[0], reduced.T, lower=True)
        own_inverse = 1 / diagonal + np.einsum("ij,ij->j", half, half)
        system = _System(self, scale, columns, weight[self.groups], diagonal, border, factor)

        projected, effects = system.projected(self.y)
        residual = projected / system.weight
        score, vectors = self._score(variances, scale, effects, residual, own_inverse, inverse, reduced, columns)
        projections = [system.projected(vector)[0] for vector in vectors]
        information = 0.5 * np.array([[v @ p for p in projections] for v in vectors])
        width = self.fixed.shape[1]
        logdet = np.log(diagonal).sum() + 2 * np.log(np.diag(factor[0])).sum() - self.group_sizes @ np.log(weight)
        return Solution(
            log_likelihood=float(-0.5 * (logdet + self.y @ projected)),
            score=score,
            information=information,
            coefficients=effects[-1][:width],
            covariance=inverse[:width, :width],
        )

    def _score(
        self,
        variances: FloatArray,
        scale: FloatArray,
        effects: list[FloatArray],
        residual: FloatArray,
        own_inverse: FloatArray,
        inverse: FloatArray,
        reduced: FloatArray,
        columns: FloatArray,
    ) -> tuple[FloatArray, list[FloatArray]]:
        """Return the score of every variance and the working vectors of the average information."""
        score, vectors = np.zeros(len(variances)), []
        diagonals = dict(zip(self.others, (np.diag(inverse)[block] for block in self.blocks), strict=True))
        diagonals[self.absorbed] = own_inverse
        for place, codes in enumerate(self.factors):
            if scale[place] == 0:
                vectors.append(np.zeros(len(self.y)))
                continue
            explained = self.levels[place] - diagonals[place].sum()
            score[place] = -0.5 * (explained - effects[place] @ effects[place]) / variances[place]
            vectors.append((effects[place] / scale[place])[codes])
        cross = -reduced @ inverse
        own = scale[self.absorbed]
        for group in range(self.n_groups):
            place, variance = len(self.factors) + group, variances[len(self.factors) + group]
            rows = self.groups == group
            fitted = (
                own**2 * (self.counts[group] @ own_inverse)
                + 2 * own * np.vdot(self.borders[group] * columns, cross)
                + np.vdot(self.grams[group] * columns * columns[:, None], inverse)
            )
            squares = residual[rows] @ residual[rows]
            score[place] = -0.5 * (self.group_sizes[group] - (fitted + squares) / variance) / variance
            vectors.append(np.where(rows, residual / variance, 0.0))
        return score, vectors


@dataclass(frozen=True, slots=True)
class _System:
    """The factored equations: what projects a vector off everything that is fitted."""

    equations: MixedEquations
    scale: FloatArray
    columns: FloatArray
    weight: FloatArray
    diagonal: FloatArray
    border: FloatArray
    factor: tuple[FloatArray, bool]

    def projected(self, vector: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Return P·vector and the scaled effects: one array per factor, then those of the dense part."""
        equations = self.equations
        weighted = vector * self.weight
        own = equations.absorbed
        right = self.scale[own] * np.bincount(equations.factors[own], weights=weighted, minlength=equations.levels[own])
        dense = np.concatenate(
            [
                equations.fixed.T @ weighted,
                *(
                    np.bincount(equations.factors[place], weights=weighted, minlength=equations.levels[place])
                    for place in equations.others
                ),
            ]
        )
        dense = cho_solve(self.factor, self.columns * dense - self.border.T @ (right / self.diagonal))
        effects = dict(zip(equations.others, (dense[block] for block in equations.blocks), strict=True))
        effects[own] = (right - self.border @ dense) / self.diagonal
        rest = vector - equations.fixed @ dense[: equations.fixed.shape[1]]
        for place, codes in enumerate(equations.factors):
            rest = rest - (self.scale[place] * effects[place])[codes]
        return rest * self.weight, [*(effects[place] for place in range(len(equations.factors))), dense]


def _table(rows: CodeArray, columns: CodeArray, height: int, width: int) -> FloatArray:
    """Return how often each pair of levels occurs."""
    counts = np.bincount(rows * width + columns, minlength=height * width)
    return counts.reshape(height, width).astype(np.float64)
