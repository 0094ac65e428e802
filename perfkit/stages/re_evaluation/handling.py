"""What follows for a department 处理建议: named cut-offs in a fixed order, with the numbers each rests on; ours, no rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.checks.finding import OURS
from perfkit.errors import DataError, MethodError
from perfkit.reliability.sampling import Design, Stratum
from perfkit.result import Caveat
from perfkit.rulebook.re_evaluation import HandlingChoices
from perfkit.stages.listing import Listing
from perfkit.stages.re_evaluation.departments import PART, Drawn, mean_difference
from perfkit.stages.re_evaluation.handling_rules import UNKNOWN, Evidence, Spoken, spoken
from perfkit.stages.re_evaluation.severity import Scales, scales
from perfkit.stages.re_evaluation.typed import numbers
from perfkit.terms import Handling, Selection

# A printed total that differs from the one by the unit's own rule by no more is the same, printed otherwise.
PRINTED = 0.005
LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingResult(Listing):
    """What to do with every department 处理建议; methodology of ours.

    ``rule`` is the code of the rule that spoke first, ``because`` its sentence, ``also`` what the forms themselves show
    beside it (copies, own-rule errors); the numbers are those the rules looked at. Inflation in points: ``mean_inflation`` with
    ``low`` and ``high``, ``left_mean`` and ``left_low`` after taking out what the unit's own rule explains.
    ``severity`` is that of the rater furthest apart, on ``double_scored`` projects.
    """

    kind: ClassVar[str] = "handling"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "handling", "rule", "because", "also", "population", "n", "mean_inflation", "low", "high", "left_mean",
        "left_low", "own_rule_share", "checked", "copied_share", "forms", "severity", "severity_low", "severity_high",
        "rater", "double_scored", "parameters",
    )  # fmt: skip

    choices: HandlingChoices
    level: float = LEVEL


def simple_sample_of(projects: pd.DataFrame) -> Drawn:
    """Return the re-scored projects of one department as a simple random sample of all its projects 简单随机样本.

    Parameters
    ----------
    projects : columns project, self_total, re_total (NaN where not re-scored) and, where there is one, certainty: projects
        taken in any case, a stratum of their own.
    """
    sure = (
        projects["certainty"].to_numpy(dtype=bool) if "certainty" in projects else np.zeros(len(projects), dtype=bool)
    )
    part = np.where(sure, "certainty", "rest")
    own, again = (projects[name].to_numpy(dtype=np.float64) for name in ("self_total", "re_total"))
    known = ~np.isnan(own - again)
    whole = {name: bool(known[part == name].all()) for name in ("certainty", "rest")}
    strata = tuple(
        Stratum(
            name=name,
            selection=Selection.CENSUS if whole[name] else Selection.SIMPLE,
            units=int((part == name).sum()),
        )
        for name in ("certainty", "rest")
        if (part == name).any()
    )
    table = pd.DataFrame(
        {"project": projects["project"].to_numpy()[known], "inflation": (own - again)[known], PART: part[known]}
    )
    return Drawn(name=Selection.SIMPLE.value, table=table, design=Design(strata=strata, column=PART))


def _estimated(drawn: Drawn, column: str, level: float) -> tuple[float, float, float]:
    """Return mean and limits of a column; where it never varies the limits are the mean itself."""
    try:
        # Two units give a t interval; how many a department needs is a rule of its own, checked before.
        found = mean_difference(drawn, least=2, level=level, value=column)
    except (DataError, MethodError):
        return UNKNOWN, UNKNOWN, UNKNOWN
    if not found.interval.known and any(one.code == "ZERO_STANDARD_ERROR" for one in found.caveats):
        return found.value, found.value, found.value
    return found.value, found.interval.low, found.interval.high


def _carried(
    units: int, ratings: pd.DataFrame, projects: pd.DataFrame, choices: HandlingChoices, level: float
) -> tuple[str, float]:
    """Return the rater whose projects alone carry the inflation, and the mean of the others' ratings; ``""``: nobody.

    The mean of the rater's projects lies above the tolerance with its lower limit, that of the other ratings does not even
    with the mean. Each side wants half of ``least`` projects.
    """
    # A project without a re-evaluated total was scored in part: its ratings are not points of 100.
    whole = projects["self_total"].where(projects["re_total"].notna())
    own = dict(zip(projects["project"], whole, strict=True))
    gaps = numbers(ratings["project"], own) - ratings["total"].to_numpy(dtype=np.float64)
    table = pd.DataFrame({"rater": ratings["rater"].to_numpy(), "project": ratings["project"].to_numpy(), "gap": gaps})
    table = table[np.isfinite(gaps)]
    enough = max(choices.least / 2, 2)
    for rater in dict.fromkeys(table["rater"]):
        his = (table["rater"] == rater).to_numpy()
        rest = table[~his].groupby("project")["gap"].mean()
        mine = table[his].groupby("project")["gap"].mean()
        if min(len(rest), len(mine)) < enough or not float(rest.mean()) <= choices.inflation:
            continue
        one = Stratum(name="all", units=max(units, len(mine)))
        alone = Drawn(
            name="simple", table=pd.DataFrame({"inflation": mine.to_numpy(), PART: "all"}),
            design=Design(strata=(one,), column=PART),
        )  # fmt: skip
        if _estimated(alone, "inflation", level)[1] > choices.inflation:
            return str(rater), float(rest.mean())
    return "", UNKNOWN


def _scaled(seen: Evidence, found: Scales, choices: HandlingChoices) -> None:
    """Note what is known of the raters' scales."""
    seen.double_scored = found.shared
    seen.apart = found.beyond(choices.severity)
    shown = seen.apart or found.widest
    if shown is not None:
        seen.severity, seen.severity_low, seen.severity_high = shown.severity, shown.low, shown.high
        seen.rater = shown.rater
    seen.notes += found.why


