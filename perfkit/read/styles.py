"""How the workbook looks: fonts, fills, number formats, protection; and the one way a value is written."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import cast

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from perfkit.read.cells import written
from perfkit.read.layout import Column, Form
from perfkit.terms import Term

FONT = "Microsoft YaHei"
LAST_COLUMN = 16_384
WIDTH_OF_PAGE = 150  # characters that stay legible on A4 across
LONGEST_TEXT = 32_767
_INK, _QUIET, _ACCENT = "FF1F2933", "FF8A94A0", "FF1F4E79"
_EDGE = Side(style="thin", color="FFC9D1DA")
_GRID = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_HEAD_FILL = PatternFill("solid", fgColor="FFDCE6F1")
_REQUIRED_FILL = PatternFill("solid", fgColor="FFFCE4D6")
_BANNER_FILL = PatternFill("solid", fgColor=_ACCENT)
_FORMATS = {
    Form.MONEY: "#,##0.00", Form.PERCENT: "0.00%", Form.DATE: "yyyy-mm-dd", Form.INTEGER: "0", Form.NUMERAL: "0",
    Form.CODE: "@", Form.CODES: "@", Form.SCALE: "@", Form.PARAMETERS: "@", Form.LIST: "@",
}  # fmt: skip
_RIGHT = frozenset({Form.MONEY, Form.PERCENT, Form.INTEGER, Form.NUMBER, Form.MEASURE, Form.TARGET, Form.FACTOR})
_CENTRED = frozenset({Form.DATE, Form.TERM, Form.FLAG, Form.NUMERAL, Form.CODE})


def cell_at(target: Worksheet, row: int, column: int) -> Cell:
    """Return a cell to write to; the layout never writes inside a merged range."""
    return cast(Cell, target.cell(row, column))


def write_value(cell: Cell, value: object, form: Form, *, editable: bool = False, quiet: bool = False) -> None:
    """Write one value by the form of its column; a text is written as text, whatever it begins with."""
    cell.font = Font(name=FONT, size=10, color=_QUIET if quiet else _INK)
    cell.alignment = _alignment(form)
    cell.protection = Protection(locked=not editable)
    if editable or quiet:
        cell.border = _GRID
    cell.number_format = _FORMATS.get(form, "General")
    if value is None:
        return
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not math.isfinite(value):
            return
        if form in (Form.CODE, Form.CODES):
            _write_text(cell, written(value))
        else:
            cell.value = value
    elif isinstance(value, (dt.date, dt.datetime)):
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
    else:
        _write_text(cell, _text_of(value, form))


def _text_of(value: object, form: Form) -> str:
    """Return a value as the reader of its form expects it."""
    if isinstance(value, Term) or not isinstance(value, (tuple, list, dict)):
        return written(value)
    if isinstance(value, dict):
        return "；".join(f"{key}={_parameter(item)}" for key, item in value.items())
    if form is Form.SCALE:
        return "/".join(written(item) for item in value)
    if form is Form.LINES:
        return "\n".join(written(item) for item in value)
    if form is Form.TARGET:
        return "~".join(written(item) for item in value)
    return "；".join(written(item) for item in value)


def _parameter(value: object) -> str:
    """Return a parameter value: a/b/c, pairs a:b/c:d."""
    if isinstance(value, (tuple, list)):
        return "/".join(
            ":".join(written(part) for part in item) if isinstance(item, (tuple, list)) else written(item)
            for item in value
        )
    return written(value)


def _write_text(cell: Cell, text: str) -> None:
    """Write a text that no spreadsheet program takes for a formula."""
    clean = ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_TEXT]
    cell.value = clean
    cell.data_type = "s"
    if clean.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True


def _alignment(form: Form) -> Alignment:
    """Return the alignment of a form."""
    side = "right" if form in _RIGHT else "center" if form in _CENTRED else "left"
    return Alignment(horizontal=side, vertical="center", wrap_text=form in (Form.TEXT, Form.LINES, Form.PARAMETERS))


def style_banner(target: Worksheet, title: str, guidance: str, span: int, columns: Sequence[Column] = ()) -> None:
    """Write title row and guidance row over the first columns."""
    for row, text, height in ((1, title, 30.0), (2, guidance, 36.0)):
        for place in range(1, max(span, len(columns)) + 1):
            target.cell(row, place).fill = _BANNER_FILL if row == 1 else PatternFill("solid", fgColor="FFF4F7FA")
        cell = cell_at(target, row, 1)
        _write_text(cell, text)
        head = row == 1
        cell.font = Font(name=FONT, size=15 if head else 10, bold=head, color="FFFFFFFF" if head else "FF52606D")
        cell.alignment = Alignment(vertical="center", wrap_text=not head, indent=1)
        target.merge_cells(start_row=row, end_row=row, start_column=1, end_column=span)
        target.row_dimensions[row].height = height


def style_heading(cell: Cell, text: str, *, required: bool, comment: str = "", side: bool = False) -> None:
    """Write a heading; required ones are tinted."""
    _write_text(cell, text)
    cell.font = Font(name=FONT, size=10, bold=True, color=_INK)
    cell.fill = _REQUIRED_FILL if required else _HEAD_FILL
    cell.border = _GRID
    cell.alignment = Alignment(horizontal="left" if side else "center", vertical="center", wrap_text=True)
    cell.protection = Protection(locked=True)
    if comment:
        cell.comment = Comment(comment, "perfkit", width=280, height=60 + 22 * (len(comment) // 18))


def style_example(cell: Cell) -> None:
    """Show a cell as an example: grey italics."""
    cell.font = Font(name=FONT, size=10, italic=True, color=_QUIET)


def lay_out_columns(target: Worksheet, columns: Sequence[Column]) -> None:
    """Set widths, and make cells not yet written editable, also beyond the last column."""
    for place, column in enumerate(columns, start=1):
        dimension = target.column_dimensions[get_column_letter(place)]
        dimension.width = column.width
        dimension.font = Font(name=FONT, size=10, color=_INK)
        dimension.alignment = _alignment(column.form)
        dimension.number_format = _FORMATS.get(column.form, "General")
        dimension.protection = Protection(locked=False)
    letter = get_column_letter(len(columns) + 1)
    rest = ColumnDimension(target, index=letter, min=len(columns) + 1, max=LAST_COLUMN, width=10)
    rest.protection = Protection(locked=False)
    target.column_dimensions[letter] = rest


def protect(target: Worksheet) -> None:
    """Protect headings without a password; formats, rows, sorting and filters stay free."""
    target.sheet_view.showGridLines = False
    protection = target.protection
    protection.sheet = True
    for right in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(protection, right, False)


def set_up_page(
    target: Worksheet, *, landscape: bool, heading_row: int | None, frozen: int = 0, wide: float = 0
) -> None:
    """Print on A4 with headings and leading columns repeated, on as many pages side by side as stay legible."""
    target.page_setup.paperSize = 9
    target.page_setup.orientation = "landscape" if landscape else "portrait"
    target.page_setup.fitToWidth, target.page_setup.fitToHeight = max(1, round(wide / WIDTH_OF_PAGE)), 0
    target.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    target.page_margins.left = target.page_margins.right = 0.4
    if heading_row is not None:
        target.print_title_rows = f"{heading_row}:{heading_row}"
    if frozen > 1:
        target.print_title_cols = f"A:{get_column_letter(frozen)}"
