"""One desk finding from one row 复核发现的写法: who and where come from the row, severity and basis from the check."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from perfkit.checks.finding import finding
from perfkit.checks.self_evaluation.codes import DESK_CHECKS
from perfkit.checks.self_evaluation_shapes import DeskFinding
from perfkit.scoring.rounding import SNAP_DECIMALS
from perfkit.terms import Reason, Severity

Line = Mapping[str, Any]


def desk_finding(
    code: str,
    row: Line,
    message: str,
    *,
    expected: str = "",
    found: str = "",
    where: str = "",
    points: float = math.nan,
    reason: Reason | None = None,
    own_rule: bool | None = None,
    send_back: bool | None = None,
    severity: Severity | None = None,
    basis: str = "",
) -> DeskFinding:
    """Return one finding over a form, an item or a project without form 复核发现.

    Parameters
    ----------
    code : key of ``DESK_CHECKS``, which gives severity, basis and consequence unless they are given here.
    row : holds ``department``, ``agency``, ``project``, ``form`` and, for an item, ``item``.
    points : what the rule gives minus what is printed, in points of 100.
    """
    check = DESK_CHECKS[code]
    item = str(row.get("item", "") or "")
    return DeskFinding(
        finding=finding(
            code,
            check.severity if severity is None else severity,
            item or str(row.get("project", "")) or str(row.get("form", "")),
            message,
            expected=expected,
            found=found,
            basis=basis or check.basis,
            where=where or place(row),
        ),
        department=str(row.get("department", "")),
        agency=str(row.get("agency", "")),
        project=str(row.get("project", "")),
        form=str(row.get("form", "")),
        item=item,
        own_rule=check.own_rule if own_rule is None else own_rule,
        points=round(float(points), SNAP_DECIMALS),
        reason="" if reason is None else reason.value,
        send_back=check.send_back if send_back is None else send_back,
    )


def place(row: Line, cell: str = "") -> str:
    """Return file › sheet › cell of a row; an empty cell has no address: its row is named by the next one that has."""
    near = (cell, "actual", "target", "score", "full") if cell else ()
    address = next((str(row[f"{name}_cell"]) for name in near if row.get(f"{name}_cell")), "")
    return " › ".join(part for part in (str(row.get("file", "")), str(row.get("sheet", "")), address) if part)


def rows_of(frame: pd.DataFrame, mask: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of a frame where ``mask`` holds."""
    for row in frame.loc[mask].to_dict("records"):
        yield {str(name): value for name, value in row.items()}


def named(row: Line) -> str:
    """Return the words by which an item is called in a message."""
    return f"“{row['level3']}”" if row.get("level3") else f"第 {row.get('item', '')} 项"


def number(value: float) -> str:
    """Return a number as a form would print it, without needless zeros."""
    return f"{value:,.4f}".rstrip("0").rstrip(".")
