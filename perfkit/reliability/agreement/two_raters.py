"""Agreement of two raters 两名评分者的一致系数: Cohen's kappa and Scott's pi."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, get_args

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from perfkit.errors import MethodError, Problem
from perfkit.reliability.agreement.coefficient import (
    AgreementResult,
    coefficient,
    judged_by_rater,
    pooled_chance,
    rater_chance,
    undefined_reasons,
)
from perfkit.reliability.agreement.units import (
    FEW_EVALUANDS,
    ROUNDING,
    Divisor,
    FloatArray,
    Units,
    checked_divisor,
    rated_units,
    sample_region,
)
from perfkit.reliability.agreement.weights import Weights, weight_matrix
from perfkit.reliability.coverage import covered
from perfkit.reliability.estimate import (
    UNKNOWN,
    checked_level,
    constant_rater,
    no_interval,
    no_variance,
    small_sample,
    unknown_choice,
    zero_error,
)
from perfkit.reliability.grades import GradeRatings, Grades, grades
from perfkit.result import Caveat, Interval
from perfkit.terms.reliability import Statistic

Variance: TypeAlias = Literal["fce1969", "gwet"]
Quantile: TypeAlias = Literal["normal", "t"]
VARIANCES: tuple[str, ...] = get_args(Variance)
QUANTILES: tuple[str, ...] = get_args(Quantile)
COHEN = "Cohen (1960, 1968); Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72, 323-327"
GWET_VARIANCE = "Cohen (1960, 1968); Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed."
SCOTT = "Scott (1955), Public Opinion Quarterly 19, 321-325; Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed."


@dataclass(frozen=True, slots=True, kw_only=True)
class CohenKappaResult(AgreementResult):
    """Cohen's kappa; ``se_null`` and ``z_null`` belong to the test of H0: kappa = 0, ``se`` to the interval.

    Both are NaN with ``variance="gwet"``, whose p is that of value / ``se``.
    """

    kind: ClassVar[str] = Statistic.COHEN_KAPPA.value

    se_null: float = UNKNOWN
    z_null: float = UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class ScottPiResult(AgreementResult):
    """Scott's pi."""

    kind: ClassVar[str] = Statistic.SCOTT_PI.value


@dataclass(frozen=True, slots=True, kw_only=True)
class _LargeSample:
    """Kappa of a table of two raters and its large-sample errors."""

    pa: float
    pe: float
    value: float
    se: float
    se_null: float


def cohen_kappa(
    ratings: GradeRatings,
    *,
    weights: Weights = "identity",
    categories: Sequence[Any] | None = None,
    variance: Variance = "fce1969",
    quantile: Quantile = "normal",
    divisor: Divisor = "n-1",
    level: float = 0.95,
) -> CohenKappaResult:
    """Return Cohen's kappa of two raters Cohen κ（可加权）, incomplete pairs dropped.

    Parameters
    ----------
    ratings : shape (n, 2) grades (numbers or words, or Grades), rows evaluands, columns raters, NaN where missing.
    weights : ``"identity"``, ``"linear"``, ``"quadratic"``, ``"ordinal"`` (Gwet's) or a (q, q) matrix of agreement.
    categories : all categories of the scale, lowest first; ``None`` counts those that were used.
    variance : ``"fce1969"`` (Fleiss, Cohen and Everitt; p from their null variance) or ``"gwet"`` (linearised over
        evaluands, t(n-1), upper limit cut at 1, p from the same error).
    quantile : of the ``"fce1969"`` interval: ``"normal"``, or ``"t"`` with n-1 degrees of freedom; not cut at 1.
    divisor : of the ``"gwet"`` variance, ``"n-1"`` or ``"n"``.
    level : confidence level.

    Returns
    -------
    CohenKappaResult
        NaN, with a caveat, where both raters use one and the same category. Where a rater is constant the value is 0
        by construction and the interval NaN, with a caveat; so is the interval where the standard error is 0.

    Raises
    ------
    DataError
        Malformed ratings, categories or weights; weights on words whose order nobody gave.
    MethodError
        More than two raters, or an option that does not exist.

    Notes
    -----
    kappa = (po - pe) / (1 - pe), pe = sum w_ij p_i. p_.j. With a_ij = w_ij (1 - pe) - (w_i. + w_.j)(1 - po), where
    w_i. = sum_j w_ij p_.j and w_.j = sum_i w_ij p_i., se^2 = Var_p(a_ij) / (n (1 - pe)^4) and
    se_null^2 = Var_pe(w_ij - w_i. - w_.j) / (n (1 - pe)^2), the second under the product of the margins. Large
    samples: n below some 20 pairs, or kappa near 1, make the interval a rough guide. Not where one category prevails
    (the kappa paradox), nor for more than two raters (``conger_kappa``, ``light_kappa``). Quadratic kappa behaves as
    an intraclass correlation: high where the raters spread, whatever their exact agreement. Source: Cohen (1960),
    Educational and Psychological Measurement 20, 37-46; Cohen (1968), Psychological Bulletin 70, 213-220; Fleiss,
    Cohen and Everitt (1969). Verified against R DescTools 0.99.59 ``CohenKappa``, vcd 1.4-11 ``Kappa``, irr 0.84.1
    ``kappa2``, irrCAC 1.0 ``conger.kappa.raw`` and statsmodels 0.15.0 ``cohens_kappa`` by the golden records, run in
    ``tests/reliability``.

    Examples
    --------
    >>> result = cohen_kappa([[1, 1], [2, 2], [2, 3], [3, 3], [1, 2], [3, 3]], weights="quadratic")
    >>> round(result.value, 4), round(result.pa, 4), round(result.pe, 4)
    (0.75, 0.9167, 0.6667)
    """
    if variance not in VARIANCES:
        raise unknown_choice("variance", variance, VARIANCES)
    if quantile not in QUANTILES:
        raise unknown_choice("quantile", quantile, QUANTILES)
    checked_divisor(divisor)
    graded = _two_raters(ratings, categories, "Cohen κ")
    if variance == "gwet":
        return coefficient(
            CohenKappaResult,
            rater_chance,
            "cohen_kappa:gwet",
            GWET_VARIANCE,
            ratings,
            graded=graded,
            weights=weights,
            categories=None,
            missing="listwise",
            divisor=divisor,
            level=level,
            judge=judged_by_rater,
        )
    return _large_sample_result(ratings, graded, weights, quantile, checked_level(level))


