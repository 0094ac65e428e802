"""Cells of the coefficients of agreement 一致系数: grades, even or nearly all alike, of two or four raters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from data.simulations.coverage.cell import Cell, Limits
from data.simulations.coverage.populations import (
    CATEGORIES,
    GRADE_KAPPA,
    GRADE_SHARES,
    agreement_of_all,
    agreement_of_pairs,
    grades,
    scores,
)
from data.simulations.coverage.resampling import few
from perfkit.reliability.agreement import (
    agreement_weights,
    all_raters_agree,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    krippendorff_alpha_gwet,
    light_kappa,
    percent_agreement,
    scott_pi,
)
from perfkit.reliability.grades import Grades

SHAPES = ("even", "skewed")
SIZES = (10, 30, 100)
# What is still low at 100 is followed further.
LONGER = {"even": (*SIZES, 300), "skewed": (*SIZES, 300, 1000)}
BOOTSTRAP_SIZES = (10, 30, 100)
WEIGHTS: dict[str, Literal["identity", "quadratic"]] = {"unweighted": "identity", "weighted": "quadratic"}
BOTH = ("percentile", "bca")
VALUES = np.array(CATEGORIES, dtype=np.float64)
BY_T = "gwet_linearised_t"
MATRICES = {
    design: np.asarray(agreement_weights(CATEGORIES, name), dtype=np.float64) for design, name in WEIGHTS.items()
}


def _graded(table: NDArray[np.int64]) -> Grades:
    """Return drawn grades in the form that needs no reading."""
    return Grades(table - 1, CATEGORIES, VALUES)


def _draw(statistic: Callable[..., Any], shape: str, n: int, k: int, **options: Any) -> Callable[[Generator], Limits]:
    """Return what draws grades and returns the interval of a statistic."""

    def draw(rng: Generator) -> Limits:
        found = statistic(_graded(grades(rng, shape, n, k)), **options).interval
        return found.low, found.high

    return draw


def _bootstrap_draw(
    statistic: Callable[..., Any], shape: str, n: int, k: int, **options: Any
) -> Callable[[Generator], Limits]:
    """Return what draws grades and returns the bootstrap interval of a statistic."""

    def draw(rng: Generator) -> Limits:
        found = statistic(
            _graded(grades(rng, shape, n, k)), interval="bootstrap", seed=rng, **few(), **options
        ).interval
        return found.low, found.high

    return draw


def _brennan_prediger(shape: str, matrix: NDArray[np.float64]) -> float:
    """Return the coefficient of Brennan and Prediger of the population."""
    chance = float(matrix.mean())
    return (agreement_of_pairs(shape, matrix) - chance) / (1 - chance)


def _gwet(shape: str, matrix: NDArray[np.float64]) -> float:
    """Return Gwet's coefficient of the population."""
    shares, q = np.array(GRADE_SHARES[shape]), len(CATEGORIES)
    chance = float(matrix.sum()) / (q * (q - 1)) * float(shares @ (1 - shares))
    return (agreement_of_pairs(shape, matrix) - chance) / (1 - chance)


def _kappa(shape: str, matrix: NDArray[np.float64]) -> float:
    """Return the kappa of the population, the same for any weights."""
    return GRADE_KAPPA


# Statistic, its kind, its truth, and the panels it takes.
LINEARISED: tuple[tuple[Callable[..., Any], str, Callable[..., float], tuple[int, ...]], ...] = (
    (percent_agreement, "percent_agreement", agreement_of_pairs, (2, 4)),
    (fleiss_kappa, "fleiss_kappa", _kappa, (2, 4)),
    (conger_kappa, "conger_kappa", _kappa, (2, 4)),
    (brennan_prediger, "brennan_prediger", _brennan_prediger, (2, 4)),
    (gwet_ac, "gwet_ac", _gwet, (2, 4)),
    (krippendorff_alpha_gwet, "krippendorff_alpha_gwet", _kappa, (2, 4)),
    (scott_pi, "scott_pi", _kappa, (2,)),
)
COHEN: tuple[tuple[str, dict[str, str]], ...] = (
    ("fleiss_cohen_everitt_normal", {}),
    ("fleiss_cohen_everitt_t", {"quantile": "t"}),
    (BY_T, {"variance": "gwet"}),
)


