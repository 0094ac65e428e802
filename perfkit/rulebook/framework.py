"""Shapes of an indicator framework: rows, formulas, weights, forms and what a review concludes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import model_validator

from perfkit.rulebook.formula import FormulaError, formula_names
from perfkit.rulebook.shape import Basis, Mark, Shape, refused, word_of
from perfkit.terms import Direction, Severity

RowKind = Literal["quantitative", "qualitative", "points-list", "mixed"]


class Variable(Shape):
    """One variable of a formula 计算变量."""

    label: str
    label_en: str = ""


class Formula(Shape):
    """How an indicator is computed 计算公式: ``text`` for people, ``expression`` for ``scoring``."""

    expression: str
    text: str
    unit: str
    variables: Mapping[str, Variable]
    verified: Mark

    @model_validator(mode="after")
    def _names_are_declared(self) -> Formula:
        """Refuse an expression that is not arithmetic or uses a variable nobody explained."""
        try:
            names = formula_names(self.expression)
        except FormulaError as error:
            raise refused("四则运算算式", str(error), "改写 expression") from error
        unknown = sorted(names - set(self.variables))
        if unknown:
            raise refused(
                f"variables 中已说明的变量（{'、'.join(sorted(self.variables))}）",
                "、".join(unknown),
                "在 variables 中补上该变量，或改正 expression 中的名称",
            )
        return self


class FrameworkRow(Shape):
    """One row of an indicator framework 指标体系行.

    ``kind`` may be ``mixed`` where the document leaves it to the user whether the indicator is a number or a
    judgement. ``direction`` is inferred from the meaning: the documents state none. ``basis`` is the framework's
    unless the row has its own.
    """

    code: str
    level1: str
    level2: str | None = None
    level3: str | None = None
    kind: RowKind
    direction: Annotated[Direction | None, word_of(Direction, none=True)] = None
    weight: float | None = None
    level1_weight: float | None = None
    explanation: str
    explanation_en: str = ""
    points: tuple[str, ...] = ()
    formula: Formula | None = None
    constraint: str = ""
    note: str = ""
    basis: Basis

    @property
    def name(self) -> str:
        """Name of the deepest level that is filled."""
        return self.level3 or self.level2 or self.level1


class WeightRule(Shape):
    """What a document asks of weights 权重要求; ``levels`` and ``at_least`` let a check compute it where it can be."""

    id: str
    rule: str
    rule_en: str = ""
    hardness: str
    severity: Annotated[Severity, word_of(Severity)]
    levels: tuple[str, ...] = ()
    at_least: float | None = None
    basis: Basis


class EvaluationForm(Shape):
    """Columns of a printed form 自评表式."""

    header: tuple[str, ...]
    funds_columns: tuple[str, ...]
    funds_rows: tuple[str, ...]
    scored_row: str
    unit: str
    goal_columns: tuple[str, ...]
    indicator_columns: tuple[str, ...]
    total: float
    verified: Mark
    note: str = ""


class IndicatorRecordFields(Shape):
    """What must be recorded of an indicator when it is set 指标设置要素."""

    fields: tuple[str, ...]
    sources: tuple[str, ...]
    value_basis: tuple[str, ...]
    value_method: tuple[str, ...]
    data_source: tuple[str, ...]
    evidence: tuple[str, ...]
    template_columns_verified: Mark
    note: str = ""
    basis: Basis


class Conclusions(Shape):
    """Conclusions a review may reach 评估结论."""

    values: tuple[str, ...]
    rule: str
    bases: tuple[Basis, ...]


class FinanceReview(Conclusions):
    """What the finance bureau may answer 财政审核意见: one effect per value, and the deadline."""

    rule: str = ""
    effects: tuple[str, ...]
    deadline: str


class ItemBand(Shape):
    """One band as printed 分档; its borders may leave gaps, which is why nothing is checked here."""

    grade: str
    low: float
    high: float
    text: str


class QualitativeReview(Shape):
    """How graded items make a total grade 定性审核规则."""

    scope: str
    excellent: str
    good: str
    medium: str
    poor: str


class ReviewGrading(Shape):
    """How a target review is graded 目标审核评级."""

    item_bands: tuple[ItemBand, ...]
    item_bands_note: str = ""
    decimals: int
    total_bands: tuple[ItemBand, ...]
    qualitative_rule: QualitativeReview
    routes: Mapping[str, str]
    outcomes: Mapping[str, str]
    precondition: str = ""
    basis: Basis


class Framework(Shape):
    """An indicator framework 指标体系框架: rows in printed order, weights where the document gives them."""

    id: str
    type: str
    name: str
    name_en: str
    code_prefix: str
    used_for: tuple[str, ...]
    statutory: str
    basis: Basis
    weights_given: bool
    level1_weights: Mapping[str, float] = {}
    level2_weights: Mapping[str, float] = {}
    weight_rules: tuple[WeightRule, ...] = ()
    notes: tuple[str, ...] = ()
    form: EvaluationForm | None = None
    indicator_record_fields: IndicatorRecordFields | None = None
    conclusions: Conclusions | None = None
    finance_review: FinanceReview | None = None
    grading: ReviewGrading | None = None
    veto: tuple[str, ...] = ()
    rows: tuple[FrameworkRow, ...]

    @property
    def level1(self) -> tuple[str, ...]:
        """Names of level 1 in printed order."""
        return tuple(dict.fromkeys(row.level1 for row in self.rows))

    def row(self, code: str) -> FrameworkRow | None:
        """Return the row of that code, or ``None``."""
        return next((row for row in self.rows if row.code == code), None)

    @model_validator(mode="after")
    def _rows_agree(self) -> Framework:
        """Refuse doubled codes and level weights that name no row or contradict one."""
        doubled = [code for code, count in Counter(row.code for row in self.rows).items() if count > 1]
        if doubled:
            raise refused("不重复的 code", "、".join(doubled), "给每一行不同的编码")
        for weights, names in ((self.level1_weights, self.level1), (self.level2_weights, self._level2())):
            unknown = sorted(set(weights) - set(names))
            if unknown:
                raise refused(f"各行中的指标名（{'、'.join(names)}）", "、".join(unknown), "改正权重表中的指标名")
        for row in self.rows:
            declared = self.level1_weights.get(row.level1)
            if row.level1_weight is not None and declared is not None and row.level1_weight != declared:
                raise refused(f"{row.level1} {declared:g}", f"{row.code} 写 {row.level1_weight:g}", "两处改成一致")
        return self

    def _level2(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.level2 for row in self.rows if row.level2 is not None))
