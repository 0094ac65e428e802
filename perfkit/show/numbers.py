"""Printed numbers 数值格式: half-up in decimal after a snap to 1e-9, by record kind, never by binary rounding."""

from __future__ import annotations

import math
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import pandas as pd

from perfkit.trace import Record, RecordKind

UNKNOWN = "无法估计"
BLANK = "—"

DECIMALS: dict[str, int] = {"score": 2, "points": 2, "rate": 2, "money": 2, "count": 0}
SNAP = Decimal("1e-9")
# wide enough for every finite float: 309 integer digits and the nine of the snap
EXACT = Context(prec=340, rounding=ROUND_HALF_UP)


def is_missing(value: Any) -> bool:
    """Return whether ``value`` is no printable number or text 缺值: None, NaN, NaT, NA, an infinity."""
    if value is None or value is pd.NA or value != value:
        return True
    return isinstance(value, float) and math.isinf(value)


def half_up(value: float | int | str | Decimal, decimals: int) -> Decimal:
    """Return ``value`` rounded half-up (四舍五入) in decimal after a snap to 1e-9.

    Parameters
    ----------
    value : a finite number, taken by its shortest decimal form, so that 2.675 is 2.675.
    decimals : digits after the point, 0 or more.

    Returns
    -------
    The rounded decimal; zero never carries a minus sign.

    Examples
    --------
    >>> half_up(2.675, 2), half_up(89.99999999999999, 1)
    (Decimal('2.68'), Decimal('90.0'))
    """
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    snapped = exact.quantize(SNAP, context=EXACT)
    rounded = snapped.quantize(Decimal(1).scaleb(-decimals), context=EXACT)
    return rounded.copy_abs() if rounded.is_zero() else rounded


def shortest(value: float | int | Decimal) -> str:
    """Return the shortest decimal form after the snap to 1e-9, without exponent: 5.0 is ``"5"``, 0.1+0.2 ``"0.3"``."""
    text = format(half_up(value, 9), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def fixed(value: float | int | Decimal, decimals: int) -> str:
    """Return ``value`` with a fixed number of decimals, half-up, without separators."""
    return format(half_up(value, decimals), "f")


def separated(value: float | int | Decimal, decimals: int = 9) -> str:
    """Return ``value`` with at most so many decimals and thousands separators: 12634.7 is ``"12,634.7"``."""
    text = format(half_up(value, decimals), ",f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: float | int | Decimal, decimals: int = 2) -> str:
    """Return a fraction of 1 as percent: 0.933505 is ``"93.35%"``."""
    snapped = half_up(value, 9)
    return f"{half_up(snapped.scaleb(2, context=EXACT), decimals):f}%"


def chinese_date(value: object) -> str:
    """Return a date or an ISO text as ``2025年6月30日``; any other text as it is."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return str(value)
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)


def format_value(value: Any, kind: RecordKind | str, decimals: int | None = None, missing: str = UNKNOWN) -> str:
    """Return a value as it is printed 打印值.

    Parameters
    ----------
    value : number, text, date or a sequence of texts; None, NaN and infinities print as ``missing``.
    kind : ``score``, ``points``, ``money`` (万元, with separators) and ``rate`` (fraction → percent) have two
        decimals, ``count`` none and separators, ``number`` the given ``decimals`` or its shortest form, ``date`` is
        年月日, ``list`` joins by 、, ``text`` and ``grade`` stay as they are. A text stays as it is for every kind.
    decimals : overrides the digits of the kind.
    missing : what stands for a missing value; ``—`` in tables.

    Examples
    --------
    >>> format_value(12634.7, "money"), format_value(0.93350491, "rate"), format_value("2025-06-30", "date")
    ('12,634.70', '93.35%', '2025年6月30日')
    """
    if isinstance(value, (list, tuple)):
        return "、".join(str(item) for item in value) or missing
    if is_missing(value):
        return missing
    if kind == "date":
        return chinese_date(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str) or kind in ("text", "grade", "list"):
        return str(value)
    number = value.item() if hasattr(value, "item") else value
    if kind == "rate":
        return percent(number, 2 if decimals is None else decimals)
    digits = DECIMALS.get(kind) if decimals is None else decimals
    if digits is None:
        return shortest(number)
    return format(half_up(number, digits), ",f" if kind in ("money", "count") else "f")


def format_record(record: Record, missing: str = UNKNOWN) -> str:
    """Return the value of a record as every draft prints it."""
    return format_value(record.value, record.kind, record.decimals, missing)
