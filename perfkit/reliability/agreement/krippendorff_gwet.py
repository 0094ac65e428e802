"""Krippendorff's alpha in Gwet's form: any agreement weights, with the linearised standard error of irrCAC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.agreement.coefficient import AgreementResult
from perfkit.reliability.agreement.units import (
    ROUNDING,
    Divisor,
    FloatArray,
    MissingPolicy,
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
    checked_level,
    no_interval,
    no_variance,
    too_few,
    too_few_raters,
)
from perfkit.reliability.grades import GradeRatings, grades
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic


@dataclass(frozen=True, slots=True, kw_only=True)
class KrippendorffAlphaGwetResult(AgreementResult):
    """Krippendorff's alpha in Gwet's form; ``pa`` is corrected by 1/number of ratings, ``pe`` is not."""

    kind: ClassVar[str] = Statistic.KRIPPENDORFF_ALPHA_GWET.value

    n_ratings: int


@dataclass(frozen=True, slots=True)
class _Terms:
    """Agreement observed and expected, and the linearised term of each pattern."""

    pa: float
    pe: float
    value: float
    terms: FloatArray


def _linearised(rows: NDArray[np.int64], counts: NDArray[np.int64], weights: FloatArray) -> _Terms:
    """Return the parts of alpha from the pairable patterns."""
    n = int(counts.sum())
    rated = np.count_nonzero(rows >= 0, axis=1).astype(np.float64)
    ratings = float(counts @ rated)
    share = rated / (ratings / n)
    agreement = share * pair_agreement(rows, weights)
    uncorrected = float(counts @ agreement) / n
    pa = uncorrected + (1 - uncorrected) / ratings
    q = len(weights)
    pooled = np.zeros(q + 1)
    for rater in range(rows.shape[1]):
        pooled += np.bincount(rows[:, rater] + 1, weights=counts, minlength=q + 1)
    prevalence = pooled[1:] / ratings
    expected = weights @ prevalence
    pe = float(prevalence @ expected)
    if 1 - pe <= ROUNDING:
        return _Terms(pa, pe, UNKNOWN, np.full(len(rows), UNKNOWN))
    table = np.tile(np.append(expected, 0.0), (rows.shape[1], 1))
    chance = row_sums(rows, table) * n / ratings - pe * (share - 1)
    prime = (uncorrected - pe) / (1 - pe)
    terms = (agreement - pa * (share - 1) - pe - 2 * (1 - prime) * (chance - pe)) / (1 - pe)
    return _Terms(pa, pe, (pa - pe) / (1 - pe), terms)


def _undefined(k: int, n: int) -> tuple[Caveat, ...]:
    """Return why alpha cannot be computed from so few ratings."""
    if k < 2:
        return (too_few_raters(k, 2),)
    return (too_few(n, 2),) if n < 2 else ()


def krippendorff_alpha_gwet(
    ratings: GradeRatings,
    *,
    weights: Weights = "identity",
    categories: Sequence[Any] | None = None,
    missing: MissingPolicy = "available",
    divisor: Divisor = "n-1",
    level: float = 0.95,
) -> KrippendorffAlphaGwetResult:
    """Return Krippendorff's alpha in Gwet's form 克里彭多夫 α（Gwet 形式）, with an analytic interval.

    Parameters
    ----------
    ratings : shape (n, k) grades (numbers or words, or Grades), rows evaluands, columns raters, NaN where missing.
    weights : ``"identity"``, ``"linear"``, ``"quadratic"``, ``"ordinal"`` (Gwet's) or a (q, q) matrix of agreement.
    categories : all categories of the scale, lowest first; ``None`` counts those that were used.
    missing : ``"available"`` uses evaluands with two or more ratings, ``"listwise"`` complete evaluands only.
    divisor : of the variance over evaluands: ``"n-1"``, or ``"n"`` as the two-rater tables of irrCAC.
    level : confidence level.

    Returns
    -------
    KrippendorffAlphaGwetResult
        NaN, with a caveat, where fewer than two evaluands have two ratings or all ratings are one grade; the interval
        NaN where all evaluands agree equally (standard error 0).

    Raises
    ------
    DataError
        Malformed ratings, categories or weights; weights on words whose order nobody gave.
    MethodError
        An option that does not exist.

    Notes
    -----
    Over the n evaluands with r_i >= 2 ratings, rbar their mean number and e = 1/(n rbar):
    pa = (1 - e) pa' + e with pa' = (1/n) sum_i sum_k r_ik (r*_ik - 1) / (rbar (r_i - 1)); pe = sum_kl w_kl pi_k pi_l
    with pi_k = mean r_ik / rbar; alpha = (pa - pe)/(1 - pe). Identity weights give the nominal, quadratic the interval
    alpha; Gwet's ordinal weights are not Krippendorff's ordinal metric (``krippendorff_alpha(metric="ordinal")``).
    The standard error is irrCAC's: linearised on pa' without the factor 1 - e, unit terms centred on pa where numbers
    of ratings differ; with few ratings the delta method gives a slightly smaller one. Interval: t(n-1), upper limit
    cut at 1. Source: Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapter 5. Verified against R irrCAC
    1.0 ``krippen.alpha.raw`` (rounding removed) by the golden records, run in ``tests/reliability``.

    Examples
    --------
    >>> result = krippendorff_alpha_gwet([[1, 1], [2, 2], [2, 3], [3, 3], [1, 2]])
    >>> round(result.value, 4), result.n_used
    (0.4545, 5)
    """
    level = checked_level(level)
    graded = grades(ratings, categories=categories)
    matrix, name = weight_matrix(graded, weights)
    units = rated_units(graded, ratings, missing)
    pairable = units.rated() >= 2
    rows, counts = units.rows[pairable], units.counts[pairable]
    n = int(counts.sum())
    common: dict[str, Any] = {
        "method": f"krippendorff_alpha_gwet:{name}:{checked_divisor(divisor)}",
        "source": "Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed.",
        "n_used": n,
        "n_dropped": graded.n - n,
        "missing": missing,
        "weights": name,
        "categories": graded.categories,
        "n_raters": units.k,
        "n_pairable": n,
        "n_ratings": int(counts @ units.rated()[pairable]),
    }
    reasons = _undefined(units.k, n)
    found = None if reasons else _linearised(rows, counts, matrix)
    if found is None or np.isnan(found.value):
        return KrippendorffAlphaGwetResult(
            value=UNKNOWN,
            pa=found.pa if found else UNKNOWN,
            pe=found.pe if found else UNKNOWN,
            interval=no_interval(level),
            caveats=(reasons or (no_variance(),)) + units.caveats,
            **common,
        )
    fields, caveats = t_fields(found.value, standard_error(found.terms, counts, divisor), n, level)
    result = KrippendorffAlphaGwetResult(
        value=found.value, pa=found.pa, pe=found.pe, caveats=caveats + units.caveats, **fields, **common
    )
    return covered(result, sample_region(units, name))
