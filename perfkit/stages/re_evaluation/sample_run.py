"""The sample of a run 运行的抽样: plans and prepared re-scoring workbooks, never over a plan or a score that is there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from perfkit.errors import DataError, Problem, RuleError, reason
from perfkit.read.provenance import inside
from perfkit.read.re_evaluation_folder import read_re_evaluation_folder
from perfkit.read.re_evaluation_shapes import ReEvaluationFolder
from perfkit.read.re_scoring_template import write_re_scoring
from perfkit.read.sampling_plan_file import PLAN_FILE, PLAN_FOLDER, SamplePlan, read_plan, write_plan
from perfkit.read.sampling_plan_workbook import write_plan_workbook
from perfkit.read.schema_re_evaluation import FORM_FOLDER, RE_SCORING_FOLDER
from perfkit.read.self_evaluation import read_self_evaluations
from perfkit.rulebook import Run
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.stages.re_evaluation.matching import matched
from perfkit.stages.re_evaluation.rater_books import (
    PREPARED_ITEMS,
    SELF_SCORES,
    PreparedForms,
    independent_raters,
    prepared_forms,
    rater_projects,
)
from perfkit.stages.re_evaluation.sample import make_plans
from perfkit.stages.re_evaluation.sample_checks import orphans, plan_problems
from perfkit.terms import Blinding, Severity

RATER = "再评人"
BOOK = "再评工作簿-"
FURTHER = "-补充"
SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampledDepartment:
    """What was written for one department 抽样结果: files relative to the data folder, workbooks kept, warnings."""

    department: str
    plan: SamplePlan
    written: tuple[str, ...]
    kept: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """One workbook to write: the rater, the projects, where it goes."""

    rater: str
    projects: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ready:
    """What was written aside for one department, with where each file goes."""

    plan: SamplePlan
    moves: tuple[tuple[Path, Path], ...]
    problems: tuple[Problem, ...]


def sample_departments(data: Path, run: Run, *, raters: int, force: bool = False) -> tuple[SampledDepartment, ...]:
    """Make the plans of a run and prepare its re-scoring workbooks 抽样; nothing is written where anything is refused.

    Parameters
    ----------
    data : folder of the run: one department, or a folder of departments.
    run : the run; its choices, seed, level and evaluation date make the plan.
    raters : number of raters, of whom two score each double-scored project.
    force : whether a plan that is there may be replaced, and prepared workbooks without scores with it.

    Raises
    ------
    RuleError
        Where the run is no re-evaluation.
    DataError, MethodError
        With all problems of the lists; where a plan is there and ``force`` is not set; where re-scores would no longer
        belong to the sample: every such project is named.
    """
    if run.re_evaluation is None:
        raise RuleError(_no_re_evaluation(run))
    folder = read_re_evaluation_folder(data)
    sampling = _Sampling(data, folder, run, run.re_evaluation, raters, force)
    choices = run.re_evaluation.sample
    plans = make_plans(folder.projects, choices, seed=run.seed, level=run.level, day=run.evaluation_date)
    refused = [problem for plan in plans for problem in sampling.refusals(plan)]
    books = {plan.department: sampling.books(plan) for plan in plans}
    refused += [problem for plan in plans for problem in sampling.in_the_way(books[plan.department])]
    if refused:
        raise DataError(refused)
    try:
        # aside first, the plans last: whoever fails half-way keeps what was there, and no plan stands without its books
        with ExitStack() as stack:
            ready = [sampling.prepared(plan, books[plan.department], stack) for plan in plans]
            moves = [move for one in ready for move in one.moves]
            for folder_wanted in {target.parent for _, target in moves}:
                folder_wanted.mkdir(exist_ok=True)
            for aside, target in sorted(moves, key=lambda move: move[1].name == PLAN_FILE):
                os.replace(aside, target)
    except OSError as error:
        raise DataError(_not_written(data, error)) from error
    return tuple(sampling.done(one) for one in ready)


@dataclass(frozen=True, slots=True)
class _Sampling:
    """The folder of a run while its sample is made."""

    data: Path
    folder: ReEvaluationFolder
    run: Run
    choices: ReEvaluationChoices
    raters: int
    force: bool

    def refusals(self, plan: SamplePlan) -> list[Problem]:
        """Return why a plan may not be written."""
        where = f"{plan.department} › {PLAN_FOLDER}/{PLAN_FILE}"
        if not inside(self.place(plan), f"{PLAN_FOLDER}/{PLAN_FILE}", where).exists():
            return []
        if self.force:
            lost = self.lost(plan)
            return [_orphaned(where, lost, Severity.ERROR)] if lost else []
        found = "已有方案"
        changed: Sequence[Problem] = ()
        try:
            old = read_plan(self.place(plan))
            if old is not None:
                found = f"已有方案（种子 {old.seed}，{len(old.projects)} 个项目）"
                choices = self.choices.sample
                own = self.projects(plan)
                changed = plan_problems(old, own, choices, seed=self.run.seed, level=self.run.level)
        except DataError as error:
            changed = error.problems
        return [_there(where, found), *changed]

    def books(self, plan: SamplePlan) -> tuple[_Book, ...]:
        """Return the workbooks to write: beside one that holds scores, never over it."""
        done = independent_raters(self.folder.totals, self.folder.raters)
        names = [f"{RATER}{number}" for number in range(1, self.raters + 1)]
        shares = rater_projects(plan, names, scored=done)
        return tuple(
            _Book(rater=rater, projects=projects, path=self._free(self.place(plan), rater))
            for rater, projects in shares.items()
            if projects
        )

    def in_the_way(self, books: Iterable[_Book]) -> list[Problem]:
        """Return the workbooks without scores that must not be replaced unasked."""
        return [_book_there(self.name(book.path)) for book in books if book.path.exists() and not self.force]

    def prepared(self, plan: SamplePlan, books: Sequence[_Book], stack: ExitStack) -> _Ready:
        """Write the plan and the workbooks of one department beside their places, until the stack is closed."""
        place, table = self.place(plan), self.projects(plan)
        forms, problems = self._forms(plan, place, table)
        aside = Path(stack.enter_context(TemporaryDirectory(prefix=".perfkit-", dir=place)))
        (aside / RE_SCORING_FOLDER).mkdir()
        shown = self.choices.self_scores is Blinding.SHOWN
        moves = [
            (path, place / path.relative_to(aside))
            for path in (write_plan(aside, plan), write_plan_workbook(aside, plan))
        ]
        for book in books:
            own = forms.self_scores[forms.self_scores["project"].isin(book.projects)]
            written = aside / RE_SCORING_FOLDER / book.path.name
            write_re_scoring(
                written,
                rater=book.rater,
                projects=table[table["project"].isin(book.projects)].sort_values("project"),
                items=forms.items[forms.items["project"].isin(book.projects)].sort_values("project", kind="stable"),
                blinding=self.choices.self_scores,
                self_scores=own if shown else None,
            )
            moves.append((written, book.path))
        if lost := self.lost(plan):
            problems.append(_orphaned(f"{plan.department} › {RE_SCORING_FOLDER}", lost, Severity.WARNING))
        return _Ready(plan=plan, moves=tuple(moves), problems=tuple(problems))

    def done(self, ready: _Ready) -> SampledDepartment:
        """Return what stands in the folder of a department now."""
        written = tuple(self.name(target) for _, target in ready.moves)
        return SampledDepartment(
            department=ready.plan.department,
            plan=ready.plan,
            written=written,
            kept=tuple(sorted(name for name in self._there(self.place(ready.plan)) if name not in written)),
            problems=ready.problems,
        )

    def _forms(self, plan: SamplePlan, place: Path, table: pd.DataFrame) -> tuple[PreparedForms, list[Problem]]:
        """Return what the units filled in for the sampled projects."""
        folder = place / FORM_FOLDER
        if not folder.is_dir():
            empty = PreparedForms(
                items=pd.DataFrame(columns=list(PREPARED_ITEMS)),
                self_scores=pd.DataFrame(columns=list(SELF_SCORES)),
                problems=(),
            )
            return empty, [_no_forms(f"{plan.department} › {FORM_FOLDER}")]
        forms = read_self_evaluations(folder, department=plan.department)
        owned, doubts = matched(forms, table)
        prepared = prepared_forms(owned, plan.projects)
        unread = sum(problem.severity is Severity.ERROR for problem in forms.problems)
        said = [_unread(f"{plan.department} › {FORM_FOLDER}", unread)] if unread else []
        return prepared, [*said, *(item for item in doubts if item.severity is not Severity.INFO), *prepared.problems]

    def place(self, plan: SamplePlan) -> Path:
        """Return the folder of a department."""
        return self.data / self.folder.folders[plan.department]

    def projects(self, plan: SamplePlan) -> pd.DataFrame:
        """Return the list of a department."""
        return self.folder.projects[self.folder.projects["department"] == plan.department]

    def lost(self, plan: SamplePlan) -> tuple[str, ...]:
        """Return re-scored projects of a department that a plan does not list."""
        own = set(self.projects(plan)["project"])
        return orphans(plan, own & set(self.folder.totals["project"]))

    def name(self, path: Path) -> str:
        """Return a file relative to the data folder, as addresses name it."""
        return path.relative_to(self.data).as_posix()

    def _free(self, place: Path, rater: str) -> Path:
        """Return where the workbook of a rater goes: the first name whose file holds no scores."""
        filled = {str(where).partition(" › ")[0] for where in self.folder.totals["where"]}
        # one more name than there are workbooks with scores: the last of them is free
        endings = ("", FURTHER, *(f"{FURTHER}{count}" for count in range(2, len(filled) + 2)))
        names = (f"{RE_SCORING_FOLDER}/{BOOK}{rater}{ending}.xlsx" for ending in endings)
        name = next(name for name in names if self.name(place / name) not in filled)
        return inside(place, name, name)

    def _there(self, place: Path) -> list[str]:
        """Return the re-scoring workbooks of a department that are there."""
        return [
            self.name(path) for path in sorted((place / RE_SCORING_FOLDER).glob("*.xlsx")) if path.name[0] not in "~."
        ]


def _no_re_evaluation(run: Run) -> Problem:
    """Return: the run is no re-evaluation."""
    return Problem(
        code="SAMPLE-RUN",
        where=f"{run.batch}/{run.id}",
        expected="再评价的运行文件（有 re_evaluation 一段）",
        found="没有 re_evaluation",
        mend="写上 re_evaluation:，其下可写 sample: {design: simple}；空着用默认参数写 re_evaluation: {}",
    )


def _not_written(data: Path, error: OSError) -> Problem:
    """Return: the files could not be written."""
    where = str(error.filename2 or error.filename or data)
    mend = "检查文件夹权限和磁盘空间，关闭已打开的文件后重试"
    return Problem(code="SAMPLE-WRITE", where=where, expected="可写入的文件夹", found=reason(error), mend=mend)


def _there(where: str, found: str) -> Problem:
    """Return: a plan is there."""
    mend = "按已有方案再评；确需重新抽取并说明理由的，加 --force"
    return Problem(code="SAMPLE-EXISTS", where=where, expected="还没有抽样方案", found=found, mend=mend)


def _book_there(where: str) -> Problem:
    """Return: a workbook of this name is there, though no score stands in it."""
    mend = "移走或改名；其中没有再评得分，确认可以覆盖的加 --force"
    return Problem(code="SAMPLE-BOOK", where=where, expected="还没有这本再评工作簿", found="文件已存在", mend=mend)


def _orphaned(where: str, projects: Sequence[str], severity: Severity) -> Problem:
    """Return: re-scores that would stand outside the sample."""
    named = "、".join(projects[:SHOWN]) + (f" 等 {len(projects)} 个" if len(projects) > SHOWN else "")
    return Problem(
        code="SAMPLE-ORPHANS",
        where=where,
        expected="已有再评得分的项目都在新名单内",
        found=f"新名单没有 {named}",
        mend="保留原方案；这些项目确需再评的，在项目清单列为必选并写明理由，再重新抽取",
        severity=severity,
    )


def _no_forms(where: str) -> Problem:
    """Return: there are no forms to prepare workbooks from."""
    return Problem(
        code="SAMPLE-FORMS",
        where=where,
        expected="自评表文件夹",
        found="没有，再评工作簿没有预填指标",
        mend="放入自评表后加 --force 重新生成，或由再评人自行录入",
        severity=Severity.WARNING,
    )


def _unread(where: str, count: int) -> Problem:
    """Return: some of the forms could not be read."""
    return Problem(
        code="SAMPLE-FORMS",
        where=where,
        expected="全部自评表可以读取",
        found=f"有 {count} 处不能读取",
        mend="用 perfkit import self-evaluation 查看清单和原因",
        severity=Severity.WARNING,
    )
