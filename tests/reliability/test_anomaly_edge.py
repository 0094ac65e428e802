"""Window binomial: against scipy, placebo edges, honest scores that are rounded, ugly columns."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.anomaly import cutoff_binomial, edge_profile, holm, honest_null, item_of, stepped_item
from perfkit.reliability.anomaly.exact import binomial_p, fisher_p
from perfkit.reliability.anomaly.sign import own_rate, two_sided_p, upper_p
from tests.tolerances import MONTE_CARLO, SAME_FORMULA

NAN = float("nan")


@given(st.integers(1, 400), st.floats(0, 1), st.sampled_from([0.5, 0.05, 0.3, 0.71, 0.999]))
def test_binomial_p_is_that_of_scipy(n: int, part: float, share: float) -> None:
    successes = round(part * n)
    assert binomial_p(successes, n, share) == pytest.approx(
        stats.binomtest(successes, n, share).pvalue, rel=SAME_FORMULA
    )


def test_binomial_p_far_out_keeps_its_digits() -> None:
    assert binomial_p(3000, 3000, 0.5) == 0.0 or binomial_p(1000, 1000, 0.5) == pytest.approx(2**-999, rel=SAME_FORMULA)
    assert math.isnan(binomial_p(0, 0, 0.5))


@given(*(st.integers(0, 60) for _ in range(4)))
def test_fisher_p_is_that_of_scipy(a: int, b: int, c: int, d: int) -> None:
    found = fisher_p((a, b), (c, d))
    if 0 in (a + b, c + d, a + c, b + d):
        assert math.isnan(found)
    else:
        assert found == pytest.approx(stats.fisher_exact([[a, b], [c, d]]).pvalue, rel=1e-7)


def test_which_side_a_score_at_a_limit_belongs_to() -> None:
    x = [89.7, 89.8, 90.0, 90.2, 90.3]
    found = cutoff_binomial(x, cutoff=90, window=0.3)
    assert (found.left, found.right) == (2, 2)
    mirrored = cutoff_binomial(x, cutoff=90, window=0.3, closed="right")
    assert (mirrored.left, mirrored.right) == (2, 2)
    assert cutoff_binomial([90.0], cutoff=90, window=1).right == 1
    assert cutoff_binomial([90.0], cutoff=90, window=1, closed="right").left == 1


@given(st.lists(st.integers(800, 1000), max_size=60), st.sampled_from([0.3, 1.0, 2.5]))
def test_tenths_are_counted_as_tenths(tenths: list[int], window: float) -> None:
    found = cutoff_binomial(np.array(tenths) / 10, cutoff=90, window=window)
    width = round(window * 10)
    assert found.left == sum(900 - width <= one < 900 for one in tenths)
    assert found.right == sum(900 <= one < 900 + width for one in tenths)
    if found.left + found.right:
        wanted = stats.binomtest(found.right, found.left + found.right)
        limits = wanted.proportion_ci(0.95)
        assert found.p == pytest.approx(wanted.pvalue, rel=SAME_FORMULA)
        assert (found.interval.low, found.interval.high) == pytest.approx((limits.low, limits.high), rel=1e-9)


def test_placebo_edges_are_counted_alike_and_set_against() -> None:
    x = np.concatenate([np.repeat(np.arange(80, 100, 0.5), 3), [90.0] * 12])
    found = cutoff_binomial(x, cutoff=90, window=2, placebos=(85, 95))
    assert [(one.edge, one.left, one.right) for one in found.placebos] == [(85, 12, 12), (95, 12, 12)]
    assert found.p_against_placebos == pytest.approx(stats.fisher_exact([[24, 12], [24, 24]]).pvalue, rel=1e-7)
    assert math.isnan(cutoff_binomial(x, cutoff=90, window=2).p_against_placebos)


@pytest.mark.parametrize(
    "options",
    [
        *({"window": 0.0}, {"window": NAN}, {"share": 1.0}, {"placebos": (91.0,)}, {"closed": "both"}),
        *({"cutoff": NAN}, {"replicates": 10}, {"null": 0.5}, {"level": 95}),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(MethodError):
        cutoff_binomial([89.0, 91.0], **{"cutoff": 90.0, "window": 2.0, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("x", [[], [NAN, None], [70.0, 99.0]])
def test_an_empty_window_is_unknown(x: list[float]) -> None:
    found = cutoff_binomial(x, cutoff=90, window=1)
    assert math.isnan(found.value)
    assert math.isnan(found.p)
    assert {caveat.code for caveat in found.caveats} == {"EMPTY_WINDOW", "NO_NULL"}


def test_honest_scores_in_steps_of_five_trigger_the_naive_test() -> None:
    # A form marked in fives has no score in [85.01, 90): the window finds everything right of the edge.
    null = honest_null([stepped_item(100, 5)])
    x = next(iter(null.blocks(np.ones(300, dtype=bool), 1, np.random.default_rng(2))))[0]
    found = cutoff_binomial(x, cutoff=90, window=2, null=null)
    assert found.value == found.honest_share == 1.0
    assert found.p < 0.05
    assert found.p_simulated == 1.0
    assert found.false_positive_rate > 0.9
    assert any(f"{found.false_positive_rate:.1%}" in caveat.text for caveat in found.caveats)


def test_false_positive_rate_is_the_size_of_the_exact_test() -> None:
    # Two marks that are alike: every score is in the window, and the count right of the edge is binomial (50, 1/2).
    null = honest_null([item_of([89, 90])])
    found = cutoff_binomial([89.0] * 20 + [90.0] * 30, cutoff=90, window=1, null=null, replicates=4000)
    counts = np.arange(51)
    p = np.array([stats.binomtest(int(count), 50).pvalue for count in counts])
    size = stats.binom.pmf(counts, 50, 0.5)[p <= 0.05].sum()
    assert found.false_positive_rate == pytest.approx(size, abs=MONTE_CARLO * math.sqrt(size / 4000))
    assert found.p_simulated == pytest.approx(found.p, abs=MONTE_CARLO * math.sqrt(found.p / 4000))


def test_bunching_beyond_the_null_is_found() -> None:
    null = honest_null([stepped_item(100, 0.5)])
    x = np.concatenate([np.arange(60, 100, 0.5), np.full(25, 90.0)])
    found = cutoff_binomial(x, cutoff=90, window=2, null=null)
    assert found.p_simulated < 0.01


def test_the_null_belongs_to_the_same_projects() -> None:
    null = honest_null([stepped_item(90, 0.5)], executions=[9.0, 10.0])
    with pytest.raises(DataError):
        cutoff_binomial([90.0, 91.0, 89.0], cutoff=90, window=2, null=null)
    with pytest.raises(DataError):
        edge_profile([90.0, 91.0, 89.0], cutoff=90, window=2, null=null)
    assert cutoff_binomial([90.0, NAN], cutoff=90, window=2, null=null).n_used == 1


def test_same_seed_same_answer() -> None:
    null = honest_null([stepped_item(100, 0.5)])
    x = np.arange(80, 100, 0.5)
    first, second, other = (cutoff_binomial(x, cutoff=90, window=2, null=null, seed=seed) for seed in (1, 1, 2))
    assert first == second
    assert first.honest_share != other.honest_share
    assert (first.replicates, first.seed) == (2000, 1)


@given(st.lists(st.integers(0, 5), min_size=99, max_size=150))
def test_simulated_tests_keep_their_level(values: list[int]) -> None:
    drawn = np.array(values, dtype=float)
    for alpha in (0.01, 0.05, 0.2):
        assert own_rate(drawn, alpha) <= alpha
    assert 0 < upper_p(drawn[0], drawn[1:]) <= two_sided_p(drawn[0], drawn[1:]) * 1.0 + 1
    assert math.isnan(upper_p(NAN, drawn))
    assert math.isnan(own_rate(np.array([]), 0.05))


def test_departments_are_tested_one_by_one_and_adjusted() -> None:
    null = honest_null([stepped_item(90, 0.5)], executions=np.full(150, 10.0), centres=np.full(150, 90.0))
    honest = next(iter(null.blocks(np.ones(150, dtype=bool), 1, np.random.default_rng(3))))[0]
    x, departments = honest.copy(), np.repeat(["甲", "乙", "丙"], 50)
    x[50:90] = 90.0
    x[149] = NAN
    found = edge_profile(x, cutoff=90, window=4, departments=departments, null=null, placebos=(80,), least_n=5)
    frame = found.to_frame().set_index("department")
    assert frame["p_holm"].to_numpy() == pytest.approx(holm(frame["p"].to_numpy()))
    assert frame.loc["乙", "p_holm"] < 0.01
    assert frame.loc["甲", "p_holm"] > 0.05
    alone = cutoff_binomial(x[:50], cutoff=90, window=4, null=null.of(departments == "甲"), placebos=(80,))
    assert found.edges[0].found == alone
    assert (found.n_used, found.n_dropped, frame.loc["丙", "n"]) == (149, 1, 49)
    assert {caveat.code for caveat in found.caveats} == {"FALSE_POSITIVE_RATE"}


def test_departments_with_few_scores_in_the_window_are_not_tested() -> None:
    found = edge_profile([89.0, 90.0] * 20 + [50.0], cutoff=90, window=2, departments=["甲"] * 40 + ["乙"])
    frame = found.to_frame()
    assert frame["p_holm"].isna().tolist() == [False, True]
    assert {caveat.code for caveat in found.caveats} == {"BELOW_LEAST_N", "NO_NULL"}
    with pytest.raises(DataError):
        edge_profile([89.0, 90.0], cutoff=90, window=2, departments=["甲"])
