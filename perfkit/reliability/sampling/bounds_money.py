"""Upper bounds on money wrongly stated, from monetary-unit samples 货币单元抽样上限."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.errors import MethodError, Problem
from perfkit.reliability.coverage import design_region
from perfkit.reliability.difference.covered_parts import covered_parts
from perfkit.reliability.estimate import EstimateResult, checked_level, no_interval, unknown_choice
from perfkit.reliability.sampling.bounds_taint import (
    cox_snell,
    less_understated,
    moment_bound,
    rohrbach_bound,
    stringer_bounds,
)
from perfkit.reliability.sampling.design import BY_SIZE, Design, unknown_size
from perfkit.reliability.sampling.estimators_sample import Sample, each_hit, positive_books, with_money
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

FloatArray = NDArray[np.float64]

MoneyBound = Literal["stringer.binomial", "stringer.poisson", "stringer.lta", "moment", "coxsnell", "rohrbach"]
METHODS: tuple[str, ...] = get_args(MoneyBound)
SOURCES = {
    "stringer.binomial": "Stringer (1963), Proc. ASA Business and Economic Statistics Section, 405-411",
    "stringer.poisson": "Stringer (1963), Proc. ASA Business and Economic Statistics Section, 405-411",
    "stringer.lta": "Leslie, Teitlebaum & Anderson (1979), Dollar-Unit Sampling",
    "moment": "Dworin & Grimlund (1984), The Accounting Review 59, 218-241",
    "coxsnell": "Cox & Snell (1979), Biometrika 66, 125-132",
    "rohrbach": "Rohrbach (1993), Auditing 12, 79-93",
}


# The sorts of error that the map of coverage tells apart.
SIMULATED = ("whole", "partial", "both_ways")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonetaryUnitBoundResult(EstimateResult):
    """A one-sided upper bound on overstatement 货币单元抽样上限结果: ``value`` as a share of the book total.

    ``mle`` is the most likely share, ``money`` the bound in money (NaN where the book total is not known); ``sum_taints``
    the sum of the taints as found, of either sign; ``n_positive`` and ``n_negative`` count them. ``by_stratum`` has one
    row per drawn stratum, each bound at the full ``level``: stratum, n, book_total, bound, mle. ``exact_error`` is the
    error in strata taken in full.
    """

    kind: ClassVar[str] = Statistic.MONETARY_UNIT_BOUND.value

    level: float
    mle: float
    money: float
    sum_taints: float
    n_positive: int
    n_negative: int
    exact_error: float
    by_stratum: pd.DataFrame
    design: str


def monetary_unit_bound(
    frame: pd.DataFrame,
    *,
    design: Design,
    book: str,
    audit: str,
    hits: str | None = None,
    bound: MoneyBound = "stringer.binomial",
    level: float = 0.95,
) -> MonetaryUnitBoundResult:
    """Return the upper bound on the share of money overstated 货币单元抽样上限, e.g. money wrongly graded.

    Parameters
    ----------
    frame : one row per draw, or per item with ``hits``; a row with a missing cell is dropped and counted.
    design : ``monetary_unit`` or ``pps``, also beside a stratum taken in full (which needs the book totals).
    book : column of book values, > 0.
    audit : column of audited values in the same unit; for money wrongly graded 0 where the grade was wrong, else the
        book value.
    hits : column of how often each item was drawn.
    bound : ``"stringer.binomial"``, ``"stringer.poisson"``, ``"stringer.lta"``, or a secondary method: ``"moment"``,
        ``"coxsnell"``, ``"rohrbach"`` (needs the book total).
    level : one-sided confidence, 0 < level < 1.

    Returns
    -------
    MonetaryUnitBoundResult
        ``value`` is the bound; several drawn strata are bounded each at 1 − (1 − level)/H and added, which is on the
        safe side.

    Raises
    ------
    DataError
        Where the table does not fit the design or a book value is not above 0.
    MethodError
        Where items were picked by hand or by risk, or with equal probability; where a book total is needed and not
        known, or the bound does not exist.

    Notes
    -----
    Taint t = (book − audit)/book. Stringer: p(0) + Σ_j (p(j) − p(j−1))·t_(j), taints in decreasing order, negative ones
    as 0, p(j) the upper bound after j errors of n; ``lta`` takes the mean understatement off. Stringer's bound has never
    been seen to fail and is mostly far above the truth; the secondary methods are closer and may fail. Understatements
    are not bounded. Verified against R jfa 0.7.4 ``evaluation`` (golden values) and a naive sum in
    ``tests/reliability/test_sampling_bounds_money.py``.

    Examples
    --------
    >>> from perfkit.reliability.sampling.design import monetary_unit
    >>> sample = pd.DataFrame({"book": [100.0] * 60, "audit": [100.0] * 58 + [50.0, 0.0]})
    >>> found = monetary_unit_bound(sample, design=monetary_unit(90_000.0), book="book", audit="audit")
    >>> round(found.value, 6), round(found.mle, 6), round(found.money)
    (0.088938, 0.025, 8004)
    """
    level = checked_level(level)
    if bound not in METHODS:
        raise unknown_choice("bound", bound, METHODS)
    frame, design, left_out = with_money(frame, design)
    sample = Sample.of(each_hit(frame, hits), design, [book, audit], BY_SIZE)
    books = positive_books(sample, 0, book)
    taints = (books - sample.columns[:, 1]) / books
    totals, whole = _totals(sample, design, needed=bound == "rohrbach")
    n_strata = len(sample.strata)
    strict = 1 - (1 - level) / max(n_strata, 1)
    exact = float(sample.exact[0] - sample.exact[1])
    weights = np.ones(1) if n_strata == 1 and not sample.exact_units else totals / whole if whole else totals
    beside = exact / whole if sample.exact_units and whole else 0.0
    found, likely = _bounds(sample, taints, bound, strict, totals)
    value = float(weights @ found) + beside
    shown = found if n_strata <= 1 else _bounds(sample, taints, bound, level, totals)[0]
    result = MonetaryUnitBoundResult(
        method=f"monetary_unit_bound:{bound}",
        source=SOURCES[bound],
        n_used=sample.n_used,
        n_dropped=sample.n_dropped,
        caveats=(*left_out, *_reservations(sample, taints, bound, value)),
        value=value,
        interval=no_interval(level),
        level=level,
        mle=float(weights @ likely) + beside,
        money=value * whole,
        sum_taints=float(taints.sum()),
        n_positive=int(np.count_nonzero(taints > 0)),
        n_negative=int(np.count_nonzero(taints < 0)),
        exact_error=exact,
        by_stratum=pd.DataFrame(
            {
                "stratum": [str(one.name) for one in sample.strata],
                "n": sample.counts,
                "book_total": totals,
                "bound": shown,
                "mle": likely,
            }
        ),
        design=design.name,
    )
    # Whether errors are whole, partial or of either sign shows in few samples: the worst of them is told.
    regions = (design_region(sample.n, errors) for errors in SIMULATED)
    return covered_parts(result, [(region, result.method) for region in regions])


def _totals(sample: Sample, design: Design, *, needed: bool) -> tuple[FloatArray, float]:
    """Return the book total of each drawn stratum and that of the population; NaN where not known and not needed."""
    totals = sample.books
    if len(totals) == 1 and np.isnan(totals[0]) and design.book_total is not None:
        totals = np.array([design.book_total - float(sample.exact[0])])
    if np.isnan(totals).any() and (needed or len(totals) > 1 or sample.exact_units):
        raise unknown_size("stratum_books")
    if needed and not np.all(totals > sample.counts):
        raise MethodError(
            Problem(
                code="SP-MONEY-UNITS",
                where="design",
                expected="以货币单元计、大于样本量的账面总额",
                found="、".join(f"{one:g}" for one in totals),
                mend="把金额换成更小的单位（如万元换成元）",
            )
        )
    return totals, float(totals.sum() + sample.exact[0])


def _bounds(
    sample: Sample, taints: FloatArray, bound: str, level: float, totals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the bound and the most likely share of each drawn stratum."""
    n_strata = len(sample.strata)
    likely = sample.means(taints)
    if bound.startswith("stringer"):
        likelihood = "poisson" if bound == "stringer.poisson" else "binomial"
        found = stringer_bounds(taints, sample.codes, n_strata, likelihood=likelihood, level=level)
        return (less_understated(found, taints, sample.codes) if bound == "stringer.lta" else found), likely
    found = np.full(n_strata, np.nan)
    for place in range(n_strata):
        own = taints[sample.codes == place]
        if not own.size:
            continue
        if bound == "moment":
            found[place] = moment_bound(own, level)
        elif bound == "coxsnell":
            found[place], likely[place] = cox_snell(own, level)
        else:
            found[place] = rohrbach_bound(own, level, float(totals[place]))
    return found, likely


def _reservations(sample: Sample, taints: FloatArray, bound: str, value: float) -> Iterator[Caveat]:
    """Yield what the bound leaves open."""
    yield from sample.caveats()
    if not bound.startswith("stringer"):
        yield Caveat("SECONDARY_METHOD", "该上限为近似方法，实际保证程度可能低于名义水平；主方法为 Stringer 上限")
    if math.isnan(value) and sample.n:
        yield Caveat("BOUND_UNDEFINED", "样本太少或错误率的矩不成立，该上限无法估计")
    negative, above = np.count_nonzero(taints < 0), np.count_nonzero(taints > 1)
    if negative:
        yield Caveat("UNDERSTATED", f"{negative} 个单位低估（审定数大于账面数）：上限只针对高估，低估另行报告")
    if above:
        yield Caveat("TAINT_ABOVE_ONE", f"{above} 个单位的错误额大于账面数，Stringer 上限按账面数计")
    if not sample.n and not sample.exact_units:
        yield Caveat("NO_SAMPLE", "没有可用的样本单位，无法估计")
