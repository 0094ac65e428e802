"""Choose the curated records from the golden ones: ``python -m tests.reference.curate`` writes values and tables anew."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

HERE = Path(__file__).resolve().parent
# Tables typed from papers first, then those made by a seeded generator; nothing that an R package carries. The table of
# 10,000 × 5 grades is left out for its size.
TYPED = re.compile(r"shrout_fleiss_1979|cohen_1968_3x3_n200|agresti_approval_2x2")
MADE = re.compile(r"(?:sample_synth|synth|tiny|constant|all_identical|perfect|grades|kappa_paradox)_\w+")
# Bounds from counts alone: their records name a table that does not exist.
COUNTS = re.compile(r"attribute_bounds_\w+")
# A variant of a statistic is its arguments without those that only name columns or list what the table holds.
NAMES = frozenset({"columns", "categories", "x", "y", "row", "col", "scores"})
TABLES_PER_VARIANT = 3


def golden_folder() -> Path:
    """Return the folder of golden records of the shared material."""
    return Path(os.environ.get("PERFKIT_SHARED", ROOT.parent / "shared")) / "golden" / "reliability"


def tables_of(dataset: str, arguments: Mapping[str, Any]) -> set[str]:
    """Return the tables that a record needs: its own, and the rows of the audit sample where it has one."""
    own = set() if COUNTS.fullmatch(dataset) else {dataset}
    return own | ({arguments["sample"]} if "sample" in arguments else set())


def _rank(record: Mapping[str, Any]) -> int:
    return 0 if TYPED.fullmatch(record["dataset"]) else 1


def chosen(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the records to keep, in their order.

    Every edge record, and for each variant of a statistic the reference records on its first three tables.
    """
    free = [
        record
        for record in records
        if record["role"] in ("reference", "edge")
        and any(free_table.fullmatch(record["dataset"]) for free_table in (TYPED, MADE, COUNTS))
    ]
    taken: Counter[str] = Counter()
    kept = set()
    for record in sorted(free, key=_rank):
        variant = {name: value for name, value in record["arguments"].items() if name not in NAMES}
        key = json.dumps([record["statistic"], record["role"], variant], sort_keys=True)
        taken[key] += 1
        if record["role"] == "edge" or taken[key] <= TABLES_PER_VARIANT:
            kept.add(record["id"])
    return [record for record in free if record["id"] in kept]


def main() -> None:
    """Write ``values`` (a record a line) and ``data`` beside this file."""
    source = golden_folder()
    for part in ("values", "data"):
        shutil.rmtree(HERE / part, ignore_errors=True)
        (HERE / part).mkdir()
    tables = set()
    for path in sorted((source / "values").glob("*.json")):
        records = chosen(json.loads(path.read_text(encoding="utf-8")))
        if records:
            lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
            (HERE / "values" / path.name).write_text(f"[\n{lines}\n]\n", encoding="utf-8")
            tables |= {name for record in records for name in tables_of(record["dataset"], record["arguments"])}
    for table in sorted(tables):
        shutil.copyfile(source / "data" / f"{table}.csv", HERE / "data" / f"{table}.csv")


if __name__ == "__main__":
    main()
