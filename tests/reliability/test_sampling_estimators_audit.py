"""The total error of book values: relations between the estimators, finite population, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from perfkit.errors import MethodError
from perfkit.reliability.sampling.design import simple_random, stratified
from perfkit.reliability.sampling.estimators import difference_estimator, mean_per_unit, regression_estimator
from perfkit.reliability.sampling.estimators_audit import METHODS, audit_total_error
from perfkit.reliability.sampling.estimators_ratio import ratio_estimator
from tests.tolerances import SAME_FORMULA

DESIGN = simple_random(400, book_total=41_000.0)
NAMES: dict[str, Any] = {"book": "book", "audit": "audit"}


def _sample(n: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    book = rng.lognormal(4.5, 0.5, n).round(2)
    return pd.DataFrame({"book": book, "audit": np.where(rng.random(n) < 0.3, book * rng.random(n), book).round(2)})


@pytest.mark.parametrize("estimator", METHODS)
def test_each_is_the_book_total_less_its_twin(estimator: Any) -> None:
    frame = _sample()
    twins = {
        "difference": difference_estimator,
        "quotient": ratio_estimator,
        "direct": mean_per_unit,
        "regression": regression_estimator,
    }
    found = audit_total_error(frame, design=DESIGN, estimator=estimator, **NAMES)
    options = {"value": "audit"} | ({} if estimator == "direct" else {"book": "book"})
    twin = twins[estimator](frame, design=DESIGN, estimand="total", **options)
    assert found.value == pytest.approx(41_000 - twin.value, rel=SAME_FORMULA)
    if estimator in ("difference", "direct"):
        assert found.se == pytest.approx(twin.se, rel=SAME_FORMULA)


@pytest.mark.parametrize("estimator", METHODS)
def test_finite_population_factor(estimator: Any) -> None:
    finite, endless = (
        audit_total_error(_sample(), design=DESIGN, estimator=estimator, finite_population=one, **NAMES)
        for one in (True, False)
    )
    assert finite.se == pytest.approx(endless.se * np.sqrt(1 - 40 / 400), rel=SAME_FORMULA)
    assert finite.value == endless.value
    assert finite.method != endless.method


@pytest.mark.parametrize("estimator", METHODS)
def test_a_stratum_taken_in_full_adds_its_error(estimator: Any) -> None:
    frame = _sample().assign(part="rest")
    large = pd.DataFrame({"book": [5000.0, 4000.0], "audit": [4500.0, 4000.0], "part": "large"})
    design = stratified("part", {"large": 2, "rest": 400}, book_total=50_000.0, certainty=["large"])
    both = audit_total_error(pd.concat([large, frame]), design=design, estimator=estimator, **NAMES)
    alone = audit_total_error(frame, design=DESIGN, estimator=estimator, **NAMES)
    assert both.value == pytest.approx(alone.value + 500, rel=SAME_FORMULA)
    assert both.se == pytest.approx(alone.se, rel=SAME_FORMULA)


@pytest.mark.parametrize("estimator", METHODS)
def test_strata_add(estimator: Any) -> None:
    frame = _sample().assign(part=lambda one: np.where(one["book"] > 90, "large", "small"))
    sizes, totals = {"large": 100, "small": 300}, {"large": 15_000.0, "small": 20_000.0}
    both = audit_total_error(
        frame, design=stratified("part", sizes, book_totals=totals), estimator=estimator, least_n=2, **NAMES
    )
    alone = [
        audit_total_error(
            frame[frame["part"] == name],
            design=simple_random(sizes[name], book_total=totals[name]),
            estimator=estimator,
            least_n=2,
            **NAMES,
        )
        for name in sizes
    ]
    assert both.value == pytest.approx(sum(one.value for one in alone), rel=SAME_FORMULA)
    assert both.se == pytest.approx(np.hypot(alone[0].se, alone[1].se), rel=SAME_FORMULA)
    assert both.df == 38
    if estimator != "difference":
        with pytest.raises(MethodError, match="SP-POPULATION"):
            audit_total_error(frame, design=stratified("part", sizes), estimator=estimator, **NAMES)


def test_ugly_samples() -> None:
    frame = _sample()
    right = audit_total_error(frame.assign(audit=frame["book"]), design=DESIGN, **NAMES)
    assert right.value == 0
    assert [caveat.code for caveat in right.caveats] == ["ZERO_STANDARD_ERROR"]
    few = audit_total_error(frame.head(4), design=DESIGN, **NAMES)
    assert [caveat.code for caveat in few.caveats] == ["TOO_FEW_FOR_INTERVAL"]
    flat = audit_total_error(frame.assign(book=100.0), design=DESIGN, estimator="regression", **NAMES)
    assert np.isnan(flat.value)
    assert [caveat.code for caveat in flat.caveats] == ["NO_SPREAD_IN_BOOK"]
    empty = audit_total_error(frame.head(0), design=DESIGN, **NAMES)
    assert np.isnan(empty.value)
    assert empty.caveats
