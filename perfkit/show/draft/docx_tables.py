"""Native Word tables from table blocks, written row by row: never through python-docx's quadratic cell access."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from perfkit.show.draft.docx_text import (
    Desk,
    bookmark_name,
    bookmark_xml,
    caption_xml,
    control_xml,
    paragraph_xml,
    run_xml,
    runs_xml,
)
from perfkit.show.draft.shapes import Cell, Row, TableBlock, marked_runs

# shares of the page: a table up to the first stays whole; a row beyond the second may break inside, since moving it
# to the next page would leave too much of this one empty
SHARE_OF_WHOLE_TABLE = 0.4
SHARE_OF_TALL_ROW = 0.4
# twips, by type size (normal, small): a full-width character, a line, the inner margin of a cell
CHARACTER_WIDTH = {False: 210, True: 180}
LINE_HEIGHT = {False: 300, True: 260}
CELL_MARGIN = {False: 85, True: 57}
# LibreOffice breaks a list of codes inside a code (A20/2、A301): a zero-width space says that it may after the 、
BETWEEN_CODES = re.compile(r"(?<=[0-9A-Za-z%）)][、，；])(?=[0-9A-Za-z])")
ZERO_WIDTH_SPACE = "\u200b"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How the cells of a row look.

    ``header`` is shaded, ``keep`` holds the row with the next one, ``middle`` centres vertically; in a table that is
    not ``whole`` on one page a merged cell begins at its top, since its middle may lie on another page.
    """

    header: bool
    keep: bool
    middle: bool
    whole: bool


def table_xml(desk: Desk, table: TableBlock, text_width: int, text_height: int) -> str:
    """Return caption, table and notes of a table block inside its bookmark.

    Parameters
    ----------
    desk : the document's styles, labels and ids.
    table : the block.
    text_width, text_height : of the page in twips; the given column widths are scaled to the width.
    """
    caption = caption_xml(desk, "表", table.name, table.caption, keep_next=True)
    whole = caption + grid_xml(desk, table, text_width, text_height)
    return bookmark_xml(desk, bookmark_name("table", table.name), whole) + paragraph_xml(desk.styles["gap"], "")


def grid_xml(desk: Desk, table: TableBlock, text_width: int, text_height: int) -> str:
    """Return a table block without its caption, with its notes; parameters as for :func:`table_xml`."""
    widths = scaled(table.widths, text_width)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    margin = CELL_MARGIN[table.small]
    properties = (
        f'<w:tblStyle w:val="{desk.styles["table"]}"/><w:tblW w:w="{text_width}" w:type="dxa"/><w:jc w:val="center"/>'
        '<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{margin}" w:type="dxa"/><w:right w:w="{margin}" w:type="dxa"/>'
        "</w:tblCellMar>"
    )
    rows = "".join(_rows_xml(desk, table, widths, text_height))
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>" + "".join(
        paragraph_xml(desk.styles["note"], runs_xml(desk, marked_runs(note))) for note in table.notes
    )


def scaled(widths: Sequence[float], total: int) -> list[int]:
    """Return widths in twips that add up to ``total`` exactly.

    Examples
    --------
    >>> scaled((1.0, 1.0, 1.0), 100)
    [33, 34, 33]
    """
    whole = sum(widths)
    edges = [0]
    reached = 0.0
    for width in widths:
        reached += width
        edges.append(round(total * reached / whole))
    return [right - left for left, right in pairwise(edges)]


def _rows_xml(desk: Desk, table: TableBlock, widths: Sequence[int], text_height: int) -> Iterator[str]:
    """Yield the rows; ``below`` remembers, by column, how far a span from above still reaches and how wide it is."""
    below: dict[int, tuple[int, int]] = {}
    rows = (*table.header, *table.rows)
    heights = [_height(row, widths, table.small) / text_height for row in rows]
    whole = sum(heights) <= SHARE_OF_WHOLE_TABLE
    for y, row in enumerate(rows):
        header = y < len(table.header)
        keep = header or (whole and (y < len(rows) - 1 or bool(table.notes)))
        stays = header or heights[y] <= SHARE_OF_TALL_ROW
        look = _Look(header=header, keep=keep, middle=stays, whole=whole)
        cells = "".join(_cells_xml(desk, table, widths, row, below, look))
        properties = ("<w:cantSplit/>" if stays else "") + ("<w:tblHeader/>" if header else "")
        yield f"<w:tr><w:trPr>{properties}</w:trPr>{cells}</w:tr>"


def _cells_xml(
    desk: Desk,
    table: TableBlock,
    widths: Sequence[int],
    row: Row,
    below: dict[int, tuple[int, int]],
    look: _Look,
) -> Iterator[str]:
    """Yield the cells of a row: spans to the right as gridSpan, spans downward as vMerge."""
    style = desk.styles["cell_small" if table.small else "cell"]
    x = 0
    while x < len(row):
        cell = row[x]
        if cell is not None:
            span, merge, text = cell.colspan, "", _cell_text(desk, cell, style, look)
            if cell.rowspan > 1:
                below[x] = (cell.rowspan - 1, span)
                merge = '<w:vMerge w:val="restart"/>'
        else:
            left, span = below[x]
            below[x] = (left - 1, span)
            merge, text = "<w:vMerge/>", paragraph_xml(style, "", "<w:keepNext/>" if look.keep else "")
        centred = look.middle and (look.whole or look.header or not merge)
        middle = '<w:vAlign w:val="center"/>' if centred else ""
        grid = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        shade = '<w:shd w:val="clear" w:color="auto" w:fill="EDEDED"/>' if look.header else ""
        width = sum(widths[x : x + span])
        yield (f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{grid}{merge}{shade}{middle}</w:tcPr>{text}</w:tc>')
        x += span


def _cell_text(desk: Desk, cell: Cell, style: str, look: _Look) -> str:
    """Return the paragraph of a cell."""
    bold = cell.bold or look.header
    if cell.record and not cell.placeholder:
        content = control_xml(desk, cell.record, run_xml(cell.text, bold=bold))
    else:
        text = BETWEEN_CODES.sub(ZERO_WIDTH_SPACE, cell.text)
        content = runs_xml(desk, marked_runs(text, bold=bold, placeholder=cell.placeholder))
    properties = ("<w:keepNext/>" if look.keep else "") + f'<w:jc w:val="{cell.align}"/>'
    return paragraph_xml(style, content, properties)


def _height(row: Row, widths: Sequence[int], small: bool) -> int:
    """Return about how many twips a row takes; a cell that spans rows does not set the height of one."""
    lines = [
        _lines(cell.text, sum(widths[x : x + cell.colspan]), small)
        for x, cell in enumerate(row)
        if cell is not None and cell.rowspan == 1
    ]
    return LINE_HEIGHT[small] * max(lines, default=1)


def _lines(text: str, width: int, small: bool) -> int:
    """Return about how many lines a text takes in a cell; two narrow characters are as wide as a full-width one."""
    room = max(1, (width - 2 * CELL_MARGIN[small]) // CHARACTER_WIDTH[small])
    return sum(
        1 + (sum(2 if character > "\u2e7f" else 1 for character in line) - 1) // 2 // room for line in text.split("\n")
    )
