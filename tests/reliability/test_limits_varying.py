"""Agreement that changes with the level: second opinions, invariants, ugly cases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.limits.varying import heteroscedastic_limits, proportional_bias, ratio_limits
from tests.tolerances import ITERATIVE, SAME_FORMULA

RNG = np.random.default_rng(20200225)
LEVEL = RNG.uniform(20, 95, 60)
X = np.round(LEVEL * (1 + 0.08 * RNG.standard_normal(60)), 1)
Y = np.round(0.95 * LEVEL * (1 + 0.05 * RNG.standard_normal(60)), 1)
M, D = (X + Y) / 2, X - Y

tables = st.integers(0, 10_000).map(lambda seed: np.round(np.random.default_rng(seed).uniform(1, 99, (2, 12)), 1))


def _codes(result: Any) -> tuple[str, ...]:
    return tuple(caveat.code for caveat in result.caveats)


def test_proportional_bias_is_the_regression_of_scipy() -> None:
    ours, theirs = proportional_bias(X, Y, level=0.9), stats.linregress(M, D)
    t = stats.t.ppf(0.95, 58)
    assert (ours.value, ours.intercept, ours.se, ours.p, ours.pearson) == pytest.approx(
        (theirs.slope, theirs.intercept, theirs.stderr, theirs.pvalue, theirs.rvalue), rel=SAME_FORMULA
    )
    assert ours.interval.high == pytest.approx(theirs.slope + t * theirs.stderr, rel=SAME_FORMULA)
    low = theirs.intercept - t * theirs.intercept_stderr
    assert ours.intercept_interval.low == pytest.approx(low, rel=SAME_FORMULA)


def test_heteroscedastic_limits_are_two_regressions() -> None:
    line = stats.linregress(M, D)
    spread = stats.linregress(M, np.abs(D - line.intercept - line.slope * M))
    ours = heteroscedastic_limits(X, Y, multiplier=1.96, at=[30, 90])
    assert (ours.value, ours.c0, ours.se, ours.p) == pytest.approx(
        (spread.slope, spread.intercept, spread.stderr, spread.pvalue), rel=SAME_FORMULA
    )
    for level, low, high in zip((30, 90), ours.lower_at, ours.upper_at, strict=True):
        middle = line.intercept + line.slope * level
        half = 1.96 * math.sqrt(math.pi / 2) * (spread.intercept + spread.slope * level)
        assert (low, high) == pytest.approx((middle - half, middle + half), rel=SAME_FORMULA)
    assert list(ours.to_frame()["at"]) == [ours.at_mean, 30, 90]


def test_ratio_limits_are_limits_of_logarithms() -> None:
    ours, logs = ratio_limits(X, Y, level=0.9), np.log(X) - np.log(Y)
    interval = stats.ttest_1samp(logs, 0).confidence_interval(0.9)
    assert ours.value == pytest.approx(stats.gmean(X / Y), rel=SAME_FORMULA)
    assert (ours.interval.low, ours.interval.high) == pytest.approx(
        (math.exp(interval.low), math.exp(interval.high)), rel=SAME_FORMULA
    )
    upper = math.exp(logs.mean() + stats.norm.ppf(0.975) * logs.std(ddof=1))
    assert ours.upper == pytest.approx(upper, rel=SAME_FORMULA)


@given(tables, st.floats(0.01, 1000))
def test_change_of_unit(table: Any, factor: float) -> None:
    x, y = table
    assert proportional_bias(factor * x, factor * y).value == pytest.approx(
        proportional_bias(x, y).value, rel=ITERATIVE, abs=SAME_FORMULA
    )
    plain, moved = ratio_limits(x, y), ratio_limits(factor * x, factor * y)
    assert (moved.lower, moved.interval.high) == pytest.approx((plain.lower, plain.interval.high), rel=ITERATIVE)
    wide, scaled = heteroscedastic_limits(x, y), heteroscedastic_limits(factor * x, factor * y)
    assert scaled.value == pytest.approx(wide.value, rel=ITERATIVE, abs=SAME_FORMULA)
    assert scaled.upper == pytest.approx(factor * wide.upper, rel=ITERATIVE)


@given(tables)
def test_exchanged_sides(table: Any) -> None:
    x, y = table
    assert proportional_bias(y, x).value == pytest.approx(-proportional_bias(x, y).value, abs=SAME_FORMULA)
    there, back = ratio_limits(x, y), ratio_limits(y, x)
    assert (back.value, back.lower) == pytest.approx((1 / there.value, 1 / there.upper), rel=SAME_FORMULA)
    first, second = heteroscedastic_limits(x, y), heteroscedastic_limits(y, x)
    assert (second.value, second.lower) == pytest.approx((first.value, -first.upper), rel=ITERATIVE, abs=SAME_FORMULA)


@given(tables, st.permutations(range(12)))
def test_order_of_evaluands(table: Any, order: list[int]) -> None:
    (x, y), (a, b) = table, table[:, order]
    for statistic in (proportional_bias, heteroscedastic_limits, ratio_limits):
        first, second = statistic(x, y), statistic(a, b)
        assert (second.value, second.interval.low) == pytest.approx(
            (first.value, first.interval.low), rel=ITERATIVE, abs=SAME_FORMULA
        )


def test_a_constant_side_is_a_perfect_line() -> None:
    x = [82.6, 84.3, 75.1, 72.0, 85.3, 94.1, 77.7, 83.9]
    line, spread = proportional_bias(x, [85.0] * 8), heteroscedastic_limits(x, [85.0] * 8)
    assert line.value == pytest.approx(2, rel=SAME_FORMULA)
    assert _codes(line) == _codes(spread) == ("PERFECT_FIT",)
    assert not line.interval.known
    assert not line.intercept_interval.known
    assert all(map(math.isnan, (line.p, spread.value, spread.p, spread.lower)))


def test_constant_differences_and_levels() -> None:
    y = np.array([0.1, 0.2, 0.3, 71.7])
    line, spread = proportional_bias(y + 2.3, y), heteroscedastic_limits(y + 2.3, y)
    assert (line.value, math.isnan(spread.value)) == (0, True)
    assert _codes(line) == _codes(spread) == ("CONSTANT_DIFFERENCE",)
    level = proportional_bias([1.1, 2.1, 3.1], [3.1, 2.1, 1.1])
    assert (math.isnan(level.value), _codes(level)) == (True, ("CONSTANT_LEVEL",))
    doubled = ratio_limits(y * 2, y)
    assert (doubled.value, doubled.upper, _codes(doubled)) == (
        pytest.approx(2),
        pytest.approx(2),
        ("ZERO_STANDARD_ERROR",),
    )


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_pairs(n: int) -> None:
    x, y = [70.1, 80.2, 91.7][:n], [71.3, 79.9, 88.8][:n]
    line, spread, ratio = proportional_bias(x, y), heteroscedastic_limits(x, y), ratio_limits(x, y)
    assert math.isnan(line.value) == (n < 2)
    assert line.interval.known == spread.interval.known == (n == 3)
    assert math.isnan(spread.value) == (n < 3)
    assert ratio.interval.known == (n > 1)
    for result in (line, spread) if n < 3 else ():
        assert _codes(result) == ("TOO_FEW",)
    assert _codes(ratio) == (("TOO_FEW",) if n < 2 else ())


def test_a_level_far_outside_has_no_limits() -> None:
    result = heteroscedastic_limits(X, Y, at=[-500])
    assert math.isnan(result.lower_at[0])
    assert not math.isnan(result.lower)
    assert _codes(result) == ("NEGATIVE_SPREAD",)


def test_scores_without_logarithm_are_named() -> None:
    x = pd.Series([5.0, 0.0, 7.0, None], index=["甲", "乙", "丙", "丁"])
    with pytest.raises(DataError) as caught:
        ratio_limits(x, [4.0, 3.0, -1.0, -2.0])
    assert [problem.where for problem in caught.value.problems] == ["x 行 '乙'", "y 行 '丙'"]


def test_missing_scores_drop_the_pair() -> None:
    for statistic in (proportional_bias, heteroscedastic_limits, ratio_limits):
        result = statistic([*X, math.nan], [*Y, 3])
        assert (result.n_used, result.n_dropped, result.value) == (60, 1, statistic(X, Y).value)


def test_a_large_level_costs_no_digits() -> None:
    # Quarters stay exact beside 1e9; tenths do not, whatever is then done with them.
    x, y = np.round(4 * X) / 4, np.round(4 * Y) / 4
    for statistic in (proportional_bias, heteroscedastic_limits):
        assert statistic(x + 1e9, y + 1e9).value == pytest.approx(statistic(x, y).value, rel=ITERATIVE)


def test_options_out_of_range_are_refused() -> None:
    for options in ({"multiplier": -1.0}, {"coverage": 1.0}, {"level": 95.0}):
        with pytest.raises(MethodError):
            ratio_limits(X, Y, **options)
        with pytest.raises(MethodError):
            heteroscedastic_limits(X, Y, **options)
