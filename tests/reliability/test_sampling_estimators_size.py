"""Estimators by size: all draws enumerated, the equal-probability case, certainty strata, refusals."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from perfkit.errors import DataError, MethodError
from perfkit.reliability.sampling import monetary_unit_sample, pps_sample, sampling_frame
from perfkit.reliability.sampling.bounds_money import monetary_unit_bound
from perfkit.reliability.sampling.design import Design, Stratum, monetary_unit, pps, simple_random
from perfkit.reliability.sampling.estimators import mean_per_unit
from perfkit.reliability.sampling.estimators_description import describe_sample
from perfkit.reliability.sampling.estimators_size import hansen_hurwitz, horvitz_thompson
from perfkit.terms import Selection
from tests.tolerances import MONTE_CARLO, SAME_FORMULA

MONEY = np.array([50.0, 20.0, 120.0, 60.0])
WRONG = np.array([50.0, 0.0, 40.0, 0.0])
NAMES: dict[str, Any] = {"value": "wrong", "book": "money"}


def test_hansen_hurwitz_is_unbiased_over_all_draws() -> None:
    design = pps(float(MONEY.sum()))
    values, variances, chances = [], [], []
    for places in product(range(4), repeat=3):
        drawn = list(places)
        found = hansen_hurwitz(
            pd.DataFrame({"money": MONEY[drawn], "wrong": WRONG[drawn]}), design=design, least_n=2, **NAMES
        )
        values.append(found.value)
        variances.append(found.se**2)
        chances.append(np.prod(MONEY[drawn] / MONEY.sum()))
    mean = np.dot(chances, values)
    assert mean == pytest.approx(WRONG.sum(), rel=SAME_FORMULA)
    assert np.dot(chances, variances) == pytest.approx(
        np.dot(chances, (np.array(values) - mean) ** 2), rel=SAME_FORMULA
    )


def test_hits_are_draws() -> None:
    items = pd.DataFrame({"money": MONEY, "wrong": WRONG, "hits": [1, 3, 4, 2]})
    drawn = items.loc[items.index.repeat(items["hits"])]
    first = hansen_hurwitz(items, design=pps(1000.0), hits="hits", **NAMES)
    second = hansen_hurwitz(drawn, design=pps(1000.0), **NAMES)
    assert (first.value, first.interval, first.n_used) == (second.value, second.interval, 10)
    for wrong in (0, 1.5, np.nan):
        with pytest.raises(DataError, match="SP-HITS"):
            hansen_hurwitz(items.assign(hits=[wrong, 1, 1, 1]), design=pps(1000.0), hits="hits", **NAMES)


def test_equal_sizes_are_simple_random_sampling() -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"money": 10.0, "wrong": rng.exponential(4, 15)})
    sized = horvitz_thompson(frame, design=pps(600.0, units=60), **NAMES)
    equal = mean_per_unit(frame, design=simple_random(60), value="wrong", estimand="total")
    assert (sized.value, sized.se, sized.df) == pytest.approx((equal.value, equal.se, equal.df), rel=SAME_FORMULA)


def test_horvitz_thompson_covers_in_simulated_systematic_samples() -> None:
    rng = np.random.default_rng(20260101)
    money = rng.lognormal(3, 0.6, 300)
    wrong = money * rng.beta(2, 5, 300)
    design, n, rounds = pps(float(money.sum()), units=300), 40, 1500
    values, inside = np.empty(rounds), np.empty(rounds)
    for place in range(rounds):
        order = rng.permutation(300)
        edges = np.cumsum(money[order])
        drawn = order[np.searchsorted(edges, (np.arange(n) + rng.random()) * edges[-1] / n)]
        frame = pd.DataFrame({"money": money[drawn], "wrong": wrong[drawn]})
        found = horvitz_thompson(frame, design=design, **NAMES)
        values[place] = found.value
        inside[place] = found.interval.low <= wrong.sum() <= found.interval.high
    error = values.std() / np.sqrt(rounds)
    assert abs(values.mean() - wrong.sum()) < MONTE_CARLO * error
    assert inside.mean() > 0.95 - MONTE_CARLO * np.sqrt(0.95 * 0.05 / rounds)


@pytest.mark.parametrize("estimator", [hansen_hurwitz, horvitz_thompson])
def test_estimands_and_certainty(estimator: Any) -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"money": rng.lognormal(3, 0.4, 20), "part": "rest"})
    frame = frame.assign(wrong=lambda one: np.where(np.arange(20) % 3 == 0, one["money"], 0.0))
    large = pd.DataFrame({"money": [900.0, 700.0], "wrong": [900.0, 0.0], "part": "large"})
    beside = Stratum(name="large", units=2, book_total=1600.0)
    both = estimator(
        pd.concat([large, frame]), design=monetary_unit(9000.0, units=400, column="part", certainty=beside), **NAMES
    )
    alone = estimator(frame, design=monetary_unit(9000.0, units=400), **NAMES)
    assert both.value == pytest.approx(alone.value + 900, rel=SAME_FORMULA)
    assert both.se == pytest.approx(alone.se, rel=SAME_FORMULA)
    shares = estimator(frame, design=monetary_unit(9000.0), estimand="share", **NAMES)
    mean = estimator(frame, design=monetary_unit(9000.0, units=400), estimand="mean", **NAMES)
    assert (9000 * shares.value, 400 * mean.value) == pytest.approx((alone.value, alone.value), rel=SAME_FORMULA)
    assert shares.interval.high == pytest.approx(alone.interval.high / 9000, rel=SAME_FORMULA)


def test_selections_are_read_as_they_are_drawn() -> None:
    rng = np.random.default_rng(4)
    projects = pd.DataFrame({"unit": [f"P{place}" for place in range(300)], "money": rng.lognormal(3, 1, 300).round(2)})
    projects.loc[::30, "money"] = 0.0
    population = sampling_frame(projects, unit="unit", money="money")
    whole = float(projects["money"].sum())
    for draw, options in (
        (pps_sample, {"size": 60}),
        (monetary_unit_sample, {"size": 60}),
        (monetary_unit_sample, {"size": 60, "method": "cell"}),
    ):
        drawn = draw(population, seed=1, zero_money="simple", zero_size=4, **options)
        audited = drawn.units[drawn.units["part"] != "zero"]
        audited = audited.assign(wrong=lambda one: np.where(np.arange(len(one)) % 5 == 0, one["money"], 0.0))
        audited = audited.assign(audit=audited["money"] - audited["wrong"])
        hits = "hits" if options.get("method") == "cell" else None
        shares = hansen_hurwitz(audited, design=drawn.design, hits=hits, estimand="share", **NAMES)
        bound = monetary_unit_bound(audited, design=drawn.design, hits=hits, book="money", audit="audit")
        assert 0 < shares.value < bound.value < 1
        assert bound.money == pytest.approx(bound.value * whole)
        described = describe_sample(audited, design=drawn.design, value="audit", book="money", unit="unit")
        assert described.share_of == "money"
        assert described.lowered == len(described.changes)


def test_a_stratum_without_money_adds_nothing_to_money() -> None:
    frame = pd.DataFrame({"money": MONEY, "wrong": WRONG, "part": "rest"})
    zero = pd.DataFrame({"money": [0.0, 0.0], "wrong": 0.0, "part": "zero"})
    strata = (
        Stratum(name="rest", selection=Selection.PPS, units=50, book_total=900.0),
        Stratum(name="zero", units=9, book_total=0.0),
    )
    design = Design(strata=strata, column="part")
    for estimator in (hansen_hurwitz, horvitz_thompson):
        found = estimator(pd.concat([zero, frame]), design=design, least_n=2, **NAMES)
        alone = estimator(frame, design=pps(900.0), least_n=2, **NAMES)
        assert (found.value, found.interval, found.n_used) == (alone.value, alone.interval, 4)
        assert found.caveats[0].code == "NO_MONEY_LEFT_OUT"


def test_what_cannot_be_estimated() -> None:
    frame = pd.DataFrame({"money": MONEY, "wrong": WRONG})
    with pytest.raises(DataError, match="SP-CERTAIN"):
        horvitz_thompson(frame, design=pps(400.0), **NAMES)
    with pytest.raises(DataError, match="SP-BOOK"):
        hansen_hurwitz(frame.assign(money=[0.0, 1.0, 2.0, 3.0]), design=pps(400.0), **NAMES)
    with pytest.raises(MethodError, match="SP-POPULATION"):
        hansen_hurwitz(frame, design=pps(), **NAMES)
    with pytest.raises(MethodError, match="SP-POPULATION"):
        hansen_hurwitz(frame, design=pps(900.0), estimand="mean", **NAMES)
    one = horvitz_thompson(frame.head(1), design=pps(900.0), least_n=2, **NAMES)
    assert np.isnan(one.se)
    assert not one.interval.known
    right = hansen_hurwitz(frame.assign(wrong=0.0), design=pps(900.0), least_n=2, **NAMES)
    assert [caveat.code for caveat in right.caveats] == ["ZERO_STANDARD_ERROR"]
