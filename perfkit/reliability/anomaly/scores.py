"""One column of scores 一列得分: what the tests of this package take, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.estimate import is_number
from perfkit.reliability.ratings import bare_array, rating_matrix

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """The known scores in the order given, which rows they stand in, and how many were missing."""

    values: Floats
    known: NDArray[np.bool_]
    n_dropped: int

    @property
    def n(self) -> int:
        """Return the number of known scores."""
        return self.values.size


def scores_of(x: ArrayLike, *, name: str = "x") -> Scores:
    """Return a column of scores 一列得分, checked; missing ones are counted and left out.

    Parameters
    ----------
    x : shape (n,), any unit, NaN where missing.
    name : what the column is called in a message.

    Raises
    ------
    DataError
        Where it is not one column of numbers, or holds infinities.
    """
    column = x.to_numpy(dtype=object) if isinstance(x, pd.Series) else bare_array(x)
    if column.ndim != 1:
        raise DataError(
            Problem(
                code="AN-COLUMN",
                where=name,
                expected="一列得分",
                found=" × ".join(map(str, column.shape)) or "一个数",
                mend="每次给出一列；多列请逐列检验",
            )
        )
    values = rating_matrix(pd.DataFrame({name: column}))[:, 0]
    known = ~np.isnan(values)
    return Scores(values[known], known, int(np.count_nonzero(~known)))


def checked_positive(name: str, value: float) -> float:
    """Return a width or a step that is above 0 and finite.

    Raises
    ------
    MethodError
        Where it is not.
    """
    if not is_number(value) or not 0 < value < float("inf"):
        raise MethodError(
            Problem(code="AN-WIDTH", where=name, expected="大于 0 的数", found=repr(value), mend="改为得分单位下的正数")
        )
    return float(value)


def checked_cutoff(cutoff: float) -> float:
    """Return a grade edge 断点 that is a finite number.

    Raises
    ------
    MethodError
        Where it is not.
    """
    if not is_number(cutoff) or not math.isfinite(cutoff):
        raise MethodError(
            Problem(code="AN-EDGE", where="cutoff", expected="有限的数", found=repr(cutoff), mend="给出等级断点")
        )
    return float(cutoff)
