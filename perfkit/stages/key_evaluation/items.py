"""From workbook rows to scoring items 计分项: which cell is the actual value, the target, the evidence of a score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from perfkit.read.engagement import Engagement
from perfkit.read.rows import Row
from perfkit.result import Caveat
from perfkit.rulebook import Framework, FrameworkRow, RuleSet, ScoringMethod
from perfkit.scoring.items import Checkpoint, ScoringItem, UnitValue
from perfkit.stages.key_evaluation.surveys import SurveysResult, survey_of
from perfkit.terms import JUDGED, Absence, CheckpointOutcome, Denominator, Phase, RollUp, ScoringFunction, Status
from perfkit.trace import Quantity

F = ScoringFunction
PERCENT = "%"
PRACTICE = "实务做法，国家规则未规定"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What rows need beside themselves: the other sheets, the rules (none outside a checkout) and the surveys."""

    engagement: Engagement
    framework: Framework | None
    rule_set: RuleSet | None
    surveys: SurveysResult

    def rows(self, table: str, code: str) -> tuple[Row, ...]:
        """Return the rows of another sheet that belong to an indicator."""
        return tuple(row for row in self.engagement.tables.get(table, ()) if row.text("code") == code)


def scoring_items(context: Context, *, by_rule_text: bool = False) -> tuple[ScoringItem, ...]:
    """Return the scoring items of the 指标体系 sheet 计分项.

    Parameters
    ----------
    context : the workbook and the rules.
    by_rule_text : use 细则口径值 and 细则口径系数 where they are filled, i.e. score by the printed rule text instead
        of by what the evaluator used.
    """
    return tuple(_item(row, context, by_rule_text) for row in context.engagement.tables["indicators"])


def _item(row: Row, context: Context, by_rule_text: bool) -> ScoringItem:
    """Return one scoring item."""
    code = row.text("code")
    function: ScoringFunction = row.value("function")
    method = context.rule_set.method_of(function) if context.rule_set is not None else None
    inputs = _inputs(row, context, by_rule_text)
    formula, variables = _formula(row, context)
    absence: Absence | None = row.value("absence")
    if absence is None and function is F.GIVEN and "given" not in inputs:
        absence = Absence.MISSING
    return ScoringItem(
        code=code,
        function=function,
        full_score=float(row.value("full_score")),
        inputs=inputs,
        direction=row.value("direction"),
        operator=row.value("operator"),
        unit=row.text("unit"),
        parameters=_parameters(row, function, method),
        checkpoints=tuple(_checkpoint(line, by_rule_text) for line in context.rows("checkpoints", code)),
        label=row.text("label"),
        reason=row.text("opinion"),
        absence=absence,
        units=_units(context.rows("units", code), row),
        roll_up=row.value("roll_up") or RollUp.EQUAL,
        formula="" if by_rule_text and row.value("rule_value") is not None else formula,
        variables=variables,
        rule=method.id if method else "",
        clause=_clause(method),
        denominator_basis=row.value("denominator_basis"),
        caveats=_denominator_caveats(row, context.framework),
    )


def _clause(method: ScoringMethod | None) -> str:
    """Return the document and clause of a method; a practice without a rule of its own is named as that."""
    if method is None:
        return ""
    return PRACTICE if method.basis.status is Status.PRACTICE else method.basis.citation


def _parameters(row: Row, function: ScoringFunction, method: ScoringMethod | None) -> dict[str, Any]:
    """Return the parameters of the workbook, with the labels and bands that the rule set prints as default."""
    parameters = dict(row.value("parameters", {}) or {})
    if function is F.QUALITATIVE_BANDS and method is not None and method.labels:
        parameters.setdefault("labels", method.labels)
        parameters.setdefault("bands", tuple(low for low, _ in method.bands))
    return parameters


def _denominator_caveats(row: Row, framework: Framework | None) -> tuple[Caveat, ...]:
    """Say so where a rate divides by something else than the framework's own formula does."""
    used: Denominator | None = row.value("denominator_basis")
    usual = framework_basis(row, framework)
    if framework is None or used is None or usual is None or used is usual:
        return ()
    text = f"分母用{used.label}，{framework.basis.citation}用{usual.label}"
    return (Caveat(f"DENOMINATOR_DIFFERS:{used.value}:{usual.value}", text),)


