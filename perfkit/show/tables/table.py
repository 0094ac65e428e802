"""Tables 表格: one frozen shape that a notebook shows as HTML and a draft turns into a native Word table."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from perfkit.errors import DataError, Problem
from perfkit.show.numbers import BLANK, format_value, is_missing

TABLE_MIME = "application/vnd.perfkit.table+json"
PLACEHOLDER = re.compile(r"【待补充[^】]*】")

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell 单元格.

    ``record`` names the record the text prints (empty: none); ``align`` empty means the column's. ``text`` may
    hold line feeds; it is plain text and never markup.
    """

    text: str
    record: str = ""
    align: Align | Literal[""] = ""
    rowspan: int = 1
    colspan: int = 1
    bold: bool = False
    placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One column 列: header text, width in centimetres (shares where the page is narrower), alignment of cells."""

    header: str
    width_cm: float = 2.5
    align: Align = "left"


Row = tuple[TableCell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as data 表.

    Parameters
    ----------
    name : stable code, the bookmark in Word.
    caption : Chinese caption without its number (表 n is numbered by the draft).
    columns : header, width and alignment of each column; their headers are the first header row.
    rows : cells by grid position; ``None`` where a span of another cell covers the place.
    header_rows : header rows in all; beyond one, the first ``header_rows - 1`` of ``rows`` belong to the header.
    notes : lines below the table.
    landscape, font : the page and the type size that the table asks for.

    Raises
    ------
    DataError
        Where a row has the wrong length, a span leaves the grid, or ``None`` and spans do not match.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    header_rows: int = 1
    notes: tuple[str, ...] = ()
    landscape: bool = False
    font: Literal["normal", "small"] = "normal"

    def __post_init__(self) -> None:
        """Refuse a grid that cannot be drawn, naming every wrong place."""
        problems = _grid_problems(self)
        if problems:
            raise DataError(problems)

    def to_json(self) -> dict[str, Any]:
        """Return what the draft reads; alignments are resolved, ``header`` holds every header row as cells."""
        header = tuple(TableCell(column.header, align="center", bold=True) for column in self.columns)
        extra = self.rows[: self.header_rows - 1]
        return {
            "name": self.name,
            "caption": self.caption,
            "columns": [
                {"header": column.header, "width_cm": column.width_cm, "align": column.align} for column in self.columns
            ],
            "header_rows": self.header_rows,
            "header": [self._row_json(row) for row in (header, *extra)],
            "rows": [self._row_json(row) for row in self.rows[self.header_rows - 1 :]],
            "notes": list(self.notes),
            "landscape": self.landscape,
            "font": self.font,
        }

    def _row_json(self, row: Row) -> list[dict[str, Any] | None]:
        """Return one row of the JSON form."""
        return [
            None
            if cell is None
            else {
                "text": cell.text,
                "record": cell.record,
                "align": cell.align or column.align,
                "rowspan": cell.rowspan,
                "colspan": cell.colspan,
                "bold": cell.bold,
                "placeholder": cell.placeholder,
            }
            for cell, column in zip(row, self.columns, strict=True)
        ]

    def _repr_html_(self) -> str:
        """Return escaped HTML for the notebook."""
        data = self.to_json()
        head = "".join(_html_row(row, "th") for row in data["header"])
        body = "".join(_html_row(row, "td") for row in data["rows"])
        foot = "".join(f"<p><small>{html.escape(note)}</small></p>" for note in self.notes)
        caption = f"<caption>{html.escape(self.caption)}</caption>"
        name = html.escape(self.name)
        return f'<table data-table="{name}">{caption}<thead>{head}</thead><tbody>{body}</tbody></table>{foot}'

    def __str__(self) -> str:
        """Return the caption and one line a row."""
        lines = [self.caption, " | ".join(column.header for column in self.columns)]
        lines += [" | ".join("" if cell is None else cell.text.replace("\n", " ") for cell in row) for row in self.rows]
        return "\n".join([*lines, *self.notes])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return HTML for the notebook, JSON for the draft, text for a terminal."""
        return {"text/plain": str(self), "text/html": self._repr_html_(), TABLE_MIME: self.to_json()}


