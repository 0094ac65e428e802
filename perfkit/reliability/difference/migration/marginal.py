"""Symmetry and marginal homogeneity 对称性与边际齐性 of grades before and after, with any number of grades."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from perfkit.errors import DataError, Problem
from perfkit.reliability.difference.migration.square_table import GradeColumn, SquareTable, change_caveats, square_table
from perfkit.reliability.estimate import UNKNOWN, EstimateResult, no_interval, unknown_choice
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

# Tests have no interval; the field of the Result still names a level.
NO_LEVEL = UNKNOWN
# 1 - W/n is a difference of numbers near 1: below this it is rounding.
SINGULAR = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class BowkerResult(EstimateResult):
    """Bowker's test 对称性检验结果: ``value`` chi-square; ``empty_pairs`` counts pairs of grades with no change either way."""

    kind: ClassVar[str] = Statistic.BOWKER.value

    df: int
    empty_pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StuartMaxwellResult(EstimateResult):
    """Stuart–Maxwell test 边际齐性检验结果: ``value`` chi-square; ``marginal_differences`` shares before minus after."""

    kind: ClassVar[str] = Statistic.STUART_MAXWELL.value

    df: int
    marginal_differences: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BhapkarResult(EstimateResult):
    """Bhapkar's test 边际齐性检验结果: ``value`` chi-square; ``marginal_differences`` shares before minus after."""

    kind: ClassVar[str] = Statistic.BHAPKAR.value

    df: int
    marginal_differences: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalMarginalResult(EstimateResult):
    """Ordinal marginal homogeneity 有序边际齐性检验结果: ``value`` is the size of ``z``.

    ``z`` and ``mean_difference`` (in units of ``scores``) are positive where the grades before are higher.
    """

    kind: ClassVar[str] = Statistic.ORDINAL_MARGINAL_HOMOGENEITY.value

    z: float
    mean_difference: float
    scores: tuple[float, ...]


def _empty_pairs(count: int) -> Caveat:
    return Caveat("EMPTY_PAIRS", f"{count} 对等级之间没有任何变动，其项为 0/0；请改用 empty_pairs=drop，自由度随之减少")


def _dropped_pairs(count: int) -> Caveat:
    return Caveat("EMPTY_PAIRS_DROPPED", f"{count} 对等级之间没有任何变动，已剔除，自由度随之减少")


def _lower_rank(df: int, usual: int) -> Caveat:
    return Caveat("LOWER_RANK", f"有等级未参与变动或变动互不相通，自由度为 {df}（通常为 {usual}）")


def _boundary() -> Caveat:
    return Caveat("BOUNDARY", "边际差异达到样本量所允许的极限，协方差矩阵奇异，无法估计；请用 stuart_maxwell")


def _no_score_change() -> Caveat:
    return Caveat("NO_CHANGE", "变动的等级赋分相同，没有可检验的位移，无法估计")


def _wrong_scores(found: tuple[float, ...], q: int) -> Problem:
    return Problem(
        code="RL-SCORES",
        where="scores",
        expected=f"{q} 个有限的数，与 categories 一一对应",
        found="、".join(f"{score:g}" for score in found) or "空",
        mend="按等级从低到高给出赋分",
    )


