"""Deming regression: reference formulas, refits, invariants and ugly cases."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.regression import DemingResult, deming, weighted_deming
from perfkit.reliability.difference.regression.search import bounded_minima
from tests.tolerances import ITERATIVE, PRINTED, SAME_FORMULA

# Linnet & Boyd's kind of data: proportional errors, positive, one decimal.
X = np.array([7.2, 8.3, 9.9, 11.4, 12.0, 15.3, 18.8, 22.1, 25.0, 31.7, 40.2, 48.9])
Y = np.array([7.9, 8.2, 10.9, 11.0, 13.1, 14.9, 20.4, 23.0, 24.1, 33.9, 39.0, 52.3])

LINES = {
    "deming": deming,
    "constant_cv": partial(deming, constant_cv=True),
    "known_errors": lambda x, y, **kw: deming(x, y, x_error=np.full(len(x), 2.0), y_error=np.full(len(x), 2.0), **kw),
    "weighted": weighted_deming,
}


@pytest.fixture(params=sorted(LINES), name="line")
def _line(request: pytest.FixtureRequest) -> Any:
    return LINES[request.param]


def codes(result: DemingResult) -> list[str]:
    return [caveat.code for caveat in result.caveats]


def pseudo_values(line: Any, x: np.ndarray, y: np.ndarray, **options: Any) -> tuple[float, float]:
    """Return Linnet's jackknife errors by refitting n times: what the closed form must equal."""
    full = line(x, y, interval="none", **options)
    parts = [line(np.delete(x, i), np.delete(y, i), interval="none", **options) for i in range(len(x))]
    n = len(x)
    errors = []
    for whole, left in ((full.value, [p.value for p in parts]), (full.intercept, [p.intercept for p in parts])):
        errors.append(float(np.std(n * whole - (n - 1) * np.array(left), ddof=1)) / math.sqrt(n))
    return errors[0], errors[1]


def test_published_example() -> None:
    # NCSS Statistical Software, chapter "Deming Regression", example with known variance ratio 4: printed slope
    # 1.0012 and intercept -0.0897, jackknife errors 0.1872 and 1.7220 (quoted from memory, reproduced to the digit).
    x = [7, 8.3, 10.5, 9, 5.1, 8.2, 10.2, 10.3, 7.1, 5.9]
    y = [7.9, 8.2, 9.6, 9, 6.5, 7.3, 10.2, 10.6, 6.3, 5.2]
    result = deming(x, y, error_ratio=4)
    assert (result.value, result.intercept) == pytest.approx((1.0012, -0.0897), abs=PRINTED(4))
    assert (result.se, result.intercept_se) == pytest.approx((0.1872, 1.7220), abs=PRINTED(4))


def test_example_by_hand() -> None:
    # u = 2, q = 2, p = 1: slope = (0 + sqrt(0 + 4)) / 2 = 1, intercept 0.
    result = deming([0.0, 1.0, 2.0], [0.0, 2.0, 1.0], interval="analytical")
    assert result.value == pytest.approx(1.0, abs=PRINTED(10))
    assert result.intercept == pytest.approx(0.0, abs=PRINTED(10))
    # r = 1/2: se = sqrt((1/r² - 1)/(n - 2)) = sqrt(3); mean x² = 5/3.
    assert result.se == pytest.approx(math.sqrt(3), rel=SAME_FORMULA)
    assert result.intercept_se == pytest.approx(math.sqrt(5), rel=SAME_FORMULA)
    assert result.interval.high == pytest.approx(1 + math.sqrt(3) * stats.t.ppf(0.975, 1), rel=SAME_FORMULA)


def orthogonal_distance_line(x: np.ndarray, y: np.ndarray, x_error: Any, y_error: Any) -> np.ndarray:
    """Return slope and intercept by fitting the true x of every row as well: no formula in common with perfkit."""

    def misfit(parameters: np.ndarray) -> np.ndarray:
        slope, intercept, true = parameters[0], parameters[1], parameters[2:]
        return np.concatenate([(x - true) / x_error, (y - intercept - slope * true) / y_error])

    start = np.concatenate([[1.0, 0.0], x])
    return optimize.least_squares(misfit, start, xtol=1e-15, ftol=1e-15, gtol=1e-15).x[:2]


