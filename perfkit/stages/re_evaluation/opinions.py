"""Which projects get an opinion sheet 单项目复核意见单: those re-scored, and those with something to correct."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.stages.listing import Listing
from perfkit.terms import RaterRole, Severity, Tier

SERIOUS = (Severity.ERROR.value, Severity.WARNING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionSheetsResult(Listing):
    """The head of each opinion sheet 复核意见单; items and findings of a project stand in their own Results.

    ``tier`` is a code of ``Tier``, ``reviewer`` the names of those who scored, ``method_note`` how they did.
    """

    kind: ClassVar[str] = "opinion_sheets"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "agency", "project", "name", "money", "self_total", "re_total", "self_grade", "re_grade", "tier",
        "reviewer", "method_note",
    )  # fmt: skip


def opinion_sheets(
    projects: pd.DataFrame,
    findings: pd.DataFrame,
    totals: pd.DataFrame,
    raters: pd.DataFrame,
    choices: ReEvaluationChoices,
) -> OpinionSheetsResult:
    """Return the projects that get a sheet 复核意见单名单.

    Parameters
    ----------
    projects : one row a project of the list (kind ``re_evaluation_projects``).
    findings : the desk findings (kind ``desk_findings``); an error or what is to be sent back asks for a sheet.
    totals : what the raters say of each project (columns ``TOTALS``), with the names of the reviewers.
    raters : who scored (columns ``RATERS``).
    choices : whether self-scores were shown.
    """
    wrong = findings[(findings["severity"] == Severity.ERROR.value) | findings["send_back"].astype(bool)]
    asked = set(wrong["project"]) - {""}
    chosen = projects[(projects["tier"] == Tier.RE_SCORED.value) | projects["project"].isin(asked)]
    reviewers = {
        str(project): "、".join(dict.fromkeys(str(name) for name in part["reviewer"] if str(name or "").strip()))
        for project, part in totals.groupby("project")
    }
    independent = set(raters.loc[raters["role"] == RaterRole.INDEPENDENT.value, "rater"])
    counts = totals[totals["rater"].isin(independent)].groupby("project")["rater"].nunique().to_dict()
    columns = [name for name in OpinionSheetsResult.columns if name not in ("reviewer", "method_note")]
    rows = [
        {
            **{name: getattr(row, name) for name in columns},
            "reviewer": reviewers.get(str(row.project), ""),
            "method_note": _note(row, int(counts.get(row.project, 0)), choices),
        }
        for row in chosen.itertuples()
    ]
    return OpinionSheetsResult(
        method="re_scored_or_to_correct", n_used=len(rows), source="复核与再评结果", rows=tuple(rows)
    )


def _note(row: Any, raters: int, choices: ReEvaluationChoices) -> str:
    """Return how the project was looked at, and how deep, in one line."""
    if row.tier != Tier.RE_SCORED.value:
        return "仅作复核，未重新评分"
    who = f"{raters}名再评人独立评分" if raters > 1 else "1名再评人评分" if raters else "合议评分"
    seen = [
        f"{word}{int(number)}{unit}"
        for word, number, unit in (("核查指标", row.items_checked, "项"), ("查看佐证", row.evidence_seen, "份"))
        if number > 0
    ]
    return f"{who}，评分时{choices.self_scores.label}；{'、'.join(seen) or '没有登记核查的指标和查看的佐证'}"
