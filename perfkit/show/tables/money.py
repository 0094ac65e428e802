"""Tables of funds and fieldwork 资金与现场工作表."""

from __future__ import annotations

from typing import Any

import pandas as pd

from perfkit.show.tables.fields import (
    NOT_FILLED,
    Field,
    Records,
    plain_text,
    record_cell,
    require,
    table_of,
    used_fields,
)
from perfkit.show.tables.table import Column, Row, Table, text_cell, total_row
from perfkit.terms import Denominator, FieldworkKind, FundRow

FUND_COLUMNS = ("source", "budget", "received", "executed", "execution_rate", "row_type")
FUND_LABELS = (
    Field("source", "资金来源", 3.4),
    Field("year", "年度", 1.4, align="center", optional=True),
    Field("agency", "单位", 3.0, optional=True),
    Field("use", "用途", 3.0, optional=True),
)
FUND_NUMBERS = {
    "budget": "money",
    "received": "money",
    "executed": "money",
    "receipt_rate": "rate",
    "execution_rate": "rate",
    "execution_rate_budget": "rate",
}
FUND_NOTE = (Field("note", "备注", 2.6, optional=True),)


def table_funds(
    frame: pd.DataFrame,
    *,
    denominator: Denominator | str = Denominator.RECEIVED,
    records: Records | None = None,
    caption: str = "资金安排与执行情况",
) -> Table:
    """Return budget, received and executed money with rates 资金表 (万元).

    Parameters
    ----------
    frame : ``source``, ``budget``, ``received``, ``executed`` (万元), ``execution_rate`` (fraction), ``row_type``
        (``detail`` or ``total``); optional ``year``, ``agency``, ``use``, ``receipt_rate``, ``execution_rate_budget``
        (executed ÷ budget), ``note`` and ``record`` (prefix of the records of the row; default ``funds`` for a total
        row, none for others).
    denominator : what ``execution_rate`` divides by, named in the header.
    records : records of the run.
    """
    require(frame, "funds", FUND_COLUMNS)
    labels, notes = used_fields(frame, FUND_LABELS), used_fields(frame, FUND_NOTE)
    named = denominator.label if isinstance(denominator, Denominator) else plain_text(denominator, Denominator)
    headers = {
        "budget": "预算数",
        "received": "到位数",
        "executed": "执行数",
        "receipt_rate": "到位率（到位数÷预算数）",
        "execution_rate": f"执行率（执行数÷{named}）",
        "execution_rate_budget": "执行率（执行数÷预算数）",
    }
    numbers = {column: kind for column, kind in FUND_NUMBERS.items() if column in frame.columns}
    rows: list[Row] = []
    for values in frame.to_dict(orient="records"):
        is_total = plain_text(values["row_type"], FundRow) == FundRow.TOTAL.label
        prefix = plain_text(values.get("record")) or ("funds" if is_total else "")
        cells = [
            record_cell(values[column], kind, f"{prefix}.{column}" if prefix else "", records)
            for column, kind in numbers.items()
        ]
        cells += [text_cell(plain_text(values[field.column])) for field in notes]
        if is_total:
            rows.append(total_row(_total_label(values, labels), cells, span=len(labels)))
        else:
            rows.append((*(text_cell(_year(values[field.column])) for field in labels), *cells))
    columns = (
        *(Column(field.header, field.width_cm, field.align) for field in labels),
        *(Column(headers[column], 2.3 if kind == "money" else 2.6, "right") for column, kind in numbers.items()),
        *(Column(field.header, field.width_cm, field.align) for field in notes),
    )
    said = ("单位：万元。",) if rows else ()
    if not rows:
        rows = [total_row(NOT_FILLED, (), span=len(columns))]
    return Table(
        name="funds",
        caption=caption,
        columns=columns,
        rows=tuple(rows),
        notes=said,
        font="small" if len(columns) > 5 else "normal",
    )


def _year(value: Any) -> str:
    """Return a label; a year that pandas holds as float (one is missing) without its point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else plain_text(value)


def _total_label(values: dict[Any, Any], labels: list[Field]) -> str:
    """Return the words of a total row: its labels with 合计, or 合计 alone."""
    words = [text for field in labels if (text := _year(values[field.column])) and "合计" not in text]
    return f"{' '.join(words)}合计"


def table_fieldwork(frame: pd.DataFrame) -> Table:
    """Return number and coverage of fieldwork by kind 现场工作覆盖情况.

    Parameters
    ----------
    frame : ``kind`` (interview, meeting, site_check, or a Chinese text), ``n``, ``money`` (万元), ``coverage``
        (fraction of ``base``), ``base`` (what the coverage divides by); optional ``record``.
    """
    fields = (
        Field("kind", "工作方式", 3.0, term=FieldworkKind),
        Field("n", "次（家）数", 2.2, "count", "right"),
        Field("money", "涉及资金（万元）", 3.0, "money", "right"),
        Field("coverage", "资金覆盖率", 2.6, "rate", "right"),
        Field("base", "覆盖率的分母", 4.0),
    )
    return table_of(frame, fields, name="fieldwork", caption="访谈、座谈与现场核查情况", empty=NOT_FILLED)


def table_fieldwork_events(frame: pd.DataFrame, *, persons: bool = False) -> Table:
    """Return the list of interviews, meetings and site checks 现场工作清单.

    Parameters
    ----------
    frame : ``id``, ``kind``, ``date``, ``place``; optional ``person``, ``money`` (万元), ``note``, ``evidence`` (ids).
    persons : print the persons, which only a working paper may.
    """
    fields = (
        Field("id", "编号", 1.6),
        Field("kind", "工作方式", 2.0, term=FieldworkKind),
        Field("date", "日期", 2.8, "date"),
        Field("place", "单位或地点", 3.6),
        *((Field("person", "对象", 2.4, optional=True),) if persons else ()),
        Field("money", "涉及资金（万元）", 2.2, "money", "right", optional=True),
        Field("note", "要点", 5.0, optional=True),
        Field("evidence", "证据", 2.0, optional=True),
    )
    return table_of(frame, fields, name="fieldwork-events", caption="现场工作清单", font="small", empty=NOT_FILLED)
