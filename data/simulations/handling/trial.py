"""One fictional department through the desk check, the pairs and the suggestion 一次试验, as a run would do it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import pandas as pd

from data.demo.self_evaluation_raters import Rater
from data.demo.self_evaluation_scenarios import SCENARIOS, DepartmentTables, Scenario, department_tables
from perfkit.checks.self_evaluation import copied_forms, own_rule_totals
from perfkit.read.self_evaluation.shapes import VALUES, SelfEvaluations
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.scoring.grades import Band
from perfkit.stages.re_evaluation.handling import recommend
from perfkit.stages.re_evaluation.pairs import paired
from perfkit.stages.re_evaluation.severity import rater_totals

SEEDS = 200
STRENGTH_SEEDS = 60
SHARES = (0.0, 0.1, 0.2, 0.3, 0.45, 0.6)
DECIMALS = 6
NUMBERS = (
    "mean_inflation", "low", "high", "left_mean", "left_low", "own_rule_share", "copied_share", "severity", "severity_low",
    "severity_high",
)  # fmt: skip
COUNTS = ("population", "n", "double_scored")
TRUE = ("true_inflation", "true_own_rule", "true_copied")
COLUMNS = ("scenario", "seed", "right", "handling", "rule", "also", *COUNTS, *NUMBERS, *TRUE)
BANDS: tuple[Band, ...] = (("差", 0.0, 60.0), ("中", 60.0, 80.0), ("良", 80.0, 90.0), ("优", 90.0, 100.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One scenario, perhaps with another strength, and the seeds it is tried on."""

    scenario: Scenario
    label: str
    strength: float = math.nan


def trials() -> tuple[Trial, ...]:
    """Return the six scenarios as the demo has them."""
    return tuple(Trial(scenario=scenario, label=name) for name, scenario in SCENARIOS.items())


def strength_trials() -> tuple[Trial, ...]:
    """Return four scenarios from hardly there to plain, around the cut-offs 强度试验."""
    found = []
    for loss in (1.0, 2.0, 3.0, 4.0, 6.0, 8.0):
        habits = replace(SCENARIOS["inflated"].habits, loss=loss, spread=max(0.4 * loss, 0.5))
        found.append(_varied("inflated", loss, habits=habits))
    for severity in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0):
        raters = (Rater(name="再评人甲"), Rater(name="再评人乙", severity=severity))
        found.append(_varied("severe_rater", severity, raters=raters))
    copies, errors = SCENARIOS["copied"].habits, SCENARIOS["own_rule_wrong"].habits
    found += [_varied("copied", share, habits=replace(copies, copied=share)) for share in SHARES]
    found += [_varied("own_rule_wrong", share, habits=replace(errors, wrong=share)) for share in SHARES]
    return tuple(found)


def _varied(name: str, strength: float, **changes: object) -> Trial:
    """Return a scenario of another strength."""
    scenario = replace(SCENARIOS[name], **changes)  # type: ignore[arg-type]
    return Trial(scenario=scenario, label=name, strength=strength)


def evaluations_of(tables: DepartmentTables) -> SelfEvaluations:
    """Return the forms of a department as reading its files would give them."""
    return SelfEvaluations(
        values=pd.DataFrame(columns=VALUES), forms=tables.forms, items=tables.items, funds=tables.funds, problems=(),
        sha256=MappingProxyType({}),
    )  # fmt: skip


def suggestion(tables: DepartmentTables) -> Mapping[str, object]:
    """Return the row of the suggestion for one department 处理建议."""
    evaluations = evaluations_of(tables)
    pairs = paired(
        tables.projects, tables.forms, tables.items, tables.scores, tables.totals, tables.raters,
        choices=ReEvaluationChoices(), bands=BANDS, listed=tables.sample,
    )  # fmt: skip
    found = recommend(
        pairs.project_frame, ratings=rater_totals(tables.scores, tables.totals, tables.raters),
        own_rule=own_rule_totals(evaluations, tables.projects), copies=copied_forms(evaluations, tables.projects),
    )  # fmt: skip
    return found.rows[0]


def outcome(trial: Trial, seed: int) -> dict[str, object]:
    """Return what was suggested for one department and what would have been right 一次试验的结果."""
    tables = department_tables(trial.scenario, seed)
    row, truth = suggestion(tables), tables.truth
    numbers = {name: _rounded(row[name]) for name in NUMBERS}
    return {
        "scenario": trial.label, "seed": seed, "right": truth.handling, "handling": row["handling"], "rule": row["rule"],
        "also": row["also"], **{name: row[name] for name in COUNTS}, **numbers,
        "true_inflation": _rounded(truth.mean_inflation), "true_own_rule": _rounded(truth.own_rule_share),
        "true_copied": _rounded(truth.copied_share),
    }  # fmt: skip


def _rounded(value: object) -> float:
    """Return a number with as many decimals as every platform agrees on."""
    return round(float(str(value)), DECIMALS) + 0.0
