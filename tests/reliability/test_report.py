"""The chooser: what it leads with, what it leaves out, which word it allows, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from perfkit.errors import DataError, MethodError
from perfkit.reliability.agreement import cohen_kappa, gwet_ac
from perfkit.reliability.grades import coded
from perfkit.reliability.icc import icc
from perfkit.reliability.ratings import score_rates
from perfkit.reliability.report import ReliabilityReport, reliability_report
from perfkit.terms import Measure, Roles, Statistic, Use

RNG = np.random.default_rng(7)
SCORES = np.round(85 + RNG.normal(0, 4, (30, 1)) + RNG.normal(0, 2, (30, 3)), 1)
GRADES = np.clip(np.round(2 + RNG.normal(0, 0.8, (60, 1)) + RNG.normal(0, 0.4, (60, 3))), 0, 3)
QUICK: dict[str, Any] = {"replicates": 200, "seed": 1}


def told(report: ReliabilityReport, use: Use) -> list[tuple[str, str]]:
    return [(item.statistic.value, item.variant) for item in report.of(use)]


def codes(report: ReliabilityReport) -> set[str]:
    return {caveat.code for caveat in report.caveats}


def test_scores_of_peers_lead_with_absolute_agreement_of_single_scores() -> None:
    report = reliability_report(SCORES, roles="peers")
    assert report.called_reliability
    assert told(report, Use.LEAD) == [("icc", "ICC(A,1)")]
    assert ("kendall_w", "") in told(report, Use.BESIDE)
    assert {"pearson_r", "cronbach_alpha", "lin_ccc"} <= {name for name, _ in told(report, Use.AVOID)}
    led = report.result(Statistic.ICC, "ICC(A,1)")
    assert led is not None
    assert led.to_record() == icc(SCORES, form="ICC(A,1)").to_record()


def test_what_is_not_to_be_reported_is_not_computed() -> None:
    report = reliability_report(SCORES, roles="peers")
    assert all(item.result is None for item in report.of(Use.AVOID))
    assert all(item.result is not None for item in report.items if item.use is not Use.AVOID)


def test_two_raters_get_limits_in_score_units_instead_of_ranks() -> None:
    beside = [name for name, _ in told(reliability_report(SCORES[:, :2], roles="peers"), Use.BESIDE)]
    assert "limits_of_agreement" in beside
    assert "kendall_w" not in beside


def test_missing_scores_are_used_and_not_dropped_by_row() -> None:
    gaps = SCORES.copy()
    gaps[::4, 1] = np.nan
    report = reliability_report(gaps, roles="peers", **QUICK)
    led = report.result(Statistic.ICC, "ICC(A,1)")
    assert led is not None
    assert led.n_used == 30
    assert report.n_dropped == 8
    assert ("krippendorff_alpha", "interval") in told(report, Use.BESIDE)


def test_scores_with_full_scores_are_compared_as_rates() -> None:
    full = np.arange(1, 31)
    points = SCORES / 100 * full[:, None]
    by_rate = reliability_report(points, roles="peers", full_scores=full)
    assert by_rate.on_rates
    assert "ON_POINTS" not in codes(by_rate)
    led = by_rate.result(Statistic.ICC, "ICC(A,1)")
    assert led is not None
    assert led.value == icc(score_rates(points, full), form="ICC(A,1)").value  # type: ignore[attr-defined]
    by_points = reliability_report(points, roles="peers")
    assert "ON_POINTS" in codes(by_points)
    assert by_points.items[0].result.value > 0.95  # type: ignore[union-attr]


def test_grades_of_peers_lead_with_ac2_beside_percent_agreement() -> None:
    report = reliability_report(GRADES, roles="peers", measure="grade", **QUICK)
    assert told(report, Use.LEAD) == [("gwet_ac", "quadratic"), ("percent_agreement", "identity")]
    assert ("fleiss_kappa", "quadratic") in told(report, Use.BESIDE)
    assert ("krippendorff_alpha", "ordinal") in told(report, Use.BESIDE)
    assert ("cohen_kappa", "identity") in told(report, Use.AVOID)


def test_labels_are_never_weighted() -> None:
    words = pd.DataFrame({"a": ["x", "y", "z", "x", "y"] * 4, "b": ["x", "y", "z", "z", "y"] * 4})
    report = reliability_report(words, roles="peers")
    assert report.measure is Measure.LABEL
    assert "MEASURE_ASSUMED" in codes(report)
    assert {variant for item in report.items if item.result for variant in [item.variant]} == {"identity"}


def test_self_against_reference_leads_with_the_change_and_refuses_the_word() -> None:
    own = SCORES[:, 0] + np.where(np.arange(30) % 2, 3.0, 0.0)
    report = reliability_report(np.column_stack([own, SCORES[:, 0]]), roles="self_versus_reference", tolerance=1.0)
    assert not report.called_reliability
    assert "NOT_RELIABILITY" in codes(report)
    frame = report.to_frame()
    first = frame.head(6)
    assert first["variant"].tolist() == [
        "changed", "lowered", "raised", "same", "mean_difference", "median_difference",
    ]  # fmt: skip
    assert first["value"].tolist() == pytest.approx([0.5, 0.5, 0.0, 0.5, 1.5, 1.5])
    assert told(report, Use.ANNEX) == [("icc", "ICC(A,1)")]
    assert ("equivalence", "") in told(report, Use.BESIDE)
    assert {"measurement_error", "cronbach_alpha"} <= {name for name, _ in told(report, Use.AVOID)}


def test_self_grades_lead_with_shares_and_never_with_a_mean_of_codes() -> None:
    graded = coded(np.column_stack([[3, 3, 2, 1, 0, -1], [3, 2, 1, 1, 1, 2]]), ["差", "中", "良", "优"])
    report = reliability_report(graded, roles=Roles.SELF_VERSUS_REFERENCE)
    frame = report.to_frame()
    assert frame["variant"].head(4).tolist() == ["changed", "lowered", "raised", "same"]
    assert frame["value"].head(4).tolist() == pytest.approx([0.6, 0.4, 0.2, 0.4])
    assert "mean_difference" not in set(frame["variant"])
    assert (report.n_used, report.n_dropped) == (5, 1)
    assert told(report, Use.ANNEX) == [("gwet_ac", "quadratic"), ("cohen_kappa", "quadratic")]
    annexed = report.result(Statistic.COHEN_KAPPA)
    assert annexed is not None
    assert annexed.to_record() == cohen_kappa(graded, weights="quadratic").to_record()


def test_scores_after_discussion_are_agreement_only() -> None:
    report = reliability_report(SCORES, roles="peers", before_discussion=False)
    assert not report.called_reliability
    assert "NOT_INDEPENDENT" in codes(report)


def test_a_questionnaire_is_not_a_panel_of_raters() -> None:
    report = reliability_report(SCORES, roles="peers", measure="items")
    assert told(report, Use.LEAD) == [("omega_total", ""), ("cronbach_alpha", "")]
    assert ("icc", "") in told(report, Use.AVOID)


@pytest.mark.parametrize(
    ("values", "measure"),
    [
        ([[1, 2], [2, 2]], Measure.GRADE),
        ([[1.5, 2], [2, 2]], Measure.SCORE),
        (np.arange(24).reshape(12, 2), Measure.SCORE),
        ([["a", "b"], ["a", "a"]], Measure.LABEL),
        (pd.DataFrame({"a": pd.Categorical(["x", "y"], ["x", "y"], ordered=True)} | {
            "b": pd.Categorical(["x", "y"], ["x", "y"], ordered=True)}), Measure.GRADE),
    ],
)  # fmt: skip
def test_the_kind_of_ratings_is_taken_from_the_values_and_said(values: Any, measure: Measure) -> None:
    report = reliability_report(values, roles="peers", **QUICK)
    assert report.measure is measure
    assert "MEASURE_ASSUMED" in codes(report)
    assert "MEASURE_ASSUMED" not in codes(reliability_report(values, roles="peers", measure=measure, **QUICK))


@pytest.mark.parametrize(
    ("arguments", "error", "code"),
    [
        ({"roles": "friends"}, MethodError, "RL-CHOICE"),
        ({"roles": "peers", "measure": "money"}, MethodError, "RL-CHOICE"),
        ({"roles": "peers", "level": 95}, MethodError, "RL-LEVEL"),
        ({"roles": "self_versus_reference", "measure": "score"}, MethodError, "RP-ROLES"),
        ({"roles": "self_versus_reference", "measure": "grade"}, MethodError, "RP-ROLES"),
        ({"roles": "self_versus_reference", "measure": "items"}, MethodError, "RP-MEASURE"),
        ({"roles": "peers", "full_scores": [1, 2]}, DataError, "RT-FULL"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, Any], error: type[Exception], code: str) -> None:
    with pytest.raises(error) as caught:
        reliability_report(SCORES, **arguments)
    assert caught.value.problems[0].code == code  # type: ignore[attr-defined]


@pytest.mark.parametrize("measure", list(Measure))
@pytest.mark.parametrize("shape", [(0, 2), (1, 2), (2, 2), (5, 3)])
def test_few_or_identical_ratings_give_reasons_and_no_error(measure: Measure, shape: tuple[int, int]) -> None:
    report = reliability_report(np.full(shape, 2.0), roles="peers", measure=measure, **QUICK)
    for result in report.results:
        value = getattr(result, "value", 0.0)
        assert result.caveats or not np.isnan(value)
    assert len(report.to_frame()) >= 5


def test_ac2_and_kappa_disagree_where_margins_are_skewed_and_both_are_shown() -> None:
    skewed = np.array([[0, 0]] * 80 + [[0, 1]] * 10 + [[1, 0]] * 5 + [[1, 1]] * 5)
    report = reliability_report(skewed, roles="peers", measure="grade")
    steady, plain = report.result(Statistic.GWET_AC), report.result(Statistic.COHEN_KAPPA)
    assert steady is not None
    assert plain is not None
    assert steady.value == gwet_ac(skewed, weights="quadratic").value  # type: ignore[attr-defined]
    assert steady.value - plain.value > 0.4  # type: ignore[attr-defined]
