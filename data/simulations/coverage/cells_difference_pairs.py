"""Pairs of scores to simulate 成对评分总体: self-evaluation x against re-evaluation y, with what is true of x - y."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from data.simulations.coverage.cell import Cell, Limits
from perfkit.result import Interval

FloatArray: TypeAlias = NDArray[np.float64]
Sides: TypeAlias = tuple[FloatArray, FloatArray]

SIZES = (10, 30, 100)
# Truths without a closed form are those of so many evaluands, drawn from a seed of their own.
POPULATION = 4_000_000
POPULATION_SEED = 19470401
# The percentile at which a normal 95 % lies.
Z95 = 1.959963984540054

LEVEL_MEAN, LEVEL_SD = 75.0, 8.0
UNCHANGED, LOWERED = 0.60, 0.35
# Of the logarithm of skewed differences: their skewness is then near 4.
LOG_SD = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """A population of pairs: ``draw`` makes n of them; ``mean``, ``sd`` those of x - y, ``slope`` its line on the mean."""

    draw: Callable[[Generator, int], Sides]
    mean: float
    sd: float
    slope: float
    level: float

    @property
    def intercept(self) -> float:
        """Where the line of the differences on the pair means begins."""
        return self.mean - self.slope * self.level


def lognormal_moments(mean: float, sd: float) -> tuple[float, float]:
    """Return mean and variance of exp(normal)."""
    middle = math.exp(mean + sd**2 / 2)
    return middle, middle**2 * math.expm1(sd**2)


def _normal(rng: Generator, n: int) -> Sides:
    """Return pairs whose differences are normal."""
    level = rng.normal(LEVEL_MEAN, LEVEL_SD, n)
    return level + rng.normal(1.0, 2.0, n), level + rng.normal(0.0, 1.5, n)


def _skewed(rng: Generator, n: int) -> Sides:
    """Return pairs in which x lies above y by a lognormal amount."""
    level = rng.normal(LEVEL_MEAN, LEVEL_SD, n)
    return level + rng.lognormal(0.5, LOG_SD, n), level + rng.normal(0.0, 0.5, n)


def sparse_differences(rng: Generator, n: int) -> FloatArray:
    """Return differences of a re-evaluation: 60 % unchanged, 35 % lowered by a lognormal amount, the rest raised."""
    chance = rng.random(n)
    sizes = np.where(chance < UNCHANGED + LOWERED, rng.lognormal(1.0, LOG_SD, n), -rng.lognormal(0.0, 0.5, n))
    return np.where(chance < UNCHANGED, 0.0, sizes)


def _sparse(rng: Generator, n: int) -> Sides:
    """Return pairs most of which are unchanged."""
    level = rng.normal(LEVEL_MEAN, LEVEL_SD, n)
    return level + sparse_differences(rng, n), level


def _of_errors(draw: Callable[[Generator, int], Sides], shift: float, x: float, y: float, both: float) -> Pairing:
    """Return the pairing of independent errors with variances ``x`` and ``y``, of whose means ``both`` is the mean."""
    slope = (x - y) / 2 / (LEVEL_SD**2 + (x + y) / 4)
    return Pairing(draw=draw, mean=shift, sd=math.sqrt(x + y), slope=slope, level=LEVEL_MEAN + both)


def _pairings() -> Iterator[tuple[str, Pairing]]:
    """Yield the pairings by shape."""
    yield "normal", _of_errors(_normal, 1.0, 4.0, 2.25, 0.5)
    mean, variance = lognormal_moments(0.5, LOG_SD)
    yield "skewed", _of_errors(_skewed, mean, variance, 0.25, mean / 2)
    down, down_variance = lognormal_moments(1.0, LOG_SD)
    up, up_variance = lognormal_moments(0.0, 0.5)
    raised = 1 - UNCHANGED - LOWERED
    shift = LOWERED * down - raised * up
    variance = LOWERED * (down_variance + down**2) + raised * (up_variance + up**2) - shift**2
    yield "sparse", _of_errors(_sparse, shift, variance, 0.0, shift / 2)


PAIRINGS: Mapping[str, Pairing] = MappingProxyType(dict(_pairings()))


@functools.cache
def population(shape: str) -> Sides:
    """Return a population of pairs so large that its statistics are the truth."""
    return PAIRINGS[shape].draw(np.random.default_rng(POPULATION_SEED), POPULATION)


def t_sizes(shape: str) -> tuple[int, ...]:
    """Return the sizes at which a t interval is tried: its coverage of a skewed mean begins low and rises slowly."""
    return SIZES if shape == "normal" else (3, *SIZES, 300, 1000)


def limits(interval: Interval) -> Limits:
    """Return both ends of an interval."""
    return interval.low, interval.high


def pair_draw(
    interval: Callable[[FloatArray, FloatArray], Interval], make: Callable[[Generator, int], Sides], n: int
) -> Callable[[Generator], Limits]:
    """Return the draw of n pairs and of their interval."""

    def draw(rng: Generator) -> Limits:
        return limits(interval(*make(rng, n)))

    return draw


def pair_cells(
    statistic: str,
    interval_method: str,
    shape: str,
    truth: float | Callable[[], float],
    interval: Callable[[FloatArray, FloatArray], Interval],
    *,
    sizes: tuple[int, ...] = SIZES,
    design: str = "",
    exact: bool = False,
    make: Callable[[Generator, int], Sides] | None = None,
) -> Iterator[Cell]:
    """Yield one cell per sample size; pairs are those of the shape unless ``make`` makes others."""
    source = make or PAIRINGS[shape].draw
    for n in sizes:
        yield Cell(
            statistic=statistic,
            interval_method=interval_method,
            shape=shape,
            n=n,
            k=0,
            truth=truth,
            draw=pair_draw(interval, source, n),
            design=design,
            exact=exact,
        )
