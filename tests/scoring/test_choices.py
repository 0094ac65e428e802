"""Choices where the rules are silent."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from perfkit.errors import RuleError
from perfkit.scoring.choices import SILENT_RULE_OF, SilentChoices
from perfkit.terms import Absence, AbsencePolicy, AbsenceScope, ReverseRule


def test_every_field_names_its_silent_rule(shared: Path) -> None:
    assert SILENT_RULE_OF.keys() == {field.name for field in dataclasses.fields(SilentChoices)}
    rules = json.loads((shared / "rules" / "frameworks.json").read_text(encoding="utf-8"))["rules"]["silent"]
    assert set(SILENT_RULE_OF.values()) <= {rule["id"] for rule in rules}


def test_words_and_lists_are_read_as_rule_files_write_them() -> None:
    choices = SilentChoices.of(
        {
            "reverse_rule": "linear_slack",
            "na_scope": "全部指标内",
            "missing": "zero",
            "overshoot_bands": [[1.3, 0], [None, 0.3]],
            "part_credit_scale": [0.5, 0.8],
            "item_decimals": 1,
            "exec_cap": 1,
        }
    )
    assert choices.reverse_rule is ReverseRule.LINEAR_SLACK
    assert choices.na_scope is AbsenceScope.TOTAL
    assert choices.policy(Absence.MISSING) is AbsencePolicy.ZERO
    assert choices.overshoot_bands == ((1.3, 0.0), (None, 0.3))
    assert choices.wording("X08") == "point_weights=equal; part_credit_scale=0.5/0.8"
    assert SilentChoices().wording("X09") == "band_values=none"


def test_every_problem_is_named() -> None:
    bad = {
        "reverse_rule": "upside_down",
        "item_decimals": 2.5,
        "exec_cap": 3,
        "part_credit_scale": [2],
        "overshoot_bands": [1],
        "point_weights": "mine",
        "nonsense": 1,
        "likert_scale": 5,
    }
    with pytest.raises(RuleError) as error:
        SilentChoices.of(bad)
    assert len(error.value.problems) == len(bad)
