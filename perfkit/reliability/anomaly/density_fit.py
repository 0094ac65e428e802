"""Local polynomial fit of a distribution function on both sides of a cutoff 断点两侧的局部多项式拟合."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.anomaly.density_moments import Kernel, boundary_constants, cross_gram, gram
from perfkit.reliability.anomaly.scores import Floats
from perfkit.reliability.estimate import UNKNOWN

Variance: TypeAlias = Literal["jackknife", "plugin"]
Model: TypeAlias = Literal["unrestricted", "restricted"]
NOTHING = np.full(4, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Sample:
    """Sorted scores minus the cutoff, their empirical distribution, and the distinct ones."""

    x: Floats
    share: Floats
    distinct: Floats

    @classmethod
    def of(cls, values: Floats, cutoff: float) -> Sample:
        """Return the sample; tied scores take the distribution at the last of them (mass points)."""
        ordered = np.sort(values)
        share = (np.searchsorted(ordered, ordered, side="right") - 1) / (ordered.size - 1)
        return cls(ordered - cutoff, share, np.unique(ordered) - cutoff)

    @property
    def n(self) -> int:
        """Return the number of scores."""
        return self.x.size

    @property
    def n_left(self) -> int:
        """Return how many lie below the cutoff; a score at the cutoff lies right of it."""
        return int(np.count_nonzero(self.x < 0))

    def within(self, left: float, right: float) -> tuple[Floats, Floats]:
        """Return scores and distribution from ``left`` below to ``right`` above the cutoff, limits included."""
        kept = (self.x >= -left) & (self.x <= right)
        return self.x[kept], self.share[kept]


@dataclass(frozen=True, slots=True)
class Fit:
    """Density left and right of the cutoff, their difference and their sum, in this order, and the variance of each.

    ``derivatives`` holds the coefficient of the next power asked for, left and right. All NaN where the fit has no
    solution; a variance below 0 is NaN.
    """

    densities: Floats
    variances: Floats
    derivatives: Floats
    n_left: int
    n_right: int


def _combined(left: float, right: float) -> Floats:
    return np.array([left, right, right - left, right + left])


def _weights(x: Floats, widths: Floats, kernel: Kernel) -> Floats:
    """Return kernel weights; ``widths`` is the bandwidth on each score's side."""
    if kernel == "uniform":
        return 1 / (2 * widths)
    distance = np.abs(x) / widths
    return (1 - distance) / widths if kernel == "triangular" else 0.75 * (1 - distance**2) / widths


def restricted_powers(order: int) -> tuple[int, ...]:
    """Return the powers of the restricted design: constant, slope left, slope right, then common powers."""
    return (0, 1, 1, *range(2, order + 1))


def _design(x: Floats, widths: Floats, order: int, model: Model) -> tuple[Floats, NDArray[np.int64], Sequence[int]]:
    """Return the design in units of the bandwidth, the power of each column, and which two hold the densities."""
    scaled = (x / widths)[:, None]
    left = (x < 0)[:, None]
    if model == "restricted":
        powers = np.array(restricted_powers(order))
        design = scaled**powers
        design[:, 1:2] *= left
        design[:, 2:3] *= ~left
        return design, powers, (1, 2)
    powers = np.arange(order + 1)
    both = scaled**powers
    return np.hstack([both * left, both * ~left]), np.tile(powers, 2), (1, order + 2)


