"""Projects of a department as the unit reports them 单位自评: money, items, targets, actuals, scores by its own rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar

import numpy as np

from data.demo.self_evaluation_words import LEVEL1, Category, Department, Indicator

YEAR = 2024
DUE = date(2025, 3, 10)
LAYOUTS = {
    "2020": {"产出指标": 50, "效益指标": 30, "满意度指标": 10},
    "2021-cost": {"成本指标": 20, "产出指标": 40, "效益指标": 20, "满意度指标": 10},
}
EXECUTION = 10.0
WEAK = 0.14
T = TypeVar("T")


def snap(value: float, decimals: int = 2) -> float:
    """Return a value rounded half-up 四舍五入 after a snap, as forms print it."""
    power: int = 10**decimals
    return math.floor(value * power + 0.5 + 1e-7) / power


class Draws:
    """Draws one after another from blocks of a generator, because a million single calls are slow."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Keep the generator of this department alone."""
        self._rng = rng
        self._uniform: list[float] = []
        self._normal: list[float] = []

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """Return one uniform draw."""
        if not self._uniform:
            self._uniform = self._rng.random(4096).tolist()
        return low + (high - low) * self._uniform.pop()

    def normal(self, mean: float = 0.0, sd: float = 1.0) -> float:
        """Return one normal draw."""
        if not self._normal:
            self._normal = self._rng.standard_normal(1024).tolist()
        return mean + sd * self._normal.pop()

    def chance(self, share: float) -> bool:
        """Return whether something happens that happens with this probability."""
        return self.uniform() < share

    def index(self, size: int) -> int:
        """Return one of 0 … size − 1."""
        return int(self.uniform() * size)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.index(len(options))]

    def weighted(self, options: Sequence[tuple[T, float]]) -> T:
        """Return one of the options by weight."""
        at = self.uniform(0.0, sum(weight for _, weight in options))
        for option, weight in options:
            at -= weight
            if at < 0:
                return option
        return options[-1][0]

    def some(self, options: Sequence[T], size: int) -> list[T]:
        """Return ``size`` different options, in their own order."""
        left = list(range(len(options)))
        taken = sorted(left.pop(self.index(len(left))) for _ in range(min(size, len(options))))
        return [options[k] for k in taken]


@dataclass(slots=True, kw_only=True)
class Item:
    """One scored line of a form: what the unit wrote, and what a reviewer who sees everything would give.

    ``score`` is printed, ``true`` the right one; ``reason`` a code of ``Reason`` where they differ; ``own_rule``: wrong by
    the unit's own rule; ``approved`` the target of the approved form where the form holds another. ``scale``: points on the
    form for one of a hundred, other than 1 where weights have two layers.
    """

    item: str
    level1: str
    level2: str
    level3: str
    full: float
    operator: str = ""
    target: float = math.nan
    unit: str = ""
    target_text: str = ""
    actual: float = math.nan
    actual_text: str = ""
    score: float = 0.0
    true: float = 0.0
    cause: str = ""
    reason: str = ""
    own_rule: bool = False
    approved: float = math.nan
    decimals: int = 0
    scale: float = 1.0

    @property
    def measured(self) -> bool:
        """Return whether the target is a number."""
        return not math.isnan(self.target)

    @property
    def satisfaction(self) -> bool:
        """Return whether the line is a satisfaction 满意度."""
        return self.level1 == "满意度指标"


@dataclass(slots=True, kw_only=True)
class Project:
    """One project with its form; ``total_error`` is what the printed total differs from the sum of its items.

    ``weak``: a project that met few of its targets, and says so.
    """

    code: str
    agency: str
    name: str
    category: str
    layout: str
    begin: float
    budget: float
    executed: float
    aim: str
    result: str
    submitted: date | None
    items: list[Item] = field(default_factory=list)
    layers: int = 1
    total_error: float = 0.0
    copied_from: str = ""
    in_copies: bool = False
    weak: bool = False
    certainty: str = ""

    @property
    def execution(self) -> Item:
        """Return the line of the execution rate."""
        return self.items[0]

    @property
    def self_total(self) -> float:
        """Return the total as printed."""
        return snap(math.fsum(item.score for item in self.items) + self.total_error)

    @property
    def true_total(self) -> float:
        """Return the right total."""
        return snap(math.fsum(item.true for item in self.items))


