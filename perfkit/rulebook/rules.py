"""Shapes of a rule set: methods, bands, silent rules, outline, duties, local packs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Annotated

from pydantic import model_validator

from perfkit.rulebook.criteria import CriteriaRating
from perfkit.rulebook.framework import WeightRule
from perfkit.rulebook.shape import Basis, Shape, Source, named, refused, word_of
from perfkit.rulebook.silent import SilentParameter, SilentRule, SilentValue
from perfkit.terms import ScoringFunction


class Band(Shape):
    """One grade 等级: scores from ``low`` on, up to but without ``high`` (the top band includes it)."""

    grade: str
    low: float
    high: float
    text: str


class GradeBands(Shape):
    """Grade bands 等级划分, best first.

    Where the printed bands leave gaps (89.5 has no grade), ``gaps`` says so and ``read_as`` names the bands that are
    used in their place.
    """

    id: str
    name: str
    bands: tuple[Band, ...]
    gaps: bool = False
    read_as: str = ""
    note: str = ""
    basis: Basis

    @model_validator(mode="after")
    def _bands_meet(self) -> GradeBands:
        """Refuse bands out of order and, unless declared, gaps and overlaps."""
        meet = all(upper.low == lower.high for upper, lower in pairwise(self.bands))
        ordered = all(upper.low > lower.low for upper, lower in pairwise(self.bands))
        if not ordered or (not meet and not self.gaps):
            text = "、".join(f"{band.grade}{band.text}" for band in self.bands)
            raise refused("由高到低、首尾相接的等级区间", text, "改正界限；原文确有空档时写 gaps: true 和 read_as")
        if self.gaps and not self.read_as:
            raise refused("read_as（空档处改用哪一套等级）", "没有 read_as", "补上 read_as")
        return self


class ScoringMethod(Shape):
    """How a document turns evidence into points 计分方法.

    ``parameters`` are the numbers the document fixes, ``silent`` the names of silent parameters it leaves open,
    ``bands`` shares of the full score per label, ``steps`` (threshold share, points) on a full score of
    ``full_score``. ``examples`` are worked values: inputs and ``score``.
    """

    id: str
    function: Annotated[ScoringFunction, word_of(ScoringFunction)]
    applies: str
    rule: str
    expression: str = ""
    full_score: float | None = None
    parameters: Mapping[str, float] = {}
    silent: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    bands: tuple[tuple[float, float], ...] = ()
    steps: tuple[tuple[float, float], ...] = ()
    undefined: tuple[str, ...] = ()
    examples: tuple[Mapping[str, float | bool], ...] = ()
    note: str = ""
    basis: Basis

    @model_validator(mode="after")
    def _bands_have_labels(self) -> ScoringMethod:
        """Refuse bands without one label each."""
        if len(self.labels) != len(self.bands):
            raise refused(f"{len(self.bands)} 个 labels", f"{len(self.labels)} 个", "每个区间一个名称")
        return self


class OutlineSection(Shape):
    """One chapter of an outline 提纲章节; without its number, which the draft counts."""

    title: str
    parts: tuple[str, ...] = ()


class ReportOutline(Shape):
    """Outline of a report 报告提纲; ``stage`` is the stage notebook that it belongs to whatever the rule set says."""

    id: str
    stage: str = ""
    sections: tuple[OutlineSection, ...]
    basis: Basis


class Duty(Shape):
    """What a document asks of those who evaluate 工作要求; ``groups`` where its items are grouped by name."""

    id: str
    text: str
    items: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = {}
    at_least: float | None = None
    basis: Basis


class WithoutSatisfaction(Shape):
    """Where the points go when no satisfaction indicator is needed 不设满意度指标时的权重."""

    level1: str
    points: float


class WeightLayout(Shape):
    """Level-1 weights of a layout 权重布局; ``framework`` holds the weights."""

    framework: str
    when: str
    hardness: str
    without_satisfaction: WithoutSatisfaction | None = None
    basis: Basis


class Consequence(Shape):
    """What a grade means for the next budget 结果应用措施; cuts are shares of the base."""

    low: float
    high: float
    measures: str


class ResultsApplication(Shape):
    """Budget consequences by grade 评价结果应用: always local, never a default."""

    base: str
    hardness: str
    grades: Mapping[str, Consequence]
    rectification_days: int
    until_rectified: Mapping[str, str] = {}
    assessment: Mapping[str, str] = {}
    basis: Basis


class Pack(Shape):
    """A local rule pack 地方规则包: off unless a run names it.

    ``criteria_rating`` is how an institution that rates by criteria forms its overall grade; re-grading uses it.
    """

    id: str
    name: str
    note: str = ""
    silent: Mapping[str, SilentValue] = {}
    results_application: ResultsApplication | None = None
    criteria_rating: CriteriaRating | None = None


class RuleSet(Shape):
    """A rule set 规则集: its own rules, and the catalogues it draws on.

    ``own_methods`` are the methods that its documents prescribe; ``methods`` is the whole catalogue, because a
    workbook may score an item by another document, which is then listed as 参照.
    """

    id: str
    name: str
    name_en: str
    note: str = ""
    basis: Basis
    sources: tuple[str, ...]
    grade_bands: str
    own_methods: tuple[str, ...]
    silent_choices: Mapping[str, SilentValue] = {}
    weight_rules: tuple[WeightRule, ...] = ()
    weight_layouts: tuple[WeightLayout, ...] = ()
    outline: str
    outlines: tuple[ReportOutline, ...]
    duties: tuple[Duty, ...] = ()
    documents: tuple[Source, ...]
    methods: tuple[ScoringMethod, ...]
    all_bands: tuple[GradeBands, ...]
    silent_rules: tuple[SilentRule, ...]
    packs: tuple[Pack, ...] = ()

    def source(self, source_id: str) -> Source:
        """Return a document by its id 规则文件."""
        return named(self.documents, source_id, lambda item: item.id, "规则文件", "RULE-SOURCE")

    def method(self, method_id: str) -> ScoringMethod:
        """Return a scoring method by its id 计分方法."""
        return named(self.methods, method_id, lambda item: item.id, "计分方法", "RULE-METHOD")

    def method_of(self, function: ScoringFunction) -> ScoringMethod | None:
        """Return the method that stands behind a scoring function: an own one first, else of the catalogue."""
        fitting = [method for method in self.methods if method.function is function]
        own = [method for method in fitting if method.id in self.own_methods]
        return next(iter([*own, *fitting]), None)

    def bands(self, bands_id: str | None = None) -> GradeBands:
        """Return grade bands 等级划分 by id; those of the rule set where none is named.

        Bands whose printed borders leave gaps come back as they are; use those they are ``read_as``.
        """
        wanted = bands_id or self.grade_bands
        return named(self.all_bands, wanted, lambda item: item.id, "等级划分", "RULE-BANDS")

    def silent(self, code: str) -> SilentRule:
        """Return a silent rule 沉默事项 by its code X01–X19."""
        return named(self.silent_rules, code, lambda item: item.code, "沉默事项", "RULE-SILENT")

    @property
    def silent_parameters(self) -> tuple[SilentParameter, ...]:
        """All silent parameters in the order of X01–X19."""
        return tuple(parameter for rule in self.silent_rules for parameter in rule.parameters)

    def duty(self, duty_id: str) -> Duty:
        """Return a duty 工作要求 by its id."""
        return named(self.duties, duty_id, lambda item: item.id, "工作要求", "RULE-DUTY")

    def report_outline(self, outline_id: str | None = None) -> ReportOutline:
        """Return an outline 报告提纲 by its id; that of the rule set where none is named."""
        wanted = outline_id or self.outline
        return named(self.outlines, wanted, lambda item: item.id, "报告提纲", "RULE-OUTLINE")

    def stage_outline(self, stage: str) -> ReportOutline:
        """Return the outline of a stage notebook 阶段提纲; that of the rule set where the stage has none of its own."""
        return next((item for item in self.outlines if item.stage and item.stage == stage), self.report_outline())

    @property
    def results_application(self) -> ResultsApplication | None:
        """Budget consequences of the packs that are on; ``None`` without a pack, because no national rule has any."""
        applied = [pack.results_application for pack in self.packs if pack.results_application is not None]
        return applied[-1] if applied else None

    def bases_used(self, ids: Iterable[str]) -> tuple[Basis, ...]:
        """Return the bases of the rules that were used 实际使用的规则依据.

        Parameters
        ----------
        ids : ids of methods, bands, silent rules (X01–X19), weight rules, layouts, outlines, duties or packs.

        Returns
        -------
        tuple of Basis
            One per document and clause, in the order of first use.

        Raises
        ------
        RuleError
            For an id that names no rule, with the nearest ones.
        """
        known = self._bases()
        used = (named(known.items(), wanted, lambda item: item[0], "规则", "RULE-ID")[1] for wanted in ids)
        first: dict[tuple[str, str], Basis] = {}
        for basis in used:
            first.setdefault((basis.source, basis.clause), basis)
        return tuple(first.values())

    def own_bases(self) -> dict[str, Basis]:
        """Return the bases that any run under this rule set relies on, by rule id: dates are checked on these."""
        own = [self.id, self.grade_bands, self.outline, *self.own_methods]
        own += [rule.id for rule in self.weight_rules] + [duty.id for duty in self.duties]
        own += [pack.id for pack in self.packs if pack.results_application is not None]
        known = self._bases()
        return {rule_id: known[rule_id] for rule_id in own}

    def _bases(self) -> dict[str, Basis]:
        """Return the basis of every rule by id."""
        bases = {self.id: self.basis}
        for group in (self.methods, self.all_bands, self.outlines, self.weight_rules, self.duties):
            bases.update({item.id: item.basis for item in group})
        bases.update({rule.code: rule.basis for rule in self.silent_rules})
        bases.update({layout.framework: layout.basis for layout in self.weight_layouts})
        for pack in self.packs:
            if pack.results_application is not None:
                bases[pack.id] = pack.results_application.basis
        return bases
