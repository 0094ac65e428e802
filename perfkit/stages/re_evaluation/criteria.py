"""Ratings by criteria 分标准评级: self against validation, criterion by criterion, and the overall grade by its own rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from perfkit.errors import DataError, Problem
from perfkit.reliability.agreement import all_raters_agree, cohen_kappa, gwet_ac, percent_agreement
from perfkit.reliability.concordance import pearson_r, spearman_rho
from perfkit.reliability.difference.limits import difference_bias
from perfkit.reliability.difference.migration import grade_change, mcnemar
from perfkit.reliability.difference.shift import wilcoxon_signed_rank
from perfkit.reliability.icc import icc
from perfkit.reliability.ratings import pairs
from perfkit.result import Caveat
from perfkit.rulebook.criteria import CriteriaRating
from perfkit.stages.listing import Listing

# What a comparison of one criterion says, in the order of report.
MEASURES = (
    "criterion", "n", "dropped", "exact", "within_one", "self_mean", "re_mean", "inflation", "sd_difference", "lowered", "same",
    "raised", "self_passing", "re_passing", "passing_gap", "passing_lost", "passing_won", "passing_p", "wilcoxon_p", "kappa",
    "kappa_linear", "kappa_quadratic", "ac1", "ac2_quadratic", "icc_one_way", "icc_agreement", "icc_consistency", "pearson",
    "spearman",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaComparisonResult(Listing):
    """Self-ratings against those of a validation, one row a criterion 分标准比较.

    Shares are fractions of 1, ``inflation`` is self minus validated on the scale of the criterion, ``passing_gap`` the
    difference of the shares that pass. Coefficients come last: they are 一致程度, not 信度.
    """

    kind: ClassVar[str] = "criteria_comparison"
    columns: ClassVar[tuple[str, ...]] = MEASURES


@dataclass(frozen=True, slots=True, kw_only=True)
class RegradeResult(Listing):
    """Overall grades that their own rule does not give 综合评级复核.

    One row a breach; ``n_used`` are the rated rows, ``agreeing`` those that follow the rule. ``float_flips`` are rows
    whose grade would come out differently in binary floats: the reason why the comparison is decimal.
    """

    kind: ClassVar[str] = "regrade"
    columns: ClassVar[tuple[str, ...]] = ("row", "year", "ratings", "mean", "by_rule", "official", "low")

    agreeing: int
    float_flips: int


def compare_criteria(
    own: pd.DataFrame, validated: pd.DataFrame, rating: CriteriaRating, *, seen: bool, level: float = 0.95
) -> CriteriaComparisonResult:
    """Return how validation changed the ratings of each criterion 分标准比较.

    Parameters
    ----------
    own, validated : shape (n, criteria) each, codes of ``rating.scale`` with the criteria as columns, NaN where missing;
        a row is one project in both. Incomplete pairs are dropped criterion by criterion and counted.
    rating : the scale, and the lowest grade that passes.
    seen : whether the validators saw the self-ratings; then nothing here is blind, and the Result says so.
    level : confidence level of the intervals behind the coefficients.

    Returns
    -------
    CriteriaComparisonResult
        One row a criterion with the columns of ``MEASURES``.

    Raises
    ------
    DataError
        Where the columns or lengths differ, or a rating is off the scale; all at once.

    Notes
    -----
    Positive ``inflation``: self-ratings higher 自评偏高. ``passing_lost`` counts projects that passed by themselves and not
    after validation; ``passing_p`` is McNemar's exact test of lost against won. Not for scores on scales of different
    length: those are compared as rates. Verified against ``realdata/expected.json`` (statsmodels, pingouin, irrCAC) to six
    decimals in ``tests/stages/test_re_evaluation_criteria.py``.
    """
    problems = [
        *_shape_problems(own, validated),
        *_off_scale("自评", own, rating),
        *_off_scale("复评", validated, rating),
    ]
    if problems:
        raise DataError(problems)
    rows = tuple(_compared(str(name), own[name], validated[name], rating, level) for name in own.columns)
    caveats = (Caveat("SEEN", "复评人看得到自评等级：结果是核验，不是独立评分者之间的信度"),) if seen else ()
    return CriteriaComparisonResult(
        method="criteria_comparison",
        source=rating.basis.citation,
        n_used=len(own),
        caveats=caveats,
        rows=rows,
    )


def _compared(name: str, own: pd.Series, validated: pd.Series, rating: CriteriaRating, level: float) -> dict[str, Any]:
    """Return the row of one criterion."""
    sides = pairs(own, validated)
    table = pd.DataFrame({"own": own, "validated": validated}, dtype=float)
    exact = percent_agreement(table, missing="listwise", level=level)
    change = grade_change(own, validated, categories=rating.scale, level=level)
    bias = difference_bias(own, validated, level=level)
    before, after = (sides.x >= rating.passes).astype(int), (sides.y >= rating.passes).astype(int)
    passing = mcnemar(before, after, categories=(0, 1), exact=True)
    moved = wilcoxon_signed_rank(own, validated, zeros="drop", exact=False, continuity_correction=False)
    n = exact.n_used
    share = float(n) if n else np.nan
    return {
        "criterion": name,
        "n": n,
        "dropped": exact.n_dropped,
        "exact": exact.value,
        "within_one": all_raters_agree(table, tolerance=1).value,
        "self_mean": _mean(sides.x),
        "re_mean": _mean(sides.y),
        "inflation": bias.value,
        "sd_difference": bias.sd_diff,
        "lowered": change.lowered / share,
        "same": change.same / share,
        "raised": change.raised / share,
        "self_passing": _mean(before),
        "re_passing": _mean(after),
        "passing_gap": _mean(before) - _mean(after),
        "passing_lost": passing.c,
        "passing_won": passing.b,
        "passing_p": passing.p,
        "wilcoxon_p": moved.p,
        **_coefficients(table, rating.scale, level),
    }


def _coefficients(table: pd.DataFrame, scale: Sequence[int], level: float) -> dict[str, float]:
    """Return the coefficients of agreement and association of two columns of grades."""
    kappas = {
        name: cohen_kappa(table, weights=weights, categories=scale, level=level).value
        for name, weights in (("kappa", "identity"), ("kappa_linear", "linear"), ("kappa_quadratic", "quadratic"))
    }
    return kappas | {
        "ac1": gwet_ac(table, weights="identity", categories=scale, missing="listwise", level=level).value,
        "ac2_quadratic": gwet_ac(table, weights="quadratic", categories=scale, missing="listwise", level=level).value,
        "icc_one_way": icc(table, form="ICC(1,1)", level=level).value,
        "icc_agreement": icc(table, form="ICC(A,1)", level=level).value,
        "icc_consistency": icc(table, form="ICC(C,1)", level=level).value,
        "pearson": pearson_r(table["own"], table["validated"], level=level).value,
        "spearman": spearman_rho(table["own"], table["validated"], level=level).value,
    }


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else np.nan


def regrade(ratings: pd.DataFrame, official: pd.Series, years: pd.Series, rating: CriteriaRating) -> RegradeResult:
    """Return the rows whose overall grade does not follow from its criteria 综合评级复核.

    Parameters
    ----------
    ratings : shape (n, criteria), codes of the scale; rows with a missing rating, grade or year are dropped and counted.
    official : shape (n,), the overall grade as published.
    years : shape (n,), the year that chooses the weights.
    rating : weights by year and cut-offs.

    Returns
    -------
    RegradeResult
        One row a breach: weighted mean, grade by rule, official grade and the cut-off of the grade by rule.

    Raises
    ------
    DataError
        Where criteria are missing, a rating is off the scale, or no weights cover a year; all at once.

    Notes
    -----
    The weighted mean is a decimal: 0.2·1 + 0.3·2 + 0.3·2 + 0.2·1 is 1.6 here and 1.5999999999999999 in binary floats, one
    grade lower. Bands are half-open upward.
    """
    missing = [name for name in rating.criteria if name not in ratings.columns]
    if missing:
        raise DataError(_problem("CR-CRITERION", "列 " + "、".join(missing), "没有这些列", "补上各标准的评级"))
    table = (
        ratings[list(rating.criteria)].astype(float).assign(official=official.astype(float), year=years.astype(float))
    )
    whole = table.dropna()
    problems = [*_off_scale("评级", whole.drop(columns="year"), rating), *_uncovered(whole["year"], rating)]
    if problems:
        raise DataError(problems)
    graded = [_graded(row, rating) for row in whole.itertuples()]
    breaches = tuple(row for row in graded if row["by_rule"] != row["official"])
    floats = sum(_by_float(row["weights"], row["codes"], rating) != row["by_rule"] for row in graded)
    return RegradeResult(
        method="weighted_mean:decimal",
        source=rating.basis.citation,
        n_used=len(graded),
        n_dropped=len(table) - len(graded),
        rows=tuple({name: row[name] for name in RegradeResult.columns} for row in breaches),
        agreeing=len(graded) - len(breaches),
        float_flips=floats,
    )


def _graded(row: Any, rating: CriteriaRating) -> dict[str, Any]:
    """Return one rated row with its weighted mean and grade by rule."""
    weights = _weights_of(int(row.year), rating)
    codes = {name: int(getattr(row, name)) for name in rating.criteria}
    mean = sum((weights[name] * code for name, code in codes.items()), Decimal(0))
    cut = next((one for one in rating.cut_offs if mean >= one.low), rating.cut_offs[-1])
    return {
        "row": row.Index,
        "year": int(row.year),
        "ratings": "、".join(f"{name} {code}" for name, code in codes.items()),
        "mean": float(mean),
        "by_rule": cut.grade,
        "official": int(row.official),
        "low": float(cut.low),
        "weights": weights,
        "codes": codes,
    }


def _by_float(weights: Mapping[str, Decimal], codes: Mapping[str, int], rating: CriteriaRating) -> int:
    """Return the grade that plain binary arithmetic would give."""
    mean = 0.0
    for name, code in codes.items():
        mean += float(weights[name]) * code
    return next((one.grade for one in rating.cut_offs if mean >= float(one.low)), rating.cut_offs[-1].grade)


def _weights_of(year: int, rating: CriteriaRating) -> Mapping[str, Decimal]:
    return next(period.weights for period in rating.periods if period.covers(year))


def _shape_problems(own: pd.DataFrame, validated: pd.DataFrame) -> Iterator[Problem]:
    """Yield where the two tables are not of one shape."""
    if list(own.columns) != list(validated.columns):
        found = f"{'、'.join(map(str, own.columns))}；{'、'.join(map(str, validated.columns))}"
        yield _problem("CR-CRITERIA", "自评与复评的标准相同、次序相同", found, "使两张表的列一致")
    if len(own) != len(validated):
        yield _problem("CR-ROWS", "自评与复评逐行对应", f"{len(own)} 行、{len(validated)} 行", "按项目对齐两张表")


def _off_scale(side: str, table: pd.DataFrame, rating: CriteriaRating) -> Iterator[Problem]:
    """Yield the columns that hold what is no grade of the scale."""
    for name in table.columns:
        values = pd.to_numeric(table[name], errors="coerce")
        wrong = table[name][(values.isna() & table[name].notna()) | (values.notna() & ~values.isin(rating.scale))]
        if len(wrong):
            found = "、".join(f"第 {row} 行 {value}" for row, value in list(wrong.items())[:5])
            expected = f"{side} {name} 为 {'、'.join(map(str, rating.scale))} 之一"
            yield _problem("CR-SCALE", expected, f"{found}（共 {len(wrong)} 处）", "核对评级代码")


def _uncovered(years: pd.Series, rating: CriteriaRating) -> Iterator[Problem]:
    """Yield the years that no period of weights covers."""
    unknown = sorted({int(year) for year in years if not any(one.covers(int(year)) for one in rating.periods)})
    if unknown:
        yield _problem("CR-YEAR", "有权重的年份", "、".join(map(str, unknown)), "在规则包 periods 中补上该年份的权重")


def _problem(code: str, expected: str, found: str, mend: str) -> Problem:
    return Problem(code=code, where="分标准评级", expected=expected, found=found, mend=mend)
