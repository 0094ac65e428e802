"""Krippendorff's alpha, nominal, ordinal, interval and ratio, by sums: one minus observed over expected disagreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, cast, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.errors import DataError, Problem
from perfkit.reliability.agreement.krippendorff_disagreement import (
    RELATIVE_NOISE,
    CodedMetric,
    CodedUnits,
    DisagreementSums,
    IntervalUnits,
    Units,
    interval_features,
    interval_sums,
    pairable_mean,
    row_blocks,
)
from perfkit.reliability.agreement.units import FEW_EVALUANDS, MISSING_POLICIES, MissingPolicy
from perfkit.reliability.bootstrap import REPLICATES, SEED, Bootstrap, BootstrapKind, Seed, bootstrap
from perfkit.reliability.coverage import Region, covered, grades_region, scores_region
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    checked_level,
    no_interval,
    no_variance,
    small_sample,
    too_few,
    too_few_raters,
    unknown_choice,
)
from perfkit.reliability.grades import COUNTED_PATTERNS, MISSING, GradeRatings, Grades, grades, patterns
from perfkit.reliability.ratings import FloatMatrix, Ratings, bare_array, rating_matrix
from perfkit.result import Caveat
from perfkit.terms.reliability import Statistic

Metric: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
METRICS: tuple[str, ...] = get_args(Metric)
WORDS = (str, bool, np.bool_)
INTERVALS = ("none", "bootstrap")
# One evaluand alone always gives 0, whatever its ratings.
FEWEST_EVALUANDS = 2

SOURCE = "Krippendorff (2011), Computing Krippendorff's alpha-reliability"


@dataclass(frozen=True, slots=True, kw_only=True)
class KrippendorffAlphaResult(EstimateResult):
    """Krippendorff's alpha.

    ``n_used`` counts evaluands with at least two ratings, ``n_pairable`` their ratings. ``observed`` and ``expected``
    are the mean disagreements within evaluands and over all pairs, in the squared unit of the metric (midranks for
    the ordinal one).
    """

    kind: ClassVar[str] = Statistic.KRIPPENDORFF_ALPHA.value

    metric: str
    n_raters: int
    n_pairable: int
    observed: float
    expected: float


@dataclass(frozen=True, slots=True)
class _Counted:
    """Ratings ready for the sums: ``weights`` counts the evaluands behind each row, ``None`` where each is one."""

    k: int
    n_used: int
    pairable: int
    sums: DisagreementSums | None
    units: Units | None = None
    weights: NDArray[np.int64] | None = None
    caveats: tuple[Caveat, ...] = ()


def _in_words(ratings: Ratings) -> bool:
    """Return whether the ratings are words, truth values or pandas Categoricals rather than numbers."""
    if isinstance(ratings, pd.DataFrame):
        if any(isinstance(kind, pd.CategoricalDtype) for kind in ratings.dtypes):
            return True
        columns = [ratings.iloc[:, place] for place in range(ratings.shape[1])]
        return any(
            (not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype))
            and any(isinstance(item, WORDS) for item in column)
            for column in columns
        )
    array = bare_array(ratings)
    return array.dtype.kind in "Ub" or (array.dtype.kind == "O" and any(isinstance(item, WORDS) for item in array.flat))


def _undefined(k: int, n_used: int) -> tuple[Caveat, ...]:
    """Return why alpha cannot be computed from so few ratings."""
    if k < 2:
        return (too_few_raters(k, 2),)
    return (too_few(n_used, FEWEST_EVALUANDS),) if n_used < FEWEST_EVALUANDS else ()


def _unfit(used: FloatMatrix, metric: str) -> tuple[Caveat, ...]:
    """Return why the values that were used have no alpha under a metric."""
    if np.ptp(used) <= RELATIVE_NOISE * np.abs(used).max():
        return (no_variance(),)
    if metric == "ratio" and used.min() < 0:
        return (Caveat("NEGATIVE_RATIO", "比率尺度没有负值，评分中有负值，系数无法估计；可改用 interval"),)
    return ()


def _counted_rows(
    rows: NDArray[np.int64], weights: NDArray[np.int64] | None, values: FloatMatrix, metric: str
) -> _Counted:
    """Return rows of codes ready for the sums of a metric."""
    k = rows.shape[1]
    number = np.count_nonzero(rows != MISSING, axis=1)
    rows = rows[number >= 2]
    weights = None if weights is None else weights[number >= 2]
    number = number[number >= 2]
    n_used = len(rows) if weights is None else int(weights.sum())
    pairable = int(number.sum() if weights is None else number @ weights)
    caveats = _undefined(k, n_used) or _unfit(
        values[np.bincount(rows[rows != MISSING], minlength=len(values)) > 0], metric
    )
    if caveats:
        return _Counted(k, n_used, pairable, None, caveats=caveats)
    units: Units
    if metric == "interval":
        units = IntervalUnits.of(np.where(rows == MISSING, np.nan, values[rows]))
    else:
        units = CodedUnits.of(rows, values, cast(CodedMetric, metric))
    counts = np.ones(len(rows)) if weights is None else weights.astype(np.float64)
    return _Counted(k, n_used, pairable, units.sums(counts[None, :]), units, weights)


def _counted_grades(graded: Grades, metric: str, missing: str) -> _Counted:
    """Return grades ready for the sums: a million evaluands are a few patterns."""
    every = patterns(graded)
    kept = np.all(every.rows != MISSING, axis=1) if missing == "listwise" else np.ones(len(every.rows), dtype=bool)
    return _counted_rows(every.rows[kept], every.counts[kept], graded.values, metric)


def _counted_numbers(matrix: FloatMatrix, metric: str, needs_units: bool) -> _Counted:
    """Return numbers ready for the sums; the interval metric without replicates keeps nothing but its totals."""
    k = matrix.shape[1]
    if metric != "interval":
        known = ~np.isnan(matrix)
        values, places = np.unique(matrix[known], return_inverse=True)
        codes = np.full(matrix.shape, MISSING, dtype=np.int64)
        codes[known] = places
        if (len(values) + 1) ** k > COUNTED_PATTERNS:
            return _counted_rows(codes, None, values, metric)
        every = patterns(Grades(codes, tuple(values.tolist()), values))
        return _counted_rows(every.rows, every.counts, values, metric)
    units = IntervalUnits.of(matrix) if needs_units else None
    if units is not None:
        totals, centre, n_used = units.features.sum(axis=0), units.centre, len(units.features)
    else:
        centre, totals, n_used = pairable_mean(matrix), np.zeros(4), 0
        for block in row_blocks(matrix):
            features = interval_features(block, centre)
            totals += features.sum(axis=1)
            n_used += features.shape[1]
    sums = interval_sums(totals[None, :], centre)
    return _Counted(k, n_used, round(float(totals[1])), sums, units, caveats=_undefined(k, n_used))


def _counted(
    ratings: GradeRatings, metric: str, categories: Sequence[Any] | None, missing: str, needs_units: bool
) -> tuple[_Counted, int]:
    """Return the ratings ready for the sums, and the number of evaluands given."""
    if isinstance(ratings, Grades) or categories is not None or _in_words(ratings):
        graded = grades(ratings, categories=categories)
        if metric != "nominal" and not graded.ordered:
            raise DataError(
                Problem(
                    code="AG-ORDER",
                    where="categories",
                    expected="从低到高列出的等级：该尺度要用到等级的顺序",
                    found="未给出顺序的文字等级 " + "、".join(map(str, graded.categories)),
                    mend="用 categories 按从低到高列出全部等级，或改用 nominal",
                )
            )
        return _counted_grades(graded, metric, missing), graded.n
    matrix = rating_matrix(ratings)
    given = len(matrix)
    if missing == "listwise" and np.isnan(matrix.sum()):
        matrix = matrix[~np.isnan(matrix).any(axis=1)]
    return _counted_numbers(matrix, metric, needs_units), given


def _estimate(counted: _Counted) -> tuple[float, float, float]:
    """Return alpha, the observed and the expected disagreement."""
    if counted.sums is None or counted.caveats:
        return UNKNOWN, UNKNOWN, UNKNOWN
    n = counted.pairable
    observed, expected = float(counted.sums.observed[0]) / n, float(counted.sums.expected[0]) / (n * (n - 1))
    return float(counted.sums.alpha()[0]), observed, expected


def _bootstrap(
    counted: _Counted, units: Units, value: float, *, level: float, replicates: int, seed: Seed, kind: BootstrapKind
) -> Bootstrap:
    """Return the bootstrap over pairable evaluands; of grades, over the patterns they share."""
    weights = counted.weights
    left_out = None
    if kind == "bca":
        each = np.ones(counted.n_used, dtype=np.int64) if weights is None else weights
        left_out = np.repeat(units.left_out(each.astype(np.float64)), each)
    return bootstrap(
        lambda counts: units.sums(counts).alpha(),
        counted.n_used if weights is None else len(weights),
        value=value,
        level=level,
        replicates=replicates,
        seed=seed,
        kind=kind,
        patterns=weights,
        left_out=left_out,
    )


def _region(ratings: GradeRatings, categories: Sequence[Any] | None, metric: str, counted: _Counted) -> Region:
    """Return where on the map of coverage the ratings lie: grades for metrics of grades, else scores."""
    if metric in ("nominal", "ordinal"):

        def category_counts() -> NDArray[np.int64]:
            codes = grades(ratings, categories=categories).codes
            return np.bincount(codes[codes != MISSING])

        return grades_region(counted.n_used, counted.k, category_counts, design=metric)
    if isinstance(ratings, Grades) or categories is not None or _in_words(ratings):
        graded = grades(ratings, categories=categories)
        matrix = np.where(graded.codes == MISSING, UNKNOWN, graded.values[graded.codes])
    else:
        matrix = rating_matrix(ratings)
    return scores_region(matrix, n=counted.n_used, k=counted.k, design=metric)


def krippendorff_alpha(
    ratings: GradeRatings,
    *,
    metric: Metric = "nominal",
    categories: Sequence[Any] | None = None,
    missing: MissingPolicy = "available",
    interval: Literal["none", "bootstrap"] = "none",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
    kind: BootstrapKind = "percentile",
) -> KrippendorffAlphaResult:
    """Return Krippendorff's alpha 克里彭多夫 α, the agreement of any number of raters with ratings missing.

    Parameters
    ----------
    ratings : shape (n, k), rows evaluands, columns raters: numbers of any unit, words (nominal, or with
        ``categories``), or Grades; NaN or ``None`` where missing.
    metric : what a difference is: ``"nominal"`` (equal or not), ``"ordinal"`` (ranks), ``"interval"`` (differences) or
        ``"ratio"`` (differences over sums; numbers that are not negative).
    categories : all grades, lowest first; needed where words carry an order, which then count as 1 … q.
    missing : ``"available"`` uses every evaluand with two or more ratings, ``"listwise"`` complete ones only.
    interval : ``"none"``, or ``"bootstrap"``: pairable evaluands drawn with replacement.
    level : confidence level.
    replicates, seed, kind : of the bootstrap: number of samples, a number or generator, ``"percentile"`` or ``"bca"``.

    Returns
    -------
    KrippendorffAlphaResult
        1 is agreement, 0 what chance gives, below 0 systematic disagreement. NaN, with a caveat, where all ratings
        are one value, fewer than two evaluands have two ratings, or the ratio metric meets negative values.

    Raises
    ------
    DataError
        Malformed ratings; words whose order nobody gave under another metric than the nominal.
    MethodError
        An option that does not exist, a level outside 0 … 1, fewer than 100 replicates.

    Notes
    -----
    alpha = 1 - D_o/D_e; with m_u ratings of evaluand u and n pairable ratings in all,
    D_o = (1/n) sum_u (1/(m_u - 1)) sum_(i != j) d²(x_ui, x_uj), and D_e is the mean of d² over all n(n - 1) ordered
    pairs. No table of values is made: interval d² sums to 2 m_u times the sum of squares within u; the ordinal d² is
    the squared difference of midranks of the pooled pairable ratings; the nominal is counted. The ratio metric has no
    such sum: memory is flat, but time grows with the square of the number of distinct values. The bootstrap of the
    ordinal metric ranks each sample anew, and its BCa leaves out one pattern after the other.

    The ordinal metric is not Gwet's ordinal weights (see ``krippendorff_alpha_gwet``). The bootstrap is not that of
    Hayes and Krippendorff (2007), which draws pairs and gives narrower limits that do not shrink with n. Not a measure
    of self-evaluation against re-evaluation; with nearly all ratings in one grade alpha is low however often raters
    agree. Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability, section on equations A to F.
    Verified against Python krippendorff 0.9.0, R irr 0.84.1 ``kripp.alpha`` (missing data), R rel 1.4.2 ``kra`` and R
    boot 1.3-28.1 by the golden records, run in ``tests/reliability``.

    Examples
    --------
    >>> ratings = [[1, 1, 1], [2, 2, 3], [3, 3, 3], [2, None, 2], [1, None, None]]
    >>> result = krippendorff_alpha(ratings, metric="ordinal")
    >>> round(result.value, 4), result.n_used, result.n_pairable
    (0.8516, 4, 11)
    """
    level = checked_level(level)
    for name, found, known in (
        ("metric", metric, METRICS),
        ("missing", missing, MISSING_POLICIES),
        ("interval", interval, INTERVALS),
        ("kind", kind, ("percentile", "bca")),
    ):
        if found not in known:
            raise unknown_choice(name, found, known)
    counted, given = _counted(ratings, metric, categories, missing, interval == "bootstrap")
    value, observed, expected = _estimate(counted)
    caveats = counted.caveats
    if not caveats and np.isnan(value):
        caveats = (no_variance(),)
    fields: dict[str, Any] = {"interval": no_interval(level)}
    if interval == "bootstrap" and counted.units is not None and not caveats:
        resampled = _bootstrap(counted, counted.units, value, level=level, replicates=replicates, seed=seed, kind=kind)
        fields = resampled.fields()
        caveats = resampled.caveats
        if counted.n_used < FEW_EVALUANDS:
            caveats = (*caveats, small_sample(counted.n_used, FEW_EVALUANDS))
    result = KrippendorffAlphaResult(
        value=value,
        metric=metric,
        n_raters=counted.k,
        n_pairable=counted.pairable,
        observed=observed,
        expected=expected,
        method=f"krippendorff_alpha:{metric}",
        source=SOURCE,
        n_used=counted.n_used,
        n_dropped=given - counted.n_used,
        missing=missing,
        caveats=caveats,
        **fields,
    )
    return covered(result, _region(ratings, categories, metric, counted)) if interval == "bootstrap" else result
