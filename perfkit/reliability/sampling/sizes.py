"""Sample sizes 样本量: the smallest that holds what is wanted; for a mean difference and for a share changed."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, ndtri, stdtrit

from perfkit.reliability.estimate import checked_level, unknown_choice
from perfkit.reliability.sampling.bounds import SLACK, hypergeometric_tail, most_marked, upper_shares
from perfkit.reliability.sampling.estimators_result import LEAST_FOR_INTERVAL
from perfkit.reliability.sampling.sizes_search import (
    MOST,
    SampleSizeResult,
    between,
    checked_whole,
    sized,
    smallest_falling,
    too_much_asked,
)
from perfkit.terms.reliability import Estimand

ShareInterval = Literal["exact", "wilson"]
# A count of expected·n that is whole but for the last bits of a float is whole.
SNAP = 1e-9
BLOCK = 4096


def mean_difference_size(
    half_width: float,
    *,
    sd: float,
    population: int | None = None,
    least_n: int = LEAST_FOR_INTERVAL,
    level: float = 0.95,
) -> SampleSizeResult:
    """Return how many units tell a mean difference of scores to ± ``half_width`` 平均得分差的样本量.

    Parameters
    ----------
    half_width : wanted half-width of the t interval, in the unit of the scores, > 0.
    sd : standard deviation expected of the differences (self-evaluated minus re-evaluated), same unit, > 0.
    population : units in the frame; ``None`` for one without end.
    least_n : fewest drawn units with which the estimators give an interval at all.
    level : confidence level.

    Returns
    -------
    SampleSizeResult
        The size; ``achieved`` the half-width at it, ``achieved_before`` with one unit less.

    Raises
    ------
    MethodError
        Where a number is out of range.

    Notes
    -----
    The smallest n with t(n−1)·sd·√((1 − n/N)/n) ≤ half_width, found by search, since t moves with n. Wants equal
    probabilities (``simple_sample``); with strata it is on the safe side. The width reached hangs on the sd found, and is
    missed about half the time. Source: Cochran (1977), §4.6. Verified against a search over all n in
    tests/reliability/test_sampling_sizes.py.

    Examples
    --------
    >>> found = mean_difference_size(2.0, sd=6.0, population=120)
    >>> found.size, round(found.achieved, 4), round(found.achieved_before, 4)
    (29, 1.9875, 2.0371)
    """
    level = checked_level(level)
    between("half_width", half_width, 0, math.inf)
    between("sd", sd, 0, math.inf)
    least_n = checked_whole("least_n", least_n, 1)
    units = None if population is None else checked_whole("population", population, 1)

    def reached(n: int) -> float:
        if n < 2:
            return 0.0 if n == units else math.inf
        left = 1 - n / units if units else 1.0
        return float(stdtrit(n - 1, 0.5 + level / 2)) * sd * math.sqrt(left / n)

    found = smallest_falling(reached, half_width, 1, units)
    least = min(least_n, units) if units else least_n
    return sized(
        Estimand.MEAN_DIFFERENCE,
        max(found, least),
        "half_width",
        half_width,
        reached,
        raised=found < least,
        method="mean_difference_size:t",
        source="Cochran (1977), Sampling Techniques, §4.6",
        level=level,
        population=units,
        expected=sd,
    )


def share_size(
    half_width: float,
    *,
    expected: float = 0.5,
    population: int | None = None,
    interval: ShareInterval = "exact",
    level: float = 0.95,
) -> SampleSizeResult:
    """Return how many units tell the share of changed scores to ± ``half_width`` 变动比例的样本量.

    Parameters
    ----------
    half_width : wanted half-width, a fraction of 1.
    expected : the share expected, 0 … 1; 0.5 asks for most.
    population : units in the frame; ``None`` for one without end.
    interval : ``"exact"`` (Clopper–Pearson; hypergeometric with a population) or ``"wilson"`` (score interval).
    level : confidence level of the two-sided interval.

    Returns
    -------
    SampleSizeResult
        The size; ``achieved`` the half-width at it, ``achieved_before`` with one unit less.

    Raises
    ------
    MethodError
        Where a number is out of range or the interval unknown.

    Notes
    -----
    Exact: the longer side of the interval found with the whole count nearest to expected·n. The count moves in steps,
    so that a slightly larger n can miss by a little what the smallest holds. Wilson: half its width at the share
    itself, n replaced by n(N−1)/(N−n) in a finite population. Wants equal probabilities. Source: Clopper & Pearson (1934);
    Wilson (1927), JASA 22, 209-212; Cochran (1977), §3.3. Verified against a search over all n and statsmodels in
    tests/reliability/test_sampling_sizes.py.

    Examples
    --------
    >>> share_size(0.1, expected=0.3).size, share_size(0.1, expected=0.3, population=120).size
    (100, 55)
    >>> share_size(0.1, expected=0.3, interval="wilson").size
    78
    """
    level = checked_level(level)
    between("half_width", half_width, 0, 1)
    between("expected", expected, 0, 1, ends="both")
    if interval not in get_args(ShareInterval):
        raise unknown_choice("interval", interval, get_args(ShareInterval))
    units = None if population is None else checked_whole("population", population, 1)

    def reached(n: int) -> float:
        if n < 1:
            return 1.0
        return _exact_reach(n, expected, units, level) if interval == "exact" else _wilson(n, expected, units, level)

    found = (
        _first_exact(half_width, expected, units, level)
        if interval == "exact"
        else smallest_falling(reached, half_width, 1, units)
    )
    method = "wilson" if interval == "wilson" else "hypergeometric" if units else "clopper_pearson"
    return sized(
        Estimand.SHARE_CHANGED,
        found,
        "half_width",
        half_width,
        reached,
        method=f"share_size:{method}",
        source="Wilson (1927), JASA 22, 209-212" if interval == "wilson" else "Clopper & Pearson (1934), Biometrika 26",
        level=level,
        population=units,
        expected=expected,
    )


def share_bound_size(
    bound: float, *, expected: float = 0.0, population: int | None = None, level: float = 0.95
) -> SampleSizeResult:
    """Return how many units show that at most the share ``bound`` changed 变动比例上限的样本量.

    Parameters
    ----------
    bound : share that the one-sided exact upper bound must not exceed, a fraction of 1.
    expected : share expected in the sample, below ``bound``; 0: one change found breaks the claim.
    population : units in the frame; ``None`` for one without end.
    level : one-sided confidence.

    Returns
    -------
    SampleSizeResult
        The size; ``achieved`` the bound at it, ``achieved_before`` with one unit less.

    Raises
    ------
    MethodError
        Where a number is out of range, or the share expected reaches the bound.

    Notes
    -----
    The smallest n whose bound on the count expected·n, rounded up, is at most ``bound``: binomial, or hypergeometric with a
    population. Between two counts the bound falls with n, so that each count is searched apart and no smaller n is passed
    over. Source: Clopper & Pearson (1934); AICPA Audit Sampling guide, ch. 3. Verified against a search over all n in
    tests/reliability/test_sampling_sizes.py.

    Examples
    --------
    >>> share_bound_size(0.05).size, share_bound_size(0.05, population=200).size
    (59, 47)
    """
    level = checked_level(level)
    between("bound", bound, 0, 1)
    between("expected", expected, 0, bound, ends="low")
    units = None if population is None else checked_whole("population", population, 1)

    def reached(n: int) -> float:
        count = _changed(n, expected)
        if units:
            return most_marked(count, n, units, level) / units
        return float(upper_shares(np.array([count]), np.array([n]), level, "binomial")[0]) if n else 1.0

    found = 0
    count = 0
    while not found:
        # The sizes on which the expected count is this one: the bound falls from the first to the last.
        first = max(1, math.floor((count - 1) / expected + SNAP) + 1) if count else 1
        last = MOST if expected == 0 else math.floor(count / expected + SNAP)
        last = min(last, units or MOST)
        if last >= first and reached(last) <= bound:
            found = smallest_falling(reached, bound, first, last)
        elif last >= (units or MOST):
            raise too_much_asked("bound", bound)
        count += 1
    return sized(
        Estimand.SHARE_CHANGED,
        found,
        "upper_bound",
        bound,
        reached,
        method="share_bound_size:" + ("hypergeometric" if units else "binomial"),
        source="Clopper & Pearson (1934), Biometrika 26; AICPA Audit Sampling guide, ch. 3",
        level=level,
        population=units,
        expected=expected,
        bound=bound,
    )


def _changed(n: int, expected: float) -> int:
    """Return the count of changes to reckon with: the expected one, rounded up."""
    return math.ceil(n * expected - SNAP)


def _nearest(n: NDArray[np.int64] | int, expected: float) -> NDArray[np.int64]:
    """Return the whole counts nearest to the expected ones; halves go up."""
    return np.minimum(np.floor(np.asarray(n) * expected + 0.5 + SNAP).astype(np.int64), n)


def _wilson(n: int, share: float, units: int | None, level: float) -> float:
    """Return half the width of the score interval at the share itself, n counted as in an endless population."""
    if units is not None and n >= units:
        return 0.0
    counted = n * (units - 1) / (units - n) if units is not None else n
    z = float(ndtri(0.5 + level / 2))
    return z * math.sqrt(share * (1 - share) * counted + z * z / 4) / (counted + z * z)


def _exact_reach(n: int, expected: float, units: int | None, level: float) -> float:
    """Return the longer side of the exact interval."""
    count = int(_nearest(n, expected))
    tail = 0.5 + level / 2
    if units is not None:
        low, high = 1 - most_marked(n - count, n, units, tail) / units, most_marked(count, n, units, tail) / units
    else:
        low = float(betaincinv(count, n - count + 1, 1 - tail)) if count else 0.0
        high = float(betaincinv(count + 1, n - count, tail)) if count < n else 1.0
    return max(high - count / n, count / n - low)


def _first_exact(half_width: float, expected: float, units: int | None, level: float) -> int:
    """Return the first size whose exact interval is short enough; none below half the normal one can be."""
    z = float(ndtri(0.5 + level / 2))
    wald = z * z * expected * (1 - expected) / half_width**2
    start = max(1, int(0.5 * (wald / (1 + wald / units) if units else wald)))
    most = units or MOST
    while start <= most:
        sizes = np.arange(start, min(start + BLOCK, most + 1), dtype=np.int64)
        if units is None:
            held = np.flatnonzero(_binomial_holds(sizes, half_width, expected, level))
            if held.size:
                return int(sizes[held[0]])
        else:
            for n in sizes.tolist():
                if _hypergeometric_holds(n, half_width, expected, units, level):
                    return int(n)
        start += BLOCK
    raise too_much_asked("half_width", half_width)


def _binomial_holds(sizes: NDArray[np.int64], half_width: float, expected: float, level: float) -> NDArray[np.bool_]:
    """Return which sizes have both limits within the half-width: the tails beyond it are small enough."""
    counts = _nearest(sizes, expected)
    share = counts / sizes
    outside = (1 - level) / 2
    above, below = share + half_width, share - half_width
    # P(X ≤ count) at the share above, P(X ≥ count) at the share below.
    high = 1 - betainc(counts + 1, np.maximum(sizes - counts, 1), np.minimum(above, 1))
    low = betainc(np.maximum(counts, 1), sizes - counts + 1, np.maximum(below, 0))
    fine: NDArray[np.bool_] = ((above >= 1) | (high <= outside)) & ((below <= 0) | (low <= outside))
    return fine


def _hypergeometric_holds(n: int, half_width: float, expected: float, units: int, level: float) -> bool:
    """Return whether no number of units beyond the half-width is left in the interval."""
    count = int(_nearest(n, expected))
    outside = (1 - level) / 2 * SLACK
    above = math.floor((count / n + half_width) * units + SNAP) + 1
    below = math.ceil((count / n - half_width) * units - SNAP) - 1
    # Both tails are those of most_marked, which the achieved width is reckoned with.
    high = above > units - (n - count) or hypergeometric_tail(count, n, above, units) < outside
    low = below < count or hypergeometric_tail(n - count, n, units - below, units) < outside
    return high and low
