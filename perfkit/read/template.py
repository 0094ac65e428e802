"""Write the evaluation workbook 评价工作簿: the template of ``perfkit new``, and the same layout filled with rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from perfkit.errors import DataError, Problem
from perfkit.read.archive import save_reproducibly
from perfkit.read.cells import near
from perfkit.read.layout import Column, Form, Sheet
from perfkit.read.schema import EXAMPLE_MARK, OVERVIEW, SHEETS, TABLES
from perfkit.read.styles import (
    cell_at,
    lay_out_columns,
    protect,
    set_up_page,
    style_banner,
    style_example,
    style_heading,
    write_value,
)
from perfkit.terms import ScoringParameter, Term

PROJECT, RE_EVALUATION, PROJECT_LIST = "project", "re-evaluation", "project-list"
KINDS = (PROJECT, RE_EVALUATION, PROJECT_LIST)
GUIDE_SHEET = "填写说明"
CHOICE_SHEET = "选项"
HEADING_ROW = 3
LAST_SHORT_ROW = HEADING_ROW + 17  # lines of 概况 below hold paragraphs
LAST_VALIDATED_ROW = 2000
LONGEST_INLINE_LIST = 120  # Excel refuses list texts beyond 255 characters
_GUIDE = (
    (
        "怎样填写",
        "从“概况”开始依次填写；带 * 的栏目必填，其余有则填。表头和说明行受保护，可以调整列宽、排序和增删数据行。",
    ),
    ("示例行", f"灰色斜体、编号以“{EXAMPLE_MARK}”开头的是示例，读取时跳过，可以删除。"),
    ("金额与比率", "金额一律用万元，保留两位小数；百分数写成 93.35%。单独写 1 会分不清 1% 和 100%，不能读取。"),
    ("目标值", "可以写 50、≥50个、80~100、90%以上；系统拆出运算符、数值和单位，并在检查结果中说明。"),
    (
        "三种空缺",
        "没有数值时写：不适用（指标对本项目不适用）、缺失（应有而未取得）、未到期（尚未到考核时点）。空白表示尚未填写。",
    ),
    ("多个编码", "证据编号、关联指标可写多个，用“；”分隔。编码请按文本填写，以免 0101 变成 101。"),
    ("要点计分", "计分方法选“要点计分”的指标，在“评价要点”逐条填写判定；占比空着表示各要点平均。"),
    (
        "计分参数",
        "写成“键=值”，用“；”分隔，如：满分值=100；零分值=80；每单位扣分比例=5%。可用的键见该列表头批注。",
    ),
    ("文件夹", "工作簿旁可放：佐证材料、问卷（原始数据，每人一行）、基础数据表、访谈、现场核查。只有工作簿是必需的。"),
    ("检查", "填写后运行 perfkit check 本文件夹：一次列出全部问题，逐条写明单元格、应为什么、实为什么、怎样改。"),
)


def write_template(path: Path, kind: str = PROJECT) -> None:
    """Write an empty evaluation workbook with guidance and example rows 写出模板.

    Parameters
    ----------
    path : file to write, ``.xlsx``; an existing file is refused.
    kind : kind of workbook; here only ``project``, the others have writers of their own (``re_scoring_template``).

    Raises
    ------
    DataError
        For an unknown kind, another suffix, or an existing file.
    """
    if kind != PROJECT:
        found, mend = f"「{kind}」", near(kind, KINDS) or f"可用：{'、'.join(KINDS)}"
        raise DataError(Problem(code="WB-KIND", where="--kind", expected="、".join(KINDS), found=found, mend=mend))
    if path.exists():
        mend = "换一个文件名，或先移走原文件"
        raise DataError(Problem(code="WB-EXISTS", where=path.name, expected="新文件", found="文件已存在", mend=mend))
    write_workbook(path, {}, {}, example=True)


def write_workbook(
    path: Path,
    tables: Mapping[str, Sequence[Mapping[str, object]]],
    overview: Mapping[str, object],
    *,
    example: bool = False,
) -> None:
    """Write a workbook of the template's layout with the given rows 写出工作簿.

    Parameters
    ----------
    path : file to write, ``.xlsx``; replaced where it exists.
    tables : rows by sheet code; each row maps column codes to numbers, texts, dates, Terms, tuples or mappings.
        Rates of percent columns are fractions of 1; ``None`` and missing codes leave the cell empty.
    overview : 概况 values by key code.
    example : whether every sheet gets its example row.

    Raises
    ------
    DataError
        For unknown sheet or column codes, another suffix, or a folder that cannot be written.

    Notes
    -----
    The same rows give the same bytes. Texts beginning with ``= + - @`` are written as text.
    """
    _check_codes(path, tables, overview)
    book = Workbook()
    book.remove(book.worksheets[0])
    write_guide(book.create_sheet(GUIDE_SHEET), "评价工作簿填写说明", "项目支出绩效评价资料的统一填报表", _GUIDE)
    choices = Choices()
    for sheet in SHEETS:
        target = book.create_sheet(sheet.name)
        if sheet is OVERVIEW:
            _write_overview(target, overview, choices)
        else:
            write_table(target, sheet, tables.get(sheet.code, ()), choices, example=example)
    choices.write(book.create_sheet(CHOICE_SHEET))
    book.active = 1 if tables else 0
    save_reproducibly(book, path)


def _check_codes(
    path: Path, tables: Mapping[str, Sequence[Mapping[str, object]]], overview: Mapping[str, object]
) -> None:
    """Refuse codes that the layout does not know, all at once."""
    problems = []
    if path.suffix.lower() != ".xlsx":
        mend = "文件名以 .xlsx 结尾"
        problems.append(Problem(code="WB-SUFFIX", where=path.name, expected=".xlsx", found=path.suffix, mend=mend))
    known = {code: {column.code for column in sheet.columns} for code, sheet in TABLES.items()}
    known[OVERVIEW.code] = {column.code for column in OVERVIEW.columns}
    used = {code: {key for row in rows for key in row} for code, rows in tables.items()}
    for code, keys in {**used, OVERVIEW.code: set(overview)}.items():
        if code not in known:
            mend = near(code, known) or "、".join(TABLES)
            problems.append(Problem(code="WB-SHEET", where=code, expected="工作表代码", found=f"「{code}」", mend=mend))
        for key in sorted(keys - known.get(code, keys)):
            mend = near(key, known[code]) or "见 perfkit.read.schema"
            problems.append(Problem(code="WB-COLUMN", where=code, expected="栏目代码", found=f"「{key}」", mend=mend))
    if problems:
        raise DataError(problems)


class Choices:
    """The words of drop-downs 下拉选项: short lists stand in the validation itself, long ones on a hidden sheet."""

    def __init__(self) -> None:
        self._long: dict[tuple[str, ...], str] = {}

    def validation(self, column: Column) -> DataValidation | None:
        """Return the drop-down of a column; words beside the list are warned about, since spellings are read too."""
        if column.form is Form.FLAG:
            labels: tuple[str, ...] = ("是", "否")
        elif column.form is Form.TERM and column.term is not None:
            labels = column.term.labels()
        else:
            return None
        joined = ",".join(labels)
        formula = f'"{joined}"' if len(joined) <= LONGEST_INLINE_LIST else self._range(labels)
        return DataValidation(
            type="list", formula1=formula, allow_blank=True, showErrorMessage=True, errorStyle="warning",
            errorTitle="不在选项内", error="请从下拉列表中选择；确认保留时，检查会提示能否识别。",
        )  # fmt: skip

    def _range(self, labels: tuple[str, ...]) -> str:
        """Return the reference of a long list."""
        if labels not in self._long:
            letter = get_column_letter(len(self._long) + 1)
            self._long[labels] = f"'{CHOICE_SHEET}'!${letter}$2:${letter}${len(labels) + 1}"
        return self._long[labels]

    def write(self, target: Worksheet) -> None:
        """Write the hidden sheet."""
        target.sheet_state = "hidden"
        for place, labels in enumerate(self._long, start=1):
            write_value(cell_at(target, 1, place), f"选项{place}", Form.TEXT)
            for row, label in enumerate(labels, start=2):
                write_value(cell_at(target, row, place), label, Form.TEXT)
        protect(target)


def write_guide(target: Worksheet, title: str, subtitle: str, lines: Sequence[tuple[str, str]]) -> None:
    """Write the sheet that explains a workbook 填写说明: one subject and one text a line."""
    style_banner(target, title, subtitle, 2)
    for row, (subject, text) in enumerate(lines, start=HEADING_ROW):
        style_heading(cell_at(target, row, 1), subject, required=False)
        write_value(cell_at(target, row, 2), text, Form.LINES)
        target.row_dimensions[row].height = 34
    target.column_dimensions["A"].width = 14
    target.column_dimensions["B"].width = 100
    set_up_page(target, landscape=True, heading_row=None)
    protect(target)


def _write_overview(target: Worksheet, values: Mapping[str, object], choices: Choices) -> None:
    """Write 概况: one key a line."""
    style_banner(target, OVERVIEW.title, OVERVIEW.guidance, 3)
    target.row_dimensions[HEADING_ROW].height = 32
    for place, heading in enumerate(("项目", "内容", "填写说明"), start=1):
        style_heading(cell_at(target, HEADING_ROW, place), heading, required=False)
    for row, column in enumerate(OVERVIEW.columns, start=HEADING_ROW + 1):
        style_heading(cell_at(target, row, 1), column.heading, required=column.required, side=True)
        target.row_dimensions[row].height = (
            40 if column.form in (Form.TEXT, Form.LINES) and row > LAST_SHORT_ROW else 22
        )
        write_value(cell_at(target, row, 2), values.get(column.code), column.form, editable=True)
        write_value(cell_at(target, row, 3), column.guidance, Form.LINES, quiet=True)
        if (validation := choices.validation(column)) is not None:
            target.add_data_validation(validation)
            validation.add(f"B{row}")
    for letter, width in (("A", 18), ("B", 70), ("C", 44)):
        target.column_dimensions[letter].width = width
    target.freeze_panes = "B4"
    set_up_page(target, landscape=False, heading_row=HEADING_ROW)
    protect(target)


def write_table(
    target: Worksheet, sheet: Sheet, rows: Sequence[Mapping[str, object]], choices: Choices, *, example: bool
) -> None:
    """Write one table 写出数据表: banner, headings, the example row where wanted, the rows.

    Parameters
    ----------
    target : the empty worksheet; ``sheet`` its layout.
    rows : values by column code; ``choices`` the drop-downs of the workbook.
    example : whether the example row is written.
    """
    style_banner(target, sheet.title, sheet.guidance, min(len(sheet.columns), 10), sheet.columns)
    target.row_dimensions[HEADING_ROW].height = 32
    lay_out_columns(target, sheet.columns)
    for place, column in enumerate(sheet.columns, start=1):
        style_heading(
            cell_at(target, HEADING_ROW, place), column.heading, required=column.required, comment=_explanation(column)
        )
        if (validation := choices.validation(column)) is not None:
            target.add_data_validation(validation)
            letter = get_column_letter(place)
            validation.add(f"{letter}{HEADING_ROW + 1}:{letter}{LAST_VALIDATED_ROW}")
    row_number = HEADING_ROW + 1
    if example:
        for place, column in enumerate(sheet.columns, start=1):
            write_value(cell_at(target, row_number, place), column.example, column.form, editable=True)
            style_example(cell_at(target, row_number, place))
        target.row_dimensions[row_number].height = 22
        row_number += 1
    for row in rows:
        for place, column in enumerate(sheet.columns, start=1):
            if (value := row.get(column.code)) is not None:
                write_value(cell_at(target, row_number, place), value, column.form, editable=True)
        row_number += 1
    target.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(sheet.columns))}{max(row_number - 1, HEADING_ROW)}"
    frozen = _frozen_columns(sheet)
    target.freeze_panes = f"{get_column_letter(1 + frozen)}{HEADING_ROW + 1}"
    wide = sum(column.width for column in sheet.columns)
    set_up_page(target, landscape=True, heading_row=HEADING_ROW, frozen=frozen, wide=wide)
    protect(target)


def _frozen_columns(sheet: Sheet) -> int:
    """Return how many leading columns stay in sight: the code, the names of an indicator, project and item of a re-score."""
    return {"indicators": 5, "scores": 3}.get(sheet.code, 1)


_FORM_WORDS = {
    Form.CODE: "编码，按文本填写", Form.CODES: "一个或多个编码，用“；”分隔", Form.LIST: "多项用“；”分隔",
    Form.NUMERAL: "序号，1 或 ①", Form.INTEGER: "整数", Form.NUMBER: "数字", Form.MEASURE: "数字，可带单位",
    Form.TARGET: "数字、≥50个 或 80~100", Form.MONEY: "金额，万元", Form.PERCENT: "百分数，如 93.35%",
    Form.FACTOR: "0 到 1 的系数", Form.DATE: "日期，如 2024-06-30", Form.TERM: "从下拉列表选择", Form.FLAG: "是 或 否",
    Form.SCALE: "由好到差，如 100/75/50/25/0", Form.PARAMETERS: "键=值，用“；”分隔", Form.LINES: "每行一条",
}  # fmt: skip


def _explanation(column: Column) -> str:
    """Return the comment of a heading: form, whether required, guidance, allowed words."""
    parts = [_FORM_WORDS.get(column.form, "文本"), "必填" if column.required else "", column.guidance]
    if isinstance(column.term, type) and issubclass(column.term, Term):
        parts.append("、".join(column.term.labels()))
    if column.form is Form.PARAMETERS:
        parts.append(f"可用的键：{'、'.join(ScoringParameter.labels())}")
    return "。".join(part for part in parts if part)
