"""Published documents as blocks 随附单据: what a notebook hands over beside the drafts, read back and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from perfkit.errors import DataError, Problem
from perfkit.show.draft.blocks import table_block
from perfkit.show.draft.shapes import Block, Cell, Heading, Paragraph, Row, TableBlock, marked_runs

SHEETS_MIME = "application/vnd.perfkit.sheets+json"
# label, value, label, value of a line of pairs: shares of the width
PAIR_WIDTHS = (2.9, 4.9, 2.9, 4.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetDocument:
    """One document beside the draft 单据: its place in the words of the data, its title and its blocks.

    ``named`` are persons whom it names on purpose.
    """

    folder: tuple[str, ...]
    name: str
    title: str
    blocks: tuple[Block, ...]
    landscape: bool = False
    named: tuple[str, ...] = ()


def read_sheets(notebook: Mapping[str, Any]) -> tuple[SheetDocument, ...]:
    """Return the documents that an executed notebook published 读取单据, of all cells whatever their tags.

    Raises
    ------
    DataError
        Where one is malformed; all of them are listed.
    """
    sheets: list[SheetDocument] = []
    problems: list[Problem] = []
    for number, cell in enumerate(notebook.get("cells", ()), start=1):
        for output in cell.get("outputs", ()):
            for place, plain in enumerate(output.get("data", {}).get(SHEETS_MIME, ()), start=1):
                try:
                    sheets.append(_sheet(plain))
                except (KeyError, TypeError, ValueError, AttributeError) as error:
                    problems.append(_malformed(number, place, error))
    if problems:
        raise DataError(problems)
    return tuple(sheets)


def _sheet(plain: Mapping[str, Any]) -> SheetDocument:
    """Return one document."""
    parts: Sequence[Mapping[str, Any]] = plain["parts"]
    return SheetDocument(
        folder=tuple(str(name) for name in plain["folder"]),
        name=_words(plain["name"]),
        title=_words(plain["title"]),
        blocks=tuple(block for place, part in enumerate(parts) for block in _blocks(part, place)),
        landscape=bool(plain.get("landscape")),
        named=tuple(str(name) for name in plain.get("named", ())),
    )


def _blocks(part: Mapping[str, Any], place: int) -> Iterator[Block]:
    """Yield the blocks of one part."""
    if "table" in part:
        yield table_block(part["table"])
    elif "heading" in part:
        yield Heading(level=2, text=_words(part["heading"]), kind="unnumbered")
    elif "pairs" in part:
        yield _pairs(part["pairs"], f"pairs-{place}")
    elif "room" in part:
        label = Cell(text=_words(part["room"]) + "\n" * int(part["lines"]))
        yield TableBlock(name=f"room-{place}", caption="", widths=(1.0,), header=(), rows=((label,),))
    else:
        for line in _words(part["text"]).splitlines():
            yield Paragraph(runs=marked_runs(line))


def _pairs(pairs: Sequence[Sequence[str]], name: str) -> TableBlock:
    """Return labels and values as a table, two pairs a line; a single last value takes the rest of its line."""
    rows: list[Row] = []
    for start in range(0, len(pairs), 2):
        line: list[Cell | None] = []
        for label, value in pairs[start : start + 2]:
            line += [Cell(text=_words(label), align="center", bold=True), Cell(text=_words(value))]
        if len(line) == 2:
            line = [line[0], Cell(text=_words(pairs[start][1]), colspan=3), None, None]
        rows.append(tuple(line))
    return TableBlock(name=name, caption="", widths=PAIR_WIDTHS, header=(), rows=tuple(rows))


def _words(text: object) -> str:
    if isinstance(text, str):
        return text
    raise TypeError(f"文字处为 {text!r}")


def _malformed(cell: int, place: int, error: Exception) -> Problem:
    """Return the problem of a document that cannot be read."""
    words = f"缺少键 {error}" if isinstance(error, KeyError) else str(error)
    return Problem(
        code="SHEET-SHAPE",
        where=f"笔记本第 {cell} 个单元格发布的第 {place} 份单据",
        expected="perfkit.show.sheets 发布的单据",
        found=words,
        mend="用 perfkit.show.sheets 的 Sheet 发布后重新运行笔记本",
    )
