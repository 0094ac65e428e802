"""The intraclass correlation of one form 组内相关系数: value, interval, F test, from complete ratings or from all there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.bootstrap import REPLICATES, SEED, Counts, Seed, Statistic, bootstrap
from perfkit.reliability.coverage import Region, covered, design_region, scores_shape
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    checked_level,
    limit_past_minimum,
    no_interval,
    no_variance,
    small_sample,
    too_few,
    unknown_choice,
)
from perfkit.reliability.icc.components import Components, components
from perfkit.reliability.icc.design import Design, Estimator, Missing, checked_estimator, design
from perfkit.reliability.icc.forms import (
    Form,
    averaged,
    checked_form,
    checked_null,
    f_limits,
    f_test,
    model,
    point,
    resampled_value,
)
from perfkit.reliability.icc.mean_squares import (
    UNKNOWN_SQUARES,
    Analysis,
    MeanSquares,
    analysis,
    implied,
    rater_caveats,
    shares,
)
from perfkit.reliability.icc.resampled_reml import resampled_components
from perfkit.reliability.icc.unbalanced import OneWayShares, one_way, one_way_shares
from perfkit.reliability.ratings import Ratings
from perfkit.result import Caveat, Interval

FloatArray: TypeAlias = NDArray[np.float64]
IntervalChoice: TypeAlias = Literal["f", "bootstrap", "bootstrap_bca", "none"]
INTERVALS = ("f", "bootstrap", "bootstrap_bca", "none")
SOURCE = "McGraw & Wong (1996), Psychological Methods 1, 30-46, Tables 4, 7 and 8"
UNBALANCED_SOURCE = "Searle (1971), Linear Models, ch. 9; Thomas & Hultquist (1978), Annals of Statistics 6, 582-587"
# Below, the replicates take few values; the interval is given all the same.
FEWEST_FOR_BOOTSTRAP = 10
FEWEST_FOR_JACKKNIFE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class IccResult(EstimateResult):
    """An intraclass correlation 组内相关系数 by its McGraw & Wong name.

    ``f_statistic``, ``df1``, ``df2`` and ``p`` are of the one-sided F test of rho = ``null``. ``ms_evaluand`` (MSR),
    ``ms_rater`` (MSC), ``ms_residual`` (MSE) and ``ms_within`` (MSW) are the mean squares; of REML those that its
    components imply; of an unbalanced one-way analysis the first is the one between evaluands and the middle two are
    NaN. ``n_raters`` is k; ``mean_ratings`` the ratings per evaluand that the average forms speak of (k, or n0 where
    unbalanced).
    """

    kind: ClassVar[str] = "icc"

    form: str
    f_statistic: float
    df1: float
    df2: float
    null: float
    n_raters: int
    mean_ratings: float
    estimator: str
    ms_evaluand: float
    ms_rater: float
    ms_residual: float
    ms_within: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for beside the form."""

    level: float
    null: float
    interval: IntervalChoice
    replicates: int
    seed: Seed


@dataclass(frozen=True, slots=True)
class Basis:
    """What every form of one table is made from, worked out once."""

    used: Design
    shape: Callable[[], str]
    squares: Analysis | None = None
    one_way: OneWayShares | None = None
    crossed: Components | None = None


def basis(used: Design, estimators: set[tuple[str, Estimator]]) -> Basis:
    """Return what the wanted (model, estimator) pairs need."""
    shape = scores_shape(used.matrix)
    if used.too_small():
        return Basis(used, shape)
    by_anova = any(estimator == "anova" for _, estimator in estimators)
    return Basis(
        used,
        shape,
        squares=analysis(used.matrix) if used.complete and by_anova else None,
        one_way=one_way_shares(used.matrix) if not used.complete and by_anova else None,
        crossed=components(used, "reml") if any(estimator == "reml" for _, estimator in estimators) else None,
    )


def default_estimator(form: Form, used: Design) -> Estimator:
    """Return ANOVA where the mean squares are unique, else REML."""
    return "anova" if used.complete or model(form) == "1" else "reml"


