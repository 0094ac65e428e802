"""Functions of deduction: hand-worked rows and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.scoring.functions import (
    Flag,
    base_step,
    count_threshold,
    linear_deduction,
    threshold_deduction,
    two_sided_deviation,
)
from perfkit.terms import Direction, StepRounding
from tests.tolerances import SAME_FORMULA

values = st.floats(-1000, 1000)
shares = st.floats(0, 1)
sizes = st.floats(0.01, 100)
roundings = st.sampled_from(list(StepRounding))
FLOAT_NOISE = 1e-9


def test_execution_of_the_real_case() -> None:
    rate = linear_deduction(12634.7 / 13534.7 * 100, full_at=100, deduct_share_per_unit=0.05, zero_at=80).rate
    assert 5 * rate == pytest.approx(3.337606300841, rel=SAME_FORMULA)


@pytest.mark.parametrize(
    ("value", "rate"), [(100, 1), (103, 1), (99, 0.95), (80.1, 0.005), (80, 0), (79, 0), (80 + 1e-12, 0)]
)
def test_linear_with_a_zero_point_that_is_included(value: float, rate: float) -> None:
    got = linear_deduction(value, full_at=100, deduct_share_per_unit=0.05, zero_at=80).rate
    assert got == pytest.approx(rate, abs=1e-12, rel=SAME_FORMULA)


def test_zero_point_cuts_before_the_slope_reaches_zero() -> None:
    points = linear_deduction([90.1, 90], full_at=100, deduct_share_per_unit=0.01, zero_at=90)
    np.testing.assert_allclose(points.rate, [0.901, 0], rtol=SAME_FORMULA)
    assert points.flags.tolist() == [0, Flag.AT_ZERO_POINT]


@pytest.mark.parametrize(
    ("rounding", "rate"),
    [(StepRounding.CONTINUOUS, 0.85), (StepRounding.STARTED, 0.8), (StepRounding.COMPLETED, 0.9)],
)
def test_step_rounding_of_one_and_a_half_units(rounding: StepRounding, rate: float) -> None:
    points = linear_deduction(97, full_at=100, deduct_share_per_unit=0.1, unit=2, step_rounding=rounding)
    assert points.rate == pytest.approx(rate, rel=SAME_FORMULA)


@pytest.mark.parametrize("rounding", list(StepRounding))
def test_whole_units_survive_float_noise(rounding: StepRounding) -> None:
    points = linear_deduction(0.7, full_at=1, deduct_share_per_unit=0.1, unit=0.1, step_rounding=rounding)
    assert points.rate == pytest.approx(0.7, rel=SAME_FORMULA)


def test_lower_is_better_loses_above() -> None:
    points = linear_deduction([5, 7, 20], full_at=5, deduct_share_per_unit=0.1, zero_at=20, direction=Direction.LOWER)
    np.testing.assert_allclose(points.rate, [1, 0.8, 0], atol=SAME_FORMULA)


@pytest.mark.parametrize(("value", "rate"), [(93.06, 1), (90, 1), (89.99999999999999, 1), (89, 0.95), (70, 0), (60, 0)])
def test_threshold_of_satisfaction(value: float, rate: float) -> None:
    got = threshold_deduction(value, full_at=90, deduct_share_per_unit=0.05).rate
    assert got == pytest.approx(rate, abs=1e-12)


def test_two_sided_deviation_with_tolerance_and_zero_point() -> None:
    points = two_sided_deviation(
        [100, 95, 105, 90, 110, 80, 120], 100, deduct_share_per_unit=0.05, tolerance=5, zero_at=20
    )
    np.testing.assert_allclose(points.rate, [1, 1, 1, 0.75, 0.75, 0, 0], atol=SAME_FORMULA)


def test_relative_deviation_is_in_percent_of_the_target() -> None:
    points = two_sided_deviation([45, 1], [50, 0], deduct_share_per_unit=0.02, relative=True)
    np.testing.assert_allclose(points.rate, [0.8, math.nan], rtol=SAME_FORMULA)
    assert points.flags.tolist() == [0, Flag.UNDEFINED | Flag.ZERO_TARGET]


@pytest.mark.parametrize(("count", "rate"), [(0, 1), (1, 0.8), (2, 0.6), (3, 0), (7, 0)])
def test_three_misses_leave_nothing(count: int, rate: float) -> None:
    assert count_threshold(count, deduct_share_per_unit=0.2, zero_at=3).rate == pytest.approx(rate)


def test_allowed_misses_cost_nothing_and_negative_counts_are_undefined() -> None:
    points = count_threshold([2, -1], deduct_share_per_unit=0.25, allowed=1)
    np.testing.assert_allclose(points.rate, [0.75, math.nan])
    assert points.flags[1] & Flag.OUTSIDE_RANGE


@pytest.mark.parametrize(("value", "rate"), [(8, 0.6), (8.1, 0.65), (7.9, 0.55), (10, 1), (6, 0), (8.05, 0.625)])
def test_base_and_steps(value: float, rate: float) -> None:
    got = base_step(value, base_value=8, base_share=0.6, step_share=0.05, unit=0.1).rate
    assert got == pytest.approx(rate, abs=1e-12)


def test_base_step_cap_floor_and_completed_units() -> None:
    options = {"base_value": 8, "base_share": 0.6, "step_share": 0.05, "unit": 0.1, "cap": 0.9, "floor": 0.3}
    points = base_step([20, 1, 8.05, 7.95], **options, step_rounding=StepRounding.COMPLETED)  # type: ignore[arg-type]
    np.testing.assert_allclose(points.rate, [0.9, 0.3, 0.6, 0.6], rtol=SAME_FORMULA)
    assert points.flags.tolist() == [Flag.CAPPED, Flag.CAPPED, 0, 0]


def test_base_step_of_lower_mirrors_higher() -> None:
    options = {"base_value": 8, "base_share": 0.6, "step_share": 0.05}
    down = base_step([7, 9], **options, direction=Direction.LOWER).rate  # type: ignore[arg-type]
    np.testing.assert_allclose(down, [0.65, 0.55], rtol=SAME_FORMULA)


@given(values, values, shares, sizes, roundings, st.sampled_from([Direction.HIGHER, Direction.LOWER, Direction.EXACT]))
def test_all_deductions_are_bounded(
    value: float, other: float, share: float, size: float, rounding: StepRounding, way: Direction
) -> None:
    deduction = {"deduct_share_per_unit": share, "unit": size, "step_rounding": rounding}
    rates = [
        linear_deduction(value, full_at=other, direction=way, **deduction).rate,  # type: ignore[arg-type]
        threshold_deduction(value, full_at=other, direction=way, zero_at=other - 5, **deduction).rate,  # type: ignore[arg-type]
        two_sided_deviation(value, other, tolerance=size, **deduction).rate,  # type: ignore[arg-type]
        count_threshold(abs(value), deduct_share_per_unit=share, zero_at=size).rate,
        base_step(
            value,
            base_value=other,
            base_share=share,
            step_share=share,
            unit=size,
            direction=way,
            step_rounding=rounding,
        ).rate,
    ]
    assert all(0 <= rate <= 1 for rate in rates)


@given(values, values, values, shares, sizes, roundings)
def test_better_values_never_earn_less(
    one: float, other: float, line: float, share: float, size: float, rounding: StepRounding
) -> None:
    pair = np.array(sorted((one, other)))
    options = {"unit": size, "step_rounding": rounding}
    for way, better in ((Direction.HIGHER, 1), (Direction.LOWER, 0)):
        zero = line - 50 if way is Direction.HIGHER else line + 50
        deducted = {"deduct_share_per_unit": share, "direction": way, **options}
        rates = [
            linear_deduction(pair, full_at=line, zero_at=zero, **deducted).rate,  # type: ignore[arg-type]
            threshold_deduction(pair, full_at=line, **deducted).rate,  # type: ignore[arg-type]
            base_step(pair, base_value=line, base_share=0.6, step_share=share, direction=way, **options).rate,  # type: ignore[arg-type]
        ]
        assert all(rate[better] >= rate[1 - better] - FLOAT_NOISE for rate in rates)
    counts = np.abs(pair)
    counts.sort()
    misses = count_threshold(counts, deduct_share_per_unit=share, zero_at=size).rate
    assert misses[0] >= misses[1] - FLOAT_NOISE


@given(values, st.floats(0, 500), shares, sizes, roundings)
def test_deviation_is_symmetric_and_grows_costlier(
    target: float, distance: float, share: float, size: float, rounding: StepRounding
) -> None:
    around = [target - distance, target + distance, target + distance * 2]
    options = {"deduct_share_per_unit": share, "unit": size, "step_rounding": rounding}
    below, above, further = two_sided_deviation(around, target, **options).rate  # type: ignore[arg-type]
    whole = abs(distance / size - round(distance / size)) < 1e-6
    assert whole or below == pytest.approx(above, abs=FLOAT_NOISE)
    assert further <= above + FLOAT_NOISE


@given(values, values, shares, sizes, st.sampled_from([0.01, 10.0, 1000.0]))
def test_deductions_do_not_depend_on_the_unit_of_measurement(
    value: float, line: float, share: float, size: float, factor: float
) -> None:
    plain = linear_deduction(value, full_at=line, deduct_share_per_unit=share, unit=size).rate
    scaled = linear_deduction(
        value * factor, full_at=line * factor, deduct_share_per_unit=share, unit=size * factor
    ).rate
    assert scaled == pytest.approx(plain, abs=1e-6)


@given(values, values, shares, sizes)
def test_linear_higher_mirrors_lower(value: float, line: float, share: float, size: float) -> None:
    up = linear_deduction(value, full_at=line, deduct_share_per_unit=share, unit=size).rate
    down = linear_deduction(
        -value, full_at=-line, deduct_share_per_unit=share, unit=size, direction=Direction.LOWER
    ).rate
    assert up == down
