"""Checks of weights, scores and grades 分值、得分与等级校验 (T01, T03, S01–S08, S10–S15, S18–S23)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from perfkit.checks.finding import (
    ERROR,
    INFO,
    LOGIC,
    OURS,
    PROJECT_10,
    WARNING,
    differs,
    finding,
    known,
    listed,
    points,
)
from perfkit.scoring.grades import Band, grade
from perfkit.terms import Severity
from perfkit.trace import Finding

Line = Mapping[str, Any]

OUTPUT_AND_BENEFIT = ("产出", "效益", "效果")
MINIMUM_OUTPUT_AND_BENEFIT = 60.0
# The level's own name, not the end of a longer one such as 资金使用效益.
QUOTED = r"(?:(?<![一-鿿])|其中){level}(?:类)?(?:指标)?(?:共|合计|总分|满分|分值|权重)(?:为|计)?\s*(\d+(?:\.\d+)?)\s*分"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def is_output_or_benefit(level1: str) -> bool:
    """Whether a level-1 indicator is one of output or benefit 产出或效益类: 产出, 产出指标, 项目产出, 项目效果."""
    return level1.removeprefix("项目").startswith(OUTPUT_AND_BENEFIT)


def weight_findings(items: Sequence[Line], expected: float = 100.0, key_evaluation: bool = True) -> list[Finding]:
    """Check that the full scores make the scheme 分值合计 (T01) and that output and benefit weigh enough (T03).

    Parameters
    ----------
    items : lines with ``code``, ``level1``, ``full_score`` (points on the total's scale).
    expected : what the full scores must add up to.
    key_evaluation : whether 10号 art. 14 applies.
    """
    found: list[Finding] = []
    total = math.fsum(float(item["full_score"]) for item in items)
    if abs(total - expected) > 1e-6:
        found.append(
            finding("T01", ERROR, "分值", f"各指标分值合计 {total:g}，应为 {expected:g}", expected=f"{expected:g}",
                    found=f"{total:g}", where="指标体系 › 分值")
        )  # fmt: skip
    if key_evaluation and total > 0:
        share = math.fsum(float(item["full_score"]) for item in items if is_output_or_benefit(str(item["level1"])))
        share *= expected / total
        if share < MINIMUM_OUTPUT_AND_BENEFIT - 1e-6:
            found.append(
                finding("T03", WARNING, "分值", f"产出与效益分值合计 {share:g}，低于原则上的 60",
                        expected="≥60", found=f"{share:g}", basis=f"{PROJECT_10}第十四条（原则上）",
                        where="指标体系 › 分值")
            )  # fmt: skip
    return found


def item_findings(items: Sequence[Line]) -> list[Finding]:
    """Check every item against what was printed and against its own rule text 单项得分 (S01, S02, S03, S15).

    Parameters
    ----------
    items : lines with ``code``, ``name``, ``full_score``, ``score`` (rounded), ``published_score``,
        ``rule_score`` (by the printed rule text), ``rule_note``, ``rule_text``, ``n_checkpoints``, ``cell``.
    """
    found: list[Finding] = []
    for item in items:
        code, score, cell = str(item["code"]), item["score"], str(item.get("cell", ""))
        printed, rule_score = item.get("published_score"), item.get("rule_score")
        if known(printed) and not -1e-9 <= float(printed) <= float(item["full_score"]) + 1e-9:
            found.append(
                finding("S01", ERROR, code, f"{code} 公布得分 {points(printed)} 不在 0 至分值 {item['full_score']:g} 之间",
                        expected=f"0–{item['full_score']:g}", found=points(printed), where=cell)
            )  # fmt: skip
        if known(printed) and known(score) and differs(float(printed), float(score)):
            found.append(
                finding("S02", ERROR, code,
                        f"{code}{item['name']}：公布得分 {points(printed)}，按所用数据和计分方法重算为 {points(score)}",
                        expected=points(score), found=points(printed), where=cell)
            )  # fmt: skip
        if known(rule_score) and known(score) and abs(float(rule_score) - float(score)) > 1e-9:
            note = f"（{item['rule_note']}）" if item.get("rule_note") else ""
            found.append(
                finding("S03", ERROR, code,
                        f"{code}{item['name']}：计分口径与评分细则文字不一致，按细则文字应为 {points(rule_score)}，"
                        f"按所用口径为 {points(score)}{note}",
                        expected=points(rule_score), found=points(score), where=cell)
            )  # fmt: skip
        found.extend(_checkpoint_count(item, cell))
    return found


def _checkpoint_count(item: Line, cell: str) -> list[Finding]:
    """Compare the points ①②③ named in the rule text with the points scored (S15)."""
    count = int(item.get("n_checkpoints") or 0)
    named = {mark for mark in str(item.get("rule_text") or "") if mark in CIRCLED}
    if not count or not named or len(named) == count:
        return []
    return [
        finding("S15", ERROR, str(item["code"]), f"{item['code']} 评分细则列了 {len(named)} 个要点，实际评了 {count} 个",
                expected=str(len(named)), found=str(count), where=cell)
    ]  # fmt: skip


def caveat_findings(items: Sequence[Line]) -> list[Finding]:
    """Turn what scoring marked into findings 计分提示 (S01, S10, S12, S14, S18–S21).

    Parameters
    ----------
    items : lines with ``code``, ``flags`` (caveat codes of the item) and ``deviation_reason``.
    """
    found: list[Finding] = []
    for item in items:
        for flag in item.get("flags", ()):
            known_flag = FLAGS.get(str(flag))
            if known_flag is None:
                continue
            check, severity, text, basis = known_flag
            if check == "S12" and item.get("deviation_reason"):
                continue
            found.append(finding(check, severity, str(item["code"]), f"{item['code']} {text}", basis=basis,
                                 where=str(item.get("cell", ""))))  # fmt: skip
    return found


FLAGS: Mapping[str, tuple[str, Severity, str, str]] = {
    "OUTSIDE_FULL_SCORE": ("S01", ERROR, "所给得分超出 0 至分值的范围", LOGIC),
    "OUTSIDE_RANGE": ("S01", ERROR, "数值超出应有范围", LOGIC),
    "OUTSIDE_BAND": ("S10", ERROR, "定性得分不在所判档次的区间内", f"{PROJECT_10}第十六条"),
    "OVERSHOOT": ("S12", WARNING, "实际值明显超过目标值，没有写明原因", f"{PROJECT_10}第十六条；X01"),
    "ZERO_TARGET": ("S14", INFO, "目标值为零或负数，按声明的零目标规则计分", "X03"),
    "PART_CREDIT_OFF_SCALE": ("S18", ERROR, "要点系数不在声明的部分得分系数表内", "X08"),
    "PART_CREDIT_UNDECLARED": ("S18", ERROR, "要点给了部分得分，但没有事先声明系数表", "X08"),
    "SHARES_NOT_ONE": ("S20", ERROR, "各要点占比合计不等于 100%", "X08"),
    "NOT_ASSESSABLE": ("S19", WARNING, "有要点无法判定，未扣分，应在“其他需要说明的问题”中列明", "X07"),
    "NO_REASON": ("S21", WARNING, "直接给分没有写明理由", f"{PROJECT_10}第二十五条（依据充分）"),
    "UNFINISHED_OVER_BUDGET": ("F09", WARNING, "项目未完成而执行率达到或超过 100%", "X05"),
    "FINISHED_OVER_BUDGET": ("F09", WARNING, "项目完成但支出超过预算", "X05"),
    "ZERO_DENOMINATOR": ("F04", ERROR, "分母为零，比率无法计算", "X06"),
    "UNDEFINED": ("F04", ERROR, "规则没有规定此情形，得分无法计算", "X06"),
    "UNITS_LEFT_OUT": ("S19", WARNING, "部分单位无法计分，没有计入汇总", "X07"),
    "VETOED": ("S19", WARNING, "触发一票否决", LOGIC),
}


def evidence_findings(items: Sequence[Line]) -> list[Finding]:
    """Check that every judged item names a rater and evidence 评分依据 (S21)."""
    judged = [item for item in items if item.get("judged") and not (item.get("evidence") and item.get("rater"))]
    if not judged:
        return []
    return [
        finding("S21", WARNING, "评分依据", f"{len(judged)} 项判定类指标没有同时写明评分人和证据编号："
                f"{listed(str(item['code']) for item in judged)}", basis=f"{PROJECT_10}第二十五条（依据充分）",
                where="指标体系 › 评分人、证据编号")
    ]  # fmt: skip


def total_findings(
    items: Sequence[Line], published: Mapping[str, Line], total: float, bands: Sequence[Band]
) -> list[Finding]:
    """Check a printed total, grade and level-1 rows against the items 总分与等级 (S05, S06, S07, S23).

    Parameters
    ----------
    items : lines as in `item_findings`, with ``level1`` and ``scale`` (points of the total per point of the item,
        1 where it is missing; only two-layer schemes have another).
    published : name (总分, 等级 or a level-1 name) → line with ``full_score``, ``score``, ``rate``, ``grade``.
    total : our official total.
    bands : (name, low, high) half-open grade bands.
    """
    found: list[Finding] = []
    line = published.get("总分", {})
    printed = line.get("score")
    known_scores = [
        float(item["published_score"]) * _scale(item) for item in items if known(item.get("published_score"))
    ]
    if known(printed):
        printed = float(printed)
        complete = len(known_scores) == len(items)
        if complete and differs(printed, math.fsum(known_scores)):
            found.append(
                finding("S05", ERROR, "总分", f"公布总分 {points(printed)}，各项公布得分相加为 {points(math.fsum(known_scores))}",
                        expected=points(math.fsum(known_scores)), found=points(printed), where="原报告数据")
            )  # fmt: skip
        if known(total) and abs(printed - total) > 1e-9:
            found.append(
                finding("S05", ERROR, "总分", f"公布总分 {points(printed)}，重算的正式总分为 {points(total)}",
                        expected=points(total), found=points(printed), where="原报告数据")
            )  # fmt: skip
        rest = math.fsum(
            float(item["full_score"]) * _scale(item) for item in items if not known(item.get("published_score"))
        )
        reachable = math.fsum(known_scores) + rest
        if known_scores and printed > reachable + 0.005 + 1e-9:
            found.append(
                finding("S06", ERROR, "总分", f"公布总分 {points(printed)} 超过按已列扣分最多能得的 {points(reachable)}",
                        expected=f"≤{points(reachable)}", found=points(printed), where="原报告数据")
            )  # fmt: skip
    named = str(published.get("等级", {}).get("grade") or line.get("grade") or "")
    if named and known(printed) and (right := band_of(float(printed), bands)) != named:
        found.append(
            finding("S07", ERROR, "等级", f"公布总分 {points(printed)} 对应“{right}”，公布等级为“{named}”", expected=right,
                    found=named, basis=f"{PROJECT_10}第十八条（等级区间以运行文件为准）", where="原报告数据")
        )  # fmt: skip
    if named and known(total) and (ours := band_of(total, bands)) != named:
        found.append(
            finding("S07", ERROR, "等级", f"重算总分 {points(total)} 对应“{ours}”，公布等级为“{named}”", expected=ours,
                    found=named, basis=f"{PROJECT_10}第十八条（等级区间以运行文件为准）", where="原报告数据")
        )  # fmt: skip
    for name, row in published.items():
        if name not in ("总分", "等级"):
            found.extend(_level_findings(name, row, [item for item in items if item["level1"] == name]))
    return found


def _scale(item: Line) -> float:
    """Return how many points of the total a point of the item is."""
    return float(item.get("scale", 1.0))


def _level_findings(name: str, row: Line, items: Sequence[Line]) -> list[Finding]:
    """Check one printed level-1 row: weight, score, rate."""
    if not items:
        return [finding("S24", ERROR, name, f"原报告的一级指标“{name}”不在指标体系内", where="原报告数据")]
    found: list[Finding] = []
    weight = math.fsum(float(item["full_score"]) for item in items)
    if known(row.get("full_score")) and differs(float(row["full_score"]), weight):
        found.append(finding("S24", ERROR, name, f"“{name}”印为 {row['full_score']:g} 分，各项分值相加为 {weight:g} 分",
                             expected=f"{weight:g}", found=f"{row['full_score']:g}", where="原报告数据"))  # fmt: skip
    if known(row.get("score")):
        for column, words in (("published_score", "各项公布得分"), ("score", "重算得分")):
            values = [item.get(column) for item in items]
            if not all(known(value) for value in values):
                continue
            total = math.fsum(float(value) for value in values)  # type: ignore[arg-type]
            if differs(float(row["score"]), total, 2) and abs(float(row["score"]) - total) > 1e-9:
                found.append(
                    finding("S05", ERROR, name, f"“{name}”公布得分 {points(row['score'])}，{words}相加为 {points(total)}",
                            expected=points(total), found=points(row["score"]), where="原报告数据")
                )  # fmt: skip
        if known(row.get("rate")) and weight and differs(float(row["rate"]) * 100, float(row["score"]) / weight * 100):
            right = float(row["score"]) / weight
            found.append(finding("S23", ERROR, name, f"“{name}”得分率印为 {float(row['rate']):.2%}，应为 {right:.2%}",
                                 expected=f"{right:.2%}", found=f"{float(row['rate']):.2%}", where="原报告数据"))  # fmt: skip
    return found


def band_of(score: float, bands: Sequence[Band]) -> str:
    """Return the name of the half-open band of a score 等级, 无对应等级 where there is none."""
    return grade(score, bands).value or "无对应等级"


def quoted_points_findings(text: str, weights: Mapping[str, float], where: str) -> list[Finding]:
    """Check sentences such as «产出指标共35分» against the framework 文中引用的分值 (S22, S24).

    Parameters
    ----------
    text : one paragraph of the draft.
    weights : level-1 name → full score.
    where : chapter of the paragraph.
    """
    quoted = [
        (level, weight, value)
        for level, weight in weights.items()
        for value in re.findall(QUOTED.format(level=re.escape(level)), text)
    ]
    return [
        finding("S22", ERROR, level, f"文中写“{level}”{value} 分，指标体系为 {weight:g} 分", expected=f"{weight:g}",
                found=value, where=where)
        for level, weight, value in quoted
        if differs(float(value), weight)
    ]  # fmt: skip


def margin_findings(exact_grade: str, official_grade: str, exact: float, official: float) -> list[Finding]:
    """Flag a total whose exact value falls in another band 精确总分与正式总分等级不同 (S08)."""
    if not official_grade or exact_grade == official_grade:
        return []
    return [
        finding("S08", WARNING, "等级", f"精确总分 {exact:.6g} 为“{exact_grade}”，正式总分 {points(official)} 为“{official_grade}”，"
                "等级按正式总分", expected=official_grade, found=exact_grade, basis=f"X04；{OURS}")
    ]  # fmt: skip
