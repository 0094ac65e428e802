"""Words that all steps share 文字的公共部分: values with units, shares, marks, the inputs of a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from perfkit.show.numbers import UNKNOWN, is_missing, separated, shortest
from perfkit.terms import Term
from perfkit.trace import Quantity, Trace

DENOMINATOR_DIFFERS: Final = "DENOMINATOR_DIFFERS"
PERCENT_UNITS: Final = ("", "%", "％")
# years are no amounts: they take no thousands separators
YEARS: Final = ("年", "年度")
# digits after the point of a measured value, from the size on: 1,263.99 but 0.4065
VALUE_DECIMALS: Final = ((100, 2), (1, 3), (0, 4))


@dataclass(frozen=True, slots=True)
class Wording:
    """What the phrases of one trace share: its inputs, the unit of its values, the words for the framework."""

    trace: Trace
    framework: str

    @property
    def unit(self) -> str:
        """Return the unit of the actual value."""
        actual = self.quantity("actual")
        return actual.unit if actual is not None else ""

    @property
    def is_percent(self) -> bool:
        """Return whether the actual value is a percent: its unit says so, or it is a quotient read as percent."""
        ratios = [bool(step.values["percent"]) for step in self.trace.steps if step.op == "ratio"]
        return ratios[0] if ratios else self.unit in PERCENT_UNITS[1:]

    @property
    def effective_full(self) -> float:
        """Return the points the item counts for after absences moved some."""
        return effective_full(self.trace)

    def quantity(self, name: str) -> Quantity | None:
        """Return the input of that name."""
        return next((quantity for quantity in self.trace.inputs if quantity.name == name), None)

    def label(self, name: str, default: str) -> str:
        """Return the Chinese words of an input."""
        quantity = self.quantity(name)
        return quantity.label if quantity is not None and quantity.label else default

    def value(self, number: Any) -> str:
        """Return a measured value with its unit; a percent with at most two decimals."""
        if is_missing(number):
            return UNKNOWN
        if self.is_percent:
            return f"{trimmed(number, 2)}%"
        text = shortest(number) if self.unit in YEARS else measured(number)
        return f"{text}{spaced(self.unit if self.unit not in PERCENT_UNITS else '')}"

    def difference(self, number: Any) -> str:
        """Return a distance with its unit; between percents it is counted in points."""
        unit = "个百分点" if self.is_percent else self.unit or "个单位"
        return f"{trimmed(number, 2) if self.is_percent else measured(number)} {unit}"


def trimmed(number: Any, decimals: int) -> str:
    """Return a number with at most so many decimals, from 1,000 on with separators."""
    return separated(float(number), decimals)


def measured(number: Any) -> str:
    """Return a measured value with as many decimals as its size asks for."""
    return trimmed(number, next(decimals for size, decimals in VALUE_DECIMALS if abs(float(number)) >= size))


def effective_full(trace: Trace) -> float:
    """Return the points an item counts for after absences moved some, else its full score."""
    moved = [step.values["effective_full"] for step in trace.steps if step.op == "redistribute"]
    return trace.full_score if not moved or is_missing(moved[0]) else float(str(moved[0]))


def spaced(unit: str) -> str:
    """Return a unit as it stands behind its number."""
    return f" {unit}" if unit else ""


def share(number: Any) -> str:
    """Return a share of 1 as percent with at most two decimals."""
    return UNKNOWN if is_missing(number) else f"{trimmed(float(number) * 100, 2)}%"


def points(number: Any) -> str:
    """Return points with at most four decimals."""
    return UNKNOWN if is_missing(number) else trimmed(number, 4)


def word(term: type[Term], code: Any) -> str:
    """Return the Chinese words of a code."""
    member = term.read(str(code))
    return member.label if member is not None else str(code)


def circled(number: Any) -> str:
    """Return ① to ⑳, beyond that the number in brackets."""
    place = int(number)
    return chr(0x245F + place) if 1 <= place <= 20 else f"（{place}）"


def denominator_note(wording: Wording) -> str:
    """Return that the denominator differs from the framework's, or nothing."""
    differs = any(note.split(":")[0] == DENOMINATOR_DIFFERS for note in wording.trace.notes)
    return f"与{wording.framework}口径不同" if differs else ""
