"""Raw survey exports: encodings, option texts and codes, missing answers, personal columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from perfkit.read.schema import DEFAULT_OPTIONS
from perfkit.read.survey_file import SurveyPlan, is_personal, read_responses
from perfkit.terms import Severity

PLAN = SurveyPlan(survey="W1", options=DEFAULT_OPTIONS)
HEAD = "序号,提交答卷时间,所用时间,来源,来自IP,1、您的姓名,所在乡镇,2、水质,3、服务"
ROWS = (
    "1,2024/6/1 8:00,35秒,微信,10.0.0.1,张某,东乡,非常满意,2",
    "2,2024/6/1 8:10,20秒,微信,10.0.0.2,李某,西乡,(跳过),B. 满意",
    "3,2024/6/1 8:20,22秒,微信,10.0.0.3,王某,,1.非常满意,非常不满意",
    "4,2024/6/1 8:30,22秒,微信,10.0.0.4,赵某,东乡,,（空）",
)


def export(path: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\r\n".join((HEAD, *rows)).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_an_export_is_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    plan = SurveyPlan(survey="W1", options=DEFAULT_OPTIONS, group_column="所在乡镇")
    responses, problems = read_responses(export(tmp_path / "x.csv", *ROWS, encoding=encoding), "问卷/x.csv", plan)
    assert responses is not None
    assert responses.questions == ("2、水质", "3、服务")
    np.testing.assert_array_equal(responses.answers, [[0, 1], [np.nan, 1], [0, 4]])
    assert responses.groups == ("东乡", "西乡", "未填")
    assert responses.rows == (2, 3, 4)
    assert responses.dropped == ((5, "没有回答任何题目"),)
    assert [problem.code for problem in problems] == ["SV-CODED"]


def test_an_xlsx_export_is_read_like_a_csv(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["序号", "您的评价"], [1, "满意"], [2, 5]):
        book.worksheets[0].append(row)
    path = tmp_path / "x.xlsx"
    book.save(path)
    responses, _ = read_responses(path, "x.xlsx", PLAN)
    assert responses is not None
    np.testing.assert_array_equal(responses.answers, [[1], [4]])


def test_an_answer_that_is_no_option_is_named_by_row_and_column(tmp_path: Path) -> None:
    path = export(tmp_path / "x.csv", *ROWS, "5,,,,,,,满亿,满意")
    responses, problems = read_responses(path, "x.csv", PLAN)
    assert responses is not None
    (problem,) = [problem for problem in problems if problem.code == "SV-ANSWER"]
    assert "H6（2、水质）" in problem.where
    assert "满意" in problem.mend


def test_named_columns_must_be_there(tmp_path: Path) -> None:
    plan = SurveyPlan(survey="W1", options=DEFAULT_OPTIONS, questions=("2、水值", "3、服务"), group_column="乡镇")
    responses, problems = read_responses(export(tmp_path / "x.csv", *ROWS), "x.csv", plan)
    assert responses is not None
    assert responses.questions == ("3、服务",)
    assert [problem.code for problem in problems if problem.code == "SV-COLUMN"] == ["SV-COLUMN"] * 2
    assert "2、水质" in problems[0].mend


def test_a_personal_group_column_is_refused_and_personal_columns_are_never_kept(tmp_path: Path) -> None:
    plan = SurveyPlan(survey="W1", options=DEFAULT_OPTIONS, group_column="1、您的姓名")
    responses, problems = read_responses(export(tmp_path / "x.csv", *ROWS), "x.csv", plan)
    assert responses is not None
    assert responses.groups is None
    assert "SV-PERSONAL" in {problem.code for problem in problems}
    assert "张某" not in repr(responses)
    assert "10.0.0" not in repr(responses)
    assert is_personal("您的手机号")
    assert not is_personal("您对供水的满意度")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "SV-EMPTY"),
        ("序号,意见\n1,很好".encode(), "SV-QUESTIONS"),
        (b"\xff\xfe\x00\xff\xff\x81", "SV-ENCODING"),
        ("水质\n".encode(), "SV-QUESTIONS"),
    ],
)
def test_an_unusable_file_is_a_problem(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    responses, problems = read_responses(path, "x.csv", PLAN)
    assert responses is None
    assert [problem.code for problem in problems] == [code]


def test_an_absent_file_is_a_problem(tmp_path: Path) -> None:
    assert read_responses(tmp_path / "x.csv", "x.csv", PLAN)[1][0].code == "SV-FILE"


@pytest.mark.parametrize("name", ["户主", "您的称呼", "QQ号", "证件号码", "家庭地址", "E-mail"])
def test_a_column_that_names_persons_groups_nobody(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"{name},水质\n张某,满意\n李某,一般\n", encoding="utf-8")
    responses, problems = read_responses(
        path, "x.csv", SurveyPlan(survey="W1", options=DEFAULT_OPTIONS, group_column=name)
    )
    assert responses is not None
    assert responses.groups is None
    assert [problem.code for problem in problems] == ["SV-PERSONAL"]


def test_a_group_of_one_is_a_person(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("备注,水质\n" + "".join(f"甲{row},满意\n" for row in range(12)), encoding="utf-8")
    plan = SurveyPlan(survey="W1", options=DEFAULT_OPTIONS, group_column="备注")
    responses, (problem,) = read_responses(path, "x.csv", plan)
    assert responses is not None
    assert (responses.groups, problem.code) == (None, "SV-PERSONAL")
    assert "甲1" not in str(problem)


def test_rows_longer_than_the_header_are_said(tmp_path: Path) -> None:
    """A comma inside an answer has moved what follows it."""
    path = tmp_path / "x.csv"
    path.write_text("建议,水质,服务\n多修，少停,满意,一般\n多修,少停,满意,一般\n", encoding="utf-8")
    _, problems = read_responses(path, "x.csv", SurveyPlan(survey="W1", options=DEFAULT_OPTIONS, questions=("服务",)))
    (problem,) = [problem for problem in problems if problem.code == "SV-WIDTH"]
    assert (problem.severity, "第 3 行" in problem.found) == (Severity.WARNING, True)
