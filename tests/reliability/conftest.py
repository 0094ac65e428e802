"""The folder of golden records, and the table of what holds at the end of a run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.golden_table import UNSUPPORTED, Counts, drawn_text, unscored_records
from tests.reliability.records import golden_records

# The name under which a test of a golden record tells what it is about: (statistic, role), then its outcome if special.
GOLDEN = "golden"
NO_CALL = "golden_unsupported"


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> None:
    """Fail where ``PERFKIT_GOLDEN`` names no folder; skip where neither it nor the shared material is there."""
    named = os.environ.get("PERFKIT_GOLDEN")
    if named is not None and not Path(named).is_dir():
        pytest.fail(f"PERFKIT_GOLDEN is set to {named!r}, which is no folder", pytrace=False)
    if not golden_records():
        shared: Path = request.getfixturevalue("shared")
        pytest.fail(f"no golden record of reliability below {named or shared}", pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Print, after all else, the table statistic × role × passed / failed / unsupported of the golden records run."""
    yield
    counts: Counts = Counter()
    for word in ("passed", "failed"):
        for report in terminalreporter.getreports(word):
            told = dict(report.user_properties)
            if report.when == "call" and GOLDEN in told:
                statistic, role = told[GOLDEN]
                counts[statistic, role, UNSUPPORTED if NO_CALL in told else word] += 1
    if counts:
        terminalreporter.write_line("")
        terminalreporter.write(drawn_text(counts + unscored_records(golden_records())))
