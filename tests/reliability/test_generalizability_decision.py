"""Decision studies: the README's formulas, published figures, curves, and how many conditions suffice."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from perfkit.errors import MethodError
from perfkit.reliability.consistency import cronbach_alpha
from perfkit.reliability.generalizability import DesignName, GStudyResult, d_study, d_study_curve, g_study, needed
from perfkit.reliability.icc import icc
from tests.reliability.designs import long_table
from tests.tolerances import PRINTED, SAME_FORMULA

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
Formula = Callable[..., float]
# Relative error, and what the absolute error adds, of means over r raters, i items and t tasks (Brennan 2001).
FORMULAS: Mapping[DesignName, tuple[Formula, Formula]] = {
    "p x r": (lambda v, r, i, t: v["residual"] / r, lambda v, r, i, t: v["rater"] / r),
    "p x i x r": (
        lambda v, r, i, t: v["person_item"] / i + v["person_rater"] / r + v["residual"] / (i * r),
        lambda v, r, i, t: v["item"] / i + v["rater"] / r + v["item_rater"] / (i * r),
    ),
    "r:p": (lambda v, r, i, t: v["residual"] / r, lambda v, r, i, t: 0.0),
    "p x (r:t)": (
        lambda v, r, i, t: v["person_task"] / t + v["residual"] / (t * r),
        lambda v, r, i, t: v["task"] / t + v["rater_in_task"] / (t * r),
    ),
    "i x (r:p)": (
        lambda v, r, i, t: v["rater_in_person"] / r + v["person_item"] / i + v["residual"] / (i * r),
        lambda v, r, i, t: v["item"] / i,
    ),
}


def study_of(design: DesignName) -> GStudyResult:
    return g_study(long_table(design, seed=4, sizes=(20, 8, 6)), design=design, score="score")


def numbers_of(study: GStudyResult, numbers: Mapping[str, float]) -> dict[str, float]:
    return {f"n_{facet}": numbers[facet] for facet, _ in study.conditions}


@pytest.mark.parametrize("design", FORMULAS)
def test_error_variances_follow_the_formulas(design: DesignName) -> None:
    study = study_of(design)
    found = d_study(study, **numbers_of(study, {"rater": 3, "item": 7, "task": 2}))
    values = {one.name: one.used for one in study.components}
    relative, more = (formula(values, 3, 7, 2) for formula in FORMULAS[design])
    assert found.var_rel == pytest.approx(relative, rel=SAME_FORMULA)
    assert found.var_abs == pytest.approx(relative + more, rel=SAME_FORMULA)
    assert found.sem_rel == pytest.approx(math.sqrt(found.var_rel), rel=SAME_FORMULA)
    assert found.sem_abs == pytest.approx(math.sqrt(found.var_abs), rel=SAME_FORMULA)
    assert found.g == pytest.approx(values["person"] / (values["person"] + found.var_rel), rel=SAME_FORMULA)
    assert found.phi == pytest.approx(values["person"] / (values["person"] + found.var_abs), rel=SAME_FORMULA)
    assert found.g >= found.phi


def test_shrout_and_fleiss() -> None:
    # Table 4 of Shrout & Fleiss (1979): ICC(2,1) .29, ICC(3,1) .71, ICC(2,4) .62, ICC(3,4) .91.
    study = g_study(SHROUT_FLEISS)
    for number, g, phi in ((1, 0.71, 0.29), (4, 0.91, 0.62)):
        found = d_study(study, n_rater=number)
        assert (found.g, found.phi) == pytest.approx((g, phi), abs=PRINTED(2))


def test_as_many_raters_as_met_give_alpha_and_the_intraclass_correlations() -> None:
    study = g_study(SHROUT_FLEISS)
    found = d_study(study)
    assert found.g == pytest.approx(cronbach_alpha(SHROUT_FLEISS).value, rel=SAME_FORMULA)
    nested = d_study(g_study(SHROUT_FLEISS, design="r:p"))
    for value, interval, form in (
        (found.g, found.g_interval, "ICC(C,k)"),
        (found.phi, found.phi_interval, "ICC(A,k)"),
        (nested.g, nested.g_interval, "ICC(1,k)"),
        (nested.phi, nested.phi_interval, "ICC(1,k)"),
    ):
        other = icc(SHROUT_FLEISS, form=form)  # type: ignore[arg-type]
        assert value == pytest.approx(other.value, rel=SAME_FORMULA)
        assert interval.low == pytest.approx(other.interval.low, rel=SAME_FORMULA)
        assert interval.high == pytest.approx(other.interval.high, rel=SAME_FORMULA)


def test_level_is_used_and_checked() -> None:
    study = g_study(SHROUT_FLEISS)
    wide, narrow = (d_study(study, level=level).phi_interval for level in (0.99, 0.8))
    assert wide.low < narrow.low < narrow.high < wide.high
    with pytest.raises(MethodError):
        d_study(study, level=95)


@pytest.mark.parametrize("design", ["p x i x r", "p x (r:t)", "i x (r:p)"])
def test_no_interval_where_none_is_sound(design: DesignName) -> None:
    found = d_study(study_of(design))
    assert not found.g_interval.known
    assert not found.phi_interval.known
    assert [caveat.code for caveat in found.caveats] == ["NO_INTERVAL"]


def test_negative_components_count_as_nothing() -> None:
    study = g_study([[1.0, 9, 2], [9, 1, 8], [2, 8, 3], [8, 2, 9]])
    found = d_study(study, n_rater=5)
    assert (found.g, found.phi, found.var_person) == (0, 0, 0)
    assert found.var_rel == pytest.approx(study.component("residual").variance / 5, rel=SAME_FORMULA)
    assert {"NEGATIVE_COMPONENT", "NO_EVALUAND_VARIANCE", "NEGATIVE_NO_INTERVAL"} == {one.code for one in found.caveats}


def test_what_was_not_estimated_stays_unknown_with_the_reason() -> None:
    apart = g_study([[1, 2, None, None], [3, 5, None, None], [None, None, 4, 6], [None, None, 9, 2]])
    constant = g_study(np.full((4, 3), 7.3))
    empty = g_study(np.empty((0, 3)))
    for study, code in ((apart, "NOT_CONNECTED"), (constant, "NO_VARIANCE"), (empty, "TOO_FEW")):
        found = d_study(study)
        assert math.isnan(found.g)
        assert math.isnan(found.phi)
        assert code in [one.code for one in found.caveats]
        wanted = needed(study)
        assert wanted.best is None
        assert wanted.caveats
        assert len(d_study_curve(study, n_rater=[1, 2]).to_frame()) == 2


def test_the_curve_is_the_decision_study_at_every_point() -> None:
    study = study_of("p x i x r")
    curve = d_study_curve(study, n_rater=range(1, 4), n_item=np.array([2, 6]))
    assert len(curve.points) == 6
    for point in curve.points:
        found = d_study(study, **{f"n_{facet}": number for facet, number in point.numbers})
        assert (point.g, point.phi, point.sem_rel, point.sem_abs) == (found.g, found.phi, found.sem_rel, found.sem_abs)
    assert list(curve.to_frame().columns[:3]) == ["n_item", "n_rater", "ratings"]
    assert len(d_study_curve(study).points) == 100


@pytest.mark.parametrize("design", FORMULAS)
@pytest.mark.parametrize("coefficient", ["phi", "g"])
def test_needed_is_enough_and_one_less_is_not(design: DesignName, coefficient: str) -> None:
    study = study_of(design)
    found = needed(study, target=0.8, coefficient=coefficient)  # type: ignore[arg-type]
    assert found.best is not None
    assert found.plans
    assert found.value == getattr(found.best, coefficient) >= 0.8
    for plan in found.plans:
        numbers = {f"n_{facet}": number for facet, number in plan.numbers}
        assert getattr(d_study(study, **numbers), coefficient) >= 0.8
        assert plan.ratings >= found.best.ratings
        for name, number in numbers.items():
            if number > 1:
                assert getattr(d_study(study, **{**numbers, name: number - 1}), coefficient) < 0.8


def test_an_exact_quotient_is_not_rounded_up() -> None:
    # Person 4, rater 0, residual 4: G at n raters is n/(n + 1), so that 0.8 asks for 4 and not for 5.
    study = study_of("p x r")
    parts = {"person": 4.0, "rater": 0.0, "residual": 4.0}
    exact = tuple(dataclasses.replace(one, variance=parts[one.name]) for one in study.components)
    same = dataclasses.replace(study, components=exact)
    best = needed(same, target=0.8).best
    assert best is not None
    assert dict(best.numbers) == {"rater": 4}


def test_a_target_out_of_reach_is_said() -> None:
    study = study_of("p x i x r")
    found = needed(study, target=0.999, n_item=1)
    assert found.best is None
    assert math.isnan(found.value)
    assert [one.code for one in found.caveats] == ["TARGET_NOT_REACHED"]
    assert found.to_frame().empty


def test_fixed_indicators_leave_only_raters_to_choose() -> None:
    found = needed(study_of("p x i x r"), target=0.7, n_item=8)
    assert [dict(plan.numbers)["item"] for plan in found.plans] == [8]


@pytest.mark.parametrize(
    "options",
    [{"n_rater": 0}, {"n_rater": math.inf}, {"n_rater": "3"}, {"n_rater": True}, {"n_item": 3}, {"n_task": 1}],
)
def test_numbers_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    study = g_study(SHROUT_FLEISS)
    for plan in (d_study, d_study_curve):
        with pytest.raises(MethodError):
            plan(study, **options)  # type: ignore[operator]


def test_options_of_needed_are_checked() -> None:
    study = g_study(SHROUT_FLEISS)
    for options in (
        {"target": 1},
        {"target": 0},
        {"target": 80},
        {"coefficient": "alpha"},
        {"n_item": 2},
        {"most_raters": 0},
    ):
        with pytest.raises(MethodError):
            needed(study, **options)  # type: ignore[arg-type]
    with pytest.raises(MethodError):
        d_study_curve(study, n_rater=[])


def test_results_show_themselves() -> None:
    study = study_of("p x i x r")
    for result in (d_study(study), d_study_curve(study), needed(study)):
        assert result.to_record()["kind"] == result.kind
        assert str(result).startswith(result.kind)
        assert len(result.to_frame()) >= 1
