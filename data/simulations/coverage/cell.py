"""One cell of the map of coverage 覆盖率图的一格: a statistic, its interval, the data it is made from, the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from numpy.random import Generator

# What a draw returns: the two limits of the interval of one sample, NaN where there is none.
Limits: TypeAlias = tuple[float, float]
Side: TypeAlias = Literal["two", "lower", "upper"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One simulated case.

    ``statistic`` is the ``kind`` of the Result and ``interval_method`` the method that its interval carries. ``shape``
    is a word: grades and scores ``"even"`` or ``"skewed"``, differences ``"normal"``, ``"skewed"`` or ``"sparse"``.
    ``n`` evaluands, ``k`` raters (0 where there are none). ``design`` is a variant that moves coverage: weights, form,
    sampling or generalizability design; ``""`` where there is one only. ``exact`` says that theory gives the interval
    at least its level for such data. ``truth`` is a number, or a function that finds it (asked once, when the cell
    runs). ``draw`` makes one sample from a generator and returns the limits of its interval; the limit that ``side``
    does not ask for is not looked at.
    """

    statistic: str
    interval_method: str
    shape: str
    n: int
    k: int
    truth: float | Callable[[], float]
    draw: Callable[[Generator], Limits]
    design: str = ""
    level: float = 0.95
    side: Side = "two"
    exact: bool = False

    @property
    def name(self) -> str:
        """The name that the cell's random numbers hang on."""
        parts = (self.statistic, self.interval_method, self.design, self.shape, self.n, self.k, self.side)
        return "|".join(map(str, parts))

    def true_value(self) -> float:
        """Return the truth, found where it is not a number yet."""
        return float(self.truth() if callable(self.truth) else self.truth)

    def holds(self, limits: Limits, truth: float) -> bool | None:
        """Return whether limits hold the truth; ``None`` where a limit that is asked for is NaN."""
        low, high = limits
        above = self.side == "upper" or low <= truth
        below = self.side == "lower" or truth <= high
        asked = {"two": (low, high), "lower": (low,), "upper": (high,)}[self.side]
        return None if any(limit != limit for limit in asked) else above and below
