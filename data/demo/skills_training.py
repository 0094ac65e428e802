"""Figures of the demo engagement skills-training 职业技能提升补贴项目 of the fictional city 云川市."""

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
    respondent_answers,
    satisfaction_of,
    worst_question,
)
from numpy.typing import NDArray

NAME = "skills-training"
YEAR = 2024
AGENCY = "云川市职业技能培训指导中心"

# 万元: source, use, budget, executed; everything was received.
FUNDS = (
    ("上级就业补助资金", "企业职工技能培训补贴", 520.0, 416.3),
    ("上级就业补助资金", "重点群体就业技能培训补贴", 460.0, 341.85),
    ("上级就业补助资金", "职业技能评价补贴", 200.0, 152.6),
    ("市级财政资金", "企业职工技能培训补贴", 260.0, 228.9),
    ("市级财政资金", "重点群体就业技能培训补贴", 240.0, 180.25),
    ("市级财政资金", "新就业形态从业人员培训补贴", 120.0, 79.5),
    ("市级财政资金", "职业技能评价补贴", 130.0, 98.7),
    ("市级财政资金", "培训过程监管服务", 50.0, 46.3),
)
STAFF_USE, PRIORITY_USE, NEWFORM_USE = (
    "企业职工技能培训补贴", "重点群体就业技能培训补贴", "新就业形态从业人员培训补贴",
)  # fmt: skip

# By unit, in the order of UNITS; the totals of the report are their sums.
UNITS = ("市本级", "青岚县", "白石县", "柳汀县", "鹭洲区", "杏坪县")
RETURNS: Mapping[str, tuple[str, str, tuple[int, ...]]] = {
    "trainees": ("补贴性培训人次", "人次", (3120, 1860, 1452, 1304, 1218, 910)),
    "staff": ("企业职工培训人次", "人次", (2010, 1105, 842, 760, 703, 490)),
    "priority": ("重点群体培训人次", "人次", (790, 570, 460, 408, 396, 330)),
    "newform": ("新就业形态从业人员培训人次", "人次", (320, 185, 150, 136, 119, 90)),
    "passed": ("结业考核合格人次", "人次", (2930, 1724, 1338, 1205, 1128, 823)),
    "certified": ("取得证书人次", "人次", (2190, 1256, 978, 874, 826, 584)),
    "scarce": ("紧缺工种培训人次", "人次", (1126, 604, 446, 410, 372, 248)),
    "classes": ("开班数", "个", (76, 46, 38, 34, 31, 23)),
    "inspected": ("有检查记录的班次", "个", (68, 35, 25, 24, 21, 13)),
    "bodies": ("承训机构", "家", (24, 11, 9, 7, 6, 5)),
}

LEARNER_QUESTIONS = (
    "您对培训课程内容是否满意", "您对授课教师水平是否满意", "您对实训设备和场地是否满意",
    "您对结业后的岗位推荐是否满意", "您对报名和补贴申领是否满意", "您对培训的总体效果是否满意",
)  # fmt: skip
LEARNER_COUNTS = (
    (612, 376, 112, 32, 14), (640, 352, 108, 30, 16), (588, 390, 120, 34, 14), (540, 398, 142, 46, 20),
    (602, 370, 118, 38, 18), (626, 364, 110, 30, 16),
)  # fmt: skip
BODY_QUESTIONS = ("政策宣传和业务指导", "开班备案手续", "过程检查的规范性", "补贴审核和拨付时效", "部门服务总体情况")
BODY_EASE = (0.55, 0.45, 0.5, -0.75, 0.45)
BODY_LEVEL = {"职业院校": 0.7, "民办培训学校": 0.3, "企业培训中心": 0.55}
BODY_VALID = {"职业院校": 12, "民办培训学校": 30, "企业培训中心": 13}


def learner_satisfaction() -> float:
    """Return the satisfaction of the counted answers (fraction of 1)."""
    worth = sum(count * (4 - k) / 4 for counts in LEARNER_COUNTS for k, count in enumerate(counts))
    return worth / sum(map(sum, LEARNER_COUNTS))


def _worst_learner_question() -> str:
    """Return what the question with the lowest satisfaction asks about."""
    worth = [sum(count * (4 - k) for k, count in enumerate(counts)) / sum(counts) for counts in LEARNER_COUNTS]
    return LEARNER_QUESTIONS[worth.index(min(worth))].removeprefix("您对").removesuffix("是否满意")


