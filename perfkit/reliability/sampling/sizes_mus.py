"""The size of a monetary-unit sample 货币单元抽样样本量, for a bound below a wanted share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv

from perfkit.errors import MethodError, Problem
from perfkit.reliability.estimate import UNKNOWN, checked_level, is_number, unknown_choice
from perfkit.reliability.sampling.bounds import LIKELIHOODS, SLACK, Likelihood, hypergeometric_tail, most_marked
from perfkit.reliability.sampling.design import unknown_size
from perfkit.result import Caveat, Result
from perfkit.terms.reliability import Planning

FloatArray = NDArray[np.float64]

BLOCK = 4096
MOST = 1 << 22
# Expected errors are a product: 0.07 × 100 must not become 8.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class MonetaryUnitSizeResult(Result):
    """The size of a monetary-unit sample 货币单元抽样样本量结果.

    ``value`` is the number of draws (NaN where none suffices), ``tolerated`` the errors among them that keep the bound
    below ``materiality``, ``bound`` the bound they would give. ``interval`` is the sampling interval in money (NaN
    without a book total). ``level`` is one-sided.
    """

    kind: ClassVar[str] = Planning.SAMPLE_SIZE.value

    value: float
    tolerated: float
    bound: float
    materiality: float
    expected: float
    likelihood: str
    level: float
    interval: float


def monetary_unit_size(
    materiality: float,
    *,
    expected: float = 0.0,
    likelihood: Likelihood = "poisson",
    units: int | None = None,
    book_total: float | None = None,
    level: float = 0.95,
) -> MonetaryUnitSizeResult:
    """Return the number of draws for a bound on money below ``materiality`` 货币单元抽样样本量.

    Parameters
    ----------
    materiality : the share of money that may be wrong at most, 0 < materiality < 1.
    expected : errors expected: a share below 1, or a number of errors from 1 on.
    likelihood : ``"poisson"``, ``"binomial"`` or ``"hypergeometric"`` (needs ``units``).
    units : units of money in the population.
    book_total : book total, for the sampling interval.
    level : one-sided confidence, 0 < level < 1.

    Returns
    -------
    MonetaryUnitSizeResult
        The smallest n; NaN with a caveat where no n up to the population or 4 million suffices.

    Raises
    ------
    MethodError
        Where a share is no share, the expected errors reach the materiality, ``units`` is needed and absent, or an
        option does not exist.

    Notes
    -----
    The smallest n whose upper bound after n·expected errors lies below the materiality. Errors are whole (rounded up)
    under the binomial and the hypergeometric; the Poisson takes fractions. Where more errors turn up than expected, the
    bound will exceed the materiality: expect too many rather than too few. Source: AICPA Audit Guide, Audit Sampling,
    table C; Verified against R jfa 0.7.4 ``planning`` (golden values) and ``tests/reliability/test_sampling_bounds.py``.

    Examples
    --------
    >>> monetary_unit_size(0.05).value, monetary_unit_size(0.05, likelihood="binomial").value
    (60.0, 59.0)
    """
    level = checked_level(level)
    if likelihood not in LIKELIHOODS:
        raise unknown_choice("likelihood", likelihood, LIKELIHOODS)
    _check(materiality, expected, units)
    if likelihood == "hypergeometric":
        if units is None:
            raise unknown_size("units")
        n, k, bound = _of_finite(materiality, expected, int(units), level)
    else:
        n, k, bound = _of_infinite(materiality, expected, likelihood, level)
    caveats = () if n else (Caveat("NO_SIZE", "总体之内没有足够的样本量：预期错误太接近可容忍错误"),)
    return MonetaryUnitSizeResult(
        method=f"monetary_unit_size:{likelihood}",
        source="AICPA Audit Guide, Audit Sampling",
        n_used=0,
        caveats=caveats,
        value=float(n) if n else UNKNOWN,
        tolerated=k,
        bound=bound,
        materiality=materiality,
        expected=expected,
        likelihood=likelihood,
        level=level,
        interval=book_total / n if book_total is not None and n else UNKNOWN,
    )


def _check(materiality: float, expected: float, units: int | None) -> None:
    """Refuse shares that are none, and expected errors that reach the materiality."""
    known = is_number(materiality) and is_number(expected)
    share = (expected if expected < 1 else expected / units if units else 0.0) if known else UNKNOWN
    if not known or not 0 < materiality < 1 or not 0 <= share < materiality or not math.isfinite(expected):
        raise MethodError(
            Problem(
                code="SP-MATERIALITY",
                where="materiality、expected",
                expected="0 < 可容忍错误 < 1，预期错误不小于 0 且低于可容忍错误",
                found=f"materiality={materiality!r}，expected={expected!r}",
                mend="按比例填写，例如 5% 写作 0.05",
            )
        )


def _errors(n: FloatArray, expected: float, *, whole: bool) -> FloatArray:
    """Return the errors expected among n draws."""
    errors = expected * n if expected < 1 else np.full(len(n), expected)
    return np.ceil(errors - ROUNDING) if whole else errors


def _of_infinite(materiality: float, expected: float, likelihood: str, level: float) -> tuple[int, float, float]:
    """Return the smallest n with its errors and bound under the Poisson or the binomial; 0 where there is none."""
    # With the errors not rounded up the bound only falls as n grows: where it is too high at the end, it is everywhere.
    errors = float(_errors(np.array([float(MOST)]), expected, whole=False)[0])
    poisson = likelihood == "poisson"
    least = gammaincinv(errors + 1, level) / MOST if poisson else betaincinv(errors + 1, MOST - errors, level)
    if errors >= MOST or least >= materiality:
        return 0, UNKNOWN, UNKNOWN
    for start in range(1, MOST, BLOCK):
        n = np.arange(start, start + BLOCK, dtype=np.float64)
        k = _errors(n, expected, whole=likelihood == "binomial")
        n, k = n[k < n], k[k < n]
        bounds = gammaincinv(k + 1, level) / n if likelihood == "poisson" else betaincinv(k + 1, n - k, level)
        enough = np.flatnonzero(bounds < materiality)
        if enough.size:
            first = enough[0]
            return int(n[first]), float(k[first]), float(bounds[first])
    return 0, UNKNOWN, UNKNOWN


def _of_finite(materiality: float, expected: float, units: int, level: float) -> tuple[int, float, float]:
    """Return the smallest n with its errors and bound under the hypergeometric; 0 where there is none."""
    # The bound K/N lies below the materiality just where the first K that does not is rejected.
    first = next(
        marked for marked in range(max(int(materiality * units) - 1, 0), units + 1) if marked / units >= materiality
    )
    everything = np.arange(1, min(units, MOST) + 1, dtype=np.float64)
    for n, k in zip(everything, _errors(everything, expected, whole=True), strict=True):
        if k < n and hypergeometric_tail(int(k), int(n), first, units) < (1 - level) * SLACK:
            return int(n), float(k), most_marked(int(k), int(n), units, level) / units
    return 0, UNKNOWN, UNKNOWN
