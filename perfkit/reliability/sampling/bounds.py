"""Exact upper bounds on the share of a population that has an attribute 属性抽样上限, from counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv, gammaln

from perfkit.errors import MethodError, Problem
from perfkit.reliability.coverage import covered, design_region
from perfkit.reliability.estimate import UNKNOWN, EstimateResult, checked_level, is_number, no_interval, unknown_choice
from perfkit.reliability.sampling.design import unknown_size
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Likelihood = Literal["binomial", "poisson", "hypergeometric"]
LIKELIHOODS: tuple[str, ...] = get_args(Likelihood)
# A level that a count reaches exactly must not be lost to the rounding of log-gamma.
SLACK = 1 - 1e-9
# Of the sample: below it the attribute counts as rare on the map of coverage.
FEW_SHARE = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeBoundResult(EstimateResult):
    """A one-sided upper bound on a share 属性抽样上限结果: ``value`` is the bound, ``mle`` the share in the sample.

    ``level`` is the one-sided confidence; ``units`` the population (hypergeometric), else ``None``.
    """

    kind: ClassVar[str] = Statistic.ATTRIBUTE_UPPER_BOUND.value

    k: int
    n: int
    units: int | None
    level: float
    mle: float


def _checked_counts(k: int, n: int, units: int | None) -> None:
    """Refuse counts that contradict one another."""
    counts = (k, n, *([] if units is None else [units]))
    whole = all(is_number(one) and float(one).is_integer() for one in counts)
    if not whole or not 0 <= k <= n or (units is not None and n > units):
        raise MethodError(
            Problem(
                code="SP-COUNTS",
                where="k、n、units",
                expected="整数，且 0 ≤ k ≤ n ≤ units",
                found=f"k={k!r}，n={n!r}" + ("" if units is None else f"，units={units!r}"),
                mend="按样本与抽样框重新计数",
            )
        )


def poisson_reliability_factor(k: int, *, level: float = 0.95) -> float:
    """Return the Poisson reliability factor 可靠性系数: the upper limit of a Poisson mean after ``k`` events.

    Parameters
    ----------
    k : deviations found, 0, 1, 2, …
    level : one-sided confidence, 0 < level < 1.

    Returns
    -------
    float
        The gamma quantile with shape k + 1: 3.00 for no deviation at 95 %.

    Raises
    ------
    MethodError
        Where k is not a whole number, or the level not between 0 and 1.

    Notes
    -----
    Factor over n bounds a share; sampling interval times factor bounds money. Verified against R 4.2.2 ``qgamma``
    (golden values).

    Examples
    --------
    >>> round(poisson_reliability_factor(0), 6)
    2.995732
    """
    level = checked_level(level)
    _checked_counts(k, k, None)
    return float(gammaincinv(k + 1, level))


def upper_shares(k: IntArray, n: IntArray, level: float, likelihood: str) -> FloatArray:
    """Return the binomial or Poisson upper bounds of shares, all at once; 1 where k = n under the binomial."""
    if likelihood == "poisson":
        factors: FloatArray = gammaincinv(k + 1, level) / n
        return factors
    bounds: FloatArray = np.where(k < n, betaincinv(k + 1, np.maximum(n - k, 1), level), 1.0)
    return bounds


def hypergeometric_tail(k: int, n: int, marked: int, units: int) -> float:
    """Return P(X ≤ k) where ``n`` of ``units`` are drawn without replacement and ``marked`` have the attribute."""
    lowest = max(0, n + marked - units)
    counts = np.arange(lowest, min(k, marked, n) + 1, dtype=np.float64)
    if not counts.size:
        return 0.0
    ways = (
        _log_choose(marked, counts) + _log_choose(units - marked, n - counts) - _log_choose(units, np.full(1, float(n)))
    )
    return float(min(1.0, np.exp(ways).sum()))


def _log_choose(above: float, below: FloatArray) -> FloatArray:
    """Return the logarithm of binomial coefficients."""
    chosen: FloatArray = gammaln(above + 1) - gammaln(below + 1) - gammaln(above - below + 1)
    return chosen


def most_marked(k: int, n: int, units: int, level: float) -> int:
    """Return the largest number of units that may have an attribute 有该属性的最多单位数, found on ``k`` of ``n`` drawn.

    The largest K with P(X ≤ k) ≥ 1 − level, X hypergeometric; by bisection, since the tail falls as K grows.
    """
    least = (1 - level) * SLACK
    low, high = k, units - (n - k) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if hypergeometric_tail(k, n, middle, units) >= least else (low, middle)
    return low


def attribute_upper_bound(
    k: int, n: int, *, likelihood: Likelihood = "binomial", units: int | None = None, level: float = 0.95
) -> AttributeBoundResult:
    """Return the exact one-sided upper bound on a share 属性抽样上限, e.g. of scores changed.

    Parameters
    ----------
    k : units found with the attribute, 0 ≤ k ≤ n.
    n : units drawn by chance, with equal probability.
    likelihood : ``"binomial"`` (Clopper–Pearson), ``"poisson"``, or ``"hypergeometric"`` (needs ``units``).
    units : units in the population.
    level : one-sided confidence, 0 < level < 1.

    Returns
    -------
    AttributeBoundResult
        ``value`` is the bound as a share of the population; NaN with a caveat for n = 0.

    Raises
    ------
    MethodError
        Where counts contradict one another, ``units`` is needed and absent, or an option does not exist.

    Notes
    -----
    Binomial: Beta quantile (level; k + 1, n − k). Poisson: Gamma quantile (level; k + 1)/n, above the binomial.
    Hypergeometric: the largest K with P(X ≤ k) ≥ 1 − level, over N; some programs print (K + 1)/N. The bounds hold at
    every n; they speak only of units drawn by chance. Source: Clopper & Pearson (1934), Biometrika 26, 404-413. Verified
    against R jfa 0.7.4 ``evaluation`` (golden values) and scipy in ``tests/reliability/test_sampling_bounds.py``.

    Examples
    --------
    >>> round(attribute_upper_bound(0, 60).value, 6)
    0.048703
    >>> attribute_upper_bound(1, 6, likelihood="hypergeometric", units=60).value
    0.55
    """
    level = checked_level(level)
    if likelihood not in LIKELIHOODS:
        raise unknown_choice("likelihood", likelihood, LIKELIHOODS)
    _checked_counts(k, n, units)
    if likelihood == "hypergeometric" and units is None:
        raise unknown_size("units")
    k, n = int(k), int(n)
    caveats: tuple[Caveat, ...] = ()
    if not n:
        value, caveats = UNKNOWN, (Caveat("NO_SAMPLE", "没有可用的样本单位，无法估计"),)
    elif likelihood == "hypergeometric" and units is not None:
        value = most_marked(k, n, int(units), level) / units
    else:
        value = float(upper_shares(np.array(k), np.array(n), level, likelihood))
    if value > 1:
        caveats = (Caveat("BOUND_ABOVE_ONE", "泊松近似的上限超过 1：样本太少，改用二项或超几何分布"),)
    found = AttributeBoundResult(
        method=f"attribute_upper_bound:{likelihood}",
        source="Clopper & Pearson (1934), Biometrika 26, 404-413",
        n_used=n,
        caveats=caveats,
        value=value,
        interval=no_interval(level),
        k=k,
        n=n,
        units=units,
        level=level,
        mle=k / n if n else UNKNOWN,
    )
    shape = "sparse" if k < FEW_SHARE * n else "even"
    return covered(found, design_region(n, "", shape=shape), interval_method=found.method)
