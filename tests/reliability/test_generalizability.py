"""Generalizability studies: published example, five designs, invariants, unbalanced tables, connection, ugly data."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.errors import DataError, MethodError
from perfkit.reliability.generalizability import DESIGNS, DesignName, GStudyResult, g_study
from perfkit.reliability.icc import variance_components
from tests.reliability.designs import long_table
from tests.tolerances import ITERATIVE, PRINTED, SAME_FORMULA

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
NAMES: tuple[DesignName, ...] = ("p x r", "p x i x r", "r:p", "p x (r:t)", "i x (r:p)")

every = pytest.mark.parametrize("design", NAMES)


def variances(study: GStudyResult) -> dict[str, float]:
    return {one.name: one.variance for one in study.components}


def codes(study: GStudyResult) -> list[str]:
    return [caveat.code for caveat in study.caveats]


def test_shrout_and_fleiss() -> None:
    # Mean squares as printed in Shrout & Fleiss (1979), Table 4: 11.24, 32.49, 1.02.
    study = g_study(SHROUT_FLEISS)
    printed = (11.24, 32.49, 1.02)
    for one, mean_square in zip(study.components, printed, strict=True):
        assert one.mean_square == pytest.approx(mean_square, abs=PRINTED(2))
    assert [one.df for one in study.components] == [5, 3, 15]
    assert sum(one.share for one in study.components) == pytest.approx(1, rel=SAME_FORMULA)


def test_the_names_are_those_of_the_table() -> None:
    assert set(NAMES) == set(DESIGNS)


def test_crossed_equals_the_components_of_the_intraclass_correlation() -> None:
    study, other = g_study(SHROUT_FLEISS), variance_components(SHROUT_FLEISS)
    expected = {"person": other.evaluand, "rater": other.rater, "residual": other.residual}
    assert variances(study) == pytest.approx(expected, rel=SAME_FORMULA)


def test_nested_raters_equal_a_one_way_analysis() -> None:
    table = np.array(SHROUT_FLEISS, dtype=float)
    within = float(table.var(axis=1, ddof=1).mean())
    between = 4 * float(table.mean(axis=1).var(ddof=1))
    found = variances(g_study(table, design="r:p"))
    assert found == pytest.approx({"person": (between - within) / 4, "residual": within}, rel=SAME_FORMULA)


def test_raters_in_tasks_by_hand() -> None:
    table = long_table("p x (r:t)")
    cube = table["score"].to_numpy().reshape(12, 5, 4)
    grand, tasks = cube.mean(), cube.mean(axis=(0, 2))
    people, cells = cube.mean(axis=(1, 2)), cube.mean(axis=2)
    raters = cube.mean(axis=0) - tasks[:, None]
    mean_squares = {
        "person": 20 * people.var(ddof=1),
        "task": 48 * tasks.var(ddof=1),
        "rater_in_task": 12 * (raters**2).sum() / 15,
        "person_task": 4 * ((cells - people[:, None] - tasks + grand) ** 2).sum() / 44,
        "residual": ((cube - cells[:, :, None] - raters) ** 2).sum() / 165,
    }
    study = g_study(table, design="p x (r:t)", score="score")
    assert {one.name: one.mean_square for one in study.components} == pytest.approx(mean_squares, rel=SAME_FORMULA)
    person, task, rater, both, residual = mean_squares.values()
    expected = {
        "person": (person - both) / 20,
        "task": (task - rater - both + residual) / 48,
        "rater_in_task": (rater - residual) / 12,
        "person_task": (both - residual) / 4,
        "residual": residual,
    }
    assert variances(study) == pytest.approx(expected, rel=SAME_FORMULA)


@every
def test_balanced_without_negative_components_reml_equals_anova(design: DesignName) -> None:
    table = long_table(design, seed=4, sizes=(20, 8, 6))
    first = g_study(table, design=design, score="score")
    assert first.balanced
    assert not any(one.negative for one in first.components)
    second = g_study(table, design=design, score="score", estimator="reml")
    assert variances(second) == pytest.approx(variances(first), rel=ITERATIVE)
    assert (first.method, second.method) == (f"g_study:anova_ems:{design}", f"g_study:reml:{design}")


@every
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([0.01, 3.0, 1e4]), offset=st.sampled_from([-50.0, 0.0, 1e6]))
@settings(max_examples=10, deadline=None)
def test_order_names_and_scale_do_not_matter(design: DesignName, seed: int, scale: float, offset: float) -> None:
    table = long_table(design, seed=seed)
    first = variances(g_study(table, design=design, score="score"))
    other = table.sample(frac=1, random_state=seed).assign(
        score=lambda one: scale * one["score"] + offset, rater=lambda one: "rater " + one["rater"].astype(str)
    )
    second = variances(g_study(other, design=design, score="score"))
    assert second == pytest.approx({name: scale**2 * one for name, one in first.items()}, rel=ITERATIVE, abs=ITERATIVE)


@every
def test_huge_offset_keeps_the_components(design: DesignName) -> None:
    table = long_table(design)
    seen = table.assign(score=(table["score"] + 1e9) - 1e9)
    far = seen.assign(score=seen["score"] + 1e9)
    for estimator in ("anova_ems", "reml"):
        first, second = (g_study(one, design=design, score="score", estimator=estimator) for one in (seen, far))
        assert variances(second) == pytest.approx(variances(first), rel=ITERATIVE)


@every
def test_unbalanced_tables_are_fitted_by_reml(design: DesignName) -> None:
    table = long_table(design, sizes=(40, 8, 6)).sample(frac=0.8, random_state=2)
    study = g_study(table, design=design, score="score")
    assert study.estimator == "reml"
    assert not study.balanced
    assert study.n_ratings == len(table)
    whole = g_study(long_table(design, sizes=(40, 8, 6)), design=design, score="score")
    for part, full in zip(study.components, whole.components, strict=True):
        assert abs(part.variance - full.variance) < 3 * full.se
    with pytest.raises(MethodError, match="RL-ANOVA"):
        g_study(table, design=design, score="score", estimator="anova_ems")


def test_wide_and_long_are_the_same_table() -> None:
    wide = pd.DataFrame(SHROUT_FLEISS, columns=list("abcd"), index=list("uvwxyz"), dtype=float)
    wide.iloc[0, 1] = np.nan
    long = wide.melt(ignore_index=False, var_name="judge", value_name="mark").reset_index(names="unit")
    for estimator in (None, "reml"):
        first = g_study(wide, estimator=estimator)
        second = g_study(long, score="mark", person="unit", rater="judge", estimator=estimator)
        assert variances(second) == pytest.approx(variances(first), rel=ITERATIVE)
        assert (second.n_used, second.n_ratings) == (first.n_used, first.n_ratings) == (6, 23)


def test_listwise_drops_who_lacks_a_condition() -> None:
    table = long_table("p x i x r")
    gap = table.drop(index=[3]).reset_index(drop=True)
    gap.loc[100, "score"] = np.nan
    study = g_study(gap, design="p x i x r", score="score", missing="listwise")
    assert (study.n_used, study.n_dropped, study.estimator) == (10, 2, "anova_ems")
    whole = table[~table["person"].isin({table.loc[3, "person"], gap.loc[100, "person"]})]
    assert variances(study) == pytest.approx(
        variances(g_study(whole, design="p x i x r", score="score")), rel=SAME_FORMULA
    )


def test_nested_labels_may_recur_or_not() -> None:
    table = long_table("p x (r:t)")
    unique = table.assign(rater=table["task"] * 100 + table["rater"])
    first, second = (g_study(one, design="p x (r:t)", score="score") for one in (table, unique))
    assert variances(first) == variances(second)
    assert dict(first.levels) == dict(second.levels) == {"person": 12, "task": 5, "rater": 20}
    assert dict(first.conditions) == {"task": 5, "rater": 4}


def test_conditions_are_a_harmonic_mean() -> None:
    table = pd.DataFrame({"person": [0, 0, 0, 1, 1, 1, 2, 2], "rater": [0, 1, 2, 0, 1, 2, 0, 1]})
    study = g_study(table.assign(score=[1.0, 2, 4, 2, 5, 3, 7, 8]), score="score")
    assert dict(study.conditions)["rater"] == pytest.approx(3 / (1 / 3 + 1 / 3 + 1 / 2), rel=SAME_FORMULA)


def test_negative_components_are_kept_and_flagged() -> None:
    study = g_study([[1.0, 9, 2], [9, 1, 8], [2, 8, 3], [8, 2, 9]])
    negative = [one.name for one in study.components if one.negative]
    assert negative
    assert all(study.component(name).variance < 0 for name in negative)
    assert all(study.component(name).share == study.component(name).used == 0 for name in negative)
    assert codes(study) == ["NEGATIVE_COMPONENT"]
    fitted = g_study([[1.0, 9, 2], [9, 1, 8], [2, 8, 3], [8, 2, 9]], estimator="reml")
    assert "BOUNDARY" in codes(fitted)
    assert all(one.variance >= 0 for one in fitted.components)


def test_tables_in_two_parts_are_not_estimated() -> None:
    table = [[1, 2, None, None], [3, 5, None, None], [None, None, 4, 6], [None, None, 9, 2]]
    study = g_study(pd.DataFrame(table, index=list("甲乙丙丁"), columns=list("ABCD")))
    assert all(math.isnan(one.variance) for one in study.components)
    assert codes(study) == ["NOT_CONNECTED"]
    assert [(group.first, group.second) for group in study.groups] == [
        (("甲", "乙"), ("A", "B")),
        (("丙", "丁"), ("C", "D")),
    ]
    text = study.caveats[0].text
    assert "无法估计" in text
    assert all(name in text for name in "甲乙丙丁ABCD")


def test_many_groups_are_named_in_short() -> None:
    table = np.full((40, 40), np.nan)
    np.fill_diagonal(table, 5.0)
    study = g_study(table)
    assert len(study.groups) == 40
    assert "40 组" in study.caveats[0].text
    assert "第 7 组" not in study.caveats[0].text


@pytest.mark.parametrize(("design", "apart"), [("p x i x r", "item"), ("p x (r:t)", "task"), ("i x (r:p)", "item")])
def test_every_crossed_pair_of_facets_must_be_connected(design: DesignName, apart: str) -> None:
    table = long_table(design, sizes=(10, 6, 4))
    split = table[(table["person"] < 5) == (table[apart] < 3)]
    study = g_study(split, design=design, score="score")
    assert codes(study) == ["NOT_CONNECTED"]
    assert len(study.groups) == 2


def test_nested_raters_need_no_connection() -> None:
    study = g_study(long_table("r:p"), design="r:p", score="score")
    assert not study.caveats


@every
@pytest.mark.parametrize("estimator", [None, "reml"])
def test_ugly_tables_say_why(design: DesignName, estimator: None) -> None:
    table = long_table(design)
    cuts = [table[table[facet] < few] for facet in DESIGNS[design].facets for few in (0, 1)]
    for ugly in (*cuts, table.assign(score=np.nan)):
        study = g_study(ugly, design=design, score="score", estimator=estimator)
        assert all(math.isnan(one.variance) for one in study.components)
        assert codes(study)[-1].startswith("TOO_FEW")
    constant = g_study(table.assign(score=0.1 + 0.2), design=design, score="score", estimator=estimator)
    assert codes(constant) == ["NO_VARIANCE"]
    assert all(one.variance == 0 for one in constant.components)


def test_perfect_agreement_leaves_no_residual() -> None:
    table = np.repeat([[1.0], [3], [4], [9]], 3, axis=1)
    for estimator in ("anova_ems", "reml"):
        found = variances(g_study(table, estimator=estimator))
        assert found["residual"] == 0
        assert found["rater"] == pytest.approx(0, abs=SAME_FORMULA)
        assert found["person"] == pytest.approx(table[:, 0].var(ddof=1), rel=ITERATIVE)


def test_one_rating_for_each_combination_of_two_is_not_identified() -> None:
    # Every person meets every item once, each time with a rater who is everywhere met with another item.
    rows = [(p, i, (p + i) % 3) for p, i in itertools.product(range(3), range(3))]
    table = pd.DataFrame(rows, columns=["person", "item", "rater"]).assign(score=[1.0, 5, 2, 4, 9, 1, 3, 3, 8])
    study = g_study(table, design="p x i x r", score="score")
    assert codes(study) == ["NOT_IDENTIFIED"]


def test_malformed_input_is_refused() -> None:
    table = long_table("p x i x r")
    for wrong, code in (
        (table.drop(columns="item"), "RT-COLUMN"),
        (pd.concat([table, table.head(1)]), "RT-REPEATED"),
        (table.assign(item=table["item"].where(table["item"] > 0)), "RT-KEY"),
        (table.assign(score="good"), "RT-NUMBER"),
        (table.assign(score=np.inf), "RT-INFINITE"),
        (pd.concat([table, table["item"]], axis=1), "RT-COLUMN"),
        (table.to_numpy(), "RT-SHAPE"),
    ):
        with pytest.raises(DataError, match=code):
            g_study(wrong, design="p x i x r", score="score")


def test_options_that_do_not_exist_are_refused() -> None:
    for options in (
        {"design": "p"},
        {"estimator": "ml"},
        {"missing": "mean"},
        {"design": "p x i x r"},
        {"rater": "judge"},
    ):
        with pytest.raises(MethodError):
            g_study(SHROUT_FLEISS, **options)  # type: ignore[arg-type]
    with pytest.raises(MethodError):
        g_study(SHROUT_FLEISS).component("item")


def test_design_may_be_written_in_capitals() -> None:
    assert g_study(SHROUT_FLEISS, design="p × R").design == "p x r"  # type: ignore[arg-type]
