"""Raters: agreement on rates in an annex, reliability only between independent ones, severity where connected."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from perfkit.reliability.difference.shift import paired_t
from perfkit.reliability.icc import icc
from perfkit.stages.re_evaluation.raters import agreement, severity_table, wide_totals
from perfkit.stages.re_evaluation.severity import Scales, rater_totals, scales
from tests.stages.re_evaluation_frames import BANDS, Item, Project, pairs_of, scored, tables
from tests.tolerances import SAME_FORMULA

ROWS = ([90, 86], [88, 85], [93, 88], [79, 77], [85, 80], [95, 90])


def ratings(rows: Sequence[Sequence[float | None]], names: str = "甲乙丙丁") -> pd.DataFrame:
    """Return a wide table as ratings."""
    long = [
        (names[k], f"P{place}", float(value))
        for place, row in enumerate(rows)
        for k, value in enumerate(row)
        if value is not None
    ]
    return pd.DataFrame(long, columns=["rater", "project", "total"])


def by_rater(found: Scales) -> Mapping[str, Any]:
    return {one.rater: one for one in found.raters}


def test_two_raters_lie_apart_as_the_paired_t_says() -> None:
    found = by_rater(scales(ratings([*ROWS, [70, None], [None, 99]])))
    right = paired_t([row[0] for row in ROWS], [row[1] for row in ROWS])
    assert (found["乙"].severity, found["乙"].low, found["乙"].high) == pytest.approx(
        (right.value, right.interval.low, right.interval.high), rel=SAME_FORMULA
    )
    assert found["甲"].severity == pytest.approx(-right.value, rel=SAME_FORMULA)
    assert (found["甲"].projects, found["甲"].connected) == (7, True)


def test_a_severe_rater_is_found_among_three_and_an_even_panel_is_within() -> None:
    rng = np.random.default_rng(4)
    panel = rng.uniform(80, 95, (12, 1)) + rng.normal(0, 0.5, (12, 3))
    even = scales(ratings(panel.tolist()))
    assert even.beyond(3.0) is None
    assert even.within(3.0)
    panel[:, 2] -= 6
    found = scales(ratings(panel.tolist()))
    furthest = found.beyond(3.0)
    assert furthest is not None
    assert furthest.rater == "丙"
    assert furthest.severity == pytest.approx(6, abs=0.6)
    assert not found.within(3.0)


def test_raters_that_never_vary_against_one_another_lie_exactly_so_far_apart() -> None:
    apart = scales(ratings([[90, 85], [80, 75], [95, 90], [70, 65]])).beyond(3.0)
    assert apart is not None
    assert (abs(apart.severity), abs(apart.low)) == pytest.approx((5.0, 5.0))
    same = scales(ratings([[90, 90], [80, 80], [95, 95]]))
    assert same.beyond(0.0) is None
    assert same.within(0.0)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([[90], [80]], "ONE_RATER"),
        ([], "ONE_RATER"),
        ([[90, None], [None, 80]], "NOT_CONNECTED"),
        ([[90, 85]], "NO_DEGREES_OF_FREEDOM"),
    ],
)
def test_without_shared_projects_nothing_is_estimated(rows: list[list[float | None]], code: str) -> None:
    found = scales(ratings(rows))
    assert [one.code for one in found.why] == [code]
    assert found.beyond(0.0) is None
    assert not found.within(100.0)


def test_groups_that_share_no_project_are_each_their_own() -> None:
    found = scales(ratings([[90, 85, None, None], [80, 76, None, None], [None, None, 70, 71], [None, None, 60, 62]]))
    assert by_rater(found)["乙"].severity == pytest.approx(4.5)
    assert by_rater(found)["丁"].severity == pytest.approx(-1.5)


def test_totals_are_those_of_independent_raters_before_discussion() -> None:
    items = (
        Item(full=50.0, own=50.0, again={"一": 45.0, "二": 44.0, "合议": 40.0, "迟": 30.0}),
        Item(full=50.0, own=50.0, again={"一": 50.0, "二": 50.0, "合议": 50.0, "迟": 50.0}),
    )
    given = tables([Project(code="P1", items=items, given={"三": 77.0, "一": 12.0})], consensus=("合议",), late=("迟",))
    found = rater_totals(given["scores"], given["totals"], given["raters"])
    assert dict(zip(found["rater"], found["total"], strict=True)) == {"一": 95.0, "二": 94.0, "三": 77.0}


def test_a_total_without_items_that_another_rater_scored_is_none() -> None:
    first = Item(full=60.0, own=60.0, again={"一": 50.0, "二": 49.0})
    last = Item(full=40.0, own=40.0, again={"一": 40.0})
    given = tables([Project(code="P1", items=(first, last)), scored("P2", 95.0, {"一": 90.0, "二": 91.0})])
    found = rater_totals(given["scores"], given["totals"], given["raters"])
    assert set(found.itertuples(index=False, name=None)) == {("一", "P1", 90.0), ("一", "P2", 90.0), ("二", "P2", 91.0)}


def test_an_item_that_a_rater_scored_twice_counts_as_its_mean() -> None:
    given = tables([scored("P1", 95.0, {"一": 90.0})])
    twice = pd.concat([given["scores"], given["scores"].assign(score=80.0)], ignore_index=True)
    assert rater_totals(twice, given["totals"], given["raters"])["total"].tolist() == [85.0]


def doubled(late: Sequence[str] = (), shown: bool = False) -> tuple[Any, ...]:
    projects = [scored(f"P{k}", 95.0, {"一": row[0], "二": row[1]}) for k, row in enumerate(ROWS)]
    given = tables(projects, late=late, shown=shown)
    found = pairs_of(projects, late=late, shown=shown)
    return found, rater_totals(given["scores"], given["totals"], given["raters"]), given["raters"]


def annex(late: Sequence[str] = (), shown: bool = False) -> list[Mapping[str, Any]]:
    found, totals, raters = doubled(late, shown)
    result = agreement(found.item_frame, found.project_frame, totals, raters, bands=BANDS)
    return [row for row in result.rows if row["department"] == "甲局"]


def test_self_against_re_evaluation_is_agreement_on_rates() -> None:
    rows = [row for row in annex() if row["role"] == "self_versus_reference"]
    found = {row["variant"]: row for row in rows if row["statistic"] == "icc"}
    means = [(one + other) / 2 / 100 for one, other in ROWS]
    right = icc(np.column_stack([np.full(6, 0.95), means]), form="ICC(A,1)")
    assert found["ICC(A,1) totals"]["value"] == pytest.approx(right.value, rel=SAME_FORMULA)
    assert found["ICC(A,1) totals"]["on"] == "rates"
    assert "同等地位" in found["ICC(A,1) totals"]["note"]
    assert {row["statistic"] for row in rows} == {"icc", "limits_of_agreement", "gwet_ac", "cohen_kappa"}
    limits = next(row for row in rows if row["statistic"] == "limits_of_agreement")
    assert (limits["on"], limits["n"]) == ("points", 6)
    assert limits["low"] < limits["value"] < limits["high"]


def test_reliability_is_between_independent_raters_only() -> None:
    rows = [row for row in annex() if row["role"] == "peers"]
    single = next(row for row in rows if row["variant"] == "ICC(A,1)")
    right = icc(np.array(ROWS) / 100, form="ICC(A,1)")
    assert single["value"] == pytest.approx(right.value, rel=SAME_FORMULA)
    shares = {row["variant"]: row["value"] for row in rows if row["statistic"] == "g_study"}
    assert set(shares) == {"person", "rater", "residual"}
    assert sum(shares.values()) == pytest.approx(1.0)
    assert any(row["statistic"] == "gwet_ac" and row["on"] == "grades" for row in rows)


def test_scores_made_after_discussion_are_no_peers() -> None:
    rows = [row for row in annex(late=("二",)) if row["role"] == "peers"]
    assert len(rows) == 1
    assert math.isnan(rows[0]["value"])
    assert "不是在讨论之前" in rows[0]["note"]


def test_raters_who_saw_the_self_scores_are_told() -> None:
    found, totals, raters = doubled(shown=True)
    result = agreement(found.item_frame, found.project_frame, totals, raters, bands=BANDS)
    assert [one.code for one in result.caveats] == ["SELF_SCORES_SHOWN"]


def test_a_panel_with_gaps_is_still_compared() -> None:
    rows: list[list[float | None]] = [
        [90, 86, None],
        [88, None, 84],
        [None, 88, 90],
        [79, 77, 78],
        [85, 80, None],
    ]
    table = ratings(rows)
    wide = wide_totals(table)
    assert wide.shape == (5, 3)
    found, _, raters = doubled()
    people = pd.DataFrame(
        {"rater": list("甲乙丙"), "role": "independent", "blinding": "hidden", "before_discussion": True}
    )
    result = agreement(found.item_frame, found.project_frame, table, people, bands=BANDS)
    values = [row["value"] for row in result.rows if row["variant"] == "ICC(A,1)" and row["role"] == "peers"]
    assert len(values) == 2
    assert not math.isnan(values[0])
    assert raters["rater"].tolist() == ["一", "二"]


def test_the_table_of_severity_says_why_nothing_is_known() -> None:
    found = pairs_of([scored("P0", 95.0, 90.0), scored("P1", 95.0, 91.0)])
    lonely = severity_table(found.project_frame, ratings([[90.0], [91.0]]))
    rows = [row for row in lonely.rows if row["department"] == "甲局"]
    assert [(row["rater"], row["projects"], row["connected"]) for row in rows] == [("甲", 2, False)]
    assert math.isnan(rows[0]["severity"])
    assert "只有一名" in rows[0]["note"]
    assert severity_table(found.project_frame.iloc[:0], ratings([])).rows == ()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_projects_are_no_crash(count: int) -> None:
    projects = [scored(f"P{k}", 90.0, {"一": 90.0, "二": 90.0}) for k in range(count)]
    given = tables(projects)
    found = pairs_of(projects)
    totals = rater_totals(given["scores"], given["totals"], given["raters"])
    result = agreement(found.item_frame, found.project_frame, totals, given["raters"], bands=BANDS)
    assert all(math.isnan(row["value"]) and row["note"] for row in result.rows if row["statistic"] == "icc")
    assert list(result.to_frame().columns) == list(result.columns)
