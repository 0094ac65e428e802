"""Changes: shares by direction and reason, points, grades, nodes, depth; what has no reason is a finding."""

from __future__ import annotations

import math
from typing import Any

import pytest

from perfkit.stages.re_evaluation.changes import (
    change_by_node,
    change_findings,
    change_headline,
    change_reasons,
    compared,
    grade_migration,
)
from perfkit.stages.re_evaluation.depth import depth_findings, review_depth
from perfkit.stages.re_evaluation.pairs import Pairs
from tests.stages.re_evaluation_frames import BANDS, Item, Project, pairs_of, scored
from tests.tolerances import SAME_FORMULA


def several() -> Pairs:
    """Four projects: one lowered for two reasons, one raised, one equal, one total only and lowered; a fifth unseen."""
    lowered = (
        Item(full=60.0, own=60.0, again={"一": 50.0}, reason="evidence", evidence="E1", level1="产出指标"),
        Item(full=40.0, own=36.0, again={"一": 34.0}, level1="效益指标"),
    )
    raised = (Item(full=100.0, own=88.0, again={"一": 91.0}, reason="not_credited", evidence="E2", level1="效益指标"),)
    return pairs_of(
        [
            Project(code="P1", items=lowered, money=300.0),
            Project(code="P2", items=raised, money=100.0),
            scored("P3", 92.0, 92.0, money=500.0, checked=4, seen=0),
            Project(code="P4", items=(Item(full=100.0, own=95.0),), given={"一": 79.0}, department="乙局", money=100.0),
            scored("P5", 90.0, department="乙局", money=900.0),
        ]
    )


def share(rows: Any, department: str, level: str, direction: str, reason: str = "") -> tuple[float, float, float]:
    wanted = (department, level, direction, reason)
    found = [row for row in rows if tuple(row[k] for k in ("department", "level", "direction", "reason")) == wanted]
    return (found[0]["count"], found[0]["of"], found[0]["share"]) if found else (0, 0, math.nan)


def test_the_headline_counts_projects_items_and_money_by_direction() -> None:
    found = several()
    rows = change_headline(found.item_frame, found.project_frame).rows
    assert share(rows, "", "projects", "lowered") == (2, 4, 0.5)
    assert share(rows, "", "projects", "equal") == (1, 4, 0.25)
    assert share(rows, "", "projects", "raised") == (1, 4, 0.25)
    assert share(rows, "", "money", "lowered") == (400.0, 1000.0, 0.4)
    assert share(rows, "甲局", "items", "lowered") == (2, 4, 0.5)
    assert share(rows, "乙局", "projects", "lowered") == (1, 1, 1.0)


def test_the_headline_names_reasons_and_what_has_none() -> None:
    found = several()
    rows = change_headline(found.item_frame, found.project_frame).rows
    assert share(rows, "甲局", "projects", "lowered", "evidence")[0] == 1
    assert share(rows, "甲局", "projects", "lowered", "unstated")[0] == 1
    assert share(rows, "乙局", "projects", "lowered", "total_only")[0] == 1
    assert share(rows, "甲局", "projects", "raised", "not_credited")[0] == 1
    assert share(rows, "甲局", "items", "lowered", "evidence")[0] == 1
    assert share(rows, "", "money", "lowered", "evidence") == (300.0, 1000.0, 0.3)


def test_grades_migrate_as_counted() -> None:
    found = several()
    migration = grade_migration(found.project_frame, BANDS)
    counts = {(row["self_grade"], row["re_grade"]): row["count"] for row in migration.rows if row["department"] == ""}
    assert counts["优", "良"] == 1
    assert counts["良", "优"] == 1
    assert counts["优", "优"] == 1
    assert counts["优", "中"] == 1
    assert sum(counts.values()) == 4
    assert len(counts) == 16
    overall = migration.tests[migration.departments.index("")]
    assert (overall.lowered, overall.same, overall.raised) == (2, 1, 1)


