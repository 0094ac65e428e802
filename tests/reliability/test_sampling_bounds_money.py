"""Stringer's and the secondary bounds: naive sum, strata at once, limits, certainty strata, coverage, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.sampling.bounds import attribute_upper_bound
from perfkit.reliability.sampling.bounds_money import METHODS, monetary_unit_bound
from perfkit.reliability.sampling.bounds_taint import stringer_bounds
from perfkit.reliability.sampling.design import Design, Stratum, monetary_unit, picked, simple_random
from perfkit.terms import Selection
from tests.tolerances import MONTE_CARLO, SAME_FORMULA

FloatArray = NDArray[np.float64]
NAMES: dict[str, Any] = {"book": "book", "audit": "audit"}
TAINTS = st.lists(st.sampled_from([0.0, 0.0, 0.1, 0.25, 0.5, 1.0]), min_size=1, max_size=25)


def _naive(taints: FloatArray, likelihood: str, level: float) -> float:
    n = len(taints)

    def share(j: int) -> float:
        if likelihood == "poisson":
            return float(stats.gamma.ppf(level, j + 1) / n)
        return float(stats.beta.ppf(level, j + 1, n - j)) if j < n else 1.0

    largest = sorted((float(one) for one in taints if one > 0), reverse=True)
    return share(0) + sum((share(j) - share(j - 1)) * one for j, one in enumerate(largest, 1))


def _frame(taints: FloatArray, book: float = 100.0) -> pd.DataFrame:
    return pd.DataFrame({"book": book, "audit": book * (1 - np.asarray(taints))})


@given(TAINTS, st.sampled_from(["binomial", "poisson"]), st.sampled_from([0.8, 0.95]))
def test_stringer_is_the_naive_sum(taints: list[float], likelihood: str, level: float) -> None:
    values = np.array(taints)
    found = stringer_bounds(values, np.zeros(len(values), dtype=np.int64), 1, likelihood=likelihood, level=level)
    assert found[0] == pytest.approx(_naive(values, likelihood, level), rel=1e-9)


def test_all_strata_at_once_are_each_alone() -> None:
    rng = np.random.default_rng(8)
    codes = rng.integers(0, 30, 900)
    codes[codes == 7] = 8
    taints = np.where(rng.random(900) < 0.3, rng.uniform(-0.5, 1.5, 900), 0.0)
    found = stringer_bounds(taints, codes, 30)
    for place in range(30):
        own = np.clip(taints[codes == place], None, 1)
        if own.size:
            assert found[place] == pytest.approx(_naive(own, "binomial", 0.95), rel=1e-9)
    assert np.isnan(found[7])


@given(st.integers(1, 40), st.data())
def test_full_taints_are_the_attribute_bound(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    taints = np.r_[np.ones(k), np.zeros(n - k)]
    found = monetary_unit_bound(_frame(taints), design=monetary_unit(), **NAMES)
    assert found.value == pytest.approx(attribute_upper_bound(k, n).value, rel=SAME_FORMULA)
    assert found.mle == pytest.approx(k / n)


@given(TAINTS, st.permutations(range(25)), st.floats(0.5, 1e6))
def test_order_and_unit_of_money_do_not_matter(taints: list[float], order: list[int], scale: float) -> None:
    frame = _frame(np.array(taints))
    moved = scale * frame.iloc[[place for place in order if place < len(frame)]]
    for bound in METHODS:
        design = monetary_unit(1e9) if bound == "rohrbach" else monetary_unit()
        first, second = (monetary_unit_bound(one, design=design, bound=bound, **NAMES) for one in (frame, moved))
        assert second.value == pytest.approx(first.value, rel=1e-6, nan_ok=True)


def test_hits_are_draws_and_understatement_is_taken_off() -> None:
    frame = _frame(np.array([0.4, 0.0, -0.2, 0.0])).assign(hits=[2, 5, 1, 12])
    once = frame.loc[frame.index.repeat(frame["hits"])]
    for bound in METHODS:
        first = monetary_unit_bound(frame, design=monetary_unit(1e6), hits="hits", bound=bound, **NAMES)
        second = monetary_unit_bound(once, design=monetary_unit(1e6), bound=bound, **NAMES)
        assert (first.value, first.n_used) == (second.value, 20)
    plain, less = (
        monetary_unit_bound(once, design=monetary_unit(), bound=one, **NAMES)
        for one in ("stringer.binomial", "stringer.lta")
    )
    assert plain.value - less.value == pytest.approx(0.2 / 20)
    assert (plain.n_positive, plain.n_negative) == (2, 1)
    assert [caveat.code for caveat in plain.caveats] == ["UNDERSTATED"]


def test_certainty_stratum_counts_exactly_and_strata_add() -> None:
    rest = _frame(np.r_[0.5, np.zeros(39)]).assign(part="rest")
    large = pd.DataFrame({"book": [4000.0, 6000.0], "audit": [3000.0, 6000.0], "part": "large"})
    beside = Stratum(name="large", units=2, book_total=10_000.0)
    both = monetary_unit_bound(
        pd.concat([large, rest]), design=monetary_unit(40_000.0, column="part", certainty=beside), **NAMES
    )
    alone = monetary_unit_bound(rest, design=monetary_unit(40_000.0), **NAMES)
    assert both.money == pytest.approx(alone.money + 1000)
    assert both.value == pytest.approx(both.money / 50_000)
    assert both.exact_error == 1000
    two = Design(
        strata=tuple(
            Stratum(name=name, selection=Selection.MONETARY_UNIT, book_total=total)
            for name, total in (("rest", 40_000.0), ("small", 10_000.0))
        ),
        column="part",
    )
    small = _frame(np.r_[1.0, np.zeros(19)]).assign(part="small")
    joint = monetary_unit_bound(pd.concat([small, rest]), design=two, **NAMES)
    strict = [monetary_unit_bound(one, design=monetary_unit(), level=0.975, **NAMES).value for one in (rest, small)]
    assert joint.value == pytest.approx(0.8 * strict[0] + 0.2 * strict[1], rel=SAME_FORMULA)
    assert joint.by_stratum["bound"].tolist() == pytest.approx(
        [monetary_unit_bound(one, design=monetary_unit(), **NAMES).value for one in (rest, small)]
    )


def test_stringer_covers_in_simulated_draws() -> None:
    rng = np.random.default_rng(20260101)
    for share, low in ((0.05, 0.2), (0.3, 0.05)):
        taints = np.where(rng.random(4000) < share, rng.uniform(low, 1, 4000), 0.0)
        rounds, n = 3000, 50
        drawn = taints[rng.integers(0, 4000, (rounds, n))].ravel()
        bounds = stringer_bounds(drawn, np.repeat(np.arange(rounds), n), rounds)
        assert np.mean(bounds >= taints.mean()) >= 0.95 - MONTE_CARLO * np.sqrt(0.95 * 0.05 / rounds)


def test_secondary_methods_say_so_and_nothing_is_unexplained() -> None:
    for bound in METHODS:
        for taints in (np.zeros(0), np.zeros(1), np.zeros(9), np.ones(9), np.full(9, -0.3), np.array([2.0, 0, 0])):
            found = monetary_unit_bound(_frame(taints), design=monetary_unit(1e6), bound=bound, **NAMES)
            codes = [caveat.code for caveat in found.caveats]
            assert codes or not np.isnan(found.value)
            assert ("SECONDARY_METHOD" in codes) == (not bound.startswith("stringer"))


def test_what_cannot_be_bounded() -> None:
    frame = _frame(np.array([0.5, 0, 0, 0]))
    with pytest.raises(MethodError, match="SP-NOT-EXTRAPOLATED"):
        monetary_unit_bound(frame, design=picked(by="risk"), **NAMES)
    with pytest.raises(MethodError, match="SP-DESIGN"):
        monetary_unit_bound(frame, design=simple_random(60), **NAMES)
    with pytest.raises(MethodError, match="SP-POPULATION"):
        monetary_unit_bound(frame, design=monetary_unit(), bound="rohrbach", **NAMES)
    with pytest.raises(MethodError, match="SP-MONEY-UNITS"):
        monetary_unit_bound(frame, design=monetary_unit(3.0), bound="rohrbach", **NAMES)
    with pytest.raises(DataError, match="SP-BOOK"):
        monetary_unit_bound(frame.assign(book=0.0), design=monetary_unit(), **NAMES)
