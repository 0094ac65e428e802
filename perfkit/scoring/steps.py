"""Steps of the arithmetic trace 计算步骤: stable op codes with stable value keys, worded by ``show/prose``.

Shares and rates are fractions of 1, points are points, other values in the unit of the indicator. ``None`` = no such
rule. In order of appearance:

==================== ============================================================================================
op                   value keys
==================== ============================================================================================
formula              formula, value
ratio                numerator, denominator, value (fraction of 1), percent (bool), denominator_basis
zero_target          actual, target, met, share, rule
attainment           actual, target, target_high, direction, operator, met, value (ratio, uncapped), rule (X02) or None
overshoot            ratio, threshold, reduction (X01 code), reduced_share
pass_line            ratio, line, share
deduct_linear        value, full_at, direction, distance, unit, units, share (per unit), step_rounding, deducted_share
deduct_threshold     same keys as deduct_linear
zero_at              value, zero_at
deviation            value, target, deviation (signed), relative, tolerance, excess, unit, units, share, step_rounding,
                     deducted_share
deduct_count         count, allowed, units, share, deducted_share
base_step            value, base_value, base_share, direction, distance, unit, units, share, change, raw, step_rounding
interval             value, limit (of the step reached, None below all), share, direction
satisfaction         value, limit, share
qualitative          label, band_low, band_high, value, declared (bool: the rule's own value inside the band)
yes_no               met, deducted_share
execution            ratio, share
execution_interval   ratio, limit, finished, share (None where the rule is silent)
zero_budget          rule (X06), share
checkpoint           number, share, factor, points, outcome, actual, plan (None unless proportional)
given                given, full_score
veto                 vetoed, effect, total_cap, grade_cap
unit                 agency, weight, actual, target, share (rate of the agency, None where it has none)
unit_mean            roll_up, n, share
cap                  before, cap, after
floor                before, floor, after
undefined            function
absent               absence, policy
redistribute         full_score, effective_full
share_to_points      share, full_score, points
round                exact, decimals, score
==================== ============================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from perfkit.scoring.batches import Row
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.functions.points import Flag
from perfkit.scoring.parameters import RATE
from perfkit.scoring.rounding import snap
from perfkit.scoring.shapes import ScoringItem
from perfkit.terms import ScoringFunction, ScoringParameter
from perfkit.trace import Scalar, Step

P = ScoringParameter
F = ScoringFunction
Values = Mapping[str, Any]
Reading = tuple[Row, Values, int]


def _step(op: str, **values: Any) -> Step:
    """Return a step; NaN becomes ``None`` and enum words become their codes."""
    plain: dict[str, Scalar] = {}
    for key, value in values.items():
        if isinstance(value, float) and math.isnan(value):
            plain[key] = None
        else:
            plain[key] = str(value) if isinstance(value, str) else value
    return Step(op=op, values=plain)


def steps_of(row: Row, values: Values, flags: int) -> tuple[Step, ...]:
    """Return the steps from the inputs of one row to its rate 单项计算步骤.

    Parameters
    ----------
    row : the row as it was scored. values : its rate and intermediate values. flags : its flags.
    """
    lead = _lead(row)
    if flags & Flag.ZERO_BUDGET and row.item.function in (F.EXECUTION_LINEAR, F.EXECUTION_INTERVAL_2021):
        rule = row.parameters[P.ZERO_BUDGET_RULE]
        return (*lead, _step("zero_budget", rule=rule, share=values["rate"]))
    steps = (*lead, *EXPLAINERS[row.item.function](row, values, flags))
    if math.isnan(values["rate"]):
        return (*steps, _step("undefined", function=row.item.function))
    return steps


def unit_steps(item: ScoringItem, readings: Sequence[Reading], rate: float) -> tuple[Step, ...]:
    """Return the steps of an item scored per unit 分单位计算步骤: one per agency, then their mean."""
    steps = [
        _step(
            "unit",
            agency=row.agency,
            weight=row.weight,
            actual=row.inputs.get("actual", math.nan),
            target=row.inputs.get("target", math.nan),
            share=values["rate"],
        )
        for row, values, _ in readings
    ]
    known = sum(not math.isnan(values["rate"]) for _, values, _ in readings)
    return (*steps, _step("unit_mean", roll_up=item.roll_up, n=known, share=rate))


def tail_steps(
    item: ScoringItem, rate: float, full: float, exact: float, score: float, decimals: int, choices: SilentChoices
) -> tuple[Step, ...]:
    """Return the steps from the rate to the rounded points 得分步骤."""
    steps: list[Step] = []
    if item.absence is not None:
        steps.append(_step("absent", absence=item.absence, policy=choices.policy(item.absence)))
    if full != item.full_score:
        steps.append(_step("redistribute", full_score=item.full_score, effective_full=full))
    if not math.isnan(rate):
        steps.append(_step("share_to_points", share=rate, full_score=full, points=exact))
        steps.append(_step("round", exact=exact, decimals=decimals, score=score))
    return tuple(steps)


def _lead(row: Row) -> tuple[Step, ...]:
    """Return how the actual value came about: a formula or a quotient."""
    item = row.item
    steps: list[Step] = []
    if item.formula:
        steps.append(_step("formula", formula=item.formula, value=row.inputs["actual"]))
    executes = item.function in (F.EXECUTION_LINEAR, F.EXECUTION_INTERVAL_2021)
    typed = set(RATE) <= row.inputs.keys() and not (executes and "actual" in row.inputs)
    if typed and item.function not in (F.CHECKPOINTS, F.GIVEN, F.YES_NO, F.VETO, F.QUALITATIVE_BANDS):
        numerator, denominator = row.inputs["numerator"], row.inputs["denominator"]
        steps.append(
            _step(
                "ratio",
                numerator=numerator,
                denominator=denominator,
                value=numerator / denominator if denominator != 0.0 else math.nan,
                percent=item.unit in ("", "%", "％"),
                denominator_basis=item.denominator_basis,
            )
        )
    return tuple(steps)


def _attainment(row: Row, values: Values, flags: int) -> list[Step]:
    """Word the attainment of a target, or the rule that stands in for a zero target."""
    actual, target = row.inputs["actual"], row.inputs["target"]
    if flags & Flag.ZERO_TARGET:
        rule = row.parameters[P.ZERO_TARGET_RULE]
        return [_step("zero_target", actual=actual, target=target, met=values["met"], share=values["rate"], rule=rule)]
    return [
        _step(
            "attainment",
            actual=actual,
            target=target,
            target_high=row.inputs.get("target_high", math.nan),
            direction=row.item.way,
            operator=row.item.operator,
            met=values["met"],
            value=values["ratio"] if math.isfinite(values["ratio"]) else math.nan,
            rule=row.parameters[P.REVERSE_RULE] if flags & Flag.REVERSED else None,
        )
    ]


def _pro_rata(row: Row, values: Values, flags: int) -> list[Step]:
    """Explain ``pro_rata``."""
    steps = _attainment(row, values, flags)
    cap = row.parameters[P.CAP]
    if flags & Flag.CAPPED:
        steps.append(_step("cap", before=values["ratio"], cap=cap, after=cap))
    if flags & Flag.OVERSHOOT:
        steps.append(
            _step(
                "overshoot",
                ratio=values["ratio"],
                threshold=row.parameters[P.OVERSHOOT_THRESHOLD],
                reduction=row.parameters[P.OVERSHOOT_REDUCTION],
                reduced_share=values.get("reduced", 0.0),
            )
        )
    return steps


def _pass_line(row: Row, values: Values, flags: int) -> list[Step]:
    """Explain ``pass_line``."""
    steps = _attainment(row, values, flags)
    line = row.parameters[P.PASS_LINE]
    ratio = values["ratio"] if math.isfinite(values["ratio"]) else math.nan
    return [*steps, _step("pass_line", ratio=ratio, line=line, share=values["rate"])]


def _deduction(row: Row, values: Values, flags: int) -> list[Step]:
    """Explain ``linear_deduction`` and ``threshold_deduction``."""
    op = "deduct_linear" if row.item.function is F.LINEAR_DEDUCTION else "deduct_threshold"
    if flags & Flag.AT_ZERO_POINT:
        return [_step("zero_at", value=row.inputs["actual"], zero_at=row.parameters[P.ZERO_AT])]
    return [
        _step(
            op,
            value=row.inputs["actual"],
            full_at=row.parameters[P.FULL_AT],
            direction=row.item.way,
            distance=values["distance"],
            unit=row.parameters[P.UNIT],
            units=values["units"],
            share=row.parameters[P.SHARE_PER_UNIT],
            step_rounding=row.parameters[P.STEP_ROUNDING],
            deducted_share=values["deducted_share"],
        )
    ]


def _two_sided(row: Row, values: Values, flags: int) -> list[Step]:
    """Explain ``two_sided_deviation``."""
    step = _step(
        "deviation",
        value=row.inputs["actual"],
        target=row.inputs["target"],
        deviation=values["deviation"],
        relative=row.parameters[P.RELATIVE],
        tolerance=row.parameters[P.TOLERANCE],
        excess=values["excess"],
        unit=row.parameters[P.UNIT],
        units=values["units"],
        share=row.parameters[P.SHARE_PER_UNIT],
        step_rounding=row.parameters[P.STEP_ROUNDING],
        deducted_share=values["deducted_share"],
    )
    if flags & Flag.AT_ZERO_POINT:
        return [step, _step("zero_at", value=abs(values["deviation"]), zero_at=row.parameters[P.ZERO_AT])]
    return [step]


def _count(row: Row, values: Values, flags: int) -> list[Step]:
    """Explain ``count_threshold``."""
    if flags & Flag.AT_ZERO_POINT:
        return [_step("zero_at", value=row.inputs["count"], zero_at=row.parameters[P.ZERO_AT])]
    return [
        _step(
            "deduct_count",
            count=row.inputs["count"],
            allowed=row.parameters[P.ALLOWED],
            units=values["units"],
            share=row.parameters[P.SHARE_PER_UNIT],
            deducted_share=values["deducted_share"],
        )
    ]


def _base_step(row: Row, values: Values, flags: int) -> list[Step]:
    """Explain ``base_step``."""
    raw, rate = values["raw"], values["rate"]
    steps = [
        _step(
            "base_step",
            value=row.inputs["actual"],
            base_value=row.parameters[P.BASE_VALUE],
            base_share=row.parameters[P.BASE_SHARE],
            direction=row.item.way,
            distance=values["distance"],
            unit=row.parameters[P.UNIT],
            units=values["units"],
            share=row.parameters[P.STEP_SHARE],
            change=values["change"],
            raw=raw,
            step_rounding=row.parameters[P.STEP_ROUNDING],
        )
    ]
    if flags & Flag.CAPPED:
        bound = "cap" if raw > rate else "floor"
        steps.append(_step(bound, before=raw, after=rate, **{bound: rate}))
    return steps


def _interval(row: Row, values: Values, _: int) -> list[Step]:
    """Explain ``interval_steps``."""
    value, limit = row.inputs["actual"], values["limit"]
    return [_step("interval", value=value, limit=limit, share=values["rate"], direction=row.item.way)]


def _satisfaction(row: Row, values: Values, _: int) -> list[Step]:
    """Explain ``satisfaction_steps``."""
    return [_step("satisfaction", value=row.inputs["actual"], limit=values["limit"], share=values["rate"])]


def _qualitative(row: Row, values: Values, flags: int) -> list[Step]:
    """Explain ``qualitative_bands``."""
    return [
        _step(
            "qualitative",
            label=row.item.label,
            band_low=values["band_low"],
            band_high=values["band_high"],
            value=values["rate"],
            declared=bool(flags & Flag.DECLARED_BAND_VALUE),
        )
    ]


def _execution_linear(row: Row, values: Values, flags: int) -> list[Step]:
    """Explain ``execution_linear``."""
    steps = [_step("execution", ratio=values["ratio"], share=values["rate"])]
    if flags & Flag.CAPPED:
        steps.append(_step("cap", before=values["ratio"], cap=row.parameters[P.CAP], after=values["rate"]))
    return steps


def _execution_interval(_: Row, values: Values, __: int) -> list[Step]:
    """Explain ``execution_interval_2021``."""
    finished, rate = values["finished"], values["rate"]
    limit = math.nan if finished else values["limit"]
    return [_step("execution_interval", ratio=values["ratio"], limit=limit, finished=finished, share=rate)]


def _checkpoints(row: Row, values: Values, _: int) -> list[Step]:
    """Explain ``checkpoints``: one step per point, with its points of the full score."""
    steps = []
    for place, point in enumerate(row.item.checkpoints):
        share, factor, ratio = (values[name][place] for name in ("share", "factor", "ratio"))
        plain = row.points[place]
        proportional = not math.isnan(ratio)
        steps.append(
            _step(
                "checkpoint",
                number=point.number,
                share=share,
                factor=factor,
                points=share * factor * row.item.full_score,
                outcome=point.outcome if point.outcome is not None else ("proportional" if proportional else None),
                actual=plain.actual if proportional else None,
                plan=plain.plan if proportional else None,
            )
        )
    return steps


def _yes_no(row: Row, values: Values, _: int) -> list[Step]:
    """Explain ``yes_no``."""
    return [_step("yes_no", met=row.inputs["met"] == 1.0, deducted_share=values["deducted_share"])]


def _given(row: Row, _: Values, __: int) -> list[Step]:
    """Explain ``given``."""
    return [_step("given", given=float(snap(row.inputs["given"])), full_score=row.item.full_score)]


def _veto(row: Row, _: Values, __: int) -> list[Step]:
    """Explain ``veto``."""
    return [
        _step(
            "veto",
            vetoed=row.inputs["vetoed"] == 1.0,
            effect=row.parameters[P.EFFECT],
            total_cap=row.parameters[P.TOTAL_CAP],
            grade_cap=row.parameters[P.GRADE_CAP],
        )
    ]


EXPLAINERS: Final[Mapping[ScoringFunction, Callable[[Row, Values, int], list[Step]]]] = {
    F.CHECKPOINTS: _checkpoints,
    F.PRO_RATA: _pro_rata,
    F.PASS_LINE: _pass_line,
    F.INTERVAL_STEPS: _interval,
    F.LINEAR_DEDUCTION: _deduction,
    F.THRESHOLD_DEDUCTION: _deduction,
    F.TWO_SIDED_DEVIATION: _two_sided,
    F.COUNT_THRESHOLD: _count,
    F.BASE_STEP: _base_step,
    F.YES_NO: _yes_no,
    F.QUALITATIVE_BANDS: _qualitative,
    F.SATISFACTION_STEPS: _satisfaction,
    F.EXECUTION_LINEAR: _execution_linear,
    F.EXECUTION_INTERVAL_2021: _execution_interval,
    F.GIVEN: _given,
    F.VETO: _veto,
}
