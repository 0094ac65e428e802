"""Problems of scoring by cell 计分预检: what scoring refuses, named by sheet and cell before anything is scored.

Scoring knows no cells, but its messages name what they want in the words of the headings; so a heading leads back to
the cell. What reading has said about a cell is not said again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from perfkit.errors import Problem
from perfkit.read.cells import Cell
from perfkit.read.engagement import Engagement
from perfkit.read.rows import Row
from perfkit.read.schema import OVERVIEW, TABLES
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.items import ScoringItem
from perfkit.scoring.reading import item_rows
from perfkit.stages.key_evaluation.items import Context, scoring_items
from perfkit.stages.key_evaluation.surveys import SurveysResult
from perfkit.terms import ScoringFunction, Severity
from perfkit.trace import Quantity

_BESIDE = ("checkpoints", "variables", "units", "experts")
_INPUTS = ("actual", "target", "numerator", "denominator", "label", "given_score")
# words of scoring for what has another heading, or none
_OTHER_WORDS = {"区间目标": "target", "汇总权数": "roll_up", "次数": "actual", "是否符合": "label", "是否触发": "label"}
_FINISHED = "项目是否完成"
_POINT = re.compile(r" 要点(\d+)")
_UNIT = re.compile(r" 单位 (.+)$")


def scoring_problems(engagement: Engagement) -> tuple[Problem, ...]:
    """Return what scoring would refuse in a workbook, as far as it could be read 计分预检.

    Works without rule set and framework; what only they can decide (default labels, formulas of the framework) is
    left to the evaluation.

    Parameters
    ----------
    engagement : from ``read_loosely``; cells that reading refused are empty and not complained about again.
    """
    whole = {
        code: tuple(row for row in rows if all(row.value(name) is not None for name in _required(code)))
        for code, rows in engagement.tables.items()
    }
    refused = _places(engagement.problems)
    no_surveys = SurveysResult(method="listing", n_used=0, source="问卷", rows=(), surveys=())
    readable = replace(engagement, tables=whole)
    context = Context(engagement=readable, framework=None, rule_set=None, surveys=no_surveys)
    surveyed = {code for row in engagement.tables["surveys"] for code in row.value("indicator", ())}
    spoiled = _spoiled(engagement, refused)
    items = [_as_if_answered(item, surveyed) for item in scoring_items(context)]
    found = []
    for row, item, problem in _refusals(items, context, SilentChoices()):
        cell, header = _cell_of(problem, row, context)
        own = problem.code == "SC-PARAMETER" or header in ("方向", "运算符")
        if str(cell.address) in refused or (not own and spoiled & {"", item.code}):
            continue
        if not _left_to_the_rules(problem, item, row, context, refused):
            found.append(_at(problem, cell, header, item.code))
    return tuple(dict.fromkeys(found))


def located_problems(items: Sequence[ScoringItem], context: Context, choices: SilentChoices) -> tuple[Problem, ...]:
    """Return what scoring refuses in items, each with the cell it is about 计分问题定位.

    Parameters
    ----------
    items : in the order of the 指标体系 sheet. context, choices : what they were made of, and the rules of the run.
    """
    found = []
    for row, item, problem in _refusals(items, context, choices):
        cell, header = _cell_of(problem, row, context)
        found.append(_at(problem, cell, header, item.code))
    return tuple(dict.fromkeys(found))


def _refusals(
    items: Sequence[ScoringItem], context: Context, choices: SilentChoices
) -> Iterator[tuple[Row, ScoringItem, Problem]]:
    """Yield what scoring refuses, with row and item."""
    for row, item in zip(context.engagement.tables["indicators"], items, strict=True):
        for problem in item_rows([item], choices).problems:
            yield row, item, problem


def _required(sheet: str) -> tuple[str, ...]:
    """Return the columns without which a row is no row; an indicator is scored without its names too."""
    if sheet == "indicators":
        return "code", "full_score", "function"
    return tuple(column.code for column in TABLES[sheet].columns if column.required)


def _places(problems: Sequence[Problem]) -> set[str]:
    """Return the addresses that reading has refused."""
    wrong = [problem.where for problem in problems if problem.severity is Severity.ERROR]
    return {*wrong, *(where.rpartition("（")[0] for where in wrong)}


def _spoiled(engagement: Engagement, refused: Collection[str]) -> set[str]:
    """Return the indicators one of whose rows on another sheet was refused; ``""`` where it may be anyone's."""
    return {
        row.text("code")
        for sheet in _BESIDE
        for row in engagement.tables[sheet]
        if any(str(cell.address) in refused for cell in row.cells.values())
    }


def _as_if_answered(item: ScoringItem, surveyed: Collection[str]) -> ScoringItem:
    """Give an item that a survey will measure some value, so that only its other faults come out."""
    if item.code not in surveyed or "actual" in item.inputs:
        return item
    inputs: Mapping[str, Quantity] = {**item.inputs, "actual": Quantity(name="actual", value=0.0, unit="%")}
    return replace(item, inputs=inputs)


def _left_to_the_rules(
    problem: Problem, item: ScoringItem, row: Row, context: Context, refused: Collection[str]
) -> bool:
    """Whether a problem may vanish with the rules of a run, or is one that reading has named by another cell."""
    if item.function is ScoringFunction.QUALITATIVE_BANDS and row.value("parameters") is None:
        return True
    if "需要" not in problem.expected:
        return False
    named = any(str(row[code].address) in refused for code in _INPUTS)
    return named or bool(context.rows("variables", item.code) and not item.formula)


def _cell_of(problem: Problem, row: Row, context: Context) -> tuple[Cell, str]:
    """Return the cell that a problem is about, with its heading."""
    code = row.text("code")
    if problem.code == "SC-PARAMETER":
        return row["parameters"], "计分参数"
    if problem.code == "SC-FORMULA":
        return row["formula"], "计算公式"
    if _FINISHED in problem.expected:
        return context.engagement.overview["phase"], OVERVIEW.column("phase").header
    if (point := _POINT.search(problem.where)) is not None:
        line = next(line for line in context.rows("checkpoints", code) if line.value("number") == int(point[1]))
        return _by_heading("checkpoints", line, problem, "outcome")
    if (unit := _UNIT.search(problem.where)) is not None:
        lines = [line for line in context.rows("units", code) if line.text("agency") == unit[1]]
        if lines:
            return _by_heading("units", lines[0], problem, "agency")
    return _by_heading("indicators", row, problem, "function")


def _by_heading(sheet: str, row: Row, problem: Problem, otherwise: str) -> tuple[Cell, str]:
    """Return the first cell of a row whose heading a problem names."""
    columns = TABLES[sheet].columns
    named = [column.code for column in columns if column.header in problem.expected]
    named += [code for word, code in _OTHER_WORDS.items() if sheet == "indicators" and word in problem.expected]
    column = TABLES[sheet].column(next(iter(named), otherwise))
    return row[column.code], column.header


def _at(problem: Problem, cell: Cell, header: str, code: str) -> Problem:
    """Return a problem with its cell, and the indicator beside what was found."""
    return replace(problem, where=f"{cell.address}（{header}）", found=f"{problem.found}（指标 {code}）")
