from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from perfkit.show.draft.docx_text import bookmark_name, record_tag, run_xml

NAMES = st.text(max_size=120)


@given(NAMES)
def test_bookmarks_are_valid_and_stable(name: str) -> None:
    bookmark = bookmark_name("table", name)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", bookmark)
    assert bookmark == bookmark_name("table", name)


@given(NAMES, NAMES)
def test_different_names_get_different_bookmarks_and_tags(one: str, other: str) -> None:
    if one != other:
        assert bookmark_name("table", one) != bookmark_name("table", other)
        assert record_tag(one) != record_tag(other)


def test_a_tag_is_the_record_name_up_to_words_limit() -> None:
    assert record_tag("item.A101.score") == "item.A101.score"
    assert len(record_tag("x" * 65)) == 64


def test_line_feeds_and_tabs_become_breaks_and_tabs() -> None:
    assert run_xml("a\nb\tc").count("<w:br/>") == run_xml("a\nb\tc").count("<w:tab/>") == 1
