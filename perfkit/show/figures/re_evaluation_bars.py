"""Bars of a re-evaluation 再评价条形图: directions of change, reasons by dimension, score rates by indicator, precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from perfkit.show.drawing import (
    BLUE,
    INK,
    LABEL_SIZE,
    NOTE_SIZE,
    PALE,
    RULE,
    SOFT_INK,
    STEEL,
    Figure,
    Frame,
    categories,
    drawing,
    label_cm,
    legend,
    legend_cm,
    legend_places,
    png_of,
    row_cm,
    wrapped,
    write,
)
from perfkit.show.figures.ratings import DIGITS, WARM
from perfkit.show.figures.re_evaluation import NOTHING, ROOMY, empty_figure
from perfkit.show.fonts import typeface_for
from perfkit.show.numbers import format_value, is_missing, shortest
from perfkit.show.tables.fields import plain_text, require
from perfkit.show.tables.re_evaluation import parted_reasons, quantity, reason_words
from perfkit.terms import Estimand, ScoreChange

LABEL_COLUMNS = 18
OTHERS = "其他"
LEVELS = {"projects": "项目", "items": "指标", "money": "资金"}


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of stacked bars 条形系列: its words, colour, hatch and the ink of numbers on it."""

    words: str
    color: str
    hatch: str = ""
    ink: str = INK


DIRECTIONS = {
    ScoreChange.LOWERED.value: Series("调减", BLUE, "", "white"),
    ScoreChange.EQUAL.value: Series("不变", "#E6E6E6"),
    ScoreChange.RAISED.value: Series("调增", "#C98A5B", "////"),
}
# dark, middle, light, then hatched: neighbours differ in grey print as well
STYLES = (
    (BLUE, "", "white"),
    (STEEL, "", INK),
    (PALE, "", INK),
    ("#8A4B20", "", "white"),
    ("#C98A5B", "////", INK),
    ("#E6E6E6", "", INK),
)


def _stacked(
    labels: Sequence[str],
    values: Sequence[Sequence[float]],
    words: Sequence[Sequence[str]],
    series: Sequence[Series],
    asides: Sequence[str],
    size: float = LABEL_SIZE,
) -> bytes:
    """Return stacked bars as PNG; words stand in a part where it is wide enough, asides right of the axes."""
    face = typeface_for(
        [*labels, *(text for line in words for text in line), *(item.words for item in series), *asides, DIGITS]
    )
    place = Frame(
        left=label_cm(face, labels, size) + 0.6,
        right=label_cm(face, asides, NOTE_SIZE) + 0.7,
        bottom=0.3,
        top=0.4,
        height=max(len(labels), 1) * row_cm(labels, 0.8 if size == LABEL_SIZE else 0.6, size),
    )
    keys = legend_places(face, [item.words for item in series], place.width + place.right)
    place = replace(place, top=place.top + legend_cm(keys))
    most = max((sum(line) for line in values), default=0.0) or 1.0
    with drawing(place) as axes:
        axes.set_xlim(0, most)
        for y, (line, texts) in enumerate(zip(values, words, strict=True)):
            start = 0.0
            for value, text, item in zip(line, texts, series, strict=True):
                axes.barh(y, value, left=start, height=0.62, facecolor=item.color, hatch=item.hatch, edgecolor="white",
                          linewidth=0.8)  # fmt: skip
                if value / most * place.width > label_cm(face, [text], NOTE_SIZE) + 0.15:
                    box = item.color if item.hatch else None
                    write(
                        axes, face, (start + value / 2, y), text, size=NOTE_SIZE, color=item.ink, ha="center", box=box
                    )
                start += value
            write(axes, face, (start + 0.2 / place.width * most, y), asides[y], size=NOTE_SIZE, color=SOFT_INK)
        categories(axes, face, labels, place, size)
        legend(axes, face, [(item.words, item.color, item.hatch) for item in series], place)
        return png_of(axes)


