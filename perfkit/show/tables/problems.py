"""Tables of problems, advice, comments and open points 问题、建议、意见与待补充事项表."""

from __future__ import annotations

import pandas as pd

from perfkit.show.tables.fields import NOT_FILLED, Field, table_of
from perfkit.show.tables.table import Table
from perfkit.terms import Adoption, Severity


def table_problems(frame: pd.DataFrame) -> Table:
    """Return the problem list of the annex 问题清单.

    Parameters
    ----------
    frame : ``id``, ``problem``, ``facts``, ``indicators`` (codes), ``amount`` (万元), ``cause``, ``advice``. A blank
        cell that only a person can fill prints as 【待补充：…】.
    """
    fields = (
        Field("id", "编号", 1.4, align="center"),
        Field("problem", "问题", 4.2, ask="问题"),
        Field("facts", "事实", 6.2, ask="事实"),
        Field("indicators", "关联指标", 2.2),
        Field("amount", "涉及金额（万元）", 2.2, "money", "right"),
        Field("cause", "原因", 4.4, ask="原因"),
        Field("advice", "建议", 5.1, ask="建议"),
    )
    caption = "绩效评价问题清单"
    return table_of(frame, fields, name="problems", caption=caption, landscape=True, font="small", empty=NOT_FILLED)


def table_advice_matrix(frame: pd.DataFrame) -> Table:
    """Return who does what by when with which proof 整改建议表.

    Parameters
    ----------
    frame : ``id``, ``problem``, ``advice``, ``responsible``, ``deadline``, ``proof`` (blank: 【待补充：…】).
    """
    fields = (
        Field("id", "编号", 1.3, align="center"),
        Field("problem", "对应问题", 3.4, ask="问题"),
        Field("advice", "建议", 4.4, ask="建议"),
        Field("responsible", "责任单位", 2.2, ask="责任单位"),
        Field("deadline", "整改时限", 2.0, "date", ask="整改时限"),
        Field("proof", "完成标志", 2.4, ask="完成标志"),
    )
    return table_of(frame, fields, name="advice", caption="整改建议一览", font="small", empty=NOT_FILLED)


def table_comments(frame: pd.DataFrame) -> Table:
    """Return every comment with its answer 意见采纳情况.

    Parameters
    ----------
    frame : ``id``, ``origin``, ``text``, ``indicators``, ``adoption``, ``reason``, ``before``, ``after`` (scores).
    """
    fields = (
        Field("id", "编号", 1.3, align="center"),
        Field("origin", "意见来源", 2.2),
        Field("text", "意见内容", 4.0),
        Field("indicators", "关联指标", 1.8),
        Field("adoption", "处理", 1.5, align="center", term=Adoption),
        Field("reason", "理由", 3.0, ask="理由"),
        Field("before", "修改前得分", 1.4, "score", "right", optional=True),
        Field("after", "修改后得分", 1.4, "score", "right", optional=True),
    )
    return table_of(frame, fields, name="comments", caption="征求意见采纳情况", font="small", empty=NOT_FILLED)


def table_open_points(frame: pd.DataFrame) -> Table:
    """Return what only a person can still write 待补充事项清单.

    Parameters
    ----------
    frame : ``number``, ``chapter``, ``text``.
    """
    fields = (
        Field("number", "序号", 1.4, "count", "center"),
        Field("chapter", "所在章节", 4.6),
        Field("text", "待补充内容", 9.6),
    )
    return table_of(frame, fields, name="open-points", caption="待补充事项清单", empty="无待补充事项")


def table_findings(frame: pd.DataFrame) -> Table:
    """Return the findings of the machine checks 质检单.

    Parameters
    ----------
    frame : ``code``, ``severity``, ``subject``, ``message``, ``expected``, ``found``, ``basis``, ``where``; optional
        ``waiver``.
    """
    fields = (
        Field("code", "检查", 1.4, align="center"),
        Field("severity", "程度", 1.3, align="center", term=Severity),
        Field("subject", "对象", 2.6),
        Field("message", "发现", 7.4),
        Field("expected", "应为", 2.8),
        Field("found", "实为", 2.8),
        Field("basis", "依据", 3.4),
        Field("where", "位置", 4.0),
        Field("waiver", "放行", 2.4, optional=True),
    )
    return table_of(frame, fields, name="findings", caption="质检单", landscape=True, font="small", empty="未发现矛盾")
