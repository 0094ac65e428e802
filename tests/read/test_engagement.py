"""The engagement folder: which workbook, evidence and survey files, hashes, paths that lead out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from perfkit.errors import DataError
from perfkit.read.engagement import check_engagement, read_engagement
from perfkit.terms import Severity
from tests.read.samples import address, codes, errors, spoil, tables, write


def _surveys(**changed: object) -> list[dict[str, object]]:
    return [{**tables()["surveys"][0], **changed}]


def test_the_only_workbook_of_a_folder_is_taken_and_temporary_files_are_not(tmp_path: Path) -> None:
    write(tmp_path / "某项目.xlsx")
    (tmp_path / "~$某项目.xlsx").write_bytes(b"lock")
    assert read_engagement(tmp_path).workbook == "某项目.xlsx"


@pytest.mark.parametrize("names", [(), ("a.xlsx", "b.xlsx")])
def test_none_or_several_workbooks_are_one_problem(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        write(tmp_path / name)
    (problem,) = check_engagement(tmp_path)
    assert problem.code == "EN-WORKBOOK"
    assert all(name in problem.found for name in names)


def test_everything_read_is_hashed(tmp_path: Path) -> None:
    write(tmp_path / "评价工作簿.xlsx", evidence=[{"id": "E01", "document": "x", "file": "a/明细.pdf"}])
    (tmp_path / "佐证材料" / "a").mkdir(parents=True)
    (tmp_path / "佐证材料" / "a" / "明细.pdf").write_bytes(b"pdf")
    (tmp_path / "佐证材料" / "多余.pdf").write_bytes(b"more")
    (tmp_path / "基础数据表").mkdir()
    (tmp_path / "基础数据表" / "甲单位.xlsx").write_bytes(b"table")
    engagement = read_engagement(tmp_path)
    assert engagement.sha256["佐证材料/a/明细.pdf"] == hashlib.sha256(b"pdf").hexdigest()
    assert set(engagement.sha256) == {
        "评价工作簿.xlsx",
        "佐证材料/a/明细.pdf",
        "佐证材料/多余.pdf",
        "基础数据表/甲单位.xlsx",
    }
    assert [problem.code for problem in engagement.problems] == ["EV-UNLISTED"]


def test_a_missing_evidence_file_is_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path / "评价工作簿.xlsx", evidence=[{"id": "E01", "document": "x", "file": "佐证材料/没有.pdf"}])
    (problem,) = read_engagement(path).problems
    assert (problem.code, problem.severity) == ("EV-FILE", Severity.WARNING)
    assert address("evidence", "file") in problem.where


@pytest.mark.parametrize("name", ["../秘密.pdf", "/etc/passwd", "C:\\x.pdf", "a/../../秘密.pdf", "\\\\host\\x.pdf"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "秘密.pdf").write_bytes(b"x")
    folder = tmp_path / "项目"
    folder.mkdir()
    path = write(folder / "评价工作簿.xlsx", evidence=[{"id": "E01", "document": "x", "file": name}])
    assert codes(tuple(errors(check_engagement(path)))) == {"EN-PATH"}


def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "秘密.csv").write_text("水质\n满意\n", encoding="utf-8")
    folder = tmp_path / "项目"
    (folder / "问卷").mkdir(parents=True)
    (folder / "问卷" / "w.csv").symlink_to(tmp_path / "秘密.csv")
    (folder / "佐证材料").symlink_to(tmp_path)
    path = write(folder / "评价工作簿.xlsx", surveys=_surveys(file="w.csv"), survey_counts=[])
    assert codes(tuple(errors(check_engagement(path)))) == {"EN-PATH"}
    assert not read_hash(folder)


def read_hash(folder: Path) -> bool:
    """Whether anything outside was read; a refused engagement carries no hash at all."""
    with pytest.raises(DataError):
        read_engagement(folder)
    return False


def test_a_survey_export_becomes_responses(tmp_path: Path) -> None:
    (tmp_path / "问卷").mkdir()
    (tmp_path / "问卷" / "w.csv").write_text("序号,水质\n1,满意\n2,非常满意\n", encoding="gb18030")
    path = write(tmp_path / "评价工作簿.xlsx", surveys=_surveys(file="w.csv"), survey_counts=[])
    engagement = read_engagement(path)
    assert engagement.responses["W1"].answers.tolist() == [[1.0], [0.0]]
    assert "问卷/w.csv" in engagement.sha256


def test_an_absent_export_and_a_scale_of_another_length_are_reported_together(tmp_path: Path) -> None:
    (tmp_path / "问卷").mkdir()
    (tmp_path / "问卷" / "w.csv").write_text("水质\n满意\n", encoding="utf-8")
    surveys = [*_surveys(file="没有.csv"), *_surveys(id="W2", file="w.csv", scale=(100, 50, 0))]
    path = write(tmp_path / "评价工作簿.xlsx", surveys=surveys)
    assert [problem.code for problem in errors(check_engagement(path))] == ["SV-FILE", "SV-SCALE"]


def test_all_problems_come_in_one_pass_and_read_raises_the_errors(tmp_path: Path) -> None:
    path = write(tmp_path / "评价工作簿.xlsx", surveys=_surveys(file="没有.csv"))
    spoil(path, {
        ("资金", address("funds", "budget")): "五百",
        ("资金", address("funds", "executed")): "4,50",
        ("指标体系", address("indicators", "full_score", 5)): "五分",
        ("指标体系", address("indicators", "function", 6)): "按比列",
        ("指标体系", address("indicators", "parameters", 5)): "满分点数=1",
        ("评价要点", address("checkpoints", "factor", 5)): 3,
        ("概况", "B9"): "财政平价",
    })  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_engagement(path)
    where = {problem.where.partition("（")[0].rpartition("xlsx › ")[2] for problem in caught.value.problems}
    assert where >= {
        "资金 › E4", "资金 › G4", "指标体系 › F5", f"指标体系 › {address('indicators', 'function', 6)}",
        f"指标体系 › {address('indicators', 'parameters', 5)}", "评价要点 › F5", "概况 › B9", "问卷 › J4",
    }  # fmt: skip
    assert all(problem.severity is Severity.ERROR for problem in caught.value.problems)
    assert set(caught.value.problems) <= set(check_engagement(path))


def test_a_folder_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    assert [problem.code for problem in check_engagement(tmp_path / "没有")] == ["WB-FILE"]
