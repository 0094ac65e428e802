"""Cells of sampling by size and of exact bounds 按规模抽样与精确上限的模拟格: totals of money, shares, taints."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

from numpy.random import Generator

from data.simulations.coverage.cell import Cell, Limits
from data.simulations.coverage.cells_sampling_frames import (
    UNITS,
    drawn_by_size,
    hit_by_interval,
    money,
    population,
    simple_sample,
    stratified_sample,
)
from perfkit.reliability.sampling import (
    attribute_upper_bound,
    describe_sample,
    hansen_hurwitz,
    horvitz_thompson,
    monetary_unit,
    monetary_unit_bound,
    pps,
)
from perfkit.reliability.sampling.bounds import LIKELIHOODS
from perfkit.reliability.sampling.bounds_money import METHODS

SIZES, LARGE = (10, 30, 100), (30, 100)
BELOW = float("-inf")
FRAME = 500
# The sorts of error that a bound is tried on, where they are not whole and partial ones.
ERRORS_OF = {"stringer.poisson": ("whole",), "stringer.lta": ("both_ways",), "moment": ("whole", "both_ways")}
SHARES = {"sparse": 0.04, "even": 0.30}


def _by_size(
    estimator: Callable[..., Any], sample: Callable[..., Any], column: str, n: int
) -> Callable[[Generator], Limits]:
    """Return the draw of n units by size and of the interval of a total."""
    design = pps(money("whole").total, units=UNITS)

    def draw(rng: Generator) -> Limits:
        frame = sample("whole", rng, n)
        interval = estimator(frame, design=design, value=column, book="book", least_n=2).interval
        return interval.low, interval.high

    return draw


def _size_cells() -> Iterator[Cell]:
    """Yield totals from draws by size: one that moves with the size, and money wrongly graded, mostly 0."""
    estimators: tuple[tuple[str, Callable[..., Any], Callable[..., Any]], ...] = (
        ("hansen_hurwitz", hansen_hurwitz, drawn_by_size),
        ("horvitz_thompson", horvitz_thompson, hit_by_interval),
    )
    for statistic, estimator, sample in estimators:
        for shape, column, sizes in (("skewed", "value", (10, 100)), ("sparse", "wrong", LARGE)):
            for n in sizes:
                yield Cell(
                    statistic=statistic,
                    interval_method="t",
                    shape=shape,
                    n=n,
                    k=0,
                    truth=float(money("whole").table[column].sum()),
                    draw=_by_size(estimator, sample, column, n),
                )


def _attribute(likelihood: Any, share: float, n: int) -> Callable[[Generator], Limits]:
    """Return the draw of how many of n have the attribute and of the bound on their share."""
    marked = round(share * FRAME)

    def draw(rng: Generator) -> Limits:
        if likelihood == "hypergeometric":
            found = int(rng.hypergeometric(marked, FRAME - marked, n))
            return BELOW, attribute_upper_bound(found, n, likelihood=likelihood, units=FRAME).value
        return BELOW, attribute_upper_bound(int(rng.binomial(n, share)), n, likelihood=likelihood).value

    return draw


def _attribute_cells() -> Iterator[Cell]:
    """Yield the bounds on a share."""
    for likelihood in LIKELIHOODS:
        for shape, share in SHARES.items():
            for n in SIZES:
                yield Cell(
                    statistic="attribute_upper_bound",
                    interval_method=f"attribute_upper_bound:{likelihood}",
                    shape=shape,
                    n=n,
                    k=0,
                    truth=share,
                    draw=_attribute(likelihood, share, n),
                    side="upper",
                    exact=True,
                )


def _tainted(errors: str, bound: Any, n: int) -> Callable[[Generator], Limits]:
    """Return the draw of n units of money and of the bound on the share that is wrong."""
    design = monetary_unit(money(errors).total)

    def draw(rng: Generator) -> Limits:
        frame = drawn_by_size(errors, rng, n)
        return BELOW, monetary_unit_bound(frame, design=design, book="book", audit="audit", bound=bound).value

    return draw


def _overstated(errors: str) -> float:
    """Return the share of the money by which the books exceed the audit."""
    table = money(errors).table
    return float((table["book"] - table["audit"]).sum()) / money(errors).total


def _money_cells() -> Iterator[Cell]:
    """Yield the bounds on money wrong: errors of whole units, of parts of them, and in both directions."""
    for bound in METHODS:
        for errors in ERRORS_OF.get(bound, ("whole", "partial")):
            for n in LARGE:
                yield Cell(
                    statistic="monetary_unit_bound",
                    interval_method=f"monetary_unit_bound:{bound}",
                    shape="",
                    n=n,
                    k=0,
                    truth=_overstated(errors),
                    draw=_tainted(errors, bound, n),
                    design=errors,
                    side="upper",
                )


def _described(kind: str, n: int) -> Callable[[Generator], Limits]:
    """Return the draw of a sample and of the exact bound on the share changed."""
    if kind == "money":
        design = pps(money("whole").total, units=UNITS)
        frames = functools.partial(drawn_by_size, "whole")
        value = "audit"
    else:
        design = population("sparse").simple if kind == "simple" else population("sparse").strata
        frames = functools.partial(simple_sample if kind == "simple" else stratified_sample, "sparse")
        value = "value"

    def draw(rng: Generator) -> Limits:
        return BELOW, describe_sample(frames(rng, n), design=design, value=value, book="book").interval.high

    return draw


def _described_cells() -> Iterator[Cell]:
    """Yield the exact bound on the share changed, of units and of money."""
    table, wrong = population("sparse").table, money("whole")
    changed = float((table["book"] != table["value"]).mean())
    of_money = float(wrong.table["wrong"].sum()) / wrong.total
    for design, truth, sizes in (
        ("simple", changed, (10, 30)),
        ("stratified", changed, (30,)),
        ("money", of_money, (30,)),
    ):
        for n in sizes:
            yield Cell(
                statistic="sample_description",
                interval_method="exact_upper",
                shape="",
                n=n,
                k=0,
                truth=truth,
                draw=_described(design, n),
                design=design,
                side="upper",
                exact=True,
            )


CELLS: tuple[Cell, ...] = (*_size_cells(), *_attribute_cells(), *_money_cells(), *_described_cells())
