"""A written Word document looked at part by part."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from perfkit.show.draft.blocks import read_blocks
from perfkit.show.draft.docx import write_docx
from perfkit.show.draft.shapes import Block
from perfkit.terms import Audience
from tests.show.draft import sample

NS = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "v": "urn:schemas-microsoft-com:vml",
}


class Word:
    """The parts of a document by name."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.names = archive.namelist()
            self.parts = {name: archive.read(name) for name in self.names}

    def find(self, path: str, part: str = "word/document.xml") -> list[Any]:
        """Return what an XPath finds in a part."""
        return etree.fromstring(self.parts[part]).xpath(path, namespaces=NS)

    def texts(self, path: str, part: str = "word/document.xml") -> list[str]:
        """Return the words below each found element."""
        return ["".join(item.xpath(".//w:t/text()", namespaces=NS)) for item in self.find(path, part)]


def blocks_of(*cells: dict[str, Any]) -> tuple[Block, ...]:
    """Return the report blocks of some cells."""
    return read_blocks({"cells": list(cells)}, Audience.REPORT)


def written(blocks: Sequence[Block], path: Path, **options: Any) -> Word:
    """Return blocks as a written document."""
    write_docx(blocks, options.pop("meta", sample.meta()), path, **options)
    return Word(path)
