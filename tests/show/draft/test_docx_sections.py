from __future__ import annotations

from pathlib import Path

from tests.show.draft import sample
from tests.show.draft.word import NS, Word, blocks_of, written


def test_upright_and_landscape_pages(word: Word) -> None:
    sections = word.find("//w:sectPr")
    turned = [section.xpath("string(w:pgSz/@w:orient)", namespaces=NS) for section in sections]
    assert turned == ["", "", "landscape", ""]
    sizes = [(section.xpath("string(w:pgSz/@w:w)", namespaces=NS)) for section in sections]
    assert sizes == ["11906", "11906", "16838", "11906"]


def test_page_numbers_begin_with_the_body_and_go_on(word: Word) -> None:
    starts = [section.xpath("string(w:pgNumType/@w:start)", namespaces=NS) for section in word.find("//w:sectPr")]
    assert starts == ["", "1", "", ""]
    for footer, side in (("word/footer1.xml", "right"), ("word/footer2.xml", "left")):
        assert word.find("//w:jc/@w:val", footer) == [side]
        assert word.texts("//w:p", footer) == ["— 1 —"]
        assert word.find("//w:instrText/text()", footer) == [" PAGE "]
    assert word.find("//w:evenAndOddHeaders", "word/settings.xml")
    kinds = word.find("//w:sectPr[2]/w:footerReference/@w:type") or word.find("//w:footerReference/@w:type")
    assert {"default", "even"} <= set(kinds)


def test_margins_are_those_of_the_official_layout(word: Word) -> None:
    margins = word.find("//w:sectPr")[1].find("w:pgMar", NS)
    millimetres = {side: round(int(margins.get(f"{{{NS['w']}}}{side}")) / 1440 * 25.4)
                   for side in ("top", "bottom", "left", "right")}  # fmt: skip
    assert millimetres == {"top": 37, "bottom": 35, "left": 28, "right": 26}


def test_every_header_has_the_watermark_and_body_headers_the_title(word: Word) -> None:
    headers = [name for name in word.names if name.startswith("word/header")]
    assert len(headers) == 4
    for header in headers:
        assert word.find("//v:textpath/@string", header) == ["初稿·演示数据"]
        assert word.find("//v:shape/@id", header)[0].startswith("PowerPlusWaterMarkObject")
    assert word.texts("//w:p", "word/header3.xml") == ["云河市农村饮水提升项目绩效评价报告（演示数据）"]


def test_a_final_report_has_no_watermark(tmp_path: Path) -> None:
    meta = sample.meta(watermark="", demo=False)
    word = written(blocks_of(sample.markdown("## 甲\n\n文字")), tmp_path / "d.docx", meta=meta)
    assert not any(b"textpath" in word.parts[name] for name in word.names if "header" in name)
    assert "演示数据" not in "".join(word.texts("//w:body"))


def test_a_report_that_ends_in_landscape_has_no_page_after_it(tmp_path: Path) -> None:
    cells = (
        sample.markdown("## 甲\n\n文字"),
        sample.markdown("## 表", "annex", "landscape"),
        sample.code(sample.scorecard()),
    )
    word = written(blocks_of(*cells), tmp_path / "d.docx")
    assert len(word.find("//w:sectPr")) == 3
    assert word.find("/w:document/w:body/w:sectPr/w:pgSz/@w:orient") == ["landscape"]
    assert word.find("/w:document/w:body/w:sectPr/w:pgNumType/@w:start") == []


def test_a_section_ends_in_its_last_paragraph_not_in_an_empty_one(word: Word) -> None:
    (last, *_) = word.find("//w:p[w:pPr/w:sectPr]")[1:2]
    assert "".join(last.xpath(".//w:t/text()", namespaces=NS)) == "【待补充：其他需要说明的问题】"
