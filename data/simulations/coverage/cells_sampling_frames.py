"""Frames to draw from 抽样总体: scores and money before and after a re-evaluation, whole, so that every total is known."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from perfkit.reliability.sampling.design import Design, simple_random, stratified

FloatArray = NDArray[np.float64]

UNITS = 2000
SEED = 19340409
# Strata by size, the small units first; and how a sample is shared among them.
STRATA = (1200, 600, 200)
ALLOCATION = {3: (1, 1, 1), 10: (4, 3, 3), 30: (12, 10, 8), 100: (40, 35, 25)}
UNCHANGED, LOWERED = 0.60, 0.35
# Of the logarithm of money.
LOG_SD = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Every unit of a frame: ``book`` (self-evaluation, or money), ``value`` (after re-evaluation), and its stratum."""

    table: pd.DataFrame
    simple: Design
    strata: Design

    @property
    def value(self) -> float:
        """The total after re-evaluation."""
        return float(self.table["value"].sum())

    @property
    def book(self) -> float:
        """The total before."""
        return float(self.table["book"].sum())


def _books(shape: str, rng: Generator) -> FloatArray:
    """Return books, the smallest first: scores where all is even, else money."""
    drawn = rng.normal(80.0, 8.0, UNITS) if shape in ("normal", "even") else rng.lognormal(4.0, LOG_SD, UNITS)
    return np.sort(drawn)


def _values(shape: str, rng: Generator, books: FloatArray) -> FloatArray:
    """Return values after re-evaluation: moved by a normal amount, by a share of the money, or mostly not at all."""
    if shape in ("normal", "even"):
        return 5.0 + 0.9 * books + rng.normal(0.0, 3.0, UNITS)
    lowered = books * (1 - rng.beta(2.0, 6.0, UNITS))
    if shape == "skewed":
        return lowered
    chance = rng.random(UNITS)
    return np.where(chance < UNCHANGED, books, np.where(chance < UNCHANGED + LOWERED, lowered, 1.05 * books))


@functools.cache
def population(shape: str) -> Population:
    """Return the frame whose differences (or scores) have the shape; every run draws from the same one."""
    rng = np.random.default_rng(SEED)
    books = _books(shape, rng)
    codes = np.repeat(np.arange(len(STRATA)), STRATA)
    table = pd.DataFrame({"stratum": codes, "book": books, "value": _values(shape, rng, books)})
    totals = table.groupby("stratum")["book"].sum()
    return Population(
        table=table,
        simple=simple_random(UNITS, book_total=float(books.sum())),
        strata=stratified(
            "stratum",
            dict(enumerate(STRATA)),
            book_totals={place: float(total) for place, total in enumerate(totals)},
        ),
    )


def simple_sample(shape: str, rng: Generator, n: int) -> pd.DataFrame:
    """Return n units drawn with equal probability."""
    return population(shape).table.take(rng.choice(UNITS, n, replace=False))


def stratified_sample(shape: str, rng: Generator, n: int) -> pd.DataFrame:
    """Return n units shared among the strata, the large ones oversampled."""
    starts = np.cumsum((0, *STRATA[:-1]))
    places = [
        start + rng.choice(units, size, replace=False)
        for start, units, size in zip(starts, STRATA, ALLOCATION[n], strict=True)
    ]
    return population(shape).table.take(np.concatenate(places))


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """Money drawn by size: the size, what is totalled or audited, and running chances of the draw."""

    table: pd.DataFrame
    cumulated: FloatArray

    @property
    def total(self) -> float:
        """The money of all units."""
        return float(self.table["book"].sum())


# How many units are wrong, how far (a Beta distribution; None: wholly), and how many are understated beside them.
ERRORS = {
    "whole": (0.15, None, 0.0),
    "partial": (0.25, (0.3, 0.7), 0.0),
    "both_ways": (0.15, (1.5, 3.0), 0.05),
}


@functools.cache
def money(errors: str) -> Money:
    """Return lognormal money with errors of a kind: ``audit`` is what the book should say."""
    rng = np.random.default_rng([SEED, 1])
    books = np.round(rng.lognormal(4.0, LOG_SD, UNITS) + 1.0, 2)
    share, sizes, understated = ERRORS[errors]
    chance = rng.random(UNITS)
    taints = np.ones(UNITS) if sizes is None else rng.beta(*sizes, UNITS)
    taints = np.where(chance < share, taints, np.where(chance > 1 - understated, -0.1, 0.0))
    table = pd.DataFrame({"book": books, "audit": books * (1 - taints), "wrong": np.where(chance < share, books, 0.0)})
    # A column for totals that move with the size.
    table["value"] = 0.9 * books * (1 + 0.2 * rng.standard_normal(UNITS))
    return Money(table=table, cumulated=np.cumsum(books) / books.sum())


def drawn_by_size(errors: str, rng: Generator, n: int) -> pd.DataFrame:
    """Return n draws with probability in proportion to the money, with replacement."""
    found = money(errors)
    return found.table.take(np.searchsorted(found.cumulated, rng.random(n)))


def hit_by_interval(errors: str, rng: Generator, n: int) -> pd.DataFrame:
    """Return n units drawn by size without replacement: a systematic draw from a random order."""
    found = money(errors)
    order = rng.permutation(UNITS)
    ends = np.cumsum(found.table["book"].to_numpy()[order])
    marks = (rng.random() + np.arange(n)) * (ends[-1] / n)
    return found.table.take(order[np.searchsorted(ends, marks)])
