from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from perfkit.show.draft.docx_tables import scaled
from tests.show.draft import sample
from tests.show.draft.word import NS, Word, blocks_of, written

SCORECARD = "//w:tbl[.//w:t='三级指标']"


def test_captions_are_seq_fields_and_never_alone(word: Word) -> None:
    captions = word.texts("//w:p[w:pPr/w:pStyle/@w:val='Caption']")
    assert captions[:3] == ["表1　项目资金安排与执行情况（单位：万元）", "图1　资金执行情况", "表2　一级指标得分率"]
    codes = [code.split() for code in word.find("//w:p[w:pPr/w:pStyle/@w:val='Caption']//w:instrText/text()")]
    assert {tuple(code) for code in codes} == {("SEQ", "表", "\\*", "ARABIC"), ("SEQ", "图", "\\*", "ARABIC")}
    for table in word.find("//w:tbl"):
        (caption,) = table.xpath("preceding-sibling::w:p[1]", namespaces=NS)
        assert caption.xpath("w:pPr/w:keepNext", namespaces=NS)
        assert table.xpath("w:tr[1]/w:tc[1]/w:p/w:pPr/w:keepNext", namespaces=NS)
    for picture in word.find("//w:p[.//w:drawing]"):
        assert picture.xpath("w:pPr/w:keepNext", namespaces=NS)
        (caption,) = picture.xpath("following-sibling::w:p[1]", namespaces=NS)
        assert "".join(caption.xpath(".//w:t/text()", namespaces=NS)).startswith("图")


def test_spans_are_native_and_every_row_covers_the_grid(word: Word) -> None:
    (table,) = word.find(SCORECARD)
    width = len(table.xpath("w:tblGrid/w:gridCol", namespaces=NS))
    for row in table.xpath("w:tr", namespaces=NS):
        spans = [int(cell.xpath("string(w:tcPr/w:gridSpan/@w:val)", namespaces=NS) or 1)
                 for cell in row.xpath("w:tc", namespaces=NS)]  # fmt: skip
        assert sum(spans) == width
    restarts = table.xpath("w:tr/w:tc[1]/w:tcPr/w:vMerge[@w:val='restart']", namespaces=NS)
    going_on = table.xpath("w:tr/w:tc[1]/w:tcPr/w:vMerge[not(@w:val)]", namespaces=NS)
    assert (len(restarts), len(going_on)) == (4, 24)
    assert table.xpath("w:tr[last()]/w:tc[1]/w:tcPr/w:gridSpan/@w:val", namespaces=NS) == ["3"]


def test_a_cell_may_span_rows_and_columns_at_once(tmp_path: Path) -> None:
    rows = [[sample.cell("大", rowspan=2, colspan=2), None, "1"], [None, None, "2"], ["甲", "乙", "3"]]
    table = sample.table("t", "题", tuple((name, 2.0, "left") for name in "甲乙丙"), rows)
    word = written(blocks_of(sample.code(table)), tmp_path / "d.docx")
    shapes = [
        [(cell.xpath("string(w:tcPr/w:gridSpan/@w:val)", namespaces=NS), len(cell.xpath("w:tcPr/w:vMerge", namespaces=NS)))
         for cell in row.xpath("w:tc", namespaces=NS)]
        for row in word.find("//w:tbl/w:tr")[1:]
    ]  # fmt: skip
    assert shapes == [[("2", 1), ("", 0)], [("2", 1), ("", 0)], [("", 0), ("", 0), ("", 0)]]


def test_header_rows_repeat_and_rows_stay_whole_unless_they_are_tall(word: Word) -> None:
    (table,) = word.find(SCORECARD)
    rows = table.xpath("w:tr", namespaces=NS)
    assert [bool(row.xpath("w:trPr/w:tblHeader", namespaces=NS)) for row in rows] == [True] + [False] * 29
    splitting = [row for row in rows if not row.xpath("w:trPr/w:cantSplit", namespaces=NS)]
    assert len(splitting) == 4
    assert all("另据访谈记录" in "".join(row.xpath(".//w:t/text()", namespaces=NS)) for row in splitting)


