"""Agreement weights 一致权重: how much of an agreement two different grades are, 1 on the diagonal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from perfkit.errors import DataError, MethodError, Problem
from perfkit.reliability.estimate import unknown_choice
from perfkit.reliability.grades import Grades, category_values

WeightName: TypeAlias = Literal["identity", "linear", "quadratic", "ordinal"]
Weights: TypeAlias = WeightName | ArrayLike
WEIGHT_NAMES: tuple[str, ...] = get_args(WeightName)
CUSTOM = "matrix"
# So many categories are a measured scale, not grades; their matrix of weights would not fit the memory.
MOST_CATEGORIES = 2000


def agreement_weights(categories: Sequence[Any] | ArrayLike, name: WeightName = "identity") -> NDArray[np.float64]:
    """Return the agreement weights of pairs of categories 一致权重矩阵.

    Parameters
    ----------
    categories : the q categories, lowest first; numbers give the distances, words count as 1 … q.
    name : ``"identity"`` (only equal grades agree), ``"linear"``, ``"quadratic"``, or ``"ordinal"`` (Gwet's).

    Returns
    -------
    ndarray
        Shape (q, q), symmetric, 1 on the diagonal, 0 … 1 elsewhere; the farthest pair has 0.

    Raises
    ------
    MethodError
        Where ``name`` is unknown.

    Notes
    -----
    linear 1 - |x_i - x_j| / (x_max - x_min); quadratic its square in the distance; ordinal
    1 - C(|i - j| + 1, 2) / C(q, 2) on the places i, j. Gwet's ordinal weights are not Krippendorff's ordinal metric,
    which depends on the frequencies. The weights are made on the categories counted, used or not: leaving out an
    offered extreme grade changes them. Source: Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapter 3;
    Cohen (1968), Psychological Bulletin 70, 213-220. Verified against R irrCAC 1.0 ``linear.weights``,
    ``quadratic.weights`` and ``ordinal.weights`` through the golden records, run in ``tests/reliability``.

    Examples
    --------
    >>> agreement_weights([1, 2, 3, 5], "linear")[0]
    array([1.  , 0.75, 0.5 , 0.  ])
    >>> agreement_weights(["poor", "fair", "good"], "ordinal")[0].round(3)
    array([1.   , 0.667, 0.   ])
    """
    if name not in WEIGHT_NAMES:
        raise unknown_choice("weights", name, (*WEIGHT_NAMES, "(q, q) matrix"))
    return _named_weights(category_values(list(np.asarray(categories).tolist())), name)


def _named_weights(values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Return the weights of a known name on the numbers of the categories."""
    q = len(values)
    if name == "identity" or q < 2:
        return np.eye(q)
    distance: NDArray[np.float64] = np.abs(values[:, None] - values[None, :]) / np.ptp(values)
    if name == "linear":
        return 1 - distance
    if name == "quadratic":
        return 1 - distance**2
    places = np.arange(float(q))
    steps: NDArray[np.float64] = np.abs(places[:, None] - places[None, :])
    return 1 - steps * (steps + 1) / (q * (q - 1))


def check_order(graded: Grades) -> None:
    """Refuse grades whose order nobody gave, where a distance between them is wanted.

    Raises
    ------
    DataError
        Where the categories are words in the order of their letters.
    """
    if not graded.ordered:
        raise DataError(
            Problem(
                code="AG-ORDER",
                where="categories",
                expected="从低到高列出的等级：加权系数与容许差要用到等级的顺序",
                found="未给出顺序的文字等级 " + "、".join(map(str, graded.categories)),
                mend="用 categories 按从低到高列出全部等级，或使用有序的 Categorical",
            )
        )


def weight_matrix(graded: Grades, weights: Weights) -> tuple[NDArray[np.float64], str]:
    """Return the weights of these grades and their name.

    Raises
    ------
    DataError
        Where words carry weights though nobody gave their order, or a matrix is no matrix of agreement weights.
    MethodError
        Where the name is unknown, or there are more than 2,000 categories: those are scores, not grades.
    """
    name = weights if isinstance(weights, str) else CUSTOM
    if name not in (*WEIGHT_NAMES, CUSTOM) or (isinstance(weights, str) and name == CUSTOM):
        raise unknown_choice("weights", weights, (*WEIGHT_NAMES, "(q, q) matrix"))
    if graded.q > MOST_CATEGORIES:
        raise MethodError(
            Problem(
                code="AG-CATEGORIES",
                where="评分表",
                expected=f"等级，至多 {MOST_CATEGORIES} 种取值",
                found=f"{graded.q} 种取值，是连续的分数",
                mend="分数请用 icc、lin_ccc 或 krippendorff_alpha(metric=interval)，或先划分等级",
            )
        )
    if name != "identity":
        check_order(graded)
    if isinstance(weights, str):
        return _named_weights(graded.values, weights), name
    return _checked_matrix(weights, graded.q), name


def _checked_matrix(weights: ArrayLike, q: int) -> NDArray[np.float64]:
    """Return a matrix of agreement weights that is one."""
    matrix = np.asarray(weights)
    sound = matrix.shape == (q, q) and matrix.dtype.kind in "iufb"
    if sound:
        matrix = matrix.astype(np.float64)
        bounded = bool(np.all((matrix >= 0) & (matrix <= 1)))
        sound = bounded and bool(np.all(np.diag(matrix) == 1)) and np.array_equal(matrix, matrix.T)
        # Were all pairs full agreement, every coefficient would be 0/0.
        sound = sound and (q < 2 or bool(matrix.min() < 1))
    if not sound:
        raise DataError(
            Problem(
                code="AG-WEIGHTS",
                where="weights",
                expected=f"{q} × {q} 的对称矩阵，对角线为 1，其余 0 至 1 且不全为 1（1 为完全一致）",
                found=f"{matrix.dtype} {' × '.join(map(str, matrix.shape)) or '一个数'}",
                mend="行列与 categories 同序；不一致权重（对角线为 0）请换算为 1 减去该权重",
            )
        )
    return matrix
