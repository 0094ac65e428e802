"""Write the departments of the fictional city 演示部门: their forms, lists, plans, re-scores, and the truth beside them.

A department is a line of ``CITY`` and a file of words: a whole city is more lines and more files of words.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from data.demo.self_evaluation_filing import DEMO, Filed, file_forms
from data.demo.self_evaluation_frames import form_frames, list_frames, re_scoring_frames
from data.demo.self_evaluation_model import Draws, Item, Project
from data.demo.self_evaluation_opinions import KINDS, excerpt
from data.demo.self_evaluation_raters import Drawn, Marking, Rater, re_score
from data.demo.self_evaluation_scenarios import SEED, Department, build_department, truth_of
from data.demo.self_evaluation_words import department_words
from perfkit.read.re_evaluation_shapes import FOLLOW_UP
from perfkit.read.re_scoring_template import write_project_list, write_re_scoring
from perfkit.read.sampling_plan_file import SamplePlan, write_plan
from perfkit.read.sampling_plan_workbook import write_plan_workbook
from perfkit.read.shapes import shaped
from perfkit.read.yaml_file import read_yaml
from perfkit.rulebook.run import Run
from perfkit.stages.re_evaluation.rater_books import rater_projects
from perfkit.stages.re_evaluation.sample import make_plan
from perfkit.terms import Blinding, RaterRole

ROOT = Path(__file__).resolve().parents[2]
RUNS = "params/runs/self-evaluation"
NAME = "self-evaluation"
CERTAIN = ("上年再评价调减较大", "上年绩效等级为中")
SCORED = date(2025, 5, 20)
DISCUSSED = date(2025, 5, 28)
EVIDENCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One department of the city: its words, its scenario, its seed, and how its re-scores were recorded.

    ``totals_only``: projects of which the second rater kept the total alone; ``consensus``: a workbook after discussion.
    """

    slug: str
    scenario: str
    seed: int
    approved: bool = True
    totals_only: int = 0
    consensus: bool = False


CITY = (
    Placed(slug="education", scenario="honest", seed=2, consensus=True),
    Placed(slug="transport", scenario="inflated", seed=8),
    Placed(slug="water", scenario="severe_rater", seed=4, approved=False),
    Placed(slug="agriculture", scenario="copied", seed=2, totals_only=2),
    Placed(slug="culture", scenario="own_rule_wrong", seed=10),
    Placed(slug="archives", scenario="too_small", seed=1),
)


