from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from perfkit.errors import DataError
from perfkit.show.draft.blocks import read_blocks
from perfkit.show.draft.html import html_numbers, html_text, write_html
from perfkit.show.draft.markdown import markdown_blocks
from perfkit.show.draft.shapes import Block
from perfkit.terms import Audience
from tests.show.draft import sample

EVIL = '<script>alert(1)</script><img src=x onerror="alert(1)">'


@pytest.fixture
def blocks() -> tuple[Block, ...]:
    return read_blocks(sample.notebook(), Audience.REPORT)


def test_one_self_contained_file_for_reading_and_printing(blocks: tuple[Block, ...], tmp_path: Path) -> None:
    path = tmp_path / "draft.html"
    write_html(blocks, sample.meta(), path)
    text = path.read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in text
    assert '<meta name="robots" content="noindex, nofollow">' in text
    assert not re.search(r'(?:src|href)="(?!data:|#)', text)
    assert "<script" not in text
    assert "url(" not in text
    assert text.count("演示数据") >= 2


def test_the_same_input_gives_the_same_bytes(blocks: tuple[Block, ...], tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_html(blocks, sample.meta(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_everything_from_data_is_escaped(tmp_path: Path) -> None:
    cells = [
        sample.markdown(f"## {EVIL}\n\n{EVIL}\n\n- {EVIL}"),
        sample.code(
            sample.say([(EVIL, f'r"{EVIL}')]),
            sample.table(f't"{EVIL}', EVIL, ((EVIL, 2.0, "left"),), [[sample.cell(EVIL, record=f'r"{EVIL}')]], notes=[EVIL]),
            sample.figure(f'f"{EVIL}', EVIL),
        ),
    ]  # fmt: skip
    path = tmp_path / "draft.html"
    meta = sample.meta(title=EVIL, subtitle=EVIL, watermark=EVIL, cover_lines=((EVIL, EVIL),), author=EVIL)
    write_html(read_blocks({"cells": cells}, Audience.REPORT), meta, path)
    tree = etree.HTML(path.read_text(encoding="utf-8"))
    assert not tree.xpath("//script | //@onerror | //img[@src='x']")
    assert html_numbers(path) == {f'r"{EVIL}': (EVIL, EVIL)}


def test_records_are_spans_with_unique_ids(blocks: tuple[Block, ...], tmp_path: Path) -> None:
    path = tmp_path / "draft.html"
    write_html(blocks, sample.meta(), path)
    numbers = html_numbers(path)
    assert numbers["total"] == ("64.99", "64.99", "64.99")
    assert numbers["item.A101.score"] == ("1.50",)
    ids = etree.HTML(path.read_text(encoding="utf-8")).xpath("//@id")
    assert len(ids) == len(set(ids))
    assert "经评价，项目综合得分 64.99 分，等级为“中”。" in html_text(path)


def test_tables_have_caption_head_scope_and_spans(blocks: tuple[Block, ...], tmp_path: Path) -> None:
    path = tmp_path / "draft.html"
    write_html(blocks, sample.meta(), path)
    (table,) = etree.HTML(path.read_text(encoding="utf-8")).xpath("//table[@data-table='scorecard']")
    assert table.findtext("caption") == "指标评分表"
    assert set(table.xpath("thead//th/@scope")) == {"col"}
    assert table.xpath("tbody//td/@rowspan")[:2] == ["6", "2"]
    assert table.xpath("tbody/tr[last()]/td/@colspan") == ["3"]
    assert len(table.xpath("tbody/tr")) == 29


def test_lists_nest_and_close(tmp_path: Path) -> None:
    path = tmp_path / "draft.html"
    write_html(markdown_blocks("1. 甲\n   - 乙\n   - 丙\n2. 丁\n\n文字"), sample.meta(), path)
    main = path.read_text(encoding="utf-8").split("<main>\n")[1].split("\n</main>")[0]
    assert main == "<ol><li>甲<ul><li>乙</li><li>丙</li></ul></li><li>丁</li></ol>\n<p>文字</p>"


def test_references_lead_to_their_table(blocks: tuple[Block, ...], tmp_path: Path) -> None:
    path = tmp_path / "draft.html"
    write_html(blocks, sample.meta(), path)
    assert '<a href="#table-funds">表1</a>' in path.read_text(encoding="utf-8")


def test_landscape_stretches_are_wide_sections(blocks: tuple[Block, ...], tmp_path: Path) -> None:
    path = tmp_path / "draft.html"
    write_html(blocks, sample.meta(), path)
    text = path.read_text(encoding="utf-8")
    assert text.count('<section class="wide">') == text.count("</section>") == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"没有\.html"):
        html_numbers(tmp_path / "没有.html")