def estimate(form: Form, estimator: Estimator, found: Basis, wish: Wish) -> IccResult:
    """Return the result of one form."""
    used = found.used
    small = used.too_small()
    if small:
        return _result(form, estimator, found, wish, UNKNOWN_SQUARES, {"value": UNKNOWN, "caveats": small})
    checked_null(form, wish.null, used.k)
    if estimator == "reml" and found.crossed is not None:
        return _by_reml(form, found, found.crossed, wish)
    if found.squares is not None:
        return _by_anova(form, found, found.squares, wish)
    return _unbalanced(form, found, one_way_shares(used.matrix) if found.one_way is None else found.one_way, wish)


def _result(
    form: Form,
    estimator: Estimator,
    found: Basis,
    wish: Wish,
    squares: MeanSquares[float],
    fields: dict[str, Any],
) -> IccResult:
    """Return the result with what every way of estimation shares."""
    used = found.used
    common: dict[str, Any] = {
        "method": f"icc:{form}:{estimator}",
        "source": SOURCE,
        "interval": no_interval(wish.level),
        "f_statistic": UNKNOWN,
        "df1": UNKNOWN,
        "df2": UNKNOWN,
        "mean_ratings": float(used.k),
        "test": f"one-sided F test of rho = {wish.null:g}",
    }
    result = IccResult(
        **common | fields | {"caveats": (*used.caveats, *fields["caveats"])},
        n_used=used.n,
        n_dropped=used.n_dropped,
        missing=used.missing,
        form=form,
        null=wish.null,
        n_raters=used.k,
        estimator=estimator,
        ms_evaluand=squares.evaluand,
        ms_rater=squares.rater,
        ms_residual=squares.residual,
        ms_within=squares.within,
    )
    return covered(result, _region(result, found))


def _region(result: IccResult, found: Basis) -> Region:
    """Return where on the map of coverage the ratings lie 样本所在区域.

    Resampled and unbalanced forms of averages are those of single ratings stepped up, and cover as often. REML stands by
    itself: intervals of mean squares say nothing of it.
    """
    design = result.form
    if result.interval_method != "f_mcgraw_wong":
        design = f"{result.form[:-2]}1)"
    if result.estimator == "reml":
        design = "reml"
    return design_region(found.used.n, design, k=found.used.k, shape=found.shape)


def _drawn(
    statistic: Statistic, left_out: Callable[[], FloatArray], n: int, value: float, wish: Wish
) -> tuple[dict[str, Any], tuple[Caveat, ...]]:
    """Return the fields and the caveats of a bootstrap over n evaluands."""
    corrected = wish.interval == "bootstrap_bca"
    if corrected and n < FEWEST_FOR_JACKKNIFE:
        return {}, (too_few(n, FEWEST_FOR_JACKKNIFE),)
    drawn = bootstrap(
        statistic,
        n,
        value=value,
        level=wish.level,
        replicates=wish.replicates,
        seed=wish.seed,
        kind="bca" if corrected else "percentile",
        left_out=left_out() if corrected else None,
    )
    fragile = (small_sample(n, FEWEST_FOR_BOOTSTRAP),) if n < FEWEST_FOR_BOOTSTRAP else ()
    return drawn.fields(), (*drawn.caveats, *fragile)


def _by_anova(form: Form, found: Basis, squares: Analysis, wish: Wish) -> IccResult:
    """Return the result from mean squares of complete ratings."""
    value, caveats = point(form, squares.squares)
    test = f_test(form, squares.squares, wish.null)
    fields: dict[str, Any] = {}
    more: tuple[Caveat, ...] = ()
    if wish.interval == "f":
        interval, more = f_limits(form, squares.squares, value, wish.level)
        fields = {"interval": interval, "interval_method": "f_mcgraw_wong" if _any(interval) else "none"}
    elif wish.interval != "none" and not np.isnan(value):
        sums = shares(found.used.matrix)
        fields, more = _drawn(
            lambda counts: resampled_value(form, sums.resampled(counts)),
            lambda: resampled_value(form, sums.left_out()),
            found.used.n,
            value,
            wish,
        )
    fields |= {"value": value, "p": test.p, "f_statistic": test.f, "df1": test.df1, "df2": test.df2}
    fields["caveats"] = (*caveats, *rater_caveats(squares, found.used.names), *more, *test.caveats)
    return _result(form, "anova", found, wish, squares.squares, fields)


