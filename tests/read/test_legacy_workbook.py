"""Old workbooks read record by record: the values another reader gives, and no broken file that does harm."""

from __future__ import annotations

import datetime as dt
import random
import struct
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from perfkit.errors import DataError
from perfkit.read import legacy_records as biff
from perfkit.read.compound_file import CompoundFile, CompoundFileError
from perfkit.read.legacy_workbook import open_legacy_workbook
from perfkit.read.workbook import RawWorkbook

FORMS = Path(__file__).parent / "forms"


def _open(path: Path) -> RawWorkbook:
    return open_legacy_workbook(path, path.name, lambda names: names)


@pytest.mark.parametrize("name", ["annex.xls", "marks.xls"])
def test_values_are_those_of_another_reader(name: str) -> None:
    book = _open(FORMS / name)
    with CalamineWorkbook.from_path(FORMS / name) as other:
        assert set(book.names) == set(other.sheet_names)
        for sheet in book.sheets.values():
            expected = other.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            found = [["" if value is None else value for value in line] for line in sheet.rows]
            assert found == expected


def test_what_formats_and_merged_cells_say() -> None:
    book = _open(FORMS / "marks.xls")
    sheet = book.sheets["甲"]
    assert sheet.rows[1][:5] == [dt.date(2024, 12, 31), 0.8619, 7, 2, "公里"]
    assert sheet.marks.percent == {(1, 1)}
    assert sheet.marks.zeros == {(1, 2): 4}
    assert sheet.merged == [((3, 2), (5, 3))]
    assert book.hidden == {"隐"}
    assert [(problem.code, problem.where) for problem in book.problems] == [("WB-FORMULA-ERROR", "marks.xls › 甲 › F2")]


@pytest.mark.parametrize(
    ("code", "number"),
    [(0x3FF00000, 1.0), (10 << 2 | 2, 10.0), (250 << 2 | 3, 2.5), ((-3 << 2 | 2) & 0xFFFFFFFF, -3.0)],
)
def test_packed_numbers(code: int, number: float) -> None:
    assert biff.rk_number(code) == number


def test_a_text_may_change_its_width_at_a_seam() -> None:
    head = struct.pack("<II", 2, 2)
    first = struct.pack("<HB", 4, 0) + b"ab"
    second = b"\x01" + "中文".encode("utf-16-le") + struct.pack("<HBH", 2, 8, 1) + b"cd" + b"\x00\x00\x00\x00"
    assert biff.SharedTexts([head + first, second]).read() == ["ab中文", "cd"]
    with pytest.raises(biff.RecordError):
        biff.SharedTexts([head + first]).read()


def test_dates_by_format() -> None:
    formats = biff.Formats(codes={170: "yyyy/m/d", 171: '0.00"年"', 172: "0%;[Red]-0%"}, styles=[0, 14, 170, 171, 172])
    assert formats.value(45657, 1) == formats.value(45657, 2) == dt.date(2024, 12, 31)
    assert formats.value(3.5, 3) == 3.5
    assert formats.percent(4)
    assert biff.Formats(styles=[14], from_1904=True).value(0.5, 0) == 0.5


def test_an_encrypted_workbook_is_named(tmp_path: Path) -> None:
    data = bytearray((FORMS / "annex.xls").read_bytes())
    start = data.index(struct.pack("<HHH", biff.BOF, 16, biff.BIFF8)) + 20
    data[start : start + 2] = struct.pack("<H", biff.FILEPASS)
    (tmp_path / "密.xls").write_bytes(data)
    with pytest.raises(DataError, match="密码"):
        _open(tmp_path / "密.xls")


def test_chains_that_loop_are_refused() -> None:
    data = bytearray((FORMS / "annex.xls").read_bytes())
    first_fat = struct.unpack_from("<I", data, 76)[0]
    place = 512 * (first_fat + 1)
    data[place : place + 400] = b"".join(struct.pack("<I", 1) for _ in range(100))
    with pytest.raises(CompoundFileError, match=r"循环|越界"):
        CompoundFile(bytes(data)).stream("Workbook")


def test_no_broken_file_does_harm(tmp_path: Path) -> None:
    draw = random.Random(20260101)
    data = (FORMS / "marks.xls").read_bytes()
    path = tmp_path / "坏.xls"
    refused: list[str] = []
    for _ in range(200):
        spoilt = bytearray(data)
        for _ in range(draw.choice((1, 3, 12))):
            spoilt[draw.randrange(len(spoilt))] = draw.randrange(256)
        path.write_bytes(spoilt[: draw.randrange(len(spoilt))] if draw.random() < 0.2 else spoilt)
        try:
            _open(path)
        except DataError as error:
            refused.extend(problem.code for problem in error.problems)
    assert 20 < len(refused) < 200
    assert set(refused) <= {"WB-FILE", "WB-SIZE"}
