"""One file of forms 单个自评表文件: opened by what it is, every sheet or table read, nothing raised."""

from __future__ import annotations

import re
from collections.abc import Sequence

from perfkit.errors import DataError, Problem, reason
from perfkit.read.compound_file import MAGIC
from perfkit.read.legacy_workbook import open_legacy_workbook
from perfkit.read.provenance import sha256_of
from perfkit.read.self_evaluation.files import SourceFile
from perfkit.read.self_evaluation.forms import read_forms
from perfkit.read.self_evaluation.tables import FileTables
from perfkit.read.word_tables import read_document
from perfkit.read.workbook import MAX_FILE_BYTES, RawSheet, open_workbook
from perfkit.terms import Severity

_CELL_ROW = re.compile(r"[A-Z]{1,3}(\d+)$")


def read_file(source: SourceFile, department: str) -> FileTables:
    """Read every form of one file 读取一个文件; what cannot be read is among its problems."""
    tables = FileTables(source.file)
    try:
        if source.path.stat().st_size <= MAX_FILE_BYTES:
            tables.sha256 = sha256_of(source.path)
        sheets, problems, hidden = _opened(source)
    except DataError as error:
        tables.problems.extend(error.problems)
        return tables
    except OSError as error:
        found = reason(error)
        tables.problems.append(
            _problem("SE-FILE", source.file, "能打开的文件", found, "检查文件后重试", Severity.ERROR)
        )
        return tables
    tables.problems.extend(problem for problem in problems if problem.where == source.file)
    reasons: list[tuple[str, str]] = []
    for sheet in sheets:
        _read_sheet(sheet, tables, problems, hidden, reasons, department)
    _say_reasons(tables, reasons, len(sheets))
    return tables


def _opened(source: SourceFile) -> tuple[list[RawSheet], tuple[Problem, ...], frozenset[str]]:
    """Return the sheets of a file with the problems of its cells and its hidden sheets."""
    suffix = source.path.suffix.lower()
    if suffix == ".docx":
        return [read_document(source.path, source.file)], (), frozenset()
    with source.path.open("rb") as stream:
        old = stream.read(len(MAGIC)) == MAGIC
    # some systems write the old format under the new name: what the file is decides
    book = (open_legacy_workbook if old or suffix == ".xls" else open_workbook)(source.path, source.file, _all)
    problems = book.problems
    if old and suffix != ".xls":
        mend = "已按旧格式读取；建议另存为真正的 .xlsx"
        said = _problem("SE-SUFFIX", source.file, ".xlsx 的内容", "旧格式（.xls）的内容", mend, Severity.INFO)
        problems = (*problems, said)
    return [book.sheets[name] for name in book.names if name in book.sheets], problems, book.hidden


def _all(names: Sequence[str]) -> Sequence[str]:
    """Choose every sheet."""
    return names


def _read_sheet(
    sheet: RawSheet,
    tables: FileTables,
    problems: tuple[Problem, ...],
    hidden: frozenset[str],
    reasons: list[tuple[str, str]],
    department: str,
) -> None:
    """Read the forms of one sheet into the tables of the file."""
    try:
        forms, why = read_forms(sheet, len(tables.forms))
    except DataError as error:
        tables.problems.extend(error.problems)
        return
    place = f"{sheet.file} › {sheet.name}"
    if forms and sheet.name in hidden:
        found = f"隐藏的工作表中有 {len(forms)} 张自评表"
        tables.problems.append(
            _problem("SE-HIDDEN", place, "显示的工作表", found, "取消隐藏后重新导入；隐藏的没有读取", Severity.WARNING)
        )
        return
    prefix = f"{place} › "
    for record in forms:
        for problem in problems:
            cell = _CELL_ROW.search(problem.where) if problem.where.startswith(prefix) else None
            if cell and record.first < int(cell[1]) <= record.last + 1:
                record.problems.append(problem)
                record.unread += 1
        tables.add(record, department)
    if not forms and why:
        reasons.append((place, why))


def _say_reasons(tables: FileTables, reasons: list[tuple[str, str]], sheets: int) -> None:
    """Say which sheets hold no form, or once that the file holds none."""
    if tables.forms or any(problem.severity is Severity.ERROR for problem in tables.problems):
        for place, why in reasons:
            tables.problems.append(_problem("SE-NO-FORM", place, "自评表", why, "不是自评表的不必处理", Severity.INFO))
        return
    if any(problem.code == "SE-HIDDEN" for problem in tables.problems):
        return
    found = reasons[0][1] if reasons else ("空文件" if sheets else "没有工作表或表格")
    mend = "不是自评表的不必处理；是自评表的，核对表头是否完整"
    tables.problems.append(_problem("SE-NO-FORM", tables.file, "至少一张自评表", found, mend, Severity.WARNING))


def _problem(code: str, where: str, expected: str, found: str, mend: str, severity: Severity) -> Problem:
    """Return a problem."""
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend, severity=severity)
