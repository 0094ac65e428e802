"""The shape of a form for the quality of self-evaluation work 自评工作质量表: counts in, points by share; methodology of ours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from perfkit.rulebook.shape import Basis, Shape, refused, word_of
from perfkit.terms import QualityAspect, Reason

# What a criterion counts: met of how many. Only what the lists, the desk check and the re-scores hold can be counted.
Measure = Literal[
    "projects_with_form",
    "agencies_complete",
    "projects_in_time",
    "forms_without",
    "indicators_without",
    "re_scored_items_without",
    "re_scored_projects_within",
    "problems_rectified",
]
NEEDS = {"forms_without": "codes", "indicators_without": "codes", "re_scored_items_without": "reasons",
         "re_scored_projects_within": "tolerance"}  # fmt: skip
CodeOfCheck = Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}$")]


class QualityCriterion(Shape):
    """One count of a quality form 评价要点.

    ``codes`` are the desk checks that count against a form or an indicator, ``reasons`` the reasons of difference that count
    against a re-scored item, ``tolerance`` points of 100 within which a re-scored total counts as right. Points: full × share.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    text: str = Field(min_length=1)
    counted: str = Field(min_length=1)
    measure: Measure
    codes: tuple[CodeOfCheck, ...] = ()
    reasons: tuple[Annotated[Reason, word_of(Reason)], ...] = ()
    tolerance: float | None = Field(default=None, ge=0)
    points: float = Field(gt=0)
    basis: Basis

    @model_validator(mode="after")
    def _says_what_it_counts(self) -> QualityCriterion:
        """Refuse a measure without what it needs, or with what it does not read."""
        given = {"codes": bool(self.codes), "reasons": bool(self.reasons), "tolerance": self.tolerance is not None}
        needed = NEEDS.get(self.measure, "")
        if needed and not given[needed]:
            raise refused(f"measure: {self.measure} 须写 {needed}", "没有写", f"补上 {needed}")
        surplus = [name for name, there in given.items() if there and name != needed]
        if surplus:
            raise refused(f"measure: {self.measure} 不用 {'、'.join(surplus)}", "写了", f"删去 {'、'.join(surplus)}")
        return self


class QualityPart(Shape):
    """The criteria of one aspect 评价方面."""

    aspect: Annotated[QualityAspect, word_of(QualityAspect)]
    criteria: tuple[QualityCriterion, ...] = Field(min_length=1)


class QualityForm(Shape):
    """A form for the quality of self-evaluation work 自评工作质量表, kept apart from project scores.

    ``label`` says that it is methodology, no rule. ``absent``: points of criteria without data are shared among the others in
    proportion (``redistribute``), or stay out and are shown so (``show``).
    """

    id: str
    name: str
    name_en: str
    label: str = Field(min_length=1)
    note: str = ""
    full: float = Field(default=100.0, gt=0)
    absent: Literal["redistribute", "show"]
    basis: Basis
    parts: tuple[QualityPart, ...] = Field(min_length=1)

    def criteria(self) -> Iterator[tuple[QualityAspect, QualityCriterion]]:
        """Yield every criterion with its aspect, in order."""
        for part in self.parts:
            for criterion in part.criteria:
                yield part.aspect, criterion

    @model_validator(mode="after")
    def _adds_up(self) -> QualityForm:
        """Refuse points that do not add up, aspects and ids that stand twice."""
        total = math.fsum(criterion.points for _, criterion in self.criteria())
        if abs(total - self.full) > 1e-9:
            raise refused(f"各要点分值合计 {self.full:g}", f"{total:g}", "调整各要点的 points")
        aspects = [part.aspect.value for part in self.parts]
        ids = [criterion.id for _, criterion in self.criteria()]
        doubled = sorted({name for names in (aspects, ids) for name in names if names.count(name) > 1})
        if doubled:
            raise refused("互不相同的方面和要点代号", f"重复：{'、'.join(doubled)}", "合并或改名")
        return self