@pytest.mark.parametrize("ratio", [0.25, 1.0, 4.0])
def test_plain_line_is_the_orthogonal_distance_line(ratio: float) -> None:
    result = deming(X, Y, error_ratio=ratio)
    line = orthogonal_distance_line(X, Y, math.sqrt(ratio), 1.0)
    assert (result.value, result.intercept) == pytest.approx(tuple(line), rel=ITERATIVE)


def test_known_errors_line_is_the_weighted_orthogonal_distance_line() -> None:
    result = deming(X, Y, x_error=0.1 * X, y_error=0.2 * Y)
    line = orthogonal_distance_line(X, Y, 0.1 * X, 0.2 * Y)
    assert (result.value, result.intercept) == pytest.approx(tuple(line), rel=ITERATIVE)
    assert math.isnan(result.error_ratio)


def test_equal_known_errors_are_the_plain_line() -> None:
    plain = deming(X, Y, error_ratio=4)
    general = deming(X, Y, x_error=np.full(12, 2.0), y_error=np.ones(12))
    for name in ("value", "intercept", "se", "intercept_se", "p", "intercept_p"):
        assert getattr(general, name) == pytest.approx(getattr(plain, name), rel=ITERATIVE)


def test_jackknife_equals_n_refits(line: Any) -> None:
    result = line(X, Y)
    assert (result.se, result.intercept_se) == pytest.approx(pseudo_values(line, X, Y), rel=ITERATIVE)
    factor = stats.t.ppf(0.975, 10)
    assert result.interval.low == pytest.approx(result.value - factor * result.se, rel=SAME_FORMULA)
    assert result.p == pytest.approx(2 * stats.t.sf(abs(result.value - 1) / result.se, 10), rel=SAME_FORMULA)


def test_normal_jackknife_sums_squared_changes(line: Any) -> None:
    full = line(X, Y, interval="jackknife_normal", level=0.9)
    left = np.array([line(np.delete(X, i), np.delete(Y, i), interval="none").value for i in range(12)])
    assert full.se == pytest.approx(math.sqrt(((left - full.value) ** 2).sum()), rel=ITERATIVE)
    assert full.interval.high == pytest.approx(full.value + stats.norm.ppf(0.95) * full.se, rel=SAME_FORMULA)


def test_weighted_line_is_its_own_fixed_point() -> None:
    result = weighted_deming(X, Y, error_ratio=2)
    residual = Y - result.intercept - result.value * X
    fitted_x = X + 2 * result.value * residual / (1 + 2 * result.value**2)
    fitted_y = result.intercept + result.value * fitted_x
    weight = ((fitted_x + 2 * fitted_y) / 3) ** -2
    dx, dy = X - np.average(X, weights=weight), Y - np.average(Y, weights=weight)
    u, q, p = (weight @ square for square in (dx * dx, dy * dy, dx * dy))
    slope = (2 * q - u + math.sqrt((2 * q - u) ** 2 + 8 * p * p)) / (4 * p)
    assert slope == pytest.approx(result.value, rel=SAME_FORMULA)


def test_blocks_do_not_change_the_jackknife(monkeypatch: pytest.MonkeyPatch, line: Any) -> None:
    whole = line(X, Y)
    for module in ("moments", "errors"):
        monkeypatch.setattr(f"perfkit.reliability.difference.regression.{module}.BLOCK_CELLS", 40)
    assert line(X, Y).se == pytest.approx(whole.se, rel=SAME_FORMULA)


def test_brent_search_stops_where_scipy_stops() -> None:
    centres = np.linspace(-1, 2, 7)
    found = bounded_minima(lambda b: np.cosh(b - centres), np.full(7, -3.0), np.full(7, 4.0), 1e-3)
    for centre, value in zip(centres, found, strict=True):
        search = partial(optimize.minimize_scalar, lambda b, c=centre: np.cosh(b - c), bounds=(-3, 4))
        assert value == pytest.approx(search(method="bounded", options={"xatol": 1e-3}).x, rel=ITERATIVE)


def test_a_stopped_search_is_near_the_exact_line() -> None:
    errors = {"x_error": 0.1 * X, "y_error": 0.1 * Y}
    stopped, exact = deming(X, Y, tolerance=1e-4, **errors), deming(X, Y, **errors)
    assert stopped.value == pytest.approx(exact.value, abs=1e-4)
    assert stopped.se == pytest.approx(exact.se, abs=1e-3)


scores = st.lists(
    st.tuples(st.integers(10, 1000), st.integers(-40, 40)), min_size=6, max_size=25, unique_by=lambda pair: pair[0]
)


