"""Limits of agreement by a mixed model 混合模型的一致性界限 of replicated scores (Carstensen)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.reliability.difference.limits.agreement import FloatArray, checked_multiplier, is_noise, largest
from perfkit.reliability.difference.limits.likelihood import ReplicateFit, blocks, estimable, replicate_fit
from perfkit.reliability.difference.limits.replicates import refuse_absent, refuse_missing_methods, refuse_unnamed
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    checked_level,
    no_interval,
    too_few,
    zero_error,
)
from perfkit.reliability.ratings import rating_matrix
from perfkit.result import Caveat

# Below this share of the total a residual variance is where the search keeps it from 0.
ALMOST_NONE = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedLimitsResult(EstimateResult):
    """Limits of agreement by a mixed model 混合模型的一致性界限结果, in the unit of the scores.

    ``value`` is the mean difference x_method - y_method and ``se`` its standard error; ``lower`` and ``upper`` the
    limits for single scores; ``sd`` the standard deviation of a single difference. ``methods`` names all methods of
    the model; ``sd_interaction`` (method by evaluand) and ``sd_residual`` follow it; ``sd_replicate`` is that of linked
    replicates, NaN where they are not linked. ``n_used`` counts evaluands with at least two scores, ``n_scores`` their
    scores.
    """

    kind: ClassVar[str] = "mixed_limits"

    lower: float
    upper: float
    sd: float
    multiplier: float
    methods: tuple[str, ...]
    sd_interaction: tuple[float, ...]
    sd_replicate: float
    sd_residual: tuple[float, ...]
    n_scores: int


@dataclass(frozen=True, slots=True)
class _Scores:
    """Scores of evaluands that have at least two; codes count from 0, ``names`` are the methods in their order."""

    values: FloatArray
    evaluands: NDArray[np.int64]
    methods: NDArray[np.int64]
    replicates: NDArray[np.int64]
    names: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A fit in units of ``scale``, or none, and what to know of it."""

    fit: ReplicateFit | None
    scale: float
    caveats: tuple[Caveat, ...]


def mixed_limits(
    frame: pd.DataFrame,
    *,
    evaluand: str = "evaluand",
    method: str = "method",
    replicate: str = "replicate",
    score: str = "score",
    x_method: str = "x",
    y_method: str = "y",
    linked: bool = True,
    multiplier: float | None = None,
    coverage: float = 0.95,
    level: float = 0.95,
) -> MixedLimitsResult:
    """Return limits of agreement from the variance components of replicated scores 混合模型的一致性界限.

    Parameters
    ----------
    frame : one row per score; any number of replicates, not the same for all; every method in it enters the model.
    evaluand, method, replicate, score : names of the columns: what was scored, how, which time, and the score.
    x_method, y_method : the two methods compared.
    linked : whether replicates of one number were taken together by all methods (at one time, from one sample).
    multiplier : number of standard deviations, > 0; by default the normal quantile of ``coverage``.
    coverage : share of differences that the limits are to hold, 0 < coverage < 1; unused where the former is given.
    level : stands in the (empty) interval, 0 < level < 1.

    Returns
    -------
    MixedLimitsResult
        No interval is offered: none is published for these limits.

    Raises
    ------
    DataError
        Where a column or a method is absent, a key is empty, a score is repeated or no number.
    MethodError
        Where an option lies outside its range.

    Notes
    -----
    y = α_m + μ_i + c_mi + a_ir + e_mir with fixed α and μ, var(c) = τ_m² (one τ² for two methods), var(a) = ω² where
    linked, var(e) = σ_m², by REML; limits α_x - α_y ± z·√(τ_x² + τ_y² + σ_x² + σ_y²), equation and model of Carstensen,
    Simpson & Gurrin (2008), Int J Biostat 4(1), 16. Assumes variances that do not change with the level. Not without
    replicates (the components cannot be told apart: ``limits_of_agreement``). A component estimated at 0 is kept at 0
    under a caveat. Verified against R MethComp 1.30.2 ``BA.est`` (nlme) in
    ``tests/reliability/test_limits_mixed.py`` and the golden records.

    Examples
    --------
    >>> rows = [(i, m, r) for i in range(4) for m in "xy" for r in (1, 2)]
    >>> table = pd.DataFrame(rows, columns=["evaluand", "method", "replicate"])
    >>> table["score"] = [8, 9, 7, 9, 5, 6, 5, 4, 7, 7, 6, 8, 9, 9, 9, 7]
    >>> result = mixed_limits(table, linked=False)
    >>> f"{result.value:.3f}: {result.lower:.2f} to {result.upper:.2f}"
    '0.625: -1.68 to 2.93'
    """
    level = checked_level(level)
    z = checked_multiplier(multiplier, coverage)
    keys = [evaluand, method, replicate]
    refuse_absent(frame, [*keys, score])
    refuse_unnamed(frame, keys, unique=True)
    refuse_missing_methods(frame[method], (x_method, y_method))
    data = _scores(frame, keys, score)
    n = len(np.unique(data.evaluands))
    fitted = _fitted(data, n, linked, (x_method, y_method))
    return MixedLimitsResult(
        **_numbers(fitted, data.names, (x_method, y_method), linked, z),
        interval=no_interval(level),
        missing="available",
        multiplier=z,
        methods=tuple(map(str, data.names)),
        n_scores=data.values.size,
        method=f"mixed_limits:reml:{'linked' if linked else 'unlinked'}",
        n_used=n,
        n_dropped=int(frame[evaluand].nunique()) - n,
        caveats=fitted.caveats,
        source="Carstensen, Simpson & Gurrin (2008), Int J Biostat 4(1), 16",
    )


