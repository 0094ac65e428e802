"""Chance-corrected agreement 机遇校正的一致系数 of any number of raters, in Gwet's form with his variance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from perfkit.reliability.agreement.coefficient import (
    AgreementResult,
    coefficient,
    gwet_chance,
    judged_by_rater,
    no_chance,
    pooled_chance,
    rater_chance,
    uniform_chance,
)
from perfkit.reliability.agreement.units import Divisor, MissingPolicy
from perfkit.reliability.agreement.weights import Weights
from perfkit.reliability.grades import GradeRatings
from perfkit.terms.reliability import Statistic

HANDBOOK = "Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed."


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentAgreementResult(AgreementResult):
    """Percent agreement 一致率, as a share of 1."""

    kind: ClassVar[str] = Statistic.PERCENT_AGREEMENT.value


@dataclass(frozen=True, slots=True, kw_only=True)
class FleissKappaResult(AgreementResult):
    """Fleiss' kappa in Gwet's form."""

    kind: ClassVar[str] = Statistic.FLEISS_KAPPA.value


@dataclass(frozen=True, slots=True, kw_only=True)
class CongerKappaResult(AgreementResult):
    """Conger's kappa."""

    kind: ClassVar[str] = Statistic.CONGER_KAPPA.value


@dataclass(frozen=True, slots=True, kw_only=True)
class BrennanPredigerResult(AgreementResult):
    """The coefficient of Brennan and Prediger."""

    kind: ClassVar[str] = Statistic.BRENNAN_PREDIGER.value


@dataclass(frozen=True, slots=True, kw_only=True)
class GwetACResult(AgreementResult):
    """Gwet's coefficient; ``coefficient`` is ``"AC1"`` (identity weights) or ``"AC2"``."""

    kind: ClassVar[str] = Statistic.GWET_AC.value

    coefficient: str


def percent_agreement(
    ratings: GradeRatings,
    *,
    weights: Weights = "identity",
    categories: Sequence[Any] | None = None,
    missing: MissingPolicy = "available",
    divisor: Divisor = "n-1",
    level: float = 0.95,
) -> PercentAgreementResult:
    """Return the share of pairs of ratings that agree 一致率, not corrected for chance.

    Parameters
    ----------
    ratings : shape (n, k) grades (numbers or words, or Grades), rows evaluands, columns raters, NaN where missing.
    weights : ``"identity"``, ``"linear"``, ``"quadratic"``, ``"ordinal"`` (Gwet's) or a (q, q) matrix of agreement.
    categories : all categories of the scale, lowest first; ``None`` counts those that were used.
    missing : ``"available"`` uses every rating, ``"listwise"`` complete evaluands only.
    divisor : of the variance over evaluands: ``"n-1"``, or ``"n"`` as the two-rater tables of irrCAC.
    level : confidence level.

    Returns
    -------
    PercentAgreementResult
        A share of 1. The interval is NaN, with a caveat, where all evaluands agree equally (standard error 0).

    Raises
    ------
    DataError
        Malformed ratings, categories or weights; weights on words whose order nobody gave.
    MethodError
        An option that does not exist.

    Notes
    -----
    pa = mean, over evaluands with r_i >= 2 ratings, of sum_k r_ik (r*_ik - 1) / (r_i (r_i - 1)), where r*_ik is the
    weighted number of raters near category k. Interval: t(n-1) with the variance of the unit terms. Not for comparing
    scales of different length: fewer categories agree more often by chance. Source: Gwet (2014), Handbook of
    Inter-Rater Reliability, 4th ed., chapters 2 and 5. Verified against R irrCAC 1.0 ``pa.coeff.raw``,
    ``pa2.table`` by the golden records, run in ``tests/reliability``.

    Examples
    --------
    >>> result = percent_agreement([[1, 1], [2, 2], [2, 3], [3, 3]])
    >>> result.value
    0.75
    """
    return coefficient(
        PercentAgreementResult,
        no_chance,
        "percent_agreement",
        HANDBOOK,
        ratings,
        weights=weights,
        categories=categories,
        missing=missing,
        divisor=divisor,
        level=level,
    )


