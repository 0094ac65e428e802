"""One cell at a time: from what stands there to a typed value, saying what was normalised and refusing the rest."""

from __future__ import annotations

import calendar
import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from perfkit.errors import DataError, Problem
from perfkit.read.layout import Column, Form, narrow
from perfkit.read.numbers import Measure, MeasureError, convert, measure, number_of, percentage
from perfkit.terms import Absence, Operator, ScoringParameter, Term
from perfkit.trace import CellAddress

FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000  # Excel day numbers of 1954 to 2119: nothing else in a date column is one
HIGHEST_RATE = 10.0  # a rate above 1000 % in a percent-formatted cell is a pasted 93.35, not a rate
MONEY_UNIT = "万元"
_SEPARATORS = re.compile(r"[;；、,，\s]+")
_LIST_SEPARATORS = re.compile(r"\s*[;；\n]\s*")
_CIRCLED = {chr(0x2460 + i): i + 1 for i in range(20)} | {chr(0x2474 + i): i + 1 for i in range(20)}
_COUNTED = ("年", "年度", "份", "人", "个", "户", "家", "次", "项", "人次", "期")
_NUMERIC = frozenset({
    Form.INTEGER, Form.NUMBER, Form.MEASURE, Form.TARGET, Form.MONEY, Form.PERCENT, Form.FACTOR, Form.DATE,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One value with its source 单元格.

    Parameters
    ----------
    value : typed by the column, ``None`` where the cell is empty or states an absence.
    raw : as found, before normalising.
    address : where it stands.
    notes : what was normalised, Chinese.
    absence : 不适用、缺失 or 未到期 where the cell says so; an empty cell says nothing.
    operator, unit : what stood around the number, e.g. ≥ and 个 of 「≥50个」.
    """

    value: object
    raw: str
    address: CellAddress
    notes: tuple[str, ...] = ()
    absence: Absence | None = None
    operator: Operator | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What the file holds in one cell 原始单元格: the bare value, and what its number format says about it."""

    value: object
    address: CellAddress
    percent: bool = False
    zeros: int = 0

    @property
    def raw(self) -> str:
        """The value as a reader of the sheet would write it."""
        return written(self.value)


class _RefusalError(Exception):
    """A cell that cannot be read: code, what was expected, how to mend."""

    def __init__(self, code: str, expected: str, mend: str) -> None:
        super().__init__(expected)
        self.code, self.expected, self.mend = code, expected, mend


def written(value: object) -> str:
    """Return a value as text: integral floats without a point, dates in ISO form, words by their label."""
    if value is None:
        return ""
    if isinstance(value, Term):
        return value.label
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dict):
        return "；".join(f"{key}={written(item)}" for key, item in value.items())
    if isinstance(value, (tuple, list)):
        return "；".join(written(item) for item in value)
    return str(value)


def near(word: str, words: Iterable[str]) -> str:
    """Return a Chinese hint naming the words most like ``word``, or an empty text."""
    found = difflib.get_close_matches(word, sorted(set(words)), n=3, cutoff=0.5)
    return f"是否为{'、'.join(f'「{item}」' for item in found)}？" if found else ""


def read_cell(column: Column, found: Found) -> Cell:
    """Read one cell by the form of its column 读取单元格.

    Parameters
    ----------
    column : what the cell should hold.
    found : what stands there.

    Returns
    -------
    Cell
        The typed value with a note for everything that was normalised.

    Raises
    ------
    DataError
        One problem naming cell, expected, found and how to mend it.
    """
    raw = found.raw
    if not narrow(raw).strip():
        return Cell(None, "", found.address)
    if column.form in _NUMERIC and isinstance(found.value, str) and (absence := Absence.read(narrow(raw))):
        return Cell(None, raw, found.address, absence=absence)
    try:
        cell = _READERS[column.form](column, found)
    except _RefusalError as refusal:
        problem = Problem(
            code=refusal.code,
            where=f"{found.address}（{column.header}）",
            expected=refusal.expected,
            found=f"「{_short(raw)}」",
            mend=refusal.mend,
        )
        raise DataError(problem) from None
    return replace(cell, raw=raw)


def _short(text: str) -> str:
    """Return a text short enough for a message."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:40]}…"


def _text(_column: Column, found: Found) -> Cell:
    value = found.raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    return Cell(value, "", found.address)


def _lines(column: Column, found: Found) -> Cell:
    lines = (line.strip() for line in str(_text(column, found).value).split("\n"))
    return Cell(tuple(line for line in lines if line), "", found.address)


def _list(_column: Column, found: Found) -> Cell:
    parts = _LIST_SEPARATORS.split(found.raw.strip())
    return Cell(tuple(part for part in parts if part), "", found.address)


def _code(_column: Column, found: Found) -> Cell:
    value = found.value
    mend = "把单元格设为文本格式后重新填写编码"
    if isinstance(value, (bool, dt.date, dt.time, dt.timedelta)):
        raise _RefusalError("WB-CODE", "文本编码", mend)
    if isinstance(value, (int, float)):
        if isinstance(value, float) and not value.is_integer():
            raise _RefusalError("WB-CODE", "文本编码（数值会丢失末尾的 0，如 1.10 变成 1.1）", mend)
        return Cell(str(int(value)).zfill(found.zeros), "", found.address, ("数值编码按文本读取",))
    text = re.sub(r"\s+", "", narrow(str(value)))
    return Cell(text, "", found.address, () if text == str(value) else ("去掉空格、全角转半角",))


def _codes(column: Column, found: Found) -> Cell:
    if not isinstance(found.value, str):
        cell = _code(column, found)
        return replace(cell, value=(cell.value,))
    parts = tuple(part for part in _SEPARATORS.split(narrow(found.value).strip()) if part)
    if len(set(parts)) < len(parts):
        return Cell(tuple(dict.fromkeys(parts)), "", found.address, ("去掉重复的编码",))
    return Cell(parts, "", found.address)


def _term(column: Column, found: Found) -> Cell:
    words = column.term
    if words is None:
        raise _RefusalError("WB-TERM", "约定的词", "核对模板")
    text = found.raw.strip()
    member = words.read(text) or words.read(re.sub(r"\s+", "", narrow(text)))
    if member is None:
        known = [word for item in words for word in (item.label, *item.spellings)]
        raise _RefusalError("WB-TERM", "、".join(words.labels()), near(text, known) or "从下拉列表中选择一项")
    notes = () if text in (member.label, member.value) else (f"读作「{member.label}」",)
    return Cell(member, "", found.address, notes)


def _flag(_column: Column, found: Found) -> Cell:
    text = narrow(found.raw).strip().upper()
    if text in {"是", "Y", "YES", "TRUE", "√"}:
        value = True
    elif text in {"否", "N", "NO", "FALSE", "×"}:
        value = False
    else:
        raise _RefusalError("WB-FLAG", "是 或 否", "从下拉列表中选择")
    return Cell(value, "", found.address, () if text in {"是", "否"} else (f"读作「{'是' if value else '否'}」",))


def _numeral(_column: Column, found: Found) -> Cell:
    text = narrow(found.raw).strip()
    if text in _CIRCLED:
        return Cell(_CIRCLED[text], "", found.address, ("带圈序号转为数字",))
    match = re.fullmatch(r"[(第]?(\d{1,4})[).、点条]?", text)
    if match is None or not int(match[1]):
        raise _RefusalError("WB-INTEGER", "序号，如 1 或 ①", "改为 1、2、3…")
    return Cell(int(match[1]), "", found.address, () if match[0] == match[1] else ("序号转为数字",))


def _measure_of(found: Found, what: str) -> Measure:
    """Return the number of a cell with what stands around it."""
    value = found.value
    if isinstance(value, (bool, dt.date, dt.time, dt.timedelta)):
        raise _RefusalError("WB-NUMBER", what, "填写数字；若显示为日期，请把单元格格式改为数值")
    try:
        if isinstance(value, (int, float)):
            number = number_of(value)
            return (
                Measure(percentage(number), unit="%", notes=("百分比格式换算为 % 数",))
                if found.percent
                else Measure(number)
            )
        return measure(str(value))
    except MeasureError as error:
        raise _RefusalError("WB-NUMBER", what, error.mend) from None


def _plain_number(found: Found, what: str, units: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
    """Return a number behind which only one of ``units`` may stand."""
    if found.percent:
        raise _RefusalError("WB-NUMBER", f"{what}，不是百分数", "去掉百分比格式，填写数值")
    read = _measure_of(found, what)
    if read.high is not None or read.operator is not None:
        raise _RefusalError("WB-NUMBER", f"一个{what}", "只填数字")
    if read.unit and read.unit not in units:
        raise _RefusalError("WB-UNIT", f"{what}，单位{'、'.join(units) or '不填'}", "去掉单位，或换算后填写数字")
    dropped = (f"去掉单位「{read.unit}」",) if read.unit else ()
    return read.low, (*read.notes, *dropped)


def _number(column: Column, found: Found) -> Cell:
    value, notes = _plain_number(found, "数字", (column.unit,) if column.unit else ())
    return Cell(value, "", found.address, notes)


def _integer(column: Column, found: Found) -> Cell:
    value, notes = _plain_number(found, "整数", _COUNTED)
    if not value.is_integer():
        raise _RefusalError("WB-INTEGER", "整数", "去掉小数")
    year = column.unit == "年"
    if year and not 1949 <= value <= 2100:
        raise _RefusalError("WB-INTEGER", "四位年份", "如 2024")
    if not year and value < 0:
        raise _RefusalError("WB-INTEGER", "不小于 0 的整数", "核对数量")
    return Cell(int(value), "", found.address, notes)


def _measure(column: Column, found: Found) -> Cell:
    if column.code == "actual" and found.raw.strip() in ("是", "否"):
        return Cell(float(found.raw.strip() == "是"), "", found.address, ("是、否记为 1、0",))
    read = _measure_of(found, "数字（可带单位）")
    if read.high is not None:
        raise _RefusalError("WB-NUMBER", "一个数字，不是区间", "填写实际的一个数值")
    if read.operator is not None:
        raise _RefusalError("WB-NUMBER", "数字，不带比较符号", "填写实际数值，去掉符号")
    return Cell(read.low, "", found.address, read.notes, unit=read.unit)


def _target(_column: Column, found: Found) -> Cell:
    """Read a target value; what is no number stays text: only its row knows whether words are allowed."""
    try:
        read = _measure_of(found, "目标数值")
    except _RefusalError:
        if isinstance(found.value, str):
            return Cell(found.value.strip(), "", found.address)
        raise
    value: object = read.low if read.high is None else (read.low, read.high)
    return Cell(value, "", found.address, read.notes, operator=read.operator, unit=read.unit)


def _money(_column: Column, found: Found) -> Cell:
    if found.percent:
        raise _RefusalError("WB-NUMBER", "金额（万元）", "去掉百分比格式")
    text = found.value
    if isinstance(text, str):
        text = re.sub(r"^(人民币|[¥￥])\s*", "", narrow(text).strip())
    read = _measure_of(replace(found, value=text), "金额（万元）")
    if read.high is not None or read.operator is not None:
        raise _RefusalError("WB-NUMBER", "一个金额（万元）", "只填数字")
    if not read.unit:
        notes = read.notes if text == found.value else (*read.notes, "去掉货币符号")
        return Cell(read.low, "", found.address, notes)
    value = convert(read.low, read.unit, MONEY_UNIT)
    if value is None:
        raise _RefusalError("WB-UNIT", "金额，单位万元", "换算成万元后填写数字")
    note = "去掉单位「万元」" if value == read.low else f"由{read.unit}换算为万元"
    return Cell(value, "", found.address, (*read.notes, note))


def _percent(_column: Column, found: Found) -> Cell:
    """Read a rate as a fraction of 1; a bare 1 could be 1 % or 100 % and is refused."""
    if found.percent and isinstance(found.value, (int, float)):
        rate = number_of(found.value)
        if not 0 <= rate <= HIGHEST_RATE:
            raise _RefusalError("WB-PERCENT", "百分数", f"单元格显示为 {rate:.0%}，请核对后重填")
        return Cell(rate, "", found.address)
    read = _measure_of(found, "百分数，如 93.35%")
    if read.high is not None or read.operator is not None or read.unit not in ("", "%") or read.low < 0:
        raise _RefusalError("WB-PERCENT", "百分数，如 93.35%", "写成 93.35%")
    if read.unit:
        return Cell(read.low / 100, "", found.address, (*read.notes, "百分数文本转为数值"))
    if read.low == 1:
        raise _RefusalError("WB-PERCENT", "百分数（1 可能是 1% 或 100%）", "写成 1% 或 100%")
    if read.low > 1:
        return Cell(read.low / 100, "", found.address, (*read.notes, "大于 1 的数按百分数读取"))
    return Cell(read.low, "", found.address, (*read.notes, "小于 1 的数按比率读取") if read.low else read.notes)


def _factor(_column: Column, found: Found) -> Cell:
    read = _measure_of(found, "0 到 1 的系数")
    if read.high is not None or read.operator is not None or read.unit not in ("", "%"):
        raise _RefusalError("WB-NUMBER", "0 到 1 的系数", "如 0.5 或 50%")
    value = read.low / 100 if read.unit else read.low
    if not 0 <= value <= 1:
        raise _RefusalError("WB-RANGE", "0 到 1 的系数", "如 0.5 或 50%")
    written_out = read.unit and not found.percent
    return Cell(value, "", found.address, (*read.notes, "百分数转为系数") if written_out else ())


def _date(_column: Column, found: Found) -> Cell:
    value = found.value
    if isinstance(value, dt.datetime):
        return Cell(value.date(), "", found.address)
    if isinstance(value, dt.date):
        return Cell(value, "", found.address)
    mend = "写成 2024-06-30"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if FIRST_SERIAL <= value <= LAST_SERIAL:
            return Cell(dt.date(1899, 12, 30) + dt.timedelta(days=int(value)), "", found.address, ("日期序号转为日期",))
        value = found.raw
    text = re.sub(r"\s+", "", narrow(str(value)))
    match = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月?)|(\d{2})(\d{2}))", text)
    if match is None:
        raise _RefusalError("WB-DATE", "日期，如 2024-06-30", mend)
    year, month, day = int(match[1]), int(match[2] or match[4]), match[3] or match[5]
    try:
        if day:
            return Cell(dt.date(year, month, int(day)), "", found.address, ("文本转为日期",))
        last = calendar.monthrange(year, month)[1]
        return Cell(dt.date(year, month, last), "", found.address, ("只写到月，按当月最后一日读取",))
    except ValueError:
        raise _RefusalError("WB-DATE", "存在的日期", mend) from None


def _scale(_column: Column, found: Found) -> Cell:
    parts = re.split(r"\s*[/;；、,，|\s]\s*", narrow(found.raw).strip())
    numbers = [float(part) for part in parts if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", part)]
    if len(numbers) != len(parts) or len(parts) < 2:
        raise _RefusalError("WB-SCALE", "由好到差的分值，如 100/75/50/25/0", "用 / 分隔各档分值")
    if sorted(numbers, reverse=True) != numbers or len(set(numbers)) < len(numbers):
        raise _RefusalError("WB-SCALE", "由好到差、逐档递减的分值", "按 100/75/50/25/0 的次序填写")
    return Cell(tuple(numbers), "", found.address)


def _parameters(_column: Column, found: Found) -> Cell:
    values: dict[str, object] = {}
    for part in _LIST_SEPARATORS.split(narrow(found.raw).strip()):
        if not part:
            continue
        key, separator, text = (piece.strip() for piece in part.partition("="))
        parameter = ScoringParameter.read(key)
        if not separator or not text:
            raise _RefusalError(
                "WB-PARAMETER", "键=值，用“；”分隔", f"改写「{_short(part)}」，如：满分值=100；零分值=80"
            )
        if parameter is None:
            known = [word for item in ScoringParameter for word in (item.value, item.label, *item.spellings)]
            hint = near(key, known) or f"可用的参数：{'、'.join(ScoringParameter.labels())}"
            raise _RefusalError("WB-PARAMETER", "已有的计分参数", f"没有参数「{_short(key)}」；{hint}")
        if parameter.value in values:
            raise _RefusalError("WB-PARAMETER", "每个参数只写一次", f"参数「{_short(key)}」重复，保留一个")
        values[parameter.value] = float(text) if re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,15})?", text) else text
    return Cell(values, "", found.address)


_READERS: dict[Form, Callable[[Column, Found], Cell]] = {
    Form.TEXT: _text, Form.LINES: _lines, Form.LIST: _list, Form.CODE: _code, Form.CODES: _codes, Form.TERM: _term,
    Form.FLAG: _flag, Form.NUMERAL: _numeral, Form.NUMBER: _number, Form.INTEGER: _integer, Form.MEASURE: _measure,
    Form.TARGET: _target, Form.MONEY: _money, Form.PERCENT: _percent, Form.FACTOR: _factor, Form.DATE: _date,
    Form.SCALE: _scale, Form.PARAMETERS: _parameters,
}  # fmt: skip
