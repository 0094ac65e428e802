"""How many evaluands a study of raters needs 评分者研究的样本量: intraclass correlation and kappa."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import chndtr, fdtr, fdtri, ndtr, ndtri

from perfkit.errors import MethodError, Problem
from perfkit.reliability.estimate import checked_level, unknown_choice
from perfkit.reliability.sampling.sizes_search import (
    SampleSizeResult,
    between,
    checked_whole,
    sized,
    smallest_falling,
)
from perfkit.terms.reliability import Estimand

IccWidth = Literal["bonett", "f_interval"]
IccPower = Literal["exact", "walter"]
KappaPower = Literal["large_sample", "goodness_of_fit"]
# Bonett's formula falls short with two raters and a high coefficient: he adds 5·ICC evaluands from here on.
HIGH_FOR_TWO = 0.7


def icc_size(
    half_width: float, *, expected: float, raters: int, method: IccWidth = "bonett", level: float = 0.95
) -> SampleSizeResult:
    """Return how many evaluands tell an intraclass correlation to ± ``half_width`` 组内相关系数的样本量.

    Parameters
    ----------
    half_width : wanted half-width of the two-sided interval.
    expected : the single-rating coefficient expected, −1/(k−1) … 1, ends excluded.
    raters : ratings k per evaluand, at least 2.
    method : ``"bonett"`` (large-sample variance), or ``"f_interval"``: the exact F interval of ICC(1,1) where the
        coefficient found is the one expected.
    level : confidence level.

    Returns
    -------
    SampleSizeResult
        Number of evaluands; ``achieved`` the half-width at it.

    Raises
    ------
    MethodError
        Where a number is out of range or the method unknown.

    Notes
    -----
    Bonett: n = 8z²(1−ρ)²(1+(k−1)ρ)²/(k(k−1)w²) + 1 with w the full width, plus 5ρ for k = 2 and ρ ≥ 0.7; rounded up.
    One-way model; for (A,1) with biased raters neither suffices: raters, not evaluands, are then too few. Source: Bonett
    (2002), Statistics in Medicine 21, 1331-1335; Shrout & Fleiss (1979). Verified in
    tests/reliability/test_sampling_sizes_agreement.py.

    Examples
    --------
    >>> icc_size(0.1, expected=0.8, raters=3).size, icc_size(0.1, expected=0.8, raters=3, method="f_interval").size
    (36, 36)
    """
    level = checked_level(level)
    if method not in get_args(IccWidth):
        raise unknown_choice("method", method, get_args(IccWidth))
    k = checked_whole("raters", raters, 2)
    between("half_width", half_width, 0, 1)
    between("expected", expected, -1 / (k - 1), 1)
    z = float(ndtri(0.5 + level / 2))
    more = 5 * expected if method == "bonett" and k == 2 and expected >= HIGH_FOR_TWO else 0.0

    def reached(n: int) -> float:
        if method == "f_interval":
            return _f_half_width(n, k, expected, level)
        # The formula of the width, read the other way.
        counted = n - 1 - more
        spread = 2 * (1 - expected) ** 2 * (1 + (k - 1) * expected) ** 2 / (k * (k - 1))
        return z * math.sqrt(spread / counted) if counted > 0 else math.inf

    return sized(
        Estimand.ICC,
        smallest_falling(reached, half_width, 2, None),
        "half_width",
        half_width,
        reached,
        method=f"icc_size:{method}",
        source="Bonett (2002), Statistics in Medicine 21, 1331-1335"
        if method == "bonett"
        else "Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428",
        level=level,
        expected=expected,
        raters=k,
    )


def icc_bound_size(
    bound: float,
    *,
    expected: float,
    raters: int,
    power: float = 0.8,
    method: IccPower = "exact",
    level: float = 0.95,
) -> SampleSizeResult:
    """Return how many evaluands show that an intraclass correlation exceeds ``bound`` 组内相关系数下限的样本量.

    Parameters
    ----------
    bound : coefficient that the one-sided lower limit is to exceed.
    expected : the single-rating coefficient expected, above ``bound``.
    raters : ratings k per evaluand, at least 2.
    power : wanted probability that the limit exceeds the bound.
    method : ``"exact"`` by the F distribution, or ``"walter"``, their approximation in closed form.
    level : one-sided confidence.

    Returns
    -------
    SampleSizeResult
        Number of evaluands; ``achieved`` the power at it.

    Raises
    ------
    MethodError
        Where a number is out of range or the method unknown.

    Notes
    -----
    One-way model: MSB/MSW = (1+kθ)·F(n−1, n(k−1)), θ = ρ/(1−ρ). Walter: n = 1 + 2k(z_α+z_β)²/((ln C₀)²(k−1)), C₀ =
    (1+kθ₀)/(1+kθ₁). Source: Walter, Eliasziw & Donner (1998), Statistics in Medicine 17, 101-110. Verified by their
    formula worked by hand and by simulation in tests/reliability/test_sampling_sizes_agreement.py.

    Examples
    --------
    >>> icc_bound_size(0.6, expected=0.8, raters=2, method="walter").size
    39
    >>> icc_bound_size(0.6, expected=0.8, raters=2).size
    39
    """
    level = checked_level(level)
    if method not in get_args(IccPower):
        raise unknown_choice("method", method, get_args(IccPower))
    k = checked_whole("raters", raters, 2)
    between("power", power, 0, 1)
    between("bound", bound, -1 / (k - 1), 1)
    between("expected", expected, bound, 1)
    ratio = (1 + k * bound / (1 - bound)) / (1 + k * expected / (1 - expected))

    def missed(n: int) -> float:
        if n < 2:
            return 1.0
        if method == "exact":
            return float(fdtr(n - 1, n * (k - 1), ratio * float(fdtri(n - 1, n * (k - 1), level))))
        score = abs(math.log(ratio)) * math.sqrt((n - 1) * (k - 1) / (2 * k)) - float(ndtri(level))
        return float(ndtr(-score))

    return sized(
        Estimand.ICC,
        smallest_falling(missed, 1 - power, 2, None),
        "power",
        power,
        lambda n: 1 - missed(n),
        method=f"icc_bound_size:{method}",
        source="Walter, Eliasziw & Donner (1998), Statistics in Medicine 17, 101-110",
        level=level,
        expected=expected,
        bound=bound,
        raters=k,
    )


def kappa_size(
    half_width: float, *, expected: float, prevalence: Sequence[float] = (0.5, 0.5), level: float = 0.95
) -> SampleSizeResult:
    """Return how many evaluands tell the kappa of two raters to ± ``half_width`` κ 系数的样本量.

    Parameters
    ----------
    half_width : wanted half-width of the two-sided interval.
    expected : the kappa expected, 0 … 1, 1 excluded.
    prevalence : share of each grade, the same for both raters; two or more above 0 that sum to 1.
    level : confidence level.

    Returns
    -------
    SampleSizeResult
        Number of evaluands; ``achieved`` the half-width at it.

    Raises
    ------
    MethodError
        Where a number is out of range, or the shares are not.

    Notes
    -----
    z·SE ≤ half_width with the large-sample SE of Fleiss, Cohen & Everitt (1969) at the table in which a share ``expected``
    of evaluands is agreed on and the rest is rated by chance. A rare grade costs most: at 95 % of one grade in place of
    50 % more than five times as many. Not for weighted kappa. Verified against ``cohen_kappa`` on that table and, with
    two grades, the variance of Bloch & Kraemer (1989) in tests/reliability/test_sampling_sizes_agreement.py.

    Examples
    --------
    >>> kappa_size(0.1, expected=0.6).size, kappa_size(0.1, expected=0.6, prevalence=(0.95, 0.05)).size
    (246, 1347)
    """
    level = checked_level(level)
    between("half_width", half_width, 0, 1)
    between("expected", expected, 0, 1, ends="low")
    spread = kappa_spread(expected, _shares(prevalence))
    z = float(ndtri(0.5 + level / 2))

    def reached(n: int) -> float:
        return z * math.sqrt(spread / n) if n else math.inf

    return sized(
        Estimand.KAPPA,
        smallest_falling(reached, half_width, 2, None),
        "half_width",
        half_width,
        reached,
        method="kappa_size:fce1969",
        source="Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72, 323-327",
        level=level,
        expected=expected,
        raters=2,
    )


def kappa_bound_size(
    bound: float,
    *,
    expected: float,
    prevalence: Sequence[float] = (0.5, 0.5),
    power: float = 0.8,
    method: KappaPower = "large_sample",
    level: float = 0.95,
) -> SampleSizeResult:
    """Return how many evaluands show that the kappa of two raters exceeds ``bound`` κ 系数下限的样本量.

    Parameters
    ----------
    bound : kappa that is to be exceeded, 0 … 1.
    expected : the kappa expected, above ``bound``.
    prevalence : share of each grade, the same for both raters; ``"goodness_of_fit"`` takes two.
    power : wanted probability that the test rejects ``bound``.
    method : ``"large_sample"`` (one-sided test by the large-sample SE) or ``"goodness_of_fit"`` (two-sided χ² test).
    level : 1 − level is the size of the test.

    Returns
    -------
    SampleSizeResult
        Number of evaluands; ``achieved`` the power at it.

    Raises
    ------
    MethodError
        Where a number is out of range, the method unknown, or more than two shares go with ``"goodness_of_fit"``.

    Notes
    -----
    Large sample: n = (z_α√Q₀ + z_β√Q₁)²/(κ₁−κ₀)², Q the variance of one evaluand (Cantor 1996, Psychological Methods 1,
    150-153). Goodness of fit: n·λ is the non-centrality of χ²(1), λ = Σ(P₁−P₀)²/P₀ over both agreeing cells and the
    disagreeing ones (Donner & Eliasziw 1992, Statistics in Medicine 11, 1511-1519). Verified against the
    example of R irr 0.84.1 ``N.cohen.kappa`` (null 0.85, true 0.7, even grades: 96; its comment swaps the two) and by
    simulation in tests/reliability/test_sampling_sizes_agreement.py.

    Examples
    --------
    >>> kappa_bound_size(0.7, expected=0.85).size
    117
    """
    level = checked_level(level)
    if method not in get_args(KappaPower):
        raise unknown_choice("method", method, get_args(KappaPower))
    between("power", power, 0, 1)
    between("bound", bound, 0, 1, ends="low")
    between("expected", expected, bound, 1)
    shares = _shares(prevalence)
    if method == "goodness_of_fit" and len(shares) != 2:
        raise MethodError(_two_shares(len(shares)))
    far, near = kappa_spread(bound, shares), kappa_spread(expected, shares)
    shift = _kappa_distance(bound, expected, float(shares[0]))

    def missed(n: int) -> float:
        if n < 1:
            return 1.0
        if method == "goodness_of_fit":
            # The upper quantile of χ²(1) is the square of the two-sided normal one.
            return float(chndtr(float(ndtri(0.5 + level / 2)) ** 2, 1, n * shift))
        score = (math.sqrt(n) * (expected - bound) - float(ndtri(level)) * math.sqrt(far)) / math.sqrt(near)
        return float(ndtr(-score))

    return sized(
        Estimand.KAPPA,
        smallest_falling(missed, 1 - power, 2, None),
        "power",
        power,
        lambda n: 1 - missed(n),
        method=f"kappa_bound_size:{method}",
        source="Cantor (1996), Psychological Methods 1, 150-153"
        if method == "large_sample"
        else "Donner & Eliasziw (1992), Statistics in Medicine 11, 1511-1519",
        level=level,
        expected=expected,
        bound=bound,
        raters=2,
    )


def _f_half_width(n: int, k: int, expected: float, level: float) -> float:
    """Return half the width of the one-way F interval where the coefficient found is the one expected."""
    if n < 2:
        return math.inf
    ratio = (1 + (k - 1) * expected) / (1 - expected)
    low = ratio / float(fdtri(n - 1, n * (k - 1), 0.5 + level / 2))
    high = ratio * float(fdtri(n * (k - 1), n - 1, 0.5 + level / 2))
    return ((high - 1) / (high + k - 1) - (low - 1) / (low + k - 1)) / 2


def _shares(prevalence: Sequence[float]) -> NDArray[np.float64]:
    """Return shares of grades that are above 0 and sum to 1.

    Raises
    ------
    MethodError
        Where they do not.
    """
    shares = np.asarray(prevalence, dtype=np.float64)
    if shares.ndim != 1 or len(shares) < 2 or not bool(np.all(shares > 0)) or abs(float(shares.sum()) - 1) > 1e-6:
        raise MethodError(_no_shares(shares))
    fine: NDArray[np.float64] = shares / shares.sum()
    return fine


def kappa_spread(kappa: float, shares: NDArray[np.float64]) -> float:
    """Return n times the large-sample variance of kappa κ 的方差: a share ``kappa`` is agreed, the rest rated by chance."""
    table = kappa * np.diag(shares) + (1 - kappa) * np.outer(shares, shares)
    chance = float(shares @ shares)
    margins = shares[:, None] + shares[None, :]
    slopes = np.eye(len(shares)) - margins * (1 - kappa)
    centre = float((slopes * table).sum())
    return float((table * (slopes - centre) ** 2).sum()) / (1 - chance) ** 2


def _kappa_distance(bound: float, expected: float, share: float) -> float:
    """Return the non-centrality that one evaluand adds, two grades."""
    both = share * (1 - share)
    cells = (share**2 + both * bound, 2 * both * (1 - bound), (1 - share) ** 2 + both * bound)
    first, apart, second = cells
    return (both * (expected - bound)) ** 2 * (1 / first + 4 / apart + 1 / second) if apart > 0 else math.inf


def _no_shares(found: object) -> Problem:
    return Problem(
        code="SF-SHARES",
        where="prevalence",
        expected="两个或更多大于 0、合计为 1 的比例",
        found=f"{found}",
        mend="按往年各等级所占比例填写，没有用到的等级不列",
    )


def _two_shares(found: int) -> Problem:
    return Problem(
        code="SF-SHARES",
        where="prevalence",
        expected="goodness_of_fit 只用于两个等级",
        found=f"{found} 个等级",
        mend="改用 large_sample，或并为两个等级",
    )
