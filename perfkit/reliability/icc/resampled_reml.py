"""REML components of many bootstrap samples at once 批量限制极大似然: sufficient sums by number of ratings, profiled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.ratings import FloatMatrix

FloatArray = NDArray[np.float64]

# Logarithms of the variance ratios are kept between these; at the lower end the component is 0.
LOWEST, HIGHEST = -16.0, 16.0
WIDTH = 1e-3
LONGEST_STEP = 2.0
SMALLEST_STEP = 1e-6
MOST_ITERATIONS = 80


@dataclass(frozen=True, slots=True)
class Resampled:
    """One component of each kind per sample."""

    evaluand: FloatArray
    rater: FloatArray
    residual: FloatArray


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums of b samples: by rater (b, k), and by the number of ratings m that an evaluand has (b, sizes, …)."""

    sizes: FloatArray
    evaluands: FloatArray
    together: FloatArray
    weighted: FloatArray
    squared: FloatArray
    ratings: FloatArray
    totals: FloatArray
    square: FloatArray

    def of(self, samples: NDArray[np.bool_]) -> _Sums:
        """Return the sums of some samples."""
        return replace(
            self,
            evaluands=self.evaluands[samples],
            together=self.together[samples],
            weighted=self.weighted[samples],
            squared=self.squared[samples],
            ratings=self.ratings[samples],
            totals=self.totals[samples],
            square=self.square[samples],
        )


def _sums(centred: FloatMatrix, counts: FloatMatrix) -> _Sums:
    """Return the sums of every sample from ratings of shape (n, k) and counts of shape (b, n)."""
    known = ~np.isnan(centred)
    present, filled = known.astype(np.float64), np.where(known, centred, 0.0)
    n_ratings, row_sums = present.sum(axis=1), filled.sum(axis=1)
    sizes = np.unique(n_ratings)
    b, k = len(counts), centred.shape[1]
    together, weighted = np.zeros((b, len(sizes), k, k)), np.zeros((b, len(sizes), k))
    evaluands, squared = np.zeros((b, len(sizes))), np.zeros((b, len(sizes)))
    for place, size in enumerate(sizes):
        rows = n_ratings == size
        drawn, flags, sums = counts[:, rows], present[rows], row_sums[rows]
        pairs = (flags[:, :, None] * flags[:, None, :]).reshape(len(flags), k * k)
        together[:, place] = (drawn @ pairs).reshape(b, k, k)
        weighted[:, place] = drawn @ (flags * sums[:, None])
        squared[:, place] = drawn @ sums**2
        evaluands[:, place] = drawn.sum(axis=1)
    square = counts @ np.einsum("ij,ij->i", filled, filled)
    return _Sums(sizes, evaluands, together, weighted, squared, counts @ present, counts @ filled, square)


def _profile(sums: _Sums, ratios: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the REML deviance of every sample and its residual variance, at log variance ratios of shape (b, 2).

    With H the part of the covariance that evaluands make, W the raters and g the rater ratio, everything needed of
    V = H + gWW' is A = W'H⁻¹W, W'H⁻¹y and y'H⁻¹y: the intercept is the sum of the columns of W.
    """
    first, second = np.exp(ratios).T
    shrink = first[:, None] / (1 + sums.sizes * first[:, None])
    k = sums.ratings.shape[1]
    gram = -np.einsum("bm,bmij->bij", shrink, sums.together)
    gram[:, np.arange(k), np.arange(k)] += sums.ratings
    right = sums.totals - np.einsum("bm,bmj->bj", shrink, sums.weighted)
    square = sums.square - np.einsum("bm,bm->b", shrink, sums.squared)
    inner = second[:, None, None] * gram + np.eye(k)
    solved = np.linalg.solve(inner, np.stack([gram.sum(axis=2), right], axis=2))
    intercept, cross = solved[:, :, 0].sum(axis=1), solved[:, :, 1].sum(axis=1)
    rest = square - second * np.einsum("bj,bj->b", right, solved[:, :, 1]) - cross**2 / intercept
    free = sums.ratings.sum(axis=1) - 1
    rest = np.maximum(rest, np.finfo(float).tiny)
    heights = np.einsum("bm,bm->b", sums.evaluands, np.log1p(sums.sizes * first[:, None]))
    deviance = heights + np.linalg.slogdet(inner)[1] + np.log(intercept) + free * np.log(rest)
    return deviance, rest / free


def _step(sums: _Sums, at: FloatArray, here: FloatArray) -> FloatArray:
    """Return the Newton step of every sample by central differences, downhill whatever the curvature."""
    h = WIDTH
    shifts = np.array([[h, 0], [-h, 0], [0, h], [0, -h], [h, h], [-h, -h]])
    right, left, up, down, both, neither = (_profile(sums, at + shift)[0] for shift in shifts)
    slope = np.column_stack([right - left, up - down]) / (2 * h)
    curve = np.empty((len(at), 2, 2))
    curve[:, 0, 0] = (right - 2 * here + left) / h**2
    curve[:, 1, 1] = (up - 2 * here + down) / h**2
    mixed = (both + neither - 2 * here) / (2 * h**2) - (curve[:, 0, 0] + curve[:, 1, 1]) / 2
    curve[:, 0, 1] = curve[:, 1, 0] = mixed
    values, vectors = np.linalg.eigh(curve)
    along = np.einsum("bij,bi->bj", vectors, slope) / np.maximum(np.abs(values), 1e-6)
    step: FloatArray = np.clip(-np.einsum("bij,bj->bi", vectors, along), -LONGEST_STEP, LONGEST_STEP)
    return step


def resampled_components(matrix: FloatMatrix, counts: FloatMatrix) -> Resampled:
    """Return the REML components of every bootstrap sample 自助样本的方差分量.

    Parameters
    ----------
    matrix : shape (n, k), NaN where missing, every row with a rating.
    counts : shape (b, n), how often each evaluand is in each sample.

    Returns
    -------
    Resampled
        Each component of shape (b,); NaN where the descent did not end.
    """
    known = ~np.isnan(matrix)
    origin = float(matrix[known][0])
    centred = matrix - origin
    centred -= float(centred[known].mean())
    unit = float(centred[known].std())
    sums = _sums(centred / unit, counts)
    at = np.zeros((len(counts), 2))
    deviance, residual = _profile(sums, at)
    radius = np.ones(len(counts))
    open_ = np.ones(len(counts), dtype=bool)
    for _ in range(MOST_ITERATIONS):
        part = sums.of(open_)
        step = _step(part, at[open_], deviance[open_]) * radius[open_, None]
        trial = np.clip(at[open_] + step, LOWEST, HIGHEST)
        found, spread = _profile(part, trial)
        better = found <= deviance[open_] + 1e-10 * np.abs(deviance[open_])
        moved = np.abs(trial - at[open_]).max(axis=1)
        places = np.flatnonzero(open_)
        kept = places[better]
        at[kept], deviance[kept], residual[kept] = trial[better], found[better], spread[better]
        radius[places] = np.where(better, 1.0, radius[places] / 4)
        open_[places[moved <= SMALLEST_STEP]] = False
        if not open_.any():
            break
    ratios = np.where(at <= LOWEST + 1, 0.0, np.exp(at))
    residual = np.where(open_, np.nan, residual) * unit**2
    return Resampled(ratios[:, 0] * residual, ratios[:, 1] * residual, residual)