def _any(interval: Interval) -> bool:
    """Return whether a limit is known."""
    return not (np.isnan(interval.low) and np.isnan(interval.high))


def _by_reml(form: Form, found: Basis, crossed: Components, wish: Wish) -> IccResult:
    """Return the result from REML components; the F interval and test have no meaning there."""
    used = found.used
    squares = implied(used.n, used.k, crossed.evaluand, crossed.rater, crossed.residual)
    value, caveats = (UNKNOWN, ()) if np.isnan(crossed.residual) else point(form, squares)
    fields: dict[str, Any] = {}
    more: tuple[Caveat, ...] = ()
    if wish.interval == "bootstrap_bca":
        raise unknown_choice("interval", wish.interval, ("bootstrap", "none"))
    if wish.interval == "bootstrap" and not np.isnan(value):

        def resampled(counts: Counts) -> FloatArray:
            parts = resampled_components(used.matrix, counts)
            return resampled_value(form, implied(used.n, used.k, parts.evaluand, parts.rater, parts.residual))

        fields, more = _drawn(resampled, lambda: np.empty(0), used.n, value, wish)
    elif wish.interval == "f" and not np.isnan(value):
        more = (Caveat("NO_ANALYTIC_INTERVAL", "REML 估计没有精确的 F 区间；需要区间时用 interval=bootstrap"),)
    fields |= {"value": value, "test": "", "caveats": (*crossed.caveats, *caveats, *more)}
    return _result(form, "reml", found, wish, squares, fields)


def _unbalanced(form: Form, found: Basis, sums: OneWayShares, wish: Wish) -> IccResult:
    """Return the one-way result where evaluands have unequal numbers of ratings."""
    way = one_way(sums)
    average = averaged(form)
    squares = MeanSquares(
        n=way.n, k=found.used.k, evaluand=way.between, rater=UNKNOWN, residual=UNKNOWN, within=way.within
    )
    common: dict[str, Any] = {"source": UNBALANCED_SOURCE, "mean_ratings": way.mean_ratings}
    if np.isnan(way.within):
        caveat = Caveat("ONE_RATING_EACH", "每个对象只有一个评分，对象差异与误差无法分开，无法估计")
        return _result(form, "anova", found, wish, squares, common | {"value": UNKNOWN, "caveats": (caveat,)})
    value = float(sums.value(sums.features.sum(axis=0)[None, :], way.n, average=average)[0])
    single = wish.null / (way.mean_ratings - (way.mean_ratings - 1) * wish.null) if average else wish.null
    f_statistic, p = way.test(single)
    fields = common | {"value": value, "f_statistic": f_statistic, "p": p, "df1": way.df1, "df2": way.df2}
    if np.isnan(value):
        return _result(form, "anova", found, wish, squares, fields | {"caveats": (no_variance(),)})
    more: tuple[Caveat, ...] = ()
    if wish.interval == "f":
        limits = way.limits(wish.level, average=average)
        if _any(limits):
            more = (Caveat("APPROXIMATE_INTERVAL", "各对象评分数不等，区间为 Thomas–Hultquist 近似"),)
            more += () if limits.known else (limit_past_minimum(),)
            fields |= {"interval": limits, "interval_method": "f_thomas_hultquist"}
        else:
            more = (Caveat("PERFECT_AGREEMENT", "评分误差或对象差异为 0，区间无法估计"),)
    elif wish.interval != "none":
        drawn, more = _drawn(
            lambda counts: sums.value(counts @ sums.features, way.n, average=average),
            lambda: sums.value(sums.features.sum(axis=0) - sums.features, way.n - 1, average=average),
            way.n,
            value,
            wish,
        )
        fields |= drawn
    return _result(form, "anova", found, wish, squares, fields | {"caveats": more})


