"""Decision study 决策研究: how dependable the mean over so many raters, indicators or tasks is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

import numpy as np
import pandas as pd

from perfkit.errors import MethodError, Problem
from perfkit.reliability.coverage import Region
from perfkit.reliability.difference.covered_parts import covered_parts, part
from perfkit.reliability.estimate import UNKNOWN, checked_level, limit_past_minimum, no_interval, no_variance
from perfkit.reliability.generalizability.designs import DESIGNS, PERSON, checked_facets
from perfkit.reliability.generalizability.study import GStudyResult
from perfkit.reliability.icc.forms import Form, f_limits
from perfkit.reliability.icc.mean_squares import MeanSquares
from perfkit.result import Caveat, Interval, Result
from perfkit.terms.reliability import Statistic

Numbers: TypeAlias = Mapping[str, float]

SOURCE = "Brennan (2001), Generalizability Theory, ch. 4-5; Cronbach, Gleser, Nanda & Rajaratnam (1972)"


@dataclass(frozen=True, slots=True, kw_only=True)
class DStudyResult(Result):
    """Dependability of means over the given numbers of conditions 决策研究结果.

    ``g`` is the generalizability coefficient Eρ² 概化系数 (for ranking), ``phi`` the index of dependability Φ 可靠性指数
    (for grades by a cut-off); ``var_rel`` and ``var_abs`` the relative and absolute error variance, ``sem_rel`` and
    ``sem_abs`` their roots, in the unit of the ratings. ``numbers`` holds the number of conditions of each facet.
    ``g_interval`` and ``phi_interval`` are F intervals, for balanced ``"p x r"`` and ``"r:p"`` only.
    """

    kind: ClassVar[str] = Statistic.D_STUDY.value

    g: float
    phi: float
    var_person: float
    var_rel: float
    var_abs: float
    sem_rel: float
    sem_abs: float
    numbers: tuple[tuple[str, float], ...]
    g_interval: Interval
    phi_interval: Interval
    interval_method: str = "none"

    def to_frame(self) -> pd.DataFrame:
        """Return one row: numbers of conditions, both coefficients with limits, error variances and standard errors."""
        row: dict[str, object] = {f"n_{facet}": number for facet, number in self.numbers}
        for name in ("g", "phi"):
            limits = getattr(self, f"{name}_interval")
            row |= {name: getattr(self, name), f"{name}_low": limits.low, f"{name}_high": limits.high}
        row |= {name: getattr(self, name) for name in ("var_person", "var_rel", "var_abs", "sem_rel", "sem_abs")}
        return pd.DataFrame([row | {"caveats": " ".join(caveat.code for caveat in self.caveats)}])


@dataclass(frozen=True, slots=True)
class Errors:
    """Variance of persons, and relative and absolute error, as a decision study uses them."""

    person: float
    relative: float
    absolute: float

    @property
    def g(self) -> float:
        """Return the generalizability coefficient, NaN where it is 0/0."""
        return _ratio(self.person, self.relative)

    @property
    def phi(self) -> float:
        """Return the index of dependability, NaN where it is 0/0."""
        return _ratio(self.person, self.absolute)


def _ratio(person: float, error: float) -> float:
    return person / (person + error) if person + error > 0 else UNKNOWN


def errors(study: GStudyResult, numbers: Numbers) -> Errors:
    """Return the error of means over so many conditions 误差方差: every component over the conditions it is averaged over.

    A component with the person in it (beside the person itself) is relative error; one without is absolute error only.
    """
    if any(math.isnan(one.variance) for one in study.components):
        return Errors(UNKNOWN, UNKNOWN, UNKNOWN)
    relative = absolute = 0.0
    for one in study.components:
        if one.facets == (PERSON,):
            continue
        part = one.used / math.prod(numbers[facet] for facet in one.facets if facet != PERSON)
        absolute += part
        if PERSON in one.facets:
            relative += part
    return Errors(study.component(PERSON).used, relative, absolute)


def checked_number(name: str, number: object) -> float:
    """Return a number of conditions; raise ``MethodError`` where it is no number from 1 on."""
    plain = number.item() if isinstance(number, np.generic) else number
    if isinstance(plain, (int, float)) and not isinstance(plain, bool) and 1 <= plain < math.inf:
        return plain
    raise MethodError(
        Problem(
            code="RL-NUMBER",
            where=f"n_{name}",
            expected="不小于 1 的数",
            found=repr(number),
            mend="给出每个对象的条件数，如 n_rater=3",
        )
    )


def d_study(
    study: GStudyResult,
    *,
    n_rater: float | None = None,
    n_item: float | None = None,
    n_task: float | None = None,
    level: float = 0.95,
) -> DStudyResult:
    """Return generalizability and dependability of a mean over so many conditions 决策研究（概化系数 G 与可靠性指数 Φ）.

    Parameters
    ----------
    study : a generalizability study.
    n_rater, n_item, n_task : conditions over which the score of one person is averaged, >= 1 each (raters in tasks: per
        task); ``None``: as many as a person met in the study.
    level : confidence level of the intervals.

    Returns
    -------
    DStudyResult
        NaN, with the reason, where the study estimated nothing.

    Raises
    ------
    MethodError
        Where a number is below 1, or belongs to a facet that the design does not have.

    Notes
    -----
    Negative components count as 0. A component is divided by the conditions it is averaged over; those that hold the
    person make the relative error, all but the person's own the absolute one: p x R: res/n_r and r/n_r; p x I x R:
    pi/n_i + pr/n_r + res/(n_i·n_r), and i/n_i + r/n_r + ir/(n_i·n_r); R:P: res/n_r both; p x (R:T): pt/n_t +
    res/(n_t·n_r), and t/n_t + rt/(n_t·n_r); I x (R:P): rp/n_r + pi/n_i + res/(n_i·n_r), and i/n_i. G = person/(person +
    relative), Φ = person/(person + absolute). Φ where grades follow from a cut-off, G only where persons are ranked and
    all met the same raters. Intervals: the F limits of ICC(C,1), ICC(A,1) or ICC(1,1) (McGraw & Wong 1996), stepped to
    the number of raters; none for other designs, for REML, and where a component is negative. Source: Brennan (2001),
    eq. 2.30-2.41, 3.27-3.31. Verified against R 4.2.2 and gtheory 0.1.2 (golden ``dstudy_g``, ``dstudy_phi``),
    tests/reliability/test_generalizability_decision.py.

    Examples
    --------
    >>> from perfkit.reliability.generalizability.study import g_study
    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = d_study(g_study(table), n_rater=10)
    >>> round(found.g, 3), round(found.phi, 3), round(found.sem_abs, 3)
    (0.962, 0.803, 0.791)
    """
    level = checked_level(level)
    numbers = _numbers(study, {"rater": n_rater, "item": n_item, "task": n_task})
    found = errors(study, numbers)
    caveats = _caveats(study, found)
    (g_interval, phi_interval), method, more = _intervals(study, found, numbers, level)
    result = DStudyResult(
        method=f"d_study:{study.estimator}:{study.design}",
        source=SOURCE,
        n_used=study.n_used,
        n_dropped=study.n_dropped,
        caveats=(*caveats, *more),
        g=found.g,
        phi=found.phi,
        var_person=found.person,
        var_rel=found.relative,
        var_abs=found.absolute,
        sem_rel=math.sqrt(found.relative),
        sem_abs=math.sqrt(found.absolute),
        numbers=tuple(numbers.items()),
        g_interval=g_interval,
        phi_interval=phi_interval,
        interval_method=method,
    )
    raters = round(dict(study.conditions)["rater"])
    return covered_parts(
        result,
        [
            part(Region(n=study.n_used, k=raters, shape=study.shape, design=f"{study.design}:{name}"), interval, method)
            for name, interval in (("g", g_interval), ("phi", phi_interval))
        ],
    )


def _numbers(study: GStudyResult, given: Mapping[str, float | None]) -> dict[str, float]:
    """Return the number of conditions of every facet: as given, else as a person met in the study."""
    checked_facets(DESIGNS[study.design], given)
    return {
        facet: met if given[facet] is None else checked_number(facet, given[facet] or 0)
        for facet, met in study.conditions
    }


def _caveats(study: GStudyResult, found: Errors) -> tuple[Caveat, ...]:
    """Return the reservations of the study, and that nothing varies or that persons do not differ."""
    if study.caveats and math.isnan(found.person):
        return study.caveats
    if math.isnan(found.phi):
        return tuple({caveat.code: caveat for caveat in (*study.caveats, no_variance())}.values())
    if found.person == 0:
        return (*study.caveats, Caveat("NO_EVALUAND_VARIANCE", "对象的方差分量按 0 计：评分分不出对象，G 与 Φ 为 0"))
    return study.caveats


def _intervals(
    study: GStudyResult, found: Errors, numbers: Numbers, level: float
) -> tuple[tuple[Interval, Interval], str, tuple[Caveat, ...]]:
    """Return the F intervals of both coefficients, their method, and why limits are unknown."""
    none = no_interval(level), no_interval(level)
    forms: Mapping[str, tuple[Form, Form]] = {
        "p x r": ("ICC(C,1)", "ICC(A,1)"),
        "r:p": ("ICC(1,1)", "ICC(1,1)"),
    }
    if math.isnan(found.phi):
        return none, "none", ()
    if study.estimator != "anova_ems" or study.design not in forms:
        return none, "none", (Caveat("NO_INTERVAL", "该设计或估计方法没有可靠的区间公式，系数不给区间"),)
    if any(one.negative for one in study.components):
        return (
            none,
            "none",
            (Caveat("NEGATIVE_NO_INTERVAL", "有负方差分量按 0 计，F 区间不再对应该系数，区间无法估计"),),
        )
    limits: list[Interval] = []
    caveats: dict[str, Caveat] = {}
    for form in forms[study.design]:
        interval, unsound = f_limits(form, _mean_squares(study), 0.0, level)
        stepped = [_stepped(limit, numbers["rater"]) for limit in (interval.low, interval.high)]
        if interval.known and any(map(math.isnan, stepped)):
            unsound = (*unsound, limit_past_minimum())
        limits.append(Interval(stepped[0], stepped[1], level))
        caveats |= {caveat.code: caveat for caveat in unsound}
    return (limits[0], limits[1]), "f", tuple(caveats.values())


def _mean_squares(study: GStudyResult) -> MeanSquares[float]:
    """Return the mean squares of a balanced study of persons and raters."""
    square = {one.name: one.mean_square for one in study.components}
    n, k = study.n_used, round(dict(study.conditions)["rater"])
    rater = square.get("rater", square["residual"])
    within = (rater + (n - 1) * square["residual"]) / n
    return MeanSquares(n=n, k=k, evaluand=square[PERSON], rater=rater, residual=square["residual"], within=within)


def _stepped(single: float, number: float) -> float:
    """Return the Spearman-Brown coefficient of a mean of so many ratings; NaN at its pole or where unknown."""
    bottom = 1 + (number - 1) * single
    return number * single / bottom if bottom > 0 else UNKNOWN
