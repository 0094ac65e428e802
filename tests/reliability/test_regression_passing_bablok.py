"""Passing-Bablok regression: brute force on exact fractions, invariants and ugly cases."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.regression import PassingBablokResult, passing_bablok
from perfkit.reliability.difference.regression.slopes import separated
from tests.tolerances import ITERATIVE, PRINTED, SAME_FORMULA

SLOPES = "perfkit.reliability.difference.regression.slopes"
UPRIGHT = math.inf


def codes(result: PassingBablokResult) -> list[str]:
    return [caveat.code for caveat in result.caveats]


def by_hand(x: list[int], y: list[int], level: float = 0.95) -> tuple[float, float, float]:
    """Return slope and limits as the paper says it, on exact fractions, for rising data."""
    slopes: list[Any] = []
    for (x1, y1), (x2, y2) in combinations(zip(x, y, strict=True), 2):
        if x1 != x2:
            slopes.append(Fraction(y2 - y1, x2 - x1))
        elif y1 != y2:
            slopes.append(UPRIGHT)
    slopes.sort()
    doubled = sum(slope < -1 for slope in slopes) + sum(slope <= -1 for slope in slopes)
    n = len(x)
    width = math.floor(stats.norm.ppf(0.5 + level / 2) * math.sqrt(n * (n - 1) * (2 * n + 5) / 18) + 0.5)

    def at(position: int) -> float:
        if position % 2:
            return float(slopes[(position + 1) // 2 - 1])
        return float((slopes[position // 2 - 1] + slopes[position // 2]) / 2)

    centre = len(slopes) + doubled
    return at(centre), at(centre - width), at(centre + width)


scores = st.lists(st.tuples(st.integers(0, 40), st.integers(-6, 6)), min_size=12, max_size=30)


@settings(max_examples=60, deadline=None)
@given(scores)
def test_equals_exact_fractions(rows: list[tuple[int, int]]) -> None:
    x = [row[0] for row in rows]
    y = [row[0] + row[1] for row in rows]
    result = passing_bablok(x, y)
    if not result.interval.known or math.isinf(result.interval.low) or result.direction < 0:
        return
    expected = by_hand(x, y)
    assert (result.value, result.interval.low, result.interval.high) == pytest.approx(expected, rel=SAME_FORMULA)
    assert result.intercept == pytest.approx(
        median(b - result.value * a for a, b in zip(x, y, strict=True)), rel=SAME_FORMULA, abs=PRINTED(9)
    )


@settings(max_examples=60, deadline=None)
@given(scores, st.sampled_from(["tangent", "radian"]))
def test_invariants(rows: list[tuple[int, int]], average: Any) -> None:
    x = np.array([row[0] for row in rows], dtype=float)
    y = x + np.array([row[1] for row in rows])
    one = passing_bablok(x, y, slope_average=average)
    if math.isnan(one.value):
        return
    close = {"rel": ITERATIVE, "abs": PRINTED(6)}
    back = passing_bablok(x[::-1], y[::-1], slope_average=average)
    assert (back.value, back.interval.low) == pytest.approx((one.value, one.interval.low), nan_ok=True, **close)
    moved = passing_bablok(x + 7, y - 3, slope_average=average)
    assert moved.value == pytest.approx(one.value, **close)
    scaled = passing_bablok(4 * x, 4 * y, slope_average=average)
    assert (scaled.value, scaled.intercept) == pytest.approx((one.value, 4 * one.intercept), **close)


def test_swapping_the_sides_inverts_the_slope() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(20, 90, (2, 1)) + rng.normal(0, 10, 41) + rng.normal(0, 2, (2, 41))
    one, other = (passing_bablok(a, b, slope_average="radian") for a, b in ((x, y), (y, x)))
    assert other.value == pytest.approx(1 / one.value, rel=SAME_FORMULA)
    assert other.interval.low == pytest.approx(1 / one.interval.high, rel=SAME_FORMULA)


def test_falling_data_are_mirrored() -> None:
    rng = np.random.default_rng(5)
    x = rng.uniform(0, 50, 40)
    y = x + rng.normal(0, 3, 40)
    rising, falling = passing_bablok(x, y), passing_bablok(x, -y)
    assert (rising.direction, falling.direction) == (1, -1)
    assert falling.value == pytest.approx(-rising.value, rel=SAME_FORMULA)
    assert falling.interval.low == pytest.approx(-rising.interval.high, rel=SAME_FORMULA)
    assert falling.intercept == pytest.approx(-rising.intercept, rel=SAME_FORMULA)
    assert falling.intercept_interval.low == pytest.approx(-rising.intercept_interval.high, rel=SAME_FORMULA)


@pytest.mark.parametrize("decimals", [0, 1, 6])
@pytest.mark.parametrize("sign", [1, -1])
def test_passes_give_what_holding_all_slopes_gives(monkeypatch: pytest.MonkeyPatch, decimals: int, sign: int) -> None:
    rng = np.random.default_rng(11)
    true = rng.uniform(60, 100, 400)
    x = np.round(true + rng.normal(0, 3, 400), decimals)
    y = sign * np.round(true + rng.normal(0, 3, 400), decimals)
    held = passing_bablok(x, y)
    monkeypatch.setattr(f"{SLOPES}.HELD_PAIRS", 1000)
    monkeypatch.setattr(f"{SLOPES}.BLOCK_CELLS", 5000)
    assert passing_bablok(x, y) == held
    # A window too narrow at first is widened until the ranks lie inside.
    monkeypatch.setattr(f"{SLOPES}.MARGIN", 1e-6)
    monkeypatch.setattr(f"{SLOPES}.SAMPLE", 200)
    assert passing_bablok(x, y) == held


def test_passes_settle_the_direction_where_the_sample_errs(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(2, 120))
    y -= 0.02 * x
    held = passing_bablok(x, y)
    monkeypatch.setattr(f"{SLOPES}.HELD_PAIRS", 1000)
    for size in (2, 3, 5, 9):
        monkeypatch.setattr(f"{SLOPES}.SAMPLE", size)
        assert passing_bablok(x, y) == held


def test_decimal_noise_is_a_tie() -> None:
    noisy = np.array([0.3, 0.1 + 0.2, 1.5, 4.0, 4.0 + 1e-15])
    assert separated(noisy).tolist() == [0.3, 0.3, 1.5, 4.0, 4.0]
    clean = np.array([0.3, 0.4, 1e9])
    assert separated(clean) is clean


def test_cusum_compares_above_with_below() -> None:
    rng = np.random.default_rng(9)
    x = rng.uniform(0, 10, 60)
    straight, bent = (passing_bablok(x, x + extra + rng.normal(0, 0.3, 60)) for extra in (0, 0.15 * (x - 5) ** 2))
    assert straight.linearity_p > 0.1
    assert bent.linearity_p < 0.01
    y = x + 0.15 * (x - 5) ** 2
    result = passing_bablok(x, y)
    residual = y - result.intercept - result.value * x
    along = x + result.value * y
    above, below = along[residual > 1e-9], along[residual < -1e-9]
    largest = stats.ks_2samp(above, below, method="asymp").statistic * math.sqrt(len(above) * len(below))
    assert result.linearity == pytest.approx(largest, rel=SAME_FORMULA)


def test_missing_rows_are_dropped_and_counted() -> None:
    x = pd.Series([1, 2, 3, 4, 5, 6, None, 7], dtype="Int64")
    y = [1.1, 1.9, 3.2, 3.8, 5.3, 5.9, 9.0, np.nan]
    result = passing_bablok(x, y)
    assert (result.n_used, result.n_dropped) == (6, 2)
    assert result.value == passing_bablok(range(1, 7), y[:6]).value


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        ([], [], "TOO_FEW"),
        ([1.0], [2.0], "TOO_FEW"),
        ([1.0, 2.0], [2.0, 3.0], "TOO_FEW"),
        ([np.nan] * 4, [1.0, 2.0, 3.0, 4.0], "TOO_FEW"),
        ([5.0] * 4, [1.0, 2.0, 3.0, 4.0], "VERTICAL_LINE"),
        ([5.0] * 4, [5.0] * 4, "NO_VARIANCE"),
        ([1.0, 1.0, 1.0, 1.0, 2.0], [1.0, 2.0, 3.0, 4.0, 9.0], "VERTICAL_LINE"),
        # Tau is not negative, yet more slopes lie below -1 than above: the shifted middle is past the last slope.
        ([0.0, 1.0, 2.0, 3.0], [0.0, 9.0, 0.0, 9.0], None),
    ],
)
def test_undefined_lines(x: list[float], y: list[float], code: str | None) -> None:
    result = passing_bablok(x, y)
    if code is not None:
        assert math.isnan(result.value)
        assert math.isnan(result.intercept)
        assert not result.interval.known
        assert codes(result) == [code]
    assert result.caveats


def test_too_few_points_for_a_bound() -> None:
    result = passing_bablok([1, 2, 3, 4], [1, 2.2, 2.9, 4.3])
    assert (result.interval.low, result.interval.high) == (-math.inf, math.inf)
    assert (result.intercept_interval.low, result.intercept_interval.high) == (-math.inf, math.inf)
    assert codes(result) == ["UNBOUNDED_INTERVAL", "SMALL_N"]


def test_constant_y_and_points_on_one_line_have_no_interval() -> None:
    x = np.arange(1, 13) / 10
    level, straight = passing_bablok(x, np.full(12, 0.7)), passing_bablok(x, 1.1 * x + 0.3)
    assert (level.value, codes(level)) == (0.0, ["CONSTANT_RATER"])
    assert straight.value == pytest.approx(1.1, rel=SAME_FORMULA)
    assert codes(straight) == ["PERFECT_LINE"]
    assert not level.interval.known
    assert not straight.interval.known
    assert math.isnan(straight.linearity_p)


def test_two_grades_only() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.integers(0, 2, (2, 50))
    y = np.where(rng.random(50) < 0.8, x, y)
    result = passing_bablok(x, y)
    assert result.value == pytest.approx(1.0)
    assert result.n_slopes < 50 * 49 // 2


def test_no_interval_on_request_and_far_origin() -> None:
    rng = np.random.default_rng(8)
    x = np.round(rng.uniform(0, 100, 35), 1)
    y = np.round(x + rng.normal(0, 2, 35), 1)
    near, far = passing_bablok(x, y, interval="none"), passing_bablok(x + 1e9, y + 1e9)
    assert not near.interval.known
    assert near.caveats == ()
    assert far.value == pytest.approx(near.value, rel=1e-5)


@pytest.mark.parametrize("options", [{"slope_average": "mean"}, {"interval": "jackknife"}, {"level": 95}, {"level": 1}])
def test_options_that_do_not_exist(options: dict[str, Any]) -> None:
    with pytest.raises(MethodError, match="应为"):
        passing_bablok([1, 2, 3], [1, 2, 3], **options)


@pytest.mark.parametrize("y", [[1, 2], ["一", "二", "三"], [1, 2, np.inf], [[1], [2], [3]]])
def test_malformed_input(y: Any) -> None:
    with pytest.raises(DataError, match="应为"):
        passing_bablok([1, 2, 3], y)
