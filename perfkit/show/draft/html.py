"""Blocks as one self-contained HTML file 网页文稿: everything inline, everything escaped, ready to print."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from lxml import etree

from perfkit.errors import DataError, Problem
from perfkit.show.draft.meta import DEMO_MARK, DraftMeta
from perfkit.show.draft.outline import Numbered, contents, heading_text, in_contents, numbered
from perfkit.show.draft.shapes import (
    Block,
    Cell,
    FigureBlock,
    Heading,
    Landscape,
    PageBreak,
    Paragraph,
    Row,
    Run,
    TableBlock,
    marked_runs,
)

# control characters and halves of surrogate pairs: no text for a page
UNPRINTABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)))
RECORD = "data-record"


def write_html(blocks: Sequence[Block], meta: DraftMeta, path: Path) -> None:
    """Write blocks as one HTML file 生成网页文稿; the same input gives the same bytes.

    Parameters
    ----------
    blocks : from ``read_blocks``.
    meta : cover, date and marks.
    path : of the file; an existing one is replaced.
    """
    path.write_text(_Page(blocks, meta).text(), encoding="utf-8", newline="\n")


def html_numbers(path: Path) -> dict[str, tuple[str, ...]]:
    """Return what an HTML draft prints for each record 读回数值: record name → every printed text, in order."""
    printed: dict[str, list[str]] = {}
    for element in _read(path).iter():
        if element.get(RECORD):
            printed.setdefault(element.get(RECORD, ""), []).append("".join(_words(element)))
    return {record: tuple(texts) for record, texts in printed.items()}


def html_text(path: Path) -> str:
    """Return the text of the body of an HTML draft 读回正文, one block a line; counted numbers are not part of it."""
    blocks = {"p", "h1", "h2", "h3", "h4", "h5", "li", "th", "td", "caption", "figcaption"}
    return "\n".join("".join(_words(element)) for element in _read(path).iter() if element.tag in blocks)


def _read(path: Path) -> etree._Element:
    try:
        body = etree.parse(str(path), etree.HTMLParser(encoding="utf-8")).find("body")
    except (OSError, etree.XMLSyntaxError):
        body = None
    if body is None:
        raise DataError(
            Problem(
                code="DRAFT-FILE",
                where=path.name,
                expected="网页文稿（.html）",
                found="无法读取的文件",
                mend="重新生成文稿",
            )
        )
    return body


def _words(element: etree._Element) -> Iterator[str]:
    """Yield the words of an element; a line break is a line feed."""
    if element.tag == "br":
        yield "\n"
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""


@cache
def _css() -> str:
    return (files("perfkit.show") / "assets" / "draft.html.css").read_text(encoding="utf-8")


def _clean(text: str) -> str:
    return escape(text.translate(UNPRINTABLE))


class _Page:
    """One HTML page in the making."""

    def __init__(self, blocks: Sequence[Block], meta: DraftMeta) -> None:
        self._items = tuple(numbered(blocks))
        self._entries = contents(blocks)
        self._meta = meta
        self._printed: Counter[str] = Counter()
        self._headings = 0
        self._labels = {
            item.block.name: item.label for item in self._items if isinstance(item.block, TableBlock | FigureBlock)
        }

    def text(self) -> str:
        """Return the whole page."""
        meta = self._meta
        watermark = f'<div class="watermark" aria-hidden="true"><span>{_clean(meta.marks)}</span></div>'
        return (
            '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="robots" content="noindex, nofollow">\n<meta name="generator" content="perfkit">\n'
            f"<title>{_clean(meta.title)}</title>\n<style>\n{_css()}</style>\n</head>\n<body>\n"
            f"{watermark if meta.marks else ''}\n{self._cover()}\n{self._contents()}\n<main>\n"
            + "\n".join(self._body())
            + "\n</main>\n</body>\n</html>\n"
        )

    def _cover(self) -> str:
        meta = self._meta
        lines = "".join(
            f'<tr><th scope="row">{_clean(label)}</th><td>{self._runs(marked_runs(value))}</td></tr>'
            for label, value in meta.cover_lines
        )
        marks = "　".join(word for word in (meta.secrecy_text, DEMO_MARK if meta.demo else "") if word)
        return (
            '<header class="cover">'
            + (f'<p class="marks">{_clean(marks)}</p>' if marks else "")
            + f"<h1>{_clean(meta.title)}</h1>"
            + (f'<p class="subtitle">{_clean(meta.subtitle)}</p>' if meta.subtitle else "")
            + f"<p>（{_clean(meta.status.label)}）</p>"
            + (f"<table>{lines}</table>" if lines else "")
            + f"<p>{self._runs(marked_runs(meta.date_text))}</p></header>"
        )

    def _contents(self) -> str:
        lines = "".join(
            f'<li class="level{entry.block.level}"><a href="#h{number}">{_clean(heading_text(entry))}</a></li>'
            for number, entry in enumerate(self._entries, start=1)
            if isinstance(entry.block, Heading)
        )
        return f'<nav aria-label="目录"><h2 class="unnumbered">目　录</h2><ol>{lines}</ol></nav>' if lines else ""

    def _body(self) -> Iterator[str]:
        """Yield blocks; neighbouring list items share a list, landscape stretches a wide section."""
        wide = False
        for key, group in groupby(self._items, key=_list_key):
            if key:
                items = [item.block for item in group if isinstance(item.block, Paragraph)]
                yield "".join(self._list(items))
                continue
            for item in group:
                if isinstance(item.block, Landscape):
                    wide = item.block.on
                    yield '<section class="wide">' if wide else "</section>"
                else:
                    yield self._block(item)
        if wide:
            yield "</section>"

    def _block(self, item: Numbered) -> str:
        block = item.block
        if isinstance(block, Heading):
            return self._heading(block)
        if isinstance(block, Paragraph):
            return f"<p>{self._runs(block.runs)}</p>"
        if isinstance(block, TableBlock):
            return self._table(block)
        if isinstance(block, FigureBlock):
            data = base64.b64encode(block.png).decode()
            width = f"{block.width_cm:g}cm"
            return (
                f'<figure id="figure-{_clean(block.name)}" data-figure="{_clean(block.name)}"><img alt="{_clean(block.alt)}"'
                f' style="width:{width}" src="data:image/png;base64,{data}"><figcaption>{_clean(block.caption)}'
                "</figcaption></figure>"
            )
        return '<div style="break-after:page"></div>' if isinstance(block, PageBreak) else ""

    def _heading(self, heading: Heading) -> str:
        anchor = ""
        if in_contents(heading):
            self._headings += 1
            anchor = f' id="h{self._headings}"'
        tag = f"h{heading.level + 1}"
        return f'<{tag}{anchor} class="{heading.kind}">{self._runs(marked_runs(heading.text))}</{tag}>'

    def _list(self, items: Sequence[Paragraph]) -> Iterator[str]:
        """Yield the tags of nested lists."""
        opened: list[str] = []
        for item in items:
            tag = "ol" if item.list_kind == "number" else "ul"
            while len(opened) > item.depth + 1 or (len(opened) == item.depth + 1 and opened[-1] != tag):
                yield f"</li></{opened.pop()}>"
            if len(opened) == item.depth + 1:
                yield "</li>"
            while len(opened) < item.depth + 1:
                opened.append(tag)
                yield f"<{tag}>" if len(opened) == item.depth + 1 else f"<{tag}><li>"
            yield f"<li>{self._runs(item.runs)}"
        while opened:
            yield f"</li></{opened.pop()}>"

    def _runs(self, runs: Sequence[Run]) -> str:
        return "".join(map(self._run, runs))

    def _run(self, run: Run) -> str:
        text = _clean(run.text).replace("\n", "<br>")
        if run.target:
            kind = "table" if self._labels.get(run.target, "").startswith("表") else "figure"
            text = f'<a href="#{kind}-{_clean(run.target)}">{self._labels.get(run.target, text)}</a>'
        if run.record:
            self._printed[run.record] += 1
            name = _clean(run.record)
            text = f'<span id="r-{name}-{self._printed[run.record]}" {RECORD}="{name}">{text}</span>'
        text = f"<mark>{text}</mark>" if run.placeholder else text
        return f"<strong>{text}</strong>" if run.bold else text

    def _table(self, table: TableBlock) -> str:
        total = sum(table.widths)
        columns = "".join(f'<col style="width:{100 * width / total:.2f}%">' for width in table.widths)
        head = "".join(self._row(row, "th") for row in table.header)
        body = "".join(self._row(row, "td") for row in table.rows)
        notes = "".join(f"<p>{self._runs(marked_runs(note))}</p>" for note in table.notes)
        name = _clean(table.name)
        return (
            f'<div class="sheet{" small" if table.small else ""}"><table id="table-{name}" data-table="{name}">'
            f"<caption>{self._runs(marked_runs(table.caption))}</caption><colgroup>{columns}</colgroup>"
            f"<thead>{head}</thead><tbody>{body}</tbody></table>{notes}</div>"
        )

    def _row(self, row: Row, tag: str) -> str:
        return f"<tr>{''.join(self._cell(cell, tag) for cell in row if cell is not None)}</tr>"

    def _cell(self, cell: Cell, tag: str) -> str:
        spans = "".join(
            f' {name}="{span}"' for name, span in (("rowspan", cell.rowspan), ("colspan", cell.colspan)) if span > 1
        )
        scope = f' scope="{"colgroup" if cell.colspan > 1 else "col"}"' if tag == "th" else ""
        runs = (
            (Run(text=cell.text, record=cell.record, bold=cell.bold and tag == "td"),)
            if cell.record and not cell.placeholder
            else marked_runs(cell.text, bold=cell.bold and tag == "td", placeholder=cell.placeholder)
        )
        return f'<{tag}{spans}{scope} class="{cell.align}">{self._runs(runs)}</{tag}>'


def _list_key(item: Numbered) -> bool:
    """Return whether a block is an item of a list."""
    return isinstance(item.block, Paragraph) and bool(item.block.list_kind)
