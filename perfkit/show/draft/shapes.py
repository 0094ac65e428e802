"""Blocks 文稿块: what a draft consists of, in order, free of notebook, Word and HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

PLACEHOLDER = re.compile(r"【待补充[^】]*】")

Align: TypeAlias = Literal["left", "center", "right"]
ALIGNS: tuple[Align, ...] = ("left", "center", "right")
HeadingKind: TypeAlias = Literal["numbered", "unnumbered", "annex"]
ListKind: TypeAlias = Literal["", "bullet", "number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of text 文字段: ``record`` names the record it prints; ``target`` the table or figure it refers to."""

    text: str
    record: str = ""
    placeholder: bool = False
    bold: bool = False
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading 标题: level 1 is a chapter 一、, 2 （一）, 3 ``1.``, 4 （1）; the number is never part of ``text``."""

    level: int
    text: str
    kind: HeadingKind = "numbered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph 段落 or an item of a list; ``depth`` counts from 0, ``list_id`` tells lists apart."""

    runs: tuple[Run, ...]
    list_kind: ListKind = ""
    depth: int = 0
    list_id: int = 0

    @property
    def text(self) -> str:
        """The words without their marks."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A table cell 单元格 by its grid position; ``text`` may hold line feeds."""

    text: str
    record: str = ""
    align: Align = "left"
    rowspan: int = 1
    colspan: int = 1
    bold: bool = False
    placeholder: bool = False


Row: TypeAlias = tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """A table 表: widths in cm (shares of the text width), header rows and rows; ``None`` where a span covers."""

    name: str
    caption: str
    widths: tuple[float, ...]
    header: tuple[Row, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureBlock:
    """A figure 图: PNG bytes, width in cm, and the text for those who cannot see it."""

    name: str
    caption: str
    alt: str
    width_cm: float
    png: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBreak:
    """A new page 分页."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """Turning of the page 横向页: what follows stands on landscape pages (``on``) or on upright ones again."""

    on: bool


Block: TypeAlias = Heading | Paragraph | TableBlock | FigureBlock | PageBreak | Landscape


def marked_runs(text: str, *, bold: bool = False, record: str = "", placeholder: bool = False) -> tuple[Run, ...]:
    """Return a text as runs 文字段 in which every 【待补充：…】 is a run of its own.

    Examples
    --------
    >>> [run.placeholder for run in marked_runs("项目由【待补充：单位】实施。")]
    [False, True, False]
    """
    if placeholder:
        return (Run(text=text, bold=bold, placeholder=True),)
    runs: list[Run] = []
    position = 0
    for match in PLACEHOLDER.finditer(text):
        runs += [
            Run(text=text[position : match.start()], bold=bold, record=record),
            Run(text=match[0], bold=bold, placeholder=True),
        ]
        position = match.end()
    runs.append(Run(text=text[position:], bold=bold, record=record))
    return tuple(run for run in runs if run.text)
