"""Departments as the frames that reading their files would give: forms, list, sample, re-scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import pandas as pd

from data.demo.self_evaluation_model import EXECUTION, YEAR, Project, snap
from data.demo.self_evaluation_raters import Drawn, Marking, Rater
from perfkit.read.numbers import plain_unit
from perfkit.read.re_evaluation_shapes import APPROVED, FOLLOW_UP, PROJECTS, RATERS, SCORES, TOTALS
from perfkit.read.self_evaluation.shapes import FORMS, FUNDS, ITEMS

NAN = math.nan
SHEET = "自评表"
SAMPLE = ("department", "project", "design", "stratum", "order", "probability", "certainty", "double_scored")
BANDS = ((90.0, "优"), (80.0, "良"), (60.0, "中"), (0.0, "差"))
# Rows of the plain form: three funds rows end in row 9, the indicators begin below their headings.
FIRST_ITEM = 14
# A bare 100% states no operator.
OPERATORS = {"": "", "≥": "ge", "≤": "le", "=": ""}


def grade_of(total: float) -> str:
    """Return the grade of a total in half-open bands."""
    return next(grade for floor, grade in BANDS if total >= floor)


def file_of(project: Project) -> str:
    """Return the file of a form, relative to the folder of the department."""
    return f"自评表/{project.code}.xlsx"


def form_frames(department: str, projects: Sequence[Project]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return forms, items and funds of a department 自评表."""
    forms, items, funds = [], [], []
    for project in projects:
        file = file_of(project)
        form = f"{file}#{SHEET}"
        forms.append((
            form, file, SHEET, "", department, project.agency, project.code, project.name, YEAR, "", "", None,
            project.layout, project.layers, project.begin, project.budget, project.executed,
            snap(project.executed / project.budget, 4), EXECUTION, project.execution.score, 100.0, project.self_total,
            grade_of(project.self_total), project.aim, project.result, len(project.items) - 1, 0,
        ))  # fmt: skip
        items += _item_rows(form, file, project)
        funds += _fund_rows(form, file, project)
    return pd.DataFrame(forms, columns=FORMS), pd.DataFrame(items, columns=ITEMS), pd.DataFrame(funds, columns=FUNDS)


def _item_rows(form: str, file: str, project: Project) -> list[tuple[object, ...]]:
    """Return the rows of one form's items; the execution rate stands in the funds part."""
    rows = [_execution_row(form, file, project)]
    for number, item in enumerate(project.items[1:], start=1):
        cells = tuple(f"{column}{FIRST_ITEM + number - 1}" for column in "DEFGH")
        rows.append((
            form, item.item, number, item.level1, item.level2, item.level3, item.target_text, OPERATORS[item.operator],
            item.target, _unit(item.unit), item.actual_text, item.actual, item.full, item.score, item.full * item.scale,
            item.score * item.scale, item.cause, file, SHEET, *cells,
        ))  # fmt: skip
    return rows


def _execution_row(form: str, file: str, project: Project) -> tuple[object, ...]:
    """Return the row of the execution rate as reading the money part gives it."""
    item = project.execution
    rate = snap(100 * project.executed / project.budget)
    return (
        form, item.item, 0, item.level1, "", item.level3, "", "", NAN, "%", f"{rate:.2f}%", rate, item.full, item.score,
        item.full, item.score, "", file, SHEET, "", "H6", "G6", "I6", "",
    )  # fmt: skip


@cache
def _unit(unit: str) -> str:
    """Return a unit of measurement as reading gives it."""
    return plain_unit(unit)[0]


def _fund_rows(form: str, file: str, project: Project) -> list[tuple[object, ...]]:
    """Return the lines of the money part: the total and the appropriation of the year."""
    rate = snap(project.executed / project.budget, 4)
    total = (form, 0, "total", "年度资金总额", project.begin, project.budget, project.executed, EXECUTION, rate,
             project.execution.score, file, SHEET, "D6", "E6", "F6", "G6", "H6", "I6")  # fmt: skip
    part = (form, 1, "appropriation", "其中：当年财政拨款", project.begin, project.budget, project.executed, NAN, NAN, NAN,
            file, SHEET, "D7", "E7", "F7", "", "", "")  # fmt: skip
    return [total, part]


def _day(project: Project) -> object:
    """Return the day a form came in, or none."""
    return pd.NaT if project.submitted is None else pd.Timestamp(project.submitted)


def list_frames(department: str, projects: Sequence[Project]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the list of projects 项目清单, the approved targets 批复指标 and an empty 上年整改."""
    listed = [
        (department, project.agency, project.code, project.name, project.category, project.budget,
         bool(project.certainty), project.certainty, pd.Timestamp(2025, 3, 10), _day(project),
         f"项目清单.xlsx › 项目清单 › {row + 2}")
        for row, project in enumerate(projects)
    ]  # fmt: skip
    approved: list[tuple[object, ...]] = []
    for project in projects:
        for item in project.items[1:]:
            changed = not math.isnan(item.approved)
            text = f"{item.operator}{item.approved:.0f}{item.unit}" if changed else item.target_text
            approved.append((
                project.code, item.level1, item.level2, item.level3, text, OPERATORS[item.operator],
                item.approved if changed else item.target, _unit(item.unit), item.full,
                f"项目清单.xlsx › 批复指标 › {len(approved) + 2}",
            ))  # fmt: skip
    return (
        pd.DataFrame(listed, columns=PROJECTS),
        pd.DataFrame(approved, columns=APPROVED),
        pd.DataFrame([], columns=FOLLOW_UP),
    )


def sample_frame(department: str, sample: Sequence[Drawn]) -> pd.DataFrame:
    """Return the drawn list 抽样名单."""
    rows = [
        (
            department,
            drawn.project.code,
            "simple",
            "",
            drawn.order,
            drawn.probability,
            drawn.certainty,
            len(drawn.raters) > 1,
        )
        for drawn in sample
    ]
    return pd.DataFrame(rows, columns=SAMPLE)


def re_scoring_frames(
    markings: Sequence[Marking], raters: Sequence[Rater]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return scores, totals and raters of the re-scoring workbooks 再评工作簿."""
    scores: list[tuple[object, ...]] = []
    totals: list[tuple[object, ...]] = []
    for marking in markings:
        file = f"再评价/{marking.rater.name}.xlsx"
        totals.append((
            marking.rater.name, marking.project.code, marking.total if marking.total_only else NAN, marking.items_checked,
            marking.evidence_seen, marking.on_site, marking.rater.name, "", f"{file} › 再评项目 › {len(totals) + 2}",
        ))  # fmt: skip
        for mark in () if marking.total_only else marking.marks:
            scores.append((
                marking.rater.name, marking.project.code, mark.item.item, mark.item.level3, mark.item.full, mark.score,
                mark.reason, mark.explanation, "；".join(mark.evidence), mark.amount,
                f"{file} › 再评评分 › {len(scores) + 2}",
            ))  # fmt: skip
    used = {marking.rater.name for marking in markings}
    people = [
        (rater.name, "independent", "hidden", True, "2025-05-20", f"再评价/{rater.name}.xlsx")
        for rater in raters if rater.name in used
    ]  # fmt: skip
    return (
        pd.DataFrame(scores, columns=SCORES),
        pd.DataFrame(totals, columns=TOTALS),
        pd.DataFrame(people, columns=RATERS),
    )
