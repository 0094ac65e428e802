"""Tables of anomaly signs 异常提示表: every sign beside how often honest, rounded scores give it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from perfkit.errors import DataError, Problem
from perfkit.result import Result
from perfkit.show.numbers import BLANK, format_value, shortest
from perfkit.show.tables.fields import require
from perfkit.show.tables.statistics import caveat_notes, coefficient, labelled_names, probability
from perfkit.show.tables.table import Column, Row, Table, TableCell, text_cell

HEAPS = (
    "department",
    "place",
    "at",
    "n",
    "count",
    "share",
    "honest_share",
    "p",
    "p_holm",
    "p_bh",
    "false_positive_rate",
)
EDGES = (
    *("department", "n", "left", "right", "share", "honest_share"),
    *("p", "p_holm", "p_bh", "p_against_placebos", "false_positive_rate"),
)
ALL = "全部"
NUMBERS = ("校正前 p", "霍尔姆 p", "错误发现率 p")
RATE_CODE = "FALSE_POSITIVE_RATE"
RATE_NOTE = (
    "误报率：诚实打分并取整的样本，按同一检验也会出现本异常提示的比例（FALSE_POSITIVE_RATE）；"
    "异常提示只说明何处值得核查，不是结论。"
)
RATE = Column("误报率", 1.5, "right")


def share_words(value: float | None) -> str:
    """Return a share as percent with one decimal 占比; — where it is not known."""
    return format_value(value, "rate", 1, BLANK)


def _cells(texts: Iterable[str]) -> tuple[TableCell, ...]:
    return tuple(TableCell(text, align="right") for text in texts)


def place_words(place: str, at: float) -> str:
    """Return where scores are counted in words 位置."""
    return f"{shortest(at)} 的倍数" if place == "multiple" else f"{shortest(at)} 起"


def _p_texts(row: Mapping[Any, Any]) -> list[str]:
    return [probability(row[name]) for name in ("p", "p_holm", "p_bh")]


def table_heaping(frame: pd.DataFrame, *, name: str = "heaping", caption: str = "得分堆积与诚实得分的对照") -> Table:
    """Return the heaping profile 得分堆积表: share found, share that honest scores have, p alone and adjusted.

    Parameters
    ----------
    frame : one row per department and place: ``department``, ``place`` (multiple or edge), ``at``, ``n``, ``count``,
        ``share``, ``honest_share``, ``p``, ``p_holm``, ``p_bh``, ``false_positive_rate``; NaN where not tested.
    """
    require(frame, name, HEAPS)
    rows = tuple(
        (
            text_cell(row["department"] or ALL),
            text_cell(place_words(row["place"], row["at"])),
            *_cells(
                [
                    format_value(row["n"], "count"),
                    format_value(row["count"], "count"),
                    *(share_words(row[share]) for share in ("share", "honest_share")),
                    *_p_texts(row),
                    share_words(row["false_positive_rate"]),
                ]
            ),
        )
        for row in frame.to_dict(orient="records")
    )
    columns = (
        Column("部门", 1.8),
        Column("位置", 2.2),
        Column("n", 1.0, "right"),
        Column("个数", 1.0, "right"),
        Column("占比", 1.5, "right"),
        Column("诚实得分", 1.6, "right"),
        *(Column(header, 1.5, "right") for header in NUMBERS),
        RATE,
    )
    return Table(name=name, caption=caption, columns=columns, rows=rows, font="small")


def table_edges(frame: pd.DataFrame, *, name: str = "edge-profile", caption: str = "各部门的断点窗口") -> Table:
    """Return the window at a grade edge, one row per department 分部门断点窗口表.

    Parameters
    ----------
    frame : ``department``, ``n``, ``left``, ``right``, ``share`` (right of the edge), ``honest_share``, ``p``,
        ``p_holm``, ``p_bh``, ``p_against_placebos``, ``false_positive_rate``; NaN where not tested.
    """
    require(frame, name, EDGES)
    rows = tuple(
        (
            text_cell(row["department"] or ALL),
            *_cells(
                [
                    *(format_value(row[count], "count") for count in ("n", "left", "right")),
                    *(share_words(row[share]) for share in ("share", "honest_share")),
                    *_p_texts(row),
                    probability(row["p_against_placebos"]),
                    share_words(row["false_positive_rate"]),
                ]
            ),
        )
        for row in frame.to_dict(orient="records")
    )
    columns = (
        Column("部门", 1.5),
        *(Column(header, 1.0, "right") for header in ("n", "左侧", "右侧")),
        Column("右侧占比", 1.5, "right"),
        Column("诚实得分", 1.6, "right"),
        *(Column(header, 1.5, "right") for header in NUMBERS),
        Column("与对照断点比 p", 1.8, "right"),
        RATE,
    )
    return Table(name=name, caption=caption, columns=columns, rows=rows, font="small")


def table_windows(result: Result, *, name: str = "windows", caption: str = "断点与对照断点的窗口") -> Table:
    """Return the window at an edge and at its placebo edges 断点窗口表.

    Parameters
    ----------
    result : a window binomial: ``cutoff``, ``left``, ``right``, ``value``, ``p``, and ``placebos`` with the same
        counts (``edge``, ``left``, ``right``, ``share``, ``p``).
    """
    found: Any = result
    lines = [
        (f"{shortest(found.cutoff)}（断点）", found.left, found.right, found.value, found.p),
        *((f"{shortest(one.edge)}（对照）", one.left, one.right, one.share, one.p) for one in found.placebos),
    ]
    rows: tuple[Row, ...] = tuple(
        (
            text_cell(words),
            *_cells([format_value(left, "count"), format_value(right, "count"), share_words(share), probability(p)]),
        )
        for words, left, right, share, p in lines
    )
    headers = ("左侧个数", "右侧个数", "右侧占比", "单独看的 p")
    columns = (Column("位置", 3.4), *(Column(header, 2.6, "right") for header in headers))
    return Table(name=name, caption=caption, columns=columns, rows=rows, notes=caveat_notes([result]))


def table_signs(
    results: Sequence[Result] | Result,
    *,
    labels: Sequence[str] = (),
    name: str = "signs",
    caption: str = "异常提示及其误报率",
) -> Table:
    """Return signs, each beside the share of honest samples that give it too 异常提示表.

    Parameters
    ----------
    results : signs with ``value``, ``p``, ``p_simulated`` and ``false_positive_rate``.
    labels : what tells rows of one statistic apart; one for each result, or none.

    Raises
    ------
    DataError
        Where there is nothing to show, or the labels are not as many as the results.
    """
    shown = [results] if isinstance(results, Result) else list(results)
    if not shown:
        raise DataError(
            Problem(code="TABLE-EMPTY", where=f"表 {name}", expected="至少一个异常提示", found="无", mend="给出结果")
        )
    names = labelled_names(shown, labels)
    rows = tuple(
        (
            text_cell(owner),
            *_cells(
                [
                    format_value(result.n_used, "count"),
                    coefficient(getattr(result, "value", None)),
                    probability(getattr(result, "p", None)),
                    probability(getattr(result, "p_simulated", None)),
                    share_words(getattr(result, "false_positive_rate", None)),
                ]
            ),
        )
        for owner, result in zip(names, shown, strict=True)
    )
    # The rate stands in its own column: one line below says for all of them what it means.
    others = [
        replace(result, caveats=tuple(caveat for caveat in result.caveats if caveat.code != RATE_CODE))
        for result in shown
    ]
    told = any(caveat.code == RATE_CODE for result in shown for caveat in result.caveats)
    notes = (*((RATE_NOTE,) if told else ()), *caveat_notes(others, names))
    columns = (
        Column("统计量", 4.8),
        Column("n", 1.2, "right"),
        Column("值", 1.8, "right"),
        Column("检验自己的 p", 2.4, "right"),
        Column("与诚实得分比 p", 2.6, "right"),
        Column("误报率", 1.8, "right"),
    )
    return Table(name=name, caption=caption, columns=columns, rows=rows, notes=notes)
