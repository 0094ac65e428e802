"""The detectors of the house laws detect what they name, and spare what is lawful."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import pytest

from tests import house


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("terms", "from perfkit.read import schema"),
        ("scoring", "import perfkit.show.tables"),
        ("scoring", "from perfkit import reliability"),
        ("show", "from perfkit.scoring.total import roll_up"),
        ("run", "from perfkit.stages import key_evaluation"),
        ("cli", "from perfkit.scoring import items"),
        ("notebook", "from perfkit.read import rules"),
        ("stages", "from . import other"),
        ("read", "if True:\n    from tests import tolerances"),
    ],
)
def test_unlawful_imports_are_seen(room: str, source: str) -> None:
    assert house.unlawful_imports(room, ast.parse(source))


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("scoring", "from perfkit.terms import Absence\nfrom perfkit.scoring.grades import snap\nimport numpy"),
        ("stages", "from perfkit.scoring import total\nfrom perfkit.checks import scores"),
        ("notebook", "from perfkit.stages import key_evaluation\nfrom perfkit.show import tables"),
        ("run", "from perfkit import __version__"),
    ],
)
def test_lawful_imports_pass(room: str, source: str) -> None:
    assert not house.unlawful_imports(room, ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "for row in rows:\n    show(row)",
        "[row for row in rows]",
        "def total(): ...",
        "read('data/demo/x.xlsx')",
        "rate > 0.9",
        "warnings.simplefilter('ignore')",
        "%matplotlib inline",
        "\n".join(["x"] * 16),
        "from perfkit.scoring import total",
    ],
)
def test_cell_faults_are_seen(source: str) -> None:
    assert house.cell_faults(source)


@pytest.mark.parametrize(
    "source",
    [
        "assert x",
        "print(1)",
        "eval('1')",
        "def f():\n    global x",
        "try:\n    f()\nexcept:\n    g()",
        "try:\n    f()\nexcept (ValueError, Exception):\n    g()",
        "raise NotImplementedError",
    ],
)
def test_bad_manners_are_seen(source: str) -> None:
    assert house.bad_manners(ast.parse(source))


def test_other_faults_are_seen() -> None:
    lazy = "def f():\n    # for start-up speed\n    import numpy\n"
    assert house.hidden_imports(ast.parse(lazy), lazy, None)
    assert not house.hidden_imports(ast.parse(lazy), lazy, re.compile("start-up"))
    body = "\n".join(["    x = 1"] * house.FUNCTION_LINES)
    assert house.long_functions(ast.parse(f"def f():\n{body}"))
    assert not house.long_functions(ast.parse(f'def f():\n    """One.\n\n    Two.\n    """\n{body[10:]}'))
    assert house.chinese_literals(ast.parse('x = f"得分{y}"'))
    assert not house.chinese_literals(ast.parse('"""得分"""\nCaveat("A", "样本过少")'))
    assert not house.chinese_literals(ast.parse("def f() -> list[Problem]:\n    return [_problem('得分')]"))
    assert house.missing_docstrings(ast.parse('"""Room."""\nclass A:\n    """A."""\n    def b(self): ...'))
    assert house.parameter_cell_faults("x = open('a')")
    assert house.parameter_cell_faults("x = '中'")
    assert not house.parameter_cell_faults("run_file = 'params/runs/demo/a.yaml'")
    assert house.edges(ast.parse("from perfkit.a.b import c"), frozenset({"perfkit", "perfkit.a"})) == {"perfkit.a"}


def _notebook(*sources: str, count: int | None = None, kernel: str = "python3", **more: Any) -> str:
    """Return a notebook of code cells, the first of them tagged ``parameters``."""
    cells = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {"tags": ["parameters"] if number == 0 else []},
            "outputs": [],
            "execution_count": count,
        }
        for number, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {"kernelspec": {"name": kernel}, **more}})


def test_a_notebook_in_form_passes() -> None:
    run, call = 'run_file = "params/runs/demo/a.yaml"', "key_evaluation.evaluation(run_file)"
    assert not house.notebook_faults(_notebook(run, call), stage=True)
    assert not house.notebook_faults(_notebook(run, call, count=1), stage=False)


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        (_notebook("x = 1", count=1), True),
        (_notebook("x = 1"), False),
        (_notebook("x = 1", kernel="ir"), True),
        (_notebook("x = 1", papermill={}), True),
        (_notebook("x = 1", "open('data/a.csv')"), True),
        (_notebook("x = f()"), True),
        (_notebook(), True),
    ],
)
def test_a_notebook_out_of_form_is_seen(text: str, stage: bool) -> None:
    assert house.notebook_faults(text, stage=stage)
