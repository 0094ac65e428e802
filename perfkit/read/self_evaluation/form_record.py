"""One form while it is read 读取中的自评表: values with their cells, items, fund rows, problems; later its rows of the tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from perfkit.errors import Problem
from perfkit.read.self_evaluation.labels import HEADERS
from perfkit.read.self_evaluation.quantities import NAN, Quantity, RefusedError
from perfkit.read.self_evaluation.sheet_view import SheetView
from perfkit.terms import Severity

ValueRow = tuple[str, str, str, str, str, int, str, str, float, str]
_TEXT_SHOWN = 40
_PARTS = ("form", "funds", "items", "subtotals")
_MATTERS = frozenset(
    {"拆出运算符", "拆出单位"}
)  # what every target needs is in the table of values, not in the messages


@dataclass(slots=True)
class ItemRecord:
    """One indicator row while it is read 指标行: texts and numbers by role, their cells, its place in the sheet."""

    row: int
    place: int
    texts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, Quantity] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    execution: bool = False
    points_full: float = NAN
    points_score: float = NAN

    def number(self, role: str) -> float:
        """Return the number of a role, NaN where there is none."""
        return self.numbers[role].number if role in self.numbers else NAN


@dataclass(slots=True)
class FundRecord:
    """One row of the money part while it is read 资金行."""

    row: int
    line: str
    label: str
    numbers: dict[str, float] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)

    def number(self, role: str) -> float:
        """Return the number of a role, NaN where there is none."""
        return self.numbers.get(role, NAN)


class FormRecord:
    """A form while it is read 读取中的自评表."""

    def __init__(self, form: str, view: SheetView, first: int, last: int) -> None:
        """Begin an empty form over the rows ``first`` to ``last`` of a sheet."""
        self.form, self.view, self.first, self.last = form, view, first, last
        self.place = ""
        self.extend_to(last)
        self.texts: dict[str, str] = {}
        self.numbers: dict[str, float] = {}
        self.cells: dict[str, str] = {}
        self.items: list[ItemRecord] = []
        self.funds: list[FundRecord] = []
        self.level1_full: dict[str, float] = {}
        self.subtotals: list[tuple[float, float]] = []
        self.values: list[ValueRow] = []
        self.problems: list[Problem] = []
        self.layers, self.layout = 1, ""
        self.unread = 0
        self._notes: dict[tuple[str, str], list[tuple[str, str, str, tuple[str, ...]]]] = {}

    def extend_to(self, last: int) -> None:
        """Let the form end at a row."""
        self.last = last
        self.place = f"{self.view.cell(self.first, 0)}:{self.view.cell(last, max(self.view.width - 1, 0))}"

    def keep(
        self, part: str, row: int, role: str, place: tuple[int, int], number: float = NAN, notes: Iterable[str] = ()
    ) -> None:
        """Add a value to the long table, with what was normalised."""
        view = self.view
        text, said = view.text(*place), tuple(notes)
        self.values.append(
            (self.form, view.file, view.name, view.cell(*place), part, row, role, text, number, "、".join(said))
        )
        told = tuple(note for note in said if note not in _MATTERS)
        if told:
            self._notes.setdefault((part, role), []).append((view.cell(*place), text, _number_text(number), told))

    def refuse(self, place: tuple[int, int], role: str, error: RefusedError) -> None:
        """Add an error for a cell that cannot be read."""
        self.error("SE-VALUE", place, error.expected, self.shown(place), error.mend, role)

    def shown(self, place: tuple[int, int]) -> str:
        """Return the text of a cell short enough for a message."""
        line = " ".join(self.view.text(*place).split())
        return f"「{line if len(line) <= _TEXT_SHOWN else line[:_TEXT_SHOWN] + '…'}」"

    def error(self, code: str, place: tuple[int, int], expected: str, found: str, mend: str, role: str = "") -> None:
        """Add an error and count it as unread."""
        self.unread += 1
        self._add(code, place, expected, found, mend, role, Severity.ERROR)

    def warn(self, code: str, place: tuple[int, int], expected: str, found: str, mend: str, role: str = "") -> None:
        """Add something doubtful."""
        self._add(code, place, expected, found, mend, role, Severity.WARNING)

    def tell(self, code: str, place: tuple[int, int], expected: str, found: str, mend: str, role: str = "") -> None:
        """Add what was normalised or left out."""
        self._add(code, place, expected, found, mend, role, Severity.INFO)

    def _add(
        self, code: str, place: tuple[int, int], expected: str, found: str, mend: str, role: str, severity: Severity
    ) -> None:
        where = self.view.where(*place, HEADERS.get(role, ""))
        self.problems.append(
            Problem(code=code, where=where, expected=expected, found=found, mend=mend, severity=severity)
        )

    def ordered_values(self) -> list[ValueRow]:
        """Return the values in the order of the parts: the form itself, money, indicators, subtotals."""
        return sorted(self.values, key=lambda value: (_PARTS.index(value[4]), value[5]))

    def tell_notes(self) -> None:
        """Say what was normalised: the first cell of every column, and how many more; each stands in the values."""
        view = self.view
        for (_part, role), noted in self._notes.items():
            cell, text, number, notes = noted[0]
            more = f"；本栏共 {len(noted)} 处，此为第一处" if len(noted) > 1 else ""
            place = " › ".join(item for item in (view.file, view.name, cell) if item)
            self.problems.append(
                Problem(
                    code="SE-NORMALISED",
                    where=f"{place}（{HEADERS.get(role, role)}）",
                    expected=f"读作「{number}」" if number else "原文",
                    found=f"「{text if len(text) <= _TEXT_SHOWN else text[:_TEXT_SHOWN] + '…'}」",
                    mend=f"{'、'.join(dict.fromkeys(notes))}；无误则不必改动{more}",
                    severity=Severity.INFO,
                )
            )

    def put_text(self, part: str, role: str, place: tuple[int, int], text: str, notes: Sequence[str] = ()) -> None:
        """Keep a text of the form itself; the first one stays."""
        self.keep(part, -1, role, place, NAN, notes)
        if role not in self.texts:
            self.texts[role], self.cells[role] = text, self.view.cell(*place)

    def put_number(self, role: str, place: tuple[int, int], read: Quantity) -> None:
        """Keep a number of the form itself; the first one stays."""
        self.keep("form", -1, role, place, read.number, read.notes)
        if role not in self.numbers and math.isfinite(read.number):
            self.numbers[role], self.cells[role] = read.number, self.view.cell(*place)


def _number_text(number: float) -> str:
    """Return a number for a message, empty where there is none."""
    return f"{number:.10g}" if math.isfinite(number) else ""
