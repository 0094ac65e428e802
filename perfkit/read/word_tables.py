"""Tables and paragraphs of a .docx read safely 文档表格: limits and entities checked, merged cells resolved to a grid."""

from __future__ import annotations

import xml.sax
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException

from perfkit.errors import DataError, Problem, reason
from perfkit.read.compound_file import MAGIC
from perfkit.read.workbook import MAX_FILE_BYTES, RawSheet, check_archive
from perfkit.read.workbook_xml import CellMarks, check_prolog, parse

BODY = "正文"
MAX_BODY_BYTES = 48 * 1024 * 1024
MAX_CELLS = 200_000
MAX_SPAN, MAX_WIDTH, MAX_LAID = 200, 1_000, 2_000_000
_DOCUMENT = "word/document.xml"
_LEFT_OUT = frozenset({"Fallback", "del", "moveFrom", "txbxContent"})


@dataclass(frozen=True, slots=True)
class WordSheet(RawSheet):
    """The body of a document as one sheet 文档正文: paragraphs and table rows in order, cells named 表1第2行第3格."""

    labels: Mapping[tuple[int, int], str] = field(default_factory=dict)


@dataclass(slots=True)
class _Cell:
    """One table cell while it is read."""

    span: int = 1
    down: str = ""
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Table:
    """One table while it is read."""

    rows: list[list[_Cell]] = field(default_factory=list)
    before: list[int] = field(default_factory=list)


def read_document(path: Path, file: str) -> WordSheet:
    """Read the body of a .docx as one sheet 读取文档.

    A paragraph is a row of one cell, a table row a row; a nested table follows the table that holds it. Deleted text,
    text boxes and fallback copies are left out.

    Raises
    ------
    DataError
        Where the file cannot be opened, is no .docx, exceeds a limit or declares XML entities.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            magic = stream.read(8)
        if size > MAX_FILE_BYTES:
            raise DataError(_problem("WB-SIZE", file, f"不超过 {MAX_FILE_BYTES:,} 字节", f"文件 {size:,} 字节"))
        if magic.startswith(MAGIC):
            raise DataError(_problem("WB-FILE", file, "能打开的 .docx 文档", "旧格式（.doc）或设有打开密码的文件"))
        if not size:
            raise DataError(_problem("WB-FILE", file, "能打开的 .docx 文档", "空文件"))
        with zipfile.ZipFile(path) as archive:
            check_archive(archive, file)
            return _read(archive, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
        found = f"压缩包损坏、加密或不是文档（{type(error).__name__}）"
        raise DataError(_problem("WB-FILE", file, "能打开的 .docx 文档", found)) from error
    except DefusedXmlException as error:
        found = "XML 中声明了文档类型或实体"
        raise DataError(_problem("WB-ENTITY", file, "不含 DOCTYPE、ENTITY 的文档", found)) from error
    except (xml.sax.SAXException, UnicodeDecodeError, ValueError) as error:
        found = f"内部结构损坏（{type(error).__name__}）"
        raise DataError(_problem("WB-FILE", file, "能打开的 .docx 文档", found)) from error
    except OSError as error:
        raise DataError(_problem("WB-FILE", file, "能打开的 .docx 文档", f"无法读取（{reason(error)}）")) from error


def _problem(code: str, where: str, expected: str, found: str) -> Problem:
    """Return the problem of a file that cannot be opened."""
    mend = "在 Word 或 WPS 中打开后另存为 .docx（不设打开密码），关闭后重试"
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend)


def _read(archive: zipfile.ZipFile, file: str) -> WordSheet:
    """Read the body of an archive whose limits were checked."""
    if archive.getinfo(_DOCUMENT).file_size > MAX_BODY_BYTES:
        found = f"正文 {archive.getinfo(_DOCUMENT).file_size:,} 字节"
        raise DataError(_problem("WB-SIZE", file, f"不超过 {MAX_BODY_BYTES:,} 字节", found))
    for entry in archive.infolist():
        if entry.filename.lower().endswith((".xml", ".rels")) and entry.filename != _DOCUMENT:
            check_prolog(archive, entry.filename)
    reader = _BodyReader()
    parse(archive, _DOCUMENT, reader)
    return _Grid(file).sheet(reader.blocks)


class _BodyReader(ContentHandler):
    """Collect paragraphs and tables of the body in order."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str | _Table] = []
        self._tables: list[_Table] = []
        self._cells: list[_Cell] = []
        self._out = 0
        self._cell_count = 0
        self._text: list[str] = []
        self._in_text = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """Enter a table, row, cell or text, or note a span."""
        local = name.rpartition(":")[2]
        if local in _LEFT_OUT:
            self._out += 1
        if self._out:
            return
        if local == "tbl":
            self._flush()
            self._tables.append(_Table())
            self.blocks.append(self._tables[-1])
        elif local == "tr" and self._tables:
            self._tables[-1].rows.append([])
            self._tables[-1].before.append(0)
        elif local == "tc" and self._tables and self._tables[-1].rows:
            self._cell_count += 1
            if self._cell_count > MAX_CELLS:
                raise ValueError("cells")
            cell = _Cell()
            self._tables[-1].rows[-1].append(cell)
            self._cells.append(cell)
        elif local in ("gridSpan", "vMerge", "hMerge", "gridBefore"):
            self._span(local, attrs.get("w:val", ""))
        elif local == "t":
            self._in_text = True
        elif local in ("br", "cr"):
            self._text.append("\n")
        elif local == "tab":
            self._text.append(" ")

    def _span(self, local: str, value: str) -> None:
        """Note how far a cell reaches; a mark without a value goes on what is above."""
        number = min(int(value), MAX_SPAN) if value.isdigit() else 1
        if local == "gridBefore" and self._tables and self._tables[-1].before:
            self._tables[-1].before[-1] = number
        elif local == "gridSpan" and self._cells:
            self._cells[-1].span = max(number, 1)
        elif local == "vMerge" and self._cells:
            self._cells[-1].down = "restart" if value == "restart" else "continue"
        elif local == "hMerge" and self._cells and value != "restart" and len(self._tables[-1].rows[-1]) > 1:
            self._tables[-1].rows[-1][-2].span += 1
            self._tables[-1].rows[-1].pop()

    def characters(self, content: str) -> None:
        """Keep text."""
        if self._in_text and not self._out:
            self._text.append(content)

    def endElement(self, name: str) -> None:
        """Leave a paragraph, cell or table."""
        local = name.rpartition(":")[2]
        if local in _LEFT_OUT:
            self._out -= 1
            return
        if self._out:
            return
        if local == "t":
            self._in_text = False
        elif local == "p":
            self._flush()
        elif local == "tc" and self._cells:
            self._flush()
            self._cells.pop()
        elif local == "tbl" and self._tables:
            self._tables.pop()

    def _flush(self) -> None:
        """Give the text of a paragraph to its cell, or to the body."""
        text = "".join(self._text)
        self._text.clear()
        if self._cells:
            self._cells[-1].lines.append(text)
        elif text.strip() and not self._tables:
            self.blocks.append(text)


