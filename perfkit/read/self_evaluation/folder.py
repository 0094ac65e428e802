"""A folder of self-evaluation forms 自评表文件夹: every file read apart, the tables put together in the order of names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

import pandas as pd

from perfkit.errors import Problem
from perfkit.read.self_evaluation.files import SourceFile, source_files
from perfkit.read.self_evaluation.one_file import read_file
from perfkit.read.self_evaluation.pool import read_with_processes
from perfkit.read.self_evaluation.shapes import FORMS, FUNDS, ITEMS, VALUES, SelfEvaluations
from perfkit.read.self_evaluation.tables import FileTables
from perfkit.terms import Severity

ALONE = 40  # below this many files another process costs more than it saves


def read_self_evaluations(folder: Path, *, department: str = "", jobs: int | None = None) -> SelfEvaluations:
    """Read every self-evaluation form below a folder 读取自评表.

    Parameters
    ----------
    folder : holds the forms, in sub-folders too: .xlsx, .xls, .docx, one or many a file.
    department : name that every form gets instead of what it prints (the printed one stays in ``values``).
    jobs : processes; ``None`` takes one a core, 1 reads in this process. The result does not depend on it.

    Returns
    -------
    SelfEvaluations
        Tables in the order of the file names, and everything that could not be read, with the reason.

    Raises
    ------
    DataError
        Where the folder cannot be listed; a file that cannot be read is among the problems.
    """
    files, problems = source_files(folder)
    if not files and not problems:
        problems.append(_empty(folder))
    wanted = _cores() if jobs is None else max(1, jobs)
    if wanted == 1 or len(files) < ALONE:
        read: Sequence[FileTables] = [read_file(source, department) for source in files]
    else:
        read = read_with_processes(files, department, wanted)
    return _together(files, read, problems)


def _empty(folder: Path) -> Problem:
    """Return: a folder of forms holds no file."""
    mend = "放入自评表（.xlsx、.xls、.docx）后重试"
    return Problem(code="SE-EMPTY", where=folder.name, expected="至少一份自评表", found="空文件夹", mend=mend)


def _cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _together(files: Sequence[SourceFile], read: Sequence[FileTables], problems: Sequence[Problem]) -> SelfEvaluations:
    """Return the tables of all files as one."""
    found = [*problems, *chain.from_iterable(tables.problems for tables in read), *_copies(read)]
    return SelfEvaluations(
        values=_frame(chain.from_iterable(tables.values for tables in read), VALUES),
        forms=_frame(chain.from_iterable(tables.forms for tables in read), FORMS),
        items=_frame(chain.from_iterable(tables.items for tables in read), ITEMS),
        funds=_frame(chain.from_iterable(tables.funds for tables in read), FUNDS),
        problems=tuple(found),
        sha256={tables.file: tables.sha256 for tables in read if tables.sha256},
    )


_NUMBERS = frozenset({
    "number", "year", "budget_begin", "budget", "executed", "printed_rate", "execution_full", "execution_score", "total_full",
    "total", "target", "actual", "full", "score", "own_full", "own_score", "rate",
})  # fmt: skip
_COUNTS = frozenset({"row", "layers", "items", "unread"})


def _frame(rows: Iterable[Sequence[object]], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a table with the same types whether or not it has rows."""
    series = list(zip(*rows, strict=True)) or [()] * len(columns)
    data = {}
    for name, values in zip(columns, series, strict=True):
        kind = "float64" if name in _NUMBERS else "int64" if name in _COUNTS else "object"
        data[name] = pd.Series(values, dtype=kind)
    return pd.DataFrame(data, columns=list(columns))


def _copies(read: Sequence[FileTables]) -> list[Problem]:
    """Return the files that are the same byte by byte as an earlier one."""
    first: dict[str, str] = {}
    problems = []
    for tables in read:
        if not tables.sha256 or not tables.forms:
            continue
        earlier = first.setdefault(tables.sha256, tables.file)
        if earlier != tables.file:
            problems.append(
                Problem(
                    code="SE-COPY",
                    where=tables.file,
                    expected="各不相同的文件",
                    found=f"与「{earlier}」内容完全相同",
                    mend="重复的删去一份；两份都已读取",
                    severity=Severity.WARNING,
                )
            )
    return problems