def write_city(out: Path) -> tuple[Path, ...]:
    """Write every department below ``out`` and the truth file; return their folders 演示部门."""
    base = out / NAME
    truths = []
    folders = []
    for placed in CITY:
        # The shape alone: the data that a run names are what is being written here.
        run = shaped(Run, read_yaml(ROOT / RUNS / f"{placed.slug}.yaml", ROOT))
        folder = base / placed.slug
        folder.mkdir(parents=True, exist_ok=True)
        truths.append(_write_department(placed, run, folder))
        folders.append(folder)
    lines = ",\n".join(json.dumps(truth, ensure_ascii=False, allow_nan=False, indent=None) for truth in truths)
    (base / "truth.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return tuple(folders)


def _write_department(placed: Placed, run: Run, folder: Path) -> dict[str, object]:
    """Write one department's folder; return its truth."""
    words = department_words(placed.slug)
    made = build_department(placed.scenario, placed.seed, two_layer=0.06)
    draws = Draws(np.random.default_rng(np.random.SeedSequence((SEED, placed.seed, len(placed.slug), 7))))
    _name_certain(made.projects, words.certain, draws)
    listed, approved, _ = list_frames(made.name, made.projects)
    plan = _plan(listed, run)
    faults = _faults(made.projects, draws)
    follow_up = pd.DataFrame(
        [(made.name, "", problem, status, note, "") for problem, status, note in words.follow_up], columns=FOLLOW_UP
    )
    write_project_list(folder / "项目清单.xlsx", listed, approved if placed.approved else None, follow_up)
    write_plan(folder, plan)
    write_plan_workbook(folder, plan)
    missing = _missing(made.projects, plan, words.missing, draws)
    filing = [project for project in made.projects if project not in missing]
    twice = [project for project in filing if project.code not in plan.projects and project.layers == 1][: words.twice]
    filed = file_forms(words, filing, folder, draws, twice=twice)
    markings = _re_scored(placed, made, plan)
    _write_re_scores(placed, made, plan, markings, folder)
    evidence = _write_evidence(made.projects, folder, draws)
    truth = _truth(placed, made, plan, filed, evidence)
    missed = [project.code for project in missing]
    return truth | {"not_filed": missed, "filed_twice": [project.code for project in twice], "faults": faults}


def _name_certain(projects: Sequence[Project], size: int, draws: Draws) -> None:
    """Name projects that have to be re-scored, with the reason."""
    for project in draws.some(projects, size):
        project.certainty = draws.pick(CERTAIN)


def _plan(listed: pd.DataFrame, run: Run) -> SamplePlan:
    """Return the plan that ``perfkit sample`` makes of the run."""
    choices = run.re_evaluation
    if choices is None:
        raise ValueError(f"run {run.id} has no re_evaluation block")
    return make_plan(listed, choices.sample, seed=run.seed, level=run.level, day=run.evaluation_date)


def _faults(projects: Sequence[Project], draws: Draws) -> list[dict[str, str]]:
    """Leave out what real forms leave out 填报缺漏: causes of shortfalls and an actual value; return what was left out."""
    found = []
    for project in projects:
        for item in project.items[1:]:
            if item.cause and draws.chance(0.08):
                item.cause = ""
                found.append({"project": project.code, "item": item.item, "kind": "no_cause"})
    for project in draws.some(projects, max(len(projects) // 40, 1)):
        able = [item for item in project.items[1:] if not item.measured and not item.reason and not item.cause]
        if able:
            item = draws.pick(able)
            item.actual_text = ""
            found.append({"project": project.code, "item": item.item, "kind": "no_actual"})
    return found


def _missing(projects: Sequence[Project], plan: SamplePlan, size: int, draws: Draws) -> list[Project]:
    """Return projects without a form 未报送, none of them in the sample."""
    drawn = set(plan.projects)
    return draws.some([project for project in projects if project.code not in drawn], size)


def _re_scored(placed: Placed, made: Department, plan: SamplePlan) -> list[Marking]:
    """Return what the raters recorded for the projects that ``perfkit sample`` shares out to them."""
    known = {project.code: project for project in made.projects}
    chances = plan.list.groupby("project")["probability"].max()
    shares = rater_projects(plan, [rater.name for rater in made.scenario.raters])
    markings: list[Marking] = []
    for rater in made.scenario.raters:
        for number, code in enumerate(shares[rater.name]):
            drawn = Drawn(
                project=known[code], order=number + 1, probability=float(chances[code]),
                certainty=bool(known[code].certainty), raters=(rater,),
            )  # fmt: skip
            markings.append(re_score(drawn, rater, made.draws))
    second = made.scenario.raters[-1]
    for marking in [marking for marking in markings if marking.rater is second][: placed.totals_only]:
        marking.total_only = True
    return markings


def _write_re_scores(
    placed: Placed, made: Department, plan: SamplePlan, markings: Sequence[Marking], folder: Path
) -> None:
    """Write one workbook a rater, and one of the consensus where the raters met."""
    doubled = set(plan.double_scored)
    for rater in made.scenario.raters:
        own = [marking for marking in markings if marking.rater is rater]
        if own:
            _write_rater(made, rater, own, folder / "再评价" / f"再评工作簿-{rater.name}.xlsx")
    if placed.consensus:
        board = Rater(name="合议", finds=1.0, scatter=0.0)
        codes = dict.fromkeys(marking.project.code for marking in markings if marking.project.code in doubled)
        known = {project.code: project for project in made.projects}
        drawn = [
            Drawn(project=known[code], order=k + 1, probability=1.0, certainty=False, raters=(board,))
            for k, code in enumerate(codes)
        ]
        own = [re_score(project, board, made.draws) for project in drawn]
        _write_rater(made, board, own, folder / "再评价" / "再评工作簿-合议.xlsx", role=RaterRole.CONSENSUS)


def _write_rater(
    made: Department, rater: Rater, own: Sequence[Marking], path: Path, *, role: RaterRole = RaterRole.INDEPENDENT
) -> None:
    """Write the workbook of one rater, filled in."""
    path.parent.mkdir(exist_ok=True)
    projects = [marking.project for marking in own]
    forms, items, _ = form_frames(made.name, projects)
    codes = dict(zip(forms["form"], forms["project"], strict=True))
    scored = {marking.project.code for marking in own if not marking.total_only}
    items = items.assign(project=items["form"].map(codes))
    listed, _, _ = list_frames(made.name, projects)
    scores, totals, _ = re_scoring_frames(own, (rater,))
    before = role is RaterRole.INDEPENDENT
    write_re_scoring(
        path, rater=rater.name, projects=listed, items=items[items["project"].isin(scored)], blinding=Blinding.HIDDEN,
        scores=scores, totals=totals, role=role, before_discussion=before, date=SCORED if before else DISCUSSED,
    )  # fmt: skip


def _write_evidence(projects: Sequence[Project], folder: Path, draws: Draws) -> list[dict[str, str]]:
    """Write a few excerpts of the evidence behind planted differences 佐证材料."""
    told = [(project, item) for project in projects for item in project.items if item.reason]
    written: list[dict[str, str]] = []
    for project, item in draws.some(told, EVIDENCE):
        name = f"佐证材料/{project.code}-E{len(written) + 1:02d}-{KINDS[item.reason]}.txt"
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        text = f"{DEMO}本材料由生成程序编写，单位、项目和数据均为虚构。\n\n{excerpt(item, project)}\n"
        path.write_bytes(text.encode())
        written.append({"project": project.code, "item": item.item, "file": name})
    return written


def _truth(
    placed: Placed, made: Department, plan: SamplePlan, filed: Sequence[Filed], evidence: Sequence[Mapping[str, str]]
) -> dict[str, object]:
    """Return everything planted in a department 事实: projects, items, cells, points, reasons, the right handling."""
    truth = truth_of(made)
    where = {form.project.code: form for form in reversed(filed)}
    planted = [
        {
            "project": project.code, "item": item.item, "level3": item.level3, "self": item.score, "true": item.true,
            "points": round(item.true - item.score, 2), "reason": item.reason, "own_rule": item.own_rule,
            **_cell(where.get(project.code), item), **_approved(item),
        }
        for project in made.projects for item in project.items if item.reason
    ]  # fmt: skip
    groups: dict[str, list[str]] = {}
    for project in made.projects:
        if project.copied_from:
            groups.setdefault(project.copied_from, [project.copied_from]).append(project.code)
    return {
        "slug": placed.slug, "department": made.name, "scenario": placed.scenario, "handling": truth.handling,
        "seed": placed.seed, "projects": len(made.projects), "mean_inflation": round(truth.mean_inflation, 4),
        "own_rule_share": round(truth.own_rule_share, 4), "copied_share": round(truth.copied_share, 4),
        "severity": dict(truth.severity), "sampled": len(plan.projects), "double_scored": list(plan.double_scored),
        "certain": [project.code for project in made.projects if project.certainty],
        "late": [project.code for project in made.projects if _late(project)],
        "two_layer": [project.code for project in made.projects if project.layers == 2],
        "totals": [[project.code, project.self_total, project.true_total] for project in made.projects],
        "total_errors": {project.code: project.total_error for project in made.projects if project.total_error},
        "copies": list(groups.values()), "planted": planted, "evidence": list(evidence),
        "forms": [
            {"project": form.project.code, "file": form.file, "sheet": form.sheet, "kind": form.kind,
             **({"typed": [list(note) for note in form.notes]} if form.notes else {})} for form in filed
        ],
    }  # fmt: skip


def _cell(form: Filed | None, item: Item) -> dict[str, str]:
    """Return file, sheet and cell of an item's score."""
    if form is None:
        return {}
    return {"file": form.file, "sheet": form.sheet, "cell": form.cells.get((item.item, "score"), "")}


def _approved(item: Item) -> dict[str, float]:
    """Return the approved target where the form holds another one."""
    return {} if math.isnan(item.approved) else {"approved": item.approved}


def _late(project: Project) -> bool:
    """Return whether a form came after the day it was due."""
    return project.submitted is not None and project.submitted > date(2025, 3, 10)
