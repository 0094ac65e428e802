"""A row of the map of coverage 覆盖率图的一行, and what it says: low, within or high."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, TypeAlias

Verdict: TypeAlias = Literal["low", "within", "high"]
# The level at which every cell is simulated.
LEVEL = 0.95
# Coverage within so many Monte Carlo standard errors of the level counts as the level.
ERRORS = 3


class Point(NamedTuple):
    """Coverage of one sample size 一个样本量的覆盖率: a share of the ``replications`` that had an interval."""

    n: int
    coverage: float
    replications: int


class Row(NamedTuple):
    """Points of one case 一种情形: ``k`` raters (0 where none), ``side`` two, lower or upper, by rising n."""

    statistic: str
    interval_method: str
    shape: str
    k: int
    design: str
    side: str
    exact: bool
    points: tuple[Point, ...]


def rows(table: str) -> tuple[Row, ...]:
    """Return the rows of a table as text 表格文本.

    A line of two fields, statistic and interval method, heads the lines below it: shape, raters, design, side, exact
    or approximate, and a list of n:covered/replications. A semicolon parts the fields.
    """
    found = []
    statistic = method = ""
    for line in table.strip().splitlines():
        fields = line.split(";")
        if len(fields) == 2:
            statistic, method = fields
            continue
        shape, k, design, side, kind, listed = fields
        points = tuple(_point(point) for point in listed.split())
        found.append(Row(statistic, method, shape, int(k), design, side, kind == "exact", points))
    return tuple(found)


def _point(text: str) -> Point:
    """Return a point from n:covered/replications; the coverage is NaN where no sample had an interval."""
    n, _, counts = text.partition(":")
    covered, replications = (int(part) for part in counts.split("/"))
    return Point(int(n), covered / replications if replications else math.nan, replications)


def standard_error(replications: int) -> float:
    """Return the Monte Carlo standard error of a coverage that is the level 模拟误差."""
    return math.sqrt(LEVEL * (1 - LEVEL) / replications)


def verdict(coverage: float, replications: int, *, exact: bool) -> Verdict:
    """Return what a coverage says 判定; an exact interval is never blamed for holding the truth too often."""
    if not replications:
        return "within"
    width = ERRORS * standard_error(replications)
    if coverage < LEVEL - width:
        return "low"
    return "high" if coverage > LEVEL + width and not exact else "within"
