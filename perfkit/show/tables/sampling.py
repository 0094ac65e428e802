"""Tables of sampling for re-evaluation 再评价抽样表: sizes, the plan, the list, the sample described, refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from perfkit.result import Result
from perfkit.show.numbers import BLANK, UNKNOWN, format_value, is_missing
from perfkit.show.tables.fields import Field, require, table_of
from perfkit.show.tables.statistics import DECIMALS, caveat_notes
from perfkit.show.tables.table import Column, Row, Table, TableCell, text_cell
from perfkit.terms import Estimand, Selection

SHARES = (Estimand.SHARE_CHANGED.value, Estimand.MONEY_WRONG.value)
CRITERION_WORDS = {"half_width": "区间半宽 ≤ {}", "upper_bound": "单侧上限 ≤ {}", "power": "功效 ≥ {}"}
# the last words of a method id, for print; one without words prints as it is
SIZE_METHODS = {
    "t": "t 区间",
    "clopper_pearson": "二项精确",
    "hypergeometric": "超几何精确",
    "binomial": "二项精确",
    "poisson": "泊松",
    "wilson": "Wilson",
}
PART_WORDS = {
    "all": "全部（随机抽取）",
    "certainty": "必选层（全部复核）",
    "rest": "其余（随机抽取）",
    "zero": "无金额层",
}
HASH_SHOWN = 16
EXACT_SHOWN = 1e-12


def _quantity(value: Any, estimand: str) -> str:
    """Return a width, bound or expected value: percent for shares, else a plain number; — where there is none."""
    kind, digits = ("rate", 1) if estimand in SHARES else ("number", DECIMALS)
    return format_value(value, kind, digits, BLANK)


def _number(text: str) -> TableCell:
    return TableCell(text, align="right")


def _size_row(row: Mapping[Any, Any]) -> Row:
    """Return one sample size; that of a monetary-unit sample names its columns in its own way."""
    money = "materiality" in row and not is_missing(row["materiality"])
    estimand = Estimand.MONEY_WRONG.value if money else str(row["estimand"])
    criterion = "upper_bound" if money else str(row["criterion"])
    wanted, achieved = (row["materiality"], row["bound"]) if money else (row["wanted"], row["achieved"])
    # A power is a share whatever it is the power to tell.
    scale = Estimand.SHARE_CHANGED.value if criterion == "power" else estimand
    member = Estimand.read(estimand)
    method = str(row["method"]).rpartition(":")[2]
    return (
        text_cell(member.label if member is not None else estimand),
        text_cell(CRITERION_WORDS[criterion].format(_quantity(wanted, scale))),
        _number(_quantity(row["expected"], estimand)),
        TableCell(format_value(row["value"] if money else row["size"], "count", 0), align="right", bold=True),
        _number(_quantity(achieved, scale)),
        text_cell(SIZE_METHODS.get(method, method)),
    )


def table_sample_sizes(frame: pd.DataFrame, *, name: str = "sample-sizes", caption: str = "样本量") -> Table:
    """Return sample sizes, one row each 样本量表.

    Parameters
    ----------
    frame : ``method``, ``expected`` and either ``estimand``, ``criterion``, ``wanted``, ``achieved``, ``size``, or, for
        monetary units, ``materiality``, ``bound``, ``value``.
    """
    require(frame, name, ("method", "expected"))
    columns = (
        Column("要回答的", 4.2),
        Column("要求", 4.2),
        Column("预期", 2.0, "right"),
        Column("样本量", 2.0, "right"),
        Column("达到", 2.0, "right"),
        Column("方法", 2.6),
    )
    return Table(
        name=name, caption=caption, columns=columns, rows=tuple(map(_size_row, frame.to_dict(orient="records")))
    )


def table_sizes(results: Sequence[Result], *, name: str = "sample-sizes", caption: str = "样本量") -> Table:
    """Return several sample sizes beside one another 样本量对照表, with the reservations of each."""
    shown = pd.concat([result.to_frame() for result in results], ignore_index=True)
    made = table_sample_sizes(shown, name=name, caption=caption)
    return Table(
        name=made.name, caption=made.caption, columns=made.columns, rows=made.rows, notes=caveat_notes(results)
    )


def _labels(codes: str) -> str:
    """Return codes of estimands, parted by spaces, as labels."""
    found = [(code, Estimand.read(code)) for code in codes.split()]
    return "、".join(code if member is None else member.label for code, member in found)


def table_sampling_plan(frame: pd.DataFrame, *, name: str = "sampling-plan", caption: str = "抽样方案") -> Table:
    """Return the designs of a sampling plan 抽样方案表: one row per question, what its design covers and what not.

    Parameters
    ----------
    frame : ``estimand``, ``selection``, ``stratified``, ``size``, ``certain``, ``interval`` (money; NaN without one),
        ``wanted``, ``achieved``, ``double_scored``, ``covers``, ``does_not_cover``.
    """
    numbers = ("size", "certain", "interval", "wanted", "achieved", "double_scored")
    require(frame, name, ("estimand", "selection", "stratified", *numbers, "covers", "does_not_cover"))
    rows: list[Row] = []
    for row in frame.to_dict(orient="records"):
        estimand, selection = str(row["estimand"]), Selection.read(str(row["selection"]))
        way = selection.label if selection is not None else str(row["selection"])
        rows.append(
            (
                text_cell(_labels(estimand)),
                text_cell(way + ("，分层" if row["stratified"] else "")),
                TableCell(format_value(row["size"], "count"), align="right", bold=True),
                _number(format_value(row["certain"], "count")),
                _number(format_value(row["interval"], "money", 2, BLANK)),
                _number(_quantity(row["wanted"], estimand)),
                _number(_quantity(row["achieved"], estimand)),
                _number(format_value(row["double_scored"], "count")),
                text_cell(_labels(str(row["does_not_cover"]))),
            )
        )
    columns = (
        Column("要回答的", 2.6),
        Column("抽取方式", 2.6),
        Column("样本量", 1.3, "right"),
        Column("其中必选", 1.3, "right"),
        Column("抽样间隔（金额）", 2.0, "right"),
        Column("要求", 1.4, "right"),
        Column("达到", 1.4, "right"),
        Column("盲评双评", 1.3, "right"),
        Column("不能回答", 2.6),
    )
    return Table(name=name, caption=caption, columns=columns, rows=tuple(rows), font="small")


def _part(name: str) -> str:
    return PART_WORDS.get(name, name)


def _chance(values: pd.Series[Any]) -> str:
    """Return the inclusion probabilities of a part: one, or from the least to the most; — where not known."""
    low, high = values.min(), values.max()
    ends = [format_value(end, "rate", 1, BLANK) for end in (low, high)]
    return ends[0] if is_missing(low) or high - low < EXACT_SHOWN else "～".join(ends)


def table_sample_selection(
    frame: pd.DataFrame,
    *,
    seed: int | None = None,
    frame_hash: str = "",
    population: int | None = None,
    name: str = "sample-selection",
    caption: str = "抽样名单汇总",
) -> Table:
    """Return a selection summed up by part 抽样名单汇总表, with what is needed to draw it again.

    Parameters
    ----------
    frame : one row per selected unit: ``unit``, ``part``, ``inclusion_probability``, ``double_scored``; ``money``
        where the frame has it.
    seed, frame_hash, population : of the selection.
    """
    require(frame, name, ("unit", "part", "inclusion_probability", "double_scored"))
    rows: list[Row] = [
        (
            text_cell(_part(str(part))),
            _number(format_value(len(units), "count")),
            _number(format_value(units["money"].sum(), "money") if "money" in units else BLANK),
            _number(_chance(units["inclusion_probability"])),
            _number(format_value(int(units["double_scored"].sum()), "count")),
        )
        for part, units in frame.groupby("part", sort=True)
    ]
    columns = (
        Column("部分", 4.2),
        Column("抽中单位", 2.2, "right"),
        Column("金额", 3.0, "right"),
        Column("抽中概率", 3.6, "right"),
        Column("盲评双评", 2.2, "right"),
    )
    again = [
        f"总体 {population} 个单位" if population is not None else "",
        f"种子 {seed}" if seed is not None else "",
        f"抽样框校验码 {frame_hash[:HASH_SHOWN]}…" if frame_hash else "",
    ]
    told = "；".join(filter(None, again))
    return Table(name=name, caption=caption, columns=columns, rows=tuple(rows), notes=(f"{told}。",) if told else ())


def table_selected_units(frame: pd.DataFrame, *, name: str = "selected-units", caption: str = "抽样名单") -> Table:
    """Return the list of selected units 抽样名单.

    Parameters
    ----------
    frame : ``unit``, ``part``, ``inclusion_probability``, ``hits``, ``weight``, ``double_scored``; ``money`` where the
        frame has it.
    """
    require(frame, name, ("part", "double_scored"))
    marked = frame["double_scored"].map({True: "是", False: ""})
    shown = frame.assign(part=frame["part"].map(_part), double_scored=marked)
    fields = (
        Field("unit", "单位", 3.0),
        Field("money", "金额", 2.6, "money", "right", optional=True),
        Field("part", "部分", 3.6),
        Field("inclusion_probability", "抽中概率", 2.4, "rate", "right"),
        Field("hits", "抽中次数", 1.8, "count", "right"),
        Field("double_scored", "盲评双评", 1.8, align="center"),
    )
    return table_of(shown, fields, name=name, caption=caption, font="small")


def table_sample_description(
    frame: pd.DataFrame, *, name: str = "sample-description", caption: str = "样本描述"
) -> Table:
    """Return what a sample found and how far it speaks for the rest 样本描述表.

    Parameters
    ----------
    frame : one row: ``n_used``, ``lowered``, ``raised``, ``same``, ``value`` (share changed), ``high`` (one-sided upper
        bound; NaN where nothing is bounded), ``level``, ``most_changed`` (-1 where not bounded), ``share_of``.
    """
    counts = ("n_used", "lowered", "raised", "same")
    require(frame, name, (*counts, "value", "high", "level", "most_changed", "share_of"))
    row = frame.iloc[0]
    bounded = not is_missing(row["high"])
    of_money = row["share_of"] == "money"
    level = format_value(row["level"], "rate", 0)
    share = ("金额中变动单位的占比" if of_money else "变动比例") + ("，总体估计" if bounded else "，仅指样本")
    words = ("复核单位", "其中：调低", "其中：调高", "其中：不变（在允许偏差之内）")
    most = int(row["most_changed"])
    told = [
        *((word, format_value(row[count], "count")) for word, count in zip(words, counts, strict=True)),
        (share, format_value(row["value"], "rate", 1, UNKNOWN)),
        (f"总体变动比例的上限（单侧 {level}）", format_value(row["high"], "rate", 1, "不推断")),
        *([] if of_money else [("总体中至多变动的单位", format_value(most, "count") if most >= 0 else "不推断")]),
    ]
    columns = (Column("内容", 7.0), Column("结果", 4.0, "right"))
    return Table(
        name=name, caption=caption, columns=columns, rows=tuple((text_cell(word), _number(n)) for word, n in told)
    )


def table_sample_changes(frame: pd.DataFrame, *, name: str = "sample-changes", caption: str = "变动清单") -> Table:
    """Return the changed units of a sample 变动清单.

    Parameters
    ----------
    frame : ``unit``, ``book`` (before), ``value`` (re-evaluated), ``difference`` (re-evaluated minus before).
    """
    fields = (
        Field("unit", "单位", 3.6),
        Field("book", "原值", 2.6, "number", "right"),
        Field("value", "再评价值", 2.6, "number", "right"),
        Field("difference", "再评价值－原值", 3.0, "number", "right"),
    )
    return table_of(frame, fields, name=name, caption=caption, empty="没有变动")


def table_interval_coverage(
    frame: pd.DataFrame, *, name: str = "interval-coverage", caption: str = "名义 95% 的 t 区间实际盖住真值的比例"
) -> Table:
    """Return how often intervals held the truth in repeated samples 区间覆盖率表.

    Parameters
    ----------
    frame : one row per sample size: ``n``, ``samples``, ``covered``, and of those missed ``below``, ``above`` and
        ``unchanged`` (no interval, since nothing varied), as counts.
    """
    counts = ("covered", "below", "above", "unchanged")
    require(frame, name, ("n", "samples", *counts))
    rows = [
        (
            _number(format_value(row["n"], "count")),
            _number(format_value(row["samples"], "count")),
            *(_number(format_value(row[count] / row["samples"], "rate", 1)) for count in counts),
        )
        for row in frame.to_dict(orient="records")
    ]
    columns = (
        Column("样本量", 1.8, "right"),
        Column("重复抽样次数", 2.6, "right"),
        Column("盖住真值", 2.4, "right"),
        Column("整个偏低", 2.4, "right"),
        Column("整个偏高", 2.4, "right"),
        Column("全都没变，没有区间", 3.6, "right"),
    )
    return Table(name=name, caption=caption, columns=columns, rows=tuple(rows))


def table_refusal(frame: pd.DataFrame, *, name: str = "refusal", caption: str = "拒绝计算的理由") -> Table:
    """Return why a statistic refused 拒绝理由表.

    Parameters
    ----------
    frame : one row per problem: ``code``, ``where``, ``expected``, ``found``, ``mend``.
    """
    fields = (
        Field("where", "位置", 2.4),
        Field("expected", "应为", 4.2),
        Field("found", "实为", 3.8),
        Field("mend", "改法", 5.0),
        Field("code", "代码", 3.0),
    )
    return table_of(frame, fields, name=name, caption=caption)


def table_allocation(frame: pd.DataFrame, *, name: str = "stratum-allocation", caption: str = "样本分配") -> Table:
    """Return how a sample is shared out over strata 样本分配表.

    Parameters
    ----------
    frame : ``stratum``, ``units``, ``exact`` (before rounding), ``size``, ``fraction``.
    """
    fields = (
        Field("stratum", "层", 4.0),
        Field("units", "单位数", 2.4, "count", "right"),
        Field("size", "抽取数", 2.4, "count", "right"),
        Field("fraction", "抽取比例", 2.6, "rate", "right"),
    )
    return table_of(frame, fields, name=name, caption=caption)
