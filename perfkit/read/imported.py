"""What an import leaves behind 导入结果: a workbook for people, the long table as csv, nothing half-written."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from perfkit.errors import DataError, Problem, reason
from perfkit.read.plain_workbook import PlainSheet, plain_workbook
from perfkit.read.self_evaluation.shapes import FORMS, FUNDS, ITEMS, VALUES, SelfEvaluations
from perfkit.terms import Operator, Severity
from perfkit.terms.re_evaluation import FormLayout

WORKBOOK, TABLE = "自评数据.xlsx", "values.csv"
MOST_VALUE_ROWS = 200_000  # beyond this the sheet only says that the csv holds the table: no program opens it gladly
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_WORDS = {
    "form": "自评表", "file": "文件", "sheet": "工作表", "place": "区域", "department": "主管部门", "agency": "实施单位",
    "project": "项目编码", "name": "项目名称", "year": "年度", "filled_by": "填报人", "phone": "联系电话", "date": "填报日期",
    "layout": "权重布局", "layers": "权重层数", "budget_begin": "年初预算数（万元）", "budget": "全年预算数（万元）",
    "executed": "全年执行数（万元）", "printed_rate": "执行率（填报）", "execution_full": "执行率分值",
    "execution_score": "执行率得分", "total_full": "总分值", "total": "总分（填报）", "grade": "自评等级", "target_text": "预期目标",
    "result_text": "实际完成情况", "items": "指标数", "unread": "未读出处数", "item": "指标号", "row": "行号", "level1": "一级指标",
    "level2": "二级指标", "level3": "三级指标", "operator": "比较符", "target": "指标值（数值）", "unit": "单位",
    "actual_text": "实际完成值", "actual": "实际完成值（数值）", "full": "分值", "score": "得分", "own_full": "分值（填报）",
    "own_score": "得分（填报）", "cause": "偏差原因分析及改进措施", "target_cell": "指标值单元格", "actual_cell": "实际完成值单元格",
    "full_cell": "分值单元格", "score_cell": "得分单元格", "cause_cell": "原因单元格", "line": "资金类别", "label": "资金名称",
    "rate": "执行率", "budget_begin_cell": "年初预算数单元格", "budget_cell": "全年预算数单元格",
    "executed_cell": "全年执行数单元格", "rate_cell": "执行率单元格", "cell": "单元格", "part": "部分", "role": "栏目",
    "text": "原文", "number": "数值", "note": "规范化说明",
}  # fmt: skip
_ITEM_WORDS = {**_WORDS, "target_text": "年度指标值"}
_SHOWN: Mapping[str, Mapping[str, str]] = {
    "layout": {item.value: item.label for item in FormLayout},
    "operator": {item.value: item.label for item in Operator},
    "line": {"total": "年度资金总额", "appropriation": "当年财政拨款", "carried_over": "上年结转资金", "other": "其他资金", "": "未归类"},
    "item": {"execution": "预算执行率"},
    "part": {"form": "表头表尾", "funds": "项目资金", "items": "绩效指标", "subtotals": "小计"},
    "role": {
        **_WORDS, "target_text": "目标", "number": "序号", "completion": "完成率", "remark": "备注", "weight": "权重",
        "level1_full": "一级指标权重", "standard": "评分标准", "direction": "指标方向",
    },
}  # fmt: skip
_WIDE = frozenset({"file", "name", "level3", "target_text", "result_text", "cause", "text", "note", "actual_text"})
_RATES = frozenset({"printed_rate", "rate"})


def write_import(result: SelfEvaluations, out: Path, *, sheets: Sequence[PlainSheet] = ()) -> tuple[Path, ...]:
    """Write what was read: 自评数据.xlsx and values.csv 写出导入结果.

    Parameters
    ----------
    result : forms as read.
    out : folder to write to, made where it is missing. Files are written aside and renamed when whole.
    sheets : further sheets of the workbook, put before the list of files; for instance the findings of the desk check.

    Returns
    -------
    tuple
        The workbook (自评表, 指标, 资金, 取值, 未读出清单, 规范化说明, 文件) and the long table. In the csv a text that a
        spreadsheet program would take for a formula has an apostrophe in front.

    Raises
    ------
    DataError
        Where the folder cannot be written.
    """
    book = [
        _table_sheet("自评表", result.forms, FORMS, _WORDS),
        _table_sheet("指标", result.items, ITEMS, _ITEM_WORDS),
        _table_sheet("资金", result.funds, FUNDS, _WORDS),
        _values_sheet(result.values),
        _problem_sheet("未读出清单", result.problems, (Severity.ERROR, Severity.WARNING)),
        _problem_sheet("规范化说明", result.problems, (Severity.INFO,)),
        *sheets,
        PlainSheet("文件", (("文件", 50), ("SHA-256", 70)), sorted(result.sha256.items())),
    ]
    workbook, table = out / WORKBOOK, out / TABLE
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_aside(workbook, plain_workbook(book))
        write_aside(table, guarded_csv(VALUES, _rows(result.values, VALUES)))
    except OSError as error:
        mend = "关闭已打开的该文件，检查文件夹能否写入"
        raise DataError(
            Problem(code="SE-WRITE", where=str(out), expected="可写入的文件夹", found=reason(error), mend=mend)
        ) from error
    return workbook, table


def write_aside(path: Path, data: bytes) -> None:
    """Write beside the file and rename, so that a killed run leaves the old one or none 先写后换名."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(data)
    os.replace(beside, path)


def _rows(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a table."""
    return zip(*(frame[column].tolist() for column in columns), strict=True)


def _table_sheet(name: str, frame: pd.DataFrame, columns: Sequence[str], words: dict[str, str]) -> PlainSheet:
    """Return a table as a sheet, codes in the words that people use."""
    heads = tuple((words.get(column, column), 32.0 if column in _WIDE else 13.0) for column in columns)
    percents = frozenset(place for place, column in enumerate(columns) if column in _RATES)
    shown = {place: _SHOWN[column] for place, column in enumerate(columns) if column in _SHOWN}
    rows = (
        [shown[place].get(str(value), value) if place in shown else value for place, value in enumerate(row)]
        for row in _rows(frame, columns)
    )
    return PlainSheet(name, heads, rows, percents)


def _values_sheet(values: pd.DataFrame) -> PlainSheet:
    """Return the long table, or where it is to be found."""
    if len(values) > MOST_VALUE_ROWS:
        return PlainSheet("取值", (("说明", 80),), [(f"共 {len(values):,} 个取值，见同一文件夹的 {TABLE}",)])
    return _table_sheet("取值", values, VALUES, _WORDS)


def _problem_sheet(name: str, problems: Iterable[Problem], severities: Sequence[Severity]) -> PlainSheet:
    """Return problems of some severities as a sheet, errors first."""
    heads = (("程度", 8), ("代码", 16), ("位置", 48), ("应为", 36), ("实为", 40), ("改法", 48))
    wanted = sorted(
        (problem for problem in problems if problem.severity in severities), key=lambda item: _ORDER[item.severity]
    )
    rows = [(item.severity.label, item.code, item.where, item.expected, item.found, item.mend) for item in wanted]
    return PlainSheet(name, heads, rows)


def guarded_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as UTF-8 csv with a mark that spreadsheet programs know 防公式注入的 csv.

    A text that such a program would take for a formula gets an apostrophe in front; NaN is empty.
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_guarded(value) for value in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig", errors="replace")


def _guarded(value: object) -> object:
    """Return a value that no spreadsheet program takes for a formula; NaN is empty."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, float):
        return "" if math.isnan(value) else int(value) if value.is_integer() and abs(value) < 1e15 else value
    return value