def plot_change_directions(
    frame: pd.DataFrame, *, name: str = "change-directions", caption: str = "再评得分变动方向"
) -> Figure:
    """Return the shares of projects, items and money by direction 得分变动方向图.

    Parameters
    ----------
    frame : ``department``, ``level``, ``direction``, ``reason``, ``count``, ``of``, ``share``; rows of all departments and
        all reasons are drawn, then the projects of each department where there are several.
    """
    require(frame, name, ("department", "level", "direction", "reason", "count", "of", "share"))
    whole = frame[frame["reason"].map(plain_text) == ""]
    departments = [name for name in dict.fromkeys(map(str, whole["department"])) if name]
    wanted = [("", level) for level in LEVELS]
    wanted += [(department, "projects") for department in departments] if len(departments) > 1 else []
    rows = []
    for department, level in wanted:
        own = whole[(whole["department"].astype(str) == department) & (whole["level"] == level)]
        shares = {str(row["direction"]): row for row in own.to_dict(orient="records")}
        if shares and not any(is_missing(row["share"]) for row in shares.values()):
            rows.append((department, level, shares))
    if not rows:
        return empty_figure(name, caption)
    roomy = len(rows) <= ROOMY + len(LEVELS)
    columns = LABEL_COLUMNS if roomy else 2 * LABEL_COLUMNS
    labels = [wrapped(department or f"全部{LEVELS[level]}", columns) for department, level, _ in rows]
    values = [[float(shares[way]["share"]) if way in shares else 0.0 for way in DIRECTIONS] for *_, shares in rows]
    words = [[format_value(value, "rate", 1) for value in line] for line in values]
    asides = [_of(level, shares) for _, level, shares in rows]
    size = LABEL_SIZE if roomy else NOTE_SIZE
    png = _stacked(labels, values, words, list(DIRECTIONS.values()), asides, size)
    alt = "；".join(
        f"{label}调减 {line[0]}、不变 {line[1]}、调增 {line[2]}".replace("\n", "")
        for label, line in zip(labels, words, strict=True)
    )
    return Figure(name=name, caption=caption, png=png, alt=f"堆叠横条图。{alt}。")


def _of(level: str, shares: Mapping[str, Mapping[Any, Any]]) -> str:
    """Return how much the shares are of."""
    of = next(iter(shares.values()))["of"]
    if level == "money":
        return f"{format_value(of, 'money')} 万元"
    return f"{format_value(of, 'count')} {'个' if level == 'projects' else '项'}"


def plot_change_reasons(
    frame: pd.DataFrame,
    *,
    department: str = "",
    name: str = "change-reasons-map",
    caption: str = "再评差异原因（涉及指标项数）",
) -> Figure:
    """Return how many items changed for which reason, by level-1 indicator 差异原因图.

    Parameters
    ----------
    frame : ``department``, ``level1``, ``reason``, ``count``.
    department : whose rows; of all where it is empty.
    """
    require(frame, name, ("department", "level1", "reason", "count"))
    own = parted_reasons(frame[frame["department"].astype(str) == department])
    if own.empty:
        return empty_figure(name, caption, "没有登记原因的变动")
    totals = own.groupby("reason", sort=False)["count"].sum().sort_values(ascending=False, kind="stable")
    order = own.groupby("level1", sort=False)["count"].sum().sort_values(ascending=False, kind="stable")
    named = [str(level) for level in order.index[: len(STYLES) - (len(order) > len(STYLES))]]
    levels = [*named, *([OTHERS] if len(order) > len(named) else [])]
    counts = {
        (str(row["reason"]), str(row["level1"]) if str(row["level1"]) in named else OTHERS): 0.0
        for row in own.to_dict(orient="records")
    }
    for row in own.to_dict(orient="records"):
        counts[str(row["reason"]), str(row["level1"]) if str(row["level1"]) in named else OTHERS] += float(row["count"])
    reasons = [str(reason) for reason in totals.index]
    labels = [wrapped(reason_words(reason), LABEL_COLUMNS) for reason in reasons]
    values = [[counts.get((reason, level), 0.0) for level in levels] for reason in reasons]
    words = [[shortest(value) if value else "" for value in line] for line in values]
    series = [Series(level or "未分类", *style) for level, style in zip(levels, STYLES, strict=False)]
    asides = [format_value(total, "count") for total in totals]
    alt = "；".join(f"{label} {aside} 项" for label, aside in zip(labels, asides, strict=True))
    png = _stacked(labels, values, words, series, asides)
    return Figure(name=name, caption=caption, png=png, alt=f"堆叠横条图。{alt}。")


