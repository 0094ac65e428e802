"""Rule files and run files: what is refused, and that the message says where, what and how to mend."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from perfkit.errors import Problem, RuleError
from perfkit.read.rules import (
    choices,
    find_root,
    load_framework,
    load_rule_set,
    load_run,
    load_run_with_rules,
    load_sources,
    rule_files,
)
from perfkit.read.yaml_file import YamlFile, read_yaml
from perfkit.rulebook import Standing

RUN = "params/runs/demo/rural-water.yaml"
FRAMEWORK = "params/frameworks/project_evaluation_2020.yaml"


@pytest.fixture
def house(root: Path, tmp_path: Path) -> Path:
    """Return a copy of the rules with a notebook and two engagements, in which files may be broken."""
    shutil.copytree(root / "params", tmp_path / "params")
    (tmp_path / "notebooks/stages").mkdir(parents=True)
    (tmp_path / "notebooks/stages/06-project-evaluation.ipynb").write_text("{}", encoding="utf-8")
    for name in ("rural-water", "skills-training"):
        (tmp_path / "data/demo" / name).mkdir(parents=True)
        (tmp_path / "data/demo" / name / "评价工作簿.xlsx").write_bytes(b"")
    return tmp_path


def edit(path: Path, old: str, new: str) -> Path:
    """Replace text in a file that must hold it exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def refused(load: Callable[[], object]) -> tuple[Problem, ...]:
    """Return all problems that loading raises."""
    with pytest.raises(RuleError) as error:
        load()
    assert all(
        problem.where and problem.expected and problem.found and problem.mend for problem in error.value.problems
    )
    return error.value.problems


def codes(load: Callable[[], object]) -> list[str]:
    """Return the codes of all problems that loading raises."""
    return [problem.code for problem in refused(load)]


def project(house: Path) -> Callable[[], object]:
    """Return the loading of the project framework."""
    return lambda: load_framework(house, "project_evaluation_2020")


def demo(house: Path) -> Callable[[], object]:
    """Return the loading of the first demo run."""
    return lambda: load_run(house / RUN, house)


def test_unknown_key_gets_the_nearest(house: Path) -> None:
    """File, line, key path, and what it was probably meant to be."""
    edit(house / FRAMEWORK, "    level3: 立项程序规范性\n", "    level_3: 立项程序规范性\n")
    (problem,) = refused(project(house))
    line = (house / FRAMEWORK).read_text(encoding="utf-8").splitlines().index("    level_3: 立项程序规范性") + 1
    assert problem.code == "RULE-KEY"
    assert problem.where == f"{FRAMEWORK} 第 {line} 行 › rows[2].level_3"
    assert "level3" in problem.mend


def test_duplicate_key_names_both_lines(house: Path) -> None:
    """The first of two equal keys must not win silently."""
    edit(house / FRAMEWORK, "code_prefix: PJ\n", "code_prefix: PJ\ncode_prefix: PK\n")
    (problem,) = refused(project(house))
    assert problem.code == "YAML-DUPLICATE"
    assert "code_prefix" in problem.where
    assert "重复" in problem.found


def test_unquoted_code_loses_its_zero(house: Path) -> None:
    """0101 without quotes is a number; the message shows the quoted form."""
    edit(house / FRAMEWORK, 'code: "PJ-A11"', "code: 0101")
    (problem,) = refused(project(house))
    assert (problem.code, problem.found) == ("RULE-TYPE", "0101")
    assert '"0101"' in problem.mend


def test_quoted_code_keeps_its_zero(house: Path) -> None:
    """0101 in quotes stays as it is."""
    edit(house / FRAMEWORK, 'code: "PJ-A11"', 'code: "0101"')
    assert load_framework(house, "project_evaluation_2020").rows[0].code == "0101"


def test_all_problems_of_a_file_come_at_once(house: Path) -> None:
    """A wrong type, a missing key, a foreign word and a foreign formula."""
    edit(house / FRAMEWORK, "weights_given: false", 'weights_given: "no"')
    edit(house / FRAMEWORK, "name_en: Project expenditure evaluation framework (reference)\n", "")
    edit(house / FRAMEWORK, "expression: funds_received / funds_budgeted * 100", "expression: open('x').read()")
    path = house / FRAMEWORK
    text = path.read_text(encoding="utf-8").replace("direction: lower", "direction: sideways")
    path.write_text(text, encoding="utf-8")
    assert sorted(codes(project(house))) == ["RULE-MISSING", "RULE-TYPE", "RULE-VALUE", "RULE-VALUE"]


