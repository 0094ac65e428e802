"""Departments pulled towards one another 部门估计的收缩: a working-paper table that chooses where to look next, no score."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from perfkit.reliability.reml import RemlFit, reml
from perfkit.result import Caveat
from perfkit.stages.listing import Listing
from perfkit.stages.re_evaluation.changes import re_scored

UNKNOWN = math.nan
LEAST_DEPARTMENTS = 3
LEAST_PROJECTS = 2
DRAWS = 4_000
SEED = 20250101
SOURCE = "Morris (1983), JASA 78, 47-55; Goldstein & Spiegelhalter (1996), JRSS A 159, 385-443"


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledDepartments(Listing):
    """Mean inflation of departments pulled towards their common mean 收缩估计, with intervals of their ranks.

    ``pooled`` = mean of all + ``weight`` × (own mean − mean of all), with ``low`` and ``high``; ``rank`` 1 is the most
    inflated, ``rank_low`` … ``rank_high`` where it may lie. Working paper only: no department is ranked in a report and no
    score is changed by it. ``between_sd`` and ``within_sd`` in points.
    """

    kind: ClassVar[str] = "pooled_departments"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "n", "mean", "weight", "pooled", "low", "high", "rank", "rank_low", "rank_high",
    )  # fmt: skip

    between_sd: float = UNKNOWN
    within_sd: float = UNKNOWN
    level: float = 0.95
    draws: int = DRAWS
    seed: int = SEED


def pooled_departments(
    projects: pd.DataFrame,
    *,
    drawn_by_chance: Collection[str] | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
) -> PooledDepartments:
    """Return the mean inflation of departments, each pulled towards the mean of all 部门估计的收缩.

    Parameters
    ----------
    projects : the project frame of ``paired``.
    drawn_by_chance : departments whose sample was drawn by chance; others are left out. ``None``: all of them.
    level : of the intervals of means and ranks.
    draws, seed : of the draws that the intervals of ranks rest on.

    Notes
    -----
    Inflation = department + error, variances by REML; weight τ²/(τ² + σ²/n); the variance of a pooled mean is τ²(1 − w)
    plus (1 − w)² times that of the common mean. Ranks are those of independent normal draws. The finite population
    is not counted, so that intervals are wide rather than narrow. Fewer than three departments with two re-scored
    projects each: nothing is estimated.
    """
    both = re_scored(projects)
    if drawn_by_chance is not None:
        both = both[both["department"].isin(set(drawn_by_chance)).to_numpy()]
    counts = both["department"].value_counts(sort=False)
    names = [str(name) for name in counts.index[(counts >= LEAST_PROJECTS).to_numpy()]]
    used = both[both["department"].isin(names).to_numpy()]
    left_out = int(projects["department"].nunique()) - len(names)
    if len(names) < LEAST_DEPARTMENTS:
        why = Caveat(
            "TOO_FEW", f"有两个以上再评项目的部门仅 {len(names)} 个，至少需要 {LEAST_DEPARTMENTS} 个，无法估计"
        )
        return _result((), len(used), left_out, (why,), level=level, draws=draws, seed=seed)
    values = used["inflation"].to_numpy(dtype=np.float64)
    codes = pd.Index(names).get_indexer(pd.Index(used["department"]))
    fit = reml(values, [codes])
    caveats: tuple[Caveat, ...] = ()
    if not fit.converged:
        return _result((), len(used), left_out, (_not_converged(),), level=level, draws=draws, seed=seed)
    if fit.at_boundary[0]:
        caveats = (Caveat("NO_SPREAD_BETWEEN", "部门之间的差异没有超出抽样误差，收缩后各部门相同，名次不能区分"),)
    rows = _rows(names, values, codes, fit, level, np.random.default_rng(seed), draws)
    return _result(
        tuple(rows), len(used), left_out, caveats, level=level, draws=draws, seed=seed,
        between_sd=math.sqrt(fit.components[0]), within_sd=math.sqrt(fit.residual[0]),
    )  # fmt: skip


def _result(
    rows: tuple[dict[str, Any], ...], n: int, left_out: int, caveats: tuple[Caveat, ...], **given: Any
) -> PooledDepartments:
    return PooledDepartments(
        method="reml:empirical_bayes", n_used=n, n_dropped=left_out, caveats=caveats, source=SOURCE, rows=rows, **given
    )


def _not_converged() -> Caveat:
    return Caveat("NOT_CONVERGED", "方差分量迭代未收敛，不作收缩估计")


def _rows(
    names: list[str], values: NDArray[np.float64], codes: NDArray[np.intp], fit: RemlFit, level: float,
    rng: np.random.Generator, draws: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return a row per department, most inflated first."""
    n = np.bincount(codes)
    means = np.bincount(codes, weights=values) / n
    between, within = fit.components[0], fit.residual[0]
    common, error = float(fit.coefficients[0]), float(fit.coefficient_covariance[0, 0])
    total = between + within / n
    weight = np.divide(between, total, out=np.zeros(len(n)), where=total > 0)
    pooled = common + weight * (means - common)
    spread = np.sqrt(between * (1 - weight) + (1 - weight) ** 2 * error)
    half = float(ndtri(0.5 + level / 2)) * spread
    drawn = rng.standard_normal((draws, len(n))) * spread + pooled
    ranks = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    outside = (1 - level) / 2
    low, high = np.quantile(ranks, [outside, 1 - outside], axis=0, method="inverted_cdf")
    if not between:
        # Departments that differ by nothing but sampling have no order at all.
        low, high = np.ones(len(n)), np.full(len(n), len(n))
    order = np.argsort(-pooled, kind="stable")
    return [
        {
            "department": names[place], "n": int(n[place]), "mean": float(means[place]), "weight": float(weight[place]),
            "pooled": float(pooled[place]), "low": float(pooled[place] - half[place]),
            "high": float(pooled[place] + half[place]), "rank": number, "rank_low": int(low[place]),
            "rank_high": int(high[place]),
        }
        for number, place in enumerate(order.tolist(), start=1)
    ]  # fmt: skip
