"""Quality of the self-evaluation work 自评工作质量: counts met of counts asked for, by a form in data; no project is scored.

Methodology of ours, labelled so: no rule gives a form or a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from perfkit.checks.self_evaluation import DESK_CHECKS, DeskCheckResult
from perfkit.errors import Problem, RuleError
from perfkit.read.re_evaluation_shapes import ReEvaluationFolder
from perfkit.rulebook.quality_form import QualityCriterion, QualityForm
from perfkit.rulebook.shape import near_names
from perfkit.scoring.rounding import HALF_GRID
from perfkit.stages.listing import Listing
from perfkit.terms import Rectification, ScoreChange, Severity

ALL = ""
TOTAL = "合计"
NOT_ASSESSED = "无法评价"
METHODOLOGY = "方法学"
_WHY = {
    "projects_in_time": "项目清单没有报送期限或报送日期",
    "projects_with_form": "没有项目清单",
    "agencies_complete": "没有项目清单",
    "forms_without": "没有自评表",
    "indicators_without": "没有读到指标",
    "re_scored_items_without": "没有逐指标再评的项目",
    "re_scored_projects_within": "没有再评的项目",
    "problems_rectified": "没有上年整改记录",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityResult(Listing):
    """Quality of the self-evaluation work 自评工作质量; rows of department ``""`` are all departments together.

    ``count`` says what is counted, ``full`` the points after redistribution, ``points`` = full × share. The row ``合计``
    adds up a department; its ``full`` is below the form's where points of criteria without data are shown and not shared.
    """

    kind: ClassVar[str] = "quality"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "aspect", "count", "criterion", "met", "of", "share", "full", "points", "note", "label",
    )  # fmt: skip

    form: QualityForm


@dataclass(frozen=True, slots=True)
class _Lists:
    """What is counted, of one department or of all."""

    projects: pd.DataFrame
    forms: pd.DataFrame
    items: pd.DataFrame
    findings: pd.DataFrame
    re_items: pd.DataFrame
    re_projects: pd.DataFrame
    follow_up: pd.DataFrame

    def of(self, department: str) -> _Lists:
        """Return the lists of one department."""
        if department == ALL:
            return self
        frames = (getattr(self, name) for name in self.__slots__)
        return _Lists(*(frame[frame["department"] == department] for frame in frames))


def quality(
    form: QualityForm,
    folder: ReEvaluationFolder,
    checked: DeskCheckResult,
    *,
    items: pd.DataFrame | None = None,
    projects: pd.DataFrame | None = None,
) -> QualityResult:
    """Return the quality of the self-evaluation work by department 自评工作质量.

    Parameters
    ----------
    form : the quality form, from ``load_quality_form``.
    folder : list of projects and problems of last year. checked : the desk check over every form.
    items, projects : ``re_evaluation_items`` and ``re_evaluation_projects`` as frames; ``None`` where nothing is re-scored.

    Raises
    ------
    RuleError
        Where the form names a check that does not exist.
    """
    _refuse_unknown_checks(form)
    lists = _lists(folder, checked, items, projects)
    names = [str(name) for name in folder.departments]
    rows = [row for department in [ALL, *names] for row in _department(form, department, lists.of(department))]
    counted = sum(1 for row in rows if row["department"] == ALL and not math.isnan(row["met"]))
    return QualityResult(method="counts", n_used=counted, source=form.basis.document, rows=tuple(rows), form=form)


def _refuse_unknown_checks(form: QualityForm) -> None:
    """Raise with every check code that the desk check does not have."""
    unknown = [
        Problem(
            code="RULE-NAME", where=f"{form.id} › {criterion.id} › codes", expected="已有的复核项目代号", found=code,
            mend=near_names(code, DESK_CHECKS),
        )
        for _, criterion in form.criteria()
        for code in criterion.codes
        if code not in DESK_CHECKS
    ]  # fmt: skip
    if unknown:
        raise RuleError(unknown)


def _lists(
    folder: ReEvaluationFolder, checked: DeskCheckResult, items: pd.DataFrame | None, projects: pd.DataFrame | None
) -> _Lists:
    """Return the frames that are counted."""
    columns = ("department", "project", "form", "item", "code")
    found = [
        (one.department, one.project, one.form, one.item, one.finding.code)
        for one in checked.findings
        if one.finding.severity is not Severity.INFO
    ]
    return _Lists(
        projects=folder.projects,
        forms=checked.forms,
        items=checked.items[checked.items["kind"] != "execution"],
        findings=pd.DataFrame(found, columns=list(columns)),
        re_items=_or_empty(items, ("department", "direction", "reason")),
        re_projects=_or_empty(projects, ("department", "inflation")),
        follow_up=folder.follow_up,
    )


def _or_empty(frame: pd.DataFrame | None, columns: Sequence[str]) -> pd.DataFrame:
    """Return a frame, or one without rows."""
    return pd.DataFrame(columns=list(columns)) if frame is None else frame


def _department(form: QualityForm, department: str, lists: _Lists) -> list[dict[str, Any]]:
    """Return the rows of one department: every criterion, and the sum."""
    counts = [(aspect, one, *COUNTS[one.measure](lists, one)) for aspect, one in form.criteria()]
    known = math.fsum(one.points for _, one, _, of in counts if of)
    rows: list[dict[str, Any]] = []
    for aspect, one, met, of in counts:
        assessed = of > 0
        full = 0.0 if not assessed else one.points
        if assessed and form.absent == "redistribute":
            full = one.points * form.full / known
        share = met / of if assessed else math.nan
        rows.append(
            {
                "department": department, "aspect": aspect.value, "count": one.counted, "criterion": one.text,
                "met": float(met) if assessed else math.nan, "of": float(of) if assessed else math.nan, "share": share,
                "full": full, "points": full * share if assessed else math.nan,
                "note": "" if assessed else _absent(form, one), "label": METHODOLOGY,
            }
        )  # fmt: skip
    scored = [row for row in rows if not math.isnan(row["points"])]
    total, full = (math.fsum(row[name] for row in scored) for name in ("points", "full"))
    lost = len(rows) - len(scored)
    shown = f"{lost} 个要点{NOT_ASSESSED}，满分为 {full:g} 分" if lost and form.absent == "show" else ""
    rows.append(
        {
            "department": department, "aspect": "", "count": "", "criterion": TOTAL, "met": math.nan, "of": math.nan,
            "share": total / full if full else math.nan, "full": full, "points": total if scored else math.nan,
            "note": shown or ("" if scored else NOT_ASSESSED), "label": METHODOLOGY,
        }
    )  # fmt: skip
    return rows


def _absent(form: QualityForm, criterion: QualityCriterion) -> str:
    """Return why a criterion was not assessed and what became of its points."""
    went = "按比例归入其他要点" if form.absent == "redistribute" else "不计入满分"
    return f"{NOT_ASSESSED}：{_WHY[criterion.measure]}；{criterion.points:g} 分{went}"


def _with_form(lists: _Lists, _: QualityCriterion) -> tuple[int, int]:
    """Count projects of the list that have a form."""
    return int(lists.projects["project"].isin(set(lists.forms["project"])).sum()), len(lists.projects)


def _agencies(lists: _Lists, _: QualityCriterion) -> tuple[int, int]:
    """Count agencies all of whose projects have a form."""
    has = lists.projects["project"].isin(set(lists.forms["project"]))
    keys = [lists.projects[name] for name in ("department", "agency")]
    whole = has.groupby(keys).all()
    return int(whole.sum()), len(whole)


def _in_time(lists: _Lists, _: QualityCriterion) -> tuple[int, int]:
    """Count projects whose form came by the due date; a project without both dates is not counted."""
    due, came = (pd.to_datetime(lists.projects[name], errors="coerce") for name in ("due", "submitted"))
    known = due.notna() & came.notna()
    return int((came <= due)[known].sum()), int(known.sum())


def _forms_without(lists: _Lists, one: QualityCriterion) -> tuple[int, int]:
    """Count forms without a finding of the named checks."""
    against = set(lists.findings.loc[lists.findings["code"].isin(one.codes), "form"])
    return int((~lists.forms["form"].isin(against)).sum()), len(lists.forms)


def _indicators_without(lists: _Lists, one: QualityCriterion) -> tuple[int, int]:
    """Count indicators without a finding of the named checks."""
    hit = lists.findings[lists.findings["code"].isin(one.codes)]
    against = set(zip(hit["form"], hit["item"], strict=True))
    keys = zip(lists.items["form"], lists.items["item"], strict=True)
    return sum(key not in against for key in keys), len(lists.items)


def _re_items(lists: _Lists, one: QualityCriterion) -> tuple[int, int]:
    """Count re-scored items that were not lowered for one of the named reasons."""
    table = lists.re_items
    if table.empty:
        return 0, 0
    lowered = table["direction"].astype(str) == ScoreChange.LOWERED.value
    named = table["reason"].astype(str).isin([reason.value for reason in one.reasons])
    return int((~(lowered & named)).sum()), len(table)


def _re_projects(lists: _Lists, one: QualityCriterion) -> tuple[int, int]:
    """Count re-scored projects whose total lies within the tolerance."""
    moved = pd.to_numeric(lists.re_projects["inflation"], errors="coerce").dropna()
    return int((moved.abs() <= (one.tolerance or 0.0) + HALF_GRID).sum()), len(moved)


def _rectified(lists: _Lists, _: QualityCriterion) -> tuple[int, int]:
    """Count problems of last year that are put right; in part is not."""
    status = lists.follow_up["status"].astype(str)
    return int((status == Rectification.DONE.value).sum()), int((status != "").sum())


COUNTS: Mapping[str, Callable[[_Lists, QualityCriterion], tuple[int, int]]] = {
    "projects_with_form": _with_form,
    "agencies_complete": _agencies,
    "projects_in_time": _in_time,
    "forms_without": _forms_without,
    "indicators_without": _indicators_without,
    "re_scored_items_without": _re_items,
    "re_scored_projects_within": _re_projects,
    "problems_rectified": _rectified,
}
