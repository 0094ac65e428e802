"""The list-like export 清单式导出: one row an indicator, the columns of its project repeated in every row."""

from __future__ import annotations

import re
from typing import NamedTuple

from perfkit.read.self_evaluation.form_end import finish, tell_columns
from perfkit.read.self_evaluation.form_head import FormHead
from perfkit.read.self_evaluation.form_record import FormRecord, FundRecord
from perfkit.read.self_evaluation.fund_rows import AMOUNTS, settle_funds, stated_unit, unit_of
from perfkit.read.self_evaluation.headings import Headings, list_headings
from perfkit.read.self_evaluation.indicator_rows import IndicatorTable
from perfkit.read.self_evaluation.labels import FOOTERS, HEADERS, TOTALS
from perfkit.read.self_evaluation.quantities import NAN, Quantity, RefusedError, money, points, rate
from perfkit.read.self_evaluation.sheet_view import SheetView

_TEXTS = {
    "name": "name", "project": "project", "department": "department", "agency": "agency", "filled_by": "filled_by",
    "phone": "phone", "date": "date", "grade": "grade", "goal_target_text": "target_text", "goal_result_text": "result_text",
}  # fmt: skip
_POINTS = ("total", "total_full", "execution_full", "execution_score")


class _Name(NamedTuple):
    """What names the project of a row."""

    code: str
    name: str
    agency: str


def read_list(view: SheetView, headings: Headings, named_from: int) -> list[FormRecord]:
    """Read a list of indicators of many projects; a project is one form 读取清单."""
    unit = unit_of(view, 0, headings.last)
    lists: dict[tuple[str, str], _ListedForm] = {}
    last = _Name("", "", "")
    key = ("", "")
    for row in range(headings.last + 1, view.height):
        if list_headings(view, row) is not None:
            continue
        cells = headings.cells(view, row)
        leading = next((view.labels[row].get(column, "") for column in view.filled(row)), "")
        if not cells or leading in FOOTERS:
            continue
        if leading in TOTALS and "level3" not in cells:
            if key in lists:
                lists[key].total(cells)
            continue
        last = _named(view, cells, last)
        key = (last.code or last.name, last.agency)
        if not key[0]:
            continue
        if key not in lists:
            record = FormRecord(f"{view.file}#{named_from + len(lists) + 1}", view, row, row)
            lists[key] = _ListedForm(record, headings, unit)
        lists[key].row(row, cells)
    forms = [listed.finished() for listed in lists.values()]
    if forms:
        tell_columns(forms[0], headings)
    return forms


def _named(view: SheetView, cells: dict[str, list[tuple[int, int]]], last: _Name) -> _Name:
    """Return which project a row names; blank cells say what the row above says."""
    code, name, agency = (
        re.sub(r"\s+", "", view.line(*cells[role][0])) if role in cells else ""
        for role in ("project", "name", "agency")
    )
    if not code and not name:
        return last
    if not code and name == last.name:
        code = last.code
    if not agency and (code or name) == (last.code or last.name):
        agency = last.agency
    return _Name(code, name or (last.name if code == last.code else ""), agency)


class _ListedForm:
    """One project of a list while its rows are read."""

    def __init__(self, record: FormRecord, headings: Headings, unit: str) -> None:
        self.record, self.view, self.headings = record, record.view, headings
        self._table = IndicatorTable(record, headings)
        self._unit = {
            role: stated_unit(self.view.line(*headings.places[role])) or unit
            for role in AMOUNTS
            if role in headings.places
        }
        self._first: dict[str, str] = {}
        self._told: set[str] = set()
        self._fund = FundRecord(1, "total", "")
        self._last_row = record.first

    def row(self, row: int, cells: dict[str, list[tuple[int, int]]]) -> None:
        """Read one row: what names the project once, the indicator always."""
        if row > self._last_row + 1:
            found = f"第 {self._last_row + 1} 行之后接第 {row + 1} 行"
            self.record.tell("SE-SCATTERED", (row, 0), "同一项目的指标连续排列", found, "按同一项目读取")
        self._last_row = row
        # the printed rate is read last: the amounts say on which scale it is written
        for role, places in sorted(cells.items(), key=lambda item: item[0] == "printed_rate"):
            if role in _TEXTS or role in AMOUNTS or role in _POINTS or role in ("printed_rate", "year"):
                self._once(role, places[0])
        self._table.read_row(row)

    def total(self, cells: dict[str, list[tuple[int, int]]]) -> None:
        """Read a total row of the project before it."""
        for role, name in (("full", "total_full"), ("score", "total")):
            for place in cells.get(role, ())[:1]:
                self._points(name, place)

    def _once(self, role: str, place: tuple[int, int]) -> None:
        """Read a column of the project at its first row, and compare it below."""
        shown = self.view.line(*place)
        if role not in self._first:
            self._first[role] = shown
            self._read(role, place)
        elif shown != self._first[role] and role not in self._told:
            self._told.add(role)
            expected = f"与该项目首行相同的「{self._first[role][:40]}」"
            self.record.error(
                "SE-CONFLICT", place, expected, self.record.shown(place), "同一项目各行填写一致；按首行读取", role
            )

    def _read(self, role: str, place: tuple[int, int]) -> None:
        """Read one project column."""
        record, view = self.record, self.view
        if role in _TEXTS:
            FormHead(record).put(_TEXTS[role], place, role == "name" and "project" not in self.headings.places)
        elif role == "year":
            found = re.search(r"20\d\d", view.line(*place))
            if found:
                record.put_number("year", place, Quantity(float(found[0])))
        elif role in _POINTS:
            self._points(role, place)
        else:
            self._amount(role, place)

    def _points(self, role: str, place: tuple[int, int]) -> None:
        """Read points of the project."""
        try:
            read = points(self.view.value(*place), self.view.percent(*place))
        except RefusedError as error:
            self.record.refuse(place, role, error)
            return
        self.record.put_number(role, place, read)

    def _amount(self, role: str, place: tuple[int, int]) -> None:
        """Read an amount or the printed rate."""
        value, percent = self.view.value(*place), self.view.percent(*place)
        fund = self._fund
        try:
            if role == "printed_rate":
                whole = fund.number("budget") if fund.number("budget") > 0 else fund.number("budget_begin")
                read = rate(value, percent, fund.number("executed") / whole if whole else NAN)
            else:
                read = money(value, percent, self._unit.get(role) or "万元")
        except RefusedError as error:
            self.record.refuse(place, role, error)
            read = Quantity()
        name = "rate" if role == "printed_rate" else role
        fund.numbers[name], fund.texts[name], fund.cells[name] = (
            read.number,
            self.view.text(*place),
            self.view.cell(*place),
        )
        self.record.keep("funds", 1, name, place, read.number, read.notes)

    def finished(self) -> FormRecord:
        """Return the form with its money row."""
        record = self.record
        record.extend_to(self._last_row)
        self._table.tell_filled_down()
        if self._fund.numbers:
            for role in ("execution_full", "execution_score"):
                if role in record.numbers:
                    name = role.removeprefix("execution_")
                    self._fund.numbers[name] = record.numbers[role]
                    self._fund.cells[name] = record.cells[role]
            self._fund.label = "、".join(HEADERS[role] for role in self._fund.numbers if role in AMOUNTS)
            record.funds.append(self._fund)
            settle_funds(record)
            if not all(self._unit.values()):
                place = self.headings.places[next(iter(self._unit))]
                record.warn(
                    "SE-MONEY-UNIT", place, "注明金额单位（万元）", "没有注明", "按万元读取；若是元，请在表头注明后重读"
                )
        finish(record)
        return record
