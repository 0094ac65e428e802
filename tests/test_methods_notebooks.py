"""Methods notebooks in the form of the house: question, definition, published example, a case that misleads, choice.

That they give the stored numbers is nbval's matter (``make test``); here stands what nbval does not look at.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks" / "methods").glob("*.ipynb"))
OPENING = ("**问**", "**答什么**", "**决定什么**")
CHAPTERS = ("定义", "重现一个已发表的例子", "会误导的情形", "报告哪一个", "练习", "要点", "参考文献")
# what would differ on another machine: addresses, paths, versions, traces of warnings
UNSTABLE = re.compile(r"0x[0-9a-f]{6,}|site-packages|/\w+/\w+/\w+|Warning|\d+\.\d+\.\d+")


@pytest.fixture(params=NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def cells(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    path: Path = request.param
    found = json.loads(path.read_text("utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in found]


def prose(cells: list[dict[str, Any]]) -> str:
    return "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")


def code(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [cell for cell in cells if cell["cell_type"] == "code"]


def texts(cell: dict[str, Any]) -> list[str]:
    """Return every text that a cell put out, pictures aside."""
    found = []
    for output in cell["outputs"]:
        found.append("".join(output.get("text", [])))
        found += ["".join(map(str, data)) for mime, data in output.get("data", {}).items() if mime != "image/png"]
    return found


def test_the_three_notebooks_of_the_first_half_are_there() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS][:3] == ["m1", "m2", "m3"]


def test_chapters_stand_in_order(cells: list[dict[str, Any]]) -> None:
    assert all(word in cells[0]["source"] for word in OPENING)
    headings = re.findall(r"^##+ (.+)$|^\*\*(会误导的情形.*?)[：:]", prose(cells), flags=re.MULTILINE)
    words = " / ".join(first or second for first, second in headings)
    places = [words.find(chapter) for chapter in CHAPTERS]
    assert -1 not in places, words
    assert places == sorted(places), words


def test_the_exercise_folds_its_solution(cells: list[dict[str, Any]]) -> None:
    assert prose(cells).count("<details><summary>参考答案</summary>") == 1
    assert prose(cells).count("</details>") == 1
    assert any(cell["metadata"].get("jupyter", {}).get("source_hidden") for cell in code(cells))


def test_every_cell_ran_in_order_and_none_failed(cells: list[dict[str, Any]]) -> None:
    assert [cell["execution_count"] for cell in code(cells)] == list(range(1, len(code(cells)) + 1))
    assert not [o for cell in code(cells) for o in cell["outputs"] if o["output_type"] in ("error", "stream")]


def test_every_call_shows_something_to_compare(cells: list[dict[str, Any]]) -> None:
    silent = [cell["source"] for cell in code(cells)[1:] if not cell["outputs"]]
    assert not silent


def test_outputs_are_the_same_on_every_machine(cells: list[dict[str, Any]]) -> None:
    found = [text for cell in code(cells) for text in texts(cell) if UNSTABLE.search(text)]
    assert not found


def test_there_is_more_prose_than_code(cells: list[dict[str, Any]]) -> None:
    lines = [line.strip() for cell in code(cells) for line in cell["source"].splitlines() if line.strip()]
    # the sentences that take their numbers from results stand in code cells, one string a line
    sentences = [line for line in lines if re.match(r'"[^"]*[，。：；？][^"]*"$', line)]
    told = len([line for line in prose(cells).splitlines() if line.strip()]) + len(sentences)
    assert told > 0.6 * (len(lines) - len(sentences))
