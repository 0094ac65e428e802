"""The sheets of one workbook by their layouts 按版式读取工作表: missing, doubled, hidden and unknown ones are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfkit.errors import DataError, Problem
from perfkit.read.cells import near
from perfkit.read.layout import Sheet, plain_heading
from perfkit.read.rows import Row, read_table
from perfkit.read.workbook import RawSheet, RawWorkbook, open_workbook
from perfkit.terms import Severity

_FORMULA = frozenset({"WB-FORMULA", "WB-FORMULA-ERROR"})
_OWN_SHEETS = frozenset({"填写说明", "选项"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSheets:
    """What the sheets of a workbook hold 工作表读入结果: rows by sheet code (empty where it lacks one), all problems.

    ``opened`` is false where the file could not be opened at all; ``headings`` are the headings found by sheet code.
    """

    opened: bool
    rows: Mapping[str, tuple[Row, ...]]
    headings: Mapping[str, frozenset[str]]
    problems: tuple[Problem, ...]


def read_sheets(path: Path, file: str, layouts: Sequence[Sheet]) -> ReadSheets:
    """Read the sheets of a workbook by their layouts 读取工作簿; nothing wrong with data raises.

    Parameters
    ----------
    path : the file; ``file`` its name in addresses and messages.
    layouts : the sheets wanted; those ``required`` must be there.
    """
    empty: dict[str, tuple[Row, ...]] = {sheet.code: () for sheet in layouts}
    known = {plain_heading(name): sheet for sheet in layouts for name in (sheet.name, *sheet.aliases)}
    try:
        book = open_workbook(path, file, lambda names: [name for name in names if plain_heading(name) in known])
    except DataError as error:
        return ReadSheets(opened=False, rows=empty, headings={}, problems=error.problems)
    problems = list(book.problems)
    found = _found(book, layouts, known, problems)
    headings: dict[str, frozenset[str]] = {}
    for sheet in layouts:
        if (raw := found.get(sheet.code)) is not None:
            table = read_table(sheet, raw)
            empty[sheet.code] = table.rows
            headings[sheet.code] = _codes_of(sheet, raw)
            problems.extend(table.problems)
    return ReadSheets(opened=True, rows=empty, headings=headings, problems=_without_echoes(problems))


def _found(
    book: RawWorkbook, layouts: Sequence[Sheet], known: Mapping[str, Sheet], problems: list[Problem]
) -> dict[str, RawSheet]:
    """Return the sheets by code; add to ``problems`` what is doubled, hidden, unknown or missing."""
    found: dict[str, RawSheet] = {}
    for name in book.names:
        sheet, where = known.get(plain_heading(name)), f"{book.file} › {name}"
        if sheet is None:
            if name not in _OWN_SHEETS and name not in book.hidden:
                mend = near(name, (item.name for item in layouts)) or "不需要读取时不必改动"
                problems.append(_problem("WB-UNKNOWN-SHEET", where, "模板中的工作表名", mend, Severity.INFO))
        elif sheet.code in found:
            problems.append(_problem("WB-SHEET", where, f"“{sheet.name}”只有一张", "删除或改名其中一张"))
        else:
            found[sheet.code] = book.sheets[name]
            if name in book.hidden:
                problems.append(_problem("WB-HIDDEN", where, "可见的工作表", "取消隐藏，便于核对", Severity.WARNING))
    for sheet in layouts:
        if sheet.required and sheet.code not in found:
            mend = near(sheet.name, book.names) or f"补上“{sheet.name}”工作表（见模板）"
            problems.append(_problem("WB-SHEET", book.file, f"工作表「{sheet.name}」", mend))
    return found


_WORDS = {
    "WB-UNKNOWN-SHEET": "不认识的工作表，未读取",
    "WB-HIDDEN": "隐藏的工作表，已读取",
}


def _problem(code: str, where: str, expected: str, mend: str, severity: Severity = Severity.ERROR) -> Problem:
    """Return a problem of a sheet as a whole."""
    found = _WORDS.get(code) or ("没有这张工作表" if "›" not in where else "重复")
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend, severity=severity)


def _codes_of(sheet: Sheet, raw: RawSheet) -> frozenset[str]:
    """Return the columns of a layout whose heading stands anywhere in the first rows."""
    known = sheet.by_heading()
    texts = (value for values in raw.rows[:10] for value in values if isinstance(value, str))
    return frozenset(known[name].code for text in texts if (name := plain_heading(text)) in known)


def _without_echoes(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return each problem once, without the complaints that only follow from an unusable formula cell."""
    dead = {problem.where for problem in problems if problem.code in _FORMULA}
    kept = (item for item in problems if item.code in _FORMULA or item.where.partition("（")[0] not in dead)
    return tuple(dict.fromkeys(kept))
