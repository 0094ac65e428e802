"""Figures of a re-evaluation 再评价图: self-scores against re-evaluated ones, differences, grades, reasons, precision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

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
    drawing,
    label_cm,
    png_of,
    write,
)
from perfkit.show.figures.ratings import DIGITS, WARM, padded, plot_migration, scales, ticks
from perfkit.show.fonts import Typeface, typeface_for
from perfkit.show.numbers import fixed, is_missing, shortest
from perfkit.show.tables.fields import plain_text, require
from perfkit.terms import ScoreChange

Bands = Sequence[tuple[str, float, float]]
NOTHING = "没有再评项目"
# a grade whose part of the scale is narrower than this has no room for its name
LEAST_BAND_CM = 0.55
# up to so many departments a row has two lines; beyond that rows are low, so that a figure stays on one page
ROOMY = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """How points of one direction look 变动方向的标记: shapes differ too, so that grey print tells them apart."""

    direction: ScoreChange
    shape: str
    face: str
    edge: str
    words: str


MARKS = (
    Mark(ScoreChange.LOWERED, "o", BLUE, BLUE, "再评价低于自评"),
    Mark(ScoreChange.EQUAL, "s", "white", SOFT_INK, "不变"),
    Mark(ScoreChange.RAISED, "^", WARM, WARM, "再评价高于自评"),
)


def empty_figure(name: str, caption: str, words: str = NOTHING) -> Figure:
    """Return a figure that says that there is nothing to draw 空图."""
    face = typeface_for([words])
    place = Frame(left=0.3, right=0.3, bottom=0.3, top=0.3, height=1.4)
    with drawing(place) as axes:
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.add_patch(Rectangle((0, 0), 1, 1, facecolor="none", edgecolor=RULE, linewidth=0.8, clip_on=False))
        write(axes, face, (0.5, 0.5), words, size=LABEL_SIZE, color=SOFT_INK, ha="center")
        png = png_of(axes)
    return Figure(name=name, caption=caption, png=png, alt=f"{words}。")


def scored_pairs(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the re-scored projects of a frame with both totals as numbers 再评项目."""
    require(frame, name, ("self_total", "re_total", "direction"))
    pairs = frame[["self_total", "re_total", "direction"]].copy()
    pairs[["self_total", "re_total"]] = pairs[["self_total", "re_total"]].apply(pd.to_numeric, errors="coerce")
    return pairs[pairs[["self_total", "re_total"]].notna().all(axis=1)]


def _points(axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64], directions: Sequence[str]) -> None:
    """Draw the points by direction; those at one place become one larger point, so that ties are seen."""
    for mark in MARKS:
        own = [place for place, way in enumerate(directions) if way == mark.direction.value]
        places = Counter(zip(x[own].tolist(), y[own].tolist(), strict=True))
        if places:
            across, up = zip(*places, strict=True)
            sizes = [22.0 * count**0.8 for count in places.values()]
            axes.scatter(across, up, s=sizes, marker=mark.shape, facecolor=mark.face, edgecolor=mark.edge, alpha=0.75,
                         linewidths=0.8, zorder=4, clip_on=False)  # fmt: skip


def _key(axes: Axes, face: Typeface, place: Frame, directions: Sequence[str]) -> list[str]:
    """Draw what the marks mean right of the axes, from the top down, and return the words."""
    counts = Counter(directions)
    words = [f"{mark.words} {counts[mark.direction.value]} 个" for mark in MARKS]
    for number, (mark, text) in enumerate(zip(MARKS, words, strict=True)):
        at = (1 + 0.95 / place.width, 1 - (0.25 + 0.55 * number) / place.height)
        axes.scatter([at[0]], [at[1]], s=30, marker=mark.shape, facecolor=mark.face, edgecolor=mark.edge, linewidths=0.8,
                     transform=axes.transAxes, clip_on=False)  # fmt: skip
        axes.text(
            at[0] + 0.22 / place.width,
            at[1],
            face.printable(text),
            fontproperties=face.properties(NOTE_SIZE),
            color=INK,
            va="center",
            transform=axes.transAxes,
            parse_math=False,
        )
    return words


