"""Exact two-sided tests 精确检验: a share against a given one, and two shares against one another."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, gammaln, xlog1py, xlogy

from perfkit.reliability.anomaly.scores import Floats
from perfkit.reliability.binomial import at_most
from perfkit.reliability.estimate import UNKNOWN

# Probabilities that are equal in truth differ in their last digits: what R takes as equal.
SAME_PROBABILITY = 1 + 1e-7


def binomial_p(successes: int, n: int, share: float) -> float:
    """Return the exact two-sided p of a share 精确二项检验.

    Parameters
    ----------
    successes : 0 … ``n``.
    n : trials; 0 gives NaN.
    share : probability of a success under the null, strictly between 0 and 1.

    Notes
    -----
    Sum of the probabilities not above that of ``successes``, as R ``binom.test`` (relative slack 1e-7).

    Examples
    --------
    >>> round(binomial_p(24, 30, 0.5), 14)
    0.00143090635538
    """
    if n == 0:
        return UNKNOWN
    mean = n * share
    if successes == mean:
        return 1.0
    first, last = (np.ceil(mean), n) if successes < mean else (0, np.floor(mean))
    counts = np.arange(first, last + 1, dtype=np.float64)
    alike = int(
        np.count_nonzero(_binomial(counts, n, share) <= _binomial(np.array([successes]), n, share) * SAME_PROBABILITY)
    )
    low, high = (successes, n - alike) if successes < mean else (alike - 1, successes - 1)
    return min(1.0, at_most(low, n, share) + _above(high, n, share))


def doubled_binomial_p(successes: int, n: int, share: float) -> float:
    """Return twice the lesser tail, at most 1: two-sided as ``binomial_p``, but smooth in the share 双倍单侧 p 值.

    Where the share is itself simulated: the sum of small probabilities jumps with its last digits.

    Examples
    --------
    >>> doubled_binomial_p(1, 6, 0.5), doubled_binomial_p(0, 0, 0.5)
    (0.21875, nan)
    """
    if n == 0:
        return UNKNOWN
    return min(1.0, 2 * min(at_most(successes, n, share), _above(successes - 1, n, share)))


def _binomial(counts: Floats, n: int, share: float) -> Floats:
    """Return the binomial probabilities of ``counts``."""
    choices = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    return np.asarray(np.exp(choices + xlogy(counts, share) + xlog1py(n - counts, -share)), dtype=np.float64)


def _above(count: int, n: int, share: float) -> float:
    """Return P(B > count), to full precision in the upper tail."""
    if count < 0:
        return 1.0
    return 0.0 if count >= n else float(betainc(count + 1, n - count, share))


def fisher_p(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Return the exact two-sided p that two groups have the same share 费希尔精确检验.

    Parameters
    ----------
    first, second : counts (with, without) of each group; an empty group or an empty column gives NaN.

    Notes
    -----
    Hypergeometric given the margins; sum of the probabilities not above that of the table, as R ``fisher.test``.

    Examples
    --------
    >>> round(fisher_p((3, 1), (1, 3)), 6)
    0.485714
    """
    with_it = first[0] + second[0]
    n, total = sum(first), sum(first) + sum(second)
    if 0 in (n, total - n, with_it, total - with_it):
        return UNKNOWN
    counts = np.arange(max(0, with_it - (total - n)), min(with_it, n) + 1)
    logs = (
        gammaln(n + 1)
        - gammaln(counts + 1)
        - gammaln(n - counts + 1)
        + gammaln(total - n + 1)
        - gammaln(with_it - counts + 1)
        - gammaln(total - n - with_it + counts + 1)
    )
    weights = np.exp(logs - logs.max())
    own = weights[int(np.flatnonzero(counts == first[0])[0])]
    return float(min(1.0, weights[weights <= own * SAME_PROBABILITY].sum() / weights.sum()))
