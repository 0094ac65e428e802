"""Gwet's coefficients written straight from the book, evaluand by evaluand, as irrCAC does."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def naive_agreement(name: str, codes: NDArray[np.int8], weights: Floats) -> tuple[float, float]:
    """Return value and standard error of one coefficient; ``codes`` -1 where missing, one row per evaluand."""
    codes = codes[(codes >= 0).any(axis=1)]
    if len(codes) == 0 or codes.shape[1] < 2:
        return math.nan, math.nan
    q = len(weights)
    chosen = np.array([[np.count_nonzero(row == place) for place in range(q)] for row in codes], dtype=float)
    n, rated = len(codes), chosen.sum(axis=1)
    pairable = rated >= 2
    if not pairable.any():
        return math.nan, math.nan
    sums = (chosen * (chosen @ weights - 1)).sum(axis=1)
    each = np.where(pairable, sums / np.where(pairable, rated * (rated - 1), -1), 0)
    paired = int(pairable.sum())
    pa = float(each.sum()) / paired
    pe, terms = _chance(name, codes, chosen, weights)
    if 1 - pe < 1e-12:
        return math.nan, math.nan
    value = (pa - pe) / (1 - pe)
    linear = n / paired * (each - pe * pairable) / (1 - pe)
    if terms is not None:
        linear = linear - 2 * (1 - value) * (terms - pe) / (1 - pe)
    se = math.sqrt(float(((linear - value) ** 2).sum()) / (n * (n - 1))) if n > 1 else math.nan
    return value, se


def _chance(name: str, codes: NDArray[np.int8], chosen: Floats, weights: Floats) -> tuple[float, Floats | None]:
    q, rated = len(weights), chosen.sum(axis=1)
    prevalence = (chosen / rated[:, None]).mean(axis=0)
    if name == "percent":
        return 0.0, None
    if name == "brennan_prediger":
        return float(weights.sum()) / q**2, None
    if name == "fleiss":
        pe = float((weights * np.outer(prevalence, prevalence)).sum())
        return pe, chosen @ (weights @ prevalence) / rated
    if name == "gwet":
        scale = float(weights.sum()) / (q * (q - 1))
        return scale * float((prevalence * (1 - prevalence)).sum()), scale * (chosen @ (1 - prevalence)) / rated
    return _conger_chance(codes, weights)


def _conger_chance(codes: NDArray[np.int8], weights: Floats) -> tuple[float, Floats]:
    n, k = codes.shape
    q = len(weights)
    rated = (codes >= 0).sum(axis=0)
    shares = (
        np.array([[np.count_nonzero(codes[:, g] == place) for place in range(q)] for g in range(k)]) / rated[:, None]
    )
    mean = shares.mean(axis=0)
    covariance = (shares.T @ shares - k * np.outer(mean, mean)) / (k - 1)
    pe = float((weights * (np.outer(mean, mean) - covariance / k)).sum())
    known = (codes >= 0).astype(float)
    total = np.zeros((n, k))
    for here in range(q):
        part = np.zeros((n, k))
        for there in range(q):
            hit = (codes == there).astype(float)
            part += weights[here, there] * (hit - (known - rated / n) * shares[:, there])
        total += part * (n / rated) * (k * mean[here] - shares[:, here])
    return pe, total.sum(axis=1) / (k * (k - 1))
