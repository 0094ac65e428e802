"""Open an .xlsx safely: limits and entities checked before calamine sees it, formulas and formats read beside it."""

from __future__ import annotations

import datetime as dt
import xml.sax
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from defusedxml.common import DefusedXmlException
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from perfkit.errors import DataError, Problem, reason
from perfkit.read.cells import Found
from perfkit.read.workbook_xml import CellMarks, SheetReader, StyleReader, check_prolog, parse, sheet_parts
from perfkit.trace import CellAddress

SUFFIX = ".xlsx"
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_RATIO = 200  # XML of repeated cells packs about 20:1; beyond 200:1 nobody typed it
RATIO_FROM_BYTES = 1024 * 1024  # below this size a high ratio does no harm
MAX_ROWS, MAX_COLUMNS = 200_000, 500
MAX_CELLS = 10_000_000  # of one sheet's used area: a far-off single cell makes the reader allocate all between
_OLE_MAGIC = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet as found 原始工作表: values by row from row 1, merged ranges, marks; addresses name ``file``."""

    file: str
    name: str
    rows: Sequence[Sequence[object]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
    marks: CellMarks

    def address(self, row: int, column: int) -> CellAddress:
        """Return the address of a cell counted from 0."""
        return CellAddress(self.file, self.name, f"{column_letters(column)}{row + 1}")

    def found(self, row: int, column: int) -> Found:
        """Return what stands in a cell counted from 0; outside the used area it is empty."""
        value: object = None
        if row < len(self.rows) and column < len(self.rows[row]):
            value = self.rows[row][column]
        place = (row, column)
        return Found(value, self.address(row, column), place in self.marks.percent, self.marks.zeros.get(place, 0))


@dataclass(frozen=True, slots=True)
class RawWorkbook:
    """An opened workbook 已打开的工作簿: sheet names (visible ones first), the sheets asked for, problems of cells."""

    file: str
    names: tuple[str, ...]
    hidden: frozenset[str]
    sheets: Mapping[str, RawSheet]
    problems: tuple[Problem, ...]


def column_letters(column: int) -> str:
    """Return the letters of a column counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def open_workbook(path: Path, file: str, wanted: Callable[[Sequence[str]], Iterable[str]]) -> RawWorkbook:
    """Open a workbook after checking that it is safe to open 打开工作簿.

    Parameters
    ----------
    path : the file; ``file`` its name in addresses and messages.
    wanted : chooses, from the sheet names (visible ones first), those to read.

    Returns
    -------
    RawWorkbook
        Values with their addresses; formula cells without a value or with an error value are among its problems.

    Raises
    ------
    DataError
        Where the file cannot be opened, is no .xlsx, exceeds a limit or declares XML entities.
    """
    _check_file(path, file)
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive, file)
            return _read(path, file, archive, wanted)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
        raise DataError(_unreadable(file, f"压缩包损坏或加密（{type(error).__name__}）")) from error
    except DefusedXmlException as error:
        raise DataError(
            Problem(
                code="WB-ENTITY",
                where=file,
                expected="不含 DOCTYPE、ENTITY 的工作簿",
                found="XML 中声明了文档类型或实体",
                mend="该文件可能被篡改；请向提供者重新索取，或在 Excel 中另存为新的 .xlsx",
            )
        ) from error
    except (xml.sax.SAXException, CalamineError, UnicodeDecodeError, ValueError) as error:
        raise DataError(_unreadable(file, f"内部结构损坏（{type(error).__name__}）")) from error
    except OSError as error:
        raise DataError(_unreadable(file, f"无法读取（{reason(error)}）")) from error


def _unreadable(file: str, found: str) -> Problem:
    """Return the problem of a file that cannot be opened."""
    return Problem(
        code="WB-FILE",
        where=file,
        expected="能打开的 .xlsx 工作簿",
        found=found,
        mend="在 Excel 或 WPS 中打开后另存为 .xlsx（不设打开密码），关闭后重试",
    )


def _check_file(path: Path, file: str) -> None:
    """Refuse what is no .xlsx file before anything is unpacked."""
    if not path.is_file():
        raise DataError(_unreadable(file, "文件不存在" if not path.exists() else "不是文件"))
    if path.suffix.lower() != SUFFIX:
        raise DataError(
            Problem(
                code="WB-SUFFIX",
                where=file,
                expected="扩展名为 .xlsx 的工作簿",
                found=f"「{path.suffix or '没有扩展名'}」",
                mend="在 Excel 或 WPS 中“另存为”Excel 工作簿（.xlsx）",
            )
        )
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise DataError(_unreadable(file, f"无法读取（{reason(error)}）")) from error
    if magic == _OLE_MAGIC:
        raise DataError(_unreadable(file, "旧格式（.xls）或设有打开密码的文件"))
    if not size:
        raise DataError(_unreadable(file, "空文件"))
    if size > MAX_FILE_BYTES:
        raise DataError(_too_large(file, f"文件 {size:,} 字节", f"不超过 {MAX_FILE_BYTES:,} 字节"))


