"""The golden records: where they are, what a record holds, and perfkit's answer to one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from tests.conftest import ROOT
from tests.reliability.adapter.registry import calls
from tests.reliability.adapter.shapes import Computed, Golden, Unsupported

SCORED_ROLES = ("reference", "crosscheck", "edge")
LISTED_ROLES = ("disputed", "published")


def number(recorded: object) -> float | None:
    """Return a recorded number; ``None`` where the program gave none. Infinity is recorded as a word."""
    return None if recorded is None or recorded == "NaN" else float(str(recorded))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One golden record, under the names of its README; ``folder`` holds its table."""

    id: str
    dataset: str
    statistic: str
    arguments: Mapping[str, Any]
    role: str
    value: float | None
    low: float | None
    high: float | None
    p: float | None
    se: float | None
    tolerance: float
    ci_tolerance: float
    extra: Mapping[str, Any]
    notes: str
    folder: Path
    # Records of other programs on the same table with the same arguments.
    twins: list[Record] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def of(cls, found: Mapping[str, Any], folder: Path) -> Record:
        """Return a record as it stands in a file of values."""
        tolerance = float(found["tolerance"])
        limits = found["ci_tolerance"]
        return cls(
            id=found["id"],
            dataset=found["dataset"],
            statistic=found["statistic"],
            arguments=found["arguments"],
            role=found["role"],
            value=number(found["value"]),
            low=number(found["ci_low"]),
            high=number(found["ci_high"]),
            p=number(found["p"]),
            se=number(found["se"]),
            tolerance=tolerance,
            ci_tolerance=tolerance if limits is None else float(limits),
            extra=found["extra"] or {},
            notes=found["notes"] or "",
            folder=folder,
        )

    @property
    def name(self) -> str:
        """Return what a test of this record is called."""
        return f"{self.id}-{self.statistic}-{self.role}"

    @property
    def question(self) -> tuple[str, str, str, str]:
        """Return what is asked, whoever answers it: records that share it are twins."""
        return str(self.folder), self.dataset, self.statistic, json.dumps(self.arguments, sort_keys=True)

    def answer(self) -> Computed:
        """Return what perfkit computes; ``Unsupported`` where no call is made for the statistic."""
        return _answer(*self.question)


@cache
def _answer(folder: str, dataset: str, statistic: str, arguments: str) -> Computed:
    call = calls().get(statistic)
    if call is None:
        raise Unsupported(f"no call for {statistic}")
    data = Path(folder)
    # A copy: a call that wrote to its input must not spoil the next one.
    frame = _table(data / f"{dataset}.csv").copy()
    return call(Golden(frame=frame, arguments=json.loads(arguments), data=data))


@cache
def _table(path: Path) -> pd.DataFrame:
    """Return a table; a record that needs none names a file that is not there."""
    if not path.is_file():
        return pd.DataFrame()
    # An empty cell is missing and nothing else is: "NA" may be a grade.
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def records_below(folder: Path) -> list[Record]:
    """Return every record of every ``values/*.json`` below a folder, its table in ``data`` beside ``values``."""
    found = [record for path in sorted(folder.rglob("values/*.json")) for record in _of_file(path)]
    same: dict[tuple[str, str, str, str], list[Record]] = {}
    for record in found:
        same.setdefault(record.question, []).append(record)
    for twins in same.values():
        for record in twins:
            record.twins.extend(twin for twin in twins if twin is not record)
    return found


def _of_file(path: Path) -> Iterator[Record]:
    for found in json.loads(path.read_text(encoding="utf-8")):
        yield Record.of(found, path.parent.parent / "data")


@cache
def golden_records() -> Sequence[Record]:
    """Return the records below ``PERFKIT_GOLDEN``, else those of the shared material; none where neither is here.

    ``PERFKIT_GOLDEN`` may name a folder with cases of scoring only: it must not silence this test, so that the records
    of the shared material are taken then. A named folder that does not exist has no record: the test of the folder
    fails.
    """
    shared = Path(os.environ.get("PERFKIT_SHARED", ROOT.parent / "shared")) / "golden" / "reliability"
    named = os.environ.get("PERFKIT_GOLDEN")
    if named is not None and not Path(named).is_dir():
        return ()
    return tuple((named is not None and records_below(Path(named).resolve())) or records_below(shared.resolve()))
