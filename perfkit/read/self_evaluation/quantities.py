"""Numbers of a self-evaluation form 自评表数值: points, money, rates, target and actual values, each with what was normalised."""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
from typing import NamedTuple

from perfkit.read.layout import narrow
from perfkit.read.numbers import NUMBER, Measure, MeasureError, convert, measure, number_of, percentage, plain_unit
from perfkit.terms import Operator

NAN = math.nan
LONGEST_NUMBER = 60
HIGHEST_FRACTION = 1.5
NEAR_RATE = 0.05  # a printed rate this near to executed ÷ budget (relative) tells on which scale it is written
_DASHES = frozenset({"", "-", "--", "—", "——", "–", "―", "/", "\\", "－", "…", "……", "无", "不适用", "N/A", "n/a", "*"})
_POINT_UNITS = ("", "分", "%")
_TIME = re.compile(
    r"(?<![\d.,])(?:19|20)\d\d\s*年|(?<![\d.,])(?:19|20)\d\d[./-](?:0?[1-9]|1[0-2])(?:[./-]\d{1,2}(?!\d)|[前日底月止])"
    r"|\d{1,2}\s*月(?!以)|月底|月末|年底|年末|季度末|日前|前完成|前到位"
)
_BARE_MONTH = re.compile(r"20[0-3]\d\.(?:0[1-9]|1[0-2])")  # a text 2024.12 is a month, unless it has a sign or a unit
_OPERATOR_WORDS = "|".join(
    sorted(
        (
            re.escape(word)
            for item in Operator
            if item is not Operator.BETWEEN
            for word in (item.label, *item.spellings)
        ),
        key=len,
        reverse=True,
    )
)
_LED = re.compile(rf"([^\d<>≥≤=~%.,:;()+-]{{1,10}}?)\s*:?\s*((?:{_OPERATOR_WORDS}|≧|≦)?\s*{NUMBER}.*)", re.DOTALL)
_NO_LEAD = re.compile(r"[第不未无超前后非约近每余]$|^(?:约|近|每|不|未|无)|[月日季]$|最[高低]$")
_NO_UNIT = re.compile(r"^[余多]|完成|达到|按|及时|其中|左右|前$|[月年]底|月末")
_DONE = "已|实际|共|累计|完成|达到|达|实现|为|保持|培训|控制在"


class Quantity(NamedTuple):
    """A number out of a cell 数值: NaN where none stands; ``operator`` a stable code or ``""``."""

    number: float = NAN
    operator: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()
    high: float = NAN


class RefusedError(Exception):
    """A cell that cannot be read: what was expected, how to mend it."""

    def __init__(self, expected: str, mend: str) -> None:
        """Keep both."""
        super().__init__(expected)
        self.expected, self.mend = expected, mend


NOTHING = Quantity()


@functools.lru_cache(maxsize=20_000)
def _measured(text: str) -> Measure | str:
    """Return the measure of a text, or the advice of its refusal."""
    if len(text) > LONGEST_NUMBER:
        return "只填一个数字和单位，其余文字写入说明栏"
    try:
        return measure(text)
    except MeasureError as error:
        return error.mend


def is_dash(text: str) -> bool:
    """Whether a text stands for nothing: blank, a dash, 无, 不适用."""
    return re.sub(r"\s+", "", narrow(text)) in _DASHES


def _one_number(value: object, percent: bool, expected: str) -> Quantity:
    """Return one number, a percent as its hundredfold with the unit %."""
    if isinstance(value, (bool, dt.date, dt.time)):
        raise RefusedError(expected, "填写数字；若显示为日期，请把单元格格式改为数值")
    if isinstance(value, (int, float)):
        try:
            number = number_of(value)
        except MeasureError as error:
            raise RefusedError(expected, error.mend) from None
        return Quantity(percentage(number), "", "%", ("百分比格式换算为 % 数",)) if percent else Quantity(number)
    found = _measured(" ".join(str(value).split()))
    if isinstance(found, str):
        raise RefusedError(expected, found)
    if found.high is not None or found.operator is not None:
        raise RefusedError(expected, "只填一个数字")
    return Quantity(found.low, "", found.unit, found.notes)


