"""Mean squares 均方 of a complete table of ratings: one two-way analysis of variance, stable at any offset, and resampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.estimate import UNKNOWN
from perfkit.reliability.ratings import FloatMatrix
from perfkit.result import Caveat

Number = TypeVar("Number", float, NDArray[np.float64])

# A sum of squares is noise where its root mean square is below this share of the ratings' own size: one-decimal scores
# that are sums of parts differ by a few units of the last binary place.
NOISE = 1e-12
# The share of the within sum of squares that the subtraction below leaves as noise in a resampled residual.
CANCELLED = 1e-12
# Cells worked on at a time: they stay in the processor's cache, and memory stays flat.
CHUNK_CELLS = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSquares(Generic[Number]):
    """Mean squares of n evaluands by k raters 均方: numbers, or one of each per bootstrap sample.

    ``evaluand`` MSR, ``rater`` MSC, ``residual`` MSE, ``within`` MSW (within evaluands); exactly 0 where they are
    floating noise.
    """

    n: int
    k: int
    evaluand: Number
    rater: Number
    residual: Number
    within: Number

    @property
    def evaluand_variance(self) -> Number:
        """Return the variance component of evaluands in the two-way model, negative where it comes out so."""
        return (self.evaluand - self.residual) / self.k

    @property
    def rater_variance(self) -> Number:
        """Return the variance component of raters, negative where it comes out so."""
        return (self.rater - self.residual) / self.n


UNKNOWN_SQUARES = MeanSquares(n=0, k=0, evaluand=UNKNOWN, rater=UNKNOWN, residual=UNKNOWN, within=UNKNOWN)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The mean squares and the raters' means."""

    squares: MeanSquares[float]
    rater_means: NDArray[np.float64]
    constant_raters: tuple[int, ...] = ()


def _column_means(matrix: FloatMatrix, origin: float, rows: int) -> FloatMatrix:
    """Return the mean of every column less the origin: digits that an offset would swallow are kept."""
    n, k = matrix.shape
    sums = np.zeros(k)
    buffer = np.empty(min(rows, n))
    for start in range(0, n, rows):
        stop = min(start + rows, n)
        part = buffer[: stop - start]
        for column in range(k):
            np.subtract(matrix[start:stop, column], origin, out=part)
            sums[column] += part.sum()
    means: FloatMatrix = sums / n
    return means


def _square_sum(part: NDArray[np.float64]) -> float:
    """Return the sum of squares without BLAS, whose threads wait for one another on a busy machine."""
    return float(np.einsum("i,i->", part, part))


