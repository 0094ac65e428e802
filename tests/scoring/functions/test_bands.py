"""Interval steps, satisfaction steps, qualitative bands, budget execution: worked rows of 101号 and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.scoring.functions import (
    Flag,
    execution_interval_2021,
    execution_linear,
    flatten,
    interval_steps,
    qualitative_bands,
    satisfaction_steps,
)
from perfkit.terms import Direction, ZeroBudgetRule
from tests.tolerances import SAME_FORMULA

FLOAT_NOISE = 1e-9


@pytest.mark.parametrize(("rate", "score"), [(0.9, 10), (0.899, 8), (0.8, 8), (0.75, 5), (0.6, 5), (0.59, 0)])
def test_worked_rows_of_101_satisfaction(rate: float, score: float) -> None:
    assert 10 * satisfaction_steps(rate * 100).rate[0] == score


@pytest.mark.parametrize(
    ("finished", "rate", "score"),
    [(True, 0.72, 10), (False, 0.85, 7), (False, 0.8, 7), (False, 0.79, 5), (False, 0.6, 5), (False, 0.599, 0)],
)
def test_worked_rows_of_101_execution(finished: bool, rate: float, score: float) -> None:
    assert 10 * execution_interval_2021(rate, 1, finished).rate[0] == score


def test_cases_that_101_leaves_open_are_undefined_with_their_reason() -> None:
    points = execution_interval_2021([1.1, 1.0, 1.2, 1.0], 1, [True, False, False, True])
    np.testing.assert_array_equal(points.rate, [math.nan, math.nan, math.nan, 1.0])
    over, unfinished = Flag.FINISHED_OVER_BUDGET | Flag.UNDEFINED, Flag.UNFINISHED_OVER_BUDGET | Flag.UNDEFINED
    assert points.flags.tolist() == [over, unfinished, unfinished, 0]


def test_worked_row_of_linear_execution_and_its_cap() -> None:
    points = execution_linear([0.85, 1.03], 1)
    np.testing.assert_allclose(10 * points.rate, [8.5, 10], rtol=SAME_FORMULA)
    assert points.flags.tolist() == [0, Flag.CAPPED]


@pytest.mark.parametrize(
    ("rule", "rate"),
    [(ZeroBudgetRule.NOT_COMPUTABLE, math.nan), (ZeroBudgetRule.ZERO, 0.0), (ZeroBudgetRule.FULL, 1.0)],
)
def test_zero_budget_follows_the_declared_rule(rule: ZeroBudgetRule, rate: float) -> None:
    for points in (
        execution_linear([0.0], [0.0], zero_budget_rule=rule),
        execution_linear([5.0], [0.0], zero_budget_rule=rule),
        execution_interval_2021([5.0], [0.0], True, zero_budget_rule=rule),
    ):
        np.testing.assert_array_equal(points.rate, [rate])
        assert points.flags[0] & Flag.ZERO_BUDGET


def test_interval_steps_belong_to_the_better_side_after_the_snap() -> None:
    points = interval_steps([0.9, 0.8999999999999999, 0.89, 0.1], limits=[0.9, 0.6], shares=[1, 0.5])
    assert points.rate.tolist() == [1, 1, 0.5, 0]
    np.testing.assert_array_equal(points.parts["limit"], [0.9, 0.9, 0.6, math.nan])


def test_interval_steps_for_lower_is_better() -> None:
    points = interval_steps([3, 5, 6, 11], limits=[5, 10], shares=[1, 0.4], direction=Direction.LOWER)
    assert points.rate.tolist() == [1, 1, 0.4, 0]


def test_interval_steps_with_a_table_per_row() -> None:
    limits, offsets = flatten([[90, 60], [], [5, 3, 1]])
    shares, _ = flatten([[1, 0.5], [], [1, 0.7, 0.2]])
    points = interval_steps([70, 1, 3], limits=limits, shares=shares, offsets=offsets)
    assert points.rate.tolist() == [0.5, 0, 0.7]


def test_missing_value_has_no_step() -> None:
    assert math.isnan(interval_steps(math.nan, limits=[1], shares=[1]).rate[0])


def test_satisfaction_outside_percent_is_flagged() -> None:
    assert satisfaction_steps([101, 100]).flags.tolist() == [Flag.OUTSIDE_RANGE, 0]


@pytest.mark.parametrize(
    ("band", "value", "inside"),
    [(0, 1.0, True), (0, 0.8, True), (0, 0.79, False), (1, 0.8, False), (1, 0.6, True), (2, 0.6, False), (2, 0, True)],
)
def test_edges_belong_to_the_better_band(band: int, value: float, inside: bool) -> None:
    points = qualitative_bands(band, value)
    assert points.rate == value
    assert bool(points.flags & Flag.OUTSIDE_BAND) is not inside


def test_partly_attained_with_8_2_of_10_is_an_error_finding() -> None:
    assert qualitative_bands(1, 0.82).flags & Flag.OUTSIDE_BAND


def test_label_alone_needs_a_declared_value() -> None:
    bare, declared = qualitative_bands([0, 1, 2]), qualitative_bands([0, 1, 2], declared=(0.9, 0.7, 0.3))
    assert np.isnan(bare.rate).all()
    assert all(flag & Flag.UNDEFINED for flag in bare.flags)
    np.testing.assert_array_equal(declared.rate, [0.9, 0.7, 0.3])
    assert all(flag & Flag.DECLARED_BAND_VALUE for flag in declared.flags)


tables = st.lists(st.tuples(st.floats(-100, 100), st.floats(0, 1)), min_size=1, max_size=6)


@given(tables, st.floats(-200, 200), st.floats(-200, 200), st.sampled_from([Direction.HIGHER, Direction.LOWER]))
def test_steps_are_bounded_and_monotone_where_the_table_is(
    table: list[tuple[float, float]], one: float, other: float, way: Direction
) -> None:
    is_higher = way is Direction.HIGHER
    limits = sorted((limit for limit, _ in table), reverse=is_higher)
    shares = sorted((share for _, share in table), reverse=True)
    pair = sorted((one, other), reverse=not is_higher)
    worse, better = interval_steps(pair, limits=limits, shares=shares, direction=way).rate
    assert 0 <= worse <= better <= 1


@given(st.lists(tables, min_size=1, max_size=5), st.floats(-200, 200))
def test_tables_per_row_equal_single_tables(rows: list[list[tuple[float, float]]], value: float) -> None:
    ordered = [sorted(row, reverse=True) for row in rows]
    limits, offsets = flatten([[limit for limit, _ in row] for row in ordered])
    shares, _ = flatten([[share for _, share in row] for row in ordered])
    together = interval_steps(np.full(len(rows), value), limits=limits, shares=shares, offsets=offsets).rate
    alone = [
        interval_steps(value, limits=[pair[0] for pair in row], shares=[pair[1] for pair in row]).rate[0]
        for row in ordered
        if len({pair[0] for pair in row}) == len(row)
    ]
    if len(alone) == len(rows):
        np.testing.assert_array_equal(together, alone)


@given(st.floats(-50, 150), st.floats(-50, 150))
def test_satisfaction_is_bounded_and_monotone(one: float, other: float) -> None:
    worse, better = satisfaction_steps(sorted((one, other))).rate
    assert 0 <= worse <= better <= 1


@given(st.integers(0, 2), st.floats(-1, 2))
def test_qualitative_rates_are_bounded(band: int, value: float) -> None:
    assert 0 <= qualitative_bands(band, value).rate <= 1


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.floats(1, 1e5), st.sampled_from([0.001, 10.0, 1e4]))
def test_execution_is_bounded_monotone_and_free_of_the_unit(
    one: float, other: float, budget: float, factor: float
) -> None:
    pair = np.array(sorted((one, other)))
    worse, better = execution_linear(pair, budget).rate
    assert 0 <= worse <= better <= 1
    np.testing.assert_allclose(execution_linear(pair * factor, budget * factor).rate, [worse, better], atol=FLOAT_NOISE)
    stepped = execution_interval_2021(pair, budget, False).rate
    assert np.isnan(stepped[1]) or 0 <= stepped[0] <= stepped[1] <= 1
