"""Tables of single indicators 指标数据表: comparison with plan, history and peers; values by unit; expert scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from perfkit.show.numbers import BLANK, format_value, half_up, is_missing, separated
from perfkit.show.tables.fields import NOT_FILLED, Field, plain_text, require, table_of
from perfkit.show.tables.table import Table, merge_down

REFERENCES: Final = {"target": "目标值", "last_year": "上年", "three_year_mean": "前三年均值", "peer": "行业或同类"}
PERCENT: Final = ("%", "％")
DECIMALS: Final = 2
CHANGE_NOTE: Final = "括号内为实际值比该参照的变动率；参照为零或没有的不计算。"
POINTS_NOTE: Final = "计量单位为 % 的指标，括号内为实际值与该参照相差的百分点，按表中数值计算。"


def table_comparison(frame: pd.DataFrame) -> Table:
    """Return plan, history and peers beside the actual values 对比分析表.

    Parameters
    ----------
    frame : ``code``, ``name``, ``actual``; optional ``unit``, ``target``, ``last_year``, ``three_year_mean``, ``peer``
        (numbers or texts), their relative changes ``<column>_change`` (fraction, actual ÷ reference − 1; NaN where
        not computable) and the text ``note``, printed below the table. Between percents the difference of the printed
        values is shown instead of the change.
    """
    require(frame, "comparison", ("code", "name", "actual"))
    rows: Sequence[Mapping[Any, Any]] = frame.to_dict(orient="records")
    shown = frame.assign(
        name=pd.Series([_named(row) for row in rows], dtype=object),
        actual=pd.Series([_printed(row["actual"]) for row in rows], dtype=object),
    )
    for column in REFERENCES:
        if column in frame.columns and not all(is_missing(value) for value in frame[column]):
            shown[column] = [_reference(row, column) for row in rows]
    fields = [
        Field("name", "指标", 3.3),
        Field("actual", "实际值", 1.8, align="right"),
        *(Field(column, header, 2.85, align="right", optional=True) for column, header in REFERENCES.items()),
    ]
    percents = [_is_percent(row) for row in rows]
    notes = ["" if all(percents) else CHANGE_NOTE, POINTS_NOTE if any(percents) else ""]
    notes += [f"{row['code']}：{note.rstrip('。')}。" for row in rows if (note := plain_text(row.get("note")).strip())]
    caption, empty = "主要指标对比情况", "没有填写历史或同类数据"
    return table_of(shown, fields, name="comparison", caption=caption, notes=notes, font="small", empty=empty)


def _named(row: Mapping[Any, Any]) -> str:
    """Return code, name and unit of measure of an indicator."""
    unit = plain_text(row.get("unit"))
    return f"{row['code']} {plain_text(row['name'])}{f'（{unit}）' if unit else ''}"


def _is_percent(row: Mapping[Any, Any]) -> bool:
    """Return whether an indicator is measured in percent."""
    return plain_text(row.get("unit")).strip() in PERCENT


def _printed(value: Any) -> str:
    """Return a value as the table prints it; a text stays."""
    return BLANK if is_missing(value) else value if isinstance(value, str) else separated(value, DECIMALS)


def _reference(row: Mapping[Any, Any], column: str) -> str:
    """Return a reference value with the difference of the actual value below, in brackets."""
    actual, value, change = row["actual"], row[column], row.get(f"{column}_change")
    text = _printed(value)
    if _is_percent(row):
        if any(is_missing(number) or isinstance(number, str) for number in (actual, value)):
            return text
        difference = half_up(actual, DECIMALS) - half_up(value, DECIMALS)
        return f"{text}\n({'+' if difference > 0 else ''}{difference}百分点)"
    if is_missing(value) or is_missing(change):
        return text
    return f"{text}\n({'+' if float(str(change)) > 0 else ''}{format_value(change, 'rate')})"


def table_units(frame: pd.DataFrame) -> Table:
    """Return the values of an indicator unit by unit 分单位数据表.

    Parameters
    ----------
    frame : ``code``, ``agency``, ``weight`` (share), ``actual``, ``target``, ``rate`` (share of the points of the
        unit); optional ``score``, ``name``, ``unit`` (of measure).
    """
    fields = (
        Field("code", "指标编码", 1.8),
        Field("name", "指标", 2.8, optional=True),
        Field("agency", "单位", 3.6),
        Field("weight", "权重", 1.9, "rate", "right"),
        Field("unit", "计量单位", 1.8, align="center", optional=True),
        Field("target", "目标值", 2.0, "number", "right"),
        Field("actual", "实际值", 2.0, "number", "right"),
        Field("rate", "得分率", 2.0, "rate", "right"),
        Field("score", "得分", 1.6, "score", "right", optional=True),
    )
    return table_of(frame, fields, name="units", caption="分单位指标完成情况", font="small", empty=NOT_FILLED)


def table_experts(frame: pd.DataFrame) -> Table:
    """Return the scores of single experts beside the adopted one 专家评分表.

    Parameters
    ----------
    frame : ``code``, ``name``, ``rater``, ``score``; optional ``adopted`` (the score of the item), ``note``. Rows of
        one item stand together.
    """
    fields = (
        Field("code", "指标编码", 1.8, align="center"),
        Field("name", "指标", 3.6),
        Field("rater", "评分人", 2.4),
        Field("score", "评分", 1.6, "score", "right"),
        Field("adopted", "采用得分", 1.8, "score", "right", optional=True),
        Field("note", "意见", 4.4, optional=True),
    )
    plain = table_of(frame, fields, name="experts", caption="专家评分情况", font="small", empty=NOT_FILLED)
    if frame.empty:
        return plain
    headers = [column.header for column in plain.columns]
    merged = [headers.index(header) for header in ("指标编码", "指标", "采用得分") if header in headers]
    return replace(plain, rows=merge_down(plain.rows, [(code,) for code in frame["code"]], [merged]))
