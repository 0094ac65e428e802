from __future__ import annotations

from perfkit.show.draft.blocks import read_blocks
from perfkit.show.draft.markdown import markdown_blocks
from perfkit.show.draft.outline import OpenPoint, contents, heading_text, numbered, open_points, open_points_annex
from perfkit.show.draft.shapes import Heading, TableBlock
from perfkit.terms import Audience
from tests.show.draft import sample


def test_headings_count_as_word_counts_them() -> None:
    blocks = [
        Heading(level=1, text="摘要", kind="unnumbered"),
        Heading(level=1, text="甲"),
        Heading(level=2, text="甲一"),
        Heading(level=3, text="细"),
        Heading(level=3, text="节"),
        Heading(level=4, text="点"),
        Heading(level=2, text="甲二"),
        Heading(level=3, text="细"),
        Heading(level=1, text="乙"),
        Heading(level=2, text="乙一"),
        Heading(level=1, text="表", kind="annex"),
        Heading(level=2, text="说明"),
    ]
    items = list(numbered(blocks))
    assert [item.label for item in items] == [
        "", "一、", "（一）", "1.", "2.", "（1）", "（二）", "1.", "二、", "（一）", "附件1", "（一）",
    ]  # fmt: skip
    assert [item.outside for item in items][:2] == [True, False]
    assert items[-1].outside
    assert [heading_text(item) for item in contents(blocks)] == [
        "摘要", "一、甲", "（一）甲一", "（二）甲二", "二、乙", "（一）乙一", "附件1 表", "（一）说明",
    ]  # fmt: skip


def test_open_points_come_in_order_with_their_chapter_and_from_tables_too() -> None:
    points = open_points(read_blocks(sample.notebook(), Audience.REPORT))
    assert points[0] == OpenPoint(chapter="一、基本情况", text="立项背景")
    assert points[-1] == OpenPoint(chapter="附件2 问题清单", text="建议")
    assert len(points) == 3 + 7


def test_the_list_of_open_points_is_an_annex_without_marks_of_its_own() -> None:
    blocks = markdown_blocks("## 甲\n\n【待补充：乙】")
    heading, table = open_points_annex(blocks)
    assert isinstance(heading, Heading)
    assert isinstance(table, TableBlock)
    assert [cell.text for cell in table.rows[0] if cell] == ["1", "一、甲", "乙"]
    assert open_points((*blocks, heading, table)) == open_points(blocks)
    assert open_points_annex(markdown_blocks("## 甲")) == ()
