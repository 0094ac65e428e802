"""Blocks as a Word document 文稿: cover, contents and body in a template that people can edit in Word."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from lxml import etree

from perfkit.errors import DataError, Problem
from perfkit.show.draft.docx_cover import check_template, field_texts, fill, place_of
from perfkit.show.draft.docx_figures import figure_xml
from perfkit.show.draft.docx_package import package_bytes, package_parts
from perfkit.show.draft.docx_read import draft_numbers, draft_text
from perfkit.show.draft.docx_sections import add_watermark, governing_section, lay_out, text_area
from perfkit.show.draft.docx_styles import Stylebook
from perfkit.show.draft.docx_tables import table_xml
from perfkit.show.draft.docx_text import Desk, bookmark_xml, field_xml, paragraph_xml, printable, run_xml, runs_xml
from perfkit.show.draft.docx_xml import parsed, remove
from perfkit.show.draft.meta import DraftMeta
from perfkit.show.draft.outline import Numbered, contents, heading_text, in_contents, numbered
from perfkit.show.draft.shapes import (
    Block,
    FigureBlock,
    Heading,
    Landscape,
    PageBreak,
    Paragraph,
    TableBlock,
    marked_runs,
)
from perfkit.show.draft.template import TEMPLATE

# python-docx refuses more
LONGEST_PROPERTY = 255


def write_docx(
    blocks: Sequence[Block],
    meta: DraftMeta,
    path: Path,
    template: Path | None = None,
    *,
    toc_pages: Sequence[int] | None = None,
) -> None:
    """Write blocks as a Word draft 生成 Word 文稿; the same input gives the same bytes.

    Parameters
    ----------
    blocks : from ``read_blocks``.
    meta : cover, header, date and marks.
    path : of the document; an existing file is replaced.
    template : a firm's own ``.docx`` with {标题} and {正文} (and, if it likes, {副标题} {文稿状态} {封面信息} {日期}
        {公开属性} {演示数据} {页眉} {目录}) or content controls tagged ``perfkit:title`` and so on; styles are found
        by name, missing ones are added. ``None``: our own.
    toc_pages : page of each entry of ``outline.contents(blocks)``; ``None`` lists the entries without pages, until
        Word updates the field.

    Raises
    ------
    DataError
        Where the template cannot be opened or lacks a place, a name of a table or figure occurs twice, a reference
        points nowhere, or the pages do not fit the entries; all of them are listed.
    """
    items = tuple(numbered(blocks))
    entries = contents(blocks)
    _refuse_broken_references(items)
    if toc_pages is not None and len(toc_pages) != len(entries):
        raise DataError(
            _problem("DRAFT-PAGES", "目录页码", f"{len(entries)} 个页码", f"{len(toc_pages)} 个", "重新计算目录页码")
        )
    document, place = open_template(template or TEMPLATE)
    stylebook = Stylebook(document)
    desk = Desk(styles=stylebook.ids, labels=_labels(items))
    writer = _Writer(document, stylebook, desk, governing_section(place))
    lay_out(place, list(writer.stretches(items)), stylebook.ids["gap"])
    contents_place = place_of(document, "contents")
    if contents_place is not None:
        for element in parsed(_contents_xml(desk, entries, toc_pages)):
            contents_place.addprevious(element)
        remove(contents_place)
    fill(document, field_texts(meta))
    add_watermark(document, meta.marks)
    set_properties(document, meta)
    stream = io.BytesIO()
    document.save(stream)
    path.write_bytes(package_bytes(package_parts(stream)))


class _Writer:
    """Turns blocks into Word's XML, stretch by stretch of upright or landscape pages."""

    def __init__(self, document: Document, stylebook: Stylebook, desk: Desk, section: etree._Element) -> None:
        self._document = document
        self._book = stylebook
        self._desk = desk
        self._section = section
        self._area = text_area(section, landscape=False)

    def stretches(self, items: Sequence[Numbered]) -> Iterator[tuple[bool, list[etree._Element]]]:
        """Yield (landscape, elements); an empty upright stretch at the very end is not worth a page."""
        landscape = False
        texts: list[str] = []
        for item in items:
            if isinstance(item.block, Landscape):
                if texts:
                    yield landscape, parsed("".join(texts))
                landscape, texts = item.block.on, []
                self._area = text_area(self._section, landscape=landscape)
            else:
                texts.append(self._block_xml(item))
        yield landscape, parsed("".join(texts))

    def _block_xml(self, item: Numbered) -> str:
        block, desk = item.block, self._desk
        if isinstance(block, Heading):
            return self._heading_xml(item, block)
        if isinstance(block, Paragraph):
            return self._paragraph_xml(block)
        if isinstance(block, TableBlock):
            return table_xml(desk, block, *self._area)
        if isinstance(block, FigureBlock):
            return figure_xml(desk, block, self._add_image, *self._area)
        if isinstance(block, PageBreak):
            return paragraph_xml(desk.styles["gap"], '<w:r><w:br w:type="page"/></w:r>')
        return ""

    def _heading_xml(self, item: Numbered, heading: Heading) -> str:
        role = f"heading{heading.level}" if heading.kind == "numbered" else heading.kind
        number = self._book.heading_number(heading.level, heading.kind, item.chapter, item.outside)
        content = runs_xml(self._desk, marked_runs(heading.text))
        if in_contents(heading):
            content = bookmark_xml(self._desk, _anchor(self._desk.next_id("heading")), content)
        return paragraph_xml(self._desk.styles[role], content, number)

    def _paragraph_xml(self, paragraph: Paragraph) -> str:
        content = runs_xml(self._desk, paragraph.runs)
        if not paragraph.list_kind:
            return paragraph_xml(self._desk.styles["body"], content)
        number = self._book.item_number(paragraph.list_kind, paragraph.depth, paragraph.list_id)
        return paragraph_xml(self._desk.styles["list"], content, number)

    def _add_image(self, stream: io.BytesIO) -> str:
        relation, _ = self._document.part.get_or_add_image(stream)
        return str(relation)


