"""Pairs: same indicator and weight or counted apart; adopted scores; official totals; half-open grades."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.scoring.rounding import round_half_up
from perfkit.stages.re_evaluation.pairs import paired, unpaired_findings
from perfkit.terms import AdoptedScore
from tests.stages.re_evaluation_frames import BANDS, Item, Project, pairs_of, scored, tables

TWO = (Item(full=60.0, own=60.0, again={"一": 55.0}), Item(full=40.0, own=38.0, again={"一": 38.0}))


def project(found: Any, code: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = found.project_frame.query("project == @code").to_dict(orient="records")
    return rows[0]


def test_items_are_compared_one_by_one_and_totals_add_up() -> None:
    found = pairs_of([Project(code="P1", items=TWO, checked=2, seen=3), scored("P2", 80.0)])
    rows = found.items.to_frame()
    assert rows["direction"].tolist() == ["lowered", "equal"]
    assert rows["change"].tolist() == [-5.0, 0.0]
    assert rows["self_rate"].tolist() == [1.0, 0.95]
    done, other = project(found, "P1"), project(found, "P2")
    assert (done["self_total"], done["re_total"], done["inflation"], done["direction"]) == (98.0, 93.0, 5.0, "lowered")
    assert (done["tier"], done["items"], done["items_changed"], done["items_checked"]) == ("re_scored", 2, 1, 2)
    assert (other["tier"], other["direction"], other["self_grade"], other["re_grade"]) == ("desk", "", "良", "")
    assert math.isnan(other["re_total"])
    assert found.projects.n_used == 1


def test_another_weight_is_excluded_and_counted() -> None:
    items = (*TWO[:1], Item(full=40.0, own=38.0, again={"一": 30.0}, re_full=30.0))
    found = pairs_of([Project(code="P1", items=items)])
    assert found.items.n_used == 1
    assert found.unpaired.to_frame()[["item", "side", "self_full", "re_full"]].values.tolist() == [
        ["2", "weight_differs", 40.0, 30.0]
    ]
    finding = unpaired_findings(found.unpaired.to_frame())[0]
    assert (finding.code, finding.expected, finding.found) == ("E08", "40", "30")
    assert finding.where == "P1-0.xlsx › 自评表 › H2"


def test_a_self_score_beyond_its_weight_is_no_rate() -> None:
    over = Item(full=60.0, own=600.0, again={"一": 60.0})
    found = pairs_of([Project(code="P1", items=(over, Item(full=40.0, own=38.0, again={"一": 36.0})), total=98.0)])
    assert [(row["item"], row["side"]) for row in found.unpaired.rows] == [("1", "out_of_range")]
    assert found.items.column("self_score") == [38.0]
    assert project(found, "P1")["inflation"] == 2.0


def test_a_missing_weight_is_no_weight() -> None:
    found = pairs_of([Project(code="P1", items=(Item(full=math.nan, own=90.0, again={"一": 88.0}),))])
    assert found.items.n_used == 0
    assert found.unpaired.column("side") == ["weight_differs"]


def test_an_indicator_is_found_under_another_number_by_its_name() -> None:
    given_tables = tables([Project(code="P1", items=TWO)])
    scores = given_tables["scores"]
    swapped = scores.assign(item=["2", "1"], level3=["指标1", "指标 ２"])
    found = paired(**given_tables | {"scores": swapped}, choices=ReEvaluationChoices(), bands=BANDS)
    assert found.items.to_frame()[["item", "self_score", "re_score"]].values.tolist() == [
        ["1", 60.0, 55.0],
        ["2", 38.0, 38.0],
    ]
    strange = scores.assign(level3=["指标1", "别的指标"])
    apart = paired(**given_tables | {"scores": strange}, choices=ReEvaluationChoices(), bands=BANDS)
    assert set(apart.unpaired.column("side")) == {"re_only", "self_only"}


def test_a_project_scored_in_part_has_no_total() -> None:
    items = (TWO[0], Item(full=40.0, own=38.0))
    found = pairs_of([Project(code="P1", items=items)])
    assert math.isnan(project(found, "P1")["re_total"])
    assert project(found, "P1")["tier"] == "re_scored"
    assert [one.code for one in found.projects.caveats] == ["SCORED_IN_PART", "UNPAIRED"]
    assert found.projects.n_dropped == 1


def test_a_total_alone_is_compared_as_a_total() -> None:
    found = pairs_of([Project(code="P1", items=(Item(full=100.0, own=95.0),), given={"一": 89.995, "二": 89.995})])
    row = project(found, "P1")
    assert (row["re_total"], row["items"], row["re_grade"]) == (90.0, 0, "优")


@pytest.mark.parametrize(
    ("adopted", "score", "raters"),
    [(AdoptedScore.CONSENSUS, 52.0, 1), (AdoptedScore.MEAN, 55.01, 2), (AdoptedScore.FIRST, 54.0, 1)],
)
def test_the_adopted_score_is_the_one_chosen(adopted: AdoptedScore, score: float, raters: int) -> None:
    item = Item(full=100.0, own=60.0, again={"一": 54.0, "二": 56.01, "合议": 52.0}, reason="evidence")
    found = pairs_of([Project(code="P1", items=(item,))], ReEvaluationChoices(adopted=adopted), consensus=("合议",))
    row = found.items.to_frame().iloc[0]
    # The mean 55.005 rounds half-up, as on paper.
    assert (row["re_score"], row["raters"]) == (score, raters)


def test_without_a_consensus_the_mean_of_independent_scores_counts_and_is_told() -> None:
    both = Project(code="P1", items=(Item(full=100.0, own=60.0, again={"一": 50.0, "合议": 52.0}),))
    alone = Project(code="P2", items=(Item(full=100.0, own=60.0, again={"一": 50.0, "二": 53.0}),))
    found = pairs_of([both, alone], consensus=("合议",))
    assert found.items.column("re_score") == [52.0, 51.5]
    assert "NO_CONSENSUS" in {one.code for one in found.items.caveats}


def test_a_rater_who_scores_twice_counts_once() -> None:
    given_tables = tables([Project(code="P1", items=(Item(full=100.0, own=60.0, again={"一": 50.0, "二": 56.0}),))])
    twice = pd.concat([given_tables["scores"], given_tables["scores"].iloc[:1].assign(score=54.0)])
    found = paired(**given_tables | {"scores": twice}, choices=ReEvaluationChoices(), bands=BANDS)
    assert found.items.column("re_score") == [54.0]
    assert found.items.column("raters") == [2]
    assert "RATED_TWICE" in {one.code for one in found.items.caveats}


def test_the_words_are_those_of_raters_who_moved_the_score_its_way() -> None:
    given_tables = tables([Project(code="P1", items=(Item(full=100.0, own=60.0, again={"一": 50.0, "二": 62.0}),))])
    scores = given_tables["scores"].assign(reason=["definition", "not_credited"], evidence=["E1；E2", "E9"])
    found = paired(**given_tables | {"scores": scores}, choices=ReEvaluationChoices(), bands=BANDS)
    row = found.items.to_frame().iloc[0]
    assert (row["direction"], row["reason"], row["evidence"]) == ("lowered", "definition", "E1；E2")


def test_a_printed_total_that_was_rounded_once_is_no_change_of_score() -> None:
    thirds = tuple(
        Item(full=20.0, own=own, again={"一": rounded}) for own, rounded in ((16.993, 16.99), (16.993, 16.99))
    )
    rest = Item(full=60.0, own=60.0, again={"一": 60.0})
    found = pairs_of(
        [Project(code="P1", items=(*thirds, rest), total=93.99), Project(code="P2", items=(*thirds, rest), total=93.97)]
    )
    rounding, wrong = project(found, "P1"), project(found, "P2")
    assert (rounding["self_total"], rounding["re_total"], rounding["direction"]) == (93.98, 93.98, "equal")
    assert (wrong["self_total"], wrong["direction"]) == (93.97, "raised")


def test_the_printed_total_counts_unless_nobody_filled_it() -> None:
    items = (Item(full=100.0, own=90.0, again={"一": 85.0}),)
    printed, unfilled = Project(code="P1", items=items, total=92.0), Project(code="P2", items=items, total=0.0)
    found = pairs_of([printed, unfilled])
    assert found.project_frame["inflation"].tolist() == [7.0, 5.0]
    assert "TOTAL_FROM_ITEMS" in {one.code for one in found.projects.caveats}


@pytest.mark.parametrize(("total", "score"), [(math.nan, math.nan), (0.0, math.nan), (970.0, 40.0), (-3.0, 40.0)])
def test_a_form_without_a_usable_total_is_not_compared_by_total(total: float, score: float) -> None:
    items = (Item(full=60.0, own=50.0, again={"一": 48.0}), Item(full=40.0, own=score, again={"一": 40.0}))
    found = pairs_of([Project(code="P1", items=items, total=total), scored("P2", 90.0, 85.0)])
    assert math.isnan(project(found, "P1")["self_total"])
    assert math.isnan(project(found, "P1")["inflation"])
    assert project(found, "P1")["re_total"] == 88.0
    assert [one.text for one in found.projects.caveats if one.code == "NO_OWN_TOTAL"] == [
        "1 张自评表没有可用的总分（未填且得分不全，或不在 0 至 200 分），不比较总分"
    ]


def test_points_of_another_whole_are_no_total() -> None:
    less = Item(full=20.0, re_full=15.0, own=20.0, again={"一": 15.0})
    found = pairs_of([Project(code="P1", items=(Item(full=80.0, own=80.0, again={"一": 80.0}), less))])
    assert math.isnan(project(found, "P1")["re_total"])
    assert "SCORED_IN_PART" in {one.code for one in found.projects.caveats}


def test_an_indicator_of_a_project_without_a_form_keeps_its_number() -> None:
    given_tables = tables([scored("P1", 90.0, 85.0), scored("P2", 80.0, 80.0)])
    found = paired(
        **given_tables | {"forms": given_tables["forms"].iloc[1:]}, choices=ReEvaluationChoices(), bands=BANDS
    )
    assert [(row["project"], row["item"], row["side"]) for row in found.unpaired.rows] == [("P1", "1", "re_only")]


def test_a_total_beside_items_that_is_not_their_sum_is_told() -> None:
    found = pairs_of([Project(code="P1", items=TWO, given={"一": 91.0})])
    assert project(found, "P1")["re_total"] == 93.0
    assert "TOTAL_DIFFERS" in {one.code for one in found.projects.caveats}


def test_two_forms_of_one_project_are_not_compared() -> None:
    found = pairs_of([Project(code="P1", items=TWO, forms=2), scored("P2", 90.0, 88.0)])
    assert found.unpaired.to_frame()[["project", "item", "side"]].values.tolist() == [["P1", "", "two_forms"]]
    assert math.isnan(project(found, "P1")["self_total"])
    assert found.projects.n_used == 1
    assert "多份自评表" in unpaired_findings(found.unpaired.to_frame())[0].message


def test_a_project_outside_the_list_is_told() -> None:
    given_tables = tables([scored("P1", 90.0, 88.0), scored("P9", 90.0, 88.0)])
    listed = given_tables["projects"].query("project == 'P1'")
    found = paired(**given_tables | {"projects": listed}, choices=ReEvaluationChoices(), bands=BANDS)
    assert "NOT_LISTED" in {one.code for one in found.projects.caveats}
    assert found.projects.n_used == 1


@pytest.mark.parametrize(("total", "grade"), [(89.5, "良"), (90.0, "优"), (89.99999999999999, "优"), (59.995, "中")])
def test_grades_are_half_open_on_rounded_totals(total: float, grade: str) -> None:
    found = pairs_of([Project(code="P1", items=(Item(full=100.0, own=95.0),), given={"一": total})])
    assert project(found, "P1")["re_grade"] == grade


def test_a_tolerance_is_for_projects_only() -> None:
    found = pairs_of([scored("P1", 90.0, 89.5)], ReEvaluationChoices(tolerance=0.5))
    assert project(found, "P1")["direction"] == "equal"
    assert found.items.column("direction") == ["lowered"]


@pytest.mark.parametrize("cut", ["all", "scores", "forms"])
def test_nothing_to_compare_is_no_crash(cut: str) -> None:
    given_tables = tables([Project(code="P1", items=TWO)])
    names = {"all": tuple(given_tables), "scores": ("scores", "totals", "raters"), "forms": ("forms", "items")}[cut]
    emptied = {name: table.iloc[:0] if name in names else table for name, table in given_tables.items()}
    found = paired(**emptied, choices=ReEvaluationChoices(), bands=BANDS)
    assert found.items.n_used == 0
    assert found.projects.n_used == 0
    assert list(found.items.to_frame().columns) == list(found.items.columns)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 20)), min_size=1, max_size=8))
def test_the_total_is_the_sum_of_the_rounded_items(scores: list[tuple[float, float]]) -> None:
    items = [Item(full=20.0, own=own, again={"一": again}) for own, again in scores]
    found = pairs_of([Project(code="P1", items=items)])
    rounded = round_half_up([again for _, again in scores], 2)
    assert project(found, "P1")["re_total"] == pytest.approx(float(rounded.sum()), abs=1e-9)
