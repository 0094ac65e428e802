"""Tables of re-evaluation statistics 再评价统计表: what changed, item statistics, and what to report and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from perfkit.show.numbers import BLANK, format_value, is_missing
from perfkit.show.tables.fields import require
from perfkit.show.tables.statistics import DECIMALS, coefficient, probability, variant_words
from perfkit.show.tables.table import Column, Row, Table, TableCell, merge_down, text_cell
from perfkit.terms import Statistic, Use

CHANGE_WORDS = {
    "changed": "有变动",
    "lowered": "其中：调低（自评偏高）",
    "raised": "其中：调高（自评偏低）",
    "same": "不变（在允许偏差之内）",
    "mean_difference": "平均差（自评－再评价）",
    "median_difference": "中位差（自评－再评价）",
}
RECOMMENDED = ("use", "statistic", "variant", "value", "low", "high", "level", "p", "n_used", "caveats", "reason")
SHARES = ("changed", "lowered", "same", "raised")
# where an entry names its form in full, the statistic's own name adds nothing
FULL_NAMES = ("ICC(",)
UNKNOWN = float("nan")


def _ends(low: float, high: float, kind: str) -> str:
    """Return an interval of shares or of score units; — where it is not known."""
    if is_missing(low) and is_missing(high):
        return BLANK
    digits = 1 if kind == "rate" else DECIMALS
    return f"[{format_value(low, kind, digits, BLANK)}, {format_value(high, kind, digits, BLANK)}]"


def table_change(frame: pd.DataFrame, *, name: str = "change-summary", caption: str = "再评价得分变动") -> Table:
    """Return how many scores changed, which way and how far 评分变动表, in the order of report.

    Parameters
    ----------
    frame : one row per measure: ``measure`` (changed, lowered, same, raised, mean_difference, median_difference),
        ``count``, ``value`` (shares are fractions of 1, differences in score units), ``low``, ``high``.
    """
    require(frame, name, ("measure", "count", "value", "low", "high"))
    by_measure = {row["measure"]: row for row in frame.to_dict(orient="records")}
    rows: list[Row] = []
    for measure, words in CHANGE_WORDS.items():
        row = by_measure[measure]
        kind = "rate" if measure in SHARES else "number"
        value = format_value(row["value"], kind, 1 if kind == "rate" else DECIMALS)
        count = format_value(row["count"], "count") if measure in SHARES else BLANK
        cells = (count, value, _ends(row["low"], row["high"], kind))
        rows.append((text_cell(words), *(TableCell(text, align="right") for text in cells)))
    columns = (Column("", 5.6), Column("对象数", 2.2, "right"), Column("比例或分差", 3.0, "right"))
    return Table(name=name, caption=caption, columns=(*columns, Column("置信区间", 4.2, "right")), rows=tuple(rows))


def table_items(frame: pd.DataFrame, *, name: str = "item-statistics", caption: str = "题项统计") -> Table:
    """Return the items of a questionnaire 题项统计表.

    Parameters
    ----------
    frame : ``item``, ``n``, ``mean``, ``sd``, ``r_drop`` (correlation with the other items), ``alpha_if_dropped``.
    """
    numbers = ("mean", "sd", "r_drop", "alpha_if_dropped")
    require(frame, name, ("item", "n", *numbers))
    rows = tuple(
        (
            text_cell(str(row["item"])),
            TableCell(format_value(row["n"], "count"), align="right"),
            *(TableCell(coefficient(row[column]), align="right") for column in numbers),
        )
        for row in frame.to_dict(orient="records")
    )
    headers = ("n", "均值", "标准差", "与其余题项的相关", "删去后的 α")
    columns = (Column("题项", 3.0), *(Column(header, 2.2, "right") for header in headers))
    return Table(name=name, caption=caption, columns=columns, rows=rows)


def table_raters(frame: pd.DataFrame, *, name: str = "raters", caption: str = "评分者的宽严") -> Table:
    """Return how severe each rater is 评分者宽严表.

    Parameters
    ----------
    frame : ``rater``, ``mean`` (of the ratings used), ``distance`` (from the mean of all raters; negative is severe).
    """
    require(frame, name, ("rater", "mean", "distance"))
    rows = tuple(
        (
            text_cell(str(row["rater"])),
            *(TableCell(coefficient(row[column], 2), align="right") for column in ("mean", "distance")),
        )
        for row in frame.to_dict(orient="records")
    )
    columns = (Column("评分者", 4.0), Column("平均分", 3.0, "right"), Column("与总平均之差", 3.5, "right"))
    return Table(name=name, caption=caption, columns=columns, rows=rows)


def _entry_name(statistic: str, variant: str) -> str:
    if variant.startswith(FULL_NAMES):
        return variant
    if statistic == Statistic.CHANGE_SUMMARY and variant in CHANGE_WORDS:
        return CHANGE_WORDS[variant]
    if statistic == Statistic.LIMITS_OF_AGREEMENT:
        return "平均差与一致性界限"
    member = Statistic.read(statistic)
    words = variant_words(variant, "metric" if statistic == Statistic.KRIPPENDORFF_ALPHA else "weights")
    label = member.label if member is not None else statistic
    return f"{label}（{words}）" if words else label


def _entry_value(row: Mapping[Any, Any]) -> str:
    """Return value and interval of an entry, and its limits of agreement; — where it is a table of its own or none."""
    value, low, high = (float(str(row[key])) for key in ("value", "low", "high"))
    if not row["n_used"] or (is_missing(value) and not row["caveats"]):
        return BLANK
    kind = "rate" if row["statistic"] == Statistic.CHANGE_SUMMARY and row["variant"] in SHARES else "number"
    digits = 1 if kind == "rate" else DECIMALS
    shown, ends = format_value(value, kind, digits), _ends(low, high, kind)
    within = _ends(float(row.get("lower", UNKNOWN)), float(row.get("upper", UNKNOWN)), kind)
    lines = [shown, *([ends] if ends != BLANK else []), *([f"界限 {within}"] if within != BLANK else [])]
    return "\n".join(lines)


def table_recommendations(
    frame: pd.DataFrame, *, name: str = "recommendations", caption: str = "报告哪一个，为什么"
) -> Table:
    """Return what to report, what not, and why 统计量选用表.

    Parameters
    ----------
    frame : one row per recommendation, in the order of report: ``use``, ``statistic``, ``variant``, ``value``,
        ``low``, ``high``, ``level``, ``p``, ``n_used``, ``caveats``, ``reason_code``, ``reason``; ``lower`` and
        ``upper`` where they are limits of agreement.
    """
    require(frame, name, RECOMMENDED)
    records = frame.to_dict(orient="records")
    uses = [Use[str(row["use"]).upper()].label for row in records]
    rows = [
        (
            TableCell(use, align="center", bold=True),
            text_cell(_entry_name(str(row["statistic"]), str(row["variant"]))),
            TableCell(_entry_value(row), align="right"),
            TableCell(probability(row["p"]), align="right"),
            text_cell(row["reason"]),
        )
        for use, row in zip(uses, records, strict=True)
    ]
    columns = (
        Column("用法", 1.8, "center"),
        Column("统计量", 3.6),
        Column("值与区间", 2.8, "right"),
        Column("p", 1.4, "right"),
        Column("为什么", 5.4),
    )
    keys = [(use, str(row["statistic"]), str(row["reason"])) for use, row in zip(uses, records, strict=True)]
    merged = merge_down(rows, keys, [(0,), (), (4,)])
    notes = _level_notes(records)
    return Table(name=name, caption=caption, columns=columns, rows=merged, notes=notes, font="small")


def _level_notes(records: Sequence[Mapping[Any, Any]]) -> tuple[str, ...]:
    """Return the confidence level of the intervals, and which of them have another one."""
    levels = [
        (float(row["level"]), row) for row in records if not is_missing(row["level"]) and not is_missing(row["low"])
    ]
    if not levels:
        return ()
    usual = Counter(level for level, _ in levels).most_common(1)[0][0]
    others = [
        f"{_entry_name(str(row['statistic']), str(row['variant']))} 为 {format_value(level, 'rate', 0)}"
        for level, row in levels
        if level != usual
    ]
    return ("；".join([f"区间的置信水平 {format_value(usual, 'rate', 0)}", *others]) + "。",)