def _share(rows: pd.DataFrame | None, hits: Callable[[pd.DataFrame], NDArray[np.bool_]]) -> tuple[float, int]:
    """Return the share of rows hit, and how many rows there are."""
    if rows is None or not len(rows):
        return UNKNOWN, 0
    return float(np.mean(hits(rows))), len(rows)


def _items_wrong(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which forms have an item wrong by their own rule, where the table says so."""
    if "items_wrong" not in rows:
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(pd.to_numeric(rows["items_wrong"], errors="coerce").to_numpy(dtype=np.float64) > 0)


def _checked(rows: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the forms whose own rule could be applied."""
    return None if rows is None else rows[rows["difference"].notna().to_numpy() | _items_wrong(rows)]


def _wrong(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which checked forms are wrong by their own rule."""
    differs = np.abs(rows["difference"].to_numpy(dtype=np.float64)) > PRINTED
    return np.asarray(differs | _items_wrong(rows))


def _seen(
    projects: pd.DataFrame, drawn: Drawn, ratings: pd.DataFrame, own_rule: pd.DataFrame | None,
    copies: pd.DataFrame | None, choices: HandlingChoices, level: float,
) -> Evidence:  # fmt: skip
    """Return the numbers that the rules look at."""
    # What was scored beside the plan is described elsewhere: only the sample speaks of the department.
    known = int(drawn.table["inflation"].notna().sum())
    seen = Evidence(population=len(projects), n=known, by_chance=not drawn.by_hand, by_money=drawn.by_money)
    seen.own_rule_share, seen.checked = _share(_checked(own_rule), _wrong)
    seen.copied_share, seen.forms = _share(copies, lambda rows: (rows["group"] != "").to_numpy(dtype=bool))
    if not known:
        return seen
    explained = {} if own_rule is None else dict(zip(own_rule["project"], own_rule["difference"], strict=True))
    away = np.nan_to_num(numbers(drawn.table["project"], explained))
    with_left = replace(drawn, table=drawn.table.assign(left=drawn.table["inflation"] - away))
    seen.mean_inflation, seen.low, seen.high = _estimated(drawn, "inflation", level)
    seen.left_mean, seen.left_low, _ = _estimated(with_left, "left", level)
    found = scales(ratings, level=level)
    _scaled(seen, found, choices)
    if seen.apart is None and seen.mean_inflation > choices.inflation and not found.within(choices.severity):
        seen.carried, seen.rest = _carried(len(projects), ratings, projects, choices, level)
    return seen


def _of(frame: pd.DataFrame | None, department: str) -> pd.DataFrame | None:
    """Return the rows of one department."""
    return None if frame is None else frame[(frame["department"] == department).to_numpy()]


def recommend(
    projects: pd.DataFrame,
    *,
    ratings: pd.DataFrame | None = None,
    own_rule: pd.DataFrame | None = None,
    copies: pd.DataFrame | None = None,
    samples: Mapping[str, Drawn] | None = None,
    choices: HandlingChoices | None = None,
    level: float = LEVEL,
) -> HandlingResult:
    """Return what to do with every department 处理建议, by named cut-offs in a fixed order.

    Parameters
    ----------
    projects : one row a project of the list: department, project, self_total, re_total (NaN where not re-scored).
    ratings : totals of independent raters before discussion: rater, project, total in points of 100.
    own_rule : one row a checked form: department, project, difference (printed total − total by the unit's own rule).
    copies : one row a checked form: department, project, group of copies (``""``: in none).
    samples : by department, the sample and its design (``drawn_samples``); without it the re-scored projects are taken for
        a simple random sample of the department's projects.
    choices : the cut-offs. level : of every interval, two-sided.

    Returns
    -------
    HandlingResult
        One row a department: handling, the rule that spoke, its sentence and every number looked at.

    Notes
    -----
    In this order, each a stated test: (1) fewer re-scored projects than ``least``, not all: too few; (2) a rater lies
    further from the others on the same projects than ``severity``, interval counted: calibrate; (3) share of copied forms:
    investigate; (4) share of forms wrong by their own rule, and what that leaves is not shown above ``inflation``: correct;
    (5) one rater's projects alone carry the inflation while double scoring does not show that raters agree: calibrate; (6)
    picked by hand: too few; (7) lower limit of the mean inflation above ``inflation``: send back; (8) the estimate above
    it, the limit not: too few; (9) accept. A department is never sent back without its lower limit above the tolerance (at most
    (1 − level)/2 of honest ones, under the t approximation), never accepted with its estimate above it. Cut-offs are
    methodology of ours: no rule gives one.
    """
    cuts = choices or HandlingChoices()
    given = ratings if ratings is not None else pd.DataFrame({"rater": [], "project": [], "total": []})
    rows = []
    notes: dict[str, Caveat] = {}
    for department in dict.fromkeys(projects["department"]):
        own = projects[(projects["department"] == department).to_numpy()]
        drawn = samples.get(str(department)) if samples is not None else None
        his = given[given["project"].isin(set(own["project"])).to_numpy()]
        found = drawn if drawn is not None else simple_sample_of(own)
        seen = _seen(own, found, his, _of(own_rule, department), _of(copies, department), cuts, level)
        said = list(spoken(seen, cuts))
        rows.append(_row(str(department), said, seen, cuts))
        notes |= {one.code: one for one in seen.notes}
    return HandlingResult(
        method="named_cut_offs", n_used=len(rows), caveats=tuple(notes.values()), source=OURS, rows=tuple(rows),
        choices=cuts, level=level,
    )  # fmt: skip


def _row(department: str, said: list[Spoken], seen: Evidence, choices: HandlingChoices) -> dict[str, Any]:
    """Return the row of one department."""
    handling, rule, why = said[0]
    facts = {Handling.INVESTIGATE_COPIES, Handling.CORRECT} - {handling}
    also = sorted({one.value for one, _, _ in said[1:] if one in facts})
    numbers_seen = {one.name: getattr(seen, one.name) for one in fields(seen)}
    shown = {name: numbers_seen[name] for name in HandlingResult.columns if name in numbers_seen}
    return {
        "department": department,
        "handling": handling.value,
        "rule": rule,
        "because": why,
        "also": " ".join(also),
        **shown,
        "parameters": " ".join(f"{name}={value:g}" for name, value in choices.model_dump().items()),
    }
