"""A million evaluands by three raters: coefficients of agreement with their intervals against one pass of bincount."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.agreement import cohen_kappa, fleiss_kappa, gwet_ac
from perfkit.reliability.grades import coded
from tests.benchmarks.timing import Row, against_floor

EVALUANDS = 1_000_000
RATERS = 3
CATEGORIES = (1, 2, 3, 4, 5)
GOAL = 3.0


def codes() -> NDArray[np.int8]:
    """Return seeded codes: a true grade, moved by at most one by each rater, one rating in fifty missing."""
    generator = np.random.default_rng(20260101)
    truth = generator.integers(0, len(CATEGORIES), (EVALUANDS, 1))
    moved = truth + generator.choice([-1, 0, 1], (EVALUANDS, RATERS), p=[0.15, 0.7, 0.15])
    given = np.clip(moved, 0, len(CATEGORIES) - 1)
    return np.where(generator.random(given.shape) < 0.02, -1, given).astype(np.int8)


def counted(given: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return the floor: one pass of bincount over all codes."""
    return np.bincount((given + np.int8(1)).ravel())


def converted(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the floor for floats: written straight for this scale, to codes and one pass of bincount."""
    return counted(np.where(np.isnan(scores), -1, scores - 1).astype(np.int8))


def run() -> list[Row]:
    """Return the rows of the benchmark table."""
    given = codes()
    graded = coded(given, CATEGORIES)
    first_two = coded(given[:, :2], CATEGORIES)
    scores = np.where(given < 0, np.nan, given + 1.0)
    size = f"{EVALUANDS:,} × {RATERS} grades"
    tasks = {
        f"AC2 quadratic with interval, {size}": lambda: gwet_ac(graded, weights="quadratic"),
        f"Fleiss kappa quadratic with interval, {size}": lambda: fleiss_kappa(graded, weights="quadratic"),
        f"Cohen kappa quadratic with interval, 2 of {size}": lambda: cohen_kappa(first_two, weights="quadratic"),
    }
    rows = [
        against_floor(
            name,
            task,
            floor=f"one pass of np.bincount over all {size}",
            floor_task=lambda: counted(given),
            goal_ratio=GOAL,
        )
        for name, task in tasks.items()
    ]
    rows.append(
        against_floor(
            f"AC2 quadratic with interval, {EVALUANDS:,} × {RATERS} floats",
            lambda: gwet_ac(scores, weights="quadratic"),
            floor="plain numpy conversion to codes and one np.bincount",
            floor_task=lambda: converted(scores),
            goal_ratio=GOAL,
        )
    )
    return rows
