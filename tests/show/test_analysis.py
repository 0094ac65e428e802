"""Chapters that grow with the data: nothing of the data is markup, every printed score is a record."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from perfkit.errors import Problem
from perfkit.result import Caveat, Result
from perfkit.show import analysis
from perfkit.show.figures import Figure
from perfkit.show.pieces import Pieces, SubHeading
from perfkit.show.record import RecordBook, Run, Said
from perfkit.show.tables import Table
from perfkit.stages import key_evaluation
from perfkit.stages.key_evaluation import Evaluation
from perfkit.terms import CheckpointOutcome, ScoringFunction, SurveyAccess
from tests.stages.engagements import evaluated, indicator

NASTY = "达到{total}的**九成**，{未知}与}{"


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """Evaluate an engagement whose every text tries to be markup."""
    rows = [
        indicator("A1", "决策{total}", 20, level2="二级**粗**", level3="名称{0}", opinion=NASTY),
        indicator("A2", "决策{total}", 20, level2="", actual=100, opinion="第一行。\n第二行【待补充：{总额}】"),
        indicator("C1", "产出", 40, actual=60, evidence=("E1",)),
        indicator("C2", "产出", 10, absence="不适用", target=3),
        indicator("D1", "效益", 10, function=ScoringFunction.CHECKPOINTS, target=None, actual=None),
    ]
    tables = {
        "indicators": rows,
        "checkpoints": [
            {"code": "D1", "number": 1, "outcome": CheckpointOutcome.UNMET, "reason": "缺{文件}"},
            {"code": "D1", "number": 2, "outcome": CheckpointOutcome.MET},
        ],
        "problems": [
            {"id": "P1", "problem": "问题{total}。", "facts": "事实{x}。", "cause": "原因**", "indicators": ("A1",)},
            {"id": "P2", "problem": "空的问题", "indicators": ("C1",)},
        ],
        "surveys": [
            {"id": "S1", "group": "居民{x}", "access": SurveyAccess.OPEN_LINK, "scale": "100/75/50/25/0", "valid": 4},
            {"id": "S2", "group": "企业", "access": SurveyAccess.CENSUS, "frame": "名册", "scale": "100/75/50/25/0",
             "sent": 8, "returned": 4},
        ],
        "survey_counts": [{"id": "S1", "question": "1", "text": "满意{吗}", "option1": 3, "option2": 1}],
    }  # fmt: skip
    return evaluated(tmp_path_factory.mktemp("nasty"), tables)


@pytest.fixture(scope="module")
def book(nasty: Evaluation) -> RecordBook:
    return RecordBook(nasty.records)


@pytest.fixture(scope="module")
def levels(nasty: Evaluation, book: RecordBook) -> Pieces:
    return analysis.levels(nasty.scorecard, nasty.traces, book)


def runs(*parts: object) -> Iterator[Run]:
    """Yield every run of the sentences among the parts."""
    for part in parts:
        if isinstance(part, Said):
            yield from (run for paragraph in part.paragraphs for run in paragraph)


def said(pieces: Pieces, start: str) -> Said:
    """Return the one sentence that begins so."""
    (found,) = [part for part in pieces.parts if isinstance(part, Said) and str(part).startswith(start)]
    return found


def test_texts_of_the_data_stay_as_they_are(levels: Pieces) -> None:
    item = said(levels, "A1 名称{0}")
    assert NASTY in str(item)
    assert [run.text for run in runs(item) if run.bold] == ["A1 名称", "{", "0", "}"]
    assert {run.record for run in runs(item)} - {""} == {"item.A1.score", "item.A1.rate"}
    assert "“决策{total}”类指标共 2 项" in str(said(levels, "“决策"))


def test_lines_of_an_opinion_are_one_paragraph_and_marks_stay_marks(levels: Pieces) -> None:
    item = said(levels, "A2")
    assert len(item.paragraphs) == 1
    assert "第一行。第二行" in str(item)
    assert [run.text[:4] for run in runs(item) if run.placeholder] == ["【待补充"]


def test_every_printed_score_is_a_record(nasty: Evaluation, book: RecordBook, levels: Pieces) -> None:
    for code, score, rate in (("A1", "16.00", "80.00%"), ("C1", "30.00", "60.00%"), ("D1", "5.00", "50.00%")):
        printed = {run.record: run.text for run in runs(said(levels, code)) if run.record}
        assert printed == {f"item.{code}.score": score, f"item.{code}.rate": rate}
    for run in runs(*levels.parts, analysis.level_summary(nasty.scorecard, book)):
        if run.record:
            assert run.text == book.format(run.record)
    level = {run.record for run in runs(said(levels, "“产出"))} - {""}
    assert level == {"level1.2.full_score", "level1.2.score", "level1.2.rate", "item.C1.score", "item.C1.full_score"}


def test_level_summary_names_every_level_by_record(nasty: Evaluation, book: RecordBook) -> None:
    sentence = analysis.level_summary(nasty.scorecard, book)
    names = [run.record for run in runs(sentence) if run.record]
    assert names == [f"level1.{n}.{what}" for n in (1, 2, 3) for what in ("score", "full_score", "rate")]
    assert str(sentence).startswith("其中，决策{total}类36.00分（满分40分，得分率90.00%）、产出类")


def test_an_absent_item_says_so_and_prints_no_score(levels: Pieces) -> None:
    item = said(levels, "C2")
    assert str(item).startswith("C2 指标C2　不适用，")
    assert {run.record for run in runs(item)} == {""}
    assert "C2" not in str(said(levels, "“产出"))


def test_lost_items_are_named_and_full_ones_are_not(levels: Pieces) -> None:
    lead = str(said(levels, "“决策"))
    assert "失分的指标有：名称{0}（16.00/20）。" in lead
    assert "A2" not in lead


def test_headings_follow_the_levels(levels: Pieces) -> None:
    headings = [(part.text, part.level) for part in levels.parts if isinstance(part, SubHeading)]
    assert headings == [
        ("决策{total}", 2), ("二级**粗**", 3), ("产出", 2), ("产出二级", 3), ("效益", 2), ("效益二级", 3),
    ]  # fmt: skip


def test_an_opinion_is_worded_where_nobody_wrote_one(levels: Pieces) -> None:
    assert "缺{文件}" in str(said(levels, "D1"))


def test_nothing_but_full_marks(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, {"indicators": [indicator("C1", full=100, actual=100)]})
    pieces = analysis.levels(evaluation.scorecard, evaluation.traces, RecordBook(evaluation.records))
    assert "已计分的指标均得满分。" in str(said(pieces, "“产出"))


def test_a_withheld_total_is_said_without_a_number(tmp_path: Path) -> None:
    rows = [indicator("C1", full=50), indicator("D1", "效益", 50, absence="缺失", target=3)]
    evaluation = evaluated(tmp_path, {"indicators": rows})
    book = RecordBook(evaluation.records)
    assert "效益类无法估计（满分50分" in str(analysis.level_summary(evaluation.scorecard, book))
    lead = str(said(analysis.levels(evaluation.scorecard, evaluation.traces, book), "“效益"))
    assert "失分" not in lead
    assert "均得满分" not in lead


def test_problems_are_quoted_and_suggestions_are_marked(nasty: Evaluation) -> None:
    pieces = analysis.problems(nasty.problems)
    headings = [part.text for part in pieces.parts if isinstance(part, SubHeading)]
    assert headings == ["问题{total}", "空的问题", "待确认：D1失分"]
    first, second, third = (part for part in pieces.parts if isinstance(part, Said))
    assert str(first) == "事实{x}。涉及指标：A1。\n原因：原因**。"
    assert [run.text for run in runs(second) if run.placeholder] == ["【待补充：事实】", "【待补充：原因】"]
    assert next(run.text for run in runs(third) if run.placeholder) == "【待补充：D1指标D1失分对应的问题】"
    assert not [run.record for run in runs(*pieces.parts) if run.record]


def test_surveys_without_interval_or_answers(nasty: Evaluation, book: RecordBook) -> None:
    pieces = analysis.survey_reports(nasty.surveys, book)
    assert [part.text for part in pieces.parts if isinstance(part, SubHeading)] == ["居民{x}", "企业"]
    counted, empty = said(pieces, "问卷S1"), said(pieces, "问卷S2")
    assert "置信区间" not in str(counted) + str(empty)
    assert "发放" not in str(counted)
    assert "满意度为93.75%（仅反映应答者）" in str(counted)
    assert "前两档回答占100.00%" in str(counted)
    assert "发放8份，回收4份，应答率50.00%" in str(empty)
    assert "满意度为无法估计" in str(empty)
    assert "前两档" not in str(empty)
    assert [type(part) for part in pieces.parts].count(Figure) == 1
    assert [type(part) for part in pieces.parts].count(Table) == 2


def test_a_survey_with_an_interval(root: Path) -> None:
    evaluation = key_evaluation.load("params/runs/demo/rural-water.yaml", root)
    book = RecordBook(evaluation.records)
    sentence = said(analysis.survey_reports(evaluation.surveys, book), "问卷W1")
    assert re.search(r"，95%置信区间为\d\d\.\d\d%至\d\d\.\d\d%。", str(sentence))
    assert "（Wilson 区间" in str(sentence)
    assert {"survey.W1.low", "survey.W1.high", "survey.W1.top2_low"} <= {run.record for run in runs(sentence)}


def test_empty_lists_say_so(tmp_path: Path) -> None:
    evaluation = evaluated(tmp_path, {"indicators": [indicator("C1", full=100, actual=100)]})
    book = RecordBook(evaluation.records)
    assert str(analysis.survey_reports(evaluation.surveys, book)) == "工作簿没有登记满意度问卷。"
    assert str(analysis.problems(evaluation.problems)) == "评价未发现需要列示的问题。"
    assert str(analysis.caveats(evaluation.scorecard)) == ""
    notes = analysis.reading_notes([])
    assert [[cell.text for cell in row if cell] for row in notes.rows] == [["无"]]


def test_caveats_are_said_once() -> None:
    one = Result(method="m", n_used=1, caveats=(Caveat("A", "甲。"), Caveat("B", "乙")))
    other = Result(method="m", n_used=1, caveats=(Caveat("C", "甲。"),))
    assert str(analysis.caveats(one, other)) == "甲。\n乙。"


def test_traces_show_the_cells_and_the_rule(nasty: Evaluation, book: RecordBook) -> None:
    shown = analysis.traces(nasty.scorecard, nasty.traces, book)
    words = ["｜".join(cell.text for cell in row if cell) for row in shown.rows]
    assert len(words) == 5
    first = next(line for line in words if "A1" in line)
    assert "指标体系" in first
    assert "M4" in first
    assert "规则：" in first
    scores = {trace.item: trace.score for trace in nasty.traces}
    assert scores["A1"] == 16.0
    assert math.isnan(scores["C2"])


def test_the_scored_indicator_table_holds_every_item(nasty: Evaluation, book: RecordBook) -> None:
    shown = analysis.scored_indicators(nasty.scorecard, nasty.traces, book)
    cells: list[Any] = [cell for row in shown.rows for cell in row if cell]
    named = {cell.record for cell in cells if cell.record}
    assert {f"item.{code}.score" for code in ("A1", "A2", "C1", "D1")} <= named
    assert named <= set(book)
    assert any(NASTY in cell.text or NASTY in cell.text for cell in cells)


def test_reading_notes_and_merges() -> None:
    note = Problem(code="WB-UNIT", where="工作簿 › 指标体系 › K4", expected="个", found="「50个」", mend="核对")
    shown = analysis.reading_notes([note], ["P1 与 P2 原因相同"])
    texts = [[cell.text for cell in row if cell] for row in shown.rows]
    assert texts[0] == ["问题合并", "问题", "P1 与 P2 原因相同"]
    assert texts[1][:2] == ["WB-UNIT", "工作簿 › 指标体系 › K4"]
