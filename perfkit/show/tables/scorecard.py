"""Tables of scores 得分表: level tables and the scored indicator table of the annex."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from perfkit.show.numbers import BLANK, format_value, half_up, is_missing
from perfkit.show.prose import FRAMEWORK, opinion_sentence, trace_sentence
from perfkit.show.tables.fields import Records, plain_text, record_cell, require
from perfkit.show.tables.table import Column, Row, Table, TableCell, merge_down, text_cell, total_row
from perfkit.terms import Absence
from perfkit.trace import Trace

LEVEL_COLUMNS = ("name", "level", "full_score", "score", "rate")
ITEM_COLUMNS = ("code", "name", "level1", "level2", "full_score", "score")

# widths in parts of the landscape page: 得100.00分, （12.86分） and (原5) stay on one line
ANNEX_COLUMNS = (
    Column("一级指标", 2.3, "center"),
    Column("二级指标", 2.45, "center"),
    Column("三级指标", 2.3, "left"),
    Column("分值", 1.4, "right"),
    Column("评分标准", 3.9, "left"),
    Column("计算过程", 4.6, "left"),
    Column("得分", 1.4, "right"),
    Column("评分意见", 5.7, "left"),
    Column("证据", 1.65, "left"),
)


@dataclass(frozen=True, slots=True)
class _Node:
    """Name, points and record prefix of one node of the tree."""

    name: str
    full_score: Any
    score: Any
    rate: Any
    record: str


def _level_nodes(frame: pd.DataFrame, level: int) -> list[dict[str, Any]]:
    """Return the rows of one level, each with its record prefix ``level<k>.<position>`` unless it has one."""
    rows = frame[frame["level"] == level].to_dict(orient="records")
    return [
        {str(key): value for key, value in row.items()}
        | {"record": plain_text(row.get("record")) or f"level{level}.{place}"}
        for place, row in enumerate(rows, start=1)
    ]


def _total(frame: pd.DataFrame) -> _Node:
    """Return the root of the tree, or the sum of the printed level-1 scores where the frame has no root."""
    roots = frame[frame["level"] == 0].to_dict(orient="records")
    if roots:
        root = roots[0]
        return _Node("合计", root["full_score"], root["score"], root["rate"], "total")
    top = frame[frame["level"] == 1]
    full_score, score = _sum(top["full_score"]), _sum(top["score"])
    return _Node("合计", full_score, score, float(score / full_score) if full_score else None, "total")


def _sum(values: Any) -> Decimal:
    """Return the decimal sum of printed points; missing ones count nothing."""
    return sum((half_up(value, 9) for value in values if not is_missing(value)), Decimal(0))


def _score_cells(node: Mapping[str, Any], records: Records | None) -> list[TableCell]:
    """Return full score, score and rate of a node."""
    prefix = node["record"]
    return [
        record_cell(node["full_score"], "number", f"{prefix}.full_score", records),
        record_cell(node["score"], "score", f"{prefix}.score", records),
        record_cell(node["rate"], "rate", f"{prefix}.rate", records),
    ]


def _total_cells(total: _Node, records: Records | None) -> list[TableCell]:
    """Return full score, score and rate of the total."""
    return [
        record_cell(total.full_score, "number", "total_full", records),
        record_cell(total.score, "score", "total", records),
        record_cell(total.rate, "rate", "total_rate", records),
    ]


def table_level_scores(frame: pd.DataFrame, *, records: Records | None = None) -> Table:
    """Return scores by level-1 indicator with their total 一级指标得分表.

    Parameters
    ----------
    frame : one row per node: ``name``, ``level`` (0 root, optional; 1, 2, …), ``full_score``, ``score``, ``rate``
        (fraction); optional ``record`` (prefix; default ``level1.<position>``).
    records : records of the run; a number cell names its record only where it is among them.
    """
    require(frame, "level-scores", LEVEL_COLUMNS)
    rows: list[Row] = [(text_cell(node["name"]), *_score_cells(node, records)) for node in _level_nodes(frame, 1)]
    rows.append(total_row("合计", _total_cells(_total(frame), records)))
    columns = (
        Column("一级指标", 4.6),
        Column("分值", 3.2, "right"),
        Column("得分", 3.2, "right"),
        Column("得分率", 3.2, "right"),
    )
    return Table(name="level-scores", caption="一级指标得分情况", columns=columns, rows=tuple(rows))


def table_level2_scores(frame: pd.DataFrame, *, records: Records | None = None) -> Table:
    """Return scores by level-2 indicator, level-1 cells merged 二级指标得分表.

    Parameters
    ----------
    frame : as for :func:`table_level_scores`, with ``level1`` (name of the level-1 node) on level-2 rows.
    records : as there; the prefix of level 2 is ``level2.<position>`` counted over the whole tree.
    """
    require(frame, "level2-scores", (*LEVEL_COLUMNS, "level1"))
    nodes = _level_nodes(frame, 2)
    cells = [(text_cell(node["level1"]), text_cell(node["name"]), *_score_cells(node, records)) for node in nodes]
    rows = list(merge_down(cells, [(node["level1"],) for node in nodes], [(0,)]))
    rows.append(total_row("合计", _total_cells(_total(frame), records), span=2))
    columns = (
        Column("一级指标", 3.0, "center"),
        Column("二级指标", 4.2),
        Column("分值", 2.4, "right"),
        Column("得分", 2.4, "right"),
        Column("得分率", 2.6, "right"),
    )
    return Table(name="level2-scores", caption="二级指标得分情况", columns=columns, rows=tuple(rows))


def table_scored_indicators(
    frame: pd.DataFrame,
    *,
    nodes: pd.DataFrame | None = None,
    records: Records | None = None,
    framework: str = FRAMEWORK,
) -> Table:
    """Return the scored indicator table of the annex 绩效评价指标评分表.

    Parameters
    ----------
    frame : one row per item: ``code``, ``name``, ``level1``, ``level2``, ``full_score``, ``score``; optional
        ``rule_text``, ``arithmetic`` (text) or ``trace`` (a Trace, worded here), ``opinion`` (where it is blank the
        skeleton of one, from the trace and ``reasons``: checkpoint number → text), ``evidence`` (ids), ``absence``.
        Rows with ``is_item`` false are taken as nodes of the tree. Records are ``item.<code>.score`` and
        ``.full_score`` unless a column ``record`` gives another prefix.
    nodes : rows of level 0, 1 and 2 where ``frame`` has items only; without them the points of a level are the sum
        of its printed item scores.
    records : records of the run.
    framework : name of the framework, see :func:`perfkit.show.prose.trace_sentence`.
    """
    require(frame, "scored-indicators", ITEM_COLUMNS)
    if "is_item" in frame.columns:
        inner = frame["is_item"].astype(bool)
        nodes = frame[~inner] if nodes is None and not inner.all() else nodes
        frame = frame[inner]
    items: list[dict[str, Any]] = [
        {str(key): value for key, value in row.items()} for row in frame.to_dict(orient="records")
    ]
    keys = [(plain_text(item["level1"]), plain_text(item["level2"])) for item in items]
    texts = {key: _level_texts(key, items, keys, nodes) for key in dict.fromkeys(keys)}
    cells = [_item_row(item, texts[key], records, framework) for item, key in zip(items, keys, strict=True)]
    total = _annex_total(items, nodes)
    rows = [*merge_down(cells, keys, [(0,), (1,)]), _annex_total_row(total, records)]
    return Table(
        name="scored-indicators",
        caption="绩效评价指标评分表",
        columns=ANNEX_COLUMNS,
        rows=tuple(rows),
        landscape=True,
        font="small",
    )


def _level_texts(
    key: tuple[str, str], items: list[dict[str, Any]], keys: list[tuple[str, str]], nodes: pd.DataFrame | None
) -> tuple[str, str]:
    """Return the texts of the merged level-1 and level-2 cells of an item: name, full score, score."""
    texts = []
    for level in (1, 2):
        path = key[:level]
        node = _find_node(nodes, path)
        members = [item for item, other in zip(items, keys, strict=True) if other[:level] == path]
        full_score = node["full_score"] if node else _sum(item["full_score"] for item in members)
        score = node["score"] if node else _sum(item["score"] for item in members)
        points = f"（{_full_points(full_score)}分）\n得{format_value(score, 'score', missing=BLANK)}分"
        texts.append(f"{path[-1]}\n{points}" if path[-1] else "")
    return texts[0], texts[1]


def _full_points(full_score: Any) -> str:
    """Return a full score as it is, or with two decimals where moved points made it a fraction."""
    text = format_value(full_score, "number")
    return text if len(text.partition(".")[2]) <= 2 else format_value(full_score, "score")


def _original(item: Mapping[str, Any], cell: TableCell) -> TableCell:
    """Return a full-score cell that also names the printed full score where absences moved points."""
    before, now = item.get("original_full"), item["full_score"]
    if is_missing(before) or is_missing(now) or abs(float(str(before)) - float(now)) < 1e-9:
        return cell
    return replace(cell, text=f"{cell.text}\n(原{_full_points(before)})", record="")


def _find_node(nodes: pd.DataFrame | None, path: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the node row with that path of names."""
    if nodes is None:
        return None
    for row in nodes[nodes["level"] == len(path)].to_dict(orient="records"):
        names = (plain_text(row["name"]),) if len(path) == 1 else (plain_text(row["level1"]), plain_text(row["name"]))
        if names == path:
            return {str(key): value for key, value in row.items()}
    return None


