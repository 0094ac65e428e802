"""Write re-scoring workbooks 再评工作簿: the empty template, and those prepared for the projects of a plan."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook

from perfkit.errors import DataError, Problem
from perfkit.read.archive import save_reproducibly
from perfkit.read.layout import Sheet
from perfkit.read.schema import EXAMPLE_MARK
from perfkit.read.schema_re_evaluation import (
    EXECUTION,
    EXECUTION_WORD,
    LIST_SHEETS,
    RE_SCORING_SHEETS,
    SCORED_ITEMS,
    SCORED_PROJECTS,
    SELF_COLUMNS,
)
from perfkit.read.template import CHOICE_SHEET, GUIDE_SHEET, Choices, write_guide, write_table
from perfkit.read.workbook import SUFFIX
from perfkit.terms import Blinding, RaterRole, Term

_GUIDE = (
    (
        "怎样填写",
        "一本工作簿一位再评人：先填“再评人”，再逐个项目评分。带 * 的必填；表头和说明行受保护，可以增删数据行。",
    ),
    ("示例行", f"灰色斜体、编号以“{EXAMPLE_MARK}”开头的是示例，读取时跳过，可以删除。"),
    ("独立评分", "讨论之前各自评分，互不商量；讨论后的得分写入另一本，角色选“合议”。独立评分不因讨论而改动。"),
    ("自评得分", "“不提供自评得分”的工作簿没有自评得分列，也不要自行查看；报告如实说明评分时是否看得到自评得分。"),
    ("逐项评分", "在“指标评分”填再评得分，不超过分值；评完一个项目的全部指标。只能评总分的填“项目”表的再评总分。"),
    ("差异原因", "与自评得分不同的，从下拉列表选原因，写明说明和证据编号；应得未得的调增，同样写明原因。"),
    ("核查深度", "“项目”表写明核查指标数、查阅佐证数、是否现场核查：得分没有变动时，凭这些说明确实核查过。"),
    ("不改动", "项目编码、指标序号、指标、目标值、实际完成值和分值来自自评表，不要改动；有误的写在说明里。"),
    ("存放", "填好后放入部门文件夹的“再评价”文件夹，文件名不限；每位再评人一本或几本，同一项目不重复。"),
)
_LIST_GUIDE = (
    ("怎样填写", "“项目清单”列出部门预算的全部项目，每个项目一行：它是抽样框，遗漏的项目不可能被抽到。"),
    ("必选", "必须再评的项目在“必选”填“是”并写明理由；其余项目由种子随机抽取。"),
    ("可选的表", "“批复指标”用于核对目标和权重是否事后改动，“上年整改”用于评价自评工作质量。"),
    ("存放", "与“自评表”“再评价”文件夹放在同一个部门文件夹内。"),
)


def write_re_scoring_template(path: Path) -> None:
    """Write an empty re-scoring workbook with guidance and example rows 写出空白再评工作簿.

    Parameters
    ----------
    path : file to write, ``.xlsx``; an existing file is refused.

    Raises
    ------
    DataError
        For another suffix or an existing file.
    """
    if path.exists():
        mend = "换一个文件名，或先移走原文件"
        raise DataError(Problem(code="WB-EXISTS", where=path.name, expected="新文件", found="文件已存在", mend=mend))
    _write(
        path, _GUIDE, "再评工作簿填写说明", "单位自评再评价评分，一位再评人一本", RE_SCORING_SHEETS, {}, example=True
    )


def write_re_scoring(
    path: Path,
    *,
    rater: str,
    projects: pd.DataFrame,
    items: pd.DataFrame,
    blinding: Blinding,
    self_scores: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
    totals: pd.DataFrame | None = None,
    role: RaterRole = RaterRole.INDEPENDENT,
    before_discussion: bool = True,
    date: dt.date | None = None,
) -> None:
    """Write the re-scoring workbook of one rater 写出再评工作簿; replaced where it exists.

    Parameters
    ----------
    path : file to write, ``.xlsx``.
    rater : name or code of the rater; ``role``, ``before_discussion`` and ``date`` as the sheet 再评人 holds them.
    projects : one row a project, columns ``project`` and, as far as known, ``name``, ``agency``, ``money``.
    items : one row an item, columns ``project``, ``item``, ``full`` and, as far as known, ``level1`` … ``level3``,
        ``target_text``, ``actual_text``; empty where only totals are scored.
    blinding : whether self-scores are shown; hidden, the workbook has no column for them.
    self_scores : columns ``project``, ``item`` (``""``: the total), ``score``; refused where they are to be hidden.
    scores, totals : re-scores already known, columns as ``SCORES`` and ``TOTALS``; they fill the prepared rows.

    Raises
    ------
    DataError
        Where self-scores are given for a blind workbook, or the file cannot be written.

    Notes
    -----
    The same rows give the same bytes. Whether a project is scored by a second rater does not show.
    """
    if blinding is Blinding.HIDDEN and self_scores is not None:
        mend = "不传自评得分，或改为提供自评得分"
        raise DataError(
            Problem(code="RS-BLIND", where=path.name, expected="不含自评得分", found="给出了自评得分", mend=mend)
        )
    shown = blinding is Blinding.SHOWN
    known = _by_key(self_scores, ("project", "item")) if shown and self_scores is not None else {}
    filled, deep = _by_key(scores, ("project", "item")), _by_key(totals, ("project",))
    rows: dict[str, list[Mapping[str, object]]] = {
        "rater": [
            {
                "rater": rater,
                "role": role,
                "blinding": blinding,
                "before_discussion": "是" if before_discussion else "否",
                "date": date,
            }
        ],
        "totals": [
            _project_row(row, known.get((str(row["project"]), ""), {}), deep.get((str(row["project"]),), {}))
            for row in projects.to_dict("records")
        ],
        "scores": [
            _item_row(row, names, known.get(key, {}), filled.get(key, {}))
            for names in [dict(zip(projects["project"], projects.get("name", projects["project"]), strict=True))]
            for row in items.to_dict("records")
            for key in [(str(row["project"]), str(row["item"]))]
        ],
    }
    sheets = RE_SCORING_SHEETS if shown else tuple(map(_blind, RE_SCORING_SHEETS))
    # a cell that is to be filled in shows its frame: NaN writes no value, only the style
    blank = {sheet.code: dict.fromkeys((column.code for column in sheet.columns), math.nan) for sheet in sheets}
    rows = {code: [{**blank[code], **row} for row in own] for code, own in rows.items()}
    _write(path, _GUIDE, "再评工作簿填写说明", f"再评人：{rater}（{blinding.label}）", sheets, rows)


def write_project_list(
    path: Path,
    projects: pd.DataFrame | None = None,
    approved: pd.DataFrame | None = None,
    follow_up: pd.DataFrame | None = None,
) -> None:
    """Write 项目清单.xlsx 写出项目清单; replaced where it exists.

    Parameters
    ----------
    path : file to write, ``.xlsx``.
    projects, approved, follow_up : rows with columns of ``PROJECTS``, ``APPROVED`` and ``FOLLOW_UP``; ``None``: only the
        example row. Of ``approved`` the text of the target is written, not its parts.
    """
    given = {"projects": projects, "approved": approved, "follow_up": follow_up}
    rows = {code: [_list_row(row) for row in _records(table)] for code, table in given.items()}
    example = projects is None
    _write(path, _LIST_GUIDE, "项目清单填写说明", "再评价的抽样框与核对依据", LIST_SHEETS, rows, example=example)


def _write(
    path: Path,
    guide: Sequence[tuple[str, str]],
    title: str,
    subtitle: str,
    sheets: Sequence[Sheet],
    rows: Mapping[str, Sequence[Mapping[str, object]]],
    *,
    example: bool = False,
) -> None:
    """Write a workbook of these sheets."""
    if path.suffix.lower() != SUFFIX:
        found, mend = f"「{path.suffix or '没有扩展名'}」", "文件名以 .xlsx 结尾"
        raise DataError(Problem(code="WB-SUFFIX", where=path.name, expected=SUFFIX, found=found, mend=mend))
    book = Workbook()
    book.remove(book.worksheets[0])
    write_guide(book.create_sheet(GUIDE_SHEET), title, subtitle, guide)
    choices = Choices()
    for sheet in sheets:
        write_table(book.create_sheet(sheet.name), sheet, rows.get(sheet.code, ()), choices, example=example)
    choices.write(book.create_sheet(CHOICE_SHEET))
    book.active = 1 if rows else 0
    save_reproducibly(book, path)


def _blind(sheet: Sheet) -> Sheet:
    """Return a sheet without the columns that show self-scores."""
    return replace(sheet, columns=tuple(column for column in sheet.columns if column.code not in SELF_COLUMNS))


def _records(table: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Return the rows of a table with ``None`` for what is missing."""
    if table is None:
        return []
    return [
        {str(name): None if _missing(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def _missing(value: object) -> bool:
    return value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)) or value == ""


def _by_key(table: pd.DataFrame | None, names: Sequence[str]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return the rows of a table by the texts of some columns."""
    return {tuple(str(row[name] or "") for name in names): row for row in _records(table)}


def _project_row(row: Mapping[Any, Any], own: Mapping[str, Any], deep: Mapping[str, Any]) -> dict[str, object]:
    """Return the row of a project: what the list knows, the self-score where shown, what is re-scored already."""
    known = {code: row[code] for code in ("project", "name", "agency", "money") if not _missing(row.get(code))}
    on_site = deep.get("on_site")
    given = {
        code: deep[code]
        for code in ("total", "items_checked", "evidence_seen", "reviewer", "note")
        if deep.get(code) is not None
    }
    shown: dict[str, object] = {} if "score" not in own else {"self_total": own["score"]}
    flag: dict[str, object] = {} if on_site is None else {"on_site": "是" if on_site else "否"}
    return _fitting(SCORED_PROJECTS, known | shown | given | flag)


def _item_row(
    row: Mapping[Any, Any], names: Mapping[Any, Any], own: Mapping[str, Any], filled: Mapping[str, Any]
) -> dict[str, object]:
    """Return the row of an item: what the unit filled in, the self-score where shown, the re-score where known."""
    sources = {"target": "target_text", "actual": "actual_text"}
    known = {
        code: row[source]
        for code in ("project", "level1", "level2", "level3", "full", "target", "actual")
        for source in [sources.get(code, code)]
        if not _missing(row.get(source))
    }
    item = str(row["item"])
    known |= {"item": EXECUTION_WORD if item == EXECUTION else item, "name": names.get(row["project"])}
    shown: dict[str, object] = {} if own.get("score") is None else {"self_score": own["score"]}
    given = {
        code: filled[code] for code in ("score", "explanation", "evidence", "amount") if filled.get(code) is not None
    }
    reason = filled.get("reason")
    return _fitting(SCORED_ITEMS, known | shown | given | {"reason": _labelled(SCORED_ITEMS, "reason", reason)})


def _list_row(row: Mapping[str, Any]) -> dict[str, object]:
    """Return a row of the list in the words of its sheets."""
    written: dict[str, object] = {
        key: value for key, value in row.items() if key not in ("target", "operator", "where")
    }
    if "target_text" in row:
        written["target"] = written.pop("target_text")
        # the unit stands within the text of the target
        written["unit"] = row.get("unit") if isinstance(row.get("target"), float) else None
    if "certainty" in row:
        written["certainty"] = "是" if row["certainty"] else None
    if "status" in row:
        written["status"] = _labelled(LIST_SHEETS[2], "status", row["status"])
    return {key: value for key, value in written.items() if value is not None}


def _labelled(sheet: Sheet, code: str, value: object) -> Term | None:
    """Return the word of a code, which is written by its label."""
    term = sheet.column(code).term
    return None if term is None or not value else term.read(str(value))


def _fitting(sheet: Sheet, row: Mapping[str, object]) -> dict[str, object]:
    """Return the cells of a row that a sheet has, without empty ones."""
    known = {column.code for column in sheet.columns}
    return {code: value for code, value in row.items() if code in known and not _missing(value)}
