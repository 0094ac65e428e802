"""Self-evaluation against re-evaluation: what changed, in which direction, by how much; coefficients in an annex."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perfkit.reliability.agreement import cohen_kappa, gwet_ac
from perfkit.reliability.difference.limits import limits_of_agreement
from perfkit.reliability.difference.migration import grade_change, migration_matrix, stuart_maxwell
from perfkit.reliability.difference.shift import change_summary, equivalence, wilcoxon_signed_rank
from perfkit.reliability.grades import Grades
from perfkit.reliability.icc import icc
from perfkit.reliability.ratings import FloatMatrix
from perfkit.reliability.report.peers import Settings
from perfkit.reliability.report.shapes import Recommendation, avoided, reported
from perfkit.result import Caveat
from perfkit.terms import Statistic, Use


def score_items(matrix: FloatMatrix, tolerance: float, settings: Settings) -> Iterator[Recommendation]:
    """Yield what to report on self-scores against re-evaluated scores 自评得分与再评价得分.

    Parameters
    ----------
    matrix : shape (n, 2), self-score and re-evaluated score, score rates where full scores differ.
    tolerance : acceptable difference in the unit of the scores; 0 where there is none.
    settings : level and bootstrap.
    """
    own, reference, level = matrix[:, 0], matrix[:, 1], settings.level
    headline = Caveat("HEADLINE", "依次说明：多少对象的得分变了、往哪边变、平均和中位差多少")
    yield reported(Use.LEAD, change_summary(own, reference, tolerance=tolerance, level=level), headline)
    limits = limits_of_agreement(own, reference, level=level)
    yield reported(Use.LEAD, limits, Caveat("IN_POINTS", "单个对象的自评与再评价可能相差多少"))
    signed = wilcoxon_signed_rank(own, reference, level=level)
    yield reported(Use.BESIDE, signed, Caveat("DIRECTION", "差值偏向一边是否超出偶然；不假定正态"))
    if tolerance > 0:
        within = equivalence(own, reference, margin=tolerance, level=level)
        yield reported(Use.BESIDE, within, Caveat("TOLERANCE", "平均差是否确在允许偏差之内；不显著不等于没有差别"))
    annex = Caveat("AGREEMENT_ONLY", "只作一致程度列入附件：自评与再评价不是同等地位的评分者")
    yield reported(Use.ANNEX, icc(matrix, form="ICC(A,1)", level=level), annex, "ICC(A,1)")
    yield avoided(Statistic.PEARSON_R, Caveat("ASSOCIATION", "自评普遍偏高同样的分数时，相关系数仍可为 1"))
    yield avoided(Statistic.MEASUREMENT_ERROR, Caveat("NOT_PEERS", "差值里有偏向，不是同等评分者之间的测量误差"))
    yield avoided(Statistic.CRONBACH_ALPHA, Caveat("NOT_PEERS", "自评与再评价不是同一量表的两个题项"))


def grade_items(graded: Grades, settings: Settings) -> Iterator[Recommendation]:
    """Yield what to report on self-grades against re-evaluated grades 自评等级与再评价等级."""
    level = settings.level
    before, after = _sides(graded)
    headline = Caveat("HEADLINE", "依次说明：多少对象的等级变了、降级与升级各多少")
    places = np.where(graded.codes < 0, np.nan, graded.codes)
    yield reported(Use.LEAD, change_summary(places[:, 0], places[:, 1], level=level), headline)
    direction = Caveat("DIRECTION", "变动的等级中降级占多少，是否超出偶然")
    yield reported(Use.LEAD, grade_change(before, after, categories=graded.categories, level=level), direction)
    moved = migration_matrix(before, after, categories=graded.categories)
    yield reported(Use.LEAD, moved, Caveat("FROM_WHERE_TO_WHERE", "从哪一级变到哪一级"))
    margins = stuart_maxwell(before, after, categories=graded.categories)
    yield reported(Use.BESIDE, margins, Caveat("DISTRIBUTION", "两次评级的等级分布是否相同"))
    annex = Caveat("AGREEMENT_ONLY", "只作一致程度列入附件：自评与再评价不是同等地位的评分者")
    yield reported(Use.ANNEX, gwet_ac(graded, weights="quadratic", level=level), annex, "quadratic")
    yield reported(Use.ANNEX, cohen_kappa(graded, weights="quadratic", level=level), annex, "quadratic")
    yield avoided(Statistic.FLEISS_KAPPA, Caveat("NOT_PEERS", "假定评分者可以互换，自评与再评价不能互换"))
    yield avoided(Statistic.ICC, Caveat("CODES_ARE_NO_SCORES", "等级编码不是等距的分数"))


def _sides(graded: Grades) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return both columns as the grades themselves, ``None`` where missing."""
    words = np.array([*graded.categories, None], dtype=object)
    return words[graded.codes[:, 0]], words[graded.codes[:, 1]]
