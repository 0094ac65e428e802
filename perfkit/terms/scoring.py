"""Words of scoring 计分: functions, their parameters and inputs, and the choices where the rules are silent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from perfkit.terms.word import Term


class ScoringFunction(Term):
    """Scoring function 计分方法."""

    CHECKPOINTS = "checkpoints", "要点计分"
    PRO_RATA = "pro_rata", "按完成比例"
    PASS_LINE = "pass_line", "及格线法"
    INTERVAL_STEPS = "interval_steps", "区间分档"
    LINEAR_DEDUCTION = "linear_deduction", "逐单位扣分"
    TWO_SIDED_DEVIATION = "two_sided_deviation", "双向偏离扣分"
    THRESHOLD_DEDUCTION = "threshold_deduction", "达线满分、低于扣分"
    COUNT_THRESHOLD = "count_threshold", "次数扣分"
    BASE_STEP = "base_step", "基准分增减"
    YES_NO = "yes_no", "是否判定"
    QUALITATIVE_BANDS = "qualitative_bands", "定性分档"
    SATISFACTION_STEPS = "satisfaction_steps", "满意度分档"
    EXECUTION_LINEAR = "execution_linear", "预算执行率按比例"
    EXECUTION_INTERVAL_2021 = "execution_interval_2021", "预算执行率分档(2021)"
    GIVEN = "given", "直接给分"
    VETO = "veto", "一票否决"


class ScoringParameter(Term):
    """Parameter of a scoring function 计分参数."""

    PART_CREDIT_SCALE = "part_credit_scale", "部分得分档次"
    CAP = "cap", "得分率上限"
    FLOOR = "floor", "得分率下限"
    REVERSE_RULE = "reverse_rule", "反向指标计分方式"
    ZERO_TARGET_RULE = "zero_target_rule", "零目标处理"
    OVERSHOOT_THRESHOLD = "overshoot_threshold", "超额界限"
    OVERSHOOT_REDUCTION = "overshoot_reduction", "超额扣减方式"
    OVERSHOOT_BANDS = "overshoot_bands", "超额扣减分档"
    PASS_LINE = "pass_line", "及格线"
    STEPS = "steps", "分档"
    FULL_AT = "full_at", "满分点", "满分值", "满分线"
    ZERO_AT = "zero_at", "零分点", "零分线", "零分值"
    UNIT = "unit", "扣分单位", "每单位"
    SHARE_PER_UNIT = "deduct_share_per_unit", "每单位扣分比例", "每单位扣权重"
    STEP_ROUNDING = "step_rounding", "扣分单位取整"
    TOLERANCE = "tolerance", "允许偏离"
    RELATIVE = "relative", "按百分比偏离"
    ALLOWED = "allowed", "免扣次数"
    BASE_VALUE = "base_value", "基准值"
    BASE_SHARE = "base_share", "基准得分率"
    STEP_SHARE = "step_share", "每单位增减比例"
    DEDUCTION_SHARE = "deduction_share", "不符合扣分比例"
    LABELS = "labels", "档次名称"
    BANDS = "bands", "档次下限"
    BAND_VALUES = "band_values", "档次取值"
    ZERO_BUDGET_RULE = "zero_budget_rule", "零预算处理"
    EFFECT = "effect", "否决后果"
    TOTAL_CAP = "total_cap", "总分上限"
    GRADE_CAP = "grade_cap", "等级上限"


class ParameterKind(Term):
    """Kind of value of a scoring parameter 计分参数取值; the label says what a workbook must hold."""

    SHARE = "share", "0～1 之间的比例或 0%～100%"
    VALUE = "value", "在允许范围内的数值"
    RATIO = "ratio", "不小于 1 的倍数或百分比"
    FLAG = "flag", "是或否"
    TERM = "term", "约定的词"
    SHARES = "shares", "以 / 分隔的比例，如 80%/60%/0%"
    STEPS = "steps", "以 / 分隔的“界限:得分率”，如 90:100%/80:80%/60:50%"
    BANDS = "bands", "以 / 分隔的“上限:扣减比例”，如 130%:0%/200%:10%/*:30%"
    WORDS = "words", "以 / 分隔的名称"
    TEXT = "text", "文字"


class ScoringInput(Term):
    """Named input of a scoring function 计分所需数值."""

    ACTUAL = "actual", "实际值"
    TARGET = "target", "目标值"
    TARGET_HIGH = "target_high", "目标值上限"
    NUMERATOR = "numerator", "分子"
    DENOMINATOR = "denominator", "分母"
    COUNT = "count", "次数"
    MET = "met", "是否符合"
    FINISHED = "finished", "项目是否完成"
    VETOED = "vetoed", "是否触发"
    GIVEN = "given", "直接得分"


class ReverseRule(Term):
    """What a lower-is-better indicator earns above its target 反向指标计分方式 (X02)."""

    TARGET_OVER_ACTUAL = "target_over_actual", "目标值除以实际值"
    LINEAR_SLACK = "linear_slack", "按超出比例线性扣减"
    MET_OR_ZERO = "met_or_zero", "达标满分、未达标零分"


class ZeroTargetRule(Term):
    """What a zero or negative target earns 零或负目标值处理 (X03)."""

    MET_OR_ZERO = "met_or_zero", "达到得满分、未达到得零分"
    NOT_COMPUTABLE = "not_computable", "无法计算"


class OvershootReduction(Term):
    """How considerable overshoot lowers the points 超额完成扣减方式 (X01)."""

    NONE = "none", "不自动扣减"
    BANDS = "bands", "按超额幅度分档扣减"
    BY_DEVIATION = "by_deviation", "按偏离度扣减"


class ExecMethod(Term):
    """How budget execution earns its points 预算执行率计分方式 (X05)."""

    LINEAR = "linear", "按执行率比例"
    INTERVAL_2021 = "interval_2021", "按101号分档"


class ZeroBudgetRule(Term):
    """What an execution rate with a zero budget earns 零预算处理 (X06)."""

    NOT_COMPUTABLE = "not_computable", "无法计算"
    ZERO = "zero", "计零分"
    FULL = "full", "计满分"


class TotalRule(Term):
    """How the total follows from the items 总分取数方式 (X04)."""

    SUM_OF_ROUNDED = "sum_of_rounded", "各指标取整后得分之和"
    ROUNDED_SUM = "rounded_sum", "未取整得分求和后取整"


class GradeFrom(Term):
    """Which total the grade follows 等级依据的总分 (X04)."""

    OFFICIAL = "official", "公布总分"
    EXACT = "exact", "未取整总分"


class AbsencePolicy(Term):
    """What becomes of the points of an absent item 空缺处理方式."""

    RENORMALISE = "renormalise", "剔除后按比例折算"
    ZERO = "zero", "计零分"
    FULL = "full", "计满分"
    HOLD = "hold", "暂不计分"


class AbsenceScope(Term):
    """Among which items the points of an absent item are shared 折算范围 (X07)."""

    LEVEL1 = "level1", "同一一级指标内"
    TOTAL = "total", "全部指标内"


class RollUp(Term):
    """How per-unit values join into one 分单位汇总方式."""

    MONEY = "money", "按资金加权"
    COUNT = "count", "按数量加权"
    EQUAL = "equal", "简单平均"


class StepRounding(Term):
    """How a part of a deduction unit counts 扣分单位取整."""

    CONTINUOUS = "continuous", "按实际幅度连续计算"
    STARTED = "started", "不足一个单位按一个单位"
    COMPLETED = "completed", "不足一个单位不计"


class VetoEffect(Term):
    """What a veto does 一票否决后果."""

    ITEM_ZERO = "item_zero", "该指标计零分"
    CAP_TOTAL = "cap_total", "总分封顶"
    CAP_GRADE = "cap_grade", "等级封顶"


# Alternatives of inputs per function, by the codes of ``ScoringInput``: one group must be there whole. A quotient of
# numerator and denominator is the actual value (in percent where the unit is %), and wins over one typed beside it.
RATE: Final = ("numerator", "denominator")
_VALUE: Final = (RATE, ("actual",))
INPUTS: Final[Mapping[ScoringFunction, tuple[tuple[str, ...], ...]]] = {
    ScoringFunction.CHECKPOINTS: ((),),
    ScoringFunction.PRO_RATA: (RATE, ("actual", "target")),
    ScoringFunction.PASS_LINE: (RATE, ("actual", "target")),
    ScoringFunction.INTERVAL_STEPS: _VALUE,
    ScoringFunction.LINEAR_DEDUCTION: _VALUE,
    ScoringFunction.THRESHOLD_DEDUCTION: _VALUE,
    ScoringFunction.TWO_SIDED_DEVIATION: ((*RATE, "target"), ("actual", "target")),
    ScoringFunction.COUNT_THRESHOLD: (("count",), ("actual",)),
    ScoringFunction.BASE_STEP: _VALUE,
    ScoringFunction.YES_NO: (("met",), ("actual",)),
    ScoringFunction.QUALITATIVE_BANDS: ((),),
    ScoringFunction.SATISFACTION_STEPS: _VALUE,
    ScoringFunction.EXECUTION_LINEAR: _VALUE,
    ScoringFunction.EXECUTION_INTERVAL_2021: ((*RATE, "finished"), ("actual", "finished")),
    ScoringFunction.GIVEN: (("given",),),
    ScoringFunction.VETO: (("vetoed",), ("actual",)),
}
# The input that a judgement in 定性结论 gives.
JUDGED: Final[Mapping[ScoringFunction, str]] = {
    ScoringFunction.YES_NO: "met",
    ScoringFunction.VETO: "vetoed",
}
# Functions whose limit, a parameter, is the target where the workbook does not write it.
LIMIT_PARAMETER: Final[Mapping[ScoringFunction, ScoringParameter]] = {
    ScoringFunction.LINEAR_DEDUCTION: ScoringParameter.FULL_AT,
    ScoringFunction.THRESHOLD_DEDUCTION: ScoringParameter.FULL_AT,
    ScoringFunction.BASE_STEP: ScoringParameter.BASE_VALUE,
}