def _too_large(where: str, found: str, expected: str) -> Problem:
    """Return the problem of an exceeded limit."""
    return Problem(
        code="WB-SIZE", where=where, expected=expected, found=found, mend="删除无关的工作表、图片和空行列后另存"
    )


def check_archive(archive: zipfile.ZipFile, file: str) -> None:
    """Refuse archives that unpack to more than a workbook or a document can need 压缩包限额.

    Raises
    ------
    DataError
        Where the archive has too many entries, unpacks too large or packs too tightly.
    """
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise DataError(_too_large(file, f"压缩包内 {len(entries):,} 个条目", f"不超过 {MAX_ENTRIES:,} 个条目"))
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNPACKED_BYTES:
        raise DataError(_too_large(file, f"解压后 {total:,} 字节", f"不超过 {MAX_UNPACKED_BYTES:,} 字节"))
    for entry in entries:
        if entry.file_size > RATIO_FROM_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            found = f"条目「{entry.filename}」压缩比 {entry.file_size // max(entry.compress_size, 1):,}"
            raise DataError(_too_large(file, found, f"压缩比不超过 {MAX_RATIO}"))


def _read(
    path: Path, file: str, archive: zipfile.ZipFile, wanted: Callable[[Sequence[str]], Iterable[str]]
) -> RawWorkbook:
    """Read the wanted sheets of an archive whose limits were checked."""
    parts = sheet_parts(archive)
    read_whole = {*parts.values(), "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    for entry in archive.infolist():
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")) and entry.filename not in read_whole:
            check_prolog(archive, entry.filename)
    formats = StyleReader()
    if "xl/styles.xml" in archive.namelist():
        parse(archive, "xl/styles.xml", formats)
    marks = {name: SheetReader(formats) for name in parts}
    for name, part in parts.items():
        parse(archive, part, marks[name])
    problems: list[Problem] = []
    for name, reader in marks.items():
        if reader.marks.rows > MAX_ROWS or reader.marks.columns > MAX_COLUMNS:
            found = f"{reader.marks.rows:,} 行 × {reader.marks.columns:,} 列"
            raise DataError(_too_large(f"{file} › {name}", found, f"不超过 {MAX_ROWS:,} 行、{MAX_COLUMNS} 列"))
        if reader.marks.rows * reader.marks.columns > MAX_CELLS:
            found = f"{reader.marks.rows:,} 行 × {reader.marks.columns:,} 列"
            raise DataError(_too_large(f"{file} › {name}", found, f"不超过 {MAX_CELLS:,} 个单元格"))
    with CalamineWorkbook.from_path(path) as book:
        shown = tuple(item.name for item in book.sheets_metadata if item.visible is SheetVisibleEnum.Visible)
        hidden = tuple(item.name for item in book.sheets_metadata if item.name not in shown)
        sheets: dict[str, RawSheet] = {}
        for name in wanted((*shown, *hidden)):
            sheet = book.get_sheet_by_name(name)
            found_marks = marks[name].marks if name in marks else CellMarks()
            rows = [[_plain(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
            sheets[name] = RawSheet(file, name, rows, sheet.merged_cell_ranges or (), found_marks)
            problems.extend(formula_problems(file, name, found_marks))
    return RawWorkbook(file, (*shown, *hidden), frozenset(hidden), sheets, tuple(problems))


def _plain(value: object) -> object:
    """Return a cell value with calamine's empty text as ``None`` and durations as text."""
    if value == "":
        return None
    return str(value) if isinstance(value, (dt.timedelta, dt.time)) else value


def formula_problems(file: str, sheet: str, marks: CellMarks) -> list[Problem]:
    """Return the problems of formula cells that hold no usable value 公式问题."""
    unsaved = [
        Problem(
            code="WB-FORMULA",
            where=f"{file} › {sheet} › {cell}",
            expected="带计算结果的公式，或数值",
            found="公式没有保存计算结果",
            mend="在 Excel 或 WPS 中打开、重新计算并保存；或把公式改为数值",
        )
        for cell in marks.without_value
    ]
    wrong = [
        Problem(
            code="WB-FORMULA-ERROR",
            where=f"{file} › {sheet} › {cell}",
            expected="数值或文本",
            found=f"错误值 {text}",
            mend="修正公式引用或除数后保存；没有数值时填 不适用、缺失 或 未到期",
        )
        for cell, text in marks.errors
    ]
    return unsaved + wrong
