"""One re-evaluation 再评价: from the run file to everything the notebook shows, computed once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from perfkit.errors import DataError, Problem, RuleError
from perfkit.read.quality_forms import load_quality_form
from perfkit.read.re_evaluation_folder import read_re_evaluation_folder
from perfkit.read.re_evaluation_forms import read_department_forms
from perfkit.read.re_evaluation_shapes import ReEvaluationFolder
from perfkit.read.rules import find_root, load_framework, load_run_with_rules, load_sources
from perfkit.read.sampling_plan_file import SamplePlan
from perfkit.read.self_evaluation import SelfEvaluations
from perfkit.rulebook import Framework, RuleSet, Run
from perfkit.rulebook.quality_form import QualityForm
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.stages.bases import BasesResult, bases
from perfkit.stages.findings import listed_findings
from perfkit.stages.provenance import provenance
from perfkit.stages.re_evaluation.changes import (
    change_by_node,
    change_findings,
    change_headline,
    change_reasons,
    grade_migration,
)
from perfkit.stages.re_evaluation.departments import (
    DepartmentEstimate,
    Drawn,
    department_estimates,
    drawn_samples,
    inflation,
)
from perfkit.stages.re_evaluation.depth import depth_findings, review_depth
from perfkit.stages.re_evaluation.desk import LAYOUT_FRAMEWORKS, DeskResults, desk_results, desk_rules
from perfkit.stages.re_evaluation.handling import HandlingResult, recommend
from perfkit.stages.re_evaluation.matching import matched
from perfkit.stages.re_evaluation.next_sample import next_sample
from perfkit.stages.re_evaluation.opinions import opinion_sheets
from perfkit.stages.re_evaluation.outcome import ReEvaluation
from perfkit.stages.re_evaluation.pairs import Pairs, paired, unpaired_findings
from perfkit.stages.re_evaluation.plan_listing import drawn_list, plan_designs, plan_list, plan_parts
from perfkit.stages.re_evaluation.pooled import pooled_departments
from perfkit.stages.re_evaluation.quality import quality
from perfkit.stages.re_evaluation.raters import agreement, severity_table, wide_totals
from perfkit.stages.re_evaluation.records import re_evaluation_records
from perfkit.stages.re_evaluation.sample_checks import department_plans
from perfkit.stages.re_evaluation.scope import ScopeResult, scope
from perfkit.stages.re_evaluation.severity import rater_totals
from perfkit.stages.re_evaluation.signs import anomaly_signs
from perfkit.stages.re_evaluation.totals import total_findings
from perfkit.stages.re_evaluation.wording import design_names
from perfkit.stages.silent_rules import silent_rules
from perfkit.terms import RaterRole, Severity, Tier
from perfkit.trace import Finding

# Rounding, grade bands, re-evaluation tolerance and money decimals bear on every re-evaluation.
ALWAYS_USED = ("X04", "X11", "X15", "X18")
DUTIES = ("re_evaluation", "spot_check", "truth_of_self_evaluation", "use_of_results")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """What a re-evaluation is made from 再评价材料: rules, forms, folder, plans and what is doubtful about them."""

    run: Run
    rule_set: RuleSet
    framework: Framework
    layouts: tuple[Framework, ...]
    quality_form: QualityForm
    evaluations: SelfEvaluations
    folder: ReEvaluationFolder
    plans: tuple[SamplePlan, ...] = ()
    problems: tuple[Problem, ...] = ()


def load(run_file: str | Path, root: str | Path | None = None) -> ReEvaluation:
    """Read a run and compute its re-evaluation 再评价.

    Parameters
    ----------
    run_file : run file, absolute or relative to the root.
    root : project root; found upward from the run file or the working folder where it is not given.

    Raises
    ------
    RuleError, DataError
        With every problem of the run, the rules, the list of projects, the plans or the re-scoring workbooks. What
        cannot be read of a self-evaluation form stops nothing: it is a finding.
    """
    given = Path(run_file)
    home = Path(root) if root else find_root(given if given.is_absolute() else Path.cwd())
    run, rule_set, framework = load_run_with_rules(given if given.is_absolute() else home / given, home)
    return evaluate(read_material(run, rule_set, framework, home))


def read_material(run: Run, rule_set: RuleSet, framework: Framework, root: Path) -> Material:
    """Read everything that a re-evaluation run names 读取再评价材料.

    Raises
    ------
    RuleError, DataError
        As :func:`load`.
    """
    choices = _choices(run)
    data = run.data_path(root)
    sources = load_sources(root)
    folder = read_re_evaluation_folder(data)
    # a run is one of several at a time: it keeps to one process, so that a batch does not crowd the machine
    forms, doubts = matched(read_department_forms(data, folder, jobs=1), folder.projects)
    found, checked = department_plans(
        data, folder.folders, folder.projects, choices.sample, seed=run.seed, level=run.level
    )
    errors = [problem for problem in checked if problem.severity is Severity.ERROR]
    if errors:
        raise DataError(errors)
    return Material(
        run=run,
        rule_set=rule_set,
        framework=framework,
        layouts=tuple(load_framework(root, name, sources) for name in LAYOUT_FRAMEWORKS),
        quality_form=load_quality_form(root, choices.quality_form, sources),
        evaluations=forms,
        folder=folder,
        plans=tuple(found.values()),
        problems=(*folder.problems, *forms.problems, *doubts, *checked),
    )


def _choices(run: Run) -> ReEvaluationChoices:
    """Return the choices of the run, which a re-evaluation must name."""
    if run.re_evaluation is None:
        raise RuleError(
            Problem(
                code="RE-CHOICES",
                where=f"{run.batch}/{run.id}",
                expected="re_evaluation 一段（再评价参数）",
                found="没有",
                mend="写上 re_evaluation:，全用默认参数时写 re_evaluation: {}",
            )
        )
    return run.re_evaluation


def evaluate(material: Material) -> ReEvaluation:
    """Compute a re-evaluation from what was read 再评价计算.

    Parameters
    ----------
    material : rules, forms with their projects (``matched``), folder and plans.

    Returns
    -------
    ReEvaluation
        Nothing in it changes a score of a project that was not re-scored.
    """
    run, folder, choices = material.run, material.folder, _choices(material.run)
    rules = desk_rules(run, material.rule_set, material.layouts, choices)
    desk = desk_results(material.evaluations, folder, rules)
    pairs = paired(
        folder.projects, material.evaluations.forms, material.evaluations.items, folder.scores, folder.totals,
        folder.raters, choices=choices, bands=rules.bands, listed=drawn_list(material.plans),
    )  # fmt: skip
    items, projects = pairs.item_frame, pairs.project_frame
    ratings = rater_totals(folder.scores, folder.totals, folder.raters)
    estimates = department_estimates(projects, _by_department(material), least=choices.sample.least, level=run.level)
    depth = review_depth(projects)
    raters = _scoring_raters(folder)
    found = ReEvaluation(
        run=run,
        rule_set=material.rule_set,
        framework=material.framework,
        choices=choices,
        bands=rules.bands,
        evaluations=material.evaluations,
        folder=folder,
        plans=material.plans,
        raters=raters,
        persons=_persons(material),
        desk_findings=desk.checked.findings,
        provenance=provenance(run, material.rule_set, material.framework, _hashes(material)),
        scope=_scope(material, projects, ratings),
        plan_designs=plan_designs(material.plans),
        plan_parts=plan_parts(material.plans),
        plan_list=plan_list(material.plans),
        desk_summary=desk.summary,
        desk=desk.findings,
        own_rule=desk.own_rule,
        send_back=desk.send_back,
        items=pairs.items,
        projects=pairs.projects,
        unpaired=pairs.unpaired,
        headline=change_headline(items, projects),
        inflation=inflation(projects, estimates.to_frame()),
        migration=grade_migration(projects, rules.bands),
        nodes=change_by_node(items),
        reasons=change_reasons(items),
        estimates=estimates,
        depth=depth,
        agreement=agreement(items, projects, ratings, folder.raters, bands=rules.bands, level=run.level),
        severity=severity_table(projects, ratings, level=run.level),
        handling=_handling(material, desk, projects, ratings, choices),
        pooled=pooled_departments(projects, drawn_by_chance=_by_chance(estimates), level=run.level, seed=run.seed),
        quality=quality(material.quality_form, folder, desk.checked, items=items, projects=projects),
        signs=anomaly_signs(desk.checked, level=run.level, seed=run.seed),
        next_sample=next_sample(projects, choices.sample, level=run.level),
        opinion_sheets=opinion_sheets(projects, desk.findings.to_frame(), folder.totals, raters, choices),
        silent_rules=silent_rules(run, material.rule_set, desk.silent, {}, _really_done(material), always=ALWAYS_USED),
        bases=_bases(material),
        findings=listed_findings(_findings(pairs, depth.to_frame())),
        reading_notes=material.problems,
    )  # fmt: skip
    return dataclasses.replace(found, records=re_evaluation_records(found))


def _scoring_raters(folder: ReEvaluationFolder) -> pd.DataFrame:
    """Return the raters who scored anything."""
    listed = {*folder.scores["rater"], *folder.totals["rater"]}
    return folder.raters[folder.raters["rater"].isin(listed)]


def _scope(material: Material, projects: pd.DataFrame, ratings: pd.DataFrame) -> ScopeResult:
    """Return what was covered: the list, its forms, the sample, what has a re-evaluated score."""
    done = projects.loc[projects["tier"] == Tier.RE_SCORED.value, "project"]
    twice = pd.Series(wide_totals(ratings).index, dtype=object)
    return scope(material.folder.projects, material.evaluations.forms, drawn_list(material.plans), done, twice)


def _really_done(material: Material) -> dict[str, str]:
    """Return what was done where no rule says how to re-evaluate 再评价误差 (X11), in words."""
    choices = _choices(material.run)
    designs = design_names([plan.choices.design for plan in material.plans])
    cuts = choices.handling
    said = (
        f"抽样：{'、'.join(designs)}；项目得分变动不超过 {choices.tolerance:g} 分的计为不变；"
        f"平均偏高幅度的区间下限高于 {cuts.inflation:g} 分的为普遍偏高；其余界限见参数表"
    )
    return {"X11": said}


def _by_department(material: Material) -> Mapping[str, SamplePlan]:
    return {plan.department: plan for plan in material.plans}


def _by_chance(estimates: DepartmentEstimate) -> set[str]:
    """Return the departments whose sample speaks of all their projects."""
    frame = estimates.to_frame()
    return {str(name) for name in frame.loc[frame["said"] == "interval", "department"] if name}


def _handling(
    material: Material,
    desk: DeskResults,
    projects: pd.DataFrame,
    ratings: pd.DataFrame,
    choices: ReEvaluationChoices,
) -> HandlingResult:
    """Return the suggestions, each on the sample of its department by equal probabilities, where there is one."""
    plans = _by_department(material)
    samples: dict[str, Drawn] = {}
    for name, part in projects.groupby("department", sort=False):
        drawn = drawn_samples(part, plans.get(str(name)))
        if drawn:
            samples[str(name)] = next((one for one in drawn if not one.by_money), drawn[0])
    return recommend(
        projects,
        ratings=ratings,
        own_rule=desk.checked.own_rule_totals,
        copies=desk.checked.copies,
        samples=samples,
        choices=choices.handling,
        level=material.run.level,
    )


def _findings(pairs: Pairs, depth: pd.DataFrame) -> Iterator[Finding]:
    """Yield what the gate must know: of the re-evaluation itself. What units did wrong is its subject, not its fault."""
    yield from unpaired_findings(pairs.unpaired.to_frame())
    yield from total_findings(pairs.project_frame)
    yield from change_findings(pairs.item_frame)
    yield from depth_findings(depth)


def _persons(material: Material) -> tuple[str, ...]:
    """Return names of persons that must not leave the house: who filled in forms, who reviewed."""
    named = [*material.evaluations.forms["filled_by"], *material.folder.totals["reviewer"]]
    found = {str(name).strip() for name in named if isinstance(name, str) and name.strip()}
    # The reviewer of a consensus workbook may be the word for a role: masked, it would be struck out of every sentence.
    return tuple(sorted(found - {word for role in RaterRole for word in (role.value, role.label)}))


def _hashes(material: Material) -> dict[str, str]:
    return {**material.folder.sha256, **material.evaluations.sha256}


def _bases(material: Material) -> BasesResult:
    """Return the documents behind the re-evaluation: bands, layouts, the duties that speak of it."""
    rules, run = material.rule_set, material.run
    known = {duty.id for duty in rules.duties}
    ids = [rules.id, run.grade_bands or rules.grade_bands, *(duty for duty in DUTIES if duty in known)]
    ids += [layout.framework for layout in rules.weight_layouts]
    return bases(run, rules, material.framework, dict.fromkeys(ids))
