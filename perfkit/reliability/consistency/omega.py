"""McDonald's omega total McDonald ω: reliability of a sum score under one factor, by likelihood or minimum residuals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from perfkit.reliability.bootstrap import REPLICATES, SEED, Counts, Seed, Statistic
from perfkit.reliability.consistency.answers import (
    NOISE,
    Answers,
    answers,
    correlations,
    drawn_covariances,
    drawn_interval,
    few_drawn,
    reservations,
    shortage,
)
from perfkit.reliability.consistency.factor import (
    GREATEST_COMMUNALITY,
    SMALLEST_EIGENVALUE,
    likelihood_one_factor,
    likelihood_slopes,
    minres_one_factor,
)
from perfkit.reliability.coverage import covered, scores_region
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    checked_level,
    no_interval,
    small_sample,
    unknown_choice,
)
from perfkit.reliability.ratings import FloatMatrix, Ratings
from perfkit.result import Caveat, Interval

ESTIMATORS = ("ml", "minres")
METRICS = ("covariance", "correlation")
INTERVALS = ("bootstrap", "delta", "none")
FEWEST_ITEMS = 3
# Below this the normal approximation of the Wald interval is not to be leaned on.
FEWEST_ROWS = 50
SOURCE = "McDonald 1999; Raykov 2001"


@dataclass(frozen=True, slots=True, kw_only=True)
class OmegaResult(EstimateResult):
    """McDonald's omega total McDonald ω with the one-factor model it rests on.

    ``loadings`` and ``uniquenesses`` per item, in the items' own units for ``metric="covariance"``, else standardized.
    """

    kind: ClassVar[str] = "omega_total"

    n_items: int
    estimator: str
    metric: str
    items: tuple[str, ...] = ()
    loadings: tuple[float, ...] = ()
    uniquenesses: tuple[float, ...] = ()


def omega_total(
    ratings: Ratings,
    *,
    estimator: Literal["ml", "minres"] = "ml",
    metric: Literal["covariance", "correlation"] = "covariance",
    interval: Literal["bootstrap", "delta", "none"] = "bootstrap",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
    formative: bool = False,
) -> OmegaResult:
    """Return McDonald's omega total McDonald ω of a multi-item questionnaire or expert scale with one factor.

    Parameters
    ----------
    ratings : shape (n, k), rows respondents or evaluands, columns at least 3 items of one scale, any unit; NaN where
        missing (rows with a missing score are dropped, then counted).
    estimator : ``"ml"``, a congeneric confirmatory model by normal maximum likelihood (as R lavaan), or ``"minres"``,
        minimum residuals (as R psych), which works on singular matrices too.
    metric : reliability of the sum of the items as scored (``"covariance"``) or of standardized items.
    interval : ``"bootstrap"`` (percentile, rows drawn), ``"delta"`` (Wald, expected information, as R lavaan; with
        ``"ml"`` only: it leaves the range in small samples) or ``"none"``. ``"minres"`` has no delta interval: it comes
        without one and says so.
    level : confidence level, fraction of 1.
    replicates, seed : of the bootstrap.
    formative : say ``True`` for indicators that form the score, and the call is refused.

    Returns
    -------
    OmegaResult
        NaN with a caveat for fewer than 3 items (not identified) or 2 complete rows, an item of one value, a singular
        matrix under ``"ml"``, or an iteration that did not converge. A Heywood case is kept, with a caveat.

    Raises
    ------
    DataError, MethodError
        A malformed table; an unknown option, a level outside (0, 1), or ``formative`` indicators.

    Notes
    -----
    omega = (Σ l)²/((Σ l)² + Σ u), loadings l and uniquenesses u of x_j = l_j·f + e_j. Maximum likelihood minimises
    log|Σ| + tr(SΣ⁻¹) with S of divisor n; its standard error is that of the expected information with n rows, and the
    limits are not cut at 0 and 1. Assumes one factor and uncorrelated errors; not for scales of several traits, nor for
    statutory indicators, which form the score and need not correlate. Minres bounds communalities at 0.995.
    Source: McDonald (1999), Test Theory, ch. 6; Raykov (2001), British J. of Mathematical and Statistical Psychology
    54, 315-323; Harman & Jones (1966), Psychometrika 31, 351-368. Verified against R lavaan 0.6-14 ``cfa`` and psych
    2.5.3 ``fa`` in the golden records and ``tests/reliability/test_consistency_omega.py``.

    Examples
    --------
    >>> scores = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = omega_total(scores, interval="delta")
    >>> round(found.value, 4), [caveat.code for caveat in found.caveats]
    (0.9102, ['SMALL_N', 'OUTSIDE_RANGE', 'COVERAGE_LOW'])
    """
    for name, found, known in (
        ("estimator", estimator, ESTIMATORS),
        ("metric", metric, METRICS),
        ("interval", interval, INTERVALS),
    ):
        if found not in known:
            raise unknown_choice(name, found, known)
    level = checked_level(level)
    answered = answers(ratings, formative=formative)
    caveats = shortage(answered, items=FEWEST_ITEMS)
    common: dict[str, Any] = {"interval": no_interval(level)}
    value = UNKNOWN
    loadings = uniquenesses = np.full((1, answered.k), UNKNOWN)
    if not caveats:
        caveats = reservations(answered)
        if not answered.constant.any():
            loadings, uniquenesses = _one_factor(answered.covariance[None], estimator, metric)
            value = float(_omega(loadings, uniquenesses)[0])
            caveats = (*caveats, *_fit_reasons(answered, loadings[0], uniquenesses[0], value, estimator))
        if not np.isnan(value):
            common, why = _limits(answered, value, estimator, metric, interval, level, replicates, seed)
            caveats = (*caveats, *why)
    result = OmegaResult(
        value=value,
        method=f"omega_total:{estimator}:{metric}",
        n_used=answered.n,
        n_dropped=answered.n_dropped,
        caveats=caveats,
        source=SOURCE,
        n_items=answered.k,
        estimator=estimator,
        metric=metric,
        items=answered.names,
        loadings=tuple(float(loading) for loading in loadings[0]),
        uniquenesses=tuple(float(uniqueness) for uniqueness in uniquenesses[0]),
        **common,
    )
    return covered(result, scores_region(answered.centred))


def _one_factor(covariances: FloatMatrix, estimator: str, metric: str) -> tuple[FloatMatrix, FloatMatrix]:
    """Return loadings and uniquenesses, shape (b, k) each, in the units of the metric; NaN where not converged."""
    if estimator == "minres":
        fitted = minres_one_factor(covariances if metric == "covariance" else correlations(covariances))
        return fitted.loadings, fitted.uniquenesses
    fitted = likelihood_one_factor(correlations(covariances))
    variance = np.diagonal(covariances, axis1=1, axis2=2) if metric == "covariance" else np.ones(1)
    return fitted.loadings * np.sqrt(variance), fitted.uniquenesses * variance


def _omega(loadings: FloatMatrix, uniquenesses: FloatMatrix) -> NDArray[np.float64]:
    """Return omega; NaN where the model leaves the total no variance."""
    common = loadings.sum(axis=1) ** 2
    total = common + uniquenesses.sum(axis=1)
    size = (loadings**2 + np.abs(uniquenesses)).sum(axis=1)
    ratio = np.divide(common, total, out=np.full(common.shape, UNKNOWN), where=total > NOISE * size)
    return np.asarray(ratio)


def _fit_reasons(
    answered: Answers, loadings: FloatMatrix, uniquenesses: FloatMatrix, value: float, estimator: str
) -> tuple[Caveat, ...]:
    """Return why the model failed or is improper."""
    if np.isnan(loadings).any():
        singular = np.linalg.eigvalsh(correlations(answered.covariance))[0] <= SMALLEST_EIGENVALUE
        if estimator == "ml" and singular:
            return (
                Caveat(
                    "SINGULAR_COVARIANCE",
                    "题项协方差矩阵奇异（题项完全重复，或有效行数不多于题数），极大似然无法估计；可用 minres",
                ),
            )
        return (
            Caveat("NOT_CONVERGED", "单因子模型迭代未收敛（没有有限解，或题项不共一个因子），ω 无法采用；可用 minres"),
        )
    caveats = []
    # Minres keeps the variance of each item; its bound is a share of it. Likelihood knows no bound but turns improper at 0.
    bound = (1 - GREATEST_COMMUNALITY) * (loadings**2 + uniquenesses) if estimator == "minres" else np.zeros(1)
    improper = np.flatnonzero(uniquenesses < bound)
    if improper.size:
        caveats.append(
            Caveat(
                "HEYWOOD_CASE",
                f"题项 {answered.named(improper)} 的误差方差估计为负或触及下界（Heywood 情形），ω 只作参考",
            )
        )
    if np.isnan(value):
        caveats.append(Caveat("NO_TOTAL_VARIANCE", "模型给出的总分方差不为正，ω 无法估计"))
    return tuple(caveats)


def _limits(
    answered: Answers,
    value: float,
    estimator: str,
    metric: str,
    interval: str,
    level: float,
    replicates: int,
    seed: Seed,
) -> tuple[dict[str, Any], tuple[Caveat, ...]]:
    """Return the interval's fields and their caveats."""
    common: dict[str, Any] = {"interval": no_interval(level)}
    if interval == "none":
        return common, ()
    if interval == "bootstrap":
        statistic = _draws(answered, estimator, metric)
        drawn = drawn_interval(statistic, answered, value=value, level=level, replicates=replicates, seed=seed)
        return drawn.fields(), (*drawn.caveats, *few_drawn(answered))
    if estimator == "minres":
        return common, (Caveat("INTERVAL_NOT_OFFERED", "minres 估计没有 delta 法区间；请用 ml，或用 bootstrap"),)
    se = _standard_error(answered, metric)
    if np.isnan(se):
        return common, (
            Caveat("NO_STANDARD_ERROR", "信息矩阵奇异（某一载荷接近 0，模型不可识别），标准误与区间无法估计"),
        )
    half = float(ndtri(0.5 + level / 2)) * se
    low, high = value - half, value + half
    caveats = [small_sample(answered.n, FEWEST_ROWS)] if answered.n < FEWEST_ROWS else []
    if low < 0 or high > 1:
        caveats.append(Caveat("OUTSIDE_RANGE", "Wald 区间越过 0–1，未截去：正态近似在此不可靠，另看 bootstrap"))
    return {"interval": Interval(low, high, level), "interval_method": "wald_delta", "se": se}, tuple(caveats)


