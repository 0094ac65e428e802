"""The Result of a sample size 样本量结果, and the search for the smallest that holds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from perfkit.errors import MethodError, Problem
from perfkit.reliability.estimate import UNKNOWN
from perfkit.result import Caveat, Result
from perfkit.terms.reliability import Estimand, Planning

Criterion = Literal["half_width", "upper_bound", "power"]
Ends = Literal["none", "low", "both"]
# More units than any frame holds: what is not reached here is not reached.
MOST = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSizeResult(Result):
    """A sample size 样本量结果: the smallest that holds what is wanted.

    ``size`` units (evaluands) for ``estimand``. ``criterion`` says what ``wanted`` is: a ``"half_width"``, an
    ``"upper_bound"`` (both to be undercut) or a ``"power"`` (to be reached). ``achieved`` is what ``size`` gives and
    ``achieved_before`` what one unit less gives, which misses it unless ``size`` was raised to a least number. ``expected`` is the
    value planned with, ``bound`` the bound to be shown (NaN without one); ``population`` the units of the frame.
    """

    kind: ClassVar[str] = Planning.SAMPLE_SIZE.value

    estimand: str
    size: int
    criterion: str
    wanted: float
    achieved: float
    achieved_before: float
    level: float
    expected: float
    bound: float = UNKNOWN
    population: int | None = None
    raters: int | None = None

    def __str__(self) -> str:
        """Return one line: what for, the size, and what it reaches."""
        codes = "".join(f" · {caveat.code}" for caveat in self.caveats)
        reach = f"{self.criterion} {self.achieved:.6g} (wanted {self.wanted:.6g})"
        return f"{self.kind} · {self.estimand} · n={self.size} · {reach} · {self.method}{codes}"


def smallest_falling(reached: Callable[[int], float], wanted: float, least: int, most: int | None) -> int:
    """Return the smallest whole number at which a falling function is at most ``wanted``; doubling, then halving.

    Raises
    ------
    MethodError
        Where it is still above at ``most`` (or a thousand million).
    """
    end = most or MOST
    low, high = least - 1, min(max(least, 1), end)
    while reached(high) > wanted:
        if high >= end:
            raise too_much_asked("wanted", wanted)
        low, high = high, min(2 * high, end)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reached(middle) > wanted else (low, middle)
    return high


def sized(
    estimand: Estimand,
    size: int,
    criterion: Criterion,
    wanted: float,
    reached: Callable[[int], float],
    *,
    raised: bool = False,
    caveats: tuple[Caveat, ...] = (),
    **fields: Any,
) -> SampleSizeResult:
    """Return the result of a search, with what the size and one unit less reach."""
    if raised:
        caveats += (
            Caveat("RAISED_TO_LEAST", f"按区间宽度求得的样本量更小，已提高到 {size} 个：再少则估计方法不给区间"),
        )
    if fields.get("population") == size:
        caveats += (Caveat("CENSUS", "所需样本量等于总体，即全部审核"),)
    before = float(reached(size - 1)) if size > 1 else UNKNOWN
    return SampleSizeResult(
        n_used=size,
        estimand=estimand.value,
        size=size,
        criterion=criterion,
        wanted=float(wanted),
        achieved=float(reached(size)),
        achieved_before=before if math.isfinite(before) else UNKNOWN,
        caveats=caveats,
        **fields,
    )


def between(name: str, value: float, low: float, high: float, *, ends: Ends = "none") -> None:
    """Refuse a number outside its range 数值范围; ``ends`` says which ends of the range belong to it.

    Raises
    ------
    MethodError
        Where the number lies outside, or is none.
    """
    above = low <= value if ends in ("low", "both") else low < value
    below = value <= high if ends == "both" else value < high
    if isinstance(value, (bool, np.bool_)) or not (above and below):
        raise MethodError(_out_of_range(name, value, low, high))


def checked_whole(name: str, value: int, least: int) -> int:
    """Return a whole number of at least ``least`` 整数.

    Raises
    ------
    MethodError
        Where it is less, more than a thousand million, or not whole.
    """
    if isinstance(value, (bool, np.bool_)) or not float(value).is_integer() or not least <= value <= MOST:
        raise MethodError(_out_of_range(name, value, least, MOST))
    return int(value)


def too_much_asked(name: str, wanted: float) -> MethodError:
    """Return the refusal of a wish that no sample fulfils 无法达到的要求."""
    return MethodError(
        Problem(
            code="SF-TOO-MUCH",
            where=name,
            expected="有限样本可以达到的宽度或上限",
            found=f"{wanted:g}",
            mend="放宽要求，或检查预期值是否已触及上限",
        )
    )


def _out_of_range(name: str, value: object, low: float, high: float) -> Problem:
    return Problem(
        code="SF-RANGE", where=name, expected=f"{low:g} 与 {high:g} 之间的数", found=f"{value}", mend="比例写成小数"
    )
