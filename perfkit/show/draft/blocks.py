"""An executed notebook as blocks 文稿块: its report cells or its workpaper cells, in the notebook's own order."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from perfkit.errors import DataError, Problem
from perfkit.show.draft.markdown import markdown_blocks
from perfkit.show.draft.shapes import (
    ALIGNS,
    Align,
    Block,
    Cell,
    FigureBlock,
    Heading,
    HeadingKind,
    Landscape,
    PageBreak,
    Paragraph,
    Row,
    Run,
    TableBlock,
    marked_runs,
)
from perfkit.terms import Audience

TABLE_MIME = "application/vnd.perfkit.table+json"
FIGURE_MIME = "application/vnd.perfkit.figure+json"
SAY_MIME = "application/vnd.perfkit.say+json"
PIECES_MIME = "application/vnd.perfkit.pieces+json"
HEADING_MIME = "application/vnd.perfkit.heading+json"


def read_blocks(notebook: Mapping[str, Any], audience: Audience) -> tuple[Block, ...]:
    """Return the blocks of one of the two documents of a notebook 读取文稿块.

    Parameters
    ----------
    notebook : the executed notebook as nested mappings (a NotebookNode or loaded JSON).
    audience : a cell belongs to the document whose code (``report``, ``workpaper``) is among its tags; untagged cells
        belong to neither. The tags ``unnumbered``, ``annex`` and ``landscape`` speak of the chapter headings in
        their cell; a landscape section ends at the next heading without that tag.

    Returns
    -------
    Blocks in notebook order: Markdown cells as headings, paragraphs and lists; of code cells only the published
    outputs (table, figure, sentences, Markdown), never streams, reprs or source.

    Raises
    ------
    DataError
        Where published outputs are malformed; all of them are listed.

    Examples
    --------
    >>> cell = {"cell_type": "markdown", "metadata": {"tags": ["report"]}, "source": "## 基本情况"}
    >>> read_blocks({"cells": [cell]}, Audience.REPORT)
    (Heading(level=1, text='基本情况', kind='numbered'),)
    """
    problems: list[Problem] = []
    placed: list[tuple[Block, bool]] = []
    landscape = False
    list_ids = count(1)
    for number, cell in enumerate(notebook.get("cells", ()), start=1):
        tags = frozenset(cell.get("metadata", {}).get("tags", ()))
        if audience.value not in tags:
            continue
        if cell.get("cell_type") == "markdown":
            blocks = markdown_blocks(_text(cell.get("source", "")), _kind(tags), list_ids)
            landscape = landscape or "landscape" in tags
            for block in blocks:
                landscape = "landscape" in tags if isinstance(block, Heading) else landscape
                placed.append((block, landscape))
            continue
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            try:
                asks = landscape or bool(data.get(TABLE_MIME, {}).get("landscape"))
                placed += [(block, asks) for block in _output_blocks(data, list_ids)]
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                problems.append(_malformed(number, error))
    if problems:
        raise DataError(problems)
    return tuple(_turned(placed))


def _text(source: str | Sequence[str]) -> str:
    """Return a notebook text, which JSON may hold as a list of lines."""
    return source if isinstance(source, str) else "".join(source)


def _kind(tags: frozenset[str]) -> HeadingKind:
    """Return how the chapter headings of a cell are numbered."""
    return "annex" if "annex" in tags else "unnumbered" if "unnumbered" in tags else "numbered"


def _turned(placed: Iterable[tuple[Block, bool]]) -> Iterator[Block]:
    """Yield the blocks with a turn of the page wherever it changes between upright and landscape."""
    page = False
    for block, landscape in placed:
        if landscape != page:
            page = landscape
            yield Landscape(on=page)
        yield block


def _output_blocks(data: Mapping[str, Any], list_ids: Iterable[int]) -> list[Block]:
    """Return the blocks of one output; what was not published for the drafts gives none."""
    if PIECES_MIME in data:
        return [block for piece in data[PIECES_MIME] for block in _output_blocks(piece, list_ids)]
    if HEADING_MIME in data:
        return [Heading(level=int(data[HEADING_MIME]["level"]), text=str(data[HEADING_MIME]["text"]))]
    if TABLE_MIME in data:
        return [table_block(data[TABLE_MIME])]
    if FIGURE_MIME in data:
        return [_figure(data[FIGURE_MIME], _text(data["image/png"]))]
    if SAY_MIME in data:
        return list(_said(data[SAY_MIME]))
    if "text/markdown" in data:
        return markdown_blocks(_text(data["text/markdown"]), "numbered", list_ids)
    return []


def _said(said: Mapping[str, Any]) -> Iterator[Block]:
    """Yield the paragraphs of published sentences."""
    paragraphs = said["paragraphs"] if "paragraphs" in said else [said["runs"]]
    for plain in paragraphs:
        runs = [
            Run(
                text=_words(run["text"]),
                record=run.get("record", ""),
                placeholder=bool(run.get("placeholder")),
                bold=bool(run.get("bold")),
            )
            for run in plain
        ]
        yield from _split_at_breaks(runs)


def _split_at_breaks(runs: Sequence[Run]) -> Iterator[Block]:
    """Yield paragraphs; a line feed inside a run ends one."""
    current: list[Run] = []
    for run in runs:
        first, *more = run.text.split("\n")
        current += _pieces(run, first)
        for text in more:
            if current:
                yield Paragraph(runs=tuple(current))
            current = _pieces(run, text)
    if current:
        yield Paragraph(runs=tuple(current))


def _pieces(run: Run, text: str) -> list[Run]:
    """Return ``text`` with the marks of ``run``."""
    return list(marked_runs(text, bold=run.bold, record=run.record, placeholder=run.placeholder)) if text else []


def table_block(table: Mapping[str, Any]) -> TableBlock:
    """Return a published table."""
    columns = table["columns"]
    header = table.get("header") or [
        [{"text": column["header"], "align": "center", "bold": True} for column in columns],
        *table["rows"][: table["header_rows"] - 1],
    ]
    rows = table["rows"] if table.get("header") else table["rows"][table["header_rows"] - 1 :]
    aligns = [column["align"] for column in columns]
    widths = tuple(float(column["width_cm"]) for column in columns)
    if not widths or min(widths) <= 0:
        raise ValueError(f"列宽 {widths}")
    return TableBlock(
        name=table["name"],
        caption=table["caption"],
        widths=widths,
        header=tuple(_row(row, aligns) for row in header),
        rows=tuple(_row(row, aligns) for row in rows),
        notes=tuple(table.get("notes", ())),
        small=table.get("font") == "small",
    )


def _row(row: Sequence[Mapping[str, Any] | None], aligns: Sequence[str]) -> Row:
    """Return one row of cells."""
    if len(row) != len(aligns):
        raise ValueError(f"表格一行有 {len(row)} 格，应为 {len(aligns)} 格")
    return tuple(
        None
        if cell is None
        else Cell(
            text=_words(cell["text"]),
            record=cell.get("record", ""),
            align=_align(cell.get("align") or align),
            rowspan=cell.get("rowspan", 1),
            colspan=cell.get("colspan", 1),
            bold=bool(cell.get("bold")),
            placeholder=bool(cell.get("placeholder")),
        )
        for cell, align in zip(row, aligns, strict=True)
    )


def _words(text: object) -> str:
    """Return a text that is one."""
    if isinstance(text, str):
        return text
    raise TypeError(f"文字处为 {text!r}")


def _align(word: str) -> Align:
    """Return an alignment that both writers know."""
    for align in ALIGNS:
        if word == align:
            return align
    raise ValueError(f"对齐方式“{word}”")


def _figure(figure: Mapping[str, Any], image: str) -> FigureBlock:
    """Return a published figure with its PNG."""
    return FigureBlock(
        name=figure["name"],
        caption=figure["caption"],
        alt=figure["alt"],
        width_cm=float(figure["width_cm"]),
        png=base64.b64decode(image),
    )


def _malformed(number: int, error: Exception) -> Problem:
    """Return the problem of an output that cannot be read."""
    words = f"缺少键 {error}" if isinstance(error, KeyError) else str(error)
    if isinstance(error, binascii.Error):
        words = "不是 base64 图像"
    return Problem(
        code="DRAFT-OUTPUT",
        where=f"笔记本第 {number} 个单元格的输出",
        expected="perfkit 发布的表、图或语句",
        found=words,
        mend="用 perfkit.show 的 Table、Figure、say 发布后重新运行笔记本",
    )


__all__ = [
    "Block",
    "Cell",
    "FigureBlock",
    "Heading",
    "Landscape",
    "PageBreak",
    "Paragraph",
    "Run",
    "TableBlock",
    "read_blocks",
    "table_block",
]
