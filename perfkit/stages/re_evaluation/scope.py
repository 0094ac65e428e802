"""What a re-evaluation covers 对象与范围: projects, forms, sample and money, department by department."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from perfkit.stages.listing import Listing

ALL = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeResult(Listing):
    """Counts of projects, forms and sample 复核与再评范围; the row of department ``""`` is all of them.

    ``missing_forms`` are projects without a form, ``unread`` forms of which something could not be read; ``sampled`` and
    ``double_scored`` stand in the plan, ``re_scored`` really have a re-evaluated score. Money in 万元.
    """

    kind: ClassVar[str] = "re_evaluation_scope"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "projects", "money", "forms", "missing_forms", "unread", "sampled", "re_scored", "double_scored",
        "money_re_scored",
    )  # fmt: skip


def scope(
    projects: pd.DataFrame,
    forms: pd.DataFrame,
    drawn: pd.DataFrame | None,
    re_scored: pd.Series,
    scored_twice: pd.Series,
) -> ScopeResult:
    """Return what was covered, all departments first 复核与再评范围.

    Parameters
    ----------
    projects : the list of projects (columns ``PROJECTS``), one row a project.
    forms : the forms, ``project`` the code of the list or ``""``.
    drawn : the list of the sampling plan (column ``project``), ``None`` without a plan.
    re_scored : codes of the projects that have a re-evaluated score.
    scored_twice : codes of the projects that two independent raters scored.
    """
    sampled = set() if drawn is None else set(drawn["project"])
    done, twice = set(re_scored), set(scored_twice)
    listed = projects.drop_duplicates("project")
    names = list(dict.fromkeys(listed["department"]))
    rows = [_row(ALL, listed, forms, sampled, done, twice)]
    rows += [
        _row(name, listed[listed["department"] == name], forms[forms["department"] == name], sampled, done, twice)
        for name in names
    ]
    return ScopeResult(method="counts", n_used=len(listed), source="项目清单、自评表、抽样方案", rows=tuple(rows))


def _row(
    name: str, listed: pd.DataFrame, forms: pd.DataFrame, sampled: set[str], done: set[str], twice: set[str]
) -> dict[str, Any]:
    """Return the row of one department."""
    codes = listed["project"]
    held = set(forms["project"])
    unread = pd.to_numeric(forms["unread"], errors="coerce").fillna(0)
    return {
        "department": name,
        "projects": len(listed),
        "money": float(listed["money"].sum()),
        "forms": len(forms),
        "missing_forms": int((~codes.isin(held)).sum()),
        "unread": int((unread > 0).sum()),
        "sampled": int(codes.isin(sampled).sum()),
        "re_scored": int(codes.isin(done).sum()),
        "double_scored": int(codes.isin(twice).sum()),
        "money_re_scored": float(listed.loc[codes.isin(done), "money"].sum()),
    }
