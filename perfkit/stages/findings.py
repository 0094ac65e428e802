"""The findings of a stage 质检单: every check once, in order, as a Result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from perfkit.checks.finding import in_order
from perfkit.stages.listing import Listing
from perfkit.trace import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsResult(Listing):
    """Findings of all checks over the data 质检单."""

    kind: ClassVar[str] = "findings"
    columns: ClassVar[tuple[str, ...]] = (
        "code", "severity", "subject", "message", "expected", "found", "basis", "where", "waiver",
    )  # fmt: skip

    findings: tuple[Finding, ...]


def listed_findings(found: Iterable[Finding]) -> FindingsResult:
    """Return findings by severity, id and subject as a Result 质检单."""
    ordered = in_order(found)
    table = tuple({name: getattr(item, name) for name in FindingsResult.columns} for item in ordered)
    return FindingsResult(method="checks", n_used=len(ordered), source="CHECKS", rows=table, findings=ordered)
