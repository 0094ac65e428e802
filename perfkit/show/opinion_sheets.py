"""What goes back to a department 反馈单据: an opinion sheet a project, and a list of corrections a department."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from perfkit.result import Result
from perfkit.show.numbers import BLANK, format_value, is_missing
from perfkit.show.record import RecordBook
from perfkit.show.sheets import Pairs, Part, Room, Sheet, Sheets, Title, Words
from perfkit.show.tables.fields import Field, plain_text, require, table_of
from perfkit.show.tables.re_evaluation import reason_words
from perfkit.show.tables.table import Table
from perfkit.terms import ScoreChange, Severity, Tier

OPINION, CORRECTIONS = "单项目复核意见单", "退回修改清单"
REPLY = "（　）同意　　（　）部分同意　　（　）不同意\n不同意的，请逐项写明理由并附佐证材料："
SIGNATURES = (("填表人", ""), ("联系电话", ""), ("单位负责人（签字盖章）", ""), ("日期", "　　　年　　月　　日"))
# name and scores of an item stand out where its score moved, the words beside them do not
BOLD = 5
# half of the last printed digit of a score
PRINTED = 0.005
SERIOUS = (Severity.ERROR.value, Severity.WARNING.value)
NOT_ADJUSTED = "复核指出的问题由单位核实更正；未经再评的项目，自评得分不作调整。"
RE_SCORED = "再评价得分是再评人依据佐证材料重新评分的结果，在收到反馈意见并核实之后确定。分值按自评表满分 100 分计。"
TOTAL_ONLY = "本项目只评总分，没有逐指标再评。"
NOTHING_FOUND = "复核没有发现需要修改的问题。"


def opinion_sheets(heads: Result, items: Result, findings: Result, book: RecordBook) -> Sheets:
    """Return the opinion sheet of every project that has one 单项目复核意见单.

    Parameters
    ----------
    heads : result of kind ``opinion_sheets``, one row a project: ``department``, ``agency``, ``project``, ``name``,
        ``money``, ``self_total``, ``re_total``, ``self_grade``, ``re_grade``, ``tier``, ``reviewer``, ``method_note``.
    items, findings : results of kinds ``re_evaluation_items`` and ``desk_findings``.
    book : records of the run: ``evaluand``, ``evaluation_date``.
    """
    frame = heads.to_frame()
    require(frame, "opinion-sheets", ("department", "project", "name", "tier", "reviewer"))
    scored, found = _by_project(items.to_frame()), _by_project(_serious(findings.to_frame()))
    about = f"{book.format('evaluand')}　评价基准日 {book.format('evaluation_date')}"
    return Sheets.of(
        _opinion(row, scored.get(plain_text(row["project"]), []), found.get(plain_text(row["project"]), []), about)
        for row in frame.to_dict(orient="records")
    )


def _by_project(frame: pd.DataFrame) -> dict[str, list[Mapping[Any, Any]]]:
    """Return the rows of each project in order."""
    rows: dict[str, list[Mapping[Any, Any]]] = {}
    for row in frame.to_dict(orient="records"):
        rows.setdefault(plain_text(row["project"]), []).append(row)
    return rows


def _serious(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the findings that ask for something: errors, warnings, and what goes back."""
    if frame.empty:
        return frame
    return frame[frame["severity"].map(plain_text).isin(SERIOUS) | frame["send_back"].astype(bool)]


def _opinion(
    head: Mapping[Any, Any], items: Sequence[Mapping[Any, Any]], findings: Sequence[Mapping[Any, Any]], about: str
) -> Sheet:
    """Return the sheet of one project."""
    scored = plain_text(head["tier"]) == Tier.RE_SCORED
    code, name = plain_text(head["project"]), plain_text(head["name"])
    parts: list[Part] = [Words(about), Pairs(tuple(_head(head, scored)))]
    if scored:
        parts += [Title("一、得分变动"), _item_table(items) if items else Words(TOTAL_ONLY)]
        parts += [Words(note)] if items and (note := _total_note(head, items)) else []
    parts.append(Title(f"{'二' if scored else '一'}、复核发现"))
    parts.append(_finding_table(findings) if findings else Words(NOTHING_FOUND))
    parts.append(Words(f"说明：{RE_SCORED if scored else ''}{NOT_ADJUSTED}"))
    parts += [Title(f"{'三' if scored else '二'}、部门（单位）反馈意见"), Room(REPLY, 5), Pairs(SIGNATURES)]
    department = plain_text(head["department"])
    named = tuple(name for name in plain_text(head["reviewer"]).split("、") if name)
    return Sheet(
        folder=(OPINION, department), name=f"{code} {name}".strip(), title=OPINION, parts=tuple(parts), named=named
    )


def _total_note(head: Mapping[Any, Any], items: Sequence[Mapping[Any, Any]]) -> str:
    """Return why the totals differ by another amount than the items do, ``""`` where they do not."""
    before, after = head.get("self_total"), head.get("re_total")
    if is_missing(before) or is_missing(after):
        return ""
    moved = sum(float(row["change"]) for row in items if not is_missing(row["change"]))
    whole = float(after) - float(before)  # type: ignore[arg-type]
    if abs(whole - moved) < PRINTED:
        return ""
    said = [format_value(value, "points") for value in (whole, moved, whole - moved)]
    return (
        f"总分变动 {said[0]} 分，各项变动合计 {said[1]} 分；其余 {said[2]} 分来自自评表印出的总分与各项得分之和不一致，"
        "或者只在一方列出的指标。"
    )


