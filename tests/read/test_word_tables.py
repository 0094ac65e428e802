"""Tables of documents laid out as a grid: spans, nested tables, deleted text, limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document

from perfkit.errors import DataError
from perfkit.read.word_tables import read_document
from tests.read.samples import repack

NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _document(path: Path, body: str) -> Path:
    Document().save(str(path))
    xml = f'<?xml version="1.0"?><w:document {NS}><w:body>{body}</w:body></w:document>'
    return repack(path, lambda name, data: xml.encode() if name == "word/document.xml" else data)


def _cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def test_spans_become_merged_ranges(tmp_path: Path) -> None:
    down, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    rows = (
        _cell("甲", down) + _cell("乙", '<w:gridSpan w:val="2"/>'),
        _cell("", on) + _cell("丙") + _cell("丁"),
        _cell("戊") + _cell("己", '<w:hMerge w:val="restart"/>') + _cell("庚", "<w:hMerge/>"),
    )
    body = "<w:p><w:r><w:t>标题</w:t></w:r></w:p><w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    sheet = read_document(_document(tmp_path / "甲.docx", body), "甲.docx")
    assert sheet.rows == [["标题"], ["甲", "乙", None], [None, "丙", "丁"], ["戊", "己", None]]
    assert sorted(sheet.merged) == [((1, 0), (2, 0)), ((1, 1), (1, 2)), ((3, 1), (3, 2))]
    assert (sheet.labels[0, 0], sheet.labels[2, 2]) == ("第1段", "表1第2行第3格")


def test_nested_tables_follow_and_deleted_text_is_left_out(tmp_path: Path) -> None:
    inner = f"<w:tbl><w:tr>{_cell('内')}</w:tr></w:tbl>"
    deleted = "<w:p><w:del><w:r><w:t>删</w:t></w:r></w:del><w:ins><w:r><w:t>留</w:t></w:r></w:ins><w:r><w:br/><w:t>下行</w:t></w:r></w:p>"
    sheet = read_document(
        _document(tmp_path / "甲.docx", f"<w:tbl><w:tr><w:tc>{deleted}{inner}<w:p/></w:tc></w:tr></w:tbl>"), "甲.docx"
    )
    assert sheet.rows == [["留\n下行"], ["内"]]


def test_absurd_spans_are_bounded(tmp_path: Path) -> None:
    wide = _cell("甲", '<w:gridSpan w:val="999999999"/>')
    sheet = read_document(_document(tmp_path / "甲.docx", f"<w:tbl><w:tr>{wide}</w:tr></w:tbl>"), "甲.docx")
    assert len(sheet.rows[0]) == 200


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"text"])
def test_what_is_no_document(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "甲.docx").write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_document(tmp_path / "甲.docx", "甲.docx")
    assert [problem.code for problem in caught.value.problems] == ["WB-FILE"]
