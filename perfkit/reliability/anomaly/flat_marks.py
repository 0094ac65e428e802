"""Full marks against met targets 满分与目标完成: full marks for indicators whose target was missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.anomaly.exact import fisher_p
from perfkit.reliability.anomaly.scores import Floats, checked_positive, scores_of
from perfkit.reliability.anomaly.sign import SignResult, below_least, false_positives
from perfkit.reliability.binomial import exact_share_interval
from perfkit.reliability.estimate import UNKNOWN, checked_level
from perfkit.reliability.ratings import pairs
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

LEAST_N = 10
# Share of missed targets that an honest form marks in full by slip of the pen.
SLIPS = 0.05
WHOLE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatMarksResult(SignResult):
    """Full marks against met targets 满分与目标完成结果.

    ``value`` is the share marked in full among the ``missed`` indicators; ``full_share_met`` that among the ``met``
    ones. ``rounded`` counts missed targets that honest rounding alone lifts to full marks: they are left out.
    ``p_alike`` is that of equal shares: large where marks do not tell met from missed.
    """

    kind: ClassVar[str] = Statistic.FLAT_MARKS.value

    missed: int
    missed_full: int
    met: int
    met_full: int
    full_share_met: float
    rounded: int
    slips: float
    p_alike: float


def _above(count: int, n: int, share: float) -> float:
    """Return P(B ≥ count), B binomial."""
    return 1.0 if count <= 0 else float(betainc(count, n - count + 1, share))


def _size(n: int, share: float, alpha: float) -> float:
    """Return how often the one-sided test rejects where the share is the true one: at most alpha."""
    tails = np.array([_above(count, n, share) for count in range(n + 1)])
    return float(tails[tails <= alpha].max(initial=0.0))


def _kept(name: str, values: ArrayLike, known: NDArray[np.bool_]) -> Floats:
    """Return a number, or one for each indicator, for the indicators kept."""
    column = np.asarray(values, dtype=np.float64)
    if column.ndim == 0:
        column = np.full(known.size, checked_positive(name, float(column)))
    if column.shape != known.shape or not ((column > 0) & np.isfinite(column)).all():
        raise DataError(
            Problem(
                code="AN-INDICATORS",
                where=name,
                expected=f"一个正数，或 {known.size} 个正数，与指标一一对应",
                found=" × ".join(map(str, column.shape)),
                mend="补齐每个指标的取值",
            )
        )
    return column[known]


def _rounding(count: int) -> Caveat:
    return Caveat("ROUNDED_TO_FULL", f"另有 {count} 个未达标指标按给分步长取整后本就是满分，不计入提示")


def flat_marks(
    x: ArrayLike,
    y: ArrayLike,
    *,
    full: ArrayLike,
    step: ArrayLike,
    target: ArrayLike = 1.0,
    slips: float = SLIPS,
    level: float = 0.95,
    least_n: int = LEAST_N,
) -> FlatMarksResult:
    """Return how often full marks are given for missed targets 未达标而给满分.

    Parameters
    ----------
    x : shape (n,), points given to each indicator, NaN where missing.
    y : shape (n,), completion of each indicator, the more the better, such as actual ÷ planned.
    full, step : full score and step of the marks, one for all or one for each indicator, above 0.
    target : completion from which the target is met, in the unit of y: 1 for actual ÷ planned.
    slips : share of missed targets that honest marking still marks in full, strictly between 0 and 1.
    level : confidence level of the interval; 1 − level is the level of the test.
    least_n : with fewer missed targets nothing is tested.

    Returns
    -------
    FlatMarksResult
        Share with Clopper–Pearson interval, one-sided exact p against ``slips``, false-positive rate of that test.

    Raises
    ------
    DataError
        Where the columns differ in length or hold no numbers.
    MethodError
        Where an option makes no sense.

    Notes
    -----
    A missed target is left out where points in proportion, full·y/target, round to the full score: 97 % of 5 points in
    steps of 0.5 is 5.0. p = P(B ≥ a), B binomial of the m missed targets and the share of slips. The false-positive
    rate is the exact size of this test, 1 − level at most. Not for indicators whose rules give full marks below the
    target, nor for marks on quality. Source: Clopper & Pearson (1934), Biometrika 26, 404-413.
    Verified by counting in ``tests/reliability/test_anomaly_marks.py``.

    Examples
    --------
    >>> found = flat_marks([5, 5, 5, 4, 5], [1.0, 0.8, 0.7, 0.8, 0.97], full=5, step=0.5)
    >>> found.missed, found.missed_full, found.rounded, round(found.value, 6)
    (3, 2, 1, 0.666667)
    """
    level = checked_level(level)
    if not 0 < slips < 1:
        raise MethodError(
            Problem(code="AN-SLIPS", where="slips", expected="0 与 1 之间的比例", found=f"{slips:g}", mend="如 0.05")
        )
    both = pairs(x, y)
    known = scores_of(x).known & scores_of(y).known
    goal, top, unit = (_kept(name, one, known) for name, one in (("target", target), ("full", full), ("step", step)))
    marked = both.x >= top - WHOLE
    met = both.y >= goal - WHOLE
    honest = np.floor(top * np.maximum(both.y, 0) / goal / unit + 0.5 + WHOLE) * unit
    rounded = ~met & (honest >= top - WHOLE)
    missed = ~met & ~rounded
    m, a = int(missed.sum()), int((missed & marked).sum())
    q, b = int(met.sum()), int((met & marked).sum())
    tested = m >= max(1, least_n)
    rate = _size(m, slips, 1 - level) if tested else UNKNOWN
    caveats = [false_positives(rate, level) if tested else below_least(m, least_n)]
    if rounded.any():
        caveats.append(_rounding(int(rounded.sum())))
    p = _above(a, m, slips) if tested else UNKNOWN
    return FlatMarksResult(
        method="flat_marks:binomial:clopper_pearson",
        source="Clopper & Pearson (1934), Biometrika 26, 404-413",
        n_used=both.x.size,
        n_dropped=both.n_dropped,
        caveats=tuple(caveats),
        value=a / m if m else UNKNOWN,
        interval=exact_share_interval(a, m, level),
        interval_method="clopper_pearson" if m else "none",
        p=p,
        test=f"full marks on at most {slips:g} of missed targets, exact binomial, one-sided",
        false_positive_rate=rate,
        p_simulated=UNKNOWN,
        missed=m,
        missed_full=a,
        met=q,
        met_full=b,
        full_share_met=b / q if q else UNKNOWN,
        rounded=int(rounded.sum()),
        slips=slips,
        p_alike=fisher_p((a, m - a), (b, q - b)),
    )
