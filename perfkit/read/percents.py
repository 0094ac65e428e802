"""Fractions where percents are meant 百分数与小数: a value and what it is held against, written on two scales."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from perfkit.errors import Problem
from perfkit.read.cells import Cell, written
from perfkit.read.rows import Row
from perfkit.terms import INPUTS, LIMIT_PARAMETER, ScoringFunction, Severity

HIGHEST_FRACTION = 1.5  # a number above 150 % of one is no fraction
FAR_APART = 10.0  # two bare numbers further apart than this are rather a fraction and a percent than 5 and 0.6 of 5
_PERCENTS = frozenset({
    ScoringFunction.EXECUTION_LINEAR, ScoringFunction.EXECUTION_INTERVAL_2021, ScoringFunction.SATISFACTION_STEPS,
})  # fmt: skip
_EXECUTION = _PERCENTS - {ScoringFunction.SATISFACTION_STEPS}
_STEPPED = frozenset({ScoringFunction.INTERVAL_STEPS, *_PERCENTS} - {ScoringFunction.EXECUTION_LINEAR})
_STEP = re.compile(r"(\d+(?:\.\d+)?)\s*[%％]?\s*[:：]")


@dataclass(frozen=True, slots=True)
class _Side:
    """A number that is compared: ``percent`` where it surely is one; ``cell`` where it can be mended."""

    value: float
    percent: bool
    header: str
    cell: Cell | None = None

    @property
    def fraction(self) -> bool:
        """Whether this may be a fraction of one."""
        return 0 < self.value <= HIGHEST_FRACTION and not self.percent


def percent_problems(row: Row, function: ScoringFunction, *, surveyed: bool) -> list[Problem]:
    """Return the numbers of an indicator that seem to be fractions beside percents 百分数核对.

    An error where the other side surely is a percent and the unit is not written; a warning where 计量单位 says %, or
    where two bare numbers are only far apart.

    Parameters
    ----------
    row : of the 指标体系 sheet, present. function : its scoring function.
    surveyed : whether a survey gives the actual value, always in percent.
    """
    unit = row["unit"]
    if row.text("unit") not in ("", "%"):
        return []
    stated = unit.value == "%" and bool(unit.raw)
    problems: list[Problem] = []
    for value in _values(row, function, surveyed):
        limit = _limit(row, function)
        if limit is None or value.fraction == limit.fraction:
            continue
        small, other = (value, limit) if value.fraction else (limit, value)
        if small.cell is None or other.value <= HIGHEST_FRACTION:
            continue
        if not other.percent and other.value < FAR_APART * small.value:
            continue
        severity = Severity.ERROR if other.percent and not stated else Severity.WARNING
        problems.append(_problem(small, small.cell, other, severity))
    return list(dict.fromkeys(problems))


def _values(row: Row, function: ScoringFunction, surveyed: bool) -> Iterator[_Side]:
    """Yield the values that are scored: the quotient or the typed one, and that of the printed rule text."""
    above, below = row.value("numerator"), row.value("denominator")
    if above is not None and below is not None:
        if function not in _EXECUTION and below:
            yield _Side(above / below * 100, True, "分子除以分母")
    elif row.value("actual") is not None:
        yield _side(row["actual"], "实际值")
    elif surveyed:
        yield _Side(100.0, True, "满意度")
    if row.value("rule_value") is not None:
        yield _side(row["rule_value"], "细则口径值")


def _limit(row: Row, function: ScoringFunction) -> _Side | None:
    """Return what the value is held against: a parameter, the target, or percents by the nature of the function."""
    parameters = row.value("parameters", {})
    parameter = LIMIT_PARAMETER.get(function)
    if parameter is not None and parameter.value in parameters:
        text = written(parameters[parameter.value])
        number = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([%％]?)", text)
        return _Side(float(number[1]), bool(number[2]), parameter.label, row["parameters"]) if number else None
    if function in _STEPPED and (limits := _STEP.findall(str(parameters.get("steps", "")))):
        return _Side(max(map(float, limits)), False, "分档", row["parameters"])
    if function in _PERCENTS:
        return _Side(100.0, True, f"{function.label}的比率")
    if parameter is not None or any("target" in group for group in INPUTS[function]):
        return _side(row["target"], "目标值") if isinstance(row.value("target"), (float, int, tuple)) else None
    return None


def _side(cell: Cell, header: str) -> _Side:
    """Return the number of a cell; of a range its upper end."""
    value = cell.value[-1] if isinstance(cell.value, tuple) else cell.value
    number = float(value) if isinstance(value, (int, float)) else 0.0
    return _Side(number, cell.unit == "%", header, cell)


def _problem(small: _Side, cell: Cell, other: _Side, severity: Severity) -> Problem:
    """Say which number seems to be a fraction, and beside what."""
    header = "计分参数" if small.header not in ("实际值", "细则口径值", "目标值") else small.header
    percent = f"{small.value * 100:.10g}%"
    return Problem(
        code="WB-PERCENT-UNIT",
        where=f"{cell.address}（{header}）",
        expected=f"与{other.header}（{other.value:.10g}{'%' if other.percent else ''}）同为百分数",
        found=f"「{cell.raw}」，按 {small.value:.10g}% 读取",
        mend=f"若是比率，写成 {percent}；确为 {small.value:.10g}% 的，写上 % 号",
        severity=severity,
    )
