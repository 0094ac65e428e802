"""Attainment of a target 目标实现程度 and the two functions built on it: pro rata and pass line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from perfkit.scoring.functions.points import (
    HIGHER,
    LOWER,
    NAN,
    NO_OPERATOR,
    RANGE,
    STRICT,
    BoolArray,
    CodeArray,
    Flag,
    FlagArray,
    FloatArray,
    Part,
    Points,
    floats,
    mark,
    no_flags,
    term_codes,
)
from perfkit.scoring.rounding import HALF_GRID, snap
from perfkit.terms import Direction, Operator, OvershootReduction, ReverseRule, ZeroTargetRule

OvershootBands = Sequence[tuple[float | None, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Attainment:
    """Attainment per row 目标实现程度: unbounded ``ratio`` (≥ 1 = met), ``met``, ``flags``."""

    ratio: FloatArray
    met: BoolArray
    flags: FlagArray


def attainment(
    actual: ArrayLike,
    target: ArrayLike,
    target_high: ArrayLike = NAN,
    *,
    direction: Direction | CodeArray = Direction.HIGHER,
    operator: Operator | CodeArray | int = NO_OPERATOR,
    reverse_rule: ReverseRule = ReverseRule.TARGET_OVER_ACTUAL,
    zero_target_rule: ZeroTargetRule = ZeroTargetRule.MET_OR_ZERO,
) -> Attainment:
    """Return how far each actual value attains its target 目标实现程度.

    Parameters
    ----------
    actual, target : values in the unit of the indicator; ``target`` is the lower limit for a range.
    target_high : upper limit of a range, same unit; only read for ``Direction.RANGE``.
    direction : higher: actual ÷ target. lower: by ``reverse_rule``. range: 1 inside, below the lower limit as higher,
        above the upper limit as lower. exact: a range of one point.
    operator : only ``>`` and ``<`` matter: a value exactly on such a target is not met, though its ratio is 1.
    reverse_rule : X02. target ÷ actual; or 1 − (actual − target) ÷ target; or 1 if met, else 0.
    zero_target_rule : X03, for targets of zero or below, where a quotient means nothing: 1 if met else 0, or NaN.

    Returns
    -------
    Attainment with the ratio uncapped (1.6 = 160 % of the target), never below 0.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    Met is decided on the ratio snapped to 1e-9, so it does not depend on the unit chosen. Inside a range is met, also
    where its lower limit is 0 (0 of 0～2.7 is no zero target). Not for qualitative
    indicators. Source: 财预〔2020〕10号 第十六条 (higher only); the other directions are silent (X02, X03).
    Verified against the rows worked by hand in tests/scoring/functions/test_attainment.py.
    """
    actual_, target_, high_ = floats(actual, target, target_high)
    ways = term_codes(Direction, direction)
    way = np.broadcast_to(ways, actual_.shape)
    flags = no_flags(actual_.shape)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.asarray(actual_ / target_)
    limit = target_
    if (ways != HIGHER).any():
        ratio, limit = _other_directions(actual_, target_, high_, way, ratio, reverse_rule, flags)
    np.maximum(ratio, 0.0, out=ratio)
    met = np.asarray(ratio >= 1.0 - HALF_GRID)
    unusual = np.asarray(limit <= 0.0)
    if unusual.any():
        unusual &= ~np.isnan(actual_)
        _zero_targets(actual_, target_, high_, way, operator, unusual, ratio, met, zero_target_rule, flags)
    mark(flags, np.asarray(actual_ < 0.0), Flag.NEGATIVE_ACTUAL)
    strict = np.isin(term_codes(Operator, operator), STRICT)
    if strict.any():
        edge = strict & (way <= LOWER) & ~unusual & ~_exceeds(actual_, target_) & ~_exceeds(target_, actual_)
        met &= ~edge
        mark(flags, edge, Flag.STRICT_EDGE)
        if reverse_rule is ReverseRule.MET_OR_ZERO:
            ratio[edge & (way == LOWER)] = 0.0
    return Attainment(ratio, met, flags)


def _exceeds(one: FloatArray, other: FloatArray) -> BoolArray:
    """Tell where ``one`` is above ``other``: by their quotient where both are positive, so that units do not matter."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        quotient = snap(one / other) > 1.0
    return np.where((one > 0.0) & (other > 0.0), quotient, snap(one) > snap(other))


