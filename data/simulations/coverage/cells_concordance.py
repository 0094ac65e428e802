"""Cells of the correlations and of concordance 相关与次序一致: normal scores, skewed ones, and ones piled at 100."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.random import Generator

from data.simulations.coverage.cell import Cell, Limits
from data.simulations.coverage.populations import FloatArray, piled, related, shortfall_correlation
from data.simulations.coverage.resampling import FEWER, few
from perfkit.reliability.concordance import (
    kendall_tau_b,
    kendall_w,
    mean_pairwise_spearman,
    pearson_r,
    spearman_rho,
)

SHAPES = ("even", "skewed")
SIZES = (10, 30, 100)
BCA_SIZES = (10, 30)
LONGER = (*SIZES, 300)
CORRELATION = 0.7
RATERS = 3
# Evaluands of the sample that stands for the population where ranks tie, and its seed.
POPULATION, POPULATION_SEED = 1_000_000, 20250918


@cache
def _tied_truths() -> tuple[float, float]:
    """Return Spearman's rho and Kendall's tau-b of two raters whose scores pile up at 100."""
    table = piled(np.random.default_rng(POPULATION_SEED), "skewed", POPULATION, 2, correlation=CORRELATION)
    first, second = table.T
    return spearman_rho(first, second, interval="none").value, kendall_tau_b(first, second, interval="none").value


def _rho(shape: str) -> float:
    """Return Spearman's rho of the population."""
    return 6 / math.pi * math.asin(CORRELATION / 2) if shape == "even" else _tied_truths()[0]


def _tau(shape: str) -> float:
    """Return Kendall's tau-b of the population."""
    return 2 / math.pi * math.asin(CORRELATION) if shape == "even" else _tied_truths()[1]


def _w(shape: str) -> float:
    """Return Kendall's W of the population: all pairs of raters have one rho."""
    return (1 + (RATERS - 1) * _rho(shape)) / RATERS


def _pearson(shape: str) -> float:
    """Return Pearson's r of the population."""
    return CORRELATION if shape == "even" else shortfall_correlation(CORRELATION)


def _pair_draw(
    statistic: Callable[..., Any], scores: Callable[..., FloatArray], shape: str, n: int, options: dict[str, Any]
) -> Callable[[Generator], Limits]:
    """Return what draws pairs and returns the interval of a correlation."""

    def draw(rng: Generator) -> Limits:
        first, second = scores(rng, shape, n, 2, correlation=CORRELATION).T
        seeded = options | ({"seed": rng} if options.get("interval") == "bootstrap" else {})
        found = statistic(first, second, **seeded).interval
        return found.low, found.high

    return draw


def _panel_draw(
    statistic: Callable[..., Any], shape: str, n: int, options: dict[str, Any]
) -> Callable[[Generator], Limits]:
    """Return what draws a panel's scores and returns the interval of a statistic of ranks."""

    def draw(rng: Generator) -> Limits:
        table = piled(rng, shape, n, RATERS, correlation=CORRELATION)
        found = statistic(table, interval="bootstrap", seed=rng, **few(FEWER), **options).interval
        return found.low, found.high

    return draw


BOOTSTRAP: dict[str, Any] = {"interval": "bootstrap", **few()}
# Kind, statistic, scores, truth, interval method, options, sizes.
PAIRS: tuple[
    tuple[str, Callable[..., Any], Callable[..., FloatArray], Any, str, dict[str, Any], tuple[int, ...]], ...
] = (
    ("pearson_r", pearson_r, related, _pearson, "fisher_z", {}, LONGER),
    ("pearson_r", pearson_r, related, _pearson, "bootstrap_percentile", BOOTSTRAP, SIZES),
    ("pearson_r", pearson_r, related, _pearson, "bootstrap_bca", BOOTSTRAP | {"kind": "bca"}, SIZES),
    ("spearman_rho", spearman_rho, piled, _rho, "fisher_z", {}, LONGER),
    ("spearman_rho", spearman_rho, piled, _rho, "bootstrap_percentile", BOOTSTRAP, SIZES),
    ("spearman_rho", spearman_rho, piled, _rho, "bootstrap_bca", BOOTSTRAP | {"kind": "bca"}, BCA_SIZES),
    ("kendall_tau_b", kendall_tau_b, piled, _tau, "brown_benedetti", {}, LONGER),
)
PANELS: tuple[tuple[str, Callable[..., Any], Any], ...] = (
    ("kendall_w", kendall_w, _w),
    ("mean_pairwise_spearman", mean_pairwise_spearman, _rho),
)


def _pairs() -> Iterator[Cell]:
    for kind, statistic, scores, truth, method, options, sizes in PAIRS:
        for shape in SHAPES:
            for n in sizes:
                yield Cell(
                    statistic=kind,
                    interval_method=method,
                    shape=shape,
                    n=n,
                    k=2,
                    truth=partial(truth, shape),
                    draw=_pair_draw(statistic, scores, shape, n, options),
                )


def _panels() -> Iterator[Cell]:
    for kind, statistic, truth in PANELS:
        for boot, sizes in (("percentile", SIZES), ("bca", BCA_SIZES)):
            for shape in SHAPES:
                for n in sizes:
                    yield Cell(
                        statistic=kind,
                        interval_method=f"bootstrap_{boot}",
                        shape=shape,
                        n=n,
                        k=RATERS,
                        truth=partial(truth, shape),
                        draw=_panel_draw(statistic, shape, n, {"kind": boot}),
                    )


CELLS: tuple[Cell, ...] = (*_pairs(), *_panels())
