"""Small made-up engagements for the tests of the stages: rows by hand, or a whole workbook evaluated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from perfkit.read.cells import Cell
from perfkit.read.engagement import read_engagement
from perfkit.read.rows import Row
from perfkit.read.rules import load_framework, load_rule_set
from perfkit.read.template import write_workbook
from perfkit.rulebook import Framework, RuleSet, Run
from perfkit.stages.key_evaluation import Evaluation
from perfkit.stages.key_evaluation.evaluation import evaluate
from perfkit.terms import ScoringFunction
from perfkit.trace import CellAddress
from tests.conftest import ROOT

RULES, FRAMEWORK = "cn-mof-2020-10", "project_evaluation_2020"
OVERVIEW = {"project_name": "试验项目", "agency": "试验单位", "organiser": "财政评价", "budget_year": 2024}
EMPTY = CellAddress("工作簿.xlsx", "试验", "A1")


def row(**values: Any) -> Row:
    """Return a row whose other columns are empty."""
    cells: defaultdict[str, Cell] = defaultdict(lambda: Cell(None, "", EMPTY))
    cells.update({code: Cell(value, str(value), EMPTY) for code, value in values.items()})
    return Row("试验", 1, cells)


def indicator(code: str, level1: str = "产出", full: float = 10, **more: Any) -> dict[str, Any]:
    """Return an indicator scored in proportion to its target, unless the row says otherwise."""
    plain = {"code": code, "level1": level1, "level2": f"{level1}二级", "level3": f"指标{code}", "full_score": full}
    scored = {} if "absence" in more or "given_score" in more else {"target": 100, "actual": 80, "unit": "个"}
    function = ScoringFunction.GIVEN if "given_score" in more else ScoringFunction.PRO_RATA
    return {**plain, **scored, "function": function, **more}


def run_of(folder: Path, **more: Any) -> Run:
    """Return the run of a made-up engagement."""
    plain = {
        "id": "made", "batch": "tests", "notebook": "notebooks/stages/06-project-evaluation.ipynb",
        "evaluand": "试验项目", "data": folder.as_posix(), "rules": RULES, "framework": FRAMEWORK,
        "budget_year": 2024, "evaluation_date": date(2025, 6, 30), "report_date": date(2025, 7, 15),
        "organiser": "finance", "role": "finance", "secrecy": "internal", "seed": 1,
    }  # fmt: skip
    return Run.model_validate(plain | more)


@cache
def _rules(packs: tuple[str, ...]) -> tuple[RuleSet, Framework]:
    """Return the project's own rules, read once."""
    return load_rule_set(ROOT, RULES, packs), load_framework(ROOT, FRAMEWORK)


def evaluated(
    folder: Path,
    tables: Mapping[str, Sequence[Mapping[str, object]]],
    overview: Mapping[str, object] | None = None,
    **run: Any,
) -> Evaluation:
    """Write the workbook of an engagement and evaluate it; ``run`` changes keys of the run file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_workbook(folder / "评价工作簿.xlsx", tables, OVERVIEW | dict(overview or {}))
    made = run_of(folder, **run)
    return evaluate(made, *_rules(made.packs), read_engagement(folder))


def numbers(evaluation: Evaluation) -> dict[str, Any]:
    """Return the values of all records by name."""
    return {record.name: record.value for record in evaluation.records}


def finding_codes(evaluation: Evaluation) -> list[str]:
    """Return the codes of all findings in order."""
    return [found.code for found in evaluation.findings.findings]
