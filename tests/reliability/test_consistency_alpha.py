"""Cronbach's alpha and item statistics: published example, invariants, ugly cases."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.consistency import cronbach_alpha, guttman_lambdas, item_statistics, omega_total, split_half
from tests.tolerances import PRINTED, SAME_FORMULA

# Shrout & Fleiss (1979), table 2: six targets, four judges.
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
EVERY = (cronbach_alpha, omega_total, guttman_lambdas, split_half, item_statistics)
NUMBERS = EVERY[:4]


def codes(result):
    return {caveat.code for caveat in result.caveats}


def scale(n=40, k=5, seed=1, shift=0.0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, k)) + shift


def test_published_example():
    found = cronbach_alpha(SHROUT_FLEISS)
    assert found.value == pytest.approx(0.91, abs=PRINTED(2))  # ICC(3,4) of the paper's table 4
    assert (found.n_used, found.n_items, found.interval_method) == (6, 4, "feldt")


def test_feldt_against_scipy_and_formula():
    data = scale()
    n, k = data.shape
    found = cronbach_alpha(data, level=0.9)
    covariance = np.cov(data.T)
    alpha = k / (k - 1) * (1 - np.trace(covariance) / covariance.sum())
    low, high = (1 - (1 - alpha) * stats.f.ppf(p, n - 1, (n - 1) * (k - 1)) for p in (0.95, 0.05))
    assert found.value == pytest.approx(alpha, rel=SAME_FORMULA)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), rel=SAME_FORMULA)
    assert found.interval.level == 0.9


def test_standardized_is_raw_of_standardized_items():
    data = scale() * [1, 10, 0.1, 3, 5]
    found = cronbach_alpha(data, standardized=True, interval="bootstrap")
    raw = cronbach_alpha((data - data.mean(0)) / data.std(0), interval="none")
    assert found.value == pytest.approx(raw.value, rel=SAME_FORMULA)
    assert found.interval.low < found.value < found.interval.high
    assert "INTERVAL_NOT_OFFERED" in codes(cronbach_alpha(data, standardized=True))


def test_missing_rows_are_dropped_before_counting():
    data = scale()
    data[[3, 7], [0, 2]] = np.nan
    whole = data[~np.isnan(data).any(axis=1)]
    found = cronbach_alpha(data)
    assert (found.n_used, found.n_dropped, found.missing) == (38, 2, "listwise")
    assert found.interval == cronbach_alpha(whole).interval
    items = item_statistics(pd.DataFrame(data, columns=list("abcde")))
    assert [item.n_missing for item in items.items] == [1, 0, 1, 0, 0]
    assert {item.n for item in items.items} == {38}


def test_bootstrap_equals_direct_resampling():
    data = scale(n=25, k=4, shift=1e3)
    found = cronbach_alpha(data, interval="bootstrap", replicates=300, seed=9)
    rng = np.random.default_rng(9)
    drawn = [cronbach_alpha(data[rows], interval="none").value for rows in rng.integers(0, 25, size=(300, 25))]
    assert found.interval.low == pytest.approx(np.quantile(drawn, 0.025), rel=1e3 * SAME_FORMULA)
    assert found.se == pytest.approx(np.std(drawn, ddof=1), rel=1e3 * SAME_FORMULA)
    assert (found.replicates, found.seed) == (300, 9)
    generated = cronbach_alpha(data, interval="bootstrap", replicates=300, seed=np.random.default_rng(9))
    assert generated.interval == found.interval
    assert generated.seed is None


def test_item_statistics_against_numpy():
    data = scale(k=4)
    found = item_statistics(pd.DataFrame(data, columns=list("abcd")))
    for place, item in enumerate(found.items):
        rest = np.delete(data, place, axis=1)
        assert item.mean == pytest.approx(data[:, place].mean(), rel=SAME_FORMULA)
        assert item.sd == pytest.approx(data[:, place].std(ddof=1), rel=SAME_FORMULA)
        assert item.r_drop == pytest.approx(np.corrcoef(data[:, place], rest.sum(1))[0, 1], rel=SAME_FORMULA)
        assert item.alpha_if_dropped == pytest.approx(cronbach_alpha(rest).value, rel=SAME_FORMULA)
    assert found.alpha == pytest.approx(cronbach_alpha(data).value, rel=SAME_FORMULA)
    assert list(found.to_frame()["item"]) == list("abcd")
    assert found.to_record()["items"][0]["item"] == "a"


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100), shift=st.floats(-1e4, 1e4))
def test_invariants(seed, factor, shift):
    rng = np.random.default_rng(seed)
    data = scale(n=15, k=4, seed=seed)
    rows, columns = rng.permutation(15), rng.permutation(4)
    found = cronbach_alpha(data)
    for other in (data[rows], data[:, columns], factor * data + shift):
        again = cronbach_alpha(other)
        assert again.value == pytest.approx(found.value, rel=1e3 * SAME_FORMULA)
        assert again.interval.low == pytest.approx(found.interval.low, rel=1e3 * SAME_FORMULA)
    moved = item_statistics(data[rows] * factor + shift).items
    for item, other in zip(item_statistics(data).items, moved, strict=True):
        assert other.r_drop == pytest.approx(item.r_drop, rel=1e3 * SAME_FORMULA, abs=SAME_FORMULA)


def test_reversed_item_is_named_and_not_turned():
    data = scale()
    data[:, 2] *= -1
    for statistic in EVERY:
        found = statistic(pd.DataFrame(data, columns=list("abcde")))
        assert "REVERSED_ITEM" in codes(found)
        assert "c" in next(caveat.text for caveat in found.caveats if caveat.code == "REVERSED_ITEM")


@pytest.mark.parametrize("statistic", NUMBERS)
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (np.empty((0, 4)), "TOO_FEW"),
        (np.ones((1, 4)), "TOO_FEW"),
        (np.array([[1.0], [2.0]]), "TOO_FEW_ITEMS"),
        (np.full((6, 4), 0.1), "NO_VARIANCE"),
        (np.array([[1.0, 4, 2, 3], [2, 3, 3, 2], [3, 2, 4, 1], [4, 1, 1, 4]]), "NO_TOTAL_VARIANCE"),
        (np.column_stack([scale(k=3), np.full(40, np.nan)]), "TOO_FEW"),
    ],
)
def test_undefined_is_nan_with_a_reason(statistic, data, code):
    found = statistic(data)
    assert math.isnan(found.value)
    assert not found.interval.known
    assert code in codes(found)


@pytest.mark.parametrize("data", [np.empty((0, 3)), np.ones((1, 3)), scale(k=1), np.full((6, 3), 0.1), np.ones((2, 2))])
def test_items_undefined_have_a_reason(data):
    found = item_statistics(data)
    assert math.isnan(found.alpha)
    assert found.caveats


def test_items_of_two_and_with_a_constant_one():
    two = item_statistics(scale(k=2))
    assert all(math.isnan(item.alpha_if_dropped) for item in two.items)
    assert "ALPHA_IF_DROPPED_UNDEFINED" in codes(two)
    data = scale(k=3)
    data[:, 1] = 0.1
    found = item_statistics(data)
    assert math.isnan(found.items[1].r_drop)
    assert "CONSTANT_ITEM" in codes(found)
    pair = item_statistics(data[:, :2])
    assert "CONSTANT_REST" in codes(pair)


def test_constant_item_stays_in_the_raw_form():
    data = np.column_stack([scale(k=3), np.full(40, 0.1)])
    covariance = np.cov(data[:, :3].T)
    found = cronbach_alpha(data)
    assert found.value == pytest.approx(4 / 3 * (1 - np.trace(covariance) / covariance.sum()), rel=SAME_FORMULA)
    assert codes(found) == {"CONSTANT_ITEM"}
    standardized = cronbach_alpha(data, standardized=True)
    assert math.isnan(standardized.value)
    assert "CONSTANT_ITEM" in codes(standardized)


def test_perfect_and_smallest():
    column = np.array([1.1, 2.3, 3.7, 4.2])
    perfect = cronbach_alpha(np.column_stack([column, column + 1, column]))
    assert perfect.value == pytest.approx(1, rel=SAME_FORMULA)
    assert "NO_ERROR_VARIANCE" in codes(perfect)
    smallest = cronbach_alpha([[1, 2], [3, 5]])
    assert smallest.value == pytest.approx(0.96, rel=SAME_FORMULA)
    assert smallest.interval.known


def test_offset_of_a_thousand_million_and_ties():
    data = np.round(scale() * 3)
    assert cronbach_alpha(data + 1e9).value == pytest.approx(cronbach_alpha(data).value, rel=SAME_FORMULA)
    assert item_statistics(data + 1e9).items[0].r_drop == pytest.approx(
        item_statistics(data).items[0].r_drop, rel=SAME_FORMULA
    )


@pytest.mark.parametrize("statistic", EVERY)
def test_formative_indicators_are_refused(statistic):
    with pytest.raises(MethodError, match="RL-FORMATIVE"):
        statistic(SHROUT_FLEISS, formative=True)
    assert "statutory" in statistic.__doc__


@pytest.mark.parametrize("statistic", NUMBERS)
def test_bad_arguments(statistic):
    with pytest.raises(MethodError, match="RL-LEVEL"):
        statistic(SHROUT_FLEISS, level=95)
    with pytest.raises(MethodError, match="RL-CHOICE"):
        statistic(SHROUT_FLEISS, interval="exact")
    with pytest.raises(MethodError, match="RL-BOOTSTRAP"):
        statistic(SHROUT_FLEISS, interval="bootstrap", replicates=5)


@pytest.mark.parametrize("statistic", EVERY)
def test_bad_tables(statistic):
    with pytest.raises(DataError, match="RT-SHAPE"):
        statistic([1.0, 2.0])
    with pytest.raises(DataError, match="RT-NUMBER"):
        statistic(pd.DataFrame({"a": [1, "x"], "b": [1, 2], "c": [2, 1]}))
    with pytest.raises(DataError, match="RT-INFINITE"):
        statistic([[1, np.inf, 2], [1, 2, 3]])
