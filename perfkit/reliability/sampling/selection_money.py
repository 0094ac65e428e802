"""Selections by money 按金额抽样: probability proportional to size, and monetary-unit sampling."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.estimate import UNKNOWN, unknown_choice
from perfkit.reliability.sampling.design import REST
from perfkit.reliability.sampling.frame import SHOWN_ROWS, SamplingFrame
from perfkit.reliability.sampling.selection_numbers import drawn_fractions, fractions, mixed, smallest, unit_numbers
from perfkit.reliability.sampling.selection_result import (
    DOUBLE_SHARE,
    Part,
    Places,
    SelectionResult,
    apart,
    checked_draw,
    checked_size,
    no_amount,
    selected,
    whole_certain,
)
from perfkit.result import Caveat
from perfkit.terms.reliability import Selection

PpsMethod = Literal["systematic", "pivotal"]
MonetaryMethod = Literal["fixed", "cell"]
ZeroMoney = Literal["refuse", "simple"]

ZERO = "zero"
# A share that misses 1 by the last bits of a float is 1: the unit fills the interval.
FULL = 1 - 1e-9
Shares = NDArray[np.float64]


def pps_sample(
    population: SamplingFrame,
    *,
    size: int,
    seed: int,
    method: PpsMethod = "systematic",
    certainty_from: float | None = None,
    zero_money: ZeroMoney = "refuse",
    zero_size: int = 0,
    double_share: float = DOUBLE_SHARE,
) -> SelectionResult:
    """Return a sample drawn without replacement with probability proportional to money 按规模成比例概率抽样名单.

    Parameters
    ----------
    population : the frame, with money.
    size : units to select in all, the certain ones included, those of the zero stratum not.
    seed : a whole number, best drawn in public.
    method : ``"systematic"`` along a random order, or ``"pivotal"`` (tournament of random pairs).
    certainty_from : units with at least this much money are certain; so is always a unit larger than the interval.
    zero_money : units without money have no chance: ``"refuse"`` the frame, or put them into a ``"simple"`` stratum of
        their own, of which ``zero_size`` are drawn.
    zero_size : units to draw from the zero stratum, at least 1 where there is one.
    double_share : fraction of the selected units that a second rater scores blind.

    Returns
    -------
    SelectionResult
        The list; ``part`` is ``"certainty"``, ``"rest"`` or ``"zero"``; ``interval`` the money per draw.

    Raises
    ------
    DataError
        Where units have no money and ``zero_money`` refuses them: every one is named.
    MethodError
        Where the frame has no money, the size does not fit, or an option does not exist.

    Notes
    -----
    In the drawn part π_i = n·x_i/X, exactly, with both methods; a unit with n·x_i/X ≥ 1 becomes certain and the rest
    is shared anew until none is left. Systematic: one start for all draws; the order is random, so that no pattern of
    the list meets the interval. Pivotal: pairs of units decide between them which keeps the chance of both; more
    random than systematic, and the same fixed size. For money totals; a mean per project from it needs weights and is
    less precise than an equal-probability sample. Source: Madow (1949), Ann. Math. Stat. 20, 333-354; Hartley & Rao
    (1962), 33, 350-374; Deville & Tillé (1998), Biometrika 85, 89-101. Verified in
    tests/reliability/test_sampling_selection_money.py (π by simulation).

    Examples
    --------
    >>> import pandas as pd
    >>> from perfkit.reliability.sampling import sampling_frame
    >>> table = pd.DataFrame({"project": list("ABCDEF"), "budget": [100.0, 10, 20, 30, 15, 25]})
    >>> found = pps_sample(sampling_frame(table, unit="project", money="budget"), size=3, seed=5)
    >>> found.interval, found.units["part"].tolist()
    (50.0, ['certainty', 'rest', 'rest'])
    """
    checked_draw(seed, double_share)
    if method not in ("systematic", "pivotal"):
        raise unknown_choice("method", method, ("systematic", "pivotal"))
    certain, rest, zero = _by_money(population, certainty_from, zero_money)
    size = checked_size("size", size, min(len(certain) + 1, len(certain) + len(rest)), len(certain) + len(rest))
    certain, rest, shares, interval = _take_all(population, certain, rest, size)
    numbers = unit_numbers(population, seed, "select")
    order = np.argsort(numbers[rest], kind="stable")
    if method == "systematic":
        start = drawn_fractions(population, seed, "start", 1)[0]
        chosen = order[_hit(shares[order], np.arange(size - len(certain)) + start)]
    else:
        chosen = order[_tournament(shares[order], numbers[rest][order])]
    drawn = _part(Selection.PPS, rest, chosen, shares[chosen], np.ones(len(chosen), dtype=np.int64), shares[chosen])
    zeros = _zero_part(population, zero, zero_size, numbers)
    return selected(
        population,
        [Part.certain(certain), drawn, zeros],
        seed=seed,
        double_share=double_share,
        method=f"pps:{method}" + _suffix(certain, zero),
        source="Madow (1949); Hartley & Rao (1962)" if method == "systematic" else "Deville & Tillé (1998)",
        interval=interval,
        threshold=UNKNOWN if certainty_from is None else float(certainty_from),
        caveats=_caveats(rest, zero),
    )


def monetary_unit_sample(
    population: SamplingFrame,
    *,
    seed: int,
    size: int | None = None,
    interval: float | None = None,
    method: MonetaryMethod = "fixed",
    certainty_from: float | None = None,
    zero_money: ZeroMoney = "refuse",
    zero_size: int = 0,
    double_share: float = DOUBLE_SHARE,
) -> SelectionResult:
    """Return a monetary-unit sample 货币单元抽样名单: every yuan has one chance, and the unit that holds it is looked at.

    Parameters
    ----------
    population : the frame, with money.
    seed : a whole number, best drawn in public.
    size, interval : one of the two: monetary units to draw in all (a certain unit counts as one), or the sampling
        interval in money; the interval used is never longer than that asked for.
    method : ``"fixed"`` interval from one random start, or ``"cell"``: one random point in every interval.
    certainty_from, zero_money, zero_size, double_share : as ``pps_sample``.

    Returns
    -------
    SelectionResult
        The list; ``hits`` counts the points that fell on a unit (with cells a unit can be hit twice), ``weight`` is
        hits / expected hits.

    Raises
    ------
    DataError, MethodError
        As ``pps_sample``; also where both or none of ``size`` and ``interval`` are given.

    Notes
    -----
    Units at least as large as the interval J are certain; the rest of the money X is cut into n equal intervals
    J = X/n, in a random order of the units. Fixed: π_i = x_i/J. Cell: expected hits p = x_i/J and, since the cells
    start at a random point, π_i = p − p³/6. The cell method is less exposed to a pattern in the list. Bounds on the
    money wrongly graded (``Stringer``) speak of the drawn part; certain units are added as counted. Source: Leslie,
    Teitlebaum & Anderson (1979), Dollar-unit sampling; AICPA Audit Sampling guide, ch. 6. Verified in
    tests/reliability/test_sampling_selection_money.py (π by simulation).

    Examples
    --------
    >>> import pandas as pd
    >>> from perfkit.reliability.sampling import sampling_frame
    >>> table = pd.DataFrame({"project": list("ABCDEF"), "budget": [100.0, 10, 20, 30, 15, 25]})
    >>> found = monetary_unit_sample(sampling_frame(table, unit="project", money="budget"), size=3, seed=5)
    >>> found.design.name, found.interval, int(found.units["hits"].sum())
    ('census+monetary_unit', 50.0, 3)
    """
    checked_draw(seed, double_share)
    if method not in ("fixed", "cell"):
        raise unknown_choice("method", method, ("fixed", "cell"))
    certain, rest, zero = _by_money(population, certainty_from, zero_money)
    certain, rest, size = _wanted_size(population, certain, rest, size, interval)
    certain, rest, shares, used = _take_all(population, certain, rest, size)
    draws = size - len(certain)
    numbers = unit_numbers(population, seed, "select")
    order = np.argsort(numbers[rest], kind="stable")
    start = drawn_fractions(population, seed, "start", 1)[0]
    points = np.arange(draws) + start
    if method == "cell" and draws:
        points = (points + drawn_fractions(population, seed, "cells", draws)) % draws
    hits = np.bincount(_hit(shares[order], points), minlength=len(rest))
    chosen = order[np.flatnonzero(hits)]
    expected = shares[chosen]
    chances = expected if method == "fixed" else expected - expected**3 / 6
    if method == "cell" and draws == 1:
        # A single cell holds a single point, and no unit meets a second one.
        chances = expected
    drawn = _part(Selection.MONETARY_UNIT, rest, chosen, chances, hits[hits > 0].astype(np.int64), expected)
    return selected(
        population,
        [Part.certain(certain), drawn, _zero_part(population, zero, zero_size, numbers)],
        seed=seed,
        double_share=double_share,
        method=f"monetary_unit:{method}" + _suffix(certain, zero),
        source="Leslie, Teitlebaum & Anderson (1979); AICPA Audit Sampling guide, ch. 6",
        interval=used,
        threshold=UNKNOWN if certainty_from is None else float(certainty_from),
        caveats=_caveats(rest, zero),
    )


def _by_money(population: SamplingFrame, threshold: float | None, zero_money: str) -> tuple[Places, Places, Places]:
    """Return the places of certain units, of those to draw from, and of those without money."""
    if zero_money not in ("refuse", "simple"):
        raise unknown_choice("zero_money", zero_money, ("refuse", "simple"))
    money = population.amounts()
    certain, rest = apart(population, threshold)
    zero = rest[money[rest] == 0]
    if len(zero) and zero_money == "refuse":
        raise DataError(_no_chance(sorted(map(str, population.ids[zero]))))
    if len(certain) + len(rest) == len(zero):
        raise DataError(_no_money_at_all())
    return certain, rest[money[rest] > 0], zero


def _wanted_size(
    population: SamplingFrame, certain: Places, rest: Places, size: int | None, interval: float | None
) -> tuple[Places, Places, int]:
    """Return the certain units, the rest and the number of draws, from either way of asking."""
    if (size is None) == (interval is None):
        raise MethodError(_one_of_two(size, interval))
    if interval is None:
        least = min(len(certain) + 1, len(certain) + len(rest))
        return certain, rest, checked_size("size", size or 0, least, len(certain) + len(rest))
    if isinstance(interval, bool) or not 0 < interval < math.inf:
        raise MethodError(no_amount("interval", interval))
    money = population.amounts()
    large = money[rest] >= interval * FULL
    certain, rest = np.concatenate([certain, rest[large]]), rest[~large]
    return certain, rest, len(certain) + math.ceil(float(money[rest].sum()) / interval * FULL)


def _take_all(
    population: SamplingFrame, certain: Places, rest: Places, size: int
) -> tuple[Places, Places, Shares, float]:
    """Return certain units, the rest, its expected hits, and the interval; units that fill it become certain."""
    money = population.amounts()
    while True:
        draws = size - len(certain)
        total = float(money[rest].sum())
        if not len(rest) or draws <= 0:
            return certain, rest, np.zeros(len(rest)), UNKNOWN
        shares: Shares = money[rest] * (draws / total)
        full = shares >= FULL
        if not full.any():
            return certain, rest, shares, total / draws
        certain, rest = np.concatenate([certain, rest[full]]), rest[~full]


def _hit(shares: Shares, points: NDArray[np.float64]) -> Places:
    """Return the unit that holds each point, units laid end to end, each as long as its expected hits."""
    if not len(points):
        return np.empty(0, dtype=np.intp)
    ends = np.cumsum(shares)
    # The sum is the number of points but for rounding, and the last point lies before the last end.
    return np.minimum(np.searchsorted(ends * (len(points) / ends[-1]), points, side="right"), len(ends) - 1)


def _tournament(shares: Shares, numbers: NDArray[np.uint64]) -> Places:
    """Return the places chosen by the pivotal method, pairs of neighbours deciding round by round."""
    chances = shares.copy()
    undecided = np.arange(len(shares))
    rounds = 0
    while len(undecided) > 1:
        first, second = undecided[0 : len(undecided) - 1 : 2], undecided[1::2]
        both = chances[first] + chances[second]
        luck = fractions(mixed(numbers[first] ^ mixed(numbers[second] + np.uint64(rounds))))
        small = both < 1
        share = np.where(small, chances[first] / both, (1 - chances[second]) / np.where(small, 1.0, 2 - both))
        first_wins = luck < share
        chances[first] = np.where(small, np.where(first_wins, both, 0.0), np.where(first_wins, 1.0, both - 1))
        chances[second] = np.where(small, np.where(first_wins, 0.0, both), np.where(first_wins, both - 1, 1.0))
        # Of a pair one is decided; the other goes on with what chance is left.
        goes_on = np.where(first_wins == small, first, second)
        odd = undecided[len(undecided) - 1 :] if len(undecided) % 2 else undecided[:0]
        undecided = np.concatenate([goes_on, odd])
        rounds += 1
    return np.flatnonzero(chances > 0.5)


def _part(
    selection: Selection,
    members: Places,
    chosen: Places,
    chances: Shares,
    hits: NDArray[np.int64],
    expected: Shares,
) -> Part:
    """Return the drawn part; ``chosen`` are places among its members."""
    return Part(
        name=REST,
        selection=selection,
        members=members,
        drawn=members[chosen],
        probability=chances,
        hits=hits,
        expected=expected,
    )


def _zero_part(population: SamplingFrame, zero: Places, size: int, numbers: NDArray[np.uint64]) -> Part:
    """Return the stratum of units without money."""
    count = checked_size("zero_size", size, min(1, len(zero)), len(zero))
    return Part.equal(ZERO, zero, zero[smallest(numbers[zero], count)])


def _suffix(certain: Places, zero: Places) -> str:
    return ("+certainty" if len(certain) else "") + ("+zero" if len(zero) else "")


def _caveats(rest: Places, zero: Places) -> tuple[Caveat, ...]:
    """Return what a list drawn by money must say."""
    caveats: tuple[Caveat, ...] = () if len(rest) else (whole_certain(),)
    if len(zero):
        caveats += (Caveat("ZERO_MONEY", f"{len(zero)} 个单位金额为 0，按金额抽不到，另列一层简单随机抽取，单独报告"),)
    return caveats


def _no_chance(names: list[str]) -> list[Problem]:
    """Return every unit without money as a problem; those past the twentieth are listed in one."""
    groups = [[name] for name in names[:SHOWN_ROWS]] + ([names[SHOWN_ROWS:]] if len(names) > SHOWN_ROWS else [])
    return [
        Problem(
            code="SF-ZERO",
            where=f"抽样框 单位 {'、'.join(group)}",
            expected="大于 0 的金额（按金额抽样抽不到 0）",
            found="0",
            mend="用 zero_money=simple 另列一层，并以 zero_size 给出该层抽取数",
        )
        for group in groups
    ]


def _no_money_at_all() -> Problem:
    return Problem(
        code="SF-ZERO", where="抽样框", expected="至少一个单位的金额大于 0", found="全部为 0", mend="改用等概率抽样"
    )


def _one_of_two(size: object, interval: object) -> Problem:
    return Problem(
        code="SF-CHOICE",
        where="size 与 interval",
        expected="二者给出其一",
        found=f"size={size}，interval={interval}",
        mend="给样本量或给抽样间隔",
    )
