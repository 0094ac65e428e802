"""The places of a template that a draft fills: named content controls, or ``{title}`` and ``{标题}`` in the text."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from docx.document import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.oxml.text.run import CT_R
from docx.text.font import Font
from lxml import etree

from perfkit.errors import DataError, Problem
from perfkit.show.draft.docx_text import run_xml
from perfkit.show.draft.docx_xml import found, one, remove, required, value
from perfkit.show.draft.meta import DEMO_MARK, DraftMeta
from perfkit.show.draft.shapes import Run, marked_runs

# field → the Chinese word that may stand in braces instead
FIELDS = {
    "title": "标题",
    "subtitle": "副标题",
    "status": "文稿状态",
    "cover": "封面信息",
    "date": "日期",
    "secrecy": "公开属性",
    "demo": DEMO_MARK,
    "header": "页眉",
    "contents": "目录",
    "body": "正文",
}
REQUIRED = ("title", "body")
CONTROL = "perfkit:"
_CODES = {**{code: code for code in FIELDS}, **{word: code for code, word in FIELDS.items()}}
NEEDS_PARAGRAPH = {qn("w:tc"), qn("w:hdr"), qn("w:ftr")}
TOKEN = re.compile(r"\{(" + "|".join(_CODES) + r")\}")


def field_texts(meta: DraftMeta) -> dict[str, tuple[str, ...]]:
    """Return the lines that fill each field of text; an empty field's paragraph is dropped."""
    lines = {
        "title": (meta.title,),
        "subtitle": (meta.subtitle,),
        "status": (meta.status.label,),
        "cover": tuple(f"{label}：\t{value}" for label, value in meta.cover_lines),
        "date": (meta.date_text,),
        "secrecy": (meta.secrecy_text,),
        "demo": (DEMO_MARK if meta.demo else "",),
        "header": (meta.header_text,),
    }
    return {field: tuple(text for text in texts if text) for field, texts in lines.items()}


def check_template(document: Document, name: str) -> None:
    """Raise a DataError that names every required place a template lacks."""
    found = {field for part in _roots(document) for paragraph in _paragraphs(part) for field in _fields(paragraph)}
    problems = [
        Problem(
            code="TEMPLATE-FIELD",
            where=f"Word 模板 {name}",
            expected=f"占位 {{{FIELDS[field]}}} 或标记为 {CONTROL}{field} 的内容控件",
            found="没有该占位",
            mend=f"在模板中单独一段写入 {{{FIELDS[field]}}}",
        )
        for field in REQUIRED
        if field not in found
    ]
    if problems:
        raise DataError(problems)


def fill(document: Document, texts: Mapping[str, Sequence[str]]) -> None:
    """Fill the text fields on the cover and in headers and footers 填写模板占位, in place."""
    for root in _roots(document):
        for paragraph in list(_paragraphs(root)):
            fields = [field for field in _fields(paragraph) if field in texts]
            if fields:
                _fill_paragraph(paragraph, fields, texts)


def place_of(document: Document, field: str) -> etree._Element | None:
    """Return the body element that stands for a field: its paragraph, or the content control around it."""
    body: etree._Element = document.element.body
    for child in body:
        if any(field in _fields(paragraph) for paragraph in child.iter(qn("w:p"))):
            return child
    return None


def _roots(document: Document) -> Iterator[etree._Element]:
    """Yield the body and every header and footer of the document."""
    yield document.element.body
    for relation in sorted(document.part.rels.values(), key=lambda relation: relation.rId):
        if relation.reltype.endswith(("/header", "/footer")):
            yield relation.target_part.element


def _paragraphs(root: etree._Element) -> Iterator[etree._Element]:
    return root.iter(qn("w:p"))


def _fields(paragraph: etree._Element) -> list[str]:
    """Return the fields a paragraph stands for, by its content control or by its braces."""
    for ancestor in paragraph.iterancestors(qn("w:sdt")):
        tag = value(found(ancestor, "w:sdtPr", "w:tag"))
        if tag.startswith(CONTROL):
            return [tag.removeprefix(CONTROL)]
    return [_CODES[match[1]] for match in TOKEN.finditer(_text(paragraph))]


def _text(paragraph: etree._Element) -> str:
    return "".join(text.text or "" for text in paragraph.iter(qn("w:t")))


def _fill_paragraph(paragraph: etree._Element, fields: Sequence[str], texts: Mapping[str, Sequence[str]]) -> None:
    """Write the lines into copies of a paragraph, or drop it where its field is empty."""
    lines = [_line(paragraph, fields, texts, number) for number in range(max(len(texts[field]) for field in fields))]
    for line in lines:
        filled = copy.deepcopy(paragraph)
        _write(filled, line)
        paragraph.addprevious(filled)
    _drop(paragraph, replaced=bool(lines))


def _line(paragraph: etree._Element, fields: Sequence[str], texts: Mapping[str, Sequence[str]], number: int) -> str:
    """Return the text of a paragraph with its fields replaced; a control without braces is replaced as a whole."""
    whole = _text(paragraph)
    if not TOKEN.search(whole):
        return _entry(texts[fields[0]], number)
    return TOKEN.sub(lambda match: _entry(texts.get(_CODES[match[1]], (match[0],)), number), whole)


def _entry(lines: Sequence[str], number: int) -> str:
    return lines[number] if number < len(lines) else ""


def _write(paragraph: etree._Element, text: str) -> None:
    """Replace the words of a paragraph and keep the look of its first run with words."""
    spoken = [run for run in paragraph.iter(qn("w:r")) if found(run, "w:t") is not None]
    look = found(spoken[0], "w:rPr") if spoken else None
    made = [_made(look, piece) for piece in marked_runs(text)]
    for run in made:
        if spoken:
            spoken[0].addprevious(run)
        else:
            paragraph.append(run)
    for run in spoken:
        remove(run)


def _made(look: etree._Element | None, piece: Run) -> etree._Element:
    """Return a run in a given look; python-docx puts the highlight where Word expects it among the properties."""
    run = one(run_xml(piece.text))
    own = found(run, "w:rPr")
    if look is not None:
        faces = found(look, "w:rFonts")
        if own is not None:
            remove(own)
        run.insert(0, copy.deepcopy(look))
        if own is not None and faces is not None:
            required(run, "w:rPr", "w:rFonts").set(qn("w:hint"), "eastAsia")
    if piece.placeholder:
        Font(cast(CT_R, run)).highlight_color = WD_COLOR_INDEX.YELLOW
    return run


def _drop(paragraph: etree._Element, *, replaced: bool) -> None:
    """Remove a paragraph and the content control it leaves empty.

    A section that ends in it, and a cell or header that must hold a paragraph, keep an empty one.
    """
    parent = paragraph.getparent()
    if parent is None:
        return
    ends_section = found(paragraph, "w:pPr", "w:sectPr") is not None
    needed = str(parent.tag) in NEEDS_PARAGRAPH and len(parent.findall(qn("w:p"))) == 1
    if not replaced and (needed or ends_section):
        _write(paragraph, "")
        return
    remove(paragraph)
    control = parent.getparent()
    if parent.tag == qn("w:sdtContent") and not len(parent) and control is not None:
        remove(control)