def _standard_error(answered: Answers, metric: str) -> float:
    """Return the delta-method standard error; NaN where the information is singular.

    The model is fitted to correlations, where every implied variance is 1: parameters of the covariance metric are
    these times the deviations, standardized ones a function of the parameters.
    """
    k = answered.k
    matrix = correlations(answered.covariance)[None]
    fitted = likelihood_one_factor(matrix)
    loadings, uniquenesses = fitted.loadings[0], fitted.uniquenesses[0]
    _, information = likelihood_slopes(np.hstack([fitted.loadings, fitted.uniquenesses]), matrix)
    unit = np.sqrt(np.diag(information[0]))
    scaled = information[0] / (unit[:, None] * unit[None, :])
    if np.linalg.eigvalsh(scaled)[0] <= SMALLEST_EIGENVALUE:
        return UNKNOWN
    deviation = np.sqrt(np.diag(answered.covariance)) if metric == "covariance" else np.ones(k)
    common, errors = float((loadings * deviation).sum()), float((uniquenesses * deviation**2).sum())
    total = common**2 + errors
    by_loading = 2 * common * errors / total**2 * deviation
    by_uniqueness = -(common**2) / total**2 * deviation**2
    if metric == "correlation":
        # l/σ and u/σ² with σ² = l² + u = 1.
        by_loading, by_uniqueness = (
            by_loading * (1 - loadings**2) - by_uniqueness * 2 * loadings * uniquenesses,
            -by_loading * loadings / 2 + by_uniqueness * loadings**2,
        )
    gradient = np.concatenate([by_loading, by_uniqueness]) / unit
    return math.sqrt(float(gradient @ np.linalg.solve(scaled, gradient)) / answered.n)


def _draws(answered: Answers, estimator: str, metric: str) -> Statistic:
    """Return omega as a function of counts; NaN where an item has no variance among those drawn or no model fits."""
    floor = NOISE * np.diag(answered.covariance)

    def statistic(counts: Counts) -> NDArray[np.float64]:
        covariances = drawn_covariances(counts, answered.centred)
        known = (np.diagonal(covariances, axis1=1, axis2=2) > floor).all(axis=1)
        values = np.full(len(counts), UNKNOWN)
        if known.any():
            values[known] = _omega(*_one_factor(covariances[known], estimator, metric))
        return values

    return statistic
