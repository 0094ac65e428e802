"""Write the map down 写出覆盖率图: one csv, its description, and the table as code that perfkit looks coverage up in."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from data.simulations.coverage.cell import Cell
from data.simulations.coverage.runner import BLOCK, SEED, Outcome

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "data" / "simulations"
TABLES = ROOT / "perfkit" / "reliability" / "coverage"
COLUMNS = (
    *("statistic", "interval_method", "shape", "n", "k", "design", "level", "side", "exact", "truth"),
    *("replications", "undefined", "covered", "coverage", "se", "first_block_hits"),
)
HEAD = '''"""Coverage of the family {family}, simulated. Made by ``python -m data.simulations.coverage``: not to be edited."""

from perfkit.reliability.coverage.row import Row, rows

TABLE = """
{table}
"""
ROWS: tuple[Row, ...] = rows(TABLE)
'''


def csv_text(cells: Iterable[Cell], outcomes: Mapping[str, Outcome]) -> str:
    """Return the csv: one row per cell, in the order of the cells."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for cell in cells:
        found = outcomes[cell.name]
        defined = found.replications - found.undefined
        coverage = found.covered / defined if defined else math.nan
        se = math.sqrt(coverage * (1 - coverage) / defined) if defined else math.nan
        writer.writerow(
            [
                *(cell.statistic, cell.interval_method, cell.shape, cell.n, cell.k, cell.design, cell.level, cell.side),
                *(int(cell.exact), f"{found.truth:.9g}", found.replications, found.undefined, found.covered),
                *(f"{coverage:.6f}", f"{se:.6f}", found.first_block_hits),
            ]
        )
    return out.getvalue()


def table_code(family: str, cells: Iterable[Cell], outcomes: Mapping[str, Outcome]) -> str:
    """Return the module that holds the coverage of a family."""
    headed: dict[str, dict[str, list[tuple[int, str]]]] = {}
    for cell in cells:
        found = outcomes[cell.name]
        kind = "exact" if cell.exact else "approximate"
        line = ";".join((cell.shape, str(cell.k), cell.design, cell.side, kind))
        counts = f"{cell.n}:{found.covered}/{found.replications - found.undefined}"
        group = headed.setdefault(f"{cell.statistic};{cell.interval_method}", {})
        group.setdefault(line, []).append((cell.n, counts))
    lines = []
    for head, group in headed.items():
        lines.append(head)
        lines += [f"{line};{' '.join(counts for _, counts in sorted(points))}" for line, points in group.items()]
    return HEAD.format(family=family, table="\n".join(lines))


def programme_hash() -> str:
    """Return the hash of the programme's own files: it tells whether the map is that of this programme."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).resolve().parent.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def publish(families: Mapping[str, tuple[Cell, ...]], outcomes: Mapping[str, Outcome], replications: int) -> None:
    """Write csv, description and tables as code."""
    cells = [cell for family in families.values() for cell in family]
    text = csv_text(cells, outcomes)
    (FOLDER / "coverage.csv").write_text(text, encoding="utf-8")
    about = {
        "seed": SEED,
        "replications": replications,
        "block": BLOCK,
        "cells": len(cells),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "programme_sha256": programme_hash(),
    }
    (FOLDER / "coverage.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    for family, members in families.items():
        path = TABLES / f"table_{family}.py"
        path.write_text(table_code(family, members, outcomes), encoding="utf-8")
