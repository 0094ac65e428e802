"""Tables as people really have them, and laws that tie one statistic to another."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from perfkit.errors import DataError, MethodError
from perfkit.reliability.agreement import (
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    krippendorff_alpha_gwet,
    light_kappa,
    percent_agreement,
    scott_pi,
)
from perfkit.reliability.concordance import kendall_w, mean_pairwise_spearman
from perfkit.reliability.consistency import cronbach_alpha
from perfkit.reliability.difference.limits import difference_bias, ratio_limits
from perfkit.reliability.difference.migration import (
    bhapkar,
    bowker,
    grade_change,
    mcnemar,
    migration_matrix,
    ordinal_marginal_homogeneity,
    stuart_maxwell,
)
from perfkit.reliability.difference.regression import deming, passing_bablok
from perfkit.reliability.difference.shift import change_summary, paired_t, sign_test
from perfkit.reliability.icc import icc, icc_table, variance_components
from tests.tolerances import SAME_FORMULA

Floats = NDArray[np.float64]
AGREEMENT: tuple[Callable[..., Any], ...] = (
    percent_agreement,
    cohen_kappa,
    scott_pi,
    fleiss_kappa,
    conger_kappa,
    light_kappa,
    gwet_ac,
    krippendorff_alpha,
    krippendorff_alpha_gwet,
)
CHANGE: tuple[Callable[..., Any], ...] = (
    bowker,
    stuart_maxwell,
    bhapkar,
    ordinal_marginal_homogeneity,
    grade_change,
    migration_matrix,
)
SCALE = ["差", "中", "良", "优"]


def _scores(k: int = 3, n: int = 40) -> Floats:
    rng = np.random.default_rng(7)
    return np.asarray(np.round(rng.normal(80, 6, (n, 1)) + rng.normal(0, 3, (n, k)), 1), dtype=np.float64)


def _grades(k: int = 2) -> Floats:
    return np.asarray(np.digitize(_scores(k), [76, 80, 84]) + 1, dtype=np.float64)


def _record(result: Any) -> str:
    return json.dumps(result.to_record(), allow_nan=False, ensure_ascii=False)


@pytest.mark.parametrize("statistic", AGREEMENT)
@pytest.mark.parametrize("number", [Decimal, Fraction, np.longdouble])
def test_numbers_of_other_kinds_are_the_same_grades(statistic: Callable[..., Any], number: Callable[..., Any]) -> None:
    other = np.array([[number(str(int(grade))) for grade in row] for row in _grades()])
    assert _record(statistic(other)) == _record(statistic(_grades()))
    assert pickle.loads(pickle.dumps(statistic(other))).value == statistic(_grades()).value


@pytest.mark.parametrize("statistic", [cohen_kappa, gwet_ac, krippendorff_alpha_gwet])
def test_decimals_carry_weights(statistic: Callable[..., Any]) -> None:
    other = pd.DataFrame([[Decimal(str(grade)) for grade in row] for row in _grades() / 2])
    assert statistic(other, weights="quadratic").value == statistic(_grades() / 2, weights="quadratic").value


@pytest.mark.parametrize("statistic", AGREEMENT)
def test_truth_values_are_grades(statistic: Callable[..., Any]) -> None:
    passed = _grades() > 2
    expected = statistic(passed.astype(np.float64)).value
    nullable = pd.DataFrame(passed).astype("boolean")
    assert statistic(passed).value == expected
    assert statistic(nullable).value == expected
    assert statistic(passed.astype(object)).value == expected


@pytest.mark.parametrize("statistic", AGREEMENT)
@pytest.mark.parametrize(
    ("cell", "shown"), [("88分", "88分"), ("2", "'2'"), ("", "''"), (" ", "' '"), (np.float64("inf"), "inf")]
)
def test_what_is_no_grade_is_refused_with_its_cell(statistic: Callable[..., Any], cell: object, shown: str) -> None:
    table = pd.DataFrame(_grades(), columns=["张", "王"]).astype(object)
    table.iat[3, 1] = cell
    with pytest.raises(DataError) as caught:
        statistic(table)
    message = str(caught.value)
    assert shown in message
    assert "行 3 列 '王'" in message
    assert "np." not in message


def test_a_scale_of_words_and_numbers_is_named_by_the_caller() -> None:
    table = [["免评", 1], [1, 1], [2, 2], ["免评", "免评"], [2, 1]]
    assert cohen_kappa(table, categories=["免评", 1, 2]).n_used == 5


@pytest.mark.parametrize("statistic", [icc, cronbach_alpha, kendall_w])
def test_a_cell_is_shown_without_the_words_of_numpy(statistic: Callable[..., Any]) -> None:
    table = pd.DataFrame(_scores(), columns=["张", "王", "李"], index=[f"项目{place}" for place in range(40)])
    table.iat[2, 1] = np.inf
    with pytest.raises(DataError, match=r"行 '项目2' 列 '王'.*实为inf。"):
        statistic(table)
    with pytest.raises(DataError, match=r"第 3 行 第 2 列.*实为inf。"):
        statistic(table.to_numpy())


@pytest.mark.parametrize("statistic", CHANGE)
def test_missing_beside_words_and_masked_is_missing(statistic: Callable[..., Any]) -> None:
    before = ["优", "良", "中", np.nan, "差", "良"] * 4
    after = ["良", "良", "优", "差", None, "中"] * 4
    assert (
        statistic(before, after, categories=SCALE).n_used,
        statistic(before, after, categories=SCALE).n_dropped,
    ) == (
        16,
        8,
    )
    masked = np.ma.masked_array([1, 2, 3, 4, 2, 3], mask=[0, 0, 0, 1, 0, 0])
    assert statistic(masked, [1, 3, 2, 3, 2, 3]).n_dropped == 1


@pytest.mark.parametrize("statistic", CHANGE)
def test_an_ordered_scale_is_kept_and_two_scales_are_refused(statistic: Callable[..., Any]) -> None:
    before, after = ["优", "良", "中", "差", "良"] * 4, ["良", "良", "良", "差", "差"] * 4
    expected = statistic(before, after, categories=SCALE).to_record()
    one = [pd.Categorical(side, categories=SCALE, ordered=True) for side in (before, after)]
    assert statistic(*one).to_record() == expected
    assert statistic(*map(pd.Series, one)).to_record() == expected
    other = pd.Series(pd.Categorical(after, categories=["差", "良"], ordered=True))
    with pytest.raises(DataError, match="GR-ORDER"):
        statistic(pd.Series(one[0]), other)


@pytest.mark.parametrize("statistic", [paired_t, passing_bablok, sign_test, bowker, grade_change])
def test_labels_in_another_order_are_not_paired_by_position(statistic: Callable[..., Any]) -> None:
    x, y = (pd.Series(side) for side in _grades().T)
    with pytest.raises(DataError, match=r"RT-ORDER.*第 1 行.*0 与 39"):
        statistic(x, y[::-1])
    expected = statistic(x, y).to_record()
    assert statistic(x, y.set_axis(range(40, 80))).to_record() == expected
    assert statistic(x, y.set_axis([0] * 40)).to_record() == expected


@pytest.mark.parametrize("wrong", [[[1, 2], [2, 1]], 3, (grade for grade in (1, 2))])
def test_a_column_of_grades_has_one_dimension(wrong: Any) -> None:
    with pytest.raises(DataError, match="RT-PAIRS"):
        bowker(wrong, [1, 2])


@pytest.mark.parametrize("statistic", [icc, cronbach_alpha, kendall_w])
def test_a_date_is_no_score(statistic: Callable[..., Any]) -> None:
    table = pd.DataFrame(_scores(), columns=["甲", "乙", "丙"]).assign(日期=pd.Timestamp("2026-01-01"))
    with pytest.raises(DataError, match="日期"):
        statistic(table)


@pytest.mark.parametrize("categories", [{1, 2, 3, 4}, [None, 1, 2, 3, 4], [1, 2, 3, 4, pd.NA], [1, 2, 3, np.nan, 4]])
def test_what_is_no_scale_is_refused(categories: Any) -> None:
    with pytest.raises(DataError, match="GR-CATEGORIES"):
        gwet_ac(_grades(), categories=categories)


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [
        *(("level", wrong) for wrong in ("95%", None, True, float("nan"), 95)),
        *(("seed", wrong) for wrong in (None, "a", -1, 1.5, np.random.RandomState(1))),
        *(("replicates", wrong) for wrong in ("many", None, 500.5, 99)),
    ],
)
def test_a_wrong_argument_is_named(argument: str, wrong: Any) -> None:
    options: dict[str, Any] = {"interval": "bootstrap", argument: wrong}
    with pytest.raises(MethodError) as caught:
        icc(_scores(), **options)
    assert [problem.where for problem in caught.value.problems] == [argument]


@pytest.mark.parametrize("wrong", ["1", None, -1, float("nan")])
def test_a_wrong_tolerance_is_named(wrong: Any) -> None:
    with pytest.raises(MethodError, match="tolerance"):
        change_summary(*_scores(2).T, tolerance=wrong)


def test_a_ratio_of_nothing_is_placed() -> None:
    x, y = _scores(2).T
    with pytest.raises(DataError, match="x 第 3 行"):
        ratio_limits(np.where(np.arange(40) == 2, 0, x), y)
    with pytest.raises(DataError, match="x 行 '丙'"):
        ratio_limits(pd.Series([1.0, 2.0, 0.0], index=list("甲乙丙")), y[:3])


def test_the_intercept_below_zero_has_its_limits_in_order() -> None:
    x, y = _scores(2).T
    up, down = passing_bablok(x, y), passing_bablok(-x, -y)
    assert down.intercept_interval.low <= down.intercept <= down.intercept_interval.high
    assert down.intercept_interval.low == pytest.approx(-up.intercept_interval.high, rel=SAME_FORMULA)
    assert down.value == pytest.approx(up.value, rel=SAME_FORMULA)


def test_a_line_through_nearly_all_points_says_what_is_unknown() -> None:
    x = np.arange(40.0)
    found = passing_bablok(x, np.where(x == 7, x + 1, x))
    assert {"ZERO_WIDTH", "LINEARITY_UNDEFINED"} <= {caveat.code for caveat in found.caveats}


def test_only_raters_vary() -> None:
    found = variance_components(np.tile([1.0, 2.0, 4.0], (6, 1)))
    assert np.isnan(found.icc_consistency)
    assert "NO_EVALUAND_VARIANCE" in {caveat.code for caveat in found.caveats}


@pytest.mark.parametrize("k", [2, 3, 5])
def test_one_table_one_answer(k: int) -> None:
    scores, near = _scores(k), {"rel": SAME_FORMULA}
    table = icc_table(scores).to_frame().set_index("form")
    for form in table.index:
        alone = icc(scores, form=form)
        assert [alone.value, alone.interval.low, alone.interval.high] == pytest.approx(
            table.loc[form, ["value", "low", "high"]].tolist(), **near
        )
    alpha, average = cronbach_alpha(scores), icc(scores, form="ICC(C,k)")
    assert alpha.value == pytest.approx(average.value, **near)
    assert alpha.interval.low == pytest.approx(average.interval.low, **near)
    smooth = np.random.default_rng(k).normal(size=(30, k))
    mean_rho = mean_pairwise_spearman(smooth, average="arithmetic").value
    assert kendall_w(smooth).value == pytest.approx(((k - 1) * mean_rho + 1) / k, **near)


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
def test_two_raters_are_the_simplest_of_many(weights: str) -> None:
    grades: Any = _grades()
    assert fleiss_kappa(grades, weights=weights).value == pytest.approx(scott_pi(grades, weights=weights).value)
    assert conger_kappa(grades, weights=weights).value == pytest.approx(cohen_kappa(grades, weights=weights).value)
    assert light_kappa(grades, weights=weights).value == pytest.approx(cohen_kappa(grades, weights=weights).value)
    pi = fleiss_kappa(grades).value
    assert krippendorff_alpha(grades).value == pytest.approx(pi + (1 - pi) / grades.size, rel=SAME_FORMULA)


def test_two_grades_are_the_simplest_of_many() -> None:
    before, after = (_grades() > 2).T
    plain = mcnemar(before, after)
    for general in (bowker(before, after), stuart_maxwell(before, after)):
        assert (general.value, general.p) == pytest.approx((plain.value, plain.p), rel=SAME_FORMULA)
    score = ordinal_marginal_homogeneity(before, after)
    assert score.p == pytest.approx(plain.p, rel=SAME_FORMULA)
    assert mcnemar(before, after, exact=True).p == pytest.approx(
        sign_test(before.astype(float), after.astype(float)).p, rel=SAME_FORMULA
    )
    assert bhapkar(before, after).value == pytest.approx(
        plain.value / (1 - plain.value / plain.n_used), rel=SAME_FORMULA
    )


def test_the_parts_of_a_comparison_agree() -> None:
    x, y = _scores(2).T
    test, bias, summary = paired_t(x, y), difference_bias(x, y), change_summary(x, y)
    assert (bias.interval.low, bias.p) == pytest.approx((test.interval.low, test.p), rel=SAME_FORMULA)
    assert summary.mean_interval.high == pytest.approx(test.interval.high, rel=SAME_FORMULA)
    there, back = deming(x, y, error_ratio=2.5), deming(y, x, error_ratio=1 / 2.5)
    assert there.value == pytest.approx(1 / back.value, rel=SAME_FORMULA)
    before, after = _grades().T
    moved, table, counted = grade_change(before, after), migration_matrix(before, after), change_summary(before, after)
    for way in ("lowered", "same", "raised"):
        assert getattr(moved, way) == getattr(table, way) == getattr(counted, way).count
