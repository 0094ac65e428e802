"""The template and the writer: round trip, same bytes, texts that look like formulas, protection."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook

from perfkit.errors import DataError
from perfkit.read.engagement import check_engagement, read_engagement
from perfkit.read.schema import OVERVIEW, SHEETS, TABLES
from perfkit.read.template import GUIDE_SHEET, write_template, write_workbook
from perfkit.terms import Organiser
from tests.read.samples import OVERVIEW as FILLED
from tests.read.samples import codes, tables


def test_the_template_only_misses_what_has_to_be_filled(tmp_path: Path) -> None:
    path = tmp_path / "评价工作簿.xlsx"
    write_template(path)
    assert codes(check_engagement(path)) == {"WB-REQUIRED", "WB-EMPTY"}
    assert all("概况" in problem.where or "指标体系" in problem.where for problem in check_engagement(path))


def test_the_template_has_every_sheet_in_order_with_headings_locked_and_cells_free(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_template(path)
    book = load_workbook(path)
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    assert visible == [GUIDE_SHEET, *(sheet.name for sheet in SHEETS)]
    for layout in TABLES.values():
        sheet = book[layout.name]
        assert [cell.value for cell in sheet[3]][: len(layout.columns)] == [column.heading for column in layout.columns]
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        assert all(cell.protection.locked for cell in sheet[3][: len(layout.columns)])
        assert not sheet.column_dimensions["A"].protection.locked
        assert str(sheet["A4"].value).startswith("示例")
        assert sheet["A4"].font.italic
    assert {rule.formula1 for rule in book["概况"].data_validations.dataValidation} >= {'"财政评价,部门评价,单位自评"'}


def test_codes_of_sheets_and_columns_do_not_repeat() -> None:
    for sheet in SHEETS:
        names = [name for column in sheet.columns for name in (column.header, *column.aliases)]
        assert len(set(names)) == len(names), sheet.code
        assert len({column.code for column in sheet.columns}) == len(sheet.columns)
    assert len({sheet.code for sheet in SHEETS}) == len(SHEETS) == 14


def test_every_kind_of_value_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    evidence = [{"id": "0101", "document": "x", "date": dt.date(2024, 6, 30)}]
    rows = tables()["indicators"]
    rows[1] |= {"evidence": ("0101",), "target": (80, 95), "operator": "between", "peer": 90.5}
    overview = {
        **FILLED,
        "organiser": Organiser.FINANCE,
        "is_demo": True,
        "bases": ("一", "二"),
        "background": "甲\n乙",
    }
    write_workbook(path, {**tables(), "indicators": rows, "evidence": evidence}, overview)
    engagement = read_engagement(path)
    row = engagement.tables["indicators"][1]
    assert engagement.tables["evidence"][0].value("id") == "0101"
    assert engagement.tables["evidence"][0].value("date") == dt.date(2024, 6, 30)
    assert (row.value("target"), row.value("peer")) == ((80.0, 95.0), 90.5)
    assert engagement.tables["funds"][0].value("printed_rate") == 0.901
    assert engagement.overview["organiser"].value is Organiser.FINANCE
    assert engagement.overview["is_demo"].value is True
    assert engagement.overview["bases"].value == ("一", "二")
    assert engagement.overview["background"].value == "甲\n乙"
    assert set(engagement.overview) == {column.code for column in OVERVIEW.columns}
    assert set(engagement.tables) == set(TABLES)


@pytest.mark.parametrize("text", ["=1+1", "+86 21", "-3", "@SUM(A1)", '=HYPERLINK("http://x","y")'])
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.xlsx"
    write_workbook(path, {**tables(), "evidence": [{"id": "E01", "document": text}]}, {**FILLED, "background": text})
    book = load_workbook(path)
    row = [column.code for column in OVERVIEW.columns].index("background") + 4
    for cell in (book["证据"]["B4"], book["概况"].cell(row, 2)):
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    engagement = read_engagement(path)
    assert engagement.tables["evidence"][0].value("document") == text
    assert engagement.overview["background"].value == text


def test_control_characters_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_workbook(path, tables(), {**FILLED, "background": "甲\x00\x1f乙"})
    assert read_engagement(path).overview["background"].value == "甲乙"


def test_the_same_rows_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_workbook(tmp_path / "a.xlsx", tables(), FILLED, example=True)
    later = dt.datetime(2031, 5, 6, 7, 8, 9, tzinfo=dt.UTC)

    class Later(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return later

    monkeypatch.setattr("openpyxl.writer.excel.datetime.datetime", Later)
    monkeypatch.setattr("time.localtime", lambda *_: later.timetuple())
    write_workbook(tmp_path / "b.xlsx", tables(), FILLED, example=True)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_wrong_codes_kinds_and_places_are_refused_together(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        write_workbook(tmp_path / "x.xls", {"fund": [], "funds": [{"bugdet": 1}]}, {"name": "x"})
    assert [problem.code for problem in caught.value.problems] == ["WB-SUFFIX", "WB-SHEET", "WB-COLUMN", "WB-COLUMN"]
    assert "budget" in caught.value.problems[2].mend
    with pytest.raises(DataError, match="WB-KIND"):
        write_template(tmp_path / "x.xlsx", "policy")
    (tmp_path / "x.xlsx").write_bytes(b"x")
    with pytest.raises(DataError, match="WB-EXISTS"):
        write_template(tmp_path / "x.xlsx")
    with pytest.raises(DataError, match="WB-WRITE"):
        write_template(tmp_path / "none" / "x.xlsx")
