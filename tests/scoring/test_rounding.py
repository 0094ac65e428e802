"""Snap and half-up rounding against the decimal module."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.scoring.rounding import HALF_GRID, reached, round_half_up, snap


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        (1.005, 2, 1.01),
        (0.285 * 5, 2, 1.43),
        (2.675, 2, 2.68),
        (-1.005, 2, -1.01),
        (0.5, 0, 1),
        (2.5, 0, 3),
        (1.4999999999, 0, 2),
        (1.499999999, 0, 1),
        (64.987987662, 2, 64.99),
        (-0.001, 2, 0),
        (8391015.165, 2, 8391015.17),
        (282582588.655, 2, 282582588.66),
        (-282582588.655, 2, -282582588.66),
        (282582588.6549999, 2, 282582588.65),
        (2.0**23 - 0.005, 2, 2.0**23),
        (50000000000000.02, 2, 50000000000000.02),
        (2.0**60, 2, 2.0**60),
        (12345678901.235, 1, 12345678901.2),
        (1e15, 2, 1e15),
        (1.23456789, 9, 1.23456789),
    ],
)
def test_halves_go_up_as_on_paper(value: float, decimals: int, rounded: float) -> None:
    assert round_half_up(value, decimals) == rounded


def test_zero_has_no_sign_and_nan_and_infinity_pass() -> None:
    assert math.copysign(1, float(round_half_up(-0.001, 2))) == 1
    np.testing.assert_array_equal(round_half_up([math.nan, math.inf, -math.inf], 2), [math.nan, math.inf, -math.inf])
    np.testing.assert_array_equal(snap([math.nan, math.inf]), [math.nan, math.inf])
    assert round_half_up([], 2).size == 0


def test_decimals_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="decimals"):
        round_half_up(1, 10)


@pytest.mark.parametrize(("value", "snapped"), [(89.99999999999999, 90), (0.1 + 0.2, 0.3), (0.6 - 1e-8, 0.59999999)])
def test_snap(value: float, snapped: float) -> None:
    assert snap(value) == snapped


def test_snap_keeps_what_it_cannot_resolve() -> None:
    assert snap(12345678901.123456) == 12345678901.123456
    assert snap(8391015.165) == 8391015.165


def test_half_grid_is_half_the_snap() -> None:
    assert HALF_GRID == 5e-10


def test_reached_compares_after_the_snap() -> None:
    assert reached([89.99999999999999, 89.99999999], 90).tolist() == [True, False]


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(0, 6))
def test_agrees_with_decimal_on_every_written_decimal(units: int, digits: int, decimals: int) -> None:
    written = Decimal(units).scaleb(-digits)
    expected = written.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert round_half_up(float(written), decimals) == float(expected)


@pytest.mark.parametrize("written", [3, 17], ids=["halves of a cent among them", "every digit"])
def test_agrees_with_decimal_of_what_is_printed_over_all_magnitudes(written: int) -> None:
    generator = np.random.default_rng(20260101)
    drawn = 10 ** generator.uniform(-3, 12, 100_000) * generator.choice([-1.0, 1.0], 100_000)
    values = np.round(drawn, 3) if written == 3 else drawn
    cent = Decimal("0.01")
    expected = [float(Decimal(repr(value)).quantize(cent, rounding=ROUND_HALF_UP)) for value in values.tolist()]
    np.testing.assert_array_equal(round_half_up(values, 2), expected)


def test_every_half_of_a_cent_goes_up_around_the_end_of_the_grid() -> None:
    cents = np.arange(2.0**23 * 100 - 50_000, 2.0**23 * 100 + 50_000)
    np.testing.assert_array_equal(round_half_up((cents + 0.5) / 100, 2), (cents + 1) / 100)


@given(st.floats(-1e6, 1e6), st.integers(0, 5))
def test_agrees_with_decimal_after_the_snap(value: float, decimals: int) -> None:
    snapped = Decimal(value * 1e9).quantize(Decimal(1), rounding=ROUND_HALF_EVEN).scaleb(-9)
    expected = snapped.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert round_half_up(value, decimals) == float(expected)


@given(st.floats(-1e6, 1e6), st.integers(0, 5))
def test_rounding_twice_changes_nothing(value: float, decimals: int) -> None:
    once = round_half_up(value, decimals)
    assert round_half_up(once, decimals) == once
