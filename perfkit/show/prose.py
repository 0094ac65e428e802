"""Sentences 文字: the arithmetic of an item in one line, and the skeleton of its opinion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from perfkit.show.numbers import UNKNOWN, fixed, half_up, is_missing, percent, shortest
from perfkit.show.prose_steps import PHRASES, checkpoint_phrase
from perfkit.show.prose_words import (
    DENOMINATOR_DIFFERS,
    Wording,
    circled,
    denominator_note,
    effective_full,
    trimmed,
)
from perfkit.trace import Scalar, Step, Trace

FRAMEWORK: Final = "评价框架"
UNITS_SHOWN: Final = 4
# the share of the points is said by the steps before and the points after it
MERGED: Final = "share_to_points"

# notes of a trace that no step of it says; the texts name what a reader must know about the score
NOTES: Final[Mapping[str, str]] = {
    "NEGATIVE_ACTUAL": "实际值为负数",
    "STRICT_EDGE": "实际值恰好等于目标值，而目标要求大于或小于该值",
    "PART_CREDIT_OFF_SCALE": "部分得分不在约定档次内",
    "PART_CREDIT_UNDECLARED": "部分得分档次未事先约定",
    "SHARES_NOT_ONE": "各要点占比合计不等于 100%",
    "OUTSIDE_BAND": "得分不在所选档次内",
    "OUTSIDE_FULL_SCORE": "所给得分超出 0 至满分的范围",
    "OUTSIDE_RANGE": "数值超出应有范围",
    "NO_REASON": "未写明给分理由",
    "UNITS_LEFT_OUT": "部分单位无法计分，未计入",
    "UNFINISHED_OVER_BUDGET": "项目未完成而执行率达到或超过 100%",
    "FINISHED_OVER_BUDGET": "项目已完成但支出超过预算",
}
# notes whose words stand in a step
SAID_BY_STEPS: Final = frozenset(
    {
        *("CAPPED", "OVERSHOOT", "OVERSHOOT_REDUCED", "ZERO_TARGET", "UNDEFINED", "ZERO_DENOMINATOR"),
        *("NOT_ASSESSABLE", "DECLARED_BAND_VALUE", "VETOED"),
        *("ABSENT_NOT_APPLICABLE", "ABSENT_MISSING", "ABSENT_NOT_DUE"),
    }
)


def trace_sentence(trace: Trace, *, framework: str = FRAMEWORK) -> str:
    """Return the arithmetic of one item in one line 计算过程.

    Parameters
    ----------
    trace : full score, inputs, steps and notes of the item.
    framework : how the framework is named where a denominator differs from its own, e.g. ``" 10 号附 2 "``.

    Returns
    -------
    «满分 5 分；执行 12,634.70 ÷ 预算 13,534.70 = 93.35%（分母：预算数，…）；每低 1 个百分点扣 5%，得 3.34 分».
    An op code without words prints as its code and values, so that nothing is lost.
    """
    wording = Wording(trace, framework)
    phrases: list[str] = []
    for _, run in groupby(_shown(trace), key=_alike):
        group = list(run)
        phrase = _phrase(group, wording)
        if group[0].op == "round" and phrases:
            phrases[-1] += f"，{'共' if len(_checkpoints(trace)) > 1 else ''}{phrase}"
        else:
            phrases.append(phrase)
    # an absent item whose points moved has said them
    head = [] if _moved_away(trace) else [f"满分 {shortest(trace.full_score)} 分"]
    return "；".join([*head, *phrases, *_notes(wording)])


def _moved_away(trace: Trace) -> bool:
    """Return whether the points of an absent item all went to others."""
    return effective_full(trace) == 0 and any(step.op == "absent" for step in trace.steps)


def _phrase(group: Sequence[Step], wording: Wording) -> str:
    """Return the words of steps that are said together."""
    first = group[0]
    if first.op == "checkpoint":
        return checkpoint_phrase([step.values for step in group])
    return PHRASES[first.op](first.values, wording) if first.op in PHRASES else _unworded(first)


def _alike(step: Step) -> object:
    """Return what steps in a row have in common that are said together: outcome and points of checkpoints."""
    if step.op != "checkpoint" or step.values["plan"] is not None:
        return id(step)
    return ("checkpoint", *(step.values[key] for key in ("outcome", "factor", "points")))


def _checkpoints(trace: Trace) -> list[Mapping[str, Scalar]]:
    """Return the values of the checkpoint steps."""
    return [step.values for step in trace.steps if step.op == "checkpoint"]


def _shown(trace: Trace) -> list[Step]:
    """Return the steps that a reader needs: no share or moved points said twice, not every unit of a long list."""
    rounded = any(step.op == "round" for step in trace.steps)
    left_out = {MERGED} if rounded else set()
    if _moved_away(trace):
        left_out.add("redistribute")
    if sum(step.op == "unit" for step in trace.steps) > UNITS_SHOWN:
        left_out.add("unit")
    return [step for step in trace.steps if step.op not in left_out]


def _unworded(step: Step) -> str:
    """Return an op code that this version has no words for."""
    return f"{step.op}（{'，'.join(f'{key}={value}' for key, value in step.values.items())}）"


def _notes(wording: Wording) -> list[str]:
    """Return what the notes add to the steps; an unknown note prints as its code."""
    has_ratio = any(step.op == "ratio" for step in wording.trace.steps)
    said = []
    for note in wording.trace.notes:
        if note.startswith(DENOMINATOR_DIFFERS):
            said += [] if has_ratio else [f"分母{denominator_note(wording)}"]
        elif note not in SAID_BY_STEPS:
            said.append(NOTES.get(note, note))
    return list(dict.fromkeys(said))


def opinion_sentence(
    name: str,
    trace: Trace,
    *,
    evidence: Sequence[str] = (),
    facts: str = "",
    reasons: Mapping[int, str] | None = None,
    absence: str = "",
    brief: bool = False,
) -> str:
    """Return the skeleton of the opinion on one item 评分意见, in neutral words, for the evaluator to finish.

    Parameters
    ----------
    name : name of the indicator.
    trace : its arithmetic.
    evidence : ids of the evidence; none is a placeholder.
    facts : what the evidence shows; empty is a placeholder.
    reasons : checkpoint number → why it was judged so; a point that lost points without a reason is a placeholder.
    absence : why the item was not scored (不适用, 缺失, 未到期); the rest is left out then.
    brief : leave out the points, for a text that says them itself.

    Returns
    -------
    «X指标满分a分，得b分，得分率c%。依据[证据号]，…，不符合要点②，扣d分。»
    """
    if absence or is_missing(trace.score):
        head = "" if brief else f"{name}指标满分{shortest(trace.full_score)}分，"
        return f"{head}{absence or '无法计分'}，未计分。"
    full = effective_full(trace)
    rate = percent(trace.score / full) if full else UNKNOWN
    cited = f"依据[{'、'.join(evidence)}]" if evidence else "依据【待补充：证据编号】"
    lost = half_up(full, 2) - half_up(trace.score, 9)
    body = [facts.strip().rstrip("。") or "【待补充：事实】"]
    points_list = _checkpoints(trace)
    body += _judgements(points_list, trace.full_score, full, reasons or {}) if points_list else []
    if brief:
        return f"{cited}，{'；'.join(body)}。"
    if not points_list or lost <= 0:
        body.append(f"扣{fixed(lost, 2)}分" if lost > 0 else "未扣分")
    head = f"{name}指标满分{trimmed(full, 2)}分，得{fixed(trace.score, 2)}分，得分率{rate}"
    return f"{head}。{cited}，{'；'.join(body)}。"


def _judgements(
    points_list: Sequence[Mapping[str, Any]], full_score: float, counted: float, reasons: Mapping[int, str]
) -> list[str]:
    """Return which checkpoints are met, and for each other one its reason and the points it lost.

    The steps count in points of ``full_score``; ``counted`` is what it became after absences moved some.
    """
    kept = [values for values in points_list if values["outcome"] == "met"]
    body = [f"符合要点{''.join(circled(values['number']) for values in kept)}"] if kept else []
    for values in points_list:
        if values["outcome"] == "met":
            continue
        mark = circled(values["number"])
        if values["outcome"] == "not_assessable":
            body.append(f"要点{mark}未见资料显示，无法判定，不扣分")
            continue
        reason = reasons.get(int(values["number"]), "").strip().rstrip("。") or f"【待补充：要点{mark}的事实】"
        judged = {"unmet": "不符合", "partly": "部分符合"}.get(str(values["outcome"]), "按实际完成比例计")
        lost = (float(values["share"]) * full_score - float(values["points"])) * counted / full_score
        body.append(f"{reason}，{judged}要点{mark}，扣{fixed(lost, 2)}分")
    return body
