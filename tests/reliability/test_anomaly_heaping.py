"""Heaping: against the exact tail, over departments, adjusted p-values, digits, what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from perfkit.errors import DataError, MethodError
from perfkit.reliability.anomaly import (
    benjamini_hochberg,
    digit_profile,
    heaping,
    holm,
    honest_null,
    item_of,
    stepped_item,
)
from tests.tolerances import MONTE_CARLO, SAME_FORMULA

NAN = float("nan")
UNITS = honest_null([stepped_item(100, 1)])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
@settings(max_examples=25)
def test_adjusted_p_values_are_those_of_statsmodels(p: list[float]) -> None:
    values = np.array(p)
    for ours, name in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
        assert ours(values) == pytest.approx(multipletests(values, method=name)[1], rel=SAME_FORMULA)
        gapped = ours(np.append(values, NAN))
        assert gapped[:-1] == pytest.approx(ours(values), rel=SAME_FORMULA)
        assert math.isnan(gapped[-1])


def test_p_is_the_exact_tail() -> None:
    # Every unit from 0 to 100 alike: 21 of the 101 are multiples of 5.
    x = np.concatenate([np.arange(1, 51), np.arange(55, 76, 5)])
    heap = heaping(x, null=UNITS, multiples=(5,), replicates=4000).heaps[0]
    exact = stats.binom.sf(heap.count - 1, 55, 21 / 101)
    assert heap.count == 15
    assert heap.p == pytest.approx(exact, abs=MONTE_CARLO * math.sqrt(exact / 4000))
    assert heap.honest_share == pytest.approx(21 / 101, abs=MONTE_CARLO * math.sqrt(0.17 / 55 / 4000))
    tails = stats.binom.sf(np.arange(-1, 55), 55, 21 / 101)
    size = tails[tails <= 0.05].max()
    assert heap.false_positive_rate == pytest.approx(size, abs=2 * MONTE_CARLO * math.sqrt(size / 4000))


def test_each_department_is_judged_by_itself_and_adjusted() -> None:
    rng = np.random.default_rng(8)
    honest, heaped = rng.integers(50, 100, 60), np.repeat([80, 85, 90], 10)
    departments = ["甲"] * 60 + ["乙"] * 30 + ["丙"] * 3
    found = heaping(
        np.concatenate([honest, heaped, [80, 80, 80]]),
        null=UNITS,
        departments=departments,
        edges=(90,),
        multiples=(5,),
    )
    frame = found.to_frame().set_index(["department", "place"])
    assert list(frame.loc["乙", "count"]) == [30, 10]
    assert frame.loc[("乙", "multiple"), "p_holm"] == pytest.approx(4 / 2001)
    assert frame.loc[("甲", "multiple"), "p_holm"] > 0.05
    assert frame.loc[("丙", "multiple"), ["p", "p_holm", "p_bh", "false_positive_rate"]].isna().all()
    assert frame.loc[("丙", "multiple"), "share"] == 1.0
    codes = {caveat.code for caveat in found.caveats}
    assert codes == {"BELOW_LEAST_N", "FALSE_POSITIVE_RATE"}


def test_an_edge_holds_from_the_edge_on() -> None:
    heap = heaping([89.9, 90.0, 90.4, 90.5, 91.0] * 5, null=UNITS, multiples=(), edges=(90,), edge_width=0.5).heaps[0]
    assert (heap.place, heap.at, heap.count) == ("edge", 90.0, 10)


def test_tenths_are_whole_tenths() -> None:
    null = honest_null([stepped_item(100, 0.1)])
    x = np.arange(0, 100, 0.1)
    assert heaping(x, null=null, multiples=(0.5,)).heaps[0].count == 200


def test_a_step_as_coarse_as_the_round_number_is_refused() -> None:
    fives = honest_null([stepped_item(100, 5)])
    for multiple in (5.0, 2.5, 1.0):
        with pytest.raises(MethodError) as caught:
            heaping([80.0] * 30, null=fives, multiples=(multiple,))
        assert caught.value.problems[0].code == "AN-STEP"
    assert heaping([80.0] * 30, null=fives, multiples=(10,)).heaps[0].count == 30
    with pytest.raises(MethodError):
        digit_profile([80.0] * 30, null=UNITS, place=0.1)


def test_steps_of_the_form_are_no_heap() -> None:
    # All scores are multiples of 2.5: four times as many multiples of 5 as an even spread would have.
    null = honest_null([stepped_item(100, 2.5)])
    x = next(iter(null.blocks(np.ones(200, dtype=bool), 1, np.random.default_rng(6))))[0]
    assert heaping(x, null=null, multiples=(5,)).heaps[0].p > 0.05


@pytest.mark.parametrize(
    "options", [{"null": None}, {"replicates": 5}, {"multiples": (0,)}, {"edge_width": 0}, {"level": 2}]
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(MethodError):
        heaping([80.0] * 30, **{"null": UNITS, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("departments", [["甲"], ["甲", None], [[1, 2], [3, 4]]])
def test_departments_belong_to_the_scores(departments: list[object]) -> None:
    with pytest.raises(DataError):
        heaping([80.0, 81.0], null=UNITS, departments=departments)


@pytest.mark.parametrize("x", [[], [NAN], [80.0]])
def test_few_scores_are_described_and_not_tested(x: list[float]) -> None:
    found = heaping(x, null=UNITS)
    assert all(math.isnan(heap.p) for heap in found.heaps)
    assert {caveat.code for caveat in found.caveats} == {"BELOW_LEAST_N"}
    assert len(found.to_frame()) == 2


def test_digits_that_the_rules_make_are_no_sign() -> None:
    # A form in halves has digits 0 and 5 only, which a test of even digits would never forgive.
    null = honest_null([stepped_item(10, 0.5)] * 10)
    x = next(iter(null.blocks(np.ones(100, dtype=bool), 1, np.random.default_rng(3))))[0]
    found = digit_profile(x, null=null, place=0.5)
    assert found.p > 0.05
    # Digits of halves: 0 to 9 for 0.0, 0.5, … 4.5.
    assert sum(found.shares) == pytest.approx(1)


def test_digits_of_tenths() -> None:
    null = honest_null([stepped_item(100, 0.1)])
    rng = np.random.default_rng(4)
    honest, whole = np.round(rng.uniform(60, 100, 200), 1), np.round(rng.uniform(60, 100, 200))
    assert digit_profile(honest, null=null).p > 0.05
    found = digit_profile(whole, null=null)
    assert found.p == 1 / 2001
    assert found.shares[0] == 1.0
    assert found.value == pytest.approx(1 - found.honest_shares[0])
    assert list(found.to_frame()["digit"]) == list(range(10))


def test_one_mark_only() -> None:
    null = honest_null([item_of([80.0])])
    found = heaping([80.0] * 30, null=null, multiples=(160.0,))
    assert found.heaps[0].p == 1.0
    assert found.heaps[0].false_positive_rate == 0.0
