"""A workbook of plain tables written fast 快速写表: heading row, texts as texts, numbers as numbers, the same bytes each time."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from perfkit.read.workbook import column_letters

LONGEST_TEXT = 32_767
MOST_ROWS = 1_048_575
_TIME = (1980, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@")
_HEADING, _PERCENT, _QUOTED = 1, 2, 3
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="10"/><name val="Microsoft YaHei"/></font>'
    '<font><b/><sz val="10"/><name val="Microsoft YaHei"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/>'
    '</fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFDCE6F1"/>'
    '</patternFill></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/>'
    '<xf numFmtId="10" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class PlainSheet:
    """A table to write 待写表格: name, headings with widths, rows, columns whose numbers are shown as percents."""

    name: str
    heads: Sequence[tuple[str, float]]
    rows: Iterable[Sequence[object]]
    percents: frozenset[int] = frozenset()


def plain_workbook(sheets: Sequence[PlainSheet]) -> bytes:
    """Return an .xlsx of plain tables 生成工作簿; a text stays a text, whatever it begins with."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        _part(archive, "[Content_Types].xml", [_content_types(len(sheets))])
        _part(archive, "_rels/.rels", [_relations([("officeDocument", "xl/workbook.xml")])])
        _part(archive, "xl/workbook.xml", [_book(sheets)])
        links = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
        _part(archive, "xl/_rels/workbook.xml.rels", [_relations([*links, ("styles", "styles.xml")])])
        _part(archive, "xl/styles.xml", [_STYLES])
        for number, sheet in enumerate(sheets, start=1):
            _part(archive, f"xl/worksheets/sheet{number}.xml", _sheet(sheet))
    return stream.getvalue()


def _part(archive: zipfile.ZipFile, name: str, texts: Iterable[str]) -> None:
    """Write one part with a fixed time."""
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    entry.create_system = 3
    with archive.open(entry, "w", force_zip64=True) as stream:
        for text in texts:
            stream.write(text.encode())


def _content_types(count: int) -> str:
    """Return the list of parts with their types."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{kind}.worksheet+xml"/>'
        for number in range(1, count + 1)
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{sheets}</Types>'
    )


def _relations(links: Sequence[tuple[str, str]]) -> str:
    """Return relations, numbered in order."""
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _book(sheets: Sequence[PlainSheet]) -> str:
    """Return the list of sheets."""
    rows = "".join(
        f'<sheet name="{_text(sheet.name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, start=1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{rows}</sheets></workbook>'


def _sheet(sheet: PlainSheet) -> Iterator[str]:
    """Yield the XML of one sheet, row by row."""
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{width:g}" customWidth="1"/>'
        for place, (_, width) in enumerate(sheet.heads, start=1)
    )
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
        f'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{widths}</cols><sheetData>'
    )
    letters = [column_letters(place) for place in range(len(sheet.heads))]
    heads = "".join(
        f'<c r="{letter}1" s="{_HEADING}" t="inlineStr"><is><t>{_text(head)}</t></is></c>'
        for letter, (head, _) in zip(letters, sheet.heads, strict=True)
    )
    yield f'<row r="1">{heads}</row>'
    styles = [f' s="{_PERCENT}"' if place in sheet.percents else "" for place in range(len(letters))]
    last = 1
    for last, row in enumerate(sheet.rows, start=2):
        if last > MOST_ROWS:
            break
        cells = "".join(
            _cell(f"{letter}{last}", value, style) for letter, style, value in zip(letters, styles, row, strict=True)
        )
        yield f'<row r="{last}">{cells}</row>'
    yield f'</sheetData><autoFilter ref="A1:{letters[-1]}{last}"/></worksheet>'


def _cell(reference: str, value: object, style: str) -> str:
    """Return one cell; empty texts and NaN leave no cell."""
    if isinstance(value, str):
        if not value:
            return ""
        if value.startswith(_FORMULA):
            style = f' s="{_QUOTED}"'
        return f'<c r="{reference}"{style} t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{reference}"{style}><v>{value!r}</v></c>' if math.isfinite(value) else ""
    return ""


def _text(text: str) -> str:
    """Return a text as XML holds it."""
    if _SPECIAL.search(text):
        text = escape(_ILLEGAL.sub("", text), {'"': "&quot;"})
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT]
