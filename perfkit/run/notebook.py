"""Notebooks as data: the parameters they declare and the marks papermill leaves."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from perfkit.errors import Problem, RuleError

PARAMETERS_TAG = "parameters"
_VOLATILE = ("papermill", "execution")


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook 读取笔记本; one that is missing or is no notebook is a RuleError."""
    problem = None
    try:
        notebook: NotebookNode = nbformat.read(str(path), as_version=4)
        return notebook
    except FileNotFoundError:
        problem = "没有这个文件"
    except (
        nbformat.reader.NotJSONError,
        nbformat.ValidationError,
        UnicodeDecodeError,
        AttributeError,
        KeyError,
    ) as error:
        problem = f"读不成笔记本（{type(error).__name__}）"
    raise RuleError(
        Problem(
            code="RUN-NOTEBOOK",
            where=str(path),
            expected="一个 .ipynb 笔记本",
            found=problem,
            mend="核对运行文件中的 notebook 一项",
        )
    )


def declared_parameters(notebook: NotebookNode, where: str) -> dict[str, object]:
    """Return name → default of the cell tagged ``parameters`` 参数单元格.

    Raises
    ------
    RuleError
        Where the cell is missing or doubled, or holds anything but plain ASCII literals: papermill would then inject
        values that the notebook silently overwrites, or that a Chinese literal cannot carry through every editor.
    """
    cells = [cell for cell in notebook.cells if PARAMETERS_TAG in cell.metadata.get("tags", [])]
    if len(cells) != 1:
        raise RuleError(_parameters_problem(where, f"{len(cells)} 个标有 parameters 的单元格", "恰好一个"))
    source = str(cells[0].source)
    if not source.isascii():
        raise RuleError(_parameters_problem(where, "含非 ASCII 字符", "只含 ASCII 字面量（中文写在运行文件里）"))
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise RuleError(_parameters_problem(where, f"语法错误（第 {error.lineno} 行）", "名称 = 字面量")) from error
    declared: dict[str, object] = {}
    for statement in statements:
        name, value = _assignment(statement, where)
        declared[name] = value
    return declared


def _assignment(statement: ast.stmt, where: str) -> tuple[str, object]:
    """Read ``name = literal``, with or without annotation."""
    target: ast.expr | None = None
    value: ast.expr | None = None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign):
        target, value = statement.target, statement.value
    if isinstance(target, ast.Name) and value is not None:
        try:
            return target.id, ast.literal_eval(value)
        except ValueError:
            pass
    raise RuleError(_parameters_problem(where, ast.unparse(statement), "名称 = 字面量"))


def _parameters_problem(where: str, found: str, expected: str) -> Problem:
    return Problem(
        code="RUN-PARAMETERS-CELL",
        where=f"{where} › parameters 单元格",
        expected=expected,
        found=found,
        mend="参数单元格只放少量 ASCII 字面量赋值",
    )


def check_parameters(given: Mapping[str, object], declared: Mapping[str, object], where: str) -> None:
    """Refuse a parameter that the notebook does not declare 未声明的参数.

    papermill only logs a warning and injects the name anyway, so that a misspelt parameter changes nothing, silently.
    """
    problems = []
    for name in given:
        if name in declared:
            continue
        near = difflib.get_close_matches(name, declared, n=1)
        problems.append(
            Problem(
                code="RUN-PARAMETER",
                where=where,
                expected=f"笔记本声明过的参数：{'、'.join(declared) or '（无）'}",
                found=f"未声明的参数 {name}",
                mend=f"是否想写 {near[0]}？" if near else "删去此参数，或在 parameters 单元格中声明",
            )
        )
    if problems:
        raise RuleError(problems)


def settle(notebook: NotebookNode) -> NotebookNode:
    """Return the executed notebook without what differs from run to run 去除每次不同的标记.

    Cell ids are numbered, papermill's paths, clocks and exceptions are dropped (durations go to the manifest).
    """
    settled: NotebookNode = nbformat.from_dict(notebook)
    settled.metadata.pop("papermill", None)
    for number, cell in enumerate(settled.cells, start=1):
        cell["id"] = f"cell-{number:04d}"
        for key in _VOLATILE:
            cell.metadata.pop(key, None)
    return settled
