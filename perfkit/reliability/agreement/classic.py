"""Older forms of agreement 一致系数的经典形式: all raters agree, Fleiss with his null test, Light's mean of kappas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar, Literal

import numpy as np
from scipy.special import ndtr, ndtri

from perfkit.errors import MethodError, Problem
from perfkit.reliability.agreement.coefficient import AgreementResult, undefined_reasons
from perfkit.reliability.agreement.units import (
    ROUNDING,
    FloatArray,
    Units,
    pair_agreement,
    rated_units,
    sample_region,
)
from perfkit.reliability.agreement.weights import Weights, check_order, weight_matrix
from perfkit.reliability.bootstrap import REPLICATES, SEED, Counts, Seed, bootstrap
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
    unknown_choice,
)
from perfkit.reliability.grades import GradeRatings, grades
from perfkit.result import Caveat, Interval
from perfkit.terms.reliability import Statistic

# Scores with decimals differ by their binary rounding: so many units in the last place still count as equal.
SNAP = 8 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllRatersAgreeResult(EstimateResult):
    """Share of evaluands on which all raters agree 全体一致率, a share of 1; ``agreed`` is their number."""

    kind: ClassVar[str] = Statistic.ALL_RATERS_AGREE.value

    agreed: int
    tolerance: float
    n_raters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FleissKappaClassicResult(AgreementResult):
    """Fleiss' kappa with his null test; ``z`` = value / ``se``, and kappa, z and p of each category by itself."""

    kind: ClassVar[str] = Statistic.FLEISS_KAPPA_CLASSIC.value

    z: float = UNKNOWN
    per_category_kappa: tuple[float, ...] = ()
    per_category_z: tuple[float, ...] = ()
    per_category_p: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LightKappaResult(EstimateResult):
    """Light's kappa; ``pairwise`` holds the kappa of each pair of raters, named by ``pairs``."""

    kind: ClassVar[str] = Statistic.LIGHT_KAPPA.value

    weights: str
    categories: tuple[Any, ...]
    n_raters: int
    pairs: tuple[tuple[str, str], ...] = ()
    pairwise: tuple[float, ...] = ()


def all_raters_agree(
    ratings: GradeRatings,
    *,
    tolerance: float = 0.0,
    categories: Sequence[Any] | None = None,
    level: float = 0.95,
) -> AllRatersAgreeResult:
    """Return the share of evaluands on which all raters agree within a tolerance 全体一致率, incomplete ones dropped.

    Parameters
    ----------
    ratings : shape (n, k) scores or grades (numbers or words, or Grades), rows evaluands, columns raters, NaN missing.
    tolerance : the largest difference between the highest and the lowest rating that still agrees, >= 0, in the unit
        of the ratings; for words in steps of ``categories``.
    categories : all categories of the scale, lowest first; needed for words with a tolerance above 0.
    level : confidence level.

    Returns
    -------
    AllRatersAgreeResult
        A share of 1; the Wilson interval of that share.

    Raises
    ------
    DataError
        Malformed ratings; words whose order nobody gave, with a tolerance above 0.
    MethodError
        A negative tolerance.

    Notes
    -----
    value = #(max - min <= tolerance) / n over complete evaluands; a difference above the tolerance by no more than the
    rounding of binary floats is within it. Interval: Wilson score, evaluands independent. Not for comparing panels of
    different size: the more raters, the rarer that all agree. Source: R irr ``agree``; Wilson (1927), JASA 22,
    209-212. Verified against R irr 0.84.1 ``agree`` (in percent) by the golden records, run in ``tests/reliability``.

    Examples
    --------
    >>> all_raters_agree([[90, 91], [85, 85], [70, 75], [60, 61]], tolerance=1).value
    0.75
    """
    level = checked_level(level)
    if not tolerance >= 0:
        raise MethodError(
            Problem(
                code="AG-TOLERANCE",
                where="tolerance",
                expected="大于等于 0 的容许差",
                found=f"{tolerance:g}",
                mend="给出最高分与最低分之间容许的差，完全一致为 0",
            )
        )
    graded = grades(ratings, categories=categories)
    if tolerance > 0:
        check_order(graded)
    units = rated_units(graded, ratings, "listwise")
    common: dict[str, Any] = {
        "method": f"all_raters_agree:{tolerance:g}",
        "source": "R irr agree; Wilson (1927), JASA 22, 209-212",
        "n_used": units.n,
        "n_dropped": units.n_dropped,
        "tolerance": float(tolerance),
        "n_raters": units.k,
    }
    if units.n == 0 or units.k < 2:
        caveat = too_few(0, 1) if units.n == 0 else too_few_raters(units.k, 2)
        return AllRatersAgreeResult(value=UNKNOWN, interval=no_interval(level), agreed=0, caveats=(caveat,), **common)
    given = graded.values[units.rows]
    slack = SNAP * float(np.abs(given).max())
    agreed = int(units.counts[np.ptp(given, axis=1) <= tolerance + slack].sum())
    result = AllRatersAgreeResult(
        value=agreed / units.n,
        interval=_wilson(agreed, units.n, level),
        interval_method="wilson",
        agreed=agreed,
        **common,
    )
    return covered(result, sample_region(units))


