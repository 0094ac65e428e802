"""The folder of a re-evaluation: one department or many, every problem with sheet and cell, nothing from outside."""

from __future__ import annotations

import math
import os
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from perfkit.errors import DataError
from perfkit.read.re_evaluation_folder import read_re_evaluation_folder, read_re_evaluation_folder_loosely
from perfkit.read.re_evaluation_shapes import APPROVED, FOLLOW_UP, PROJECTS, RATERS, SCORES, TOTALS
from perfkit.read.re_scoring_template import write_project_list
from perfkit.terms import RaterRole, Severity
from tests.read.re_evaluation_folders import codes, project_table, write_book, write_department

LIST = "项目清单.xlsx"


def _change(path: Path, sheet: str, cells: dict[str, object]) -> None:
    """Overwrite cells of a workbook."""
    book = load_workbook(path)
    for address, value in cells.items():
        book[sheet][address].value = value
    book.save(path)


def _errors(folder: Path) -> list[str]:
    return codes(read_re_evaluation_folder_loosely(folder).problems, Severity.ERROR)


def test_one_department_comes_back_as_it_was_written(tmp_path: Path) -> None:
    table = project_table(4, due=pd.Timestamp("2025-03-31"), certainty=[True, False, False, False])
    table["certainty_reason"] = ["上年调减", "", "", ""]
    approved = pd.DataFrame(
        [
            {
                "project": "P001",
                "level1": "产出",
                "level2": "数量",
                "level3": "里程",
                "target_text": "≥12公里",
                "full": 15.0,
            },
            {
                "project": "P001",
                "level1": "产出",
                "level2": "质量",
                "level3": "合格",
                "target_text": "优良",
                "full": 5.0,
            },
        ]
    )
    follow_up = pd.DataFrame([{"project": "", "problem": "=没有记录", "status": "partly", "note": "补充中"}])
    folder = write_department(tmp_path / "交通", table, forms=False)
    write_project_list(folder / LIST, table, approved, follow_up)
    write_book(folder / "再评价" / "甲.xlsx", "甲", ["P001", "P003"])
    read = read_re_evaluation_folder(folder)
    pd.testing.assert_frame_equal(
        read.projects.drop(columns=["where", "due", "submitted"]),
        table.drop(columns=["where", "due", "submitted"])[[name for name in PROJECTS if name in table][:8]],
        check_dtype=False,
    )
    assert read.projects["due"].dt.date.astype(str).unique().tolist() == ["2025-03-31"]
    assert read.projects["submitted"].isna().all()
    assert read.projects["where"].iloc[0] == "项目清单.xlsx › 项目清单 › A4"
    assert read.approved[["target_text", "operator", "unit", "full"]].values.tolist() == [
        ["≥12公里", "ge", "公里", 15.0],
        ["优良", "", "", 5.0],
    ]
    assert read.approved["target"].iloc[0] == 12.0
    assert math.isnan(read.approved["target"].iloc[1])
    assert read.follow_up[["department", "problem", "status"]].values.tolist() == [["市交通局", "=没有记录", "partly"]]
    assert (read.departments, dict(read.folders)) == (("市交通局",), {"市交通局": "."})
    assert set(read.sha256) == {LIST, "再评价/甲.xlsx"}


def test_tables_have_their_columns_and_types_where_nothing_is_filled(tmp_path: Path) -> None:
    read = read_re_evaluation_folder(write_department(tmp_path, project_table(2), forms=False))
    for table, columns in (
        (read.approved, APPROVED), (read.follow_up, FOLLOW_UP), (read.scores, SCORES), (read.totals, TOTALS),
        (read.raters, RATERS), (read.projects, PROJECTS),
    ):  # fmt: skip
        assert tuple(table.columns) == columns
    assert read.scores["score"].dtype == float
    assert read.raters["before_discussion"].dtype == bool
    assert str(read.raters["date"].dtype) == str(read.projects["due"].dtype) == "datetime64[ns]"


def test_a_folder_of_departments_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    for name, first in (("b-水务", 11), ("a-交通", 1)):
        folder = write_department(tmp_path / name, project_table(3, f"{name}局", first), forms=False)
        write_book(folder / "再评价" / "本.xlsx", "再评人1", [f"P{first:03d}"])
    (tmp_path / "说明").mkdir()
    (tmp_path / ".hidden").mkdir()
    read = read_re_evaluation_folder(tmp_path)
    assert read.departments == ("a-交通局", "b-水务局")
    assert dict(read.folders) == {"a-交通局": "a-交通", "b-水务局": "b-水务"}
    assert read.raters["file"].tolist() == ["a-交通/再评价/本.xlsx", "b-水务/再评价/本.xlsx"]
    assert [problem.where for problem in read.problems if problem.code == "RF-LIST"] == ["说明"]


