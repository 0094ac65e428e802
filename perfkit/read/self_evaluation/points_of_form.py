"""Points of a form on one scale 分值换算: shares to points, two-layer weights resolved, the layout named."""

from __future__ import annotations

import math
from collections.abc import Mapping

from perfkit.read.self_evaluation.form_record import FormRecord, ItemRecord
from perfkit.read.self_evaluation.quantities import NAN
from perfkit.terms.re_evaluation import FormLayout

WHOLE = 100.0
NEAR = 0.05  # points by which a sum of typed weights may miss its whole
LAYOUTS: Mapping[FormLayout, Mapping[str, float]] = {
    FormLayout.LAYOUT_2020: {"执行": 10, "产出": 50, "效益": 30, "满意": 10},
    FormLayout.COST_2021: {"执行": 10, "成本": 20, "产出": 40, "效益": 20, "满意": 10},
}


def settle_points(record: FormRecord) -> None:
    """Give every item ``points_full`` and ``points_score`` in points of the form's 100 换算分值; the printed ones stay."""
    _execution_item(record)
    scale = _scale_of_shares(record)
    for item in record.items:
        item.points_full, item.points_score = _clean(item.number("full") * scale), item.number("score")
    if (
        any(weight > 0 for weight in record.level1_full.values())
        and sum(record.level1_full.values()) <= 1 + NEAR / WHOLE
    ):
        record.level1_full = {name: _clean(weight * WHOLE) for name, weight in record.level1_full.items()}
    _resolve_layers(record)
    record.layout = _layout(record).value


def _clean(number: float) -> float:
    """Return a product without the dust of binary multiplication."""
    return float(f"{number:.12g}") if math.isfinite(number) else number


def _execution_item(record: FormRecord) -> None:
    """Let the execution rate be one item: of the indicator table where it stands there, else of the money table."""
    listed = [item for item in record.items if item.execution]
    for item in listed[1:]:
        item.execution = False
    if not listed:
        return
    item = listed[0]
    full, score = record.numbers.get("execution_full", NAN), record.numbers.get("execution_score", NAN)
    if math.isfinite(score) and math.isfinite(item.number("score")):
        twice = "资金表与指标表都有预算执行率得分"
        if abs(score - item.number("score")) > 1e-9 or (math.isfinite(full) and abs(full - item.number("full")) > 1e-9):
            found = f"{twice}，资金表 {score:.10g}，指标表 {item.number('score'):.10g}"
            record.warn("SE-EXECUTION", (item.place, 0), "同一个得分", found, "核对后统一；按指标表读取", "score")
        else:
            record.tell("SE-EXECUTION", (item.place, 0), "预算执行率只计一次", twice, "按一项读取")
    for role, number in (("execution_full", item.number("full")), ("execution_score", item.number("score"))):
        if math.isfinite(number):
            record.numbers[role] = number
            record.cells[role] = item.cells.get(role.removeprefix("execution_"), "")


def _scale_of_shares(record: FormRecord) -> float:
    """Return 100 where the weights of a form are shares of 1, else 1."""
    fulls = [item.number("full") for item in record.items if math.isfinite(item.number("full"))]
    shares = len(fulls) > 1 and all(0 <= full <= 1 for full in fulls) and sum(fulls) <= 1 + NEAR / WHOLE
    scores = [item.number("score") for item in record.items if math.isfinite(item.number("score"))]
    if shares and max(scores, default=0.0) > 1:
        record.tell(
            "SE-SHARES",
            (record.items[0].place, 0),
            "分值",
            f"权重合计 {sum(fulls):.6g}",
            "权重按 100 分换算为分值",
            "full",
        )
        return WHOLE
    return 1.0


def _by_level1(record: FormRecord) -> dict[str, list[ItemRecord]]:
    """Return the items by level 1; the execution rate stands by itself."""
    groups: dict[str, list[ItemRecord]] = {}
    for item in record.items:
        groups.setdefault(item.texts.get("level1", ""), []).append(item)
    return groups


def _resolve_layers(record: FormRecord) -> None:
    """Resolve level-1 weights with an inner scale of 100 each to points of 100."""
    groups = _by_level1(record)
    sums = {
        name: sum(item.points_full for item in items if math.isfinite(item.points_full))
        for name, items in groups.items()
    }
    inner = {name for name, total in sums.items() if abs(total - WHOLE) <= NEAR}
    weights = record.level1_full
    two = {name for name in groups if name in weights and abs(sums[name] - WHOLE) < abs(sums[name] - weights[name])}
    if len(inner) >= 2 and not weights:
        names = "、".join(name or "（空白）" for name in groups if name in inner)
        found = f"{names}的分值各合计 100"
        mend = "在一级指标栏写明权重，如「产出指标（50分）」，或增加一级指标权重栏"
        record.layers = 2
        record.error("SE-LAYERS", (record.items[0].place, 0), "一级指标的权重（两层权重）", found, mend, "level1_full")
        for item in record.items:
            item.points_full = item.points_score = NAN
        return
    if not two or len(two) * 2 < len([name for name in groups if name in weights]):
        return
    record.layers = 2
    for name in groups:
        if name not in two:
            continue
        for item in groups[name]:
            item.points_full = _clean(item.points_full * weights[name] / WHOLE)
            item.points_score = _clean(item.points_score * weights[name] / WHOLE)
        if abs(sums[name] - WHOLE) > NEAR:
            found = f"「{name}」合计 {sums[name]:.6g}"
            record.warn("SE-LAYERS", (groups[name][0].place, 0), "一级指标内部分值合计 100", found, "核对分值", "full")
    listed = next((item for item in record.items if item.execution), None)
    if listed is not None and listed.texts.get("level1", "") in two:
        record.numbers["execution_full"], record.numbers["execution_score"] = listed.points_full, listed.points_score
    shown = "、".join(f"{name} {weights[name]:.6g}" for name in groups if name in two)
    record.tell(
        "SE-LAYERS",
        (record.items[0].place, 0),
        "100 分制的分值",
        f"两层权重（{shown}）",
        "按一级指标权重折算为 100 分制",
    )


def _layout(record: FormRecord) -> FormLayout:
    """Return the layout that the level-1 sums show; 2020 and 2021 without cost print the same four numbers."""
    if record.layers == 2:
        return FormLayout.TWO_LAYER
    sums: dict[str, float] = {}
    if not any(item.execution for item in record.items) and math.isfinite(record.numbers.get("execution_full", NAN)):
        sums["执行"] = record.numbers["execution_full"]
    for name, items in _by_level1(record).items():
        key = next((word for word in ("执行", "成本", "产出", "效益", "满意") if word in name), name)
        points = [item.points_full for item in items if math.isfinite(item.points_full)]
        if any(item.execution for item in items):
            key = "执行"
        sums[key] = sums.get(key, 0.0) + sum(points)
    for layout, wanted in LAYOUTS.items():
        if set(sums) == set(wanted) and all(abs(sums[key] - wanted[key]) <= NEAR for key in wanted):
            return layout
    return FormLayout.OTHER
