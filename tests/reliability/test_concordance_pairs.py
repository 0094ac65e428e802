"""tau-b, rho and r of pairs: textbook values, scipy, the long way, far tails, ugly cases."""

from __future__ import annotations

from collections.abc import Callable
from math import log10

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.concordance import kendall_tau_b, pearson_r, spearman_rho
from tests.tolerances import PRINTED, SAME_FORMULA

NAN = float("nan")
# Siegel (1956), Nonparametric Statistics, pp. 205-217: authoritarianism and social status strivings of 12 students.
SIEGEL = (
    np.array([2, 6, 5, 1, 10, 9, 8, 3, 4, 12, 7, 11.0]),
    np.array([3, 4, 2, 1, 8, 11, 10, 6, 7, 12, 5, 9.0]),
)
EVERY = pytest.mark.parametrize("statistic", [kendall_tau_b, spearman_rho, pearson_r])
PAIRS = arrays(
    np.float64, st.tuples(st.just(2), st.integers(3, 14)), elements=st.sampled_from([1.0, 2.0, 3.5, 5.0, 8.0])
)
Statistic = Callable[..., object]


def same(value: float) -> object:
    return pytest.approx(value, rel=SAME_FORMULA, abs=SAME_FORMULA, nan_ok=True)


def codes(result: object) -> list[str]:
    return [caveat.code for caveat in result.caveats]  # type: ignore[attr-defined]


