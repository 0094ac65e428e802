"""The line that R deming prints for a constant coefficient of variation, so that its published numbers can be remade."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.difference.regression.search import bounded_minima

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]

MOST_ROUNDS = 10
BLOCK_CELLS = 1_000_000
# The slope of the next round is looked for within these multiples of the present one.
NARROWEST, WIDEST = 0.8, 1.2


def searched_proportional_line(x: Vector, y: Vector, ratio: float, tolerance: float) -> tuple[float, float]:
    """Return slope and intercept of the line that Therneau's search finds; see ``_searched``."""
    slope, intercept = _searched(x, y, ratio, np.ones((1, len(x))), tolerance)
    return float(slope[0]), float(intercept[0])


def searched_proportional_left_out(x: Vector, y: Vector, ratio: float, tolerance: float) -> tuple[Vector, Vector]:
    """Return slopes and intercepts of the lines with one row left out, in blocks of flat memory."""
    n = len(x)
    slopes, intercepts = np.empty(n), np.empty(n)
    for skip in np.array_split(np.arange(n), -(-n // max(1, BLOCK_CELLS // n))):
        kept = np.ones((len(skip), n))
        kept[np.arange(len(skip)), skip] = 0.0
        slopes[skip], intercepts[skip] = _searched(x, y, ratio, kept, tolerance)
    return slopes, intercepts


def _searched(x: Vector, y: Vector, ratio: float, kept: Matrix, tolerance: float) -> tuple[Vector, Vector]:
    """Return slopes and intercepts of the lines that Therneau's search finds, one for every row of ``kept``.

    Parameters
    ----------
    x, y : shape (n,), above 0.
    ratio : ratio of the squared coefficients of variation, x over y.
    kept : shape (m, n), 1 where a row takes part in a fit and 0 where it is left out.
    tolerance : where the search for the slope and the rounds stop.

    Notes
    -----
    R deming 1.4-1, ``deming(cv=TRUE)``: the fitted true x is (v_y x + b v_x (y - a)) / (v_y + b v_x). Least squares
    asks for b² v_x in the divisor; the program leaves out the square, so its line differs where the slope is not 1.
    """
    x_variance, y_variance = ratio * np.maximum(x, 0.0) ** 2 * kept, np.maximum(y, 0.0) ** 2 * kept
    forth = _least_squares(x, y, _inverse(y_variance, kept))
    back = _least_squares(y, x, _inverse(x_variance, kept))
    slope = _slopes(x, y, kept, x_variance, y_variance, (0.5 * forth, 2 / back), tolerance)
    intercept = _intercepts(slope, x, y, kept, x_variance, y_variance)
    going = np.ones(len(kept), dtype=bool)
    for _ in range(MOST_ROUNDS):
        b, a = slope[going, None], intercept[going, None]
        vx, vy, use = x_variance[going], y_variance[going], kept[going]
        fitted = (vy * x + b * vx * (y - a)) / np.where(use > 0, vy + b * vx, 1.0)
        vx, vy = ratio * np.maximum(fitted, 0.0) ** 2 * use, np.maximum(a + b * fitted, 0.0) ** 2 * use
        found = _slopes(x, y, use, vx, vy, (NARROWEST * b[:, 0], WIDEST * b[:, 0]), tolerance)
        x_variance[going], y_variance[going] = vx, vy
        slope[going], intercept[going] = found, _intercepts(found, x, y, use, vx, vy)
        going[going] = np.abs(b[:, 0] - found) / (np.abs(found) + tolerance) > tolerance
        if not going.any():
            break
    return slope, intercept


def _inverse(variance: Matrix, kept: Matrix) -> Matrix:
    return kept / np.where(kept > 0, variance, 1.0)


def _least_squares(x: Vector, y: Vector, weight: Matrix) -> Vector:
    """Return the slopes of the weighted least-squares lines of y on x."""
    total = weight.sum(axis=1)
    from_x = x - (weight @ x / total)[:, None]
    from_y = y - (weight @ y / total)[:, None]
    slopes: Vector = (weight * from_x * from_y).sum(axis=1) / (weight * from_x**2).sum(axis=1)
    return slopes


def _intercepts(slope: Vector, x: Vector, y: Vector, kept: Matrix, x_variance: Matrix, y_variance: Matrix) -> Vector:
    weight = _inverse(y_variance + slope[:, None] ** 2 * x_variance, kept)
    found: Vector = (weight * (y - slope[:, None] * x)).sum(axis=1) / weight.sum(axis=1)
    return found


def _slopes(
    x: Vector,
    y: Vector,
    kept: Matrix,
    x_variance: Matrix,
    y_variance: Matrix,
    bounds: tuple[Vector, Vector],
    tolerance: float,
) -> Vector:
    """Return where the weighted sum of squared residuals is least between two slopes, errors held."""

    def objective(slope: Vector) -> Vector:
        weight = _inverse(y_variance + slope[:, None] ** 2 * x_variance, kept)
        residual = y - slope[:, None] * x
        residual = residual - ((weight * residual).sum(axis=1) / weight.sum(axis=1))[:, None]
        value: Vector = (weight * residual**2).sum(axis=1)
        return value

    return bounded_minima(objective, np.minimum(*bounds), np.maximum(*bounds), tolerance)
