"""The desk check of an import 导入复核: forms read, checked and listed in one go, with a list of projects or without."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from perfkit.checks.self_evaluation import DeskRules
from perfkit.errors import DataError, Problem, reason
from perfkit.read.imported import guarded_csv, write_aside, write_import
from perfkit.read.plain_workbook import PlainSheet
from perfkit.read.re_evaluation_folder import read_re_evaluation_folder_loosely
from perfkit.read.re_evaluation_shapes import APPROVED, FOLLOW_UP, PROJECTS, RATERS, SCORES, TOTALS, ReEvaluationFolder
from perfkit.read.rules import load_framework, load_rule_set, load_run_with_rules, load_sources
from perfkit.read.schema_re_evaluation import FORM_FOLDER
from perfkit.read.self_evaluation import SelfEvaluations, read_self_evaluations
from perfkit.rulebook import Run
from perfkit.stages.re_evaluation.desk import LAYOUT_FRAMEWORKS, DeskFindingsResult, desk_results, desk_rules
from perfkit.stages.re_evaluation.folder_check import re_evaluation_folders
from perfkit.stages.re_evaluation.matching import matched
from perfkit.terms import Reason, Severity

FINDINGS_FILE = "复核发现.csv"
DEFAULT_RULES = "cn-mof-2020-10"
_HEADS = (
    ("预算部门", 18.0), ("预算单位", 20.0), ("项目编码", 16.0), ("项目名称", 32.0), ("指标号", 10.0), ("三级指标", 28.0),
    ("代码", 8.0), ("程度", 8.0), ("发现", 60.0), ("应为", 24.0), ("实为", 24.0), ("依据", 28.0), ("位置", 48.0),
    ("按自定规则有误", 14.0), ("影响得分", 10.0), ("差异原因", 14.0), ("退回修改", 10.0),
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImportedForms:
    """Forms of one department, or of a folder 导入结果: what was read, what the desk check found, files written."""

    department: str
    forms: SelfEvaluations
    findings: DeskFindingsResult
    written: tuple[Path, ...]
    problems: tuple[Problem, ...]


def import_rules(root: Path | None, run_file: Path | None = None) -> DeskRules:
    """Return what imported forms are held against 导入复核规则.

    Parameters
    ----------
    root : checkout; without one there are no grade bands and layouts, and their checks rest.
    run_file : run of a re-evaluation, whose rules and choices count; without one those of ``DEFAULT_RULES``.

    Raises
    ------
    RuleError
        With every problem of the run or of the rules.
    """
    if root is None:
        return DeskRules()
    sources = load_sources(root)
    layouts = tuple(load_framework(root, name, sources) for name in LAYOUT_FRAMEWORKS)
    if run_file is not None:
        run, rule_set, _ = load_run_with_rules(run_file, root)
        return desk_rules(run, rule_set, layouts)
    # an import belongs to no run: this one says nothing but the rule set, and its year is not asked for
    neutral = Run.model_validate(
        {
            "id": "import", "batch": "import", "notebook": "", "evaluand": "自评表", "data": "", "rules": DEFAULT_RULES,
            "framework": LAYOUT_FRAMEWORKS[0], "budget_year": 2024, "evaluation_date": "2024-12-31",
            "report_date": "2024-12-31", "organiser": "finance", "role": "finance", "secrecy": "internal", "seed": 0,
        },
        strict=False,
    )  # fmt: skip
    rules = desk_rules(neutral, load_rule_set(root, DEFAULT_RULES, (), sources), layouts)
    return dataclasses.replace(rules, budget_year=0)


def import_forms(folder: Path, out: Path, rules: DeskRules, *, jobs: int | None = None) -> tuple[ImportedForms, ...]:
    """Read, check and list self-evaluation forms 导入自评表: tables, what was not read, and what the desk check found.

    Parameters
    ----------
    folder : a folder of forms, or of a re-evaluation: then each department with its list of projects.
    out : folder to write to; several departments get a folder each.
    rules : from ``import_rules``. jobs : processes for reading.

    Raises
    ------
    DataError
        Where a folder of forms is missing, or nothing can be written.
    """
    if re_evaluation_folders(folder) != (folder,):
        forms = read_self_evaluations(folder, jobs=jobs)
        return (_checked("", forms, _no_list(), rules, out),)
    read = read_re_evaluation_folder_loosely(folder)
    places = {name: folder / place / FORM_FOLDER for name, place in read.folders.items()}
    missing = [_no_forms(place) for place in places.values() if not place.is_dir()]
    if missing:
        raise DataError(missing)
    # named as the department's folder is: what a cell calls the department may be no name of a folder
    return tuple(
        _checked(
            name,
            read_self_evaluations(place, department=name, jobs=jobs),
            _of_department(read, name),
            rules,
            out / read.folders[name],
        )
        for name, place in places.items()
    )


def _checked(
    department: str, forms: SelfEvaluations, folder: ReEvaluationFolder, rules: DeskRules, out: Path
) -> ImportedForms:
    """Check the forms of a folder and write everything down."""
    owned, doubts = matched(forms, folder.projects) if len(folder.projects) else (forms, ())
    found = desk_results(owned, folder, rules).findings
    rows = found.to_frame()
    try:
        written = write_import(forms, out, sheets=[PlainSheet("复核发现", _HEADS, _sheet_rows(rows))])
        target = out / FINDINGS_FILE
        write_aside(target, guarded_csv(DeskFindingsResult.columns, rows.itertuples(index=False, name=None)))
    except OSError as error:
        raise DataError(_not_written(out, reason(error))) from error
    errors = tuple(item for item in folder.problems if item.severity is Severity.ERROR)
    return ImportedForms(
        department=department,
        forms=forms,
        findings=found,
        written=(*written, target),
        problems=(*errors, *forms.problems, *doubts),
    )


def _sheet_rows(rows: pd.DataFrame) -> Iterable[Sequence[object]]:
    """Yield findings in the words of people."""
    severities = {word.value: word.label for word in Severity}
    reasons = {word.value: word.label for word in Reason}
    shown = rows.assign(
        severity=rows["severity"].map(severities),
        reason=rows["reason"].map(lambda code: reasons.get(code, "")),
        own_rule=rows["own_rule"].map({True: "是", False: ""}),
        send_back=rows["send_back"].map({True: "是", False: ""}),
    )
    return shown.itertuples(index=False, name=None)


def _no_list() -> ReEvaluationFolder:
    """Return a folder without a list of projects: what a list would tell is not checked."""
    tables = {"projects": PROJECTS, "approved": APPROVED, "follow_up": FOLLOW_UP, "scores": SCORES, "totals": TOTALS}
    empty = {name: pd.DataFrame(columns=list(columns)) for name, columns in (tables | {"raters": RATERS}).items()}
    days = {"due": "datetime64[ns]", "submitted": "datetime64[ns]"}
    empty["projects"] = empty["projects"].astype(days)
    return ReEvaluationFolder(**empty, departments=(), folders={}, problems=(), sha256={})


def _of_department(folder: ReEvaluationFolder, department: str) -> ReEvaluationFolder:
    """Return what a folder holds for one department; approved targets follow their projects."""
    own = folder.projects[folder.projects["department"] == department]
    approved = folder.approved[folder.approved["project"].isin(set(own["project"]))]
    return dataclasses.replace(folder, projects=own, approved=approved, departments=(department,))


def _no_forms(place: Path) -> Problem:
    """Return: a department has no folder of forms."""
    mend = f"把自评表放入“{FORM_FOLDER}”文件夹"
    return Problem(code="RF-FORMS", where=str(place), expected="自评表文件夹", found="没有这个文件夹", mend=mend)


def _not_written(out: Path, why: str) -> Problem:
    """Return: the findings could not be written."""
    mend = "关闭已打开的该文件，检查文件夹能否写入"
    return Problem(code="SE-WRITE", where=str(out), expected="可写入的文件夹", found=why, mend=mend)
