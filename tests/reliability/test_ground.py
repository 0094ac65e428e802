"""The ground of the wing: tables in, codes, patterns."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.errors import DataError, MethodError
from perfkit.reliability.estimate import checked_level
from perfkit.reliability.grades import MISSING, coded, grades, patterns
from perfkit.reliability.ratings import (
    complete_rows,
    pairs,
    rater_names,
    rating_matrix,
    ratings,
    score_rates,
)

NAN = float("nan")
LONG = pd.DataFrame({"e": ["x", "x", "y"], "r": ["b", "a", "b"], "s": [1.0, 2.0, 3.0]})
KEYS = {"evaluand": "e", "rater": "r", "score": "s"}


def problems(call):
    with pytest.raises((DataError, MethodError)) as found:
        call()
    return found.value.problems


@pytest.mark.parametrize(
    "column",
    [
        [1, 2, None],
        np.array([1, 2, np.nan], dtype=object),
        np.array([1, 2, pd.NA], dtype=object),
        pd.array([1, 2, None], dtype="Int64"),
        pd.array([1, 2, None], dtype="Float64"),
        pd.Categorical([1, 2, None]),
        pd.arrays.SparseArray([1.0, 2.0, np.nan]),
        [Decimal(1), Decimal(2), None],
        np.array([1, 2, np.nan], dtype=np.float32),
    ],
)
def test_numbers_of_every_sort(column):
    matrix = rating_matrix(pd.DataFrame({"a": column, "b": [4, 5, 6]}))
    assert matrix.dtype == np.float64
    np.testing.assert_array_equal(matrix, [[1, 4], [2, 5], [NAN, 6]])


@pytest.mark.parametrize("table", [[[1, None], [3, 4]], [[1, pd.NA], [3, 4]], np.array([[1, None], [3, 4]], object)])
def test_bare_tables_with_missing(table):
    np.testing.assert_array_equal(rating_matrix(table), [[1, NAN], [3, 4]])


def test_masked_entries_are_missing():
    masked = np.ma.masked_array([[1, 2], [3, 4]], [[0, 1], [0, 0]])
    np.testing.assert_array_equal(rating_matrix(masked), [[1, NAN], [3, 4]])
    assert grades(masked).codes[0, 1] == MISSING
    assert pairs(masked[0], [5, 6]).n_dropped == 1


def test_own_array_is_neither_copied_nor_written_to():
    own = np.arange(6.0).reshape(3, 2)
    assert rating_matrix(own) is own
    assert complete_rows(own) == (own, 0)
    assert rating_matrix(own.astype(np.uint8)).dtype == np.float64


@pytest.mark.parametrize("wrong", ["x", "1", b"1", True, 1j, pd.Timestamp("2020-02-25"), [1]])
def test_what_is_no_number_is_named(wrong):
    frame = pd.DataFrame({"a": [1, 2], "b": [3, wrong]}, index=["first", "second"], dtype=object)
    (found,) = problems(lambda: rating_matrix(frame))
    assert found.code == "RT-NUMBER"
    assert "'second'" in found.where
    assert "'b'" in found.where


def test_words_truth_and_complex_columns_are_refused():
    for column in (np.array([True, False]), pd.array([True, None], dtype="boolean"), pd.array(["1", "x"], "string")):
        assert {one.code for one in problems(lambda c=column: rating_matrix(pd.DataFrame({"a": c})))} == {"RT-NUMBER"}
    assert problems(lambda: rating_matrix(np.array([[1 + 2j]])))[0].code == "RT-NUMBER"


def test_many_problems_are_counted():
    found = problems(lambda: rating_matrix(np.full((30, 1), "x")))
    assert len(found) == 21
    assert "10" in found[-1].found


def test_infinities_are_named():
    table = np.ones((3, 2))
    table[1, 1] = -np.inf
    for given_table in (table, pd.DataFrame(table), pd.DataFrame(table).convert_dtypes()):
        (found,) = problems(lambda t=given_table: rating_matrix(t))
        assert (found.code, found.where) == ("RT-INFINITE", "评分表 第 2 行 第 2 列")


def test_overflow_is_no_infinity():
    huge = np.full((3, 2), 1.5e308)
    assert rating_matrix(huge) is huge
    assert complete_rows(huge)[1] == 0


@pytest.mark.parametrize(
    "table", [3, "abc", None, [1, 2], ["a", "b"], [[[1]]], [[["a"]]], [[1, 2], [3]], pd.Series([1])]
)
def test_what_is_no_table(table):
    (found,) = problems(lambda: rating_matrix(table))
    assert found.code == "RT-SHAPE"
    assert problems(lambda: grades(table))[0].code == "RT-SHAPE"


def test_too_few_columns_and_no_rows():
    assert problems(lambda: rating_matrix(np.ones((3, 1)), least_raters=2))[0].code == "RT-SHAPE"
    assert problems(lambda: rating_matrix(pd.DataFrame(index=[1, 2])))[0].code == "RT-SHAPE"
    assert rating_matrix(np.empty((0, 2))).shape == (0, 2)
    assert rating_matrix(pd.DataFrame(columns=["a", "b"])).shape == (0, 2)


def test_names_and_complete_rows():
    assert rater_names(pd.DataFrame([[1, 2]], columns=["a", 7]), 2) == ("a", "7")
    assert rater_names([[1, 2]], 2) == ("1", "2")
    whole, dropped = complete_rows(np.array([[1, NAN], [2, 3], [NAN, NAN]]))
    assert (whole.tolist(), dropped) == ([[2, 3]], 2)


def test_pairs_go_by_position():
    left, right = pd.Series([1, 2, None], index=[7, 8, 9]), pd.Series([4, None, 6], dtype="Int64")
    found = pairs(left, right)
    assert (found.x.tolist(), found.y.tolist(), found.n_dropped) == ([1], [4], 2)
    assert pairs([], []).x.size == 0


@pytest.mark.parametrize("sides", [([1, 2], [1]), ([[1]], [1]), (3, [1]), (pd.DataFrame({"a": [1]}), [1])])
def test_pairs_that_do_not_match(sides):
    assert problems(lambda: pairs(*sides))[0].code == "RT-PAIRS"


def test_pairs_of_words_and_infinities():
    assert problems(lambda: pairs(["a"], [1]))[0].code == "RT-NUMBER"
    assert problems(lambda: pairs([np.inf], [1]))[0].code == "RT-INFINITE"
    assert problems(lambda: pairs([[1], [1, 2]], [1]))[0].code == "RT-SHAPE"


@pytest.mark.parametrize("repeated", ["refuse", "mean"])
def test_long_to_wide_in_order_of_appearance(repeated):
    for frame in (LONG, LONG.assign(e=pd.Categorical(LONG.e, ["z", "y", "x"]), r=pd.Categorical(LONG.r))):
        wide = ratings(frame, **KEYS, repeated=repeated)
        assert (list(wide.index), list(wide.columns)) == (["x", "y"], ["b", "a"])
        np.testing.assert_array_equal(rating_matrix(wide), [[1, 2], [3, NAN]])


def test_long_means_of_repeats():
    twice = pd.concat([LONG, LONG.assign(s=pd.array([5, None, 5], dtype="Int64"))])
    np.testing.assert_array_equal(rating_matrix(ratings(twice, **KEYS, repeated="mean")), [[3, 2], [4, NAN]])
    assert problems(lambda: ratings(LONG.assign(s=list("uvw")), **KEYS, repeated="mean"))[0].code == "RT-NUMBER"
    assert ratings(LONG.iloc[:0], **KEYS).shape == (0, 0)
    assert ratings(LONG.assign(s=list("uvw")), **KEYS).loc["x", "a"] == "v"


@pytest.mark.parametrize(
    ("frame", "code", "place"),
    [
        (LONG.drop(columns="s"), "RT-COLUMN", "长表"),
        (pd.concat([LONG, LONG[["s"]]], axis=1), "RT-COLUMN", "长表"),
        (LONG.assign(e=["x", None, "y"]), "RT-KEY", "长表 行 1"),
        (LONG.assign(r=["a", "a", "b"]), "RT-REPEATED", "长表 'x' × 'a'"),
    ],
)
def test_long_tables_that_are_wrong(frame, code, place):
    (found,) = problems(lambda: ratings(frame, **KEYS))
    assert (found.code, found.where) == (code, place)


def test_unknown_way_with_repeats():
    assert problems(lambda: ratings(LONG, **KEYS, repeated="last"))[0].code == "RL-CHOICE"


def test_score_rates():
    points = pd.DataFrame([[1, 2], [None, 4]], index=["p", "q"], columns=["a", "b"])
    rates = score_rates(points, pd.Series([2, 4], dtype="Int64"))
    assert (list(rates.index), list(rates.columns)) == (["p", "q"], ["a", "b"])
    np.testing.assert_array_equal(rates, [[0.5, 1], [NAN, 1]])


@pytest.mark.parametrize("full", [[2], [2, 0], [2, -1], [2, None], 2, [[2, 4]]])
def test_full_scores_that_are_wrong(full):
    assert problems(lambda: score_rates([[1, 2], [3, 4]], full))[0].code == "RT-FULL"


def test_full_scores_that_are_words():
    assert problems(lambda: score_rates([[1, 2], [3, 4]], ["x", "y"]))[0].code == "RT-NUMBER"


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, NAN])
def test_levels(level):
    assert problems(lambda: checked_level(level))[0].code == "RL-LEVEL"
    assert checked_level(np.float64(0.9)) == 0.9


@pytest.mark.parametrize("missing", [None, NAN, pd.NA])
def test_words_and_numbers_as_grades(missing):
    words = grades([["low", "high"], ["high", missing]], categories=["low", "middle", "high"])
    assert (words.codes.tolist(), words.values.tolist()) == ([[0, 2], [2, -1]], [1, 2, 3])
    numbers = grades(np.array([[1, 5], [5, missing]], dtype=object), categories=[1, 3, 5])
    assert (numbers.codes.tolist(), numbers.values.tolist()) == ([[0, 2], [2, -1]], [1, 3, 5])
    assert (numbers.n, numbers.k, numbers.q) == (2, 2, 3)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float32", "object"])
def test_grades_of_nullable_columns(dtype):
    frame = pd.DataFrame({"a": pd.Series([1, None, 3], dtype=dtype), "b": pd.Series([2, 2, 2], dtype=dtype)})
    found = grades(frame)
    assert (found.codes.tolist(), list(found.categories)) == ([[0, 1], [-1, 1], [2, 1]], [1, 2, 3])
    assert grades(frame, categories=[1, 2, 3, 4]).q == 4


def test_categoricals_bring_their_scale():
    scale = ["poor", "fair", "good"]
    frame = pd.DataFrame({name: pd.Categorical(["good", "poor", None], scale, ordered=True) for name in "ab"})
    found = grades(frame)
    assert found.categories == ("poor", "fair", "good")
    assert found.codes.tolist() == [[2, 2], [0, 0], [-1, -1]]
    uneven = frame.assign(b=pd.Categorical(["good", "good", "poor"]))
    assert grades(uneven).categories == ("good", "poor")


def test_grades_are_recoded_and_pass_through():
    first = grades([["a", "b"], ["b", None]])
    assert grades(first) is first
    again = grades(first, categories=["b", "a", "c"])
    assert (again.codes.tolist(), again.categories) == ([[1, 0], [0, -1]], ("b", "a", "c"))
    (found,) = problems(lambda: grades(first, categories=["b"]))
    assert (found.code, found.where) == ("GR-OUTSIDE", "评分表 第 1 行 第 1 列")


def test_grades_outside_the_categories_are_named():
    table = np.full((30, 1), 9.0)
    found = problems(lambda: grades(table, categories=[1, 2]))
    assert {one.code for one in found} == {"GR-OUTSIDE"}
    assert len(found) == 21
    assert problems(lambda: grades([[1, 2.5]], categories=[1, 2, 3]))[0].where == "评分表 第 1 行 第 2 列"
    assert problems(lambda: grades([[1, 2]], categories=["1", "2"]))[0].code == "GR-OUTSIDE"


@pytest.mark.parametrize("categories", [[], [1, 1], [2, 1], [1, NAN, 2], ["a", "a"], [1, np.inf]])
def test_categories_that_are_no_scale(categories):
    assert problems(lambda: grades([[1, 2]], categories=categories))[0].code == "GR-CATEGORIES"


def test_no_grades_at_all():
    for empty in (np.empty((0, 2)), np.full((3, 2), NAN)):
        found = grades(empty)
        assert (found.q, found.k) == (0, 2)
        counted = patterns(found)
        assert counted.counts.sum() == len(empty)
        assert counted.category_counts().shape == (len(counted.counts), 0)


def test_many_categories_take_wider_codes():
    table = np.arange(260.0).reshape(130, 2)
    found = grades(table)
    assert found.codes.dtype == np.int32
    np.testing.assert_array_equal(np.array(found.categories)[found.codes], table)


@pytest.mark.parametrize("codes", [[[0.5, 1]], [[True]], [[2]], [[-2]], [0, 1], [[0], [0, 1]]])
def test_codes_that_are_none(codes):
    assert problems(lambda: coded(codes, ["a", "b"]))[0].code in ("GR-CODES", "RT-SHAPE")


def test_codes_are_taken_as_they_are():
    own = np.array([[0, -1], [1, 1]], dtype=np.int8)
    assert coded(own, ["a", "b"]).codes is own


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), k=st.sampled_from([1, 2, 3, 9, 25, 40]), q=st.sampled_from([1, 2, 5, 10]))
def test_patterns_are_distinct_rows(seed, k, q):
    """Counted by a table, sorted by a key, and sorted by rows where (q + 1)**k leaves 62 bits."""
    table = np.random.default_rng(seed).integers(-1, q, size=(60, k))
    found = patterns(coded(table, range(q)))
    rows, counts = np.unique(table, axis=0, return_counts=True)
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_array_equal(found.counts, counts)
    expected = [[(row == place).sum() for place in range(q)] for row in rows]
    np.testing.assert_array_equal(found.category_counts(), expected)
