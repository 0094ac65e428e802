"""A sample from a frame of a million units: the frame checked and hashed, and every way to draw from it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perfkit.reliability.sampling import (
    SamplingFrame,
    monetary_unit_sample,
    pps_sample,
    sampling_frame,
    simple_sample,
    stratified_sample,
)
from tests.benchmarks.timing import Row, against_floor, alone

UNITS = 1_000_000
SIZE = 500
GOAL_SECONDS = 1.0


def units(n: int) -> pd.DataFrame:
    """Return seeded units with amounts and strata, in no order."""
    generator = np.random.default_rng(20260101)
    return pd.DataFrame(
        {
            "project": [f"P{number:07d}" for number in generator.permutation(n)],
            "budget": np.round(generator.lognormal(10, 1.5, n), 2),
            "sector": generator.choice(["agriculture", "education", "health", "roads"], n),
        }
    )


def frame_of(table: pd.DataFrame) -> SamplingFrame:
    """Return the frame with everything it can hold."""
    return sampling_frame(table, unit="project", money="budget", stratum="sector")


def floor_sample(table: pd.DataFrame) -> pd.DataFrame:
    """Return a sample by pandas: no checks, no hash, and another list when the table is sorted otherwise."""
    return table.sort_values("project").sample(SIZE, random_state=1)


def run() -> list[Row]:
    """Return the rows of the benchmark table."""
    table = units(UNITS)
    population = frame_of(table)
    rows = [
        against_floor(
            f"frame of {UNITS:,} units checked, hashed, {SIZE} drawn",
            lambda: simple_sample(frame_of(table), size=SIZE, seed=1),
            floor="pandas sort_values and sample",
            floor_task=lambda: floor_sample(table),
            rounds=3,
        )
    ]
    tasks = {
        "simple": lambda: simple_sample(population, size=SIZE, seed=1),
        "stratified": lambda: stratified_sample(population, size=SIZE, seed=1),
        "PPS systematic": lambda: pps_sample(population, size=SIZE, seed=1),
        "PPS pivotal": lambda: pps_sample(population, size=SIZE, seed=1, method="pivotal"),
        "monetary unit, cells": lambda: monetary_unit_sample(population, size=SIZE, seed=1, method="cell"),
    }
    rows += [
        alone(f"{name}, {SIZE} of {UNITS:,}", task, goal_seconds=GOAL_SECONDS, rounds=3) for name, task in tasks.items()
    ]
    return rows