def points(value: object, percent: bool) -> Quantity:
    """Return points or a weight 分值、得分; 「10分」 and 「10%」 are 10, a dash is nothing.

    Raises
    ------
    RefusedError
        Where something stands that is no number of points.
    """
    if value is None or (isinstance(value, str) and is_dash(value)):
        return NOTHING
    read = _one_number(value, percent, "分数，如 9.5")
    if read.unit not in _POINT_UNITS:
        raise RefusedError("分数，如 9.5", "去掉单位，只填数字")
    return read


def money(value: object, percent: bool, unit: str) -> Quantity:
    """Return an amount in 万元 金额; ``unit`` is what the form states, a unit behind the number wins.

    Raises
    ------
    RefusedError
        Where something stands that is no amount.
    """
    if value is None or (isinstance(value, str) and is_dash(value)):
        return NOTHING
    if percent:
        raise RefusedError("金额", "去掉百分比格式")
    if isinstance(value, str):
        value = re.sub(r"^(?:人民币|[¥￥])\s*", "", narrow(value).strip())
    read = _one_number(value, False, "金额")
    stated = read.unit or unit
    number = convert(read.number, stated, "万元")
    if number is None:
        raise RefusedError("金额（万元）", "单位写元、万元或亿元")
    notes = read.notes if number == read.number else (*read.notes, f"由{stated}换算为万元")
    return Quantity(number, "", "万元", notes)


def rate(value: object, percent: bool, computed: float) -> Quantity:
    """Return a rate as a fraction of 1 比率; a bare number by what executed ÷ budget says it must be.

    Parameters
    ----------
    value, percent : what stands there, and whether its format shows percent.
    computed : the rate that the amounts give, NaN where they give none.

    Raises
    ------
    RefusedError
        Where no rate stands there, or a bare 1 that may be 1 % or 100 %.
    """
    if value is None or (isinstance(value, str) and is_dash(value)):
        return NOTHING
    expected = "百分数，如 93.35%"
    read = _one_number(value, percent, expected)
    if read.unit not in ("", "%"):
        raise RefusedError(expected, "写成 93.35%")
    if read.unit == "%":
        return Quantity(_hundredth(read.number), "", "", () if percent or "%" in str(value) else read.notes)
    number = read.number
    if number == 0:
        return Quantity(0.0, "", "", read.notes)
    fits = [math.isclose(reading, computed, rel_tol=NEAR_RATE) for reading in (number, _hundredth(number))]
    if any(fits):
        note = "按执行数÷预算数判定为" + ("比率" if fits[0] else "百分数")
        return Quantity(number if fits[0] else _hundredth(number), "", "", (*read.notes, note))
    if number == 1:
        raise RefusedError("百分数（1 可能是 1% 或 100%）", "写成 1% 或 100%")
    if number > HIGHEST_FRACTION:
        return Quantity(_hundredth(number), "", "", (*read.notes, "大于 1.5 的数按百分数读取"))
    return Quantity(number, "", "", (*read.notes, "不大于 1.5 的数按比率读取"))


def _hundredth(number: float) -> float:
    """Return a percent as a fraction without the dust of binary division."""
    return float(f"{number / 100:.15g}")


def target(value: object, percent: bool, measured: bool = False) -> Quantity:
    """Return the number of a target value 年度指标值; words and points of time are no number and no error.

    Parameters
    ----------
    value, percent : what stands there, and whether its format shows percent.
    measured : whether columns of their own hold a sign or a unit: then a text like 2024.12 is no month.

    >>> target("≥５０个", False).number, target("80%以上", False).operator, target("2024年12月底前", False).number
    (50.0, 'ge', nan)
    """
    if value is None or isinstance(value, (bool, dt.date, dt.time)):
        return NOTHING
    if isinstance(value, (int, float)):
        try:
            return _one_number(value, percent, "")
        except RefusedError:
            return NOTHING
    return _value_of(str(value), measured)


