"""Rules that were really used 所用规则: silent-rule choices with the items they touched, and the list of bases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from perfkit.read.cells import written
from perfkit.rulebook import Choice, RuleSet, Run, choices
from perfkit.scoring.choices import SILENT_RULE_OF
from perfkit.stages.key_evaluation.narrative import band_words
from perfkit.stages.key_evaluation.scorecard import Scorecard
from perfkit.stages.key_evaluation.surveys import SurveysResult, scale_text
from perfkit.stages.listing import Listing
from perfkit.terms import ScoringFunction, ScoringParameter

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
