"""Surveys of the workbook: respondents before counts, the declared scale, rates only where they are known."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from perfkit.stages.key_evaluation import Evaluation
from perfkit.stages.key_evaluation.surveys import survey_of
from perfkit.terms import SurveyAccess
from tests.stages.engagements import evaluated, indicator, numbers

SCALE = "100/75/50/25/0"


def survey(name: str = "S1", **more: Any) -> dict[str, Any]:
    return {"id": name, "group": "居民", "access": SurveyAccess.CENSUS, "frame": "名册", "scale": SCALE} | more


def counts(name: str, question: str, *options: int) -> dict[str, Any]:
    return {"id": name, "question": question, **{f"option{k}": count for k, count in enumerate(options, start=1)}}


def surveyed(folder: Path, surveys: list[dict[str, Any]], *counted: dict[str, Any]) -> Evaluation:
    return evaluated(folder, {"indicators": [indicator("C1")], "surveys": surveys, "survey_counts": counted})


def respondents(folder: Path, **more: Any) -> Evaluation:
    """Evaluate a survey of four respondents and one blank sheet: 100, 62.5, 75 and 0 points."""
    (folder / "问卷").mkdir(parents=True)
    rows = ["县,甲题,乙题", "东,非常满意,非常满意", "东,满意,一般", "西,满意,", "西,非常不满意,非常不满意", "西,,"]
    (folder / "问卷" / "原始.csv").write_text("\n".join(rows), "utf-8")
    plain = survey(
        file="原始.csv", group_column="县", question_columns=("甲题", "乙题"), population=40, sent=10, returned=5
    )
    return surveyed(folder, [plain | more])


def test_respondents_are_averaged_one_by_one(tmp_path: Path) -> None:
    evaluation = respondents(tmp_path)
    (line,) = evaluation.surveys.rows
    assert line["satisfaction"] == pytest.approx((1 + 0.625 + 0.75 + 0) / 4)
    assert (line["n_used"], line["n_dropped"], line["top2"]) == (4, 1, 0.5)
    assert line["response_rate"] == 0.5
    assert line["low"] < line["satisfaction"] < line["high"]
    assert [name for name, _, _ in evaluation.surveys.surveys[0].answers.groups] == ["东", "西"]
    frame = evaluation.surveys.surveys[0].to_frame()
    assert frame["text"].tolist() == ["甲题", "乙题"]
    assert frame["n"].tolist() == [4, 3]


def test_an_open_link_has_no_interval_and_says_why(tmp_path: Path) -> None:
    evaluation = respondents(tmp_path, access=SurveyAccess.OPEN_LINK)
    (line,) = evaluation.surveys.rows
    assert math.isnan(line["low"])
    assert "仅反映应答者" in line["interval_note"]
    caveats = {record.name: record.caveat for record in evaluation.records}
    assert caveats["survey.S1.satisfaction"] == "仅反映应答者"
    assert caveats["survey.S1.n_used"] == ""
    assert "居民问卷" in evaluation.limits


def test_no_frame_no_response_rate(tmp_path: Path) -> None:
    assert math.isnan(respondents(tmp_path, frame=None).surveys.rows[0]["response_rate"])


@pytest.mark.parametrize("unknown", [{"returned": None}, {"sent": None}])
def test_an_unknown_response_rate_is_not_zero(tmp_path: Path, unknown: dict[str, None]) -> None:
    evaluation = respondents(tmp_path, **unknown)
    assert math.isnan(numbers(evaluation)["survey.S1.response_rate"])
    assert "0.00%" not in evaluation.limits


def test_counts_are_pooled_without_interval(tmp_path: Path) -> None:
    evaluation = surveyed(
        tmp_path, [survey(valid=10)], counts("S1", "1", 4, 3, 2, 1, 0), counts("S1", "2", 10, 0, 0, 0, 0)
    )
    (line,) = evaluation.surveys.rows
    assert line["satisfaction"] == pytest.approx((400 + 225 + 100 + 25 + 1000) / 20 / 100)
    assert line["top2_answers"] == pytest.approx(17 / 20)
    assert line["n_used"] == 10
    assert math.isnan(line["high"])
    assert math.isnan(line["top2"])


def test_nothing_answered(tmp_path: Path) -> None:
    (line,) = surveyed(tmp_path, [survey()]).surveys.rows
    assert math.isnan(line["satisfaction"])
    assert not line["n_used"]
    assert "没有有效回答" in line["interval_note"]


def test_the_declared_scale_decides_and_the_others_stand_aside(tmp_path: Path) -> None:
    evaluation = surveyed(tmp_path, [survey(scale="100/80/60/40/20")], counts("S1", "1", 1, 1, 1, 1, 1))
    assert evaluation.surveys.rows[0]["satisfaction"] == pytest.approx(0.6)
    table = {line["scale"]: (line["declared"], line["satisfaction"]) for line in evaluation.survey_scales.rows}
    assert table["100/80/60/40/20"] == (True, pytest.approx(0.6))
    assert table["100/75/50/25/0"] == (False, pytest.approx(0.5))
    assert table["前两档占比（按回答）"] == (False, pytest.approx(0.4))
    assert sum(declared for declared, _ in table.values()) == 1


def test_an_unusual_scale_is_listed_as_the_declared_one(tmp_path: Path) -> None:
    evaluation = surveyed(tmp_path, [survey(scale="100/60/0")], counts("S1", "1", 1, 1, 0))
    assert [(line["scale"], line["declared"]) for line in evaluation.survey_scales.rows] == [("100/60/0", True)]
    assert evaluation.surveys.surveys[0].options == ("选项1", "选项2", "选项3")


def test_records_of_all_surveys(tmp_path: Path) -> None:
    evaluation = surveyed(
        tmp_path, [survey("S1", valid=5), survey("S2", group="企业", valid=7, indicator=("C1",))],
        counts("S1", "1", 5, 0, 0, 0, 0), counts("S2", "1", 0, 0, 0, 0, 7),
    )  # fmt: skip
    found = numbers(evaluation)
    assert (found["surveys.total"], found["surveys.respondents"]) == (2, 12)
    assert (found["survey.S1.satisfaction"], found["survey.S2.satisfaction"]) == (1.0, 0.0)
    known = survey_of(evaluation.surveys, "C1")
    assert known is not None
    assert known.id == "S2"
    assert survey_of(evaluation.surveys, "C9") is None
