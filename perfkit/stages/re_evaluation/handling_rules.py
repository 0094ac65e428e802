"""The rules of a suggestion 处理建议规则: what each one asks of the numbers, in order of precedence."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from perfkit.checks.finding import points
from perfkit.result import Caveat
from perfkit.rulebook.re_evaluation import HandlingChoices
from perfkit.scoring.rounding import reached, round_half_up
from perfkit.stages.re_evaluation.severity import Apart
from perfkit.terms import Handling

UNKNOWN = math.nan


@dataclass(slots=True, kw_only=True)
class Evidence:
    """The numbers that the rules look at, of one department 依据; filled once, then read only."""

    population: int
    n: int
    by_chance: bool
    by_money: bool = False
    mean_inflation: float = UNKNOWN
    low: float = UNKNOWN
    high: float = UNKNOWN
    left_mean: float = UNKNOWN
    left_low: float = UNKNOWN
    own_rule_share: float = UNKNOWN
    checked: int = 0
    copied_share: float = UNKNOWN
    forms: int = 0
    severity: float = UNKNOWN
    severity_low: float = UNKNOWN
    severity_high: float = UNKNOWN
    rater: str = ""
    double_scored: int = 0
    apart: Apart | None = None
    carried: str = ""
    rest: float = UNKNOWN
    notes: list[Caveat] = field(default_factory=list)


Spoken = tuple[Handling, str, str]


def _mean(value: float, *, by_money: bool = False) -> str:
    """Return a mean of self − re-evaluated in words: 偏高 above 0, 偏低 below."""
    way = "偏低" if value < 0 else "偏高"
    return f"{'按金额加权' if by_money else ''}平均{way} {points(abs(value))} 分"


def _percent(share: float) -> str:
    """Return a share as percent with one decimal, halves up."""
    return f"{float(round_half_up(share * 100, 1)):g}%"


def _too_few(seen: Evidence, choices: HandlingChoices) -> Spoken | None:
    """Conclude nothing from fewer re-scored projects than ``least``, unless they are all there are."""
    if seen.n >= min(choices.least, seen.population) and seen.n > 0:
        return None
    why = f"有自评和再评总分的项目仅 {seen.n} 个（共 {seen.population} 个），少于 {choices.least} 个"
    return Handling.TOO_FEW, "TOO_FEW_PROJECTS", why


def _calibrate(seen: Evidence, choices: HandlingChoices) -> Spoken | None:
    """Calibrate first: raters who measure by different scales say nothing of the department."""
    if seen.apart is not None:
        one = seen.apart
        way = "偏严" if one.severity > 0 else "偏宽"
        why = (
            f"{seen.double_scored} 个双评项目上，一名再评人比其他再评人{way} {points(abs(one.severity))} 分"
            f"（区间 {points(min(abs(one.low), abs(one.high)))} 至 {points(max(abs(one.low), abs(one.high)))} 分），"
            f"超过 {choices.severity:g} 分"
        )
        return Handling.CALIBRATE, "RATERS_APART", why
    return None


def _carried(seen: Evidence, choices: HandlingChoices) -> Spoken | None:
    """Calibrate where one rater's projects alone carry the inflation, and double scoring does not clear him."""
    if not seen.carried:
        return None
    why = (
        f"只有一名再评人所评项目平均偏高超过 {choices.inflation:g} 分，其余项目{_mean(seen.rest)}；"
        "双评项目不足以说明再评人尺度一致"
    )
    return Handling.CALIBRATE, "CARRIED_BY_ONE_RATER", why


def _copies(seen: Evidence, choices: HandlingChoices) -> Spoken | None:
    """Investigate forms that repeat one another: they say nothing of their own projects."""
    if not reached(seen.copied_share, choices.copied_share) or not seen.copied_share:
        return None
    why = f"{seen.forms} 张自评表中 {_percent(seen.copied_share)} 与别的表雷同，达到 {_percent(choices.copied_share)}"
    return Handling.INVESTIGATE_COPIES, "COPIED_FORMS", why


