"""Documents beside the draft: published, read back, written under safe names, alike on every run, names of persons masked."""

from __future__ import annotations

import dataclasses
import json
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from perfkit.errors import DataError
from perfkit.run.sheets import safe_name, write_sheets
from perfkit.show.draft.docx_read import draft_text
from perfkit.show.draft.meta import DraftMeta
from perfkit.show.draft.sheets import SHEETS_MIME, read_sheets
from perfkit.show.opinion_sheets import opinion_sheets, send_back_sheets
from perfkit.show.record import RecordBook
from perfkit.show.sheets import Pairs, Room, Sheet, Sheets, Title, Words
from perfkit.terms import Secrecy
from tests.show import re_evaluation_sample as sample

META = DraftMeta(title="部门项目支出绩效自评再评价报告", date=date(2025, 7, 15), demo=True, secrecy=Secrecy.INTERNAL)


def published(*sheets: Sheets) -> dict[str, Any]:
    """Return a notebook that published these documents, as JSON keeps it."""
    outputs = [{"data": json.loads(json.dumps(item._repr_mimebundle_()))} for item in sheets]
    return {"cells": [{"cell_type": "code", "outputs": outputs}]}


def sheets_of(count: int) -> dict[str, Any]:
    found = sample.evaluation(count)
    book = RecordBook(found.records)
    opinions = opinion_sheets(found.opinion_sheets, found.items, found.desk, book)
    return published(opinions, send_back_sheets(found.send_back, book))


def plain(*texts: str, name: str = "单据", folder: tuple[str, ...] = ()) -> Sheets:
    return Sheets.of([Sheet(folder=folder, name=name, title="单据", parts=tuple(Words(text) for text in texts))])


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def test_a_project_has_one_sheet_and_a_department_one_list(tmp_path: Path) -> None:
    documents = read_sheets(sheets_of(2))
    assert [document.title for document in documents].count("单项目复核意见单") == 24
    assert [document.name for document in documents[-2:]] == ["市水务局退回修改清单", "市教育体育局退回修改清单"]
    assert documents[-1].landscape
    written = write_sheets(documents, (), META, tmp_path, None)
    assert len(set(written)) == len(documents)
    assert {path.relative_to(tmp_path).parts[0] for path in written} == {"sheets"}
    assert (tmp_path / "sheets" / "单项目复核意见单" / "市水务局").is_dir()


def test_a_sheet_says_what_changed_and_leaves_room_for_the_reply(tmp_path: Path) -> None:
    (path, *_) = write_sheets(read_sheets(sheets_of(1))[:1], (), META, tmp_path, None)
    text = draft_text(path)
    for words in (
        *(
            "单项目复核意见单",
            "市水务局",
            "自评 91.75 → 再评价 91.75",
            "供水管网改造长度",
            "-2.50",
            "12.50",
            "E03",
            "佐证缺失",
        ),
        *(
            "验收单只列到三季度",
            "得分与按完成率计算的不一致",
            "退回修改",
            "部门（单位）反馈意见",
            "（　）不同意",
            "张评",
        ),
        "单位负责人（签字盖章）",
    ):
        assert words in text, words


def test_a_project_that_was_only_checked_has_no_scores_of_ours(tmp_path: Path) -> None:
    documents = [item for item in read_sheets(sheets_of(1)) if "第3期" in item.name]
    (path,) = write_sheets(documents, (), META, tmp_path, None)
    text = draft_text(path)
    assert "得分变动" not in text
    assert "自评得分不作调整" in text


def test_every_page_says_that_the_data_is_fictional(tmp_path: Path) -> None:
    (path, *_) = write_sheets(read_sheets(sheets_of(1))[:1], (), META, tmp_path, None)
    headers = [text for name, text in parts(path).items() if re.fullmatch(r"word/header[34]\.xml", name)]
    assert len(headers) == 2
    assert all("（演示数据）" in text and 'string="演示数据"' in text for text in headers)
    assert "内部" in draft_text(path)
    real = dataclasses.replace(META, demo=False)
    (path, *_) = write_sheets(read_sheets(sheets_of(1))[:1], (), real, tmp_path, None)
    assert not [name for name, text in parts(path).items() if "演示数据" in text]


