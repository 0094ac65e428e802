"""Numbers as people write them: operator, thousands separators, unit, range; exact about what is not a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from perfkit.read.layout import narrow
from perfkit.terms import Operator

NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?"
# No amount in 元 and no count comes near; sums and products of what lies far beyond end in infinity.
HIGHEST = 1e15
_MONEY_FACTORS = {"元": 1, "千元": 1_000, "万元": 10_000, "万": 10_000, "百万元": 10**6, "亿元": 10**8, "亿": 10**8}
_PERCENT_WORDS = frozenset({"%", "%%", "百分比", "百分数", "%百分比"})
_OPERATORS = {
    word: member for member in Operator if member is not Operator.BETWEEN for word in (member.label, *member.spellings)
} | {"≧": Operator.AT_LEAST, "≦": Operator.AT_MOST, "=>": Operator.AT_LEAST, "=<": Operator.AT_MOST}
# 以上、以下、以内 include the number itself (Civil Code, art. 1259)
_ENDINGS = {
    "及以上": Operator.AT_LEAST, "以上": Operator.AT_LEAST, "及以下": Operator.AT_MOST, "以下": Operator.AT_MOST,
    "以内": Operator.AT_MOST,
}  # fmt: skip
_PREFIX = re.compile("|".join(sorted(map(re.escape, _OPERATORS), key=len, reverse=True)))
_ONE = re.compile(rf"({NUMBER})\s*(\D*)")
_RANGE = re.compile(rf"({NUMBER})\s*([^\d~至—–-]*)\s*(?:~|至|—+|–|-)\s*({NUMBER})\s*(\D*)")


class MeasureError(ValueError):
    """A text that is no number; ``mend`` says what to write instead."""

    def __init__(self, mend: str) -> None:
        """Keep the advice."""
        super().__init__(mend)
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with what stood around it 数值与单位: ``high`` only for a range."""

    low: float
    high: float | None = None
    operator: Operator | None = None
    unit: str = ""
    notes: tuple[str, ...] = ()


def number_of(value: float | str) -> float:
    """Return a finite float.

    Raises
    ------
    MeasureError
        For NaN, infinities and numbers beyond ``HIGHEST``.
    """
    try:
        number = float(value.replace(",", "").replace(" ", "")) if isinstance(value, str) else float(value)
    except (OverflowError, ValueError):
        raise MeasureError("填写一个普通大小的数字") from None
    if not abs(number) <= HIGHEST:
        raise MeasureError("填写一个普通大小的数字")
    return number


def percentage(rate: float) -> float:
    """Return a rate times 100 without the dust of binary multiplication.

    >>> percentage(0.57), 0.57 * 100
    (57.0, 56.99999999999999)
    """
    return float(Decimal(str(rate)) * 100)


def plain_unit(text: str) -> tuple[str, bool]:
    """Return a unit without brackets, blanks and doubling, and whether it was doubled.

    >>> plain_unit("百分比")
    ('%', False)
    >>> plain_unit("个个")
    ('个', True)
    """
    unit = re.sub(r"[\s()（）]+", "", narrow(text)).rstrip("。.;；")
    if unit in _PERCENT_WORDS:
        return "%", len(unit) > 1 and unit.startswith("%")
    half = len(unit) // 2
    if unit and unit[:half] == unit[half:]:
        return plain_unit(unit[:half])[0], True
    return unit, False


def convert(value: float, unit: str, wanted: str) -> float | None:
    """Return a money value in the wanted unit, ``None`` where the units are not both money.

    >>> convert(135347000.0, "元", "万元")
    13534.7
    """
    if unit not in _MONEY_FACTORS or wanted not in _MONEY_FACTORS:
        return None
    return float(Decimal(str(value)) * _MONEY_FACTORS[unit] / _MONEY_FACTORS[wanted])


def measure(text: str) -> Measure:
    """Read a number with operator, unit or range 数值文本.

    Raises
    ------
    MeasureError
        Where the text is not exactly one number or one range.

    Examples
    --------
    >>> measure("≥５０个").low, measure("≥５０个").operator.label, measure("≥５０个").unit
    (50.0, '≥', '个')
    >>> measure("80%~95%").high
    95.0
    """
    plain = narrow(text).strip()
    notes = [] if plain == text.strip() else ["全角转半角"]
    operator: Operator | None = None
    if prefix := _PREFIX.match(plain):
        operator, plain = _OPERATORS[prefix[0]], plain[prefix.end() :].strip()
    if both := _RANGE.fullmatch(plain):
        return _range(both, operator, notes)
    one = _ONE.fullmatch(plain)
    if one is None:
        raise MeasureError("填写数字；没有数值时填 不适用、缺失 或 未到期，尚未填写则留空")
    tail = one[2].strip()
    for ending, meaning in _ENDINGS.items():
        if tail.endswith(ending):
            if operator not in (None, meaning):
                raise MeasureError("前后的比较符号互相矛盾，保留一个")
            operator, tail = meaning, tail.removesuffix(ending)
            break
    return _finish(number_of(one[1]), None, operator, tail, one[1], notes)


def _range(match: re.Match[str], operator: Operator | None, notes: list[str]) -> Measure:
    """Return the range of two numbers."""
    low, high = number_of(match[1]), number_of(match[3])
    first, last = plain_unit(match[2])[0], plain_unit(match[4])[0]
    if operator is not None or low > high or (first and first != last):
        raise MeasureError("区间写成 下限~上限，两端单位相同，不带比较符号")
    return _finish(low, high, Operator.BETWEEN, match[4], match[1] + match[3], notes)


def _finish(
    low: float, high: float | None, operator: Operator | None, tail: str, digits: str, notes: list[str]
) -> Measure:
    """Return the measure with a note for everything that was taken apart."""
    unit, doubled = plain_unit(tail)
    if len(unit) > 12 or re.search(r"[\d<>≥≤=~,:]", unit.replace("m2", "").replace("m3", "")):
        raise MeasureError("只保留一个数字和它的单位，其余文字写入说明栏")
    if "," in digits or " " in digits:
        notes.append("去掉千分位")
    if doubled:
        notes.append("去掉重复的单位")
    if operator is not None:
        notes.append("拆出运算符")
    if unit:
        notes.append("拆出单位")
    return Measure(low, high, operator, unit, tuple(notes))
