"""Independent raters of equal standing: which coefficients answer the question, which repeat or miss it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from perfkit.reliability.agreement import (
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)
from perfkit.reliability.bootstrap import Seed
from perfkit.reliability.concordance import kendall_w
from perfkit.reliability.consistency import cronbach_alpha, guttman_lambdas, item_statistics, omega_total
from perfkit.reliability.difference.limits import limits_of_agreement
from perfkit.reliability.grades import Grades, grades
from perfkit.reliability.icc import Form, icc, measurement_error
from perfkit.reliability.ratings import FloatMatrix
from perfkit.reliability.report.shapes import Recommendation, avoided, reported
from perfkit.result import Caveat, Result
from perfkit.terms import Statistic, Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every statistic of a report shares: level, and replicates and seed of its bootstraps."""

    level: float
    replicates: int
    seed: Seed

    @property
    def drawn(self) -> dict[str, Any]:
        """Return the arguments of a statistic whose interval is a bootstrap."""
        return {"interval": "bootstrap", "level": self.level, "replicates": self.replicates, "seed": self.seed}


def score_items(matrix: FloatMatrix, missing: bool, settings: Settings) -> Iterator[Recommendation]:
    """Yield what to report on scores of independent raters 独立评分者的得分.

    Parameters
    ----------
    matrix : shape (n, k), score rates where full scores differ.
    missing : whether a rating is missing: the intraclass correlations then use all that is there (REML).
    settings : level and bootstrap.
    """
    policy: dict[str, Any] = {"missing": "available" if missing else "listwise", "level": settings.level}
    forms: dict[Form, Caveat] = {
        "ICC(A,1)": Caveat("SINGLE_SCORE", "得分直接进入总分，评分者宽严不同也算误差：单个评分的信度用绝对一致形式"),
        "ICC(C,1)": Caveat("RANKING_ONLY", "只用于排序时才以它为准；比 ICC(A,1) 高出的部分就是评分者宽严差异"),
        "ICC(A,k)": Caveat("MEAN_SCORE", "只有最后使用全部评分者的均值时才适用；不能代替单个评分的信度"),
    }
    lead = True
    for form, reason in forms.items():
        yield reported(Use.LEAD if lead else Use.BESIDE, icc(matrix, form=form, **policy), reason, form)
        lead = False
    if missing:
        alpha = krippendorff_alpha(matrix, metric="interval", **settings.drawn)
        yield reported(Use.BESIDE, alpha, Caveat("USES_ALL", "有缺失评分，用到全部可比的评分"), "interval")
    error = measurement_error(matrix, kind="agreement", level=settings.level)
    yield reported(Use.BESIDE, error, Caveat("IN_POINTS", "以得分的单位说明一次评分的误差有多大"), "agreement")
    if matrix.shape[1] == 2:
        limits = limits_of_agreement(matrix[:, 0], matrix[:, 1], level=settings.level)
        yield reported(Use.BESIDE, limits, Caveat("IN_POINTS", "以得分的单位说明两人评分相差的范围"))
    else:
        ranks = kendall_w(matrix, level=settings.level)
        yield reported(Use.BESIDE, ranks, Caveat("RANKS_ONLY", "只比较名次，看不出宽严"))
    yield from _repeated_or_beside_the_point()


def _repeated_or_beside_the_point() -> Iterator[Recommendation]:
    """Yield what is often reported on scores and should not be."""
    association = Caveat("ASSOCIATION", "相关只说明同升同降：一方普遍高出 10 分，相关系数仍可为 1")
    yield avoided(Statistic.PEARSON_R, association)
    yield avoided(Statistic.LIN_CCC, Caveat("SAME_QUESTION", "与 ICC(A,1) 回答同一问题，数值几乎相同，不重复报告"))
    yield avoided(Statistic.CRONBACH_ALPHA, Caveat("IGNORES_SEVERITY", "等于 ICC(C,k)：不计宽严，且随人数增加而升高"))
    yield avoided(Statistic.COHEN_KAPPA, Caveat("LOSES_INFORMATION", "先分档再算 κ 会丢掉分数的差别，且取决于档线位置"))


