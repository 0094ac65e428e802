"""Figures of generalizability 概化理论图: coefficients over numbers of raters, severity of raters with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from perfkit.result import Interval, Result
from perfkit.show.drawing import (
    BLUE,
    INK,
    LABEL_SIZE,
    NOTE_SIZE,
    RULE,
    SOFT_INK,
    STEEL,
    Figure,
    Frame,
    categories,
    drawing,
    label_cm,
    png_of,
    row_cm,
    write,
)
from perfkit.show.fonts import typeface_for
from perfkit.show.numbers import fixed, is_missing, shortest
from perfkit.show.tables.generalizability import COEFFICIENTS, PLAN_HEADERS, facet_words, number_columns
from perfkit.show.tables.statistics import coefficient as printed
from perfkit.show.tables.statistics import limits

DIGITS = "0123456789.-[], "
WARM = "#8A4B20"
RATERS = "n_rater"
STYLES = ((0, (1, 0)), (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1, 2)))
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
LABEL_GAP = 0.062
LEAST_WIDTH = 0.5


def _lines(frame: pd.DataFrame, name: str) -> Mapping[str, pd.DataFrame]:
    """Return the lines by label: one per combination of the other facets, or G and Φ where there is none."""
    others = [column for column in number_columns(frame) if column != RATERS]
    if not others:
        return {
            PLAN_HEADERS[one]: frame[[RATERS, one]].set_axis(["raters", "value"], axis=1).sort_values("raters")
            for one in COEFFICIENTS
        }
    found = {}
    for numbers, part in frame.groupby(others, sort=True):
        label = "，".join(
            f"{facet_words(column)} {shortest(float(str(number)))}"
            for column, number in zip(others, numbers, strict=True)
        )
        found[label] = part[[RATERS, name]].set_axis(["raters", "value"], axis=1).sort_values("raters")
    return found


def _spread(places: Sequence[float]) -> list[float]:
    """Return the heights of labels, pushed upwards as far as they would cover one another."""
    spread = list(places)
    lowest = -np.inf
    for place in np.argsort(places, kind="stable").tolist():
        lowest = spread[place] = max(places[place], lowest + LABEL_GAP)
    return spread


def plot_d_study(
    curve: Result,
    *,
    coefficient: Literal["phi", "g"] = "phi",
    target: float | None = None,
    name: str = "d-study-curve",
    caption: str = "评分者数与系数",
) -> Figure:
    """Return coefficients over the number of raters 决策研究曲线图.

    Parameters
    ----------
    curve : a curve of decision studies with raters in its design. With a further facet one line per number of it; with
        raters alone the two coefficients.
    coefficient : which one to draw where there is a further facet.
    target : drawn as a line across; ``None``: none.
    """
    frame = curve.to_frame()
    lines = _lines(frame, coefficient)
    known = {label: line.dropna() for label, line in lines.items() if line["value"].notna().any()}
    marks = [f" {label}" for label in known]
    two = len(number_columns(frame)) == 1
    y_title = "G 与 Φ" if two else PLAN_HEADERS[coefficient]
    face = typeface_for([*marks, y_title, "评分者数目标无法估计", DIGITS])
    place = Frame(
        left=1.6, right=label_cm(face, [*marks, " 目标 0.80"], NOTE_SIZE) + 0.5, bottom=1.4, top=0.9, height=7.4
    )
    raters = sorted({float(number) for number in frame[RATERS]})
    left, right = raters[0], max(raters[-1], raters[0] + LEAST_WIDTH)
    across = (right - left) / place.width
    with drawing(place) as axes:
        axes.set_xlim(left, right)
        axes.set_ylim(0, 1)
        for tick in TICKS:
            axes.plot([left, right], [tick, tick], color=RULE, linewidth=0.4, zorder=0, clip_on=False)
            write(axes, face, (left - 0.2 * across, tick), fixed(tick, 1), size=NOTE_SIZE, color=SOFT_INK, ha="right")
        for number in raters[:: -(-len(raters) // 12)]:
            write(axes, face, (number, -0.025), shortest(number), size=NOTE_SIZE, color=SOFT_INK, ha="center", va="top")
        write(axes, face, ((left + right) / 2, -0.1), "评分者数", size=LABEL_SIZE, ha="center", va="top")
        write(axes, face, (left - 1.3 * across, 1.03), y_title, size=LABEL_SIZE, va="bottom")
        if target is not None:
            axes.plot([left, right], [target, target], color=WARM, linewidth=1.0, linestyle=(0, (4, 2)), zorder=2)
            write(
                axes, face, (left + 0.1 * across, target + 0.03), f"目标 {shortest(target)}", size=NOTE_SIZE, color=WARM
            )
        if not known:
            write(axes, face, ((left + right) / 2, 0.5), "无法估计", size=LABEL_SIZE, ha="center")
        heights = _spread([float(line["value"].iloc[-1]) for line in known.values()])
        for order, (line, mark, height) in enumerate(zip(known.values(), marks, heights, strict=True)):
            color, style = (BLUE, STEEL)[order % 2 if two else 0], STYLES[order % len(STYLES)]
            axes.plot(
                line["raters"], line["value"], color=color, linewidth=1.6, linestyle=style, zorder=3, clip_on=False
            )
            write(axes, face, (right, height), mark, size=NOTE_SIZE, color=INK)
        png = png_of(axes)
    told = [f"{label}：{_ends(line)}" for label, line in known.items()] or ["无法估计"]
    return Figure(name=name, caption=caption, png=png, alt=f"{y_title}随评分者数变化的曲线。{'；'.join(told)}。")


def _ends(line: pd.DataFrame) -> str:
    """Return the two ends of a line in words."""
    raters, values = (line[column].tolist() for column in ("raters", "value"))
    ends = ((raters[0], values[0]), (raters[-1], values[-1]))
    return "，".join(f"评分者 {shortest(number)} 名 {printed(value)}" for number, value in ends)


def plot_severity(result: Result, *, name: str = "severity-figure", caption: str = "评分者的宽严与区间") -> Figure:
    """Return how lenient or severe each rater is, with intervals 评分者宽严图: right of 0 lenient, left severe.

    Parameters
    ----------
    result : a severity of raters; what is undefined is written as 无法估计.
    """
    frame = result.to_frame()
    names = [str(rater) for rater in frame["rater"]]
    effects, lows, highs = (frame[column].to_numpy(dtype=float) for column in ("effect", "low", "high"))
    bands = [Interval(low, high, float("nan")) for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
    words = [f"{printed(value, 2)} {limits(band, 2)}" for value, band in zip(effects.tolist(), bands, strict=True)]
    seen = [end for end in (*effects, *lows, *highs) if np.isfinite(end)]
    reach = 1.08 * max((abs(float(end)) for end in seen), default=0.0) or 1.0
    face = typeface_for([*names, *words, "偏严偏宽←→", DIGITS])
    place = Frame(
        left=label_cm(face, names, LABEL_SIZE) + 0.6,
        right=label_cm(face, words, NOTE_SIZE) + 0.6,
        bottom=0.8,
        top=0.6,
        height=max(len(names), 1) * row_cm(names, 0.8),
    )
    with drawing(place) as axes:
        axes.set_xlim(-reach, reach)
        bottom, drop = len(names) - 0.5, 0.2 * max(len(names), 1) / place.height
        axes.plot([0, 0], [-0.5, bottom], color=SOFT_INK, linewidth=0.8, zorder=0)
        write(axes, face, (0, bottom + drop), "0", size=NOTE_SIZE, color=SOFT_INK, ha="center", va="top")
        write(axes, face, (-reach, -0.5 - drop), "← 偏严", size=NOTE_SIZE, color=SOFT_INK, va="bottom")
        write(axes, face, (reach, -0.5 - drop), "偏宽 →", size=NOTE_SIZE, color=SOFT_INK, ha="right", va="bottom")
        for y, (value, band) in enumerate(zip(effects.tolist(), bands, strict=True)):
            if band.known:
                axes.plot([band.low, band.high], [y, y], color=STEEL, linewidth=3.0, solid_capstyle="butt", zorder=2)
            if not is_missing(value):
                axes.scatter([value], [y], s=34, facecolor=BLUE if band.known else "white", edgecolor=BLUE, zorder=3)
            write(axes, face, (reach * (1 + 0.6 / place.width), y), words[y], size=NOTE_SIZE)
        categories(axes, face, names, place)
        png = png_of(axes)
    told = "；".join(f"{rater} {text}" for rater, text in zip(names, words, strict=True))
    return Figure(name=name, caption=caption, png=png, alt=f"评分者宽严与区间，正为偏宽。{told or '无'}。")
