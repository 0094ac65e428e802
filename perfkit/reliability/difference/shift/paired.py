"""Shift between paired scores 成对评分的位移: paired t, sign test and equivalence within a tolerance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike
from scipy.special import stdtr

from perfkit.errors import MethodError, Problem
from perfkit.reliability.binomial import even_odds_p, exact_share_interval, no_change, one_direction
from perfkit.reliability.difference.covered_parts import covered_parts, pair_region, part
from perfkit.reliability.difference.shift.differences import Differences, checked_tolerance
from perfkit.reliability.estimate import UNKNOWN, EstimateResult, checked_level
from perfkit.reliability.ratings import pairs
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTResult(EstimateResult):
    """A paired t test 配对 t 检验结果, in the unit of the scores.

    ``value`` is the mean of x − y; ``sd`` the standard deviation of the differences (n − 1), ``cohen_dz`` their ratio;
    ``p`` two-sided, ``p_greater`` of the alternative that x is higher.
    """

    kind: ClassVar[str] = Statistic.PAIRED_T.value

    t: float
    df: int
    sd: float
    cohen_dz: float
    p_greater: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignTestResult(EstimateResult):
    """A sign test 符号检验结果: ``value`` is the share of lowered pairs (y below x) among the changed ones."""

    kind: ClassVar[str] = Statistic.SIGN_TEST.value

    lowered: int
    same: int
    raised: int
    tolerance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivalenceResult(EstimateResult):
    """Two one-sided t tests 等效性检验结果, in the unit of the scores.

    ``value`` is the mean of x − y and ``interval`` its interval at 1 − 2α; ``p_above_lower`` and ``p_below_upper`` are
    the p-values against a mean of −margin or less and of +margin or more, ``p`` the larger; ``equivalent`` is whether
    p is below α, ``None`` where it could not be tested.
    """

    kind: ClassVar[str] = Statistic.EQUIVALENCE.value

    margin: float
    alpha: float
    df: int
    p_above_lower: float
    p_below_upper: float
    equivalent: bool | None


def paired_t(x: ArrayLike, y: ArrayLike, *, level: float = 0.95) -> PairedTResult:
    """Return the paired t test of the mean difference 配对 t 检验.

    Parameters
    ----------
    x, y : shape (n,) each, scores in one unit, NaN where missing (incomplete pairs are dropped); differences are x − y.
    level : confidence level, 0 < level < 1.

    Returns
    -------
    PairedTResult
        The mean difference is given even where it has no spread; t, p and the interval are then NaN with a caveat.

    Raises
    ------
    DataError
        Where x and y are not two numeric columns of one length.

    Notes
    -----
    t = mean / (s/√n), df = n − 1; interval mean ± t quantile · s/√n; d_z = mean/s. Assumes independent differences,
    near normal or many. Not evidence that two sets of scores agree: a mean of 0 hides differences of any size, see
    ``limits_of_agreement``. Source: Student (1908), Biometrika 6, 1-25; Cohen (1988), §2.3.5. Verified against R 4.2.2
    ``t.test`` in the golden values and scipy in ``tests/reliability/test_shift.py``.

    Examples
    --------
    >>> found = paired_t([82.0, 79.5, 90.0, 85.0], [80.0, 79.0, 86.5, 84.0])
    >>> found.value, round(found.t, 6), found.df, round(found.p, 6)
    (1.75, 2.645751, 3, 0.077274)
    """
    level = checked_level(level)
    paired = pairs(x, y)
    moved = Differences.of(paired)
    df = moved.n - 1
    t = p = p_greater = dz = UNKNOWN
    if not moved.caveats:
        dz = moved.mean / moved.sd
        t = moved.mean / moved.se
        p, p_greater = 2 * float(stdtr(df, -abs(t))), float(stdtr(df, -t))
    found = PairedTResult(
        method="paired_t",
        source="Student (1908), Biometrika 6, 1-25",
        n_used=moved.n,
        n_dropped=moved.n_dropped,
        caveats=moved.caveats,
        value=moved.mean,
        interval=moved.interval(level),
        interval_method="t",
        se=moved.se,
        p=p,
        test="mean difference 0, t, two-sided",
        t=t,
        df=max(df, 0),
        sd=moved.sd,
        cohen_dz=dz,
        p_greater=p_greater,
    )
    return covered_parts(found, [part(pair_region(paired.x, paired.y), found.interval, found.interval_method)])


def sign_test(x: ArrayLike, y: ArrayLike, *, tolerance: float = 0.0, level: float = 0.95) -> SignTestResult:
    """Return the exact sign test of the direction of change 符号检验.

    Parameters
    ----------
    x, y : shape (n,) each, scores in one unit, NaN where missing (incomplete pairs are dropped).
    tolerance : a difference of at most this size, in score units, counts as no change.
    level : confidence level, 0 < level < 1.

    Returns
    -------
    SignTestResult
        ``value``: share of pairs with y below x among the changed pairs; Clopper–Pearson interval; exact two-sided p.

    Raises
    ------
    DataError
        Where x and y are not two numeric columns of one length.
    MethodError
        Where the tolerance is negative or not finite.

    Notes
    -----
    Binomial test of share 1/2 on the changed pairs; differences are rounded to 8 decimals before they are compared.
    Says nothing of the size of a change. Source: Arbuthnott (1710); Clopper & Pearson (1934), Biometrika 26, 404-413.
    Verified against R 4.2.2 ``binom.test`` (golden values of ``grade_change_sign_test``) and scipy in
    ``tests/reliability/test_shift.py``.

    Examples
    --------
    >>> found = sign_test([82, 79, 90, 85, 88], [80, 79, 86, 84, 89])
    >>> found.lowered, found.same, found.raised, found.value, found.p
    (3, 1, 1, 0.75, 0.625)
    """
    level = checked_level(level)
    tolerance = checked_tolerance("tolerance", tolerance)
    paired = pairs(x, y)
    moved = Differences.of(paired)
    lowered, same, raised = moved.directions(tolerance)
    changed = lowered + raised
    caveats: tuple[Caveat, ...] = () if changed else (no_change(),)
    if changed and not (lowered and raised):
        caveats = (one_direction(),)
    found = SignTestResult(
        method="sign_test:exact_binomial",
        source="Arbuthnott (1710); Clopper & Pearson (1934), Biometrika 26, 404-413",
        n_used=moved.n,
        n_dropped=moved.n_dropped,
        caveats=caveats,
        value=lowered / changed if changed else UNKNOWN,
        interval=exact_share_interval(lowered, changed, level),
        interval_method="clopper_pearson",
        p=even_odds_p(lowered, changed),
        test="share lowered 1/2, exact binomial, two-sided",
        lowered=lowered,
        same=same,
        raised=raised,
        tolerance=tolerance,
    )
    return covered_parts(found, [part(pair_region(paired.x, paired.y), found.interval, found.interval_method)])


def _no_room(level: float) -> Problem:
    return Problem(
        code="RL-LEVEL",
        where="level",
        expected="大于 0.5 的置信水平，如 0.95（单侧 α=0.05，区间为 1−2α）",
        found=f"{level:g}",
        mend="改为大于 0.5 的小数",
    )


def equivalence(x: ArrayLike, y: ArrayLike, *, margin: float, level: float = 0.95) -> EquivalenceResult:
    """Return the test that the mean difference lies within a margin 等效性检验（TOST）.

    Parameters
    ----------
    x, y : shape (n,) each, scores in one unit, NaN where missing (incomplete pairs are dropped); differences are x − y.
    margin : the largest mean difference that would not matter, in score units, > 0; fixed before the scores are seen.
    level : 1 − α of each one-sided test, 0.5 < level < 1; the interval is at 1 − 2α (0.90 for 0.95).

    Returns
    -------
    EquivalenceResult
        ``p`` is the larger of the two one-sided p-values.

    Raises
    ------
    DataError
        Where x and y are not two numeric columns of one length.
    MethodError
        Where the margin is not above 0, or the level not above 0.5.

    Notes
    -----
    p = max(P(T > (mean + margin)/se), P(T < (mean − margin)/se)), T with n − 1 degrees of freedom; it is below α just
    where the 1 − 2α interval lies inside ±margin. "Not significantly different" is no evidence of equivalence: this is
    the test for that claim. It is about the mean, not about single scores. Source: Schuirmann (1987), Journal of
    Pharmacokinetics and Biopharmaceutics 15, 657-680. Verified against statsmodels 0.15 ``ttost_paired`` in
    ``tests/reliability/test_shift.py``.

    Examples
    --------
    >>> found = equivalence([82.0, 79.5, 90.0, 85.0], [81.5, 79.0, 90.5, 84.5], margin=2.0)
    >>> found.value, found.equivalent, round(found.p, 6), round(found.interval.level, 6)
    (0.25, True, 0.002993, 0.9)
    """
    level = checked_level(level)
    alpha = 1 - level
    if level <= 0.5:
        raise MethodError(_no_room(level))
    margin = checked_tolerance("margin", margin, positive=True)
    paired = pairs(x, y)
    moved = Differences.of(paired)
    df = moved.n - 1
    above = below = UNKNOWN
    if not moved.caveats:
        above = float(stdtr(df, -(moved.mean + margin) / moved.se))
        below = float(stdtr(df, (moved.mean - margin) / moved.se))
    p = max(above, below)
    found = EquivalenceResult(
        method="equivalence:tost_paired_t",
        source="Schuirmann (1987), J Pharmacokinet Biopharm 15, 657-680",
        n_used=moved.n,
        n_dropped=moved.n_dropped,
        caveats=moved.caveats,
        value=moved.mean,
        interval=moved.interval(1 - 2 * alpha),
        interval_method="t",
        se=moved.se,
        p=p,
        test="mean difference outside the margin, two one-sided t",
        margin=margin,
        alpha=alpha,
        df=max(df, 0),
        p_above_lower=above,
        p_below_upper=below,
        equivalent=None if math.isnan(p) else p < alpha,
    )
    return covered_parts(found, [part(pair_region(paired.x, paired.y), found.interval, found.interval_method)])
