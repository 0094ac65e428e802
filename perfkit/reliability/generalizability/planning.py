"""Planning by a decision study 方案设计: a table over numbers of conditions, and how many raters and indicators suffice."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Literal, TypeAlias

import numpy as np
import pandas as pd

from perfkit.errors import MethodError, Problem
from perfkit.reliability.estimate import UNKNOWN, unknown_choice
from perfkit.reliability.generalizability.decision import SOURCE, Errors, checked_number, errors
from perfkit.reliability.generalizability.designs import DESIGNS, checked_facets
from perfkit.reliability.generalizability.study import GStudyResult
from perfkit.result import Caveat, Result
from perfkit.terms.reliability import Statistic

Coefficient: TypeAlias = Literal["phi", "g"]
Several: TypeAlias = float | Sequence[float] | range

USUAL = range(1, 11)
# What an exact quotient of raters may lack by rounding alone.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Point:
    """One plan 方案: conditions per facet, ratings per person, both coefficients and standard errors."""

    numbers: tuple[tuple[str, float], ...]
    ratings: float
    g: float
    phi: float
    sem_rel: float
    sem_abs: float

    @classmethod
    def of(cls, numbers: Mapping[str, float], found: Errors) -> Point:
        """Return the plan of these numbers."""
        return cls(
            numbers=tuple(numbers.items()),
            ratings=math.prod(numbers.values()),
            g=found.g,
            phi=found.phi,
            sem_rel=math.sqrt(found.relative),
            sem_abs=math.sqrt(found.absolute),
        )


def _table(points: Iterable[Point]) -> pd.DataFrame:
    """Return one row per plan."""
    return pd.DataFrame(
        [
            {
                **{f"n_{facet}": number for facet, number in one.numbers},
                "ratings": one.ratings,
                "g": one.g,
                "phi": one.phi,
                "sem_rel": one.sem_rel,
                "sem_abs": one.sem_abs,
            }
            for one in points
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DStudyCurveResult(Result):
    """Coefficients over a grid of numbers of conditions 决策研究曲线: one point per combination, in order."""

    kind: ClassVar[str] = Statistic.D_STUDY_CURVE.value

    points: tuple[Point, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per point: numbers of conditions, ratings per person, G, Φ and both standard errors."""
        return _table(self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededConditionsResult(Result):
    """How many raters and indicators reach a target 所需评分者与指标数.

    ``best`` is the plan of fewest ratings per person (then of fewest raters) that reaches ``target``, ``None`` where
    none does; ``plans`` holds every plan that reaches it and of which no number could be lowered alone. ``value`` is the
    coefficient that ``best`` reaches.
    """

    kind: ClassVar[str] = Statistic.NEEDED_CONDITIONS.value

    coefficient: Coefficient
    target: float
    value: float
    best: Point | None
    plans: tuple[Point, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per plan that reaches the target, ``best`` flagged."""
        return _table(self.plans).assign(best=[one == self.best for one in self.plans])


def _several(name: str, given: Several) -> tuple[float, ...]:
    """Return one number or several, each checked."""
    numbers = given if isinstance(given, (Sequence, np.ndarray)) else [given]
    return tuple(checked_number(name, number) for number in (list(numbers) or [UNKNOWN]))


def _grid(study: GStudyResult, given: Mapping[str, Several | None], usual: Several) -> dict[str, tuple[float, ...]]:
    """Return the numbers of every facet of the design: as given, else the usual ones."""
    checked_facets(DESIGNS[study.design], given)
    chosen = {facet: given[facet] for facet, _ in study.conditions}
    return {facet: _several(facet, usual if wanted is None else wanted) for facet, wanted in chosen.items()}


def d_study_curve(
    study: GStudyResult,
    *,
    n_rater: Several | None = None,
    n_item: Several | None = None,
    n_task: Several | None = None,
) -> DStudyCurveResult:
    """Return coefficients over numbers of raters, indicators and tasks 决策研究曲线.

    Parameters
    ----------
    study : a generalizability study.
    n_rater, n_item, n_task : one number or several, >= 1; ``None``: 1 to 10 where the design has the facet.

    Returns
    -------
    DStudyCurveResult
        One point per combination, the last facet running fastest.

    Raises
    ------
    MethodError
        Where a number is below 1, or belongs to a facet that the design does not have.

    Notes
    -----
    Formulas and assumptions: ``d_study``. A curve extrapolates: raters yet to come must be like those of the study.
    Verified point by point against ``d_study`` in tests/reliability/test_generalizability_decision.py.

    Examples
    --------
    >>> from perfkit.reliability.generalizability.study import g_study
    >>> study = g_study([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> [round(point.phi, 3) for point in d_study_curve(study, n_rater=[1, 4, 10]).points]
    [0.29, 0.62, 0.803]
    """
    grid = _grid(study, {"rater": n_rater, "item": n_item, "task": n_task}, USUAL)
    plans = [dict(zip(grid, numbers, strict=True)) for numbers in product(*grid.values())]
    return DStudyCurveResult(
        method=f"d_study_curve:{study.estimator}:{study.design}",
        source=SOURCE,
        n_used=study.n_used,
        n_dropped=study.n_dropped,
        caveats=study.caveats,
        points=tuple(Point.of(plan, errors(study, plan)) for plan in plans),
    )


def needed(
    study: GStudyResult,
    *,
    target: float = 0.8,
    coefficient: Coefficient = "phi",
    n_item: Several | None = None,
    n_task: Several | None = None,
    most_raters: int = 1000,
) -> NeededConditionsResult:
    """Return how many raters and indicators reach a wanted dependability 所需评分者与指标数.

    Parameters
    ----------
    study : a generalizability study.
    target : the coefficient wanted at least, strictly between 0 and 1.
    coefficient : ``"phi"`` (grades by a cut-off) or ``"g"`` (ranking only).
    n_item, n_task : numbers that are to be tried, one or several, >= 1; ``None``: 1 to 50 where the design has the facet.
    most_raters : more raters than these (>= 1) are no plan.

    Returns
    -------
    NeededConditionsResult
        ``best`` is ``None``, with the reason, where no plan reaches the target.

    Raises
    ------
    MethodError
        Where the target or an option lies outside its range, or belongs to a facet that the design does not have.

    Notes
    -----
    With the other conditions fixed, the error is a + b/n_r, so that n_r = b / (person·(1 - target)/target - a), rounded
    up, and no number suffices where the bracket is not positive. The components are estimates: with few raters or
    evaluands the answer is as uncertain as they are (see ``se`` of the study). Not for the smallest plan at any price: a
    mean over more indicators measures a wider field only if they are drawn from one. Source: Brennan (2001), sec. 2.3.
    Verified in tests/reliability/test_generalizability_decision.py against ``d_study`` at each plan and one rater fewer.

    Examples
    --------
    >>> from perfkit.reliability.generalizability.study import g_study
    >>> study = g_study([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> needed(study, target=0.8).best.numbers
    (('rater', 10),)
    """
    if coefficient not in ("phi", "g"):
        raise unknown_choice("coefficient", coefficient, ("phi", "g"))
    if not 0 < target < 1:
        raise MethodError(
            Problem(
                code="RL-TARGET",
                where="target",
                expected="0 与 1 之间的目标系数，如 0.8",
                found=f"{target:g}",
                mend="改为小数，例如 80% 写作 0.8",
            )
        )
    most = checked_number("rater", most_raters)
    grid = _grid(study, {"rater": 1, "item": n_item, "task": n_task}, range(1, 51))
    plans = []
    for numbers in product(*grid.values()):
        plan = dict(zip(grid, numbers, strict=True))
        plan["rater"] = _fewest_raters(study, plan, target, coefficient)
        if plan["rater"] <= most:
            plans.append(Point.of(plan, errors(study, plan)))
    plans = [one for one in plans if not any(_lower(other, one) for other in plans)]
    best = min(plans, key=lambda one: (one.ratings, dict(one.numbers)["rater"]), default=None)
    caveats = study.caveats if plans else (*study.caveats, _unreachable(study, target, most))
    return NeededConditionsResult(
        method=f"needed_conditions:{coefficient}:{study.estimator}:{study.design}",
        source=SOURCE,
        n_used=study.n_used,
        n_dropped=study.n_dropped,
        caveats=caveats,
        coefficient=coefficient,
        target=target,
        value=UNKNOWN if best is None else getattr(best, coefficient),
        best=best,
        plans=tuple(plans),
    )


def _fewest_raters(study: GStudyResult, plan: Mapping[str, float], target: float, coefficient: Coefficient) -> float:
    """Return the fewest raters that reach the target with the other conditions fixed; infinite where none do."""
    one, many = (errors(study, {**plan, "rater": number}) for number in (1, math.inf))
    side = "relative" if coefficient == "g" else "absolute"
    fixed = getattr(many, side)
    falling = getattr(one, side) - fixed
    room = one.person * (1 - target) / target - fixed
    if falling <= 0:
        return 1 if room >= 0 and one.person > 0 else math.inf
    return max(1, math.ceil(falling / room * (1 - ROUNDING))) if room > 0 else math.inf


def _lower(one: Point, other: Point) -> bool:
    """Return whether a plan asks for less than another, and for more in nothing."""
    return one != other and all(
        mine <= theirs for (_, mine), (_, theirs) in zip(one.numbers, other.numbers, strict=True)
    )


def _unreachable(study: GStudyResult, target: float, most: float) -> Caveat:
    """Return: no plan within the limits reaches the target 达不到目标."""
    if any(math.isnan(one.variance) for one in study.components):
        return Caveat("UNKNOWN_COMPONENTS", "方差分量无法估计，所需评分者与指标数无法估计")
    return Caveat("TARGET_NOT_REACHED", f"在所给指标（任务）数与至多 {most:g} 个评分者之内，系数达不到 {target:g}")
