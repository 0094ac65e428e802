"""Totals 总分: item points up the tree, official and exact total, absences, vetoes and the grade."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from perfkit.errors import DataError, Problem
from perfkit.result import Caveat, Result
from perfkit.scoring.absences import MovedPoints, Redistribution, redistribution
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.functions.points import FloatArray
from perfkit.scoring.grades import Band, GradeResult, grade
from perfkit.scoring.items import ItemScores
from perfkit.scoring.rounding import round_half_up, snap
from perfkit.scoring.shapes import Veto
from perfkit.scoring.vetoes import best_grade, total_cap, unknown_grades
from perfkit.terms import AbsencePolicy, GradeFrom, TotalRule
from perfkit.tree import ROOT, IndicatorTree

FULL_SCORE = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeScore:
    """Score of one node 节点得分.

    ``full_score`` and ``score`` are on the node's own scale: ``score`` the sum of the rounded items below, ``exact``
    that of the unrounded; ``effective_full`` what the node counts for once absences moved points (0 for an item that
    gave them up); ``rate`` = score ÷ effective_full; ``contribution`` the score in points of the parent (other than
    ``score`` only on level 1 of two layers).
    """

    code: str
    name: str
    path: tuple[str, ...]
    level: int
    full_score: float
    effective_full: float
    score: float
    exact: float
    rate: float
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScorecardResult(Result):
    """Scored indicator tree 评分表: arrays by node of ``tree``; node 0 is the total.

    Parameters
    ----------
    value : official total (NaN where withheld). exact_total : sum of the unrounded items.
    full_score : points possible as the weights really add up. rate : value ÷ full score.
    grade, exact_grade : by the bands, of the official (or as ``grade_from`` says) and of the exact total.
    node_score, node_exact, node_full, node_rate : per node; ``node_full`` after absences.
    possible_low, possible_high : official total if every held item earned nothing, everything.
    moved : points each absence moves. vetoes : vetoes drawn.
    """

    kind: ClassVar[str] = "scorecard"

    value: float
    exact_total: float
    full_score: float
    rate: float
    grade: GradeResult
    exact_grade: GradeResult
    bands: tuple[Band, ...]
    possible_low: float
    possible_high: float
    tree: IndicatorTree
    node_score: FloatArray
    node_exact: FloatArray
    node_full: FloatArray
    node_rate: FloatArray
    moved: tuple[MovedPoints, ...]
    vetoes: tuple[Veto, ...]
    choices: SilentChoices

    def node(self, number: int) -> NodeScore:
        """Return one node by its number in the tree."""
        tree = self.tree
        score = float(self.node_score[number])
        return NodeScore(
            code=tree.code[number],
            name=tree.name[number],
            path=tree.path(number),
            level=int(tree.level[number]),
            full_score=float(tree.full_score[number]),
            effective_full=float(self.node_full[number]),
            score=score,
            exact=float(self.node_exact[number]),
            rate=float(self.node_rate[number]),
            contribution=score * float(tree.scale[number]),
        )

    def item(self, code: str) -> NodeScore:
        """Return the score of one item; ``KeyError`` where there is none."""
        return self.node(self.tree.leaf(code))

    def items(self) -> tuple[NodeScore, ...]:
        """Return all items in the order given."""
        return tuple(self.node(int(number)) for number in self.tree.leaves)

    def nodes(self, level: int) -> tuple[NodeScore, ...]:
        """Return the nodes of one level in order; 1 for the level-1 indicators."""
        return tuple(self.node(int(number)) for number in np.flatnonzero(self.tree.level == level))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per node: code, name, level, parent, full score, effective full, score, exact, rate."""
        tree = self.tree
        return pd.DataFrame(
            {
                "code": list(tree.code),
                "name": list(tree.name),
                "level": tree.level,
                "parent": [tree.code[parent] if parent >= 0 else "" for parent in tree.parent],
                "full_score": tree.full_score,
                "effective_full": self.node_full,
                "score": self.node_score,
                "exact": self.node_exact,
                "rate": self.node_rate,
                "contribution": self.node_score * tree.scale,
            }
        )

    def to_record(self) -> dict[str, object]:
        """Return totals, grades, moved points, vetoes and nodes as JSON-able values."""
        frame = self.to_frame().astype(object)
        plain = {
            "value": self.value,
            "exact_total": self.exact_total,
            "full_score": self.full_score,
            "rate": self.rate,
            "possible_low": self.possible_low,
            "possible_high": self.possible_high,
        }
        return {
            "kind": self.kind,
            "method": self.method,
            "n_used": self.n_used,
            "n_dropped": self.n_dropped,
            **{key: None if math.isnan(value) else value for key, value in plain.items()},
            "grade": self.grade.value,
            "exact_grade": self.exact_grade.value,
            "caveats": [dataclasses.asdict(caveat) for caveat in self.caveats],
            "moved": [dataclasses.asdict(entry) for entry in self.moved],
            "vetoes": [
                {"code": veto.code, "effect": veto.effect.value, "grade_cap": veto.grade_cap} for veto in self.vetoes
            ],
            "nodes": frame.where(frame.notna(), None).to_dict(orient="records"),
        }


