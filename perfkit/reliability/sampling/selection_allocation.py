"""How a sample is shared out over strata 样本分配: proportional or Neyman, with a least number in every stratum."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.estimate import unknown_choice
from perfkit.reliability.sampling.frame import is_whole
from perfkit.result import Result
from perfkit.terms.reliability import Planning

Rule = Literal["proportional", "neyman"]
# A stratum without spread gets more than its least number only where all others are full.
FAINT = 1e-9
# Shares that are whole numbers but for the last bits of a float are whole numbers.
SNAP = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationResult(Result):
    """Units to draw in each stratum 样本分配结果.

    ``sizes`` are the numbers to draw by stratum, ``exact`` what they were before rounding, ``units`` the stratum sizes.
    ``n_used`` is the total to draw.
    """

    kind: ClassVar[str] = Planning.STRATUM_ALLOCATION.value

    sizes: Mapping[str, int]
    exact: Mapping[str, float]
    units: Mapping[str, int]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per stratum: units, exact share, number to draw and sampling fraction."""
        rows = [(name, self.units[name], self.exact[name], drawn) for name, drawn in self.sizes.items()]
        table = pd.DataFrame(rows, columns=["stratum", "units", "exact", "size"])
        return table.assign(fraction=table["size"] / table["units"])


def stratum_allocation(
    stratum_sizes: Mapping[str, int],
    *,
    size: int,
    rule: Rule = "proportional",
    spread: Mapping[str, float] | None = None,
    least: int = 2,
) -> AllocationResult:
    """Return how many units to draw in each stratum 样本分配, adding up to ``size`` exactly.

    Parameters
    ----------
    stratum_sizes : units N_h of each stratum, at least 1.
    size : units to draw in all.
    rule : ``"proportional"`` to N_h, or ``"neyman"``: proportional to N_h·S_h.
    spread : S_h, the standard deviation expected within each stratum (any unit, 0 or above); ``"neyman"`` needs it.
    least : units drawn in every stratum at the least (all of a smaller one); 2 lets the variance be estimated.

    Returns
    -------
    AllocationResult
        Numbers between the least and the size of each stratum.

    Raises
    ------
    DataError
        Where there is no stratum, or a stratum has no unit or no whole number of them.
    MethodError
        Where ``size`` is below what the least numbers need or above the frame, ``least`` no whole number, or
        ``spread`` absent, incomplete, negative or 0 everywhere.

    Notes
    -----
    The shares are c·N_h·S_h held between min(least, N_h) and N_h, with c such that they add up; rounded by largest
    remainder, ties in the order of the names. Neyman gives the smallest variance of a mean for a given size where S_h
    is known; where it is guessed, proportional allocation is never worse than no strata. Source: Neyman (1934), JRSS
    97, 558-625; Cochran (1977), §5.5 and §5.8. Verified in tests/reliability/test_sampling_selection_allocation.py.

    Examples
    --------
    >>> stratum_allocation({"large": 10, "middle": 40, "small": 150}, size=20).sizes
    {'large': 2, 'middle': 4, 'small': 14}
    >>> stratum_allocation(
    ...     {"large": 10, "small": 150}, size=20, rule="neyman", spread={"large": 50, "small": 2}
    ... ).sizes
    {'large': 10, 'small': 10}
    """
    if rule not in ("proportional", "neyman"):
        raise unknown_choice("rule", rule, ("proportional", "neyman"))
    names = sorted(stratum_sizes)
    given = [stratum_sizes[name] for name in names]
    if not names or not all(is_whole(count) and count >= 1 for count in given):
        raise DataError(_no_units(names, given))
    units = np.array(given, dtype=np.int64)
    weights = units.astype(np.float64)
    if rule == "neyman":
        weights = weights * _spreads(names, spread)
    if not is_whole(least) or least < 0:
        raise MethodError(_no_least(least))
    floor = np.minimum(units, least)
    if not is_whole(size) or not floor.sum() <= size <= units.sum():
        raise MethodError(_no_size(int(floor.sum()), int(units.sum()), size))
    shares = _held_shares(np.maximum(weights, FAINT * weights.max()), floor, units, int(size))
    drawn = _rounded(shares, int(size))
    return AllocationResult(
        method=f"stratum_allocation:{rule}",
        source="Neyman (1934), JRSS 97, 558-625; Cochran (1977), §5.5"
        if rule == "neyman"
        else "Cochran (1977), §5.5-5.6",
        n_used=int(size),
        sizes=dict(zip(names, drawn.tolist(), strict=True)),
        exact=dict(zip(names, shares.tolist(), strict=True)),
        units=dict(zip(names, units.tolist(), strict=True)),
    )


