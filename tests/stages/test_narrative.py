"""Named texts, counts and enumerations; what a grade means with and without a local pack; what chapter 七 lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from perfkit.stages.key_evaluation import Evaluation
from perfkit.stages.key_evaluation.narrative import consequences
from perfkit.terms import Adoption, CheckpointOutcome, ScoringFunction, SurveyAccess
from tests.stages.engagements import evaluated, indicator, numbers

REASON = {"opinion": "理由"}


def graded(folder: Path, score: float, *packs: str) -> Evaluation:
    rows = [indicator("C1", full=100, given_score=score, **REASON)]
    return evaluated(folder, {"indicators": rows}, packs=packs)


@pytest.mark.parametrize("score", [95, 85, 70, 30])
def test_without_a_pack_no_percentage_is_named(tmp_path: Path, score: float) -> None:
    words = graded(tmp_path, score).consequences
    assert "没有规定调整预算的比例" in words
    assert "地方" in words
    assert "%" not in words


@pytest.mark.parametrize(
    ("score", "grade", "share"), [(95, "优", ""), (85, "良", ""), (70, "中", "10%至30%"), (30, "差", "30%至100%")]
)
def test_with_the_henan_pack(tmp_path: Path, score: float, grade: str, share: str) -> None:
    words = graded(tmp_path, score, "henan").consequences
    assert f"等级为“{grade}”" in words
    assert ("%" in words) == bool(share)
    assert share in words
    assert "（地方规定）" in words
    assert "整改期限60日" in words


def test_a_grade_that_the_pack_does_not_know(tmp_path: Path) -> None:
    evaluation = graded(tmp_path, 70, "henan")
    assert consequences(evaluation.run, evaluation.rule_set, "一等").endswith("没有与本次等级对应的规定。")
    assert consequences(evaluation.run, evaluation.rule_set, "").startswith("等级暂未确定")


def test_project_texts_and_placeholders(tmp_path: Path) -> None:
    found = numbers(evaluated(tmp_path, {"indicators": [indicator("C1")]}, {"evaluator": "某机构", "is_demo": "是"}))
    assert found["project.evaluator"] == "某机构"
    assert found["project.lead_evaluator"] == "【待补充：主评人】"
    assert (found["commissioner"], found["project.is_demo"]) == ("财政部门", "是")
    assert found["framework.short"] == " 10 号附 2 "


def test_the_commissioner_follows_the_organiser(tmp_path: Path) -> None:
    overview = {"department": "某局", "organiser": "部门评价"}
    found = numbers(evaluated(tmp_path, {"indicators": [indicator("C1")]}, overview, organiser="department"))
    assert (found["commissioner"], found["project.organiser"], found["project.is_demo"]) == ("某局", "部门评价", "否")


def counted(folder: Path, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return numbers(evaluated(folder, {"indicators": rows}, **more))


def test_counts_and_lost_points(tmp_path: Path) -> None:
    found = counted(
        tmp_path, indicator("A1", "决策", 20, actual=100), indicator("A2", "决策", 10, actual=70),
        indicator("C1", "产出", 40, actual=90), indicator("D1", "效益", 20, actual=60),
        indicator("D2", "效益", 10, absence="不适用", target=3),
    )  # fmt: skip
    assert {name: found[f"counts.{name}"] for name in ("level1", "level2", "items", "full", "lost", "absent")} == {
        "level1": 3, "level2": 3, "items": 5, "full": 1, "lost": 3, "absent": 1,
    }  # fmt: skip
    # D1 counts for 30 points, because D2 gave its ten away.
    assert found["lost.top"] == "D1指标D1、C1指标C1、A2指标A2"
    assert found["lost.points"] == pytest.approx(12 + 4 + 3)
    assert found["lost.points"] == pytest.approx(found["total_full"] - found["total"])
    assert found["weights.output_benefit"] == 70.0


def test_nothing_lost(tmp_path: Path) -> None:
    found = counted(tmp_path, indicator("C1", full=100, actual=100))
    assert (found["lost.top"], found["lost.points"], found["counts.full"]) == ("无", 0, 1)
    assert found["problems.summary"] == "【待补充：问题概述】"


def test_an_undefined_item_is_not_a_full_one(tmp_path: Path) -> None:
    undefined = indicator("C2", actual=None, numerator=0, denominator=0, unit="%")
    found = counted(tmp_path, indicator("C1", full=90, actual=100), undefined)
    assert (found["counts.full"], found["counts.absent"], found["counts.lost"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("level1", "weight"), [("产出", 10.0), ("产出指标", 10.0), ("项目效果", 10.0), ("项目产出", 10.0), ("过程", 0.0)]
)
def test_output_and_benefit_by_any_name(tmp_path: Path, level1: str, weight: float) -> None:
    assert counted(tmp_path, indicator("C1", level1))["weights.output_benefit"] == weight


def test_bands_in_words(tmp_path: Path) -> None:
    words = str(counted(tmp_path, indicator("C1"))["grade.bands"])
    assert words.startswith("90（含）至100分（含）为优，80（含）至90分（不含）为良")


def test_limits_list_open_points_surveys_and_refused_comments(tmp_path: Path) -> None:
    points = indicator("A1", "决策", 10, function=ScoringFunction.CHECKPOINTS, target=None, actual=None)
    full = {
        "indicators": [points, indicator("C1", full=90)],
        "checkpoints": [{"code": "A1", "number": 1, "outcome": CheckpointOutcome.NOT_ASSESSABLE}],
        "surveys": [{"id": "S1", "group": "居民", "access": SurveyAccess.ON_SITE, "scale": "100/75/50/25/0"}],
        "survey_counts": [{"id": "S1", "question": "1", "option1": 3}],
        "comments": [
            {"id": "K1", "origin": "单位", "text": "意见", "adoption": Adoption.REFUSED, "reason": "无依据"},
            {"id": "K2", "origin": "单位", "text": "意见", "adoption": Adoption.ADOPTED, "reason": "属实"},
        ],
    }
    words = evaluated(tmp_path / "full", full).limits
    assert "A1有评价要点无法判定，未扣分。" in words
    assert "居民问卷：现场拦访没有抽样概率" in words
    assert "书面意见K1未予采纳" in words
    assert "K2" not in words
    plain = evaluated(tmp_path / "plain", {"indicators": [indicator("C1", full=100)]}).limits
    assert plain == "规则没有规定的事项，本次评价的处理方式见附件“规则未明确事项的处理”。"


def test_texts_of_the_overview_or_a_mark(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, {"indicators": [indicator("C1")]}, {"background": "背景", "bases": "甲\n乙"})
    assert evaluation.texts("background", "content") == "背景\n【待补充：项目主要内容】"
    assert evaluation.text("bases") == "甲\n乙"
