"""How many projects to re-score next year 下年抽样量: from what this year's differences and shares turned out to be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from perfkit.errors import MethodError
from perfkit.reliability.difference.shift import paired_t
from perfkit.reliability.sampling import mean_difference_size, monetary_unit_size, share_size
from perfkit.rulebook.re_evaluation import SampleChoices
from perfkit.stages.listing import Listing
from perfkit.stages.re_evaluation.changes import ALL, by_department, re_scored
from perfkit.terms import Estimand, ScoreChange

UNKNOWN = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSample(Listing):
    """Sizes for next year 下年抽样量; ``from_sd`` is what the size rests on: an SD in points, or a share."""

    kind: ClassVar[str] = "next_sample"
    columns: ClassVar[tuple[str, ...]] = ("department", "estimand", "size", "from_sd", "note")

    choices: SampleChoices
    level: float = 0.95


def _mean_row(both: pd.DataFrame, units: int, choices: SampleChoices, level: float) -> dict[str, Any]:
    """Return the size for the mean difference."""
    sd = paired_t(both["self_total"].to_numpy(dtype=float), both["re_total"].to_numpy(dtype=float)).sd
    note = f"按本年 {len(both)} 个再评项目差值的标准差"
    if len(both) < choices.least or not sd > 0:
        why = f"再评项目仅 {len(both)} 个" if len(both) < choices.least else "本年差值没有差异"
        sd, note = choices.sd, f"{why}，仍用参数给定的标准差 {choices.sd:g} 分"
    found = mean_difference_size(choices.half_width, sd=sd, population=units, least_n=choices.least, level=level)
    return {"size": float(found.size), "from_sd": sd, "note": f"{note}；平均差估计到 ±{choices.half_width:g} 分"}


def _share_row(both: pd.DataFrame, units: int, choices: SampleChoices, level: float) -> dict[str, Any]:
    """Return the size for the share changed."""
    wanted = choices.share_half_width
    if wanted is None or not 0 < wanted < 1:
        return {"size": UNKNOWN, "from_sd": UNKNOWN, "note": "没有设定变动比例的半宽，不计算"}
    share = float((both["direction"] != ScoreChange.EQUAL.value).mean()) if len(both) else UNKNOWN
    note = f"按本年 {len(both)} 个再评项目的变动比例"
    if len(both) < choices.least:
        share, note = (
            choices.expected_changed,
            f"再评项目仅 {len(both)} 个，仍用参数给定的比例 {choices.expected_changed:.0%}",
        )
    found = share_size(wanted, expected=share, population=units, level=level)
    return {"size": float(found.size), "from_sd": share, "note": f"{note}；变动比例估计到 ±{wanted:.0%}"}


def _money_row(both: pd.DataFrame, units: int, money: float, choices: SampleChoices, level: float) -> dict[str, Any]:
    """Return the draws for the bound on money with a wrong grade."""
    seen = float(both["money"].sum())
    wrong = float(both.loc[(both["self_grade"] != both["re_grade"]).to_numpy(), "money"].sum())
    share = wrong / seen if seen > 0 else UNKNOWN
    note = f"按本年 {len(both)} 个再评项目中等级变动的金额比例"
    if len(both) < choices.least or math.isnan(share):
        share, note = choices.expected_wrong, "再评项目过少或没有金额，仍用参数给定的预期错误"
    if share < 1 and share >= choices.materiality:
        text = f"等级变动的金额比例 {share:.1%} 已不低于容许的 {choices.materiality:.0%}，任何样本量都不能证明在容许之内；先按处理建议办理"
        return {"size": UNKNOWN, "from_sd": share, "note": text}
    try:
        found = monetary_unit_size(
            choices.materiality, expected=share, likelihood="binomial", book_total=money or None, level=level
        )
    except MethodError as error:
        return {"size": UNKNOWN, "from_sd": share, "note": f"无法计算：{error.problems[0].found}"}
    parts = [f"{note}；错误金额上限控制在 {choices.materiality:.0%} 以内，按金额抽取的次数"]
    if found.value > units:
        parts.append(f"次数多于项目数 {units} 个，相当于全部再评")
    return {"size": found.value, "from_sd": share, "note": "；".join([*parts, *(one.text for one in found.caveats)])}


def _rows(name: str, part: pd.DataFrame, choices: SampleChoices, level: float) -> Iterator[dict[str, Any]]:
    """Yield the sizes of one department."""
    both = re_scored(part)
    units = len(part)
    if not units:
        return
    sizes = (
        (Estimand.MEAN_DIFFERENCE, _mean_row(both, units, choices, level)),
        (Estimand.SHARE_CHANGED, _share_row(both, units, choices, level)),
        (Estimand.MONEY_WRONG, _money_row(both, units, float(part["money"].sum()), choices, level)),
    )
    for estimand, row in sizes:
        yield {"department": name, "estimand": estimand.value, **row}


def next_sample(projects: pd.DataFrame, choices: SampleChoices, *, level: float = 0.95) -> NextSample:
    """Return how many projects each question wants next year 下年抽样量, by department.

    Parameters
    ----------
    projects : the project frame of ``paired``.
    choices : wanted half-widths, materiality, and what to plan with where this year's sample says too little.
    level : confidence level.

    Notes
    -----
    The population is taken to stay as large as this year's. A standard deviation of few projects is itself uncertain: the
    width wanted is missed about half the time. Methodology of ours: no rule gives a sample size.
    """
    rows = [row for name, part in by_department(projects) if name != ALL for row in _rows(name, part, choices, level)]
    return NextSample(
        method="sizes_from_observed", n_used=len(re_scored(projects)),
        source="Cochran (1977), §4.6; Clopper & Pearson (1934); AICPA Audit Sampling guide, ch. 6", rows=tuple(rows),
        choices=choices, level=level,
    )  # fmt: skip
