"""Krippendorff's alpha: on a million grades, and on continuous scores by sums alone, with the memory it takes."""

from __future__ import annotations

import tracemalloc

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.agreement import krippendorff_alpha
from perfkit.reliability.grades import coded
from tests.benchmarks.timing import Row, against_floor, alone

MILLION = 1_000_000
METRICS = ("nominal", "ordinal", "interval", "ratio")


def one_bincount(codes: NDArray[np.int8], q: int) -> NDArray[np.int64]:
    """Return the floor: every row as one number, counted once."""
    key = np.zeros(len(codes), dtype=np.int32)
    for place in range(codes.shape[1]):
        key = key * (q + 1) + codes[:, place] + 1
    return np.bincount(key, minlength=(q + 1) ** codes.shape[1])


def straight_sums(scores: NDArray[np.float64]) -> float:
    """Return interval alpha of a complete table as one would type it."""
    n, k = scores.shape
    rows = scores.mean(axis=1, keepdims=True)
    within = ((scores - rows) ** 2).sum()
    total = ((scores - scores.mean()) ** 2).sum()
    return float(1 - (n * k - 1) / (n * (k - 1)) * within / total)


def peak_megabytes(scores: NDArray[np.float64]) -> float:
    """Return the most memory that interval alpha takes beside its input."""
    tracemalloc.start()
    krippendorff_alpha(scores, metric="interval")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def run() -> list[Row]:
    """Return the rows of the benchmark table."""
    rng = np.random.default_rng(20260101)
    codes = rng.integers(-1, 5, size=(MILLION, 3)).astype(np.int8)
    graded = coded(codes, (1, 2, 3, 4, 5))
    rows = [
        against_floor(
            f"alpha {metric}, 1,000,000 × 3 grades",
            lambda metric=metric: krippendorff_alpha(graded, metric=metric),  # type: ignore[misc]
            floor="one pass of bincount",
            floor_task=lambda: one_bincount(codes, 5),
            goal_ratio=3.0,
        )
        for metric in METRICS
    ]
    small = rng.normal(size=(10_000, 1)) + rng.normal(size=(10_000, 5))
    rows.append(
        alone(
            "alpha interval, 10,000 × 5 continuous",
            lambda: krippendorff_alpha(small, metric="interval"),
            goal_seconds=0.01,
        )
    )
    large = rng.normal(size=(MILLION, 1)) + rng.normal(size=(MILLION, 3))
    rows.append(
        against_floor(
            f"alpha interval, 1,000,000 × 3 continuous, peak {peak_megabytes(large):.1f} MB",
            lambda: krippendorff_alpha(large, metric="interval"),
            floor="plain numpy sums",
            floor_task=lambda: straight_sums(large),
        )
    )
    grades = np.clip(np.round(small[:200] + 3), 1, 5)
    rows.append(
        alone(
            "alpha ordinal, 2,000 bootstrap samples of 200 × 5",
            lambda: krippendorff_alpha(grades, metric="ordinal", interval="bootstrap"),
        )
    )
    return rows
