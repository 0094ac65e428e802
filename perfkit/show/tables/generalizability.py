"""Tables of generalizability 概化理论表: variance components, plans with their dependability, severity of raters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from perfkit.errors import DataError, Problem
from perfkit.result import Interval, Result
from perfkit.show.numbers import BLANK, UNKNOWN, fixed, format_value, is_missing, shortest
from perfkit.show.tables.fields import require
from perfkit.show.tables.statistics import caveat_notes, coefficient, limits
from perfkit.show.tables.table import Column, Row, Table, TableCell, text_cell
from perfkit.terms.reliability import Facet

RESIDUAL = "residual"
# the components by their codes; one without words prints as it is
COMPONENT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "person": "对象",
        "rater": "评分者",
        "item": "指标",
        "task": "任务",
        "person_item": "对象 × 指标",
        "person_rater": "对象 × 评分者",
        "item_rater": "指标 × 评分者",
        "person_task": "对象 × 任务",
        "rater_in_task": "评分者（在任务内）",
        "rater_in_person": "评分者（在对象内）",
        RESIDUAL: "其余（最高阶交互与误差）",
    }
)
NUMBER = "n_"
COEFFICIENTS = ("g", "phi")
ERRORS = ("sem_rel", "sem_abs")
PLAN_HEADERS = {"g": "G", "phi": "Φ", "sem_rel": "相对标准误", "sem_abs": "绝对标准误", "ratings": "每个对象的评分数"}
NO_PLAN = "所列范围内没有方案达到目标"


def component_words(name: str) -> str:
    """Return a variance component in words 方差分量名称."""
    return COMPONENT_WORDS.get(name, name)


def facet_words(column: str) -> str:
    """Return the header of a number of conditions 条件数, e.g. ``n_rater`` → 评分者数."""
    member = Facet.read(column.removeprefix(NUMBER))
    return f"{member.label if member is not None else column.removeprefix(NUMBER)}数"


def number_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns of numbers of conditions in a frame of plans, in order."""
    return [str(column) for column in frame.columns if str(column).startswith(NUMBER)]


def _right(text: str, *, bold: bool = False) -> TableCell:
    return TableCell(text, align="right", bold=bold)


def _decimals(value: Any, digits: int) -> str:
    return UNKNOWN if is_missing(value) else fixed(float(value), digits)


def table_g_study(frame: pd.DataFrame, *, name: str = "g-study", caption: str = "方差分量（概化研究）") -> Table:
    """Return the variance components of a study with their shares 方差分量表.

    Parameters
    ----------
    frame : one row per component: ``component``, ``variance`` (squared units of the ratings, negative ones as they
        are), ``sd``, ``share`` (fraction of 1), ``se``.
    """
    require(frame, name, ("component", "variance", "sd", "share", "se"))
    rows = tuple(
        (
            text_cell(component_words(str(row["component"]))),
            _right(_decimals(row["variance"], 2)),
            _right(_decimals(row["sd"], 2)),
            _right(format_value(row["share"], "rate", 1, BLANK)),
            _right(BLANK if is_missing(row["se"]) else fixed(float(row["se"]), 2)),
        )
        for row in frame.to_dict(orient="records")
    )
    headers = ("方差分量", "标准差（分）", "占比", "方差分量的标准误")
    columns = (Column("来源", 5.0), *(Column(header, 2.5, "right") for header in headers))
    return Table(name=name, caption=caption, columns=columns, rows=rows)


def _ends(row: Mapping[Any, Any], name: str) -> str:
    """Return the interval of a coefficient on a line of its own; nothing where it is not known."""
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    if low is None or high is None or (is_missing(low) and is_missing(high)):
        return ""
    return f"\n{limits(Interval(float(low), float(high), float('nan')))}"


def _plan_cells(row: Mapping[Any, Any], numbers: Sequence[str], *, total: bool, bold: bool = False) -> Row:
    """Return numbers of conditions, ratings in all, both coefficients and both standard errors of one plan."""
    counts = [BLANK if is_missing(row[column]) else shortest(round(float(row[column]), 2)) for column in numbers]
    counts += [shortest(row["ratings"])] if total else []
    values = [coefficient(row[column]) + _ends(row, column) for column in COEFFICIENTS]
    errors = [_decimals(row[column], 2) for column in ERRORS]
    return tuple(_right(text, bold=bold) for text in (*counts, *values, *errors))


def _plan_columns(numbers: Sequence[str], *, total: bool) -> tuple[Column, ...]:
    counts = [facet_words(column) for column in numbers] + ([PLAN_HEADERS["ratings"]] if total else [])
    return (
        *(Column(header, 1.8, "right") for header in counts),
        *(Column(PLAN_HEADERS[column], 2.8, "right") for column in COEFFICIENTS),
        *(Column(PLAN_HEADERS[column], 2.2, "right") for column in ERRORS),
    )


