"""Open an .xls safely 旧版工作簿: record by record with limits; a library that allocates what a broken file asks for is not."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from perfkit.errors import DataError, Problem, reason
from perfkit.read import legacy_records as biff
from perfkit.read.compound_file import MAGIC, CompoundFile, CompoundFileError
from perfkit.read.workbook import MAX_FILE_BYTES, RawSheet, RawWorkbook, column_letters, formula_problems
from perfkit.read.workbook_xml import CellMarks

MAX_CELLS = 2_000_000  # used area of one sheet; forms and lists stay far below
MOST_SHEETS = 500
_STREAMS = ("Workbook", "Book")


@dataclass(slots=True)
class _Sheet:
    """One sheet while its records are read."""

    name: str
    hidden: bool
    offset: int
    cells: dict[tuple[int, int], object] = field(default_factory=dict)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    marks: CellMarks = field(default_factory=CellMarks)


def open_legacy_workbook(path: Path, file: str, wanted: Callable[[Sequence[str]], Iterable[str]]) -> RawWorkbook:
    """Open an .xls of Excel 5 to 2003 打开旧版工作簿, with the values, marks and merged ranges of an .xlsx.

    Parameters
    ----------
    path : the file; ``file`` its name in addresses and messages.
    wanted : chooses, from the sheet names (visible ones first), those to read.

    Raises
    ------
    DataError
        Where the file is no .xls, is encrypted, broken or exceeds a limit.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise DataError(_too_large(file, f"文件 {size:,} 字节", f"不超过 {MAX_FILE_BYTES:,} 字节"))
        data = path.read_bytes()
    except OSError as error:
        raise DataError(_unreadable(file, f"无法读取（{reason(error)}）")) from error
    try:
        compound = CompoundFile(data)
        _check_kind(compound, file)
        stream = next(compound.stream(name) for name in _STREAMS if name in compound.names)
        return _Reader(stream, file).read(wanted)
    except (CompoundFileError, biff.RecordError, struct.error) as error:
        found = "空文件" if not data else _sniffed(data) or f"内部结构损坏（{error}）"
        raise DataError(_unreadable(file, found)) from error


