"""Opening a workbook: limits, entities, broken files, formulas without value."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from perfkit.errors import DataError
from perfkit.read.engagement import check_engagement, read_engagement
from perfkit.read.workbook import MAX_ENTRIES, column_letters, open_workbook
from tests.read.samples import address, codes, errors, repack, spoil, write


def _refused(path: Path) -> str:
    (problem,) = check_engagement(path)
    with pytest.raises(DataError):
        read_engagement(path)
    return problem.code


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("旧.xls", b"\xd0\xcf\x11\xe0rest", "WB-SUFFIX"),
        ("表.ods", b"PK", "WB-SUFFIX"),
        ("空.xlsx", b"", "WB-FILE"),
        ("坏.xlsx", b"PK\x03\x04 and then nothing", "WB-FILE"),
        ("加密.xlsx", b"\xd0\xcf\x11\xe0encrypted", "WB-FILE"),
    ],
)
def test_a_file_that_is_no_workbook_is_one_problem(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert _refused(path) == code


def test_an_absent_file_is_one_problem(tmp_path: Path) -> None:
    assert _refused(tmp_path / "没有.xlsx") == "WB-FILE"


def test_an_archive_without_a_workbook_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    assert _refused(path) == "WB-FILE"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.xml", b"0" * 4_000_000)
    assert _refused(path) == "WB-SIZE"


def test_too_many_entries_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(MAX_ENTRIES):
            archive.writestr(f"xl/media/{number}.txt", b"")
    assert _refused(path) == "WB-SIZE"


def test_a_cell_far_outside_is_refused_before_the_grid_is_built(tmp_path: Path) -> None:
    path = spoil(write(tmp_path / "x.xlsx"), {("资金", "XFD1048576"): 1})
    assert _refused(path) == "WB-SIZE"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ('<row r="9"><c r="ZZZZZZ99999999999"><v>1</v></c></row>', "WB-FILE"),
        ('<row r="9"><c r="9A"><v>1</v></c></row>', "WB-FILE"),
        ('<row r="99999999999999"><c><v>1</v></c></row>', "WB-FILE"),
        ('<row r="1048576"><c><v>1</v></c></row>', "WB-SIZE"),
        (f'<row r="9">{"<c><v>1</v></c>" * 600}</row>', "WB-SIZE"),
    ],
)
def test_a_place_that_no_sheet_has_never_reaches_calamine(tmp_path: Path, row: str, code: str) -> None:
    """It panics, aborts or fills the memory there: none of them can be caught."""
    path = repack(
        write(tmp_path / "x.xlsx"),
        lambda name, data: (
            data.replace(b"</sheetData>", row.encode() + b"</sheetData>") if name.endswith("sheet3.xml") else data
        ),
    )
    assert _refused(path) == code


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet3.xml", "xl/comments/comment1.xml"]
)
def test_entities_are_refused_in_every_part(tmp_path: Path, part: str) -> None:
    def declare(name: str, data: bytes) -> bytes:
        body = data[data.index(b"?>") + 2 :] if data.startswith(b"<?xml") else data
        return b'<!DOCTYPE x [<!ENTITY e "eee">]>' + body if name == part else data

    assert _refused(repack(write(tmp_path / "x.xlsx"), declare)) == "WB-ENTITY"


def test_an_entity_in_another_encoding_is_found(tmp_path: Path) -> None:
    def declare(name: str, data: bytes) -> bytes:
        if name != "docProps/core.xml":
            return data
        body = data.decode().partition("?>")[2] or data.decode()
        return f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e "e">]>{body}'.encode("utf-16")

    assert _refused(repack(write(tmp_path / "x.xlsx"), declare)) == "WB-ENTITY"


def test_a_formula_without_value_is_an_error_with_its_cell(tmp_path: Path) -> None:
    place = address("indicators", "actual", 5)
    path = spoil(write(tmp_path / "x.xlsx"), {("指标体系", place): "=1+1", ("资金", "K9"): "=1"})
    found = errors(check_engagement(path))
    assert {problem.code for problem in found} >= {"WB-FORMULA"}
    assert [problem.where.rpartition(" › ")[2] for problem in found if problem.code == "WB-FORMULA"] == ["K9", place]


def test_a_formula_with_its_value_is_read(tmp_path: Path) -> None:
    place = address("indicators", "actual", 5)
    path = spoil(write(tmp_path / "x.xlsx"), {("指标体系", place): "=90+3.35"})
    repack(path, lambda name, data: data.replace(b"<f>90+3.35</f><v></v>", b"<f>90+3.35</f><v>93.35</v>").replace(
        b"<f>90+3.35</f><v />", b"<f>90+3.35</f><v>93.35</v>"))  # fmt: skip
    assert read_engagement(path).tables["indicators"][1].value("actual") == 93.35


def test_a_formula_with_an_error_value_is_an_error_with_its_cell(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "资金"
    sheet["B2"].value = "#DIV/0!"
    sheet["B2"].data_type = "e"
    path = tmp_path / "x.xlsx"
    book.save(path)
    raw = open_workbook(path, "x.xlsx", lambda names: names)
    (problem,) = raw.problems
    assert (problem.code, problem.where) == ("WB-FORMULA-ERROR", "x.xlsx › 资金 › B2")


def test_addresses_are_right_below_and_beside_empty_cells(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0]["C5"].value = "x"
    path = tmp_path / "x.xlsx"
    book.save(path)
    (sheet,) = open_workbook(path, "x.xlsx", lambda names: names).sheets.values()
    assert sheet.found(4, 2).value == "x"
    assert sheet.found(4, 2).address.cell == "C5"
    assert sheet.found(99, 99).value is None
    assert column_letters(701) == "ZZ"


def test_a_hidden_sheet_of_the_layout_is_read_and_said(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx")
    book = load_workbook(path)
    book["资金"].sheet_state = "hidden"
    book.save(path)
    assert read_engagement(path).tables["funds"]
    assert "WB-HIDDEN" in codes(check_engagement(path))
