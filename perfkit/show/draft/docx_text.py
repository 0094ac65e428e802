"""Word's XML of text: runs, content controls, bookmarks, fields, paragraphs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from perfkit.show.draft.shapes import Run, marked_runs

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
# Word's own limits
LONGEST_BOOKMARK = 40
LONGEST_TAG = 64
# characters that Word sets in the Latin font unless told that they are Chinese: quotes, dots, ①, ×, …
AMBIGUOUS = re.compile("[·×÷—–‘’“”…‰℃①-⒛≤≥≈±ⅠⅡⅢⅣⅤ→√]")
# control characters, halves of surrogate pairs and non-characters have no place in XML
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NAME_CHARACTERS = re.compile(r"[^0-9A-Za-z_]")


@dataclass(slots=True)
class Desk:
    """What the parts of one document share: style ids by role, labels by name, and counters of unique ids."""

    styles: Mapping[str, str]
    labels: Mapping[str, str]
    _ids: dict[str, int] = field(default_factory=dict)

    def next_id(self, kind: str) -> int:
        """Return the next unique number of a kind of object."""
        self._ids[kind] = self._ids.get(kind, 0) + 1
        return self._ids[kind]


def printable(text: str) -> str:
    """Return ``text`` without the characters XML cannot hold."""
    return UNPRINTABLE.sub("", text)


def escape(text: str) -> str:
    """Return ``text`` as XML text or attribute value."""
    return printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _shortened(name: str, limit: int) -> str:
    """Return ``name`` within ``limit`` characters; a cut name ends in a digest, so that names stay apart."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - 9]}_{_digest(name)}"


def bookmark_name(prefix: str, name: str) -> str:
    """Return the bookmark of a table or figure 书签名: letters, digits and ``_``, at most 40, always the same.

    Examples
    --------
    >>> bookmark_name("table", "scorecard")
    'table_scorecard'
    """
    plain = NAME_CHARACTERS.sub("_", name)
    if plain != name:
        plain = f"{plain}_{_digest(name)}"
    return _shortened(f"{prefix}_{plain}", LONGEST_BOOKMARK)


def record_tag(record: str) -> str:
    """Return the tag of a content control 内容控件标记: the record name, cut with a digest beyond Word's 64."""
    return _shortened(record, LONGEST_TAG)


def run_xml(text: str, *, bold: bool = False, highlight: bool = False) -> str:
    """Return a run; line feeds become line breaks, tabs tabs."""
    hint = '<w:rFonts w:hint="eastAsia"/>' if AMBIGUOUS.search(text) else ""
    marks = hint + ("<w:b/>" if bold else "") + ('<w:highlight w:val="yellow"/>' if highlight else "")
    pieces = re.split("([\n\t])", text)
    content = "".join(
        "<w:br/>" if piece == "\n" else "<w:tab/>" if piece == "\t" else _text_xml(piece) for piece in pieces if piece
    )
    return f"<w:r>{f'<w:rPr>{marks}</w:rPr>' if marks else ''}{content}</w:r>"


def _text_xml(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text)}</w:t>'


def control_xml(desk: Desk, record: str, content: str) -> str:
    """Return runs inside a content control that carries the record name."""
    tag = escape(record_tag(record))
    number = 100_000 + desk.next_id("control")
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="{tag}"/><w:tag w:val="{tag}"/><w:id w:val="{number}"/></w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def field_xml(instruction: str, result: str, *, bold: bool = False) -> str:
    """Return a complex field with its cached result."""

    def character(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
    return character("begin") + code + character("separate") + run_xml(result, bold=bold) + character("end")


def bookmark_xml(desk: Desk, name: str, content: str) -> str:
    """Return content between the two ends of a bookmark."""
    number = desk.next_id("bookmark")
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{number}"/>'


def runs_xml(desk: Desk, runs: Iterable[Run]) -> str:
    """Return the runs of a paragraph: records in content controls, references as REF fields, placeholders yellow."""
    pieces = []
    for run in runs:
        if run.target:
            label = desk.labels[run.target]
            pieces.append(field_xml(f"REF {bookmark_name('label', run.target)} \\h", label, bold=run.bold))
            continue
        content = run_xml(run.text, bold=run.bold, highlight=run.placeholder)
        pieces.append(control_xml(desk, run.record, content) if run.record else content)
    return "".join(pieces)


def paragraph_xml(style: str, content: str, properties: str = "") -> str:
    """Return a paragraph of a style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'


def caption_xml(desk: Desk, word: str, name: str, text: str, *, keep_next: bool) -> str:
    """Return a caption ``表1 …``: the number is a SEQ field, the label a bookmark that references point at."""
    label = desk.labels[name]
    number = label.removeprefix(word)
    numbered = run_xml(word) + field_xml(f"SEQ {word} \\* ARABIC", number)
    content = bookmark_xml(desk, bookmark_name("label", name), numbered) + runs_xml(desk, marked_runs(f"　{text}"))
    keep = "<w:keepNext/>" if keep_next else ""
    return paragraph_xml(desk.styles["caption"], content, keep)
