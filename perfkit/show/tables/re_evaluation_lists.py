"""Lists of a re-evaluation 再评价清单: projects and items, findings of the desk check, what goes back, what had no pair."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from perfkit.show.tables.departments import Look, of_all, table_by_department
from perfkit.show.tables.fields import Field, plain_text, require
from perfkit.show.tables.re_evaluation import SIGN, reason_words
from perfkit.show.tables.table import Table
from perfkit.terms import ScoreChange, Severity, Tier

SIDES = {
    "self_only": "只有自评得分",
    "re_only": "只有再评价得分",
    "weight_differs": "分值不一致",
    "out_of_range": "自评得分超出分值",
    "two_forms": "同一项目有多份自评表",
}
SERIOUS = (Severity.ERROR.value, Severity.WARNING.value)
RANKS = "依据前的标记：〔N〕国家规定，〔C〕中央部门试行，〔P〕实务做法或本项目约定；算术与逻辑不加标记。"
POINTS = "涉及分值为按自评表自己的规则或批复的目标应增减的分值，负数为应扣减；“—”为不涉及分值。"
COUNTED = "一份自评表可有几处；资金行等不影响得分的，不计入正文“计分有误”的份数。"
HINTS = "程度为“提示”的检查只供再看，不计入正文的问题处数，不退回修改。"
OWN_RULE = "按自定规则有误指单位没有按自评表自己的分值、目标值和计分方法算对，与再评人的不同判断分开列示。"


def table_projects(frame: pd.DataFrame) -> Table:
    """Return every re-scored project with self-score and re-evaluated score 再评项目得分对照.

    Parameters
    ----------
    frame : ``department``, ``agency``, ``project``, ``name``, ``money``, ``self_total``, ``re_total``, ``inflation``,
        ``direction``, ``self_grade``, ``re_grade``, ``items``, ``items_changed``, ``tier``.
    """
    require(frame, "re-evaluation-projects", ("tier",))
    scored = frame[frame["tier"].map(plain_text) == Tier.RE_SCORED.value]
    fields = (
        Field("project", "项目代码", 2.7),
        Field("name", "项目名称", 5.0),
        Field("agency", "项目单位", 3.2),
        Field("money", "资金（万元）", 2.2, "money", "right"),
        Field("self_total", "自评得分", 1.7, "score", "right"),
        Field("re_total", "再评价得分", 1.8, "score", "right"),
        Field("inflation", "偏高幅度（分）", 1.6, "points", "right"),
        Field("direction", "变动", 1.3, align="center", term=ScoreChange),
        Field("self_grade", "自评等级", 1.5, align="center"),
        Field("re_grade", "再评价等级", 1.6, align="center"),
        Field("items_changed", "变动指标（项）", 1.5, "count", "right"),
    )
    look = Look(
        name="re-evaluation-projects",
        caption="再评项目得分对照",
        notes=(SIGN, "未列入本表的项目未再评，得分不作调整。"),
        landscape=True,
        font="small",
        empty="没有再评项目",
    )
    return table_by_department(scored, fields, look)


def table_re_scored_items(frame: pd.DataFrame, *, changed: bool = False, name: str = "") -> Table:
    """Return re-scored items 再评指标明细.

    Parameters
    ----------
    frame : ``department``, ``project``, ``item``, ``level1``, ``level3``, ``full``, ``self_score``, ``re_score``, ``change``
        (re-evaluated minus self), ``direction``, ``reason``, ``explanation``, ``evidence``, ``amount``.
    changed : only items whose score moved.
    """
    require(frame, "re-evaluation-items", ("direction", "reason"))
    moved = frame["direction"].map(plain_text) != ScoreChange.EQUAL.value
    fields = (
        Field("project", "项目代码", 2.7),
        Field("level1", "一级指标", 1.8),
        Field("level3", "三级指标", 3.6),
        Field("full", "满分", 1.1, "number", "right"),
        Field("self_score", "自评", 1.3, "score", "right"),
        Field("re_score", "再评价", 1.3, "score", "right"),
        Field("change", "变动", 1.3, "points", "right"),
        Field("amount", "金额（万元）", 1.9, "money", "right"),
        Field("evidence", "证据", 1.8),
        Field("reason", "原因", 2.2),
        Field("explanation", "说明", 5.0),
    )
    look = Look(
        name=name or ("item-changes" if changed else "re-evaluation-items"),
        caption="得分变动的指标" if changed else "再评指标明细",
        notes=("变动＝再评价得分－自评得分；分值按自评表满分 100 分计。",),
        landscape=True,
        font="small",
        empty="没有得分变动的指标" if changed else "没有逐指标再评的项目",
    )
    shown = frame.assign(reason=frame["reason"].map(reason_words))
    return table_by_department(shown[moved] if changed else shown, fields, look)


def table_examples(frame: pd.DataFrame, reasons: Sequence[str], *, most: int = 3) -> Table:
    """Return the largest changes for each of some reasons 典型事例.

    Parameters
    ----------
    frame : as for :func:`table_re_scored_items`.
    reasons : codes of reasons, in the order of print.
    most : examples a reason.
    """
    require(frame, "examples", ("reason", "change"))
    size = frame["change"].abs()
    ranked = frame.loc[size.sort_values(ascending=False, kind="stable").index]
    codes = ranked["reason"].map(plain_text)
    shown = pd.concat([ranked.iloc[:0], *(ranked[codes == reason].head(most) for reason in reasons)])
    shown = shown.assign(about=shown["reason"].map(reason_words), department="")
    fields = (
        Field("about", "原因", 1.8),
        Field("name", "项目", 3.6),
        Field("level3", "指标", 2.6),
        Field("self_score", "自评", 1.2, "score", "right"),
        Field("re_score", "再评价", 1.3, "score", "right"),
        Field("explanation", "说明", 5.2),
    )
    look = Look(name="examples", caption="变动较大的事例", font="small", empty="没有逐指标再评的项目")
    return table_by_department(shown, fields, look, merge="about")


def table_desk_summary(frame: pd.DataFrame, *, whole: bool = False) -> Table:
    """Return the desk check by check and department 复核发现汇总.

    Parameters
    ----------
    frame : ``department``, ``code``, ``label``, ``findings``, ``projects``, ``own_rule``, ``points``;
        ``severity`` where it is known.
    whole : only the rows of all departments together.
    """
    frame = of_all(frame) if whole else frame
    fields = (
        Field("code", "检查", 1.4, align="center"),
        Field("label", "内容", 5.2),
        Field("severity", "程度", 1.3, align="center", term=Severity, optional=True),
        Field("findings", "发现（处）", 1.8, "count", "right"),
        Field("projects", "涉及项目（个）", 1.8, "count", "right"),
        Field("own_rule", "按自定规则有误（处）", 2.4, "count", "right"),
        Field("points", "涉及分值（分）", 1.8, "points", "right"),
    )
    hints = "severity" in frame.columns and (frame["severity"].map(plain_text) == Severity.INFO.value).any()
    notes = (OWN_RULE, COUNTED, POINTS, HINTS if hints else "")
    look = Look(name="desk-summary", caption="复核发现汇总", font="small", notes=notes, empty="复核没有发现问题")
    return table_by_department(frame, fields, look)


def table_desk_findings(frame: pd.DataFrame, *, serious: bool = False) -> Table:
    """Return the findings of the desk check 复核发现明细.

    Parameters
    ----------
    frame : ``department``, ``agency``, ``project``, ``name``, ``item``, ``level3``, ``code``, ``severity``, ``message``,
        ``expected``, ``found``, ``basis``, ``where``, ``own_rule``, ``points``.
    serious : only errors and warnings; hints are for the working paper.
    """
    require(frame, "desk-findings", ("own_rule", "item", "level3", "severity"))
    shown = frame[frame["severity"].map(plain_text).isin(SERIOUS)] if serious else frame
    own = shown["own_rule"].astype(bool)
    shown = shown.assign(
        own=own.map({True: "是", False: ""}),
        about=[
            plain_text(level3) or plain_text(item) or "（整表）"
            for level3, item in zip(shown["level3"], shown["item"], strict=True)
        ],
    )
    fields = (
        Field("project", "项目代码", 2.7),
        Field("name", "项目名称", 3.2),
        Field("about", "指标", 2.6),
        Field("code", "检查", 1.1, align="center"),
        Field("severity", "程度", 1.1, align="center", term=Severity),
        Field("message", "发现", 5.4),
        Field("own", "自定规则", 1.2, align="center"),
        Field("points", "涉及分值（分）", 1.4, "points", "right"),
        Field("basis", "依据", 2.6),
        Field("where", "位置", 4.8),
    )
    look = Look(
        name="desk-findings",
        caption="复核发现明细",
        notes=(OWN_RULE, POINTS, RANKS),
        landscape=True,
        font="small",
        empty="复核没有发现问题",
    )
    return table_by_department(shown, fields, look)


def table_own_rule_scores(frame: pd.DataFrame) -> Table:
    """Return totals as printed and as the unit's own rule gives them 按单位自定规则重算.

    Parameters
    ----------
    frame : ``department``, ``project``, ``name``, ``printed_total``, ``own_rule_total``, ``difference``, ``items_wrong``.
    """
    fields = (
        Field("project", "项目代码", 2.6),
        Field("name", "项目名称", 4.6),
        Field("printed_total", "自评表总分", 2.0, "score", "right"),
        Field("own_rule_total", "按自定规则", 2.0, "score", "right"),
        Field("difference", "相差", 1.6, "points", "right"),
        Field("items_wrong", "有误指标", 1.6, "count", "right"),
    )
    look = Look(
        name="own-rule-scores",
        caption="按单位自定规则重算的得分",
        notes=("只检验计算是否符合自评表自己的规则，不是再评价得分，不替代自评得分。",),
        font="small",
        empty="没有可重算的自评表",
    )
    return table_by_department(frame, fields, look)


def table_send_back(frame: pd.DataFrame) -> Table:
    """Return what goes back for correction 退回修改清单.

    Parameters
    ----------
    frame : ``department``, ``agency``, ``project``, ``name``, ``item``, ``level3``, ``message``, ``where``, ``mend``.
    """
    require(frame, "send-back", ("item", "level3"))
    about = [
        plain_text(level3) or plain_text(item) or "（整表）"
        for level3, item in zip(frame["level3"], frame["item"], strict=True)
    ]
    fields = (
        Field("agency", "项目单位", 2.6),
        Field("project", "项目代码", 2.4),
        Field("name", "项目名称", 3.2),
        Field("about", "指标", 2.6),
        Field("message", "需要修改的问题", 6.0),
        Field("where", "位置", 5.0),
        Field("mend", "修改要求", 3.6),
    )
    look = Look(name="send-back", caption="退回修改清单", landscape=True, font="small", empty="没有需要退回修改的事项")
    return table_by_department(frame.assign(about=about), fields, look)


def table_send_back_counts(frame: pd.DataFrame) -> Table:
    """Return how much goes back to each agency 退回修改汇总.

    Parameters
    ----------
    frame : as for :func:`table_send_back`.
    """
    require(frame, "send-back-counts", ("department", "agency", "project"))
    grouped = frame.groupby(["department", "agency"], sort=False)["project"]
    counts = pd.DataFrame({"projects": grouped.nunique(), "entries": grouped.size()}).reset_index()
    fields = (
        Field("agency", "项目单位", 7.0),
        Field("projects", "涉及项目", 3.0, "count", "right"),
        Field("entries", "修改事项（条）", 3.0, "count", "right"),
    )
    look = Look(name="send-back-counts", caption="退回修改事项汇总", font="small", empty="没有需要退回修改的事项")
    return table_by_department(counts, fields, look)


def table_send_back_kinds(frame: pd.DataFrame) -> Table:
    """Return how much each kind of correction is asked for 退回修改事项分类.

    Parameters
    ----------
    frame : as for :func:`table_send_back`.
    """
    require(frame, "send-back-kinds", ("department", "mend", "project"))
    grouped = frame.groupby(["department", "mend"], sort=False)["project"]
    counts = pd.DataFrame({"projects": grouped.nunique(), "entries": grouped.size()}).reset_index()
    fields = (
        Field("mend", "修改要求", 9.0),
        Field("projects", "涉及项目（个）", 3.0, "count", "right"),
        Field("entries", "修改事项（条）", 3.0, "count", "right"),
    )
    look = Look(name="send-back-kinds", caption="退回修改事项分类", font="small", empty="没有需要退回修改的事项")
    return table_by_department(counts, fields, look)


def table_unpaired(frame: pd.DataFrame) -> Table:
    """Return items that stand on one side only 未配对的指标.

    Parameters
    ----------
    frame : ``department``, ``project``, ``item``, ``side``, ``self_full``, ``re_full``, ``where``.
    """
    require(frame, "unpaired", ("side",))
    shown = frame.assign(side=[SIDES.get(plain_text(side), plain_text(side)) for side in frame["side"]])
    fields = (
        Field("project", "项目代码", 2.8),
        Field("item", "指标", 3.2),
        Field("side", "情形", 3.2),
        Field("self_full", "自评满分", 1.8, "number", "right"),
        Field("re_full", "再评满分", 1.8, "number", "right"),
        Field("where", "位置", 4.6),
    )
    look = Look(name="unpaired", caption="未能配对的指标", font="small", empty="全部配对")
    return table_by_department(shown, fields, look)


def table_review_depth(frame: pd.DataFrame, *, shallow: bool = False, unchanged: bool = False) -> Table:
    """Return how deep each re-scored project was looked at 复核深度.

    Parameters
    ----------
    frame : ``department``, ``project``, ``items``, ``items_checked``, ``evidence_seen``, ``changed``, ``shallow``.
    shallow : only projects that changed nothing and whose depth is not shown.
    unchanged : only projects that changed nothing.
    """
    require(frame, "review-depth", ("shallow", "changed"))
    kept = frame[frame["shallow"].astype(bool)] if shallow else frame
    kept = kept[~kept["changed"].astype(bool)] if unchanged else kept
    fields = (
        Field("project", "项目代码", 3.4),
        Field("items", "指标（项）", 2.0, "count", "right"),
        Field("items_checked", "核查指标（项）", 2.4, "count", "right"),
        Field("evidence_seen", "查看佐证（份）", 2.4, "count", "right"),
        *(() if unchanged else (Field("changed", "有变动", 1.6, align="center"),)),
        Field("shown", "深度", 3.6),
    )
    words = {True: "没有变动，且未登记深度", False: "已登记"}
    known = kept["changed"].astype(bool).map({True: "是", False: "否"})
    shown = kept.assign(shown=kept["shallow"].astype(bool).map(words), changed=known)
    look = Look(
        name="review-depth-open" if shallow else "review-depth-unchanged" if unchanged else "review-depth",
        caption=(
            "没有变动且未登记复核深度的项目" if shallow else "得分没有变动的项目的复核深度" if unchanged else "复核深度"
        ),
        font="small",
        empty="没有这样的项目" if shallow or unchanged else "没有再评项目",
    )
    return table_by_department(shown, fields, look)
