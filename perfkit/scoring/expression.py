"""Formulas of computed indicators 计算公式: arithmetic over named variables and nothing else."""

from __future__ import annotations

import ast
import math
import operator
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import simpleeval

from perfkit.errors import MethodError, Problem
from perfkit.result import Caveat, Result
from perfkit.scoring.rounding import round_half_up

MAX_LENGTH: Final = 500
MAX_DEPTH: Final = 40

# Signs that office forms use for the same operators; formulas are typed by people, not by programmers.
SPELLINGS: Final = str.maketrans({"×": "*", "÷": "/", "－": "-", "−": "-", "，": ",", "［": "(", "］": ")"})

NODES: Final = (
    ast.Expression,
    ast.BinOp,
    ast.UnaryOp,
    ast.Call,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.UAdd,
    ast.USub,
)


def _mean(*values: float) -> float:
    """Return the arithmetic mean."""
    return math.fsum(values) / len(values)


def _round(value: float, decimals: float = 0.0) -> float:
    """Round half-up, as everywhere in scoring."""
    return float(round_half_up(value, int(decimals)))


FUNCTIONS: Final[Mapping[str, Callable[..., float]]] = {
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "abs": abs,
    "round": _round,
    "mean": _mean,
}
OPERATORS: Final = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionResult(Result):
    """Value of a formula 公式结果; NaN with the caveat ``ZERO_DIVISION`` or ``NOT_FINITE`` where it has none."""

    kind: ClassVar[str] = "expression"

    value: float
    formula: str
    names: tuple[str, ...]


def evaluate(formula: str, variables: Mapping[str, float]) -> ExpressionResult:
    """Return the value of a formula over named variables 计算公式求值.

    Parameters
    ----------
    formula : at most 500 characters of numbers, variable names (Chinese allowed), ``+ - * /``, brackets and
        ``min max abs round mean``; ``×``, ``÷`` and full-width brackets are read as their plain forms; no powers,
        attributes, indices, comparisons or other calls. ``round`` is half-up.
    variables : finite values by name.

    Returns
    -------
    ExpressionResult; division by zero and overflow give NaN and a caveat.

    Raises
    ------
    MethodError
        With all problems: what is not allowed, which name is unknown.

    Notes
    -----
    Not for values that a function already forms (a rate has numerator and denominator of its own). Source: the
    indicators of 财预〔2020〕10号 附2 and 财预〔2013〕53号 are quotients and sums of counts and money. Verified against the
    rows worked by hand in tests/scoring/test_expression.py.

    Examples
    --------
    >>> evaluate("mean(a, b) × 2", {"a": 1.0, "b": 2.0}).value
    3.0
    """
    text = unicodedata.normalize("NFKC", formula.translate(SPELLINGS)).strip()
    known = {unicodedata.normalize("NFKC", name): float(value) for name, value in variables.items()}
    tree = _parsed(text)
    problems = tuple(dict.fromkeys(_problems(tree, text, known)))
    if problems:
        raise MethodError(problems)
    named = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    names = tuple(dict.fromkeys(name for name in named if name not in FUNCTIONS))
    evaluator = simpleeval.SimpleEval(operators=dict(OPERATORS), functions=dict(FUNCTIONS), names=known)
    caveats: tuple[Caveat, ...] = ()
    try:
        value = float(evaluator.eval(text, previously_parsed=_expression(tree)))
    except ZeroDivisionError:
        value, caveats = math.nan, (Caveat("ZERO_DIVISION", "分母为零，公式无法计算"),)
    except (OverflowError, simpleeval.InvalidExpression, TypeError, ValueError) as error:
        raise MethodError(_problem(text, "可计算的公式", type(error).__name__)) from error
    if math.isinf(value) or (math.isnan(value) and not caveats):
        value, caveats = math.nan, (Caveat("NOT_FINITE", "公式结果不是有限数值"),)
    return ExpressionResult(
        value=value, formula=text, names=names, method="expression", n_used=len(names), caveats=caveats
    )


def _parsed(text: str) -> ast.Expression:
    """Parse the formula, or say that it is none."""
    if not text or len(text) > MAX_LENGTH:
        raise MethodError(_problem(text, f"1 至 {MAX_LENGTH} 个字符的公式", f"{len(text)} 个字符"))
    try:
        return ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise MethodError(_problem(text, "由数字、变量名、加减乘除和括号组成的公式", "无法识别的写法")) from error


def _expression(tree: ast.Expression) -> ast.Expr:
    """Return the parsed formula in the shape the evaluator takes, so that it is parsed only once."""
    return ast.Expr(value=tree.body)


def _problems(tree: ast.Expression, text: str, known: Mapping[str, float]) -> list[Problem]:
    """Return everything in the formula that the whitelist does not have."""
    found: list[Problem] = []
    if _depth(tree) > MAX_DEPTH:
        return [_problem(text, f"不超过 {MAX_DEPTH} 层的公式", "嵌套过深")]
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if not isinstance(node, NODES):
            found.append(
                _problem(text, "加减乘除、括号和 min max abs round mean", f"不允许的写法（{type(node).__name__}）")
            )
        elif isinstance(node, ast.Constant) and type(node.value) not in (int, float):
            found.append(_problem(text, "数字", f"{node.value!r}"))
        elif isinstance(node, ast.Constant) and not _fits(node.value):
            found.append(_problem(text, "有限的数字", "过大的数字"))
        elif isinstance(node, ast.Call):
            found.extend(_call_problems(node, text))
        elif isinstance(node, ast.Name) and id(node) not in called and node.id not in known:
            names = "、".join(known) or "（无）"
            found.append(_problem(text, f"计算变量表中的变量（{names}）", f"未定义的变量 {node.id}"))
    return found


def _call_problems(node: ast.Call, text: str) -> list[Problem]:
    """Return what is wrong with a function call."""
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        return [_problem(text, "函数 min max abs round mean", f"不允许的函数 {ast.unparse(node.func)}")]
    limits = {"abs": (1, 1), "round": (1, 2)}.get(node.func.id, (1, 50))
    if node.keywords or not limits[0] <= len(node.args) <= limits[1]:
        return [_problem(text, f"{node.func.id} 的参数个数 {limits[0]}～{limits[1]}", f"{len(node.args)} 个")]
    decimals = node.args[1] if node.func.id == "round" and len(node.args) == 2 else ast.Constant(value=0)
    if not isinstance(decimals, ast.Constant) or decimals.value not in range(10):
        return [_problem(text, "round 的小数位数 0～9", ast.unparse(decimals))]
    return []


def _fits(value: object) -> bool:
    """Tell whether a literal is a finite float."""
    try:
        return isinstance(value, (int, float)) and math.isfinite(float(value))
    except OverflowError:
        return False


def _depth(tree: ast.AST) -> int:
    """Return the depth of a syntax tree without recursion."""
    deepest, stack = 0, [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return deepest


def _problem(text: str, expected: str, found: str) -> Problem:
    """Return one problem of a formula."""
    shown = text if len(text) <= 60 else text[:57] + "…"
    return Problem(
        code="SC-FORMULA",
        where=f"计算公式「{shown}」",
        expected=expected,
        found=found,
        mend="只用变量名、数字、加减乘除、括号和 min max abs round mean 书写公式",
    )
