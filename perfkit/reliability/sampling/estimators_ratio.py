"""Ratio estimators 比率估计: combined over strata or separate by stratum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.reliability.coverage import covered, differences_region
from perfkit.reliability.estimate import UNKNOWN, unknown_choice
from perfkit.reliability.sampling.design import Design, unknown_size
from perfkit.reliability.sampling.estimators import COCHRAN, EQUAL, drawn_book_total, need_units
from perfkit.reliability.sampling.estimators_result import (
    LEAST_FOR_INTERVAL,
    Estimated,
    SampleEstimate,
    checked_options,
    fields,
    map_design,
    of_total,
)
from perfkit.reliability.sampling.estimators_sample import Sample
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

FloatArray = NDArray[np.float64]

# Below this coefficient of variation of the estimated book total the bias of a ratio is under a tenth of its error.
SMALL_VARIATION = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioResult(SampleEstimate):
    """A total, mean or ratio estimated by the ratio to book values 比率估计结果.

    ``ratio`` is the ratio over the whole population; ``ratios`` those of the drawn strata by name (separate form), else
    the combined one under ``"combined"``.
    """

    kind: ClassVar[str] = Statistic.RATIO_ESTIMATOR.value

    form: str
    ratio: float
    ratios: Mapping[str, float]


def ratio_estimator(
    frame: pd.DataFrame,
    *,
    design: Design,
    value: str,
    book: str,
    form: Literal["combined", "separate"] = "combined",
    estimand: Literal["total", "mean", "ratio"] = "total",
    least_n: int = LEAST_FOR_INTERVAL,
    level: float = 0.95,
) -> RatioResult:
    """Return the population total, mean or ratio by the ratio to book values 比率估计.

    Parameters
    ----------
    frame : one row per sampled unit; a unit with a missing cell is dropped and counted.
    design : how the sample was selected; a total or mean needs the book total, the separate form that of each stratum.
    value, book : columns of audited values and of the values known for the whole population, in one unit.
    form : one ratio over all strata (``"combined"``) or one per stratum (``"separate"``).
    estimand : ``"total"``, ``"mean"`` per unit, or the ``"ratio"`` of the totals.
    least_n, level : as ``mean_per_unit``.

    Returns
    -------
    RatioResult
        NaN with a caveat where the sampled book values add up to 0.

    Raises
    ------
    DataError
        Where the table does not fit the design.
    MethodError
        Where units were picked by hand or by risk, or drawn by size; where a book total is needed and not known.

    Notes
    -----
    Combined: R = Σ N_h·ȳ_h / Σ N_h·x̄_h, total = R·X, variance that of the residuals y − R·x about their stratum means;
    the ratio divides it by (Σ N_h·x̄_h)², so that se(total) = X·se(ratio), as R survey. Separate: Σ R_h·X_h, residuals
    y − R_h·x with n_h − 1; R survey linearises each stratum with its own estimated total instead. Strata taken in full
    are added as counted. Biased of order 1/n: a caveat where the coefficient of variation of the estimated book total
    exceeds 0.1; the separate form wants 20 units or more in every stratum. Source: Cochran (1977), §6.10–6.12. Verified
    against R survey 4.1.1 ``svyratio`` (golden values) and ``tests/reliability/test_sampling_estimators.py``.

    Examples
    --------
    >>> from perfkit.reliability.sampling.design import simple_random
    >>> sample = pd.DataFrame({"self": [90.0, 85.0, 88.0, 92.0], "again": [86.0, 85.0, 82.0, 90.0]})
    >>> found = ratio_estimator(
    ...     sample, design=simple_random(40, book_total=3560.0), value="again", book="self", least_n=4
    ... )
    >>> round(found.ratio, 6), round(found.value, 6)
    (0.966197, 3439.661972)
    """
    level = checked_options(estimand, ("total", "mean", "ratio"), level, least_n)
    if form not in ("combined", "separate"):
        raise unknown_choice("form", form, ("combined", "separate"))
    sample = Sample.of(frame, design, [value, book], EQUAL)
    need_units(sample)
    if form == "separate" and np.isnan(sample.books).any():
        raise unknown_size("stratum_books")
    books = UNKNOWN if form == "combined" and estimand == "ratio" else drawn_book_total(sample, design, 1)
    ratios = _ratios(sample, separate=form == "separate")
    total = _of_ratios(sample, books, ratios, form=form, of_ratio=estimand == "ratio")
    everything = float(sample.exact[1]) + (sample.expanded(sample.columns[:, 1]) if np.isnan(books) else books)
    ratio = total.value if estimand == "ratio" else total.value / everything if everything else UNKNOWN
    names = [str(one.name) for one in sample.strata] if form == "separate" else ["combined"]
    found = RatioResult(
        method=f"ratio_estimator:{form}",
        source=COCHRAN + ", §6.10-6.12",
        form=form,
        ratio=ratio,
        ratios=dict(zip(names, map(float, ratios), strict=False)),
        **fields(of_total(total, sample, estimand), sample, design, estimand=estimand, level=level, least_n=least_n),
    )
    y, x = sample.columns.T
    return covered(found, differences_region(y - x, design=map_design(sample, form)))


def _ratios(sample: Sample, *, separate: bool) -> FloatArray:
    """Return the ratio of each drawn stratum, or the combined one in every place; NaN where the book total is 0."""
    above, below = (sample.units * sample.means(column) for column in sample.columns.T)
    if not separate:
        above, below = np.full(len(above), above.sum()), np.full(len(below), below.sum())
    ratios: FloatArray = np.divide(above, below, out=np.full(len(above), np.nan), where=below != 0)
    return ratios


def _of_ratios(sample: Sample, books: float, ratios: FloatArray, *, form: str, of_ratio: bool) -> Estimated:
    """Return the estimated total, or the ratio of the totals, that of the strata taken in full included."""
    y, x = sample.columns.T
    df = sample.n - len(ratios)
    exact_y, exact_x = map(float, sample.exact)
    if np.isnan(ratios).any():
        empty = Caveat("NO_BOOK_VALUE", "抽中单位的账面数合计为 0，比率无法估计")
        caveats = (empty,) if np.all(sample.counts > 0) and sample.n else ()
        return Estimated(value=UNKNOWN, se=UNKNOWN, df=df, noise=False, caveats=caveats)
    if np.isnan(books):
        whole = exact_x + sample.expanded(x)
        if whole == 0:
            empty = Caveat("NO_BOOK_VALUE", "账面数合计为 0，比率无法估计")
            return Estimated(value=UNKNOWN, se=UNKNOWN, df=df, noise=False, caveats=(empty,))
        value = (exact_y + sample.expanded(y)) / whole
        residuals, scale = y - value * x, 1 / abs(whole)
    else:
        known = ratios @ sample.books if form == "separate" else ratios[:1].sum() * books
        value = exact_y + float(known)
        residuals = y - ratios[sample.codes] * x
        scale = abs(books / sample.expanded(x)) if form == "combined" and len(ratios) else 1.0
    # A ratio carries the error of its residuals at the known book total, not at the estimated one.
    variance = sample.total_variance(sample.products(residuals, residuals))
    found = Estimated(
        value=value, se=scale * float(np.sqrt(variance)), df=df, noise=sample.noise(residuals), caveats=_bias(sample, x)
    )
    if not of_ratio or np.isnan(books):
        return found
    whole = exact_x + books
    if whole == 0:
        return Estimated(value=UNKNOWN, se=UNKNOWN, df=df, noise=False)
    return Estimated(
        value=found.value / whole, se=found.se / abs(whole), df=df, noise=found.noise, caveats=found.caveats
    )


def _bias(sample: Sample, x: FloatArray) -> tuple[Caveat, ...]:
    """Return the reservation that the bias of a ratio matters, where the sampled book values vary much."""
    total = sample.expanded(x)
    error = float(np.sqrt(sample.total_variance(sample.products(x, x))))
    if not error > SMALL_VARIATION * abs(total):
        return ()
    return (
        Caveat(
            "RATIO_BIAS",
            f"样本账面总额的变异系数 {error / abs(total):.2f} 超过 {SMALL_VARIATION:g}，比率估计的偏差不可忽略",
        ),
    )
