"""The choices of a re-evaluation 再评价参数: no rule gives one of these numbers, so each is named and printed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from perfkit.rulebook.shape import Shape, refused, word_of
from perfkit.terms.re_evaluation import AdoptedScore, Blinding

Share = Annotated[float, Field(ge=0, le=1)]


class DeskChoices(Shape):
    """Choices of the desk check 复核参数.

    ``scoring`` is how a quantitative indicator below its target earns points (财预〔2020〕10号 linear, 财预〔2021〕101号
    pass line); ``execution`` how the execution rate does; ``undeclared`` what becomes of a target without ≥ or ≤ that the
    actual value misses or exceeds: not computed, or taken as the more the better (never for cost).
    """

    scoring: Literal["linear_2020", "pass_line_2021"] = "linear_2020"
    execution: Literal["linear", "interval_2021"] = "linear"
    overshoot: float = Field(default=1.2, ge=1)
    low_execution: Share = 0.8
    undeclared: Literal["not_computed", "higher"] = "not_computed"
    decimals: int = Field(default=2, ge=0, le=6)


class SampleChoices(Shape):
    """Choices of the sample 抽样参数.

    ``design`` is what is drawn: equal probabilities (``simple``, ``stratified``), by money (``monetary_unit``), both
    samples, everything (``census``) or units named by hand (``purposive``: described, never extrapolated). Half-widths in
    points and as share, ``sd`` in points; ``materiality`` the share of money that may be wrongly graded at most.
    ``money_edges`` in 万元 are the lower edges of the money bands above the lowest (half-open), where ``strata`` has money.
    """

    design: Literal["simple", "stratified", "monetary_unit", "both", "census", "purposive"] = "simple"
    strata: tuple[Literal["agency", "category", "money"], ...] = ()
    money_edges: tuple[Annotated[float, Field(gt=0)], ...] = (100.0, 500.0)
    half_width: float = Field(default=2.0, gt=0)
    sd: float = Field(default=6.0, gt=0)
    share_half_width: Share | None = 0.15
    expected_changed: Share = 0.5
    materiality: Annotated[float, Field(gt=0, lt=1)] = 0.1
    expected_wrong: float = Field(default=0.0, ge=0)
    certainty_from: float | None = Field(default=None, gt=0)
    double_share: Share = 0.2
    least: int = Field(default=10, ge=2)
    picked: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> SampleChoices:
        """Refuse a choice that the design would leave aside in silence."""
        if self.design == "stratified" and not self.strata:
            raise refused("分层抽样的 strata", "没有写", "写 strata: [agency]，或改为 design: simple")
        if self.strata and self.design not in ("stratified", "both"):
            raise refused(
                f"design: {self.design} 不写 strata", "、".join(self.strata), "改为 design: stratified 或 both"
            )
        if self.picked and self.design != "purposive":
            found = "、".join(self.picked[:5])
            raise refused("picked 只用于 design: purposive", found, "必选的项目写在项目清单的“必选”列")
        if list(self.money_edges) != sorted(set(self.money_edges)):
            raise refused("由小到大的 money_edges", str(list(self.money_edges)), "逐档递增，如 [100, 500]")
        return self


class HandlingChoices(Shape):
    """Cut-offs of the suggestion what to do with a department 处理建议参数; methodology of ours, labelled so.

    ``inflation`` in points: a mean inflation whose lower limit lies above it is general. ``own_rule_share``: share of
    checked forms wrong by their own rule. ``copied_share``: share of forms in groups of copies. ``severity`` in points of
    100: two raters of the same projects lie further apart than this, interval counted. ``least`` re-scored projects.
    """

    inflation: float = Field(default=2.0, ge=0)
    own_rule_share: Share = 0.2
    copied_share: Share = 0.2
    severity: float = Field(default=3.0, ge=0)
    least: int = Field(default=10, ge=2)


class ReEvaluationChoices(Shape):
    """Everything that a re-evaluation run chooses 再评价运行参数.

    ``tolerance`` in points of 100: a project whose total moves by no more counts as unchanged (items: any move counts).
    """

    tolerance: float = Field(default=0.0, ge=0)
    self_scores: Annotated[Blinding, word_of(Blinding)] = Blinding.HIDDEN
    adopted: Annotated[AdoptedScore, word_of(AdoptedScore)] = AdoptedScore.CONSENSUS
    desk: DeskChoices = DeskChoices()
    sample: SampleChoices = SampleChoices()
    handling: HandlingChoices = HandlingChoices()
    quality_form: str = "self_evaluation_quality"
