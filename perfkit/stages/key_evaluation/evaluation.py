"""One key evaluation 重点评价: everything a notebook shows, computed once from the run file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from perfkit.errors import DataError, Problem
from perfkit.read.cells import written
from perfkit.read.engagement import Engagement, read_engagement
from perfkit.read.rows import Row
from perfkit.read.rules import (
    choices,
    find_root,
    load_framework,
    load_rule_set,
    load_run_with_rules,
    load_sources,
    scoring_choices,
)
from perfkit.rulebook import Framework, RuleSet, Run
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.items import ScoringItem
from perfkit.stages.bases import BasesResult, bases
from perfkit.stages.findings import FindingsResult
from perfkit.stages.key_evaluation.checking import check_evaluation
from perfkit.stages.key_evaluation.comparison import ComparisonResult, comparison
from perfkit.stages.key_evaluation.fieldwork import (
    CommentsResult,
    EvidenceResult,
    ExpertsResult,
    FieldworkResult,
    comment_records,
    comments,
    evidence,
    experts,
    fieldwork,
    fieldwork_records,
)
from perfkit.stages.key_evaluation.funds import FundsResult, by_source, fund_records, funds
from perfkit.stages.key_evaluation.items import Context, scoring_items
from perfkit.stages.key_evaluation.narrative import consequences, limits, project_records, summary_records
from perfkit.stages.key_evaluation.precheck import located_problems
from perfkit.stages.key_evaluation.problems import LostItem, ProblemsResult, problem_records, problems
from perfkit.stages.key_evaluation.rules_used import really_done
from perfkit.stages.key_evaluation.scorecard import Scorecard, check_lines, score_records, scorecard
from perfkit.stages.key_evaluation.surveys import ScalesResult, SurveysResult, scales, survey_records, surveys
from perfkit.stages.key_evaluation.workpaper import (
    AlternativesResult,
    MarginsResult,
    PlanResult,
    TargetsResult,
    UnitsResult,
    alternatives,
    margins,
    plan,
    targets,
    units,
)
from perfkit.stages.provenance import ProvenanceResult, provenance
from perfkit.stages.silent_rules import SilentRulesResult, silent_rules
from perfkit.terms import Organiser, Role, Secrecy
from perfkit.trace import Finding, Record, Trace


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """One key evaluation 重点评价结果.

    Every attribute is a Result of its own kind; ``records`` are the named numbers, ``text`` what a person wrote.
    """

    run: Run
    rule_set: RuleSet
    framework: Framework
    engagement: Engagement
    provenance: ProvenanceResult
    scorecard: Scorecard
    funds: FundsResult
    funds_by_source: FundsResult
    surveys: SurveysResult
    survey_scales: ScalesResult
    fieldwork: FieldworkResult
    plan: PlanResult
    targets: TargetsResult
    comparison: ComparisonResult
    problems: ProblemsResult
    evidence: EvidenceResult
    comments: CommentsResult
    experts: ExpertsResult
    units: UnitsResult
    silent_rules: SilentRulesResult
    bases: BasesResult
    margins: MarginsResult
    alternatives: AlternativesResult
    findings: FindingsResult
    consequences: str
    limits: str
    records: tuple[Record, ...]

    def text(self, code: str) -> str:
        """Return what the workbook says under a key of 概况, or a 【待补充：…】 mark."""
        cell = self.engagement.overview[code]
        value = cell.value
        words = "\n".join(str(line) for line in value) if isinstance(value, tuple) else str(value or "")
        return words.strip() or f"【待补充：{OVERVIEW_NAMES.get(code, code)}】"

    def texts(self, *codes: str) -> str:
        """Return several texts of 概况, a paragraph each."""
        return "\n".join(self.text(code) for code in codes)

    def titled(self, *codes: str) -> str:
        """Return several texts of 概况, each led by what it is about."""
        return "\n".join(f"{OVERVIEW_NAMES[code]}：{self.text(code)}" for code in codes)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The arithmetic of every item, in order."""
        return tuple(self.scorecard.trace(code) for code in self.scorecard.scores.codes)

    @property
    def reading_notes(self) -> tuple[Problem, ...]:
        """What was normalised when the workbook was read."""
        return self.engagement.problems


DUTIES = ("plan_elements", "report_steps", "lead_evaluator", "use_of_results")
DEFAULT_RULES = "cn-mof-2020-10"
DEFAULT_FRAMEWORK = "project_evaluation_2020"

