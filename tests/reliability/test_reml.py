"""REML against a dense likelihood, closed forms, statsmodels and degenerate data."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array

from perfkit.errors import DataError
from perfkit.reliability.absorbed_blocks import AbsorbedBlocks, cheapest
from perfkit.reliability.reml import RemlFit, reml
from tests.tolerances import ITERATIVE, SAME_FORMULA

FloatArray = NDArray[np.float64]
ITEMS, METHODS, REPLICATES = 12, 2, 3


def nested(seed: int) -> tuple[FloatArray, list[NDArray[np.int64]], FloatArray, NDArray[np.int64]]:
    """Return y, factors (item, item by method, item by replicate), fixed part (method) and method, with gaps."""
    rng = np.random.default_rng(seed)
    grid = np.meshgrid(range(ITEMS), range(METHODS), range(REPLICATES), indexing="ij")
    item, method, replicate = (axis.ravel() for axis in grid)
    y = (
        10
        + rng.normal(0, 2, ITEMS)[item]
        + 0.5 * method
        + rng.normal(0, 0.7, (ITEMS, METHODS))[item, method]
        + rng.normal(0, 0.5, (ITEMS, REPLICATES))[item, replicate]
        + rng.normal(0, 1, item.size) * (1 + method)
    )
    kept = rng.random(item.size) < 0.9
    item, method, replicate = item[kept], method[kept], replicate[kept]
    factors = [item, item * METHODS + method, item * REPLICATES + replicate]
    return y[kept], factors, np.column_stack([np.ones(item.size), method]), method


def likelihood(
    y: FloatArray, factors: list[NDArray[np.int64]], fixed: FloatArray, groups: NDArray[np.int64], variances: FloatArray
) -> float:
    """Return the REML log-likelihood from the dense covariance."""
    covariance = np.diag(variances[len(factors) :][groups])
    for variance, codes in zip(variances, factors, strict=False):
        covariance = covariance + variance * (codes[:, None] == codes)
    inverse = np.linalg.inv(covariance)
    information = fixed.T @ inverse @ fixed
    rest = y - fixed @ np.linalg.solve(information, fixed.T @ inverse @ y)
    free = len(y) - fixed.shape[1]
    logdet = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1]
    return float(-0.5 * (logdet + rest @ inverse @ rest + free * math.log(2 * math.pi)))


def variances_of(fit: RemlFit) -> FloatArray:
    return np.array([*fit.components, *fit.residual])


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("grouped", [False, True])
def test_no_nearby_variances_are_likelier(seed: int, grouped: bool) -> None:
    y, factors, fixed, method = nested(seed)
    groups = method if grouped else np.zeros_like(method)
    fit = reml(y, factors, fixed=fixed, residual_groups=method if grouped else None)
    found = variances_of(fit)
    top = likelihood(y, factors, fixed, groups, found)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(top, rel=SAME_FORMULA)
    for place, variance in enumerate(found):
        # Just above 0 for a component at the boundary, to both sides for the others.
        for moved in (1e-3,) if variance == 0 else (variance * 0.99, variance * 1.01):
            nearby = found.copy()
            nearby[place] = moved
            assert likelihood(y, factors, fixed, groups, nearby) < top


def test_balanced_interior_equals_anova() -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(size=(20, 1)) * 2 + rng.normal(size=4) + rng.normal(size=(20, 4))
    rows, columns = np.indices(table.shape)
    fit = reml(table.ravel(), [rows.ravel(), columns.ravel()])
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    residual = float((rest**2).sum()) / (19 * 3)
    assert fit.residual[0] == pytest.approx(residual, rel=ITERATIVE)
    assert fit.components[0] == pytest.approx((4 * table.mean(axis=1).var(ddof=1) - residual) / 4, rel=ITERATIVE)
    assert fit.components[1] == pytest.approx((20 * table.mean(axis=0).var(ddof=1) - residual) / 20, rel=ITERATIVE)
    assert fit.coefficients[0] == pytest.approx(table.mean(), rel=SAME_FORMULA)


@pytest.mark.filterwarnings("ignore")
def test_statsmodels_agrees_on_one_factor() -> None:
    models = pytest.importorskip("statsmodels.regression.mixed_linear_model")
    y, factors, fixed, _ = nested(3)
    fit = reml(y, factors[:1], fixed=fixed)
    other = models.MixedLM(y, fixed, groups=factors[0]).fit(reml=True, gtol=1e-10)
    # It stops on the likelihood, hence at the square root of the precision of an iteration.
    assert fit.residual[0] == pytest.approx(other.scale, rel=math.sqrt(ITERATIVE))
    assert fit.components[0] == pytest.approx(float(np.asarray(other.cov_re)[0, 0]), rel=math.sqrt(ITERATIVE))
    assert fit.log_likelihood >= other.llf - abs(other.llf) * ITERATIVE


def test_order_labels_scale_and_offset_do_not_matter() -> None:
    y, factors, fixed, method = nested(0)
    fit = reml(y, factors, fixed=fixed, residual_groups=method)
    order = np.random.default_rng(2).permutation(len(y))
    names = [np.array([f"level {code}" for code in codes])[order] for codes in factors]
    other = reml(1e3 * y[order] + 1e6, names, fixed=fixed[order], residual_groups=method[order])
    assert variances_of(other) == pytest.approx(1e6 * variances_of(fit), rel=ITERATIVE)
    assert other.coefficients[1] == pytest.approx(1e3 * fit.coefficients[1], rel=ITERATIVE)


def test_huge_offset_keeps_the_components() -> None:
    y, factors, fixed, _ = nested(0)
    # What 1e9 leaves of y is what both sides must see.
    seen = (y + 1e9) - 1e9
    fit, far = reml(seen, factors, fixed=fixed), reml(seen + 1e9, factors, fixed=fixed)
    assert variances_of(far) == pytest.approx(variances_of(fit), rel=ITERATIVE)


def test_a_component_at_the_boundary_is_flagged() -> None:
    y = np.array([1.0, 3, 1, 3, 1, 3, 1, 3, 2, 2.5])
    fit = reml(y, [np.arange(10) // 2])
    assert fit.components == (0.0,)
    assert fit.at_boundary == (True,)
    assert fit.converged
    assert fit.residual[0] == pytest.approx(y.var(ddof=1), rel=ITERATIVE)


def test_without_factors_the_residual_is_the_variance() -> None:
    y = np.array([1.0, 2, 4, 8])
    fit = reml(y, [])
    assert fit.components == ()
    assert fit.residual[0] == pytest.approx(y.var(ddof=1), rel=ITERATIVE)


def test_residual_groups_without_factors_are_separate_variances() -> None:
    y = np.array([1.0, 2, 4, 8, 5, 5.5, 7, 6])
    groups = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    fit = reml(y, [], fixed=np.eye(2)[groups], residual_groups=groups)
    assert fit.residual == pytest.approx((y[:4].var(ddof=1), y[4:].var(ddof=1)), rel=ITERATIVE)


def test_one_observation_per_level_is_not_identified() -> None:
    fit = reml([1.0, 2, 4, 8, 3], [np.arange(5)])
    assert not fit.identified


def test_constant_data_has_no_variance() -> None:
    fit = reml([0.1 + 0.2, 0.3, 0.3, 0.3], [[0, 0, 1, 1]])
    assert fit.components == (0.0,)
    assert fit.residual == (0.0,)
    assert fit.at_boundary == (True,)


def test_data_that_the_effects_reproduce_leave_no_residual() -> None:
    y = np.add.outer([1.0, 5, 2, 8], [0.0, 3, 1])
    rows, columns = np.indices(y.shape)
    fit = reml(y.ravel(), [rows.ravel(), columns.ravel()])
    assert fit.residual[0] < 1e-9 * sum(fit.components)


def test_running_out_of_iterations_is_said() -> None:
    y, factors, fixed, _ = nested(0)
    assert not reml(y, factors, fixed=fixed, most_iterations=1).converged


@pytest.mark.parametrize(
    ("y", "factors", "fixed", "code"),
    [
        ([1.0, 2], [[0, 1, 1]], None, "RM-SHAPE"),
        ([1.0, np.nan, 3], [[0, 1, 1]], None, "RM-SHAPE"),
        ([1.0, 2, 3], [[0, 1, 1]], [[1.0, 1], [1, 1], [1, 1]], "RM-RANK"),
        ([1.0], [[0]], None, "RM-RANK"),
        ([], [[]], None, "RM-RANK"),
    ],
)
def test_malformed_input_is_refused(y: list[float], factors: list[list[int]], fixed: object, code: str) -> None:
    with pytest.raises(DataError, match=code):
        reml(y, factors, fixed=fixed)


def test_ten_thousand_levels_of_the_largest_factor_are_absorbed() -> None:
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.normal(size=(10_000, 1)) * 2 + rng.normal(size=5) + rng.normal(size=(10_000, 5)))
    table = table.mask(rng.random(table.shape) < 0.2)
    rows, columns = np.nonzero(table.notna().to_numpy())
    fit = reml(table.to_numpy()[rows, columns], [rows, columns])
    assert fit.converged
    assert fit.components[0] == pytest.approx(4, rel=0.1)
    assert fit.residual[0] == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize(("n", "m"), [(10, 2), (4, 3), (6, 8)])
def test_levels_that_repeat_their_value_leave_the_variance_between_them(n: int, m: int) -> None:
    values = np.random.default_rng(n).normal(80, 3, n).round(1)
    fit = reml(np.repeat(values, m), [np.repeat(np.arange(n), m)])
    assert fit.residual[0] < 1e-9 * fit.components[0]
    assert fit.components[0] == pytest.approx(values.var(ddof=1), rel=10 * ITERATIVE)
    assert not fit.converged


@pytest.mark.parametrize("seed", range(5))
def test_sparse_crossing_has_no_likelier_variances_nearby(seed: int) -> None:
    rng = np.random.default_rng(seed)
    people, raters = rng.integers(0, 25, 90), rng.integers(0, 12, 90)
    y = rng.normal(0, 1, 25)[people] + rng.normal(0, 0.7, 12)[raters] + rng.normal(0, 1, 90)
    fit = reml(y, [people, raters])
    found = variances_of(fit)
    factors = [people, raters]
    fixed, groups = np.ones((90, 1)), np.zeros(90, dtype=np.int64)
    top = likelihood(y, factors, fixed, groups, found)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(top, rel=SAME_FORMULA)
    for place, variance in enumerate(found):
        for moved in (1e-3,) if variance == 0 else (variance * 0.99, variance * 1.01):
            nearby = found.copy()
            nearby[place] = moved
            assert likelihood(y, factors, fixed, groups, nearby) < top


@pytest.mark.filterwarnings("ignore")
def test_statsmodels_agrees_on_nested_factors() -> None:
    models = pytest.importorskip("statsmodels.regression.mixed_linear_model")
    rng = np.random.default_rng(8)
    table = pd.DataFrame({"unit": np.repeat(np.arange(30), 12), "rater": np.tile(np.repeat(np.arange(4), 3), 30)})
    table["y"] = (
        rng.normal(0, 2, 30)[table["unit"]]
        + rng.normal(0, 1, (30, 4))[table["unit"], table["rater"]]
        + rng.normal(0, 1, len(table))
    )
    table = table[rng.random(len(table)) < 0.8]
    fit = reml(table["y"], [table["unit"], table["unit"] * 4 + table["rater"]])
    model = models.MixedLM.from_formula(
        "y ~ 1", table, groups="unit", re_formula="1", vc_formula={"rater": "0 + C(rater)"}
    )
    other = model.fit(reml=True, gtol=1e-10)
    found = (float(np.asarray(other.cov_re)[0, 0]), float(other.vcomp[0]))
    assert fit.components == pytest.approx(found, rel=math.sqrt(ITERATIVE))
    assert fit.residual[0] == pytest.approx(other.scale, rel=math.sqrt(ITERATIVE))
    assert fit.log_likelihood >= other.llf - abs(other.llf) * ITERATIVE


def test_a_factor_is_absorbed_with_those_nested_in_it() -> None:
    person, item = (axis.ravel() for axis in np.indices((6, 4)))
    both, rater = person * 4 + item, (person + item) % 5
    factors = [item, person, both, rater]
    levels = [4, 6, 24, 5]
    assert cheapest(factors, levels, nested=True) == (1, [1, 2])
    assert cheapest(factors, levels, nested=False) == (2, [2])


def test_blocks_are_inverted_as_the_whole_matrix() -> None:
    root = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
    inner = np.array([3, 0, 0, 1, 1, 2, 4, 4, 5])
    indicators = np.hstack([np.eye(3)[root], np.eye(6)[inner]])
    cross = indicators.T @ indicators
    half, logdet = AbsorbedBlocks([root, inner], [0, 1], 0).inverse_triangle(csr_array(cross))
    inverse = (half.T @ half).toarray()
    assert inverse == pytest.approx(np.linalg.inv(np.eye(9) + cross), rel=SAME_FORMULA, abs=SAME_FORMULA)
    assert logdet == pytest.approx(np.linalg.slogdet(np.eye(9) + cross)[1], rel=SAME_FORMULA)
