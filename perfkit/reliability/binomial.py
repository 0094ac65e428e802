"""Exact binomial statements 精确二项分布: the sign test, the interval of a share and the interval of a median."""

from __future__ import annotations

from scipy.special import betainc, betaincinv

from perfkit.reliability.estimate import UNKNOWN, no_interval
from perfkit.result import Caveat, Interval

# A level that a count reaches exactly must not be lost to the last bit of the distribution function.
SLACK = 1 + 1e-12


def no_change() -> Caveat:
    """Return: no pair changed, so that there is nothing to test 无变动."""
    return Caveat("NO_CHANGE", "没有一对发生变动，方向无从检验，无法估计")


def one_direction() -> Caveat:
    """Return: all changes go one way, so that a limit sits at the end of its range 变动同向."""
    return Caveat("ONE_DIRECTION", "全部变动同向，估计值与一侧区间限位于取值范围端点，只作参考")


def at_most(successes: int, n: int, share: float = 0.5) -> float:
    """Return P(B ≤ successes) for B binomial with ``n`` trials and a share strictly between 0 and 1 二项分布下尾."""
    if successes < 0:
        return 0.0
    return 1.0 if successes >= n else float(betainc(n - successes, successes + 1, 1 - share))


def even_odds_p(successes: int, n: int) -> float:
    """Return the exact two-sided p of a share of 1/2 精确二项检验.

    Parameters
    ----------
    successes : 0 … ``n``.
    n : trials; 0 gives NaN.

    Notes
    -----
    Sum of the probabilities not above that of ``successes``, as R ``binom.test``: at share 1/2 the distribution is
    symmetric, and that sum is twice the smaller tail, at most 1.

    Examples
    --------
    >>> even_odds_p(1, 6)
    0.21875
    """
    if n == 0:
        return UNKNOWN
    return min(1.0, 2 * at_most(min(successes, n - successes), n))


def exact_share_interval(successes: int, n: int, level: float) -> Interval:
    """Return the Clopper–Pearson interval of a share 比例的精确区间; NaN limits where ``n`` is 0.

    Notes
    -----
    low = Beta quantile (α/2; s, n−s+1), high = Beta quantile (1−α/2; s+1, n−s); 0 and 1 at the ends. Source: Clopper &
    Pearson (1934), Biometrika 26, 404-413.
    """
    if n == 0:
        return no_interval(level)
    outside = (1 - level) / 2
    low = float(betaincinv(successes, n - successes + 1, outside)) if successes > 0 else 0.0
    high = float(betaincinv(successes + 1, n - successes, 1 - outside)) if successes < n else 1.0
    return Interval(low, high, level)


def median_rank(n: int, level: float) -> int:
    """Return the rank k of the exact interval of a median 中位数精确区间的秩次: from the k-th to the (n+1−k)-th value.

    The largest k with P(B ≤ k−1) ≤ α/2, B binomial (n, 1/2): the interval that the sign test does not reject. 0 where
    ``n`` values are too few for the level.
    """
    outside = (1 - level) / 2 * SLACK
    low, high = 0, n // 2 + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at_most(middle - 1, n) <= outside else (low, middle)
    return low
