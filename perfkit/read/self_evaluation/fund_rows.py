"""The money part of a form 项目资金: rows total, appropriation, carried over, other; recorded as printed, never repaired."""

from __future__ import annotations

import math
import re

from perfkit.read.layout import narrow
from perfkit.read.self_evaluation.form_record import FormRecord, FundRecord
from perfkit.read.self_evaluation.headings import Headings
from perfkit.read.self_evaluation.labels import FOOTERS, FUND_TITLES, GOAL_ROLES, LINE_ROLES
from perfkit.read.self_evaluation.quantities import NAN, Quantity, RefusedError, is_dash, money, points, rate
from perfkit.read.self_evaluation.sheet_view import SheetView

AMOUNTS = ("budget_begin", "budget", "executed")
MOST_LINES = 15
_UNIT = re.compile(
    r"\(\s*(?:单位\s*:?\s*)?(?:人民币)?(百万元|万元|亿元|千元|元)\s*\)|(?:金额)?单位\s*:\s*(?:人民币)?(百万元|万元|亿元|千元|元)|/\s*(万元|元)"
)


def stated_unit(text: str) -> str:
    """Return the money unit that a heading or a note states, ``""`` for none.

    >>> stated_unit("项目资金（万元）"), stated_unit("单位：元"), stated_unit("全年预算数")
    ('万元', '元', '')
    """
    found = _UNIT.search(narrow(text))
    return next((group for group in found.groups() if group), "") if found else ""


def unit_of(view: SheetView, first: int, last: int) -> str:
    """Return the money unit stated in rows ``first`` to ``last``, ``""`` for none."""
    for row in range(first, min(last + 1, view.height)):
        for column in view.labels[row]:
            if unit := stated_unit(view.line(row, column)):
                return unit
    return ""


class FundTable:
    """Read the money rows of one form 资金表读取器."""

    def __init__(self, record: FormRecord, headings: Headings, unit: str) -> None:
        """Begin below the headings; ``unit`` is what the form states, ``""`` for nothing."""
        self.record, self.view, self.headings = record, record.view, headings
        self.unit = unit
        self.units = {
            role: stated_unit(self.view.line(*headings.places[role])) or unit
            for role in AMOUNTS
            if role in headings.places
        }

    def read(self, stop: int) -> int:
        """Read the rows of the table; return the first row that is none of it."""
        row = self.headings.last + 1
        while row < min(stop, self.headings.last + 1 + MOST_LINES):
            label, place = self._label(row)
            if self._is_below(label, row):
                break
            cells = self.headings.cells(self.view, row)
            line = LINE_ROLES.get(label, "")
            if not line and not any(role in cells for role in AMOUNTS):
                if label and label not in FUND_TITLES:
                    break
            elif line or self._has_amount(cells):
                self._row(row, label, line, place, cells)
            row += 1
        self._say_unit()
        return row

    def _is_below(self, label: str, row: int) -> bool:
        """Whether a row is a goal or a footer, below the money."""
        labels = (label, *self.view.labels[row].values())
        return label.partition(":")[0] in FOOTERS or any(word in GOAL_ROLES for word in labels)

    def _label(self, row: int) -> tuple[str, tuple[int, int]]:
        """Return the label nearest to the left of the amounts."""
        left = min(place[1] for role, place in self.headings.places.items() if role in AMOUNTS or role == "rate")
        found, place = "", (row, 0)
        for column in self.view.filled(row, 0, left):
            if self.view.anchor(row, column) == (row, column):
                label = self.view.labels[row].get(column, "")
                if label:
                    found, place = label, (row, column)
        return found, place

    def _has_amount(self, cells: dict[str, list[tuple[int, int]]]) -> bool:
        """Whether something that is no dash stands under an amount."""
        return any(not is_dash(self.view.line(*place)) for role in AMOUNTS for place in cells.get(role, ()))

    def _row(
        self, row: int, label: str, line: str, place: tuple[int, int], cells: dict[str, list[tuple[int, int]]]
    ) -> None:
        """Read one row."""
        record = self.record
        if not line and (not label or label in FUND_TITLES) and not record.funds:
            line = "total"
            record.tell(
                "SE-FUND-LINE", place, "资金行名称", f"「{label}」", "第一行按年度资金总额读取；无误则不必改动", "label"
            )
        elif not line:
            mend = "写成 年度资金总额、当年财政拨款、上年结转资金 或 其他资金；本行照录，不归类"
            record.warn("SE-FUND-LINE", place, "认得的资金行名称", f"「{label}」", mend, "label")
        fund = FundRecord(len(record.funds) + 1, line, self.view.name_at(*place))
        if label:
            record.keep("funds", fund.row, "label", place)
        for role in AMOUNTS:
            for found in cells.get(role, ())[:1]:
                self._number(fund, role, found)
        whole = fund.number("budget") if math.isfinite(fund.number("budget")) else fund.number("budget_begin")
        computed = fund.number("executed") / whole if whole else NAN
        for role in ("rate", "full", "score"):
            for found in cells.get(role, ())[:1]:
                self._number(fund, role, found, computed)
        record.funds.append(fund)

    def _number(self, fund: FundRecord, role: str, place: tuple[int, int], computed: float = NAN) -> None:
        """Read one number of a row."""
        value, percent = self.view.value(*place), self.view.percent(*place)
        try:
            if role in AMOUNTS:
                read = money(value, percent, self.units.get(role) or "万元")
            else:
                read = rate(value, percent, computed) if role == "rate" else points(value, percent)
        except RefusedError as error:
            self.record.refuse(place, role, error)
            read = Quantity()
        fund.numbers[role], fund.texts[role] = read.number, self.view.text(*place)
        fund.cells[role] = self.view.cell(*place)
        self.record.keep("funds", fund.row, role, place, read.number, read.notes)

    def _say_unit(self) -> None:
        """Warn where nothing says in which unit the money is written."""
        if self.record.funds and not all(self.units.values()):
            place = next(iter(self.headings.places.values()))
            self.record.warn(
                "SE-MONEY-UNIT", place, "注明金额单位（万元）", "没有注明", "按万元读取；若是元，请在表头注明后重读"
            )


def settle_funds(record: FormRecord) -> None:
    """Take the numbers of the form itself from its total row 年度资金总额, as printed."""
    total = next((fund for fund in record.funds if fund.line == "total"), None)
    if total is None and len(record.funds) == 1:
        total = record.funds[0]
    if total is None:
        return
    for role in AMOUNTS:
        record.numbers.setdefault(role, total.number(role))
    record.numbers.setdefault("printed_rate", total.number("rate"))
    scored = total
    if math.isnan(total.number("full")) and math.isnan(total.number("score")):
        others = [fund for fund in record.funds if math.isfinite(fund.number("score"))]
        scored = others[0] if len(others) == 1 else total
    for role, name in (("full", "execution_full"), ("score", "execution_score")):
        if math.isfinite(scored.number(role)):
            record.numbers.setdefault(name, scored.number(role))
            record.cells.setdefault(name, scored.cells.get(role, ""))
    record.cells.setdefault("printed_rate", total.cells.get("rate", ""))
    record.texts.setdefault("printed_rate", total.texts.get("rate", ""))
