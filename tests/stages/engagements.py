"""Small made-up engagements for the tests of the stages: rows by hand, or a whole workbook evaluated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from perfkit.read.cells import Cell
from perfkit.read.rows import Row
from perfkit.read.template import write_workbook
from perfkit.stages import key_evaluation
from perfkit.stages.key_evaluation import Evaluation
from perfkit.terms import ScoringFunction
from perfkit.trace import CellAddress
from tests.conftest import ROOT

RUN = """\
id: made
batch: tests
notebook: notebooks/stages/06-project-evaluation.ipynb
evaluand: 试验项目
data: {data}
rules: cn-mof-2020-10
packs: [{packs}]
framework: project_evaluation_2020
budget_year: 2024
evaluation_date: 2025-06-30
report_date: 2025-07-15
organiser: finance
role: {role}
secrecy: internal
seed: 1
silent: {{{silent}}}
"""
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


def evaluated(
    folder: Path,
    tables: Mapping[str, Sequence[Mapping[str, object]]],
    overview: Mapping[str, object] | None = None,
    *,
    silent: str = "",
    packs: str = "",
    role: str = "finance",
) -> Evaluation:
    """Write the workbook and the run file of an engagement and evaluate it under the project's own rules."""
    folder.mkdir(parents=True, exist_ok=True)
    write_workbook(folder / "评价工作簿.xlsx", tables, OVERVIEW | dict(overview or {}))
    run = folder / "run.yaml"
    run.write_text(RUN.format(data=folder.as_posix(), packs=packs, role=role, silent=silent), "utf-8")
    return key_evaluation.load(run, ROOT)


def numbers(evaluation: Evaluation) -> dict[str, Any]:
    """Return the values of all records by name."""
    return {record.name: record.value for record in evaluation.records}


def finding_codes(evaluation: Evaluation) -> list[str]:
    """Return the codes of all findings in order."""
    return [found.code for found in evaluation.findings.findings]
