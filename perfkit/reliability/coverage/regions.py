"""Where on the map a sample lies 样本在覆盖率图上的位置: size, raters, shape, design; the shape only where it is asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A grade that this share of the ratings has makes them skewed.
MODAL_SHARE = 0.65
# Scores are skewed where their skewness, in absolute value and averaged over raters, reaches this.
SKEWNESS = 1.0
# Differences are sparse where this share of them is zero.
ZERO_SHARE = 0.5
# The shape of more evaluands is judged by so many, evenly spaced.
LOOKED_AT = 2_000
# Below this share of the largest value a spread is rounding.
NOISE = 1e-12

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Where a sample lies: ``n`` evaluands, ``k`` raters (0 where none); ``shape`` is found when it is asked for."""

    n: int
    k: int = 0
    shape: str | Callable[[], str] = ""
    design: str = ""

    def found_shape(self) -> str:
        """Return the shape of the sample."""
        return self.shape() if callable(self.shape) else self.shape


def grades_region(n: int, k: int, category_counts: Callable[[], NDArray[Any]], *, design: str = "") -> Region:
    """Return the region of grades 等级数据: skewed where one grade has at least 65 % of the ratings, else even.

    Parameters
    ----------
    n, k : evaluands and raters used.
    category_counts : returns how many ratings each grade has, shape (q,); called only where the map has a low cell.
    design : the variant of the statistic, as the map names it (``"weighted"``).
    """

    def shape() -> str:
        counts = np.asarray(category_counts(), dtype=np.float64)
        return "skewed" if counts.max(initial=0.0) >= MODAL_SHARE * counts.sum() else "even"

    return Region(n=n, k=k, shape=shape, design=design)


def scores_region(
    values: FloatArray | Sequence[FloatArray], *, n: int | None = None, k: int | None = None, design: str = ""
) -> Region:
    """Return the region of scores 得分数据: skewed where the mean absolute skewness of the columns is 1 or more.

    Parameters
    ----------
    values : shape (n, k) or (n,), or the columns as a sequence; NaN where missing. Looked at only where the map has a
        low cell.
    n, k : evaluands and raters, where they are not those of ``values``.
    design : the variant of the statistic, as the map names it.
    """
    columns = _columns(values)
    rows = len(columns[0]) if len(columns) else 0
    return Region(
        n=rows if n is None else n,
        k=len(columns) if k is None else k,
        shape=scores_shape(columns),
        design=design,
    )


def scores_shape(values: FloatArray | Sequence[FloatArray]) -> Callable[[], str]:
    """Return what finds the shape of scores, once however often it is asked 得分形状: for several regions of one sample."""
    columns = _columns(values)
    return cache(lambda: "skewed" if mean_skewness(columns) >= SKEWNESS else "even")


def differences_region(differences: FloatArray, *, n: int | None = None, k: int = 0, design: str = "") -> Region:
    """Return the region of differences 差值数据: sparse where half are zero, skewed at skewness 1, else normal.

    Parameters
    ----------
    differences : shape (n,); looked at only where the map has a low cell.
    n, k : evaluands, where they are not those of ``differences``; raters, 0 where the map has none.
    design : the variant of the statistic, as the map names it.
    """

    def shape() -> str:
        seen = _some(differences)
        if len(seen) and np.count_nonzero(seen == 0) >= ZERO_SHARE * len(seen):
            return "sparse"
        return "skewed" if mean_skewness([seen]) >= SKEWNESS else "normal"

    return Region(n=len(differences) if n is None else n, k=k, shape=shape, design=design)


def design_region(n: int, design: str, *, k: int = 0, shape: str | Callable[[], str] = "") -> Region:
    """Return the region of a sample that its design tells 按设计: ``shape`` as the map names it, or what finds it."""
    return Region(n=n, k=k, shape=shape, design=design)


def _columns(values: FloatArray | Sequence[FloatArray]) -> Sequence[FloatArray]:
    """Return scores as columns, none of them copied."""
    if not isinstance(values, np.ndarray):
        return values
    return [values] if values.ndim == 1 else list(values.T)


def _some(column: FloatArray) -> FloatArray:
    """Return at most so many evaluands as are looked at, evenly spaced."""
    return column[:: max(1, -(-len(column) // LOOKED_AT))]


def mean_skewness(columns: Sequence[FloatArray]) -> float:
    """Return the mean over columns of the absolute sample skewness 平均绝对偏度: m3 / m2^1.5; 0 for constant columns."""
    found = [_skewness(_some(column)) for column in columns]
    return sum(found) / len(found) if found else 0.0


def _skewness(column: FloatArray) -> float:
    """Return the absolute sample skewness of what is known of a column."""
    known = column[~np.isnan(column)]
    if not len(known):
        return 0.0
    centred = known - known.mean()
    spread = float(np.abs(centred).max())
    if spread <= NOISE * float(np.abs(known).max()):
        return 0.0
    centred = centred / spread
    # products: a power of three is a hundred times slower
    squares = centred * centred
    variance = float(squares.mean())
    return abs(float((squares * centred).mean())) / (variance * math.sqrt(variance))