OVERVIEW_NAMES: Mapping[str, str] = {
    "background": "立项背景", "content": "项目主要内容", "management": "组织管理情况", "overall_target": "项目总体目标",
    "annual_target": "年度绩效目标", "purpose": "评价目的", "object": "评价对象", "scope": "评价范围", "bases": "项目自身的政策和合同依据",
    "methods": "评价方法", "standards": "评价标准", "practices": "主要经验及做法", "limits": "局限性说明", "other": "其他需要说明的问题",
}  # fmt: skip


def load(run_file: str | Path, root: str | Path | None = None) -> Evaluation:
    """Read a run and compute its key evaluation 重点评价.

    Parameters
    ----------
    run_file : run file, absolute or relative to the root.
    root : project root; found upward from the run file or the working folder where it is not given.

    Returns
    -------
    Evaluation

    Raises
    ------
    RuleError, DataError
        With every problem of the run, the rules or the workbook.
    """
    given = Path(run_file)
    home = Path(root) if root else find_root(given if given.is_absolute() else Path.cwd())
    run, rule_set, framework = load_run_with_rules(given if given.is_absolute() else home / given, home)
    return evaluate(run, rule_set, framework, read_engagement(run.data_path(home)))


def examine(path: Path, root: Path) -> tuple[Finding, ...]:
    """Return the findings over a workbook that no run file names yet 工作簿预检.

    Parameters
    ----------
    path : engagement folder or workbook, readable without error.
    root : project root; the default rule set and project framework apply, on the last day of the budget year.

    Raises
    ------
    DataError
        With every problem of the workbook or its scoring.
    """
    engagement = read_engagement(path)
    year = int(str(engagement.overview["budget_year"].value))
    day = date(year, 12, 31)
    run = Run(
        id="check",
        batch="check",
        notebook="",
        evaluand=str(engagement.overview["project_name"].value),
        data=str(path),
        rules=DEFAULT_RULES,
        framework=DEFAULT_FRAMEWORK,
        outside_dates="reference",
        budget_year=year,
        evaluation_date=day,
        report_date=day,
        organiser=Organiser.read(written(engagement.overview["organiser"].value)) or Organiser.FINANCE,
        role=Role.read(written(engagement.overview["role"].value)) or Role.THIRD_PARTY,
        secrecy=Secrecy.INTERNAL,
        seed=0,
    )
    sources = load_sources(root)
    rule_set = load_rule_set(root, run.rules, sources=sources)
    framework = load_framework(root, run.framework, sources)
    return evaluate(run, rule_set, framework, engagement).findings.findings


def bands_of(run: Run, rule_set: RuleSet) -> tuple[tuple[str, float, float], ...]:
    """Return the grade bands of a run as (name, low, high); printed gaps are read as the rule set says."""
    known = rule_set.bands(run.grade_bands)
    if known.gaps:
        known = rule_set.bands(known.read_as)
    return tuple((band.grade, band.low, band.high) for band in known.bands)


def evaluate(run: Run, rule_set: RuleSet, framework: Framework, engagement: Engagement) -> Evaluation:
    """Compute a key evaluation from what was read 重点评价计算.

    Parameters
    ----------
    run, rule_set, framework : the rules of the run.
    engagement : the read workbook and folder.

    Raises
    ------
    DataError
        With everything that scoring refuses, by sheet and cell.
    """
    rows = engagement.tables["indicators"]
    chosen = SilentChoices.of(scoring_choices(choices(run, rule_set)))
    surveyed = surveys(engagement, run.level)
    context = Context(engagement=engagement, framework=framework, rule_set=rule_set, surveys=surveyed)
    items, by_rule_text = _readable_items(context, chosen)
    card = scorecard(rows, items, by_rule_text, chosen, bands_of(run, rule_set))
    lines = check_lines(card, rows)
    money = funds(engagement.tables["funds"])
    sources = by_source(money)
    base = money.budget if math.isnan(money.received) else money.received
    visited = fieldwork(engagement.tables["fieldwork"], base)
    found_problems = problems(engagement.tables["problems"], _lost_items(lines, engagement))
    answered = comments(engagement.tables["comments"])
    used = _silent_used(card, bool(surveyed.surveys))
    findings = check_evaluation(context, run, card, lines, money, found_problems, answered)
    names = {row.text("code"): row.text("level3") for row in rows}
    records = (
        *project_records(run, rule_set, framework, engagement),
        *score_records(card, chosen.item_decimals),
        *summary_records(card, lines, found_problems, bands_of(run, rule_set)),
        *fund_records(money, sources, chosen.money_decimals),
        *fieldwork_records(visited),
        *survey_records(surveyed),
        *problem_records(found_problems),
        *comment_records(answered),
    )
    adopted = {line["code"]: line["score"] for line in lines}
    return Evaluation(
        run=run,
        rule_set=rule_set,
        framework=framework,
        engagement=engagement,
        provenance=provenance(run, rule_set, framework, engagement.sha256),
        scorecard=card,
        funds=money,
        funds_by_source=sources,
        surveys=surveyed,
        survey_scales=scales(surveyed, engagement),
        fieldwork=visited,
        plan=plan(rule_set, engagement),
        targets=targets(rows, card),
        comparison=comparison(rows, {code: card.actual(code) for code in card.scores.codes}),
        problems=found_problems,
        evidence=evidence(engagement.tables["evidence"], engagement.sha256, _cited(rows)),
        comments=answered,
        experts=experts(engagement.tables["experts"], names, adopted),
        units=units(card, names),
        silent_rules=silent_rules(run, rule_set, used, _moved(card), really_done(card, surveyed)),
        bases=bases(run, rule_set, framework, _rules_used(run, rule_set, framework, card)),
        margins=margins(card),
        alternatives=alternatives(card, items, rows, bands_of(run, rule_set)),
        findings=findings,
        consequences=consequences(run, rule_set, card.result.grade.value),
        limits=limits(card, surveyed, lines, answered),
        records=records,
    )


