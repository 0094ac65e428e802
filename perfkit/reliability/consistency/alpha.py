"""Cronbach's alpha 克朗巴赫 α, with Feldt's exact interval or a bootstrap over rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri

from perfkit.reliability.bootstrap import REPLICATES, SEED, Counts, Seed
from perfkit.reliability.consistency.answers import (
    NOISE,
    Answers,
    answers,
    correlations,
    drawn_covariances,
    drawn_interval,
    drawn_sums,
    few_drawn,
    reservations,
    shortage,
)
from perfkit.reliability.coverage import covered, scores_region
from perfkit.reliability.estimate import UNKNOWN, EstimateResult, checked_level, no_interval, unknown_choice
from perfkit.reliability.ratings import FloatMatrix, Ratings
from perfkit.result import Caveat, Interval

INTERVALS = ("feldt", "bootstrap", "none")
SOURCE = "Cronbach 1951; Feldt 1965"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaResult(EstimateResult):
    """Cronbach's alpha 克朗巴赫 α: ``n_items`` items, ``standardized`` where it rests on correlations."""

    kind: ClassVar[str] = "cronbach_alpha"

    n_items: int
    standardized: bool = False


def cronbach_alpha(
    ratings: Ratings,
    *,
    standardized: bool = False,
    interval: Literal["feldt", "bootstrap", "none"] = "feldt",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
    formative: bool = False,
) -> AlphaResult:
    """Return Cronbach's alpha 克朗巴赫 α of a multi-item questionnaire or expert scale.

    Parameters
    ----------
    ratings : shape (n, k), rows respondents or evaluands, columns items of one scale keyed the same way, any unit; NaN
        where missing (rows with a missing score are dropped, then counted).
    standardized : from the correlations in place of the covariances.
    interval : ``"feldt"`` (exact under parallel normal items; not for the standardized form, which then has none),
        ``"bootstrap"`` (percentile, rows drawn) or ``"none"``.
    level : confidence level, fraction of 1.
    replicates, seed : of the bootstrap.
    formative : say ``True`` for indicators that form the score, and the call is refused.

    Returns
    -------
    AlphaResult
        Value ≤ 1, negative where items run against one another. NaN with a caveat for fewer than 2 items or 2
        complete rows, or where the totals have no variance. An item of one value stays in the raw form and makes the
        standardized one NaN.

    Raises
    ------
    DataError, MethodError
        A malformed table; an unknown option, a level outside (0, 1), or ``formative`` indicators.

    Notes
    -----
    alpha = k/(k-1) · (1 - Σ var(item) / var(total)); standardized: the same on the correlation matrix. Feldt: limits
    1 - (1-alpha)·F(1-a/2) and 1 - (1-alpha)·F(a/2) with n-1 and (n-1)(k-1) degrees of freedom, n the rows kept (not
    the cells). It equals ICC(C,k). Assumes items that measure one trait with equal loadings and uncorrelated
    errors: with unequal loadings it is a lower bound, and `omega_total` is the coefficient to report; correlated errors
    raise it. Not for statutory indicators: they form the score, need not correlate, and high consistency among them
    would be redundancy. Not evidence of one dimension.
    Source: Cronbach (1951), Psychometrika 16, 297-334, eq. 2; Feldt (1965), Psychometrika 30, 357-370. Verified
    against R psych 2.5.3 ``alpha``, cocron 1.0.1 ``cronbach.alpha.CI`` and pingouin 0.6.1 in
    ``tests/reliability/test_consistency_alpha.py`` and the golden records.

    Examples
    --------
    >>> scores = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = cronbach_alpha(scores)
    >>> round(found.value, 4), round(found.interval.low, 4), round(found.interval.high, 4)
    (0.9093, 0.6757, 0.9859)
    """
    if interval not in INTERVALS:
        raise unknown_choice("interval", interval, INTERVALS)
    level = checked_level(level)
    answered = answers(ratings, formative=formative)
    caveats = shortage(answered)
    value = UNKNOWN
    common: dict[str, Any] = {"interval": no_interval(level)}
    if not caveats:
        caveats = reservations(answered)
        value = _alpha(answered, standardized)
        if not np.isnan(value):
            common, why = _limits(answered, value, standardized, interval, level, replicates, seed)
            caveats = (*caveats, *why)
        elif not standardized or not answered.constant.any():
            caveats = (*caveats, Caveat("NO_TOTAL_VARIANCE", "总分没有变异（题项相互抵消），系数分母为 0，无法估计"))
    form = "standardized" if standardized else "raw"
    result = AlphaResult(
        value=value,
        method=f"cronbach_alpha:{form}:{common.get('interval_method', 'none')}",
        n_used=answered.n,
        n_dropped=answered.n_dropped,
        caveats=caveats,
        source=SOURCE,
        n_items=answered.k,
        standardized=standardized,
        **common,
    )
    return covered(result, scores_region(answered.centred, design=form))


