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
from perfkit.show.tables import (
    anomaly,
    coverage,
    criteria,
    evidence,
    generalizability,
    indicators,
    money,
    problems,
    re_evaluation,
    re_evaluation_annex,
    re_evaluation_conclusions,
    re_evaluation_lists,
    reliability,
    sampling,
    scorecard,
    statistics,
    survey,
    workpaper,
)
from perfkit.show.tables.fields import Records
from perfkit.show.tables.table import Table
from perfkit.terms import Planning, Statistic

# kind, view → builder; the view "" is the table of a kind where none is asked for
BUILDERS: Mapping[tuple[str, str], Callable[..., Table]] = MappingProxyType(
    {
        ("scorecard", ""): scorecard.table_level_scores,
        ("scorecard", "level2"): scorecard.table_level2_scores,
        ("scorecard", "items"): scorecard.table_scored_indicators,
        ("comparison", ""): indicators.table_comparison,
        ("units", ""): indicators.table_units,
        ("experts", ""): indicators.table_experts,
        ("funds", ""): money.table_funds,
        ("fieldwork", ""): money.table_fieldwork_events,
        ("fieldwork", "coverage"): money.table_fieldwork,
        ("surveys", ""): survey.table_survey_summary,
        ("survey", ""): survey.table_survey_questions,
        ("survey_scales", ""): survey.table_survey_scales,
        ("problems", ""): problems.table_problems,
        ("problems", "advice"): problems.table_advice_matrix,
        ("comments", ""): problems.table_comments,
        ("open_points", ""): problems.table_open_points,
        ("findings", ""): problems.table_findings,
        ("evidence", ""): evidence.table_evidence,
        ("bases", ""): evidence.table_bases,
        ("silent_rules", ""): evidence.table_silent_rules,
        ("provenance", ""): workpaper.table_provenance,
        ("plan", ""): workpaper.table_plan,
        ("targets", ""): workpaper.table_targets,
        ("traces", ""): workpaper.table_traces,
        ("margins", ""): workpaper.table_margins,
        ("alternatives", ""): workpaper.table_alternatives,
        ("numbers", ""): workpaper.table_numbers,
        ("re_evaluation_scope", ""): re_evaluation.table_scope,
        ("change_headline", ""): re_evaluation.table_headline,
        ("change_headline", "reasons"): re_evaluation.table_headline_reasons,
        ("inflation", ""): re_evaluation.table_inflation,
        ("grade_migration", ""): re_evaluation.table_grade_migration,
        ("change_by_node", ""): re_evaluation.table_change_by_node,
        ("change_reasons", ""): re_evaluation.table_change_reasons,
        ("change_reasons", "matrix"): re_evaluation.table_reason_matrix,
        ("pooled_departments", ""): re_evaluation_conclusions.table_pooled,
        ("department_estimate", ""): re_evaluation_conclusions.table_department_estimate,
        ("handling", ""): re_evaluation_conclusions.table_handling,
        ("handling", "evidence"): re_evaluation_conclusions.table_handling_evidence,
        ("next_sample", ""): re_evaluation_conclusions.table_next_sample,
        ("re_evaluation_projects", ""): re_evaluation_lists.table_projects,
        ("re_evaluation_items", ""): re_evaluation_lists.table_re_scored_items,
        ("re_evaluation_items", "examples"): re_evaluation_lists.table_examples,
        ("desk_summary", ""): re_evaluation_lists.table_desk_summary,
        ("desk_findings", ""): re_evaluation_lists.table_desk_findings,
        ("own_rule_scores", ""): re_evaluation_lists.table_own_rule_scores,
        ("send_back", ""): re_evaluation_lists.table_send_back,
        ("send_back", "counts"): re_evaluation_lists.table_send_back_counts,
        ("send_back", "kinds"): re_evaluation_lists.table_send_back_kinds,
        ("unpaired", ""): re_evaluation_lists.table_unpaired,
        ("review_depth", ""): re_evaluation_lists.table_review_depth,
        ("plan_designs", ""): re_evaluation_annex.table_plan_designs,
        ("plan_parts", ""): re_evaluation_annex.table_plan_parts,
        ("plan_list", ""): re_evaluation_annex.table_plan_list,
        ("re_evaluation_agreement", ""): re_evaluation_annex.table_agreement,
        ("re_evaluation_agreement", "notes"): re_evaluation_annex.table_agreement_notes,
        ("rater_severity_table", ""): re_evaluation_annex.table_rater_severity,
        ("quality", ""): re_evaluation_annex.table_quality,
        ("criteria_comparison", ""): criteria.table_criteria,
        ("criteria_comparison", "agreement"): criteria.table_criteria_agreement,
        ("regrade", ""): criteria.table_regrade,
        ("anomaly_signs", ""): re_evaluation_annex.table_signs,
        ("re_evaluation_parameters", ""): re_evaluation_annex.table_parameters,
        (Statistic.CHANGE_SUMMARY, ""): reliability.table_change,
        (Statistic.D_STUDY, ""): generalizability.table_d_study,
        (Statistic.D_STUDY_CURVE, ""): generalizability.table_d_study_curve,
        (Statistic.G_STUDY, ""): generalizability.table_g_study,
        (Statistic.ICC_TABLE, "raters"): reliability.table_raters,
        (Statistic.NEEDED_CONDITIONS, ""): generalizability.table_needed,
        (Statistic.RATER_SEVERITY, ""): generalizability.table_severity,
        (Statistic.ITEM_STATISTICS, ""): reliability.table_items,
        (Statistic.MIGRATION_MATRIX, ""): statistics.table_migration,
        (Statistic.EDGE_PROFILE, ""): anomaly.table_edges,
        (Statistic.HEAPING, ""): anomaly.table_heaping,
        (Statistic.RELIABILITY_REPORT, ""): reliability.table_recommendations,
        (Statistic.SAMPLE_DESCRIPTION, ""): sampling.table_sample_description,
        (Statistic.SAMPLE_DESCRIPTION, "changes"): sampling.table_sample_changes,
        (Planning.SAMPLE_SIZE, ""): sampling.table_sample_sizes,
        (Planning.STRATUM_ALLOCATION, ""): sampling.table_allocation,
        (Planning.SAMPLE_SELECTION, ""): sampling.table_sample_selection,
        (Planning.SAMPLE_SELECTION, "units"): sampling.table_selected_units,
        (Planning.SAMPLING_PLAN, ""): sampling.table_sampling_plan,
        ("refusal", ""): sampling.table_refusal,
        ("interval_coverage", ""): sampling.table_interval_coverage,
        ("coverage_map", ""): coverage.table_coverage,
    }
)

# what a builder takes from the result itself beside its frame
ATTRIBUTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"survey": ("options", "group", "id"), Planning.SAMPLE_SELECTION: ("seed", "frame_hash", "population")}
)

# kind, view → where the result keeps the frame of that view, if not in the frame of the result itself
FRAMES: Mapping[tuple[str, str], str] = MappingProxyType(
    {(Statistic.ICC_TABLE, "raters"): "raters_frame", (Statistic.SAMPLE_DESCRIPTION, "changes"): "changes"}
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
        shown = statistics.table_estimates(getattr(result, "forms", result), **options)
    else:
        own = {} if view else {item: getattr(result, item) for item in ATTRIBUTES.get(result.kind, ())}
        shown = builder(_frame(result, view), **(own | options))
        inner = tuple(getattr(result, "results", ()))
        shown = replace(shown, notes=(*shown.notes, *statistics.caveat_notes([result, *inner])))
    return replace(shown, name=name or shown.name, caption=caption or shown.caption)


def _frame(result: Any, view: str) -> Any:
    """Return the frame that a view shows: that of the result, unless the view has one of its own."""
    frame = getattr(result, FRAMES.get((result.kind, view), "to_frame"))
    return frame() if callable(frame) else frame
