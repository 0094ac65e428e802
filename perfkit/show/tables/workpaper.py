"""Tables of the working paper 复核底稿表: traces, margins, alternatives, all named numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import pandas as pd

from perfkit.show.numbers import BLANK, format_record, is_missing
from perfkit.show.prose import FRAMEWORK, trace_sentence
from perfkit.show.tables.fields import Field, table_of, used_fields
from perfkit.show.tables.table import Align, Column, Table, TableCell, merge_down, text_cell, total_row
from perfkit.trace import Record, Trace

# longer than any printed number: what is longer is a sentence
LONGEST_NUMBER = 24
# how the name of a file begins among what a run was made from, and how many are listed one by one
FILE = "文件 "
FILES_LISTED = 20


def table_traces(frame: pd.DataFrame, *, framework: str = FRAMEWORK) -> Table:
    """Return how the score of every item was computed 计分过程.

    Parameters
    ----------
    frame : ``code``, ``name`` and ``trace`` (a Trace, worded here) or ``sentence``; optional ``exact`` (unrounded
        points), ``score``, ``cells`` (addresses of the inputs; taken from the traces where it is absent).
    framework : name of the framework, see :func:`perfkit.show.prose.trace_sentence`.
    """
    shown = frame
    if "trace" in frame.columns:
        worded = [trace_sentence(trace, framework=framework) for trace in frame["trace"]]
        shown = frame.assign(
            sentence=frame["sentence"] if "sentence" in frame.columns else worded,
            cells=frame["cells"] if "cells" in frame.columns else [_cells(trace) for trace in frame["trace"]],
        )
    fields = (
        Field("code", "编码", 1.5),
        Field("name", "指标", 2.8),
        Field("sentence", "计算过程", 11.2),
        Field("exact", "未舍入得分", 2.2, "number", "right", optional=True),
        Field("score", "得分", 1.6, "score", "right", optional=True),
        Field("cells", "数据位置", 6.4, optional=True),
    )
    caption = "各指标计分过程"
    return table_of(shown, fields, name="traces", caption=caption, landscape=True, font="small")


def _cells(trace: Trace) -> str:
    """Return where the inputs of an item stand: sheet and cells, each once."""
    sheets: dict[str, dict[str, None]] = {}
    for quantity in trace.inputs:
        if quantity.cell is not None:
            sheets.setdefault(quantity.cell.sheet, {})[quantity.cell.cell] = None
    return "；".join(f"{sheet} {'、'.join(cells)}" for sheet, cells in sheets.items())


def table_margins(frame: pd.DataFrame) -> Table:
    """Return how far a total lies from the edges of its grade 距等级界限.

    Parameters
    ----------
    frame : ``total``, ``lower_edge``, ``upper_edge``, ``to_lower``, ``to_upper`` (points; the last two are the
        distances); optional ``label``, ``grade``.
    """
    fields = (
        Field("label", "口径", 3.6, optional=True),
        Field("total", "总分", 2.0, "number", "right"),
        Field("grade", "等级", 1.6, align="center", optional=True),
        Field("lower_edge", "下界", 2.0, "number", "right"),
        Field("upper_edge", "上界", 2.0, "number", "right"),
        Field("to_lower", "距下界", 2.2, "number", "right"),
        Field("to_upper", "距上界", 2.2, "number", "right"),
    )
    return table_of(frame, fields, name="margins", caption="总分与等级界限的距离")


def table_alternatives(frame: pd.DataFrame) -> Table:
    """Return totals and grades under other readings of the rules 其他口径下的总分.

    Parameters
    ----------
    frame : ``label``, ``total``, ``grade``; optional ``difference`` (points), ``note``.
    """
    fields = (
        Field("label", "口径", 6.6),
        Field("total", "总分", 2.2, "number", "right"),
        Field("grade", "等级", 1.8, align="center"),
        Field("difference", "与正式总分之差", 2.6, "number", "right", optional=True),
        Field("note", "说明", 4.0, optional=True),
    )
    return table_of(frame, fields, name="alternatives", caption="其他口径下的总分（不进入报告）")


def table_numbers(records: Iterable[Record]) -> Table:
    """Return every named number of the run with its source 数值总表, in the order given."""
    columns = (
        Column("数值名", 6.8),
        Column("含义", 6.0),
        Column("数值", 4.6, "right"),
        Column("单位", 1.4, "center"),
        Column("来源", 4.5),
        Column("保留说明", 2.4),
    )
    rows = tuple(
        (
            text_cell(record.name),
            text_cell(record.label),
            _record_cell(record),
            text_cell(record.unit),
            text_cell(record.source),
            text_cell(record.caveat),
        )
        for record in records
    )
    empty = (total_row("无", (), span=len(columns)),)
    return Table(name="numbers", caption="数值总表", columns=columns, rows=rows or empty, landscape=True, font="small")


def _record_cell(record: Record) -> TableCell:
    """Return the value of a record; a sentence reads from the left, a number stands at the right."""
    shown = format_record(record, BLANK)
    align: Align | Literal[""] = "left" if len(shown) > LONGEST_NUMBER else ""
    return TableCell(shown, record="" if is_missing(record.value) else record.name, align=align)


def table_provenance(frame: pd.DataFrame) -> Table:
    """Return versions, rules and hashes behind the run 运行信息.

    Parameters
    ----------
    frame : ``name``, ``value``; files named ``文件 folder/…`` are counted by folder where there are many.
    """
    many = frame["name"].astype(str).str.startswith(FILE).sum() > FILES_LISTED
    frame = _by_folder(frame) if many else frame
    fields = (Field("name", "项目", 6.0), Field("value", "内容", 10.0))
    return table_of(frame, fields, name="provenance", caption="运行信息", font="small")


def _by_folder(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the files of a folder as one row that counts them."""
    counts: dict[str, int] = {}
    rows: list[dict[str, str]] = []
    for name, value in zip(frame["name"].astype(str), frame["value"].astype(str), strict=True):
        path = name.removeprefix(FILE)
        if path == name:
            rows.append({"name": name, "value": value})
        else:
            folder = path.rpartition("/")[0] or "资料夹本级"
            counts[folder] = counts.get(folder, 0) + 1
    said = "份，各文件的 SHA-256 见随附的 manifest.json"
    rows += [{"name": f"{FILE}{folder}", "value": f"{count} {said}"} for folder, count in sorted(counts.items())]
    return pd.DataFrame(rows, columns=["name", "value"])


