"""Answers 题项得分: complete rows of a multi-item questionnaire, their covariances, and the reservations all share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perfkit.errors import MethodError, Problem
from perfkit.reliability.bootstrap import Bootstrap, Counts, Seed, Statistic, bootstrap
from perfkit.reliability.estimate import UNKNOWN, no_variance, small_sample, too_few
from perfkit.reliability.ratings import FloatMatrix, Ratings, complete_rows, rater_names, rating_matrix
from perfkit.result import Caveat

# A column whose standard deviation is below this share of its largest value is one value with floating noise.
NOISE = 1e-12
# Features are formed for so many cells of a block of rows at once, so that memory stays flat.
FEATURE_CELLS = 1 << 20
FEWEST_DRAWN = 10


@dataclass(frozen=True, slots=True)
class Answers:
    """Complete rows of a questionnaire 完整答卷.

    ``centred`` has shape (n, k): scores minus the item's mean, exactly 0 for an item of one value. ``covariance`` has
    shape (k, k), divisor n-1 (NaN for n below 2); ``constant`` marks the items of one value; ``missing`` counts each
    item's missing scores before incomplete rows were dropped.
    """

    names: tuple[str, ...]
    centred: FloatMatrix
    means: FloatMatrix
    covariance: FloatMatrix
    constant: NDArray[np.bool_]
    total_constant: bool
    missing: NDArray[np.int64]
    n_dropped: int

    @property
    def n(self) -> int:
        """Return the number of complete rows."""
        return int(self.centred.shape[0])

    @property
    def k(self) -> int:
        """Return the number of items."""
        return int(self.centred.shape[1])

    def named(self, places: Iterable[int]) -> str:
        """Return the names of items as one text."""
        return "、".join(self.names[place] for place in places)


def answers(ratings: Ratings, *, formative: bool) -> Answers:
    """Return the complete rows of a questionnaire 完整答卷, or refuse formative indicators.

    Parameters
    ----------
    ratings : shape (n, k), rows respondents or evaluands, columns items, NaN where missing.
    formative : whether the columns are indicators that form the score, as the statutory ones do.

    Raises
    ------
    MethodError
        Where ``formative`` is true: internal consistency asks whether items reflect one trait.
    DataError
        Where the table is malformed.
    """
    if formative:
        raise MethodError(
            Problem(
                code="RL-FORMATIVE",
                where="formative",
                expected="反映同一特质的多题问卷或专家量表（反映型题项）",
                found="法定绩效指标（形成型指标：得分由指标构成，指标之间不必相关）",
                mend="不报告内部一致性；评分者之间的一致程度用 agreement 或 icc",
            )
        )
    matrix = rating_matrix(ratings)
    whole, dropped = complete_rows(matrix)
    n, k = whole.shape
    means = whole.mean(axis=0) if n else np.full(k, UNKNOWN)
    constant = _one_value(whole)
    centred = whole - means
    centred[:, constant] = 0.0
    return Answers(
        names=rater_names(ratings, k),
        centred=centred,
        means=means,
        covariance=centred.T @ centred / (n - 1) if n > 1 else np.full((k, k), UNKNOWN),
        constant=constant,
        total_constant=bool(_one_value(whole.sum(axis=1, keepdims=True))[0]),
        missing=np.isnan(matrix).sum(axis=0) if dropped else np.zeros(k, dtype=np.int64),
        n_dropped=dropped,
    )


def _one_value(matrix: FloatMatrix) -> NDArray[np.bool_]:
    """Return which columns hold one value, floating noise aside."""
    if not len(matrix):
        return np.ones(matrix.shape[1], dtype=bool)
    high, low = matrix.max(axis=0), matrix.min(axis=0)
    return np.asarray(high - low <= NOISE * np.maximum(np.abs(high), np.abs(low)))


def shortage(answered: Answers, *, items: int = 2) -> tuple[Caveat, ...]:
    """Return why a coefficient of these answers is undefined 无法估计的原因; empty where it is not.

    Parameters
    ----------
    answered : the complete rows.
    items : the fewest items the coefficient needs.
    """
    caveats = []
    if answered.k < items:
        caveats.append(Caveat("TOO_FEW_ITEMS", f"题项 {answered.k} 个，至少需要 {items} 个，无法估计"))
    if answered.n < 2:
        caveats.append(too_few(answered.n, 2))
    elif answered.constant.all():
        caveats.append(no_variance())
    elif answered.total_constant:
        caveats.append(Caveat("NO_TOTAL_VARIANCE", "各行总分相同（题项相互抵消），系数分母为 0，无法估计"))
    return tuple(caveats)


def constant_items(answered: Answers) -> Caveat:
    """Return: some items have one value for everybody, so that they have no correlation 题项无区分."""
    listed = answered.named(np.flatnonzero(answered.constant))
    return Caveat("CONSTANT_ITEM", f"题项 {listed} 全部得分相同，不含信息，与其他题项的相关无法计算")


def reservations(answered: Answers) -> tuple[Caveat, ...]:
    """Return what weakens a coefficient that can be computed 保留说明: items of one value, items that run backwards."""
    caveats = []
    if answered.constant.any():
        caveats.append(constant_items(answered))
    reversed_items = np.flatnonzero(item_rest(answered.covariance) < -NOISE)
    if reversed_items.size:
        listed = answered.named(reversed_items)
        caveats.append(
            Caveat("REVERSED_ITEM", f"题项 {listed} 与其余题项总分负相关：核对是否反向计分题未转换；未作任何自动转换")
        )
    return tuple(caveats)


def item_rest(covariance: FloatMatrix) -> FloatMatrix:
    """Return the correlation of each item with the sum of the others 校正后题总相关; NaN where one of them is constant.

    Parameters
    ----------
    covariance : shape (k, k).
    """
    variance = np.diag(covariance)
    row = covariance.sum(axis=1)
    rest = row.sum() - 2 * row + variance
    product = variance * rest
    known = (variance > 0) & (rest > NOISE**2 * variance.sum())
    root = np.sqrt(product, where=known, out=np.ones_like(product))
    return np.where(known, (row - variance) / root, UNKNOWN)


def correlations(covariance: FloatMatrix) -> FloatMatrix:
    """Return correlation matrices 相关矩阵 of covariance matrices, shape (…, k, k) with positive diagonals."""
    deviation = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return np.asarray(covariance / (deviation[..., :, None] * deviation[..., None, :]))


def drawn_sums(counts: Counts, matrix: FloatMatrix, features: Callable[[FloatMatrix], FloatMatrix]) -> FloatMatrix:
    """Return sums of features over drawn rows 自助样本的特征和: shape (b, number of features).

    Parameters
    ----------
    counts : shape (b, n), how often each row was drawn.
    matrix : shape (n, k).
    features : from rows (m, k) to their features (m, f); called block by block, which keeps memory flat.
    """
    n, k = matrix.shape
    block = max(1, FEATURE_CELLS // max(1, k * (k + 3) // 2))
    sums = counts[:, :block] @ features(matrix[:block])
    for start in range(block, n, block):
        sums += counts[:, start : start + block] @ features(matrix[start : start + block])
    return sums


def drawn_covariances(counts: Counts, centred: FloatMatrix) -> FloatMatrix:
    """Return the covariance matrices of drawn rows 自助样本的协方差矩阵: shape (b, k, k), divisor n-1.

    Parameters
    ----------
    counts : shape (b, n), how often each row was drawn.
    centred : shape (n, k), columns with mean 0, which keeps the differences of large sums exact.
    """
    n, k = centred.shape
    first, second = np.triu_indices(k)
    sums = drawn_sums(counts, centred, lambda rows: np.hstack([rows, rows[:, first] * rows[:, second]]))
    means = sums[:, :k] / n
    packed = (sums[:, k:] - n * means[:, first] * means[:, second]) / (n - 1)
    covariance = np.empty((len(counts), k, k))
    covariance[:, first, second] = packed
    covariance[:, second, first] = packed
    return covariance


def drawn_interval(
    statistic: Statistic, answered: Answers, *, value: float, level: float, replicates: int, seed: Seed
) -> Bootstrap:
    """Return the percentile bootstrap over rows 按行重抽样的自助区间."""
    return bootstrap(statistic, answered.n, value=value, level=level, replicates=replicates, seed=seed)


def few_drawn(answered: Answers) -> tuple[Caveat, ...]:
    """Return the reservation of a bootstrap of few rows 自助法小样本."""
    return (small_sample(answered.n, FEWEST_DRAWN),) if answered.n < FEWEST_DRAWN else ()
