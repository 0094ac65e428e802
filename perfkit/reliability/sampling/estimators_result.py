"""The Result of an estimate from a sample 抽样估计结果, and when it may have an interval."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from scipy.special import stdtrit

from perfkit.errors import MethodError, Problem
from perfkit.reliability.coverage import Coverage, Region, coverage_of
from perfkit.reliability.estimate import (
    UNKNOWN,
    EstimateResult,
    checked_level,
    no_interval,
    small_sample,
    unknown_choice,
    zero_error,
)
from perfkit.reliability.percent import percent
from perfkit.reliability.sampling.design import Design, unknown_size
from perfkit.reliability.sampling.estimators_sample import Sample
from perfkit.result import Caveat, Interval

Estimand = Literal["total", "mean"]

# A t interval of a mean is not to be trusted for few units with skewed differences: the map of coverage says how far.
LEAST_FOR_INTERVAL = 10
FEW_FOR_INTERVAL = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleEstimate(EstimateResult):
    """An estimate from a sample 抽样估计结果.

    ``estimand`` says what ``value`` is; ``population`` are the units of the population (``None`` where not known),
    ``n_exact`` those counted exactly in strata taken in full, ``n_drawn`` those drawn by chance, in ``n_strata``
    strata. ``df`` are the degrees of freedom of the t interval. ``least_n`` is the number of drawn units below which no
    interval is given. ``design`` names the selections.
    """

    estimand: str
    population: int | None
    n_exact: int
    n_drawn: int
    n_strata: int
    df: int
    least_n: int
    design: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """A value with its standard error 估计值及标准误; ``noise`` where the error is arithmetic noise only."""

    value: float
    se: float
    df: int
    noise: bool
    caveats: tuple[Caveat, ...] = ()


def checked_options(estimand: str, known: tuple[str, ...], level: float, least_n: int) -> float:
    """Return the level, after checking what all estimators are asked.

    Raises
    ------
    MethodError
        Where the estimand is unknown, the level not between 0 and 1, or ``least_n`` below 2.
    """
    if estimand not in known:
        raise unknown_choice("estimand", estimand, known)
    if not least_n >= 2:
        raise MethodError(
            Problem(
                code="SP-LEAST",
                where="least_n",
                expected="不小于 2 的单位数",
                found=f"{least_n:g}",
                mend=f"用默认的 {LEAST_FOR_INTERVAL}",
            )
        )
    return checked_level(level)


def of_total(found: Estimated, sample: Sample, estimand: str) -> Estimated:
    """Return the total, or the mean per unit where that is asked for."""
    if estimand != "mean":
        return found
    units = sample.population
    if units is None:
        raise unknown_size("units")
    if not units:
        return Estimated(value=UNKNOWN, se=UNKNOWN, df=found.df, noise=found.noise, caveats=found.caveats)
    return Estimated(
        value=found.value / units, se=found.se / units, df=found.df, noise=found.noise, caveats=found.caveats
    )


def map_design(sample: Sample, form: str = "", *, always: bool = False) -> str:
    """Return the word of a design on the map of coverage 设计在覆盖率图上的名称: simple or stratified, and the form.

    Parameters
    ----------
    sample : the strata drawn by chance decide: one beside strata taken in full is simple.
    form : of the estimator, which only several strata tell apart unless it ``always`` matters.
    """
    word = "simple" if len(sample.strata) <= 1 else "stratified"
    return f"{word}:{form}" if form and (always or word == "stratified") else word


def too_few_for_interval(n: int, least_n: int) -> Caveat:
    """Return: too few drawn units for an interval of a mean 样本过少，不给区间."""
    return Caveat(
        "TOO_FEW_FOR_INTERVAL",
        f"随机抽中的单位仅 {n} 个（少于 {least_n} 个），均值和总额不给区间："
        + "".join(
            f"模拟中多数单位未变动、n={one.n} 时，给得出的名义 95% t 区间只覆盖 {percent(one.coverage)}；"
            for one in _few_simulated()
        )
        + "请改报变动清单与变动比例的精确上限（describe_sample）",
    )


def _few_simulated() -> list[Coverage]:
    """Return what was simulated of few units, most of them unchanged: of three, and of as many as give an interval."""
    regions = (Region(n=n, shape="sparse", design="simple") for n in (3, LEAST_FOR_INTERVAL))
    found = (coverage_of("difference_estimator", "t", region) for region in regions)
    return [one for one in found if one is not None]


def _reservations(found: Estimated, sample: Sample, least_n: int) -> Iterator[Caveat]:
    """Yield why there is no interval."""
    if math.isnan(found.value):
        if not sample.n_used:
            yield Caveat("NO_SAMPLE", "没有可用的样本单位，无法估计")
        return
    if sample.n < least_n:
        yield too_few_for_interval(sample.n, least_n)
    if found.noise:
        yield zero_error()
    elif math.isnan(found.se) or found.df < 1:
        yield Caveat(
            "STRATUM_OF_ONE", "有的层抽中的单位太少（只有一个，或不多于待估系数），层内变异无法估计，区间无法估计"
        )


def fields(
    found: Estimated, sample: Sample, design: Design, *, estimand: str, level: float, least_n: int, finite: bool = True
) -> dict[str, Any]:
    """Return the fields of a SampleEstimate but for the method and its source.

    Without ``finite`` even a population drawn to the last unit stands for more than itself.
    """
    known = not math.isnan(found.value)
    everything = sample.complete and known and (finite or not sample.n)
    caveats = tuple(sample.caveats()) + found.caveats
    interval, method = no_interval(level), "none"
    if everything:
        interval, method = Interval(found.value, found.value, level), "exact"
        caveats += (Caveat("CENSUS", "总体单位全部审核，没有抽样误差"),)
    else:
        reasons = tuple(_reservations(found, sample, least_n))
        caveats += reasons
        if known and not reasons:
            half = float(stdtrit(found.df, 0.5 + level / 2)) * found.se
            interval, method = Interval(found.value - half, found.value + half, level), "t"
            caveats += (small_sample(sample.n, FEW_FOR_INTERVAL),) if sample.n < FEW_FOR_INTERVAL else ()
    return {
        "n_used": sample.n_used,
        "n_dropped": sample.n_dropped,
        "caveats": caveats,
        "value": found.value,
        "interval": interval,
        "interval_method": method,
        "se": 0.0 if everything else found.se,
        "estimand": estimand,
        "population": sample.population,
        "n_exact": sample.exact_units,
        "n_drawn": sample.n,
        "n_strata": len(sample.strata),
        "df": max(found.df, 0),
        "least_n": int(least_n),
        "design": design.name,
    }
