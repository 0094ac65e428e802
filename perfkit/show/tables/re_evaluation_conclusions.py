"""Conclusions of a re-evaluation 再评价结论表: estimates for all projects, what is suggested, next year's sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from perfkit.show.numbers import BLANK, is_missing
from perfkit.show.tables.departments import ALL, Look, table_by_department
from perfkit.show.tables.fields import Field, plain_text, require, table_of
from perfkit.show.tables.re_evaluation import METHODOLOGY, between, design_words, quantity
from perfkit.show.tables.table import Table
from perfkit.terms import Estimand, Handling

# what is said of a sample that carries no more than counts
COUNTS, NOT_SAID = "counts", "不推断"


def table_department_estimate(frame: pd.DataFrame, *, level: str = "") -> Table:
    """Return estimates for the rest of the population, or why there are none 对总体的估计.

    Parameters
    ----------
    frame : ``department``, ``design``, ``population``, ``n``, ``estimand``, ``value``, ``low``, ``high``,
        ``one_sided_bound``, ``method``, ``said``; ``note``, the texts of the reservations, where there are any.
    level : the confidence level as printed.
    """
    wanted = ("department", "design", "population", "n", "estimand", "value", "low", "high", "one_sided_bound", "said")
    require(frame, "department-estimate", wanted)
    # departments were drawn each by a plan of its own: where nothing is said of all together, a row of it says nothing
    several = (frame["department"].astype(str) != "").any()
    frame = frame[(frame["department"].astype(str) != "") | (frame["said"] != COUNTS) | (not several)]
    plain = frame.to_dict(orient="records")
    shown = frame.assign(
        value_words=[quantity(row["value"], str(row["estimand"])) for row in plain],
        interval=[NOT_SAID if row["said"] == COUNTS else _interval(row) for row in plain],
        bound=[quantity(row["one_sided_bound"], str(row["estimand"])) for row in plain],
        design=[design_words(row["design"]) for row in plain],
    )
    fields = (
        Field("design", "抽取方式", 2.3),
        Field("estimand", "要回答的", 2.3, term=Estimand),
        Field("population", "总体（个）", 1.2, "count", "right"),
        Field("n", "样本（个）", 1.2, "count", "right"),
        Field("value_words", "估计值", 1.7, align="right"),
        Field("interval", f"{level}置信区间", 3.3, align="center"),
        Field("bound", "单侧上限", 1.7, align="right"),
    )
    notes = (
        METHODOLOGY,
        "未复核项目得分不作调整；人工选取的样本只作描述，不推及其余项目。",
        "样本为按概率抽取和必选的项目；平均得分差（自评减再评价）以分计，其余以占比计。",
        *_caveats(plain),
    )
    look = Look(name="department-estimate", caption="对全部项目的估计", font="small", notes=notes, empty="不作推断")
    return table_by_department(shown, fields, look)


def _interval(row: Mapping[Any, Any]) -> str:
    return between(row["low"], row["high"], str(row["estimand"]))


def _caveats(rows: list[dict[Any, Any]]) -> tuple[str, ...]:
    """Return the reservations of estimates, each once, with the departments they speak of where there are several."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        for part in plain_text(row.get("note")).split("；"):
            if part.strip():
                found.setdefault(part, {})[plain_text(row["department"])] = None
    several = len({plain_text(row["department"]) for row in rows} - {""}) > 1
    who = {part: "、".join(name for name in names if name) if several else "" for part, names in found.items()}
    return tuple(f"{who[part]}{'：' if who[part] else ''}{part.rstrip('。')}。" for part in found)


def table_handling(frame: pd.DataFrame) -> Table:
    """Return what is suggested to do with each department 处理建议.

    Parameters
    ----------
    frame : ``department``, ``handling`` (code), ``because``.
    """
    require(frame, "handling", ("department", "handling", "because"))
    named = frame.assign(department=[plain_text(name) or ALL for name in frame["department"]])
    fields = (
        Field("department", "部门", 3.0),
        Field("handling", "处理建议", 5.0, term=Handling),
        Field("because", "理由", 8.0),
    )
    notes = ("处理建议的界限由本项目约定，见附件“参数与规则未明确事项的处理”；是否采纳由组织再评价的单位决定。",)
    return table_of(named, fields, name="handling", caption="分部门处理建议", notes=notes, empty="没有可作建议的部门")


