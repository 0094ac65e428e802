"""Forensic signs 异常提示 in self-scores: pooled over all departments, for the working paper only, to choose where to look next.

A sign is no finding about anybody: honest, rounded scores give it too, and the result says how often. Hence no rows of single
departments, no test on few scores, nothing of it in the report.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.checks.finding import listed
from perfkit.checks.self_evaluation import DeskCheckResult
from perfkit.checks.self_evaluation.own import decimals_of
from perfkit.reliability.anomaly import (
    HonestNull,
    Item,
    cutoff_binomial,
    flat_marks,
    heaping,
    honest_null,
    item_of,
    repeated_vectors,
)
from perfkit.result import Caveat
from perfkit.stages.listing import Listing
from perfkit.terms.reliability import Statistic

POOLED = ""
# Ours, printed with the result: the grade edge that something hangs on, edges of no consequence beside it, the window.
EDGE, PLACEBOS, WINDOW = 90.0, (85.0, 95.0), 2.0
MULTIPLES = (5.0,)
LEAST_N = 100
REPLICATES = 999
DECIMALS = 2
NOT_TESTED = "未检验"
LEAST_IN_WINDOW = 20
# Own totals are taken to half a point: every pair of execution and total is tilted alone, and many are nearly alike.
CENTRES = 0.5
METHODOLOGY = (
    "方法学，没有规则规定；断点 90 分、对照断点 85 和 95 分、窗口 2 分、整数位 5 分、"
    "最少 {least} 个得分为本次参数；只合并检验，不落到部门或个人"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignsResult(Listing):
    """Anomaly signs 异常提示: one row a test over all departments together.

    ``value`` is what is observed, ``expected`` what honest scores give on average, ``p`` the simulated one (exact for flat
    marks; at the edge the larger of that and of the one against placebo edges, 1 where nothing piles up above it),
    ``false_positive_rate`` how often honest scores give the same sign at most, ``next`` what to look at next. Where a test was
    not made p is NaN and ``note`` says why.
    """

    kind: ClassVar[str] = "anomaly_signs"
    columns: ClassVar[tuple[str, ...]] = (
        "sign", "department", "n", "value", "expected", "p", "false_positive_rate", "next", "note",
    )  # fmt: skip

    level: float
    seed: int
    least: int


@dataclass(frozen=True, slots=True)
class _Alike:
    """Forms of one sum of points 同一分值结构: the forms, the rates of all their marks, usual fulls, and the step of the marks."""

    forms: pd.DataFrame
    rates: NDArray[np.float64]
    fulls: tuple[float, ...]
    step: float

    def items(self) -> tuple[Item, ...]:
        """Return the indicators with the marks that are given, as often as they are: each mark is honest, sums are tested."""
        return tuple(self._item(full) for full in self.fulls)

    def _item(self, full: float) -> Item:
        step = min(self.step, full)
        marks = np.round(np.minimum(np.round(self.rates * full / step) * step, full), DECIMALS)
        values, counts = np.unique(marks, return_counts=True)
        return item_of(values.tolist(), (counts / counts.sum()).tolist())


def anomaly_signs(
    checked: DeskCheckResult, *, level: float = 0.95, seed: int = 0, least: int = LEAST_N, replicates: int = REPLICATES
) -> SignsResult:
    """Return the signs over all forms together 异常提示.

    Parameters
    ----------
    checked : the desk check over every form. level, seed : of the run.
    least : forms below which nothing is tested; a tenth of it of missed targets, a fifth of it of forms of one structure.
    replicates : simulated honest samples.

    Notes
    -----
    The null is simulated from the items of the forms: every honest project keeps its own total on average, marks are whole
    steps of the form, execution points are what they are (``honest_null``). Forms of other points than most are left out of
    it and counted. The exact p of the window alone is never used.
    """
    alike = _alike(checked)
    rows: list[dict[str, Any]] = []
    if len(alike.forms) < least:
        signs = (Statistic.CUTOFF_BINOMIAL, Statistic.HEAPING)
        rows += [_untested(one, len(alike.forms), least, "同一分值结构的自评表") for one in signs]
    else:
        null = _null(alike)
        rows.append(_edge_row(alike, null, level, seed, replicates))
        rows += _heap_rows(alike, null, level, seed, least, replicates)
    rows += [
        _flat_row(checked, level, least),
        _repeated_row(checked, level, seed, least, replicates),
    ]
    return SignsResult(
        method="anomaly_signs:pooled", n_used=len(checked.forms), source="DESIGN §6；RULES §6", rows=tuple(rows),
        caveats=(Caveat("METHODOLOGY", METHODOLOGY.format(least=least)),), level=level, seed=seed, least=least,
    )  # fmt: skip


def _row(
    sign: Statistic, n: int, value: float, expected: float, p: float, rate: float, then: str, note: str
) -> dict[str, Any]:
    """Return one row, pooled."""
    return {
        "sign": sign.value, "department": POOLED, "n": n, "value": value, "expected": expected, "p": p,
        "false_positive_rate": rate, "next": then, "note": note,
    }  # fmt: skip


def _untested(sign: Statistic, n: int, least: int, what: str) -> dict[str, Any]:
    """Return the row of a test that was not made."""
    nan = math.nan
    return _row(sign, n, nan, nan, nan, nan, "", f"{NOT_TESTED}：{what} {n} 个，少于 {least} 个")


def _matrix(checked: DeskCheckResult) -> pd.DataFrame:
    """Return whole forms: fulls and marks of the indicators as tuples in the order of the form, total, execution points."""
    items = checked.items[["form", "kind", "full", "score", "level3"]]
    indicators = items[items["kind"] != "execution"]
    whole = indicators.groupby("form").agg(fulls=("full", tuple), marks=("score", tuple))
    paid = items[items["kind"] == "execution"].drop_duplicates("form").set_index("form")["score"]
    forms = checked.forms.drop_duplicates("project", keep="last").set_index("form")
    table = forms[["department", "project", "name", "total"]].join(whole, how="inner").assign(paid=paid)
    sound = table["total"].between(0, 100) & table["paid"].notna()
    sound &= table["marks"].map(lambda marks: not any(math.isnan(mark) for mark in marks))
    sound &= table["fulls"].map(lambda fulls: all(full > 0 for full in fulls))
    return table[sound]


def _alike(checked: DeskCheckResult) -> _Alike:
    """Return the forms whose indicators carry as many points as on most forms, with the step they are marked in.

    The honest totals of forms of 90 points differ little with how those are shared among the items: the middle number of
    items stands for all, and only the sum must be the same.
    """
    table = _matrix(checked)
    if table.empty:
        return _Alike(table, np.empty(0), (), 1.0)
    sums = table["fulls"].map(math.fsum).round(6)
    usual = table[sums == sums.mode().iloc[0]]
    counts = usual["fulls"].map(len)
    middle = usual.loc[(counts - counts.median()).abs().idxmin(), "fulls"]
    marks = np.array([mark for row in usual["marks"] for mark in row])
    digits = int(np.percentile(decimals_of(marks, DECIMALS), 90)) if marks.size else 0
    fulls = np.array([full for row in usual["fulls"] for full in row])
    return _Alike(usual, np.clip(marks / fulls, 0.0, 1.0), middle, 10.0**-digits)


def _null(alike: _Alike) -> HonestNull:
    """Return the honest totals: each project around its own, marks in whole steps, execution points fixed."""
    executions = alike.forms["paid"].to_numpy(dtype=float)
    wanted = np.maximum(alike.forms["total"].to_numpy(dtype=float) - executions, 0.0)
    executions, rough = np.round(executions, DECIMALS), np.round(wanted / CENTRES) * CENTRES
    # A total just below full points must not become full: it would have one way only to be reached.
    wanted = np.where(rough < math.fsum(alike.fulls), rough, wanted)
    return honest_null(alike.items(), executions=executions, centres=wanted + executions, decimals=DECIMALS)


def _edge_row(alike: _Alike, null: HonestNull, level: float, seed: int, replicates: int) -> dict[str, Any]:
    """Return the window at the edge of 优 against the placebo edges."""
    sign, totals = Statistic.CUTOFF_BINOMIAL, alike.forms["total"].to_numpy(dtype=float)
    window: dict[str, Any] = {
        "cutoff": EDGE, "window": WINDOW, "placebos": PLACEBOS, "null": null, "level": level, "replicates": replicates,
        "seed": seed,
    }  # fmt: skip
    found = cutoff_binomial(totals, **window)
    inside = found.left + found.right
    if inside < LEAST_IN_WINDOW:
        return _untested(sign, inside, LEAST_IN_WINDOW, f"{EDGE - WINDOW:g} 至 {EDGE + WINDOW:g} 分内的得分")
    if 0 < found.honest_share < 1:
        # Half on either side is no honest share where scores are high: the test is made against the simulated one.
        found = cutoff_binomial(totals, share=found.honest_share, **window)
    note = (
        f"{EDGE:g} 分上下各 {WINDOW:g} 分内 {found.left + found.right} 个，其中 {EDGE:g} 分及以上 {found.right} 个；"
        f"对照断点 " + "、".join(f"{one.edge:g} 分 {one.right}/{one.left + one.right}" for one in found.placebos)
        + f"；与诚实得分相比 p＝{found.p_simulated:.3g}，与对照断点相比 p＝{found.p_against_placebos:.3g}，取较大者"
    )  # fmt: skip
    above = alike.forms["total"].between(EDGE, EDGE + WINDOW, inclusive="left")
    then = f"先看总分在 {EDGE:g}（含）至 {EDGE + WINDOW:g} 分的 {int(above.sum())} 个项目：{_named(alike.forms[above])}"
    if not found.value > found.honest_share:
        # Fewer above the edge than honest scores give is what a falling distribution looks like: no sign is sought there.
        then = f"{EDGE:g} 分以上不多于诚实得分所预期，没有提示"
        return _row(sign, inside, found.value, found.honest_share, 1.0, found.false_positive_rate, then, note)
    # Unusual against honest scores and against edges where nothing hangs on the score: the larger p of the two.
    p = float(np.nanmax([found.p_simulated, found.p_against_placebos]))
    return _row(sign, inside, found.value, found.honest_share, p, found.false_positive_rate, then, note)


def _heap_rows(
    alike: _Alike, null: HonestNull, level: float, seed: int, least: int, replicates: int
) -> Iterator[dict[str, Any]]:
    """Yield heaps at round totals, as far as the marks leave other totals possible; the edge has its own test."""
    multiples = [
        one for one in MULTIPLES if null.step < one - 1e-9 and abs(one / null.step - round(one / null.step)) < 1e-6
    ]
    total = alike.forms["total"]
    found = heaping(
        total.to_numpy(dtype=float),
        null=null,
        multiples=multiples,
        level=level,
        replicates=replicates,
        seed=seed,
        least_n=least,
    )
    for heap in found.heaps:
        there = (total % heap.at).round(6).isin([0.0, heap.at])
        then = f"先看总分为 {heap.at:g} 的整数倍的 {heap.count} 个项目：{_named(alike.forms[there])}"
        note = f"{heap.at:g} 的整数倍，{heap.n} 个得分中 {heap.count} 个"
        yield _row(
            Statistic.HEAPING, heap.n, heap.share, heap.honest_share, heap.p, heap.false_positive_rate, then, note
        )


def _flat_row(checked: DeskCheckResult, level: float, least: int) -> dict[str, Any]:
    """Return full marks on missed targets, indicators of all forms together."""
    sign = Statistic.FLAT_MARKS
    items = checked.items[
        checked.items["known_met"] & checked.items["own_score"].notna() & (checked.items["own_full"] > 0)
    ]
    fewest = max(1, least // 10)
    missed = int((~items["met"].astype(bool)).sum())
    if missed < fewest:
        return _untested(sign, missed, fewest, "未达标的定量指标")
    # A strict target reached exactly has ratio 1 and is missed all the same: a hair below says so.
    reached = np.where(
        items["met"].to_numpy(dtype=bool), np.maximum(items["ratio"], 1.0), np.minimum(items["ratio"], 1.0 - 1e-6)
    )
    found = flat_marks(
        items["own_score"].to_numpy(), reached, full=items["own_full"].to_numpy(),
        step=10.0 ** -np.maximum(items["decimals"].to_numpy(dtype=float), 1.0), level=level, least_n=fewest,
    )  # fmt: skip
    flat = items[~items["met"].astype(bool) & (items["own_score"] >= items["own_full"] - 1e-9)]
    codes = flat["project"].replace("", np.nan).dropna().value_counts().index
    then = (
        f"先看未达标而给满分的 {found.missed_full} 项指标，涉及项目：{listed(codes)}"
        if found.missed_full
        else "没有这样的指标"
    )
    note = f"未达标 {found.missed} 项，其中满分 {found.missed_full} 项；笔误容许比例 {found.slips:.0%}（本次参数）"
    if math.isnan(found.p):
        note = f"{NOT_TESTED}：按给分步长取整后未达标的只有 {found.missed} 项，少于 {fewest} 项"
    return _row(sign, found.n_used, found.value, found.slips, found.p, found.false_positive_rate, then, note)


def _repeated_row(checked: DeskCheckResult, level: float, seed: int, least: int, replicates: int) -> dict[str, Any]:
    """Return repeated vectors of marks among the forms of the commonest structure of points."""
    sign, table = Statistic.REPEATED_VECTORS, _matrix(checked)
    same = table[table["fulls"] == table["fulls"].value_counts().index[0]] if len(table) else table
    fewest = max(2, least // 5)
    if len(same) < fewest:
        return _untested(sign, len(same), fewest, "各项分值完全相同的自评表")
    marks = np.array(list(same["marks"]), dtype=float)
    outside = (marks < 0) | (marks > np.array(same["fulls"].iloc[0]))
    marks = marks[~outside.any(axis=1)]
    kept = same[~outside.any(axis=1)]
    # Marks as often as they were given: the marks of a form in hundredths are too many to tell chance from habit.
    found = repeated_vectors(marks, level=level, replicates=replicates, seed=seed, least_n=fewest)
    codes = kept["project"].to_numpy(dtype=object)
    groups = [
        f"{len(rows)} 个项目各项得分相同：{listed([str(codes[row]) or '（不在清单内）' for row in rows])}"
        for rows in found.groups
    ]
    then = "；".join(groups[:3]) or "没有各项得分相同的项目"
    note = (
        f"各项得分完全相同的项目对 {found.pairs} 对，诚实打分平均 {found.honest_pairs:.3g} 对；"
        "误报率以各项独立给分为前提，各项相互关联时诚实打分也会更多重复"
    )
    return _row(sign, found.n_used, found.value, math.nan, found.p, found.false_positive_rate, then, note)


def _named(forms: pd.DataFrame) -> str:
    """Return projects by code as an enumeration."""
    names: Sequence[str] = [str(code) for code in forms["project"] if code]
    return listed(names) if names else "（不在清单内）"
