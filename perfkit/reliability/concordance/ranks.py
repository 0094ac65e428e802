"""Midranks 平均秩 of a column, and of any number of bootstrap samples of it at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.bootstrap import Bootstrap, BootstrapKind, Counts, Seed, bootstrap
from perfkit.reliability.estimate import checked_level, unknown_choice
from perfkit.reliability.ratings import FloatMatrix
from perfkit.result import Caveat

Places: TypeAlias = NDArray[np.int64]
BOOTSTRAPS: tuple[str, ...] = get_args(BootstrapKind)

# Ratings that differ by less than this share of their size differ by the noise of floating numbers.
RELATIVE_NOISE = 1e-12
# Below this many evaluands normal, t and chi-square approximations are rough guides.
FEW_EVALUANDS = 10
# Samples with one evaluand left out that are made at once.
ROWS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class RankedColumn:
    """The order of one column: ``codes`` places among its distinct values, ``order`` its rows in rising order.

    ``starts``: where each distinct value begins in ``order``. Equal values tie and share the mean of their ranks.
    """

    codes: Places
    order: Places
    starts: Places

    @classmethod
    def of(cls, column: FloatMatrix) -> RankedColumn:
        """Return the order of a column without missing values."""
        order = np.argsort(column, kind="stable")
        ascending = column[order]
        fresh = np.ones(len(column), dtype=bool)
        fresh[1:] = ascending[1:] != ascending[:-1]
        codes = np.empty(len(column), dtype=np.int64)
        codes[order] = np.cumsum(fresh) - 1
        return cls(codes, order, np.flatnonzero(fresh))

    def ties(self) -> Places:
        """Return how many rows have each distinct value."""
        return np.diff(self.starts, append=len(self.order))

    def midranks(self) -> FloatMatrix:
        """Return the midranks of the column, shape (n,)."""
        ties = self.ties()
        middle: FloatMatrix = (np.cumsum(ties) - (ties - 1) / 2)[self.codes]
        return middle

    def resampled(self, counts: Counts) -> tuple[FloatMatrix, FloatMatrix]:
        """Return midranks less their mean, shape (b, n), and sums of t³ - t over ties, shape (b,), of b samples.

        A row drawn t times ties with itself; the rank of a row that was not drawn means nothing and has weight 0.
        """
        drawn = np.add.reduceat(counts[:, self.order], self.starts, axis=1)
        middle = np.cumsum(drawn, axis=1) - drawn / 2 - counts.sum(axis=1, keepdims=True) / 2
        return middle[:, self.codes], (drawn**3 - drawn).sum(axis=1)


def checked_options(level: float, interval: str, intervals: tuple[str, ...], kind: str) -> float:
    """Return the level, where it and the options of an interval are known ones.

    Raises
    ------
    MethodError
        Where one is not, also where no bootstrap is asked for: a misspelt option must not pass unseen.
    """
    for name, found, known in (("interval", interval, intervals), ("kind", kind, BOOTSTRAPS)):
        if found not in known:
            raise unknown_choice(name, found, known)
    return checked_level(level)


def constant(column: FloatMatrix) -> bool:
    """Return whether a column has one value only, up to the noise of floating numbers."""
    return bool(np.ptp(column) <= RELATIVE_NOISE * np.abs(column).max())


def one_left_out(statistic: Callable[[Counts], FloatMatrix], n: int) -> FloatMatrix:
    """Return a statistic of counts without one evaluand at a time, shape (n,), in blocks that keep memory flat."""
    parts = []
    for start in range(0, n, ROWS_AT_ONCE):
        rows = np.arange(start, min(start + ROWS_AT_ONCE, n))
        counts = np.ones((len(rows), n))
        counts[np.arange(len(rows)), rows] = 0.0
        parts.append(statistic(counts))
    return np.concatenate(parts)


def resampled(
    statistic: Callable[[Counts], FloatMatrix],
    n: int,
    *,
    value: float,
    level: float,
    replicates: int,
    seed: Seed,
    kind: BootstrapKind,
) -> Bootstrap:
    """Return the bootstrap of a statistic of ranks 秩统计量的自助法, which are made anew in every sample."""
    left_out = one_left_out(statistic, n) if kind == "bca" else None
    return bootstrap(
        statistic, n, value=value, level=level, replicates=replicates, seed=seed, kind=kind, left_out=left_out
    )


def small_approximation(n: int) -> Caveat:
    """Return: the p-value and interval are approximations that so few evaluands do not carry 小样本."""
    return Caveat("SMALL_N", f"有效评价对象仅 {n} 个（少于 {FEW_EVALUANDS} 个），近似的 p 值和区间只作参考")