def node_totals(tree: IndicatorTree, leaf_values: FloatArray) -> FloatArray:
    """Return the sum of leaf values at every node 逐级汇总.

    Parameters
    ----------
    tree : indicator tree of any depth. leaf_values : (n,) in the order of ``tree.leaves``, on each leaf's own scale.

    Returns
    -------
    (nodes,) array; a level-1 node of two layers enters the total times its scale. NaN reaches every node above it,
    so a withheld item withholds its totals.

    Notes
    -----
    One ``bincount`` per level: the cost grows with the number of nodes, not with their shape.
    """
    totals = np.zeros(len(tree.code))
    totals[tree.leaves] = leaf_values
    return summed_up(totals, tree.parent, tree.levels, None if not tree.two_layer else tree.scale)


def summed_up(
    totals: FloatArray,
    parent: np.ndarray[tuple[int], np.dtype[np.int32]],
    levels: Sequence[np.ndarray[tuple[int], np.dtype[np.int64]]],
    scale: FloatArray | None = None,
) -> FloatArray:
    """Add every node to its parent in place, deepest level first 自下而上累加.

    Parameters
    ----------
    totals : (nodes,) leaf values, zeros elsewhere; changed in place.
    parent : (nodes,) parent node, −1 for roots; a forest of many evaluands is one such array.
    levels : nodes of each level from the roots down. scale : factor of each node in its parent; ``None`` for 1.

    Returns
    -------
    The same array.
    """
    for nodes in reversed(levels[1:]):
        # Consecutive nodes, the usual case, are read as one piece of memory.
        whole = int(nodes[-1]) - int(nodes[0]) + 1 == nodes.size
        at = slice(int(nodes[0]), int(nodes[-1]) + 1) if whole else nodes
        parents = parent[at]
        values = totals[at] if scale is None else totals[at] * scale[at]
        low, high = int(parents.min()), int(parents.max())
        totals[low : high + 1] += np.bincount(parents - low, weights=values, minlength=high - low + 1)
    return totals


