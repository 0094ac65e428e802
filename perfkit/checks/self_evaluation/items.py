"""Desk checks of indicators 指标复核: cells that must be filled, points by the declared method, causes, full marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from perfkit.checks.finding import INFO, points
from perfkit.checks.self_evaluation.finding import desk_finding, named, number, place, rows_of
from perfkit.checks.self_evaluation.own import ROUNDING, Bools, full_marks
from perfkit.checks.self_evaluation.rules import EXECUTION_GAP, DeskRules
from perfkit.checks.self_evaluation.tables import EXECUTION, empty
from perfkit.checks.self_evaluation_shapes import DeskFinding
from perfkit.scoring.functions.bands import QUALITATIVE_BANDS
from perfkit.terms import Absence, Operator, Reason

SCORING_WORDS = {
    "linear_2020": "按完成比例计分（财预〔2020〕10号）",
    "pass_line_2021": "按 60% 及格线计分（财预〔2021〕101号举例）",
}
_NO_NUMBER = "实际完成值不是数字"


def item_findings(items: pd.DataFrame, rules: DeskRules) -> Iterator[DeskFinding]:
    """Yield findings over indicators, the execution rate left out 指标复核.

    Parameters
    ----------
    items : from ``with_own_scores``.
    """
    indicators = items[items["kind"] != EXECUTION]
    yield from _cells(indicators)
    yield from _range(items)
    yield from _points(indicators, rules)
    yield from _causes(indicators, rules)
    yield from _bands(indicators, rules)
    yield from _not_computable(indicators)


def _moved(row: dict[str, Any]) -> float:
    """Return the points of 100 that the rule moves an item by."""
    return float((row["own"] - row["own_score"]) * row["scale"])


def _cells(items: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield cells that must be filled and are not (E15), and full marks that rest on nothing (E16)."""
    no_target, no_actual = empty(items["target_text"]), empty(items["actual_text"])
    full = full_marks(items)
    for row in rows_of(items, full & (no_target | no_actual)):
        lacking = "实际完成值" if row["actual_text"] in ("", "-", "—", "——", "/", "／", "\\") else "指标值"
        cell, reason = (
            ("actual", Reason.UNSOURCED_ACTUAL) if lacking == "实际完成值" else ("target", Reason.INSUFFICIENT_BASIS)
        )
        yield desk_finding(
            "E16", row, f"{named(row)}没有填写{lacking}，得分 {points(row['own_score'])} 为满分，得分没有依据",
            expected=f"填写{lacking}", found="空白", where=place(row, cell), reason=reason,
        )  # fmt: skip
    missing = {
        "指标值": ("target", no_target & ~full),
        "实际完成值": ("actual", no_actual & ~full),
        "分值": ("full", items["own_full"].isna().to_numpy()),
        "得分": ("score", items["own_score"].isna().to_numpy()),
        "三级指标名称": ("target", (items["level3"] == "").to_numpy()),
    }
    for words, (cell, mask) in missing.items():
        for row in rows_of(items, mask):
            yield desk_finding(
                "E15", row, f"{named(row)}没有填写{words}，该项不能核算", expected=f"填写{words}", found="空白",
                where=place(row, cell),
            )  # fmt: skip


def _outside(items: pd.DataFrame) -> Bools:
    """Return which scores lie outside 0 to the full score."""
    score, full = items["own_score"].to_numpy(), items["own_full"].to_numpy()
    return np.asarray((score > full + ROUNDING) | (score < -ROUNDING))


