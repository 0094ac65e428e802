"""Cells of generalizability 概化理论的模拟格: G and Φ of crossed and nested raters, and the severity of raters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from data.simulations.coverage.cell import Cell, Limits
from perfkit.reliability.generalizability.balanced import lines
from perfkit.reliability.generalizability.decision import d_study
from perfkit.reliability.generalizability.designs import DESIGNS, DesignName
from perfkit.reliability.generalizability.severity import rater_severity
from perfkit.reliability.generalizability.study import Component, GStudyResult

FloatArray = NDArray[np.float64]

SIZES = (10, 30, 100)
PERSON, RATER, RESIDUAL = 4.0, 1.0, 4.0
# Of the logarithm of skewed effects: their skewness is above 2.
LOG_SD = 0.6
SEVERITY = (-1.0, -0.3, 0.3, 1.0)


def _effects(shape: str, rng: Generator, size: tuple[int, ...]) -> FloatArray:
    """Return effects of mean 0 and variance 1: normal, or lognormal where skewed."""
    drawn = rng.standard_normal(size)
    if shape == "even":
        return drawn
    middle = math.exp(LOG_SD**2 / 2)
    return np.asarray((np.exp(LOG_SD * drawn) - middle) / (middle * math.sqrt(math.expm1(LOG_SD**2))))


def balanced_study(ratings: FloatArray, design: DesignName) -> GStudyResult:
    """Return the study of a whole table of persons by raters as ``g_study`` makes it, without a table's checks."""
    found = lines(ratings, DESIGNS[design])
    n, k = ratings.shape
    return GStudyResult(
        method=f"g_study:anova_ems:{design}",
        n_used=n,
        design=design,
        estimator="anova_ems",
        components=tuple(
            Component(
                name=name,
                facets=tuple(facet for facet in DESIGNS[design].facets if facet in facets),
                variance=found[name].variance,
                df=found[name].df,
                mean_square=found[name].mean_square,
                negative=found[name].variance < 0,
            )
            for name, facets in DESIGNS[design].components.items()
        ),
        levels=(("person", n), ("rater", k)),
        conditions=(("rater", float(k)),),
        balanced=True,
        n_ratings=n * k,
    )


def _coefficient(shape: str, n: int, k: int, design: DesignName, part: str) -> Callable[[Generator], Limits]:
    """Return the draw of n persons by k raters, crossed or nested, and of the interval of G or Φ of their mean."""

    def draw(rng: Generator) -> Limits:
        persons = math.sqrt(PERSON) * _effects(shape, rng, (n, 1))
        raters = math.sqrt(RATER) * rng.standard_normal((1, k))
        residual = math.sqrt(RESIDUAL) * _effects(shape, rng, (n, k))
        ratings = 80.0 + persons + residual + (raters if design == "p x r" else 0.0)
        found = d_study(balanced_study(ratings, design))
        interval = found.g_interval if part == "g" else found.phi_interval
        return interval.low, interval.high

    return draw


def _coefficient_cells() -> Iterator[Cell]:
    """Yield the coefficients of the mean over the raters of the study."""
    designs: tuple[tuple[DesignName, str, float], ...] = (
        ("p x r", "g", RESIDUAL),
        ("p x r", "phi", RESIDUAL + RATER),
        ("r:p", "phi", RESIDUAL),
    )
    for design, part, error in designs:
        for shape in ("even", "skewed"):
            for k in (2, 4):
                for n in SIZES:
                    yield Cell(
                        statistic="d_study",
                        interval_method="f",
                        shape=shape,
                        n=n,
                        k=k,
                        truth=PERSON / (PERSON + error / k),
                        draw=_coefficient(shape, n, k, design, part),
                        design=f"{design}:{part}",
                    )


def _severity(shape: str, n: int) -> Callable[[Generator], Limits]:
    """Return the draw of n persons by four raters and of the interval of the first."""
    severity = np.array(SEVERITY)

    def draw(rng: Generator) -> Limits:
        ratings = 80.0 + 2.0 * rng.standard_normal((n, 1)) + severity + 2.0 * _effects(shape, rng, (n, len(severity)))
        first = rater_severity(ratings).intervals[0]
        return first.low, first.high

    return draw


def _severity_cells() -> Iterator[Cell]:
    """Yield the severity of one rater; all of them at once, by Bonferroni, are safer still."""
    for n in (10, 30):
        yield Cell(
            statistic="rater_severity",
            interval_method="t",
            shape="even",
            n=n,
            k=len(SEVERITY),
            truth=SEVERITY[0],
            draw=_severity("even", n),
            exact=True,
        )


CELLS: tuple[Cell, ...] = (*_coefficient_cells(), *_severity_cells())
