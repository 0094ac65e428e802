"""Choices as an item really had them: own parameters and what a function fixes win over the run."""

from __future__ import annotations

import pytest

from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.items import ScoringItem, score_items
from perfkit.scoring.shapes import Checkpoint
from perfkit.terms import Absence, Operator, ScoringFunction
from tests.scoring.making import item, points, quantity

F = ScoringFunction
SLOPE = {"full_at": 100, "deduct_share_per_unit": 0.05}
LABELS = {"labels": "好/一般/差"}
OWN: list[tuple[str, ScoringItem, str]] = [
    (
        "X01",
        item(F.PRO_RATA, actual=30, target=10, parameters={"overshoot_threshold": 1.5}),
        "overshoot_threshold=1.5; overshoot_reduction=none; overshoot_bands=none",
    ),
    (
        "X01",
        item(
            F.PRO_RATA,
            actual=30,
            target=10,
            parameters={"overshoot_reduction": "bands", "overshoot_bands": "1.3:0/*:0.2"},
        ),
        "overshoot_threshold=1.2; overshoot_reduction=bands; overshoot_bands=1.3/0/none/0.2",
    ),
    (
        "X02",
        item(F.PASS_LINE, actual=12, target=10, operator=Operator.AT_MOST, parameters={"reverse_rule": "linear_slack"}),
        "reverse_rule=linear_slack",
    ),
    (
        "X03",
        item(F.PRO_RATA, actual=1, target=0, parameters={"zero_target_rule": "not_computable"}),
        "zero_target_rule=not_computable",
    ),
    ("X05", item(F.EXECUTION_LINEAR, actual=95, parameters={"cap": 0.9}), "exec_method=linear; exec_cap=0.9"),
    (
        "X06",
        item(F.EXECUTION_LINEAR, numerator=0, denominator=0, parameters={"zero_budget_rule": "full"}),
        "zero_budget_rule=full; undefined=hold",
    ),
    (
        "X08",
        item(F.CHECKPOINTS, checkpoints=points([1, 0.5]), parameters={"part_credit_scale": "0.5/0.8"}),
        "point_weights=equal; part_credit_scale=0.5/0.8",
    ),
    (
        "X09",
        item(F.QUALITATIVE_BANDS, label="好", parameters={**LABELS, "band_values": "0.9/0.7/0.3"}),
        "band_values=0.9/0.7/0.3",
    ),
]


@pytest.mark.parametrize(("rule", "one", "wording"), OWN)
def test_trace_words_the_own_parameters_of_an_item(rule: str, one: ScoringItem, wording: str) -> None:
    scores = score_items([one])
    assert scores.trace("A1").silent[rule] == wording
    assert scores.own_choices()[rule] == ("A1",)


RUN = SilentChoices.of({"exec_cap": 0.8, "zero_target_rule": "not_computable", "zero_budget_rule": "full"})
EMPTY_PLAN = (Checkpoint(number=1, actual=quantity("actual", 1), plan=quantity("plan", 0)),)


@pytest.mark.parametrize(
    ("rule", "one", "rate", "wording"),
    [
        (
            "X05",
            item(F.EXECUTION_INTERVAL_2021, actual=100, finished=1),
            1.0,
            "exec_method=interval_2021; exec_cap=1",
        ),
        ("X05", item(F.EXECUTION_LINEAR, actual=100), 0.8, "exec_method=linear; exec_cap=0.8"),
        ("X03", item(F.CHECKPOINTS, checkpoints=EMPTY_PLAN), 1.0, "zero_target_rule=met_or_zero"),
        (
            "X06",
            item(F.LINEAR_DEDUCTION, numerator=1, denominator=0, parameters=SLOPE),
            None,
            "zero_budget_rule=not_computable; undefined=hold",
        ),
        (
            "X08",
            item(F.CHECKPOINTS, checkpoints=points([0.5], share=1.0)),
            0.5,
            "point_weights=given; part_credit_scale=none",
        ),
    ],
)
def test_what_a_function_does_of_itself_is_worded_and_is_no_choice_of_the_item(
    rule: str, one: ScoringItem, rate: float | None, wording: str
) -> None:
    scores = score_items([one], RUN)
    assert rate is None or scores.rate[0] == rate
    assert scores.trace("A1").silent[rule] == wording
    assert rule not in scores.own_choices()


def test_relative_deviation_from_nothing_is_not_computable_whatever_the_run_says() -> None:
    one = item(F.TWO_SIDED_DEVIATION, actual=1, target=0, parameters={"deduct_share_per_unit": 0.1, "relative": "是"})
    assert score_items([one]).trace("A1").silent["X03"] == "zero_target_rule=not_computable"


def test_own_choices_name_only_items_that_used_the_rule_and_differ_from_the_run() -> None:
    threshold = {"overshoot_threshold": 1.5}
    scores = score_items(
        [
            item(F.PRO_RATA, code="differs", actual=30, target=10, parameters=threshold),
            item(F.PRO_RATA, code="too", actual=40, target=10, parameters=threshold),
            item(F.PRO_RATA, code="same", actual=30, target=10, parameters={"overshoot_threshold": 1.2}),
            item(F.PRO_RATA, code="unused", actual=5, target=10, parameters=threshold),
            item(F.PRO_RATA, code="absent", absence=Absence.MISSING, parameters=threshold),
            item(F.EXECUTION_LINEAR, code="rate", actual=95),
        ]
    )
    assert scores.own_choices() == {"X01": ("differs", "too")}


def test_nothing_scored_has_no_choices() -> None:
    assert score_items([]).own_choices() == {}