def department_projects(words: Department, draws: Draws, size: int, *, two_layer: float = 0.0) -> list[Project]:
    """Return projects as an honest unit reports them 项目与自评; no two of one name.

    ``two_layer``: share of forms whose items sum to 100 within their level 1.
    """
    taken: set[str] = set()
    return [
        _project(words, draws, f"{words.code}{YEAR % 100}{k + 1:04d}", taken, 2 if draws.chance(two_layer) else 1)
        for k in range(size)
    ]


def by_rule(item: Item, actual: float, target: float) -> float:
    """Return the points of a measured item by the linear rule 按完成比例, reversed for upper limits."""
    above, below = (target, actual) if item.operator == "≤" else (actual, target)
    return snap(item.full * item.scale * min(above / below, 1.0)) / item.scale if below else item.full


def shown(value: float, decimals: int) -> str:
    """Return a number as forms print it, without needless zeros."""
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"


def state(item: Item, actual: float) -> None:
    """Write an actual value into a form, with its text."""
    item.actual = snap(actual, item.decimals)
    item.actual_text = f"{shown(item.actual, item.decimals)}{item.unit}"


def _project(words: Department, draws: Draws, code: str, taken: set[str], layers: int) -> Project:
    """Return one project."""
    category = draws.pick(words.categories)
    name, work, place = _name(category, draws, taken)
    budget = max(snap(category.median * math.exp(draws.normal(0.0, 0.9)), 1), 3.0)
    begin = budget if draws.chance(0.6) else snap(budget * draws.uniform(0.8, 1.15), 1)
    rate = 1.0 if draws.chance(0.35) else draws.weighted((
        (draws.uniform(0.92, 1.0), 6.0), (draws.uniform(0.8, 0.92), 2.5), (draws.uniform(0.55, 0.8), 0.6),
    ))  # fmt: skip
    project = Project(
        code=code, agency=place if place in words.agencies else draws.pick(category.agencies), name=name, category=category.name,
        layout="2020" if draws.chance(0.65) else "2021-cost", layers=layers, begin=begin, budget=budget, executed=snap(budget * rate),
        aim=category.aim.format(place=place, work=work), result="",
        submitted=DUE - timedelta(days=1 + draws.index(24)) if draws.chance(0.95) else DUE + timedelta(days=2 + draws.index(9)),
    )  # fmt: skip
    project.weak = draws.chance(WEAK)
    project.items = [_execution(project), *_items(category, project, draws)]
    short = [item.level3 for item in project.items if item.cause]
    told = f"{'、'.join(short)}未达到目标，其余指标完成。" if short else "各项指标均已完成。"
    project.result = f"{YEAR}年{place}{work}已按计划实施，{told}"
    return project


def _name(category: Category, draws: Draws, taken: set[str]) -> tuple[str, str, str]:
    """Return a name that no other project of the department has, with its work and place."""
    for _ in range(40):
        work, places = draws.pick(category.projects)
        place = draws.pick(places)
        name = f"{place}{work}项目"
        if name not in taken:
            break
    else:
        name = next(full for n in "二三四五六七八九" if (full := f"{place}{work}项目（{n}期）") not in taken)
    taken.add(name)
    return name, work, place


def _execution(project: Project) -> Item:
    """Return the line of the execution rate 预算执行率."""
    item = Item(
        item="execution", level1="预算执行率", level2="预算执行率", level3="预算执行率", full=EXECUTION, operator="",
        target=project.budget, actual=project.executed, unit="万元", decimals=2,
    )  # fmt: skip
    item.score = item.true = by_rule(item, project.executed, project.budget)
    return item


