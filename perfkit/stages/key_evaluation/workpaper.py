"""Targets, plan, units, margins, alternatives 目标表与复核内容: the tables beside the scored tree."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from perfkit.read.cells import written
from perfkit.read.engagement import Engagement
from perfkit.read.rows import Row
from perfkit.rulebook import RuleSet
from perfkit.scoring.items import ScoringItem, score_items
from perfkit.scoring.rounding import round_half_up
from perfkit.scoring.total import ScorecardResult, roll_up
from perfkit.stages.key_evaluation.scorecard import Scorecard, indicator_tree
from perfkit.stages.listing import Listing
from perfkit.terms import AbsencePolicy, Operator, ReverseRule, TotalRule

# 财监〔2021〕4号 art. 15 names twelve elements; these keys of 概况 hold them.
PLAN_KEYS: Mapping[str, str] = {
    "人员配置": "staffing", "时间安排": "schedule", "评价目的": "purpose", "评价内容": "scope", "评价依据": "bases",
    "评价方法": "methods", "评价标准": "standards", "样本确定": "sampling_note", "调查问卷": "survey_note",
    "资料清单": "materials", "工作纪律": "discipline",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult(Listing):
    """The twelve elements of the evaluation plan 实施方案要素 (财监〔2021〕4号 art. 15)."""

    kind: ClassVar[str] = "plan"
    columns: ClassVar[tuple[str, ...]] = ("number", "element", "content")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsResult(Listing):
    """Target values and actual values 绩效目标表."""

    kind: ClassVar[str] = "targets"
    columns: ClassVar[tuple[str, ...]] = ("level1", "level2", "code", "name", "target", "actual", "unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsResult(Listing):
    """Per-unit values behind rolled-up indicators 分单位数据."""

    kind: ClassVar[str] = "units"
    columns: ClassVar[tuple[str, ...]] = ("code", "name", "agency", "unit", "weight", "target", "actual", "rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginsResult(Listing):
    """Distance of the totals to the edges of their grades 距等级界限 (working paper)."""

    kind: ClassVar[str] = "margins"
    columns: ClassVar[tuple[str, ...]] = (
        "label", "total", "grade", "lower_edge", "upper_edge", "to_lower", "to_upper",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativesResult(Listing):
    """Totals under other readings of the rules 其他口径 (working paper)."""

    kind: ClassVar[str] = "alternatives"
    columns: ClassVar[tuple[str, ...]] = ("label", "total", "grade", "difference", "note")


def plan(rule_set: RuleSet, engagement: Engagement) -> PlanResult:
    """Return the plan elements that the rule set asks for, with what the workbook says 实施方案要素."""
    rows = []
    for number, element in enumerate(rule_set.duty("plan_elements").items, start=1):
        key = PLAN_KEYS.get(element)
        value = engagement.overview[key].value if key else "见附件1绩效评价指标评分表"
        words = "；".join(str(line) for line in value) if isinstance(value, tuple) else str(value or "")
        if element == "评价依据":
            words = "见“评价原则、指标体系、方法和标准”所列规则依据" + (f"；{words}" if words else "")
        rows.append({"number": number, "element": element, "content": words.strip()})
    return PlanResult(method="listing", n_used=len(rows), source="plan_elements", rows=tuple(rows))


def targets(rows: Sequence[Row], card: Scorecard) -> TargetsResult:
    """Return the indicators with a target value and what was really reached 绩效目标与完成情况.

    Parameters
    ----------
    rows : rows of the 指标体系 sheet.
    card : the scored tree, whose traces know the actual value of ratios, formulas and surveys.
    """
    table = []
    for row in rows:
        value = row.value("target")
        if value is None:
            continue
        operator: Operator | None = row.value("operator")
        words = f"{written(value[0])}～{written(value[1])}" if isinstance(value, tuple) else row.text("target")
        sign = operator.label if operator not in (None, Operator.BETWEEN) else ""
        table.append(
            {
                "level1": row.text("level1"),
                "level2": row.text("level2"),
                "code": row.text("code"),
                "name": row.text("level3"),
                "target": f"{sign}{words}",
                "actual": row.text("absence") or _actual(card, row),
                "unit": row.text("unit"),
            }
        )
    return TargetsResult(method="listing", n_used=len(table), source="指标体系", rows=tuple(table))


def _actual(card: Scorecard, row: Row) -> str:
    """Return the actual value as typed or computed; a rolled-up indicator has one per unit."""
    if card.scores.items[card.scores.position(row.text("code"))].units:
        return "见分单位数据"
    value = card.actual(row.text("code"))
    if row.text("actual") and value == row.value("actual"):
        return row.text("actual")
    return "" if math.isnan(value) else f"{float(round_half_up(value, 2)):.2f}"


def units(card: Scorecard, names: Mapping[str, str]) -> UnitsResult:
    """Return the per-unit steps of rolled-up indicators 分单位指标完成情况."""
    table: list[dict[str, Any]] = []
    for item in card.scores.items:
        if not item.units or item.absence is not None:
            continue
        steps = [step.values for step in card.trace(item.code).steps if step.op == "unit"]
        whole = math.fsum(float(values["weight"] or 0) for values in steps)
        table.extend(
            {
                "code": item.code,
                "name": names[item.code],
                "agency": values["agency"],
                "unit": item.unit,
                "weight": float(values["weight"] or 0) / whole if whole else math.nan,
                "target": values["target"],
                "actual": values["actual"],
                "rate": values["share"],
            }
            for values in steps
        )
    return UnitsResult(method="listing", n_used=len(table), source="分单位", rows=tuple(table))


def margins(card: Scorecard) -> MarginsResult:
    """Return how far the official and the exact total lie from the edges of their grades 距等级界限."""
    result = card.result
    rows = []
    for label, grade in (("正式总分", result.grade), ("精确总分", result.exact_grade)):
        rows.append(
            {
                "label": label,
                "total": _short(grade.total),
                "grade": grade.value,
                "lower_edge": grade.low,
                "upper_edge": grade.high,
                "to_lower": _short(grade.total - grade.low),
                "to_upper": _short(grade.high - grade.total),
            }
        )
    if not math.isnan(result.possible_low) and result.possible_low != result.possible_high:
        rows.append({"label": "可能的总分（暂不计分项全失至全得）", "lower_edge": result.possible_low,
                     "upper_edge": result.possible_high, "grade": ""})  # fmt: skip
    return MarginsResult(method="half_open_bands", n_used=len(rows), source="X15", rows=tuple(rows))


def _short(value: float) -> float:
    """Return a distance with four decimals: a table of margins needs no more."""
    return float(round_half_up(value, 4))


def alternatives(
    card: Scorecard, items: Sequence[ScoringItem], rows: Sequence[Row], bands: Sequence[tuple[str, float, float]]
) -> AlternativesResult:
    """Return the totals that other choices would have given 其他口径下的总分.

    Parameters
    ----------
    card : the scored tree.
    items, rows, bands : what it was scored from; every alternative changes one choice and scores again.
    """
    base = card.result.choices
    tree = indicator_tree(rows)
    other_rule = next(rule for rule in TotalRule if rule is not base.total_rule)
    table = [_alternative(f"正式总分（{base.total_rule.label}）", card.result, card.result),
             _alternative("按评分细则文字计分", card.by_rule_text, card.result, "细则口径值和细则口径系数")]  # fmt: skip
    changed = (
        (f"改按{other_rule.label}", {"total_rule": other_rule}),
        ("反向指标改为达标满分、不达标零分", {"reverse_rule": ReverseRule.MET_OR_ZERO}),
        ("不适用、缺失、未到期一律计零分", dict.fromkeys(("not_applicable", "missing", "not_due"), AbsencePolicy.ZERO)),
        ("不适用、缺失、未到期一律计满分", dict.fromkeys(("not_applicable", "missing", "not_due"), AbsencePolicy.FULL)),
    )
    for label, change in changed:
        choices = dataclasses.replace(base, **change)
        other = roll_up(tree, score_items(items, choices), bands=bands)
        table.append(_alternative(label, other, card.result))
    return AlternativesResult(method="one_choice_changed", n_used=len(table), source="X01–X19", rows=tuple(table))


def _alternative(label: str, other: ScorecardResult, official: ScorecardResult, note: str = "") -> dict[str, Any]:
    """Return one row of the alternatives."""
    return {
        "label": label,
        "total": other.value,
        "grade": other.grade.value,
        "difference": other.value - official.value,
        "note": note,
    }
