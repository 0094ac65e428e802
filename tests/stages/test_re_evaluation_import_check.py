"""An import reads, checks and lists forms: with a list of projects or without, with a run's rules or the default ones."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from perfkit.checks.self_evaluation import DeskRules
from perfkit.errors import DataError, RuleError
from perfkit.stages.re_evaluation.folder_check import folder_problems, re_evaluation_folders
from perfkit.stages.re_evaluation.import_check import FINDINGS_FILE, import_forms, import_rules
from tests.read.re_evaluation_folders import codes, project_table, write_department, write_form

PROJECT = Path(__file__).resolve().parents[2]


def test_forms_without_a_list_are_checked_but_not_for_coverage(tmp_path: Path) -> None:
    for number in (1, 2):
        write_form(tmp_path / "forms" / f"{number}.xlsx", f"P00{number}", f"项目{number}")
    (done,) = import_forms(tmp_path / "forms", tmp_path / "out", import_rules(PROJECT), jobs=1)
    table = pd.read_csv(tmp_path / "out" / FINDINGS_FILE, encoding="utf-8-sig", dtype=str)
    assert len(done.forms.forms) == 2
    assert len(table) == len(done.findings.findings) > 0
    assert "E01" not in set(table["code"])
    assert table["where"].str.contains(".xlsx").all()
    sheet = load_workbook(tmp_path / "out" / "自评数据.xlsx")["复核发现"]
    assert [cell.value for cell in sheet[1]][:3] == ["预算部门", "预算单位", "项目编码"]
    assert sheet.max_row == len(table) + 1


def test_a_list_tells_which_forms_are_missing_and_departments_get_folders_of_their_own(tmp_path: Path) -> None:
    for name, first in (("a", 1), ("b", 11)):
        folder = write_department(tmp_path / "data" / name, project_table(3, f"../../越界{name}", first), forms=False)
        if name == "a":
            write_form(folder / "自评表" / "1.xlsx", "P001", "项目001", department="别的写法")
    with pytest.raises(DataError) as caught:
        import_forms(tmp_path / "data", tmp_path / "out", DeskRules(), jobs=1)
    assert codes(caught.value.problems) == ["RF-FORMS"]
    assert not (tmp_path / "out").exists()
    write_form(tmp_path / "data" / "b" / "自评表" / "1.xlsx", "P011", "项目011")
    done = import_forms(tmp_path / "data", tmp_path / "out", DeskRules(), jobs=1)
    missing = {item.project for one in done for item in one.findings.findings if item.finding.code == "E01"}
    assert missing == {"P002", "P003", "P012", "P013"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out"]
    assert {path.parent for one in done for path in one.written} == {tmp_path / "out" / "a", tmp_path / "out" / "b"}


def test_rules_come_from_the_run_or_are_the_default_ones() -> None:
    plain = import_rules(PROJECT)
    assert plain.budget_year == 0
    assert plain.bands
    assert {"self_evaluation_2020", "self_evaluation_2021_cost"} <= set(plain.layouts)
    assert import_rules(None) == DeskRules()
    with pytest.raises(RuleError):
        import_rules(PROJECT, PROJECT / "params/rules/sources.yaml")


def test_a_list_among_base_tables_of_an_engagement_is_no_re_evaluation(tmp_path: Path) -> None:
    write_department(tmp_path / "key" / "基础数据表", project_table(1), forms=False)
    (tmp_path / "key" / "评价工作簿.xlsx").write_bytes(b"x")
    folder = write_department(tmp_path / "deep" / "er" / "a", project_table(1), forms=False)
    assert re_evaluation_folders(tmp_path) == (folder,)
    assert re_evaluation_folders(folder.parent) == (folder.parent,)
    assert re_evaluation_folders(tmp_path / "key") == ()
    assert re_evaluation_folders(tmp_path / "nowhere") == ()
    assert "RF-FORMS" in codes(folder_problems(folder))
