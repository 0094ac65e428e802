"""Tables of re-evaluation statistics, made from the results themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from perfkit.reliability.consistency import item_statistics
from perfkit.reliability.difference.shift import change_summary
from perfkit.reliability.icc import icc, icc_table
from perfkit.reliability.report import reliability_report
from perfkit.show.catalogue import table
from perfkit.show.tables import Table

OWN = [90.0, 88.0, 75.0, 92.0, 81.0, 85.0]
REVIEWED = [86.0, 88.0, 70.0, 92.5, 80.0, 85.0]
PAIRS = np.column_stack([OWN, REVIEWED])


def grid(shown: Table) -> list[list[str]]:
    return [["" if cell is None else cell.text for cell in row] for row in shown.rows]


def test_change_is_told_in_the_order_of_report() -> None:
    rows = grid(table(change_summary(OWN, REVIEWED)))
    assert [row[0] for row in rows] == [
        "有变动", "其中：调低（自评偏高）", "其中：调高（自评偏低）", "不变（在允许偏差之内）",
        "平均差（自评－再评价）", "中位差（自评－再评价）",
    ]  # fmt: skip
    assert [row[1] for row in rows] == ["4", "3", "1", "2", "—", "—"]
    assert [row[2] for row in rows] == ["66.7%", "50.0%", "16.7%", "33.3%", "1.583", "0.500"]


def test_recommendations_group_by_use_and_say_why_once() -> None:
    shown = table(reliability_report(PAIRS, roles="self_versus_reference"))
    rows = grid(shown)
    assert [row[0] for row in rows if row[0]] == ["首先报告", "并列报告", "列入附件", "不报告"]
    assert rows[0][1:3] == ["有变动", "66.7%\n[22.3%, 95.7%]"]
    assert rows[1][4] == ""
    assert rows[-1][2:4] == ["—", "—"]
    assert any("NOT_RELIABILITY" in note for note in shown.notes)
    assert "区间的置信水平 95%；Wilcoxon 符号秩检验 为 80%。" in shown.notes


def test_the_p_of_the_direction_stands_beside_the_direction_and_limits_are_shown() -> None:
    rows = {row[1]: row for row in grid(table(reliability_report(PAIRS, roles="self_versus_reference")))}
    assert rows["有变动"][3] == "—"
    assert rows["其中：调低（自评偏高）"][3] == "0.625"
    assert rows["平均差与一致性界限"][2].splitlines()[-1].startswith("界限 [")


def test_inner_reservations_are_not_dropped() -> None:
    report = reliability_report([[1.0, 1.0], [1.0, 1.0]], roles="peers", measure="score")
    notes = " ".join(table(report).notes)
    assert "NO_VARIANCE" in notes


def test_undefined_values_are_said_and_unreported_ones_are_blank() -> None:
    rows = grid(table(reliability_report([[1.0, 1.0], [1.0, 1.0]], roles="peers", measure="score")))
    by_name = {row[1]: row[2] for row in rows}
    assert by_name["ICC(A,1)"] == "无法估计"
    assert by_name["皮尔逊 r"] == "—"


def test_six_forms_and_the_severity_of_raters() -> None:
    found: Any = icc_table(np.column_stack([OWN, REVIEWED, np.array(OWN) - 5]))
    assert [row[0] for row in grid(table(found))] == [
        "ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)",
    ]  # fmt: skip
    severity = grid(table(found, "raters"))
    assert [row[0] for row in severity] == ["1", "2", "3"]
    assert severity[2][2].startswith("-")


def test_a_statistic_without_a_table_of_its_own_is_one_estimate() -> None:
    shown = table(icc(PAIRS), name="mine", caption="一个系数")
    assert (shown.name, shown.caption, len(shown.rows)) == ("mine", "一个系数", 1)


def test_items_of_a_questionnaire() -> None:
    rows = grid(table(item_statistics(np.column_stack([OWN, REVIEWED, OWN]))))
    assert [row[0] for row in rows] == ["1", "2", "3"]
    assert all(len(row) == 6 for row in rows)
