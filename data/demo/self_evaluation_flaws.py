"""What a department does to its self-scores 自评失真: losses that a reviewer finds, errors by its own rule, copies."""

from __future__ import annotations

import math
from dataclasses import dataclass

from data.demo.self_evaluation_model import Draws, Item, Project, by_rule, copy_form, snap, state

COUNTED = (
    ("unsourced_actual", 0.32), ("evidence", 0.22), ("definition", 0.2), ("low_target", 0.14), ("target_changed", 0.12),
)  # fmt: skip
RATED = (("unsourced_actual", 0.35), ("evidence", 0.35), ("definition", 0.3))
PASSED = (("evidence", 1.0),)
LIMITED = (("definition", 0.5), ("evidence", 0.5))
WORDED = (("standard", 0.5), ("insufficient_basis", 0.3), ("evidence", 0.2))
SURVEYED = (("insufficient_basis", 0.5), ("evidence", 0.3), ("unsourced_actual", 0.2))


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a department fills in its forms: every number is a choice of the scenario.

    ``loss`` and ``spread``: mean and standard deviation, over the projects that lose, of the points that a reviewer takes
    off; ``losing`` and ``gaining`` shares of projects; ``wrong`` share of forms with errors by their own rule;
    ``copied`` share of forms in groups of copies.
    """

    loss: float = 1.4
    spread: float = 0.8
    losing: float = 0.45
    gaining: float = 0.12
    wrong: float = 0.03
    copied: float = 0.0


def distort(projects: list[Project], habits: Habits, draws: Draws) -> None:
    """Change the forms of a department in place 自评失真, the right scores beside the printed ones."""
    if habits.copied:
        _copy(projects, habits.copied, draws)
    for project in projects:
        if draws.chance(habits.wrong):
            _own_rule(project, draws)
        if draws.chance(habits.losing):
            _lose(project, max(draws.normal(habits.loss, habits.spread), 0.3), draws)
        if draws.chance(habits.gaining):
            _gain(project, draws)


def _copy(projects: list[Project], share: float, draws: Draws) -> None:
    """Make groups of three to six copies until the share of forms is reached; projects of one category first."""
    left = list(projects)
    wanted = round(share * len(projects))
    made = 0
    while made < wanted and len(left) > 2:
        source = left.pop(draws.index(len(left)))
        same = [project for project in left if project.category == source.category]
        beside = [project for project in same if project.agency == source.agency]
        # One clerk fills in the forms of one agency: copies go round there, and further only where it has too few.
        same = beside if len(beside) > 1 else same
        size = min(2 + draws.index(4), len(same), max(wanted - made - 1, 2))
        for project in draws.some(same, size):
            copy_form(source, project)
            left.remove(project)
        source.in_copies = bool(size)
        made += size + 1 if size else 0


def _own_rule(project: Project, draws: Draws) -> None:
    """Let one to three items be scored wrong by the unit's own rule 按自定规则计算有误."""
    for _ in range(1 + draws.index(3)):
        kind = draws.weighted((("item", 0.6), ("execution", 0.25), ("total", 0.15)))
        if kind == "item":
            _undeducted(project, draws)
        elif kind == "execution":
            _execution_wrong(project, draws)
        elif not project.total_error:
            project.total_error = draws.pick((1.0, 2.0, 3.0, 1.5))


def _undeducted(project: Project, draws: Draws) -> None:
    """Print full marks, or nearly, over a stated shortfall 应扣未扣."""
    able = [item for item in project.items[1:] if item.measured and item.operator == "≥" and not item.reason]
    if not able:
        return
    item = draws.pick(able)
    rate = draws.uniform(0.55, 0.88)
    state(item, item.target * rate)
    item.true = by_rule(item, item.actual, item.target)
    full = draws.chance(0.7)
    item.score = item.full if full else snap((item.full + item.true) / 2, 1)
    item.reason, item.own_rule = ("not_deducted" if full else "arithmetic"), True
    item.cause = "" if full else "年中任务调整，部分工作顺延"


def _execution_wrong(project: Project, draws: Draws) -> None:
    """Print more points for the execution rate than the rate gives 计算错误."""
    item = project.execution
    if item.reason:
        return
    project.executed = snap(project.budget * draws.uniform(0.58, 0.86))
    item.actual = project.executed
    for other in project.items[1:]:
        if other.unit == "万元" and other.target == project.budget:
            state(other, project.executed)
    item.true = by_rule(item, project.executed, project.budget)
    item.score, item.reason, item.own_rule = draws.pick((10.0, 10.0, 9.5)), "arithmetic", True


def _lose(project: Project, points: float, draws: Draws) -> None:
    """Take points off the right scores of some items that a desk check of the form cannot see."""
    able = [item for item in project.items[1:] if not item.reason and item.score > 1.5]
    left = points
    copied = project.in_copies
    while left > 0.15 and able:
        item = able.pop(draws.index(len(able)))
        # A rate or an upper limit is rarely far off; a count or a judgement may be.
        most = (0.22 if item.unit == "%" or item.operator == "≤" else 0.45) * item.score
        share = min(left, most, max(0.4 * points, 1.0) * draws.uniform(0.6, 1.4))
        _doubt(item, snap(max(share, 0.2), 1), draws, restate=not copied)
        left -= item.score - item.true


def _reasons(item: Item) -> tuple[tuple[str, float], ...]:
    """Return why a reviewer may take points off an item of this kind, by weight."""
    if item.satisfaction:
        return SURVEYED
    if not item.measured:
        return WORDED
    if item.operator == "≤":
        return LIMITED
    if item.unit == "%":
        return PASSED if item.target >= 100 else RATED
    return COUNTED


def _doubt(item: Item, lost: float, draws: Draws, *, restate: bool) -> None:
    """Give one item a reason for losing points, and make the form fit the reason; a copied form stays as it is."""
    reason = draws.weighted(_reasons(item))
    if reason == "low_target" and not restate:
        reason = "unsourced_actual"
    if reason in ("low_target", "target_changed") and item.score < item.full:
        reason = "definition"
    item.true, item.reason = snap(item.score - lost), reason
    if reason == "low_target":
        state(item, item.target * draws.uniform(1.3, 2.4))
    elif reason == "target_changed":
        item.approved = float(math.ceil(item.actual * item.full / item.true))
        item.true = by_rule(item, item.actual, item.approved)


def _gain(project: Project, draws: Draws) -> None:
    """Let one worded item be scored lower than the evidence allows 应得未得."""
    able = [item for item in project.items if not item.measured and not item.reason and item.score < 0.95 * item.full]
    if able:
        item = draws.pick(able)
        item.true, item.reason = snap(item.full * draws.uniform(0.95, 1.0), 1), "not_credited"
