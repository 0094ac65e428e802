"""Styles and lists of whatever template is used: found by name; what it lacks is taken from our own."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import cast

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.parts.numbering import NumberingPart
from lxml import etree

from perfkit.show.draft.docx_text import W
from perfkit.show.draft.docx_xml import found, number, one, remove, required, value
from perfkit.show.draft.template_styles import (
    ANNEX_LIST,
    BULLET_LIST,
    HEADINGS_LIST,
    NUMBER_LIST,
    numbering_xml,
    styles_xml,
)

# what a style is for → its name; Word keeps the English name of its own styles in every language
ROLES = {
    "body": "报告正文",
    "list": "报告列表",
    "heading1": "heading 1",
    "heading2": "heading 2",
    "heading3": "heading 3",
    "heading4": "heading 4",
    "unnumbered": "无编号标题",
    "annex": "附件标题",
    "caption": "caption",
    "figure": "插图",
    "table": "报告表格",
    "cell": "表格文字",
    "cell_small": "表格小字",
    "note": "表注",
    "gap": "表后间距",
    "toc1": "toc 1",
    "toc2": "toc 2",
}


class Stylebook:
    """Style ids by role and list numbers by use 样式与编号, of one document."""

    def __init__(self, document: Document) -> None:
        """Find the styles and lists of the document and add those it lacks."""
        self._styles = document.styles.element
        self._numbering = _numbering(document)
        self._by_name = {_name(style): style for style in self._styles.iterchildren(qn("w:style"))}
        self.ids = self._found_or_added()
        self._lists = {name: self._list(name) for name in (HEADINGS_LIST, ANNEX_LIST, BULLET_LIST, NUMBER_LIST)}
        self._nums: dict[tuple[str, int], int] = {}

    def heading_number(self, level: int, kind: str, chapter: int, outside: bool) -> str:
        """Return the numbering properties a heading needs beside its style; empty where the style says enough.

        Below a chapter without number the count of （一） would go on from the chapter before: such headings get a
        list of their own that begins anew.
        """
        if kind == "unnumbered":
            return "" if self._is_numbered("unnumbered") is None else _num_pr(0, 0)
        if kind == "annex":
            return "" if self._is_numbered("annex") else _num_pr(0, self._num(ANNEX_LIST, 0))
        if outside and level > 1:
            return _num_pr(level - 1, self._num(HEADINGS_LIST, chapter, restart=True))
        return "" if self._is_numbered(f"heading{level}") else _num_pr(level - 1, self._num(HEADINGS_LIST, 0))

    def item_number(self, kind: str, depth: int, list_id: int) -> str:
        """Return the numbering properties of a list item; every numbered list begins with 1."""
        if kind == "bullet":
            return _num_pr(min(depth, 2), self._num(BULLET_LIST, 0))
        return _num_pr(min(depth, 2), self._num(NUMBER_LIST, list_id, restart=True))

    def _found_or_added(self) -> dict[str, str]:
        """Return the id of every role's style; a missing style comes from our template, its parent found by name."""
        ours = {_name(style): style for style in parse_xml(styles_xml()).iterchildren(qn("w:style"))}
        names_of_ours = {_id(style): name for name, style in ours.items()}
        taken = {_id(style) for style in self._styles.iterchildren(qn("w:style"))}
        ids = {}
        for role, name in ROLES.items():
            style = self._by_name.get(name)
            if style is None:
                style = copy.deepcopy(ours[name])
                if _id(style) in taken:
                    style.set(qn("w:styleId"), f"perfkit{_id(style)}")
                self._adopt(style, names_of_ours)
                self._styles.append(style)
                self._by_name[name] = style
            ids[role] = _id(style)
        return ids

    def _adopt(self, style: etree._Element, names_of_ours: dict[str, str]) -> None:
        """Point a style of ours at the styles of this document; its list number would mean another list here."""
        for child in [*style.iterchildren(qn("w:basedOn")), *style.iterchildren(qn("w:next"))]:
            known = self._by_name.get(names_of_ours.get(value(child), ""))
            if known is None:
                style.remove(child)
            else:
                child.set(qn("w:val"), _id(known))
        for numbering in list(style.iter(qn("w:numPr"))):
            if value(found(numbering, "w:numId"), default="0") != "0":
                remove(numbering)

    def _is_numbered(self, role: str) -> bool | None:
        """Return whether a role's style is numbered, by itself or through its parents; None where nothing says so."""
        style: etree._Element | None = self._by_name[ROLES[role]]
        by_id = {_id(item): item for item in self._by_name.values()}
        seen: set[str] = set()
        while style is not None and _id(style) not in seen:
            seen.add(_id(style))
            reference = found(style, "w:pPr", "w:numPr", "w:numId")
            if reference is not None:
                return value(reference) != "0"
            style = by_id.get(value(found(style, "w:basedOn")))
        return None

    def _list(self, name: str) -> int:
        """Return the id of a list definition; one that is missing comes from our template, unbound from styles."""
        for definition in self._definitions():
            if value(found(definition, "w:name")) == name:
                return number(definition, "w:abstractNumId")
        ours = parse_xml(numbering_xml()).iterchildren(qn("w:abstractNum"))
        definition = next(item for item in ours if value(required(item, "w:name")) == name)
        free = 1 + max((number(item, "w:abstractNumId") for item in self._definitions()), default=0)
        definition.set(qn("w:abstractNumId"), str(free))
        for bound in list(definition.iter(qn("w:pStyle"))):
            remove(bound)
        first_use = found(self._numbering, "w:num")
        if first_use is None:
            self._numbering.append(definition)
        else:
            first_use.addprevious(definition)
        return free

    def _definitions(self) -> Iterator[etree._Element]:
        return self._numbering.iterchildren(qn("w:abstractNum"))

    def _num(self, name: str, use: int, *, restart: bool = False) -> int:
        """Return the number of one use of a list; the first paragraph of a restarted use counts from 1."""
        if (name, use) not in self._nums:
            uses = self._numbering.iterchildren(qn("w:num"))
            free = 1 + max((number(item, "w:numId") for item in uses), default=0)
            starts = "".join(
                f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="1"/></w:lvlOverride>' for level in range(4)
            )
            self._numbering.append(
                one(
                    f'<w:num w:numId="{free}"><w:abstractNumId w:val="{self._lists[name]}"/>'
                    f"{starts if restart else ''}</w:num>"
                )
            )
            self._nums[name, use] = free
        return self._nums[name, use]


def _num_pr(level: int, number: int) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def _name(style: etree._Element) -> str:
    """Return the name by which a style is looked up; programs differ in capitals (``heading 1``, ``Heading 1``)."""
    return value(found(style, "w:name")).casefold()


def _id(style: etree._Element) -> str:
    return value(style, "w:styleId")


def _numbering(document: Document) -> etree._Element:
    """Return the numbering of a document, new where the template has none."""
    part = document.part
    if not any(relation.reltype == RELATIONSHIP_TYPE.NUMBERING for relation in part.rels.values()):
        empty = f'<w:numbering xmlns:w="{W}"/>'.encode()
        made = NumberingPart.load(PackURI("/word/numbering.xml"), CONTENT_TYPE.WML_NUMBERING, empty, part.package)
        part.relate_to(made, RELATIONSHIP_TYPE.NUMBERING)
    return cast(etree._Element, part.numbering_part.element)
