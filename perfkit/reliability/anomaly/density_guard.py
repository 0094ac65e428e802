"""When a density test may be made at all 密度检验的前提, and how often it rejects honest scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from perfkit.reliability.anomaly.reachable import HonestNull, checked_null
from perfkit.reliability.anomaly.scores import Floats, Scores
from perfkit.reliability.anomaly.sign import false_positives, no_null, upper_p
from perfkit.reliability.estimate import UNKNOWN
from perfkit.result import Caveat

# Fewer distinct scores are a lattice, not a density; fewer scores a side carry no polynomial.
LEAST_DISTINCT = 50
LEAST_EFFECTIVE = 30


@dataclass(frozen=True, slots=True)
class Guard:
    """The least that a density test needs 检验前提: distinct scores, and scores within the bandwidth a side."""

    least_distinct: int
    least_effective: int

    def caveats_of(self, values: Floats, cutoff: float) -> tuple[Caveat, ...]:
        """Return what forbids the test before a bandwidth is chosen; empty where nothing does."""
        if not values.size or not values.min() < cutoff < values.max():
            return (Caveat("CUTOFF_OUTSIDE", f"断点 {cutoff:g} 不在得分范围之内，两侧密度无法比较"),)
        distinct = np.unique(values).size
        if distinct < self.least_distinct:
            return (
                Caveat(
                    "FEW_DISTINCT",
                    f"互不相同的得分仅 {distinct} 个（少于 {self.least_distinct} 个），得分是格点而非连续分布，"
                    "不作密度检验，请用断点窗口二项检验",
                ),
            )
        return ()


def few_effective(left: int, right: int, least: int) -> Caveat:
    """Return: too few scores within the bandwidth on a side 带宽内得分过少."""
    return Caveat("FEW_EFFECTIVE", f"带宽内左侧 {left} 个、右侧 {right} 个得分，有一侧少于 {least} 个，不作密度检验")


def no_fit() -> Caveat:
    """Return: the fit has no solution or no variance 无法拟合."""
    return Caveat("NO_FIT", "断点一侧得分过少或过于集中，密度无法拟合，无法估计")


def negative_density() -> Caveat:
    """Return: a density came out negative 密度为负."""
    return Caveat("NEGATIVE_DENSITY", "断点一侧的密度估计为负，统计量不可依据，请以断点窗口二项检验为准")


@dataclass(frozen=True, slots=True)
class Honest:
    """What honest samples say of a test 诚实样本: false-positive rate, the p against them, and the caveat that tells it."""

    false_positive_rate: float
    p_simulated: float
    caveats: tuple[Caveat, ...]

    def fields(self) -> dict[str, Any]:
        """Return the fields of a result that come from the honest samples."""
        return {"false_positive_rate": self.false_positive_rate, "p_simulated": self.p_simulated}


def against_honest(
    p_of: Callable[[Floats], float],
    p: float,
    known: Scores,
    null: HonestNull | None,
    *,
    replicates: int,
    seed: int,
    level: float,
) -> Honest:
    """Return what honest samples say of a test 与诚实样本比较; nothing where there is no null or no test.

    ``p_of`` gives the p of one sample, NaN where it cannot be tested: such a sample is not rejected. The simulated p is the
    share of honest samples with as small a p, itself counted.
    """
    if null is None:
        return Honest(UNKNOWN, UNKNOWN, (no_null(),))
    blocks = checked_null(null).blocks(known.known, replicates, np.random.default_rng(seed))
    if np.isnan(p):
        return Honest(UNKNOWN, UNKNOWN, ())
    drawn = np.nan_to_num(np.array([p_of(row) for block in blocks for row in block]), nan=1.0)
    rate = float(np.mean(drawn <= 1 - level))
    return Honest(rate, upper_p(-p, -drawn), (false_positives(rate, level),))
