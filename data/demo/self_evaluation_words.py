"""Words of a fictional department 部门词库: agencies, project names and indicators, read once from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

WORDS = Path(__file__).resolve().parent / "content" / "self-evaluation"
LEVEL1 = {
    "数量指标": "产出指标", "质量指标": "产出指标", "时效指标": "产出指标", "成本指标": "产出指标",
    "经济效益指标": "效益指标", "社会效益指标": "效益指标", "生态效益指标": "效益指标", "可持续影响指标": "效益指标",
    "服务对象满意度指标": "满意度指标",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator that projects of a category may set; ``text`` is a qualitative target, ``partly`` what falls short.

    ``low`` … ``high`` is the range of targets, ``step`` what they are rounded to; ``budget``: the target is the budget.
    """

    level2: str
    name: str
    op: str = ""
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    unit: str = ""
    text: str = ""
    partly: str = ""
    budget: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One kind of project: ``median`` of its budget in 万元, indicators by level 2, causes of shortfalls.

    ``projects``: works, each with the places where it makes sense.
    """

    name: str
    median: float
    agencies: tuple[str, ...]
    projects: tuple[tuple[str, tuple[str, ...]], ...]
    aim: str
    indicators: Mapping[str, tuple[Indicator, ...]]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """One department of the city and its words.

    ``code`` begins the codes of its projects; ``filing``: how an agency hands in its forms (``single``, ``stacked``,
    ``listed``, else one workbook of sheets); ``docx``, ``missing``, ``twice`` count forms in Word, not filed, filed twice;
    ``certain`` projects are on the list by name; ``follow_up``: problem of last year, status, note.
    """

    slug: str
    name: str
    code: str
    agencies: tuple[str, ...]
    categories: tuple[Category, ...]
    filing: Mapping[str, str]
    docx: int
    missing: int
    twice: int
    certain: int
    follow_up: tuple[tuple[str, str, str], ...]


@cache
def department_words(slug: str) -> Department:
    """Return the words of one department 部门词库; ``slug`` is the name of its file."""
    raw: Any = YAML(typ="safe", pure=True).load((WORDS / f"{slug}.yaml").read_text(encoding="utf-8"))
    return Department(
        slug=slug, name=raw["name"], code=raw["code"], agencies=tuple(raw["agencies"]),
        categories=tuple(_category(part) for part in raw["categories"]), filing=dict(raw["filing"]),
        docx=raw["docx"], missing=raw["missing"], twice=raw["twice"], certain=raw["certain"],
        follow_up=tuple((problem, status, note) for problem, status, note in raw["follow_up"]),
    )  # fmt: skip


def _category(raw: Mapping[str, Any]) -> Category:
    """Return one category with its indicators by level 2."""
    indicators: dict[str, list[Indicator]] = {}
    for line in raw["indicators"]:
        indicators.setdefault(line["level2"], []).append(Indicator(**line))
    places = tuple(raw["places"])
    works = [(work, places) if isinstance(work, str) else next(iter(work.items())) for work in raw["projects"]]
    return Category(
        name=raw["name"], median=float(raw["median"]), agencies=tuple(raw["agencies"]),
        projects=tuple((work, tuple(where)) for work, where in works), aim=raw["aim"],
        indicators={level2: tuple(lines) for level2, lines in indicators.items()}, causes=tuple(raw["causes"]),
    )  # fmt: skip