def _items(category: Category, project: Project, draws: Draws) -> list[Item]:
    """Return the indicators of one form with their points, targets and actuals."""
    lines: list[tuple[str, Indicator]] = []
    for level2, known in category.indicators.items():
        size = {"数量指标": 2 + draws.index(2), "质量指标": 1 + draws.index(2)}.get(level2, 1)
        if level2 in ("社会效益指标", "可持续影响指标"):
            size = 1 + draws.index(2)
        level1 = LEVEL1[level2]
        if level2 == "成本指标" and project.layout == "2021-cost":
            level1, level2 = "成本指标", "经济成本指标"
        lines += [(f"{level1}/{level2}", indicator) for indicator in draws.some(known, size)]
    items: list[Item] = []
    for level1, weight in LAYOUTS[project.layout].items():
        group = [(key, indicator) for key, indicator in lines if key.startswith(f"{level1}/")]
        # A third of a point has no end: thirty points over two layers are shared out in threes.
        unit = 3 if project.layers == 2 and weight % 30 == 0 else 1
        points = [unit * share for share in _split(weight // unit, len(group), draws)]
        for full, (key, indicator) in zip(points, group, strict=True):
            items.append(_item(indicator, key, full, str(len(items) + 1), project, category, draws))
    return items


def _split(weight: int, size: int, draws: Draws) -> list[float]:
    """Return the points of a level-1 group over its items: whole numbers, nearly equal, some moved."""
    points = [float(weight // size)] * size
    points[0] += weight - sum(points)
    if size > 1 and draws.chance(0.5):
        take, give = draws.some(range(size), 2)
        if points[take] > 4:
            points[take], points[give] = points[take] - 2, points[give] + 2
    return points


def _item(
    indicator: Indicator, key: str, full: float, number: str, project: Project, category: Category, draws: Draws
) -> Item:
    """Return one indicator as an honest unit fills it in."""
    level1, level2 = key.split("/")
    scale = 100 / LAYOUTS[project.layout][level1] if project.layers == 2 else 1.0
    item = Item(item=number, level1=level1, level2=level2, level3=indicator.name, full=full, scale=scale)
    if indicator.text:
        met = draws.chance(0.4 if project.weak else 0.85)
        item.target_text, item.actual_text = indicator.text, indicator.text if met else indicator.partly
        rate = draws.pick((1.0, 1.0, 0.95, 0.9, 0.9, 0.85)) if met else draws.uniform(0.62, 0.79)
        item.score = item.true = snap(full * rate, 1)
    else:
        _measure(item, indicator, project, draws)
        item.score = item.true = by_rule(item, item.actual, item.target)
    if item.score < 0.995 * full and (item.measured or item.actual_text != item.target_text):
        item.cause = draws.pick(category.causes)
    return item


def _measure(item: Item, indicator: Indicator, project: Project, draws: Draws) -> None:
    """Write target and actual of a measured indicator."""
    steps = round((indicator.high - indicator.low) / indicator.step)
    target = indicator.low + indicator.step * draws.index(steps + 1)
    if indicator.budget:
        target = project.budget
    percent = indicator.unit == "%"
    item.decimals = 2 if indicator.budget else 1 if percent or indicator.step < 1 else 0
    item.operator, item.unit, item.target = indicator.op, indicator.unit, snap(target, item.decimals)
    item.target_text = (
        f"{'' if indicator.op == '=' else indicator.op}{shown(item.target, item.decimals)}{indicator.unit}"
    )
    if indicator.budget:
        state(item, project.executed)
    elif project.weak and indicator.op == "≥" and draws.chance(0.6):
        state(item, item.target * (draws.uniform(0.72, 0.97) if percent else draws.uniform(0.5, 0.92)))
    elif indicator.op == "≤":
        state(item, item.target * draws.uniform(0.88, 1.0))
    elif draws.chance(0.3 if indicator.op == "≥" else 0.92):
        state(item, item.target)
    elif draws.chance(0.7):
        above = item.target + draws.uniform(0, 4) if percent else item.target * draws.uniform(1.0, 1.12)
        state(item, min(above, 100.0) if percent else above)
    else:
        state(item, item.target * (draws.uniform(0.93, 0.995) if percent else draws.uniform(0.78, 0.99)))


def copy_form(source: Project, onto: Project) -> None:
    """Let a form repeat another one's targets, actuals, scores and texts 填报雷同; money and execution stay its own."""
    onto.layout, onto.layers, onto.category = source.layout, source.layers, source.category
    onto.copied_from, onto.in_copies = source.code, True
    onto.aim, onto.result = source.aim, source.result
    onto.items = [onto.execution, *(replace(item) for item in source.items[1:])]
