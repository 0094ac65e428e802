"""Checks between sheets: every one with the cell it names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from perfkit.read.engagement import check_engagement
from perfkit.terms import CheckpointOutcome, RollUp, ScoringFunction, Severity
from tests.read.samples import address, errors, tables, write

F = ScoringFunction
BASE = {"code": "X1", "level1": "产出", "level3": "x", "full_score": 5}


def _only(path: Path) -> tuple[str, str]:
    (problem,) = errors(check_engagement(path))
    return problem.code, problem.where.partition("（")[0].rpartition(" › ")[2]


def _with(tmp_path: Path, row: Mapping[str, object], **more: list[dict[str, object]]) -> Path:
    return write(tmp_path / "x.xlsx", indicators=[*tables()["indicators"], {**BASE, **row}], **more)


@pytest.mark.parametrize(
    ("sheet", "row", "column"),
    [
        ("variables", {"code": "B299", "variable": "a", "value": 1}, "code"),
        ("experts", {"rater": "甲", "code": "B299", "score": 1}, "code"),
        ("problems", {"id": "P1", "problem": "x", "indicators": ("B201", "B299")}, "indicators"),
        ("comments", {"id": "C1", "origin": "x", "text": "x", "adoption": "采纳", "reason": "x", "indicators": ("B299",)}, "indicators"),
        ("survey_counts", {"id": "W9", "question": "Q1", "option1": 1}, "id"),
    ],
)  # fmt: skip
def test_a_code_that_leads_nowhere_is_an_error(tmp_path: Path, sheet: str, row: dict[str, object], column: str) -> None:
    kept = tables().get(sheet, [])
    path = write(tmp_path / "x.xlsx", **{sheet: [*kept, row]})
    assert _only(path) == ("WB-DANGLING", address(sheet, column, 4 + len(kept)))


def test_a_near_code_is_suggested_and_unknown_evidence_is_a_warning(tmp_path: Path) -> None:
    rows = tables()["indicators"]
    rows[1]["evidence"] = ("E02",)
    (problem,) = check_engagement(write(tmp_path / "x.xlsx", indicators=rows))
    assert (problem.code, problem.severity) == ("WB-DANGLING", Severity.WARNING)
    assert "E01" in problem.mend


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"function": F.PRO_RATA, "target": 5}, "actual"),
        ({"function": F.PRO_RATA, "actual": 5}, "target"),
        ({"function": F.GIVEN}, "given_score"),
        ({"function": F.QUALITATIVE_BANDS, "target": "明显提升"}, "label"),
        ({"function": F.EXECUTION_LINEAR, "numerator": 3}, "actual"),
    ],
)
def test_missing_inputs_are_named(tmp_path: Path, row: Mapping[str, object], column: str) -> None:
    assert _only(_with(tmp_path, row)) == ("WB-INPUT", address("indicators", column, 7))


@pytest.mark.parametrize(
    "row",
    [
        {"function": F.PRO_RATA, "actual": "不适用"},
        {"function": F.PRO_RATA, "numerator": 3, "denominator": 4},
        {"function": F.GIVEN, "absence": "缺失"},
        {"function": F.CHECKPOINTS, "absence": "不适用"},
        {"function": F.YES_NO, "actual": "是", "target": "无事故"},
    ],
)
def test_sufficient_inputs_are_no_problem(tmp_path: Path, row: Mapping[str, object]) -> None:
    assert not errors(check_engagement(_with(tmp_path, row)))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"function": F.PRO_RATA, "actual": 3, "target": "较好"}, ("WB-NUMBER", address("indicators", "target", 7))),
        ({"function": F.PRO_RATA, "actual": "是", "target": 5}, ("WB-NUMBER", address("indicators", "actual", 7))),
        ({"function": F.CHECKPOINTS}, ("WB-POINTS", address("indicators", "function", 7))),
        ({"function": F.GIVEN, "given_score": 6}, ("WB-RANGE", address("indicators", "given_score", 7))),
        ({"function": F.GIVEN, "given_score": 0, "full_score": 0}, ("WB-RANGE", address("indicators", "full_score", 7))),
        ({"function": F.INTERVAL_STEPS, "actual": 5, "roll_up": RollUp.MONEY}, ("WB-UNITS", address("indicators", "roll_up", 7))),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(tmp_path: Path, row: Mapping[str, object], expected: tuple[str, str]) -> None:
    assert _only(_with(tmp_path, row)) == expected


def test_a_formula_needs_its_variables(tmp_path: Path) -> None:
    row = {"function": F.INTERVAL_STEPS, "formula": "round(paid / budget) + paid"}
    variables = [{"code": "X1", "variable": "paid", "value": 1.0}]
    path = _with(tmp_path, row, variables=variables)
    (problem,) = errors(check_engagement(path))
    assert problem.code == "WB-FORMULA-NAME"
    assert "budget" in problem.found
    assert not errors(
        check_engagement(_with(tmp_path, row, variables=[*variables, {"code": "X1", "variable": "budget", "value": 2}]))
    )


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([{"number": 1, "outcome": CheckpointOutcome.MET, "share": 0.5}, {"number": 2, "outcome": CheckpointOutcome.MET}], "WB-SHARE"),
        ([{"number": n, "outcome": CheckpointOutcome.MET, "share": 0.45} for n in (1, 2)], "WB-SHARE"),
        ([{"number": 1}], "WB-POINTS"),
        ([{"number": 1, "outcome": CheckpointOutcome.PARTLY}], "WB-POINTS"),
        ([{"number": 1, "outcome": CheckpointOutcome.PROPORTIONAL, "actual": 3}], "WB-POINTS"),
    ],
)  # fmt: skip
def test_checkpoints_hold_together(tmp_path: Path, points: list[dict[str, object]], code: str) -> None:
    path = write(tmp_path / "x.xlsx", checkpoints=[{"code": "A101", **point} for point in points])
    assert _only(path)[0] == code


def test_units_need_a_roll_up_and_its_weight(tmp_path: Path) -> None:
    units = [{"code": "X1", "agency": "甲", "actual": 3, "money": 10}, {"code": "X1", "agency": "乙", "actual": 4}]
    row = {"function": F.INTERVAL_STEPS}
    assert _only(_with(tmp_path, row, units=units)) == ("WB-UNITS", address("indicators", "roll_up", 7))
    assert _only(_with(tmp_path, {**row, "roll_up": "money"}, units=units)) == (
        "WB-UNITS",
        address("units", "money", 5),
    )
    assert not errors(check_engagement(_with(tmp_path, {**row, "roll_up": "equal"}, units=units)))


def test_a_fraction_under_a_percent_unit_is_a_warning(tmp_path: Path) -> None:
    row = {"function": F.PRO_RATA, "actual": 0.9335, "target": 95, "unit": "%"}
    (problem,) = check_engagement(_with(tmp_path, row))
    assert (problem.code, problem.severity) == ("WB-PERCENT-UNIT", Severity.WARNING)
    assert not check_engagement(_with(tmp_path, {**row, "target": 1}))


def test_a_survey_without_data_is_a_warning(tmp_path: Path) -> None:
    (problem,) = check_engagement(write(tmp_path / "x.xlsx", survey_counts=[]))
    assert (problem.code, problem.severity) == ("WB-SURVEY", Severity.WARNING)
