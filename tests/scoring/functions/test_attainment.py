"""Attainment, pro rata and pass line: worked rows of the rules and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.scoring.functions import Flag, attainment, pass_line, pro_rata
from perfkit.terms import Direction, Operator, OvershootReduction, ReverseRule, ZeroTargetRule
from tests.tolerances import SAME_FORMULA

H, L, R, E = Direction
amounts = st.floats(0.001, 1e6)
any_amounts = st.floats(-1e6, 1e6)
directions = st.sampled_from(list(Direction))
rules = st.sampled_from(list(ReverseRule))
FLOAT_NOISE = 1e-9


@pytest.mark.parametrize(("rate", "score"), [(0.8, 8.0), (0.5, 5.0), (1.0, 10.0)])
def test_worked_rows_of_10(rate: float, score: float) -> None:
    assert 10 * pro_rata(rate, 1).rate == pytest.approx(score, rel=SAME_FORMULA)


@pytest.mark.parametrize(("rate", "score"), [(0.8, 5.0), (0.6, 0.0), (0.59, 0.0), (0.9, 7.5), (1.0, 10.0), (1.4, 10.0)])
def test_worked_rows_of_101_pass_line(rate: float, score: float) -> None:
    assert 10 * pass_line(rate, 1).rate == pytest.approx(score, rel=SAME_FORMULA, abs=1e-12)


@pytest.mark.parametrize(("actual", "rate"), [(50, 1.0), (45, 1.0), (62.5, 0.8), (0, 1.0)])
def test_lower_is_better_divides_the_target(actual: float, rate: float) -> None:
    assert pro_rata(actual, 50, direction=L).rate == pytest.approx(rate, rel=SAME_FORMULA)


@pytest.mark.parametrize(
    ("rule", "rate"),
    [(ReverseRule.TARGET_OVER_ACTUAL, 0.8), (ReverseRule.LINEAR_SLACK, 0.75), (ReverseRule.MET_OR_ZERO, 0.0)],
)
def test_reverse_rules_differ_above_the_target(rule: ReverseRule, rate: float) -> None:
    points = pro_rata(62.5, 50, direction=L, reverse_rule=rule)
    assert points.rate == pytest.approx(rate, rel=SAME_FORMULA)
    assert points.flags & Flag.REVERSED


def test_complaints_above_the_limit_never_earn_everything() -> None:
    assert pro_rata(10, 5, direction=L).rate == 0.5


@pytest.mark.parametrize(("actual", "rate"), [(9, 0.9), (10, 1), (15, 1), (20, 1), (25, 0.8)])
def test_range_loses_on_both_sides(actual: float, rate: float) -> None:
    assert pro_rata(actual, 10, 20, direction=R).rate == pytest.approx(rate, rel=SAME_FORMULA)


@pytest.mark.parametrize(("actual", "rate"), [(8, 0.8), (10, 1), (12.5, 0.8)])
def test_exact_is_a_range_of_one_point(actual: float, rate: float) -> None:
    assert pro_rata(actual, 10, direction=E).rate == pytest.approx(rate, rel=SAME_FORMULA)


@pytest.mark.parametrize(
    ("actual", "target", "direction", "rate"),
    [
        (0, 0, L, 1),
        (1, 0, L, 0),
        (0, 0, H, 1),
        (3, 0, H, 1),
        (-2, -1, H, 0),
        (-1, -2, H, 1),
        (0, 0, E, 1),
        (1, 0, E, 0),
    ],
)
def test_zero_and_negative_targets_are_met_or_not(
    actual: float, target: float, direction: Direction, rate: float
) -> None:
    points = pro_rata(actual, target, direction=direction)
    assert points.rate == rate
    assert points.flags & Flag.ZERO_TARGET


def test_zero_target_may_be_declared_not_computable() -> None:
    points = pro_rata([0.0, 5.0], [0.0, 10.0], zero_target_rule=ZeroTargetRule.NOT_COMPUTABLE)
    np.testing.assert_array_equal(points.rate, [math.nan, 0.5])
    assert points.flags.tolist() == [Flag.ZERO_TARGET | Flag.UNDEFINED, 0]


@pytest.mark.parametrize("rule", list(ZeroTargetRule))
@pytest.mark.parametrize("actual", [0.0, 0.5, 2.7])
def test_inside_a_range_that_begins_at_zero_is_met(actual: float, rule: ZeroTargetRule) -> None:
    reading = attainment(actual, 0, 2.7, direction=R, zero_target_rule=rule)
    assert (float(reading.ratio), bool(reading.met), int(reading.flags)) == (1.0, True, 0)


def test_outside_a_range_that_begins_at_zero_is_not_met() -> None:
    reading = attainment([-1, 5.4, math.nan], 0, 2.7, direction=R)
    np.testing.assert_array_equal(reading.ratio, [0, 0.5, math.nan])
    assert not reading.met.any()
    below = attainment(-1, 0, 2.7, direction=R, zero_target_rule=ZeroTargetRule.NOT_COMPUTABLE)
    assert np.isnan(below.ratio)


def test_snap_decides_met_on_the_ratio() -> None:
    assert attainment(0.1 + 0.2, 0.3).met
    assert attainment(89.99999999999999, 90).met
    assert pass_line(0.6 - 1e-12, 1).rate == 0


def test_strict_operator_on_its_edge_is_flagged_and_zero_target_is_missed() -> None:
    points = pro_rata([5, 6], 5, operator=Operator.MORE)
    assert points.flags.tolist() == [Flag.STRICT_EDGE, 0]
    assert pro_rata(0, 0, direction=L, operator=Operator.LESS).rate == 0
    assert pro_rata(5, 5, direction=L, operator=Operator.LESS, reverse_rule=ReverseRule.MET_OR_ZERO).rate == 0


def test_overshoot_above_its_threshold_only() -> None:
    points = pro_rata([119, 120, 121], 100)
    assert [bool(flag & Flag.OVERSHOOT) for flag in points.flags] == [False, False, True]
    np.testing.assert_array_equal(points.rate, 1.0)


def test_overshoot_by_deviation_starts_at_nothing() -> None:
    points = pro_rata([120, 130, 400], 100, overshoot_reduction=OvershootReduction.BY_DEVIATION)
    np.testing.assert_allclose(points.rate, [1, 0.9, 0], rtol=0, atol=SAME_FORMULA)


def test_overshoot_bands_include_their_upper_limit() -> None:
    bands = ((1.3, 0.0), (2.0, 0.1), (None, 0.3))
    reduction = OvershootReduction.BANDS
    points = pro_rata([130, 131, 200, 201], 100, overshoot_reduction=reduction, overshoot_bands=bands)
    np.testing.assert_allclose(points.rate, [1, 0.9, 0.9, 0.7], rtol=0, atol=SAME_FORMULA)


def test_overshoot_bands_may_come_in_any_order() -> None:
    bands = ((None, 0.3), (2.0, 0.1), (1.3, 0.0))
    points = pro_rata([130, 131, 200, 201], 100, overshoot_reduction=OvershootReduction.BANDS, overshoot_bands=bands)
    np.testing.assert_allclose(points.rate, [1, 0.9, 0.9, 0.7], rtol=0, atol=SAME_FORMULA)


def test_reduction_by_bands_needs_bands() -> None:
    with pytest.raises(ValueError, match="overshoot_bands"):
        pro_rata(150, 100, overshoot_reduction=OvershootReduction.BANDS)


def test_lower_is_better_far_below_its_limit_is_no_overshoot() -> None:
    points = pro_rata(5, 50, direction=L, overshoot_reduction=OvershootReduction.BY_DEVIATION)
    assert points.rate == 1.0
    assert points.flags == 0


def test_missing_values_stay_missing() -> None:
    points = pro_rata([math.nan, 1], [1, math.nan])
    assert np.isnan(points.rate).all()
    assert not points.flags.any()


def test_cap_limits_and_says_so() -> None:
    points = pro_rata([100, 50], 100, cap=0.9)
    np.testing.assert_array_equal(points.rate, [0.9, 0.5])
    assert points.flags.tolist() == [Flag.CAPPED, 0]


def test_array_of_directions_equals_the_single_calls() -> None:
    actual, target, high = [5.0, 5.0, 5.0, 5.0], [4.0, 4.0, 1.0, 4.0], [9.0, 9.0, 4.0, 9.0]
    together = pro_rata(actual, target, high, direction=np.arange(4, dtype=np.int8)).rate
    alone = [pro_rata(*row, direction=way).rate for *row, way in zip(actual, target, high, Direction, strict=True)]
    np.testing.assert_array_equal(together, alone)


@given(any_amounts, any_amounts, any_amounts, directions, rules, st.sampled_from(list(OvershootReduction)))
def test_rates_are_bounded(
    actual: float, one: float, other: float, way: Direction, rule: ReverseRule, reduction: OvershootReduction
) -> None:
    low, high = sorted((one, other))
    bands = ((1.5, 0.1), (None, 0.5))
    for points in (
        pro_rata(
            actual, low, high, direction=way, reverse_rule=rule, overshoot_reduction=reduction, overshoot_bands=bands
        ),
        pass_line(actual, low, high, direction=way, reverse_rule=rule),
    ):
        assert 0 <= points.rate <= 1


@given(any_amounts, any_amounts, any_amounts, rules)
def test_more_never_costs_a_higher_is_better_row_and_never_helps_a_lower_one(
    one: float, other: float, target: float, rule: ReverseRule
) -> None:
    values = np.array(sorted((one, other)))
    for function in (pro_rata, pass_line):
        up = function(values, target, direction=H, reverse_rule=rule).rate
        down = function(values, target, direction=L, reverse_rule=rule).rate
        assert up[0] <= up[1] + FLOAT_NOISE
        assert down[0] >= down[1] - FLOAT_NOISE


@given(amounts, amounts)
def test_swapping_actual_and_target_swaps_the_direction(actual: float, target: float) -> None:
    up = pro_rata(actual, target, direction=H).rate
    down = pro_rata(target, actual, direction=L).rate
    assert up == pytest.approx(down, abs=FLOAT_NOISE)


@settings(max_examples=200)
@given(amounts, amounts, amounts, st.sampled_from([0.001, 0.1, 10.0, 1e4]), directions, rules)
def test_the_unit_of_measurement_does_not_matter(
    actual: float, one: float, other: float, factor: float, way: Direction, rule: ReverseRule
) -> None:
    low, high = sorted((one, other))
    plain = pro_rata(actual, low, high, direction=way, reverse_rule=rule).rate
    scaled = pro_rata(actual * factor, low * factor, high * factor, direction=way, reverse_rule=rule).rate
    near_edge = min(abs(actual / low - 1), abs(actual / high - 1)) < 1e-8
    assert near_edge or scaled == pytest.approx(plain, abs=FLOAT_NOISE)


@given(st.floats(0, 1), st.floats(0, 0.99))
def test_pass_line_never_exceeds_pro_rata(ratio: float, line: float) -> None:
    assert pass_line(ratio, 1, line=line).rate <= pro_rata(ratio, 1).rate + FLOAT_NOISE
