"""Checks of surveys: each check fires on its own failing example and stays silent beside it."""

from __future__ import annotations

from typing import Any

import pytest

from perfkit.checks.surveys import satisfaction_item_findings, survey_findings
from perfkit.terms import Severity

NAN = float("nan")


def line(**more: Any) -> dict[str, Any]:
    """Return a survey without a fault."""
    plain = {
        "id": "S1", "group": "居民", "open": False, "frame": "名册", "sent": 100, "returned": 90, "valid": 88, "n_used": 88,
        "question_totals": [88, 88], "satisfaction": 0.930591, "printed_rate": 0.9306, "caveats": (), "cell": "问卷!A4",
    }  # fmt: skip
    return plain | more


def codes(findings: Any) -> list[tuple[str, Severity]]:
    return [(item.code, item.severity) for item in findings]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, []),
        ({"printed_rate": 0.9307}, [("Q01", Severity.ERROR)]),
        ({"printed_rate": None}, []),
        ({"printed_rate": 0.5, "satisfaction": NAN}, []),
        ({"question_totals": [88, 87]}, [("Q03", Severity.WARNING)]),
        ({"question_totals": [88, 87], "valid": None}, []),
        ({"question_totals": []}, []),
        ({"open": True}, [("Q04", Severity.WARNING)]),
        ({"frame": ""}, [("Q04", Severity.WARNING)]),
        ({"open": True, "frame": ""}, [("Q04", Severity.WARNING)]),
        ({"returned": 101}, [("Q04", Severity.ERROR)]),
        ({"returned": 100}, []),
        ({"returned": 101, "sent": None}, []),
        ({"caveats": ("COUNTS_ONLY",)}, [("Q05", Severity.INFO)]),
        ({"caveats": ("NONRESPONSE",)}, []),
    ],
)
def test_one_survey(more: dict[str, Any], expected: list[tuple[str, Severity]]) -> None:
    assert codes(survey_findings([line(**more)])) == expected


def test_a_finding_names_both_values_and_the_cell() -> None:
    (found,) = survey_findings([line(printed_rate=0.95)])
    assert (found.expected, found.found, found.where) == ("93.06%", "95.00%", "问卷!A4")
    assert "S1" in found.subject


def test_surveys_are_checked_one_by_one() -> None:
    assert len(survey_findings([line(open=True), line(), line(id="S2", open=True)])) == 2
    assert survey_findings([]) == []


def item(code: str, survey: str = "S1", full: bool = True) -> dict[str, Any]:
    return {"code": code, "survey": survey, "full": full}


def test_a_satisfaction_indicator_has_a_survey() -> None:
    assert codes(satisfaction_item_findings([item("D1", survey="", full=False)])) == [("T07", Severity.ERROR)]
    assert satisfaction_item_findings([item("D1", full=False)]) == []


def test_two_full_marks_do_not_discriminate() -> None:
    assert codes(satisfaction_item_findings([item("D1"), item("D2")])) == [("Q07", Severity.INFO)]
    assert satisfaction_item_findings([item("D1"), item("D2", full=False)]) == []
    assert satisfaction_item_findings([item("D1")]) == []
