"""Desk check of every form 复核: what the checks find and what units' own rules give, as the lists of the stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from perfkit.checks.self_evaluation import DESK_CHECKS, DeskCheckResult, DeskRules, desk_check
from perfkit.checks.self_evaluation_shapes import DeskFinding
from perfkit.read.re_evaluation_shapes import ReEvaluationFolder
from perfkit.read.self_evaluation.shapes import SelfEvaluations
from perfkit.rulebook import Framework, RuleSet, Run, choices, scoring_choices
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.grades import Band
from perfkit.stages.listing import Listing
from perfkit.terms import ScoringFunction, Severity

ALL = ""
# Frameworks whose level-1 weights are the usual layouts of the form.
LAYOUT_FRAMEWORKS = ("self_evaluation_2020", "self_evaluation_2021_cost", "self_evaluation_2021_nocost")
# Silent rules that the points by the unit's own rule rest on, and the checks that say so.
SILENT_CHECKS: Mapping[str, tuple[str, ...]] = {
    "X01": ("S12", "F09"), "X02": ("S13",), "X03": ("S14",), "X05": ("F10",), "X06": ("F04",), "X18": ("F08",),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSummary(Listing):
    """Findings by check and department 复核发现汇总; ``points`` is the sum of what they move, in points of 100."""

    kind: ClassVar[str] = "desk_summary"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "code", "label", "severity", "findings", "projects", "own_rule", "points",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFindingsResult(Listing):
    """Every finding of the desk check 复核发现明细."""

    kind: ClassVar[str] = "desk_findings"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "agency", "project", "name", "item", "level3", "code", "severity", "message", "expected", "found",
        "basis", "where", "own_rule", "points", "reason", "send_back",
    )  # fmt: skip

    findings: tuple[DeskFinding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRuleScores(Listing):
    """Totals as printed and as the unit's own rule gives them 按单位自定规则重算; ``difference`` = printed − own rule."""

    kind: ClassVar[str] = "own_rule_scores"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "project", "name", "printed_total", "own_rule_total", "difference", "items_wrong",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBack(Listing):
    """What goes back to the units for correction 退回修改清单."""

    kind: ClassVar[str] = "send_back"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "agency", "project", "name", "item", "level3", "message", "where", "mend",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeskResults:
    """The lists of the desk check 复核结果.

    ``checked`` holds the frames behind them: ``own_rule_items``, ``own_rule_totals`` (one row a form, for the handling),
    ``copies`` (department, project, form, group). ``silent`` maps the silent rules that were used to what used them.
    """

    rules: DeskRules
    checked: DeskCheckResult
    summary: DeskSummary
    findings: DeskFindingsResult
    own_rule: OwnRuleScores
    send_back: SendBack
    silent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def desk_rules(
    run: Run, rule_set: RuleSet, layouts: Sequence[Framework] = (), chosen: ReEvaluationChoices | None = None
) -> DeskRules:
    """Return what forms are held against in a run 复核规则.

    Parameters
    ----------
    run, rule_set : whose grade bands, silent-rule choices and qualitative labels count.
    layouts : the frameworks of the self-evaluation form; their level-1 weights are the layouts that are usual.
    chosen : the choices of the re-evaluation; those of the run where ``None``.
    """
    bands = rule_set.bands(run.grade_bands)
    if bands.gaps:
        bands = rule_set.bands(bands.read_as)
    kept: tuple[Band, ...] = tuple((band.grade, band.low, band.high) for band in bands.bands)
    labels = {
        label: edges
        for method in rule_set.methods
        if method.function is ScoringFunction.QUALITATIVE_BANDS
        for label, edges in zip(method.labels, method.bands, strict=True)
    }
    return DeskRules(
        choices=(chosen or run.re_evaluation or ReEvaluationChoices()).desk,
        silent=SilentChoices.of(scoring_choices(choices(run, rule_set))),
        bands=kept,
        layouts=_layouts(rule_set, layouts),
        labels=labels,
        budget_year=run.budget_year,
    )


def _layouts(rule_set: RuleSet, frameworks: Sequence[Framework]) -> dict[str, dict[str, float]]:
    """Return level-1 points of every usual layout, those without satisfaction too (their points go where the rule says)."""
    found = {one.id: {name: float(points) for name, points in one.level1_weights.items()} for one in frameworks}
    for layout in rule_set.weight_layouts:
        moved = layout.without_satisfaction
        if moved is not None and layout.framework in found:
            rest = {name: points for name, points in found[layout.framework].items() if name != "满意度指标"}
            found[f"{layout.framework}_without_satisfaction"] = rest | {moved.level1: moved.points}
    return found


