"""Where the headings of a table stand and which cell of a row belongs to which heading 表头定位."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from perfkit.read.self_evaluation.labels import FUND_ROLES, ITEM_ROLES, LIST_ROLES
from perfkit.read.self_evaluation.sheet_view import SheetView

LIST_WORDS: Mapping[str, str] = {**LIST_ROLES, **ITEM_ROLES}
_SIDE = frozenset(
    {"绩效指标", "年度绩效指标", "指标", "绩效指标完成情况", "项目绩效指标", "自评指标", "资金来源", "资金性质", "项目"}
)
_AMOUNTS = frozenset({"budget_begin", "budget", "executed", "rate"})
_ITEM_VALUES = frozenset({"target_text", "actual_text", "full", "weight", "score"})
_CHILD_LENGTH = 15
MOST_SHARED = 3


@dataclass(slots=True)
class Headings:
    """The headings of a table 表头: rows they fill, role of every column, first column of every role."""

    first: int
    last: int
    roles: dict[int, str] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    others: list[tuple[int, int]] = field(default_factory=list)
    remark_as_cause: bool = False

    @property
    def left(self) -> int:
        """First column that has a heading."""
        return min(self.roles)

    def cells(self, view: SheetView, row: int) -> dict[str, list[tuple[int, int]]]:
        """Return the filled cells of a row by role; a merged cell belongs to the heading it shares most columns with."""
        found: dict[str, list[tuple[int, int]]] = {}
        for column in view.filled(row):
            if view.anchor(row, column) != (row, column):
                continue
            role = self.role_of(view, row, column)
            if role:
                found.setdefault(role, []).append((row, column))
        return found

    def role_of(self, view: SheetView, row: int, column: int) -> str:
        """Return the role of a cell, ``""`` where no heading stands over it."""
        right = view.end(row, column)[1]
        if right == column:
            return self.roles.get(column, "")
        shared: dict[str, int] = {}
        for place in range(column, right + 1):
            if role := self.roles.get(place):
                shared[role] = shared.get(role, 0) + 1
        # a text across more columns than the levels have is a note, no value of one of them
        return max(shared, key=lambda role: shared[role]) if 0 < len(shared) <= MOST_SHARED else ""

    def merged_from(self, view: SheetView, row: int, role: str) -> tuple[int, int] | None:
        """Return the first cell of a range that reaches down into this row under a heading, if there is one."""
        place = self.places.get(role)
        if place is None:
            return None
        for column, other in self.roles.items():
            if other == role:
                anchor = view.anchor(row, column)
                if self.last < anchor[0] < row:
                    return anchor
        return None


def item_headings(view: SheetView, row: int) -> Headings | None:
    """Return the headings of an indicator table that begin in this row, if they do."""
    return _headings(view, row, ITEM_ROLES, _is_item_table)


def fund_headings(view: SheetView, row: int) -> Headings | None:
    """Return the headings of a money table that begin in this row, if they do."""
    return _headings(view, row, FUND_ROLES, _is_fund_table)


def list_headings(view: SheetView, row: int) -> Headings | None:
    """Return the headings of a list with one row an indicator and repeated project columns, if they begin here."""
    return _headings(view, row, LIST_WORDS, _is_list)


def _is_item_table(roles: set[str]) -> bool:
    """Whether roles make an indicator table."""
    return bool(roles & {"level3", "level2"}) and len(roles & _ITEM_VALUES) >= 2


def _is_fund_table(roles: set[str]) -> bool:
    """Whether roles make a money table."""
    return len(roles & _AMOUNTS) >= 2


def _is_list(roles: set[str]) -> bool:
    """Whether roles make a list of indicators of many projects."""
    return bool(roles & {"name", "project"}) and _is_item_table(roles)


def _headings(
    view: SheetView, row: int, words: Mapping[str, str], enough: Callable[[set[str]], bool]
) -> Headings | None:
    """Return the headings of one row, or of this row and the one below it."""
    labels = view.labels[row]
    named = {column: words[label] for column, label in labels.items() if label in words}
    if not named:
        return None
    last = row
    below = _children(view, row + 1, words) if row + 1 < view.height else None
    if below is not None and enough(set(below.values())) and len(set(named.values()) - set(below.values())) < 2:
        # the row below is a whole heading row: what stands here belongs to something else
        return None
    if below is not None:
        named = {**named, **below}
        last = row + 1
    roles = set(named.values())
    if not enough(roles):
        return None
    return _spread(view, row, last, named)


def _children(view: SheetView, row: int, words: Mapping[str, str]) -> dict[int, str] | None:
    """Return the headings of a second heading row, ``None`` where the row is no heading row."""
    named: dict[int, str] = {}
    for column in view.filled(row):
        label = view.labels[row].get(column, "")
        if not label or len(label) > _CHILD_LENGTH or any(sign.isdigit() for sign in label):
            return None
        if label in words:
            named[column] = words[label]
    filled = sum(1 for _ in view.filled(row))
    return named if named and 2 * len(named) > filled else None


def _spread(view: SheetView, row: int, last: int, named: Mapping[int, str]) -> Headings:
    """Let every heading reach to the next one; the last one as far as it is merged."""
    headings = Headings(row, last)
    starts = sorted({column for line in range(row, last + 1) for column in view.filled(line)})
    for number, column in enumerate(starts):
        role = named.get(column)
        if role is None or role in headings.places:
            label = view.labels[row].get(column) or view.labels[last].get(column, "")
            if label not in _SIDE and not (role is None and column < min(named)):
                headings.others.append((row if view.value(row, column) is not None else last, column))
            continue
        line = row if view.value(row, column) is not None else last
        end = starts[number + 1] - 1 if number + 1 < len(starts) else view.end(line, column)[1]
        headings.places[role] = (line, column)
        for place in range(column, end + 1):
            headings.roles[place] = role
    if "full" not in headings.places and "weight" in headings.places:
        headings.places["full"] = headings.places.pop("weight")
        headings.roles = {column: "full" if role == "weight" else role for column, role in headings.roles.items()}
    if "cause" not in headings.places and "remark" in headings.places:
        headings.places["cause"] = headings.places.pop("remark")
        headings.roles = {column: "cause" if role == "remark" else role for column, role in headings.roles.items()}
        headings.remark_as_cause = True
    return headings
