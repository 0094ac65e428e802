"""Selections by money: stated probabilities are true, certain units are certain, zero money is never drawn by money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import DataError, MethodError
from perfkit.reliability.sampling import SamplingFrame, monetary_unit_sample, pps_sample, sampling_frame
from perfkit.reliability.sampling.estimators_size import hansen_hurwitz, horvitz_thompson
from perfkit.reliability.sampling.selection_result import SelectionResult
from tests.tolerances import MONTE_CARLO, SAME_FORMULA

SEEDS = 2000
MONEY = [400.0, 90.0, 5.0, 33.0, 20.0, 61.0, 1.0, 47.0, 12.0, 78.0, 3.0, 150.0]
SIZE = 5

Draw = Callable[..., SelectionResult]
DRAWS: Mapping[str, Draw] = {
    "systematic": pps_sample,
    "pivotal": lambda frame, **more: pps_sample(frame, method="pivotal", **more),
    "fixed": monetary_unit_sample,
    "cell": lambda frame, **more: monetary_unit_sample(frame, method="cell", **more),
}
every = pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
AMOUNTS = st.lists(st.integers(1, 10**6), min_size=1, max_size=25)


def framed(money: list[float]) -> SamplingFrame:
    table = pd.DataFrame({"id": [f"U{place:02d}" for place in range(len(money))], "money": money})
    return sampling_frame(table, unit="id", money="money")


@every
def test_every_unit_comes_up_as_often_as_stated(draw: Draw) -> None:
    frame = framed(MONEY)
    counted: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    stated: dict[str, tuple[float, float]] = {}
    totals = []
    for seed in range(SEEDS):
        units = draw(frame, size=SIZE, seed=seed).units
        names = units["unit"].tolist()
        counted.update(names)
        hits.update(dict(zip(names, units["hits"].tolist(), strict=True)))
        stated |= dict(
            zip(names, zip(units["inclusion_probability"], units["expected_hits"], strict=True), strict=True)
        )
        totals.append(float((units["weight"] * units["money"]).sum()))
        assert units["hits"].sum() == SIZE
    assert len(stated) == len(MONEY)
    for unit, (chance, expected) in stated.items():
        assert abs(counted[unit] / SEEDS - chance) <= MONTE_CARLO * np.sqrt(chance * (1 - chance) / SEEDS), unit
        # Hits of a unit in two cells spread no more than those of a Poisson count.
        assert abs(hits[unit] / SEEDS - expected) <= MONTE_CARLO * np.sqrt(expected / SEEDS), unit
    # Weighted, the money of every sample is that of the frame: each draw stands for one interval.
    assert totals == pytest.approx([sum(MONEY)] * SEEDS, rel=SAME_FORMULA)


@every
@given(AMOUNTS, st.integers(1, 25), st.integers(0, 50))
def test_probabilities_add_up_and_large_units_are_certain(draw: Draw, money: list[int], size: int, seed: int) -> None:
    size = min(size, len(money))
    found = draw(framed(list(map(float, money))), size=size, seed=seed)
    units = found.units
    certain = units["part"] == "certainty"
    assert units["hits"].sum() == size
    assert float((units["weight"] * units["money"]).sum()) == pytest.approx(sum(money))
    if certain.all():
        assert np.isnan(found.interval)
        return
    rest = sum(money) - units.loc[certain, "money"].sum()
    assert found.interval == pytest.approx(rest / (size - certain.sum()))
    assert units.loc[certain, "money"].min() >= found.interval * (1 - 1e-8) or not certain.any()
    drawn = units[~certain]
    assert (drawn["money"] < found.interval).all()
    assert drawn["expected_hits"].to_numpy() == pytest.approx((drawn["money"] / found.interval).to_numpy())


@every
def test_equal_amounts_are_equal_chances(draw: Draw) -> None:
    units = draw(framed([10.0] * 20), size=4, seed=1).units
    assert units["expected_hits"].tolist() == pytest.approx([0.2] * len(units))
    whole = draw(framed([10.0] * 20), size=20, seed=1)
    assert whole.design.name == "census"
    assert [caveat.code for caveat in whole.caveats] == ["CENSUS"]


@every
def test_huge_and_tiny_amounts(draw: Draw) -> None:
    found = draw(framed([1e15, 1e-3, 2e-3, 3e-3, 4e-3]), size=3, seed=1)
    assert found.units["part"].tolist() == ["certainty", "rest", "rest"]
    one = draw(framed([7.0]), size=1, seed=1)
    assert one.units["part"].tolist() == ["certainty"]


@every
def test_zero_money_is_refused_or_drawn_apart(draw: Draw) -> None:
    frame = framed([*MONEY, 0.0, 0.0, 0.0])
    with pytest.raises(DataError) as caught:
        draw(frame, size=4, seed=1)
    assert [problem.where.split()[-1] for problem in caught.value.problems] == ["U12", "U13", "U14"]
    for wrong in (0, 4):
        with pytest.raises(MethodError):
            draw(frame, size=4, seed=1, zero_money="simple", zero_size=wrong)
    found = draw(frame, size=4, seed=1, zero_money="simple", zero_size=2)
    zero = found.units[found.units["part"] == "zero"]
    assert zero["inclusion_probability"].tolist() == [2 / 3, 2 / 3]
    assert "ZERO_MONEY" in [caveat.code for caveat in found.caveats]
    assert found.design.units == len(MONEY) + 3
    with pytest.raises(DataError):
        draw(framed([0.0, 0.0]), size=1, seed=1, zero_money="simple", zero_size=1)


def test_zero_units_change_nothing_without_zeros() -> None:
    frame = framed(MONEY)
    plain, apart = (pps_sample(frame, size=4, seed=1, zero_money=wish) for wish in ("refuse", "simple"))  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(plain.units, apart.units)


def test_interval_asked_for_is_never_exceeded() -> None:
    for interval in (13.0, 60.0, 175.0, 400.0, 2000.0):
        found = monetary_unit_sample(framed(MONEY), interval=interval, seed=3)
        certain = {
            name for name, part in zip(found.units["unit"], found.units["part"], strict=True) if part == "certainty"
        }
        large = {f"U{place:02d}" for place, money in enumerate(MONEY) if money >= interval}
        assert large <= certain
        assert not found.interval > interval
    one = monetary_unit_sample(framed(MONEY), interval=2000.0, seed=3, method="cell").units
    assert (one["inclusion_probability"] == one["expected_hits"]).all()


def test_certain_units_from_a_threshold() -> None:
    found = monetary_unit_sample(framed(MONEY), size=7, seed=3, certainty_from=78.0)
    certain = found.units[found.units["part"] == "certainty"]
    assert set(certain["money"]) >= {400.0, 150.0, 90.0, 78.0}
    assert found.threshold == 78.0
    assert found.design.strata[0].book_total == certain["money"].sum()


def test_systematic_draws_are_one_interval_apart() -> None:
    # With two draws no two units of the same half can come up together.
    pairs = set()
    for seed in range(200):
        units = pps_sample(framed([10.0, 10.0, 10.0, 10.0]), size=2, seed=seed).units
        assert len(units) == 2
        pairs.add(tuple(units["unit"]))
    # The order is random: every pair comes up over the seeds.
    assert len(pairs) == 6


def test_pivotal_pairs_all_come_up() -> None:
    frame = framed([10.0, 20.0, 30.0, 25.0, 15.0])
    lists = Counter(tuple(pps_sample(frame, size=2, seed=seed, method="pivotal").units["unit"]) for seed in range(600))
    assert len(lists) == 10


def test_estimators_take_the_list_as_it_is() -> None:
    found = monetary_unit_sample(framed(MONEY * 3), size=16, seed=3, method="cell")
    audited = found.units.assign(wrong=found.units["money"] * 0.25)
    estimate = hansen_hurwitz(audited, design=found.design, value="wrong", book="money", hits="hits")
    assert estimate.value == pytest.approx(0.25 * 3 * sum(MONEY), rel=SAME_FORMULA)


@pytest.mark.parametrize("method", ["systematic", "pivotal"])
def test_estimators_leave_out_what_has_no_money(method: str) -> None:
    frame = framed([*MONEY * 3, 0.0, 0.0, 0.0])
    found = pps_sample(frame, size=16, seed=3, method=method, zero_money="simple", zero_size=2)  # type: ignore[arg-type]
    audited = found.units.assign(wrong=found.units["money"] * 0.25)
    estimate = horvitz_thompson(audited, design=found.design, value="wrong", book="money")
    assert estimate.value == pytest.approx(0.25 * 3 * sum(MONEY), rel=SAME_FORMULA)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"size": 3, "interval": 9.0},
        {"interval": 0.0},
        {"interval": float("inf")},
        {"size": 0},
        {"size": 13},
        {"size": 2.5},
    ],
)
def test_sizes_and_intervals_that_do_not_fit_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(MethodError):
        monetary_unit_sample(framed(MONEY), seed=1, **options)  # type: ignore[arg-type]


def test_unknown_choices_are_refused() -> None:
    frame = framed(MONEY)
    with pytest.raises(MethodError):
        pps_sample(frame, size=3, seed=1, method="sampford")  # type: ignore[arg-type]
    with pytest.raises(MethodError):
        monetary_unit_sample(frame, size=3, seed=1, method="random")  # type: ignore[arg-type]
    with pytest.raises(MethodError):
        pps_sample(frame, size=3, seed=1, zero_money="drop")  # type: ignore[arg-type]
    with pytest.raises(MethodError):
        pps_sample(sampling_frame(pd.DataFrame({"id": ["a"]}), unit="id"), size=1, seed=1)
