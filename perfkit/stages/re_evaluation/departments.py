"""What the sample says of the rest 未复核部分的推断: by design, with an interval, a bound, or counts only."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pandas as pd

from perfkit.checks.finding import OURS
from perfkit.errors import DataError, MethodError
from perfkit.read.sampling_plan_file import SamplePlan
from perfkit.reliability.estimate import EstimateResult
from perfkit.reliability.sampling import (
    Design,
    Stratum,
    describe_sample,
    horvitz_thompson,
    mean_per_unit,
    monetary_unit_bound,
)
from perfkit.reliability.sampling.design import BY_SIZE, PICKED
from perfkit.result import Caveat
from perfkit.stages.listing import Listing
from perfkit.stages.re_evaluation.changes import ALL, by_department, compared, re_scored
from perfkit.terms import Estimand, Selection

UNKNOWN = math.nan
PART = "part"
INTERVAL, BOUND, COUNTS = "interval", "bound", "counts"
NOT_ADJUSTED, ALL_SCORED, NONE_SCORED = "UNREVIEWED_NOT_ADJUSTED", "ALL_RE_SCORED", "NONE_RE_SCORED"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentEstimate(Listing):
    """Estimates for departments 部门推断; ``said`` is what may be said: an interval, a one-sided bound, or counts only.

    ``value`` is the mean of self − re-evaluated in points, the share changed, or the share of money with a wrong grade; of
    a sample by money mean and share are weighted by money (``WEIGHTED_BY_MONEY``), else every project counts alike.
    ``caveats`` are codes, ``note`` their texts.
    """

    kind: ClassVar[str] = "department_estimate"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "design", "population", "n", "estimand", "value", "low", "high", "one_sided_bound", "method",
        "caveats", "said", "note",
    )  # fmt: skip

    level: float = 0.95
    least: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflation(Listing):
    """How much self-scores lie above 自评偏高幅度 in points: ``mean`` and ``median`` of what was re-scored, the rest by design.

    ``estimate``, ``low``, ``high`` speak of all projects, each counting alike, and are NaN where only counts may be given or
    money drew the sample; ``scope`` says of what the row speaks; ``sentence`` is the code of the sentence that must stand beside it.
    """

    kind: ClassVar[str] = "inflation"
    columns: ClassVar[tuple[str, ...]] = (
        "department", "n", "population", "mean", "median", "estimate", "low", "high", "method", "scope", "sentence",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """What one design drew 一种设计的样本: one row a drawn project (column ``part``), and the design of the estimators."""

    name: str
    table: pd.DataFrame
    design: Design
    caveats: tuple[Caveat, ...] = ()

    @property
    def by_money(self) -> bool:
        """Return whether a part was drawn by money."""
        return any(one.selection in BY_SIZE for one in self.design.strata)

    @property
    def by_hand(self) -> bool:
        """Return whether units were picked by hand, not all of them."""
        return any(one.selection in PICKED for one in self.design.strata)


def _sample(projects: pd.DataFrame) -> pd.DataFrame:
    """Return what the estimators take: inflation, whether a score or a grade changed, money."""
    known = projects["re_total"].notna() & projects["self_total"].notna()
    table = pd.DataFrame(
        {
            "project": projects["project"],
            "inflation": projects["self_total"] - projects["re_total"],
            "changed": (projects["direction"] != "equal").astype(float).where(known),
            "same": (projects["direction"] == "equal").astype(float).where(known),
            "zero": 0.0,
            "money": projects["money"],
        }
    )
    wrong = (projects["self_grade"] != projects["re_grade"]).to_numpy()
    return table.assign(right=table["money"].where(~wrong, 0.0).where(known))


def _part(name: str, selection: Selection, units: int, money: float, found: int) -> tuple[Stratum, Caveat | None]:
    """Return a part of a design; one to be taken in full that was not is a part with some of it unseen."""
    if selection in PICKED and found == units:
        return Stratum(name=name, selection=Selection.CENSUS, units=units, book_total=money), None
    if selection is not Selection.CENSUS or found == units:
        return Stratum(name=name, selection=selection, units=units, book_total=money), None
    why = Caveat("CERTAINTY_INCOMPLETE", f"必选的 {units} 个项目中 {units - found} 个没有再评得分，按随机缺失处理")
    return Stratum(name=name, selection=Selection.SIMPLE, units=units, book_total=money), why


def drawn_samples(projects: pd.DataFrame, plan: SamplePlan | None) -> tuple[Drawn, ...]:
    """Return the samples of one department, one per design of its plan 各设计的样本.

    Parameters
    ----------
    projects : the project frame of ``paired``, of this department only.
    plan : its sampling plan. Without one, a department re-scored whole is a census; else its projects were picked.
    """
    table = _sample(projects)
    if plan is None:
        done = table[table["inflation"].notna().to_numpy()]
        whole = len(done) == len(table)
        how = Selection.CENSUS if whole else Selection.PURPOSIVE
        one = Stratum(name="all", selection=how, units=len(table), book_total=float(table["money"].sum()))
        return (Drawn(name=how.value, table=done.assign(part="all"), design=Design(strata=(one,), column=PART)),)
    found = []
    extra = set(table.loc[table["inflation"].notna().to_numpy(), "project"]) - set(plan.list["project"])
    moved = set(plan.frame["project"]) != set(projects["project"])
    for name in dict.fromkeys(plan.list["design"]):
        listed = plan.list[(plan.list["design"] == name).to_numpy()]
        rows = listed[["project", "stratum"]].rename(columns={"stratum": PART}).merge(table, on="project", how="left")
        seen = rows.loc[rows["inflation"].notna().to_numpy(), PART].value_counts().to_dict()
        parts = [one for one in plan.parts if one.design == name]
        strata = [
            _part(one.stratum, one.selection, one.units, one.money, int(seen.get(one.stratum, 0))) for one in parts
        ]
        caveats = [why for _, why in strata if why is not None]
        if extra:
            caveats.append(Caveat("OUTSIDE_PLAN", f"{len(extra)} 个再评项目不在抽样名单中，只列出，不参加推断"))
        if moved:
            caveats.append(Caveat("FRAME_CHANGED", "项目清单与抽样框不一致，推断只对抽样框成立"))
        design = Design(strata=tuple(one for one, _ in strata), column=PART)
        found.append(Drawn(name=str(name), table=rows, design=design, caveats=tuple(caveats)))
    return tuple(found)


def together(samples: Sequence[tuple[str, Drawn]]) -> Drawn:
    """Return the samples of several departments as one stratified sample 合并: departments are strata."""
    strata = tuple(
        replace(one, name=f"{department}/{one.name}") for department, drawn in samples for one in drawn.design.strata
    )
    tables = [
        drawn.table.assign(part=department + "/" + drawn.table[PART].astype(str)) for department, drawn in samples
    ]
    caveats = {one.code: one for _, drawn in samples for one in drawn.caveats}
    return Drawn(
        name="+".join(dict.fromkeys(drawn.name for _, drawn in samples)),
        table=pd.concat(tables, ignore_index=True),
        design=Design(strata=strata, column=PART),
        caveats=tuple(caveats.values()),
    )


def _row(drawn: Drawn, estimand: Estimand, caveats: Iterable[Caveat], **given: Any) -> dict[str, Any]:
    """Return one row; what is not given is not known."""
    told = {one.code: one.text for one in (*drawn.caveats, *caveats)}
    plain = {
        "value": UNKNOWN,
        "low": UNKNOWN,
        "high": UNKNOWN,
        "one_sided_bound": UNKNOWN,
        "method": "none",
        "said": COUNTS,
    }
    return {
        "design": drawn.name,
        "population": drawn.design.units,
        "n": int(drawn.table["inflation"].notna().sum()),
        "estimand": estimand.value,
        **plain,
        **given,
        "caveats": " ".join(told),
        "note": "；".join(told.values()),
        "told": told,
    }


def _refused(drawn: Drawn, estimand: Estimand, error: DataError | MethodError) -> dict[str, Any]:
    """Return a row for which the estimator refused the sample."""
    first = error.problems[0]
    return _row(
        drawn, estimand, [Caveat(first.code, f"无法估计：{first.where}，应为{first.expected}，实为{first.found}")]
    )


def mean_difference(drawn: Drawn, *, least: int, level: float, value: str = "inflation") -> EstimateResult:
    """Return the mean of self − re-evaluated over all projects of a design, in points 平均自评偏高幅度.

    Notes
    -----
    The difference estimator per unit: the mean of the differences by stratum, which needs no book total. Of a sample by
    money the mean weighted by money (Horvitz and Thompson): that of the projects, estimated with weights as uneven as
    1/money, has a 95 % interval that holds only 77 to 89 % of the time in samples of 20.

    Raises
    ------
    DataError, MethodError
        Where the sample does not fit its design or was picked by hand.
    """
    if drawn.by_money:
        table = drawn.table.assign(weighted=drawn.table[value] * drawn.table["money"])
        return horvitz_thompson(
            table, design=drawn.design, value="weighted", book="money", estimand="share", least_n=least, level=level
        )
    return mean_per_unit(drawn.table, design=drawn.design, value=value, least_n=least, level=level)


def _of_money(drawn: Drawn) -> tuple[Caveat, ...]:
    """Return: what a sample by money says is of money, not of projects 按金额加权."""
    text = "按金额抽样：平均数和比例按金额加权，金额大的项目占的份量大，不是逐项目计的"
    return (Caveat("WEIGHTED_BY_MONEY", text),) if drawn.by_money else ()


def _mean_row(drawn: Drawn, least: int, level: float) -> dict[str, Any]:
    """Return the row of the mean difference."""
    try:
        found = mean_difference(drawn, least=least, level=level)
    except (DataError, MethodError) as error:
        return _refused(drawn, Estimand.MEAN_DIFFERENCE, error)
    return _row(
        drawn, Estimand.MEAN_DIFFERENCE, [*found.caveats, *_of_money(drawn)], value=found.value, low=found.interval.low,
        high=found.interval.high, method=found.method, said=INTERVAL if found.interval.known else COUNTS,
    )  # fmt: skip


def _added(drawn: Drawn) -> tuple[Caveat, ...]:
    """Return: the limits of several drawn strata are added, each at a stricter level 各层界限相加."""
    if sum(one.selection is not Selection.CENSUS for one in drawn.design.strata) < 2:
        return ()
    text = "变动比例的界限由各层界限相加，每层按更严的水平取（Bonferroni）：保证程度不低于名义水平，但区间偏宽，可能宽于抽样方案的预计半宽"
    return (Caveat("STRATA_ADDED", text),)


def _share_row(drawn: Drawn, least: int, level: float) -> dict[str, Any]:
    """Return the row of the share changed: exact at every size, two-sided from ``least`` drawn units up."""
    # Of a design by money the columns are money itself, and a changed project counts with all of its money.
    book, value, other = ("money", "gone", "kept") if drawn.by_money else ("zero", "changed", "same")
    table = drawn.table.assign(
        gone=drawn.table["money"] * (1 - drawn.table["changed"]), kept=drawn.table["money"] * drawn.table["changed"]
    )
    tail = 1 - (1 - level) / 2
    try:
        one_sided = describe_sample(table, design=drawn.design, value=value, book=book, level=level)
        above = describe_sample(table, design=drawn.design, value=value, book=book, level=tail).interval.high
        below = 1 - describe_sample(table, design=drawn.design, value=other, book=book, level=tail).interval.high
    except (DataError, MethodError) as error:
        return _refused(drawn, Estimand.SHARE_CHANGED, error)
    bound = one_sided.interval.high
    drawn_units = int(drawn.table["inflation"].notna().sum())
    both = drawn_units >= least and not math.isnan(bound)
    said = INTERVAL if both else COUNTS if math.isnan(bound) else BOUND
    return _row(
        drawn, Estimand.SHARE_CHANGED, [*one_sided.caveats, *_added(drawn), *_of_money(drawn)],
        value=UNKNOWN if drawn.by_hand else one_sided.value,
        low=below if both else UNKNOWN, high=above if both else UNKNOWN, one_sided_bound=bound,
        method=one_sided.method, said=said,
    )  # fmt: skip


def _money_row(drawn: Drawn, level: float) -> dict[str, Any]:
    """Return the row of the money with a wrong grade: a bound where money drew the sample, exact where all was seen."""
    try:
        found = monetary_unit_bound(drawn.table, design=drawn.design, book="money", audit="right", level=level)
    except (DataError, MethodError) as error:
        return _refused(drawn, Estimand.MONEY_WRONG, error)
    return _row(
        drawn, Estimand.MONEY_WRONG, found.caveats, value=found.mle, one_sided_bound=found.value, method=found.method,
        said=COUNTS if math.isnan(found.value) else BOUND,
    )  # fmt: skip


def estimates_of(drawn: Drawn, *, least: int, level: float, others: bool = False) -> list[dict[str, Any]]:
    """Return what one sample says 一个样本的推断: mean difference, share changed, and money where money drew it.

    Parameters
    ----------
    drawn : the sample of one department (or of all).
    least, level : drawn units below which a mean has no interval; confidence level.
    others : another sample of equal probabilities stands beside it: then a sample by money answers for money only.
    """
    if drawn.by_hand:
        why = Caveat("NOT_EXTRAPOLATED", "再评项目由人挑选而非随机抽取：只描述，不推断其余项目，也没有误差范围")
        return [_row(drawn, one, [why]) for one in (Estimand.MEAN_DIFFERENCE, Estimand.SHARE_CHANGED)]
    rows = [] if drawn.by_money and others else [_mean_row(drawn, least, level), _share_row(drawn, least, level)]
    everything = all(one.selection is Selection.CENSUS for one in drawn.design.strata)
    return [*rows, _money_row(drawn, level)] if drawn.by_money or everything else rows


def department_estimates(
    projects: pd.DataFrame, plans: Mapping[str, SamplePlan], *, least: int, level: float = 0.95
) -> DepartmentEstimate:
    """Return what the samples say of departments 部门推断, and over all where every department has a sample by chance.

    Parameters
    ----------
    projects : the project frame of ``paired``.
    plans : sampling plans by department.
    least : drawn projects below which a mean has no interval.
    level : two-sided confidence of intervals, one-sided of bounds.

    Notes
    -----
    Certainty strata are added as counted. Strata are those of the plan; projects outside it are described, never used.
    Statistics are methodology: no rule gives them. No score of a project that was not re-scored is changed.
    """
    rows: list[dict[str, Any]] = []
    equal: list[tuple[str, Drawn]] = []
    money: list[tuple[str, Drawn]] = []
    names = [name for name, _ in by_department(projects) if name != ALL]
    for name in names:
        samples = drawn_samples(projects[(projects["department"] == name).to_numpy()], plans.get(name))
        for drawn in samples:
            beside = any(not one.by_money for one in samples)
            rows += [
                {"department": name, **row} for row in estimates_of(drawn, least=least, level=level, others=beside)
            ]
            (money if drawn.by_money else equal).append((name, drawn))
    for group in (equal, money):
        # Only a sample of every department speaks of all of them.
        if group and {name for name, _ in group} == set(names):
            drawn = together(group)
            beside = group is money and bool(equal)
            rows += [{"department": ALL, **row} for row in estimates_of(drawn, least=least, level=level, others=beside)]
    told: dict[str, Caveat] = {}
    for row in rows:
        told = {code: Caveat(code, text) for code, text in row.pop("told").items()} | told
    return DepartmentEstimate(
        method="by_design", n_used=len(re_scored(projects)), caveats=tuple(told.values()),
        source="Cochran (1977), Sampling Techniques; Clopper & Pearson (1934), Biometrika 26, 404-413",
        rows=tuple(rows), level=level, least=least,
    )  # fmt: skip


def inflation(projects: pd.DataFrame, estimates: pd.DataFrame) -> Inflation:
    """Return the mean and median of self − re-evaluated 自评偏高幅度, in points, with the estimate for all projects.

    Parameters
    ----------
    projects : the project frame of ``paired``.
    estimates : the frame of ``department_estimates``.
    """
    weighted = estimates["caveats"].astype(str).str.contains("WEIGHTED_BY_MONEY").to_numpy(dtype=bool)
    means = estimates[(estimates["estimand"] == Estimand.MEAN_DIFFERENCE.value).to_numpy() & ~weighted]
    by_name = {str(row["department"]): row for row in means.to_dict(orient="records")}
    rows = []
    caveats: dict[str, Caveat] = {}
    for name, part in by_department(projects):
        found = compared(part)
        row = by_name.get(name, {})
        whole = found.n_used == len(part) and found.n_used > 0
        known = row.get("said") == INTERVAL
        rows.append(
            {
                "department": name,
                "n": found.n_used,
                "population": len(part),
                "mean": found.mean_difference,
                "median": found.median_difference,
                "estimate": row.get("value", UNKNOWN),
                "low": row.get("low", UNKNOWN),
                "high": row.get("high", UNKNOWN),
                "method": row.get("method", "none"),
                "scope": "population" if known else "sample",
                "sentence": ALL_SCORED if whole else NOT_ADJUSTED if found.n_used else NONE_SCORED,
            }
        )
        caveats |= {one.code: one for one in found.caveats if one.code == "TOO_FEW"}
    return Inflation(
        method="change_summary", n_used=len(re_scored(projects)), caveats=tuple(caveats.values()), source=OURS,
        rows=tuple(rows),
    )  # fmt: skip
