"""Cells of lines and concordance 回归直线与一致性相关系数: Deming, Passing–Bablok, Lin's and the overall coefficient."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.random import Generator

from data.simulations.coverage.cell import Cell, Limits
from data.simulations.coverage.cells_difference_pairs import (
    SIZES,
    FloatArray,
    Sides,
    limits,
    lognormal_moments,
    pair_cells,
)
from perfkit.reliability.difference.ccc import lin_ccc, overall_ccc
from perfkit.reliability.difference.regression import deming, passing_bablok, weighted_deming
from perfkit.result import Interval

SLOPE, INTERCEPT = 0.9, 5.0
ERROR_SD, ERROR_SHARE = 2.0, 0.04
# Lognormal scores: their logarithm has this standard deviation, so that their skewness is above 2.
LOG_SD = 0.6
# Of the concordance: spread of evaluands, of each rater's error, and how far the raters' means lie apart.
SPREAD, NOISE, SHIFT = 8.0, 4.0, 2.0


def _levels(shape: str, rng: Generator, n: int) -> FloatArray:
    """Return true scores well above 0: normal, or lognormal."""
    return rng.normal(75.0, 8.0, n) if shape == "even" else 30.0 + rng.lognormal(2.5, LOG_SD, n)


def _constant_errors(
    shape: str, slope: float = SLOPE, intercept: float = INTERCEPT
) -> Callable[[Generator, int], Sides]:
    """Return pairs about a line, with errors of one size on both sides."""

    def draw(rng: Generator, n: int) -> Sides:
        level = _levels(shape, rng, n)
        errors = rng.normal(0.0, ERROR_SD, (2, n))
        return level + errors[0], intercept + slope * level + errors[1]

    return draw


def _proportional_errors(shape: str, slope: float) -> Callable[[Generator, int], Sides]:
    """Return pairs about a line through the origin, with errors in proportion to the score."""

    def draw(rng: Generator, n: int) -> Sides:
        level = _levels(shape, rng, n)
        errors = 1 + ERROR_SHARE * rng.standard_normal((2, n))
        return level * errors[0], slope * level * errors[1]

    return draw


def _plain(x: FloatArray, y: FloatArray, *, interval: Any, part: str) -> Interval:
    found = deming(x, y, interval=interval)
    return found.interval if part == "slope" else found.intercept_interval


def _weighted(x: FloatArray, y: FloatArray, *, interval: Any) -> Interval:
    return weighted_deming(x, y, interval=interval).interval


def _known(x: FloatArray, y: FloatArray) -> Interval:
    errors = np.full(len(x), ERROR_SD)
    return deming(x, y, x_error=errors, y_error=errors).interval


def _proportional(x: FloatArray, y: FloatArray) -> Interval:
    return deming(x, y, constant_cv=True).interval


def _deming_cells() -> Iterator[Cell]:
    """Yield the lines with errors on both sides; the iterated ones at few sizes, for they take long.

    The weighted line takes errors in proportion to a mean of both sides: at a slope of 1 they are so to either side too.
    """
    deming_cells = functools.partial(pair_cells, "deming_regression")
    few = (10, 30)
    for shape in ("even", "skewed"):
        constant = _constant_errors(shape)
        for method in ("jackknife", "jackknife_normal", "analytical"):
            for part, truth in (("slope", SLOPE), ("intercept", INTERCEPT)):
                interval = functools.partial(_plain, interval=method, part=part)
                yield from deming_cells(method, shape, truth, interval, design=f"plain:{part}", make=constant)
    growing = _proportional_errors("even", 1.0)
    for method in ("jackknife", "jackknife_normal"):
        weighted = functools.partial(_weighted, interval=method)
        yield from deming_cells(method, "even", 1.0, weighted, design="weighted:slope", make=growing, sizes=few)
    constant, growing = _constant_errors("even"), _proportional_errors("even", SLOPE)
    yield from deming_cells("jackknife", "even", SLOPE, _known, design="known_errors:slope", make=constant, sizes=few)
    yield from deming_cells(
        "jackknife", "even", SLOPE, _proportional, design="constant_cv:slope", make=growing, sizes=few
    )


def _passing_slope(x: FloatArray, y: FloatArray) -> Interval:
    return passing_bablok(x, y).interval


def _passing_intercept(x: FloatArray, y: FloatArray) -> Interval:
    return passing_bablok(x, y).intercept_interval


def _passing_cells() -> Iterator[Cell]:
    """Yield the line of medians, on the slope of 1 for which it is made."""
    for shape in ("even", "skewed"):
        pairs = _constant_errors(shape, 1.0, 2.0)
        yield from pair_cells("passing_bablok", "analytical", shape, 1.0, _passing_slope, design="slope", make=pairs)
        yield from pair_cells(
            "passing_bablok", "analytical", shape, 2.0, _passing_intercept, design="intercept", make=pairs
        )


def _scores(shape: str, rng: Generator, n: int, k: int) -> FloatArray:
    """Return n evaluands by k raters, the raters apart; lognormal about the same means and spreads where skewed."""
    level, noise = rng.standard_normal((n, 1)), rng.standard_normal((n, k))
    if shape == "skewed":
        level, noise = ((np.exp(LOG_SD * part) - _MEAN) / _SD for part in (level, noise))
    shifts = SHIFT * (np.arange(k) - (k - 1) / 2)
    return np.asarray(80.0 + SPREAD * level + NOISE * noise + shifts, dtype=np.float64)


_MEAN, _VARIANCE = lognormal_moments(0.0, LOG_SD)
_SD = math.sqrt(_VARIANCE)


def _concordance(k: int) -> float:
    """Return the concordance of k raters: their covariance over it with the error and the squared shifts."""
    shifts = SHIFT * (np.arange(k) - (k - 1) / 2)
    return SPREAD**2 / (SPREAD**2 + NOISE**2 + float(shifts @ shifts) / (k - 1))


def _two_raters(shape: str) -> Callable[[Generator, int], Sides]:
    """Return the scores of two raters."""

    def draw(rng: Generator, n: int) -> Sides:
        both = _scores(shape, rng, n, 2)
        return both[:, 0], both[:, 1]

    return draw


def _lin(x: FloatArray, y: FloatArray, *, interval: Any) -> Interval:
    return lin_ccc(x, y, interval=interval).interval


def _overall(shape: str, n: int, k: int) -> Callable[[Generator], Limits]:
    """Return the draw of k raters' scores and of the bootstrap interval of their concordance."""

    def draw(rng: Generator) -> Limits:
        return limits(overall_ccc(_scores(shape, rng, n, k), interval="bootstrap", seed=rng).interval)

    return draw


def _concordance_cells() -> Iterator[Cell]:
    """Yield Lin's coefficient and the overall one."""
    for shape in ("even", "skewed"):
        for method in ("z", "asymptotic"):
            interval = functools.partial(_lin, interval=method)
            yield from pair_cells(
                "lin_ccc",
                method,
                shape,
                _concordance(2),
                interval,
                make=_two_raters(shape),
                sizes=(*SIZES, 300),
            )
        for k, sizes in ((2, (10, 30)), (4, SIZES)):
            for n in sizes:
                yield Cell(
                    statistic="overall_ccc",
                    interval_method="bootstrap_percentile",
                    shape=shape,
                    n=n,
                    k=k,
                    truth=_concordance(k),
                    draw=_overall(shape, n, k),
                )


CELLS: tuple[Cell, ...] = (*_deming_cells(), *_passing_cells(), *_concordance_cells())
