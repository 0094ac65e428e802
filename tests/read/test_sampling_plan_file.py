"""``plan.json``: what is written comes back, what is no plan is refused with every problem, nothing leaves the folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from perfkit.errors import DataError
from perfkit.read.sampling_plan_file import FRAME, LISTED, SamplePlan, plan_text, read_plan, write_plan
from perfkit.read.sampling_plan_workbook import write_plan_workbook
from perfkit.rulebook.re_evaluation import SampleChoices
from perfkit.stages.re_evaluation.sample import make_plan
from tests.read.re_evaluation_folders import codes, project_table

PLAN = "抽样方案/plan.json"
CHOICES = SampleChoices(design="both", strata=("agency", "money"), certainty_from=350.0, money_edges=(100.0,))


def _plan() -> SamplePlan:
    table = project_table(60, certainty=[number == 4 for number in range(60)])
    table.loc[4, "certainty_reason"] = "=上年调减"
    table.loc[4, "money"] = 0.0
    return make_plan(table, CHOICES, seed=7, level=0.95, day=date(2025, 6, 30))


def test_a_plan_comes_back_as_it_was(tmp_path: Path) -> None:
    plan = _plan()
    path = write_plan(tmp_path, plan)
    assert path == tmp_path / PLAN
    read = read_plan(tmp_path)
    assert read is not None
    pd.testing.assert_frame_equal(read.frame, plan.frame)
    pd.testing.assert_frame_equal(read.list, plan.list)
    assert tuple(read.frame.columns) == FRAME
    assert tuple(read.list.columns) == LISTED
    for name in ("department", "frame_hash", "designs", "parts", "seed", "choices", "level", "date", "caveats"):
        assert getattr(read, name) == getattr(plan, name), name
    assert plan_text(read) == plan_text(plan) == path.read_text(encoding="utf-8")


def test_a_picked_list_has_no_probability(tmp_path: Path) -> None:
    choices = SampleChoices(design="purposive", picked=("P003", "P001"))
    plan = make_plan(project_table(9), choices, seed=7, level=0.95, day=date(2025, 6, 30))
    text = write_plan(tmp_path, plan).read_text(encoding="utf-8")
    assert '"probability": null' in text
    assert "NaN" not in text
    read = read_plan(tmp_path)
    assert read is not None
    assert read.list["probability"].isna().all()


def test_no_plan_is_none(tmp_path: Path) -> None:
    assert read_plan(tmp_path) is None


def _key(plan: dict[str, Any]) -> None:
    plan["extra"] = 1


def _type(plan: dict[str, Any]) -> None:
    plan["seed"] = "7"


def _share(plan: dict[str, Any]) -> None:
    plan["list"][0]["probability"] = 1.5


def _twice(plan: dict[str, Any]) -> None:
    plan["list"].append(plan["list"][0])


def _unknown(plan: dict[str, Any]) -> None:
    plan["list"][0]["project"] = "P999"


def _part(plan: dict[str, Any]) -> None:
    plan["list"][0]["stratum"] = "某层"


def _choice(plan: dict[str, Any]) -> None:
    plan["choices"]["desing"] = "simple"


def _word(plan: dict[str, Any]) -> None:
    plan["designs"][0]["estimand"] = "average"


def _missing(plan: dict[str, Any]) -> None:
    del plan["frame_hash"]


def _hash(plan: dict[str, Any]) -> None:
    plan["frame_hash"] = "abc"


def _day(plan: dict[str, Any]) -> None:
    plan["date"] = "2025-02-30"


def _frame(plan: dict[str, Any]) -> None:
    plan["frame"], plan["list"] = [], []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_key, "PLAN-KEY"), (_type, "PLAN-TYPE"), (_share, "PLAN-TYPE"), (_twice, "PLAN-VALUE"), (_unknown, "PLAN-VALUE"),
        (_part, "PLAN-VALUE"), (_choice, "PLAN-KEY"), (_word, "PLAN-VALUE"), (_missing, "PLAN-MISSING"), (_hash, "PLAN-TYPE"),
        (_day, "PLAN-VALUE"), (_frame, "PLAN-TYPE"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused_with_its_key(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], None], code: str
) -> None:
    path = write_plan(tmp_path, _plan())
    value = json.loads(path.read_text(encoding="utf-8"))
    spoil(value)
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_plan(tmp_path)
    assert codes(caught.value.problems)[0] == code
    assert all(problem.where.startswith(PLAN) for problem in caught.value.problems)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", '{"format": 1, "format": 2}', '{"seed": NaN}', "[" * 100_000, "null", '"perfkit"', "\ufeff{}",
        '{"seed": 1e999}',
    ],
)  # fmt: skip
def test_hostile_json_is_a_problem_not_a_crash(tmp_path: Path, text: str) -> None:
    path = tmp_path / PLAN
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_plan(tmp_path)
    assert codes(caught.value.problems)[0].startswith("PLAN-")


def test_bytes_that_are_no_text_and_a_folder_in_its_place_are_refused(tmp_path: Path) -> None:
    path = tmp_path / PLAN
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(DataError, match="PLAN-JSON"):
        read_plan(tmp_path)
    path.unlink()
    path.mkdir()
    with pytest.raises(DataError, match="PLAN-FILE"):
        read_plan(tmp_path)


def test_a_link_that_leads_out_is_neither_read_nor_written(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "data"
    outside.mkdir()
    folder.mkdir()
    (folder / "抽样方案").symlink_to(outside)
    for use in (lambda: read_plan(folder), lambda: write_plan(folder, _plan())):
        with pytest.raises(DataError, match="EN-PATH"):
            use()
    assert list(outside.iterdir()) == []


def test_the_workbook_for_people_says_frame_method_seed_and_list(tmp_path: Path) -> None:
    plan = _plan()
    write_plan(tmp_path, plan)
    path = write_plan_workbook(tmp_path, plan)
    book = load_workbook(path)
    assert [sheet.title for sheet in book if sheet.sheet_state == "visible"] == [
        "填写说明",
        "样本量",
        "组成",
        "名单",
        "抽样框",
    ]
    said = "\n".join(str(row[1].value) for row in book["填写说明"].iter_rows(min_row=3))
    assert all(text in said for text in (plan.frame_hash, "7：", "未复核项目得分不作调整", "不是规定", "背对背"))
    assert "评错等级涉及的金额" in str([cell.value for cell in book["样本量"]["L"]])
    rows = [[cell.value for cell in row] for row in book["名单"].iter_rows(min_row=4)]
    assert len(rows) == len(plan.list)
    certain = next(row for row in rows if row[1] == "P005")
    assert (certain[6], certain[8], certain[9]) == ("必选层", "是", "=上年调减")
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    first = path.read_bytes()
    write_plan_workbook(tmp_path, replace(plan))
    assert path.read_bytes() == first
