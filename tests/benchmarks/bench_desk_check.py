"""Desk check of 3,000 self-evaluation forms of 15 items, a third of them with faults; on one core."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perfkit.checks.self_evaluation import desk_check
from perfkit.read.self_evaluation.shapes import SelfEvaluations
from tests.benchmarks.timing import Row, alone
from tests.checks.self_evaluation_forms import approvals, clean, item, listing, read, rules

FORMS = 3_000
INDICATORS = 14
GOAL_SECONDS = 10.0


def _copies(frame: pd.DataFrame, places: range) -> pd.DataFrame:
    """Return a frame of one form many times, each under its own form and project."""
    repeated = pd.concat([frame] * len(places), ignore_index=True)
    number = np.repeat([f"P{place:05d}" for place in places], len(frame))
    for column in ("form", "project"):
        if column in repeated:
            repeated[column] = number
    return repeated


def evaluations() -> tuple[SelfEvaluations, pd.DataFrame]:
    """Return forms of 15 items, two in three clean, one with five faults; and what was approved."""
    sound, faulty = clean(), clean()
    for form in (sound, faulty):
        extra = [item(6 + k, "产出指标", f"产出{k}", 100 + k, 104 + k, 2.0, 2.0) for k in range(1, INDICATORS - 5)]
        form.row("培训人次").update(full=4.0, own_full=4.0, score=4.0, own_score=4.0)
        form.items += extra
    faulty.row("验收合格率").update(score=10.0, own_score=10.0, cause="")
    faulty.row("投诉件数").update(score=12.0, own_score=12.0)
    faulty.row("产出1").update(actual=150.0, actual_text="150个")
    parts = []
    for form, places in ((sound, range(FORMS * 2 // 3)), (faulty, range(FORMS * 2 // 3, FORMS))):
        one = read(form)
        parts.append([_copies(getattr(one, name), places) for name in ("values", "forms", "items", "funds")])
    values, forms, items, funds = (pd.concat(group, ignore_index=True) for group in zip(*parts, strict=True))
    # Every form its own number of people trained, or all of them would be copies of one another.
    own = items["level3"] == "培训人次"
    items.loc[own, "actual"] = 200 + np.arange(FORMS) / 100
    items.loc[own, "actual_text"] = [f"{200 + place / 100:g}人次" for place in range(FORMS)]
    read_forms = SelfEvaluations(values=values, forms=forms, items=items, funds=funds, problems=(), sha256={})
    return read_forms, _copies(approvals(sound), range(FORMS))


def run() -> list[Row]:
    """Return the rows of the benchmark table."""
    read_forms, approved = evaluations()
    projects = listing(*read_forms.forms["project"])
    held = rules()
    return [
        alone(
            f"desk check of {FORMS:,} forms × {INDICATORS + 1} items, all findings with cells",
            lambda: desk_check(read_forms, projects, approved, held),
            goal_seconds=GOAL_SECONDS,
            rounds=2,
        )
    ]