def plot_self_and_re(
    frame: pd.DataFrame, bands: Bands = (), *, name: str = "self-and-re", caption: str = "自评得分与再评价得分对照"
) -> Figure:
    """Return self-scores against re-evaluated scores 自评—再评价散点图: the line of equality and the edges of grades.

    Parameters
    ----------
    frame : projects with ``self_total``, ``re_total`` (NaN: not re-scored, not drawn) and ``direction``.
    bands : (grade, low, high); squares on the diagonal are projects whose grade stays.
    """
    pairs = scored_pairs(frame, name)
    if pairs.empty:
        return empty_figure(name, caption)
    x, y = pairs["self_total"].to_numpy(dtype=float), pairs["re_total"].to_numpy(dtype=float)
    directions = [plain_text(way) for way in pairs["direction"]]
    low, high = padded(float(min(x.min(), y.min())), float(max(x.max(), y.max())))
    high = min(high, 101.0) if max(x.max(), y.max()) <= 100 else high
    titles = ("自评得分", "再评价得分")
    seen = [(grade, max(start, low), min(end, high)) for grade, start, end in bands if start < high and end > low]
    face = typeface_for(
        [*titles, "相等个项目", *(mark.words for mark in MARKS), *(str(band[0]) for band in bands), DIGITS]
    )
    place = Frame(left=1.9, right=5.0, bottom=1.5, top=1.2, height=8.1)
    with drawing(place) as axes:
        axes.set_xlim(low, high)
        axes.set_ylim(low, high)
        scales(axes, face, place, titles[0], "")
        across = (high - low) / place.width
        write(axes, face, (low - (place.left - 0.15) * across, high + 0.75 * across), titles[1], size=LABEL_SIZE)
        for grade, start, end in seen:
            _grade(axes, face, str(grade), (start, end), (low, high), across)
        axes.plot([low, high], [low, high], color=WARM, linewidth=1.2, linestyle=(0, (4, 2)), zorder=3)
        write(axes, face, (high + 0.55 * across, low + 0.2 * across), "虚线：两者相等", size=NOTE_SIZE, color=WARM)
        _points(axes, x, y, directions)
        words = _key(axes, face, place, directions)
        png = png_of(axes)
    return Figure(name=name, caption=caption, png=png, alt=f"散点图与等值线。{len(x)} 个项目；{'；'.join(words)}。")


def _grade(
    axes: Axes, face: Typeface, grade: str, band: tuple[float, float], ends: tuple[float, float], across: float
) -> None:
    """Draw the edge of a grade on both scales, its square on the diagonal, and its name beside both."""
    (start, end), (low, high) = band, ends
    square = Rectangle((start, start), end - start, end - start, facecolor=PALE, alpha=0.55, linewidth=0, zorder=1)
    axes.add_patch(square)
    if start > low:
        axes.plot([start, start], [low, high], color=SOFT_INK, linewidth=0.7, zorder=2)
        axes.plot([low, high], [start, start], color=SOFT_INK, linewidth=0.7, zorder=2)
    if (end - start) / across >= LEAST_BAND_CM:
        middle = (start + end) / 2
        write(axes, face, (middle, high + 0.25 * across), grade, size=NOTE_SIZE, color=SOFT_INK, ha="center")
        write(axes, face, (high + 0.3 * across, middle), grade, size=NOTE_SIZE, color=SOFT_INK, ha="center")


