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
    tables_anomaly,
    tables_evidence,
    tables_generalizability,
    tables_indicators,
    tables_money,
    tables_problems,
    tables_reliability,
    tables_sampling,
    tables_scorecard,
    tables_statistics,
    tables_survey,
    tables_workpaper,
)
from perfkit.show.tables import Table
from perfkit.show.tables_fields import Records
from perfkit.terms import Planning, Statistic

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
        (Statistic.D_STUDY, ""): tables_generalizability.table_d_study,
        (Statistic.D_STUDY_CURVE, ""): tables_generalizability.table_d_study_curve,
        (Statistic.G_STUDY, ""): tables_generalizability.table_g_study,
        (Statistic.ICC_TABLE, "raters"): tables_reliability.table_raters,
        (Statistic.NEEDED_CONDITIONS, ""): tables_generalizability.table_needed,
        (Statistic.RATER_SEVERITY, ""): tables_generalizability.table_severity,
        (Statistic.ITEM_STATISTICS, ""): tables_reliability.table_items,
        (Statistic.MIGRATION_MATRIX, ""): tables_statistics.table_migration,
        (Statistic.EDGE_PROFILE, ""): tables_anomaly.table_edges,
        (Statistic.HEAPING, ""): tables_anomaly.table_heaping,
        (Statistic.RELIABILITY_REPORT, ""): tables_reliability.table_recommendations,
        (Statistic.SAMPLE_DESCRIPTION, ""): tables_sampling.table_sample_description,
        (Statistic.SAMPLE_DESCRIPTION, "changes"): tables_sampling.table_sample_changes,
        (Planning.SAMPLE_SIZE, ""): tables_sampling.table_sample_sizes,
        (Planning.STRATUM_ALLOCATION, ""): tables_sampling.table_allocation,
        (Planning.SAMPLE_SELECTION, ""): tables_sampling.table_sample_selection,
        (Planning.SAMPLE_SELECTION, "units"): tables_sampling.table_selected_units,
        (Planning.SAMPLING_PLAN, ""): tables_sampling.table_sampling_plan,
        ("refusal", ""): tables_sampling.table_refusal,
        ("interval_coverage", ""): tables_sampling.table_interval_coverage,
    }
)

# what a builder takes from the result itself beside its frame
ATTRIBUTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"survey": ("options", "group", "id"), Planning.SAMPLE_SELECTION: ("seed", "frame_hash", "population")}
)


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
        ``advice`` of problems, ``raters`` of the six intraclass correlations, ``changes`` of a sample described,
        ``units`` of a selection.
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
    planned = builder is not None and Planning.read(wanted[0]) is not None
    if isinstance(result, Result) and not kind and (planned or Statistic.read(result.kind) is not None):
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
        frame = (
            result.raters_frame() if view == "raters" else result.changes if view == "changes" else result.to_frame()
        )
        own = {} if view else {item: getattr(result, item) for item in ATTRIBUTES.get(result.kind, ())}
        shown = builder(frame, **(own | options))
        inner = tuple(getattr(result, "results", ()))
        shown = replace(shown, notes=(*shown.notes, *tables_statistics.caveat_notes([result, *inner])))
    return replace(shown, name=name or shown.name, caption=caption or shown.caption)
