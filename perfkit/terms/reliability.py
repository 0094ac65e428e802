"""Words of reliability and re-evaluation statistics 信度与再评价统计术语."""

from __future__ import annotations

from perfkit.terms.word import Term


class Roles(Term):
    """Who the raters are to one another 评分者关系.

    Reliability 信度 is said only of peers: independent raters of equal standing whose scores were recorded before
    discussion. Self against reference is 一致程度: the department is an interested party.
    """

    PEERS = "peers", "独立评分者"
    SELF_VERSUS_REFERENCE = "self_versus_reference", "自评与再评价", "self-versus-reference"


class Measure(Term):
    """What kind of ratings they are 评分类型: it decides which statistics apply."""

    SCORE = "score", "得分"
    GRADE = "grade", "有序等级"
    LABEL = "label", "无序类别"
    ITEMS = "items", "多题项量表"


class Use(Term):
    """What a report does with a statistic 报告用途."""

    LEAD = "lead", "首先报告"
    BESIDE = "beside", "并列报告"
    ANNEX = "annex", "列入附件"
    AVOID = "avoid", "不报告"


class Selection(Term):
    """How the units of a stratum came into the sample 抽取方式: it decides what the sample can say of the rest."""

    SIMPLE = "simple", "简单随机抽样"
    PPS = "pps", "按规模成比例概率抽样"
    MONETARY_UNIT = "monetary_unit", "货币单元抽样"
    CENSUS = "census", "全部审核"
    PURPOSIVE = "purposive", "判断抽样"
    RISK = "risk", "按风险挑选"


class Planning(Term):
    """What planning a sample returns 抽样方案结果: the code is the ``kind`` of its Result; none of them is estimated."""

    SAMPLE_SIZE = "sample_size", "样本量"
    STRATUM_ALLOCATION = "stratum_allocation", "样本分配"
    SAMPLE_SELECTION = "sample_selection", "抽样名单"
    SAMPLING_PLAN = "sampling_plan", "抽样方案"


class Estimand(Term):
    """What a sample is to tell 待估量: each wants a design of its own."""

    MEAN_DIFFERENCE = "mean_difference", "平均得分差"
    SHARE_CHANGED = "share_changed", "变动比例"
    MONEY_WRONG = "money_wrong", "评错等级涉及的金额"
    ICC = "icc", "组内相关系数"
    KAPPA = "kappa", "κ 系数"


class Facet(Term):
    """Facets of a generalizability study 概化研究的侧面: the evaluand and the conditions it is rated under."""

    PERSON = "person", "对象"
    RATER = "rater", "评分者"
    ITEM = "item", "指标"
    TASK = "task", "任务"


class DataShape(Term):
    """Shapes of data that the map of coverage tells apart 数据形态."""

    EVEN = "even", "分布较均匀"
    SKEWED = "skewed", "分布偏斜"
    NORMAL = "normal", "差值近似正态"
    SPARSE = "sparse", "多数未变动"


class Variant(Term):
    """Variants of a statistic that the map of coverage tells apart 形式或设计: several in one code, a colon between."""

    UNWEIGHTED = "unweighted", "未加权"
    WEIGHTED = "weighted", "加权"
    NOMINAL = "nominal", "名义尺度"
    ORDINAL = "ordinal", "顺序尺度"
    INTERVAL = "interval", "等距尺度"
    RATIO = "ratio", "比率尺度"
    CONSISTENCY = "consistency", "不计评分者宽严"
    ONE_WAY = "oneway", "单因素"
    REML = "reml", "有缺失评分（REML）"
    RAW = "raw", "原始"
    STANDARDIZED = "standardized", "标准化"
    BIAS = "bias", "偏差"
    LOWER = "lower", "下界限"
    UPPER = "upper", "上界限"
    INTERCEPT = "intercept", "截距"
    SLOPE = "slope", "斜率"
    MEAN = "mean", "均值"
    MEDIAN = "median", "中位数"
    CONSTANT_TRUTH = "true_value_constant", "真值不变"
    VARYING_TRUTH = "true_value_varies", "真值变化"
    PLAIN = "plain", "普通"
    CONSTANT_CV = "constant_cv", "变异系数不变"
    KNOWN_ERRORS = "known_errors", "误差已知"
    CROSSED_G = "p x r:g", "p×r 的 G"
    CROSSED_PHI = "p x r:phi", "p×r 的 Φ"
    NESTED_PHI = "r:p:phi", "r:p 的 Φ"
    BONFERRONI = "bonferroni", "Bonferroni 校正"
    SIMPLE = "simple", "简单随机"
    STRATIFIED = "stratified", "分层"
    SEPARATE = "separate", "分别估计"
    COMBINED = "combined", "联合估计"
    DIFFERENCE = "difference", "差额"
    REGRESSION = "regression", "回归"
    QUOTIENT = "quotient", "比率"
    DIRECT = "direct", "直接推断"
    MONEY = "money", "按金额"
    PARTIAL = "partial", "部分评错"
    WHOLE = "whole", "全额评错"
    BOTH_WAYS = "both_ways", "有高有低"

    @classmethod
    def words(cls, code: str) -> str:
        """Return a code in words, part by part where it has several; what is no variant stays as it is."""
        whole = cls.read(code)
        if whole is not None:
            return whole.label
        known = [(cls.read(part), part) for part in code.split(":")]
        return "，".join(part if member is None else member.label for member, part in known)


