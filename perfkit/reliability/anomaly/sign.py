"""What every anomaly sign 异常提示 carries: a p by simulation, and how often honest, rounded scores give it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from perfkit.errors import MethodError, Problem
from perfkit.reliability.anomaly.scores import Floats
from perfkit.reliability.estimate import UNKNOWN, EstimateResult
from perfkit.reliability.percent import percent
from perfkit.result import Caveat

FEWEST_REPLICATES = 99
# Statistics that are equal in truth differ in their last digits.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class SignResult(EstimateResult):
    """A statistic that can give an anomaly sign 异常提示: never a finding, only where to look.

    ``false_positive_rate`` is the share of honest samples, simulated from the null and rounded as the form rounds,
    in which the same test gives p ≤ 1 − level; NaN where no null was given. ``p_simulated`` is the p against that null.
    """

    kind: ClassVar[str] = "sign"

    false_positive_rate: float = UNKNOWN
    p_simulated: float = UNKNOWN


def checked_replicates(replicates: int) -> int:
    """Return the number of simulated samples 模拟次数, at least 99.

    Raises
    ------
    MethodError
        Where there are fewer: the least p that can be had is 1/(replicates + 1).
    """
    if replicates < FEWEST_REPLICATES:
        raise MethodError(
            Problem(
                code="AN-REPLICATES",
                where="replicates",
                expected=f"至少 {FEWEST_REPLICATES} 次模拟",
                found=str(replicates),
                mend="增加模拟次数：p 值的最小可能值为 1/(次数+1)",
            )
        )
    return replicates


def upper_p(observed: float, drawn: Floats) -> float:
    """Return the simulated p of a statistic that is unusual where large 模拟 p 值: (b + 1)/(B + 1).

    b of the B ``drawn`` are at least ``observed``; NaN where any is unknown.

    Examples
    --------
    >>> upper_p(3.0, np.array([0.0, 1.0, 2.0, 3.0]))
    0.4
    """
    if np.isnan(observed) or not drawn.size or np.isnan(drawn).any():
        return UNKNOWN
    slack = ROUNDING * max(1.0, abs(observed))
    return (int(np.count_nonzero(drawn >= observed - slack)) + 1) / (drawn.size + 1)


def two_sided_p(observed: float, drawn: Floats) -> float:
    """Return the simulated p of a statistic that is unusual at either end: twice the lesser tail, at most 1."""
    return min(1.0, 2 * min(upper_p(observed, drawn), upper_p(-observed, -drawn)))


def own_rate(drawn: Floats, alpha: float, *, two_sided: bool = False) -> float:
    """Return how often the simulated test rejects an honest sample 误报率: each draw against all the others.

    A statistic that takes few values rejects less often than ``alpha``; this is what it does.

    Examples
    --------
    >>> own_rate(np.arange(100.0), 0.05), own_rate(np.ones(100), 0.05)
    (0.05, 0.0)
    """
    if not drawn.size or np.isnan(drawn).any():
        return UNKNOWN
    rounded = np.round(drawn / max(1.0, float(np.abs(drawn).max())), 12)
    ordered = np.sort(rounded)
    above = (drawn.size - np.searchsorted(ordered, rounded, side="left")) / drawn.size
    below = np.searchsorted(ordered, rounded, side="right") / drawn.size
    p = np.minimum(1.0, 2 * np.minimum(above, below)) if two_sided else above
    return float(np.mean(p <= alpha * (1 + ROUNDING)))


def false_positives(rate: float, level: float) -> Caveat:
    """Return: how often honest, rounded scores give this sign 误报率."""
    return Caveat(
        "FALSE_POSITIVE_RATE",
        f"诚实打分并取整的样本按同一检验（水平 {1 - level:.3g}）有 {percent(rate)} 也会出现本异常提示；"
        "异常提示只说明何处值得核查，不是结论",
    )


def no_null() -> Caveat:
    """Return: no null was given, so that nobody knows how often honest scores give this sign 无零分布."""
    return Caveat(
        "NO_NULL", "未给出按评分规则可达得分的零分布，误报率未知：取整、分档和满分上限本身就会造成堆积，p 值只作描述"
    )


def below_least(n: int, least: int) -> Caveat:
    """Return: fewer scores than the test may be used on 样本过少不检验."""
    return Caveat("BELOW_LEAST_N", f"有效得分 {n} 个，少于检验所需的 {least} 个，不作检验")
