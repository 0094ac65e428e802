"""Functions that read a table of bands 分档: interval steps, satisfaction steps, qualitative bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from perfkit.scoring.functions.points import NAN, Flag, FloatArray, Points, floats, mark, no_flags
from perfkit.scoring.functions.ragged import Offsets
from perfkit.scoring.rounding import snap
from perfkit.terms import Direction

# 101号 三(七)4, printed there for 10 points: 10, 8, 5, 0.
SATISFACTION_STEPS_2021: Final = ((90.0, 1.0), (80.0, 0.8), (60.0, 0.5), (0.0, 0.0))
# 10号 第十六条 and 101号 三(七)3: lower edges of the three bands; an edge belongs to the better band.
QUALITATIVE_BANDS: Final = (0.8, 0.6, 0.0)


def interval_steps(
    value: ArrayLike,
    *,
    limits: ArrayLike,
    shares: ArrayLike,
    offsets: Offsets | None = None,
    direction: Direction = Direction.HIGHER,
) -> Points:
    """Return the rate of the step a value lies in 区间分档.

    Parameters
    ----------
    value : (n,) in the unit of the indicator.
    limits : limits of the steps, best first: descending for higher, ascending for lower; a value on a limit belongs
        to the better step.
    shares : rate of each step, 0 … 1.
    offsets : None: one table for all rows; else row i reads ``limits[offsets]`` of its own.
    direction : higher: a step is reached from its limit upward; lower: downward.

    Returns
    -------
    Points with part ``limit`` (that of the step reached, NaN where none is: the rate is 0 then).

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    Thresholds are compared after a snap to 1e-9, so 0.8999999999999999 of a table in shares is 0.9. Not for rules
    that interpolate. Source: practice (REPORT §2.5, graded band) and the tables of 财预〔2021〕101号 三(七). Verified
    against the worked rows of frameworks.json ``satisfaction_interval_2021``.
    """
    value_ = np.atleast_1d(np.asarray(value, dtype=np.float64))
    limits_, shares_ = floats(limits, shares)
    sign = -1.0 if direction is Direction.LOWER else 1.0
    if offsets is None:
        ascending = snap(sign * limits_[::-1])
        place = limits_.size - np.searchsorted(ascending, snap(sign * value_), side="right")
        position = np.where(place < limits_.size, place, -1)
    else:
        reached_ = snap(sign * value_)[offsets.rows()] >= snap(sign * limits_)
        position = offsets.first(reached_)
    found = position >= 0
    rate = np.where(found, shares_[np.maximum(position, 0)], 0.0)
    limit = np.where(found, limits_[np.maximum(position, 0)], NAN)
    unknown = np.isnan(value_)
    rate[unknown] = NAN
    limit[unknown] = NAN
    return Points(rate, no_flags(value_.shape), {"limit": limit})


def satisfaction_steps(value: ArrayLike, *, steps: Sequence[tuple[float, float]] = SATISFACTION_STEPS_2021) -> Points:
    """Return the rate of a satisfaction in percent by steps 满意度分档: ≥ 90 all, ≥ 80 80 %, ≥ 60 50 %, else nothing.

    Parameters
    ----------
    value : satisfaction in percent, 0 … 100; outside it the row is flagged.
    steps : pairs (lower limit in percent, rate), best first.

    Returns
    -------
    Points with part ``limit``.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    Source: 财预〔2021〕101号 三(七)4, printed as an example for 10 points; other full scores take the same shares. The
    value depends on the declared scale of answers (X10), which must be printed. Not where the rule names another
    threshold (``threshold_deduction``). Verified against frameworks.json ``satisfaction_interval_2021``.
    """
    value_ = np.atleast_1d(np.asarray(value, dtype=np.float64))
    limits, shares = zip(*steps, strict=True)
    points = interval_steps(value_, limits=limits, shares=shares)
    mark(points.flags, np.asarray((value_ < 0.0) | (value_ > 100.0)), Flag.OUTSIDE_RANGE)
    return points


def qualitative_bands(
    band: ArrayLike,
    value: ArrayLike = NAN,
    *,
    lows: Sequence[float] = QUALITATIVE_BANDS,
    declared: Sequence[float] = (),
) -> Points:
    """Return rates of qualitative conclusions 定性分档: the rater's value inside the band of the chosen label.

    Parameters
    ----------
    band : position of the label, best band 0; −1 for a label the rule does not have.
    value : rate given by the rater, 0 … 1; NaN where only a label was chosen.
    lows : lower edge of each band, best first; band k is [low_k, low_(k−1)), the best one [low_0, 1].
    declared : value per band that stands in where the rater gave none; empty: NaN and a flag.

    Returns
    -------
    Points with parts ``band_low``, ``band_high``; a value outside its band keeps its rate and is flagged as an error
    finding (``Flag.OUTSIDE_BAND``).

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    The edges 0.8 and 0.6 belong to the better band, so 部分达成 with 0.8 is outside. Where inside the band is silent
    (X09): two raters are recommended. Not for what can be counted. Source: 财预〔2020〕10号 第十六条, 财预〔2021〕101号
    三(七)3. Verified against the edges worked by hand in tests/scoring/functions/test_bands.py.
    """
    band_, value_ = floats(band, value)
    place = band_.astype(np.int64)
    lower = np.asarray(lows, dtype=np.float64)
    upper = np.concatenate((np.ones(1), lower[:-1]))
    known = (place >= 0) & (place < lower.size)
    index = np.where(known, place, 0)
    low, high = lower[index], upper[index]
    flags = no_flags(value_.shape)
    empty = np.isnan(value_)
    rate: FloatArray = np.array(value_)
    if declared:
        rate = np.where(empty & known, np.asarray(declared, dtype=np.float64)[index], rate)
        mark(flags, empty & known, Flag.DECLARED_BAND_VALUE)
    position = snap(rate)
    top = index == 0
    inside = known & (position >= snap(low)) & (np.where(top, position <= 1.0, position < snap(high)))
    mark(flags, ~inside & ~np.isnan(rate), Flag.OUTSIDE_BAND)
    mark(flags, ~np.isnan(rate) & known, Flag.BAND_VALUE)
    mark(flags, np.isnan(rate), Flag.UNDEFINED)
    return Points(np.clip(rate, 0.0, 1.0), flags, {"band_low": low, "band_high": high})
