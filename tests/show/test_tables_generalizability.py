"""Tables of generalizability, made from the results themselves."""

from __future__ import annotations

import numpy as np
import pytest

from perfkit.errors import DataError
from perfkit.read.examples import example_table
from perfkit.reliability.generalizability import (
    DESIGNS,
    GStudyResult,
    d_study,
    d_study_curve,
    g_study,
    needed,
    rater_severity,
)
from perfkit.show.catalogue import table
from perfkit.show.tables import Table
from perfkit.show.tables.generalizability import COMPONENT_WORDS, component_words, facet_words, table_plans

JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
LEVEL = [[82, 85, 79], [74, 71, 77], [90, 88, 89], [66, 70, 65], [78, 76, 80]]
SPLIT = [[9.0, 2.0, np.nan, np.nan], [6.0, 1.0, np.nan, np.nan], [np.nan, np.nan, 6.0, 8.0], [np.nan, np.nan, 2.0, 6.0]]


@pytest.fixture(scope="module")
def panel() -> GStudyResult:
    return g_study(
        example_table("panel_scores"), design="p x i x r", score="score", person="project", item="indicator",
        rater="expert",
    )  # fmt: skip


def grid(shown: Table) -> list[list[str]]:
    return [["" if cell is None else cell.text for cell in row] for row in shown.rows]


def test_every_component_of_every_design_has_words() -> None:
    assert {name for design in DESIGNS.values() for name in design.components} <= set(COMPONENT_WORDS)
    assert component_words("made_up") == "made_up"
    assert (facet_words("n_rater"), facet_words("n_made_up")) == ("评分者数", "made_up数")


def test_components_stand_with_their_shares() -> None:
    rows = grid(table(g_study(JUDGES)))
    assert rows[0] == ["对象", "2.56", "1.60", "29.0%", "1.50"]
    assert [row[0] for row in rows] == ["对象", "评分者", "其余（最高阶交互与误差）"]


def test_a_negative_component_is_printed_as_it_is_and_said() -> None:
    shown = table(g_study(LEVEL))
    assert grid(shown)[1][1:4] == ["-1.50", "0.00", "0.0%"]
    assert any("NEGATIVE_COMPONENT" in note for note in shown.notes)


def test_one_plan_with_its_intervals() -> None:
    assert grid(table(d_study(g_study(JUDGES)))) == [
        ["4", "0.909\n[0.676, 0.986]", "0.620\n[0.071, 0.927]", "0.50", "1.25"]
    ]


def test_plans_of_two_designs_stand_side_by_side(panel: GStudyResult) -> None:
    plans = [d_study(g_study(JUDGES), n_rater=1), d_study(panel)]
    shown = table_plans(plans, labels=("一人", "专家组"))
    assert [column.header for column in shown.columns[:3]] == ["方案", "评分者数", "指标数"]
    assert [row[:3] for row in grid(shown)] == [["一人", "1", "—"], ["专家组", "4", "6"]]
    assert shown.notes[0].startswith("专家组：")
    with pytest.raises(DataError, match="labels"):
        table_plans(plans, labels=("一人",))


def test_a_curve_is_one_row_per_point(panel: GStudyResult) -> None:
    shown = table(d_study_curve(panel, n_rater=[1, 2], n_item=[3, 6]))
    assert [row[:3] for row in grid(shown)] == [["3", "1", "3"], ["3", "2", "6"], ["6", "1", "6"], ["6", "2", "12"]]


def test_the_cheapest_plan_is_bold_and_none_is_said(panel: GStudyResult) -> None:
    shown = table(needed(panel, n_item=[12, 24]))
    assert [row[0].bold for row in shown.rows if row[0] is not None] == [False, True]
    nothing = table(needed(panel, n_item=6))
    assert grid(nothing) == [["所列范围内没有方案达到目标"]]
    assert "TARGET_NOT_REACHED" in nothing.notes[0]


def test_severity_names_the_group_only_where_there_are_several() -> None:
    whole, split = table(rater_severity(JUDGES)), table(rater_severity(SPLIT))
    assert [len(shown.columns) for shown in (whole, split)] == [5, 6]
    assert grid(whole)[1][3].startswith("-")
    assert [row[4:] for row in grid(split)] == [["无法估计", "—"]] * 4
    assert any("NOT_CONNECTED" in note for note in split.notes)


def test_what_is_not_connected_is_said_to_be_unknown() -> None:
    study = g_study(SPLIT)
    assert {row[1] for row in grid(table(study))} == {"无法估计"}
    assert grid(table(d_study(study)))[0][1:] == ["无法估计"] * 4
