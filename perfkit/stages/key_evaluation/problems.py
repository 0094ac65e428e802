"""Problem list 问题清单: what the evaluator wrote, and a suggested row for every lost point that nobody explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from perfkit.read.rows import Row
from perfkit.stages.listing import Listing
from perfkit.trace import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class LostItem:
    """An item that lost points 失分指标: what the pre-fill needs to know of it."""

    code: str
    name: str
    level2: str
    lost: float
    evidence: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemsResult(Listing):
    """Problems, given and suggested 问题清单; ``suggested`` rows are drafts that a person must finish."""

    kind: ClassVar[str] = "problems"
    columns: ClassVar[tuple[str, ...]] = (
        "id", "problem", "facts", "indicators", "amount", "cause", "advice", "responsible", "deadline", "proof",
        "suggested",
    )  # fmt: skip

    merges: tuple[str, ...] = ()


def _merged(items: Sequence[LostItem]) -> list[list[LostItem]]:
    """Group lost items that share a level-2 indicator or a piece of evidence (union of overlapping groups)."""
    groups: list[tuple[set[str], list[LostItem]]] = []
    for item in items:
        keys = {f"level2:{item.level2}", *(f"evidence:{mark}" for mark in item.evidence)}
        touching = [group for group in groups if group[0] & keys]
        members = [member for group in touching for member in group[1]]
        groups = [group for group in groups if group not in touching]
        groups.append((keys.union(*(group[0] for group in touching)), [*members, item]))
    return [members for _, members in groups]


def _merge_hints(rows: Sequence[Row]) -> tuple[str, ...]:
    """Name pairs of given problems that bear on the same indicators or give the same cause."""
    hints = []
    for position, first in enumerate(rows):
        for second in rows[position + 1 :]:
            shared = sorted(set(first.value("indicators", ()) or ()) & set(second.value("indicators", ()) or ()))
            same_cause = bool(first.text("cause")) and first.text("cause") == second.text("cause")
            if same_cause or len(shared) >= 2:
                why = "原因相同" if same_cause else f"都涉及{'、'.join(shared)}"
                hints.append(f"{first.text('id')} 与 {second.text('id')} {why}，可考虑合并")
    return tuple(hints)


def problems(rows: Sequence[Row], lost: Iterable[LostItem]) -> ProblemsResult:
    """Return the problem list with suggestions for unexplained deductions 问题清单与预填建议.

    Parameters
    ----------
    rows : rows of the 问题 sheet; one problem may bear on many indicators.
    lost : items that lost points, in order.

    Returns
    -------
    ProblemsResult
        Given problems first; then one suggested row per group of lost items that no problem names. Items are
        grouped where they share a level-2 indicator or a piece of evidence, because they usually have one cause.
    """
    table: list[dict[str, Any]] = [
        {
            **{name: row.text(name) for name in ("id", "problem", "facts", "cause", "advice", "responsible", "proof")},
            "deadline": row.text("deadline"),
            "indicators": "；".join(row.value("indicators", ()) or ()),
            "amount": row.value("amount"),
            "suggested": False,
        }
        for row in rows
    ]
    named = {code for row in rows for code in (row.value("indicators", ()) or ())}
    groups = _merged([item for item in lost if item.code not in named])
    for number, members in enumerate(groups, start=1):
        names = "、".join(f"{item.code}{item.name}" for item in members)
        facts = "；".join(reason.rstrip("。；") for item in members for reason in item.reasons if reason)
        table.append(
            {
                "id": f"待{number}",
                "problem": f"【待补充：{names}失分对应的问题】",
                "facts": facts or "【待补充：事实与数据】",
                "indicators": "；".join(item.code for item in members),
                "amount": None,
                "cause": "【待补充：原因】",
                "advice": "【待补充：建议】",
                "responsible": "【待补充：责任单位】",
                "deadline": "【待补充：时限】",
                "proof": "【待补充：完成标志】",
                "suggested": True,
            }
        )
    return ProblemsResult(
        method="given_then_suggested",
        n_used=len(table),
        source="问题",
        rows=tuple(table),
        merges=_merge_hints(rows),
    )


def problem_records(result: ProblemsResult) -> tuple[Record, ...]:
    """Return the number of problems, given and suggested."""
    given = sum(not row["suggested"] for row in result.rows)
    return (
        Record(name="problems.total", value=given or "【待补充：问题数】", kind="count" if given else "text", label="问题数",
               unit="个", source="问题表"),
        Record(name="problems.suggested", value=len(result.rows) - given, kind="count", label="待确认问题数", unit="个",
               source="失分指标预填"),
    )  # fmt: skip
