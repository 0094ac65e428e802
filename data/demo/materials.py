"""Files beside a demo workbook: extracts, base tables and survey exports, the same bytes for the same figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook

from perfkit.read.archive import save_reproducibly
from perfkit.read.schema import WORKBOOK_NAME
from perfkit.read.template import write_workbook

OPTIONS = ("非常满意", "满意", "一般", "不满意", "非常不满意")
SCALE = (1.0, 0.75, 0.5, 0.25, 0.0)
# Where one option gives way to the next, on a latent scale that falls with satisfaction.
THRESHOLDS = (-0.6, 0.8, 1.6, 2.4)
DEMO = "演示数据"

Grid = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEngagement:
    """One demo engagement before it is written: the workbook's contents and the files beside it, by relative path."""

    name: str
    overview: Mapping[str, object]
    tables: Mapping[str, Sequence[Mapping[str, object]]]
    texts: Mapping[str, str] = field(default_factory=dict)
    grids: Mapping[str, Grid] = field(default_factory=dict)


def write_engagement(engagement: DemoEngagement, out: Path) -> None:
    """Write one engagement folder below ``out``; a ``.csv`` grid is written in GB18030, as survey platforms do."""
    folder = out / engagement.name
    folder.mkdir(parents=True, exist_ok=True)
    write_workbook(folder / WORKBOOK_NAME, engagement.tables, engagement.overview)
    for name, text in engagement.texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"【{DEMO}】本材料由生成程序编写，单位、人员和数据均为虚构。\n\n{text}\n".encode())
    for name, grid in engagement.grids.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".csv":
            _write_csv(path, grid)
        else:
            _write_sheet(path, grid)


def _write_sheet(path: Path, grid: Grid) -> None:
    """Write one grid as the only sheet of a workbook."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = DEMO
    for row in grid:
        sheet.append(list(row))
    save_reproducibly(book, path)


def _write_csv(path: Path, grid: Grid) -> None:
    """Write one grid as comma-separated text in GB18030."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(grid)
    path.write_bytes(text.getvalue().encode("gb18030"))


def base_table(title: str, agency: str, figures: Sequence[tuple[str, object, str]]) -> Grid:
    """Return a base table as a unit returns it: item, value, unit of measurement, and the confirmation below."""
    head = [[f"{title}（{DEMO}）"], ["填报单位", agency], ["项目", "数值", "单位"]]
    return [*head, *(list(line) for line in figures), ["填报单位确认：以上数据与台账一致（演示，无签章）"]]


def respondent_answers(
    rng: np.random.Generator, sizes: Mapping[str, int], *, ease: Sequence[float], level: Mapping[str, float],
    missing: float,
) -> NDArray[np.float64]:  # fmt: skip
    """Return drawn answers: shape (respondents, questions), option index 0 (best) … 4, NaN where not answered.

    Parameters
    ----------
    rng : generator of this survey alone.
    sizes : respondents per group, in order.
    ease, level : shift of each question and of each group on the latent scale; higher is more satisfied.
    missing : share of answers left out, 0 … 1.
    """
    blocks = []
    for group, size in sizes.items():
        person = rng.normal(level[group], 0.7, size=(size, 1))
        latent = person + np.asarray(ease) + rng.normal(0.0, 0.8, size=(size, len(ease)))
        blocks.append(np.searchsorted(THRESHOLDS, -latent, side="right").astype(float))
    answers = np.vstack(blocks)
    skipped = rng.random(answers.shape) < missing
    # Nobody leaves every question open: such sheets are invalid ones and are added by the caller.
    skipped[skipped.all(axis=1), 0] = False
    answers[skipped] = np.nan
    return answers


def satisfaction_of(answers: NDArray[np.float64]) -> float:
    """Return mean satisfaction: each respondent's mean scale value, then the mean over respondents (fraction of 1)."""
    return float(np.mean(np.nanmean(_values(answers), axis=1)))


def group_satisfaction(answers: NDArray[np.float64], sizes: Mapping[str, int]) -> dict[str, float]:
    """Return the mean satisfaction of each group; the rows of ``answers`` lie in the order of ``sizes``."""
    ends = np.cumsum(list(sizes.values()))[:-1]
    return {name: satisfaction_of(part) for name, part in zip(sizes, np.split(answers, ends), strict=True)}


def worst_question(answers: NDArray[np.float64], questions: Sequence[str]) -> str:
    """Return the question with the lowest mean satisfaction."""
    return questions[int(np.argmin(np.nanmean(_values(answers), axis=0)))]


def _values(answers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return option indices as scale values, NaN kept."""
    known = ~np.isnan(answers)
    values = np.full(answers.shape, np.nan)
    values[known] = np.asarray(SCALE)[answers[known].astype(int)]
    return values


def answer_texts(line: NDArray[np.float64]) -> list[Any]:
    """Return one respondent's answers as option texts, empty where not answered."""
    return [None if np.isnan(item) else OPTIONS[int(item)] for item in line]
