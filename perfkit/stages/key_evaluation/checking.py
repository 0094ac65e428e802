"""Which checks a key evaluation runs and on what 重点评价质检: the stage hands tables to ``checks``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from perfkit.checks import money, report, scores, surveys
from perfkit.read.cells import written
from perfkit.read.rows import Row
from perfkit.rulebook import Run
from perfkit.stages.findings import FindingsResult, listed_findings
from perfkit.stages.key_evaluation.fieldwork import CommentsResult, evidence
from perfkit.stages.key_evaluation.funds import FundsResult
from perfkit.stages.key_evaluation.items import Context, framework_basis
from perfkit.stages.key_evaluation.problems import ProblemsResult
from perfkit.stages.key_evaluation.scorecard import Scorecard
from perfkit.stages.key_evaluation.surveys import survey_of
from perfkit.stages.key_evaluation.workpaper import PLAN_KEYS
from perfkit.terms import ExecMethod, FundRow, Role, ScoringFunction, SurveyAccess
from perfkit.trace import Finding

FULL = 100.0


def check_evaluation(
    context: Context,
    run: Run,
    card: Scorecard,
    lines: Sequence[dict[str, Any]],
    fund_table: FundsResult,
    problem_list: ProblemsResult,
    comments: CommentsResult,
) -> FindingsResult:
    """Return every finding over workbook, scores, surveys and lists 质检.

    Parameters
    ----------
    context, run : what was read and under which rules.
    card, lines : the scored tree and its items as the checks look at them.
    fund_table, problem_list, comments : the lists of the report.
    """
    engagement = context.engagement
    rows = engagement.tables["indicators"]
    found = [
        *scores.weight_findings(_on_total_scale(card), FULL),
        *scores.item_findings(lines),
        *scores.caveat_findings(lines),
        *scores.evidence_findings(lines),
        *scores.total_findings(lines, _published(engagement.tables["published"]), card.result.value, card.result.bands),
        *scores.margin_findings(
            card.result.exact_grade.value, card.result.grade.value, card.result.exact_total, card.result.value
        ),
        *_money_findings(context, rows, fund_table),
        *_method_findings(card),
        *_survey_findings(context, lines),
        *_report_findings(context, run, rows, lines, problem_list, comments),
    ]
    return listed_findings(found)


def _on_total_scale(card: Scorecard) -> list[dict[str, Any]]:
    """Return level-1 lines with their points in the total, so that two-layer schemes are held against 100 too."""
    return [
        {"code": row["code"], "level1": row["name"], "full_score": row["original_full"]}
        for row in card.rows
        if row["level"] == 1
    ]


def _published(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Return the printed totals of a finished report by name."""
    return {
        row.text("name"): {name: row.value(name) for name in ("full_score", "score", "rate", "grade")} for row in rows
    }


def _money_findings(context: Context, rows: Sequence[Row], table: FundsResult) -> list[Finding]:
    """Run the checks of money."""
    lines = [
        {
            "source": row.text("source"),
            **{column: row.value(column) for column in ("budget", "received", "executed", "printed_rate")},
            "total": row.value("row_type") is FundRow.TOTAL,
            "cells": {name: str(row[name].address) for name in ("budget", "received", "executed", "printed_rate")},
        }
        for row in context.engagement.tables["funds"]
    ]
    details = [line for line in lines if not line["total"]]
    totals = [line for line in lines if line["total"]]
    ratios = [
        {
            "code": row.text("code"),
            "name": row.text("level3"),
            "has_ratio": row.value("numerator") is not None,
            "denominator_basis": getattr(row.value("denominator_basis"), "label", ""),
            "framework_basis": getattr(framework_basis(row, context.framework), "label", ""),
            "cell": str(row["denominator_basis"].address),
        }
        for row in rows
    ]
    usual = {
        str(line["framework_basis"]): context.framework.basis.citation
        for line in ratios
        if line["framework_basis"] and context.framework is not None
    }
    explained = any(row.text("deviation_reason") for row in rows if "执行率" in row.text("level3"))
    rate = table.execution_rate_budget if math.isnan(table.execution_rate) else table.execution_rate
    return [
        *money.total_row_findings(details, totals),
        *money.flow_findings(lines),
        *money.printed_rate_findings(lines),
        *money.low_execution_findings(rate, explained),
        *money.denominator_findings(ratios, usual),
    ]


