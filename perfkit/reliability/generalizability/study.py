"""Generalizability study 概化研究: how much evaluands, raters, indicators and their interactions add to the variance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Literal, TypeAlias

import numpy as np
import pandas as pd

from perfkit.errors import MethodError, Problem
from perfkit.reliability.coverage import scores_region
from perfkit.reliability.estimate import (
    UNKNOWN,
    no_variance,
    not_converged,
    too_few,
    too_few_raters,
    unknown_choice,
)
from perfkit.reliability.generalizability.balanced import Line, lines
from perfkit.reliability.generalizability.connection import Group, groups, not_connected
from perfkit.reliability.generalizability.designs import PERSON, Design, DesignName, checked_design
from perfkit.reliability.generalizability.observations import Missing, Observations, observations
from perfkit.reliability.icc.mean_squares import NOISE
from perfkit.reliability.ratings import FloatMatrix, Ratings
from perfkit.reliability.reml import reml
from perfkit.result import Caveat, Result
from perfkit.terms.reliability import Facet, Statistic

Estimator: TypeAlias = Literal["anova_ems", "reml"]

SOURCE = "Brennan (2001), Generalizability Theory, ch. 3-5 and 7; Searle, Casella & McCulloch (1992), ch. 4 and 6"
FEWEST = 2
# A residual below this share of the total is what the iteration leaves of a residual of 0.
VANISHED = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One variance component 方差分量: its facets, its variance in squared units of the ratings, and where it is from.

    ``variance`` may be negative by analysis of variance and is kept so; ``share`` is its part of the total, negative
    components counted as 0. ``se`` is the large-sample standard error for normal effects. ``df`` and ``mean_square`` are
    NaN by REML. ``negative`` says that it came out below 0; ``at_boundary`` that REML set it to 0.
    """

    name: str
    facets: tuple[str, ...]
    variance: float
    share: float = UNKNOWN
    se: float = UNKNOWN
    df: float = UNKNOWN
    mean_square: float = UNKNOWN
    negative: bool = False
    at_boundary: bool = False

    @property
    def used(self) -> float:
        """Return the variance as a decision study uses it: 0 where it is negative."""
        return max(self.variance, 0.0) if not math.isnan(self.variance) else UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class GStudyResult(Result):
    """The variance components of a design 概化研究结果.

    ``levels`` holds the number of levels of each facet (of nested raters: over all parents), ``conditions`` how many of
    them one person met (harmonic mean where persons differ; raters in tasks: per task). ``groups`` holds the connected
    groups of evaluands and raters where there is more than one. ``n_used`` counts evaluands. ``shape`` is that of the
    ratings of a balanced table of persons and raters, on which F intervals depend; ``""`` of any other design.
    """

    kind: ClassVar[str] = Statistic.G_STUDY.value

    design: DesignName
    estimator: str
    components: tuple[Component, ...]
    levels: tuple[tuple[str, int], ...]
    conditions: tuple[tuple[str, float], ...]
    balanced: bool
    n_ratings: int
    groups: tuple[Group, ...] = ()
    missing: str = "available"
    shape: str = ""

    def component(self, name: str) -> Component:
        """Return a component by its name; raise ``MethodError`` where the design has none of that name."""
        for one in self.components:
            if one.name == name:
                return one
        raise unknown_choice("component", name, tuple(one.name for one in self.components))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per component: variance, standard deviation, share, standard error, df, mean square, flags."""
        return pd.DataFrame(
            [
                {
                    "component": one.name,
                    "variance": one.variance,
                    "sd": math.sqrt(one.used) if one.used >= 0 else UNKNOWN,
                    "share": one.share,
                    "se": one.se,
                    "df": one.df,
                    "mean_square": one.mean_square,
                    "negative": one.negative,
                    "at_boundary": one.at_boundary,
                }
                for one in self.components
            ]
        )


def g_study(
    ratings: Ratings,
    *,
    design: DesignName = "p x r",
    estimator: Estimator | None = None,
    missing: Missing = "available",
    score: str | None = None,
    person: str | None = None,
    rater: str | None = None,
    item: str | None = None,
    task: str | None = None,
) -> GStudyResult:
    """Return the variance components of a generalizability study 概化研究, with their shares.

    Parameters
    ----------
    ratings : a wide table of shape (n, k), rows persons (evaluands), columns raters, NaN where missing (``"p x r"`` and
        ``"r:p"`` only); or, where ``score`` is given, a long table with one row per rating. Any unit, the same for all
        ratings (score rates rather than points where full scores differ).
    design : ``"p x r"`` every rater may rate every person; ``"p x i x r"`` on every item (indicator); ``"r:p"`` raters
        of their own for every person; ``"p x (r:t)"`` raters of their own for every task; ``"i x (r:p)"`` raters of
        their own for every person, the same items.
    estimator : ``"anova_ems"`` (balanced tables; components may be negative and are kept) or ``"reml"`` (unbalanced or
        missing too; never negative); ``None``: the former where the table is balanced, else the latter.
    missing : ``"available"`` uses every rating; ``"listwise"`` drops a person without a rating under every condition.
    score, person, rater, item, task : names of the columns of a long table; of the facets by default their own names.

    Returns
    -------
    GStudyResult
        All NaN, with the reason, where the components cannot be told apart.

    Raises
    ------
    DataError
        Where the table is malformed or a rating is repeated.
    MethodError
        Where an option does not exist, the design needs a long table, or ANOVA is asked of an unbalanced one.

    Notes
    -----
    All facets random, effects independent; interaction of the highest order and error are one (``residual``). ANOVA:
    mean squares equated to their expectations. REML: ``perfkit.reliability.reml``. Where two crossed facets fall into
    groups that no rating links, a severe rater cannot be told from a weak evaluand: no component is estimated. Not for
    raters who saw one another's scores, nor for missing ratings that depend on what the rating would have been. No
    interval is given for components: with a few raters none is sound; ``se`` shows how little they say. Source: Brennan
    (2001), sec. 3.4, 5.3, 7.1. Verified against R 4.2.2 ``lm``, lme4 1.1-31 and gtheory 0.1.2 (golden
    ``gtheory_variance_components``), tests/reliability/test_generalizability.py.

    Examples
    --------
    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = g_study(table)
    >>> [(one.name, round(one.variance, 4), round(one.share, 3)) for one in found.components]
    [('person', 2.5556, 0.29), ('rater', 5.2444, 0.595), ('residual', 1.0194, 0.116)]
    """
    kind = checked_design(design)
    if estimator not in (None, "anova_ems", "reml"):
        raise unknown_choice("estimator", estimator, ("anova_ems", "reml"))
    columns = {PERSON: person, "rater": rater, "item": item, "task": task}
    used = observations(ratings, kind, columns, score, missing)
    array = used.array()
    chosen = estimator or ("reml" if array is None else "anova_ems")
    apart, caveats = _apart(used)
    if caveats:
        found = _components(kind, {})
    elif chosen == "reml":
        found, caveats = _reml(used)
    else:
        found, caveats = _anova(array, kind)
    return GStudyResult(
        method=f"g_study:{chosen}:{kind.name}",
        source=SOURCE,
        n_used=used.n,
        n_dropped=used.n_dropped,
        caveats=(*used.caveats, *caveats),
        design=kind.name,
        estimator=chosen,
        components=found,
        levels=tuple((facet, len(used.names[facet])) for facet in kind.facets),
        conditions=tuple((facet, used.per(facet)) for facet in kind.conditions),
        balanced=array is not None,
        n_ratings=len(used.values),
        groups=apart,
        missing=missing,
        shape=scores_region(array).found_shape() if array is not None and kind.wide else "",
    )


def _apart(used: Observations) -> tuple[tuple[Group, ...], tuple[Caveat, ...]]:
    """Return why nothing can be estimated: too few levels, or groups that no rating links."""
    design, names = used.design, used.names
    if used.n < FEWEST:
        return (), (too_few(used.n, FEWEST),)
    for facet in design.conditions:
        size = used.within(facet)
        if size < FEWEST and facet == "rater":
            return (), (too_few_raters(size, FEWEST),)
        if size < FEWEST:
            return (), (_too_few_conditions(facet == "item", size),)
    for first, second in combinations(design.facets, 2):
        if second == "rater" and design.parent in (first, PERSON):
            continue
        found = groups(used.codes[first], used.codes[second], names[first], names[second])
        if len(found) > 1:
            return found, (not_connected(found, first, second),)
    return (), ()


def _too_few_conditions(item: bool, size: int) -> Caveat:
    """Return: fewer indicators or tasks than the design needs 条件过少."""
    if item:
        return Caveat("TOO_FEW_ITEMS", f"指标 {size} 个，至少需要 {FEWEST} 个，无法估计")
    return Caveat("TOO_FEW_TASKS", f"任务 {size} 个，至少需要 {FEWEST} 个，无法估计")


def _components(design: Design, found: Mapping[str, Line], boundary: Sequence[str] = ()) -> tuple[Component, ...]:
    """Return the components of a design with their shares; unknown where nothing was found."""
    total = sum(max(line.variance, 0.0) for line in found.values())
    unknown = Line(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    return tuple(
        Component(
            name=name,
            facets=tuple(facet for facet in design.facets if facet in facets),
            variance=line.variance,
            share=max(line.variance, 0.0) / total if total > 0 else UNKNOWN,
            se=line.se,
            df=line.df,
            mean_square=line.mean_square,
            negative=line.variance < 0,
            at_boundary=name in boundary,
        )
        for name, facets in design.components.items()
        for line in [found.get(name, unknown)]
    )


def _anova(array: FloatMatrix | None, design: Design) -> tuple[tuple[Component, ...], tuple[Caveat, ...]]:
    """Return the components that equate mean squares to their expectations."""
    if array is None:
        raise MethodError(
            Problem(
                code="RL-ANOVA",
                where="estimator",
                expected="不平衡或有缺失的设计用 reml（方差分析的均方此时不唯一）",
                found="anova_ems",
                mend="改用 estimator=reml，或 missing=listwise",
            )
        )
    found = lines(array, design)
    if not any(line.mean_square > 0 for line in found.values()):
        return _components(design, found), (no_variance(),)
    negative = [name for name, line in found.items() if line.variance < 0]
    caveats = (_negative(_words(design, negative)),) if negative else ()
    return _components(design, found), caveats


def _words(design: Design, names: Sequence[str]) -> str:
    """Return components in words: the labels of their facets, joined where they interact."""
    labels = {facet.value: facet.label for facet in Facet}
    found = ([labels[facet] for facet in design.facets if facet in design.components[name]] for name in names)
    return "、".join(f"「{'×'.join(one)}」" for one in found)


def _negative(names: str) -> Caveat:
    """Return which components came out below 0 负方差分量."""
    return Caveat("NEGATIVE_COMPONENT", f"方差分量 {names} 估计为负，按原值给出；决策研究中按 0 计")


def _reml(used: Observations) -> tuple[tuple[Component, ...], tuple[Caveat, ...]]:
    """Return the components by restricted maximum likelihood."""
    design = used.design
    *factors, last = design.components
    fit = reml(used.values, [used.cells(design.components[name]) for name in factors])
    variances = np.array([*fit.components, *fit.residual])
    total = float(variances.sum())
    if total <= (NOISE * float(np.abs(used.values).max())) ** 2:
        return _components(design, dict.fromkeys(design.components, Line(UNKNOWN, UNKNOWN, 0.0, UNKNOWN))), (
            no_variance(),
        )
    with np.errstate(invalid="ignore"):
        errors = np.sqrt(np.diag(fit.component_covariance))
    if variances[-1] <= VANISHED * total:
        variances[-1], errors = 0.0, np.full(len(errors), UNKNOWN)
        caveats: tuple[Caveat, ...] = (
            Caveat("ZERO_RESIDUAL", "残差方差估计为 0：评分可由各效应完全重现，标准误无法估计"),
        )
    elif not fit.identified:
        return _components(design, {}), (_not_identified(),)
    elif not fit.converged:
        return _components(design, {}), (not_converged("REML "),)
    else:
        caveats = ()
    boundary = [name for name, flag in zip(factors, fit.at_boundary, strict=True) if flag]
    if boundary:
        caveats = (*caveats, _at_boundary(_words(design, boundary)))
    found = {
        name: Line(UNKNOWN, UNKNOWN, float(variance), float(error))
        for name, variance, error in zip((*factors, last), variances, errors, strict=True)
    }
    return _components(design, found, boundary), caveats


def _not_identified() -> Caveat:
    """Return: the ratings do not set the components apart 不可识别."""
    return Caveat(
        "NOT_IDENTIFIED", "评分不足以把各方差分量分开（例如每个组合只有一个评分，或某一侧面的条件从不重复），无法估计"
    )


def _at_boundary(names: str) -> Caveat:
    """Return which components REML set to 0 方差分量取零."""
    return Caveat("BOUNDARY", f"方差分量 {names} 的估计取在边界 0")
