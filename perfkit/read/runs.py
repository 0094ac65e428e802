"""Run files in: a frozen run with everything that it names found, or a RuleError that lists every problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from perfkit.errors import DataError, Problem, RuleError
from perfkit.read.department_folders import department_folders
from perfkit.read.provenance import lies_in
from perfkit.read.quality_forms import QUALITY_FORMS, load_quality_form
from perfkit.read.rule_sets import (
    CATALOGUES,
    FOLDERS,
    FRAMEWORKS,
    PACKS,
    RULES,
    load_framework,
    load_pack,
    load_rule_set,
    load_sources,
    pack_problems,
    silent_problems,
    unknown_name,
)
from perfkit.read.schema_re_evaluation import LIST_NAME
from perfkit.read.shapes import shaped
from perfkit.read.yaml_file import KeyPath, YamlFile, read_yaml
from perfkit.rulebook import Framework, RuleSet, Run, Standing

Loaded = TypeVar("Loaded")
RUNS = "params/runs"
WORKBOOK = "评价工作簿.xlsx"
# Where loaders say that a name does not exist; a run file says it with its own line.
NAMED_PLACES = frozenset({*FOLDERS, QUALITY_FORMS})
RE_EVALUATION, FORM_FRAMEWORK = "re_evaluation", "self_evaluation"
# The notebook of a re-evaluation has its number among the stages, whatever it is called.
RE_EVALUATION_NUMBER = "09-"
# Silent parameters that have a key of their own in a run file: two places could contradict each other.
OWN_KEYS = {"grade_bands": "grade_bands", "result_rule": "packs"}


def load_run(path: Path, root: Path) -> Run:
    """Return a run file, with everything that it names found 运行文件; see :func:`load_run_with_rules`."""
    return load_run_with_rules(path, root)[0]


def load_run_with_rules(path: Path, root: Path) -> tuple[Run, RuleSet, Framework]:
    """Return a run file with its rule set (packs switched on) and its framework 运行文件及其规则; each file read once.

    Notebook and template are relative to ``root`` and stay inside it; ``data`` may also be absolute, for an
    engagement that is kept elsewhere.

    Raises
    ------
    RuleError
        With all problems at once: keys, types, files that are not there, unknown rules, frameworks, packs, bands and
        silent parameters, values that are not allowed, rules outside their dates.
    """
    folder = root.resolve()
    file = read_yaml(path.resolve(), folder)
    value: dict[str, Any] = file.value
    problems = [*_path_problems(file, folder), *_place_problems(file, path.resolve(), folder)]
    rule_set, framework = _rules_of(file, folder, problems)
    if rule_set is not None:
        value = value | {"silent": _checked_choices(file, rule_set, problems)}
    run = None
    try:
        run = shaped(Run, file, value)
    except RuleError as error:
        problems[:0] = error.problems
    if run is not None and rule_set is not None:
        problems += _date_problems(file, run, rule_set, framework)
    if run is not None:
        problems += _re_evaluation_problems(file, run, folder, framework)
    if problems or run is None or rule_set is None or framework is None:
        raise RuleError(problems)
    return run, rule_set, framework


def rule_files(run: Run, root: Path) -> tuple[Path, ...]:
    """Return every rule file that a run rests on 所用规则文件, for the hashes of a manifest."""
    names = [f"{RULES}/{name}.yaml" for name in sorted(CATALOGUES)]
    names += [f"{RULES}/{run.rules}.yaml", *(f"{PACKS}/{pack}.yaml" for pack in run.packs)]
    if run.re_evaluation is not None:
        names.append(f"{QUALITY_FORMS}/{run.re_evaluation.quality_form}.yaml")
    return tuple(root / name for name in [*names, f"{FRAMEWORKS}/{run.framework}.yaml"])


def _rules_of(file: YamlFile, root: Path, problems: list[Problem]) -> tuple[RuleSet | None, Framework | None]:
    """Return the rules that a run names, as far as they are sound; add to ``problems`` what is wrong with them."""
    try:
        sources = load_sources(root)
    except RuleError as error:
        problems += error.problems
        return None, None
    framework = _loaded(lambda name: load_framework(root, name, sources), file, ("framework",), problems)
    rule_set = _loaded(lambda name: load_rule_set(root, name, (), sources), file, ("rules",), problems)
    written = file.value.get("packs")
    count = len(written) if isinstance(written, tuple) else 0
    packs = [
        _loaded(lambda name: load_pack(root, name, sources), file, ("packs", index), problems) for index in range(count)
    ]
    if rule_set is not None:
        rule_set = rule_set.model_copy(update={"packs": tuple(pack for pack in packs if pack is not None)})
        problems += pack_problems(rule_set)
    return rule_set, framework


def _loaded(load: Callable[[str], Loaded], file: YamlFile, path: KeyPath, problems: list[Problem]) -> Loaded | None:
    """Return what the run names at ``path``; add to ``problems`` what is wrong with it."""
    name = file.written.get(path)
    if name is None:
        return None
    try:
        return load(name)
    except RuleError as error:
        problems += _located(error, file, path)
        return None


def _checked_choices(file: YamlFile, rules: RuleSet, problems: list[Problem]) -> object:
    """Return the silent choices of a run as far as they may be made; add to ``problems`` those that may not."""
    bands = file.value.get("grade_bands")
    known = [item.id for item in rules.all_bands]
    if isinstance(bands, str) and bands not in known:
        problems.append(unknown_name(file, ("grade_bands",), "等级划分", bands, known))
    chosen = file.value.get("silent", {})
    if not isinstance(chosen, dict):
        return chosen
    wrong = silent_problems(rules.silent_parameters, chosen, file, "silent")
    wrong += [
        Problem(
            code="RUN-CHOICE",
            where=file.where(("silent", name)),
            expected=f"写在运行文件的 {key} 键",
            found=f"写在 silent 下的 {name}",
            mend=f"删去这一行，改写 {key}",
        )
        for name, key in OWN_KEYS.items()
        if name in chosen
    ]
    problems += wrong
    return {} if wrong else chosen


def _located(error: RuleError, file: YamlFile, path: KeyPath) -> list[Problem]:
    """Return problems with the line of the run file where one is that a name does not exist."""
    return [
        replace(problem, where=file.where(path)) if problem.where in NAMED_PLACES else problem
        for problem in error.problems
    ]


def _place_problems(file: YamlFile, path: Path, root: Path) -> Iterable[Problem]:
    """Yield what does not agree with the place of the file, which is ``params/runs/<batch>/<id>.yaml``."""
    if not path.is_relative_to(root / RUNS):
        return
    for key, place in (("id", path.stem), ("batch", path.parent.name)):
        found = file.value.get(key)
        if isinstance(found, str) and found != place:
            mend = f"把 {key} 改为 {place}，或移动、改名该文件"
            yield Problem(
                code="RUN-PLACE", where=file.where((key,)), expected=f"{place}（同文件位置）", found=found, mend=mend
            )


def _path_problems(file: YamlFile, root: Path) -> Iterable[Problem]:
    """Yield paths of a run that leave the root or lead nowhere."""
    for key, suffix in (("notebook", ".ipynb"), ("template", ".docx"), ("data", "")):
        text = file.value.get(key)
        if not isinstance(text, str):
            continue
        where = file.where((key,))
        target = root / text
        free = key == "data" and Path(text).is_absolute()
        if not free and not lies_in(target, root):
            mend = "改为项目目录内的相对路径" + ("；项目外的评价资料请写绝对路径" if key == "data" else "")
            yield Problem(code="RUN-PATH", where=where, expected="项目目录内的相对路径", found=text, mend=mend)
        elif suffix and not (target.is_file() and target.suffix == suffix):
            mend = "检查路径和文件名"
            yield Problem(code="RUN-FILE", where=where, expected=f"已有的 {suffix} 文件", found=text, mend=mend)
        elif key == "data":
            yield from _data_problems(file, target, where, text)


def _re_evaluates(file: YamlFile) -> bool:
    """Whether a run file is one of a re-evaluation: by its block or by the number of its notebook."""
    notebook = file.value.get("notebook")
    return RE_EVALUATION in file.value or (
        isinstance(notebook, str) and Path(notebook).name.startswith(RE_EVALUATION_NUMBER)
    )


def _data_problems(file: YamlFile, target: Path, where: str, text: str) -> Iterable[Problem]:
    """Yield data that is not what the notebook reads: a workbook, or the lists of projects of departments."""
    if _re_evaluates(file):
        try:
            department_folders(target)
        except DataError as error:
            found = f"{text}：{'；'.join(problem.found for problem in error.problems)}"
            expected = f"再评价资料文件夹（有《{LIST_NAME}》，或其子文件夹各有一份）"
            mend = f"检查路径；清单可用 perfkit new --kind project-list {LIST_NAME} 生成"
            yield Problem(code="RUN-DATA", where=where, expected=expected, found=found, mend=mend)
    elif not (target.is_file() or (target / WORKBOOK).is_file()):
        mend = f"检查路径；文件夹内应有《{WORKBOOK}》，可用 perfkit new 生成"
        yield Problem(code="RUN-DATA", where=where, expected="评价工作簿或其所在文件夹", found=text, mend=mend)


def _re_evaluation_problems(file: YamlFile, run: Run, root: Path, framework: Framework | None) -> Iterable[Problem]:
    """Yield what a re-evaluation names and does not have: its block, a framework of forms, the quality form."""
    if not _re_evaluates(file):
        return
    if run.re_evaluation is None:
        mend = "写上 re_evaluation: {}（全部用默认参数），或逐项写明参数"
        yield Problem(
            code="RUN-RE-EVALUATION", where=file.where(("notebook",)), expected=f"{RE_EVALUATION} 一段", found="没有写",
            mend=mend,
        )  # fmt: skip
        return
    if framework is not None and framework.type != FORM_FRAMEWORK:
        names = sorted(path.stem for path in (root / FRAMEWORKS).glob(f"{FORM_FRAMEWORK}*.yaml"))
        yield Problem(
            code="RUN-FRAMEWORK", where=file.where(("framework",)), expected="单位自评表的指标体系",
            found=f"{framework.id}（{framework.name}）", mend=f"改为 {'、'.join(names)} 之一",
        )  # fmt: skip
    path = (RE_EVALUATION, "quality_form")
    try:
        load_quality_form(root, run.re_evaluation.quality_form)
    except RuleError as error:
        yield from _located(error, file, path)


def _date_problems(file: YamlFile, run: Run, rules: RuleSet, framework: Framework | None) -> Iterable[Problem]:
    """Yield rules that are not in force on the evaluation date, unless the run takes them as reference."""
    if run.outside_dates == "reference":
        return
    bases = rules.own_bases()
    if framework is not None:
        bases[framework.id] = framework.basis
    told: set[str] = set()
    for basis in bases.values():
        standing = run.standing(basis)
        if standing is Standing.IN_FORCE or basis.source in told:
            continue
        told.add(basis.source)
        since = f"{basis.effective_from or '不详'} 至 {basis.effective_to or '今'}"
        yield Problem(
            code="RUN-DATES",
            where=file.where(("evaluation_date",)),
            expected=f"评价基准日在 {basis.document} 的施行期内（{since}）",
            found=f"{run.evaluation_date}，{standing.label}",
            mend="换用当时有效的规则集；确需引用时写 outside_dates: reference，文稿中将标为参照",
        )
