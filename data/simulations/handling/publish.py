"""Write the trials down 写出处理建议模拟表: departments, confusion table with intervals, strength and operating tables."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import multiprocessing
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from data.demo.self_evaluation_scenarios import SCENARIOS
from data.simulations.handling.operating import COLUMNS as OPERATING
from data.simulations.handling.operating import table as operating_table
from data.simulations.handling.trial import COLUMNS, SEEDS, STRENGTH_SEEDS, Trial, outcome, strength_trials, trials
from perfkit.rulebook.re_evaluation import HandlingChoices
from perfkit.terms import Handling

FOLDER = Path(__file__).resolve().parent
LEVEL = 0.95
CONFUSION = (
    "scenario",
    "right",
    *(handling.value for handling in Handling),
    "departments",
    "wrong",
    "error",
    "low",
    "high",
)
STRENGTH = ("scenario", "strength", "true_mean", *(handling.value for handling in Handling), "departments")
TRUE_COLUMN = {"inflated": "true_inflation", "copied": "true_copied", "own_rule_wrong": "true_own_rule"}


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the Wilson score interval of a share."""
    found = stats.binomtest(hits, of).proportion_ci(confidence_level=LEVEL, method="wilson")
    return float(found.low), float(found.high)


def run(wanted: Sequence[Trial], seeds: int, processes: int) -> list[dict[str, object]]:
    """Return the outcomes of every trial on every seed, in order."""
    calls = [(trial, seed) for trial in wanted for seed in range(seeds)]
    if processes < 2:
        return [outcome(trial, seed) for trial, seed in calls]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return pool.starmap(outcome, calls, chunksize=20)


def confusion(rows: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return right against suggested handling, with the error rate and its interval 对照表."""
    counted: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        counted.setdefault((str(row["scenario"]), str(row["right"])), Counter())[str(row["handling"])] += 1
    table = []
    for (scenario, right), found in counted.items():
        total = found.total()
        wrong = total - found[right]
        low, high = wilson(wrong, total)
        table.append({
            "scenario": scenario, "right": right, **{handling.value: found[handling.value] for handling in Handling},
            "departments": total, "wrong": wrong, "error": round(wrong / total, 4), "low": round(low, 4),
            "high": round(high, 4),
        })  # fmt: skip
    return table


def strengths(wanted: Sequence[Trial], rows: Sequence[Mapping[str, object]], seeds: int) -> list[dict[str, object]]:
    """Return what is suggested by the strength of what is wrong 强度表; ``true_mean``: mean of what was planted."""
    table = []
    for place, trial in enumerate(wanted):
        own = rows[place * seeds : (place + 1) * seeds]
        found = Counter(str(row["handling"]) for row in own)
        column = TRUE_COLUMN.get(trial.label)
        planted = trial.strength if column is None else math.fsum(float(str(row[column])) for row in own) / len(own)
        table.append({
            "scenario": trial.label, "strength": f"{trial.strength:g}", "true_mean": round(planted, 4),
            **{handling.value: found[handling.value] for handling in Handling}, "departments": len(own),
        })  # fmt: skip
    return table


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return a table as csv; what is not known stays empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_plain(row[column]) for column in columns])
    return out.getvalue()


def _plain(value: object) -> object:
    """Return a value as the csv holds it."""
    return "" if isinstance(value, float) and math.isnan(value) else value


def write(
    folder: Path, *, processes: int, seeds: int = SEEDS, strength_seeds: int = STRENGTH_SEEDS
) -> list[dict[str, object]]:
    """Run everything and write it below ``folder``; return the confusion table."""
    rows = run(trials(), seeds, processes)
    varied = strength_trials()
    weaker = run(varied, strength_seeds, processes)
    table = confusion(rows)
    texts = {
        "departments.csv": csv_text(COLUMNS, rows),
        "confusion.csv": csv_text(CONFUSION, table),
        "strength.csv": csv_text(STRENGTH, strengths(varied, weaker, strength_seeds)),
        "operating.csv": csv_text(OPERATING, operating_table()),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    wrong = sum(int(str(row["wrong"])) for row in table)
    low, high = wilson(wrong, len(rows))
    described = {
        "seeds": seeds, "strength_seeds": strength_seeds, "level": LEVEL,
        "choices": HandlingChoices().model_dump(), "numpy": np.__version__,
        "overall": {
            "departments": len(rows), "wrong": wrong, "error": round(wrong / len(rows), 4), "low": round(low, 4),
            "high": round(high, 4),
        },
        "scenarios": {
            name: {
                "words": one.words, "right": one.right, "projects": one.projects,
                "habits": {key: getattr(one.habits, key) for key in one.habits.__slots__},
                "severity": {rater.name: rater.severity for rater in one.raters},
            }
            for name, one in SCENARIOS.items()
        },
        "sha256": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()},
    }  # fmt: skip
    text = json.dumps(described, ensure_ascii=False, indent=1, sort_keys=False)
    (folder / "handling.json").write_text(f"{text}\n", encoding="utf-8")
    return table
