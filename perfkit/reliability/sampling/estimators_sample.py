"""A sample read against its design 样本与抽样设计对照: what was counted exactly, and what chance speaks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.errors import DataError, Problem
from perfkit.reliability.ratings import FloatMatrix, rating_matrix
from perfkit.reliability.sampling.design import PICKED, Design, Stratum, not_extrapolated, wrong_design
from perfkit.result import Caveat
from perfkit.terms.reliability import Selection

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Of the largest value: residuals of a perfect fit differ from 0 by a few units of the last binary place.
NOISE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample in two parts 样本: the strata taken in full, as sums, and the rows drawn by chance.

    ``columns`` has shape (n, c), the drawn rows; ``codes`` the stratum of each; ``units``, ``books`` and ``counts`` have
    one entry per drawn stratum (N_h, X_h, n_h; NaN where the design does not say); ``exact`` has the sums of the
    columns over the strata taken in full and ``exact_units`` their number; ``rows`` are the places of all rows used.
    """

    columns: FloatMatrix
    codes: IntArray
    strata: tuple[Stratum, ...]
    units: FloatArray
    books: FloatArray
    counts: IntArray
    exact: FloatArray
    exact_units: int
    rows: IntArray
    n_dropped: int

    @classmethod
    def of(cls, frame: pd.DataFrame, design: Design, columns: Sequence[str], allowed: frozenset[Selection]) -> Self:
        """Return a sample read against its design.

        Raises
        ------
        DataError
            Where a column is absent or not numeric, a unit lies in no stratum, a stratum has more sampled units than
            units, or a stratum taken in full lacks a unit.
        MethodError
            Where units were picked by hand, or drawn in a way that the estimator is not for.
        """
        if not isinstance(frame, pd.DataFrame):
            raise DataError(_no_table(frame))
        wanted = [*columns, *([design.column] if design.column else [])]
        absent = [name for name in wanted if list(frame.columns).count(name) != 1]
        if absent:
            raise DataError(_no_column(name, frame) for name in absent)
        matrix = rating_matrix(frame[list(columns)])
        codes = _codes(frame, design)
        known = ~np.isnan(matrix).any(axis=1)
        n_dropped = int(len(matrix) - np.count_nonzero(known))
        matrix, codes = matrix[known], codes[known]
        counts = np.bincount(codes, minlength=len(design.strata))
        problems = list(_size_problems(design, counts))
        if problems:
            raise DataError(problems)
        whole = np.array([_whole(one, int(n), allowed) for one, n in zip(design.strata, counts, strict=True)])
        exact = whole[codes]
        drawn = tuple(one for one, full in zip(design.strata, whole, strict=True) if not full)
        place = np.cumsum(~whole) - 1
        return cls(
            columns=matrix[~exact],
            codes=place[codes[~exact]],
            strata=drawn,
            units=_known([one.units for one in drawn]),
            books=_known([one.book_total for one in drawn]),
            counts=counts[~whole],
            exact=np.asarray(matrix[exact].sum(axis=0), dtype=np.float64),
            exact_units=int(np.count_nonzero(exact)),
            rows=np.flatnonzero(known),
            n_dropped=n_dropped,
        )

    @property
    def n(self) -> int:
        """Return the number of drawn units."""
        return len(self.columns)

    @property
    def n_used(self) -> int:
        """Return the number of units used, those counted exactly among them."""
        return len(self.rows)

    @property
    def population(self) -> int | None:
        """Return the units of the population, ``None`` where a stratum does not say."""
        return None if np.isnan(self.units).any() else int(self.units.sum()) + self.exact_units

    @property
    def complete(self) -> bool:
        """Return whether every unit of the population was looked at."""
        return bool(np.all(self.counts == self.units)) and not any(map(_again, self.strata))

    def means(self, values: FloatArray) -> FloatArray:
        """Return the mean of each drawn stratum 层均值; NaN where none of it was drawn."""
        sums = np.bincount(self.codes, weights=values, minlength=len(self.counts))
        means: FloatArray = np.divide(sums, self.counts, out=np.full(len(sums), np.nan), where=self.counts > 0)
        return means

    def products(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Return the sum of products about the means within each drawn stratum 层内离均差积和."""
        apart = (first - self.means(first)[self.codes]) * (second - self.means(second)[self.codes])
        sums: FloatArray = np.bincount(self.codes, weights=apart, minlength=len(self.counts)).astype(np.float64)
        return sums

    def expanded(self, values: FloatArray) -> float:
        """Return the estimated total of the drawn strata, Σ N_h·mean_h."""
        return float(self.units @ self.means(values))

    def total_variance(self, squares: FloatArray, *, lost: int = 1, finite: bool = True) -> float:
        """Return the variance of an estimated total, Σ N_h (N_h − n_h) s²_h / n_h with s²_h = squares / (n_h − lost).

        Without ``finite``, N_h² in place of N_h (N_h − n_h). NaN where a stratum has too few units and others unseen.
        """
        unseen = (self.units - self.counts if finite else self.units) * self.units
        freedom = self.counts - lost
        enough = (freedom > 0) & (self.counts > 0)
        spread = np.divide(squares, freedom * self.counts, out=np.full(len(squares), np.nan), where=enough)
        return float(np.where(unseen > 0, unseen * spread, 0.0).sum())

    def noise(self, residuals: FloatArray) -> bool:
        """Return whether residuals differ from their stratum means by arithmetic noise only."""
        scale = float(np.abs(self.columns).max(initial=0.0))
        return float(self.products(residuals, residuals).sum()) <= (NOISE * scale) ** 2 * max(self.n, 1)

    def caveats(self) -> Iterator[Caveat]:
        """Yield what the sample itself leaves open."""
        if self.n_dropped:
            yield Caveat(
                "MISSING_IN_SAMPLE", f"抽中的单位有 {self.n_dropped} 个没有结果，已剔除；推断假定其缺失与结果无关"
            )
        empty = [str(one.name) for one, n in zip(self.strata, self.counts, strict=True) if n == 0]
        if empty:
            yield Caveat("STRATUM_NOT_SAMPLED", f"层 {'、'.join(empty)} 没有样本，总体无法估计")


def _known(sizes: Sequence[float | None]) -> FloatArray:
    """Return sizes as numbers, NaN where the design does not say."""
    return np.array([np.nan if size is None else size for size in sizes], dtype=np.float64)


def _no_table(found: object) -> Problem:
    return Problem(
        code="SP-TABLE",
        where="样本表",
        expected="DataFrame：每个抽中的单位一行",
        found=type(found).__name__,
        mend="读入样本表后再估计",
    )


def _no_column(name: str, frame: pd.DataFrame) -> Problem:
    listed = ", ".join(map(str, frame.columns))
    return Problem(
        code="SP-COLUMN", where="样本表", expected=f"列 {name}", found=f"只有 {listed}", mend="改正列名或补上该列"
    )


def _codes(frame: pd.DataFrame, design: Design) -> IntArray:
    """Return the place of each unit's stratum in the design."""
    if not design.column:
        return np.zeros(len(frame), dtype=np.int64)
    given = frame[design.column]
    codes = pd.Index([one.name for one in design.strata], dtype=object).get_indexer(pd.Index(given, dtype=object))
    strange = given[codes < 0]
    if len(strange):
        listed = "、".join(map(str, strange.drop_duplicates().head(5)))
        raise DataError(
            Problem(
                code="SP-STRATUM",
                where=f"样本表 列 {design.column}",
                expected="、".join(str(one.name) for one in design.strata),
                found=f"{len(strange)} 个单位写作 {listed}",
                mend="改正层名，或在抽样设计中补上该层",
            )
        )
    return np.asarray(codes, dtype=np.int64)


def _size_problems(design: Design, counts: IntArray) -> Iterator[Problem]:
    """Yield the strata whose sample contradicts their size."""
    for one, n in zip(design.strata, counts, strict=True):
        full = one.selection is Selection.CENSUS
        if one.units is not None and (n > one.units or (full and n < one.units)) and not _again(one):
            yield Problem(
                code="SP-COUNT",
                where=f"层 {one.name}",
                expected=f"{one.units} 个单位{'全部' if full else '以内'}有结果",
                found=f"{n} 个",
                mend="补齐结果或核对层的单位数" if full else "核对层的单位数，一个单位只列一行",
            )


def _again(stratum: Stratum) -> bool:
    """Return whether a unit may be drawn more than once."""
    return stratum.selection in (Selection.PPS, Selection.MONETARY_UNIT)


def _whole(stratum: Stratum, n: int, allowed: frozenset[Selection]) -> bool:
    """Return whether a stratum was taken in full; refuse one that the estimator may not extrapolate."""
    full = stratum.units is not None and n >= stratum.units
    if stratum.selection is Selection.CENSUS or (stratum.selection in PICKED and full):
        return True
    if stratum.selection not in allowed:
        picked = stratum.selection in PICKED
        raise (
            not_extrapolated(str(stratum.name), stratum.selection)
            if picked
            else wrong_design(stratum.selection, allowed)
        )
    return False


def each_hit(frame: pd.DataFrame, hits: str | None) -> pd.DataFrame:
    """Return one row per draw: an item that several draws hit counts as often 逐次抽中展开.

    Raises
    ------
    DataError
        Where the column is absent or holds anything but whole numbers above 0.
    """
    if hits is None or not isinstance(frame, pd.DataFrame):
        return frame
    if list(frame.columns).count(hits) != 1:
        raise DataError(_no_column(hits, frame))
    times = rating_matrix(frame[[hits]])[:, 0]
    wrong = ~(times >= 1) | (times != np.floor(times))
    if wrong.any():
        raise DataError(
            Problem(
                code="SP-HITS",
                where=f"样本表 列 {hits}",
                expected="抽中次数：大于 0 的整数",
                found=f"{int(np.count_nonzero(wrong))} 行不是",
                mend="未抽中的单位不列入样本表",
            )
        )
    return frame.iloc[np.repeat(np.arange(len(frame)), times.astype(np.int64))]


def with_money(frame: pd.DataFrame, design: Design) -> tuple[pd.DataFrame, Design, tuple[Caveat, ...]]:
    """Return a sample and its design without the strata that hold no money, beside strata drawn by size 无金额层.

    Such strata are drawn with equal probability, since nothing of them can be drawn by size, and add nothing to money.
    """
    by_size = any(map(_again, design.strata))
    empty = [one.name for one in design.strata if one.selection is Selection.SIMPLE and one.book_total == 0]
    if not by_size or not empty or list(getattr(frame, "columns", ())).count(design.column) != 1:
        return frame, design, ()
    kept = Design(
        strata=tuple(one for one in design.strata if one.name not in empty), column=design.column, total=design.total
    )
    left_out = frame[design.column].isin(empty)
    names = "、".join(map(str, empty))
    told = Caveat("NO_MONEY_LEFT_OUT", f"层 {names} 没有金额，其 {int(left_out.sum())} 个抽中单位不计入金额的估计")
    return frame[~left_out], kept, (told,)


def positive_books(sample: Sample, column: int, name: str) -> FloatArray:
    """Return the book values of the drawn units; what has none cannot be drawn by size 账面数须大于 0."""
    books: FloatArray = sample.columns[:, column]
    if not np.all(books > 0):
        raise DataError(
            Problem(
                code="SP-BOOK",
                where=f"样本表 列 {name}",
                expected="大于 0 的账面数（按金额抽样只能抽到有金额的单位）",
                found=f"{int(np.count_nonzero(~(books > 0)))} 个单位不大于 0",
                mend="金额为 0 或负数的单位另成一层，全部审核或另行抽取",
            )
        )
    return books
