"""Split-half reliability 分半信度: the correlation of two halves, stepped up to the length of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from perfkit.errors import MethodError, Problem
from perfkit.reliability.bootstrap import REPLICATES, SEED, Counts, Seed
from perfkit.reliability.consistency.answers import (
    NOISE,
    Answers,
    answers,
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

SPLITS = ("odd_even", "first_second")
CORRECTIONS = ("spearman_brown", "none")
INTERVALS = ("bootstrap", "none")
SOURCE = "Spearman 1910; Brown 1910; Rulon 1939; Guttman 1945"


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitHalfResult(EstimateResult):
    """Split-half reliability 分半信度.

    ``r`` is the correlation of the halves, ``guttman`` the coefficient 4·cov(A, B)/var(total), which needs no equal
    variances; ``first_half`` and ``second_half`` name the items.
    """

    kind: ClassVar[str] = "split_half"

    n_items: int
    r: float = UNKNOWN
    guttman: float = UNKNOWN
    first_half: tuple[str, ...] = ()
    second_half: tuple[str, ...] = ()


def split_half(
    ratings: Ratings,
    *,
    split: Literal["odd_even", "first_second"] | Sequence[Any] = "odd_even",
    correction: Literal["spearman_brown", "none"] = "spearman_brown",
    interval: Literal["bootstrap", "none"] = "bootstrap",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
    formative: bool = False,
) -> SplitHalfResult:
    """Return the split-half reliability 分半信度 of a multi-item questionnaire or expert scale.

    Parameters
    ----------
    ratings : shape (n, k), rows respondents or evaluands, columns items of one scale keyed the same way, any unit; NaN
        where missing (rows with a missing score are dropped, then counted).
    split : ``"odd_even"`` (columns 1, 3, 5 … against 2, 4, 6 …), ``"first_second"`` (the first k - k//2 columns against
        the rest), or the columns of one half: names for a frame, places from 0 for an array.
    correction : ``"spearman_brown"``, 2r/(1+r), or ``"none"``, r itself.
    interval : ``"bootstrap"`` (percentile, rows drawn) or ``"none"``: no sound analytic interval is known.
    level : confidence level, fraction of 1.
    replicates, seed : of the bootstrap.
    formative : say ``True`` for indicators that form the score, and the call is refused.

    Returns
    -------
    SplitHalfResult
        NaN with a caveat for fewer than 2 items or 2 complete rows, or where a half has no variance.

    Raises
    ------
    DataError, MethodError
        A malformed table; an unknown option, columns that are not there, a half that is empty or the whole, a level
        outside (0, 1), or ``formative`` indicators.

    Notes
    -----
    Spearman-Brown assumes halves of one length and equal variance: unequal ones carry the caveat UNEQUAL_HALVES, and
    ``guttman`` (= Rulon's coefficient) is then the fairer figure. The value depends on the split; `guttman_lambdas`
    gives the range over all splits and Cronbach's alpha their mean. Not for statutory indicators, which form the score
    and need not correlate; not for speeded tests.
    Source: Spearman (1910), British J. of Psychology 3, 271-295; Brown (1910), ibid. 296-322; Rulon (1939), Harvard
    Educational Review 9, 99-103. Verified against R 4.2.2 ``cor`` and ``var`` in the golden records and
    ``tests/reliability/test_consistency_lambdas.py``.

    Examples
    --------
    >>> scores = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = split_half(scores, interval="none")
    >>> round(found.value, 4), round(found.r, 4), round(found.guttman, 4)
    (0.9397, 0.8863, 0.9251)
    """
    if correction not in CORRECTIONS:
        raise unknown_choice("correction", correction, CORRECTIONS)
    if interval not in INTERVALS:
        raise unknown_choice("interval", interval, INTERVALS)
    level = checked_level(level)
    answered = answers(ratings, formative=formative)
    first, label = _first_half(split, ratings, answered)
    caveats = shortage(answered)
    common: dict[str, Any] = {"interval": no_interval(level)}
    value = r = guttman = UNKNOWN
    if not caveats:
        halves = np.column_stack([answered.centred[:, first].sum(axis=1), answered.centred[:, ~first].sum(axis=1)])
        covariance = halves.T @ halves / (answered.n - 1)
        floor = NOISE * np.array([np.trace(answered.covariance)] * 2)
        r = float(_correlation(covariance[None], floor)[0])
        guttman = float(4 * covariance[0, 1] / covariance.sum())
        value = float(_stepped_up(np.array([r]), correction)[0])
        caveats = (*reservations(answered), *_reasons(first, r, value, correction))
        if interval == "bootstrap" and not np.isnan(value):

            def statistic(counts: Counts) -> NDArray[np.float64]:
                return _stepped_up(_correlation(drawn_covariances(counts, halves), floor), correction)

            drawn = drawn_interval(statistic, answered, value=value, level=level, replicates=replicates, seed=seed)
            common = drawn.fields()
            caveats = (*caveats, *drawn.caveats, *few_drawn(answered))
    result = SplitHalfResult(
        value=value,
        method=f"split_half:{label}:{correction}",
        n_used=answered.n,
        n_dropped=answered.n_dropped,
        caveats=caveats,
        source=SOURCE,
        n_items=answered.k,
        r=r,
        guttman=guttman,
        first_half=tuple(name for name, within in zip(answered.names, first, strict=True) if within),
        second_half=tuple(name for name, within in zip(answered.names, first, strict=True) if not within),
        **common,
    )
    return covered(result, scores_region(answered.centred))


def _first_half(split: str | Sequence[Any], ratings: Ratings, answered: Answers) -> tuple[NDArray[np.bool_], str]:
    """Return which items make up the first half, and the name of the split."""
    k = answered.k
    places = np.arange(k)
    if isinstance(split, str):
        if split not in SPLITS:
            raise unknown_choice("split", split, (*SPLITS, "list of columns"))
        return (places % 2 == 0 if split == "odd_even" else places < k - k // 2), split
    columns = list(getattr(ratings, "columns", range(k)))
    wanted = list(split)
    unknown = [column for column in wanted if column not in columns]
    if unknown or not 0 < len(set(wanted)) < k or len(set(wanted)) < len(wanted):
        raise MethodError(
            Problem(
                code="RL-SPLIT",
                where="split",
                expected=f"一半题项的列，取自 {'、'.join(map(str, columns))}，互不重复，至少一列且不是全部",
                found="、".join(map(str, wanted)) or "没有列",
                mend="列出其中一半的列名（数组用从 0 起的列号）",
            )
        )
    return np.array([column in wanted for column in columns]), "listed"


def _correlation(covariance: FloatMatrix, floor: FloatMatrix) -> NDArray[np.float64]:
    """Return the correlation of two halves from stacked 2 × 2 matrices; NaN where a half has no variance."""
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    known = (variance > floor).all(axis=1)
    root = np.sqrt(np.where(known, variance.prod(axis=1), 1.0))
    return np.where(known, np.clip(covariance[:, 0, 1] / root, -1.0, 1.0), UNKNOWN)


def _stepped_up(r: NDArray[np.float64], correction: str) -> NDArray[np.float64]:
    """Return the coefficient at full length; NaN at r = -1, where the formula has its pole."""
    if correction == "none":
        return r
    return np.asarray(np.divide(2 * r, 1 + r, out=np.full(r.shape, UNKNOWN), where=1 + r > NOISE))


def _reasons(first: NDArray[np.bool_], r: float, value: float, correction: str) -> tuple[Caveat, ...]:
    """Return the caveats of the split itself."""
    caveats = []
    sizes = int(first.sum()), int((~first).sum())
    if np.isnan(r):
        caveats.append(Caveat("CONSTANT_HALF", "其中一半的总分没有变异，两半的相关无法计算"))
    elif np.isnan(value):
        caveats.append(Caveat("PERFECT_REVERSAL", "两半完全负相关（r = -1），Spearman–Brown 公式分母为 0，无法估计"))
    elif r < 0:
        caveats.append(Caveat("NEGATIVE_HALVES", "两半负相关，校正系数没有信度含义：核对反向计分题"))
    if correction == "spearman_brown" and sizes[0] != sizes[1]:
        caveats.append(
            Caveat(
                "UNEQUAL_HALVES",
                f"两半长度不等（{sizes[0]} 题与 {sizes[1]} 题），Spearman–Brown 公式以等长为前提，另看 guttman",
            )
        )
    return tuple(caveats)
