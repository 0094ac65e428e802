"""Tables and figures beside the drafts: what Excel opens must be what was printed, and nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from perfkit.errors import DataError
from perfkit.run.outputs import inert, write_pieces
from perfkit.show.draft.shapes import Cell, FigureBlock, TableBlock


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
