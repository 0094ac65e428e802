"""Window binomial at a grade edge 断点窗口二项检验: scores just above an edge against those just below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import MethodError, Problem
from perfkit.reliability.anomaly.exact import binomial_p, doubled_binomial_p, fisher_p
from perfkit.reliability.anomaly.reachable import HonestNull, checked_null, simulation_fields
from perfkit.reliability.anomaly.scores import Floats, Scores, checked_cutoff, checked_positive, scores_of
from perfkit.reliability.anomaly.sign import (
    SignResult,
    checked_replicates,
    false_positives,
    no_null,
)
from perfkit.reliability.binomial import exact_share_interval
from perfkit.reliability.bootstrap import REPLICATES, SEED
from perfkit.reliability.estimate import UNKNOWN, checked_level, unknown_choice
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

Closed: TypeAlias = Literal["left", "right"]

# Distances from an edge are compared after rounding to so many decimals: 90 − 89.7 is not 0.3 in binary.
DECIMALS = 8
FEW_IN_WINDOW = 20


@dataclass(frozen=True, slots=True)
class EdgeWindow:
    """What lies around one edge 断点窗口: scores below and from the edge on, share of the latter, exact p."""

    edge: float
    left: int
    right: int
    share: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffBinomialResult(SignResult):
    """Window binomial at a grade edge 断点窗口二项检验结果.

    ``value`` is the share right of the edge in the window, ``p`` that of the exact test against ``share``.
    ``placebos`` are the same counts at edges where nothing hangs on the score; ``p_against_placebos`` compares the edge
    with all of them together (Fisher). ``honest_share`` is the share right of the edge over all honest samples.
    """

    kind: ClassVar[str] = Statistic.CUTOFF_BINOMIAL.value

    cutoff: float
    window: float
    left: int
    right: int
    share: float
    placebos: tuple[EdgeWindow, ...]
    p_against_placebos: float
    honest_share: float = UNKNOWN


def _counts(scores: Floats, edge: float, window: float, closed: Closed) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many scores of each row lie within the window below the edge and above it."""
    gap = np.round(scores - edge, DECIMALS)
    if closed == "left":
        below, above = (gap >= -window) & (gap < 0), (gap >= 0) & (gap < window)
    else:
        below, above = (gap > -window) & (gap <= 0), (gap > 0) & (gap <= window)
    return below.sum(axis=-1), above.sum(axis=-1)


def _edge(scores: Floats, edge: float, window: float, closed: Closed, share: float) -> EdgeWindow:
    left, right = (int(count) for count in _counts(scores, edge, window, closed))
    n = left + right
    return EdgeWindow(edge, left, right, right / n if n else UNKNOWN, binomial_p(right, n, share))


