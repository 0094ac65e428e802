"""The shape of a run file: what is evaluated, under which rules, on which dates, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.rulebook.shape import Basis, Shape, Standing, applicable, refused, word_of
from perfkit.rulebook.silent import SilentValue
from perfkit.terms import DraftStatus, Organiser, Role, Secrecy

OutsideDates = Literal["refuse", "reference"]


class Run(Shape):
    """One run 运行文件: one evaluand, one notebook, one set of rules.

    Paths are relative to the project root. ``data`` alone may be absolute (an engagement kept elsewhere);
    ``silent`` overrides silent-rule parameters by name;
    ``re_evaluation`` holds the choices of a re-evaluation; ``outside_dates`` says whether a rule outside its dates stops
    the run or is printed as 参照.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    batch: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    notebook: str
    evaluand: str = Field(min_length=1)
    data: str
    rules: str
    packs: tuple[str, ...] = ()
    framework: str
    grade_bands: str | None = None
    outside_dates: OutsideDates = "refuse"
    silent: Mapping[str, SilentValue] = {}
    budget_year: int = Field(ge=1994, le=2100)
    evaluation_date: date
    report_date: date
    organiser: Annotated[Organiser, word_of(Organiser)]
    role: Annotated[Role, word_of(Role)]
    secrecy: Annotated[Secrecy, word_of(Secrecy)]
    draft_status: Annotated[DraftStatus, word_of(DraftStatus)] = DraftStatus.FIRST
    seed: int = Field(ge=0)
    level: float = Field(default=0.95, gt=0.5, lt=1)
    template: str | None = None
    re_evaluation: ReEvaluationChoices | None = None
    note: str = ""

    def notebook_path(self, root: Path) -> Path:
        """Return where the notebook is."""
        return root / self.notebook

    def data_path(self, root: Path) -> Path:
        """Return where the engagement is; an absolute ``data`` stays as it is."""
        return root / self.data

    def template_path(self, root: Path) -> Path | None:
        """Return where the firm's own Word template is, or ``None`` for the one of the house."""
        return None if self.template is None else root / self.template

    def standing(self, basis: Basis) -> Standing:
        """Return whether a rule is in force on the evaluation date of this run."""
        return applicable(basis, self.evaluation_date)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Run:
        """Refuse a report that is older than the evaluation, or an evaluation older than its budget year."""
        if self.report_date < self.evaluation_date:
            raise refused(
                f"report_date 不早于 evaluation_date（{self.evaluation_date}）", str(self.report_date), "改正两个日期"
            )
        if self.evaluation_date.year < self.budget_year:
            raise refused(
                f"evaluation_date 不早于预算年度 {self.budget_year}", str(self.evaluation_date), "改正日期或预算年度"
            )
        return self
