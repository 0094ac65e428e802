"""Choices as an item really had them 实际取舍: its own parameters and what its function fixes win over the run's."""

from __future__ import annotations

import dataclasses

from perfkit.scoring.batches import Row
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.parameters import PARAMETERS
from perfkit.terms import ExecMethod, ScoringFunction, ScoringParameter, ZeroBudgetRule, ZeroTargetRule

F = ScoringFunction
P = ScoringParameter


def own_fields(row: Row) -> dict[str, object]:
    """Return what the parameters of a row say on silent rules, by field of ``SilentChoices`` 指标自有取舍.

    A parameter that the workbook leaves out already holds the run's choice.
    """
    specs = PARAMETERS[row.item.function]
    return {spec.choice: row.parameters[spec.code] for spec in specs if spec.choice}


def as_scored(choices: SilentChoices, row: Row) -> SilentChoices:
    """Return the choices under which a row was really scored 实际取舍.

    Parameters
    ----------
    choices : those of the run. row : a scored row; its parameters come before the run, and where its function asks
        no choice at all, what the function does comes before both.
    """
    return dataclasses.replace(choices, **_fixed(row), **own_fields(row))  # type: ignore[arg-type]


def _fixed(row: Row) -> dict[str, object]:
    """Return what the function of a row does of itself, whatever the run chose."""
    function = row.item.function
    fixed: dict[str, object] = {}
    if P.ZERO_BUDGET_RULE not in row.parameters:
        # A rate over nothing has no value that a deduction or a ratio to a target could start from.
        fixed["zero_budget_rule"] = ZeroBudgetRule.NOT_COMPUTABLE
    if function is F.CHECKPOINTS:
        fixed["zero_target_rule"] = ZeroTargetRule.MET_OR_ZERO
        if any(point.share is not None for point in row.item.checkpoints):
            fixed["point_weights"] = "given"
    elif function is F.TWO_SIDED_DEVIATION:
        fixed["zero_target_rule"] = ZeroTargetRule.NOT_COMPUTABLE
    elif function is F.EXECUTION_LINEAR:
        fixed["exec_method"] = ExecMethod.LINEAR
    elif function is F.EXECUTION_INTERVAL_2021:
        fixed.update(exec_method=ExecMethod.INTERVAL_2021, exec_cap=1.0)
    return fixed
