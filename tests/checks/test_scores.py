"""Checks of scores: each check fires on its own failing example and stays silent beside it."""

from __future__ import annotations

from typing import Any

import pytest

from perfkit.checks.scores import (
    caveat_findings,
    evidence_findings,
    item_findings,
    margin_findings,
    quoted_points_findings,
    total_findings,
    weight_findings,
)
from perfkit.terms import Severity

BANDS = (("优", 90.0, 100.0), ("良", 80.0, 90.0), ("中", 60.0, 80.0), ("差", 0.0, 60.0))


def line(
    code: str = "A101", level1: str = "决策", full: float = 5.0, score: float = 4.0, **more: Any
) -> dict[str, Any]:
    return {"code": code, "name": "名称", "level1": level1, "full_score": full, "score": score, **more}


def codes(findings: Any) -> list[str]:
    return [item.code for item in findings]


def test_weights_must_add_up_and_outputs_weigh_sixty() -> None:
    good = [line("A", "决策", 40), line("B", "产出指标", 30), line("C", "效益", 30)]
    assert codes(weight_findings(good)) == []
    assert codes(weight_findings([*good, line("D", "过程", 5)])) == ["T01", "T03"]
    low = [line("A", "决策", 45), line("B", "产出", 30), line("C", "效益", 25)]
    (only,) = weight_findings(low)
    assert (only.code, only.severity, only.found) == ("T03", Severity.WARNING, "55")
    assert codes(weight_findings(low, key_evaluation=False)) == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"published_score": 4.0}, []),
        ({"published_score": 4.01}, ["S02"]),
        ({"published_score": 5.2}, ["S01", "S02"]),
        ({"rule_score": 4.0}, []),
        ({"rule_score": 3.99}, ["S03"]),
        ({"rule_text": "①甲②乙③丙", "n_checkpoints": 3}, []),
        ({"rule_text": "①甲②乙③丙④丁", "n_checkpoints": 2}, ["S15"]),
    ],
)
def test_one_item(more: dict[str, Any], expected: list[str]) -> None:
    assert codes(item_findings([line(**more)])) == expected


def test_printed_total_is_held_against_items_and_reach() -> None:
    items = [line("A", "决策", 50, 45.0, published_score=45.0), line("B", "产出", 50, 44.0, published_score=44.0)]
    assert total_findings(items, {"总分": {"score": 89.0, "grade": "良"}}, 89.0, BANDS) == []
    wrong = total_findings(items, {"总分": {"score": 98.0, "grade": "良"}}, 89.0, BANDS)
    assert codes(wrong) == ["S05", "S05", "S06", "S07"]


def test_rounding_dust_does_not_move_a_grade() -> None:
    items = [line("A", "决策", 100, 90.0)]
    assert codes(total_findings(items, {"总分": {"score": 90.0, "grade": "优"}}, 89.99999999999999, BANDS)) == []
    assert codes(total_findings(items, {"总分": {"score": 89.5, "grade": "优"}}, 89.5, BANDS)) == ["S07", "S07"]


def test_level_rows() -> None:
    items = [line("A", "决策", 15, 10.4, published_score=10.4)]
    good = {"决策": {"full_score": 15, "score": 10.4, "rate": 0.6933}}
    assert total_findings(items, good, 10.4, BANDS) == []
    bad = {"决策": {"full_score": 20, "score": 10.5, "rate": 0.6933}, "过程": {"score": 1}}
    assert codes(total_findings(items, bad, 10.4, BANDS)) == ["S24", "S05", "S05", "S23", "S24"]


def test_marks_of_scoring_become_findings() -> None:
    assert codes(caveat_findings([line(flags=("OVERSHOOT",))])) == ["S12"]
    assert codes(caveat_findings([line(flags=("OVERSHOOT",), deviation_reason="需求增加")])) == []
    assert codes(caveat_findings([line(flags=("PART_CREDIT_OFF_SCALE", "NOTHING"))])) == ["S18"]


def test_judged_items_need_rater_and_evidence() -> None:
    assert codes(evidence_findings([line(judged=True, evidence="E1", rater="")])) == ["S21"]
    assert codes(evidence_findings([line(judged=True, evidence="E1", rater="甲"), line(judged=False)])) == []


def test_points_quoted_in_text() -> None:
    weights = {"产出": 25.0, "效益": 35.0}
    assert codes(quoted_points_findings("产出指标共35分，得分", weights, "四")) == ["S22"]
    assert codes(quoted_points_findings("其中产出类指标满分35分", weights, "四")) == ["S22"]
    assert codes(quoted_points_findings("其中产出和效益指标合计60分", weights, "二")) == []
    assert codes(quoted_points_findings("资金使用效益指标满分3分，得1分", weights, "四")) == []
    assert codes(quoted_points_findings("产出指标共25分；效益指标满分35分", weights, "四")) == []


def test_exact_total_in_another_band() -> None:
    assert codes(margin_findings("中", "良", 79.996, 80.0)) == ["S08"]
    assert margin_findings("良", "良", 80.1, 80.1) == []
