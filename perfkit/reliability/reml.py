"""REML 限制极大似然: crossed random effects with one residual, or one residual per group, by average information."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_triangular

from perfkit.errors import DataError, Problem
from perfkit.reliability.mixed_equations import CodeArray, FloatArray, MixedEquations, Solution

MOST_ITERATIONS = 300
# Twice the gain in log-likelihood that the next step promises: components then stand within 1e-9 standard errors.
SMALLEST_DECREMENT = 1e-18
# The same where the residual has vanished, and with it the digits.
REPRODUCED_DECREMENT = 1e-9
# Of the variance left by the fixed part: a component below is set to 0, and must want to stay there.
BOUNDARY_SHARE = 1e-9
# Start of a component that does not want to stay at 0, and the step by which that is found out.
RELEASE_SHARE = 1e-7
# The curvature assumed at least, as a share of slope over variance; it vanishes at the top.
LEAST_CURVATURE = 0.1
# In standard errors: along an axis without curvature a slope below this is rounding.
FLAT_SLOPE = 1e-6
# Below this share of the variance left by the fixed part, the residual is 0 as far as double precision can tell.
VANISHED = 1e-10
# Where it then stays while the other variances settle: further down their digits would go.
REMAINDER = 5e-10
# A component may shrink to this share in one step, never jump past 0.
SHRINKAGE = 0.1
# The average information has lost a direction: two components cannot be told apart.
SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class RemlFit:
    """A mixed model fitted by REML 混合模型的限制极大似然估计; nothing is rounded.

    ``components`` holds the variance of each random factor, in the order given; ``residual`` the residual variance of
    each residual group (one where there are none), in ascending order of the group codes. ``at_boundary`` says of each
    factor whether its variance was set to 0. ``coefficients`` and ``coefficient_covariance`` belong to the columns of
    the fixed matrix. ``component_covariance`` is the inverse average information of (components, residual), NaN for
    those at 0. ``converged`` is false where the iteration ran out; ``identified`` is false where two variances cannot
    be told apart by these data (for instance a factor with one observation per level beside the residual).
    """

    components: tuple[float, ...]
    residual: tuple[float, ...]
    at_boundary: tuple[bool, ...]
    coefficients: FloatArray
    coefficient_covariance: FloatArray
    component_covariance: FloatArray
    log_likelihood: float
    iterations: int
    converged: bool
    identified: bool


@dataclass(frozen=True, slots=True)
class _Ascent:
    """Where the iteration ended."""

    variances: FloatArray
    active: NDArray[np.bool_]
    solution: Solution
    iterations: int
    converged: bool


def _step(solution: Solution, variances: FloatArray, active: NDArray[np.bool_]) -> tuple[FloatArray, float]:
    """Return the next step and twice the gain that it promises, along the principal axes of the average information."""
    score, information = solution.score[active], solution.information[np.ix_(active, active)]
    # The average information of effects that are all 0 is 0: the slope alone then says how far to go.
    size = np.maximum(np.diag(information), LEAST_CURVATURE * np.abs(score) / variances[active])
    unit = np.sqrt(np.where(size > 0, size, 1.0))
    scaled = information / np.outer(unit, unit)
    scaled[np.diag_indices_from(scaled)] = np.where(size > 0, 1.0, 0.0)
    curvature, axes = np.linalg.eigh(scaled)
    slope = axes.T @ (score / unit)
    # Effects that are multiples of one another leave an axis without curvature: the same holds there.
    bare = curvature <= SINGULAR
    curvature = np.where(bare, LEAST_CURVATURE * np.abs(slope), curvature)
    along = np.divide(slope, curvature, out=np.zeros(len(slope)), where=~bare | (np.abs(slope) > FLAT_SLOPE))
    step = np.zeros(len(variances))
    step[active] = axes @ along / unit
    return step, float(slope @ along)


def _ascended(equations: MixedEquations, start: FloatArray, active: NDArray[np.bool_], budget: int) -> _Ascent:
    """Climb by average information with step control; a component that shrinks to nothing is set to 0."""
    n_factors = len(equations.factors)
    variances, active, reproduced = start.copy(), active.copy(), False
    solution = equations.solved(variances)
    for iteration in range(1, budget + 1):
        step, decrement = _step(solution, variances, active)
        for halving in range(40):
            moved = np.maximum(variances + step * 0.5**halving, SHRINKAGE * variances)
            trial = equations.solved(moved)
            # Near the top the gain falls below what the log-likelihood resolves; there the score alone decides.
            slack = 1e-11 * (1 + abs(solution.log_likelihood))
            if trial.log_likelihood >= solution.log_likelihood - slack:
                break
        variances, solution = moved, trial
        vanishing = np.zeros_like(active)
        vanishing[:n_factors] = variances[:n_factors] < BOUNDARY_SHARE
        vanishing &= active
        if vanishing.any():
            variances[vanishing], active[vanishing] = 0, False
            solution = equations.solved(variances)
        elif abs(decrement) <= (REPRODUCED_DECREMENT if reproduced else SMALLEST_DECREMENT) * len(equations.y):
            return _Ascent(variances, active, solution, iteration, not reproduced)
        spent = np.flatnonzero(active[n_factors:] & (variances[n_factors:] < VANISHED)) + n_factors
        if spent.size:
            # The random effects reproduce the data: the likelihood has no maximum, the other variances have a limit.
            variances[spent], active[spent], reproduced = REMAINDER, False, True
            solution = equations.solved(variances)
    return _Ascent(variances, active, solution, budget, False)


def _released(equations: MixedEquations, ascent: _Ascent) -> NDArray[np.bool_]:
    """Return which components at 0 would raise the likelihood by leaving it."""
    leaving = np.zeros_like(ascent.active)
    for place in np.flatnonzero(~ascent.active):
        nudged = ascent.variances.copy()
        nudged[place] = RELEASE_SHARE
        leaving[place] = equations.solved(nudged).score[place] > 0
    return leaving


def _checked(
    y: ArrayLike, factors: Sequence[ArrayLike], fixed: ArrayLike | None, residual_groups: ArrayLike | None
) -> tuple[FloatArray, FloatArray, list[CodeArray], CodeArray]:
    """Return response, fixed matrix, factor codes and group codes, checked for length and gaps."""
    response = np.asarray(y, dtype=np.float64)
    matrix = np.ones((response.size, 1)) if fixed is None else np.asarray(fixed, dtype=np.float64)
    codes = [np.asarray(factor) for factor in factors]
    groups = np.zeros(response.size, dtype=np.intp) if residual_groups is None else np.asarray(residual_groups)
    lengths = {len(part) for part in (matrix, *codes, groups)} | {response.size}
    finite = bool(np.isfinite(response).all() and np.isfinite(matrix).all())
    if response.ndim != 1 or matrix.ndim != 2 or len(lengths) != 1 or not finite:
        raise DataError(
            Problem(
                code="RM-SHAPE",
                where="y、fixed 与 factors",
                expected="等长、无缺失的观测：每行一个评分，各因素一列代码",
                found=f"y {response.shape}，fixed {matrix.shape}，因素长度 {[len(part) for part in codes]}",
                mend="先剔除缺失，再按同一顺序给出各列",
            )
        )
    if response.size <= matrix.shape[1] or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise DataError(
            Problem(
                code="RM-RANK",
                where="fixed",
                expected="列满秩且列数少于观测数的固定效应矩阵",
                found=" × ".join(map(str, matrix.shape)),
                mend="删去可由其他列得出的列，或增加观测",
            )
        )
    numbered = [np.unique(part, return_inverse=True)[1].ravel() for part in (*codes, groups)]
    return response, matrix, numbered[:-1], numbered[-1]


def reml(
    y: ArrayLike,
    factors: Sequence[ArrayLike],
    *,
    fixed: ArrayLike | None = None,
    residual_groups: ArrayLike | None = None,
    most_iterations: int = MOST_ITERATIONS,
) -> RemlFit:
    """Return the variance components of crossed random factors by restricted maximum likelihood 限制极大似然.

    Parameters
    ----------
    y : shape (n,), the observations, no missing, any unit.
    factors : one array of n level codes per random factor (integers or words, levels in any order); an interaction is
        a factor whose codes are those of the pairs.
    fixed : shape (n, p), design matrix of the fixed part, full rank; an intercept alone where ``None``.
    residual_groups : n codes; observations of each group have a residual variance of their own. One for all where
        ``None``.
    most_iterations : after so many the fit is returned with ``converged`` false.

    Returns
    -------
    RemlFit
        In the units of ``y``. Where ``y`` is fitted without error by the fixed part alone, all variances are 0; where
        the random effects reproduce it, ``converged`` is false and the residual next to 0.

    Raises
    ------
    DataError
        Where lengths differ, a value is missing or infinite, or the fixed matrix has not full rank.

    Notes
    -----
    y = X·beta + sum of Z_i·u_i + e, u_i ~ N(0, s_i·I), e ~ N(0, r_g) by group. Henderson's equations in the scaled
    form of Bates et al. (2015), J. Stat. Softw. 67(1), sec. 3; a factor and those nested in it absorbed; average
    information of Gilmour, Thompson & Cullis (1995), Biometrics 51, 1440-1450, with step halving. A variance is never
    negative: it is set to 0 where the score there points outwards (Kuhn-Tucker), and flagged. Memory and time grow
    with the square and cube of the levels of the factors that are not absorbed: a few thousand at most. Assumes
    independent normal effects; not for heavily skewed or bounded scores, where the components still describe but
    their standard errors do not hold. The log-likelihood is that of lme4 (constants included, not ``log|X'X|``).
    Verified against lme4 1.1-31 (golden ``icc_variance_components``) and statsmodels, tests/reliability/test_reml.py.

    Examples
    --------
    >>> fit = reml([9, 2, 5, 8, 6, 1, 3, 2], [[0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 2, 3, 0, 1, 2, 3]])
    >>> [round(value, 4) for value in (*fit.components, *fit.residual)], fit.converged
    ([3.9167, 5.0, 2.3333], True)
    """
    response, matrix, codes, groups = _checked(y, factors, fixed, residual_groups)
    basis, triangle = np.linalg.qr(matrix)
    ordinary = solve_triangular(triangle, basis.T @ response)
    rest = response - matrix @ ordinary
    rest -= basis @ (basis.T @ rest)
    n_free = response.size - matrix.shape[1]
    variance = float(rest @ rest) / n_free
    n_groups = int(groups.max()) + 1
    if variance <= (1e-13 * float(np.abs(response).max())) ** 2:
        return _perfect(ordinary, len(codes), n_groups)
    unit = math.sqrt(variance)
    equations = MixedEquations(rest / unit, basis, codes or [np.zeros(response.size, dtype=np.intp)], groups)
    n_variances = len(equations.factors) + n_groups
    start = np.full(n_variances, 1 / (1 + len(codes)))
    active = np.ones(n_variances, dtype=bool)
    if not codes:
        start[0], active[0] = 0, False
    ascent, iterations = _ascended(equations, start, active, most_iterations), 0
    for _ in range(3 if codes else 0):
        leaving = _released(equations, ascent) if ascent.converged else np.zeros_like(ascent.active)
        if not leaving.any():
            break
        iterations += ascent.iterations
        again = np.where(leaving, 100 * RELEASE_SHARE, ascent.variances)
        ascent = _ascended(equations, again, ascent.active | leaving, most_iterations)
    return _fit(ascent, iterations, unit, ordinary, triangle, len(codes), n_free)


def _perfect(coefficients: FloatArray, n_factors: int, n_groups: int) -> RemlFit:
    """Return the fit of data that the fixed part reproduces: every variance is 0."""
    size, width = n_factors + n_groups, len(coefficients)
    return RemlFit(
        components=(0.0,) * n_factors,
        residual=(0.0,) * n_groups,
        at_boundary=(True,) * n_factors,
        coefficients=coefficients,
        coefficient_covariance=np.zeros((width, width)),
        component_covariance=np.full((size, size), np.nan),
        log_likelihood=math.inf,
        iterations=0,
        converged=True,
        identified=False,
    )


def _fit(
    ascent: _Ascent,
    iterations: int,
    unit: float,
    ordinary: FloatArray,
    triangle: FloatArray,
    n_factors: int,
    n_free: int,
) -> RemlFit:
    """Return the fit in the units of the data."""
    first = 0 if n_factors else 1
    variances = ascent.variances[first:] * unit**2
    active, solution = ascent.active, ascent.solution
    information = solution.information[np.ix_(active, active)]
    size = np.diag(information)
    covariance = np.full((len(active), len(active)), np.nan)
    identified = bool((size > 0).all())
    if identified:
        spread = np.sqrt(np.outer(size, size))
        identified = bool(np.linalg.eigvalsh(information / spread).min() > SINGULAR)
    if identified:
        covariance[np.ix_(active, active)] = np.linalg.inv(information / spread) / spread * unit**4
    back = solve_triangular(triangle, np.eye(len(triangle)))
    logdet = float(np.log(np.abs(np.diag(triangle))).sum())
    constant = n_free * (0.5 * math.log(2 * math.pi) + math.log(unit)) + logdet
    return RemlFit(
        components=tuple(float(value) for value in variances[:n_factors]),
        residual=tuple(float(value) for value in variances[n_factors:]),
        at_boundary=tuple(not flag for flag in active[:n_factors]),
        coefficients=ordinary + unit * (back @ solution.coefficients),
        coefficient_covariance=back @ solution.covariance @ back.T * unit**2,
        component_covariance=covariance[first:, first:],
        log_likelihood=solution.log_likelihood - constant,
        iterations=iterations + ascent.iterations,
        converged=ascent.converged,
        identified=identified,
    )
