"""Cells of sampling 抽样推断的模拟格: estimators of totals from equal-probability samples; those by size stand beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
from numpy.random import Generator

from data.simulations.coverage import cells_sampling_money
from data.simulations.coverage.cell import Cell, Limits
from data.simulations.coverage.cells_sampling_frames import UNITS, population, simple_sample, stratified_sample
from perfkit.reliability.sampling import (
    audit_total_error,
    difference_estimator,
    mean_per_unit,
    ratio_estimator,
    regression_estimator,
)

# Below ten units no interval is given unless it is asked for: the map shows why.
SIZES, WITH_THREE, TO_MANY = (10, 30, 100), (3, 10, 30, 100, 300), (10, 30, 100, 300)
LARGE = (30, 100)


def _draw(call: Callable[..., Any], shape: str, n: int, design: str, **options: Any) -> Callable[[Generator], Limits]:
    """Return the draw of a sample and of the interval of the total or mean."""
    simple = not design.startswith("stratified")
    sample = simple_sample if simple else stratified_sample
    chosen = population(shape).simple if simple else population(shape).strata

    def draw(rng: Generator) -> Limits:
        frame: pd.DataFrame = sample(shape, rng, n)
        interval = call(frame, design=chosen, least_n=2, **options).interval
        return interval.low, interval.high

    return draw


def _cells(
    statistic: str,
    interval: Callable[..., Any],
    truth: Callable[[str], float],
    cases: tuple[tuple[str, str, tuple[int, ...]], ...],
    **options: Any,
) -> Iterator[Cell]:
    """Yield one cell per design, shape and sample size."""
    for design, shape, sizes in cases:
        for n in sizes:
            yield Cell(
                statistic=statistic,
                interval_method="t",
                shape=shape,
                n=n,
                k=0,
                truth=truth(shape),
                draw=_draw(interval, shape, n, design, **options),
                design=design,
            )


def _mean_cells() -> Iterator[Cell]:
    """Yield the mean of audited values alone."""
    yield from _cells(
        "mean_per_unit",
        mean_per_unit,
        lambda shape: population(shape).value / UNITS,
        (
            ("simple", "even", SIZES),
            ("simple", "skewed", WITH_THREE),
            ("stratified", "even", SIZES),
            ("stratified", "skewed", SIZES),
        ),
        value="value",
    )


def _total(shape: str) -> float:
    """Return the total after re-evaluation."""
    return population(shape).value


def _assisted_cells() -> Iterator[Cell]:
    """Yield the totals that the books help to estimate."""
    named = {"value": "value", "book": "book"}
    yield from _cells(
        "difference_estimator",
        difference_estimator,
        _total,
        (
            ("simple", "normal", SIZES),
            ("simple", "skewed", WITH_THREE),
            ("simple", "sparse", WITH_THREE),
            ("stratified", "normal", (30,)),
            ("stratified", "skewed", (10, 30)),
            ("stratified", "sparse", SIZES),
        ),
        **named,
    )
    estimators: tuple[tuple[str, Callable[..., Any]], ...] = (
        ("ratio_estimator", ratio_estimator),
        ("regression_estimator", regression_estimator),
    )
    for statistic, estimator in estimators:
        plain = (("simple", "normal", LARGE), ("simple", "skewed", SIZES), ("simple", "sparse", TO_MANY))
        yield from _cells(statistic, estimator, _total, plain, **named)
        combined = (("stratified:combined", "skewed", (30,)), ("stratified:combined", "sparse", SIZES))
        yield from _cells(statistic, estimator, _total, combined, form="combined", **named)
        separate = (("stratified:separate", "skewed", (30,)), ("stratified:separate", "sparse", LARGE))
        yield from _cells(statistic, estimator, _total, separate, form="separate", **named)


def _error(shape: str) -> float:
    """Return the total error of the books."""
    return population(shape).book - population(shape).value


def _audit_cells() -> Iterator[Cell]:
    """Yield the total error of the books by each of its estimators; three of them do as those of a total above."""
    for estimator in ("difference", "quotient", "direct", "regression"):
        thorough = estimator == "regression"
        yield from _cells(
            "audit_total_error",
            audit_total_error,
            _error,
            (
                (f"simple:{estimator}", "skewed", (30,) if thorough else ()),
                (f"simple:{estimator}", "sparse", SIZES if thorough else LARGE),
                (f"stratified:{estimator}", "sparse", LARGE if thorough else (30,)),
            ),
            book="book",
            audit="value",
            estimator=estimator,
        )


CELLS: tuple[Cell, ...] = (*_mean_cells(), *_assisted_cells(), *_audit_cells(), *cells_sampling_money.CELLS)
