"""Agreement of self with re-evaluation, and of raters with one another 一致程度与再评人宽严: an annex, on rates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from perfkit.checks.finding import OURS
from perfkit.errors import DataError, MethodError
from perfkit.reliability.generalizability import g_study
from perfkit.reliability.grades import grades
from perfkit.reliability.report import Recommendation, reliability_report
from perfkit.result import Caveat, Interval
from perfkit.scoring.grades import Band, grade_positions, ordered_bands
from perfkit.stages.listing import Listing
from perfkit.stages.re_evaluation.changes import ALL, by_department, re_scored
from perfkit.stages.re_evaluation.severity import Scales, scales
from perfkit.terms import Blinding, RaterRole, Roles, Statistic, Use

UNKNOWN = math.nan
FULL_SCORE = 100.0
RATES, GRADES, POINTS = "rates", "grades", "points"
# Fewest re-scored pairs, and projects that two raters scored, of which a coefficient says anything at all.
LEAST_PAIRS = 3
# Replicates of the bootstraps that panels with gaps need: an annex, not a headline.
REPLICATES = 999
SHOWN = Caveat("SELF_SCORES_SHOWN", "再评人评分时可见自评得分，两者的接近可能来自参照自评，不能作为自评真实的证据")
NESTED = Caveat("ITEMS_NESTED", "同一项目的指标彼此相关，区间偏窄，只作参考")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReEvaluationAgreement(Listing):
    """Agreement coefficients 一致程度 (annex); ``on`` is ``rates``, ``grades`` or ``points``, ``variant`` the form.

    Only rows of role ``peers`` may be called reliability 信度: independent raters, scores recorded before discussion.
    """

    kind: ClassVar[str] = "re_evaluation_agreement"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "statistic", "variant", "value", "low", "high", "n", "on", "role", "note",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterSeverityTable(Listing):
    """How far each rater lies below the others on the same projects 再评人宽严, points of 100 (positive 偏严)."""

    kind: ClassVar[str] = "rater_severity_table"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "rater", "projects", "severity", "low", "high", "connected", "note",
    )  # fmt: skip

    level: float = 0.95


def _row(department: str, statistic: str, role: Roles, on: str, n: int, **given: Any) -> dict[str, Any]:
    """Return one row; what is not given is not known."""
    unknown = {"variant": "", "value": UNKNOWN, "low": UNKNOWN, "high": UNKNOWN, "note": ""}
    plain = {"department": department, "statistic": statistic, "n": n, "on": on, "role": role.value}
    return {**plain, **unknown, **given}


def _told(notes: Iterable[Caveat]) -> str:
    """Return reservations as one note, each once."""
    return "；".join(dict.fromkeys(one.text for one in notes))


def _reported(
    department: str, item: Recommendation, role: Roles, on: str, notes: Sequence[Caveat] = ()
) -> dict[str, Any]:
    """Return the row of a computed statistic."""
    found = item.result
    limits = getattr(found, "interval", None)
    known = limits if isinstance(limits, Interval) else Interval(UNKNOWN, UNKNOWN, UNKNOWN)
    caveats = found.caveats if found is not None else ()
    if item.statistic is Statistic.LIMITS_OF_AGREEMENT:
        known = Interval(getattr(found, "lower", UNKNOWN), getattr(found, "upper", UNKNOWN), UNKNOWN)
    return _row(
        department, item.statistic.value, role, on, found.n_used if found is not None else 0,
        variant=item.variant, value=float(getattr(found, "value", UNKNOWN)), low=known.low, high=known.high,
        note=_told([item.reason, *caveats, *notes]),
    )  # fmt: skip


def _nothing(department: str, statistic: Statistic, role: Roles, on: str, n: int, why: str) -> dict[str, Any]:
    """Return the row of a statistic that could not be estimated, with the reason."""
    return _row(department, statistic.value, role, on, n, note=f"无法估计：{why}")


def _grade_words(totals: pd.DataFrame, bands: Sequence[Band]) -> pd.DataFrame:
    """Return the grades of totals, columns kept; ``None`` where there is no total."""
    names = [name for name, _, _ in ordered_bands(bands)]
    places = grade_positions(totals.to_numpy(dtype=float), bands)
    words = [[names[place] if place >= 0 else None for place in row] for row in places]
    return pd.DataFrame(words, index=totals.index, columns=totals.columns, dtype=object)


def _kept(items: Iterable[Recommendation], uses: frozenset[Use]) -> Iterator[Recommendation]:
    """Yield the computed statistics of some uses."""
    for item in items:
        if item.use in uses and item.result is not None:
            yield item


def _self_rows(
    department: str,
    items: pd.DataFrame,
    projects: pd.DataFrame,
    bands: Sequence[Band],
    notes: Sequence[Caveat],
    level: float,
) -> Iterator[dict[str, Any]]:
    """Yield the coefficients of self against re-evaluation: item rates, totals as rates, grades."""
    role = Roles.SELF_VERSUS_REFERENCE
    annex = frozenset({Use.ANNEX})
    both = re_scored(projects)
    if len(items) >= LEAST_PAIRS:
        table = items[["self_score", "re_score"]].astype(float)
        found = reliability_report(table, roles=role, measure="score", full_scores=items["full"], level=level)
        for item in _kept(found.items, annex):
            yield _reported(department, item, role, RATES, (NESTED, *notes)) | {"variant": f"{item.variant} items"}
    else:
        yield _nothing(department, Statistic.ICC, role, RATES, len(items), f"可比的指标仅 {len(items)} 项")
    if len(both) < LEAST_PAIRS:
        yield _nothing(department, Statistic.ICC, role, RATES, len(both), f"可比的项目仅 {len(both)} 个")
        return
    totals = both[["self_total", "re_total"]].astype(float)
    found = reliability_report(totals / FULL_SCORE, roles=role, measure="score", level=level)
    for item in _kept(found.items, annex):
        yield _reported(department, item, role, RATES, notes) | {"variant": f"{item.variant} totals"}
    plain = reliability_report(totals, roles=role, measure="score", level=level)
    limits = [item for item in plain.items if item.statistic is Statistic.LIMITS_OF_AGREEMENT]
    yield from (_reported(department, item, role, POINTS, notes) for item in limits)
    words = [name for name, _, _ in ordered_bands(bands)][::-1]
    graded = grades(_grade_words(totals, bands), categories=words)
    for item in _kept(reliability_report(graded, roles=role, measure="grade", level=level).items, annex):
        yield _reported(department, item, role, GRADES, notes)


def _peer_rows(
    department: str, wide: pd.DataFrame, bands: Sequence[Band], why: str, level: float
) -> Iterator[dict[str, Any]]:
    """Yield the coefficients between independent raters, and the variance components of projects and raters."""
    role = Roles.PEERS
    if len(wide) < LEAST_PAIRS:
        text = why or f"两名以上再评人在讨论前独立评分的项目仅 {len(wide)} 个"
        yield _nothing(department, Statistic.ICC, role, RATES, len(wide), text)
        return
    uses = frozenset({Use.LEAD, Use.BESIDE})
    rates = wide / FULL_SCORE
    settings: dict[str, Any] = {"roles": role, "level": level, "replicates": REPLICATES}
    words = [name for name, _, _ in ordered_bands(bands)][::-1]
    graded = grades(_grade_words(wide, bands), categories=words)
    for on, table, measure in ((RATES, rates, "score"), (GRADES, graded, "grade")):
        try:
            found = reliability_report(table, measure=measure, **settings)
        except (DataError, MethodError) as error:
            yield _nothing(department, Statistic.ICC, role, on, len(wide), error.problems[0].found)
            continue
        yield from (_reported(department, item, role, on) for item in _kept(found.items, uses))
    study = g_study(rates)
    for part in study.components:
        yield _row(
            department, Statistic.G_STUDY.value, role, RATES, study.n_used, variant=part.name, value=part.share,
            note=_told(study.caveats),
        )  # fmt: skip


def wide_totals(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the projects that two raters or more scored 双评项目: rows projects, columns raters, points of 100."""
    twice = ratings[ratings["project"].duplicated(keep=False).to_numpy()]
    table = twice.drop_duplicates(["project", "rater"]).pivot(index="project", columns="rater", values="total")
    return table[(table.notna().sum(axis=1) > 1).to_numpy()].dropna(axis=1, how="all").astype(float)


