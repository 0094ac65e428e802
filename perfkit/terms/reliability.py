"""Words of reliability and re-evaluation statistics 信度与再评价统计术语."""

from __future__ import annotations

from perfkit.terms.word import Term


class Roles(Term):
    """Who the raters are to one another 评分者关系.

    Reliability 信度 is said only of peers: independent raters of equal standing whose scores were recorded before
    discussion. Self against reference is 一致程度: the department is an interested party.
    """

    PEERS = "peers", "独立评分者"
    SELF_VERSUS_REFERENCE = "self_versus_reference", "自评与再评价"


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
    RELIABILITY_REPORT = "reliability_report", "信度与一致程度汇总"