def sides(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    x = np.array([row[0] for row in rows], dtype=float)
    return x + 50, x + 50 + np.array([row[1] for row in rows], dtype=float)


@settings(max_examples=40, deadline=None)
@given(scores)
def test_invariants(rows: list[tuple[int, int]]) -> None:
    x, y = sides(rows)
    one = deming(x, y)
    if math.isnan(one.se):
        return
    back = deming(x[::-1], y[::-1])
    assert (back.value, back.se) == pytest.approx((one.value, one.se), rel=ITERATIVE)
    swapped = deming(y, x)
    assert swapped.value == pytest.approx(1 / one.value, rel=ITERATIVE)
    scaled = deming(3 * x + 7, 6 * y - 2, error_ratio=0.25)
    assert scaled.value == pytest.approx(2 * one.value, rel=ITERATIVE)
    assert scaled.se == pytest.approx(2 * one.se, rel=1e-5)


@settings(max_examples=25, deadline=None)
@given(scores)
def test_weighted_line_keeps_scale_and_swap(rows: list[tuple[int, int]]) -> None:
    x, y = sides(rows)
    one = weighted_deming(x, y, interval="none")
    if math.isnan(one.value) or one.value <= 0:
        return
    assert weighted_deming(5 * x, 5 * y, interval="none").value == pytest.approx(one.value, rel=ITERATIVE)
    assert weighted_deming(y, x, interval="none").value == pytest.approx(1 / one.value, rel=ITERATIVE)


def test_missing_rows_are_dropped_and_counted(line: Any) -> None:
    x = pd.Series([*X, np.nan, 3.0], dtype="Float64")
    y = pd.Series([*Y, 3.0, np.nan])
    result = line(x, y)
    assert (result.n_used, result.n_dropped) == (12, 2)
    assert result.value == pytest.approx(line(X, Y).value, rel=SAME_FORMULA)


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        ([], [], "TOO_FEW"),
        ([1.0], [2.0], "TOO_FEW"),
        ([1.0, 2.0], [2.0, 3.0], "TOO_FEW"),
        ([np.nan] * 4, [1.0, 2.0, 3.0, 4.0], "TOO_FEW"),
        ([5.0] * 4, [1.0, 2.0, 3.0, 4.0], "VERTICAL_LINE"),
        ([5.0] * 4, [5.0] * 4, "NO_VARIANCE"),
        ([0.1 + 0.2, 0.3, 0.3, 0.3], [1.0, 2.0, 3.0, 4.0], "VERTICAL_LINE"),
    ],
)
def test_undefined_lines(line: Any, x: list[float], y: list[float], code: str) -> None:
    result = line(x, y)
    assert math.isnan(result.value)
    assert math.isnan(result.intercept)
    assert not result.interval.known
    assert codes(result) == [code]


def test_upright_and_shapeless_clouds_have_no_slope() -> None:
    assert codes(deming([1, 2, 1, 2], [1, 1, 9, 9])) == ["VERTICAL_LINE"]
    assert codes(deming([1, 2, 1, 2], [1, 1, 2, 2])) == ["VERTICAL_LINE"]
    flat = deming([1, 1, 9, 9], [1, 2, 1, 2], interval="analytical")
    assert flat.value == pytest.approx(0, abs=PRINTED(12))
    assert flat.interval.known


def test_constant_y_has_a_slope_of_zero_and_no_interval(line: Any) -> None:
    result = line(X, np.full(12, 80.0))
    assert result.value == pytest.approx(0, abs=PRINTED(9))
    assert not result.interval.known
    assert codes(result) == ["CONSTANT_RATER"]


@pytest.mark.parametrize("slope", [1.0, 1.1])
def test_points_on_one_line_have_no_interval(line: Any, slope: float) -> None:
    result = line(X, slope * X + (0.0 if slope == 1 else 0.3))
    assert result.value == pytest.approx(slope, rel=ITERATIVE)
    assert not result.interval.known
    assert math.isnan(result.p)
    assert codes(result) == ["PERFECT_LINE"]


def test_a_line_that_hangs_on_one_point_has_no_jackknife() -> None:
    result = deming([3, 3, 3, 3, 9], [1, 2, 3, 4, 5])
    assert codes(result) == ["JACKKNIFE_UNDEFINED"]
    assert not result.interval.known
    assert math.isfinite(result.value)


