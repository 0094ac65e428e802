"""Measurement error of a rating 测量标准误: its standard deviation, and the smallest change that is more than error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from scipy.special import chdtri, ndtri

from perfkit.reliability.coverage import covered, scores_region
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    checked_level,
    no_interval,
    unknown_choice,
)
from perfkit.reliability.icc.components import reml_components
from perfkit.reliability.icc.design import Design, Missing, design
from perfkit.reliability.icc.mean_squares import UNKNOWN_SQUARES, MeanSquares, analysis, implied
from perfkit.reliability.icc.unbalanced import one_way, one_way_shares
from perfkit.reliability.ratings import Ratings
from perfkit.result import Caveat, Interval

Kind: TypeAlias = Literal["consistency", "agreement", "oneway"]
KINDS = ("consistency", "agreement", "oneway")
SOURCE = "de Vet, Terwee, Knol & Bouter (2006), J. Clin. Epidemiol. 59, 1033-1039; Bland & Altman (1996), BMJ 312, 1654"
# The factor that the literature prints for 95 %: mdc95 keeps it, mdc95_exact_z does not.
PRINTED_QUANTILE = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementErrorResult(EstimateResult):
    """The standard error of measurement 测量标准误 of one rating, in the unit of the ratings.

    ``mdc95`` = 1.96·√2·SEM is the smallest detectable change between two ratings as the literature prints it,
    ``mdc95_exact_z`` and ``mdc90`` with the exact normal quantiles; ``repeatability`` is Bland & Altman's coefficient,
    equal to ``mdc95_exact_z``. ``ms_evaluand`` (MSR), ``ms_rater`` (MSC), ``ms_residual`` (MSE) and ``ms_within`` (MSW)
    are the mean squares (of REML those that its components imply).
    """

    kind: ClassVar[str] = "measurement_error"

    error_kind: str
    n_raters: int
    df: float
    mdc95: float
    mdc95_exact_z: float
    mdc90: float
    repeatability: float
    ms_evaluand: float
    ms_rater: float
    ms_residual: float
    ms_within: float


@dataclass(frozen=True, slots=True)
class _Error:
    """Error variance, its degrees of freedom (NaN where it is no single mean square), and the mean squares."""

    variance: float
    df: float
    squares: MeanSquares[float]
    caveats: tuple[Caveat, ...] = ()


def _combined(kind: Kind, squares: MeanSquares[float]) -> float:
    """Return the error variance of the kind."""
    if kind == "oneway":
        return squares.within
    return squares.residual + (max(0.0, squares.rater_variance) if kind == "agreement" else 0.0)


def _error(kind: Kind, used: Design) -> _Error:
    """Return the error variance of the ratings used."""
    n, k = used.n, used.k
    small = used.too_small()
    if small:
        return _Error(UNKNOWN, UNKNOWN, UNKNOWN_SQUARES, small)
    if used.complete:
        squares = analysis(used.matrix).squares
        df = {"consistency": (n - 1.0) * (k - 1), "agreement": UNKNOWN, "oneway": n * (k - 1.0)}[kind]
        return _Error(_combined(kind, squares), df, squares)
    if kind == "oneway":
        way = one_way(one_way_shares(used.matrix))
        squares = MeanSquares(n=n, k=k, evaluand=way.between, rater=UNKNOWN, residual=UNKNOWN, within=way.within)
        if math.isnan(way.within):
            caveat = Caveat("ONE_RATING_EACH", "每个对象只有一个评分，误差无法估计")
            return _Error(UNKNOWN, UNKNOWN, squares, (caveat,))
        return _Error(way.within, way.df2, squares)
    parts = reml_components(used.matrix)
    squares = implied(n, k, parts.evaluand, parts.rater, parts.residual)
    return _Error(_combined(kind, squares), UNKNOWN, squares, parts.caveats)


def _interval(sem: float, df: float, level: float) -> tuple[Interval, str, tuple[Caveat, ...]]:
    """Return the chi-square interval of an error that is one mean square, or why there is none."""
    if math.isnan(sem):
        return no_interval(level), "none", ()
    if math.isnan(df):
        caveat = Caveat("NO_ANALYTIC_INTERVAL", "该误差由几个方差分量合成，没有精确的卡方区间")
        return no_interval(level), "none", (caveat,)
    tail = (1 - level) / 2
    low, high = (sem * math.sqrt(df / float(chdtri(df, share))) for share in (tail, 1 - tail))
    caveats = (Caveat("ZERO_ERROR", "样本中没有误差，卡方区间收缩为 0，不能据此断言误差为零"),) if sem == 0 else ()
    return Interval(low, high, level), "chi_square", caveats


def measurement_error(
    ratings: Ratings, *, kind: Kind = "agreement", level: float = 0.95, missing: Missing = "listwise"
) -> MeasurementErrorResult:
    """Return the standard error of measurement 测量标准误 and the smallest detectable change 最小可检测变化.

    Parameters
    ----------
    ratings : shape (n, k) array or DataFrame, rows evaluands, columns raters or occasions, any unit; NaN where missing.
    kind : ``"consistency"`` (residual only: raters' levels set aside), ``"agreement"`` (raters' levels count as error)
        or ``"oneway"`` (within evaluands).
    level : confidence level of the interval, a fraction.
    missing : ``"listwise"`` drops an evaluand with a gap; ``"available"`` uses every rating (REML, or the unbalanced
        one-way analysis).

    Returns
    -------
    MeasurementErrorResult
        In the unit of the ratings. Interval NaN with a caveat where the error is no single mean square; where the
        sample holds no error it is 0 to 0, with a caveat.

    Raises
    ------
    DataError
        Where the table is malformed.
    MethodError
        Where an option does not exist.

    Notes
    -----
    SEM = √MSE, √(max(0, (MSC - MSE)/n) + MSE), √MSW; interval SEM·√(df/chi²) with (n-1)(k-1) and n(k-1) degrees of
    freedom (exact under normal errors). A difference of two ratings below ``mdc95`` is within error. Assumes that the
    error is as large at low as at high ratings: not where it grows with the level (see limits of agreement). Sources:
    de Vet et al. (2006); Bland & Altman (1996). Verified against R stats 4.2.2 lm/anova and rel 1.4.2 (golden ``sem``),
    tests/reliability/test_icc_table.py.

    Examples
    --------
    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = measurement_error(table, kind="consistency")
    >>> round(found.value, 4), round(found.interval.low, 4), round(found.mdc95, 4)
    (1.0097, 0.7459, 2.7987)
    """
    if kind not in KINDS:
        raise unknown_choice("kind", kind, KINDS)
    level = checked_level(level)
    used = design(ratings, missing)
    found = _error(kind, used)
    sem = math.sqrt(found.variance)
    interval, interval_method, more = _interval(sem, found.df, level)
    root = math.sqrt(2) * sem
    result = MeasurementErrorResult(
        method=f"measurement_error:{kind}",
        source=SOURCE,
        n_used=used.n,
        n_dropped=used.n_dropped,
        caveats=(*used.caveats, *found.caveats, *more),
        value=sem,
        interval=interval,
        interval_method=interval_method,
        missing=used.missing,
        error_kind=kind,
        n_raters=used.k,
        df=found.df,
        mdc95=PRINTED_QUANTILE * root,
        mdc95_exact_z=float(ndtri(0.975)) * root,
        mdc90=float(ndtri(0.95)) * root,
        repeatability=float(ndtri(0.975)) * root,
        ms_evaluand=found.squares.evaluand,
        ms_rater=found.squares.rater,
        ms_residual=found.squares.residual,
        ms_within=found.squares.within,
    )
    return covered(result, scores_region(used.matrix, n=used.n, k=used.k, design=kind))
