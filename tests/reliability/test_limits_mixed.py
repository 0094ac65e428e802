"""Limits of agreement by a mixed model: against the dense likelihood, closed forms of balanced data; ugly cases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.limits.mixed import MixedLimitsResult, mixed_limits
from perfkit.reliability.difference.limits.repeated import repeated_limits
from perfkit.reliability.difference.limits.replicates import long_replicates
from tests.tolerances import ITERATIVE, SAME_FORMULA

NAMES = {"evaluand": "evaluand", "method": "method", "replicate": "replicate", "score": "score"}
TRIAL = settings(max_examples=15)


def _scores(seed: int, *, linked: bool, kinds: int = 2, size: int = 20, dropped: int = 0) -> pd.DataFrame:
    """Return replicated scores of several methods; some rows may be dropped."""
    rng = np.random.default_rng(seed)
    grid = np.indices((size, kinds, 3)).reshape(3, -1)
    item, kind, turn = grid
    shared = rng.normal(0, 2, (size, 3))[item, turn] if linked else 0.0
    interaction = rng.normal(0, 2, (size, kinds))[item, kind]
    noise = rng.normal(0, 1, item.size) * np.array([1.0, 2.0, 1.5])[kind]
    score = rng.normal(80, 6, size)[item] + np.array([1.0, 0.0, -2.0])[kind] + interaction + shared + noise
    table = pd.DataFrame({"evaluand": item, "method": np.array(list("xyz"))[kind], "replicate": turn, "score": score})
    return table.sample(n=len(table) - dropped, random_state=seed)


def _dense_deviance(table: pd.DataFrame, variances: Any, *, linked: bool) -> float:
    """Return -2 log restricted likelihood with the whole covariance written out, evaluands and methods fixed."""
    item, kind, turn, y = (table[name].to_numpy() for name in ("evaluand", "method", "replicate", "score"))
    methods = sorted(set(kind))
    same_item = np.equal.outer(item, item)
    tau, sigma = variances[: 1 if len(methods) == 2 else len(methods)], variances[-len(methods) :]
    tau = dict(zip(methods, tau if len(tau) > 1 else [tau[0]] * 2, strict=True))
    covariance = same_item * np.equal.outer(kind, kind) * np.array([tau[one] for one in kind])
    if linked:
        covariance = covariance + variances[len(variances) - len(methods) - 1] * same_item * np.equal.outer(turn, turn)
    covariance = covariance + np.diag([sigma[methods.index(one)] for one in kind])
    design = np.column_stack(
        [item[:, None] == np.unique(item), *[(kind == one)[:, None] for one in methods[1:]]]
    ).astype(float)
    inverse = np.linalg.inv(covariance)
    normal = design.T @ inverse @ design
    rest = y - design @ np.linalg.solve(normal, design.T @ inverse @ y)
    return float(np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(normal)[1] + rest @ inverse @ rest)


def _variances(result: MixedLimitsResult, *, linked: bool) -> list[float]:
    interaction = result.sd_interaction[:1] if len(result.methods) == 2 else result.sd_interaction
    middle = [result.sd_replicate] if linked else []
    return [sd**2 for sd in [*interaction, *middle, *result.sd_residual]]


def _codes(result: MixedLimitsResult) -> tuple[str, ...]:
    return tuple(caveat.code for caveat in result.caveats)


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("kinds", [2, 3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_estimates_are_the_top_of_the_dense_likelihood(linked: bool, kinds: int, seed: int) -> None:
    table = _scores(seed, linked=linked, kinds=kinds, size=12, dropped=9)
    result = mixed_limits(table, linked=linked)
    top = np.array(_variances(result, linked=linked))
    height = _dense_deviance(table, top, linked=linked)
    for place, value in enumerate(top):
        for factor in (0.99, 1.01):
            moved = top.copy()
            moved[place] = value * factor
            assert _dense_deviance(table, moved, linked=linked) >= height - SAME_FORMULA * abs(height)


def test_estimates_are_those_of_a_general_optimiser() -> None:
    table = _scores(4, linked=True, size=10, dropped=7)
    result = mixed_limits(table)
    found = optimize.minimize(
        lambda logs: _dense_deviance(table, np.exp(logs), linked=True),
        np.zeros(4),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 5000, "maxfev": 5000},
    )
    tau, _, *sigma = np.exp(found.x)
    assert result.sd == pytest.approx(math.sqrt(2 * tau + sum(sigma)), rel=ITERATIVE)


@pytest.mark.parametrize("linked", [True, False])
def test_balanced_replicates_have_a_closed_form(linked: bool) -> None:
    table = _scores(5, linked=linked, size=40)
    paired = long_replicates(table, **NAMES, x_method="x", y_method="y")
    closed = repeated_limits(paired, model="true_value_varies" if linked else "true_value_constant")
    result = mixed_limits(table, linked=linked)
    assert result.value == pytest.approx(closed.value, rel=ITERATIVE)
    assert (result.lower, result.upper) == pytest.approx((closed.lower, closed.upper), rel=ITERATIVE)
    assert result.se == pytest.approx(closed.se, rel=ITERATIVE)


def test_all_methods_enter_the_model() -> None:
    table = _scores(6, linked=False, kinds=3)
    result = mixed_limits(table, x_method="z", y_method="x", linked=False)
    assert result.methods == ("x", "y", "z")
    assert len(set(result.sd_interaction)) == 3
    chain = [mixed_limits(table, x_method=a, y_method=b, linked=False).value for a, b in ("zy", "yx")]
    assert result.value == pytest.approx(sum(chain), rel=ITERATIVE)


@TRIAL
@given(st.integers(0, 10_000), st.booleans(), st.randoms(use_true_random=False))
def test_order_of_rows_and_names_do_not_matter(seed: int, linked: bool, random: Any) -> None:
    table = _scores(seed, linked=linked, dropped=15)
    order = list(range(len(table)))
    random.shuffle(order)
    names = table["evaluand"].map("单位{}".format)
    renamed = table.assign(evaluand=names, replicate=table["replicate"] * 7 + 2).iloc[order]
    first, second = mixed_limits(table, linked=linked), mixed_limits(renamed, linked=linked)
    assert (second.value, second.sd) == pytest.approx((first.value, first.sd), rel=ITERATIVE)


@TRIAL
@given(st.integers(0, 10_000), st.floats(0.01, 100), st.integers(-1000, 1000))
def test_change_of_scale_and_exchange_of_methods(seed: int, factor: float, shift: int) -> None:
    table = _scores(seed, linked=True, dropped=11)
    plain = mixed_limits(table)
    moved = mixed_limits(table.assign(score=factor * table["score"] + shift))
    assert (moved.value, moved.sd) == pytest.approx((factor * plain.value, factor * plain.sd), rel=ITERATIVE)
    back = mixed_limits(table, x_method="y", y_method="x")
    assert (back.value, back.upper) == pytest.approx((-plain.value, -plain.lower), rel=ITERATIVE)


def test_a_component_at_zero_is_kept_there() -> None:
    rng = np.random.default_rng(3)
    table = _scores(0, linked=False)
    table["score"] = rng.normal(0, 1, len(table))
    results = [mixed_limits(table.assign(score=rng.normal(0, 1, len(table))), linked=True) for _ in range(6)]
    at_zero = [one for one in results if 0.0 in (one.sd_interaction[0], one.sd_replicate)]
    assert at_zero
    assert all(_codes(one) == ("BOUNDARY",) and one.sd > 0 for one in at_zero)


def test_without_replicates_nothing_is_told_apart() -> None:
    table = _scores(1, linked=False)
    for linked in (True, False):
        single = mixed_limits(table[table["replicate"] == 0], linked=linked)
        assert (_codes(single), math.isnan(single.value), math.isnan(single.sd)) == (("NOT_IDENTIFIED",), True, True)


def test_methods_that_share_no_evaluand() -> None:
    table = _scores(1, linked=False)
    apart = table[(table["method"] == "x") == (table["evaluand"] < 10)]
    assert _codes(mixed_limits(apart)) == ("METHODS_UNTIED",)
    assert _codes(mixed_limits(table[table["method"] == "x"])) == ("METHODS_UNTIED",)


def test_few_and_flat() -> None:
    table = _scores(1, linked=False)
    for n in (0, 1):
        few = mixed_limits(table[table["evaluand"] < n])
        assert (_codes(few), few.n_used, math.isnan(few.value)) == (("TOO_FEW",), n, True)
    flat = mixed_limits(table.assign(score=(table["evaluand"] + 0.1) + 2.3 * (table["method"] == "x")))
    assert (flat.sd, _codes(flat)) == (0, ("ZERO_STANDARD_ERROR",))
    assert flat.lower == pytest.approx(2.3)


def test_missing_and_single_scores_are_left_out() -> None:
    table = _scores(2, linked=True)
    more = pd.concat(
        [
            table,
            table[table["evaluand"] == 0].assign(evaluand=77, score=np.nan),
            table.iloc[:1].assign(evaluand=88),
        ]
    )
    first, second = mixed_limits(table), mixed_limits(more)
    assert (second.n_used, second.n_dropped, second.n_scores) == (20, 2, first.n_scores)
    assert second.sd == pytest.approx(first.sd, rel=ITERATIVE)


def test_a_large_level_costs_no_digits() -> None:
    table = _scores(2, linked=True)
    table["score"] = np.round(4 * table["score"]) / 4
    raised = mixed_limits(table.assign(score=table["score"] + 1e9))
    assert raised.sd == pytest.approx(mixed_limits(table).sd, rel=ITERATIVE)


def test_malformed_tables_are_refused() -> None:
    table = _scores(1, linked=False)
    for broken, code in (
        (table.drop(columns="score"), "RT-COLUMN"),
        (table.assign(method=None), "RT-KEY"),
        (pd.concat([table, table.iloc[:1]]), "RT-REPEATED"),
        (table.assign(score="高"), "RT-NUMBER"),
    ):
        with pytest.raises(DataError, match=code):
            mixed_limits(broken)
    with pytest.raises(DataError, match="LA-METHOD"):
        mixed_limits(table, x_method="w")
    for options in ({"multiplier": 0}, {"level": 95}):
        with pytest.raises(MethodError):
            mixed_limits(table, **options)