class Statistic(Term):
    """Names of the statistics 统计量名称: the code is the ``kind`` of its Result."""

    PERCENT_AGREEMENT = "percent_agreement", "一致率"
    ALL_RATERS_AGREE = "all_raters_agree", "全体一致率"
    COHEN_KAPPA = "cohen_kappa", "Cohen κ"
    SCOTT_PI = "scott_pi", "Scott π"
    FLEISS_KAPPA = "fleiss_kappa", "Fleiss κ"
    FLEISS_KAPPA_CLASSIC = "fleiss_kappa_classic", "Fleiss κ（经典检验）"
    CONGER_KAPPA = "conger_kappa", "Conger κ"
    LIGHT_KAPPA = "light_kappa", "Light κ"
    BRENNAN_PREDIGER = "brennan_prediger", "Brennan–Prediger 系数"
    GWET_AC = "gwet_ac", "Gwet AC 系数"
    KRIPPENDORFF_ALPHA = "krippendorff_alpha", "Krippendorff α"
    KRIPPENDORFF_ALPHA_GWET = "krippendorff_alpha_gwet", "Krippendorff α（Gwet 形式）"
    ICC = "icc", "组内相关系数"
    ICC_TABLE = "icc_table", "组内相关系数（六种形式）"
    VARIANCE_COMPONENTS = "variance_components", "方差分量"
    MEASUREMENT_ERROR = "measurement_error", "测量标准误"
    CRONBACH_ALPHA = "cronbach_alpha", "克朗巴赫 α"
    OMEGA_TOTAL = "omega_total", "McDonald ω"
    GUTTMAN_LAMBDAS = "guttman_lambdas", "Guttman λ"
    SPLIT_HALF = "split_half", "分半信度"
    ITEM_STATISTICS = "item_statistics", "题项统计"
    KENDALL_W = "kendall_w", "肯德尔 W"
    KENDALL_TAU_B = "kendall_tau_b", "肯德尔 τb"
    SPEARMAN_RHO = "spearman_rho", "斯皮尔曼 ρ"
    PEARSON_R = "pearson_r", "皮尔逊 r"
    MEAN_PAIRWISE_SPEARMAN = "mean_pairwise_spearman", "两两斯皮尔曼均值"
    DIFFERENCE_BIAS = "difference_bias", "系统偏差"
    LIMITS_OF_AGREEMENT = "limits_of_agreement", "一致性界限"
    HETEROSCEDASTIC_LIMITS = "heteroscedastic_limits", "一致性界限（离散随水平变化）"
    PROPORTIONAL_BIAS = "proportional_bias", "比例偏差"
    RATIO_LIMITS = "ratio_limits", "比值界限"
    REPEATED_LIMITS = "repeated_limits", "一致性界限（重复测量）"
    MIXED_LIMITS = "mixed_limits", "一致性界限（混合模型）"
    DEMING_REGRESSION = "deming_regression", "Deming 回归"
    PASSING_BABLOK = "passing_bablok", "Passing–Bablok 回归"
    LIN_CCC = "lin_ccc", "一致性相关系数"
    OVERALL_CCC = "overall_ccc", "总体一致性相关系数"
    PAIRED_T = "paired_t", "配对 t 检验"
    WILCOXON_SIGNED_RANK = "wilcoxon_signed_rank", "Wilcoxon 符号秩检验"
    SIGN_TEST = "sign_test", "符号检验"
    EQUIVALENCE = "equivalence", "等效性检验（TOST）"
    CHANGE_SUMMARY = "change_summary", "评分变动"
    MIGRATION_MATRIX = "migration_matrix", "等级迁移矩阵"
    MCNEMAR = "mcnemar", "McNemar 检验"
    BOWKER = "bowker", "Bowker 对称性检验"
    STUART_MAXWELL = "stuart_maxwell", "Stuart–Maxwell 检验"
    BHAPKAR = "bhapkar", "Bhapkar 检验"
    ORDINAL_MARGINAL_HOMOGENEITY = "ordinal_marginal_homogeneity", "有序边际齐性检验"
    GRADE_CHANGE = "grade_change", "等级变动方向"
    G_STUDY = "g_study", "概化研究"
    D_STUDY = "d_study", "决策研究"
    D_STUDY_CURVE = "d_study_curve", "决策研究曲线"
    NEEDED_CONDITIONS = "needed_conditions", "所需评分者与指标数"
    RATER_SEVERITY = "rater_severity", "评分者宽严"
    RELIABILITY_REPORT = "reliability_report", "信度与一致程度汇总"
    MEAN_PER_UNIT = "mean_per_unit", "单位均值估计"
    DIFFERENCE_ESTIMATOR = "difference_estimator", "差额估计"
    RATIO_ESTIMATOR = "ratio_estimator", "比率估计"
    REGRESSION_ESTIMATOR = "regression_estimator", "回归估计"
    HANSEN_HURWITZ = "hansen_hurwitz", "Hansen–Hurwitz 估计"
    HORVITZ_THOMPSON = "horvitz_thompson", "Horvitz–Thompson 估计"
    AUDIT_TOTAL_ERROR = "audit_total_error", "总错误额估计"
    SAMPLE_DESCRIPTION = "sample_description", "样本描述"
    ATTRIBUTE_UPPER_BOUND = "attribute_upper_bound", "属性抽样上限"
    MONETARY_UNIT_BOUND = "monetary_unit_bound", "货币单元抽样上限"
    CUTOFF_BINOMIAL = "cutoff_binomial", "断点窗口二项检验"
    DENSITY_JUMP = "density_jump", "密度跳跃检验"
    MCCRARY = "mccrary", "McCrary 密度检验"
    EDGE_PROFILE = "edge_profile", "分部门断点窗口检验"
    HEAPING = "heaping", "得分堆积"
    DIGIT_PROFILE = "digit_profile", "末位数字分布"
    FLAT_MARKS = "flat_marks", "未达标而给满分"
    REPEATED_VECTORS = "repeated_vectors", "重复评分"
    AFFILIATED_BIAS = "affiliated_bias", "关联评分者偏差"
