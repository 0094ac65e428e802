"""The map of coverage as a figure 区间覆盖率图: cases down, sample sizes across, darker where intervals miss more often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.patches import Rectangle

from perfkit.result import Result
from perfkit.show.drawing import (
    INK,
    NOTE_SIZE,
    PALE,
    SOFT_INK,
    STEEL,
    VALUE_SIZE,
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
    text_width,
    write,
)
from perfkit.show.fonts import typeface_for
from perfkit.show.numbers import BLANK, format_value, is_missing
from perfkit.show.tables.coverage import VERDICT_WORDS, case_words

# Low coverage in three steps, the darkest where more than one interval in five misses.
FAR, LOW, SLIGHT = "#8A4B20", "#C98B5A", "#EBCFB4"
FAR_BELOW, LOW_BELOW = 0.80, 0.90
LABEL_COLUMNS = 36
# What follows the parts of a label: statistic, variant, method, shape, raters.
UNITS = ("", "", "", "", " 名")
KEYS = (
    ("偏低（不到 80%）", FAR, ""),
    ("偏低（不到 90%）", LOW, ""),
    ("偏低", SLIGHT, ""),
    ("相符", PALE, ""),
    ("偏宽", STEEL, ""),
)
KEY = ["statistic", "interval_method", "design", "shape", "k", "side"]


def _color(verdict: str, coverage: float) -> str:
    """Return the colour of a case."""
    if verdict != "low":
        return STEEL if verdict == "high" else PALE
    return FAR if coverage < FAR_BELOW else LOW if coverage < LOW_BELOW else SLIGHT


def _labels(cases: Sequence[Mapping[Any, Any]]) -> list[str]:
    """Return one label per case, made of what differs between them, in lines that break between parts."""
    words = [case_words(case) for case in cases]
    told = [place for place in range(len(words[0])) if len({each[place] for each in words}) > 1] or [0]
    return [_label([each[place] + UNITS[place] for place in told if each[place] != BLANK]) for each in words]


def _label(parts: Sequence[str]) -> str:
    """Return the parts of a label, in lines."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and text_width(longer) <= LABEL_COLUMNS:
            lines[-1] = longer
        else:
            lines.append(part)
    return "\n".join(lines) or BLANK


def plot_coverage(result: Result, *, name: str = "coverage", caption: str = "名义 95% 区间的模拟覆盖率") -> Figure:
    """Return the map of coverage 区间覆盖率图: one row per case, one column per sample size.

    Parameters
    ----------
    result : a map of coverage, whole or in part; what all its cases share is left to the caption.
    """
    frame: pd.DataFrame = result.to_frame()
    sizes = sorted({int(n) for n in frame["n"]})
    groups = [(case, part) for _, part in frame.groupby(KEY, sort=False) for case in part.head(1).to_dict("records")]
    labels = _labels([case for case, _ in groups])
    face = typeface_for([*labels, *(key[0] for key in KEYS), "0123456789.%n=—"])
    row = row_cm(labels, 0.62, NOTE_SIZE)
    left = label_cm(face, labels, NOTE_SIZE) + 0.4
    words = [key[0] for key in KEYS]
    keys = legend_cm(legend_places(face, words, 15.0 - left))
    place = Frame(left=left, right=0.2, bottom=0.8, top=keys + 0.4, height=row * len(groups))
    with drawing(place) as axes:
        axes.set_xlim(0, len(sizes))
        categories(axes, face, labels, place, NOTE_SIZE)
        for column, size in enumerate(sizes):
            at = (column + 0.485, len(groups) - 0.5 + 0.35 / row)
            write(axes, face, at, f"n={size}", size=NOTE_SIZE, color=SOFT_INK, ha="center")
        for line, (_, part) in enumerate(groups):
            for point in part.to_dict("records"):
                coverage, verdict = float(point["coverage"]), str(point["verdict"])
                corner = (sizes.index(int(point["n"])), line - 0.46)
                axes.add_patch(Rectangle(corner, 0.97, 0.92, facecolor=_color(verdict, coverage), linewidth=0))
                text = BLANK if is_missing(coverage) else format_value(coverage, "rate", 1)
                dark = verdict == "low" and coverage < FAR_BELOW
                at = (corner[0] + 0.485, line)
                write(axes, face, at, text, size=VALUE_SIZE, color="white" if dark else INK, ha="center")
        legend(axes, face, KEYS, place)
        png = png_of(axes)
    return Figure(name=name, caption=caption, png=png, alt=_told(frame))


def _told(frame: pd.DataFrame) -> str:
    """Return the figure in words: how many cases of each verdict, and the lowest coverage."""
    counts = "，".join(f"{words} {int((frame['verdict'] == code).sum())} 格" for code, words in VERDICT_WORDS.items())
    (lowest,) = frame.nsmallest(1, "coverage").to_dict("records")
    where = "、".join(word for word in (*case_words(lowest)[:4], f"n={lowest['n']}") if word != BLANK)
    return f"共 {len(frame)} 格：{counts}。最低 {format_value(lowest['coverage'], 'rate', 1)}（{where}）。"
