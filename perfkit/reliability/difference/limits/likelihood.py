"""Restricted likelihood of replicated method comparisons 重复测量方法比较的限制性似然, block by block of one evaluand.

The model is y = α_method + μ_evaluand + c_method,evaluand + a_replicate,evaluand + e with fixed α and μ and variances τ²
of c, ω² of a (where replicates are linked) and σ² of e for each method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.difference.limits.agreement import FloatArray

ITERATIONS = 500
HALVINGS = 40
# The gain in log-likelihood that one more step promises: below it the estimates no longer move in their ninth digit.
PROMISED_GAIN = 1e-16
# A residual variance of exactly 0 would make a block singular: it stays above this share of the total.
LEAST_RESIDUAL = 1e-9
# Rounding lets the log-likelihood fall by this much at the top.
ROUNDING = 1e-10


@dataclass(frozen=True, slots=True)
class Block:
    """All evaluands scored in the same design 同一设计的评价对象.

    ``derivatives`` of shape (p, m, m) are the derivatives of the covariance of m scores by the p variances, ``design``
    of shape (m, M - 1) marks methods after the first, ``sums`` of shape (m,) and ``squares`` of shape (m, m) are the
    sums and cross products of the scores of the ``size`` evaluands, each centred at its mean.
    """

    size: int
    derivatives: FloatArray
    design: FloatArray
    sums: FloatArray
    squares: FloatArray


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the likelihood says at some variances 似然求值: its height, score, information, and the method effects."""

    height: float
    score: FloatArray
    information: FloatArray
    effects: FloatArray
    effects_variance: FloatArray


@dataclass(frozen=True, slots=True)
class ReplicateFit:
    """Maximum of the restricted likelihood 限制性最大似然估计: variances, method effects, and how the search ended."""

    variances: FloatArray
    effects: FloatArray
    effects_variance: FloatArray
    converged: bool
    identified: bool


def blocks(
    scores: FloatArray,
    evaluands: NDArray[np.int64],
    methods: NDArray[np.int64],
    replicates: NDArray[np.int64],
    *,
    linked: bool,
) -> list[Block]:
    """Return the evaluands grouped by design 按设计分组.

    Parameters
    ----------
    scores, evaluands, methods, replicates : shape (N,) each, one entry per score; codes count from 0.
    linked : whether replicates of one number belong together across methods.
    """
    kinds = int(methods.max()) + 1
    order = np.lexsort((methods, replicates, evaluands))
    starts = np.flatnonzero(np.diff(evaluands[order], prepend=-1))
    designs: dict[bytes, list[NDArray[np.int64]]] = {}
    for rows in np.split(order, starts[1:]):
        _, turns = np.unique(replicates[rows], return_inverse=True)
        designs.setdefault(np.stack([methods[rows], turns]).tobytes(), []).append(rows)
    return [
        _block(scores, np.stack(members), methods[members[0]], replicates[members[0]], kinds, linked)
        for members in designs.values()
        if members[0].size > 1
    ]


def _block(
    scores: FloatArray,
    members: NDArray[np.int64],
    methods: NDArray[np.int64],
    replicates: NDArray[np.int64],
    kinds: int,
    linked: bool,
) -> Block:
    """Return the block of evaluands that share one design."""
    same = np.equal.outer(methods, methods)
    marks = methods[:, None] == np.arange(kinds)
    own = marks.T[:, :, None] & marks.T[:, None, :]
    derivatives: list[NDArray[np.bool_]] = [same] if kinds == 2 else list(own)
    if linked:
        derivatives.append(np.equal.outer(replicates, replicates))
    derivatives.extend(own & np.eye(methods.size, dtype=bool))
    values = scores[members]
    centred = values - values.mean(axis=1, keepdims=True)
    return Block(
        size=len(members),
        derivatives=np.array(derivatives, dtype=np.float64),
        design=marks[:, 1:].astype(np.float64),
        sums=centred.sum(axis=0),
        squares=centred.T @ centred,
    )


@dataclass(frozen=True, slots=True)
class _Pass:
    """One block at given variances: its projection P, P·X, and log|V| + log(1'V⁻¹1)."""

    block: Block
    projection: FloatArray
    projected: FloatArray
    logarithm: float


def _passed(block: Block, variances: FloatArray) -> _Pass:
    """Return the projection that takes the mean of every evaluand out: P = W - W11'W/(1'W1) with W the inverse."""
    covariance = np.tensordot(variances, block.derivatives, axes=1)
    inverse = np.linalg.inv(covariance)
    ones = inverse.sum(axis=1)
    whole = float(ones.sum())
    projection = inverse - np.outer(ones, ones) / whole
    logarithm = float(np.linalg.slogdet(covariance)[1]) + np.log(whole)
    return _Pass(block, projection, projection @ block.design, logarithm)