def brown_benedetti(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Return tau-b and its standard error the long way, over the contingency table."""
    table = stats.contingency.crosstab(x, y).count.astype(float)
    rows, columns = table.shape
    concordant, discordant = np.zeros_like(table), np.zeros_like(table)
    for i in range(rows):
        for j in range(columns):
            concordant[i, j] = table[:i, :j].sum() + table[i + 1 :, j + 1 :].sum()
            discordant[i, j] = table[:i, j + 1 :].sum() + table[i + 1 :, :j].sum()
    n = table.sum()
    x_room, y_room = (n * n - (table.sum(axis=side) ** 2).sum() for side in (1, 0))
    root = np.sqrt(x_room * y_room)
    tau = (table * (concordant - discordant)).sum() / root
    v = table.sum(axis=1)[:, None] * y_room + table.sum(axis=0)[None, :] * x_room
    squares = (table * (2 * root * (concordant - discordant) + tau * v) ** 2).sum()
    variance = (squares - n**3 * tau**2 * (x_room + y_room) ** 2) / root**4
    return float(tau), float(variance)


def test_the_example_of_siegel() -> None:
    assert spearman_rho(*SIEGEL).value == pytest.approx(0.82, abs=PRINTED(2))
    tau = kendall_tau_b(*SIEGEL)
    assert tau.value == pytest.approx(0.67, abs=PRINTED(2))
    assert tau.score == 44


@given(PAIRS)
@settings(deadline=None)
def test_values_and_p_equal_scipy(pair: NDArray[np.float64]) -> None:
    x, y = pair
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        for statistic in (kendall_tau_b, spearman_rho, pearson_r):
            assert codes(statistic(x, y)) == ["NO_VARIANCE"]
        return
    tau, found = kendall_tau_b(x, y), stats.kendalltau(x, y, method="asymptotic")
    assert (tau.value, tau.p) == (same(found.statistic), same(found.pvalue))
    for statistic, other in ((spearman_rho, stats.spearmanr), (pearson_r, stats.pearsonr)):
        result, found = statistic(x, y), other(x, y)
        assert result.value == same(found.statistic)
        if abs(result.value) < 1:
            assert result.p == same(found.pvalue)
        else:
            assert "PERFECT_CORRELATION" in codes(result)
            assert not result.interval.known


@given(PAIRS)
@settings(deadline=None)
def test_the_standard_error_of_tau_equals_the_table(pair: NDArray[np.float64]) -> None:
    x, y = pair
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return
    result = kendall_tau_b(x, y)
    tau, variance = brown_benedetti(x, y)
    assert result.value == same(tau)
    # The long way loses half the digits where the variance is near 0.
    assert result.se**2 == pytest.approx(variance, abs=SAME_FORMULA)
    assert result.interval.known or "ZERO_STANDARD_ERROR" in codes(result)


def test_many_ties_and_many_pairs() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=3000)
    for y in (np.round(x + rng.normal(size=3000), 1), rng.integers(0, 3, 3000).astype(float), -np.round(x)):
        result = kendall_tau_b(x, y)
        assert result.value == same(stats.kendalltau(x, y).statistic)
        assert result.score == round(result.score)
        few = kendall_tau_b(x[:100], y[:100])
        assert few.se**2 == same(brown_benedetti(x[:100], y[:100])[1])


@pytest.mark.parametrize("n", [2, 3, 8, 25, 49])
def test_exact_p_without_ties(n: int) -> None:
    rng = np.random.default_rng(n)
    x, y = np.arange(float(n)), np.argsort(np.arange(n) + rng.normal(scale=n / 3, size=n))
    result = kendall_tau_b(x, y, test="exact_without_ties_else_continuity")
    assert result.p == same(stats.kendalltau(x, y, method="exact").pvalue)


def test_continuity_correction_with_ties() -> None:
    # Golden record of synth_reeval_14_ties (R Kendall 2.2.1): S 68, variance 332.667, p 0.000239372.
    x, y = [1, 2, 2, 3, 4, 5], [1, 2, 3, 3, 5, 4]
    result = kendall_tau_b(x, y, test="exact_without_ties_else_continuity")
    z = (result.score - 1) / result.score_variance**0.5
    assert result.z == same(z)
    assert result.p == same(2 * stats.norm.sf(z))


@pytest.mark.parametrize("statistic", [spearman_rho, pearson_r])
def test_p_holds_in_the_far_tail(statistic: Statistic) -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=150)
    y = x + 0.08 * rng.normal(size=150)
    result = statistic(x, y)
    r = result.value  # type: ignore[attr-defined]
    t = r * np.sqrt(148 / ((1 - r) * (1 + r)))
    expected = (np.log(2) + stats.t.logsf(t, 148)) / np.log(10)
    assert log10(result.p) == pytest.approx(expected, abs=1e-6)  # type: ignore[attr-defined]
    assert result.p < 1e-100  # type: ignore[attr-defined]


@EVERY
@given(pair=PAIRS, seed=st.integers(0, 99))
@settings(deadline=None)
def test_order_and_affine_scale_do_not_matter(statistic: Statistic, pair: NDArray[np.float64], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(pair.shape[1])
    x, y = pair
    one, other = statistic(x, y), statistic(2 * y[order] + 1e9, 5 - 2 * x[order])
    assert other.value == same(-one.value)  # type: ignore[attr-defined]
    assert other.interval.low == same(-one.interval.high)  # type: ignore[attr-defined]


@EVERY
@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        ([], [], "TOO_FEW"),
        ([1.0], [2.0], "TOO_FEW"),
        ([1.0, 2.0, NAN], [NAN, NAN, 3.0], "TOO_FEW"),
        ([1.0, 2.0, 3.0, 4.0], [5.0] * 4, "NO_VARIANCE"),
        ([0.3, 0.1 + 0.2, 0.3, 0.3], [1.0, 2.0, 3.0, 4.0], "NO_VARIANCE"),
    ],
)
def test_undefined(statistic: Statistic, x: list[float], y: list[float], code: str) -> None:
    result = statistic(x, y)
    assert np.isnan(result.value)  # type: ignore[attr-defined]
    assert codes(result) == [code]
    assert not result.interval.known  # type: ignore[attr-defined]


def test_two_and_three_pairs() -> None:
    assert codes(spearman_rho([1, 2], [2, 4])) == ["TOO_FEW"]
    assert kendall_tau_b([1, 2], [2, 4]).value == same(1.0)
    three = pearson_r([1, 2, 3], [2, 4, 3])
    assert three.value == same(0.5)
    assert codes(three) == ["TOO_FEW", "SMALL_N"]


def test_a_perfect_order() -> None:
    tau = kendall_tau_b([1, 2, 3, 4], [10, 20, 30, 31])
    # R DescTools gives this interval of no width; the caveat goes with it.
    assert (tau.interval.low, tau.interval.high, tau.se) == (same(1.0), same(1.0), 0.0)
    assert "ZERO_STANDARD_ERROR" in codes(tau)
    line = pearson_r([70.1, 80.2, 90.3, 60.4], [70.2, 80.3, 90.4, 60.5])
    assert (line.value, line.p) == (1.0, 0.0)
    assert "PERFECT_CORRELATION" in codes(line)
    assert pearson_r([1, 2, 3, 4], [9, 7, 5, 3]).value == -1.0


def test_intervals_are_cut_at_one() -> None:
    result = kendall_tau_b([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 6, 5])
    assert result.interval.high == 1.0
    assert "CLIPPED" in codes(result)


@pytest.mark.parametrize("statistic", [spearman_rho, pearson_r])
@pytest.mark.parametrize("kind", ["percentile", "bca"])
def test_bootstrap_replicates_are_correlations_of_samples(statistic: Statistic, kind: str) -> None:
    rng = np.random.default_rng(3)
    x = np.round(rng.normal(size=30), 1)
    y = np.round(x + rng.normal(size=30), 1)
    result = statistic(x, y, interval="bootstrap", replicates=300, seed=5, kind=kind)
    rows = np.random.default_rng(5).integers(0, 30, size=(300, 30))
    drawn = [statistic(x[row], y[row]).value for row in rows]  # type: ignore[attr-defined]
    assert result.se == same(float(np.std(drawn, ddof=1)))  # type: ignore[attr-defined]
    fisher = statistic(x, y)
    assert result.value == fisher.value  # type: ignore[attr-defined]
    assert result.interval_method == f"bootstrap_{kind}"  # type: ignore[attr-defined]


@EVERY
def test_options_and_malformed_input(statistic: Statistic) -> None:
    for wrong in ({"interval": "jackknife"}, {"level": 95}):
        with pytest.raises(MethodError):
            statistic(*SIEGEL, **wrong)
    with pytest.raises(DataError, match="RT-PAIRS"):
        statistic([1.0, 2.0], [1.0])
    with pytest.raises(DataError, match="RT-NUMBER"):
        statistic(["优", "良"], [1.0, 2.0])
    with pytest.raises(MethodError, match="test"):
        kendall_tau_b(*SIEGEL, test="bayes")  # type: ignore[arg-type]


def test_missing_pairs_are_dropped_first() -> None:
    result = spearman_rho([1, 2, NAN, 4, 5], [2, 1, 3, NAN, 5])
    assert (result.n_used, result.n_dropped) == (3, 2)
    assert result.value == same(0.5)
