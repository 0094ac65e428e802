"""McDonald's omega: closed form of three items, scipy as second optimiser, invariants, ugly cases."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from perfkit.errors import MethodError
from perfkit.reliability.consistency import cronbach_alpha
from perfkit.reliability.consistency import omega_total as omega_of
from tests.reliability.test_consistency_alpha import codes, scale
from tests.tolerances import ITERATIVE, MONTE_CARLO

# Most of these tests are about the value: an interval in closed form is the quickest.
omega_total = partial(omega_of, interval="delta")


def uneven(n=200, seed=5, k=5):
    """Return items of one factor with loadings 0.4 … 1.6."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) * np.linspace(0.4, 1.6, k) + rng.normal(size=(n, k))


def test_three_items_have_a_closed_form():
    data = uneven(k=3)
    c = np.cov(data.T)
    loadings = np.sqrt([c[0, 1] * c[0, 2] / c[1, 2], c[0, 1] * c[1, 2] / c[0, 2], c[0, 2] * c[1, 2] / c[0, 1]])
    expected = loadings.sum() ** 2 / c.sum()
    for estimator in ("ml", "minres"):
        found = omega_total(data, estimator=estimator)
        assert found.value == pytest.approx(expected, rel=ITERATIVE)
        assert found.loadings == pytest.approx(loadings, rel=ITERATIVE)


def discrepancy(parameters, s):
    k = len(s)
    implied = np.outer(parameters[:k], parameters[:k]) + np.diag(parameters[k:])
    sign, logdet = np.linalg.slogdet(implied)
    return (logdet + np.trace(np.linalg.solve(implied, s))) / 2 if sign > 0 else 1e6


def test_likelihood_against_scipy():
    data = uneven()
    n, k = data.shape
    s = np.cov(data.T, ddof=0)
    best = minimize(discrepancy, np.full(2 * k, 0.8), args=(s,), method="BFGS", options={"gtol": 1e-9})
    found = omega_total(data)
    common, errors = best.x[:k].sum() ** 2, best.x[k:].sum()
    assert found.value == pytest.approx(common / (common + errors), rel=ITERATIVE)
    # The expected information is that of Σ itself: trace of products of derivatives, term by term.
    inverse = np.linalg.inv(np.outer(best.x[:k], best.x[:k]) + np.diag(best.x[k:]))
    unit = np.eye(k)
    slopes = [np.outer(unit[i], best.x[:k]) + np.outer(best.x[:k], unit[i]) for i in range(k)]
    slopes += [np.outer(unit[i], unit[i]) for i in range(k)]
    information = np.array([[np.trace(inverse @ a @ inverse @ b) / 2 for b in slopes] for a in slopes])
    root = math.sqrt(common)
    gradient = np.r_[np.full(k, 2 * root * errors), np.full(k, -common)] / (common + errors) ** 2
    se = math.sqrt(gradient @ np.linalg.solve(information, gradient) / n)
    assert found.se == pytest.approx(se, rel=1e2 * ITERATIVE)
    assert found.interval.high == pytest.approx(found.value + 1.959963984540054 * found.se, rel=ITERATIVE)


def test_minres_against_scipy():
    r = np.corrcoef(uneven().T)

    def residual(loadings):
        gap = r - np.outer(loadings, loadings)
        return float((gap[np.tril_indices(5, -1)] ** 2).sum())

    best = minimize(residual, np.full(5, 0.6), method="BFGS", options={"gtol": 1e-10}).x
    found = omega_total(uneven(), estimator="minres", metric="correlation")
    assert found.loadings == pytest.approx(best, rel=1e2 * ITERATIVE)
    assert found.uniquenesses == pytest.approx(1 - np.array(found.loadings) ** 2, rel=ITERATIVE)
    assert "INTERVAL_NOT_OFFERED" in codes(found)
    assert found.value > cronbach_alpha(uneven(), standardized=True, interval="none").value


@pytest.mark.parametrize("estimator", ["ml", "minres"])
@pytest.mark.parametrize("metric", ["covariance", "correlation"])
def test_bootstrap_equals_direct_resampling(estimator, metric):
    data = uneven(n=60, k=4)
    found = omega_total(data, estimator=estimator, metric=metric, interval="bootstrap", replicates=100, seed=3)
    rows = np.random.default_rng(3).integers(0, 60, size=(100, 60))
    drawn = [omega_total(data[x], estimator=estimator, metric=metric, interval="none").value for x in rows]
    assert found.interval.low == pytest.approx(np.nanquantile(drawn, 0.025), rel=ITERATIVE)
    assert found.interval_method == "bootstrap_percentile"


