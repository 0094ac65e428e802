"""The curated records in any clone, and that they are what the golden ones say where those are here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.reference.curate import HERE, MADE, TYPED, chosen, tables_of
from tests.reliability.comparison import failures
from tests.reliability.records import Record, records_below

RECORDS = records_below(HERE)


@pytest.mark.parametrize("record", [pytest.param(record, id=record.name) for record in RECORDS])
def test_reference_record(record: Record) -> None:
    faults = failures(record, record.answer())
    assert not faults, f"{record.dataset} {dict(record.arguments)} {record.notes}".rstrip()


def test_there_are_at_least_three_hundred_reference_records() -> None:
    assert sum(record.role == "reference" for record in RECORDS) >= 300


def test_only_typed_and_made_tables_are_kept() -> None:
    tables = {path.stem for path in (HERE / "data").glob("*.csv")}
    assert tables == {name for record in RECORDS for name in tables_of(record.dataset, record.arguments)}
    assert not [name for name in tables if not TYPED.fullmatch(name) and not MADE.fullmatch(name)]


def test_records_carry_their_recipe() -> None:
    for path in (HERE / "values").glob("*.json"):
        for record in json.loads(path.read_text(encoding="utf-8")):
            assert record["software"]


def test_records_and_tables_are_those_of_the_golden_folder(shared: Path) -> None:
    golden = shared / "golden" / "reliability"
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    for path in sorted((golden / "values").glob("*.json")):
        theirs |= {record["id"]: record for record in chosen(json.loads(path.read_text(encoding="utf-8")))}
    for path in (HERE / "values").glob("*.json"):
        ours |= {record["id"]: record for record in json.loads(path.read_text(encoding="utf-8"))}
    assert ours == theirs, "stale: run python -m tests.reference.curate"
    for path in (HERE / "data").glob("*.csv"):
        assert path.read_bytes() == (golden / "data" / path.name).read_bytes()
