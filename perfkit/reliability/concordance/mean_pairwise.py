"""The mean of Spearman's rho over all pairs of raters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar, Literal

import numpy as np

from perfkit.reliability.bootstrap import REPLICATES, SEED, BootstrapKind, Counts, Seed
from perfkit.reliability.concordance.correlation import Correlation, correlation, correlation_of_sums
from perfkit.reliability.concordance.ranks import (
    FEW_EVALUANDS,
    RankedColumn,
    checked_options,
    constant,
    resampled,
    small_approximation,
)
from perfkit.reliability.coverage import covered, scores_region
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    no_interval,
    too_few,
    too_few_raters,
    unknown_choice,
)
from perfkit.reliability.ratings import FloatMatrix, Ratings, complete_rows, rater_names, rating_matrix
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

AVERAGES = ("fisher_z", "arithmetic")
FEWEST_EVALUANDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanPairwiseSpearmanResult(EstimateResult):
    """Mean pairwise Spearman 两两斯皮尔曼均值: ``pairwise`` holds (rater, rater, rho) of every pair."""

    kind: ClassVar[str] = Statistic.MEAN_PAIRWISE_SPEARMAN.value

    average: str
    n_raters: int
    pairwise: tuple[tuple[str, str, float], ...]


def _mean(rho: FloatMatrix, average: str) -> FloatMatrix:
    """Return the mean over pairs, shape (b,) from (pairs, b); one pair is its own mean, whatever the average."""
    if average == "arithmetic" or len(rho) == 1:
        return np.asarray(rho.mean(axis=0))
    inside = np.abs(rho) < 1
    z = np.where(inside, np.arctanh(np.where(inside, rho, 0.0)), np.nan)
    return np.asarray(np.tanh(z.mean(axis=0)))


def _resampled(columns: Sequence[RankedColumn], counts: Counts, average: str) -> FloatMatrix:
    """Return the mean of b samples, each ranked anew."""
    ranks = [column.resampled(counts)[0] for column in columns]
    squares = [(counts * each**2).sum(axis=1) for each in ranks]
    least = np.zeros(len(counts))
    rho = [
        correlation_of_sums((counts * ranks[i] * ranks[j]).sum(axis=1), squares[i], squares[j], least)
        for i, j in combinations(range(len(columns)), 2)
    ]
    return _mean(np.stack(rho), average)


def _undefined(matrix: FloatMatrix, names: Sequence[str]) -> tuple[Caveat, ...]:
    """Return why no mean can be computed, whatever the average."""
    n, k = matrix.shape
    if k < 2:
        return (too_few_raters(k, 2),)
    if n < FEWEST_EVALUANDS:
        return (too_few(n, FEWEST_EVALUANDS),)
    flat = [name for place, name in enumerate(names) if constant(matrix[:, place])]
    if flat:
        return (
            Caveat("NO_VARIANCE", f"评分者 {'、'.join(flat)} 对全部对象给出同一评分，与他人的相关为 0/0，无法估计"),
        )
    return ()


def _correlations(columns: Sequence[RankedColumn]) -> list[Correlation]:
    """Return the correlation of every pair, in the order of ``combinations``."""
    ranks = [column.midranks() for column in columns]
    return [correlation(first, second) for first, second in combinations(ranks, 2)]


def _perfect(found: Sequence[Correlation], average: str) -> tuple[Caveat, ...]:
    """Return a reservation where a pair of raters orders all evaluands alike."""
    if not any(each.perfect for each in found):
        return ()
    if average == "fisher_z" and len(found) > 1:
        return (
            Caveat(
                "PERFECT_CORRELATION",
                "有一对评分者的相关系数为 ±1，Fisher z 无穷大，均值无法估计；可改用 arithmetic",
            ),
        )
    return (Caveat("PERFECT_CORRELATION", "有一对评分者的次序完全一致或完全相反"),)


def mean_pairwise_spearman(
    ratings: Ratings,
    *,
    average: Literal["fisher_z", "arithmetic"] = "fisher_z",
    interval: Literal["none", "bootstrap"] = "none",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
    kind: BootstrapKind = "percentile",
) -> MeanPairwiseSpearmanResult:
    """Return the mean of Spearman's rho over all pairs of raters 两两斯皮尔曼相关均值.

    Parameters
    ----------
    ratings : shape (n, k) numbers of any unit, rows evaluands, columns raters; rows with NaN are dropped.
    average : ``"fisher_z"`` (tanh of the mean of atanh rho) or ``"arithmetic"``. Of two raters there is one rho, which
        is its own mean.
    interval : ``"none"``, or ``"bootstrap"`` over evaluands, each sample ranked anew.
    level : confidence level.
    replicates, seed, kind : of the bootstrap: number of samples, a number or generator, ``"percentile"`` or ``"bca"``.

    Returns
    -------
    MeanPairwiseSpearmanResult
        NaN, with a caveat, for one rater, fewer than two complete evaluands or a constant rater; and for the Fisher
        average where a pair has abs(rho) = 1, whose z is infinite.

    Raises
    ------
    DataError
        Malformed ratings.
    MethodError
        An option that does not exist, a level outside 0 … 1, fewer than 100 replicates.

    Notes
    -----
    Without ties the arithmetic mean is (k W - 1)/(k - 1), W Kendall's. Pairs share raters, so that no simple analytic
    interval is sound. The order only: not a measure of agreement in value. Source: Kendall (1970), Rank Correlation
    Methods, chapter 6; Fisher average as in R irr. Verified against R irr 0.84.1 ``meanrho`` by the golden records, run
    in ``tests/reliability``.

    Examples
    --------
    >>> result = mean_pairwise_spearman([[1, 2, 1], [2, 1, 3], [3, 4, 2], [4, 3, 4]], average="arithmetic")
    >>> round(result.value, 4), len(result.pairwise)
    (0.4667, 3)
    """
    level = checked_options(level, interval, ("none", "bootstrap"), kind)
    if average not in AVERAGES:
        raise unknown_choice("average", average, AVERAGES)
    matrix, dropped = complete_rows(rating_matrix(ratings))
    n, k = matrix.shape
    names = rater_names(ratings, k)
    caveats = _undefined(matrix, names)
    value = UNKNOWN
    pairwise: tuple[tuple[str, str, float], ...] = ()
    fields: dict[str, Any] = {"interval": no_interval(level)}
    if not caveats:
        columns = [RankedColumn.of(matrix[:, place]) for place in range(k)]
        found = _correlations(columns)
        pairwise = tuple((*pair, each.r) for pair, each in zip(combinations(names, 2), found, strict=True))
        value = float(_mean(np.array([[each.r] for each in found]), average)[0])
        caveats = _perfect(found, average)
        if n < FEW_EVALUANDS:
            caveats = (*caveats, small_approximation(n))
        if interval == "bootstrap" and not np.isnan(value):
            drawn = resampled(
                lambda counts: _resampled(columns, counts, average),
                n,
                value=value,
                level=level,
                replicates=replicates,
                seed=seed,
                kind=kind,
            )
            fields = drawn.fields()
            caveats += drawn.caveats
    result = MeanPairwiseSpearmanResult(
        value=value,
        average=average,
        n_raters=k,
        pairwise=pairwise,
        method=f"mean_pairwise_spearman:{average}",
        source="Kendall (1970), Rank Correlation Methods, chapter 6",
        n_used=n,
        n_dropped=dropped,
        caveats=caveats,
        **fields,
    )
    return covered(result, scores_region(matrix))