def _held_shares(
    weights: NDArray[np.float64], floor: NDArray[np.int64], ceiling: NDArray[np.int64], size: int
) -> NDArray[np.float64]:
    """Return c·weights held between floor and ceiling, adding up to ``size``: the sum is piecewise linear in c."""
    corners = np.unique(np.concatenate([floor / weights, ceiling / weights]))
    low, high = 0, len(corners) - 1
    while high - low > 1:
        middle = (low + high) // 2
        total = np.clip(corners[middle] * weights, floor, ceiling).sum()
        low, high = (middle, high) if total <= size else (low, middle)
    edges = [np.clip(corner * weights, floor, ceiling) for corner in (corners[low], corners[high])]
    below, above = float(edges[0].sum()), float(edges[1].sum())
    part = (size - below) / (above - below) if above > below else 0.0
    shares: NDArray[np.float64] = edges[0] + part * (edges[1] - edges[0])
    return shares


def _rounded(shares: NDArray[np.float64], size: int) -> NDArray[np.int64]:
    """Return whole numbers by largest remainder 最大余数法; equal remainders in order."""
    whole = np.floor(shares + SNAP)
    remainders = np.round(shares - whole, 9)
    drawn: NDArray[np.int64] = whole.astype(np.int64)
    drawn[np.argsort(-remainders, kind="stable")[: size - int(drawn.sum())]] += 1
    return drawn


def _spreads(names: list[str], spread: Mapping[str, float] | None) -> NDArray[np.float64]:
    """Return the spreads in the order of the names, checked."""
    given = {} if spread is None else spread
    values = np.array([given.get(name, math.nan) for name in names], dtype=np.float64)
    if not bool(np.all(np.isfinite(values) & (values >= 0))) or not bool(np.any(values > 0)):
        found = [f"{name}={value:g}" for name, value in zip(names, values, strict=True)]
        raise MethodError(_no_spread(found))
    return values


def _no_units(names: list[str], units: list[int]) -> Problem:
    wrong = [f"{name}={count}" for name, count in zip(names, units, strict=True) if not is_whole(count) or count < 1]
    return Problem(
        code="SF-STRATA",
        where="分层",
        expected="至少一层，每层的单位数为不小于 1 的整数",
        found="、".join(wrong) if names else "没有层",
        mend="合并或删去空层",
    )


def _no_size(least: int, most: int, found: object) -> Problem:
    return Problem(
        code="SF-SIZE",
        where="size",
        expected=f"{least} 到 {most} 之间的整数（各层最少数之和到总体单位数）",
        found=f"{found}",
        mend="增加样本量，合并过小的层，或调低 least",
    )


def _no_least(found: object) -> Problem:
    return Problem(
        code="SF-LEAST", where="least", expected="不小于 0 的整数", found=f"{found}", mend="用默认的 2，可估计层内变异"
    )


def _no_spread(found: list[str]) -> Problem:
    return Problem(
        code="SF-SPREAD",
        where="spread",
        expected="每层一个不小于 0 的标准差，且不全为 0",
        found="、".join(found),
        mend="用试点或往年的层内标准差；没有时改用 proportional",
    )