def fleiss_kappa(
    ratings: GradeRatings,
    *,
    weights: Weights = "identity",
    categories: Sequence[Any] | None = None,
    missing: MissingPolicy = "available",
    divisor: Divisor = "n-1",
    level: float = 0.95,
) -> FleissKappaResult:
    """Return Fleiss' kappa in Gwet's form 多评分者 κ: weighted, with missing ratings, interval by linearisation.

    Parameters
    ----------
    ratings : shape (n, k) grades (numbers or words, or Grades), rows evaluands, columns raters, NaN where missing.
    weights : ``"identity"``, ``"linear"``, ``"quadratic"``, ``"ordinal"`` (Gwet's) or a (q, q) matrix of agreement.
    categories : all categories of the scale, lowest first; ``None`` counts those that were used.
    missing : ``"available"`` uses every rating, ``"listwise"`` complete evaluands only.
    divisor : of the variance over evaluands: ``"n-1"``, or ``"n"`` as the two-rater tables of irrCAC.
    level : confidence level.

    Returns
    -------
    FleissKappaResult
        NaN, with a caveat, where all ratings are one category (0/0); the interval is NaN where the standard error is 0.

    Raises
    ------
    DataError
        Malformed ratings, categories or weights; weights on words whose order nobody gave.
    MethodError
        An option that does not exist.

    Notes
    -----
    kappa = (pa - pe) / (1 - pe), pe = sum w_kl pi_k pi_l with pi_k the mean over evaluands of the share of their
    ratings in k: raters are taken as exchangeable, as when each evaluand has other raters. Interval: t(n-1), variance
    over evaluands of the linearised terms, upper limit cut at 1. Not where nearly all ratings fall in one category:
    pe then approaches pa and kappa is near 0 however well raters agree (the kappa paradox); see ``gwet_ac``. The test
    of Fleiss, Nee and Landis is in ``fleiss_kappa_classic``. Source: Fleiss (1971); Gwet (2014), chapters 2, 3 and 5.
    Verified against R irrCAC 1.0 ``fleiss.kappa.raw`` and Python irrCAC 0.4.4 by the golden records, run in
    ``tests/reliability``.

    Examples
    --------
    >>> result = fleiss_kappa([[1, 1, 1], [2, 2, 3], [3, 3, 3], [1, 2, 1]])
    >>> round(result.value, 4), round(result.pe, 4)
    (0.4894, 0.3472)
    """
    return coefficient(
        FleissKappaResult,
        pooled_chance,
        "fleiss_kappa",
        f"Fleiss (1971), Psychological Bulletin 76, 378-382; {HANDBOOK}",
        ratings,
        weights=weights,
        categories=categories,
        missing=missing,
        divisor=divisor,
        level=level,
    )


def conger_kappa(
    ratings: GradeRatings,
    *,
    weights: Weights = "identity",
    categories: Sequence[Any] | None = None,
    missing: MissingPolicy = "available",
    divisor: Divisor = "n-1",
    level: float = 0.95,
) -> CongerKappaResult:
    """Return Conger's kappa 多评分者 κ（各评分者自有边际分布）: Cohen's kappa carried to any number of raters.

    Parameters
    ----------
    ratings : shape (n, k) grades (numbers or words, or Grades), rows evaluands, columns raters, NaN where missing.
    weights : ``"identity"``, ``"linear"``, ``"quadratic"``, ``"ordinal"`` (Gwet's) or a (q, q) matrix of agreement.
    categories : all categories of the scale, lowest first; ``None`` counts those that were used.
    missing : ``"available"`` uses every rating, ``"listwise"`` complete evaluands only.
    divisor : of the variance over evaluands: ``"n-1"``, or ``"n"`` as the two-rater tables of irrCAC.
    level : confidence level.

    Returns
    -------
    CongerKappaResult
        NaN, with a caveat, where all ratings are one category. Where at most one rater uses more than one category
        the value is 0 by construction (complete ratings) and the interval NaN, with a caveat.

    Raises
    ------
    DataError
        Malformed ratings, categories or weights; weights on words whose order nobody gave.
    MethodError
        An option that does not exist.

    Notes
    -----
    kappa = (pa - pe) / (1 - pe), pe = mean over pairs of raters g, h of sum w_kl p_gk p_hl: each rater keeps the own
    category shares, as when the same raters rate everything. Interval: t(n-1), variance over evaluands of the
    linearised terms, upper limit cut at 1; for two raters it is Cohen's kappa with another variance than that of
    Fleiss, Cohen and Everitt. Not where each evaluand has other raters (``fleiss_kappa``). Source: Conger (1980);
    Gwet (2014), chapters 2 and 5. Verified against R irrCAC 1.0 ``conger.kappa.raw`` and R irr
    0.84.1 ``kappam.fleiss(exact=TRUE)`` by the golden records, run in ``tests/reliability``.

    Examples
    --------
    >>> result = conger_kappa([[1, 1, 1], [2, 2, 3], [3, 3, 3], [1, 2, 1]])
    >>> round(result.value, 4), round(result.pe, 4)
    (0.5152, 0.3125)
    """
    return coefficient(
        CongerKappaResult,
        rater_chance,
        "conger_kappa",
        f"Conger (1980), Psychological Bulletin 88, 322-328; {HANDBOOK}",
        ratings,
        weights=weights,
        categories=categories,
        missing=missing,
        divisor=divisor,
        level=level,
        judge=judged_by_rater,
    )


