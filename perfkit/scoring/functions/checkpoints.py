"""Checkpoints ①②③ 要点计分: equal or given shares, part credit, proportional and not assessable points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from perfkit.scoring.functions.points import NAN, Flag, Points, floats, mark, no_flags
from perfkit.scoring.functions.ragged import Offsets
from perfkit.scoring.rounding import snap


def checkpoints(
    factor: ArrayLike,
    offsets: Offsets,
    *,
    share: ArrayLike = NAN,
    actual: ArrayLike = NAN,
    plan: ArrayLike = NAN,
    not_assessable: ArrayLike = False,
    part_credit_scale: Sequence[float] | None = None,
) -> Points:
    """Return rates of point lists 要点计分: Σ share × factor over the points of each row.

    Parameters
    ----------
    factor : (m,) flat over all points: part of the point earned, 0 … 1; NaN for proportional points.
    offsets : rows of the flat arrays.
    share : (m,) share of the row's full score, or NaN for every point of a row that shares equally.
    actual, plan : (m,) in one unit; where both are there and ``factor`` is NaN the point earns min(actual ÷ plan, 1).
        A plan of zero or below: 1 if the actual reaches it, else 0 (X03), flagged.
    not_assessable : (m,) True: no deduction is taken, the factor is 1, flagged.
    part_credit_scale : declared factors between 0 and 1, e.g. (0.5, 0.8); None: no scale declared.

    Returns
    -------
    Points per row with flat parts ``share``, ``factor`` (as used) and ``ratio`` (uncapped, NaN where not proportional).

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    rate = Σ share × factor; equal shares are 1/n each. Given shares that miss 1 are used as printed, flagged, and the
    rate stays within 1. A factor strictly between 0 and 1 is flagged where no scale is declared or it is off the scale,
    unless the point is proportional. Not for points with a veto. Source: 财预〔2020〕10号 附2 lists points without a
    sharing rule (X08); given shares, part credit and points that cannot be assessed are practice (REPORT §2.5).
    Verified against 25 point lists of the real 28-item case.
    """
    factor_, share_, actual_, plan_ = floats(factor, share, actual, plan)
    unassessed = np.broadcast_to(np.asarray(not_assessable, dtype=np.bool_), factor_.shape)
    rows = offsets.starts.size - 1
    flags = no_flags((rows,))
    row = offsets.rows()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(actual_ / plan_)
    no_plan = np.asarray(plan_ <= 0.0)
    ratio = np.where(no_plan, np.where(snap(actual_) >= snap(plan_), 1.0, 0.0), np.maximum(ratio, 0.0))
    proportional = np.isnan(factor_) & ~np.isnan(ratio) & ~unassessed
    used = np.where(unassessed, 1.0, np.where(proportional, np.minimum(ratio, 1.0), factor_))
    ratio = np.where(proportional, ratio, NAN)
    equal = np.isnan(share_)
    counts = offsets.lengths
    weights = np.where(equal, 1.0 / np.maximum(counts, 1)[row], share_)
    even = ~offsets.any(~equal) & (counts > 0)
    given = offsets.sums(weights * used)
    rate = np.where(even, offsets.sums(used) / np.maximum(counts, 1), given)
    # Sharing decides nothing where all points of a row earn the same.
    mark(flags, even & offsets.any(snap(used) != snap(rate)[row]), Flag.EQUAL_SHARES)
    mark(flags, ~even & (snap(offsets.sums(weights)) != 1.0) & (counts > 0), Flag.SHARES_NOT_ONE)
    mark(flags, offsets.any(unassessed), Flag.NOT_ASSESSABLE)
    mark(flags, offsets.any(proportional & no_plan), Flag.ZERO_TARGET)
    part = (snap(used) > 0.0) & (snap(used) < 1.0) & ~proportional
    mark(flags, offsets.any(part), Flag.PART_CREDIT)
    if part_credit_scale is None:
        mark(flags, offsets.any(part), Flag.PART_CREDIT_UNDECLARED)
    else:
        off = part & ~np.isin(snap(used), snap(np.asarray(part_credit_scale, dtype=np.float64)))
        mark(flags, offsets.any(off), Flag.PART_CREDIT_OFF_SCALE)
    rate = np.where(counts > 0, rate, NAN)
    mark(flags, np.isnan(rate), Flag.UNDEFINED)
    return Points(np.clip(rate, 0.0, 1.0), flags, {"share": weights, "factor": used, "ratio": ratio})
