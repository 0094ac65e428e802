"""Tables with a row a department 分部门的表: one department or many, the total last, numbers by their records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from perfkit.show.numbers import is_missing
from perfkit.show.tables.fields import (
    NUMERIC,
    Field,
    Records,
    field_cell,
    plain_text,
    record_cell,
    require,
    used_fields,
)
from perfkit.show.tables.table import Column, Row, Table, TableCell, merge_down, total_row

ALL = "合计"
DEPARTMENT = Field("department", "部门", 2.6)
# record names of what is said of all departments, and of the n-th one, begin so
ALL_PREFIX, DEPARTMENT_PREFIX = "all", "department"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Name, caption and page of a table 表的外观; ``empty`` is the text of its only row where there is nothing."""

    name: str
    caption: str
    notes: tuple[str, ...] = ()
    landscape: bool = False
    font: Literal["normal", "small"] = "normal"
    empty: str = "无"


def prefixes(records: Records | None) -> dict[str, str]:
    """Return department → how the names of its records begin 部门数值名前缀; ``""`` stands for all of them."""
    found = {"": ALL_PREFIX}
    number = 1
    while records is not None and f"{DEPARTMENT_PREFIX}.{number}.name" in records:
        found[str(records[f"{DEPARTMENT_PREFIX}.{number}.name"].value)] = f"{DEPARTMENT_PREFIX}.{number}"
        number += 1
    return found


def named_departments(frame: pd.DataFrame) -> list[str]:
    """Return the departments of a frame in order, without the row of all."""
    return [name for name in dict.fromkeys(map(str, frame["department"])) if name]


def of_all(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that speak of all departments together; every row where there are none such."""
    rows = frame[frame["department"].astype(str) == ""]
    return rows if len(rows) else frame


def table_by_department(
    frame: pd.DataFrame,
    fields: Sequence[Field],
    look: Look,
    *,
    records: Records | None = None,
    keys: Mapping[str, str] | None = None,
    merge: str = "",
) -> Table:
    """Return a frame with a column ``department`` as a table 分部门表.

    Parameters
    ----------
    frame : rows; ``department`` is ``""`` where a row speaks of all. With a single department its name and the rows
        of all are left out, since they would say everything twice.
    fields : printed columns beside the department.
    look : name, caption and page.
    records : records of the run; a number of a column in ``keys`` carries the record ``<prefix>.<key>`` where it exists.
    keys : column → the last part of its record names.
    merge : the first of the printed columns; rows of one department that follow one another with equal values share it.
    """
    require(frame, look.name, ["department", *(field.column for field in fields if not field.optional)])
    names = named_departments(frame)
    single = len(names) <= 1
    rest = frame["department"].astype(str) == ""
    kept = frame[~rest] if names else frame
    kept = kept if single else pd.concat([kept, frame[rest]])
    # a column that only the row of all fills is judged after that row was left out
    used = used_fields(kept, [*(() if single else (DEPARTMENT,)), *fields])
    begin = prefixes(records)
    rows: list[list[TableCell | None]] = []
    groups: list[tuple[str, str]] = []
    for values in kept.to_dict(orient="records"):
        department = plain_text(values["department"])
        prefix = begin.get(department, "")
        line = [_cell(values, field, prefix, records, keys or {}) for field in used]
        rows.append([replace(cell, bold=True) for cell in line] if not department and not single else list(line))
        groups.append((department, plain_text(values[merge]) if merge else str(len(rows))))
    columns = [() if single else (0,), (int(not single),) if merge else ()]
    return _made(rows, groups, used, look, columns)


def _cell(
    values: Mapping[Any, Any], field: Field, prefix: str, records: Records | None, keys: Mapping[str, str]
) -> TableCell:
    """Return one cell; the row of all departments is named so."""
    value = values.get(field.column)
    if field.column == "department":
        return TableCell(plain_text(value) or ALL)
    name = f"{prefix}.{keys[field.column]}" if prefix and field.column in keys else ""
    known = bool(name) and records is not None and name in records
    if known and field.kind in NUMERIC and not isinstance(value, str) and not is_missing(value):
        return record_cell(value, field.kind, name, records)
    return field_cell(value, field)


def _made(
    rows: Sequence[Sequence[TableCell | None]],
    groups: Sequence[tuple[str, str]],
    fields: Sequence[Field],
    look: Look,
    merged: Sequence[Sequence[int]],
) -> Table:
    """Return rows as a table; several rows of one department share its cell."""
    printed: Sequence[Row] = merge_down(rows, groups, merged)
    if not rows:
        printed = (total_row(look.empty, (), span=len(fields)),)
    return Table(
        name=look.name,
        caption=look.caption,
        columns=tuple(Column(field.header, field.width_cm, field.align) for field in fields),
        rows=tuple(printed),
        notes=tuple(note for note in look.notes if note) if rows else (),
        landscape=look.landscape,
        font=look.font,
    )