def test_the_department_is_the_folder_where_the_list_does_not_say(tmp_path: Path) -> None:
    folder = write_department(tmp_path / "市水务局", project_table(2, ""), forms=False)
    assert read_re_evaluation_folder(folder).projects["department"].unique().tolist() == ["市水务局"]


def test_all_problems_of_a_list_are_told_at_once_with_their_cells(tmp_path: Path) -> None:
    folder = write_department(tmp_path, project_table(6), forms=False)
    cells: dict[str, object] = {
        "A5": "P001", "B6": None, "F4": -3, "F7": "不详", "G8": "是", "C9": "市水务局", "I4": "2025-13-40", "G9": "也许",
    }  # fmt: skip
    _change(folder / LIST, "项目清单", cells)
    read = read_re_evaluation_folder_loosely(folder)
    found = {problem.code: problem.where for problem in read.problems if problem.severity is Severity.ERROR}
    assert set(found) == {
        "WB-DUPLICATE", "WB-REQUIRED", "RF-MONEY", "WB-NUMBER", "RF-CERTAINTY", "RF-DEPARTMENT", "WB-DATE", "WB-FLAG",
    }  # fmt: skip
    assert "A5" in found["WB-DUPLICATE"]
    assert "F4" in found["RF-MONEY"]
    assert "H8" in found["RF-CERTAINTY"]
    with pytest.raises(DataError) as caught:
        read_re_evaluation_folder(folder)
    assert len(caught.value.problems) == len([p for p in read.problems if p.severity is Severity.ERROR])


def test_aliases_and_other_columns_are_understood_and_said(tmp_path: Path) -> None:
    folder = write_department(tmp_path, project_table(2), forms=False)
    _change(folder / LIST, "项目清单", {"A3": "项目代码", "F3": "年初预算数（万元）", "E3": "经办人", "F4": "1,200元"})
    read = read_re_evaluation_folder(folder)
    assert read.projects["money"].iloc[0] == pytest.approx(0.12)
    assert "WB-UNKNOWN-COLUMN" in codes(read.problems, Severity.INFO)


def test_what_refers_to_no_project_is_refused(tmp_path: Path) -> None:
    table = project_table(2)
    folder = write_department(tmp_path, table, forms=False)
    approved = pd.DataFrame([{"project": "P01", "level1": "产出", "level3": "里程", "target_text": "≥1"}])
    write_project_list(folder / LIST, table, approved)
    write_book(folder / "再评价" / "甲.xlsx", "甲", ["P009"])
    problems = {problem.code: problem for problem in read_re_evaluation_folder_loosely(folder).problems}
    assert "「P001」" in problems["RF-PROJECT"].mend
    assert "「P009」" in problems["RS-PROJECT"].found


@pytest.mark.parametrize("kind", ["none", "file", "both", "empty"])
def test_a_folder_without_one_list_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "data"
    if kind == "file":
        path.write_bytes(b"x")
    elif kind == "both":
        write_department(path, project_table(1), forms=False)
        write_department(path / "inner", project_table(1), forms=False)
    elif kind == "empty":
        path.mkdir()
    with pytest.raises(DataError) as caught:
        read_re_evaluation_folder(path)
    assert codes(caught.value.problems) == ["RF-LIST" if kind in ("both", "empty") else "RF-FOLDER"]


def test_one_code_in_two_departments_and_one_department_in_two_folders_are_refused(tmp_path: Path) -> None:
    write_department(tmp_path / "a", project_table(2, "甲局"), forms=False)
    write_department(tmp_path / "b", project_table(2, "乙局", first=2), forms=False)
    write_department(tmp_path / "c", project_table(1, "甲局", first=9), forms=False)
    read = read_re_evaluation_folder_loosely(tmp_path)
    assert sorted(codes(read.problems, Severity.ERROR)) == ["RF-DEPARTMENT", "RF-DUPLICATE"]
    assert "b/项目清单.xlsx" in next(p.where for p in read.problems if p.code == "RF-DUPLICATE")


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    outside = write_department(tmp_path / "outside", project_table(1, first=9), forms=False)
    inside = write_department(tmp_path / "data" / "a", project_table(2), forms=False)
    (tmp_path / "data" / "b").symlink_to(outside)
    assert _errors(tmp_path / "data") == ["RF-PATH"]
    (tmp_path / "data" / "b").unlink()
    secret = tmp_path / "secret.xlsx"
    write_book(secret, "甲", ["P001"])
    (inside / "再评价").mkdir()
    (inside / "再评价" / "甲.xlsx").symlink_to(secret)
    read = read_re_evaluation_folder_loosely(inside)
    assert codes(read.problems, Severity.ERROR) == ["RF-PATH"]
    assert read.scores.empty
    assert "再评价/甲.xlsx" not in read.sha256


