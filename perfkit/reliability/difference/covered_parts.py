"""Where pairs lie on the map of coverage 成对评分在覆盖率图上的位置, and results that carry more than one interval."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias, TypeVar

import numpy as np

from perfkit.reliability.coverage import Region, coverage_of, covered, differences_region
from perfkit.reliability.coverage.regions import LOOKED_AT
from perfkit.reliability.ratings import FloatMatrix
from perfkit.result import Interval, Result

R = TypeVar("R", bound=Result)
# An interval of a result: where it lies on the map and how it was made.
Part: TypeAlias = tuple[Region, str]

# Of the largest score: scores in tenths subtract with a noise that hides zeros.
NOISE = 1e-12


def pair_region(x: FloatMatrix, y: FloatMatrix, design: str = "") -> Region:
    """Return the region of the differences x - y 差值的位置 of two columns without missing."""
    step = max(1, -(-len(x) // LOOKED_AT))

    @functools.cache
    def shape() -> str:
        first, second = x[::step], y[::step]
        apart = first - second
        apart[np.abs(apart) <= NOISE * np.maximum(np.abs(first), np.abs(second))] = 0.0
        return differences_region(apart).found_shape()

    return Region(n=len(x), shape=shape, design=design)


def designed(region: Region, *designs: str) -> list[Region]:
    """Return a region once per variant of the statistic."""
    return [replace(region, design=design) for design in designs]


def part(region: Region, interval: Interval, method: str) -> Part:
    """Return an interval as a part to be judged; one without limits has no coverage to judge."""
    return region, method if interval.known else "none"


def covered_parts(result: R, parts: Iterable[Part]) -> R:
    """Return the result with the reservation of the interval that the map calls lowest 覆盖率最低的区间.

    Parameters
    ----------
    result : as it would be returned; neither value nor intervals change.
    parts : its intervals, each where it lies and how it was made.
    """
    found = ((one, covered(result, one[0], interval_method=one[1])) for one in parts)
    low = [(_coverage(result, one), judged) for one, judged in found if judged is not result]
    return min(low, key=lambda pair: pair[0])[1] if low else result


def _coverage(result: Result, judged: Part) -> float:
    """Return the coverage of a part that the map speaks of."""
    found = coverage_of(result.kind, judged[1], judged[0])
    return found.coverage if found else 1.0
