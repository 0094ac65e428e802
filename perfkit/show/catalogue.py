"""Which table shows which result 结果与表格对照: dispatch on ``Result.kind``, never on a class of another wing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from perfkit.errors import MethodError, Problem
from perfkit.result import Result
from perfkit.show import (
    tables_evidence,
    tables_indicators,
    tables_money,
    tables_problems,
    tables_reliability,
    tables_scorecard,
    tables_statistics,
    tables_survey,
    tables_workpaper,
)
from perfkit.show.tables import Table
from perfkit.show.tables_fields import Records
from perfkit.terms import Statistic

# kind, view → builder; the view "" is the table of a kind where none is asked for
BUILDERS: Mapping[tuple[str, str], Callable[..., Table]] = MappingProxyType(
    {
        ("scorecard", ""): tables_scorecard.table_level_scores,
        ("scorecard", "level2"): tables_scorecard.table_level2_scores,
        ("scorecard", "items"): tables_scorecard.table_scored_indicators,
        ("comparison", ""): tables_indicators.table_comparison,
        ("units", ""): tables_indicators.table_units,
        ("experts", ""): tables_indicators.table_experts,
        ("funds", ""): tables_money.table_funds,
        ("fieldwork", ""): tables_money.table_fieldwork_events,
        ("fieldwork", "coverage"): tables_money.table_fieldwork,
        ("surveys", ""): tables_survey.table_survey_summary,
        ("survey", ""): tables_survey.table_survey_questions,
        ("survey_scales", ""): tables_survey.table_survey_scales,
        ("problems", ""): tables_problems.table_problems,
        ("problems", "advice"): tables_problems.table_advice_matrix,
        ("comments", ""): tables_problems.table_comments,
        ("open_points", ""): tables_problems.table_open_points,
        ("findings", ""): tables_problems.table_findings,
        ("evidence", ""): tables_evidence.table_evidence,
        ("bases", ""): tables_evidence.table_bases,
        ("silent_rules", ""): tables_evidence.table_silent_rules,
        ("provenance", ""): tables_workpaper.table_provenance,
        ("plan", ""): tables_workpaper.table_plan,
        ("targets", ""): tables_workpaper.table_targets,
        ("traces", ""): tables_workpaper.table_traces,
        ("margins", ""): tables_workpaper.table_margins,
        ("alternatives", ""): tables_workpaper.table_alternatives,
        ("numbers", ""): tables_workpaper.table_numbers,
        (Statistic.CHANGE_SUMMARY, ""): tables_reliability.table_change,
        (Statistic.ICC_TABLE, "raters"): tables_reliability.table_raters,
        (Statistic.ITEM_STATISTICS, ""): tables_reliability.table_items,
        (Statistic.MIGRATION_MATRIX, ""): tables_statistics.table_migration,
        (Statistic.RELIABILITY_REPORT, ""): tables_reliability.table_recommendations,
    }
)

# what a builder takes from the result itself beside its frame
ATTRIBUTES: Mapping[str, tuple[str, ...]] = MappingProxyType({"survey": ("options", "group", "id")})


def table(
    result: Result | Any,
    view: str = "",
    *,
    kind: str = "",
    records: Records | None = None,
    name: str = "",
    caption: str = "",
    **options: Any,
) -> Table:
    """Return the table of a result 结果表.

    Parameters
    ----------
    result : a Result (dispatched on its ``kind``), or a frame (or the records, for ``numbers``) with ``kind`` given.
    view : which of the tables of the kind: ``level2`` and ``items`` of a scorecard, ``coverage`` of fieldwork,
        ``advice`` of problems, ``raters`` of the six intraclass correlations.
    records : records of the run; a number cell names its record only where it is among them.
    name, caption : replace those of the builder, e.g. where a draft shows a table twice.
    options : further keyword arguments of the builder (``denominator``, ``nodes``, …). A statistic without a table of
        its own is shown as one estimate.

    Raises
    ------
    MethodError
        Where no table is known for that kind and view.
    """
    wanted = (kind or str(getattr(result, "kind", "")), view)
    builder = BUILDERS.get(wanted)
    if isinstance(result, Result) and not kind and Statistic.read(result.kind) is not None:
        return _statistic(result, view, builder, name=name, caption=caption, **options)
    if builder is None:
        known = "、".join(" ".join(filter(None, pair)) for pair in BUILDERS)
        found = " ".join(filter(None, wanted)) or type(result).__name__
        problem = Problem(code="TABLE-KIND", where="结果表", expected=known, found=found, mend="改正 kind 或 view")
        raise MethodError(problem)
    is_plain = bool(kind) or isinstance(result, pd.DataFrame)
    own = {} if is_plain else {item: getattr(result, item) for item in ATTRIBUTES.get(wanted[0], ())}
    if records is not None and "records" in inspect.signature(builder).parameters:
        own["records"] = records
    shown = builder(result if is_plain else result.to_frame(), **(own | options))
    return replace(shown, name=name or shown.name, caption=caption or shown.caption)


def _statistic(
    result: Any, view: str, builder: Callable[..., Table] | None, *, name: str, caption: str, **options: Any
) -> Table:
    """Return the table of a statistic, its own or that of its estimates, with every reservation below it."""
    if builder is None:
        shown = tables_statistics.table_estimates(getattr(result, "forms", result), **options)
    else:
        frame = result.raters_frame() if view == "raters" else result.to_frame()
        shown = builder(frame, **options)
        inner = tuple(getattr(result, "results", ()))
        shown = replace(shown, notes=(*shown.notes, *tables_statistics.caveat_notes([result, *inner])))
    return replace(shown, name=name or shown.name, caption=caption or shown.caption)