def estimable(parts: Sequence[Block], variances: FloatArray) -> bool:
    """Return whether the scores tell all methods apart 方法效应可估: evaluands tie every method to the others."""
    if not parts:
        return False
    normal = _normal([_passed(block, variances) for block in parts])
    return int(np.linalg.matrix_rank(normal, tol=1e-9 * float(np.trace(normal)))) == len(normal)


def _as_float(matrix: NDArray[np.floating[Any]]) -> FloatArray:
    """Return a matrix of linear algebra as float64."""
    return matrix.astype(np.float64, copy=False)


def _normal(passes: Sequence[_Pass]) -> FloatArray:
    """Return X'PX of the method effects over all blocks."""
    total: FloatArray = np.sum([one.block.size * (one.block.design.T @ one.projected) for one in passes], axis=0)
    return total


def evaluation(parts: Sequence[Block], variances: FloatArray) -> Evaluation:
    """Return height, score and expected information of the restricted log-likelihood 似然、得分与信息矩阵.

    Parameters
    ----------
    parts : the blocks.
    variances : shape (p,), > 0 for the residual ones.
    """
    passes = [_passed(block, variances) for block in parts]
    effects_variance = _as_float(np.linalg.inv(_normal(passes)))
    effects = effects_variance @ np.sum([one.projected.T @ one.block.sums for one in passes], axis=0)
    p, q = len(variances), len(effects)
    height = float(np.linalg.slogdet(effects_variance)[1])
    score, information, drags = np.zeros(p), np.zeros((p, p)), np.zeros((p, q, q))
    for one in passes:
        block, size = one.block, one.block.size
        fitted = block.design @ effects
        crossed = np.outer(block.sums, fitted)
        residuals = block.squares - crossed - crossed.T + size * np.outer(fitted, fitted)
        height -= size * one.logarithm + float(np.sum(one.projection * residuals))
        seen = one.projection @ residuals @ one.projection
        moved = one.projection @ block.derivatives
        pulled = one.projected.T @ block.derivatives @ one.projected
        score += np.einsum("aij,ij->a", block.derivatives, seen) - size * np.einsum("aii->a", moved)
        drags += size * pulled
        information += size * np.einsum("aij,bji->ab", moved, moved)
        # tr(A⁻¹ X'P D_a P D_b P X), once for each order of a and b.
        left = np.einsum("aij,jk->aik", block.derivatives, one.projected)
        both = np.einsum("aik,ij,bjl->abkl", left, one.projection, left)
        information -= 2 * size * np.einsum("abkl,lk->ab", both, effects_variance)
    score += np.einsum("akl,lk->a", drags, effects_variance)
    carried = drags @ effects_variance
    information += np.einsum("aij,bji->ab", carried, carried)
    return Evaluation(height / 2, score / 2, information / 2, effects, effects_variance)


def replicate_fit(parts: Sequence[Block], start: FloatArray, residual: NDArray[np.bool_]) -> ReplicateFit:
    """Return the variances of greatest restricted likelihood by Fisher scoring 限制性最大似然.

    Parameters
    ----------
    parts : the blocks.
    start : shape (p,), variances to start from, > 0.
    residual : shape (p,), which of them are residual: these stay above 0, the others may end at 0.

    Returns
    -------
    ReplicateFit
        ``identified`` is False where the scores do not tell the variances apart; ``converged`` where the search ended.
    """
    least = np.where(residual, LEAST_RESIDUAL * start.sum(), 0.0)
    variances, converged, identified = start.copy(), False, True
    now = evaluation(parts, variances)
    for _ in range(ITERATIONS):
        free = (variances > least) | (now.score > 0)
        inner = now.information[np.ix_(free, free)]
        scale = np.sqrt(np.diag(inner))
        identified = bool(np.all(scale > 0)) and _full_rank(inner / np.outer(scale, scale))
        if not identified:
            break
        step = np.zeros_like(variances)
        step[free] = np.linalg.solve(inner, now.score[free])
        if float(step @ now.score) < PROMISED_GAIN:
            converged = True
            break
        found = _ascent(parts, variances, step, least, now.height)
        if found is None:
            converged = bool(np.max(np.abs(step)) < 1e-6 * start.sum())
            break
        variances, now = found
    return ReplicateFit(variances, now.effects, now.effects_variance, converged, identified)


def _full_rank(matrix: FloatArray) -> bool:
    """Return whether a matrix of unit diagonal has no direction of almost no information."""
    return int(np.linalg.matrix_rank(matrix, tol=1e-8)) == len(matrix)


def _ascent(
    parts: Sequence[Block], variances: FloatArray, step: FloatArray, least: FloatArray, height: float
) -> tuple[FloatArray, Evaluation] | None:
    """Return the first shortened step that does not lower the likelihood; None where none does."""
    for halving in range(HALVINGS):
        tried = np.maximum(variances + step / 2**halving, least)
        there = evaluation(parts, tried)
        if there.height >= height - ROUNDING * max(1.0, abs(height)):
            return tried, there
    return None
