"""Sizes for means and shares: the smallest that holds, proved by looking at every smaller one."""

from __future__ import annotations

import math
import typing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from perfkit.errors import MethodError
from perfkit.reliability.sampling import mean_difference_size, share_bound_size, share_size
from perfkit.reliability.sampling.bounds import attribute_upper_bound
from perfkit.reliability.sampling.sizes_search import SampleSizeResult, smallest_falling
from tests.tolerances import SAME_FORMULA

POPULATIONS = st.one_of(st.none(), st.integers(1, 400))
LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])


def half_width(n: int, sd: float, population: int | None, level: float) -> float:
    if n == population:
        return 0.0
    if n < 2:
        return math.inf
    left = 1 - n / population if population else 1.0
    return float(stats.t.ppf(0.5 + level / 2, n - 1)) * sd * math.sqrt(left / n)


@given(st.floats(0.3, 20), st.floats(0.1, 20), POPULATIONS, LEVELS)
def test_mean_difference_is_the_smallest(wanted: float, sd: float, population: int | None, level: float) -> None:
    found = mean_difference_size(wanted, sd=sd, population=population, least_n=1, level=level)
    # The quantile of scipy.stats differs in its last digits.
    assert half_width(found.size, sd, population, level) <= wanted * (1 + SAME_FORMULA)
    for n in range(1, found.size) if found.size < 300 else (found.size - 1,):
        assert half_width(n, sd, population, level) > wanted * (1 - SAME_FORMULA)
    assert found.achieved <= wanted < (found.achieved_before if not math.isnan(found.achieved_before) else math.inf)


def test_mean_difference_of_a_textbook() -> None:
    # Without t and without end: n = (1.96·6/2)² = 34.6; t asks for three more.
    assert mean_difference_size(2.0, sd=6.0).size == 38
    n0 = (stats.norm.ppf(0.975) * 6 / 2) ** 2
    assert mean_difference_size(2.0, sd=6.0, population=10**7).size - n0 < 4


def test_mean_difference_is_raised_to_what_an_interval_needs() -> None:
    found = mean_difference_size(20.0, sd=6.0)
    assert found.size == 10
    assert [caveat.code for caveat in found.caveats] == ["RAISED_TO_LEAST"]
    assert found.achieved_before < 20.0
    small = mean_difference_size(20.0, sd=6.0, population=6)
    assert small.size == 6
    assert {caveat.code for caveat in small.caveats} == {"RAISED_TO_LEAST", "CENSUS"}
    assert mean_difference_size(1e-9, sd=6.0, population=1).size == 1


def exact_reach(n: int, expected: float, population: int | None, level: float) -> float:
    """Return the longer side of the exact interval, by inversion over all shares that there are."""
    count = min(math.floor(n * expected + 0.5 + 1e-9), n)
    tail = (1 - level) / 2
    if population is None:
        low, high = proportion_confint(count, n, alpha=1 - level, method="beta")
        return max(float(high) - count / n, count / n - float(low))
    every = np.arange(count, population - (n - count) + 1)
    below = stats.hypergeom.cdf(count, population, every, n)
    above = stats.hypergeom.sf(count - 1, population, every, n)
    kept = every[(below > tail * (1 - 1e-9)) & (above > tail * (1 - 1e-9))]
    return max(kept.max() / population - count / n, count / n - kept.min() / population)


@pytest.mark.parametrize("population", [None, 40, 137])
@pytest.mark.parametrize(
    ("wanted", "expected", "level"), [(0.1, 0.3, 0.95), (0.15, 0.5, 0.9), (0.12, 0.0, 0.95), (0.2, 0.93, 0.99)]
)
def test_exact_share_is_the_smallest(wanted: float, expected: float, population: int | None, level: float) -> None:
    found = share_size(wanted, expected=expected, population=population, level=level)
    assert found.achieved == pytest.approx(exact_reach(found.size, expected, population, level), abs=1e-9)
    assert found.achieved <= wanted + 1e-9
    for n in range(1, found.size):
        assert exact_reach(n, expected, population, level) > wanted


@given(st.floats(0.02, 0.4), st.floats(0, 1), POPULATIONS, LEVELS)
def test_wilson_is_the_smallest(wanted: float, expected: float, population: int | None, level: float) -> None:
    found = share_size(wanted, expected=expected, population=population, interval="wilson", level=level)
    assert found.achieved <= wanted
    assert found.size == 1 or found.achieved_before > wanted


