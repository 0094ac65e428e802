"""Snap and half-up rounding 四舍五入: decimal behaviour on binary floats, for whole arrays."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

SNAP_DECIMALS: Final = 9
SNAP_SCALE: Final = 10.0**SNAP_DECIMALS
# Above this magnitude a float64 no longer resolves 1e-9, so the snap would only add noise.
SNAP_LIMIT: Final = 2.0**53 / SNAP_SCALE


def snap(values: ArrayLike) -> FloatArray:
    """Return the values snapped to the grid of 1e-9 归整到 1e-9: 89.99999999999999 becomes 90.

    Parameters
    ----------
    values : numbers of any shape and unit; values above 9e6, which float64 cannot place on that grid, are kept.

    Returns
    -------
    float64 array of the same shape; NaN and infinities pass.

    Notes
    -----
    Every comparison with a threshold (grade edge, pass line, zero point, step) is made on snapped values.
    """
    array = np.asarray(values, dtype=np.float64)
    snapped = np.asarray(array * SNAP_SCALE)
    np.rint(snapped, out=snapped)
    snapped /= SNAP_SCALE
    return np.where(np.abs(array) < SNAP_LIMIT, snapped, array) if _has_large(array) else snapped


def round_half_up(values: ArrayLike, decimals: int) -> FloatArray:
    """Return the values rounded half-up in decimal 四舍五入, after a snap to 1e-9.

    Parameters
    ----------
    values : numbers of any shape; halves go away from zero (−0.5 → −1), as 四舍五入 is taught.
    decimals : digits after the point, 0 … 9.

    Returns
    -------
    float64 array: the float nearest to each rounded decimal; NaN stays NaN.

    Notes
    -----
    The count of 1e-9 units is an integer that float64 holds exactly, so 0.285 × 5 (1.4249999999999998) rounds to
    1.43 as on paper; ``round`` and ``numpy.round`` round halves to even on the binary value. Not for money above
    9e6 with more than seven decimals, where float64 has no such digits. Verified against ``decimal`` ROUND_HALF_UP.
    """
    if not 0 <= decimals <= SNAP_DECIMALS:
        raise ValueError(f"decimals must be 0 … {SNAP_DECIMALS}, found {decimals}")
    array = np.asarray(values, dtype=np.float64)
    large = _has_large(array)
    scale = 10.0**decimals
    step = SNAP_SCALE / scale
    rounded = np.asarray(np.abs(array) * SNAP_SCALE)
    np.rint(rounded, out=rounded)
    rounded += np.floor(step / 2)
    rounded /= step
    np.floor(rounded, out=rounded)
    rounded /= scale
    if large:
        rounded = np.where(np.abs(array) < SNAP_LIMIT, rounded, np.floor(np.abs(array) * scale + 0.5) / scale)
        rounded = np.where(np.isinf(array), np.abs(array), rounded)
    np.copysign(rounded, array, out=rounded)
    rounded += 0.0
    return rounded


def reached(values: ArrayLike, limit: ArrayLike) -> NDArray[np.bool_]:
    """Return whether each value is at or above its limit 达到界限, compared after the snap to 1e-9."""
    return np.asarray(snap(values) >= snap(limit))


def _has_large(array: FloatArray) -> bool:
    """Tell whether any magnitude is beyond the grid; NaN does not count."""
    if array.size == 0:
        return False
    low, high = np.fmin.reduce(array, axis=None), np.fmax.reduce(array, axis=None)
    return bool(high >= SNAP_LIMIT or low <= -SNAP_LIMIT)