def test_links_in_a_circle_pipes_and_linked_folders_are_told(tmp_path: Path) -> None:
    folder = write_department(tmp_path / "data", project_table(2), forms=False)
    (tmp_path / "外").mkdir()
    (tmp_path / "外" / "大量.txt").write_bytes(b"")
    (folder / "再评价").mkdir()
    (folder / "再评价" / "环.xlsx").symlink_to("环.xlsx")
    (folder / "再评价" / "夹").symlink_to(tmp_path / "外")
    os.mkfifo(folder / "再评价" / "管道.xlsx")
    (folder / "佐证材料").symlink_to(tmp_path / "外")
    problems = read_re_evaluation_folder_loosely(folder).problems
    told = {(problem.code, problem.where) for problem in problems if problem.severity is Severity.ERROR}
    assert told == {
        ("RF-PATH", "再评价/环.xlsx"), ("RF-PATH", "再评价/夹"), ("RF-FILE", "再评价/管道.xlsx"), ("RF-PATH", "佐证材料"),
    }  # fmt: skip


def test_money_beyond_all_budgets_is_no_number(tmp_path: Path) -> None:
    folder = write_department(tmp_path, project_table(2), forms=False)
    write_project_list(folder / LIST, project_table(2).assign(money=1e308))
    assert "WB-NUMBER" in _errors(folder)


def test_a_code_outside_the_list_is_told_once_and_without_a_list_not_at_all(tmp_path: Path) -> None:
    table = project_table(2)
    folder = write_department(tmp_path, table, forms=False)
    approved = pd.DataFrame([{"project": "P09", "level1": "产出", "level3": name} for name in ("里程", "座数")])
    write_project_list(folder / LIST, table, approved)
    assert _errors(folder) == ["RF-PROJECT"]
    write_project_list(folder / LIST, table.iloc[:0], approved)
    assert _errors(folder) == ["RF-EMPTY"]


def test_hostile_and_broken_files_are_problems_not_crashes(tmp_path: Path) -> None:
    folder = write_department(tmp_path, project_table(2), forms=False)
    books = folder / "再评价"
    books.mkdir()
    (books / "~$锁.xlsx").write_bytes(b"lock")
    (books / ".部分.xlsx").write_bytes(b"part")
    (books / "空.xlsx").write_bytes(b"")
    (books / "旧.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (books / "乱.xlsx").write_bytes(b"no zip at all")
    with zipfile.ZipFile(books / "弹.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b" " * 30_000_000)
    with zipfile.ZipFile(books / "实体.xlsx", "w") as entity:
        entity.writestr("[Content_Types].xml", "<Types/>")
        entity.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>')
    read = read_re_evaluation_folder_loosely(folder)
    by_file = {problem.where.split(" › ")[0]: problem.code for problem in read.problems}
    assert by_file["再评价/旧.xls"] == "RS-SUFFIX"
    assert {by_file[f"再评价/{name}.xlsx"] for name in ("空", "乱")} == {"WB-FILE"}
    assert by_file["再评价/弹.xlsx"] == "WB-SIZE"
    assert by_file["再评价/实体.xlsx"] in {"WB-ENTITY", "WB-FILE"}
    assert not any("锁" in name or "部分" in name for name in by_file)


def test_a_project_scored_twice_by_one_rater_or_agreed_twice_is_refused(tmp_path: Path) -> None:
    folder = write_department(tmp_path, project_table(4), forms=False)
    books = folder / "再评价"
    write_book(books / "甲1.xlsx", "甲", ["P001", "P002"])
    write_book(books / "甲2.xlsx", "甲", ["P002", "P003"])
    write_book(books / "合议1.xlsx", "合议", ["P001"], RaterRole.CONSENSUS)
    write_book(books / "合议2.xlsx", "合议组", ["P001"], RaterRole.CONSENSUS)
    write_book(books / "乙.xlsx", "合议", ["P004"])
    found = _errors(folder)
    assert sorted(found) == ["RS-CONSENSUS", "RS-DUPLICATE", "RS-ROLE"]


def test_the_order_of_rows_and_the_name_of_the_folder_do_not_matter(tmp_path: Path) -> None:
    table = project_table(12)
    first = read_re_evaluation_folder(write_department(tmp_path / "a", table, forms=False))
    second = read_re_evaluation_folder(write_department(tmp_path / "b", table[::-1], forms=False))
    pd.testing.assert_frame_equal(
        first.projects.drop(columns="where"),
        second.projects.drop(columns="where").sort_values("project", ignore_index=True),
    )
    again = write_department(tmp_path / "c", table, forms=False)
    assert (again / LIST).read_bytes() == (tmp_path / "a" / LIST).read_bytes()
