"""The total error of book values from an audited sample 总错误额: difference, quotient, direct, regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.reliability.coverage import covered, differences_region
from perfkit.reliability.estimate import unknown_choice
from perfkit.reliability.sampling.design import Design
from perfkit.reliability.sampling.estimators import EQUAL, drawn_books, need_units
from perfkit.reliability.sampling.estimators_result import (
    LEAST_FOR_INTERVAL,
    Estimated,
    SampleEstimate,
    checked_options,
    fields,
    map_design,
)
from perfkit.reliability.sampling.estimators_sample import NOISE, Sample
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

FloatArray = NDArray[np.float64]
AuditMethod = Literal["difference", "quotient", "direct", "regression"]
METHODS: tuple[str, ...] = get_args(AuditMethod)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditErrorResult(SampleEstimate):
    """The total error 总错误额结果: book minus audit, positive where books are overstated, in the unit of the books."""

    kind: ClassVar[str] = Statistic.AUDIT_TOTAL_ERROR.value


def audit_total_error(
    frame: pd.DataFrame,
    *,
    design: Design,
    book: str,
    audit: str,
    estimator: AuditMethod = "difference",
    finite_population: bool = True,
    least_n: int = LEAST_FOR_INTERVAL,
    level: float = 0.95,
) -> AuditErrorResult:
    """Return the total error of book values, book minus audit 总错误额估计.

    Parameters
    ----------
    frame : one row per audited item; an item with a missing cell is dropped and counted.
    design : ``simple_random`` or ``stratified``, also beside strata taken in full; must know the book total (of each
        drawn stratum where there are several), but for the difference.
    book, audit : columns of book and audited values, in one unit.
    estimator : ``"difference"``, ``"quotient"``, ``"direct"`` or ``"regression"``.
    finite_population : whether the variance has the factor 1 − n/N; audit software leaves it out.
    least_n, level : as ``mean_per_unit``.

    Returns
    -------
    AuditErrorResult
        Value with a t interval on n − H degrees of freedom; each stratum has an estimate of its own, and they are added.

    Raises
    ------
    DataError
        Where the table does not fit the design.
    MethodError
        Where items were picked by hand or by risk, or drawn by size; where a book total is needed and not known.

    Notes
    -----
    With N items, book total X, q = Σaudit/Σbook, b the least-squares slope of audit on book: difference
    N·mean(book − audit), sd of book − audit; quotient X·(1 − q), sd of audit − q·book; direct X − N·mean(audit), sd of
    audit; regression X − (N·mean(audit) + b·(X − N·mean(book))), sd(audit)·√(1 − r²). se = N·sd/√n. R jfa 0.7.4 puts
    N·mean(book) for X in the quotient, so that it equals the difference; here X is the known total. The direct estimator
    ignores the books and is seldom sharp. Source: Cochran (1977), §6.2, 7.1; Touw & Hoogduin (2011). Verified against R
    jfa 0.7.4 ``evaluation`` (golden values) and ``tests/reliability/test_sampling_estimators_audit.py``.

    Examples
    --------
    >>> from perfkit.reliability.sampling.design import simple_random
    >>> sample = pd.DataFrame({"book": [100.0, 80.0, 120.0, 60.0], "audit": [100.0, 72.0, 120.0, 60.0]})
    >>> found = audit_total_error(
    ...     sample, design=simple_random(50, book_total=4600.0), book="book", audit="audit", least_n=4
    ... )
    >>> found.value, round(found.se, 6)
    (100.0, 95.91663)
    """
    level = checked_options("total", ("total",), level, least_n)
    if estimator not in METHODS:
        raise unknown_choice("estimator", estimator, METHODS)
    sample = Sample.of(frame, design, [book, audit], EQUAL)
    need_units(sample)
    books = np.zeros(len(sample.strata)) if estimator == "difference" else drawn_books(sample, design, 0)
    found = _total_error(sample, books, estimator, finite=finite_population)
    result = AuditErrorResult(
        method=f"audit_total_error:{estimator}" + ("" if finite_population else ":infinite"),
        source="Cochran (1977), §6.2, 7.1; Touw & Hoogduin (2011)",
        **fields(found, sample, design, estimand="total", level=level, least_n=least_n, finite=finite_population),
    )
    stated, audited = sample.columns.T
    return covered(result, differences_region(stated - audited, design=map_design(sample, estimator, always=True)))


def _total_error(sample: Sample, books: FloatArray, estimator: str, *, finite: bool) -> Estimated:
    """Return the total error with its standard error, that of the strata taken in full included."""
    book, audit = sample.columns.T
    slopes, caveats = _slopes(sample, estimator)
    residuals = audit - slopes[sample.codes] * book
    against = sample.units * sample.means(book) if estimator == "difference" else books
    errors = against * (1 - slopes) - sample.units * sample.means(residuals)
    return Estimated(
        value=float(sample.exact[0] - sample.exact[1]) + float(errors.sum()),
        se=float(np.sqrt(sample.total_variance(sample.products(residuals, residuals), finite=finite))),
        df=sample.n - len(sample.strata),
        noise=sample.noise(residuals),
        caveats=caveats,
    )


def _slopes(sample: Sample, estimator: str) -> tuple[FloatArray, tuple[Caveat, ...]]:
    """Return the slope of audit on book that an estimator supposes in each drawn stratum, and why there is none."""
    book, audit = sample.columns.T
    n_strata = len(sample.strata)
    if estimator in ("difference", "direct"):
        return np.full(n_strata, 1.0 if estimator == "difference" else 0.0), ()
    if estimator == "quotient":
        above, below = sample.means(audit), sample.means(book)
        known = below != 0
        why = Caveat("NO_BOOK_VALUE", "抽中单位的账面数合计为 0，比率无法估计")
    else:
        above, below = sample.products(book, audit), sample.products(book, book)
        known = below > (NOISE * float(np.abs(book).max(initial=0.0))) ** 2 * sample.n
        why = Caveat("NO_SPREAD_IN_BOOK", "抽中单位的账面数没有差异，回归系数无法估计")
    slopes = np.divide(above, below, out=np.full(n_strata, np.nan), where=known)
    return slopes, (why,) if np.any(~known & (sample.counts > 0)) else ()
