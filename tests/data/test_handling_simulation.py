"""The stored trials of the suggested handling: tables and hashes agree, five seeds come out again, errors are rare."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from data.demo.self_evaluation_scenarios import SCENARIOS
from data.simulations.handling.operating import cell
from data.simulations.handling.publish import confusion, wilson
from data.simulations.handling.trial import COLUMNS, COUNTS, NUMBERS, SEEDS, TRUE, outcome, trials

FOLDER = Path(__file__).resolve().parents[2] / "data" / "simulations" / "handling"
AGAIN = (0, 41, 97, 150, 199)
# What another processor or library may change in the last printed decimal.
LAST_DECIMAL = 2e-6
WORST_ERROR = 0.05


@pytest.fixture(scope="module")
def described() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads((FOLDER / "handling.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return _table("departments.csv")


def _table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_are_those_of_the_description(described: Mapping[str, Any]) -> None:
    hashes = {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in described["sha256"]}
    assert hashes == described["sha256"]
    assert set(hashes) == {path.name for path in FOLDER.glob("*.csv")}


def test_every_scenario_was_tried_on_every_seed(rows: list[dict[str, str]], described: Mapping[str, Any]) -> None:
    assert described["seeds"] == SEEDS == 200
    assert [(row["scenario"], int(row["seed"])) for row in rows] == [(n, k) for n in SCENARIOS for k in range(SEEDS)]
    assert tuple(rows[0]) == COLUMNS


@pytest.mark.parametrize("trial", trials(), ids=lambda trial: trial.label)
def test_five_seeds_come_out_again(trial: Any, rows: list[dict[str, str]]) -> None:
    stored = {int(row["seed"]): row for row in rows if row["scenario"] == trial.label}
    for seed in AGAIN:
        found = outcome(trial, seed)
        for name in ("right", "handling", "rule", "also"):
            assert str(found[name]) == stored[seed][name], (seed, name)
        for name in COUNTS:
            assert int(str(found[name])) == int(stored[seed][name]), (seed, name)
        for name in (*NUMBERS, *TRUE):
            wanted = float(stored[seed][name]) if stored[seed][name] else math.nan
            assert float(str(found[name])) == pytest.approx(wanted, abs=LAST_DECIMAL, nan_ok=True), (seed, name)


def test_the_confusion_table_counts_the_departments(rows: list[dict[str, str]]) -> None:
    stored = _table("confusion.csv")
    assert [{name: str(value) for name, value in row.items()} for row in confusion(rows)] == stored
    for row in stored:
        low, high = wilson(int(row["wrong"]), int(row["departments"]))
        assert (float(row["low"]), float(row["high"])) == (round(low, 4), round(high, 4))


def test_wilson_interval_of_a_known_share() -> None:
    # By hand: p = 0.01, n = 200, z² = 3.841459: (p + z²/2n ± z√(p(1−p)/n + z²/4n²)) ÷ (1 + z²/n).
    assert wilson(2, 200) == pytest.approx((0.0027467, 0.0357218), abs=1e-7)


def test_the_right_handling_is_suggested(described: Mapping[str, Any]) -> None:
    for row in _table("confusion.csv"):
        assert float(row["error"]) <= WORST_ERROR, row
    assert described["overall"]["error"] <= WORST_ERROR


def test_a_cell_of_the_operating_table_comes_out_again() -> None:
    (stored,) = [row for row in _table("operating.csv") if (row["inflation"], row["n"]) == ("3", "10")]
    assert {name: str(value) for name, value in cell(3.0, 10).items()} == stored


def test_nobody_far_below_the_cut_off_is_sent_back() -> None:
    for row in _table("operating.csv"):
        if float(row["inflation"]) <= 1:
            assert int(row["send_back"]) <= 0.01 * int(row["departments"])
        if float(row["inflation"]) >= 6:
            assert int(row["send_back"]) >= 0.9 * int(row["departments"])
