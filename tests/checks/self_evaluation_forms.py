"""Self-evaluation forms made by hand for the tests of the desk check 自评表样例: clean until a test breaks one cell."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from perfkit.checks.self_evaluation import DeskRules
from perfkit.read.re_evaluation_shapes import APPROVED, PROJECTS
from perfkit.read.self_evaluation.shapes import FORMS, FUNDS, ITEMS, VALUES, SelfEvaluations
from perfkit.rulebook.re_evaluation import DeskChoices

BANDS = (("优", 90.0, 100.0), ("良", 80.0, 90.0), ("中", 60.0, 80.0), ("差", 0.0, 60.0))
LAYOUTS = {"2020": {"预算执行率": 10.0, "产出指标": 50.0, "效益指标": 30.0, "满意度指标": 10.0}}
LABELS = {
    "达成年度指标": (0.8, 1.0),
    "部分达成年度指标并具有一定效果": (0.6, 0.8),
    "未达成年度指标且效果较差": (0.0, 0.6),
}
SYMBOLS = {"ge": "≥", "le": "≤", "eq": "＝", "gt": ">", "lt": "<", "": "", "between": ""}
NAN = float("nan")


def rules(**choices: Any) -> DeskRules:
    """Return rules with bands, layouts and labels, and the desk choices named."""
    return DeskRules(choices=DeskChoices(**choices), bands=BANDS, layouts=LAYOUTS, labels=LABELS, budget_year=2024)


def item(
    number: int, level1: str, name: str, target: float, actual: float, full: float, score: float, **more: Any
) -> dict[str, Any]:
    """Return one quantitative indicator; ``operator`` ≥ and unit 个 unless said."""
    operator, unit = more.pop("operator", "ge"), more.pop("unit", "个")
    row: dict[str, Any] = {
        "item": str(number), "row": number, "level1": level1, "level2": more.pop("level2", "数量指标"), "level3": name,
        "target_text": f"{SYMBOLS[operator]}{target:g}{unit}", "operator": operator, "target": target, "unit": unit,
        "actual_text": f"{actual:g}{unit}", "actual": actual, "full": full, "score": score, "own_full": full,
        "own_score": score, "cause": "",
    }  # fmt: skip
    row |= {f"{cell}_cell": f"{letter}{9 + number}" for cell, letter in zip(
        ("target", "actual", "full", "score", "cause"), "EFGHI", strict=True)}  # fmt: skip
    row |= more
    if "score" in more:
        row["own_score"] = more["score"]
    return row


@dataclass
class Form:
    """One form as a test writes it: change what is wrong, then ``read`` it with others."""

    project: str = "P1"
    head: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    funds: list[dict[str, Any]] = field(default_factory=list)
    rate_text: str = "96.00%"

    def row(self, name: str) -> dict[str, Any]:
        """Return the indicator of that name, or the execution row."""
        return next(one for one in self.items if name in (one["level3"], one["item"]))

    def score(self, name: str, points: float) -> Form:
        """Give an indicator other points and let the total follow."""
        line = self.row(name)
        line["score"] = line["own_score"] = points
        self.head["total"] = round(sum(one["score"] for one in self.items if one["score"] == one["score"]), 9)
        return self

    def copy(self, project: str) -> Form:
        """Return the same form for another project."""
        other = copy.deepcopy(self)
        other.project = project
        other.head["project"] = project
        return other


def clean(project: str = "P1") -> Form:
    """Return a form without a fault: 100 points in the layout of 2020, every score as the linear rule gives it."""
    form = Form(project)
    money = {"label": "年度资金总额", "budget_begin": 100.0, "budget": 100.0, "executed": 96.0}
    form.funds = [
        {"row": 1, "line": "total", **money, "full": 10.0, "rate": 0.96, "score": 9.6},
        {"row": 2, "line": "appropriation", **money, "label": "当年财政拨款", "budget_begin": 80.0, "budget": 80.0, "executed": 76.0},
        {"row": 3, "line": "carried_over", **money, "label": "上年结转", "budget_begin": 20.0, "budget": 20.0, "executed": 20.0},
    ]  # fmt: skip
    form.items = [
        {"item": "execution", "level1": "预算执行率", "level3": "预算执行率", "full": 10.0, "score": 9.6,
         "own_full": 10.0, "own_score": 9.6, "row": 0, "score_cell": "H6"},
        item(1, "产出指标", "培训人次", 200, 210, 20.0, 20.0, unit="人次"),
        item(2, "产出指标", "投诉件数", 5, 4, 15.0, 15.0, operator="le", unit="件"),
        item(3, "产出指标", "安全事故", 0, 0, 5.0, 5.0, operator="le", unit="起"),
        item(4, "产出指标", "验收合格率", 100, 95, 10.0, 9.5, unit="%", cause="两处工程延期，已排定复验"),
        item(5, "效益指标", "服务能力提升", NAN, NAN, 30.0, 27.0, operator="", unit="", target_text="明显提升",
             actual_text="较上年提升", level2="社会效益指标"),
        item(6, "满意度指标", "群众满意度", 90, 93, 10.0, 10.0, unit="%", level2="服务对象满意度指标"),
    ]  # fmt: skip
    form.head = {
        "name": f"项目{project}", "project": project, "department": "水务局", "agency": "水务站", "year": "2024",
        "filled_by": "水务站", "layout": "2020", "layers": "1", "budget_begin": 100.0, "budget": 100.0, "executed": 96.0,
        "printed_rate": 0.96, "execution_full": 10.0, "execution_score": 9.6, "total_full": 100.0, "total": 96.1, "grade": "优",
        "target_text": f"完成项目{project}的年度培训任务。", "result_text": f"项目{project}完成培训，效果良好。", "items": 7, "unread": 0,
    }  # fmt: skip
    return form


def read(*forms: Form) -> SelfEvaluations:
    """Return forms as the reader would."""
    heads, items, funds, values = [], [], [], []
    for number, form in enumerate(forms):
        key = f"F{number + 1}"
        place = {"form": key, "file": f"{form.project}.xlsx", "sheet": "自评表"}
        heads.append({**form.head, **place, "place": "A1"})
        items += [{**one, **place} for one in form.items]
        funds += [
            {**{f"{name}_cell": f"{letter}{5 + line['row']}" for name, letter in zip(
                ("budget_begin", "budget", "executed", "full", "rate", "score"), "CDEFGH", strict=True)}, **line, **place}
            for line in form.funds
        ]  # fmt: skip
        values.append({"row": -1, "role": "total", "cell": "H20", "text": "", **place})
        values += [{"row": line["row"], "role": "rate", "cell": "", "text": form.rate_text if line["row"] == 1 else "", **place}
                   for line in form.funds]  # fmt: skip
    return SelfEvaluations(
        values=pd.DataFrame(values, columns=list(VALUES)),
        forms=pd.DataFrame(heads, columns=list(FORMS)),
        items=pd.DataFrame(items, columns=list(ITEMS)),
        funds=pd.DataFrame(funds, columns=list(FUNDS)),
        problems=(),
        sha256={},
    )


def listing(*codes: str, **more: Any) -> pd.DataFrame:
    """Return a list of projects of one department, 100 万元 each, in time."""
    rows = [
        {"department": "水务局", "agency": "水务站", "project": code, "name": f"项目{code}", "category": "培训", "money": 100.0,
         "certainty": False, "certainty_reason": "", "due": pd.Timestamp("2025-03-10"), "submitted": pd.Timestamp("2025-03-01"),
         "where": f"项目清单.xlsx › 项目清单 › {place + 2}"} | more
        for place, code in enumerate(codes)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(PROJECTS))


def approvals(form: Form, **changed: dict[str, Any]) -> pd.DataFrame:
    """Return the approved targets of a form; ``changed``: name of the indicator → what was approved instead."""
    columns = ("level1", "level2", "level3", "target_text", "operator", "target", "unit", "full")
    rows = [
        {name: one.get(name, "") for name in columns} | {"project": form.project, "where": "批复指标"} | changed.get(one["level3"], {})
        for one in form.items
        if one["item"] != "execution"
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(APPROVED))


NO_APPROVALS = pd.DataFrame(columns=list(APPROVED))
