"""The indicator table of a form 绩效指标表: level columns filled down, values by heading, total row, repeated headings."""

from __future__ import annotations

import math
import re

from perfkit.read.layout import narrow
from perfkit.read.self_evaluation.agreement import settle
from perfkit.read.self_evaluation.form_record import FormRecord, ItemRecord
from perfkit.read.self_evaluation.headings import Headings, item_headings
from perfkit.read.self_evaluation.labels import EXECUTION_NAMES, FOOTERS, SUBTOTALS, TOTALS, plain_label
from perfkit.read.self_evaluation.quantities import (
    NAN,
    NOTHING,
    Quantity,
    RefusedError,
    actual,
    is_dash,
    points,
    rate,
    target,
)

LEVELS = ("level1", "level2", "level3")
_WEIGHT_BEHIND = re.compile(
    r"[（(\[【]\s*(?:权重|分值)?\s*[:：]?\s*(\d{1,3}(?:\.\d{1,2})?)\s*[分%％]?\s*[）)\]】]\s*$|(?<=指标)\s*(\d{1,3})\s*分$"
)
_NUMBERED = re.compile(r"^(?:指标\s*\d{1,2}\s*[:、.]|\d{1,2}\s*[、.](?=\D))\s*")
_PLACEHOLDER = re.compile(r"(?:指标\s*\d{0,2}\s*[:、.]?|[.…·]+|)")
_EXECUTION_LEVELS = frozenset(
    {"", "资金", "预算", "过程指标", "管理指标", "投入指标", "过程", "投入", "项目资金", "年度资金总额"}
)
_SHARED_TEXTS = ("target_text", "actual_text", "cause", "unit", "operator")
_TOTAL_IN_TEXT = re.compile(r"[:]\s*(\d{1,3}(?:\.\d{1,4})?)\s*分?$")

Cells = dict[str, list[tuple[int, int]]]


