"""Desk checks of whole forms 整表复核: present, once, in time, complete, weights, sums, grade, who filled it in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from perfkit.checks.finding import INFO, listed, points
from perfkit.checks.self_evaluation.finding import desk_finding, number, place, rows_of
from perfkit.checks.self_evaluation.own import ROUNDING, Floats, decimals_of
from perfkit.checks.self_evaluation.rules import THIRD_PARTY_WORDS, DeskRules
from perfkit.checks.self_evaluation.tables import EXECUTION, DeskTables, empty
from perfkit.checks.self_evaluation_shapes import DeskFinding
from perfkit.scoring.grades import grade_positions, ordered_bands
from perfkit.terms import Reason

FULL = 100.0
LIST = "项目清单"


def coverage_findings(tables: DeskTables) -> Iterator[DeskFinding]:
    """Yield projects without a form, with several, forms of no project or of another year (E01), and late ones (E14)."""
    forms, projects = tables.forms, tables.projects
    count = forms.loc[forms["listed"], "project"].value_counts()
    for row in rows_of(projects, ~projects["project"].isin(count.index).to_numpy()):
        line = {name: str(row[name]) for name in ("department", "agency", "project")}
        yield desk_finding("E01", line, f"项目“{row['name']}”没有自评表", expected="1 份", found="0 份",
                           where=str(row.get("where", "") or LIST))  # fmt: skip
    doubled = forms[forms["project"].isin(count.index[count > 1])]
    for _, group in doubled.groupby("project", sort=True):
        rows = list(rows_of(group, slice(None)))
        first, where = rows[0], "；".join(place(row) for row in rows)
        yield desk_finding("E01", first, f"项目“{first['name']}”有 {len(group)} 份自评表，应只报 1 份",
                           expected="1 份", found=f"{len(group)} 份", where=where)  # fmt: skip
    if len(projects):
        for row in rows_of(forms, ~forms["listed"].to_numpy()):
            yield desk_finding("E01", row, f"自评表“{row['name'] or '（无名称）'}”不在项目清单内，或不能确定属于哪个项目",
                               expected="项目清单内的项目", found=row["project"] or row["name"])  # fmt: skip
    year = pd.to_numeric(forms["year"].str.extract(r"(\d{4})")[0], errors="coerce").to_numpy()
    if tables.rules.budget_year:
        for row, found in _with(forms, ~np.isnan(year) & (year != tables.rules.budget_year), year):
            yield desk_finding("E01", row, f"自评表是 {found:.0f} 年度的，本次为 {tables.rules.budget_year} 年度",
                               expected=str(tables.rules.budget_year), found=f"{found:.0f}")  # fmt: skip
    late = (forms["submitted"] > forms["due"]).to_numpy()
    for row in rows_of(forms, late & ~forms.duplicated("project").to_numpy()):
        days = (row["submitted"] - row["due"]).days
        yield desk_finding("E14", row, f"报送日期 {row['submitted']:%Y-%m-%d}，晚于期限 {row['due']:%Y-%m-%d}，迟 {days} 天",
                           expected=f"{row['due']:%Y-%m-%d}", found=f"{row['submitted']:%Y-%m-%d}")  # fmt: skip


def _with(frame: pd.DataFrame, mask: Any, values: Any) -> Iterator[tuple[dict[str, Any], float]]:
    """Yield rows with the value that belongs to each."""
    yield from zip(rows_of(frame, mask), values[mask], strict=True)


def head_findings(tables: DeskTables) -> Iterator[DeskFinding]:
    """Yield what is empty in the head of a form (E15) and forms filled in by somebody else (E06)."""
    forms = tables.forms
    wanted = {"项目名称": "name", "总分": "total", "预期目标": "target_text", "实际完成情况": "result_text"}
    lacking = pd.DataFrame(
        {
            words: forms[column].isna() if column == "total" else empty(forms[column])
            for words, column in wanted.items()
        },
        index=forms.index,
    )
    # A sheet that lists many forms may have no such column at all: nobody left it empty.
    sheets = [forms["file"], forms["sheet"]]
    many = lacking.groupby(sheets).transform("size") > 1
    without = lacking.groupby(sheets).transform("all").mul(many, axis=0)
    gaps = lacking & ~without
    for row, gap in zip(rows_of(forms, gaps.any(axis=1)), gaps[gaps.any(axis=1)].to_numpy(), strict=True):
        yield desk_finding("E15", row, f"没有填写{_those(wanted, gap)}", expected="填写完整", found="空白")
    first = without.any(axis=1) & ~forms.duplicated(["file", "sheet"])
    for row, gap in zip(rows_of(forms, first), without[first].to_numpy(), strict=True):
        yield desk_finding(
            "E15", row, f"该表式各项目都没有{_those(wanted, gap)}栏，没有复核这些内容", expected="—", found="没有该栏",
            severity=INFO, send_back=False,
        )  # fmt: skip
    for row in rows_of(forms, (forms["unread"] > 0).to_numpy()):
        yield desk_finding("E15", row, f"有 {row['unread']:.0f} 处无法读取，这些单元格没有复核，见读取问题清单",
                           expected="可读取的填报", found=f"{row['unread']:.0f} 处")  # fmt: skip
    outsider = forms["filled_by"].map(lambda text: any(word in text for word in THIRD_PARTY_WORDS)).astype(bool)
    own = [
        bool(by) and (by in (agency, department) or (bool(agency) and agency in by))
        for by, agency, department in zip(forms["filled_by"], forms["agency"], forms["department"], strict=True)
    ]
    for row in rows_of(forms, (outsider & ~np.array(own, dtype=bool)).to_numpy()):
        yield desk_finding(
            "E06", row, f"自评表由“{row['filled_by']}”填报，自评应由使用资金的单位自己完成，不宜委托第三方",
            expected=row["agency"] or "预算单位", found=row["filled_by"], where=_at(tables, row, "filled_by"),
        )  # fmt: skip


def _those(wanted: Mapping[str, str], gaps: Any) -> str:
    """Return the names of what is lacking."""
    return "、".join(words for words, gap in zip(wanted, gaps, strict=True) if gap)


def _at(tables: DeskTables, row: dict[str, Any], role: str) -> str:
    """Return the cell of what stands once a form."""
    return place({**row, "own_cell": tables.cells.get((row["form"], role), "")}, "own")


def weight_findings(tables: DeskTables, items: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield weights that do not add up to 100 (T01) and level-1 weights of no layout (T02)."""
    known = items[items["full"].notna()]
    sums = known.groupby("form")["full"].sum()
    two = tables.forms["layout"].eq("two-layer") | tables.forms["layers"].isin(["2", "2.0"])
    scales = known[known["form"].isin(tables.forms.loc[two, "form"]) & (known["kind"] != EXECUTION)]
    inner = scales.groupby(["form", "level1"])["own_full"].sum()
    complete = items["full"].notna().groupby(items["form"]).all()
    crooked = set()
    for row in rows_of(tables.forms, tables.forms["form"].isin(complete.index[complete]).to_numpy()):
        form, total = row["form"], sums[row["form"]]
        off = [(name, value) for name, value in _inner(inner, form) if abs(value - FULL) > 0.005 + ROUNDING]
        printed = row["total_full"]
        if off:
            text = "、".join(f"{name} {number(value)}" for name, value in off)
            crooked.add(form)
            yield desk_finding("T01", row, f"两层权重：下列一级指标内各项分值合计不是 100：{text}", expected="100", found=text,
                               reason=Reason.ARITHMETIC)  # fmt: skip
        if abs(total - FULL) > 0.005 + ROUNDING or (printed == printed and abs(printed - total) > 0.005 + ROUNDING):
            crooked.add(form)
            shown = "" if np.isnan(printed) else f"，合计行印为 {number(printed)}"
            yield desk_finding("T01", row, f"各项分值合计 {number(total)}{shown}，应为 100", expected="100",
                               found=number(total), where=_at(tables, row, "total_full"), reason=Reason.ARITHMETIC)  # fmt: skip
    yield from _layout_findings(tables, known, crooked)


