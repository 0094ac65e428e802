"""Time to read and list 3,000 self-evaluation forms, against opening the same workbooks with the bare reader."""

from __future__ import annotations

import os
import random
import tempfile
import zipfile
from pathlib import Path
from time import perf_counter

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from python_calamine import CalamineWorkbook

from perfkit.read.imported import write_import
from perfkit.read.self_evaluation import read_self_evaluations
from tests.benchmarks.timing import Row

FILES, BASES, JOBS = 3_000, 100, 2
GOAL_READ, GOAL_WRITE = 45.0, 15.0
NAME = "PROJECT-NAME"  # in ASCII: a workbook may hold other characters as numbers
_LEVELS = (
    ("产出指标", "数量指标"), ("产出指标", "质量指标"), ("产出指标", "时效指标"), ("产出指标", "成本指标"), ("效益指标", "社会效益指标"),
    ("效益指标", "生态效益指标"), ("满意度指标", "服务对象满意度指标"),
)  # fmt: skip
_TARGETS = (
    ("≥{0}个", "{0}个"), ("{0}%以上", "96%"), ("不低于{0}人次", "{0}人次"), ("2024年12月底前", "2024年11月"), ("≤{0}万元", "{0}万元"),
    ("明显改善", "明显改善"), ("100%", "100%"), ("≥９０％", "93.5%"),
)  # fmt: skip


def _head(draw: random.Random, seed: int) -> list[list[object]]:
    """Return the rows of names, money and goals."""
    budget = draw.randrange(50, 5_000)
    executed = round(budget * draw.uniform(0.7, 1), 2)
    rate = executed / budget
    task, done = "完成年度任务，保障供水安全。" * 8, "年度任务全部完成，供水安全得到保障。" * 8
    return [
        ["项目支出绩效自评表"],
        ["（2024年度）"],
        ["项目名称", None, NAME],
        ["主管部门", None, "云川市水务局", None, None, "实施单位", f"第{seed}供水站"],
        ["项目资金\n（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        [None, "年度资金总额", budget, budget, executed, 10, f"{rate:.2%}", round(10 * rate, 2)],
        [None, "其中：当年财政拨款", budget, budget, executed, "—", rate, "—"],
        [None, "上年结转资金", 0, 0, 0, "—", None, "—"],
        [None, "其他资金", 0, 0, 0, "—", None, "—"],
        ["年度总体目标", "预期目标", None, None, None, "实际完成情况"],
        [None, task, None, None, None, done],
    ]


def _indicators(draw: random.Random, count: int) -> list[list[object]]:
    """Return the heading, the indicator rows and the total."""
    headings = "绩效指标 一级指标 二级指标 三级指标 年度指标值 实际完成值 分值 得分 偏差原因分析及改进措施"
    rows: list[list[object]] = [list(headings.split())]
    for number in range(count):
        level1, level2 = _LEVELS[number * len(_LEVELS) // count]
        target, actual = _TARGETS[draw.randrange(len(_TARGETS))]
        amount = draw.randrange(2, 5_000)
        cause = "雨季施工延误，已调整工期并加强调度。" if draw.random() < 0.2 else None
        name = f"第{draw.randrange(10**6)}项任务完成情况"
        values = (target.format(amount), actual.format(amount + 1), 5, draw.choice((5, 4.5)), cause)
        rows.append([None, level1, level2, name, *values])
    return [*rows, ["总分", None, None, None, None, None, 100, 96.5]]


def _base(path: Path, seed: int) -> None:
    """Write one realistic form of 10 to 20 indicators with borders, wrapped cells and merged levels."""
    draw = random.Random(seed)
    count = draw.randrange(10, 21)
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise TypeError("a workbook without a sheet")
    sheet.title = "自评表"
    for values in [*_head(draw, seed), *_indicators(draw, count)]:
        sheet.append(values)
    sheet.append(["填报人：甲", None, None, "联系电话：0000", None, None, "填报日期：2025年1月10日"])
    edge = Side(style="thin")
    for line in sheet.iter_rows():
        for cell in line:
            cell.border = Border(edge, edge, edge, edge)
            cell.alignment = Alignment(wrap_text=True, vertical="center")
    for row in range(6, 10):
        sheet.cell(row, 7).number_format = "0.00%"
    for area in ("A1:I1", "A2:I2", "C3:I3", "A5:A9", "A10:A11", "B11:E11", "F11:I11", f"A12:A{12 + count}"):
        sheet.merge_cells(area)
    book.save(path)


def make_folder(folder: Path, files: int, bases: int = BASES) -> None:
    """Write ``files`` forms, each with its own project name, from ``bases`` different ones."""
    for seed in range(min(bases, files)):
        base = folder / f"base-{seed}.xlsx"
        _base(base, seed)
        with zipfile.ZipFile(base) as archive:
            parts = [(entry, archive.read(entry)) for entry in archive.infolist()]
        base.unlink()
        for copy in range(seed, files, bases):
            with zipfile.ZipFile(folder / f"自评表{copy:05}.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
                for entry, data in parts:
                    archive.writestr(
                        entry,
                        data.replace(NAME.encode(), f"供水保障项目{copy:05}".encode("ascii", "xmlcharrefreplace")),
                    )


def _bare(folder: Path) -> int:
    """Return the number of rows that the bare reader lists."""
    rows = 0
    for path in sorted(folder.glob("*.xlsx")):
        with CalamineWorkbook.from_path(path) as book:
            rows += sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)
    return rows


def _processor() -> float:
    """Return the processor seconds of this process and its finished children: on a busy machine the honest figure."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def run(files: int = FILES) -> list[Row]:
    """Return the times of reading and of writing the lists; one round each, the bare reader just before."""
    with tempfile.TemporaryDirectory() as name:
        folder, out = Path(name, "自评表"), Path(name, "out")
        folder.mkdir()
        make_folder(folder, files)
        start = perf_counter()
        _bare(folder)
        bare = perf_counter() - start
        start = perf_counter()
        before = _processor()
        result = read_self_evaluations(folder, jobs=JOBS)
        seconds, used = perf_counter() - start, _processor() - before
        start = perf_counter()
        write_import(result, out)
        written = perf_counter() - start
    floor = "python-calamine lists the same cells, one process"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    share = files / FILES
    counts = f"{len(result.forms):,} forms, {len(result.items):,} items, {len(result.values):,} values"
    return [
        Row(
            name=f"{counts}, jobs={JOBS}; {used:.1f} s of processor, load {load:.1f}",
            seconds=seconds,
            floor=floor,
            floor_seconds=bare,
            goal=f"≤ {GOAL_READ * share:g} s",
            met=seconds <= GOAL_READ * share,
        ),
        Row(
            name=f"自评数据.xlsx and values.csv of {files:,} forms",
            seconds=written,
            floor=floor,
            floor_seconds=bare,
            goal=f"≤ {GOAL_WRITE * share:g} s",
            met=written <= GOAL_WRITE * share,
        ),
    ]
