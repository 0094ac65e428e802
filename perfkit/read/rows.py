"""From a raw sheet to typed rows: find the headings, fill down, read every cell, collect every problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from perfkit.errors import DataError, Problem
from perfkit.read.cells import Cell, Found, near, read_cell, written
from perfkit.read.layout import Column, Sheet, narrow, plain_heading
from perfkit.read.row_rules import TOTAL_WORDS, settle
from perfkit.read.schema import EXAMPLE_MARK
from perfkit.read.workbook import RawSheet
from perfkit.terms import Severity
from perfkit.trace import CellAddress, Quantity

HEADING_ROWS = 10
SAID_ONE_BY_ONE = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One table row 表格行: ``cells`` holds every column of the sheet by its stable code; ``number`` counts from 1."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]

    def __getitem__(self, code: str) -> Cell:
        """Return the cell of a column."""
        return self.cells[code]

    def value(self, code: str, default: object = None) -> Any:
        """Return the typed value, ``default`` where the cell is empty."""
        found = self.cells[code].value
        return default if found is None else found

    def text(self, code: str) -> str:
        """Return the value as text, empty where the cell is empty."""
        return written(self.cells[code].value)

    def quantity(self, code: str, label: str = "", unit: str = "") -> Quantity:
        """Return a number with its source 带出处的数值; an empty cell is NaN."""
        cell = self.cells[code]
        value = float(cell.value) if isinstance(cell.value, (int, float)) else float("nan")
        return Quantity(name=code, value=value, unit=unit or cell.unit, label=label, cell=cell.address)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one sheet with what was wrong and what was normalised 读取结果."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Headings:
    """Where the headings stand: row counted from 0, and the place of every column found."""

    row: int
    places: Mapping[str, int]


def read_table(sheet: Sheet, raw: RawSheet) -> Table:
    """Read the rows of a sheet 读取数据表.

    Parameters
    ----------
    sheet : the layout; columns may stand in any order, under an alias, with or without star and unit.
    raw : the sheet as found.

    Returns
    -------
    Table
        Typed rows without blank, example and total rows; every problem by cell. A row with a problem is kept,
        its refused cells empty, so that checks across sheets see its code.
    """
    headings, problems = _find_headings(sheet, raw)
    if headings is None:
        return Table((), tuple(problems))
    grid = _Grid(sheet, raw, headings)
    rows: list[Row] = []
    for index in range(headings.row + 1, len(raw.rows)):
        row, found = grid.row(index)
        problems.extend(found)
        if row is not None:
            rows.append(row)
    problems.extend(_duplicates(sheet, rows))
    problems.extend(normalised(sheet.columns, rows))
    return Table(tuple(rows), tuple(problems))


def _find_headings(sheet: Sheet, raw: RawSheet) -> tuple[_Headings | None, list[Problem]]:
    """Find the row of the first ten that names most columns."""
    known = sheet.by_heading()
    best: dict[int, Column] = {}
    best_row = -1
    for index, values in enumerate(raw.rows[:HEADING_ROWS]):
        named = {
            place: known[name]
            for place, value in enumerate(values)
            if isinstance(value, str) and (name := plain_heading(value)) in known
        }
        if len(named) > len(best):
            best, best_row = named, index
    where = f"{raw.file} › {raw.name}"
    if len(best) < min(2, len(sheet.columns)):
        needed = "、".join(column.header for column in sheet.columns[:6])
        found = "前 10 行没有找到表头"
        mend = "用 perfkit new 生成的模板，保留表头行"
        return None, [Problem(code="WB-HEADER", where=where, expected=f"表头（{needed}…）", found=found, mend=mend)]
    problems = _heading_problems(sheet, raw, best_row, best, known)
    places: dict[str, int] = {}
    for place, column in best.items():
        places.setdefault(column.code, place)
    return _Headings(best_row, places), problems


def _heading_problems(
    sheet: Sheet, raw: RawSheet, row: int, named: Mapping[int, Column], known: Mapping[str, Column]
) -> list[Problem]:
    """Return missing, repeated and unknown columns."""
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    unknown: list[str] = []
    for place, value in enumerate(raw.rows[row]):
        column = named.get(place)
        where = str(raw.address(row, place))
        if column is not None and column.code in seen:
            found = f"「{column.header}」出现两次"
            mend = "删除或改名其中一列"
            problems.append(Problem(code="WB-COLUMN", where=where, expected="每列一次", found=found, mend=mend))
        elif column is not None:
            seen[column.code] = place
        elif value is not None:
            text = written(value)
            unknown.append(plain_heading(text))
            mend = near(plain_heading(text), known) or "需要时改为模板中的列名"
            problems.append(
                Problem(
                    code="WB-UNKNOWN-COLUMN",
                    where=where,
                    expected="模板中的列名",
                    found=f"「{text}」，该列不读取",
                    mend=mend,
                    severity=Severity.INFO,
                )
            )
    for column in sheet.columns:
        if column.required and column.code not in seen:
            mend = near(plain_heading(column.header), unknown) or f"补上「{column.header}」列"
            where = f"{raw.file} › {raw.name} › 第 {row + 1} 行"
            expected = f"必填列「{column.header}」"
            problems.append(Problem(code="WB-COLUMN", where=where, expected=expected, found="没有这一列", mend=mend))
    return problems


class _Grid:
    """Reads one row after another, remembering what fills down."""

    def __init__(self, sheet: Sheet, raw: RawSheet, headings: _Headings) -> None:
        self.sheet, self.raw, self.headings = sheet, raw, headings
        self._above: dict[str, Found] = {}
        self._merged: dict[tuple[int, int], tuple[int, int]] = {}
        filled = {headings.places[code] for code in sheet.fill_down if code in headings.places}
        for (top, left), (bottom, right) in raw.merged:
            for place in filled.intersection(range(left, right + 1)):
                # a merge over the whole sheet must not cost a million entries
                for row in range(top, min(bottom + 1, len(raw.rows))):
                    self._merged[row, place] = (top, left)

    def row(self, index: int) -> tuple[Row | None, list[Problem]]:
        """Return one row, ``None`` where it is blank, an example or a total."""
        found = {column.code: self._found(index, column.code) for column in self.sheet.columns}
        texts = [text for item in found.values() if (text := item.raw.strip())]
        if not texts or texts[0].startswith(EXAMPLE_MARK):
            return None, []
        if not self.sheet.totals and (narrow(texts[0]).replace(" ", "") in TOTAL_WORDS):
            where = f"{self.raw.file} › {self.raw.name} › 第 {index + 1} 行"
            note = Problem(
                code="WB-TOTAL-ROW",
                where=where,
                expected="明细行",
                found=f"「{texts[0]}」行，不读取",
                mend="合计由系统计算",
                severity=Severity.INFO,
            )
            return None, [note]
        filled = self._fill_down(index, found)
        cells: dict[str, Cell] = {}
        problems: list[Problem] = []
        for column in self.sheet.columns:
            item = found[column.code]
            try:
                cell = read_cell(column, item)
            except DataError as error:
                problems.extend(error.problems)
                cells[column.code] = Cell(None, item.raw, item.address)
                continue
            if column.code in filled:
                cell = replace(cell, notes=(*cell.notes, filled[column.code]))
            if column.required and cell.value is None:
                problems.append(_required(column, cell))
            cells[column.code] = cell
        problems.extend(settle(self.sheet, cells))
        return Row(self.sheet.name, index + 1, cells), problems

    def _found(self, index: int, code: str) -> Found:
        """Return what a cell holds; a column that the sheet lacks is empty."""
        place = self.headings.places.get(code)
        if place is None:
            return Found(None, CellAddress(self.raw.file, self.raw.name, f"第 {index + 1} 行"))
        return self.raw.found(index, place)

    def _fill_down(self, index: int, found: dict[str, Found]) -> dict[str, str]:
        """Fill blank cells of the fill-down columns in place; return a note for each that was filled.

        A merged range fills its own cells. A blank cell below a filled one is filled too, but an inner level only
        while the outer one is blank as well: 「二级指标」 may be empty on purpose.
        """
        notes: dict[str, str] = {}
        for code in self.sheet.fill_down:
            place = self.headings.places.get(code)
            if place is None:
                continue
            if found[code].raw.strip():
                self._above = {key: item for key, item in self._above.items() if self._outside(key, code)}
                self._above[code] = found[code]
                continue
            anchor = self._merged.get((index, place))
            if anchor is not None and anchor != (index, place):
                source, note = self.raw.found(*anchor), "合并单元格向下填充"
            elif code in self._above:
                source, note = self._above[code], "空白单元格沿用上一行"
            else:
                continue
            if source.raw.strip():
                found[code] = replace(source, address=found[code].address)
                self._above[code] = source
                notes[code] = note
        return notes

    def _outside(self, key: str, code: str) -> bool:
        """Whether ``key`` is an outer level of ``code``: what lies inside is forgotten when ``code`` changes."""
        order = self.sheet.fill_down
        return order.index(key) < order.index(code)


def _required(column: Column, cell: Cell) -> Problem:
    """Return the problem of a required cell that is empty."""
    found = f"「{cell.raw}」" if cell.absence else "空白"
    return Problem(
        code="WB-REQUIRED",
        where=f"{cell.address}（{column.header}）",
        expected=f"必填：{column.guidance or column.header}",
        found=found,
        mend=f"填写{column.header}；整行不用时请删除该行",
    )


def _duplicates(sheet: Sheet, rows: Sequence[Row]) -> list[Problem]:
    """Return rows whose key repeats."""
    problems: list[Problem] = []
    seen: dict[tuple[object, ...], CellAddress] = {}
    for row in rows:
        key = tuple(row[code].value for code in sheet.key)
        if not sheet.key or None in key:
            continue
        address = row[sheet.key[-1]].address
        if key in seen:
            names = "、".join(sheet.column(code).header for code in sheet.key)
            problems.append(
                Problem(
                    code="WB-DUPLICATE",
                    where=str(address),
                    expected=f"{names}不重复",
                    found=f"「{' '.join(written(item) for item in key)}」已在 {seen[key].cell} 出现",
                    mend="改正其中一个，或合并两行",
                )
            )
        seen.setdefault(key, address)
    return problems


def normalised(columns: Sequence[Column], rows: Sequence[Row]) -> list[Problem]:
    """Return what was normalised, cell by cell, or once a column where there is much of it 规范化说明."""
    problems: list[Problem] = []
    for column in columns:
        cells = [cell for row in rows if (cell := row.cells[column.code]).notes]
        said = cells if len(cells) <= SAID_ONE_BY_ONE else cells[:1]
        for cell in said:
            more = f"（本列共 {len(cells)} 处，此为第一处）" if len(cells) > SAID_ONE_BY_ONE else ""
            problems.append(
                Problem(
                    code="WB-NORMALISED",
                    where=f"{cell.address}（{column.header}）",
                    expected=f"读作「{written(cell.value)}」{more}",
                    found=f"「{cell.raw}」",
                    mend=f"{'、'.join(dict.fromkeys(cell.notes))}；无误则不必改动",
                    severity=Severity.INFO,
                )
            )
    return problems
