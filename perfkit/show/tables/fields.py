"""Tables from frames 由数据框生成表格: each table is a list of fields, one per column of the printed table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from perfkit.errors import DataError, Problem
from perfkit.show.numbers import BLANK, chinese_date, is_missing
from perfkit.show.tables.table import Align, Column, Row, Table, TableCell, number_cell, text_cell, total_row
from perfkit.terms import Term
from perfkit.trace import Record

Records = Mapping[str, Record]
# what an empty table says: the workbook has no such rows, which does not mean that there was nothing
NOT_FILLED = "工作簿未填写"
NUMERIC = ("score", "points", "rate", "money", "count", "number")


@dataclass(frozen=True, slots=True)
class Field:
    """One printed column and where it comes from 表列定义.

    Parameters
    ----------
    column : column of the frame.
    header, width_cm, align : as the table prints it.
    kind : record kind that formats the values.
    optional : the column is left out where the frame lacks it or all its values are blank.
    ask : a blank cell becomes 【待补充：ask】, because only a person can fill it.
    term : the values are codes of this term and print as its Chinese labels.
    """

    column: str
    header: str
    width_cm: float = 2.5
    kind: str = "text"
    align: Align = "left"
    optional: bool = False
    ask: str = ""
    term: type[Term] | None = None


def require(frame: pd.DataFrame, table: str, columns: Iterable[str]) -> None:
    """Refuse a frame without the columns that a table needs; all missing ones are named.

    Raises
    ------
    DataError
        Where a column is missing.
    """
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        found = "、".join(map(str, frame.columns)) or "无列"
        raise DataError(
            [
                Problem(code="TABLE-COLUMN", where=f"表 {table}", expected=f"列 {column}", found=found, mend="补上该列")
                for column in missing
            ]
        )


def plain_text(value: Any, term: type[Term] | None = None) -> str:
    """Return a frame value as text: lists joined by 、, term codes as labels, missing values empty."""
    if isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        parts = sorted(value) if isinstance(value, (set, frozenset)) else value
        return "、".join(plain_text(part, term) for part in parts)
    if is_missing(value):
        return ""
    member = term.read(str(value)) if term else value if isinstance(value, Term) else None
    return member.label if member is not None else str(value)


def field_cell(value: Any, field: Field, record: str = "") -> TableCell:
    """Return the cell of one value."""
    if field.kind in NUMERIC and not isinstance(value, str):
        return number_cell(value, field.kind, "" if is_missing(value) else record)
    text = plain_text(value, field.term)
    if not text.strip():
        text = f"【待补充：{field.ask}】" if field.ask else BLANK if field.kind == "date" else text
    elif field.kind == "date":
        text = chinese_date(value)
    return text_cell(text, align=field.align, record=record)


def record_cell(value: Any, kind: str, name: str, records: Records | None = None, *, bold: bool = False) -> TableCell:
    """Return the cell of a number that is a record 具名数值单元格.

    With ``records`` the name is carried only where such a record exists, and its kind and decimals win, so that a
    table prints a number as the sentences do. A missing value prints — and is no record.
    """
    if is_missing(value):
        return number_cell(value, kind, bold=bold)
    if records is None:
        return number_cell(value, kind, name, bold=bold)
    if not name or name not in records:
        return number_cell(value, kind, bold=bold)
    record = records[name]
    return number_cell(value, record.kind, name, decimals=record.decimals, bold=bold)


def used_fields(frame: pd.DataFrame, fields: Sequence[Field]) -> list[Field]:
    """Return the fields without optional ones that are absent or blank throughout."""
    return [
        field
        for field in fields
        if not field.optional
        or (field.column in frame.columns and any(plain_text(value).strip() for value in frame[field.column]))
    ]


def table_of(
    frame: pd.DataFrame,
    fields: Sequence[Field],
    *,
    name: str,
    caption: str,
    notes: Sequence[str] = (),
    landscape: bool = False,
    font: Literal["normal", "small"] = "normal",
    empty: str = "无",
) -> Table:
    """Return a frame as a table, one row each 由数据框生成表格.

    Parameters
    ----------
    frame : one row per printed row. A text column ``record`` is a prefix: a number of column ``x`` then carries the
        record ``<prefix>.x``.
    fields : printed columns in order.
    empty : the text of the only row where the frame has none; notes are left out then.

    Raises
    ------
    DataError
        Where a column of a field that is not optional is missing.
    """
    require(frame, name, [field.column for field in fields if not field.optional])
    fields = used_fields(frame, fields)
    rows: list[Row] = []
    for values in frame.to_dict(orient="records"):
        prefix = plain_text(values.get("record"))
        cells = []
        for field in fields:
            record = f"{prefix}.{field.column}" if prefix and field.kind in NUMERIC else ""
            cells.append(field_cell(values[field.column], field, record))
        rows.append(tuple(cells))
    if not rows:
        rows, notes = [total_row(empty, (), span=len(fields))], ()
    return Table(
        name=name,
        caption=caption,
        columns=tuple(Column(field.header, field.width_cm, field.align) for field in fields),
        rows=tuple(rows),
        notes=tuple(note for note in notes if note),
        landscape=landscape,
        font=font,
    )
