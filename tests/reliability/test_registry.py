"""The runner of golden records: every statistic has a call, every folder is found."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.reliability.adapter import registry
from tests.reliability.adapter.registry import FAMILIES, calls, module_of
from tests.reliability.comparison import SCORED
from tests.reliability.golden_table import LISTED, drawn_text, scored_records, unscored_records
from tests.reliability.records import golden_records, records_below

ADAPTER = Path(registry.__file__).parent
FOUND = {
    "id": "Z1",
    "dataset": "two_raters",
    "statistic": "cohen_kappa",
    "arguments": {"columns": ["a", "b"]},
    **dict.fromkeys(("ci_low", "ci_high", "p", "se", "ci_tolerance")),
    "value": 0.5,
    "tolerance": 1e-8,
    "role": "reference",
    "notes": "",
    "extra": {},
}


def _store(folder: Path, **changes: object) -> None:
    for name in ("values", "data"):
        (folder / name).mkdir(parents=True)
    (folder / "values" / "family.json").write_text(json.dumps([{**FOUND, **changes}]), encoding="utf-8")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_an_adapter(family: str) -> None:
    assert module_of(family)


@pytest.mark.usefixtures("golden")
def test_every_golden_statistic_has_a_call() -> None:
    assert not {record.statistic for record in golden_records()} - calls().keys()


def test_scored_fields_are_those_of_known_statistics() -> None:
    assert not SCORED.keys() - calls().keys()


def test_the_adapter_knows_no_table_and_no_record(shared: Path) -> None:
    tables = {record.dataset for record in records_below(shared / "golden" / "reliability")}
    assert tables
    known = re.compile("|".join([r"\bS\d{4}\b", *map(re.escape, tables)]))
    sources = {path.name: path.read_text(encoding="utf-8") for path in ADAPTER.glob("*.py")}
    assert not {name: known.findall(text) for name, text in sources.items() if known.search(text)}


def test_records_are_found_at_any_depth_with_their_table_beside_them(tmp_path: Path) -> None:
    for part in ("", "reliability", "more/hidden"):
        _store(tmp_path / part, id=part or "top")
    found = {record.id: record.folder for record in records_below(tmp_path)}
    assert found == {part or "top": tmp_path / part / "data" for part in ("", "reliability", "more/hidden")}


def test_the_named_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _store(tmp_path / "reliability")
    for named in (tmp_path, tmp_path / "reliability"):
        monkeypatch.setenv("PERFKIT_GOLDEN", str(named))
        assert [record.name for record in golden_records.__wrapped__()] == ["Z1-cohen_kappa-reference"]


def test_a_named_folder_with_cases_of_scoring_only_silences_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _store(tmp_path / "shared" / "golden" / "reliability")
    (tmp_path / "hidden" / "scoring").mkdir(parents=True)
    monkeypatch.setenv("PERFKIT_SHARED", str(tmp_path / "shared"))
    monkeypatch.setenv("PERFKIT_GOLDEN", str(tmp_path / "hidden"))
    assert len(golden_records.__wrapped__()) == 1


def test_a_named_folder_that_is_absent_has_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERFKIT_GOLDEN", str(tmp_path / "absent"))
    assert golden_records.__wrapped__() == ()


def test_no_material_at_all_is_no_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PERFKIT_GOLDEN", raising=False)
    monkeypatch.setenv("PERFKIT_SHARED", str(tmp_path))
    assert golden_records.__wrapped__() == ()


def test_listed_records_are_in_the_table_but_are_no_tests(tmp_path: Path) -> None:
    _store(tmp_path / "a", role="disputed")
    _store(tmp_path / "b", statistic="unheard_of")
    found = records_below(tmp_path)
    assert [record.statistic for record in scored_records(found)] == ["unheard_of"]
    assert unscored_records(found) == {("cohen_kappa", "disputed", LISTED): 1}


def test_table_has_a_row_for_each_statistic_and_a_sum() -> None:
    counts = Counter({("icc", "edge", "passed"): 3, ("icc", "reference", "failed"): 2, ("sem", "edge", "passed"): 1})
    rows = [line.split() for line in drawn_text(counts).splitlines()]
    assert rows[2] == ["icc", "·", "2", "·", "·", "·", "·", "3", "·", "·", "·"]
    assert rows[-1] == ["all", "·", "2", "·", "·", "·", "·", "4", "·", "·", "·"]