def desk_results(evaluations: SelfEvaluations, folder: ReEvaluationFolder, rules: DeskRules) -> DeskResults:
    """Return the lists of the desk check over every form 复核.

    Parameters
    ----------
    evaluations : forms with ``forms.project`` the code in the list (``matching.matched``).
    folder : list of projects, approved targets. rules : from ``desk_rules``.
    """
    checked = desk_check(evaluations, folder.projects, folder.approved, rules)
    rows = _rows(checked, folder.projects)
    return DeskResults(
        rules=rules,
        checked=checked,
        summary=_summary(rows, [str(name) for name in folder.departments]),
        findings=DeskFindingsResult(
            method="desk_check", n_used=len(checked.forms), source="CHECKS", rows=tuple(rows), findings=checked.findings
        ),
        own_rule=_own_rule(checked),
        send_back=_send_back(rows),
        silent=_silent(checked, rules),
    )


def _rows(checked: DeskCheckResult, projects: pd.DataFrame) -> list[dict[str, Any]]:
    """Return findings as rows, with the names of project and indicator."""
    names = dict(zip(projects["project"], projects["name"], strict=True))
    of_form = dict(zip(checked.forms["form"], checked.forms["name"], strict=True))
    level3 = dict(
        zip(zip(checked.items["form"], checked.items["item"], strict=True), checked.items["level3"], strict=True)
    )
    return [
        {
            "department": one.department,
            "agency": one.agency,
            "project": one.project,
            "name": names.get(one.project) or of_form.get(one.form, ""),
            "item": one.item,
            "level3": level3.get((one.form, one.item), ""),
            "code": one.finding.code,
            "severity": one.finding.severity.value,
            "message": one.finding.message,
            "expected": one.finding.expected,
            "found": one.finding.found,
            "basis": one.finding.basis,
            "where": one.finding.where,
            "own_rule": one.own_rule,
            "points": one.points,
            "reason": one.reason,
            "send_back": one.send_back,
            "form": one.form,
        }
        for one in checked.findings
    ]


def _summary(rows: Sequence[Mapping[str, Any]], departments: Sequence[str]) -> DeskSummary:
    """Return counts by department and check, all departments first; several forms of one project count once."""
    table = pd.DataFrame(rows, columns=[*DeskFindingsResult.columns, "form"])
    lines: list[dict[str, Any]] = []
    for department in [ALL, *dict.fromkeys([*departments, *table["department"]])]:
        own = table if department == ALL else table[table["department"] == department]
        order = {code: place for place, code in enumerate(DESK_CHECKS)}
        for code in sorted(set(own["code"]), key=order.__getitem__):
            part = own[own["code"] == code]
            moved = part["points"].dropna()
            lines.append(
                {
                    "department": department,
                    "code": code,
                    "label": DESK_CHECKS[code].label,
                    "severity": _worst(part["severity"]),
                    "findings": len(part),
                    "projects": _owners(part),
                    "own_rule": int(part["own_rule"].sum()),
                    "points": float(moved.sum()) if len(moved) else np.nan,
                }
            )
    return DeskSummary(method="desk_check", n_used=len(rows), source="CHECKS", rows=tuple(lines))


def _owners(part: pd.DataFrame) -> int:
    """Return how many projects findings are about; a form of no project counts as one."""
    keys = zip(part["department"], part["project"], part["form"], strict=True)
    return len({(department, project or form) for department, project, form in keys})


def _worst(severities: pd.Series) -> str:
    """Return the gravest severity."""
    rank = [one.value for one in (Severity.ERROR, Severity.WARNING, Severity.INFO)]
    return str(min(severities, key=rank.index))


def _own_rule(checked: DeskCheckResult) -> OwnRuleScores:
    """Return totals by form."""
    table = checked.own_rule_totals
    rows = tuple({str(key): value for key, value in row.items()} for row in table.to_dict("records"))
    known = int(table["own_rule_total"].notna().sum())
    return OwnRuleScores(method="own_rule", n_used=known, n_dropped=len(table) - known, source="CHECKS", rows=rows)


def _send_back(rows: Sequence[Mapping[str, Any]]) -> SendBack:
    """Return the entries that go back."""
    entries = tuple(
        {name: row[name] for name in SendBack.columns if name != "mend"} | {"mend": DESK_CHECKS[str(row["code"])].mend}
        for row in rows
        if row["send_back"]
    )
    return SendBack(method="desk_check", n_used=len(entries), source="CHECKS", rows=entries)


def _silent(checked: DeskCheckResult, rules: DeskRules) -> dict[str, tuple[str, ...]]:
    """Return the silent rules that the desk check really used, with what used them: checks, or kinds of items."""
    items = checked.items
    computed = items[items["own"].notna()]
    used: dict[str, list[str]] = {}
    for code, checks in SILENT_CHECKS.items():
        found = sorted({one.finding.code for one in checked.findings} & set(checks))
        if found:
            used[code] = found
    if (computed["kind"] == "execution").any():
        used.setdefault("X05", []).insert(0, "预算执行率")
    if computed["zero_target"].any():
        used.setdefault("X03", []).insert(0, "零目标指标")
    if computed["forward"].notna().any():
        used.setdefault("X02", []).insert(0, "反向指标")
    if rules.bands:
        used["X15"] = ["等级"]
    return {code: tuple(names) for code, names in sorted(used.items())}