def _correct(seen: Evidence, choices: HandlingChoices) -> Spoken | None:
    """Correct first: own-rule errors are common, and what they leave is not shown to be a general inflation."""
    if not reached(seen.own_rule_share, choices.own_rule_share) or not seen.own_rule_share:
        return None
    if seen.left_low > choices.inflation:
        return None
    left = "" if math.isnan(seen.left_mean) else f"，扣除这些错误后{_mean(seen.left_mean, by_money=seen.by_money)}"
    why = (
        f"{seen.checked} 张自评表中 {_percent(seen.own_rule_share)} 按单位自定规则计算有误，"
        f"达到 {_percent(choices.own_rule_share)}{left}"
    )
    return Handling.CORRECT, "OWN_RULE_ERRORS", why


def _not_by_chance(seen: Evidence, choices: HandlingChoices) -> Spoken | None:
    """Conclude nothing from hand-picked projects: they are described, never extrapolated."""
    if seen.by_chance:
        return None
    return Handling.TOO_FEW, "NOT_BY_CHANCE", f"再评的 {seen.n} 个项目不是随机抽取的，只作描述，不推断其余项目"


def _send_back(seen: Evidence, choices: HandlingChoices) -> Spoken | None:
    """Send back where the lower limit of the mean inflation lies above the tolerance."""
    if not seen.low > choices.inflation:
        return None
    why = f"{_mean(seen.mean_inflation, by_money=seen.by_money)}，区间下限 {points(seen.low)} 分，高于 {choices.inflation:g} 分"
    return Handling.SEND_BACK, "GENERAL_INFLATION", why


def _not_established(seen: Evidence, choices: HandlingChoices) -> Spoken | None:
    """Conclude nothing from an estimate above the tolerance whose lower limit is not: nor send back, nor accept."""
    if not seen.mean_inflation > choices.inflation:
        return None
    limit = "没有区间" if math.isnan(seen.low) else f"区间下限 {points(seen.low)} 分，不高于 {choices.inflation:g} 分"
    why = f"{_mean(seen.mean_inflation, by_money=seen.by_money)}，高于 {choices.inflation:g} 分，但{limit}，尚不能判断"
    return Handling.TOO_FEW, "NOT_ESTABLISHED", why


def _accept(seen: Evidence, choices: HandlingChoices) -> Spoken | None:
    """Accept where nothing above holds."""
    if seen.high <= choices.inflation:
        told = f"偏高幅度的区间上限 {points(seen.high)} 分，也不高于 {choices.inflation:g} 分"
    elif math.isnan(seen.high):
        told = "没有区间"
    else:
        told = f"偏高幅度的区间上限 {points(seen.high)} 分，未能排除高于 {choices.inflation:g} 分"
    return (
        Handling.ACCEPT,
        "NOT_GENERAL",
        f"{_mean(seen.mean_inflation, by_money=seen.by_money)}，不高于 {choices.inflation:g} 分；{told}",
    )


# The order of precedence: what a later rule concludes would not hold where an earlier one speaks. Raters shown to lie
# apart on the same projects come first; that one rater's own projects look worse is a suspicion, and what the forms
# themselves show (copies, own-rule errors) does not depend on who re-scored, so it goes before that.
PRECEDENCE = (_too_few, _calibrate, _copies, _correct, _carried, _not_by_chance, _send_back, _not_established, _accept)

# The codes in that order.
RULES = (
    "TOO_FEW_PROJECTS", "RATERS_APART", "COPIED_FORMS", "OWN_RULE_ERRORS", "CARRIED_BY_ONE_RATER", "NOT_BY_CHANCE",
    "GENERAL_INFLATION", "NOT_ESTABLISHED", "NOT_GENERAL",
)  # fmt: skip


def spoken(seen: Evidence, choices: HandlingChoices) -> Iterator[Spoken]:
    """Yield what every rule says, in order of precedence."""
    for rule in PRECEDENCE:
        said = rule(seen, choices)
        if said is not None:
            yield said
