"""Raw survey exports 问卷原始数据: one row per respondent becomes option indices; personal columns are never kept."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perfkit.errors import DataError, Problem, reason
from perfkit.read.cells import near, written
from perfkit.read.layout import narrow, plain_heading
from perfkit.read.workbook import MAX_COLUMNS, MAX_FILE_BYTES, MAX_ROWS, column_letters, open_workbook
from perfkit.terms import Severity

PLATFORM_COLUMNS = (
    "序号", "编号", "答卷编号", "提交答卷时间", "提交时间", "开始时间", "结束时间", "答题时间", "所用时间", "填写时长",
    "来源", "来源详情", "来自IP", "IP", "IP地址", "总分", "状态", "渠道", "用户ID", "省份", "城市",
)  # fmt: skip
PERSONAL_WORDS = (
    "姓名", "称呼", "户主", "联系人", "电话", "手机", "身份证", "证件", "联系方式", "微信", "QQ", "邮箱", "邮件", "MAIL",
    "住址", "家庭地址", "详细地址", "通讯地址", "账号", "卡号", "IP", "OPENID",
)  # fmt: skip
MISSING_WORDS = frozenset({"", "(跳过)", "(空)", "跳过", "空", "-", "未填", "未作答"})
FEW_GROUPS = 10  # beyond this, groups of one or two persons are no groups but persons
MOST_BAD_ANSWERS = 20  # problems of one file beyond this are counted, not listed
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,2}|[A-Za-z])\)?\s*[.、,:)]\s*|[A-Za-z]\s+)(\D.*)")


@dataclass(frozen=True, slots=True)
class SurveyResponses:
    """Answers of one questionnaire 问卷应答数据.

    Parameters
    ----------
    survey : survey id; ``file`` the export it came from, relative to the engagement folder.
    answers : shape (respondents, questions), option index 0 (best) … k−1, NaN where not answered.
    questions, options : question headings and option texts, options best first.
    groups : subgroup of each respondent, ``None`` where no group column is named.
    dropped : rows left out, as (row number in the file, reason).
    rows : row number in the file of each respondent kept.
    """

    survey: str
    file: str
    answers: NDArray[np.float64]
    questions: tuple[str, ...]
    options: tuple[str, ...]
    groups: tuple[str, ...] | None
    dropped: tuple[tuple[int, str], ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPlan:
    """How to read an export 问卷读取设定: what the 问卷 sheet says; no question names = found by their answers."""

    survey: str
    options: tuple[str, ...]
    questions: tuple[str, ...] = ()
    group_column: str = ""


def read_responses(path: Path, file: str, plan: SurveyPlan) -> tuple[SurveyResponses | None, tuple[Problem, ...]]:
    """Read a raw survey export 读取问卷原始数据.

    Parameters
    ----------
    path : .xlsx (first visible sheet) or .csv in UTF-8 or GB18030; ``file`` its name in messages.
    plan : survey id, options best first, question and group columns.

    Returns
    -------
    tuple
        The responses (``None`` where the file cannot be used) and all problems. A cell that is neither an option,
        nor 1…k, nor blank is a problem with row and column and counts as not answered.
    """
    try:
        table = _csv_rows(path, file) if path.suffix.lower() == ".csv" else _xlsx_rows(path, file)
    except DataError as error:
        return None, error.problems
    start = next((index for index, row in enumerate(table) if any(item.strip() for item in row)), None)
    if start is None:
        return None, (_problem("SV-EMPTY", file, "表头和每名应答者一行", "空表", "重新导出原始数据"),)
    return _Export(file, table, start, plan).read()


def _problem(code: str, where: str, expected: str, found: str, mend: str) -> Problem:
    """Return an error problem."""
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend)


def _xlsx_rows(path: Path, file: str) -> list[list[str]]:
    """Return the first visible sheet as texts."""
    book = open_workbook(path, file, lambda names: names[:1])
    if book.problems:
        raise DataError(book.problems)
    return [[written(value) for value in row] for sheet in book.sheets.values() for row in sheet.rows]


def _csv_rows(path: Path, file: str) -> list[list[str]]:
    """Return a csv as texts, decoded as UTF-8 or GB18030."""
    if not path.is_file():
        raise DataError(_problem("SV-FILE", file, "问卷原始数据文件", "文件不存在", "放入“问卷”文件夹，文件名一致"))
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_FILE_BYTES else b""
    except OSError as error:
        found = reason(error)
        raise DataError(_problem("SV-FILE", file, "可读取的文件", found, "检查读取权限")) from error
    if size > MAX_FILE_BYTES:
        raise DataError(_problem("SV-SIZE", file, f"不超过 {MAX_FILE_BYTES:,} 字节", f"{size:,} 字节", "只导出答案列"))
    text = _decoded(data, file)
    separator = "\t" if "\t" in text.split("\n", 1)[0] and "," not in text.split("\n", 1)[0] else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise DataError(
            _problem("SV-CSV", file, "逗号分隔的文本", "引号或换行不成对", "重新导出，或另存为 .xlsx")
        ) from error
    widest = max(map(len, rows), default=0)
    if len(rows) > MAX_ROWS or widest > MAX_COLUMNS:
        found = f"{len(rows):,} 行 × {widest:,} 列"
        raise DataError(_problem("SV-SIZE", file, f"不超过 {MAX_ROWS:,} 行、{MAX_COLUMNS} 列", found, "只导出答案列"))
    return rows


def _decoded(data: bytes, file: str) -> str:
    """Return the text of a csv file."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataError(
        _problem("SV-ENCODING", file, "UTF-8 或 GB18030 文本", "其他编码或二进制文件", "另存为 .xlsx 或 UTF-8 csv")
    )


