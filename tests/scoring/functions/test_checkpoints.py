"""Point lists ①②③."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.scoring.functions import Flag, Offsets, checkpoints, flatten
from tests.tolerances import SAME_FORMULA

NAN = math.nan
FLOAT_NOISE = 1e-9


def test_equal_shares_of_unequal_rows() -> None:
    factors, offsets = flatten([[1, 1, 1, 1], [0.5, 0.9, 1], [1, 0]])
    points = checkpoints(factors, offsets, part_credit_scale=(0.5, 0.9))
    np.testing.assert_allclose(points.rate, [1, 0.8, 0.5], rtol=SAME_FORMULA)
    assert points.flags.tolist() == [0, Flag.EQUAL_SHARES | Flag.PART_CREDIT, Flag.EQUAL_SHARES]


def test_given_shares_10_80_10() -> None:
    points = checkpoints([1, 0, 0], Offsets.of([3]), share=[0.1, 0.8, 0.1])
    assert points.rate[0] == pytest.approx(0.1, rel=SAME_FORMULA)
    assert not points.flags[0]


def test_shares_that_miss_one_are_used_as_printed_and_flagged() -> None:
    points = checkpoints([1, 1, 1, 1], Offsets.of([2, 2]), share=[0.5, 0.4, 0.8, 0.4])
    np.testing.assert_allclose(points.rate, [0.9, 1.0], rtol=SAME_FORMULA)
    assert all(flag & Flag.SHARES_NOT_ONE for flag in points.flags)


def test_part_credit_must_come_from_the_declared_scale() -> None:
    offsets = Offsets.of([2])
    assert checkpoints([0.5, 1], offsets).flags[0] & Flag.PART_CREDIT_UNDECLARED
    assert not checkpoints([0.5, 1], offsets, part_credit_scale=(0.5,)).flags[0] & Flag.PART_CREDIT_OFF_SCALE
    assert checkpoints([0.3, 1], offsets, part_credit_scale=(0.5,)).flags[0] & Flag.PART_CREDIT_OFF_SCALE
    assert not checkpoints([0, 1], offsets, part_credit_scale=(0.5,)).flags[0] & Flag.PART_CREDIT_OFF_SCALE


def test_proportional_point_is_no_part_credit_and_never_exceeds_one() -> None:
    points = checkpoints([NAN, NAN, 1], Offsets.of([3]), actual=[131, 300, NAN], plan=[146, 200, NAN])
    assert points.rate[0] == pytest.approx((131 / 146 + 2) / 3, rel=SAME_FORMULA)
    assert not points.flags[0] & (Flag.PART_CREDIT | Flag.PART_CREDIT_UNDECLARED)
    np.testing.assert_allclose(points.parts["ratio"], [131 / 146, 1.5, NAN])


def test_plan_of_zero_is_met_or_not() -> None:
    points = checkpoints([NAN, NAN], Offsets.of([1, 1]), actual=[0, -1], plan=[0, 0])
    assert points.rate.tolist() == [1, 0]
    assert all(flag & Flag.ZERO_TARGET for flag in points.flags)


def test_point_that_cannot_be_assessed_costs_nothing() -> None:
    points = checkpoints([1, NAN], Offsets.of([2]), not_assessable=[False, True])
    assert (points.rate[0], points.flags[0]) == (1.0, Flag.NOT_ASSESSABLE)


def test_row_without_points_is_undefined() -> None:
    points = checkpoints([1.0], Offsets.of([0, 1, 0]))
    np.testing.assert_array_equal(points.rate, [NAN, 1, NAN])
    assert points.flags.tolist() == [Flag.UNDEFINED, 0, Flag.UNDEFINED]


lists = st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=6), min_size=1, max_size=6)


@given(lists)
def test_rates_are_bounded_by_the_worst_and_the_best_point(rows: list[list[float]]) -> None:
    rates = checkpoints(*flatten(rows)).rate
    for row, rate in zip(rows, rates, strict=True):
        assert min(row) - FLOAT_NOISE <= rate <= max(row) + FLOAT_NOISE
        assert 0 <= rate <= 1


@given(lists, st.data())
def test_order_of_points_does_not_matter_and_more_credit_never_costs(
    rows: list[list[float]], data: st.DataObject
) -> None:
    plain = checkpoints(*flatten(rows)).rate
    turned = [data.draw(st.permutations(row)) for row in rows]
    np.testing.assert_allclose(checkpoints(*flatten(turned)).rate, plain, atol=FLOAT_NOISE)
    better = [[min(1.0, factor + 0.1) for factor in row] for row in rows]
    assert (checkpoints(*flatten(better)).rate >= plain - FLOAT_NOISE).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_given_equal_shares_are_equal_shares(row: list[float]) -> None:
    offsets = Offsets.of([len(row)])
    shared = checkpoints(row, offsets, share=np.full(len(row), 1 / len(row))).rate
    np.testing.assert_allclose(shared, checkpoints(row, offsets).rate, atol=FLOAT_NOISE)


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 100)), min_size=1, max_size=5), st.sampled_from([0.1, 1000.0])
)
def test_proportional_points_do_not_depend_on_the_unit(pairs: list[tuple[float, float]], factor: float) -> None:
    actual, plan = (np.array(column) for column in zip(*pairs, strict=True))
    offsets = Offsets.of([len(pairs)])
    plain = checkpoints(NAN, offsets, actual=actual, plan=plan).rate
    np.testing.assert_allclose(
        checkpoints(NAN, offsets, actual=actual * factor, plan=plan * factor).rate, plain, atol=FLOAT_NOISE
    )
