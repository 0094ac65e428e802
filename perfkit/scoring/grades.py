"""Grades 等级: half-open bands of any number and name, on snapped totals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import Problem, RuleError
from perfkit.result import Caveat, Result
from perfkit.scoring.rounding import round_half_up, snap

__all__ = ["Band", "GradeResult", "grade", "grade_positions", "round_half_up", "snap"]

Band = tuple[str, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeResult(Result):
    """Grade of one total 等级: band name (``""`` where none), its edges and the distance to the neighbours.

    ``to_worse`` is how many points the total may lose before the grade falls, ``to_better`` how many it lacks to
    rise; NaN where there is no such neighbour.
    """

    kind: ClassVar[str] = "grade"

    value: str
    total: float
    low: float
    high: float
    to_worse: float
    to_better: float


def ordered_bands(bands: Sequence[Band]) -> tuple[Band, ...]:
    """Return the bands best first.

    Raises
    ------
    RuleError
        No bands, a name twice or empty, a band without width, two bands that overlap.
    """
    ordered = tuple(sorted(((name, float(low), float(high)) for name, low, high in bands), key=lambda band: -band[1]))
    problems = [] if ordered else [_problem("（无）", "至少一个等级", "没有等级")]
    names = [name for name, _, _ in ordered]
    for name, low, high in ordered:
        if not name or names.count(name) > 1:
            problems.append(_problem(name or "（无名称）", "互不相同的等级名称", "空名称或重复名称"))
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            problems.append(_problem(name, "下限小于上限", f"[{low:g}, {high:g}]"))
    for better, worse in pairwise(ordered):
        if worse[2] > better[1]:
            problems.append(_problem(worse[0], f"上限不超过 {better[1]:g}", f"{worse[2]:g}"))
    if problems:
        raise RuleError(problems)
    return ordered


def grade_positions(totals: ArrayLike, bands: Sequence[Band]) -> NDArray[np.int64]:
    """Return the position of the band of each total 等级序号, best first.

    Parameters
    ----------
    totals : totals of any shape on the scale of the bands.
    bands : (name, low, high) in any order; only the lower edges decide, half-open, so 89.5 between the printed bands
        80-89 and 90-100 has a grade; the top band also takes totals above its upper edge.

    Returns
    -------
    int64 array: 0 = best band; −1 for NaN or below the lowest edge.

    Raises
    ------
    RuleError
        Malformed bands (``ordered_bands``).

    Notes
    -----
    Totals are snapped to 1e-9 first: 89.99999999999999 is 90. The bands come from the rule set (X15).
    Source: 财预〔2020〕10号 第十八条.
    Verified against golden ``cn_grades_simple``.
    """
    lows = np.array([low for _, low, _ in ordered_bands(bands)])[::-1]
    snapped = snap(totals)
    below = np.searchsorted(snap(lows), np.where(np.isnan(snapped), -np.inf, snapped), side="right")
    return np.where(below > 0, lows.size - below, -1).astype(np.int64)


def grade(total: float, bands: Sequence[Band], *, at_best: str = "") -> GradeResult:
    """Return the grade of one total with the distance to its neighbours 等级.

    Parameters
    ----------
    total : total on the scale of the bands; NaN gives no grade and a caveat.
    bands : see ``grade_positions``. at_best : best grade still allowed (a veto), ``""`` for no limit.

    Returns
    -------
    GradeResult with caveats ``GRADE_GAPS`` (printed bands leave gaps, read as half-open), ``GRADE_CAPPED`` and
    ``NO_GRADE``.

    Raises
    ------
    RuleError
        Malformed bands (``ordered_bands``), or ``at_best`` is none of them.

    Notes
    -----
    Not for rates of single indicators, which have no grade. Source: 财预〔2020〕10号 第十八条 (usual bands; others may be
    set, X15). Verified against golden ``cn_grades_simple`` and the edges in tests/scoring/test_grades.py.
    """
    ordered = ordered_bands(bands)
    caveats: list[Caveat] = []
    if any(worse[2] < better[1] for better, worse in pairwise(ordered)):
        caveats.append(Caveat("GRADE_GAPS", "等级区间之间有空档，按下限半开区间判定"))
    place = int(grade_positions(total, ordered))
    names = [name for name, _, _ in ordered]
    if at_best and at_best not in names:
        raise RuleError(_problem(at_best, "、".join(names), at_best))
    if at_best and 0 <= place < names.index(at_best):
        place = names.index(at_best)
        caveats.append(Caveat("GRADE_CAPPED", "因一票否决，等级按上限确定"))
    if place < 0:
        caveats.append(Caveat("NO_GRADE", "总分未定或低于最低等级下限，不评等级"))
        name, low, high = "", math.nan, math.nan
    else:
        name, low, high = ordered[place]
    return GradeResult(
        value=name,
        total=total,
        low=low,
        high=high,
        to_worse=total - low if 0 <= place < len(ordered) - 1 else math.nan,
        to_better=ordered[place - 1][1] - total if place > 0 else math.nan,
        method="half_open_bands",
        n_used=1,
        caveats=tuple(caveats),
    )


def _problem(name: str, expected: str, found: str) -> Problem:
    """Return one problem of the bands."""
    return Problem(code="SC-GRADES", where=f"等级 {name}", expected=expected, found=found, mend="核对等级名称和上下限")