def test_a_row_that_carries_the_line_is_searched_anew() -> None:
    rng = np.random.default_rng(1)
    x = np.append(rng.uniform(50, 60, 9), 300.0)
    y = x + rng.normal(0, 8, 10)
    line = LINES["known_errors"]
    assert line(x, y).se == pytest.approx(pseudo_values(line, x, y)[0], rel=ITERATIVE)


def test_five_orders_of_size_keep_the_digits() -> None:
    rng = np.random.default_rng(6)
    x = rng.lognormal(0, 3, 25)
    y = x * rng.lognormal(0, 0.2, 25)
    for line in (LINES["weighted"], LINES["constant_cv"]):
        result = line(x, y)
        assert codes(result) == ["SMALL_N"]
        assert result.se == pytest.approx(pseudo_values(line, x, y)[0], rel=ITERATIVE)


def test_a_far_origin_keeps_the_digits() -> None:
    near, far = deming(X, Y, interval="analytical"), deming(X + 1e9, Y + 1e9, interval="analytical")
    assert far.value == pytest.approx(near.value, rel=1e-6)
    assert far.se == pytest.approx(near.se, rel=1e-6)


def test_negative_relation_has_a_negative_slope() -> None:
    result = deming(X, 60 - Y)
    assert result.value == pytest.approx(-deming(X, Y).value, rel=SAME_FORMULA)
    assert result.se == pytest.approx(deming(X, Y).se, rel=SAME_FORMULA)


@pytest.mark.parametrize(
    "call",
    [
        lambda: deming(X, Y, error_ratio=0),
        lambda: deming(X, Y, error_ratio=float("nan")),
        lambda: deming(X, Y, interval="bootstrap"),  # type: ignore[arg-type]
        lambda: deming(X, Y, level=95),
        lambda: deming(X, Y, constant_cv=True, interval="analytical"),
        lambda: deming(X, Y, x_error=X),
        lambda: deming(X, Y, x_error=X, y_error=Y, constant_cv=True),
        lambda: deming(X, Y, tolerance=1e-3),
        lambda: deming(X - 8, Y, constant_cv=True),
        lambda: weighted_deming(X, Y - 8),
        lambda: weighted_deming(X, Y, interval="analytical"),  # type: ignore[arg-type]
    ],
)
def test_methods_that_do_not_apply(call: Any) -> None:
    with pytest.raises(MethodError, match="应为"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: deming(X, Y[1:]),
        lambda: deming(["好"] * 12, Y),
        lambda: deming(np.where(X == 12, np.inf, X), Y),
        lambda: deming(X, Y, x_error=X[1:], y_error=Y),
        lambda: deming(X, Y, x_error=0 * X, y_error=Y),
        lambda: weighted_deming(X.reshape(3, 4), Y),
    ],
)
def test_malformed_input(call: Any) -> None:
    with pytest.raises(DataError, match="应为"):
        call()


def test_the_line_that_r_deming_prints_for_constant_cv() -> None:
    # R deming 1.4-1, deming(y ~ x, cv = TRUE): its search stops early and renews the true values with b for b².
    x = [29.0, 54.9, 62.1, 22.0, 30.4, 85.0, 24.9, 29.1, 86.4, 63.5, 45.8, 55.8, 66.4, 39.3, 29.7]
    y = [19.9, 36.7, 38.8, 15.1, 21.1, 50.2, 15.4, 19.9, 51.7, 35.5, 28.0, 34.5, 38.8, 23.3, 19.9]
    program = deming(x, y, constant_cv=True, interval="jackknife_normal", tolerance=np.finfo(float).eps ** 0.25)
    assert (program.value, program.se) == pytest.approx((0.563347290908, 0.0210742768639), rel=SAME_FORMULA)
    assert program.intercept == pytest.approx(2.739344604986, rel=SAME_FORMULA)
    assert deming(x, y, constant_cv=True).value == pytest.approx(0.5640952, rel=ITERATIVE)


def test_a_hundred_thousand_pairs_get_the_line_but_no_jackknife() -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(20, 90, 100_000)
    found = weighted_deming(x, x * (1 + rng.normal(0, 0.05, len(x))))
    assert found.value == pytest.approx(1, abs=0.01)
    assert [caveat.code for caveat in found.caveats] == ["JACKKNIFE_TOO_LARGE"]
    assert math.isnan(found.interval.low)
