"""Real evaluation tables as engagement folders: what an evaluator would have typed into the workbook."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from perfkit.read.template import write_workbook
from perfkit.terms import Absence, CheckpointOutcome, Denominator, FundRow, Organiser, ScoringFunction, SurveyAccess

Rows = list[dict[str, Any]]

RUN = """\
id: {id}
batch: cases
notebook: notebooks/stages/06-project-evaluation.ipynb
evaluand: {title}
data: {data}
rules: cn-mof-2020-10
framework: project_evaluation_2020
grade_bands: {bands}
outside_dates: reference
budget_year: {year}
evaluation_date: {year}-12-31
report_date: {year}-12-31
organiser: finance
role: third_party
secrecy: internal
seed: 1
"""


def table_files(folder: Path) -> list[Path]:
    """Return every file below the folder that holds a scored table."""
    found = []
    for path in sorted(folder.rglob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        if isinstance(case, dict) and case.get("items"):
            found.append(path)
    return found


def make_root(root: Path, project: Path) -> Path:
    """Copy what a run needs of the project into a fresh root."""
    shutil.copytree(project / "params" / "rules", root / "params" / "rules")
    shutil.copytree(project / "params" / "frameworks", root / "params" / "frameworks")
    shutil.copytree(project / "notebooks" / "stages", root / "notebooks" / "stages")
    (root / "params" / "runs" / "cases").mkdir(parents=True)
    return root


def bands_of(case: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """Return the grade bands of a table, best first."""
    scale = case.get("grade_scale") or {"优": [90, 100], "良": [80, 90], "中": [60, 80], "差": [0, 60]}
    bands = [(name, float(edges[0]), float(edges[1])) for name, edges in scale.items() if isinstance(edges, list)]
    return sorted(bands, key=lambda band: -band[1])


def write_bands(root: Path, bands_id: str, bands: Sequence[tuple[str, float, float]]) -> None:
    """Add the table's own grade bands to the catalogue, as a user with local bands would."""
    gaps = any(lower[2] != upper[1] for upper, lower in pairwise(bands))
    if gaps:
        uppers = [bands[0][2], *(band[1] for band in bands[:-1])]
        bands = [(name, low, upper) for (name, low, _), upper in zip(bands, uppers, strict=True)]
    lines = "\n".join(
        f'      - {{grade: "{name}", low: {low:g}, high: {high:g}, text: "[{low:g},{high:g})"}}'
        for name, low, high in bands
    )
    text = f"""
  - id: {bands_id}
    name: 本表等级
    bands:
{lines}
    basis: {{source: C10, clause: 第十八条, verified: P, binds: 本次评价}}
"""
    catalogue = root / "params" / "rules" / "grade-bands.yaml"
    catalogue.write_text(catalogue.read_text("utf-8") + text, "utf-8")


def indicator_rows(case: Mapping[str, Any]) -> tuple[Rows, Rows, Rows, Rows]:
    """Return the rows of 指标体系, 评价要点, 问卷 and 问卷统计."""
    indicators: Rows = []
    checkpoints: Rows = []
    surveys: Rows = []
    counts: Rows = []
    for item in case["items"]:
        rule, params = item["rule_type"], item.get("params") or {}
        row: dict[str, Any] = {
            "code": item["code"],
            "level1": item["level1"],
            "level2": item.get("level2") or None,
            "level3": item["level3"],
            "full_score": item["weight"],
            "published_score": item.get("published_score"),
            "self_score": item.get("self_score"),
        }
        by_rule = item.get("by_rule_text") or {}
        if by_rule:
            row["rule_note"] = by_rule.get("why")
            row["rule_value"] = by_rule.get("value")
        if rule in ("points_equal", "points_weighted"):
            row["function"] = ScoringFunction.CHECKPOINTS
            checkpoints.extend(checkpoint_rows(item["code"], params, by_rule))
        elif rule == "linear_deduct":
            row |= linear_row(params)
        elif rule == "satisfaction_threshold":
            row["function"] = ScoringFunction.THRESHOLD_DEDUCTION
            row["parameters"] = (
                f"满分点={params['full_at']}；每单位扣分比例={params['deduct_share_per_unit']}；扣分单位=1"
            )
            row["unit"] = "%"
            survey = f"S{len(surveys) + 1}"
            surveys.append(
                {"id": survey, "group": item["level3"], "access": SurveyAccess.OPEN_LINK,
                 "scale": "/".join(f"{value:g}" for value in params["scale"]), "indicator": (item["code"],),
                 "options": tuple(f"第{k + 1}档" for k in range(len(params["scale"])))}
            )  # fmt: skip
            options = {f"option{k + 1}": count for k, count in enumerate(params["counts"])}
            counts.append({"id": survey, "question": "合计", "text": "全部题目合计", **options})
        else:
            row |= given_row(item)
        indicators.append(row)
    return indicators, checkpoints, surveys, counts


