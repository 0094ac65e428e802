"""Folders of self-evaluation forms: lists, broken and foreign files, several processes, what the import writes."""

from __future__ import annotations

import csv
import os
import struct
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from openpyxl import Workbook, load_workbook

from perfkit.errors import DataError
from perfkit.read.imported import TABLE, WORKBOOK, write_import
from perfkit.read.self_evaluation import SelfEvaluations, read_self_evaluations
from perfkit.read.self_evaluation.files import SourceFile
from perfkit.read.self_evaluation.pool import read_with_processes
from perfkit.terms import Severity
from tests.read.samples import repack
from tests.read.self_evaluation_samples import Made, codes, item, put, read, row, told, write, write_document

LIST = (
    "项目编码", "项目名称", "主管部门", "实施单位", "全年预算数（元）", "全年执行数（元）", "预算执行率", "一级指标", "二级指标",
    "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析", "总分",
)  # fmt: skip


def _listed(code: str, name: str, *rows: tuple[object, ...], total: float = 95.0) -> list[list[object]]:
    head = [code, name, "云川市水务局", "供水站", 1_000_000, 900_000, "90%"]
    return [[*head, *values, None, total] for values in rows]


def test_a_list_of_indicators_with_repeated_project_columns(tmp_path: Path) -> None:
    book = Workbook()
    first = _listed(
        "P1",
        "甲",
        ("产出指标", "数量指标", "长度", "≥50公里", "52公里", 50, 50),
        ("效益指标", "社会效益", "人口", "≥10人", "9人", 40, 36),
    )
    second = _listed("P2", "乙", ("产出指标", "数量指标", "数量", "≥5个", "5个", 90, 90), total=99)
    third = _listed("P1", "甲", ("预算执行率", "预算执行率", "预算执行率", "100%", "90%", 10, 9))
    third[0][5] = 800_000
    put(book.active, [["项目绩效自评明细表（2024年度）"], list(LIST), *first, *second, *third])
    book.save(tmp_path / "清单.xlsx")
    result = read(tmp_path)
    assert list(result.forms["project"]) == ["P1", "P2"]
    assert list(result.forms["total"]) == [95, 99]
    assert list(result.forms["budget"]) == [100, 100]
    assert list(result.forms["printed_rate"]) == [0.9, 0.9]
    assert list(result.items["item"]) == ["1", "2", "execution", "1"]
    assert item(result, "人口")["score_cell"] == "N4"
    assert [problem.where for problem in told(result, Severity.ERROR)] == ["清单.xlsx › Sheet › F6（全年执行数）"]
    assert "SE-SCATTERED" in codes(result, Severity.INFO)
    assert list(result.funds["line"]) == ["total", "total"]


def test_blank_project_cells_of_a_list_belong_to_the_row_above(tmp_path: Path) -> None:
    rows = _listed("P1", "甲", *(("产出指标", "数量指标", f"长度{n}", "≥50公里", "52公里", 50, 50) for n in range(3)))
    rows[1][:7] = [None] * 7
    rows[2][:7] = [None, "甲", None, None, None, None, None]
    book = Workbook()
    put(book.active, [list(LIST), *rows])
    book.save(tmp_path / "清单.xlsx")
    result = read(tmp_path)
    assert list(result.forms["items"]) == [3]


