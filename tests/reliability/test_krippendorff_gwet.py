"""Krippendorff's alpha in Gwet's form: equal to the metric form, invariants, ugly cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError
from perfkit.reliability.agreement import (
    agreement_weights,
    fleiss_kappa,
    krippendorff_alpha,
    krippendorff_alpha_gwet,
)
from tests.tolerances import SAME_FORMULA

NAN = float("nan")
SCALE = [1, 2, 3, 4, 5]
SCORES = arrays(
    np.float64,
    st.tuples(st.integers(3, 12), st.integers(2, 5)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, NAN]),
)


def same(value: float) -> object:
    return pytest.approx(value, rel=SAME_FORMULA, abs=SAME_FORMULA, nan_ok=True)


@given(SCORES)
@settings(deadline=None)
def test_identity_is_nominal_and_quadratic_is_interval(ratings: NDArray[np.float64]) -> None:
    for weights, metric in (("identity", "nominal"), ("quadratic", "interval")):
        gwet = krippendorff_alpha_gwet(ratings, weights=weights, categories=SCALE)
        alpha = krippendorff_alpha(ratings, metric=metric)
        assert gwet.value == same(alpha.value)
        assert gwet.n_used == alpha.n_used
        assert np.isnan(gwet.value) <= bool(gwet.caveats)
        assert gwet.interval.known or gwet.caveats


def test_ordinal_weights_are_not_the_ordinal_metric() -> None:
    ratings = [[1, 1], [1, 2], [2, 2], [3, 2], [4, 4], [5, 3]]
    gwet = krippendorff_alpha_gwet(ratings, weights="ordinal", categories=SCALE)
    assert abs(gwet.value - krippendorff_alpha(ratings, metric="ordinal").value) > 0.001


@given(SCORES, st.sampled_from(["identity", "linear", "quadratic", "ordinal"]), st.integers(0, 99))
@settings(deadline=None)
def test_order_of_raters_and_evaluands_does_not_matter(ratings: NDArray[np.float64], weights: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    turned = ratings[rng.permutation(len(ratings))][:, rng.permutation(ratings.shape[1])]
    one = krippendorff_alpha_gwet(ratings, weights=weights, categories=SCALE)
    other = krippendorff_alpha_gwet(turned, weights=weights, categories=SCALE)
    assert (other.value, other.interval.low, other.p) == (same(one.value), same(one.interval.low), same(one.p))


def test_the_standard_error_is_that_of_fleiss_kappa_on_complete_data() -> None:
    # Golden README: the SE of S0531 equals that of Fleiss' kappa, S0530.
    rng = np.random.default_rng(1)
    ratings = np.clip(np.round(rng.normal(3, 1, (40, 1)) + rng.normal(0, 1, (40, 3))), 1, 5)
    alpha, kappa = krippendorff_alpha_gwet(ratings), fleiss_kappa(ratings)
    assert alpha.se == same(kappa.se)
    assert alpha.value > kappa.value


def test_a_matrix_of_weights_is_its_name() -> None:
    ratings = [[1, 2], [2, 2], [5, 4], [3, NAN], [3, 3]]
    named = krippendorff_alpha_gwet(ratings, weights="linear", categories=SCALE)
    matrix = krippendorff_alpha_gwet(ratings, weights=agreement_weights(SCALE, "linear"), categories=SCALE)
    assert matrix.value == same(named.value)
    assert matrix.se == same(named.se)
    assert (named.n_used, named.n_dropped, named.n_ratings) == (4, 1, 8)


def test_labels_do_not_matter_without_weights() -> None:
    words = pd.DataFrame([["良", "良"], ["中", "良"], ["优", "优"], ["差", "中"], ["中", "中"]])
    numbers = words.replace({"差": 7, "中": 1, "良": 4, "优": 2}).astype(float)
    one, other = krippendorff_alpha_gwet(words), krippendorff_alpha_gwet(numbers)
    assert (one.value, one.se, one.p) == (same(other.value), same(other.se), same(other.p))
    with pytest.raises(DataError, match="AG-ORDER"):
        krippendorff_alpha_gwet(words, weights="linear")


def test_level_divisor_and_listwise() -> None:
    ratings = [[1, 2, 1], [2, 2, 2], [5, 4, NAN], [3, NAN, NAN], [3, 3, 4], [4, 4, 4], [1, 1, 2]]
    wide, narrow = (krippendorff_alpha_gwet(ratings, level=level) for level in (0.99, 0.9))
    assert wide.interval.low < narrow.interval.low < narrow.value == wide.value
    by_n = krippendorff_alpha_gwet(ratings, divisor="n")
    assert by_n.se == same(narrow.se * np.sqrt(5 / 6))
    assert krippendorff_alpha_gwet(ratings, missing="listwise").n_used == 5


@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        (np.empty((0, 2)), "TOO_FEW"),
        (np.array([[1.0, 2.0]]), "TOO_FEW"),
        (np.array([[1.0], [2.0]]), "TOO_FEW_RATERS"),
        (np.array([[1.0, NAN], [2.0, NAN]]), "TOO_FEW_RATERS"),
        (np.full((3, 2), NAN), "TOO_FEW"),
        (np.full((3, 2), 4.0), "NO_VARIANCE"),
    ],
)
def test_undefined(ratings: NDArray[np.float64], code: str) -> None:
    result = krippendorff_alpha_gwet(ratings, categories=SCALE)
    assert np.isnan(result.value)
    assert code in [caveat.code for caveat in result.caveats]
    assert not result.interval.known


def test_perfect_agreement_has_no_interval() -> None:
    result = krippendorff_alpha_gwet([[1, 1], [2, 2], [3, 3], [1, 1]])
    assert result.value == 1.0
    assert not result.interval.known
    assert "ZERO_STANDARD_ERROR" in [caveat.code for caveat in result.caveats]


def test_two_evaluands() -> None:
    result = krippendorff_alpha_gwet([[1, 2], [2, 2]])
    assert result.value == same(0.0)
    assert "SMALL_N" in [caveat.code for caveat in result.caveats]


def test_options_that_do_not_exist() -> None:
    for wrong in ({"weights": "cubic"}, {"divisor": "n-2"}, {"missing": "zero"}, {"level": 0}):
        with pytest.raises(MethodError):
            krippendorff_alpha_gwet([[1, 2], [2, 2]], **wrong)  # type: ignore[arg-type]
