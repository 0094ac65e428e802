"""Paired differences 成对差值: their mean and spread freed of arithmetic noise, their t interval and their directions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from perfkit.errors import MethodError, Problem
from perfkit.reliability.estimate import UNKNOWN, is_number, no_interval, too_few, zero_error
from perfkit.reliability.ratings import Pairs
from perfkit.result import Caveat, Interval

FloatArray = NDArray[np.float64]

# Of the largest score: the differences of equal scores in tenths vary by a few units of the last binary place.
NOISE = 1e-12
# Differences are compared with a tolerance after rounding to so many decimals, since 82.2 - 82.1 is not 0.1.
DECIMALS = 8


@dataclass(frozen=True, slots=True)
class Differences:
    """Differences x − y with their mean and spread 差值; ``sd`` is exactly 0 where they vary by arithmetic noise only."""

    values: FloatArray
    n_dropped: int
    mean: float
    sd: float

    @classmethod
    def of(cls, paired: Pairs) -> Self:
        """Return the differences of complete pairs; the mean is NaN without a pair, the spread with fewer than two."""
        values = paired.x - paired.y
        if not values.size:
            return cls(values, paired.n_dropped, UNKNOWN, UNKNOWN)
        mean = float(values.mean())
        if values.size < 2:
            return cls(values, paired.n_dropped, mean, UNKNOWN)
        scale = max(float(np.abs(paired.x).max()), float(np.abs(paired.y).max()))
        away = values - mean
        squares = float(away @ away)
        constant = squares <= (NOISE * scale) ** 2 * values.size
        return cls(values, paired.n_dropped, mean, 0.0 if constant else math.sqrt(squares / (values.size - 1)))

    @property
    def n(self) -> int:
        """Return the number of pairs."""
        return self.values.size

    @property
    def se(self) -> float:
        """Return the standard error of the mean; NaN with fewer than two pairs."""
        return self.sd / math.sqrt(self.n) if self.n else UNKNOWN

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """Say why the mean has no interval."""
        if self.n < 2:
            return (too_few(self.n, 2),)
        return (zero_error(),) if self.sd == 0 else ()

    def interval(self, level: float) -> Interval:
        """Return the t interval of the mean 均值的 t 区间; NaN limits where there is none."""
        if self.caveats:
            return no_interval(level)
        half = float(stdtrit(self.n - 1, 0.5 + level / 2)) * self.se
        return Interval(self.mean - half, self.mean + half, level)

    def directions(self, tolerance: float, decimals: int = DECIMALS) -> tuple[int, int, int]:
        """Return how many pairs are lowered (y below x by more than ``tolerance``), the same, and raised."""
        rounded = np.round(self.values, decimals)
        lowered = int(np.count_nonzero(rounded > tolerance))
        raised = int(np.count_nonzero(rounded < -tolerance))
        return lowered, self.n - lowered - raised, raised


def checked_tolerance(name: str, tolerance: float, *, positive: bool = False) -> float:
    """Return a tolerance 容许差异: a finite number of score units, not negative; above 0 where ``positive``.

    Raises
    ------
    MethodError
        Where it is not.
    """
    if not is_number(tolerance) or not math.isfinite(tolerance) or tolerance < 0 or (positive and tolerance == 0):
        raise MethodError(
            Problem(
                code="RL-TOLERANCE",
                where=name,
                expected="大于 0 的分数" if positive else "不小于 0 的分数",
                found=f"{tolerance:g}" if is_number(tolerance) else repr(tolerance),
                mend="给出以评分单位计的容许差异",
            )
        )
    return float(tolerance)
