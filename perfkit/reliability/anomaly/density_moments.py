"""Moments of the boundary kernels 边界核矩: exact fractions, so that no constant is taken from a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import factorial
from typing import Literal, TypeAlias

import numpy as np

from perfkit.reliability.anomaly.scores import Floats

Kernel: TypeAlias = Literal["triangular", "uniform", "epanechnikov"]

# Coefficients of 1, x, x², of the kernel on [0, 1].
KERNELS: Mapping[str, tuple[Fraction, ...]] = {
    "triangular": (Fraction(1), Fraction(-1)),
    "uniform": (Fraction(1, 2),),
    "epanechnikov": (Fraction(3, 4), Fraction(0), Fraction(-3, 4)),
}


def _moment(power: int, kernel: str) -> Fraction:
    """Return ∫ xᵖ K(x) dx over [0, 1]."""
    return sum((c / (power + place + 1) for place, c in enumerate(KERNELS[kernel])), Fraction(0))


def _lesser_moment(a: int, b: int) -> Fraction:
    """Return ∫∫ min(x, y) xᵃ yᵇ dx dy over the unit square."""
    below = Fraction(1, (a + 2) * (a + b + 3))
    return below + Fraction(1, a + 1) * (Fraction(1, b + 2) - Fraction(1, a + b + 3))


def _cross(i: int, j: int, kernel: str) -> Fraction:
    """Return ∫∫ min(x, y) xⁱ yʲ K(x) K(y) dx dy over the unit square."""
    own = KERNELS[kernel]
    return sum(
        (c * d * _lesser_moment(i + k, j + m) for k, c in enumerate(own) for m, d in enumerate(own)), Fraction(0)
    )


def gram(powers: Sequence[int], kernel: str) -> Floats:
    """Return the matrix of the moments ∫ x^(pᵢ+pⱼ) K over [0, 1] 矩矩阵."""
    return np.array([[float(_moment(i + j, kernel)) for j in powers] for i in powers])


def cross_gram(powers: Sequence[int], kernel: str) -> Floats:
    """Return the matrix of ∫∫ min(x, y) x^pᵢ y^pⱼ K(x) K(y) over the unit square: variance of the empirical distribution."""
    return np.array([[float(_cross(i, j, kernel)) for j in powers] for i in powers])


def next_moments(powers: Sequence[int], order: int, kernel: str) -> Floats:
    """Return ∫ x^(pᵢ+order+1) K over [0, 1]: what a polynomial of ``order`` leaves out first."""
    return np.array([float(_moment(power + order + 1, kernel)) for power in powers])


@cache
def boundary_constants(order: int, derivative: int, kernel: str) -> tuple[float, float]:
    """Return variance and bias constants of a local polynomial at a boundary 边界方差与偏差常数.

    With S the moments, G those of the empirical distribution and c the next moments: e'S⁻¹GS⁻¹e and e'S⁻¹c, e the unit
    vector of the coefficient of ``derivative``.
    """
    size = order + 1
    row = _solved([[_moment(i + j, kernel) for j in range(size)] for i in range(size)], derivative)
    variance = sum((row[i] * row[j] * _cross(i, j, kernel) for i in range(size) for j in range(size)), Fraction(0))
    bias = sum((row[i] * _moment(i + order + 1, kernel) for i in range(size)), Fraction(0))
    return float(variance), float(bias)


def _solved(matrix: list[list[Fraction]], unit: int) -> list[Fraction]:
    """Return the solution for a unit vector by Gauss-Jordan elimination; moment matrices are positive definite."""
    size = len(matrix)
    rows = [[*row, Fraction(int(place == unit))] for place, row in enumerate(matrix)]
    for pivot in range(size):
        rows[pivot] = [cell / rows[pivot][pivot] for cell in rows[pivot]]
        for other in range(size):
            if other != pivot:
                factor = rows[other][pivot]
                rows[other] = [mine - factor * theirs for mine, theirs in zip(rows[other], rows[pivot], strict=True)]
    return [row[-1] for row in rows]


def preliminary_constant(order: int, derivative: int) -> float:
    """Return the constant of the mean-square optimal bandwidth of a derivative 最优带宽常数, uniform kernel.

    ((order+1)!)² · variance / bias²: 4.8 for the density from a line, 25884.4… for the second derivative from a cubic.

    Examples
    --------
    >>> round(preliminary_constant(1, 1), 9), round(preliminary_constant(3, 2), 6)
    (4.8, 25884.444444)
    """
    variance, bias = boundary_constants(order, derivative, "uniform")
    return factorial(order + 1) ** 2 * variance / bias**2
