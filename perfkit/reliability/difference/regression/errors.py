"""Generalised Deming lines: the standard deviation of the error is known for every row, or proportional to its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.difference.regression.line import Vector, constant
from perfkit.reliability.difference.regression.search import bounded_minima

# The directions tried before the best one is narrowed down: two degrees apart, none of them vertical.
DIRECTIONS: Vector = np.radians(np.arange(-89.0, 90.0, 2.0))
HALVINGS = 60
# Relative change of the slope at which Newton's steps have settled.
SETTLED = 1e-12
MOST_ITERATIONS = 100
# Leave-one-out fits go in blocks of this many weights, so that they stay in cache and memory stays flat.
BLOCK_CELLS = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Centred rows with the error variances of both sides.

    ``proportional`` is the ratio of the variances of two errors with a constant coefficient of variation, or ``None``
    where ``x_variance`` and ``y_variance`` hold; ``x_mean`` and ``y_mean`` lead back to the scale of the data.
    """

    x: Vector
    y: Vector
    x_mean: float
    y_mean: float
    x_variance: Vector
    y_variance: Vector
    proportional: float | None


def rows(x: Vector, y: Vector, x_error: Vector, y_error: Vector) -> Rows:
    """Return rows whose error standard deviations are known 已知误差标准差."""
    return _centred(x, y, x_error**2, y_error**2, None)


def proportional_rows(x: Vector, y: Vector, ratio: float, start: tuple[float, float]) -> Rows:
    """Return rows whose errors are proportional to the true value 恒定变异系数, as fitted by the line ``start``."""
    slope, intercept = start
    residual = (y - intercept - slope * x) / (1 + ratio * slope**2)
    return _centred(x, y, ratio * (x + ratio * slope * residual) ** 2, (y - residual) ** 2, ratio)