def test_wilson_width_is_that_of_statsmodels() -> None:
    found = share_size(0.1, expected=0.25, interval="wilson")
    low, high = proportion_confint(0.25 * found.size, found.size, method="wilson")
    assert found.achieved == pytest.approx((high - low) / 2, rel=SAME_FORMULA)


@pytest.mark.parametrize("population", [None, 60, 200])
@pytest.mark.parametrize(
    ("bound", "expected", "level"), [(0.05, 0.0, 0.95), (0.1, 0.02, 0.95), (0.2, 0.1, 0.9), (0.3, 0.25, 0.8)]
)
def test_share_bound_is_the_smallest(bound: float, expected: float, population: int | None, level: float) -> None:
    found = share_bound_size(bound, expected=expected, population=population, level=level)

    def reached(n: int) -> float:
        likelihood: typing.Literal["hypergeometric", "binomial"] = "hypergeometric" if population else "binomial"
        count = math.ceil(n * expected - 1e-9)
        return attribute_upper_bound(count, n, likelihood=likelihood, units=population, level=level).value

    assert found.achieved == pytest.approx(reached(found.size), rel=SAME_FORMULA)
    assert found.achieved <= bound
    for n in range(1, found.size):
        assert reached(n) > bound


def test_share_bound_of_the_rule_of_three() -> None:
    # 0.95^59 is the first power below 0.05.
    assert share_bound_size(0.05).size == 59
    assert share_bound_size(0.01).size == 299
    assert share_bound_size(0.05, level=0.9).size == 45
    assert share_bound_size(0.0001, population=1).size == 1


def test_result_of_a_size() -> None:
    found = share_size(0.1, expected=0.3, population=55)
    assert isinstance(found, SampleSizeResult)
    assert found.kind == "sample_size"
    assert found.to_record()["estimand"] == "share_changed"
    assert found.to_frame().loc[0, "size"] == found.size == found.n_used
    assert str(found).startswith(f"sample_size · share_changed · n={found.size} · half_width")
    assert not hasattr(found, "__dict__")
    assert found.source
    assert found.method


@pytest.mark.parametrize("level", [0, 1, 95, float("nan")])
def test_level_must_lie_between_0_and_1(level: float) -> None:
    for call in (lambda: mean_difference_size(1, sd=1, level=level), lambda: share_size(0.1, level=level)):
        with pytest.raises(MethodError):
            call()
    with pytest.raises(MethodError):
        share_bound_size(0.1, level=level)


@pytest.mark.parametrize("wrong", [0, -1.0, float("nan"), float("inf"), True])
def test_widths_out_of_range_are_refused(wrong: float) -> None:
    for call in (
        lambda: mean_difference_size(wrong, sd=1.0),
        lambda: mean_difference_size(1.0, sd=wrong),
        lambda: share_size(wrong),
        lambda: share_bound_size(wrong),
    ):
        with pytest.raises(MethodError):
            call()


@pytest.mark.parametrize("population", [0, -5, 2.5, True, float("nan")])
def test_populations_out_of_range_are_refused(population: int) -> None:
    with pytest.raises(MethodError):
        mean_difference_size(1.0, sd=1.0, population=population)


def test_shares_out_of_range_are_refused() -> None:
    for call in (
        lambda: share_size(0.1, expected=1.2),
        lambda: share_size(0.1, expected=30),
        lambda: share_bound_size(0.05, expected=0.05),
        lambda: share_bound_size(0.05, expected=-0.01),
        lambda: share_size(0.1, interval="wald"),  # type: ignore[arg-type]
    ):
        with pytest.raises(MethodError):
            call()


def test_what_no_sample_reaches_is_refused() -> None:
    with pytest.raises(MethodError):
        smallest_falling(lambda n: 1 + 1 / n, 1.0, 1, None)
    with pytest.raises(MethodError):
        smallest_falling(lambda n: 1 / n, 0.01, 1, 50)


@given(st.integers(1, 5000), st.integers(1, 100))
def test_search_finds_the_first(first: int, least: int) -> None:
    assert smallest_falling(lambda n: float(n < first), 0.5, least, None) == max(first, least)
