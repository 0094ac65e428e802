"""Concordance correlation coefficients: by hand, published, invariants, ugly cases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.ccc import lin_ccc, overall_ccc
from tests.tolerances import ITERATIVE, MONTE_CARLO, PRINTED, SAME_FORMULA

# Six evaluands by four judges: Shrout & Fleiss (1979), table 2.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float)
RNG = np.random.default_rng(20200225)
X = np.round(RNG.normal(80, 6, 40), 1)
Y = np.round(0.8 * X + 12 + RNG.normal(0, 3, 40), 1)

tables = st.tuples(st.integers(0, 10_000), st.integers(2, 5)).map(
    lambda key: np.round(np.random.default_rng(key[0]).normal(80, 6, (12, key[1])), 1)
)


def _codes(result: Any) -> tuple[str, ...]:
    return tuple(caveat.code for caveat in result.caveats)


def test_lin_by_its_definition_and_published_variance() -> None:
    """Write the variance as Lin (2000) prints it, with r in the denominators."""
    result = lin_ccc(X, Y, interval="asymptotic", level=0.9)
    n, r = len(X), np.corrcoef(X, Y)[0, 1]
    value = 2 * np.cov(X, Y, ddof=0)[0, 1] / (X.var() + Y.var() + (X.mean() - Y.mean()) ** 2)
    u = (Y.mean() - X.mean()) / math.sqrt(X.std() * Y.std())
    variance = (
        (1 - r**2) * value**2 * (1 - value**2) / r**2
        + 2 * value**3 * (1 - value) * u**2 / r
        - value**4 * u**4 / (2 * r**2)
    ) / (n - 2)
    assert (result.value, result.pearson, result.se) == pytest.approx((value, r, math.sqrt(variance)), rel=SAME_FORMULA)
    assert result.c_b * result.pearson == pytest.approx(value, rel=SAME_FORMULA)
    assert (result.scale_shift, result.location_shift) == pytest.approx((Y.std() / X.std(), u), rel=SAME_FORMULA)
    assert result.interval.high == pytest.approx(value + 1.6448536269514722 * math.sqrt(variance), rel=SAME_FORMULA)


def test_z_interval_stays_within_the_range() -> None:
    x, y = [82.6, 88.3, 75.1], [82.0, 87.1, 76.0]
    assert set(_codes(lin_ccc(x, y, interval="asymptotic"))) <= {"PAST_RANGE", "COVERAGE_LOW"}
    noisy = lin_ccc([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 4.0], interval="asymptotic")
    assert noisy.interval.high > 1
    assert "PAST_RANGE" in _codes(noisy)
    bounded = lin_ccc([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 4.0])
    assert -1 < bounded.interval.low < bounded.value < bounded.interval.high < 1
    assert bounded.se == noisy.se


def test_uncorrelated_sides_have_an_interval() -> None:
    result = lin_ccc([1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 1.0, 2.0])
    assert result.value == pytest.approx(0, abs=SAME_FORMULA)
    assert result.interval.known


def test_overall_of_shrout_and_fleiss() -> None:
    pairs = [(j, k) for j in range(4) for k in range(j + 1, 4)]
    covariance, means = np.cov(JUDGES.T), JUDGES.mean(axis=0)
    weights = [covariance[j, j] + covariance[k, k] + (means[j] - means[k]) ** 2 for j, k in pairs]
    result = overall_ccc(JUDGES)
    assert result.value == pytest.approx(2 * sum(covariance[j, k] for j, k in pairs) / sum(weights), rel=SAME_FORMULA)
    assert (result.value, result.precision, result.accuracy) == pytest.approx((0.2843, 0.7545, 0.3768), abs=PRINTED(4))


@given(tables)
def test_two_raters_differ_from_lin_by_the_divisor_only(table: Any) -> None:
    x, y = table[:, 0], table[:, 1]
    n, shift = len(x), (x.mean() - y.mean()) ** 2
    base = x.var(ddof=1) + y.var(ddof=1)
    expected = overall_ccc(table[:, :2]).value * (base + shift) * (n - 1) / (base * (n - 1) + n * shift)
    assert lin_ccc(x, y).value == pytest.approx(expected, rel=SAME_FORMULA, abs=SAME_FORMULA)


@given(tables, st.randoms(use_true_random=False))
def test_order_of_evaluands_and_raters(table: Any, random: Any) -> None:
    rows, columns = list(range(len(table))), list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    first, second = overall_ccc(table), overall_ccc(table[rows][:, columns])
    assert (second.value, second.accuracy) == pytest.approx(
        (first.value, first.accuracy), rel=ITERATIVE, abs=SAME_FORMULA
    )
    there, back = lin_ccc(table[:, 0], table[:, 1]), lin_ccc(table[rows, 1], table[rows, 0])
    assert (back.value, back.se, back.interval.low) == pytest.approx(
        (there.value, there.se, there.interval.low), rel=ITERATIVE, abs=SAME_FORMULA
    )
    assert back.scale_shift == pytest.approx(1 / there.scale_shift, rel=SAME_FORMULA)


@given(tables, st.floats(0.01, 100), st.integers(-1000, 1000), st.booleans())
def test_one_change_of_scale_for_all(table: Any, factor: float, shift: int, turned: bool) -> None:
    factor = -factor if turned else factor
    moved = factor * table + shift
    assert overall_ccc(moved).value == pytest.approx(overall_ccc(table).value, rel=ITERATIVE, abs=ITERATIVE)
    first, second = lin_ccc(table[:, 0], table[:, 1]), lin_ccc(moved[:, 0], moved[:, 1])
    assert (second.value, second.se) == pytest.approx((first.value, first.se), rel=ITERATIVE, abs=ITERATIVE)


@given(tables)
def test_never_beyond_the_correlation(table: Any) -> None:
    result = lin_ccc(table[:, 0], table[:, 1])
    assume(not math.isnan(result.value))
    assert abs(result.value) <= abs(result.pearson) * (1 + SAME_FORMULA)


def test_bootstrap_is_the_statistic_of_every_sample() -> None:
    result = overall_ccc(JUDGES, interval="bootstrap", replicates=400, seed=5)
    rng = np.random.default_rng(5)
    samples = [overall_ccc(JUDGES[rng.integers(0, 6, 6)]).value for _ in range(400)]
    assert result.se == pytest.approx(np.nanstd(samples, ddof=1), rel=MONTE_CARLO / math.sqrt(2 * 400))
    assert (result.interval_method, result.replicates, result.seed) == ("bootstrap_percentile", 400, 5)
    assert result.interval.low < result.value < result.interval.high
    assert result == overall_ccc(JUDGES, interval="bootstrap", replicates=400, seed=5)


def test_perfect_agreement() -> None:
    lin, overall = lin_ccc(X, X), overall_ccc(np.column_stack([X, X, X]), interval="bootstrap", replicates=100)
    assert (lin.value, _codes(lin)) == (pytest.approx(1), ("ZERO_STANDARD_ERROR",))
    assert overall.value == pytest.approx(1)
    assert not lin.interval.known
    assert not overall.interval.known
    assert "ZERO_STANDARD_ERROR" in _codes(overall)


def test_constant_sides() -> None:
    lin = lin_ccc(X, np.full(40, 85.1))
    assert (lin.value, _codes(lin), lin.interval.known) == (0, ("CONSTANT_RATER",), False)
    both = lin_ccc([3.0] * 5, [4.0] * 5)
    assert (both.value, _codes(both)) == (0, ("CONSTANT_RATER",))
    same = lin_ccc([3.1] * 5, [3.1] * 5)
    assert (math.isnan(same.value), _codes(same)) == (True, ("NO_VARIANCE",))
    overall = overall_ccc(pd.DataFrame({"甲": X, "乙": 85.1, "丙": Y}))
    assert overall.value > 0
    assert _codes(overall) == ("CONSTANT_RATER",)
    assert "乙" in overall.caveats[0].text
    assert overall_ccc(np.column_stack([X, np.full(40, 85.1)])).value == 0
    assert _codes(overall_ccc(np.full((5, 3), 0.1))) == ("NO_VARIANCE",)


def test_rounding_is_no_variance() -> None:
    noise = np.array([0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2])
    assert _codes(lin_ccc(noise, noise[::-1])) == ("NO_VARIANCE",)
    assert _codes(overall_ccc(np.column_stack([noise, noise[::-1], noise]))) == ("NO_VARIANCE",)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_evaluands(n: int) -> None:
    lin, overall = lin_ccc(X[:n], Y[:n]), overall_ccc(JUDGES[:n])
    assert math.isnan(lin.value) == math.isnan(overall.value) == (n < 2)
    assert _codes(lin) == ("TOO_FEW",)
    assert _codes(overall) == (("TOO_FEW",) if n < 2 else ())
    assert not lin.interval.known


def test_one_rater_is_too_few() -> None:
    assert _codes(overall_ccc(JUDGES[:, :1])) == ("TOO_FEW_RATERS",)


def test_missing_scores_drop_the_evaluand() -> None:
    lin = lin_ccc([*X, math.nan], [*Y, 3])
    assert (lin.n_used, lin.n_dropped, lin.value) == (40, 1, lin_ccc(X, Y).value)
    holed = np.vstack([JUDGES, [3, math.nan, 4, 5]])
    assert (overall_ccc(holed).n_dropped, overall_ccc(holed).value) == (1, overall_ccc(JUDGES).value)
    assert _codes(overall_ccc(np.column_stack([JUDGES, np.full(6, math.nan)]))) == ("TOO_FEW",)


def test_a_large_level_costs_no_digits() -> None:
    table = np.round(4 * np.column_stack([X, Y])) / 4
    raised = table + 1e9
    assert lin_ccc(*raised.T).value == pytest.approx(lin_ccc(*table.T).value, rel=ITERATIVE)
    assert overall_ccc(raised).value == pytest.approx(overall_ccc(table).value, rel=ITERATIVE)


def test_refusals() -> None:
    with pytest.raises(MethodError, match="interval"):
        lin_ccc(X, Y, interval="bootstrap")  # type: ignore[arg-type]
    with pytest.raises(MethodError, match="interval"):
        overall_ccc(JUDGES, interval="z")  # type: ignore[arg-type]
    with pytest.raises(MethodError, match="level"):
        lin_ccc(X, Y, level=95)
    with pytest.raises(DataError, match="RT-NUMBER"):
        overall_ccc([[1, "b"], [2, 3]])
