"""Density-jump tests: the numbers their authors publish, constants, invariance, the guard, honest scores, ugly columns."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError
from perfkit.reliability.anomaly import density_jump, honest_null, mccrary, stepped_item
from perfkit.reliability.anomaly.density_moments import boundary_constants, cross_gram, gram, preliminary_constant
from tests.tolerances import ITERATIVE, PRINTED, SAME_FORMULA

Floats = NDArray[np.float64]
NAN = float("nan")
UNGUARDED = {"least_distinct": 0, "least_effective": 0}
# Printed by the programs with 15 digits, after sums in another order and moments by quadrature.
PUBLISHED = ITERATIVE


def _wave(n: int = 200) -> Floats:
    """Return the column on which the authors of rddensity publish what it gives: a wave about an even grid."""
    return np.linspace(-1.5, 1.5, n) + 0.05 * np.sin(np.arange(n))


def _skewed(n: int = 400, seed: int = 4) -> Floats:
    return 100 - np.random.default_rng(seed).gamma(3.0, 4.0, n)


# rddensity, R package tests/testthat/fixtures/numerical-baseline.csv (version 2.6): T, densities, standard error.
@pytest.mark.parametrize(
    ("options", "t", "left", "right", "se"),
    [
        ({"bandwidths": (0.6, 0.6)}, 0.0348156730744156, 0.354367884412909, 0.365406709868296, 0.317064829733214),
        ({}, 0.00156338497506903, 0.336702146640189, 0.336984005164197, 0.180287343490736),
        (
            {"bandwidths": (0.7, 0.7), "kernel": "uniform"},
            *(0.00275156490840332, 0.341300268415353, 0.342065774901471, 0.278207678757792),
        ),
        (
            {"bandwidths": (0.8, 0.8), "model": "restricted"},
            *(-0.00809883906339686, 0.333957647544796, 0.332697183358751, 0.155635168964036),
        ),
        (
            {"bandwidths": (0.75, 0.65), "kernel": "epanechnikov", "variance": "plugin"},
            *(0.0318508164135661, 0.34538795054263, 0.353976305980609, 0.269643180459295),
        ),
    ],
)
def test_numbers_that_the_authors_publish(
    options: dict[str, object], t: float, left: float, right: float, se: float
) -> None:
    found = density_jump(_wave(), cutoff=0, **options)  # type: ignore[arg-type]
    assert (found.density_left, found.density_right) == pytest.approx((left, right), rel=PUBLISHED)
    assert found.se == pytest.approx(se, rel=PUBLISHED)
    assert found.value == pytest.approx(t, rel=PUBLISHED)
    assert (found.n_left, found.n_right) == (101, 99)


def test_bandwidths_that_the_authors_publish() -> None:
    wanted = {"each": (1.5, 1.2162903249481), "diff": (1.50963953837714,) * 2, "sum": (1.30477449534242,) * 2}
    for selector, widths in wanted.items():
        found = density_jump(_wave(), cutoff=0, kernel="uniform", variance="plugin", selector=selector)  # type: ignore[arg-type]
        assert (found.bandwidth_left, found.bandwidth_right) == pytest.approx(widths, rel=PUBLISHED)


def test_constants_are_exact() -> None:
    # A line at a boundary, uniform kernel: variance 6/5, bias of the slope 1; the density of the paper's normal rule.
    assert boundary_constants(1, 1, "uniform") == (1.2, 1.0)
    assert preliminary_constant(2, 1) == pytest.approx(548.57142857155463, rel=1e-11)
    assert preliminary_constant(4, 3) == pytest.approx(3430865.4551236177795, rel=1e-9)


@pytest.mark.parametrize("kernel", ["triangular", "uniform", "epanechnikov"])
def test_moments_are_those_of_quadrature(kernel: str) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(60)
    x, w = (nodes + 1) / 2, weights / 2
    k = {"triangular": 1 - x, "uniform": np.full(60, 0.5), "epanechnikov": 0.75 * (1 - x**2)}[kernel]
    powers = x[:, None] ** np.arange(3) * (w * k)[:, None]
    assert gram(range(3), kernel) == pytest.approx(powers.T @ x[:, None] ** np.arange(3), rel=SAME_FORMULA)
    # The integrand has a kink at x = y: quadrature is good to three digits only.
    assert cross_gram(range(3), kernel) == pytest.approx(powers.T @ np.minimum.outer(x, x) @ powers, rel=PRINTED(3))


@given(st.floats(0.1, 50), st.integers(-1000, 1000))
@settings(max_examples=20)
def test_tests_do_not_depend_on_the_scale(scale: float, shift: int) -> None:
    x = _skewed()
    first, second = (density_jump(a * x + b, cutoff=a * 90 + b) for a, b in ((1.0, 0.0), (scale, float(shift))))
    assert second.value == pytest.approx(first.value, rel=ITERATIVE)
    assert second.bandwidth_left == pytest.approx(scale * first.bandwidth_left, rel=ITERATIVE)
    old, new = (mccrary(a * x + b, cutoff=a * 90 + b, bandwidth=a * 6, binsize=a * 0.7) for a, b in ((1, 0), (2, 64)))
    assert new.value == pytest.approx(old.value, rel=ITERATIVE)


def test_mirrored_scores_jump_the_other_way() -> None:
    x = _skewed()
    options = {"cutoff": 0.0, "bandwidths": (4.0, 4.0)}
    first, second = density_jump(x - 90, **options), density_jump(90 - x, **options)  # type: ignore[arg-type]
    assert (second.density_left, second.density_right) == pytest.approx(
        (first.density_right, first.density_left), rel=ITERATIVE
    )
    assert second.value == pytest.approx(-first.value, rel=ITERATIVE)


def _naive_mccrary(x: Floats, cutoff: float, width: float, reach: float) -> tuple[float, float]:
    """Return log jump and standard error by least squares over cells written out one by one."""
    heights = []
    for side in (-1, 1):
        rows = []
        for place in range(math.ceil(reach / width) + 1):
            low = cutoff + (place if side > 0 else -place - 1) * width
            count = sum(low <= score < low + width for score in x)
            middle = low + width / 2 - cutoff
            if abs(middle) < reach:
                rows.append((1 - abs(middle) / reach, middle, count / (len(x) * width)))
        weight, middle, height = np.array(rows).T
        design = np.column_stack([np.ones_like(middle), middle]) * np.sqrt(weight)[:, None]
        heights.append(np.linalg.lstsq(design, height * np.sqrt(weight), rcond=None)[0][0])
    left, right = heights
    return math.log(right / left), math.sqrt(24 / 5 * (1 / left + 1 / right) / (len(x) * reach))


@pytest.mark.parametrize(("width", "reach"), [(0.7, 6.0), (1.1, 4.4), (0.31, 9.0)])
def test_mccrary_is_the_naive_one(width: float, reach: float) -> None:
    x = _skewed()
    found = mccrary(x, cutoff=89.95, binsize=width, bandwidth=reach)
    assert (found.value, found.se) == pytest.approx(_naive_mccrary(x, 89.95, width, reach), rel=SAME_FORMULA)
    assert found.z == found.value / found.se


@pytest.mark.parametrize("test", [density_jump, mccrary])
def test_a_lattice_is_not_tested(test: object) -> None:
    few = np.round(_skewed(), 0)
    found = test(few, cutoff=90)  # type: ignore[operator]
    assert math.isnan(found.value)
    assert math.isnan(found.p)
    assert {caveat.code for caveat in found.caveats} >= {"FEW_DISTINCT"}
    bare = test(few, cutoff=90, **UNGUARDED)  # type: ignore[operator]
    assert not math.isnan(bare.value)


@pytest.mark.parametrize("test", [density_jump, mccrary])
def test_few_scores_within_the_bandwidth_are_not_tested(test: object) -> None:
    width = {"bandwidths": (2.0, 2.0)} if test is density_jump else {"bandwidth": 2.0}
    found = test(_skewed(120), cutoff=90, **width)  # type: ignore[operator]
    assert found.effective_left < 30
    assert {caveat.code for caveat in found.caveats} >= {"FEW_EFFECTIVE"}
    assert math.isnan(found.value)


@pytest.mark.parametrize("test", [density_jump, mccrary])
@pytest.mark.parametrize(
    "x",
    [[], [90.0], [90.0] * 40, [80.0, 95.0], [NAN] * 5, [80.0] * 30 + [95.0], [90.0, 90.0, 91.0], list(range(60, 90))],
)
def test_ugly_columns_are_unknown_with_a_caveat(test: object, x: list[float]) -> None:
    found = test(x, cutoff=90, **UNGUARDED)  # type: ignore[operator]
    assert math.isnan(found.value)
    assert {caveat.code for caveat in found.caveats} & {"CUTOFF_OUTSIDE", "NO_FIT", "NEGATIVE_DENSITY"}


def test_far_from_zero_nothing_is_lost() -> None:
    x = np.round(_skewed() * 64) / 64
    first, second = (density_jump(x + far, cutoff=90 + far) for far in (0.0, 2.0**30))
    assert second.value == pytest.approx(first.value, rel=ITERATIVE)


def test_missing_scores_are_counted() -> None:
    found = density_jump([*_skewed(), NAN, None], cutoff=90)
    assert (found.n_used, found.n_dropped) == (400, 2)


@pytest.mark.parametrize(
    "options",
    [
        *({"order": 0}, {"order": 8}, {"order": 3, "bias_order": 2}, {"bandwidths": (0.0, 1.0)}, {"cutoff": NAN}),
        *({"model": "restricted", "selector": "each"}, {"model": "restricted", "bandwidths": (1.0, 2.0)}),
        *({"kernel": "gauss"}, {"variance": "robust"}, {"selector": "best"}, {"replicates": 50}, {"null": "honest"}),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(MethodError):
        density_jump(_skewed(), **{"cutoff": 90.0, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [{"binsize": 0.0}, {"bandwidth": -1.0}, {"cutoff": math.inf}])
def test_mccrary_refuses_too(options: dict[str, float]) -> None:
    with pytest.raises(MethodError):
        mccrary(_skewed(), **{"cutoff": 90.0, **options})  # type: ignore[arg-type]


def test_a_table_is_no_column() -> None:
    with pytest.raises(DataError):
        density_jump(np.zeros((4, 2)), cutoff=0)


def test_honest_rounded_scores_look_like_a_jump() -> None:
    # Ten items marked in halves: totals on a lattice of 0.5, which a density test takes for jumps.
    null = honest_null([stepped_item(10, 0.5)] * 10)
    honest = next(iter(null.blocks(np.ones(400, dtype=bool), 1, np.random.default_rng(5))))[0]
    options = {"cutoff": 55.0, "null": null, "replicates": 99, "least_distinct": 0}
    coarse = mccrary(honest, **options)  # type: ignore[arg-type]
    assert coarse.false_positive_rate > 0.1
    assert any(f"{coarse.false_positive_rate:.1%}" in caveat.text for caveat in coarse.caveats)
    assert coarse.p_simulated >= 0.01
    guarded = mccrary(honest, **{**options, "least_distinct": 500})  # type: ignore[arg-type]
    assert math.isnan(guarded.false_positive_rate)
