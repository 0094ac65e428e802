"""Items: one of every function, units, formulas, traces, problems."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import DataError
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.items import Checkpoint, ScoringItem, UnitValue, score_items
from perfkit.terms import (
    Absence,
    CheckpointOutcome,
    Denominator,
    Direction,
    Operator,
    RollUp,
    ScoringFunction,
)
from perfkit.trace import CellAddress, Quantity
from tests.scoring.making import item, points, quantity

F = ScoringFunction
DEDUCTION = {"full_at": 100, "deduct_share_per_unit": "5%"}
LABELS = {"labels": "好/一般/差"}
EVERY: list[tuple[ScoringItem, float, list[str]]] = [
    (item(F.CHECKPOINTS, checkpoints=points([1, 0])), 5.0, ["checkpoint", "checkpoint"]),
    (item(F.PRO_RATA, actual=8, target=10), 8.0, ["attainment"]),
    (item(F.PRO_RATA, actual=15, target=10), 10.0, ["attainment", "overshoot"]),
    (item(F.PRO_RATA, actual=2, target=0, operator=Operator.AT_MOST), 0.0, ["zero_target"]),
    (item(F.PRO_RATA, actual=8, target=10, parameters={"cap": 0.5}), 5.0, ["attainment", "cap"]),
    (item(F.PRO_RATA, numerator=9, denominator=10), 9.0, ["ratio", "attainment"]),
    (item(F.PASS_LINE, actual=8, target=10), 5.0, ["attainment", "pass_line"]),
    (item(F.INTERVAL_STEPS, actual=85, parameters={"steps": "90:1/80:80%/0:0"}), 8.0, ["interval"]),
    (item(F.LINEAR_DEDUCTION, actual=98, parameters=DEDUCTION), 9.0, ["deduct_linear"]),
    (item(F.LINEAR_DEDUCTION, actual=98, target=100, parameters={"每单位扣分比例": 0.05}), 9.0, ["deduct_linear"]),
    (item(F.LINEAR_DEDUCTION, actual=70, parameters={**DEDUCTION, "zero_at": 80}), 0.0, ["zero_at"]),
    (item(F.THRESHOLD_DEDUCTION, actual=88, parameters={**DEDUCTION, "full_at": 90}), 9.0, ["deduct_threshold"]),
    (
        item(F.TWO_SIDED_DEVIATION, actual=104, target=100, parameters={"deduct_share_per_unit": 0.05}),
        8.0,
        ["deviation"],
    ),
    (item(F.COUNT_THRESHOLD, count=2, parameters={"deduct_share_per_unit": 0.2, "zero_at": 3}), 6.0, ["deduct_count"]),
    (
        item(F.BASE_STEP, actual=9, parameters={"base_value": 8, "base_share": 0.6, "step_share": 0.1}),
        7.0,
        ["base_step"],
    ),
    (
        item(F.BASE_STEP, actual=99, parameters={"base_value": 8, "base_share": 0.6, "step_share": 0.1}),
        10.0,
        ["base_step", "cap"],
    ),
    (item(F.YES_NO, met=0, parameters={"deduction_share": "40%"}), 6.0, ["yes_no"]),
    (item(F.QUALITATIVE_BANDS, label="好", given=8.5, parameters=LABELS), 8.5, ["qualitative"]),
    (item(F.SATISFACTION_STEPS, actual=85), 8.0, ["satisfaction"]),
    (item(F.EXECUTION_LINEAR, numerator=85, denominator=100), 8.5, ["ratio", "execution"]),
    (item(F.EXECUTION_LINEAR, actual=85), 8.5, ["execution"]),
    (item(F.EXECUTION_INTERVAL_2021, actual=85, finished=0), 7.0, ["execution_interval"]),
    (
        item(F.EXECUTION_INTERVAL_2021, actual=85, finished=0, parameters={"steps": "60%:40%/80%:60%"}),
        6.0,
        ["execution_interval"],
    ),
    (item(F.GIVEN, given=7.25, reason="r"), 7.25, ["given"]),
    (item(F.VETO, vetoed=0), 10.0, ["veto"]),
]


@pytest.mark.parametrize(("one", "score", "ops"), EVERY)
def test_every_function_from_item_to_trace(one: ScoringItem, score: float, ops: list[str]) -> None:
    scores = score_items([one])
    trace = scores.trace("A1")
    assert scores.score[0] == score
    assert [step.op for step in trace.steps] == [*ops, "share_to_points", "round"]
    assert trace.score == score
    json.dumps(trace.steps[0].values, allow_nan=False)
    json.dumps(scores.to_record(), allow_nan=False)


def test_all_together_equal_one_by_one() -> None:
    items = [
        ScoringItem(**{**{name: getattr(one, name) for name in one.__dataclass_fields__}, "code": f"A{place}"})
        for place, (one, _, _) in enumerate(EVERY)
    ]
    scores = score_items(items)
    assert scores.score.tolist() == [score for _, score, _ in EVERY]
    assert scores.n_used == len(EVERY)
    for place, (_, _, ops) in enumerate(EVERY):
        assert [step.op for step in scores.trace(f"A{place}").steps][:-2] == ops


def test_functions_are_called_once_per_group_of_options() -> None:
    items = [item(F.PRO_RATA, code=f"A{place}", actual=place, target=10) for place in range(50)]
    assert len(score_items(items).batches) == 1


def test_silent_rules_are_listed_only_where_they_mattered() -> None:
    items = [
        item(F.PRO_RATA, code="met", actual=10, target=10),
        item(F.PRO_RATA, code="over", actual=20, target=10),
        item(F.PRO_RATA, code="below", actual=5, target=10, direction=Direction.LOWER),
        item(F.PRO_RATA, code="above", actual=20, target=10, direction=Direction.LOWER),
        item(F.PRO_RATA, code="third", actual=1, target=3),
        item(F.EXECUTION_LINEAR, code="rate", actual=80),
        item(F.CHECKPOINTS, code="all", checkpoints=points([1, 1])),
        item(F.CHECKPOINTS, code="some", checkpoints=points([1, 0])),
        item(F.PRO_RATA, code="absent", absence=Absence.MISSING),
    ]
    scores = score_items(items)
    used = {code: sorted(scores.trace(code).silent) for code in scores.codes}
    assert used == {
        "met": [],
        "over": ["X01"],
        "below": [],
        "above": ["X02"],
        "third": ["X04"],
        "rate": ["X05"],
        "all": [],
        "some": ["X08"],
        "absent": ["X07"],
    }
    assert scores.silent_rules() == ("X01", "X02", "X04", "X05", "X07", "X08")
    assert scores.trace("above").silent["X02"] == "reverse_rule=target_over_actual"


def test_own_parameter_wins_over_the_choice_of_the_run_and_is_what_the_trace_says() -> None:
    one = item(
        F.PRO_RATA, actual=20, target=10, operator=Operator.AT_MOST, parameters={"反向指标计分方式": "met_or_zero"}
    )
    scores = score_items([one])
    assert scores.score[0] == 0
    assert scores.trace("A1").silent["X02"] == "reverse_rule=met_or_zero"


@pytest.mark.parametrize(("roll_up", "rate"), [(RollUp.MONEY, 0.6), (RollUp.COUNT, 0.75), (RollUp.EQUAL, 0.75)])
def test_units_are_scored_one_by_one_and_joined_by_the_declared_weights(roll_up: RollUp, rate: float) -> None:
    units = tuple(
        UnitValue(
            agency=name,
            inputs={"actual": quantity("actual", actual)},
            money=quantity("money", money),
            count=quantity("count", 3),
        )
        for name, actual, money in (("甲", 20, 10), ("乙", 5, 40))
    )
    scores = score_items([item(F.PRO_RATA, target=10, units=units, roll_up=roll_up)])
    assert scores.rate[0] == pytest.approx(rate)
    trace = scores.trace("A1")
    assert [step.op for step in trace.steps][:3] == ["unit", "unit", "unit_mean"]
    assert trace.steps[2].values["roll_up"] == roll_up.value
    assert trace.steps[0].values["agency"] == "甲"


def test_unit_without_a_result_is_left_out_and_said_so() -> None:
    units = tuple(
        UnitValue(
            agency=name, inputs={"numerator": quantity("numerator", 4), "denominator": quantity("denominator", low)}
        )
        for name, low in (("甲", 8), ("乙", 0))
    )
    scores = score_items([item(F.PRO_RATA, units=units)])
    assert scores.rate[0] == 0.5
    assert "UNITS_LEFT_OUT" in [caveat.code for caveat in scores.item_caveats("A1")]


def test_money_weights_of_nothing_are_refused() -> None:
    units = (UnitValue(agency="甲", inputs={"actual": quantity("actual", 1)}, money=quantity("money", 0)),)
    with pytest.raises(DataError, match="汇总权数"):
        score_items([item(F.PRO_RATA, target=10, units=units, roll_up=RollUp.MONEY)])


def test_formula_gives_the_actual_value_and_opens_the_trace() -> None:
    variables = (quantity("a", 95), quantity("b", 97))
    one = item(F.LINEAR_DEDUCTION, formula="mean(a, b)", variables=variables, parameters=DEDUCTION)
    scores = score_items([one])
    assert scores.score[0] == 8.0
    trace = scores.trace("A1")
    assert trace.steps[0].values == {"formula": "mean(a, b)", "value": 96.0}
    assert {found.name for found in trace.inputs} >= {"a", "b"}


def test_formula_over_nothing_is_undefined_not_zero() -> None:
    one = item(
        F.LINEAR_DEDUCTION, formula="a / b", variables=(quantity("a", 1), quantity("b", 0)), parameters=DEDUCTION
    )
    scores = score_items([one])
    assert math.isnan(scores.score[0])
    assert {caveat.code for caveat in scores.item_caveats("A1")} == {"ZERO_DIVISION", "UNDEFINED"}
    assert scores.trace("A1").steps[-1].op == "undefined"


def test_zero_denominator_is_undefined_with_its_rule() -> None:
    one = item(F.LINEAR_DEDUCTION, numerator=5, denominator=0, parameters=DEDUCTION)
    scores = score_items([one])
    assert math.isnan(scores.rate[0])
    assert "X06" in scores.trace("A1").silent


def test_zero_budget_rule_reaches_the_trace() -> None:
    scores = score_items(
        [item(F.EXECUTION_LINEAR, numerator=0, denominator=0)], SilentChoices.of({"zero_budget_rule": "full"})
    )
    assert scores.score[0] == 10
    assert [step.op for step in scores.trace("A1").steps][:2] == ["ratio", "zero_budget"]


def test_denominator_basis_and_cells_reach_the_trace() -> None:
    cell = CellAddress("f.xlsx", "指标体系", "K7")
    inputs = {
        "numerator": Quantity(name="numerator", value=9.0, cell=cell),
        "denominator": Quantity(name="denominator", value=10.0),
    }
    one = ScoringItem(
        code="A1", function=F.EXECUTION_LINEAR, full_score=5, inputs=inputs, denominator_basis=Denominator.BUDGET
    )
    trace = score_items([one]).trace("A1")
    assert trace.steps[0].values["denominator_basis"] == "budget"
    assert trace.inputs[0].cell == cell


def test_absent_items_keep_nan_and_their_kind() -> None:
    scores = score_items([item(F.PRO_RATA, code=kind.value, absence=kind) for kind in Absence])
    assert np.isnan(scores.score).all()
    assert (scores.n_used, scores.n_dropped) == (0, 3)
    assert [scores.item_caveats(code)[0].code for code in scores.codes] == [
        "ABSENT_NOT_APPLICABLE",
        "ABSENT_MISSING",
        "ABSENT_NOT_DUE",
    ]
    assert [step.op for step in scores.trace("missing").steps] == ["absent"]


def test_errors_of_points_are_findings_not_crashes() -> None:
    items = [
        item(F.GIVEN, code="g", full=5, given=5.2, reason="r"),
        item(F.QUALITATIVE_BANDS, code="q", label="一般", given=8.2, parameters=LABELS),
    ]
    assert [(code, caveat.code) for code, caveat in score_items(items).errors()] == [
        ("g", "OUTSIDE_FULL_SCORE"),
        ("q", "OUTSIDE_BAND"),
    ]


@pytest.mark.parametrize(
    ("point", "rate"),
    [
        (Checkpoint(number=1, outcome=CheckpointOutcome.MET), 1),
        (Checkpoint(number=1, outcome=CheckpointOutcome.UNMET), 0),
        (Checkpoint(number=1, outcome=CheckpointOutcome.PARTLY, factor=0.4), 0.4),
        (Checkpoint(number=1, outcome=CheckpointOutcome.NOT_ASSESSABLE), 1),
        (Checkpoint(number=1, actual=quantity("actual", 1), plan=quantity("plan", 4)), 0.25),
        (Checkpoint(number=1, outcome=CheckpointOutcome.MET, actual=quantity("a", 1), plan=quantity("p", 4)), 1),
    ],
)
def test_outcomes_of_points(point: Checkpoint, rate: float) -> None:
    assert score_items([item(F.CHECKPOINTS, checkpoints=(point,))]).rate[0] == rate


BAD: list[Any] = [
    item(F.PRO_RATA, target=10),
    item(F.PRO_RATA, actual=math.nan, target=10),
    item(F.PRO_RATA, actual=math.inf, target=10),
    item(F.PRO_RATA, full=math.nan, actual=1, target=10),
    item(F.PRO_RATA, full=-1, actual=1, target=10),
    item(F.PRO_RATA, actual=1, target=10, direction=Direction.HIGHER, operator=Operator.AT_MOST),
    item(F.PRO_RATA, actual=1, target=10, direction=Direction.RANGE),
    item(F.PRO_RATA, actual=1, target=10, target_high=5, operator=Operator.BETWEEN),
    item(F.PRO_RATA, formula="1 +", target=1),
    item(F.YES_NO, met=0.5),
    item(F.EXECUTION_INTERVAL_2021, numerator=1, denominator=1),
    item(F.QUALITATIVE_BANDS, label="很好", parameters=LABELS),
    item(F.CHECKPOINTS),
    item(F.CHECKPOINTS, checkpoints=points([1.2])),
    item(F.CHECKPOINTS, checkpoints=points([math.nan])),
    item(F.CHECKPOINTS, checkpoints=(*points([1], share=0.5), *points([1]))),
    item(F.CHECKPOINTS, checkpoints=points([0.5], outcome=CheckpointOutcome.MET)),
    item(F.CHECKPOINTS, checkpoints=points([1], share=1.5)),
    item(F.CHECKPOINTS, checkpoints=(Checkpoint(number=1, outcome=CheckpointOutcome.PROPORTIONAL),)),
]


@pytest.mark.parametrize("one", BAD)
def test_malformed_items_are_refused(one: ScoringItem) -> None:
    with pytest.raises(DataError) as error:
        score_items([one])
    assert "A1" in str(error.value)


def test_all_problems_of_all_items_at_once() -> None:
    with pytest.raises(DataError) as error:
        score_items([item(F.PRO_RATA, code="X"), item(F.GIVEN, code="Y"), item(F.GIVEN, code="Y", given=1)])
    assert [problem.where for problem in error.value.problems] == ["指标 X", "指标 Y", "指标 Y"]


def test_nothing_to_score_is_no_crash() -> None:
    assert score_items([]).n_used == 0


@given(st.floats(0, 1), st.floats(0, 50), st.integers(0, 4))
def test_points_stay_between_zero_and_the_full_score(rate: float, full: float, decimals: int) -> None:
    choices = SilentChoices.of({"item_decimals": decimals})
    scores = score_items([item(F.PRO_RATA, full, actual=rate, target=1)], choices)
    assert 0 <= scores.exact[0] <= full
    assert abs(scores.score[0] - scores.exact[0]) <= 0.5 * 10**-decimals + 1e-8