def plot_node_rates(
    frame: pd.DataFrame,
    *,
    department: str = "",
    name: str = "node-rates",
    caption: str = "各类指标自评与再评价平均得分率",
) -> Figure:
    """Return mean score rates of self and re-evaluation by indicator 指标得分率对照图.

    Parameters
    ----------
    frame : ``department``, ``level1``, ``level2``, ``items``, ``mean_self_rate``, ``mean_re_rate`` (fractions).
    department : whose rows; of all where it is empty.
    """
    require(frame, name, ("department", "level1", "level2", "items", "mean_self_rate", "mean_re_rate"))
    own = frame[(frame["department"].astype(str) == department) & frame["mean_re_rate"].notna()]
    rows = _nodes(own[own["mean_self_rate"].notna()].to_dict(orient="records"))
    if not rows:
        return empty_figure(name, caption, "没有逐指标再评的项目")
    labels = [wrapped(_node(row), 22) for row in rows]
    pairs = [(float(row["mean_self_rate"]), float(row["mean_re_rate"])) for row in rows]
    words = [f"{format_value(own, 'rate', 1)} → {format_value(again, 'rate', 1)}　{shortest(row['items'])} 项"
             for row, (own, again) in zip(rows, pairs, strict=True)]  # fmt: skip
    title = "○ 自评　● 再评价"
    face = typeface_for([*labels, *words, title, DIGITS])
    place = Frame(
        left=label_cm(face, labels, NOTE_SIZE) + 0.6,
        right=label_cm(face, words, NOTE_SIZE) + 0.6,
        bottom=0.9,
        top=0.8,
        height=len(rows) * row_cm(labels, 0.7, NOTE_SIZE),
    )
    low = max(0.0, min(min(pair) for pair in pairs) - 0.08)
    low = int(low * 10) / 10
    with drawing(place) as axes:
        axes.set_xlim(low, 1.02)
        bottom = len(rows) - 0.5
        for tick in (step / 10 for step in range(int(low * 10 + 1e-9), 11)):
            axes.plot([tick, tick], [-0.5, bottom], color=RULE, linewidth=0.4, zorder=0)
            at = (tick, bottom + 0.2 * len(rows) / place.height)
            write(axes, face, at, format_value(tick, "rate", 0), size=NOTE_SIZE, color=SOFT_INK, ha="center", va="top")
        for y, (before, after) in enumerate(pairs):
            axes.plot([before, after], [y, y], color=BLUE if after <= before else WARM, linewidth=1.6, zorder=2)
            axes.scatter(
                [before], [y], s=34, facecolor="white", edgecolor=SOFT_INK, linewidths=1.0, zorder=3, clip_on=False
            )
            axes.scatter(
                [after], [y], s=34, facecolor=BLUE if after <= before else WARM, linewidths=0, zorder=4, clip_on=False
            )
            write(axes, face, (1.02 + 0.2 / place.width * (1.02 - low), y), words[y], size=NOTE_SIZE)
        write(axes, face, (low, -0.5 - 0.4 * len(rows) / place.height), title, size=NOTE_SIZE, color=SOFT_INK)
        categories(axes, face, labels, place, NOTE_SIZE)
        png = png_of(axes)
    alt = "；".join(f"{label} {text}".replace("\n", "") for label, text in zip(labels, words, strict=True))
    return Figure(name=name, caption=caption, png=png, alt=f"得分率对照图。{alt}。")


