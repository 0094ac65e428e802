"""The forms of every department of a re-evaluation folder 各部门自评表, in one set of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from perfkit.errors import Problem
from perfkit.read.re_evaluation_shapes import ReEvaluationFolder
from perfkit.read.schema_re_evaluation import FORM_FOLDER
from perfkit.read.self_evaluation import SelfEvaluations, read_self_evaluations
from perfkit.read.self_evaluation.shapes import FORMS, FUNDS, ITEMS, VALUES

_TABLES = {"values": VALUES, "forms": FORMS, "items": ITEMS, "funds": FUNDS}


def read_department_forms(path: Path, folder: ReEvaluationFolder, *, jobs: int | None = None) -> SelfEvaluations:
    """Read the forms of all departments 读取各部门自评表.

    Parameters
    ----------
    path : the re-evaluation folder, as ``folder`` was read from.
    folder : names of the departments and of their folders.
    jobs : processes; see :func:`read_self_evaluations`.

    Returns
    -------
    SelfEvaluations
        ``form``, ``file`` and the places of problems begin with the department's folder, so that two departments may use
        the same file names. A department without a folder of forms is a problem, not a crash.
    """
    read: list[SelfEvaluations] = []
    problems: list[Problem] = []
    for department, name in folder.folders.items():
        place = path / name / FORM_FOLDER
        prefix = place.relative_to(path).as_posix()
        if place.is_dir():
            read.append(_placed(read_self_evaluations(place, department=department, jobs=jobs), prefix))
        else:
            mend = f"把该部门的自评表放入“{FORM_FOLDER}”文件夹"
            problems.append(
                Problem(code="RF-FORMS", where=prefix, expected="自评表文件夹", found="没有这个文件夹", mend=mend)
            )
    return _together(read, problems)


def _placed(found: SelfEvaluations, prefix: str) -> SelfEvaluations:
    """Return forms whose ids, files and problems name the folder they came from."""
    tables = {}
    for name in _TABLES:
        table = getattr(found, name)
        moved = {column: prefix + "/" + table[column].astype(str) for column in ("form", "file") if column in table}
        tables[name] = table.assign(**moved)
    return replace(
        found,
        **tables,
        problems=tuple(replace(problem, where=f"{prefix}/{problem.where}") for problem in found.problems),
        sha256={f"{prefix}/{file}": digest for file, digest in found.sha256.items()},
    )


def _together(read: Sequence[SelfEvaluations], problems: Sequence[Problem]) -> SelfEvaluations:
    """Return the forms of all departments as one."""
    tables = {
        name: pd.concat([getattr(one, name) for one in read], ignore_index=True)
        if read
        else pd.DataFrame(columns=list(columns))
        for name, columns in _TABLES.items()
    }
    return SelfEvaluations(
        **tables,
        problems=(*problems, *(problem for one in read for problem in one.problems)),
        sha256={file: digest for one in read for file, digest in one.sha256.items()},
    )
