"""Bias of affiliated raters: against dummy-variable regression, level under no bias, what cannot be told apart."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.errors import DataError, MethodError
from perfkit.reliability.anomaly import affiliated_bias
from perfkit.reliability.anomaly.rater_bias import AffiliatedBiasResult
from tests.tolerances import ITERATIVE

NAMES = {"evaluand": "skater", "rater": "judge", "score": "score", "affiliated": "own"}


def _table(
    seed: int = 1, bias: float = 0.0, evaluands: int = 12, raters: int = 9, missing: float = 0.0, step: float = 0.25
) -> pd.DataFrame:
    """Return scores of evaluands by raters, each rater of one of five countries, in steps of a quarter."""
    rng = np.random.default_rng(seed)
    skater, judge = (grid.ravel() for grid in np.meshgrid(np.arange(evaluands), np.arange(raters), indexing="ij"))
    own = skater % 5 == judge % 5
    level, severity = rng.normal(7, 1, evaluands), rng.normal(0, 0.3, raters)
    score = level[skater] + severity[judge] + bias * own + rng.normal(0, 0.25, skater.size)
    table = pd.DataFrame({"skater": skater, "judge": judge, "own": own, "score": np.round(score / step) * step})
    return table[rng.random(len(table)) >= missing].reset_index(drop=True)


def _found(table: pd.DataFrame, **options: object) -> AffiliatedBiasResult:
    return affiliated_bias(table, **NAMES, **options)  # type: ignore[arg-type]


@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.3, 0.6]))
@settings(max_examples=15)
def test_bias_is_that_of_dummy_variable_regression(seed: int, missing: float) -> None:
    table = _table(seed, 0.2, missing=missing)
    found = _found(table, replicates=99, level=0.9)
    fitted = smf.ols("score ~ C(skater) + C(judge) + own", table.assign(own=table["own"].astype(float))).fit()
    low, high = fitted.conf_int(0.1).loc["own"]
    assert (found.value, found.se) == pytest.approx((fitted.params["own"], fitted.bse["own"]), rel=ITERATIVE)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), rel=ITERATIVE)
    assert found.df == fitted.df_resid


def test_bias_is_found_where_it_is() -> None:
    found = _found(_table(bias=0.5))
    assert found.interval.low < 0.5 < found.interval.high
    assert found.p < 0.01
    assert (found.n_used, found.evaluands, found.raters) == (108, 12, 9)
    assert found.false_positive_rate == pytest.approx(0.05, abs=0.02)


def test_level_holds_without_bias() -> None:
    p = [_found(_table(seed), replicates=199, seed=seed).p for seed in range(100)]
    # 100 honest tables at 5 %: more than 13 are rarer than one in a thousand.
    assert np.sum(np.array(p) <= 0.05) <= 13
    assert 0.3 < np.mean(p) < 0.7


def test_lenient_raters_and_good_evaluands_are_no_bias() -> None:
    table = _table(3)
    lenient = np.where(table["judge"] % 5 == 0, 2.0, 0.0) + np.where(table["skater"] % 5 == 0, 3.0, 0.0)
    first, second = _found(table), _found(table.assign(score=table["score"] + lenient))
    assert second.value == pytest.approx(first.value, abs=1e-9)
    assert second.p == first.p
    assert second.raw > first.raw


@given(st.floats(0.01, 100), st.floats(-1e6, 1e6))
@settings(max_examples=15)
def test_units_of_the_scores(scale: float, shift: float) -> None:
    table = _table(4, 0.3)
    first = _found(table, replicates=99)
    second = _found(table.assign(score=scale * table["score"] + shift), replicates=99)
    assert second.value == pytest.approx(scale * first.value, rel=ITERATIVE)
    assert second.p == first.p


def test_apart_panels_are_told_apart() -> None:
    first, second = _table(5, 0.2), _table(6, 0.2)
    both = pd.concat([first, second + np.array([100, 100, 0, 0])], ignore_index=True)
    both["own"] = both["own"].astype(bool)
    dummies = pd.get_dummies(both[["skater", "judge"]].astype(str)).astype(float)
    fitted = np.linalg.lstsq(dummies.assign(own=both["own"].astype(float)).to_numpy(), both["score"].to_numpy())[0]
    found = _found(both, replicates=99)
    assert found.value == pytest.approx(fitted[-1], rel=ITERATIVE)
    # Two panels: one rater's effect less can be told.
    assert found.df == 216 - (24 + 18 - 2) - 1


@pytest.mark.parametrize(
    "mark", [lambda t: t["judge"] == 0, lambda t: t["skater"] == 0, lambda t: False, lambda t: True]
)
def test_what_cannot_be_told_apart_is_unknown(mark: object) -> None:
    table = _table()
    found = _found(table.assign(own=mark(table)))  # type: ignore[operator]
    assert math.isnan(found.value)
    assert math.isnan(found.p)
    assert {caveat.code for caveat in found.caveats} == {"CONFOUNDED"}


def test_scores_without_spread() -> None:
    table = _table()
    found = _found(table.assign(score=8.0))
    assert found.value == pytest.approx(0, abs=1e-12)
    assert {caveat.code for caveat in found.caveats} == {"PERFECT_FIT"}
    assert not found.interval.known


def test_missing_scores_and_marks() -> None:
    table = _table()
    table.loc[[3, 5], "score"] = np.nan
    assert (_found(table).n_used, _found(table).n_dropped) == (106, 2)
    for wrong in ("yes", None, 2):
        marks = table["own"].astype(object)
        marks.iloc[0] = wrong
        with pytest.raises(DataError):
            _found(table.assign(own=marks))
    numbers = table.assign(own=table["own"].astype(int))
    assert _found(numbers).value == _found(table).value


def test_malformed_tables() -> None:
    table = _table()
    for wrong in (table.drop(columns="own"), table.assign(score="good"), table.assign(judge=None)):
        with pytest.raises(DataError):
            _found(wrong)
    with pytest.raises(MethodError):
        _found(table, replicates=3)
    empty = _found(table.iloc[:0])
    assert math.isnan(empty.value)
    assert (empty.n_used, empty.evaluands, empty.raters) == (0, 0, 0)
