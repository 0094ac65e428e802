"""Fieldwork, comments, evidence, experts: listings that count what was done once."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from perfkit.stages.key_evaluation.fieldwork import (
    comment_records,
    comments,
    evidence,
    experts,
    fieldwork,
    fieldwork_records,
)
from perfkit.terms import Adoption, FieldworkKind
from tests.stages.engagements import row


def visit(name: str, place: str | None, money: float | None, kind: FieldworkKind = FieldworkKind.SITE_CHECK) -> Any:
    return row(id=name, place=place, money=money, kind=kind, date=date(2025, 5, 6))


def test_money_counts_once_per_place() -> None:
    rows = [visit("F1", "甲县", 30.0), visit("F2", "甲县", 50.0), visit("F3", "乙县", 20.0), visit("F4", "丙县", None)]
    result = fieldwork(rows, 140.0)
    assert (result.money, result.coverage) == (70.0, 0.5)
    assert dict(result.counts) == {"访谈": 0, "座谈": 0, "现场核查": 4}


def test_rows_without_a_place_are_not_one_place() -> None:
    assert fieldwork([visit("F1", None, 30.0), visit("F2", None, 50.0)], 100.0).money == 80.0


@pytest.mark.parametrize("base", [0.0, math.nan])
def test_coverage_of_nothing_is_unknown(base: float) -> None:
    assert math.isnan(fieldwork([visit("F1", "甲", 30.0)], base).coverage)
    assert math.isnan(fieldwork([visit("F1", "甲", None)], 100.0).coverage)


def test_no_fieldwork_is_said() -> None:
    result = fieldwork([], 100.0)
    assert [caveat.code for caveat in result.caveats] == ["NO_FIELDWORK"]
    assert fieldwork([visit("F1", "甲", 1.0)], 1.0).caveats == ()
    assert list(result.to_frame().columns) == list(result.columns)


def test_fieldwork_records() -> None:
    rows = [
        visit("F1", "甲", 10.0),
        visit("F2", "甲", None, FieldworkKind.INTERVIEW),
        visit("F3", "乙", None, FieldworkKind.INTERVIEW),
    ]
    found = {record.name: record.value for record in fieldwork_records(fieldwork(rows, 40.0))}
    assert found == {
        "fieldwork.interview": 2, "fieldwork.meeting": 0, "fieldwork.site_check": 1, "fieldwork.total": 3,
        "fieldwork.money": 10.0, "fieldwork.coverage": 0.25,
    }  # fmt: skip


def test_comments_by_handling() -> None:
    rows = [row(id=f"K{place}", text="意见", adoption=kind, indicators=("C1", "C2")) for place, kind in
            enumerate((Adoption.ADOPTED, Adoption.ADOPTED, Adoption.REFUSED, None))]  # fmt: skip
    result = comments(rows)
    assert result.rows[0]["indicators"] == "C1；C2"
    assert result.rows[3]["adoption"] == ""
    found = {record.name: record.value for record in comment_records(result)}
    assert found == {"comments.total": 4, "comments.adopted": 2, "comments.partly": 0, "comments.refused": 1}


def test_evidence_finds_its_file_and_who_cites_it() -> None:
    rows = [
        row(id="E1", document="批复", file="佐证材料\\批复.pdf"),
        row(id="E2", document="台账", file="台账.xlsx"),
        row(id="E3"),
    ]
    result = evidence(rows, {"佐证材料/批复.pdf": "abc", "": "nothing"}, {"E1": ["C1", "C2"]})
    assert [(line["sha256"], line["cited_by"]) for line in result.rows] == [("abc", "C1；C2"), ("", ""), ("", "")]


def test_experts_stand_beside_the_adopted_score() -> None:
    rows = [row(code="C1", rater="甲", score=6.0), row(code="C9", rater="乙", score=1.0)]
    result = experts(rows, {"C1": "机制"}, {"C1": 5.5})
    assert [(line["name"], line["score"], line["adopted"]) for line in result.rows] == [
        ("机制", 6.0, 5.5),
        ("", 1.0, None),
    ]
