"""The plan of a re-evaluation 抽样方案: two questions, two designs, and what each of them cannot answer."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from perfkit.reliability.estimate import UNKNOWN, checked_level
from perfkit.reliability.sampling.bounds import Likelihood
from perfkit.reliability.sampling.frame import SamplingFrame
from perfkit.reliability.sampling.selection_result import DOUBLE_SHARE, apart, checked_draw, double_count
from perfkit.reliability.sampling.sizes import mean_difference_size, share_size
from perfkit.reliability.sampling.sizes_mus import monetary_unit_size
from perfkit.reliability.sampling.sizes_search import between
from perfkit.result import Caveat, Result
from perfkit.terms.reliability import Estimand, Planning, Selection

EQUAL = (Estimand.MEAN_DIFFERENCE, Estimand.SHARE_CHANGED)
BY_MONEY = (Estimand.MONEY_WRONG,)
# A half-width that every share keeps is as good as one just below 1.
FULL = 1 - 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDesign:
    """One design of a plan 方案中的一种设计.

    ``estimand`` is what ``size`` units are for: ``certain`` of them taken in full, ``drawn`` by ``selection``.
    ``interval`` is the sampling interval in money (NaN with equal probabilities). ``wanted`` is the half-width, or the
    share of money that may be wrong at most; ``achieved`` what the plan reaches where all is as expected.
    ``double_scored`` of the units are scored by a second rater. ``covers`` and ``does_not_cover`` are codes of ``Estimand``.
    """

    estimand: str
    selection: str
    stratified: bool
    size: int
    certain: int
    drawn: int
    certain_money: float
    interval: float
    wanted: float
    achieved: float
    double_scored: int
    covers: tuple[str, ...]
    does_not_cover: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingPlanResult(Result):
    """What to draw for which question 抽样方案; ``n_used`` are the units of the frame.

    ``designs`` hold one design per question. ``population`` and ``total`` are the units and the money of the frame,
    ``frame_hash`` its hash: a plan holds for that frame only.
    """

    kind: ClassVar[str] = Planning.SAMPLING_PLAN.value

    designs: tuple[PlannedDesign, ...]
    population: int
    total: float
    level: float
    frame_hash: str

    def design(self, estimand: str) -> PlannedDesign:
        """Return the design for one question."""
        return next(one for one in self.designs if one.estimand == estimand)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per question, with what its design covers and what it does not."""
        rows = [asdict(one) for one in self.designs]
        table = pd.DataFrame(rows)
        listed = {column: table[column].map(" ".join) for column in ("covers", "does_not_cover")}
        return table.assign(**listed, level=self.level)

    def __str__(self) -> str:
        """Return one line with the size and the design of every question."""
        parts = [f"{one.estimand}: {one.selection} n={one.size}" for one in self.designs]
        return f"{self.kind} · " + " · ".join(parts) + f" · N={self.population} · frame={self.frame_hash}"


def sampling_plan(
    population: SamplingFrame,
    *,
    half_width: float,
    sd: float,
    materiality: float,
    expected_wrong: float = 0.0,
    likelihood: Likelihood = "binomial",
    share_half_width: float | None = None,
    expected_changed: float = 0.5,
    certainty_from: float | None = None,
    double_share: float = DOUBLE_SHARE,
    level: float = 0.95,
) -> SamplingPlanResult:
    """Return what to draw to tell the mean difference of scores, and what to draw to tell the money 抽样方案.

    Parameters
    ----------
    population : the frame, with money.
    half_width, sd : wanted half-width of the mean difference and the SD expected of the differences, in score units.
    materiality : share of the money that may be wrongly graded at most, 0 … 1: the one-sided bound to be undercut.
    expected_wrong : share of the money (below 1) or number of draws (1 or more) expected to be wrong.
    likelihood : of the bound on money: ``"binomial"`` or ``"poisson"``.
    share_half_width, expected_changed : wanted half-width of the share of changed scores and the share expected;
        ``None``: not asked.
    certainty_from : units with at least this much money are looked at in both designs.
    double_share : fraction of each sample that a second rater scores blind.
    level : confidence level, two-sided for means and shares, one-sided for money.

    Returns
    -------
    SamplingPlanResult
        One design per question: size, certain units, interval, what it covers and what not.

    Raises
    ------
    MethodError
        Where the frame has no money, or a number is out of range.

    Notes
    -----
    A mean over projects wants each project to count alike: equal probabilities (stratified proportionally where the
    frame has strata; its size is that of simple sampling, on the safe side). Money wants each yuan to count alike:
    monetary units, interval X/n; units that fill it are looked at anyway. Drawn by money, small projects hardly come
    up, and a plain mean of scores speaks of large ones; drawn alike, most money is never looked at. Certain units carry no
    error: the rest may err by N/(N − certain) times the half-width. Source: Cochran (1977), §4.6, §5.5, §9A.3; AICPA
    Audit Sampling guide, ch. 6. Verified in tests/reliability/test_sampling_plan.py.

    Examples
    --------
    >>> from perfkit.reliability.sampling import sampling_frame
    >>> table = pd.DataFrame({"project": range(120), "budget": [900.0] * 10 + [50.0] * 110})
    >>> frame = sampling_frame(table, unit="project", money="budget")
    >>> plan = sampling_plan(frame, half_width=2, sd=6, materiality=0.05)
    >>> plan.to_frame()[["estimand", "selection", "size", "certain", "does_not_cover"]].values.tolist()
    [['mean_difference', 'simple', 29, 0, 'money_wrong'],
     ['money_wrong', 'monetary_unit', 33, 10, 'mean_difference share_changed']]
    """
    level = checked_level(level)
    checked_draw(0, double_share)
    between("half_width", half_width, 0, math.inf)
    money = population.amounts()
    certain, rest = apart(population, certainty_from)
    scale = population.size / len(rest) if len(rest) else UNKNOWN
    sizes = [(Estimand.MEAN_DIFFERENCE, *_mean(half_width, sd, len(rest), scale, level))]
    if share_half_width is not None:
        between("share_half_width", share_half_width, 0, 1)
        sizes.append((Estimand.SHARE_CHANGED, *_share(share_half_width, expected_changed, len(rest), scale, level)))
    designs = [
        PlannedDesign(
            estimand=estimand.value,
            selection=Selection.SIMPLE.value,
            stratified=population.stratified,
            size=len(certain) + drawn,
            certain=len(certain),
            drawn=drawn,
            certain_money=float(money[certain].sum()),
            interval=UNKNOWN,
            wanted=float(wanted),
            achieved=achieved,
            double_scored=double_count(len(certain) + drawn, double_share),
            covers=_codes(EQUAL),
            does_not_cover=_codes(BY_MONEY),
        )
        for estimand, wanted, drawn, achieved in sizes
    ]
    by_money, caveats = _by_money(
        population, materiality, expected_wrong, likelihood, certainty_from, level, double_share
    )
    return SamplingPlanResult(
        method="sampling_plan:equal_probability+monetary_unit",
        source="Cochran (1977), Sampling Techniques; AICPA Audit Sampling guide, ch. 6",
        n_used=population.size,
        caveats=(_two_designs(), *caveats),
        designs=(*designs, by_money),
        population=population.size,
        total=population.total,
        level=level,
        frame_hash=population.frame_hash,
    )


