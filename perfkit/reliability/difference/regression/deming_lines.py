"""Deming regression Deming 回归: a line of y on x where both carry errors, plain, weighted and generalised."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from perfkit.errors import MethodError
from perfkit.reliability.difference.regression.errors import (
    general_left_out,
    general_line,
    proportional_rows,
    rows,
    searched_left_out,
    searched_line,
)
from perfkit.reliability.difference.regression.frame import (
    JACKKNIFE_AT_MOST,
    checked_choices,
    deming_result,
    jackknife_too_large,
    jackknife_unsettled,
    known_errors_problem,
    quantile_of,
    refuse_below_zero,
    reserved,
    tolerance_problem,
    undefined,
    unsettled,
    with_errors,
    without_line,
)
from perfkit.reliability.difference.regression.line import (
    DemingResult,
    Spread,
    Vector,
    jackknife_spread,
    jackknife_undefined,
    vertical,
)
from perfkit.reliability.difference.regression.moments import (
    Sums,
    deming_line,
    left_out_lines,
    proportional_lines,
    sums,
)
from perfkit.reliability.difference.regression.proportional_search import (
    searched_proportional_left_out,
    searched_proportional_line,
)
from perfkit.reliability.estimate import UNKNOWN, unknown_choice
from perfkit.reliability.ratings import Pairs, pairs
from perfkit.result import Caveat

DemingInterval: TypeAlias = Literal["jackknife", "analytical", "jackknife_normal", "none"]
INTERVALS = ("jackknife", "analytical", "jackknife_normal", "none")
JACKKNIVES = ("jackknife", "jackknife_normal", "none")
SOURCE = "Deming (1943); Linnet (1993), Clinical Chemistry 39, 424-432"
WEIGHTED_SOURCE = "Linnet (1990), Statistics in Medicine 9, 1463-1473"
GENERAL_SOURCE = "Ripley & Thompson (1987), Analyst 112, 377-383"


def deming(
    x: ArrayLike,
    y: ArrayLike,
    *,
    error_ratio: float = 1.0,
    interval: DemingInterval = "jackknife",
    level: float = 0.95,
    constant_cv: bool = False,
    x_error: ArrayLike | None = None,
    y_error: ArrayLike | None = None,
    tolerance: float = 0.0,
) -> DemingResult:
    """Return the Deming line of y on x Deming 回归（两侧均有误差）.

    Parameters
    ----------
    x, y : shape (n,) each, any unit, NaN where missing; a row with a missing side is dropped.
    error_ratio : var(errors of x) / var(errors of y), above 0; 1 where both scores are equally precise.
    interval : ``"jackknife"`` (Linnet, t quantile with n-2), ``"analytical"`` (plain line only), ``"jackknife_normal"``
        (Therneau's infinitesimal jackknife, normal quantile) or ``"none"``.
    level : confidence level.
    constant_cv : errors in proportion to the true value, with ``error_ratio`` the ratio of the squared coefficients of
        variation; all values must be above 0.
    x_error, y_error : shape (n,) each, known standard deviation of the error of every row, above 0; both or neither.
    tolerance : with known errors or ``constant_cv`` only: 0 for the slope to the last digit, else where the search of
        R deming 1.4-1 stops; it stops at 1.22e-4 (fourth root of the machine epsilon), which shows in its fourth digit.
        With ``constant_cv`` that search also renews the true values as the program does (b in place of b²).

    Returns
    -------
    DemingResult
        ``value`` the slope with ``p`` of slope = 1; ``intercept`` with its interval, ``intercept_se``, ``intercept_p``.
        NaN with a caveat for fewer than three rows or a vertical line; points on one line have a value and no interval.

    Raises
    ------
    DataError
        Where the sides differ in length, or hold text or infinities, or an error is not above 0.
    MethodError
        Where an option does not exist or does not fit: no analytical interval for known errors or a constant
        coefficient of variation; a ratio, or with ``constant_cv`` a score, that is not above 0.

    Notes
    -----
    With u, q, p the centred sums of squares of x, of y and of products and L the error ratio, slope b =
    (Lq - u + sqrt((Lq - u)² + 4 L p²)) / 2Lp and intercept a = mean y - b·mean x. Analytical: se(b) =
    abs(b)·sqrt((1/r² - 1)/(n-2)), se(a) = se(b)·sqrt(mean x²) (Strike 1991), which holds for normal errors of constant
    size and is too narrow for outliers or for errors that grow: prefer the jackknife. Its leave-one-out lines are in
    closed form. With known errors b minimises sum (y - a - bx)²/(s_y² + b² s_x²) (Ripley & Thompson 1987); with
    ``constant_cv`` s_x and s_y are the fitted true values. Not for a reference without error (least squares), nor for
    scores with outliers (``passing_bablok``). The error ratio must come from replicates; it cannot be estimated here.

    Source: Deming (1943); Linnet (1993), Clinical Chemistry 39, 424-432. Verified against R mcr 1.3.3.1
    ``mcreg(method.reg="Deming")`` and R deming 1.4-1 in ``tests/reliability/test_golden.py``.

    Examples
    --------
    >>> result = deming([1, 2, 3, 4, 5, 6], [1.1, 1.9, 3.2, 3.8, 5.3, 5.9])
    >>> round(result.value, 4), round(result.intercept, 4)
    (0.9998, 0.034)
    """
    level = checked_choices(error_ratio, interval, INTERVALS, level)
    known = x_error is not None and y_error is not None
    if not tolerance >= 0 or (tolerance > 0 and not (known or constant_cv)):
        raise MethodError(tolerance_problem(f"{tolerance:g}"))
    if (x_error is None) != (y_error is None) or (known and constant_cv):
        raise MethodError(known_errors_problem())
    if known or constant_cv:
        if interval not in JACKKNIVES:
            raise unknown_choice("interval", interval, JACKKNIVES)
        if x_error is not None and y_error is not None:
            data, errors = with_errors(x, y, x_error, y_error)
            return _general(data, errors, UNKNOWN, interval, level, tolerance)
        data = pairs(x, y)
        refuse_below_zero(data)
        return _general(data, None, error_ratio, interval, level, tolerance)
    data = pairs(x, y)
    method = _named("deming", error_ratio)
    why = undefined(data)
    if why:
        return without_line(data, level, method, SOURCE, why)
    whole = sums(data.x, data.y)
    line = deming_line(whole, error_ratio)
    if math.isnan(line[0]):
        return without_line(data, level, method, SOURCE, (vertical(),))
    spread, caveats = None, reserved(data, line[0])
    if not caveats and interval == "analytical":
        spread = _analytical(data, whole, error_ratio, line[0])
    elif not caveats and interval != "none":
        spread, caveats = _jackknife(line, left_out_lines(data.x, data.y, whole, error_ratio), interval)
    return deming_result(
        data,
        line,
        spread,
        caveats,
        level=level,
        interval=interval,
        method=method,
        source=SOURCE,
        error_ratio=error_ratio,
        variant="plain",
    )


def weighted_deming(
    x: ArrayLike,
    y: ArrayLike,
    *,
    error_ratio: float = 1.0,
    interval: Literal["jackknife", "jackknife_normal", "none"] = "jackknife",
    level: float = 0.95,
) -> DemingResult:
    """Return the weighted Deming line of y on x 加权 Deming 回归（误差与水平成比例）.

    Parameters
    ----------
    x, y : shape (n,) each, above 0, any unit, NaN where missing; a row with a missing side is dropped.
    error_ratio : ratio of the squared coefficients of variation of the errors, x over y, above 0.
    interval : ``"jackknife"`` (t quantile with n-2), ``"jackknife_normal"`` or ``"none"``.
    level : confidence level.

    Returns
    -------
    DemingResult
        As ``deming``; NaN with a caveat where the iteration does not settle.

    Raises
    ------
    DataError
        Where the sides differ in length, or hold text or infinities.
    MethodError
        Where an option does not exist, or a score or the ratio is not above 0.

    Notes
    -----
    Plain Deming with weights w = 1/((X + L·Y)/(1 + L))², X and Y the fitted true values of the round before; repeated
    until the line changes by less than 1e-12 of the mean score (mcr stops at 1e-6, so its last digits differ). The n
    leave-one-out fits are iterated together, O(n²) a round in blocks of flat memory, up to 20,000 pairs. Not where errors are of constant
    size (``deming``), nor for scores near 0, whose weight is without bound.

    Source: Linnet (1990), Statistics in Medicine 9, 1463-1473. Verified against R mcr 1.3.3.1
    ``mcreg(method.reg="WDeming", method.ci="jackknife")`` in ``tests/reliability/test_golden.py``.

    Examples
    --------
    >>> result = weighted_deming([1, 2, 3, 4, 5, 6], [1.1, 1.9, 3.2, 3.8, 5.3, 5.9])
    >>> round(result.value, 4), round(result.intercept, 4)
    (0.9793, 0.0921)
    """
    level = checked_choices(error_ratio, interval, JACKKNIVES, level)
    data = pairs(x, y)
    refuse_below_zero(data)
    method = _named("weighted_deming", error_ratio)
    why = undefined(data)
    if why:
        return without_line(data, level, method, WEIGHTED_SOURCE, why)
    whole = sums(data.x, data.y)
    slope, intercept = deming_line(whole, error_ratio)
    fit = proportional_lines(
        data.x,
        data.y,
        error_ratio,
        (np.array([slope]), np.array([intercept])),
        left_out=False,
        centre=_precise_centre(data, (data.x + error_ratio * data.y) ** -2.0),
    )
    line = float(fit.slopes[0]), float(fit.intercepts[0])
    if math.isnan(line[0]) or not fit.settled:
        reason = vertical() if fit.settled else unsettled()
        return without_line(data, level, method, WEIGHTED_SOURCE, (reason,))
    spread, caveats = None, _reserved(data, line[0], interval)
    if not caveats and interval != "none":
        spread, caveats = _left_out_weighted(data, whole, line, error_ratio, interval)
    return deming_result(
        data,
        line,
        spread,
        caveats,
        level=level,
        interval=interval,
        method=method,
        source=WEIGHTED_SOURCE,
        error_ratio=error_ratio,
        variant="weighted",
    )


Jackknifed: TypeAlias = tuple[Spread | None, tuple[Caveat, ...]]


def _named(name: str, error_ratio: float) -> str:
    return name if error_ratio == 1 else f"{name}:error_ratio={error_ratio:g}"


def _reserved(data: Pairs, slope: float, interval: str) -> tuple[Caveat, ...]:
    """Return why an iterated line gets no jackknife: its own reservations, or more pairs than can be left out one by one."""
    caveats = reserved(data, slope)
    if caveats or interval == "none" or len(data.x) <= JACKKNIFE_AT_MOST:
        return caveats
    return (jackknife_too_large(len(data.x)),)


def _jackknife(line: tuple[float, float], left_out: tuple[Vector, Vector], interval: str) -> Jackknifed:
    """Return the jackknife standard errors, or why there are none."""
    spread = jackknife_spread(line, left_out, quantile_of(interval))
    return spread, () if spread else (jackknife_undefined(),)


def _analytical(data: Pairs, whole: Sums, ratio: float, slope: float) -> Spread:
    """Return the standard errors of Strike (1991): se(b) = abs(b)·sqrt((1/r² - 1)/(n - 2)), written without 1/r.

    b/r is b·sqrt(u q)/p, and b/p stays finite where p nears 0; 1 - r² comes from residuals, not from a difference.
    """
    residual = (data.y - whole.y) - whole.xy / whole.xx * (data.x - whole.x)
    gap = ratio * whole.yy - whole.xx
    root = math.hypot(gap, 2 * math.sqrt(ratio) * whole.xy)
    per_product = slope / whole.xy if gap > 0 else 2 / (root - gap)
    error = per_product * math.sqrt(whole.xx * float(residual @ residual) / (whole.n - 2))
    return Spread(slope=error, intercept=error * math.sqrt(float(data.x @ data.x) / whole.n), quantile="t")


def _precise_centre(data: Pairs, weight: Vector) -> tuple[float, float]:
    """Return the weighted means, about which weighted sums lose no digits."""
    return float(np.average(data.x, weights=weight)), float(np.average(data.y, weights=weight))


def _left_out_weighted(data: Pairs, whole: Sums, line: tuple[float, float], ratio: float, interval: str) -> Jackknifed:
    """Return the jackknife standard errors of a weighted line, sums taken about its weighted means."""
    slope, intercept = line
    pull = ratio * (slope - 1) / (1 + ratio * slope**2)
    weight = (data.x + ratio * data.y + pull * (data.y - intercept - slope * data.x)) ** -2.0
    left = proportional_lines(
        data.x,
        data.y,
        ratio,
        left_out_lines(data.x, data.y, whole, ratio),
        left_out=True,
        centre=_precise_centre(data, weight),
    )
    if not left.settled:
        return None, (jackknife_unsettled(),)
    return _jackknife(line, (left.slopes, left.intercepts), interval)


def _general(
    data: Pairs,
    errors: tuple[Vector, Vector] | None,
    error_ratio: float,
    interval: str,
    level: float,
    tolerance: float,
) -> DemingResult:
    """Return the generalised line: errors known, or in proportion to the fitted true values."""
    method = "deming:known_errors" if errors else _named("deming:constant_cv", error_ratio)
    why = undefined(data)
    if why:
        return without_line(data, level, method, GENERAL_SOURCE, why)
    start = deming_line(sums(data.x, data.y), 1.0 if errors else error_ratio)
    if math.isnan(start[0]):
        return without_line(data, level, method, GENERAL_SOURCE, (vertical(),))
    table = rows(data.x, data.y, *errors) if errors else proportional_rows(data.x, data.y, error_ratio, start)
    fit = general_line(table)
    line = float(fit.slopes[0]), float(fit.intercepts[0])
    if math.isnan(line[0]) or not fit.settled:
        reason = vertical() if fit.settled else unsettled()
        return without_line(data, level, method, GENERAL_SOURCE, (reason,))
    spread, caveats = None, _reserved(data, line[0], interval)
    if tolerance and errors:
        fit = searched_line(table, tolerance)
        line = float(fit.slopes[0]), float(fit.intercepts[0])
    elif tolerance:
        line = searched_proportional_line(data.x, data.y, error_ratio, tolerance)
    if not caveats and interval != "none":
        if tolerance and not errors:
            left_out = searched_proportional_left_out(data.x, data.y, error_ratio, tolerance)
        else:
            left = searched_left_out(table, tolerance) if tolerance else general_left_out(fit)
            left_out = left.slopes, left.intercepts
        spread, caveats = _jackknife(line, left_out, interval)
    return deming_result(
        data,
        line,
        spread,
        caveats,
        level=level,
        interval=interval,
        method=method,
        source=GENERAL_SOURCE,
        error_ratio=error_ratio,
        variant="known_errors" if errors else "constant_cv",
    )
