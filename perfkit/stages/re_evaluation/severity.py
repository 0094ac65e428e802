"""How far raters lie apart 再评尺度: on the same projects, before discussion, in points of 100."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfkit.reliability.generalizability import RaterSeverityResult, rater_severity
from perfkit.result import Caveat
from perfkit.scoring.rounding import round_half_up
from perfkit.terms import RaterRole

COLUMNS = ("rater", "project", "total")
# Fewest degrees of freedom with which raters that never vary against one another are taken to lie exactly so far apart.
LEAST_FREEDOM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """How far one rater lies below the others on the same projects 偏严幅度, in points; negative where lenient 偏宽.

    ``low`` and ``high`` hold for all raters together (Bonferroni from three raters up); NaN where there is no interval.
    """

    rater: str
    projects: int
    severity: float
    low: float
    high: float
    connected: bool


def _far(one: Apart) -> tuple[float, float]:
    """Return how far a rater lies apart; of two as far apart as each other, the severe one is named."""
    return float(round_half_up(abs(one.severity), 6)), one.severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """The raters of a department against one another; ``why`` says why nothing could be estimated."""

    raters: tuple[Apart, ...]
    shared: int
    why: tuple[Caveat, ...] = ()

    def beyond(self, tolerance: float) -> Apart | None:
        """Return the rater who lies furthest apart by more than the tolerance, interval counted; ``None``: nobody."""
        found = [one for one in self.raters if one.low > tolerance or one.high < -tolerance]
        return max(found, key=_far, default=None)

    def within(self, tolerance: float) -> bool:
        """Return whether every rater is shown to lie within the tolerance of the others."""
        return bool(self.raters) and all(one.low >= -tolerance and one.high <= tolerance for one in self.raters)

    @property
    def widest(self) -> Apart | None:
        """Return the rater whose estimate lies furthest apart, ``None`` where there is none."""
        known = [one for one in self.raters if not math.isnan(one.severity)]
        return max(known, key=_far, default=None)


def rater_totals(scores: pd.DataFrame, totals: pd.DataFrame, raters: pd.DataFrame) -> pd.DataFrame:
    """Return the totals of independent raters before discussion 讨论前的独立评分: rater, project, total in points of 100.

    Parameters
    ----------
    scores, totals, raters : re-scoring workbooks as read (columns ``SCORES``, ``TOTALS``, ``RATERS``).

    Notes
    -----
    The sum of the items a rater scored (an item that he scored twice counts as its mean); where he scored none, the total
    he gave. A project scored in part has none: with an item blank, or with fewer items than another rater scored.
    """
    alone = (raters["role"].astype(str) == RaterRole.INDEPENDENT.value) & raters["before_discussion"].astype(bool)
    names = set(raters.loc[alone.to_numpy(dtype=bool), "rater"])
    values = scores.assign(score=pd.to_numeric(scores["score"], errors="coerce").astype(float))
    alike = values[values["rater"].isin(names).to_numpy()].groupby(["rater", "project", "item"], sort=False)
    own = alike["score"].mean().reset_index()
    # A total without the items that another rater could score is no total: it would make its rater look severe.
    counted = scores.groupby(["rater", "project"], sort=False)["item"].nunique().rename("count").reset_index()
    part = counted[(counted["count"] < counted.groupby("project")["count"].transform("max")).to_numpy()]
    short = set(zip(part["rater"], part["project"], strict=True))
    given = totals[totals["rater"].isin(names).to_numpy() & totals["total"].notna().to_numpy()]
    sums = own.groupby(["rater", "project"], sort=False)["score"]
    table: dict[tuple[str, str], float] = {}
    for rater, project, total in zip(given["rater"], given["project"], given["total"].astype(float), strict=True):
        table.setdefault((rater, project), total)
    whole = sums.agg(lambda one: one.sum(skipna=False)).reset_index()
    for rater, project, total in zip(whole["rater"], whole["project"], whole["score"], strict=True):
        if not math.isnan(total) and (rater, project) not in short:
            table[rater, project] = float(round_half_up(total, 6))
    rows = [(rater, project, total) for (rater, project), total in table.items()]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"total": float})


def scales(ratings: pd.DataFrame, *, level: float = 0.95) -> Scales:
    """Return how far each rater lies from the others on the same projects 再评尺度.

    Parameters
    ----------
    ratings : rater, project, total; one row a rating of the projects of one department.
    level : confidence level.

    Notes
    -----
    Raters and projects fixed (``rater_severity``); a rater's effect against the mean of all is k/(k − 1) of it against
    the mean of the other k − 1 of its connected group. With two raters it is the paired t interval of their difference.
    Projects with one rater say nothing here. Raters who never vary against one another lie exactly so far apart.
    """
    twice = ratings["project"].duplicated(keep=False).to_numpy()
    shared = ratings[twice]
    names = list(dict.fromkeys(ratings["rater"]))
    projects = Counter(ratings["rater"].astype(str))
    if len(names) < 2:
        text = "只有一名独立评分的再评人" if names else "没有讨论前的独立评分"
        return Scales(raters=(), shared=0, why=(Caveat("ONE_RATER", f"{text}，宽严无法估计"),))
    together = set(shared["rater"])
    if not len(shared):
        lost = tuple(_unknown(name, int(projects[name])) for name in names)
        why = Caveat("NOT_CONNECTED", "没有两名再评人独立评分的共同项目，宽严无法估计")
        return Scales(raters=lost, shared=0, why=(why,))
    k = len(together)
    wide = shared.drop_duplicates(["project", "rater"]).pivot(index="project", columns="rater", values="total")
    found = rater_severity(wide, reference="group", adjust="none" if k == 2 else "bonferroni", level=level)
    known = _against_others(found, projects)
    raters = tuple(known.get(name, _unknown(name, int(projects[name]))) for name in names)
    return Scales(raters=raters, shared=int(shared["project"].nunique()), why=found.caveats)


def _unknown(name: str, projects: int) -> Apart:
    """Return a rater who shares no project."""
    unknown = math.nan
    return Apart(rater=name, projects=projects, severity=unknown, low=unknown, high=unknown, connected=False)


def _against_others(found: RaterSeverityResult, projects: Mapping[str, int]) -> dict[str, Apart]:
    """Return every rater against the others of its connected group, severe above 0."""
    sizes = np.bincount(np.array(found.group_of, dtype=np.int64), minlength=1)
    exact = found.sigma == 0 and found.df >= LEAST_FREEDOM
    table = {}
    for name, group, effect, limits in zip(found.raters, found.group_of, found.effects, found.intervals, strict=True):
        k = int(sizes[group])
        scale = k / (k - 1) if k > 1 else math.nan
        value = 0.0 - effect * scale
        low, high = (value, value) if exact else (-limits.high * scale, -limits.low * scale)
        table[name] = Apart(
            rater=name, projects=int(projects[name]), severity=value, low=low, high=high, connected=k > 1
        )  # fmt: skip
    return table
