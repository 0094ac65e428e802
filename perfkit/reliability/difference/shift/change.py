"""Change of scores 评分变动: the headline of self-evaluation against re-evaluation, in shares and in score units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from perfkit.reliability.binomial import even_odds_p, exact_share_interval, median_rank, no_change
from perfkit.reliability.difference.covered_parts import covered_parts, designed, pair_region, part
from perfkit.reliability.difference.shift.differences import DECIMALS, Differences, checked_tolerance
from perfkit.reliability.estimate import UNKNOWN, EstimateResult, checked_level, no_interval, too_few, with_counts
from perfkit.reliability.ratings import pairs
from perfkit.result import Caveat, Interval
from perfkit.terms.reliability import Statistic


@dataclass(frozen=True, slots=True)
class Share:
    """A counted share 比例: ``count`` of all pairs, as a fraction of 1, with its Clopper–Pearson interval."""

    count: int
    share: float
    interval: Interval

    @classmethod
    def of(cls, count: int, n: int, level: float) -> Share:
        """Return the share of ``count`` among ``n`` pairs; NaN where there are none."""
        return cls(count, count / n if n else UNKNOWN, exact_share_interval(count, n, level))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeResult(EstimateResult):
    """How re-evaluation changed the scores 评分变动结果; x is the score under review, y the reference.

    ``value`` and ``interval`` are the share changed. ``mean_difference`` and ``median_difference`` are those of x − y
    in score units: positive where x is higher 自评偏高. ``p`` is that of the sign test on the changed pairs.
    """

    kind: ClassVar[str] = Statistic.CHANGE_SUMMARY.value

    changed: Share
    lowered: Share
    same: Share
    raised: Share
    tolerance: float
    mean_difference: float
    mean_interval: Interval
    median_difference: float
    median_interval: Interval

    def to_frame(self) -> pd.DataFrame:
        """Return one row per measure: changed, lowered, same, raised (fractions of 1), mean and median (score units)."""
        shares = {"changed": self.changed, "lowered": self.lowered, "same": self.same, "raised": self.raised}
        rows = [(name, item.count, item.share, item.interval.low, item.interval.high) for name, item in shares.items()]
        moved = (
            ("mean_difference", self.mean_difference, self.mean_interval),
            ("median_difference", self.median_difference, self.median_interval),
        )
        rows += [(name, self.n_used, value, limits.low, limits.high) for name, value, limits in moved]
        return with_counts(pd.DataFrame(rows, columns=["measure", "count", "value", "low", "high"]), self)


def _no_mean_interval(n: int) -> Caveat:
    return Caveat("MEAN_INTERVAL", f"有效对象 {n} 个或差值全部相同，平均差的区间无法估计")


def _no_median_interval(n: int) -> Caveat:
    return Caveat("MEDIAN_INTERVAL", f"有效对象仅 {n} 个，达不到所要求的置信水平，差值中位数的区间无法估计")


def _median(values: NDArray[np.float64], level: float) -> tuple[float, Interval]:
    """Return the median and the interval that the sign test does not reject; NaN limits where n is too small."""
    if not values.size:
        return UNKNOWN, no_interval(level)
    ordered = np.sort(values)
    rank = median_rank(ordered.size, level)
    if rank == 0:
        return float(np.median(ordered)), no_interval(level)
    return float(np.median(ordered)), Interval(float(ordered[rank - 1]), float(ordered[-rank]), level)


def change_summary(
    x: ArrayLike, y: ArrayLike, *, tolerance: float = 0.0, level: float = 0.95, decimals: int = DECIMALS
) -> ChangeResult:
    """Return how many scores changed, which way and how far 评分变动汇总.

    Parameters
    ----------
    x, y : shape (n,) each, scores (or score rates) in one unit; x self-evaluated, y the reference; NaN where missing
        (incomplete pairs are dropped).
    tolerance : a difference of at most this size, in the unit of the scores, counts as no change.
    level : confidence level of every interval, 0 < level < 1.
    decimals : decimals to which differences are rounded before they are compared: 82.2 − 82.1 is not 0.1 in binary.

    Returns
    -------
    ChangeResult
        Shares changed, lowered, same and raised of all pairs; mean and median of x − y.

    Raises
    ------
    DataError
        Where x and y are not two numeric columns of one length.
    MethodError
        Where the tolerance is negative or not finite.

    Notes
    -----
    Lowered means y < x − tolerance. Shares: Clopper–Pearson intervals; mean: t interval; median: exact order-statistic
    interval (sign test), conservative. Re-evaluated projects are often chosen for a reason: the shares speak of those
    compared, not of all projects, unless they were drawn at random. No coefficient of reliability is implied: the
    parties are not of equal standing. Source: Clopper & Pearson (1934), Biometrika 26, 404-413; Conover (1999), §3.2.
    Verified against R 4.2.2 ``binom.test`` and ``t.test`` (golden values of the parts) and by counting in
    ``tests/reliability/test_shift_change.py``.

    Examples
    --------
    >>> found = change_summary([82, 79, 90, 85, 88, 91], [80, 79, 86, 84, 89, 85])
    >>> found.lowered.count, found.same.count, found.raised.count, round(found.value, 6)
    (4, 1, 1, 0.833333)
    >>> found.mean_difference, found.median_difference, found.median_interval
    (2.0, 1.5, Interval(low=-1.0, high=6.0, level=0.95))
    """
    level = checked_level(level)
    tolerance = checked_tolerance("tolerance", tolerance)
    paired = pairs(x, y)
    moved = Differences.of(paired)
    n = moved.n
    lowered, same, raised = moved.directions(tolerance, decimals)
    changed = Share.of(lowered + raised, n, level)
    mean_interval = moved.interval(level)
    median, median_interval = _median(np.round(moved.values, decimals) + 0.0, level)
    caveats: list[Caveat] = [] if n else [too_few(0, 1)]
    if n and lowered + raised == 0:
        caveats.append(no_change())
    if n and not mean_interval.known:
        caveats.append(_no_mean_interval(n))
    if n and not median_interval.known:
        caveats.append(_no_median_interval(n))
    found = ChangeResult(
        method="change_summary:clopper_pearson",
        source="Clopper & Pearson (1934), Biometrika 26, 404-413; Conover (1999), §3.2",
        n_used=n,
        n_dropped=moved.n_dropped,
        caveats=tuple(caveats),
        value=changed.share,
        interval=changed.interval,
        interval_method="clopper_pearson",
        p=even_odds_p(lowered, lowered + raised),
        test="share lowered among changed 1/2, exact binomial, two-sided",
        changed=changed,
        lowered=Share.of(lowered, n, level),
        same=Share.of(same, n, level),
        raised=Share.of(raised, n, level),
        tolerance=tolerance,
        mean_difference=moved.mean,
        mean_interval=mean_interval,
        median_difference=median,
        median_interval=median_interval,
    )
    share, middle, half = designed(pair_region(paired.x, paired.y), "", "mean", "median")
    return covered_parts(
        found,
        [
            part(share, found.interval, "clopper_pearson"),
            part(middle, mean_interval, "t"),
            part(half, median_interval, "order_statistics"),
        ],
    )
