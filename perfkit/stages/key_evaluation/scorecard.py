"""The scored tree of an evaluation 评分结果: nodes and items with what the evaluator wrote beside each number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from perfkit.read.rows import Row
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.items import ItemScores, ScoringItem, score_items
from perfkit.scoring.total import NodeScore, ScorecardResult, roll_up
from perfkit.stages.listing import Listing
from perfkit.terms import CheckpointOutcome, ScoringFunction
from perfkit.trace import Record, Trace
from perfkit.tree import IndicatorTree

# Functions whose points rest on somebody's judgement, which needs a name and evidence (CHECKS S21).
JUDGED = frozenset({ScoringFunction.CHECKPOINTS, ScoringFunction.QUALITATIVE_BANDS, ScoringFunction.GIVEN,
                    ScoringFunction.YES_NO})  # fmt: skip
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard(Listing):
    """Every node of the tree, a row each 评分表; ``level`` 0 is the total, items have ``is_item``.

    ``result`` is the roll-up it comes from, ``by_rule_text`` the same tree scored by the printed rule texts.
    """

    kind: ClassVar[str] = "scorecard"
    columns: ClassVar[tuple[str, ...]] = (
        "code", "name", "level", "is_item", "level1", "level2", "full_score", "original_full", "score", "exact", "rate", "absence",
        "rule_text", "opinion", "evidence", "reasons", "record",
    )  # fmt: skip

    result: ScorecardResult
    scores: ItemScores
    by_rule_text: ScorecardResult

    def level1(self) -> pd.DataFrame:
        """Return the level-1 rows only, for the figure."""
        frame = self.to_frame()
        return frame[frame["level"] == 1].reset_index(drop=True)

    def trace(self, code: str) -> Trace:
        """Return the arithmetic of one item with the points it counts for after absences."""
        return self.scores.trace(code, effective_full=self.result.item(code).effective_full)

    def actual(self, code: str) -> float:
        """Return the actual value of an item, typed or computed; NaN where it is absent or one per unit."""
        item = self.scores.items[self.scores.position(code)]
        if item.units or item.absence is not None:
            return math.nan
        trace = self.trace(code)
        for step in trace.steps:
            value = step.values.get("value")
            if step.op in ("ratio", "formula") and isinstance(value, float):
                return value * (100 if step.values.get("percent") else 1)
        return next((quantity.value for quantity in trace.inputs if quantity.name == "actual"), math.nan)

    def scale(self, code: str) -> float:
        """Return how many points of the total a point of an item is: 1, but for two-layer schemes."""
        tree = self.result.tree
        return float(tree.scale[tree.level1[tree.leaf(code)]])


def indicator_tree(rows: Sequence[Row]) -> IndicatorTree:
    """Return the tree of the 指标体系 sheet; a 一级权重 column makes it a two-layer scheme 指标树."""
    weights = {row.text("level1"): float(row.value("level1_weight")) for row in rows if row.value("level1_weight")}
    return IndicatorTree.from_paths(
        [row.text("code") for row in rows],
        [(row.text("level1"), row.text("level2"), row.text("level3")) for row in rows],
        [float(row.value("full_score")) for row in rows],
        weights or None,
    )


def scorecard(
    rows: Sequence[Row],
    items: Sequence[ScoringItem],
    items_by_rule_text: Sequence[ScoringItem],
    choices: SilentChoices,
    bands: Sequence[tuple[str, float, float]],
) -> Scorecard:
    """Score the indicators and join the evaluator's words to them 评分.

    Parameters
    ----------
    rows : rows of the 指标体系 sheet.
    items, items_by_rule_text : their scoring items as used, and as the printed rule text would have it.
    choices : silent-rule choices of the run.
    bands : (name, low, high) grade bands.

    Returns
    -------
    Scorecard
        Rows from the total down in tree order; scores on the scale of the total.
    """
    tree = indicator_tree(rows)
    scores = score_items(items, choices)
    result = roll_up(tree, scores, bands=bands)
    texts = {row.text("code"): row for row in rows}
    numbers: dict[int, int] = {}
    table = []
    for place in range(len(tree.code)):
        node = result.node(place)
        level = len(node.path) if place not in tree.leaves else 3
        numbers[level] = numbers.get(level, 0) + 1
        scale = float(tree.scale[place])
        table.append(_line(node, place in tree.leaves, numbers[level], level, scale, texts, scores))
    return Scorecard(
        method=result.method,
        n_used=result.n_used,
        n_dropped=result.n_dropped,
        caveats=result.caveats,
        source="指标体系",
        rows=tuple(table),
        result=result,
        scores=scores,
        by_rule_text=roll_up(tree, score_items(items_by_rule_text, choices), bands=bands),
    )


def _line(
    node: NodeScore,
    is_item: bool,
    number: int,
    level: int,
    scale: float,
    texts: Mapping[str, Row],
    scores: ItemScores,
) -> dict[str, Any]:
    """Return one row of the scorecard, in points of the parent.

    ``full_score`` is what the node counts for after absences moved points, ``original_full`` what the form prints.
    """
    row = texts[node.code] if is_item else None
    absence = scores.absence[scores.position(node.code)] if is_item else None
    gone = absence is not None and node.effective_full == 0
    points = scores.items[scores.position(node.code)].checkpoints if is_item else ()
    reasons = {point.number: point.reason for point in points if point.reason}
    record = "total" if node.level == 0 else f"item.{node.code}" if is_item else f"level{level}.{number}"
    return {
        "code": node.code,
        "name": node.name or "合计",
        "level": level,
        "is_item": is_item,
        "level1": node.path[0] if node.path else "",
        "level2": row.text("level2") if row is not None else (node.path[1] if len(node.path) > 1 else ""),
        "full_score": node.effective_full * scale,
        "original_full": node.full_score * scale,
        "score": math.nan if gone else node.contribution,
        "exact": math.nan if gone else node.exact * scale,
        "rate": math.nan if gone else node.rate,
        "absence": absence.value if absence is not None else "",
        "rule_text": row.text("rule_text") if row is not None else "",
        "opinion": row.text("opinion") if row is not None else "",
        "evidence": "；".join(row.value("evidence", ()) or ()) if row is not None else "",
        "reasons": reasons,
        "record": record,
    }


def check_lines(card: Scorecard, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return what the checks look at, a line per item 校验用指标行; ``lost`` is in points of the total."""
    checkpoints = {item.code: item.checkpoints for item in card.scores.items}
    lines = []
    for row, item in zip(rows, card.scores.items, strict=True):
        code = row.text("code")
        node, by_rule = card.result.item(code), card.by_rule_text.item(code)
        filled = row.value("rule_value") is not None or by_rule.exact != node.exact
        lines.append(
            {
                "code": code,
                "name": row.text("level3"),
                "level1": row.text("level1"),
                "level2": row.text("level2"),
                "full_score": node.full_score,
                "score": node.score,
                "exact": node.exact,
                "rule_score": by_rule.score if filled else None,
                "rule_note": row.text("rule_note"),
                "rule_text": row.text("rule_text"),
                "n_checkpoints": len(checkpoints[code]),
                "published_score": row.value("published_score"),
                "flags": tuple(caveat.code for caveat in card.scores.item_caveats(code)),
                "deviation_reason": row.text("deviation_reason"),
                "judged": item.absence is None and _judged(item),
                "evidence": "；".join(row.value("evidence", ()) or ()),
                "rater": row.text("rater"),
                "absence": item.absence,
                "cell": str(row["code"].address),
                "scale": card.scale(code),
                "lost": _lost(node, float(card.scores.rate[card.scores.position(code)])) * card.scale(code),
                "opinion": row.text("opinion"),
            }
        )
    return lines


