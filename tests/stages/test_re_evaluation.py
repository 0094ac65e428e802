"""The whole re-evaluation from its run files: the six departments of the fictional city, one by one and together."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from perfkit.errors import DataError, RuleError
from perfkit.read.sampling_plan_file import read_plan, write_plan
from perfkit.stages import re_evaluation
from perfkit.stages.re_evaluation import ReEvaluation
from perfkit.terms import RaterRole, Tier
from tests.conftest import ROOT
from tests.tolerances import SAME_FORMULA

RUNS = ROOT / "params" / "runs" / "self-evaluation"
DEMO = ROOT / "data" / "demo" / "self-evaluation"
TRUTHS: dict[str, dict[str, Any]] = {
    truth["slug"]: truth for truth in json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
}
CITY = "city"


@cache
def loaded(name: str) -> ReEvaluation:
    """Return a re-evaluation, each computed once."""
    return re_evaluation.load(RUNS / f"{name}.yaml", ROOT)


def value(found: ReEvaluation, name: str) -> Any:
    """Return the value of a named number."""
    return next(record.value for record in found.records if record.name == name)


@pytest.mark.parametrize("slug", TRUTHS)
def test_every_department_gets_the_handling_that_it_was_made_for(slug: str) -> None:
    (row,) = loaded(slug).handling.rows
    assert row["handling"] == TRUTHS[slug]["handling"], row["because"]


def test_departments_in_one_run_get_the_same_handling() -> None:
    handled = {row["department"]: row["handling"] for row in loaded(CITY).handling.rows}
    assert handled == {truth["department"]: truth["handling"] for truth in TRUTHS.values()}


@pytest.mark.parametrize("slug", TRUTHS)
def test_no_score_is_changed_but_of_re_scored_projects(slug: str) -> None:
    found = loaded(slug)
    projects = found.projects.to_frame()
    untouched = projects[projects["tier"] == Tier.DESK.value]
    assert untouched["re_total"].isna().all()
    assert untouched["inflation"].isna().all()
    planned = {code for plan in found.plans for code in plan.projects}
    assert set(projects.loc[projects["tier"] == Tier.RE_SCORED.value, "project"]) <= planned


@pytest.mark.parametrize("slug", TRUTHS)
def test_headline_adds_up_and_follows_the_projects(slug: str) -> None:
    found = loaded(slug)
    scored = found.projects.to_frame().dropna(subset=["inflation"])
    lines = found.headline.to_frame()
    whole = lines[(lines["department"] == "") & (lines["reason"] == "")]
    for level, expected in (
        ("projects", len(scored)),
        ("money", scored["money"].sum()),
        ("items", len(found.items.rows)),
    ):
        part = whole[whole["level"] == level]
        assert part["count"].sum() == pytest.approx(expected, rel=SAME_FORMULA)
        assert part["share"].sum() == pytest.approx(1)
    row = next(row for row in found.inflation.rows if row["department"] == "")
    assert row["mean"] == pytest.approx(scored["inflation"].mean(), rel=SAME_FORMULA)
    assert row["median"] == pytest.approx(scored["inflation"].median(), rel=SAME_FORMULA)
    assert value(found, "all.re_scored") == len(scored)


def test_too_few_have_counts_and_a_bound_but_no_interval_of_the_mean() -> None:
    found = loaded("archives")
    assert {row["said"] for row in found.estimates.rows} <= {"bound", "counts"}
    assert all(math.isnan(row["low"]) for row in found.inflation.rows)
    assert value(found, "all.inflation.low") is None


def test_the_planted_inflation_lies_in_its_interval() -> None:
    found, truth = loaded("transport"), TRUTHS["transport"]
    row = next(row for row in found.inflation.rows if row["department"])
    assert row["low"] <= truth["mean_inflation"] <= row["high"]


def test_the_severe_rater_is_seen_and_named_in_the_working_paper_only() -> None:
    found = loaded("water")
    severe = max(TRUTHS["water"]["severity"], key=TRUTHS["water"]["severity"].get)
    rows = {row["rater"]: row for row in found.severity.rows if row["department"]}
    assert rows[severe]["low"] > 0
    assert severe not in found.handling.rows[0]["because"]


def test_the_word_for_a_role_is_no_name_of_a_person() -> None:
    found = loaded("education")
    assert RaterRole.CONSENSUS.label in set(found.folder.totals["reviewer"])
    assert found.persons
    assert not {role.label for role in RaterRole} & set(found.persons)


def test_the_city_is_its_departments() -> None:
    city, parts = loaded(CITY), [loaded(slug) for slug in TRUTHS]
    assert city.folder.departments == tuple(
        truth["department"] for truth in sorted(TRUTHS.values(), key=lambda one: one["slug"])
    )
    assert value(city, "all.projects") == sum(value(part, "all.projects") for part in parts)
    assert value(city, "all.desk.findings") == sum(value(part, "all.desk.findings") for part in parts)
    assert len(city.opinion_sheets.rows) == sum(len(part.opinion_sheets.rows) for part in parts)
    assert [row["handling"] for row in city.handling.rows] == [
        next(row["handling"] for part in parts for row in part.handling.rows if row["department"] == name)
        for name in city.folder.departments
    ]


def test_names_of_records_are_unique_and_say_what_they_are() -> None:
    for name in ("transport", CITY):
        names = [record.name for record in loaded(name).records]
        assert len(names) == len(set(names))
        assert all(record.label and record.source for record in loaded(name).records)


def test_the_rules_that_are_silent_are_printed_with_what_was_done() -> None:
    rows = {row["code"]: row for row in loaded("transport").silent_rules.rows}
    assert "再评价误差" in rows["X11"]["topic"]
    assert "2 分" in rows["X11"]["choice"]
    documents = {(row["document"], row["clause"]) for row in loaded("transport").bases.rows}
    assert {("财预〔2018〕167号", "四（一）"), ("财预〔2020〕10号", "第十九条")} <= documents


def test_a_run_without_choices_and_an_edited_plan_are_refused(tmp_path: Path) -> None:
    run, rules, framework = _run_of("archives")
    with pytest.raises(RuleError, match="RE-CHOICES"):
        re_evaluation.read_material(run.model_copy(update={"re_evaluation": None}), rules, framework, ROOT)
    folder = tmp_path / "archives"
    _copy(DEMO / "archives", folder)
    plan = read_plan(folder)
    assert plan is not None
    object.__setattr__(plan, "list", plan.list.assign(order=plan.list["order"] + 1))
    write_plan(folder, plan)
    with pytest.raises(DataError, match="PLAN-LIST"):
        re_evaluation.read_material(run.model_copy(update={"data": str(folder)}), rules, framework, ROOT)


def test_re_scored_projects_without_forms_are_said_to_be_so(tmp_path: Path) -> None:
    run, rules, framework = _run_of("archives")
    folder = tmp_path / "archives"
    _copy(DEMO / "archives", folder)
    (folder / "自评表").rename(folder / "别处")
    material = re_evaluation.read_material(run.model_copy(update={"data": str(folder)}), rules, framework, ROOT)
    found = re_evaluation.evaluate(material)
    assert "再评3个，都不能与自评比较" in {record.value for record in found.records}
    told = [row for row in found.findings.rows if "没有可用的自评总分" in row["message"]]
    assert len(told) == 3


def _run_of(name: str) -> tuple[Any, Any, Any]:
    found = loaded(name)
    return found.run, found.rule_set, found.framework


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file():
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
