"""Pages of a Word draft: upright and landscape sections, headers, the watermark behind every page."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.section import Section, _BaseHeaderFooter
from lxml import etree

from perfkit.show.draft.docx_text import NAMESPACES, escape, paragraph_xml
from perfkit.show.draft.docx_xml import found, number, one, place_before, remove, required, value

VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
# points: no letter of a watermark is wider, no watermark longer
WIDEST_LETTER, LONGEST_MARK = 130, 440
SIDES = ("top", "right", "bottom", "left")
# a page turned to the left: its old left margin is the new top
TURNED_SIDES = ("left", "top", "right", "bottom")


def text_area(section: etree._Element, *, landscape: bool) -> tuple[int, int]:
    """Return width and height of the text of a section in twips, turned if ``landscape``."""
    size, margins = required(section, "w:pgSz"), required(section, "w:pgMar")
    top, right, bottom, left = (abs(number(margins, f"w:{side}")) for side in SIDES)
    upright = (number(size, "w:w") - left - right, number(size, "w:h") - top - bottom)
    return (upright[1], upright[0]) if landscape else upright


def governing_section(place: etree._Element) -> etree._Element:
    """Return the section properties that govern a body element."""
    for element in (place, *place.itersiblings()):
        if element.tag == qn("w:sectPr"):
            return element
        inner = found(element, "w:pPr", "w:sectPr")
        if inner is not None:
            return inner
    body = place.getparent()
    return required(place if body is None else body, "w:sectPr")


def lay_out(place: etree._Element, stretches: Sequence[tuple[bool, Sequence[etree._Element]]], gap_style: str) -> None:
    """Put the stretches of a body where its placeholder stands 分节, each on upright or on landscape pages.

    Parameters
    ----------
    place : the placeholder; it is removed.
    stretches : (landscape, elements) in order.
    gap_style : style of the small paragraph that ends a section after a table.
    """
    section = governing_section(place)
    upright = copy.deepcopy(section)
    ends_document = place.getnext() is section
    last = len(stretches) - 1
    for place_in_body, (landscape, elements) in enumerate(stretches):
        for element in elements:
            place_before(place, element)
        properties = page_section(upright, landscape=landscape, first=place_in_body == 0)
        if place_in_body < last or (landscape and not ends_document):
            _end_section(place, properties, gap_style)
        elif ends_document:
            section.addprevious(properties)
            remove(section)
        elif place_in_body:
            _count_on(section)
    remove(place)


def page_section(upright: etree._Element, *, landscape: bool, first: bool) -> etree._Element:
    """Return section properties for upright or landscape pages; only the first section of the body begins its page numbers anew."""
    section = copy.deepcopy(upright)
    if not first:
        _count_on(section)
    if landscape:
        _turn(required(section, "w:pgSz"), required(section, "w:pgMar"))
    return section


def _turn(size: etree._Element, margins: etree._Element) -> None:
    """Turn the page; header and footer stay inside the narrower margins of the turned page."""
    width, height = value(size, "w:w"), value(size, "w:h")
    size.set(qn("w:w"), height)
    size.set(qn("w:h"), width)
    size.set(qn("w:orient"), "landscape")
    turned = [value(margins, f"w:{side}") for side in TURNED_SIDES]
    for side, width in zip(SIDES, turned, strict=True):
        margins.set(qn(f"w:{side}"), width)
    for part, side in (("header", "top"), ("footer", "bottom")):
        inside = abs(number(margins, f"w:{side}")) * 5 // 9
        margins.set(qn(f"w:{part}"), str(min(number(margins, f"w:{part}"), inside)))


def _count_on(section: etree._Element) -> None:
    """Let page numbers go on from the section before."""
    numbers = found(section, "w:pgNumType")
    if numbers is not None and numbers.get(qn("w:start")) is not None:
        del numbers.attrib[qn("w:start")]


def _end_section(place: etree._Element, properties: etree._Element, gap_style: str) -> None:
    """End a section at the element before ``place``; after a table a small paragraph must carry the end."""
    before = place.getprevious()
    if before is None or before.tag != qn("w:p") or found(before, "w:pPr", "w:sectPr") is not None:
        before = one(paragraph_xml(gap_style, ""))
        place.addprevious(before)
    look = found(before, "w:pPr")
    if look is None:
        look = one("<w:pPr/>")
        before.insert(0, look)
    look.append(properties)


def add_watermark(document: Document, words: str) -> None:
    """Set words behind every page 水印: in every header of every section; a document without one gets one."""
    if not words:
        return
    both = bool(document.settings.odd_and_even_pages_header_footer)
    marked: set[str] = set()
    for place, section in enumerate(document.sections):
        for header in _headers(section, both=both, opening=place == 0):
            name = str(header.part.partname)
            if name not in marked:
                marked.add(name)
                _mark(header._element, words, len(marked))


def _headers(section: Section, *, both: bool, opening: bool) -> Iterator[_BaseHeaderFooter]:
    """Yield the headers that a section does not take over from the section before."""
    kinds: list[_BaseHeaderFooter] = [section.header]
    if both:
        kinds.append(section.even_page_header)
    if section.different_first_page_header_footer:
        kinds.append(section.first_page_header)
    for header in kinds:
        if header.is_linked_to_previous and (opening or header is not kinds[0]):
            header.is_linked_to_previous = False
        if not header.is_linked_to_previous:
            yield header


def _mark(header: etree._Element, words: str, count: int) -> None:
    """Add WordArt to the first paragraph of a header; Word knows it as a watermark by its name."""
    letter = min(WIDEST_LETTER, LONGEST_MARK / len(words))
    style = (
        f"position:absolute;margin-left:0;margin-top:0;width:{letter * len(words):.0f}pt;height:{letter:.0f}pt;"
        "rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    run = parse_xml(
        f'<w:r {NAMESPACES} {VML}><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
        ' path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
        '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
        '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>'
        '<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800"'
        ' o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/><v:handles><v:h'
        ' position="#0,bottomRight" xrange="6629,14971"/></v:handles><o:lock v:ext="edit" text="t" shapetype="t"/>'
        f'</v:shapetype><v:shape id="PowerPlusWaterMarkObject{count}" o:spid="_x0000_s{2048 + count}"'
        f' type="#_x0000_t136" style="{style}" o:allowincell="f" fillcolor="silver" stroked="f">'
        '<v:fill opacity=".4"/><v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt"'
        f' string="{escape(words)}"/></v:shape></w:pict></w:r>'
    )
    paragraph = found(header, "w:p")
    if paragraph is None:
        paragraph = one("<w:p/>")
        header.append(paragraph)
    paragraph.append(run)