@pytest.mark.parametrize("metric", ["covariance", "correlation"])
def test_standard_error_is_that_of_repeated_samples(metric):
    values = np.array([omega_total(uneven(seed=seed), metric=metric, interval="none").value for seed in range(400)])
    found = np.array([omega_total(uneven(seed=seed), metric=metric).se for seed in range(50)])
    # The deviation of 400 values is known to about 1 in √800.
    assert found.mean() == pytest.approx(values.std(ddof=1), rel=MONTE_CARLO / math.sqrt(800))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100), shift=st.floats(-1e4, 1e4))
def test_invariants(seed, factor, shift):
    rng = np.random.default_rng(seed)
    data = uneven(n=80, seed=seed)
    for estimator in ("ml", "minres"):
        found = omega_total(data, estimator=estimator)
        for other in (data[rng.permutation(80)], data[:, rng.permutation(5)], factor * data + shift):
            again = omega_total(other, estimator=estimator)
            assert again.value == pytest.approx(found.value, rel=ITERATIVE)
            assert again.se == pytest.approx(found.se, rel=1e2 * ITERATIVE, nan_ok=True)


def test_correlation_metric_does_not_see_units():
    data = uneven()
    for estimator in ("ml", "minres"):
        plain = omega_total(data, estimator=estimator, metric="correlation")
        scaled = omega_total(data * [1, 10, 0.1, 7, 3], estimator=estimator, metric="correlation")
        assert scaled.value == pytest.approx(plain.value, rel=ITERATIVE)
        assert scaled.se == pytest.approx(plain.se, rel=1e2 * ITERATIVE, nan_ok=True)


def with_correlations(r12, r13, r23, n=50):
    rng = np.random.default_rng(0)
    raw = rng.normal(size=(n, 3))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw.T))).T
    return white @ np.linalg.cholesky(np.array([[1, r12, r13], [r12, 1, r23], [r13, r23, 1]])).T


def test_heywood_case_is_kept():
    data = pd.DataFrame(with_correlations(0.6, 0.6, 0.2), columns=["first", "b", "c"])
    found = omega_total(data)
    assert found.loadings[0] == pytest.approx(math.sqrt(1.8), rel=ITERATIVE)
    assert found.uniquenesses[0] < 0
    assert "first" in next(caveat.text for caveat in found.caveats if caveat.code == "HEYWOOD_CASE")
    assert "HEYWOOD_CASE" in codes(omega_total(data, estimator="minres"))
    assert "HEYWOOD_CASE" not in codes(omega_total(uneven()))
    assert "HEYWOOD_CASE" not in codes(omega_total(uneven(), estimator="minres"))


def test_no_proper_solution_is_said():
    found = omega_total(with_correlations(0.5, 0.5, -0.1))
    assert math.isnan(found.value)
    assert "NOT_CONVERGED" in codes(found)
    assert np.isfinite(omega_total(with_correlations(0.5, 0.5, -0.1), estimator="minres").value)


def test_singular_two_items_and_constant_item():
    data = scale(k=3)
    singular = np.column_stack([data, data[:, 0]])
    found = omega_total(singular)
    assert math.isnan(found.value)
    assert "SINGULAR_COVARIANCE" in codes(found)
    assert "SINGULAR_COVARIANCE" in codes(omega_total(scale(n=4, k=5)))
    assert np.isfinite(omega_total(singular, estimator="minres").value)
    assert "TOO_FEW_ITEMS" in codes(omega_total(data[:, :2]))
    data[:, 1] = 0.1
    assert math.isnan(omega_total(data).value)
    assert "CONSTANT_ITEM" in codes(omega_total(data))


def test_perfect_items():
    column = np.arange(8.0)
    found = omega_total(np.column_stack([column] * 4), estimator="minres")
    assert 0.99 < found.value <= 1
    assert "HEYWOOD_CASE" in codes(found)


def test_small_samples_offsets_and_missing():
    data = uneven(n=30)
    data[0, 0] = np.nan
    found = omega_total(data + 1e9)
    assert (found.n_used, found.n_dropped) == (29, 1)
    assert found.value == pytest.approx(omega_total(data).value, rel=ITERATIVE)
    assert "SMALL_N" in codes(found)
    wide = omega_total(with_correlations(0.2, 0.1, 0.1, n=20))
    assert "OUTSIDE_RANGE" in codes(wide)


def test_bad_choices():
    for wrong in ({"estimator": "pa"}, {"metric": "rank"}, {"interval": "feldt"}):
        with pytest.raises(MethodError, match="RL-CHOICE"):
            omega_total(scale(), **wrong)
