"""The adopted re-evaluated score 采用的再评得分: from the workbooks of several raters to one score an item or project."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from perfkit.result import Caveat
from perfkit.scoring.rounding import round_half_up
from perfkit.terms import AdoptedScore, RaterRole

ITEM_KEY = ("project", "item")
PROJECT_KEY = ("project",)
WORDS = ("reason", "explanation", "evidence")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adopted:
    """Scores that count 采用的得分.

    ``scores`` has one row per key with ``score`` (rounded half-up), ``raters`` (how many entered it) and, for items,
    ``level3``, ``full`` (NaN where raters differ over it), ``reason``, ``explanation``, ``evidence``, ``amount``,
    ``where``. ``blank`` are the keys that a workbook lists without any score.
    """

    scores: pd.DataFrame
    blank: pd.DataFrame
    caveats: tuple[Caveat, ...]


def _with_roles(scores: pd.DataFrame, raters: pd.DataFrame) -> pd.DataFrame:
    """Return the scores with the role of each rater and the order in which raters stand in the folder."""
    known = raters.drop_duplicates("rater")
    order = {name: place for place, name in enumerate(known["rater"])}
    roles = dict(zip(known["rater"], known["role"].astype(str), strict=True))
    later = {name: len(order) + place for place, name in enumerate(scores["rater"].unique()) if name not in order}
    return scores.assign(
        _consensus=[roles.get(name, "") == RaterRole.CONSENSUS.value for name in scores["rater"]],
        _order=scores["rater"].map(order | later).to_numpy(dtype=np.int64),
    )


def _once_a_rater(scores: pd.DataFrame, key: list[str], value: str) -> tuple[pd.DataFrame, int]:
    """Return one score per rater and key, and how many a rater gave twice with different values."""
    same = [*key, "rater", "_consensus"]
    unlike = scores.groupby(same, sort=False)[value].nunique()
    twice = int((unlike > 1).sum())
    if not scores.duplicated(same).any():
        return scores, twice
    means = scores.groupby(same, sort=False)[value].transform("mean")
    return scores.assign(**{value: means}).drop_duplicates(same), twice


def _counting(scores: pd.DataFrame, key: list[str], adopted: AdoptedScore) -> pd.DataFrame:
    """Return the scores that enter the adopted one; where nobody of the wanted role scored, the others do."""
    wanted = scores["_consensus"] if adopted is AdoptedScore.CONSENSUS else ~scores["_consensus"]
    there = wanted.groupby([scores[name] for name in key], sort=False).transform("any")
    kept = scores[(wanted | ~there).to_numpy(dtype=bool)]
    if adopted is not AdoptedScore.FIRST or kept.empty:
        return kept
    first = kept.groupby(key, sort=False)["_order"].transform("min")
    return kept[(kept["_order"] == first).to_numpy()]


@dataclass(frozen=True, slots=True)
class Words:
    """What one rater wrote beside one score 评分说明."""

    score: float
    reason: str
    explanation: str
    evidence: str
    amount: float


def _told(said: Sequence[Words], adopted: float, before: float) -> Words:
    """Return the words of one item from those of the raters whose scores entered it.

    The reason named most often, the first named where several are, among raters who moved the score the way the adopted
    one moves; evidence of all of them.
    """
    way = np.sign(adopted - before)
    speaking = [one for one in said if np.sign(one.score - before) == way] or list(said)
    reasons = Counter(one.reason for one in speaking if one.reason)
    amounts = [one.amount for one in speaking if not math.isnan(one.amount)]
    return Words(
        score=adopted,
        reason=max(reasons, key=lambda one: reasons[one], default=""),
        explanation="；".join(_distinct(one.explanation for one in speaking)),
        evidence="；".join(_distinct(mark for one in speaking for mark in one.evidence.split("；"))),
        amount=amounts[0] if amounts else math.nan,
    )


def _words(rows: pd.DataFrame, amounts: pd.Series) -> list[Words]:
    """Return the words of every row."""
    texts = [[text if isinstance(text, str) else "" for text in rows[name]] for name in WORDS]
    return [Words(*one) for one in zip(rows["score"].astype(float), *texts, amounts, strict=True)]


def _of_several(kept: pd.DataFrame, table: pd.DataFrame, own: Mapping[Any, float]) -> None:
    """Write the words of the items that several raters scored into the table of adopted scores, keyed as ``kept``."""
    several = set(table.index[(table["raters"] > 1).to_numpy()])
    if not several:
        return
    keys = list(kept[list(ITEM_KEY)].itertuples(index=False, name=None))
    rows = kept[[key in several for key in keys]]
    said: dict[Hashable, list[Words]] = {}
    amounts = pd.to_numeric(rows["amount"], errors="coerce").astype(float)
    for key, words in zip((key for key in keys if key in several), _words(rows, amounts), strict=True):
        said.setdefault(key, []).append(words)
    scores = dict(zip(table.index, table["score"], strict=True))
    told = {key: _told(words, float(scores[key]), own.get(key, math.nan)) for key, words in said.items()}
    for name in (*WORDS, "amount"):
        column = dict(zip(table.index, table[name], strict=True))
        column |= {key: getattr(words, name) for key, words in told.items()}
        table[name] = list(column.values())


def _distinct(texts: Iterable[object]) -> list[str]:
    """Return the texts that say something, each once, in order."""
    return list(dict.fromkeys(str(text) for text in texts if isinstance(text, str) and text.strip()))


def adopted_items(
    scores: pd.DataFrame,
    raters: pd.DataFrame,
    own: Mapping[Any, float],
    *,
    adopted: AdoptedScore,
    decimals: int,
) -> Adopted:
    """Return the adopted score of every re-scored item 指标采用得分.

    Parameters
    ----------
    scores, raters : as the re-scoring workbooks were read (columns ``SCORES``, ``RATERS``).
    own : self-scores by (project, item); they decide whose words stand beside the score where raters differ.
    adopted : which score counts. Consensus counts item by item, since a discussion settles the disputed ones only.
    decimals : decimals of an item score; halves go up.

    Notes
    -----
    A score that a rater gave twice counts once, as the mean of the two, and is told in a caveat.
    """
    key = list(ITEM_KEY)
    known = scores[scores["score"].notna()]
    blank = scores.loc[scores["score"].isna(), key].drop_duplicates()
    if not known.empty and not blank.empty:
        scored = pd.MultiIndex.from_frame(known[key])
        blank = blank[~pd.MultiIndex.from_frame(blank[key]).isin(scored)]
    if known.empty:
        columns = [*key, "level3", "full", "score", *WORDS, "amount", "where", "raters"]
        return Adopted(scores=pd.DataFrame(columns=columns), blank=blank, caveats=())
    once, twice = _once_a_rater(_with_roles(known, raters), key, "score")
    kept = _counting(once, key, adopted).reset_index(drop=True)
    grouped = kept.groupby(key, sort=False)
    table = grouped.agg(
        level3=("level3", "first"), full=("full", "first"), low=("full", "min"), high=("full", "max"),
        score=("score", "mean"), reason=("reason", "first"), explanation=("explanation", "first"),
        evidence=("evidence", "first"), amount=("amount", "first"), where=("where", "first"), raters=("rater", "nunique"),
    )  # fmt: skip
    differ = (table["high"] - table["low"]) > 1e-9
    table.loc[differ, "full"] = np.nan
    table["score"] = round_half_up(table["score"].to_numpy(dtype=np.float64), decimals)
    _of_several(kept, table, own)
    plain = table.drop(columns=["low", "high"]).reset_index()
    return Adopted(scores=plain, blank=blank, caveats=_reservations(twice, once, key, adopted))


def adopted_totals(totals: pd.DataFrame, raters: pd.DataFrame, *, adopted: AdoptedScore, decimals: int) -> Adopted:
    """Return the adopted total of every project whose raters gave one 总分采用得分, as ``adopted_items`` of items."""
    key = list(PROJECT_KEY)
    known = totals[totals["total"].notna()].rename(columns={"total": "score"})
    if known.empty:
        empty = pd.DataFrame(
            {"project": pd.Series(dtype=object), "score": np.empty(0), "raters": np.empty(0, dtype=int)}
        )
        return Adopted(scores=empty, blank=empty[key], caveats=())
    once, twice = _once_a_rater(_with_roles(known, raters), key, "score")
    kept = _counting(once, key, adopted)
    table = kept.groupby(key, sort=False).agg(score=("score", "mean"), raters=("rater", "nunique")).reset_index()
    table["score"] = round_half_up(table["score"].to_numpy(dtype=np.float64), decimals)
    return Adopted(scores=table, blank=known.iloc[:0][key], caveats=_reservations(twice, once, key, adopted))


def _reservations(twice: int, scores: pd.DataFrame, key: list[str], adopted: AdoptedScore) -> tuple[Caveat, ...]:
    """Return what the adopted scores leave open."""
    found: list[Caveat] = []
    if twice:
        found.append(Caveat("RATED_TWICE", f"{twice} 处同一再评人给出两个不同的得分，按其平均计一次"))
    alone, together = ~scores["_consensus"], scores["_consensus"]
    keys = [scores[name] for name in key]
    independent, agreed = (part.groupby(keys, sort=False).sum().to_numpy() for part in (alone, together))
    undecided = int(((independent > 1) & (agreed == 0)).sum())
    lacking = int((independent == 0).sum())
    if undecided and adopted is AdoptedScore.CONSENSUS:
        text = f"{undecided} 处有两名以上再评人独立评分而没有合议得分，采用其平均"
        found.append(Caveat("NO_CONSENSUS", text))
    elif lacking and adopted is not AdoptedScore.CONSENSUS:
        found.append(Caveat("ONLY_CONSENSUS", f"{lacking} 处只有合议得分，按合议得分采用"))
    return tuple(found)
