"""Rows → kernels: rows of one function and the same options become arrays, and each kernel is called once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from perfkit.scoring import functions
from perfkit.scoring.functions.points import Flag, FlagArray, FloatArray, IntArray, Points
from perfkit.scoring.functions.ragged import Offsets
from perfkit.scoring.parameters import NUMERIC, PARAMETERS, Resolved
from perfkit.scoring.shapes import ScoringItem
from perfkit.terms import Direction, ScoringFunction, ScoringParameter

P = ScoringParameter
F = ScoringFunction


@dataclass(frozen=True, slots=True)
class RowPoint:
    """One checkpoint as plain numbers 要点数值."""

    number: int
    factor: float
    share: float
    actual: float
    plan: float
    unassessed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One evaluation of a scoring function 计分行: an item, or one unit of it, as plain numbers."""

    item: ScoringItem
    agency: str
    inputs: Mapping[str, float]
    parameters: Resolved
    weight: float
    points: tuple[RowPoint, ...]
    band: int


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Rows that went through one kernel call 计分批次; ``rows`` are their ascending numbers."""

    function: ScoringFunction
    rows: IntArray
    inputs: tuple[Row, ...]
    points: Points

    def values(self, place: int) -> dict[str, object]:
        """Return the rate and the intermediate values of one row; lists for the points of a point list."""
        found: dict[str, object] = {"rate": float(self.points.rate[place])}
        if self.function is F.CHECKPOINTS:
            start = sum(len(row.points) for row in self.inputs[:place])
            stop = start + len(self.inputs[place].points)
            return {**found, **{name: part[start:stop].tolist() for name, part in self.points.parts.items()}}
        return {**found, **{name: part[place].item() for name, part in self.points.parts.items()}}


def score_rows(rows: Sequence[Row]) -> tuple[FloatArray, FlagArray, tuple[Batch, ...]]:
    """Return rate and flags of every row, and the batches for the traces 按计分方法成批计分."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(_options(row), []).append(number)
    rate = np.full(len(rows), math.nan)
    flags = np.zeros(len(rows), dtype=np.uint32)
    batches = []
    for numbers in groups.values():
        members = tuple(rows[number] for number in numbers)
        function = members[0].item.function
        points = KERNELS[function](members)
        unknown = np.isnan(points.rate)
        points.flags[unknown] |= np.uint32(Flag.UNDEFINED)
        points.flags[unknown & _zero_denominators(members)] |= np.uint32(Flag.ZERO_BUDGET)
        where = np.array(numbers, dtype=np.int64)
        rate[where] = points.rate
        flags[where] = points.flags
        batches.append(Batch(function, where, members, points))
    return rate, flags, tuple(batches)