def _other_directions(
    actual: FloatArray,
    target: FloatArray,
    high: FloatArray,
    way: CodeArray,
    ratio: FloatArray,
    rule: ReverseRule,
    flags: FlagArray,
) -> tuple[FloatArray, FloatArray]:
    """Return ratios of lower, range and exact rows, and the limit that each row was held against."""
    low = np.asarray(target)
    top = np.where(way == RANGE, high, target)
    below = (way > LOWER) & _exceeds(low, actual)
    above = (way != HIGHER) & _exceeds(actual, top)
    # 0 ÷ 0 says nothing, but inside a range that begins at 0 the place is known without the quotient.
    unknown = np.where(way == RANGE, np.isnan(actual) | np.isnan(low), np.isnan(ratio))
    inside = (way > LOWER) & ~below & ~above & ~unknown
    reverse = above | (way == LOWER)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if rule is ReverseRule.TARGET_OVER_ACTUAL:
            backward = np.where(actual > 0.0, top / actual, np.inf)
        elif rule is ReverseRule.LINEAR_SLACK:
            backward = 2.0 - actual / top
        else:
            backward = np.where(above, 0.0, 1.0)
    backward = np.where(np.isnan(actual) | np.isnan(top), NAN, backward)
    ratio = np.where(reverse, backward, np.where(inside, 1.0, ratio))
    mark(flags, above, Flag.REVERSED)
    return ratio, np.where(reverse, top, np.where(inside, 1.0, low))


def _zero_targets(
    actual: FloatArray,
    target: FloatArray,
    high: FloatArray,
    way: CodeArray,
    operator: Operator | CodeArray | int,
    rows: BoolArray,
    ratio: FloatArray,
    met: BoolArray,
    rule: ZeroTargetRule,
    flags: FlagArray,
) -> None:
    """Apply X03 in place on the rows whose target is zero or negative."""
    top = np.where(way == RANGE, high, target)
    at_least = snap(actual) >= snap(target)
    at_most = snap(actual) <= snap(top)
    reached = np.where(way == HIGHER, at_least, np.where(way == LOWER, at_most, at_least & at_most))
    strict = np.isin(np.broadcast_to(term_codes(Operator, operator), actual.shape), STRICT)
    reached &= ~(strict & (way <= LOWER) & (snap(actual) == snap(target)))
    computable = rule is ZeroTargetRule.MET_OR_ZERO
    ratio[rows] = np.where(reached[rows], 1.0, 0.0) if computable else NAN
    met[rows] = reached[rows] & computable
    flags[rows] &= ~np.uint32(Flag.REVERSED)
    mark(flags, rows, Flag.ZERO_TARGET)
    if not computable:
        mark(flags, rows, Flag.UNDEFINED)


