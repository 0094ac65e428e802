"""Named numbers of a re-evaluation 再评价具名数值: of the run, of all departments and of each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from perfkit.checks.finding import points
from perfkit.read.sampling_plan_file import SamplePlan
from perfkit.rulebook import Run
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.stages.re_evaluation.handling import PRINTED
from perfkit.stages.re_evaluation.outcome import ReEvaluation
from perfkit.stages.re_evaluation.plan_listing import HASH_SHOWN
from perfkit.stages.re_evaluation.wording import (
    counted_names,
    design_names,
    handling_words,
    summary_of_handling,
    top_reasons,
)
from perfkit.terms import Blinding, Organiser, RaterRole, Role, ScoreChange, Severity, Tier
from perfkit.trace import Record, RecordKind

DEMO_DATA = Path("data/demo")
EVERYBODY = "全部部门"
NO_PLAN, SEVERAL_FRAMES = "—（没有抽样方案）", "各部门分别列于附件"
# what a kind is counted in where nothing else is said; a share carries its sign itself
UNITS: Mapping[str, str] = {"money": "万元", "points": "分", "count": "个"}
_SERIOUS = (Severity.ERROR.value, Severity.WARNING.value)
_MIGRATION = (("down", "降级项目数"), ("same", "等级不变项目数"), ("up", "升级项目数"))


def re_evaluation_records(found: ReEvaluation) -> tuple[Record, ...]:
    """Return every named number of a re-evaluation 再评价具名数值.

    Parameters
    ----------
    found : the re-evaluation; frames are read, nothing is computed that they do not hold but shares of counts.
    """
    departments = [str(name) for name in found.scope.column("department") if name != ""]
    by_prefix = {"all": "", **{f"department.{place}": name for place, name in enumerate(departments, start=1)}}
    records = [*_run_records(found, departments)]
    for prefix, department in by_prefix.items():
        records += _department_records(found, prefix, department)
    return tuple(records)


def _text(name: str, value: object, label: str, source: str = "运行文件") -> Record:
    return Record(name=name, value=str(value), kind="text", label=label, source=source)


def _number(
    name: str, value: object, kind: RecordKind, label: str, source: str, decimals: int | None = None, unit: str = ""
) -> Record:
    """Return a number; NaN becomes ``None``, which prints as what could not be estimated."""
    plain = float(value) if isinstance(value, (int, float, np.integer)) else math.nan
    shown = None if math.isnan(plain) else int(plain) if kind == "count" else plain
    said = unit or UNITS.get(kind, "")
    return Record(name=name, value=shown, kind=kind, label=label, source=source, decimals=decimals, unit=said)


def _run_records(found: ReEvaluation, departments: list[str]) -> Iterator[Record]:
    """Yield what belongs to the run: who, when, how the sample was drawn, every choice."""
    run, choices = found.run, found.choices
    yield _text("evaluand", run.evaluand, "评价对象")
    yield _text("commissioner", _commissioner(run, departments), "组织单位")
    yield _text("year", run.budget_year, "预算年度")
    date = run.evaluation_date.isoformat()
    yield Record(name="evaluation_date", value=date, kind="date", label="评价基准日", source="运行文件")
    yield _number("level", run.level, "rate", "置信水平", "运行文件", 0)
    yield _text("seed", run.seed, "随机种子")
    yield from _plan_records(choices, found.plans)
    yield _number("tolerance", choices.tolerance, "points", "变动容差", "运行文件")
    yield _text("self_scores", _blinding(found, choices), "自评得分是否可见", "运行文件、再评工作簿")
    yield _text("adopted", choices.adopted.label, "采用的再评得分")
    yield _number("raters", _raters(found.raters), "count", "再评人数", "再评工作簿", unit="名")
    for name, kind, label in (
        ("inflation", "points", "普遍偏高的界限"), ("severity", "points", "尺度差异的界限"),
        ("own_rule_share", "rate", "自行计分有误比例的界限"), ("copied_share", "rate", "雷同比例的界限"),
        ("least", "count", "作部门结论的最少再评项目数"),
    ):  # fmt: skip
        value = getattr(choices.handling, name)
        yield _number(f"handling.{name}", value, kind, label, "运行文件", 0 if kind == "rate" else None)  # type: ignore[arg-type]
    yield _text("handling.summary", summary_of_handling(found.handling.to_frame()), "处理建议概况", "处理建议")
    yield _number("scope.departments", len(departments), "count", "部门数", "项目清单")
    yield _text("scope.departments_named", counted_names(departments, "部门"), "部门", "项目清单")
    yield _text("scope.evaluator", "【待补充：再评价实施单位】", "再评价实施单位")
    if run.role is not Role.FINANCE:
        yield _text("scope.lead", "【待补充：再评价负责人】", "再评价负责人")
    demo = Path(run.data).is_relative_to(DEMO_DATA)
    yield _text("project.is_demo", "是" if demo else "否", "演示数据")
    yield _text("rule_set.name", found.rule_set.name, "规则集")
    yield _text("headline", _headline(found), "一句话结论", "再评结果")


def _commissioner(run: Run, departments: list[str]) -> str:
    """Return who has the work done: the finance department, or the department itself."""
    if run.organiser is Organiser.FINANCE:
        return "财政部门"
    return departments[0] if len(departments) == 1 else "主管部门"


def _plan_records(choices: ReEvaluationChoices, plans: Sequence[SamplePlan]) -> Iterator[Record]:
    """Yield how the sample was drawn; several departments have a frame each, whose hashes stand in the annex."""
    hashes = [plan.frame_hash[:HASH_SHOWN] for plan in plans]
    shown = hashes[0] if len(hashes) == 1 else SEVERAL_FRAMES if hashes else NO_PLAN
    designs = design_names([plan.choices.design for plan in plans])
    yield _text("frame.hash", shown, "抽样框校验值", "抽样方案")
    yield _text("sample.method", "、".join(designs), "抽样方法", "抽样方案")
    seeds = {str(plan.seed) for plan in plans}
    yield _text(
        "sample.seed",
        seeds.pop() if len(seeds) == 1 else SEVERAL_FRAMES if seeds else NO_PLAN,
        "抽样随机种子",
        "抽样方案",
    )
    yield _number("sample.double_share", choices.sample.double_share, "rate", "双人评分比例", "运行文件", 0)
    yield _number("sample.least", choices.sample.least, "count", "给出区间的最少项目数", "运行文件")


def _blinding(found: ReEvaluation, choices: ReEvaluationChoices) -> str:
    """Return whether raters saw the self-scores: as the run says, and as their workbooks say where that differs."""
    read = (Blinding.read(str(code)) for code in dict.fromkeys(found.raters["blinding"]))
    said = [one.label for one in read if one is not None]
    others = [label for label in said if label != choices.self_scores.label]
    return choices.self_scores.label + (f"（部分工作簿写明{'、'.join(others)}）" if others else "")


def _raters(raters: pd.DataFrame) -> int:
    """Return how many raters scored: a workbook of the consensus is no further rater."""
    alone = raters[raters["role"] == RaterRole.INDEPENDENT.value]
    return int((alone if len(alone) else raters)["rater"].nunique())


def _headline(found: ReEvaluation) -> str:
    """Return the result in one short line."""
    row = _row(found.inflation.to_frame(), "")
    count = int(row.get("n", 0) or 0)
    done = found.projects.column("tier").count(Tier.RE_SCORED.value)
    if not done:
        return "只有复核，未再评"
    if not count:
        return f"再评{done}个，都不能与自评比较"
    mean = float(row.get("mean", math.nan))
    direction = "平均偏高" if mean >= 0 else "平均偏低"
    compared = "" if count == done else f"，可比{count}个"
    return f"再评{done}个{compared}，{direction}{points(abs(mean))}分"


def _row(frame: pd.DataFrame, department: str) -> Mapping[str, Any]:
    """Return the row of a department, empty where there is none."""
    rows = frame[frame["department"] == department] if len(frame) else frame
    return {str(key): value for key, value in rows.iloc[0].items()} if len(rows) else {}


def _share(count: object, of: object) -> float:
    return float(count) / float(of) if of else math.nan  # type: ignore[arg-type]


def _of(frame: pd.DataFrame, department: str) -> pd.DataFrame:
    """Return the rows of a department, of all where it is ``""``."""
    return frame if department == "" else frame[frame["department"] == department]


def _department_records(found: ReEvaluation, prefix: str, department: str) -> Iterator[Record]:
    """Yield the numbers of one department, or of all."""
    yield _text(f"{prefix}.name", department or EVERYBODY, "部门", "项目清单")
    yield from _scope_records(found, prefix, department)
    yield from _desk_records(found, prefix, department)
    yield from _change_records(found, prefix, department)
    yield from _grade_records(found, prefix, department)
    yield from _estimate_records(found, prefix, department)
    yield from _depth_records(_of(found.depth.to_frame(), department), prefix)
    yield _text(f"{prefix}.reason.top", top_reasons(found.reasons.to_frame(), department), "主要差异原因", "再评工作簿")
    handled = _of(found.handling.to_frame(), department)
    single = bool(department) and len(handled) > 0
    words = handling_words(handled["handling"].iloc[0]) if single else summary_of_handling(handled)
    yield _text(f"{prefix}.handling", words, "处理建议", "处理建议")


def _depth_records(depth: pd.DataFrame, prefix: str) -> Iterator[Record]:
    """Yield how deep the projects that changed nothing were looked at."""
    same = depth[~depth["changed"].astype(bool)]
    shallow = int(depth["shallow"].astype(bool).sum())
    yield _number(f"{prefix}.shallow", shallow, "count", "未变动且未见复核深度的项目数", "再评工作簿")
    yield _number(f"{prefix}.unchanged", len(same), "count", "未变动的再评项目数", "再评工作簿")
    for name, label, unit in (("items_checked", "核查的指标数", "项"), ("evidence_seen", "查看的佐证数", "份")):
        stated = f"{prefix}.unchanged.{name}"
        yield _number(stated, float(same[name].sum()), "count", f"未变动项目{label}", "再评工作簿", unit=unit)


def _scope_records(found: ReEvaluation, prefix: str, department: str) -> Iterator[Record]:
    row = _row(found.scope.to_frame(), department)
    labels = {
        "projects": "项目数", "forms": "自评表数", "missing": "未报自评表的项目数", "unread": "有内容未读出的自评表数",
        "sampled": "抽中项目数", "re_scored": "再评项目数", "double_scored": "双人评分项目数",
    }  # fmt: skip
    for name, label in labels.items():
        unit = "份" if name in ("forms", "missing", "unread") else "个"
        column = "missing_forms" if name == "missing" else name
        yield _number(
            f"{prefix}.{name}", row.get(column, math.nan), "count", label, "项目清单、自评表、抽样方案", unit=unit
        )
    money, scored = row.get("money", math.nan), row.get("money_re_scored", math.nan)
    yield _number(f"{prefix}.money", money, "money", "项目金额", "项目清单")
    yield _number(f"{prefix}.money_re_scored", scored, "money", "再评项目金额", "项目清单")
    covered = _share(row.get("re_scored", math.nan), row.get("projects", 0))
    yield _number(f"{prefix}.re_scored_share", covered, "rate", "再评项目比例", "再评项目数÷项目数")
    yield _number(f"{prefix}.money_share", _share(scored, money), "rate", "再评金额比例", "再评项目金额÷项目金额")


def _desk_records(found: ReEvaluation, prefix: str, department: str) -> Iterator[Record]:
    desk = _of(found.desk.to_frame(), department)
    serious = desk[desk["severity"].isin(_SERIOUS)]
    own = _of(found.own_rule.to_frame(), department)
    # as the suggestion counts them: an item or the total is wrong; a form whose total cannot be checked is left out
    items = own["items_wrong"] > 0
    checked = int((own["difference"].notna() | items).sum())
    wrong = int(((own["difference"].abs() > PRINTED) | items).sum())
    back = _of(found.send_back.to_frame(), department)
    yield _number(f"{prefix}.desk.findings", len(serious), "count", "复核发现", "复核", unit="处")
    yield _number(f"{prefix}.desk.projects", serious["project"].nunique(), "count", "有复核发现的项目数", "复核")
    wrong_label = "按自身规则计分有误的自评表数"
    yield _number(f"{prefix}.desk.own_rule", wrong, "count", wrong_label, "复核", unit="份")
    share = _share(wrong, checked)
    yield _number(f"{prefix}.desk.own_rule_share", share, "rate", "按自身规则计分有误的比例", "÷可重算的自评表数")
    yield _number(f"{prefix}.send_back", len(back), "count", "退回修改事项数", "退回修改清单", unit="条")
    yield _number(f"{prefix}.send_back.projects", back["project"].nunique(), "count", "退回修改项目数", "退回修改清单")


def _change_records(found: ReEvaluation, prefix: str, department: str) -> Iterator[Record]:
    """Yield the headline: shares of projects, items and money by direction; mean and median inflation."""
    lines = found.headline.to_frame()
    whole = lines[(lines["department"] == department) & (lines["reason"] == "")]
    words = {"projects": "项目", "items": "指标", "money": "项目金额"}
    for level, word in words.items():
        for direction in ScoreChange:
            row = whole[(whole["level"] == level) & (whole["direction"] == direction.value)]
            count = row["count"].iloc[0] if len(row) else math.nan
            share = row["share"].iloc[0] if len(row) else math.nan
            kind: RecordKind = "money" if level == "money" else "count"
            name, label = f"{prefix}.{level}.{direction.value}", f"得分{direction.label}的{word}"
            unit = "项" if level == "items" else ""
            yield _number(name, float(count), kind, label, "再评结果", unit=unit)
            yield _number(f"{name}_share", float(share), "rate", f"{label}占比", "÷再评合计")
    row_of = _row(found.inflation.to_frame(), department)
    for name, label in (("mean", "平均自评偏高幅度"), ("median", "自评偏高幅度中位数"),
                        ("low", "平均自评偏高幅度下限"), ("high", "平均自评偏高幅度上限")):  # fmt: skip
        yield _number(f"{prefix}.inflation.{name}", row_of.get(name, math.nan), "points", label, "自评－再评")


def _grade_records(found: ReEvaluation, prefix: str, department: str) -> Iterator[Record]:
    """Yield how many projects fell, kept and rose in grade."""
    order = {name: place for place, (name, _, _) in enumerate(found.bands)}
    moved = found.migration.to_frame()
    moved = moved[moved["department"] == department]
    steps = moved["re_grade"].map(order) - moved["self_grade"].map(order)
    counts = {
        "down": moved.loc[steps > 0, "count"].sum(),
        "same": moved.loc[steps == 0, "count"].sum(),
        "up": moved.loc[steps < 0, "count"].sum(),
    }
    for name, label in _MIGRATION:
        yield _number(f"{prefix}.grade.{name}", int(counts[name]), "count", label, "等级迁移")


def _estimate_records(found: ReEvaluation, prefix: str, department: str) -> Iterator[Record]:
    """Yield the estimates for the rest of the population, where the sample carries them."""
    lines = found.estimates.to_frame()
    lines = lines[(lines["department"] == department) & lines["said"].isin(("interval", "bound"))]
    kinds: Mapping[str, tuple[RecordKind, str]] = {
        "mean_difference": ("points", "总体平均自评偏高幅度"), "share_changed": ("rate", "总体得分变动比例"),
        "money_wrong": ("rate", "总体评错等级金额比例"),
    }  # fmt: skip
    for estimand, part in lines.groupby("estimand", sort=False):
        kind, label = kinds[str(estimand)]
        row = part.iloc[0]
        for suffix, column, word in (("", "value", ""), (".low", "low", "下限"), (".high", "high", "上限"),
                                     (".bound", "one_sided_bound", "单侧上限")):  # fmt: skip
            yield _number(
                f"{prefix}.estimate.{estimand}{suffix}", row[column], kind, f"{label}{word}", str(row["method"])
            )
