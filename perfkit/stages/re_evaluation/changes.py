"""What re-evaluation changed 再评变动: shares by direction and reason, points, grades, node by node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from perfkit.checks.finding import OURS, finding
from perfkit.reliability.difference.migration import grade_change, migration_matrix
from perfkit.reliability.difference.migration.changes import GradeChangeResult
from perfkit.reliability.difference.shift import change_summary
from perfkit.reliability.difference.shift.change import ChangeResult
from perfkit.result import Caveat
from perfkit.scoring.grades import Band, ordered_bands
from perfkit.stages.listing import Listing
from perfkit.stages.re_evaluation.typed import rows_of
from perfkit.terms import Reason, ScoreChange, Severity, Tier
from perfkit.trace import Finding

TRUTH = "财预〔2018〕167号 四（一）（真实性、准确性）"
ALL = ""
UNSTATED = "unstated"
TOTAL_ONLY = "total_only"
DIRECTIONS = tuple(one.value for one in ScoreChange)
WAYS = {one.value: one.label for one in ScoreChange}
CHANGED = (ScoreChange.LOWERED.value, ScoreChange.RAISED.value)
REASONS = (*(one.value for one in Reason), UNSTATED, TOTAL_ONLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHeadline(Listing):
    """Shares of projects, items and money changed by direction and reason 变动比例; a project may have several reasons."""

    kind: ClassVar[str] = "change_headline"
    columns: ClassVar[tuple[str, ...]] = ("department", "level", "direction", "reason", "count", "of", "share")


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeMigration(Listing):
    """Grade before and after, all pairs of grades 等级迁移; ``tests`` are the directions, by ``departments``."""

    kind: ClassVar[str] = "grade_migration"
    columns: ClassVar[tuple[str, ...]] = ("department", "self_grade", "re_grade", "count")

    grades: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    tests: tuple[GradeChangeResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeByNode(Listing):
    """Changes by node 指标层差异: rows with ``level2`` ``""`` are whole level-1 nodes, with ``level1`` ``""`` everything.

    Rates are Σ score ÷ Σ full score of the node; ``points_lost`` is Σ (self − re-evaluated).
    """

    kind: ClassVar[str] = "change_by_node"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "level1", "level2", "items", "lowered", "equal", "raised", "points_lost", "mean_self_rate",
        "mean_re_rate",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReasons(Listing):
    """Changed items and points by reason 差异原因; ``points`` = Σ (self − re-evaluated), below 0 where scores rose."""

    kind: ClassVar[str] = "change_reasons"
    columns: ClassVar[tuple[str, ...]] = ("department", "level1", "reason", "count", "points")


def by_department(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the rows of every department and, under ``""``, all rows 分部门."""
    for department in dict.fromkeys(frame["department"]):
        yield str(department), frame[(frame["department"] == department).to_numpy()]
    yield ALL, frame


def re_scored(projects: pd.DataFrame) -> pd.DataFrame:
    """Return the projects with a self-evaluated and a re-evaluated total 有自评和再评总分的项目."""
    return projects[(projects["self_total"].notna() & projects["re_total"].notna()).to_numpy()]


def compared(projects: pd.DataFrame) -> ChangeResult:
    """Return the public statistic of change over the re-scored projects 评分变动汇总, tolerance 0 points."""
    both = re_scored(projects)
    return change_summary(both["self_total"].to_numpy(dtype=float), both["re_total"].to_numpy(dtype=float))


def _reasons(items: pd.DataFrame) -> pd.Series:
    """Return the reason of every changed item, ``"unstated"`` where none is given."""
    return items["reason"].where(items["reason"].astype(str) != "", UNSTATED)


def _row(department: str, level: str, direction: str, reason: str, count: float, of: float) -> dict[str, Any]:
    share = count / of if of else float("nan")
    return {
        "department": department,
        "level": level,
        "direction": direction,
        "reason": reason,
        "count": count,
        "of": of,
        "share": share,
    }


