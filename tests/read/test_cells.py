"""Every normalisation and every refusal of a single cell."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import DataError
from perfkit.read.cells import Cell, Found, read_cell
from perfkit.read.layout import Column, Form
from perfkit.terms import Absence, CheckpointOutcome, Direction, Operator, ScoringFunction
from perfkit.trace import CellAddress

HERE = CellAddress("工作簿.xlsx", "表", "C7")
TERMS = {Direction: "方向", ScoringFunction: "计分方法", CheckpointOutcome: "判定"}


def read(form: Form, value: object, *, percent: bool = False, zeros: int = 0, unit: str = "", code: str = "x") -> Cell:
    term = Direction if form is Form.TERM else None
    column = Column(code=code, header="栏目", form=form, term=term, unit=unit)
    return read_cell(column, Found(value, HERE, percent, zeros))


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (Form.NUMBER, "１２，６３４．７０", 12634.7),
        (Form.NUMBER, " 12 634.70 ", 12634.7),
        (Form.INTEGER, "1,330份", 1330),
        (Form.MONEY, "13,534.70万元", 13534.7),
        (Form.MONEY, "135,347,000元", 13534.7),
        (Form.MONEY, "1.35347亿元", 13534.7),
        (Form.MONEY, "￥５００", 500.0),
        (Form.PERCENT, "93.35%", 0.9335),
        (Form.PERCENT, "93.35％", 0.9335),
        (Form.PERCENT, 93.35, 0.9335),
        (Form.PERCENT, 0.9335, 0.9335),
        (Form.FACTOR, "50%", 0.5),
        (Form.DATE, "2024年6月", dt.date(2024, 6, 30)),
        (Form.DATE, "2024-06-30", dt.date(2024, 6, 30)),
        (Form.DATE, "2024.6.30", dt.date(2024, 6, 30)),
        (Form.DATE, "2024年2月29日", dt.date(2024, 2, 29)),
        (Form.DATE, 45473.0, dt.date(2024, 6, 30)),
        (Form.DATE, 20240630.0, dt.date(2024, 6, 30)),
        (Form.NUMERAL, "③", 3),
        (Form.NUMERAL, "（2）", 2),
        (Form.CODE, 101.0, "101"),
        (Form.CODE, " Ａ１０１ ", "A101"),
        (Form.TERM, "正向", Direction.HIGHER),
        (Form.FLAG, "√", True),
        (Form.CODES, "E01；E01", ("E01",)),
    ],
)
def test_an_unambiguous_form_is_read_and_said(form: Form, value: object, expected: object) -> None:
    cell = read(form, value)
    assert cell.value == pytest.approx(expected, rel=1e-12) if isinstance(expected, float) else cell.value == expected
    assert cell.notes
    assert cell.address == HERE


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        (Form.CODE, "0101", "0101"),
        (Form.CODES, "E01;E02；E03、E04,E05 E06", ("E01", "E02", "E03", "E04", "E05", "E06")),
        (Form.TERM, "越高越好", Direction.HIGHER),
        (Form.FLAG, "否", False),
        (Form.DATE, dt.date(2024, 6, 30), dt.date(2024, 6, 30)),
        (Form.DATE, dt.datetime(2024, 6, 30), dt.date(2024, 6, 30)),
        (Form.SCALE, "100/75/50/25/0", (100.0, 75.0, 50.0, 25.0, 0.0)),
        (Form.LINES, "甲\n\n 乙 ", ("甲", "乙")),
        (Form.LIST, "第 1 题；第 2 题", ("第 1 题", "第 2 题")),
        (Form.TEXT, "=1+1", "=1+1"),
        (Form.PERCENT, 0.0, 0.0),
        (Form.FACTOR, 1, 1.0),
        (Form.PARAMETERS, "满分值=100；零分线＝80;每单位扣分比例=5%",
         {"full_at": 100.0, "zero_at": 80.0, "deduct_share_per_unit": "5%"}),
    ],
)  # fmt: skip
def test_a_plain_form_is_read_without_a_word(form: Form, value: object, expected: object) -> None:
    cell = read(form, value)
    assert cell.value == expected
    assert cell.notes == ()


@pytest.mark.parametrize(
    ("value", "operator", "number", "unit"),
    [
        ("≥50个", Operator.AT_LEAST, 50.0, "个"),
        ("≥100百分比", Operator.AT_LEAST, 100.0, "%"),
        ("≥100%百分比", Operator.AT_LEAST, 100.0, "%"),
        ("50个个", None, 50.0, "个"),
        ("不超过３０天", Operator.AT_MOST, 30.0, "天"),
        ("90%以上", Operator.AT_LEAST, 90.0, "%"),
        ("<1,000 元", Operator.LESS, 1000.0, "元"),
        ("80~95%", Operator.BETWEEN, (80.0, 95.0), "%"),
        ("80%-90%", Operator.BETWEEN, (80.0, 90.0), "%"),
    ],
)
def test_a_target_is_taken_apart(value: str, operator: Operator | None, number: object, unit: str) -> None:
    cell = read(Form.TARGET, value)
    assert (cell.operator, cell.value, cell.unit) == (operator, number, unit)
    assert cell.raw == value
    assert cell.notes


@pytest.mark.parametrize(
    ("form", "value", "code"),
    [
        (Form.NUMBER, "93,35", "WB-NUMBER"),
        (Form.NUMBER, "1,23,456", "WB-NUMBER"),
        (Form.NUMBER, "50 60", "WB-NUMBER"),
        (Form.NUMBER, "约50", "WB-NUMBER"),
        (Form.NUMBER, "—", "WB-NUMBER"),
        (Form.NUMBER, "=1+1", "WB-NUMBER"),
        (Form.NUMBER, "50个", "WB-UNIT"),
        (Form.NUMBER, True, "WB-NUMBER"),
        (Form.NUMBER, dt.date(2024, 1, 1), "WB-NUMBER"),
        (Form.NUMBER, float("inf"), "WB-NUMBER"),
        (Form.MEASURE, "≥50", "WB-NUMBER"),
        (Form.MEASURE, "40~50", "WB-NUMBER"),
        (Form.INTEGER, 1.5, "WB-INTEGER"),
        (Form.INTEGER, -1, "WB-INTEGER"),
        (Form.MONEY, "50美元", "WB-UNIT"),
        (Form.PERCENT, 1, "WB-PERCENT"),
        (Form.PERCENT, "1", "WB-PERCENT"),
        (Form.PERCENT, -0.2, "WB-PERCENT"),
        (Form.FACTOR, 1.2, "WB-RANGE"),
        (Form.DATE, "2024年", "WB-DATE"),
        (Form.DATE, "2023-02-29", "WB-DATE"),
        (Form.DATE, "6月30日", "WB-DATE"),
        (Form.DATE, 2024.0, "WB-DATE"),
        (Form.CODE, 1.1, "WB-CODE"),
        (Form.TERM, "越高越妙", "WB-TERM"),
        (Form.FLAG, "也许", "WB-FLAG"),
        (Form.NUMERAL, "其一", "WB-INTEGER"),
        (Form.SCALE, "0/25/50", "WB-SCALE"),
        (Form.SCALE, "100", "WB-SCALE"),
        (Form.PARAMETERS, "满分点数=100", "WB-PARAMETER"),
        (Form.PARAMETERS, "满分值", "WB-PARAMETER"),
        (Form.PARAMETERS, "满分值=1；满分线=2", "WB-PARAMETER"),
    ],
)
def test_what_is_ambiguous_is_refused_with_its_cell(form: Form, value: object, code: str) -> None:
    with pytest.raises(DataError) as caught:
        read(form, value)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert "C7" in problem.where
    assert problem.expected
    assert problem.mend


def test_a_near_word_is_suggested() -> None:
    with pytest.raises(DataError, match="越高越好"):
        read(Form.TERM, "越高越妙")
    with pytest.raises(DataError, match="满分点"):
        read(Form.PARAMETERS, "满分点数=100")


@pytest.mark.parametrize(
    ("word", "absence"),
    [("不适用", Absence.NOT_APPLICABLE), (" 缺失 ", Absence.MISSING), ("未到期", Absence.NOT_DUE)],
)
def test_three_absences_stay_apart(word: str, absence: Absence) -> None:
    cell = read(Form.MEASURE, word)
    assert (cell.value, cell.absence) == (None, absence)
    assert read(Form.MEASURE, "  ").absence is None


def test_formats_of_the_sheet_decide_about_percent_and_leading_zeros() -> None:
    assert read(Form.PERCENT, 1.0, percent=True).value == 1.0
    assert read(Form.MEASURE, 0.9335, percent=True).value == pytest.approx(93.35)
    assert read(Form.CODE, 101.0, zeros=4).value == "0101"
    with pytest.raises(DataError, match="9335%"):
        read(Form.PERCENT, 93.35, percent=True)


def test_yes_and_no_are_values_of_the_actual_column_only() -> None:
    assert read(Form.MEASURE, "是", code="actual").value == 1.0
    with pytest.raises(DataError):
        read(Form.MEASURE, "是", code="peer")


ANY = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(),
    st.text(alphabet="0123456789０１,.，。%％≥<~-至个万元年月日=:；/ ①不适用", max_size=14),
)  # fmt: skip


@given(form=st.sampled_from(list(Form)), value=ANY, percent=st.booleans(), unit=st.sampled_from(["", "年", "分", "人"]))
def test_whatever_stands_in_a_cell_is_read_or_refused(form: Form, value: object, percent: bool, unit: str) -> None:
    problems: tuple[object, ...] = ()
    cell = None
    try:
        cell = read(form, value, percent=percent, unit=unit)
    except DataError as error:
        problems = error.problems
    assert (cell is None) == (len(problems) == 1)