def pro_rata(
    actual: ArrayLike,
    target: ArrayLike,
    target_high: ArrayLike = NAN,
    *,
    direction: Direction | CodeArray = Direction.HIGHER,
    operator: Operator | CodeArray | int = NO_OPERATOR,
    reverse_rule: ReverseRule = ReverseRule.TARGET_OVER_ACTUAL,
    zero_target_rule: ZeroTargetRule = ZeroTargetRule.MET_OR_ZERO,
    overshoot_threshold: ArrayLike = 1.2,
    overshoot_reduction: OvershootReduction = OvershootReduction.NONE,
    overshoot_bands: OvershootBands = (),
    cap: ArrayLike = 1.0,
) -> Points:
    """Return rates by share of the target attained 按完成比例计分: min(actual ÷ target, 1).

    Parameters
    ----------
    actual, target, target_high, direction, operator, reverse_rule, zero_target_rule : see ``attainment``.
    overshoot_threshold : X01, ratio (1.2 = 120 % of the target) above which a higher-is-better row is flagged.
    overshoot_reduction : none; bands: the reduction of the band the ratio lies in; by_deviation: ratio − threshold.
    overshoot_bands : pairs (upper limit of the ratio, included; reduction as share of full score), the last limit
        ``None``; e.g. ``((1.3, 0), (2, 0.1), (3, 0.2), (None, 0.3))``; in any order.
    cap : highest rate, 0 … 1.

    Returns
    -------
    Points with part ``ratio`` (uncapped attainment) and, where a reduction applies, ``reduced``.

    Raises
    ------
    ValueError
        Reduction by bands without bands, what is no number, or shapes that do not broadcast.

    Notes
    -----
    rate = min(ratio, cap) − reduction, never below 0. Overshoot concerns higher-is-better rows only: far below a
    limit is no overshoot. Not for 101号 scoring, where 80 % attained earns 50 % (``pass_line``).
    Source: 财预〔2020〕10号 第十六条; size of overshoot and reduction are silent (X01).
    Verified against the worked rows of frameworks.json ``quant_pro_rata_2020`` and golden ``cn_quant_bands``.
    """
    if overshoot_reduction is OvershootReduction.BANDS and not overshoot_bands:
        raise ValueError("overshoot_reduction bands needs overshoot_bands")
    reading = attainment(
        actual,
        target,
        target_high,
        direction=direction,
        operator=operator,
        reverse_rule=reverse_rule,
        zero_target_rule=zero_target_rule,
    )
    cap_ = np.asarray(cap, dtype=np.float64)
    rate = np.asarray(np.minimum(reading.ratio, cap_))
    if (cap_ < 1.0).any():
        mark(reading.flags, np.asarray((reading.ratio > rate + HALF_GRID) & (rate < 1.0)), Flag.CAPPED)
    way = term_codes(Direction, direction)
    threshold = np.asarray(overshoot_threshold, dtype=np.float64)
    overshoot = (reading.ratio > threshold + HALF_GRID) & (way == HIGHER)
    parts: dict[str, Part] = {"ratio": reading.ratio, "met": reading.met}
    if not overshoot.any():
        return Points(rate, reading.flags, parts)
    mark(reading.flags, overshoot, Flag.OVERSHOOT)
    reduced = np.zeros(rate.shape)
    if overshoot_reduction is OvershootReduction.BY_DEVIATION:
        reduced = np.where(overshoot, reading.ratio - threshold, 0.0)
    elif overshoot_reduction is OvershootReduction.BANDS:
        bands = sorted((np.inf if limit is None else limit, share) for limit, share in overshoot_bands)
        limits, shares = (np.array(column) for column in zip(*bands, strict=True))
        place = np.minimum(np.searchsorted(limits, snap(reading.ratio), side="left"), shares.size - 1)
        reduced = np.where(overshoot, shares[place], 0.0)
    mark(reading.flags, reduced > 0.0, Flag.OVERSHOOT_REDUCED)
    rate = np.maximum(rate - reduced, 0.0)
    return Points(rate, reading.flags, {**parts, "reduced": reduced})


def pass_line(
    actual: ArrayLike,
    target: ArrayLike,
    target_high: ArrayLike = NAN,
    *,
    line: ArrayLike = 0.6,
    direction: Direction | CodeArray = Direction.HIGHER,
    operator: Operator | CodeArray | int = NO_OPERATOR,
    reverse_rule: ReverseRule = ReverseRule.TARGET_OVER_ACTUAL,
    zero_target_rule: ZeroTargetRule = ZeroTargetRule.MET_OR_ZERO,
) -> Points:
    """Return rates above a pass line 及格线法: 0 below the line, then (ratio − line) ÷ (1 − line).

    Parameters
    ----------
    actual, target, target_high, direction, operator, reverse_rule, zero_target_rule : see ``attainment``.
    line : attainment that earns nothing yet, 0 … <1 (0.6 in the guide).

    Returns
    -------
    Points with part ``ratio``; a ratio exactly on the line earns 0.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    The same 80 % attained earns 50 % here and 80 % by ``pro_rata``: the method must be printed. Not under 10号.
    Source: 财预〔2021〕101号 三(七)2 (example in the guide). Verified against frameworks.json ``quant_pass_line_2021``.
    """
    reading = attainment(
        actual,
        target,
        target_high,
        direction=direction,
        operator=operator,
        reverse_rule=reverse_rule,
        zero_target_rule=zero_target_rule,
    )
    line_ = np.asarray(line, dtype=np.float64)
    capped = np.minimum(snap(reading.ratio), 1.0)
    rate = np.maximum((capped - line_) / (1.0 - line_), 0.0)
    return Points(np.asarray(rate), reading.flags, {"ratio": reading.ratio, "met": reading.met})
