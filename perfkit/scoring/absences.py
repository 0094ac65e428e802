"""Absences 空缺: whose points go where, and how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.functions.points import BoolArray, FloatArray
from perfkit.scoring.items import ItemScores
from perfkit.scoring.rounding import round_half_up, snap
from perfkit.terms import Absence, AbsencePolicy, AbsenceScope
from perfkit.tree import IndicatorTree, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPoints:
    """Points that one absence moves 空缺涉及的分值.

    ``absence`` is ``None`` where the rule leaves the case undefined. ``full_score`` is what the item counts for on its
    own scale; ``points`` what leaves it under renormalise, is lost under zero, granted under full or open under hold.
    ``to`` lists (item, points received on that item's own scale) for renormalise.
    """

    code: str
    absence: Absence | None
    policy: AbsencePolicy
    full_score: float
    points: float
    to: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Redistribution:
    """Items after the policies 空缺处理结果, arrays in tree order of items.

    ``full`` is what each item counts for now, ``printed`` the same with the decimals of the form (sums held), ``rate``
    its rate (policy rates filled in, NaN where held), ``held`` and ``dropped`` mark what the policies did; ``widened``
    lists level-1 nodes whose items were all dropped, so that their points went to the rest of the tree.
    """

    full: FloatArray
    printed: FloatArray
    rate: FloatArray
    held: BoolArray
    dropped: BoolArray
    widened: tuple[int, ...]
    moved: tuple[MovedPoints, ...]


def effective_full_scores(
    full: FloatArray,
    factor: FloatArray,
    scope: Sequence[int] | np.ndarray[tuple[int], np.dtype[np.int64]],
    dropped: BoolArray,
) -> tuple[FloatArray, tuple[int, ...]]:
    """Return what each item counts for once the points of dropped items are shared out 折算后分值.

    Parameters
    ----------
    full : (n,) points on each item's own scale. factor : (n,) from that scale to the total (1 in one layer).
    scope : (n,) group within which points are shared, in proportion to the points of the items that remain.
    dropped : (n,) items that give up their points.

    Returns
    -------
    Effective points (0 for dropped items; all NaN where nothing remains anywhere) and the groups that were left
    without an item, whose points went to all the others.

    Notes
    -----
    Within a group: full × group total ÷ total of the remaining. The sum over the tree in total points is unchanged.
    Source: no rule says where such points go (X07). Verified against golden ``cn_na_policies``.
    """
    _, group = np.unique(np.asarray(scope, dtype=np.int64), return_inverse=True)
    kept = np.where(dropped, 0.0, full)
    whole = np.bincount(group, weights=full)
    rest = np.bincount(group, weights=kept)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(dropped, 0.0, kept * (whole / rest)[group])
    emptied = (rest <= 0.0) & (whole > 0.0)
    if not emptied.any():
        return np.where(dropped | (full == 0.0), 0.0, effective), ()
    effective = np.where(dropped | emptied[group], 0.0, effective)
    everything = float((full * factor).sum())
    remaining = float((effective * factor).sum())
    effective = effective * (everything / remaining) if remaining > 0.0 else np.full(full.size, np.nan)
    scopes = np.asarray(scope, dtype=np.int64)
    left = tuple(int(scopes[np.flatnonzero(group == number)[0]]) for number in np.flatnonzero(emptied))
    return effective, left


def printed_full_scores(effective: FloatArray, full: FloatArray, group: IntArray, decimals: int) -> FloatArray:
    """Return effective full scores as a form prints them, their sums held 折算后分值取整 (largest remainder).

    Parameters
    ----------
    effective, full : (n,) points after and before redistribution. group : (n,) items whose sum is kept.
    decimals : decimals of the form, 0 … 4.

    Returns
    -------
    Effective points rounded down, the missing last digits given to the largest remainders (the earlier item of
    equals), in every group whose points moved; other groups are left as they are.

    Notes
    -----
    So that the printed full scores add up and full marks are full marks in print; exact totals use ``effective``.
    Source: no rule (X04, X07). Verified against the rows worked by hand in tests/scoring/test_total.py.
    """
    result = effective.copy()
    unit = 10.0**-decimals
    for number in np.unique(group):
        members = np.flatnonzero(group == number)
        members = members[effective[members] > 0.0]
        if not members.size or not (np.abs(effective[members] - full[members]) > 1e-9).any():
            continue
        scaled = snap(effective[members] / unit)
        floors = np.floor(scaled)
        missing = int(round_half_up(scaled.sum() - floors.sum(), 0))
        receivers = np.argsort(-(scaled - floors), kind="stable")[:missing]
        floors[receivers] += 1.0
        result[members] = snap(floors * unit)
    return result


def redistribution(
    tree: IndicatorTree, scores: ItemScores, order: Sequence[int], choices: SilentChoices
) -> Redistribution:
    """Apply the policies of all absences 空缺处理.

    Parameters
    ----------
    tree : indicator tree. scores : item scores. order : place in ``scores`` of each leaf of the tree.
    choices : policies and scope.
    """
    rate = scores.rate[list(order)]
    full = tree.full_score[tree.leaves]
    kinds = [scores.absence[place] for place in order]
    open_ = np.isnan(rate)
    policies = [choices.policy(kind) if missing else None for kind, missing in zip(kinds, open_, strict=True)]
    dropped = np.array([policy is AbsencePolicy.RENORMALISE for policy in policies], dtype=np.bool_)
    held = np.array([policy is AbsencePolicy.HOLD for policy in policies], dtype=np.bool_)
    level1 = tree.level1[tree.leaves]
    factor = tree.scale[level1]
    scope = level1 if choices.na_scope is AbsenceScope.LEVEL1 else np.zeros(level1.size, dtype=np.int64)
    # One scale per scope: points of different level-1 scales are comparable only in points of the total.
    in_scope = full if choices.na_scope is AbsenceScope.LEVEL1 else full * factor
    counted, widened = effective_full_scores(
        in_scope, factor if in_scope is full else np.ones(full.size), scope, dropped
    )
    if in_scope is not full:
        with np.errstate(divide="ignore", invalid="ignore"):
            counted = np.where(factor > 0.0, counted / factor, 0.0)
    filled = np.array([1.0 if policy is AbsencePolicy.FULL else 0.0 for policy in policies])
    rate = np.where(open_, np.where(held, np.nan, filled), rate)
    codes = [tree.code[node] for node in tree.leaves]
    moved = []
    for place, policy in enumerate(policies):
        if policy is None:
            continue
        to: tuple[tuple[str, float], ...] = ()
        if policy is AbsencePolicy.RENORMALISE:
            everywhere = int(scope[place]) in widened
            takers = ~dropped & (everywhere | (scope == scope[place]))
            # Points of an emptied group follow what the others count for after their own groups were settled.
            weights = np.where(takers, (counted if everywhere else full) * factor, 0.0)
            to = _received(full[place] * factor[place], weights, factor, codes)
        moved.append(
            MovedPoints(
                code=codes[place],
                absence=kinds[place],
                policy=policy,
                full_score=float(full[place]),
                points=float(full[place]),
                to=to,
            )
        )
    whole_tree = choices.na_scope is not AbsenceScope.LEVEL1 or bool(widened)
    group = np.zeros(full.size, dtype=np.int64) if whole_tree else level1
    # Across the scales of two layers there is no common sum to hold: such points stay as they are.
    unrounded = whole_tree and tree.two_layer
    printed = counted if unrounded else printed_full_scores(counted, full, group, choices.item_decimals)
    return Redistribution(counted, printed, rate, held, dropped, widened, tuple(moved))


def _received(
    points: float, weights: FloatArray, factor: FloatArray, codes: Sequence[str]
) -> tuple[tuple[str, float], ...]:
    """Return who receives points of the total, in proportion to the weights, on each receiver's own scale."""
    total = float(weights.sum())
    if not total > 0.0:
        return ()
    return tuple(
        (codes[int(at)], float(points * weights[at] / total / factor[at])) for at in np.flatnonzero(weights > 0.0)
    )
