from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest

from perfkit.errors import DataError
from perfkit.show.draft.docx import draft_numbers, draft_text, write_docx
from perfkit.show.draft.docx_extensions import audit_docx
from perfkit.show.draft.markdown import markdown_blocks
from perfkit.show.draft.outline import contents
from perfkit.show.draft.shapes import Block, Heading
from tests.show.draft import sample
from tests.show.draft.word import NS, Word, blocks_of, written


def test_the_same_input_gives_the_same_bytes(report: Path, report_blocks: tuple[Block, ...], tmp_path: Path) -> None:
    write_docx(report_blocks, sample.meta(), tmp_path / "again.docx")
    assert (tmp_path / "again.docx").read_bytes() == report.read_bytes()


def test_no_clock_takes_part(report: Path) -> None:
    with zipfile.ZipFile(report) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = docx.Document(str(report)).core_properties
    assert str(properties.created) == str(properties.modified) == "2025-06-30 00:00:00+00:00"
    assert properties.title == "云河市农村饮水提升项目绩效评价报告"
    assert properties.author == "云河市某某绩效评价咨询有限责任公司（虚构）"


def test_cover_says_who_and_when(report: Path) -> None:
    lines = draft_text(report).splitlines()
    assert lines[:5] == ["内部", "演示数据", "云河市农村饮水提升项目绩效评价报告", "（2024 年度）", "（初稿）"]
    assert "项目单位：\t云河市水务局" in lines
    assert "2025年6月30日" in lines
    assert not any("{" in line for line in lines)


def test_headings_are_bound_to_real_lists(word: Word) -> None:
    formats = word.find("//w:abstractNum[w:name/@w:val='perfkit-headings']/w:lvl/w:numFmt/@w:val", "word/numbering.xml")
    texts = word.find("//w:abstractNum[w:name/@w:val='perfkit-headings']/w:lvl/w:lvlText/@w:val", "word/numbering.xml")
    assert formats == ["chineseCountingThousand", "chineseCountingThousand", "decimal", "decimal"]
    assert texts == ["%1、", "（%2）", "%3.", "（%4）"]
    for level in range(1, 5):
        bound = word.find(f"//w:style[@w:styleId='Heading{level}']/w:pPr/w:numPr/w:ilvl/@w:val", "word/styles.xml")
        assert bound == [str(level - 1)]
    assert word.texts("//w:p[w:pPr/w:pStyle/@w:val='Heading1']")[0] == "基本情况"
    assert word.texts("//w:p[w:pPr/w:pStyle/@w:val='UnnumberedHeading']") == ["摘要"]
    assert word.texts("//w:p[w:pPr/w:pStyle/@w:val='AnnexHeading']")[0] == "指标评分表"


def test_sections_below_an_annex_count_from_one(word: Word) -> None:
    numbers = word.find("//w:p[w:pPr/w:pStyle/@w:val='Heading2'][w:pPr/w:numPr]//w:numId/@w:val")
    assert len(numbers) == 2
    assert len(set(numbers)) == 1
    path = f"//w:num[@w:numId='{numbers[0]}']/w:lvlOverride[@w:ilvl='1']/w:startOverride/@w:val"
    assert word.find(path, "word/numbering.xml") == ["1"]


def test_every_numbered_list_begins_anew(word: Word) -> None:
    items = word.find("//w:p[w:pPr/w:pStyle/@w:val='ReportList']")
    numbers = [item.xpath("string(w:pPr/w:numPr/w:numId/@w:val)", namespaces=NS) for item in items]
    words = ["".join(item.xpath(".//w:t/text()", namespaces=NS))[:3] for item in items]
    by_word = dict(zip(words, numbers, strict=True))
    assert by_word["成本效"] == by_word["比较法"] != by_word["前期准"]
    path = f"//w:num[@w:numId='{by_word['前期准']}']/w:lvlOverride[@w:ilvl='0']/w:startOverride/@w:val"
    assert word.find(path, "word/numbering.xml") == ["1"]


