"""Migration of grades and its direction: printed tables, second opinions, invariants and ugly columns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as other_mcnemar

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.migration.changes import grade_change, mcnemar, migration_matrix
from perfkit.result import Result
from tests.tolerances import PRINTED, SAME_FORMULA

NAN = float("nan")
# Agresti (1990), p. 350: approval of the president at two surveys; he prints z = -4.17.
APPROVAL = [[794, 86], [150, 570]]
GRADES = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=60)
WORDS = ("差", "中", "良", "优")


def codes_of(result: Result) -> set[str]:
    return {caveat.code for caveat in result.caveats}


def columns_of(table: list[list[int]]) -> tuple[list[int], list[int]]:
    q = len(table)
    cells = [(i + 1, j + 1) for i in range(q) for j in range(q) for _ in range(table[i][j])]
    return [cell[0] for cell in cells], [cell[1] for cell in cells]


def sides(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(rows)
    return table[:, 0], table[:, 1]


def test_approval_ratings_as_printed() -> None:
    found = mcnemar(*columns_of(APPROVAL))
    assert math.sqrt(found.value) == pytest.approx(4.17, abs=PRINTED(2))
    assert (found.b, found.c) == (86, 150)
    assert found.odds_ratio == pytest.approx(86 / 150)


@given(st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_mcnemar_as_statsmodels(b: int, c: int, correct: bool) -> None:
    before, after = columns_of([[7, b], [c, 5]])
    chi, exact = mcnemar(before, after, correct=correct), mcnemar(before, after, exact=True, level=0.9)
    if b + c == 0:
        assert codes_of(chi) == codes_of(exact) == {"NO_CHANGE"}
        assert math.isnan(chi.value)
        assert math.isnan(exact.p)
        return
    if b != c:
        other = other_mcnemar([[7, b], [c, 5]], exact=False, correction=correct)
        assert (chi.value, chi.p) == pytest.approx((other.statistic, other.pvalue), rel=SAME_FORMULA)
    assert exact.p == pytest.approx(other_mcnemar([[7, b], [c, 5]], exact=True).pvalue, rel=1e-9)
    assert exact.value == (b / c if c else math.inf)
    share = stats.binomtest(b, b + c).proportion_ci(0.9)
    assert exact.interval.low == pytest.approx(share.low / (1 - share.low), rel=1e-8)
    assert ("ONE_DIRECTION" in codes_of(exact)) == (b == 0 or c == 0)


def test_one_direction_has_an_open_limit() -> None:
    down, up = mcnemar([2, 2, 1], [1, 1, 1], exact=True), mcnemar([1, 1, 1], [2, 2, 1], exact=True)
    assert (down.value, down.interval.low) == (0, 0)
    assert (up.value, up.interval.high) == (math.inf, math.inf)
    assert up.interval.low == pytest.approx(1 / down.interval.high)


def test_mcnemar_wants_two_grades() -> None:
    for before, after, categories in (([1, 2, 3], [1, 2, 3], None), ([1, 1], [1, 1], None), ([1], [1], [1])):
        with pytest.raises(MethodError) as caught:
            mcnemar(before, after, categories=categories)
        assert caught.value.problems[0].code == "RL-TWO-GRADES"
    assert math.isnan(mcnemar([1, 1], [1, 1], categories=[1, 2]).value)


@given(GRADES)
def test_matrix_by_counting(rows: list[tuple[int, int]]) -> None:
    before, after = sides(rows)
    found = migration_matrix(before, after, categories=[1, 2, 3, 4])
    assert np.array_equal(found.counts, stats.contingency.crosstab(before, after, levels=([1, 2, 3, 4],) * 2).count)
    assert (found.lowered, found.same, found.raised) == tuple(
        int(np.sum(flag)) for flag in (after < before, after == before, after > before)
    )
    assert found.share_lowered + found.share_same + found.share_raised == pytest.approx(1)
    shares = np.array(found.row_shares).sum(axis=1)
    assert np.all(np.isnan(shares) | np.isclose(shares, 1))
    assert ("EMPTY_ROW" in codes_of(found)) == (len(set(before)) < 4)


@given(GRADES)
def test_words_are_as_good_as_numbers(rows: list[tuple[int, int]]) -> None:
    before, after = sides(rows)
    spoken = [[WORDS[grade - 1] for grade in side] for side in (before, after)]
    numbers = migration_matrix(before, after, categories=[1, 2, 3, 4])
    assert migration_matrix(*spoken, categories=WORDS).counts == numbers.counts
    ordered = [pd.Categorical(side, categories=WORDS, ordered=True) for side in spoken]
    assert migration_matrix(*(pd.Series(side) for side in ordered)).counts == numbers.counts
    found, other = grade_change(before, after, categories=[1, 2, 3, 4]), grade_change(*spoken, categories=WORDS)
    assert (found.value, found.p) == pytest.approx((other.value, other.p), nan_ok=True)


@given(GRADES)
def test_grade_change_as_the_binomial_test(rows: list[tuple[int, int]]) -> None:
    before, after = sides(rows)
    found, back = grade_change(before, after, level=0.99), grade_change(after, before, level=0.99)
    assert (found.lowered, found.raised) == (back.raised, back.lowered)
    changed = found.lowered + found.raised
    if not changed:
        assert math.isnan(found.value)
        assert codes_of(found) == {"NO_CHANGE"}
        return
    other = stats.binomtest(found.lowered, changed)
    limits = other.proportion_ci(0.99)
    assert found.p == pytest.approx(other.pvalue, rel=1e-9)
    assert (found.interval.low, found.interval.high) == pytest.approx((limits.low, limits.high), rel=1e-9, abs=1e-12)
    assert back.value == pytest.approx(1 - found.value)


def test_tidy_frame() -> None:
    frame = migration_matrix(["良", "优", "优"], ["良", "良", None], categories=["良", "优"]).to_frame()
    assert list(frame.columns) == ["before", "after", "count", "share_of_before", "n_used", "n_dropped", "caveats"]
    assert set(frame["n_dropped"]) == {1}
    assert list(frame["count"]) == [1, 0, 1, 0]


@pytest.mark.parametrize("call", [migration_matrix, grade_change, mcnemar])
def test_missing_empty_and_malformed_columns(call: Any) -> None:
    gaps = call([1, None, 2, NAN, 2], [1, 2, None, NAN, 1], categories=[1, 2])
    assert (gaps.n_used, gaps.n_dropped) == (2, 3)
    for before, after in (([], []), ([NAN, NAN], [1, 2])):
        for categories in (None, [1, 2]):
            assert codes_of(call(before, after, categories=categories)) == {"TOO_FEW"}
    assert call([1], [2], categories=[1, 2]).n_used == 1
    wrong: list[tuple[Any, Any, Any, str]] = [
        ([1, 2], [1], None, "RT-PAIRS"),
        ([[1, 2]], [[1, 2]], None, "RT-PAIRS"),
        ([1, 2], [1, 3], [1, 2], "GR-OUTSIDE"),
        (["良", "优"], ["良", "良"], None, "GR-ORDER"),
        ([1, 2], [1, 2], [2, 1], "GR-CATEGORIES"),
    ]
    for before, after, categories, code in wrong:
        with pytest.raises(DataError) as caught:
            call(before, after, categories=categories)
        assert caught.value.problems[0].code == code
