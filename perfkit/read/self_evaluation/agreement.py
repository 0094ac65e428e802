"""Cells of one indicator that must agree 行内一致: operator and unit columns, target and actual on one scale."""

from __future__ import annotations

import math
import re

from perfkit.read.numbers import convert, plain_unit
from perfkit.read.self_evaluation.form_record import FormRecord, ItemRecord
from perfkit.read.self_evaluation.quantities import HIGHEST_FRACTION, NOTHING, Quantity, is_dash, operator_of
from perfkit.read.self_evaluation.sheet_view import in_one_line


def settle(record: FormRecord, item: ItemRecord) -> None:
    """Let target, actual, unit column and operator column of one item agree, saying where they do not."""
    wanted, reached = item.numbers.get("target_text", NOTHING), item.numbers.get("actual_text", NOTHING)
    wanted = _with_operator(record, item, wanted)
    written = in_one_line(item.texts.get("unit", ""))
    plain = plain_unit(written)[0]
    column = "" if is_dash(plain) else written if "（" in written else plain
    if wanted.unit and column and not _same(wanted.unit, column) and not math.isnan(wanted.number):
        found = f"指标值写「{wanted.unit}」，单位栏写「{column}」"
        record.warn(
            "SE-UNIT", _at(item, "target_text"), "同一个单位", found, "核对单位；按指标值中的单位读取", "target_text"
        )
    unit = wanted.unit or column
    if math.isfinite(reached.number):
        wanted, reached, unit = _same_scale(record, item, wanted, reached, unit)
    elif math.isfinite(wanted.number) and not is_dash(item.texts.get("actual_text", "")):
        shown = record.shown(_at(item, "actual_text"))
        record.error(
            "SE-ACTUAL",
            _at(item, "actual_text"),
            "实际完成的数值（指标值是数值）",
            shown,
            "填写实际完成的数值和单位",
            "actual_text",
        )
    item.numbers["target_text"], item.numbers["actual_text"] = wanted._replace(unit=unit), reached


def _same(one: str, other: str) -> bool:
    """Whether two units are one, brackets left aside."""
    return plain_unit(one)[0] == plain_unit(other)[0]


def _at(item: ItemRecord, role: str) -> tuple[int, int]:
    """Return the place of a cell of the item."""
    return item.places.get(role, (item.place, 0))


def _with_operator(record: FormRecord, item: ItemRecord, wanted: Quantity) -> Quantity:
    """Return the target with the operator of its own column."""
    text = item.texts.get("operator", "")
    stated = operator_of(text)
    if stated is None:
        found = record.shown(_at(item, "operator"))
        record.error(
            "SE-OPERATOR", _at(item, "operator"), "≥、≤、＝、＞、＜ 或 定性", found, "填写比较符号", "operator"
        )
        return wanted
    if math.isnan(wanted.number):
        shown = item.texts.get("target_text", "")
        if stated and re.fullmatch(r"[^年月日]*\d[^年月日]*", shown):
            found = record.shown(_at(item, "target_text"))
            record.error(
                "SE-VALUE",
                _at(item, "target_text"),
                "一个数值（指标性质是比较符号）",
                found,
                "只填数字和单位",
                "target_text",
            )
        return wanted
    if stated and wanted.operator and stated != wanted.operator and wanted.operator != "between":
        found = f"指标值{record.shown(_at(item, 'target_text'))}，指标性质{record.shown(_at(item, 'operator'))}"
        record.warn(
            "SE-OPERATOR",
            _at(item, "operator"),
            "同一个比较符号",
            found,
            "核对后保留一个；按指标值中的符号读取",
            "operator",
        )
    return wanted._replace(operator=wanted.operator or stated)


def _same_scale(
    record: FormRecord, item: ItemRecord, wanted: Quantity, reached: Quantity, unit: str
) -> tuple[Quantity, Quantity, str]:
    """Return target and actual on one scale: money converted, a percent beside a fraction refused."""
    place = _at(item, "actual_text")
    if math.isfinite(reached.high):
        found = record.shown(place)
        record.error("SE-VALUE", place, "一个数值，不是区间", found, "填写实际的一个数值", "actual_text")
        return wanted, NOTHING, unit
    if reached.operator:
        record.warn(
            "SE-ACTUAL", place, "实际数值，不带比较符号", record.shown(place), "填写实际完成的数值", "actual_text"
        )
    if reached.unit and unit and not _same(reached.unit, unit):
        converted = convert(reached.number, reached.unit, unit)
        if converted is not None:
            record.tell(
                "SE-UNIT", place, f"单位{unit}", record.shown(place), f"由{reached.unit}换算为{unit}", "actual_text"
            )
            return wanted, reached._replace(number=converted, unit=unit), unit
        found = f"指标值的单位是「{unit}」，实际完成值的单位是「{reached.unit}」"
        record.warn("SE-UNIT", place, "同一个单位", found, "核对单位；数值照录，不作换算", "actual_text")
    small = 0 < abs(reached.number) <= HIGHEST_FRACTION and not reached.unit
    if unit == "%" and small and wanted.number > HIGHEST_FRACTION:
        mend = f"若是 {reached.number:.10g}%，写上 % 号；若是比率，写成 {100 * reached.number:.10g}%"
        record.error(
            "SE-PERCENT",
            place,
            f"与指标值（{wanted.number:.10g}%）同为百分数",
            record.shown(place),
            mend,
            "actual_text",
        )
        return wanted, NOTHING, unit
    if reached.unit == "%" and not unit and 0 < wanted.number <= HIGHEST_FRACTION < reached.number:
        place = _at(item, "target_text")
        mend = f"若是比率，写成 {100 * wanted.number:.10g}%"
        record.error(
            "SE-PERCENT",
            place,
            f"与实际完成值（{reached.number:.10g}%）同为百分数",
            record.shown(place),
            mend,
            "target_text",
        )
        return NOTHING, reached, "%"
    return wanted, reached, unit or reached.unit
