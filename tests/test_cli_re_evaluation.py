"""``perfkit import``, ``perfkit sample`` and ``perfkit new --kind re-evaluation`` as a user meets them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook

from perfkit.cli import main
from perfkit.read.re_evaluation_folder import read_re_evaluation_folder
from perfkit.read.sampling_plan_file import SamplePlan, read_plan
from tests.read.re_evaluation_folders import project_table, write_book, write_department, write_form
from tests.run.conftest import Checkout, checkout

__all__ = ["checkout"]

RUN = """\
id: re
batch: try
notebook: notebooks/tiny.ipynb
evaluand: 某部门自评
data: data/re
rules: cn-mof-2020-10
framework: self_evaluation_2020
budget_year: 2024
evaluation_date: 2025-06-30
report_date: 2025-07-15
organiser: finance
role: third_party
secrecy: internal
seed: {seed}
re_evaluation:
  self_scores: {shown}
  sample: {{half_width: 4, share_half_width: 0.3, least: {least}}}
"""
FILE = "params/runs/try/re.yaml"
BOOKS = "data/re/再评价"


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def perfkit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return the command line, called within this process: a new one for each call costs seconds."""

    def call(*words: str, cwd: Path) -> Done:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["perfkit", *words])
        monkeypatch.setattr(sys, "excepthook", sys.excepthook)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return call


def _run_file(made: Checkout, *, seed: int = 7, shown: str = "hidden", least: int = 10) -> None:
    path = made.root / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(RUN.format(seed=seed, shown=shown, least=least), encoding="utf-8")


def _plan(made: Checkout) -> SamplePlan:
    plan = read_plan(made.root / "data/re")
    assert plan is not None
    return plan


@pytest.fixture
def sampled(checkout: Checkout, perfkit: Command) -> Checkout:
    """Return a checkout with a re-evaluation of 24 projects, sampled once."""
    _run_file(checkout)
    write_department(checkout.root / "data/re", project_table(24))
    done = perfkit("sample", FILE, cwd=checkout.root)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return checkout


def test_sample_writes_plan_list_and_prepared_workbooks(sampled: Checkout, perfkit: Command) -> None:
    plan = _plan(sampled)
    folder = sampled.root / "data/re"
    assert sorted(path.name for path in (folder / "抽样方案").iterdir()) == ["plan.json", "抽样方案.xlsx"]
    books = [load_workbook(folder / f"再评价/再评工作簿-再评人{number}.xlsx") for number in (1, 2)]
    listed = [{str(row[0].value) for row in book["项目"].iter_rows(min_row=4)} for book in books]
    assert listed[0] | listed[1] == set(plan.projects)
    assert listed[0] & listed[1] == set(plan.double_scored)
    rows = list(books[0]["指标评分"].iter_rows(min_row=4, values_only=True))
    assert len(rows) == 3 * len(listed[0])
    assert "≥10个" in rows[1]
    read = read_re_evaluation_folder(folder)
    assert read.scores.empty
    assert not any("自评得分（" in str(cell.value) for row in books[0]["指标评分"].iter_rows() for cell in row)


def test_the_same_run_gives_the_same_bytes_whatever_the_order_of_the_list(sampled: Checkout, perfkit: Command) -> None:
    folder = sampled.root / "data/re"
    names = (
        "抽样方案/plan.json",
        "抽样方案/抽样方案.xlsx",
        "再评价/再评工作簿-再评人1.xlsx",
        "再评价/再评工作簿-再评人2.xlsx",
    )
    before = {name: (folder / name).read_bytes() for name in names}
    for place in ("抽样方案", "再评价"):
        shutil.rmtree(folder / place)
    write_department(folder, project_table(24)[::-1], forms=False)
    assert perfkit("sample", FILE, cwd=sampled.root).returncode == 0
    assert {name: (folder / name).read_bytes() for name in names} == before


def test_a_plan_is_never_replaced_unasked_and_a_changed_list_is_said(sampled: Checkout, perfkit: Command) -> None:
    before = _plan(sampled)
    refused = perfkit("sample", FILE, cwd=sampled.root)
    assert refused.returncode == 2
    assert "[SAMPLE-EXISTS]" in refused.stderr
    assert "[PLAN-FRAME]" not in refused.stderr
    write_department(sampled.root / "data/re", project_table(25), forms=False)
    _run_file(sampled, seed=8)
    refused = perfkit("sample", FILE, cwd=sampled.root)
    assert refused.returncode == 2
    assert "新增 P025" in refused.stderr
    assert "[PLAN-CHOICES]" in refused.stderr
    assert _plan(sampled).frame_hash == before.frame_hash
    forced = perfkit("sample", FILE, "--force", cwd=sampled.root)
    assert (forced.returncode, forced.stderr) == (0, "")
    assert (_plan(sampled).seed, len(_plan(sampled).frame)) == (8, 25)


