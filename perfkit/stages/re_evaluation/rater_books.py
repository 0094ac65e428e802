"""Who scores which project 再评分工: sampled projects shared out by seed, and what the units filled in for each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfkit.errors import MethodError, Problem
from perfkit.read.sampling_plan_file import SamplePlan
from perfkit.read.self_evaluation.shapes import SelfEvaluations
from perfkit.reliability.sampling import sampling_frame
from perfkit.reliability.sampling.selection_numbers import unit_numbers
from perfkit.terms import RaterRole, Severity

PREPARED_ITEMS = ("project", "item", "level1", "level2", "level3", "full", "target_text", "actual_text")
SELF_SCORES = ("project", "item", "score")
PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PreparedForms:
    """What the forms hold for the projects to re-score 预填内容.

    ``items`` have the columns of ``PREPARED_ITEMS``, ``self_scores`` those of ``SELF_SCORES`` (``item`` ``""``: the total);
    ``problems`` name projects whose items could not be prepared.
    """

    items: pd.DataFrame
    self_scores: pd.DataFrame
    problems: tuple[Problem, ...]


def rater_projects(
    plan: SamplePlan, raters: Sequence[str], *, scored: Mapping[str, Collection[str]] | None = None
) -> dict[str, tuple[str, ...]]:
    """Return the projects of each rater, sorted 再评分工: the double-scored ones go to two raters, the others to one.

    Parameters
    ----------
    plan : the plan; its seed shares out the projects.
    raters : names of the raters, in order.
    scored : independent raters who have scored a project already; those scores are not asked for again.

    Raises
    ------
    MethodError
        Where projects are to be scored twice and there is one rater.

    Notes
    -----
    In an order that the seed gives, the double-scored projects go to neighbouring pairs of raters in turn, so that all
    raters are connected as soon as there are as many of them as raters; the others go to whoever has fewest.
    """
    if len(raters) < 1 or (len(raters) < PAIR and plan.double_scored):
        raise MethodError(_too_few_raters(len(raters), len(plan.double_scored)))
    done = scored or {}
    frame = sampling_frame(plan.frame, unit="project", money="money", stratum="stratum")
    numbers = dict(zip(map(str, frame.ids), unit_numbers(frame, plan.seed, "raters").tolist(), strict=True))
    ordered = sorted(plan.projects, key=lambda code: (numbers[code], code))
    twice = set(plan.double_scored)
    books: dict[str, list[str]] = {name: [] for name in raters}
    for place, code in enumerate(code for code in ordered if code in twice):
        others = done.get(code, ())
        turn = [raters[(place + step) % len(raters)] for step in range(len(raters))]
        for name in [name for name in turn if name not in others][: max(0, PAIR - len(others))]:
            books[name].append(code)
    for code in ordered:
        if code not in twice and not done.get(code):
            books[min(books, key=lambda name: len(books[name]))].append(code)
    return {name: tuple(sorted(codes)) for name, codes in books.items()}


def prepared_forms(evaluations: SelfEvaluations, projects: Sequence[str]) -> PreparedForms:
    """Return what the units filled in for some projects 预填内容, for their re-scoring workbooks.

    Parameters
    ----------
    evaluations : forms whose ``project`` is the code of the list (see ``matching.matched``).
    projects : codes of the projects to re-score.
    """
    forms = evaluations.forms[evaluations.forms["project"].isin(set(projects))]
    counted = Counter(forms["project"])
    forms = forms[forms["project"].map(counted) == 1]
    codes = dict(zip(forms["form"], forms["project"], strict=True))
    items = evaluations.items[evaluations.items["form"].isin(set(codes))]
    items = items.assign(project=items["form"].map(codes))
    units = items["unit"] if "unit" in items else pd.Series("", index=items.index)
    for name in ("target_text", "actual_text"):
        items[name] = [_with_unit(text, unit) for text, unit in zip(items[name], units, strict=True)]
    totals = pd.DataFrame({"project": forms["project"], "item": "", "score": forms["total"]})
    own = pd.concat([totals, items.loc[:, list(SELF_SCORES)]], ignore_index=True)
    problems = [_not_prepared(code, counted.get(code, 0)) for code in projects if counted.get(code, 0) != 1]
    return PreparedForms(
        items=items.loc[:, list(PREPARED_ITEMS)].reset_index(drop=True),
        self_scores=own[own["score"].notna()].reset_index(drop=True),
        problems=tuple(problems),
    )


def independent_raters(totals: pd.DataFrame, raters: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the independent raters who have scored each project, sorted 已有的独立评分人.

    Parameters
    ----------
    totals, raters : tables with the columns of ``TOTALS`` and ``RATERS``.
    """
    peers = set(raters.loc[raters["role"] == RaterRole.INDEPENDENT.value, "rater"])
    own = totals[totals["rater"].isin(peers)]
    return {str(code): tuple(sorted(set(table["rater"]))) for code, table in own.groupby("project")}


def _with_unit(text: object, unit: object) -> str:
    """Return a value with its unit, once."""
    plain, word = _plain(text), _plain(unit)
    return f"{plain}{word}" if plain and word and word not in plain and plain[-1].isdigit() else plain


def _plain(value: object) -> str:
    """Return a text, empty where there is none."""
    if value is None or (isinstance(value, (float, np.floating)) and math.isnan(value)):
        return ""
    return str(value).strip()


def _not_prepared(code: str, forms: int) -> Problem:
    """Return: the items of a project could not be prepared."""
    found = f"{forms} 份自评表，不能确定用哪一份" if forms else "没有读到自评表"
    return Problem(
        code="BOOK-FORM",
        where=f"项目 {code}",
        expected="一份自评表，指标预填入再评工作簿",
        found=found,
        mend="补交或清理自评表后重新生成；也可以由再评人在“指标评分”自行录入，或只评总分",
        severity=Severity.WARNING,
    )


def _too_few_raters(raters: int, twice: int) -> Problem:
    """Return: double scoring wants two raters."""
    return Problem(
        code="BOOK-RATERS",
        where="--raters",
        expected=f"至少 {PAIR} 位再评人（{twice} 个项目由两人背对背评分）" if twice else "至少 1 位再评人",
        found=f"{raters}",
        mend="增加再评人；确实只有一人的，在运行文件写 double_share: 0，报告将说明没有双评",
    )
