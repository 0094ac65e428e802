"""What scoring refuses comes with its cell, in one pass with what reading refuses, and never twice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from perfkit.errors import DataError
from perfkit.read.engagement import read_loosely
from perfkit.read.template import write_workbook
from perfkit.stages.key_evaluation import scoring_problems
from perfkit.terms import CheckpointOutcome, Direction, Operator, Phase, ScoringFunction, Severity
from tests.read.samples import FIRST_ROW, address, spoil
from tests.stages.engagements import OVERVIEW, evaluated, indicator

F = ScoringFunction
SHEETS = {"indicators": "指标体系", "checkpoints": "评价要点", "units": "分单位"}
GOOD = indicator("C1", "产出", 40)
POINTS = indicator("C2", "产出", 60, function=F.CHECKPOINTS)
BAD_FACTOR = {"code": "C2", "number": 1, "outcome": CheckpointOutcome.MET, "factor": 0.5}


def _written(folder: Path, rows: list[dict[str, object]], **tables: list[dict[str, object]]) -> Path:
    path = folder / "评价工作簿.xlsx"
    write_workbook(path, {"indicators": rows, **tables}, OVERVIEW)
    return path


def _found(path: Path) -> list[tuple[str, str]]:
    """Return (where without the file, code) of what scoring would refuse."""
    engagement, _ = read_loosely(path)
    assert engagement is not None
    return [(problem.where.partition(" › ")[2], problem.code) for problem in scoring_problems(engagement)]


def _at(sheet: str, column: str, header: str, row: int = FIRST_ROW) -> str:
    return f"{SHEETS[sheet]} › {address(sheet, column, row)}（{header}）"


@pytest.mark.parametrize(
    ("row", "column", "header", "code"),
    [
        ({"function": F.LINEAR_DEDUCTION}, "parameters", "计分参数", "SC-PARAMETER"),
        ({"function": F.PASS_LINE, "parameters": {"pass_line": "六成"}}, "parameters", "计分参数", "SC-PARAMETER"),
        ({"parameters": {"steps": "90:100%"}}, "parameters", "计分参数", "SC-PARAMETER"),
        ({"direction": Direction.LOWER, "operator": Operator.AT_LEAST}, "direction", "方向", "SC-ITEM"),
        ({"formula": "a +", "function": F.PRO_RATA, "actual": None}, "formula", "计算公式", "SC-FORMULA"),
        ({"function": F.QUALITATIVE_BANDS, "label": "甚佳", "parameters": {"labels": "好/中/差", "bands": "80%/60%/0%"}},
         "label", "定性结论", "SC-ITEM"),
    ],
)  # fmt: skip
def test_each_refusal_has_its_cell(
    tmp_path: Path, row: Mapping[str, object], column: str, header: str, code: str
) -> None:
    variables: list[dict[str, object]] = [{"code": "C2", "variable": "a", "value": 1.0}] if "formula" in row else []
    path = _written(tmp_path, [GOOD, indicator("C2", "产出", 60, **row)], variables=variables)
    assert _found(path) == [(_at("indicators", column, header, 5), code)]


def test_checkpoints_and_units_have_their_own_rows(tmp_path: Path) -> None:
    units = [{"code": "C3", "agency": name, "actual": 50, "money": 0} for name in ("甲", "乙")]
    rows = [GOOD, POINTS, indicator("C3", "产出", 10, roll_up="money")]
    path = _written(tmp_path, rows, checkpoints=[BAD_FACTOR], units=units)
    assert _found(path) == [
        (_at("checkpoints", "outcome", "判定"), "SC-ITEM"),
        (_at("indicators", "roll_up", "分单位汇总", 6), "SC-ITEM"),
    ]


def test_parameters_are_checked_beside_cells_that_cannot_be_read(tmp_path: Path) -> None:
    """One pass: what reading refused is not said again, neither by its cell nor as a missing input."""
    rows = [
        indicator("C1", "产出", 40, function=F.LINEAR_DEDUCTION),
        indicator("C2", "产出", 60),
        indicator("C3", "产出", 60),
    ]
    path = _written(tmp_path, rows, experts=[{"rater": "甲", "code": "C2", "score": 1}])
    spoil(path, {
        ("指标体系", address("indicators", "actual", 5)): "很多",
        ("指标体系", address("indicators", "full_score", 6)): "无",
        ("专家评分", address("experts", "score")): "高",
    })  # fmt: skip
    engagement, problems = read_loosely(path)
    assert engagement is not None
    wrong = [problem.where for problem in problems if problem.severity is Severity.ERROR]
    assert len(wrong) == len(set(wrong)) >= 3
    found = scoring_problems(engagement)
    assert [problem.where.partition(" › ")[2] for problem in found] == [_at("indicators", "parameters", "计分参数")]
    assert "（指标 C1）" in found[0].found


def test_a_point_that_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    path = _written(tmp_path, [GOOD, POINTS], checkpoints=[BAD_FACTOR])
    spoil(path, {("评价要点", address("checkpoints", "factor")): "一半"})
    assert _found(path) == []


def test_what_surveys_and_rules_will_give_is_not_missed(tmp_path: Path) -> None:
    """A survey's answer, the labels of the rule set and the formulas of the framework come later."""
    rows = [
        indicator("C1", "产出", 40, function=F.SATISFACTION_STEPS, actual=None, unit="%"),
        indicator("C2", "产出", 30, function=F.QUALITATIVE_BANDS, label="达成预期指标"),
        indicator("C3", "产出", 30, actual=None, level3="预算执行率"),
    ]
    surveys = [{"id": "W1", "group": "村民", "access": "名单抽样", "scale": (100, 50), "indicator": ("C1",)}]
    variables = [{"code": "C3", "variable": "funds_executed", "value": 1.0}]
    assert _found(_written(tmp_path, rows, surveys=surveys, variables=variables)) == []


def test_a_run_names_the_cell_too(tmp_path: Path) -> None:
    rows = [GOOD, indicator("C2", "产出", 60, parameters={"cap": "两倍"})]
    with pytest.raises(DataError) as caught:
        evaluated(tmp_path / "x", {"indicators": rows})
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == (
        "SC-PARAMETER",
        f"评价工作簿.xlsx › {_at('indicators', 'parameters', '计分参数', 5)}",
    )


def test_the_2021_execution_steps_need_the_phase_of_the_project(tmp_path: Path) -> None:
    row = indicator("C1", "过程", 10, function=F.EXECUTION_INTERVAL_2021, target=None, actual=70, unit="%")
    tables = {"indicators": [row, indicator("C2", "产出", 90)]}
    with pytest.raises(DataError) as caught:
        evaluated(tmp_path / "x", tables)
    (problem,) = caught.value.problems
    assert (problem.code, "概况 › B" in problem.where, "项目阶段" in problem.where) == ("WB-INPUT", True, True)
    assert _found(tmp_path / "x" / "评价工作簿.xlsx") == []
    done = evaluated(tmp_path / "x", tables, {"phase": Phase.COMPLETED})
    going = evaluated(tmp_path / "x", tables, {"phase": Phase.IN_PROGRESS})
    assert done.scorecard.scores.score[0] != going.scorecard.scores.score[0]
