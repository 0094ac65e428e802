"""Stage notebooks in the order and with the tags of the house, beyond what every notebook keeps."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks" / "stages").glob("*.ipynb"))
PROJECT = ROOT / "notebooks" / "stages" / "06-project-evaluation.ipynb"
TAGS = {"parameters", "report", "workpaper", "unnumbered", "annex", "landscape"}
OPENING = ("谁来问", "回答什么", "决定什么", "输入", "输出")
RECORD_CALLS = ("book.publish()", "publish_findings(")


@pytest.fixture(params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def cells(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return cells_of(request.param)


def cells_of(path: Path) -> list[dict[str, Any]]:
    """Return the cells with their source as one text and their tags at hand."""
    found = json.loads(path.read_text("utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"]), "tags": cell["metadata"].get("tags", [])} for cell in found]


def chapters(cells: list[dict[str, Any]], tag: str) -> list[str]:
    """Return the ``##`` headings of one document, annexes left out."""
    return [
        line.removeprefix("## ").strip()
        for cell in cells
        if cell["cell_type"] == "markdown" and tag in cell["tags"] and "annex" not in cell["tags"]
        for line in cell["source"].splitlines()
        if line.startswith("## ")
    ]


def test_there_is_a_stage_notebook() -> None:
    assert PROJECT in NOTEBOOKS


def test_the_first_cell_says_who_asks_and_what_comes_out(cells: list[dict[str, Any]]) -> None:
    first = cells[0]
    assert (first["cell_type"], first["tags"]) == ("markdown", [])
    assert re.match(r"# \S", first["source"])
    places = [first["source"].find(f"**{word}**") for word in OPENING]
    assert -1 not in places
    assert places == sorted(places)


def test_parameters_come_second_and_are_plain_ascii(cells: list[dict[str, Any]]) -> None:
    assert [place for place, cell in enumerate(cells) if "parameters" in cell["tags"]] == [1]
    parameters = cells[1]
    assert parameters["cell_type"] == "code"
    assert parameters["source"].isascii()
    for statement in ast.parse(parameters["source"]).body:
        assert isinstance(statement, ast.Assign)
        assert isinstance(statement.value, ast.Constant)


def test_set_up_comes_third_and_shows_where_the_run_comes_from(cells: list[dict[str, Any]]) -> None:
    setup = cells[2]
    assert (setup["cell_type"], setup["tags"]) == ("code", [])
    assert ".load(run_file)" in setup["source"]
    assert "provenance" in setup["source"]


def test_tags_are_known_and_a_cell_has_one_audience(cells: list[dict[str, Any]]) -> None:
    for number, cell in enumerate(cells):
        assert set(cell["tags"]) <= TAGS, f"cell {number}"
        assert len(cell["tags"]) == len(set(cell["tags"])), f"cell {number}"
        assert not {"report", "workpaper"} <= set(cell["tags"]), f"cell {number}"
        if {"unnumbered", "annex", "landscape"} & set(cell["tags"]):
            assert cell["cell_type"] == "markdown", f"cell {number}"
            assert {"report", "workpaper"} & set(cell["tags"]), f"cell {number}"
            assert cell["source"].startswith("## "), f"cell {number}"


def test_the_record_cells_close_the_notebook(cells: list[dict[str, Any]]) -> None:
    places = [place for call in RECORD_CALLS for place, cell in enumerate(cells) if call in cell["source"]]
    # The set-up cell imports publish_findings; it does not call it.
    assert places == [len(cells) - 2, len(cells) - 1]
    assert all(not cells[place]["tags"] for place in places)


def test_every_printed_code_cell_is_one_call(cells: list[dict[str, Any]]) -> None:
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code" and cell["tags"] and "parameters" not in cell["tags"]:
            (statement,) = ast.parse(cell["source"]).body
            assert isinstance(statement, ast.Expr), f"cell {number}"
            assert isinstance(statement.value, ast.Call), f"cell {number}"


def test_the_chapters_are_those_of_the_outline() -> None:
    cells = cells_of(PROJECT)
    rules = ROOT / "params" / "rules"
    used = YAML(typ="safe").load((rules / "cn-mof-2020-10.yaml").read_text("utf-8"))["outline"]
    outlines = YAML(typ="safe").load((rules / "report-outlines.yaml").read_text("utf-8"))
    (outline,) = [entry for entry in outlines["outlines"] if entry["id"] == used]
    # What stands in brackets says what belongs to the chapter and is no part of its name.
    official = [re.sub(r"（.*）$", "", section["title"]) for section in outline["sections"]]
    numbered = chapters(cells, "report")
    assert numbered[0] == "摘要"
    assert numbered[1:] == official


def test_report_comes_before_the_working_paper_and_annexes_last() -> None:
    cells = cells_of(PROJECT)
    audiences = [next((tag for tag in cell["tags"] if tag in ("report", "workpaper")), "") for cell in cells]
    report = [place for place, tag in enumerate(audiences) if tag == "report"]
    assert max(report) < min(place for place, tag in enumerate(audiences) if tag == "workpaper")
    annexes = [place for place, cell in enumerate(cells) if "annex" in cell["tags"]]
    last_chapter = max(
        place for place in report if cells[place]["source"].startswith("## ") and "annex" not in cells[place]["tags"]
    )
    assert last_chapter < min(annexes)


def test_a_client_never_sees_the_other_totals() -> None:
    printed = "\n".join(cell["source"] for cell in cells_of(PROJECT) if "report" in cell["tags"])
    for inner in ("total.exact", "grade.exact", "alternatives", "margins", "findings", "survey_scales", "experts"):
        assert inner not in printed
