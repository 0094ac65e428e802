"""Tables of ratings by criteria 分标准评级表: self against validation, and overall grades that break their own rule."""

from __future__ import annotations

import pandas as pd

from perfkit.show.tables.fields import Field, plain_text, require, table_of
from perfkit.show.tables.statistics import coefficient, probability
from perfkit.show.tables.table import Table

CHANGES = (
    Field("criterion", "标准", 3.0),
    Field("n", "n", 1.1, "count", "right"),
    Field("exact", "评级相同", 1.6, "rate", "right"),
    Field("lowered", "调低", 1.5, "rate", "right"),
    Field("raised", "调高", 1.5, "rate", "right"),
    Field("inflation_words", "平均偏高", 1.6, align="right"),
    Field("self_passing", "自评通过", 1.7, "rate", "right"),
    Field("re_passing", "验证通过", 1.7, "rate", "right"),
    Field("passing_words", "通过之差 p", 1.7, align="right"),
    Field("wilcoxon_words", "评级之差 p", 1.7, align="right"),
)
AGREEMENT = {
    "kappa": "κ",
    "kappa_quadratic": "κ（平方权）",
    "ac1": "AC1",
    "ac2_quadratic": "AC2（平方权）",
    "icc_agreement": "ICC(A,1)",
    "icc_consistency": "ICC(C,1)",
    "pearson": "Pearson",
    "spearman": "Spearman",
}


def table_criteria(frame: pd.DataFrame) -> Table:
    """Return how validation changed the ratings of each criterion 分标准评级变动.

    Parameters
    ----------
    frame : one row a criterion: ``criterion``, ``n``, ``exact``, ``lowered``, ``raised``, ``self_passing``, ``re_passing``
        (fractions), ``inflation`` (steps of the scale), ``passing_p``, ``wilcoxon_p``.
    """
    require(frame, "criteria", ("inflation", "passing_p", "wilcoxon_p"))
    shown = frame.assign(
        inflation_words=[coefficient(value) for value in frame["inflation"]],
        passing_words=[probability(value) for value in frame["passing_p"]],
        wilcoxon_words=[probability(value) for value in frame["wilcoxon_p"]],
    )
    notes = ("偏高＝自评－验证，按评级的档次计。",)
    return table_of(
        shown, CHANGES, name="criteria", caption="分标准评级变动", notes=notes, font="small", empty="没有评级"
    )


def table_criteria_agreement(frame: pd.DataFrame) -> Table:
    """Return coefficients of agreement by criterion 分标准一致程度.

    Parameters
    ----------
    frame : one row a criterion, coefficients in columns.
    """
    require(frame, "criteria-agreement", ("criterion", *AGREEMENT))
    shown = frame.assign(**{f"{name}_words": [coefficient(value) for value in frame[name]] for name in AGREEMENT})
    fields = (
        Field("criterion", "标准", 3.0),
        *(Field(f"{name}_words", words, 1.7, align="right") for name, words in AGREEMENT.items()),
    )
    notes = ("自评与验证不是相互独立的评分，以上只称一致程度，不称信度。",)
    name, caption = "criteria-agreement", "分标准一致程度"
    return table_of(shown, fields, name=name, caption=caption, notes=notes, font="small", empty="没有评级")


def table_regrade(frame: pd.DataFrame) -> Table:
    """Return overall grades that their own rule does not give 综合评级复核.

    Parameters
    ----------
    frame : one row a breach: ``row``, ``year``, ``ratings``, ``mean``, ``by_rule``, ``official``.
    """
    require(frame, "regrade", ("mean", "ratings"))
    shown = frame.assign(
        mean_words=[plain_text(value) if isinstance(value, str) else coefficient(value) for value in frame["mean"]],
        ratings=[plain_text(value) for value in frame["ratings"]],
    )
    fields = (
        Field("row", "行", 1.6, "count", "right"),
        Field("year", "年份", 1.6),
        Field("ratings", "各项评级", 4.6),
        Field("mean_words", "加权平均", 2.2, align="right"),
        Field("by_rule", "按规则", 3.0),
        Field("official", "公布", 3.0),
    )
    return table_of(shown, fields, name="regrade", caption="与规则不符的综合评级", font="small", empty="全部与规则相符")