def _centred(x: Vector, y: Vector, x_variance: Vector, y_variance: Vector, proportional: float | None) -> Rows:
    """Return the rows about means weighted by precision: rows of little weight and great size would cost digits."""
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = 1 / (x_variance / x.var() + y_variance / y.var())
    weight = weight if np.isfinite(weight).all() and weight.any() else np.ones_like(x)
    x_mean, y_mean = (float(np.average(side, weights=weight)) for side in (x, y))
    return Rows(
        x=x - x_mean,
        y=y - y_mean,
        x_mean=x_mean,
        y_mean=y_mean,
        x_variance=x_variance,
        y_variance=y_variance,
        proportional=proportional,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Slopes and intercepts of m fits, whether every one settled, and the error variances they rest on."""

    slopes: Vector
    intercepts: Vector
    settled: bool
    rows: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where m fits stand: slopes and intercepts of the centred rows (m,), weights and residuals (m, n)."""

    slopes: Vector
    intercepts: Vector
    weight: Vector
    residual: Vector


def general_line(data: Rows) -> Lines:
    """Return the generalised Deming line 广义 Deming 回归 of all rows; slope NaN where the line is vertical.

    Notes
    -----
    Slope b and intercept a minimise sum w (y - a - b x)², w = 1/(v_y + b² v_x). The best of 90 directions is narrowed
    down by halving the interval about it on which the derivative changes sign, so that a second, worse minimum is
    never taken; proportional errors then go on from there.
    """
    nothing = Lines(slopes=np.array([np.nan]), intercepts=np.array([np.nan]), settled=True, rows=data)
    if constant(data.x + data.x_mean):
        return nothing
    if constant(data.y + data.y_mean):
        level = np.array([data.y_mean + float(data.y.mean())])
        return Lines(slopes=np.zeros(1), intercepts=level, settled=True, rows=data)
    steepness = float(np.std(data.y)) / float(np.std(data.x))
    slopes = steepness * np.tan(DIRECTIONS)
    states = (_state(data, slopes[[place]], None) for place in range(len(slopes)))
    best = int(np.argmin([_misfit(state)[0] for state in states]))
    if best in (0, len(slopes) - 1):
        return nothing
    low, high = slopes[[best - 1]], slopes[[best + 1]]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        falling = bool(_score(data, _state(data, middle, None))[0] > 0)
        low, high = (middle, high) if falling else (low, middle)
    return _settle(data, (low + high) / 2, None)


def general_left_out(line: Lines) -> Lines:
    """Return the generalised Deming lines with one row left out, all n of them together, from the line of all rows.

    Notes
    -----
    Newton's steps on an n-by-n table of weights, in blocks of flat memory: O(n²) a step, never n separate fits. Where
    errors are proportional, the fitted true values and with them the variances are renewed at every step. Only a row
    that carries the line, from whose loss Newton's steps do not recover, is followed by a search for the direction.
    """
    n = len(line.rows.x)
    block = max(1, BLOCK_CELLS // n)
    skips = np.array_split(np.arange(n), -(-n // block))
    parts = [_settle(line.rows, np.repeat(line.slopes, len(skip)), skip) for skip in skips]
    left = _joined(parts, line.rows)
    for place in np.flatnonzero(np.isnan(left.slopes)):
        again = general_line(_without(line.rows, int(place)))
        left.slopes[place], left.intercepts[place] = again.slopes[0], again.intercepts[0]
    return left


def _without(data: Rows, place: int) -> Rows:
    """Return the rows but for one."""
    variances = (np.delete(np.atleast_2d(side)[0], place) for side in (data.x_variance, data.y_variance))
    x_variance, y_variance = variances
    return replace(
        data, x=np.delete(data.x, place), y=np.delete(data.y, place), x_variance=x_variance, y_variance=y_variance
    )


def _settle(data: Rows, slopes: Vector, skip: NDArray[np.int64] | None) -> Lines:
    """Return the lines to which Newton's steps lead from ``slopes``; NaN where that is no minimum."""
    settled = False
    # Rows that lie upright but for the one left out send the step to infinity: the line is then undefined, not wrong.
    with np.errstate(all="ignore"):
        for _ in range(MOST_ITERATIONS):
            state = _state(data, slopes, skip)
            if data.proportional is not None:
                # Before the step: the line to start from is already settled for the variances it came with.
                data = _renewed(data, state, data.proportional)
                state = _state(data, slopes, skip)
            curvature = _curvature(data, state)
            moved = np.where(curvature < 0, slopes - _score(data, state) / curvature, np.nan)
            change = np.abs(moved - slopes)
            slopes = moved
            if not (change > SETTLED * np.abs(moved)).any():
                settled = True
                break
        slopes = np.where(change > SETTLED * np.abs(slopes), np.nan, slopes)
        intercepts = _state(data, slopes, skip).intercepts + data.y_mean - slopes * data.x_mean
    return Lines(slopes=slopes, intercepts=intercepts, settled=settled, rows=data)


def _state(data: Rows, slopes: Vector, skip: NDArray[np.int64] | None) -> State:
    """Return weights, intercepts and residuals of every line."""
    weight = 1 / (data.y_variance + slopes[:, None] ** 2 * data.x_variance)
    if skip is not None:
        weight[np.arange(len(skip)), skip] = 0.0
    rest = data.y - slopes[:, None] * data.x
    intercepts = (weight * rest).sum(axis=1) / weight.sum(axis=1)
    return State(slopes=slopes, intercepts=intercepts, weight=weight, residual=rest - intercepts[:, None])


def _renewed(data: Rows, state: State, ratio: float) -> Rows:
    """Return the rows with variances in proportion to the squares of the fitted true values."""
    share = state.weight * state.residual
    x = data.x + data.x_mean + state.slopes[:, None] * data.x_variance * share
    y = data.y + data.y_mean - data.y_variance * share
    return replace(data, x_variance=ratio * x**2, y_variance=y**2)


def _score(data: Rows, state: State) -> Vector:
    """Return minus half the derivative of sum w r² in b, for every line: sum w r x + b v_x w² r²."""
    share = state.weight * state.residual
    score: Vector = (share * (data.x + state.slopes[:, None] * data.x_variance * share)).sum(axis=1)
    return score


def _curvature(data: Rows, state: State) -> Vector:
    """Return the derivative of the score in b, for every line, with w' = -2 b v_x w² and r' = -x - a'."""
    weight, residual, slope = state.weight, state.residual, state.slopes[:, None]
    pull = data.x_variance * weight
    fall = -2 * slope * pull * weight
    drift = ((fall * residual).sum(axis=1) - weight @ data.x) / weight.sum(axis=1)
    turn = -data.x - drift[:, None]
    curvature: Vector = (
        fall * residual * data.x
        + weight * turn * data.x
        + pull * weight * residual**2
        + 2 * slope * pull * (fall * residual**2 + weight * residual * turn)
    ).sum(axis=1)
    return curvature


def searched_line(data: Rows, tolerance: float) -> Lines:
    """Return the line of all rows by Brent's search stopped at ``tolerance`` of the slope, as R deming runs it."""
    return _searched(data, None, tolerance)


def searched_left_out(data: Rows, tolerance: float) -> Lines:
    """Return the lines with one row left out by Brent's searches side by side, in blocks of flat memory."""
    n = len(data.x)
    block = max(1, BLOCK_CELLS // n)
    parts = [_searched(data, skip, tolerance) for skip in np.array_split(np.arange(n), -(-n // block))]
    return _joined(parts, data)


def _searched(data: Rows, skip: NDArray[np.int64] | None, tolerance: float) -> Lines:
    """Return lines searched between half the slope of y on x and twice the inverse slope of x on y."""
    kept = np.ones((1 if skip is None else len(skip), len(data.x)))
    if skip is not None:
        kept[np.arange(len(skip)), skip] = 0.0
    # Rows without covariance have no bounds: the search then ends nowhere, and the slope is NaN.
    with np.errstate(all="ignore"):
        forward = _weighted_slope(kept / data.y_variance, data.x, data.y) / 2
        backward = 2 / _weighted_slope(kept / data.x_variance, data.y, data.x)
        slopes = bounded_minima(
            lambda trial: _misfit(_state(data, trial, skip)),
            np.minimum(forward, backward),
            np.maximum(forward, backward),
            tolerance,
        )
        intercepts = _state(data, slopes, skip).intercepts + data.y_mean - slopes * data.x_mean
    return Lines(slopes=slopes, intercepts=intercepts, settled=True, rows=data)


def _weighted_slope(weight: Vector, x: Vector, y: Vector) -> Vector:
    """Return the weighted least squares slopes of y on x, one for each row of weights."""
    total = weight.sum(axis=1)
    x_mean, y_mean = weight @ x / total, weight @ y / total
    slope: Vector = (weight @ (x * y) - total * x_mean * y_mean) / (weight @ (x * x) - total * x_mean**2)
    return slope


def _misfit(state: State) -> Vector:
    """Return sum w r² of every line."""
    misfit: Vector = (state.weight * state.residual**2).sum(axis=1)
    return misfit


def _joined(parts: Sequence[Lines], data: Rows) -> Lines:
    """Return the lines of several blocks as one."""
    return Lines(
        slopes=np.concatenate([part.slopes for part in parts]),
        intercepts=np.concatenate([part.intercepts for part in parts]),
        settled=all(part.settled for part in parts),
        rows=data,
    )