def roll_up(
    tree: IndicatorTree,
    scores: ItemScores,
    choices: SilentChoices | None = None,
    *,
    bands: Sequence[Band],
) -> ScorecardResult:
    """Return the scored tree with totals and grade 汇总评分.

    Parameters
    ----------
    tree : indicator tree whose items are those of ``scores``, in any order, with the same full scores.
    scores : item scores. choices : ``None`` takes those of ``scores``. bands : (name, low, high), any number.

    Returns
    -------
    ScorecardResult. Absences by their policies: renormalise gives the points to the other items (of the same level-1
    indicator or of all, ``na_scope``) in proportion, their rates unchanged; zero; full; hold withholds total and grade
    and gives the interval of the possible total.

    Raises
    ------
    DataError
        Items of tree and scores differ, their full scores do, or a veto, drawn or not, caps the grade at a name that
        the bands do not have.
    RuleError
        Malformed bands.

    Notes
    -----
    Item points = rate × effective full score, rounded half-up (full scores that absences moved are taken as printed,
    ``absences.printed_full_scores``; the exact total takes them unrounded); node score = sum of the rounded items
    below; official total = that of the total node, so the printed table adds up. In a two-layer scheme items are
    rounded on their own scale of 100, the contribution of a level-1 node is exact, and the total is rounded half-up to
    the item decimals.
    The grade follows the official total (``grade_from``); a different grade of the exact total is the caveat
    ``GRADE_DIFFERS``. Weights that miss 100 are kept as printed (``FULL_SCORE_NOT_100``).
    Verified against golden ``part_scoring``, ``cn_selfeval_100``, ``cn_na_policies`` and the real 28-item case.
    """
    chosen = scores.choices if choices is None else choices
    order = _order(tree, scores, bands)
    after = redistribution(tree, scores, order, chosen)
    exact = after.rate * after.full
    rounded = round_half_up(after.rate * after.printed, chosen.item_decimals)
    node_exact = snap(node_totals(tree, exact))
    node_score = snap(node_totals(tree, rounded))
    node_full = snap(node_totals(tree, after.printed))
    with np.errstate(divide="ignore", invalid="ignore"):
        node_rate = np.where(node_full > 0.0, node_score / node_full, np.nan)
    official, exact_total = _official(node_score, node_exact, chosen), float(node_exact[ROOT])
    low, high = _possible(tree, after, rounded, exact, chosen) if after.held.any() else (official, official)
    cap = total_cap(scores.vetoes)
    capped = official > cap
    official, exact_total, low, high = (np.minimum((official, exact_total, low, high), cap)).tolist()
    node_score[ROOT], node_exact[ROOT] = official, exact_total
    full = float(node_full[ROOT])
    rate = official / full if full > 0.0 else math.nan
    node_rate[ROOT] = rate
    best = best_grade(scores.vetoes, bands)
    graded = official if chosen.grade_from is GradeFrom.OFFICIAL else exact_total
    result = grade(graded, bands, at_best=best)
    exact_result = grade(exact_total, bands, at_best=best)
    caveats = (
        *_caveats(tree, after, chosen, full, capped, low, high),
        *result.caveats,
        *_grade_caveats(official, exact_total, bands, best),
    )
    return ScorecardResult(
        method=chosen.total_rule.value,
        n_used=int(tree.leaves.size - after.dropped.sum() - after.held.sum()),
        n_dropped=int(after.dropped.sum() + after.held.sum()),
        caveats=caveats,
        value=official,
        exact_total=exact_total,
        full_score=full,
        rate=rate,
        grade=result,
        exact_grade=exact_result,
        bands=tuple(bands),
        possible_low=low,
        possible_high=high,
        tree=tree,
        node_score=node_score,
        node_exact=node_exact,
        node_full=node_full,
        node_rate=node_rate,
        moved=after.moved,
        vetoes=scores.vetoes,
        choices=chosen,
    )


def _order(tree: IndicatorTree, scores: ItemScores, bands: Sequence[Band]) -> list[int]:
    """Return the place in ``scores`` of each leaf, or say how tree, scores and grades contradict each other."""
    place = {code: number for number, code in enumerate(scores.codes)}
    leaves = [tree.code[node] for node in tree.leaves]
    problems = [
        _problem(code, "指标体系与计分项一致", "只在一处出现")
        for code in sorted(set(leaves).symmetric_difference(place))
    ]
    for node, code in zip(tree.leaves, leaves, strict=True):
        if code in place and snap(scores.full_score[place[code]]) != snap(tree.full_score[node]):
            counted, printed = scores.full_score[place[code]], tree.full_score[node]
            problems.append(_problem(code, "计分项分值与指标体系分值相同", f"{counted:g} 与 {printed:g}"))
    problems.extend(unknown_grades(scores.batches, bands))
    if problems:
        raise DataError(problems)
    return [place[code] for code in leaves]