def test_nodes_show_where_the_points_went() -> None:
    found = several()
    nodes = {(row["department"], row["level1"]): row for row in change_by_node(found.item_frame).rows}
    whole, outputs, effects = nodes["甲局", ""], nodes["甲局", "产出指标"], nodes["甲局", "效益指标"]
    assert (whole["items"], whole["lowered"], whole["equal"], whole["raised"]) == (4, 2, 1, 1)
    assert whole["points_lost"] == pytest.approx(9.0, rel=SAME_FORMULA)
    assert outputs["mean_re_rate"] == pytest.approx(142 / 160, rel=SAME_FORMULA)
    assert effects["mean_self_rate"] == pytest.approx(124 / 140, rel=SAME_FORMULA)
    assert effects["points_lost"] == pytest.approx(-1.0, rel=SAME_FORMULA)


def test_reasons_carry_their_points() -> None:
    found = several()
    rows = {(row["level1"], row["reason"]): row for row in change_reasons(found.item_frame).rows if row["department"]}
    assert (rows["", "evidence"]["count"], rows["", "evidence"]["points"]) == (1, 10.0)
    assert (rows["", "not_credited"]["count"], rows["", "not_credited"]["points"]) == (1, -3.0)
    assert (rows["效益指标", "unstated"]["count"], rows["效益指标", "unstated"]["points"]) == (1, 2.0)


def test_a_change_without_reason_or_evidence_is_a_finding() -> None:
    found = change_findings(several().item_frame)
    assert [(one.code, one.subject) for one in found] == [("E10", "P1 2")]
    assert "没有写明原因和佐证编号" in found[0].message
    assert "自评 36，再评 34" in found[0].message


def test_the_statistics_are_the_public_ones() -> None:
    found = compared(several().project_frame)
    assert (found.mean_difference, found.median_difference) == (6.25, 6.0)
    assert (found.lowered.count, found.same.count, found.raised.count) == (2, 1, 1)


def test_a_review_that_changed_nothing_must_show_its_depth() -> None:
    found = pairs_of(
        [
            scored("P1", 90.0, 90.0, checked=8, seen=5),
            scored("P2", 90.0, 90.0, checked=8),
            scored("P3", 90.0, 90.0),
            scored("P4", 90.0, 88.0),
            scored("P5", 90.0),
        ]
    )
    depth = review_depth(found.project_frame)
    assert depth.column("project") == ["P1", "P2", "P3", "P4"]
    assert depth.column("shallow") == [False, True, True, False]
    told = depth_findings(depth.to_frame())
    assert [(one.code, one.subject) for one in told] == [("E09", "P2"), ("E09", "P3")]
    assert told[0].found == "核查指标数 8，查看佐证数未填"


def test_moves_that_cancel_out_are_changes() -> None:
    items = (Item(full=50.0, own=50.0, again={"一": 48.0}), Item(full=50.0, own=45.0, again={"一": 47.0}))
    found = pairs_of([Project(code="P1", items=items)])
    assert found.project_frame["direction"].tolist() == ["equal"]
    assert review_depth(found.project_frame).column("changed") == [True]


@pytest.mark.parametrize("again", [None, 90.0, 95.0])
def test_nothing_equal_or_all_raised_is_no_crash(again: float | None) -> None:
    found = pairs_of([scored(f"P{k}", 90.0, again) for k in range(4)])
    headline = change_headline(found.item_frame, found.project_frame)
    of = 0 if again is None else 4
    raised = 4 if again == 95.0 else 0
    assert share(headline.rows, "", "projects", "raised")[:2] == (raised, of)
    assert ("NO_SAMPLE" in {one.code for one in headline.caveats}) is (again is None)
    assert grade_migration(found.project_frame, BANDS).n_used == of
    assert change_by_node(found.item_frame).n_used == of
    assert change_reasons(found.item_frame).n_used == raised
    assert len(review_depth(found.project_frame).rows) == of


def test_money_that_is_not_known_is_told() -> None:
    found = pairs_of([scored("P1", 90.0, 88.0, money=math.nan), scored("P2", 90.0, 90.0, money=50.0)])
    headline = change_headline(found.item_frame, found.project_frame)
    assert share(headline.rows, "", "money", "lowered") == (0.0, 50.0, 0.0)
    assert "MONEY_UNKNOWN" in {one.code for one in headline.caveats}
