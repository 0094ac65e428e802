"""Word's XML read and changed: elements that must be there, attributes, removal."""

from __future__ import annotations

from typing import cast

from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree

from perfkit.errors import DataError, Problem
from perfkit.show.draft.docx_text import NAMESPACES


def parsed(text: str) -> list[etree._Element]:
    """Return Word's XML as elements, parsed in one go."""
    return list(cast(etree._Element, parse_xml(f"<w:body {NAMESPACES}>{text}</w:body>")))


def one(text: str) -> etree._Element:
    """Return Word's XML of a single element."""
    return parsed(text)[0]


def place_before(place: etree._Element, element: etree._Element) -> None:
    """Put an element of another document before ``place``.

    A table goes row by row: lxml takes a time that grows with the square of the size of what it moves in one piece, a
    minute for a table of fifteen thousand cells.
    """
    if element.tag != qn("w:tbl"):
        place.addprevious(element)
        return
    shell = place.makeelement(element.tag, {str(name): str(text) for name, text in element.attrib.items()})
    place.addprevious(shell)
    for child in list(element):
        shell.append(child)


def found(element: etree._Element, *path: str) -> etree._Element | None:
    """Return the first descendant along a path of tags such as ``w:pPr``, or None."""
    return element.find("/".join(qn(tag) for tag in path))


def required(element: etree._Element, *path: str) -> etree._Element:
    """Return the first descendant along a path; a DataError where a template lacks it."""
    inner = found(element, *path)
    if inner is None:
        raise DataError(
            Problem(
                code="TEMPLATE-XML",
                where="Word 模板",
                expected=f"元素 {'/'.join(path)}",
                found="没有该元素",
                mend="用 Word 打开模板并重新保存",
            )
        )
    return inner


def value(element: etree._Element | None, name: str = "w:val", default: str = "") -> str:
    """Return an attribute as text."""
    return default if element is None else str(element.get(qn(name), default))


def number(element: etree._Element, name: str = "w:val") -> int:
    """Return an attribute as a whole number; Word writes some of them with decimals."""
    return int(float(value(element, name, "0")))


def remove(element: etree._Element) -> None:
    """Take an element out of its parent."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
