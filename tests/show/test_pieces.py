"""Several pieces from one call: one output that a notebook shows and a draft reads piece by piece."""

from __future__ import annotations

import json
from typing import Any

import pytest

from perfkit.show.pieces import HEADING_MIME, PIECES_MIME, Pieces, SubHeading
from perfkit.show.record import SAY_MIME, quote


class Picture:
    """A piece with a picture and types that no draft reads."""

    def __str__(self) -> str:
        """Return the words for a terminal."""
        return "图<1>\n第二行"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return a picture without HTML."""
        return {"text/plain": "图", "image/png": "abc", "application/vnd.perfkit.figure+json": {"name": "f"}}


@pytest.mark.parametrize(("level", "tag"), [(2, "h3"), (3, "h4")])
def test_a_heading_knows_its_level_and_escapes_its_words(level: int, tag: str) -> None:
    bundle = SubHeading("甲<b>&乙", level=level)._repr_mimebundle_()
    assert bundle["text/html"] == f"<{tag}>甲&lt;b&gt;&amp;乙</{tag}>"
    assert bundle[HEADING_MIME] == {"level": level, "text": "甲<b>&乙"}
    assert str(SubHeading("甲")) == bundle["text/plain"].replace("<b>&乙", "") == "甲"


def test_pieces_keep_their_order_and_only_what_a_draft_reads() -> None:
    bundle = Pieces.of(iter([SubHeading("一"), quote("正文"), Picture()]))._repr_mimebundle_()
    first, second, third = bundle[PIECES_MIME]
    assert list(first) == [HEADING_MIME]
    assert list(second) == [SAY_MIME]
    assert list(third) == ["image/png", "application/vnd.perfkit.figure+json"]
    assert bundle["text/plain"] == "一\n正文\n图<1>\n第二行"
    json.dumps(bundle)


def test_a_piece_without_html_is_shown_as_escaped_paragraphs() -> None:
    shown = Pieces.of([Picture()])._repr_mimebundle_()["text/html"]
    assert shown == "<p>图&lt;1&gt;</p><p>第二行</p>"


def test_no_pieces() -> None:
    bundle = Pieces.of([])._repr_mimebundle_()
    assert bundle == {"text/plain": "", "text/html": "", PIECES_MIME: []}