def test_scored_projects_are_never_orphaned(sampled: Checkout, perfkit: Command) -> None:
    plan = _plan(sampled)
    write_book(sampled.root / BOOKS / "甲.xlsx", "甲", plan.projects)
    _run_file(sampled, seed=99)
    refused = perfkit("sample", FILE, "--force", cwd=sampled.root)
    assert refused.returncode == 2
    assert "[SAMPLE-ORPHANS]" in refused.stderr
    assert _plan(sampled).seed == 7


def test_workbooks_with_scores_stay_and_get_a_supplement(sampled: Checkout, perfkit: Command) -> None:
    plan = _plan(sampled)
    path = sampled.root / BOOKS / "再评工作簿-再评人1.xlsx"
    own = [str(row[0].value) for row in load_workbook(path)["项目"].iter_rows(min_row=4)]
    write_book(path, "再评人1", own[:2])
    kept = path.read_bytes()
    _run_file(sampled, least=24)
    forced = perfkit("sample", FILE, "--force", cwd=sampled.root)
    assert (forced.returncode, forced.stderr) == (0, "")
    assert path.read_bytes() == kept
    assert "未改动" in forced.stdout
    further = load_workbook(sampled.root / BOOKS / "再评工作簿-再评人1-补充.xlsx")
    listed = {str(row[0].value) for row in further["项目"].iter_rows(min_row=4)}
    assert not listed & set(own[:2])
    assert len(_plan(sampled).projects) == 24 > len(plan.projects)


def test_a_prepared_workbook_in_the_way_is_not_overwritten_unasked(sampled: Checkout, perfkit: Command) -> None:
    shutil.rmtree(sampled.root / "data/re/抽样方案")
    refused = perfkit("sample", FILE, cwd=sampled.root)
    assert (refused.returncode, refused.stderr.count("[SAMPLE-BOOK]")) == (2, 2)
    assert not (sampled.root / "data/re/抽样方案").exists()


def test_a_sample_that_cannot_be_written_leaves_nothing(checkout: Checkout, perfkit: Command) -> None:
    _run_file(checkout)
    folder = checkout.root / "data/re"
    write_department(folder, project_table(24))
    (folder / "再评价").write_bytes(b"")
    before = sorted(folder.rglob("*"))
    done = perfkit("sample", FILE, cwd=checkout.root)
    assert (done.returncode, "SAMPLE-WRITE" in done.stderr) == (2, True)
    assert sorted(path for path in folder.rglob("*") if path.name != "抽样方案") == before
    assert not (folder / "抽样方案/plan.json").exists()


def test_a_spoilt_plan_is_said_and_replaced_on_demand(sampled: Checkout, perfkit: Command) -> None:
    (sampled.root / "data/re/抽样方案/plan.json").write_text("{", encoding="utf-8")
    refused = perfkit("sample", FILE, cwd=sampled.root)
    assert refused.returncode == 2
    assert "[PLAN-JSON]" in refused.stderr
    assert perfkit("sample", FILE, "--force", cwd=sampled.root).returncode == 0
    assert _plan(sampled).seed == 7


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--raters", "1"], "[BOOK-RATERS]"),
        (["--raters", "0"], "Invalid value"),
    ],
)
def test_wrong_numbers_of_raters_are_refused(checkout: Checkout, words: list[str], code: str, perfkit: Command) -> None:
    _run_file(checkout)
    write_department(checkout.root / "data/re", project_table(12), forms=False)
    refused = perfkit("sample", FILE, *words, cwd=checkout.root)
    assert (refused.returncode, code in refused.stderr) == (2, True)
    assert not (checkout.root / "data/re/抽样方案").exists()


def test_sample_without_forms_warns_and_with_errors_in_the_list_refuses(checkout: Checkout, perfkit: Command) -> None:
    _run_file(checkout, shown="shown")
    folder = write_department(checkout.root / "data/re", project_table(12), forms=False)
    done = perfkit("sample", FILE, "--raters", "3", cwd=checkout.root)
    assert (done.returncode, "[SAMPLE-FORMS]" in done.stdout) == (0, True)
    shutil.rmtree(folder / "抽样方案")
    write_department(folder, project_table(12, money=-1.0), forms=False)
    refused = perfkit("sample", FILE, cwd=checkout.root)
    assert (refused.returncode, refused.stderr.count("[RF-MONEY]")) == (2, 12)
    assert "Traceback" not in refused.stderr


