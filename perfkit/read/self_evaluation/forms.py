"""Forms of one sheet 工作表中的自评表: where each begins, its parts, and the list-like export of many projects."""

from __future__ import annotations

import re
from dataclasses import dataclass

from perfkit.read.self_evaluation.form_end import finish, tell_columns
from perfkit.read.self_evaluation.form_head import FormHead, read_goals
from perfkit.read.self_evaluation.form_record import FormRecord
from perfkit.read.self_evaluation.fund_rows import FundTable, settle_funds, unit_of
from perfkit.read.self_evaluation.headings import fund_headings, item_headings, list_headings
from perfkit.read.self_evaluation.indicator_rows import IndicatorTable
from perfkit.read.self_evaluation.labels import HEAD, is_title
from perfkit.read.self_evaluation.listing import read_list
from perfkit.read.self_evaluation.sheet_view import SheetView
from perfkit.read.workbook import RawSheet

LIST_HEADING_ROWS = 15
_NAMED = re.compile(r"^\s*项\s*目\s*名\s*称\s*[:：]")


@dataclass(frozen=True, slots=True)
class _Segment:
    """Rows of one form: where it begins and ends, its money and indicator headings."""

    first: int
    last: int
    funds: tuple[int, ...]
    items: tuple[int, ...]


def read_forms(raw: RawSheet, named_from: int) -> tuple[list[FormRecord], str]:
    """Read every form of a sheet 读取一张工作表.

    Parameters
    ----------
    raw : the sheet as found.
    named_from : number of forms that the file has already; forms are named ``file#1``, ``file#2``, ….

    Returns
    -------
    tuple
        The forms, and the reason where there is none (``""`` for an empty sheet).
    """
    view = SheetView(raw)
    if not any(True for row in range(view.height) for _ in view.filled(row)):
        return [], ""
    for row in range(min(LIST_HEADING_ROWS, view.height)):
        headings = list_headings(view, row)
        if headings is not None:
            return read_list(view, headings, named_from), ""
    segments = _segments(view)
    if not segments:
        return [], "没有自评表的表头（三级指标、年度指标值、实际完成值、分值、得分）"
    forms = []
    for number, segment in enumerate(segments, start=named_from + 1):
        record = FormRecord(f"{raw.file}#{number}", view, segment.first, segment.last)
        _read_segment(record, segment)
        forms.append(record)
    return forms, ""


def _segments(view: SheetView) -> list[_Segment]:
    """Return where the forms of a sheet begin and end: at a title, else at the project name."""
    names = set(HEAD["name"])
    starts: list[int] = []
    funds: list[int] = []
    items: list[int] = []
    title: int | None = None
    table_seen = True
    named = False
    for row in range(view.height):
        labels = view.labels[row]
        if not labels:
            continue
        filled = [column for column in view.filled(row) if view.anchor(row, column) == (row, column)]
        if len(filled) <= 2 and any(is_title(view.text(row, column)) for column in filled):
            title = row if title is None else title
        is_name = any(label in names for label in labels.values()) or any(
            isinstance(value, str) and _NAMED.match(value) for value in view.rows[row]
        )
        is_funds = fund_headings(view, row) is not None
        is_items = not is_funds and item_headings(view, row) is not None
        if is_name and not is_items and (table_seen or not named):
            starts.append(title if title is not None else row)
            title, table_seen, named = None, False, True
        elif (is_funds or is_items) and (not starts or (title is not None and table_seen)):
            starts.append(title if title is not None else row)
            title, named = None, False
        if is_funds or is_items:
            table_seen = True
            (funds if is_funds else items).append(row)
    if not funds and not items:
        return []
    if starts:
        starts[0] = 0
    ends = [*(start - 1 for start in starts[1:]), view.height - 1]
    segments = [
        _Segment(
            first,
            last,
            tuple(row for row in funds if first <= row <= last),
            tuple(row for row in items if first <= row <= last),
        )
        for first, last in zip(starts, ends, strict=True)
    ]
    return [segment for segment in segments if segment.items or segment.funds]


def _read_segment(record: FormRecord, segment: _Segment) -> None:
    """Read the parts of one form in order: money, goals, indicators, what stands around them."""
    view = record.view
    stop = segment.last + 1
    first_table = min((*segment.funds[:1], *segment.items[:1]))
    unread: list[int] = [*range(segment.first, first_table)]
    after = first_table
    unit = unit_of(view, segment.first, segment.items[0] if segment.items else segment.last)
    for row in segment.funds[:1]:
        headings = fund_headings(view, row)
        if headings is not None:
            end = next((line for line in segment.items if line > row), stop)
            after = FundTable(record, headings, unit).read(end)
    if segment.items:
        unread += range(after, segment.items[0])
        read_goals(record, range(segment.first, segment.items[0]), segment.items[0])
        headings = item_headings(view, segment.items[0])
        if headings is not None:
            table = IndicatorTable(record, headings)
            after = table.read(next((line for line in segment.funds if line > segment.items[0]), stop))
            table.tell_filled_down()
            tell_columns(record, headings)
    else:
        record.error(
            "SE-NO-ITEMS", (segment.first, 0), "绩效指标表（一级、二级、三级指标…）", "没有找到", "补上绩效指标表"
        )
        read_goals(record, range(after, stop), stop)
    settle_funds(record)
    FormHead(record).read([*unread, *range(after, stop)])
    finish(record)