def table_plan(frame: pd.DataFrame) -> Table:
    """Return the elements of the evaluation plan 实施方案要素.

    Parameters
    ----------
    frame : ``number``, ``element``, ``content``.
    """
    fields = (
        Field("number", "序号", 1.2, "count", "center"),
        Field("element", "要素", 2.6),
        Field("content", "内容", 11.8, ask="该要素的内容"),
    )
    return table_of(frame, fields, name="plan", caption="评价实施方案要素", font="small")


def table_targets(frame: pd.DataFrame) -> Table:
    """Return target and actual values by indicator, levels merged 绩效目标表.

    Parameters
    ----------
    frame : ``level1``, ``level2``, ``code``, ``name``, ``target``, ``actual``, ``unit``.
    """
    fields = (
        Field("level1", "一级指标", 2.0, align="center"),
        Field("level2", "二级指标", 2.4, align="center", optional=True),
        Field("name", "三级指标", 4.6),
        Field("target", "目标值", 2.2, align="right"),
        Field("actual", "实际值", 2.2, align="right"),
        Field("unit", "单位", 1.6, align="center", optional=True),
    )
    plain = table_of(
        frame, fields, name="targets", caption="绩效目标及完成情况", font="small", empty="工作簿未填写定量目标"
    )
    if frame.empty:
        return plain
    levels = [field.column for field in used_fields(frame, fields) if field.column.startswith("level")]
    keys = list(frame[levels].itertuples(index=False, name=None))
    return replace(plain, rows=merge_down(plain.rows, keys, [(place,) for place in range(len(levels))]))
