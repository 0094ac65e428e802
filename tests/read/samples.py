"""Small workbooks for the reading tests: a valid one, and ways to spoil single cells or parts of the archive."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from perfkit.errors import Problem
from perfkit.read.schema import TABLES
from perfkit.read.template import write_workbook
from perfkit.terms import CheckpointOutcome, ScoringFunction, Severity, SurveyAccess

OVERVIEW = {
    "project_name": "示范项目", "agency": "示范单位", "organiser": "财政评价", "budget_year": 2024,
}  # fmt: skip
FIRST_ROW = 4


def tables() -> dict[str, list[dict[str, object]]]:
    """Return the rows of a small workbook without problems."""
    return {
        "funds": [{"source": "省级", "budget": 500.0, "received": 480.0, "executed": 450.5, "printed_rate": 0.901}],
        "indicators": [
            {"code": "A101", "level1": "决策", "level2": "立项", "level3": "依据", "full_score": 4,
             "function": ScoringFunction.CHECKPOINTS},
            {"code": "B201", "level1": "过程", "level2": "资金", "level3": "执行率", "full_score": 5,
             "function": ScoringFunction.LINEAR_DEDUCTION, "actual": 93.35, "unit": "%",
             "parameters": {"full_at": 100, "deduct_share_per_unit": 0.05, "zero_at": 80}, "evidence": ("E01",)},
            {"code": "D401", "level1": "效益", "level2": "满意度", "level3": "满意度", "full_score": 4,
             "function": ScoringFunction.THRESHOLD_DEDUCTION, "target": 90, "unit": "%"},
        ],
        "checkpoints": [
            {"code": "A101", "number": 1, "outcome": CheckpointOutcome.MET},
            {"code": "A101", "number": 2, "outcome": CheckpointOutcome.PARTLY, "factor": 0.5},
        ],
        "evidence": [{"id": "E01", "document": "明细账"}],
        "surveys": [{"id": "W1", "group": "村民", "access": SurveyAccess.FRAME_SAMPLE, "scale": (100, 75, 50, 25, 0),
                     "indicator": ("D401",)}],
        "survey_counts": [{"id": "W1", "question": "Q1", "option1": 8, "option2": 2}],
    }  # fmt: skip


def write(path: Path, **changed: list[dict[str, object]]) -> Path:
    """Write the small workbook with some sheets changed."""
    write_workbook(path, {**tables(), **changed}, OVERVIEW)
    return path


def address(sheet: str, code: str, row: int = FIRST_ROW) -> str:
    """Return the A1 reference of a column in template order."""
    place = [column.code for column in TABLES[sheet].columns].index(code) + 1
    return f"{get_column_letter(place)}{row}"


def spoil(path: Path, cells: Mapping[tuple[str, str], object]) -> Path:
    """Put raw values into cells (sheet name, reference), as another program would have written them."""
    book = load_workbook(path)
    for (sheet, reference), value in cells.items():
        book[sheet][reference].value = value
    book.save(path)
    return path


def repack(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """Rewrite the parts of the archive."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, change(name, data))
    return path


def errors(problems: tuple[Problem, ...]) -> list[Problem]:
    """Return the problems that stop the work."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]


def codes(problems: tuple[Problem, ...]) -> set[str]:
    """Return the codes of problems."""
    return {problem.code for problem in problems}
