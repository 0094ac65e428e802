"""The sampling plans as an annex prints them 抽样方案附件: what was asked, the frame by part, the list."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from perfkit.read.sampling_plan_file import SamplePlan
from perfkit.result import Caveat
from perfkit.stages.listing import Listing

SOURCE = "抽样方案"
HASH_SHOWN = 16
# designs that leave nothing to chance
BY_HAND = ("purposive", "census")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDesigns(Listing):
    """What each question asked of the sample 抽样设计与样本量."""

    kind: ClassVar[str] = "plan_designs"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "estimand", "design", "selection", "size", "certain", "drawn", "taken", "interval", "wanted", "achieved",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanParts(Listing):
    """Parts of the frame and what was taken of each 抽样框与入选数."""

    kind: ClassVar[str] = "plan_parts"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "design", "stratum", "selection", "units", "money", "taken", "seed", "frame_hash",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanList(Listing):
    """The projects to re-score 抽样名单, with the chance of each."""

    kind: ClassVar[str] = "plan_list"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "project", "name", "agency", "money", "design", "stratum", "order", "probability", "certainty",
        "certainty_reason", "double_scored",
    )  # fmt: skip


def plan_designs(plans: Sequence[SamplePlan]) -> PlanDesigns:
    """Return what each question asked of each department's sample 抽样设计与样本量."""
    rows = []
    for plan in plans:
        for design in plan.designs:
            row = {name: getattr(design, name) for name in PlanDesigns.columns if name != "department"}
            row["estimand"] = "" if design.estimand is None else design.estimand.value
            row |= {name: math.nan for name in ("interval", "wanted", "achieved") if row[name] is None}
            rows.append({"department": plan.department, **row})
    told = dict.fromkeys(text for plan in plans for text in plan.caveats)
    caveats = tuple(Caveat("PLAN", text) for text in told)
    return PlanDesigns(method="sampling_plan", n_used=len(rows), caveats=caveats, source=SOURCE, rows=tuple(rows))


def plan_parts(plans: Sequence[SamplePlan]) -> PlanParts:
    """Return the parts of each department's frame 抽样框与入选数."""
    own = ("department", "seed", "frame_hash")
    columns = [name for name in PlanParts.columns if name not in own]
    rows = [
        {
            "department": plan.department,
            **{name: getattr(part, name) for name in columns},
            "seed": _seed(plan),
            "frame_hash": plan.frame_hash[:HASH_SHOWN],
        }
        for plan in plans
        for part in plan.parts
    ]
    return PlanParts(method="sampling_plan", n_used=len(rows), source=SOURCE, rows=tuple(rows))


def _seed(plan: SamplePlan) -> str:
    """Return the seed a plan was drawn with, ``""`` where nothing was left to chance."""
    return "" if plan.choices.design in BY_HAND else str(plan.seed)


def plan_list(plans: Sequence[SamplePlan]) -> PlanList:
    """Return the drawn projects of each department with names and money of the frame 抽样名单."""
    told = ["project", "name", "agency", "money", "certainty_reason"]
    tables = [plan.list.merge(plan.frame[told], on="project", how="left", validate="many_to_one") for plan in plans]
    frame = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(PlanList.columns))
    rows = [{str(key): value for key, value in row.items()} for row in frame[list(PlanList.columns)].to_dict("records")]
    return PlanList(method="sampling_plan", n_used=len(rows), source=SOURCE, rows=tuple(rows))


def drawn_list(plans: Sequence[SamplePlan]) -> pd.DataFrame | None:
    """Return what is known of the drawing of each project, each once 入选情况; ``None`` without a plan.

    A project of two lists takes the line of the equal-probability design, from which means and shares are estimated.
    """
    if not plans:
        return None
    listed = pd.concat([plan.list for plan in plans], ignore_index=True)
    by_money = listed["design"] == "monetary_unit"
    return (
        listed.assign(_last=by_money)
        .sort_values("_last", kind="stable")
        .drop_duplicates("project")
        .drop(columns="_last")
    )
