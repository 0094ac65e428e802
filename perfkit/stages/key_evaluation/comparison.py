"""Comparison 比较法: actual against plan, last year, three-year mean and peers, as far as the workbook has them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from perfkit.read.rows import Row
from perfkit.result import Caveat
from perfkit.stages.listing import Listing
from perfkit.terms import Direction

REFERENCES = ("target", "last_year", "three_year_mean", "peer")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonResult(Listing):
    """Quantitative indicators beside their references 指标比较表; ``<reference>_change`` = actual ÷ reference − 1."""

    kind: ClassVar[str] = "comparison"
    columns: ClassVar[tuple[str, ...]] = (
        "code", "name", "unit", "direction", "actual", *REFERENCES,
        *(f"{name}_change" for name in REFERENCES), "better", "note",
    )  # fmt: skip


def comparison(rows: Sequence[Row], actuals: Mapping[str, float]) -> ComparisonResult:
    """Return the indicators that can be compared with more than their own target 指标比较.

    Parameters
    ----------
    rows : rows of the 指标体系 sheet.
    actuals : code → actual value, typed or computed (a ratio, a formula, a survey); NaN where there is none.

    Returns
    -------
    ComparisonResult
        One row per indicator with a number and at least one of last year, three-year mean, peer. ``better`` says
        against how many of the historical and peer references the actual value is at least as good, by direction.
        A change against zero or less is NaN (not computable), never 0, infinity or of the wrong sign.
    """
    table = []
    zero: list[str] = []
    for row in rows:
        actual = actuals.get(row.text("code"), math.nan)
        references = {name: _number(row, name) for name in REFERENCES}
        history = {name: value for name, value in references.items() if name != "target" and not math.isnan(value)}
        if math.isnan(actual) or not history:
            continue
        changes = {f"{name}_change": _change(actual, value) for name, value in references.items()}
        zero.extend(row.text("code") for name, value in history.items() if value <= 0)
        direction = row.value("direction")
        good = sum(_at_least_as_good(actual, value, direction) for value in history.values())
        table.append(
            {
                "code": row.text("code"),
                "name": row.text("level3"),
                "unit": row.text("unit"),
                "direction": direction.label if direction else "",
                "actual": actual,
                **references,
                **changes,
                "better": f"{good}/{len(history)}" if direction in (Direction.HIGHER, Direction.LOWER) else "",
                "note": row.text("comparison_note"),
            }
        )
    caveats = (
        [Caveat("ZERO_REFERENCE", f"{'、'.join(dict.fromkeys(zero))} 的参照值为零或负数，变动率无法计算")]
        if zero
        else []
    )
    return ComparisonResult(
        method="change_against_reference",
        n_used=len(table),
        n_dropped=len(rows) - len(table),
        caveats=tuple(caveats),
        source="指标体系",
        rows=tuple(table),
    )


def _number(row: Row, column: str) -> float:
    """Return a plain number of a cell; a range or an empty cell is NaN."""
    value = row.value(column)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else float("nan")


def _change(actual: float, reference: float) -> float:
    """Return the relative change, NaN against zero, less than zero or nothing."""
    return actual / reference - 1 if reference > 0 else float("nan")


def _at_least_as_good(actual: float, reference: float, direction: Direction | None) -> bool:
    """Whether the actual value is no worse than a reference."""
    if direction is Direction.LOWER:
        return actual <= reference + 1e-9
    return actual >= reference - 1e-9