def figures(answers: NDArray[np.float64]) -> dict[str, float | str]:
    """Return every figure that a text or a cell takes by name."""
    totals = {name: sum(values) for name, (_, _, values) in RETURNS.items()}
    budget = round(math.fsum(line[2] for line in FUNDS), 2)
    executed = round(math.fsum(line[3] for line in FUNDS), 2)
    priority_budget, priority_spent = _use(PRIORITY_USE)
    staff_spent = _use(STAFF_USE)[1]
    newform_budget, newform_spent = _use(NEWFORM_USE)
    training_spent = round(staff_spent + priority_spent + newform_spent, 2)
    plans = {"staff_plan": 6500, "priority_plan": 4000, "newform_plan": 1500}
    trainees_plan, certified_plan = sum(plans.values()), 8400
    batches_money, repeated_money = 38.6, 1.92
    employed = 1418
    known: dict[str, float | str] = {
        **totals, **plans, "budget": budget, "received": budget, "executed": executed,
        "execution_rate": executed / budget, "unspent": round(budget - executed, 2),
        "priority_budget": priority_budget, "priority_spent": priority_spent,
        "priority_rate": priority_spent / priority_budget, "newform_budget": newform_budget,
        "newform_spent": newform_spent, "newform_rate": newform_spent / newform_budget, "staff_spent": staff_spent,
        "training_spent": training_spent, "staff_done": totals["staff"] / plans["staff_plan"],
        "priority_done": totals["priority"] / plans["priority_plan"],
        "newform_done": totals["newform"] / plans["newform_plan"],
        "unit_cost": training_spent * 10000 / totals["trainees"], "trainees_plan": trainees_plan,
        "certified_plan": certified_plan, "trainees_rate": totals["trainees"] / trainees_plan,
        "certified_rate": totals["certified"] / certified_plan, "pass_rate": totals["passed"] / totals["trainees"],
        "inspection_rate": totals["inspected"] / totals["classes"], "scarce_rate": totals["scarce"] / totals["trainees"],
        "certificates": 400, "certificates_good": 372, "certificate_rate": 372 / 400, "days": 74,
        "batches": 36, "batches_bad": 4, "batches_money": batches_money, "repeated": 12,
        "repeated_money": repeated_money, "irregular": round(batches_money + repeated_money, 2), "late_filing": 9,
        "last_trainees": 10420, "mean_trainees": 9980, "employed": employed,
        "employment_rate": round(employed / totals["priority"] * 100, 2), "firms": 30, "firms_linked": 17,
        "learners": sum(LEARNER_COUNTS[0]), "learner_satisfaction": learner_satisfaction(),
        "worst_question": _worst_learner_question(), "bodies_valid": sum(BODY_VALID.values()),
        "body_satisfaction": satisfaction_of(answers), "worst_body_question": worst_question(answers, BODY_QUESTIONS),
        "expert_first": 3.2, "expert_second": 3.3, "expert_mean": 3.25,
    }  # fmt: skip
    return known | _comment_scores(totals, trainees_plan)


def _use(name: str) -> tuple[float, float]:
    """Return budget and spending of one use, all sources, 万元."""
    lines = [line for line in FUNDS if line[1] == name]
    return round(math.fsum(line[2] for line in lines), 2), round(math.fsum(line[3] for line in lines), 2)


def _comment_scores(totals: Mapping[str, int], trainees_plan: int) -> dict[str, float]:
    """Return the scores before and after the written comments."""

    def inspection(done: int) -> float:
        return points_of(3, 1 - (100 - done / totals["classes"] * 100) * 0.025)

    return {
        "b203_before": inspection(totals["inspected"] - 6), "b203_after": inspection(totals["inspected"]),
        "b202_before": points_of(4, 2 / 4), "b202_after": points_of(4, 2.5 / 4),
        "c101_score": points_of(7, totals["trainees"] / trainees_plan),
    }  # fmt: skip


def _funds() -> list[dict[str, object]]:
    """Return the fund rows by source and use, and the total row."""
    rows: list[dict[str, object]] = [
        {
            "source": source, "year": YEAR, "agency": AGENCY, "use": use, "row_type": "明细",
            "budget": budget, "received": budget, "executed": executed,
        }
        for source, use, budget, executed in FUNDS
    ]  # fmt: skip
    budget = round(math.fsum(line[2] for line in FUNDS), 2)
    executed = round(math.fsum(line[3] for line in FUNDS), 2)
    total = {"budget": budget, "received": budget, "executed": executed}
    return [*rows, {"source": "合计", "year": YEAR, "row_type": "合计", **total}]


def _counts() -> list[dict[str, object]]:
    """Return the counted answers of the open survey."""
    return [
        {"id": "W1", "question": f"Q{number}", "text": text,
         **{f"option{k}": count for k, count in enumerate(counts, start=1)}}
        for number, (text, counts) in enumerate(zip(LEARNER_QUESTIONS, LEARNER_COUNTS, strict=True), start=1)
    ]  # fmt: skip


def _export(rng: np.random.Generator, answers: NDArray[np.float64]) -> Grid:
    """Return the survey export of the training bodies in random order."""
    kinds = [kind for kind, size in BODY_VALID.items() for _ in range(size)]
    head = ["序号", "机构类型", *(f"您对{question}是否满意" for question in BODY_QUESTIONS)]
    body = [[k, kinds[i], *answer_texts(answers[i])] for k, i in enumerate(rng.permutation(len(kinds)), start=1)]
    return [head, *body]


def _base_tables() -> dict[str, Grid]:
    """Return the base table of every unit."""
    return {
        f"基础数据表/{unit}基础数据表.xlsx": base_table(
            "职业技能提升补贴项目基础数据表",
            f"{unit}人力资源和社会保障部门",
            [(label, values[k], measure) for label, measure, values in RETURNS.values()],
        )
        for k, unit in enumerate(UNITS)
    }


def _texts(known: Figures) -> dict[str, str]:
    """Return the extracts of evidence that lie in the folder."""
    words = load_content(f"{NAME}-evidence", known)
    return {f"佐证材料/{name}": text for name, text in words.items()}


def build(rng: np.random.Generator) -> DemoEngagement:
    """Return the engagement; its census of training bodies is drawn from ``rng``."""
    answers = respondent_answers(rng, BODY_VALID, ease=BODY_EASE, level=BODY_LEVEL, missing=0.012)
    known = figures(answers)
    words = load_content(NAME, known)
    indicators, checkpoints = split_points(words.pop("indicators"))
    overview = words.pop("overview")
    overview["bases"] = "\n".join(overview["bases"])
    tables = {
        **words, "funds": _funds(), "indicators": indicators, "checkpoints": checkpoints, "survey_counts": _counts(),
    }  # fmt: skip
    grids = {"问卷/培训机构问卷原始数据.csv": _export(rng, answers), **_base_tables()}
    return DemoEngagement(name=NAME, overview=overview, tables=tables, texts=_texts(known), grids=grids)
