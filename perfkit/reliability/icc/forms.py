"""The six forms of McGraw & Wong 组内相关系数的六种形式: value, limits and F test, each from the mean squares alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, fdtri

from perfkit.errors import MethodError, Problem
from perfkit.reliability.estimate import UNKNOWN, limit_past_minimum, no_interval, no_variance, unknown_choice
from perfkit.reliability.icc.mean_squares import MeanSquares, Number
from perfkit.result import Caveat, Interval

Form: TypeAlias = Literal["ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)"]
FORMS: tuple[Form, ...] = get_args(Form)
# A denominator below this share of its terms is 0 but for rounding.
POLE = 1e-12


@dataclass(frozen=True, slots=True)
class FTest:
    """A one-sided F test of H0: rho = null against greater 单侧 F 检验."""

    f: float
    df1: float
    df2: float
    p: float
    caveats: tuple[Caveat, ...] = ()


def checked_form(form: str) -> Form:
    """Return the form; raise ``MethodError`` where there is none of that name."""
    for known in FORMS:
        if form == known:
            return known
    raise unknown_choice("form", form, FORMS)


def model(form: Form) -> str:
    """Return ``"1"`` (one-way), ``"A"`` (agreement) or ``"C"`` (consistency)."""
    return form[4]


def averaged(form: Form) -> bool:
    """Return whether the form speaks of the mean of k ratings."""
    return form[6] == "k"


def fraction(form: Form, squares: MeanSquares[Number]) -> tuple[Number, Number]:
    """Return numerator and denominator of a form (McGraw & Wong 1996, Table 4)."""
    k, n = squares.k, squares.n
    error = squares.within if model(form) == "1" else squares.residual
    top = squares.evaluand - error
    if averaged(form):
        bottom = squares.evaluand
        extra = (squares.rater - squares.residual) / n
    else:
        bottom = squares.evaluand + (k - 1) * error
        extra = k * (squares.rater - squares.residual) / n
    return top, bottom + extra if model(form) == "A" else bottom


def resampled_value(form: Form, squares: MeanSquares[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the value in every sample; NaN where it is 0/0."""
    top, bottom = fraction(form, squares)
    value = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=value, where=bottom != 0)
    return value


def point(form: Form, squares: MeanSquares[float]) -> tuple[float, tuple[Caveat, ...]]:
    """Return the value of a form and why it is NaN or out of range."""
    top, bottom = fraction(form, squares)
    if squares.evaluand == 0 and squares.within == 0:
        return UNKNOWN, (no_variance(),)
    if abs(bottom) <= POLE * (squares.evaluand + squares.rater + squares.residual):
        return UNKNOWN, (Caveat("NO_EVALUAND_VARIANCE", "各对象的平均评分没有可辨的差异，系数的分母为 0，无法估计"),)
    value = top / bottom
    if past_minimum(_single(form, value, squares.k), squares.k):
        caveat = Caveat(
            "VALUE_PAST_MINIMUM",
            f"估计值 {value:.3g} 达到或越过理论下界 -1/(k-1)：对象间差异小于评分误差，系数不能解释为信度",
        )
        return value, (caveat,)
    return value, ()


def past_minimum(single: float, k: int) -> bool:
    """Return whether a coefficient of single ratings lies at or past -1/(k-1), the pole of Spearman-Brown."""
    return 1 + (k - 1) * single <= POLE


def _single(form: Form, value: float, k: int) -> float:
    """Return the coefficient of single ratings that belongs to a value of the form."""
    if not averaged(form):
        return value
    bottom = k - (k - 1) * value
    return value / bottom if bottom else math.inf


def _stepped_up(single: float, k: int) -> float:
    """Return the Spearman-Brown coefficient of the mean of k ratings; NaN at its pole."""
    bottom = 1 + (k - 1) * single
    return k * single / bottom if bottom > POLE else UNKNOWN


def f_limits(
    form: Form, squares: MeanSquares[float], value: float, level: float
) -> tuple[Interval, tuple[Caveat, ...]]:
    """Return the F interval of a form (McGraw & Wong 1996, Table 7); NaN limits with the reason where unsound."""
    unsound = _unsound(form, squares)
    if unsound or math.isnan(value):
        return no_interval(level), unsound
    tail = (1 + level) / 2
    n, k = squares.n, squares.k
    df1 = n - 1.0
    if model(form) == "A":
        low, high = _agreement_limits(squares, tail)
    else:
        one_way = model(form) == "1"
        ratio = squares.evaluand / (squares.within if one_way else squares.residual)
        df2 = float(n * (k - 1) if one_way else (n - 1) * (k - 1))
        bounds = float(ratio / fdtri(df1, df2, tail)), float(ratio * fdtri(df2, df1, tail))
        rest = 0.0 if averaged(form) else k - 1.0
        low, high = ((bound - 1) / (bound + rest) for bound in bounds)
        return Interval(low, high, level), ()
    limits = [UNKNOWN if past_minimum(limit, k) else float(limit) for limit in (low, high)]
    caveats = (limit_past_minimum(),) if any(map(math.isnan, limits)) else ()
    if averaged(form):
        limits = [_stepped_up(limit, k) for limit in limits]
    return Interval(limits[0], limits[1], level), caveats


