"""A firm's own template, made by hand in python-docx as a person would in Word."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml

from perfkit.errors import DataError
from perfkit.show.draft.docx import draft_numbers, draft_text, write_docx
from perfkit.show.draft.docx_text import NAMESPACES
from perfkit.show.draft.shapes import Block, Heading
from tests.show.draft import sample
from tests.show.draft.word import NS, Word


def firm(path: Path, *, lines: tuple[str, ...] = ("某某事务所", "{标题}", "{目录}", "{正文}")) -> Document:
    """Write a firm's template of plain paragraphs."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return document


def test_a_firms_template_keeps_its_own_and_gets_what_it_lacks(
    report_blocks: tuple[Block, ...], tmp_path: Path
) -> None:
    template = tmp_path / "firm.docx"
    firm(template)
    write_docx(report_blocks, sample.meta(), tmp_path / "d.docx", template)
    word = Word(tmp_path / "d.docx")
    assert draft_text(tmp_path / "d.docx").splitlines()[:3] == [
        "某某事务所",
        "云河市农村饮水提升项目绩效评价报告",
        "摘要",
    ]
    assert draft_numbers(tmp_path / "d.docx")["total"] == ("64.99", "64.99", "64.99")
    styles = set(word.find("//w:style/@w:styleId", "word/styles.xml"))
    assert set(word.find("//w:pStyle/@w:val")) <= styles
    assert len(styles) == len(word.find("//w:style/@w:styleId", "word/styles.xml"))
    chapters = word.find("//w:p[w:pPr/w:pStyle/@w:val='Heading1']//w:numId/@w:val")
    assert len(set(chapters)) == 1
    numbers = word.find("//w:num/@w:numId", "word/numbering.xml")
    assert set(word.find("//w:numId/@w:val")) <= {*numbers, "0"}
    assert any("textpath" in word.parts[name].decode() for name in word.names if "header" in name)
    assert [section.xpath("string(w:pgSz/@w:orient)", namespaces=NS) for section in word.find("//w:sectPr")] == [
        "", "landscape", "",
    ]  # fmt: skip


def test_a_placeholder_torn_into_runs_and_one_in_a_table_are_filled(tmp_path: Path) -> None:
    document = docx.Document()
    torn = document.add_paragraph("报告：")
    for piece in ("{标", "题", "}（终）"):
        torn.add_run(piece).bold = True
    document.add_table(1, 1).cell(0, 0).text = "{封面信息}"
    document.add_paragraph("{副标题}")
    document.add_paragraph("{正文}")
    document.add_paragraph("封底")
    document.sections[0].header.paragraphs[0].text = "某所 {页眉}"
    document.save(str(tmp_path / "t.docx"))
    write_docx((), sample.meta(subtitle=""), tmp_path / "d.docx", tmp_path / "t.docx")
    made = docx.Document(str(tmp_path / "d.docx"))
    assert made.paragraphs[0].text == "报告：云河市农村饮水提升项目绩效评价报告（终）"
    assert len(made.tables[0].cell(0, 0).paragraphs) == 5
    assert made.paragraphs[-1].text == "封底"
    assert "{" not in draft_text(tmp_path / "d.docx")
    assert made.sections[0].header.paragraphs[0].text == "某所 云河市农村饮水提升项目绩效评价报告（演示数据）"


def test_a_named_content_control_is_filled_whatever_it_says(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("{正文}")
    control = (
        f'<w:sdt {NAMESPACES}><w:sdtPr><w:tag w:val="perfkit:title"/></w:sdtPr><w:sdtContent><w:p><w:r><w:rPr><w:i/>'
        "</w:rPr><w:t>单击此处输入标题</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    document.element.body.insert(0, parse_xml(control))
    document.save(str(tmp_path / "t.docx"))
    write_docx((), sample.meta(), tmp_path / "d.docx", tmp_path / "t.docx")
    word = Word(tmp_path / "d.docx")
    assert word.texts("//w:sdt[w:sdtPr/w:tag/@w:val='perfkit:title']") == ["云河市农村饮水提升项目绩效评价报告"]
    assert word.find("//w:sdt//w:rPr/w:i")
    assert draft_numbers(tmp_path / "d.docx") == {}


def test_styles_are_found_whatever_their_capitals_and_ids(tmp_path: Path) -> None:
    document = docx.Document()
    style = document.styles["Heading 1"].element
    style.set(f"{{{NS['w']}}}styleId", "1")
    style.find("w:name", NS).set(f"{{{NS['w']}}}val", "Heading 1")
    document.add_paragraph("{标题}")
    document.add_paragraph("{正文}")
    document.save(str(tmp_path / "t.docx"))
    write_docx([Heading(level=1, text="甲")], sample.meta(), tmp_path / "d.docx", tmp_path / "t.docx")
    assert Word(tmp_path / "d.docx").texts("//w:p[w:pPr/w:pStyle/@w:val='1']") == ["甲"]


def test_missing_places_are_all_named(tmp_path: Path) -> None:
    firm(tmp_path / "firm.docx", lines=("某某事务所",))
    with pytest.raises(DataError) as caught:
        write_docx((), sample.meta(), tmp_path / "d.docx", tmp_path / "firm.docx")
    assert [problem.code for problem in caught.value.problems] == ["TEMPLATE-FIELD", "TEMPLATE-FIELD"]
    assert "firm.docx" in str(caught.value)
    assert "{标题}" in str(caught.value)
    assert "{正文}" in str(caught.value)
    assert not (tmp_path / "d.docx").exists()


@pytest.mark.parametrize("content", [None, b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_template_that_is_no_word_file_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "firm.docx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match="TEMPLATE-FILE"):
        write_docx((), sample.meta(), tmp_path / "d.docx", path)
