"""The golden table: statistic × role × passed / failed / unsupported; ``python -m tests.reliability.golden_table``."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from rich.console import Console
from rich.table import Table

from perfkit.errors import PerfkitError
from tests.reliability.adapter.shapes import Unsupported
from tests.reliability.comparison import failures
from tests.reliability.records import LISTED_ROLES, SCORED_ROLES, Record, golden_records

PASSED, FAILED, UNSUPPORTED, LISTED = "passed", "failed", "unsupported", "listed"
OUTCOMES = (PASSED, FAILED, UNSUPPORTED)
WIDTH = 128

# (statistic, role, outcome) → number of records
Counts: TypeAlias = Counter[tuple[str, str, str]]


def scored_records(records: Iterable[Record]) -> list[Record]:
    """Return the records that are tests: those of a scored role."""
    return [record for record in records if record.role in SCORED_ROLES]


def unscored_records(records: Iterable[Record]) -> Counts:
    """Return the records that are no tests: listed but not scored."""
    return Counter((record.statistic, record.role, LISTED) for record in records if record.role in LISTED_ROLES)


def outcome(record: Record) -> tuple[str, list[str]]:
    """Return whether perfkit's answer to a record holds, and what does not."""
    try:
        faults = failures(record, record.answer())
    except Unsupported as error:
        return UNSUPPORTED, [str(error)]
    except (PerfkitError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        return FAILED, [f"{type(error).__name__}: {error}"]
    return (FAILED if faults else PASSED), faults


def table(counts: Counts) -> Table:
    """Return the table: a row for a statistic, three columns for a role, and how many are listed but not scored."""
    drawn = Table(box=None, padding=(0, 1, 0, 0))
    drawn.add_column("golden records:\nstatistic", no_wrap=True)
    for role in SCORED_ROLES:
        for word in OUTCOMES:
            drawn.add_column(f"{role}\n{word}" if word == PASSED else f"\n{word}", justify="right", no_wrap=True)
    drawn.add_column("not\nscored", justify="right", no_wrap=True)
    for statistic in sorted({key[0] for key in counts}):
        own = Counter({key[1:]: number for key, number in counts.items() if key[0] == statistic})
        drawn.add_row(statistic, *_cells(own))
    total: Counter[tuple[str, str]] = Counter()
    for (_, role, word), number in counts.items():
        total[role, word] += number
    drawn.add_row("all", *_cells(total))
    return drawn


def _cells(counts: Counter[tuple[str, str]]) -> list[str]:
    scored = [counts[role, word] for role in SCORED_ROLES for word in OUTCOMES]
    listed = sum(counts[role, LISTED] for role in LISTED_ROLES)
    return [str(number or "·") for number in (*scored, listed)]


def drawn_text(counts: Counts) -> str:
    """Return the table as plain lines, the same in a terminal and in a log."""
    page = io.StringIO()
    Console(file=page, width=WIDTH, color_system=None).print(table(counts))
    return page.getvalue()


def main() -> int:
    """Print the table and what does not hold; return 1 where a scored record fails."""
    console = Console(width=WIDTH, highlight=False)
    records = golden_records()
    counts = unscored_records(records)
    wrong = 0
    for record in scored_records(records):
        word, faults = outcome(record)
        counts[record.statistic, record.role, word] += 1
        wrong += word != PASSED
        for fault in faults:
            console.print(f"{record.name} {record.dataset}: {fault}", markup=False, soft_wrap=True)
    console.print(table(counts))
    if not records:
        console.print("no golden record: neither PERFKIT_GOLDEN nor the shared material holds one")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
