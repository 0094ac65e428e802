"""Tables of evidence and rules 证据与规则表: evidence index, bases, silent-rule choices."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from perfkit.show.tables.fields import NOT_FILLED, Field, plain_text, require, table_of
from perfkit.show.tables.table import Table, merge_down
from perfkit.terms import Status, Verified

HASH_DIGITS = 8


def table_evidence(frame: pd.DataFrame) -> Table:
    """Return the evidence index 证据索引.

    Parameters
    ----------
    frame : ``id``, ``document``, ``page``, ``holder``, ``category``, ``cited_by`` (item codes); optional ``date``,
        ``file``, ``sha256`` (the first eight digits are printed).
    """
    shown = frame
    if "sha256" in frame.columns:
        shown = frame.assign(sha256=[plain_text(digest)[:HASH_DIGITS] for digest in frame["sha256"]])
    fields = (
        Field("id", "证据编号", 1.8),
        Field("document", "资料名称", 6.4),
        Field("page", "页码", 1.6, align="center"),
        Field("holder", "持有单位", 3.6),
        Field("category", "类别", 2.2),
        Field("date", "取得日期", 2.8, "date", optional=True),
        Field("file", "文件", 3.2, optional=True),
        Field("sha256", "校验值（前 8 位）", 2.2, optional=True),
        Field("cited_by", "引用指标", 2.6),
    )
    caption = "证据索引"
    return table_of(shown, fields, name="evidence", caption=caption, landscape=True, font="small", empty=NOT_FILLED)


def table_bases(frame: pd.DataFrame, *, checked: bool = False) -> Table:
    """Return the documents and clauses that were used 评价依据表.

    Parameters
    ----------
    frame : ``document``, ``title``, ``clause``, ``status``; optional ``standing`` (e.g. 参照, where a rule is outside
        its dates).
    checked : print ``verified`` (V, P or M: how far the text was checked), which is for the working paper.
    """
    fields = (
        Field("document", "文号", 3.4),
        Field("title", "名称", 5.4),
        Field("clause", "条款", 2.6),
        Field("status", "层级", 2.0, align="center", term=Status),
        *((Field("verified", "核对", 2.2, align="center", term=Verified),) if checked else ()),
        Field("standing", "效力", 2.2, align="center", optional=True),
    )
    plain = table_of(frame, fields, name="bases", caption="评价所用规则依据", font="small", empty="无规则依据")
    if frame.empty:
        return plain
    keys = [(plain_text(row["document"]), plain_text(row["title"])) for row in frame.to_dict(orient="records")]
    return replace(plain, rows=merge_down(plain.rows, [(key,) for key in keys], [(0, 1)]))


def table_silent_rules(frame: pd.DataFrame) -> Table:
    """Return the choices made where the rules are silent 规则未明确事项的处理.

    Parameters
    ----------
    frame : ``code`` (X01–X19), ``topic``, ``choice``, ``origin`` (``default``/``rule``/``run`` or 默认/规则/运行文件),
        ``used_by`` (item codes), ``points_moved`` (points, NaN where none can be named), ``basis``.
    """
    require(frame, "silent-rules", ("origin",))
    words = {"default": "默认", "rule": "规则", "run": "运行文件"}
    shown = frame.assign(origin=[words.get(text := plain_text(origin), text) for origin in frame["origin"]])
    fields = (
        Field("code", "编号", 1.2, align="center"),
        Field("topic", "事项", 2.8),
        Field("choice", "采用的处理", 3.6),
        Field("origin", "来源", 1.5, align="center"),
        Field("used_by", "涉及指标", 2.8),
        Field("points_moved", "影响分值", 1.5, "score", "right"),
        Field("basis", "依据", 2.6),
    )
    caption = "规则未明确事项的处理口径"
    return table_of(shown, fields, name="silent-rules", caption=caption, font="small", empty="未用到")
