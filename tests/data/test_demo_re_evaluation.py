"""The six demo departments through the stage: what was planted is found, and the right handling is suggested."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from perfkit.stages.re_evaluation.evaluation import load
from perfkit.stages.re_evaluation.outcome import ReEvaluation

ROOT = Path(__file__).resolve().parents[2]
Truth = Mapping[str, Any]


@pytest.fixture(scope="module")
def city() -> ReEvaluation:
    return load("params/runs/self-evaluation/city.yaml", ROOT)


@pytest.fixture(scope="module")
def truths() -> tuple[Truth, ...]:
    path = ROOT / "data" / "demo" / "self-evaluation" / "truth.json"
    return tuple(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def desk(city: ReEvaluation) -> pd.DataFrame:
    return city.desk.to_frame()


def _filed(truth: Truth) -> list[Truth]:
    """Return what was planted in forms that were handed in."""
    return [line for line in truth["planted"] if line["project"] not in truth["not_filed"]]


def test_the_right_handling_is_suggested_for_every_department(city: ReEvaluation, truths: tuple[Truth, ...]) -> None:
    rows = city.handling.to_frame()
    found = dict(zip(rows["department"], rows["handling"], strict=True))
    assert found == {truth["department"]: truth["handling"] for truth in truths}


def test_the_desk_finds_every_error_by_the_own_rule(desk: pd.DataFrame, truths: tuple[Truth, ...]) -> None:
    own = desk[desk["own_rule"].astype(bool)]
    found = set(zip(own["project"], own["item"], strict=True))
    planted = {(line["project"], line["item"]) for truth in truths for line in _filed(truth) if line["own_rule"]}
    assert planted <= found
    # A total row of zeros is the only other thing that a unit does wrong by its own form.
    zeros = {(form["project"], "execution") for truth in truths for form in truth["forms"]
             if any(note[0] == "zero_total" for note in form.get("typed", []))}  # fmt: skip
    totals = {(code, "") for truth in truths for code in truth["total_errors"]}
    assert found <= planted | zeros | totals


def test_the_desk_finds_changed_targets_late_and_missing_forms(desk: pd.DataFrame, truths: tuple[Truth, ...]) -> None:
    changed = desk[desk["code"] == "E05"]
    listed = [truth for truth in truths if truth["slug"] != "water"]
    planted = {(line["project"], line["item"]) for truth in listed for line in _filed(truth) if "approved" in line}
    assert set(zip(changed["project"], changed["item"], strict=True)) == planted
    late = {code for truth in truths for code in truth["late"]}
    assert set(desk.loc[desk["code"] == "E14", "project"]) == late
    absent = {code for truth in truths for code in (*truth["not_filed"], *truth["filed_twice"])}
    assert set(desk.loc[desk["code"] == "E01", "project"]) == absent


def test_copies_are_found_where_they_were_made_and_nowhere_else(desk: pd.DataFrame, truths: tuple[Truth, ...]) -> None:
    found = set(desk.loc[desk["code"] == "E18", "project"])
    planted = {code for truth in truths for group in truth["copies"] for code in group}
    assert found <= planted
    assert len(found) >= 0.75 * len(planted)


def test_the_true_mean_inflation_lies_within_the_interval(city: ReEvaluation, truths: tuple[Truth, ...]) -> None:
    rows = city.inflation.to_frame().set_index("department")
    for truth in truths:
        row = rows.loc[truth["department"]]
        # Where one rater is severe the scores say nothing of the department, and of five nothing is extrapolated.
        if truth["handling"] not in ("calibrate", "too_few"):
            assert row["low"] <= truth["mean_inflation"] <= row["high"], truth["slug"]
