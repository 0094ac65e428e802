"""The engagement folder 评价资料夹: workbook, survey exports, evidence and base tables become one checked whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfkit.errors import DataError, Problem, reason
from perfkit.read.cells import Cell, near, read_cell
from perfkit.read.layout import Column, Sheet, plain_heading
from perfkit.read.links import check_links
from perfkit.read.provenance import inside, sha256_of
from perfkit.read.rows import Row, normalised, read_table
from perfkit.read.schema import DEFAULT_OPTIONS, OVERVIEW, SHEETS, TABLES, WORKBOOK_NAME
from perfkit.read.survey_file import SurveyPlan, SurveyResponses, read_responses
from perfkit.read.workbook import SUFFIX, RawSheet, RawWorkbook, open_workbook
from perfkit.terms import Severity
from perfkit.trace import CellAddress

__all__ = ["Engagement", "Row", "check_engagement", "read_engagement", "read_loosely"]

EVIDENCE_FOLDER = "佐证材料"
SURVEY_FOLDER = "问卷"
BASE_TABLE_FOLDER = "基础数据表"
MAX_FILES = 5_000
_OWN_SHEETS = frozenset({"填写说明"})


@dataclass(frozen=True, slots=True)
class Engagement:
    """Everything read from an engagement folder 评价资料.

    Parameters
    ----------
    folder : the folder; ``workbook`` the name of the workbook in it.
    sha256 : file, relative to the folder with ``/``, and its hash: everything read, evidence and base tables.
    overview : 概况, every key of the layout; empty cells where nothing is filled.
    tables : rows by sheet code, every sheet of the layout; empty where the workbook lacks it.
    responses : survey id and its respondent rows, where a raw export was read.
    problems : warnings and infos; what was normalised.
    """

    folder: Path
    workbook: str
    sha256: Mapping[str, str]
    overview: Mapping[str, Cell]
    tables: Mapping[str, tuple[Row, ...]]
    responses: Mapping[str, SurveyResponses]
    problems: tuple[Problem, ...]


def read_engagement(path: Path) -> Engagement:
    """Read an engagement folder, or a workbook alone 读取评价资料夹.

    Parameters
    ----------
    path : the folder, or the workbook itself.

    Returns
    -------
    Engagement
        Typed rows whose every value keeps its cell; what was normalised is among ``problems``.

    Raises
    ------
    DataError
        With all errors of all sheets and files, not the first only.
    """
    engagement, problems = read_loosely(path)
    errors = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    if engagement is None or errors:
        raise DataError(errors)
    return engagement


def check_engagement(path: Path) -> tuple[Problem, ...]:
    """Return every problem of an engagement folder 检查评价资料夹; nothing wrong with data raises.

    Parameters
    ----------
    path : the folder, or the workbook itself.
    """
    return read_loosely(path)[1]


def read_loosely(path: Path) -> tuple[Engagement | None, tuple[Problem, ...]]:
    """Return an engagement as far as it can be read, and all problems in order 尽量读取; nothing wrong raises.

    Parameters
    ----------
    path : the folder, or the workbook itself.

    Returns
    -------
    tuple
        The engagement, its refused cells empty (``None`` where the workbook could not be opened): for further checks
        only, never to be scored; and every problem.
    """
    try:
        workbook = _workbook_of(path)
        book = open_workbook(workbook, workbook.name, _sheets_wanted)
    except DataError as error:
        return None, error.problems
    reading = _Reading(workbook, book)
    engagement = reading.engagement()
    return engagement, engagement.problems


def _workbook_of(path: Path) -> Path:
    """Return the workbook of a folder: by its name, or the only one there."""
    if not path.is_dir():
        return path
    named = path / WORKBOOK_NAME
    if named.is_file():
        return inside(path, WORKBOOK_NAME, WORKBOOK_NAME)
    try:
        others = sorted(
            item for item in path.iterdir() if item.suffix.lower() == SUFFIX and not item.name.startswith(("~$", "."))
        )
    except OSError as error:
        found = f"无法读取（{reason(error)}）"
        raise DataError(
            Problem(code="EN-FOLDER", where=path.name, expected="可读取的文件夹", found=found, mend="检查读取权限")
        ) from error
    if len(others) == 1:
        return inside(path, others[0].name, others[0].name)
    found = "、".join(f"「{item.name}」" for item in others[:5]) if others else "没有 .xlsx 文件"
    mend = "只保留一个工作簿，或改名为评价工作簿.xlsx；新建：perfkit new --kind project 评价工作簿.xlsx"
    raise DataError(
        Problem(code="EN-WORKBOOK", where=path.name or str(path), expected=WORKBOOK_NAME, found=found, mend=mend)
    )


def _names(sheet: Sheet) -> tuple[str, ...]:
    """Return the names a sheet goes by."""
    return sheet.name, *sheet.aliases


def _sheets_wanted(names: Sequence[str]) -> Iterable[str]:
    """Return the sheets that the layout knows."""
    known = {plain_heading(name) for sheet in SHEETS for name in _names(sheet)}
    return [name for name in names if plain_heading(name) in known]


class _Reading:
    """One engagement while it is read."""

    def __init__(self, workbook: Path, book: RawWorkbook) -> None:
        self.folder, self.workbook, self.book = workbook.parent, workbook.name, book
        self.problems: list[Problem] = list(book.problems)
        self.sha256: dict[str, str] = {}

    def engagement(self) -> Engagement:
        """Read every sheet and every file."""
        self._hash(self.folder / self.workbook)
        sheets = self._sheets()
        overview = self._overview(sheets.get(OVERVIEW.code))
        tables: dict[str, tuple[Row, ...]] = {}
        for code, sheet in TABLES.items():
            raw = sheets.get(code)
            table = read_table(sheet, raw) if raw is not None else None
            tables[code] = table.rows if table else ()
            self.problems.extend(table.problems if table else ())
        names = {code: raw.name for code, raw in sheets.items()}
        self.problems.extend(check_links(tables, overview, names, self.workbook))
        responses = self._responses(tables["surveys"])
        self._evidence(tables["evidence"])
        self._base_tables()
        return Engagement(
            folder=self.folder,
            workbook=self.workbook,
            sha256=dict(sorted(self.sha256.items())),
            overview=overview,
            tables=tables,
            responses=responses,
            problems=_without_echoes(self.problems),
        )

    def _sheets(self) -> dict[str, RawSheet]:
        """Return the sheets of the layout by code; note missing, doubled and unknown ones."""
        names = {plain_heading(name): sheet for sheet in SHEETS for name in _names(sheet)}
        found: dict[str, RawSheet] = {}
        unknown = []
        for name in self.book.names:
            sheet = names.get(plain_heading(name))
            if sheet is None:
                if name not in _OWN_SHEETS and name not in self.book.hidden:
                    unknown.append(name)
            elif sheet.code in found:
                expected = f"“{sheet.name}”只有一张"
                self._note(
                    "WB-SHEET",
                    f"{self.workbook} › {name}",
                    expected,
                    f"与「{found[sheet.code].name}」重复",
                    "删除或改名其中一张",
                )
            else:
                found[sheet.code] = self.book.sheets[name]
                if name in self.book.hidden:
                    where, mend = f"{self.workbook} › {name}", "取消隐藏，便于核对"
                    self._note("WB-HIDDEN", where, "可见的工作表", "隐藏的工作表，已读取", mend, Severity.WARNING)
        for name in unknown:
            mend = near(name, (sheet.name for sheet in SHEETS)) or "不需要读取时不必改动"
            where = f"{self.workbook} › {name}"
            self._note("WB-UNKNOWN-SHEET", where, "模板中的工作表名", "不认识的工作表，未读取", mend, Severity.INFO)
        for sheet in SHEETS:
            if sheet.required and sheet.code not in found:
                mend = near(sheet.name, self.book.names) or f"补上“{sheet.name}”工作表（见 perfkit new 的模板）"
                self._note("WB-SHEET", self.workbook, f"工作表「{sheet.name}」", "没有这张工作表", mend)
        return found

    def _note(
        self, code: str, where: str, expected: str, found: str, mend: str, severity: Severity = Severity.ERROR
    ) -> None:
        """Note one problem."""
        self.problems.append(
            Problem(code=code, where=where, expected=expected, found=found, mend=mend, severity=severity)
        )

    def _overview(self, raw: RawSheet | None) -> dict[str, Cell]:
        """Read 概况: one key a line, its value in the next column."""
        nowhere = CellAddress(self.workbook, OVERVIEW.name, "")
        cells = {column.code: Cell(None, "", nowhere) for column in OVERVIEW.columns}
        if raw is None:
            return cells
        known = OVERVIEW.by_heading()
        seen: set[str] = set()
        for index, values in enumerate(raw.rows):
            label = plain_heading(str(values[0])) if values and values[0] is not None else ""
            column = known.get(label)
            if column is None:
                self._unknown_key(raw, index, label, known, started=bool(seen))
            elif column.code in seen:
                where = str(raw.address(index, 0))
                self._note("WB-DUPLICATE", where, "每个项目一行", f"「{column.header}」出现两次", "删除其中一行")
            else:
                seen.add(column.code)
                cells[column.code] = self._overview_cell(column, raw, index)
        for column in OVERVIEW.columns:
            if column.required and column.code not in seen:
                where = f"{self.workbook} › {raw.name}"
                self._note(
                    "WB-REQUIRED", where, f"「{column.header}」一行", "没有这一行", f"补上「{column.header}」及其内容"
                )
        self.problems.extend(normalised(OVERVIEW.columns, [Row(raw.name, 0, cells)]))
        return cells

    def _unknown_key(
        self, raw: RawSheet, index: int, label: str, known: Mapping[str, Column], *, started: bool
    ) -> None:
        """Note a line whose key is unknown, below the first known one."""
        if label and started:
            where = str(raw.address(index, 0))
            mend = near(label, known) or "需要时改为模板中的项目名"
            self._note("WB-UNKNOWN-KEY", where, "模板中的项目名", f"「{label}」，未读取", mend, Severity.INFO)

    def _overview_cell(self, column: Column, raw: RawSheet, index: int) -> Cell:
        """Read the value of one key."""
        found = raw.found(index, 1)
        try:
            cell = read_cell(column, found)
        except DataError as error:
            self.problems.extend(error.problems)
            return Cell(None, found.raw, found.address)
        if column.required and cell.value is None:
            self._note("WB-REQUIRED", f"{found.address}（{column.header}）", "必填", "空白", f"填写{column.header}")
        return cell

    def _responses(self, surveys: Sequence[Row]) -> dict[str, SurveyResponses]:
        """Read the raw exports that the 问卷 sheet names."""
        responses: dict[str, SurveyResponses] = {}
        for row in surveys:
            name, survey = row.text("file"), row.text("id")
            if not name or not survey:
                continue
            where = f"{row['file'].address}（原始数据文件）"
            path = self._named_file(SURVEY_FOLDER, name, where)
            if path is None:
                continue
            if not path.is_file():
                self._note(
                    "SV-FILE",
                    where,
                    f"“{SURVEY_FOLDER}”文件夹中的文件",
                    f"没有「{name}」",
                    "放入文件，或清空该格并填写“问卷统计”",
                )
                continue
            options = tuple(row.value("options", DEFAULT_OPTIONS))
            scale = row.value("scale", ())
            if scale and len(scale) != len(options):
                expected = f"量表分值与选项同为 {len(options)} 档"
                self._note(
                    "SV-SCALE",
                    f"{row['scale'].address}（量表分值）",
                    expected,
                    f"{len(scale)} 档",
                    "逐档对应填写分值和选项",
                )
            plan = SurveyPlan(
                survey=survey,
                options=options,
                questions=tuple(row.value("question_columns", ())),
                group_column=row.text("group_column"),
            )
            self._hash(path)
            found, problems = read_responses(path, self._relative(path), plan)
            self.problems.extend(problems)
            if found is not None:
                responses[survey] = found
        return responses

    def _named_file(self, subfolder: str, name: str, where: str) -> Path | None:
        """Return the path of a file named with or without its subfolder; note one that leads out."""
        plain = name.replace("\\", "/").removeprefix("./")
        if plain.startswith(f"{subfolder}/"):
            plain = plain.removeprefix(f"{subfolder}/")
        try:
            path = inside(self.folder / subfolder, plain, where)
            inside(self.folder, f"{subfolder}/{plain}", where)
        except DataError as error:
            self.problems.extend(error.problems)
            return None
        return path

    def _evidence(self, rows: Sequence[Row]) -> None:
        """Hash the evidence files and match them with the 证据 sheet."""
        present = self._files(EVIDENCE_FOLDER)
        named: set[Path] = set()
        for row in rows:
            name = row.text("file")
            if not name:
                continue
            where = f"{row['file'].address}（文件）"
            path = self._named_file(EVIDENCE_FOLDER, name, where)
            if path is None:
                continue
            named.add(path)
            if path not in present:
                found = f"没有「{name}」"
                mend = "放入文件，或改正文件名"
                self._note("EV-FILE", where, f"“{EVIDENCE_FOLDER}”文件夹中的文件", found, mend, Severity.WARNING)
        for path in sorted(present - named):
            where = self._relative(path)
            self._note(
                "EV-UNLISTED", where, "在“证据”表中列出", "没有对应的证据编号", "需要引用时补入“证据”表", Severity.INFO
            )

    def _base_tables(self) -> None:
        """Hash the base tables returned by units."""
        self._files(BASE_TABLE_FOLDER)

    def _files(self, subfolder: str) -> set[Path]:
        """Hash and return the files below a subfolder; links that lead out are refused."""
        folder = self.folder / subfolder
        if not folder.is_dir():
            return set()
        files: set[Path] = set()
        root = self.folder.resolve()
        paths = sorted(folder.rglob("*"))
        if len(paths) > MAX_FILES:
            found = f"{len(paths):,} 个文件，只读取前 {MAX_FILES:,} 个"
            self._note("EN-FILES", subfolder, f"不超过 {MAX_FILES:,} 个文件", found, "移走无关文件", Severity.WARNING)
        for path in paths[:MAX_FILES]:
            if path.name.startswith(("~$", ".")) or path.is_dir():
                continue
            if not path.resolve().is_relative_to(root):
                self._note(
                    "EN-PATH", self._relative(path), "资料夹内的文件", "链接指向资料夹之外", "把文件复制到资料夹内"
                )
            elif path.is_file():
                files.add(path)
                self._hash(path)
        return files

    def _relative(self, path: Path) -> str:
        """Return a path relative to the folder."""
        return path.relative_to(self.folder).as_posix()

    def _hash(self, path: Path) -> None:
        """Keep the hash of a file."""
        try:
            self.sha256[self._relative(path)] = sha256_of(path)
        except DataError as error:
            self.problems.extend(error.problems)


def _without_echoes(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return each problem once, without the complaints that only follow from an unusable formula cell."""
    dead = {problem.where for problem in problems if problem.code in ("WB-FORMULA", "WB-FORMULA-ERROR")}
    kept = (
        problem
        for problem in problems
        if problem.code in ("WB-FORMULA", "WB-FORMULA-ERROR") or problem.where.partition("（")[0] not in dead
    )
    return tuple(dict.fromkeys(kept))
