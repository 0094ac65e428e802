"""Items → rows of plain numbers: inputs checked and completed, formulas evaluated, all problems in one pass."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from perfkit.errors import MethodError, Problem
from perfkit.scoring.batches import Row, RowPoint
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.expression import evaluate
from perfkit.scoring.parameters import INPUTS, RATE, Resolved, resolved_parameters
from perfkit.scoring.shapes import DIRECTION_OF, Checkpoint, ScoringItem
from perfkit.terms import (
    CheckpointOutcome,
    Direction,
    Operator,
    RollUp,
    ScoringFunction,
    ScoringInput,
    ScoringParameter,
)
from perfkit.trace import Quantity

PERCENT_UNITS: Final = ("", "%", "％")
SWITCHES: Final = ("met", "finished", "vetoed")
FIXED: Final[Mapping[CheckpointOutcome, float]] = {
    CheckpointOutcome.MET: 1.0,
    CheckpointOutcome.UNMET: 0.0,
    CheckpointOutcome.NOT_ASSESSABLE: 1.0,
}


@dataclass(frozen=True, slots=True)
class ItemRows:
    """Rows of all items 计分行: one per item, one per unit of a per-unit item, none for an absent item."""

    items: tuple[ScoringItem, ...]
    rows: tuple[Row, ...]
    rows_of_item: tuple[tuple[int, ...], ...]
    problems: tuple[Problem, ...]


def item_rows(items: Sequence[ScoringItem], choices: SilentChoices) -> ItemRows:
    """Return the rows of all items and every problem found 读取计分项."""
    problems: list[Problem] = []
    rows: list[Row] = []
    completed: list[ScoringItem] = []
    rows_of_item: list[tuple[int, ...]] = []
    seen: set[str] = set()
    for item in items:
        if item.code in seen:
            problems.append(_problem(item.code, "唯一的指标编码", "重复编码", "为每个指标填写不同的编码"))
        seen.add(item.code)
        if not math.isfinite(item.full_score) or item.full_score < 0:
            problems.append(_problem(item.code, "不小于 0 的分值", f"{item.full_score}", "填写该指标的分值"))
        computed, found = _computed(item) if item.absence is None else (item, [])
        problems.extend(found)
        completed.append(computed)
        start = len(rows)
        if item.absence is None and not found:
            made, wrong = _rows_of(computed, choices)
            rows.extend(made)
            problems.extend(wrong)
        rows_of_item.append(tuple(range(start, len(rows))))
    return ItemRows(tuple(completed), tuple(rows), tuple(rows_of_item), tuple(problems))


def _computed(item: ScoringItem) -> tuple[ScoringItem, list[Problem]]:
    """Return the item with the value of its formula as actual value."""
    if not item.formula:
        return item, []
    try:
        result = evaluate(item.formula, {quantity.name: quantity.value for quantity in item.variables})
    except MethodError as error:
        return item, [dataclasses.replace(found, where=f"指标 {item.code} {found.where}") for found in error.problems]
    value = Quantity(name="actual", value=result.value, unit=item.unit, label=ScoringInput.ACTUAL.label)
    inputs = {**item.inputs, "actual": value}
    return dataclasses.replace(item, inputs=inputs, caveats=(*item.caveats, *result.caveats)), []


def _rows_of(item: ScoringItem, choices: SilentChoices) -> tuple[list[Row], list[Problem]]:
    """Return the rows of one present item."""
    problems = list(_item_problems(item))
    points, wrong = _points_of(item)
    problems.extend(wrong)
    rows: list[Row] = []
    for place, unit in enumerate(item.units or (None,)):
        where = f"指标 {item.code}" + (f" 单位 {unit.agency}" if unit is not None else "")
        own = {**item.inputs, **unit.inputs} if unit is not None else dict(item.inputs)
        inputs, bad = _inputs_of(item, own, where)
        parameters, unknown = resolved_parameters(item.function, item.parameters, choices, inputs, where, item.way)
        problems.extend(bad)
        problems.extend(problem for problem in unknown if place == 0 or problem not in problems)
        weight, missing = _weight_of(item, place, where)
        problems.extend(missing)
        band, off = _band_of(item, parameters)
        problems.extend(off if place == 0 else [])
        rows.append(Row(item, unit.agency if unit is not None else "", inputs, parameters, weight, points, band))
    if item.units and item.roll_up is not RollUp.EQUAL and not sum(row.weight for row in rows) > 0 and not problems:
        problems.append(_problem(item.code, "合计大于 0 的汇总权数", "0", "核对分单位表的资金或数量"))
    return ([] if problems else rows), problems


def _item_problems(item: ScoringItem) -> list[Problem]:
    """Hold direction and operator against each other."""
    if item.direction is None or item.operator is None or item.operator is Operator.EQUAL:
        return []
    if DIRECTION_OF[item.operator] is item.direction:
        return []
    text = f"{item.direction.label}配{item.operator.label}"
    return [_problem(item.code, "方向与运算符一致", text, "核对指标方向和目标值的运算符")]


def _inputs_of(item: ScoringItem, own: Mapping[str, Quantity], where: str) -> tuple[dict[str, float], list[Problem]]:
    """Return the numbers of one row, completed, and what is missing or not a number."""
    problems: list[Problem] = []
    values: dict[str, float] = {}
    for name, quantity in own.items():
        computed = name == "actual" and bool(item.formula)
        if math.isnan(quantity.value) and not computed:
            continue
        if math.isinf(quantity.value) or (name in SWITCHES and quantity.value not in (0.0, 1.0)):
            expected = "是或否" if name in SWITCHES else "有限的数值"
            at = f"{where} {quantity.cell}" if quantity.cell is not None else where
            problems.append(_problem(at, f"{_label(name)}为{expected}", f"{quantity.value}", "改正该单元格"))
        values[name] = float(quantity.value)
    if any(set(group) <= values.keys() for group in INPUTS[item.function]):
        _complete(item, values)
    else:
        first = min(INPUTS[item.function], key=lambda group: len(set(group) - values.keys()))
        missing = "、".join(_label(name) for name in first if name not in values)
        mend = "补充数值；没有数值的，在“状态”中注明不适用、缺失或未到期"
        problems.append(_problem(where, f"{item.function.label}需要{missing}", "空缺", mend))
    if item.way is Direction.RANGE and item.function in (ScoringFunction.PRO_RATA, ScoringFunction.PASS_LINE):
        low, high = values.get("target", math.nan), values.get("target_high", math.nan)
        if not low <= high:
            problems.append(_problem(where, "区间目标的下限和上限", f"{low:g}～{high:g}", "把目标值写成“下限~上限”"))
    return values, problems


def _complete(item: ScoringItem, values: dict[str, float]) -> None:
    """Fill in place what follows from other inputs: a rate from its two parts, the target of a rate."""
    percent = 100.0 if item.unit in PERCENT_UNITS else 1.0
    is_execution = item.function in (ScoringFunction.EXECUTION_LINEAR, ScoringFunction.EXECUTION_INTERVAL_2021)
    if is_execution and not set(RATE) <= values.keys():
        values["numerator"], values["denominator"] = values["actual"] / percent, 1.0
    elif set(RATE) <= values.keys() and not is_execution:
        low = values["denominator"]
        values["actual"] = values["numerator"] / low * percent if low != 0.0 else math.nan
        values.setdefault("target", percent)
    for name, instead in (("met", "actual"), ("vetoed", "actual"), ("count", "actual")):
        if name not in values and instead in values:
            values[name] = values[instead]


def _weight_of(item: ScoringItem, place: int, where: str) -> tuple[float, list[Problem]]:
    """Return the weight of one unit in the mean of an item."""
    if not item.units or item.roll_up is RollUp.EQUAL:
        return 1.0, []
    unit = item.units[place]
    quantity = unit.money if item.roll_up is RollUp.MONEY else unit.count
    if quantity is None or not quantity.value >= 0:
        name = "资金" if item.roll_up is RollUp.MONEY else "数量"
        return 0.0, [_problem(where, f"{item.roll_up.label}需要不小于 0 的{name}", "空缺", f"在分单位表中填写{name}")]
    return float(quantity.value), []


def _band_of(item: ScoringItem, parameters: Resolved) -> tuple[int, list[Problem]]:
    """Return the position of a qualitative label."""
    labels = parameters.get(ScoringParameter.LABELS)
    if item.function is not ScoringFunction.QUALITATIVE_BANDS or not isinstance(labels, tuple):
        return -1, []
    if item.label in labels:
        return labels.index(item.label), []
    expected = f"定性结论为 {'、'.join(labels)} 之一"
    return -1, [_problem(item.code, expected, item.label or "空缺", "按计分规则的档次名称填写定性结论")]


def _points_of(item: ScoringItem) -> tuple[tuple[RowPoint, ...], list[Problem]]:
    """Return the points of a point list as plain numbers."""
    if item.function is not ScoringFunction.CHECKPOINTS:
        return (), []
    if not item.checkpoints:
        return (), [_problem(item.code, "至少一个评价要点", "没有要点", "在评价要点表中填写要点和判定")]
    problems: list[Problem] = []
    shares = [point.share for point in item.checkpoints]
    if any(share is None for share in shares) and any(share is not None for share in shares):
        problems.append(_problem(item.code, "各要点都填占比或都不填", "部分要点有占比", "补齐或清空要点占比"))
    made = []
    for point in item.checkpoints:
        where = f"{item.code} 要点{point.number}" + (f" {point.cell}" if point.cell is not None else "")
        plain, wrong = _point_of(point, where)
        made.append(plain)
        problems.extend(wrong)
    return tuple(made), problems


def _point_of(point: Checkpoint, where: str) -> tuple[RowPoint, list[Problem]]:
    """Return one point as plain numbers, and where it contradicts itself."""
    problems: list[Problem] = []
    share = math.nan if point.share is None else point.share
    actual = point.actual.value if point.actual is not None else math.nan
    plan = point.plan.value if point.plan is not None else math.nan
    proportional = not (math.isnan(actual) or math.isnan(plan))
    outcome, factor = point.outcome, point.factor
    if outcome is not None and outcome in FIXED:
        if not math.isnan(factor) and factor != FIXED[outcome]:
            expected = f"判定为{outcome.label}的系数 {FIXED[outcome]:g}"
            problems.append(_problem(where, expected, f"{factor:g}", "核对要点的判定和系数"))
        factor = FIXED[outcome]
    elif outcome is CheckpointOutcome.PROPORTIONAL or (outcome is None and proportional):
        factor = math.nan
        if not proportional:
            problems.append(_problem(where, "实际数和计划数", "空缺", "为按比例的要点填写实际数和计划数"))
    elif not 0.0 <= factor <= 1.0:
        found = "空缺" if math.isnan(factor) else f"{factor:g}"
        problems.append(_problem(where, "0～1 之间的系数", found, "填写要点系数"))
    if not math.isnan(share) and not 0.0 <= share <= 1.0:
        problems.append(_problem(where, "0～1 之间的占比", f"{share:g}", "改正要点占比"))
    unassessed = outcome is CheckpointOutcome.NOT_ASSESSABLE
    return RowPoint(point.number, factor, share, actual, plan, unassessed), problems


def _label(name: str) -> str:
    """Return the Chinese name of an input; own names of callers stay."""
    known = ScoringInput.read(name)
    return known.label if known is not None else name


def _problem(where: str, expected: str, found: str, mend: str) -> Problem:
    """Return one problem of an item."""
    place = where if where.startswith("指标") else f"指标 {where}"
    return Problem(code="SC-ITEM", where=place, expected=expected, found=found, mend=mend)
