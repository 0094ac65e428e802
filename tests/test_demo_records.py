"""The demo evaluations against scores worked out by hand, and the invariants that any evaluation keeps.

The tables hold what an evaluator finds with pencil and paper from the workbooks: weight, rule and value of every item.
D201 counts for nothing in either; its points go to the other items of 效益, whose full scores are printed in whole cents
(rural-water 5.36, 4.29, 3.21, 5.36, 3.21, 8.57; skills-training 6.67, 5.56, 4.44, 3.33, 6.67, 3.33) and scored as printed.
"""

from __future__ import annotations

import json
import math
import re
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import pytest

from perfkit.show.record import TOKEN, RecordBook
from perfkit.stages import key_evaluation
from perfkit.stages.key_evaluation import Evaluation
from tests.conftest import ROOT
from tests.tolerances import PRINTED, SAME_FORMULA

NOTEBOOK = ROOT / "notebooks" / "stages" / "06-project-evaluation.ipynb"
NAMES = ("rural-water", "skills-training")
LIKERT = {"非常满意": 100, "满意": 75, "一般": 50, "不满意": 25, "非常不满意": 0}

SCORES = {
    "rural-water": {
        "A101": 3.00, "A102": 1.70, "A201": 2.85, "A202": 1.67, "A301": 1.88, "A302": 2.00,
        "B101": 2.94, "B102": 2.83, "B103": 3.50, "B201": 2.25, "B202": 3.40, "B203": 1.20,
        "C101": 5.43, "C102": 3.83, "C103": 4.00, "C201": 3.78, "C202": 3.20, "C203": 3.61, "C301": 3.48,
        "C401": 2.88, "C402": 1.77,
        "D101": 5.29, "D102": 4.29, "D103": 3.21, "D301": 3.75, "D302": 3.06, "D401": 5.25,
    },
    "skills-training": {
        "A101": 3.00, "A102": 2.00, "A201": 1.88, "A202": 1.33, "A301": 2.20,
        "B101": 2.00, "B102": 3.12, "B103": 2.50, "B201": 2.25, "B202": 2.50, "B203": 1.13,
        "C101": 5.75, "C102": 3.99, "C103": 3.24, "C201": 4.00, "C202": 2.60, "C301": 3.25, "C401": 5.00,
        "D101": 5.34, "D102": 3.61, "D103": 2.78, "D202": 2.71, "D401": 4.32, "D402": 2.48,
    },
}  # fmt: skip
TOTALS = {
    "rural-water": {"total": 86.05, "grade": "良", "level1": (13.10, 16.12, 31.98, 24.85)},
    "skills-training": {"total": 72.98, "grade": "中", "level1": (10.41, 13.50, 27.83, 21.24)},
}
NUMBERS = {
    "rural-water": {
        "funds.budget": 4860.0, "funds.received": 4762.0, "funds.executed": 4483.0, "problems.total": 6,
        "fieldwork.money": 1186.0, "surveys.respondents": 412, "survey.W1.response_rate": 0.875, "comments.adopted": 2,
        "counts.items": 28, "counts.lost": 22, "counts.absent": 1, "weights.output_benefit": 65.0,
    },
    "skills-training": {
        "counts.items": 25, "counts.lost": 21, "counts.absent": 1, "weights.output_benefit": 65.0, "surveys.total": 2,
    },
}  # fmt: skip


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def evaluation(name: str) -> Evaluation:
    return key_evaluation.load(f"params/runs/demo/{name}.yaml", ROOT)


@pytest.fixture(scope="module")
def book(evaluation: Evaluation) -> RecordBook:
    return RecordBook(evaluation.records)