def brennan_prediger(
    ratings: GradeRatings,
    *,
    weights: Weights = "identity",
    categories: Sequence[Any] | None = None,
    missing: MissingPolicy = "available",
    divisor: Divisor = "n-1",
    level: float = 0.95,
) -> BrennanPredigerResult:
    """Return the coefficient of Brennan and Prediger 均匀机遇的一致系数: chance spreads evenly over the scale.

    Parameters
    ----------
    ratings : shape (n, k) grades (numbers or words, or Grades), rows evaluands, columns raters, NaN where missing.
    weights : ``"identity"``, ``"linear"``, ``"quadratic"``, ``"ordinal"`` (Gwet's) or a (q, q) matrix of agreement.
    categories : all categories of the scale, lowest first; ``None`` counts those that were used.
    missing : ``"available"`` uses every rating, ``"listwise"`` complete evaluands only.
    divisor : of the variance over evaluands: ``"n-1"``, or ``"n"`` as the two-rater tables of irrCAC.
    level : confidence level.

    Returns
    -------
    BrennanPredigerResult
        NaN, with a caveat, where only one category is counted; the interval is NaN where the standard error is 0.

    Raises
    ------
    DataError
        Malformed ratings, categories or weights; weights on words whose order nobody gave.
    MethodError
        An option that does not exist.

    Notes
    -----
    (pa - pe) / (1 - pe), pe = sum w_kl / q^2. It depends on how many categories are counted: give ``categories``
    where the scale offers grades that nobody used. Interval: t(n-1), variance over evaluands, upper limit cut at 1.
    Not where raters can be presumed to know which grades are rare: then even chance is too low a bar. Source: Brennan
    and Prediger (1981); Gwet (2014), chapters 2 and 3. Verified against R irrCAC 1.0 ``bp.coeff.raw``,
    ``bp2.table`` and statsmodels 0.15.0 ``fleiss_kappa(method="randolph")`` by the golden records, run in
    ``tests/reliability``.

    Examples
    --------
    >>> result = brennan_prediger([[1, 1], [2, 2], [2, 3], [3, 3]], categories=[1, 2, 3, 4])
    >>> round(result.value, 4), result.pe
    (0.6667, 0.25)
    """
    return coefficient(
        BrennanPredigerResult,
        uniform_chance,
        "brennan_prediger",
        f"Brennan & Prediger (1981), Educational and Psychological Measurement 41, 687-699; {HANDBOOK}",
        ratings,
        weights=weights,
        categories=categories,
        missing=missing,
        divisor=divisor,
        level=level,
    )


def gwet_ac(
    ratings: GradeRatings,
    *,
    weights: Weights = "identity",
    categories: Sequence[Any] | None = None,
    missing: MissingPolicy = "available",
    divisor: Divisor = "n-1",
    level: float = 0.95,
) -> GwetACResult:
    """Return Gwet's AC1 (identity weights) or AC2 (any other weights) Gwet 一致系数.

    Parameters
    ----------
    ratings : shape (n, k) grades (numbers or words, or Grades), rows evaluands, columns raters, NaN where missing.
    weights : ``"identity"``, ``"linear"``, ``"quadratic"``, ``"ordinal"`` (Gwet's) or a (q, q) matrix of agreement.
    categories : all categories of the scale, lowest first; ``None`` counts those that were used.
    missing : ``"available"`` uses every rating, ``"listwise"`` complete evaluands only.
    divisor : of the variance over evaluands: ``"n-1"``, or ``"n"`` as the two-rater tables of irrCAC.
    level : confidence level.

    Returns
    -------
    GwetACResult
        ``coefficient`` names AC1 or AC2. NaN, with a caveat, where only one category is counted; the interval is NaN
        where the standard error is 0.

    Raises
    ------
    DataError
        Malformed ratings, categories or weights; weights on words whose order nobody gave.
    MethodError
        An option that does not exist.

    Notes
    -----
    (pa - pe) / (1 - pe), pe = sum w_kl / (q (q - 1)) * sum pi_k (1 - pi_k): only ratings that are hard to make can
    agree by chance, so that the coefficient stays near pa where one category prevails. It depends on the number of
    categories counted. Interval: t(n-1), variance over evaluands of the linearised terms, upper limit cut at 1. Not
    as a kappa: with quadratic weights and few extreme grades it lies close to 1 almost whatever raters do, so name
    it with its weights and give kappa beside it. Source: Gwet (2008); Gwet (2014), chapters 3 and 5.
    Verified against R irrCAC 1.0 ``gwet.ac1.raw``, ``gwet.ac1.table`` and Python irrCAC 0.4.4 by the golden records,
    run in ``tests/reliability``.

    Examples
    --------
    >>> result = gwet_ac([[1, 1], [2, 2], [2, 3], [3, 3]])
    >>> result.coefficient, round(result.value, 4)
    ('AC1', 0.6279)
    """
    plain = isinstance(weights, str) and weights == "identity"
    name = "AC1" if plain else "AC2"
    return coefficient(
        partial(GwetACResult, coefficient=name),
        gwet_chance,
        f"gwet_{name.lower()}",
        f"Gwet (2008), British Journal of Mathematical and Statistical Psychology 61, 29-48; {HANDBOOK}",
        ratings,
        weights=weights,
        categories=categories,
        missing=missing,
        divisor=divisor,
        level=level,
    )
