"""What a flag means: the caveat it prints and the silent rule it used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from perfkit.result import Caveat
from perfkit.scoring.functions.points import Flag

CAVEATS: Final[dict[Flag, Caveat]] = {
    Flag.CAPPED: Caveat("CAPPED", "按上限或下限计分"),
    Flag.OVERSHOOT: Caveat("OVERSHOOT", "实际值明显超过目标值，应说明原因"),
    Flag.OVERSHOOT_REDUCED: Caveat("OVERSHOOT_REDUCED", "超额完成，已按约定扣减"),
    Flag.ZERO_TARGET: Caveat("ZERO_TARGET", "目标值为零或负数，不能按比例计算"),
    Flag.NEGATIVE_ACTUAL: Caveat("NEGATIVE_ACTUAL", "实际值为负数"),
    Flag.STRICT_EDGE: Caveat("STRICT_EDGE", "实际值恰等于目标值，而目标为大于或小于"),
    Flag.UNDEFINED: Caveat("UNDEFINED", "规则未规定此情形，无法计分"),
    Flag.ZERO_BUDGET: Caveat("ZERO_DENOMINATOR", "分母为零"),
    Flag.PART_CREDIT_OFF_SCALE: Caveat("PART_CREDIT_OFF_SCALE", "要点部分得分不在约定档次内"),
    Flag.PART_CREDIT_UNDECLARED: Caveat("PART_CREDIT_UNDECLARED", "要点部分得分未事先约定档次"),
    Flag.NOT_ASSESSABLE: Caveat("NOT_ASSESSABLE", "有要点无法判定，未扣分"),
    Flag.SHARES_NOT_ONE: Caveat("SHARES_NOT_ONE", "各要点占比合计不等于 100%"),
    Flag.OUTSIDE_BAND: Caveat("OUTSIDE_BAND", "定性得分不在所选档次内"),
    Flag.DECLARED_BAND_VALUE: Caveat("DECLARED_BAND_VALUE", "评价者只选档次，按约定的档内取值计分"),
    Flag.OUTSIDE_FULL_SCORE: Caveat("OUTSIDE_FULL_SCORE", "所给得分超出 0 至满分的范围"),
    Flag.NO_REASON: Caveat("NO_REASON", "直接给分未写明理由"),
    Flag.VETOED: Caveat("VETOED", "触发一票否决"),
    Flag.UNFINISHED_OVER_BUDGET: Caveat("UNFINISHED_OVER_BUDGET", "项目未完成而执行率达到或超过 100%，规则未规定"),
    Flag.FINISHED_OVER_BUDGET: Caveat("FINISHED_OVER_BUDGET", "项目已完成但支出超过预算，规则未规定"),
    Flag.UNITS_LEFT_OUT: Caveat("UNITS_LEFT_OUT", "部分单位无法计分，未计入分单位汇总"),
    Flag.OUTSIDE_RANGE: Caveat("OUTSIDE_RANGE", "数值超出应有范围"),
}

# A scored row with one of these is an error finding (CHECKS S01, S10), whatever its points.
ERRORS: Final = frozenset({"OUTSIDE_BAND", "OUTSIDE_FULL_SCORE", "OUTSIDE_RANGE"})

RULES: Final[dict[Flag, str]] = {
    Flag.OVERSHOOT: "X01",
    Flag.REVERSED: "X02",
    Flag.ZERO_TARGET: "X03",
    Flag.ZERO_BUDGET: "X06",
    Flag.EQUAL_SHARES: "X08",
    Flag.PART_CREDIT: "X08",
    Flag.BAND_VALUE: "X09",
}


def caveats_of(flags: int) -> tuple[Caveat, ...]:
    """Return the caveats of a flag word 标记对应的保留说明."""
    return tuple(caveat for flag, caveat in CAVEATS.items() if flags & flag)


def rules_of(flags: int) -> Iterator[str]:
    """Yield the silent rules a flag word stands for 标记对应的规则空白."""
    yield from dict.fromkeys(rule for flag, rule in RULES.items() if flags & flag)
