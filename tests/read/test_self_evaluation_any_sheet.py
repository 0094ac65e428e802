"""Whatever stands in a sheet, reading it as forms raises nothing and invents nothing."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.read.self_evaluation import labels
from perfkit.read.self_evaluation.forms import read_forms
from perfkit.read.self_evaluation.tables import FileTables
from perfkit.read.workbook import RawSheet
from perfkit.read.workbook_xml import CellMarks

ROWS, COLUMNS = 16, 9
OTHERS = {"项目支出绩效自评表", "绩效指标", "小计", "其中：财政拨款", "备注：无", "项目名称：甲"}
WORDS = st.sampled_from(sorted(labels.KNOWN_LABELS | OTHERS))
TEXTS = st.sampled_from([
    "", " ", "—", "≥50个", "80%以上", "100%", "优", "2024年12月底前", "１０分", "10", "指标1：", "产出指标（50分）", "=1+1",
    "x" * 50, "\n", "：", "总分：95",
])  # fmt: skip
VALUES = st.one_of(
    st.none(),
    WORDS,
    TEXTS,
    st.integers(-5, 200),
    st.floats(allow_nan=False, width=32),
    st.booleans(),
    st.dates(),
    st.text(max_size=8),
)
PLACE = st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1))
STANDARD: list[list[object]] = [
    ["项目名称", "甲"],
    ["项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
    [None, "年度资金总额", 100, 100, 90, 10, 0.9, 9],
    ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "原因分析"],
    [None, "产出指标", "数量指标", "长度", "≥5公里", "6公里", 90, 90],
    ["总分", None, None, None, None, None, 100, 99],
]


def _sheet(
    rows: list[list[object]], merged: list[tuple[tuple[int, int], tuple[int, int]]], percent: set[tuple[int, int]]
) -> RawSheet:
    return RawSheet("甲.xlsx", "表", rows, merged, CellMarks(percent=percent))


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(VALUES, max_size=COLUMNS), max_size=ROWS),
    standard=st.integers(0, 6),
    spoilt=st.dictionaries(PLACE, VALUES, max_size=6),
    merged=st.lists(st.tuples(PLACE, PLACE), max_size=4),
    percent=st.sets(PLACE, max_size=4),
)
def test_no_sheet_raises(
    rows: list[list[object]],
    standard: int,
    spoilt: dict[tuple[int, int], object],
    merged: list[tuple[tuple[int, int], tuple[int, int]]],
    percent: set[tuple[int, int]],
) -> None:
    rows = [*(list(line) for line in STANDARD[:standard]), *rows]
    for (row, column), value in spoilt.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = value
    areas = [((min(a[0], b[0]), min(a[1], b[1])), (max(a[0], b[0]), max(a[1], b[1]))) for a, b in merged]
    forms, why = read_forms(_sheet(rows, areas, percent), 0)
    tables = FileTables("甲.xlsx")
    for record in forms:
        tables.add(record, "")
        assert record.unread == sum(problem.severity.value == "error" for problem in record.problems)
    assert forms or why or not any(str(value).strip() for line in rows for value in line if value is not None)
    filled = {(row, column) for row, line in enumerate(rows) for column, value in enumerate(line) if value is not None}
    for value in tables.values:
        letter, number = value[3][0], int(value[3][1:])
        assert (number - 1, ord(letter) - 65) in filled
        assert math.isnan(value[8]) or math.isfinite(value[8])
