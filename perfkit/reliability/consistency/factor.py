"""One-factor models 单因子模型 of many matrices at once: maximum likelihood by Fisher scoring, minres by Newton steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.estimate import UNKNOWN
from perfkit.reliability.ratings import FloatMatrix

# The greatest communality minres allows, as R psych's smallest uniqueness of 0.005.
GREATEST_COMMUNALITY = 0.995
ITERATIONS = 500
HALVINGS = 30
# Squared length of the last step, in standard errors of one row; far below what a caller can see.
DECREMENT = 1e-18
# Below this the objective no longer tells a longer step from a shorter one.
NEARLY_THERE = 1e-10
RIDGE = 1e-10
# Longer steps can leap past a proper solution into the valley where a loading grows without end.
LONGEST_STEP = 0.2
# A standardized loading past this is on its way to infinity: no finite solution exists.
LARGEST_LOADING = 100.0
# Two objectives this close, relatively, differ by rounding alone: a step between them is no rise.
ROUNDING = 1e-13
# A correlation matrix with a smaller eigenvalue counts as singular: maximum likelihood needs its inverse.
SMALLEST_EIGENVALUE = 1e-10

Objective = Callable[[FloatMatrix, FloatMatrix], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class OneFactor:
    """Fitted one-factor models 单因子模型: loadings and uniquenesses of shape (b, k), NaN where not converged."""

    loadings: FloatMatrix
    uniquenesses: FloatMatrix
    converged: NDArray[np.bool_]


def _first_axis(matrices: FloatMatrix, uniquenesses: FloatMatrix) -> FloatMatrix:
    """Return the first principal axis of matrices with communalities on the diagonal, shape (b, k)."""
    reduced = matrices - uniquenesses[:, :, None] * np.eye(matrices.shape[-1])
    values, vectors = np.linalg.eigh(reduced)
    return np.asarray(vectors[:, :, -1] * np.sqrt(np.maximum(values[:, -1:], 0.0)))


def _starting_uniquenesses(matrices: FloatMatrix) -> FloatMatrix:
    """Return the residual variance of each item given the others, the customary start of factor analysis."""
    diagonal = np.diagonal(matrices, axis1=1, axis2=2)
    eased = matrices + RIDGE * diagonal[:, :, None] * np.eye(matrices.shape[-1])
    inverse = np.diagonal(np.linalg.inv(eased), axis1=1, axis2=2)
    return np.clip(1 / inverse, (1 - GREATEST_COMMUNALITY) * diagonal, diagonal)


def minres_one_factor(matrices: FloatMatrix) -> OneFactor:
    """Return one-factor models by minimum residuals 最小残差法.

    Parameters
    ----------
    matrices : shape (b, k, k), covariances or correlations with positive diagonals.

    Returns
    -------
    OneFactor
        Uniquenesses are the diagonal minus the squared loadings, negative where a loading passes the diagonal.

    Notes
    -----
    Minimises Σ (s_ij - l_i·l_j)² over i ≠ j plus Σ (l_j² - c_j)² where a communality passes c_j = 0.995·s_jj: what is
    left of the residual sum of squares once each uniqueness takes its best value of at least 0.005·s_jj. Newton steps
    with the Hessian's eigenvalues made positive.
    """
    scale = np.trace(matrices, axis1=1, axis2=2)[:, None, None] / matrices.shape[-1]
    scaled = matrices / scale
    loadings = _first_axis(scaled, _starting_uniquenesses(scaled))
    converged = np.zeros(len(matrices), dtype=bool)
    active = np.arange(len(matrices))
    for _ in range(ITERATIONS):
        now, target = loadings[active], scaled[active]
        gradient, hessian = _minres_slopes(now, target)
        done = np.abs(gradient).max(axis=1) < np.sqrt(DECREMENT)
        converged[active[done]] = True
        active, now, target = active[~done], now[~done], target[~done]
        if not active.size:
            break
        values, vectors = np.linalg.eigh(hessian[~done])
        turned = np.einsum("bij,bi->bj", vectors, gradient[~done]) / np.maximum(np.abs(values), 1e-3)
        step = -np.einsum("bij,bj->bi", vectors, turned)
        loadings[active] = _shortened(now, step, target, _minres_objective)
    fitted = loadings * np.sqrt(scale[:, :, 0])
    return _signed(fitted, np.diagonal(matrices, axis1=1, axis2=2) - fitted**2, converged)


def _ceiling(matrices: FloatMatrix) -> FloatMatrix:
    return GREATEST_COMMUNALITY * np.diagonal(matrices, axis1=1, axis2=2)


def _minres_residuals(loadings: FloatMatrix, matrices: FloatMatrix) -> FloatMatrix:
    """Return what the model exceeds the matrices by; on the diagonal only where it passes the ceiling."""
    k = loadings.shape[1]
    residuals = loadings[:, :, None] * loadings[:, None, :] - matrices
    residuals[:, np.arange(k), np.arange(k)] = np.maximum(loadings**2 - _ceiling(matrices), 0.0)
    return residuals


def _minres_objective(loadings: FloatMatrix, matrices: FloatMatrix) -> NDArray[np.float64]:
    return np.asarray((_minres_residuals(loadings, matrices) ** 2).sum(axis=(1, 2)) / 4)


def _minres_slopes(loadings: FloatMatrix, matrices: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
    """Return gradient and Hessian of the minres objective."""
    k = loadings.shape[1]
    places = np.arange(k)
    residuals = _minres_residuals(loadings, matrices)
    gradient = np.einsum("bij,bj->bi", residuals, loadings)
    hessian = residuals + loadings[:, :, None] * loadings[:, None, :]
    squares = loadings**2
    others = squares.sum(axis=1, keepdims=True) - squares
    past = np.where(squares > _ceiling(matrices), 3 * squares - _ceiling(matrices), 0.0)
    hessian[:, places, places] = others + past
    return gradient, hessian


def _shortened(now: FloatMatrix, step: FloatMatrix, matrices: FloatMatrix, objective: Objective) -> FloatMatrix:
    """Return the points after steps that are halved until the objective does not rise."""
    before = objective(now, matrices)
    length = np.ones(len(now))
    moved = now + step
    for _ in range(HALVINGS):
        worse = ~(objective(moved, matrices) <= before + ROUNDING * (1 + np.abs(before)))
        if not worse.any():
            break
        length[worse] /= 2
        moved = now + length[:, None] * step
    return moved


def likelihood_one_factor(matrices: FloatMatrix) -> OneFactor:
    """Return congeneric one-factor models by normal maximum likelihood 极大似然单因子模型.

    Parameters
    ----------
    matrices : shape (b, k, k), correlations (the model is free of scale: covariances follow by the deviations).

    Returns
    -------
    OneFactor
        Not converged, hence NaN, where a matrix is singular or no finite solution exists. A negative uniqueness
        (Heywood case) is kept as long as the fitted matrix is positive definite.

    Notes
    -----
    Minimises log|Σ| + tr(RΣ⁻¹), Σ = ll' + diag(u), by Fisher scoring with halved steps.
    """
    k = matrices.shape[-1]
    start = _starting_uniquenesses(matrices)
    axis = _first_axis(matrices, start)
    parameters: FloatMatrix = np.hstack([axis, np.maximum(1 - axis**2, 0.05)])
    converged = np.zeros(len(matrices), dtype=bool)
    active = np.flatnonzero(np.linalg.eigvalsh(matrices)[:, 0] > SMALLEST_EIGENVALUE)
    for turn in range(ITERATIONS):
        if not active.size:
            break
        now, target = parameters[active], matrices[active]
        gradient, information = likelihood_slopes(now, target)
        step = -np.linalg.solve(information + RIDGE * np.eye(2 * k), gradient[:, :, None])[:, :, 0]
        longest = LONGEST_STEP * np.maximum(1.0, np.abs(now).max(axis=1))
        bounded = np.minimum(1.0, longest / np.maximum(np.abs(step).max(axis=1), longest))[:, None] * step
        decrement = -(gradient * step).sum(axis=1)
        # In small samples the curvature can pass twice the expected information: full steps then swing about the
        # maximum by less than the objective shows, and a shorter one in between closes in on it.
        swinging = (np.abs(decrement) < NEARLY_THERE) & (turn % 2 == 1)
        damped = np.where(swinging, 1 / 3, 1.0)[:, None] * bounded
        parameters[active] = _shortened(now, damped, target, _likelihood_objective)
        done = (decrement >= 0) & (decrement < DECREMENT)
        converged[active[done]] = True
        active = active[~done & (np.abs(now[:, :k]).max(axis=1) < LARGEST_LOADING)]
    return _signed(parameters[:, :k], parameters[:, k:], converged)


def _implied(parameters: FloatMatrix) -> FloatMatrix:
    """Return the matrices that loadings and uniquenesses imply."""
    k = parameters.shape[1] // 2
    loadings, uniquenesses = parameters[:, :k], parameters[:, k:]
    return loadings[:, :, None] * loadings[:, None, :] + uniquenesses[:, :, None] * np.eye(k)


def _likelihood_objective(parameters: FloatMatrix, matrices: FloatMatrix) -> NDArray[np.float64]:
    """Return log|Σ| + tr(RΣ⁻¹), infinite where Σ is not positive definite."""
    values, vectors = np.linalg.eigh(_implied(parameters))
    proper = values[:, 0] > SMALLEST_EIGENVALUE / 10
    values = np.where(proper[:, None], values, 1.0)
    inner = np.einsum("bij,bik,bkj->bj", vectors, matrices, vectors, optimize=True)
    return np.where(proper, (np.log(values) + inner / values).sum(axis=1), np.inf)


def likelihood_slopes(parameters: FloatMatrix, matrices: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
    """Return half the gradient of the discrepancy and the expected information of one row 期望信息矩阵.

    Parameters
    ----------
    parameters : shape (b, 2k), loadings then uniquenesses.
    matrices : shape (b, k, k).

    Returns
    -------
    tuple
        Shapes (b, 2k) and (b, 2k, 2k).
    """
    k = matrices.shape[-1]
    loadings = parameters[:, :k]
    implied = _implied(parameters)
    inverse = np.linalg.inv(implied)
    residual = inverse @ (implied - matrices) @ inverse
    pulled = np.einsum("bij,bj->bi", inverse, loadings)
    gradient = np.hstack([np.einsum("bij,bj->bi", residual, loadings), np.diagonal(residual, axis1=1, axis2=2) / 2])
    information = np.empty((len(matrices), 2 * k, 2 * k))
    strength = (loadings * pulled).sum(axis=1)[:, None, None]
    information[:, :k, :k] = pulled[:, :, None] * pulled[:, None, :] + inverse * strength
    information[:, :k, k:] = inverse * pulled[:, None, :]
    information[:, k:, :k] = np.swapaxes(information[:, :k, k:], 1, 2)
    information[:, k:, k:] = inverse**2 / 2
    return gradient, information


def _signed(loadings: FloatMatrix, uniquenesses: FloatMatrix, converged: NDArray[np.bool_]) -> OneFactor:
    """Return the models with loadings that sum to no less than 0, NaN where the iteration did not end."""
    turned = np.where(loadings.sum(axis=1, keepdims=True) < 0, -loadings, loadings)
    known = converged[:, None]
    return OneFactor(np.where(known, turned, UNKNOWN), np.where(known, uniquenesses, UNKNOWN), converged)
