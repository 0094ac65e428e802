"""Quality of the self-evaluation work: a count is a count, points are shares, and what has no data says so."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pandas as pd
import pytest

from perfkit.errors import RuleError
from perfkit.read.quality_forms import QUALITY_FORMS, load_quality_form, quality_form_path
from perfkit.read.re_evaluation_shapes import FOLLOW_UP
from perfkit.rulebook.quality_form import QualityForm
from perfkit.stages.re_evaluation.desk import desk_results
from perfkit.stages.re_evaluation.quality import TOTAL, QualityResult, quality
from perfkit.terms import QualityAspect, Status
from tests.checks.self_evaluation_forms import Form, clean, listing, read, rules
from tests.stages.test_re_evaluation_desk import folder

FORM = "self_evaluation_quality"


@pytest.fixture
def form(root: Path) -> QualityForm:
    return load_quality_form(root, FORM)


def _quality(
    form: QualityForm, *forms: Form, follow_up: pd.DataFrame | None = None, **frames: pd.DataFrame
) -> QualityResult:
    place = folder(listing("P1", "P2"), follow_up)
    return quality(form, place, desk_results(read(*forms), place, rules()).checked, **frames)


def _row(result: QualityResult, text: str, department: str = "") -> pd.Series:
    frame = result.to_frame()
    fits = frame["criterion"] == TOTAL if text == TOTAL else frame["criterion"].str.contains(text)
    return frame[(frame["department"] == department) & fits].iloc[0]


def test_the_shipped_form_is_methodology(form: QualityForm) -> None:
    assert {aspect for aspect, _ in form.criteria()} == set(QualityAspect)
    assert "不是规则" in form.label
    assert all(one.basis.status is Status.OURS for _, one in form.criteria())
    assert math.fsum(one.points for _, one in form.criteria()) == form.full == 100


def test_counts_and_shares(form: QualityForm) -> None:
    wrong = clean("P1")
    wrong.row("群众满意度").update(actual_text="", actual=math.nan, score=9.0, own_score=9.0)
    wrong.head["total"] = 95.1
    result = _quality(form, wrong)
    covered = _row(result, "项目有自评表", "水务局")
    assert (covered["met"], covered["of"], covered["share"]) == (1, 2, 0.5)
    assert covered["label"] == "方法学"
    filled = _row(result, "填报完整", "水务局")
    assert (filled["met"], filled["of"], filled["points"]) == (0, 1, 0)
    assert _row(result, "所属项目全部自评的单位")["met"] == 0


def test_criteria_without_data_are_said_and_shared_out(form: QualityForm) -> None:
    result = _quality(form, clean("P1"), clean("P2"))
    absent = result.to_frame()[result.to_frame()["note"].str.contains("无法评价")]
    assert set(absent["count"]) == {"再评的指标", "再评的项目", "上年的问题"}
    assert "按比例归入其他要点" in absent["note"].iloc[0]
    total = _row(result, TOTAL)
    assert total["full"] == pytest.approx(100)
    shown = _quality(form.model_copy(update={"absent": "show"}), clean("P1"), clean("P2"))
    assert _row(shown, TOTAL)["full"] == pytest.approx(75)
    assert "3 个要点无法评价" in _row(shown, TOTAL)["note"]
    assert _row(shown, "项目有自评表")["points"] == 14


def test_re_scores_and_last_year(form: QualityForm) -> None:
    items = pd.DataFrame(
        {"department": "水务局", "direction": ["lowered", "lowered", "raised", "equal"],
         "reason": ["evidence", "standard", "not_credited", ""]}
    )  # fmt: skip
    projects = pd.DataFrame({"department": "水务局", "inflation": [2.0, 2.5, math.nan]})
    follow_up = pd.DataFrame(
        {"department": "水务局", "project": "", "problem": ["甲", "乙", "丙"], "status": ["done", "partly", "not_done"], "note": "",
         "where": ""}
    )[list(FOLLOW_UP)]  # fmt: skip
    result = _quality(form, clean("P1"), clean("P2"), items=items, projects=projects, follow_up=follow_up)
    assert _row(result, "再评的指标没有")[["met", "of"]].tolist() == [3, 4]
    assert _row(result, "再评总分")[["met", "of"]].tolist() == [1, 2]
    assert _row(result, "已整改")[["met", "of"]].tolist() == [1, 3]
    assert not result.to_frame()["note"].str.contains("无法评价").any()
    assert _row(result, TOTAL)["points"] == pytest.approx(
        result.to_frame().query("department == '' and criterion != @TOTAL")["points"].sum()
    )


def test_nothing_at_all_scores_nothing(form: QualityForm) -> None:
    place = folder(listing())
    result = quality(form, place, desk_results(read(), place, rules()).checked)
    assert math.isnan(_row(result, TOTAL)["points"])
    assert _row(result, TOTAL)["note"] == "无法评价"


def test_unknown_checks_are_refused(form: QualityForm) -> None:
    part = form.parts[0]
    odd = part.criteria[1].model_copy(update={"codes": ("Z99",)})
    broken = form.model_copy(update={"parts": (part.model_copy(update={"criteria": (part.criteria[0], odd)}),)})
    place = folder(listing("P1"))
    with pytest.raises(RuleError, match="Z99"):
        quality(broken, place, desk_results(read(), place, rules()).checked)


@pytest.fixture
def house(root: Path, tmp_path: Path) -> Path:
    shutil.copytree(root / "params", tmp_path / "params")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points: 14", "points: 15", "各要点分值合计 100"),
        ("codes: [E06]", "reasons: [evidence]", "须写 codes"),
        ("        tolerance: 2\n", "", "须写 tolerance"),
        ("measure: projects_in_time", "measure: projects_in_times", "之一"),
        ("full: 100\nabsent: redistribute", "full: 100\nabsent: ignore", "之一"),
        ("aspect: coverage", "aspect: organisation", "重复"),
        ("aspect: coverage", "aspect: coverages", "覆盖情况"),
        ("source: OURS", "source: OUR", "OURS"),
        ("full: 100", "full: 100\nfulls: 1", "未知的键"),
        ("reasons: [evidence,", "reasons: [evidences,", "佐证缺失"),
        ("id: self_evaluation_quality", "id: other_quality", "把 id 改为"),
    ],
)
def test_a_broken_form_says_where_and_how_to_mend(house: Path, old: str, new: str, said: str) -> None:
    path = quality_form_path(house, FORM)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_quality_form(house, FORM)
    assert said in str(caught.value)
    assert "第" in caught.value.problems[0].where


def test_an_unknown_form_names_the_near_ones(root: Path) -> None:
    with pytest.raises(RuleError, match="是否想写 self_evaluation_quality") as caught:
        load_quality_form(root, "self_evaluation_qualty")
    assert caught.value.problems[0].where == QUALITY_FORMS