def _two_raters(ratings: GradeRatings, categories: Sequence[Any] | None, name: str) -> Grades:
    """Return the grades of at most two raters; one rater is left to the statistic to call undefined."""
    graded = grades(ratings, categories=categories)
    if graded.k > 2:
        raise MethodError(
            Problem(
                code="AG-TWO-RATERS",
                where="ratings",
                expected=f"两名评分者：{name} 只适用于两列评分",
                found=f"{graded.k} 列",
                mend="选出两列，或改用 conger_kappa、fleiss_kappa、light_kappa",
            )
        )
    return graded


def _large_sample_result(
    ratings: GradeRatings, graded: Grades, weights: Weights, quantile: str, level: float
) -> CohenKappaResult:
    """Return kappa with the errors of Fleiss, Cohen and Everitt."""
    matrix, name = weight_matrix(graded, weights)
    units = rated_units(graded, ratings, "listwise")
    common: dict[str, Any] = {
        "method": f"cohen_kappa:{name}:fce1969",
        "source": COHEN,
        "n_used": units.n,
        "n_dropped": units.n_dropped,
        "weights": name,
        "categories": graded.categories,
        "n_raters": units.k,
        "n_pairable": units.n,
    }
    reasons = undefined_reasons(units, units.n)
    if reasons:
        nothing: dict[str, Any] = {"value": UNKNOWN, "pa": UNKNOWN, "pe": UNKNOWN, "interval": no_interval(level)}
        return CohenKappaResult(**nothing, caveats=reasons, **common)
    found = _large_sample(_table(units), matrix, units.n)
    common |= {"pa": found.pa, "pe": found.pe}
    if math.isnan(found.value):
        return CohenKappaResult(value=UNKNOWN, interval=no_interval(level), caveats=(no_variance(),), **common)
    constant = units.constant_raters()
    if constant:
        zero: dict[str, Any] = {"value": 0.0, "interval": no_interval(level), "se": 0.0, "se_null": 0.0}
        return CohenKappaResult(**zero, caveats=(constant_rater("、".join(constant)),), **common)
    interval, method, caveats = _normal_interval(found, quantile, units.n, level)
    z = found.value / found.se_null if found.se_null > 0 else UNKNOWN
    result = CohenKappaResult(
        value=found.value,
        interval=interval,
        interval_method=method,
        se=found.se,
        se_null=found.se_null,
        z_null=z,
        p=2 * float(ndtr(-abs(z))),
        test="z, null variance of Fleiss, Cohen & Everitt, H0: kappa = 0, two-sided",
        caveats=caveats,
        **common,
    )
    return covered(result, sample_region(units, name))


def _table(units: Units) -> FloatArray:
    """Return shape (q, q): the share of evaluands in each pair of categories."""
    cells = np.bincount(units.rows[:, 0] * units.q + units.rows[:, 1], weights=units.counts, minlength=units.q**2)
    table: FloatArray = cells.reshape(units.q, units.q) / units.n
    return table


