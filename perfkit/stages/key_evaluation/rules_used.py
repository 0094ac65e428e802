"""Rules that were really used 所用规则: silent-rule choices with the items they touched, and the list of bases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from perfkit.read.cells import written
from perfkit.rulebook import Choice, Framework, RuleSet, Run, Standing, choices
from perfkit.rulebook.shape import Basis
from perfkit.scoring.choices import SILENT_RULE_OF
from perfkit.stages.key_evaluation.narrative import band_words
from perfkit.stages.key_evaluation.scorecard import Scorecard
from perfkit.stages.key_evaluation.surveys import SurveysResult, scale_text
from perfkit.stages.listing import Listing
from perfkit.terms import ScoringFunction, ScoringParameter, Status

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
    run: Run,
    rule_set: RuleSet,
    used: Mapping[str, Sequence[str]],
    moved: Mapping[str, float],
    said: Mapping[str, str] | None = None,
) -> SilentRulesResult:
    """Return every silent rule that was used, with its choice and who made it 规则未明确事项的处理.

    Parameters
    ----------
    run, rule_set : where the choices come from.
    used : code X01–X19 → indicator codes (or subjects) it was used for.
    moved : code → points that the choice moved, where that is known.
    said : code → what was really done where the run's own choice does not tell (bands by name, scales of surveys,
        items with parameters of their own); it stands instead of the choice, or behind it where it begins with ；.
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
                "choice": _words(chosen, (said or {}).get(rule.code, "")),
                "origin": "、".join(dict.fromkeys(choice.origin.label for choice in chosen)),
                "used_by": "、".join(used.get(rule.code, ())) or "全部指标",
                "points_moved": moved.get(rule.code),
                "basis": f"{rule.documents}（未明确：{rule.silent_on}）",
            }
        )
    return SilentRulesResult(method="used_only", n_used=len(rows), source="silent-rules", rows=tuple(rows))


def _words(chosen: Sequence[Choice], said: str) -> str:
    """Return the choice in words, with what was really done in its place or behind it."""
    if said and not said.startswith("；"):
        return said
    return "；".join(f"{choice.label}：{choice.words}" for choice in chosen) + said


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


OFFICIAL = (Status.NATIONAL, Status.CENTRAL_TRIAL, Status.LOCAL)
NUMERALS = "零一二三四五六七八九"


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


def really_done(card: Scorecard, surveyed: SurveysResult) -> dict[str, str]:
    """Return what was really done under a silent rule where the run's own choice does not tell 实际处理.

    Parameters
    ----------
    card : scored tree; items may carry parameters of their own, which win over the run's choice.
    surveyed : surveys; each declares its scale in the workbook.
    """
    said = {"X15": "，".join(band_words(card.result.bands))}
    differing = card.scores.own_choices()
    own: dict[str, list[str]] = {}
    rates: dict[str, list[str]] = {}
    for item in card.scores.items:
        for key, value in item.parameters.items():
            parameter = ScoringParameter.read(str(key))
            rule = SILENT_RULE_OF.get(parameter.value) if parameter is not None else None
            if parameter is not None and rule is not None and item.code in differing.get(rule, ()):
                own.setdefault(rule, []).append(f"{item.code} {parameter.label} {written(value)}")
        if item.function in (ScoringFunction.EXECUTION_LINEAR, ScoringFunction.EXECUTION_INTERVAL_2021):
            rates.setdefault(item.function.label, []).append(item.code)
    if rates:
        said["X05"] = "；".join(f"{label}：{'、'.join(codes)}" for label, codes in rates.items())
    if surveyed.surveys:
        scales = {f"{survey.group}：{scale_text(survey.answers.scale)}" for survey in surveyed.surveys}
        said["X10"] = (
            "各问卷声明的量表分值，" + "；".join(sorted(scales)) + "；先算每位应答者的均值再平均，只有计数的按回答合计"
        )
    if any(entry.to for entry in card.result.moved):
        decimals = card.result.choices.item_decimals
        said["X04"] = f"；折算后的分值同样保留 {decimals} 位小数，尾差并入余数最大的指标，合计不变"
    return {**{rule: f"；另有约定：{'；'.join(texts)}" for rule, texts in own.items()}, **said}
