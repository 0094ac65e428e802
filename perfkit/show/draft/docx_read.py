"""A written Word draft read back: which record was printed as what, for the comparison of text and record."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from perfkit.errors import DataError, Problem
from perfkit.show.draft.docx_text import W

CONTROL, TAG, TEXT, PARAGRAPH, RUN, BREAK, TAB = (
    f"{{{W}}}{name}" for name in ("sdt", "tag", "t", "p", "r", "br", "tab")
)
VALUE = f"{{{W}}}val"
# tags of the places on the cover; they carry no record
TEMPLATE_TAG = "perfkit:"


def draft_numbers(path: Path) -> dict[str, tuple[str, ...]]:
    """Return what a Word draft prints for each record 读回数值: record name → every printed text, in order.

    A person may have edited the document: what stands in the content controls now is returned. Record names beyond
    64 characters come as ``record_tag`` cuts them.
    """
    printed: dict[str, list[str]] = {}
    for control in _body(path).iter(CONTROL):
        tag = control.find(f"{{{W}}}sdtPr/{TAG}")
        if tag is not None and not tag.get(VALUE, "").startswith(TEMPLATE_TAG):
            printed.setdefault(tag.get(VALUE, ""), []).append("".join(_words(control)))
    return {record: tuple(texts) for record, texts in printed.items()}


def draft_text(path: Path) -> str:
    """Return the text of the body of a Word draft 读回正文, one paragraph a line; list numbers are not part of it."""
    return "\n".join("".join(_words(paragraph)) for paragraph in _body(path).iter(PARAGRAPH))


def _words(element: etree._Element) -> Iterator[str]:
    """Yield the printed words of an element."""
    for item in element.iter(TEXT, BREAK, TAB):
        if item.tag == TEXT:
            yield item.text or ""
        elif item.tag == BREAK:
            yield "\n"
        elif str(getattr(item.getparent(), "tag", "")) == RUN:
            # a tab stop of the paragraph's style has the same tag and is no text
            yield "\t"


def _body(path: Path) -> etree._Element:
    """Return the main part of a document."""
    try:
        with zipfile.ZipFile(path) as archive:
            return etree.fromstring(archive.read("word/document.xml"), etree.XMLParser(resolve_entities=False))
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise DataError(
            Problem(
                code="DRAFT-FILE",
                where=path.name,
                expected="Word 文稿（.docx）",
                found="无法读取的文件",
                mend="重新生成文稿，或用 Word 另存为 .docx",
            )
        ) from error