def test_contents_are_a_field_with_cached_entries_and_nobody_is_asked_to_update(word: Word) -> None:
    (field,) = word.find("//w:instrText[contains(., 'TOC')]/text()")
    assert field.split() == ["TOC", "\\o", '"1-2"', "\\h", "\\z", "\\u"]
    entries = word.texts("//w:p[starts-with(w:pPr/w:pStyle/@w:val, 'TOC')]")
    assert entries[:4] == ["摘要", "一、基本情况", "（一）项目概况", "（二）资金情况"]
    assert entries[-1] == "附件4 证据索引"
    anchors = word.find("//w:hyperlink/@w:anchor")
    assert set(anchors) <= set(word.find("//w:bookmarkStart/@w:name"))
    assert len(anchors) == len(set(anchors)) == len(entries)
    assert not word.find("//w:updateFields", "word/settings.xml")
    assert not word.find("//w:fldChar/@w:dirty")


def test_pages_of_the_contents_come_with_dotted_leaders(report_blocks: tuple[Block, ...], tmp_path: Path) -> None:
    pages = range(1, len(contents(report_blocks)) + 1)
    word = written(report_blocks, tmp_path / "d.docx", toc_pages=pages)
    assert word.texts("//w:p[starts-with(w:pPr/w:pStyle/@w:val, 'TOC')]")[1] == "一、基本情况2"
    assert len(word.find("//w:instrText[contains(., 'PAGEREF')]")) == len(pages)
    assert word.find("//w:style[@w:styleId='TOC1']//w:tab/@w:leader", "word/styles.xml") == ["dot"]
    with pytest.raises(DataError, match="DRAFT-PAGES"):
        write_docx(report_blocks, sample.meta(), tmp_path / "d.docx", toc_pages=[1])


def test_fields_are_whole(word: Word) -> None:
    kinds = word.find("//w:fldChar/@w:fldCharType")
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end") > 10


def test_ids_and_names_are_unique_and_valid(word: Word) -> None:
    for path in ("//w:bookmarkStart/@w:id", "//w:bookmarkStart/@w:name", "//w:sdtPr/w:id/@w:val", "//wp:docPr/@id"):
        found = word.find(path)
        assert found
        assert len(found) == len(set(found)), path
    names = word.find("//w:bookmarkStart/@w:name")
    assert all(len(name) <= 40 and name.isascii() and name.replace("_", "a").isalnum() for name in names)
    assert sorted(word.find("//w:bookmarkStart/@w:id")) == sorted(word.find("//w:bookmarkEnd/@w:id"))
    assert all(len(tag) <= 64 for tag in word.find("//w:sdtPr/w:tag/@w:val"))


def test_every_printed_number_carries_its_record(report: Path) -> None:
    numbers = draft_numbers(report)
    assert numbers["total"] == ("64.99", "64.99", "64.99")
    assert numbers["grade"] == ("中",)
    assert numbers["item.A101.score"] == ("1.50",)
    assert len(numbers) == 3 + 4 + 28


def test_placeholders_are_highlighted(word: Word) -> None:
    marked = word.texts("//w:r[w:rPr/w:highlight/@w:val='yellow']")
    assert marked[:2] == ["【待补充：主评人】", "【待补充：立项背景】"]
    assert len(marked) == 1 + 3 + 7


def test_placeholders_in_headings_and_captions_are_highlighted_too(tmp_path: Path) -> None:
    table = sample.table("t", "【待补充：题】", (("甲", 1.0, "left"),), [["1"]], notes=["【待补充：注】"])
    word = written(blocks_of(sample.markdown("## 情况【待补充：甲】"), sample.code(table)), tmp_path / "d.docx")
    marked = word.texts("//w:r[w:rPr/w:highlight/@w:val='yellow']")
    assert marked[1:] == ["【待补充：甲】", "【待补充：题】", "【待补充：注】"]


