"""Drawing of figures 绘图底层: canvas, axes and texts laid out in centimetres, the same bytes on every run."""

from __future__ import annotations

import base64
import io
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from perfkit.show.fonts import INCH_CM, Typeface

FIGURE_MIME = "application/vnd.perfkit.figure+json"

DPI = 200
WIDTH_CM = 15.0
POINT_CM = INCH_CM / 72
LINE_SPACING = 1.25
LABEL_SIZE, VALUE_SIZE, NOTE_SIZE = 10.0, 9.0, 8.5
INK, SOFT_INK, RULE = "#262626", "#595959", "#BFBFBF"
# dark to light, so that neighbours differ in grey print as well
BLUE, STEEL, PALE = "#1F4E79", "#7FA3C4", "#D5DFEA"
CLOSING, OPENING = "，。、；：）】》”！？%", "（【《“"
LEGEND_LINE_CM, KEY_CM, KEY_GAP_CM = 0.5, 0.55, 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure as data 图.

    ``name`` is the bookmark in Word, ``caption`` its words without the number, ``alt`` what a reader who cannot see
    it is told, ``width_cm`` the printed width; ``png`` holds the same bytes on every run.
    """

    name: str
    caption: str
    png: bytes
    alt: str
    width_cm: float = WIDTH_CM

    def __str__(self) -> str:
        """Return the caption and the words for readers who cannot see the figure."""
        return f"{self.caption}：{self.alt}"

    def to_json(self) -> dict[str, Any]:
        """Return what the draft reads beside the picture."""
        return {"name": self.name, "caption": self.caption, "alt": self.alt, "width_cm": self.width_cm}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return the picture, the data for the draft and the text."""
        image = base64.b64encode(self.png).decode("ascii")
        return {"text/plain": str(self), "image/png": image, FIGURE_MIME: self.to_json()}


def text_width(text: str) -> int:
    """Return the display width of a text in half-width columns: a hanzi is 2."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def wrapped(text: str, width: int) -> str:
    """Return a text in lines of ``width`` half-width columns; brackets and stops stay with their words."""
    lines, line = [], ""
    for sign in text:
        if sign == "\n" or (text_width(line + sign) > width and sign not in CLOSING):
            kept = line.rstrip(OPENING) if sign != "\n" else line
            lines.append(kept)
            line = line[len(kept) :] + sign.strip("\n")
        else:
            line += sign
    return "\n".join([*lines, line])


def label_cm(face: Typeface, labels: Sequence[str], size: float) -> float:
    """Return the width that labels need, in centimetres."""
    return face.width_cm((line for label in labels for line in label.split("\n")), size)


def row_cm(labels: Sequence[str], least: float, size: float = LABEL_SIZE) -> float:
    """Return the height of a row that holds the tallest label, in centimetres."""
    lines = max((label.count("\n") + 1 for label in labels), default=1)
    return max(least, (lines * LINE_SPACING + 0.6) * size * POINT_CM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the axes lie on the canvas: margins and size in centimetres."""

    left: float
    right: float
    bottom: float
    top: float
    height: float

    @property
    def width(self) -> float:
        """Return the width of the axes."""
        return WIDTH_CM - self.left - self.right


@contextmanager
def drawing(frame: Frame) -> Iterator[Axes]:
    """Yield bare axes of a fixed place and size under the default style, whatever the user's settings are."""
    height = frame.bottom + frame.height + frame.top
    with matplotlib.style.context("default"):
        canvas = Canvas(figsize=(WIDTH_CM / INCH_CM, height / INCH_CM), dpi=DPI, facecolor="white")
        FigureCanvasAgg(canvas)
        place = (frame.left / WIDTH_CM, frame.bottom / height, frame.width / WIDTH_CM, frame.height / height)
        axes = canvas.add_axes(place)
        axes.set_xticks([])
        axes.set_yticks([])
        for side in axes.spines.values():
            side.set_visible(False)
        yield axes


def png_of(axes: Axes) -> bytes:
    """Return the canvas of the axes as PNG without date or program name, and let its memory go."""
    canvas = axes.get_figure(root=True)
    buffer = io.BytesIO()
    if canvas is not None:
        canvas.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
        canvas.clear()
    return buffer.getvalue()


def write(
    axes: Axes,
    face: Typeface,
    at: tuple[float, float],
    text: str,
    *,
    size: float = VALUE_SIZE,
    color: str = INK,
    ha: Literal["left", "center", "right"] = "left",
    va: Literal["top", "center", "bottom"] = "center",
    box: str | None = None,
) -> None:
    """Write a text at data coordinates, on a ``box`` of that colour over hatching; it may stand outside the axes."""
    axes.text(
        *at,
        face.printable(text),
        fontproperties=face.properties(size),
        color=color,
        ha=ha,
        va=va,
        linespacing=LINE_SPACING,
        parse_math=False,
        bbox={"facecolor": box, "edgecolor": "none", "pad": 1.2} if box else None,
    )


def categories(axes: Axes, face: Typeface, labels: Sequence[str], frame: Frame, size: float = LABEL_SIZE) -> None:
    """Set one row per label from the top, write the labels left of the axes and draw the base line."""
    axes.set_ylim(max(len(labels), 1) - 0.5, -0.5)
    low, high = axes.get_xlim()
    gap = 0.25 / frame.width * (high - low)
    for place, label in enumerate(labels):
        write(axes, face, (low - gap, place), label, size=size, ha="right")
    axes.plot([low, low], [-0.5, len(labels) - 0.5], color=SOFT_INK, linewidth=0.8, clip_on=False)


def legend_places(face: Typeface, words: Sequence[str], width_cm: float) -> list[tuple[float, int]]:
    """Return where the keys of a legend begin: centimetres from the left, line from the top."""
    places, x, line = [], 0.0, 0
    for text in words:
        needed = KEY_CM + label_cm(face, [text], NOTE_SIZE)
        if x and x + needed > width_cm:
            x, line = 0.0, line + 1
        places.append((x, line))
        x += needed + KEY_GAP_CM
    return places


def legend_cm(places: Sequence[tuple[float, int]]) -> float:
    """Return the height of a legend."""
    return (max((line for _, line in places), default=0) + 1) * LEGEND_LINE_CM


def legend(axes: Axes, face: Typeface, entries: Sequence[tuple[str, str, str]], frame: Frame) -> None:
    """Draw keys (words, colour, hatch) above the axes, from their left edge to the right edge of the canvas."""
    width = frame.width + frame.right
    places = legend_places(face, [entry[0] for entry in entries], width)
    height = legend_cm(places)
    for (text, color, hatch), (x, line) in zip(entries, places, strict=True):
        y = 1 + (0.2 + height - (line + 0.5) * LEGEND_LINE_CM) / frame.height
        box = Rectangle(
            (x / frame.width, y - 0.13 / frame.height),
            0.42 / frame.width,
            0.26 / frame.height,
            facecolor=color,
            hatch=hatch,
            edgecolor="white" if hatch else color,
            linewidth=0,
            transform=axes.transAxes,
            clip_on=False,
        )
        axes.add_patch(box)
        axes.text(
            (x + KEY_CM) / frame.width,
            y,
            face.printable(text),
            fontproperties=face.properties(NOTE_SIZE),
            color=INK,
            va="center",
            transform=axes.transAxes,
            parse_math=False,
        )