def grade_items(graded: Grades, missing: bool, settings: Settings) -> Iterator[Recommendation]:
    """Yield what to report on ordered grades of independent raters 独立评分者的有序等级."""
    level = settings.level
    steady = Caveat(
        "STEADY_MARGINS",
        "多数对象集中在一两个等级时仍稳定；容易接近 1，须与 κ 并列",
    )
    yield reported(Use.LEAD, gwet_ac(graded, weights="quadratic", level=level), steady, "quadratic")
    plain = Caveat("READABLE", "人人看得懂；未扣除偶然一致，须与系数并列")
    yield reported(Use.LEAD, percent_agreement(graded, level=level), plain, "identity")
    beside = Caveat("MARGINS_MATTER", "边际分布偏斜时会明显低于 AC2（κ 悖论）：只可并列，不可单独报告")
    yield reported(Use.BESIDE, _kappa(graded, "quadratic", level), beside, "quadratic")
    if graded.k > 2 or missing:
        alpha = krippendorff_alpha(graded, metric="ordinal", **settings.drawn)
        yield reported(
            Use.BESIDE, alpha, Caveat("USES_ALL", "多名评分者或有缺失时可比的补充，等级距离按实际分布"), "ordinal"
        )
    yield avoided(Statistic.COHEN_KAPPA, Caveat("IGNORES_ORDER", "把偏一级与偏三级同等对待"), "identity")
    yield avoided(Statistic.ICC, Caveat("CODES_ARE_NO_SCORES", "等级编码不是等距的分数；平方权 κ 已经回答同一问题"))


def label_items(graded: Grades, missing: bool, settings: Settings) -> Iterator[Recommendation]:
    """Yield what to report on categories without order 独立评分者的无序类别."""
    level = settings.level
    steady = Caveat("STEADY_MARGINS", "多数对象集中在一两个类别时仍然稳定")
    yield reported(Use.LEAD, gwet_ac(graded, weights="identity", level=level), steady, "identity")
    plain = Caveat("READABLE", "人人看得懂；未扣除偶然一致，须与系数并列")
    yield reported(Use.LEAD, percent_agreement(graded, level=level), plain, "identity")
    beside = Caveat("MARGINS_MATTER", "边际分布偏斜时会明显偏低（κ 悖论）：只可并列，不可单独报告")
    yield reported(Use.BESIDE, _kappa(graded, "identity", level), beside, "identity")
    if graded.k > 2 or missing:
        alpha = krippendorff_alpha(graded, metric="nominal", **settings.drawn)
        yield reported(Use.BESIDE, alpha, Caveat("USES_ALL", "多名评分者或有缺失时可比的补充"), "nominal")
    else:
        even = brennan_prediger(graded, level=level)
        yield reported(
            Use.BESIDE, even, Caveat("EVEN_CHANCE", "假定偶然选择各类别的机会相等，不受边际影响"), "identity"
        )
    yield avoided(Statistic.COHEN_KAPPA, Caveat("NO_ORDER", "类别没有次序，不能加权"), "quadratic")


def _kappa(graded: Grades, weights: str, level: float) -> Result:
    """Return Cohen's kappa for two raters, Fleiss's for more."""
    if graded.k == 2:
        return cohen_kappa(graded, weights=weights, level=level)
    return fleiss_kappa(graded, weights=weights, level=level)


def questionnaire_items(matrix: FloatMatrix, settings: Settings) -> Iterator[Recommendation]:
    """Yield what to report on the items of one questionnaire 多题项量表: columns are items, not raters."""
    level = settings.level
    yield reported(Use.LEAD, omega_total(matrix, level=level), Caveat("UNEQUAL_ITEMS", "允许各题项与总分关系强弱不同"))
    yield reported(Use.LEAD, cronbach_alpha(matrix, level=level), Caveat("CUSTOMARY", "最通行；题项强弱不同时偏低"))
    yield reported(Use.BESIDE, guttman_lambdas(matrix, level=level), Caveat("LOWER_BOUND", "λ2 是不低于 α 的下界"))
    yield reported(Use.BESIDE, item_statistics(matrix), Caveat("FIND_ITEMS", "找出与总分不一致或反向的题项"))
    yield avoided(Statistic.SPLIT_HALF, Caveat("DEPENDS_ON_SPLIT", "随分法而变，没有唯一的值"))
    yield avoided(Statistic.ICC, Caveat("ITEMS_ARE_NO_RATERS", "题项不是评分者，难易不同不是误差"))


def coded_grades(ratings: Any, categories: Sequence[Any] | None) -> Grades:
    """Return the ratings as grades 等级编码, categories in the order of the scale."""
    return ratings if isinstance(ratings, Grades) and categories is None else grades(ratings, categories=categories)