def _scores(frame: pd.DataFrame, keys: list[str], score: str) -> _Scores:
    """Return the known scores of evaluands that have two or more: a single score says nothing of a difference."""
    values = rating_matrix(frame[[score]])[:, 0]
    known = frame.loc[~np.isnan(values), keys].assign(score=values[~np.isnan(values)])
    known = known[known.groupby(keys[0])["score"].transform("size") > 1]
    codes = [pd.factorize(known[key].to_numpy(dtype=object)) for key in keys]
    # The same order of methods whatever the order of rows: the search then takes the same steps.
    order = sorted(range(len(codes[1][1])), key=lambda place: str(codes[1][1][place]))
    ranks = np.argsort(np.array(order, dtype=np.int64))
    return _Scores(
        values=known["score"].to_numpy(np.float64),
        evaluands=codes[0][0].astype(np.int64),
        methods=ranks[codes[1][0]].astype(np.int64),
        replicates=codes[2][0].astype(np.int64),
        names=tuple(codes[1][1][place] for place in order),
    )


def _fitted(data: _Scores, n: int, linked: bool, compared: tuple[Any, Any]) -> _Fitted:
    """Return the fit of the model, or the reason why there is none."""
    kinds = len(data.names)
    if n < 2:
        return _Fitted(None, 1.0, (too_few(n, 2),))
    if any(name not in data.names for name in compared):
        return _Fitted(None, 1.0, (_untied(),))
    means = np.bincount(data.evaluands, weights=data.values) / np.bincount(data.evaluands)
    centred = data.values - means[data.evaluands]
    shifts = np.bincount(data.methods, weights=centred) / np.bincount(data.methods)
    rest = centred - shifts[data.methods]
    flat = is_noise(rest, largest(data.values))
    scale = 1.0 if flat else math.sqrt(float(rest @ rest) / rest.size)
    parts = blocks(centred / scale, data.evaluands, data.methods, data.replicates, linked=linked)
    residual = np.arange(_variance_count(kinds, linked)) >= _variance_count(kinds, linked) - kinds
    start = np.full(residual.size, 1 / 3)
    if not estimable(parts, start):
        return _Fitted(None, scale, (_untied(),))
    if flat:
        value = ReplicateFit(np.zeros(residual.size), shifts[1:] - shifts[0], np.zeros((kinds - 1,) * 2), True, True)
        return _Fitted(value, 1.0, (zero_error(),))
    fit = replicate_fit(parts, start, residual)
    return _Fitted(fit, scale, _search_caveats(fit, residual))


def _variance_count(kinds: int, linked: bool) -> int:
    """Return how many variances the model has: interaction, linked replicates, residual of every method."""
    return (1 if kinds == 2 else kinds) + int(linked) + kinds


def _untied() -> Caveat:
    """Return: no evaluands connect the methods."""
    return Caveat("METHODS_UNTIED", "没有评价对象同时由相连的各方法评分，方法间的差值无法估计")


def _search_caveats(fit: ReplicateFit, residual: NDArray[np.bool_]) -> tuple[Caveat, ...]:
    """Return what to know of the search: components not told apart, no end, or a component at 0."""
    if not fit.identified:
        return (Caveat("NOT_IDENTIFIED", "重复评分不足，方差分量不能相互区分；没有重复评分时请用 limits_of_agreement"),)
    if not fit.converged:
        return (Caveat("NOT_CONVERGED", "限制性最大似然迭代未收敛，结果无法采用"),)
    if (fit.variances[~residual] == 0).any() or (fit.variances[residual] < ALMOST_NONE * fit.variances.sum()).any():
        return (Caveat("BOUNDARY", "有方差分量的估计为 0（落在边界上）"),)
    return ()


def _numbers(
    fitted: _Fitted, names: tuple[Any, ...], compared: tuple[Any, Any], linked: bool, z: float
) -> dict[str, Any]:
    """Return bias, limits and components in the unit of the scores; NaN where there is no usable fit."""
    kinds, fit = len(names), fitted.fit
    if fit is None or not (fit.identified and fit.converged):
        unknown = (UNKNOWN,) * kinds
        numbers = dict.fromkeys(("value", "se", "lower", "upper", "sd", "sd_replicate"), UNKNOWN)
        return {**numbers, "sd_interaction": unknown, "sd_residual": unknown}
    places = [names.index(name) for name in compared]
    contrast = np.zeros(kinds)
    contrast[places] = 1.0, -1.0
    value = float(contrast[1:] @ fit.effects) * fitted.scale
    se = math.sqrt(max(0.0, float(contrast[1:] @ fit.effects_variance @ contrast[1:]))) * fitted.scale
    interaction = np.broadcast_to(fit.variances[: 1 if kinds == 2 else kinds], kinds)
    residual = fit.variances[-kinds:]
    sd = math.sqrt(float(interaction[places].sum() + residual[places].sum())) * fitted.scale
    return {
        "value": value,
        "se": se,
        "lower": value - z * sd,
        "upper": value + z * sd,
        "sd": sd,
        "sd_interaction": tuple((np.sqrt(interaction) * fitted.scale).tolist()),
        "sd_replicate": math.sqrt(fit.variances[-kinds - 1]) * fitted.scale if linked else UNKNOWN,
        "sd_residual": tuple((np.sqrt(residual) * fitted.scale).tolist()),
    }