def _item_row(item: dict[str, Any], levels: tuple[str, str], records: Records | None, framework: str) -> Row:
    """Return the cells of one item."""
    prefix = plain_text(item.get("record")) or f"item.{item['code']}"
    absence = plain_text(item.get("absence"), Absence)
    score = record_cell(item["score"], "score", f"{prefix}.score", records)
    if absence and score.text == BLANK:
        score = text_cell(absence, align="center", record=score.record)
    trace = item.get("trace")
    arithmetic = plain_text(item.get("arithmetic"))
    opinion = plain_text(item.get("opinion"))
    if isinstance(trace, Trace):
        arithmetic = arithmetic or trace_sentence(trace, framework=framework)
        opinion = opinion or _opinion(item, trace, absence)
    return (
        text_cell(levels[0], align="center", bold=True),
        text_cell(levels[1], align="center"),
        text_cell(f"{item['code']} {plain_text(item['name'])}".strip()),
        _original(item, record_cell(item["full_score"], "number", f"{prefix}.full_score", records)),
        text_cell(plain_text(item.get("rule_text")) or "【待补充：评分标准】"),
        text_cell(arithmetic),
        score,
        text_cell(opinion or "【待补充：评分意见】"),
        text_cell(plain_text(item.get("evidence"))),
    )


def _opinion(item: dict[str, Any], trace: Trace, absence: str) -> str:
    """Return the skeleton of an opinion that nobody has written yet."""
    reasons = item.get("reasons")
    return opinion_sentence(
        plain_text(item["name"]),
        trace,
        evidence=[part for part in re.split(r"[、；;,，\s]+", plain_text(item.get("evidence"))) if part],
        reasons=reasons if isinstance(reasons, Mapping) else {},
        absence=absence,
    )


def _annex_total(items: list[dict[str, Any]], nodes: pd.DataFrame | None) -> _Node:
    """Return the total of the annex."""
    if nodes is not None and not nodes[nodes["level"] <= 1].empty:
        return _total(nodes)
    return _Node("合计", _sum(i["full_score"] for i in items), _sum(i["score"] for i in items), None, "total")


def _annex_total_row(total: _Node, records: Records | None) -> Row:
    """Return the last row of the annex."""
    full_score, score, _ = _total_cells(total, records)
    blank = TableCell("")
    return total_row("合计", (full_score, blank, blank, score, blank, blank), span=3)
