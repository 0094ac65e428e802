"""Every scored record below ``PERFKIT_GOLDEN`` (else of the shared material), through one adapter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.reliability.adapter.shapes import Unsupported
from tests.reliability.comparison import failures
from tests.reliability.conftest import GOLDEN, NO_CALL
from tests.reliability.golden_table import scored_records
from tests.reliability.records import Record, golden_records

# Without a record one test is left: it fails or skips and says why.
RECORDS = [pytest.param(record, id=record.name) for record in scored_records(golden_records())] or [
    pytest.param(None, id="none")
]


@pytest.mark.usefixtures("golden")
@pytest.mark.parametrize("record", RECORDS)
def test_golden_record(record: Record, record_property: Callable[[str, object], None]) -> None:
    record_property(GOLDEN, (record.statistic, record.role))
    try:
        computed = record.answer()
    except Unsupported as error:
        record_property(NO_CALL, True)
        raise pytest.fail.Exception(f"unsupported: {error}", pytrace=False) from None
    faults = failures(record, computed)
    assert not faults, f"{record.dataset} {dict(record.arguments)} {record.notes}".rstrip()
