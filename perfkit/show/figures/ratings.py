"""Figures of ratings 评分图: pairs against the identity line, differences with limits, grade migration, intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from perfkit.result import Interval, Result
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
    png_of,
    row_cm,
    write,
)
from perfkit.show.fonts import Typeface, typeface_for
from perfkit.show.numbers import format_value, is_missing, shortest
from perfkit.show.tables.statistics import coefficient, labelled_names, limits

DIGITS = "0123456789.-[], n=%"
TICKS = 6
WARM = "#8A4B20"


def _known(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the pairs that can be drawn; the caller's caption says how many there are."""
    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    whole = np.isfinite(first) & np.isfinite(second)
    return first[whole], second[whole]


def padded(low: float, high: float) -> tuple[float, float]:
    """Return the ends of a scale with a margin, never of no length."""
    margin = 0.06 * (high - low) or 0.5 * abs(high) or 0.5
    return low - margin, high + margin


def ticks(low: float, high: float) -> list[float]:
    """Return round places for ticks within a scale."""
    return [float(tick) for tick in MaxNLocator(TICKS).tick_values(low, high) if low <= tick <= high]


def scales(axes: Axes, face: Typeface, place: Frame, x_title: str, y_title: str) -> None:
    """Draw grid, ticks and titles of both axes inside their present limits."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    across, up = (right - left) / place.width, (high - low) / place.height
    for tick in ticks(left, right):
        axes.plot([tick, tick], [low, high], color=RULE, linewidth=0.4, zorder=0)
        write(
            axes, face, (tick, low - 0.15 * up), shortest(tick), size=NOTE_SIZE, color=SOFT_INK, ha="center", va="top"
        )
    for tick in ticks(low, high):
        axes.plot([left, right], [tick, tick], color=RULE, linewidth=0.4, zorder=0)
        write(axes, face, (left - 0.15 * across, tick), shortest(tick), size=NOTE_SIZE, color=SOFT_INK, ha="right")
    write(axes, face, ((left + right) / 2, low - 0.75 * up), x_title, size=LABEL_SIZE, ha="center", va="top")
    write(axes, face, (left - (place.left - 0.2) * across, high + 0.2 * up), y_title, size=LABEL_SIZE, va="bottom")


def _bubbles(axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64]) -> None:
    """Draw the points; those at one place become one larger point, so that ties are seen."""
    places = Counter(zip(x.tolist(), y.tolist(), strict=True))
    sizes = [12.0 * count**0.8 for count in places.values()]
    across, up = zip(*places, strict=True)
    axes.scatter(across, up, s=sizes, color=BLUE, alpha=0.55, linewidths=0, zorder=3)


def plot_pairs(
    x: ArrayLike,
    y: ArrayLike,
    *,
    x_title: str = "自评",
    y_title: str = "再评价",
    name: str = "pairs",
    caption: str = "自评与再评价对照",
) -> Figure:
    """Return pairs of ratings with the identity line 自评—再评价散点图: below it, the first rating is the higher.

    Parameters
    ----------
    x, y : shape (n,) each, one unit; incomplete pairs are not drawn. Pairs at one place make one larger point.
    """
    first, second = _known(x, y)
    both = np.concatenate([first, second]) if len(first) else np.array([0.0, 1.0])
    low, high = padded(float(both.min()), float(both.max()))
    face = typeface_for([x_title, y_title, "相等", DIGITS])
    place = Frame(left=2.2, right=4.0, bottom=1.5, top=0.9, height=8.8)
    with drawing(place) as axes:
        axes.set_xlim(low, high)
        axes.set_ylim(low, high)
        scales(axes, face, place, x_title, y_title)
        axes.plot([low, high], [low, high], color=WARM, linewidth=1.0, linestyle=(0, (4, 2)), zorder=2)
        write(axes, face, (high, high), " 相等", size=NOTE_SIZE, color=WARM)
        if len(first):
            _bubbles(axes, first, second)
        png = png_of(axes)
    words = f"{len(first)} 对；{x_title}较高 {int((first > second).sum())} 对，{y_title}较高 {int((first < second).sum())} 对"
    return Figure(name=name, caption=caption, png=png, alt=f"散点图与等值线。{words}。")


def plot_differences(
    x: ArrayLike,
    y: ArrayLike,
    *,
    bias: float,
    lower: float,
    upper: float,
    lower_interval: Interval | None = None,
    upper_interval: Interval | None = None,
    x_title: str = "自评",
    y_title: str = "再评价",
    name: str = "differences",
    caption: str = "差值与均值（一致性界限）",
) -> Figure:
    """Return differences against means with bias and limits of agreement 差值图（Bland–Altman）.

    Parameters
    ----------
    x, y : shape (n,) each, one unit; drawn are x - y against (x + y) / 2.
    bias, lower, upper : what the statistic gave; NaN is not drawn.
    lower_interval, upper_interval : intervals of the limits, drawn as bands.
    """
    first, second = _known(x, y)
    mean, gap = (first + second) / 2, first - second
    lines = [(bias, "平均差"), (upper, "上限"), (lower, "下限")]
    bands = [band for band in (lower_interval, upper_interval) if band is not None and band.known]
    reach = [0.0, *gap, *(value for value, _ in lines), *(end for band in bands for end in (band.low, band.high))]
    low, high = padded(float(np.nanmin(reach)), float(np.nanmax(reach)))
    left, right = padded(float(mean.min()), float(mean.max())) if len(mean) else (0.0, 1.0)
    titles = (f"（{x_title}＋{y_title}）÷2", f"{x_title}－{y_title}")
    marks = [f" {words} {coefficient(value, 2)}" for value, words in lines]
    face = typeface_for([*titles, *marks, DIGITS])
    place = Frame(left=2.2, right=label_cm(face, marks, NOTE_SIZE) + 0.4, bottom=1.5, top=0.9, height=7.2)
    with drawing(place) as axes:
        axes.set_xlim(left, right)
        axes.set_ylim(low, high)
        scales(axes, face, place, *titles)
        for band in bands:
            axes.axhspan(band.low, band.high, color=PALE, zorder=1, linewidth=0)
        axes.axhline(0, color=INK, linewidth=0.7, zorder=2)
        for (value, _), mark in zip(lines, marks, strict=True):
            if not is_missing(value):
                axes.axhline(value, color=WARM, linewidth=1.0, linestyle=(0, (4, 2)), zorder=2)
                write(axes, face, (right, value), mark, size=NOTE_SIZE, color=WARM)
        if len(mean):
            _bubbles(axes, mean, gap)
        png = png_of(axes)
    alt = f"差值散点图。{len(gap)} 对；" + "；".join(mark.strip() for mark in marks)
    return Figure(name=name, caption=caption, png=png, alt=f"{alt}。")


def plot_migration(
    frame: pd.DataFrame,
    *,
    row_title: str = "自评等级",
    column_title: str = "再评价等级",
    name: str = "grade-migration",
    caption: str = "等级迁移",
) -> Figure:
    """Return a migration matrix as shaded counts 等级迁移图; the diagonal is framed, darker is more.

    Parameters
    ----------
    frame : tidy, one row per pair of grades: ``before``, ``after``, ``count``, in the order of the scale.
    """
    grades = [str(grade) for grade in dict.fromkeys(frame["before"])]
    counts = {(str(row["before"]), str(row["after"])): int(row["count"]) for row in frame.to_dict(orient="records")}
    most = max(counts.values(), default=0) or 1
    face = typeface_for([*grades, row_title, column_title, DIGITS])
    cell = 1.5
    left = label_cm(face, grades, LABEL_SIZE) + 1.2
    place = Frame(left=left, right=15.0 - left - 2.4 * len(grades), bottom=0.3, top=1.7, height=cell * len(grades))
    with drawing(place) as axes:
        axes.set_xlim(-0.5, len(grades) - 0.5)
        categories(axes, face, grades, place)
        for x, after in enumerate(grades):
            write(axes, face, (x, -0.5 - 0.25 / cell), after, size=LABEL_SIZE, ha="center", va="bottom")
            for y, before in enumerate(grades):
                count = counts.get((before, after), 0)
                shade = 0.0 if not count else 0.15 + 0.85 * (count / most) ** 0.5
                axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=BLUE, alpha=shade, linewidth=0))
                ink = "white" if shade > 0.55 else INK
                write(axes, face, (x, y), format_value(count, "count"), size=LABEL_SIZE, color=ink, ha="center")
            axes.add_patch(
                Rectangle((x - 0.5, x - 0.5), 1, 1, fill=False, edgecolor=WARM, linewidth=1.4, clip_on=False)
            )
        middle = (len(grades) - 1) / 2
        write(axes, face, (middle, -0.5 - 1.1 / cell), f"→ {column_title}", size=NOTE_SIZE, color=SOFT_INK, ha="center")
        aside = -0.5 - (left - 0.2) / 2.4
        write(axes, face, (aside, -0.5 - 0.25 / cell), f"{row_title} ↓", size=NOTE_SIZE, color=SOFT_INK, va="bottom")
        png = png_of(axes)
    moved = [f"{before}→{after} {count}" for (before, after), count in counts.items() if count and before != after]
    return Figure(name=name, caption=caption, png=png, alt=f"等级迁移矩阵。变动：{'，'.join(moved) or '无'}。")


def plot_estimates(
    results: Sequence[Result],
    *,
    labels: Sequence[str] = (),
    low: float = 0.0,
    high: float = 1.0,
    name: str = "estimates",
    caption: str = "估计值与置信区间",
) -> Figure:
    """Return estimates with their intervals as points and bars 估计值与区间图; what has no interval is a hollow point.

    Parameters
    ----------
    results : results with ``value`` and ``interval`` on one scale; what is undefined is written as 无法估计.
    labels : what tells results of one statistic apart; one for each, or none.
    low, high : ends of the scale; they give way where an estimate or a limit lies beyond.
    """
    names = labelled_names(results, labels)
    intervals = [getattr(result, "interval", None) for result in results]
    values = [float(getattr(result, "value", np.nan)) for result in results]
    words = [f"{coefficient(value)} {limits(band)}" for value, band in zip(values, intervals, strict=True)]
    ends = [end for band in intervals if isinstance(band, Interval) for end in (band.low, band.high)]
    seen = [end for end in (low, high, *values, *ends) if np.isfinite(end)]
    face = typeface_for([*names, *words, DIGITS])
    place = Frame(
        left=label_cm(face, names, LABEL_SIZE) + 0.6,
        right=label_cm(face, words, NOTE_SIZE) + 0.6,
        bottom=0.8,
        top=0.3,
        height=max(len(results), 1) * row_cm(names, 0.8),
    )
    with drawing(place) as axes:
        axes.set_xlim(*(padded(min(seen), max(seen)) if min(seen) < low or max(seen) > high else (low, high)))
        left, right = axes.get_xlim()
        bottom = len(results) - 0.5
        for tick in ticks(left, right):
            zero = abs(tick) < 1e-12
            axes.plot(
                [tick, tick], [-0.5, bottom], color=SOFT_INK if zero else RULE, linewidth=0.8 if zero else 0.4, zorder=0
            )
            drop = 0.15 * len(results) / place.height
            write(
                axes, face, (tick, bottom + drop), shortest(tick), size=NOTE_SIZE, color=SOFT_INK, ha="center", va="top"
            )
        for y, (value, band) in enumerate(zip(values, intervals, strict=True)):
            whole = isinstance(band, Interval) and band.known
            if whole and isinstance(band, Interval):
                axes.plot([band.low, band.high], [y, y], color=STEEL, linewidth=3.0, solid_capstyle="butt", zorder=2)
            if np.isfinite(value):
                axes.scatter([value], [y], s=34, facecolor=BLUE if whole else "white", edgecolor=BLUE, zorder=3)
            write(axes, face, (right + 0.3 / place.width * (right - left), y), words[y], size=NOTE_SIZE)
        categories(axes, face, names, place)
        png = png_of(axes)
    alt = "；".join(f"{label} {text}" for label, text in zip(names, words, strict=True))
    return Figure(name=name, caption=caption, png=png, alt=f"估计值与区间。{alt}。")
