from __future__ import annotations

import pytest

from perfkit.show.draft.markdown import inline_runs, joined, markdown_blocks
from perfkit.show.draft.shapes import Heading, PageBreak, Paragraph, Run


def test_title_is_not_printed_and_chapters_are_level_one() -> None:
    blocks = markdown_blocks("# 报告\n\n## 基本情况\n### 概况 ###\n文字")
    assert blocks[:2] == [Heading(level=1, text="基本情况"), Heading(level=2, text="概况")]
    assert [type(block) for block in blocks] == [Heading, Heading, Paragraph]


def test_tags_speak_of_chapters_only_and_a_written_annex_number_is_dropped() -> None:
    chapter, section = markdown_blocks("## 附件 1：评分表\n\n### 说明", "annex")
    assert chapter == Heading(level=1, text="评分表", kind="annex")
    assert section == Heading(level=2, text="说明")


def test_lists_nest_and_every_list_has_its_own_id() -> None:
    source = "1. 甲\n2. 乙\n   - 丙\n   - 丁\n3. 戊\n\n文字\n\n1. 己"
    items = [block for block in markdown_blocks(source) if isinstance(block, Paragraph)]
    shapes = [(item.text, item.list_kind, item.depth, item.list_id) for item in items]
    assert shapes == [
        ("甲", "number", 0, 1),
        ("乙", "number", 0, 1),
        ("丙", "bullet", 1, 2),
        ("丁", "bullet", 1, 2),
        ("戊", "number", 0, 1),
        ("文字", "", 0, 0),
        ("己", "number", 0, 3),
    ]


def test_blank_lines_between_items_do_not_end_a_list_but_text_does() -> None:
    items = markdown_blocks("1. 甲\n\n2. 乙\n文字续行\n\n另起\n\n1. 丙")
    assert [(item.text, item.list_id) for item in items if isinstance(item, Paragraph)] == [
        ("甲", 1),
        ("乙文字续行", 1),
        ("另起", 0),
        ("丙", 2),
    ]


def test_raw_html_is_text() -> None:
    (paragraph,) = markdown_blocks("<script>alert(1)</script>")
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ("**甲**乙", (Run(text="甲", bold=True), Run(text="乙"))),
        (r"\*\*甲\*\*", (Run(text="**甲**"),)),
        ("见`code`", (Run(text="见code"),)),
        ("见[表](#funds)", (Run(text="见"), Run(text="表", target="funds"))),
        ("见[网站](https://example.org)", (Run(text="见网站"),)),
        ("由【待补充：单位】", (Run(text="由"), Run(text="【待补充：单位】", placeholder=True))),
        ("**【待补充：甲】**", (Run(text="【待补充：甲】", bold=True, placeholder=True),)),
    ],
)
def test_inline(source: str, runs: tuple[Run, ...]) -> None:
    assert inline_runs(source) == runs


def test_a_rule_is_a_new_page() -> None:
    assert [type(block) for block in markdown_blocks("甲\n\n---\n\n乙")] == [Paragraph, PageBreak, Paragraph]


def test_soft_breaks_leave_no_blank_between_chinese_words() -> None:
    assert joined(["预算", "执行率", "is", "fine"]) == "预算执行率is fine"
