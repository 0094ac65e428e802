"""Every number, name and mark of the rule files agrees with the facts; the loader takes all frameworks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from perfkit.read.rules import load_framework, load_pack, load_rule_set, load_sources
from perfkit.rulebook import Framework, SilentRule

Facts = dict[str, Any]
HALF_WIDTH = str.maketrans("（）；，：", "();,:")
MARKS = {True: "V", "partial": "P", False: "M"}
OWN = ("project_evaluation_2020", "self_evaluation_2020", "self_evaluation_2021_cost", "self_evaluation_2021_nocost")
# Parameters that the facts describe in prose, by the names they have here.
PROSE = {
    "X09": {"band_values", "band_reason_required"},
    "X11": {"sampling_plan", "gap_thresholds"},
    "X12": {"alarm_thresholds"},
    "X13": {"result_rule"},
    "X14": {"weight_method"},
    "X15": {"grade_bands"},
    "X16": {"boundary_inclusive"},
    "X19": {"policy_framework"},
}
DEFAULTS = {
    "overshoot_threshold": 1.2,
    "overshoot_reduction": "none",
    "reverse_rule": "target_over_actual",
    "zero_target_rule": "met_or_zero",
    "item_decimals": 2,
    "total_rule": "sum_of_rounded",
    "grade_from": "official",
    "exec_method": "linear",
    "exec_cap": 1.0,
    "zero_budget_rule": "not_computable",
    "na_rule": "renormalise",
    "missing_rule": "hold",
    "not_due_rule": "renormalise",
    "point_weights": "equal",
    "part_credit_scale": None,
    "likert_scale": (100, 75, 50, 25, 0),
    "result_rule": "none",
    "grade_bands": "gb_2020",
    "boundary_inclusive": True,
    "retention_years": None,
    "money_decimals": 2,
    "policy_framework": "policy_evaluation_composite",
}


@pytest.fixture(scope="session")
def facts(shared: Path) -> Facts:
    """Return the machine form of the rules."""
    return json.loads((shared / "rules/frameworks.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture
def house(root: Path, tmp_path: Path) -> Path:
    """Return a copy of the rules to which frameworks may be added."""
    shutil.copytree(root / "params", tmp_path / "params")
    return tmp_path


def yaml_form(facts: Facts, framework: Facts) -> Facts:
    """Turn a framework of the facts into what its YAML file would hold: nothing is left out."""

    def basis(part: Facts) -> Facts:
        source, clause = part.get("source", framework["source"]), part.get("article", framework["article"])
        return {"source": source, "clause": clause, "verified": MARKS[part["verified"]]}

    def bases(part: Facts) -> list[Facts]:
        named = (piece.split(" ", 1) for piece in part["source"].split("; "))
        return [{"source": source, "clause": clause, "verified": MARKS[part["verified"]]} for source, clause in named]

    def row(part: Facts) -> Facts:
        kept = {key: part[key] for key in ("level1", "level2", "level3", "kind", "direction", "weight", "points")}
        kept |= {"code": part["code"], "explanation": part["explanation_zh"], "explanation_en": part["explanation_en"]}
        kept |= {key: part[key] or "" for key in ("constraint", "note")} | {"basis": basis(part)}
        if "level1_weight" in part:
            kept["level1_weight"] = part["level1_weight"]
        if part["formula"]:
            kept["formula"] = {
                "expression": part["formula"],
                "text": part["formula_zh"],
                "unit": part["result_unit"],
                "verified": MARKS[part["formula_verified"]],
                "variables": {
                    name: {"label": words["zh"], "label_en": words["en"]} for name, words in part["variables"].items()
                },
            }
        return kept

    def rule(number: int, part: Facts) -> Facts:
        return {key: part[key] for key in ("rule", "hardness", "severity")} | {"id": f"w{number}", "basis": basis(part)}

    def graded(part: Facts) -> Facts:
        names = ("grade", "low", "high", "text")
        bands = {
            key: [dict(zip(names, band, strict=True)) for band in part[key]] for key in ("item_bands", "total_bands")
        }
        return {key: part[key] for key in part if key not in ("article", "verified")} | bands | {"basis": basis(part)}

    same = ("id", "type", "name_en", "code_prefix", "used_for", "statutory", "weights_given", "notes")
    optional = ("level1_weights", "level2_weights", "veto")
    form = {key: framework[key] for key in (*same, *(key for key in optional if key in framework))}
    form |= {"name": framework["name_zh"], "basis": basis(framework)}
    form["weight_rules"] = [rule(number, part) for number, part in enumerate(framework["weight_rules"])]
    form["rows"] = [row(part) for part in framework["indicators"]]
    if "form" in framework:
        form["form"] = framework["form"] | {"verified": MARKS[framework["form"]["verified"]]}
    if "indicator_record_fields" in framework:
        part = framework["indicator_record_fields"]
        kept = {key: part[key] for key in part if key not in ("article", "verified")}
        mark = MARKS[part["template_columns_verified"]]
        form["indicator_record_fields"] = kept | {"template_columns_verified": mark, "basis": basis(part)}
    for key in ("conclusions", "finance_review"):
        if key in framework:
            part = framework[key]
            kept = {name: part[name] for name in part if name not in ("source", "verified", "statutory")}
            form[key] = kept | {"bases": bases(part)}
    if "grading" in framework:
        form["grading"] = graded(framework["grading"])
    return form


def compared(framework: Framework, fact: Facts) -> None:
    """Compare every code, name, number, formula, count and mark of a framework with the facts."""
    assert [row.code for row in framework.rows] == [part["code"] for part in fact["indicators"]]
    assert framework.level1_weights == fact.get("level1_weights", {})
    assert framework.basis.source == fact["source"]
    # Full-width brackets, as a draft prints them.
    assert framework.basis.clause.translate(HALF_WIDTH) == fact["article"].translate(HALF_WIDTH)
    assert framework.basis.verified.value == MARKS[fact["verified"]]
    assert (framework.code_prefix, framework.weights_given) == (fact["code_prefix"], fact["weights_given"])
    for row, part in zip(framework.rows, fact["indicators"], strict=True):
        for key in ("level1", "level2", "level3", "kind", "weight"):
            assert getattr(row, key) == part[key], (row.code, key)
        assert (row.direction.value if row.direction else None) == part["direction"]
        assert len(row.points) == len(part["points"])
        assert row.level1_weight == part.get("level1_weight")
        assert (row.basis.source, row.basis.verified.value) == (part["source"], MARKS[part["verified"]])
        assert (row.formula is None) == (part["formula"] is None)
        if row.formula is not None:
            assert row.formula.expression == part["formula"]
            assert set(row.formula.variables) == set(part["variables"])
            assert row.formula.unit == part["result_unit"]
            assert row.formula.verified.value == MARKS[part["formula_verified"]]


@pytest.mark.parametrize("name", OWN)
def test_own_frameworks_agree_with_the_facts(root: Path, facts: Facts, name: str) -> None:
    """The four YAML files say what the facts say."""
    fact = next(item for item in facts["frameworks"] if item["id"] == name)
    framework = load_framework(root, name)
    compared(framework, fact)
    assert len(framework.rows) == len(fact["indicators"])


def test_loader_takes_all_frameworks(house: Path, facts: Facts) -> None:
    """All 29 frameworks go through the same loader, written as YAML in the form of the house."""
    for fact in facts["frameworks"]:
        path = house / f"params/frameworks/{fact['id']}.yaml"
        with path.open("w", encoding="utf-8") as stream:
            YAML(typ="safe", pure=True).dump(yaml_form(facts, fact), stream)
        framework = load_framework(house, fact["id"])
        compared(framework, fact)
        assert Framework.model_validate(framework.model_dump()) == framework
        for key in ("form", "grading", "conclusions", "finance_review", "indicator_record_fields"):
            assert (getattr(framework, key) is not None) == (key in fact)
        assert len(framework.veto) == len(fact.get("veto", []))
        assert framework.level2_weights == fact.get("level2_weights", {})
        assert [rule.severity.value for rule in framework.weight_rules] == [
            rule["severity"] for rule in fact["weight_rules"]
        ]
    assert len(facts["frameworks"]) == 29


def test_form_agrees_with_the_facts(root: Path, facts: Facts) -> None:
    """The self-evaluation form keeps its columns; only half-width marks became full-width."""
    fact = next(item["form"] for item in facts["frameworks"] if item["id"] == "self_evaluation_2020")
    form = load_framework(root, "self_evaluation_2020").form
    assert form is not None
    assert form.total == fact["total"]
    for key in ("header", "funds_columns", "goal_columns", "indicator_columns", "funds_rows"):
        assert [text.translate(HALF_WIDTH) for text in getattr(form, key)] == fact[key]


def test_bands_and_methods_agree_with_the_facts(root: Path, facts: Facts) -> None:
    """Bands, steps, examples, clauses and marks; no method is missing."""
    rules = load_rule_set(root, "cn-mof-2020-10")
    for fact in facts["rules"]["grade_bands"]:
        bands = rules.bands(fact["id"])
        assert [[band.grade, band.low, band.high, band.text] for band in bands.bands] == fact["bands"]
        assert (bands.basis.source, bands.basis.clause) == (fact["source"], fact["article"])
        assert bands.gaps == fact.get("gaps", False)
        assert bands.basis.verified.value == MARKS[fact["verified"]]
    assert [method.id for method in rules.methods] == [fact["id"] for fact in facts["rules"]["scoring_methods"]]
    for fact in facts["rules"]["scoring_methods"]:
        method = rules.method(fact["id"])
        assert method.basis.source == fact["source"]
        assert method.basis.verified.value == MARKS[fact["verified"]]
        assert list(method.labels) == fact.get("labels", [])
        assert [list(band) for band in method.bands] == [band[:2] for band in fact.get("bands", [])]
        assert [dict(example) for example in method.examples] == fact.get("examples", [])
        assert method.expression == fact.get("expr", "")
        assert len(method.undefined) == len(fact.get("undefined", []))
        if "steps" in fact:
            assert [list(step) for step in method.steps] == fact["steps"]


def test_steps_and_pass_line_give_the_worked_examples(root: Path) -> None:
    """The numbers of the YAML, applied as its rules say, give the examples: they cannot drift apart."""
    rules = load_rule_set(root, "cn-mof-2021-101")
    for name in ("exec_interval_2021", "satisfaction_interval_2021"):
        method = rules.method(name)
        for example in method.examples:
            points = next(points for threshold, points in method.steps if example["rate"] >= threshold)
            assert example["score"] == (method.parameters["finished_points"] if example.get("finished") else points)
    line = rules.method("quant_pass_line_2021")
    passed = line.parameters["pass_line"]
    for example in line.examples:
        share = max(example["rate"] - passed, 0) / (1 - passed)
        assert example["score"] == pytest.approx(example["weight"] * share, abs=1e-9)


def test_weight_rules_outline_and_duties_agree_with_the_facts(root: Path, facts: Facts) -> None:
    """What the rule set of number 10 holds."""
    rules = load_rule_set(root, "cn-mof-2020-10")
    fact = next(item for item in facts["frameworks"] if item["id"] == "project_evaluation_2020")
    assert [(rule.rule_en, rule.severity.value) for rule in rules.weight_rules] == [
        (rule["rule"], rule["severity"]) for rule in fact["weight_rules"]
    ]
    assert (rules.weight_rules[0].levels, rules.weight_rules[0].at_least) == (("产出", "效益"), 60)
    outline = next(item for item in facts["report_outlines"] if item["id"] == "report_2020")
    numbered = [
        f"{number}、{part.title}"
        for number, part in zip("一二三四五六七", rules.report_outline().sections, strict=True)
    ]
    assert [text.translate(HALF_WIDTH) for text in numbered] == [title for title, _ in outline["sections"]]
    assert rules.duty("plan_elements").items == tuple(facts["rules"]["third_party"]["plan_elements"]["items"])
    for name, part in facts["rules"]["third_party"].items():
        known = {duty.id: duty for duty in rules.duties}.get(name)
        assert known is None or known.basis.clause == part["article"]
        assert known is None or len(known.items) in (0, len(part.get("items", part.get("conditions", []))))


def test_layouts_of_2021(root: Path) -> None:
    """Without a satisfaction indicator its points go to 效益: 30 with cost, 40 without."""
    layouts = load_rule_set(root, "cn-mof-2021-101").weight_layouts
    for layout, points in zip(layouts, (30, 40), strict=True):
        weights = load_framework(root, layout.framework).level1_weights
        assert layout.without_satisfaction is not None
        assert layout.without_satisfaction.points == points
        assert weights["满意度指标"] + weights[layout.without_satisfaction.level1] == points
        assert sum(weights.values()) == 100


def test_silent_rules_are_complete(root: Path, facts: Facts) -> None:
    """X01–X19: codes, topics, what is silent, parameter names and defaults."""
    rules = load_rule_set(root, "cn-mof-2020-10").silent_rules
    assert [rule.code for rule in rules] == [fact["id"] for fact in facts["rules"]["silent"]]
    for rule, fact in zip(rules, facts["rules"]["silent"], strict=True):
        names = {parameter.name for parameter in rule.parameters}
        wanted = PROSE.get(rule.code)
        if wanted is None:
            wanted = {name.strip() for name in fact["parameter"].split(" in ")[0].split(",")}
            wanted = {"respondent_weights" if name == "weights" else name for name in wanted}
        assert wanted <= names, rule.code
        assert rule.silent_on_en == fact["silent_on"]
        assert rule.topic_en in fact["topic"]
        assert_options(rule, fact)
    defaults = {parameter.name: parameter.default for rule in rules for parameter in rule.parameters}
    assert {name: defaults[name] for name in DEFAULTS} == DEFAULTS


def assert_options(rule: SilentRule, fact: Facts) -> None:
    """Compare allowed values where the facts list them."""
    if " in {" in fact["parameter"]:
        listed = {name.strip() for name in fact["parameter"].split(" in {")[1].rstrip("}").split(",")}
        assert {option.value for option in rule.parameters[0].options} == listed


def test_sources_agree_with_the_facts(root: Path, facts: Facts) -> None:
    """Every source is there; a stated date in force is taken over, else the issue date and mark P."""
    sources = load_sources(root)
    # C285 is named by rules of the list, ADB18 by the pack that re-grades one bank's ratings
    assert set(sources) == set(facts["sources"]) | {"C285", "ADB18"}
    for name, fact in facts["sources"].items():
        source = sources[name]
        assert source.kind == fact["kind"]
        assert source.number in fact["title"]
        if source.issued is not None:
            assert source.issued.isoformat() in fact["title"]
        if source.effective_from is not None:
            stated = f"in force {source.effective_from}" in fact["title"]
            assert stated or source.effective_from == source.issued
            assert (source.dates_verified.value == "V") == stated


def test_pack_agrees_with_the_facts(root: Path, facts: Facts) -> None:
    """The percentages of the one example pack."""
    fact = facts["rules"]["result_application"]["henan"]
    applied = load_pack(root, "henan", load_sources(root)).results_application
    assert applied is not None
    assert {grade: [cut.low, cut.high] for grade, cut in applied.grades.items()} == fact["cut"]
    assert (applied.rectification_days, applied.hardness) == (fact["rectification_days"], fact["hardness"])
    assert (applied.basis.source, applied.basis.clause) == (fact["source"], fact["article"])