def _method_findings(card: Scorecard) -> list[Finding]:
    """Hold the execution-rate functions of the items against the method that the run declares."""
    methods = {
        ExecMethod.LINEAR: ScoringFunction.EXECUTION_LINEAR,
        ExecMethod.INTERVAL_2021: ScoringFunction.EXECUTION_INTERVAL_2021,
    }
    lines = [
        {"code": item.code, "method": item.function.label}
        for item in card.scores.items
        if item.function in methods.values()
    ]
    return money.execution_method_findings(lines, methods[card.result.choices.exec_method].label)


def _survey_findings(context: Context, lines: Sequence[dict[str, Any]]) -> list[Finding]:
    """Run the checks of surveys and of the indicators that rest on them."""
    found = surveys.survey_findings(
        [
            {
                "id": survey.id,
                "group": survey.group,
                "open": survey.access in (SurveyAccess.OPEN_LINK, SurveyAccess.ON_SITE),
                "frame": survey.frame,
                "sent": survey.sent,
                "returned": survey.returned,
                "valid": survey.valid,
                "n_used": survey.n_used,
                # A single pooled row holds the answers to several questions, not respondents.
                "question_totals": [sum(row) for row in survey.answers.counts]
                if len(survey.answers.counts) > 1
                else [],
                "satisfaction": survey.answers.value,
                "printed_rate": survey.printed_rate,
                "caveats": tuple(caveat.code for caveat in survey.caveats),
                "cell": survey.where,
            }
            for survey in context.surveys.surveys
        ]
    )
    satisfied = [line for line in lines if _is_satisfaction(line, context)]
    found += surveys.satisfaction_item_findings(
        [
            {
                "code": line["code"],
                "survey": getattr(survey_of(context.surveys, line["code"]), "id", ""),
                "full": not line["lost"] and line["absence"] is None,
                "cell": line["cell"],
            }
            for line in satisfied
        ]
    )
    return found


def _is_satisfaction(line: dict[str, Any], context: Context) -> bool:
    """Whether an indicator is one of satisfaction whose score is computed (a bare given score is not ours to judge)."""
    row = next(row for row in context.engagement.tables["indicators"] if row.text("code") == line["code"])
    return "满意" in str(line["name"]) and row.value("function") is not ScoringFunction.GIVEN


def _report_findings(
    context: Context,
    run: Run,
    rows: Sequence[Row],
    lines: Sequence[dict[str, Any]],
    problem_list: ProblemsResult,
    comments: CommentsResult,
) -> list[Finding]:
    """Run the checks of problems, advice, evidence, bases and procedure."""
    engagement = context.engagement
    given = [row for row in problem_list.rows if not row["suggested"]]
    named = [code for row in given for code in str(row["indicators"]).split("；") if code]
    reasons = {row.text("code") for row in engagement.tables["checkpoints"] if row.text("reason")}
    opinions = {str(line["code"]) for line in lines if line["opinion"]}
    cited: dict[str, list[str]] = {}
    for row in [*rows, *engagement.tables["checkpoints"]]:
        for mark in row.value("evidence", ()) or ():
            cited.setdefault(mark, []).append(row.text("code"))
    index = evidence(engagement.tables["evidence"], engagement.sha256, cited)
    missing = [str(line["file"]) for line in index.rows if line["file"] and not line["sha256"]]
    overview = {code: written(cell.value) for code, cell in engagement.overview.items()}
    base_lines = written(engagement.overview["bases"].value).splitlines()
    elements = {code: name for name, code in PLAN_KEYS.items()}
    absent = [str(line["code"]) for line in lines if line["absence"] is not None or "NOT_ASSESSABLE" in line["flags"]]
    return [
        *report.deduction_findings(
            [str(line["code"]) for line in lines if line["lost"]],
            [*named, *reasons, *opinions],
            [str(line["code"]) for line in lines],
            named,
        ),
        *report.advice_findings(given),
        *report.evidence_index_findings(cited, [str(line["id"]) for line in index.rows], missing),
        *report.basis_findings(base_lines),
        *report.procedure_findings(overview, elements, comments.rows, run.role is Role.THIRD_PARTY),
        *report.limit_findings(absent, overview["limits"]),
    ]
