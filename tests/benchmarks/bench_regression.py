"""Regressions of difference: the jackknife against one fit, Passing-Bablok against one pass over all slopes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.difference.regression import deming, passing_bablok, weighted_deming
from tests.benchmarks.timing import Row, against_floor, alone

BLOCK = 256


def pairs(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two seeded columns of one-decimal scores of the same evaluands."""
    generator = np.random.default_rng(20260103)
    true = generator.uniform(60, 100, n)
    return np.round(true + generator.normal(0, 2, n), 1), np.round(true + generator.normal(0, 3, n), 1)


def one_fit(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the plain Deming slope, straight: no checks, no intervals."""
    dx, dy = x - x.mean(), y - y.mean()
    u, q, p = dx @ dx, dy @ dy, dx @ dy
    return float((q - u + np.sqrt((q - u) ** 2 + 4 * p * p)) / (2 * p))


def one_pass(x: NDArray[np.float64], y: NDArray[np.float64]) -> int:
    """Return the number of slopes of at most 1 among all pairs, in blocks: what any exact method must look at."""
    count = 0
    with np.errstate(divide="ignore", invalid="ignore"):
        for first in range(0, len(x) - 1, BLOCK):
            rows = slice(first, first + BLOCK)
            slopes = (y[first + 1 :] - y[rows, None]) / (x[first + 1 :] - x[rows, None])
            count += int(np.count_nonzero(slopes <= 1))
    return count


def run() -> list[Row]:
    """Return the rows of the benchmark table."""
    x, y = pairs(1_000_000)
    small_x, small_y = x[:1_000], y[:1_000]
    large_x, large_y = x[:10_000], y[:10_000]
    return [
        against_floor(
            "Deming 1,000,000 pairs with jackknife",
            lambda: deming(x, y),
            floor="one fit, no interval",
            floor_task=lambda: one_fit(x, y),
        ),
        alone("weighted Deming 1,000 pairs with jackknife", lambda: weighted_deming(small_x, small_y)),
        against_floor(
            "Passing-Bablok 10,000 pairs",
            lambda: passing_bablok(large_x, large_y),
            floor="one pass over all slopes",
            floor_task=lambda: one_pass(large_x, large_y),
            rounds=2,
        ),
    ]
