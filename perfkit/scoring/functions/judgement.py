"""Functions that take a judgement: yes/no 是否判定, given score 直接给分, veto 一票否决."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from perfkit.scoring.functions.points import Flag, Points, floats, mark, no_flags
from perfkit.scoring.rounding import HALF_GRID


def yes_no(met: ArrayLike, *, deduction_share: ArrayLike = 1.0) -> Points:
    """Return rates of yes/no indicators 是否判定: all, or less a stated deduction.

    Parameters
    ----------
    met : True / 1 where the statement holds, False / 0 where not; NaN gives NaN.
    deduction_share : share of the full score lost where it does not, 0 … 1 (1 = everything).

    Returns
    -------
    Points with part ``deducted_share``.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    Not for points ①②③ (``checkpoints``). Source: 财预〔2021〕101号 三(七)1 (direct: full, or 0 or a stated deduction).
    Verified against the rows worked by hand in tests/scoring/functions/test_judgement.py.
    """
    met_, share = floats(met, deduction_share)
    deducted = np.where(np.isnan(met_), np.nan, np.where(met_ != 0.0, 0.0, share))
    flags = no_flags(met_.shape)
    mark(flags, np.isnan(met_), Flag.UNDEFINED)
    return Points(np.asarray(1.0 - deducted), flags, {"deducted_share": deducted})


def given(score: ArrayLike, full_score: ArrayLike, *, has_reason: ArrayLike = True) -> Points:
    """Return rates of scores somebody gave 直接给分.

    Parameters
    ----------
    score : points given, 0 … ``full_score``; outside it the rate is clipped and flagged as an error.
    full_score : points possible, > 0.
    has_reason : whether a reason stands beside the score; a score without one is flagged.

    Returns
    -------
    Points without parts: rate = score ÷ full score, NaN where no score was given.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    No rule can be recomputed from a given score. Not where another function fits. Source: no rule; the form
    of 财预〔2020〕10号 附1 has a column 得分 that may be filled so. Verified against the rows worked by hand in
    tests/scoring/functions/test_judgement.py.
    """
    score_, full = floats(score, full_score)
    reasoned = np.broadcast_to(np.asarray(has_reason, dtype=np.bool_), score_.shape)
    flags = no_flags(score_.shape)
    rate = np.asarray(score_ / full)
    mark(flags, np.asarray((rate < -HALF_GRID) | (rate > 1.0 + HALF_GRID)), Flag.OUTSIDE_FULL_SCORE)
    mark(flags, ~reasoned, Flag.NO_REASON)
    mark(flags, np.isnan(rate), Flag.UNDEFINED)
    return Points(np.clip(rate, 0.0, 1.0), flags)


def veto(vetoed: ArrayLike) -> Points:
    """Return rates of veto items 一票否决: nothing where the veto is drawn, else all.

    Parameters
    ----------
    vetoed : True / 1 where the event happened, False / 0 where not; NaN gives NaN.

    Returns
    -------
    Points; a drawn veto is flagged, and ``scoring.total`` applies its further effect (cap of the total or the grade).

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    Which events are vetoes is local; the effect is the parameter ``effect``. Not for a point among others
    (``checkpoints``). Source: practice of evaluators (RULES §10.3); RULES lists no veto of a national text. Verified against
    the rows worked by hand in tests/scoring/functions/test_judgement.py.
    """
    (vetoed_,) = floats(vetoed)
    drawn = vetoed_ != 0.0
    flags = no_flags(vetoed_.shape)
    mark(flags, np.asarray(drawn & ~np.isnan(vetoed_)), Flag.VETOED)
    mark(flags, np.isnan(vetoed_), Flag.UNDEFINED)
    return Points(np.where(np.isnan(vetoed_), np.nan, np.where(drawn, 0.0, 1.0)), flags)
