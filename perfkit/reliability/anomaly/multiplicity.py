"""Many tests at once 多重检验: adjusted p-values, by name."""

from __future__ import annotations

import numpy as np

from perfkit.reliability.anomaly.scores import Floats


def holm(p: Floats) -> Floats:
    """Return Holm's adjusted p-values 霍尔姆校正: the chance of any false sign stays below the level.

    Parameters
    ----------
    p : shape (m,); NaN where no test was made: it stays NaN and counts for nothing.

    Notes
    -----
    Running maximum of (m − i + 1)·p₍ᵢ₎, at most 1. Source: Holm (1979), Scand. J. Statist. 6, 65-70.

    Examples
    --------
    >>> holm(np.array([0.04, 0.01, np.nan, 0.03])).tolist()
    [0.06, 0.03, nan, 0.06]
    """
    adjusted, order = _ordered(p)
    steps = np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * steps))
    return adjusted


def benjamini_hochberg(p: Floats) -> Floats:
    """Return Benjamini and Hochberg's adjusted p-values 错误发现率校正: the expected share of false among all signs.

    Parameters
    ----------
    p : shape (m,); NaN where no test was made: it stays NaN and counts for nothing.

    Notes
    -----
    Running minimum from the largest of m·p₍ᵢ₎/i, at most 1; for tests that are independent or rise together. Source:
    Benjamini & Hochberg (1995), J. R. Statist. Soc. B 57, 289-300.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.04, 0.01, np.nan, 0.03])).round(6).tolist()
    [0.04, 0.03, nan, 0.04]
    """
    adjusted, order = _ordered(p)
    steps = order.size / np.arange(1, order.size + 1)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate((p[order] * steps)[::-1])[::-1])
    return adjusted


def _ordered(p: Floats) -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.intp]]]:
    """Return room for the adjusted values and the places of the tests made, least p first."""
    order = np.argsort(p, kind="stable")
    return np.full(p.shape, np.nan), order[: int(np.count_nonzero(~np.isnan(p)))]
