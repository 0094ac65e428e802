"""Chapters that grow with the data 随数据展开的章节: analysis by level 1, problems, limits, survey reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from perfkit.errors import Problem
from perfkit.result import Result
from perfkit.show.catalogue import table
from perfkit.show.figures import plot_survey
from perfkit.show.numbers import fixed, is_missing
from perfkit.show.pieces import Pieces, Showable, SubHeading
from perfkit.show.prose import opinion_sentence, trace_sentence
from perfkit.show.record import RecordBook, Said, quote
from perfkit.show.tables import Table
from perfkit.show.tables.fields import Field, plain_text, table_of
from perfkit.trace import Trace


def arithmetic(traces: Iterable[Trace], book: RecordBook) -> dict[str, str]:
    """Return item code → its arithmetic in words 计算过程, with the framework named as the run names it."""
    framework = str(book["framework.short"].value)
    return {trace.item: trace_sentence(trace, framework=framework) for trace in traces}


def _escaped(text: str) -> str:
    """Return a text of the data that ``say`` prints as it stands."""
    return text.replace("{", "{{").replace("}", "}}").replace("**", "****")


def scored_indicators(scorecard: Result, traces: Sequence[Trace], book: RecordBook) -> Table:
    """Return the scored indicator table with arithmetic and opinion per item 指标评分表.

    Parameters
    ----------
    scorecard : result of kind ``scorecard``. traces : arithmetic of its items. book : records of the run.
    """
    frame = scorecard.to_frame()
    by_code = {trace.item: trace for trace in traces}
    shown = frame.assign(trace=pd.Series([by_code.get(code) for code in frame["code"]], dtype=object))
    return table(shown, "items", kind="scorecard", records=book, framework=str(book["framework.short"].value))


def level_summary(scorecard: Result, book: RecordBook) -> Said:
    """Return the level-1 scores in one sentence 一级指标得分概述."""
    rows = [row for row in scorecard.to_frame().to_dict(orient="records") if row["level"] == 1]
    named = "、".join(
        f"{_escaped(str(row['name']))}类{{{row['record']}.score}}分（满分{{{row['record']}.full_score}}分，"
        f"得分率{{{row['record']}.rate}}）"
        for row in rows
    )
    return book.say(f"其中，{named}。")


def levels(scorecard: Result, traces: Sequence[Trace], book: RecordBook) -> Pieces:
    """Return the analysis of every level-1 indicator 指标分析: its points, its items, what each earned and why.

    Parameters
    ----------
    scorecard : result of kind ``scorecard``: rows in tree order with ``level``, ``is_item``, ``record``, ``opinion``.
    traces, book : arithmetic of the items and records of the run.
    """
    rows = scorecard.to_frame().to_dict(orient="records")
    words = arithmetic(traces, book)
    by_code = {trace.item: trace for trace in traces}
    parts: list[Showable] = []
    for level1 in (row for row in rows if row["level"] == 1):
        items = [row for row in rows if row["is_item"] and row["level1"] == level1["name"]]
        record = level1["record"]
        parts.append(SubHeading(str(level1["name"])))
        parts.append(
            book.say(
                f"“{_escaped(level1['name'])}”类指标共 {len(items)} 项，满分{{{record}.full_score}}分，得{{{record}.score}}分，"
                f"得分率{{{record}.rate}}。{_lost_words(items, book)}"
            )
        )
        for level2 in dict.fromkeys(str(row["level2"]) for row in items):
            if level2:
                parts.append(SubHeading(level2, level=3))
            parts.extend(_item(row, by_code[row["code"]], words, book) for row in items if str(row["level2"]) == level2)
    return Pieces.of(parts)


def _lost_words(items: Sequence[dict[Any, Any]], book: RecordBook) -> str:
    """Name the items of a level that lost points, each with its score."""
    lost = [row for row in items if not is_missing(row["rate"]) and row["rate"] < 1 - 1e-9]
    if not lost:
        return "已计分的指标均得满分。" if any(not is_missing(row["rate"]) for row in items) else ""
    named = "、".join(
        f"{_escaped(str(row['name']))}（{{{row['record']}.score}}/{{{row['record']}.full_score}}）" for row in lost
    )
    return f"失分的指标有：{named}。"


def _item(row: dict[Any, Any], trace: Trace, words: dict[str, str], book: RecordBook) -> Said:
    """Return one item: arithmetic, opinion, and its score by record."""
    name = f"**{_escaped(str(row['code']))} {_escaped(str(row['name']))}**　"
    if row["absence"]:
        why = _escaped(str(row["opinion"] or "").strip())
        return book.say(f"{name}{_escaped(words.get(row['code'], ''))}。{why}".replace("\n", ""))
    written = str(row["opinion"] or "").strip()
    opinion = _escaped(
        written or opinion_sentence(str(row["name"]), trace, evidence=_marks(row), reasons=row["reasons"], brief=True)
    )
    record = row["record"]
    return book.say(
        f"{name}{_escaped(words.get(row['code'], ''))}。{opinion}{'' if opinion.endswith(('。', '】')) else '。'}"
        f"该指标得{{{record}.score}}分，得分率{{{record}.rate}}。".replace("\n", "")
    )


def _marks(row: dict[Any, Any]) -> list[str]:
    """Return the evidence ids of an item."""
    return [mark for mark in str(row["evidence"] or "").split("；") if mark]


def caveats(*results: Result) -> Said:
    """Return the caveats of results, which a draft may not drop 保留说明."""
    texts = dict.fromkeys(caveat.text for result in results for caveat in result.caveats)
    return quote("\n".join(f"{text.rstrip('。')}。" for text in texts))


def problems(result: Result) -> Pieces:
    """Return the problems as text 问题及原因: heading, facts, indicators, cause; suggestions are marked as open.

    Parameters
    ----------
    result : result of kind ``problems``.
    """
    rows = result.to_frame().to_dict(orient="records")
    parts: list[Showable] = []
    for row in rows:
        suggested = bool(row["suggested"])
        parts.append(
            SubHeading(f"待确认：{row['indicators']}失分" if suggested else str(row["problem"]).rstrip("。"), level=3)
        )
        facts = str(row["facts"] or "").strip() or "【待补充：事实】"
        cause = str(row["cause"] or "").strip() or "【待补充：原因】"
        lead = f"{row['problem']}　" if suggested else ""
        parts.append(
            quote(f"{lead}{facts.rstrip('。')}。涉及指标：{row['indicators'] or '—'}。\n原因：{cause.rstrip('。')}。")
        )
    if not parts:
        parts.append(quote("评价未发现需要列示的问题。"))
    return Pieces.of(parts)


def process(fieldwork: Any, surveys: Any, comments: Any, book: RecordBook) -> Pieces:
    """Return what was done on site, asked and commented 工作过程; an empty sheet is a placeholder, never a zero.

    Parameters
    ----------
    fieldwork, surveys, comments : results of these kinds. book : records of the run.
    """
    parts: list[Showable] = []
    if fieldwork.n_used:
        covered = (
            ""
            if is_missing(fieldwork.coverage)
            else "，涉及资金{fieldwork.money}万元，占到位资金的{fieldwork.coverage}"
        )
        parts.append(
            book.say(
                "现场工作共{fieldwork.total}次，其中访谈{fieldwork.interview}次、座谈{fieldwork.meeting}次、"
                f"现场核查{{fieldwork.site_check}}次{covered}（同一单位只计一次）。"
            )
        )
        parts.append(table(fieldwork))
    else:
        parts.append(quote("【待补充：现场工作情况（访谈、座谈、现场核查）】"))
    if surveys.n_used:
        parts.append(book.say("开展满意度问卷{surveys.total}项，有效问卷{surveys.respondents}份，详见附件。"))
    if comments.n_used:
        parts.append(
            book.say(
                "报告征求意见收到书面意见{comments.total}条，采纳{comments.adopted}条、部分采纳{comments.partly}条、"
                "不采纳{comments.refused}条，逐条理由见附件。"
            )
        )
    else:
        parts.append(quote("【待补充：征求被评价单位和委托方意见的情况】"))
    return Pieces.of(parts)


def filled(*results: Result, book: RecordBook | None = None) -> Pieces:
    """Return the tables of those results that have rows 有内容的表; an empty list prints nothing."""
    return Pieces.of(table(result, records=book) for result in results if not result.to_frame().empty)


def survey_reports(result: Any, book: RecordBook) -> Pieces:
    """Return a report per surveyed group 满意度调查报告: design, satisfaction, questions, distribution.

    Parameters
    ----------
    result : result of kind ``surveys``; its ``surveys`` are results of kind ``survey``. book : records of the run.
    """
    parts: list[Showable] = []
    summary = result.to_frame().set_index("id")
    for survey in result.surveys:
        row = summary.loc[survey.id]
        record = str(row["record"])
        parts.append(SubHeading(str(row["group"])))
        parts.append(
            book.say(
                f"问卷{_escaped(survey.id)}以“{row['access']}”方式进行，{_counts(row, record)}{_valid(row, record)}。"
                f"量表分值为{row['scale']}。满意度为{{{record}.satisfaction}}{_interval(row, record)}。{_top_two(row, record)}"
            )
        )
        if note := str(row["interval_note"]).strip():
            parts.append(quote(f"{note}。"))
        parts.append(table(survey))
        if survey.answers.groups:
            parts.append(_subgroups(survey))
        if any(sum(counts) for counts in survey.answers.counts):
            parts.append(plot_survey(survey.to_frame(), options=survey.options, group=survey.group, id=survey.id))
    if not parts:
        parts.append(quote("工作簿没有登记满意度问卷。"))
    return Pieces.of(parts)


def _valid(row: pd.Series[Any], record: str) -> str:
    """Say how many questionnaires are valid, or how many answers where only these are known."""
    if is_missing(row["n_used"]):
        return f"有效回答{{{record}.n_answers}}个（各题合计；有效问卷【待补充：有效问卷份数】份）"
    return f"有效问卷{{{record}.n_used}}份"


def _subgroups(survey: Any) -> Table:
    """Return the mean satisfaction of each subgroup with its number of respondents 分组满意度."""
    frame = pd.DataFrame(survey.answers.groups, columns=["group", "n", "mean"])
    fields = (
        Field("group", "分组", 5.0),
        Field("n", "应答者", 2.4, "count", "right"),
        Field("mean", "满意度", 2.6, "rate", "right"),
    )
    notes = ("分组结果只作描述；应答者少于 30 的分组不作比较。",)
    return table_of(frame, fields, name=f"survey-{survey.id}-groups", caption=f"{survey.group}分组满意度", notes=notes)


def _counts(row: pd.Series[Any], record: str) -> str:
    """Say how many questionnaires went out and came back, as far as it is known."""
    sent = f"发放{{{record}.sent}}份，" if not is_missing(row["sent"]) else ""
    back = f"回收{{{record}.returned}}份，" if not is_missing(row["returned"]) else ""
    rate = (
        f"应答率{{{record}.response_rate}}，" if not is_missing(row["response_rate"]) and row["response_rate"] else ""
    )
    return f"{sent}{back}{rate}"


def _interval(row: pd.Series[Any], record: str) -> str:
    """Say the interval, or nothing where it is withheld."""
    if is_missing(row["low"]):
        return ""
    return f"，{row['level']:.0%}置信区间为{{{record}.low}}至{{{record}.high}}"


def _top_two(row: pd.Series[Any], record: str) -> str:
    """Say the share of satisfied respondents, or of answers where respondents are not known."""
    if is_missing(row["top2"]):
        return f"前两档回答占{{{record}.top2_answers}}。" if not is_missing(row["top2_answers"]) else ""
    interval = "" if is_missing(row["top2_low"]) else f"（Wilson 区间{{{record}.top2_low}}至{{{record}.top2_high}}）"
    return f"各题平均不低于“满意”档的应答者占{{{record}.top2}}{interval}。"


def traces(scorecard: Result, all_traces: Sequence[Trace], book: RecordBook) -> Table:
    """Return how every score was computed, with the cells of its inputs 计分轨迹."""
    words = arithmetic(all_traces, book)
    names = {
        str(row["code"]): str(row["name"]) for row in scorecard.to_frame().to_dict(orient="records") if row["is_item"]
    }
    frame = pd.DataFrame(
        [
            {
                "code": trace.item,
                "name": names.get(trace.item, ""),
                "sentence": words[trace.item],
                "exact": "" if is_missing(trace.exact) else fixed(trace.exact, 4),
                "score": trace.score,
                "cells": _cells(trace),
            }
            for trace in all_traces
        ],
        columns=["code", "name", "sentence", "exact", "score", "cells"],
    )
    return table(frame, kind="traces")


def _cells(trace: Trace) -> str:
    """Return the sheet and cell of every input, the file name once said being the workbook's."""
    places: dict[str, dict[str, None]] = {}
    for quantity in trace.inputs:
        if quantity.cell is not None:
            places.setdefault(quantity.cell.sheet, {})[quantity.cell.cell] = None
    lines = [f"{sheet}：{'、'.join(cells)}" for sheet, cells in places.items()]
    return "\n".join([*lines, f"规则：{trace.clause or '评分细则自定'}"])


def reading_notes(problems_read: Sequence[Problem], merges: Sequence[str] = ()) -> Table:
    """Return what was normalised when the workbook was read, and which problems might be merged 读入说明."""
    rows = [{"code": "问题合并", "where": "问题", "text": hint} for hint in merges]
    rows += [
        {"code": note.code, "where": note.where, "text": f"{plain_text(note.found)} → {note.expected}；{note.mend}"}
        for note in problems_read
    ]
    fields = (Field("code", "代码", 2.6), Field("where", "位置", 5.0), Field("text", "说明", 9.0))
    frame = pd.DataFrame(rows, columns=["code", "where", "text"])
    return table_of(frame, fields, name="reading-notes", caption="读入时的规范化与合并建议", font="small", empty="无")