def _nodes(rows: Sequence[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """Return the level-2 rows, and a level-1 row where nothing stands below it."""
    parents = {plain_text(row["level1"]) for row in rows if plain_text(row["level2"])}
    return [
        row
        for row in rows
        if plain_text(row["level2"]) or (plain_text(row["level1"]) and plain_text(row["level1"]) not in parents)
    ]


def _node(row: Mapping[Any, Any]) -> str:
    level1, level2 = plain_text(row["level1"]), plain_text(row["level2"])
    return f"{level1} · {level2}" if level2 and level2 != level1 else level1


def plot_sampling_precision(
    frame: pd.DataFrame,
    *,
    reached: pd.DataFrame | None = None,
    name: str = "sampling-precision",
    caption: str = "抽样精度：要求、预计与实际达到的区间半宽（分）",
) -> Figure:
    """Return wanted, planned and reached half-widths of the mean by department 抽样精度图; left is more precise.

    Parameters
    ----------
    frame : designs of the plans: ``department``, ``estimand``, ``taken``, ``wanted``, ``achieved`` (points).
    reached : ``department``, ``n``, ``low``, ``high`` of the estimates, where there are any.
    """
    require(frame, name, ("department", "estimand", "taken", "wanted", "achieved"))
    rows = frame[frame["estimand"].map(plain_text) == Estimand.MEAN_DIFFERENCE.value].to_dict(orient="records")
    rows = [row for row in rows if not is_missing(row["wanted"])]
    if not rows:
        return empty_figure(name, caption, "抽样方案没有以平均偏高幅度定样本量")
    halves = _half_widths(reached)
    roomy = len(rows) <= ROOMY
    labels = [wrapped(plain_text(row["department"]), LABEL_COLUMNS if roomy else 2 * LABEL_COLUMNS) for row in rows]
    points = [(float(row["wanted"]), float(row["achieved"] if not is_missing(row["achieved"]) else row["wanted"]),
               halves.get(plain_text(row["department"]))) for row in rows]  # fmt: skip
    words = [_precision(row, point) for row, point in zip(rows, points, strict=True)]
    size = LABEL_SIZE if roomy else NOTE_SIZE
    keys = [Series("要求", RULE), Series("预计", STEEL), Series("实际", BLUE)]
    face = typeface_for([*labels, *words, *(key.words for key in keys), NOTHING, DIGITS])
    place = Frame(
        left=label_cm(face, labels, size) + 0.6,
        right=label_cm(face, words, NOTE_SIZE) + 0.6,
        bottom=0.3,
        top=0.9,
        height=len(rows) * row_cm(labels, 1.15 if roomy else 0.95, size),
    )
    most = 1.08 * max(value for point in points for value in point if value is not None)
    with drawing(place) as axes:
        axes.set_xlim(0, most)
        for y, point in enumerate(points):
            for slot, (value, key) in enumerate(zip(point, keys, strict=True)):
                if value is not None:
                    axes.barh(y + (slot - 1) * 0.25, value, height=0.22, color=key.color, linewidth=0)
            write(axes, face, (most * (1 + 0.2 / place.width), y), words[y], size=NOTE_SIZE)
        categories(axes, face, labels, place, size)
        legend(axes, face, [(key.words, key.color, "") for key in keys], place)
        png = png_of(axes)
    alt = "；".join(f"{label} {text}".replace("\n", " ") for label, text in zip(labels, words, strict=True))
    return Figure(name=name, caption=caption, png=png, alt=f"横条图。{alt}。")


def _half_widths(reached: pd.DataFrame | None) -> dict[str, float]:
    """Return department → half the width of its interval."""
    rows = [] if reached is None else reached.to_dict(orient="records")
    return {
        plain_text(row["department"]): (float(row["high"]) - float(row["low"])) / 2
        for row in rows
        if not (is_missing(row["low"]) or is_missing(row["high"]))
    }


def _precision(row: Mapping[Any, Any], point: tuple[float, float, float | None]) -> str:
    """Return the half-widths of one department in words."""
    wanted, planned, found = point
    last = "未达到可作区间的条件" if found is None else f"实际 {quantity(found, '')}"
    return f"样本 {shortest(row['taken'])}　要求 {quantity(wanted, '')}\n预计 {quantity(planned, '')}　{last}"