def _wilson(successes: int, n: int, level: float) -> Interval:
    """Return the Wilson score interval of a share."""
    z = float(ndtri(0.5 + level / 2))
    share = successes / n
    base = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / base
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / base
    # At its ends the formula gives the end exactly; rounding must not put the limit beside the share.
    low = max(0.0, centre - half) if successes else 0.0
    return Interval(low, min(1.0, centre + half) if successes < n else 1.0, level)


def fleiss_kappa_classic(
    ratings: GradeRatings, *, categories: Sequence[Any] | None = None, level: float = 0.95
) -> FleissKappaClassicResult:
    """Return Fleiss' kappa with the test of kappa = 0 and the kappas per category Fleiss κ（经典检验）.

    Parameters
    ----------
    ratings : shape (n, k) grades (numbers or words, or Grades), rows evaluands, columns raters; evaluands with a
        missing rating are dropped.
    categories : all categories of the scale; ``None`` counts those that were used.
    level : confidence level, kept in the (empty) interval.

    Returns
    -------
    FleissKappaClassicResult
        ``se`` holds only where kappa is 0, so there is no interval: take that of ``fleiss_kappa``. NaN, with a
        caveat, where all ratings are one category; a category that nobody, or everybody, used has NaN as its kappa.

    Raises
    ------
    DataError
        Malformed ratings or categories.

    Notes
    -----
    kappa = (pa - pe) / (1 - pe), pe = sum p_j^2; null variance with q_j = 1 - p_j, N evaluands and m raters:
    2 [(sum p_j q_j)^2 - sum p_j q_j (q_j - p_j)] / [N m (m - 1) (sum p_j q_j)^2]; per category
    1 - sum_i n_ij (m - n_ij) / (N m (m - 1) p_j q_j), null variance 2 / (N m (m - 1)). Source: Fleiss (1971),
    Psychological Bulletin 76, 378-382; Fleiss, Nee and Landis (1979), Psychological Bulletin 86, 974-977.
    Verified against R irr 0.84.1 ``kappam.fleiss`` and statsmodels 0.15.0 ``fleiss_kappa`` by the golden records, run
    in ``tests/reliability``.

    Examples
    --------
    >>> result = fleiss_kappa_classic([[1, 1, 1], [2, 2, 3], [3, 3, 3], [1, 2, 1]])
    >>> round(result.value, 4), [round(kappa, 3) for kappa in result.per_category_kappa]
    (0.4894, [0.657, 0.111, 0.625])
    """
    level = checked_level(level)
    graded = grades(ratings, categories=categories)
    matrix, name = weight_matrix(graded, "identity")
    units = rated_units(graded, ratings, "listwise")
    common: dict[str, Any] = {
        "method": "fleiss_kappa_classic",
        "source": "Fleiss (1971), Psychological Bulletin 76, 378-382; Fleiss, Nee & Landis (1979), ibid. 86, 974-977",
        "n_used": units.n,
        "n_dropped": units.n_dropped,
        "interval": no_interval(level),
        "weights": name,
        "categories": graded.categories,
        "n_raters": units.k,
        "n_pairable": units.n,
    }
    reasons = undefined_reasons(units, units.n)
    if reasons:
        return FleissKappaClassicResult(value=UNKNOWN, pa=UNKNOWN, pe=UNKNOWN, caveats=reasons, **common)
    pa = float(units.counts @ pair_agreement(units.rows, matrix)) / units.n
    shares = units.rater_categories().sum(axis=0) / (units.n * units.k)
    rest = 1 - shares
    varied = float(shares @ rest)
    common |= {"pa": pa, "pe": 1 - varied}
    if varied <= ROUNDING:
        return FleissKappaClassicResult(value=UNKNOWN, caveats=(no_variance(),), **common)
    value = (pa - 1 + varied) / varied
    pairs = units.n * units.k * (units.k - 1)
    null = 2 * (varied**2 - float((shares * rest * (rest - shares)).sum())) / (pairs * varied**2)
    se = math.sqrt(null)
    single, caveats = _category_kappas(units, shares, graded.categories)
    each = single * math.sqrt(pairs / 2)
    return FleissKappaClassicResult(
        value=value,
        se=se,
        z=value / se,
        p=2 * float(ndtr(-abs(value / se))),
        test="z, null variance of Fleiss, Nee & Landis, H0: kappa = 0, two-sided",
        per_category_kappa=tuple(single.tolist()),
        per_category_z=tuple(each.tolist()),
        per_category_p=tuple((2 * ndtr(-np.abs(each))).tolist()),
        caveats=caveats,
        **common,
    )


