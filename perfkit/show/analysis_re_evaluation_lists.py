"""Parts of a re-evaluation that depend on how it was drawn and how long its lists are 再评价抽样说明与清单."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pandas as pd

from perfkit.errors import Problem
from perfkit.result import Result
from perfkit.show import analysis
from perfkit.show.catalogue import table
from perfkit.show.numbers import is_missing
from perfkit.show.pieces import Pieces, Showable
from perfkit.show.record import RecordBook, Said, quote
from perfkit.show.tables.fields import Field, plain_text, table_of
from perfkit.terms import Severity

# a longer list of corrections stands in the lists of the departments, not in the report; a longer one of findings, which
# says much of it again, in the working paper
LONG_LIST, MANY_FINDINGS = 60, 20
# how many places are named of each kind of normalised cells
PLACES = 2
PURPOSIVE, CENSUS = "purposive", "census"
SERIOUS = (Severity.ERROR.value, Severity.WARNING.value)


class Listed(Protocol):
    """What these parts read of a re-evaluation 再评价清单: Results by the kind of their name."""

    plan_designs: Result
    depth: Result
    desk: Result
    desk_summary: Result
    scope: Result
    headline: Result
    inflation: Result
    estimates: Result
    reasons: Result
    send_back: Result


def _has(book: RecordBook, name: str) -> bool:
    """Whether a record has a value other than zero."""
    return name in book and not is_missing(book[name].value) and bool(book[name].value)


def sampling(evaluation: Listed, book: RecordBook) -> Pieces:
    """Return how the projects were chosen 抽样说明: a seed and bounds are told only of what was drawn by chance."""
    codes = {plain_text(code) for code in evaluation.plan_designs.to_frame()["design"]}
    double = "抽中项目按{sample.double_share}的比例（不足一个的按一个）由两名再评人互不知情地各评一次。"
    parts: list[Showable] = []
    if codes and not codes - {CENSUS}:
        parts.append(book.say("抽样方法：{sample.method}，没有抽样误差；名单见附件“抽样方案”。" + double))
    elif codes and not codes - {PURPOSIVE}:
        lead = "抽样方法：{sample.method}，不是随机抽取；抽样框校验码{frame.hash}，名单见附件“抽样方案”。结果只描述这些项目，"
        parts.append(book.say(f"{lead}不推及其余项目，也没有误差范围。{double}"))
        parts.append(quote("【待补充：选定这些项目的理由】"))
    else:
        lead = "抽样方法：{sample.method}。随机种子{sample.seed}，抽样框校验码{frame.hash}；按抽样框、方法和种子可以重新得到同一名单，"
        least = "再评项目不足{sample.least}个的，只列计数、清单和单侧精确上限，不作平均值的区间估计。"
        picked = "人工选取的部门只作描述，不推及其余项目。" if PURPOSIVE in codes else ""
        parts.append(book.say(f"{lead}名单见附件“抽样方案”。{double}{least}{picked}"))
    return Pieces.of([*parts, table(evaluation.plan_designs)])


def depth(evaluation: Listed, book: RecordBook) -> Pieces:
    """Return how deep the projects that changed nothing were looked at 复核深度: items checked, evidence seen."""
    frame = evaluation.depth.to_frame()
    if not _has(book, "all.re_scored"):
        return Pieces.of([quote("没有再评项目。")])
    if not (~frame["changed"].astype(bool)).any():
        return Pieces.of([quote("再评项目都有指标或总分变动，没有“未作变动”的项目。")])
    said = "得分没有变动的再评项目{all.unchanged}个，登记核查指标{all.unchanged.items_checked}项、"
    said += "查看佐证{all.unchanged.evidence_seen}份，逐个列于下表。"
    if _has(book, "all.shallow"):
        said += "其中{all.shallow}个没有登记核查的指标和查看的佐证，不能据此认为自评属实，应补充复核。"
    return Pieces.of([book.say(said), table(evaluation.depth, unchanged=True)])


def corrections(evaluation: Listed) -> Showable:
    """Return what goes back for correction 退回修改清单, or where it stands when it is long."""
    count = len(evaluation.send_back.to_frame())
    if count <= LONG_LIST:
        return table(evaluation.send_back)
    said = f"清单共{count}条，超过{LONG_LIST}条，不在报告中逐条列出，按修改要求汇总如下；逐条内容见另行出具的各部门退回修改清单。"
    return Pieces.of([quote(said), table(evaluation.send_back, "kinds")])


def desk_findings(evaluation: Listed) -> Showable:
    """Return the findings of the desk check 复核发现明细, or where they stand when they are many."""
    count = int(evaluation.desk.to_frame()["severity"].map(plain_text).isin(SERIOUS).sum())
    if count <= MANY_FINDINGS:
        return table(evaluation.desk, serious=True)
    said = f"复核发现共{count}处，超过{MANY_FINDINGS}处，不在报告中逐条列出，分部门汇总如下；逐条内容见复核底稿。"
    summary = table(evaluation.desk_summary, name="desk-summary-annex", caption="分部门复核发现汇总")
    return Pieces.of([quote(said), summary])


def caveats(evaluation: Listed) -> Said:
    """Return the reservations of the results 统计保留; of several departments each stands below the table of estimates."""
    found = evaluation
    several = len({plain_text(name) for name in found.scope.to_frame()["department"]} - {""}) > 1
    if not several:
        return analysis.caveats(found.scope, found.headline, found.inflation, found.estimates, found.reasons)
    said = analysis.caveats(found.scope, found.headline, found.reasons).paragraphs
    return Said((*said, *quote("各部门推断的保留列于表“对全部项目的估计”之下，引用估计值时应一并引用。").paragraphs))


def reading_notes(problems: Sequence[Problem]) -> Pieces:
    """Return what was doubtful when forms were read, each alone, and what was normalised, summed up by kind 读入说明.

    Parameters
    ----------
    problems : warnings and infos of the reading; thousands of forms may have as many normalised cells.
    """
    doubts = [
        {
            "code": note.code,
            "where": note.where,
            "text": f"{plain_text(note.found)}；应为：{note.expected}；{note.mend}",
        }
        for note in problems
        if note.severity is not Severity.INFO
    ]
    kinds: dict[str, list[Problem]] = {}
    for note in problems:
        if note.severity is Severity.INFO:
            kinds.setdefault(note.code, []).append(note)
    sums: list[dict[str, Any]] = [
        {"code": code, "count": len(notes), "text": plain_text(notes[0].mend), "where": _first_places(notes)}
        for code, notes in kinds.items()
    ]
    doubt_fields = (Field("code", "代码", 3.0), Field("where", "位置", 5.6), Field("text", "说明", 7.0))
    sum_fields = (
        Field("code", "代码", 3.0),
        Field("count", "处数", 1.6, "count", "right"),
        Field("text", "说明", 5.0),
        Field("where", "例如", 6.0),
    )
    first = pd.DataFrame(doubts, columns=["code", "where", "text"])
    second = pd.DataFrame(sums, columns=["code", "count", "text", "where"])
    return Pieces.of(
        [
            table_of(first, doubt_fields, name="reading-doubts", caption="读入时的疑问", font="small", empty="无"),
            table_of(second, sum_fields, name="reading-notes", caption="读入时的规范化", font="small", empty="无"),
        ]
    )


def _first_places(notes: Sequence[Problem]) -> str:
    """Return where the first notes of a kind stand, and what was found there."""
    return "；".join(f"{note.where}“{plain_text(note.found)}”" for note in notes[:PLACES])
