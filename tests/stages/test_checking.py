"""Which checks a key evaluation runs: each finding fires on its failing workbook and is silent beside it."""

from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from perfkit.stages.key_evaluation import Evaluation
from perfkit.terms import Adoption, CheckpointOutcome, Denominator, FundRow, ScoringFunction, SurveyAccess
from tests.stages.engagements import evaluated, finding_codes, indicator

WHOLE_OVERVIEW = {
    **dict.fromkeys(("staffing", "schedule", "purpose", "scope", "methods", "standards", "sampling_note"), "已写"),
    **dict.fromkeys(("survey_note", "materials", "discipline", "lead_evaluator", "limits"), "已写"),
    "bases": "《中华人民共和国预算法》",
}
RATE = indicator(
    "B1", "过程", 20, level3="预算执行率", unit="%", actual=None, numerator=80, denominator=100,
    denominator_basis=Denominator.RECEIVED, evidence=("E1",), rater="甲",
)  # fmt: skip
POINTS = indicator(
    "A1", "决策", 20, function=ScoringFunction.CHECKPOINTS, target=None, actual=None, evidence=("E1",), rater="甲",
    rule_text="①有依据；②程序规范",
)  # fmt: skip
CONTENT = indicator(
    "D1", "效益", 30, level3="居民满意度", target=90, unit="%", actual=None,
    function=ScoringFunction.THRESHOLD_DEDUCTION, parameters="每单位扣分比例=5%",
)  # fmt: skip
ADVICE = {"advice": "改", "responsible": "某局", "deadline": "2025年底", "proof": "报告"}

# Row 0 of every sheet is what the cases below spoil.
CLEAN: dict[str, list[dict[str, Any]]] = {
    "indicators": [indicator("C1", "产出", 30, actual=90), RATE, POINTS, CONTENT],
    "checkpoints": [
        {"code": "A1", "number": 1, "outcome": CheckpointOutcome.MET, "reason": "文件齐全"},
        {"code": "A1", "number": 2, "outcome": CheckpointOutcome.UNMET, "reason": "没有论证"},
    ],
    "evidence": [{"id": "E1", "document": "批复"}],
    "funds": [
        {"source": "财政", "budget": 60, "received": 60, "executed": 50},
        {"source": "自筹", "budget": 40, "received": 40, "executed": 30},
        {"source": "合计", "budget": 100, "received": 100, "executed": 80, "row_type": FundRow.TOTAL},
    ],
    "surveys": [
        {"id": "S1", "group": "居民", "access": SurveyAccess.CENSUS, "frame": "名册", "scale": "100/75/50/25/0",
         "sent": 10, "returned": 10, "valid": 10, "indicator": ("D1",)},
    ],
    "survey_counts": [{"id": "S1", "question": name, "option1": 5, "option2": 5} for name in ("1", "2")],
    "problems": [{"id": "P1", "problem": "进度慢", "indicators": ("C1", "B1", "D1"), **ADVICE}],
    "comments": [{"id": "K1", "origin": "单位", "text": "意见", "adoption": Adoption.ADOPTED, "reason": "属实"}],
    "published": [],
}  # fmt: skip
# A survey of counts alone has no interval: the hint stays whatever else is right.
ALWAYS = Counter({"Q05": 1})


def checked(
    folder: Path, overview: dict[str, Any] | None = None, /, role: str = "third_party", **more: Any
) -> Evaluation:
    """Evaluate the clean workbook with row 0 of some sheets changed."""
    tables = copy.deepcopy(CLEAN)
    for name, change in more.items():
        if isinstance(change, list):
            tables[name] = tables[name] + change
        else:
            tables[name][0] |= change
    return evaluated(folder, tables, WHOLE_OVERVIEW | (overview or {}), role=role)


def test_the_clean_workbook_has_no_finding(tmp_path: Path) -> None:
    assert Counter(finding_codes(checked(tmp_path))) == ALWAYS


SPOILT: list[tuple[str, dict[str, Any], list[str]]] = [
    ("weights", {"indicators": {"full_score": 29}}, ["T01", "T03"]),
    ("score above the weight", {"indicators": {"published_score": 31}}, ["S01", "S02"]),
    ("printed score", {"indicators": {"published_score": 26.99}}, ["S02"]),
    ("rule text", {"indicators": {"rule_value": 80}}, ["S03"]),
    ("overshoot", {"indicators": {"actual": 150}, "problems": {"indicators": ("B1", "D1")}}, ["S12"]),
    ("checkpoint count", {"checkpoints": [{"code": "A1", "number": 3, "outcome": CheckpointOutcome.MET}]}, ["S15"]),
    ("not assessable", {"checkpoints": {"outcome": CheckpointOutcome.NOT_ASSESSABLE}}, ["S19"]),
    ("undeclared part", {"checkpoints": {"outcome": CheckpointOutcome.PARTLY, "factor": 0.7}}, ["S18"]),
    ("total", {"published": [{"name": "总分", "score": 74.0, "grade": "中"}]}, ["S05"]),
    ("grade", {"published": [{"name": "等级", "grade": "优"}]}, ["S07"]),
    ("level", {"published": [{"name": "产出", "full_score": 30, "score": 27, "rate": 0.8}]}, ["S23"]),
    ("unknown level", {"published": [{"name": "影响", "score": 27}]}, ["S24"]),
    ("total row", {"funds": {"budget": 61}}, ["F01"]),
    ("more executed than received", {"funds": {"received": 45}}, ["F01", "F02"]),
    ("printed rate", {"funds": {"printed_rate": 0.5}}, ["F03"]),
    ("survey of all", {"surveys": {"returned": 11}}, ["Q04"]),
    ("no frame", {"surveys": {"frame": None}}, ["Q04"]),
    ("open link", {"surveys": {"access": SurveyAccess.OPEN_LINK}}, ["Q04"]),
    ("printed satisfaction", {"surveys": {"printed_rate": 0.88}}, ["Q01"]),
    ("answers", {"survey_counts": {"option1": 4}}, ["Q03"]),
    ("advice", {"problems": {"proof": None}}, ["R10"]),
    ("problem without loss", {"problems": {"indicators": ("C1", "B1", "D1"), "id": "P1"},
                              "indicators": {"actual": 100}}, ["R09"]),
    ("loss without problem", {"problems": {"indicators": ("B1", "D1")}}, ["R09"]),
    ("evidence file", {"evidence": {"file": "没有的.pdf"}}, ["R12"]),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "codes"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT])
