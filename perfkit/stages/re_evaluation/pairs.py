"""Pairs of self-score and re-evaluated score 自评与再评配对: same project, same indicator, same weight, or counted apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.checks.finding import LOGIC, OURS, finding
from perfkit.result import Caveat
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.scoring.grades import Band, grade_positions, ordered_bands
from perfkit.scoring.rounding import round_half_up, snap
from perfkit.stages.listing import Listing
from perfkit.stages.re_evaluation.adopted import adopted_items, adopted_totals
from perfkit.stages.re_evaluation.matching import plain_name
from perfkit.stages.re_evaluation.totals import again_totals, own_totals
from perfkit.stages.re_evaluation.typed import counts, flag_column, number_column, numbers, rows_of, text_column
from perfkit.terms import ScoreChange, Severity, Tier
from perfkit.trace import Finding

KEY = ["project", "item"]
# Differences of printed scores are compared after this many decimals: 82.2 − 82.1 is not 0.1 in binary.
DECIMALS = 8
# Weights are the same where they print alike with two decimals, as resolved two-layer weights do.
SAME_WEIGHT = 0.005 + 1e-9
LISTED_DESIGN = ("project", "stratum", "probability", "certainty")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReEvaluationItems(Listing):
    """Paired items 指标配对: ``change`` = re-evaluated − self in points, rates = score ÷ full score."""

    kind: ClassVar[str] = "re_evaluation_items"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "agency", "project", "name", "money", "stratum", "item", "level1", "level2", "level3", "full",
        "self_score", "re_score", "self_rate", "re_rate", "change", "direction", "reason", "explanation", "evidence",
        "amount", "raters",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReEvaluationProjects(Listing):
    """Every project of the list 项目配对: ``inflation`` = self − re-evaluated total in points of 100 (NaN: not re-scored)."""

    kind: ClassVar[str] = "re_evaluation_projects"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "agency", "project", "name", "money", "stratum", "self_total", "re_total", "inflation", "direction",
        "self_grade", "re_grade", "items", "items_changed", "tier", "items_checked", "evidence_seen", "probability",
        "certainty",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaired(Listing):
    """What could not be compared 未能配对的指标: on one side only, of another weight, or of a project with two forms.

    ``side`` is ``self_only``, ``re_only``, ``weight_differs``, ``out_of_range`` (a self-score below 0 or above its weight) or
    ``two_forms`` (then ``item`` is ``""``).
    """

    kind: ClassVar[str] = "unpaired"
    columns: ClassVar[tuple[str, ...]] = ("department", "project", "item", "side", "self_full", "re_full", "where")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """What was compared and what could not be 配对结果; the frames hold what the listings hold, typed."""

    items: ReEvaluationItems
    projects: ReEvaluationProjects
    unpaired: Unpaired
    item_frame: pd.DataFrame
    project_frame: pd.DataFrame


def _told_apart(forms: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the only forms of their projects, and the forms of projects with several: none of those can be chosen."""
    owned = forms[(forms["project"].astype(str) != "").to_numpy()]
    several = owned.duplicated("project", keep=False).to_numpy()
    return owned[~several], owned[several]