def _inner(inner: pd.Series, form: str) -> list[tuple[str, float]]:
    """Return level-1 name and sum of the own scale of a two-layer form."""
    return list(inner[form].items()) if form in inner.index.get_level_values(0) else []


def _layout_findings(tables: DeskTables, known: pd.DataFrame, crooked: set[str]) -> Iterator[DeskFinding]:
    """Yield forms whose level-1 weights are those of no layout (T02); what is wrong by T01 is not said twice."""
    if not tables.rules.layouts:
        return
    weights = known.groupby(["form", "level1"])["full"].sum().unstack()
    fits = np.zeros(len(weights), dtype=bool)
    for layout in tables.rules.layouts.values():
        columns = weights.reindex(columns=sorted(set(weights.columns) | set(layout))).fillna(0.0)
        wanted = np.array([layout.get(name, 0.0) for name in columns.columns])
        fits |= (np.abs(columns.to_numpy() - wanted) <= 0.005 + ROUNDING).all(axis=1)
    other = set(weights.index[~fits]) - crooked
    named = "；".join(
        "、".join(f"{level1} {number(value)}" for level1, value in layout.items())
        for layout in tables.rules.layouts.values()
    )
    for row in rows_of(tables.forms, tables.forms["form"].isin(other).to_numpy()):
        own = weights.loc[row["form"]].dropna()
        text = "、".join(f"{name} {number(value)}" for name, value in own.items())
        yield desk_finding(
            "T02", row, f"一级指标权重为 {text}，不是文件所列布局，属特殊情况的应说明理由", expected=named, found=text
        )


