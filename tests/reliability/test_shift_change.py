"""The headline of self-evaluation against re-evaluation: counts, shares, mean and median."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.shift import change_summary, paired_t, sign_test
from tests.tolerances import SAME_FORMULA

NAN = float("nan")
PAIRS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=40)


@given(PAIRS, st.sampled_from([0.0, 0.1, 5.0]))
def test_counts_are_those_of_whole_tenths(rows: list[tuple[int, int]], tolerance: float) -> None:
    tenths = np.array(rows)
    found = change_summary(tenths[:, 0] / 10, tenths[:, 1] / 10, tolerance=tolerance)
    gap = tenths[:, 0] - tenths[:, 1]
    slack = round(tolerance * 10)
    assert found.lowered.count == np.sum(gap > slack)
    assert found.raised.count == np.sum(gap < -slack)
    assert found.lowered.count + found.same.count + found.raised.count == len(rows)
    assert found.changed.count == found.lowered.count + found.raised.count
    assert found.value == found.changed.share == found.changed.count / len(rows)
    assert found.median_difference == pytest.approx(np.median(gap) / 10, abs=1e-8)


def test_parts_are_those_of_the_single_statistics() -> None:
    rng = np.random.default_rng(3)
    x = np.round(rng.normal(85, 5, 50), 1)
    y = np.round(x - rng.normal(1, 2, 50).clip(0), 1)
    found, moved, signs = change_summary(x, y, level=0.9), paired_t(x, y, level=0.9), sign_test(x, y)
    assert (found.mean_difference, found.mean_interval) == (moved.value, moved.interval)
    assert found.p == signs.p
    limits = stats.binomtest(found.changed.count, 50).proportion_ci(0.9)
    assert (found.interval.low, found.interval.high) == pytest.approx((limits.low, limits.high), rel=SAME_FORMULA)


def test_median_interval_is_what_the_sign_test_does_not_reject() -> None:
    values = np.array([-3.0, -1.0, 0.5, 1.0, 2.0, 2.5, 4.0, 5.0, 7.0, 11.0])
    found = change_summary(values, np.zeros(10))
    # Ranks 2 and 9 of 10: coverage 1 - 2·11/1024 = 0.979; ranks 3 and 8 would cover 0.891.
    assert (found.median_interval.low, found.median_interval.high) == (-1.0, 7.0)


def test_frame_has_one_row_per_measure() -> None:
    frame = change_summary([1, 2, 3], [1, 1, 5]).to_frame()
    assert list(frame["measure"]) == ["changed", "lowered", "same", "raised", "mean_difference", "median_difference"]
    assert list(frame["count"]) == [2, 1, 1, 1, 3, 3]


def test_ugly_columns() -> None:
    nothing = change_summary([], [])
    assert math.isnan(nothing.value)
    assert [item.code for item in nothing.caveats] == ["TOO_FEW"]
    one = change_summary([2.0], [1.0])
    assert one.value == 1
    assert {item.code for item in one.caveats} == {"MEAN_INTERVAL", "MEDIAN_INTERVAL"}
    same = change_summary([82.1] * 9, [82.1] * 9)
    assert (same.value, same.mean_difference, same.median_difference) == (0, 0, 0)
    assert same.interval.high < 1
    assert {item.code for item in same.caveats} == {"NO_CHANGE", "MEAN_INTERVAL"}
    gaps = change_summary([1.0, NAN, 3.0], [NAN, 2.0, 1.0])
    assert (gaps.n_used, gaps.n_dropped) == (1, 2)
    assert change_summary([1e9 + 0.5, 1e9], [1e9, 1e9]).lowered.count == 1


def test_malformed_input_is_refused() -> None:
    with pytest.raises(DataError):
        change_summary([1, 2], ["好", 1])
    with pytest.raises(MethodError):
        change_summary([1, 2], [1, 2], tolerance=-1)
