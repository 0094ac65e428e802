"""Which value every silent parameter takes in a run, and who chose it."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.rulebook.rules import RuleSet
from perfkit.rulebook.run import Run
from perfkit.rulebook.silent import SilentValue
from perfkit.terms import Term


class Origin(Term):
    """Who chose the value of a silent parameter 取值来源."""

    DEFAULT = "default", "本次评价约定"
    RULE_SET = "rule_set", "规则集规定"
    PACK = "pack", "地方规则包"
    RUN = "run", "本次评价选定"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The value of one silent parameter in a run 沉默事项的选择.

    ``code`` is X01–X19, ``field`` the field of ``scoring``'s choices (empty where there is none), ``words`` the
    Chinese wording of the value.
    """

    code: str
    name: str
    label: str
    field: str
    value: SilentValue
    words: str
    origin: Origin


def choices(run: Run, rule_set: RuleSet) -> dict[str, Choice]:
    """Return the effective value of every silent parameter by name, in the order of X01–X19 沉默事项选择表.

    The run comes before the packs, the packs before the rule set, the rule set before the default. ``grade_bands``
    of the run or of the rule set counts as its choice.
    """
    own = dict(run.silent)
    if run.grade_bands is not None:
        own["grade_bands"] = run.grade_bands
    packed = {name: value for pack in rule_set.packs for name, value in pack.silent.items()}
    ruled = {**rule_set.silent_choices, "grade_bands": rule_set.grade_bands}
    layers = ((Origin.RUN, own), (Origin.PACK, packed), (Origin.RULE_SET, ruled))
    effective: dict[str, Choice] = {}
    for rule in rule_set.silent_rules:
        for parameter in rule.parameters:
            origin, value = Origin.DEFAULT, parameter.default
            for layer, values in layers:
                if parameter.name in values:
                    origin, value = layer, values[parameter.name]
                    break
            effective[parameter.name] = Choice(
                code=rule.code,
                name=parameter.name,
                label=parameter.label,
                field=parameter.field,
                value=value,
                words=parameter.words_of(value),
                origin=origin,
            )
    return effective


def scoring_choices(effective: dict[str, Choice]) -> dict[str, SilentValue]:
    """Return only what the arithmetic needs, by the field names of ``scoring``'s choices; what is not set stays out."""
    return {choice.field: choice.value for choice in effective.values() if choice.field and choice.value is not None}
