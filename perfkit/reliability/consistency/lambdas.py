"""Guttman's six lambdas Guttman λ: lower bounds of reliability, with the best, worst and mean split into halves."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.bootstrap import REPLICATES, SEED, Counts, Seed
from perfkit.reliability.consistency.answers import (
    NOISE,
    answers,
    correlations,
    drawn_covariances,
    drawn_interval,
    few_drawn,
    reservations,
    shortage,
)
from perfkit.reliability.coverage import covered, scores_region
from perfkit.reliability.estimate import UNKNOWN, EstimateResult, checked_level, no_interval, unknown_choice
from perfkit.reliability.ratings import FloatMatrix, Ratings
from perfkit.result import Caveat

METRICS = ("covariance", "correlation")
INTERVALS = ("bootstrap", "none")
# Up to 92,378 splits are all looked at; past that, a seeded search.
MOST_ITEMS_SPLIT = 20
SEARCH_STARTS = 200
SEARCH_SEED = 20200225
SOURCE = "Guttman 1945"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuttmanResult(EstimateResult):
    """Guttman's lambdas Guttman λ: ``value`` and its interval are those of ``lambda2``.

    ``lambda4``, ``split_half_min`` and ``split_half_mean`` are the greatest, least and mean coefficient
    4·cov(A, B)/var(total) over the splits into halves as equal as can be; ``splits`` is how many there are, ``searched``
    whether greatest and least come from a search in place of all of them.
    """

    kind: ClassVar[str] = "guttman_lambdas"

    n_items: int
    metric: str
    lambda1: float = UNKNOWN
    lambda2: float = UNKNOWN
    lambda3: float = UNKNOWN
    lambda4: float = UNKNOWN
    lambda5: float = UNKNOWN
    lambda6: float = UNKNOWN
    split_half_min: float = UNKNOWN
    split_half_mean: float = UNKNOWN
    splits: int = 0
    searched: bool = False


def guttman_lambdas(
    ratings: Ratings,
    *,
    metric: Literal["covariance", "correlation"] = "covariance",
    interval: Literal["bootstrap", "none"] = "bootstrap",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
    formative: bool = False,
) -> GuttmanResult:
    """Return Guttman's lambda 1 to 6 Guttman λ of a multi-item questionnaire, lambda2 as the value.

    Parameters
    ----------
    ratings : shape (n, k), rows respondents or evaluands, columns items of one scale keyed the same way, any unit; NaN
        where missing (rows with a missing score are dropped, then counted).
    metric : ``"covariance"`` as Guttman wrote, or ``"correlation"`` (standardized items, as R psych does).
    interval : ``"bootstrap"`` (percentile, rows drawn, for lambda2) or ``"none"``: no sound analytic interval is known.
    level : confidence level, fraction of 1.
    replicates, seed : of the bootstrap.
    formative : say ``True`` for indicators that form the score, and the call is refused.

    Returns
    -------
    GuttmanResult
        NaN with a caveat for fewer than 2 items or 2 complete rows, or where the totals have no variance; on
        correlations also where an item has one value.

    Raises
    ------
    DataError, MethodError
        A malformed table; an unknown option, a level outside (0, 1), or ``formative`` indicators.

    Notes
    -----
    With V the variance of the total, C the matrix, S = Σ squared off-diagonal entries: λ1 = 1 - tr C/V; λ2 = λ1 +
    √(S·k/(k-1))/V; λ3 = λ1·k/(k-1), Cronbach's alpha; λ4 = greatest 4·cov(A, B)/V over halves of k//2 and k - k//2
    items; λ5 = λ1 + 2√(greatest column sum of squared off-diagonal entries)/V; λ6 = 1 - Σ e²/V, e² the residual variance
    of an item regressed on the others. Each is a lower bound in the population; in small samples λ4 and λ6 sit too
    high, λ4 because it is the luckiest of all splits. Up to 20 items all splits are formed; beyond, a seeded pair-swap
    search bounds λ4 from below and the least from above (caveat SPLITS_SEARCHED) while the mean stays exact. Not for
    statutory indicators, which form the score and need not correlate.
    Source: Guttman (1945), Psychometrika 10, 255-282. Verified against R psych 2.5.3
    ``guttman`` and ``smc`` and R 4.2.2 formulae in the golden records; ``tests/reliability/test_consistency_lambdas.py``.

    Examples
    --------
    >>> scores = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = guttman_lambdas(scores, interval="none")
    >>> round(found.lambda2, 4), round(found.lambda4, 4), found.splits
    (0.9131, 0.9251, 3)
    """
    if metric not in METRICS:
        raise unknown_choice("metric", metric, METRICS)
    if interval not in INTERVALS:
        raise unknown_choice("interval", interval, INTERVALS)
    level = checked_level(level)
    answered = answers(ratings, formative=formative)
    caveats = shortage(answered)
    common: dict[str, Any] = {"interval": no_interval(level)}
    found: dict[str, Any] = {"value": UNKNOWN}
    if not caveats:
        caveats = reservations(answered)
        standardized = metric == "correlation"
        if not (standardized and answered.constant.any()):
            matrix = correlations(answered.covariance) if standardized else answered.covariance
            found, why = _lambdas(matrix)
            caveats = (*caveats, *why)
        if interval == "bootstrap" and not np.isnan(found["value"]):
            statistic = _draws(answered.centred, answered.covariance, standardized)
            drawn = drawn_interval(
                statistic, answered, value=found["value"], level=level, replicates=replicates, seed=seed
            )
            common = drawn.fields()
            caveats = (*caveats, *drawn.caveats, *few_drawn(answered))
    result = GuttmanResult(
        method=f"guttman_lambda2:{metric}",
        n_used=answered.n,
        n_dropped=answered.n_dropped,
        caveats=caveats,
        source=SOURCE,
        n_items=answered.k,
        metric=metric,
        **found,
        **common,
    )
    return covered(result, scores_region(answered.centred))


def _lambdas(matrix: FloatMatrix) -> tuple[dict[str, Any], tuple[Caveat, ...]]:
    """Return all lambdas by name, and the caveats of the matrix."""
    k = len(matrix)
    trace, total = float(np.trace(matrix)), float(matrix.sum())
    if total <= NOISE * trace:
        return {"value": UNKNOWN}, (
            Caveat("NO_TOTAL_VARIANCE", "总分没有变异（题项相互抵消），系数分母为 0，无法估计"),
        )
    squared = matrix**2
    np.fill_diagonal(squared, 0.0)
    first = 1 - trace / total
    second = float(_second(matrix[None])[0])
    greatest, least, splits, searched = _extreme_splits(matrix, total)
    found = {
        "value": second,
        "lambda1": first,
        "lambda2": second,
        "lambda3": first * k / (k - 1),
        "lambda4": greatest,
        "lambda5": first + 2 * math.sqrt(float(squared.sum(axis=0).max())) / total,
        "lambda6": 1 - float(_residual_variances(matrix).sum()) / total,
        "split_half_min": least,
        "split_half_mean": 1 - (trace + _mean_product(k) * (total - trace)) / total,
        "splits": splits,
        "searched": searched,
    }
    return found, (
        (
            Caveat(
                "SPLITS_SEARCHED",
                f"题项 {k} 个，对半分法 {splits} 种未全部枚举：λ4 为局部搜索所得下界，最小值为上界，均值精确",
            ),
        )
        if searched
        else ()
    )


def _second(matrices: FloatMatrix) -> NDArray[np.float64]:
    """Return lambda2 of a stack of matrices; NaN where the total has no variance."""
    k = matrices.shape[-1]
    trace = np.trace(matrices, axis1=1, axis2=2)
    total = matrices.sum(axis=(1, 2))
    off = (matrices**2).sum(axis=(1, 2)) - (np.diagonal(matrices, axis1=1, axis2=2) ** 2).sum(axis=1)
    bound = np.sqrt(np.maximum(off, 0.0) * k / (k - 1))
    ratio = np.divide(bound - trace, total, out=np.full(total.shape, UNKNOWN), where=total > NOISE * trace)
    return np.asarray(1 + ratio)


def _residual_variances(matrix: FloatMatrix) -> FloatMatrix:
    """Return each item's residual variance given the others, by the pseudo-inverse where these are collinear."""
    residuals = np.empty(len(matrix))
    for place in range(len(matrix)):
        others = np.delete(np.arange(len(matrix)), place)
        row = matrix[place, others]
        weights = np.linalg.pinv(matrix[np.ix_(others, others)], rcond=NOISE, hermitian=True) @ row
        residuals[place] = max(0.0, matrix[place, place] - float(row @ weights))
    return residuals


