"""Self-evaluation forms as grids 自评表样式: the form of 财预〔2020〕10号 annex 1 with the variants that units hand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from data.demo.self_evaluation_frames import grade_of
from data.demo.self_evaluation_model import EXECUTION, LAYOUTS, YEAR, Draws, Item, Project, shown, snap

PERCENT = "0.00%"
WIDE = str.maketrans("0123456789.%", "０１２３４５６７８９．％")
Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one unit fills in its forms: operator and unit in columns of their own, merged levels, how percents are typed.

    ``rate``: ``fraction``, ``text`` or ``bare``; ``rough``: share of target and actual cells typed carelessly;
    ``zero_total``: the row 年度资金总额 holds zeros over filled details.
    """

    apart: bool = False
    merged: bool = True
    rate: str = "fraction"
    rough: float = 0.06
    code: bool = True
    grade: bool = False
    zero_total: bool = False


@dataclass(slots=True, kw_only=True)
class Grid:
    """One form as cells (row and column from 0): values, number formats, merged ranges, and where the items stand.

    ``places``: (item, role) → cell, role one of target, actual, full, score, cause; item ``""`` is the form itself.
    ``notes``: what was typed carelessly or left out, as (kind, item, role).
    """

    cells: dict[Place, object] = field(default_factory=dict)
    formats: dict[Place, str] = field(default_factory=dict)
    merged: list[tuple[Place, Place]] = field(default_factory=list)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    width: int = 9

    @property
    def height(self) -> int:
        """Return how many rows the form has."""
        return max(row for row, _ in self.cells) + 1

    def put(self, row: int, column: int, value: object, to: Place | None = None) -> None:
        """Write a cell, merged down and right to ``to`` where one is named."""
        if value is not None and value != "":
            self.cells[row, column] = value
        if to is not None and to != (row, column):
            self.merged.append(((row, column), to))

    def line(self, row: int, values: Sequence[object], start: int = 0) -> None:
        """Write one row."""
        for at, value in enumerate(values, start=start):
            self.put(row, at, value)


def drawn_style(draws: Draws) -> Style:
    """Return the habits of one unit's clerk."""
    return Style(
        apart=draws.chance(0.25), merged=draws.chance(0.7), rate=draws.pick(("fraction", "fraction", "text", "bare")),
        code=draws.chance(0.8), grade=draws.chance(0.3),
    )  # fmt: skip


def form_grid(department: str, project: Project, style: Style, draws: Draws) -> Grid:
    """Return one form of the annex 自评表: head, money, goals, indicators, total."""
    last = 10 if style.apart else 8
    if project.layers == 2:
        last += 1
    grid = Grid(width=last + 1)
    grid.put(0, 0, "项目支出绩效自评表", (0, last))
    grid.put(1, 0, f"（{YEAR}年度）", (1, last))
    grid.put(2, 0, "项目名称", (2, 1))
    grid.put(2, 2, project.name, (2, 5 if style.code else last))
    if style.code:
        grid.put(2, 6, "项目编码")
        grid.put(2, 7, project.code, (2, last))
    grid.put(3, 0, "主管部门", (3, 1))
    grid.put(3, 2, department, (3, 4))
    grid.put(3, 5, "实施单位")
    grid.put(3, 6, project.agency, (3, last))
    _money(grid, project, style)
    grid.put(9, 0, "年度总体目标", (10, 0))
    grid.put(9, 1, "预期目标", (9, 4))
    grid.put(9, 5, "实际完成情况", (9, last))
    grid.put(10, 1, project.aim, (10, 4))
    grid.put(10, 5, project.result, (10, last))
    end = _indicators(grid, project, style, draws)
    grid.put(end, 0, "总分", (end, 4 if project.layers == 1 else 5))
    points = grid.places["1", "full"][1]
    grid.put(end, points, 100)
    grid.put(end, points + 1, project.self_total)
    grid.places["", "score"] = (end, points + 1)
    grid.put(end + 1, 0, "自评等级" if style.grade else "填报日期", (end + 1, 1))
    day = project.submitted
    grid.put(
        end + 1,
        2,
        grade_of(project.self_total) if style.grade else f"{day.year}年{day.month}月{day.day}日" if day else "",
    )
    return grid