class _Grid:
    """Lay blocks out as rows and columns."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._laid = 0
        self._rows: list[list[object]] = []
        self._labels: dict[tuple[int, int], str] = {}
        self._merged: list[tuple[tuple[int, int], tuple[int, int]]] = []

    def sheet(self, blocks: list[str | _Table]) -> WordSheet:
        """Return the blocks as one sheet."""
        tables = paragraphs = 0
        for block in blocks:
            if isinstance(block, str):
                paragraphs += 1
                self._labels[len(self._rows), 0] = f"第{paragraphs}段"
                self._rows.append([block])
            else:
                tables += 1
                self._table(block, tables)
        return WordSheet(self._file, BODY, self._rows, self._merged, CellMarks(), self._labels)

    def _table(self, table: _Table, number: int) -> None:
        """Lay out one table; a cell that goes on one above it becomes part of its range."""
        open_ranges: dict[int, tuple[int, int, int, int]] = {}
        closed: list[tuple[int, int, int, int]] = []
        for line, cells in enumerate(table.rows, start=1):
            row, column = len(self._rows), table.before[line - 1]
            values: list[object] = [None] * column
            going: dict[int, tuple[int, int, int, int]] = {}
            for place, cell in enumerate(cells, start=1):
                right = column + cell.span - 1
                above = open_ranges.get(column)
                self._labels[row, column] = f"表{number}第{line}行第{place}格"
                if cell.down == "continue" and above is not None:
                    going[column] = (above[0], column, row, above[3])
                    values += [None] * cell.span
                else:
                    text = "\n".join(cell.lines).strip("\n")
                    values += [text or None, *[None] * (cell.span - 1)]
                    if cell.down == "restart":
                        going[column] = (row, column, row, right)
                    elif right > column:
                        closed.append((row, column, row, right))
                column = right + 1
                if column > MAX_WIDTH:
                    raise ValueError("columns")
            closed += [area for start, area in open_ranges.items() if going.get(start, (-1,))[0] != area[0]]
            open_ranges = going
            self._rows.append(values)
            self._laid += len(values)
            if self._laid > MAX_LAID:
                raise ValueError("cells")
        closed += open_ranges.values()
        self._merged += [((top, left), (bottom, right)) for top, left, bottom, right in closed]
