"""What goes into scoring 计分输入: items, checkpoints, per-unit values; what a drawn veto does."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from perfkit.result import Caveat
from perfkit.terms import (
    Absence,
    CheckpointOutcome,
    Denominator,
    Direction,
    Operator,
    RollUp,
    ScoringFunction,
    VetoEffect,
)
from perfkit.trace import CellAddress, Quantity

DIRECTION_OF: Final[Mapping[Operator, Direction]] = {
    Operator.AT_LEAST: Direction.HIGHER,
    Operator.MORE: Direction.HIGHER,
    Operator.AT_MOST: Direction.LOWER,
    Operator.LESS: Direction.LOWER,
    Operator.BETWEEN: Direction.RANGE,
    Operator.EQUAL: Direction.EXACT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """One point ①②③ of an item 评价要点.

    Parameters
    ----------
    number : 1 for ①. factor : part of the point earned, 0 … 1; NaN where outcome or actual and plan decide.
    share : share of the item's full score; ``None`` shares equally (all points of an item or none).
    actual, plan : a proportional point earns min(actual ÷ plan, 1), unless the outcome says met, partly or unmet.
    outcome : met = 1, unmet = 0, partly = ``factor``, not_assessable = no deduction, proportional; ``None``: decided
        by the numbers.
    text, reason : words of the point and why it was judged so. cell : where the judgement stands.
    """

    number: int
    factor: float = math.nan
    share: float | None = None
    actual: Quantity | None = None
    plan: Quantity | None = None
    outcome: CheckpointOutcome | None = None
    text: str = ""
    reason: str = ""
    cell: CellAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitValue:
    """Values of one agency of an item scored per unit 分单位数值; ``inputs`` win over the item's own."""

    agency: str
    inputs: Mapping[str, Quantity]
    money: Quantity | None = None
    count: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringItem:
    """One item to be scored 待计分指标.

    Parameters
    ----------
    code : unique code. function : scoring function. full_score : points possible, > 0 (0 earns 0).
    inputs : ``Quantity`` by name: ``actual``, ``target``, ``target_high``, ``numerator``, ``denominator``, ``count``,
        ``met``, ``finished``, ``vetoed`` (1 or 0), ``given`` (points). Percents are numbers like 93.35. Numerator and
        denominator win over an ``actual`` typed beside them; their quotient is a percent where ``unit`` is ``%`` or
        empty, else plain.
    direction : ``None`` follows the operator (≤ < lower, between range, = exact, else higher).
    parameters : by ``ScoringParameter`` (member, code or label), typed or as texts, see ``scoring.parameters``.
    checkpoints : points of a point list. label : conclusion of a qualitative item, one of the parameter ``labels``.
    absence : why there is nothing to score; such an item keeps NaN and its policy decides in the total.
    units, roll_up : per-unit values and how they join; scored one by one, rates averaged.
    formula, variables : a computed actual value (``scoring.expression``).
    rule, clause : words of the rule and its source. reason : why, for given scores.
    denominator_basis : which denominator a rate has. caveats : reservations that come with the inputs.
    """

    code: str
    function: ScoringFunction
    full_score: float
    inputs: Mapping[str, Quantity] = field(default_factory=dict)
    direction: Direction | None = None
    operator: Operator | None = None
    unit: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    checkpoints: tuple[Checkpoint, ...] = ()
    label: str = ""
    absence: Absence | None = None
    units: tuple[UnitValue, ...] = ()
    roll_up: RollUp = RollUp.EQUAL
    formula: str = ""
    variables: tuple[Quantity, ...] = ()
    rule: str = ""
    clause: str = ""
    reason: str = ""
    denominator_basis: Denominator | None = None
    caveats: tuple[Caveat, ...] = ()

    @property
    def way(self) -> Direction:
        """Return the direction that counts: declared, else that of the operator, else higher."""
        if self.direction is not None:
            return self.direction
        return DIRECTION_OF[self.operator] if self.operator is not None else Direction.HIGHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Veto:
    """A veto that was drawn 已触发的一票否决: its item, its effect and the caps that go with it."""

    code: str
    effect: VetoEffect
    total_cap: float = math.inf
    grade_cap: str = ""