def test_references_are_fields_on_the_caption_number(word: Word) -> None:
    codes = [code.strip() for code in word.find("//w:instrText[contains(., 'REF label')]/text()")]
    assert codes == ["REF label_funds \\h", "REF label_execution \\h"]
    assert "资金安排与执行见表1和图1。" in word.texts("//w:p[contains(., '资金安排与执行见')]")[0]


def test_chinese_quotes_and_circled_numbers_stand_in_the_chinese_font(word: Word) -> None:
    (paragraph,) = word.find("//w:p[contains(., '等级为“')]")
    hinted = paragraph.xpath(".//w:r[w:rPr/w:rFonts/@w:hint='eastAsia']", namespaces=NS)
    assert ["".join(run.xpath("w:t/text()", namespaces=NS)) for run in hinted] == [" 分，等级为“", "”。"]


def test_markup_and_control_characters_are_text(tmp_path: Path) -> None:
    evil = '<w:t>&"\x00\x0b\ud800</w:t>'
    blocks = blocks_of(
        sample.markdown(f"## {evil}\n\n{evil}"),
        sample.code(sample.say([(evil, evil)]), sample.table(evil, evil, ((evil, 1.0, "left"),), [[evil]]),
                    sample.figure(f"f{evil}", evil)),
    )  # fmt: skip
    path = tmp_path / "d.docx"
    word = written(blocks, path, meta=sample.meta(title=evil, watermark=evil, cover_lines=((evil, evil),)))
    assert draft_numbers(path) == {'<w:t>&"</w:t>': ('<w:t>&"</w:t>',)}
    assert word.find("//v:textpath/@string", "word/header1.xml") == ['<w:t>&"</w:t>·演示数据']


def test_a_document_of_a_hundred_tables_opens_again(tmp_path: Path) -> None:
    cells = [sample.code(sample.scorecard(f"scores-{number}")) for number in range(100)]
    path = tmp_path / "d.docx"
    write_docx(blocks_of(*cells), sample.meta(), path)
    document = docx.Document(str(path))
    assert len(document.tables) == 100
    assert document.tables[99].rows[29].cells[4].text == ""
    assert len(draft_numbers(path)["total"]) == 100


def test_an_empty_report_is_still_a_document(tmp_path: Path) -> None:
    word = written((), tmp_path / "d.docx")
    assert "{" not in "".join(word.texts("//w:body"))
    docx.Document(str(tmp_path / "d.docx"))


def test_names_used_twice_and_references_to_nothing_are_all_listed(tmp_path: Path) -> None:
    table = sample.table("t", "题", (("甲", 1.0, "left"),), [["1"]])
    blocks = blocks_of(sample.code(table, table), sample.markdown("见[表](#没有)和[图](#也没有)"))
    with pytest.raises(DataError) as caught:
        write_docx(blocks, sample.meta(), tmp_path / "d.docx")
    assert [problem.code for problem in caught.value.problems] == ["DRAFT-NAME", "DRAFT-REFERENCE", "DRAFT-REFERENCE"]


def test_bytes_that_are_no_picture_are_refused(tmp_path: Path) -> None:
    blocks = blocks_of(sample.code(sample.figure("f", "题", image=b"no picture")))
    with pytest.raises(DataError, match="DRAFT-FIGURE"):
        write_docx(blocks, sample.meta(), tmp_path / "d.docx")


def test_the_audit_finds_no_defect_of_form_and_can_find_one(report: Path, tmp_path: Path) -> None:
    assert audit_docx(report) == ()
    skipped = [*markdown_blocks("## 甲\n\n文字"), Heading(level=4, text="丁")]
    write_docx(skipped, sample.meta(), tmp_path / "d.docx")
    assert {note.rule for note in audit_docx(tmp_path / "d.docx")} == {"heading-level-skip"}
