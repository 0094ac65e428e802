"""One-way analysis of variance where evaluands have unequal numbers of ratings 不等重复的单因素方差分析."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, fdtri

from perfkit.reliability.estimate import UNKNOWN, no_interval
from perfkit.reliability.icc.mean_squares import CANCELLED, NOISE
from perfkit.reliability.ratings import FloatMatrix
from perfkit.result import Interval


@dataclass(frozen=True, slots=True)
class OneWay:
    """An unbalanced one-way analysis 不平衡单因素分析.

    ``between`` and ``within`` are mean squares; ``mean_ratings`` is n0, the ratings per evaluand that the expected
    mean square holds; ``harmonic`` their harmonic mean; ``unweighted`` the harmonic mean times the variance of the
    evaluands' means (Thomas & Hultquist).
    """

    n: int
    n_ratings: int
    between: float
    within: float
    mean_ratings: float
    harmonic: float
    unweighted: float

    @property
    def df1(self) -> float:
        """Return the degrees of freedom between evaluands."""
        return self.n - 1.0

    @property
    def df2(self) -> float:
        """Return the degrees of freedom within evaluands."""
        return float(self.n_ratings - self.n)

    def limits(self, level: float, *, average: bool) -> Interval:
        """Return the approximate F limits of Thomas & Hultquist (1978); NaN past the pole of Spearman-Brown."""
        if self.within == 0 or self.unweighted == 0:
            return no_interval(level)
        tail = (1 + level) / 2
        ratio = self.unweighted / self.within
        bounds = ratio / fdtri(self.df1, self.df2, tail), ratio * fdtri(self.df2, self.df1, tail)
        low, high = (float((bound - 1) / (bound + self.harmonic - 1)) for bound in bounds)
        return Interval(self._stepped(low), self._stepped(high), level) if average else Interval(low, high, level)

    def _stepped(self, single: float) -> float:
        """Return the Spearman-Brown coefficient of the mean of n0 ratings."""
        bottom = 1 + (self.mean_ratings - 1) * single
        return self.mean_ratings * single / bottom if bottom > 0 else UNKNOWN

    def test(self, single: float) -> tuple[float, float]:
        """Return F and p at rho (of single ratings): exact at 0, by Thomas & Hultquist elsewhere."""
        factor = (1 - single) / (1 + (self.harmonic - 1) * single)
        between = self.between if single == 0 else self.unweighted * factor
        if self.within == 0:
            return (float("inf"), 0.0) if between > 0 else (UNKNOWN, UNKNOWN)
        ratio = between / self.within
        return ratio, float(fdtrc(self.df1, self.df2, ratio))


@dataclass(frozen=True, slots=True)
class OneWayShares:
    """What every evaluand adds to the sums: ratings, their sum, its square over the ratings, within squares, ratings²."""

    features: FloatMatrix
    noise: float

    def mean_squares(self, sums: FloatMatrix, n: int) -> tuple[NDArray[np.float64], ...]:
        """Return between, within and n0 of samples of n evaluands, from sums of shape (b, 5)."""
        ratings, total, squares, within, sizes = sums.T
        floor = self.noise * ratings
        between = np.maximum(squares - total**2 / ratings, 0.0)
        between = np.where(between <= np.maximum(floor, CANCELLED * squares), 0.0, between) / (n - 1)
        free = ratings - n
        spread = np.full(free.shape, np.nan)
        np.divide(np.where(within <= floor, 0.0, within), free, out=spread, where=free > 0)
        return between, spread, (ratings - sizes / ratings) / (n - 1)

    def value(self, sums: FloatMatrix, n: int, *, average: bool) -> NDArray[np.float64]:
        """Return ICC(1,1), or ICC(1,k) of the mean of n0 ratings, in every sample; NaN where it is 0/0."""
        between, within, size = self.mean_squares(sums, n)
        bottom = between if average else between + (size - 1) * within
        value = np.full(between.shape, np.nan)
        np.divide(between - within, bottom, out=value, where=bottom > 0)
        return value


def one_way_shares(matrix: FloatMatrix) -> OneWayShares:
    """Return what every evaluand with a rating adds to the sums; shape (n, 5)."""
    known = ~np.isnan(matrix)
    sizes = known.sum(axis=1).astype(np.float64)
    centred = matrix - matrix[known][0]
    grand = float(centred[known].mean())
    centred -= grand
    filled = np.where(known, centred, 0.0)
    sums = filled.sum(axis=1)
    deviations = np.where(known, centred - (sums / sizes)[:, None], 0.0)
    within = np.einsum("ij,ij->i", deviations, deviations)
    size = (float(matrix[known][0]) + grand) ** 2 + float(np.mean(filled[known] ** 2))
    return OneWayShares(np.column_stack([sizes, sums, sums**2 / sizes, within, sizes**2]), NOISE**2 * size)


def one_way(shares: OneWayShares) -> OneWay:
    """Return the analysis of the sample itself."""
    sizes, sums = shares.features[:, 0], shares.features[:, 1]
    n = len(sizes)
    between, within, mean_ratings = (
        float(part[0]) for part in shares.mean_squares(shares.features.sum(axis=0)[None, :], n)
    )
    harmonic = n / float((1 / sizes).sum())
    means = sums / sizes
    unweighted = harmonic * float(means.var(ddof=1))
    return OneWay(
        n=n,
        n_ratings=int(sizes.sum()),
        between=between,
        within=within,
        mean_ratings=mean_ratings,
        harmonic=harmonic,
        unweighted=0.0 if between == 0 else unweighted,
    )
