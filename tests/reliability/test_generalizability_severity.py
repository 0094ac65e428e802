"""Severity of raters against ordinary least squares, invariants, groups that nothing links, ugly data."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError
from perfkit.reliability.generalizability import RaterSeverityResult, rater_severity
from tests.tolerances import ITERATIVE, MONTE_CARLO, SAME_FORMULA

APART = [[1, 2, np.nan, np.nan], [3, 5, np.nan, np.nan], [np.nan, np.nan, 4, 6], [np.nan, np.nan, 9, 2]]


def incomplete(seed: int = 1, n: int = 20, k: int = 6) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    table = 80 + 5 * rng.normal(size=(n, 1)) + np.linspace(-3, 3, k) + rng.normal(size=(n, k))
    table[rng.random(table.shape) < 0.4] = np.nan
    table[:2] = 80 + rng.normal(size=(2, k))
    return np.asarray(table, dtype=np.float64)


def codes(result: RaterSeverityResult) -> list[str]:
    return [caveat.code for caveat in result.caveats]


@pytest.mark.parametrize("seed", range(4))
def test_least_squares_with_dummies_agrees(seed: int) -> None:
    models = pytest.importorskip("statsmodels.regression.linear_model")
    table = incomplete(seed)
    table = table[~np.isnan(table).all(axis=1)]
    n, k = table.shape
    people, raters = np.nonzero(~np.isnan(table))
    # Sum-to-zero columns: the coefficients of raters are their distances from the mean of all raters.
    coded = np.vstack([np.eye(k - 1), -np.ones(k - 1)])[raters]
    fit = models.OLS(table[people, raters], np.column_stack([np.eye(n)[people], coded])).fit()
    limits = fit.conf_int(0.1)
    result = rater_severity(table, level=0.9)
    assert result.df == fit.df_resid
    assert result.sigma == pytest.approx(math.sqrt(fit.scale), rel=SAME_FORMULA)
    assert result.effects[:-1] == pytest.approx(fit.params[n:], rel=SAME_FORMULA)
    assert result.se[:-1] == pytest.approx(fit.bse[n:], rel=SAME_FORMULA)
    for interval, (low, high) in zip(result.intervals[:-1], limits[n:], strict=True):
        assert (interval.low, interval.high) == pytest.approx((low, high), rel=SAME_FORMULA)
    assert sum(result.effects) == pytest.approx(0, abs=SAME_FORMULA * 100)


def test_complete_table_gives_means_less_their_mean() -> None:
    table = np.array([[9.0, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    result = rater_severity(table)
    assert result.effects == pytest.approx(table.mean(axis=0) - table.mean(), rel=SAME_FORMULA)
    assert result.sigma**2 == pytest.approx(1.0194444444, rel=SAME_FORMULA)
    assert result.se == pytest.approx([result.sigma * math.sqrt(0.75 / 6)] * 4, rel=SAME_FORMULA)


def test_who_got_the_better_evaluands_is_not_thereby_lenient() -> None:
    # Raters agree but for 1 point; the second saw only the good ones beside one shared evaluand of each sort.
    table = np.array([[50.0, np.nan], [55, np.nan], [60, 61], [90, 91], [np.nan, 96], [np.nan, 99]])
    result = rater_severity(table)
    assert result.effects == pytest.approx((-0.5, 0.5), rel=SAME_FORMULA)
    assert result.means[1] - result.means[0] > 20


@given(seed=st.integers(0, 1000), scale=st.sampled_from([0.01, 3.0, 1e4]), offset=st.sampled_from([-50.0, 1e6]))
@settings(max_examples=15, deadline=None)
def test_order_and_scale_do_not_matter(seed: int, scale: float, offset: float) -> None:
    table = incomplete(seed)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(len(table)), rng.permutation(table.shape[1])
    first, second = rater_severity(table), rater_severity(scale * table[rows][:, columns] + offset)
    expected = np.array(first.effects)[columns] * scale
    assert second.effects == pytest.approx(expected, rel=ITERATIVE, abs=ITERATIVE * scale)
    assert second.se == pytest.approx(np.array(first.se)[columns] * scale, rel=ITERATIVE)


def test_intervals_cover_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    known = ~np.isnan(incomplete(3, n=8, k=4))
    truth = np.array([-2.0, 0, 0.5, 1.5])
    hits, replications = 0, 400
    for _ in range(replications):
        table = rng.normal(70, 9, (8, 1)) + truth + rng.normal(size=known.shape)
        result = rater_severity(np.where(known, table, np.nan))
        hits += sum(one.low <= true <= one.high for one, true in zip(result.intervals, truth, strict=True))
    error = math.sqrt(0.95 * 0.05 / replications)
    assert abs(hits / (4 * replications) - 0.95) < MONTE_CARLO * error


def test_bonferroni_widens() -> None:
    table = incomplete()
    one, all_ = rater_severity(table, level=0.94), rater_severity(table, level=0.94, adjust="bonferroni")
    each = rater_severity(table, level=0.99)
    assert all_.effects == one.effects
    for wide, same in zip(all_.intervals, each.intervals, strict=True):
        assert (wide.low, wide.high) == pytest.approx((same.low, same.high), rel=SAME_FORMULA)
        assert wide.level == 0.94


def test_groups_that_nothing_links_are_named_and_not_compared() -> None:
    result = rater_severity(pd.DataFrame(APART, columns=list("ABCD")))
    assert codes(result) == ["NOT_CONNECTED"]
    assert np.isnan(result.effects).all()
    assert not any(one.known for one in result.intervals)
    assert result.group_of == (1, 1, 2, 2)
    assert [group.second for group in result.groups] == [("A", "B"), ("C", "D")]
    within = rater_severity(APART, reference="group")
    assert within.effects == pytest.approx((-0.75, 0.75, 1.25, -1.25), rel=SAME_FORMULA)
    assert within.df == 2
    assert all(one.known for one in within.intervals)
    assert codes(within) == ["NOT_CONNECTED"]


def test_a_rater_without_shared_evaluands_is_alone() -> None:
    table = [[1.0, 2, np.nan], [3, 5, np.nan], [2, 4, np.nan], [np.nan, np.nan, 4]]
    result = rater_severity(table, reference="group")
    assert math.isnan(result.effects[2])
    assert codes(result) == ["NOT_CONNECTED", "RATER_ALONE"]
    assert result.effects[:2] == pytest.approx((-5 / 6, 5 / 6), rel=SAME_FORMULA)


def test_no_interval_without_error() -> None:
    saturated = rater_severity([[1.0, 2], [3, np.nan]])
    assert saturated.effects == (-0.5, 0.5)
    assert codes(saturated) == ["NO_DEGREES_OF_FREEDOM"]
    additive = rater_severity(np.add.outer([80.1, 85.3, 90.7], [0.1, -0.2, 0.4]))
    assert additive.sigma == 0
    assert codes(additive) == ["ZERO_STANDARD_ERROR"]
    for result in (saturated, additive):
        assert not any(one.known for one in result.intervals)


@pytest.mark.parametrize(
    "table", [np.empty((0, 3)), np.full((4, 3), np.nan), [[1.0], [2]], [[1.0, np.nan], [2, np.nan]]]
)
def test_ugly_tables_say_why(table: object) -> None:
    result = rater_severity(table)  # type: ignore[arg-type]
    assert "TOO_FEW_RATERS" in codes(result)
    assert all(map(math.isnan, result.effects))
    assert result.to_record()["kind"] == "rater_severity"


def test_long_table_and_huge_offset() -> None:
    wide = pd.DataFrame(incomplete(), columns=list("abcdef"))
    seen = (wide + 1e9) - 1e9
    long = (seen + 1e9).melt(ignore_index=False, var_name="judge", value_name="mark").reset_index(names="unit")
    first = rater_severity(seen)
    second = rater_severity(long, score="mark", person="unit", rater="judge")
    assert second.raters == tuple("abcdef")
    assert second.effects == pytest.approx(first.effects, rel=ITERATIVE)
    assert second.se == pytest.approx(first.se, rel=ITERATIVE)


def test_bad_input_is_refused() -> None:
    for options in ({"reference": "best"}, {"adjust": "holm"}, {"level": 95}, {"rater": "judge"}):
        with pytest.raises(MethodError):
            rater_severity(APART, **options)  # type: ignore[arg-type]
    with pytest.raises(DataError):
        rater_severity([["good", "bad"]])
    with pytest.raises(DataError, match="RT-REPEATED"):
        rater_severity(pd.DataFrame({"person": [1, 1], "rater": [1, 1], "score": [1, 2]}), score="score")
