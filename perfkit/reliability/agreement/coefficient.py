"""The chance-corrected coefficient 机遇校正系数: one observed agreement, several expectations of chance, one variance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.agreement.units import (
    ROUNDING,
    FloatArray,
    Units,
    checked_divisor,
    pair_agreement,
    rated_units,
    row_sums,
    sample_region,
    standard_error,
    t_fields,
)
from perfkit.reliability.agreement.weights import Weights, weight_matrix
from perfkit.reliability.coverage import covered
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    checked_level,
    constant_rater,
    no_interval,
    no_variance,
    too_few,
    too_few_raters,
)
from perfkit.reliability.grades import GradeRatings, Grades, grades
from perfkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementResult(EstimateResult):
    """One coefficient of agreement 一致系数.

    ``pa`` is the observed (weighted) agreement, ``pe`` the agreement expected by chance, ``weights`` the name of the
    weights, ``categories`` the categories counted, ``n_raters`` the raters kept, ``n_pairable`` the evaluands with at
    least two ratings, on which ``pa`` rests.
    """

    pa: float
    pe: float
    weights: str
    categories: tuple[Any, ...]
    n_raters: int
    n_pairable: int


@dataclass(frozen=True, slots=True)
class Chance:
    """Agreement expected by chance 机遇一致率: ``pe``, and its share per pattern (mean ``pe``) where it is estimated."""

    pe: float
    terms: FloatArray | None = None


ChanceModel: TypeAlias = Callable[[Units, FloatArray], Chance]
R = TypeVar("R", bound=AgreementResult)


def _prevalence(units: Units) -> FloatArray:
    """Return shape (q,): mean over evaluands of the share of their ratings in each category."""
    shares = units.counts / units.rated()
    total = np.zeros(units.q + 1)
    for rater in range(units.k):
        total += np.bincount(units.rows[:, rater] + 1, weights=shares, minlength=units.q + 1)
    prevalence: FloatArray = total[1:] / units.n
    return prevalence


def _mean_of_ratings(units: Units, per_category: FloatArray) -> FloatArray:
    """Return shape (m,): the mean over the ratings of each pattern of a number that belongs to the category."""
    table = np.tile(np.append(per_category, 0.0), (units.k, 1))
    return row_sums(units.rows, table) / units.rated()


def no_chance(units: Units, weights: FloatArray) -> Chance:
    """Return no chance at all: the agreement stays as observed."""
    return Chance(0.0)


def uniform_chance(units: Units, weights: FloatArray) -> Chance:
    """Return the chance of Brennan and Prediger: every category equally likely."""
    return Chance(float(weights.mean()))


def pooled_chance(units: Units, weights: FloatArray) -> Chance:
    """Return the chance of Scott and Fleiss: two ratings drawn from the pooled categories."""
    prevalence = _prevalence(units)
    expected = weights @ prevalence
    return Chance(float(prevalence @ expected), _mean_of_ratings(units, expected))


def gwet_chance(units: Units, weights: FloatArray) -> Chance:
    """Return Gwet's chance: only ratings that are hard to make agree by chance."""
    prevalence = _prevalence(units)
    if units.q < 2:
        return Chance(1.0)
    scale = float(weights.sum()) / (units.q * (units.q - 1))
    return Chance(scale * float(prevalence @ (1 - prevalence)), scale * _mean_of_ratings(units, 1 - prevalence))


def rater_chance(units: Units, weights: FloatArray) -> Chance:
    """Return Conger's chance: the mean over pairs of raters of what their own category shares expect."""
    table = units.rater_categories()
    rated = table.sum(axis=1)
    shares = table / rated[:, None]
    others = shares.sum(axis=0) - shares
    expected = others @ weights
    own = (expected * shares).sum(axis=1)
    pairs = units.k * (units.k - 1)
    # A rating moves its rater's shares, by more where the rater rated fewer; a missing one moves nothing.
    moved = own[:, None] + (units.n / rated)[:, None] * (expected - own[:, None])
    terms = row_sums(units.rows, np.hstack([moved, own[:, None]])) / pairs
    return Chance(float(own.sum()) / pairs, terms)