def test_unknown_source_is_refused(house: Path) -> None:
    """A basis names a document of the list."""
    edit(house / FRAMEWORK, "source: C10,", "source: C11,")
    problems = refused(project(house))
    assert {problem.code for problem in problems} == {"RULE-SOURCE"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "YAML-SHAPE"),
        ("- a\n", "YAML-SHAPE"),
        ("a: [1\n", "YAML-SYNTAX"),
        ("a: &x 1\nb: *x\n", "YAML-ALIAS"),
        ("a: !!python/object:os.system x\n", "YAML-TAG"),
        ("1: a\n", "YAML-KEY"),
        ("a: 2025-13-45\n", "YAML-VALUE"),
        ("a: \x01\n", "YAML-SYNTAX"),
        ("a: 1\n---\nb: 2\n", "YAML-SYNTAX"),
        ("a: " + "[" * 2000, "YAML-SYNTAX"),
    ],
)
def test_yaml_is_read_safely(tmp_path: Path, text: str, code: str) -> None:
    """Empty, broken, shared, tagged or impossible contents are problems, never tracebacks."""
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    assert codes(lambda: read_yaml(path)) == [code]


def test_yaml_file_that_cannot_be_read(tmp_path: Path) -> None:
    """Absent files and other encodings say so."""
    assert codes(lambda: read_yaml(tmp_path / "absent.yaml")) == ["YAML-FILE"]
    (tmp_path / "gbk.yaml").write_bytes("名称: 甲".encode("gbk"))
    assert codes(lambda: read_yaml(tmp_path / "gbk.yaml")) == ["YAML-ENCODING"]
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(tmp_path / "bom.yaml").value == {"a": 1}


def test_names_that_do_not_exist(house: Path) -> None:
    """The nearest name, and all that exist; catalogues are no rule sets."""
    (problem,) = refused(lambda: load_rule_set(house, "cn-mof-2020"))
    assert "cn-mof-2020-10" in problem.mend
    assert "sources" not in problem.mend
    assert codes(lambda: load_rule_set(house, "grade-bands")) == ["RULE-NAME"]
    assert codes(lambda: load_framework(house, "../rules/sources")) == ["RULE-NAME"]
    assert codes(lambda: load_rule_set(house, "cn-mof-2020-10", packs=["hunan"])) == ["RULE-NAME"]


def test_rule_set_names_only_what_the_catalogues_have(house: Path) -> None:
    """A method, a document and a silent choice that nobody knows, all at once."""
    path = house / "params/rules/cn-mof-2021-101.yaml"
    edit(path, "  - direct_2021\n", "  - direct_2022\n")
    edit(path, "sources: [C10, C101]", "sources: [C10, C102]")
    edit(path, "exec_method: interval_2021", "exec_method: interval_2022")
    assert codes(lambda: load_rule_set(house, "cn-mof-2021-101")) == ["RULE-NAME", "RULE-NAME", "RULE-CHOICE"]


def test_pack_choices_are_checked(house: Path) -> None:
    """A pack cannot set what does not exist."""
    edit(house / "params/rules/packs/henan.yaml", "result_rule: henan", "result_rules: henan")
    assert codes(lambda: load_rule_set(house, "cn-mof-2020-10", packs=["henan"])) == ["RULE-NAME"]


def test_file_name_and_id_agree(house: Path) -> None:
    """Runs name files, drafts print ids."""
    edit(house / "params/rules/cn-mof-2020-10.yaml", "id: cn-mof-2020-10\n", "id: cn-mof-2020\n")
    assert codes(lambda: load_rule_set(house, "cn-mof-2020-10")) == ["RULE-ID"]


def test_doubled_source_is_refused(house: Path) -> None:
    """Two documents under one id."""
    edit(house / "params/rules/sources.yaml", "  - id: C101\n", "  - id: C10\n")
    assert "RULE-DOUBLED" in codes(lambda: load_sources(house))


