"""Deming lines from sums of squares: one fit, all leave-one-out fits in closed form, proportional weights in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]

# Sums of squares below this share of the whole are rounding noise of a difference of sums.
ZERO = 1e-13
# Relative change of the line at which the iteration has settled; rounding of weighted sums stays two digits below.
SETTLED = 1e-12
MOST_ITERATIONS = 200
# Leave-one-out fits go in blocks of this many weights, so that they stay in cache and memory stays flat.
BLOCK_CELLS = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Means and centred sums of squares and products of the rows."""

    n: int
    x: float
    y: float
    xx: float
    yy: float
    xy: float


def sums(x: Vector, y: Vector) -> Sums:
    """Return the means and the centred sums 离差平方和 of two columns."""
    x_mean, y_mean = float(x.mean()), float(y.mean())
    dx, dy = x - x_mean, y - y_mean
    return Sums(n=len(x), x=x_mean, y=y_mean, xx=float(dx @ dx), yy=float(dy @ dy), xy=float(dx @ dy))


def deming_slope(xx: Vector, yy: Vector, xy: Vector, ratio: float, noise: Vector) -> Vector:
    """Return the Deming slope of centred sums, elementwise; NaN where the line is vertical or has no direction.

    Parameters
    ----------
    xx, yy, xy : centred sums of squares and products.
    ratio : var(errors of x) / var(errors of y).
    noise : what counts as zero, in the unit of xx.
    """
    gap = ratio * yy - xx
    across = 2 * np.sqrt(ratio) * xy
    root = np.hypot(gap, across)
    steep = gap > 0
    # Of the two equal forms of the quadratic's root, each is taken where it subtracts nothing.
    numerator = np.where(steep, gap + root, 2 * xy)
    denominator = np.where(steep, 2 * ratio * xy, root - gap)
    undefined = (root <= noise) | (steep & (np.abs(across) <= noise))
    return np.where(undefined, np.nan, numerator / np.where(undefined, 1.0, denominator))


def deming_line(whole: Sums, ratio: float) -> tuple[float, float]:
    """Return slope and intercept of the Deming line of all rows, NaN where it is vertical or has no direction."""
    slope = float(deming_slope(*_cells(whole), ratio, np.asarray(_noise(whole, ratio))))
    return slope, whole.y - slope * whole.x


def left_out_lines(x: Vector, y: Vector, whole: Sums, ratio: float) -> tuple[Vector, Vector]:
    """Return slopes and intercepts with one row left out, in closed form: totals minus one row's share.

    Notes
    -----
    Leaving row i out takes n/(n-1)·(x_i - mean)² from the sum of squares and (x_i - mean)/(n-1) from the mean.
    """
    dx, dy = x - whole.x, y - whole.y
    share = whole.n / (whole.n - 1)
    slopes = deming_slope(
        whole.xx - share * dx * dx,
        whole.yy - share * dy * dy,
        whole.xy - share * dx * dy,
        ratio,
        np.asarray(_noise(whole, ratio)),
    )
    return slopes, (whole.y - dy / (whole.n - 1)) - slopes * (whole.x - dx / (whole.n - 1))


def _cells(whole: Sums) -> tuple[Vector, Vector, Vector]:
    return np.asarray(whole.xx), np.asarray(whole.yy), np.asarray(whole.xy)


def _noise(whole: Sums, ratio: float) -> float:
    return ZERO * (whole.xx + ratio * whole.yy)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionalLines:
    """Slopes and intercepts of weighted Deming fits, and whether every one settled."""

    slopes: Vector
    intercepts: Vector
    settled: bool


def proportional_lines(
    x: Vector,
    y: Vector,
    ratio: float,
    start: tuple[Vector, Vector],
    *,
    left_out: bool,
    centre: tuple[float, float],
) -> ProportionalLines:
    """Return weighted Deming lines 加权 Deming 回归, weights 1/(mean of the fitted true values)², iterated.

    Parameters
    ----------
    x, y : shape (n,), positive.
    ratio : var(errors of x) / var(errors of y).
    start : slopes and intercepts to start from, shape (m,) each.
    left_out : whether fit i leaves out row i (then m = n); else every fit takes all rows.
    centre : the point about which the sums are taken; near the weighted means, so that nothing cancels.

    Notes
    -----
    The fitted true values are linear in x and y, so the weights of a block of fits are one matrix product of rank
    three and their sums another: O(n²) a round for all n leave-one-out fits together, in flat memory.
    """
    slopes, intercepts = (side.copy() for side in start)
    dx, dy = x - centre[0], y - centre[1]
    basis = np.stack([x, y, np.ones_like(x)])
    moments = np.stack([np.ones_like(x), dx, dy, dx * dx, dx * dy, dy * dy], axis=1)
    x_size, y_size = float(np.abs(x).mean()), float(np.abs(y).mean())
    block = max(1, BLOCK_CELLS // len(x))
    settled = True
    for first in range(0, len(slopes), block):
        active = np.arange(first, min(first + block, len(slopes)))
        for _ in range(MOST_ITERATIONS):
            old = slopes[active], intercepts[active]
            weights = _weights(basis, *old, ratio)
            if left_out:
                weights[np.arange(len(active)), active] = 0.0
            new = _weighted_lines(weights @ moments, ratio, centre)
            slopes[active], intercepts[active] = new
            change = np.abs(new[0] - old[0]) * x_size + np.abs(new[1] - old[1])
            # An undefined fit compares as settled: its NaN says so, and no further round mends it.
            active = active[change > SETTLED * y_size]
            if not active.size:
                break
        settled = settled and not active.size
    return ProportionalLines(slopes=slopes, intercepts=intercepts, settled=settled)


def _weights(basis: Vector, slopes: Vector, intercepts: Vector, ratio: float) -> Vector:
    """Return the weights of every fit and row: shape (m, n)."""
    pull = ratio * (slopes - 1) / (1 + ratio * slopes**2)
    parts = np.stack([1 - pull * slopes, ratio + pull, -pull * intercepts], axis=1)
    level = (parts @ basis) / (1 + ratio)
    with np.errstate(divide="ignore"):
        weights: Vector = 1 / (level * level)
    return weights


def _weighted_lines(totals: Vector, ratio: float, centre: tuple[float, float]) -> tuple[Vector, Vector]:
    """Return slopes and intercepts from weighted sums of 1, dx, dy, dx², dx·dy, dy²: shape (m, 6)."""
    with np.errstate(invalid="ignore"):
        x, y, xx, xy, yy = (totals[:, 1:] / totals[:, :1]).T
        slopes = deming_slope(xx - x * x, yy - y * y, xy - x * y, ratio, ZERO * (xx + ratio * yy))
        return slopes, (y + centre[1]) - slopes * (x + centre[0])