def test_each_check_fires_on_its_own_fault(tmp_path: Path, spoil: dict[str, Any], codes: list[str]) -> None:
    assert Counter(finding_codes(checked(tmp_path, **spoil))) - ALWAYS == Counter(codes)


@pytest.mark.parametrize(
    ("overview", "codes"),
    [
        ({"schedule": None}, ["P01"]),
        ({"lead_evaluator": None}, ["P03"]),
        ({"bases": "依据财预〔2011〕285号"}, ["R18"]),
        ({"bases": "依据财预〔2020〕10号"}, []),
    ],
)
def test_checks_of_the_overview(tmp_path: Path, overview: dict[str, Any], codes: list[str]) -> None:
    assert Counter(finding_codes(checked(tmp_path, overview))) - ALWAYS == Counter(codes)


def test_procedure_of_third_parties_only(tmp_path: Path) -> None:
    found = finding_codes(checked(tmp_path, {"schedule": None, "lead_evaluator": None}, role="finance"))
    assert Counter(found) == ALWAYS


def spoilt_row(folder: Path, code: str, overview: dict[str, Any] | None = None, **change: Any) -> list[str]:
    """Return the findings that remain when one indicator is changed."""
    tables = copy.deepcopy(CLEAN)
    next(line for line in tables["indicators"] if line["code"] == code).update(change)
    evaluation = evaluated(folder, tables, WHOLE_OVERVIEW | (overview or {}), role="third_party")
    return sorted((Counter(finding_codes(evaluation)) - ALWAYS).elements())


@pytest.mark.parametrize(
    ("code", "change", "codes"),
    [
        ("B1", {"denominator_basis": None}, ["F03"]),
        ("B1", {"denominator_basis": Denominator.BUDGET}, ["F03"]),
        ("A1", {"rater": None}, ["S21"]),
        ("A1", {"evidence": None}, ["S21"]),
        ("C1", {"target": 0, "operator": "≥"}, ["R09", "S14"]),
    ],
)
def test_checks_of_other_rows(tmp_path: Path, code: str, change: dict[str, Any], codes: list[str]) -> None:
    assert spoilt_row(tmp_path, code, **change) == codes


def test_low_execution_wants_a_reason(tmp_path: Path) -> None:
    low = {"funds": {"executed": 20}, "indicators": {}}
    assert Counter(finding_codes(checked(tmp_path / "low", **low))) - ALWAYS == Counter(["F01", "F11"])
    tables = copy.deepcopy(CLEAN)
    tables["funds"][0]["executed"], tables["funds"][2]["executed"] = 20, 50
    tables["indicators"][1]["deviation_reason"] = "结算滞后"
    explained = evaluated(tmp_path / "explained", tables, WHOLE_OVERVIEW, role="third_party")
    assert Counter(finding_codes(explained)) == ALWAYS


def test_a_satisfaction_indicator_rests_on_a_survey(tmp_path: Path) -> None:
    tables = copy.deepcopy(CLEAN)
    tables["surveys"][0]["indicator"] = None
    tables["indicators"][3]["actual"] = 87.5
    found = evaluated(tmp_path, tables, WHOLE_OVERVIEW, role="third_party")
    assert Counter(finding_codes(found)) - ALWAYS == Counter(["T07"])


def test_an_absence_is_told_in_chapter_seven(tmp_path: Path) -> None:
    change = {"absence": "未到期", "numerator": None, "denominator": None, "denominator_basis": None}
    told, silent = ({"limits": "未到期的原因"}, {"limits": None})
    # B1 loses nothing any more, so the problem that names it is idle.
    assert spoilt_row(tmp_path / "told", "B1", told, **change) == ["R09"]
    assert spoilt_row(tmp_path / "silent", "B1", silent, **change) == ["R09", "R20"]


def test_findings_come_errors_first_and_keep_their_columns(tmp_path: Path) -> None:
    evaluation = checked(tmp_path, indicators={"published_score": 20}, problems={"proof": None})
    severities = [found.severity.value for found in evaluation.findings.findings]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert list(evaluation.findings.to_frame().columns) == list(evaluation.findings.columns)
    assert "指标体系" in next(found.where for found in evaluation.findings.findings if found.code == "S02")
