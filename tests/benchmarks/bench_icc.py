"""Six intraclass correlations from one pass, and 2,000 bootstrap replicates of one, against plain numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.icc import icc, icc_table
from tests.benchmarks.timing import Row, against_floor

FloatArray = NDArray[np.float64]

SIZES = ((10_000, 5), (1_000_000, 3))
BOOTSTRAP = (200, 5)
REPLICATES = 2000


def table(n: int, k: int) -> FloatArray:
    """Return seeded ratings: evaluands, raters and errors."""
    generator = np.random.default_rng(20260101)
    evaluands, raters = generator.normal(75, 10, (n, 1)), generator.normal(0, 2, k)
    return evaluands + raters + generator.normal(0, 5, (n, k))


def floor_mean_squares(ratings: FloatArray, axis: int = 0) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return MSR, MSC, MSE and MSW written straight; ``axis`` is that of evaluands, raters follow."""
    n, k = ratings.shape[axis:]
    both = (axis, axis + 1)
    grand = ratings.mean(axis=both, keepdims=True)
    evaluands, raters = ratings.mean(axis=axis + 1, keepdims=True), ratings.mean(axis=axis, keepdims=True)
    between = k * ((evaluands - grand) ** 2).sum(axis=both)
    columns = n * ((raters - grand) ** 2).sum(axis=both)
    total = ((ratings - grand) ** 2).sum(axis=both)
    residual = total - between - columns
    within = (total - between) / (n * (k - 1))
    return between / (n - 1), columns / (k - 1), residual / ((n - 1) * (k - 1)), within


def floor_forms(ratings: FloatArray) -> tuple[FloatArray, ...]:
    """Return the six values, no interval, no test, no checks."""
    n, k = ratings.shape
    r, c, e, w = floor_mean_squares(ratings)
    return (
        *((r - w) / (r + (k - 1) * w), (r - e) / (r + (k - 1) * e + k * (c - e) / n), (r - e) / (r + (k - 1) * e)),
        *((r - w) / r, (r - e) / (r + (c - e) / n), (r - e) / r),
    )


def floor_bootstrap(ratings: FloatArray) -> FloatArray:
    """Return ICC(A,1) of 2,000 samples gathered into one array."""
    n, k = ratings.shape
    drawn = ratings[np.random.default_rng(1).integers(0, n, (REPLICATES, n))]
    r, c, e, _ = floor_mean_squares(drawn, axis=1)
    values: FloatArray = (r - e) / (r + (k - 1) * e + k * (c - e) / n)
    return values


def run() -> list[Row]:
    """Return the rows of the benchmark table."""
    rows = []
    for n, k in SIZES:
        ratings = table(n, k)
        rows.append(
            against_floor(
                f"ICC, 6 forms with intervals and tests, {n:,} x {k}",
                lambda ratings=ratings: icc_table(ratings),
                floor="plain numpy, six values",
                floor_task=lambda ratings=ratings: floor_forms(ratings),
                goal_ratio=3.0,
            )
        )
    ratings = table(*BOOTSTRAP)
    rows.append(
        against_floor(
            f"ICC(A,1), {REPLICATES:,} bootstrap replicates, {BOOTSTRAP[0]} x {BOOTSTRAP[1]}",
            lambda: icc(ratings, interval="bootstrap", replicates=REPLICATES),
            floor="plain numpy, all samples in one array",
            floor_task=lambda: floor_bootstrap(ratings),
            goal_ratio=3.0,
        )
    )
    return rows
