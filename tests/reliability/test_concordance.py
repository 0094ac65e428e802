"""Kendall's W and the mean pairwise Spearman: textbook values, invariants, ugly cases."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.concordance import kendall_w, mean_pairwise_spearman
from tests.tolerances import PRINTED, SAME_FORMULA

NAN = float("nan")
# Siegel (1956), Nonparametric Statistics, p. 230: three executives rank six applicants.
EXECUTIVES = np.array([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]], dtype=float).T
SCORES = arrays(
    np.float64,
    st.tuples(st.integers(3, 12), st.integers(2, 5)),
    elements=st.sampled_from([60.0, 70.5, 80.1, 90.3, 95.0]),
)
BOTH = pytest.mark.parametrize("statistic", [kendall_w, mean_pairwise_spearman])


def same(value: float) -> object:
    return pytest.approx(value, rel=SAME_FORMULA, abs=SAME_FORMULA, nan_ok=True)


def codes(result: object) -> list[str]:
    return [caveat.code for caveat in result.caveats]  # type: ignore[attr-defined]


def test_the_example_of_siegel() -> None:
    result = kendall_w(EXECUTIVES)
    assert result.value == pytest.approx(0.16, abs=PRINTED(2))
    assert result.chisq == same(3 * 5 * result.value)
    assert (result.df, result.n_used, result.n_raters) == (5, 6, 3)
    assert not result.interval.known
    mean = mean_pairwise_spearman(EXECUTIVES, average="arithmetic")
    assert mean.value == same((3 * result.value - 1) / 2)
    # W holds the mean rho of untied ranks: printed on the same page as -.26.
    assert mean.value == pytest.approx(-0.26, abs=PRINTED(2))


@given(SCORES)
@settings(deadline=None)
def test_w_equals_friedman(ratings: NDArray[np.float64]) -> None:
    result = kendall_w(ratings)
    if np.isnan(result.value):
        assert "NO_VARIANCE" in codes(result)
        return
    assert -SAME_FORMULA <= result.value <= 1 + SAME_FORMULA
    # Friedman's test ranks raters within evaluands: W of the transposed question has the same chi-square.
    if len(ratings) >= 3:
        found = stats.friedmanchisquare(*ratings)
        assert result.chisq == same(float(found.statistic))
        assert result.p == same(float(found.pvalue))


@given(SCORES)
@settings(deadline=None)
def test_mean_pairwise_equals_scipy(ratings: NDArray[np.float64]) -> None:
    result = mean_pairwise_spearman(ratings, average="arithmetic")
    if (np.ptp(ratings, axis=0) == 0).any():
        assert np.isnan(result.value)
        assert "NO_VARIANCE" in codes(result)
        return
    rho = [stats.spearmanr(ratings[:, i], ratings[:, j]).statistic for i, j in combinations(range(ratings.shape[1]), 2)]
    assert result.value == same(float(np.mean(rho)))
    assert [each for _, _, each in result.pairwise] == same(rho)
    fisher = mean_pairwise_spearman(ratings)
    if len(rho) > 1 and np.abs(rho).max() > 1 - SAME_FORMULA:
        assert np.isnan(fisher.value)
        assert "PERFECT_CORRELATION" in codes(fisher)
    else:
        assert fisher.value == same(float(np.tanh(np.mean(np.arctanh(rho)))) if len(rho) > 1 else rho[0])


@BOTH
@given(ratings=SCORES, seed=st.integers(0, 99))
@settings(deadline=None)
def test_order_and_scale_do_not_matter(
    statistic: Callable[..., object], ratings: NDArray[np.float64], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    turned = ratings[rng.permutation(len(ratings))][:, rng.permutation(ratings.shape[1])]
    value = statistic(ratings).value  # type: ignore[attr-defined]
    assert statistic(np.exp(turned / 10)).value == same(value)  # type: ignore[attr-defined]
    assert statistic(np.round(turned * 10) + 1e9).value == same(value)  # type: ignore[attr-defined]


@BOTH
@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        (np.empty((0, 3)), "TOO_FEW"),
        (np.array([[1.0, 2.0]]), "TOO_FEW"),
        (np.array([[1.0], [2.0], [3.0]]), "TOO_FEW_RATERS"),
        (np.array([[1.0, NAN], [2.0, NAN], [3.0, NAN]]), "TOO_FEW"),
        (np.full((4, 2), 3.0), "NO_VARIANCE"),
        (np.where(np.arange(12).reshape(6, 2) % 3 == 0, 0.1 + 0.2, 0.3), "NO_VARIANCE"),
    ],
)
def test_undefined(statistic: Callable[..., object], ratings: NDArray[np.float64], code: str) -> None:
    for interval in ("none", "bootstrap"):
        result = statistic(ratings, interval=interval)
        assert np.isnan(result.value)  # type: ignore[attr-defined]
        assert codes(result) == [code]
        assert not result.interval.known  # type: ignore[attr-defined]


@BOTH
def test_two_evaluands_and_missing_rows(statistic: Callable[..., object]) -> None:
    result = statistic([[80.0, 82.0], [90.0, 88.0], [70.0, NAN]])
    assert result.value == same(1.0)  # type: ignore[attr-defined]
    assert (result.n_used, result.n_dropped) == (2, 1)  # type: ignore[attr-defined]
    assert "SMALL_N" in codes(result)


def test_a_constant_rater() -> None:
    ratings = np.column_stack([EXECUTIVES[:, 0], np.full(6, 7.0), EXECUTIVES[:, 1]])
    assert "CONSTANT_RATER" in codes(kendall_w(ratings))
    assert kendall_w(ratings).value > kendall_w(ratings, tie_correction=False).value
    assert np.isnan(mean_pairwise_spearman(ratings).value)


@BOTH
@pytest.mark.parametrize("kind", ["percentile", "bca"])
def test_bootstrap_ranks_every_sample_anew(statistic: Callable[..., object], kind: str) -> None:
    rng = np.random.default_rng(1)
    ratings = np.round(rng.normal(size=(25, 1)) + rng.normal(size=(25, 3)), 1)
    result = statistic(ratings, interval="bootstrap", replicates=300, seed=5, kind=kind)
    rows = np.random.default_rng(5).integers(0, 25, size=(300, 25))
    drawn = [statistic(ratings[row]).value for row in rows]  # type: ignore[attr-defined]
    assert result.se == same(float(np.std(drawn, ddof=1)))  # type: ignore[attr-defined]
    assert result.interval_method == f"bootstrap_{kind}"  # type: ignore[attr-defined]
    if kind == "percentile":
        low, high = np.quantile(drawn, [0.025, 0.975])
        assert (result.interval.low, result.interval.high) == (same(low), same(high))  # type: ignore[attr-defined]


@BOTH
def test_options_and_malformed_input(statistic: Callable[..., object]) -> None:
    for wrong in ({"interval": "fisher_z"}, {"level": 95}, {"kind": "basic"}):
        with pytest.raises(MethodError):
            statistic(EXECUTIVES, **wrong)
    with pytest.raises(DataError, match="RT-NUMBER"):
        statistic([["优", "良"], ["良", "良"]])
    with pytest.raises(DataError, match="RT-SHAPE"):
        statistic([1.0, 2.0])


def test_an_average_that_does_not_exist() -> None:
    with pytest.raises(MethodError, match="average"):
        mean_pairwise_spearman(EXECUTIVES, average="median")  # type: ignore[arg-type]


def test_identical_raters_have_no_bootstrap_interval() -> None:
    ratings = np.repeat(np.arange(12.0)[:, None], 3, axis=1)
    result = kendall_w(ratings, interval="bootstrap")
    assert result.value == same(1.0)
    assert mean_pairwise_spearman(ratings, average="arithmetic").value == same(1.0)
