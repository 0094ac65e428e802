"""Numbers in sentences carry their record; unknown names are errors; nothing of the data is markup."""

from __future__ import annotations

import json
from typing import Any

import pytest

from perfkit.errors import DataError, RuleError
from perfkit.show.record import (
    FINDINGS_MIME,
    RECORDS_MIME,
    SAY_MIME,
    RecordBook,
    Run,
    publish_findings,
    quote,
    read_published,
)
from perfkit.terms import Severity
from perfkit.trace import Finding, Record

TOTAL = Record(name="total", value=64.99, kind="score", label="总分", unit="分")
SURVEY = Record(name="survey.S1.satisfaction", value=0.930591, kind="rate", caveat="仅反映应答者")
UNKNOWN = Record(name="funds.budget", value=float("nan"), kind="money", caveat="未填写预算数")


@pytest.fixture
def book() -> RecordBook:
    return RecordBook([TOTAL, SURVEY, UNKNOWN])


def test_numbers_come_from_records_and_carry_their_names(book: RecordBook) -> None:
    said = book.say("**{total:label}**得{total}分。")
    assert str(said) == "总分得64.99分。"
    assert said.paragraphs == ((Run("总分", bold=True), Run("得"), Run("64.99", record="total"), Run("分。")),)
    bundle = said._repr_mimebundle_()
    assert bundle[SAY_MIME]["paragraphs"][0][2] == {"text": "64.99", "record": "total"}
    json.dumps(bundle)


def test_a_caveat_is_said_once_behind_the_unit(book: RecordBook) -> None:
    said = book.say("满意度{survey.S1.satisfaction}，即{survey.S1.satisfaction}。")
    assert str(said) == "满意度93.06%（仅反映应答者），即93.06%。"
    assert str(book.say("{survey.S1.satisfaction!}达标")) == "93.06%达标"
    scored = RecordBook([Record(name="s", value=3, kind="score", caveat="暂定")])
    assert str(scored.say("得{s}分，**{s}**分")) == "得3.00分（暂定），3.00分"
    assert str(scored.say("得**{s}**分")) == "得3.00分（暂定）"
    assert str(scored.say("得{s}")) == "得3.00（暂定）"
    assert str(scored.say("{s}、{s}")) == "3.00（暂定）、3.00"


def test_a_missing_number_says_so_with_its_reason_and_without_unit(book: RecordBook) -> None:
    assert str(book.say("预算{funds.budget}万元。")) == "预算无法估计（未填写预算数）。"


def test_unknown_names_are_errors_that_list_near_names(book: RecordBook) -> None:
    with pytest.raises(RuleError) as caught:
        book.say("{totl}与{survey.S1.satisfacton}，{total:rate}，{")
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["RECORD-UNKNOWN", "RECORD-UNKNOWN", "SAY-FORM", "SAY-BRACE"]
    assert "相近：total" in caught.value.problems[0].expected
    assert "survey.S1.satisfaction" in caught.value.problems[1].expected
    with pytest.raises(RuleError, match="相近：total"):
        book["tota"]


def test_a_name_occurs_once() -> None:
    with pytest.raises(RuleError, match="RECORD-TWICE"):
        RecordBook([TOTAL, SURVEY, TOTAL])


def test_placeholders_are_marked_and_lines_are_paragraphs(book: RecordBook) -> None:
    said = book.say("第一段【待补充：立项背景】\n\n第二段 {{x}}")
    assert len(said.paragraphs) == 2
    assert said.paragraphs[0][1] == Run("【待补充：立项背景】", placeholder=True)
    assert str(said).endswith("第二段 {x}")
    assert "<mark>【待补充：立项背景】</mark>" in said._repr_markdown_()


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a|b*c_d`e", r"a\|b\*c\_d\`e"),
        ("[x](http://y)", r"\[x\](http://y)"),
        ("$x$ & y", r"\$x\$ &amp; y"),
        ("=cmd|'/c calc'!A1", r"=cmd\|'/c calc'\!A1"),
        ("# 标题", r"\# 标题"),
        ("- 项", r"\- 项"),
        ("1. 项", r"1\. 项"),
        ("64.99 分", "64.99 分"),
        ("---", r"\---"),
        ("    缩进", "缩进"),
    ],
)
def test_text_of_the_data_is_never_markup(text: str, markdown: str) -> None:
    said = quote(text)
    assert said._repr_markdown_() == markdown
    assert str(said) == text
    record = RecordBook([Record(name="t", value=text, kind="text")])
    assert (
        record.say("“{t}”")._repr_markdown_().strip("“”").replace("\\", "") == markdown.replace("\\", "")
        or text[0] == " "
    )


def test_quote_resolves_nothing() -> None:
    said = quote("{total}\n**粗**【待补充：x】尾")
    assert [len(paragraph) for paragraph in said.paragraphs] == [1, 3]
    assert said.paragraphs[0][0].text == "{total}"
    assert not any(run.bold for paragraph in said.paragraphs for run in paragraph)


def _notebook(*bundles: dict[str, Any]) -> dict[str, Any]:
    outputs = [{"output_type": "execute_result", "data": bundle} for bundle in bundles]
    cells = [{"cell_type": "markdown", "source": "x"}, {"cell_type": "code", "outputs": outputs}]
    return json.loads(json.dumps({"cells": [*cells, {"cell_type": "code", "outputs": [{"output_type": "stream"}]}]}))


def test_what_is_published_is_read_back(book: RecordBook) -> None:
    findings = [
        Finding(code="S02", severity=Severity.WARNING, subject="B201", message="一"),
        Finding(code="S01", severity=Severity.ERROR, subject="C101", message="二", expected="6.93", found="6.94"),
    ]
    records, read = read_published(
        _notebook(book.publish()._repr_mimebundle_(), publish_findings(findings)._repr_mimebundle_())
    )
    assert [record.name for record in records] == ["funds.budget", "survey.S1.satisfaction", "total"]
    assert records[2] == TOTAL
    assert records[0].value is None
    assert read == (findings[1], findings[0])
    assert "错误 1 条" in str(publish_findings(findings))


def test_published_numbers_must_agree() -> None:
    first, second = RecordBook([TOTAL]), RecordBook([Record(name="total", value=65.0, kind="score")])
    assert len(read_published(_notebook(*[first.publish()._repr_mimebundle_()] * 2))[0]) == 1
    with pytest.raises(DataError, match="RECORD-TWICE"):
        read_published(_notebook(first.publish()._repr_mimebundle_(), second.publish()._repr_mimebundle_()))
    for mime in (RECORDS_MIME, FINDINGS_MIME):
        with pytest.raises(DataError, match="PUBLISHED-SHAPE"):
            read_published(_notebook({mime: [5]}))
    with pytest.raises(DataError, match="PUBLISHED-SHAPE"):
        read_published(_notebook({RECORDS_MIME: [{"name": "x"}]}))
    with pytest.raises(DataError, match="PUBLISHED-SHAPE"):
        read_published(_notebook({FINDINGS_MIME: [{"code": "x", "severity": "?", "subject": "", "message": ""}]}))


def test_signs_of_the_template_can_be_said(book: RecordBook) -> None:
    said = book.say("{{a}} x****2****3，**粗**")
    assert str(said) == "{a} x**2**3，粗"
    assert [run.text for run in said.paragraphs[0] if run.bold] == ["粗"]
