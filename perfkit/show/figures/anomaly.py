"""Figures of anomaly signs 异常提示图: scores against what honest, rounded scores give at the same places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from perfkit.show.drawing import (
    BLUE,
    LABEL_SIZE,
    NOTE_SIZE,
    RULE,
    SOFT_INK,
    STEEL,
    Figure,
    Frame,
    drawing,
    legend,
    png_of,
    write,
)
from perfkit.show.figures.ratings import DIGITS, WARM
from perfkit.show.fonts import typeface_for
from perfkit.show.numbers import fixed, shortest
from perfkit.show.tables.fields import require

FOUND, HONEST = "得分个数", "诚实得分的平均个数"
COLUMNS = ("place", "at", "n", "count", "honest_share")
TICKS = 8


def _ticks(low: float, high: float) -> list[float]:
    return [float(tick) for tick in MaxNLocator(TICKS).tick_values(low, high) if low <= tick <= high]


def plot_score_profile(
    frame: pd.DataFrame,
    *,
    edges: Sequence[float] = (),
    placebos: Sequence[float] = (),
    width: float = 1.0,
    name: str = "score-profile",
    caption: str = "得分与诚实得分的对照",
) -> Figure:
    """Return a histogram of scores with the honest null as a line 得分直方图: grade edges marked, placebo edges dotted.

    Parameters
    ----------
    frame : a heaping profile of one department, places of kind ``edge`` in steps of ``width``: ``place``, ``at``, ``n``,
        ``count``, ``honest_share``. Each bar counts the scores in [at, at + width).
    edges, placebos : grade edges, and edges where nothing hangs on the score.
    width : width of a bar, in score units.
    """
    require(frame, name, COLUMNS)
    bars = frame[frame["place"] == "edge"].sort_values("at")
    at, found = bars["at"].to_numpy(dtype=float), bars["count"].to_numpy(dtype=float)
    honest = np.nan_to_num((bars["n"] * bars["honest_share"]).to_numpy(dtype=float))
    top = 1.12 * max([1.0, *found, *honest])
    ends = (float(at.min()), float(at.max()) + width) if len(at) else (0.0, 1.0)
    face = typeface_for([FOUND, HONEST, "得分", "断点", "对照", DIGITS])
    place = Frame(left=1.4, right=0.5, bottom=1.5, top=1.0, height=6.6)
    with drawing(place) as axes:
        axes.set_xlim(*ends)
        axes.set_ylim(0, top)
        across, up = (ends[1] - ends[0]) / place.width, top / place.height
        for tick in _ticks(0, top):
            axes.plot(ends, [tick, tick], color=RULE, linewidth=0.4, zorder=0)
            write(
                axes, face, (ends[0] - 0.15 * across, tick), shortest(tick), size=NOTE_SIZE, color=SOFT_INK, ha="right"
            )
        for tick in _ticks(*ends):
            low = (tick, -0.15 * up)
            write(axes, face, low, shortest(tick), size=NOTE_SIZE, color=SOFT_INK, ha="center", va="top")
        for left, count in zip(at, found, strict=True):
            axes.add_patch(Rectangle((left, 0), width, count, facecolor=STEEL, edgecolor="white", linewidth=0.6))
        if len(at):
            axes.stairs(honest, [*at, ends[1]], color=BLUE, linewidth=1.4, baseline=None, zorder=3)
        for mark, words, style in (
            *((edge, "断点", (0, (4, 2))) for edge in edges),
            *((edge, "对照", (0, (1, 2))) for edge in placebos),
        ):
            axes.plot([mark, mark], [0, top], color=WARM, linewidth=1.1, linestyle=style, zorder=4)
            text = f"{words} {shortest(mark)}"
            write(axes, face, (mark + 0.1 * across, top - 0.2 * up), text, size=NOTE_SIZE, color=WARM, box="white")
        axes.plot(ends, [0, 0], color=SOFT_INK, linewidth=0.8, clip_on=False)
        write(axes, face, (sum(ends) / 2, -0.75 * up), "得分", size=LABEL_SIZE, ha="center", va="top")
        legend(axes, face, [(FOUND, STEEL, ""), (HONEST, BLUE, "")], place)
        png = png_of(axes)
    texts = [
        f"{shortest(low)} 起 {shortest(count)} 个，诚实得分平均 {fixed(mean, 1)} 个"
        for low, count, mean in zip(at, found, honest, strict=True)
        if low in edges
    ]
    alt = f"直方图，{shortest(ends[0])} 至 {shortest(ends[1])} 分。{'；'.join(texts) or '未标断点'}。"
    return Figure(name=name, caption=caption, png=png, alt=alt)