def _large_sample(table: FloatArray, weights: FloatArray, n: int) -> _LargeSample:
    """Return kappa and its errors; variances as spreads about their mean, which cannot fall below 0 by rounding."""
    first, second = table.sum(axis=1), table.sum(axis=0)
    margins = (weights @ second)[:, None] + (first @ weights)[None, :]
    pa = float((weights * table).sum())
    product = np.outer(first, second)
    pe = float((weights * product).sum())
    room = 1 - pe
    if room <= ROUNDING:
        return _LargeSample(pa=pa, pe=pe, value=UNKNOWN, se=UNKNOWN, se_null=UNKNOWN)
    slopes = weights * room - margins * (1 - pa)
    surplus = weights - margins
    spread = _variance(slopes, table)
    null_spread = _variance(surplus, product)
    return _LargeSample(
        pa=pa,
        pe=pe,
        value=(pa - pe) / room,
        se=math.sqrt(spread / n) / room**2,
        se_null=math.sqrt(null_spread / n) / room,
    )


def _variance(values: FloatArray, shares: FloatArray) -> float:
    """Return the variance of values under shares that sum to 1; 0 where it is rounding only."""
    centre = float((values * shares).sum())
    spread = float((shares * (values - centre) ** 2).sum())
    return spread if spread > ROUNDING**2 else 0.0


def _normal_interval(
    found: _LargeSample, quantile: str, n: int, level: float
) -> tuple[Interval, str, tuple[Caveat, ...]]:
    """Return the Wald interval, its method and caveats."""
    if n < 2 and quantile == "t":
        caveat = Caveat("TOO_FEW", f"有效评价对象 {n} 个，t 区间至少需要 2 个，无法估计")
        return no_interval(level), "none", (caveat,)
    if found.se == 0:
        return no_interval(level), "none", (zero_error(),)
    tail = 0.5 + level / 2
    width = float(stdtrit(n - 1, tail)) if quantile == "t" else float(ndtri(tail))
    half = width * found.se
    label = "fleiss_cohen_everitt_" + ("t" if quantile == "t" else "normal")
    caveats = [small_sample(n, FEW_EVALUANDS)] if n < FEW_EVALUANDS else []
    if found.value + half > 1:
        caveats.append(Caveat("LIMIT_PAST_ONE", "区间上限超过 1：大样本近似，未截断"))
    return Interval(found.value - half, found.value + half, level), label, tuple(caveats)


def scott_pi(
    ratings: GradeRatings,
    *,
    weights: Weights = "identity",
    categories: Sequence[Any] | None = None,
    divisor: Divisor = "n-1",
    level: float = 0.95,
) -> ScottPiResult:
    """Return Scott's pi of two raters Scott π（可加权）, incomplete pairs dropped.

    Parameters
    ----------
    ratings : shape (n, 2) grades (numbers or words, or Grades), rows evaluands, columns raters, NaN where missing.
    weights : ``"identity"``, ``"linear"``, ``"quadratic"``, ``"ordinal"`` (Gwet's) or a (q, q) matrix of agreement.
    categories : all categories of the scale, lowest first; ``None`` counts those that were used.
    divisor : of the variance over evaluands: ``"n-1"``, or ``"n"`` as R irrCAC's ``scott2.table``.
    level : confidence level.

    Returns
    -------
    ScottPiResult
        NaN, with a caveat, where all ratings are one category; the interval is NaN where the standard error is 0.

    Raises
    ------
    DataError
        Malformed ratings, categories or weights; weights on words whose order nobody gave.
    MethodError
        More than two raters, or an option that does not exist.

    Notes
    -----
    pi = (pa - pe) / (1 - pe), pe = sum w_kl pi_k pi_l with pi_k the mean of both raters' shares: Fleiss' kappa of two
    raters. Interval: t(n-1), linearised variance over evaluands, upper limit cut at 1; p two-sided. Not where the
    raters' leniency itself is in question (pi counts it as disagreement), nor where one category prevails. Source:
    Scott (1955); Gwet (2014), chapter 2. Verified against R irrCAC 1.0 ``scott2.table`` by the golden records, run
    in ``tests/reliability``.

    Examples
    --------
    >>> round(scott_pi([[1, 1], [2, 2], [2, 3], [3, 3]]).value, 4)
    0.619
    """
    return coefficient(
        ScottPiResult,
        pooled_chance,
        "scott_pi",
        SCOTT,
        ratings,
        graded=_two_raters(ratings, categories, "Scott π"),
        weights=weights,
        categories=None,
        missing="listwise",
        divisor=divisor,
        level=level,
    )
