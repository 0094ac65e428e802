"""Tables of statistics 统计量表: estimates with their intervals, grade migration, and what a chooser recommends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from perfkit.errors import DataError, Problem
from perfkit.result import Caveat, Interval, Result
from perfkit.show.numbers import BLANK, UNKNOWN, fixed, format_value, half_up, is_missing
from perfkit.show.tables.table import Column, Row, Table, TableCell, text_cell
from perfkit.terms import Planning, Statistic

DECIMALS = 3
# below this a p-value is printed as a bound: further digits of it say nothing
SMALLEST_P = 0.001
# what tells one variant of a statistic from another, in the order of print
VARIANTS = ("form", "weights", "metric", "model", "side")
VARIANT_WORDS = {
    **{"identity": "不加权", "linear": "线性权", "quadratic": "平方权", "ordinal": "有序权", "matrix": "自定权"},
    **{"nominal": "名义", "interval": "等距", "ratio": "等比"},
}
# Krippendorff's ordinal metric is a distance by use, not Gwet's ordinal weight by place
METRIC_WORDS = VARIANT_WORDS | {"ordinal": "有序距离"}
# how an interval was made, for print; an id without words prints as it is
INTERVAL_WORDS = {
    "gwet_linearised_t": "Gwet 线性化，t",
    "fleiss_cohen_everitt_normal": "Fleiss–Cohen–Everitt，正态",
    "fleiss_cohen_everitt_t": "Fleiss–Cohen–Everitt，t",
    "f_mcgraw_wong": "F（McGraw–Wong）",
    "f_thomas_hultquist": "F（Thomas–Hultquist）",
    "feldt": "F（Feldt）",
    "bootstrap_percentile": "自助法（百分位）",
    "bootstrap_bca": "自助法（BCa）",
    "wald_delta": "Δ 法，正态",
    "chi_square": "卡方",
    "t": "t",
    "t_log": "t（对数尺度）",
    "mover": "MOVER",
    "wilson": "Wilson",
    "clopper_pearson": "二项精确",
    "test_inversion": "检验反演",
    "walsh_exact": "两两均值，精确",
    "walsh_normal": "两两均值，正态",
    "fisher_z": "Fisher z",
    "z": "Fisher z",
    "asymptotic": "渐近正态",
    "brown_benedetti": "Brown–Benedetti",
    "jackknife": "刀切法，t",
    "jackknife_normal": "刀切法，正态",
    "analytical": "解析式",
    "exact_upper": "精确上限",
    "exact": "全部审核",
}
ESTIMATE_COLUMNS = (
    Column("统计量", 4.6),
    Column("估计值", 1.8, "right"),
    Column("置信区间", 3.2, "center"),
    Column("p", 1.6, "right"),
    Column("n", 1.2, "right"),
    Column("区间方法", 2.6),
)


def coefficient(value: float | None, decimals: int = DECIMALS) -> str:
    """Return a coefficient as it is printed 系数的打印值: fixed decimals, 无法估计 where undefined."""
    return UNKNOWN if is_missing(value) else fixed(float(value or 0.0), decimals)


def probability(value: float | None) -> str:
    """Return a p-value as it is printed p 值: three decimals, ``<0.001`` below that, — where there is no test."""
    if is_missing(value):
        return BLANK
    return f"<{SMALLEST_P}" if float(value or 0.0) < SMALLEST_P else fixed(float(value or 0.0), 3)


def limits(interval: Interval | None, decimals: int = DECIMALS) -> str:
    """Return an interval as it is printed 区间: ``[a, b]``; — where neither limit is known, 无 for a single one."""
    if not isinstance(interval, Interval) or (is_missing(interval.low) and is_missing(interval.high)):
        return BLANK
    low, high = (UNKNOWN if is_missing(end) else fixed(end, decimals) for end in (interval.low, interval.high))
    return f"[{low}, {high}]"


def variant_words(value: str, field: str = "weights") -> str:
    """Return a variant in words 变式; empty where it has none."""
    return (METRIC_WORDS if field == "metric" else VARIANT_WORDS).get(value, "")


def statistic_name(result: Result) -> str:
    """Return the Chinese name of a statistic with its variant 统计量名称, e.g. ``Cohen κ（平方权）``."""
    member = Statistic.read(result.kind) or Planning.read(result.kind)
    label = member.label if member is not None else result.kind
    if result.kind == Statistic.ICC:
        form = str(getattr(result, "form", label))
        return f"{form}，REML" if getattr(result, "estimator", "") == "reml" else form
    parts = [variant_words(str(getattr(result, name, "")), name) for name in VARIANTS]
    shown = "，".join(part for part in parts if part)
    return f"{label}（{shown}）" if shown else label


def interval_words(method: str) -> str:
    """Return how an interval was made in words 区间方法; — where there is none, an unknown id as it is."""
    return BLANK if method == "none" else INTERVAL_WORDS.get(method, method)


def labelled_names(results: Sequence[Result], labels: Sequence[str] = ()) -> list[str]:
    """Return the names of results, each with its label 统计量名称及标注; without labels the names alone.

    Raises
    ------
    DataError
        Where the labels are not as many as the results.
    """
    names = [statistic_name(result) for result in results]
    if not labels:
        return names
    if len(labels) != len(names):
        raise DataError(
            Problem(
                code="TABLE-LABELS",
                where="labels",
                expected=f"{len(names)} 个，与统计量一一对应",
                found=f"{len(labels)} 个",
                mend="每个统计量给一个标注，或者都不给",
            )
        )
    return [f"{name}，{label}" for name, label in zip(names, labels, strict=True)]


def _estimate_row(result: Result, name: str, decimals: int) -> Row:
    return (
        text_cell(name),
        TableCell(coefficient(getattr(result, "value", None), decimals), align="right"),
        TableCell(limits(getattr(result, "interval", None), decimals), align="center"),
        TableCell(probability(getattr(result, "p", None)), align="right"),
        TableCell(format_value(result.n_used, "count"), align="right"),
        text_cell(interval_words(str(getattr(result, "interval_method", "none")))),
    )


def _levels(results: Iterable[Result]) -> list[float]:
    intervals = [getattr(result, "interval", None) for result in results]
    return sorted({interval.level for interval in intervals if isinstance(interval, Interval)})


def caveat_notes(results: Iterable[Result], names: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the reservations of results as notes below a table 保留说明; one line for each, naming whose it is.

    Parameters
    ----------
    results : any results.
    names : how the table names them; without them their own names.
    """
    shown = list(results)
    owners: dict[Caveat, list[str]] = {}
    for result, name in zip(shown, names or labelled_names(shown), strict=True):
        for caveat in result.caveats:
            owners.setdefault(caveat, []).append(name)
    return tuple(f"{'、'.join(names)}：{caveat.text}（{caveat.code}）" for caveat, names in owners.items())


