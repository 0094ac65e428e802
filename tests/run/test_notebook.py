"""Notebooks as data: the parameters cell, unknown parameters, marks that differ from run to run."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from perfkit.errors import RuleError
from perfkit.run.notebook import check_parameters, declared_parameters, read_notebook, settle


def _notebook(*sources: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


def test_literals_are_read() -> None:
    """Plain and annotated assignments, negative numbers and containers are literals."""
    source = '# where\nrun_file = "a.yaml"\nseed: int = -1\nflags = [True, None, 0.5]'
    assert declared_parameters(_notebook(source), "n") == {"run_file": "a.yaml", "seed": -1, "flags": [True, None, 0.5]}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("a = open('x')", "open"),
        ("a = b = 1", "a = b = 1"),
        ("import os", "import os"),
        ("a: int", "a: int"),
        ("x.y = 1", "x.y = 1"),
        ("a = (", "语法错误"),
        ('a = "中文"', "非 ASCII"),
        ("a = f'{1}'", "f'{1}'"),
    ],
)
def test_anything_but_ascii_literals_is_refused(source: str, found: str) -> None:
    """The message names what stands there."""
    with pytest.raises(RuleError) as caught:
        declared_parameters(_notebook(source), "n.ipynb")
    (problem,) = caught.value.problems
    assert problem.code == "RUN-PARAMETERS-CELL"
    assert found in problem.found


@pytest.mark.parametrize("sources", [(), ("a = 1", "b = 2")])
def test_there_is_exactly_one_parameters_cell(sources: tuple[str, ...]) -> None:
    """None or two would let an injected value be overwritten."""
    with pytest.raises(RuleError, match="恰好一个"):
        declared_parameters(_notebook(*sources), "n.ipynb")


def test_unknown_parameters_are_refused_together() -> None:
    """All of them in one error, each with the near name where there is one."""
    with pytest.raises(RuleError) as caught:
        check_parameters({"run_fle": 1, "run_file": 2, "zz": 3}, {"run_file": "", "seed": 1}, "n.ipynb")
    first, second = caught.value.problems
    assert first.mend == "是否想写 run_file？"
    assert "run_file、seed" in second.expected
    assert "zz" in second.found


@pytest.mark.parametrize(
    "content",
    [None, "", "{}", "[]", "not json", "\udcff", '{"nbformat": 3, "nbformat_minor": 0, "cells": [], "worksheets": []}'],
)
def test_what_is_no_notebook_is_named(tmp_path: Path, content: str | None) -> None:
    """A missing or broken file is a problem with a mend, not a traceback."""
    path = tmp_path / "n.ipynb"
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(RuleError, match="RUN-NOTEBOOK"):
        read_notebook(path)


def test_settling_leaves_no_clock_path_or_random_id() -> None:
    """Two executions of one notebook differ in nothing afterwards; tags and outputs stay."""
    first, second = (
        nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_code_cell(
                    "1",
                    metadata={
                        "tags": ["report"],
                        "papermill": {"duration": n},
                        "execution": {"iopub.status.busy": str(n)},
                    },
                )
            ],
            metadata={"papermill": {"output_path": f"/tmp/{n}"}},
        )
        for n in range(2)
    )
    assert nbformat.writes(first) != nbformat.writes(second)
    assert nbformat.writes(settle(first)) == nbformat.writes(settle(second))
    assert settle(first).cells[0].metadata == {"tags": ["report"]}
    assert first.metadata.papermill.output_path == "/tmp/0"
