from __future__ import annotations

import pytest

from perfkit.errors import DataError
from perfkit.show.draft.blocks import read_blocks
from perfkit.show.draft.shapes import FigureBlock, Heading, Landscape, Paragraph, Run, TableBlock
from perfkit.terms import Audience
from tests.show.draft import sample


def test_each_audience_gets_its_own_cells_in_notebook_order() -> None:
    cells = [
        sample.markdown("## 甲"),
        sample.markdown("## 乙", "workpaper"),
        sample.markdown("## 丙", "report", "workpaper"),
        {"cell_type": "markdown", "metadata": {}, "source": "## 丁"},
    ]
    report = read_blocks({"cells": cells}, Audience.REPORT)
    workpaper = read_blocks({"cells": cells}, Audience.WORKPAPER)
    assert [block.text for block in report if isinstance(block, Heading)] == ["甲", "丙"]
    assert [block.text for block in workpaper if isinstance(block, Heading)] == ["乙", "丙"]


def test_only_published_outputs_are_printed() -> None:
    stream = {"output_type": "stream", "name": "stdout", "text": "64.988"}
    cell = sample.code({"text/plain": "64.988", "text/html": "<b>x</b>"}, {"image/png": "AAAA"})
    cell["outputs"].append(stream)
    cell["source"] = "secret = 1"
    assert read_blocks({"cells": [cell]}, Audience.REPORT) == ()


def test_sentences_keep_records_and_a_line_feed_ends_a_paragraph() -> None:
    said = {
        sample.SAY: {"runs": [{"text": "得 "}, {"text": "64.99", "record": "total"}, {"text": " 分。\n另见附件。"}]}
    }
    first, second = read_blocks({"cells": [sample.code(said)]}, Audience.REPORT)
    assert isinstance(first, Paragraph)
    assert isinstance(second, Paragraph)
    assert first.runs == (Run(text="得 "), Run(text="64.99", record="total"), Run(text=" 分。"))
    assert second.text == "另见附件。"


def test_paragraphs_of_sentences_and_markdown_fallback() -> None:
    cell = sample.code(sample.say(["甲"], ["乙"]), {"text/markdown": "丙"})
    assert [block.text for block in read_blocks({"cells": [cell]}, Audience.REPORT)] == ["甲", "乙", "丙"]


def test_table_header_from_columns_where_the_payload_has_none() -> None:
    rows = [[sample.cell("数", colspan=2), None], ["1", "2"]]
    published = sample.table("t", "题", (("甲", 1.0, "left"), ("乙", 2.0, "right")), rows, header_rows=2)
    del published[sample.TABLE]["header"]
    (table,) = read_blocks({"cells": [sample.code(published)]}, Audience.REPORT)
    assert isinstance(table, TableBlock)
    assert [cell.text for cell in table.header[0] if cell] == ["甲", "乙"]
    assert [cell and cell.text for cell in table.header[1]] == ["数", None]
    assert [cell.align for cell in table.rows[0] if cell] == ["left", "right"]


def test_figure_bytes_come_from_the_png_beside_it() -> None:
    (figure,) = read_blocks({"cells": [sample.code(sample.figure("f", "题"))]}, Audience.REPORT)
    assert isinstance(figure, FigureBlock)
    assert figure.png == sample.png()


def test_landscape_lasts_until_a_heading_without_the_tag() -> None:
    cells = [
        sample.markdown("## 甲"),
        sample.markdown("## 附件：表", "annex", "landscape"),
        sample.code(sample.table("t", "题", (("甲", 1.0, "left"),), [["1"]], landscape=True)),
        sample.markdown("文字"),
        sample.markdown("## 乙"),
    ]
    blocks = read_blocks({"cells": cells}, Audience.REPORT)
    kinds = [block.on if isinstance(block, Landscape) else type(block).__name__ for block in blocks]
    assert kinds == ["Heading", True, "Heading", "TableBlock", "Paragraph", False, "Heading"]


def test_a_landscape_table_turns_only_itself() -> None:
    cell = sample.code(
        sample.say(["前"]), sample.table("t", "题", (("甲", 1.0, "left"),), [["1"]], landscape=True), sample.say(["后"])
    )
    blocks = read_blocks({"cells": [cell]}, Audience.REPORT)
    kinds = [block.on if isinstance(block, Landscape) else type(block).__name__ for block in blocks]
    assert kinds == ["Paragraph", True, "TableBlock", False, "Paragraph"]


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ({sample.TABLE: {"name": "t"}}, "columns"),
        (sample.table("t", "题", (("甲", 1.0, "left"),), [["1", "2"]]), "2 格"),
        (sample.table("t", "题", (("甲", 1.0, "x onclick"),), [["1"]]), "对齐"),
        ({sample.FIGURE: {"name": "f", "caption": "", "alt": "", "width_cm": 3}, "image/png": "A"}, "base64"),
        ({sample.SAY: {"runs": [{"record": "total"}]}}, "text"),
        ({sample.SAY: {"runs": [{"text": 5}]}}, "5"),
        (sample.table("t", "题", (("甲", 0.0, "left"),), [["1"]]), "列宽"),
        (sample.table("t", "题", (), []), "列宽"),
    ],
)
def test_every_malformed_output_is_named_with_its_cell(output: dict[str, object], found: str) -> None:
    with pytest.raises(DataError) as caught:
        read_blocks({"cells": [sample.markdown("文"), sample.code(output), sample.code(output)]}, Audience.REPORT)
    assert [problem.where[:10] for problem in caught.value.problems] == ["笔记本第 2 个单元", "笔记本第 3 个单元"]
    assert found in caught.value.problems[0].found