def _readable_items(context: Context, chosen: SilentChoices) -> tuple[tuple[ScoringItem, ...], tuple[ScoringItem, ...]]:
    """Return the items as used and as the printed rule texts have them, or refuse both with every problem."""
    items, by_rule_text = scoring_items(context), scoring_items(context, by_rule_text=True)
    refused = [problem for made in (items, by_rule_text) for problem in located_problems(made, context, chosen)]
    if refused:
        raise DataError(dict.fromkeys(refused))
    return items, by_rule_text


def _lost_items(lines: list[dict[str, Any]], engagement: Engagement) -> list[LostItem]:
    """Return the items that lost points with what the pre-fill of the problem list needs."""
    reasons: dict[str, list[str]] = {}
    for row in engagement.tables["checkpoints"]:
        if row.text("reason"):
            reasons.setdefault(row.text("code"), []).append(row.text("reason"))
    return [
        LostItem(
            code=str(line["code"]),
            name=str(line["name"]),
            level2=str(line["level2"] or line["level1"]),
            lost=float(line["lost"]),
            evidence=tuple(mark for mark in str(line["evidence"]).split("；") if mark),
            reasons=tuple(reasons.get(str(line["code"]), ())) or ((str(line["opinion"]),) if line["opinion"] else ()),
        )
        for line in lines
        if line["lost"]
    ]


def _cited(rows: tuple[Row, ...]) -> dict[str, list[str]]:
    """Return evidence id → indicator codes that cite it."""
    cited: dict[str, list[str]] = {}
    for row in rows:
        for mark in row.value("evidence", ()) or ():
            cited.setdefault(mark, []).append(row.text("code"))
    return cited


def _silent_used(card: Scorecard, surveyed: bool) -> dict[str, list[str]]:
    """Return silent rule → indicators it was really used for."""
    used: dict[str, list[str]] = {}
    for code in card.scores.codes:
        for rule in card.trace(code).silent:
            used.setdefault(rule, []).append(code)
    if surveyed:
        used.setdefault("X10", []).append("满意度调查")
    return used


def _moved(card: Scorecard) -> dict[str, float]:
    """Return the points of the total that absences moved, under X07 and, for undefined cases, X06."""
    moved: dict[str, float] = {}
    for entry in card.result.moved:
        rule = "X06" if entry.absence is None else "X07"
        moved[rule] = moved.get(rule, 0.0) + entry.points * card.scale(entry.code)
    for code in card.scores.codes:
        for step in card.trace(code).steps:
            reduced = step.values.get("reduced_share")
            if step.op == "overshoot" and isinstance(reduced, float) and reduced > 0:
                moved["X01"] = moved.get("X01", 0.0) + reduced * card.result.item(code).effective_full * card.scale(
                    code
                )
    return moved


def _rules_used(run: Run, rule_set: RuleSet, framework: Framework, card: Scorecard) -> list[str]:
    """Return the ids of the rules that this evaluation rests on, in order."""
    methods = [item.rule for item in card.scores.items if item.rule]
    duties = [duty.id for duty in rule_set.duties if duty.id in DUTIES]
    packs = [pack.id for pack in rule_set.packs if pack.results_application is not None]
    weight_rules = [rule.id for rule in rule_set.weight_rules]
    bands = run.grade_bands or rule_set.grade_bands
    ids = [rule_set.id, bands, rule_set.outline, *dict.fromkeys(methods), *weight_rules, *duties, *packs]
    return list(dict.fromkeys(ids))
