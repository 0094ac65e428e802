"""Estimators under probability proportional to size 按规模抽样估计: Hansen–Hurwitz and Horvitz–Thompson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.errors import DataError, Problem
from perfkit.reliability.coverage import covered, differences_region
from perfkit.reliability.estimate import UNKNOWN
from perfkit.reliability.sampling.design import BY_SIZE, Design
from perfkit.reliability.sampling.estimators import drawn_books
from perfkit.reliability.sampling.estimators_result import (
    LEAST_FOR_INTERVAL,
    Estimated,
    SampleEstimate,
    checked_options,
    fields,
    of_total,
)
from perfkit.reliability.sampling.estimators_sample import NOISE, Sample, each_hit, positive_books, with_money
from perfkit.terms.reliability import Statistic

FloatArray = NDArray[np.float64]
SizeEstimand = Literal["total", "mean", "share"]
ESTIMANDS = ("total", "mean", "share")


@dataclass(frozen=True, slots=True, kw_only=True)
class HansenHurwitzResult(SampleEstimate):
    """An estimate from draws with probability proportional to size Hansen–Hurwitz 估计结果."""

    kind: ClassVar[str] = Statistic.HANSEN_HURWITZ.value


@dataclass(frozen=True, slots=True, kw_only=True)
class HorvitzThompsonResult(SampleEstimate):
    """An estimate from units drawn without replacement with unequal probability Horvitz–Thompson 估计结果."""

    kind: ClassVar[str] = Statistic.HORVITZ_THOMPSON.value


def _drawn_money(sample: Sample, design: Design, x: FloatArray) -> FloatArray:
    """Return the book total of each drawn stratum, which is no smaller than any unit drawn from it."""
    books = drawn_books(sample, design, 1)
    largest = np.zeros(len(books))
    np.maximum.at(largest, sample.codes, x)
    short = books < largest * (1 - NOISE)
    if short.any():
        names = "、".join(str(one.name) for one, less in zip(sample.strata, short, strict=True) if less)
        raise DataError(
            Problem(
                code="SP-TOTAL",
                where=f"层 {names}",
                expected="账面总额不小于其中任一单位的账面数",
                found="、".join(f"{one:g}" for one in books[short]),
                mend="按抽样框重新合计，并核对金额单位",
            )
        )
    return books


def _of_estimand(total: Estimated, sample: Sample, estimand: str, whole: float) -> Estimated:
    """Return the total, the mean per unit or the share of the book total, as asked."""
    if estimand != "share":
        return of_total(total, sample, estimand)
    value, se = (total.value / whole, total.se / abs(whole)) if whole else (UNKNOWN, UNKNOWN)
    return Estimated(value=value, se=se, df=total.df, noise=total.noise, caveats=total.caveats)


def hansen_hurwitz(
    frame: pd.DataFrame,
    *,
    design: Design,
    value: str,
    book: str,
    hits: str | None = None,
    estimand: SizeEstimand = "total",
    least_n: int = LEAST_FOR_INTERVAL,
    level: float = 0.95,
) -> HansenHurwitzResult:
    """Return a total from draws with probability proportional to size Hansen–Hurwitz 估计, e.g. money wrongly graded.

    Parameters
    ----------
    frame : one row per draw, or per item with ``hits``; a row with a missing cell is dropped and counted.
    design : ``pps`` or ``monetary_unit``, also beside a stratum taken in full; must know the book total.
    value : column of what is to be totalled, e.g. the money of a project whose grade was wrong, else 0.
    book : column of the size measure, > 0.
    hits : column of how often each item was drawn.
    estimand : ``"total"``, ``"mean"`` per unit (needs the units), or ``"share"`` of the book total.
    least_n, level : as ``mean_per_unit``.

    Returns
    -------
    HansenHurwitzResult
        Value with a t interval on n − H degrees of freedom.

    Raises
    ------
    DataError
        Where the table does not fit the design or a size is not above 0.
    MethodError
        Where units were picked by hand or by risk, or with equal probability; where a size of the population is needed
        and not known.

    Notes
    -----
    total = X·mean(y/x), variance X²·s²(y/x)/n; no finite-population factor, since an item may be drawn again: on the safe
    side for a sample without replacement. Strata taken in full are added as counted. Not a bound: where nearly all y are
    0 use ``monetary_unit_bound``. Source: Hansen & Hurwitz (1943), Annals of Mathematical Statistics 14, 333-362; Cochran
    (1977), §9A.3. Verified against the simulation in ``tests/reliability/test_sampling_estimators_size.py``.

    Examples
    --------
    >>> from perfkit.reliability.sampling.design import pps
    >>> sample = pd.DataFrame({"budget": [100.0, 400.0, 250.0], "wrong": [0.0, 400.0, 50.0]})
    >>> found = hansen_hurwitz(sample, design=pps(5000.0), value="wrong", book="budget", estimand="share")
    >>> round(found.value, 6), [caveat.code for caveat in found.caveats]
    (0.4, ['TOO_FEW_FOR_INTERVAL'])
    """
    level = checked_options(estimand, ESTIMANDS, level, least_n)
    frame, design, left_out = with_money(frame, design)
    sample = Sample.of(each_hit(frame, hits), design, [value, book], BY_SIZE)
    x = positive_books(sample, 1, book)
    books = _drawn_money(sample, design, x)
    rates = sample.columns[:, 0] / x
    freedom = sample.counts * (sample.counts - 1)
    squares = sample.products(rates, rates)
    spread = np.divide(squares, freedom, out=np.full(len(squares), np.nan), where=freedom > 0)
    total = Estimated(
        value=float(books @ sample.means(rates)) + float(sample.exact[0]),
        se=float(np.sqrt(books**2 @ spread)),
        df=sample.n - len(sample.strata),
        noise=sample.noise(rates * x.max(initial=0.0)),
        caveats=left_out,
    )
    found = _of_estimand(total, sample, estimand, float(books.sum() + sample.exact[1]))
    result = HansenHurwitzResult(
        method="hansen_hurwitz",
        source="Hansen & Hurwitz (1943), Annals of Mathematical Statistics 14, 333-362",
        **fields(found, sample, design, estimand=estimand, level=level, least_n=least_n),
    )
    return covered(result, differences_region(sample.columns[:, 0]))


def horvitz_thompson(
    frame: pd.DataFrame,
    *,
    design: Design,
    value: str,
    book: str,
    estimand: SizeEstimand = "total",
    least_n: int = LEAST_FOR_INTERVAL,
    level: float = 0.95,
) -> HorvitzThompsonResult:
    """Return a total from units drawn by size without replacement Horvitz–Thompson 估计.

    Parameters
    ----------
    frame : one row per sampled unit, each once; a unit with a missing cell is dropped and counted.
    design, value, book, estimand, least_n, level : as ``hansen_hurwitz``; inclusion probabilities are n·x/X.

    Returns
    -------
    HorvitzThompsonResult
        Value with a finite-population t interval.

    Raises
    ------
    DataError
        Where the table does not fit the design, or a unit is so large that it is certain to be drawn.
    MethodError
        As ``hansen_hurwitz``.

    Notes
    -----
    total = Σ y/π, π = n·x/X; Hájek's variance Σ c (y/π − A)², c = (1 − π)·n/(n − 1), A = Σ c·y/π / Σ c, which for equal π
    is that of simple random sampling. It takes no joint probabilities and suits fixed-size designs of high entropy and
    systematic selection from a randomly ordered frame; from an ordered frame it is on the safe side. Units with n·x > X
    belong in a stratum taken in full. Source: Horvitz & Thompson (1952), JASA 47, 663-685; Hájek (1964), Annals of
    Mathematical Statistics 35, 1491-1523. Verified against the simulation and the equal-probability case in
    ``tests/reliability/test_sampling_estimators_size.py``.

    Examples
    --------
    >>> from perfkit.reliability.sampling.design import pps
    >>> sample = pd.DataFrame({"budget": [100.0, 400.0, 250.0], "wrong": [0.0, 400.0, 50.0]})
    >>> found = horvitz_thompson(sample, design=pps(5000.0), value="wrong", book="budget", least_n=3)
    >>> found.value, round(found.se, 6)
    (2000.0, 1376.625599)
    """
    level = checked_options(estimand, ESTIMANDS, level, least_n)
    frame, design, left_out = with_money(frame, design)
    sample = Sample.of(frame, design, [value, book], BY_SIZE)
    x = positive_books(sample, 1, book)
    books = _drawn_money(sample, design, x)
    chance = sample.counts[sample.codes] * x / books[sample.codes]
    if np.any(chance > 1):
        raise DataError(_certain(int(np.count_nonzero(chance > 1)), book))
    expanded = sample.columns[:, 0] / chance
    n_strata = len(sample.counts)
    totals = np.bincount(sample.codes, weights=expanded, minlength=n_strata).astype(np.float64)
    totals[sample.counts == 0] = np.nan
    total = Estimated(
        value=float(totals.sum()) + float(sample.exact[0]),
        se=float(np.sqrt(_hajek_variance(sample, expanded, chance))),
        df=sample.n - n_strata,
        noise=sample.noise(expanded * chance.max(initial=0.0)),
        caveats=left_out,
    )
    found = _of_estimand(total, sample, estimand, float(books.sum() + sample.exact[1]))
    result = HorvitzThompsonResult(
        method="horvitz_thompson:hajek",
        source="Horvitz & Thompson (1952), JASA 47, 663-685; Hájek (1964), Ann Math Stat 35, 1491-1523",
        **fields(found, sample, design, estimand=estimand, level=level, least_n=least_n),
    )
    return covered(result, differences_region(sample.columns[:, 0]))


def _hajek_variance(sample: Sample, expanded: FloatArray, chance: FloatArray) -> float:
    """Return Hájek's variance of the total; NaN where a stratum has one unit."""
    n_strata = len(sample.counts)
    unseen = 1 - chance
    weights = np.bincount(sample.codes, weights=unseen, minlength=n_strata)
    weighted = np.bincount(sample.codes, weights=unseen * expanded, minlength=n_strata)
    centre = np.divide(weighted, weights, out=np.zeros(n_strata), where=weights > 0)
    squares = np.bincount(sample.codes, weights=unseen * (expanded - centre[sample.codes]) ** 2, minlength=n_strata)
    n = sample.counts
    return float((squares * np.divide(n, n - 1, out=np.full(n_strata, np.nan), where=n > 1)).sum())


def _certain(count: int, book: str) -> Problem:
    """Return what is wrong with units larger than the sampling interval."""
    return Problem(
        code="SP-CERTAIN",
        where=f"样本表 列 {book}",
        expected="n·x 不超过账面总额的单位",
        found=f"{count} 个单位必然抽中",
        mend="列为必审层（certainty），其余按规模抽取",
    )
