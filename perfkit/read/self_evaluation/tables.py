"""Rows of the tables of a form 自评表各表行: what a form read becomes in values, forms, items and funds."""

from __future__ import annotations

from dataclasses import dataclass, field

from perfkit.errors import Problem
from perfkit.read.self_evaluation.form_record import FormRecord, ItemRecord, ValueRow
from perfkit.read.self_evaluation.quantities import NAN, NOTHING

Line = tuple[object, ...]
EXECUTION = "execution"
_FUND_NUMBERS = ("budget_begin", "budget", "executed", "full", "rate", "score")


@dataclass(slots=True)
class FileTables:
    """Everything read out of one file 单个文件的读取结果, in plain tuples that travel between processes."""

    file: str
    sha256: str = ""
    forms: list[Line] = field(default_factory=list)
    items: list[Line] = field(default_factory=list)
    funds: list[Line] = field(default_factory=list)
    values: list[ValueRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, record: FormRecord, department: str) -> None:
        """Add a form."""
        items = list(_item_rows(record))
        self.forms.append(_form_row(record, department, len(items)))
        self.items.extend(items)
        self.funds.extend(_fund_row(record, number) for number in range(len(record.funds)))
        self.values.extend(record.ordered_values())
        self.problems.extend(record.problems)


def _form_row(record: FormRecord, department: str, items: int) -> Line:
    """Return the row of ``FORMS``."""
    text, number = record.texts, record.numbers
    view = record.view
    return (
        record.form, view.file, view.name, record.place, department or text.get("department", ""), text.get("agency", ""),
        text.get("project", ""), text.get("name", ""), number.get("year", NAN), text.get("filled_by", ""),
        text.get("phone", ""), text.get("date", ""), record.layout, record.layers, number.get("budget_begin", NAN),
        number.get("budget", NAN), number.get("executed", NAN), number.get("printed_rate", NAN),
        number.get("execution_full", NAN), number.get("execution_score", NAN), number.get("total_full", NAN),
        number.get("total", NAN), text.get("grade", ""), text.get("target_text", ""), text.get("result_text", ""), items,
        record.unread,
    )  # fmt: skip


def _item_rows(record: FormRecord) -> list[Line]:
    """Return the rows of ``ITEMS``: the indicators in order, the execution rate of the money table first."""
    rows: list[Line] = []
    if not any(item.execution for item in record.items) and _has_execution(record):
        rows.append(_execution_row(record))
    number = 0
    for item in record.items:
        number += not item.execution
        rows.append(_item_row(record, item, EXECUTION if item.execution else str(number)))
    return rows


def _has_execution(record: FormRecord) -> bool:
    """Whether the money table scores the execution rate."""
    return any(
        record.numbers.get(role, NAN) == record.numbers.get(role, NAN) for role in ("execution_full", "execution_score")
    )


def _execution_row(record: FormRecord) -> Line:
    """Return the item of the execution rate out of the money table; its actual value is the printed rate in %."""
    full, score = record.numbers.get("execution_full", NAN), record.numbers.get("execution_score", NAN)
    printed = record.numbers.get("printed_rate", NAN)
    cells = record.cells
    return (
        record.form, EXECUTION, 0, "预算执行率", "", "预算执行率", "", "", NAN, "%", record.texts.get("printed_rate", ""),
        float(f"{100 * printed:.12g}"), full, score, full, score, "", record.view.file, record.view.name, "",
        cells.get("printed_rate", ""), cells.get("execution_full", ""), cells.get("execution_score", ""), "",
    )  # fmt: skip


def _item_row(record: FormRecord, item: ItemRecord, name: str) -> Line:
    """Return one row of ``ITEMS``."""
    text, cells = item.texts, item.cells
    wanted, reached = item.numbers.get("target_text", NOTHING), item.numbers.get("actual_text", NOTHING)
    return (
        record.form, name, item.row, text.get("level1", ""), text.get("level2", ""), text.get("level3", ""),
        text.get("target_text", ""), wanted.operator, wanted.number, wanted.unit, text.get("actual_text", ""), reached.number,
        item.points_full, item.points_score, item.number("full"), item.number("score"), text.get("cause", ""),
        record.view.file, record.view.name, cells.get("target_text", ""), cells.get("actual_text", ""), cells.get("full", ""),
        cells.get("score", ""), cells.get("cause", ""),
    )  # fmt: skip


def _fund_row(record: FormRecord, number: int) -> Line:
    """Return one row of ``FUNDS``."""
    fund = record.funds[number]
    return (
        record.form, fund.row, fund.line, fund.label, *(fund.number(role) for role in _FUND_NUMBERS), record.view.file,
        record.view.name, *(fund.cells.get(role, "") for role in _FUND_NUMBERS),
    )  # fmt: skip