def analysis(matrix: FloatMatrix) -> Analysis:
    """Return the two-way analysis of variance 双因素方差分析 of complete ratings.

    Parameters
    ----------
    matrix : shape (n, k), n >= 2 and k >= 2, no missing.

    Returns
    -------
    Analysis
        Every sum of squares is a sum of squared deviations; none is a difference of large numbers.
    """
    n, k = matrix.shape
    rows = max(1, CHUNK_CELLS // k)
    origin = float(matrix[0, 0])
    means = _column_means(matrix, origin, rows)
    residual = between = total = 0.0
    spreads = np.zeros(k)
    buffer = np.empty((k, min(rows, n)))
    for start in range(0, n, rows):
        stop = min(start + rows, n)
        part = buffer[:, : stop - start]
        for column in range(k):
            np.subtract(matrix[start:stop, column], origin, out=part[column])
            part[column] -= means[column]
            spreads[column] += _square_sum(part[column])
        row_means = part.sum(axis=0)
        row_means /= k
        part -= row_means
        for column in range(k):
            residual += _square_sum(part[column])
        between += _square_sum(row_means)
        total += float(row_means.sum())
    grand = float(means.mean())
    gaps = means - grand
    columns = n * float(gaps @ gaps)
    between = k * max(between - total**2 / n, 0.0)
    noise = NOISE**2 * n * k * ((origin + grand) ** 2 + (columns + between + residual) / (n * k))
    columns, between, residual = (0.0 if part <= noise else part for part in (columns, between, residual))
    squares = MeanSquares(
        n=n,
        k=k,
        evaluand=between / (n - 1),
        rater=columns / (k - 1),
        residual=residual / ((n - 1) * (k - 1)),
        within=(columns + residual) / (n * (k - 1)),
    )
    rater_means = origin + means
    constant = np.flatnonzero(spreads <= NOISE**2 * n * rater_means**2)
    return Analysis(squares, rater_means, tuple(int(place) for place in constant))


@dataclass(frozen=True, slots=True)
class Shares:
    """What every evaluand adds to the sums 各对象对总和的贡献: the sums of a sample are counts @ ``features``."""

    features: FloatMatrix
    k: int
    noise: float

    def squares(self, sums: FloatMatrix, n: int) -> MeanSquares[NDArray[np.float64]]:
        """Return the mean squares of samples of n evaluands, from sums of shape (b, k + 2)."""
        k = self.k
        columns = sums[:, :k]
        total = columns.sum(axis=1)
        rater = np.maximum(np.einsum("bj,bj->b", columns, columns) / n - total**2 / (n * k), 0.0)
        evaluand = np.maximum(k * sums[:, k] - total**2 / (n * k), 0.0)
        within = sums[:, k + 1]
        residual = np.maximum(within - rater, 0.0)
        noise = self.noise * n
        rater, evaluand = (np.where(part <= noise, 0.0, part) for part in (rater, evaluand))
        residual = np.where(residual <= np.maximum(noise, CANCELLED * within), 0.0, residual)
        return MeanSquares(
            n=n,
            k=k,
            evaluand=evaluand / (n - 1),
            rater=rater / (k - 1),
            residual=residual / ((n - 1) * (k - 1)),
            within=np.where(within <= noise, 0.0, within) / (n * (k - 1)),
        )

    def resampled(self, counts: FloatMatrix) -> MeanSquares[NDArray[np.float64]]:
        """Return the mean squares of every sample, from counts of shape (b, n)."""
        return self.squares(counts @ self.features, counts.shape[1])

    def left_out(self) -> MeanSquares[NDArray[np.float64]]:
        """Return the mean squares with each evaluand left out in turn: totals minus its share."""
        return self.squares(self.features.sum(axis=0) - self.features, len(self.features) - 1)


def shares(matrix: FloatMatrix) -> Shares:
    """Return what every evaluand of complete ratings adds to the sums 可加的充分统计量; shape (n, k + 2)."""
    n, k = matrix.shape
    centred = matrix - matrix[0, 0]
    grand = float(centred.mean())
    centred -= grand
    row_means = centred.mean(axis=1)
    deviations = centred - row_means[:, None]
    features = np.empty((n, k + 2))
    features[:, :k] = centred
    features[:, k] = row_means**2
    features[:, k + 1] = np.einsum("ij,ij->i", deviations, deviations)
    size = float(matrix[0, 0] + grand) ** 2 + float(np.mean(centred**2))
    return Shares(features, k, NOISE**2 * k * size)


def implied(n: int, k: int, evaluand: Number, rater: Number, residual: Number) -> MeanSquares[Number]:
    """Return the mean squares that variance components imply 由方差分量换算的均方 in a table without gaps."""
    return MeanSquares(
        n=n,
        k=k,
        evaluand=k * evaluand + residual,
        rater=n * rater + residual,
        residual=residual,
        within=rater + residual,
    )


def rater_caveats(found: Analysis, names: tuple[str, ...]) -> tuple[Caveat, ...]:
    """Return a reservation where raters give one value to all: the coefficient stands, but says nothing of them."""
    if not found.constant_raters:
        return ()
    listed = "、".join(names[place] for place in found.constant_raters)
    return (Caveat("CONSTANT_RATER", f"评分者 {listed} 对全部对象给出同一评分，系数不反映其区分能力"),)
