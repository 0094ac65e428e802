"""What every scoring kernel returns: rates, flags and the intermediate values of its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perfkit.terms import Direction, Operator, Term

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FlagArray = NDArray[np.uint32]
CodeArray = NDArray[np.int8]
Part = NDArray[np.float64] | NDArray[np.int64] | NDArray[np.int8] | NDArray[np.bool_]
AnyTerm = TypeVar("AnyTerm", bound=Term)

NAN: Final = float("nan")


class Flag(IntFlag):
    """What a kernel noticed on a row 计分标记; ``scoring.flags`` maps each to a caveat, a silent rule or both."""

    CAPPED = 1 << 0
    OVERSHOOT = 1 << 1
    OVERSHOOT_REDUCED = 1 << 2
    REVERSED = 1 << 3
    ZERO_TARGET = 1 << 4
    NEGATIVE_ACTUAL = 1 << 5
    STRICT_EDGE = 1 << 6
    UNDEFINED = 1 << 7
    ZERO_BUDGET = 1 << 8
    PART_CREDIT = 1 << 9
    PART_CREDIT_OFF_SCALE = 1 << 10
    PART_CREDIT_UNDECLARED = 1 << 11
    NOT_ASSESSABLE = 1 << 12
    EQUAL_SHARES = 1 << 13
    SHARES_NOT_ONE = 1 << 14
    OUTSIDE_BAND = 1 << 15
    BAND_VALUE = 1 << 16
    DECLARED_BAND_VALUE = 1 << 17
    OUTSIDE_FULL_SCORE = 1 << 18
    NO_REASON = 1 << 19
    VETOED = 1 << 20
    AT_ZERO_POINT = 1 << 21
    UNFINISHED_OVER_BUDGET = 1 << 22
    FINISHED_OVER_BUDGET = 1 << 23
    UNITS_LEFT_OUT = 1 << 24
    OUTSIDE_RANGE = 1 << 25


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Result of a kernel 计分结果: one entry per row.

    Parameters
    ----------
    rate : share of the full score, 0 … 1; NaN where the rule leaves the case undefined (the flag says why).
    flags : ``Flag`` bits per row.
    parts : intermediate values by name, as ``scoring.steps`` words them in the trace; computed on the way anyway.
    """

    rate: FloatArray
    flags: FlagArray
    parts: Mapping[str, Part] = field(default_factory=dict)


def floats(*values: ArrayLike) -> tuple[FloatArray, ...]:
    """Return the values as float64 arrays broadcast to one shape."""
    return np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))


def no_flags(shape: tuple[int, ...]) -> FlagArray:
    """Return an empty flag array."""
    return np.zeros(shape, dtype=np.uint32)


def mark(flags: FlagArray, where: BoolArray, flag: Flag) -> None:
    """Set ``flag`` in place on the rows of ``where``."""
    if where.any():
        flags[where] |= np.uint32(flag)


def term_codes(kind: type[AnyTerm], values: AnyTerm | CodeArray | int) -> CodeArray:
    """Return positions of members in their enum; arrays of positions pass, so that a batch converts once."""
    if isinstance(values, kind):
        return np.asarray(tuple(kind).index(values), dtype=np.int8)
    return np.asarray(values, dtype=np.int8)


HIGHER, LOWER, RANGE, EXACT = (tuple(Direction).index(member) for member in Direction)
STRICT: Final = tuple(tuple(Operator).index(member) for member in (Operator.MORE, Operator.LESS))
NO_OPERATOR: Final = -1
