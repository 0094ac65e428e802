"""Figures 图: score rates, funds, survey answers, drawn alike on every machine and readable in grey print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
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
from perfkit.show.fonts import typeface_for
from perfkit.show.numbers import BLANK, format_value, is_missing
from perfkit.show.tables.fields import plain_text, require
from perfkit.show.tables.survey import option_columns
from perfkit.terms import Denominator, FundRow

LABEL_COLUMNS, QUESTION_COLUMNS = 18, 28
RATE_LABELS = ("0%", "20%", "40%", "60%", "80%", "100%")
FUND_SERIES = (("预算数", "budget", PALE), ("到位数", "received", STEEL), ("执行数", "executed", BLUE))
# best to worst: solid blues, a light middle, hatched browns, so that both ends differ in grey print; by options a side
BETTER = {1: (BLUE,), 2: (BLUE, STEEL), 3: (BLUE, "#5583AD", "#A9C4DC")}
WORSE = {1: ("#C98A5B",), 2: ("#C98A5B", "#8A4B20"), 3: ("#DDB08D", "#C08048", "#8A4B20")}
NEUTRAL = "#E6E6E6"
DARK = (BLUE, "#5583AD", "#8A4B20")
HATCH = "////"


def plot_score_rates(frame: pd.DataFrame, *, name: str = "score-rates", caption: str = "一级指标得分率") -> Figure:
    """Return score rates by level-1 indicator as bars 得分率图.

    Parameters
    ----------
    frame : rows with ``name``, ``full_score``, ``score``, ``rate`` (fraction; NaN prints —); where there is a
        column ``level``, only its level-1 rows are drawn.
    """
    require(frame, name, ("name", "full_score", "score", "rate"))
    rows = (frame[frame["level"] == 1] if "level" in frame.columns else frame).to_dict(orient="records")
    labels = [wrapped(plain_text(row["name"]), LABEL_COLUMNS) for row in rows]
    values = [format_value(row["rate"], "rate", missing=BLANK) for row in rows]
    points = [
        f"{format_value(row['score'], 'score', missing=BLANK)} / "
        f"{format_value(row['full_score'], 'number', missing=BLANK)}"
        for row in rows
    ]
    title = "得分 / 分值"
    face = typeface_for([*labels, *values, *points, *RATE_LABELS, title])
    place = Frame(
        left=label_cm(face, labels, LABEL_SIZE) + 0.6,
        right=label_cm(face, [*points, title], NOTE_SIZE) + 0.7,
        bottom=0.9,
        top=0.7,
        height=max(len(rows), 1) * row_cm(labels, 1.05),
    )
    with drawing(place) as axes:
        axes.set_xlim(0, 1)
        for share, words in zip((0, 0.2, 0.4, 0.6, 0.8, 1.0), RATE_LABELS, strict=True):
            axes.axvline(share, color=RULE, linewidth=0.5, zorder=0)
            write(axes, face, (share, len(rows) - 0.5 + 0.3 * len(rows) / place.height), words,
                  size=NOTE_SIZE, color=SOFT_INK, ha="center", va="top")  # fmt: skip
        aside = 1 + 0.3 / place.width
        for y, row in enumerate(rows):
            rate = 0.0 if is_missing(row["rate"]) else min(max(float(row["rate"]), 0.0), 1.0)
            axes.barh(y, 1.0, height=0.58, color=PALE, linewidth=0)
            axes.barh(y, rate, height=0.58, color=BLUE, linewidth=0)
            inside = rate * place.width > 2.0
            shift = (-0.15 if inside else 0.15) / place.width
            ink = "white" if inside else INK
            write(axes, face, (rate + shift, y), values[y], color=ink, ha="right" if inside else "left")
            write(axes, face, (aside, y), points[y], color=INK)
        write(axes, face, (aside, -0.5 - 0.3 * len(rows) / place.height), title, size=NOTE_SIZE, color=SOFT_INK)
        categories(axes, face, labels, place)
        png = png_of(axes)
    alt = "；".join(f"{plain_text(row['name'])} {value}" for row, value in zip(rows, values, strict=True))
    return Figure(name=name, caption=caption, png=png, alt=f"横条图。{alt}。")


def plot_funds(
    frame: pd.DataFrame,
    *,
    denominator: Denominator | str = Denominator.RECEIVED,
    name: str = "funds-execution",
    caption: str = "资金安排与执行情况",
) -> Figure:
    """Return budget, received and executed money by source with the execution rate 资金执行图.

    Parameters
    ----------
    frame : rows with ``source``, ``budget``, ``received``, ``executed`` (万元), ``execution_rate`` (fraction of what
        ``denominator`` says); rows whose ``row_type`` is ``total`` are left out where there are others.
    """
    require(frame, name, ("source", "budget", "received", "executed", "execution_rate"))
    rows = _detail_rows(frame)
    labels = [wrapped(plain_text(row["source"]), LABEL_COLUMNS) for row in rows]
    named = denominator.label if isinstance(denominator, Denominator) else plain_text(denominator, Denominator)
    money = [[format_value(row[column], "money", missing=BLANK) for _, column, _ in FUND_SERIES] for row in rows]
    rates = [format_value(row["execution_rate"], "rate", missing=BLANK) for row in rows]
    title, unit = f"执行率\n执行数÷{named}", "单位：万元"
    keys = [words for words, _, _ in FUND_SERIES]
    face = typeface_for([*labels, *rates, *(text for texts in money for text in texts), title, unit, *keys])
    place = Frame(
        left=label_cm(face, labels, LABEL_SIZE) + 0.6,
        right=label_cm(face, [title, *rates], NOTE_SIZE) + 0.6,
        bottom=0.3,
        top=1.35,
        height=max(len(rows), 1) * row_cm(labels, 1.75),
    )
    top = max((float(row[c]) for row in rows for _, c, _ in FUND_SERIES if not is_missing(row[c])), default=0.0)
    reach = place.width / (place.width - label_cm(face, [text for texts in money for text in texts], NOTE_SIZE) - 0.3)
    with drawing(place) as axes:
        axes.set_xlim(0, (top or 1.0) * reach)
        gap = 0.12 / place.width * (top or 1.0) * reach
        aside = (1 + place.right / 2 / place.width) * (top or 1.0) * reach
        for y, row in enumerate(rows):
            for slot, (_, column, color) in enumerate(FUND_SERIES):
                length = 0.0 if is_missing(row[column]) else float(row[column])
                at = y + (slot - 1) * 0.27
                axes.barh(at, length, height=0.24, color=color, linewidth=0)
                write(axes, face, (max(length, 0.0) + gap, at), money[y][slot], size=NOTE_SIZE)
            write(axes, face, (aside, y), rates[y], size=LABEL_SIZE, ha="center")
        write(axes, face, (aside, -0.5), title, size=NOTE_SIZE, color=SOFT_INK, ha="center", va="bottom")
        categories(axes, face, labels, place)
        legend(axes, face, [*((words, color, "") for words, _, color in FUND_SERIES), (unit, "none", "")], place)
        png = png_of(axes)
    alt = "；".join(
        f"{plain_text(row['source'])}预算 {texts[0]}、到位 {texts[1]}、执行 {texts[2]} 万元，执行率 {rate}"
        for row, texts, rate in zip(rows, money, rates, strict=True)
    )
    return Figure(name=name, caption=caption, png=png, alt=f"横条图。{alt}。")


def _detail_rows(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return the rows that are not totals, or all where there are only totals."""
    if "row_type" in frame.columns:
        details = [plain_text(kind, FundRow) != FundRow.TOTAL.label for kind in frame["row_type"]]
        frame = frame[details] if any(details) else frame
    return frame.to_dict(orient="records")


