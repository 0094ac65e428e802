"""Self-evaluation forms made by hand for the reading tests: the annex layout as rows, and ways to write it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from docx import Document
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from perfkit.errors import Problem
from perfkit.read.self_evaluation import SelfEvaluations, read_self_evaluations
from perfkit.terms import Severity

HEADINGS = {
    "level1": "一级指标", "level2": "二级指标", "level3": "三级指标", "target": "年度指标值", "actual": "实际完成值",
    "full": "分值", "score": "得分", "cause": "偏差原因分析及改进措施",
}  # fmt: skip
FUND_HEADINGS = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
FUND_LABELS = ("年度资金总额", "其中：当年财政拨款", "上年结转资金", "其他资金")


def row(*values: object, **more: object) -> dict[str, object]:
    """Return an indicator row: levels, target, actual, full score, score."""
    return {
        **dict(zip(("level1", "level2", "level3", "target", "actual", "full", "score"), values, strict=True)),
        **more,
    }


@dataclasses.dataclass(frozen=True)
class Made:
    """A form to write."""

    name: str = "城乡供水保障项目"
    department: str = "云川市水务局"
    agency: str = "云川市供水站"
    year: str = "2024"
    unit: str = "万元"
    funds: Sequence[Sequence[object]] = (
        (120, 100, 90, 10, "90.00%", 9), (120, 80, 72, "—", "90.00%", "—"), (0, 20, 18, "—", "90.00%", "—"), (0, 0, 0, "—", "", "—"),
    )  # fmt: skip
    items: Sequence[Mapping[str, object]] = (
        row("产出指标", "数量指标", "新建管网长度", "≥50公里", "52公里", 20, 20),
        row("产出指标", "质量指标", "验收合格率", "100%", "96%", 15, 14.4, cause="两处返工，已整改"),
        row("产出指标", "时效指标", "完工时间", "2024年12月底前", "2024年11月", 15, 15),
        row("效益指标", "社会效益指标", "受益人口", "不低于3000人", "3100人", 15, 15),
        row("效益指标", "可持续影响指标", "管护机制", "健全", "基本健全", 15, 12),
        row("满意度指标", "服务对象满意度指标", "居民满意度", "90%以上", "93%", 10, 10),
    )
    total: Sequence[object] = (100, 95.4)
    footer: Sequence[object] = ("填报人：甲", "联系电话：0000", "填报日期：2025年1月10日")
    goals: Sequence[object] = ("完成管网建设", "已完成")

    def but(self, **changed: object) -> Made:
        """Return the form with something changed."""
        return dataclasses.replace(self, **changed)  # type: ignore[arg-type]


def annex(made: Made, headings: Mapping[str, str] = HEADINGS) -> list[list[object]]:
    """Return the form as rows, merged cells as blanks below and beside."""
    rows: list[list[object]] = [
        ["项目支出绩效自评表"],
        [f"（{made.year}年度）"],
        ["项目名称", None, made.name],
        ["主管部门", None, made.department, None, "实施单位", made.agency],
        [f"项目资金\n（{made.unit}）", None, *FUND_HEADINGS],
    ]
    rows += [[None, label, *numbers] for label, numbers in zip(FUND_LABELS, made.funds, strict=False)]
    rows += [
        ["年度总体目标", "预期目标", None, None, None, "实际完成情况"],
        [None, made.goals[0], None, None, None, made.goals[1]],
        ["绩效指标", *headings.values()],
    ]
    rows += [[None, *(item.get(role) for role in headings)] for item in made.items]
    roles = list(headings)
    total: list[object] = ["总分", *[None] * len(headings)]
    for role, number in zip(("full", "score"), made.total, strict=True):
        if role in roles:
            total[1 + roles.index(role)] = number
    return [*rows, total, list(made.footer)]


def put(sheet: Worksheet, rows: Iterable[Sequence[object]], row: int = 1, column: int = 1) -> None:
    """Write rows from a cell on."""
    for down, values in enumerate(rows):
        for right, value in enumerate(values):
            if value is not None:
                sheet.cell(row + down, column + right, value)


def write(path: Path, made: Made | None = None, rows: Sequence[Sequence[object]] | None = None, **merged: str) -> Path:
    """Write one form into a workbook of one sheet; ``merged`` are ranges."""
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise TypeError("no sheet")
    sheet.title = "自评表"
    put(sheet, rows if rows is not None else annex(made or Made()))
    for area in merged.values():
        sheet.merge_cells(area)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def write_document(path: Path, made: Made) -> Path:
    """Write one form into a Word document, level columns merged downwards, names merged across."""
    document = Document()
    document.add_paragraph("项目支出绩效自评表")
    document.add_paragraph(f"（{made.year}年度）")
    rows = annex(made)[2:-1]
    table = document.add_table(len(rows), 9)
    for down, values in enumerate(rows):
        for right, value in enumerate(values):
            if value is not None:
                table.cell(down, right).text = str(value)
    table.cell(0, 2).merge(table.cell(0, 8))
    first = next(down for down, values in enumerate(rows) if values[0] == "绩效指标")
    for column in (1, 2):
        start = first + 1
        for down in range(first + 2, first + len(made.items) + 2):
            same = down <= first + len(made.items) and rows[down][column] == rows[start][column]
            if not same:
                if down - 1 > start:
                    text = table.cell(start, column).text
                    cell = table.cell(start, column).merge(table.cell(down - 1, column))
                    cell.text = text
                start = down
    document.add_paragraph("　".join(str(item) for item in made.footer))
    document.save(str(path))
    return path


def read(folder: Path, **options: int | str) -> SelfEvaluations:
    """Read a folder in this process."""
    return read_self_evaluations(folder, **{"jobs": 1, **options})  # type: ignore[arg-type]


def item(result: SelfEvaluations, name: str, form: str | None = None) -> pd.Series:
    """Return the one item of a level-3 name."""
    rows = result.items[result.items["level3"] == name]
    if form is not None:
        rows = rows[rows["form"] == form]
    assert len(rows) == 1, f"{name}: {len(rows)}"
    return rows.iloc[0]


def told(result: SelfEvaluations, severity: Severity) -> list[Problem]:
    """Return the problems of one severity."""
    return [problem for problem in result.problems if problem.severity is severity]


def codes(result: SelfEvaluations, severity: Severity = Severity.ERROR) -> set[str]:
    """Return the codes of one severity."""
    return {problem.code for problem in told(result, severity)}