def _zero_denominators(rows: Sequence[Row]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell which rows are a rate over nothing."""
    return np.array([row.inputs.get("denominator") == 0.0 for row in rows], dtype=np.bool_)


def _options(row: Row) -> tuple[object, ...]:
    """Return what must be the same for rows of one kernel call: everything that is not a number."""
    function = row.item.function
    own = tuple(row.parameters[spec.code] for spec in PARAMETERS[function] if spec.kind not in NUMERIC)
    return (function, row.item.way, row.item.operator, *own)


def _inputs(rows: Sequence[Row], name: str) -> FloatArray:
    """Return one input as a column; NaN where a row has none."""
    return np.array([row.inputs.get(name, math.nan) for row in rows], dtype=np.float64)


def _numbers(rows: Sequence[Row], code: ScoringParameter) -> FloatArray:
    """Return one numeric parameter as a column; NaN where the rule has none."""
    return np.array([row.parameters[code] for row in rows], dtype=np.float64)


def _option(rows: Sequence[Row], code: ScoringParameter) -> Any:
    """Return an option that all rows share; the specs have checked its type."""
    return rows[0].parameters[code]


def _targets(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what the two functions of attainment share."""
    operator = rows[0].item.operator
    return {
        "actual": _inputs(rows, "actual"),
        "target": _inputs(rows, "target"),
        "target_high": _inputs(rows, "target_high"),
        "direction": rows[0].item.way,
        "operator": operator if operator is not None else -1,
        "reverse_rule": _option(rows, P.REVERSE_RULE),
        "zero_target_rule": _option(rows, P.ZERO_TARGET_RULE),
    }


def _pro_rata(rows: Sequence[Row]) -> Points:
    """Call ``pro_rata``."""
    return functions.pro_rata(
        **_targets(rows),
        overshoot_threshold=_numbers(rows, P.OVERSHOOT_THRESHOLD),
        overshoot_reduction=_option(rows, P.OVERSHOOT_REDUCTION),
        overshoot_bands=_option(rows, P.OVERSHOOT_BANDS),
        cap=_numbers(rows, P.CAP),
    )


def _pass_line(rows: Sequence[Row]) -> Points:
    """Call ``pass_line``."""
    return functions.pass_line(**_targets(rows), line=_numbers(rows, P.PASS_LINE))


def _deduction(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what the functions of deduction share."""
    return {
        "deduct_share_per_unit": _numbers(rows, P.SHARE_PER_UNIT),
        "unit": _numbers(rows, P.UNIT),
        "zero_at": _numbers(rows, P.ZERO_AT),
        "step_rounding": _option(rows, P.STEP_ROUNDING),
    }


def _linear(rows: Sequence[Row]) -> Points:
    """Call ``linear_deduction`` or ``threshold_deduction``."""
    is_linear = rows[0].item.function is F.LINEAR_DEDUCTION
    kernel = functions.linear_deduction if is_linear else functions.threshold_deduction
    full = _numbers(rows, P.FULL_AT)
    return kernel(_inputs(rows, "actual"), full_at=full, direction=rows[0].item.way, **_deduction(rows))


def _two_sided(rows: Sequence[Row]) -> Points:
    """Call ``two_sided_deviation``."""
    return functions.two_sided_deviation(
        _inputs(rows, "actual"),
        _inputs(rows, "target"),
        tolerance=_numbers(rows, P.TOLERANCE),
        relative=_option(rows, P.RELATIVE),
        **_deduction(rows),
    )


def _count(rows: Sequence[Row]) -> Points:
    """Call ``count_threshold``."""
    return functions.count_threshold(
        _inputs(rows, "count"),
        deduct_share_per_unit=_numbers(rows, P.SHARE_PER_UNIT),
        zero_at=_numbers(rows, P.ZERO_AT),
        allowed=_numbers(rows, P.ALLOWED),
    )


def _base_step(rows: Sequence[Row]) -> Points:
    """Call ``base_step``."""
    return functions.base_step(
        _inputs(rows, "actual"),
        base_value=_numbers(rows, P.BASE_VALUE),
        base_share=_numbers(rows, P.BASE_SHARE),
        step_share=_numbers(rows, P.STEP_SHARE),
        unit=_numbers(rows, P.UNIT),
        cap=_numbers(rows, P.CAP),
        floor=_numbers(rows, P.FLOOR),
        direction=rows[0].item.way,
        step_rounding=_option(rows, P.STEP_ROUNDING),
    )


def _interval(rows: Sequence[Row]) -> Points:
    """Call ``interval_steps``."""
    is_lower = rows[0].item.way is Direction.LOWER
    steps = sorted(_option(rows, P.STEPS), reverse=not is_lower)
    limits, shares = zip(*steps, strict=True)
    return functions.interval_steps(_inputs(rows, "actual"), limits=limits, shares=shares, direction=rows[0].item.way)


def _qualitative(rows: Sequence[Row]) -> Points:
    """Call ``qualitative_bands``: given points become a rate."""
    full = np.array([row.item.full_score for row in rows])
    given = _inputs(rows, "given")
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(np.isnan(given), _inputs(rows, "value"), given / full)
    band = np.array([row.band for row in rows], dtype=np.int64)
    return functions.qualitative_bands(band, value, lows=_option(rows, P.BANDS), declared=_option(rows, P.BAND_VALUES))


def _execution_linear(rows: Sequence[Row]) -> Points:
    """Call ``execution_linear``."""
    return functions.execution_linear(
        _inputs(rows, "numerator"),
        _inputs(rows, "denominator"),
        cap=_numbers(rows, P.CAP),
        zero_budget_rule=_option(rows, P.ZERO_BUDGET_RULE),
    )


def _execution_interval(rows: Sequence[Row]) -> Points:
    """Call ``execution_interval_2021``."""
    return functions.execution_interval_2021(
        _inputs(rows, "numerator"),
        _inputs(rows, "denominator"),
        _inputs(rows, "finished") == 1.0,
        steps=[(limit / 100.0, share) for limit, share in sorted(_option(rows, P.STEPS), reverse=True)],
        zero_budget_rule=_option(rows, P.ZERO_BUDGET_RULE),
    )


def _checkpoints(rows: Sequence[Row]) -> Points:
    """Call ``checkpoints`` on the points of all rows laid end to end."""
    points = [point for row in rows for point in row.points]
    return functions.checkpoints(
        np.array([point.factor for point in points]),
        Offsets.of(len(row.points) for row in rows),
        share=np.array([point.share for point in points]),
        actual=np.array([point.actual for point in points]),
        plan=np.array([point.plan for point in points]),
        not_assessable=np.array([point.unassessed for point in points]),
        part_credit_scale=_option(rows, P.PART_CREDIT_SCALE),
    )


def _given(rows: Sequence[Row]) -> Points:
    """Call ``given``; nothing can be given of nothing, so a full score of 0 counts as 1 and the points stay 0."""
    full = np.array([row.item.full_score or 1.0 for row in rows])
    reasons = np.array([bool(row.item.reason or row.item.rule) for row in rows])
    return functions.given(_inputs(rows, "given"), full, has_reason=reasons)


KERNELS: Final[Mapping[ScoringFunction, Callable[[Sequence[Row]], Points]]] = {
    F.CHECKPOINTS: _checkpoints,
    F.PRO_RATA: _pro_rata,
    F.PASS_LINE: _pass_line,
    F.INTERVAL_STEPS: _interval,
    F.LINEAR_DEDUCTION: _linear,
    F.THRESHOLD_DEDUCTION: _linear,
    F.TWO_SIDED_DEVIATION: _two_sided,
    F.COUNT_THRESHOLD: _count,
    F.BASE_STEP: _base_step,
    F.YES_NO: lambda rows: functions.yes_no(_inputs(rows, "met"), deduction_share=_numbers(rows, P.DEDUCTION_SHARE)),
    F.QUALITATIVE_BANDS: _qualitative,
    F.SATISFACTION_STEPS: lambda rows: functions.satisfaction_steps(
        _inputs(rows, "actual"), steps=sorted(_option(rows, P.STEPS), reverse=True)
    ),
    F.EXECUTION_LINEAR: _execution_linear,
    F.EXECUTION_INTERVAL_2021: _execution_interval,
    F.GIVEN: _given,
    F.VETO: lambda rows: functions.veto(_inputs(rows, "vetoed")),
}