class IndicatorTable:
    """Read the indicator rows of one form 指标表读取器; also used row by row for list-like exports."""

    def __init__(self, record: FormRecord, headings: Headings) -> None:
        """Begin below the headings."""
        self.record, self.view, self.headings = record, record.view, headings
        self._last = dict.fromkeys(LEVELS, "")
        self._filled_down: list[tuple[int, int]] = []

    def read(self, stop: int) -> int:
        """Read down to the total row, a footer or ``stop``; return the first row not read."""
        row = self.headings.last + 1
        while row < stop:
            again = item_headings(self.view, row)
            if again is not None:
                self.headings = again
                row = again.last + 1
                continue
            word = self._leading_label(row)
            if word in TOTALS or _total_text(self.view.labels[row], word):
                self._total(row)
                if self.record.items:
                    return row + 1
                row += 1  # a total above its items, as some systems print it
                continue
            if word in FOOTERS:
                return row
            self.read_row(row)
            row += 1
        return row

    def _leading_label(self, row: int) -> str:
        """Return the label that leads a row, looking no further than the levels."""
        limit = max((place[1] for role, place in self.headings.places.items() if role in LEVELS), default=0)
        for column in self.view.filled(row, 0, limit + 1):
            if self.view.anchor(row, column) == (row, column):
                label = self.view.labels[row].get(column, "")
                if label in TOTALS or label in SUBTOTALS:
                    return label
                if (word := label.partition(":")[0]) in FOOTERS:
                    return word
                if column >= self.headings.left or (label and ":" in self.view.line(row, column)):
                    return label
        return ""

    def read_row(self, row: int) -> ItemRecord | None:
        """Read one row; return its item, ``None`` where the row holds none."""
        cells = self.headings.cells(self.view, row)
        if not cells:
            return None
        texts = {role: self._level(role, row, cells) for role in LEVELS}
        own = {role for role in LEVELS if role in cells}
        if any(plain_label(self.view.line(*place)) in SUBTOTALS for role in own for place in cells[role]):
            self._subtotal(row, cells, "")
            return None
        has_values = any(role in cells for role in ("target_text", "actual_text", "full", "score"))
        if "level3" in self.headings.places and not texts["level3"]:
            if own == {"level1"} and not {"target_text", "actual_text"} & set(cells) and not _is_execution(texts):
                self._subtotal(row, cells, texts["level1"])
                return None
            if "level2" in own or own == {"level1"}:
                self._name_above(row, cells, texts, "level2" if "level2" in own else "level1")
        if not has_values:
            if own and not _PLACEHOLDER.fullmatch(texts["level3"]) and "level3" in own:
                return self._item(row, cells, texts)
            return None
        if _PLACEHOLDER.fullmatch(texts["level3"]) and not self._holds_anything(cells):
            return None
        return self._item(row, cells, texts)

    def _name_above(self, row: int, cells: Cells, texts: dict[str, str], role: str) -> None:
        """Name a row without level 3 by the level above: one cell merged across, or said to be doubtful."""
        texts["level3"] = texts[role]
        place = (row, self.headings.places["level3"][1])
        merged = any(self.view.anchor(*place) == anchor for anchor in cells[role])
        if not merged and not _is_execution(texts) and not _PLACEHOLDER.fullmatch(texts[role]):
            mend = "填写三级指标名称"
            self.record.warn("SE-NAME", place, "三级指标名称", f"空白，按上一级「{texts[role]}」读取", mend, "level3")

    def _holds_anything(self, cells: Cells) -> bool:
        """Whether a row without a name holds more than dashes and zeros."""
        for role in ("target_text", "actual_text", "full", "score"):
            for place in cells.get(role, ()):
                text = self.view.line(*place)
                if not is_dash(text) and text != "0":
                    return True
        return False

    def _level(self, role: str, row: int, cells: Cells) -> str:
        """Return the text of a level column: its own, that of the range reaching down, or the one above."""
        if role not in self.headings.places:
            return ""
        if role in cells:
            text = self._level_text(role, cells[role])
            if text != self._last[role]:
                for lower in LEVELS[LEVELS.index(role) + 1 :]:
                    self._last[lower] = ""
            self._last[role] = text
            return text
        if role == "level3":
            anchor = self.headings.merged_from(self.view, row, role)
            return self._last[role] if anchor is not None else ""
        if self._last[role] and self.headings.merged_from(self.view, row, role) is None:
            self._filled_down.append((row, self.headings.places[role][1]))
        return self._last[role]

    def _level_text(self, role: str, places: list[tuple[int, int]]) -> str:
        """Return a level name without line breaks, number and weight; a weight behind level 1 is kept apart."""
        text = "".join(self.view.name_at(*place) for place in places)
        if role == "level1" and (weight := _WEIGHT_BEHIND.search(text)):
            text = text[: weight.start()].strip()
            if text not in self.record.level1_full:
                number = float(narrow(weight[1] or weight[2]))
                self.record.level1_full[text] = number
                self.record.keep("items", 0, "level1_full", places[0], number, ("一级指标后的权重",))
        numbered = _NUMBERED.match(narrow(text)) if role == "level3" else None
        return text[numbered.end() :] if numbered else text

    def _item(self, row: int, cells: Cells, texts: dict[str, str]) -> ItemRecord:
        """Return the item of a row with everything that could be read."""
        record = self.record
        item = ItemRecord(len(record.items) + 1, row, execution=_is_execution(texts))
        item.texts.update(texts)
        for role in LEVELS:
            for place in cells.get(role, ()):
                text = self.view.line(*place)
                dropped = ("去掉指标序号",) if role == "level3" and _NUMBERED.match(text) else ()
                record.keep("items", item.row, role, place, NAN, dropped)
        if not texts["level3"]:
            place = self.headings.places.get("level3") or self.headings.places.get("level2") or (row, 0)
            record.error("SE-NAME", (row, place[1]), "三级指标名称", "空白", "填写三级指标名称", "level3")
        self._shared(row, cells)
        self._points(item, row, cells)
        self._texts(item, cells)
        settle(record, item)
        record.items.append(item)
        return item

    def _shared(self, row: int, cells: Cells) -> None:
        """Let texts of a range that reaches down count for this row too."""
        for role in _SHARED_TEXTS:
            if role in cells:
                continue
            anchor = self.headings.merged_from(self.view, row, role)
            if anchor is not None and self.view.value(*anchor) is not None:
                cells[role] = [anchor]

    def _points(self, item: ItemRecord, row: int, cells: Cells) -> None:
        """Read points, weight and level-1 weight; a number shared by several rows is refused below its first row."""
        for role in ("full", "score", "weight", "level1_full"):
            if role not in cells:
                anchor = self.headings.merged_from(self.view, row, role)
                if anchor is not None and role == "level1_full":
                    cells[role] = [anchor]
                elif anchor is not None and role != "weight" and self.view.value(*anchor) is not None:
                    place = (row, self.headings.places[role][1])
                    found = f"与 {self.view.cell(*anchor)} 合并为一格"
                    self.record.error(
                        "SE-MERGED", place, "每个三级指标各有分值和得分", found, "拆分单元格后分别填写", role
                    )
            for place in cells.get(role, ())[:1]:
                try:
                    read = points(self.view.value(*place), self.view.percent(*place))
                except RefusedError as error:
                    self.record.refuse(place, role, error)
                    read = NOTHING
                item.numbers[role] = read
                item.texts[role] = self.view.text(*place)
                item.cells[role], item.places[role] = self.view.cell(*place), place
                self.record.keep("items", item.row, role, place, read.number, read.notes)
                if role == "level1_full" and math.isfinite(read.number):
                    self.record.level1_full.setdefault(item.texts["level1"], read.number)

    def _texts(self, item: ItemRecord, cells: Cells) -> None:
        """Read target, actual, unit, operator, cause and what else the table has."""
        signs = [self.view.line(*place) for role in ("unit", "operator") for place in cells.get(role, ())]
        measured = any(not is_dash(sign) and "定性" not in sign for sign in signs)
        for role, read_as in (("target_text", target), ("actual_text", actual)):
            places = cells.get(role, [])
            if not places:
                continue
            joined = len(places) > 1
            value = "".join(self.view.text(*place) for place in places) if joined else self.view.value(*places[0])
            read = read_as(value, not joined and self.view.percent(*places[0]), measured)
            if joined:
                read = read._replace(notes=("相邻单元格合并读取", *read.notes))
            item.texts[role] = str(value) if joined else self.view.text(*places[0])
            item.numbers[role], item.cells[role] = read, self.view.cell(*places[0])
            item.places[role] = places[0]
            self.record.keep("items", item.row, role, places[0], read.number, read.notes)
            for place in places[1:]:
                self.record.keep("items", item.row, role, place)
        for role in ("cause", "unit", "operator", "remark", "standard", "direction", "number", "completion"):
            if role in cells:
                item.texts[role] = "\n".join(self.view.text(*place) for place in cells[role])
                item.cells[role], item.places[role] = self.view.cell(*cells[role][0]), cells[role][0]
                if role != "completion":
                    self.record.keep("items", item.row, role, cells[role][0])
        if "completion" in cells:
            self._completion(item, cells["completion"][0])

    def _completion(self, item: ItemRecord, place: tuple[int, int]) -> None:
        """Keep the printed degree of completion; it enters no view, so one that cannot be read is no error."""
        wanted = item.number("target_text")
        computed = item.number("actual_text") / wanted if wanted else NAN
        try:
            read = rate(self.view.value(*place), self.view.percent(*place), computed)
        except RefusedError:
            read = NOTHING
        self.record.keep("items", item.row, "completion", place, read.number, read.notes)

    def _subtotal(self, row: int, cells: Cells, level1: str) -> None:
        """Keep a row that sums a level; it is no item."""
        numbers = []
        for role in ("full", "score"):
            number = NAN
            for place in cells.get(role, ())[:1]:
                try:
                    number = points(self.view.value(*place), self.view.percent(*place)).number
                except RefusedError as error:
                    self.record.refuse(place, role, error)
                self.record.keep("subtotals", row + 1, role, place, number)
            numbers.append(number)
        self.record.subtotals.append((numbers[0], numbers[1]))
        if level1 and math.isfinite(numbers[0]):
            self.record.level1_full.setdefault(level1, numbers[0])

    def _total(self, row: int) -> None:
        """Read the total row: by its columns, else the only number behind its label."""
        cells = self.headings.cells(self.view, row)
        found = False
        for role, name in (("full", "total_full"), ("score", "total")):
            for place in cells.get(role, ())[:1]:
                try:
                    read = points(self.view.value(*place), self.view.percent(*place))
                except RefusedError as error:
                    self.record.refuse(place, name, error)
                    continue
                found = found or name == "total"
                self.record.put_number(name, place, read)
        if not found:
            self._total_elsewhere(row, set(cells.get("full", ())))

    def _total_elsewhere(self, row: int, known: set[tuple[int, int]]) -> None:
        """Read a total that stands in no score column: alone in its row, or in the text of the label."""
        numbers = []
        for column in self.view.filled(row):
            place = (row, column)
            if place in known or self.view.anchor(*place) != place:
                continue
            if led := _TOTAL_IN_TEXT.search(self.view.line(*place)):
                numbers.append((place, Quantity(float(led[1]), notes=("从文字中取出总分",))))
                continue
            try:
                read = points(self.view.value(*place), self.view.percent(*place))
            except RefusedError:
                continue
            if math.isfinite(read.number):
                numbers.append((place, read._replace(notes=(*read.notes, "总分不在得分栏，按本行唯一的数读取"))))
        if len(numbers) == 1:
            self.record.put_number("total", *numbers[0])
        elif numbers:
            found = "得分栏空白，本行另有多个数"
            self.record.error("SE-TOTAL", (row, 0), "总分填在得分栏", found, "把总分填入得分栏", "total")

    def tell_filled_down(self) -> None:
        """Say where blank level cells were taken from above although they are not merged."""
        if self._filled_down:
            count = len(self._filled_down)
            found = f"空白（共 {count} 格，此为第一处）" if count > 1 else "空白"
            self.record.tell(
                "SE-FILLED", self._filled_down[0], "指标级次名称", found, "按上一行的名称读取；无误则不必改动"
            )


def _total_text(labels: dict[int, str], word: str) -> bool:
    """Whether a label names the total with the number in the same text."""
    return bool(word) and any(re.fullmatch(rf"(?:{'|'.join(TOTALS)}):\d.*", label) for label in labels.values())


def _is_execution(texts: dict[str, str]) -> bool:
    """Whether a row is the execution rate of the budget, wherever the form keeps it."""
    level1, level2, level3 = (plain_label(texts[role]) for role in LEVELS)
    if level3 and level3 not in EXECUTION_NAMES:
        return False
    if level3:
        return level1 in EXECUTION_NAMES or level1 in _EXECUTION_LEVELS or "执行" in level1
    return level1 in EXECUTION_NAMES or level2 in EXECUTION_NAMES