def _sniffed(data: bytes) -> str:
    """Return what a file is that only calls itself .xls, ``""`` where nothing tells."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if data.startswith(b"PK\x03\x04"):
        return "新格式（.xlsx 或 .docx）的内容，扩展名不符"
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<style", b"<head")):
        return "网页（HTML）内容，不是工作簿"
    if start.startswith(b"<?xml"):
        return "XML 内容，不是 .xls 工作簿"
    return "" if data.startswith(MAGIC) else "不是 .xls 工作簿的内容"


def _check_kind(compound: CompoundFile, file: str) -> None:
    """Refuse compound files that are no workbook."""
    if "EncryptedPackage" in compound.names:
        raise DataError(_unreadable(file, "设有打开密码"))
    if not any(name in compound.names for name in _STREAMS):
        found = "Word 文档（.doc）" if "WordDocument" in compound.names else "没有工作簿内容"
        raise DataError(_unreadable(file, found))


def _unreadable(file: str, found: str) -> Problem:
    """Return the problem of a file that cannot be opened."""
    mend = "在 Excel 或 WPS 中打开后另存为 .xlsx（不设打开密码）"
    return Problem(code="WB-FILE", where=file, expected="能打开的 .xls 工作簿", found=found, mend=mend)


def _too_large(where: str, found: str, expected: str) -> Problem:
    """Return the problem of an exceeded limit."""
    mend = "删除无关的工作表、图片和空行列后另存为 .xlsx"
    return Problem(code="WB-SIZE", where=where, expected=expected, found=found, mend=mend)


class _Reader:
    """Read the records of a workbook stream."""

    def __init__(self, stream: bytes, file: str) -> None:
        self._stream, self._file = stream, file
        self._formats = biff.Formats()
        self._texts: list[str] = []
        self._sheets: list[_Sheet] = []
        self._biff8 = True

    def read(self, wanted: Callable[[Sequence[str]], Iterable[str]]) -> RawWorkbook:
        """Return the workbook."""
        self._globals()
        shown = tuple(sheet.name for sheet in self._sheets if not sheet.hidden)
        hidden = tuple(sheet.name for sheet in self._sheets if sheet.hidden)
        chosen = set(wanted((*shown, *hidden)))
        sheets: dict[str, RawSheet] = {}
        problems: list[Problem] = []
        for sheet in self._sheets:
            if sheet.name in chosen and sheet.name not in sheets:
                self._cells(sheet)
                sheets[sheet.name] = self._raw(sheet)
                problems.extend(formula_problems(self._file, sheet.name, sheet.marks))
        return RawWorkbook(self._file, (*shown, *hidden), frozenset(hidden), sheets, tuple(problems))

    def _globals(self) -> None:
        """Read formats, shared texts and the list of sheets."""
        for kind, parts in biff.records(self._stream):
            body = parts[0]
            if kind == biff.BOF:
                self._biff8 = struct.unpack_from("<H", body)[0] == biff.BIFF8
            elif kind == biff.FILEPASS:
                raise DataError(_unreadable(self._file, "设有打开密码"))
            elif kind == biff.FORMAT:
                number = struct.unpack_from("<H", body)[0]
                count = struct.unpack_from("<H" if self._biff8 else "<B", body, 2)[0]
                self._formats.codes[number] = biff.short_text(body, 4 if self._biff8 else 3, count, self._biff8)
            elif kind == biff.XF:
                self._formats.styles.append(struct.unpack_from("<H", body, 2)[0])
            elif kind == biff.DATEMODE:
                self._formats.from_1904 = bool(struct.unpack_from("<H", body)[0])
            elif kind == biff.SST:
                self._texts = biff.SharedTexts(parts).read()
            elif kind == biff.BOUNDSHEET:
                self._bound(body)
            elif kind == biff.EOF:
                return

    def _bound(self, body: bytes) -> None:
        """Note a sheet; charts and macros are none."""
        offset, state, what, count = struct.unpack_from("<IBBB", body)
        if what == 0 and len(self._sheets) < MOST_SHEETS:
            self._sheets.append(_Sheet(biff.short_text(body, 7, count, self._biff8), bool(state & 3), offset))

    def _cells(self, sheet: _Sheet) -> None:
        """Read the cells and merged ranges of one sheet; records of embedded charts lie deeper and are left out."""
        depth = 0
        formula: tuple[int, int] | None = None
        for kind, parts in biff.records(self._stream, sheet.offset):
            body = parts[0]
            if kind == biff.BOF:
                depth += 1
            elif kind == biff.EOF:
                depth -= 1
                if depth <= 0:
                    return
            elif depth == 1 and kind == biff.STRING and formula is not None:
                count = struct.unpack_from("<H", body)[0]
                sheet.cells[formula] = biff.short_text(b"".join(parts), 2, count, self._biff8)
            elif depth == 1 and kind == biff.MERGEDCELLS:
                self._merge(sheet, body)
            elif depth == 1:
                formula = self._cell(sheet, kind, body) or (formula if kind != biff.FORMULA else None)

    @staticmethod
    def _merge(sheet: _Sheet, body: bytes) -> None:
        """Note merged ranges."""
        for number in range(struct.unpack_from("<H", body)[0]):
            top, bottom, left, right = struct.unpack_from("<4H", body, 2 + 8 * number)
            if top <= bottom and left <= right:
                sheet.merged.append(((top, left), (bottom, right)))

    def _cell(self, sheet: _Sheet, kind: int, body: bytes) -> tuple[int, int] | None:
        """Read one cell record; return its place where its text follows in the next record."""
        if kind == biff.NUMBER:
            row, column, style, number = struct.unpack_from("<HHHd", body)
            self._number(sheet, (row, column), number, style)
        elif kind == biff.RK:
            row, column, style, code = struct.unpack_from("<HHHI", body)
            self._number(sheet, (row, column), biff.rk_number(code), style)
        elif kind == biff.MULRK:
            row, first = struct.unpack_from("<HH", body)
            for step in range((len(body) - 6) // 6):
                style, code = struct.unpack_from("<HI", body, 4 + 6 * step)
                self._number(sheet, (row, first + step), biff.rk_number(code), style)
        elif kind == biff.LABELSST:
            row, column, _, index = struct.unpack_from("<HHHI", body)
            if index >= len(self._texts):
                raise biff.RecordError("字符串编号越界")
            sheet.cells[row, column] = self._texts[index]
        elif kind in (biff.LABEL, biff.RSTRING):
            row, column, _, count = struct.unpack_from("<4H", body)
            sheet.cells[row, column] = biff.short_text(body, 8, count, self._biff8)
        elif kind == biff.BOOLERR:
            row, column, _, code, is_error = struct.unpack_from("<HHHBB", body)
            self._flag(sheet, (row, column), code, bool(is_error))
        elif kind == biff.FORMULA:
            return self._formula(sheet, body)
        return None

    def _number(self, sheet: _Sheet, place: tuple[int, int], number: float, style: int) -> None:
        """Keep a number with what its format shows."""
        if self._formats.percent(style):
            sheet.marks.percent.add(place)
        if zeros := self._formats.zeros(style):
            sheet.marks.zeros[place] = zeros
        sheet.cells[place] = self._formats.value(number, style)

    @staticmethod
    def _flag(sheet: _Sheet, place: tuple[int, int], code: int, is_error: bool) -> None:
        """Keep a truth value, or an error value as a problem."""
        if is_error:
            reference = f"{column_letters(place[1])}{place[0] + 1}"
            sheet.marks.errors.append((reference, biff.ERRORS.get(code, "#ERROR")))
        else:
            sheet.cells[place] = bool(code)

    def _formula(self, sheet: _Sheet, body: bytes) -> tuple[int, int] | None:
        """Keep the stored result of a formula; a text follows in a record of its own."""
        row, column, style = struct.unpack_from("<HHH", body)
        if struct.unpack_from("<H", body, 12)[0] != 0xFFFF:
            self._number(sheet, (row, column), struct.unpack_from("<d", body, 6)[0], style)
            return None
        what, code = body[6], body[8]
        if what == 0:
            return row, column
        if what in (1, 2):
            self._flag(sheet, (row, column), code, what == 2)
        return None

    def _raw(self, sheet: _Sheet) -> RawSheet:
        """Return the sheet as rows from row 1."""
        height = max((row for row, _ in sheet.cells), default=-1) + 1
        width = max((column for _, column in sheet.cells), default=-1) + 1
        if height * width > MAX_CELLS:
            where, found = f"{self._file} › {sheet.name}", f"{height:,} 行 × {width:,} 列"
            raise DataError(_too_large(where, found, f"不超过 {MAX_CELLS:,} 个单元格"))
        rows: list[list[object]] = [[None] * width for _ in range(height)]
        for (row, column), value in sheet.cells.items():
            rows[row][column] = None if value == "" else value
        sheet.marks.rows, sheet.marks.columns = height, width
        return RawSheet(self._file, sheet.name, rows, sheet.merged, sheet.marks)
