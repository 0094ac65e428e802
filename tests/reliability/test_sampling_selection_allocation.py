"""Sharing a sample out over strata: bounds, sum, and the least variance."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from perfkit.errors import DataError, MethodError
from perfkit.reliability.sampling import stratum_allocation

STRATA = st.lists(st.tuples(st.integers(1, 200), st.floats(0, 50)), min_size=1, max_size=8)


@given(STRATA, st.floats(0, 1), st.integers(0, 3), st.sampled_from(["proportional", "neyman"]))
def test_adds_up_within_bounds(strata: list[tuple[int, float]], part: float, least: int, rule: str) -> None:
    units = {f"S{place}": size for place, (size, _) in enumerate(strata)}
    spread = {f"S{place}": s for place, (_, s) in enumerate(strata)}
    assume(rule == "proportional" or max(spread.values()) > 1e-3)
    floor = sum(min(least, size) for size in units.values())
    size = round(floor + part * (sum(units.values()) - floor))
    found = stratum_allocation(units, size=size, rule=rule, spread=spread, least=least)  # type: ignore[arg-type]
    assert sum(found.sizes.values()) == size
    assert sum(found.exact.values()) == pytest.approx(size)
    for name, drawn in found.sizes.items():
        assert min(least, units[name]) <= drawn <= units[name]
        assert abs(drawn - found.exact[name]) < 1


@given(st.permutations(["a", "b", "c", "d"]))
def test_order_of_strata_does_not_matter(order: list[str]) -> None:
    units = {"a": 7, "b": 7, "c": 7, "d": 90}
    found = stratum_allocation({name: units[name] for name in order}, size=11, least=1)
    assert found.sizes == stratum_allocation(units, size=11, least=1).sizes


def test_largest_remainder_by_hand() -> None:
    # 10·(52, 27, 21)/100 = 5.2, 2.7, 2.1: the one left over goes to the largest remainder.
    assert stratum_allocation({"a": 52, "b": 27, "c": 21}, size=10).sizes == {"a": 5, "b": 3, "c": 2}


def test_neyman_by_hand() -> None:
    # N·S = 400, 300, 300 (Cochran 1977, §5.5): 40 : 30 : 30.
    units, spread = {"a": 400, "b": 100, "c": 50}, {"a": 1.0, "b": 3.0, "c": 6.0}
    assert stratum_allocation(units, size=100, rule="neyman", spread=spread).sizes == {"a": 40, "b": 30, "c": 30}
    # 60 would exceed stratum c; what is over goes to the others as 4 : 3.
    assert stratum_allocation(units, size=190, rule="neyman", spread=spread).sizes == {"a": 80, "b": 60, "c": 50}


def test_neyman_has_the_least_variance_of_all_allocations() -> None:
    units, spread = {"a": 12, "b": 9, "c": 5}, {"a": 2.0, "b": 7.0, "c": 11.0}

    def variance(sizes: dict[str, int]) -> float:
        return sum(units[name] ** 2 * spread[name] ** 2 * (1 / n - 1 / units[name]) for name, n in sizes.items())

    found = stratum_allocation(units, size=12, rule="neyman", spread=spread, least=1)
    every = (
        dict(zip("abc", sizes, strict=True)) for sizes in itertools.product(range(1, 13), range(1, 10), range(1, 6))
    )
    best = min(variance(sizes) for sizes in every if sum(sizes.values()) == 12)
    assert variance(dict(found.sizes)) == pytest.approx(best, rel=0.01)


def test_a_stratum_without_spread_gets_the_least_until_the_others_are_full() -> None:
    units, spread = {"flat": 50, "wide": 10}, {"flat": 0.0, "wide": 3.0}
    assert stratum_allocation(units, size=9, rule="neyman", spread=spread).sizes == {"flat": 2, "wide": 7}
    assert stratum_allocation(units, size=40, rule="neyman", spread=spread).sizes == {"flat": 30, "wide": 10}


def test_frame_of_an_allocation() -> None:
    found = stratum_allocation({"b": 10, "a": 30}, size=8)
    assert found.to_frame()["stratum"].tolist() == ["a", "b"]
    assert found.to_frame()["fraction"].tolist() == [0.2, 0.2]
    assert found.to_record()["sizes"] == {"a": 6, "b": 2}


@pytest.mark.parametrize("size", [0, 3, 41, 5.0, True])
def test_impossible_sizes_are_refused(size: int) -> None:
    with pytest.raises(MethodError):
        stratum_allocation({"a": 30, "b": 10}, size=size)


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(DataError):
        stratum_allocation({}, size=1)
    with pytest.raises(DataError):
        stratum_allocation({"a": 0, "b": 4}, size=2)
    with pytest.raises(DataError):
        stratum_allocation({"a": 2.7, "b": 4}, size=2)  # type: ignore[dict-item]
    for least in (-1, 1.5, True):
        with pytest.raises(MethodError):
            stratum_allocation({"a": 4}, size=2, least=least)  # type: ignore[arg-type]
    with pytest.raises(MethodError):
        stratum_allocation({"a": 4}, size=2, rule="optimal")  # type: ignore[arg-type]
    for spread in (None, {"a": 1.0}, {"a": 1.0, "b": -1.0}, {"a": 0.0, "b": 0.0}, {"a": np.nan, "b": 1.0}):
        with pytest.raises(MethodError):
            stratum_allocation({"a": 4, "b": 4}, size=4, rule="neyman", spread=spread)
