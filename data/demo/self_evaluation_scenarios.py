"""Departments of known handling as tables, without files 部门情形: what two hundred seeds are tried on.

``department_tables("inflated", 7)`` returns frames with the columns that reading the files would give, and the truth.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.demo.self_evaluation_flaws import Habits, distort
from data.demo.self_evaluation_frames import form_frames, list_frames, re_scoring_frames, sample_frame
from data.demo.self_evaluation_model import Draws, Project, department_projects
from data.demo.self_evaluation_raters import Rater, drawn_sample, re_score, sample_size
from data.demo.self_evaluation_words import department_words

SEED = 20250310
FAIR = (Rater(name="再评人甲"), Rater(name="再评人乙", severity=0.4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way a department and its reviewers can be, with the right handling, a code of ``Handling``.

    ``projects`` its size by default, ``sampled`` the projects re-scored where the plan does not say.
    """

    name: str
    words: str
    right: str
    projects: int
    habits: Habits
    raters: tuple[Rater, ...] = FAIR
    sampled: int | None = None


SCENARIOS: Mapping[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(name="honest", words="education", right="accept", projects=60, habits=Habits()),
        Scenario(
            name="inflated", words="transport", right="send_back", projects=48,
            habits=Habits(loss=6.3, spread=2.6, losing=0.97, gaining=0.05),
        ),
        Scenario(
            name="severe_rater", words="water", right="calibrate", projects=40, habits=Habits(),
            raters=(Rater(name="再评人甲"), Rater(name="再评人乙", severity=8.0)),
        ),
        Scenario(
            name="copied", words="agriculture", right="investigate_copies", projects=50,
            habits=Habits(loss=3.2, spread=1.8, losing=0.75, copied=0.6),
        ),
        Scenario(
            name="own_rule_wrong", words="culture", right="correct", projects=45,
            habits=Habits(wrong=0.55),
        ),
        Scenario(name="too_small", words="archives", right="too_few", projects=5, sampled=3, habits=Habits()),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DepartmentTables:
    """A department as frames: forms, list, sample, re-scores, and what is true of it.

    Columns of ``forms``, ``items``, ``funds``: ``FORMS``, ``ITEMS``, ``FUNDS`` of ``perfkit.read.self_evaluation.shapes``;
    of ``projects`` … ``raters``: those of ``perfkit.read.re_evaluation_shapes``; ``sample``: department, project, design,
    stratum, order, probability, certainty, double_scored.
    """

    department: str
    scenario: str
    seed: int
    forms: pd.DataFrame
    items: pd.DataFrame
    funds: pd.DataFrame
    projects: pd.DataFrame
    approved: pd.DataFrame
    follow_up: pd.DataFrame
    sample: pd.DataFrame
    scores: pd.DataFrame
    totals: pd.DataFrame
    raters: pd.DataFrame
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What is true of a department 事实: the right handling, and what the printed scores are too high by.

    ``totals``: project, self_total, true_total, inflation, own_rule (points lost by the unit's own rule), copied_from;
    ``planted``: project, item, level3, self_score, true_score, reason, own_rule; ``severity`` of each rater in points.
    """

    handling: str
    mean_inflation: float
    own_rule_share: float
    copied_share: float
    severity: Mapping[str, float]
    totals: pd.DataFrame
    planted: pd.DataFrame


@dataclass(slots=True, kw_only=True)
class Department:
    """A department before it is made into frames or files."""

    scenario: Scenario
    name: str
    projects: list[Project]
    draws: Draws


def build_department(
    scenario: str | Scenario,
    seed: int,
    *,
    projects: int | None = None,
    words: str | None = None,
    two_layer: float = 0.0,
) -> Department:
    """Return a department with its projects and forms 部门; the seed and the scenario fix every draw."""
    what = SCENARIOS[scenario] if isinstance(scenario, str) else scenario
    number = tuple(SCENARIOS).index(what.name)
    draws = Draws(np.random.default_rng(np.random.SeedSequence((SEED, seed, number))))
    known = department_words(words or what.words)
    made = department_projects(known, draws, projects or what.projects, two_layer=two_layer)
    distort(made, what.habits, draws)
    return Department(scenario=what, name=known.name, projects=made, draws=draws)


def department_tables(scenario: str | Scenario, seed: int, *, projects: int | None = None) -> DepartmentTables:
    """Return one department of a scenario as tables with its truth 部门情形表.

    Parameters
    ----------
    scenario : honest, inflated, severe_rater, copied, own_rule_wrong or too_small; or one of them with other habits.
    seed : same seed, same tables.
    projects : size of the department; by default that of the scenario.
    """
    department = build_department(scenario, seed, projects=projects)
    what, made, draws = department.scenario, department.projects, department.draws
    size = min(what.sampled or sample_size(len(made)), len(made))
    sample = drawn_sample(made, what.raters, draws, size=size)
    markings = [re_score(drawn, rater, draws) for drawn in sample for rater in drawn.raters]
    forms, items, funds = form_frames(department.name, made)
    listed, approved, follow_up = list_frames(department.name, made)
    scores, totals, raters = re_scoring_frames(markings, what.raters)
    return DepartmentTables(
        department=department.name, scenario=what.name, seed=seed, forms=forms, items=items, funds=funds,
        projects=listed, approved=approved, follow_up=follow_up, sample=sample_frame(department.name, sample),
        scores=scores, totals=totals, raters=raters, truth=truth_of(department),
    )  # fmt: skip


def truth_of(department: Department) -> Truth:
    """Return what is true of a department."""
    totals, planted = [], []
    for project in department.projects:
        wrong = [item for item in project.items if item.own_rule]
        own = math.fsum(item.score - item.true for item in wrong) + project.total_error
        totals.append((
            project.code, project.self_total, project.true_total, round(project.self_total - project.true_total, 2),
            round(own, 2), project.copied_from,
        ))  # fmt: skip
        planted += [
            (project.code, item.item, item.level3, item.score, item.true, item.reason, item.own_rule)
            for item in project.items if item.reason
        ]  # fmt: skip
        if project.total_error:
            planted.append((project.code, "", "总分", project.self_total, project.true_total, "arithmetic", True))
    copies = {project.copied_from for project in department.projects} - {""}
    in_groups = sum(bool(project.copied_from) or project.code in copies for project in department.projects)
    columns = ("project", "self_total", "true_total", "inflation", "own_rule", "copied_from")
    frame = pd.DataFrame(totals, columns=columns)
    wrong_forms = {row[0] for row in planted if row[-1]}
    return Truth(
        handling=department.scenario.right, mean_inflation=float(frame["inflation"].mean()),
        own_rule_share=len(wrong_forms) / len(frame), copied_share=in_groups / len(frame),
        severity={rater.name: rater.severity for rater in department.scenario.raters}, totals=frame,
        planted=pd.DataFrame(
            planted, columns=("project", "item", "level3", "self_score", "true_score", "reason", "own_rule")
        ),
    )  # fmt: skip


__all__ = [
    "SCENARIOS", "Department", "DepartmentTables", "Scenario", "Truth", "build_department",
    "department_tables", "truth_of",
]  # fmt: skip
