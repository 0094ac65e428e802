"""A million rows through a four-level tree: kernels, points, rounding, roll-up, totals and grades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perfkit.scoring.functions import given, linear_deduction, pro_rata
from perfkit.scoring.grades import Band, grade_positions, round_half_up, snap
from perfkit.scoring.total import summed_up
from tests.benchmarks.timing import Row, against_floor

EVALUANDS = 10_000
# Per evaluand: level 1, level 2, level 3, items; 1,000,000 items in all.
WIDTHS = (5, 10, 50, 100)
PRO_RATA, LINEAR, GIVEN = range(3)
BANDS: tuple[Band, ...] = (("A", 90, 100), ("B", 80, 90), ("C", 60, 80), ("D", 0, 60))


@dataclass(frozen=True)
class Table:
    """A flat table of items and the forest above them, one root per evaluand."""

    function: NDArray[np.int8]
    actual: NDArray[np.float64]
    target: NDArray[np.float64]
    full: NDArray[np.float64]
    parent: NDArray[np.int32]
    levels: tuple[NDArray[np.int64], ...]


def table(evaluands: int = EVALUANDS) -> Table:
    """Return a seeded table: two fifths pro rata, two fifths linear deduction, one fifth given."""
    generator = np.random.default_rng(20260101)
    items = evaluands * WIDTHS[-1]
    counts = (evaluands, *(evaluands * width for width in WIDTHS))
    starts = np.concatenate(([0], np.cumsum(counts)))
    parents = [
        starts[above] + np.arange(counts[above + 1]) * counts[above] // counts[above + 1]
        for above in range(len(WIDTHS))
    ]
    return Table(
        function=np.tile(np.array([PRO_RATA, LINEAR, PRO_RATA, LINEAR, GIVEN], dtype=np.int8), items // 5),
        actual=generator.uniform(40, 130, items),
        target=np.full(items, 100.0),
        full=np.full(items, 1.0),
        parent=np.concatenate((np.full(evaluands, -1), *parents)).astype(np.int32),
        levels=tuple(np.arange(starts[level], starts[level + 1]) for level in range(len(counts))),
    )


def scored(data: Table) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return totals and grades of every evaluand by perfkit's kernels."""
    rate = np.empty(data.actual.size)
    rows = np.flatnonzero(data.function == PRO_RATA)
    rate[rows] = pro_rata(data.actual[rows], data.target[rows]).rate
    rows = np.flatnonzero(data.function == LINEAR)
    rate[rows] = linear_deduction(data.actual[rows], full_at=100, deduct_share_per_unit=0.05, zero_at=80).rate
    rows = np.flatnonzero(data.function == GIVEN)
    rate[rows] = given(data.actual[rows] / 130 * data.full[rows], data.full[rows]).rate
    totals = np.zeros(data.parent.size)
    totals[data.levels[-1]] = round_half_up(rate * data.full, 2)
    summed_up(totals, data.parent, data.levels)
    official = round_half_up(snap(totals[data.levels[0]]), 2)
    return official, grade_positions(official, BANDS)


def floor(data: Table) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the same written straight: no checks, no flags, no traces, no snap, only this table's shape."""
    rate = np.empty(data.actual.size)
    rows = np.flatnonzero(data.function == PRO_RATA)
    rate[rows] = np.minimum(data.actual[rows] / data.target[rows], 1)
    rows = np.flatnonzero(data.function == LINEAR)
    value = data.actual[rows]
    rate[rows] = np.where(value <= 80, 0, 1 - 0.05 * np.maximum(100 - value, 0))
    rows = np.flatnonzero(data.function == GIVEN)
    rate[rows] = data.actual[rows] / 130 * data.full[rows] / data.full[rows]
    sums = np.floor(rate * data.full * 100 + 0.5) / 100
    for above, below in zip(reversed((1, *WIDTHS[:-1])), reversed(WIDTHS), strict=True):
        sums = np.add.reduceat(sums, np.arange(0, sums.size, below // above))
    official = np.round(sums, 2)
    return official, 3 - np.searchsorted([60, 80, 90], official, side="right")


def run() -> list[Row]:
    """Return the rows of the benchmark table."""
    data = table()
    row = against_floor(
        f"score {data.actual.size:,} items, 4 levels, {EVALUANDS:,} totals and grades",
        lambda: scored(data),
        floor="plain numpy, straight",
        floor_task=lambda: floor(data),
        goal_ratio=3.0,
    )
    return [row]
