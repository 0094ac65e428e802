"""Small re-evaluations as the frames that reading gives: projects with items, scored by a unit and by raters."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from perfkit.read.re_evaluation_shapes import PROJECTS, RATERS, SCORES, TOTALS
from perfkit.read.sampling_plan_file import FRAME, LISTED, DesignName, PlannedPart, SamplePlan
from perfkit.read.self_evaluation.shapes import FORMS, ITEMS
from perfkit.reliability.sampling.selection_result import SelectionResult
from perfkit.rulebook.re_evaluation import ReEvaluationChoices, SampleChoices
from perfkit.stages.re_evaluation.pairs import Pairs, paired

BANDS = (("优", 90.0, 100.0), ("良", 80.0, 90.0), ("中", 60.0, 80.0), ("差", 0.0, 60.0))
NUMBERS = {"full", "score", "own_full", "own_score", "total", "money", "amount", "items_checked", "evidence_seen"}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One item: points by the unit and by each rater, as weight, self-score and scores by rater."""

    full: float
    own: float
    again: Mapping[str, float] = field(default_factory=dict)
    item: str = ""
    name: str = ""
    level1: str = "产出指标"
    re_full: float | None = None
    reason: str = ""
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class Project:
    """One project; ``total`` is the printed self-total (by default the sum), ``given`` totals by rater."""

    code: str
    items: Sequence[Item] = ()
    department: str = "甲局"
    money: float = 100.0
    total: float | None = None
    given: Mapping[str, float] = field(default_factory=dict)
    checked: float = math.nan
    seen: float = math.nan
    forms: int = 1


def frame(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame; what is not given is NaN in columns of numbers, else an empty text."""
    blank = {name: math.nan if name in NUMBERS else "" for name in columns}
    return pd.DataFrame([blank | dict(row) for row in rows], columns=list(columns))


def scored(project: str, own: float, again: Mapping[str, float] | float | None = None, **more: Any) -> Project:
    """Return a project of one item of 100 points."""
    raters = {} if again is None else again if isinstance(again, Mapping) else {"一": again}
    item = Item(full=100.0, own=own, again=raters, reason="evidence", evidence="E1")
    return Project(code=project, items=(item,), **more)


def tables(
    projects: Sequence[Project], *, consensus: Sequence[str] = (), late: Sequence[str] = (), shown: bool = False
) -> dict[str, pd.DataFrame]:
    """Return the six frames that ``paired`` takes, by its argument names."""
    listed, forms, items, scores, totals, names = [], [], [], [], [], []
    for project in projects:
        key = {"project": project.code}
        listed.append({**key, "department": project.department, "agency": "单位", "name": f"项目{project.code}",
                       "money": project.money, "certainty": False})  # fmt: skip
        total = project.total if project.total is not None else sum(one.own for one in project.items)
        for copy in range(project.forms):
            form = f"{project.code}-{copy}"
            forms.append(
                {**key, "form": form, "file": f"{form}.xlsx", "total": total, "department": project.department}
            )
            for place, one in enumerate(project.items, start=1):
                code = one.item or str(place)
                items.append({"form": form, "item": code, "level1": one.level1, "level3": one.name or f"指标{code}",
                              "full": one.full, "score": one.own, "file": f"{form}.xlsx", "sheet": "自评表",
                              "score_cell": f"H{place}"})  # fmt: skip
        for place, one in enumerate(project.items, start=1):
            code = one.item or str(place)
            for rater, score in one.again.items():
                names.append(rater)
                told = {"reason": one.reason, "evidence": one.evidence} if score != one.own else {}
                scores.append({**key, **told, "rater": rater, "item": code, "level3": one.name or f"指标{code}",
                               "full": one.full if one.re_full is None else one.re_full, "score": score,
                               "where": f"{rater}.xlsx › C{place}"})  # fmt: skip
        raters = dict.fromkeys([*(name for one in project.items for name in one.again), *project.given])
        for rater in raters:
            names.append(rater)
            totals.append({**key, "rater": rater, "total": project.given.get(rater, math.nan),
                           "items_checked": project.checked, "evidence_seen": project.seen})  # fmt: skip
    people = [
        {"rater": name, "role": "consensus" if name in consensus else "independent",
         "blinding": "shown" if shown else "hidden", "before_discussion": name not in late}
        for name in dict.fromkeys(names)
    ]  # fmt: skip
    return {
        "projects": frame(PROJECTS, listed),
        "forms": frame(FORMS, forms),
        "items": frame(ITEMS, items),
        "scores": frame(SCORES, scores),
        "totals": frame(TOTALS, totals),
        "raters": frame(RATERS, people),
    }


def pairs_of(projects: Sequence[Project], choices: ReEvaluationChoices | None = None, **more: Any) -> Pairs:
    """Return the pairs of a small re-evaluation."""
    return paired(**tables(projects, **more), choices=choices or ReEvaluationChoices(), bands=BANDS)


def plan_of(projects: pd.DataFrame, *drawn: tuple[DesignName, SelectionResult]) -> SamplePlan:
    """Return the plan of one department from selections, by the name of their design."""
    department = str(projects["department"].iloc[0])
    listed, parts = [], []
    for name, selection in drawn:
        for order, row in enumerate(selection.units.itertuples(index=False), start=1):
            listed.append({"department": department, "project": row.unit, "design": name, "stratum": row.part,
                           "order": order, "probability": row.inclusion_probability,
                           "certainty": row.part == "certainty", "double_scored": row.double_scored})  # fmt: skip
        counts = selection.units["part"].value_counts()
        parts += [
            PlannedPart(
                design=name, stratum=str(one.name), selection=one.selection, units=one.units or 0,
                money=one.book_total or 0.0, taken=int(counts.get(one.name, 0)),
            )
            for one in selection.design.strata
        ]  # fmt: skip
    frame_rows = projects.assign(stratum="all", certainty_reason="")
    return SamplePlan(
        department=department, frame=frame_rows[list(FRAME)], frame_hash="0" * 64, designs=(), parts=tuple(parts),
        list=pd.DataFrame(listed, columns=list(LISTED)), seed=1, choices=SampleChoices(), level=0.95,
        date=datetime.date(2025, 5, 1),
    )  # fmt: skip
