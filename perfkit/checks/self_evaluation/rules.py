"""What the desk check holds forms against 复核规则: the run's choices, silent-rule choices, bands, layouts and labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from perfkit.rulebook.re_evaluation import DeskChoices
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.grades import Band

# Ours, printed with each finding that uses them.
EXECUTION_GAP: Final = 0.05
MONEY_FACTOR: Final = 10_000.0
MONEY_SLACK: Final = 1.5
LEAST_TELLING: Final = 3
THIRD_PARTY_WORDS: Final = ("事务所", "咨询", "顾问", "评估", "研究院", "研究中心", "科技有限", "管理有限")
# What stands in a cell that nobody filled in; a zero is a value.
EMPTY: Final = frozenset({"", "-", "—", "——", "/", "／", "\\"})
NO_CAUSE: Final = EMPTY | {"无", "无。", "无偏差", "没有", "不涉及", "不适用"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRules:
    """Everything that a desk check is held against 复核规则.

    Parameters
    ----------
    choices : how quantitative items and execution earn points, overshoot line, low execution, decimals.
    silent : reverse rule, zero targets, overshoot reduction, zero budget (X01–X03, X06).
    bands : grade bands of the run; without them grades are not checked.
    layouts : name of a layout → level-1 name → points; without them layouts are not checked.
    labels : label of a qualitative conclusion → band as shares (low, high, best first in each method).
    budget_year : year that forms must be of; 0: not checked.
    """

    choices: DeskChoices = field(default_factory=DeskChoices)
    silent: SilentChoices = field(default_factory=SilentChoices)
    bands: tuple[Band, ...] = ()
    layouts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    labels: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    budget_year: int = 0