def _anchor(number: int) -> str:
    """Return the hidden bookmark of the n-th listed heading, as Word names them."""
    return f"_Toc{100_000_000 + number}"


def _contents_xml(desk: Desk, entries: Sequence[Numbered], pages: Sequence[int] | None) -> str:
    """Return the contents as a TOC field with cached entries; Word offers to update it and never asks by itself."""
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u '
        '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    lines = []
    for number, entry in enumerate(entries, start=1):
        level = entry.block.level if isinstance(entry.block, Heading) else 1
        page = ""
        if pages is not None:
            page = "<w:r><w:tab/></w:r>" + field_xml(f"PAGEREF {_anchor(number)} \\h", str(pages[number - 1]))
        link = f'<w:hyperlink w:anchor="{_anchor(number)}" w:history="1">{run_xml(heading_text(entry))}{page}</w:hyperlink>'
        first, last = begin if number == 1 else "", end if number == len(entries) else ""
        lines.append(paragraph_xml(desk.styles[f"toc{level}"], first + link + last))
    if not lines:
        lines.append(paragraph_xml(desk.styles["toc1"], begin + end))
    return (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
        f"</w:sdtPr><w:sdtContent>{''.join(lines)}</w:sdtContent></w:sdt>"
    )


def open_template(template: Path) -> tuple[Document, etree._Element]:
    """Return a template as a document that has every place a draft needs, and that of the body 打开模板.

    Parameters
    ----------
    template : a ``.docx`` file, see :func:`write_docx`.

    Raises
    ------
    DataError
        Where it cannot be opened or lacks a place.
    """
    try:
        document = docx.Document(str(template))
    except (PackageNotFoundError, zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError) as error:
        raise DataError(
            _problem("TEMPLATE-FILE", str(template.name), "可以打开的 .docx 文件", "无法打开", "用 Word 另存为 .docx")
        ) from error
    check_template(document, template.name)
    place = place_of(document, "body")
    if place is None:
        raise DataError(_problem("TEMPLATE-FIELD", "Word 模板", "正文占位在文档主体中", "在页眉或文本框中", "移到主体"))
    return document, place


def _labels(items: Sequence[Numbered]) -> dict[str, str]:
    """Return the label (表1, 图2) of every table and figure by name."""
    return {item.block.name: item.label for item in items if isinstance(item.block, TableBlock | FigureBlock)}


def _refuse_broken_references(items: Sequence[Numbered]) -> None:
    """Raise a DataError that lists every name used twice and every reference that points nowhere."""
    counts = Counter(item.block.name for item in items if isinstance(item.block, TableBlock | FigureBlock))
    problems = [
        _problem("DRAFT-NAME", f"表或图“{name}”", "文稿内唯一的名称", f"出现 {count} 次", "改名或只发布一次")
        for name, count in counts.items()
        if count > 1
    ]
    problems += [
        _problem("DRAFT-REFERENCE", f"段落“{item.block.text[:20]}”", "已有的表或图", f"#{run.target}", "改正引用的名称")
        for item in items
        if isinstance(item.block, Paragraph)
        for run in item.block.runs
        if run.target and run.target not in counts
    ]
    if problems:
        raise DataError(problems)


def _problem(code: str, where: str, expected: str, found: str, mend: str) -> Problem:
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend)


def set_properties(document: Document, meta: DraftMeta, *, title: str = "") -> None:
    """Set the core properties from the draft's own date 文档属性; no clock takes part."""
    properties = document.core_properties
    properties.title = printable(title or meta.title)[:LONGEST_PROPERTY]
    properties.subject = printable(meta.subtitle)[:LONGEST_PROPERTY]
    properties.author = properties.last_modified_by = printable(meta.author)[:LONGEST_PROPERTY]
    properties.category = meta.status.label
    properties.revision = 1
    if meta.date is not None:
        properties.created = properties.modified = datetime(meta.date.year, meta.date.month, meta.date.day)


__all__ = ["draft_numbers", "draft_text", "write_docx"]