def checked_wish(level: float, null: float, interval: IntervalChoice, replicates: int, seed: Seed) -> Wish:
    """Return the wish; raise ``MethodError`` where an option does not exist."""
    if interval not in INTERVALS:
        raise unknown_choice("interval", interval, INTERVALS)
    return Wish(level=checked_level(level), null=float(null), interval=interval, replicates=replicates, seed=seed)


def icc(
    ratings: Ratings,
    *,
    form: Form = "ICC(A,1)",
    level: float = 0.95,
    null: float = 0.0,
    missing: Missing = "listwise",
    estimator: Estimator | None = None,
    interval: IntervalChoice = "f",
    replicates: int = REPLICATES,
    seed: Seed = SEED,
) -> IccResult:
    """Return an intraclass correlation 组内相关系数 of one form, with interval and F test.

    Parameters
    ----------
    ratings : shape (n, k) array or DataFrame, rows evaluands, columns raters, any unit (score rates rather than
        points where full scores differ); NaN where missing.
    form : ``"ICC(1,1)"`` (raters differ from evaluand to evaluand), ``"ICC(A,1)"`` (same raters, agreement of values),
        ``"ICC(C,1)"`` (same raters, their levels set aside), and ``",k"`` for the mean of k ratings.
    level : confidence level, a fraction.
    null : the coefficient of the one-sided F test, below 1 and above -1/(k-1) (any below 1 for the average forms).
    missing : ``"listwise"`` drops an evaluand with a gap; ``"available"`` uses every rating.
    estimator : ``"anova"`` or ``"reml"``; ``None``: ANOVA, and REML for agreement and consistency where there are gaps.
    interval : ``"f"``, ``"bootstrap"`` (percentile), ``"bootstrap_bca"`` or ``"none"``.
    replicates, seed : of the bootstrap over evaluands.

    Returns
    -------
    IccResult
        NaN with a caveat where undefined (all ratings one value, fewer than two evaluands or raters). A limit past
        -1/(k-1) is NaN; with ratings that agree perfectly the value is 1, F infinite and the interval NaN.

    Raises
    ------
    DataError
        Where the table is malformed.
    MethodError
        Where an option does not exist, ``null`` is no possible coefficient, or ANOVA of agreement or consistency is
        asked of a table with gaps.

    Notes
    -----
    With mean squares of evaluands R, raters C, residual E, within W: (1,1) = (R-W)/(R+(k-1)W); (C,1) = (R-E)/(R+(k-1)E);
    (A,1) = (R-E)/(R+(k-1)E+k(C-E)/n); intervals of Table 7, that of (A,k) by Spearman-Brown of the (A,1) limits; tests of
    Table 8 with the degrees of freedom of (A,·) taken at ``null``, hence (n-1)(k-1) at 0. Unbalanced one-way: n0 in
    place of k, interval of Thomas & Hultquist (1978) with the harmonic mean of the ratings. REML: coefficients of the
    crossed components, as psych's ``ICC(lmer=TRUE)``. Assumes normal effects and equal error variances. Not for self
    against reference, where nothing is a reliability; not for raters who saw one another's scores; (C,·) hides rater
    bias, so report it beside (A,·), never instead. Verified against R irr 0.84.1, psych 2.5.3, pingouin 0.6.1 (golden
    ``icc``, ``icc_test_zero``, ``icc_test_nonzero_null``), tests/reliability/test_icc.py.

    Examples
    --------
    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = icc(table, form="ICC(A,1)")
    >>> round(found.value, 4), round(found.interval.low, 4), round(found.interval.high, 4)
    (0.2898, 0.0188, 0.7611)
    """
    known = checked_form(form)
    wish = checked_wish(level, null, interval, replicates, seed)
    used = design(ratings, missing)
    chosen = default_estimator(known, used) if estimator is None else estimator
    checked_estimator(chosen, used, crossed=model(known) != "1")
    return estimate(known, chosen, basis(used, {(model(known), chosen)}), wish)