def _own_items(forms: pd.DataFrame, items: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Return the items of the forms with the project of each, scores rounded as they print and, as ``raw``, as written."""
    raw = pd.to_numeric(items["score"], errors="coerce").to_numpy(dtype=np.float64)
    owner = text_column(forms, "form", "project", items["form"])
    table = items.assign(project=owner, score=round_half_up(raw, decimals), raw=raw)
    return table[(table["project"] != "").to_numpy()].drop_duplicates(KEY)


def _same_indicator(own: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    """Return re-scored items under the item code of the form: by code and name, else by a name that stands there once."""
    if again.empty or own.empty:
        return again
    named = own.set_index(KEY)["level3"].map(plain_name)
    wanted = again["level3"].map(plain_name)
    there = named.reindex(pd.MultiIndex.from_frame(again[KEY]))
    fits = there.notna().to_numpy() & (
        (there.to_numpy() == wanted.to_numpy()) | (there == "").to_numpy() | (wanted == "").to_numpy()
    )
    if fits.all():
        return again
    once: dict[tuple[str, str], str] = {}
    for project, item, name in zip(own["project"], own["item"], named, strict=True):
        once[project, name] = "" if (project, name) in once or not name else str(item)
    taken = set(again.loc[fits, KEY].itertuples(index=False, name=None))
    codes = again["item"].astype(object).tolist()
    for place in np.flatnonzero(~fits):
        project = str(again["project"].iloc[place])
        code = once.get((project, wanted.iloc[place]), "")
        if code and (project, code) not in taken:
            codes[place] = code
        elif not pd.isna(there.iloc[place]):
            # the form has another indicator under this number: the two must not meet
            codes[place] = f"{codes[place]} {again['level3'].iloc[place]}".strip()
        taken.add((project, codes[place]))
    return again.assign(item=codes)


def _matched(own: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    """Return self-scored and re-scored items side by side, with what stands in the way of comparing them."""
    left = own[["project", "item", "level1", "level2", "level3", "full", "score", "file", "sheet", "score_cell"]]
    right = again.rename(columns={"full": "re_full", "score": "re_score", "level3": "re_level3"})
    both = left.rename(columns={"score": "self_score"}).merge(right, on=KEY, how="outer", sort=False)
    for column in ("full", "self_score", "re_full", "re_score", "amount"):
        both[column] = pd.to_numeric(both[column], errors="coerce").astype(float)
    own_there, again_there = both["self_score"].notna(), both["re_score"].notna()
    apart = (both["full"] - both["re_full"]).abs().to_numpy(dtype=np.float64)
    alike = (apart <= SAME_WEIGHT) & (both["full"] > 0).to_numpy(dtype=bool)
    # a rate below 0 or above 1 would carry the agreement of all others
    beyond = (both["self_score"] < -SAME_WEIGHT) | (both["self_score"] > both["full"] + SAME_WEIGHT)
    side = np.select(
        [(own_there & ~again_there).to_numpy(), (again_there & ~own_there).to_numpy(), ~alike, beyond.to_numpy()],
        ["self_only", "re_only", "weight_differs", "out_of_range"],
        default="",
    )
    return both.assign(side=side)[(own_there | again_there).to_numpy()]


def _place(row: dict[str, Any]) -> str:
    """Return where an unpaired item stands: file, sheet and cell of the form, or the workbook of the rater."""
    if row["side"] == "re_only":
        return str(row["where"]) if isinstance(row["where"], str) else ""
    parts = (row["file"], row["sheet"], row["score_cell"])
    return " › ".join(str(part) for part in parts if isinstance(part, str) and part)


def _depth(totals: pd.DataFrame) -> pd.DataFrame:
    """Return items checked and evidence seen per project: the most that one rater states."""
    stated = totals[["items_checked", "evidence_seen"]].apply(pd.to_numeric, errors="coerce")
    most: pd.DataFrame = stated.groupby(totals["project"], sort=False).max().reset_index()
    return most


def _grades(totals: pd.Series, bands: Sequence[Band]) -> NDArray[np.object_]:
    """Return the grade of every total on half-open bands; ``""`` where there is none."""
    names = np.array([*(name for name, _, _ in ordered_bands(bands)), ""], dtype=object)
    found: NDArray[np.object_] = names[grade_positions(totals.to_numpy(dtype=np.float64), bands)]
    return found


def directions(change: pd.Series, tolerance: float) -> NDArray[np.object_]:
    """Return the direction of every change of score 变动方向 (re-evaluated − self); ``""`` where it is not known."""
    moved = np.round(change.to_numpy(dtype=np.float64), DECIMALS)
    words = [ScoreChange.LOWERED.value, ScoreChange.RAISED.value, ScoreChange.EQUAL.value]
    found: NDArray[np.object_] = np.select(
        [moved < -tolerance, moved > tolerance, np.isfinite(moved)], words, default=""
    ).astype(object)
    return found


def _project_frame(
    projects: pd.DataFrame, own: Mapping[str, float], again: Mapping[str, float], items: pd.DataFrame, depth: pd.DataFrame,
    listed: pd.DataFrame, choices: ReEvaluationChoices, bands: Sequence[Band],
) -> pd.DataFrame:  # fmt: skip
    """Return every project of the list with both totals, and with what is known of its drawing and its review."""
    table = projects.drop_duplicates("project").copy()
    keys = table["project"].tolist()
    table["money"] = pd.to_numeric(table["money"], errors="coerce").astype(float)
    table["self_total"], table["re_total"] = numbers(keys, own), numbers(keys, again)
    table["inflation"] = snap(table["self_total"] - table["re_total"])
    table["direction"] = directions(-table["inflation"], choices.tolerance)
    table["self_grade"], table["re_grade"] = _grades(table["self_total"], bands), _grades(table["re_total"], bands)
    moved = items[(items["direction"] != ScoreChange.EQUAL.value).to_numpy()]
    table["items"], table["items_changed"] = counts(keys, items["project"]), counts(keys, moved["project"])
    scored = table["re_total"].notna() | (table["items"] > 0)
    table["tier"] = np.where(scored, Tier.RE_SCORED.value, Tier.DESK.value).astype(object)
    for name in ("items_checked", "evidence_seen"):
        table[name] = number_column(depth, "project", name, keys)
    table["stratum"] = text_column(listed, "project", "stratum", keys)
    table["probability"] = number_column(listed, "project", "probability", keys)
    table["certainty"] = flag_column(listed, "project", "certainty", keys, table["certainty"])
    return table[list(ReEvaluationProjects.columns)].reset_index(drop=True)


def _item_frame(both: pd.DataFrame, projects: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Return the comparable items with rates and directions."""
    table = both[(both["side"] == "").to_numpy()].copy()
    keys = table["project"].tolist()
    for name in ("department", "agency", "name"):
        table[name] = text_column(projects, "project", name, keys)
    table["money"] = number_column(projects, "project", "money", keys)
    table["stratum"] = text_column(listed, "project", "stratum", keys)
    table["self_rate"], table["re_rate"] = table["self_score"] / table["full"], table["re_score"] / table["full"]
    table["change"] = snap(table["re_score"] - table["self_score"])
    table["direction"] = directions(table["change"], 0.0)
    for name in ("reason", "explanation", "evidence", "level1", "level2", "level3"):
        table[name] = [text if isinstance(text, str) else "" for text in table[name]]
    table["raters"] = table["raters"].astype(int)
    return table[list(ReEvaluationItems.columns)].reset_index(drop=True)


def paired(
    projects: pd.DataFrame,
    forms: pd.DataFrame,
    items: pd.DataFrame,
    scores: pd.DataFrame,
    totals: pd.DataFrame,
    raters: pd.DataFrame,
    *,
    choices: ReEvaluationChoices,
    bands: Sequence[Band],
    listed: pd.DataFrame | None = None,
) -> Pairs:
    """Return self-scores and re-evaluated scores side by side 自评与再评配对.

    Parameters
    ----------
    projects : the list of projects (columns ``PROJECTS``).
    forms, items : self-evaluation forms (columns ``FORMS``, ``ITEMS``), ``project`` being the code of the list.
    scores, totals, raters : re-scoring workbooks as read (columns ``SCORES``, ``TOTALS``, ``RATERS``).
    choices : tolerance, adopted score, decimals.
    bands : grade bands (name, low, high), half-open.
    listed : the list of the sampling plan (project, stratum, probability, certainty), where there is one.

    Returns
    -------
    Pairs
        Items that were compared, every project of the list, and what could not be compared, with the reason.

    Notes
    -----
    Items are compared where indicator and weight are the same on both sides (E08); all others are listed. The official
    re-evaluated total is the sum of the rounded adopted items; a project scored in part, without a total of the rater's,
    has none. The self-evaluated total is the printed one, which the department answers for; where it is the sum of items not
    yet rounded, it is that of the rounded ones, as on the other side.
    """
    decimals = choices.desk.decimals
    drawn = pd.DataFrame(columns=list(LISTED_DESIGN)) if listed is None else listed
    alone, doubled = _told_apart(forms)
    own = _own_items(alone, items, decimals)
    before = dict(zip(own[KEY].itertuples(index=False, name=None), own["score"].astype(float), strict=True))
    again = adopted_items(scores, raters, before, adopted=choices.adopted, decimals=decimals)
    both = _matched(own, _same_indicator(own, again.scores))
    rescored = set(again.scores["project"])
    # A form that nobody re-scored has nothing to be paired with: only re-scored projects are compared item by item.
    both = both[both["project"].isin(rescored).to_numpy()]
    apart = both["project"].isin(set(doubled["project"])).to_numpy()
    given = adopted_totals(totals, raters, adopted=choices.adopted, decimals=decimals)
    stated, from_items, without = own_totals(alone, own, decimals)
    found, in_part, unlike = again_totals(both, again.blank, given, decimals)
    twice = doubled[doubled["project"].isin(rescored | set(given.scores["project"])).to_numpy()]
    item_frame = _item_frame(both, projects, drawn)
    project_frame = _project_frame(projects, stated, found, item_frame, _depth(totals), drawn, choices, bands)
    left_out = _unpaired(both[~apart], twice, projects)
    strangers = sorted((rescored | set(given.scores["project"])) - set(projects["project"]))
    caveats = [
        *again.caveats,
        *given.caveats,
        *_reservations(from_items, without, in_part, unlike, strangers, len(left_out)),
    ]
    again_known = project_frame["re_total"].notna() & project_frame["self_total"].notna()
    return Pairs(
        items=_items_result(item_frame, len(left_out), caveats),
        projects=ReEvaluationProjects(
            method=f"official_total:{choices.adopted.value}",
            n_used=int(again_known.sum()),
            n_dropped=int((project_frame["tier"] == Tier.RE_SCORED.value).sum() - again_known.sum()),
            caveats=tuple(caveats),
            source=OURS,
            rows=tuple(rows_of(project_frame)),
        ),
        unpaired=Unpaired(method="same_indicator_same_weight", n_used=len(left_out), source=OURS, rows=tuple(left_out)),
        item_frame=item_frame,
        project_frame=project_frame,
    )


def _items_result(frame: pd.DataFrame, dropped: int, caveats: Sequence[Caveat]) -> ReEvaluationItems:
    """Return the compared items as a listing."""
    return ReEvaluationItems(
        method="same_indicator_same_weight",
        n_used=len(frame),
        n_dropped=dropped,
        caveats=tuple(caveats),
        source=OURS,
        rows=tuple(rows_of(frame)),
    )


def _unpaired(both: pd.DataFrame, doubled: pd.DataFrame, projects: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the items that could not be compared, a row each, and the projects with several forms."""
    apart = both[(both["side"] != "").to_numpy()].copy()
    apart["department"] = text_column(projects, "project", "department", apart["project"])
    apart = apart.rename(columns={"full": "self_full"})
    apart["where"] = [_place(row) for row in rows_of(apart)]
    rows = rows_of(apart[list(Unpaired.columns)])
    unknown = {"item": "", "side": "two_forms", "self_full": math.nan, "re_full": math.nan}
    for project, part in doubled.groupby("project", sort=False):
        owner = str(text_column(projects, "project", "department", [project])[0])
        where = "、".join(dict.fromkeys(str(name) for name in part["file"]))
        rows.append({"department": owner, "project": str(project), **unknown, "where": where})
    return rows


def _reservations(
    from_items: int, without: int, in_part: int, unlike: int, strangers: list[str], left_out: int
) -> list[Caveat]:
    """Return what the pairs leave open."""
    found = []
    if from_items:
        found.append(Caveat("TOTAL_FROM_ITEMS", f"{from_items} 张自评表总分未填或为 0，按各项得分之和计"))
    if without:
        found.append(
            Caveat(
                "NO_OWN_TOTAL", f"{without} 张自评表没有可用的总分（未填且得分不全，或不在 0 至 200 分），不比较总分"
            )
        )
    if in_part:
        found.append(
            Caveat("SCORED_IN_PART", f"{in_part} 个项目只再评了部分指标或分值合计不同，且没有总分，不比较总分")
        )
    if unlike:
        found.append(Caveat("TOTAL_DIFFERS", f"{unlike} 个项目另给的总分与各项得分之和不一致，按各项得分之和计"))
    if strangers:
        shown = "、".join(strangers[:5])
        found.append(Caveat("NOT_LISTED", f"{len(strangers)} 个再评项目不在项目清单中，未计入：{shown}"))
    if left_out:
        found.append(Caveat("UNPAIRED", f"{left_out} 处两边不能对应、权重不同或自评表重复，未比较，另行列出"))
    return found


def unpaired_findings(unpaired: pd.DataFrame) -> tuple[Finding, ...]:
    """Return a finding for every item that could not be compared 未配对指标发现 (E08)."""
    words = {
        "self_only": "自评有此指标而没有再评得分",
        "re_only": "再评有此指标而自评没有得分",
        "weight_differs": "自评与再评的分值不同或缺失",
        "out_of_range": "自评得分不在 0 至分值之间",
        "two_forms": "一个项目有多份自评表，无法确定以哪一份为准",
    }
    return tuple(
        finding(
            "E08",
            Severity.ERROR if row["side"] in ("weight_differs", "out_of_range", "two_forms") else Severity.WARNING,
            f"{row['project']} {row['item']}".strip(),
            f"{words[str(row['side'])]}，不参加比较",
            expected=_points(row["self_full"]),
            found=_points(row["re_full"]),
            basis=LOGIC,
            where=str(row["where"]),
        )
        for row in rows_of(unpaired)
    )


def _points(value: object) -> str:
    """Return a full score as printed; ``""`` where there is none."""
    return "" if not isinstance(value, (int, float)) or math.isnan(value) else f"{value:g}"
