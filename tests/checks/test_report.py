"""Checks of problems, advice, evidence, bases, procedure and limits on failing examples and beside them."""

from __future__ import annotations

from typing import Any

import pytest

from perfkit.checks.report import (
    advice_findings,
    basis_findings,
    deduction_findings,
    evidence_index_findings,
    limit_findings,
    procedure_findings,
)
from perfkit.terms import Severity

ADVICE = {"id": "P1", "advice": "改", "responsible": "某局", "deadline": "年底", "proof": "报告"}


def codes(findings: Any) -> list[str]:
    return [item.code for item in findings]


def test_a_deduction_leads_to_a_problem_or_a_reason() -> None:
    assert deduction_findings(["C1"], ["C1"], ["C1", "C2"], []) == []
    (found,) = deduction_findings(["C1", "C2"], ["C2"], ["C1", "C2"], ["C2"])
    assert (found.code, found.severity) == ("R09", Severity.ERROR)
    assert "C1" in found.message
    assert "C2" not in found.message


def test_a_problem_leads_to_a_deduction() -> None:
    (unknown,) = deduction_findings([], [], ["C1"], ["C9"])
    assert (unknown.severity, "C9" in unknown.message) == (Severity.ERROR, True)
    (idle,) = deduction_findings([], [], ["C1"], ["C1"])
    assert (idle.severity, "C1" in idle.message) == (Severity.WARNING, True)
    assert deduction_findings(["C1"], ["C1"], ["C1"], ["C1"]) == []


@pytest.mark.parametrize("part", ["advice", "responsible", "deadline", "proof"])
def test_advice_has_four_parts(part: str) -> None:
    assert advice_findings([ADVICE]) == []
    assert codes(advice_findings([ADVICE | {part: ""}])) == ["R10"]
    assert advice_findings([ADVICE | {part: "", "suggested": True}]) == []


def test_cited_evidence_is_indexed_and_there() -> None:
    assert evidence_index_findings({"E1": ["C1"]}, ["E1", "E2"], []) == []
    found = evidence_index_findings({"E9": ["C1", "C2"], "E1": ["C1"]}, ["E1"], ["批复.pdf"])
    assert codes(found) == ["R11", "R12"]
    assert "C1、C2" in found[0].message
    assert "批复.pdf" in found[1].message


@pytest.mark.parametrize("number", ["财预〔2011〕285号", "财预[2011]285号"])
def test_repealed_rules(number: str) -> None:
    (found,) = basis_findings(["《预算法》", f"《财政支出绩效评价管理暂行办法》（{number}）"])
    assert (found.code, found.expected) == ("R18", "财预〔2020〕10号")
    assert basis_findings(["《项目支出绩效评价管理办法》（财预〔2020〕10号）"]) == []


ELEMENTS = {"staffing": "人员配置", "schedule": "时间安排"}
FILLED = {"staffing": "六人", "schedule": "三月", "lead_evaluator": "张评"}


@pytest.mark.parametrize(
    ("change", "third_party", "expected"),
    [
        ({}, True, []),
        ({"schedule": ""}, True, ["P01"]),
        ({"schedule": ""}, False, []),
        ({"lead_evaluator": ""}, True, ["P03"]),
        ({"lead_evaluator": ""}, False, []),
    ],
)
def test_procedure_of_third_parties(change: dict[str, str], third_party: bool, expected: list[str]) -> None:
    assert codes(procedure_findings(FILLED | change, ELEMENTS, [], third_party)) == expected


@pytest.mark.parametrize("comment", [{"adoption": "采纳", "reason": ""}, {"adoption": "", "reason": "属实"}])
def test_comments_are_answered_with_a_reason(comment: dict[str, str]) -> None:
    assert codes(procedure_findings(FILLED, ELEMENTS, [{"id": "K1", **comment}], False)) == ["P04"]
    answered = {"id": "K1", "adoption": "采纳", "reason": "属实"}
    assert procedure_findings(FILLED, ELEMENTS, [answered], True) == []


def test_absences_are_told() -> None:
    assert codes(limit_findings(["C1"], "")) == ["R20"]
    assert limit_findings(["C1"], "未到期") == []
    assert limit_findings([], "") == []
