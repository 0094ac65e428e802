"""The documents and clauses behind a stage 评价依据: generated from the rules that were really used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from perfkit.rulebook import Framework, RuleSet, Run, Standing
from perfkit.rulebook.shape import Basis
from perfkit.stages.listing import Listing
from perfkit.terms import Status

OFFICIAL = (Status.NATIONAL, Status.CENTRAL_TRIAL, Status.LOCAL)
NUMERALS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasesResult(Listing):
    """Documents and clauses behind the evaluation 评价依据."""

    kind: ClassVar[str] = "bases"
    columns: ClassVar[tuple[str, ...]] = ("document", "title", "clause", "status", "verified", "standing")


def bases(run: Run, rule_set: RuleSet, framework: Framework, ids: Iterable[str]) -> BasesResult:
    """Return the documents and clauses used, national first, articles in order 评价依据清单.

    Parameters
    ----------
    run, rule_set : rules; those outside their dates are printed as 参照.
    framework : the indicator framework, itself a basis.
    ids : rules that were used; practices and choices of ours are no bases.
    """
    found = [basis for basis in (*rule_set.bases_used(ids), framework.basis) if basis.status in OFFICIAL]
    with_clause = {basis.source for basis in found if basis.clause}
    # A document without a clause says nothing beside its own clauses.
    kept = {(basis.source, basis.clause): basis for basis in found if basis.clause or basis.source not in with_clause}
    ordered = sorted(
        kept.values(), key=lambda basis: (OFFICIAL.index(basis.status), basis.source, clause_order(basis.clause))
    )
    rows = [_basis_row(run, rule_set, basis) for basis in ordered]
    return BasesResult(method="generated_from_rules_used", n_used=len(rows), source=rule_set.id, rows=tuple(rows))


def clause_order(clause: str) -> tuple[int, int, str]:
    """Return the sort key of a clause: articles by number, then everything else.

    Examples
    --------
    >>> sorted(["附2", "第二十七条", "第八条", "第十四条"], key=clause_order)
    ['第八条', '第十四条', '第二十七条', '附2']
    """
    article = re.match(r"第([一二三四五六七八九十]+)条", clause)
    if article is None:
        return 1, 0, clause
    tens, ten, units = article[1].rpartition("十")
    number = (NUMERALS.index(tens) if tens else 1) * 10 * bool(ten) + (NUMERALS.index(units) if units else 0)
    return 0, number, clause


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
