"""Migration of grades 等级迁移: from the grade before to the grade after, its direction, and the test of two grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from perfkit.errors import MethodError, Problem
from perfkit.reliability.binomial import even_odds_p, exact_share_interval, one_direction
from perfkit.reliability.coverage import covered, design_region
from perfkit.reliability.difference.migration.square_table import GradeColumn, change_caveats, square_table
from perfkit.reliability.estimate import UNKNOWN, EstimateResult, checked_level, no_interval, too_few, with_counts
from perfkit.result import Caveat, Interval, Result
from perfkit.terms.reliability import Statistic


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationResult(Result):
    """A migration matrix 等级迁移矩阵: rows the grade before, columns the grade after, both lowest first.

    ``row_shares`` are shares of the row (NaN in an empty row); ``share_lowered`` and its like are shares of all pairs.
    """

    kind: ClassVar[str] = Statistic.MIGRATION_MATRIX.value

    categories: tuple[Any, ...]
    counts: tuple[tuple[int, ...], ...]
    row_shares: tuple[tuple[float, ...], ...]
    lowered: int
    same: int
    raised: int
    share_lowered: float
    share_same: float
    share_raised: float
    missing: str = "listwise"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per cell: before, after, count, and its share of the grade before (fraction of 1)."""
        q = len(self.categories)
        frame = pd.DataFrame(
            {
                "before": [item for item in self.categories for _ in range(q)],
                "after": list(self.categories) * q,
                "count": [count for row in self.counts for count in row],
                "share_of_before": [share for row in self.row_shares for share in row],
            }
        )
        return with_counts(frame, self)


@dataclass(frozen=True, slots=True, kw_only=True)
class McNemarResult(EstimateResult):
    """McNemar's test 检验结果: ``value`` is chi-square, or with the exact test the odds ratio b/c.

    ``b`` counts pairs from the first category to the second, ``c`` those from the second to the first.
    """

    kind: ClassVar[str] = Statistic.MCNEMAR.value

    b: int
    c: int
    df: int
    odds_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeChangeResult(EstimateResult):
    """Direction of the changes of grade 等级变动方向结果: ``value`` is the share of lowered among changed pairs."""

    kind: ClassVar[str] = Statistic.GRADE_CHANGE.value

    lowered: int
    same: int
    raised: int


def _not_two(found: tuple[Any, ...]) -> Problem:
    return Problem(
        code="RL-TWO-GRADES",
        where="categories",
        expected="恰好两个等级",
        found=f"{len(found)} 个：" + "、".join(map(str, found)),
        mend="等级多于两个时改用 bowker 或 stuart_maxwell；只有一个时用 categories 列出两个",
    )


def migration_matrix(
    before: GradeColumn, after: GradeColumn, *, categories: Sequence[Any] | None = None
) -> MigrationResult:
    """Return the counts of grades before against grades after 等级迁移矩阵.

    Parameters
    ----------
    before, after : shape (n,) each, grades as numbers or words, ``None`` or NaN where missing (incomplete pairs are
        dropped).
    categories : all grades of the scale, lowest first; needed for words that are no ordered pandas Categorical.

    Returns
    -------
    MigrationResult
        Counts, shares of each row, and how many pairs are lowered, the same and raised.

    Raises
    ------
    DataError
        Where the columns differ in length, a grade is not among the categories, or words come without their order.

    Notes
    -----
    A table of what happened, with no inference: ``grade_change`` tests the direction. A row of few pairs makes shares
    that look firm and are not. Source: Bishop, Fienberg & Holland (1975), ch. 8. Verified by counting in
    ``tests/reliability/test_migration.py``.

    Examples
    --------
    >>> found = migration_matrix(list("优优良良中"), list("优良良中中"), categories=["中", "良", "优"])
    >>> found.counts, found.lowered, found.share_same
    (((1, 0, 0), (1, 1, 0), (0, 1, 1)), 2, 0.6)
    """
    table = square_table(before, after, categories)
    rows = table.counts.sum(axis=1)
    shares = [
        [count / row if row else UNKNOWN for count in cells]
        for cells, row in zip(table.counts.tolist(), rows.tolist(), strict=True)
    ]
    n = table.n
    caveats: tuple[Caveat, ...] = () if n else (too_few(0, 1),)
    if n and not rows.all():
        caveats = (_empty_rows([str(table.categories[place]) for place in np.flatnonzero(rows == 0)]),)
    return MigrationResult(
        method="migration_matrix",
        source="Bishop, Fienberg & Holland (1975), Discrete Multivariate Analysis, ch. 8",
        n_used=n,
        n_dropped=table.n_dropped,
        caveats=caveats,
        categories=table.categories,
        counts=tuple(tuple(row) for row in table.counts.tolist()),
        row_shares=tuple(tuple(row) for row in shares),
        lowered=table.lowered,
        same=table.same,
        raised=table.raised,
        share_lowered=table.lowered / n if n else UNKNOWN,
        share_same=table.same / n if n else UNKNOWN,
        share_raised=table.raised / n if n else UNKNOWN,
    )


def _empty_rows(names: list[str]) -> Caveat:
    return Caveat("EMPTY_ROW", f"原等级 {'、'.join(names)} 没有对象，该行的比例无法计算")


