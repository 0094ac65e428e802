"""How large ratings may be 数量级: variances of variances are fourth powers, which overflow long before the ratings do."""

from __future__ import annotations

import numpy as np

from perfkit.errors import DataError, Problem
from perfkit.reliability.ratings import FloatMatrix

# The fourth power of a sum over a million such ratings is still a number.
LARGEST = 1e60


def within_range(matrix: FloatMatrix) -> FloatMatrix:
    """Return ratings of which fourth powers can be taken 数量级检查, as they are; NaN where missing.

    Parameters
    ----------
    matrix : any shape.

    Raises
    ------
    DataError
        Where a rating lies beyond ±1e60.
    """
    # fmin and fmax pass over what is missing, without the copy that an absolute value is.
    ends = (float(extreme.reduce(matrix, axis=None, initial=0.0)) for extreme in (np.fmin, np.fmax))
    largest = max(map(abs, ends))
    if largest > LARGEST:
        raise DataError(
            Problem(
                code="RT-SCALE",
                where="评分表",
                expected=f"绝对值不超过 {LARGEST:g} 的评分（方差分量的标准误要用到四次方）",
                found=f"{largest:.3g}",
                mend="换用更大的计量单位（例如以亿元代替元），或改正误录的评分",
            )
        )
    return matrix
