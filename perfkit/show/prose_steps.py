"""Words of the arithmetic 计算步骤的文字: one phrase for every op code of a trace, from its value keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from perfkit.show.numbers import UNKNOWN, fixed, format_value, half_up, is_missing, percent, shortest
from perfkit.terms import (
    Absence,
    AbsencePolicy,
    CheckpointOutcome,
    Denominator,
    Operator,
    OvershootReduction,
    RollUp,
    StepRounding,
    Term,
    VetoEffect,
    ZeroBudgetRule,
    ZeroTargetRule,
)
from perfkit.trace import Quantity, Trace

MONEY_BASES: Final = (Denominator.BUDGET, Denominator.ADJUSTED, Denominator.RECEIVED)
DENOMINATOR_DIFFERS: Final = "DENOMINATOR_DIFFERS"
SYMBOLS: Final = {"*": "×", "/": "÷", "-": "－", "+": "＋", "(": "（", ")": "）"}
PERCENT_UNITS: Final = ("", "%", "％")
# how a value lies away from the point of full score, by direction
AWAY: Final = {"higher": "低", "lower": "高"}

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wording:
    """What the phrases of one trace share: its inputs, the unit of its values, the words for the framework."""

    trace: Trace
    framework: str

    @property
    def unit(self) -> str:
        """Return the unit of the actual value."""
        actual = self.quantity("actual")
        return actual.unit if actual is not None else ""

    @property
    def is_percent(self) -> bool:
        """Return whether the actual value is a percent: its unit says so, or it is a quotient read as percent."""
        ratios = [bool(step.values["percent"]) for step in self.trace.steps if step.op == "ratio"]
        return ratios[0] if ratios else self.unit in PERCENT_UNITS[1:]

    def quantity(self, name: str) -> Quantity | None:
        """Return the input of that name."""
        return next((quantity for quantity in self.trace.inputs if quantity.name == name), None)

    def label(self, name: str, default: str) -> str:
        """Return the Chinese words of an input."""
        quantity = self.quantity(name)
        return quantity.label if quantity is not None and quantity.label else default

    def value(self, number: Any) -> str:
        """Return a measured value with its unit; a percent with at most two decimals."""
        if is_missing(number):
            return UNKNOWN
        if self.is_percent:
            return f"{trimmed(number, 2)}%"
        return f"{trimmed(number, 4)}{spaced(self.unit if self.unit not in PERCENT_UNITS else '')}"

    def difference(self, number: Any) -> str:
        """Return a distance with its unit; between percents it is counted in points."""
        unit = "个百分点" if self.is_percent else self.unit or "个单位"
        return f"{shortest(number)} {unit}"


def trimmed(number: Any, decimals: int) -> str:
    """Return a number with at most so many decimals."""
    return shortest(float(half_up(float(number), decimals)))


def spaced(unit: str) -> str:
    """Return a unit as it stands behind its number."""
    return f" {unit}" if unit else ""


def share(number: Any) -> str:
    """Return a share of 1 as percent with at most two decimals."""
    return UNKNOWN if is_missing(number) else f"{trimmed(float(number) * 100, 2)}%"


def points(number: Any) -> str:
    """Return points with at most four decimals."""
    return UNKNOWN if is_missing(number) else trimmed(number, 4)


def word(term: type[Term], code: Any) -> str:
    """Return the Chinese words of a code."""
    member = term.read(str(code))
    return member.label if member is not None else str(code)


def circled(number: Any) -> str:
    """Return ① to ⑳, beyond that the number in brackets."""
    place = int(number)
    return chr(0x245F + place) if 1 <= place <= 20 else f"（{place}）"


def denominator_note(wording: Wording) -> str:
    """Return that the denominator differs from the framework's, or nothing."""
    differs = any(note.split(":")[0] == DENOMINATOR_DIFFERS for note in wording.trace.notes)
    return f"与{wording.framework}口径不同" if differs else ""


def _formula(values: Values, wording: Wording) -> str:
    known = {quantity.name: quantity for quantity in wording.trace.inputs}

    def named(match: re.Match[str]) -> str:
        quantity = known.get(match[0])
        return f"{quantity.label or quantity.name} {shortest(quantity.value)}" if quantity else match[0]

    text = re.sub(r"[^\W\d]\w*", named, str(values["formula"]).replace("**", "^"))
    text = re.sub(r"\s*([-+*/])\s*", lambda match: f" {SYMBOLS[match[1]]} ", text)
    return f"{text.replace('(', '（').replace(')', '）')} = {wording.value(values['value'])}"


