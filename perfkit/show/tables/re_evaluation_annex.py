"""Annexes of a re-evaluation 再评价附表: sampling plan, agreement, severity, quality form, signs, parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.show.numbers import BLANK, format_value, is_missing, shortest
from perfkit.show.tables.departments import Look, of_all, table_by_department
from perfkit.show.tables.fields import Field, plain_text, require, table_of
from perfkit.show.tables.re_evaluation import METHODOLOGY, design_words, quantity
from perfkit.show.tables.statistics import coefficient, variant_words
from perfkit.show.tables.table import Table
from perfkit.terms import (
    Estimand,
    Planning,
    QualityAspect,
    Roles,
    SampleDesign,
    SamplePart,
    Selection,
    Statistic,
)

ROLES = {"self_versus_reference": "自评对再评价", "peers": "独立再评人之间"}
ON_RATES = {"rates": "得分率", "points": "得分", "grades": "等级"}
# variants of a statistic beyond its weights: what it was computed on, components of a study
VARIANTS = {
    "ICC(A,1) items": "ICC(A,1)，指标",
    "ICC(A,1) totals": "ICC(A,1)，项目总分",
    "person": "项目",
    "rater": "再评人",
    "residual": "残差",
}
YES = {True: "是", False: ""}
# block of the run file › key → what it decides, in the order of print
PARAMETERS: Mapping[str, tuple[str, str]] = {
    "tolerance": ("项目得分视为不变的允许偏差（分）", "变动不超过它的项目计为不变；指标得分任何变动都计"),
    "self_scores": ("评分时自评得分", "是否让再评人看到自评得分"),
    "adopted": ("多人评分时采用的得分", "一个项目有几名再评人评分时以哪个为再评价得分"),
    "desk.scoring": ("定量指标未达标的计分方法", "重算单位自评得分时采用"),
    "desk.execution": ("预算执行率的计分方法", "重算单位自评得分时采用"),
    "desk.overshoot": ("超额完成的提示界限（倍）", "实际值超过目标值这么多倍时提示目标可能偏低"),
    "desk.low_execution": ("预算执行率偏低的提示界限", "低于它而执行率得分仍高的提示核实"),
    "desk.undeclared": ("没有写明方向的目标值", "目标值没有“≥”“≤”且与实际值不同时怎样处理"),
    "desk.decimals": ("得分保留的小数位", "比较时按印出的位数"),
    "sample.design": ("抽样设计", "怎样选取再评项目"),
    "sample.strata": ("分层依据", "分层抽样时按什么分层"),
    "sample.money_edges": ("金额分档的下限（万元）", "按金额分层时采用"),
    "sample.half_width": ("平均偏高幅度的区间半宽（分）", "样本量按它测算"),
    "sample.sd": ("预期标准差（分）", "样本量按它测算"),
    "sample.share_half_width": ("变动比例的区间半宽", "样本量按它测算"),
    "sample.expected_changed": ("预期变动比例", "样本量按它测算"),
    "sample.materiality": ("可容忍的评错等级资金占比", "按金额抽样的样本量按它测算"),
    "sample.expected_wrong": ("预期评错等级资金占比", "按金额抽样的样本量按它测算"),
    "sample.certainty_from": ("必选项目的金额下限（万元）", "达到它的项目全部再评"),
    "sample.double_share": ("双评比例", "由两名再评人互不知情地各评一次的比例"),
    "sample.least": ("作区间估计的最少项目数", "少于它只列计数、清单和单侧精确上限"),
    "sample.picked": ("人工选取的项目", "只作描述，不推及其余项目"),
    "handling.inflation": ("普遍偏高的界限（分）", "平均偏高幅度的区间下限高于它"),
    "handling.own_rule_share": ("按自定规则有误的界限", "有误自评表占比达到它"),
    "handling.copied_share": ("填报雷同的界限", "雷同自评表占比达到它"),
    "handling.severity": ("再评人宽严之差的界限（分）", "同批项目上两名再评人之差（计入区间）超过它"),
    "handling.least": ("作部门结论的最少再评项目数", "少于它不作部门结论"),
    "quality_form": ("自评工作质量表", "所用的评分表"),
}
VALUE_WORDS = {
    "linear_2020": "按完成率线性计分（财预〔2020〕10号）",
    "pass_line_2021": "及格线以下不得分（财预〔2021〕101号）",
    "linear": "按执行率线性计分",
    "interval_2021": "按执行率分档（财预〔2021〕101号）",
    "not_computed": "不重算，列为待核实",
    "higher": "视为越高越好",
    "self_evaluation_quality": "自评工作质量表（按计数）",
    "agency": "项目单位",
    "category": "项目类别",
    "money": "金额",
    **{item.value: item.label for item in SampleDesign},
}


def table_plan_designs(frame: pd.DataFrame, *, name: str = "plan-designs") -> Table:
    """Return what each question asked of the sample 抽样设计与样本量.

    Parameters
    ----------
    frame : ``department``, ``estimand`` (``""`` where nothing is to be answered), ``design``, ``selection``, ``size``,
        ``certain``, ``drawn``, ``taken``, ``interval`` (万元), ``wanted``, ``achieved``.
    """
    require(frame, name, ("department", "estimand", "design", "wanted", "achieved"))
    plain = frame.to_dict(orient="records")
    shown = frame.assign(
        estimand=[plain_text(row["estimand"], Estimand) or "只作描述" for row in plain],
        design=[design_words(row["design"]) for row in plain],
        wanted_words=[_goal(row["wanted"], row["estimand"]) for row in plain],
        achieved_words=[_goal(row["achieved"], row["estimand"]) for row in plain],
    )
    fields = (
        Field("estimand", "要回答的", 2.4),
        Field("design", "抽样设计", 2.4),
        Field("size", "需要", 1.2, "count", "right"),
        Field("certain", "必选", 1.2, "count", "right"),
        Field("drawn", "抽取", 1.2, "count", "right"),
        Field("taken", "入选", 1.2, "count", "right"),
        Field("interval", "抽样间隔（万元）", 2.0, "money", "right", optional=True),
        Field("wanted_words", "要求", 2.1, align="right"),
        Field("achieved_words", "预计达到", 2.1, align="right"),
    )
    notes = (
        "要求和预计达到：平均偏高幅度为区间半宽（分），变动比例为区间半宽，评错等级的资金为占比上限。",
        METHODOLOGY,
    )
    look = Look(name=name, caption="抽样设计与样本量", font="small", notes=notes, empty="没有抽样方案")
    return table_by_department(shown, fields, look)


def _goal(value: Any, estimand: Any) -> str:
    """Return what a sample should reach, with its unit: ± points, ± percent, at most a share of the money."""
    code = plain_text(estimand)
    if is_missing(value) or not code:
        return BLANK
    unit = " 分" if code == Estimand.MEAN_DIFFERENCE else ""
    return f"{'≤' if code == Estimand.MONEY_WRONG else '±'}{quantity(value, code)}{unit}"


def _parts_words(frame: pd.DataFrame) -> list[str]:
    """Return the parts of frames in words; strata keep their own names."""
    return [plain_text(part, SamplePart) for part in frame["stratum"]]


def table_plan_parts(frame: pd.DataFrame, *, name: str = "plan-parts") -> Table:
    """Return the parts of the frame and what was taken of each 抽样框与入选数.

    Parameters
    ----------
    frame : ``department``, ``design``, ``stratum``, ``selection``, ``units``, ``money``, ``taken``;
        ``seed`` and ``frame_hash`` where they are known.
    """
    require(frame, name, ("design", "stratum"))
    shown = frame.assign(
        design=[design_words(code) for code in frame["design"]],
        stratum=_parts_words(frame),
    )
    fields = (
        Field("design", "抽样设计", 2.8),
        Field("stratum", "层", 3.4),
        Field("selection", "抽取方式", 2.8, term=Selection),
        Field("units", "项目", 1.6, "count", "right"),
        Field("money", "资金（万元）", 2.6, "money", "right"),
        Field("taken", "入选", 1.6, "count", "right"),
        Field("seed", "随机种子", 2.2, optional=True),
        Field("frame_hash", "抽样框校验码", 3.6, optional=True),
    )
    look = Look(name=name, caption="抽样框与各层入选数", font="small", empty="没有抽样方案")
    return table_by_department(shown, fields, look)


def table_plan_list(frame: pd.DataFrame, *, name: str = "plan-list") -> Table:
    """Return the drawn projects 抽样名单.

    Parameters
    ----------
    frame : ``department``, ``project``, ``name``, ``agency``, ``money``, ``design``, ``stratum``, ``order``,
        ``probability``, ``certainty``, ``certainty_reason``, ``double_scored``.
    """
    require(frame, name, ("design", "stratum", "certainty", "double_scored"))
    shown = frame.assign(
        design=[design_words(code) for code in frame["design"]],
        stratum=_parts_words(frame),
        certainty=frame["certainty"].astype(bool).map(YES),
        double_scored=frame["double_scored"].astype(bool).map(YES),
    )
    fields = (
        Field("project", "项目代码", 2.7),
        Field("name", "项目名称", 5.0, optional=True),
        Field("agency", "项目单位", 3.2, optional=True),
        Field("money", "资金（万元）", 2.2, "money", "right", optional=True),
        Field("design", "抽样设计", 2.4),
        Field("stratum", "层", 2.4),
        Field("order", "次序", 1.1, "count", "right"),
        Field("probability", "入选概率", 1.8, "rate", "right"),
        Field("certainty", "必选", 1.1, align="center"),
        Field("certainty_reason", "必选理由", 3.0, optional=True),
        Field("double_scored", "双评", 1.1, align="center"),
    )
    look = Look(name=name, caption="抽样名单", landscape=True, font="small", empty="没有抽样名单")
    return table_by_department(shown, fields, look)


def table_agreement(frame: pd.DataFrame, *, level: str = "", whole: bool = False) -> Table:
    """Return agreement coefficients 一致程度, reliability only between independent raters.

    Parameters
    ----------
    frame : ``department``, ``statistic``, ``value``, ``low``, ``high``, ``n``, ``on``, ``role``, ``note``.
    level : the confidence level as printed.
    whole : only the rows of all departments together.
    """
    frame = of_all(frame) if whole else frame
    require(frame, "re-evaluation-agreement", ("department", "statistic", "value", "low", "high", "n", "role"))
    plain = frame.to_dict(orient="records")
    shown = frame.assign(
        statistic=[_statistic(plain_text(row["statistic"]), plain_text(row.get("variant"))) for row in plain],
        value_words=[coefficient(row["value"]) for row in plain],
        interval=[_interval(row["low"], row["high"]) for row in plain],
        role=[_words(row["role"], ROLES) for row in plain],
        on=[_words(row.get("on"), ON_RATES) for row in plain],
    )
    told = _told(frame)
    marks = ["、".join(str(told.index(part) + 1) for part in _parts(row.get("note"))) for row in plain]
    shown = shown.assign(marks=marks)
    fields = (
        Field("role", "比较", 2.8),
        Field("statistic", "统计量", 4.6),
        Field("on", "口径", 1.4, align="center"),
        Field("n", "n", 1.1, "count", "right"),
        Field("value_words", "估计值", 1.8, align="right"),
        Field("interval", f"{level}区间", 2.8, align="center"),
        Field("marks", "注", 2.2, align="center", optional=True),
    )
    notes = (
        "自评对再评价的各项只称一致程度；信度只用于讨论之前相互独立的再评人之间。",
        "区间以再评项目可看作随机样本为前提；人工选取的项目不满足这一前提，只说明这些项目，不推及其余项目。",
        METHODOLOGY,
    )
    look = Look(name="re-evaluation-agreement", caption="一致程度", font="small", notes=notes, empty="没有可比较的评分")
    return table_by_department(shown, fields, look, merge="role")


def table_agreement_notes(frame: pd.DataFrame, *, whole: bool = False) -> Table:
    """Return the reservations of agreement coefficients, numbered as the table of coefficients names them 一致程度的保留.

    Parameters
    ----------
    frame, whole : as for :func:`table_agreement`.
    """
    frame = of_all(frame) if whole else frame
    require(frame, "re-evaluation-agreement-notes", ("note",))
    rows = [{"number": str(number), "text": text} for number, text in enumerate(_told(frame), start=1)]
    fields = (Field("number", "注", 1.2, align="center"), Field("text", "说明", 14.4))
    shown = pd.DataFrame(rows, columns=["number", "text"])
    name, caption = "re-evaluation-agreement-notes", "一致程度的保留说明"
    return table_of(shown, fields, name=name, caption=caption, font="small", empty="没有保留")


def _told(frame: pd.DataFrame) -> list[str]:
    """Return the reservations of all rows, each once."""
    notes = frame["note"] if "note" in frame.columns else ()
    return list(dict.fromkeys(part for note in notes for part in _parts(note)))


def _parts(note: Any) -> list[str]:
    """Return the reservations of a note, each alone."""
    return [part for part in plain_text(note).split("；") if part.strip()]


def _statistic(code: str, variant: str = "") -> str:
    """Return the name of a statistic with its variant."""
    member = Statistic.read(code) or Planning.read(code)
    label = code if member is None else member.label
    shown = VARIANTS.get(variant) or variant_words(variant) or variant
    return f"{label}（{shown}）" if shown else label


def _words(code: Any, words: Mapping[str, str]) -> str:
    member = Roles.read(plain_text(code))
    return words.get(plain_text(code), member.label if member is not None else plain_text(code))


def _interval(low: Any, high: Any) -> str:
    if is_missing(low) and is_missing(high):
        return BLANK
    return f"[{coefficient(low)}, {coefficient(high)}]"


def table_rater_severity(frame: pd.DataFrame) -> Table:
    """Return how strict each rater is 再评人宽严.

    Parameters
    ----------
    frame : ``department``, ``rater``, ``projects``, ``severity``, ``low``, ``high``, ``connected``.
    """
    require(frame, "rater-severity", ("low", "high", "connected"))
    plain = frame.to_dict(orient="records")
    shown = frame.assign(
        interval=[_interval(row["low"], row["high"]) for row in plain],
        connected=frame["connected"].astype(bool).map({True: "是", False: "否，不能比较"}),
    )
    fields = (
        Field("rater", "再评人", 3.0),
        Field("projects", "评分项目", 2.0, "count", "right"),
        Field("severity", "宽严（分，正为偏严）", 3.4, "points", "right"),
        Field("interval", "区间", 3.4, align="center"),
        Field("connected", "与他人有共同项目", 2.6, align="center"),
        Field("note", "说明", 3.0, optional=True),
    )
    look = Look(name="rater-severity", caption="再评人宽严", font="small", empty="只有一名再评人，不能比较")
    return table_by_department(shown, fields, look)


def table_quality(frame: pd.DataFrame) -> Table:
    """Return the quality of the self-evaluation work by counts 自评工作质量.

    Parameters
    ----------
    frame : ``department``, ``aspect``, ``criterion``, ``met``, ``of``, ``share``, ``points``, ``note``.
    """
    fields = (
        Field("aspect", "方面", 2.2, term=QualityAspect),
        Field("criterion", "内容", 5.4),
        Field("met", "符合", 1.5, "number", "right"),
        Field("of", "应有", 1.5, "number", "right"),
        Field("share", "占比", 1.8, "rate", "right"),
        Field("full", "分值", 1.3, "number", "right", optional=True),
        Field("points", "得分", 1.5, "points", "right", optional=True),
        Field("note", "说明", 3.6, optional=True),
    )
    notes = ("本表按计数填列，属于本项目约定的方法，不是规定；与项目得分分开，不影响任何项目的得分。",)
    look = Look(
        name="self-evaluation-quality", caption="自评工作质量（方法性评价）", font="small", notes=notes, empty="未评价"
    )
    return table_by_department(frame, fields, look, merge="aspect")


def table_signs(frame: pd.DataFrame) -> Table:
    """Return anomaly signs 异常提示, for the working paper only.

    Parameters
    ----------
    frame : ``sign``, ``department`` (``""``: pooled), ``value``, ``expected``, ``p``, ``false_positive_rate``, ``next``.
    """
    require(frame, "anomaly-signs", ("sign", "department", "value", "expected", "p", "false_positive_rate"))
    shown = frame.assign(
        department=[plain_text(name) or "合并全部部门" for name in frame["department"]],
        sign=[_statistic(plain_text(sign)) for sign in frame["sign"]],
        value_words=[_loose(value) for value in frame["value"]],
        expected_words=[_loose(value) for value in frame["expected"]],
        p_words=[BLANK if is_missing(p) else coefficient(p) for p in frame["p"]],
    )
    fields = (
        Field("department", "范围", 2.6),
        Field("sign", "提示", 4.4),
        Field("n", "n", 1.2, "count", "right", optional=True),
        Field("value_words", "观察值", 1.8, align="right"),
        Field("expected_words", "如无异常", 1.8, align="right"),
        Field("p_words", "p 值", 1.4, align="right"),
        Field("false_positive_rate", "误报率", 1.6, "rate", "right"),
        Field("next", "接下来核实什么", 5.0, optional=True),
        Field("note", "说明", 5.0, optional=True),
    )
    notes = ("异常提示只用于选择接下来核实的对象，不是结论，不进入报告，不作为任何部门或个人有过失的依据。",)
    look = Look(name="anomaly-signs", caption="异常提示", landscape=True, font="small", notes=notes, empty="没有提示")
    made = table_of(shown, fields, name=look.name, caption=look.caption, notes=notes, landscape=True, font="small")
    return made if len(shown) else table_of(shown, fields, name=look.name, caption=look.caption, empty=look.empty)


def _loose(value: Any) -> str:
    return plain_text(value) if isinstance(value, str) else coefficient(value)


def table_parameters(choices: ReEvaluationChoices, *, keys: bool = False) -> Table:
    """Return every choice of a re-evaluation as a printed parameter 再评价参数; ``keys`` names them as the run file does."""
    plain = choices.model_dump(mode="json")
    rows = []
    for key, (words, meaning) in PARAMETERS.items():
        block, _, own = key.rpartition(".")
        value = (plain[block] if block else plain).get(own)
        member = getattr(choices, own) if not block else None
        printed = getattr(member, "label", "") or _choice(value, key)
        rows.append({"key": key, "words": words, "value": printed, "meaning": meaning})
    fields = (
        Field("words", "参数", 4.2),
        Field("value", "采用", 3.8 if not keys else 3.0),
        Field("meaning", "含义", 7.8 if not keys else 4.0),
        *((Field("key", "运行文件中的键", 4.6),) if keys else ()),
    )
    notes = (
        "以上各项国家规定均没有给出数字，由本次再评价选定并逐项列明。",
        "抽样各项以各部门抽样方案登记的为准，见表“抽样设计与样本量”和附件“抽样方案”。",
    )
    frame = pd.DataFrame(rows)
    return table_of(frame, fields, name="re-evaluation-parameters", caption="再评价参数", notes=notes, font="small")


def _choice(value: Any, key: str) -> str:
    """Return the value of a parameter in words: shares as percent, lists joined, nothing as 不适用."""
    if value is None or value == []:
        return "不设"
    if isinstance(value, list):
        return "、".join(VALUE_WORDS.get(str(part), _choice(part, key)) for part in value)
    if isinstance(value, str):
        return VALUE_WORDS.get(value, value)
    share = re.search(r"share|low_execution|expected_changed|materiality", key) is not None
    return format_value(value, "rate", 0 if shortest(value * 100).isdigit() else 1) if share else shortest(value)
