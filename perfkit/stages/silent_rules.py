"""Silent rules that were really used 规则未明确事项: the choice of each, who made it and what it touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from perfkit.rulebook import Choice, RuleSet, Run, choices
from perfkit.stages.listing import Listing

# Rounding, weights inside level 1, grade bands and money decimals bear on every run, whatever its items.
ALWAYS_USED = ("X04", "X14", "X15", "X18")


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentRulesResult(Listing):
    """Silent rules that were used, a row each 规则未明确事项的处理."""

    kind: ClassVar[str] = "silent_rules"
    columns: ClassVar[tuple[str, ...]] = ("code", "topic", "choice", "origin", "used_by", "points_moved", "basis")


def silent_rules(
    run: Run,
    rule_set: RuleSet,
    used: Mapping[str, Sequence[str]],
    moved: Mapping[str, float],
    said: Mapping[str, str] | None = None,
    always: Sequence[str] = ALWAYS_USED,
) -> SilentRulesResult:
    """Return every silent rule that was used, with its choice and who made it 规则未明确事项的处理.

    Parameters
    ----------
    run, rule_set : where the choices come from.
    used : code X01–X19 → indicator codes (or subjects) it was used for.
    moved : code → points that the choice moved, where that is known.
    said : code → what was really done where the run's own choice does not tell (bands by name, scales of surveys,
        items with parameters of their own); it stands instead of the choice, or behind it where it begins with ；.
    always : codes that bear on every run of the stage.
    """
    by_code: dict[str, list[Choice]] = {}
    for choice in choices(run, rule_set).values():
        by_code.setdefault(choice.code, []).append(choice)
    rows = []
    for rule in rule_set.silent_rules:
        if rule.code not in used and rule.code not in always:
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