def table_estimates(
    results: Sequence[Result] | Result,
    *,
    labels: Sequence[str] = (),
    name: str = "estimates",
    caption: str = "统计量及置信区间",
    decimals: int = DECIMALS,
) -> Table:
    """Return estimates with interval, p, n and method, one row each 统计量汇总表.

    Parameters
    ----------
    results : results with ``value`` and ``interval``; each keeps its own n after dropping.
    labels : what tells rows of one statistic apart, e.g. the data it was computed from; one for each result, or none.
    decimals : digits printed; the values themselves stay unrounded.

    Raises
    ------
    DataError
        Where there is nothing to show, or the labels are not as many as the results.
    """
    shown = [results] if isinstance(results, Result) else list(results)
    if not shown:
        raise DataError(
            Problem(
                code="TABLE-EMPTY", where=f"表 {name}", expected="至少一个统计量", found="无", mend="给出要列出的结果"
            )
        )
    names = labelled_names(shown, labels)
    levels = _levels(shown)
    columns = list(ESTIMATE_COLUMNS)
    if len(levels) == 1:
        columns[2] = replace(columns[2], header=f"{format_value(levels[0], 'rate', 0)}置信区间")
    dropped = [
        f"{owner} 剔除 {item.n_dropped} 个不完整对象"
        for owner, item in zip(names, shown, strict=True)
        if item.n_dropped
    ]
    return Table(
        name=name,
        caption=caption,
        columns=tuple(columns),
        rows=tuple(_estimate_row(item, owner, decimals) for item, owner in zip(shown, names, strict=True)),
        notes=(*dropped, *caveat_notes(shown, names)),
    )


def table_migration(frame: pd.DataFrame, *, name: str = "grade-migration", caption: str = "等级迁移矩阵") -> Table:
    """Return a migration matrix 等级迁移矩阵: rows the first grading, columns the second, cells counts.

    Parameters
    ----------
    frame : tidy, one row per pair of grades: ``before``, ``after``, ``count``; every pair of the scale once, in the
        order of the scale.
    """
    grades = list(dict.fromkeys(frame["before"]))
    counts = frame.pivot(index="before", columns="after", values="count").reindex(index=grades, columns=grades)
    columns = (
        Column("原等级", 2.4),
        *(Column(f"→ {grade}", 2.0, "right") for grade in grades),
        Column("合计", 2.0, "right"),
    )
    rows = [
        _count_row(str(grade), counts.loc[grade].tolist(), bold_at=place, total=int(counts.loc[grade].sum()))
        for place, grade in enumerate(grades)
    ]
    rows.append(_count_row("合计", counts.sum(axis=0).tolist(), total=int(counts.to_numpy().sum())))
    note = "对角线（加粗）为等级未变；其左下方为降级，右上方为升级（等级自左至右由低到高）。"
    return Table(name=name, caption=caption, columns=columns, rows=tuple(rows), notes=(note,))


def _count_row(label: str, counts: Sequence[Any], *, total: int, bold_at: int = -1) -> Row:
    cells = [
        TableCell(format_value(int(count), "count"), align="right", bold=place == bold_at)
        for place, count in enumerate(counts)
    ]
    return (text_cell(label), *cells, TableCell(format_value(total, "count"), align="right"))


def table_components(frame: pd.DataFrame, *, name: str = "variance-components", caption: str = "方差分量") -> Table:
    """Return variance components with their shares 方差分量表.

    Parameters
    ----------
    frame : ``component`` (Chinese words), ``variance``, ``share`` (fraction of the total; NaN where undefined).
    """
    columns = (Column("来源", 4.5), Column("方差分量", 3.0, "right"), Column("占比", 3.0, "right"))
    rows = tuple(
        (
            text_cell(row["component"]),
            TableCell(UNKNOWN if is_missing(row["variance"]) else f"{half_up(row['variance'], 4):f}", align="right"),
            TableCell(format_value(row["share"], "rate", 1, BLANK), align="right"),
        )
        for row in frame.to_dict(orient="records")
    )
    return Table(name=name, caption=caption, columns=columns, rows=rows)