def actual(value: object, percent: bool, measured: bool = False) -> Quantity:
    """Return the number of an actual value 实际完成值; leading words such as 已完成 are left out with a note.

    >>> actual("已完成60个", False).number, actual("优", False).number
    (60.0, nan)
    """
    if isinstance(value, str) and len(value) <= LONGEST_NUMBER:
        led = re.fullmatch(rf"(?:{_DONE})+\s*(?=[\d≥≤<>])(.+)", narrow(value).strip(), re.DOTALL)
        if led:
            read = _value_of(led[1], measured)
            return read if math.isnan(read.number) else read._replace(notes=(*read.notes, "去掉数值前的文字"))
    return target(value, percent, measured)


@functools.lru_cache(maxsize=20_000)
def _value_of(text: str, measured: bool) -> Quantity:
    """Return the number of a text that may as well be words."""
    plain = re.sub(r"\(含(?:本数)?\)", "", " ".join(narrow(text).split()))
    if is_dash(plain) or len(plain) > LONGEST_NUMBER or not re.search(r"\d", plain) or _TIME.search(plain):
        return NOTHING
    if not measured and _BARE_MONTH.fullmatch(plain):
        return NOTHING
    notes: tuple[str, ...] = ()
    found = _measured(re.sub(r"(?<=[^\x00-\x7f≥≤])\s+(?=\S)", "", plain))
    if isinstance(found, str):
        led = _LED.fullmatch(plain)
        if led is None or _NO_LEAD.search(led[1].strip()):
            return NOTHING
        found = _measured(led[2].strip())
        notes = (f"去掉数值前的文字「{led[1].strip()}」",)
        if isinstance(found, str):
            return NOTHING
    if _NO_UNIT.search(found.unit):
        return NOTHING
    if narrow(text).strip() != text.strip() and "全角转半角" not in found.notes:
        notes = ("全角转半角", *notes)
    high = NAN if found.high is None else found.high
    operator = found.operator.value if found.operator is not None else ""
    unit = _as_written(plain, found.unit)
    if unit.endswith("内") and operator in ("", "le"):
        # 以内 includes the number itself (Civil Code, art. 1259); 5日内 says the same
        operator, unit, notes = "le", unit.removesuffix("内"), (*notes, "「内」读作≤")
    return Quantity(found.low, operator, unit, (*notes, *found.notes), high)


def _as_written(text: str, unit: str) -> str:
    """Return a unit with its brackets where the text has some: 台（套）, not 台套."""
    tail = re.search(r"[^\d\s]*$", text)
    if unit and tail is not None and "(" in tail[0] and plain_unit(tail[0])[0] == unit:
        return tail[0].replace("(", "（").replace(")", "）")
    return unit


def operator_of(text: str) -> str | None:
    """Return the operator that a cell of the column 指标性质 names, ``""`` for none, ``None`` where it names another thing.

    >>> operator_of("≥"), operator_of("定性"), operator_of("大约")
    ('ge', '', None)
    """
    plain = re.sub(r"[\s()]+", "", narrow(text))
    if is_dash(plain) or plain in (
        "定性",
        "定量",
        "定性指标",
        "定量指标",
        "正向",
        "反向",
        "正向指标",
        "反向指标",
        "文字描述",
        "其他",
    ):
        return ""
    word = Operator.read(plain)
    if word is None:
        word = {"≧": Operator.AT_LEAST, "≦": Operator.AT_MOST, "=>": Operator.AT_LEAST, "=<": Operator.AT_MOST}.get(
            plain
        )
    return word.value if word is not None else None