def table_d_study(frame: pd.DataFrame, *, name: str = "d-study", caption: str = "方案的概化系数与可靠性指数") -> Table:
    """Return plans with both coefficients and both standard errors 决策研究表, one row each.

    Parameters
    ----------
    frame : one row per plan: ``n_rater``, ``n_item``, ``n_task`` as far as the design has them, ``g``, ``phi``,
        ``sem_rel``, ``sem_abs`` (units of the ratings); limits ``g_low`` … where there are intervals.
    """
    require(frame, name, (*COEFFICIENTS, *ERRORS))
    numbers = number_columns(frame)
    rows = tuple(_plan_cells(row, numbers, total=False) for row in frame.to_dict(orient="records"))
    return Table(name=name, caption=caption, columns=_plan_columns(numbers, total=False), rows=rows)


def table_d_study_curve(frame: pd.DataFrame, *, name: str = "d-study-points", caption: str = "各种方案的系数") -> Table:
    """Return the points of a curve 决策研究曲线表, one row each, with the ratings that a plan costs per evaluand.

    Parameters
    ----------
    frame : one row per plan as of ``table_d_study``, with ``ratings``.
    """
    require(frame, name, ("ratings", *COEFFICIENTS, *ERRORS))
    numbers = number_columns(frame)
    rows = tuple(_plan_cells(row, numbers, total=True) for row in frame.to_dict(orient="records"))
    return Table(name=name, caption=caption, columns=_plan_columns(numbers, total=True), rows=rows)


def table_plans(
    results: Sequence[Result], *, labels: Sequence[str], name: str = "plans", caption: str = "方案比较"
) -> Table:
    """Return several decision studies side by side 方案比较表, one row each with its label.

    Parameters
    ----------
    results : decision studies, of one design or of several; a facet that a design lacks is left blank.
    labels : the name of each plan.

    Raises
    ------
    DataError
        Where the labels are not as many as the results.
    """
    if len(labels) != len(results):
        raise DataError(
            Problem(
                code="TABLE-LABELS",
                where="labels",
                expected=f"{len(results)} 个，与方案一一对应",
                found=f"{len(labels)} 个",
                mend="每个方案给一个标注",
            )
        )
    frames = [result.to_frame() for result in results]
    numbers = list(dict.fromkeys(column for frame in frames for column in number_columns(frame)))
    whole = [frame.reindex(columns=list(dict.fromkeys([*numbers, *frame.columns]))) for frame in frames]
    rows = tuple(
        (text_cell(label), *_plan_cells(row, numbers, total=False))
        for label, frame in zip(labels, whole, strict=True)
        for row in frame.to_dict(orient="records")
    )
    columns = (Column("方案", 4.0), *_plan_columns(numbers, total=False))
    return Table(name=name, caption=caption, columns=columns, rows=rows, notes=caveat_notes(results, labels))


def table_needed(frame: pd.DataFrame, *, name: str = "needed", caption: str = "达到目标的方案") -> Table:
    """Return the plans that reach the target 所需评分者与指标数; the one of fewest ratings in bold.

    Parameters
    ----------
    frame : one row per plan as of ``table_d_study``, with ``ratings`` and ``best`` (truth value); no row where no plan
        reaches the target.
    """
    if frame.empty:
        return Table(name=name, caption=caption, columns=(Column("方案", 12.0),), rows=((text_cell(NO_PLAN),),))
    numbers = number_columns(frame)
    rows = tuple(
        _plan_cells(row, numbers, total=True, bold=bool(row["best"])) for row in frame.to_dict(orient="records")
    )
    note = "加粗：每个对象的评分数最少的方案。"
    return Table(name=name, caption=caption, columns=_plan_columns(numbers, total=True), rows=rows, notes=(note,))


def table_severity(frame: pd.DataFrame, *, name: str = "severity", caption: str = "评分者的宽严") -> Table:
    """Return how lenient or severe each rater is 评分者宽严表; the group only where there are several.

    Parameters
    ----------
    frame : ``rater``, ``group`` (connected group, from 1), ``n_ratings``, ``mean``, ``effect`` (positive is lenient),
        ``low``, ``high``; units of the ratings.
    """
    require(frame, name, ("rater", "group", "n_ratings", "mean", "effect", "low", "high"))
    rows = tuple(
        (
            text_cell(str(row["rater"])),
            _right(format_value(row["group"], "count")),
            _right(format_value(row["n_ratings"], "count")),
            _right(_decimals(row["mean"], 2)),
            _right(_decimals(row["effect"], 2)),
            TableCell(limits(Interval(row["low"], row["high"], float("nan")), 2), align="center"),
        )
        for row in frame.to_dict(orient="records")
    )
    columns = (
        Column("评分者", 3.0),
        Column("连通组", 1.8, "right"),
        Column("评分数", 1.8, "right"),
        Column("平均分", 2.4, "right"),
        Column("宽严（正为偏宽）", 3.0, "right"),
        Column("置信区间", 3.2, "center"),
    )
    shown = Table(name=name, caption=caption, columns=columns, rows=rows)
    if frame["group"].nunique() > 1:
        return shown
    return replace(shown, columns=(columns[0], *columns[2:]), rows=tuple((row[0], *row[2:]) for row in rows))