def _range(items: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield scores above the full score or below zero (S01), of the execution rate too."""
    for row in rows_of(items, _outside(items)):
        limit = row["own"] if not np.isnan(row["own"]) else min(max(row["own_score"], 0.0), row["own_full"])
        yield desk_finding(
            "S01", row, f"{named(row)}得分 {number(row['own_score'])}，超出 0 至分值 {number(row['own_full'])} 的范围",
            expected=f"0～{number(row['own_full'])}", found=number(row["own_score"]), where=place(row, "score"),
            points=float((limit - row["own_score"]) * row["scale"]), reason=Reason.ARITHMETIC,
        )  # fmt: skip


def _points(items: pd.DataFrame, rules: DeskRules) -> Iterator[DeskFinding]:
    """Yield quantitative scores that the declared method does not give (E17, S11, S13, S14)."""
    wrong = items["wrong"].to_numpy() & ~_outside(items)
    method = SCORING_WORDS[rules.choices.scoring]
    for row in rows_of(items, wrong):
        code, reason, said = _kind_of_error(row, method)
        yield desk_finding(
            code, row,
            f"{named(row)}目标值 {row['target_words']}，实际完成值 {row['actual_words']}，{said}，应得 {points(row['own'])} 分，"
            f"填报 {points(row['own_score'])} 分",
            expected=points(row["own"]), found=points(row["own_score"]), where=place(row, "score"), points=_moved(row),
            reason=reason,
        )  # fmt: skip


def _kind_of_error(row: dict[str, Any], method: str) -> tuple[str, Reason, str]:
    """Return check, reason and words of a score that the declared method does not give."""
    printed, ratio = row["own_score"], f"完成 {row['ratio']:.2%}"
    if row["zero_target"]:
        reason = Reason.NOT_CREDITED if row["met"] else Reason.NOT_DEDUCTED
        return "S14", reason, f"目标值为零或负数，{'已达到' if row['met'] else '未达到'}，按声明的零目标规则（X03）"
    digits = 10.0 ** -float(row["decimals"])
    if abs(printed - row["forward"]) <= 0.5 * digits + ROUNDING and abs(row["forward"] - row["own"]) > ROUNDING:
        return "S13", Reason.ARITHMETIC, f"越低越好的指标按“实际÷目标”计了分，按声明的反向规则（X02）{ratio}"
    if not row["met"] and printed >= row["own_full"] - ROUNDING:
        return "E17", Reason.NOT_DEDUCTED, f"未达到目标（{ratio}）而得满分，{method}"
    if row["met"]:
        return "S11", Reason.NOT_CREDITED, f"已达到目标，{method}"
    return "S11", Reason.ARITHMETIC, f"{ratio}，{method}"


def _causes(items: pd.DataFrame, rules: DeskRules) -> Iterator[DeskFinding]:
    """Yield targets missed (E02) or far exceeded (S12) without a cause."""
    silent = ~items["caused"].to_numpy()
    for row in rows_of(items, items["known_met"].to_numpy() & ~items["met"].to_numpy() & silent):
        yield desk_finding(
            "E02", row,
            f"{named(row)}目标值 {row['target_words']}，实际完成值 {row['actual_words']}，完成 {row['ratio']:.2%}，"
            "没有写明偏差原因和改进措施",
            expected="原因和改进措施", found="空白", where=place(row, "cause"), reason=Reason.INSUFFICIENT_BASIS,
        )  # fmt: skip
    # Below the best band (80 %) the unit itself says that a qualitative target was not reached; nobody else judges it here.
    rate = items["own_score"] / items["own_full"].where(items["own_full"] > 0)
    partly = ((items["kind"] == "qualitative") & (rate < QUALITATIVE_BANDS[0] - ROUNDING)).to_numpy() & silent
    for row in rows_of(items, partly):
        yield desk_finding(
            "E02", row,
            f"{named(row)}自评得分率 {row['own_score'] / row['own_full']:.2%}，低于 {QUALITATIVE_BANDS[0]:.0%}，"
            "即单位自己认为没有全部达成，没有写明偏差原因和改进措施",
            expected="原因和改进措施", found="空白", where=place(row, "cause"), reason=Reason.INSUFFICIENT_BASIS,
        )  # fmt: skip
    for row in rows_of(items, items["overshoot"].to_numpy() & silent):
        yield desk_finding(
            "S12", row,
            f"{named(row)}目标值 {row['target_words']}，实际完成值 {row['actual_words']}，为目标的 {row['ratio']:.2%}，"
            f"超过 {rules.choices.overshoot:.0%} 的提示线（本次参数），没有写明原因，目标值可能偏低",
            expected="超额原因", found="空白", where=place(row, "cause"), reason=Reason.LOW_TARGET,
        )  # fmt: skip


def _bands(items: pd.DataFrame, rules: DeskRules) -> Iterator[DeskFinding]:
    """Yield qualitative scores outside the band of the label that the unit itself chose (S10); nothing else is judged."""
    labelled = (items["kind"] == "qualitative") & items["actual_text"].isin(rules.labels)
    for row in rows_of(items, (labelled & items["own_score"].notna() & (items["own_full"] > 0)).to_numpy()):
        low, high = rules.labels[row["actual_text"]]
        rate = round(row["own_score"] / row["own_full"], 9)
        if low <= rate and (rate < high or high == 1.0):
            continue
        edge = "含" if high == 1.0 else "不含"
        yield desk_finding(
            "S10", row,
            f"{named(row)}自评为“{row['actual_words']}”，得分率应在 {low:.0%}（含）至 {high:.0%}（{edge}），填报得分率 {rate:.2%}",
            expected=f"{low:.0%}～{high:.0%}", found=f"{rate:.2%}", where=place(row, "score"), reason=Reason.ARITHMETIC,
        )  # fmt: skip


def _not_computable(items: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield quantitative items that cannot be computed, with the reason (T07, T08, E19): never scored as zero."""
    absent = set(Absence.labels())
    measured = (items["kind"] == "quantitative").to_numpy()
    worded = measured & items["value"].isna().to_numpy() & ~empty(items["actual_text"])
    worded &= ~items["actual_text"].isin(absent).to_numpy()
    satisfied = (items["level1"] == "满意度指标").to_numpy()
    for row in rows_of(items, worded & satisfied):
        yield desk_finding(
            "T07", row,
            f"{named(row)}目标值 {row['target_words']}，实际完成值“{row['actual_words']}”没有数值，看不出做过满意度调查，无法核算",
            expected="调查得出的满意度", found=row["actual_text"], where=place(row, "actual"), reason=Reason.EVIDENCE,
        )  # fmt: skip
    items = items.assign(why=np.where(worded & ~satisfied, _NO_NUMBER, items["why"]))
    undeclared = items["why"].str.startswith("没有写明方向").to_numpy()
    for row in rows_of(items, measured & (items["why"] != "").to_numpy()):
        code = "T08" if row["why"].startswith("没有写明方向") else "E19"
        yield desk_finding(
            code, row,
            f"{named(row)}目标值 {row['target_words']}，实际完成值 {row['actual_words']}：{row['why']}，无法核算（不按零分处理）",
            expected="方向明确的目标值" if code == "T08" else "与目标值同一口径的数值", found=row["actual_text"],
            where=place(row, "target" if code == "T08" else "actual"),
            reason=None if code == "T08" else Reason.DEFINITION,
        )  # fmt: skip
    for row in rows_of(items, measured & ~undeclared & _at_edge(items)):
        yield desk_finding(
            "S11", row,
            f"{named(row)}目标值 {row['target_words']}，实际恰等于目标值，没有达到；扣多少没有规定，无法核算",
            expected="大于或小于目标值", found=row["actual_text"], where=place(row, "score"), severity=INFO,
            own_rule=False, send_back=False, reason=None,
        )  # fmt: skip

    left_open = (
        measured & (items["why"] == "").to_numpy() & items["zero_target"].to_numpy() & items["own"].isna().to_numpy()
    )
    for row in rows_of(items, left_open & items["own_full"].notna().to_numpy()):
        yield desk_finding(
            "S14", row, f"{named(row)}目标值 {row['target_words']}，按声明的零目标规则（X03）不计算，无法核算（不按零分处理）",
            expected="—", found=row["actual_text"], where=place(row, "target"), severity=INFO, own_rule=False,
            send_back=False,
        )  # fmt: skip


def _at_edge(items: pd.DataFrame) -> Bools:
    """Return which values stand exactly on a strict target."""
    strict = items["operator_code"].isin([place_ for place_, one in enumerate(Operator) if one in _STRICT])
    return np.asarray(items["known_met"].to_numpy() & ~items["met"].to_numpy() & strict & items["own"].isna())


_STRICT = (Operator.MORE, Operator.LESS)


def profile_findings(items: pd.DataFrame, forms: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield hints over a whole form: points against execution (E03), every indicator in full (E04) 整表提示.

    Both are practice and say only where to look again.
    """
    scored = items[items["own_score"].notna() & items["own_full"].notna()]
    indicators, execution = scored[scored["kind"] != EXECUTION], scored[scored["kind"] == EXECUTION]
    sums = indicators.groupby("form")[["score", "full"]].sum()
    share = sums["score"] / sums["full"].where(sums["full"] > 0)
    paid = execution.groupby("form")[["score", "full"]].sum()
    paid_share = paid["score"] / paid["full"].where(paid["full"] > 0)
    gap = ((share - paid_share.reindex(share.index)) / share.where(share > 0)).reindex(forms["form"]).to_numpy()
    for row, apart in zip(
        rows_of(forms, gap > EXECUTION_GAP + ROUNDING), gap[gap > EXECUTION_GAP + ROUNDING], strict=True
    ):
        yield desk_finding(
            "E03", row,
            f"指标得分率 {share[row['form']]:.2%}，预算执行率得分率 {paid_share[row['form']]:.2%}，"
            f"相差为指标得分率的 {apart:.2%}（提示线 {EXECUTION_GAP:.0%}，实务做法），宜再看",
            expected=f"≤{EXECUTION_GAP:.0%}", found=f"{apart:.2%}",
        )  # fmt: skip
    flat = pd.Series(full_marks(indicators), index=indicators.index).groupby(indicators["form"]).all()
    for row in rows_of(forms, forms["form"].map(flat).eq(True).to_numpy()):
        yield desk_finding(
            "E04", row, "除预算执行率外各项指标全部满分，区分度低，宜核实", expected="—", found="全部满分"
        )
