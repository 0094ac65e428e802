"""Cells of the intraclass correlations 组内相关系数: all forms by F, single ones by bootstrap, and the error of a rating."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.random import Generator

from data.simulations.coverage.cell import Cell, Limits
from data.simulations.coverage.populations import FloatArray, scores
from data.simulations.coverage.resampling import FEWER, FEWEST, few
from perfkit.reliability.icc import FORMS, Form, icc, measurement_error

SHAPES = ("even", "skewed")
SIZES = (10, 30, 100)
PANELS = (2, 4)
# Standard deviations of evaluands, raters and what is left.
EVALUAND, RATER, RESIDUAL = 0.8, 0.3, 0.6
# Of raters in cells of REML: clear of 0, where each replicate would creep along the boundary.
RATER_REML = 0.6
SINGLE: tuple[Form, ...] = ("ICC(1,1)", "ICC(A,1)", "ICC(C,1)")
# Share of ratings that are missing where a cell has gaps.
GAPS = 0.2


def _truth(form: Form, k: int, rater: float = RATER) -> float:
    """Return the coefficient of the population."""
    error = RESIDUAL**2 + (rater**2 if form[4] == "A" else 0.0)
    return EVALUAND**2 / (EVALUAND**2 + error / (k if form[6] == "k" else 1))


def _severities(k: int, rater: float) -> FloatArray:
    """Return raters who stay for every sample, of the variance that raters have."""
    spaced = np.linspace(-1, 1, k)
    return np.asarray(rater * spaced / spaced.std(ddof=1))


def _table(rng: Generator, form: Form, shape: str, n: int, k: int, *, staying: bool) -> FloatArray:
    """Return scores of the model that a form speaks of; a bootstrap over evaluands speaks of raters who stay."""
    raters = 0.0 if form[4] == "1" else _severities(k, RATER) if staying else RATER
    return scores(rng, shape, n, k, evaluand=EVALUAND, residual=RESIDUAL, raters=raters)


def _with_gaps(rng: Generator, table: FloatArray) -> FloatArray:
    """Return scores of which some are missing, none of the first rater."""
    gaps = rng.random(table.shape) < GAPS
    gaps[:, 0] = False
    return np.where(gaps, np.nan, table)


def _draw(form: Form, shape: str, n: int, k: int, *, gaps: bool = False, **options: Any) -> Callable[..., Limits]:
    """Return what draws scores and returns the interval of a form."""
    staying = options.get("interval", "f") != "f"

    def draw(rng: Generator) -> Limits:
        table = _table(rng, form, shape, n, k, staying=staying)
        if gaps:
            table = _with_gaps(rng, table)
        found = icc(table, form=form, missing="available" if gaps else "listwise", seed=rng, **options).interval
        return found.low, found.high

    return draw


def _by_f() -> Iterator[Cell]:
    for form in FORMS:
        for shape in SHAPES:
            for k in PANELS:
                for n in SIZES:
                    yield Cell(
                        statistic="icc",
                        interval_method="f_mcgraw_wong",
                        design=form,
                        shape=shape,
                        n=n,
                        k=k,
                        truth=_truth(form, k),
                        exact=shape == "even" and form[4] != "A",
                        draw=_draw(form, shape, n, k),
                    )


def _by_f_with_gaps() -> Iterator[Cell]:
    for shape in SHAPES:
        for n in SIZES:
            yield Cell(
                statistic="icc",
                interval_method="f_thomas_hultquist",
                design="ICC(1,1)",
                shape=shape,
                n=n,
                k=4,
                truth=_truth("ICC(1,1)", 4),
                draw=_draw("ICC(1,1)", shape, n, 4, gaps=True),
            )


def _by_bootstrap() -> Iterator[Cell]:
    for form in SINGLE:
        for method, option in (("bootstrap_percentile", "bootstrap"), ("bootstrap_bca", "bootstrap_bca")):
            for shape in SHAPES:
                for n in SIZES:
                    yield Cell(
                        statistic="icc",
                        interval_method=method,
                        design=form,
                        shape=shape,
                        n=n,
                        k=4,
                        truth=_truth(form, 4),
                        draw=_draw(form, shape, n, 4, interval=option, **few(FEWER)),
                    )


def _reml_draw(n: int, k: int) -> Callable[[Generator], Limits]:
    """Return what draws scores with gaps and returns the bootstrap interval by REML."""

    def draw(rng: Generator) -> Limits:
        raters = _severities(k, RATER_REML)
        table = _with_gaps(rng, scores(rng, "even", n, k, evaluand=EVALUAND, residual=RESIDUAL, raters=raters))
        found = icc(table, form="ICC(A,1)", missing="available", interval="bootstrap", seed=rng, **few(FEWEST)).interval
        return found.low, found.high

    return draw


def _by_reml() -> Iterator[Cell]:
    n, k = 30, 4
    yield Cell(
        statistic="icc",
        interval_method="bootstrap_percentile",
        design="reml",
        shape="even",
        n=n,
        k=k,
        truth=_truth("ICC(A,1)", k, RATER_REML),
        draw=_reml_draw(n, k),
    )


def _error_draw(kind: Any, shape: str, n: int, k: int) -> Callable[[Generator], Limits]:
    """Return what draws scores and returns the interval of the standard error of measurement."""

    def draw(rng: Generator) -> Limits:
        raters = RATER if kind == "consistency" else 0.0
        table = scores(rng, shape, n, k, evaluand=EVALUAND, residual=RESIDUAL, raters=raters)
        found = measurement_error(table, kind=kind).interval
        return found.low, found.high

    return draw


def _errors() -> Iterator[Cell]:
    for kind in ("consistency", "oneway"):
        for shape in SHAPES:
            for k in PANELS:
                for n in SIZES:
                    yield Cell(
                        statistic="measurement_error",
                        interval_method="chi_square",
                        design=kind,
                        shape=shape,
                        n=n,
                        k=k,
                        truth=RESIDUAL,
                        exact=shape == "even",
                        draw=_error_draw(kind, shape, n, k),
                    )


CELLS: tuple[Cell, ...] = (*_by_f(), *_by_f_with_gaps(), *_by_bootstrap(), *_errors(), *_by_reml())
