"""Each kind of result has its table: columns, totals, records, placeholders, dispatch."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest

from perfkit.errors import DataError, MethodError
from perfkit.result import Result
from perfkit.show.catalogue import BUILDERS, table
from perfkit.show.record import RecordBook
from perfkit.show.tables import Table
from perfkit.show.tables.evidence import table_bases, table_evidence, table_silent_rules
from perfkit.show.tables.money import table_fieldwork, table_fieldwork_events, table_funds
from perfkit.show.tables.problems import table_advice_matrix, table_comments, table_findings, table_problems
from perfkit.show.tables.scorecard import table_level2_scores, table_level_scores, table_scored_indicators
from perfkit.show.tables.survey import table_survey_questions, table_survey_scales, table_survey_summary
from perfkit.show.tables.workpaper import (
    table_alternatives,
    table_margins,
    table_numbers,
    table_plan,
    table_provenance,
    table_targets,
    table_traces,
)
from perfkit.terms import FieldworkKind, Severity
from perfkit.trace import CellAddress, Quantity, Record, Step, Trace

NAN = float("nan")
NODES = [
    # code, name, level, is_item, level1, level2, full_score, score
    ("R", "合计", 0, False, "", "", 100.0, 64.99),
    ("A", "决策", 1, False, "决策", "", 15.0, 14.2),
    ("A1", "立项", 2, False, "决策", "立项", 15.0, 14.2),
    ("A101", "依据充分性", 3, True, "决策", "立项", 7.5, 7.5),
    ("A102", "程序规范性", 3, True, "决策", "立项", 7.5, 6.7),
    ("B", "过程", 1, False, "过程", "", 85.0, 50.79),
    ("B1", "立项", 2, False, "过程", "立项", 85.0, 50.79),
    ("B101", "<执行率>", 3, True, "过程", "立项", 85.0, 50.79),
]
TRACE = Trace(
    item="B101",
    function="given",
    full_score=85.0,
    inputs=(Quantity(name="given", value=50.79, cell=CellAddress("评价工作簿.xlsx", "指标体系", "K5")),),
    parameters={},
    steps=(
        Step(op="given", values={"given": 50.79, "full_score": 85.0}),
        Step(op="round", values={"exact": 50.79, "decimals": 2, "score": 50.79}),
    ),
    exact=50.79,
    score=50.79,
)


def _scorecard() -> pd.DataFrame:
    names = ("code", "name", "level", "is_item", "level1", "level2", "full_score", "score")
    frame = pd.DataFrame(NODES, columns=list(names))
    frame["rate"] = frame["score"] / frame["full_score"]
    frame["rule_text"] = ["", "", "", "规则=A1", "", "", "", "规则"]
    frame["trace"] = [None] * 7 + [TRACE]
    frame["opinion"] = ""
    frame["evidence"] = [""] * 7 + ["E1；E2"]
    frame["absence"] = ""
    return frame


def _texts(shown: Table) -> list[list[str]]:
    return [["" if cell is None else cell.text for cell in row] for row in shown.rows]


def _records(shown: Table) -> set[str]:
    return {cell.record for row in shown.rows for cell in row if cell is not None and cell.record}


def test_level_scores_have_total_and_records() -> None:
    shown = table_level_scores(_scorecard())
    assert _texts(shown) == [
        ["决策", "15", "14.20", "94.67%"],
        ["过程", "85", "50.79", "59.75%"],
        ["合计", "100", "64.99", "64.99%"],
    ]
    assert {"level1.1.rate", "level1.2.score", "level1.2.full_score", "total", "total_full", "total_rate"} <= _records(
        shown
    )


def test_without_root_the_total_is_the_sum_of_printed_scores() -> None:
    frame = _scorecard()
    assert _texts(table_level_scores(frame[frame["level"] > 0]))[-1] == ["合计", "100", "64.99", "64.99%"]


def test_records_decide_name_and_format() -> None:
    book = RecordBook([Record(name="level1.1.score", value=14.2, kind="number", decimals=1)])
    shown = table_level_scores(_scorecard(), records=book)
    assert _texts(shown)[0][2] == "14.2"
    assert _records(shown) == {"level1.1.score"}


def test_level2_merges_level1_and_counts_over_the_tree() -> None:
    shown = table_level2_scores(_scorecard())
    assert [row[1].text for row in shown.rows if row[1]] == ["立项", "立项"]
    assert "level2.2.score" in _records(shown)
    assert [cell.rowspan for row in shown.rows if (cell := row[0])] == [1, 1, 1]


def test_scored_indicators_nest_merges_and_carry_points() -> None:
    shown = table_scored_indicators(_scorecard())
    texts = _texts(shown)
    assert shown.landscape
    assert shown.font == "small"
    assert texts[0][0] == "决策\n（15分）\n得14.20分"
    assert [[row[0].rowspan, row[1].rowspan] for row in shown.rows[:3] if row[0] and row[1]] == [[2, 2], [1, 1]]
    assert texts[1][:2] == ["", ""]
    assert texts[2][2] == "B101 <执行率>"
    assert "&lt;执行率&gt;" in shown._repr_html_()
    assert texts[2][5] == "满分 85 分；评价者直接给分 50.79 分，得 50.79 分"
    assert texts[2][7].startswith("<执行率>指标满分85分，得50.79分，得分率59.75%。依据[E1、E2]，")
    assert texts[1][4] == "【待补充：评分标准】"
    assert shown.rows[1][7] is not None
    assert shown.rows[1][7].placeholder
    assert texts[3] == ["合计", "", "", "100", "", "", "64.99", "", ""]
    assert {"item.B101.score", "item.B101.full_score", "total", "total_full"} <= _records(shown)


def test_scored_indicators_from_items_alone_sum_printed_scores() -> None:
    frame = _scorecard()
    shown = table_scored_indicators(frame[frame["is_item"]].drop(columns="is_item"))
    assert _texts(shown)[0][0] == "决策\n（15分）\n得14.20分"
    assert _texts(shown)[-1][6] == "64.99"


def test_absent_item_prints_its_kind() -> None:
    frame = _scorecard()
    frame.loc[3, ["score", "absence"]] = [NAN, "not_applicable"]
    assert _texts(table_scored_indicators(frame))[0][6] == "不适用"


FUNDS = pd.DataFrame(
    {
        "source": ["中央", "市级", "合计"], "year": [2024.0, 2024.0, NAN], "agency": "", "use": ["", "", None],
        "budget": [8000.0, 5534.7, 13534.7], "received": [8000.0, 0.0, 8000.0], "executed": [7634.7, 0.0, 7634.7],
        "receipt_rate": [1.0, 0.0, 0.59107], "execution_rate": [0.95434, NAN, 0.95434],
        "execution_rate_budget": [0.95434, 0.0, 0.56408], "row_type": ["detail", "detail", "total"],
        "record": ["funds.1", "funds.2", "funds"], "note": "",
    }
)  # fmt: skip


def test_funds_name_the_denominator_and_the_total() -> None:
    shown = table_funds(FUNDS)
    headers = [column.header for column in shown.columns]
    assert headers[:2] == ["资金来源", "年度"]
    assert headers[-2:] == ["执行率（执行数÷到位数）", "执行率（执行数÷预算数）"]
    assert _texts(shown)[0] == ["中央", "2024", "8,000.00", "8,000.00", "7,634.70", "100.00%", "95.43%", "95.43%"]
    assert _texts(shown)[1][6] == "—"
    assert _texts(shown)[2][:4] == ["合计", "", "13,534.70", "8,000.00"]
    assert {"funds.1.budget", "funds.executed", "funds.execution_rate"} <= _records(shown)
    named = table_funds(FUNDS.drop(columns="record"), denominator="budget")
    assert named.columns[-2].header == "执行率（执行数÷预算数）"
    assert "funds.budget" in _records(named)
    none = table_funds(FUNDS.head(0))
    assert (_texts(none)[0][0], none.notes) == ("工作簿未填写", ())


def test_a_missing_number_is_no_record() -> None:
    shown = table_funds(FUNDS)
    missing = shown.rows[1][6]
    assert missing is not None
    assert (missing.text, missing.record) == ("—", "")
    book = RecordBook([Record(name="funds.2.execution_rate", value=None, kind="rate")])
    again = table_funds(FUNDS, records=book)
    assert _records(again) == set()
    plain = table_fieldwork(
        pd.DataFrame(
            {"kind": ["interview"], "n": [15], "money": [None], "coverage": [NAN], "base": [""], "record": ["f"]}
        )
    )
    assert _records(plain) == {"f.n"}
    assert _records(table_numbers([Record(name="total", value=None, kind="score")])) == set()


def test_missing_columns_are_all_named() -> None:
    with pytest.raises(DataError) as caught:
        table_funds(FUNDS.drop(columns=["budget", "row_type"]))
    assert len(caught.value.problems) == 2


def test_fieldwork() -> None:
    frame = pd.DataFrame(
        {"kind": ["interview"], "n": [15], "money": [5815.0], "coverage": [0.4296], "base": ["到位资金"]}
    )
    assert _texts(table_fieldwork(frame)) == [["访谈", "15", "5,815.00", "42.96%", "到位资金"]]
    events = pd.DataFrame(
        {
            "id": ["F1"],
            "kind": [FieldworkKind.SITE_CHECK],
            "date": ["2025-04-01"],
            "place": ["甲村"],
            "person": ["某人"],
        }
    )
    assert _texts(table_fieldwork_events(events)) == [["F1", "现场核查", "2025年4月1日", "甲村"]]
    assert "某人" in _texts(table_fieldwork_events(events, persons=True))[0]


SURVEY = {
    "id": "S1", "group": "农户", "access": "open_link", "frame": "", "population": None, "sent": 108, "returned": 108,
    "valid": 108, "n_used": 107, "satisfaction": 0.930591, "low": NAN, "high": NAN, "top2": 0.9, "top2_low": 0.83,
    "top2_high": 0.94, "level": 0.95, "interval_note": "开放链接没有抽样概率，不给出区间。",
    "scale": (100.0, 75.0, 0.0),
}  # fmt: skip


def test_survey_summary_prints_scale_and_reason() -> None:
    shown = table_survey_summary(pd.DataFrame([SURVEY]))
    assert _texts(shown)[0] == [
        "农户", "开放链接", "—", "108", "108", "107", "93.06%", "—", "90.00%", "83.00%～94.00%",
    ]  # fmt: skip
    assert shown.columns[7].header == "95%置信区间"
    assert shown.columns[5].header == "有效"
    assert _texts(table_survey_summary(pd.DataFrame([SURVEY]).head(0)))[0][0] == "工作簿未填写"
    assert shown.notes == ("农户：量表分值 100/75/0。", "农户：开放链接没有抽样概率，不给出区间。")
    assert "survey.S1.satisfaction" in _records(shown)


def test_survey_questions_and_scales() -> None:
    frame = pd.DataFrame(
        {"id": "S1", "question": [1], "option1": [60], "option2": [40], "text": ["水质"], "n": [100], "mean": [0.9]}
    )
    shown = table_survey_questions(frame, options=("满意", "不满意"), group="农户", id="S1")
    assert [column.header for column in shown.columns] == ["题号", "题目", "满意", "不满意", "应答数", "满意度"]
    assert _texts(shown) == [["1", "水质", "60", "40", "100", "90.00%"]]
    assert shown.name == "survey-S1-questions"
    scales = pd.DataFrame(
        {"id": ["S1"] * 2, "scale": ["100/0", "前两档"], "satisfaction": [0.9, 0.8], "declared": [True, False]}
    )
    assert [row[-1] for row in _texts(table_survey_scales(scales))] == ["申明并采用", "仅供复核"]


def test_problems_and_advice_ask_for_what_only_people_know() -> None:
    frame = pd.DataFrame(
        {
            "id": ["1"], "problem": ["=cmd|'x'"], "facts": ["f"], "indicators": [["B201", "C101"]], "amount": [12.5],
            "cause": [None], "advice": ["a"], "responsible": [""], "deadline": ["2025-12-31"], "proof": [NAN],
        }
    )  # fmt: skip
    problems = table_problems(frame)
    assert _texts(problems) == [["1", "=cmd|'x'", "f", "B201、C101", "12.50", "【待补充：原因】", "a"]]
    assert problems.rows[0][5] is not None
    assert problems.rows[0][5].placeholder
    assert _texts(table_advice_matrix(frame))[0][3:] == [
        "【待补充：责任单位】",
        "2025年12月31日",
        "【待补充：完成标志】",
    ]
    assert _texts(table_problems(frame.head(0)))[0][0] == "工作簿未填写"


def test_only_the_placeholder_of_an_opinion_is_marked() -> None:
    shown = table_scored_indicators(_scorecard())
    opinion, rule = shown.rows[2][7], shown.rows[1][4]
    assert opinion is not None
    assert rule is not None
    assert "【待补充：事实】" in opinion.text
    assert not opinion.placeholder
    assert rule.placeholder
    assert "依据[E1、E2]，<mark>【待补充：事实】</mark>；" in shown._repr_html_()


def test_comments_findings_and_rules() -> None:
    comments = pd.DataFrame(
        {
            "id": ["1"], "origin": ["甲局"], "text": ["t"], "indicators": ["B1"], "adoption": ["refused"],
            "reason": ["r"], "before": [3.0], "after": [3.0],
        }
    )  # fmt: skip
    assert _texts(table_comments(comments))[0][4:] == ["不采纳", "r", "3.00", "3.00"]
    findings = pd.DataFrame(
        {
            "code": ["S02"], "severity": [Severity.ERROR], "subject": ["C101"], "message": ["m"], "expected": ["6.93"],
            "found": ["6.94"], "basis": ["逻辑"], "where": ["w"], "waiver": [""],
        }
    )  # fmt: skip
    assert _texts(table_findings(findings))[0][:3] == ["S02", "错误", "C101"]
    rules = pd.DataFrame(
        {
            "code": ["X04"], "topic": ["t"], "choice": ["c"], "origin": ["default"], "used_by": [("A1", "A2")],
            "points_moved": [None], "basis": ["b"],
        }
    )  # fmt: skip
    assert _texts(table_silent_rules(rules))[0][3:6] == ["默认", "A1、A2", "—"]
    bases = pd.DataFrame(
        {"document": ["财预〔2020〕10号"], "title": ["t"], "clause": ["附2"], "status": ["national"], "verified": ["V"]}
    )
    assert _texts(table_bases(bases))[0][3:] == ["国家规定"]
    assert _texts(table_bases(bases, checked=True))[0][3:] == ["国家规定", "已核对文本"]
    assert len(table_bases(bases.drop(columns="verified")).columns) == 4


def test_evidence_shows_eight_digits() -> None:
    frame = pd.DataFrame(
        {
            "id": ["E1"], "document": ["d"], "page": [3], "holder": ["h"], "category": ["c"], "file": ["f.pdf"],
            "date": [None], "sha256": ["0123456789abcdef"], "cited_by": [np.array(["B1", "B2"])],
        }
    )  # fmt: skip
    shown = table_evidence(frame)
    assert _texts(shown) == [["E1", "d", "3", "h", "c", "f.pdf", "01234567", "B1、B2"]]


def test_working_paper() -> None:
    traces = table_traces(pd.DataFrame({"code": ["B101"], "name": ["n"], "trace": [TRACE], "exact": [50.79]}))
    assert _texts(traces)[0][2:] == ["满分 85 分；评价者直接给分 50.79 分，得 50.79 分", "50.79", "指标体系 K5"]
    worded = pd.DataFrame({"code": ["B101"], "name": ["n"], "sentence": ["s"]})
    assert _texts(table_traces(worded)) == [["B101", "n", "s"]]
    margins = pd.DataFrame(
        {"total": [64.99], "lower_edge": [60], "upper_edge": [80], "to_lower": [4.99], "to_upper": [15.01]}
    )
    assert _texts(table_margins(margins)) == [["64.99", "60", "80", "4.99", "15.01"]]
    alternatives = pd.DataFrame({"label": ["按细则口径"], "total": [65.66], "grade": ["中"]})
    assert _texts(table_alternatives(alternatives)) == [["按细则口径", "65.66", "中"]]
    numbers = table_numbers([Record(name="total", value=64.99, kind="score", label="总分", unit="分")])
    assert _texts(numbers) == [["total", "总分", "64.99", "分", "", ""]]
    assert _records(numbers) == {"total"}
    assert _texts(table_numbers([]))[0][0] == "无"


def test_targets_merge_levels() -> None:
    frame = pd.DataFrame(
        {
            "level1": ["产出"] * 3, "level2": ["数量", "数量", "质量"], "code": ["C1", "C2", "C3"], "name": ["a", "b", "c"],
            "target": ["≥10", "5", "100"], "actual": ["12", "5", "98.5"], "unit": ["", "", ""],
        }
    )  # fmt: skip
    shown = table_targets(frame)
    assert [cell.rowspan for row in shown.rows for cell in row[:2] if cell] == [3, 2, 1]
    assert len(shown.columns) == 5
    assert len(table_targets(frame.assign(level2="")).columns) == 4
    assert _texts(table_targets(frame.head(0)))[0][0] == "工作簿未填写定量目标"


def test_plan_asks_and_provenance_lists() -> None:
    plan = pd.DataFrame({"number": [1], "element": ["评价目的"], "content": [""]})
    assert _texts(table_plan(plan)) == [["1", "评价目的", "【待补充：该要素的内容】"]]
    assert _texts(table_provenance(pd.DataFrame({"name": ["版本"], "value": ["0.1"]}))) == [["版本", "0.1"]]


class _Funds(Result):
    kind: ClassVar[str] = "funds"

    def to_frame(self) -> pd.DataFrame:
        return FUNDS


class _Unheard(Result):
    kind: ClassVar[str] = "unheard"


class _Survey(Result):
    kind: ClassVar[str] = "survey"
    options: ClassVar[tuple[str, ...]] = ("满意", "不满意")
    group: ClassVar[str] = "农户"
    id: ClassVar[str] = "S9"

    def to_frame(self) -> pd.DataFrame:
        columns: dict[str, Any] = {"question": [1], "option1": [1], "option2": [2], "text": ["t"], "mean": [0.3]}
        return pd.DataFrame(columns)


def test_dispatch_is_by_kind() -> None:
    assert table(_Funds(method="m", n_used=1), denominator="budget").name == "funds"
    assert table(FUNDS, kind="funds").name == "funds"
    survey = table(_Survey(method="m", n_used=1))
    assert (survey.name, survey.columns[2].header) == ("survey-S9-questions", "满意")
    assert table([], kind="numbers").name == "numbers"
    book = RecordBook([Record(name="funds.budget", value=1.0, kind="money")])
    named = table(_Funds(method="m", n_used=1), records=book, name="funds-annex", caption="资金使用明细")
    assert (named.name, named.caption) == ("funds-annex", "资金使用明细")
    assert _records(named) == {"funds.budget"}
    assert table(pd.DataFrame({"name": [], "value": []}), kind="provenance", records=book).name == "provenance"
    with pytest.raises(MethodError, match="unheard"):
        table(_Unheard(method="m", n_used=0))
    with pytest.raises(MethodError, match="scorecard items"):
        table(_Funds(method="m", n_used=1), "items")


def test_every_table_has_its_own_name() -> None:
    assert len({builder.__name__ for builder in BUILDERS.values()}) == len(BUILDERS)
