"""Brent's search for a minimum 布伦特法, for many functions of one variable at once, stopped at a given tolerance."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]

GOLDEN = (3 - math.sqrt(5)) / 2
MOST_STEPS = 500


def bounded_minima(objective: Callable[[Vector], Vector], low: Vector, high: Vector, tolerance: float) -> Vector:
    """Return the arguments of the minima that Brent's search finds between two bounds.

    Parameters
    ----------
    objective : from m arguments to m values, the i-th of the i-th function.
    low, high : shape (m,), the bounds.
    tolerance : length at which a search stops; it bounds the error, it is not the error.

    Notes
    -----
    Brent (1973), Algorithms for Minimization without Derivatives, ch. 5: golden section, with parabolic steps where
    they fall within the bounds and shrink. The searches go side by side; one that has stopped stands still.
    """
    low, high = low.copy(), high.copy()
    best: Vector = low + GOLDEN * (high - low)
    second, third = best.copy(), best.copy()
    at_best = objective(best)
    at_second, at_third = at_best.copy(), at_best.copy()
    step, before = np.zeros_like(best), np.zeros_like(best)
    for _ in range(MOST_STEPS):
        middle = (low + high) / 2
        least = np.sqrt(np.finfo(np.float64).eps) * np.abs(best) + tolerance / 3
        going = np.abs(best - middle) > 2 * least - (high - low) / 2
        if not going.any():
            break
        step, before = _step(
            (low, high, middle, least), (best, second, third), (at_best, at_second, at_third), (step, before)
        )
        trial = best + np.where(np.abs(step) >= least, step, np.where(step > 0, least, -least))
        value = objective(np.where(going, trial, best))
        better = going & (value <= at_best)
        worse = going & ~better
        low = np.where(better & (trial >= best), best, np.where(worse & (trial < best), trial, low))
        high = np.where(better & (trial < best), best, np.where(worse & (trial >= best), trial, high))
        next_second = worse & ((value <= at_second) | (second == best))
        next_third = worse & ~next_second & ((value <= at_third) | (third == best) | (third == second))
        third, at_third = (
            np.where(better | next_second, old, np.where(next_third, new, kept))
            for old, new, kept in ((second, trial, third), (at_second, value, at_third))
        )
        second, at_second = (
            np.where(better, old, np.where(next_second, new, kept))
            for old, new, kept in ((best, trial, second), (at_best, value, at_second))
        )
        best, at_best = np.where(better, trial, best), np.where(better, value, at_best)
    return best


Four: TypeAlias = tuple[Vector, Vector, Vector, Vector]
Three: TypeAlias = tuple[Vector, Vector, Vector]
Two: TypeAlias = tuple[Vector, Vector]


def _step(bounds: Four, points: Three, values: Three, steps: Two) -> Two:
    """Return the next steps and the ones before them: parabolic where sound, golden section elsewhere."""
    low, high, middle, least = bounds
    best, second, third = points
    at_best, at_second, at_third = values
    step, before = steps
    r = (best - second) * (at_best - at_third)
    q = (best - third) * (at_best - at_second)
    p = (best - third) * q - (best - second) * r
    q = 2 * (q - r)
    p, q = np.where(q > 0, -p, p), np.abs(q)
    sound = (np.abs(before) > least) & (np.abs(p) < np.abs(q * before / 2))
    sound &= (p > q * (low - best)) & (p < q * (high - best))
    parabola = p / np.where(sound, q, 1.0)
    near = (best + parabola - low < 2 * least) | (high - best - parabola < 2 * least)
    parabola = np.where(near, np.where(best < middle, least, -least), parabola)
    rest = np.where(best < middle, high - best, low - best)
    move: Vector = np.where(sound, parabola, GOLDEN * rest)
    kept: Vector = np.where(sound, step, rest)
    return move, kept
