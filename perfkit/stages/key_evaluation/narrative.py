"""Named texts and counts of an evaluation 项目与汇总记录: what sentences of the report say by name."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from perfkit.checks.scores import is_output_or_benefit
from perfkit.read.engagement import Engagement
from perfkit.rulebook import Framework, RuleSet, Run
from perfkit.stages.key_evaluation.fieldwork import CommentsResult
from perfkit.stages.key_evaluation.problems import ProblemsResult
from perfkit.stages.key_evaluation.scorecard import Scorecard
from perfkit.stages.key_evaluation.surveys import SurveysResult
from perfkit.terms import Adoption, Organiser, Term
from perfkit.trace import Record

MOST_NAMED = 3


def project_records(run: Run, rule_set: RuleSet, framework: Framework, engagement: Engagement) -> tuple[Record, ...]:
    """Return who, what and when of the evaluation as named texts; what is missing is a placeholder."""
    overview = engagement.overview

    def text(code: str, label: str) -> str:
        value = overview[code].value
        words = value.label if isinstance(value, Term) else str(value or "")
        return words.strip() or f"【待补充：{label}】"

    bureau = re.match(r".*?财政[局厅部]", text("division", "归口处室"))
    finance = bureau[0] if bureau else "财政部门"
    commissioner = finance if run.organiser is Organiser.FINANCE else text("department", "主管部门")
    named = [
        ("project.name", text("project_name", "项目名称"), "项目名称"),
        ("project.agency", text("agency", "项目单位"), "项目单位"),
        ("project.department", text("department", "预算部门"), "预算部门"),
        ("project.evaluator", text("evaluator", "评价机构"), "评价机构"),
        ("project.lead_evaluator", text("lead_evaluator", "主评人"), "主评人"),
        ("project.year", str(run.budget_year), "预算年度"),
        ("project.organiser", run.organiser.label, "评价类型"),
        ("project.period", text("period", "项目起止时间"), "项目起止时间"),
        ("commissioner", commissioner, "委托方"),
        ("framework.name", f"{framework.basis.document}{framework.basis.clause}《{framework.name}》", "指标体系框架"),
        ("framework.short", _short(framework), "指标体系框架简称"),
        ("project.is_demo", "是" if overview["is_demo"].value else "否", "演示数据"),
        ("rule_set.name", rule_set.name, "规则集"),
    ]
    records = [
        Record(name=name, value=value, kind="text", label=label, source="概况、运行文件")
        for name, value, label in named
    ]
    records.append(
        Record(name="project.evaluation_date", value=run.evaluation_date.isoformat(), kind="date", label="评价基准日",
               source="运行文件")
    )  # fmt: skip
    return tuple(records)


def _short(framework: Framework) -> str:
    """Return how evaluators name the framework in a sentence: 10 号附 2 for 财预〔2020〕10号 附2."""
    number = framework.basis.document.split(" ")[0].rpartition("〕")[2] or framework.basis.document
    spaced = re.sub(r"(?<=[^\d ])(?=\d)|(?<=\d)(?=[^\d ])", " ", f"{number}{framework.basis.clause}")
    return f" {spaced.strip()} "


def summary_records(
    card: Scorecard,
    lines: Sequence[dict[str, Any]],
    problems: ProblemsResult,
    bands: Sequence[tuple[str, float, float]],
) -> tuple[Record, ...]:
    """Return counts, lost points and enumerations over the scored tree."""
    lost = sorted((line for line in lines if line["lost"]), key=lambda line: float(line["lost"]), reverse=True)
    absent = [line for line in lines if line["absence"] is not None or math.isnan(line["score"])]
    level1 = [row for row in card.rows if row["level"] == 1]
    level2 = [row for row in card.rows if row["level"] == 2 and not row["is_item"]]
    weight = math.fsum(row["original_full"] for row in level1 if is_output_or_benefit(str(row["name"])))
    # An absent item that a policy scores zero has lost its points too.
    full = sum(1 for line in lines if line not in absent and not line["lost"])
    given = [row for row in problems.rows if not row["suggested"]]
    counts = (
        ("counts.level1", len(level1), "一级指标数"),
        ("counts.level2", len(level2), "二级指标数"),
        ("counts.items", len(lines), "三级指标数"),
        ("counts.full", full, "满分指标数"),
        ("counts.lost", len(lost), "失分指标数"),
        ("counts.absent", len(absent), "未计分指标数"),
    )
    return (
        *(Record(name=name, value=value, kind="count", label=label, unit="项", source="评分结果") for name, value, label in counts),
        Record(name="counts.summary", value=_counts_words(full, len(lost), absent), kind="text", label="得分概况",
               source="评分结果"),
        Record(name="lost.points", value=math.fsum(line["lost"] for line in lost), kind="score", label="失分合计",
               unit="分", decimals=card.result.choices.item_decimals, source="折算后分值－得分"),
        Record(name="lost.top", value=_enumerated([f"{line['code']}{line['name']}" for line in lost]), kind="text",
               label="失分较多的指标", source="按失分排序"),
        Record(name="weights.output_benefit", value=weight, kind="number", label="产出和效益分值", unit="分",
               source="指标体系"),
        Record(name="grade.bands", value="，".join(band_words(bands)), kind="text", label="等级区间", source="规则集"),
        Record(name="problems.summary", value=_enumerated([str(row["problem"]).rstrip("。") for row in given], most=12)
               or "【待补充：问题概述】", kind="text", label="问题概述", source="问题表"),
    )  # fmt: skip


def _counts_words(full: int, lost: int, absent: Sequence[dict[str, Any]]) -> str:
    """Return how many indicators got full marks, lost points, were not scored and why."""
    kinds = Counter(line["absence"].label if line["absence"] is not None else "无法计分" for line in absent)
    left_out = "".join(f"，{kind}{count}项" for kind, count in kinds.items())
    return f"满分{full}项，失分{lost}项{left_out}"


def _enumerated(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return names as a Chinese enumeration, or 无."""
    return "；".join(names[:most]) if most > MOST_NAMED else ("、".join(names[:most]) or "无")