def _simulated(
    known: Scores, null: HonestNull, place: tuple[float, float, Closed], replicates: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the counts left and right of the edge in honest samples."""
    drawn = [_counts(block, *place) for block in null.blocks(known.known, replicates, np.random.default_rng(seed))]
    return np.concatenate([left for left, _ in drawn]), np.concatenate([right for _, right in drawn])


def _rejected(left: NDArray[np.int64], right: NDArray[np.int64], share: float, alpha: float) -> float:
    """Return how often the exact test rejects honest samples; an empty window rejects nothing."""
    pairs, times = np.unique(np.column_stack([left, right]), axis=0, return_counts=True)
    found = np.array([binomial_p(int(above), int(below + above), share) <= alpha for below, above in pairs])
    return float(times[found].sum() / times.sum())


def _checked(cutoff: float, window: float, share: float, closed: str, placebos: Sequence[float]) -> None:
    """Raise MethodError where the window, the share, the side or a placebo edge makes no sense."""
    checked_positive("window", window)
    checked_cutoff(cutoff)
    if closed not in ("left", "right"):
        raise unknown_choice("closed", closed, ("left", "right"))
    near = [edge for edge in placebos if round(abs(edge - cutoff), DECIMALS) < 2 * window]
    if not 0 < share < 1 or near:
        raise MethodError(
            Problem(
                code="AN-EDGE",
                where="placebos" if near else "share",
                expected="零假设比例在 0 与 1 之间，对照断点与断点相距至少两个窗口",
                found=f"断点 {cutoff:g}，窗口 {window:g}，比例 {share:g}，过近的对照断点 {near}",
                mend="改正取值；对照断点应选与等级无关、窗口不与本断点重叠的位置，如 85、95",
            )
        )


def _empty_window() -> Caveat:
    return Caveat("EMPTY_WINDOW", "断点两侧窗口内没有得分，无法检验")


def _few_in_window(n: int) -> Caveat:
    return Caveat(
        "FEW_IN_WINDOW", f"窗口内仅 {n} 个得分（少于 {FEW_IN_WINDOW} 个），检验难以发现堆积，不显著不等于无异常"
    )


def _unreachable() -> Caveat:
    return Caveat("NULL_MISSES_WINDOW", "零分布在窗口内没有得分：评分项、执行率得分或参照总分与得分不符，无法比较")


def _against_null(
    drawn: tuple[NDArray[np.int64], NDArray[np.int64]], edge: EdgeWindow, share: float, level: float
) -> tuple[dict[str, Any], list[Caveat]]:
    """Return the p of the window, its false-positive rate and the share right of the edge of honest samples."""
    left, right = drawn
    inside, above = int((left + right).sum()), int(right.sum())
    rate = _rejected(left, right, share, 1 - level)
    caveats = [false_positives(rate, level)]
    if not inside:
        return {"false_positive_rate": rate}, [*caveats, _unreachable()]
    # Half a score on each side keeps the share off 0 and 1, of which a simulation cannot be sure.
    p = doubled_binomial_p(edge.right, edge.left + edge.right, (above + 0.5) / (inside + 1))
    return {"false_positive_rate": rate, "p_simulated": p, "honest_share": above / inside}, caveats


def cutoff_binomial(
    x: ArrayLike,
    *,
    cutoff: float,
    window: float,
    share: float = 0.5,
    closed: Closed = "left",
    placebos: Sequence[float] = (),
    null: HonestNull | None = None,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> CutoffBinomialResult:
    """Return the window binomial test at a grade edge 断点窗口二项检验.

    Parameters
    ----------
    x : shape (n,), scores in any unit, NaN where missing.
    cutoff : the grade edge, in the unit of the scores.
    window : width w of the window on each side, above 0.
    share : share right of the edge under the null, strictly between 0 and 1.
    closed : ``"left"`` compares [c−w, c) with [c, c+w), for grades that begin at the edge; ``"right"`` compares (c−w, c]
        with (c, c+w].
    placebos : edges where nothing hangs on the score, such as 85 and 95, at least two windows away.
    null : distribution of honest, rounded scores (``reachable.honest_null``).
    level : confidence level of the interval; 1 − level is the level of the test whose false-positive rate is told.
    replicates, seed : simulated honest samples, at least 99, and their seed.

    Returns
    -------
    CutoffBinomialResult
        Share, interval, exact p; with a null its p and the false-positive rate on honest scores.

    Raises
    ------
    DataError
        Where x is no column of numbers.
    MethodError
        Where an option makes no sense.

    Notes
    -----
    p: two-sided exact, the sum of probabilities not above that observed (R ``binom.test``); interval: Clopper–Pearson.
    Share 0.5 supposes a density that is flat over both windows and no round number in either: honest scores that are
    rounded, or stop at 100, break it. Hence placebo edges and the simulated null decide, not p alone. p_simulated: twice
    the lesser exact tail under the share right of the edge in the window over all honest samples; where projects differ
    in it, it errs on the side of no sign.
    Not to be used with a window chosen after looking. Source: Clopper & Pearson (1934), Biometrika 26, 404-413;
    Cattaneo, Frandsen & Titiunik (2015), J. Causal Inference 3, 1-24, for the window test.
    Verified against R 4.2.2 ``binom.test`` (golden ``cutoff_binomial_test``) in ``tests/reliability/test_anomaly_edge.py``.

    Examples
    --------
    >>> found = cutoff_binomial([88.5, 89.0, 89.5, 90.0, 90.0, 90.1, 90.2, 90.4, 90.5], cutoff=90, window=1)
    >>> found.left, found.right, round(found.value, 6), round(found.p, 6)
    (2, 6, 0.75, 0.289062)
    """
    level = checked_level(level)
    _checked(cutoff, window, share, closed, placebos)
    checked_replicates(replicates)
    known = scores_of(x)
    edge = _edge(known.values, cutoff, window, closed, share)
    others = tuple(_edge(known.values, place, window, closed, share) for place in placebos)
    n = edge.left + edge.right
    caveats = [] if n >= FEW_IN_WINDOW else [_few_in_window(n) if n else _empty_window()]
    honest: dict[str, Any] = {}
    if null is None:
        caveats.append(no_null())
    elif n:
        drawn = _simulated(known, checked_null(null), (cutoff, window, closed), replicates, seed)
        honest, more = _against_null(drawn, edge, share, level)
        caveats += more
    return CutoffBinomialResult(
        method=f"cutoff_binomial:{closed}:clopper_pearson",
        source="Clopper & Pearson (1934), Biometrika 26, 404-413; Cattaneo, Frandsen & Titiunik (2015)",
        n_used=known.n,
        n_dropped=known.n_dropped,
        caveats=tuple(caveats),
        value=edge.share,
        interval=exact_share_interval(edge.right, n, level),
        interval_method="clopper_pearson" if n else "none",
        p=edge.p,
        test=f"share right of the edge {share:g}, exact binomial, two-sided",
        **simulation_fields(null, replicates, seed),
        **honest,
        cutoff=cutoff,
        window=window,
        left=edge.left,
        right=edge.right,
        share=share,
        placebos=others,
        p_against_placebos=fisher_p(
            (edge.right, edge.left), (sum(one.right for one in others), sum(one.left for one in others))
        ),
    )
