"""Satisfaction: the two real surveys, the intervals against scipy and statsmodels, and the honest refusals."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from perfkit.errors import MethodError
from perfkit.methods.survey import (
    mean_interval,
    satisfaction,
    satisfaction_from_counts,
    scale_alternatives,
    wilson_interval,
)
from perfkit.terms import SurveyAccess
from tests.tolerances import PRINTED, SAME_FORMULA

FRAME = SurveyAccess.FRAME_SAMPLE


@given(n=st.integers(1, 5000), share=st.floats(0, 1), level=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_wilson_agrees_with_statsmodels(n: int, share: float, level: float) -> None:
    successes = round(share * n)
    low, high = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    ours = wilson_interval(successes, n, level)
    assert ours.low == pytest.approx(low, abs=1e-12)
    assert ours.high == pytest.approx(high, abs=1e-12)


def test_mean_interval_agrees_with_scipy() -> None:
    values = np.random.default_rng(7).uniform(0.2, 0.9, 41)
    ours, caveats = mean_interval(values, None, 0.9)
    low, high = stats.t.interval(0.9, 40, loc=values.mean(), scale=stats.sem(values))
    assert (ours.low, ours.high) == pytest.approx((low, high), rel=SAME_FORMULA)
    assert not caveats
    whole, _ = mean_interval(values, 41, 0.9)
    assert whole.high - whole.low == pytest.approx(0, abs=1e-12)


def test_two_real_surveys(shared: Path) -> None:
    case = json.loads((shared / "cases" / "satisfaction_surveys.json").read_text("utf-8"))
    for survey in case["surveys"].values():
        result = satisfaction_from_counts(
            survey["counts_by_question"], access=SurveyAccess.OPEN_LINK, respondents=survey["respondents"]
        )
        assert result.value * 100 == pytest.approx(survey["published_satisfaction_pct"], abs=PRINTED(2))
        assert result.n_used == survey["respondents"]
        assert not result.interval.known
        assert {"COUNTS_ONLY", "NO_PROBABILITY_SAMPLE"} <= {caveat.code for caveat in result.caveats}
        others = dict(scale_alternatives(survey["counts_by_question"]))
        names = {"top_two": "top2box", "incl_neutral": "satisfied_incl_neutral"}
        for name, value in others.items():
            expected = survey["other_scales_for_comparison"].get(names.get(name, name))
            if expected is not None:
                assert value * 100 == pytest.approx(expected, abs=PRINTED(2))


def test_respondents_weigh_the_same_whatever_they_skipped() -> None:
    answers = [[0, 0, 0, 0], [4, np.nan, np.nan, np.nan]]
    result = satisfaction(answers, access=FRAME, framed=True)
    assert result.value == pytest.approx(0.5, rel=SAME_FORMULA)
    pooled = satisfaction_from_counts(result.counts, access=FRAME)
    assert pooled.value == pytest.approx(0.8, rel=SAME_FORMULA)


def test_drops_before_counting_and_says_so() -> None:
    answers = [[0], [np.nan], [1], [2]]
    result = satisfaction(answers, access=FRAME, framed=True, groups=["甲", "甲", "乙", "甲"])
    assert (result.n_used, result.n_dropped) == (3, 1)
    assert result.groups == (("甲", 2, 0.75), ("乙", 1, 0.75))
    assert result.interval.known
    assert "SMALL_N" in {caveat.code for caveat in result.caveats}


@pytest.mark.parametrize(
    ("access", "framed", "code"),
    [
        (SurveyAccess.OPEN_LINK, True, "NO_PROBABILITY_SAMPLE"),
        (SurveyAccess.ON_SITE, True, "NO_PROBABILITY_SAMPLE"),
        (FRAME, False, "NO_FRAME"),
    ],
)
def test_interval_is_withheld_without_a_design(access: SurveyAccess, framed: bool, code: str) -> None:
    result = satisfaction([[0], [1], [2]], access=access, framed=framed)
    assert math.isnan(result.interval.low)
    assert math.isnan(result.top_two_interval.low)
    assert code in {caveat.code for caveat in result.caveats}
    assert any("仅反映应答者" in caveat.text for caveat in result.caveats)


@pytest.mark.parametrize("answers", [[[0]], [[np.nan]], [[0], [0], [0]]])
def test_undefined_is_nan_with_a_caveat(answers: list[list[float]]) -> None:
    result = satisfaction(answers, access=FRAME, framed=True)
    assert not result.interval.known
    assert result.caveats


def test_bad_input_is_named() -> None:
    with pytest.raises(MethodError, match="SV-OPTION"):
        satisfaction([[5]], access=FRAME, framed=True)
    with pytest.raises(MethodError, match="SV-SCALE"):
        satisfaction([[0]], scale=(0, 25, 50), access=FRAME, framed=True)
    with pytest.raises(MethodError, match="SV-COUNTS"):
        satisfaction_from_counts([[1, 2, 3]], access=FRAME)


def test_frame_and_alternatives() -> None:
    result = satisfaction_from_counts([[1, 1, 0, 0, 0], [0, 0, 0, 0, 0]], access=FRAME)
    assert list(result.to_frame()["n"]) == [2, 0]
    assert math.isnan(result.to_frame()["mean"][1])
    assert scale_alternatives([[1, 2, 3]]) == ()
