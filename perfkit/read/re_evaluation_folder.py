"""The folder of a re-evaluation 再评价资料夹: list of projects, approved targets, follow-up and re-scores, checked."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from perfkit.errors import DataError, Problem
from perfkit.read.cells import near, written
from perfkit.read.department_folders import department_folders, leads_out, visible
from perfkit.read.layout import narrow
from perfkit.read.provenance import lies_in, sha256_of
from perfkit.read.re_evaluation_shapes import (
    APPROVED,
    FOLLOW_UP,
    PROJECTS,
    RATERS,
    SCORES,
    TOTALS,
    ReEvaluationFolder,
)
from perfkit.read.re_scoring import ReScoring, read_re_scoring
from perfkit.read.rows import Row
from perfkit.read.sampling_plan_file import PLAN_FOLDER
from perfkit.read.schema_re_evaluation import (
    APPROVED_TARGETS,
    FOLLOW_UP_SHEET,
    LIST_NAME,
    LIST_SHEETS,
    PROJECT_LIST,
    RE_SCORING_FOLDER,
)
from perfkit.read.sheets import read_sheets
from perfkit.read.workbook import SUFFIX
from perfkit.terms import RaterRole, Severity

EVIDENCE_FOLDER = "佐证材料"
MAX_FILES = 5_000
_NUMBERS = ("money", "target", "full", "score", "amount", "total", "items_checked", "evidence_seen")
_DAYS = ("due", "submitted", "date")


def read_re_evaluation_folder(path: Path) -> ReEvaluationFolder:
    """Read a re-evaluation folder 读取再评价资料夹.

    Parameters
    ----------
    path : the folder of one department, or a folder of department folders; each has 项目清单.xlsx.

    Returns
    -------
    ReEvaluationFolder
        Typed tables whose rows keep their cells; warnings and infos are among ``problems``.

    Raises
    ------
    DataError
        With all errors of all lists and workbooks, not the first only.
    """
    folder = read_re_evaluation_folder_loosely(path)
    errors = [problem for problem in folder.problems if problem.severity is Severity.ERROR]
    if errors:
        raise DataError(errors)
    return folder


def read_re_evaluation_folder_loosely(path: Path) -> ReEvaluationFolder:
    """Return a re-evaluation folder as far as it can be read, all problems in it 尽量读取; nothing wrong raises.

    Parameters
    ----------
    path : as :func:`read_re_evaluation_folder`.
    """
    reading = _Reading(path)
    try:
        departments = department_folders(path)
    except DataError as error:
        reading.problems.extend(error.problems)
        departments = ()
    for folder in departments:
        reading.department(folder)
    reading.left_out(departments)
    reading.check_together()
    return reading.folder()


@dataclass(slots=True)
class _Reading:
    """A folder while it is read; rows as mappings by column."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    sha256: dict[str, str] = field(default_factory=dict)
    projects: list[Mapping[str, object]] = field(default_factory=list)
    approved: list[Mapping[str, object]] = field(default_factory=list)
    follow_up: list[Mapping[str, object]] = field(default_factory=list)
    books: list[ReScoring] = field(default_factory=list)
    folders: dict[str, str] = field(default_factory=dict)

    def department(self, folder: Path) -> None:
        """Read one department: its list first, then what refers to it."""
        path = folder / LIST_NAME
        if not self._hash(path):
            return
        read = read_sheets(path, self._relative(path), LIST_SHEETS)
        self.problems.extend(read.problems)
        rows = read.rows[PROJECT_LIST.code]
        department = self._department_of(folder, rows)
        if read.opened and not rows:
            mend = "每个项目填一行；示例行不算"
            self._note("RF-EMPTY", self._relative(path), "至少一个项目", "没有项目", mend)
        self.projects.extend(self._project(row, department) for row in rows)
        codes = {row.text("project") for row in rows}
        approved = read.rows[APPROVED_TARGETS.code]
        # without one project there is nothing to hold a code against, and RF-EMPTY or the reader has told why
        if codes:
            self._unknown(approved, codes)
        self.approved.extend(_approved(row) for row in approved)
        for row in read.rows[FOLLOW_UP_SHEET.code]:
            self.follow_up.append(_follow_up(row, department))
        for file in self._files(folder / RE_SCORING_FOLDER):
            if file.suffix.lower() == SUFFIX:
                book = read_re_scoring(file, self._relative(file), codes or None)
                self.problems.extend(book.problems)
                self.books.append(book)
            else:
                found, mend = f"「{file.suffix or '没有扩展名'}」，未读取", "另存为 .xlsx，或移出该文件夹"
                self._note("RS-SUFFIX", self._relative(file), ".xlsx 再评工作簿", found, mend, Severity.WARNING)
        for name in (EVIDENCE_FOLDER, PLAN_FOLDER):
            self._files(folder / name)

    def left_out(self, departments: Sequence[Path]) -> None:
        """Note the folders beside those of departments that have no list: whatever they hold is not read."""
        if not departments or departments[0] == self.root:
            return
        for folder in sorted(item for item in self.root.iterdir() if visible(item) and item.is_dir()):
            if folder not in departments:
                mend = f"属于本次再评价的部门，放入《{LIST_NAME}》；否则移走"
                expected, found = f"有《{LIST_NAME}》的部门文件夹", "没有清单，未读取"
                self._note("RF-LIST", self._relative(folder), expected, found, mend, Severity.WARNING)

    def _department_of(self, folder: Path, rows: Sequence[Row]) -> str:
        """Return the department of a list: one name in all rows, else the name of the folder."""
        named = dict.fromkeys(text for row in rows if (text := row.text("department")))
        # typed with blanks or full-width signs it is the same department
        plain = {narrow(name).replace(" ", ""): name for name in reversed(named)}
        if len(plain) > 1:
            row = next(row for row in rows if row.text("department") not in ("", next(iter(named))))
            found, mend = "、".join(named), "每个部门一个文件夹，各放一份项目清单"
            self._note("RF-DEPARTMENT", f"{row['department'].address}（预算部门）", "同一个预算部门", found, mend)
        department = next(iter(named), folder.resolve().name)
        if department in self.folders:
            found, mend = f"「{department}」已在 {self.folders[department]}", "合并两份清单，或改正部门名称"
            self._note("RF-DEPARTMENT", self._relative(folder / LIST_NAME), "每个部门一个文件夹", found, mend)
        self.folders.setdefault(department, self._relative(folder))
        return department

    def _project(self, row: Row, department: str) -> Mapping[str, object]:
        """Return one project of the list, checked."""
        money, certain = float(row.value("money", math.nan)), bool(row.value("certainty", False))
        if money < 0:
            self._note("RF-MONEY", f"{row['money'].address}（预算金额）", "不小于 0 的金额", f"{money:g}", "改正金额")
        elif row["money"].absence is not None:
            where, found = f"{row['money'].address}（预算金额）", f"「{row['money'].raw}」"
            self._note("RF-MONEY", where, "金额（万元）", found, "没有预算的填 0，否则填写预算数")
        why = row.text("certainty_reason")
        where = f"{row['certainty_reason'].address}（必选理由）"
        if certain and not why:
            self._note("RF-CERTAINTY", where, "必选项目的理由", "空白", "写明为什么必须再评，名单附注会印出")
        elif why and not certain:
            found, mend = f"有理由而“必选”为{written(row['certainty'].value) or '空白'}", "“必选”填“是”，或删去理由"
            self._note("RF-CERTAINTY", where, "必选项目才写理由", found, mend, Severity.WARNING)
        texts = {code: row.text(code) for code in ("agency", "project", "name", "category")}
        return {
            **texts,
            "department": department,
            "money": money,
            "certainty": certain,
            "certainty_reason": why if certain else "",
            "due": row["due"].value,
            "submitted": row["submitted"].value,
            "where": str(row["project"].address),
        }

    def _unknown(self, rows: Iterable[Row], known: set[str]) -> None:
        """Note projects that the list of their department does not have, each where it stands first."""
        told: set[str] = set()
        for row in rows:
            code = row.text("project")
            if code and code not in known and code not in told:
                told.add(code)
                where = f"{row['project'].address}（项目编码）"
                mend = near(code, known) or "改正项目编码，或补入项目清单"
                self._note("RF-PROJECT", where, "项目清单中的项目编码", f"「{code}」", mend)

    def check_together(self) -> None:
        """Check what only shows across files: codes in two departments, a project scored twice by one rater."""
        self._repeated("RF-DUPLICATE", self.projects, ("project",), "项目编码在各部门间不重复", "改正项目编码")
        mend = "同一再评人对同一项目只保留一份评分"
        totals = [row for book in self.books for row in book.totals]
        self._repeated("RS-DUPLICATE", totals, ("rater", "project"), "每位再评人每个项目一次", mend)
        roles: dict[str, set[str]] = defaultdict(set)
        agreed: dict[str, set[str]] = defaultdict(set)
        for book in self.books:
            if book.rater is None:
                continue
            name, role = str(book.rater["rater"]), str(book.rater["role"])
            roles[name].add(role)
            if len(roles[name]) > 1:
                found, mend = f"「{name}」在另一本中的角色不同", "合议另用名称（如“合议”）；独立评分用本人姓名或代号"
                self._note("RS-ROLE", book.file, "同一再评人一种角色", found, mend)
            if role == RaterRole.CONSENSUS.value:
                for row in book.totals:
                    agreed[str(row["project"])].add(book.file)
        for project, files in sorted(agreed.items()):
            if len(files) > 1:
                where, found = "、".join(sorted(files)), f"项目 {project} 有 {len(files)} 份合议得分"
                self._note("RS-CONSENSUS", where, "每个项目一份合议得分", found, "只保留最终的合议得分")

    def _repeated(
        self, code: str, rows: Iterable[Mapping[str, object]], keys: Sequence[str], expected: str, mend: str
    ) -> None:
        """Note rows of two files that name the same thing; within one sheet the sheet's own key has told it."""
        first: dict[tuple[object, ...], str] = {}
        for row in rows:
            key, where = tuple(row[name] for name in keys), str(row["where"])
            if key in first and _sheet_of(first[key]) != _sheet_of(where):
                found = f"「{' '.join(map(str, key))}」已在 {first[key]} 出现"
                self._note(code, where, expected, found, mend)
            first.setdefault(key, where)

    def folder(self) -> ReEvaluationFolder:
        """Return everything read as tables."""
        raters = [book.rater for book in self.books if book.rater is not None]
        return ReEvaluationFolder(
            projects=_table(self.projects, PROJECTS).astype({"certainty": bool}),
            approved=_table(self.approved, APPROVED),
            follow_up=_table(self.follow_up, FOLLOW_UP),
            scores=_table([row for book in self.books for row in book.scores], SCORES),
            totals=_table([row for book in self.books for row in book.totals], TOTALS),
            raters=_table(raters, RATERS).astype({"before_discussion": bool}),
            departments=tuple(self.folders),
            folders=dict(self.folders),
            problems=tuple(dict.fromkeys(self.problems)),
            sha256=dict(sorted(self.sha256.items())),
        )

    def _files(self, folder: Path) -> list[Path]:
        """Hash and return the files below a folder, sorted; links that lead out are refused."""
        if not folder.is_dir():
            return []
        if not lies_in(folder, self.root):
            self.problems.append(leads_out(self._relative(folder)))
            return []
        paths = [
            path for path in sorted(folder.rglob("*")) if visible(path) and (path.is_symlink() or not path.is_dir())
        ]
        if len(paths) > MAX_FILES:
            found = f"{len(paths):,} 个文件，只读取前 {MAX_FILES:,} 个"
            where = self._relative(folder)
            self._note("RF-FILES", where, f"不超过 {MAX_FILES:,} 个文件", found, "移走无关文件", Severity.WARNING)
        return [path for path in paths[:MAX_FILES] if self._hash(path)]

    def _hash(self, path: Path) -> bool:
        """Keep the hash of a file and return whether it may be read: not where a link leads out of the folder."""
        name = self._relative(path)
        if not lies_in(path, self.root):
            self.problems.append(leads_out(name))
            return False
        if path.exists() and not path.is_file():
            self._note("RF-FILE", name, "普通文件", "文件夹的链接、管道或其他特殊文件", "移出资料夹")
            return False
        try:
            self.sha256[name] = sha256_of(path)
        except DataError as error:
            self.problems.extend(replace(problem, where=name) for problem in error.problems)
            return False
        return True

    def _relative(self, path: Path) -> str:
        """Return a path relative to the folder, with slashes."""
        return path.relative_to(self.root).as_posix()

    def _note(
        self, code: str, where: str, expected: str, found: str, mend: str, severity: Severity = Severity.ERROR
    ) -> None:
        """Note one problem."""
        self.problems.append(_problem(code, where, expected, found, mend, severity))