def _no_peers(raters: pd.DataFrame) -> str:
    """Return why raters are no peers whose scores could be compared, ``""`` where they are."""
    alone = raters[(raters["role"].astype(str) == RaterRole.INDEPENDENT.value).to_numpy()]
    if len(alone) < 2:
        return f"独立评分的再评人 {len(alone)} 名"
    late = int((~alone["before_discussion"].astype(bool)).sum())
    return f"{late} 名再评人的评分不是在讨论之前各自记录的" if late else ""


def agreement(
    items: pd.DataFrame,
    projects: pd.DataFrame,
    ratings: pd.DataFrame,
    raters: pd.DataFrame,
    *,
    bands: Sequence[Band],
    level: float = 0.95,
) -> ReEvaluationAgreement:
    """Return the annex of agreement 一致程度, by department and over all.

    Parameters
    ----------
    items, projects : the frames of ``paired``.
    ratings : totals of independent raters before discussion (``severity.rater_totals``).
    raters : raters as read (columns ``RATERS``): roles, blinding, whether before discussion.
    bands : grade bands.
    level : of every interval.

    Notes
    -----
    Self against re-evaluation: ICC(A,1) on rates of items and of totals, AC2 and weighted kappa on grades, limits of
    agreement in points: 一致程度, never 信度, since the department is an interested party. Between raters: the double-scored
    projects only, rates and grades. Components are shares of the variance of one rating.
    """
    shown = (raters["blinding"].astype(str) == Blinding.SHOWN.value).any() if len(raters) else False
    notes = (SHOWN,) if shown else ()
    named = dict(by_department(items))
    why = _no_peers(raters)
    rows: list[dict[str, Any]] = []
    for department, part in by_department(projects):
        rows += _self_rows(department, named.get(department, items.iloc[:0]), part, bands, notes, level)
        his = ratings[ratings["project"].isin(set(part["project"])).to_numpy()]
        rows += _peer_rows(department, wide_totals(his), bands, why, level)
    return ReEvaluationAgreement(
        method="reliability_report", n_used=len(re_scored(projects)), caveats=notes,
        source="McGraw & Wong (1996); Gwet (2014); Bland & Altman (1986); Brennan (2001)", rows=tuple(rows),
    )  # fmt: skip


