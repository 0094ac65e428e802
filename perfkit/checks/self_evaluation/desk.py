"""The desk check as one pass 复核: tables once, every check over them, findings in order, points by the unit's own rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfkit.checks.finding import ERROR, INFO, WARNING
from perfkit.checks.self_evaluation.approved import approved_findings
from perfkit.checks.self_evaluation.copies import copied_groups, copy_findings
from perfkit.checks.self_evaluation.forms import (
    coverage_findings,
    head_findings,
    total_findings,
    weight_findings,
)
from perfkit.checks.self_evaluation.items import item_findings, profile_findings
from perfkit.checks.self_evaluation.money import money_findings
from perfkit.checks.self_evaluation.own import ROUNDING, with_own_scores
from perfkit.checks.self_evaluation.rules import DeskRules
from perfkit.checks.self_evaluation.tables import DeskTables, desk_tables
from perfkit.checks.self_evaluation_shapes import DeskFinding
from perfkit.read.self_evaluation.shapes import SelfEvaluations
from perfkit.scoring.rounding import round_half_up

OWN_RULE_ITEMS = (
    "department", "project", "form", "item", "level3", "kind", "full", "score", "own_rule_score", "wrong", "ratio", "met",
)  # fmt: skip
OWN_RULE_TOTALS = (
    "department", "project", "name", "form", "printed_total", "own_rule_total", "difference", "items_wrong",
)  # fmt: skip
_RANK = {ERROR: 0, WARNING: 1, INFO: 2}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeskCheckResult:
    """Everything that one pass over the forms gives 复核结果.

    ``own_rule_items`` and ``own_rule_totals`` as ``own_rule_scores`` and ``own_rule_totals`` return them, ``copies`` as
    ``copied_forms``.
    """

    findings: tuple[DeskFinding, ...]
    own_rule_items: pd.DataFrame
    own_rule_totals: pd.DataFrame
    copies: pd.DataFrame
    forms: pd.DataFrame
    items: pd.DataFrame


def desk_check(
    evaluations: SelfEvaluations, projects: pd.DataFrame, approved: pd.DataFrame, rules: DeskRules | None = None
) -> DeskCheckResult:
    """Return findings, points by the unit's own rule and groups of copies in one pass 复核.

    Parameters
    ----------
    evaluations : forms as read, ``forms.project`` the code in the list ("" where the form fits no project).
    projects : the list of projects, columns ``PROJECTS``. approved : approved targets, columns ``APPROVED``, may be empty.
    rules : what the forms are held against; the defaults where ``None`` (no bands and layouts: those checks rest).
    """
    tables = desk_tables(evaluations, projects, rules or DeskRules())
    items = with_own_scores(tables)
    groups = copied_groups(tables)
    found = [
        *coverage_findings(tables),
        *head_findings(tables),
        *weight_findings(tables, items),
        *total_findings(tables, items),
        *money_findings(tables, items),
        *item_findings(items, tables.rules),
        *profile_findings(items, tables.forms),
        *approved_findings(items, tables.forms, approved, tables.rules),
        *copy_findings(tables, groups),
    ]
    return DeskCheckResult(
        findings=_in_order(found, items),
        own_rule_items=items[list(OWN_RULE_ITEMS)].reset_index(drop=True),
        own_rule_totals=_totals(tables, items),
        copies=groups,
        forms=tables.forms,
        items=items,
    )


def desk_findings(
    evaluations: SelfEvaluations, projects: pd.DataFrame, approved: pd.DataFrame, rules: DeskRules | None = None
) -> tuple[DeskFinding, ...]:
    """Return every finding over forms, several of a form in one pass, each with file and cell 复核发现; see ``desk_check``."""
    return desk_check(evaluations, projects, approved, rules).findings


def own_rule_scores(
    evaluations: SelfEvaluations, projects: pd.DataFrame, rules: DeskRules | None = None
) -> pd.DataFrame:
    """Return item by item what the unit's own declared method gives beside what it scored 按单位自定规则核算.

    Returns
    -------
    Columns ``OWN_RULE_ITEMS``: points of 100; ``own_rule_score`` is NaN where no number decides it (a qualitative item, an
    undeclared direction, a zero budget), what is printed where that agrees within the form's printed precision.
    """
    tables = desk_tables(evaluations, projects, rules or DeskRules())
    return with_own_scores(tables)[list(OWN_RULE_ITEMS)].reset_index(drop=True)


def own_rule_totals(
    evaluations: SelfEvaluations, projects: pd.DataFrame, rules: DeskRules | None = None
) -> pd.DataFrame:
    """Return form by form the printed total beside the one by the unit's own rule 按自定规则的总分.

    Returns
    -------
    Columns ``OWN_RULE_TOTALS``: ``difference`` = printed − own rule; an item that no number decides keeps its printed score
    and so moves nothing. NaN where a score is neither printed nor computed, or no total is printed.
    """
    tables = desk_tables(evaluations, projects, rules or DeskRules())
    return _totals(tables, with_own_scores(tables))


def copied_forms(evaluations: SelfEvaluations, projects: pd.DataFrame) -> pd.DataFrame:
    """Return the group of copies of each form 雷同组; see ``copies.copied_groups``."""
    return copied_groups(desk_tables(evaluations, projects, DeskRules()))


def _totals(tables: DeskTables, items: pd.DataFrame) -> pd.DataFrame:
    """Return the totals by form."""
    decimals = tables.rules.choices.decimals
    counted = items["own_rule_score"].where(items["own_rule_score"].notna(), items["score"])
    sums = counted.groupby(items["form"]).sum(min_count=1)
    sums[counted.isna().groupby(items["form"]).any().reindex(sums.index)] = np.nan
    wrong = items["wrong"].groupby(items["form"]).sum()
    forms = tables.forms
    own = round_half_up(sums.reindex(forms["form"]).to_numpy(dtype=float), decimals)
    printed = forms["total"].to_numpy(dtype=float)
    gap = round_half_up(printed - own, decimals)
    # Items may carry more decimals than a total: what its print rounds away is no difference.
    kept = np.abs(printed - sums.reindex(forms["form"]).to_numpy(dtype=float)) <= 0.5 * 10.0**-decimals + ROUNDING
    return pd.DataFrame(
        {
            "department": forms["department"],
            "project": forms["project"],
            "name": forms["name"],
            "form": forms["form"],
            "printed_total": printed,
            "own_rule_total": np.where(kept, printed, own),
            "difference": np.where(kept, 0.0, gap),
            "items_wrong": wrong.reindex(forms["form"]).fillna(0).to_numpy(dtype=int),
        },
        columns=list(OWN_RULE_TOTALS),
    )


def _in_order(findings: Iterable[DeskFinding], items: pd.DataFrame) -> tuple[DeskFinding, ...]:
    """Return findings by department, project, form and item, the gravest first within each."""
    places = {key: place for place, key in enumerate(zip(items["form"], items["item"], strict=True))}
    return tuple(
        sorted(
            findings,
            key=lambda one: (
                one.department, one.project, one.form, places.get((one.form, one.item), -1),
                _RANK[one.finding.severity], one.finding.code,
            ),
        )
    )  # fmt: skip
