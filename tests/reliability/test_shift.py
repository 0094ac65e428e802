"""Paired t, sign test and equivalence: printed examples, second opinions, invariants and ugly columns."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

from perfkit.errors import DataError, MethodError
from perfkit.reliability.binomial import at_most, even_odds_p, exact_share_interval, median_rank
from perfkit.reliability.difference.shift.paired import equivalence, paired_t, sign_test
from perfkit.reliability.estimate import EstimateResult
from tests.tolerances import PRINTED, SAME_FORMULA

NAN = float("nan")
# Student (1908): extra hours of sleep with two drugs, as R's `sleep`.
DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
SCORES = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=3, max_size=40)


def codes_of(result: EstimateResult) -> set[str]:
    return {caveat.code for caveat in result.caveats}


def sides(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    table = np.array(rows, dtype=float) / 10
    return table[:, 0], table[:, 1]


def test_students_sleep_data() -> None:
    found = paired_t(DRUG_1, DRUG_2)
    assert found.value == pytest.approx(-1.58, abs=PRINTED(2))
    assert found.t == pytest.approx(-4.0621, abs=PRINTED(4))
    assert found.p == pytest.approx(0.002833, abs=PRINTED(6))
    assert found.interval.low == pytest.approx(-2.4598858, abs=PRINTED(7))
    assert found.interval.high == pytest.approx(-0.7001142, abs=PRINTED(7))
    assert found.df == 9
    assert found.se == pytest.approx(found.sd / math.sqrt(10))


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
def test_paired_t_as_scipy(level: float) -> None:
    rng = np.random.default_rng(7)
    x = np.round(rng.normal(80, 8, 60), 1)
    y = np.round(x - rng.normal(2, 4, 60), 1)
    found, other = paired_t(x, y, level=level), stats.ttest_rel(x, y)
    limits = other.confidence_interval(level)
    assert found.p == pytest.approx(other.pvalue, rel=SAME_FORMULA)
    assert found.p_greater == pytest.approx(stats.ttest_rel(x, y, alternative="greater").pvalue, rel=SAME_FORMULA)
    assert (found.interval.low, found.interval.high) == pytest.approx((limits.low, limits.high), rel=SAME_FORMULA)
    assert found.interval.level == level


def test_far_tail_of_t_keeps_its_digits() -> None:
    x = np.arange(400.0) % 7 + 100
    found = paired_t(x, np.zeros(400))
    expected = math.log(2) + stats.t.logsf(found.t, 399)
    assert found.p == 0 or math.log(found.p) == pytest.approx(expected, rel=SAME_FORMULA)
    assert paired_t(x - 100, np.zeros(400)).p == pytest.approx(stats.ttest_1samp(x - 100, 0).pvalue, rel=SAME_FORMULA)


@given(SCORES)
def test_exchanging_the_sides_turns_the_signs(rows: list[tuple[int, int]]) -> None:
    x, y = sides(rows)
    one, other = paired_t(x, y), paired_t(y, x)
    assert one.value == pytest.approx(-other.value, abs=SAME_FORMULA)
    assert one.p == pytest.approx(other.p, rel=SAME_FORMULA, nan_ok=True)
    lowered, raised = sign_test(x, y), sign_test(y, x)
    assert (lowered.lowered, lowered.same, lowered.raised) == (raised.raised, raised.same, raised.lowered)
    assert lowered.p == pytest.approx(raised.p, rel=SAME_FORMULA, nan_ok=True)


@given(SCORES)
def test_order_and_scale_do_not_matter(rows: list[tuple[int, int]]) -> None:
    x, y = sides(rows)
    order = np.random.default_rng(len(rows)).permutation(len(x))
    one, other = paired_t(x, y), paired_t(3 * x[order] + 5, 3 * y[order] + 5)
    assert other.value == pytest.approx(3 * one.value, abs=1e3 * SAME_FORMULA)
    assert other.p == pytest.approx(one.p, rel=1e-6, nan_ok=True)
    assert sign_test(x[order] + 5, y[order] + 5).value == pytest.approx(sign_test(x, y).value, nan_ok=True)


@given(st.integers(1, 400), st.data())
def test_binomial_parts_as_scipy(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    other = stats.binomtest(successes, n)
    limits = other.proportion_ci(0.9)
    assert even_odds_p(successes, n) == pytest.approx(other.pvalue, rel=1e-9)
    found = exact_share_interval(successes, n, 0.9)
    assert (found.low, found.high) == pytest.approx((limits.low, limits.high), rel=1e-9, abs=SAME_FORMULA)


@given(st.integers(1, 300), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_median_rank_is_the_largest_that_keeps_the_level(n: int, level: float) -> None:
    rank = median_rank(n, level)
    outside = (1 - level) / 2 * (1 + 1e-9)
    assert rank == 0 or at_most(rank - 1, n) <= outside
    assert at_most(rank, n) > outside or rank == n // 2


def test_sign_test_tolerance_is_decimal() -> None:
    # 82.2 - 82.1 is 0.10000000000000853 in binary.
    found = sign_test([82.2, 80.0, 79.9], [82.1, 80.3, 79.9], tolerance=0.1)
    assert (found.lowered, found.same, found.raised) == (0, 2, 1)


def test_equivalence_as_statsmodels() -> None:
    rng = np.random.default_rng(11)
    x = rng.normal(80, 8, 25)
    y = x + rng.normal(0.4, 1.5, 25)
    found = equivalence(x, y, margin=1.0)
    p, above, below = ttost_paired(x, y, -1.0, 1.0)
    assert found.p == pytest.approx(p, rel=SAME_FORMULA)
    assert (found.p_above_lower, found.p_below_upper) == pytest.approx((above[1], below[1]), rel=SAME_FORMULA)


@given(SCORES, st.floats(0.1, 50), st.sampled_from([0.9, 0.95, 0.99]))
def test_equivalence_holds_just_where_the_interval_is_inside(
    rows: list[tuple[int, int]], margin: float, level: float
) -> None:
    found = equivalence(*sides(rows), margin=margin, level=level)
    if found.equivalent is None:
        assert codes_of(found) == {"ZERO_STANDARD_ERROR"}
    else:
        inside = -margin < found.interval.low and found.interval.high < margin
        assert found.equivalent == inside
        assert found.interval.level == pytest.approx(2 * level - 1)


def test_constant_differences_have_a_mean_and_no_test() -> None:
    x = np.array([82.3, 79.1, 90.7, 65.9])
    for found in (paired_t(x, x - 0.1), equivalence(x, x - 0.1, margin=1)):
        assert found.value == pytest.approx(0.1)
        assert math.isnan(found.p)
        assert not found.interval.known
        assert codes_of(found) == {"ZERO_STANDARD_ERROR"}
    assert equivalence(x, x, margin=1).equivalent is None
    same = sign_test(x, x)
    assert math.isnan(same.value)
    assert codes_of(same) == {"NO_CHANGE"}
    assert codes_of(sign_test(x, x - 1)) == {"ONE_DIRECTION"}


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_pairs(n: int) -> None:
    x, y = np.arange(n) + 5.0, np.zeros(n)
    for found in (paired_t(x, y), equivalence(x, y, margin=1)):
        assert math.isnan(found.value) == (n == 0)
        assert math.isnan(found.p)
        assert codes_of(found) == {"TOO_FEW"}
    assert sign_test(x, y).caveats


def test_missing_pairs_are_dropped_and_counted() -> None:
    x, y = [1.0, NAN, 3.0, 5.0, 2.0], pd.Series([2.0, 1.0, None, 9.0, 2.5], index=[5, 6, 7, 8, 9])
    for found in (paired_t(x, y), sign_test(x, y), equivalence(x, y, margin=1)):
        assert (found.n_used, found.n_dropped) == (3, 2)
    assert paired_t([NAN] * 3, [1, 2, 3]).n_dropped == 3


def test_two_pairs_and_huge_offsets() -> None:
    assert paired_t([1, 2], [2, 5]).p == pytest.approx(stats.ttest_rel([1, 2], [2, 5]).pvalue)
    x, y = np.array(DRUG_1), np.array(DRUG_2)
    assert paired_t(x + 1e9, y + 1e9).t == pytest.approx(paired_t(x, y).t, rel=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [([1, 2], [1], "RT-PAIRS"), (["a", "b"], [1, 2], "RT-NUMBER"), ([1, math.inf], [1, 2], "RT-INFINITE")],
)
def test_malformed_columns_are_refused(x: list[object], y: list[object], code: str) -> None:
    for call in (paired_t, sign_test, lambda a, b: equivalence(a, b, margin=1)):
        with pytest.raises(DataError) as caught:
            call(x, y)
        assert caught.value.problems[0].code == code


def test_options_that_make_no_sense_are_refused() -> None:
    for options in ({"margin": 0}, {"margin": -1}, {"margin": NAN}, {"margin": 1, "level": 0.5}):
        with pytest.raises(MethodError):
            equivalence(DRUG_1, DRUG_2, **options)
    for tolerance in (-0.1, math.inf):
        with pytest.raises(MethodError):
            sign_test(DRUG_1, DRUG_2, tolerance=tolerance)
    with pytest.raises(MethodError):
        paired_t(DRUG_1, DRUG_2, level=95)