def _judged(item: ScoringItem) -> bool:
    """Whether somebody's judgement decides the points, not a number alone."""
    if item.function is ScoringFunction.CHECKPOINTS:
        return any(point.outcome is not CheckpointOutcome.PROPORTIONAL for point in item.checkpoints)
    return item.function in JUDGED


def _lost(node: NodeScore, rate: float) -> float:
    """Return the points an item lost, 0 where it counts for nothing or is held."""
    # Full marks that rounding printed a cent short are not a deduction.
    if math.isnan(node.score) or node.effective_full == 0 or rate >= 1 - TOLERANCE:
        return 0.0
    return max(0.0, node.effective_full - node.score)


def _decimals(full_score: float) -> int | None:
    """Return how a full score is printed: as it is, or with two decimals where absences moved points into it."""
    return None if abs(full_score * 100 - round(full_score * 100)) < TOLERANCE else 2


def score_records(card: Scorecard, decimals: int = 2) -> tuple[Record, ...]:
    """Return the named numbers of the scored tree: ``total``, ``level1.<n>.score``, ``item.<code>.score`` and so on."""
    result = card.result
    withheld = next((caveat.text for caveat in result.caveats if caveat.code == "TOTAL_WITHHELD"), "")
    rule = "各项指标四舍五入后的得分相加"
    records = [
        Record(name="total", value=result.value, kind="score", label="综合得分", unit="分",
               decimals=decimals, source=rule, caveat=withheld),
        Record(name="total_full", value=result.full_score, kind="number", label="满分", unit="分", source="分值合计"),
        Record(name="total_rate", value=result.rate, kind="rate", label="得分率", unit="%", source="综合得分÷满分"),
        Record(name="total.exact", value=result.exact_total, kind="number", label="精确总分", unit="分", decimals=6,
               source="未舍入的指标得分相加"),
        Record(name="grade", value=result.grade.value or None, kind="grade", label="评价等级", source="等级区间"),
        Record(name="grade.exact", value=result.exact_grade.value or None, kind="grade", label="精确总分的等级",
               source="等级区间"),
        Record(name="score.decimals", value=result.choices.item_decimals, kind="count", label="得分保留位数",
               source="X04"),
    ]  # fmt: skip
    for line in card.rows:
        if line["level"] == 0:
            continue
        prefix, name = str(line["record"]), str(line["name"])
        records += [
            Record(name=f"{prefix}.full_score", value=line["full_score"], kind="number", label=f"{name}分值", unit="分",
                   decimals=_decimals(float(str(line["full_score"]))), source="指标体系"),
            Record(name=f"{prefix}.score", value=line["score"], kind="score", label=f"{name}得分", unit="分",
                   decimals=decimals,
                   source=card.scores.items[card.scores.position(str(line["code"]))].clause if line["is_item"] else rule),
            Record(name=f"{prefix}.rate", value=line["rate"], kind="rate", label=f"{name}得分率", unit="%",
                   source="得分÷分值"),
        ]  # fmt: skip
    return tuple(records)