def _unsound(form: Form, squares: MeanSquares[float]) -> tuple[Caveat, ...]:
    """Return why no F interval can be given: nothing where it can."""
    error = squares.within if model(form) == "1" else squares.residual
    if error == 0 and (model(form) != "A" or squares.rater == 0):
        return (Caveat("PERFECT_AGREEMENT", "评分误差为 0（F 无穷大），样本中没有可估计的误差，区间无法估计"),)
    if squares.evaluand == 0:
        return (Caveat("NO_EVALUAND_VARIANCE", "各对象的平均评分没有差异（F 为 0），区间无法估计"),)
    return ()


def _agreement_limits(squares: MeanSquares[float], tail: float) -> tuple[float, float]:
    """Return the limits of ICC(A,1), degrees of freedom by Satterthwaite at the estimate."""
    n, k = squares.n, squares.k
    top, bottom = fraction("ICC(A,1)", squares)
    _, df2 = _combined(squares, top / bottom)
    rest = k * squares.rater + (k * n - k - n) * squares.residual
    upper, lower = fdtri(n - 1.0, df2, tail), fdtri(df2, n - 1.0, tail)
    # Divided by the quantile, which is infinite where hardly any degree of freedom is left.
    low = n * (squares.evaluand / upper - squares.residual) / (rest + n * squares.evaluand / upper)
    high = n * (lower * squares.evaluand - squares.residual) / (rest + n * lower * squares.evaluand)
    return float(low), float(high)


def _combined(squares: MeanSquares[float], rho: float) -> tuple[float, float]:
    """Return a·MSC + b·MSE at rho (of single ratings) and its Satterthwaite degrees of freedom."""
    n, k = squares.n, squares.k
    share = k * rho / (n * (1 - rho))
    raters, error = share * squares.rater, (1 + share * (n - 1)) * squares.residual
    spread = raters**2 / (k - 1) + error**2 / ((n - 1) * (k - 1))
    return raters + error, (raters + error) ** 2 / spread if spread > 0 else UNKNOWN


def checked_null(form: Form, null: float, k: int) -> float:
    """Return the null as a coefficient of single ratings; raise ``MethodError`` where no such rho exists."""
    single = _single(form, null, k) if null < 1 else 1.0
    if not -1 / (k - 1) < single < 1:
        least = "-∞" if averaged(form) else f"-1/(k-1) = {-1 / (k - 1):.3g}"
        raise MethodError(
            Problem(
                code="RL-NULL",
                where="null",
                expected=f"{least} 与 1 之间（不含端点）的 ρ₀",
                found=f"{null:g}",
                mend="改为系数的零假设值，如 0 或 0.5",
            )
        )
    return single


def f_test(form: Form, squares: MeanSquares[float], null: float) -> FTest:
    """Return the F test of H0: rho = null (McGraw & Wong 1996, Table 8), degrees of freedom taken at the null."""
    n, k = squares.n, squares.k
    single = checked_null(form, null, k)
    df1 = n - 1.0
    if model(form) == "A":
        error, df2 = _combined(squares, single)
        if single == 0:
            df2 = float((n - 1) * (k - 1))
    else:
        one_way = model(form) == "1"
        df2 = float(n * (k - 1) if one_way else (n - 1) * (k - 1))
        error = (squares.within if one_way else squares.residual) * (1 + (k - 1) * single) / (1 - single)
    if squares.evaluand == 0 and error == 0:
        return FTest(UNKNOWN, df1, df2, UNKNOWN)
    if error < 0:
        caveat = Caveat("NULL_OUT_OF_REACH", f"零假设 {null:g} 之下 a·MSC + b·MSE 不为正，F 检验不适用")
        return FTest(UNKNOWN, df1, UNKNOWN, UNKNOWN, (caveat,))
    if error == 0:
        return FTest(math.inf, df1, df2, 0.0)
    ratio = squares.evaluand / error
    return FTest(ratio, df1, df2, float(fdtrc(df1, df2, ratio)))
