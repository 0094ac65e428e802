"""Figures of the demo engagement rural-water 农村供水保障提升工程: five counties of the fictional city 云川市."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from content import Figures, load_content, points_of, split_points
from materials import (
    DemoEngagement,
    Grid,
    answer_texts,
    base_table,
    group_satisfaction,
    respondent_answers,
    satisfaction_of,
    worst_question,
)
from numpy.typing import NDArray

NAME = "rural-water"
YEAR = 2024
COUNTIES = {"ql": "青岚县", "bs": "白石县", "lt": "柳汀县", "lz": "鹭洲区", "xp": "杏坪县"}

# 万元 by county: budget, received, executed.
SOURCES: Mapping[str, tuple[str, tuple[tuple[float, float, float], ...]]] = {
    "上级补助资金": ("水厂改造与管网改造", (
        (560.0, 560.0, 556.4), (460.0, 460.0, 441.8), (420.0, 420.0, 402.6), (300.0, 300.0, 300.0),
        (360.0, 360.0, 338.5),
    )),
    "市级财政资金": ("管网延伸与智能计量", (
        (480.0, 480.0, 462.75), (410.0, 410.0, 371.2), (380.0, 380.0, 352.4), (280.0, 280.0, 276.85),
        (310.0, 310.0, 262.3),
    )),
    "县（区）配套资金": ("入户改造与设施完善", (
        (240.0, 240.0, 221.6), (190.0, 152.0, 128.45), (180.0, 180.0, 161.3), (140.0, 140.0, 134.2),
        (150.0, 90.0, 72.65),
    )),
}  # fmt: skip

# By county, in the order of COUNTIES; the totals of the report are their sums.
RETURNS: Mapping[str, tuple[str, str, tuple[float, ...]]] = {
    "km_plan": ("计划改造管网长度", "公里", (48.0, 40.0, 38.0, 27.0, 33.0)),
    "km": ("实际改造管网长度", "公里", (46.8, 34.2, 36.5, 27.0, 23.9)),
    "plants_plan": ("计划改造水厂", "座", (3, 2, 2, 1, 1)),
    "plants": ("实际改造水厂", "座", (3, 2, 2, 1, 1)),
    "sets_plan": ("计划安装消毒设备", "套", (12, 10, 9, 7, 7)),
    "sets": ("实际安装消毒设备", "套", (12, 9, 9, 7, 5)),
    "meters_plan": ("计划安装智能水表", "只", (3200, 2600, 2400, 1800, 2000)),
    "meters": ("实际安装智能水表", "只", (3120, 2310, 2350, 1800, 1680)),
    "people_plan": ("计划新增覆盖人口", "人", (6400, 5200, 4900, 3600, 3900)),
    "people": ("实际新增覆盖人口", "人", (8350, 5860, 6140, 5420, 4730)),
    "works": ("已完成单位工程", "个", (11, 10, 9, 7, 9)),
    "works_good": ("一次验收合格单位工程", "个", (11, 10, 9, 7, 8)),
    "works_on_time": ("按期完工单位工程", "个", (11, 9, 9, 7, 7)),
    "tests": ("出厂水检测样品", "份", (168, 140, 126, 84, 112)),
    "tests_good": ("达标样品", "份", (166, 135, 124, 83, 104)),
    "missed_tests": ("水质检测漏检", "次", (0, 1, 0, 0, 2)),
    "households": ("花名册受益农户", "户", (4920, 4060, 3780, 2760, 3120)),
    "sent": ("发放问卷", "份", (127, 105, 97, 71, 80)),
    "returned": ("回收问卷", "份", (112, 91, 86, 63, 68)),
    "valid": ("有效问卷", "份", (110, 89, 84, 62, 67)),
}
LEAKAGE = (11.6, 13.8, 12.0, 10.9, 15.4)
CHECKED = (312.5, 268.4, 205.6, 158.2, 241.3)

QUESTIONS = (
    "供水水质",
    "供水水压和水量",
    "停水频次和恢复速度",
    "水费收取的公开透明",
    "报修维护服务",
    "项目实施后的总体变化",
)
EASE = (0.30, 0.05, -0.35, 0.05, 0.0, 0.35)
COUNTY_LEVEL = {"青岚县": 0.55, "白石县": 0.15, "柳汀县": 0.5, "鹭洲区": 0.6, "杏坪县": 0.0}


def money_of(column: int, county: int | None = None) -> float:
    """Return budget (0), received (1) or executed (2), of all counties or of one, 万元."""
    cells = [cells for _, rows in SOURCES.values() for k, cells in enumerate(rows) if county in (None, k)]
    return round(math.fsum(line[column] for line in cells), 2)


def figures(answers: NDArray[np.float64]) -> dict[str, float | str]:
    """Return every figure that a text or a cell takes by name."""
    totals = {name: round(math.fsum(values), 2) for name, (_, _, values) in RETURNS.items()}
    codes = list(COUNTIES)
    bs, xp = codes.index("bs"), codes.index("xp")
    late = [int(made - kept) for made, kept in zip(RETURNS["works"][2], RETURNS["works_on_time"][2], strict=True)]
    budget, received, executed = (money_of(column) for column in range(3))
    short = [round(money_of(0, k) - money_of(1, k), 2) for k in range(len(codes))]
    gap = [round(plan - done, 2) for plan, done in zip(RETURNS["km_plan"][2], RETURNS["km"][2], strict=True)]
    pipe_cost, fee_due, fee_paid = 2546.21, 1086.5, 984.4
    procurement_plan, procured = 1320.0, 1246.3
    served, rural, supply = 46.31, 51.0, 90.8
    known: dict[str, float | str] = {
        **totals, "budget": budget, "received": received, "executed": executed,
        "county_budget": math.fsum(line[0] for line in SOURCES["县（区）配套资金"][1]),
        "receipt_rate": received / budget, "execution_rate": executed / received,
        "rate_xp": money_of(2, xp) / money_of(1, xp), "short": math.fsum(short), "short_bs": short[bs],
        "short_xp": short[xp], "gap_bs": gap[bs], "gap_xp": gap[xp], "unsettled": 4,
        "vouchers": 86, "vouchers_bad": 2, "vouchers_money": 46.8, "changes": 7, "sampled_works": 12, "unfiled": 3,
        "due_tests": totals["plants"] * 12, "km_rate": totals["km"] / totals["km_plan"],
        "people_rate": totals["people"] / totals["people_plan"], "works_rate": totals["works_good"] / totals["works"],
        "tests_rate": totals["tests_good"] / totals["tests"],
        "on_time_rate": totals["works_on_time"] / totals["works"],
        "late_sections": totals["works"] - totals["works_on_time"], "late_bs": late[bs], "late_xp": late[xp],
        "meters_rate": totals["meters"] / totals["meters_plan"],
        "pipe_cost": pipe_cost, "unit_cost": pipe_cost / totals["km"], "procurement_plan": procurement_plan,
        "procured": procured, "procurement_rate": procured / procurement_plan, "fee_due": fee_due,
        "fee_paid": fee_paid, "fee_rate": fee_paid / fee_due, "served": served, "rural_population": rural,
        "supply_rate": supply, "supply_gain": supply - 88.6, "questions": len(QUESTIONS),
        "invalid": totals["returned"] - totals["valid"], "satisfaction": satisfaction_of(answers),
        "worst_question": worst_question(answers, QUESTIONS), "expert_first": 3.6, "expert_second": 3.4,
        "expert_mean": 3.5,
    }  # fmt: skip
    known |= {f"leak_{code}": value for code, value in zip(codes, LEAKAGE, strict=True)}
    known |= {f"checked_{code}": value for code, value in zip(codes, CHECKED, strict=True)}
    means = group_satisfaction(answers, _respondents())
    known |= {f"sat_{code}": means[county] for code, county in COUNTIES.items()}
    return known | _comment_scores(totals, executed / received)


def _respondents() -> dict[str, int]:
    """Return the valid questionnaires of each county."""
    return {county: int(size) for county, size in zip(COUNTIES.values(), RETURNS["valid"][2], strict=True)}


def _comment_scores(totals: Mapping[str, float], execution: float) -> dict[str, float]:
    """Return the scores before and after the written comments."""

    def on_time(done: float) -> float:
        return points_of(4, 0.8 + (done / totals["works"] * 100 - 90) * 0.02)

    return {
        "c301_before": on_time(totals["works_on_time"] - 1), "c301_after": on_time(totals["works_on_time"]),
        "a201_before": points_of(3, 3.5 / 4), "a201_after": points_of(3, 3.8 / 4),
        "b102_score": points_of(4, 1 - (100 - execution * 100) * 0.05),
    }  # fmt: skip


def _funds() -> list[dict[str, object]]:
    """Return the fund rows by source and county, and the total row."""
    names = ("budget", "received", "executed")
    rows: list[dict[str, object]] = [
        {
            "source": source, "year": YEAR, "agency": county, "use": use, "row_type": "明细",
            **dict(zip(names, cells, strict=True)),
            "note": f"欠到位{cells[0] - cells[1]:.2f}万元" if cells[0] > cells[1] else None,
        }
        for source, (use, lines) in SOURCES.items()
        for county, cells in zip(COUNTIES.values(), lines, strict=True)
    ]  # fmt: skip
    total = {name: money_of(column) for column, name in enumerate(names)}
    return [*rows, {"source": "合计", "year": YEAR, "row_type": "合计", **total}]


def _units() -> list[dict[str, object]]:
    """Return the leakage of each county with the money it weighs by."""
    return [
        {"code": "C203", "agency": county, "money": money_of(0, k), "target": 12, "actual": LEAKAGE[k]}
        for k, county in enumerate(COUNTIES.values())
    ]


def _export(rng: np.random.Generator, answers: NDArray[np.float64]) -> Grid:
    """Return the survey export: respondents of all counties shuffled, invalid sheets without an answer among them."""
    valid = _respondents()
    groups = [county for county, size in valid.items() for _ in range(size)]
    rows = [(county, answer_texts(line)) for county, line in zip(groups, answers, strict=True)]
    for county, back in zip(COUNTIES.values(), RETURNS["returned"][2], strict=True):
        rows += [(county, [None] * len(QUESTIONS))] * int(back - valid[county])
    order = rng.permutation(len(rows))
    head = ["序号", "县区", "调查方式", *(f"您对{question}是否满意" for question in QUESTIONS)]
    body = [[k, rows[i][0], ("入户", "电话")[k % 4 == 0], *rows[i][1]] for k, i in enumerate(order, start=1)]
    return [head, *body]


def _base_tables() -> dict[str, Grid]:
    """Return the base table of every county."""
    tables: dict[str, Grid] = {}
    for k, county in enumerate(COUNTIES.values()):
        names = ("预算资金", "到位资金（截至评价基准日）", "支出资金（截至评价基准日）")
        lines: list[tuple[str, object, str]] = [(name, money_of(j, k), "万元") for j, name in enumerate(names)]
        lines += [(label, values[k], unit) for label, unit, values in RETURNS.values() if "问卷" not in label]
        lines.append(("管网漏损率", LEAKAGE[k], "%"))
        tables[f"基础数据表/{county}基础数据表.xlsx"] = base_table(
            "农村供水保障提升工程基础数据表", f"{county}水务部门", lines
        )
    return tables


def _texts(known: Figures) -> dict[str, str]:
    """Return the extracts of evidence that lie in the folder."""
    words = load_content(f"{NAME}-evidence", known)
    return {f"佐证材料/{name}": text for name, text in words.items()}


def build(rng: np.random.Generator) -> DemoEngagement:
    """Return the engagement; its survey is drawn from ``rng``."""
    answers = respondent_answers(rng, _respondents(), ease=EASE, level=COUNTY_LEVEL, missing=0.012)
    known = figures(answers)
    words = load_content(NAME, known)
    indicators, checkpoints = split_points(words.pop("indicators"))
    overview = words.pop("overview")
    overview["bases"] = "\n".join(overview["bases"])
    variables = [
        {"code": "C401", "variable": "a", "label": "管网改造结算金额", "value": known["pipe_cost"], "unit": "万元"},
        {"code": "C401", "variable": "b", "label": "实际改造管网长度", "value": known["km"], "unit": "公里"},
    ]
    tables = {
        **words, "funds": _funds(), "indicators": indicators, "checkpoints": checkpoints, "variables": variables,
        "units": _units(),
    }  # fmt: skip
    grids = {"问卷/用水户问卷原始数据.xlsx": _export(rng, answers), **_base_tables()}
    return DemoEngagement(name=NAME, overview=overview, tables=tables, texts=_texts(known), grids=grids)