def plot_inflation(
    frame: pd.DataFrame,
    *,
    mean: float = np.nan,
    limits: tuple[float, float] = (np.nan, np.nan),
    name: str = "inflation-by-score",
    caption: str = "自评偏高幅度与得分水平",
) -> Figure:
    """Return self minus re-evaluated against their mean 差值图: the mean, and limits of agreement where there are any.

    Parameters
    ----------
    frame : as for :func:`plot_self_and_re`.
    mean, limits : of the differences, as the statistic gave them; what is NaN is not drawn.
    """
    pairs = scored_pairs(frame, name)
    if pairs.empty:
        return empty_figure(name, caption)
    own, again = pairs["self_total"].to_numpy(dtype=float), pairs["re_total"].to_numpy(dtype=float)
    x, y = (own + again) / 2, own - again
    directions = [plain_text(way) for way in pairs["direction"]]
    lines = [
        (value, f"{words} {fixed(value, 2)}", style)
        for value, words, style in ((mean, "平均", (0, (4, 2))), (limits[1], "上限", (0, (1, 2))), (limits[0], "下限", (0, (1, 2))))
        if not is_missing(value)
    ]  # fmt: skip
    low, high = padded(min(0.0, y.min(), *(line[0] for line in lines)), max(0.0, y.max(), *(line[0] for line in lines)))
    left, right = padded(float(x.min()), float(x.max()))
    titles = ("（自评＋再评价）÷2", "自评－再评价（分）")
    words = [line[1] for line in lines]
    face = typeface_for([*titles, *words, "个一致性界限", *(mark.words for mark in MARKS), DIGITS])
    place = Frame(left=1.9, right=5.0, bottom=1.5, top=0.9, height=6.6)
    with drawing(place) as axes:
        axes.set_xlim(left, right)
        axes.set_ylim(low, high)
        scales(axes, face, place, *titles)
        axes.plot([left, right], [0, 0], color=INK, linewidth=0.9, zorder=2)
        for value, _, style in lines:
            axes.plot([left, right], [value, value], color=WARM, linewidth=1.2, linestyle=style, zorder=2)
        for (_, text, _), at in zip(lines, _apart([line[0] for line in lines], (low, high), place.height), strict=True):
            write(axes, face, (right + 0.15 * (right - left) / place.width, at), text, size=NOTE_SIZE, color=WARM)
        _points(axes, x, y, directions)
        told = _key(axes, face, place, directions)
        png = png_of(axes)
    return Figure(
        name=name, caption=caption, png=png, alt=f"差值散点图。{len(y)} 个项目；{'；'.join([*told, *words])}。"
    )


def _apart(values: Sequence[float], ends: tuple[float, float], height: float) -> list[float]:
    """Return places for labels at these values, pushed apart where they would overlap and off the key at the top."""
    step = 0.42 * (ends[1] - ends[0]) / height
    top = ends[1] - 1.9 * (ends[1] - ends[0]) / height
    placed: dict[int, float] = {}
    last = top + step
    for number in sorted(range(len(values)), key=lambda number: -values[number]):
        last = min(values[number], last - step)
        placed[number] = last
    return [placed[number] for number in range(len(values))]


