"""What a draft costs: the answer of the command line, the notebook, the Word file, the HTML file."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from perfkit.read.rules import find_root
from perfkit.run.batch import Options, Outcome, run_batch
from perfkit.run.manifest import Manifest
from perfkit.run.notebook import read_notebook
from perfkit.run.plan import plan
from perfkit.run.screen import Screen
from perfkit.show.draft.blocks import read_blocks
from perfkit.show.draft.docx import write_docx
from perfkit.show.draft.html import write_html
from perfkit.show.draft.meta import DraftMeta
from perfkit.terms import Audience
from tests.benchmarks.timing import Row, against_floor, alone

RUNS = "params/runs/demo"
HELP_SECONDS = 0.2
DOCX_SECONDS = 0.3
HTML_SECONDS = 0.05


def _process(*words: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *words], capture_output=True, check=True)


def _help() -> Row:
    """Time ``perfkit --help`` against a Python that does nothing; the goal is on the difference, not the ratio."""
    row = against_floor("perfkit --help", _process("-m", "perfkit", "--help"), floor="python -c pass",
                        floor_task=_process("-c", "pass"))  # fmt: skip
    return Row(
        name=row.name,
        seconds=row.seconds,
        floor=row.floor,
        floor_seconds=row.floor_seconds,
        goal=f"≤ floor + {HELP_SECONDS:g} s",
        met=row.seconds <= (row.floor_seconds or 0) + HELP_SECONDS,
    )


def _drafts(reports: Path) -> Iterator[Row]:
    """Run the demo evaluations once and time both writers, warm, on what their notebooks published."""
    root = find_root(Path(__file__))
    planned = plan([RUNS], root)
    with Screen(len(planned)) as screen:
        outcomes = run_batch(planned, Options(root=root, reports=reports, force=True), screen)
    for outcome in outcomes:
        run_id, manifest = outcome.planned.run.id, Manifest.read(outcome.folder)
        if outcome.state != "drafted" or manifest is None:
            sys.stderr.write(f"{run_id}: {outcome.state} {' '.join(outcome.messages)}\n")
            continue
        yield Row(name=f"{run_id}: one run, process and all", seconds=outcome.seconds)
        yield Row(name=f"{run_id}: notebook, kernel and all", seconds=manifest.durations["notebook"])
        yield from _writers(outcome, reports)


def _writers(outcome: Outcome, folder: Path) -> Iterator[Row]:
    """Time both writers in this process, where everything is loaded."""
    run_id = outcome.planned.run.id
    blocks = read_blocks(read_notebook(outcome.folder / "executed.ipynb"), Audience.REPORT)
    meta = DraftMeta(title=outcome.planned.run.evaluand, date=outcome.planned.run.report_date)
    yield alone(
        f"{run_id}: draft.docx", lambda: write_docx(blocks, meta, folder / "bench.docx"), goal_seconds=DOCX_SECONDS
    )
    yield alone(
        f"{run_id}: draft.html", lambda: write_html(blocks, meta, folder / "bench.html"), goal_seconds=HTML_SECONDS
    )


def run() -> list[Row]:
    """Return the rows of the benchmark table."""
    with tempfile.TemporaryDirectory() as folder:
        return [_help(), *_drafts(Path(folder))]