def _linearised() -> Iterator[Cell]:
    for statistic, kind, truth, panels in LINEARISED:
        for design, weights in WEIGHTS.items():
            for shape in SHAPES:
                for k in panels:
                    for n in LONGER[shape]:
                        yield Cell(
                            statistic=kind,
                            interval_method=BY_T,
                            design=design,
                            shape=shape,
                            n=n,
                            k=k,
                            truth=truth(shape, MATRICES[design]),
                            draw=_draw(statistic, shape, n, k, weights=weights),
                        )


def _cohen() -> Iterator[Cell]:
    for method, options in COHEN:
        for design, weights in WEIGHTS.items():
            for shape in SHAPES:
                for n in LONGER[shape]:
                    yield Cell(
                        statistic="cohen_kappa",
                        interval_method=method,
                        design=design,
                        shape=shape,
                        n=n,
                        k=2,
                        truth=GRADE_KAPPA,
                        draw=_draw(cohen_kappa, shape, n, 2, weights=weights, **options),
                    )


def _wilson() -> Iterator[Cell]:
    for shape in SHAPES:
        for k in (2, 4):
            for n in SIZES:
                yield Cell(
                    statistic="all_raters_agree",
                    interval_method="wilson",
                    shape=shape,
                    n=n,
                    k=k,
                    truth=agreement_of_all(shape, k),
                    draw=_draw(all_raters_agree, shape, n, k),
                )


def _light() -> Iterator[Cell]:
    for design, weights in WEIGHTS.items():
        for shape in SHAPES:
            for n in BOOTSTRAP_SIZES:
                yield Cell(
                    statistic="light_kappa",
                    interval_method="bootstrap_percentile",
                    design=design,
                    shape=shape,
                    n=n,
                    k=4,
                    truth=GRADE_KAPPA,
                    draw=_bootstrap_draw(light_kappa, shape, n, 4, weights=weights),
                )


def _krippendorff() -> Iterator[Cell]:
    for metric, kinds in (("nominal", BOTH), ("ordinal", BOTH), ("ratio", BOTH[:1])):
        for kind in kinds:
            for shape in SHAPES:
                for n in BOOTSTRAP_SIZES:
                    yield Cell(
                        statistic="krippendorff_alpha",
                        interval_method=f"bootstrap_{kind}",
                        design=metric,
                        shape=shape,
                        n=n,
                        k=4,
                        truth=GRADE_KAPPA,
                        draw=_bootstrap_draw(krippendorff_alpha, shape, n, 4, metric=metric, kind=kind),
                    )


def _krippendorff_of_scores() -> Iterator[Cell]:
    for kind in BOTH:
        for shape in SHAPES:
            for n in BOOTSTRAP_SIZES:

                def draw(rng: Generator, shape: str = shape, n: int = n, kind: str = kind) -> Limits:
                    table = scores(rng, shape, n, 4, evaluand=0.8, residual=0.6, raters=0.0)
                    found = krippendorff_alpha(
                        table,
                        metric="interval",
                        interval="bootstrap",
                        seed=rng,
                        kind=kind,  # type: ignore[arg-type]
                        **few(),
                    ).interval
                    return found.low, found.high

                yield Cell(
                    statistic="krippendorff_alpha",
                    interval_method=f"bootstrap_{kind}",
                    design="interval",
                    shape=shape,
                    n=n,
                    k=4,
                    truth=0.64,
                    draw=draw,
                )


CELLS: tuple[Cell, ...] = (
    *_linearised(),
    *_cohen(),
    *_wilson(),
    *_light(),
    *_krippendorff(),
    *_krippendorff_of_scores(),
)