def plot_grade_migration(
    frame: pd.DataFrame,
    *,
    department: str = "",
    order: Sequence[str] = (),
    name: str = "grade-migration-map",
    caption: str = "等级迁移（项目数）",
) -> Figure:
    """Return the migration of grades as shaded counts 等级迁移图.

    Parameters
    ----------
    frame : ``department``, ``self_grade``, ``re_grade``, ``count``.
    department : whose rows; of all where it is empty.
    order : grades, best first; those of the frame as they come where it is empty.
    """
    require(frame, name, ("department", "self_grade", "re_grade", "count"))
    own = frame[frame["department"].astype(str) == department]
    if own.empty or not own["count"].sum():
        return empty_figure(name, caption)
    place = {grade: number for number, grade in enumerate(order)}
    shown = own.rename(columns={"self_grade": "before", "re_grade": "after"}).sort_values(
        ["before", "after"],
        key=lambda column: column.map(lambda grade: place.get(str(grade), len(place))),
        kind="stable",
    )
    return plot_migration(shown, name=name, caption=caption)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One department of a figure of estimates."""

    label: str
    value: float
    low: float
    high: float
    words: str

    @property
    def whole(self) -> bool:
        """Whether there is an interval."""
        return not (is_missing(self.low) or is_missing(self.high))


def _lines(frame: pd.DataFrame) -> list[_Line]:
    """Return the departments with what is drawn and said of each; the total last."""
    named = frame["department"].astype(str) != ""
    rows = pd.concat([frame[named], frame[~named]]).to_dict(orient="records")
    if int(named.sum()) == 1:
        rows = rows[:1]
    width, gap = (9, "\n") if len(rows) <= ROOMY else (14, "　")
    lines = []
    for row in rows:
        whole = not (is_missing(row["low"]) or is_missing(row["high"]))
        value = float(row["estimate"] if whole and not is_missing(row["estimate"]) else row["mean"])
        band = f" [{fixed(row['low'], 2)}, {fixed(row['high'], 2)}]" if whole else " 仅样本"
        words = NOTHING if is_missing(value) else f"{fixed(value, 2)}{band}"
        label = _wrapped(plain_text(row["department"]) or "合计", width)
        lines.append(
            _Line(
                label=label,
                value=value,
                low=float(row["low"]),
                high=float(row["high"]),
                words=f"{words}{gap}再评 {shortest(row['n'])} / 共 {shortest(row['population'])}",
            )
        )
    return lines


def plot_department_estimates(
    frame: pd.DataFrame,
    *,
    general: float = np.nan,
    name: str = "department-estimates",
    caption: str = "",
) -> Figure:
    """Return the mean inflation of each department with its interval 分部门偏高幅度图; sample only is a hollow point.

    Parameters
    ----------
    frame : ``department``, ``n``, ``population``, ``mean``, ``estimate``, ``low``, ``high``.
    general : the cut-off above which inflation is called general, drawn as a line where it is given.
    """
    require(frame, name, ("department", "n", "population", "mean", "estimate", "low", "high"))
    lines = _lines(frame)
    bars = any(not is_missing(line.low) for line in lines)
    caption = caption or f"分部门自评偏高幅度（分）{'及置信区间' if bars else ''}"
    known = [end for line in lines for end in (line.value, line.low, line.high) if not is_missing(end)]
    if not known:
        return empty_figure(name, caption)
    cut = "" if is_missing(general) else f"普遍偏高界限 {shortest(general)} 分"
    labels = [line.label for line in lines]
    face = typeface_for([*labels, *(line.words for line in lines), cut, DIGITS])
    low, high = padded(min(0.0, *known), max(0.0, *known, 0.0 if is_missing(general) else general))
    place = Frame(
        left=label_cm(face, labels, LABEL_SIZE) + 0.6,
        right=label_cm(face, [line.words for line in lines], NOTE_SIZE) + 0.6,
        bottom=0.9,
        top=0.8 if cut else 0.3,
        height=len(lines) * max(1.05 if len(lines) <= ROOMY else 0.7, 0.1 + 0.46 * max(map(_label_lines, labels))),
    )
    with drawing(place) as axes:
        axes.set_xlim(low, high)
        axes.set_ylim(len(lines) - 0.5, -0.5)
        _estimate_scale(axes, face, place, len(lines), (low, high))
        if cut:
            axes.plot([general, general], [-0.5, len(lines) - 0.5], color=WARM, linewidth=1.1, linestyle=(0, (4, 2)))
            at = (general, -0.5 - 0.3 * len(lines) / place.height)
            write(axes, face, at, cut, size=NOTE_SIZE, color=WARM, ha="center")
        for y, line in enumerate(lines):
            _estimate(axes, face, place, line, y, (low, high))
        png = png_of(axes)
    spoken = [(line.label.replace("\n", ""), line.words.replace("\n", " ")) for line in lines]
    alt = "；".join(f"{label} {words}" for label, words in spoken)
    return Figure(name=name, caption=caption, png=png, alt=f"估计值与区间。{alt}。")


def _estimate_scale(axes: Axes, face: Typeface, place: Frame, rows: int, ends: tuple[float, float]) -> None:
    """Draw the ticks of a figure of estimates; zero is the base."""
    for tick in ticks(*ends):
        zero = abs(tick) < 1e-12
        axes.plot(
            [tick, tick], [-0.5, rows - 0.5], color=INK if zero else RULE, linewidth=0.9 if zero else 0.4, zorder=0
        )
        below = rows - 0.5 + 0.2 * rows / place.height
        write(axes, face, (tick, below), shortest(tick), size=NOTE_SIZE, color=SOFT_INK, ha="center", va="top")


def _estimate(axes: Axes, face: Typeface, place: Frame, line: _Line, y: int, ends: tuple[float, float]) -> None:
    """Draw one department: name, interval, point, and the numbers in words."""
    across = (ends[1] - ends[0]) / place.width
    write(axes, face, (ends[0] - 0.25 * across, y), line.label, size=LABEL_SIZE, ha="right")
    if line.whole:
        axes.plot([line.low, line.high], [y, y], color=STEEL, linewidth=4.0, solid_capstyle="butt", zorder=2)
    if not is_missing(line.value):
        axes.scatter([line.value], [y], s=38, facecolor=BLUE if line.whole else "white", edgecolor=BLUE, zorder=3)
    write(axes, face, (ends[1] + 0.25 * across, y), line.words, size=NOTE_SIZE)


def _label_lines(label: str) -> int:
    return label.count("\n") + 1


def _wrapped(text: str, width: int) -> str:
    """Return a long name in lines, none much shorter than the others."""
    if len(text) <= width + 1:
        return text
    lines = -(-len(text) // width)
    size = -(-len(text) // lines)
    return "\n".join(text[start : start + size] for start in range(0, len(text), size))
