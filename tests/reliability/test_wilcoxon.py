"""Signed-rank test: R's printed example, brute force, scipy, invariants and ugly columns."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.difference.shift import walsh
from perfkit.reliability.difference.shift.signed_rank import Inversion, signed_ranks
from perfkit.reliability.difference.shift.wilcoxon import WilcoxonResult, wilcoxon_signed_rank
from tests.tolerances import ITERATIVE, PRINTED, SAME_FORMULA

NAN = float("nan")
# Hollander & Wolfe (1973), p. 29: depression scale factors at two visits, as R's ?wilcox.test.
FIRST = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
SECOND = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
TENTHS = st.lists(st.integers(-60, 60), min_size=2, max_size=30)
VARIANTS = [
    {"zeros": "drop", "exact": False},
    {"zeros": "drop", "exact": True},
    {"zeros": "pratt", "exact": False},
    {"zeros": "pratt", "exact": True},
]


def codes_of(result: WilcoxonResult) -> set[str]:
    return {caveat.code for caveat in result.caveats}


def of_differences(differences: Any, **options: Any) -> WilcoxonResult:
    values = np.asarray(differences, dtype=float)
    return wilcoxon_signed_rank(values, np.zeros(len(values)), **options)


def test_depression_example_of_r() -> None:
    found = wilcoxon_signed_rank(FIRST, SECOND)
    assert found.exact
    assert found.v == 40
    assert found.p / 2 == pytest.approx(0.01953, abs=PRINTED(5))
    assert found.value == pytest.approx(0.46, abs=PRINTED(2))
    assert (found.interval.low, found.interval.high) == pytest.approx((0.01, 0.786), abs=PRINTED(3))


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=9), st.sampled_from(["drop", "pratt"]))
def test_exact_p_by_all_signs(tenths: list[int], zeros: str) -> None:
    values = np.array(tenths) / 10
    found = of_differences(values, zeros=zeros, exact=True)
    size = np.abs(values)
    ranks = stats.rankdata(size)[size > 0] if zeros == "pratt" else stats.rankdata(size[size > 0])
    if not len(ranks):
        assert math.isnan(found.p)
        return
    seen = ranks[values[size > 0] > 0].sum()
    sums = [np.dot(signs, ranks) for signs in itertools.product((0, 1), repeat=len(ranks))]
    p = min(1.0, 2 * min(np.mean(np.array(sums) <= seen), np.mean(np.array(sums) >= seen)))
    assert found.p == pytest.approx(p, rel=SAME_FORMULA)
    assert found.v == seen


@given(TENTHS, st.sampled_from(["drop", "pratt"]), st.booleans())
def test_normal_p_as_scipy(tenths: list[int], zeros: str, correction: bool) -> None:
    values = np.array(tenths, dtype=float)
    found = of_differences(values, zeros=zeros, exact=False, continuity_correction=correction)
    if not values.any():
        assert math.isnan(found.p)
        return
    name = {"drop": "wilcox", "pratt": "pratt"}[zeros]
    other = stats.wilcoxon(values, zero_method=name, correction=correction, method="asymptotic")
    assert found.p == pytest.approx(other.pvalue, rel=1e-8)


@pytest.mark.parametrize("options", VARIANTS)
@given(tenths=TENTHS)
def test_exchanging_the_sides_turns_the_signs(tenths: list[int], options: dict[str, Any]) -> None:
    values = np.array(tenths) / 10
    one, other = of_differences(values, **options), of_differences(-values, **options)
    assert one.p == pytest.approx(other.p, rel=SAME_FORMULA, nan_ok=True)
    assert one.walsh_median == pytest.approx(-other.walsh_median, abs=SAME_FORMULA)
    if options["exact"] or options["zeros"] == "pratt":
        assert one.value == pytest.approx(-other.value, abs=SAME_FORMULA, nan_ok=True)
        assert one.interval.low == pytest.approx(-other.interval.high, abs=SAME_FORMULA, nan_ok=True)


@pytest.mark.parametrize("options", VARIANTS)
@given(tenths=TENTHS)
def test_order_does_not_matter(tenths: list[int], options: dict[str, Any]) -> None:
    values = np.array(tenths) / 10
    shuffled = np.random.default_rng(len(tenths)).permutation(values)
    assert str(of_differences(values, **options)) == str(of_differences(shuffled, **options))


@given(st.lists(st.floats(-50, 50), min_size=6, max_size=40, unique=True))
def test_inverted_limits_are_where_the_statistic_jumps(values: list[float]) -> None:
    differences = np.round(values, 3)
    found = of_differences(differences, exact=False, continuity_correction=False)
    if found.interval.known and found.interval.level == 0.95 and "ZEROS_DROPPED" not in codes_of(found):
        assert found.interval.low <= found.value <= found.interval.high
        assert differences.min() <= found.interval.low
        assert found.interval.high <= differences.max()


@given(TENTHS, st.integers(-60, 60), st.booleans())
def test_counted_statistic_is_the_ranked_one(tenths: list[int], shift: int, correction: bool) -> None:
    values = np.array(tenths, dtype=float)
    ranked = signed_ranks(np.sort(values - shift), "drop").z(correction)
    assert Inversion.of(values).z(shift, correction) == pytest.approx(ranked, rel=SAME_FORMULA, nan_ok=True)


def test_inverted_interval_is_near_the_exact_one() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(1, 2, 200)
    exact, approximate = of_differences(values, exact=True), of_differences(values, exact=False)
    assert approximate.value == pytest.approx(exact.value, abs=0.02)
    assert approximate.interval.low == pytest.approx(exact.interval.low, abs=0.03)
    assert approximate.interval.high == pytest.approx(exact.interval.high, abs=0.03)
    assert approximate.p == pytest.approx(exact.p, abs=1e-4)


def test_far_tail_keeps_its_digits() -> None:
    values = np.arange(1, 401) / 7.0
    found = of_differences(values, continuity_correction=False)
    assert math.log(found.p) == pytest.approx(math.log(2) + stats.norm.logsf(found.z), rel=SAME_FORMULA)
    assert of_differences(np.arange(1, 201) / 7.0, exact=True).p == pytest.approx(2.0**-199, rel=SAME_FORMULA)


def test_decimal_noise_is_named_and_rounded_away() -> None:
    x = np.array([82.2, 79.9, 91.4, 70.3, 65.8, 77.1, 88.0, 90.6])
    y = np.round(x - np.array([0.1, 0.1, -0.1, 0.2, 0.3, 0.0, 0.4, -0.3]), 1)
    rounded, raw = wilcoxon_signed_rank(x, y), wilcoxon_signed_rank(x, y, round_decimals=None)
    assert rounded.tied
    assert "DECIMAL_NOISE" not in codes_of(rounded)
    assert "DECIMAL_NOISE" in codes_of(raw)
    assert rounded.v != raw.v


def test_zeros_dropped_are_named() -> None:
    assert "ZEROS_DROPPED" in codes_of(of_differences([0, 0, 1, 2, 3, -1]))
    assert "ZEROS_DROPPED" not in codes_of(of_differences([0, 0, 1, 2, 3, -1], zeros="pratt"))
    found = of_differences([0, 0, 0, 0, 0, 4.0, 5.0])
    assert found.walsh_median == 0
    assert found.value > 4


def test_rule_of_r_for_the_exact_distribution() -> None:
    assert of_differences(np.arange(1, 50) + 0.5).exact
    assert not of_differences(np.arange(1, 51) + 0.5).exact
    assert not of_differences([1, 1, 2]).exact
    assert not of_differences([0, 1, 2]).exact


def test_level_out_of_reach_is_lowered_and_named() -> None:
    found = of_differences([1.0, 2.0, 4.0], exact=True)
    assert found.interval.level == pytest.approx(0.75)
    assert "LEVEL_NOT_REACHED" in codes_of(found)
    two = of_differences([1.0, 4.0], exact=False)
    assert math.isnan(two.interval.low)
    assert "TOO_FEW" in codes_of(two)


@pytest.mark.parametrize("options", VARIANTS)
def test_ugly_columns(options: dict[str, Any]) -> None:
    for values, code in (([], "TOO_FEW"), ([0.0] * 5, "NO_CHANGE"), ([2.5] * 5, "NO_VARIANCE"), ([2.5], "NO_VARIANCE")):
        found = of_differences(values, **options)
        assert code in codes_of(found)
        assert not found.interval.known
        assert math.isnan(found.p) == (code in ("TOO_FEW", "NO_CHANGE"))
    assert of_differences([2.5] * 5, **options).value == 2.5
    dropped = wilcoxon_signed_rank([1.0, NAN, 5.0, 2.0], [0.0, 1.0, None, 4.5], **options)
    assert (dropped.n_used, dropped.n_dropped) == (2, 2)


def test_huge_offset() -> None:
    x = np.array(FIRST)
    far = wilcoxon_signed_rank(x + 1e9, np.array(SECOND) + 1e9)
    assert far.p == wilcoxon_signed_rank(FIRST, SECOND).p
    assert far.value == pytest.approx(0.46, abs=1e-5)


def test_refusals() -> None:
    for options in ({"zeros": "zsplit"}, {"interval": "bootstrap"}, {"level": 0}):
        with pytest.raises(MethodError):
            wilcoxon_signed_rank(FIRST, SECOND, **options)
    with pytest.raises(MethodError):
        of_differences(np.arange(1.0, 1502.0), exact=True)
    with pytest.raises(DataError):
        wilcoxon_signed_rank([1, 2, 3], [1, 2])


def test_interval_only_where_asked_for() -> None:
    found = wilcoxon_signed_rank(FIRST, SECOND, interval="none")
    assert not found.interval.known
    assert found.interval_method == "none"


@pytest.mark.parametrize("kind", ["continuous", "tenths", "three values", "skewed", "one far out"])
def test_walsh_selection_without_holding_the_pairs(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    values: NDArray[np.float64] = {
        "continuous": rng.normal(size=151),
        "tenths": np.round(rng.normal(size=151), 1),
        "three values": rng.integers(0, 3, 151).astype(float),
        "skewed": rng.exponential(size=151) ** 3,
        "one far out": np.append(np.zeros(150), 1e9),
    }[kind]
    ordered = np.sort(walsh.walsh_averages(values))
    monkeypatch.setattr(walsh, "HELD_PAIRS", 30)
    monkeypatch.setattr(walsh, "SORTED_PAIRS", 30)
    for rank in (1, 2, 777, len(ordered) // 2, len(ordered)):
        assert walsh.walsh_order_statistic(values, rank) == pytest.approx(ordered[rank - 1], rel=SAME_FORMULA)
    assert walsh.walsh_median(values) == pytest.approx(np.median(ordered), rel=ITERATIVE, abs=SAME_FORMULA)
