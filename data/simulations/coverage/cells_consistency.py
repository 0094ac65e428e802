"""Cells of internal consistency 内部一致性: scales of four items, parallel or of unequal loadings, normal or skewed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.random import Generator

from data.simulations.coverage.cell import Cell, Limits
from data.simulations.coverage.populations import FloatArray, effects
from data.simulations.coverage.resampling import FEWER, few
from perfkit.reliability.consistency import cronbach_alpha, guttman_lambdas, omega_total, split_half

SHAPES = ("even", "skewed")
SIZES = (10, 30, 100)
# Left out: in three such samples of a hundred the likelihood ends nowhere, and takes long to say so.
SLOWEST = ("wald_delta", "skewed", 30)
# Loadings of four items of variance 1: parallel as Feldt's interval assumes, and unequal as scales are.
PARALLEL = np.full(4, math.sqrt(0.5))
UNEQUAL = np.array([0.8, 0.7, 0.6, 0.5])


def _scale(rng: Generator, shape: str, n: int, loadings: FloatArray) -> FloatArray:
    """Return answers of n respondents to items of one factor, shape (n, k)."""
    factor = effects(rng, shape, n)[:, None]
    own: FloatArray = np.sqrt(1 - loadings**2) * effects(rng, shape, (n, len(loadings)))
    return factor * loadings + own


def _matrix(loadings: FloatArray) -> FloatArray:
    """Return the covariance of the items."""
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def _alpha(loadings: FloatArray) -> float:
    """Return alpha of the population."""
    k = len(loadings)
    return k / (k - 1) * (1 - k / float(_matrix(loadings).sum()))


def _omega(loadings: FloatArray) -> float:
    """Return omega of the population."""
    common = float(loadings.sum()) ** 2
    return common / (common + float((1 - loadings**2).sum()))


def _lambda2(loadings: FloatArray) -> float:
    """Return Guttman's lambda 2 of the population."""
    matrix, k = _matrix(loadings), len(loadings)
    squares = float((matrix**2).sum()) - k
    return 1 + (math.sqrt(squares * k / (k - 1)) - k) / float(matrix.sum())


def _stepped_up(loadings: FloatArray) -> float:
    """Return the split half of odd and even items of the population."""
    matrix = _matrix(loadings)
    odd, even = matrix[::2, ::2].sum(), matrix[1::2, 1::2].sum()
    r = float(matrix[::2, 1::2].sum() / math.sqrt(odd * even))
    return 2 * r / (1 + r)


def _draw(
    statistic: Callable[..., Any], shape: str, n: int, loadings: FloatArray, options: dict[str, Any]
) -> Callable[[Generator], Limits]:
    """Return what draws answers and returns the interval of a statistic."""

    def draw(rng: Generator) -> Limits:
        found = statistic(_scale(rng, shape, n, loadings), seed=rng, **options).interval
        return found.low, found.high

    return draw


# The bootstrap of omega is that of minres: by likelihood, each replicate is an iteration that may not end.
# Kind, statistic, interval method, design, options, loadings, truth, sizes.
CASES: tuple[tuple[str, Callable[..., Any], str, str, dict[str, Any], FloatArray, float, tuple[int, ...]], ...] = (
    (
        *("cronbach_alpha", cronbach_alpha, "feldt", "raw"),
        *({}, PARALLEL, _alpha(PARALLEL), (*SIZES, 300)),
    ),
    (
        *("cronbach_alpha", cronbach_alpha, "bootstrap_percentile", "raw"),
        *({"interval": "bootstrap", **few(FEWER)}, UNEQUAL, _alpha(UNEQUAL), SIZES),
    ),
    (
        *("cronbach_alpha", cronbach_alpha, "bootstrap_percentile", "standardized"),
        *({"interval": "bootstrap", "standardized": True, **few(FEWER)}, UNEQUAL, _alpha(UNEQUAL), SIZES),
    ),
    (
        *("omega_total", omega_total, "bootstrap_percentile", ""),
        *({"interval": "bootstrap", "estimator": "minres", **few(FEWER)}, UNEQUAL, _omega(UNEQUAL), (30, 100)),
    ),
    (
        *("guttman_lambdas", guttman_lambdas, "bootstrap_percentile", ""),
        *({**few(FEWER)}, UNEQUAL, _lambda2(UNEQUAL), SIZES),
    ),
    (
        *("split_half", split_half, "bootstrap_percentile", ""),
        *({**few(FEWER)}, UNEQUAL, _stepped_up(UNEQUAL), SIZES),
    ),
    (
        *("omega_total", omega_total, "wald_delta", ""),
        *({"interval": "delta"}, UNEQUAL, _omega(UNEQUAL), (30, 100)),
    ),
)


def _cells() -> Iterator[Cell]:
    for (kind, statistic, method, design, options, loadings, truth, sizes), shape in itertools.product(CASES, SHAPES):
        for n in sizes:
            if (method, shape, n) == SLOWEST:
                continue
            yield Cell(
                statistic=kind,
                interval_method=method,
                design=design,
                shape=shape,
                n=n,
                k=len(loadings),
                truth=truth,
                exact=method == "feldt" and shape == "even",
                draw=_draw(statistic, shape, n, loadings, options),
            )


CELLS: tuple[Cell, ...] = tuple(_cells())
