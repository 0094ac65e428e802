"""One re-evaluation 再评价结果: everything a notebook shows, one Result of its own kind per attribute."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from perfkit.checks.self_evaluation_shapes import DeskFinding
from perfkit.errors import Problem
from perfkit.read.re_evaluation_shapes import ReEvaluationFolder
from perfkit.read.sampling_plan_file import SamplePlan
from perfkit.read.self_evaluation.shapes import SelfEvaluations
from perfkit.rulebook import Framework, RuleSet, Run
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.scoring.grades import Band
from perfkit.stages.bases import BasesResult
from perfkit.stages.findings import FindingsResult
from perfkit.stages.listing import Listing
from perfkit.stages.provenance import ProvenanceResult
from perfkit.stages.re_evaluation.opinions import OpinionSheetsResult
from perfkit.stages.re_evaluation.scope import ScopeResult
from perfkit.trace import Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReEvaluation:
    """One re-evaluation 再评价结果.

    ``plans`` are the sampling plans, one a department that has one; ``bands`` the grade bands, best first; ``raters`` who
    scored; ``persons`` names that a report masks. Every other attribute but ``records`` is a Result.
    """

    run: Run
    rule_set: RuleSet
    framework: Framework
    choices: ReEvaluationChoices
    bands: tuple[Band, ...]
    evaluations: SelfEvaluations
    folder: ReEvaluationFolder
    plans: tuple[SamplePlan, ...]
    raters: pd.DataFrame
    persons: tuple[str, ...]
    desk_findings: tuple[DeskFinding, ...]
    provenance: ProvenanceResult
    scope: ScopeResult
    plan_designs: Listing
    plan_parts: Listing
    plan_list: Listing
    desk_summary: Listing
    desk: Listing
    own_rule: Listing
    send_back: Listing
    items: Listing
    projects: Listing
    unpaired: Listing
    headline: Listing
    inflation: Listing
    migration: Listing
    nodes: Listing
    reasons: Listing
    estimates: Listing
    depth: Listing
    agreement: Listing
    severity: Listing
    handling: Listing
    pooled: Listing
    quality: Listing
    signs: Listing
    next_sample: Listing
    opinion_sheets: OpinionSheetsResult
    silent_rules: Listing
    bases: BasesResult
    findings: FindingsResult
    reading_notes: tuple[Problem, ...]
    records: tuple[Record, ...] = ()