def _plain(text: str) -> str:
    """Return an answer without blanks and full-width signs, for comparison."""
    return re.sub(r"\s+", "", narrow(text)).upper()


def is_personal(heading: str) -> bool:
    """Whether a heading names something personal: name, telephone, id, address.

    >>> is_personal("2、您的手机号码")
    True
    """
    return any(word in _plain(heading) for word in PERSONAL_WORDS)


class _Export:
    """One export while it is read."""

    def __init__(self, file: str, table: Sequence[Sequence[str]], start: int, plan: SurveyPlan) -> None:
        self.file, self.plan, self.start = file, plan, start
        self.headings = [text.strip() for text in table[start]]
        self.body = table[start + 1 :]
        self.problems: list[Problem] = []
        self._index: dict[str, int] = {_plain(option): place for place, option in enumerate(plan.options)}
        self._digits = {str(place + 1): place for place in range(len(plan.options))}
        self._coded = 0

    def read(self) -> tuple[SurveyResponses | None, tuple[Problem, ...]]:
        """Return responses and problems."""
        columns = self._named_questions() if self.plan.questions else self._found_questions()
        self._wide_rows()
        group = self._group()
        if not columns:
            if not self.plan.questions:
                expected = f"答案为{'/'.join(self.plan.options)}或 1–{len(self.plan.options)} 的题目列"
                mend = "核对“选项”栏的文字，或在“题目列”写明列名"
                self.problems.append(_problem("SV-QUESTIONS", self.file, expected, "没有找到题目列", mend))
            return None, tuple(self.problems)
        answers, kept, dropped = self._answers(columns)
        if self._coded:
            best = self.plan.options[0]
            self.problems.append(
                Problem(
                    code="SV-CODED",
                    where=self.file,
                    expected=f"1 读作「{best}」，依次类推",
                    found=f"{self._coded} 个数字代码",
                    mend="若 1 表示最差一档，请改为导出选项文字",
                    severity=Severity.WARNING,
                )
            )
        groups = tuple(self._cell(row, group) or "未填" for row in kept) if group is not None else None
        responses = SurveyResponses(
            survey=self.plan.survey,
            file=self.file,
            answers=answers,
            questions=tuple(self.headings[column] for column in columns),
            options=self.plan.options,
            groups=groups,
            dropped=tuple(dropped),
            rows=tuple(self._line(row) for row in kept),
        )
        return responses, tuple(self.problems)

    def _line(self, row: int) -> int:
        """Return the row number in the file, counted from 1."""
        return self.start + row + 2

    def _cell(self, row: int, column: int) -> str:
        """Return a cell of the body, empty where the row is short."""
        return self.body[row][column].strip() if column < len(self.body[row]) else ""

    def _place(self, name: str) -> int | None:
        """Return the column of a heading."""
        wanted = plain_heading(name)
        for place, heading in enumerate(self.headings):
            if wanted and (heading == name.strip() or plain_heading(heading) == wanted):
                return place
        return None

    def _missing_column(self, name: str) -> None:
        """Note a column that is named but not there."""
        mend = near(name, self.headings) or "与导出文件的表头保持一致"
        self.problems.append(
            _problem("SV-COLUMN", f"{self.file} › 第 {self.start + 1} 行", f"列「{name}」", "没有这一列", mend)
        )

    def _named_questions(self) -> list[int]:
        """Return the columns of the named questions."""
        columns = []
        for name in self.plan.questions:
            place = self._place(name)
            if place is None:
                self._missing_column(name)
            elif place not in columns:
                columns.append(place)
        return columns

    def _found_questions(self) -> list[int]:
        """Return the columns most of whose answers are options; platform and personal columns never count."""
        known = {_plain(name) for name in PLATFORM_COLUMNS}
        columns = []
        for place, heading in enumerate(self.headings):
            if not heading or _plain(heading) in known or is_personal(heading) or heading == self.plan.group_column:
                continue
            given = [text for row in range(len(self.body)) if not self._is_missing(text := self._cell(row, place))]
            valid = sum(self._option(text) is not None for text in given)
            if given and 2 * valid >= len(given):
                columns.append(place)
        return columns

    def _group(self) -> int | None:
        """Return the group column; a personal one is refused."""
        name = self.plan.group_column
        if not name:
            return None
        if is_personal(name):
            mend = "改用地区、身份类别等分组列"
            self.problems.append(_problem("SV-PERSONAL", self.file, "不涉及个人信息的分组列", f"「{name}」", mend))
            return None
        place = self._place(name)
        if place is None:
            self._missing_column(name)
            return None
        groups = {self._cell(row, place) for row in range(len(self.body))}
        if len(groups) > FEW_GROUPS and 2 * len(groups) > len(self.body):
            found, mend = f"「{name}」有 {len(groups)} 个不同的值", "改用地区、身份类别等分组列"
            self.problems.append(_problem("SV-PERSONAL", self.file, "若干人一组的分组列", found, mend))
            return None
        return place

    def _wide_rows(self) -> None:
        """Warn about rows with more cells than the header: a comma inside an answer has moved what follows it."""
        width = len(self.headings)
        wide = [self._line(row) for row, cells in enumerate(self.body) if any(map(str.strip, cells[width:]))]
        if wide:
            found = f"{len(wide)} 行更长：第 {'、'.join(map(str, wide[:5]))} 行{'等' if len(wide) > 5 else ''}"
            mend = "答案中的逗号要加引号；重新导出，或改用 .xlsx"
            problem = _problem("SV-WIDTH", self.file, f"每行至多 {width} 列，与表头一致", found, mend)
            self.problems.append(dataclasses.replace(problem, severity=Severity.WARNING))

    @staticmethod
    def _is_missing(text: str) -> bool:
        """Whether a cell says that there is no answer."""
        return _plain(text) in MISSING_WORDS

    def _option(self, text: str) -> int | None:
        """Return the index of the option a cell names."""
        plain = _plain(text)
        if plain in self._index:
            return self._index[plain]
        if plain in self._digits:
            return self._digits[plain]
        numbered = _NUMBERED.fullmatch(narrow(text).strip())
        return self._index.get(_plain(numbered[1])) if numbered else None

    def _answers(self, columns: Sequence[int]) -> tuple[NDArray[np.float64], list[int], list[tuple[int, str]]]:
        """Return answers, rows kept and rows dropped."""
        cache: dict[str, int | None] = {}
        answers: list[list[float]] = []
        kept: list[int] = []
        dropped: list[tuple[int, str]] = []
        bad = 0
        for row in range(len(self.body)):
            line = []
            for column in columns:
                text = self._cell(row, column)
                if text not in cache:
                    cache[text] = None if self._is_missing(text) else self._option(text)
                option = cache[text]
                line.append(float("nan") if option is None else float(option))
                if option is None and not self._is_missing(text):
                    bad += 1
                    self._bad_answer(row, column, text, bad)
                elif option is not None and _plain(text) in self._digits:
                    self._coded += 1
            if all(value != value for value in line):
                if any(item.strip() for item in self.body[row]):
                    dropped.append((self._line(row), "没有回答任何题目"))
            else:
                answers.append(line)
                kept.append(row)
        if bad > MOST_BAD_ANSWERS:
            mend = "按列出的各处统一修正"
            self.problems.append(
                _problem("SV-ANSWER", self.file, "选项文字", f"共 {bad} 处无法识别，只列出 {MOST_BAD_ANSWERS} 处", mend)
            )
        if not kept:
            self.problems.append(_problem("SV-EMPTY", self.file, "每名应答者一行", "没有有效应答", "核对导出文件"))
        return np.array(answers, dtype=float).reshape(len(kept), len(columns)), kept, dropped

    def _bad_answer(self, row: int, column: int, text: str, count: int) -> None:
        """Note an answer that is no option."""
        if count > MOST_BAD_ANSWERS:
            return
        where = f"{self.file} › {column_letters(column)}{self._line(row)}（{self.headings[column]}）"
        expected = "/".join(self.plan.options)
        mend = near(text, self.plan.options) or "改为选项文字；未作答的留空"
        self.problems.append(_problem("SV-ANSWER", where, expected, f"「{text[:40]}」", mend))