def half_up(value: float) -> float:
    return float(Decimal(repr(round(value, 9))).quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_scores_are_those_of_the_hand_calculation(name: str, book: RecordBook, evaluation: Evaluation) -> None:
    absent = {code for code in evaluation.scorecard.scores.codes if code not in SCORES[name]}
    assert absent == {"D201"}
    assert {code: book[f"item.{code}.score"].value for code in SCORES[name]} == SCORES[name]
    assert book["total"].value == TOTALS[name]["total"]
    assert book["grade"].value == TOTALS[name]["grade"]
    level1 = [book[f"level1.{number}.score"].value for number in range(1, 5)]
    assert level1 == pytest.approx(TOTALS[name]["level1"], rel=SAME_FORMULA)


def test_other_numbers(name: str, book: RecordBook) -> None:
    assert {key: book[key].value for key in NUMBERS[name]} == pytest.approx(NUMBERS[name], rel=SAME_FORMULA)


def test_total_is_the_sum_of_the_rounded_items_and_levels_add_up(evaluation: Evaluation, book: RecordBook) -> None:
    items = [row for row in evaluation.scorecard.rows if row["is_item"] and not math.isnan(row["score"])]
    assert math.fsum(row["score"] for row in items) == pytest.approx(book["total"].value, rel=SAME_FORMULA)
    for row in items:
        assert row["score"] == half_up(row["score"])
        whole = row["full_score"] == row["original_full"]
        assert row["score"] == half_up(row["exact"]) if whole else abs(row["score"] - row["exact"]) < 0.01
    for level in (1, 2):
        nodes = [row for row in evaluation.scorecard.rows if row["level"] == level and not row["is_item"]]
        assert math.fsum(row["score"] for row in nodes) == pytest.approx(book["total"].value, rel=SAME_FORMULA)
        for row in nodes:
            below = [item["score"] for item in items if item[f"level{level}"] == row["name"]]
            assert math.fsum(below) == pytest.approx(row["score"], rel=SAME_FORMULA)
    full = math.fsum(row["full_score"] for row in evaluation.scorecard.rows if row["is_item"])
    assert full == pytest.approx(100, rel=SAME_FORMULA)


def said_names() -> set[str]:
    """Return every record that a sentence of the stage notebook names."""
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    texts = [text for source in sources for text in re.findall(r'say\("""(.*?)"""\)', source, re.S)]
    assert len(texts) == sum("say(" in source for source in sources) > 5
    return {match["name"] for text in texts for match in TOKEN.finditer(text) if match["name"]}


def test_every_record_that_the_notebook_says_exists(book: RecordBook) -> None:
    named = said_names()
    assert {"total", "grade", "funds.execution_rate"} <= named
    assert not named - set(book)


def test_names_are_unique_and_numbers_are_sound(evaluation: Evaluation) -> None:
    names = [record.name for record in evaluation.records]
    assert len(names) == len(set(names))
    for record in evaluation.records:
        assert record.label
        if record.kind == "rate" and isinstance(record.value, float) and not math.isnan(record.value):
            assert 0 <= record.value <= 1


def satisfaction() -> float:
    """Return the mean over respondents of their own mean, in percent, straight from the raw export."""
    book = openpyxl.load_workbook(ROOT / "data" / "demo" / "rural-water" / "问卷" / "用水户问卷原始数据.xlsx")
    answers = [[LIKERT[cell] for cell in row if cell in LIKERT] for row in book.active.iter_rows(values_only=True)]
    means = [math.fsum(row) / len(row) for row in answers if row]
    return math.fsum(means) / len(means)


def test_the_arithmetic_of_rural_water() -> None:
    evaluation = key_evaluation.load("params/runs/demo/rural-water.yaml", ROOT)
    budgets, leakage = (1280, 1060, 980, 720, 820), (1, 0.82, 1, 1, 0.66)
    spread = 30 / 28  # D201 does not apply: its two points go to the other 28 of 效益
    by_hand = {
        "B101": 3 * 4762 / 4860,
        "B102": 4 * (1 - 0.05 * (100 - 100 * 4483 / 4762)),
        "B203": 2 * (1 - 0.2 * (3 - 1)),
        "C101": 6 * 168.4 / 186,
        "C102": 4 * (9 / 9 + 42 / 45 + 11260 / 12000) / 3,
        "C201": 4 * (45 / 46 - 0.6) / 0.4,
        "C202": 4 * 0.8,
        "C203": 4 * math.fsum(money * rate for money, rate in zip(budgets, leakage, strict=True)) / 4860,
        "C301": 4 * (0.8 + 0.02 * (100 * 43 / 46 - 90)),
        "C401": 3 * 14.5 / (2546.21 / 168.4),
        "C402": 2 * (1 - 0.2 * (100 - 100 * 1246.3 / 1320 - 5)),
        "D101": 5 * 90.8 / 92 * spread,
        "D301": 3.5 * spread,
        "D302": 3 * (984.4 / 1086.5) / 0.95 * spread,
        "D401": 8 * (1 - 0.05 * (90 - satisfaction())) * spread,
    }
    exact = {row["code"]: row["exact"] for row in evaluation.scorecard.rows if row["is_item"]}
    # The roll-up snaps to nine decimals.
    assert {code: exact[code] for code in by_hand} == pytest.approx(by_hand, abs=PRINTED(8))
