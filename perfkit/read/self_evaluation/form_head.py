"""Names, goals and footers of a form 表头、总体目标与表尾: labels with their values beside, below or in the same text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from perfkit.read.self_evaluation.form_record import FormRecord
from perfkit.read.self_evaluation.labels import (
    FUND_TITLES,
    GOAL_ROLES,
    HEAD,
    HEAD_ROLES,
    HEAD_STOPS,
    KNOWN_LABELS,
    SIDE_GOALS,
    is_title,
)
from perfkit.read.self_evaluation.quantities import Quantity, RefusedError, points

_YEAR = re.compile(r"(20\d\d)\s*年(?:度|(?=\)?$))")
_TITLE_YEAR = re.compile(r"(20\d\d)\s*年")
_TITLE_ROWS = 4
_CODE_LED = re.compile(r"[\[【(（]?([A-Za-z0-9]{6,32})[\]】)）]?\s*[-—_:：\s]*(?=[^\sA-Za-z0-9])(.+)", re.DOTALL)
_AGENCY_LED = re.compile(r"[\[【(（]?(\d{3,12})[\]】)）]?\s*[-—_:：\s]*(?=[^\s\d])(.+)", re.DOTALL)
_DATE = re.compile(r"(20\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
_TICKED = re.compile(r"[☑√✓■●☒]\s*(优|良|中|差)")
_GRADED = re.compile(r"等级(?:为|评定为)?[:：]?[“「]?(优|良|中|差)")
_GRADE_LENGTH = 12
_INLINE_LIMIT = 300
_GOAL_ROWS = 8
_WORDS = sorted(HEAD_ROLES, key=len, reverse=True)
_INLINE = re.compile(
    "(" + "|".join(r"\s*".join(map(re.escape, word)) for word in _WORDS) + r")\s*(?:[（(][^）)]{0,12}[）)])?\s*[:：]"
)


class FormHead:
    """Read what stands around the tables of one form 表头表尾读取器."""

    def __init__(self, record: FormRecord) -> None:
        """Begin with nothing found."""
        self.record, self.view = record, record.view
        self._found: dict[str, list[tuple[int, tuple[int, int], str]]] = {}

    def read(self, rows: Iterable[int]) -> None:
        """Read labels and values of the rows."""
        rows = list(rows)
        for row in rows:
            for column in self.view.filled(row):
                if self.view.anchor(row, column) != (row, column):
                    continue
                label = self.view.labels[row].get(column, "")
                if label in HEAD_ROLES:
                    self._beside(row, column, label)
                elif isinstance(self.view.value(row, column), str):
                    self._inside(row, column)
        self._settle()
        self._year(rows)

    def put(self, role: str, place: tuple[int, int], led_by_code: bool = True) -> None:
        """Keep the text of a cell whose role is known already, as in a list."""
        if not led_by_code:
            self._found.setdefault("project", [])
        getattr(self, f"_put_{role}", self._put)(role, place, self.view.text(*place))

    def _beside(self, row: int, column: int, label: str) -> None:
        """Take the next filled cell to the right, unless it is a label itself."""
        start = self.view.end(row, column)[1] + 1
        for place in self.view.filled(row, start):
            if self.view.anchor(row, place) != (row, place):
                continue
            if self.view.labels[row].get(place, "") in HEAD_STOPS:
                return
            self._note(label, (row, place), self.view.text(row, place))
            return

    def _inside(self, row: int, column: int) -> None:
        """Take labels and values that share one cell, as 填报人：… 联系电话：… do."""
        text = self.view.text(row, column)
        if len(text) > _INLINE_LIMIT or (":" not in text and "：" not in text):
            return
        marks = list(_INLINE.finditer(text))
        for number, mark in enumerate(marks):
            stop = marks[number + 1].start() if number + 1 < len(marks) else len(text)
            value = text[mark.end() : stop].strip().strip("；;，,")
            if value:
                self._note(re.sub(r"\s+", "", mark[1]), (row, column), value)
            elif number + 1 == len(marks):
                self._beside(row, column, re.sub(r"\s+", "", mark[1]))

    def _note(self, label: str, place: tuple[int, int], text: str) -> None:
        """Keep a candidate; the more exact label wins, then the first."""
        role = HEAD_ROLES[label]
        self._found.setdefault(role, []).append((HEAD[role].index(label), place, text))

    def _settle(self) -> None:
        """Give every role its value."""
        for role, found in self._found.items():
            _, place, text = min(found, key=lambda item: item[0])
            getattr(self, f"_put_{role}", self._put)(role, place, text)
            if role == "name":
                self._other_names(found, text)

    def _other_names(self, found: list[tuple[int, tuple[int, int], str]], chosen: str) -> None:
        """Warn where a form names two projects."""
        for _, place, text in found:
            if re.sub(r"\s+", "", text) != re.sub(r"\s+", "", chosen):
                self.record.warn(
                    "SE-CONFLICT",
                    place,
                    f"与前面相同的项目名称「{chosen}」",
                    f"「{text}」",
                    "一张表只填一个项目",
                    "name",
                )

    def _put(self, role: str, place: tuple[int, int], text: str) -> None:
        self.record.put_text("form", role, place, " ".join(text.split()))

    def _put_name(self, role: str, place: tuple[int, int], text: str) -> None:
        """Keep the project name without line breaks; a leading budget code is the project code."""
        plain = self.view.name_at(*place) if self.view.text(*place) == text else "".join(text.split())
        led = _CODE_LED.fullmatch(plain)
        if led and any(sign.isdigit() for sign in led[1]) and "project" not in self._found:
            self.record.put_text("form", "project", place, led[1], ("取自项目名称前的编码",))
            self.record.put_text("form", role, place, led[2].strip(), ("去掉名称前的编码",))
            return
        self.record.put_text("form", role, place, plain, () if plain == text else ("去掉换行和多余空格",))

    def _put_project(self, role: str, place: tuple[int, int], text: str) -> None:
        """Keep the project code as text; a name behind it is the project name."""
        plain = "".join(self.view.line(*place).split()) if self.view.text(*place) == text else "".join(text.split())
        led = _CODE_LED.fullmatch(plain)
        if led and "name" not in self._found:
            self.record.put_text("form", "name", place, led[2].strip(), ("取自项目编码后的名称",))
            plain = led[1]
        number = not isinstance(self.view.value(*place), str)
        self.record.put_text("form", role, place, plain, ("数值编码按文本读取",) if number else ())

    def _put_department(self, role: str, place: tuple[int, int], text: str) -> None:
        """Keep a department or agency without its code."""
        plain = "".join(text.split())
        led = _AGENCY_LED.fullmatch(plain)
        self.record.put_text("form", role, place, led[2] if led else plain, ("去掉名称前的编码",) if led else ())

    _put_agency = _put_department

    def _put_year(self, role: str, place: tuple[int, int], text: str) -> None:
        found = re.search(r"20\d\d", text)
        if found:
            self.record.put_number(role, place, Quantity(float(found[0])))

    def _put_date(self, role: str, place: tuple[int, int], text: str) -> None:
        """Keep the date in ISO form where it is one, else as written."""
        found = _DATE.search(text)
        if found and 1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31:
            plain = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
            self.record.put_text("form", role, place, plain, () if plain == text.strip() else ("文本转为日期",))
            return
        blank = not any(sign.isdigit() for sign in text)
        self.record.put_text("form", role, place, "" if blank else " ".join(text.split()))

    def _put_grade(self, role: str, place: tuple[int, int], text: str) -> None:
        """Keep the printed grade; of ticked boxes the one that is ticked."""
        ticked = _TICKED.findall(text)
        if len(ticked) == 1:
            self.record.put_text("form", role, place, ticked[0], ("取勾选的一项",))
            return
        if len(re.findall(r"[□○]", text)) >= 2 and not ticked:
            self.record.put_text("form", role, place, "", ("没有勾选",))
            return
        plain = "".join(text.split())
        if len(plain) > _GRADE_LENGTH:
            named = set(_GRADED.findall(plain))
            grade = named.pop() if len(named) == 1 else ""
            self.record.put_text("form", role, place, grade, ("从文字中取出等级" if grade else "文字过长，没有取等级",))
        else:
            self.record.put_text("form", role, place, plain)

    def _put_total(self, role: str, place: tuple[int, int], text: str) -> None:
        """Keep a total that stands in the head or the foot of the form."""
        whole = self.view.text(*place) == text
        try:
            read = points(self.view.value(*place) if whole else text, whole and self.view.percent(*place))
        except RefusedError as error:
            self.record.refuse(place, role, error)
            return
        before = self.record.numbers.get("total")
        if before is not None and abs(before - read.number) > 1e-9:
            found = f"「{text}」，总分行为 {before:.10g}"
            self.record.warn("SE-CONFLICT", place, "与总分行相同的总分", found, "核对后统一；以总分行为准", role)
        self.record.put_number(role, place, read)

    def _year(self, rows: list[int]) -> None:
        """Take the budget year from the title lines above the names."""
        if "year" in self.record.numbers:
            return
        for row in rows[:_TITLE_ROWS]:
            if any(label.partition(":")[0] in HEAD_ROLES for label in self.view.labels[row].values()):
                continue  # a year in the name of a project is not the year of the form
            for column in self.view.filled(row):
                text = self.view.line(row, column)
                found = _YEAR.search(text) or (_TITLE_YEAR.search(text) if is_title(text) else None)
                if len(text) <= 60 and found:
                    self.record.put_number("year", (row, column), Quantity(float(found[1])))
                    return


def read_goals(record: FormRecord, rows: Iterable[int], stop: int) -> None:
    """Read expected and reached overall goals: below their headings, else beside them."""
    view = record.view
    for row in rows:
        for column, label in view.labels[row].items():
            role = GOAL_ROLES.get(label)
            if role is None or role in record.texts or view.anchor(row, column) != (row, column):
                continue
            bottom, right = view.end(row, column)
            beside = next(iter(view.filled(row, right + 1)), None)
            if beside is not None and view.labels[row].get(beside, "") not in KNOWN_LABELS:
                record.put_text("form", role, (row, beside), view.text(row, beside))
                continue
            if label not in SIDE_GOALS:
                _goal_below(record, role, (bottom + 1, column, right), stop)


def _goal_below(record: FormRecord, role: str, place: tuple[int, int, int], stop: int) -> None:
    """Read the text below a goal heading, over several rows where it is not one cell."""
    view = record.view
    row, left, right = place
    parts: list[str] = []
    first: tuple[int, int] | None = None
    for line in range(row, min(stop, row + _GOAL_ROWS)):
        columns = [
            column
            for column in view.filled(line)
            if view.anchor(line, column) == (line, column) and column <= right and view.end(line, column)[1] >= left
        ]
        labelled = [view.labels[line].get(column, "") for column in view.filled(line)]
        if any(label in KNOWN_LABELS or label in FUND_TITLES for label in labelled) or not columns:
            break
        column = max(columns)
        parts.append(view.text(line, column))
        first = first or (line, column)
    if first is not None:
        record.put_text("form", role, first, "\n".join(parts))
