"""The table of six forms, variance components and measurement error: published values, laws and ugly tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from perfkit.errors import MethodError
from perfkit.reliability.icc import FORMS, icc, icc_table, measurement_error, variance_components
from tests.tolerances import ITERATIVE, PRINTED, SAME_FORMULA

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
GAPS = SHROUT_FLEISS.copy()
GAPS[0, 1] = GAPS[3, 2] = np.nan


def codes(found: object) -> set[str]:
    return {caveat.code for caveat in found.caveats}  # type: ignore[attr-defined]


@pytest.mark.parametrize("table", [SHROUT_FLEISS, GAPS])
def test_the_table_holds_what_icc_gives(table: np.ndarray) -> None:
    found = icc_table(table, level=0.9, null=0.1, missing="available")
    for form in FORMS:
        assert found.form(form) == icc(table, form=form, level=0.9, null=0.1, missing="available") or (
            found.form(form).to_record() == icc(table, form=form, level=0.9, null=0.1, missing="available").to_record()
        )
    frame = found.to_frame()
    assert list(frame["form"]) == list(FORMS)
    assert frame["value"].notna().all()


def test_rater_bias_is_what_agreement_lacks_of_consistency() -> None:
    found = icc_table(SHROUT_FLEISS)
    ratio = found.form("ICC(A,1)").value / found.form("ICC(C,1)").value
    assert found.rater_variance_share == pytest.approx(1 - ratio, rel=SAME_FORMULA)
    assert found.rater_means == pytest.approx(SHROUT_FLEISS.mean(axis=0), rel=SAME_FORMULA)


def test_raters_without_bias_have_no_share() -> None:
    table = SHROUT_FLEISS - SHROUT_FLEISS.mean(axis=0)
    found = icc_table(table)
    assert found.rater_variance_share == 0
    assert "NEGATIVE_COMPONENT" in codes(found)


def test_raters_are_named() -> None:
    frame = pd.DataFrame(SHROUT_FLEISS, columns=list("甲乙丙丁"))
    assert list(icc_table(frame).raters_frame()["rater"]) == list("甲乙丙丁")
    assert icc_table(frame).raters_frame()["distance"].sum() == pytest.approx(0, abs=SAME_FORMULA)


@pytest.mark.parametrize("missing", ["listwise", "available"])
@pytest.mark.parametrize(
    "table",
    [np.empty((0, 3)), [[1.0, 2]], [[1.0], [2]], np.full((4, 3), 2.0), np.full((3, 3), np.nan)],
)
def test_ugly_tables_give_nan_and_a_reason(table: object, missing: str) -> None:
    found = icc_table(table, missing=missing)  # type: ignore[arg-type]
    assert all(math.isnan(one.value) and one.caveats for one in found.forms)
    assert math.isnan(found.rater_variance_share)
    assert found.caveats
    parts = variance_components(table, missing=missing, estimator="reml")  # type: ignore[arg-type]
    assert math.isnan(parts.evaluand)
    assert parts.caveats


def test_components_of_shrout_and_fleiss() -> None:
    for estimator in ("anova", "reml"):
        found = variance_components(SHROUT_FLEISS, estimator=estimator)  # type: ignore[arg-type]
        assert found.icc_agreement == pytest.approx(0.29, abs=PRINTED(2))
        assert found.icc_consistency == pytest.approx(0.71, abs=PRINTED(2))
        assert found.to_frame()["share"].sum() == pytest.approx(1, rel=SAME_FORMULA)


def test_anova_keeps_a_negative_component_and_reml_sets_it_to_zero() -> None:
    table = SHROUT_FLEISS - SHROUT_FLEISS.mean(axis=0)
    below, at_zero = variance_components(table), variance_components(table, estimator="reml")
    assert below.rater < 0
    assert "NEGATIVE_COMPONENT" in codes(below)
    assert at_zero.rater == 0
    assert "BOUNDARY" in codes(at_zero)


def test_anova_of_gaps_is_refused() -> None:
    with pytest.raises(MethodError, match="RL-ANOVA"):
        variance_components(GAPS, missing="available")
    with pytest.raises(MethodError, match="RL-CHOICE"):
        variance_components(GAPS, estimator="ml")  # type: ignore[arg-type]


def test_components_scale_with_the_square_of_the_unit() -> None:
    one = variance_components(GAPS, estimator="reml", missing="available")
    two = variance_components(10 * GAPS + 5, estimator="reml", missing="available")
    assert (two.evaluand, two.rater, two.residual) == pytest.approx(
        (100 * one.evaluand, 100 * one.rater, 100 * one.residual), rel=ITERATIVE
    )


@pytest.mark.parametrize(("kind", "df"), [("consistency", 15), ("oneway", 18)])
def test_error_interval_is_chi_square(kind: str, df: int) -> None:
    found = measurement_error(SHROUT_FLEISS, kind=kind, level=0.9)  # type: ignore[arg-type]
    wanted = [found.value * math.sqrt(df / chi2.ppf(share, df)) for share in (0.95, 0.05)]
    assert (found.interval.low, found.interval.high) == pytest.approx(wanted, rel=SAME_FORMULA)
    assert found.mdc95 == pytest.approx(1.96 * math.sqrt(2) * found.value, rel=SAME_FORMULA)
    assert found.repeatability == found.mdc95_exact_z


def test_agreement_error_adds_the_raters_and_has_no_exact_interval() -> None:
    found = measurement_error(SHROUT_FLEISS)
    parts = variance_components(SHROUT_FLEISS)
    assert found.value == pytest.approx(math.sqrt(parts.rater + parts.residual), rel=SAME_FORMULA)
    assert not found.interval.known
    assert codes(found) == {"NO_ANALYTIC_INTERVAL"}


def test_error_of_one_rater_pair_is_that_of_the_differences() -> None:
    x, y = SHROUT_FLEISS[:, 0], SHROUT_FLEISS[:, 3]
    found = measurement_error(np.column_stack([x, y]), kind="consistency")
    assert found.value == pytest.approx((x - y).std(ddof=1) / math.sqrt(2), rel=SAME_FORMULA)


def test_error_of_gaps_uses_every_rating() -> None:
    parts = variance_components(GAPS, estimator="reml", missing="available")
    agreement = measurement_error(GAPS, missing="available")
    assert agreement.value == pytest.approx(math.sqrt(parts.rater + parts.residual), rel=SAME_FORMULA)
    one_way = measurement_error(GAPS, kind="oneway", missing="available")
    free = 22 - 6
    within = np.nansum((GAPS - np.nanmean(GAPS, axis=1, keepdims=True)) ** 2) / free
    assert one_way.value == pytest.approx(math.sqrt(within), rel=SAME_FORMULA)
    assert one_way.df == free
    assert one_way.interval.known


@pytest.mark.parametrize("kind", ["consistency", "agreement", "oneway"])
def test_ugly_errors(kind: str) -> None:
    for table in (np.empty((0, 3)), [[1.0, 2]], [[1.0], [2]], np.full((3, 3), np.nan)):
        for missing in ("listwise", "available"):
            found = measurement_error(table, kind=kind, missing=missing)  # type: ignore[arg-type]
            assert math.isnan(found.value)
            assert found.caveats
    exact = measurement_error(np.column_stack([[0.1, 0.2, 0.9]] * 3), kind=kind)  # type: ignore[arg-type]
    assert exact.value == 0
    assert exact.caveats
    far = measurement_error(SHROUT_FLEISS + 1e9, kind=kind)  # type: ignore[arg-type]
    assert far.value == pytest.approx(measurement_error(SHROUT_FLEISS, kind=kind).value, rel=ITERATIVE)  # type: ignore[arg-type]
    with pytest.raises(MethodError, match="RL-CHOICE"):
        measurement_error(SHROUT_FLEISS, kind="absolute")  # type: ignore[arg-type]
