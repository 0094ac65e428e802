"""What every coefficient of agreement rests on 一致程度的公共部分: patterns counted, raters kept, pairs compared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from perfkit.reliability.coverage import Region, grades_region
from perfkit.reliability.estimate import UNKNOWN, no_interval, small_sample, unknown_choice, zero_error
from perfkit.reliability.grades import MISSING, GradeRatings, Grades, patterns
from perfkit.reliability.ratings import rater_names
from perfkit.result import Caveat, Interval

FloatArray: TypeAlias = NDArray[np.float64]
MissingPolicy: TypeAlias = Literal["available", "listwise"]
Divisor: TypeAlias = Literal["n-1", "n"]
MISSING_POLICIES: tuple[str, ...] = get_args(MissingPolicy)
DIVISORS: tuple[str, ...] = get_args(Divisor)

# Terms of the variance are of order 1; a spread of this size is the rounding of sums, not variation.
ROUNDING = 1e-12
# Below this many evaluands the linearised variance is a rough guide: with skewed grades, simulated 95 % intervals of the
# kappas covered 82 to 90 % at 30 evaluands and 92 % at 100.
FEW_EVALUANDS = 50


@dataclass(frozen=True, slots=True)
class Units:
    """Evaluands with at least one rating, as patterns 评分组合.

    Parameters
    ----------
    rows : shape (m, k), distinct rows of codes, ``-1`` missing.
    counts : shape (m,), how many evaluands share each.
    q : number of categories counted.
    n_dropped : evaluands left out by the missing policy.
    raters : names of the k raters kept.
    caveats : raters without any rating, left out.
    """

    rows: NDArray[np.int64]
    counts: NDArray[np.int64]
    q: int
    n_dropped: int
    raters: tuple[str, ...]
    caveats: tuple[Caveat, ...]

    @property
    def n(self) -> int:
        """Return the number of evaluands used."""
        return int(self.counts.sum())

    @property
    def k(self) -> int:
        """Return the number of raters kept."""
        return int(self.rows.shape[1])

    def rated(self) -> NDArray[np.int64]:
        """Return shape (m,): how many raters rated each pattern."""
        rated: NDArray[np.int64] = np.count_nonzero(self.rows != MISSING, axis=1)
        return rated

    def rater_categories(self) -> FloatArray:
        """Return shape (k, q): how many evaluands each rater put in each category."""
        slots = self.q + 1
        table = np.stack(
            [np.bincount(self.rows[:, rater] + 1, weights=self.counts, minlength=slots)[1:] for rater in range(self.k)]
        )
        return table.astype(np.float64)

    def constant_raters(self) -> tuple[str, ...]:
        """Return the raters who used one category only."""
        used = np.count_nonzero(self.rater_categories(), axis=1)
        return tuple(name for name, categories in zip(self.raters, used, strict=True) if categories == 1)


def sample_region(units: Units, weights: str = "") -> Region:
    """Return where on the map of coverage the ratings lie 样本所在区域: all weights but identity count as weighted."""
    design = {"": "", "identity": "unweighted"}.get(weights, "weighted")
    return grades_region(units.n, units.k, lambda: units.rater_categories().sum(axis=0), design=design)


def rated_units(graded: Grades, ratings: GradeRatings, missing: str) -> Units:
    """Return the evaluands that a missing policy keeps, as patterns.

    Parameters
    ----------
    graded : the grades.
    ratings : what they were made of, for the names of the raters.
    missing : ``"available"`` keeps every evaluand with a rating, ``"listwise"`` the complete ones.

    Raises
    ------
    MethodError
        Where the policy is unknown.
    """
    if missing not in MISSING_POLICIES:
        raise unknown_choice("missing", missing, MISSING_POLICIES)
    every = patterns(graded)
    names = rater_names(() if isinstance(ratings, Grades) else ratings, graded.k)
    known = every.rows != MISSING
    caveats: tuple[Caveat, ...] = ()
    rows = every.rows
    if missing == "listwise":
        kept = known.all(axis=1)
    else:
        kept = known.any(axis=1)
        empty = ~known.any(axis=0)
        if empty.any() and kept.any():
            absent = "、".join(name for name, gone in zip(names, empty, strict=True) if gone)
            caveats = (Caveat("EMPTY_RATER", f"评分者 {absent} 没有任何评分，未计入"),)
            names = tuple(name for name, gone in zip(names, empty, strict=True) if not gone)
            rows = rows[:, ~empty]
    counts = every.counts[kept]
    return Units(rows[kept], counts, every.q, graded.n - int(counts.sum()), names, caveats)


def pair_agreement(rows: NDArray[np.int64], weights: FloatArray) -> FloatArray:
    """Return shape (m,): the mean agreement of the pairs of raters of each pattern; 0 where fewer than two rated.

    Few categories are counted per pattern, many are looked up pair by pair: memory stays that of the rows either way.
    """
    q, k = len(weights), rows.shape[1]
    padded = np.zeros((q + 1, q + 1))
    padded[:q, :q] = weights
    rated = np.count_nonzero(rows != MISSING, axis=1)
    total = np.zeros(len(rows))
    if q <= k:
        chosen = np.stack([np.count_nonzero(rows == place, axis=1) for place in range(q)], axis=1).astype(np.float64)
        total = (chosen * (chosen @ weights)).sum(axis=1) - chosen @ np.diag(weights)
    else:
        for one in range(k):
            for other in range(one + 1, k):
                total += 2 * padded[rows[:, one], rows[:, other]]
    ordered_pairs = rated * (rated - 1)
    agreement: FloatArray = np.divide(total, ordered_pairs, out=np.zeros(len(rows)), where=ordered_pairs > 0)
    return agreement


def row_sums(rows: NDArray[np.int64], table: FloatArray) -> FloatArray:
    """Return shape (m,): the sum over raters of ``table[rater, code]``; a missing rating takes the last column."""
    total = np.zeros(len(rows))
    for rater in range(rows.shape[1]):
        total += table[rater, rows[:, rater]]
    return total


def standard_error(terms: FloatArray, counts: NDArray[np.int64], divisor: str) -> float:
    """Return the standard error of a mean of unit terms; 0 where they differ by rounding only, NaN for one evaluand.

    Parameters
    ----------
    terms : shape (m,), linearised value of each pattern.
    counts : shape (m,).
    divisor : ``"n-1"`` or ``"n"``.
    """
    n = int(counts.sum())
    if n < 2:
        return UNKNOWN
    centre = float(counts @ terms) / n
    squares = float(counts @ (terms - centre) ** 2)
    scale = max(1.0, float(np.abs(terms).max()))
    if squares <= n * (ROUNDING * scale) ** 2:
        return 0.0
    return math.sqrt(squares / (n * (n if divisor == "n" else n - 1)))


def checked_divisor(divisor: str) -> str:
    """Return a divisor of the variance over units that exists.

    Raises
    ------
    MethodError
        Where it does not.
    """
    if divisor not in DIVISORS:
        raise unknown_choice("divisor", divisor, DIVISORS)
    return divisor


def t_fields(value: float, se: float, n: int, level: float) -> tuple[dict[str, Any], tuple[Caveat, ...]]:
    """Return interval, its method, standard error and p of a coefficient by t(n-1), and the caveats."""
    name = "gwet_linearised_t"
    if n < 2:
        caveat = Caveat("TOO_FEW", f"有效评价对象 {n} 个，区间至少需要 2 个，无法估计")
        return {"interval": no_interval(level)}, (caveat,)
    if se == 0:
        return {"interval": no_interval(level), "se": 0.0}, (zero_error(),)
    half = se * float(stdtrit(n - 1, 0.5 + level / 2))
    caveats = [small_sample(n, FEW_EVALUANDS)] if n < FEW_EVALUANDS else []
    if value + half > 1:
        caveats.append(Caveat("CLIPPED", "区间上限越过系数的最大值 1，已截去"))
    fields = {
        "interval": Interval(value - half, min(1.0, value + half), level),
        "interval_method": name,
        "se": se,
        "p": 2 * float(stdtr(n - 1, -abs(value) / se)),
        "test": "t(n-1), H0: coefficient = 0, two-sided",
    }
    return fields, tuple(caveats)
