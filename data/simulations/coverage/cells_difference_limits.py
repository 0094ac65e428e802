"""Cells of bias and limits of agreement 系统偏差与一致性界限: plain, on the level, as ratios, with replicates."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator

from data.simulations.coverage.cell import Cell, Limits
from data.simulations.coverage.cells_difference_pairs import (
    LEVEL_MEAN,
    LEVEL_SD,
    LOG_SD,
    PAIRINGS,
    SIZES,
    Z95,
    FloatArray,
    Sides,
    limits,
    lognormal_moments,
    pair_cells,
    population,
    t_sizes,
)
from perfkit.reliability.difference.limits import (
    difference_bias,
    heteroscedastic_limits,
    limits_of_agreement,
    proportional_bias,
    ratio_limits,
    repeated_limits,
)
from perfkit.result import Interval

REPLICATES = 2


def _bias(x: FloatArray, y: FloatArray) -> Interval:
    return difference_bias(x, y).interval


def _bias_of_limits(x: FloatArray, y: FloatArray) -> Interval:
    return limits_of_agreement(x, y, interval="none").interval


def _limit(x: FloatArray, y: FloatArray, *, method: Any, part: str) -> Interval:
    found = limits_of_agreement(x, y, interval=method)
    return found.lower_interval if part == "lower" else found.upper_interval


def _plain_cells() -> Iterator[Cell]:
    """Yield bias and limits of every shape; the limits mirror one another where differences are symmetric."""
    for shape, pairing in PAIRINGS.items():
        yield from pair_cells("difference_bias", "t", shape, pairing.mean, _bias, sizes=t_sizes(shape))
        yield from pair_cells(
            "limits_of_agreement", "t", shape, pairing.mean, _bias_of_limits, design="bias", sizes=t_sizes(shape)
        )
        for method in ("exact", "ba1999", "ba1986"):
            for part, sign in (("lower", -1), ("upper", 1)):
                yield from pair_cells(
                    "limits_of_agreement",
                    method,
                    shape,
                    pairing.mean + sign * Z95 * pairing.sd,
                    functools.partial(_limit, method=method, part=part),
                    design=part,
                    exact=method == "exact" and shape == "normal",
                )


def _slope(x: FloatArray, y: FloatArray) -> Interval:
    return proportional_bias(x, y).interval


def _intercept(x: FloatArray, y: FloatArray) -> Interval:
    return proportional_bias(x, y).intercept_interval


def _widening(x: FloatArray, y: FloatArray) -> Interval:
    return heteroscedastic_limits(x, y).interval


def _level_cells() -> Iterator[Cell]:
    """Yield the lines of the differences, and of their size, on the level."""
    for shape, pairing in PAIRINGS.items():
        yield from pair_cells("proportional_bias", "t", shape, pairing.slope, _slope, design="slope")
        yield from pair_cells("proportional_bias", "t", shape, pairing.intercept, _intercept, design="intercept")
        truth = functools.partial(_true_widening, shape) if shape != "normal" else 0.0
        yield from pair_cells("heteroscedastic_limits", "t", shape, truth, _widening)


def _true_widening(shape: str) -> float:
    """Return the slope of the absolute residual on the level in the population."""
    x, y = population(shape)
    level, difference = (x + y) / 2, x - y
    pairing = PAIRINGS[shape]
    level = level - pairing.level
    away = np.abs(difference - pairing.mean - pairing.slope * level)
    return float(level @ (away - away.mean()) / (level @ level))


def _ratio(x: FloatArray, y: FloatArray) -> Interval:
    return ratio_limits(x, y).interval


def _ratio_pairs(shape: str) -> Callable[[Generator, int], Sides]:
    """Return pairs whose log ratios have the shape."""

    def draw(rng: Generator, n: int) -> Sides:
        y = rng.normal(LEVEL_MEAN, LEVEL_SD, n)
        moved = 0.03 * rng.standard_normal(n) if shape == "normal" else 0.02 * rng.lognormal(0.0, LOG_SD, n)
        if shape == "sparse":
            moved = np.where(rng.random(n) < 0.6, 0.0, moved)
        return y * np.exp(moved), y

    return draw


def _ratio_cells() -> Iterator[Cell]:
    """Yield the mean ratio."""
    middle = 0.02 * lognormal_moments(0.0, LOG_SD)[0]
    for shape, mean in (("normal", 0.0), ("skewed", middle), ("sparse", 0.4 * middle)):
        pairs = _ratio_pairs(shape)
        yield from pair_cells("ratio_limits", "t_log", shape, math.exp(mean), _ratio, make=pairs, sizes=t_sizes(shape))


def _replicated(n: int, model: Any, shape: str, part: str) -> Callable[[Generator], Limits]:
    """Return the draw of n evaluands scored twice by both sides."""
    codes = np.repeat(np.arange(n), REPLICATES)

    def draw(rng: Generator) -> Limits:
        between = rng.normal(1.0, 2.0, n) if shape == "normal" else rng.lognormal(0.5, LOG_SD, n)
        level = np.repeat(rng.normal(LEVEL_MEAN, LEVEL_SD, n), REPLICATES)
        noise = rng.normal(0.0, 1.0, (2, n * REPLICATES))
        frame = pd.DataFrame(
            {"evaluand": codes, "x": level + np.repeat(between, REPLICATES) + noise[0], "y": level + noise[1]}
        )
        found = repeated_limits(frame, model=model)
        return limits(getattr(found, "interval" if part == "bias" else "upper_interval"))

    return draw


def _replicated_cells() -> Iterator[Cell]:
    """Yield the limits from replicates, the true value varying or constant."""
    moments = {"normal": (1.0, 4.0), "skewed": lognormal_moments(0.5, LOG_SD)}
    for model, sizes in (("true_value_varies", SIZES), ("true_value_constant", (10, 30))):
        for shape, (mean, between) in moments.items():
            sd = math.sqrt(between + 2.0)
            for part, sign in (("bias", 0), ("upper", 1)):
                for n in sizes:
                    yield Cell(
                        statistic="repeated_limits",
                        interval_method="mover",
                        shape=shape,
                        n=n,
                        k=0,
                        truth=mean + sign * Z95 * sd,
                        draw=_replicated(n, model, shape, part),
                        design=f"{model}:{part}",
                    )


CELLS: tuple[Cell, ...] = (*_plain_cells(), *_level_cells(), *_ratio_cells(), *_replicated_cells())
