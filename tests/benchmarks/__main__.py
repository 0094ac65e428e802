"""Run every ``bench_*.py`` beside this file and print one table: ``make bench``."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from tests.benchmarks.timing import Row


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.2f} ms"


def table_of(rows: Sequence[Row]) -> Table:
    """Return the rows as one table with the ratio of each to its floor."""
    table = Table(title="perfkit benchmarks", caption="best of the rounds; task and floor took turns")
    table.add_column("task")
    for header in ("time", "floor's time", "ratio"):
        table.add_column(header, justify="right", no_wrap=True)
    for header in ("floor", "goal"):
        table.add_column(header)
    for row in rows:
        mark = {True: "✓ ", False: "✗ ", None: ""}[row.met]
        table.add_row(
            row.name,
            _duration(row.seconds),
            _duration(row.floor_seconds),
            f"{row.ratio:.2f}" if row.ratio is not None else "–",
            row.floor or "–",
            f"{mark}{row.goal}" if row.goal else "–",
        )
    return table


def main(names: Sequence[str]) -> int:
    """Run the named benchmarks (``bench_tree``), or all of them; return the exit status."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    found = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    unknown = [name for name in names if name not in found]
    if unknown:
        console.print(f"unknown: {', '.join(unknown)}; there are: {', '.join(found) or 'none'}")
        return 2
    rows: list[Row] = []
    for name in names or found:
        with console.status(name):
            rows.extend(importlib.import_module(f"tests.benchmarks.{name}").run())
    console.print(table_of(rows))
    console.print(f"Python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores, {sys.platform}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
