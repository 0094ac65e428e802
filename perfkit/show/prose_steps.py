"""Words of the arithmetic 计算步骤的文字: one phrase for every op code of a trace, from its value keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from perfkit.show.numbers import UNKNOWN, fixed, format_value, is_missing, percent, separated, shortest
from perfkit.show.prose_words import Wording, circled, denominator_note, measured, points, share, trimmed, word
from perfkit.terms import (
    Absence,
    AbsencePolicy,
    CheckpointOutcome,
    Denominator,
    Operator,
    RollUp,
    StepRounding,
    VetoEffect,
    ZeroBudgetRule,
    ZeroTargetRule,
)

MONEY_BASES: Final = (Denominator.BUDGET, Denominator.ADJUSTED, Denominator.RECEIVED)
SYMBOLS: Final = {"*": "×", "/": "÷", "-": "－", "+": "＋", "(": "（", ")": "）"}
# how a value lies away from the point of full score, by direction
AWAY: Final = {"higher": "低", "lower": "高"}

Values = Mapping[str, Any]


def _formula(values: Values, wording: Wording) -> str:
    known = {quantity.name: quantity for quantity in wording.trace.inputs}

    def named(match: re.Match[str]) -> str:
        quantity = known.get(match[0])
        if quantity is None:
            return separated(float(match[0])) if match[0][0].isdigit() else match[0]
        return f"{quantity.label or quantity.name} {trimmed(quantity.value, 4)}"

    # signs first: a label may hold signs of its own, which are words
    text = re.sub(r"\s*([-+*/])\s*", lambda match: f" {SYMBOLS[match[1]]} ", str(values["formula"]))
    text = text.replace("(", SYMBOLS["("]).replace(")", SYMBOLS[")"])
    text = re.sub(r"[^\W\d]\w*|\d+(?:\.\d+)?(?!\w)", named, text)
    return f"{text} = {wording.value(values['value'])}"


def _ratio(values: Values, wording: Wording) -> str:
    basis = values["denominator_basis"]
    units = [quantity.unit for name in ("numerator", "denominator") if (quantity := wording.quantity(name))]
    money = basis in [str(term) for term in MONEY_BASES] or any("元" in unit for unit in units)
    above, below = (
        format_value(values[name], "money")
        if money
        else UNKNOWN
        if is_missing(values[name])
        else trimmed(values[name], 4)
        for name in ("numerator", "denominator")
    )
    value = values["value"]
    result = UNKNOWN if is_missing(value) else percent(value) if values["percent"] else trimmed(value, 4)
    basis = None if basis == str(Denominator.OTHER) else basis
    said = [f"分母：{word(Denominator, basis)}"] if basis else []
    said += [note] if (note := denominator_note(wording)) else []
    bracket = f"（{'，'.join(said)}）" if said else ""
    named = word(Denominator, basis) if basis else "分母"
    head = f"{wording.label('numerator', '分子')} {above} ÷ {wording.label('denominator', named)} {below}"
    return f"{head} = {result}{bracket}"


def _zero_target(values: Values, wording: Wording) -> str:
    target, actual = (UNKNOWN if is_missing(values[key]) else measured(values[key]) for key in ("target", "actual"))
    if values["rule"] == str(ZeroTargetRule.NOT_COMPUTABLE):
        return f"目标值为 {target}，实际 {actual}，不能按比例计算"
    met = {True: "达标，得满分", False: "未达标，不得分"}.get(values["met"], "无法判断是否达标")
    return f"目标值为 {target}，按是否达标计分：实际 {actual}，{met}"


def _attainment(values: Values, wording: Wording) -> str:
    actual, target, ratio = wording.value(values["actual"]), wording.value(values["target"]), values["value"]
    met = "，达到目标" if values["met"] else "，未达到目标" if values["met"] is not None else ""
    if values["target_high"] is not None:
        return f"实际 {actual}，目标区间 {target}～{wording.value(values['target_high'])}{met}"
    sign = word(Operator, values["operator"]) if values["operator"] else ""
    if is_missing(ratio) or values["direction"] not in AWAY:
        return f"实际 {actual}，目标 {sign}{target}{met}"
    if values["direction"] == "higher":
        return f"实际 {actual} ÷ 目标 {target} = {percent(ratio)}{met if values['met'] else ''}"
    if values["rule"] in (None, "target_over_actual"):
        return f"目标 {sign}{target} ÷ 实际 {actual} = {percent(ratio)}（越低越好）{met if values['met'] else ''}"
    return f"实际 {actual}，目标 {sign}{target}（越低越好），折算完成比 {percent(ratio)}{met if values['met'] else ''}"


def _overshoot(values: Values, _: Wording) -> str:
    reduced = values["reduced_share"] or 0
    handling = f"扣减该指标分值的 {share(reduced)}" if reduced else "不扣减"
    return f"完成比 {percent(values['ratio'])}，超过 {share(values['threshold'])}，{handling}"


def _pass_line(values: Values, _: Wording) -> str:
    line, ratio, rate = values["line"], values["ratio"], values["share"]
    if rate == 1:
        return "达到目标得满分"
    if is_missing(ratio) or rate == 0:
        return f"未超过及格线 {share(line)}，不得分"
    return f"（{percent(ratio)} － {share(line)}）÷（1 － {share(line)}）= {percent(rate)}"


def _rounding(values: Values) -> str:
    rule = values["step_rounding"]
    return "" if rule in (None, "continuous") else f"（{word(StepRounding, rule)}）"


def _deduction(values: Values, wording: Wording) -> str:
    if wording.is_percent and values["full_at"] == 100 and values["units"] != 0:
        return f"{_measured(values['value'], wording, comma=True)}{_rule(values, wording)}"
    return _threshold(values, wording)


def _rule(values: Values, wording: Wording, of: str = "") -> str:
    """Return what a deduction unit costs: 每低 1 个百分点扣 5%; ``of`` says of what, where the sentence is long."""
    away = AWAY.get(str(values["direction"]), "偏离")
    return f"每{away} {wording.difference(values['unit'])}扣{of} {share(values['share'])}{_rounding(values)}"


def _measured(value: Any, wording: Wording, *, comma: bool = False) -> str:
    """Return the measured value, unless a quotient or formula has just said it."""
    said = any(step.op in ("ratio", "formula") for step in wording.trace.steps)
    if said:
        return ""
    return f"{wording.label('actual', '实际')} {wording.value(value)}{'，' if comma else ' '}"


def _threshold(values: Values, wording: Wording) -> str:
    line = f"满分线 {wording.value(values['full_at'])}"
    if values["units"] == 0:
        reached = "达到" if values["direction"] == "higher" else "未超过"
        return f"{_measured(values['value'], wording, comma=True)}{reached}{line}，得满分"
    away = AWAY.get(str(values["direction"]), "偏离")
    missed = f"{away}{'于' if away in AWAY.values() else ''}{line}"
    return f"{_measured(values['value'], wording, comma=True)}{missed}；{_rule(values, wording, '该指标分值的')}"


def _zero_at(values: Values, wording: Wording) -> str:
    return f"{_measured(values['value'], wording)}已到零分点 {wording.value(values['zero_at'])}，不得分"


def _deviation(values: Values, wording: Wording) -> str:
    deviation = values["deviation"]
    if is_missing(deviation):
        return f"实际 {wording.value(values['value'])}，目标 {wording.value(values['target'])}，偏离{UNKNOWN}"

    def size(number: Any) -> str:
        return f"{trimmed(number, 2)}%" if values["relative"] else wording.difference(number)

    away = f"{'高出' if deviation > 0 else '低'} {size(abs(deviation))}" if deviation else "与目标一致"
    head = f"实际 {wording.value(values['value'])}，目标 {wording.value(values['target'])}，{away}"
    allowed = f"，允许偏离 {size(values['tolerance'])}" if values["tolerance"] else ""
    if values["units"] == 0:
        return f"{head}{allowed}，不扣分"
    return f"{head}{allowed}，每偏离 {size(values['unit'])}扣 {share(values['share'])}{_rounding(values)}"


def _deduct_count(values: Values, _: Wording) -> str:
    allowed = f"，免扣 {shortest(values['allowed'])} 次" if values["allowed"] else ""
    head = f"发生 {shortest(values['count'])} 次{allowed}"
    return f"{head}，不扣分" if not values["units"] else f"{head}，每次扣 {share(values['share'])}"


def _base_step(values: Values, wording: Wording) -> str:
    base = f"基准 {wording.value(values['base_value'])} 得 {share(values['base_share'])}"
    step = f"每 {wording.difference(values['unit'])}增减 {share(values['share'])}{_rounding(values)}"
    return f"实际 {wording.value(values['value'])}，{base}，{step}，折算得分率 {share(values['raw'])}"


def _interval(values: Values, wording: Wording) -> str:
    return _step_reached("实际", values, wording, "不超过" if values["direction"] == "lower" else "达到")


def _satisfaction(values: Values, wording: Wording) -> str:
    return _step_reached("满意度", values, wording, "达到")


def _step_reached(head: str, values: Values, wording: Wording, reached: str) -> str:
    """Return which step of a scale a value reached."""
    value, limit = wording.value(values["value"]), values["limit"]
    if is_missing(limit):
        return f"{head} {value}，未到最低一档，得分率 {share(values['share'])}"
    return f"{head} {value}，{reached} {wording.value(limit)} 一档，得分率 {share(values['share'])}"


def _qualitative(values: Values, _: Wording) -> str:
    band = f"{share(values['band_low'])}～{share(values['band_high'])}"
    how = "，按约定的档内取值" if values["declared"] else ""
    return f"结论“{values['label']}”，档次 {band}{how}，取 {share(values['value'])}"


def _yes_no(values: Values, _: Wording) -> str:
    return "判定为符合，不扣分" if values["met"] else f"判定为不符合，扣 {share(values['deducted_share'])}"


def _execution(values: Values, wording: Wording) -> str:
    said = any(step.op == "ratio" for step in wording.trace.steps)
    rate = "" if said else f"执行率 {percent(values['ratio'])}，"
    return f"{rate}按执行率比例计分"


def _execution_interval(values: Values, _: Wording) -> str:
    state = "项目已完成" if values["finished"] else "项目实施期间"
    limit = "" if is_missing(values["limit"]) else f"，达到 {share(values['limit'])} 一档"
    rate = "，规则未规定此情形" if values["share"] is None else f"，得分率 {share(values['share'])}"
    return f"{state}，执行率 {UNKNOWN if is_missing(values['ratio']) else percent(values['ratio'])}{limit}{rate}"


def _zero_budget(values: Values, _: Wording) -> str:
    return f"预算数为零，执行率无法计算（处理：{word(ZeroBudgetRule, values['rule'])}）"


def _checkpoint(values: Values, _: Wording) -> str:
    return checkpoint_phrase([values])


def checkpoint_phrase(group: Sequence[Values]) -> str:
    """Return the words of checkpoints with one outcome and equal points: ①②③符合，各得 1.25 分."""
    first = group[0]
    marks, earned = "".join(circled(values["number"]) for values in group), points(first["points"])
    each = "各得" if len(group) > 1 else "得"
    if first["plan"] is not None:
        ratio = f"{trimmed(first['actual'], 4)} ÷ {trimmed(first['plan'], 4)} = {percent(first['factor'])}"
        return f"要点{marks} {ratio}，{each} {earned} 分"
    outcome = word(CheckpointOutcome, first["outcome"]) if first["outcome"] else "按系数计"
    factor = f"（系数 {trimmed(first['factor'], 4)}）" if first["outcome"] in (None, "partly") else ""
    return f"要点{marks}{outcome}{factor}，{each} {earned} 分"


def _given(values: Values, wording: Wording) -> str:
    return f"{wording.label('given', '评价者直接给分')} {points(values['given'])} 分"


def _veto(values: Values, _: Wording) -> str:
    if not values["vetoed"]:
        return "未触发一票否决"
    cap = "" if values["total_cap"] is None else f"，总分不超过 {points(values['total_cap'])} 分"
    grade = "" if not values["grade_cap"] else f"，等级不高于{values['grade_cap']}"
    return f"触发一票否决：{word(VetoEffect, values['effect'])}{cap}{grade}"


def _unit(values: Values, wording: Wording) -> str:
    target = "" if values["target"] is None else f"、目标 {wording.value(values['target'])}"
    said = "" if values["actual"] is None else f"实际 {wording.value(values['actual'])}{target}，"
    return f"{values['agency']}（权重 {share(values['weight'])}）{said}得分率 {share(values['share'])}"


def _unit_mean(values: Values, _: Wording) -> str:
    return f"{values['n']} 个单位{word(RollUp, values['roll_up'])}，得分率 {share(values['share'])}"


def _cap(values: Values, _: Wording) -> str:
    return f"超过上限，按 {share(values['after'])} 计"


def _floor(values: Values, _: Wording) -> str:
    return f"低于下限，按 {share(values['after'])} 计"


def _undefined(_: Values, __: Wording) -> str:
    return "规则未规定此情形，无法计分"


def _absent(values: Values, wording: Wording) -> str:
    absence, policy = word(Absence, values["absence"]), word(AbsencePolicy, values["policy"])
    if values["policy"] != str(AbsencePolicy.RENORMALISE):
        return f"{absence}，{policy}"
    full = wording.trace.full_score
    moved = "" if wording.effective_full == full else f"，{points(full)} 分剔除后按比例折算到其他指标"
    return f"{absence}，未计分{moved}"


def _redistribute(values: Values, _: Wording) -> str:
    return f"折算后分值 {fixed(values['effective_full'], 2)} 分"


def _share_to_points(values: Values, _: Wording) -> str:
    return f"{share(values['share'])} × {points(values['full_score'])} 分 = {points(values['points'])} 分"


def _round(values: Values, _: Wording) -> str:
    return f"得 {fixed(values['score'], int(values['decimals']))} 分"


PHRASES: Final[Mapping[str, Callable[[Values, Wording], str]]] = {
    "formula": _formula,
    "ratio": _ratio,
    "zero_target": _zero_target,
    "attainment": _attainment,
    "overshoot": _overshoot,
    "pass_line": _pass_line,
    "deduct_linear": _deduction,
    "deduct_threshold": _threshold,
    "zero_at": _zero_at,
    "deviation": _deviation,
    "deduct_count": _deduct_count,
    "base_step": _base_step,
    "interval": _interval,
    "satisfaction": _satisfaction,
    "qualitative": _qualitative,
    "yes_no": _yes_no,
    "execution": _execution,
    "execution_interval": _execution_interval,
    "zero_budget": _zero_budget,
    "checkpoint": _checkpoint,
    "given": _given,
    "veto": _veto,
    "unit": _unit,
    "unit_mean": _unit_mean,
    "cap": _cap,
    "floor": _floor,
    "undefined": _undefined,
    "absent": _absent,
    "redistribute": _redistribute,
    "share_to_points": _share_to_points,
    "round": _round,
}
