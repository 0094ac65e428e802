"""``perfkit check`` of a re-evaluation folder 再评价资料检查: list, forms, plan and re-scores, every problem at once."""

from __future__ import annotations

from pathlib import Path

from perfkit.errors import DataError, Problem
from perfkit.read.department_folders import department_folders
from perfkit.read.re_evaluation_folder import read_re_evaluation_folder_loosely
from perfkit.read.re_evaluation_forms import read_department_forms
from perfkit.read.re_evaluation_shapes import ReEvaluationFolder
from perfkit.read.sampling_plan_file import SamplePlan
from perfkit.read.schema import WORKBOOK_NAME
from perfkit.read.schema_re_evaluation import LIST_NAME
from perfkit.stages.re_evaluation.matching import matched
from perfkit.stages.re_evaluation.sample_checks import department_plans, orphans
from perfkit.terms import Severity


def re_evaluation_folders(path: Path) -> tuple[Path, ...]:
    """Return the re-evaluation folders that a path names 再评价资料夹: itself, or the departments anywhere below it.

    A list of projects among the base tables of an engagement is none: a folder with an evaluation workbook is that.
    """
    if not path.is_dir():
        return ()
    if (path / LIST_NAME).is_file() or any(path.glob(f"*/{LIST_NAME}")):
        return () if _of_engagement(path, path) else (path,)
    below = sorted({item.parent for item in path.rglob(LIST_NAME)})
    return tuple(folder for folder in below if not _of_engagement(folder, path))


def _of_engagement(folder: Path, top: Path) -> bool:
    """Whether a folder lies in one with an evaluation workbook, looked for up to ``top``."""
    places = [folder, *(parent for parent in folder.parents if parent.is_relative_to(top))]
    return any((place / WORKBOOK_NAME).is_file() for place in places)


def folder_problems(path: Path) -> list[Problem]:
    """Return every problem of a re-evaluation folder 再评价资料检查; nothing wrong with data raises.

    Parameters
    ----------
    path : the folder of one department, or a folder of department folders.
    """
    folder = read_re_evaluation_folder_loosely(path)
    problems = list(folder.problems)
    try:
        department_folders(path)
    except DataError:
        return problems
    forms = read_department_forms(path, folder)
    problems += forms.problems
    problems += matched(forms, folder.projects)[1]
    plans, found = department_plans(path, folder.folders, folder.projects, None, seed=0, level=0.0)
    problems += found
    for department, plan in plans.items():
        problems += _beside(plan, folder, department)
    return list(dict.fromkeys(problems))


def _beside(plan: SamplePlan, folder: ReEvaluationFolder, department: str) -> list[Problem]:
    """Return the re-scores of a department outside its plan."""
    own = folder.projects[folder.projects["department"] == department]
    if plan.department != department:
        return []
    beside = orphans(plan, set(own["project"]) & set(folder.totals["project"]))
    if not beside:
        return []
    return [
        Problem(
            code="PLAN-BESIDE",
            where=f"抽样方案 {department}",
            expected="再评得分都在名单内",
            found=f"名单以外有 {'、'.join(beside[:8])}" + (f" 等 {len(beside)} 个" if len(beside) > 8 else ""),
            mend="名单以外的项目只作描述，不参与推断；报告单独列示",
            severity=Severity.WARNING,
        )
    ]
