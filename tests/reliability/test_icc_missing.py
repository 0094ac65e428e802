"""ICC of tables with gaps (REML, unbalanced one-way) and by bootstrap."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from perfkit.errors import MethodError
from perfkit.reliability.bootstrap import drawn_counts
from perfkit.reliability.icc import FORMS, Form, icc
from perfkit.reliability.icc.mean_squares import analysis, shares
from perfkit.reliability.icc.resampled_reml import resampled_components
from perfkit.reliability.icc.unbalanced import one_way, one_way_shares
from perfkit.reliability.reml import reml
from tests.tolerances import ITERATIVE, SAME_FORMULA

FloatArray = NDArray[np.float64]


def rated(n: int, k: int, *, gaps: float, seed: int = 0) -> FloatArray:
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(n, 1)) * 2 + rng.normal(size=k) + rng.normal(size=(n, k)) + 80
    table[rng.random((n, k)) < gaps] = np.nan
    return table


def codes(found: object) -> set[str]:
    return {caveat.code for caveat in found.caveats}  # type: ignore[attr-defined]


def test_one_way_by_hand() -> None:
    # Three evaluands with 3, 2 and 1 ratings: means 2, 6, 9; within 2 + 2 on 3 degrees of freedom.
    table = [[1.0, 2, 3], [5, 7, np.nan], [np.nan, 9, np.nan]]
    found = icc(table, form="ICC(1,1)", missing="available")
    n0 = (6 - (9 + 4 + 1) / 6) / 2
    between = (6**2 / 3 + 12**2 / 2 + 9**2 - 27**2 / 6) / 2
    within = 4 / 3
    assert found.mean_ratings == pytest.approx(n0, rel=SAME_FORMULA)
    assert found.value == pytest.approx((between - within) / (between + (n0 - 1) * within), rel=SAME_FORMULA)
    assert (found.df1, found.df2) == (2, 3)
    assert found.interval_method == "f_thomas_hultquist"


@pytest.mark.parametrize("form", ["ICC(1,1)", "ICC(1,k)"])
def test_the_unbalanced_formulas_are_the_balanced_ones_without_gaps(form: Form) -> None:
    table = rated(12, 4, gaps=0)
    way = one_way(one_way_shares(table))
    balanced = icc(table, form=form, level=0.9)
    limits = way.limits(0.9, average=form == "ICC(1,k)")
    assert (limits.low, limits.high) == pytest.approx((balanced.interval.low, balanced.interval.high), rel=SAME_FORMULA)
    assert way.test(0.0) == pytest.approx((balanced.f_statistic, balanced.p), rel=SAME_FORMULA)
    assert way.mean_ratings == pytest.approx(4, rel=SAME_FORMULA)


def test_simulated_coverage_of_the_unbalanced_interval() -> None:
    rng = np.random.default_rng(7)
    covered = []
    for _ in range(400):
        table = rng.normal(size=(20, 1)) + rng.normal(size=(20, 5))
        table[np.arange(5) >= rng.integers(1, 6, 20)[:, None]] = np.nan
        interval = icc(table, form="ICC(1,1)", missing="available").interval
        covered.append(interval.low <= 0.5 <= interval.high)
    # Four standard errors of a share of 0.95 from 400 samples.
    assert np.mean(covered) == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 400))


@pytest.mark.parametrize("form", FORMS)
def test_reml_of_complete_ratings_is_anova_where_no_component_is_negative(form: Form) -> None:
    table = rated(20, 4, gaps=0)
    by_reml = icc(table, form=form, estimator="reml")
    agreeing = icc(table, form=form).value
    if form.startswith("ICC(1"):
        # From crossed components, as psych does: equal up to what MSW weighs raters by.
        assert by_reml.value == pytest.approx(agreeing, rel=0.05)
    else:
        assert by_reml.value == pytest.approx(agreeing, rel=SAME_FORMULA)


def test_gaps_ask_for_reml() -> None:
    table = rated(20, 4, gaps=0.2)
    found = icc(table, missing="available")
    assert found.estimator == "reml"
    assert "NO_ANALYTIC_INTERVAL" in codes(found)
    assert icc(table, missing="available", interval="none").caveats == ()
    with pytest.raises(MethodError, match="RL-ANOVA"):
        icc(table, missing="available", estimator="anova")
    with pytest.raises(MethodError, match="RL-CHOICE"):
        icc(table, missing="available", interval="bootstrap_bca")


def test_batched_reml_is_reml_of_every_sample() -> None:
    table = rated(25, 4, gaps=0.3)
    counts = drawn_counts(np.random.default_rng(1), 30, 25)
    batch = resampled_components(table, counts)
    for place, drawn in enumerate(counts):
        sample = table[np.repeat(np.arange(25), drawn.astype(int))]
        rows, columns = np.nonzero(~np.isnan(sample))
        fit = reml(sample[rows, columns], [rows, columns])
        found = (batch.evaluand[place], batch.rater[place], batch.residual[place])
        # A component next to 0 is cut at different places.
        assert found == pytest.approx((*fit.components, *fit.residual), rel=10 * ITERATIVE, abs=10 * ITERATIVE)


def test_bootstrap_of_gaps_holds_the_value() -> None:
    found = icc(rated(40, 4, gaps=0.2), missing="available", interval="bootstrap", replicates=200, seed=1)
    assert found.interval.low < found.value < found.interval.high
    assert found.interval_method == "bootstrap_percentile"
    assert (found.replicates, found.seed) == (200, 1)


def test_every_evaluand_rated_once_is_not_identified() -> None:
    table = np.full((6, 3), np.nan)
    table[np.arange(6), np.arange(6) % 3] = [1.0, 5, 2, 8, 3, 4]
    assert "ONE_RATING_EACH" in codes(icc(table, form="ICC(1,1)", missing="available"))
    found = icc(table, missing="available")
    assert math.isnan(found.value)
    assert "NOT_IDENTIFIED" in codes(found)


@pytest.mark.parametrize("form", FORMS)
def test_identical_and_perfect_ratings_with_gaps(form: Form) -> None:
    table = np.full((5, 3), 2.0)
    table[0, 1] = np.nan
    constant = icc(table, form=form, missing="available")
    assert math.isnan(constant.value)
    assert "NO_VARIANCE" in codes(constant)
    perfect = icc(table * np.arange(1.0, 6)[:, None], form=form, missing="available")
    assert perfect.value == pytest.approx(1, rel=ITERATIVE)
    assert not perfect.interval.known
    assert perfect.caveats


def test_available_equals_listwise_without_gaps() -> None:
    table = rated(10, 3, gaps=0)
    one, two = icc(table), icc(table, missing="available")
    assert (one.value, one.interval) == (two.value, two.interval)
    assert two.missing == "available"


def test_resampled_mean_squares_are_those_of_the_sample() -> None:
    table = rated(15, 3, gaps=0)
    counts = drawn_counts(np.random.default_rng(3), 20, 15)
    batch = shares(table).resampled(counts)
    for place, drawn in enumerate(counts):
        squares = analysis(table[np.repeat(np.arange(15), drawn.astype(int))]).squares
        found = (batch.evaluand[place], batch.rater[place], batch.residual[place], batch.within[place])
        wanted = (squares.evaluand, squares.rater, squares.residual, squares.within)
        assert found == pytest.approx(wanted, rel=SAME_FORMULA)


def test_left_out_mean_squares_are_those_without_the_evaluand() -> None:
    table = rated(9, 3, gaps=0)
    batch = shares(table).left_out()
    for place in range(9):
        squares = analysis(np.delete(table, place, axis=0)).squares
        assert batch.residual[place] == pytest.approx(squares.residual, rel=SAME_FORMULA)
        assert batch.evaluand[place] == pytest.approx(squares.evaluand, rel=SAME_FORMULA)


@pytest.mark.parametrize("interval", ["bootstrap", "bootstrap_bca"])
@pytest.mark.parametrize("form", FORMS)
def test_bootstrap_lies_near_the_f_interval(form: Form, interval: str) -> None:
    table = rated(200, 4, gaps=0)
    exact = icc(table, form=form)
    drawn = icc(table, form=form, interval=interval)  # type: ignore[arg-type]
    assert drawn.interval_method == {"bootstrap": "bootstrap_percentile"}.get(interval, interval)
    assert drawn.value == exact.value
    # Raters are kept in the bootstrap, so that agreement has a narrower interval: only the inside is checked.
    assert exact.interval.low - 0.1 < drawn.interval.low < drawn.value < drawn.interval.high <= 1


def test_bootstrap_of_degenerate_tables_is_nan_with_a_reason() -> None:
    perfect = icc(np.column_stack([np.arange(12.0)] * 3), interval="bootstrap")
    assert perfect.value == 1
    assert "ZERO_STANDARD_ERROR" in codes(perfect)
    assert not perfect.interval.known
    constant = icc(np.full((12, 3), 2.0), interval="bootstrap")
    assert "NO_VARIANCE" in codes(constant)
    small = icc([[1.0, 2], [4, 5.5]], interval="bootstrap_bca")
    assert "TOO_FEW" in codes(small)
    assert "SMALL_N" in codes(icc([[1.0, 2], [4, 5.5], [3, 7], [2, 2]], interval="bootstrap"))
