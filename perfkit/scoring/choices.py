"""Choices where the rules are silent 规则空白处的取舍 (X01–X10, X18): named, defaulted, printed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from perfkit.errors import Problem, RuleError
from perfkit.terms import (
    Absence,
    AbsencePolicy,
    AbsenceScope,
    ExecMethod,
    GradeFrom,
    OvershootReduction,
    ReverseRule,
    Term,
    TotalRule,
    ZeroBudgetRule,
    ZeroTargetRule,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentChoices:
    """What is done where no rule says what to do 规则空白取舍; the defaults are this project's own.

    Parameters
    ----------
    overshoot_threshold : X01, ratio above which overshoot must be explained (1.2 = 120 %).
    overshoot_reduction, overshoot_bands : X01, see ``functions.pro_rata``.
    reverse_rule : X02. zero_target_rule : X03.
    item_decimals : X04, decimals of item scores and of the total, 0 … 4. total_rule, grade_from : X04.
    exec_method : X05, which function an execution rate takes where the framework names none. exec_cap : X05, 0 … 1.
    zero_budget_rule : X06. undefined : X06, policy for items whose rule leaves the case undefined.
    not_applicable, missing, not_due : X07, policy of each emptiness. na_scope : X07, where points go.
    point_weights : X08, ``"equal"`` is the only way where no shares are given. part_credit_scale : X08.
    band_values : X09, value per qualitative band where the rater gave a label only; empty: not scored.
    likert_scale : X10, points of the answers, best first. money_decimals : X18.
    """

    overshoot_threshold: float = 1.2
    overshoot_reduction: OvershootReduction = OvershootReduction.NONE
    overshoot_bands: tuple[tuple[float | None, float], ...] = ()
    reverse_rule: ReverseRule = ReverseRule.TARGET_OVER_ACTUAL
    zero_target_rule: ZeroTargetRule = ZeroTargetRule.MET_OR_ZERO
    item_decimals: int = 2
    total_rule: TotalRule = TotalRule.SUM_OF_ROUNDED
    grade_from: GradeFrom = GradeFrom.OFFICIAL
    exec_method: ExecMethod = ExecMethod.LINEAR
    exec_cap: float = 1.0
    zero_budget_rule: ZeroBudgetRule = ZeroBudgetRule.NOT_COMPUTABLE
    undefined: AbsencePolicy = AbsencePolicy.HOLD
    not_applicable: AbsencePolicy = AbsencePolicy.RENORMALISE
    missing: AbsencePolicy = AbsencePolicy.HOLD
    not_due: AbsencePolicy = AbsencePolicy.RENORMALISE
    na_scope: AbsenceScope = AbsenceScope.LEVEL1
    point_weights: str = "equal"
    part_credit_scale: tuple[float, ...] | None = None
    band_values: tuple[float, ...] = ()
    likert_scale: tuple[float, ...] = (100.0, 75.0, 50.0, 25.0, 0.0)
    money_decimals: int = 2

    @classmethod
    def of(cls, chosen: Mapping[str, object]) -> Self:
        """Return the choices with some of them replaced, as read from a rule set or run 由规则文件生成.

        Parameters
        ----------
        chosen : field name to value; words of an enum as code or Chinese label, lists as sequences.

        Raises
        ------
        RuleError
            With every unknown field, unknown word and number out of range.
        """
        fields = {field.name: field for field in dataclasses.fields(cls)}
        problems: list[Problem] = []
        values: dict[str, object] = {}
        for name, value in chosen.items():
            if name not in fields:
                problems.append(_problem(name, "、".join(fields), str(value)))
                continue
            values[name], problem = _read(fields[name].default, name, value)
            problems.extend([problem] if problem is not None else [])
        if problems:
            raise RuleError(problems)
        return cls(**values)  # type: ignore[arg-type]

    def policy(self, absence: Absence | None) -> AbsencePolicy:
        """Return the policy of one kind of emptiness; ``None`` stands for an undefined result."""
        return {
            None: self.undefined,
            Absence.NOT_APPLICABLE: self.not_applicable,
            Absence.MISSING: self.missing,
            Absence.NOT_DUE: self.not_due,
        }[absence]

    def wording(self, rule: str) -> str:
        """Return the choices under one silent rule as ``field=value; …``, codes only; an empty list is ``none``."""
        names = [name for name, code in SILENT_RULE_OF.items() if code == rule]
        return "; ".join(f"{name}={_plain(getattr(self, name))}" for name in names)


SILENT_RULE_OF: Final[Mapping[str, str]] = {
    "overshoot_threshold": "X01",
    "overshoot_reduction": "X01",
    "overshoot_bands": "X01",
    "reverse_rule": "X02",
    "zero_target_rule": "X03",
    "item_decimals": "X04",
    "total_rule": "X04",
    "grade_from": "X04",
    "exec_method": "X05",
    "exec_cap": "X05",
    "zero_budget_rule": "X06",
    "undefined": "X06",
    "not_applicable": "X07",
    "missing": "X07",
    "not_due": "X07",
    "na_scope": "X07",
    "point_weights": "X08",
    "part_credit_scale": "X08",
    "band_values": "X09",
    "likert_scale": "X10",
    "money_decimals": "X18",
}

_SHARES: Final = ("exec_cap", "part_credit_scale", "band_values")
_LARGEST: Final = {"item_decimals": 4, "money_decimals": 6}


def _plain(value: object) -> str:
    """Return a value as plain codes."""
    if isinstance(value, tuple):
        return "/".join(_plain(item) for item in value) or "none"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _read(default: object, name: str, value: object) -> tuple[object, Problem | None]:
    """Return the typed value, and the problem where it cannot be read."""
    typed, expected = value, ""
    if isinstance(default, Term):
        typed = type(default).read(str(value))
        expected = "" if typed is not None else "、".join(type(default).labels())
    elif name == "point_weights":
        expected = "" if value == "equal" else "equal"
    elif isinstance(default, int):
        largest = _LARGEST[name]
        good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= largest
        expected = "" if good else f"0～{largest} 的整数"
    elif isinstance(default, float):
        number = _number(value)
        good = 0 < number <= (1.0 if name in _SHARES else math.inf)
        typed, expected = number, "" if good else "大于 0 的数"
    elif not (value is None and name == "part_credit_scale"):
        pairs = _pairs(value) if name == "overshoot_bands" else _numbers(value, 1.0 if name in _SHARES else math.inf)
        typed, expected = pairs, "" if pairs is not None else "数值列表，比例在 0～1 之间"
    return typed, _problem(name, expected, str(value)) if expected else None


def _number(value: object) -> float:
    """Return a number; NaN for booleans, texts and what is none."""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan


def _numbers(value: object, high: float) -> tuple[float, ...] | None:
    """Return a list of numbers from 0 to ``high``."""
    numbers = tuple(_number(item) for item in value) if isinstance(value, (list, tuple)) else (math.nan,)
    return numbers if all(0.0 <= number <= high for number in numbers) else None


def _pairs(value: object) -> tuple[tuple[float | None, float], ...] | None:
    """Return a list of (upper limit or None, share)."""
    pairs = [tuple(pair) if isinstance(pair, (list, tuple)) else () for pair in _listed(value)]
    if not pairs or any(len(pair) != 2 or not 0.0 <= _number(pair[1]) <= 1.0 for pair in pairs):
        return None
    if any(limit is not None and math.isnan(_number(limit)) for limit, _ in pairs):
        return None
    return tuple((None if limit is None else _number(limit), _number(share)) for limit, share in pairs)


def _listed(value: object) -> list[object]:
    """Return the entries of a list; what is no list has none that fits."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _problem(name: str, expected: str, found: str) -> Problem:
    """Return one problem of a choice."""
    return Problem(
        code="SC-CHOICE",
        where=f"规则空白取舍 {name}",
        expected=expected,
        found=found,
        mend="按规则文件 X01–X19 所列取值填写",
    )
