"""What the methods notebooks work with 方法笔记本: the example tables, and the statistics of the reliability wing.

A notebook may enter the hall and the show room only; the hall hands it the public functions of the wing unchanged, and
the rooms of planning and of signs as they are.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pandas as pd

from perfkit.errors import DataError, MethodError, Problem
from perfkit.read.examples import example_table
from perfkit.reliability import anomaly, generalizability, sampling
from perfkit.reliability.agreement import (
    all_raters_agree,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    fleiss_kappa_classic,
    gwet_ac,
    krippendorff_alpha,
    krippendorff_alpha_gwet,
    light_kappa,
    percent_agreement,
    scott_pi,
)
from perfkit.reliability.concordance import kendall_tau_b, kendall_w, mean_pairwise_spearman, pearson_r, spearman_rho
from perfkit.reliability.consistency import cronbach_alpha, guttman_lambdas, item_statistics, omega_total, split_half
from perfkit.reliability.coverage import coverage_map
from perfkit.reliability.difference.ccc import lin_ccc, overall_ccc
from perfkit.reliability.difference.limits import (
    difference_bias,
    heteroscedastic_limits,
    limits_of_agreement,
    proportional_bias,
    ratio_limits,
)
from perfkit.reliability.difference.migration import (
    bhapkar,
    bowker,
    grade_change,
    mcnemar,
    migration_matrix,
    ordinal_marginal_homogeneity,
    stuart_maxwell,
)
from perfkit.reliability.difference.regression import deming, passing_bablok, weighted_deming
from perfkit.reliability.difference.shift import change_summary, equivalence, paired_t, sign_test, wilcoxon_signed_rank
from perfkit.reliability.icc import icc, icc_table, measurement_error, variance_components
from perfkit.reliability.ratings import ratings, score_rates
from perfkit.reliability.report import reliability_report

__all__ = [
    "anomaly",
    "generalizability",
    "sampling",
    "all_raters_agree",
    "bhapkar",
    "bowker",
    "brennan_prediger",
    "change_summary",
    "cohen_kappa",
    "conger_kappa",
    "coverage_map",
    "cronbach_alpha",
    "deming",
    "difference_bias",
    "equivalence",
    "example",
    "expanded",
    "fleiss_kappa",
    "fleiss_kappa_classic",
    "grade_change",
    "guttman_lambdas",
    "gwet_ac",
    "heteroscedastic_limits",
    "icc",
    "icc_table",
    "item_statistics",
    "kendall_tau_b",
    "kendall_w",
    "krippendorff_alpha",
    "krippendorff_alpha_gwet",
    "light_kappa",
    "limits_of_agreement",
    "lin_ccc",
    "mcnemar",
    "mean_pairwise_spearman",
    "measurement_error",
    "migration_matrix",
    "omega_total",
    "ordinal_marginal_homogeneity",
    "overall_ccc",
    "paired_t",
    "passing_bablok",
    "pearson_r",
    "percent_agreement",
    "proportional_bias",
    "ratings",
    "ratio_limits",
    "refusal",
    "reliability_report",
    "score_rates",
    "scott_pi",
    "sign_test",
    "spearman_rho",
    "split_half",
    "stuart_maxwell",
    "variance_components",
    "weighted_deming",
    "wilcoxon_signed_rank",
]


def example(name: str) -> pd.DataFrame:
    """Return an example table 示例表 of ``data/examples``; what it is and whence, its README says."""
    return example_table(name)


def expanded(counts: pd.DataFrame, *, table: str = "") -> pd.DataFrame:
    """Return one row per evaluand from a table of counts 由频数表展开.

    Parameters
    ----------
    counts : ``first``, ``second`` (grades of the two raters), ``count``; ``table`` where it holds several.
    table : which of several tables.

    Returns
    -------
    DataFrame
        ``first`` and ``second``, shape (sum of counts, 2).
    """
    chosen = counts[counts["table"] == table] if table else counts
    return chosen.loc[chosen.index.repeat(chosen["count"]), ["first", "second"]].reset_index(drop=True)


def refusal(statistic: Callable[..., object], *arguments: Any, **options: Any) -> pd.DataFrame:
    """Return why a statistic refuses what it is given 拒绝计算的理由, so that a lesson can show it.

    Parameters
    ----------
    statistic : a function of the wing.
    arguments, options : what it is called with.

    Returns
    -------
    DataFrame
        One row per problem: ``code``, ``where``, ``expected``, ``found``, ``mend``.

    Raises
    ------
    MethodError
        Where the statistic does not refuse.
    """
    try:
        statistic(*arguments, **options)
    except (DataError, MethodError) as error:
        return pd.DataFrame([dataclasses.asdict(problem) for problem in error.problems]).drop(columns="severity")
    name = getattr(statistic, "__name__", type(statistic).__name__)
    raise MethodError(
        Problem(code="NO-REFUSAL", where=name, expected="拒绝计算", found="给出了结果", mend="直接展示该结果")
    )