def _alpha(answered: Answers, standardized: bool) -> float:
    """Return alpha of the sample; NaN where an item without variance or totals without variance forbid it."""
    if standardized and answered.constant.any():
        return UNKNOWN
    matrix = correlations(answered.covariance) if standardized else answered.covariance
    return float(_share(matrix.sum(), np.trace(matrix), answered.k, NOISE * float(np.trace(matrix))))


def _share(total: Any, items: Any, k: int, floor: float) -> NDArray[np.float64]:
    """Return alpha from the variance of the total and the sum of item variances; NaN where the total has none."""
    total = np.asarray(total, dtype=np.float64)
    known = total > floor
    ratio = np.divide(items, total, out=np.full(total.shape, UNKNOWN), where=known)
    return np.asarray(k / (k - 1) * (1 - ratio))


def _limits(
    answered: Answers, value: float, standardized: bool, interval: str, level: float, replicates: int, seed: Seed
) -> tuple[dict[str, Any], tuple[Caveat, ...]]:
    """Return the interval's fields and their caveats."""
    common: dict[str, Any] = {"interval": no_interval(level)}
    if interval == "none":
        return common, ()
    if interval == "bootstrap":
        statistic = _standardized_draws(answered) if standardized else _raw_draws(answered)
        drawn = drawn_interval(statistic, answered, value=value, level=level, replicates=replicates, seed=seed)
        return drawn.fields(), (*drawn.caveats, *few_drawn(answered))
    if standardized:
        return common, (
            Caveat("INTERVAL_NOT_OFFERED", "Feldt 区间只适用于由协方差计算的 α；标准化 α 的区间请用 bootstrap"),
        )
    common["interval"] = _feldt(value, answered.n, answered.k, level)
    common["interval_method"] = "feldt"
    perfect = 1 - value <= NOISE
    return common, (
        (Caveat("NO_ERROR_VARIANCE", "各题项得分完全平行，误差方差为 0，区间退化为一点，不表示总体确无误差"),)
        if perfect
        else ()
    )


def _feldt(value: float, n: int, k: int, level: float) -> Interval:
    """Return Feldt's interval: (1 - true alpha)/(1 - alpha) follows F with n-1 and (n-1)(k-1) degrees of freedom."""
    high, low = fdtri(n - 1, (n - 1) * (k - 1), [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(1 - (1 - value) * low), float(1 - (1 - value) * high), level)


def _raw_draws(answered: Answers) -> Any:
    """Return raw alpha as a function of counts: item sums, the sum of squares and that of squared totals suffice."""
    n, k = answered.n, answered.k
    floor = NOISE * float(np.trace(answered.covariance))

    def features(rows: FloatMatrix) -> FloatMatrix:
        return np.column_stack([rows, (rows**2).sum(axis=1), rows.sum(axis=1) ** 2])

    def statistic(counts: Counts) -> NDArray[np.float64]:
        sums = drawn_sums(counts, answered.centred, features)
        items = (sums[:, k] - (sums[:, :k] ** 2).sum(axis=1) / n) / (n - 1)
        total = (sums[:, k + 1] - sums[:, :k].sum(axis=1) ** 2 / n) / (n - 1)
        return _share(total, items, k, floor)

    return statistic


def _standardized_draws(answered: Answers) -> Any:
    """Return standardized alpha as a function of counts; NaN where an item has no variance among those drawn."""
    k = answered.k
    floor = NOISE * np.diag(answered.covariance)

    def statistic(counts: Counts) -> NDArray[np.float64]:
        covariance = drawn_covariances(counts, answered.centred)
        known = (np.diagonal(covariance, axis1=1, axis2=2) > floor).all(axis=1)
        values = np.full(len(counts), UNKNOWN)
        values[known] = _share(correlations(covariance[known]).sum(axis=(1, 2)), float(k), k, NOISE * k)
        return values

    return statistic
