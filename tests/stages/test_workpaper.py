"""Working paper: plan, targets, units, margins and the totals under other readings of the rules."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from perfkit.stages.key_evaluation import Evaluation
from perfkit.terms import Absence, Operator
from tests.stages.engagements import evaluated, indicator, numbers


def test_plan_has_the_twelve_elements(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, {"indicators": [indicator("C1")]}, {"staffing": "六人", "bases": "《办法》"})
    table = {line["element"]: line["content"] for line in evaluation.plan.rows}
    assert [line["number"] for line in evaluation.plan.rows] == list(range(1, 13))
    assert table["人员配置"] == "六人"
    assert table["评价依据"].endswith("《办法》")
    assert table["工作纪律"] == ""
    assert [name for name, words in table.items() if "附件1" in words] == ["指标体系"]


def test_targets_beside_what_was_reached(tmp_path: Path) -> None:
    rows = [
        indicator("C1", target=1234567, operator=Operator.AT_LEAST, actual=1200000),
        indicator("C2", target=(1234567, 2345678), operator=Operator.BETWEEN, actual=2000000),
        indicator("C3", target=95, unit="%", actual=None, numerator=2, denominator=3),
        indicator("C4", absence=Absence.NOT_DUE, target=5),
        indicator("C5", target=None, given_score=3, opinion="理由"),
        indicator("C6", target=3, operator=Operator.AT_MOST, actual=2.5),
    ]
    table = {
        line["code"]: (line["target"], line["actual"])
        for line in evaluated(tmp_path, {"indicators": rows}).targets.rows
    }
    assert table == {
        "C1": ("≥1234567", "1200000"),
        "C2": ("1234567～2345678", "2000000"),
        "C3": ("95", "66.67"),
        "C4": ("5", "未到期"),
        "C6": ("≤3", "2.5"),
    }


def test_targets_of_units_point_to_their_table(tmp_path: Path) -> None:
    row = indicator("C1", actual=None, target=10, roll_up="简单平均")
    units = [{"code": "C1", "agency": "甲", "actual": 5}, {"code": "C1", "agency": "乙", "target": 5, "actual": 5}]
    evaluation = evaluated(tmp_path, {"indicators": [row], "units": units})
    assert evaluation.targets.rows[0]["actual"] == "见分单位数据"
    assert [(line["target"], line["rate"]) for line in evaluation.units.rows] == [(10.0, 0.5), (5.0, 1.0)]
    assert evaluated(tmp_path / "none", {"indicators": [indicator("C1")]}).units.rows == ()


@pytest.mark.parametrize(
    ("score", "grade", "low", "high"),
    [(80, "良", 80, 90), (79.99, "中", 60, 80), (90, "优", 90, 100), (12, "差", 0, 60)],
)
def test_margins(tmp_path: Path, score: float, grade: str, low: float, high: float) -> None:
    rows = [indicator("C1", full=100, given_score=score, opinion="理由")]
    margins = evaluated(tmp_path, {"indicators": rows}).margins.rows
    assert [line["label"] for line in margins] == ["正式总分", "精确总分"]
    for line in margins:
        assert (line["grade"], line["lower_edge"], line["upper_edge"]) == (grade, low, high)
        assert line["to_lower"] == pytest.approx(score - low)
        assert line["to_upper"] == pytest.approx(high - score)


def alternatives(evaluation: Evaluation) -> dict[str, tuple[float, str, float]]:
    return {line["label"]: (line["total"], line["grade"], line["difference"]) for line in evaluation.alternatives.rows}


ROWS = [
    indicator("C1", full=33.33, actual=50, rule_value=100, rule_note="口径"),
    indicator("C2", full=33.33, target=50, actual=100, operator=Operator.AT_MOST, direction="越低越好"),
    indicator("C3", full=33.34, absence=Absence.NOT_DUE, target=5),
]


def test_every_alternative_changes_one_choice(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, {"indicators": ROWS}, silent={"not_due_rule": "zero"})
    found = alternatives(evaluation)
    # Items of 33.33 points at a rate of one half: 16.665 is printed 16.67, and two of them make 33.34 or 33.33.
    assert found == {
        "正式总分（各指标取整后得分之和）": (33.34, "差", 0.0),
        "按评分细则文字计分": (50.0, "差", pytest.approx(16.66)),
        "改按未取整得分求和后取整": (33.33, "差", pytest.approx(-0.01)),
        "反向指标改为达标满分、不达标零分": (16.67, "差", pytest.approx(-16.67)),
        "不适用、缺失、未到期一律计零分": (33.34, "差", 0.0),
        "不适用、缺失、未到期一律计满分": (66.68, "中", pytest.approx(33.34)),
    }
    assert numbers(evaluation)["total"] == 33.34


def test_labels_follow_the_total_rule_of_the_run(tmp_path: Path) -> None:
    silent = {"not_due_rule": "zero", "total_rule": "rounded_sum"}
    found = alternatives(evaluated(tmp_path, {"indicators": ROWS}, silent=silent))
    assert found["正式总分（未取整得分求和后取整）"] == (33.33, "差", 0.0)
    assert found["改按各指标取整后得分之和"] == (33.34, "差", pytest.approx(0.01))


def test_a_withheld_total_has_alternatives(tmp_path: Path) -> None:
    found = alternatives(evaluated(tmp_path, {"indicators": ROWS}, silent={"not_due_rule": "hold"}))
    official = found["正式总分（各指标取整后得分之和）"]
    assert math.isnan(official[0])
    assert official[1] == ""
    assert found["不适用、缺失、未到期一律计零分"][0] == 33.34
