"""How a department hands its forms in 报送: which form goes into which file, as workbook, sheet, list or Word document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import docx
from docx.table import Table
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from data.demo.self_evaluation_forms import Grid, Place, Style, drawn_style, form_grid, listed_grid
from data.demo.self_evaluation_model import YEAR, Draws, Project
from data.demo.self_evaluation_words import Department
from perfkit.read.archive import save_reproducibly

FOLDER = "自评表"
DEMO = "【演示数据】"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_THIN = Side(style="thin", color="808080")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_WRAP = Alignment(wrap_text=True, vertical="center")
_WIDTHS = {1: 10, 2: 12, 3: 16, 4: 26}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where a form stands: file relative to the department's folder, sheet, and the cell of each item's roles."""

    project: Project
    file: str
    sheet: str
    kind: str
    cells: Mapping[tuple[str, str], str]
    notes: tuple[tuple[str, str, str], ...]


def file_forms(
    words: Department, projects: Sequence[Project], folder: Path, draws: Draws, *, twice: Sequence[Project] = ()
) -> list[Filed]:
    """Write the forms of a department below ``folder`` 写出自评表 and return where each stands.

    Parameters
    ----------
    words : the department with the way each of its agencies files.
    projects : those that filed; ``twice`` of them filed a second time on their own.
    draws : of the filing alone, so that a change of typing never moves a score.
    """
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    styles = {agency: drawn_style(draws) for agency in words.agencies}
    written = draws.some([project for project in projects if project.layers == 1], words.docx)
    filed = [_document(words.name, project, folder, styles[project.agency], draws) for project in written]
    left = [project for project in projects if project not in written]
    zeros = [project for project in left if words.filing.get(project.agency) != "listed" and draws.chance(0.02)]
    for agency in words.agencies:
        own = [project for project in left if project.agency == agency]
        grids = [
            form_grid(words.name, project, replace(styles[agency], zero_total=project in zeros), draws)
            for project in own
        ]
        filed += _agency(words, agency, own, grids, folder)
    for project in twice:
        grid = form_grid(words.name, project, Style(), draws)
        filed.append(_single(project, grid, folder, "（重报）"))
    return filed


def _agency(words: Department, agency: str, own: Sequence[Project], grids: Sequence[Grid], folder: Path) -> list[Filed]:
    """Write the forms of one agency in its way."""
    if not own:
        return []
    way = words.filing.get(agency, "sheets")
    if way == "single":
        return [_single(project, grid, folder) for project, grid in zip(own, grids, strict=True)]
    name = f"{FOLDER}/{agency}{YEAR}年度{'自评明细导出' if way == 'listed' else '项目支出绩效自评表'}.xlsx"
    book = Workbook()
    sheet = book.worksheets[0]
    filed = []
    if way == "listed":
        sheet.title = "自评明细"
        grid, places = listed_grid(words.name, own)
        _write(sheet, grid, 0)
        filed = [
            Filed(
                project=project,
                file=name,
                sheet=sheet.title,
                kind=way,
                cells=_addresses(places[project.code], 0),
                notes=(),
            )
            for project in own
        ]
    elif way == "stacked":
        sheet.title = "自评表"
        top = 0
        for project, grid in zip(own, grids, strict=True):
            _write(sheet, grid, top)
            filed.append(_filed(project, name, sheet.title, way, grid, top))
            top += grid.height + 2
    else:
        for number, (project, grid) in enumerate(zip(own, grids, strict=True)):
            page = sheet if number == 0 else book.create_sheet()
            page.title = f"{number + 1}.{project.name[:18]}"
            _write(page, grid, 0)
            filed.append(_filed(project, name, page.title, way, grid, 0))
    _save(book, folder / name)
    return filed


def _single(project: Project, grid: Grid, folder: Path, mark: str = "") -> Filed:
    """Write one form as a workbook of its own."""
    name = f"{FOLDER}/{project.code}_{project.name}{mark}.xlsx"
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "自评表"
    _write(sheet, grid, 0)
    _save(book, folder / name)
    return _filed(project, name, sheet.title, "single", grid, 0)


def _filed(project: Project, file: str, sheet: str, kind: str, grid: Grid, top: int) -> Filed:
    """Return where a form of its own grid stands."""
    cells = _addresses(grid.places, top)
    return Filed(project=project, file=file, sheet=sheet, kind=kind, cells=cells, notes=tuple(grid.notes))


def _addresses(places: Mapping[tuple[str, str], Place], top: int) -> dict[tuple[str, str], str]:
    """Return A1 addresses of cells of a form that begins at a row."""
    return {key: f"{get_column_letter(column + 1)}{row + top + 1}" for key, (row, column) in places.items()}


def _write(sheet: Worksheet, grid: Grid, top: int) -> None:
    """Write a form into a sheet; merged before it is styled, and one style for all, since styling a cell is slow."""
    for (row, column), (bottom, right) in grid.merged:
        if (row, column) != (bottom, right):
            sheet.merge_cells(
                start_row=top + row + 1, start_column=column + 1, end_row=top + bottom + 1, end_column=right + 1
            )
    first: Any = sheet.cell(top + 1, 1)
    first.alignment, first.border = _WRAP, _BORDER
    plain = copy(first._style)
    for row in range(grid.height):
        for column in range(grid.width):
            cell: Any = sheet.cell(top + row + 1, column + 1)
            cell._style = plain
            if (row, column) in grid.formats:
                cell._style = copy(plain)
                cell.number_format = grid.formats[row, column]
            if (row, column) in grid.cells:
                cell.value = grid.cells[row, column]
    first._style = copy(plain)
    first.font = Font(bold=True, size=14)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    for column in range(1, grid.width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(column, 14)


def _save(book: Workbook, path: Path) -> None:
    """Save a workbook that says it is made up."""
    book.properties.title = DEMO
    save_reproducibly(book, path)


def _document(department: str, project: Project, folder: Path, style: Style, draws: Draws) -> Filed:
    """Write one form as a Word document, the same bytes for the same form."""
    grid = form_grid(department, project, replace(style, apart=False, rough=0.0, rate="text"), draws)
    name = f"{FOLDER}/{project.code}_{project.name}.docx"
    document = docx.Document()
    document.add_paragraph(f"{DEMO}单位、项目和数据均为虚构")
    _table(document.add_table(rows=grid.height, cols=grid.width), grid)
    stream = io.BytesIO()
    document.save(stream)
    _write_zip(stream, folder / name)
    return _filed(project, name, "", "docx", grid, 0)


def _table(table: Table, grid: Grid) -> None:
    """Fill a table of Word with a form."""
    table.style = "Table Grid"
    rows = [list(row.cells) for row in table.rows]
    for (row, column), value in grid.cells.items():
        rows[row][column].text = f"{value:g}" if isinstance(value, float) else str(value)
    for (row, column), (bottom, right) in grid.merged:
        rows[row][column].merge(rows[bottom][right])


def _write_zip(stream: io.BytesIO, path: Path) -> None:
    """Write the parts of an archive with fixed times and attributes."""
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            target.writestr(entry, source.read(name))