def given_row(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of an item that only has a score."""
    score = item.get("published_score")
    if score is None:
        score = item.get("reevaluated_score")
    if score is None:
        return {"function": ScoringFunction.GIVEN, "absence": Absence.MISSING, "absence_note": "原表缺页"}
    return {"function": ScoringFunction.GIVEN, "given_score": score, "opinion": "按原表得分录入"}


def linear_row(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of a linear deduction; a raw numerator and denominator win where they give the printed value."""
    row: dict[str, Any] = {"function": ScoringFunction.LINEAR_DEDUCTION, "unit": "%", "direction": "higher"}
    if params.get("direction") == "lower_better":
        row["direction"] = "lower"
    parts = [
        f"满分点={params['full_at']}",
        f"每单位扣分比例={params['deduct_share_per_unit']}",
        f"扣分单位={params.get('unit') or 1}",
    ]
    if params.get("zero_at") is not None:
        parts.append(f"零分点={params['zero_at']}")
    row["parameters"] = "；".join(parts)
    raw = params.get("raw") or {}
    numbers = [value for value in raw.values() if isinstance(value, (int, float))]
    if len(numbers) == 2 and numbers[1] and math.isclose(numbers[0] / numbers[1] * 100, params["value"], abs_tol=0.005):
        row |= {"numerator": numbers[0], "denominator": numbers[1], "numerator_name": "执行", "denominator_name": "预算",
                "denominator_basis": Denominator.BUDGET}  # fmt: skip
    else:
        row["actual"] = params["value"]
    return row


def checkpoint_rows(code: str, params: Mapping[str, Any], by_rule: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of 评价要点 of one item."""
    factors = params["factors"]
    weights = params.get("point_weights")
    shares = [weight / math.fsum(weights) for weight in weights] if weights else [None] * len(factors)
    raw = params.get("raw") or {}
    actual, plan = raw.get("actual"), raw.get("plan")
    counted = isinstance(actual, list) and isinstance(plan, list) and len(actual) == len(plan) == len(factors)
    rule_factors = by_rule.get("factors") or factors
    for place, factor in enumerate(factors):
        row: dict[str, Any] = {"code": code, "number": place + 1, "share": shares[place]}
        if counted and math.isclose(min(actual[place] / plan[place], 1.0), factor, abs_tol=1e-9):
            row |= {"outcome": CheckpointOutcome.PROPORTIONAL, "actual": actual[place], "plan": plan[place]}
        elif factor in (0, 1):
            row["outcome"] = CheckpointOutcome.MET if factor else CheckpointOutcome.UNMET
        else:
            row |= {"outcome": CheckpointOutcome.PARTLY, "factor": factor}
        if rule_factors[place] != factor:
            row["rule_factor"] = rule_factors[place]
        yield row


def fund_rows(case: Mapping[str, Any]) -> Rows:
    """Return the rows of 资金 from whichever form the table has."""
    funds = case.get("funds") or {}
    rows: Rows = []
    if "detail_rows" in funds or "total_row" in funds:
        for line in funds.get("detail_rows") or []:
            rows.append(fund_row(line, FundRow.DETAIL))
        if funds.get("total_row") is not None:
            rows.append(fund_row(funds["total_row"], FundRow.TOTAL))
    elif funds:
        rows.append(fund_row(funds, FundRow.DETAIL))
    for name, money in (case.get("fund_breakdown_wan") or {}).items():
        rows.append({"source": name, "budget": money, "row_type": FundRow.DETAIL})
    if case.get("fund_breakdown_wan") and case.get("funds_wan") is not None:
        rows.append({"source": "合计", "budget": case["funds_wan"], "row_type": FundRow.TOTAL})
    return rows


def fund_row(line: Any, kind: FundRow) -> dict[str, Any]:
    """Return one fund row from a mapping or a list (budget, [received,] executed[, rate])."""
    if isinstance(line, Mapping):
        rate = line.get("printed_rate", line.get("rate"))
        known = {
            "budget": line.get("budget", line.get("annual_budget", line.get("full_year_budget"))),
            "received": line.get("received"),
            "executed": line.get("executed", line.get("spent")),
            "source": line.get("name", line.get("source")),
        }
    else:
        numbers = [value for value in line if isinstance(value, (int, float))]
        rate = None
        known = {"budget": numbers[0] if numbers else None, "executed": numbers[-1] if len(numbers) > 1 else None}
    row = {key: value for key, value in known.items() if value is not None}
    if rate is not None:
        row["printed_rate"] = rate / 100 if rate > 1.5 else rate
    return {"source": "项目资金", **row, "row_type": kind}


def published_rows(case: Mapping[str, Any]) -> Rows:
    """Return the rows of 原报告数据."""
    published = case.get("published") or {}
    rows: Rows = []
    if published.get("total") is not None or published.get("grade"):
        rows.append({"name": "总分", "score": published.get("total"), "grade": published.get("grade")})
    for name, line in (published.get("level1") or {}).items():
        if isinstance(line, Mapping):
            rate = line.get("rate_pct")
            rows.append({"name": name, "full_score": line.get("weight"), "score": line.get("score"),
                         "rate": None if rate is None else rate / 100})  # fmt: skip
        else:
            rows.append({"name": name, "score": line[-1] if isinstance(line, list) else line})
    return rows


def write_case(case: Mapping[str, Any], root: Path, case_id: str) -> Path:
    """Write the engagement folder and the run file of one table; return the run file."""
    folder = root / "data" / case_id
    folder.mkdir(parents=True)
    indicators, checkpoints, surveys, counts = indicator_rows(case)
    year = int(case.get("year_of_report") or 2024)
    title = str(case.get("title") or case_id)
    write_workbook(
        folder / "评价工作簿.xlsx",
        {
            "indicators": indicators,
            "checkpoints": checkpoints,
            "surveys": surveys,
            "survey_counts": counts,
            "funds": fund_rows(case),
            "published": published_rows(case),
        },
        {"project_name": title, "agency": "（匿名）", "organiser": Organiser.FINANCE, "budget_year": year},
    )
    write_bands(root, f"bands_{case_id}", bands_of(case))
    run = root / "params" / "runs" / "cases" / f"{case_id}.yaml"
    run.write_text(
        RUN.format(id=case_id, title=json.dumps(title, ensure_ascii=False), data=f"data/{case_id}",
                   bands=f"bands_{case_id}", year=year),
        "utf-8",
    )  # fmt: skip
    return run
