"""The command line as a user meets it: exit status, Chinese messages with stable codes, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document

from perfkit import __version__
from perfkit.read.template import write_workbook
from perfkit.terms import ScoringFunction
from tests.read.samples import address, spoil
from tests.run.conftest import FAIL, PROJECT, Checkout, checkout

__all__ = ["checkout"]

HEAVY = {"numpy", "pandas", "pydantic", "rich", "ruamel", "openpyxl", "nbformat", "papermill", "matplotlib", "docx"}


def _perfkit(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "perfkit", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_help_and_version_need_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['perfkit', '--help']\n"
        "from perfkit.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(*{name.partition('.')[0] for name in sys.modules})"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert all(command in shown.stdout for command in ("new", "check", "draft"))
    assert not HEAVY & set(shown.stdout.splitlines()[-1].split())
    assert _perfkit("--version", cwd=tmp_path).stdout == f"perfkit {__version__}\n"


def test_without_a_checkout_a_wheel_says_that_it_cannot_draft(tmp_path: Path) -> None:
    refused = _perfkit("draft", "alpha.yaml", cwd=tmp_path)
    assert refused.returncode == 2
    assert "[RUN-ROOT]" in refused.stderr
    assert "可以计分，不能起草" in refused.stderr


def test_draft_reports_success_and_failure(checkout: Checkout) -> None:
    checkout.notebook("failing", [FAIL])
    checkout.run("alpha")
    checkout.run("beta", "failing")
    done = _perfkit("draft", "params/runs/try/alpha.yaml", cwd=checkout.root)
    assert (done.returncode, done.stderr.count("alpha")) == (0, 2)
    assert "已成稿" in done.stdout
    assert "reports/try/alpha/v1" in done.stdout
    assert "64.99" in done.stdout
    both = _perfkit("draft", "params/runs/try", "--reports", str(checkout.root / "out"), cwd=checkout.root)
    assert both.returncode == 1
    assert "ValueError：第一行 第二行" in both.stdout
    assert (checkout.root / "out" / "try" / "beta" / "v1" / "executed.ipynb").exists()
    assert "Traceback" not in both.stdout + both.stderr


def test_unknown_runs_and_templates_are_refused(checkout: Checkout) -> None:
    checkout.run("alpha")
    unknown = _perfkit("draft", "alpah", cwd=checkout.root)
    assert unknown.returncode == 2
    assert "params/runs/try/alpha.yaml" in unknown.stderr
    template = _perfkit("draft", "params/runs/try", "--template", "none.docx", cwd=checkout.root)
    assert (template.returncode, "[CLI-TEMPLATE]" in template.stderr) == (2, True)
    plain = checkout.root / "plain.docx"
    Document().save(str(plain))
    (checkout.root / "text.docx").write_bytes(b"text")
    for name, code in (("plain.docx", "[TEMPLATE-FIELD]"), ("text.docx", "[TEMPLATE-FILE]")):
        template = _perfkit("draft", "params/runs/try", "--template", name, cwd=checkout.root)
        assert (template.returncode, code in template.stderr) == (2, True)
    assert not checkout.reports.exists()


def test_draft_finds_the_checkout_of_the_first_run(checkout: Checkout, tmp_path: Path) -> None:
    """Another checkout round the working folder does not matter."""
    checkout.notebook("tiny", [FAIL])
    path = checkout.run("alpha")
    for cwd in (tmp_path, PROJECT):
        failed = _perfkit("draft", str(path), "--force", cwd=cwd)
        assert (failed.returncode, "ValueError" in failed.stdout) == (1, True), failed.stderr
    assert (checkout.folder("alpha") / "v2").is_dir()


def test_new_never_overwrites_unasked(tmp_path: Path) -> None:
    made = _perfkit("new", "book.xlsx", cwd=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    (tmp_path / "book.xlsx").write_bytes(b"filled in")
    refused = _perfkit("new", "book.xlsx", cwd=tmp_path)
    assert (refused.returncode, "[CLI-EXISTS]" in refused.stderr) == (2, True)
    assert (tmp_path / "book.xlsx").read_bytes() == b"filled in"
    forced = _perfkit("new", "book.xlsx", "--force", cwd=tmp_path)
    assert forced.returncode == 0
    assert (tmp_path / "book.xlsx").read_bytes() != b"filled in"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["book.xlsx", "--kind", "projct"], "[WB-KIND]"),
        (["book.xls"], "[WB-SUFFIX]"),
        (["no/book.xlsx"], "[CLI-FOLDER]"),
    ],
)
def test_new_refuses_wrong_options(tmp_path: Path, words: list[str], code: str) -> None:
    refused = _perfkit("new", *words, cwd=tmp_path)
    assert (refused.returncode, refused.stderr.count("[")) == (2, 1)
    assert code in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_check_lists_problems_and_ends_with_status_1(tmp_path: Path) -> None:
    folder = tmp_path / "some" / "engagement"
    folder.mkdir(parents=True)
    (folder / "评价工作簿.xlsx").write_bytes(b"no workbook")
    broken = _perfkit("check", "some", cwd=tmp_path)
    assert broken.returncode == 1
    assert "评价工作簿.xlsx" in broken.stdout
    assert "错误 1 条" in broken.stdout
    assert "Traceback" not in broken.stdout + broken.stderr


def _workbook(folder: Path, **row: object) -> Path:
    """Write a workbook of one indicator."""
    path = folder / "评价工作簿.xlsx"
    plain = {
        "code": "C1",
        "level1": "产出",
        "level3": "甲",
        "full_score": 100,
        "target": 100,
        "actual": 80,
        "unit": "个",
    }
    overview = {"project_name": "甲", "agency": "乙", "organiser": "财政评价", "budget_year": 2024}
    write_workbook(path, {"indicators": [plain | {"function": ScoringFunction.PRO_RATA} | row]}, overview)
    return path


def test_check_says_what_it_left_out_without_a_checkout(tmp_path: Path) -> None:
    path = _workbook(tmp_path)
    outside = _perfkit("check", str(path), cwd=tmp_path)
    assert (outside.returncode, "没有核对权重、得分" in outside.stdout) == (0, True)
    inside = _perfkit("check", str(path), cwd=PROJECT)
    assert "没有核对权重、得分" not in inside.stdout
    assert len(inside.stdout.splitlines()) > len(outside.stdout.splitlines())


def test_check_lists_cells_and_scoring_parameters_in_one_pass(tmp_path: Path) -> None:
    path = _workbook(tmp_path, function=ScoringFunction.LINEAR_DEDUCTION, evidence=("E01",))
    spoil(path, {("指标体系", address("indicators", "peer")): "不详"})
    for place in (tmp_path, PROJECT):
        listed = _perfkit("check", str(path), cwd=place)
        lines = [line for line in listed.stdout.splitlines() if " 错误 " in line]
        assert [line.partition("]")[0] for line in lines] == ["[WB-NUMBER", "[SC-PARAMETER"]
        assert f"指标体系 › {address('indicators', 'parameters')}（计分参数）" in lines[1]
        assert (listed.returncode, listed.stdout.count("有错误的工作簿只核对了")) == (1, 1)


def test_check_refuses_paths_that_hold_no_workbook(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused = _perfkit("check", "empty", "nowhere.xlsx", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.count("[CLI-PATH]") == 2


@pytest.mark.parametrize("debug", [False, True])
def test_a_traceback_is_shown_to_those_who_ask(tmp_path: Path, debug: bool) -> None:
    """A folder in the place of the file is worded in one line; ``--debug`` shows the rest."""
    (tmp_path / "book.xlsx").mkdir()
    broken = _perfkit(*["--debug"] * debug, "new", "book.xlsx", "--force", cwd=tmp_path)
    assert broken.returncode == 1
    assert ("Traceback" in broken.stderr) is debug
    assert ("[PK-FILE]" in broken.stderr) is not debug


def test_what_nobody_foresaw_is_one_line(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['perfkit', 'new', 'x.xlsx']\n"
        "import perfkit.cli, perfkit.read.template as template\n"
        "template.write_template = lambda *words: 1 / 0\n"
        "perfkit.cli.main()"
    )
    broken = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1"}, cwd=tmp_path,
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (broken.returncode, broken.stderr.count("\n")) == (1, 1)
    assert "[PK-UNEXPECTED]" in broken.stderr


def test_a_reports_folder_that_is_none_is_said(checkout: Checkout) -> None:
    checkout.run("alpha")
    (checkout.root / "file").touch()
    failed = _perfkit("draft", "params/runs/try", "--reports", "file", cwd=checkout.root)
    assert (failed.returncode, "[RUN-WRITE]" in failed.stdout) == (1, True)
    assert "Traceback" not in failed.stdout + failed.stderr


def test_a_workbook_is_checked_once_however_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "项目 🙂").mkdir()
    (tmp_path / "项目 🙂" / "评价工作簿.xlsx").touch()
    checked = _perfkit("check", ".", "项目 🙂", "项目 🙂/评价工作簿.xlsx", cwd=tmp_path)
    assert (checked.returncode, checked.stdout.count("[WB-FILE]")) == (1, 1)


def test_a_terminal_without_chinese_gets_no_error(tmp_path: Path) -> None:
    shown = _perfkit("draft", "x", cwd=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert shown.returncode == 2
    assert "[RUN-ROOT]" in shown.stderr