def plot_survey(
    frame: pd.DataFrame,
    *,
    options: Sequence[str] = (),
    group: str = "",
    id: str = "",
    name: str = "",
    caption: str = "",
) -> Figure:
    """Return the shares of the options of every question as stacked bars 问卷应答分布图.

    Parameters
    ----------
    frame : as for :func:`perfkit.show.tables.survey.table_survey_questions`.
    options : words of the options, best first; the names of the option columns where it is empty.
    group, id : respondents and questionnaire, for caption and name where these are not given.
    """
    require(frame, name or "survey", ("question", "text"))
    columns = option_columns(frame)
    words = list(options) if len(options) == len(columns) else columns
    rows = frame.to_dict(orient="records")
    labels = [wrapped(plain_text(row["text"]) or f"第 {row['question']} 题", QUESTION_COLUMNS) for row in rows]
    counts = [[0.0 if is_missing(row[column]) else float(row[column]) for column in columns] for row in rows]
    totals = [sum(line) for line in counts]
    asides = [f"n={format_value(total, 'count')}" for total in totals]
    face = typeface_for([*labels, *words, *asides, "0123456789.%"])
    place = Frame(
        left=label_cm(face, labels, NOTE_SIZE) + 0.6,
        right=label_cm(face, asides, NOTE_SIZE) + 0.6,
        bottom=0.3,
        top=0.4,
        height=max(len(rows), 1) * row_cm(labels, 0.95, NOTE_SIZE),
    )
    keys_at = legend_places(face, words, place.width + place.right)
    place = replace(place, top=place.top + legend_cm(keys_at))
    least = label_cm(face, ["00.0%"], NOTE_SIZE) + 0.1
    styles = option_styles(len(columns))
    with drawing(place) as axes:
        axes.set_xlim(0, 1)
        for y, (line, total) in enumerate(zip(counts, totals, strict=True)):
            start = 0.0
            for count, style in zip(line, styles, strict=True):
                share = count / total if total else 0.0
                axes.barh(y, share, left=start, height=0.62, facecolor=style["color"], hatch=style["hatch"],
                          edgecolor="white", linewidth=0.8)  # fmt: skip
                words_in = format_value(share, "rate", 1)
                if share * place.width > least:
                    box = style["color"] if style["hatch"] else None
                    write(axes, face, (start + share / 2, y), words_in, size=NOTE_SIZE,
                          color=style["ink"], ha="center", box=box)  # fmt: skip
                start += share
            write(axes, face, (1 + 0.2 / place.width, y), asides[y], size=NOTE_SIZE, color=SOFT_INK)
        categories(axes, face, labels, place, NOTE_SIZE)
        keys = [(text, style["color"], style["hatch"]) for text, style in zip(words, styles, strict=True)]
        legend(axes, face, keys, place)
        png = png_of(axes)
    alt = "；".join(
        f"第 {row['question']} 题 {words[0]} {format_value(line[0] / total if total else None, 'rate', missing=BLANK)}"
        for row, line, total in zip(rows, counts, totals, strict=True)
    )
    return Figure(
        name=name or (f"survey-{id}-answers" if id else "survey-answers"),
        caption=caption or f"{group}问卷各题应答分布",
        png=png,
        alt=f"堆叠横条图。{alt}。",
    )


def option_styles(n: int) -> list[Mapping[str, str]]:
    """Return colour, hatch and ink of ``n`` options, best first; beyond seven the middle takes the rest."""
    half = min(n // 2, max(BETTER))
    colors = [*BETTER.get(half, ()), *(NEUTRAL for _ in range(n - 2 * half)), *WORSE.get(half, ())]
    return [
        {"color": color, "hatch": HATCH if place >= n - half else "", "ink": "white" if color in DARK else INK}
        for place, color in enumerate(colors)
    ]
