"""Tables and figures beside the drafts: what Excel opens must be what was printed, and nothing else."""

from __future__ import annotations

import csv
import re
import zipfile
from pathlib import Path

import nbformat
import pytest

from perfkit.errors import DataError
from perfkit.read.rules import load_run
from perfkit.read.template import write_workbook
from perfkit.run.outputs import inert, write_outputs, write_pieces
from perfkit.show.draft.shapes import Cell, FigureBlock, TableBlock
from tests.read.samples import OVERVIEW, tables
from tests.run.conftest import RECORDS, TABLE, Checkout


@pytest.mark.parametrize(
    "text", ["=1+1", "+A1", "-a", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "-2+3", "+1-1", "--1"]
)
def test_no_text_is_taken_for_a_formula(text: str) -> None:
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-3.5", "+2", "-1,234.50", "-12.30%", "64.99", "", "—", "决策", "a=b", "≥50"])
def test_numbers_and_plain_texts_stay(text: str) -> None:
    assert inert(text) == text


def _table(name: str) -> TableBlock:
    header = ((Cell(text="指标"), Cell(text="得分")),)
    rows = ((Cell(text="决策, “一”", rowspan=2), Cell(text="1.50")), (None, Cell(text="=HYPERLINK(1)")))
    return TableBlock(name=name, caption="得分", widths=(1.0, 1.0), header=header, rows=rows)


def test_pieces_are_written_under_their_names(tmp_path: Path) -> None:
    figure = FigureBlock(name="score-rates", caption="得分率", alt="", width_cm=14.0, png=b"\x89PNG")
    write_pieces([_table("scores"), figure], tmp_path)
    assert (tmp_path / "figures" / "score-rates.png").read_bytes() == b"\x89PNG"
    with (tmp_path / "tables" / "scores.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [["指标", "得分"], ["决策, “一”", "1.50"], ["", "'=HYPERLINK(1)"]]


@pytest.mark.parametrize("name", ["../scores", "a/b", "", ".hidden", "a\\b"])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="RUN-PIECE"):
        write_pieces([_table(name)], tmp_path)


def test_persons_stay_in_the_working_paper(checkout: Checkout) -> None:
    """Names of the interviewed, telephone and identity numbers: not in report, tables or records."""
    run = load_run(checkout.run("alpha"), checkout.root)
    folder = checkout.root / "data" / "alpha"
    fieldwork = [{"id": "F1", "kind": "访谈", "place": "甲村", "person": "欧阳建国（站长）", "note": "缺水"}]
    write_workbook(folder / "评价工作簿.xlsx", {**tables(), "fieldwork": fieldwork}, OVERVIEW)
    said = "欧阳建国反映缺水，电话13812345678"
    name, table = "application/vnd.perfkit.say+json", {**TABLE, "rows": [[{"text": said}, {"text": "1"}]]}
    records = [*RECORDS, {"name": "note", "value": said, "kind": "text"}]
    outputs = [
        {name: {"runs": [{"text": said}, {"text": said, "record": "note"}]}},
        {"application/vnd.perfkit.table+json": table},
        {"application/vnd.perfkit.records+json": records},
    ]
    cell = {
        "cell_type": "code",
        "metadata": {"tags": ["report", "workpaper"]},
        "outputs": [{"output_type": "display_data", "data": data} for data in outputs],
    }
    out = checkout.root / "out"
    out.mkdir()
    write_outputs(run, checkout.root, nbformat.from_dict({"cells": [cell]}), out, None)
    texts = {path.name: _text(path) for path in out.rglob("*") if path.is_file()}
    assert {name for name, text in texts.items() if "欧阳建国" in text or "13812345678" in text} == {"workpaper.docx"}
    assert texts["draft.docx"].count("欧阳某某反映缺水，电话138********") == 3


def _text(path: Path) -> str:
    """Return the words of a written file."""
    if path.suffix != ".docx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        return re.sub("<[^>]+>", "", archive.read("word/document.xml").decode())
