"""Run files of a re-evaluation: its folder, its framework, its quality form, its choices; each problem with its line."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from perfkit.errors import Problem, RuleError
from perfkit.read.rules import load_run, rule_files
from perfkit.run.order import order_of
from perfkit.run.plan import PlannedRun
from tests.read.re_evaluation_folders import codes, project_table, write_book, write_department

PROJECT = Path(__file__).resolve().parents[2]
FILE = "params/runs/try/re.yaml"
RUN = """\
id: re
batch: try
notebook: notebooks/09-re-evaluation.ipynb
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
seed: 7
re_evaluation:
  sample: {design: both, strata: [agency], certainty_from: 300}
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a checkout with one run of a re-evaluation of one department."""
    for part in ("rules", "frameworks"):
        shutil.copytree(PROJECT / "params" / part, tmp_path / "params" / part)
    (tmp_path / "params/runs/try").mkdir(parents=True)
    (tmp_path / FILE).write_text(RUN, encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/09-re-evaluation.ipynb").write_text("{}")
    write_department(tmp_path / "data/re", project_table(3))
    return tmp_path


def test_the_allowed_words_are_listed_in_chinese(house: Path) -> None:
    (problem,) = _problems(house, "design: both", "design: lottery")
    assert problem.expected == "simple、stratified、monetary_unit、both、census、purposive 之一"


def _problems(house: Path, old: str = "", new: str = "") -> Sequence[Problem]:
    """Return what is wrong with the run once a piece of its text is replaced."""
    (house / FILE).write_text(RUN.replace(old, new) if old else RUN, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_run(house / FILE, house)
    return caught.value.problems


def test_a_run_of_one_department_and_of_several(house: Path) -> None:
    run = load_run(house / FILE, house)
    assert run.re_evaluation is not None
    assert (run.re_evaluation.sample.design, run.re_evaluation.sample.certainty_from) == ("both", 300.0)
    names = [path.relative_to(house).as_posix() for path in rule_files(run, house)]
    assert "params/rules/quality-forms/self_evaluation_quality.yaml" in names
    shutil.move(house / "data/re", house / "data/all/a")
    write_department(house / "data/all/b", project_table(3, "市水务局", 11))
    (house / FILE).write_text(RUN.replace("data/re", "data/all"), encoding="utf-8")
    assert load_run(house / FILE, house).data == "data/all"


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("data: data/re", "data: data/nowhere", "RUN-DATA", 5),
        ("data: data/re", "data: ../re", "RUN-PATH", 5),
        ("self_evaluation_2020", "project_evaluation_2020", "RUN-FRAMEWORK", 7),
        ("self_evaluation_2020", "self_evaluation_202", "RULE-NAME", 7),
        ("re_evaluation:\n  sample:", "note: x\nsilent:", "RUN-RE-EVALUATION", 3),
        ("re_evaluation:\n", "re_evaluation:\n  quality_form: ../x\n", "RULE-NAME", 16),
        ("re_evaluation:\n", "re_evaluation:\n  self_scores: 半隐藏\n", "RULE-VALUE", 16),
        ("re_evaluation:\n", "re_evaluation:\n  tolerence: 1\n", "RULE-KEY", 16),
        ("design: both, ", "", "RULE-VALUE", 16),
        ("certainty_from: 300", "certainty_from: 0", "RULE-TYPE", 16),
        ("certainty_from: 300", "double_share: 1.2", "RULE-TYPE", 16),
    ],
)
def test_what_a_run_names_is_checked_with_its_line(house: Path, old: str, new: str, code: str, line: int) -> None:
    found = [problem for problem in _problems(house, old, new) if problem.code == code]
    assert found, codes(_problems(house, old, new))
    assert f"第 {line} 行" in found[0].where


def test_an_evaluation_workbook_is_no_data_of_a_re_evaluation_and_the_other_way_round(house: Path) -> None:
    (house / "data/work").mkdir()
    (house / "data/work/评价工作簿.xlsx").write_bytes(b"x")
    assert codes(_problems(house, "data/re", "data/work")) == ["RUN-DATA"]
    (house / "notebooks/06-x.ipynb").write_text("{}")
    text = RUN.replace("09-re-evaluation", "06-x").split("re_evaluation:\n")[0]
    (house / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_run(house / FILE, house)
    assert codes(caught.value.problems) == ["RUN-DATA"]


def test_a_list_in_two_layers_is_no_data(house: Path) -> None:
    write_department(house / "data/re/inner", project_table(1), forms=False)
    (problem,) = _problems(house)
    assert (problem.code, "inner" in problem.found) == ("RUN-DATA", True)


def _inputs(house: Path) -> dict[str, str]:
    planned = PlannedRun(house / FILE, load_run(house / FILE, house))
    return dict(order_of(planned, house, None).made_from["inputs"])


def test_everything_that_such_a_run_reads_is_hashed(house: Path) -> None:
    before = _inputs(house)
    assert {
        "data/re/项目清单.xlsx",
        "data/re/自评表/P001.xlsx",
        "params/frameworks/self_evaluation_2021_cost.yaml",
    } <= set(before)
    write_book(house / "data/re/再评价/甲.xlsx", "甲", ["P001"])
    (house / "data/re/抽样方案").mkdir()
    (house / "data/re/抽样方案/plan.json").write_text("{}")
    (house / "data/re/佐证材料/P001").mkdir(parents=True)
    (house / "data/re/佐证材料/P001/验收单.pdf").write_bytes(b"x")
    (house / "data/re/~$项目清单.xlsx").write_bytes(b"lock")
    after = _inputs(house)
    assert set(after) - set(before) == {
        "data/re/再评价/甲.xlsx", "data/re/抽样方案/plan.json", "data/re/佐证材料/P001/验收单.pdf",
    }  # fmt: skip
    assert {name: after[name] for name in before} == before


def test_of_several_departments_nothing_beside_them_counts(house: Path) -> None:
    shutil.move(house / "data/re", house / "data/all/a")
    (house / "elsewhere").mkdir()
    write_department(house / "data/all/.kept/b", project_table(3, "市水务局", 11), forms=False)
    (house / "data/all/b").symlink_to(house / "data/all/.kept/b")
    (house / FILE).write_text(RUN.replace("data/re", "data/all"), encoding="utf-8")
    before = _inputs(house)
    (house / "data/all/truth.json").write_text("{}")
    (house / "data/all/说明").mkdir()
    (house / "data/all/说明/x.txt").write_text("x")
    assert _inputs(house) == before
    assert any(name.endswith("b/项目清单.xlsx") for name in before)
