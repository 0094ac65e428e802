"""Whether a plan still holds 抽样方案复核: the same list of projects, the same choices, a list that the seed draws again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from perfkit.errors import DataError, MethodError, Problem
from perfkit.read.sampling_plan_file import SamplePlan, read_plan
from perfkit.rulebook.re_evaluation import SampleChoices
from perfkit.stages.re_evaluation.sample import frame_of, make_plan
from perfkit.terms import Severity

# What a project of the frame is compared by; names may be mended without moving the sample.
COMPARED = ("money", "stratum")
SHOWN = 5


def department_plans(
    data: Path,
    folders: Mapping[str, str],
    projects: pd.DataFrame,
    choices: SampleChoices | None,
    *,
    seed: int,
    level: float,
) -> tuple[dict[str, SamplePlan], list[Problem]]:
    """Return the plans of all departments that have one, with every problem of every plan 各部门抽样方案.

    Parameters
    ----------
    data : the re-evaluation folder; ``folders`` the folder of each department below it.
    projects : columns of ``PROJECTS``, all departments.
    choices, seed, level : of the run; without choices each plan is held against its own.
    """
    plans: dict[str, SamplePlan] = {}
    problems: list[Problem] = []
    for department, name in folders.items():
        try:
            plan = read_plan(data / name)
        except DataError as error:
            place = "" if name == "." else f"{name}/"
            problems += [replace(problem, where=f"{place}{problem.where}") for problem in error.problems]
            continue
        if plan is None:
            continue
        plans[department] = plan
        own = projects[projects["department"] == department]
        if choices is None:
            problems += plan_problems(plan, own, plan.choices, seed=plan.seed, level=plan.level)
        else:
            problems += plan_problems(plan, own, choices, seed=seed, level=level)
    return plans, problems


def plan_problems(
    plan: SamplePlan, projects: pd.DataFrame, choices: SampleChoices, *, seed: int, level: float
) -> tuple[Problem, ...]:
    """Return what no longer fits between a plan and the list, the run or itself 抽样方案复核; nothing is drawn anew.

    Parameters
    ----------
    plan : the plan as read.
    projects : columns of ``PROJECTS``; the projects of the plan's department as the list now has them.
    choices, seed, level : of the run.

    Returns
    -------
    tuple
        Errors where the plan's own frame or list is not what its seed draws: somebody edited it. Warnings where the
        list of projects changed since, or the run now chooses otherwise: the plan stands, and the report says so.
    """
    where = f"抽样方案 {plan.department}"
    named = [str(name) for name in projects["department"].unique()]
    if named and plan.department not in named:
        expected, found = f"「{'、'.join(named)}」的方案", f"「{plan.department}」的方案"
        mend = "换回本部门的方案；部门更名的，清单沿用方案所载名称，或重新抽取（perfkit sample --force）并说明理由"
        return (_problem("PLAN-DEPARTMENT", f"抽样方案 {named[0]}", expected, found, mend),)
    return (
        *_redrawn(plan, where),
        *_frame_changes(plan, projects, where),
        *_choices(plan, choices, seed, level, where),
    )


def orphans(plan: SamplePlan, scored: Iterable[str]) -> tuple[str, ...]:
    """Return projects with a re-score that a plan does not list, sorted 名单以外已有再评得分的项目.

    Parameters
    ----------
    plan : the new plan; ``scored`` the projects that raters have scored.
    """
    return tuple(sorted(set(scored) - set(plan.projects)))


def _redrawn(plan: SamplePlan, where: str) -> list[Problem]:
    """Return what differs between a plan and what its own frame, choices and seed draw."""
    mend = "方案文件不要手工修改；恢复原件，或重新生成（perfkit sample --force）并说明理由"
    try:
        again = make_plan(plan.frame, plan.choices, seed=plan.seed, level=plan.level, day=plan.date)
    except (DataError, MethodError) as error:
        return list(error.problems)
    if again.frame_hash != plan.frame_hash:
        return [_problem("PLAN-HASH", where, f"抽样框校验值 {again.frame_hash}", plan.frame_hash, mend)]
    if not again.list.equals(plan.list):
        new, old = set(again.projects), set(plan.projects)
        gone, added = "、".join(sorted(new - old)[:SHOWN]), "、".join(sorted(old - new)[:SHOWN])
        found = f"多出 {added or '无'}，缺少 {gone or '无'}" if new != old else "抽中机会、次序或双评标记不同"
        return [_problem("PLAN-LIST", where, f"种子 {plan.seed} 重新抽取的名单", found, mend)]
    if again.parts != plan.parts or again.designs != plan.designs:
        return [_problem("PLAN-LIST", where, "按抽样框和参数重算的样本量", "与方案所载不同", mend)]
    return []


def _frame_changes(plan: SamplePlan, projects: pd.DataFrame, where: str) -> list[Problem]:
    """Return what of the list of projects changed since the plan was made."""
    try:
        table, frame = frame_of(projects, plan.choices)
    except (DataError, MethodError) as error:
        return list(error.problems)
    if frame.frame_hash == plan.frame_hash:
        return []
    old, new = (item.set_index("project") for item in (plan.frame, table))
    both = old.index.intersection(new.index)
    moved = (old.loc[both, list(COMPARED)] != new.loc[both, list(COMPARED)]).any(axis=1)
    said = [
        _listing("新增", sorted(set(new.index) - set(old.index))),
        _listing("减少", sorted(set(old.index) - set(new.index))),
        _listing("金额、分层或必选变动", sorted(moved.index[moved])),
    ]
    mend = "说明变动原因；方案按抽取时的清单有效，推断只及于当时的清单。确需重抽：perfkit sample --force"
    found = "；".join(part for part in said if part)
    if not found:
        # the hash in the file is another than that of its own frame, which has been told
        return []
    return [_problem("PLAN-FRAME", where, "与项目清单一致的抽样框", found, mend, Severity.WARNING)]


def _choices(plan: SamplePlan, choices: SampleChoices, seed: int, level: float, where: str) -> list[Problem]:
    """Return what the run now chooses otherwise than the plan did."""
    now = choices.model_dump(mode="json") | {"seed": seed, "level": level}
    then = plan.choices.model_dump(mode="json") | {"seed": plan.seed, "level": plan.level}
    # a run of several departments names the picks of all; each plan keeps its own
    now["picked"] = [code for code in choices.picked if code in set(plan.frame["project"])]
    changed = [key for key in now if now[key] != then.get(key)]
    if not changed:
        return []
    expected = "；".join(f"{key}={then[key]}" for key in changed)
    found = "运行文件中 " + "；".join(f"{key}={now[key]}" for key in changed)
    mend = "报告按方案所载参数说明；确需改用新参数：perfkit sample --force 重新抽取"
    return [_problem("PLAN-CHOICES", where, f"方案所载 {expected}", found, mend, Severity.WARNING)]


def _listing(what: str, codes: list[str]) -> str:
    """Return some codes behind a word, the first of many."""
    if not codes:
        return ""
    return f"{what} {'、'.join(codes[:SHOWN])}" + (f" 等 {len(codes)} 个" if len(codes) > SHOWN else "")


def _problem(
    code: str, where: str, expected: str, found: str, mend: str, severity: Severity = Severity.ERROR
) -> Problem:
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend, severity=severity)