def _ratio(values: Values, wording: Wording) -> str:
    basis = values["denominator_basis"]
    units = [quantity.unit for name in ("numerator", "denominator") if (quantity := wording.quantity(name))]
    money = basis in [str(term) for term in MONEY_BASES] or any("元" in unit for unit in units)
    above, below = (
        format_value(values[name], "money")
        if money
        else UNKNOWN
        if is_missing(values[name])
        else shortest(values[name])
        for name in ("numerator", "denominator")
    )
    value = values["value"]
    result = UNKNOWN if is_missing(value) else percent(value) if values["percent"] else trimmed(value, 4)
    said = [f"分母：{word(Denominator, basis)}"] if basis else []
    said += [note] if (note := denominator_note(wording)) else []
    bracket = f"（{'，'.join(said)}）" if said else ""
    named = word(Denominator, basis) if basis else "分母"
    head = f"{wording.label('numerator', '分子')} {above} ÷ {wording.label('denominator', named)} {below}"
    return f"{head} = {result}{bracket}"


def _zero_target(values: Values, wording: Wording) -> str:
    met = {True: "达到", False: "未达到"}.get(values["met"], "无法判断是否达到")
    rule = word(ZeroTargetRule, values["rule"])
    target, actual = wording.value(values["target"]), wording.value(values["actual"])
    return f"目标值 {target} 不能按比例计算（处理：{rule}），实际 {actual}，{met}目标"


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
    handling = f"扣减 {share(reduced)}" if reduced else word(OvershootReduction, values["reduction"])
    return f"完成比 {percent(values['ratio'])} 超过 {share(values['threshold'])}，应说明原因（{handling}）"


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
    away = AWAY.get(str(values["direction"]), "偏离")
    full_at = values["full_at"]
    starts = "" if wording.is_percent and full_at == 100 else f"满分点 {wording.value(full_at)}，"
    if values["units"] == 0:
        return f"{_measured(values['value'], wording)}达到满分点 {wording.value(full_at)}，不扣分"
    rule = f"每{away} {wording.difference(values['unit'])}扣 {share(values['share'])}{_rounding(values)}"
    return f"{_measured(values['value'], wording, comma=True)}{starts}{rule}"


def _measured(value: Any, wording: Wording, *, comma: bool = False) -> str:
    """Return the measured value, unless a quotient or formula has just said it."""
    said = any(step.op in ("ratio", "formula") for step in wording.trace.steps)
    if said:
        return ""
    return f"{wording.label('actual', '实际')} {wording.value(value)}{'，' if comma else ' '}"


def _threshold(values: Values, wording: Wording) -> str:
    if values["units"] == 0:
        return f"{_measured(values['value'], wording)}达到 {wording.value(values['full_at'])}，得满分"
    away = AWAY.get(str(values["direction"]), "偏离")
    rule = f"每{away} {wording.difference(values['unit'])}扣 {share(values['share'])}{_rounding(values)}"
    return f"{_measured(values['value'], wording, comma=True)}达到 {wording.value(values['full_at'])} 得满分，{rule}"


def _zero_at(values: Values, wording: Wording) -> str:
    return f"{_measured(values['value'], wording)}已到零分点 {wording.value(values['zero_at'])}，不得分"


def _deviation(values: Values, wording: Wording) -> str:
    deviation = values["deviation"]
    if is_missing(deviation):
        return f"实际 {wording.value(values['value'])}，目标 {wording.value(values['target'])}，偏离{UNKNOWN}"

    def size(number: Any) -> str:
        return f"{trimmed(number, 2)}%" if values["relative"] else wording.difference(half_up(float(number), 4))

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
        ratio = f"{shortest(first['actual'])} ÷ {shortest(first['plan'])} = {percent(first['factor'])}"
        return f"要点{marks} {ratio}，{each} {earned} 分"
    outcome = word(CheckpointOutcome, first["outcome"]) if first["outcome"] else "按系数计"
    factor = f"（系数 {shortest(first['factor'])}）" if first["outcome"] in (None, "partly") else ""
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


def _absent(values: Values, _: Wording) -> str:
    return f"{word(Absence, values['absence'])}，{word(AbsencePolicy, values['policy'])}"


def _redistribute(values: Values, _: Wording) -> str:
    return f"空缺指标分值转入后按 {points(values['effective_full'])} 分计"


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