def _official(node_score: FloatArray, node_exact: FloatArray, choices: SilentChoices) -> float:
    """Return the official total by the total rule."""
    total = node_score[ROOT] if choices.total_rule is TotalRule.SUM_OF_ROUNDED else node_exact[ROOT]
    return float(round_half_up(total, choices.item_decimals))


def _possible(
    tree: IndicatorTree, after: Redistribution, rounded: FloatArray, exact: FloatArray, choices: SilentChoices
) -> tuple[float, float]:
    """Return the official total if every held item earned nothing, and if it earned everything."""
    low, high = (
        _official(
            node_totals(tree, np.where(after.held, share * after.printed, rounded)),
            node_totals(tree, np.where(after.held, share * after.full, exact)),
            choices,
        )
        for share in (0.0, 1.0)
    )
    return low, high


def _caveats(
    tree: IndicatorTree,
    after: Redistribution,
    choices: SilentChoices,
    full: float,
    capped: bool,
    low: float,
    high: float,
) -> tuple[Caveat, ...]:
    """Return what the draft must say about the total."""
    found: list[Caveat] = []
    printed = float(tree.full_score[ROOT])
    if snap(printed) != FULL_SCORE:
        found.append(Caveat("FULL_SCORE_NOT_100", f"各指标分值合计 {printed:g} 分，不等于 100 分，按实际合计列示"))
    if tree.two_layer:
        for node in np.flatnonzero(tree.level == 1):
            if snap(tree.full_score[node]) != FULL_SCORE:
                name, inner = tree.name[node], tree.full_score[node]
                found.append(Caveat("LEVEL1_SCALE_NOT_100", f"{name}内部分值合计 {inner:g}，不等于 100"))
    for policy in AbsencePolicy:
        moved = [entry for entry in after.moved if entry.policy is policy]
        codes, points = "、".join(entry.code for entry in moved), sum(entry.points for entry in moved)
        if moved:
            found.append(Caveat(f"ABSENCE_{policy.name}", f"{codes} 共 {points:g} 分未能评分，{policy.label}"))
    if after.widened:
        names = "、".join(tree.name[node] for node in after.widened)
        found.append(Caveat("ABSENCE_WIDENED", f"{names}的指标全部空缺，分值折算至其他一级指标"))
    if after.held.any():
        found.append(Caveat("TOTAL_WITHHELD", f"总分和等级暂不确定，可能在 {low:g}～{high:g} 分之间"))
    elif math.isnan(full):
        found.append(Caveat("NOTHING_SCORED", "没有可评分的指标，总分无法计算"))
    if capped:
        found.append(Caveat("TOTAL_CAPPED", "因一票否决，总分按上限确定"))
    return tuple(found)


def _grade_caveats(official: float, exact: float, bands: Sequence[Band], best: str) -> tuple[Caveat, ...]:
    """Flag totals whose rounding decides the grade."""
    one, other = (grade(total, bands, at_best=best).value for total in (official, exact))
    if one == other:
        return ()
    return (
        Caveat(
            "GRADE_DIFFERS",
            f"公布总分 {official:g} 为{one or '（无等级）'}，未取整总分 {exact:.6g} 为{other or '（无等级）'}",
        ),
    )


def _problem(code: str, expected: str, found: str) -> Problem:
    """Return one problem between tree and scores."""
    return Problem(code="SC-TREE", where=f"指标 {code}", expected=expected, found=found, mend="核对指标编码和分值")