def test_demo_runs_load(house: Path) -> None:
    """Both run files of the demo are whole."""
    for name in ("rural-water", "skills-training"):
        run = load_run(house / f"params/runs/demo/{name}.yaml", house)
        assert (run.id, run.batch, run.budget_year) == (name, "demo", 2024)
        assert run.packs == ()
        assert load_rule_set(house, run.rules, run.packs).results_application is None
        made = choices(run, load_rule_set(house, run.rules))
        assert set(run.silent) <= set(made)


def test_all_problems_of_a_run_come_at_once(house: Path) -> None:
    """Keys, types, files, names and choices, each with its line."""
    path = house / RUN
    edit(path, "06-project-evaluation.ipynb", "66-nothing.ipynb")
    edit(path, "data: data/demo/rural-water", "data: ../outside")
    edit(path, "rules: cn-mof-2020-10", "rules: cn-mof-2020-11")
    edit(path, "packs: []", "packs: [hunan]")
    edit(path, "framework: project_evaluation_2020", "framework: project_evaluation_2021")
    edit(path, "budget_year: 2024", 'budget_year: "2024"\ncolour: red')
    edit(path, "batch: demo", "batch: other")
    problems = refused(demo(house))
    wanted = ["RULE-TYPE", "RULE-KEY", "RUN-FILE", "RUN-PATH", "RUN-PLACE", "RULE-NAME", "RULE-NAME", "RULE-NAME"]
    assert sorted(problem.code for problem in problems) == sorted(wanted)
    assert all(problem.where.startswith(f"{RUN} 第 ") for problem in problems)


@pytest.mark.parametrize(
    ("written", "code", "hint"),
    [
        ("item_decimal: 2", "RULE-NAME", "item_decimals"),
        ("item_decimals: 2.5", "RULE-CHOICE", "整数"),
        ("item_decimals: 9", "RULE-CHOICE", "不大于 4"),
        ("reverse_rule: backwards", "RULE-CHOICE", "linear_slack"),
        ("reverse_rule: {a: 1}", "RULE-CHOICE", "linear_slack"),
        ("boundary_inclusive: 1", "RULE-CHOICE", "true"),
        ("item_decimals: null", "RULE-CHOICE", "整数"),
        ("overshoot_threshold: .inf", "RULE-CHOICE", "数字"),
    ],
)
def test_silent_choices_are_checked(house: Path, written: str, code: str, hint: str) -> None:
    """Unknown names and values that are not allowed list what exists."""
    edit(house / RUN, "part_credit_scale: [1, 0.8, 0.5, 0]", written)
    (problem,) = refused(demo(house))
    assert problem.code == code
    assert hint in problem.mend


@pytest.mark.parametrize(("written", "key"), [("result_rule: henan", "packs"), ("grade_bands: gb_2020", "grade_bands")])
def test_choices_with_a_key_of_their_own(house: Path, written: str, key: str) -> None:
    """What has its own key in a run file is not written twice."""
    edit(house / RUN, "part_credit_scale: [1, 0.8, 0.5, 0]", written)
    (problem,) = refused(demo(house))
    assert problem.code == "RUN-CHOICE"
    assert problem.mend.endswith(key)


