"""Bounds on the mean taint of money 错误率上限: Stringer's over all strata at once, and three secondary methods."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri

from perfkit.reliability.sampling.bounds import upper_shares

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def stringer_bounds(
    taints: FloatArray, codes: IntArray, n_strata: int, *, likelihood: str = "binomial", level: float = 0.95
) -> FloatArray:
    """Return Stringer's upper bounds on the mean taint of every stratum at once 斯特林格上限.

    Parameters
    ----------
    taints : shape (n,), (book − audit)/book of each draw; negative ones count as 0, those above 1 as 1.
    codes : shape (n,), the stratum of each draw, 0 … n_strata − 1.
    n_strata : number of strata.
    likelihood : ``"binomial"`` or ``"poisson"``.
    level : one-sided confidence.

    Returns
    -------
    ndarray
        Shape (n_strata,), shares of the book value; NaN for a stratum without a draw.

    Notes
    -----
    p(0) + Σ_j (p(j) − p(j−1))·t_(j), taints in decreasing order, p(j) the upper bound of a share after j of n. Each p(j)
    is computed once per (n, j) that occurs.
    """
    counts = np.bincount(codes, minlength=n_strata)
    tainted = taints > 0
    sizes, places = np.minimum(taints[tainted], 1.0), codes[tainted]
    order = np.lexsort((-sizes, places))
    sizes, places = sizes[order], places[order]
    positive = np.bincount(places, minlength=n_strata)
    rank = np.arange(len(places)) - (np.cumsum(positive) - positive)[places] + 1
    # The bound at 0 of every stratum first, then one at each rank: differences are taken within a stratum.
    n = np.concatenate([counts, counts[places]])
    j = np.concatenate([np.zeros(n_strata, dtype=np.int64), rank])
    width = int(counts.max(initial=0)) + 1
    keys, where = np.unique(n * width + j, return_inverse=True)
    drawn, found = np.divmod(keys, width)
    shares = np.full(len(keys), np.nan)
    some = drawn > 0
    shares[some] = upper_shares(found[some], drawn[some], level, likelihood)
    bound = shares[where]
    base, reached = bound[:n_strata], bound[n_strata:]
    before = np.concatenate([[np.nan], reached[:-1]])[: len(reached)]
    before = np.where(rank == 1, base[places], before)
    bounds: FloatArray = base + np.bincount(places, weights=(reached - before) * sizes, minlength=n_strata)
    return bounds


def less_understated(bounds: FloatArray, taints: FloatArray, codes: IntArray) -> FloatArray:
    """Return bounds less the mean understatement 低估抵减 (Leslie, Teitlebaum & Anderson): Σ|negative taints| / n."""
    counts = np.bincount(codes, minlength=len(bounds))
    negative = np.bincount(codes, weights=np.minimum(taints, 0.0), minlength=len(bounds))
    lowered: FloatArray = bounds + np.divide(negative, counts, out=np.zeros(len(bounds)), where=counts > 0)
    return lowered


def moment_bound(taints: FloatArray, level: float) -> float:
    """Return the modified moment bound 修正矩上限 for accounts; taints of either sign, zeros among them.

    Three non-central moments of a compound of error rate and taint, with one hypothetical taint, matched to a shifted
    gamma distribution whose quantile is that of Wilson and Hilferty. Source: Dworin & Grimlund (1984), The Accounting
    Review 59, 218-241.
    """
    n, errors = len(taints), taints[taints != 0]
    m = len(errors)
    mean = float(errors.mean()) if m else 0.0
    extra = 0.81 * (1 - 0.667 * np.tanh(10 * mean)) * (1 + 0.667 * np.tanh(m / 10))
    z1, z2, z3 = ((extra**power + float((errors**power).sum())) / (m + 1) for power in (1, 2, 3))
    e1 = (m + 1) / (n + 2)
    e2 = (m + 2) / (n + 3) * e1
    e3 = (m + 3) / (n + 4) * e2
    t1 = e1 * z1
    t2 = (e1 * z2 + (n - 1) * e2 * z1**2) / n
    t3 = (e1 * z3 + 3 * (n - 1) * e2 * z1 * z2) / n**2 + (n - 1) * (n - 2) * e3 * z1**3 / n**2
    c2 = t2 - t1**2
    c3 = t3 - 3 * t1 * t2 + 2 * t1**3
    if not (c2 > 0 and c3 > 0):
        return float("nan")
    shape = 4 * c2**3 / c3**2
    scale = c3 / (2 * c2)
    shift = t1 - 2 * c2**2 / c3
    return float(shift + shape * scale * (1 + ndtri(level) / np.sqrt(9 * shape) - 1 / (9 * shape)) ** 3)


def cox_snell(taints: FloatArray, level: float) -> tuple[float, float]:
    """Return the Cox–Snell bound and its most likely value 考克斯–斯内尔上限.

    A gamma prior for the error rate (mean 1/2, shape 1) and one for the taint (mean 1/2, shape 3): the posterior of the
    mean taint is a multiple of an F distribution. Source: Cox & Snell (1979), Biometrika 66, 125-132; Moors (1983).
    """
    positive = taints[taints > 0]
    m, total = len(positive), float(positive.sum())
    multiple = (m + 1) / (m + 3) * (0.5 * 2 + total) / (len(taints) + 1 / 0.5)
    df1, df2 = 2 * (m + 1), 2 * (m + 3)
    share = float(betaincinv(df1 / 2, df2 / 2, level))
    quantile = df2 * share / (df1 * (1 - share))
    return multiple * quantile, multiple * (df1 - 2) / df1 * df2 / (df2 + 2)


def rohrbach_bound(taints: FloatArray, level: float, money: float) -> float:
    """Return Rohrbach's augmented variance bound 罗尔巴赫上限; ``money`` is the book total drawn from.

    mean + z·√((1 − n/X)·V/n), V = Σw²/n − (2 − 2.7/n)·(Σw²/n − s²_w)/2, w = 1 − taint. Source: Rohrbach (1993), Auditing
    12, 79-93.
    """
    n, rights = len(taints), 1 - taints
    square = float(rights @ rights) / n
    variance = square - (2 - 2.7 / n) * 0.5 * (square - float(np.var(rights, ddof=1)) if n > 1 else np.nan)
    if not variance >= 0:
        return float("nan")
    return float(taints.mean() + ndtri(level) * np.sqrt((1 - n / money) * variance / n))