def severity_table(projects: pd.DataFrame, ratings: pd.DataFrame, *, level: float = 0.95) -> RaterSeverityTable:
    """Return how severe each rater is 再评人宽严, by department and over all; NaN with the reason where not connected.

    Parameters
    ----------
    projects : the project frame of ``paired``. ratings : as ``agreement``. level : of every interval.
    """
    rows: list[dict[str, Any]] = []
    caveats: dict[str, Caveat] = {}
    for department, part in by_department(projects):
        his = ratings[ratings["project"].isin(set(part["project"])).to_numpy()]
        found = scales(his, level=level)
        rows += _severity_rows(department, found, his)
        caveats |= {one.code: one for one in found.why if department == ALL}
    return RaterSeverityTable(
        method="rater_severity:fixed:group", n_used=int(ratings["project"].nunique()), caveats=tuple(caveats.values()),
        source=f"Searle (1987), ch. 7; {OURS}", rows=tuple(rows), level=level,
    )  # fmt: skip


def _severity_rows(department: str, found: Scales, ratings: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield a row per rater; where nothing can be estimated the reason stands in its note."""
    note = _told(found.why)
    for one in found.raters:
        yield {
            "department": department, "rater": one.rater, "projects": one.projects, "severity": one.severity,
            "low": one.low, "high": one.high, "connected": one.connected,
            "note": note if math.isnan(one.severity) or math.isnan(one.low) else "",
        }  # fmt: skip
    if not found.raters:
        for name, count in ratings["rater"].value_counts(sort=False).items():
            yield {
                "department": department, "rater": str(name), "projects": int(count), "severity": UNKNOWN, "low": UNKNOWN,
                "high": UNKNOWN, "connected": False, "note": note,
            }  # fmt: skip
