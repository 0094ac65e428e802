"""Agreement coefficients on ugly tables: a number, or NaN with its reason, or a message that helps; never a surprise."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError
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
from perfkit.reliability.estimate import EstimateResult
from perfkit.reliability.grades import coded, grades

NAN = float("nan")
Statistic = Callable[..., EstimateResult]
MANY: dict[str, Statistic] = {
    "percent": percent_agreement,
    "fleiss": fleiss_kappa,
    "conger": conger_kappa,
    "brennan_prediger": brennan_prediger,
    "gwet": gwet_ac,
}
LISTWISE: dict[str, Statistic] = {
    "all_agree": all_raters_agree,
    "classic": fleiss_kappa_classic,
    "light": partial(light_kappa, interval="bootstrap", replicates=100),
}
TWO: dict[str, Statistic] = {
    "cohen": cohen_kappa,
    "cohen_t": partial(cohen_kappa, quantile="t"),
    "cohen_gwet": partial(cohen_kappa, variance="gwet"),
    "scott": scott_pi,
}
ALL = {**MANY, **LISTWISE, **TWO}
WEIGHTED = {name: call for name, call in ALL.items() if name not in ("all_agree", "classic")}
CHANCE_CORRECTED = {name: call for name, call in ALL.items() if name not in ("all_agree", "percent")}


def codes_of(result: EstimateResult) -> set[str]:
    return {caveat.code for caveat in result.caveats}


def explained(result: EstimateResult) -> None:
    """Show that nothing is NaN without a reason, and that what is known makes sense."""
    if math.isnan(result.value) or not (result.interval.known or result.kind == "fleiss_kappa_classic"):
        assert result.caveats, result
    if result.interval.known:
        assert result.interval.low <= result.value <= result.interval.high
    if not math.isnan(result.p):
        assert 0 <= result.p <= 1
    assert str(result)
    assert result.to_record()["n_used"] == result.n_used


@pytest.mark.parametrize("name", ALL)
@given(codes=arrays(np.int8, st.tuples(st.integers(0, 6), st.integers(0, 4)), elements=st.integers(-1, 2)))
def test_any_small_table_gives_a_number_or_a_reason(name: str, codes: NDArray[np.int8]) -> None:
    codes = codes[:, :2] if name in TWO else codes
    explained(ALL[name](coded(codes, [1, 2, 3])))


@pytest.mark.parametrize("name", ALL)
def test_no_evaluand_one_evaluand_two_evaluands(name: str) -> None:
    nothing = ALL[name](np.empty((0, 2)))
    assert math.isnan(nothing.value)
    assert codes_of(nothing) == {"TOO_FEW"}
    for ratings in ([[1, 2]], [[1, 1]], [[1, 2], [2, 2]], [[1, 2], [2, 1]]):
        explained(ALL[name](ratings))


@pytest.mark.parametrize("name", ALL)
def test_one_rater_and_no_rating(name: str) -> None:
    single = ALL[name]([[1], [2], [3]])
    assert math.isnan(single.value)
    assert codes_of(single) == {"TOO_FEW_RATERS"}
    empty = ALL[name](np.full((4, 2), NAN))
    assert math.isnan(empty.value)
    assert (codes_of(empty), empty.n_used, empty.n_dropped) == ({"TOO_FEW"}, 0, 4)


@pytest.mark.parametrize("name", ALL)
def test_one_category_is_undefined_beyond_raw_agreement(name: str) -> None:
    result = ALL[name](np.full((5, 2), 3))
    assert not result.interval.known or name == "all_agree"
    if name in CHANCE_CORRECTED:
        assert math.isnan(result.value)
        assert "NO_VARIANCE" in codes_of(result)
    else:
        assert result.value == 1


@pytest.mark.parametrize("name", MANY)
def test_perfect_agreement_claims_no_certainty(name: str) -> None:
    result = MANY[name]([[1, 1, 1], [2, 2, 2], [3, 3, 3], [1, 1, 1]])
    assert result.value == pytest.approx(1)
    assert not result.interval.known or name in ("fleiss", "conger")
    explained(result)


@pytest.mark.parametrize("name", ["cohen", "cohen_t", "cohen_gwet", "light", "conger"])
def test_a_constant_rater_of_two_gives_zero_without_an_interval(name: str) -> None:
    for weights in ("identity", "linear", "quadratic", "ordinal"):
        result = ALL[name]([[1, 2], [2, 2], [3, 2], [2, 2], [3, 2], [1, 2], [1, 2]], weights=weights)
        assert result.value == 0
        assert not result.interval.known
        assert "CONSTANT_RATER" in codes_of(result)


def test_a_constant_rater_among_several_keeps_the_interval_of_the_others() -> None:
    result = conger_kappa([[1, 2, 1], [2, 2, 2], [3, 2, 3], [2, 2, 3], [3, 2, 3], [1, 2, 2]])
    assert result.interval.known
    assert "CONSTANT_RATER" in codes_of(result)


def test_two_constant_raters_who_differ() -> None:
    result = cohen_kappa([[1, 2]] * 5)
    assert (result.value, result.interval.known) == (0, False)
    assert "CONSTANT_RATER" in codes_of(result)
    assert scott_pi([[1, 2]] * 5).value == -1


@pytest.mark.parametrize("name", MANY)
def test_a_rater_without_ratings_is_left_out_and_said(name: str) -> None:
    ratings = np.array([[1, 1, NAN], [2, 2, NAN], [2, 3, NAN], [3, 3, NAN]])
    result = MANY[name](ratings)
    assert result.value == MANY[name](ratings[:, :2]).value
    assert "EMPTY_RATER" in codes_of(result)
    dropped = MANY[name](ratings, missing="listwise")
    assert math.isnan(dropped.value)
    assert dropped.n_dropped == 4


@pytest.mark.parametrize("name", MANY)
def test_nobody_rated_twice(name: str) -> None:
    result = MANY[name]([[1, NAN], [NAN, 2], [3, NAN]])
    assert math.isnan(result.value)
    assert codes_of(result) == {"NO_PAIRS"}


@pytest.mark.parametrize("name", ALL)
def test_drop_first_then_count(name: str) -> None:
    result = ALL[name]([[1, 1], [2, 2], [2, 3], [3, NAN], [NAN, NAN], [3, 3]])
    listwise = name not in MANY
    assert (result.n_used, result.n_dropped) == ((4, 2) if listwise else (5, 1))
    assert result.missing == ("listwise" if listwise else "available")


@pytest.mark.parametrize("name", ALL)
def test_huge_grades_and_unbalanced_counts(name: str) -> None:
    small = np.array([[0, 0], [1, 1], [1, 2], [2, 2]] + [[1, 1]] * 40)
    assert ALL[name](small + 1e9).value == ALL[name](small).value


@pytest.mark.parametrize("name", ALL)
def test_words_are_grades_too(name: str) -> None:
    words = np.array([["优", "优"], ["良", "良"], ["良", "中"], ["中", "中"], [None, "优"]], dtype=object)
    numbers = [[3, 3], [2, 2], [2, 1], [1, 1], [NAN, 3]]
    scale = ["中", "良", "优"]
    assert ALL[name](words).value == pytest.approx(ALL[name](numbers).value)
    if name in WEIGHTED:
        known = WEIGHTED[name](words, categories=scale, weights="quadratic").value
        assert known == WEIGHTED[name](numbers, weights="quadratic").value
        frame = pd.DataFrame(words).astype(pd.CategoricalDtype(scale, ordered=True))
        assert WEIGHTED[name](frame, weights="quadratic").value == known


@pytest.mark.parametrize("name", WEIGHTED)
def test_words_without_an_order_carry_no_weights(name: str) -> None:
    words = np.array([["优", "优"], ["良", "良"], ["良", "中"]], dtype=object)
    unordered = pd.DataFrame(words).astype(pd.CategoricalDtype(["中", "良", "优"], ordered=False))
    for ratings in (words, unordered, grades(words)):
        with pytest.raises(DataError, match=r"AG-ORDER.*categories"):
            WEIGHTED[name](ratings, weights="linear")
    with pytest.raises(DataError, match="AG-ORDER"):
        all_raters_agree(words, tolerance=1)


@pytest.mark.parametrize("name", WEIGHTED)
@pytest.mark.parametrize(
    "matrix",
    [
        np.eye(2),
        1 - np.eye(3),
        np.ones((3, 3)),
        [[1, 0.5, 0], [0.4, 1, 0], [0, 0, 1]],
        [[1, 2, 0], [2, 1, 0], [0, 0, 1]],
        [[1, NAN, 0], [NAN, 1, 0], [0, 0, 1]],
    ],
)
def test_a_matrix_that_is_no_matrix_of_weights(name: str, matrix: Any) -> None:
    with pytest.raises(DataError, match="AG-WEIGHTS"):
        WEIGHTED[name]([[1, 1], [2, 2], [2, 3]], weights=matrix)


@pytest.mark.parametrize("name", ALL)
def test_malformed_input_is_refused_in_words(name: str) -> None:
    with pytest.raises(DataError, match="RT-SHAPE"):
        ALL[name]([1, 2, 3])
    with pytest.raises(DataError, match=r"GR-OUTSIDE.*第 2 行 第 1 列"):
        ALL[name]([[1, 1], [9, 2]], categories=[1, 2])
    with pytest.raises(DataError, match=r"GR-GRADE.*第 1 行 第 2 列"):
        ALL[name]([[1, math.inf], [2, 2]])
    with pytest.raises(MethodError, match="RL-LEVEL"):
        ALL[name]([[1, 1], [2, 2]], level=95)


@pytest.mark.parametrize("name", WEIGHTED)
def test_options_that_do_not_exist(name: str) -> None:
    for weights in ("cubic", "matrix", ""):
        with pytest.raises(MethodError, match=r"RL-CHOICE.*weights"):
            WEIGHTED[name]([[1, 1], [2, 2]], weights=weights)


@pytest.mark.parametrize("name", CHANCE_CORRECTED)
def test_scores_of_thousands_of_values_are_sent_elsewhere(name: str) -> None:
    with pytest.raises(MethodError, match=r"AG-CATEGORIES.*krippendorff_alpha"):
        ALL[name](np.random.default_rng(1).normal(size=(3000, 2)))


def test_other_options_that_do_not_exist() -> None:
    ratings = [[1, 1], [2, 2], [1, 2]]
    for call in (
        partial(gwet_ac, missing="pairwise"),
        partial(scott_pi, divisor="n-2"),
        partial(cohen_kappa, variance="null"),
        partial(cohen_kappa, quantile="z"),
        partial(light_kappa, interval="jackknife"),
        partial(all_raters_agree, tolerance=-1),
    ):
        with pytest.raises(MethodError):
            call(ratings)
    with pytest.raises(MethodError, match="RL-CHOICE"):
        agreement_weights([1, 2, 3], "cubic")


@pytest.mark.parametrize("name", TWO)
def test_three_raters_are_sent_elsewhere(name: str) -> None:
    with pytest.raises(MethodError, match=r"AG-TWO-RATERS.*fleiss_kappa"):
        TWO[name]([[1, 1, 1], [2, 2, 3]])


def test_the_cut_is_said_only_where_it_was_made() -> None:
    near = np.array([[1, 1], [2, 2], [3, 3], [4, 4], [1, 1], [2, 2], [3, 3], [3, 4]])
    assert gwet_ac(near).interval.high == 1
    assert "CLIPPED" in codes_of(gwet_ac(near))
    far = np.array([[1, 2], [2, 2], [3, 1], [4, 4], [1, 3], [2, 2], [3, 3], [3, 4]])
    assert gwet_ac(far).interval.high < 1
    assert "CLIPPED" not in codes_of(gwet_ac(far))


def test_names_of_raters_reach_the_caveat() -> None:
    frame = pd.DataFrame({"甲": [1, 2, 3, 2], "乙": [2, 2, 2, 2]})
    for variance in ("fce1969", "gwet"):
        assert any("乙" in caveat.text for caveat in cohen_kappa(frame, variance=variance).caveats)


@given(
    ratings=arrays(
        np.float64,
        st.tuples(st.integers(1, 8), st.integers(1, 4)),
        elements=st.sampled_from([NAN, -3.0, -2.0, 0.0, 0.5, 4.0, 90.0, 300.0]),
    )
)
def test_near_numbers_are_coded_as_words_are(ratings: NDArray[np.float64]) -> None:
    quick, careful = grades(ratings), grades(ratings.astype(object))
    assert quick.categories == careful.categories
    assert np.array_equal(quick.codes, careful.codes)
    assert quick.codes.dtype == careful.codes.dtype