def _mean_product(k: int) -> float:
    """Return the mean over all splits of the product of two items' signs (+1 same half, -1 not)."""
    return -1 / (k - 1) if k % 2 == 0 else -1 / k


def _extreme_splits(matrix: FloatMatrix, total: float) -> tuple[float, float, int, bool]:
    """Return the greatest and least split-half coefficient, how many splits there are, and whether they were searched.

    With signs s of the two halves, 4·cov(A, B) = V - s'Cs.
    """
    k = len(matrix)
    half = k // 2
    splits = math.comb(k, half) // (2 if k % 2 == 0 else 1)
    searched = k > MOST_ITEMS_SPLIT
    if searched:
        signs = np.concatenate([_swapped(matrix), _swapped(-matrix)])
    else:
        # For an even number the first item stays in the first half, so that no split is met twice.
        fixed = 1 if k % 2 == 0 else 0
        rest = itertools.combinations(range(fixed, k), half - fixed)
        chosen = np.fromiter(itertools.chain.from_iterable(rest), dtype=np.intp).reshape(splits, half - fixed)
        signs = np.full((splits, k), -1.0)
        signs[:, :fixed] = 1.0
        signs[np.arange(splits)[:, None], chosen] = 1.0
    products = np.einsum("mi,mi->m", signs @ matrix, signs)
    return float(1 - products.min() / total), float(1 - products.max() / total), splits, searched


