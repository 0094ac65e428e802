"""The rules by which an answer holds: each with an answer that must pass and one that must not."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.adapter.shapes import UNKNOWN, Computed
from tests.reliability.comparison import failures, near, near_p, scored
from tests.reliability.records import Record, number

RECORD = Record(
    id="Z1",
    dataset="z",
    statistic="icc",
    arguments={},
    role="reference",
    value=0.5,
    low=0.4,
    high=0.6,
    p=0.01,
    se=0.05,
    tolerance=1e-8,
    ci_tolerance=1e-7,
    extra={"F": 3.0, "df2_irr": 99.0},
    notes="",
    folder=Path(),
)
HOLDS = Computed(value=0.5, low=0.4, high=0.6, p=0.01, se=0.05, extra={"F": 3.0})
UNDEFINED = Computed(value=UNKNOWN, caveats=("NO_VARIANCE",))


def _edge(**changes: Any) -> Record:
    return replace(RECORD, role="edge", **changes)


def test_an_answer_equal_in_all_holds() -> None:
    assert failures(RECORD, HOLDS) == []


@pytest.mark.parametrize("field", ["value", "low", "high", "p", "se"])
@pytest.mark.parametrize("wrong", [0.1, UNKNOWN, math.inf])
def test_every_number_of_a_reference_record_is_scored(field: str, wrong: float) -> None:
    (fault,) = failures(RECORD, replace(HOLDS, **{field: wrong}))
    assert fault.startswith(f"{field}:")


@pytest.mark.parametrize("field", ["value", "low", "high", "p", "se"])
def test_what_the_program_did_not_give_is_not_scored(field: str) -> None:
    assert not failures(replace(RECORD, **{field: None}), replace(HOLDS, **{field: 7.0}))


def test_limits_have_their_own_tolerance() -> None:
    assert not failures(RECORD, replace(HOLDS, low=0.4 + 5e-8))
    assert failures(RECORD, replace(HOLDS, value=0.5 + 5e-8))


@pytest.mark.parametrize("extra", [{}, {"F": 3.1}, {"F": UNKNOWN}])
def test_scored_extra_fields_must_be_given_and_hold(extra: dict[str, Any]) -> None:
    assert len(failures(RECORD, replace(HOLDS, extra=extra))) == 1


def test_lists_are_compared_item_by_item_to_their_printed_decimals() -> None:
    record = replace(RECORD, statistic="fleiss_kappa_classic", extra={"per_category_kappa": [0.123, None]})
    assert not failures(record, replace(HOLDS, extra={"per_category_kappa": [0.1234, UNKNOWN]}))
    assert failures(record, replace(HOLDS, extra={"per_category_kappa": [0.1236, UNKNOWN]}))
    assert failures(record, replace(HOLDS, extra={"per_category_kappa": [0.123]}))


def test_fields_called_not_scored_are_not() -> None:
    for statistic, field in (
        *(("icc", "df2_irr"), ("cronbach_alpha", "psych_ase"), ("guttman_lambda", "lambda4")),
        *(("deming_regression", "sigma"), ("stuart_maxwell", "p_coin"), ("kendall_tau_b", "z")),
    ):
        assert not scored(statistic, field)
    assert scored("guttman_lambda", "lambda4_max")
    assert scored("rddensity_jump_test", "N_h_left")


def test_an_interval_of_no_width_may_be_refused_with_a_caveat() -> None:
    record = replace(RECORD, statistic="cohen_kappa", value=0.0, low=0.0, high=0.0, se=0.0, p=None, extra={"z_null": 0})
    refused = Computed(value=0.0, se=0.0, extra={"z_null": UNKNOWN}, caveats=("CONSTANT_RATER",))
    assert not failures(record, refused)
    assert len(failures(record, replace(refused, caveats=()))) == 3
    assert failures(record, replace(refused, se=0.1))
    assert failures(replace(record, high=0.001), refused)


def test_a_restricted_likelihood_is_compared_as_an_iteration() -> None:
    for name, word in (("missing", "reml_all_available"), ("estimator", "reml")):
        record = replace(RECORD, role="crosscheck", arguments={name: word})
        assert not failures(record, Computed(value=0.5 + 5e-7))
        assert failures(record, Computed(value=0.5 + 5e-6))
    assert failures(replace(RECORD, role="crosscheck", arguments={"missing": "none"}), Computed(value=0.5 + 5e-7))


def test_a_crosscheck_scores_the_value_only() -> None:
    record = replace(RECORD, role="crosscheck")
    assert not failures(record, Computed(value=0.5))
    assert failures(record, replace(HOLDS, value=0.4))


def test_tolerance_is_relative_above_one() -> None:
    assert near(1e6 + 0.005, 1e6, 1e-8)
    assert not near(1e-9, 2e-8, 1e-8)
    assert near(math.inf, math.inf, 1e-8)
    assert not near(math.inf, 1.0, 1e-8)
    assert not near(1.0, math.inf, 1e-8)


def test_small_p_is_compared_by_its_logarithm() -> None:
    assert near_p(0.5, 0.0, 1e-8)
    assert near_p(1.0001e-40, 1e-40, 1e-8)
    assert not near_p(1.001e-40, 1e-40, 1e-8)
    assert not near_p(0.0, 1e-40, 1e-8)
    assert not near_p(UNKNOWN, 1e-40, 1e-8)
    assert not near_p(0.0101, 0.01, 1e-8)


def test_recorded_infinity_is_a_word() -> None:
    assert number("Infinity") == math.inf
    assert number("-Infinity") == -math.inf
    assert number(None) is None


def test_edge_holds_where_the_answer_is_undefined_and_says_why() -> None:
    assert not failures(_edge(), UNDEFINED)
    assert failures(_edge(), replace(UNDEFINED, caveats=()))


def test_edge_digits_hold_only_with_a_caveat() -> None:
    assert failures(_edge(), HOLDS)
    assert not failures(_edge(), replace(HOLDS, caveats=("SMALL_N",)))
    assert not failures(_edge(), replace(HOLDS, caveats=("SMALL_N",), low=UNKNOWN, high=UNKNOWN))
    assert failures(_edge(), replace(HOLDS, caveats=("SMALL_N",), low=0.3))
    assert failures(_edge(), replace(HOLDS, caveats=("SMALL_N",), value=0.51))


def test_edge_without_a_value_is_undefined_unless_another_program_tells() -> None:
    answer = replace(HOLDS, caveats=("EMPTY_PAIRS",))
    silent = _edge(value=None)
    assert failures(silent, answer)
    assert not failures(replace(silent, twins=[_edge()]), answer)
    assert not failures(replace(silent, twins=[RECORD]), HOLDS)
    assert failures(replace(silent, twins=[_edge(value=0.7)]), answer)
    assert failures(replace(silent, twins=[replace(RECORD, role="disputed")]), answer)


@pytest.mark.parametrize(
    "notes", ["all ratings are one value: 0/0, NaN with a caveat", "residuals are rounding noise: NaN with a caveat"]
)
def test_edge_notes_may_ask_for_nan(notes: str) -> None:
    assert failures(_edge(notes=notes), replace(HOLDS, caveats=("NO_VARIANCE",)))
    assert not failures(_edge(notes=notes), UNDEFINED)


def test_edge_notes_may_refuse_the_recorded_interval() -> None:
    record = _edge(notes="a constant rater: report 0 with NaN interval and a caveat", value=-4e-16)
    answer = replace(HOLDS, value=0.0, caveats=("CONSTANT_RATER",))
    assert len(failures(record, answer)) == 2
    assert not failures(record, replace(answer, low=UNKNOWN, high=UNKNOWN))


def test_edge_notes_may_call_the_lower_limit_meaningless() -> None:
    record = _edge(notes="the transformed lower limit is meaningless, NaN or -Infinity with a caveat")
    answer = replace(HOLDS, caveats=("LIMIT_PAST_MINIMUM",))
    assert failures(record, answer)
    for low in (UNKNOWN, -math.inf):
        assert not failures(record, replace(answer, low=low))


def test_edge_what_is_recorded_as_infinite_is_infinite() -> None:
    record = _edge(extra={"F": "Infinity"}, value=1.0)
    answer = replace(HOLDS, value=1.0, caveats=("PERFECT_AGREEMENT",))
    assert failures(record, replace(answer, extra={"F": 1e15}))
    assert not failures(record, replace(answer, extra={"F": math.inf}))
