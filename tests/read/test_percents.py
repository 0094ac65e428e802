"""Fractions beside percents are told by cell; numbers on one scale are left alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from perfkit.read.engagement import check_engagement
from perfkit.terms import ScoringFunction, Severity
from tests.read.samples import address, tables, write

F = ScoringFunction
E, W = Severity.ERROR, Severity.WARNING
BASE = {"code": "X1", "level1": "产出", "level3": "x", "full_score": 5}
STEP = {"deduct_share_per_unit": 0.05}


def _found(tmp_path: Path, row: Mapping[str, object]) -> list[tuple[str, Severity]]:
    path = write(tmp_path / "x.xlsx", indicators=[*tables()["indicators"], {**BASE, **row}])
    found = [problem for problem in check_engagement(path) if problem.code == "WB-PERCENT-UNIT"]
    return [(problem.where.partition("（")[0].rpartition(" › ")[2], problem.severity) for problem in found]


@pytest.mark.parametrize(
    ("row", "column", "severity"),
    [
        ({"function": F.EXECUTION_LINEAR, "actual": 0.9335}, "actual", E),
        ({"function": F.EXECUTION_LINEAR, "actual": 1}, "actual", E),
        ({"function": F.EXECUTION_LINEAR, "actual": 0.9335, "unit": "%"}, "actual", W),
        ({"function": F.SATISFACTION_STEPS, "actual": 0.92}, "actual", E),
        ({"function": F.PRO_RATA, "numerator": 50, "denominator": 100, "target": 0.9}, "target", E),
        ({"function": F.PRO_RATA, "numerator": 50, "denominator": 100, "target": 0.9, "unit": "%"}, "target", W),
        ({"function": F.PRO_RATA, "actual": "50%", "target": 0.9}, "target", E),
        ({"function": F.PRO_RATA, "actual": 0.5, "target": "90%"}, "actual", E),
        ({"function": F.PRO_RATA, "actual": 0.5, "target": 90}, "actual", W),
        ({"function": F.PRO_RATA, "actual": 50, "target": 0.9}, "target", W),
        ({"function": F.LINEAR_DEDUCTION, "actual": 0.9, "parameters": {"full_at": 95, **STEP}}, "actual", W),
        ({"function": F.LINEAR_DEDUCTION, "actual": 0.9, "parameters": {"full_at": "95%", **STEP}}, "actual", E),
        ({"function": F.THRESHOLD_DEDUCTION, "numerator": 9, "denominator": 10,
          "parameters": {"full_at": 0.95, **STEP}}, "parameters", E),
        ({"function": F.INTERVAL_STEPS, "actual": 0.85, "parameters": {"steps": "90:100%/80:80%"}}, "actual", W),
        ({"function": F.PRO_RATA, "actual": 95, "target": 90, "rule_value": 0.8}, "rule_value", W),
    ],
)  # fmt: skip
def test_two_scales_are_told_at_the_smaller_number(
    tmp_path: Path, row: Mapping[str, object], column: str, severity: Severity
) -> None:
    assert _found(tmp_path, row) == [(address("indicators", column, 7), severity)]


@pytest.mark.parametrize(
    "row",
    [
        {"function": F.EXECUTION_LINEAR, "actual": "0.5%"},
        {"function": F.EXECUTION_LINEAR, "actual": 0},
        {"function": F.EXECUTION_LINEAR, "numerator": 0.9, "denominator": 1},
        {"function": F.SATISFACTION_STEPS, "actual": 0.92, "parameters": {"steps": "0.9:100%/0.8:80%"}},
        {"function": F.PRO_RATA, "actual": 0.85, "target": 0.9},
        {"function": F.PRO_RATA, "actual": 0.2, "target": "0.9%"},
        {"function": F.PRO_RATA, "actual": 0.5, "target": 60, "unit": "万吨"},
        {"function": F.PRO_RATA, "actual": 1, "target": 2},
        {"function": F.PRO_RATA, "numerator": 2, "denominator": 1000, "target": "0.5%"},
        {"function": F.PRO_RATA, "numerator": 9, "denominator": 10},
        {"function": F.COUNT_THRESHOLD, "actual": 1, "parameters": STEP},
        {"function": F.LINEAR_DEDUCTION, "actual": 0.9, "parameters": {"full_at": 1, **STEP}},
        {"function": F.EXECUTION_LINEAR, "actual": "缺失"},
    ],
)
def test_one_scale_is_no_problem(tmp_path: Path, row: Mapping[str, object]) -> None:
    assert _found(tmp_path, row) == []
