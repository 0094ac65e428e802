"""Drawing a sample and re-scoring it 抽样与再评: what raters find, how severe they are, how far they scatter."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from data.demo.self_evaluation_model import Draws, Item, Project, snap
from data.demo.self_evaluation_opinions import explanation

# Points of 100 that one severe judgement moves.
STEP = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    """One rater: ``severity`` in points of 100 taken off everywhere, ``finds`` the share of flaws seen, ``scatter`` of items."""

    name: str
    severity: float = 0.0
    finds: float = 0.93
    scatter: float = 0.16


@dataclass(slots=True, kw_only=True)
class Drawn:
    """One project of the sample: order, selection probability, who scores it."""

    project: Project
    order: int
    probability: float
    certainty: bool
    raters: tuple[Rater, ...]


@dataclass(slots=True, kw_only=True)
class Mark:
    """One score of one rater with its reason, evidence ids and amount in 万元."""

    item: Item
    score: float
    reason: str = ""
    explanation: str = ""
    evidence: tuple[str, ...] = ()
    amount: float = math.nan


@dataclass(slots=True, kw_only=True)
class Marking:
    """What one rater recorded for one project; ``total_only``: no items were kept."""

    rater: Rater
    project: Project
    marks: list[Mark] = field(default_factory=list)
    total_only: bool = False
    items_checked: int = 0
    evidence_seen: int = 0
    on_site: bool = False

    @property
    def total(self) -> float:
        """Return the re-evaluated total."""
        return snap(math.fsum(mark.score for mark in self.marks))


def sample_size(size: int, *, half_width: float = 2.0, sd: float = 6.0, share_half_width: float = 0.15) -> int:
    """Return how many of ``size`` projects a simple sample takes: the larger need, finite population corrected."""
    needs = ((1.96 * sd / half_width) ** 2, (1.96 * 0.5 / share_half_width) ** 2)
    return min(size, max(math.ceil(need / (1 + need / size)) for need in needs))


def drawn_sample(
    projects: list[Project], raters: tuple[Rater, ...], draws: Draws, *, size: int, double_share: float = 0.2
) -> list[Drawn]:
    """Return a simple sample without replacement, the first ones of a random order scored by two raters 双评."""
    certain = [project for project in projects if project.certainty]
    rest = [project for project in projects if not project.certainty]
    wanted = max(min(size - len(certain), len(rest)), 0)
    chosen = [*certain, *draws.some(rest, wanted)]
    order = draws.some(range(len(chosen)), len(chosen))
    for k in range(len(order) - 1, 0, -1):
        at = draws.index(k + 1)
        order[k], order[at] = order[at], order[k]
    doubles = min(math.ceil(double_share * len(chosen) - 1e-9), len(chosen)) if len(raters) > 1 else 0
    sample = []
    for number, k in enumerate(order):
        first, second = raters[number % len(raters)], raters[(number + 1) % len(raters)]
        sure = bool(chosen[k].certainty)
        sample.append(Drawn(
            project=chosen[k], order=number + 1, certainty=sure, probability=1.0 if sure else wanted / len(rest),
            raters=(first, second) if number < doubles else (first,),
        ))  # fmt: skip
    return sample


def re_score(drawn: Drawn, rater: Rater, draws: Draws, *, total_only: bool = False) -> Marking:
    """Return what one rater records for one project."""
    marking = Marking(rater=rater, project=drawn.project, total_only=total_only)
    strict = _strictness(drawn.project, rater, draws)
    for item in drawn.project.items:
        marking.marks.append(_mark(item, drawn.project, rater, strict.get(item.item, 0.0), draws))
    marking.items_checked = len(marking.marks) if draws.chance(0.8) else len(marking.marks) - draws.index(3)
    marking.evidence_seen = len({code for mark in marking.marks for code in mark.evidence}) + 2 + draws.index(6)
    marking.on_site = draws.chance(0.3)
    return marking


def _strictness(project: Project, rater: Rater, draws: Draws) -> dict[str, float]:
    """Return the points that a rater's severity takes off, by item; negative: leniency.

    Severity shows in whole judgements: the more of it, the more items, never a hair off everything.
    """
    if not rater.severity:
        return {}
    total = draws.normal(rater.severity, min(0.8, abs(rater.severity)))
    items = draws.some(project.items[1:], round(abs(total) / STEP))
    shares = {item.item: item.full * draws.uniform(0.6, 1.4) for item in items}
    return {item: total * share / sum(shares.values()) for item, share in shares.items()}


def _mark(item: Item, project: Project, rater: Rater, strict: float, draws: Draws) -> Mark:
    """Return the score of one item: the right one where the flaw is found, scatter where a person judges."""
    found = bool(item.reason) and draws.chance(max(rater.finds, 0.97 if item.own_rule else 0.0))
    base = item.true if found else item.score
    judged = not item.measured or (found and not item.own_rule)
    scatter = draws.pick((-1.0, -0.5, 0.5, 0.5, 1.0)) if judged and draws.chance(rater.scatter) else 0.0
    score = base + scatter - strict
    score = snap(score, 1) if scatter or strict else score
    mark = Mark(item=item, score=max(min(score, item.full), 0.0))
    if mark.score != item.score:
        wanted = item.reason if found else "not_credited" if mark.score > item.score else "standard"
        mark.reason = wanted
        mark.explanation = explanation(item, project, wanted, draws)
        mark.evidence = tuple(f"E{number:02d}" for number in sorted({1 + draws.index(9) for _ in range(2)}))
        if wanted in ("unsourced_actual", "evidence", "definition") and draws.chance(0.3):
            mark.amount = snap(project.executed * draws.uniform(0.01, 0.12))
    return mark
