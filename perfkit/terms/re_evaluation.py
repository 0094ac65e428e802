"""Words of self-evaluation forms and of their re-evaluation 自评与再评价用语."""

from __future__ import annotations

from perfkit.terms.word import Term


class Reason(Term):
    """Why a reviewer gives another score than the self-evaluation 差异原因; scores may rise too."""

    INSUFFICIENT_BASIS = "insufficient_basis", "依据不足"
    ARITHMETIC = "arithmetic", "计算错误", "计算有误"
    DEFINITION = "definition", "口径不符", "口径不一致"
    EVIDENCE = "evidence", "佐证缺失", "佐证不足"
    LOW_TARGET = "low_target", "目标偏低", "目标值偏低"
    TARGET_CHANGED = "target_changed", "目标值事后调整"
    NOT_DEDUCTED = "not_deducted", "应扣未扣"
    UNSOURCED_ACTUAL = "unsourced_actual", "实际值无来源"
    STANDARD = "standard", "标准理解不同"
    NOT_CREDITED = "not_credited", "应得未得"


class ScoreChange(Term):
    """Direction of a re-evaluated score against the self-score 变动方向."""

    LOWERED = "lowered", "调减"
    EQUAL = "equal", "不变"
    RAISED = "raised", "调增"


class Tier(Term):
    """How deep a project was looked at 复核层次: a desk check of every form, a re-scoring of a sample."""

    DESK = "desk", "复核"
    RE_SCORED = "re_scored", "再评"


class SampleDesign(Term):
    """What a sampling plan draws 抽样设计: ``both`` asks for two of them."""

    SIMPLE = "simple", "简单随机抽样"
    STRATIFIED = "stratified", "分层随机抽样"
    MONETARY_UNIT = "monetary_unit", "货币单元抽样"
    BOTH = "both", "简单随机抽样和货币单元抽样"
    CENSUS = "census", "全部再评"
    PURPOSIVE = "purposive", "人工选取"


class SamplePart(Term):
    """Parts of a design that are no strata of the list 抽样部分."""

    CERTAINTY = "certainty", "必选层"
    REST = "rest", "抽取部分"
    WHOLE = "all", "全部项目"
    ZERO = "zero", "金额为零的项目"


class Blinding(Term):
    """Whether raters saw the self-scores 自评得分是否可见: the report states it."""

    HIDDEN = "hidden", "不提供自评得分", "隐藏"
    SHOWN = "shown", "提供自评得分", "显示"


class RaterRole(Term):
    """Whose score a re-scoring workbook holds 再评人角色."""

    INDEPENDENT = "independent", "独立再评", "独立评分"
    CONSENSUS = "consensus", "合议", "合议得分"


class AdoptedScore(Term):
    """Which score counts where several raters scored one project 采用的再评得分."""

    CONSENSUS = "consensus", "合议得分，没有合议的取独立评分的平均"
    MEAN = "mean", "独立评分的平均"
    FIRST = "first", "第一再评人的评分"


class FormLayout(Term):
    """Level-1 layout of a self-evaluation form 自评表权重布局."""

    LAYOUT_2020 = "2020", "10/50/30/10"
    COST_2021 = "2021-cost", "10/20/40/20/10（设成本指标）"
    NO_COST_2021 = "2021-nocost", "10/50/30/10（2021，不设成本指标）"
    TWO_LAYER = "two-layer", "两层权重"
    OTHER = "other", "其他"


class Handling(Term):
    """What follows for a department 处理建议; methodology of ours, no rule."""

    ACCEPT = "accept", "认可自评结果，个别项目按意见单更正"
    SEND_BACK = "send_back", "自评普遍偏高，退回重新自评后复核"
    CALIBRATE = "calibrate", "再评尺度不一，先校准再评人并重评后再作结论"
    INVESTIGATE_COPIES = "investigate_copies", "填报雷同，逐项核实佐证后重新填报"
    CORRECT = "correct", "按单位自定规则计算有误，退回更正后再看差异"
    TOO_FEW = "too_few", "再评项目过少，不作部门结论，扩大抽样或全部再评"


class QualityAspect(Term):
    """Aspects of the quality of self-evaluation work 自评工作质量."""

    ORGANISATION = "organisation", "组织情况"
    COVERAGE = "coverage", "覆盖情况"
    COMPLETENESS = "completeness", "填报完整性"
    TRUTH = "truth", "内容真实性"
    ACCURACY = "accuracy", "计分准确性"
    FOLLOW_UP = "follow_up", "上年问题整改"


class Rectification(Term):
    """What became of a problem of last year 上年问题整改情况."""

    DONE = "done", "已整改", "已完成整改", "整改到位"
    PARTLY = "partly", "部分整改", "整改中"
    NOT_DONE = "not_done", "未整改", "未完成整改"
