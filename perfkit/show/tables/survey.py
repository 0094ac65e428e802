"""Tables of questionnaires 问卷表: summary, questions, and the other scales of the working paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from perfkit.show.numbers import BLANK, format_value, is_missing, percent
from perfkit.show.tables.fields import NOT_FILLED, Field, Records, plain_text, record_cell, require, table_of
from perfkit.show.tables.table import Column, Row, Table, TableCell, text_cell, total_row
from perfkit.terms import SurveyAccess

SURVEY_COLUMNS = (
    *("id", "group", "access", "sent", "returned", "valid", "n_used", "satisfaction", "low", "high"),
    *("top2", "top2_low", "top2_high", "interval_note", "scale"),
)
SURVEY_COUNTS = ("population", "sent", "returned", "n_used")
SURVEY_PRINTED = (
    Column("调查对象", 1.7),
    Column("发放方式", 1.6),
    Column("总体", 1.6, "right"),
    Column("发放", 1.3, "right"),
    Column("回收", 1.3, "right"),
    Column("有效", 1.3, "right"),
    Column("满意度", 1.6, "right"),
    Column("置信区间", 2.0, "center"),
    Column("满意及以上占比", 1.7, "right"),
    Column("置信区间", 2.0, "center"),
)
QUESTION_FIXED = ("id", "group", "question", "text", "n", "mean", "top2", "record")


def table_survey_summary(frame: pd.DataFrame, *, records: Records | None = None) -> Table:
    """Return what each questionnaire says about its respondents 问卷调查结果汇总.

    Parameters
    ----------
    frame : one row per questionnaire: ``id``, ``group``, ``access``, ``sent``, ``returned``, ``valid``, ``n_used``,
        ``satisfaction``, ``low``, ``high``, ``top2``, ``top2_low``, ``top2_high`` (fractions; NaN where withheld),
        ``interval_note`` (why an interval is withheld, or how it was made), ``scale`` (text or numbers); optional
        ``frame`` (list or sampling frame), ``population``, ``level`` (confidence level, fraction), ``record`` (prefix;
        default ``survey.<id>``).
    records : records of the run.
    """
    require(frame, "survey-summary", SURVEY_COLUMNS)
    rows: list[Row] = []
    notes: list[str] = []
    for values in frame.to_dict(orient="records"):
        group = plain_text(values["group"])
        prefix = plain_text(values.get("record")) or f"survey.{values['id']}"
        counts = [record_cell(values.get(c), "count", f"{prefix}.{c}", records) for c in SURVEY_COUNTS]
        rows.append(
            (
                text_cell(group),
                text_cell(plain_text(values["access"], SurveyAccess)),
                *counts,
                record_cell(values["satisfaction"], "rate", f"{prefix}.satisfaction", records),
                _interval_cell(values["low"], values["high"]),
                record_cell(values["top2"], "rate", f"{prefix}.top2", records),
                _interval_cell(values["top2_low"], values["top2_high"]),
            )
        )
        notes += _survey_notes(group, values)
    if not rows:
        rows = [total_row(NOT_FILLED, (), span=len(SURVEY_PRINTED))]
    return Table(
        name="survey-summary",
        caption="满意度调查结果汇总",
        columns=_level_headers(frame),
        rows=tuple(rows),
        notes=tuple(notes),
        font="small",
    )


def _level_headers(frame: pd.DataFrame) -> tuple[Column, ...]:
    """Return the columns of the summary; the confidence level is in the header where the frame has one level."""
    levels = {percent(level, 0) for level in frame.get("level", ()) if not is_missing(level)}
    if len(levels) != 1:
        return SURVEY_PRINTED
    named = f"{levels.pop()}置信区间"
    return tuple(replace(column, header=named) if column.header == "置信区间" else column for column in SURVEY_PRINTED)


def _interval_cell(low: Any, high: Any) -> TableCell:
    """Return an interval of fractions, or — where it is withheld."""
    if is_missing(low) or is_missing(high):
        return TableCell(BLANK, align="center")
    return TableCell(f"{percent(low)}～{percent(high)}", align="center")


def _survey_notes(group: str, values: dict[Any, Any]) -> list[str]:
    """Return the notes of one questionnaire: its scale, its frame and the note on its interval."""
    notes = [f"{group}：量表分值 {scale_text(values['scale'])}。"]
    if frame := plain_text(values.get("frame")):
        notes.append(f"{group}：名单或样本框为{frame}。")
    if note := plain_text(values["interval_note"]):
        notes.append(f"{group}：{note.rstrip('。')}。")
    return notes


def scale_text(scale: Any) -> str:
    """Return a declared scale as printed: (100, 75, 50) is ``100/75/50``; a text stays."""
    return scale if isinstance(scale, str) else "/".join(format_value(points, "number") for points in scale)


def option_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a question frame that hold option counts, best option first."""
    return [str(column) for column in frame.columns if column not in QUESTION_FIXED]


def table_survey_questions(
    frame: pd.DataFrame, *, options: Sequence[str] = (), group: str = "", id: str = "", mean_header: str = "满意度"
) -> Table:
    """Return option counts and the mean of every question 问卷题目表.

    Parameters
    ----------
    frame : ``question`` (number), ``text``, ``mean`` (fraction of the top of the scale); optional ``n`` and ``top2``.
        Every other column is an option with its count, best first; ``id``, ``group`` and ``record`` are not printed.
    options : headers of the option columns; their names where it is empty.
    group, id : respondents and questionnaire, for the caption and for a name of its own.
    mean_header : header of the mean.
    """
    counted = option_columns(frame)
    headers = tuple(options) if len(options) == len(counted) else tuple(counted)
    fields = [
        Field("question", "题号", 1.2, align="center"),
        Field("text", "题目", 4.6),
        *(Field(column, header, 1.5, "count", "right") for column, header in zip(counted, headers, strict=True)),
        Field("n", "应答数", 1.5, "count", "right", optional=True),
        Field("mean", mean_header, 1.8, "rate", "right"),
        Field("top2", "前两档占比", 1.8, "rate", "right", optional=True),
    ]
    name = f"survey-{id}-questions" if id else "survey-questions"
    return table_of(frame, fields, name=name, caption=f"{group}问卷各题应答情况", font="small", empty=NOT_FILLED)


def table_survey_scales(frame: pd.DataFrame) -> Table:
    """Return the satisfaction under other scales, for the working paper 不同量表下的满意度.

    Parameters
    ----------
    frame : ``id``, ``scale``, ``satisfaction`` (fraction); optional ``group``, ``declared`` (truth value).
    """
    require(frame, "survey-scales", ("id", "scale", "satisfaction"))
    shown = frame.assign(scale=[scale_text(scale) for scale in frame["scale"]])
    if "declared" in frame.columns:
        shown["declared"] = ["申明并采用" if declared else "仅供复核" for declared in frame["declared"]]
    fields = (
        Field("id", "问卷", 1.8),
        Field("group", "调查对象", 3.6, optional=True),
        Field("scale", "量表分值或口径", 4.4),
        Field("satisfaction", "满意度", 2.4, "rate", "right"),
        Field("declared", "用途", 2.6, align="center", optional=True),
    )
    return table_of(shown, fields, name="survey-scales", caption="不同量表下的满意度（报告只用申明的一种）")
