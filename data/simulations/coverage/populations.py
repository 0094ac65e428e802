"""The populations that samples are drawn from 模拟总体: grades, scores and scales of which the truth is known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Shares of four grades, lowest first: even, and nearly all in one grade as in self-evaluations.
GRADE_SHARES = {"even": (0.25, 0.25, 0.25, 0.25), "skewed": (0.03, 0.05, 0.12, 0.80)}
CATEGORIES = (1, 2, 3, 4)
# A rater sees the grade so often, and otherwise guesses with the shares of the grades: any two then have this
# squared as their kappa, whatever the weights, and so has every coefficient whose chance is made of the shares.
SEEN = 0.8
GRADE_KAPPA = SEEN**2
# Standard deviation of the logarithm of skewed effects, whose skewness then is 2.3: that of their sums is 1.5 or so.
LOG_SPREAD = 0.6


def grades(rng: Generator, shape: str, n: int, k: int) -> NDArray[np.int64]:
    """Return grades 1 … 4 of n evaluands by k raters, shape (n, k)."""
    edges = np.cumsum(GRADE_SHARES[shape])[:-1]
    true = np.searchsorted(edges, rng.random(n), side="right")
    guessed = np.searchsorted(edges, rng.random((n, k)), side="right")
    return np.where(rng.random((n, k)) < SEEN, true[:, None], guessed) + 1


def agreement_of_pairs(shape: str, weights: FloatArray) -> float:
    """Return the weighted agreement that two raters of these grades expect of one another."""
    shares = np.array(GRADE_SHARES[shape])
    return GRADE_KAPPA + (1 - GRADE_KAPPA) * float(shares @ weights @ shares)


def agreement_of_all(shape: str, k: int) -> float:
    """Return how often k raters of these grades all give the same."""
    shares = np.array(GRADE_SHARES[shape])
    given = SEEN * np.eye(len(shares)) + (1 - SEEN) * shares
    return float(shares @ (given**k).sum(axis=1))


def effects(rng: Generator, shape: str, size: int | tuple[int, ...]) -> FloatArray:
    """Return independent effects of mean 0 and variance 1: normal, or with a long tail downwards."""
    drawn = rng.standard_normal(size)
    if shape == "even":
        return drawn
    variance = LOG_SPREAD**2
    mean, spread = math.exp(variance / 2), math.sqrt(math.expm1(variance) * math.exp(variance))
    return (mean - np.exp(LOG_SPREAD * drawn)) / spread


def scores(
    rng: Generator, shape: str, n: int, k: int, *, evaluand: float, residual: float, raters: float | Sequence[float]
) -> FloatArray:
    """Return scores of n evaluands by k raters, shape (n, k), as a sum of effects.

    ``evaluand`` and ``residual`` are standard deviations; ``raters`` the standard deviation of raters drawn anew for
    the sample, or the effects of raters who stay.
    """
    severity = raters * rng.standard_normal(k) if isinstance(raters, float) else np.asarray(raters)
    return evaluand * effects(rng, shape, n)[:, None] + severity + residual * effects(rng, shape, (n, k))


def related(rng: Generator, shape: str, n: int, k: int, *, correlation: float) -> FloatArray:
    """Return equally correlated normal scores (n, k); "skewed" turns each into a lognormal shortfall from 100."""
    common, own = rng.standard_normal((n, 1)), rng.standard_normal((n, k))
    normal = math.sqrt(correlation) * common + math.sqrt(1 - correlation) * own
    return normal if shape == "even" else 100 - 5 * np.exp(LOG_SPREAD * normal)


def shortfall_correlation(correlation: float) -> float:
    """Return Pearson's correlation of two lognormal shortfalls whose logarithms have this correlation."""
    variance = LOG_SPREAD**2
    return math.expm1(correlation * variance) / math.expm1(variance)


def piled(rng: Generator, shape: str, n: int, k: int, *, correlation: float) -> FloatArray:
    """Return related scores; "skewed" ones stop at 100, where a third of them lie, and come in half points."""
    found = related(rng, "even", n, k, correlation=correlation)
    return found if shape == "even" else np.minimum(100.0, np.round(2 * (104 - 5.5 * np.exp(LOG_SPREAD * found))) / 2)
