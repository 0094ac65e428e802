"""Real evaluation tables with two scores as the frames of a re-evaluation: one project, its items scored twice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from perfkit.read.re_evaluation_shapes import (
    APPROVED,
    FOLLOW_UP,
    PROJECTS,
    RATERS,
    SCORES,
    TOTALS,
    ReEvaluationFolder,
)
from perfkit.read.self_evaluation.shapes import FORMS, FUNDS, ITEMS, VALUES, SelfEvaluations

DEPARTMENT, PROJECT, RATER = "案例部门", "P1", "再评人1"
BLANK_NUMBERS = frozenset(
    {"budget_begin", "budget", "executed", "printed_rate", "execution_full", "execution_score", "total_full", "total"}
    | {
        "target",
        "actual",
        "full",
        "score",
        "own_full",
        "own_score",
        "money",
        "amount",
        "items_checked",
        "evidence_seen",
    }
)


def frame(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame of these columns: what is not given is NaN in columns of numbers, else an empty text."""
    blank = {name: math.nan if name in BLANK_NUMBERS else "" for name in columns}
    return pd.DataFrame([blank | row for row in rows], columns=list(columns))


def is_pair(case: Mapping[str, Any]) -> bool:
    """Return whether a table holds both scores of at least one item."""
    return any(
        item.get("self_score") is not None and item.get("reevaluated_score") is not None for item in case["items"]
    )


def number(value: object) -> float:
    """Return a number of a table, NaN where it is null."""
    return math.nan if value is None else float(value)  # type: ignore[arg-type]


def forms_of(case: Mapping[str, Any]) -> SelfEvaluations:
    """Return the self-scores of a table as one form."""
    items = [
        {
            "form": "F1", "item": item["code"], "row": place, "level1": item["level1"], "level2": item.get("level2") or "",
            "level3": item["level3"], "full": number(item["weight"]), "own_full": number(item["weight"]),
            "score": number(item.get("self_score")), "own_score": number(item.get("self_score")),
            "file": f"{case['case_id']}.json",
        }
        for place, item in enumerate(case["items"])
    ]  # fmt: skip
    published = case.get("published") or {}
    form = {
        "form": "F1", "file": f"{case['case_id']}.json", "department": DEPARTMENT, "agency": DEPARTMENT, "project": PROJECT,
        "name": case["title"], "total": number(published.get("self_total")), "items": len(items), "unread": 0, "layers": 1,
        "layout": "other", "year": "2024",
    }  # fmt: skip
    return SelfEvaluations(
        values=frame(VALUES, []),
        forms=frame(FORMS, [form]),
        items=frame(ITEMS, items),
        funds=frame(FUNDS, []),
        problems=(),
        sha256={},
    )


def folder_of(case: Mapping[str, Any]) -> ReEvaluationFolder:
    """Return the re-evaluated scores of a table as the workbook of one rater who saw the self-scores."""
    scores = [
        {
            "rater": RATER, "project": PROJECT, "item": item["code"], "level3": item["level3"],
            "full": number(item["weight"]), "score": number(item.get("reevaluated_score")),
            "where": f"{case['case_id']} › {item['code']}",
        }
        for item in case["items"]
    ]  # fmt: skip
    project = {"department": DEPARTMENT, "agency": DEPARTMENT, "project": PROJECT, "name": case["title"], "money": 100.0,
               "certainty": False}  # fmt: skip
    rater = {"rater": RATER, "role": "independent", "blinding": "shown", "before_discussion": True}
    return ReEvaluationFolder(
        projects=frame(PROJECTS, [project]).assign(due=pd.NaT, submitted=pd.NaT),
        approved=frame(APPROVED, []),
        follow_up=frame(FOLLOW_UP, []),
        scores=frame(SCORES, scores),
        totals=frame(TOTALS, [{"rater": RATER, "project": PROJECT}]).assign(total=math.nan),
        raters=frame(RATERS, [rater]),
        departments=(DEPARTMENT,),
        folders={DEPARTMENT: ""},
        problems=(),
        sha256={},
    )
