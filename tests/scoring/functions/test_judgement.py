"""Yes/no, given scores and vetoes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from perfkit.scoring.functions import Flag, given, veto, yes_no


def test_yes_earns_everything_and_no_loses_the_stated_share() -> None:
    np.testing.assert_allclose(yes_no([1, 0, 0], deduction_share=[1, 1, 0.3]).rate, [1, 0, 0.7])
    assert yes_no(math.nan).flags & Flag.UNDEFINED


def test_given_score_outside_its_range_is_an_error() -> None:
    points = given([5.2, -1, 5, 0], 5)
    assert points.rate.tolist() == [1, 0, 1, 0]
    assert points.flags.tolist() == [Flag.OUTSIDE_FULL_SCORE, Flag.OUTSIDE_FULL_SCORE, 0, 0]


def test_given_score_wants_a_reason() -> None:
    assert given([3, 3], 5, has_reason=[False, True]).flags.tolist() == [Flag.NO_REASON, 0]


def test_veto_leaves_nothing() -> None:
    points = veto([1, 0, math.nan])
    np.testing.assert_array_equal(points.rate, [0, 1, math.nan])
    assert points.flags.tolist() == [Flag.VETOED, 0, Flag.UNDEFINED]


@examples(st.floats(-10, 20), st.floats(-10, 20), st.floats(0.5, 20), st.sampled_from([0.1, 10.0]))
def test_given_is_bounded_monotone_and_free_of_the_scale(one: float, other: float, full: float, factor: float) -> None:
    pair = np.array(sorted((one, other)))
    worse, better = given(pair, full).rate
    assert 0 <= worse <= better <= 1
    np.testing.assert_allclose(given(pair * factor, full * factor).rate, [worse, better], atol=1e-9)


@examples(st.floats(0, 1))
def test_yes_is_never_worse_than_no(share: float) -> None:
    no, yes = yes_no([0, 1], deduction_share=share).rate
    assert 0 <= no <= yes <= 1
    assert yes == 1


@pytest.mark.parametrize("drawn", [0, 1])
def test_veto_is_bounded(drawn: int) -> None:
    assert veto(drawn).rate == 1 - drawn