def bowker(
    before: GradeColumn,
    after: GradeColumn,
    *,
    categories: Sequence[Any] | None = None,
    empty_pairs: Literal["drop", "keep"] = "drop",
) -> BowkerResult:
    """Return Bowker's test of symmetry 鲍克对称性检验.

    Parameters
    ----------
    before, after : shape (n,) each, grades as numbers or words, missing allowed (incomplete pairs are dropped).
    categories : all grades of the scale, lowest first; needed for words that are no ordered pandas Categorical.
    empty_pairs : pairs of grades between which nobody moved either way: ``"drop"`` leaves them out and takes their
        number from the degrees of freedom (SAS); ``"keep"`` leaves them in as 0/0, so that the statistic is undefined
        (R ``mcnemar.test``).

    Returns
    -------
    BowkerResult
        Chi-square, its degrees of freedom and p.

    Raises
    ------
    DataError
        Where the columns differ in length, a grade is not among the categories, or words come without their order.
    MethodError
        Where ``empty_pairs`` is neither.

    Notes
    -----
    χ² = Σ_{i<j} (n_ij − n_ji)²/(n_ij + n_ji), df = the pairs summed. Symmetry is more than equal marginals: grades may
    move in a circle. Source: Bowker (1948), JASA 43, 572-574. Verified against R 4.2.2 ``mcnemar.test`` (golden values)
    and statsmodels 0.15 ``SquareTable.symmetry`` (which keeps q(q−1)/2 degrees of freedom where pairs are empty) in
    ``tests/reliability/test_migration_marginal.py``.

    Examples
    --------
    >>> found = bowker([1, 1, 1, 2, 3, 3], [2, 2, 1, 1, 1, 3])
    >>> round(found.value, 6), found.df, found.empty_pairs
    (1.333333, 2, 1)
    """
    if empty_pairs not in ("drop", "keep"):
        raise unknown_choice("empty_pairs", empty_pairs, ("drop", "keep"))
    table = square_table(before, after, categories)
    upper = np.triu_indices(len(table.categories), 1)
    up, down = table.counts[upper], table.counts.T[upper]
    moved = up + down
    filled = moved > 0
    empty = int(np.count_nonzero(~filled))
    caveats = change_caveats(table)
    df = int(np.count_nonzero(filled)) if empty_pairs == "drop" else moved.size
    chi = p = UNKNOWN
    if table.changed and empty and empty_pairs == "keep":
        caveats = (_empty_pairs(empty),)
    elif table.changed:
        chi = float(((up - down)[filled] ** 2 / moved[filled]).sum())
        p = float(chdtrc(df, chi))
        caveats = (*caveats, _dropped_pairs(empty)) if empty else caveats
    return BowkerResult(
        method=f"bowker:{empty_pairs}",
        source="Bowker (1948), JASA 43, 572-574",
        n_used=table.n,
        n_dropped=table.n_dropped,
        caveats=caveats,
        value=chi,
        interval=no_interval(NO_LEVEL),
        p=p,
        test="symmetry, chi-square",
        df=df,
        empty_pairs=empty,
    )


