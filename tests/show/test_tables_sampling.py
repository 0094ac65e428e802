"""Tables of sampling, made from the results themselves: sizes, plan, list, description, refusal, coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perfkit.errors import DataError, MethodError
from perfkit.reliability import sampling
from perfkit.reliability.sampling.frame import SamplingFrame
from perfkit.show.catalogue import table
from perfkit.show.tables import Table
from perfkit.show.tables.sampling import table_sample_sizes, table_sizes

SEED = 7


def grid(shown: Table) -> list[list[str]]:
    return [["" if cell is None else cell.text for cell in row] for row in shown.rows]


@pytest.fixture
def population() -> SamplingFrame:
    money = [900.0] * 4 + [50.0 + place for place in range(116)]
    projects = pd.DataFrame({"project": [f"P{place:03d}" for place in range(120)], "budget": money})
    return sampling.sampling_frame(projects, unit="project", money="budget")


def test_sizes_of_every_question_stand_in_one_table() -> None:
    rows = grid(
        table_sizes(
            [
                sampling.mean_difference_size(2.0, sd=6.0, population=120),
                sampling.share_bound_size(0.05),
                sampling.monetary_unit_size(0.05),
                sampling.icc_size(0.1, expected=0.8, raters=2),
            ]
        )
    )
    assert rows[0] == ["平均得分差", "区间半宽 ≤ 2.000", "6.000", "29", "1.987", "t 区间"]
    assert rows[1][:4] == ["变动比例", "单侧上限 ≤ 5.0%", "0.0%", "59"]
    assert rows[2][:4] == ["评错等级涉及的金额", "单侧上限 ≤ 5.0%", "0.0%", "60"]
    assert rows[3][:3] == ["组内相关系数", "区间半宽 ≤ 0.100", "0.800"]


def test_a_power_is_a_share_and_a_size_that_none_holds_is_said() -> None:
    power = sampling.icc_bound_size(0.6, expected=0.8, raters=3)
    assert grid(table(power))[0][1].startswith("功效 ≥ ")
    assert grid(table(power))[0][1].endswith("%")
    nothing = sampling.monetary_unit_size(0.05, expected=0.0499999, likelihood="hypergeometric", units=20)
    shown = table(nothing)
    assert grid(shown)[0][3] == "无法估计"
    assert shown.notes[0].startswith("样本量：")


def test_reservations_of_a_size_stand_below_it() -> None:
    small = sampling.mean_difference_size(50.0, sd=1.0)
    assert any("RAISED_TO_LEAST" in note for note in table_sizes([small]).notes)
    assert any("RAISED_TO_LEAST" in note for note in table(small).notes)


def test_the_plan_says_what_each_design_cannot_answer(population: SamplingFrame) -> None:
    shown = table(sampling.sampling_plan(population, half_width=2, sd=6, materiality=0.1))
    rows = grid(shown)
    assert [row[0] for row in rows] == ["平均得分差", "评错等级涉及的金额"]
    assert [row[8] for row in rows] == ["评错等级涉及的金额", "平均得分差、变动比例"]
    assert rows[0][4] == "—"
    assert any("TWO_DESIGNS" in note for note in shown.notes)


def test_a_selection_is_summed_up_by_part_with_what_draws_it_again(population: SamplingFrame) -> None:
    found = sampling.monetary_unit_sample(population, size=20, seed=SEED)
    shown = table(found)
    rows = grid(shown)
    assert rows[0][:4] == ["必选层（全部复核）", "4", "3,600.00", "100.0%"]
    assert rows[1][0] == "其余（随机抽取）"
    assert "～" in rows[1][3]
    assert shown.notes[0] == f"总体 120 个单位；种子 7；抽样框校验码 {found.frame_hash[:16]}…。"
    units = grid(table(found, "units"))
    assert len(units) == found.n_used
    assert sum(row[5] == "是" for row in units) == len(found.double_scored)


def test_a_picked_list_has_no_chances_and_says_so(population: SamplingFrame) -> None:
    shown = table(sampling.purposive_sample(population, ["P001", "P002"]))
    assert grid(shown)[0][3] == "—"
    assert "种子" not in shown.notes[0]
    assert any("NOT_A_PROBABILITY_SAMPLE" in note for note in shown.notes)


def test_a_frame_without_money_leaves_it_blank() -> None:
    frame = sampling.sampling_frame(pd.DataFrame({"project": range(20)}), unit="project")
    found = sampling.simple_sample(frame, size=5, seed=SEED)
    assert grid(table(found))[0][1:4] == ["5", "—", "25.0%"]
    assert [column.header for column in table(found, "units").columns][:2] == ["单位", "部分"]


SIX = pd.DataFrame({"self": [90.0, 85.0, 88.0, 92.0, 80.0, 95.0], "again": [86.0, 85.0, 88.0, 93.0, 80.0, 95.0]})


def test_a_random_sample_is_bounded_and_a_picked_one_is_not() -> None:
    drawn = grid(table(sampling.describe_sample(SIX, design=sampling.simple_random(60), value="again", book="self")))
    assert [row[1] for row in drawn[:4]] == ["6", "1", "1", "4"]
    assert drawn[4] == ["变动比例，总体估计", "33.3%"]
    assert drawn[5][0] == "总体变动比例的上限（单侧 95%）"
    assert drawn[6][1].isdigit()
    picked = table(sampling.describe_sample(SIX, design=sampling.picked(60), value="again", book="self"))
    assert [row[1] for row in grid(picked)[4:]] == ["33.3%", "不推断", "不推断"]
    assert any("NOT_EXTRAPOLATED" in note for note in picked.notes)


def test_a_sample_by_money_counts_no_units() -> None:
    design = sampling.monetary_unit(9000.0)
    rows = grid(table(sampling.describe_sample(SIX, design=design, value="again", book="self")))
    assert [row[0] for row in rows][4:] == ["金额中变动单位的占比，总体估计", "总体变动比例的上限（单侧 95%）"]


def test_changes_are_listed_and_none_is_said() -> None:
    found = sampling.describe_sample(SIX, design=sampling.simple_random(60), value="again", book="self")
    assert grid(table(found, "changes")) == [["0", "90", "86", "-4"], ["3", "92", "93", "1"]]
    same = sampling.describe_sample(SIX, design=sampling.simple_random(60), value="self", book="self")
    assert grid(table(same, "changes"))[0][0] == "没有变动"


def test_an_empty_sample_is_not_estimated() -> None:
    nobody = SIX.assign(again=np.nan)
    shown = table(sampling.describe_sample(nobody, design=sampling.simple_random(60), value="again", book="self"))
    assert grid(shown)[4][1] == "无法估计"
    assert any("NO_SAMPLE" in note for note in shown.notes)


def test_refusal_coverage_and_allocation() -> None:
    refused = pd.DataFrame([{"code": "SP-X", "where": "层 a", "expected": "甲", "found": "乙", "mend": "丙"}])
    assert grid(table(refused, kind="refusal")) == [["层 a", "甲", "乙", "丙", "SP-X"]]
    counts = {"n": [3], "samples": [200], "covered": [140], "below": [20], "above": [0], "unchanged": [40]}
    rows = grid(table(pd.DataFrame(counts), kind="interval_coverage"))
    assert rows == [["3", "200", "70.0%", "10.0%", "0.0%", "20.0%"]]
    shared = sampling.stratum_allocation({"large": 10, "small": 150}, size=16)
    assert [row[:3] for row in grid(table(shared))] == [["large", "10", "2"], ["small", "150", "14"]]


def test_wrong_views_and_frames_are_refused() -> None:
    shared = sampling.stratum_allocation({"large": 10, "small": 150}, size=16)
    with pytest.raises(MethodError):
        table(shared, "units")
    with pytest.raises(DataError):
        table_sample_sizes(pd.DataFrame({"size": [3]}))
