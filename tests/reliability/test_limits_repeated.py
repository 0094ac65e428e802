"""Limits of agreement from replicates: against ANOVA, hand formulas and single scores; ugly cases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.limits.agreement import limits_of_agreement
from perfkit.reliability.difference.limits.repeated import RepeatedLimitsResult, repeated_limits
from perfkit.reliability.difference.limits.replicates import long_replicates, wide_replicates
from tests.tolerances import ITERATIVE, PRINTED, SAME_FORMULA

# Peak expiratory flow, both readings of either meter: Bland & Altman (1986), table 1.
PEFR = pd.DataFrame(
    {
        "id": range(1, 18),
        "wright1": [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427],
        "wright2": [490, 397, 512, 401, 470, 611, 415, 431, 638, 429, 420, 633, 275, 492, 165, 372, 421],
        "mini1": [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451],
        "mini2": [525, 415, 508, 444, 500, 625, 460, 390, 642, 432, 420, 605, 227, 467, 268, 370, 443],
    }
)
PAIRED = wide_replicates(PEFR, evaluand="id", x=["wright1", "wright2"], y=["mini1", "mini2"])


def _unbalanced(seed: int, least: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    counts = rng.integers(least, 5, 9)
    names = np.repeat(np.arange(9), counts)
    level, bias = rng.normal(80, 6, 9)[names], rng.normal(1, 2, 9)[names]
    x, y = level + bias + rng.normal(0, 2, names.size), level + rng.normal(0, 3, names.size)
    return pd.DataFrame({"evaluand": names, "x": np.round(x, 1), "y": np.round(y, 1)})


tables = st.integers(0, 10_000).map(_unbalanced)


def _codes(result: RepeatedLimitsResult) -> tuple[str, ...]:
    return tuple(caveat.code for caveat in result.caveats)


def _limits(result: RepeatedLimitsResult) -> tuple[float, ...]:
    parts = (result.interval, result.lower_interval, result.upper_interval)
    return (result.value, result.lower, result.upper, *(end for part in parts for end in (part.low, part.high)))


def test_bland_altman_1986_repeatability() -> None:
    # The standard deviations of replicates of either meter that the coefficients of repeatability rest on.
    result = repeated_limits(PAIRED, model="true_value_constant")
    within = [math.sqrt(part) for part in result.var_within]
    assert within == pytest.approx([15.3, 19.9], abs=PRINTED(1))


def test_pairs_are_the_one_way_analysis_of_variance() -> None:
    table = _unbalanced(4)
    d = table["x"] - table["y"]
    groups = [part.to_numpy() for _, part in d.groupby(table["evaluand"])]
    n, total = len(groups), d.size
    within = sum(((part - part.mean()) ** 2).sum() for part in groups) / (total - n)
    ratio = stats.f_oneway(*groups).statistic
    divisor = (total**2 - sum(part.size**2 for part in groups)) / ((n - 1) * total)
    result = repeated_limits(table, mean_over="pairs")
    assert result.value == pytest.approx(d.mean(), rel=SAME_FORMULA)
    assert result.var_within == pytest.approx((within,), rel=SAME_FORMULA)
    assert result.replicates_mean == pytest.approx(divisor, rel=SAME_FORMULA)
    assert result.var_between == pytest.approx(max(0, (ratio - 1) * within / divisor), rel=SAME_FORMULA)
    assert (result.n_used, result.n_pairs, result.interval_method) == (n, total, "none")


def test_balanced_pairs_and_subject_means_agree() -> None:
    over_means, over_pairs = repeated_limits(PAIRED), repeated_limits(PAIRED, mean_over="pairs")
    assert over_pairs.value == pytest.approx(over_means.value, rel=SAME_FORMULA)
    assert over_pairs.sd == pytest.approx(over_means.sd, rel=SAME_FORMULA)


def test_single_replicates_are_the_plain_limits() -> None:
    table = PAIRED.iloc[:17]
    plain = limits_of_agreement(table["x"], table["y"])
    for model in ("true_value_varies", "true_value_constant"):
        result = repeated_limits(table, model=model)
        assert (result.value, result.lower) == pytest.approx((plain.value, plain.lower), rel=SAME_FORMULA)
        assert "NO_REPLICATES" in _codes(result)
        assert all(map(math.isnan, result.var_within))
        assert result.upper_interval.low < result.upper < result.upper_interval.high


def test_mover_interval_by_hand() -> None:
    table, level, z = _unbalanced(8), 0.9, 1.7
    d = (table["x"] - table["y"]).groupby(table["evaluand"])
    n, counts, total = d.ngroups, d.size(), len(table)
    between, within = d.mean().var(), (d.var() * (counts - 1)).sum() / (total - n)
    parts = [(between, n - 1), ((1 - (1 / counts).mean()) * within, total - n)]
    whole = sum(part for part, _ in parts)
    least = whole - math.hypot(*(part * (1 - f / stats.chi2.ppf(0.95, f)) for part, f in parts))
    most = whole + math.hypot(*(part * (f / stats.chi2.ppf(0.05, f) - 1) for part, f in parts))
    bias = stats.norm.ppf(0.95) * math.sqrt(between / n)
    upper = d.mean().mean() + z * math.sqrt(whole)
    low = upper - math.hypot(bias, z * (math.sqrt(whole) - math.sqrt(least)))
    high = upper + math.hypot(bias, z * (math.sqrt(most) - math.sqrt(whole)))
    result = repeated_limits(table, multiplier=z, level=level)
    assert (result.upper, result.upper_interval.low, result.upper_interval.high) == pytest.approx(
        (upper, low, high), rel=SAME_FORMULA
    )


def test_divisors_differ_only_by_single_replicates() -> None:
    full, single = _unbalanced(8, least=2), _unbalanced(8)
    assert (single.groupby("evaluand").size() == 1).any()
    for table, same in ((full, True), (single, False)):
        ours, theirs = (
            repeated_limits(table, within_divisor=name) for name in ("all_evaluands", "replicated_evaluands")
        )
        assert (theirs.sd == ours.sd) == same
        assert theirs.sd <= ours.sd


@given(tables, st.randoms(use_true_random=False), st.sampled_from(["true_value_varies", "true_value_constant"]))
def test_order_of_rows_and_names_do_not_matter(table: pd.DataFrame, random: Any, model: Any) -> None:
    order = list(range(len(table)))
    random.shuffle(order)
    renamed = table.iloc[order].assign(evaluand=[f"单位{name}" for name in table["evaluand"].iloc[order]])
    assert _limits(repeated_limits(renamed, model=model)) == pytest.approx(
        _limits(repeated_limits(table, model=model)), rel=SAME_FORMULA, abs=SAME_FORMULA
    )


@given(tables, st.floats(0.1, 100))
def test_change_of_unit_and_exchange_of_sides(table: pd.DataFrame, factor: float) -> None:
    for model in ("true_value_varies", "true_value_constant"):
        plain = _limits(repeated_limits(table, model=model))
        scaled = table.assign(x=factor * table["x"], y=factor * table["y"])
        expected = [factor * value for value in plain]
        assert _limits(repeated_limits(scaled, model=model)) == pytest.approx(expected, rel=ITERATIVE, abs=ITERATIVE)
        back = repeated_limits(table.rename(columns={"x": "y", "y": "x"}), model=model)
        assert (back.value, back.upper) == pytest.approx((-plain[0], -plain[1]), rel=SAME_FORMULA, abs=SAME_FORMULA)


def test_long_and_wide_tables_give_the_same() -> None:
    long = PEFR.melt("id", value_name="score")
    long["method"], long["no"] = long["variable"].str[:-1], long["variable"].str[-1]
    paired = long_replicates(
        long, evaluand="id", method="method", replicate="no", score="score", x_method="wright", y_method="mini"
    )
    assert _limits(repeated_limits(paired)) == pytest.approx(_limits(repeated_limits(PAIRED)), rel=SAME_FORMULA)


def test_unpaired_replicates_count_where_the_true_value_is_constant() -> None:
    table = pd.DataFrame(
        {"evaluand": list("aaabbbcc"), "x": [8, 9, 7, 5, 6, None, 7, 8], "y": [7, 8, None, 6, None, None, 7, 9]}
    )
    varies, constant = repeated_limits(table), repeated_limits(table, model="true_value_constant")
    assert (varies.n_used, varies.n_pairs, varies.missing) == (3, 5, "listwise")
    means = table.groupby("evaluand").mean()
    assert constant.value == pytest.approx((means["x"] - means["y"]).mean(), rel=SAME_FORMULA)
    assert constant.missing == "available"


def test_an_evaluand_without_one_side_is_dropped() -> None:
    table = pd.concat([PAIRED, pd.DataFrame({"evaluand": [99, 99], "x": [3.0, 4.0], "y": [None, None]})])
    for model in ("true_value_varies", "true_value_constant"):
        result = repeated_limits(table, model=model)
        assert (result.n_used, result.n_dropped) == (17, 1)
        assert result.sd == pytest.approx(repeated_limits(PAIRED, model=model).sd, rel=SAME_FORMULA)


@pytest.mark.parametrize("model", ["true_value_varies", "true_value_constant"])
def test_few_and_flat(model: Any) -> None:
    for n in (0, 1):
        few = repeated_limits(PAIRED[PAIRED["evaluand"] <= n], model=model)
        assert (_codes(few), few.n_used, few.interval.known) == (("TOO_FEW",), n, False)
    table = PAIRED[PAIRED["evaluand"] <= 3].sort_values("evaluand")
    flat = repeated_limits(
        table.assign(x=[0.1, 0.1, 0.2, 0.2, 0.3, 0.3], y=0.0).assign(y=lambda t: t["x"] + 2.3), model=model
    )
    assert (flat.sd, _codes(flat)) == (0, ("ZERO_STANDARD_ERROR",))
    assert flat.lower == pytest.approx(-2.3)


def test_a_negative_component_is_zero_under_a_caveat() -> None:
    table = pd.DataFrame({"evaluand": list("aabb"), "x": [1.0, 9.0, 2.0, 8.0], "y": 0.0})
    result = repeated_limits(table, mean_over="pairs")
    assert (result.var_between, _codes(result)) == (0, ("NEGATIVE_COMPONENT",))


def test_a_large_level_costs_no_digits() -> None:
    raised = PAIRED.assign(x=PAIRED["x"] + 1e9, y=PAIRED["y"] + 1e9)
    for model in ("true_value_varies", "true_value_constant"):
        expected = _limits(repeated_limits(PAIRED, model=model))
        assert _limits(repeated_limits(raised, model=model)) == pytest.approx(expected, rel=ITERATIVE)


@pytest.mark.parametrize(
    "options",
    [
        {"model": "none"},
        {"mean_over": "all"},
        {"interval": "bootstrap"},
        {"within_divisor": "n"},
        {"mean_over": "pairs", "interval": "mover"},
        {"mean_over": "pairs", "model": "true_value_constant"},
        {"multiplier": -1},
        {"level": 95},
    ],
)
def test_options_that_do_not_exist_or_go_together(options: dict[str, Any]) -> None:
    with pytest.raises(MethodError):
        repeated_limits(PAIRED, **options)


def test_malformed_tables_are_refused() -> None:
    with pytest.raises(DataError, match="RT-COLUMN"):
        repeated_limits(PAIRED.drop(columns="y"))
    with pytest.raises(DataError, match="RT-KEY"):
        repeated_limits(PAIRED.assign(evaluand=None))
    with pytest.raises(DataError, match="RT-NUMBER"):
        repeated_limits(PAIRED.astype({"x": object}).replace({"x": {494: "高"}}))
    with pytest.raises(DataError, match="LA-REPLICATES"):
        wide_replicates(PEFR, evaluand="id", x=["wright1", "wright2"], y=["mini1"])
    long = pd.DataFrame({"id": [1, 1, 1], "m": ["a", "b", "b"], "no": [1, 1, 1], "s": [1.0, 2.0, 3.0]})
    names = {"evaluand": "id", "method": "m", "replicate": "no", "score": "s"}
    with pytest.raises(DataError, match="RT-REPEATED"):
        long_replicates(long, **names, x_method="a", y_method="b")
    with pytest.raises(DataError, match="LA-METHOD"):
        long_replicates(long.iloc[:2], **names, x_method="a", y_method="c")
    with pytest.raises(DataError, match="两种方法"):
        long_replicates(long.iloc[:2], **names, x_method="a", y_method="a")
