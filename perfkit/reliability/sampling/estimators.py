"""Estimators under equal probability within strata 等概率抽样估计: mean-per-unit, difference, regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.reliability.coverage import covered, differences_region, scores_region
from perfkit.reliability.estimate import UNKNOWN, unknown_choice
from perfkit.reliability.sampling.design import Design, unknown_size
from perfkit.reliability.sampling.estimators_result import (
    LEAST_FOR_INTERVAL,
    Estimand,
    Estimated,
    SampleEstimate,
    checked_options,
    fields,
    map_design,
    of_total,
)
from perfkit.reliability.sampling.estimators_sample import NOISE, Sample
from perfkit.result import Caveat
from perfkit.terms.reliability import Selection, Statistic

FloatArray = NDArray[np.float64]

EQUAL = frozenset({Selection.SIMPLE})
COCHRAN = "Cochran (1977), Sampling Techniques, 3rd ed."


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanPerUnitResult(SampleEstimate):
    """A total or mean estimated from the audited values alone 单位均值估计结果, in the unit of the values."""

    kind: ClassVar[str] = Statistic.MEAN_PER_UNIT.value


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceResult(SampleEstimate):
    """A total or mean estimated by the mean difference from the book value 差额估计结果, in the unit of the values.

    ``difference`` is the estimated total of value − book over the population.
    """

    kind: ClassVar[str] = Statistic.DIFFERENCE_ESTIMATOR.value

    difference: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionResult(SampleEstimate):
    """A total or mean estimated by regression on the book value 回归估计结果; ``slopes`` by stratum, or one for all."""

    kind: ClassVar[str] = Statistic.REGRESSION_ESTIMATOR.value

    form: str
    slopes: tuple[float, ...]


def drawn_book_total(sample: Sample, design: Design, column: int) -> float:
    """Return the book total of the drawn strata: that of the population less what was counted exactly.

    Raises
    ------
    MethodError
        Where the design does not say it.
    """
    if not np.isnan(sample.books).any():
        return float(sample.books.sum())
    if design.book_total is None:
        raise unknown_size("book_total")
    return design.book_total - float(sample.exact[column])


def drawn_books(sample: Sample, design: Design, column: int) -> FloatArray:
    """Return the book total of each drawn stratum 各层账面总额.

    Raises
    ------
    MethodError
        Where the design does not say it.
    """
    if len(sample.strata) == 1:
        return np.array([drawn_book_total(sample, design, column)])
    if np.isnan(sample.books).any():
        raise unknown_size("stratum_books")
    return sample.books


def need_units(sample: Sample) -> None:
    """Refuse where the units of a drawn stratum are not known."""
    if np.isnan(sample.units).any():
        raise unknown_size("stratum_units")


def mean_per_unit(
    frame: pd.DataFrame,
    *,
    design: Design,
    value: str,
    estimand: Estimand = "mean",
    least_n: int = LEAST_FOR_INTERVAL,
    level: float = 0.95,
) -> MeanPerUnitResult:
    """Return the population mean or total from the audited values alone 单位均值估计; stratified where the design is.

    Parameters
    ----------
    frame : one row per sampled unit; a missing value is dropped and counted.
    design : how the sample was selected; ``simple_random`` or ``stratified``, also beside strata taken in full.
    value : column of audited values, any unit.
    estimand : ``"mean"`` per unit or ``"total"``.
    least_n : drawn units below which no interval is given.
    level : confidence level, 0 < level < 1.

    Returns
    -------
    MeanPerUnitResult
        Value with a finite-population t interval; NaN with a caveat where a stratum was not sampled.

    Raises
    ------
    DataError
        Where the table does not fit the design.
    MethodError
        Where units were picked by hand or by risk, or drawn by size; where an option does not exist.

    Notes
    -----
    total = Σ N_h·mean_h; variance Σ N_h²(1 − n_h/N_h)·s_h²/n_h, s_h² with n_h − 1; t with n − H degrees of freedom.
    Strata taken in full are added as counted and have no variance. Where the book value of every unit is known,
    ``difference_estimator`` or ``ratio_estimator`` is far sharper. Source: Cochran (1977), §2.5–2.9, 5.3–5.4. Verified
    against R survey 4.1.1 ``svytotal``, ``svymean`` (golden values) and ``tests/reliability/test_sampling_estimators.py``.

    Examples
    --------
    >>> sample = pd.DataFrame({"size": ["a", "a", "b", "b"], "points": [80.0, 84.0, 60.0, 70.0]})
    >>> from perfkit.reliability.sampling.design import stratified
    >>> found = mean_per_unit(sample, design=stratified("size", {"a": 10, "b": 30}), value="points", least_n=4)
    >>> found.value, round(found.se, 6), found.df
    (69.25, 3.650342, 2)
    """
    level = checked_options(estimand, ("total", "mean"), level, least_n)
    sample = Sample.of(frame, design, [value], EQUAL)
    need_units(sample)
    values = sample.columns[:, 0]
    variance = sample.total_variance(sample.products(values, values))
    total = Estimated(
        value=sample.expanded(values) + float(sample.exact[0]),
        se=float(np.sqrt(variance)),
        df=sample.n - len(sample.strata),
        noise=sample.noise(values),
    )
    found = MeanPerUnitResult(
        method="mean_per_unit" if len(design.strata) == 1 else "mean_per_unit:stratified",
        source=COCHRAN + ", §2.5-2.9, 5.3-5.4",
        **fields(of_total(total, sample, estimand), sample, design, estimand=estimand, level=level, least_n=least_n),
    )
    return covered(found, scores_region(values, design=map_design(sample)))


def difference_estimator(
    frame: pd.DataFrame,
    *,
    design: Design,
    value: str,
    book: str,
    estimand: Estimand = "total",
    least_n: int = LEAST_FOR_INTERVAL,
    level: float = 0.95,
) -> DifferenceResult:
    """Return the population total or mean by the mean difference from book values 差额估计.

    Parameters
    ----------
    frame : one row per sampled unit; a unit with a missing cell is dropped and counted.
    design : how the sample was selected; must know the book total.
    value, book : columns of audited values and of the values known for the whole population, in one unit.
    estimand : ``"total"`` or ``"mean"`` per unit.
    least_n, level : as ``mean_per_unit``.

    Returns
    -------
    DifferenceResult
        Value with a finite-population t interval.

    Raises
    ------
    DataError
        Where the table does not fit the design.
    MethodError
        Where units were picked by hand or by risk, or drawn by size; where the book total is not known.

    Notes
    -----
    total = X + Σ N_h·mean_h(value − book); variance as ``mean_per_unit`` of the differences. Best where differences do
    not grow with the book value; where they do, ``ratio_estimator``. Where nearly all differences are 0 the normal
    theory fails: use an exact bound. Source: Cochran (1977), §7.3 (slope 1). Verified against R survey 4.1.1
    ``svytotal`` of the differences (golden values) and ``tests/reliability/test_sampling_estimators.py``.

    Examples
    --------
    >>> from perfkit.reliability.sampling.design import simple_random
    >>> sample = pd.DataFrame({"self": [90.0, 85.0, 88.0, 92.0], "again": [86.0, 85.0, 82.0, 90.0]})
    >>> found = difference_estimator(
    ...     sample, design=simple_random(40, book_total=3560.0), value="again", book="self", least_n=4
    ... )
    >>> found.value, found.difference, round(found.se, 6)
    (3440.0, -120.0, 48.989795)
    """
    level = checked_options(estimand, ("total", "mean"), level, least_n)
    sample = Sample.of(frame, design, [value, book], EQUAL)
    need_units(sample)
    books = drawn_book_total(sample, design, 1) + float(sample.exact[1])
    apart = sample.columns[:, 0] - sample.columns[:, 1]
    difference = sample.expanded(apart) + float(sample.exact[0] - sample.exact[1])
    total = Estimated(
        value=books + difference,
        se=float(np.sqrt(sample.total_variance(sample.products(apart, apart)))),
        df=sample.n - len(sample.strata),
        noise=sample.noise(apart),
    )
    found = DifferenceResult(
        method="difference_estimator" if len(design.strata) == 1 else "difference_estimator:stratified",
        source=COCHRAN + ", §7.3",
        difference=difference,
        **fields(of_total(total, sample, estimand), sample, design, estimand=estimand, level=level, least_n=least_n),
    )
    return covered(found, differences_region(apart, design=map_design(sample)))


def regression_estimator(
    frame: pd.DataFrame,
    *,
    design: Design,
    value: str,
    book: str,
    form: Literal["combined", "separate"] = "combined",
    estimand: Estimand = "total",
    least_n: int = LEAST_FOR_INTERVAL,
    level: float = 0.95,
) -> RegressionResult:
    """Return the population total or mean by regression on book values 回归估计.

    Parameters
    ----------
    frame, design, value, book, estimand, least_n, level : as ``difference_estimator``.
    form : one slope over all strata (``"combined"``) or one per stratum (``"separate"``, which needs the book total of
        each stratum and many units in it).

    Returns
    -------
    RegressionResult
        NaN with a caveat where the sampled book values do not vary.

    Raises
    ------
    DataError
        Where the table does not fit the design.
    MethodError
        Where units were picked by hand or by risk, or drawn by size; where the book total is not known.

    Notes
    -----
    total = Σ N_h·ȳ_h + b (X − Σ N_h·x̄_h), b = Σ w_h S_xy,h / Σ w_h S_xx,h with w_h = N_h²(1 − f_h)/(n_h(n_h − 1)); variance
    that of the residuals, with one more degree of freedom lost per slope: n − 2 for one stratum, (n − H)/(n − H − 1)
    beside n_h − 1 for the combined form. Biased of order 1/n; not for small n. Source: Cochran (1977), §7.1–7.10.
    Verified against numpy least squares and the simulation in ``tests/reliability/test_sampling_estimators.py``.

    Examples
    --------
    >>> from perfkit.reliability.sampling.design import simple_random
    >>> sample = pd.DataFrame({"self": [90.0, 85.0, 88.0, 92.0], "again": [86.0, 85.0, 82.0, 90.0]})
    >>> found = regression_estimator(
    ...     sample, design=simple_random(40, book_total=3560.0), value="again", book="self", least_n=4
    ... )
    >>> round(found.value, 6), round(found.slopes[0], 6)
    (3437.383178, 0.738318)
    """
    level = checked_options(estimand, ("total", "mean"), level, least_n)
    if form not in ("combined", "separate"):
        raise unknown_choice("form", form, ("combined", "separate"))
    sample = Sample.of(frame, design, [value, book], EQUAL)
    need_units(sample)
    if form == "separate" and np.isnan(sample.books).any():
        raise unknown_size("stratum_books")
    slopes = _slopes(sample, separate=form == "separate")
    total = _regressed(sample, drawn_book_total(sample, design, 1), slopes, separate=form == "separate")
    shown = slopes if form == "separate" else slopes[:1]
    found = RegressionResult(
        method=f"regression_estimator:{form}",
        source=COCHRAN + ", §7.1-7.10",
        form=form,
        slopes=tuple(float(slope) for slope in shown),
        **fields(of_total(total, sample, estimand), sample, design, estimand=estimand, level=level, least_n=least_n),
    )
    y, x = sample.columns.T
    return covered(found, differences_region(y - x, design=map_design(sample, form)))


def _slopes(sample: Sample, *, separate: bool) -> FloatArray:
    """Return the slope of value on book in each drawn stratum; NaN where the book values do not vary."""
    y, x = sample.columns.T
    crossed, squares = sample.products(y, x), sample.products(x, x)
    if not separate:
        freedom = sample.counts * (sample.counts - 1)
        weights = np.divide(
            sample.units * (sample.units - sample.counts), freedom, out=np.zeros(len(freedom)), where=freedom > 0
        )
        weights = weights if weights.any() else np.ones(len(freedom))
        crossed = np.full(len(freedom), float(weights @ crossed))
        squares_by_stratum, squares = squares, np.full(len(freedom), float(weights @ squares))
        varied = squares_by_stratum.sum() > _noise_of(x)
    else:
        varied = squares > _noise_of(x)
    slopes: FloatArray = np.divide(crossed, squares, out=np.full(len(squares), np.nan), where=varied & (squares > 0))
    return slopes


def _noise_of(x: FloatArray) -> float:
    """Return the sum of squares that arithmetic noise alone may leave."""
    return (NOISE * float(np.abs(x).max(initial=0.0))) ** 2 * x.size


def _regressed(sample: Sample, books: float, slopes: FloatArray, *, separate: bool) -> Estimated:
    """Return the regression estimate of the total, that of the strata taken in full included."""
    y, x = sample.columns.T
    exact = float(sample.exact[0])
    lost, df = (2, sample.n - 2 * len(slopes)) if separate else (1, sample.n - len(slopes) - 1)
    if not len(slopes):
        return Estimated(value=exact, se=0.0, df=0, noise=False)
    if np.isnan(slopes).any():
        flat = Caveat("NO_SPREAD_IN_BOOK", "抽中单位的账面数没有差异，回归系数无法估计")
        return Estimated(value=UNKNOWN, se=UNKNOWN, df=df, noise=False, caveats=(flat,) if sample.n else ())
    gaps = sample.books - sample.units * sample.means(x) if separate else np.full(1, books - sample.expanded(x))
    residuals = y - slopes[sample.codes] * x
    variance = sample.total_variance(sample.products(residuals, residuals), lost=lost)
    if not separate:
        variance *= (df + 1) / df if df > 0 else UNKNOWN
    return Estimated(
        value=exact + sample.expanded(y) + float(slopes[: len(gaps)] @ gaps),
        se=float(np.sqrt(variance)),
        df=df,
        noise=sample.noise(residuals),
    )
