"""A sample described 样本描述: counts, the list of changes, and an exact one-sided bound where chance drew it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.coverage import covered, design_region
from perfkit.reliability.difference.shift.differences import DECIMALS, checked_tolerance
from perfkit.reliability.estimate import UNKNOWN, EstimateResult, checked_level, no_interval
from perfkit.reliability.sampling.bounds import most_marked, upper_shares
from perfkit.reliability.sampling.design import BY_SIZE, PICKED, Design
from perfkit.reliability.sampling.estimators import drawn_books, need_units
from perfkit.reliability.sampling.estimators_result import map_design
from perfkit.reliability.sampling.estimators_sample import Sample, with_money
from perfkit.result import Caveat, Interval
from perfkit.terms.reliability import Selection, Statistic

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDescription(EstimateResult):
    """A sample described 样本描述: what was changed, and how much of the population can have been at most.

    ``value`` is the share changed: that of the population as estimated, or, where units were picked, that of the sample
    and no more. ``interval`` is one-sided: its low end is what was found changed over the whole population, its high end
    the exact upper bound at ``level``. ``share_of`` is ``"units"`` or ``"money"``; ``most_changed`` the most units that
    can have changed (-1 where not bounded). ``lowered``, ``same`` and ``raised`` count sampled units (value below, equal
    to, above book). ``changes`` lists the changed units: unit, book, value, difference.
    """

    kind: ClassVar[str] = Statistic.SAMPLE_DESCRIPTION.value

    share_of: str
    most_changed: int
    lowered: int
    same: int
    raised: int
    tolerance: float
    population: int | None
    changes: pd.DataFrame
    design: str


def describe_sample(
    frame: pd.DataFrame,
    *,
    design: Design,
    value: str,
    book: str,
    unit: str | None = None,
    tolerance: float = 0.0,
    level: float = 0.95,
) -> SampleDescription:
    """Return counts, the list of changes and the exact upper bound on the share changed 样本描述.

    Parameters
    ----------
    frame : one row per sampled unit; a unit with a missing cell is dropped and counted.
    design : how the sample was selected; any, ``picked`` among them.
    value, book : columns of re-evaluated values and of the values before, in one unit. Of a design by size, ``book`` is
        the size measure.
    unit : column of the names of the units, for the list; the index of the table without it.
    tolerance : a difference of at most this size counts as no change, in the unit of the values.
    level : one-sided confidence of the bound.

    Returns
    -------
    SampleDescription
        Right at every n. For picked units the bound is NaN, with a caveat: they say nothing of the others.

    Raises
    ------
    DataError
        Where the table does not fit the design.
    MethodError
        Where the tolerance is negative, or equal-probability and by-size strata stand side by side.

    Notes
    -----
    Equal probability: the hypergeometric bound of each drawn stratum at 1 − (1 − level)/H (Bonferroni), added over
    strata; strata taken in full count as found. By size: the binomial bound on the share of money in changed units.
    Verified against scipy in ``tests/reliability/test_sampling_estimators_description.py``.

    Examples
    --------
    >>> from perfkit.reliability.sampling.design import simple_random
    >>> sample = pd.DataFrame({"self": [90.0, 85.0, 88.0, 92.0, 80.0, 95.0], "again": [86.0, 85.0, 88.0, 92.0, 80.0, 95.0]})
    >>> found = describe_sample(sample, design=simple_random(60), value="again", book="self")
    >>> found.lowered, found.same, round(found.value, 6), round(found.interval.high, 6), found.most_changed
    (1, 5, 0.166667, 0.55, 33)
    """
    level = checked_level(level)
    tolerance = checked_tolerance("tolerance", tolerance)
    frame, design, left_out = with_money(frame, design)
    sample = Sample.of(frame, design, [value, book], frozenset(Selection))
    kept = frame.iloc[sample.rows]
    before, after = (kept[name].to_numpy(dtype=np.float64) for name in (book, value))
    apart = np.round(after - before, DECIMALS)
    moved = np.abs(apart) > tolerance
    drawn = np.abs(np.round(sample.columns[:, 0] - sample.columns[:, 1], DECIMALS)) > tolerance
    share, interval, most, of_what, caveats = _bounded(sample, design, moved, before, drawn, level)
    labels = kept[_one_column(frame, unit)] if unit is not None else kept.index.to_series()
    found = SampleDescription(
        method="sample_description:" + ("binomial" if of_what == "money" else "hypergeometric"),
        source="Clopper & Pearson (1934), Biometrika 26, 404-413",
        n_used=sample.n_used,
        n_dropped=sample.n_dropped,
        caveats=(*left_out, *sample.caveats(), *caveats),
        value=share,
        interval=interval,
        interval_method="exact_upper" if interval.known else "none",
        share_of=of_what,
        most_changed=most,
        lowered=int(np.count_nonzero(moved & (apart < 0))),
        same=int(np.count_nonzero(~moved)),
        raised=int(np.count_nonzero(moved & (apart > 0))),
        tolerance=tolerance,
        population=design.units,
        changes=pd.DataFrame(
            {
                "unit": labels.astype(str).to_numpy()[moved],
                "book": before[moved],
                "value": after[moved],
                "difference": apart[moved],
            }
        ),
        design=design.name,
    )
    word = "money" if of_what == "money" else map_design(sample)
    return covered(found, design_region(sample.n, word))


def _one_column(frame: pd.DataFrame, name: str) -> str:
    """Return the name of a column that is there once."""
    if list(frame.columns).count(name) != 1:
        raise DataError(
            Problem(
                code="SP-COLUMN", where="样本表", expected=f"列 {name}", found="没有或重复", mend="改正列名或补上该列"
            )
        )
    return name


_Bounded = tuple[float, Interval, int, str, tuple[Caveat, ...]]


def _bounded(
    sample: Sample, design: Design, moved: BoolArray, before: FloatArray, drawn: BoolArray, level: float
) -> _Bounded:
    """Return the share changed, its bound, the most units that can have changed, and what is left open."""
    selections = {one.selection for one in sample.strata}
    nothing = no_interval(level)
    if not sample.n_used:
        return UNKNOWN, nothing, -1, "units", (Caveat("NO_SAMPLE", "没有可用的样本单位，无法估计"),)
    if selections & PICKED:
        told = Caveat(
            "NOT_EXTRAPOLATED",
            f"样本由人挑选而非随机抽取：只描述所审核的 {sample.n_used} 个单位，不推断其余单位，也没有误差范围",
        )
        return float(moved.mean()), nothing, -1, "units", (told,)
    if selections <= BY_SIZE and selections:
        return _of_money(sample, design, moved, before, drawn, level)
    if selections & BY_SIZE:
        raise MethodError(
            Problem(
                code="SP-DESIGN",
                where="design",
                expected="各层都等概率抽取，或都按规模抽取",
                found="两种并存",
                mend="分开描述，再分别报告",
            )
        )
    need_units(sample)
    return _of_units(sample, int(np.count_nonzero(moved)), drawn, level)


def _of_units(sample: Sample, moved: int, drawn: BoolArray, level: float) -> _Bounded:
    """Return the share of units changed and its hypergeometric bound."""
    population = sample.population or 0
    hits = np.bincount(sample.codes, weights=drawn, minlength=len(sample.counts)).astype(np.int64)
    exact = moved - int(hits.sum())
    strict = 1 - (1 - level) / max(len(hits), 1)
    most = exact + sum(
        most_marked(int(k), int(n), int(units), strict)
        for k, n, units in zip(hits, sample.counts, sample.units, strict=True)
    )
    value = (sample.expanded(drawn.astype(np.float64)) + exact) / population
    if math.isnan(value):
        return value, no_interval(level), most, "units", ()
    return value, Interval(moved / population, most / population, level), most, "units", ()


def _of_money(
    sample: Sample, design: Design, moved: BoolArray, before: FloatArray, drawn: BoolArray, level: float
) -> _Bounded:
    """Return the share of money in changed units and its binomial bound."""
    # A share of one drawn part needs no total: any weight is the whole of it.
    alone = len(sample.strata) == 1 and not sample.exact_units
    books = np.ones(1) if alone else drawn_books(sample, design, 1)
    whole = float(books.sum() + sample.exact[1])
    hits = np.bincount(sample.codes, weights=drawn, minlength=len(books)).astype(np.int64)
    found = float(before[moved].sum())
    exact = found - float(sample.columns[drawn, 1].sum())
    strict = 1 - (1 - level) / len(books)
    value = (float(books @ sample.means(drawn.astype(np.float64))) + exact) / whole
    if math.isnan(value):
        return value, no_interval(level), -1, "money", ()
    high = (float(books @ upper_shares(hits, sample.counts, strict, "binomial")) + exact) / whole
    # An item drawn twice is in the table twice, so that what was found is no floor of the money changed.
    return value, Interval(exact / whole, high, level), -1, "money", ()