def _swapped(matrix: FloatMatrix) -> FloatMatrix:
    """Return halves, as signs, that no swap of two items betters towards a small s'Cs, from seeded starts."""
    k = len(matrix)
    rng = np.random.default_rng(SEARCH_SEED)
    start = np.where(np.arange(k) < k // 2, 1.0, -1.0)
    signs = rng.permuted(np.tile(start, (SEARCH_STARTS, 1)), axis=1)
    diagonal = np.diag(matrix)
    pair = diagonal[:, None] + diagonal[None, :] - 2 * matrix
    floor = NOISE * float(np.abs(matrix).sum())
    moving = np.arange(SEARCH_STARTS)
    while moving.size:
        now = signs[moving]
        pull = now * (now @ matrix)
        # Swapping i of one half with j of the other adds this to s'Cs.
        change = 4 * (pair[None] - pull[:, :, None] - pull[:, None, :])
        change[now[:, :, None] == now[:, None, :]] = np.inf
        best = change.reshape(len(moving), -1).argmin(axis=1)
        gained = change.reshape(len(moving), -1)[np.arange(len(moving)), best] < -floor
        moving, best = moving[gained], best[gained]
        for item in (best // k, best % k):
            signs[moving, item] *= -1
    return signs


def _draws(centred: FloatMatrix, covariance: FloatMatrix, standardized: bool) -> Any:
    """Return lambda2 as a function of counts; on correlations NaN where an item has no variance among those drawn."""
    floor = NOISE * np.diag(covariance)

    def statistic(counts: Counts) -> NDArray[np.float64]:
        drawn = drawn_covariances(counts, centred)
        if not standardized:
            values = _second(drawn)
            values[drawn.sum(axis=(1, 2)) <= NOISE * float(np.trace(covariance))] = UNKNOWN
            return values
        known = (np.diagonal(drawn, axis1=1, axis2=2) > floor).all(axis=1)
        values = np.full(len(counts), UNKNOWN)
        values[known] = _second(correlations(drawn[known]))
        return values

    return statistic
