"""From rows to scoring items: which cell is the actual value, and what the printed rule text would give."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfkit.stages.key_evaluation import Evaluation
from perfkit.stages.key_evaluation.items import Context, scoring_items
from perfkit.terms import CheckpointOutcome, Denominator, ScoringFunction, SurveyAccess
from tests.stages.engagements import evaluated, indicator, numbers

F = ScoringFunction
RATES = "满分点=100；每单位扣分比例=0.05；扣分单位=1"


def one(folder: Path, more: dict[str, object], **tables: list[dict[str, object]]) -> Evaluation:
    """Evaluate one indicator C1 of 10 points."""
    return evaluated(folder, {"indicators": [indicator("C1", **more)], **tables})


def score(evaluation: Evaluation) -> float:
    return float(evaluation.scorecard.result.item("C1").score)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, 8.0),
        ({"numerator": 45, "denominator": 50, "unit": "%"}, 9.0),
        ({"actual": 40, "numerator": 45, "denominator": 50, "unit": "%"}, 9.0),
        ({"actual": 125, "operator": "≤"}, 8.0),
        ({"target": (70, 90), "operator": "区间"}, 10.0),
        ({"function": F.LINEAR_DEDUCTION, "unit": "%", "actual": 96, "parameters": RATES}, 8.0),
        ({"given_score": 7.25, "opinion": "理由"}, 7.25),
        ({"function": F.YES_NO, "label": "是", "actual": None, "target": None}, 10.0),
        ({"function": F.YES_NO, "label": "否", "actual": None, "target": None}, 0.0),
    ],
)
def test_where_the_points_come_from(tmp_path: Path, more: dict[str, object], expected: float) -> None:
    assert score(one(tmp_path, more)) == expected


def test_inputs_keep_their_cells(tmp_path: Path) -> None:
    trace = one(tmp_path, {"numerator": 45, "denominator": 50, "numerator_name": "合格数", "unit": "%"}).traces[0]
    inputs = {quantity.name: quantity for quantity in trace.inputs}
    assert inputs["numerator"].label == "合格数"
    cells = {str(inputs[name].cell) for name in ("numerator", "denominator", "target")}
    assert len(cells) == 3
    assert all("指标体系" in cell for cell in cells)


def test_a_formula_takes_its_variables(tmp_path: Path) -> None:
    variables = [{"code": "C1", "variable": name, "value": value} for name, value in (("a", 30), ("b", 20))]
    evaluation = one(tmp_path, {"formula": "a+b", "actual": None}, variables=variables)
    assert score(evaluation) == 5.0
    assert evaluation.scorecard.actual("C1") == 50.0


def test_experts_give_their_mean_unless_a_score_is_adopted(tmp_path: Path) -> None:
    experts = [{"rater": name, "code": "C1", "score": value} for name, value in (("甲", 6), ("乙", 7))]
    blank = {"function": F.GIVEN, "target": None, "actual": None, "opinion": "两位专家独立评分"}
    evaluation = one(tmp_path / "mean", blank, experts=experts)
    assert score(evaluation) == 6.5
    assert [line["adopted"] for line in evaluation.experts.rows] == [6.5, 6.5]
    assert score(one(tmp_path / "adopted", blank | {"given_score": 9}, experts=experts)) == 9.0


def test_a_survey_is_the_actual_value_of_its_indicator(tmp_path: Path) -> None:
    survey = {
        "id": "S1",
        "group": "居民",
        "access": SurveyAccess.CENSUS,
        "scale": "100/75/50/25/0",
        "indicator": ("C1",),
    }
    counts = {"id": "S1", "question": "1", "option1": 2, "option2": 1, "option3": 1, "option4": 0, "option5": 0}
    blank = {"actual": None, "target": 90, "unit": "%"}
    evaluation = one(tmp_path / "open", blank, surveys=[survey], survey_counts=[counts])
    assert evaluation.scorecard.actual("C1") == pytest.approx(81.25)
    assert score(evaluation) == 9.03
    typed = one(tmp_path / "typed", blank | {"actual": 90}, surveys=[survey], survey_counts=[counts])
    assert score(typed) == 10.0


POINTS = [
    {"code": "C1", "number": 1, "outcome": CheckpointOutcome.MET},
    {
        "code": "C1",
        "number": 2,
        "outcome": CheckpointOutcome.PARTLY,
        "factor": 0.5,
        "rule_factor": 0,
        "reason": "缺档案",
    },
    {"code": "C1", "number": 3, "outcome": CheckpointOutcome.PROPORTIONAL, "actual": 3, "plan": 4},
    {"code": "C1", "number": 4, "outcome": CheckpointOutcome.NOT_ASSESSABLE},
]


def test_checkpoints_and_what_the_rule_text_gives(tmp_path: Path) -> None:
    blank = {"function": F.CHECKPOINTS, "target": None, "actual": None, "rule_note": "细则不给部分分"}
    card = one(tmp_path, blank, checkpoints=POINTS).scorecard
    assert card.result.item("C1").exact == pytest.approx(10 * (1 + 0.5 + 0.75 + 1) / 4)
    assert card.by_rule_text.item("C1").exact == pytest.approx(10 * (1 + 0 + 0.75 + 1) / 4)


def test_the_rule_value_replaces_a_ratio_and_a_formula(tmp_path: Path) -> None:
    evaluation = one(tmp_path / "ratio", {"numerator": 45, "denominator": 50, "unit": "%", "rule_value": 70})
    assert score(evaluation) == 9.0
    assert evaluation.scorecard.by_rule_text.item("C1").score == 7.0
    variables = [{"code": "C1", "variable": "a", "value": 30}]
    formula = {"formula": "a*2", "actual": None, "rule_value": 50}
    evaluation = one(tmp_path / "formula", formula, variables=variables)
    assert (score(evaluation), evaluation.scorecard.by_rule_text.item("C1").score) == (6.0, 5.0)


def test_another_denominator_than_the_framework_is_said(tmp_path: Path) -> None:
    rate = {"level3": "预算执行率", "numerator": 45, "denominator": 50, "unit": "%"}
    odd = one(tmp_path / "budget", rate | {"denominator_basis": Denominator.BUDGET}).scorecard
    assert [caveat.code for caveat in odd.scores.item_caveats("C1")] == ["DENOMINATOR_DIFFERS:budget:received"]
    usual = one(tmp_path / "received", rate | {"denominator_basis": Denominator.RECEIVED}).scorecard
    assert usual.scores.item_caveats("C1") == ()


def test_a_given_item_without_a_score_is_missing_and_withholds_the_total(tmp_path: Path) -> None:
    blank = {"function": F.GIVEN, "target": None, "actual": None, "absence": "缺失"}
    evaluation = one(tmp_path, blank)
    assert numbers(evaluation)["grade"] is None
    assert numbers(evaluation)["counts.absent"] == 1


def test_items_come_in_the_order_of_the_rows(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, {"indicators": [indicator("C2"), indicator("A1", "决策"), indicator("C1")]})
    context = Context(
        engagement=evaluation.engagement,
        framework=evaluation.framework,
        rule_set=evaluation.rule_set,
        surveys=evaluation.surveys,
    )
    assert [item.code for item in scoring_items(context)] == ["C2", "A1", "C1"]
