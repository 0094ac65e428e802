"""Short Word documents in numbers 成批单据: the template is opened once, each document only fills in its own body."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from perfkit.show.draft.docx import open_template, set_properties
from perfkit.show.draft.docx_cover import field_texts, fill
from perfkit.show.draft.docx_package import package_bytes, package_parts
from perfkit.show.draft.docx_sections import add_watermark, governing_section, page_section, text_area
from perfkit.show.draft.docx_styles import Stylebook
from perfkit.show.draft.docx_tables import grid_xml
from perfkit.show.draft.docx_text import Desk, escape, paragraph_xml, run_xml, runs_xml
from perfkit.show.draft.docx_xml import one
from perfkit.show.draft.meta import DraftMeta
from perfkit.show.draft.shapes import Block, Heading, Paragraph, TableBlock, marked_runs
from perfkit.show.draft.sheets import SheetDocument
from perfkit.show.draft.template import TEMPLATE

DOCUMENT, PROPERTIES = "word/document.xml", "docProps/core.xml"
# stands for what differs from document to document until it is replaced
PARAGRAPH, PARAGRAPH_END = "<w:p>", "</w:p>"
BODY_MARK, TITLE_MARK = "perfkit-sheet-body", "perfkit-sheet-title"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The parts of an empty document, cut where the body goes."""

    parts: dict[str, bytes]
    before: str
    after: str
    area: tuple[int, int]


class SheetWriter:
    """Writes documents of one run, upright or landscape 单据书写器; the same document gives the same bytes.

    Parameters
    ----------
    meta : header, date and marks of every document; its title is replaced by the document's own.
    template : a firm's own ``.docx`` (see ``write_docx``), of which page, header, footer and styles are used; ``None``:
        our own.

    Raises
    ------
    DataError
        Where the template cannot be opened or lacks a place.
    """

    def __init__(self, meta: DraftMeta, template: Path | None = None) -> None:
        """Prepare both pages."""
        self._template = template or TEMPLATE
        self._meta = meta
        self._pages: dict[bool, _Page] = {}
        self._styles: dict[str, str] = {}

    def document(self, sheet: SheetDocument) -> bytes:
        """Return one document as the bytes of a ``.docx`` file 单据."""
        page = self._page(sheet.landscape)
        desk = Desk(styles=self._styles, labels={})
        body = "".join(self._body(desk, sheet, page.area))
        title = escape(sheet.title).encode()
        return package_bytes(
            {
                **page.parts,
                DOCUMENT: (page.before + body + page.after).encode(),
                PROPERTIES: page.parts[PROPERTIES].replace(TITLE_MARK.encode(), title),
            }
        )

    def _body(self, desk: Desk, sheet: SheetDocument, area: tuple[int, int]) -> Iterable[str]:
        """Yield the XML of the marks, the title and the blocks."""
        if self._meta.secrecy_text:
            yield paragraph_xml(desk.styles["cell"], run_xml(self._meta.secrecy_text))
        yield paragraph_xml(desk.styles["unnumbered"], runs_xml(desk, marked_runs(sheet.title)))
        yield paragraph_xml(desk.styles["gap"], "")
        for block in sheet.blocks:
            yield _block_xml(desk, block, area)

    def _page(self, landscape: bool) -> _Page:
        if landscape not in self._pages:
            self._pages[landscape] = self._opened(landscape)
        return self._pages[landscape]

    def _opened(self, landscape: bool) -> _Page:
        """Open the template, empty its body but for the page of the report's own text, and fill header and footer."""
        document, place = open_template(self._template)
        self._styles = Stylebook(document).ids
        section = copy.deepcopy(governing_section(place))
        area = text_area(section, landscape=landscape)
        body: etree._Element = document.element.body
        for element in list(body):
            body.remove(element)
        body.append(one(paragraph_xml(self._styles["body"], run_xml(BODY_MARK))))
        body.append(page_section(section, landscape=landscape, first=True))
        fill(document, field_texts(self._meta))
        add_watermark(document, self._meta.marks)
        set_properties(document, self._meta, title=TITLE_MARK)
        stream = io.BytesIO()
        document.save(stream)
        parts = package_parts(stream)
        whole = parts[DOCUMENT].decode()
        at = whole.index(BODY_MARK)
        end = whole.index(PARAGRAPH_END, at) + len(PARAGRAPH_END)
        return _Page(parts=parts, before=whole[: whole.rindex(PARAGRAPH, 0, at)], after=whole[end:], area=area)


def _block_xml(desk: Desk, block: Block, area: tuple[int, int]) -> str:
    """Return a block in the small type of a form; a heading stays with what follows it."""
    if isinstance(block, Heading):
        keep = '<w:keepNext/><w:jc w:val="left"/>'
        return paragraph_xml(desk.styles["caption"], runs_xml(desk, marked_runs(block.text)), keep)
    if isinstance(block, Paragraph):
        return paragraph_xml(desk.styles["cell"], runs_xml(desk, block.runs))
    if isinstance(block, TableBlock):
        return grid_xml(desk, block, *area) + paragraph_xml(desk.styles["gap"], "")
    return ""
