"""Guttman's lambdas and split halves: all splits by hand, invariants, ugly cases."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.errors import MethodError
from perfkit.reliability.consistency import cronbach_alpha, guttman_lambdas, split_half
from perfkit.reliability.consistency import lambdas as module
from tests.reliability.test_consistency_alpha import SHROUT_FLEISS, codes, scale
from tests.tolerances import SAME_FORMULA


def every_split(data):
    k = data.shape[1]
    found = []
    for half in itertools.combinations(range(k), k // 2):
        first = data[:, list(half)].sum(axis=1)
        second = np.delete(data, list(half), axis=1).sum(axis=1)
        found.append(4 * np.cov(first, second)[0, 1] / np.var(first + second, ddof=1))
    return np.array(found)


@pytest.mark.parametrize("k", [2, 3, 4, 5, 7, 8])
def test_splits_by_hand(k):
    data = scale(k=k, seed=k)
    found = guttman_lambdas(data, interval="none")
    splits = every_split(data)
    assert found.lambda4 == pytest.approx(splits.max(), rel=SAME_FORMULA)
    assert found.split_half_min == pytest.approx(splits.min(), rel=SAME_FORMULA)
    assert found.split_half_mean == pytest.approx(splits.mean(), rel=SAME_FORMULA)
    assert found.splits == len(splits) // (2 if k % 2 == 0 else 1)
    assert not found.searched


@pytest.mark.parametrize("k", [7, 10])
def test_search_finds_what_all_splits_find(k, monkeypatch):
    data = scale(k=k, seed=3)
    whole = guttman_lambdas(data, interval="none")
    monkeypatch.setattr(module, "MOST_ITEMS_SPLIT", 4)
    found = guttman_lambdas(data, interval="none")
    assert found.searched
    assert "SPLITS_SEARCHED" in codes(found)
    assert found.lambda4 == pytest.approx(whole.lambda4, rel=SAME_FORMULA)
    assert found.split_half_min == pytest.approx(whole.split_half_min, rel=SAME_FORMULA)
    assert found == guttman_lambdas(data, interval="none")


def test_lambdas_by_formula():
    data = scale(k=5, seed=8)
    found = guttman_lambdas(data, interval="none")
    covariance = np.cov(data.T)
    total = covariance.sum()
    off = covariance - np.diag(np.diag(covariance))
    first = 1 - np.trace(covariance) / total
    residual = 1 / np.diag(np.linalg.inv(covariance))
    assert found.lambda1 == pytest.approx(first, rel=SAME_FORMULA)
    assert found.lambda2 == pytest.approx(first + math.sqrt((off**2).sum() * 5 / 4) / total, rel=SAME_FORMULA)
    assert found.lambda3 == pytest.approx(cronbach_alpha(data).value, rel=SAME_FORMULA)
    assert found.lambda5 == pytest.approx(first + 2 * math.sqrt((off**2).sum(0).max()) / total, rel=SAME_FORMULA)
    assert found.lambda6 == pytest.approx(1 - residual.sum() / total, rel=SAME_FORMULA)
    assert found.lambda3 <= found.lambda2
    assert found.value == found.lambda2


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100), shift=st.floats(-1e4, 1e4))
def test_invariants(seed, factor, shift):
    rng = np.random.default_rng(seed)
    data = scale(n=15, k=5, seed=seed)
    for metric in ("covariance", "correlation"):
        found = guttman_lambdas(data, metric=metric, interval="none")
        for other in (data[rng.permutation(15)], data[:, rng.permutation(5)], factor * data + shift):
            again = guttman_lambdas(other, metric=metric, interval="none")
            for name in ("lambda1", "lambda2", "lambda4", "lambda6", "split_half_min", "split_half_mean"):
                assert getattr(again, name) == pytest.approx(getattr(found, name), rel=1e3 * SAME_FORMULA, abs=1e-9)


@pytest.mark.parametrize("metric", ["covariance", "correlation"])
def test_bootstrap_equals_direct_resampling(metric):
    data = scale(n=30, k=4, seed=2)
    found = guttman_lambdas(data, metric=metric, replicates=200, seed=4)
    rows = np.random.default_rng(4).integers(0, 30, size=(200, 30))
    drawn = [guttman_lambdas(data[chosen], metric=metric, interval="none").value for chosen in rows]
    assert found.interval.high == pytest.approx(np.quantile(drawn, 0.975), rel=SAME_FORMULA)
    assert found.interval_method == "bootstrap_percentile"


def test_collinear_items_and_constant_item():
    data = scale(k=3)
    twice = guttman_lambdas(np.column_stack([data, data[:, 0]]), interval="none")
    assert np.isfinite(twice.lambda6)
    with_constant = np.column_stack([data, np.full(40, 0.1)])
    assert np.isfinite(guttman_lambdas(with_constant).value)
    standardized = guttman_lambdas(with_constant, metric="correlation")
    assert math.isnan(standardized.value)
    assert "CONSTANT_ITEM" in codes(standardized)
    assert "SMALL_N" in codes(guttman_lambdas(SHROUT_FLEISS))


@pytest.mark.parametrize(
    ("split", "first", "label"),
    [
        ("odd_even", [0, 2, 4], "odd_even"),
        ("first_second", [0, 1, 2], "first_second"),
        ([4, 1], [1, 4], "listed"),
    ],
)
def test_halves_by_hand(split, first, label):
    data = scale(k=5)
    found = split_half(data, split=split)
    halves = data[:, first].sum(axis=1), np.delete(data, first, axis=1).sum(axis=1)
    r = np.corrcoef(*halves)[0, 1]
    assert found.r == pytest.approx(r, rel=SAME_FORMULA)
    assert found.value == pytest.approx(2 * r / (1 + r), rel=SAME_FORMULA)
    assert found.guttman == pytest.approx(4 * np.cov(*halves)[0, 1] / np.var(sum(halves), ddof=1), rel=SAME_FORMULA)
    assert found.method == f"split_half:{label}:spearman_brown"
    assert found.first_half == tuple(str(place + 1) for place in first)
    assert "UNEQUAL_HALVES" in codes(found)
    assert found.interval.low < found.value < found.interval.high


def test_halves_by_name_and_without_correction():
    frame = pd.DataFrame(scale(k=4), columns=list("abcd"))
    found = split_half(frame, split=["d", "a"], correction="none")
    assert (found.first_half, found.second_half) == (("a", "d"), ("b", "c"))
    assert found.value == found.r
    assert set(codes(found)) <= {"COVERAGE_LOW"}


@pytest.mark.parametrize("split", [["z"], [], ["a", "a"], ["a", "b"], "thirds"])
def test_bad_halves(split):
    with pytest.raises(MethodError, match=r"RL-SPLIT|RL-CHOICE"):
        split_half(pd.DataFrame(scale(k=2), columns=["a", "b"]), split=split)


def test_bad_choices():
    for wrong in ({"correction": "horst"}, {"interval": "feldt"}):
        with pytest.raises(MethodError, match="RL-CHOICE"):
            split_half(SHROUT_FLEISS, **wrong)
    with pytest.raises(MethodError, match="RL-CHOICE"):
        guttman_lambdas(SHROUT_FLEISS, metric="rank")


def test_halves_that_cannot_be_judged():
    column = np.array([1.0, 2, 3, 4, 7])
    constant = split_half(np.column_stack([column, np.full(5, 0.1)]))
    assert math.isnan(constant.value)
    assert "CONSTANT_HALF" in codes(constant)
    mirrored = split_half(np.column_stack([2 * column, -column]))
    assert math.isnan(mirrored.value)
    assert "PERFECT_REVERSAL" in codes(mirrored)
    opposed = split_half(np.column_stack([3 * column, -column + [0.5, 0, 0, 0, 0]]))
    assert "NEGATIVE_HALVES" in codes(opposed)
    same = split_half(np.column_stack([column, column]))
    assert same.value == pytest.approx(1, rel=SAME_FORMULA)
    assert not same.interval.known
