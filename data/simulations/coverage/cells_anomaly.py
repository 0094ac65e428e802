"""Cells of the anomaly signs 异常提示 that carry an interval: shares by Clopper and Pearson, and the bias of raters."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.random import Generator

from data.simulations.coverage.cell import Cell, Limits
from data.simulations.coverage.populations import effects
from perfkit.reliability.anomaly import affiliated_bias, cutoff_binomial, flat_marks

SIZES = (10, 30, 100)
# Share of scores right of the edge, and of missed targets with full marks.
SHARES = {"even": 0.5, "skewed": 0.1}
RATERS = 6
BIAS = 0.5
FEWEST_PERMUTATIONS = 99


def _edge_draw(n: int, share: float) -> Callable[[Generator], Limits]:
    """Return what draws scores around a grade edge and returns the interval of the share right of it."""

    def draw(rng: Generator) -> Limits:
        right = rng.random(n) < share
        scores = np.where(right, 90 + rng.random(n), 89 + rng.random(n))
        found = cutoff_binomial(scores, cutoff=90, window=1).interval
        return found.low, found.high

    return draw


def _flat_draw(n: int, share: float) -> Callable[[Generator], Limits]:
    """Return what draws marks of missed targets and returns the interval of the share of full ones."""
    completion = np.full(n, 0.5)

    def draw(rng: Generator) -> Limits:
        points = np.where(rng.random(n) < share, 5.0, 2.5)
        found = flat_marks(points, completion, full=5, step=0.5).interval
        return found.low, found.high

    return draw


def _bias_draw(n: int, shape: str) -> Callable[[Generator], Limits]:
    """Return what draws n ratings by raters of whom one is affiliated, and returns the interval of the bias."""
    evaluand, rater = np.divmod(np.arange(n), RATERS)
    frame = pd.DataFrame({"evaluand": evaluand, "rater": rater, "affiliated": evaluand % RATERS == rater})
    columns = {name: name for name in ("evaluand", "rater", "score", "affiliated")}

    def draw(rng: Generator) -> Limits:
        own = effects(rng, "even", n // RATERS)[evaluand] + effects(rng, "even", RATERS)[rater]
        frame["score"] = own + BIAS * frame["affiliated"] + effects(rng, shape, n)
        found = affiliated_bias(frame, replicates=FEWEST_PERMUTATIONS, seed=1, **columns).interval
        return found.low, found.high

    return draw


def _cells() -> Iterator[Cell]:
    for shape, share in SHARES.items():
        for kind, drawn in (("cutoff_binomial", _edge_draw), ("flat_marks", _flat_draw)):
            for n in SIZES:
                yield Cell(
                    statistic=kind,
                    interval_method="clopper_pearson",
                    shape=shape,
                    n=n,
                    k=0,
                    truth=share,
                    exact=True,
                    draw=drawn(n, share),
                )
    for shape in SHARES:
        for n in (60, 180):
            yield Cell(
                statistic="affiliated_bias",
                interval_method="t",
                shape=shape,
                n=n,
                k=RATERS,
                truth=BIAS,
                exact=shape == "even",
                draw=_bias_draw(n, shape),
            )


CELLS: tuple[Cell, ...] = tuple(_cells())
