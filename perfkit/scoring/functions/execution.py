"""Budget execution rate 预算执行率: linear practice and the intervals of 2021."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from perfkit.scoring.functions.bands import interval_steps
from perfkit.scoring.functions.points import NAN, BoolArray, Flag, FlagArray, FloatArray, Points, floats, mark, no_flags
from perfkit.scoring.rounding import HALF_GRID, snap
from perfkit.terms import ZeroBudgetRule

# 101号 三(七)2, printed there for 10 points: unfinished [80 %, 100 %) 7, [60 %, 80 %) 5, below 0.
EXECUTION_STEPS_2021: Final = ((0.8, 0.7), (0.6, 0.5), (0.0, 0.0))


def _execution_rate(executed: FloatArray, budget: FloatArray, flags: FlagArray) -> tuple[FloatArray, BoolArray]:
    """Return executed ÷ budget and the rows whose budget is zero or below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(executed / budget)
    empty = np.asarray(budget <= 0.0)
    mark(flags, empty, Flag.ZERO_BUDGET)
    mark(flags, np.asarray(executed < 0.0), Flag.NEGATIVE_ACTUAL)
    return ratio, empty


def _without_budget(rate: FloatArray, empty: BoolArray, rule: ZeroBudgetRule, flags: FlagArray) -> FloatArray:
    """Apply X06 to the rows without a budget."""
    if not empty.any():
        return rate
    instead = {ZeroBudgetRule.NOT_COMPUTABLE: NAN, ZeroBudgetRule.ZERO: 0.0, ZeroBudgetRule.FULL: 1.0}[rule]
    if rule is ZeroBudgetRule.NOT_COMPUTABLE:
        mark(flags, empty, Flag.UNDEFINED)
    return np.where(empty, instead, rate)


def execution_linear(
    executed: ArrayLike,
    budget: ArrayLike,
    *,
    cap: ArrayLike = 1.0,
    zero_budget_rule: ZeroBudgetRule = ZeroBudgetRule.NOT_COMPUTABLE,
) -> Points:
    """Return rates equal to the budget execution rate 预算执行率按比例: min(executed ÷ budget, cap).

    Parameters
    ----------
    executed, budget : money in one unit; name which budget (初 / 全年 / 到位) is the denominator.
    cap : highest rate, 0 … 1. zero_budget_rule : X06.

    Returns
    -------
    Points with part ``ratio`` (uncapped).

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    Above 100 % only the cap counts, the row is flagged. Not where 101号 is prescribed (``execution_interval_2021``):
    85 % earns 8.5 here and 7 there. Source: 财预〔2020〕10号 第十三条 gives execution 10 points and no method (X05);
    linear is practice. Verified against the worked row in tests/scoring/functions/test_bands.py.
    """
    executed_, budget_, cap_ = floats(executed, budget, cap)
    flags = no_flags(executed_.shape)
    ratio, empty = _execution_rate(executed_, budget_, flags)
    rate = np.minimum(np.maximum(ratio, 0.0), cap_)
    mark(flags, np.asarray(ratio > cap_ + HALF_GRID) & ~empty, Flag.CAPPED)
    return Points(_without_budget(rate, empty, zero_budget_rule, flags), flags, {"ratio": ratio})


def execution_interval_2021(
    executed: ArrayLike,
    budget: ArrayLike,
    finished: ArrayLike,
    *,
    steps: Sequence[tuple[float, float]] = EXECUTION_STEPS_2021,
    zero_budget_rule: ZeroBudgetRule = ZeroBudgetRule.NOT_COMPUTABLE,
) -> Points:
    """Return rates of budget execution by the intervals of 2021 预算执行率分档.

    Parameters
    ----------
    executed, budget : money in one unit, the yearly budget.
    finished : whether the project is finished. steps : (lower limit of the rate, share) for unfinished projects.
    zero_budget_rule : X06.

    Returns
    -------
    Points with parts ``ratio``, ``limit`` and ``finished``.

    Raises
    ------
    ValueError
        What is no number, or shapes that do not broadcast.

    Notes
    -----
    Finished within the budget: all. Unfinished: [80 %, 100 %) 70 %, [60 %, 80 %) 50 %, below nothing. The guide says
    nothing on finished with overspending and on unfinished at 100 % or more: NaN and a flag, never a guess. Not under
    10号 (``execution_linear``).
    Source: 财预〔2021〕101号 三(七)2. Verified against frameworks.json ``exec_interval_2021``.
    """
    executed_, budget_ = (np.atleast_1d(array) for array in floats(executed, budget))
    done = np.broadcast_to(np.asarray(finished, dtype=np.bool_), executed_.shape)
    flags = no_flags(executed_.shape)
    ratio, empty = _execution_rate(executed_, budget_, flags)
    limits, shares = zip(*steps, strict=True)
    stepped = interval_steps(np.where(empty, NAN, np.maximum(ratio, 0.0)), limits=limits, shares=shares)
    over = np.asarray(snap(ratio) > 1.0) & ~empty
    at_full = np.asarray(snap(ratio) >= 1.0) & ~empty
    rate = np.where(done, np.where(over, NAN, 1.0), np.where(at_full, NAN, stepped.rate))
    rate = np.where(np.isnan(ratio), NAN, rate)
    mark(flags, done & over, Flag.FINISHED_OVER_BUDGET | Flag.UNDEFINED)
    mark(flags, ~done & at_full, Flag.UNFINISHED_OVER_BUDGET | Flag.UNDEFINED)
    parts = {"ratio": ratio, "limit": stepped.parts["limit"], "finished": done}
    return Points(_without_budget(rate, empty, zero_budget_rule, flags), flags, parts)
