"""Sizes of studies of raters: published examples, exact powers by simulation, the smallest that holds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perfkit.errors import MethodError
from perfkit.reliability.agreement import cohen_kappa
from perfkit.reliability.icc import icc
from perfkit.reliability.sampling import icc_bound_size, icc_size, kappa_bound_size, kappa_size
from perfkit.reliability.sampling.sizes_agreement import kappa_spread
from perfkit.reliability.sampling.sizes_search import SampleSizeResult
from tests.tolerances import MONTE_CARLO, SAME_FORMULA

SIMULATED = 20_000


def is_smallest(found: SampleSizeResult) -> bool:
    if found.criterion == "power":
        return found.achieved >= found.wanted and (found.size == 2 or found.achieved_before < found.wanted)
    return found.achieved <= found.wanted and (found.size == 2 or not found.achieved_before <= found.wanted)


@given(st.floats(0.03, 0.4), st.floats(0, 0.97), st.integers(2, 8), st.sampled_from(["bonett", "f_interval"]))
def test_icc_width_is_the_smallest(wanted: float, expected: float, raters: int, method: str) -> None:
    found = icc_size(wanted, expected=expected, raters=raters, method=method)  # type: ignore[arg-type]
    assert is_smallest(found)
    assert found.raters == raters


@given(st.floats(0.03, 0.4), st.floats(0, 0.97), st.integers(2, 8))
def test_bonett_is_his_formula(wanted: float, expected: float, raters: int) -> None:
    z, k = stats.norm.ppf(0.975), raters
    n = 8 * z**2 * (1 - expected) ** 2 * (1 + (k - 1) * expected) ** 2 / (k * (k - 1) * (2 * wanted) ** 2) + 1
    n += 5 * expected if k == 2 and expected >= 0.7 else 0
    found = icc_size(wanted, expected=expected, raters=raters)
    assert found.size == max(2, math.ceil(n - 1e-7)) or abs(n - round(n)) < 1e-6


def test_f_interval_is_that_of_the_coefficient() -> None:
    rng = np.random.default_rng(2)
    table = rng.normal(size=(40, 1)) * 1.5 + rng.normal(size=(40, 3))
    found = icc(table, form="ICC(1,1)")
    planned = icc_size(0.2, expected=found.value, raters=3, method="f_interval")
    n = planned.size
    ratio = (1 + 2 * found.value) / (1 - found.value)
    limits = [ratio / stats.f.ppf(0.975, n - 1, 2 * n), ratio * stats.f.ppf(0.975, 2 * n, n - 1)]
    low, high = ((one - 1) / (one + 2) for one in limits)
    assert planned.achieved == pytest.approx((high - low) / 2, rel=1e-8)
    # The same formula at the sample's own n gives the interval that icc gives.
    same = [ratio / stats.f.ppf(0.975, 39, 80), ratio * stats.f.ppf(0.975, 80, 39)]
    assert [(one - 1) / (one + 2) for one in same] == pytest.approx([found.interval.low, found.interval.high], rel=1e-8)


def test_walter_by_hand() -> None:
    # C0 = (1 + 2·1.5)/(1 + 2·4) = 4/9; n = 1 + 2·2·(1.6449 + 0.8416)²/(ln(4/9)²·1) = 1 + 37.6.
    assert icc_bound_size(0.6, expected=0.8, raters=2, method="walter").size == 39


def test_exact_icc_power_by_simulation() -> None:
    found = icc_bound_size(0.5, expected=0.75, raters=3, power=0.8)
    assert is_smallest(found)
    n, k = found.size, 3
    rng = np.random.default_rng(4)
    between = k * 0.75 + 0.25
    ratio = (
        between
        * rng.chisquare(n - 1, SIMULATED)
        / (n - 1)
        / (0.25 * rng.chisquare(n * (k - 1), SIMULATED) / (n * (k - 1)))
    )
    exceeds = ratio / (1 + k * 0.5 / 0.5) >= stats.f.ppf(0.95, n - 1, n * (k - 1))
    slack = MONTE_CARLO * math.sqrt(found.achieved * (1 - found.achieved) / SIMULATED)
    assert abs(exceeds.mean() - found.achieved) <= slack


@given(
    st.floats(0, 0.6),
    st.floats(0.1, 0.35),
    st.integers(2, 6),
    st.floats(0.5, 0.95),
    st.sampled_from(["exact", "walter"]),
)
def test_icc_bound_is_the_smallest(bound: float, more: float, raters: int, power: float, method: str) -> None:
    found = icc_bound_size(bound, expected=bound + more, raters=raters, power=power, method=method)  # type: ignore[arg-type]
    assert is_smallest(found)
    assert found.bound == bound


def test_kappa_spread_is_that_of_cohen_kappa() -> None:
    # 400 pairs that stand exactly in the shares of the model: kappa 0.5, grades 50 %, 30 %, 20 %.
    shares = np.array([0.5, 0.3, 0.2])
    counts = np.round((0.5 * np.diag(shares) + 0.5 * np.outer(shares, shares)) * 400).astype(int)
    assert counts.sum() == 400
    pairs = np.repeat(np.indices((3, 3)).reshape(2, -1).T, counts.ravel(), axis=0).astype(float)
    found = cohen_kappa(pairs)
    assert found.value == pytest.approx(0.5, rel=SAME_FORMULA)
    assert math.sqrt(kappa_spread(0.5, shares) / 400) == pytest.approx(found.se, rel=SAME_FORMULA)


@given(st.floats(0, 0.99), st.floats(0.05, 0.95))
def test_kappa_spread_of_two_grades_is_that_of_the_common_correlation_model(kappa: float, share: float) -> None:
    # Bloch & Kraemer (1989), Donner & Eliasziw (1992), eq. 2.
    both = share * (1 - share)
    wanted = (1 - kappa) * ((1 - kappa) * (1 - 2 * kappa) + kappa * (2 - kappa) / (2 * both))
    assert kappa_spread(kappa, np.array([share, 1 - share])) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@given(st.floats(0.03, 0.4), st.floats(0, 0.95), st.floats(0.05, 0.5))
def test_kappa_width_is_the_smallest(wanted: float, expected: float, share: float) -> None:
    assert is_smallest(kappa_size(wanted, expected=expected, prevalence=(share, 1 - share)))


def test_kappa_by_hand() -> None:
    # Even grades: the variance of one evaluand is 1 − κ². (1.96/0.1)²·0.64 = 245.9.
    assert kappa_size(0.1, expected=0.6).size == 246


def test_cantor_is_the_example_of_irr() -> None:
    # irr::N.cohen.kappa(0.5, 0.5, k1 = 0.7, k0 = 0.85) prints 96.
    far, near = kappa_spread(0.85, np.full(2, 0.5)), kappa_spread(0.7, np.full(2, 0.5))
    n = ((stats.norm.ppf(0.95) * math.sqrt(far) + stats.norm.ppf(0.8) * math.sqrt(near)) / 0.15) ** 2
    assert math.ceil(n) == 96
    # The other way round, as its comment means it.
    n = ((stats.norm.ppf(0.95) * math.sqrt(near) + stats.norm.ppf(0.8) * math.sqrt(far)) / 0.15) ** 2
    assert kappa_bound_size(0.7, expected=0.85).size == math.ceil(n) == 117


def test_goodness_of_fit_is_the_power_of_the_chi_square_test() -> None:
    found = kappa_bound_size(0.4, expected=0.6, prevalence=(0.3, 0.7), method="goodness_of_fit")
    assert is_smallest(found)
    cells = {kappa: np.array([0.09 + 0.21 * kappa, 0.42 * (1 - kappa), 0.49 + 0.21 * kappa]) for kappa in (0.4, 0.6)}
    shift = found.size * float(((cells[0.6] - cells[0.4]) ** 2 / cells[0.4]).sum())
    assert found.achieved == pytest.approx(stats.ncx2.sf(stats.chi2.ppf(0.95, 1), 1, shift), rel=1e-8)


@given(
    st.floats(0, 0.6), st.floats(0.1, 0.35), st.floats(0.1, 0.5), st.sampled_from(["large_sample", "goodness_of_fit"])
)
def test_kappa_bound_is_the_smallest(bound: float, more: float, share: float, method: str) -> None:
    found = kappa_bound_size(bound, expected=bound + more, prevalence=(share, 1 - share), method=method)  # type: ignore[arg-type]
    assert is_smallest(found)


def test_bad_arguments_are_refused() -> None:
    for call in (
        lambda: icc_size(0, expected=0.5, raters=2),
        lambda: icc_size(0.1, expected=1.0, raters=2),
        lambda: icc_size(0.1, expected=-0.6, raters=3),
        lambda: icc_size(0.1, expected=0.5, raters=1),
        lambda: icc_size(0.1, expected=0.5, raters=2.5),  # type: ignore[arg-type]
        lambda: icc_size(0.1, expected=0.5, raters=2, method="zou"),  # type: ignore[arg-type]
        lambda: icc_size(0.1, expected=0.5, raters=2, level=95),
        lambda: icc_bound_size(0.8, expected=0.6, raters=2),
        lambda: icc_bound_size(0.6, expected=0.8, raters=2, power=80),
        lambda: icc_bound_size(0.6, expected=0.8, raters=2, method="zou"),  # type: ignore[arg-type]
        lambda: kappa_size(0.1, expected=1.0),
        lambda: kappa_size(0.1, expected=0.5, prevalence=(0.5, 0.4)),
        lambda: kappa_size(0.1, expected=0.5, prevalence=(1.0,)),
        lambda: kappa_size(0.1, expected=0.5, prevalence=(1.0, 0.0)),
        lambda: kappa_bound_size(0.5, expected=0.5),
        lambda: kappa_bound_size(0.5, expected=0.7, power=0),
        lambda: kappa_bound_size(0.5, expected=0.7, method="exact"),  # type: ignore[arg-type]
        lambda: kappa_bound_size(0.5, expected=0.7, prevalence=(0.2, 0.3, 0.5), method="goodness_of_fit"),
    ):
        with pytest.raises(MethodError):
            call()