def _of_items(department: str, items: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the rows of one department's items."""
    of = len(items)
    counted = items["direction"].value_counts().to_dict()
    changed = items[items["direction"].isin(CHANGED).to_numpy()]
    why = pd.DataFrame({"direction": changed["direction"], "reason": _reasons(changed)}).value_counts().to_dict()
    for direction in DIRECTIONS:
        yield _row(department, "items", direction, ALL, int(counted.get(direction, 0)), of)
        for reason in REASONS:
            if (direction, reason) in why:
                yield _row(department, "items", direction, reason, int(why[direction, reason]), of)


def _project_reasons(projects: pd.DataFrame, items: pd.DataFrame) -> dict[str, set[str]]:
    """Return, by project, the reasons of its items that moved the way the total moved."""
    way = dict(zip(projects["project"], projects["direction"], strict=True))
    changed = items[items["direction"].isin(CHANGED).to_numpy()]
    found: dict[str, set[str]] = {}
    for project, direction, reason in zip(changed["project"], changed["direction"], _reasons(changed), strict=True):
        if way.get(project) == direction:
            found.setdefault(str(project), set()).add(str(reason))
    scored = set(items["project"])
    for project, direction in way.items():
        if direction in CHANGED and project not in found:
            found[str(project)] = {UNSTATED if project in scored else TOTAL_ONLY}
    return found


def _of_projects(department: str, projects: pd.DataFrame, why: dict[str, set[str]]) -> Iterator[dict[str, Any]]:
    """Yield the rows of one department's projects, counted and by their money."""
    money = projects["money"].to_numpy(dtype=float)
    known = np.where(np.isnan(money), 0.0, money)
    keys = projects["project"].astype(str).tolist()
    for level, weight, typed in (("projects", np.ones(len(projects)), int), ("money", known, float)):
        of = typed(weight.sum())
        for direction in DIRECTIONS:
            moved = (projects["direction"] == direction).to_numpy()
            yield _row(department, level, direction, ALL, typed(weight[moved].sum()), of)
            if direction not in CHANGED:
                continue
            for reason in REASONS:
                fits = moved & np.array([reason in why.get(key, ()) for key in keys], dtype=bool)
                if fits.any():
                    yield _row(department, level, direction, reason, typed(weight[fits].sum()), of)


def change_headline(items: pd.DataFrame, projects: pd.DataFrame) -> ChangeHeadline:
    """Return the shares of projects, items and money changed by direction and reason 变动比例.

    Parameters
    ----------
    items, projects : the frames of ``paired``; a project's direction holds the tolerance already, an item's any move.

    Notes
    -----
    Shares are those of what was re-scored. A project counts under every reason of its items that moved its way, so that
    reasons of projects and money may add up to more than their direction.
    """
    both = re_scored(projects)
    why = _project_reasons(both, items)
    rows: list[dict[str, Any]] = []
    named = dict(by_department(items))
    for department, part in by_department(both):
        rows += _of_projects(department, part, why)
    for department, part in named.items():
        rows += _of_items(department, part)
    order = {"projects": 0, "items": 1, "money": 2}
    rows.sort(key=lambda row: (row["department"] == ALL, order[row["level"]]))
    caveats: list[Caveat] = []
    if both["money"].isna().any():
        caveats.append(
            Caveat("MONEY_UNKNOWN", f"{int(both['money'].isna().sum())} 个再评项目没有金额，按金额计的比例不含它们")
        )
    if not len(both) and not len(items):
        caveats.append(Caveat("NO_SAMPLE", "没有再评得分，变动比例无法计算"))
    return ChangeHeadline(
        method="counts", n_used=len(both), n_dropped=_dropped(projects, both), caveats=tuple(caveats), source=OURS,
        rows=tuple(rows),
    )  # fmt: skip


def _dropped(projects: pd.DataFrame, both: pd.DataFrame) -> int:
    """Return how many re-scored projects have no pair of totals."""
    return int((projects["tier"] == Tier.RE_SCORED.value).sum()) - len(both)


def grade_migration(projects: pd.DataFrame, bands: Sequence[Band]) -> GradeMigration:
    """Return grades before against grades after 等级迁移, by department and over all.

    Parameters
    ----------
    projects : the frame of ``paired``. bands : grade bands; the order of the grades is theirs.
    """
    grades = tuple(name for name, _, _ in ordered_bands(bands))[::-1]
    both = re_scored(projects)
    both = both[((both["self_grade"] != "") & (both["re_grade"] != "")).to_numpy()]
    rows: list[dict[str, Any]] = []
    names, tests = [], []
    caveats: dict[str, Caveat] = {}
    for department, part in by_department(both):
        before, after = part["self_grade"].tolist(), part["re_grade"].tolist()
        moved = migration_matrix(before, after, categories=list(grades))
        for old, counts in zip(moved.categories, moved.counts, strict=True):
            for new, count in zip(moved.categories, counts, strict=True):
                rows.append({"department": department, "self_grade": old, "re_grade": new, "count": count})
        names.append(department)
        tests.append(grade_change(before, after, categories=list(grades)))
        caveats |= {one.code: one for one in moved.caveats if department == ALL}
    return GradeMigration(
        method="migration_matrix", n_used=len(both), n_dropped=_dropped(projects, both), caveats=tuple(caveats.values()),
        source="Bishop, Fienberg & Holland (1975), ch. 8", rows=tuple(rows), grades=grades, departments=tuple(names),
        tests=tuple(tests),
    )  # fmt: skip


def _node(department: str, level1: str, level2: str, part: pd.DataFrame) -> dict[str, Any]:
    """Return one node."""
    full = float(part["full"].sum())
    own, again = float(part["self_score"].sum()), float(part["re_score"].sum())
    counted = part["direction"].value_counts().to_dict()
    return {
        "department": department,
        "level1": level1,
        "level2": level2,
        "items": len(part),
        **{name: int(counted.get(name, 0)) for name in DIRECTIONS},
        "points_lost": own - again,
        "mean_self_rate": own / full if full else float("nan"),
        "mean_re_rate": again / full if full else float("nan"),
    }


def change_by_node(items: pd.DataFrame) -> ChangeByNode:
    """Return the changes of every level-1 and level-2 node 指标层差异, by department and over all, in order of the forms.

    Parameters
    ----------
    items : the item frame of ``paired``; the items themselves are its rows.
    """
    rows = []
    for department, part in by_department(items):
        if part.empty:
            continue
        rows.append(_node(department, ALL, ALL, part))
        for level1, upper in part.groupby("level1", sort=False):
            rows.append(_node(department, str(level1), ALL, upper))
            named = upper[(upper["level2"] != "").to_numpy()]
            rows += [
                _node(department, str(level1), str(name), lower) for name, lower in named.groupby("level2", sort=False)
            ]
    return ChangeByNode(method="sums", n_used=len(items), source=OURS, rows=tuple(rows))


def change_reasons(items: pd.DataFrame) -> ChangeReasons:
    """Return changed items and points by level-1 node and reason 差异原因; ``level1`` ``""`` over all nodes.

    Parameters
    ----------
    items : the item frame of ``paired``.
    """
    changed = items[items["direction"].isin(CHANGED).to_numpy()]
    changed = changed.assign(reason=_reasons(changed), lost=changed["self_score"] - changed["re_score"])
    rows = []
    for department, part in by_department(changed):
        nodes = [(ALL, part), *((str(name), rest) for name, rest in part.groupby("level1", sort=False))]
        for level1, node in nodes:
            lost = {str(why): part["lost"] for why, part in node.groupby("reason", sort=False)}
            rows += [
                {
                    "department": department,
                    "level1": level1,
                    "reason": reason,
                    "count": len(lost[reason]),
                    "points": float(lost[reason].sum()),
                }
                for reason in REASONS
                if reason in lost
            ]
    return ChangeReasons(method="counts", n_used=len(changed), n_dropped=0, source=OURS, rows=tuple(rows))


def change_findings(items: pd.DataFrame) -> tuple[Finding, ...]:
    """Return a finding for every changed item without reason or without evidence 变动无原因或无佐证 (E10).

    Parameters
    ----------
    items : the item frame of ``paired``.
    """
    changed = items[items["direction"].isin(CHANGED).to_numpy()]
    return tuple(_unfounded(rows_of(changed)))


def _unfounded(rows: Iterable[dict[str, Any]]) -> Iterator[Finding]:
    """Yield what changed items lack."""
    for row in rows:
        lacking = [word for name, word in (("reason", "原因"), ("evidence", "佐证编号")) if not row[name]]
        if not lacking:
            continue
        way = WAYS[row["direction"]]
        yield finding(
            "E10",
            Severity.ERROR,
            f"{row['project']} {row['item']}",
            f"「{row['level3']}」再评{way}（自评 {row['self_score']:g}，再评 {row['re_score']:g}），没有写明{'和'.join(lacking)}",
            expected="原因和佐证编号",
            found="缺" + "、".join(lacking),
            basis=TRUTH,
            where=str(row["project"]),
        )