def test_two_header_rows_repeat(tmp_path: Path) -> None:
    rows = [[sample.cell("万元", colspan=2), None], ["1", "2"]]
    columns = (("甲", 1.0, "left"), ("乙", 2.0, "right"))
    published = sample.table("t", "题", columns, rows, header_rows=2)
    del published[sample.TABLE]["header"]
    word = written(blocks_of(sample.code(published)), tmp_path / "d.docx")
    assert len(word.find("//w:tr[w:trPr/w:tblHeader]")) == 2


def test_only_a_table_that_fits_a_page_is_kept_on_one(word: Word) -> None:
    def kept(caption: str) -> list[bool]:
        path = f"//w:tbl[preceding-sibling::w:p[1][contains(., '{caption}')]]/w:tr"
        return [bool(row.xpath("w:tc/w:p/w:pPr/w:keepNext", namespaces=NS)) for row in word.find(path)]

    assert kept("一级指标得分率") == [True, True, True, True, False]
    assert kept("证据索引") == [True] + [False] * 40
    assert kept("问题清单") == [True] + [False] * 7


def test_columns_are_as_given_scaled_to_the_text(word: Word) -> None:
    (table,) = word.find("//w:tbl[.//w:t='用途']")
    widths = [int(width) for width in table.xpath("w:tblGrid/w:gridCol/@w:w", namespaces=NS)]
    assert sum(widths) == 11906 - 1474 - 1588
    assert widths[0] == round(sum(widths) * 5.0 / 15.4)
    assert table.xpath("w:tr[1]/w:tc/w:tcPr/w:tcW/@w:w", namespaces=NS) == [str(width) for width in widths]
    assert table.xpath("w:tblPr/w:tblLayout/@w:type", namespaces=NS) == ["fixed"]
    (wide,) = word.find(SCORECARD)
    assert sum(int(width) for width in wide.xpath("w:tblGrid/w:gridCol/@w:w", namespaces=NS)) == 16838 - 2098 - 1984


def test_small_tables_are_set_smaller(word: Word) -> None:
    assert set(word.find(f"{SCORECARD}//w:pStyle/@w:val")) == {"TableSmall"}
    assert set(word.find("//w:tbl[.//w:t='用途']//w:pStyle/@w:val")) == {"TableText"}
    size = "//w:style[@w:styleId='{}']/w:rPr/w:sz/@w:val"
    assert word.find(size.format("TableSmall"), "word/styles.xml") == ["18"]
    assert word.find(size.format("TableText"), "word/styles.xml") == ["21"]


def test_notes_stand_under_their_table_inside_its_bookmark(word: Word) -> None:
    (note,) = word.find("//w:p[w:pPr/w:pStyle/@w:val='TableNote'][contains(., '执行率＝')]")
    assert note.xpath("name(preceding-sibling::*[1])", namespaces=NS) == "w:tbl"
    assert note.xpath("name(following-sibling::*[1])", namespaces=NS) == "w:bookmarkEnd"
    assert {"table_funds", "table_scorecard", "figure_execution"} <= set(word.find("//w:bookmarkStart/@w:name"))


@given(st.lists(st.floats(0.1, 30), min_size=1, max_size=30), st.integers(1000, 20000))
def test_scaled_widths_fill_the_text_exactly(widths: list[float], total: int) -> None:
    assert sum(scaled(widths, total)) == total


def test_lists_of_codes_may_break_only_after_their_commas(tmp_path: Path) -> None:
    rows = [["A202、A301、B101", "（1）项目、A1，12,000 只"]]
    published = sample.table("t", "题", (("甲", 2.0, "left"), ("乙", 2.0, "left")), rows)
    word = written(blocks_of(sample.code(published)), tmp_path / "d.docx")
    texts = word.find("//w:tbl/w:tr[2]//w:t/text()")
    assert texts == ["A202、\u200bA301、\u200bB101", "（1）项目、A1，\u200b12,000 只"]


def test_only_the_placeholder_in_a_cell_is_highlighted(tmp_path: Path) -> None:
    published = sample.table("t", "题", (("甲", 2.0, "left"),), [["依据【待补充：证据编号】，扣 1 分"]])
    word = written(blocks_of(sample.code(published)), tmp_path / "d.docx")
    runs = word.find("//w:tbl/w:tr[2]//w:r")
    marked = [bool(run.xpath("w:rPr/w:highlight", namespaces=NS)) for run in runs]
    assert marked == [False, True, False]
