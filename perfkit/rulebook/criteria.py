"""The shape of a rating by weighted criteria 按标准加权评级: criteria, weights by year, cut-offs of the weighted mean."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from perfkit.rulebook.shape import Basis, Mark, Shape, refused

# A cut-off of 1.6 read as a binary float is not 1.6, and weighted means that lie on it change their grade.
Exact = Annotated[Decimal, BeforeValidator(lambda value: Decimal(str(value)))]


class CriterionWeights(Shape):
    """Weights of the criteria in a span of years 标准权重; they sum to 1, both years belong to the span."""

    from_year: int | None = None
    to_year: int | None = None
    weights: Mapping[str, Exact]
    verified: Mark

    @model_validator(mode="after")
    def _sum_to_one(self) -> CriterionWeights:
        """Refuse weights that do not sum to 1."""
        total = sum(self.weights.values())
        if total != 1:
            raise refused("权重之和为 1", str(total), "核对各标准的权重")
        return self

    def covers(self, year: int) -> bool:
        """Return whether a year lies in the span."""
        return (self.from_year is None or year >= self.from_year) and (self.to_year is None or year <= self.to_year)


class CutOff(Shape):
    """The lowest weighted mean of a grade 评级界限; ``grade`` is its code on the scale of the criteria."""

    grade: int
    name: str
    low: Exact


class CriteriaRating(Shape):
    """How ratings of criteria become one grade 综合评级规则.

    ``scale`` are the codes of a criterion, lowest first; ``passes`` the lowest grade that counts as successful;
    ``cut_offs`` best first, half-open upward.
    """

    name: str
    scale: tuple[int, ...] = Field(min_length=2)
    passes: int
    periods: tuple[CriterionWeights, ...] = Field(min_length=1)
    cut_offs: tuple[CutOff, ...] = Field(min_length=2)
    basis: Basis

    @model_validator(mode="after")
    def _consistent(self) -> CriteriaRating:
        """Refuse cut-offs out of order, periods of different criteria and grades off the scale."""
        if any(better.low <= worse.low for better, worse in pairwise(self.cut_offs)):
            raise refused("由高到低的界限", "、".join(str(one.low) for one in self.cut_offs), "按等级由高到低排列")
        if len({frozenset(period.weights) for period in self.periods}) > 1:
            raise refused("各时段同样的标准", "标准不同", "核对 periods 下的标准名称")
        unknown = {one.grade for one in self.cut_offs} - set(self.scale)
        if unknown or self.passes not in self.scale:
            raise refused("scale 中的等级代码", "、".join(map(str, unknown)) or str(self.passes), "核对等级代码")
        return self

    @property
    def criteria(self) -> tuple[str, ...]:
        """The names of the criteria, in order."""
        return tuple(self.periods[0].weights)
