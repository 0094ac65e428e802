"""Re-scoring workbooks: what is written comes back, blind ones show nothing, every wrong score has its cell."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from perfkit.errors import DataError
from perfkit.read.re_scoring import ReScoring, plain_item, read_re_scoring
from perfkit.read.re_scoring_template import write_re_scoring, write_re_scoring_template
from perfkit.read.schema_re_evaluation import LIST_SHEETS, RE_SCORING_SHEETS
from perfkit.terms import Blinding, RaterRole, Reason, Severity
from tests.read.re_evaluation_folders import codes, depths, item_table, project_table, re_scores, write_book

KNOWN = ("P001", "P002")
OWN = pd.DataFrame({"project": ["P001", "P001"], "item": ["", "1"], "score": [97.5, 50.0]})


def _book(path: Path) -> Path:
    return write_book(path / "甲.xlsx", "甲", list(KNOWN))


def _change(path: Path, sheet: str, cells: dict[str, object]) -> None:
    book = load_workbook(path)
    for address, value in cells.items():
        book[sheet][address].value = value
    book.save(path)


def _read(path: Path) -> ReScoring:
    return read_re_scoring(path, path.name, KNOWN)


def _place(sheet: str, code: str, row: int, *, blind: bool = True) -> str:
    """Return the address of a column in a blind workbook."""
    layout = next(item for item in RE_SCORING_SHEETS if item.code == sheet)
    left = [item.code for item in layout.columns if not (blind and item.code in ("self_total", "self_score"))]
    return f"{chr(65 + left.index(code))}{row}"


def test_scores_come_back_with_their_cells(tmp_path: Path) -> None:
    read = _read(_book(tmp_path))
    assert read.problems == ()
    assert read.rater == {
        "rater": "甲", "role": "independent", "blinding": "hidden", "before_discussion": True, "date": None,
        "file": "甲.xlsx",
    }  # fmt: skip
    assert [(row["project"], row["item"], row["score"]) for row in read.scores[:3]] == [
        ("P001", "execution", 9.5), ("P001", "1", 50.0), ("P001", "2", 33.0),
    ]  # fmt: skip
    assert read.scores[2]["reason"] == "evidence"
    assert read.scores[2]["evidence"] == "E01；E02"
    assert read.scores[2]["where"] == "甲.xlsx › 指标评分 › J6"
    assert [row["items_checked"] for row in read.totals] == [3, 3]
    assert all(math.isnan(float(str(row["total"]))) for row in read.totals)
    assert read.prepared == KNOWN


def test_totals_alone_and_a_rater_of_the_agreed_score(tmp_path: Path) -> None:
    path = tmp_path / "合议.xlsx"
    write_re_scoring(
        path, rater="合议", projects=project_table(2), items=item_table([]), blinding=Blinding.SHOWN,
        self_scores=OWN, totals=depths(KNOWN, total=81.25, on_site=True), role=RaterRole.CONSENSUS,
        before_discussion=False, date=dt.date(2025, 6, 1),
    )  # fmt: skip
    read = _read(path)
    assert read.problems == ()
    assert [row["total"] for row in read.totals] == [81.25, 81.25]
    assert read.totals[0]["on_site"] is True
    assert read.rater is not None
    assert (read.rater["role"], read.rater["date"]) == ("consensus", dt.date(2025, 6, 1))


def test_a_blind_workbook_has_no_place_for_self_scores(tmp_path: Path) -> None:
    path = _book(tmp_path)
    texts = {str(cell.value) for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row}
    assert not any(text.startswith(("自评得分（", "自评总分")) for text in texts)
    with pytest.raises(DataError, match="RS-BLIND"):
        write_re_scoring(
            path,
            rater="甲",
            projects=project_table(2),
            items=item_table(KNOWN),
            blinding=Blinding.HIDDEN,
            self_scores=OWN,
        )
    shown = tmp_path / "乙.xlsx"
    write_re_scoring(
        shown, rater="乙", projects=project_table(2), items=item_table(KNOWN), blinding=Blinding.SHOWN, self_scores=OWN
    )
    sheet = load_workbook(shown)["指标评分"]
    place = _place("scores", "self_score", 5, blind=False)
    assert (sheet[place].value, _read(shown).scores) == (50.0, ())
    _change(shown, "再评人", {"C4": "不提供自评得分"})
    assert codes(_read(shown).problems) == ["RS-BLIND"]


def test_prepared_rows_without_scores_are_no_scores(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    write_re_scoring(path, rater="甲", projects=project_table(2), items=item_table(KNOWN), blinding=Blinding.HIDDEN)
    read = _read(path)
    assert (read.scores, read.totals, read.problems, read.prepared) == ((), (), (), KNOWN)


@pytest.mark.parametrize(
    ("sheet", "code", "value", "expected"),
    [
        ("scores", "score", 50.5, "RS-SCORE"),
        ("scores", "score", -1, "RS-SCORE"),
        ("scores", "score", "不适用", "RS-ABSENCE"),
        ("scores", "score", "五十", "WB-NUMBER"),
        ("scores", "score", None, "RS-PARTIAL"),
        ("scores", "full", 0, "RS-FULL"),
        ("scores", "full", None, "WB-REQUIRED"),
        ("scores", "full", 60, "RS-WEIGHTS"),
        ("scores", "reason", "心情不好", "WB-TERM"),
        ("scores", "amount", -5, "RS-AMOUNT"),
        ("scores", "item", "预算执行率", "WB-DUPLICATE"),
        ("scores", "project", "P003", "RS-PROJECT"),
        ("totals", "total", 120, "RS-TOTAL"),
        ("totals", "total", 90, "RS-TOTAL"),
        ("totals", "items_checked", 2.5, "WB-INTEGER"),
        ("totals", "project", "P002", "WB-DUPLICATE"),
        ("rater", "role", "独评", "WB-TERM"),
        ("rater", "before_discussion", None, "WB-REQUIRED"),
        ("rater", "rater", None, "WB-REQUIRED"),
    ],
)
def test_one_wrong_cell_is_named(tmp_path: Path, sheet: str, code: str, value: object, expected: str) -> None:
    path = _book(tmp_path)
    row = 5 if sheet == "scores" else 4
    name = {item.code: item.name for item in RE_SCORING_SHEETS}[sheet]
    address = _place(sheet, code, row)
    _change(path, name, {address: value})
    found = [problem for problem in _read(path).problems if problem.code == expected]
    assert found, codes(_read(path).problems)
    assert f"{name} › " in found[0].where


def test_items_and_total_may_stand_together_where_they_agree(tmp_path: Path) -> None:
    path = _book(tmp_path)
    _change(path, "项目", {_place("totals", "total", 4): 92.5})
    read = _read(path)
    assert read.problems == ()
    assert math.isnan(float(str(read.totals[0]["total"])))


def test_a_score_that_rose_needs_no_other_form(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    raised = re_scores(["P001"], lowered=-2.0).assign(reason=["", "", Reason.NOT_CREDITED.value])
    write_re_scoring(
        path, rater="甲", projects=project_table(1), items=item_table(["P001"]), blinding=Blinding.HIDDEN, scores=raised,
        totals=depths(["P001"]),
    )  # fmt: skip
    read = _read(path)
    assert (read.problems, read.scores[2]["score"], read.scores[2]["reason"]) == ((), 40.0, "not_credited")


def test_depth_without_score_and_score_without_depth_are_said(tmp_path: Path) -> None:
    path = _book(tmp_path)
    blank: dict[str, object] = {_place("scores", "score", row): None for row in (4, 5, 6)}
    blank |= {_place("scores", "reason", 6): None}
    _change(path, "指标评分", blank)
    assert codes(_read(path).problems) == ["RS-UNSCORED"]
    other = _book(tmp_path / "x")
    _change(other, "项目", {_place("totals", "project", 5): None, **{f"{letter}5": None for letter in "BCDEFGHIJ"}})
    read = _read(other)
    assert codes(read.problems, Severity.WARNING) == ["RS-DEPTH"]
    assert read.totals[1]["items_checked"] is None


def test_two_raters_in_one_workbook_and_none_are_refused(tmp_path: Path) -> None:
    path = _book(tmp_path)
    _change(path, "再评人", {"A5": "乙", "B5": "独立再评", "C5": "不提供自评得分", "D5": "是"})
    assert codes(_read(path).problems) == ["RS-RATER"]
    _change(path, "再评人", {f"{letter}{row}": None for letter in "ABCD" for row in (4, 5)})
    assert codes(_read(path).problems) == ["RS-RATER"]
    assert _read(path).rater is None


def test_consensus_is_not_before_discussion(tmp_path: Path) -> None:
    path = write_book(tmp_path / "合议.xlsx", "合议", list(KNOWN), RaterRole.CONSENSUS)
    _change(path, "再评人", {"D4": "是"})
    read = _read(path)
    assert codes(read.problems, Severity.WARNING) == ["RS-CONSENSUS"]
    assert read.rater is not None
    assert read.rater["before_discussion"] is False


def test_what_people_type_in_another_way_is_read(tmp_path: Path) -> None:
    path = _book(tmp_path)
    cells: dict[str, object] = {
        _place("scores", "score", 4): "９.５分", _place("scores", "item", 4): "执行率", _place("scores", "item", 5): 1,
        _place("scores", "reason", 6): "佐证不足", _place("scores", "evidence", 6): "E01、E02",
    }  # fmt: skip
    _change(path, "指标评分", cells)
    read = _read(path)
    assert codes(read.problems, Severity.ERROR) == []
    assert [row["item"] for row in read.scores[:2]] == ["execution", "1"]
    assert (read.scores[0]["score"], read.scores[2]["reason"]) == (9.5, "evidence")
    assert plain_item("execution") == "execution"


def test_texts_of_units_are_never_formulas(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    items = item_table(["P001"]).assign(actual_text="=HYPERLINK(1)", target_text="@cmd", level3="-1+1")
    write_re_scoring(path, rater="+甲", projects=project_table(1), items=items, blinding=Blinding.HIDDEN)
    for sheet in load_workbook(path):
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = _book(tmp_path / "a"), _book(tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_the_template_is_empty_protected_and_explains_itself(tmp_path: Path) -> None:
    path = tmp_path / "再评工作簿.xlsx"
    write_re_scoring_template(path)
    book = load_workbook(path)
    visible = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    assert visible == ["填写说明", *(sheet.name for sheet in RE_SCORING_SHEETS)]
    for layout in RE_SCORING_SHEETS:
        sheet = book[layout.name]
        assert [cell.value for cell in sheet[3]][: len(layout.columns)] == [item.heading for item in layout.columns]
        assert sheet.protection.sheet
        assert str(sheet["A4"].value).startswith("示例")
        assert not sheet.column_dimensions["A"].protection.locked
    rules = {rule.formula1 for rule in book["指标评分"].data_validations.dataValidation}
    assert any("应得未得" in str(rule) and "佐证缺失" in str(rule) for rule in rules)
    assert codes(_read(path).problems) == ["RS-BLANK"]
    with pytest.raises(DataError, match="WB-EXISTS"):
        write_re_scoring_template(path)
    with pytest.raises(DataError, match="WB-SUFFIX"):
        write_re_scoring_template(tmp_path / "x.xls")


def test_headings_and_codes_do_not_repeat() -> None:
    for sheet in (*RE_SCORING_SHEETS, *LIST_SHEETS):
        names = [name for column in sheet.columns for name in (column.header, *column.aliases)]
        assert len(set(names)) == len(names), sheet.code
