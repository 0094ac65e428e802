"""Checks of a written draft: text against record, chapters, wording, what is still open."""

from __future__ import annotations

from typing import Any

from perfkit.checks.draft import (
    Passage,
    draft_findings,
    loose_number_findings,
    outline_findings,
    placeholder_findings,
    record_findings,
    wording_findings,
)
from perfkit.terms import DraftStatus, Severity

OUTLINE = ("基本情况", "评价结论")


def codes(findings: Any) -> list[str]:
    return [item.code for item in findings]


def test_a_number_edited_in_one_place_is_found() -> None:
    passages = [Passage(text="得65.00分", where="三", records=(("total", "65.00"),))]
    assert codes(record_findings(passages, {"total": "64.99"})) == ["L05"]
    assert record_findings(passages, {"total": "65.00"}) == []
    assert codes(record_findings(passages, {})) == ["L05"]


def test_typed_numbers_must_stand_somewhere() -> None:
    table = Passage(text="3,749.95", where="附件", table=True)
    text = Passage(text="第二届赛事支出3,783.2万元，其余3749.95万元，达到2024年标准", where="五")
    found = loose_number_findings([table, text], {"total": "64.99"})
    assert codes(found) == ["R05"]
    assert found[0].found == "3,783.2万元"
    assert loose_number_findings([Passage(text="执行率93.35%", where="四")], {"rate": "93.35%"}) == []


def test_outline() -> None:
    assert outline_findings(["基本情况", "评价结论", "决策"], OUTLINE, ["决策"], True) == []
    assert codes(outline_findings(["评价结论", "基本情况"], OUTLINE, [], True)) == ["R01"]
    assert codes(outline_findings(["基本情况"], OUTLINE, ["过程"], False)) == ["R01", "R02", "R03"]
    assert codes(outline_findings([*OUTLINE, "评价结论"], OUTLINE, [], True)) == ["R01"]


def test_wording_and_placeholders() -> None:
    assert codes(wording_findings([Passage(text="存在严重问题", where="五")])) == ["R17"]
    assert placeholder_findings(0, DraftStatus.FINAL) == []
    assert placeholder_findings(2, DraftStatus.FINAL)[0].severity is Severity.ERROR
    assert placeholder_findings(2, DraftStatus.FIRST)[0].severity is Severity.INFO


def test_whole_draft_in_order_of_severity() -> None:
    passages = [
        Passage(text="基本情况", where="基本情况", heading=True),
        Passage(text="产出指标共35分，存在严重不足", where="基本情况"),
    ]
    found = draft_findings(
        passages,
        expected={},
        outline=OUTLINE,
        level1={"产出": 25.0},
        score_table=True,
        open_points=1,
        status=DraftStatus.FIRST,
    )
    assert codes(found) == ["R01", "R03", "S22", "R05", "R17", "R15"]