def band_words(bands: Sequence[tuple[str, float, float]]) -> list[str]:
    """Return the bands in words, half-open but for the best one."""
    words = []
    for place, (name, low, high) in enumerate(bands):
        words.append(f"{low:g}（含）至{high:g}分{'（含）' if place == 0 else '（不含）'}为{name}")
    return words


def consequences(run: Run, rule_set: RuleSet, grade: str) -> str:
    """Return what the grade means for the next budget 结果应用: percentages only where a local pack is on.

    Parameters
    ----------
    run, rule_set : rules of the run. grade : official grade, empty where it is withheld.
    """
    applied = rule_set.results_application
    if applied is None:
        return (
            "国家规定要求反馈评价结果、限期整改，并把结果作为安排预算的重要依据，没有规定调整预算的比例"
            "（财预〔2020〕10号第二十七条）。本次评价没有适用的地方规定，不提出具体比例。"
        )
    if not grade:
        return f"等级暂未确定，{applied.basis.citation}的措施待等级确定后适用。"
    known = applied.grades.get(grade)
    if known is None:
        return f"{applied.basis.citation}没有与本次等级对应的规定。"
    share = (
        "" if known.low == known.high == 0 else f"核减幅度为{known.low:.0%}至{known.high:.0%}（{applied.hardness}），"
    )
    return (
        f"依据{applied.basis.citation}（{applied.basis.status.label}），等级为“{grade}”的：{share}{known.measures}；"
        f"计算基数为{applied.base}，整改期限{applied.rectification_days}日。"
    )


def limits(card: Scorecard, surveys: SurveysResult, lines: Sequence[dict[str, Any]], comments: CommentsResult) -> str:
    """Return what chapter 七 must list 其他需要说明的问题: absences, open points, surveys, refused comments.

    Parameters
    ----------
    card, lines : scored tree and its items. surveys, comments : lists of the report.
    """
    # Absences are told one by one below, with their names and points.
    told = [caveat.text.rstrip("。") for caveat in card.result.caveats if not caveat.code.startswith("ABSENCE_")]
    said = [f"{text}。" for text in told]
    for entry in card.result.moved:
        kind = entry.absence.label if entry.absence is not None else "无法计分"
        name = next(str(line["name"]) for line in lines if line["code"] == entry.code)
        points = entry.points * card.scale(entry.code)
        said.append(
            f"{entry.code}{name}（{entry.full_score:g}分）为“{kind}”，按“{entry.policy.label}”处理，涉及总分{points:g}分。"
        )
    open_points = [str(line["code"]) for line in lines if "NOT_ASSESSABLE" in line["flags"]]
    if open_points:
        said.append(f"{'、'.join(open_points)}有评价要点无法判定，未扣分。")
    for survey in surveys.surveys:
        texts = "；".join(dict.fromkeys(caveat.text for caveat in survey.caveats))
        if texts:
            said.append(f"{survey.group}问卷：{texts}。")
    refused = [str(row["id"]) for row in comments.rows if row["adoption"] == Adoption.REFUSED.label]
    if refused:
        said.append(f"书面意见{'、'.join(refused)}未予采纳，理由见附件“意见采纳情况”。")
    said.append("规则没有规定的事项，本次评价的处理方式见附件“规则未明确事项的处理”。")
    return "\n".join(said)