def _inputs(row: Row, context: Context, by_rule_text: bool) -> dict[str, Quantity]:
    """Return the named inputs of an item with their cells."""
    code, unit = row.text("code"), row.text("unit")
    inputs: dict[str, Quantity] = {}
    for name in ("actual", "numerator", "denominator"):
        if row.value(name) is not None:
            label = row.text(f"{name}_name") if name != "actual" else "实际值"
            inputs[name] = row.quantity(name, label=label, unit=unit if name == "actual" else "")
    inputs |= _target(row, unit)
    if row.value("given_score") is not None:
        inputs["given"] = replace(row.quantity("given_score", label="直接得分", unit="分"), name="given")
    elif scores := [line for line in context.engagement.tables.get("experts", ()) if line.text("code") == code]:
        inputs["given"] = _expert_mean(scores)
    # A yes-or-no judgement stands in 定性结论, because 实际值 takes numbers only.
    if row.value("function") in JUDGED and (met := CheckpointOutcome.read(row.text("label"))) is not None:
        name = JUDGED[row.value("function")]
        inputs[name] = Quantity(name=name, value=float(met is CheckpointOutcome.MET), label=row.text("label"),
                                cell=row["label"].address)  # fmt: skip
    survey = survey_of(context.surveys, code)
    if survey is not None and "actual" not in inputs:
        words = f"{survey.group.removesuffix('满意度')}满意度"
        value = survey.answers.value * 100
        inputs["actual"] = Quantity(name="actual", value=value, unit=PERCENT, label=words, cell=row["code"].address)
    if by_rule_text and row.value("rule_value") is not None:
        inputs = {name: value for name, value in inputs.items() if name not in ("numerator", "denominator")}
        inputs["actual"] = replace(row.quantity("rule_value", label="细则口径值", unit=unit), name="actual")
    phase = context.engagement.overview.get("phase")
    # without a phase scoring asks for it: an unfinished project is judged otherwise than a finished one
    if row.value("function") is F.EXECUTION_INTERVAL_2021 and phase is not None and phase.value is not None:
        inputs["finished"] = Quantity(name="finished", value=float(phase.value is Phase.COMPLETED),
                                      label="项目已完成", cell=phase.address)  # fmt: skip
    return inputs


def _target(row: Row, unit: str) -> dict[str, Quantity]:
    """Return the target, or the two ends of a range."""
    value = row.value("target")
    if isinstance(value, tuple):
        low, high = value
        cell = row["target"].address
        return {
            "target": Quantity(name="target", value=float(low), unit=unit, label="目标下限", cell=cell),
            "target_high": Quantity(name="target_high", value=float(high), unit=unit, label="目标上限", cell=cell),
        }
    if isinstance(value, (int, float)):
        return {"target": row.quantity("target", label="目标值", unit=unit)}
    return {}


def _expert_mean(rows: Sequence[Row]) -> Quantity:
    """Return the mean of the experts' scores; the single ones stand in the working paper."""
    scores = [float(row.value("score")) for row in rows]
    return Quantity(
        name="given",
        value=math.fsum(scores) / len(scores),
        unit="分",
        label=f"{len(scores)} 位专家评分均值",
        cell=rows[0]["score"].address,
    )


def _formula(row: Row, context: Context) -> tuple[str, tuple[Quantity, ...]]:
    """Return the formula of a computed indicator and its variables; the framework's where the row has none."""
    variables = context.rows("variables", row.text("code"))
    known = framework_row(row, context.framework)
    formula = row.text("formula")
    if not formula and variables and known is not None and known.formula is not None:
        formula = known.formula.expression
    if not formula or not variables:
        return "", ()
    return formula, tuple(
        replace(line.quantity("value", label=line.text("label"), unit=line.text("unit")), name=line.text("variable"))
        for line in variables
    )


def _checkpoint(row: Row, by_rule_text: bool) -> Checkpoint:
    """Return one checkpoint; by rule text its 细则口径系数 wins."""
    outcome: CheckpointOutcome | None = row.value("outcome")
    factor = row.value("factor")
    actual = row.quantity("actual", label="实际") if row.value("actual") is not None else None
    plan = row.quantity("plan", label="计划") if row.value("plan") is not None else None
    if by_rule_text and row.value("rule_factor") is not None:
        outcome, factor, actual, plan = CheckpointOutcome.PARTLY, row.value("rule_factor"), None, None
    return Checkpoint(
        number=int(row.value("number")),
        outcome=outcome,
        factor=math.nan if factor is None else float(factor),
        share=row.value("share"),
        actual=actual,
        plan=plan,
        text=row.text("text"),
        reason=row.text("reason"),
        cell=row["outcome"].address,
    )


def _units(rows: Sequence[Row], indicator: Row) -> tuple[UnitValue, ...]:
    """Return the per-unit values of an indicator; a unit without its own target takes the indicator's."""
    unit = indicator.text("unit")
    return tuple(
        UnitValue(
            agency=row.text("agency"),
            inputs={
                name: row.quantity(name, label=words, unit=unit)
                for name, words in (("actual", "实际值"), ("target", "目标值"))
                if row.value(name) is not None
            },
            money=row.quantity("money", label="资金", unit="万元") if row.value("money") is not None else None,
            count=row.quantity("count", label="数量") if row.value("count") is not None else None,
        )
        for row in rows
    )


def framework_row(row: Row, framework: Framework | None) -> FrameworkRow | None:
    """Return the framework row that an indicator refines: by its framework code, else by its name."""
    if framework is None:
        return None
    code, name = row.text("framework_code"), row.text("level3")
    return next((known for known in framework.rows if known.code == code), None) or next(
        (known for known in framework.rows if known.level3 == name and not code), None
    )


def framework_basis(row: Row, framework: Framework | None) -> Denominator | None:
    """Return the denominator that the framework's own formula divides by, where it has one."""
    known = framework_row(row, framework)
    if known is None or known.formula is None or "/" not in known.formula.expression:
        return None
    below = known.formula.expression.rsplit("/", 1)[1]
    return next((basis for word, basis in DENOMINATORS.items() if word in below), None)


DENOMINATORS: Mapping[str, Denominator] = {
    "funds_budgeted": Denominator.BUDGET,
    "funds_received": Denominator.RECEIVED,
    "output_planned": Denominator.PLANNED,
    "output_actual": Denominator.ACTUAL,
    "cost_planned": Denominator.PLANNED,
}