def mcnemar(
    before: GradeColumn,
    after: GradeColumn,
    *,
    categories: Sequence[Any] | None = None,
    exact: bool = False,
    correct: bool = False,
    level: float = 0.95,
) -> McNemarResult:
    """Return McNemar's test of change between two grades 麦克尼马尔检验.

    Parameters
    ----------
    before, after : shape (n,) each, two grades as numbers or words, missing allowed (incomplete pairs are dropped).
    categories : the two grades, lower first.
    exact : the binomial test, with the odds ratio b/c as value; else chi-square.
    correct : subtract 1 from abs(b − c) in chi-square (Edwards); R does so unless told not to.
    level : confidence level of the odds ratio.

    Returns
    -------
    McNemarResult
        ``value`` chi-square with 1 degree of freedom, or the odds ratio b/c with its exact interval.

    Raises
    ------
    DataError
        Where the columns differ in length, a grade is not among the categories, or words come without their order.
    MethodError
        Where there are not two categories.

    Notes
    -----
    χ² = (b − c)²/(b + c), with ``correct`` (abs(b − c) − 1)²/(b + c) unless b = c. Exact: b of b + c binomial with share
    1/2; limits of b/c are p/(1 − p) of the Clopper–Pearson limits. With c = 0 the ratio is infinite. The test sees only
    pairs that changed. Source: McNemar (1947), Psychometrika 12, 153-157; Edwards (1948), Psychometrika 13, 185-187.
    Verified against R 4.2.2 ``mcnemar.test``, ``binom.test`` (golden values) and statsmodels 0.15 in
    ``tests/reliability/test_migration.py``.

    Examples
    --------
    >>> before = [1] * 150 + [2] * 86 + [1] * 794 + [2] * 570
    >>> after = [2] * 150 + [1] * 86 + [1] * 794 + [2] * 570
    >>> round(mcnemar(before, after).value, 6), round(mcnemar(before, after, exact=True).value, 6)
    (17.355932, 1.744186)
    """
    level = checked_level(level)
    table = square_table(before, after, categories)
    if len(table.categories) != 2 and (table.n or categories is not None):
        raise MethodError(_not_two(table.categories))
    b, c = table.raised, table.lowered
    caveats = change_caveats(table)
    if exact and table.changed:
        caveats = () if b and c else (one_direction(),)
    ratio = UNKNOWN if not table.changed else b / c if c else float("inf")
    chi = p = UNKNOWN
    limits = no_interval(level)
    if exact:
        p = even_odds_p(b, b + c)
        share = exact_share_interval(b, b + c, level)
        limits = Interval(_odds(share.low), _odds(share.high), level)
    elif table.changed:
        gap = abs(b - c) - (1 if correct and b != c else 0)
        chi = gap**2 / (b + c)
        p = float(chdtrc(1, chi))
    variant = "exact" if exact else "corrected" if correct else "chi_square"
    found = McNemarResult(
        method=f"mcnemar:{variant}",
        source="McNemar (1947), Psychometrika 12, 153-157",
        n_used=table.n,
        n_dropped=table.n_dropped,
        caveats=caveats,
        value=ratio if exact else chi,
        interval=limits,
        interval_method="clopper_pearson" if exact else "none",
        p=p,
        test="b = c, exact binomial, two-sided" if exact else "b = c, chi-square",
        b=b,
        c=c,
        df=1,
        odds_ratio=ratio,
    )
    return covered(found, design_region(table.n, ""))


def _odds(share: float) -> float:
    """Return the odds of a share: infinite at 1."""
    return float("inf") if share == 1 else share / (1 - share)


def grade_change(
    before: GradeColumn, after: GradeColumn, *, categories: Sequence[Any] | None = None, level: float = 0.95
) -> GradeChangeResult:
    """Return the share of lowered grades among the changed ones 等级变动方向.

    Parameters
    ----------
    before, after : shape (n,) each, grades as numbers or words, missing allowed (incomplete pairs are dropped).
    categories : all grades of the scale, lowest first; needed for words that are no ordered pandas Categorical.
    level : confidence level, 0 < level < 1.

    Returns
    -------
    GradeChangeResult
        ``value`` with its Clopper–Pearson interval and the exact two-sided p of a share of 1/2.

    Raises
    ------
    DataError
        Where the columns differ in length, a grade is not among the categories, or words come without their order.

    Notes
    -----
    The sign test on grades: it counts directions, not steps, and is silent on the pairs that kept their grade. Source:
    Clopper & Pearson (1934), Biometrika 26, 404-413. Verified against R 4.2.2 ``binom.test`` (golden values) and
    scipy in ``tests/reliability/test_migration.py``.

    Examples
    --------
    >>> found = grade_change([4, 4, 3, 3, 2, 4, 3], [3, 4, 2, 3, 3, 2, 2])
    >>> found.lowered, found.same, found.raised, found.value, found.p
    (4, 2, 1, 0.8, 0.375)
    """
    level = checked_level(level)
    table = square_table(before, after, categories)
    lowered, changed = table.lowered, table.changed
    caveats: tuple[Caveat, ...] = change_caveats(table) if not changed else ()
    if changed and lowered in (0, changed):
        caveats = (one_direction(),)
    found = GradeChangeResult(
        method="grade_change:exact_binomial",
        source="Clopper & Pearson (1934), Biometrika 26, 404-413",
        n_used=table.n,
        n_dropped=table.n_dropped,
        caveats=caveats,
        value=lowered / changed if changed else UNKNOWN,
        interval=exact_share_interval(lowered, changed, level),
        interval_method="clopper_pearson",
        p=even_odds_p(lowered, changed),
        test="share lowered 1/2, exact binomial, two-sided",
        lowered=lowered,
        same=table.same,
        raised=table.raised,
    )
    return covered(found, design_region(table.n, ""))