def _components(moved: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return the groups of grades between which somebody moved, each as places; a grade nobody moved from is alone."""
    linked = moved | np.eye(len(moved), dtype=bool)
    for middle in range(len(linked)):
        linked |= np.outer(linked[:, middle], linked[middle])
    firsts = np.array([np.flatnonzero(row)[0] for row in linked], dtype=np.int64)
    return [np.flatnonzero(firsts == first) for first in np.unique(firsts)]


def _homogeneity(table: SquareTable) -> tuple[float, int]:
    """Return d'S⁻d and the rank of S, d the differences of the marginals and S their covariance under homogeneity.

    S is block diagonal over the groups of grades linked by changes, and each block is singular by one: a grade of each
    group is left out, which is the generalised inverse exactly.
    """
    off = table.counts + table.counts.T
    np.fill_diagonal(off, 0)
    d = (table.counts.sum(axis=1) - table.counts.sum(axis=0)).astype(np.float64)
    covariance = np.diag(off.sum(axis=1)) - off
    chi, rank = 0.0, 0
    for group in _components(off > 0):
        kept = group[1:]
        if kept.size:
            chi += float(d[kept] @ np.linalg.solve(covariance[np.ix_(kept, kept)].astype(np.float64), d[kept]))
            rank += kept.size
    return chi, rank


def _marginal_differences(table: SquareTable) -> tuple[float, ...]:
    """Return the share of each grade before minus its share after."""
    if not table.n:
        return tuple(UNKNOWN for _ in table.categories)
    return tuple(((table.counts.sum(axis=1) - table.counts.sum(axis=0)) / table.n).tolist())


def _rank_caveats(table: SquareTable, df: int) -> tuple[Caveat, ...]:
    usual = len(table.categories) - 1
    return (_lower_rank(df, usual),) if table.changed and df < usual else ()


def stuart_maxwell(
    before: GradeColumn, after: GradeColumn, *, categories: Sequence[Any] | None = None
) -> StuartMaxwellResult:
    """Return the Stuart–Maxwell test of equal marginals 边际齐性检验.

    Parameters
    ----------
    before, after : shape (n,) each, grades as numbers or words, missing allowed (incomplete pairs are dropped).
    categories : all grades of the scale, lowest first; needed for words that are no ordered pandas Categorical.

    Returns
    -------
    StuartMaxwellResult
        Chi-square, degrees of freedom = rank of the covariance, p, and the differences of the marginal shares.

    Raises
    ------
    DataError
        Where the columns differ in length, a grade is not among the categories, or words come without their order.

    Notes
    -----
    χ² = d'S⁻d with d_i = n_i· − n_·i, S_ii = n_i· + n_·i − 2n_ii, S_ij = −(n_ij + n_ji); S⁻ a generalised inverse. A
    grade without any change lowers the rank and with it df (coin; DescTools keeps q − 1, irr wrongly drops every grade
    with equal marginals). Ignores the order of the grades: ``ordinal_marginal_homogeneity`` uses it. Source: Stuart
    (1955), Biometrika 42, 412-416; Maxwell (1970), British Journal of Psychiatry 116, 651-655. Verified against R coin
    1.4-2 ``mh_test``, DescTools 0.99.59 (golden values) and statsmodels 0.15 ``SquareTable.homogeneity`` in
    ``tests/reliability/test_migration_marginal.py``.

    Examples
    --------
    >>> found = stuart_maxwell([1, 1, 1, 2, 3, 3], [2, 2, 1, 1, 1, 3])
    >>> round(found.value, 6), found.df
    (1.333333, 2)
    """
    table = square_table(before, after, categories)
    chi, df = _homogeneity(table)
    return StuartMaxwellResult(
        method="stuart_maxwell",
        source="Stuart (1955), Biometrika 42, 412-416; Maxwell (1970), Br J Psychiatry 116, 651-655",
        n_used=table.n,
        n_dropped=table.n_dropped,
        caveats=(*change_caveats(table), *_rank_caveats(table, df)),
        value=chi if df else UNKNOWN,
        interval=no_interval(NO_LEVEL),
        p=float(chdtrc(df, chi)) if df else UNKNOWN,
        test="marginal homogeneity, chi-square",
        df=df,
        marginal_differences=_marginal_differences(table),
    )


def bhapkar(before: GradeColumn, after: GradeColumn, *, categories: Sequence[Any] | None = None) -> BhapkarResult:
    """Return Bhapkar's test of equal marginals 巴普卡边际齐性检验.

    Parameters
    ----------
    before, after : shape (n,) each, grades as numbers or words, missing allowed (incomplete pairs are dropped).
    categories : all grades of the scale, lowest first; needed for words that are no ordered pandas Categorical.

    Returns
    -------
    BhapkarResult
        Chi-square, degrees of freedom = rank of the covariance, p, and the differences of the marginal shares.

    Raises
    ------
    DataError
        Where the columns differ in length, a grade is not among the categories, or words come without their order.

    Notes
    -----
    The Wald test, whose covariance does not assume equal marginals: χ² = W/(1 − W/n), W the Stuart–Maxwell statistic.
    Undefined where W = n. Larger than W, and with few pairs too large. Source: Bhapkar (1966), JASA 61, 228-235; Keefe
    (1982), Biometrika 69, 683-684 (the relation). Verified against R irr 0.84.1 ``bhapkar`` (golden values) and
    statsmodels 0.15 in ``tests/reliability/test_migration_marginal.py``.

    Examples
    --------
    >>> found = bhapkar([1, 1, 1, 2, 3, 3], [2, 2, 1, 1, 1, 3])
    >>> round(found.value, 6), found.df
    (1.714286, 2)
    """
    table = square_table(before, after, categories)
    chi, df = _homogeneity(table)
    caveats = (*change_caveats(table), *_rank_caveats(table, df))
    value = UNKNOWN
    if df:
        left = 1 - chi / table.n
        value = chi / left if left > SINGULAR else UNKNOWN
        caveats = caveats if left > SINGULAR else (*caveats, _boundary())
    return BhapkarResult(
        method="bhapkar",
        source="Bhapkar (1966), JASA 61, 228-235",
        n_used=table.n,
        n_dropped=table.n_dropped,
        caveats=caveats,
        value=value,
        interval=no_interval(NO_LEVEL),
        p=UNKNOWN if math.isnan(value) else float(chdtrc(df, value)),
        test="marginal homogeneity, Wald chi-square",
        df=df,
        marginal_differences=_marginal_differences(table),
    )


def ordinal_marginal_homogeneity(
    before: GradeColumn,
    after: GradeColumn,
    *,
    categories: Sequence[Any] | None = None,
    scores: Sequence[float] | None = None,
) -> OrdinalMarginalResult:
    """Return the test that the mean score of the grades did not move 有序边际齐性检验.

    Parameters
    ----------
    before, after : shape (n,) each, grades as numbers or words, missing allowed (incomplete pairs are dropped).
    categories : all grades of the scale, lowest first; needed for words that are no ordered pandas Categorical.
    scores : shape (q,), a number for each category; ``None``: the categories themselves where they are numbers, else
        their places 1 … q.

    Returns
    -------
    OrdinalMarginalResult
        ``value`` abs(z), two-sided p, the signed z and the mean score before minus after.

    Raises
    ------
    DataError
        Where the columns differ in length, a grade is not among the categories, words come without their order, or the
        scores are not one finite number for each category.

    Notes
    -----
    z = Σd / √Σd², d the score before minus after of each pair: one degree of freedom, and more power than
    Stuart–Maxwell where grades move one way. The result depends on the spacing of the scores. Source: Agresti (2002),
    Categorical Data Analysis, 2nd ed., §10.3.1 (in the score form). Verified against R coin 1.4-2 ``mh_test(scores=)``
    (golden values).

    Examples
    --------
    >>> found = ordinal_marginal_homogeneity([4, 4, 3, 3, 2], [3, 4, 2, 3, 3])
    >>> round(found.value, 6), found.mean_difference
    (0.57735, 0.2)
    """
    table = square_table(before, after, categories)
    points = table.values if scores is None else np.asarray(scores, dtype=np.float64)
    if points.shape != table.values.shape or not bool(np.isfinite(points).all()):
        raise DataError(_wrong_scores(tuple(points.reshape(-1).tolist()), len(table.categories)))
    steps = points[:, None] - points[None, :]
    total = float((table.counts * steps).sum())
    squares = float((table.counts * steps**2).sum())
    caveats = change_caveats(table)
    if table.changed and squares == 0:
        caveats = (_no_score_change(),)
    z = total / math.sqrt(squares) if squares > 0 else UNKNOWN
    return OrdinalMarginalResult(
        method="ordinal_marginal_homogeneity",
        source="Agresti (2002), Categorical Data Analysis, §10.3.1",
        n_used=table.n,
        n_dropped=table.n_dropped,
        caveats=caveats,
        value=abs(z),
        interval=no_interval(NO_LEVEL),
        p=2 * float(ndtr(-abs(z))),
        test="mean score before = after, normal, two-sided",
        z=z,
        mean_difference=total / table.n if table.n else UNKNOWN,
        scores=tuple(points.tolist()),
    )