def _head(head: Mapping[Any, Any], scored: bool) -> Iterator[tuple[str, str]]:
    """Yield what stands at the head of a sheet."""
    tier = Tier.read(plain_text(head["tier"]))
    yield "预算部门", plain_text(head["department"])
    yield "项目单位", plain_text(head.get("agency"))
    yield "项目名称", plain_text(head["name"])
    yield "项目代码", plain_text(head["project"])
    yield "资金（万元）", format_value(head.get("money"), "money", missing=BLANK)
    yield "层次", "复核和再评" if scored else (tier.label if tier is not None else plain_text(head["tier"]))
    own = format_value(head.get("self_total"), "score", missing=BLANK)
    if scored:
        again = format_value(head.get("re_total"), "score", missing=BLANK)
        yield "得分", f"自评 {own} → 再评价 {again}"
        yield (
            "等级",
            f"自评 {plain_text(head.get('self_grade')) or BLANK} → 再评价 {plain_text(head.get('re_grade')) or BLANK}",
        )
    else:
        yield "自评得分", own
        yield "自评等级", plain_text(head.get("self_grade")) or BLANK
    yield "复核（再评）人", plain_text(head["reviewer"]) or "【待补充：复核人】"
    yield "说明", plain_text(head.get("method_note")) or BLANK


def _item_table(items: Sequence[Mapping[Any, Any]]) -> Table:
    """Return all items of a project, those whose score moved in bold."""
    fields = (
        Field("level3", "指标", 2.7),
        Field("full", "满分", 1.0, "number", "right"),
        Field("self_score", "自评", 1.2, "score", "right"),
        Field("re_score", "再评价", 1.2, "score", "right"),
        Field("change", "变动", 1.2, "points", "right"),
        Field("amount", "金额\n（万元）", 1.5, "money", "right"),
        Field("evidence", "证据", 1.4),
        Field("reason", "原因", 1.6),
        Field("explanation", "说明", 3.9),
    )
    frame = pd.DataFrame(list(items), columns=[*(field.column for field in fields), "direction", "item"])
    names = [plain_text(name) or plain_text(item) for name, item in zip(frame["level3"], frame["item"], strict=True)]
    shown = frame.assign(level3=names, reason=[reason_words(code) for code in frame["reason"]])
    plain = table_of(shown, fields, name="items", caption="", font="small")
    moved = [plain_text(way) not in ("", ScoreChange.EQUAL.value) for way in frame["direction"]]
    rows = tuple(
        tuple(None if cell is None else replace(cell, bold=changed and place < BOLD) for place, cell in enumerate(row))
        for row, changed in zip(plain.rows, moved, strict=True)
    )
    return replace(plain, rows=rows)


def _finding_table(findings: Sequence[Mapping[Any, Any]]) -> Table:
    """Return the findings of the desk check over one project."""
    rows = [
        {
            "about": plain_text(row["level3"]) or plain_text(row["item"]) or "（整表）",
            "message": plain_text(row["message"]),
            "points": row.get("points"),
            "where": plain_text(row["where"]),
            "back": "退回修改" if row["send_back"] else "请说明",
        }
        for row in findings
    ]
    fields = (
        Field("about", "指标", 2.8),
        Field("message", "发现的问题", 6.2),
        Field("points", "涉及分值", 1.3, "points", "right"),
        Field("where", "位置", 3.4),
        Field("back", "要求", 1.7, align="center"),
    )
    return table_of(pd.DataFrame(rows), fields, name="findings", caption="", font="small")


def send_back_sheets(result: Result, book: RecordBook) -> Sheets:
    """Return the list of corrections of every department that has any 退回修改清单.

    Parameters
    ----------
    result : result of kind ``send_back``: ``department``, ``agency``, ``project``, ``name``, ``item``, ``level3``,
        ``message``, ``where``, ``mend``.
    book : records of the run: ``evaluand``, ``evaluation_date``.
    """
    frame = result.to_frame()
    require(frame, "send-back-sheets", ("department", "project", "message", "mend"))
    about = f"{book.format('evaluand')}　评价基准日 {book.format('evaluation_date')}"
    return Sheets.of(
        _corrections(plain_text(department), rows, about)
        for department, rows in frame.groupby("department", sort=False)
        if plain_text(department)
    )


def _corrections(department: str, rows: pd.DataFrame, about: str) -> Sheet:
    """Return the list of one department."""
    plain = rows.to_dict(orient="records")
    shown = rows.assign(
        number=range(1, len(rows) + 1),
        about=[plain_text(row["level3"]) or plain_text(row["item"]) or "（整表）" for row in plain],
        done="",
    )
    fields = (
        Field("number", "序号", 1.2, "count", "right"),
        Field("agency", "项目单位", 2.6),
        Field("project", "项目代码", 2.9),
        Field("name", "项目名称", 3.4),
        Field("about", "指标", 2.6),
        Field("message", "需要修改的问题", 5.2),
        Field("where", "位置", 3.8),
        Field("mend", "修改要求", 3.4),
        Field("done", "修改情况", 2.2),
    )
    counts = f"{rows['project'].nunique()} 个项目，{len(rows)} 条"
    dates = (("退回日期", "【待补充：退回日期】"), ("报回期限", "【待补充：报回期限】"))
    head = Pairs((("预算部门", department), ("修改事项", counts), *dates))
    request = "请逐条核实更正自评表，在“修改情况”栏写明更正结果；认为不需更正的写明理由并附佐证材料。"
    table = table_of(shown, fields, name="corrections", caption="", font="small")
    parts: tuple[Part, ...] = (Words(about), head, Words(request), table, Words(""), Pairs(SIGNATURES))
    return Sheet(folder=(CORRECTIONS,), name=f"{department}{CORRECTIONS}", title=f"{department}{CORRECTIONS}", parts=parts,
                 landscape=True)  # fmt: skip
