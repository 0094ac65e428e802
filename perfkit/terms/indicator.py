"""Words of an indicator 指标: direction, operator, kind, denominator, the three emptinesses, checkpoints."""

from __future__ import annotations

from perfkit.terms.word import Term


class Direction(Term):
    """Direction of an indicator 指标方向."""

    HIGHER = "higher", "越高越好", "正向", "正向指标"
    LOWER = "lower", "越低越好", "反向", "负向", "逆向", "反向指标"
    RANGE = "range", "区间内最好", "适度", "区间"
    EXACT = "exact", "等于最好", "定值", "等于"


class Operator(Term):
    """Operator in front of a target value 目标值运算符."""

    AT_LEAST = "ge", "≥", ">=", "大于等于", "不少于", "不低于", "至少"
    AT_MOST = "le", "≤", "<=", "小于等于", "不超过", "不高于", "不多于", "至多"
    EQUAL = "eq", "=", "＝", "等于"
    MORE = "gt", ">", "＞", "大于", "超过"
    LESS = "lt", "<", "＜", "小于", "低于"
    BETWEEN = "between", "区间", "介于"


class IndicatorKind(Term):
    """Kind of an indicator 指标类型."""

    QUANTITATIVE = "quantitative", "定量"
    QUALITATIVE = "qualitative", "定性"
    POINTS_LIST = "points-list", "要点", "评价要点"


class Denominator(Term):
    """Denominator of a rate 分母口径."""

    BUDGET = "budget", "预算数", "年初预算数", "批复预算数"
    ADJUSTED = "adjusted", "全年预算数", "调整后预算数", "调整预算数"
    RECEIVED = "received", "到位数", "实际到位数"
    PLANNED = "planned", "计划数", "计划产出数", "计划工作数"
    ACTUAL = "actual", "实际产出数", "实际完成数"
    OTHER = "other", "其他"


class Absence(Term):
    """Three kinds of emptiness that never mix 三种空缺."""

    NOT_APPLICABLE = "not_applicable", "不适用"
    MISSING = "missing", "缺失"
    NOT_DUE = "not_due", "未到期"


class CheckpointOutcome(Term):
    """Outcome of one checkpoint ①②③ 要点判定."""

    MET = "met", "符合", "是", "达到"
    PARTLY = "partly", "部分符合", "基本符合"
    UNMET = "unmet", "不符合", "否", "未达到"
    NOT_ASSESSABLE = "not_assessable", "无法判定不扣分", "无法判定"
    PROPORTIONAL = "proportional", "按比例"


class YesNo(Term):
    """A yes or no 是否."""

    YES = "yes", "是", "1", "true", "True"
    NO = "no", "否", "0", "false", "False"
