"""Shapes of rules and runs: formulas, dates, bands, silent parameters, choices."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from perfkit.errors import RuleError
from perfkit.read.rules import load_rule_set
from perfkit.rulebook import (
    Basis,
    Formula,
    FormulaError,
    GradeBands,
    Origin,
    RuleSet,
    Run,
    SilentParameter,
    Standing,
    applicable,
    choices,
    formula_names,
    scoring_choices,
)
from perfkit.scoring.choices import SILENT_RULE_OF, SilentChoices
from perfkit.terms import Role, ScoringFunction, Secrecy, Status, Verified

BASIS = {"source": "C10", "document": "财预〔2020〕10号", "status": Status.NATIONAL, "verified": Verified.SEEN}
RUN = {
    "id": "one",
    "batch": "demo",
    "notebook": "notebooks/stages/06.ipynb",
    "evaluand": "某项目",
    "data": "data/demo/one",
    "rules": "cn-mof-2020-10",
    "framework": "project_evaluation_2020",
    "budget_year": 2024,
    "evaluation_date": date(2025, 6, 30),
    "report_date": date(2025, 7, 15),
    "organiser": "财政评价",
    "role": "third_party",
    "secrecy": "公开",
    "seed": 1,
}


@pytest.fixture(scope="module")
def rules(root: Path) -> RuleSet:
    """Return the default rule set without packs."""
    return load_rule_set(root, "cn-mof-2020-10")


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("(cost_planned - cost_actual) / cost_planned * 100", {"cost_planned", "cost_actual"}),
        ("min(实际 / 计划, 1)", {"实际", "计划"}),
        ("-x + 2", {"x"}),
        ("1", set()),
    ],
)
def test_formula_names_are_the_variables(expression: str, names: set[str]) -> None:
    """Functions and numbers are no variables."""
    assert formula_names(expression) == names


@pytest.mark.parametrize(
    "expression",
    [
        *("a.b", "a[0]", "open('x')", "__import__('os')", "(lambda: 1)()", "[x for x in y]", "f(x)", "min(a, key=b)"),
        *("'a'", "True", "a if b else c", "a < b", "a ** b", "a and b", "a; b", "a := 1", "a +", ""),
    ],
)
def test_formula_refuses_whatever_is_not_arithmetic(expression: str) -> None:
    """No attribute, index, text, power, comparison, foreign call or statement."""
    with pytest.raises(FormulaError):
        formula_names(expression)


def test_formula_uses_only_declared_variables() -> None:
    """A variable nobody explained is named in the message."""
    with pytest.raises(ValidationError, match="spent"):
        Formula.model_validate(
            {"expression": "spent / received", "text": "率", "unit": "%", "verified": "V"}
            | {"variables": {"received": {"label": "到位"}}}
        )


def test_applicable_on_the_border_days() -> None:
    """First and last day belong to the term; a day more does not."""
    basis = Basis.model_validate(
        BASIS | {"effective_from": date(2020, 2, 25), "effective_to": date(2021, 1, 31), "superseded_by": "X"}
    )
    assert applicable(basis, date(2020, 2, 24)) is Standing.NOT_YET
    assert applicable(basis, date(2020, 2, 25)) is Standing.IN_FORCE
    assert applicable(basis, date(2021, 1, 31)) is Standing.IN_FORCE
    assert applicable(basis, date(2021, 2, 1)) is Standing.SUPERSEDED


def test_applicable_without_dates() -> None:
    """No date is no verdict; a successor without a last day is one."""
    assert applicable(Basis.model_validate(BASIS), date(1990, 1, 1)) is Standing.IN_FORCE
    assert applicable(Basis.model_validate(BASIS | {"superseded_by": "C10"}), date(2030, 1, 1)) is Standing.SUPERSEDED


def test_2011_measure_is_superseded_by_number_10(rules: RuleSet) -> None:
    """财预〔2011〕285号 must not stand in a list of bases as if it were in force."""
    source = rules.source("C285")
    assert source.number == "财预〔2011〕285号"
    assert source.superseded_by == "C10"
    assert applicable(source, date(2020, 2, 25)) is Standing.SUPERSEDED
    assert applicable(rules.source("C10"), date(2020, 2, 25)) is Standing.IN_FORCE
    assert applicable(rules.source("C10"), date(2020, 2, 24)) is Standing.NOT_YET


def test_bands_must_meet_unless_declared() -> None:
    """A gap is an error unless the file says so and names the bands to use."""
    bands = [("优", 90, 100), ("差", 0, 89)]
    value = {
        "id": "x",
        "name": "x",
        "basis": BASIS,
        "bands": tuple({"grade": g, "low": a, "high": b, "text": ""} for g, a, b in bands),
    }
    with pytest.raises(ValidationError, match="首尾相接"):
        GradeBands.model_validate(value)
    with pytest.raises(ValidationError, match="read_as"):
        GradeBands.model_validate(value | {"gaps": True})
    assert GradeBands.model_validate(value | {"gaps": True, "read_as": "gb_2020"}).gaps


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number", 1.5, True),
        ("number", 2, 0.5),
        ("integer", 2, 2.0),
        ("flag", True, 1),
        ("numbers", (1.0, 2), (1, 9)),
        ("numbers", (1,), ()),
        ("text", "x", 3),
        ("pairs", ((1.5, 2), (None, 3)), ((1.5,),)),
        ("pairs", ((None, 3),), (3,)),
    ],
)
def test_silent_parameter_accepts(kind: str, good: object, bad: object) -> None:
    """Kind and limits decide; nothing is coerced; null needs ``optional``."""
    value = {"name": "p", "label": "p", "kind": kind, "default": good, "words": "p", "minimum": 1, "maximum": 8}
    parameter = SilentParameter.model_validate(value)
    assert parameter.accepts(good)
    assert not parameter.accepts(bad)
    assert not parameter.accepts(None)
    assert SilentParameter.model_validate(value | {"optional": True}).accepts(None)


def test_silent_parameter_refuses_a_default_outside_its_options() -> None:
    """A file cannot contradict itself."""
    options = ({"value": "a", "words": "甲"},)
    with pytest.raises(ValidationError, match="甲"):
        SilentParameter.model_validate(
            {"name": "p", "label": "p", "kind": "choice", "default": "b", "words": "p", "options": options}
        )


def test_run_reads_codes_and_labels() -> None:
    """Words of terms may be written either way."""
    run = Run.model_validate(RUN)
    assert (run.role, run.secrecy, run.organiser.value) == (Role.THIRD_PARTY, Secrecy.PUBLIC, "finance")
    assert run.data_path(Path("/r")) == Path("/r/data/demo/one")
    assert Run.model_validate(RUN | {"data": "/else/where"}).data_path(Path("/r")) == Path("/else/where")
    assert run.template_path(Path("/r")) is None


@pytest.mark.parametrize(
    "change",
    [
        {"id": "Ä"},
        {"role": "boss"},
        {"budget_year": "2024"},
        {"seed": -1},
        {"level": 1.0},
        {"report_date": date(2025, 6, 29)},
        {"evaluation_date": date(2023, 12, 31)},
        {"unknown": 1},
        {"outside_dates": "maybe"},
    ],
)
def test_run_refuses(change: dict[str, object]) -> None:
    """Each key is checked; nothing is coerced."""
    with pytest.raises(ValidationError):
        Run.model_validate(RUN | change)


def test_run_is_frozen() -> None:
    """A run does not change under way."""
    with pytest.raises(ValidationError, match="frozen"):
        Run.model_validate(RUN).seed = 2


def test_round_trip(rules: RuleSet) -> None:
    """A rule set survives being dumped and read again."""
    assert RuleSet.model_validate(rules.model_dump()) == rules
    run = Run.model_validate(RUN)
    assert Run.model_validate(run.model_dump()) == run


def test_choices_name_their_origin(root: Path) -> None:
    """The run comes before the pack, the pack before the rule set, the rule set before the default."""
    rule_set = load_rule_set(root, "cn-mof-2021-101", packs=("henan",))
    run = Run.model_validate(RUN | {"silent": {"item_decimals": 1}, "grade_bands": "gb_bond_2021"})
    made = choices(run, rule_set)
    assert (made["item_decimals"].value, made["item_decimals"].origin) == (1, Origin.RUN)
    assert (made["exec_method"].value, made["exec_method"].origin) == ("interval_2021", Origin.RULE_SET)
    assert (made["result_rule"].value, made["result_rule"].origin) == ("henan", Origin.PACK)
    assert (made["total_rule"].value, made["total_rule"].origin) == ("sum_of_rounded", Origin.DEFAULT)
    assert (made["grade_bands"].value, made["grade_bands"].origin) == ("gb_bond_2021", Origin.RUN)
    ruled = choices(Run.model_validate(RUN), rule_set)["grade_bands"]
    assert (ruled.value, ruled.origin) == ("gb_2020", Origin.RULE_SET)
    assert made["exec_method"].words == "按 101 号分档"
    assert made["item_decimals"].words == "1"
    assert list(made) == [parameter.name for parameter in rule_set.silent_parameters]
    assert {choice.code for choice in made.values()} == {f"X{number:02d}" for number in range(1, 20)}


def test_scoring_choices_hold_fields_only(rules: RuleSet) -> None:
    """What the arithmetic does not use stays out."""
    fields = scoring_choices(choices(Run.model_validate(RUN), rules))
    assert fields["item_decimals"] == 2
    assert fields["likert_scale"] == (100, 75, 50, 25, 0)
    assert fields["overshoot_reduction"] == "none"
    assert "retention_years" not in fields


def test_scoring_takes_every_choice(rules: RuleSet) -> None:
    """Fields, allowed values and defaults of the rule files are those of the arithmetic."""
    fields = scoring_choices(choices(Run.model_validate(RUN), rules))
    assert SilentChoices.of(fields) == SilentChoices()
    named = {parameter.field: rule.code for rule in rules.silent_rules for parameter in rule.parameters}
    assert {field: code for field, code in named.items() if field} == dict(SILENT_RULE_OF)
    for parameter in rules.silent_parameters:
        for option in parameter.options if parameter.field else ():
            SilentChoices.of({parameter.field: option.value})


def test_lookups_name_the_nearest(rules: RuleSet) -> None:
    """A misspelt id is answered with the near ones."""
    assert rules.method("exec_interval_2021").full_score == 10
    with pytest.raises(RuleError, match="exec_linear_practice"):
        rules.method("exec_linear")
    with pytest.raises(RuleError, match="X19"):
        rules.silent("X20")
    with pytest.raises(RuleError, match="gb_2020"):
        rules.bands("gb2020")
    assert rules.bands() is rules.bands("gb_2020")


def test_method_of_prefers_the_own_method(root: Path, rules: RuleSet) -> None:
    """Both documents have qualitative bands; each rule set finds its own."""
    other = load_rule_set(root, "cn-mof-2021-101")
    for rule_set, name in ((rules, "qual_bands_2020"), (other, "qual_bands_2021")):
        method = rule_set.method_of(ScoringFunction.QUALITATIVE_BANDS)
        assert method is not None
        assert method.id == name
    foreign = rules.method_of(ScoringFunction.PASS_LINE)
    assert foreign is not None
    assert foreign.basis.document == "财预〔2021〕101号"
    assert rules.method_of(ScoringFunction.VETO) is None


def test_bases_used_are_listed_once(rules: RuleSet) -> None:
    """One entry per document and clause, in order of use; unknown ids are refused."""
    bases = rules.bases_used(["gb_2020", "X15", "output_benefit_60", "report_2020", "plan_elements"])
    assert [basis.citation for basis in bases] == [
        "财预〔2020〕10号第十八条",
        "财预〔2020〕10号第十四条",
        "财预〔2020〕10号附3",
        "财监〔2021〕4号第十五条",
    ]
    with pytest.raises(RuleError, match="gb_2020"):
        rules.bases_used(["gb_2021"])


def test_packs_are_off_by_default(root: Path, rules: RuleSet) -> None:
    """Without a pack there is no budget consequence."""
    assert rules.packs == ()
    assert rules.results_application is None
    applied = load_rule_set(root, "cn-mof-2020-10", packs=["henan"]).results_application
    assert applied is not None
    assert applied.basis.status is Status.LOCAL
    assert (applied.grades["中"].low, applied.grades["中"].high) == (0.1, 0.3)
