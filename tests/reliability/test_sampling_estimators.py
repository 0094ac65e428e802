"""Estimators under equal probability: published example, all samples enumerated, designs refused, ugly samples."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError
from perfkit.reliability.sampling.design import census, monetary_unit, picked, pps, simple_random, stratified
from perfkit.reliability.sampling.estimators import difference_estimator, mean_per_unit, regression_estimator
from perfkit.reliability.sampling.estimators_audit import audit_total_error
from perfkit.reliability.sampling.estimators_ratio import ratio_estimator
from perfkit.reliability.sampling.estimators_result import LEAST_FOR_INTERVAL, SampleEstimate
from perfkit.reliability.sampling.estimators_size import hansen_hurwitz, horvitz_thompson
from tests.tolerances import PRINTED, SAME_FORMULA

Estimator = Callable[..., SampleEstimate]

# Cochran (1977), table 2.1: signatures on 50 of 676 petition sheets, and how many sheets had so many.
SIGNATURES = (42, 41, 36, 32, 29, 27, 23, 19, 16, 15, 14, 11, 10, 9, 7, 6, 5, 4, 3)
SHEETS = (23, 4, 1, 1, 1, 2, 1, 1, 2, 2, 1, 1, 1, 1, 1, 3, 2, 1, 1)

POPULATION = pd.DataFrame(
    {
        "size": ["a", "a", "a", "a", "b", "b", "b", "b", "b"],
        "first": [90.0, 82.0, 95.0, 88.0, 70.0, 74.0, 61.0, 79.0, 66.0],
        "again": [85.0, 82.0, 91.0, 80.0, 66.0, 74.0, 52.0, 78.0, 60.0],
    }
)
UNITS = {"a": 4, "b": 5}
BOTH = {"value": "again", "book": "first"}
WITH_BOOK: tuple[Estimator, ...] = (difference_estimator, ratio_estimator, regression_estimator)


def _all_samples(sizes: dict[str, int]) -> list[pd.DataFrame]:
    """Return every stratified sample of the population."""
    parts = [
        [list(chosen) for chosen in combinations(POPULATION.index[POPULATION["size"] == name], n)]
        for name, n in sizes.items()
    ]
    return [POPULATION.loc[first + second] for first in parts[0] for second in parts[1]]


def _sample(n: int = 12, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    book = rng.normal(80, 8, n).round(1)
    names = np.where(np.arange(n) % 2 == 0, "a", "b")
    return pd.DataFrame({"size": names, "first": book, "again": (book - rng.exponential(3, n)).round(1)})


def test_petition_sheets() -> None:
    frame = pd.DataFrame({"signatures": np.repeat(np.array(SIGNATURES, dtype=float), SHEETS)})
    found = mean_per_unit(frame, design=simple_random(676), value="signatures", estimand="total")
    assert found.value == pytest.approx(19_888, abs=PRINTED(0))
    assert 50 * found.se**2 / (676 * (676 - 50)) == pytest.approx(229.0, abs=PRINTED(1))
    assert (found.df, found.n_drawn, found.population, found.design) == (49, 50, 676, "simple")


def test_totals_and_variances_are_unbiased_over_all_stratified_samples() -> None:
    design = stratified("size", UNITS, book_total=float(POPULATION["first"].sum()))
    for estimator, options in ((mean_per_unit, {"value": "again"}), (difference_estimator, BOTH)):
        found = [
            estimator(one, design=design, estimand="total", least_n=2, **options)
            for one in _all_samples({"a": 2, "b": 3})
        ]
        values = np.array([one.value for one in found])
        assert values.mean() == pytest.approx(POPULATION["again"].sum(), rel=SAME_FORMULA)
        assert np.mean([one.se**2 for one in found]) == pytest.approx(values.var(), rel=SAME_FORMULA)


@pytest.mark.parametrize("estimator", WITH_BOOK)
@pytest.mark.parametrize("form", ["combined", "separate"])
def test_estimators_with_books_are_nearly_unbiased_and_sharper(estimator: Estimator, form: str) -> None:
    totals = POPULATION.groupby("size")["first"].sum().to_dict()
    options: dict[str, Any] = {} if estimator is difference_estimator else {"form": form}
    samples = _all_samples({"a": 3, "b": 4})
    design = stratified("size", UNITS, book_totals=totals)
    values = np.array([estimator(one, design=design, **BOTH, **options).value for one in samples])
    plain = np.array([mean_per_unit(one, design=design, value="again", estimand="total").value for one in samples])
    assert abs(values.mean() - POPULATION["again"].sum()) < 0.01 * POPULATION["again"].sum()
    assert values.std() < plain.std()


@pytest.mark.parametrize("form", ["combined", "separate"])
def test_one_stratum_is_plain_regression(form: str) -> None:
    frame = _sample()
    found = regression_estimator(
        frame, design=simple_random(200, book_total=16_000.0), form=form, estimand="mean", **BOTH
    )
    fitted = sm.OLS(frame["again"], sm.add_constant(frame["first"])).fit()
    n = len(frame)
    assert found.slopes[0] == pytest.approx(fitted.params["first"], rel=SAME_FORMULA)
    assert found.value == pytest.approx(fitted.params["const"] + 80 * fitted.params["first"], rel=SAME_FORMULA)
    assert found.se**2 == pytest.approx((1 - n / 200) * fitted.mse_resid / n, rel=SAME_FORMULA)
    assert found.df == n - 2


def test_ratio_of_one_stratum_by_hand() -> None:
    frame = _sample()
    found = ratio_estimator(frame, design=simple_random(200, book_total=16_000.0), **BOTH)
    ratio = frame["again"].sum() / frame["first"].sum()
    residuals = frame["again"] - ratio * frame["first"]
    n = len(frame)
    error = np.sqrt((1 - n / 200) * residuals.var() / n) / frame["first"].mean()
    assert (found.ratio, found.value, found.se) == pytest.approx((ratio, 16_000 * ratio, 16_000 * error))
    shown = ratio_estimator(frame, design=simple_random(200), estimand="ratio", **BOTH)
    assert (shown.value, shown.se) == pytest.approx((ratio, error), rel=SAME_FORMULA)


@pytest.mark.parametrize("estimator", [mean_per_unit, *WITH_BOOK])
def test_a_stratum_taken_in_full_is_counted_exactly(estimator: Estimator) -> None:
    options = {"value": "again"} if estimator is mean_per_unit else BOTH
    total = float(POPULATION["first"].sum())
    large, rest = POPULATION[POPULATION["size"] == "a"], POPULATION[POPULATION["size"] == "b"].iloc[[0, 2, 3]]
    both = estimator(
        pd.concat([rest, large]),
        design=stratified("size", UNITS, book_total=total, certainty=["a"]),
        estimand="total",
        least_n=3,
        **options,
    )
    alone = estimator(
        rest,
        design=simple_random(5, book_total=total - float(large["first"].sum())),
        estimand="total",
        least_n=3,
        **options,
    )
    assert both.value == pytest.approx(large["again"].sum() + alone.value, rel=SAME_FORMULA)
    assert (both.se, both.df) == (pytest.approx(alone.se, rel=SAME_FORMULA), alone.df)
    assert both.interval.high - both.interval.low == pytest.approx(alone.interval.high - alone.interval.low)
    assert (both.n_exact, both.n_drawn, both.n_used, both.design) == (4, 3, 7, "census+simple")


@pytest.mark.parametrize("estimator", [mean_per_unit, *WITH_BOOK])
def test_everything_looked_at_has_no_sampling_error(estimator: Estimator) -> None:
    options = {"value": "again"} if estimator is mean_per_unit else BOTH
    design = census(9, book_total=float(POPULATION["first"].sum()))
    found = estimator(POPULATION, design=design, estimand="total", **options)
    assert found.value == found.interval.low == found.interval.high == pytest.approx(POPULATION["again"].sum())
    assert (found.se, found.interval_method) == (0.0, "exact")
    assert [caveat.code for caveat in found.caveats] == ["CENSUS"]


@pytest.mark.parametrize("by", ["purposive", "risk"])
def test_picked_units_are_never_extrapolated(by: Any) -> None:
    frame = _sample()
    for estimator in (*WITH_BOOK, hansen_hurwitz, horvitz_thompson):
        with pytest.raises(MethodError, match="SP-NOT-EXTRAPOLATED"):
            estimator(frame, design=picked(60, by=by), **BOTH)
    with pytest.raises(MethodError, match="SP-NOT-EXTRAPOLATED"):
        mean_per_unit(frame, design=picked(by=by), value="again")
    with pytest.raises(MethodError, match="SP-NOT-EXTRAPOLATED"):
        audit_total_error(frame, design=picked(60, by=by), book="first", audit="again")
    mixed = stratified("size", {"a": 40, "b": 60}, picked=["a"])
    with pytest.raises(MethodError, match="层 a"):
        mean_per_unit(frame, design=mixed, value="again")


def test_picked_units_are_exact_where_all_of_their_stratum_was_picked() -> None:
    frame = _sample(20)
    chosen = stratified("size", {"a": 10, "b": 60}, picked=["a"])
    certain = stratified("size", {"a": 10, "b": 60}, certainty=["a"])
    first, second = (mean_per_unit(frame, design=one, value="again") for one in (chosen, certain))
    assert (first.value, first.interval) == (second.value, second.interval)


def test_a_design_by_size_is_for_other_estimators() -> None:
    for design in (pps(5000.0, units=60), monetary_unit(5000.0, units=60)):
        with pytest.raises(MethodError, match="SP-DESIGN"):
            mean_per_unit(_sample(), design=design, value="again")
    with pytest.raises(MethodError, match="SP-DESIGN"):
        hansen_hurwitz(_sample(), design=simple_random(60, book_total=5000.0), **BOTH)


@pytest.mark.parametrize("n", [2, 3, 6, 9])
def test_few_units_have_no_interval(n: int) -> None:
    found = difference_estimator(_sample(n), design=simple_random(60, book_total=4800.0), **BOTH)
    assert not found.interval.known
    assert found.interval_method == "none"
    assert "TOO_FEW_FOR_INTERVAL" in [caveat.code for caveat in found.caveats]
    assert str(found.least_n) in found.caveats[0].text
    assert found.least_n == LEAST_FOR_INTERVAL == 10
    asked = difference_estimator(_sample(n), design=simple_random(60, book_total=4800.0), least_n=2, **BOTH)
    assert asked.interval.known
    assert "SMALL_N" in [caveat.code for caveat in asked.caveats]


@given(st.permutations(range(12)), st.floats(0.1, 50), st.floats(-1e3, 1e3))
def test_order_and_unit_do_not_matter(order: list[int], scale: float, shift: float) -> None:
    frame = _sample()
    design = stratified("size", {"a": 30, "b": 50})
    first = mean_per_unit(frame, design=design, value="again")
    moved = frame.iloc[order].assign(again=lambda one: scale * one["again"] + shift)
    second = mean_per_unit(moved, design=design, value="again")
    assert second.value == pytest.approx(scale * first.value + shift, rel=1e-9)
    assert second.se == pytest.approx(scale * first.se, rel=1e-6)


def test_huge_offset_keeps_the_spread() -> None:
    frame = _sample()
    near = mean_per_unit(frame, design=simple_random(60), value="again")
    far = mean_per_unit(frame.assign(again=frame["again"] + 1e9), design=simple_random(60), value="again")
    assert far.se == pytest.approx(near.se, rel=1e-6)


def test_ugly_samples() -> None:
    design = stratified("size", {"a": 30, "b": 50})
    gone = mean_per_unit(_sample().query("size == 'a'"), design=design, value="again")
    assert np.isnan(gone.value)
    assert [caveat.code for caveat in gone.caveats] == ["STRATUM_NOT_SAMPLED"]
    lone = mean_per_unit(
        pd.concat([_sample(20).query("size == 'a'"), _sample().iloc[[1]]]), design=design, value="again"
    )
    assert "STRATUM_OF_ONE" in [caveat.code for caveat in lone.caveats]
    assert not lone.interval.known
    same = difference_estimator(
        _sample().assign(again=lambda one: one["first"]), design=simple_random(60, book_total=4800.0), **BOTH
    )
    assert same.value == pytest.approx(4800)
    assert "ZERO_STANDARD_ERROR" in [caveat.code for caveat in same.caveats]
    missing = _sample()
    missing.loc[[0, 5], "again"] = np.nan
    dropped = mean_per_unit(missing, design=simple_random(60), value="again")
    assert (dropped.n_used, dropped.n_dropped) == (10, 2)
    assert dropped.caveats[0].code == "MISSING_IN_SAMPLE"


@pytest.mark.parametrize("columns", [np.zeros(12), np.full(12, 7.5)])
def test_books_that_tell_nothing(columns: NDArray[np.float64]) -> None:
    frame = _sample().assign(first=columns)
    design = simple_random(60, book_total=450.0)
    slope = regression_estimator(frame, design=design, **BOTH)
    assert np.isnan(slope.value)
    assert "NO_SPREAD_IN_BOOK" in [caveat.code for caveat in slope.caveats]
    ratio = ratio_estimator(frame, design=design, **BOTH)
    assert np.isnan(ratio.value) == (not columns.any())
    assert bool(columns.any()) != ("NO_BOOK_VALUE" in [caveat.code for caveat in ratio.caveats])


def test_a_ratio_to_varying_books_is_reserved() -> None:
    frame = _sample().assign(first=lambda one: np.exp(np.arange(len(one))))
    found = ratio_estimator(frame, design=simple_random(600, book_total=1e6), **BOTH)
    assert "RATIO_BIAS" in [caveat.code for caveat in found.caveats]


def test_malformed_samples_are_refused() -> None:
    frame = _sample()
    with pytest.raises(DataError, match="SP-COUNT"):
        mean_per_unit(frame, design=simple_random(11), value="again")
    with pytest.raises(DataError, match="SP-COUNT"):
        mean_per_unit(frame, design=census(13), value="again")
    with pytest.raises(DataError, match="SP-STRATUM"):
        mean_per_unit(frame, design=stratified("size", {"a": 30}), value="again")
    with pytest.raises(DataError, match="SP-COLUMN"):
        mean_per_unit(frame, design=simple_random(60), value="third")
    with pytest.raises(DataError, match="RT-NUMBER"):
        mean_per_unit(frame, design=simple_random(60), value="size")


def test_what_the_design_does_not_say_is_refused() -> None:
    frame = _sample()
    with pytest.raises(MethodError, match="SP-POPULATION"):
        difference_estimator(frame, design=simple_random(60), **BOTH)
    with pytest.raises(MethodError, match="SP-POPULATION"):
        ratio_estimator(
            frame, design=stratified("size", {"a": 30, "b": 30}, book_total=4800.0), form="separate", **BOTH
        )
    with pytest.raises(MethodError, match="SP-LEAST"):
        mean_per_unit(frame, design=simple_random(60), value="again", least_n=1)
    with pytest.raises(MethodError, match="SP-STRATA"):
        stratified("size", {"a": 3}, certainty=["b"])
    with pytest.raises(MethodError, match="SP-SIZE"):
        simple_random(-1)
    with pytest.raises(MethodError, match="RL-CHOICE"):
        picked(by="chance")  # type: ignore[arg-type]
