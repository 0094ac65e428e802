"""Rules that were really used 所用规则: silent-rule choices with the items they touched, and the list of bases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from perfkit.rulebook import Choice, RuleSet, Run, Standing, choices
from perfkit.rulebook.shape import Basis
from perfkit.stages.listing import Listing
from perfkit.terms import Status

# Rounding, weights inside level 1, grade bands and money decimals bear on every run, whatever its items.
ALWAYS_USED = ("X04", "X14", "X15", "X18")


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentRulesResult(Listing):
    """Silent rules that were used, a row each 规则未明确事项的处理."""

    kind: ClassVar[str] = "silent_rules"
    columns: ClassVar[tuple[str, ...]] = ("code", "topic", "choice", "origin", "used_by", "points_moved", "basis")


@dataclass(frozen=True, slots=True, kw_only=True)
class BasesResult(Listing):
    """Documents and clauses behind the evaluation 评价依据."""

    kind: ClassVar[str] = "bases"
    columns: ClassVar[tuple[str, ...]] = ("document", "title", "clause", "status", "verified", "standing")


def silent_rules(
    run: Run, rule_set: RuleSet, used: Mapping[str, Sequence[str]], moved: Mapping[str, float]
) -> SilentRulesResult:
    """Return every silent rule that was used, with its choice and who made it 规则未明确事项的处理.

    Parameters
    ----------
    run, rule_set : where the choices come from.
    used : code X01–X19 → indicator codes (or subjects) it was used for.
    moved : code → points that the choice moved, where that is known.
    """
    by_code: dict[str, list[Choice]] = {}
    for choice in choices(run, rule_set).values():
        by_code.setdefault(choice.code, []).append(choice)
    rows = []
    for rule in rule_set.silent_rules:
        if rule.code not in used and rule.code not in ALWAYS_USED:
            continue
        chosen = by_code.get(rule.code, [])
        rows.append(
            {
                "code": rule.code,
                "topic": rule.topic,
                "choice": "；".join(f"{choice.label}：{choice.words}" for choice in chosen),
                "origin": "、".join(dict.fromkeys(choice.origin.label for choice in chosen)),
                "used_by": "、".join(used.get(rule.code, ())) or "全部指标",
                "points_moved": moved.get(rule.code),
                "basis": f"{rule.documents}（未明确：{rule.silent_on}）",
            }
        )
    return SilentRulesResult(method="used_only", n_used=len(rows), source="silent-rules", rows=tuple(rows))


def bases(run: Run, rule_set: RuleSet, ids: Iterable[str]) -> BasesResult:
    """Return the documents and clauses used, national first 评价依据清单; those outside their dates are 参照."""
    used = [basis for basis in rule_set.bases_used(ids) if basis.status not in (Status.OURS, Status.PRACTICE)]
    ranks = list(Status)
    rows = [_basis_row(run, rule_set, basis) for basis in sorted(used, key=lambda basis: ranks.index(basis.status))]
    return BasesResult(method="generated_from_rules_used", n_used=len(rows), source=rule_set.id, rows=tuple(rows))


def _basis_row(run: Run, rule_set: RuleSet, basis: Basis) -> dict[str, Any]:
    """Return one row of the list of bases."""
    standing, document = run.standing(basis), rule_set.source(basis.source)
    return {
        "document": document.number,
        "title": document.title,
        "clause": basis.clause,
        "status": basis.status.label,
        "verified": basis.verified.label,
        "standing": "" if standing is Standing.IN_FORCE else f"参照（{standing.label}）",
    }
