"""Self-evaluation forms: the annex layout and its variants as they come out of budget systems."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from perfkit.read.self_evaluation.shapes import FORMS, FUNDS, ITEMS, VALUES
from perfkit.terms import Severity
from tests.read.self_evaluation_samples import (
    HEADINGS,
    Made,
    annex,
    codes,
    item,
    put,
    read,
    row,
    told,
    write,
    write_document,
)


def test_the_annex_form_is_read_with_every_cell(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx")
    result = read(tmp_path)
    assert tuple(result.forms) == FORMS
    assert tuple(result.items) == ITEMS
    assert tuple(result.funds) == FUNDS
    assert tuple(result.values) == VALUES
    form = result.forms.iloc[0]
    assert (form["form"], form["file"], form["sheet"], form["place"]) == ("甲.xlsx#1", "甲.xlsx", "自评表", "A1:I20")
    assert (form["name"], form["department"], form["agency"]) == ("城乡供水保障项目", "云川市水务局", "云川市供水站")
    assert (form["year"], form["layout"], form["layers"]) == (2024, "2020", 1)
    assert (form["budget_begin"], form["budget"], form["executed"], form["printed_rate"]) == (120, 100, 90, 0.9)
    assert (form["execution_full"], form["execution_score"], form["total_full"], form["total"]) == (10, 9, 100, 95.4)
    assert (form["filled_by"], form["phone"], form["date"]) == ("甲", "0000", "2025-01-10")
    assert (form["target_text"], form["result_text"]) == ("完成管网建设", "已完成")
    assert (form["items"], form["unread"]) == (7, 0)
    assert not told(result, Severity.ERROR)
    assert not told(result, Severity.WARNING)
    assert list(result.funds["line"]) == ["total", "appropriation", "carried_over", "other"]
    length = item(result, "新建管网长度")
    assert (length["item"], length["target"], length["operator"], length["unit"], length["actual"]) == (
        "1",
        50,
        "ge",
        "公里",
        52,
    )
    assert (length["target_cell"], length["score_cell"]) == ("E13", "H13")
    assert math.isnan(item(result, "完工时间")["target"])
    assert item(result, "居民满意度")["operator"] == "ge"
    execution = result.items.iloc[0]
    assert (execution["item"], execution["full"], execution["score"], execution["actual"]) == ("execution", 10, 9, 90)


def test_every_printed_value_stands_in_the_long_table(tmp_path: Path) -> None:
    path = write(tmp_path / "甲.xlsx")
    result = read(tmp_path)
    sheet = load_workbook(path)["自评表"]
    filled = {
        cell.coordinate
        for line in sheet.iter_rows(min_row=13, max_row=18, min_col=2)
        for cell in line
        if cell.value is not None
    }
    assert filled <= set(result.values["cell"])
    assert not result.values.duplicated(["form", "cell", "role"]).any()
    for value in result.values.itertuples():
        assert sheet[value.cell].value is not None


def test_headings_may_begin_anywhere(tmp_path: Path) -> None:
    book = Workbook()
    put(book.active, annex(Made()), row=6, column=4)
    book.save(tmp_path / "甲.xlsx")
    result = read(tmp_path)
    assert result.forms.iloc[0]["total"] == 95.4
    assert item(result, "受益人口")["target_cell"] == "H21"
    assert not told(result, Severity.ERROR)


def test_wrapped_headings_and_full_width_digits(tmp_path: Path) -> None:
    headings = {
        role: "\n".join(text) if role != "cause" else "偏差原因\n分析及\n改进措施（必填）"
        for role, text in HEADINGS.items()
    }
    items = (
        {
            "level1": "产出\n指标",
            "level2": "数 量 指 标",
            "level3": "１．培训人次",
            "target": "≥５０人次",
            "actual": "６０　人次",
            "full": "１０",
            "score": "１０分",
        },
    )
    write(tmp_path / "甲.xlsx", rows=annex(Made(items=items), headings))
    result = read(tmp_path)
    found = item(result, "培训人次")
    assert (found["level1"], found["level2"], found["target"], found["actual"], found["full"], found["score"]) == (
        "产出指标",
        "数量指标",
        50,
        60,
        10,
        10,
    )
    notes = result.values.set_index("role")["note"].to_dict()
    assert notes["target_text"] == "全角转半角、拆出运算符、拆出单位"
    assert "去掉指标序号" in notes["level3"]
    assert codes(result, Severity.INFO) == {"SE-NORMALISED"}


def test_extra_columns_operator_and_unit(tmp_path: Path) -> None:
    headings = {
        "level1": "一级指标", "level2": "二级指标", "level3": "指标名称", "operator": "指标性质", "target": "指标值", "unit": "度量单位",
        "actual": "全年完成值", "rate": "完成率", "full": "权重", "score": "自评得分", "remark": "备注",
    }  # fmt: skip
    items = (
        row("产出指标", "数量指标", "培训人次", 50, 60, 45, 45, operator="≥", unit="人次", rate=1.2),
        row("产出指标", "成本指标", "人均成本", 300, "0.029万元", 45, 45, operator="≤", unit="元", rate="100%"),
        row("效益指标", "社会效益", "影响力", "优良中低差", "优", 10, 10, operator="定性", unit="/"),
    )  # fmt: skip
    write(tmp_path / "甲.xlsx", rows=annex(Made(items=items), headings))
    result = read(tmp_path)
    found = item(result, "培训人次")
    assert (found["operator"], found["target"], found["unit"], found["actual"], found["full"]) == (
        "ge",
        50,
        "人次",
        60,
        45,
    )
    cost = item(result, "人均成本")
    assert (cost["operator"], cost["actual"], cost["unit"]) == ("le", 290, "元")
    assert math.isnan(item(result, "影响力")["target"])
    completion = result.values[result.values["role"] == "completion"]
    assert list(completion["number"]) == [1.2, 1.0]
    assert not told(result, Severity.ERROR)


def test_two_heading_rows_and_sub_columns(tmp_path: Path) -> None:
    rows = annex(Made())
    top = ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", None, None, "实际完成值", "分值", "得分"]
    low = [None, None, None, None, "指标性质", "指标值", "度量单位", None, None, None]
    body = [[None, "产出指标", "数量指标", "培训人次", "≥", 50, "人次", 60, 90, 90]]
    write(
        tmp_path / "甲.xlsx",
        rows=[*rows[:11], top, low, *body, ["总分", *[None] * 7, 100, 99]],
        a="E12:G12",
        b="H12:H13",
    )
    found = item(result := read(tmp_path), "培训人次")
    assert (found["operator"], found["target"], found["unit"], found["actual"], found["score"]) == (
        "ge",
        50,
        "人次",
        60,
        90,
    )
    assert result.forms.iloc[0]["total"] == 99


def test_merged_level_columns_and_unmerged_blanks(tmp_path: Path) -> None:
    items = [dict(entry) for entry in Made().items]
    for number in (1, 2, 4):
        items[number]["level1"] = None
    write(tmp_path / "甲.xlsx", Made(items=items), a="B13:B15")
    result = read(tmp_path)
    assert list(result.items["level1"])[1:] == ["产出指标"] * 3 + ["效益指标"] * 2 + ["满意度指标"]
    filled = [problem for problem in result.problems if problem.code == "SE-FILLED"]
    assert [problem.where for problem in filled] == ["甲.xlsx › 自评表 › B17"]


def test_shared_cells_count_for_texts_but_not_for_points(tmp_path: Path) -> None:
    items = [dict(entry) for entry in Made().items]
    items[0]["cause"] = "同一原因"
    items[1].update(cause=None, score=None)
    write(tmp_path / "甲.xlsx", Made(items=items), a="I13:I14", b="H13:H14")
    result = read(tmp_path)
    assert item(result, "验收合格率")["cause"] == "同一原因"
    assert math.isnan(item(result, "验收合格率")["score"])
    assert [problem.where for problem in told(result, Severity.ERROR)] == ["甲.xlsx › 自评表 › H14（得分）"]
    assert result.forms.iloc[0]["unread"] == 1


def test_percents_as_format_text_and_bare_number(tmp_path: Path) -> None:
    items = (
        {
            "level1": "产出指标",
            "level2": "质量指标",
            "level3": "格式",
            "target": 0.95,
            "actual": 0.96,
            "full": 30,
            "score": 30,
        },
        {
            "level1": "产出指标",
            "level2": "质量指标",
            "level3": "混写",
            "target": "95%",
            "actual": 0.96,
            "full": 30,
            "score": 30,
        },
        {
            "level1": "产出指标",
            "level2": "质量指标",
            "level3": "同为百分数",
            "target": "≥95%",
            "actual": 96,
            "full": 30,
            "score": 30,
        },
    )
    path = write(
        tmp_path / "甲.xlsx",
        Made(items=items, funds=((100, 100, 86.19, 10, 86.19, 8.62), (100, 100, 86.19, "", 0.8619, ""))),
    )
    book = load_workbook(path)
    for cell in ("E11", "F11"):
        book["自评表"][cell].number_format = "0.00%"
    book.save(path)
    result = read(tmp_path)
    found = item(result, "格式")
    assert (found["target"], found["actual"], found["unit"], found["target_text"]) == (95, 96, "%", "95%")
    assert math.isnan(item(result, "混写")["actual"])
    assert item(result, "同为百分数")["actual"] == 96
    assert codes(result) == {"SE-PERCENT"}
    assert list(result.funds["rate"]) == [0.8619, 0.8619]


def test_a_total_row_of_zeros_stays_as_it_is(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx", Made(funds=((0, 0, 0, 10, "0%", 0), (90, 90, 89.974, "—", "99.97%", "—"))))
    result = read(tmp_path)
    form = result.forms.iloc[0]
    assert (form["budget"], form["executed"], form["printed_rate"], form["execution_score"]) == (0, 0, 0, 0)
    assert list(result.funds["executed"]) == [0, 89.974]


def test_money_in_other_units_is_converted_and_said(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx", Made(unit="元", funds=((1_200_000, "1,000,000", "90万元", 10, 0.9, 9),)))
    result = read(tmp_path)
    form = result.forms.iloc[0]
    assert (form["budget_begin"], form["budget"], form["executed"]) == (120, 100, 90)
    assert any("由元换算为万元" in note for note in result.values["note"])


def test_money_without_a_unit_is_doubtful(tmp_path: Path) -> None:
    rows = annex(Made())
    rows[4][0] = "项目资金"
    write(tmp_path / "甲.xlsx", rows=rows)
    assert codes(read(tmp_path), Severity.WARNING) == {"SE-MONEY-UNIT"}


def test_what_cannot_be_read_is_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    items = [dict(entry) for entry in Made().items]
    first = (120, "约100", 90, 10, "90%", 9)
    items[0]["score"] = "详见附件"
    items[1]["actual"] = "已全部完成"
    items[3]["full"] = "15或20"
    items[5]["level3"] = None
    items[5]["level2"] = None
    write(tmp_path / "甲.xlsx", Made(items=items, total=(100, "见说明"), funds=(first, *Made().funds[1:])))
    result = read(tmp_path)
    found = {problem.where.rpartition(" › ")[2]: problem.code for problem in told(result, Severity.ERROR)}
    assert found == {
        "D6（全年预算数）": "SE-VALUE", "H13（得分）": "SE-VALUE", "F14（实际完成值）": "SE-ACTUAL", "G16（分值）": "SE-VALUE",
        "H19（总分）": "SE-VALUE",
    }  # fmt: skip
    assert result.forms.iloc[0]["unread"] == 5
    assert result.forms.iloc[0]["items"] == 7
    assert item(result, "新建管网长度")["full"] == 20
    for problem in told(result, Severity.ERROR):
        assert problem.expected
        assert problem.found
        assert problem.mend


def test_placeholders_repeated_headings_and_subtotals_are_no_items(tmp_path: Path) -> None:
    rows = annex(Made())
    rows[18:18] = [
        [None, None, None, "指标2："],
        [None, "效益指标", "……", "……"],
        ["绩效指标", *HEADINGS.values()],
        [None, "小计", None, None, None, None, 90, 86.4],
    ]
    write(tmp_path / "甲.xlsx", rows=rows)
    result = read(tmp_path)
    assert len(result.items) == 7
    assert list(result.values[result.values["part"] == "subtotals"]["number"]) == [90, 86.4]


@pytest.mark.parametrize(
    ("total", "expected"),
    [(["总分：95.4分"], 95.4), (["合 计", None, None, None, None, None, 100, 95.4], 95.4), (["自评得分", 95.4], 95.4)],
)
def test_the_total_is_found(tmp_path: Path, total: list[object], expected: float) -> None:
    rows = annex(Made())
    rows[-2] = total
    write(tmp_path / "甲.xlsx", rows=rows)
    assert read(tmp_path).forms.iloc[0]["total"] == expected


def test_the_execution_rate_inside_the_indicator_table_is_one_item(tmp_path: Path) -> None:
    extra = row("预算执行率", "预算执行率", "预算执行率", "100%", "90%", 10, 9)
    write(tmp_path / "甲.xlsx", Made(items=(extra, *Made().items)))
    result = read(tmp_path)
    assert list(result.items["item"]) == ["execution", *"123456"]
    assert result.forms.iloc[0]["execution_score"] == 9
    assert "SE-EXECUTION" in codes(result, Severity.INFO)


def test_names_with_budget_codes(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx", Made(name="53010024T000001234-城乡供水\n保障项目", department="[132]云川市水务局"))
    form = read(tmp_path).forms.iloc[0]
    assert (form["project"], form["name"], form["department"]) == (
        "53010024T000001234",
        "城乡供水保障项目",
        "云川市水务局",
    )


def test_the_department_of_the_folder_wins(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx")
    result = read(tmp_path, department="水务局")
    assert result.forms.iloc[0]["department"] == "水务局"
    assert "云川市水务局" in set(result.values[result.values["role"] == "department"]["text"])


def test_stacked_forms_sheets_and_order(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    put(sheet, annex(Made(name="第一")))
    put(sheet, annex(Made(name="第二", total=(100, 90))), row=24)
    put(book.create_sheet("说明"), [["本表由各单位填写"]])
    put(book.create_sheet("乙"), annex(Made(name="第三")))
    hidden = book.create_sheet("隐藏")
    put(hidden, annex(Made(name="第四")))
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "多表.xlsx")
    write(tmp_path / "子" / "a.xlsx", Made(name="第五"))
    result = read(tmp_path)
    assert list(result.forms["form"]) == ["多表.xlsx#1", "多表.xlsx#2", "多表.xlsx#3", "子/a.xlsx#1"]
    assert list(result.forms["name"]) == ["第一", "第二", "第三", "第五"]
    assert list(result.forms["total"]) == [95.4, 90, 95.4, 95.4]
    assert codes(result, Severity.WARNING) == {"SE-HIDDEN"}
    assert any(problem.code == "SE-NO-FORM" and "说明" in problem.where for problem in told(result, Severity.INFO))


def test_a_word_form_gives_the_same_numbers(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx")
    write_document(tmp_path / "甲.docx", Made())
    result = read(tmp_path)
    word, sheet = (result.items[result.items["file"] == name].reset_index(drop=True) for name in ("甲.docx", "甲.xlsx"))
    same = ["item", "level1", "level2", "level3", "operator", "target", "unit", "actual", "full", "score", "cause"]
    assert word[same].equals(sheet[same])
    first, second = result.forms.iloc[0], result.forms.iloc[1]
    for role in (
        "name",
        "agency",
        "year",
        "budget",
        "executed",
        "printed_rate",
        "total",
        "filled_by",
        "date",
        "target_text",
    ):
        assert first[role] == second[role], role
    assert word["target_cell"][1] == "表1第11行第5格"
    assert not told(result, Severity.ERROR)


def test_an_old_workbook_gives_the_same_numbers(tmp_path: Path) -> None:
    old = (Path(__file__).parent / "forms" / "annex.xls").read_bytes()
    (tmp_path / "甲.xls").write_bytes(old)
    write(tmp_path / "甲.xlsx", a="C3:I3", b="B13:B15", c="B16:B17")
    result = read(tmp_path)
    one, two = (result.items[result.items["file"] == name].reset_index(drop=True) for name in ("甲.xls", "甲.xlsx"))
    same = [column for column in ITEMS if column not in ("form", "file")]
    assert one[same].equals(two[same])
    assert list(result.forms["total"]) == [95.4, 95.4]
