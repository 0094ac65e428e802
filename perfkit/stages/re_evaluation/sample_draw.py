"""Drawing a sample 抽取名单: every design of a plan, beside the projects that are certain."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perfkit.errors import MethodError, Problem
from perfkit.read.sampling_plan_file import DesignName, PlannedPart, PlannedSize
from perfkit.reliability.sampling import (
    SamplingFrame,
    monetary_unit_sample,
    purposive_sample,
    sampling_frame,
    sampling_plan,
    simple_sample,
    stratified_sample,
)
from perfkit.reliability.sampling.design import CERTAINTY, REST, WHOLE
from perfkit.reliability.sampling.plan import PlannedDesign, SamplingPlanResult
from perfkit.reliability.sampling.selection_money import ZERO
from perfkit.reliability.sampling.selection_numbers import smallest, unit_numbers
from perfkit.reliability.sampling.selection_result import SelectionResult, double_count
from perfkit.rulebook.re_evaluation import SampleChoices
from perfkit.terms.reliability import Estimand, Selection

# Fewest projects of a stratum, and of those without money: two let the spread be seen.
LEAST_IN_STRATUM = 2
ESTIMANDS = (Estimand.MEAN_DIFFERENCE, Estimand.SHARE_CHANGED, Estimand.MONEY_WRONG)
# A half-width of a share is below 1; beside certain projects the rest may err by more than all of it.
WIDEST_SHARE = 1 - 1e-9
ALL_TAKEN = "全部项目都在名单内，等于全部再评，没有抽样误差"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """What a design is drawn from 抽取对象: the whole frame as ``table`` and ``frame``, and the projects not certain."""

    table: pd.DataFrame
    frame: SamplingFrame
    rest: pd.DataFrame
    choices: SampleChoices
    seed: int
    level: float

    @property
    def certain(self) -> pd.DataFrame:
        """Return the certain projects."""
        return self.table[self.table["certainty"]]

    def rest_frame(self, *, stratified: bool = False) -> SamplingFrame:
        """Return the frame of the projects that are not certain."""
        return sampling_frame(self.rest, unit="project", money="money", stratum="stratum" if stratified else None)

    def planned(self, population: SamplingFrame, scale: float) -> SamplingPlanResult:
        """Return the sizes for a population whose estimates are ``scale`` times less exact than those of the whole."""
        choices, share = self.choices, self.choices.share_half_width
        return sampling_plan(
            population,
            half_width=choices.half_width * scale,
            sd=choices.sd,
            materiality=choices.materiality,
            expected_wrong=choices.expected_wrong,
            share_half_width=None if share is None else min(share * scale, WIDEST_SHARE),
            expected_changed=choices.expected_changed,
            double_share=choices.double_share,
            level=self.level,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """One design drawn 一种设计的抽取结果: what was asked for, of what it consists, the list."""

    sizes: Sequence[PlannedSize]
    parts: Sequence[PlannedPart]
    listed: pd.DataFrame
    caveats: Sequence[str] = ()


def designs_of(choices: SampleChoices) -> tuple[Callable[[Drawing], Drawn], ...]:
    """Return the designs that are to be drawn, in order 要抽取的设计."""
    return {
        "simple": (_equal,),
        "stratified": (_equal,),
        "monetary_unit": (_by_money,),
        "both": (_equal, _by_money),
        "census": (_everything,),
        "purposive": (_by_hand,),
    }[choices.design]


def _equal(drawing: Drawing) -> Drawn:
    """Draw with equal probabilities, by strata where there are any: for means and shares of projects."""
    choices, rest = drawing.choices, drawing.rest
    name: DesignName = "stratified" if choices.strata else "simple"
    if rest.empty:
        return _assembled(drawing, name, None, [], [ALL_TAKEN])
    frame, scale = drawing.rest_frame(stratified=bool(choices.strata)), len(drawing.table) / len(rest)
    asked = [item for item in drawing.planned(frame, scale).designs if item.estimand != Estimand.MONEY_WRONG.value]
    needed, held = max(item.drawn for item in asked), min(choices.least, len(rest))
    floor = int(rest["stratum"].value_counts().clip(upper=LEAST_IN_STRATUM).sum()) if choices.strata else 0
    size = max(needed, held, floor)
    if choices.strata:
        found = stratified_sample(frame, size=size, seed=drawing.seed, least=LEAST_IN_STRATUM, double_share=0.0)
    else:
        found = simple_sample(frame, size=size, seed=drawing.seed, double_share=0.0)
    caveats = [ALL_TAKEN] if size == len(rest) else []
    if size > needed:
        why = f"名单至少 {held} 个" + (f"，各层至少 {LEAST_IN_STRATUM} 个" if choices.strata else "")
        caveats.append(f"按精度只需抽取 {needed} 个，已提高到 {size} 个：{why}")
    certain = len(drawing.certain)
    words = {word.value: word for word in ESTIMANDS}
    wanted = {Estimand.MEAN_DIFFERENCE: choices.half_width, Estimand.SHARE_CHANGED: choices.share_half_width}
    sizes = [
        PlannedSize(
            estimand=word, design=name, selection=Selection.SIMPLE, size=certain + item.drawn, certain=certain,
            drawn=item.drawn, taken=certain + size, interval=None, wanted=wanted[word], achieved=item.achieved / scale,
            covers=item.covers, does_not_cover=item.does_not_cover,
        )
        for item in asked
        for word in [words[item.estimand]]
    ]  # fmt: skip
    return _assembled(drawing, name, found, sizes, caveats)


def _by_money(drawing: Drawing) -> Drawn:
    """Draw by money: for the money in projects wrongly graded."""
    rest = drawing.rest
    plan = drawing.planned(drawing.frame, 1.0)
    asked = plan.design(Estimand.MONEY_WRONG.value)
    if not 0 < asked.interval < math.inf:
        raise MethodError(_no_interval(plan))
    zeros = int((rest["money"] == 0).sum())
    caveats = [caveat.text for caveat in plan.caveats if caveat.code not in ("TWO_DESIGNS", "ZERO_MONEY")]
    if rest.empty:
        return _assembled(drawing, "monetary_unit", None, [_money_size(asked, drawing, None)], [*caveats, ALL_TAKEN])
    if zeros == len(rest):
        # nothing is left to draw by money: those without any are a stratum of their own all the same
        found = simple_sample(
            drawing.rest_frame(), size=min(LEAST_IN_STRATUM, zeros), seed=drawing.seed, double_share=0.0
        )
        sizes = [_money_size(asked, drawing, None)]
        return _assembled(drawing, "monetary_unit", found, sizes, caveats, {WHOLE: ZERO, REST: ZERO})
    found = monetary_unit_sample(
        drawing.rest_frame(),
        seed=drawing.seed,
        interval=asked.interval,
        zero_money="simple",
        zero_size=min(LEAST_IN_STRATUM, zeros),
        double_share=0.0,
    )
    caveats += [ALL_TAKEN if caveat.code == "CENSUS" else caveat.text for caveat in found.caveats]
    return _assembled(drawing, "monetary_unit", found, [_money_size(asked, drawing, found)], caveats)


def _everything(drawing: Drawing) -> Drawn:
    """Take everything: no sampling error."""
    size = len(drawing.table)
    sizes = [
        PlannedSize(
            estimand=estimand, design="census", selection=Selection.CENSUS, size=size, certain=size, drawn=0, taken=size,
            interval=None, wanted=0.0, achieved=0.0, covers=tuple(item.value for item in ESTIMANDS), does_not_cover=(),
        )
        for estimand in ESTIMANDS
    ]  # fmt: skip
    part = PlannedPart(
        design="census", stratum=WHOLE, selection=Selection.CENSUS, units=size, money=_sum(drawing.table), taken=size
    )
    listed = drawing.table.assign(design="census", stratum=WHOLE, probability=1.0)
    return Drawn(sizes=sizes, parts=[part], listed=_ordered(drawing, listed), caveats=[ALL_TAKEN])


def _by_hand(drawing: Drawing) -> Drawn:
    """List the projects picked by hand beside the certain ones: described, never extrapolated."""
    names = sorted(set(drawing.choices.picked) & set(drawing.rest["project"]))
    certain = len(drawing.certain)
    if not names and not certain:
        raise MethodError(_nobody(str(drawing.table["department"].iloc[0])))
    found = purposive_sample(drawing.rest_frame(), names) if names else None
    size = PlannedSize(
        estimand=None, design="purposive", selection=Selection.PURPOSIVE, size=len(names) + certain, certain=certain,
        drawn=len(names), taken=len(names) + certain, interval=None, wanted=None, achieved=None, covers=(),
        does_not_cover=tuple(item.value for item in ESTIMANDS),
    )  # fmt: skip
    caveats = [caveat.text for caveat in found.caveats] if found is not None else []
    return _assembled(drawing, "purposive", found, [size], caveats)


def _assembled(
    drawing: Drawing,
    name: DesignName,
    found: SelectionResult | None,
    sizes: Sequence[PlannedSize],
    caveats: Sequence[str] = (),
    renamed: Mapping[str, str] | None = None,
) -> Drawn:
    """Return the certain projects and what was drawn of the rest as one design."""
    certain = drawing.certain
    # what is drawn beside certain projects is the rest, whatever the selection calls the whole of it
    words = renamed or ({WHOLE: REST} if len(certain) else {})
    pieces = [certain.assign(stratum=CERTAINTY, probability=1.0)]
    parts: list[PlannedPart] = []
    inner, inner_money = 0, 0.0
    if found is not None:
        units = found.units.set_index("unit")
        rows = drawing.rest[drawing.rest["project"].isin(units.index)]
        drawn = units.loc[rows["project"]]
        part = drawn["part"].map(lambda text: words.get(text, text)).to_numpy(dtype=object)
        chances = drawn["inclusion_probability"].to_numpy(dtype=float)
        pieces.append(rows.assign(stratum=part, probability=chances, certainty=part == CERTAINTY))
        for one in found.design.strata:
            stratum = words.get(str(one.name), str(one.name))
            units_of = len(drawing.rest) if one.units is None else one.units
            money = _sum(drawing.rest) if one.book_total is None else one.book_total
            if stratum == CERTAINTY:
                inner, inner_money = units_of, money
                continue
            parts.append(
                PlannedPart(
                    design=name, stratum=stratum, selection=one.selection, units=units_of, money=money,
                    taken=int((part == stratum).sum()),
                )
            )  # fmt: skip
    if count := len(certain) + inner:
        money = _sum(certain) + inner_money
        whole = PlannedPart(
            design=name, stratum=CERTAINTY, selection=Selection.CENSUS, units=count, money=money, taken=count
        )
        parts.insert(0, whole)
    listed = pd.concat([piece for piece in pieces if len(piece)], ignore_index=True).assign(design=name)
    return Drawn(sizes=sizes, parts=parts, listed=_ordered(drawing, listed), caveats=caveats)


def _ordered(drawing: Drawing, listed: pd.DataFrame) -> pd.DataFrame:
    """Return a list in the order of drawing, certain projects first, with the projects that two raters score."""
    order = unit_numbers(drawing.frame, drawing.seed, "order")
    twice = unit_numbers(drawing.frame, drawing.seed, "double")
    places = {str(unit): place for place, unit in enumerate(drawing.frame.ids)}
    at = np.array([places[code] for code in listed["project"]], dtype=np.intp)
    chosen = np.zeros(len(listed), dtype=bool)
    chosen[smallest(twice[at], double_count(len(listed), drawing.choices.double_share))] = True
    rank = np.lexsort((order[at], ~listed["certainty"].to_numpy(dtype=bool)))
    ordered = listed.assign(double_scored=chosen).iloc[rank].assign(order=np.arange(1, len(listed) + 1))
    return ordered.reset_index(drop=True)


def _money_size(asked: PlannedDesign, drawing: Drawing, found: SelectionResult | None) -> PlannedSize:
    """Return what the bound on money asked for: certain projects, those as large as the interval, and the drawn ones."""
    met = [] if found is None else found.units["part"].tolist()
    certain, drawn = len(drawing.certain) + met.count(CERTAINTY), met.count(REST)
    used = asked.interval if found is None or math.isnan(found.interval) else found.interval
    return PlannedSize(
        estimand=Estimand.MONEY_WRONG, design="monetary_unit", selection=Selection.MONETARY_UNIT, size=certain + drawn,
        certain=certain, drawn=drawn, taken=certain + drawn + met.count(ZERO), interval=used, wanted=asked.wanted,
        achieved=asked.achieved, covers=asked.covers, does_not_cover=asked.does_not_cover,
    )  # fmt: skip


def _sum(table: pd.DataFrame) -> float:
    """Return the money of some projects, exact whatever their order."""
    return math.fsum(table["money"])


def _no_interval(plan: SamplingPlanResult) -> Problem:
    """Return: there is no money to draw by, or no size suffices."""
    return Problem(
        code="SAMPLE-MONEY",
        where="抽样框 预算金额",
        expected="按金额可以抽取：金额合计大于 0，可容忍错误高于预期错误",
        found=f"金额合计 {plan.total:g} 万元，没有可用的抽样间隔",
        mend="改用等概率抽样（design: simple），或调低 expected_wrong",
    )


def _nobody(department: str) -> Problem:
    """Return: nothing was picked in a department."""
    return Problem(
        code="SAMPLE-PICKED",
        where=f"{department} re_evaluation.sample.picked",
        expected="至少一个挑选的或必选的项目",
        found="没有",
        mend="在 picked 列出该部门的项目编码，或换用概率抽样",
    )