def local_fit(
    sample: Sample,
    left: float,
    right: float,
    order: int,
    *,
    kernel: Kernel,
    variance: Variance,
    model: Model,
    derivative: int = 1,
) -> Fit:
    """Return the densities at the cutoff from a local polynomial of the distribution function 局部多项式密度.

    Parameters
    ----------
    sample : sorted scores around the cutoff.
    left, right : bandwidths in score units, above 0; equal where ``model`` is restricted.
    order : order of the polynomial, at least 1.
    kernel, variance, model : see ``density_jump``.
    derivative : which further coefficient is wanted.

    Notes
    -----
    Weighted least squares of the empirical distribution on powers of x − c; the coefficient of the first power is the
    density. Jackknife variance: with ψᵢ = Σ_{j>i} wⱼ rⱼ /(n−1), rⱼ the row of the design, S⁻¹(Σψψ')S⁻¹: the scores
    from the i-th on, in order. Plugin: the density times the kernel's variance constant
    over n·h. Source: Cattaneo, Jansson & Ma (2020), JASA 115, 1449-1455, and its supplement.
    """
    x, share = sample.within(left, right)
    n_left = int(np.count_nonzero(x < 0))
    n_right = x.size - n_left
    widths = np.where(x < 0, left, right)
    weights = _weights(x, widths, kernel)
    design, powers, places = _design(x, widths, order, model)
    weighted = design * weights[:, None]
    gram_matrix = weighted.T @ design
    if not _solvable(gram_matrix):
        return Fit(NOTHING, NOTHING, NOTHING[:2], n_left, n_right)
    inverse = np.linalg.inv(gram_matrix)
    half = design.shape[1] // 2
    column_width = np.full(design.shape[1], left)
    if model == "unrestricted":
        column_width[half:] = right
    scale = column_width ** -powers.astype(np.float64)
    coefficients = scale * (inverse @ (weighted.T @ share))
    densities = _combined(coefficients[places[0]], coefficients[places[1]])
    next_places = [derivative + 1] * 2 if model == "restricted" else [derivative, half + derivative]
    if variance == "plugin":
        spread = _plugin(densities, sample.n, left, right, order, kernel, model)
    else:
        spread = _jackknife(x, weighted, inverse * scale[:, None], places, sample.n)
    spread = np.where(spread < 0, UNKNOWN, spread)
    return Fit(densities, spread, coefficients[next_places], n_left, n_right)


def _solvable(matrix: Floats) -> bool:
    """Return whether a matrix of normal equations is finite and of full rank."""
    return bool(np.isfinite(matrix).all()) and int(np.linalg.matrix_rank(matrix, hermitian=True)) == len(matrix)


def _jackknife(x: Floats, weighted: Floats, rows: Floats, places: Sequence[int], n: int) -> Floats:
    """Return the variances from what each score adds; ``rows`` maps sums over the design to coefficients."""
    after = (np.cumsum(weighted[::-1], axis=0)[::-1] - weighted) / (n - 1)
    # Tied scores share what stands at the first of them; without ties it is all one whether a score counts itself.
    influence = after[np.searchsorted(x, x, side="left")] @ rows[list(places)].T
    left, right = influence.T
    return np.array([left @ left, right @ right, (right - left) @ (right - left), (right + left) @ (right + left)])


def _plugin(densities: Floats, n: int, left: float, right: float, order: int, kernel: Kernel, model: Model) -> Floats:
    """Return the variances from the densities and the kernel's constants."""
    if model == "unrestricted":
        constant, _ = boundary_constants(order, 1, kernel)
        low, high = densities[0] * constant / (n * left), densities[1] * constant / (n * right)
        return np.array([low, high, low + high, low + high])
    moments, crossed = (side_matrices(matrix, order, kernel) for matrix in (gram, cross_gram))
    weight = densities[0] * moments[0] + densities[1] * moments[1]
    if not _solvable(weight):
        return NOTHING
    inverse = np.linalg.inv(weight)
    spread = inverse @ (densities[0] ** 3 * crossed[0] + densities[1] ** 3 * crossed[1]) @ inverse / (n * left)
    low, high, both = spread[1, 1], spread[2, 2], spread[1, 2]
    return np.array([low, high, low + high - 2 * both, low + high + 2 * both])


def side_matrices(matrix: Callable[[Sequence[int], str], Floats], order: int, kernel: Kernel) -> tuple[Floats, Floats]:
    """Return the moment matrices of the restricted design, left and right 两侧矩矩阵.

    Right of the cutoff the column of the left slope is empty, and the other way round; left, odd powers change sign.
    """
    powers = restricted_powers(order)
    full = matrix(powers, kernel)
    sign = (-1.0) ** np.array(powers)
    right, left = full.copy(), full * sign[:, None] * sign[None, :]
    right[1, :] = right[:, 1] = 0.0
    left[2, :] = left[:, 2] = 0.0
    return left, right
