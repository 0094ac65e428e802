"""The plan of a sample: certain projects, sizes, chances, the double-scored subsample; and whether a plan still holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from perfkit.errors import DataError, MethodError
from perfkit.read.sampling_plan_file import DesignName, SamplePlan, plan_text, write_plan
from perfkit.read.sampling_plan_workbook import write_plan_workbook
from perfkit.read.self_evaluation import read_self_evaluations
from perfkit.reliability.sampling import difference_estimator, mean_difference_size, monetary_unit_size
from perfkit.reliability.sampling.design import CERTAINTY, REST, WHOLE
from perfkit.reliability.sampling.selection_money import ZERO
from perfkit.rulebook.re_evaluation import SampleChoices
from perfkit.stages.re_evaluation.departments import drawn_samples
from perfkit.stages.re_evaluation.matching import matched
from perfkit.stages.re_evaluation.rater_books import independent_raters, prepared_forms, rater_projects
from perfkit.stages.re_evaluation.sample import frame_of, make_plan, make_plans
from perfkit.stages.re_evaluation.sample_checks import department_plans, orphans, plan_problems
from perfkit.terms import SampleDesign, SamplePart, Severity
from perfkit.terms.reliability import Estimand
from tests.read.re_evaluation_folders import codes, project_table, write_form

DAY = date(2025, 6, 30)
ALL_DESIGNS = (
    SampleChoices(),
    SampleChoices(design="stratified", strata=("agency", "category", "money")),
    SampleChoices(design="monetary_unit"),
    SampleChoices(design="both", strata=("agency",), certainty_from=300.0),
    SampleChoices(design="census"),
    SampleChoices(design="purposive", picked=("P009", "P010")),
)


def _plan(choices: SampleChoices, table: pd.DataFrame | None = None, seed: int = 7) -> SamplePlan:
    return make_plan(_table(60) if table is None else table, choices, seed=seed, level=0.95, day=DAY)


def _table(count: int) -> pd.DataFrame:
    """Return a list with two certain projects and one without money."""
    table = project_table(count)
    table.loc[[2, 3], "certainty"] = True
    table.loc[[2, 3], "certainty_reason"] = "上年再评价调减较大"
    table.loc[5, "money"] = 0.0
    return table


@pytest.mark.parametrize("choices", ALL_DESIGNS, ids=lambda item: item.design)
@pytest.mark.parametrize("count", [60, 11])
def test_a_plan_adds_up_and_does_not_hang_on_the_order_of_the_list(choices: SampleChoices, count: int) -> None:
    table = _table(count)
    plan = _plan(choices, table)
    shuffled = table.sample(frac=1, random_state=1)
    assert plan_text(_plan(choices, shuffled)) == plan_text(plan)
    listed = plan.list
    for name in dict.fromkeys(part.design for part in plan.parts):
        own = listed[listed["design"] == name]
        parts = [part for part in plan.parts if part.design == name]
        assert sum(part.units for part in parts) == count
        assert sum(part.money for part in parts) == pytest.approx(table["money"].sum())
        assert own["order"].tolist() == list(range(1, len(own) + 1))
        taken = {part.stratum: part.taken for part in plan.parts if part.design == name}
        assert own["stratum"].value_counts().to_dict() == {key: value for key, value in taken.items() if value}
        certain = own[own["certainty"]]
        assert {"P003", "P004"} <= set(own["project"])
        assert (certain["probability"] == 1).all()
        assert own["certainty"].tolist() == sorted(own["certainty"], reverse=True)
        assert own["double_scored"].sum() >= np.ceil(0.2 * len(own) - 1e-9)
    marked = listed.groupby("project")["double_scored"].nunique()
    assert (marked == 1).all()


def test_probabilities_are_those_of_the_design() -> None:
    plan = _plan(SampleChoices(design="both", certainty_from=350.0))
    for part in plan.parts:
        own = plan.list[(plan.list["design"] == part.design) & (plan.list["stratum"] == part.stratum)]
        if part.selection.value in ("simple", "census"):
            assert own["probability"].to_numpy() == pytest.approx(part.taken / part.units)
    money = plan.frame.set_index("project")["money"]
    rest = plan.list[plan.list["stratum"].eq("rest") & plan.list["design"].eq("monetary_unit")]
    interval = next(item.interval for item in plan.designs if item.interval is not None)
    assert rest["probability"].to_numpy() == pytest.approx(money[rest["project"]].to_numpy() / interval)


def test_each_project_is_drawn_as_often_as_its_probability_says() -> None:
    """Within four standard errors of 200 seeds."""
    table = project_table(12)
    choices = SampleChoices(design="both", half_width=4.0, share_half_width=0.35, least=4, materiality=0.3)
    hits: Counter[tuple[str, str]] = Counter()
    chances: dict[tuple[str, str], float] = {}
    repeats = 200
    for seed in range(repeats):
        listed = _plan(choices, table, seed).list
        for design, project, chance in zip(listed["design"], listed["project"], listed["probability"], strict=True):
            hits[design, project] += 1
            chances[design, project] = chance
    assert len(chances) == 24
    off = [
        abs(hits[key] / repeats - chance) / np.sqrt(chance * (1 - chance) / repeats + 1e-12)
        for key, chance in chances.items()
    ]
    assert max(off) < 4


def test_sizes_answer_what_was_asked() -> None:
    plan = _plan(SampleChoices(share_half_width=None), project_table(120))
    (only,) = plan.designs
    assert only.estimand is Estimand.MEAN_DIFFERENCE
    assert only.size == only.taken == mean_difference_size(2.0, sd=6.0, population=120).size == 29
    both = _plan(SampleChoices(design="both"), project_table(120))
    assert [item.estimand for item in both.designs] == list(Estimand)[:3]
    money = both.designs[2]
    total = project_table(120)["money"].sum()
    assert money.interval is not None
    assert money.interval <= total / monetary_unit_size(0.1, likelihood="binomial").value
    assert money.does_not_cover == ("mean_difference", "share_changed")
    wider = _plan(SampleChoices(least=40, share_half_width=None), project_table(120))
    assert (wider.designs[0].size, wider.designs[0].taken) == (29, 40)
    assert "29" in wider.caveats[0]


def test_declared_certainty_makes_the_rest_need_less() -> None:
    """Certain projects carry no error, so the drawn part may err by N/(N − certain) times the half-width."""
    table = project_table(120)
    table.loc[:19, "certainty"] = True
    table.loc[:19, "certainty_reason"] = "重大政策"
    plan = _plan(SampleChoices(share_half_width=None), table)
    (only,) = plan.designs
    expected = mean_difference_size(2.0 * 120 / 100, sd=6.0, population=100)
    assert (only.certain, only.drawn, only.size) == (20, expected.size, 20 + expected.size)
    assert only.achieved == pytest.approx(expected.achieved * 100 / 120)
    assert only.wanted == 2.0


def test_money_decides_certainty_from_the_threshold_on_with_its_reason() -> None:
    plan = _plan(SampleChoices(certainty_from=300.0))
    frame = plan.frame.set_index("project")
    assert frame["certainty"].equals((frame["money"] >= 300.0) | frame.index.isin(["P003", "P004"]))
    assert set(frame.loc[frame["certainty"], "certainty_reason"]) == {"金额不小于 300 万元", "上年再评价调减较大"}
    assert set(frame.loc[frame["certainty"], "stratum"]) == {"certainty"}


def test_bands_of_money_are_half_open() -> None:
    table = project_table(4, money=[99.99, 100.0, 499.0, 500.0])
    names = frame_of(table, SampleChoices(design="stratified", strata=("money",)))[0]["stratum"].tolist()
    assert names == ["100万元以下", "100-500万元", "100-500万元", "500万元及以上"]


def test_a_stratum_called_like_a_part_keeps_apart() -> None:
    table = project_table(30, agency=["certainty", "all", ""] * 10)
    plan = _plan(SampleChoices(design="stratified", strata=("agency",)), table)
    assert [part.stratum for part in plan.parts] == ["all（层）", "certainty（层）", "未填"]


def test_what_was_picked_is_described_only() -> None:
    plan = _plan(ALL_DESIGNS[5])
    assert set(plan.projects) == {"P003", "P004", "P009", "P010"}
    assert plan.designs[0].covers == ()
    scored = plan.frame.assign(self_total=90.0, re_total=85.0, direction="lowered", self_grade="优", re_grade="良")
    scored["re_total"] = scored["re_total"].where(scored["project"].isin(plan.projects))
    (drawn,) = drawn_samples(scored, plan)
    assert drawn.design.name == "census+purposive"
    sample = drawn.table.assign(self_score=90.0, re_score=85.0)
    with pytest.raises(MethodError, match="SP-NOT-EXTRAPOLATED"):
        difference_estimator(sample, book="self_score", value="re_score", design=drawn.design)


@pytest.mark.parametrize(
    ("table", "choices", "code"),
    [
        (project_table(5, money=float("nan")), SampleChoices(), "SF-MISSING"),
        (project_table(5, money=-1.0), SampleChoices(), "SF-"),
        (project_table(5, project="P001"), SampleChoices(), "SF-"),
        (project_table(5, money=0.0), SampleChoices(design="monetary_unit"), "SAMPLE-MONEY"),
        (project_table(5), SampleChoices(expected_wrong=0.2), "SP-MATERIALITY"),
        (project_table(5), SampleChoices(design="purposive"), "SAMPLE-PICKED"),
        (project_table(5), SampleChoices(design="purposive", picked=("P999",)), "SAMPLE-PICKED"),
    ],
)
def test_what_is_no_frame_or_no_design_is_refused(table: pd.DataFrame, choices: SampleChoices, code: str) -> None:
    with pytest.raises((DataError, MethodError)) as caught:
        make_plans(table, choices, seed=7, level=0.95, day=DAY)
    assert any(problem.code.startswith(code) for problem in caught.value.problems), codes(caught.value.problems)


@pytest.mark.parametrize(
    "wrong",
    [
        {"design": "stratified"}, {"strata": ("agency",)}, {"picked": ("P001",)}, {"money_edges": (500.0, 100.0)},
        {"design": "monetary_unit", "strata": ("money",)},
    ],
)  # fmt: skip
def test_choices_that_would_be_left_aside_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SampleChoices.model_validate(wrong)


def test_all_without_money_but_certain_ones_and_everything_certain() -> None:
    table = project_table(9, money=[500.0, *[0.0] * 8])
    plan = _plan(SampleChoices(design="monetary_unit"), table)
    assert {part.stratum: (part.units, part.taken) for part in plan.parts} == {"certainty": (1, 1), "zero": (8, 2)}
    table = table.assign(certainty=[True, *[False] * 8], certainty_reason=["大额", *[""] * 8])
    assert {part.stratum for part in _plan(SampleChoices(design="monetary_unit"), table).parts} == {"certainty", "zero"}
    whole = _plan(SampleChoices(design="both"), project_table(4, certainty=True, certainty_reason="全部"))
    assert {part.stratum for part in whole.parts} == {"certainty"}
    assert set(whole.list["probability"]) == {1.0}


def test_departments_get_plans_of_their_own() -> None:
    table = pd.concat([project_table(20, "乙局", 21), project_table(20, "甲局")])
    plans = make_plans(table, SampleChoices(), seed=7, level=0.95, day=DAY)
    assert [plan.department for plan in plans] == ["乙局", "甲局"]
    alone = make_plan(project_table(20, "甲局"), SampleChoices(), seed=7, level=0.95, day=DAY)
    assert plan_text(plans[1]) == plan_text(alone)


def test_a_plan_that_holds_says_nothing_and_a_changed_list_is_said() -> None:
    choices, table = ALL_DESIGNS[3], _table(60)
    plan = _plan(choices, table)
    assert plan_problems(plan, table.sample(frac=1, random_state=2), choices, seed=7, level=0.95) == ()
    renamed = table.assign(name="改名")
    assert plan_problems(plan, renamed, choices, seed=7, level=0.95) == ()
    changed = pd.concat([table.drop(index=8), project_table(1, first=99)])
    changed.loc[7, "money"] = 0.01
    (problem,) = plan_problems(plan, changed, choices, seed=7, level=0.95)
    assert (problem.code, problem.severity) == ("PLAN-FRAME", Severity.WARNING)
    assert problem.found == "新增 P099；减少 P009；金额、分层或必选变动 P008"
    moved = plan_problems(plan, table, SampleChoices(), seed=8, level=0.9)
    assert codes(moved) == ["PLAN-CHOICES"]
    assert "seed=8" in moved[0].found


def test_an_edited_plan_is_found_out() -> None:
    choices, table = SampleChoices(), _table(60)
    plan = _plan(choices, table)
    other = plan.list.copy()
    other.loc[5, "project"] = next(code for code in plan.frame["project"] if code not in set(plan.projects))
    money = plan.frame.copy()
    money.loc[0, "money"] = 1.5
    for edited, code in (
        (replace(plan, list=other), "PLAN-LIST"),
        (replace(plan, seed=8), "PLAN-LIST"),
        (replace(plan, frame=money), "PLAN-HASH"),
        (replace(plan, parts=plan.parts[:1]), "PLAN-LIST"),
    ):
        found = plan_problems(edited, table, choices, seed=7, level=0.95)
        assert codes(found, Severity.ERROR) == [code]
    assert orphans(plan, ["P999", plan.projects[0]]) == ("P999",)


def test_a_wish_beyond_all_points_is_printed_and_breaks_nothing(tmp_path: Path) -> None:
    plan = _plan(SampleChoices(half_width=1e300, share_half_width=None), _table(30))
    (tmp_path / "抽样方案").mkdir()
    assert write_plan_workbook(tmp_path, plan).is_file()


def test_the_plan_of_another_department_is_refused_and_every_plan_is_told(tmp_path: Path) -> None:
    table = pd.concat([project_table(20, "乙局", 21), project_table(20, "甲局")])
    folders = {"甲局": "a", "乙局": "b", "丙局": "c"}
    plans = {plan.department: plan for plan in make_plans(table, SampleChoices(), seed=7, level=0.95, day=DAY)}
    for name in folders.values():
        (tmp_path / name).mkdir()
    write_plan(tmp_path / "a", plans["乙局"])
    (tmp_path / "b" / "抽样方案").mkdir()
    (tmp_path / "b" / "抽样方案" / "plan.json").write_bytes(b"{")
    found, problems = department_plans(tmp_path, folders, table, SampleChoices(), seed=7, level=0.95)
    assert list(found) == ["甲局"]
    assert [(problem.code, problem.where) for problem in problems] == [
        ("PLAN-DEPARTMENT", "抽样方案 甲局"), ("PLAN-JSON", "b/抽样方案/plan.json"),
    ]  # fmt: skip


def test_raters_share_the_list_and_two_score_the_double_scored() -> None:
    plan = _plan(SampleChoices(double_share=0.25), project_table(200))
    names = ["甲", "乙", "丙"]
    books = rater_projects(plan, names)
    counted = Counter(code for book in books.values() for code in book)
    assert {code: 2 if code in plan.double_scored else 1 for code in plan.projects} == counted
    sizes = [len(book) for book in books.values()]
    assert max(sizes) - min(sizes) <= 2
    pairs = {tuple(name for name in names if code in books[name]) for code in plan.double_scored}
    assert pairs == {("甲", "乙"), ("乙", "丙"), ("甲", "丙")}
    assert rater_projects(plan, names) == books
    with pytest.raises(MethodError, match="BOOK-RATERS"):
        rater_projects(plan, ["甲"])


def test_what_is_scored_is_not_asked_for_again() -> None:
    plan = _plan(SampleChoices(), project_table(60))
    twice, once = plan.double_scored[0], next(code for code in plan.projects if code not in plan.double_scored)
    totals = pd.DataFrame({"rater": ["甲", "甲", "合议"], "project": [twice, once, plan.double_scored[1]]})
    raters = pd.DataFrame({"rater": ["甲", "合议"], "role": ["independent", "consensus"]})
    done = independent_raters(totals, raters)
    assert done == {twice: ("甲",), once: ("甲",)}
    books = rater_projects(plan, ["甲", "乙"], scored=done)
    assert [name for name in books if twice in books[name]] == ["乙"]
    assert not any(once in book for book in books.values())


def test_books_are_prepared_from_the_one_form_of_each_project(tmp_path: Path) -> None:
    for name, code in (("a", "P001"), ("b", "P002"), ("c", "P002"), ("d", "")):
        write_form(tmp_path / f"{name}.xlsx", code, f"项目00{3 if name == 'd' else 1}")
    read = read_self_evaluations(tmp_path, department="市交通局", jobs=1)
    owned, _ = matched(read, project_table(4))
    found = prepared_forms(owned, ["P001", "P002", "P003", "P004"])
    assert found.items["project"].unique().tolist() == ["P001", "P003"]
    assert found.items[["item", "full", "target_text", "actual_text"]].values.tolist()[1] == [
        "1",
        50.0,
        "≥10个",
        "10个",
    ]
    total = found.self_scores[(found.self_scores["project"] == "P001") & (found.self_scores["item"] == "")]
    assert total["score"].tolist() == [97.5]
    assert [(problem.where, problem.found[0]) for problem in found.problems] == [
        ("项目 P002", "2"),
        ("项目 P004", "没"),
    ]


def test_every_design_and_part_has_its_word_once() -> None:
    wished = get_args(SampleChoices.model_fields["design"].annotation)
    assert set(wished) == {item.value for item in SampleDesign}
    assert set(get_args(DesignName)) == {item.value for item in SampleDesign} - {"both"}
    assert {CERTAINTY, REST, WHOLE, ZERO} == {item.value for item in SamplePart}
