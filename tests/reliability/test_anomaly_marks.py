"""Full marks for missed targets, and score vectors that repeat: by counting, under honest marks, ugly tables."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.anomaly import flat_marks, repeated_vectors, stepped_item
from perfkit.reliability.anomaly.reachable import observed_items
from perfkit.reliability.anomaly.repeated_vectors import _pairs_alike, _tilted
from tests.tolerances import ITERATIVE, SAME_FORMULA

NAN = float("nan")
ROWS = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 130)), min_size=1, max_size=60)


@given(ROWS)
def test_missed_targets_are_counted(rows: list[tuple[int, int]]) -> None:
    halves, percent = np.array(rows).T
    found = flat_marks(halves / 2, percent / 100, full=5, step=0.5)
    # Points of 4.75 and more, that is 95 %, round to 5.
    missed, met = percent < 95, percent >= 100
    assert (found.missed, found.met) == (missed.sum(), met.sum())
    assert found.rounded == len(rows) - missed.sum() - met.sum()
    assert found.missed_full == (missed & (halves == 10)).sum()
    assert found.met_full == (met & (halves == 10)).sum()
    if found.missed:
        wanted = stats.binomtest(found.missed_full, found.missed, 0.05, alternative="greater")
        limits = stats.binomtest(found.missed_full, found.missed).proportion_ci(0.95)
        assert (found.interval.low, found.interval.high) == pytest.approx((limits.low, limits.high), rel=1e-9)
        if found.missed >= 10:
            assert found.p == pytest.approx(wanted.pvalue, rel=SAME_FORMULA)
            assert found.false_positive_rate <= 0.05
        else:
            assert math.isnan(found.p)


def test_false_positive_rate_is_the_size() -> None:
    found = flat_marks([5.0] * 3 + [4.0] * 27, [0.5] * 30, full=5, step=0.5)
    tails = stats.binom.sf(np.arange(-1, 30), 30, 0.05)
    assert found.false_positive_rate == pytest.approx(tails[tails <= 0.05].max(), rel=SAME_FORMULA)
    assert any(caveat.code == "FALSE_POSITIVE_RATE" for caveat in found.caveats)


def test_full_scores_and_steps_may_differ() -> None:
    x, y = [10.0, 3.0, NAN, 6.0], [0.9, 0.96, 0.5, 0.2]
    found = flat_marks(x, y, full=[10, 3, 4, 6], step=[1, 1, 1, 0.1])
    assert (found.missed, found.missed_full, found.rounded, found.n_dropped) == (2, 2, 1, 1)
    assert {caveat.code for caveat in found.caveats} == {"BELOW_LEAST_N", "ROUNDED_TO_FULL"}
    with pytest.raises(DataError):
        flat_marks(x, y, full=[10, 3], step=1)
    with pytest.raises(DataError):
        flat_marks(x, y, full=[10, 3, 0, 6], step=1)
    for options in ({"full": 0, "step": 1}, {"full": 5, "step": NAN}, {"full": 5, "step": 1, "slips": 0.0}):
        with pytest.raises(MethodError):
            flat_marks(x, y, **options)


def test_marks_that_do_not_tell_met_from_missed() -> None:
    flat = flat_marks([5.0] * 40, [0.5] * 20 + [1.0] * 20, full=5, step=0.5)
    assert (flat.value, flat.full_share_met) == (1.0, 1.0)
    assert math.isnan(flat.p_alike)
    sound = flat_marks([2.5] * 20 + [5.0] * 20, [0.5] * 20 + [1.0] * 20, full=5, step=0.5)
    assert sound.value == 0.0
    assert sound.p == 1.0
    assert sound.p_alike < 1e-9


@given(st.lists(st.lists(st.integers(0, 2), min_size=3, max_size=3), min_size=2, max_size=25))
@settings(max_examples=30)
def test_repeats_are_counted(rows: list[list[int]]) -> None:
    marks = np.array(rows, dtype=float)
    found = repeated_vectors(marks, replicates=99)
    alike = (marks[:, None, :] == marks[None, :, :]).all(axis=2)
    assert found.pairs == (alike.sum() - len(rows)) // 2
    assert found.value == (alike.sum(axis=1) > 1).mean()
    assert sorted(row for group in found.groups for row in group) == np.flatnonzero(alike.sum(axis=1) > 1).tolist()
    assert all((marks[list(group)] == marks[group[0]]).all() for group in found.groups)


def test_pairs_alike_in_each_row() -> None:
    keys = np.array([[3, 1, 3, 3], [1, 2, 3, 4], [7, 7, 8, 8]])
    assert _pairs_alike(keys).tolist() == [3, 0, 2]
    assert _pairs_alike(np.zeros((2, 1), dtype=np.int64)).tolist() == [0, 0]


def test_honest_marks_keep_each_total_on_average() -> None:
    items = [stepped_item(10, 0.5), stepped_item(5, 1), stepped_item(3, 3)]
    totals = np.array([2.0, 9.5, 17.0])
    honest = _tilted(items, totals)
    shares = np.diff(honest.cumulative, axis=-1, prepend=0)
    marks = np.zeros(shares.shape[1:])
    for place, item in enumerate(items):
        marks[place, : len(item.marks)] = item.marks
    assert (shares[honest.group] * marks).sum(axis=(1, 2)) == pytest.approx(totals, rel=ITERATIVE)


def test_full_marks_everywhere_are_alike_anyway() -> None:
    # Full marks on everything leave one vector only: honest samples repeat it as often.
    marks = np.vstack([np.full((12, 6), 5.0), np.random.default_rng(2).integers(0, 6, (40, 6))])
    found = repeated_vectors(marks, items=[stepped_item(5, 1)] * 6)
    assert found.pairs >= 66
    assert found.honest_pairs >= 66
    assert found.p > 0.05


def test_copied_rows_are_found_and_named() -> None:
    marks = np.random.default_rng(5).integers(0, 21, (60, 10)) / 2
    marks[[7, 20, 33]] = marks[2]
    marks[40, 0] = NAN
    found = repeated_vectors(marks, items=[stepped_item(10, 0.5)] * 10)
    assert found.groups == ((2, 7, 20, 33),)
    assert found.p == 1 / 500
    assert (found.n_used, found.n_dropped) == (59, 1)
    assert {caveat.code for caveat in found.caveats} == {"FALSE_POSITIVE_RATE"}


def test_few_coarse_items_repeat_by_themselves() -> None:
    marks = np.random.default_rng(6).integers(0, 2, (80, 3)) * 5.0
    found = repeated_vectors(marks)
    assert found.value > 0.9
    assert found.p > 0.05
    assert {caveat.code for caveat in found.caveats} == {"OBSERVED_MARKS", "FALSE_POSITIVE_RATE"}


def test_honest_marks_are_rejected_no_more_often_than_told() -> None:
    items = [stepped_item(2, 1)] * 4
    rejected = 0
    for seed in range(60):
        marks = np.random.default_rng(seed).integers(0, 3, (30, 4)).astype(float)
        rejected += repeated_vectors(marks, items=items, replicates=99, seed=seed).p <= 0.05
    # 60 honest tables at 5 %: more than 9 are rarer than one in a thousand.
    assert rejected <= 9


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_few_rows_are_not_tested(rows: int) -> None:
    found = repeated_vectors(np.ones((rows, 3)))
    assert math.isnan(found.p)
    assert math.isnan(found.value) == (rows < 2)
    assert {caveat.code for caveat in found.caveats} & {"TOO_FEW", "BELOW_LEAST_N"}


def test_items_are_one_for_each_column() -> None:
    with pytest.raises(DataError):
        repeated_vectors(np.ones((20, 3)), items=observed_items(np.ones((20, 2))))
    with pytest.raises(MethodError):
        repeated_vectors(np.ones((20, 3)), replicates=10)
    assert repeated_vectors(np.ones((20, 3))).p == 1.0


def test_values_in_far_units_repeat_too() -> None:
    marks = np.random.default_rng(5).integers(0, 21, (30, 10)) / 2
    marks[3] = marks[2]
    assert repeated_vectors(marks + 1e9).groups == ((2, 3),)
