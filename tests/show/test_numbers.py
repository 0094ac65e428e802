"""Printed numbers: half-up in decimal, by record kind."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.show.numbers import fixed, format_record, format_value, half_up, percent, separated, shortest
from perfkit.trace import Record

HUGE = 1e15


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (2.675, 2, "2.68"),
        (0.285, 2, "0.29"),
        (1.005, 2, "1.01"),
        (-2.675, 2, "-2.68"),
        (-0.001, 2, "0.00"),
        (89.99999999999999, 2, "90.00"),
        (0.5, 0, "1"),
        (64.988, 2, "64.99"),
        (3.335000000000001, 2, "3.34"),
        (3.3349999999999995, 2, "3.34"),
        (3.3349, 2, "3.33"),
        (1e300, 0, "1" + "0" * 300),
    ],
)
def test_rounds_half_up_in_decimal(value: float, decimals: int, expected: str) -> None:
    assert fixed(value, decimals) == expected


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6), st.integers(0, 4))
def test_agrees_with_decimal_arithmetic(exact: Decimal, decimals: int) -> None:
    with localcontext() as context:
        context.prec = 60
        expected = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert half_up(float(exact), decimals) == expected


@given(st.floats(min_value=-HUGE, max_value=HUGE), st.integers(0, 6))
def test_is_within_half_a_unit_and_has_the_digits(value: float, decimals: int) -> None:
    rounded = half_up(value, decimals)
    snap = Decimal("0.5e-9")
    assert abs(rounded - Decimal(repr(value))) <= Decimal("0.5").scaleb(-decimals) + snap
    assert -rounded.as_tuple().exponent == decimals
    assert not (rounded == 0 and rounded.is_signed())


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (64.988, "score", "64.99"),
        (5, "points", "5.00"),
        (0.93350491, "rate", "93.35%"),
        (0.935045, "rate", "93.50%"),
        (0.93345, "rate", "93.35%"),
        (1.0, "rate", "100.00%"),
        (12634.7, "money", "12,634.70"),
        (-1234567.005, "money", "-1,234,567.01"),
        (1330, "count", "1,330"),
        (np.int64(1330), "count", "1,330"),
        (146.0, "number", "146"),
        (0.1 + 0.2, "number", "0.3"),
        (2024, "number", "2024"),
        ("中", "grade", "中"),
        ("≥50个", "number", "≥50个"),
        ("2025-06-30", "date", "2025年6月30日"),
        (date(2025, 6, 30), "date", "2025年6月30日"),
        (datetime(2025, 6, 30, 12), "date", "2025年6月30日"),
        (pd.Timestamp("2025-06-30"), "date", "2025年6月30日"),
        ("2025年上半年", "date", "2025年上半年"),
        (("A101", "B201"), "list", "A101、B201"),
        (True, "text", "是"),
        (None, "score", "无法估计"),
        (float("nan"), "rate", "无法估计"),
        (float("inf"), "money", "无法估计"),
        (pd.NaT, "date", "无法估计"),
        (pd.NA, "count", "无法估计"),
    ],
)
def test_formats_by_record_kind(value: object, kind: str, expected: str) -> None:
    assert format_value(value, kind) == expected


def test_given_decimals_and_missing_word_win() -> None:
    assert format_value(0.93350491, "rate", 1) == "93.4%"
    assert format_value(40.655, "number", 2) == "40.66"
    assert format_value(None, "money", missing="—") == "—"
    assert format_record(Record(name="x", value=3.14159, kind="number", decimals=3)) == "3.142"
    assert percent(2 / 3, 0) == "67%"
    assert shortest(5.0) == "5"
    assert [separated(value, 2) for value in (30500, 1263.9903, 0.1 + 0.2)] == ["30,500", "1,263.99", "0.3"]
