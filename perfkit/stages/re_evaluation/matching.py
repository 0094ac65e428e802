"""Which project a form belongs to 自评表与项目清单的对应: by code, else by name within its department."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import pandas as pd

from perfkit.errors import Problem
from perfkit.read.self_evaluation.shapes import SelfEvaluations
from perfkit.terms import Severity

_SPACE = re.compile(r"[\s·•,，.。、()（）〔〕\[\]【】《》“”\"'‘’—\-_/]+")


def plain_name(name: object) -> str:
    """Return a name without what varies from form to form 归一名称: width of characters, blanks, punctuation, case.

    Examples
    --------
    >>> plain_name("农村饮水 （２０２４年） 项目") == plain_name("农村饮水(2024年)项目")
    True
    """
    return _SPACE.sub("", unicodedata.normalize("NFKC", str(name or ""))).casefold()


def matched(evaluations: SelfEvaluations, projects: pd.DataFrame) -> tuple[SelfEvaluations, tuple[Problem, ...]]:
    """Return the forms with the code of their project in the list 自评表归到项目.

    Parameters
    ----------
    evaluations : forms as read; ``forms.project`` and ``forms.name`` as they stand on the form.
    projects : the list of projects (columns ``PROJECTS``).

    Returns
    -------
    tuple
        The forms with ``project`` the code of the list (``""`` where none fits), ``name`` and ``agency`` of the list;
        and a warning for each form that fits no project, or whose code and name name different ones.

    Notes
    -----
    A code decides where the list has it. A name decides only within the department of the form, and only where it names
    one project: two projects of one name are not told apart by guessing.
    """
    codes = {plain_name(code): str(code) for code in projects["project"] if str(code)}
    names: dict[tuple[str, str], list[str]] = {}
    for row in projects.itertuples():
        names.setdefault((str(row.department), plain_name(row.name)), []).append(str(row.project))
    listed = projects.drop_duplicates("project").set_index("project")
    problems: list[Problem] = []
    chosen = [_project_of(row, codes, names, listed, problems) for row in evaluations.forms.itertuples()]
    forms = evaluations.forms.assign(project=pd.Series(chosen, index=evaluations.forms.index, dtype=object))
    for column in ("name", "agency"):
        known = forms["project"].map(listed[column]) if len(listed) else pd.Series(pd.NA, index=forms.index)
        forms[column] = known.where(known.notna() & (known != ""), forms[column])
    return dataclasses.replace(evaluations, forms=forms), tuple(problems)


def _project_of(
    row: Any,
    codes: Mapping[str, str],
    names: Mapping[tuple[str, str], list[str]],
    listed: pd.DataFrame,
    problems: list[Problem],
) -> str:
    """Return the code of the project of one form, ``""`` where none fits; note what is doubtful."""
    code, name = plain_name(row.project), plain_name(row.name)
    department = str(row.department)
    where = " › ".join(str(getattr(row, part)) for part in ("file", "sheet", "place") if getattr(row, part))
    by_name = names.get((department, name), []) if name else []
    if code in codes and code:
        found = codes[code]
        own = str(listed.loc[found, "name"])
        if name and name != plain_name(own):
            others = [project for project in by_name if project != found]
            told = f"「{row.name}」" + (f"（清单中属 {'、'.join(others)}）" if others else "")
            severity = Severity.WARNING if others else Severity.INFO
            expected = f"编码 {found} 的名称「{own}」"
            problems.append(_doubt("RE-CODE-NAME", where, expected, told, "核对编码与名称；暂按编码归属", severity))
        owner = str(listed.loc[found, "department"])
        if department and owner != department:
            expected, mend = f"{department}的项目", f"移到{owner}的自评表文件夹，或改正编码；暂按编码归属"
            problems.append(_doubt("RE-DEPARTMENT", where, expected, f"编码 {found} 属{owner}", mend))
        return found
    if len(by_name) == 1:
        if code:
            told, mend = f"「{row.project}」，清单中没有", "改正自评表或清单的编码；暂按名称归属"
            problems.append(_doubt("RE-CODE-NAME", where, f"「{row.name}」的编码 {by_name[0]}", told, mend))
        return by_name[0]
    told = f"「{row.name or '（无名称）'}」，编码「{row.project or '无'}」"
    if by_name:
        mend = f"清单中有 {len(by_name)} 个同名项目，请在表中填写项目编码"
        problems.append(_doubt("RE-SAME-NAME", where, "能对应到一个项目", told, mend))
    else:
        mend = "核对名称和编码，或把该项目补入项目清单"
        problems.append(_doubt("RE-UNKNOWN-PROJECT", where, "项目清单中的项目", told, mend))
    return ""


def _doubt(
    code: str, where: str, expected: str, found: str, mend: str, severity: Severity = Severity.WARNING
) -> Problem:
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend, severity=severity)
