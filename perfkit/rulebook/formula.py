"""Which names a formula uses, and that it is nothing but arithmetic; evaluation itself is in ``scoring``."""

from __future__ import annotations

import ast

FUNCTIONS = frozenset({"abs", "max", "mean", "min", "round"})
_ALLOWED = (
    ast.Expression,
    ast.BinOp,
    ast.UnaryOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.UAdd,
    ast.USub,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Call,
)


class FormulaError(ValueError):
    """A formula that is more, or less, than arithmetic 算式不合要求; its text is Chinese."""


def formula_names(expression: str) -> frozenset[str]:
    """Return the variables that a formula uses 算式中的变量.

    Parameters
    ----------
    expression : arithmetic over named variables: numbers, ``+ - * /``, brackets and ``min max abs round mean``;
        nothing else, as in ``scoring`` where it is evaluated.

    Returns
    -------
    frozenset of str
        Names of the variables, without the functions.

    Raises
    ------
    FormulaError
        Where the formula does not parse or holds anything else.

    Examples
    --------
    >>> sorted(formula_names("funds_spent / funds_received * 100"))
    ['funds_received', 'funds_spent']
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(f"算式无法解析：{expression}") from error
    functions: set[int] = set()
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise FormulaError(f"算式只能有四则运算、括号和 min max abs round mean：{expression}")
        if isinstance(node, ast.Constant) and (isinstance(node.value, bool) or not isinstance(node.value, int | float)):
            raise FormulaError(f"算式中的常数只能是数字，不能是 {node.value!r}：{expression}")
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
                raise FormulaError(f"算式只能调用 min max abs round mean：{expression}")
            functions.add(id(node.func))
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in functions)