def coefficient(
    result: Callable[..., R],
    chance: ChanceModel,
    identifier: str,
    source: str,
    ratings: GradeRatings,
    *,
    weights: Weights,
    categories: Sequence[Any] | None,
    missing: str,
    divisor: str,
    level: float,
    graded: Grades | None = None,
    judge: Callable[[Units, float], tuple[float, bool, tuple[Caveat, ...]]] | None = None,
) -> R:
    """Return a coefficient (pa - pe) / (1 - pe) with its linearised interval.

    ``graded`` are the ratings where they are coded already, which then only give the names of the raters. ``judge``
    takes the units and the value and returns the value to report, whether its interval is sound, and
    caveats.
    """
    level = checked_level(level)
    graded = grades(ratings, categories=categories) if graded is None else graded
    matrix, name = weight_matrix(graded, weights)
    units = rated_units(graded, ratings, missing)
    paired = int(units.counts[units.rated() > 1].sum())
    common: dict[str, Any] = {
        "method": f"{identifier}:{name}:{checked_divisor(divisor)}",
        "source": source,
        "n_used": units.n,
        "n_dropped": units.n_dropped,
        "missing": missing,
        "weights": name,
        "categories": graded.categories,
        "n_raters": units.k,
        "n_pairable": paired,
    }
    reasons = undefined_reasons(units, paired)
    if reasons:
        nothing: dict[str, Any] = {"value": UNKNOWN, "pa": UNKNOWN, "pe": UNKNOWN, "interval": no_interval(level)}
        return result(**nothing, caveats=reasons + units.caveats, **common)
    agreement = pair_agreement(units.rows, matrix)
    pa = float(units.counts @ agreement) / paired
    expected = chance(units, matrix)
    common |= {"pa": pa, "pe": expected.pe}
    room = 1 - expected.pe
    if room <= ROUNDING:
        caveats = (no_variance(), *units.caveats)
        return result(value=UNKNOWN, interval=no_interval(level), caveats=caveats, **common)
    value = (pa - expected.pe) / room
    value, sound, caveats = judge(units, value) if judge else (value, True, ())
    if not sound:
        return result(value=value, interval=no_interval(level), caveats=caveats + units.caveats, **common)
    se = standard_error(_unit_terms(units, agreement, value, expected, paired), units.counts, divisor)
    fields, more = t_fields(value, se, units.n, level)
    found = result(value=value, caveats=more + caveats + units.caveats, **fields, **common)
    return covered(found, sample_region(units, name))


def _unit_terms(units: Units, agreement: FloatArray, value: float, chance: Chance, paired: int) -> FloatArray:
    """Return shape (m,): the linearised coefficient of each pattern, whose mean is the coefficient."""
    pairable: NDArray[np.bool_] = units.rated() > 1
    room = 1 - chance.pe
    terms: FloatArray = units.n / paired * (agreement - chance.pe * pairable) / room
    if chance.terms is None:
        return terms
    return terms - 2 * (1 - value) * (chance.terms - chance.pe) / room


def undefined_reasons(units: Units, paired: int) -> tuple[Caveat, ...]:
    """Return why no agreement can be observed: no evaluand, one rater, or nobody rated twice."""
    if units.n == 0:
        return (too_few(0, 1),)
    if units.k < 2:
        return (too_few_raters(units.k, 2),)
    if paired == 0:
        return (Caveat("NO_PAIRS", "没有一个评价对象有两个以上评分，一致程度无法估计"),)
    return ()


def judged_by_rater(units: Units, value: float) -> tuple[float, bool, tuple[Caveat, ...]]:
    """Return Conger's kappa as it may be reported where raters are constant.

    With at most one rater who distinguishes anything, agreement equals chance whatever that rater does.
    """
    constant = units.constant_raters()
    if units.k - len(constant) > 1:
        names = "、".join(constant)
        some = Caveat("CONSTANT_RATER", f"评分者 {names} 对全部对象给出同一评分，系数不反映其区分能力")
        return value, True, (some,) if constant else ()
    return 0.0 if abs(value) <= ROUNDING else value, False, (constant_rater("、".join(constant)),)
