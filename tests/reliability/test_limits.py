"""Bias and limits of agreement: published values, second opinions, invariants, ugly cases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.limits.agreement import LIMITS_INTERVALS, difference_bias, limits_of_agreement
from tests.tolerances import ITERATIVE, PRINTED, SAME_FORMULA

# Peak expiratory flow, first readings of the Wright and the mini meter: Bland & Altman (1986), table 1.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
NODES = np.polynomial.legendre.leggauss(120)

scores = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(0, 1000)).map(lambda pair: (pair[0] / 10, pair[1] / 10)),
    min_size=3,
    max_size=25,
).filter(lambda rows: np.ptp([a - b for a, b in rows]) > 1e-6)


def _sides(rows: list[tuple[float, float]]) -> tuple[Any, Any]:
    return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])


def _codes(result: Any) -> tuple[str, ...]:
    return tuple(caveat.code for caveat in result.caveats)


def test_bland_altman_1986() -> None:
    result = limits_of_agreement(WRIGHT, MINI, multiplier=2, interval="ba1986")
    assert result.value == pytest.approx(-2.1, abs=PRINTED(1))
    assert result.sd == pytest.approx(38.8, abs=PRINTED(1))
    # The paper goes on from the rounded figures: -2.1 - 2 × 38.8 = -79.7.
    assert result.lower == pytest.approx(-79.7, abs=2 * PRINTED(1) + PRINTED(1))
    assert result.upper == pytest.approx(75.5, abs=2 * PRINTED(1) + PRINTED(1))


def test_bias_is_the_paired_t_test_of_scipy() -> None:
    ours, theirs = difference_bias(WRIGHT, MINI, level=0.9), stats.ttest_rel(WRIGHT, MINI)
    interval = theirs.confidence_interval(0.9)
    assert ours.p == pytest.approx(theirs.pvalue, rel=SAME_FORMULA)
    assert (ours.interval.low, ours.interval.high) == pytest.approx((interval.low, interval.high), rel=SAME_FORMULA)
    assert ours.sd_of_means == pytest.approx(np.std(np.add(WRIGHT, MINI) / 2, ddof=1), rel=SAME_FORMULA)


def _noncentral_t(t: float, freedom: int, shift: float) -> float:
    """Return P(T ≤ t) as the mean of Φ(t·s - shift) over s = √(χ²/freedom), by Gauss-Legendre on where s lies."""
    low, high = (math.sqrt(stats.chi2.ppf(p, freedom) / freedom) for p in (1e-16, 1 - 1e-16))
    nodes, weights = NODES
    s = (high + low) / 2 + (high - low) / 2 * nodes
    density = stats.chi2.pdf(freedom * s**2, freedom) * 2 * freedom * s
    return float((high - low) / 2 * np.sum(weights * density * stats.norm.cdf(t * s - shift)))


@pytest.mark.parametrize("n", [3, 8, 17, 60, 400, 5_000, 200_000])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_exact_interval_is_the_noncentral_t(n: int, level: float) -> None:
    x = np.random.default_rng(n).standard_normal(n)
    result = limits_of_agreement(x, np.zeros(n), level=level)
    ends = np.array([result.upper_interval.low, result.upper_interval.high])
    t = (ends - result.value) / (result.sd / math.sqrt(n))
    for end, share in zip(t, (0.5 - level / 2, 0.5 + level / 2), strict=True):
        assert _noncentral_t(end, n - 1, result.multiplier * math.sqrt(n)) == pytest.approx(share, abs=ITERATIVE)


def test_exact_interval_tends_to_the_approximate_one() -> None:
    x = np.random.default_rng(5).standard_normal(200_000)
    exact, approximate = (limits_of_agreement(x, 0 * x, interval=name) for name in ("exact", "ba1999"))
    width = approximate.upper_interval.high - approximate.upper_interval.low
    assert abs(exact.upper_interval.low - approximate.upper_interval.low) < 0.02 * width
    assert exact.upper_interval.high - exact.upper > exact.upper - exact.upper_interval.low


def test_z_of_the_1999_interval_may_differ_from_the_multiplier() -> None:
    usual, other = (limits_of_agreement(WRIGHT, MINI, multiplier=2, interval="ba1999", interval_z=z) for z in (None, 1))
    assert usual.upper == other.upper
    assert usual.upper_interval.high > other.upper_interval.high
    n, half = len(WRIGHT), usual.upper_interval.high - usual.upper
    spread = stats.t.ppf(0.975, n - 1) * usual.sd * math.sqrt(1 / n + 4 / (2 * (n - 1)))
    assert half == pytest.approx(spread, rel=SAME_FORMULA)


def test_coverage_gives_the_normal_quantile() -> None:
    assert limits_of_agreement(WRIGHT, MINI, coverage=0.9).multiplier == pytest.approx(stats.norm.ppf(0.95))


@given(scores, st.randoms(use_true_random=False))
def test_order_of_evaluands_does_not_matter(rows: list[tuple[float, float]], random: Any) -> None:
    mixed = rows.copy()
    random.shuffle(mixed)
    first, second = limits_of_agreement(*_sides(rows)), limits_of_agreement(*_sides(mixed))
    assert (second.lower, second.upper_interval.high) == pytest.approx(
        (first.lower, first.upper_interval.high), rel=SAME_FORMULA, abs=SAME_FORMULA
    )


@given(scores)
def test_exchanged_sides_mirror_the_limits(rows: list[tuple[float, float]]) -> None:
    x, y = _sides(rows)
    for interval in LIMITS_INTERVALS:
        there, back = limits_of_agreement(x, y, interval=interval), limits_of_agreement(y, x, interval=interval)
        assert (back.value, back.lower) == pytest.approx((-there.value, -there.upper), abs=SAME_FORMULA)
        assert back.lower_interval.low == pytest.approx(-there.upper_interval.high, rel=SAME_FORMULA, nan_ok=True)


@given(scores, st.floats(0.01, 1000), st.integers(-100, 100))
def test_limits_follow_a_change_of_scale(rows: list[tuple[float, float]], factor: float, shift: int) -> None:
    x, y = _sides(rows)
    plain, moved = limits_of_agreement(x, y), limits_of_agreement(factor * x + shift, factor * y + shift)
    expected = (factor * plain.lower, factor * plain.upper_interval.high)
    # The shift costs digits of the differences.
    assert (moved.lower, moved.upper_interval.high) == pytest.approx(expected, rel=ITERATIVE, abs=ITERATIVE * factor)
    first, second = difference_bias(x, y), difference_bias(factor * x, factor * y)
    assert second.p == pytest.approx(first.p, rel=ITERATIVE, abs=SAME_FORMULA)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few(n: int) -> None:
    bias, limits = difference_bias([5.0] * n, [4.0] * n), limits_of_agreement([5.0] * n, [4.0] * n)
    assert _codes(bias) == _codes(limits) == ("TOO_FEW",)
    assert math.isnan(limits.lower)
    assert not limits.upper_interval.known
    assert bias.value == 1 if n else math.isnan(bias.value)


def test_two_pairs_have_exact_limits() -> None:
    result = limits_of_agreement([5.0, 7.0], [4.0, 5.0])
    assert result.upper_interval.low < result.upper < result.upper_interval.high


def test_a_constant_difference_has_no_interval_even_where_it_is_rounding() -> None:
    y = np.array([0.1, 0.2, 0.3, 71.7, 82.9])
    bias, limits = difference_bias(y + 2.3, y), limits_of_agreement(y + 2.3, y)
    assert np.ptp(y + 2.3 - y) > 0
    assert _codes(bias) == _codes(limits) == ("ZERO_STANDARD_ERROR",)
    assert limits.lower == limits.upper == pytest.approx(2.3)
    assert math.isnan(bias.p)
    assert not limits.lower_interval.known


def test_identical_sides() -> None:
    result = limits_of_agreement(MINI, MINI)
    assert (result.value, result.sd, _codes(result)) == (0, 0, ("ZERO_STANDARD_ERROR",))


def test_missing_scores_drop_the_pair() -> None:
    result = limits_of_agreement([*WRIGHT, math.nan, 3], [*MINI, 4, math.nan])
    assert (result.n_used, result.n_dropped) == (len(WRIGHT), 2)
    assert result.lower == limits_of_agreement(WRIGHT, MINI).lower


def test_a_large_level_costs_no_digits() -> None:
    x, y = np.array(WRIGHT, dtype=float), np.array(MINI, dtype=float)
    plain, raised = limits_of_agreement(x, y), limits_of_agreement(x + 1e9, y + 1e9)
    assert raised.upper_interval.high == pytest.approx(plain.upper_interval.high, rel=SAME_FORMULA)


@pytest.mark.parametrize(
    "options",
    [
        {"multiplier": 0},
        {"multiplier": -2},
        {"multiplier": math.inf},
        {"multiplier": math.nan},
        {"coverage": 95},
        {"interval": "bayes"},
        {"interval": "ba1999", "interval_z": -1},
        {"level": 1},
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(MethodError):
        limits_of_agreement(WRIGHT, MINI, **options)


def test_malformed_sides_are_refused() -> None:
    with pytest.raises(DataError, match="等长"):
        difference_bias([1, 2, 3], [1, 2])
    with pytest.raises(DataError, match="'good'"):
        limits_of_agreement([1, "good"], [1, 2])


def test_frame_has_a_row_for_each_limit() -> None:
    result = limits_of_agreement(WRIGHT, MINI, level=0.9)
    frame = result.to_frame().set_index("part")
    assert list(frame["value"]) == [result.lower, result.value, result.upper]
    assert (frame.at["upper", "low"], frame.at["upper", "level"]) == (result.upper_interval.low, 0.9)
