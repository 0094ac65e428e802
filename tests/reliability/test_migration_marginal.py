"""Symmetry and marginal homogeneity: Stuart's table, statsmodels, plain matrix algebra, invariants and ugly columns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from scipy.sparse.csgraph import connected_components
from statsmodels.stats.contingency_tables import SquareTable as OtherTable

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.migration.marginal import (
    bhapkar,
    bowker,
    ordinal_marginal_homogeneity,
    stuart_maxwell,
)
from perfkit.result import Result
from tests.reliability.test_migration import columns_of
from tests.tolerances import PRINTED, SAME_FORMULA

NAN = float("nan")
# Stuart (1955): unaided distance vision of 7477 women, right eye by left eye.
VISION = [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]
FULL = st.lists(st.integers(1, 9), min_size=16, max_size=16)
SPARSE = st.lists(st.sampled_from([0, 0, 0, 1, 2, 5]), min_size=25, max_size=25)
ALL = [bowker, stuart_maxwell, bhapkar, ordinal_marginal_homogeneity]


def codes_of(result: Result) -> set[str]:
    return {caveat.code for caveat in result.caveats}


def square(cells: list[int]) -> list[list[int]]:
    q = math.isqrt(len(cells))
    return [cells[q * i : q * i + q] for i in range(q)]


def called(call: Any, table: list[list[int]], **options: Any) -> Any:
    return call(*columns_of(table), categories=list(range(1, len(table) + 1)), **options)


def by_pseudoinverse(table: list[list[int]]) -> tuple[float, int]:
    counts = np.array(table, dtype=float)
    d = counts.sum(axis=1) - counts.sum(axis=0)
    off = counts + counts.T
    covariance: NDArray[np.float64] = np.diag(counts.sum(axis=1) + counts.sum(axis=0)) - off
    np.fill_diagonal(off, 0)
    groups, _ = connected_components(off > 0)
    return float(d @ np.linalg.pinv(covariance, rcond=1e-10, hermitian=True) @ d), len(counts) - groups


def test_vision_as_printed() -> None:
    found = called(stuart_maxwell, VISION)
    assert found.value == pytest.approx(11.96, abs=PRINTED(2))
    assert found.df == 3
    assert called(bowker, VISION).value == pytest.approx(19.11, abs=PRINTED(2))
    assert called(bhapkar, VISION).value == pytest.approx(11.98, abs=PRINTED(2))


@given(FULL)
def test_full_tables_as_statsmodels(cells: list[int]) -> None:
    table = square(cells)
    other = OtherTable(np.array(table), shift_zeros=False)
    symmetry, homogeneity, wald = other.symmetry(), other.homogeneity(), other.homogeneity(method="bhapkar")
    found = called(bowker, table)
    assert (found.value, found.df, found.p) == pytest.approx(
        (symmetry.statistic, symmetry.df, symmetry.pvalue), rel=1e-8
    )
    margins = called(stuart_maxwell, table)
    assert (margins.value, margins.df) == pytest.approx((homogeneity.statistic, homogeneity.df), rel=1e-8, abs=1e-9)
    assert called(bhapkar, table).value == pytest.approx(wald.statistic, rel=1e-8, abs=1e-9)


@given(SPARSE)
def test_sparse_tables_by_the_pseudoinverse(cells: list[int]) -> None:
    table = square(cells)
    chi, rank = by_pseudoinverse(table)
    found = called(stuart_maxwell, table)
    assert found.df == rank
    if rank == 0:
        assert math.isnan(found.value)
        assert codes_of(found) <= {"NO_CHANGE", "TOO_FEW"}
    else:
        assert found.value == pytest.approx(chi, rel=1e-8, abs=1e-9)
        assert found.p == pytest.approx(stats.chi2.sf(chi, rank), rel=1e-6, abs=1e-9)
        assert ("LOWER_RANK" in codes_of(found)) == (rank < 4)
    wald = called(bhapkar, table)
    assert math.isnan(wald.value) == bool({"NO_CHANGE", "TOO_FEW", "BOUNDARY"} & codes_of(wald))
    assert not wald.value < found.value - 1e-9


@pytest.mark.parametrize("call", ALL)
@given(cells=SPARSE)
def test_exchanging_the_sides_changes_no_test(cells: list[int], call: Any) -> None:
    table = square(cells)
    one, other = called(call, table), called(call, np.array(table).T.tolist())
    assert (one.value, one.p) == pytest.approx((other.value, other.p), rel=1e-8, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("call", ALL[:3])
@given(cells=SPARSE, order=st.permutations(range(5)))
def test_labels_do_not_matter_to_nominal_tests(cells: list[int], order: list[int], call: Any) -> None:
    table = np.array(square(cells))
    one, other = called(call, table.tolist()), called(call, table[np.ix_(order, order)].tolist())
    assert (one.value, one.df) == pytest.approx((other.value, other.df), rel=1e-7, abs=1e-8, nan_ok=True)


@given(FULL, st.floats(0.1, 50), st.floats(-100, 100))
def test_ordinal_test_bears_a_change_of_scale(cells: list[int], factor: float, shift: float) -> None:
    table = square(cells)
    one = called(ordinal_marginal_homogeneity, table)
    other = called(ordinal_marginal_homogeneity, table, scores=[shift + factor * score for score in (1, 2, 3, 4)])
    assert other.z == pytest.approx(one.z, rel=1e-6, abs=1e-8)
    before, after = (np.array(side) for side in columns_of(table))
    d = before - after
    assert one.z == pytest.approx(d.sum() / math.sqrt((d**2).sum()), rel=SAME_FORMULA, abs=SAME_FORMULA)
    assert one.mean_difference == pytest.approx(d.mean(), abs=SAME_FORMULA)


def test_far_tails_keep_their_digits() -> None:
    for call in (bowker, stuart_maxwell):
        found = called(call, [[1, 2], [400, 1]])
        assert math.log(found.p) == pytest.approx(stats.chi2.logsf(found.value, 1), rel=SAME_FORMULA)


def test_two_grades_are_mcnemar() -> None:
    for call in (bowker, stuart_maxwell):
        assert called(call, [[794, 150], [86, 570]]).value == pytest.approx((150 - 86) ** 2 / 236, rel=SAME_FORMULA)


def test_empty_pairs_as_named() -> None:
    table = [[9, 3, 0], [1, 9, 2], [0, 6, 9]]
    dropped, kept = called(bowker, table), called(bowker, table, empty_pairs="keep")
    assert (dropped.df, kept.df, dropped.empty_pairs) == (2, 3, 1)
    assert dropped.value == pytest.approx(1 + 2)
    assert "EMPTY_PAIRS_DROPPED" in codes_of(dropped)
    assert math.isnan(kept.value)
    assert math.isnan(kept.p)
    assert codes_of(kept) == {"EMPTY_PAIRS"}
    with pytest.raises(MethodError):
        called(bowker, table, empty_pairs="zero")


def test_bhapkar_at_the_boundary() -> None:
    found = called(bhapkar, [[0, 8], [0, 0]])
    assert math.isnan(found.value)
    assert "BOUNDARY" in codes_of(found)


@pytest.mark.parametrize("call", ALL)
def test_ugly_columns(call: Any) -> None:
    for before, after, categories, code in (
        ([], [], [1, 2, 3], "TOO_FEW"),
        ([], [], None, "TOO_FEW"),
        ([NAN], [1], [1, 2], "TOO_FEW"),
        ([1, 2, 3], [1, 2, 3], None, "NO_CHANGE"),
        ([2, 2, 2], [2, 2, 2], None, "NO_CHANGE"),
    ):
        found = call(before, after, categories=categories)
        assert math.isnan(found.value)
        assert math.isnan(found.p)
        assert codes_of(found) == {code}
    one = call([1], [2], categories=[1, 2, 3])
    assert "FEW_CHANGED" in codes_of(one)
    gaps = call([1, None, 3, 2], [2, 2, NAN, 1], categories=[1, 2, 3])
    assert (gaps.n_used, gaps.n_dropped) == (2, 2)
    with pytest.raises(DataError):
        call([1, 2, 3], [1, 2], categories=[1, 2, 3])


def test_scores_are_checked() -> None:
    table = [[3, 1, 0], [2, 3, 4], [0, 1, 3]]
    for scores in ([1, 2], [1, 2, math.inf], [[1, 2, 3]]):
        with pytest.raises(DataError):
            called(ordinal_marginal_homogeneity, table, scores=scores)
    flat = called(ordinal_marginal_homogeneity, table, scores=[5, 5, 5])
    assert math.isnan(flat.value)
    assert codes_of(flat) == {"NO_CHANGE"}