def _category_kappas(
    units: Units, shares: FloatArray, categories: tuple[Any, ...]
) -> tuple[FloatArray, tuple[Caveat, ...]]:
    """Return shape (q,): kappa of each category against all others, NaN where nobody or everybody used it."""
    split = np.zeros(units.q)
    for place in range(units.q):
        chosen = np.count_nonzero(units.rows == place, axis=1)
        split[place] = units.counts @ (chosen * (units.k - chosen))
    expected = units.n * units.k * (units.k - 1) * shares * (1 - shares)
    used = expected > 0
    kappas = np.full(units.q, UNKNOWN)
    kappas[used] = 1 - split[used] / expected[used]
    absent = "、".join(str(name) for name, known in zip(categories, used, strict=True) if not known)
    caveats = (Caveat("UNUSED_CATEGORY", f"等级 {absent} 无人使用，该等级的 κ 无法估计"),) if absent else ()
    return kappas, caveats


def light_kappa(
    ratings: GradeRatings,
    *,
    weights: Weights = "identity",
    categories: Sequence[Any] | None = None,
    interval: Literal["none", "bootstrap"] = "none",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
) -> LightKappaResult:
    """Return Light's kappa: the mean of Cohen's kappas of all pairs of raters Light κ（两两 κ 的均值）.

    Parameters
    ----------
    ratings : shape (n, k) grades (numbers or words, or Grades), rows evaluands, columns raters; evaluands with a
        missing rating are dropped.
    weights : ``"identity"``, ``"linear"``, ``"quadratic"``, ``"ordinal"`` (Gwet's) or a (q, q) matrix of agreement.
    categories : all categories of the scale, lowest first; ``None`` counts those that were used.
    interval : ``"none"``, or ``"bootstrap"`` (percentile, over evaluands): no sound analytic interval is known.
    level : confidence level.
    replicates, seed : of the bootstrap.

    Returns
    -------
    LightKappaResult
        NaN, with a caveat, where two raters both use one and the same category (0/0). Where a rater is constant the
        pairs with that rater have kappa 0 by construction, and the interval is NaN, with a caveat.

    Raises
    ------
    DataError
        Malformed ratings, categories or weights; weights on words whose order nobody gave.
    MethodError
        An option that does not exist.

    Notes
    -----
    value = mean over g < h of (po_gh - pe_gh) / (1 - pe_gh). Not with missing ratings that are many (only complete
    evaluands count). Source: Light (1971), Psychological Bulletin 76, 365-377. Verified against R irr 0.84.1
    ``kappam.light`` by the golden records, run in ``tests/reliability``.

    Examples
    --------
    >>> result = light_kappa([[1, 1, 1], [2, 2, 3], [3, 3, 3], [1, 2, 1]])
    >>> round(result.value, 4), [round(kappa, 4) for kappa in result.pairwise]
    (0.5232, [0.6364, 0.6, 0.3333])
    """
    level = checked_level(level)
    if interval not in ("none", "bootstrap"):
        raise unknown_choice("interval", interval, ("none", "bootstrap"))
    graded = grades(ratings, categories=categories)
    matrix, name = weight_matrix(graded, weights)
    units = rated_units(graded, ratings, "listwise")
    common: dict[str, Any] = {
        "method": f"light_kappa:{name}",
        "source": "Light (1971), Psychological Bulletin 76, 365-377",
        "n_used": units.n,
        "n_dropped": units.n_dropped,
        "weights": name,
        "categories": graded.categories,
        "n_raters": units.k,
    }
    reasons = undefined_reasons(units, units.n)
    if reasons:
        return LightKappaResult(value=UNKNOWN, interval=no_interval(level), caveats=reasons, **common)
    pairwise = _pairwise_kappas(units, matrix, units.counts[None, :].astype(np.float64))[0]
    value = float(pairwise.mean())
    common |= {"pairs": tuple(combinations(units.raters, 2)), "pairwise": tuple(pairwise.tolist()), "value": value}
    constant = units.constant_raters()
    caveats = (constant_rater("、".join(constant)),) if constant else ()
    if math.isnan(value):
        caveats = (no_variance(), *caveats)
    if interval == "none" or caveats:
        return LightKappaResult(interval=no_interval(level), caveats=caveats, **common)

    def statistic(counts: Counts) -> FloatArray:
        means: FloatArray = _pairwise_kappas(units, matrix, counts).mean(axis=1)
        return means

    drawn = bootstrap(
        statistic,
        len(units.counts),
        value=value,
        level=level,
        replicates=replicates,
        seed=seed,
        patterns=units.counts,
    )
    result = LightKappaResult(**drawn.fields(), caveats=drawn.caveats, **common)
    return covered(result, sample_region(units, name))


def _pairwise_kappas(units: Units, weights: FloatArray, counts: Counts) -> FloatArray:
    """Return shape (b, pairs): Cohen's kappa of every pair of raters in each of b samples of the patterns."""
    n = counts.sum(axis=1)
    chosen = [np.eye(units.q)[units.rows[:, rater]] for rater in range(units.k)]
    margins = [counts @ table / n[:, None] for table in chosen]
    kappas = []
    for one, other in combinations(range(units.k), 2):
        agreement = weights[units.rows[:, one], units.rows[:, other]]
        observed = counts @ agreement / n
        expected = ((margins[one] @ weights) * margins[other]).sum(axis=1)
        room = 1 - expected
        kappa = np.full(len(n), UNKNOWN)
        np.divide(observed - expected, room, out=kappa, where=room > ROUNDING)
        kappa[np.abs(kappa) <= ROUNDING] = 0.0
        kappas.append(kappa)
    return np.stack(kappas, axis=1)
