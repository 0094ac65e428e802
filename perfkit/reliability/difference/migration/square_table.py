"""Pairs of grades 等级对 counted in a square table: rows the grade before, columns the grade after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import DataError, Problem
from perfkit.reliability.binomial import no_change
from perfkit.reliability.estimate import too_few
from perfkit.reliability.grades import MISSING, grades
from perfkit.reliability.ratings import bare_array, refuse_shuffled
from perfkit.result import Caveat

GradeColumn: TypeAlias = ArrayLike | Sequence[Any] | pd.Series

# Below this many changed pairs the chi-square distribution is a rough guide to that of the statistics of change.
CHANGED_WANTED = 25


@dataclass(frozen=True, slots=True)
class SquareTable:
    """Pairs of grades counted 方表: ``counts`` (q, q), rows before, columns after; ``values`` of the categories."""

    counts: NDArray[np.int64]
    categories: tuple[Any, ...]
    values: NDArray[np.float64]
    n_dropped: int

    @property
    def n(self) -> int:
        """Return the number of complete pairs."""
        return int(self.counts.sum())

    @property
    def same(self) -> int:
        """Return how many pairs kept their grade."""
        return int(np.trace(self.counts))

    @property
    def lowered(self) -> int:
        """Return how many pairs have a lower grade after."""
        return int(np.tril(self.counts, -1).sum())

    @property
    def raised(self) -> int:
        """Return how many pairs have a higher grade after."""
        return int(np.triu(self.counts, 1).sum())

    @property
    def changed(self) -> int:
        """Return how many pairs changed their grade."""
        return self.lowered + self.raised


def _side(side: GradeColumn) -> pd.Series:
    """Return one column without its index: pairs are made by position."""
    if isinstance(side, (pd.Series, pd.Index, pd.api.extensions.ExtensionArray)):
        return pd.Series(side).reset_index(drop=True)
    array = bare_array(side)
    if array.ndim != 1:
        raise DataError(_not_flat(array.ndim))
    return pd.Series(array)


def _unequal(before: int, after: int) -> Problem:
    return Problem(
        code="RT-PAIRS",
        where="before 与 after",
        expected="等长的两列等级",
        found=f"{before} 与 {after}",
        mend="按同一批评价对象的同一顺序给出两列",
    )


def _no_order(found: tuple[Any, ...]) -> Problem:
    return Problem(
        code="GR-ORDER",
        where="categories",
        expected="从低到高列出的全部等级",
        found="未给出，等级为文字 " + "、".join(map(str, found)),
        mend="用 categories 给出等级的次序，最低的在前",
    )


def _not_flat(dimensions: int) -> Problem:
    return Problem(
        code="RT-PAIRS",
        where="before 与 after",
        expected="两列等级，每列一维",
        found=f"{dimensions} 维",
        mend="每次给出一列",
    )


def square_table(before: GradeColumn, after: GradeColumn, categories: Sequence[Any] | None) -> SquareTable:
    """Return the pairs of grades counted 等级对计数; incomplete pairs are dropped first.

    Raises
    ------
    DataError
        Where the columns differ in length or in the order of their labels, a grade is not among the categories, or words
        come without their order.
    """
    refuse_shuffled(before, after)
    sides = _side(before), _side(after)
    if len(sides[0]) != len(sides[1]):
        raise DataError(_unequal(len(sides[0]), len(sides[1])))
    graded = grades(pd.DataFrame({"before": sides[0], "after": sides[1]}), categories=categories)
    # Two ordered scales that differ have no common order: their union would be sorted by its letters.
    kinds = [side.dtype for side in sides if isinstance(side.dtype, pd.CategoricalDtype) and side.dtype.ordered]
    ordered = len(kinds) == 2 and kinds[0] == kinds[1]
    if categories is None and not ordered and any(isinstance(item, str) for item in graded.categories):
        raise DataError(_no_order(graded.categories))
    codes = graded.codes.astype(np.int64)
    whole = (codes != MISSING).all(axis=1)
    cells = codes[whole, 0] * graded.q + codes[whole, 1]
    counts = np.bincount(cells, minlength=graded.q**2).reshape(graded.q, graded.q)
    return SquareTable(counts, graded.categories, graded.values, int(np.count_nonzero(~whole)))


def change_caveats(table: SquareTable) -> tuple[Caveat, ...]:
    """Say what a test on the changed pairs cannot rest on: no pair, no change, or few changes."""
    if table.n == 0:
        return (too_few(0, 1),)
    if table.changed == 0:
        return (no_change(),)
    return (_few_changed(table.changed),) if table.changed < CHANGED_WANTED else ()


def _few_changed(changed: int) -> Caveat:
    return Caveat("FEW_CHANGED", f"变动仅 {changed} 对（少于 {CHANGED_WANTED} 对），卡方近似只作参考")
