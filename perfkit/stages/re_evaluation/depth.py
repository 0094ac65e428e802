"""How deep a review went 复核深度: a review that changed nothing must show what it checked and saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from perfkit.checks.finding import OURS, finding
from perfkit.stages.listing import Listing
from perfkit.stages.re_evaluation.typed import rows_of
from perfkit.terms import ScoreChange, Severity, Tier
from perfkit.trace import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDepth(Listing):
    """Items checked and evidence seen of every re-scored project 复核深度; ``shallow``: nothing changed, depth not shown."""

    kind: ClassVar[str] = "review_depth"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "project", "items", "items_checked", "evidence_seen", "changed", "shallow",
    )  # fmt: skip


def review_depth(projects: pd.DataFrame) -> ReviewDepth:
    """Return the depth of every re-scoring 复核深度.

    Parameters
    ----------
    projects : the project frame of ``paired``.

    Notes
    -----
    A project counts as changed where its total or one of its items moved: moves that cancel out are changes. Depth is
    shown where items checked and evidence seen are both stated and above 0.
    """
    done = projects[(projects["tier"] == Tier.RE_SCORED.value).to_numpy()]
    moved = done["direction"].isin([ScoreChange.LOWERED.value, ScoreChange.RAISED.value]).to_numpy()
    changed = moved | (done["items_changed"] > 0).to_numpy()
    shown = ((done["items_checked"] > 0) & (done["evidence_seen"] > 0)).to_numpy()
    table = done[["department", "project", "items", "items_checked", "evidence_seen"]].assign(
        changed=changed, shallow=~changed & ~shown
    )
    return ReviewDepth(method="stated_depth", n_used=len(table), source=OURS, rows=tuple(rows_of(table)))


def depth_findings(depth: pd.DataFrame) -> tuple[Finding, ...]:
    """Return a finding for every review that changed nothing and shows no depth 未显示复核深度 (E09).

    Parameters
    ----------
    depth : the frame of ``review_depth``.
    """
    return tuple(
        finding(
            "E09",
            Severity.WARNING,
            str(row["project"]),
            "再评没有调整任何得分，又没有写明核查的指标数和查看的佐证数",
            expected="核查指标数、查看佐证数均大于 0",
            found=f"核查指标数{_stated(row['items_checked'])}，查看佐证数{_stated(row['evidence_seen'])}",
            basis=OURS,
            where=str(row["project"]),
        )
        for row in rows_of(depth)
        if row["shallow"]
    )


def _stated(count: float) -> str:
    """Return a count as stated; NaN was left blank."""
    return "未填" if count != count else f" {count:g}"
