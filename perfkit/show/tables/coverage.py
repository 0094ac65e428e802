"""The map of coverage as a table 区间覆盖率表: how often the intervals of the statistics hold the truth in simulations."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from perfkit.show.numbers import BLANK, format_value
from perfkit.show.tables.fields import require
from perfkit.show.tables.table import Column, Table, text_cell
from perfkit.terms.reliability import DataShape, Statistic, Variant

COLUMNS = ("statistic", "interval_method", "design", "shape", "k", "side", "n", "coverage", "replications", "verdict")
VERDICT_WORDS: Mapping[str, str] = MappingProxyType({"low": "偏低", "within": "相符", "high": "偏宽"})
SIDE_WORDS: Mapping[str, str] = MappingProxyType({"two": "", "lower": "单侧下限", "upper": "单侧上限"})
METHOD_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "gwet_linearised_t": "Gwet 线性化方差（t）",
        "fleiss_cohen_everitt_normal": "大样本方差（正态）",
        "fleiss_cohen_everitt_t": "大样本方差（t）",
        "wilson": "Wilson",
        "bootstrap_percentile": "自助法（百分位）",
        "bootstrap_bca": "自助法（BCa）",
        "f_mcgraw_wong": "F（McGraw–Wong）",
        "f_thomas_hultquist": "F 近似（Thomas–Hultquist）",
        "f": "F 近似",
        "chi_square": "卡方",
        "feldt": "Feldt（F）",
        "wald_delta": "delta 法（正态）",
        "fisher_z": "Fisher z",
        "brown_benedetti": "Brown–Benedetti",
        "t": "t",
        "t_log": "对数尺度 t",
        "z": "z 变换",
        "asymptotic": "渐近正态",
        "exact": "精确（非中心 t）",
        "ba1999": "Bland–Altman 1999",
        "ba1986": "Bland–Altman 1986",
        "mover": "MOVER",
        "jackknife": "刀切法（t）",
        "jackknife_normal": "刀切法（正态）",
        "analytical": "解析式",
        "clopper_pearson": "Clopper–Pearson",
        "order_statistics": "次序统计量",
        "walsh_exact": "Walsh 均值（精确）",
        "walsh_normal": "Walsh 均值（正态近似）",
        "test_inversion": "检验反演",
        "exact_upper": "精确上限",
        "attribute_upper_bound:binomial": "二项分布",
        "attribute_upper_bound:poisson": "泊松分布",
        "attribute_upper_bound:hypergeometric": "超几何分布",
        "monetary_unit_bound:stringer.binomial": "Stringer（二项）",
        "monetary_unit_bound:stringer.poisson": "Stringer（泊松）",
        "monetary_unit_bound:stringer.lta": "Stringer（LTA）",
        "monetary_unit_bound:moment": "矩法",
        "monetary_unit_bound:coxsnell": "Cox–Snell",
        "monetary_unit_bound:rohrbach": "Rohrbach",
    }
)


def statistic_words(code: str) -> str:
    """Return the name of a statistic 统计量名称."""
    member = Statistic.read(code)
    return member.label if member is not None else code


def method_words(code: str) -> str:
    """Return how an interval is made, in words 区间方法."""
    return METHOD_WORDS.get(code, code)


def shape_words(code: str) -> str:
    """Return a shape of data in words 数据形态."""
    member = DataShape.read(code)
    return member.label if member is not None else code


def case_words(row: Mapping[Any, Any]) -> tuple[str, str, str, str, str]:
    """Return a simulated case in words: statistic, variant, method with its side, shape, raters; ``—`` where none."""
    side = SIDE_WORDS.get(str(row["side"]), "")
    return (
        statistic_words(str(row["statistic"])),
        Variant.words(str(row["design"])) or BLANK,
        method_words(str(row["interval_method"])) + (f"，{side}" if side else ""),
        shape_words(str(row["shape"])) or BLANK,
        str(row["k"]) if row["k"] else BLANK,
    )


def table_coverage(frame: pd.DataFrame, *, name: str = "coverage", caption: str = "名义 95% 区间的模拟覆盖率") -> Table:
    """Return the map of coverage 区间覆盖率表: one row per simulated case.

    Parameters
    ----------
    frame : one row per case: ``statistic``, ``interval_method``, ``design``, ``shape``, ``k`` (raters, 0 where none),
        ``side``, ``n``, ``coverage`` (fraction of 1), ``replications``, ``verdict`` (low, within or high).
    """
    require(frame, name, COLUMNS)
    rows = []
    for row in frame.to_dict(orient="records"):
        statistic, design, method, shape, raters = case_words(row)
        verdict = str(row["verdict"])
        rows.append(
            (
                text_cell(statistic + ("" if design == BLANK else f"（{design}）")),
                text_cell(method),
                text_cell(shape),
                text_cell(format_value(row["n"], "count"), align="right"),
                text_cell(raters, align="right"),
                text_cell(format_value(row["coverage"], "rate", 1), align="right", bold=verdict == "low"),
                text_cell(VERDICT_WORDS.get(verdict, verdict), bold=verdict == "low"),
            )
        )
    columns = (
        Column("统计量", 4.2),
        Column("区间方法", 4.0),
        Column("数据形态", 2.4),
        Column("对象数", 1.4, "right"),
        Column("评分者数", 1.6, "right"),
        Column("覆盖率", 1.8, "right"),
        Column("判定", 1.4),
    )
    return Table(name=name, caption=caption, columns=columns, rows=tuple(rows))
