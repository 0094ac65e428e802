"""What nobody means to give to the newest families: totals below a unit, widths in another unit, hopeless sizes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from perfkit.errors import DataError, MethodError
from perfkit.reliability.anomaly import cutoff_binomial, density_jump, mccrary
from perfkit.reliability.sampling import (
    attribute_upper_bound,
    audit_total_error,
    census,
    hansen_hurwitz,
    horvitz_thompson,
    monetary_unit_size,
    poisson_reliability_factor,
    pps,
    simple_random,
)

SAMPLE = pd.DataFrame({"book": [10.0, 20.0, 30.0, 5.0], "audit": [10.0, 18.0, 30.0, 5.0]})
SCORES = np.random.default_rng(3).normal(88, 4, 400)


@pytest.mark.parametrize("estimator", [hansen_hurwitz, horvitz_thompson])
@pytest.mark.parametrize("total", [0.0, 29.9])
def test_a_book_total_below_a_sampled_unit_is_refused(estimator, total):
    with pytest.raises(DataError) as caught:
        estimator(SAMPLE, design=pps(total, units=9), value="audit", book="book")
    assert {problem.code for problem in caught.value.problems} == {"SP-TOTAL"}


def test_a_book_total_of_exactly_one_unit_is_no_contradiction():
    one = SAMPLE.iloc[[2]]
    assert hansen_hurwitz(one, design=pps(30.0, units=1), value="audit", book="book").value == 30.0
    assert horvitz_thompson(one, design=pps(30.0, units=1), value="audit", book="book").value == 30.0


@pytest.mark.parametrize("widths", [{"binsize": 1e-9}, {"bandwidth": 1e9}, {"binsize": 1e-6, "bandwidth": 5.0}])
def test_widths_in_another_unit_are_refused_before_they_fill_the_memory(widths):
    with pytest.raises(MethodError) as caught:
        mccrary(SCORES, cutoff=90, **widths)
    assert {problem.code for problem in caught.value.problems} == {"AN-WIDTH"}


def test_fine_cells_that_fit_are_counted():
    assert math.isfinite(mccrary(SCORES, cutoff=88, binsize=1e-3, bandwidth=4.0).value)


@pytest.mark.parametrize("likelihood", ["poisson", "binomial"])
def test_a_hopeless_size_is_told_without_a_search(likelihood):
    found = monetary_unit_size(0.05, expected=0.049999, likelihood=likelihood)
    assert math.isnan(found.value)
    assert [caveat.code for caveat in found.caveats] == ["NO_SIZE"]


@pytest.mark.parametrize("likelihood", ["poisson", "binomial"])
def test_a_size_that_is_large_is_still_found(likelihood):
    found = monetary_unit_size(0.05, expected=0.0495, likelihood=likelihood)
    assert found.bound < 0.05
    assert 400_000 < found.value < 800_000


@pytest.mark.parametrize("estimator", ["direct", "difference", "quotient", "regression"])
def test_without_the_finite_population_the_last_unit_does_not_end_all_doubt(estimator):
    errors = np.random.default_rng(1).normal(5, 2, 30)
    frame = pd.DataFrame({"book": 100.0 + np.arange(30), "audit": 95.0 + np.arange(30) + errors})
    options = {"book": "book", "audit": "audit", "estimator": estimator}
    total = float(frame["book"].sum())
    endless = audit_total_error(frame, design=simple_random(30, book_total=total), finite_population=False, **options)
    counted = audit_total_error(frame, design=simple_random(30, book_total=total), **options)
    assert endless.se > 0
    assert endless.interval.low < endless.value < endless.interval.high
    assert (counted.se, counted.interval.low, counted.interval_method) == (0.0, counted.value, "exact")


def test_a_census_stays_exact_without_the_finite_population():
    found = audit_total_error(
        SAMPLE, design=census(4, book_total=65.0), book="book", audit="audit", finite_population=False
    )
    assert (found.value, found.se, found.interval_method) == (2.0, 0.0, "exact")


@pytest.mark.parametrize(
    "call",
    [
        lambda: attribute_upper_bound(None, 60),  # type: ignore[arg-type]
        lambda: attribute_upper_bound(0, "x"),  # type: ignore[arg-type]
        lambda: poisson_reliability_factor(None),  # type: ignore[arg-type]
        lambda: monetary_unit_size(None),  # type: ignore[arg-type]
        lambda: monetary_unit_size(0.05, expected=None),  # type: ignore[arg-type]
        lambda: cutoff_binomial([1, 2], cutoff=None, window=1),  # type: ignore[arg-type]
        lambda: cutoff_binomial([1, 2], cutoff=1, window="a"),  # type: ignore[arg-type]
        lambda: mccrary([1, 2.0], cutoff=None),  # type: ignore[arg-type]
        lambda: density_jump([1, 2.0], cutoff="a"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_number_is_refused_in_words(call: Any) -> None:
    with pytest.raises(MethodError) as caught:
        call()
    assert caught.value.problems[0].code.startswith(("SP-", "AN-"))
