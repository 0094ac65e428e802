"""How findings are made and compared 质检发现的写法: exact values first, printed values within half a printed unit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeGuard

from perfkit.scoring.rounding import round_half_up
from perfkit.terms import Severity
from perfkit.trace import Finding

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

PROJECT_10 = "财预〔2020〕10号"
GUIDE_101 = "财预〔2021〕101号"
THIRD_PARTY_4 = "财监〔2021〕4号"
LOGIC = "算术与逻辑"
OURS = "本项目约定"


def finding(
    code: str,
    severity: Severity,
    subject: str,
    message: str,
    *,
    expected: str = "",
    found: str = "",
    basis: str = LOGIC,
    where: str = "",
) -> Finding:
    """Return one finding."""
    return Finding(
        code=code,
        severity=severity,
        subject=subject,
        message=message,
        expected=expected,
        found=found,
        basis=basis,
        where=where,
    )


def differs(printed: float, computed: float, decimals: int = 2) -> bool:
    """Whether a printed number is not the computed one at its own precision 印刷精度内是否不一致.

    Parameters
    ----------
    printed : the number as printed, with ``decimals`` decimals.
    computed : the unrounded number.
    decimals : decimals of the print; the tolerance is half a unit of the last one.
    """
    return abs(printed - computed) > 0.5 * 10.0**-decimals + 1e-9


def known(value: object) -> TypeGuard[float]:
    """Whether a value is a number that is there."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not math.isnan(value)


def points(value: object) -> str:
    """Return a score as it is printed, two decimals."""
    return f"{float(round_half_up(value, 2)):.2f}" if known(value) else "—"


def listed(codes: Iterable[str], most: int = 8) -> str:
    """Return codes as a Chinese enumeration, the first ones named and the rest counted."""
    names = list(codes)
    shown = "、".join(names[:most])
    return f"{shown} 等 {len(names)} 项" if len(names) > most else shown


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings by severity, then id, then subject."""
    rank = {ERROR: 0, WARNING: 1, INFO: 2}
    return tuple(sorted(findings, key=lambda item: (rank[item.severity], item.code, item.subject)))
