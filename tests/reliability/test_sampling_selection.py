"""Equal-probability selections: the list hangs on content and seed alone, and its probabilities are true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import DataError, MethodError
from perfkit.reliability.sampling import (
    SamplingFrame,
    monetary_unit_sample,
    pps_sample,
    purposive_sample,
    sampling_frame,
    simple_sample,
    stratified_sample,
)
from perfkit.reliability.sampling.estimators import mean_per_unit
from perfkit.reliability.sampling.selection_result import SelectionResult
from tests.tolerances import MONTE_CARLO, SAME_FORMULA

SEEDS = 1500
Draw = Callable[..., SelectionResult]


def table(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    return pd.DataFrame(
        {
            "project": [f"P{number:03d}" for number in range(n)],
            "budget": np.round(rng.lognormal(3, 1.2, n), 2),
            "sector": np.where(np.arange(n) % 4 == 0, "roads", "schools"),
        }
    )


def framed(frame: pd.DataFrame) -> SamplingFrame:
    return sampling_frame(frame, unit="project", money="budget", stratum="sector")


DRAWS: Mapping[str, Draw] = {
    "simple": lambda frame, **more: simple_sample(frame, size=9, **more),
    "simple_certain": lambda frame, **more: simple_sample(frame, size=12, certainty_from=60.0, **more),
    "proportional": lambda frame, **more: stratified_sample(frame, size=11, **more),
    "neyman": lambda frame, **more: stratified_sample(
        frame, size=13, rule="neyman", spread={"roads": 9, "schools": 1}, certainty_from=90.0, **more
    ),
    "systematic": lambda frame, **more: pps_sample(frame, size=10, **more),
    "pivotal": lambda frame, **more: pps_sample(frame, size=10, method="pivotal", **more),
    "fixed": lambda frame, **more: monetary_unit_sample(frame, size=14, **more),
    "cell": lambda frame, **more: monetary_unit_sample(frame, interval=70.0, method="cell", **more),
}
every = pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)


@every
@given(st.randoms(use_true_random=False), st.integers(-5, 10**12))
def test_order_of_the_frame_does_not_matter(draw: Draw, random: object, seed: int) -> None:
    frame = table()
    order = list(range(len(frame)))
    random.shuffle(order)  # type: ignore[attr-defined]
    first, second = draw(framed(frame), seed=seed), draw(framed(frame.iloc[order]), seed=seed)
    pd.testing.assert_frame_equal(first.units, second.units)
    assert first.to_record() == second.to_record()


@every
def test_list_is_complete(draw: Draw) -> None:
    frame = table()
    found = draw(framed(frame), seed=3)
    units = found.units
    assert units["unit"].is_unique
    assert set(units["unit"]) <= set(frame["project"])
    known = frame.set_index("project").loc[units["unit"]]
    assert known["budget"].tolist() == units["money"].tolist()
    assert known["sector"].tolist() == units["stratum"].tolist()
    assert units["inclusion_probability"].between(0, 1, inclusive="right").all()
    assert (units["weight"] * units["expected_hits"]).to_numpy() == pytest.approx(units["hits"].to_numpy())
    assert (units.loc[units["part"] == "certainty", "inclusion_probability"] == 1).all()
    assert found.n_used == len(units)
    assert (found.population, found.seed) == (len(frame), 3)
    assert found.frame_hash == framed(frame).frame_hash
    assert f"seed=3 · frame={found.frame_hash}" in str(found)
    assert found.design.units == len(frame)
    assert found.design.book_total == pytest.approx(frame["budget"].sum())
    assert len(found.double_scored) == int(np.ceil(0.2 * len(units)))
    assert set(found.double_scored) <= set(units["unit"])
    pd.testing.assert_frame_equal(found.to_frame(), units)


@every
def test_seed_and_frame_change_the_list(draw: Draw) -> None:
    frame = table()
    lists = {tuple(draw(framed(frame), seed=seed).units["unit"]) for seed in range(20)}
    assert len(lists) > 10
    other = frame.assign(budget=frame["budget"] + 0.01)
    assert any(
        tuple(draw(framed(frame), seed=seed).units["unit"]) != tuple(draw(framed(other), seed=seed).units["unit"])
        for seed in range(5)
    )


@every
@pytest.mark.parametrize(
    "options", [{"seed": 1.5}, {"seed": True}, {"seed": 1, "double_share": 20}, {"seed": 1, "double_share": -0.1}]
)
def test_bad_seeds_and_shares_are_refused(draw: Draw, options: dict[str, float]) -> None:
    with pytest.raises(MethodError):
        draw(framed(table()), **options)


@pytest.mark.parametrize("name", ["simple", "simple_certain", "proportional", "neyman"])
def test_every_unit_comes_up_as_often_as_stated(name: str) -> None:
    frame = framed(table(20))
    counted: Counter[str] = Counter()
    doubled: Counter[str] = Counter()
    stated: dict[str, float] = {}
    for seed in range(SEEDS):
        found = DRAWS[name](frame, seed=seed)
        counted.update(found.units["unit"])
        doubled.update(found.double_scored)
        stated |= dict(zip(found.units["unit"], found.units["inclusion_probability"], strict=True))
    share = int(np.ceil(0.2 * found.n_used)) / found.n_used
    assert len(stated) == frame.size
    for unit, chance in stated.items():
        slack = MONTE_CARLO * np.sqrt(chance * (1 - chance) / SEEDS)
        assert abs(counted[unit] / SEEDS - chance) <= slack
        twice = chance * share
        assert abs(doubled[unit] / SEEDS - twice) <= MONTE_CARLO * np.sqrt(twice * (1 - twice) / SEEDS)


def test_pairs_of_units_come_up_as_in_simple_random_sampling() -> None:
    frame = framed(table(8))
    pairs = np.zeros((8, 8))
    places = {unit: place for place, unit in enumerate(sorted(frame.ids))}
    for seed in range(SEEDS):
        chosen = [places[unit] for unit in simple_sample(frame, size=3, seed=seed).units["unit"]]
        pairs[np.ix_(chosen, chosen)] += 1
    chance = 3 * 2 / (8 * 7)
    off = pairs[~np.eye(8, dtype=bool)] / SEEDS
    assert np.abs(off - chance).max() <= MONTE_CARLO * np.sqrt(chance * (1 - chance) / SEEDS)


def test_a_larger_sample_keeps_the_smaller() -> None:
    frame = framed(table())
    lists = [set(simple_sample(frame, size=size, seed=4).units["unit"]) for size in (1, 5, 20, 40)]
    assert all(small < large for small, large in pairwise(lists))


def test_whole_frame_and_one_unit() -> None:
    frame = framed(table())
    assert simple_sample(frame, size=40, seed=1).units["weight"].tolist() == [1.0] * 40
    one = simple_sample(framed(table(1)), size=1, seed=1)
    assert one.units["unit"].tolist() == list(one.double_scored) == ["P000"]
    assert simple_sample(frame, size=6, seed=1, double_share=0).double_scored == ()
    assert len(simple_sample(frame, size=35, seed=1).double_scored) == 7


def test_all_certain_is_a_census() -> None:
    found = simple_sample(framed(table()), size=40, seed=1, certainty_from=0.01)
    assert [caveat.code for caveat in found.caveats] == ["CENSUS"]
    assert found.design.name == "census"
    stratified = stratified_sample(framed(table()), size=40, seed=1, certainty_from=0.01)
    assert [caveat.code for caveat in stratified.caveats] == ["CENSUS"]


def test_estimators_take_the_list_as_it_is() -> None:
    frame = table()
    found = stratified_sample(framed(frame), size=24, seed=2, certainty_from=60.0)
    audited = found.units.merge(frame.assign(gap=frame["budget"] * 0.1), left_on="unit", right_on="project")
    estimate = mean_per_unit(audited, design=found.design, value="gap", estimand="total")
    assert estimate.population == 40
    assert estimate.value == pytest.approx(float((audited["gap"] * audited["weight"]).sum()), rel=SAME_FORMULA)


@pytest.mark.parametrize("size", [0, 41, -1, 2.0, True])
def test_sizes_that_do_not_fit_are_refused(size: int) -> None:
    for draw in (simple_sample, stratified_sample):
        with pytest.raises(MethodError):
            draw(framed(table()), size=size, seed=1)


@pytest.mark.parametrize("threshold", [0, -3.0, float("nan"), float("inf"), True])
def test_bad_thresholds_are_refused(threshold: float) -> None:
    with pytest.raises(MethodError):
        simple_sample(framed(table()), size=12, seed=1, certainty_from=threshold)


def test_frames_that_lack_what_a_design_needs_are_refused() -> None:
    bare = sampling_frame(table(), unit="project")
    with pytest.raises(MethodError):
        stratified_sample(bare, size=10, seed=1)
    with pytest.raises(MethodError):
        simple_sample(bare, size=10, seed=1, certainty_from=5.0)
    taken = table().assign(sector="certainty")
    with pytest.raises(MethodError):
        stratified_sample(framed(taken), size=12, seed=1, certainty_from=60.0)


def test_hand_picked_units_have_no_probability() -> None:
    found = purposive_sample(framed(table()), ["P003", "P001"])
    assert found.units["unit"].tolist() == ["P001", "P003"]
    assert found.units[["inclusion_probability", "expected_hits", "weight"]].isna().all(axis=None)
    assert found.seed is None
    assert found.double_scored == ()
    assert found.to_record()["seed"] is None
    values = found.units.assign(gap=1.0)
    with pytest.raises(MethodError):
        mean_per_unit(values, design=found.design, value="gap")


def test_hand_picked_units_must_be_in_the_frame_once() -> None:
    frame = framed(table())
    with pytest.raises(DataError) as caught:
        purposive_sample(frame, ["X", "P001", "P001", "Y"])
    assert len(caught.value.problems) == 3
    with pytest.raises(DataError):
        purposive_sample(frame, [])
    with pytest.raises(MethodError):
        purposive_sample(frame, ["P001"], by="mood")  # type: ignore[arg-type]