def _html_row(row: Sequence[dict[str, Any] | None], tag: str) -> str:
    """Return one HTML row; everything from data is escaped."""
    cells = []
    for cell in row:
        if cell is None:
            continue
        spans = "".join(f' {key}="{cell[key]}"' for key in ("rowspan", "colspan") if cell[key] > 1)
        record = f' data-record="{html.escape(cell["record"])}"' if cell["record"] else ""
        text = PLACEHOLDER.sub(r"<mark>\g<0></mark>", html.escape(cell["text"])).replace("\n", "<br>")
        text = f"<strong>{text}</strong>" if cell["bold"] and tag == "td" else text
        cells.append(f'<{tag}{spans}{record} style="text-align:{cell["align"]}">{text}</{tag}>')
    return f"<tr>{''.join(cells)}</tr>"


def _grid_problems(table: Table) -> list[Problem]:
    """Return every place where spans, ``None`` and the grid disagree."""
    problems: list[Problem] = []
    width, height = len(table.columns), len(table.rows)
    covered: set[tuple[int, int]] = set()

    def report(row: int, column: int, expected: str, found: str) -> None:
        where = f"表 {table.name} 第 {row + 1} 行第 {column + 1} 列"
        problems.append(
            Problem(code="TABLE-GRID", where=where, expected=expected, found=found, mend="改正该表的生成代码")
        )

    if not width or not 1 <= table.header_rows <= height + 1:
        report(0, 0, "至少一列，表头行数在表内", f"{width} 列，表头 {table.header_rows} 行")
    for y, row in enumerate(table.rows):
        if len(row) != width:
            report(y, 0, f"{width} 格", f"{len(row)} 格")
            continue
        for x, cell in enumerate(row):
            if cell is None:
                if (y, x) not in covered:
                    report(y, x, "单元格", "空位，且无合并单元格覆盖")
                continue
            if (y, x) in covered:
                report(y, x, "合并单元格覆盖的空位", f"单元格“{cell.text}”")
            if cell.rowspan < 1 or cell.colspan < 1 or y + cell.rowspan > height or x + cell.colspan > width:
                report(y, x, "在表内的合并范围", f"{cell.rowspan}×{cell.colspan}")
                continue
            covered |= {
                (y + down, x + right) for down in range(cell.rowspan) for right in range(cell.colspan) if down or right
            }
    return problems


def text_cell(value: object, *, bold: bool = False, align: Align | Literal[""] = "", record: str = "") -> TableCell:
    """Return a cell of plain text 文本单元格; a missing value is empty, a cell of one 【待补充：…】 a placeholder."""
    text = "" if is_missing(value) else format_value(value, "text", missing="")
    whole = PLACEHOLDER.fullmatch(text) is not None
    return TableCell(text, record=record, align=align, bold=bold, placeholder=whole)


def number_cell(
    value: object, kind: str, record: str = "", *, decimals: int | None = None, bold: bool = False
) -> TableCell:
    """Return a right-aligned cell of a number in the format of its record kind 数值单元格; a missing value is ``—``."""
    text = format_value(value, kind, decimals, BLANK)
    return TableCell(text, record=record, align="center" if text == BLANK else "right", bold=bold)


def total_row(label: str, cells: Sequence[TableCell], span: int = 1) -> Row:
    """Return a bold row whose label covers the first ``span`` columns 合计行."""
    head = TableCell(label, align="center", colspan=span, bold=True)
    return (head, *(None,) * (span - 1), *(replace(cell, bold=True) for cell in cells))


def merge_down(
    rows: Sequence[Sequence[TableCell | None]],
    keys: Sequence[Sequence[object]],
    columns: Sequence[Sequence[int]],
) -> tuple[Row, ...]:
    """Merge cells over rows with equal consecutive keys 纵向合并.

    Parameters
    ----------
    rows : grid of cells without vertical spans.
    keys : one tuple of keys per row, outermost level first.
    columns : per level, the indices of the columns that merge with it.

    Returns
    -------
    The rows with spans. Levels nest: a level never spans over a border of a level before it, even where its own
    key goes on.

    Raises
    ------
    ValueError
        Where the numbers of rows, keys and levels disagree.
    """
    if len(rows) != len(keys) or any(len(key) != len(columns) for key in keys):
        raise ValueError(f"keys must be {len(rows)} rows of {len(columns)} levels")
    grid = [list(row) for row in rows]
    for level, indices in enumerate(columns):
        start = 0
        for end in range(1, len(grid) + 1):
            if end < len(grid) and tuple(keys[end][: level + 1]) == tuple(keys[start][: level + 1]):
                continue
            for x in indices:
                head = grid[start][x]
                if head is not None:
                    grid[start][x] = replace(head, rowspan=end - start)
                for y in range(start + 1, end):
                    grid[y][x] = None
            start = end
    return tuple(tuple(row) for row in grid)
