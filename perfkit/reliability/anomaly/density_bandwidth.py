"""Bandwidths of the density-jump test 带宽选择: mean-square optimal, with as many scores a side as a fit needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
from numpy.polynomial.hermite_e import hermeval

from perfkit.reliability.anomaly.density_fit import (
    Fit,
    Model,
    Sample,
    Variance,
    local_fit,
    restricted_powers,
    side_matrices,
)
from perfkit.reliability.anomaly.density_moments import (
    Kernel,
    boundary_constants,
    gram,
    next_moments,
    preliminary_constant,
)
from perfkit.reliability.anomaly.scores import Floats

Selector: TypeAlias = Literal["comb", "each", "diff", "sum"]

# A fit of order p wants this many scores, and distinct scores, a side beyond its p + 1 coefficients.
SPARE_SCORES = 20


def bandwidths(
    sample: Sample, order: int, *, kernel: Kernel, variance: Variance, model: Model, selector: Selector
) -> tuple[float, float]:
    """Return the bandwidths left and right of the cutoff 两侧带宽.

    Parameters
    ----------
    sample : scores on both sides of the cutoff.
    order : order p of the density estimate.
    kernel, variance, model : see ``density_jump``.
    selector : ``"each"`` side for itself, one for the ``"diff"`` or the ``"sum"`` of the densities, or ``"comb"``: the
        median of the three (of the restricted model the lesser of the last two).

    Notes
    -----
    h = [V / (2p·B²·n)]^(1/(2p+1)), V the variance of the density at a preliminary bandwidth times n and that
    bandwidth, B its leading bias from the (p+1)-th coefficient of a fit of order p+2. The preliminary bandwidths are those of a
    normal distribution and the uniform kernel. Every bandwidth is cut to the range of the scores and widened to 21 + p
    scores, and distinct scores, a side. Source: Cattaneo, Jansson & Ma (2020), JASA 115, supplement; constants exact.
    """
    common = {"kernel": kernel, "variance": variance, "model": model}
    wide = _preliminary(sample, order, order + 2, order + 1)
    narrow = _preliminary(sample, order, order, 1)
    curved = local_fit(sample, wide, wide, order + 2, derivative=order + 1, **common)  # type: ignore[arg-type]
    level = local_fit(sample, narrow, narrow, order, **common)  # type: ignore[arg-type]
    spread = sample.n * narrow * level.variances
    bias = _bias(level, curved, order, kernel, model)
    with np.errstate(divide="ignore", invalid="ignore"):
        optimal = (spread / (2 * order * bias**2 * sample.n)) ** (1 / (2 * order + 1))
    each_left, each_right, difference, total = _fitted_in(sample, np.nan_to_num(optimal, nan=0.0, posinf=np.inf), order)
    if selector == "comb" and model == "unrestricted":
        left, right = (float(np.median([side, difference, total])) for side in (each_left, each_right))
        return left, right
    chosen: Mapping[str, tuple[float, float]] = {
        "each": (each_left, each_right),
        "diff": (difference, difference),
        "sum": (total, total),
        "comb": (min(difference, total),) * 2,
    }
    return chosen[selector]


def _preliminary(sample: Sample, order: int, fitted: int, derivative: int) -> float:
    """Return the bandwidth for a derivative from a fit of order ``fitted``, as if scores were normal."""
    mean, spread = float(sample.x.mean()), float(sample.x.std(ddof=1))
    z = mean / spread
    hermite = float(hermeval(z, [0.0] * fitted + [1.0]))
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    ratio = (2 * derivative - 1) / (2 * (fitted + 1 - derivative))
    with np.errstate(divide="ignore", over="ignore"):
        curvature = np.float64(1.0) / (hermite**2 * density)
        normal = (ratio * preliminary_constant(fitted, derivative) * curvature / sample.n) ** (1 / (2 * fitted + 1))
    cut = min(float(normal) * spread, float(np.abs(sample.distinct).max()))
    wanted = SPARE_SCORES + fitted + 1
    return max(cut, *(_holding(values, wanted, side) for values in (sample.x, sample.distinct) for side in (-1, 1)))


def _holding(values: Floats, wanted: int, side: int) -> float:
    """Return the distance from the cutoff that holds the ``wanted`` nearest values of one side, or all of them."""
    distances = np.sort(-values[values < 0]) if side < 0 else values[values >= 0]
    return float(distances[min(wanted, distances.size) - 1])


def _bias(level: Fit, curved: Fit, order: int, kernel: Kernel, model: Model) -> Floats:
    """Return the leading bias of the densities, their difference and their sum, per power of the bandwidth."""
    if model == "unrestricted":
        _, constant = boundary_constants(order, 1, kernel)
        left, right = curved.derivatives[0] * constant * (-1) ** order, curved.derivatives[1] * constant
    else:
        matrices = side_matrices(gram, order, kernel)
        powers = np.array(restricted_powers(order))
        beyond = next_moments(powers.tolist(), order, kernel)
        beyond_right, beyond_left = beyond.copy(), beyond * (-1.0) ** (powers + order + 1)
        beyond_right[1] = beyond_left[2] = 0.0
        weight = level.densities[0] * matrices[0] + level.densities[1] * matrices[1]
        target = curved.derivatives[0] * (level.densities[0] * beyond_left + level.densities[1] * beyond_right)
        if not (np.isfinite(weight).all() and np.linalg.matrix_rank(weight) == len(weight)):
            return np.full(4, np.nan)
        solution = np.linalg.solve(weight, target)
        left, right = solution[1], solution[2]
    return np.array([left, right, right - left, right + left])


def _fitted_in(sample: Sample, optimal: Floats, order: int) -> list[float]:
    """Return the four bandwidths cut to the range of the scores and widened to hold enough of them."""
    ends = (-float(sample.distinct[0]), float(sample.distinct[-1]))
    wanted = SPARE_SCORES + order + 1
    least = [max(_holding(values, wanted, side) for values in (sample.x, sample.distinct)) for side in (-1, 1)]
    longest, widest = (*ends, max(ends), max(ends)), (*least, max(least), max(least))
    return [max(min(float(h), end), floor) for h, end, floor in zip(optimal, longest, widest, strict=True)]
