"""Cells of one row that must agree: absence and values, unit and number, operator and target, total and detail."""

from __future__ import annotations

from dataclasses import replace

from perfkit.errors import Problem
from perfkit.read.cells import Cell, written
from perfkit.read.layout import Form, Sheet, narrow
from perfkit.read.numbers import convert, plain_unit
from perfkit.terms import Absence, FundRow, Operator

TOTAL_WORDS = frozenset({"合计", "总计", "小计", "总分"})


def settle(sheet: Sheet, cells: dict[str, Cell]) -> list[Problem]:
    """Let the cells of one row agree, in place 行内核对: absence, unit and operator, role of a fund row.

    Parameters
    ----------
    sheet : the layout. cells : by column code; what follows from another cell is filled in with a note.

    Returns
    -------
    list
        Cells that contradict each other.
    """
    problems: list[Problem] = []
    if sheet.absence_from:
        problems.extend(_settle_absence(sheet, cells))
    if "unit" in cells and any(column.form in (Form.MEASURE, Form.TARGET) for column in sheet.columns):
        problems.extend(_settle_units(sheet, cells))
    if "operator" in cells:
        problems.extend(_settle_operator(cells))
    if "row_type" in cells and cells["row_type"].value is None:
        _settle_row_type(cells)
    return problems


def _settle_absence(sheet: Sheet, cells: dict[str, Cell]) -> list[Problem]:
    """Take the absence of a row from its value cells; two that differ are refused."""
    stated = cells["absence"]
    problems: list[Problem] = []
    for code in sheet.absence_from:
        cell = cells[code]
        word = cell.absence or (Absence.read(str(cell.value)) if isinstance(cell.value, str) else None)
        if word is None:
            continue
        if stated.value is None:
            note = f"由{sheet.column(code).header}「{word.label}」得出状态"
            stated = Cell(word, cell.raw, cell.address, (note,))
        elif stated.value is not word:
            problems.append(
                Problem(
                    code="WB-ABSENCE",
                    where=str(cell.address),
                    expected=f"与状态「{written(stated.value)}」（{stated.address.cell}）一致",
                    found=f"「{word.label}」",
                    mend="不适用、缺失、未到期只能选一种",
                )
            )
        cells[code] = replace(cell, value=None, absence=word)
    cells["absence"] = stated
    return problems


def _settle_units(sheet: Sheet, cells: dict[str, Cell]) -> list[Problem]:
    """Let the units beside the numbers agree with the unit column; money units are converted."""
    problems: list[Problem] = []
    unit = cells["unit"]
    if isinstance(unit.value, str):
        plain, doubled = plain_unit(unit.value)
        if doubled or (plain == "%" and unit.value != "%"):
            unit = replace(unit, value=plain, notes=(f"计量单位读作「{plain}」",))
    for column in sheet.columns:
        cell = cells[column.code]
        if (
            column.form not in (Form.MEASURE, Form.TARGET)
            or not cell.unit
            or column.code in ("numerator", "denominator")
        ):
            continue
        if unit.value is None:
            unit = Cell(cell.unit, "", cell.address, (f"单位取自{column.header}「{cell.raw}」",))
        if plain_unit(str(unit.value))[0] == cell.unit:
            continue
        value = convert(cell.value, cell.unit, str(unit.value)) if isinstance(cell.value, float) else None
        if value is None:
            problems.append(
                Problem(
                    code="WB-UNIT",
                    where=f"{cell.address}（{column.header}）",
                    expected=f"单位与计量单位「{unit.value}」一致",
                    found=f"「{cell.raw}」",
                    mend="统一单位，换算后填写",
                )
            )
        else:
            note = f"由{cell.unit}换算为{unit.value}"
            cells[column.code] = replace(cell, value=value, unit=str(unit.value), notes=(*cell.notes, note))
    cells["unit"] = unit
    return problems


def _settle_operator(cells: dict[str, Cell]) -> list[Problem]:
    """Take the operator from the target where its own cell is empty; one that differs is refused."""
    target, stated = cells["target"], cells["operator"]
    if target.operator is None:
        return []
    if stated.value is None:
        note = f"取自目标值「{target.raw}」"
        cells["operator"] = Cell(target.operator, "", target.address, (note,))
    elif stated.value is not target.operator:
        expected = f"与运算符「{written(stated.value)}」（{stated.address.cell}）一致"
        mend = "目标值只填数字，或改正运算符"
        where = f"{target.address}（目标值）"
        return [Problem(code="WB-OPERATOR", where=where, expected=expected, found=f"「{target.raw}」", mend=mend)]
    elif (stated.value is Operator.BETWEEN) != isinstance(target.value, tuple):
        where = f"{target.address}（目标值）"
        mend = "写成 下限~上限"
        return [Problem(code="WB-OPERATOR", where=where, expected="区间", found=f"「{target.raw}」", mend=mend)]
    return []


def _settle_row_type(cells: dict[str, Cell]) -> None:
    """Take a 合计 row as a total, any other as detail."""
    source = cells["source"]
    total = narrow(str(source.value or "")).replace(" ", "") in TOTAL_WORDS
    notes = ("由资金来源得出行类型",) if total else ()
    address = source.address if total else cells["row_type"].address
    cells["row_type"] = Cell(FundRow.TOTAL if total else FundRow.DETAIL, source.raw if total else "", address, notes)
