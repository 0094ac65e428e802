"""Time to write a draft of a 28-item report as Word and as HTML, from its executed notebook."""

from __future__ import annotations

import tempfile
from pathlib import Path

import docx

from perfkit.show.draft.blocks import read_blocks
from perfkit.show.draft.docx import write_docx
from perfkit.show.draft.html import write_html
from perfkit.show.draft.template import TEMPLATE
from perfkit.terms import Audience
from tests.benchmarks.timing import Row, against_floor, alone
from tests.show.draft import sample

TABLES = 12
GOAL_DOCX, GOAL_HTML = 0.3, 0.05


def _with_goal(row: Row, seconds: float) -> Row:
    """Return a row against a floor with a goal in seconds."""
    return Row(
        name=row.name,
        seconds=row.seconds,
        floor=row.floor,
        floor_seconds=row.floor_seconds,
        goal=f"≤ {seconds:g} s warm",
        met=row.seconds <= seconds,
    )


def run() -> list[Row]:
    """Return the times of reading, Word and HTML; the floor of Word is opening and saving the template unchanged."""
    notebook = sample.notebook()
    more = [sample.code(sample.scorecard(f"more-{number}")) for number in range(TABLES - 6)]
    notebook["cells"] += more
    blocks = read_blocks(notebook, Audience.REPORT)
    meta = sample.meta()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        word = against_floor(
            f"draft.docx, {TABLES} tables, 7 of them of 28 items",
            lambda: write_docx(blocks, meta, folder / "draft.docx"),
            floor="python-docx opens and saves the template",
            floor_task=lambda: docx.Document(str(TEMPLATE)).save(str(folder / "same.docx")),
        )
        page = alone(
            f"draft.html, {TABLES} tables, 7 of them of 28 items",
            lambda: write_html(blocks, meta, folder / "draft.html"),
            goal_seconds=GOAL_HTML,
        )
    reading = alone("blocks of an executed notebook", lambda: read_blocks(notebook, Audience.REPORT))
    return [reading, _with_goal(word, GOAL_DOCX), page]