def test_only_runs_of_a_re_evaluation_are_sampled(checkout: Checkout, perfkit: Command) -> None:
    checkout.run("alpha")
    refused = perfkit("sample", "params/runs/try/alpha.yaml", cwd=checkout.root)
    assert (refused.returncode, "[SAMPLE-RUN]" in refused.stderr) == (2, True)
    checkout.run("beta")
    refused = perfkit("sample", "params/runs/try", cwd=checkout.root)
    assert (refused.returncode, "[CLI-RUN]" in refused.stderr) == (2, True)


def test_import_writes_tables_and_says_what_was_not_read(tmp_path: Path, perfkit: Command) -> None:
    for number in (1, 2):
        write_form(tmp_path / "forms" / f"{number}.xlsx", f"P00{number}", f"项目{number}")
    done = perfkit("import", "self-evaluation", "forms", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "读入 2 份自评表" in done.stdout
    assert list((tmp_path / "forms-读入结果").glob("*.csv"))
    (tmp_path / "forms" / "3.xlsx").write_bytes(b"no workbook")
    failed = perfkit("import", "self-evaluation", "forms", "--out", "out", "--jobs", "1", cwd=tmp_path)
    assert (failed.returncode, "3.xlsx" in failed.stdout) == (1, True)
    assert (tmp_path / "out").is_dir()


def test_import_takes_a_re_evaluation_folder_by_departments(tmp_path: Path, perfkit: Command) -> None:
    for name, first in (("a", 1), ("b", 11)):
        write_department(tmp_path / "data" / name, project_table(2, f"{name}局", first))
    done = perfkit("import", "self-evaluation", "data", "--out", "out", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "b"]
    rows = (tmp_path / "out" / "a" / "复核发现.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("department,agency,project")
    assert "没有核对等级和权重布局" in done.stdout


@pytest.mark.parametrize(
    ("words", "code"), [(["nowhere"], "[CLI-PATH]"), (["forms", "--out", "forms/out"], "[CLI-OUT]")]
)
def test_import_refuses_wrong_places(tmp_path: Path, words: list[str], code: str, perfkit: Command) -> None:
    (tmp_path / "forms").mkdir()
    refused = perfkit("import", "self-evaluation", *words, cwd=tmp_path)
    assert (refused.returncode, code in refused.stderr) == (2, True)


@pytest.mark.parametrize("kind", ["re-evaluation", "project-list"])
def test_new_writes_the_workbooks_of_a_re_evaluation(tmp_path: Path, kind: str, perfkit: Command) -> None:
    made = perfkit("new", "--kind", kind, "book.xlsx", cwd=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    assert "填写说明" in load_workbook(tmp_path / "book.xlsx").sheetnames
    assert perfkit("new", "--kind", kind, "book.xlsx", cwd=tmp_path).returncode == 2


def test_check_lists_the_problems_of_a_re_evaluation(sampled: Checkout, perfkit: Command) -> None:
    folder = sampled.root / "data/re"
    clean = perfkit("check", "data/re", cwd=sampled.root)
    assert (clean.returncode, "错误 0 条" in clean.stdout) == (0, True)
    beside = next(code for code in _plan(sampled).frame["project"] if code not in set(_plan(sampled).projects))
    write_book(folder / "再评价" / "甲.xlsx", "甲", [beside, "P999"])
    (folder / "自评表" / "P001.xlsx").write_bytes(b"no workbook")
    write_department(folder, project_table(25), forms=False)
    for path in ("data", "data/re"):
        listed = perfkit("check", path, cwd=sampled.root)
        assert listed.returncode == 1
        assert all(f"[{code}]" in listed.stdout for code in ("RS-PROJECT", "PLAN-FRAME", "PLAN-BESIDE"))
        assert "自评表/P001.xlsx" in listed.stdout
    (folder / "项目清单.xlsx").write_bytes(b"no workbook")
    assert perfkit("check", "data/re", cwd=sampled.root).returncode == 1


def test_check_of_both_kinds_and_a_list_among_base_tables(tmp_path: Path, perfkit: Command) -> None:
    write_department(tmp_path / "all" / "re" / "a", project_table(2))
    base = tmp_path / "all" / "key" / "基础数据表"
    write_department(base, project_table(2), forms=False)
    (tmp_path / "all" / "key" / "评价工作簿.xlsx").write_bytes(b"no workbook")
    listed = perfkit("check", "all", cwd=tmp_path)
    assert listed.returncode == 1
    assert [line for line in listed.stdout.splitlines() if line.startswith("all/")] == [
        "all/re/a：没有发现问题",
        "all/key：",
    ]
