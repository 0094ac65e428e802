"""Enumerations that sentences of a re-evaluation take as one piece 枚举用语."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from perfkit.terms import Handling, Reason, SampleDesign

NAMED = 6
REASONS = 3
NOTHING = "无"


def design_words(design: str | None) -> str:
    """Return a design as a sentence says it 抽样方法; ``None``: nothing was drawn yet."""
    return "尚未抽样" if design is None else SampleDesign[design.upper()].label


def design_names(designs: Sequence[str]) -> list[str]:
    """Return designs of several departments in words, each once 抽样方法; two in one department count as two.

    Examples
    --------
    >>> design_names(["both"]), design_names(["simple", "both"]), design_names([])
    (['简单随机抽样和货币单元抽样'], ['简单随机抽样', '货币单元抽样'], ['尚未抽样'])
    """
    if len(set(designs)) <= 1:
        return [design_words(designs[0] if designs else None)]
    parts = (part for design in designs for part in (("simple", "monetary_unit") if design == "both" else (design,)))
    return [design_words(part) for part in dict.fromkeys(parts)]


def counted_names(names: Sequence[str], of: str) -> str:
    """Return names as an enumeration, from the seventh on counted.

    Examples
    --------
    >>> counted_names(["甲局", "乙局"], "部门"), counted_names(list("一二三四五六七"), "部门")
    ('甲局、乙局', '一、二、三、四、五、六等7个部门')
    """
    shown = "、".join(names[:NAMED])
    return f"{shown}等{len(names)}个{of}" if len(names) > NAMED else shown or NOTHING


def handling_words(code: object) -> str:
    """Return a suggestion in words 处理建议; ``""`` for an unknown code."""
    found = Handling.read(str(code))
    return "" if found is None else found.label


def summary_of_handling(handled: pd.DataFrame) -> str:
    """Return the suggestions with how many departments each is for, and which 处理建议概况; of one department in full."""
    named = [str(name) for name in handled["department"] if name]
    if len(named) == 1:
        return handling_words(handled["handling"].iloc[0])
    parts = []
    for code in dict.fromkeys(handled["handling"]):
        names = [str(name) for name in handled.loc[handled["handling"] == code, "department"] if name]
        if names:
            parts.append(f"{handling_words(code).split('，')[0]}{len(names)}个部门（{counted_names(names, '部门')}）")
    return "；".join(parts) or NOTHING


def top_reasons(reasons: pd.DataFrame, department: str) -> str:
    """Return the commonest reasons with their counts 主要差异原因."""
    lines = reasons[(reasons["department"] == department) & (reasons["level1"] == "")]
    known = lines[lines["reason"].isin({item.value for item in Reason})]
    counts = known.groupby("reason", sort=False)["count"].sum().sort_values(ascending=False, kind="stable")
    labels = {item.value: item.label for item in Reason}
    named = [f"{labels[str(code)]}（{int(count)}处）" for code, count in counts.head(REASONS).items()]
    return "、".join(named) or NOTHING
