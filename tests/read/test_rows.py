"""Rows of a sheet: headings, filling down, absences, units, totals, duplicates, and what is said about them."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from perfkit.read.engagement import check_engagement, read_engagement
from perfkit.read.rows import SAID_ONE_BY_ONE
from perfkit.terms import Absence, FundRow, Operator, ScoringFunction
from tests.read.samples import address, codes, errors, spoil, tables, write

INDICATORS = "指标体系"


def test_a_valid_workbook_has_no_problem_and_keeps_types_and_cells(tmp_path: Path) -> None:
    path = write(tmp_path / "评价工作簿.xlsx")
    assert check_engagement(tmp_path) == ()
    row = read_engagement(path).tables["indicators"][1]
    assert row.value("parameters") == {"full_at": 100.0, "deduct_share_per_unit": 0.05, "zero_at": 80.0}
    assert row.value("function") is ScoringFunction.LINEAR_DEDUCTION
    assert row.value("evidence") == ("E01",)
    assert row["actual"].address.cell == address("indicators", "actual", 5)
    quantity = row.quantity("actual", label="执行率", unit="%")
    assert (quantity.name, quantity.value, quantity.unit, quantity.cell) == (
        "actual",
        93.35,
        "%",
        row["actual"].address,
    )
    assert row.value("peer", 7) == 7
    assert row.text("full_score") == "5"


def test_columns_may_stand_anywhere_under_an_alias_without_star(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx")
    book = load_workbook(path)
    sheet = book["资金"]
    sheet.delete_cols(7)
    for row, (name, value) in enumerate((("支 出 数 (万元)", "450.5"), ("随手记", "x"))):
        sheet.cell(3, 20 + row).value = name
        sheet.cell(4, 20 + row).value = value
    book.save(path)
    engagement = read_engagement(path)
    assert engagement.tables["funds"][0].value("executed") == 450.5
    assert "WB-UNKNOWN-COLUMN" in codes(engagement.problems)


def test_merged_and_blank_levels_are_filled_down_and_said(tmp_path: Path) -> None:
    rows = [
        {
            "code": f"A{number}",
            "level1": "决策",
            "level2": "立项",
            "level3": "x",
            "full_score": 1,
            "function": "given",
            "given_score": 1,
        }
        for number in range(1, 6)
    ]
    path = write(tmp_path / "x.xlsx", indicators=rows, checkpoints=[], surveys=[], survey_counts=[])
    level1, level2 = address("indicators", "level1")[0], address("indicators", "level2")[0]
    spoil(path, {
        (INDICATORS, f"{level1}5"): None, (INDICATORS, f"{level2}5"): None,
        (INDICATORS, f"{level1}6"): None, (INDICATORS, f"{level2}6"): "资金",
        (INDICATORS, f"{level1}7"): "过程", (INDICATORS, f"{level2}7"): None,
        (INDICATORS, f"{level1}8"): None, (INDICATORS, f"{level2}8"): None,
    })  # fmt: skip
    book = load_workbook(path)
    book[INDICATORS].merge_cells(f"{level1}4:{level1}5")
    book.save(path)
    engagement = read_engagement(path)
    read = [(row.text("level1"), row.text("level2")) for row in engagement.tables["indicators"]]
    assert read == [("决策", "立项"), ("决策", "立项"), ("决策", "资金"), ("过程", ""), ("过程", "")]
    said = {problem.where.rpartition(" › ")[2]: problem.mend for problem in engagement.problems}
    assert "合并单元格" in said[f"{level1}5（一级指标）"]
    assert "沿用上一行" in said[f"{level2}5（二级指标）"]


def test_operator_and_unit_come_out_of_the_target(tmp_path: Path) -> None:
    place = address("indicators", "target", 6)
    path = spoil(write(tmp_path / "x.xlsx"), {
        (INDICATORS, place): "≥９０％", (INDICATORS, address("indicators", "unit", 6)): None,
    })  # fmt: skip
    engagement = read_engagement(path)
    row = engagement.tables["indicators"][2]
    assert (row.value("operator"), row.value("target"), row.value("unit")) == (Operator.AT_LEAST, 90.0, "%")
    assert row["operator"].address.cell == place
    said = [problem for problem in engagement.problems if problem.code == "WB-NORMALISED"]
    assert any(place in problem.where and "≥９０％" in problem.found and "90" in problem.expected for problem in said)


def test_operator_and_unit_that_contradict_are_refused(tmp_path: Path) -> None:
    path = spoil(write(tmp_path / "x.xlsx"), {
        (INDICATORS, address("indicators", "target", 6)): "≤90天",
        (INDICATORS, address("indicators", "operator", 6)): "≥",
    })  # fmt: skip
    assert codes(tuple(errors(check_engagement(path)))) == {"WB-OPERATOR", "WB-UNIT"}


def test_money_beside_another_money_unit_is_converted_and_said(tmp_path: Path) -> None:
    path = spoil(write(tmp_path / "x.xlsx"), {
        (INDICATORS, address("indicators", "actual", 5)): "9335000元",
        (INDICATORS, address("indicators", "unit", 5)): "万元",
    })  # fmt: skip
    row = read_engagement(path).tables["indicators"][1]
    assert row.value("actual") == 933.5
    assert any("换算" in note for note in row["actual"].notes)


def test_an_absence_in_a_value_cell_is_the_rows_absence_with_that_cell(tmp_path: Path) -> None:
    place = address("indicators", "actual", 5)
    row = read_engagement(spoil(write(tmp_path / "x.xlsx"), {(INDICATORS, place): "未到期"})).tables["indicators"][1]
    assert row.value("actual") is None
    assert row.value("absence") is Absence.NOT_DUE
    assert row["absence"].address.cell == place


def test_two_absences_or_an_absence_beside_a_value_are_refused(tmp_path: Path) -> None:
    status = address("indicators", "absence", 5)
    path = spoil(write(tmp_path / "x.xlsx"), {(INDICATORS, status): "缺失"})
    assert codes(tuple(errors(check_engagement(path)))) == {"WB-ABSENCE"}
    spoil(path, {(INDICATORS, address("indicators", "actual", 5)): "不适用"})
    (problem,) = errors(check_engagement(path))
    assert problem.code == "WB-ABSENCE"
    assert address("indicators", "actual", 5) in problem.where


def test_an_absence_elsewhere_stays_with_its_cell(tmp_path: Path) -> None:
    path = spoil(write(tmp_path / "x.xlsx"), {(INDICATORS, address("indicators", "peer", 5)): "缺失"})
    row = read_engagement(path).tables["indicators"][1]
    assert row.value("absence") is None
    assert (row.value("peer"), row["peer"].absence) == (None, Absence.MISSING)


def test_example_blank_and_total_rows_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx")
    spoil(
        path,
        {
            (INDICATORS, "A8"): "示例A9",
            (INDICATORS, "A10"): "合计",
            (INDICATORS, address("indicators", "full_score", 10)): 13,
        },
    )
    engagement = read_engagement(path)
    assert [row.text("code") for row in engagement.tables["indicators"]] == ["A101", "B201", "D401"]
    assert "WB-TOTAL-ROW" in codes(engagement.problems)


def test_a_total_row_of_the_funds_is_data(tmp_path: Path) -> None:
    path = spoil(write(tmp_path / "x.xlsx"), {("资金", "A5"): "合 计", ("资金", address("funds", "budget", 5)): "500"})
    rows = read_engagement(path).tables["funds"]
    assert [row.value("row_type") for row in rows] == [FundRow.DETAIL, FundRow.TOTAL]


def test_a_code_typed_as_number_becomes_text_and_is_said(tmp_path: Path) -> None:
    path = spoil(
        write(tmp_path / "x.xlsx"), {("证据", "A4"): 101, (INDICATORS, address("indicators", "evidence", 5)): "101"}
    )
    engagement = read_engagement(path)
    assert engagement.tables["evidence"][0].value("id") == "101"
    assert any(problem.code == "WB-NORMALISED" and "A4" in problem.where for problem in engagement.problems)


def test_many_normalisations_of_a_column_are_said_once(tmp_path: Path) -> None:
    many = SAID_ONE_BY_ONE + 3
    path = write(tmp_path / "x.xlsx", evidence=[{"id": f"E{number}", "document": "x"} for number in range(many)])
    spoil(path, {("证据", f"A{4 + number}"): number + 1 for number in range(many)})
    spoil(path, {(INDICATORS, address("indicators", "evidence", 5)): "1"})
    (said,) = [problem for problem in read_engagement(path).problems if "证据 › A" in problem.where]
    assert f"共 {many} 处" in said.expected


def test_missing_columns_sheets_and_values_are_reported_together(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx")
    book = load_workbook(path)
    book["证据"].cell(3, 2).value = "资料名"
    book["指标体系"].cell(4, 1).value = None
    book["问卷"].title = "问券"
    book["概况"]["B4"].value = None
    book["概况"]["B14"].value = "二〇二四"
    del book["资金"]
    book.save(path)
    problems = check_engagement(path)
    found = {(problem.code, problem.where.partition("（")[0].rpartition(" › ")[2]) for problem in errors(problems)}
    assert ("WB-COLUMN", "第 3 行") in found
    assert ("WB-REQUIRED", "A4") in found
    assert ("WB-REQUIRED", "B4") in found
    assert ("WB-NUMBER", "B14") in found
    assert any(problem.code == "WB-UNKNOWN-SHEET" and "问卷" in problem.mend for problem in problems)
    assert any(problem.code == "WB-COLUMN" and "资料名" in problem.mend for problem in problems)


def test_duplicates_name_both_cells(tmp_path: Path) -> None:
    rows = tables()["indicators"]
    path = write(tmp_path / "x.xlsx", indicators=[*rows, rows[1]])
    (problem,) = errors(check_engagement(path))
    assert (problem.code, problem.where.rpartition(" › ")[2]) == ("WB-DUPLICATE", "A7")
    assert "A5" in problem.found


def test_a_sheet_without_headings_is_one_problem(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx")
    book = load_workbook(path)
    book["资金"].delete_rows(1, 3)
    book.save(path)
    assert codes(tuple(errors(check_engagement(path)))) == {"WB-HEADER"}


def test_a_missing_required_sheet_is_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx")
    book = load_workbook(path)
    book["指标体系"].title = "指标体系表"
    book.save(path)
    found = [problem for problem in errors(check_engagement(path)) if problem.code == "WB-SHEET"]
    assert found
    assert "指标体系表" in found[0].mend