def table_handling_evidence(frame: pd.DataFrame) -> Table:
    """Return the numbers that a suggestion rests on 处理建议的判定依据, for the working paper.

    Parameters
    ----------
    frame : ``department``, ``handling``, ``n``, ``mean_inflation``, ``low``, ``high``, ``own_rule_share``,
        ``copied_share``, ``severity``.
    """
    require(frame, "handling-evidence", ("department", "handling", "n", "low", "high"))
    plain = frame.to_dict(orient="records")
    shown = frame.assign(interval=[between(row["low"], row["high"]) for row in plain])
    fields = (
        Field("handling", "处理建议", 4.6, term=Handling),
        Field("n", "再评项目", 1.6, "count", "right"),
        Field("mean_inflation", "平均偏高（分）", 2.0, "points", "right"),
        Field("interval", "区间", 3.0, align="center"),
        Field("own_rule_share", "按自定规则有误", 2.0, "rate", "right"),
        Field("copied_share", "雷同", 1.8, "rate", "right"),
        Field("severity", "再评人宽严之差（分）", 2.2, "points", "right"),
        Field("also", "同时符合", 2.4, term=Handling, optional=True),
    )
    look = Look(name="handling-evidence", caption="处理建议的判定依据", landscape=True, font="small")
    return table_by_department(shown, fields, look)


def table_pooled(frame: pd.DataFrame) -> Table:
    """Return departments pulled towards their common mean with rank intervals 部门估计的收缩, for the working paper.

    Parameters
    ----------
    frame : ``department``, ``n``, ``mean``, ``weight``, ``pooled``, ``low``, ``high``, ``rank``, ``rank_low``, ``rank_high``.
    """
    require(frame, "pooled-departments", ("low", "high", "rank_low", "rank_high"))
    plain = frame.to_dict(orient="records")
    shown = frame.assign(
        interval=[between(row["low"], row["high"]) for row in plain],
        ranks=[BLANK if is_missing(row["rank_low"]) else f"{row['rank_low']:g}～{row['rank_high']:g}" for row in plain],
    )
    fields = (
        Field("department", "部门", 3.4),
        Field("n", "再评项目", 1.6, "count", "right"),
        Field("mean", "本部门平均", 2.0, "points", "right"),
        Field("weight", "自身权重", 1.8, "rate", "right"),
        Field("pooled", "收缩后", 1.8, "points", "right"),
        Field("interval", "区间", 3.0, align="center"),
        Field("ranks", "偏高位次的范围", 2.4, align="center"),
    )
    notes = ("只用于选择下年抽样的重点；不作部门排名，不改动任何得分，不进入报告。",)
    caption = "部门偏高幅度的收缩估计"
    return table_of(
        shown, fields, name="pooled-departments", caption=caption, notes=notes, font="small", empty="部门过少，不作估计"
    )


def table_next_sample(frame: pd.DataFrame) -> Table:
    """Return the sample size of next year 下年抽样规模.

    Parameters
    ----------
    frame : ``department``, ``estimand``, ``size``, ``from_sd``, ``note``.
    """
    fields = (
        Field("estimand", "要回答的", 2.4, term=Estimand),
        Field("size", "样本量", 1.3, "count", "right"),
        Field("rests_on", "所据标准差或比例", 1.8, align="right"),
        Field("note", "说明", 7.8),
    )
    look = Look(name="next-sample", caption="下年抽样规模建议", font="small", empty="没有可据以测算的再评结果")
    require(frame, look.name, ("estimand", "from_sd"))
    pairs = zip(frame["from_sd"], frame["estimand"].map(plain_text), strict=True)
    return table_by_department(frame.assign(rests_on=[quantity(*pair) for pair in pairs]), fields, look)
