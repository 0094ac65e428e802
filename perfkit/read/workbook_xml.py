"""What only the XML of a workbook tells: no entities, percent formats, formulas without value, used area."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

import defusedxml.sax

_BUILTIN_PERCENT = frozenset({9, 10})
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")


@dataclass(slots=True)
class CellMarks:
    """What only the sheet's XML tells about its cells 单元格标记."""

    percent: set[tuple[int, int]] = field(default_factory=set)
    zeros: dict[tuple[int, int], int] = field(default_factory=dict)
    without_value: list[str] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    rows: int = 0
    columns: int = 0


def _place(reference: str) -> tuple[int, int]:
    """Return row and column, counted from 0, of an A1 reference; calamine dies of one that no sheet can have."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise SAXException(f"单元格位置 {reference}")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1


class _RootReachedError(Exception):
    """The root element was reached: a document type can no longer follow."""


class _PrologReader(ContentHandler):
    """Read up to the root element."""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """Stop at the root."""
        raise _RootReachedError


def parse(archive: zipfile.ZipFile, name: str, handler: ContentHandler) -> None:
    """Parse one part; a document type or an entity is refused."""
    with archive.open(name) as stream:
        _sax(stream, handler)


def _sax(stream: IO[bytes], handler: ContentHandler) -> None:
    """Parse with defusedxml, no document type allowed."""
    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(handler)
    parser.parse(stream)


def check_prolog(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a document type in a part whose content is not scanned here."""
    try:
        parse(archive, name, _PrologReader())
    except _RootReachedError:
        return


class _WorkbookReader(ContentHandler):
    """Collect sheet names with their relation ids, and relation ids with their parts."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.targets: dict[str, str] = {}

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """Note a sheet or a relation."""
        local = name.rpartition(":")[2]
        if local == "sheet":
            relation = next((attrs[key] for key in attrs.getNames() if key.endswith(":id")), "")
            self.sheets.append((attrs.get("name", ""), relation))
        elif local == "Relationship":
            self.targets[attrs.get("Id", "")] = attrs.get("Target", "")


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return sheet names with the parts that hold them."""
    reader = _WorkbookReader()
    parse(archive, "xl/workbook.xml", reader)
    parse(archive, "xl/_rels/workbook.xml.rels", reader)
    known = set(archive.namelist())
    parts = {}
    for name, relation in reader.sheets:
        target = reader.targets.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        if part in known:
            parts[name] = part
    return parts


class StyleReader(ContentHandler):
    """Find the cell styles that show percent or leading zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.percent: set[int] = set()
        self.zeros: dict[int, int] = {}
        self._formats: dict[str, str] = {}
        self._in_cells = False
        self._style = 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """Note number formats and cell styles in order."""
        local = name.rpartition(":")[2]
        if local == "numFmt":
            self._formats[attrs.get("numFmtId", "")] = attrs.get("formatCode", "")
        elif local == "cellXfs":
            self._in_cells = True
        elif local == "xf" and self._in_cells:
            number = attrs.get("numFmtId", "0")
            code = re.sub(r'"[^"]*"|\\.', "", self._formats.get(number, ""))
            if (number.isdigit() and int(number) in _BUILTIN_PERCENT) or "%" in code:
                self.percent.add(self._style)
            elif re.fullmatch(r"0{2,20}", code):
                self.zeros[self._style] = len(code)
            self._style += 1

    def endElement(self, name: str) -> None:
        """Leave the list of cell styles."""
        if name.rpartition(":")[2] == "cellXfs":
            self._in_cells = False


class SheetReader(ContentHandler):
    """Find percent cells, zero-padded cells, formulas without value, error values and the used area."""

    def __init__(self, formats: StyleReader) -> None:
        super().__init__()
        self.marks = CellMarks()
        self._formats = formats
        self._reference, self._type, self._style = "", "n", 0
        self._next = (0, 0)
        self._formula = self._in_value = self._inline = False
        self._value: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        """Enter a cell, its formula or its value."""
        local = name.rpartition(":")[2]
        if local == "row":
            # a row, or a cell, without a number of its own follows the one before
            self._next = _place(f"A{attrs['r']}") if "r" in attrs else (self._next[0] + (self._next[1] > 0), 0)
        elif local == "c":
            self._reference, self._type = attrs.get("r", ""), attrs.get("t", "n")
            style = attrs.get("s", "0")
            self._style = int(style) if style.isdigit() else 0
            self._formula = self._inline = False
            self._value = []
        elif local == "f":
            self._formula = True
        elif local == "v":
            self._in_value = True
        elif local == "is":
            self._inline = True

    def characters(self, content: str) -> None:
        """Keep the text of a value."""
        if self._in_value:
            self._value.append(content)

    def endElement(self, name: str) -> None:
        """Leave a value, or judge a finished cell."""
        local = name.rpartition(":")[2]
        if local == "v":
            self._in_value = False
        elif local == "c":
            self._finish("".join(self._value))

    def _finish(self, value: str) -> None:
        """Note what the cell shows."""
        place = _place(self._reference) if self._reference else self._next
        self._next = (place[0], place[1] + 1)
        if self._formula and not value and self._type != "str":
            self.marks.without_value.append(self._reference)
        if self._type == "e":
            self.marks.errors.append((self._reference, value))
        if not (value or self._inline):
            return
        self.marks.rows = max(self.marks.rows, place[0] + 1)
        self.marks.columns = max(self.marks.columns, place[1] + 1)
        if self._type == "n" and self._style in self._formats.percent:
            self.marks.percent.add(place)
        if self._type == "n" and self._style in self._formats.zeros:
            self.marks.zeros[place] = self._formats.zeros[self._style]
