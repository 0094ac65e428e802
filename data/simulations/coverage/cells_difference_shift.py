"""Cells of shift and migration 位移与等级变动: t and signed ranks, exact shares, medians, odds of grades changed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.random import Generator

from data.simulations.coverage.cell import Cell, Limits
from data.simulations.coverage.cells_difference_pairs import (
    LOWERED,
    PAIRINGS,
    POPULATION_SEED,
    SIZES,
    UNCHANGED,
    FloatArray,
    limits,
    pair_cells,
    population,
    t_sizes,
)
from perfkit.reliability.difference.migration import grade_change, mcnemar
from perfkit.reliability.difference.shift import change_summary, equivalence, paired_t, sign_test, wilcoxon_signed_rank
from perfkit.result import Interval

RAISED = 1 - UNCHANGED - LOWERED
# Two one-sided tests at 97.5 % give an interval at 95 %.
ONE_SIDED = 0.975
# Grades: how many of those in the better one are lowered, and of those in the other raised.
GRADE_LOWERED, GRADE_RAISED = 0.40, 0.15


def _paired(x: FloatArray, y: FloatArray) -> Interval:
    return paired_t(x, y).interval


def _equivalent(x: FloatArray, y: FloatArray) -> Interval:
    return equivalence(x, y, margin=1.0, level=ONE_SIDED).interval


def _summed(x: FloatArray, y: FloatArray, *, part: str) -> Interval:
    found = change_summary(x, y)
    if part == "share":
        return found.interval
    return found.mean_interval if part == "mean" else found.median_interval


def _t_cells() -> Iterator[Cell]:
    """Yield the t intervals of a mean difference."""
    for shape, pairing in PAIRINGS.items():
        yield from pair_cells("paired_t", "t", shape, pairing.mean, _paired, sizes=t_sizes(shape))
        yield from pair_cells("equivalence", "t", shape, pairing.mean, _equivalent, sizes=t_sizes(shape))
        mean = functools.partial(_summed, part="mean")
        yield from pair_cells("change_summary", "t", shape, pairing.mean, mean, design="mean", sizes=t_sizes(shape))


def _directions(x: FloatArray, y: FloatArray) -> Interval:
    return sign_test(x, y).interval


def _exact_cells() -> Iterator[Cell]:
    """Yield exact shares and medians."""
    share = functools.partial(_summed, part="share")
    yield from pair_cells("change_summary", "clopper_pearson", "sparse", 1 - UNCHANGED, share, exact=True)
    lowered = LOWERED / (LOWERED + RAISED)
    yield from pair_cells("sign_test", "clopper_pearson", "sparse", lowered, _directions, exact=True)
    median = functools.partial(_summed, part="median")
    for shape, truth in (("normal", 1.0), ("sparse", 0.0)):
        yield from pair_cells("change_summary", "order_statistics", shape, truth, median, design="median", exact=True)


def _ranked(x: FloatArray, y: FloatArray, **options: Any) -> Interval:
    return wilcoxon_signed_rank(x, y, **options).interval


def _pseudomedian(shape: str, *, zeros: bool) -> float:
    """Return the median of the means of two differences in the population."""
    x, y = population(shape)
    differences = x - y if zeros else (x - y)[x != y]
    order = np.random.default_rng([POPULATION_SEED, 1]).permutation(len(differences))
    return float(np.median(differences + differences[order])) / 2


def _rank_cells() -> Iterator[Cell]:
    """Yield the intervals of the pseudomedian; the inverted test at few sizes, for it takes long."""
    small, large = (10, 30), (30, 100)
    rank_cells = functools.partial(pair_cells, "wilcoxon_signed_rank")
    skewed = functools.partial(_pseudomedian, "skewed", zeros=True)
    exact = functools.partial(_ranked, exact=True)
    yield from rank_cells("walsh_exact", "normal", 1.0, exact, sizes=small, exact=True)
    yield from rank_cells("walsh_exact", "skewed", skewed, exact, sizes=small)
    pratt = functools.partial(_ranked, zeros="pratt", exact=False)
    everything = functools.partial(_pseudomedian, "sparse", zeros=True)
    yield from rank_cells("walsh_normal", "normal", 1.0, pratt)
    yield from rank_cells("walsh_normal", "sparse", everything, pratt)
    yield from rank_cells("walsh_normal", "skewed", skewed, pratt, sizes=large)
    inverted = functools.partial(_ranked, exact=False)
    moved = functools.partial(_pseudomedian, "sparse", zeros=False)
    yield from rank_cells("test_inversion", "normal", 1.0, inverted, sizes=large)
    yield from rank_cells("test_inversion", "sparse", moved, inverted)


def _graded(n: int, interval: Callable[[FloatArray, FloatArray], Interval]) -> Callable[[Generator], Limits]:
    """Return the draw of n projects in one of two grades, before and after."""

    def draw(rng: Generator) -> Limits:
        chance = rng.random((2, n))
        before = np.where(chance[0] < 0.5, 2.0, 1.0)
        moved = chance[1] < np.where(before == 2.0, GRADE_LOWERED, GRADE_RAISED)
        return limits(interval(before, np.where(moved, 3.0 - before, before)))

    return draw


def _odds(before: FloatArray, after: FloatArray) -> Interval:
    return mcnemar(before, after, categories=(1.0, 2.0), exact=True).interval


def _lowered(before: FloatArray, after: FloatArray) -> Interval:
    return grade_change(before, after, categories=(1.0, 2.0)).interval


def _grade_cells() -> Iterator[Cell]:
    """Yield the direction of changes of grade, as odds and as a share."""
    odds, share = GRADE_RAISED / GRADE_LOWERED, GRADE_LOWERED / (GRADE_LOWERED + GRADE_RAISED)
    for statistic, truth, interval in (("mcnemar", odds, _odds), ("grade_change", share, _lowered)):
        for n in SIZES:
            yield Cell(
                statistic=statistic,
                interval_method="clopper_pearson",
                shape="",
                n=n,
                k=0,
                truth=truth,
                draw=_graded(n, interval),
                exact=True,
            )


CELLS: tuple[Cell, ...] = (*_t_cells(), *_exact_cells(), *_rank_cells(), *_grade_cells())