def _approved(row: Row) -> Mapping[str, object]:
    """Return one approved target: its text as written, operator and number where it is one."""
    cell, unit = row["target"], row.text("unit")
    number = cell.value if isinstance(cell.value, float) else math.nan
    # a bare number says its unit in the column beside it
    text = f"{cell.raw}{unit}" if cell.raw and not cell.unit and not math.isnan(number) else cell.raw
    levels = {code: row.text(code) for code in ("project", "level1", "level2", "level3")}
    return {
        **levels,
        "target_text": text.strip(),
        "operator": "" if cell.operator is None else cell.operator.value,
        "target": number,
        "unit": unit or cell.unit,
        "full": float(row.value("full", math.nan)),
        "where": str(row["level3"].address),
    }


def _follow_up(row: Row, department: str) -> Mapping[str, object]:
    """Return one problem of last year."""
    status = row["status"].value
    texts = {code: row.text(code) for code in ("project", "problem", "note")}
    code = "" if status is None else str(getattr(status, "value", ""))
    return {**texts, "department": department, "status": code, "where": str(row["problem"].address)}


def _table(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a frame of these columns: numbers as floats, days as timestamps, the rest as found."""
    table = pd.DataFrame(list(rows), columns=list(columns), dtype=object)
    for name in columns:
        if name in _NUMBERS:
            table[name] = table[name].astype(float)
        elif name in _DAYS:
            table[name] = pd.to_datetime(table[name]).astype("datetime64[ns]")
    return table


def _sheet_of(where: str) -> str:
    """Return the file and the sheet of a cell's address."""
    return where.rpartition(" › ")[0]


def _problem(
    code: str, where: str, expected: str, found: str, mend: str, severity: Severity = Severity.ERROR
) -> Problem:
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend, severity=severity)