def test_run_file_outside_the_project(house: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A run file kept with the engagement may lie anywhere; only those of the house name their place."""
    path = tmp_path_factory.mktemp("客户") / "运行.yaml"
    shutil.copy(house / RUN, path)
    assert load_run(path, house).id == "rural-water"


def test_rule_files_are_all_there(house: Path) -> None:
    """A manifest hashes every rule file of a run, packs included."""
    edit(house / RUN, "packs: []", "packs: [henan]")
    files = rule_files(load_run(house / RUN, house), house)
    assert all(file.is_file() for file in files)
    assert {"henan", "cn-mof-2020-10", "project_evaluation_2020", "silent-rules"} <= {file.stem for file in files}


def test_silent_must_be_a_mapping(house: Path) -> None:
    """A list of choices is no choice."""
    edit(house / RUN, "  part_credit_scale: [1, 0.8, 0.5, 0]", "  - item_decimals")
    assert codes(demo(house)) == ["RULE-TYPE"]


def test_grade_bands_of_a_run_exist(house: Path) -> None:
    """Bands are named by id."""
    edit(house / RUN, "packs: []", "packs: []\ngrade_bands: gb_2021")
    (problem,) = refused(demo(house))
    assert "gb_2020" in problem.mend


def test_rules_outside_their_dates(house: Path) -> None:
    """Refused by default, taken as reference where the run says so."""
    path = house / RUN
    edit(path, "budget_year: 2024", "budget_year: 2019")
    edit(path, "evaluation_date: 2025-06-30", "evaluation_date: 2020-01-31")
    problems = refused(demo(house))
    assert {problem.code for problem in problems} == {"RUN-DATES"}
    assert [problem.expected.split(" ")[1] for problem in problems] == ["财预〔2020〕10号", "财监〔2021〕4号"]
    edit(path, "outside_dates: refuse", "outside_dates: reference")
    run = load_run(path, house)
    basis = load_framework(house, run.framework).basis
    assert run.standing(basis) is Standing.NOT_YET


def test_superseded_rule_is_refused(house: Path) -> None:
    """A rule that has ended stops a later run."""
    edit(house / FRAMEWORK, "source: C10,", "source: C285,")
    (problem,) = refused(demo(house))
    assert problem.code == "RUN-DATES"
    assert "已废止" in problem.found


def test_data_may_be_absolute_but_nothing_else(house: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An engagement kept elsewhere is fine; a notebook elsewhere is not."""
    elsewhere = tmp_path_factory.mktemp("客户")
    (elsewhere / "评价工作簿.xlsx").write_bytes(b"")
    edit(house / RUN, "data: data/demo/rural-water", f"data: {elsewhere}")
    assert load_run(house / RUN, house).data_path(house) == elsewhere
    notebook = elsewhere / "x.ipynb"
    notebook.write_text("{}", encoding="utf-8")
    edit(house / RUN, "notebook: notebooks/stages/06-project-evaluation.ipynb", f"notebook: {notebook}")
    assert codes(demo(house)) == ["RUN-PATH"]


def test_data_without_a_workbook(house: Path) -> None:
    """A folder alone is no engagement."""
    (house / "data/demo/rural-water/评价工作簿.xlsx").unlink()
    (problem,) = refused(demo(house))
    assert problem.code == "RUN-DATA"
    assert "perfkit new" in problem.mend


def test_find_root(house: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Upward from anywhere inside; outside it says so."""
    assert find_root(house / "notebooks/stages") == house.resolve()
    outside = tmp_path_factory.mktemp("outside")
    assert codes(lambda: find_root(outside)) == ["RUN-ROOT"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: rural-water", 'id: "../../x"', "小写字母、数字和连字符"),
        ("seed: 20250630", "seed: -1", "不小于 0"),
        ("level: 0.95", "level: 95", "小于 1"),
        ("level: 0.95", "level: .nan", "有限的数字"),
        ("evaluand: 云川市农村供水保障提升工程", 'evaluand: ""', "至少 1 个字"),
        ("budget_year: 2024", "budget_year: 99999", "不大于 2100"),
    ],
)
def test_limits_are_worded_in_chinese(house: Path, old: str, new: str, expected: str) -> None:
    """No message of the validator's own reaches a user."""
    edit(house / RUN, old, new)
    (problem, *_) = [problem for problem in refused(demo(house)) if problem.code == "RULE-TYPE"]
    assert expected in problem.expected
    assert not re.search("[Ii]nput|[Ss]tring", str(problem))


def test_a_run_comes_with_its_rules_each_file_read_once(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(path: Path, root: Path | None = None) -> YamlFile:
        read.append(path.name)
        return read_yaml(path, root)

    for module in ("rule_sets", "runs"):
        monkeypatch.setattr(f"perfkit.read.{module}.read_yaml", reading)
    run, rule_set, framework = load_run_with_rules(house / RUN, house)
    assert len(read) == len(set(read)) == len(rule_files(run, house)) + 1
    assert rule_set == load_rule_set(house, run.rules, run.packs)
    assert framework == load_framework(house, run.framework)


def test_a_broken_list_of_sources_is_told_once(house: Path) -> None:
    (house / "params/rules/sources.yaml").write_text("documents: 3\n", encoding="utf-8")
    problems = refused(lambda: load_run(house / RUN, house))
    assert len(problems) == len({str(problem) for problem in problems})
