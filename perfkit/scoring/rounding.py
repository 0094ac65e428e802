"""Snap and half-up rounding 四舍五入: decimal behaviour on binary floats, for whole arrays."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

SNAP_DECIMALS: Final = 9
SNAP_SCALE: Final = 10.0**SNAP_DECIMALS
# Half the grid of the snap: a difference of two snapped values below it is rounding noise of the subtraction.
HALF_GRID: Final = 0.5 / SNAP_SCALE
# From here on neighbouring float64 lie more than 1e-9 apart (1.9e-9), so the snap would move written decimals.
SNAP_LIMIT: Final = 2.0**23
# From here on a float64 has no half: it is its own floor.
HALF_LIMIT: Final = 2.0**52


def snap(values: ArrayLike) -> FloatArray:
    """Return the values snapped to the grid of 1e-9 归整到 1e-9: 89.99999999999999 becomes 90.

    Parameters
    ----------
    values : numbers of any shape and unit; magnitudes from 2^23 = 8,388,608 up, which float64
        cannot place on that grid, are kept.

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

    Raises
    ------
    ValueError
        Decimals outside 0 … 9.

    Notes
    -----
    Below 2^23 = 8,388,608 the count of 1e-9 units is an integer that float64 holds exactly, so 0.285 × 5
    (1.4249999999999998) rounds to 1.43 as on paper; ``round`` and ``numpy.round`` round halves to even on the binary
    value. From 2^23 up the value is held against the float nearest to the half between its neighbours, half a spacing
    either way, so a number counts as the decimal it is printed as: 282582588.655 rounds to .66. Noise of more than
    half a spacing is then kept, as it is wider than the grid. Not where the spacing nears the last decimal (two
    decimals from about 1e13 up). Verified against ``decimal`` ROUND_HALF_UP of ``repr``, 1e-3 … 1e12.
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
        beyond = np.asarray(np.abs(array) >= SNAP_LIMIT)
        rounded[beyond] = _large_half_up(np.abs(array[beyond]), scale)
    np.copysign(rounded, array, out=rounded)
    rounded += 0.0
    return rounded


def reached(values: ArrayLike, limit: ArrayLike) -> NDArray[np.bool_]:
    """Return whether each value is at or above its limit 达到界限, compared after the snap to 1e-9."""
    return np.asarray(snap(values) >= snap(limit))


def _large_half_up(magnitudes: FloatArray, scale: float) -> FloatArray:
    """Return magnitudes beyond the grid rounded at the float nearest to each half: (n + ½) ÷ scale is rounded once."""
    below = np.floor(magnitudes * scale)
    up = (below < HALF_LIMIT) & (magnitudes >= (below + 0.5) / scale)
    return np.asarray(np.where(up, below + 1.0, below) / scale)


def _has_large(array: FloatArray) -> bool:
    """Tell whether any magnitude is beyond the grid; NaN does not count."""
    if array.size == 0:
        return False
    low, high = np.fmin.reduce(array, axis=None), np.fmax.reduce(array, axis=None)
    return bool(high >= SNAP_LIMIT or low <= -SNAP_LIMIT)
