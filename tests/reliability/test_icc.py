"""ICC of one form: published values, invariants, the laws of limits and tests, and ugly tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError
from perfkit.reliability.icc import FORMS, Form, icc
from tests.tolerances import ITERATIVE, PRINTED, SAME_FORMULA

FloatArray = NDArray[np.float64]

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
# Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428, Table 4, in the order of FORMS.
PRINTED_VALUES = (0.17, 0.29, 0.71, 0.44, 0.62, 0.91)

TABLES = arrays(
    np.float64,
    st.tuples(st.integers(3, 8), st.integers(2, 5)),
    elements=st.integers(0, 20).map(float),
)


def codes(found: object) -> set[str]:
    return {caveat.code for caveat in found.caveats}  # type: ignore[attr-defined]


def same(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == pytest.approx(other, rel=SAME_FORMULA, abs=SAME_FORMULA)


@pytest.mark.parametrize(("form", "printed"), list(zip(FORMS, PRINTED_VALUES, strict=True)))
def test_shrout_and_fleiss(form: Form, printed: float) -> None:
    found = icc(SHROUT_FLEISS, form=form)
    assert found.value == pytest.approx(printed, abs=PRINTED(2))
    assert found.form == form
    assert (found.n_used, found.n_raters, found.missing) == (6, 4, "listwise")


def test_mean_squares_of_shrout_and_fleiss() -> None:
    found = icc(SHROUT_FLEISS)
    squares = (found.ms_evaluand, found.ms_within, found.ms_rater, found.ms_residual)
    for computed, printed in zip(squares, (11.24, 6.26, 32.49, 1.02), strict=True):
        assert computed == pytest.approx(printed, abs=PRINTED(2))


@settings(max_examples=40, deadline=None)
@given(TABLES, st.randoms(use_true_random=False))
def test_order_and_affine_change_of_scale_do_not_matter(table: FloatArray, random: object) -> None:
    rows, columns = list(range(table.shape[0])), list(range(table.shape[1]))
    random.shuffle(rows)  # type: ignore[attr-defined]
    random.shuffle(columns)  # type: ignore[attr-defined]
    other = 3.7 * table[np.ix_(rows, columns)] - 11
    for form in FORMS:
        one, two = icc(table, form=form), icc(other, form=form)
        assert same(one.value, two.value)
        assert same(one.interval.low, two.interval.low)
        assert same(one.interval.high, two.interval.high)
        assert same(one.p, two.p)
        assert codes(one) - {"CONSTANT_RATER"} == codes(two) - {"CONSTANT_RATER"}


@settings(max_examples=40, deadline=None)
@given(TABLES)
def test_nan_never_comes_alone(table: FloatArray) -> None:
    for form in FORMS:
        found = icc(table, form=form)
        if math.isnan(found.value) or not found.interval.known:
            assert found.caveats


@settings(max_examples=40, deadline=None)
@given(TABLES)
def test_consistency_does_not_see_a_shift_of_one_rater(table: FloatArray) -> None:
    shifted = table + np.arange(table.shape[1]) * 5.0
    assert same(icc(table, form="ICC(C,1)").value, icc(shifted, form="ICC(C,1)").value)


# Not the agreement forms: their limits take the degrees of freedom at the estimate, their test at the null.
@pytest.mark.parametrize("form", [form for form in FORMS if not form.startswith("ICC(A")])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_lower_limit_is_the_null_that_the_test_just_rejects(form: Form, level: float) -> None:
    rng = np.random.default_rng(4)
    table = rng.normal(size=(15, 1)) * 2 + rng.normal(size=(15, 4))
    found = icc(table, form=form, level=level)
    assert icc(table, form=form, null=found.interval.low).p == pytest.approx((1 - level) / 2, rel=ITERATIVE)


def test_the_average_forms_test_the_same_hypothesis_by_spearman_brown() -> None:
    for model in "1AC":
        single: Form = f"ICC({model},1)"  # type: ignore[assignment]
        average: Form = f"ICC({model},k)"  # type: ignore[assignment]
        one = icc(SHROUT_FLEISS, form=single, null=0.3)
        two = icc(SHROUT_FLEISS, form=average, null=4 * 0.3 / (1 + 3 * 0.3))
        assert (one.f_statistic, one.df2, one.p) == pytest.approx((two.f_statistic, two.df2, two.p), rel=SAME_FORMULA)


def test_the_null_of_agreement_changes_the_degrees_of_freedom() -> None:
    assert icc(SHROUT_FLEISS).df2 == 15
    assert icc(SHROUT_FLEISS, null=0.5).df2 != 15


@pytest.mark.parametrize("null", [1.0, 1.5, -1 / 3, -2.0, math.nan])
def test_a_null_that_is_no_coefficient_is_refused(null: float) -> None:
    with pytest.raises(MethodError, match="RL-NULL"):
        icc(SHROUT_FLEISS, null=null)


@pytest.mark.parametrize("form", FORMS)
def test_a_huge_offset_does_not_matter(form: Form) -> None:
    near, far = icc(SHROUT_FLEISS, form=form), icc(SHROUT_FLEISS + 1e9, form=form)
    assert far.value == pytest.approx(near.value, rel=ITERATIVE)
    assert far.interval.low == pytest.approx(near.interval.low, rel=ITERATIVE)


@pytest.mark.parametrize("form", FORMS)
def test_identical_ratings_are_undefined(form: Form) -> None:
    for table in (np.full((6, 3), 4.0), np.array([[0.1 + 0.2, 0.3], [0.3, 0.3], [0.3, 0.1 + 0.2]])):
        found = icc(table, form=form)
        assert math.isnan(found.value)
        assert math.isnan(found.p)
        assert not found.interval.known
        assert "NO_VARIANCE" in codes(found)


@pytest.mark.parametrize("form", FORMS)
def test_perfect_agreement(form: Form) -> None:
    table = np.column_stack([[0.1, 0.2, 0.7, 0.9]] * 3)
    table[2, 1] = 0.3 + 0.4
    found = icc(table, form=form)
    assert found.value == 1
    assert math.isinf(found.f_statistic)
    assert not found.interval.known
    assert "PERFECT_AGREEMENT" in codes(found)


def test_raters_a_constant_apart_are_consistent_but_do_not_agree() -> None:
    table = np.add.outer([1.0, 4, 6, 9], [0.0, 2, 5])
    assert icc(table, form="ICC(C,1)").value == 1
    agreement = icc(table, form="ICC(A,1)")
    assert agreement.value < 1
    assert agreement.interval.known


@pytest.mark.parametrize("form", FORMS)
def test_no_difference_between_evaluands(form: Form) -> None:
    found = icc([[1, 3], [3, 1], [2, 2]], form=form)
    assert not found.interval.known
    assert found.caveats
    assert found.f_statistic == 0


def test_a_limit_past_the_minimum_is_nan() -> None:
    for form in ("ICC(A,1)", "ICC(A,k)"):
        found = icc([[2, 3], [5, 4.0]], form=form)  # type: ignore[arg-type]
        assert math.isnan(found.interval.low)
        assert "LIMIT_PAST_MINIMUM" in codes(found)


def test_a_value_past_the_minimum_is_said() -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(10, 3)) + 3 * np.eye(3)[np.arange(10) % 3]
    table -= table.mean(axis=1, keepdims=True) * 0.99
    found = icc(table, form="ICC(A,1)")
    assert found.value < -0.5
    assert "VALUE_PAST_MINIMUM" in codes(found)


def test_a_constant_rater_is_named() -> None:
    frame = pd.DataFrame({"甲": [3.0, 3, 3, 3], "乙": [1.0, 2, 3, 5]})
    found = icc(frame)
    assert found.interval.known or found.caveats
    assert any(caveat.code == "CONSTANT_RATER" and "甲" in caveat.text for caveat in found.caveats)


@pytest.mark.parametrize("missing", ["listwise", "available"])
@pytest.mark.parametrize(
    ("table", "code"),
    [
        (np.empty((0, 3)), "TOO_FEW"),
        ([[1.0, 2, 3]], "TOO_FEW"),
        ([[1.0], [2], [3]], "TOO_FEW_RATERS"),
        ([[np.nan, np.nan], [np.nan, np.nan]], "TOO_FEW"),
    ],
)
def test_too_little_is_said(table: object, code: str, missing: str) -> None:
    for form in FORMS:
        found = icc(table, form=form, missing=missing)  # type: ignore[arg-type]
        assert math.isnan(found.value)
        assert codes(found) & {code, "TOO_FEW_RATERS"}


def test_two_evaluands_and_two_raters() -> None:
    found = icc([[1.0, 2], [5, 6]], form="ICC(C,1)")
    assert found.value == 1


def test_missing_is_dropped_before_counting() -> None:
    table = np.vstack([SHROUT_FLEISS, [[np.nan, 1, 2, 3], [1, 2, np.nan, np.nan]]])
    found = icc(table)
    assert (found.n_used, found.n_dropped) == (6, 2)
    assert found.value == icc(SHROUT_FLEISS).value


def test_a_rater_without_ratings() -> None:
    table = np.column_stack([SHROUT_FLEISS, np.full(6, np.nan)])
    assert "TOO_FEW" in codes(icc(table))
    found = icc(table, missing="available")
    assert found.value == pytest.approx(icc(SHROUT_FLEISS).value, rel=SAME_FORMULA)
    assert "RATER_WITHOUT_RATINGS" in codes(found)


@pytest.mark.parametrize(
    "options",
    [{"form": "ICC2"}, {"missing": "pairwise"}, {"interval": "t"}, {"estimator": "ml"}, {"level": 95}],
)
def test_options_that_do_not_exist_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(MethodError):
        icc(SHROUT_FLEISS, **options)  # type: ignore[arg-type]


def test_text_is_refused() -> None:
    with pytest.raises(DataError):
        icc([["优", "良"], ["中", "差"]])


def test_the_record_is_plain() -> None:
    record = icc(SHROUT_FLEISS).to_record()
    assert record["kind"] == "icc"
    assert record["interval"]["level"] == 0.95
    assert icc(SHROUT_FLEISS).to_frame().shape[0] == 1
