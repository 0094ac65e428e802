"""Formulas: what they compute and everything they refuse."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import MethodError
from perfkit.scoring.expression import evaluate


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a + b * 2", 7),
        ("(a+b)÷2", 2),
        ("（a － b）× -1", 2),
        ("mean(a, b, 5)", 3),
        ("min(a, b) + max(a, b) + abs(a - b)", 6),
        ("round(2.675, 2)", 2.68),
        ("round(b / 2)", 2),
        ("执行数/预算数*100", 93.35042520336616),
        ("+a", 1),
    ],
)
def test_arithmetic(formula: str, value: float) -> None:
    result = evaluate(formula, {"a": 1, "b": 3, "执行数": 12634.7, "预算数": 13534.7})
    assert result.value == pytest.approx(value, rel=1e-12)
    assert not result.caveats


def test_names_in_order_of_use() -> None:
    assert evaluate("b + a + b + min(a, 1)", {"a": 1, "b": 2, "c": 3}).names == ("b", "a")


@pytest.mark.parametrize(
    ("formula", "code"), [("a / (a - 1)", "ZERO_DIVISION"), ("1e300 * 1e300", "NOT_FINITE"), ("n + 1", "NOT_FINITE")]
)
def test_undefined_is_nan_with_a_reason(formula: str, code: str) -> None:
    result = evaluate(formula, {"a": 1, "n": math.nan})
    assert math.isnan(result.value)
    assert [caveat.code for caveat in result.caveats] == [code]


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "   ",
        "a +",
        "2 ** 3",
        "9 ** 9 ** 9",
        "a % 2",
        "a // 2",
        "a.real",
        "a.__class__",
        "[a][0]",
        "{'x': a}",
        "(a, a)",
        "a if a else 1",
        "a > 1",
        "not a",
        "a and 1",
        "lambda: 1",
        "f'{a}'",
        "'x' * 9",
        "True + 1",
        "1j",
        "__import__('os')",
        "open('x')",
        "eval('1')",
        "max(*a)",
        "max()",
        "round(a, decimals=2)",
        "round(a, 99)",
        "round(a, a)",
        "abs(a, a)",
        "min",
        "unknown + 1",
        "[x for x in a]",
        "a := 2",
        "a; a",
        "1" * 400,
        "1+" * 400 + "1",
        "-" * 60 + "1",
        "(" * 300 + "1" + ")" * 300,
        "~a",
        "a @ a",
    ],
)
def test_anything_else_is_refused_without_a_traceback(formula: str) -> None:
    with pytest.raises(MethodError) as error:
        evaluate(formula, {"a": 1.0})
    assert all(problem.code == "SC-FORMULA" for problem in error.value.problems)


def test_all_problems_at_once() -> None:
    with pytest.raises(MethodError) as error:
        evaluate("x + y.z + foo(1)", {"a": 1.0})
    assert len(error.value.problems) >= 3


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_problem(formula: str) -> None:
    try:
        result = evaluate(formula, {"a": 1.0})
    except MethodError:
        return
    assert isinstance(result.value, float)


def test_one_problem_is_told_once() -> None:
    with pytest.raises(MethodError) as caught:
        evaluate("9**9**9**9", {})
    assert len(caught.value.problems) == 1
