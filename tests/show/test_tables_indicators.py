"""Tables of single indicators: comparison, values by unit, expert scores; and what blank dates print."""

from __future__ import annotations

import pandas as pd
import pytest

from perfkit.show.tables import Table
from perfkit.show.tables.indicators import table_comparison, table_experts, table_units
from perfkit.show.tables.money import table_fieldwork_events
from perfkit.show.tables.problems import table_advice_matrix

NAN = float("nan")


def _texts(shown: Table) -> list[list[str]]:
    return [["" if cell is None else cell.text for cell in row] for row in shown.rows]


def test_comparison_leaves_out_what_nobody_filled() -> None:
    frame = pd.DataFrame(
        {
            "code": ["C1"], "name": ["产量"], "unit": ["个"], "actual": [12.5], "target": [10.0], "last_year": [NAN],
            "target_change": [0.25], "last_year_change": [NAN], "note": [""],
        }
    )  # fmt: skip
    shown = table_comparison(frame)
    assert [column.header for column in shown.columns] == ["指标", "实际值", "目标值"]
    assert _texts(shown) == [["C1 产量（个）", "12.5", "10\n(+25.00%)"]]
    assert len(shown.notes) == 1


def test_comparison_counts_between_percents_in_points() -> None:
    frame = pd.DataFrame(
        {
            "code": ["D1", "C1"], "name": ["供水率", "漏检"], "unit": ["%", "次"], "actual": [90.8049, 12000],
            "target": [92, 0], "last_year": [88.6, "约 1 万"], "peer": [90.8, NAN],
            "target_change": [-0.0130, NAN], "last_year_change": [0.0248, NAN], "peer_change": [0.0, NAN],
            "note": ["较上年提高。", ""],
        }
    )  # fmt: skip
    shown = table_comparison(frame)
    assert _texts(shown) == [
        ["D1 供水率（%）", "90.8", "92\n(-1.20百分点)", "88.6\n(+2.20百分点)", "90.8\n(0.00百分点)"],
        ["C1 漏检（次）", "12,000", "0", "约 1 万", "—"],
    ]
    assert any("百分点" in note for note in shown.notes)
    assert shown.notes[2:] == ("D1：较上年提高。",)
    assert len(table_comparison(frame.head(1)).notes) == 2
    none = table_comparison(frame.head(0))
    assert (_texts(none)[0][0], none.notes) == ("没有填写历史或同类数据", ())


def test_units_and_experts() -> None:
    units = pd.DataFrame(
        {"code": ["C1"], "agency": ["甲"], "weight": [0.4], "actual": [9], "target": [10], "rate": [0.9]}
    )
    assert _texts(table_units(units)) == [["C1", "甲", "40.00%", "10", "9", "90.00%"]]
    measured = table_units(units.assign(unit="%"))
    assert [column.header for column in measured.columns][3:] == ["计量单位", "目标值", "实际值", "得分率"]
    assert _texts(table_units(units.head(0)))[0][0] == "工作簿未填写"
    experts = pd.DataFrame(
        {
            "code": ["C1", "C1", "C2"], "name": ["x", "x", "y"], "rater": ["甲", "乙", "甲"], "score": [3, 3.5, 1],
            "adopted": [3.25, 3.25, 1], "note": ["", "好", ""],
        }
    )  # fmt: skip
    shown = table_experts(experts)
    assert [cell.rowspan for row in shown.rows if (cell := row[4])] == [2, 1]
    assert _texts(shown)[1] == ["", "", "乙", "3.50", "", "好"]
    assert _texts(table_experts(experts.head(0)))[0][0] == "工作簿未填写"


@pytest.mark.parametrize("deadline", ["", "  ", None, NAN, pd.NaT])
def test_a_blank_date_that_people_know_is_asked_for(deadline: object) -> None:
    frame = pd.DataFrame(
        {"id": ["1"], "problem": ["p"], "advice": ["a"], "responsible": ["r"], "deadline": [deadline], "proof": ["f"]}
    )
    cell = table_advice_matrix(frame).rows[0][4]
    assert cell is not None
    assert (cell.text, cell.placeholder) == ("【待补充：整改时限】", True)
    events = pd.DataFrame({"id": ["F1"], "kind": ["interview"], "date": [deadline], "place": ["甲"]})
    assert _texts(table_fieldwork_events(events))[0][2] == "—"