def total_findings(tables: DeskTables, items: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield totals that are not the sum of the items (S05) or cannot be reached (S06), and grades (S07)."""
    forms = tables.forms[tables.forms["total"].notna()].reset_index(drop=True)
    held = _held(items, forms["form"])
    printed = forms["total"].to_numpy()
    beyond = held["weighted"] & (printed > held["reachable"] + 0.005 + ROUNDING)
    wrong = held["complete"] & ~beyond & (np.abs(printed - held["sums"]) > _slack(printed, held))
    limit = np.where(held["complete"], held["sums"], held["reachable"])
    for row, (total, top) in zip(
        rows_of(forms, beyond), zip(limit[beyond], held["reachable"][beyond], strict=True), strict=True
    ):
        yield desk_finding(
            "S06", row, f"总分 {points(row['total'])}，超过按各行分值和得分最多能得的 {points(top)}",
            expected=f"≤{points(top)}", found=points(row["total"]), where=_at(tables, row, "total"),
            points=float(total - row["total"]), reason=Reason.ARITHMETIC,
        )  # fmt: skip
    for row, total in _with(forms, wrong, held["sums"]):
        hint = "，总分行为零而各项得分不为零" if row["total"] == 0 else ""
        yield desk_finding(
            "S05", row, f"总分印为 {points(row['total'])}，各项得分相加为 {points(total)}{hint}",
            expected=points(total), found=points(row["total"]), where=_at(tables, row, "total"),
            points=float(total - row["total"]), reason=Reason.ARITHMETIC,
        )  # fmt: skip
    yield from _grade_findings(tables, forms, tables.rules)


def _held(items: pd.DataFrame, order: pd.Series) -> dict[str, Any]:
    """Return by form: sum of the scores, points that can be reached, decimals, whether all scores and all weights are known."""
    scored, form = items["score"].notna(), items["form"]
    columns = {
        "sums": items["score"].groupby(form).sum(),
        "most": items["full"].groupby(form).sum(),
        "open": items["full"].where(~scored, 0.0).groupby(form).sum(),
        "digits": items["decimals"].groupby(form).max(),
    }
    held: dict[str, Any] = {name: column.reindex(order).to_numpy(dtype=float) for name, column in columns.items()}
    for name, known in (("complete", scored), ("weighted", items["full"].notna())):
        held[name] = known.groupby(form).all().reindex(order).eq(True).to_numpy()
    held["reachable"] = np.where(held["complete"], held["most"], held["sums"] + held["open"])
    return held


def _slack(printed: Floats, held: dict[str, Any]) -> Floats:
    """Return how far a total may lie from its sum: half a unit of its last printed decimal.

    A cell does not tell 92 from 92.0: beside items with decimals a whole total counts as printed to one. Whole scores add
    up exactly.
    """
    digits = decimals_of(printed, 2)
    half = 0.5 * 10.0 ** -np.where(digits > 0, digits, 1).astype(float)
    whole = (held["digits"] == 0) & (np.abs(held["sums"] - np.rint(held["sums"])) <= ROUNDING)
    return np.asarray(np.where(whole, 0.0, half) + ROUNDING, dtype=float)


def _grade_findings(tables: DeskTables, forms: pd.DataFrame, rules: DeskRules) -> Iterator[DeskFinding]:
    """Yield grades that are not those of the printed total on half-open bands (S07)."""
    if not rules.bands:
        return
    names = [name for name, _, _ in ordered_bands(rules.bands)]
    texts = {text: [name for name in names if name in text] for text in set(forms["grade"])}
    places = grade_positions(forms["total"].to_numpy(), rules.bands)
    right = np.array([names[place_] if place_ >= 0 else "无对应等级" for place_ in places], dtype=object)
    given = forms["grade"]
    read = given.map(lambda text: texts[text][0] if len(texts[text]) == 1 else "")
    for row, name in zip(
        rows_of(forms, ((read != "") & (read != right)).to_numpy()), right[(read != "") & (read != right)], strict=True
    ):
        yield desk_finding(
            "S07", row, f"总分 {points(row['total'])} 对应“{name}”，填报等级为“{row['grade']}”", expected=name,
            found=row["grade"], where=_at(tables, row, "grade"), reason=Reason.ARITHMETIC,
        )  # fmt: skip
    odd = sorted(text for text, found in texts.items() if text and len(found) != 1)
    for row in rows_of(forms, given.isin(odd).to_numpy()):
        yield desk_finding(
            "S07", row, f"填报等级“{row['grade']}”不在所用等级（{listed(names)}）之内，没有核对", expected=listed(names),
            found=row["grade"], where=_at(tables, row, "grade"), severity=INFO, own_rule=False, send_back=False,
        )  # fmt: skip
