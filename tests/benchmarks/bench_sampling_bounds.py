"""Stringer bounds of ten thousand strata at once against the quantiles that no program can do without."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from perfkit.reliability.sampling.bounds_taint import stringer_bounds
from tests.benchmarks.timing import Row, against_floor

STRATA = 10_000
DRAWS = 60
GOAL = 3.0


def draws() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return seeded taints, one in ten above 0, and their strata in mixed order."""
    generator = np.random.default_rng(20260101)
    codes = generator.permutation(np.repeat(np.arange(STRATA), DRAWS))
    taints = np.where(generator.random(len(codes)) < 0.1, generator.beta(2, 5, len(codes)), 0.0)
    return taints, codes


def floor_stringer(taints: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the bounds where every stratum has ``DRAWS`` draws: one padded table, sorted by row."""
    table = np.sort(taints[np.argsort(codes, kind="stable")].reshape(STRATA, DRAWS), axis=1)[:, ::-1]
    shares = np.append(betaincinv(np.arange(1, DRAWS + 1), np.arange(DRAWS, 0, -1), 0.95), 1.0)
    bounds: NDArray[np.float64] = shares[0] + table @ np.diff(shares)
    return bounds


def run() -> list[Row]:
    """Return the rows of the benchmark table."""
    taints, codes = draws()
    return [
        against_floor(
            f"Stringer bounds of {STRATA:,} strata × {DRAWS} draws",
            lambda: stringer_bounds(taints, codes, STRATA),
            floor="plain numpy, strata of one size in one table",
            floor_task=lambda: floor_stringer(taints, codes),
            goal_ratio=GOAL,
        )
    ]
