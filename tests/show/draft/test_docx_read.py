from __future__ import annotations

from pathlib import Path

import docx
import pytest

from perfkit.errors import DataError
from perfkit.show.draft.docx import draft_numbers, draft_text


def test_an_edited_number_is_read_as_it_stands_now(report: Path, tmp_path: Path) -> None:
    document = docx.Document(str(report))
    for text in document.element.body.iter("{*}t"):
        if text.text == "64.99":
            text.text = "65.00"
            break
    document.save(str(tmp_path / "edited.docx"))
    assert draft_numbers(tmp_path / "edited.docx")["total"] == ("65.00", "64.99", "64.99")


def test_the_text_is_the_whole_body(report: Path) -> None:
    text = draft_text(report)
    assert "经评价，项目综合得分 64.99 分，等级为“中”。" in text
    assert "资金安排与执行见表1和图1。" in text
    assert "复核要点" not in text


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_draft_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"x\.docx"):
        draft_numbers(path)
