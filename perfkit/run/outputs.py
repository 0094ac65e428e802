"""What a version holds 运行输出: drafts, records, checks, tables and figures of one executed notebook."""

from __future__ import annotations

import csv
import dataclasses
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from nbformat import NotebookNode

from perfkit.errors import DataError, Problem
from perfkit.read.engagement import read_engagement
from perfkit.rulebook import Run
from perfkit.run.cover import meta_of
from perfkit.run.gate import judge, read_back
from perfkit.run.manifest import write_json
from perfkit.run.sheets import write_sheets
from perfkit.show.catalogue import table
from perfkit.show.draft.blocks import read_blocks, table_block
from perfkit.show.draft.docx import write_docx
from perfkit.show.draft.html import write_html
from perfkit.show.draft.outline import open_points_annex
from perfkit.show.draft.privacy import Mask, names_in
from perfkit.show.draft.shapes import Block, FigureBlock, TableBlock
from perfkit.show.draft.sheets import read_sheets
from perfkit.show.numbers import format_record
from perfkit.show.record import finding_json, read_persons, read_published, record_json
from perfkit.terms import Audience, Severity
from perfkit.trace import Finding, Record

EXECUTED = "executed.ipynb"
# how a spreadsheet begins a formula; tab and return are stripped by some readers, which uncovers the next character
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+%?")
_FILE_NAME = re.compile(r"[A-Za-z0-9][\w.\-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What was drafted 成稿情况: status and watermark after the gate, figures for the summary, seconds per step."""

    status: str = ""
    watermark: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


def write_outputs(run: Run, root: Path, notebook: NotebookNode, folder: Path, template: Path | None) -> Drafted:
    """Write everything but the manifest into a version folder 写出运行结果.

    Parameters
    ----------
    run, root : the run and its checkout.
    notebook : the executed notebook, without failure.
    folder : where to write; it holds ``executed.ipynb`` already.
    template : Word template, or None for the one of the house.

    Raises
    ------
    PerfkitError
        Where the notebook published something malformed, or a written draft does not hold its numbers.
    """
    seconds: dict[str, float] = {}

    def timed(step: str, work: Callable[[], object]) -> None:
        begun = time.perf_counter()
        work()
        seconds[step] = time.perf_counter() - begun

    records, found = read_published(notebook)
    report = read_blocks(notebook, Audience.REPORT)
    begun = time.perf_counter()
    verdict = judge(run, root, report, records, found)
    seconds["checks"] = time.perf_counter() - begun
    # judged as it was written, then masked: names and numbers of persons stay in the working paper
    names = (*_asked(run, root), *read_persons(notebook))
    mask = Mask(names)
    report = tuple(mask.blocks((*report, *open_points_annex(report))))
    records = tuple(_masked(record, mask) for record in records)
    workpaper = _with_all_findings(read_blocks(notebook, Audience.WORKPAPER), verdict.findings)
    cover = {
        audience: meta_of(run, notebook, records, audience, verdict.status, verdict.watermark)
        for audience in (Audience.REPORT, Audience.WORKPAPER)
    }
    write_json(folder / "records.json", [record_json(record) for record in records])
    write_json(folder / "checks.json", [finding_json(item) for item in verdict.findings])
    timed("draft.docx", lambda: write_docx(report, cover[Audience.REPORT], folder / "draft.docx", template))
    timed("draft.html", lambda: write_html(report, cover[Audience.REPORT], folder / "draft.html"))
    timed(
        "workpaper.docx", lambda: write_docx(workpaper, cover[Audience.WORKPAPER], folder / "workpaper.docx", template)
    )
    sheets = read_sheets(notebook)
    if sheets:
        timed("sheets", lambda: write_sheets(sheets, names, cover[Audience.REPORT], folder, template))
    timed("tables and figures", lambda: write_pieces((*report, *mask.blocks(workpaper)), folder))
    read_back(folder / "draft.docx", report)
    read_back(folder / "workpaper.docx", workpaper)
    return Drafted(
        status=verdict.status.value,
        watermark=verdict.watermark,
        figures={
            "total": _printed(records, "total"),
            "grade": _printed(records, "grade"),
            "headline": _printed(records, "headline"),
            "status": verdict.status.label,
            "errors": verdict.count(Severity.ERROR),
            "warnings": verdict.count(Severity.WARNING),
        },
        seconds=seconds,
    )


def _asked(run: Run, root: Path) -> tuple[str, ...]:
    """Return the names of those who were interviewed, as far as the run has a workbook that can be read.

    The workbook of an evaluation is meant: what else a run reads tells its names through the notebook.
    """
    if run.re_evaluation is not None:
        return ()
    try:
        engagement = read_engagement(root / run.data)
    except DataError:
        return ()
    return names_in(row.text("person") for row in engagement.tables["fieldwork"])


def _masked(record: Record, mask: Mask) -> Record:
    """Return a record without names and numbers of persons in its text."""
    return dataclasses.replace(record, value=mask.text(record.value)) if isinstance(record.value, str) else record


def _with_all_findings(blocks: Sequence[Block], findings: Sequence[Finding]) -> tuple[Block, ...]:
    """Return the working paper with the findings over the draft in its 质检单, which the notebook could not know."""
    columns = [item.name for item in dataclasses.fields(Finding)]
    frame = pd.DataFrame([{name: getattr(item, name) for name in columns} for item in findings], columns=columns)
    sheet = table(frame, kind="findings")
    complete = table_block(sheet.to_json())
    return tuple(complete if isinstance(block, TableBlock) and block.name == sheet.name else block for block in blocks)


def _printed(records: Iterable[Record], name: str) -> str:
    """Return a record as it is printed, or ``""`` where the notebook has none of that name."""
    return next((format_record(record) for record in records if record.name == name), "")


def write_pieces(blocks: Sequence[Block], folder: Path) -> None:
    """Write each table as csv and each figure as png, once, under its own name 表与图另存."""
    for block in blocks:
        if isinstance(block, TableBlock):
            write_table(block, _place(folder / "tables", block.name, ".csv"))
        elif isinstance(block, FigureBlock):
            _place(folder / "figures", block.name, ".png").write_bytes(block.png)


def write_table(table: TableBlock, path: Path) -> None:
    """Write a table as csv that Excel opens as it is meant 表格另存.

    UTF-8 with byte order mark, or Excel reads it in the code page of the machine. Cells under a span stay empty.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        for row in (*table.header, *table.rows):
            writer.writerow(["" if cell is None else inert(cell.text) for cell in row])


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula 防公式注入.

    A number with its sign stays as it is.

    Examples
    --------
    >>> inert("=1+1"), inert("-3.5"), inert("-a")
    ("'=1+1", '-3.5', "'-a")
    """
    if text.lstrip(" ").startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def _place(folder: Path, name: str, suffix: str) -> Path:
    """Return where a named piece is written; the name must not lead out of the folder."""
    if not _FILE_NAME.fullmatch(name):
        raise DataError(
            Problem(
                code="RUN-PIECE",
                where=name,
                expected="英文字母或数字开头的表名、图名，只含字母、数字、点、下划线、连字符",
                found=repr(name),
                mend="改笔记本中该表或图的 name",
            )
        )
    folder.mkdir(exist_ok=True)
    return folder / f"{name}{suffix}"
