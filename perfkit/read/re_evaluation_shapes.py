"""What reading the list of projects and the re-scoring workbooks returns 项目清单与再评工作簿读入结果."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from perfkit.errors import Problem

# One row a project of the budget: ``money`` in 万元, ``certainty`` with its reason, dates or NaT; ``where`` file › sheet › row.
PROJECTS = (
    "department", "agency", "project", "name", "category", "money", "certainty", "certainty_reason", "due", "submitted", "where",
)  # fmt: skip
# Approved targets and weights of a project, as far as the list holds them.
APPROVED = ("project", "level1", "level2", "level3", "target_text", "operator", "target", "unit", "full", "where")
# Problems of last year and what became of them.
FOLLOW_UP = ("department", "project", "problem", "status", "note", "where")
# One row a rater × project × item; ``item`` as in the form ("execution" for the execution rate), points of the form's 100;
# ``reason`` a code of Reason or "", ``evidence`` ids, ``amount`` 万元 or NaN. Self-scores are never read from here.
SCORES = (
    "rater", "project", "item", "level3", "full", "score", "reason", "explanation", "evidence", "amount", "where",
)  # fmt: skip
# One row a rater × project: total as given (NaN where items are scored), depth: items checked, evidence seen, site visit.
TOTALS = ("rater", "project", "total", "items_checked", "evidence_seen", "on_site", "reviewer", "note", "where")
# One row a rater: role code of RaterRole, blinding code of Blinding, whether recorded before discussion.
RATERS = ("rater", "role", "blinding", "before_discussion", "date", "file")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReEvaluationFolder:
    """Everything of a re-evaluation folder but the forms 再评价资料: list, approved targets, follow-up, re-scores.

    Frames have the columns named above. ``departments`` in order of the folder names; ``folders`` their folders,
    relative to the folder read (``"."`` where that is the department's own).
    """

    projects: pd.DataFrame
    approved: pd.DataFrame
    follow_up: pd.DataFrame
    scores: pd.DataFrame
    totals: pd.DataFrame
    raters: pd.DataFrame
    departments: tuple[str, ...]
    folders: Mapping[str, str]
    problems: tuple[Problem, ...]
    sha256: Mapping[str, str]