def _money(grid: Grid, project: Project, style: Style) -> None:
    """Write the money part: the scored total, and the appropriation it consists of."""
    grid.put(4, 0, "项目资金\n（万元）", (8, 0))
    grid.line(4, ("", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"), start=1)
    rate = project.executed / project.budget
    typed: object = {"fraction": snap(rate, 6), "text": f"{snap(100 * rate):.2f}%", "bare": snap(100 * rate)}[
        style.rate
    ]
    money: tuple[object, ...] = (project.begin, project.budget, project.executed)
    grid.line(
        5,
        ("年度资金总额", *((0, 0, 0) if style.zero_total else money), EXECUTION, typed, project.execution.score),
        start=1,
    )
    carried = snap(project.budget - project.begin) if project.budget > project.begin else 0
    own = (project.begin, snap(project.budget - carried), snap(project.executed - carried)) if carried else money
    grid.line(6, ("其中：当年财政拨款", *own, "—", "", "—"), start=1)
    grid.line(7, ("上年结转资金", 0, carried, carried, "—", "", "—"), start=1)
    grid.line(8, ("其他资金", 0, 0, 0, "—", "", "—"), start=1)
    if style.rate == "fraction":
        grid.formats[5, 6] = PERCENT
    grid.places["execution", "score"], grid.places["execution", "actual"] = (5, 7), (5, 4)
    if style.zero_total:
        grid.notes.append(("zero_total", "execution", "actual"))


def _indicators(grid: Grid, project: Project, style: Style, draws: Draws) -> int:
    """Write the indicator table; return the row below it."""
    weighted = ("一级指标权重",) if project.layers == 2 else ()
    middle = ("指标性质", "年度指标值", "度量单位") if style.apart else ("年度指标值",)
    heads = (
        "绩效指标",
        "一级指标",
        *weighted,
        "二级指标",
        "三级指标",
        *middle,
        "实际完成值",
        "分值",
        "得分",
        "偏差原因分析及改进措施",
    )
    grid.line(11, heads)
    top = 12
    items = project.items[1:]
    for number, item in enumerate(items):
        _row(grid, top + number, item, project, style, draws, first=len(weighted))
    end = top + len(items)
    grid.merged.append(((11, 0), (end - 1, 0)))
    _levels(grid, top, items, project, style)
    return end


def _row(grid: Grid, row: int, item: Item, project: Project, style: Style, draws: Draws, *, first: int) -> None:
    """Write the third level and the values of one indicator."""
    grid.put(row, first + 3, item.level3)
    at = first + 4
    if style.apart:
        grid.put(row, at, item.operator.replace("=", "＝") or "定性")
        grid.put(row, at + 1, shown(item.target, item.decimals) if item.measured else item.target_text)
        grid.put(row, at + 2, item.unit)
        at += 1
    else:
        grid.put(row, at, _typed(item.target_text, grid, item, "target", style, draws))
    grid.places[item.item, "target"] = (row, at)
    at += 2 if style.apart else 1
    actual = shown(item.actual, item.decimals) if style.apart and item.measured else item.actual_text
    grid.put(row, at, _typed(actual, grid, item, "actual", style, draws))
    for step, (role, value) in enumerate((
        ("actual", None), ("full", snap(item.full * item.scale)), ("score", snap(item.score * item.scale)), ("cause", item.cause),
    )):  # fmt: skip
        if role != "actual":
            grid.put(row, at + step, value)
        grid.places[item.item, role] = (row, at + step)


def _typed(text: str, grid: Grid, item: Item, role: str, style: Style, draws: Draws) -> object:
    """Return a text as somebody typed it: now and then with wide digits, blanks, other signs, or a bare fraction."""
    if not text or not draws.chance(style.rough) or not item.measured:
        return text
    kind = draws.pick(("wide", "blank", "sign", "fraction"))
    value: object = text
    if kind == "wide":
        value = text.translate(WIDE)
    elif kind == "blank":
        value = f" {text.replace(item.unit, f' {item.unit}')} " if item.unit else f"{text} "
    elif kind == "sign" and role == "target" and item.operator in ("≥", "≤"):
        value = text.replace("≥", ">=").replace("≤", "<=")
    elif kind == "fraction" and role == "actual" and item.unit == "%" and not style.apart:
        value = round(item.actual / 100, 6)
        grid.formats[_next_cell(grid, item)] = "0.0%"
    if value != text:
        grid.notes.append((kind, item.item, role))
    return value


def _next_cell(grid: Grid, item: Item) -> Place:
    """Return the cell of the actual value, which stands behind that of the target."""
    row, column = grid.places[item.item, "target"]
    return row, column + 1


def _levels(grid: Grid, top: int, items: Sequence[Item], project: Project, style: Style) -> None:
    """Write the first two levels, merged over their items or filled in once."""
    shift = 1 if project.layers == 2 else 0
    for column, level in ((1, "level1"), (2 + shift, "level2")):
        at = 0
        while at < len(items):
            end = at
            while end + 1 < len(items) and _same(items[end + 1], items[at], level):
                end += 1
            to = (top + end, column) if style.merged else None
            grid.put(top + at, column, getattr(items[at], level), to)
            if level == "level1" and shift:
                weight = LAYOUTS[project.layout][items[at].level1]
                grid.put(top + at, 2, weight, (top + end, 2))
            at = end + 1


def _same(item: Item, other: Item, level: str) -> bool:
    """Return whether two items share a level and all levels above it."""
    return item.level1 == other.level1 and (level == "level1" or item.level2 == other.level2)


LISTED_HEADS = (
    "序号", "项目编码", "项目名称", "主管部门", "实施单位", "年初预算数（万元）", "全年预算数（万元）", "全年执行数（万元）",
    "执行率", "执行率分值", "执行率得分", "一级指标", "二级指标", "三级指标", "指标性质", "年度指标值", "度量单位",
    "实际完成值", "分值", "得分", "偏差原因分析及改进措施", "总分",
)  # fmt: skip


def listed_grid(department: str, projects: Sequence[Project]) -> tuple[Grid, dict[str, dict[tuple[str, str], Place]]]:
    """Return forms as a budget system exports them 系统导出清单: one row an indicator, the project on every row.

    The second value holds the places of each project's items.
    """
    grid = Grid(width=len(LISTED_HEADS))
    grid.put(0, 0, f"{YEAR}年度项目支出绩效自评明细", (0, len(LISTED_HEADS) - 1))
    grid.line(1, LISTED_HEADS)
    places: dict[str, dict[tuple[str, str], Place]] = {}
    row = 2
    for number, project in enumerate(projects, start=1):
        own = places.setdefault(project.code, {})
        rate = f"{snap(100 * project.executed / project.budget):.2f}%"
        for item in project.items[1:]:
            head = (number, project.code, project.name, department, project.agency, project.begin, project.budget,
                    project.executed, rate, EXECUTION, project.execution.score)  # fmt: skip
            target = shown(item.target, item.decimals) if item.measured else item.target_text
            actual = shown(item.actual, item.decimals) if item.measured else item.actual_text
            grid.line(row, (
                *head, item.level1, item.level2, item.level3, item.operator or "定性", target, item.unit, actual, item.full,
                item.score, item.cause, project.self_total,
            ))  # fmt: skip
            for role, column in (("target", 15), ("actual", 17), ("full", 18), ("score", 19), ("cause", 20)):
                own[item.item, role] = (row, column)
            own.setdefault(("execution", "score"), (row, 10))
            own.setdefault(("execution", "actual"), (row, 7))
            own.setdefault(("", "score"), (row, 21))
            row += 1
    return grid, places