def _mean(half_width: float, sd: float, units: int, scale: float, level: float) -> tuple[float, int, float]:
    """Return wanted half-width, drawn units and achieved half-width of a mean; certain units carry no sampling error."""
    if not units:
        return half_width, 0, 0.0
    found = mean_difference_size(half_width * scale, sd=sd, population=units, level=level)
    return half_width, found.size, found.achieved / scale


def _share(half_width: float, expected: float, units: int, scale: float, level: float) -> tuple[float, int, float]:
    """Return wanted half-width, drawn units and achieved half-width of a share; certain units carry no sampling error."""
    if not units:
        return half_width, 0, 0.0
    found = share_size(min(half_width * scale, FULL), expected=expected, population=units, level=level)
    return half_width, found.size, found.achieved / scale


def _by_money(
    population: SamplingFrame,
    materiality: float,
    expected: float,
    likelihood: Likelihood,
    certainty_from: float | None,
    level: float,
    double_share: float,
) -> tuple[PlannedDesign, tuple[Caveat, ...]]:
    """Return the monetary-unit design: the draws that the bound needs, and the units that they will meet at most."""
    found = monetary_unit_size(
        materiality, expected=expected, likelihood=likelihood, book_total=population.total, level=level
    )
    money = population.amounts()
    interval = found.interval
    caveats = list(found.caveats)
    threshold = min(one for one in (interval, certainty_from, math.inf) if one is not None and not math.isnan(one))
    large = money >= threshold
    rest = float(money[~large].sum())
    drawn = math.ceil(rest / interval - 1e-9) if interval > 0 else 0
    zeros = int(np.count_nonzero(money == 0))
    if zeros:
        caveats.append(Caveat("ZERO_MONEY", f"{zeros} 个单位金额为 0，按金额抽不到，须另列一层或单独说明"))
    size = int(large.sum()) + drawn
    design = PlannedDesign(
        estimand=Estimand.MONEY_WRONG.value,
        selection=Selection.MONETARY_UNIT.value,
        stratified=False,
        size=size,
        certain=int(large.sum()),
        drawn=drawn,
        certain_money=float(money[large].sum()),
        interval=interval,
        wanted=float(materiality),
        achieved=found.bound,
        double_scored=double_count(size, double_share),
        covers=_codes(BY_MONEY),
        does_not_cover=_codes(EQUAL),
    )
    return design, tuple(caveats)


def _codes(estimands: tuple[Estimand, ...]) -> tuple[str, ...]:
    return tuple(one.value for one in estimands)


def _two_designs() -> Caveat:
    """Return: neither design answers the other's question 一样两用不可."""
    return Caveat(
        "TWO_DESIGNS",
        "两个问题、两种设计：平均得分差和变动比例按项目等概率抽取；评错等级涉及的金额按金额抽取。"
        "等概率样本看到的金额少，不足以给出金额上限；按金额抽取的样本偏向大项目，其简单平均不代表全部项目",
    )
