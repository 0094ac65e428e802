"""Attribute bounds and monetary-unit sizes: against scipy, exact coverage, brute force, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perfkit.errors import MethodError
from perfkit.reliability.sampling.bounds import attribute_upper_bound, most_marked, poisson_reliability_factor
from perfkit.reliability.sampling.sizes_mus import monetary_unit_size
from tests.tolerances import PRINTED, SAME_FORMULA

LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@given(st.integers(1, 60), st.data(), LEVELS)
def test_binomial_is_clopper_pearson(n: int, data: st.DataObject, level: float) -> None:
    k = data.draw(st.integers(0, n))
    found = attribute_upper_bound(k, n, level=level)
    theirs = stats.binomtest(k, n, alternative="less").proportion_ci(level, method="exact")
    assert found.value == pytest.approx(theirs.high, rel=SAME_FORMULA)
    assert attribute_upper_bound(k, n, likelihood="poisson", level=level).value >= found.value - 1e-12


@given(st.integers(1, 40), st.data(), LEVELS)
def test_hypergeometric_is_the_largest_number_not_rejected(units: int, data: st.DataObject, level: float) -> None:
    n = data.draw(st.integers(1, units))
    k = data.draw(st.integers(0, n))
    kept = [
        marked
        for marked in range(k, units - n + k + 1)
        if stats.hypergeom.cdf(k, units, marked, n) >= (1 - level) * (1 - 1e-9)
    ]
    assert most_marked(k, n, units, level) == max(kept)
    found = attribute_upper_bound(k, n, likelihood="hypergeometric", units=units, level=level)
    assert found.value == max(kept) / units
    assert found.mle == k / n


def test_hypergeometric_covers_whatever_is_true() -> None:
    units, n, level = 40, 7, 0.9
    bounds = np.array([most_marked(k, n, units, level) for k in range(n + 1)])
    for marked in range(units + 1):
        chances = stats.hypergeom.pmf(np.arange(n + 1), units, marked, n)
        assert chances[bounds >= marked].sum() >= level - 1e-9


def test_large_populations_tend_to_the_binomial() -> None:
    exact = attribute_upper_bound(3, 200, likelihood="hypergeometric", units=10_000_000)
    assert exact.value == pytest.approx(attribute_upper_bound(3, 200).value, rel=1e-4)


@given(st.integers(0, 30), st.integers(31, 100))
def test_bounds_rise_with_errors_and_fall_with_n(k: int, n: int) -> None:
    kinds: tuple[Any, ...] = ("binomial", "poisson", "hypergeometric")
    for kind in kinds:
        options = {"likelihood": kind, "units": 500 if kind == "hypergeometric" else None}
        value = attribute_upper_bound(k, n, **options).value
        assert attribute_upper_bound(k + 1, n, **options).value >= value
        assert attribute_upper_bound(k, n + 5, **options).value <= value
        assert attribute_upper_bound(k, n, level=0.99, **options).value >= value


def test_printed_reliability_factors() -> None:
    # AICPA Audit Guide, Audit Sampling: risk of incorrect acceptance 5 %.
    printed = (3.00, 4.75, 6.30, 7.76, 9.16, 10.52)
    for k, factor in enumerate(printed):
        assert poisson_reliability_factor(k) == pytest.approx(factor, abs=2 * PRINTED(2))
    assert poisson_reliability_factor(2, level=0.9) / 50 == pytest.approx(
        attribute_upper_bound(2, 50, likelihood="poisson", level=0.9).value, rel=SAME_FORMULA
    )


def test_ugly_counts() -> None:
    nothing = attribute_upper_bound(0, 0)
    assert np.isnan(nothing.value)
    assert [caveat.code for caveat in nothing.caveats] == ["NO_SAMPLE"]
    assert attribute_upper_bound(5, 5).value == 1.0
    assert attribute_upper_bound(5, 5, likelihood="hypergeometric", units=5).value == 1.0
    assert attribute_upper_bound(0, 5, likelihood="hypergeometric", units=5).value == 0.0
    above = attribute_upper_bound(1, 1, likelihood="poisson")
    assert above.value > 1
    assert [caveat.code for caveat in above.caveats] == ["BOUND_ABOVE_ONE"]


@pytest.mark.parametrize(
    ("counts", "options"),
    [
        ((3, 2), {}),
        ((-1, 2), {}),
        ((0.5, 2), {}),
        ((1, 9), {"units": 8}),
        ((1, 9), {"likelihood": "hypergeometric"}),
        ((1, 9), {"likelihood": "normal"}),
        ((1, 9), {"level": 95}),
    ],
)
def test_malformed_counts_are_refused(counts: tuple[Any, Any], options: dict[str, Any]) -> None:
    with pytest.raises(MethodError):
        attribute_upper_bound(*counts, **options)


@pytest.mark.parametrize("likelihood", ["poisson", "binomial", "hypergeometric"])
@pytest.mark.parametrize(("materiality", "expected"), [(0.05, 0.0), (0.1, 0.02), (0.08, 1), (0.2, 3)])
def test_size_is_the_first_that_suffices(likelihood: Any, materiality: float, expected: float) -> None:
    units = 600 if likelihood == "hypergeometric" else None
    found = monetary_unit_size(materiality, expected=expected, likelihood=likelihood, units=units)

    def bound(n: int) -> float:
        errors = n * expected if expected < 1 else expected
        if likelihood == "poisson":
            return float(stats.gamma.ppf(0.95, errors + 1) / n)
        k = int(np.ceil(errors - 1e-9))
        return attribute_upper_bound(k, n, likelihood=likelihood, units=units).value if k < n else 1.0

    first = next(n for n in range(1, 600) if bound(n) < materiality)
    assert found.value == first
    assert found.bound == pytest.approx(bound(first), rel=SAME_FORMULA)


def test_rounding_does_not_add_an_expected_error() -> None:
    # 0.07 × 100 is 7.000000000000001 in binary.
    found = monetary_unit_size(0.14, expected=0.07, likelihood="binomial")
    assert found.tolerated == np.ceil(round(0.07 * found.value, 9))


def test_sizes_with_interval_and_without_an_answer() -> None:
    assert monetary_unit_size(0.05, book_total=6_000_000).interval == 100_000
    never = monetary_unit_size(0.05, expected=0.049, likelihood="hypergeometric", units=40)
    assert np.isnan(never.value) == bool(never.caveats)
    large = monetary_unit_size(0.05, expected=0.0485)
    assert large.value > 4096


@pytest.mark.parametrize(
    "options",
    [
        {"materiality": 5},
        {"materiality": 0.05, "expected": 0.05},
        {"materiality": 0.05, "expected": -0.1},
        {"materiality": 0.05, "likelihood": "hypergeometric"},
        {"materiality": 0.05, "likelihood": "normal"},
        {"materiality": 0.05, "level": 0},
    ],
)
def test_malformed_sizes_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(MethodError):
        monetary_unit_size(**options)
