"""Frozen shapes that travel from a cell to a sentence: addresses, quantities, arithmetic traces, records, findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from perfkit.terms import Severity

Scalar = float | int | str | bool | None
RecordKind = Literal["score", "points", "rate", "money", "count", "number", "text", "grade", "date", "list"]


@dataclass(frozen=True, slots=True)
class CellAddress:
    """Address of a workbook cell 单元格地址: file name, sheet name, A1 reference (``""`` for csv: row in ``cell``)."""

    file: str
    sheet: str
    cell: str

    def __str__(self) -> str:
        """Return file › sheet › cell."""
        return " › ".join(part for part in (self.file, self.sheet, self.cell) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with its unit and source 带出处的数值; ``name`` is a stable code, ``label`` its Chinese words."""

    name: str
    value: float
    unit: str = ""
    label: str = ""
    cell: CellAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of arithmetic 计算步骤: ``op`` is a stable code that ``show/prose`` words, ``values`` its numbers."""

    op: str
    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Arithmetic trace of one item score 计分轨迹.

    ``function`` and the keys of ``parameters`` are stable codes; ``silent`` maps the code of each silent rule that
    was actually used (X01–X19) to the choice made; ``exact`` is unrounded, ``score`` rounded to the item decimals.
    """

    item: str
    function: str
    full_score: float
    inputs: tuple[Quantity, ...]
    parameters: Mapping[str, object]
    steps: tuple[Step, ...]
    exact: float
    score: float
    rule: str = ""
    clause: str = ""
    silent: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A named number of a run 具名数值: everything printed in a draft is a record or stands in a table of records.

    Parameters
    ----------
    name : dotted stable code, e.g. ``"total"``, ``"level1.1.rate"``, ``"item.B201.score"``.
    value : unrounded number, or a text; a rate is a fraction of 1, money is in 万元.
    kind : decides the format (``rate`` as percent with two decimals, ``money`` with thousands separators, …).
    label : Chinese name as the numbers table prints it.
    source : where it comes from: cells, rule and formula in one line.
    caveat : text that must be printed wherever the number is (empty where there is none).
    """

    name: str
    value: float | int | str | None
    kind: RecordKind
    label: str = ""
    unit: str = ""
    decimals: int | None = None
    source: str = ""
    caveat: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding of a machine check 质检发现.

    Parameters
    ----------
    code : id of the check, e.g. ``"S02"`` (``rules/CHECKS``).
    severity : error keeps the draft at 初稿; a warning must be acknowledged; info is a hint.
    subject : what it is about (an indicator code, a record name, a chapter).
    message : one Chinese sentence naming both values and the rule.
    expected, found : the two values as printed.
    basis : document and clause, or 逻辑.
    where : cell, paragraph or record.
    waiver : who waived it, when and why; empty where nobody did.
    """

    code: str
    severity: Severity
    subject: str
    message: str
    expected: str = ""
    found: str = ""
    basis: str = ""
    where: str = ""
    waiver: str = ""

    def __str__(self) -> str:
        """Return the finding in one line."""
        return f"[{self.code}] {self.severity.label} {self.where or self.subject}：{self.message}（{self.basis}）"