def test_goals_beside_their_labels_and_remarks_as_causes(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["2023年度项目支出绩效目标自评表"],
        ["项目名称：农田水利项目", None, None, "单位：万元"],
        ["主管部门：云川市水利局", None, None, "实施单位：灌溉站"],
        ["项目资金", None, "预算数", "执行数", "执行率", "分值", "得分"],
        [None, "资金总额", 100, 85, 0.85, 10, 8.5],
        ["年度总体目标", "修渠十公里", "完成情况", "已修十公里"],
        ["绩效指标", "一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "备注"],
        [None, "产出指标", "数量指标", "指标1：修渠", "10公里", "9公里", 90, 81, "雨季长"],
        ["合计", None, None, None, None, None, 100, 89.5],
        ["自评等级：□优 ☑良 □中 □差", None, "填 报 人：甲　联系电话：123　填报日期：2024 年 1 月 5 日"],
    ]
    write(tmp_path / "甲.xlsx", rows=rows)
    result = read(tmp_path)
    form = result.forms.iloc[0]
    assert (form["name"], form["department"], form["agency"], form["year"]) == (
        "农田水利项目",
        "云川市水利局",
        "灌溉站",
        2023,
    )
    assert (form["target_text"], form["result_text"], form["grade"], form["total"]) == (
        "修渠十公里",
        "已修十公里",
        "良",
        89.5,
    )
    assert (form["filled_by"], form["phone"], form["date"]) == ("甲", "123", "2024-01-05")
    assert item(result, "修渠")["cause"] == "雨季长"
    assert not told(result, Severity.ERROR)


def test_word_rows_whose_cells_lie_elsewhere_than_their_headings(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("项目支出绩效自评表（2024年度）")
    table = document.add_table(4, 12)
    spans: list[list[tuple[int, str]]] = [
        [(2, "项目名称"), (10, "乡村道路")],
        [
            (1, "一级指标"),
            (2, "二级指标"),
            (2, "三级指标"),
            (2, "年度指标值"),
            (2, "实际完成值"),
            (1, "分值"),
            (1, "得分"),
            (1, "偏差原因"),
        ],
        [(1, "产出指标"), (1, "数量指标"), (3, "里程"), (2, "≥5公里"), (2, "6公里"), (1, "90"), (1, "90"), (1, "")],
        [(9, "总分"), (1, "100"), (1, "99"), (1, "")],
    ]
    for down, cells in enumerate(spans):
        left = 0
        for span, text in cells:
            table.cell(down, left).merge(table.cell(down, left + span - 1)).text = text
            left += span
    document.save(str(tmp_path / "甲.docx"))
    result = read(tmp_path)
    found = item(result, "里程")
    assert (found["level2"], found["target"], found["actual"], found["score"]) == ("数量指标", 5, 6, 90)
    assert (result.forms.iloc[0]["name"], result.forms.iloc[0]["total"]) == ("乡村道路", 99)
    assert found["score_cell"] == "表1第3行第7格"


def _encrypted(old: bytes) -> bytes:
    """Return a compound file that holds an encrypted package, as Excel saves one with a password."""
    data = bytearray(old)
    entry = data.index("Workbook".encode("utf-16-le"))
    name = "EncryptedPackage".encode("utf-16-le")
    data[entry : entry + len(name)] = name
    data[entry + 64 : entry + 66] = struct.pack("<H", len(name) + 2)
    return bytes(data)


def test_an_old_workbook_under_the_new_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").write_bytes((Path(__file__).parent / "forms" / "annex.xls").read_bytes())
    result = read(tmp_path)
    assert list(result.forms["total"]) == [95.4]
    assert [problem.found for problem in result.problems if problem.code == "SE-SUFFIX"] == ["旧格式（.xls）的内容"]


def _ugly(folder: Path) -> None:
    """Fill a folder with one good form and everything that goes wrong."""
    write(folder / "好.xlsx")
    data = (folder / "好.xlsx").read_bytes()
    (folder / "截断.xlsx").write_bytes(data[: len(data) // 2])
    (folder / "空.xlsx").write_bytes(b"")
    (folder / "空.xls").write_bytes(b"")
    (folder / "空.docx").write_bytes(b"")
    (folder / "网页.xls").write_bytes("<html><table><tr><td>项目名称</td></tr></table></html>".encode())
    (folder / "改名.xls").write_bytes(data)
    (folder / "乱码.docx").write_bytes(os.urandom(2_000))
    (folder / "说明.pdf").write_bytes(b"%PDF-1.4")
    (folder / "打包.zip").write_bytes(b"PK")
    (folder / "照片.jpg").write_bytes(b"x")
    (folder / "~$好.xlsx").write_bytes(b"x")
    old = bytearray((Path(__file__).parent / "forms" / "annex.xls").read_bytes())
    (folder / "坏.xls").write_bytes(old[:600])
    (folder / "加密.xlsx").write_bytes(_encrypted(bytes(old)))
    write(folder / "不是表.xlsx", rows=[["项目名称", "金额"], ["甲", 10]])
    bomb = write(folder / "炸弹.xlsx")
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b" " * 40_000_000)
    dtd = b"<!DOCTYPE x [<!ENTITY a 'b'>]>"
    repack(
        write(folder / "实体.xlsx"),
        lambda name, part: part.replace(b"<worksheet", dtd + b"<worksheet") if "sheet1" in name else part,
    )
    write_document(folder / "实体.docx", Made())
    repack(folder / "实体.docx", lambda name, part: part.replace(b"<w:document", dtd + b"<w:document", 1))
    far = write(folder / "远.xlsx")
    repack(far, lambda name, part: part.replace(b'r="A1"', b'r="SF190000"') if "sheet1" in name else part)


@pytest.fixture
def ugly(tmp_path: Path) -> SelfEvaluations:
    folder, outside = tmp_path / "自评表", tmp_path / "外面"
    folder.mkdir()
    _ugly(folder)
    write(outside / "外.xlsx")
    (folder / "链接.xlsx").symlink_to(outside / "外.xlsx")
    (folder / "链接夹").symlink_to(outside, target_is_directory=True)
    (folder / "内链.xlsx").symlink_to(folder / "好.xlsx")
    os.mkfifo(folder / "管道.xlsx")
    (folder / os.fsdecode("中文.xlsx".encode("gb18030"))).write_bytes(b"x")
    return read(folder)


def test_nothing_stops_a_folder_and_everything_is_listed(ugly: SelfEvaluations) -> None:
    assert list(ugly.forms["file"]) == ["好.xlsx"]
    found = {item.where.split(" › ")[0]: item.code for item in ugly.problems if item.code != "SE-NORMALISED"}
    assert found == {
        "截断.xlsx": "WB-FILE", "空.xlsx": "WB-FILE", "空.xls": "WB-FILE", "空.docx": "WB-FILE", "网页.xls": "WB-FILE",
        "改名.xls": "WB-FILE",
        "乱码.docx": "WB-FILE", "说明.pdf": "SE-SUFFIX", "打包.zip": "SE-SUFFIX", "照片.jpg": "SE-SUFFIX", "~$好.xlsx": "SE-SKIPPED",
        "坏.xls": "WB-FILE", "加密.xlsx": "WB-FILE", "不是表.xlsx": "SE-NO-FORM", "炸弹.xlsx": "WB-SIZE", "实体.xlsx": "WB-ENTITY",
        "实体.docx": "WB-ENTITY", "远.xlsx": "WB-SIZE", "链接.xlsx": "SE-LINK", "链接夹": "SE-LINK", "内链.xlsx": "SE-LINK",
        "管道.xlsx": "SE-FILE", "中文.xlsx": "WB-FILE",
    }  # fmt: skip


def test_reasons_say_what_it_is(ugly: SelfEvaluations) -> None:
    said = {problem.where: problem.found for problem in ugly.problems}
    assert "网页" in said["网页.xls"]
    assert "扩展名不符" in said["改名.xls"]
    assert "密码" in said["加密.xlsx"]
    assert said["空.xls"] == "空文件"
    severities = {problem.where: problem.severity for problem in ugly.problems}
    assert severities["照片.jpg"] is Severity.WARNING
    assert severities["内链.xlsx"] is Severity.INFO
    assert severities["链接.xlsx"] is Severity.ERROR


def test_a_far_off_cell_is_refused_before_anything_is_allocated(tmp_path: Path) -> None:
    path = write(tmp_path / "远.xlsx")
    repack(
        path,
        lambda name, part: part.replace(
            b"</sheetData>", b'<row r="190000"><c r="SF190000"><v>1</v></c></row></sheetData>'
        ),
    )
    result = read(tmp_path)
    assert codes(result) == {"WB-SIZE"}


def test_the_result_depends_neither_on_processes_nor_on_the_order_of_the_disk(tmp_path: Path) -> None:
    for number in (*range(30, 45), *range(30)):
        write(tmp_path / f"{number:02}.xlsx", Made(name=f"项目{number}"))
    (tmp_path / "坏.xlsx").write_bytes(b"x")
    one, two = read_self_evaluations(tmp_path, jobs=1), read_self_evaluations(tmp_path, jobs=2)
    for name in ("values", "forms", "items", "funds"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert one.problems == two.problems
    assert list(one.sha256) == list(two.sha256)
    assert list(one.forms["name"]) == [f"项目{number}" for number in range(45)]


class _Deadly(type(Path())):  # type: ignore[misc]
    """A path that takes down the process to which it is sent."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)


def test_a_file_that_kills_a_process_is_listed_and_the_others_are_read(tmp_path: Path) -> None:
    files = [SourceFile(write(tmp_path / f"{number:02}.xlsx"), f"{number:02}.xlsx") for number in range(12)]
    files[7] = SourceFile(_Deadly(files[7].path), files[7].file)
    read_ = read_with_processes(files, "", 2)
    assert [tables.file for tables in read_] == [source.file for source in files]
    assert [problem.code for problem in read_[7].problems] == ["SE-CRASH"]
    assert all(len(tables.forms) == 1 for number, tables in enumerate(read_) if number != 7)


def test_copies_are_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx")
    (tmp_path / "b.xlsx").write_bytes(path.read_bytes())
    result = read(tmp_path)
    assert len(result.forms) == 2
    assert [problem.where for problem in result.problems if problem.code == "SE-COPY"] == ["b.xlsx"]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="没有这个文件夹"):
        read(tmp_path / "无")
    empty = read(tmp_path)
    assert empty.forms.empty
    assert empty.items["full"].dtype == float


def test_the_import_is_written_whole_and_without_formulas(tmp_path: Path) -> None:
    items = [row("产出指标", "数量指标", "=cmd|'/c calc'!A1", "≥5个", "+5个", 90, 90, cause="@SUM(A1)")]
    path = write(tmp_path / "表" / "=甲.xlsx", Made(name="-项目", items=items))
    book = load_workbook(path)
    book["自评表"]["D13"].data_type = "s"
    book.save(path)
    result = read(tmp_path / "表")
    out = tmp_path / "导入"
    workbook, table = write_import(result, out)
    assert (workbook.name, table.name) == (WORKBOOK, TABLE)
    again = workbook.read_bytes(), table.read_bytes()
    write_import(result, out)
    assert (workbook.read_bytes(), table.read_bytes()) == again
    assert sorted(os.listdir(out)) == sorted([WORKBOOK, TABLE])
    written = load_workbook(workbook)
    assert written.sheetnames == ["自评表", "指标", "资金", "取值", "未读出清单", "规范化说明", "文件"]
    assert not [cell for sheet in written for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]
    assert written["指标"]["F3"].value == "=cmd|'/c calc'!A1"
    assert [written["指标"][cell].value for cell in ("B2", "B3", "H3")] == ["预算执行率", "1", "≥"]
    assert written["自评表"]["M2"].value == "其他"
    with table.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert len(lines) == len(result.values)
    assert not [value for line in lines for value in line.values() if value.startswith(("=", "+", "@"))]
    assert lines[0]["file"] == "'=甲.xlsx"
    assert [line["number"] for line in lines if line["role"] == "target_text" and line["part"] == "items"] == ["5"]


def test_an_import_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    write(tmp_path / "表" / "甲.xlsx")
    result = read(tmp_path / "表")
    (tmp_path / "占用").write_bytes(b"")
    with pytest.raises(DataError, match="可写入的文件夹"):
        write_import(result, tmp_path / "占用")


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert [(problem.code, problem.severity) for problem in read(tmp_path).problems] == [("SE-EMPTY", Severity.ERROR)]
