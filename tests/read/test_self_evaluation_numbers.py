"""Numbers of self-evaluation forms: targets, rates, weights in two layers, and forms that come back as they were written."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.read.self_evaluation.quantities import RefusedError, actual, money, operator_of, points, rate, target
from perfkit.terms import Severity
from tests.read.self_evaluation_samples import (
    HEADINGS,
    Made,
    annex,
    codes,
    item,
    read,
    row,
    told,
    write,
    write_document,
)

NAN = math.nan


@pytest.mark.parametrize(
    ("text", "number", "operator", "unit"),
    [
        ("≥50个", 50, "ge", "个"), ("≥５０个", 50, "ge", "个"), ("80%以上", 80, "ge", "%"), ("不低于90%", 90, "ge", "%"),
        ("不超过 30 天", 30, "le", "天"), ("≤1,234.5万元", 1234.5, "le", "万元"), ("＞5公里", 5, "gt", "公里"), ("100％", 100, "", "%"),
        ("24小时内", 24, "le", "小时"), ("5个工作日以内", 5, "le", "个工作日"),
        ("80%~95%", 80, "between", "%"), ("人均≤50元", 50, "le", "元"),
        ("覆盖率不低于95%", 95, "ge", "%"), ("培训50人次", 50, "", "人次"), ("≥100百分比", 100, "ge", "%"), ("0次", 0, "", "次"),
        ("80%（含）以上", 80, "ge", "%"), ("提高5%", 5, "", "%"), ("最高5元", NAN, "", ""),
        ("2023.56万元", 2023.56, "", "万元"), ("及时率≥95%", 95, "ge", "%"), ("≥2000.5亩", 2000.5, "ge", "亩"),
        ("≥5台（套）", 5, "ge", "台（套）"),
        ("2024.12", NAN, "", ""), ("2082.8", 2082.8, "", ""), ("1999.12", 1999.12, "", ""),
        ("2024.5前", NAN, "", ""), ("2024年", NAN, "", ""), ("2024.12.31前", NAN, "", ""), ("全年50次", 50, "", "次"),
        ("-2℃", -2, "", "℃"), ("12个月", 12, "", "个月"), ("", NAN, "", ""), ("—", NAN, "", ""), ("优良中低差", NAN, "", ""),
        ("2024年12月底前", NAN, "", ""), ("12月底前", NAN, "", ""), ("2024-12-31", NAN, "", ""), ("按期完成", NAN, "", ""),
        ("第3季度", NAN, "", ""), ("约60个", NAN, "", ""), ("10000余人", NAN, "", ""),
        ("3个村5个点", NAN, "", ""), ("每年2次", NAN, "", ""),
        ("1" * 400, NAN, "", ""), ("明显提升", NAN, "", ""), ("95%左右", NAN, "", ""),
    ],
)  # fmt: skip
def test_targets(text: str, number: float, operator: str, unit: str) -> None:
    read_ = target(text, False)
    assert (read_.number == number) or (math.isnan(number) and math.isnan(read_.number))
    assert (read_.operator, read_.unit) == (operator, unit)


@pytest.mark.parametrize(
    ("text", "number"), [("已完成60个", 60), ("实际完成 60 个", 60), ("完成率100%", 100), ("达到预期", NAN)]
)
def test_actual_values(text: str, number: float) -> None:
    found = actual(text, False).number
    assert found == number or (math.isnan(number) and math.isnan(found))


@pytest.mark.parametrize(
    ("value", "percent", "computed", "expected"),
    [
        ("86.19%", False, NAN, 0.8619), (0.8619, True, NAN, 0.8619), (0.8619, False, 0.8619, 0.8619), (86.19, False, 0.8619, 0.8619),
        (1, False, 1.0, 1.0), (1, False, 0.01, 0.01), (0.5, False, NAN, 0.5), (86.19, False, NAN, 0.8619), ("100", False, 1.0, 1.0),
        ("－", False, NAN, NAN), (0, False, NAN, 0.0), (1.05, True, NAN, 1.05),
    ],
)  # fmt: skip
def test_rates(value: object, percent: bool, computed: float, expected: float) -> None:
    found = rate(value, percent, computed).number
    assert found == pytest.approx(expected, rel=1e-12) or (math.isnan(expected) and math.isnan(found))


def test_a_month_is_a_number_where_it_has_a_unit_of_its_own() -> None:
    assert math.isnan(target("2024.12", False).number)
    assert target("2024.12", False, measured=True).number == 2024.12
    assert math.isnan(target("2024.12.31", False, measured=True).number)


def test_a_bare_one_is_no_rate() -> None:
    with pytest.raises(RefusedError, match="1% 或 100%"):
        rate(1, False, NAN)


@pytest.mark.parametrize("value", ["见附件", "9或10", "9~10", "≥9", "9个", True])
def test_no_points(value: object) -> None:
    with pytest.raises(RefusedError):
        points(value, False)


def test_points_money_and_operators() -> None:
    assert points("９．５分", False).number == 9.5
    assert points(0.1, True).number == 10
    assert math.isnan(points("—", False).number)
    assert money("￥1,234,500.00", False, "元").number == 123.45
    assert money("1.2亿元", False, "万元").number == 12_000
    with pytest.raises(RefusedError):
        money("100美元", False, "万元")
    assert [operator_of(text) for text in ("≥", "不低于", "＝", "定性", "", "大约")] == ["ge", "ge", "eq", "", "", None]


TWO = (
    row("产出指标", "数量指标", "甲", "≥50个", "50个", 60, 60),
    row("产出指标", "质量指标", "乙", "100%", "90%", 40, 36),
    row("效益指标", "社会效益", "丙", "明显", "明显", 100, 90),
    row("满意度指标", "满意度", "丁", "≥90%", "95%", 100, 100),
)
WEIGHTS = {"产出指标": 50, "效益指标": 30, "满意度指标": 10}


def test_two_layers_with_the_weight_behind_the_name(tmp_path: Path) -> None:
    items = [{**entry, "level1": f"{entry['level1']}\n（{WEIGHTS[str(entry['level1'])]}分）"} for entry in TWO]
    write(tmp_path / "甲.xlsx", Made(items=items, total=(100, 94)))
    result = read(tmp_path)
    assert list(result.items["full"]) == [10, 30, 20, 30, 10]
    assert list(result.items["score"]) == [9, 30, 18, 27, 10]
    assert list(result.items["own_full"])[1:] == [60, 40, 100, 100]
    assert list(result.items["level1"])[1:] == ["产出指标", "产出指标", "效益指标", "满意度指标"]
    form = result.forms.iloc[0]
    assert (form["layers"], form["layout"], form["total"]) == (2, "two-layer", 94)
    assert "SE-LAYERS" in codes(result, Severity.INFO)


def test_two_layers_with_a_weight_column(tmp_path: Path) -> None:
    headings = {
        "level1": "一级指标",
        "weight1": "一级指标权重",
        **{role: text for role, text in HEADINGS.items() if role != "level1"},
    }
    items = [{**entry, "weight1": WEIGHTS[str(entry["level1"])] / 100} for entry in TWO]
    write(tmp_path / "甲.xlsx", rows=annex(Made(items=items), headings))
    assert list(read(tmp_path).items["full"]) == [10, 30, 20, 30, 10]


def test_two_layers_without_level_1_weights_cannot_be_resolved(tmp_path: Path) -> None:
    write(tmp_path / "甲.xlsx", Made(items=TWO))
    result = read(tmp_path)
    assert codes(result) == {"SE-LAYERS"}
    assert result.items["full"].isna().sum() == 4
    assert list(result.items["own_full"])[1:] == [60, 40, 100, 100]


@pytest.mark.parametrize(
    ("weights", "layout"), [((50, 30, 10, 0), "2020"), ((40, 20, 10, 20), "2021-cost"), ((60, 20, 10, 0), "other")]
)
def test_layouts(tmp_path: Path, weights: tuple[int, ...], layout: str) -> None:
    names = ("产出指标", "效益指标", "满意度指标", "成本指标")
    items = [
        row(name, "二级", f"指标甲{name}", "≥1个", "1个", full, full)
        for name, full in zip(names, weights, strict=True)
        if full
    ]
    write(tmp_path / "甲.xlsx", Made(items=items))
    assert read(tmp_path).forms.iloc[0]["layout"] == layout


def test_weights_as_shares_of_one(tmp_path: Path) -> None:
    headings = {**HEADINGS, "full": "权重"}
    items = [{**entry, "full": float(entry["full"]) / 100} for entry in Made().items]  # type: ignore[arg-type]
    write(tmp_path / "甲.xlsx", rows=annex(Made(items=items), headings))
    result = read(tmp_path)
    assert list(result.items["full"]) == [10, 20, 15, 15, 15, 15, 10]
    assert item(result, "新建管网长度")["own_full"] == 0.2


def test_a_total_above_its_items_and_money_below_them(tmp_path: Path) -> None:
    rows = annex(Made())
    money, goals = rows[4:9], rows[9:11]
    total = rows.pop(-2)
    items = rows[11:-1]
    write(tmp_path / "甲.xlsx", rows=[*rows[:4], *goals, items[0], total, *items[1:], *money, rows[-1]])
    result = read(tmp_path)
    form = result.forms.iloc[0]
    assert (form["total"], form["budget"], form["items"], form["filled_by"]) == (95.4, 100, 7, "甲")
    assert not told(result, Severity.ERROR)


def test_notes_and_footers_below_a_form_without_total_are_no_items(tmp_path: Path) -> None:
    rows = annex(Made())
    rows[-2] = ["填报说明：本表由项目单位填写，" + "各项指标值应与批复的绩效目标一致。" * 4]
    rows[-1] = [None, None, None, "联系电话：0000", None, None, "填报日期：2025年1月10日"]
    write(tmp_path / "甲.xlsx", rows=rows, a="A19:I19")
    result = read(tmp_path)
    assert len(result.items) == 7
    assert result.forms.iloc[0]["date"] == "2025-01-10"
    assert codes(result, Severity.WARNING) == {"SE-TOTAL"}
    assert not told(result, Severity.ERROR)


@pytest.mark.parametrize(
    ("title", "below", "year"),
    [("2024年项目支出绩效自评表", "", 2024), ("自评表", "（2024年）", 2024), ("自评表", "", NAN)],
)
def test_the_year_is_that_of_the_title(tmp_path: Path, title: str, below: str, year: float) -> None:
    rows = annex(Made(name="2019年度续建项目"))
    rows[:2] = [[title], [below]]
    write(tmp_path / "甲.xlsx", rows=rows)
    found = read(tmp_path).forms.iloc[0]["year"]
    assert found == year or (math.isnan(year) and math.isnan(found))


NAMES = st.text("水利工程建设培训补贴设备采购农村道路", min_size=3, max_size=10)
NUMBER = st.integers(1, 9_999)
TARGET = st.one_of(
    st.tuples(
        st.sampled_from(["≥", "≤", "", "不低于", ">"]), NUMBER, st.sampled_from(["个", "人次", "%", "公里", "万元", ""])
    ).map(lambda part: (f"{part[0]}{part[1]}{part[2]}", float(part[1]))),
    st.sampled_from(["明显改善", "优良中低差", "2024年12月底前", "按期完成"]).map(lambda text: (text, NAN)),
)
ITEM = st.tuples(
    st.sampled_from(["产出指标", "效益指标", "满意度指标"]), NAMES, TARGET, st.integers(1, 40), st.integers(0, 4)
)


@settings(max_examples=10, deadline=None)
@given(name=NAMES, drawn=st.lists(ITEM, min_size=1, max_size=6))
def test_a_document_comes_back_as_it_was_written(
    name: str, drawn: list[tuple[str, str, tuple[str, float], int, int]]
) -> None:
    drawn = sorted(drawn, key=lambda part: part[0])
    items = [
        row(part[0], "二级指标名", f"{part[1]}{n}甲", part[2][0], "", part[3], part[3] / 2)
        for n, part in enumerate(drawn)
    ]
    with tempfile.TemporaryDirectory() as folder:
        write_document(Path(folder, "甲.docx"), Made(name=name, items=items))
        result = read(Path(folder))
    assert not told(result, Severity.ERROR)
    assert result.forms.iloc[0]["name"] == name
    back = result.items[result.items["item"] != "execution"]
    same = {"level1": "level1", "level3": "level3", "full": "own_full", "score": "own_score", "target": "target_text"}
    for role, column in same.items():
        assert list(back[column]) == [entry[role] for entry in items]


@settings(max_examples=40, deadline=None)
@given(
    name=NAMES,
    drawn=st.lists(ITEM, min_size=1, max_size=12),
    budget=st.floats(1, 1e6).map(lambda value: round(value, 2)),
    down=st.integers(0, 5),
    merged=st.booleans(),
)
def test_a_form_comes_back_as_it_was_written(
    name: str, drawn: list[tuple[str, str, tuple[str, float], int, int]], budget: float, down: int, merged: bool
) -> None:
    drawn = sorted(drawn, key=lambda part: part[0])
    items = [
        row(level1, "二级指标名", f"{level3}{number}甲", text, "", full, full - full * lost / 8)
        for number, (level1, level3, (text, _), full, lost) in enumerate(drawn)
    ]
    made = Made(name=name, items=items, funds=((budget, budget, budget / 2, 10, "50.00%", 5),), total=(100, 77.5))
    rows = [[] for _ in range(down)] + annex(made)
    first = down + 10
    end = first + sum(part[0] == drawn[0][0] for part in drawn) - 1
    with tempfile.TemporaryDirectory() as folder:
        areas = {"a": f"B{first}:B{end}"} if merged and end > first else {}
        write(Path(folder, "甲.xlsx"), rows=rows, **areas)
        result = read(Path(folder))
    assert not told(result, Severity.ERROR)
    form = result.forms.iloc[0]
    assert (form["name"], form["budget"], form["executed"], form["total"]) == (name, budget, budget / 2, 77.5)
    back = result.items[result.items["item"] != "execution"]
    assert list(back["level3"]) == [entry["level3"] for entry in items]
    assert list(back["level1"]) == [entry["level1"] for entry in items]
    assert list(back["own_full"]) == [entry["full"] for entry in items]
    assert list(back["own_score"]) == [entry["score"] for entry in items]
    assert list(back["target_text"]) == [entry["target"] for entry in items]
    for found, (_, _, (_, number), _, _) in zip(back["target"], drawn, strict=True):
        assert found == number or (math.isnan(number) and math.isnan(found))