def test_the_same_notebook_gives_the_same_bytes(tmp_path: Path) -> None:
    notebook = sheets_of(1)
    first, second = (write_sheets(read_sheets(notebook), (), META, tmp_path / name, None) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_page_is_a_whole_word_file(tmp_path: Path) -> None:
    upright, landscape = read_sheets(sheets_of(1))[0], read_sheets(sheets_of(1))[-1]
    for document, turned in ((upright, False), (landscape, True)):
        (path,) = write_sheets([document], (), META, tmp_path, None)
        body = parts(path)["word/document.xml"]
        assert ('w:orient="landscape"' in body) is turned
        assert "perfkit-sheet" not in "".join(parts(path).values())
        assert f"<dc:title>{document.title}</dc:title>" in parts(path)["docProps/core.xml"]


def test_text_of_the_data_is_no_markup_and_no_field(tmp_path: Path) -> None:
    evil = '</w:t></w:r></w:p><w:p><w:fldSimple w:instr="DDEAUTO cmd"/>&"=HYPERLINK("x")\x07'
    (path,) = write_sheets(read_sheets(published(plain(evil))), (), META, tmp_path, None)
    assert "fldSimple w:instr" not in parts(path)["word/document.xml"].replace("&lt;w:fldSimple", "")
    assert '<w:fldSimple w:instr="DDEAUTO cmd"/>' in draft_text(path)


def test_html_of_a_notebook_is_escaped() -> None:
    sheet = Sheet(folder=(), name="x", title="<script>x</script>", parts=())
    assert "<script>" not in Sheets.of([sheet])._repr_mimebundle_()["text/html"]


def test_persons_are_masked_but_for_those_a_sheet_names(tmp_path: Path) -> None:
    sheet = Sheet(
        folder=("王小明",),
        name="王小明的表",
        title="单",
        parts=(Words("王小明 13812345678，张评"), Pairs((("人", "李四"),))),
        named=("张评",),
    )
    (path,) = write_sheets(read_sheets(published(Sheets.of([sheet]))), ("王小明", "张评", "李四"), META, tmp_path, None)
    text = draft_text(path)
    assert "王小明" not in text
    assert "李四" not in text
    assert "138********，张评" in text
    assert "王小明" not in path.name


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "/etc/passwd",
        "a\\b",
        "..",
        ".",
        "",
        "CON",
        "nul.txt",
        "x" * 300,
        "项目" * 200,
        "a\nb\tc",
        " .hidden. ",
        "\u202eexe",
    ],
)
def test_no_name_leads_out_or_cannot_be_written(tmp_path: Path, name: str) -> None:
    documents = read_sheets(published(plain("一", name=name, folder=(name, name))))
    (path,) = write_sheets(documents, (), META, tmp_path, None)
    assert path.resolve().is_relative_to((tmp_path / "sheets").resolve())
    assert path.is_file()
    assert all(len(part.encode()) <= 255 for part in path.parts)
    assert safe_name(name) == safe_name(safe_name(name))


def test_equal_names_are_numbered(tmp_path: Path) -> None:
    documents = read_sheets(published(plain("一", name="A"), plain("二", name="a"), plain("三", name="A ")))
    paths = write_sheets(documents, (), META, tmp_path, None)
    assert [path.name for path in paths] == ["A.docx", "a-2.docx", "A-3.docx"]


def test_nothing_published_is_nothing_written() -> None:
    assert read_sheets({"cells": [{"outputs": [{"data": {"text/plain": "x"}}]}]}) == ()
    assert str(Sheets.of([])) == "没有需要出具的单据"


BROKEN: tuple[object, ...] = (
    {"name": "x"},
    {"folder": [], "name": 1, "title": "t", "parts": []},
    {"folder": [], "name": "n", "title": "t", "parts": [{}]},
    {"folder": [], "name": "n", "title": "t", "parts": [{"table": {"name": "x"}}]},
    "text",
)


@pytest.mark.parametrize("broken", BROKEN)
def test_all_malformed_documents_are_named_at_once(broken: object) -> None:
    notebook = {"cells": [{"outputs": [{"data": {SHEETS_MIME: [broken, broken]}}]}]}
    with pytest.raises(DataError) as caught:
        read_sheets(notebook)
    assert [problem.code for problem in caught.value.problems] == ["SHEET-SHAPE"] * 2


def test_pairs_and_room() -> None:
    sheet = Sheet(
        folder=(),
        name="n",
        title="t",
        parts=(Title("一、"), Pairs((("甲", "1"), ("乙", "2"), ("丙", "3"))), Room("答：", 2)),
    )
    (document,) = read_sheets(published(Sheets.of([sheet])))
    _, pairs, room = document.blocks
    cells = [[None if cell is None else (cell.text, cell.colspan) for cell in row] for row in pairs.rows]  # type: ignore[union-attr]
    assert cells == [[("甲", 1), ("1", 1), ("乙", 1), ("2", 1)], [("丙", 1), ("3", 3), None, None]]
    assert room.rows[0][0].text == "答：\n\n"  # type: ignore[union-attr]


def test_a_frame_without_findings_gives_sheets_too() -> None:
    found = sample.evaluation(1)
    nothing: Any = sample.Listed("desk_findings", pd.DataFrame(columns=found.desk.to_frame().columns))
    sheets = opinion_sheets(found.opinion_sheets, found.items, nothing, RecordBook(found.records))
    assert len(sheets.sheets) == 12
