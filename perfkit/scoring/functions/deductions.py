"""Functions that deduct per unit of distance 逐单位扣分: linear, threshold, two-sided, count, base ± step."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from perfkit.scoring.functions.points import (
    HIGHER,
    LOWER,
    NAN,
    CodeArray,
    Flag,
    FloatArray,
    Points,
    floats,
    mark,
    no_flags,
    term_codes,
)
from perfkit.scoring.rounding import HALF_GRID, snap
from perfkit.terms import Direction, StepRounding


def counted_units(distance: FloatArray, unit: ArrayLike, step_rounding: StepRounding) -> FloatArray:
    """Return how many deduction units a distance holds 扣分单位数.

    Parameters
    ----------
    distance : distances ≥ 0 in the unit of the indicator.
    unit : size of one deduction unit (> 0), same unit.
    step_rounding : continuous counts fractions; started counts a begun unit whole; completed drops it.
    """
    units = np.asarray(distance / np.asarray(unit, dtype=np.float64))
    if step_rounding is StepRounding.STARTED:
        return np.asarray(np.ceil(snap(units)))
    if step_rounding is StepRounding.COMPLETED:
        return np.asarray(np.floor(snap(units)))
    return units


def linear_deduction(
    value: ArrayLike,
    *,
    full_at: ArrayLike,
    deduct_share_per_unit: ArrayLike,
    unit: ArrayLike = 1.0,
    zero_at: ArrayLike = NAN,
    direction: Direction | CodeArray = Direction.HIGHER,
    step_rounding: StepRounding = StepRounding.CONTINUOUS,
) -> Points:
    """Return rates less a share per unit of shortfall 逐单位扣分: 1 − share × distance ÷ unit.

    Parameters
    ----------
    value, full_at, zero_at, unit : in the unit of the indicator (a percent as 93.35, its unit 1 percentage point).
    full_at : value that earns everything. zero_at : value at which nothing is left, itself included; NaN for none.
    deduct_share_per_unit : share of the full score lost per unit, 0 … 1 (0.05 = 5 %).
    direction : higher: below ``full_at`` loses; lower: above it loses; exact: both sides lose (``zero_at`` is then
        read as the lower limit).
    step_rounding : how a begun unit counts, see ``counted_units``.

    Returns
    -------
    Points with parts ``distance``, ``units``, ``deducted_share``.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    rate = max(0, 1 − share × units), and 0 from ``zero_at`` on. Not for two-sided rules with a tolerance
    (``two_sided_deviation``). Source: practice of key evaluations (REPORT §2.5: each percentage point −5 %, at 80 %
    nothing); no rule sets the size, each indicator does.
    Verified against B201 of the real 28-item case: 12634.7 ÷ 13534.7, full 5 → 3.337606.
    """
    value_, full, zero = floats(value, full_at, zero_at)
    way = term_codes(Direction, direction)
    if way.ndim == 0 and way == HIGHER:
        distance = np.asarray(full - value_)
    else:
        rows = np.broadcast_to(way, value_.shape)
        gap = value_ - full
        distance = np.where(rows == HIGHER, -gap, np.where(rows == LOWER, gap, np.abs(gap)))
    noise = np.asarray(distance < HALF_GRID)
    distance[noise] = 0.0
    units = counted_units(distance, unit, step_rounding)
    deducted = np.asarray(units * np.asarray(deduct_share_per_unit, dtype=np.float64))
    flags = no_flags(value_.shape)
    if not np.isnan(zero).all():
        beyond = value_ - zero
        lower = np.broadcast_to(way, value_.shape) == LOWER
        exhausted = np.asarray(np.where(lower, -beyond, beyond) < HALF_GRID)
        deducted[exhausted] = 1.0
        mark(flags, exhausted, Flag.AT_ZERO_POINT)
    np.minimum(deducted, 1.0, out=deducted)
    parts = {"distance": distance, "units": units, "deducted_share": deducted}
    return Points(np.asarray(1.0 - deducted), flags, parts)


def threshold_deduction(
    value: ArrayLike,
    *,
    full_at: ArrayLike = 90.0,
    deduct_share_per_unit: ArrayLike = 0.05,
    unit: ArrayLike = 1.0,
    zero_at: ArrayLike = NAN,
    direction: Direction | CodeArray = Direction.HIGHER,
    step_rounding: StepRounding = StepRounding.CONTINUOUS,
) -> Points:
    """Return rates that are full from a threshold on 达线满分、低于扣分, e.g. satisfaction ≥ 90, then −5 % a point.

    Parameters
    ----------
    value, full_at, unit, zero_at, direction, step_rounding, deduct_share_per_unit : see ``linear_deduction``;
        ``full_at`` is a line that may be passed (90), not the ideal (100).

    Returns
    -------
    Points with parts ``distance``, ``units``, ``deducted_share``.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    The arithmetic is that of ``linear_deduction``; the name keeps the two rule texts apart in the report. A line of
    90 lets most surveys earn everything, so scores no longer tell projects apart. Not where
    101号 prescribes steps (``satisfaction_steps``). Source: practice (REPORT §2.5).
    Verified against D401 and D402 of the real 28-item case (93.06 and 91.58 → full).
    """
    return linear_deduction(
        value,
        full_at=full_at,
        deduct_share_per_unit=deduct_share_per_unit,
        unit=unit,
        zero_at=zero_at,
        direction=direction,
        step_rounding=step_rounding,
    )


def two_sided_deviation(
    value: ArrayLike,
    target: ArrayLike,
    *,
    deduct_share_per_unit: ArrayLike,
    unit: ArrayLike = 1.0,
    tolerance: ArrayLike = 0.0,
    zero_at: ArrayLike = NAN,
    relative: ArrayLike = False,
    step_rounding: StepRounding = StepRounding.CONTINUOUS,
) -> Points:
    """Return rates that fall on both sides of a target 双向偏离扣分: 1 − share × (|value − target| − tolerance) ÷ unit.

    Parameters
    ----------
    value, target : in the unit of the indicator.
    tolerance : deviation that costs nothing. unit : size of a deduction unit. zero_at : deviation (≥ 0, itself
        included) at which nothing is left; NaN for none. All three in the unit of the deviation.
    deduct_share_per_unit : share of the full score per unit, 0 … 1.
    relative : False: deviation in the unit of the indicator; True: in percent of the target (a zero target is
        undefined then: NaN and a flag).
    step_rounding : see ``counted_units``.

    Returns
    -------
    Points with parts ``deviation`` (signed), ``excess``, ``units``, ``deducted_share``.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    Not where more is better. Symmetric: target ± d earn the same. Source: practice (REPORT §2.5, 政府采购执行率); no
    national text sets a size. Verified against the rows worked by hand in tests/scoring/functions/test_deductions.py.
    """
    value_, target_, zero, tolerance_ = floats(value, target, zero_at, tolerance)
    relative_ = np.broadcast_to(np.asarray(relative, dtype=np.bool_), value_.shape)
    flags = no_flags(value_.shape)
    deviation = np.asarray(value_ - target_)
    if relative_.any():
        with np.errstate(divide="ignore", invalid="ignore"):
            percent = np.where(target_ == 0.0, NAN, deviation / np.abs(target_) * 100.0)
        mark(flags, relative_ & (target_ == 0.0), Flag.UNDEFINED | Flag.ZERO_TARGET)
        deviation = np.where(relative_, percent, deviation)
    size = np.abs(deviation)
    excess = np.where(size - tolerance_ < HALF_GRID, 0.0, size - tolerance_)
    excess = np.where(np.isnan(size), NAN, excess)
    units = counted_units(excess, unit, step_rounding)
    deducted = np.asarray(units * np.asarray(deduct_share_per_unit, dtype=np.float64))
    exhausted = np.asarray(size - zero > -HALF_GRID)
    mark(flags, exhausted, Flag.AT_ZERO_POINT)
    deducted = np.minimum(np.where(exhausted, 1.0, deducted), 1.0)
    parts = {"deviation": deviation, "excess": excess, "units": units, "deducted_share": deducted}
    return Points(np.asarray(1.0 - deducted), flags, parts)


def count_threshold(
    count: ArrayLike,
    *,
    deduct_share_per_unit: ArrayLike,
    zero_at: ArrayLike = NAN,
    allowed: ArrayLike = 0.0,
) -> Points:
    """Return rates by number of misses 次数扣分: each costs a share, from ``zero_at`` misses on nothing is left.

    Parameters
    ----------
    count : misses, ≥ 0. allowed : misses that cost nothing. zero_at : number at which the rate is 0; NaN for none.
    deduct_share_per_unit : share of the full score per miss, 0 … 1.

    Returns
    -------
    Points with parts ``units`` (misses that count), ``deducted_share``.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    rate = max(0, 1 − share × max(0, count − allowed)). A negative count is outside the range: NaN and a flag.
    Not for counts of good things (``pro_rata``). Source: practice (REPORT §2.5, three misses → 0). Verified against the
    rows worked by hand in tests/scoring/functions/test_deductions.py.
    """
    count_, zero, allowed_ = floats(count, zero_at, allowed)
    flags = no_flags(count_.shape)
    units = np.maximum(count_ - allowed_, 0.0)
    deducted = units * np.asarray(deduct_share_per_unit, dtype=np.float64)
    exhausted = np.asarray(count_ - zero > -HALF_GRID)
    mark(flags, exhausted, Flag.AT_ZERO_POINT)
    deducted = np.asarray(np.minimum(np.where(exhausted, 1.0, deducted), 1.0))
    negative = np.asarray(count_ < 0.0)
    mark(flags, negative, Flag.OUTSIDE_RANGE | Flag.UNDEFINED)
    deducted[negative] = NAN
    return Points(np.asarray(1.0 - deducted), flags, {"units": units, "deducted_share": deducted})


def base_step(
    value: ArrayLike,
    *,
    base_value: ArrayLike,
    base_share: ArrayLike,
    step_share: ArrayLike,
    unit: ArrayLike = 1.0,
    cap: ArrayLike = 1.0,
    floor: ArrayLike = 0.0,
    direction: Direction | CodeArray = Direction.HIGHER,
    step_rounding: StepRounding = StepRounding.CONTINUOUS,
) -> Points:
    """Return rates around a base 基准分增减: base ± share per unit away from the base value, capped and floored.

    Parameters
    ----------
    value, base_value, unit : in the unit of the indicator; ``base_value`` earns ``base_share``.
    base_share, step_share, cap, floor : shares of the full score, 0 … 1.
    direction : higher: above the base gains; lower: below it gains.
    step_rounding : how a begun unit counts, on either side.

    Returns
    -------
    Points with parts ``distance`` (signed, positive = better), ``units``, ``change``.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    rate = min(cap, max(floor, base + sign × share × units)), e.g. growth: base 60 %, ±5 % of the points per 0.1
    percentage point. Not where the base itself should earn everything (``linear_deduction``). Source: practice (REPORT
    §2.5, base value ± per 0.1 percentage point with a cap). Verified against the rows worked by hand in
    tests/scoring/functions/test_deductions.py.
    """
    value_, base = floats(value, base_value)
    way = np.broadcast_to(term_codes(Direction, direction), value_.shape)
    distance = np.where(way == LOWER, base - value_, value_ - base)
    distance = np.where(np.abs(distance) < HALF_GRID, 0.0, distance)
    units = np.copysign(counted_units(np.abs(distance), unit, step_rounding), distance)
    change = np.asarray(units * np.asarray(step_share, dtype=np.float64))
    raw = np.asarray(base_share, dtype=np.float64) + change
    rate = np.minimum(np.maximum(raw, np.asarray(floor, dtype=np.float64)), np.asarray(cap, dtype=np.float64))
    flags = no_flags(value_.shape)
    mark(flags, np.asarray(np.abs(raw - rate) > HALF_GRID), Flag.CAPPED)
    return Points(np.asarray(rate), flags, {"distance": distance, "units": units, "change": change, "raw": raw})
