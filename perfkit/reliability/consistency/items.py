"""Item statistics 题项统计: mean, spread, corrected item-total correlation, and alpha without the item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from perfkit.reliability.consistency.answers import NOISE, Answers, answers, item_rest, reservations, shortage
from perfkit.reliability.estimate import UNKNOWN, with_counts
from perfkit.reliability.ratings import FloatMatrix, Ratings
from perfkit.result import Caveat, Result

SOURCE = "Cronbach 1951; Nunnally & Bernstein 1994"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatistics:
    """One item of a scale 单个题项的统计.

    ``n`` rows used (those complete on every item), ``n_missing`` scores missing on this item; ``mean`` and ``sd``
    (divisor n-1) in the unit of the item; ``r_drop`` its correlation with the sum of the others; ``alpha_if_dropped``
    Cronbach's alpha of the others.
    """

    item: str
    n: int
    n_missing: int
    mean: float
    sd: float
    r_drop: float
    alpha_if_dropped: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatisticsResult(Result):
    """Statistics of every item 题项统计, in the order of the columns, with alpha of the whole scale."""

    kind: ClassVar[str] = "item_statistics"

    items: tuple[ItemStatistics, ...]
    alpha: float
    missing: str = "listwise"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per item: item, n, n_missing, mean, sd, r_drop, alpha_if_dropped."""
        names = list(ItemStatistics.__dataclass_fields__)
        rows = [[getattr(item, name) for name in names] for item in self.items]
        return with_counts(pd.DataFrame(rows, columns=names), self)


def item_statistics(ratings: Ratings, *, formative: bool = False) -> ItemStatisticsResult:
    """Return statistics of every item 题项统计 of a multi-item questionnaire or expert scale.

    Parameters
    ----------
    ratings : shape (n, k), rows respondents or evaluands, columns items of one scale, any unit; NaN where missing (rows
        with a missing score are dropped, then counted, so that all items speak of the same people).
    formative : say ``True`` for indicators that form the score, and the call is refused.

    Returns
    -------
    ItemStatisticsResult
        Per item n, mean, sd, r_drop, alpha if dropped; a figure that is undefined is NaN, and a caveat says why.

    Raises
    ------
    DataError, MethodError
        A malformed table; ``formative`` indicators.

    Notes
    -----
    r_drop = cov(x, T - x)/(sd(x)·sd(T - x)) with T the total: the item is taken out of the total, else every item of a
    short scale would correlate with itself. A negative one most often means an item keyed the other way that was not
    turned round (caveat REVERSED_ITEM); nothing is turned round here. Not for statutory indicators, which form the
    score: to drop one because it correlates little with the others would change what is measured.
    Source: Cronbach (1951), Psychometrika 16, 297-334; Nunnally & Bernstein (1994), Psychometric Theory, ch. 8. Verified
    against numpy ``corrcoef`` and `cronbach_alpha` of the remaining items in
    ``tests/reliability/test_consistency_alpha.py``.

    Examples
    --------
    >>> scores = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = item_statistics(scores)
    >>> [round(item.r_drop, 3) for item in found.items]
    [0.806, 0.859, 0.844, 0.79]
    """
    answered = answers(ratings, formative=formative)
    lacking = shortage(answered)
    caveats = lacking if answered.n < 2 else (*lacking, *reservations(answered))
    k = answered.k
    correlation = item_rest(answered.covariance) if answered.n > 1 else np.full(k, UNKNOWN)
    dropped = _alphas_if_dropped(answered)
    whole = UNKNOWN if lacking else float(_alphas(answered.covariance.sum(), np.trace(answered.covariance), k))
    sd = np.sqrt(np.diag(answered.covariance))
    if np.isnan(dropped).any() and not lacking:
        caveats = (
            *caveats,
            Caveat("ALPHA_IF_DROPPED_UNDEFINED", "剔除该题项后不足 2 题，或其余题项总分没有变异，剔除后的 α 无法估计"),
        )
    if (np.isnan(correlation) & ~answered.constant).any() and not lacking:
        caveats = (*caveats, Caveat("CONSTANT_REST", "其余题项总分没有变异，校正后的题总相关无法估计"))
    return ItemStatisticsResult(
        items=tuple(
            ItemStatistics(
                item=answered.names[place],
                n=answered.n,
                n_missing=int(answered.missing[place]),
                mean=float(answered.means[place]),
                sd=float(sd[place]),
                r_drop=float(correlation[place]),
                alpha_if_dropped=float(dropped[place]),
            )
            for place in range(k)
        ),
        alpha=whole,
        method="item_statistics:listwise",
        n_used=answered.n,
        n_dropped=answered.n_dropped,
        caveats=caveats,
        source=SOURCE,
    )


def _alphas_if_dropped(answered: Answers) -> FloatMatrix:
    """Return alpha of the remaining items for every item left out, from the covariances alone."""
    covariance, k = answered.covariance, answered.k
    if k < 3 or answered.n < 2:
        return np.full(k, UNKNOWN)
    variance = np.diag(covariance)
    total = covariance.sum() - 2 * covariance.sum(axis=1) + variance
    return _alphas(total, variance.sum() - variance, k - 1)


def _alphas(total: FloatMatrix, items: FloatMatrix, k: int) -> FloatMatrix:
    """Return alpha from variances of totals and sums of item variances; NaN where a total has none."""
    known = total > NOISE * items
    return np.asarray(k / (k - 1) * (1 - np.divide(items, total, out=np.full(np.shape(total), UNKNOWN), where=known)))
