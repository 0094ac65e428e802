"""Agreement coefficients: printed examples, second opinions, and what must not change them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from perfkit.reliability.agreement import (
    agreement_weights,
    all_raters_agree,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    fleiss_kappa_classic,
    gwet_ac,
    light_kappa,
    percent_agreement,
    scott_pi,
)
from perfkit.reliability.grades import coded
from tests.reliability.naive_agreement import naive_agreement
from tests.tolerances import PRINTED, SAME_FORMULA

NAN = float("nan")
NAMES = ("identity", "linear", "quadratic", "ordinal")
GWET: dict[str, Callable[..., Any]] = {
    "percent": percent_agreement,
    "fleiss": fleiss_kappa,
    "conger": conger_kappa,
    "brennan_prediger": brennan_prediger,
    "gwet": gwet_ac,
}
# Krippendorff (2011), Computing Krippendorff's alpha-reliability: four observers, twelve units, five categories.
OBSERVERS = np.array(
    [
        [1, 1, NAN, 1],
        [2, 2, 3, 2],
        [3, 3, 3, 3],
        [3, 3, 3, 3],
        [2, 2, 2, 2],
        [1, 2, 3, 4],
        [4, 4, 4, 4],
        [1, 1, 2, 1],
        [2, 2, 2, 2],
        [NAN, 5, 5, 5],
        [NAN, NAN, 1, 1],
        [NAN, NAN, 3, NAN],
    ]
)

complete = arrays(np.int8, st.tuples(st.integers(4, 25), st.integers(2, 5)), elements=st.integers(0, 3))
gappy = arrays(np.int8, st.tuples(st.integers(4, 25), st.integers(2, 5)), elements=st.integers(-1, 3))


def pairs(table: list[list[int]]) -> NDArray[np.int64]:
    """Return the ratings behind a square table of counts."""
    cells = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return np.array(cells)


def same(one: float, other: float) -> bool:
    return bool(math.isclose(one, other, rel_tol=SAME_FORMULA, abs_tol=SAME_FORMULA)) or (
        math.isnan(one) and math.isnan(other)
    )


@pytest.mark.parametrize(
    ("table", "agreement", "kappa"), [([[40, 9], [6, 45]], 0.85, 0.70), ([[80, 10], [5, 5]], 0.85, 0.32)]
)
def test_kappa_paradox_of_feinstein_and_cicchetti(table: list[list[int]], agreement: float, kappa: float) -> None:
    # Feinstein & Cicchetti (1990), J. Clin. Epidemiol. 43, 543-549: the same agreement, two kappas.
    result = cohen_kappa(pairs(table))
    assert abs(result.pa - agreement) <= PRINTED(2)
    assert abs(result.value - kappa) <= PRINTED(2)


@pytest.mark.parametrize(
    ("name", "value", "se"),
    [
        ("percent", 0.81818, 0.12561),
        ("gwet", 0.77544, 0.14295),
        ("fleiss", 0.76117, 0.15302),
        ("conger", 0.76282, 0.14917),
        ("brennan_prediger", 0.77273, 0.14472),
    ],
)
def test_printed_values_of_irrcac_with_missing_ratings(name: str, value: float, se: float) -> None:
    result = GWET[name](OBSERVERS)
    assert abs(result.value - value) <= PRINTED(5)
    assert abs(result.se - se) <= PRINTED(5)
    assert (result.n_used, result.n_pairable, result.n_raters) == (12, 11, 4)


@pytest.mark.parametrize("name", GWET)
@settings(max_examples=40)
@given(codes=gappy, weights=st.sampled_from(NAMES))
def test_patterns_give_what_the_formula_over_all_evaluands_gives(
    name: str, codes: NDArray[np.int8], weights: str
) -> None:
    graded = coded(codes, [1, 2, 3, 7])
    result = GWET[name](graded, weights=weights)
    codes = codes[:, (codes >= 0).any(axis=0)]
    value, se = naive_agreement(name, codes, agreement_weights([1, 2, 3, 7], weights))
    if math.isnan(result.value):
        assert result.caveats
        return
    assert same(result.value, value)
    if result.interval.known:
        assert same(result.se, se)
        assert result.interval.low < result.value <= result.interval.high <= 1


@given(codes=complete)
def test_wide_tables_are_counted_as_narrow_ones_are(codes: NDArray[np.int8]) -> None:
    # Fewer categories than raters are counted, more are looked up pair by pair: unused categories force the second.
    narrow = fleiss_kappa(coded(codes, range(4)))
    wide = fleiss_kappa(coded(codes, range(40)))
    assert same(narrow.value, wide.value)
    assert same(narrow.se, wide.se)


@settings(max_examples=40)
@given(codes=complete, seed=st.integers(0, 99))
def test_order_of_raters_and_evaluands_does_not_matter(codes: NDArray[np.int8], seed: int) -> None:
    rng = np.random.default_rng(seed)
    shuffled = codes[rng.permutation(len(codes))][:, rng.permutation(codes.shape[1])]
    for statistic in (*GWET.values(), light_kappa, fleiss_kappa_classic, all_raters_agree):
        one, other = (statistic(coded(each, range(4))) for each in (codes, shuffled))
        assert same(one.value, other.value)
        assert same(one.se, other.se)
    one, other = (cohen_kappa(coded(each[:, :2], range(4)), weights="linear") for each in (codes, codes[:, 1::-1]))
    assert same(one.value, other.value)


@settings(max_examples=40)
@given(codes=gappy, order=st.permutations(range(4)))
def test_names_of_unweighted_categories_do_not_matter(codes: NDArray[np.int8], order: list[int]) -> None:
    renamed = np.append(order, -1).astype(np.int8)[codes]
    for statistic in (*GWET.values(), light_kappa):
        one, other = (statistic(coded(each, range(4))) for each in (codes, renamed))
        assert same(one.value, other.value)


@given(codes=gappy, scale=st.sampled_from([0.5, 2.0, 10.0]), shift=st.sampled_from([-3.0, 0.0, 1e9]))
def test_affine_change_of_the_categories_keeps_the_weights(codes: NDArray[np.int8], scale: float, shift: float) -> None:
    for weights in NAMES:
        one = gwet_ac(coded(codes, [1, 2, 3, 7]), weights=weights)
        other = gwet_ac(coded(codes, [scale * value + shift for value in (1, 2, 3, 7)]), weights=weights)
        assert same(one.value, other.value)


@settings(max_examples=60)
@given(codes=complete, weights=st.sampled_from(NAMES))
def test_coefficients_of_two_raters_coincide(codes: NDArray[np.int8], weights: str) -> None:
    two = coded(codes[:, :2], range(4))
    cohen = cohen_kappa(two, weights=weights)
    assert same(cohen.value, conger_kappa(two, weights=weights).value)
    assert same(cohen.value, light_kappa(two, weights=weights).value)
    gwet = cohen_kappa(two, weights=weights, variance="gwet")
    assert same(gwet.se, conger_kappa(two, weights=weights).se)
    assert same(scott_pi(two, weights=weights).se, fleiss_kappa(two, weights=weights).se)


@given(codes=complete)
def test_quadratic_kappa_is_one_minus_squared_distance_over_its_expectation(codes: NDArray[np.int8]) -> None:
    x, y = codes[:, 0].astype(float), codes[:, 1].astype(float)
    expected = x.var() + y.var() + (x.mean() - y.mean()) ** 2
    if expected == 0 or x.var() == 0 or y.var() == 0:
        return
    result = cohen_kappa(coded(codes[:, :2], range(4)), weights="quadratic")
    assert same(result.value, 1 - float(((x - y) ** 2).mean()) / expected)


@settings(max_examples=40)
@given(codes=complete)
def test_statsmodels_gives_the_same_kappas(codes: NDArray[np.int8]) -> None:
    table = np.zeros((4, 4))
    np.add.at(table, (codes[:, 0], codes[:, 1]), 1)
    for weights, word in (("identity", None), ("linear", "linear"), ("quadratic", "quadratic")):
        ours = cohen_kappa(coded(codes[:, :2], range(4)), weights=weights)
        if not ours.interval.known:
            continue
        theirs = cohens_kappa(table, wt=word)
        assert same(ours.value, theirs.kappa)
        assert same(ours.se, theirs.std_kappa)
        assert same(ours.z_null, theirs.z_value)
    fleiss = fleiss_kappa_classic(coded(codes, range(4)))
    if not math.isnan(fleiss.value):
        counts, _ = aggregate_raters(codes, 4)
        assert same(fleiss.value, statsmodels_fleiss(counts))


def test_intervals_of_cohen_by_name() -> None:
    ratings = pairs([[20, 5, 1], [4, 30, 6], [0, 3, 31]])
    normal = cohen_kappa(ratings)
    student = cohen_kappa(ratings, quantile="t")
    assert normal.se == student.se
    assert student.interval.high - student.interval.low > normal.interval.high - normal.interval.low
    narrow, wide = (cohen_kappa(ratings, level=level).interval for level in (0.5, 0.99))
    assert wide.low < narrow.low < normal.value < narrow.high < wide.high
    n = percent_agreement(ratings, divisor="n").se
    assert math.isclose(n * math.sqrt(100 / 99), percent_agreement(ratings).se, rel_tol=SAME_FORMULA)


def test_unused_categories_count() -> None:
    ratings = pairs([[20, 5], [4, 30]]) + 3
    for statistic in (brennan_prediger, gwet_ac):
        assert statistic(ratings, categories=[1, 2, 3, 4]).value > statistic(ratings).value
    for statistic in (fleiss_kappa, conger_kappa):
        assert same(statistic(ratings, categories=[1, 2, 3, 4]).value, statistic(ratings).value)


def test_own_matrix_of_weights() -> None:
    ratings = pairs([[20, 5, 1], [4, 30, 6], [0, 3, 31]])
    for name in NAMES:
        matrix = agreement_weights([0, 1, 2], name)
        for statistic in (cohen_kappa, scott_pi, light_kappa, *GWET.values()):
            named, own = statistic(ratings, weights=name), statistic(ratings, weights=matrix)
            assert named.value == own.value
            assert own.weights == "matrix"


def test_light_bootstrap_is_seeded_and_named() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(1, 5, 150)
    ratings = np.clip(truth[:, None] + rng.integers(-1, 2, (150, 2)), 1, 4)
    result = light_kappa(ratings, weights="quadratic", interval="bootstrap", seed=5)
    again = light_kappa(ratings, weights="quadratic", interval="bootstrap", seed=5)
    assert result.interval == again.interval
    assert (result.interval_method, result.replicates, result.seed) == ("bootstrap_percentile", 2000, 5)
    assert result.interval.low < result.value < result.interval.high


def test_light_bootstrap_counts_as_a_loop_does() -> None:
    ratings = np.random.default_rng(4).integers(0, 3, (30, 3))
    rng = np.random.default_rng(6)
    result = light_kappa(ratings, interval="bootstrap", replicates=200, seed=6)
    rows, counts = np.unique(ratings, axis=0, return_counts=True)
    drawn = rng.multinomial(30, counts / 30, size=200)
    values = [light_kappa(np.repeat(rows, draw, axis=0), categories=range(3)).value for draw in drawn]
    assert math.isclose(result.se, float(np.std(values, ddof=1)), rel_tol=SAME_FORMULA)


def test_all_raters_agree_within_a_tolerance_of_decimals() -> None:
    assert all_raters_agree([[1.1, 1.0], [0.3, 0.2], [0.5, 0.3]], tolerance=0.1).agreed == 2
    words = [["poor", "fair"], ["good", "good"], ["poor", "good"]]
    assert all_raters_agree(words).agreed == 1
    assert all_raters_agree(words, categories=["poor", "fair", "good"], tolerance=1).agreed == 2
