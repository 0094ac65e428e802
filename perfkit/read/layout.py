"""The shape of a workbook layout: what a column holds, what a sheet holds, and how their names are recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from perfkit.terms import Term


class Form(Enum):
    """Form of a cell 单元格形式: decides parser, number format and drop-down of a column."""

    TEXT = "text"
    LINES = "lines"
    CODE = "code"
    CODES = "codes"
    LIST = "list"
    NUMERAL = "numeral"
    INTEGER = "integer"
    NUMBER = "number"
    MEASURE = "measure"
    TARGET = "target"
    MONEY = "money"
    PERCENT = "percent"
    FACTOR = "factor"
    DATE = "date"
    TERM = "term"
    FLAG = "flag"
    SCALE = "scale"
    PARAMETERS = "parameters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a sheet, or one line of 概况 栏目.

    Parameters
    ----------
    code : stable English code; ``header`` the Chinese heading, ``aliases`` further headings of real forms.
    form : what its cells hold; ``term`` the words allowed where the form is ``TERM``.
    unit : unit printed behind the heading and allowed behind a number.
    required : whether every row must fill it.
    guidance, example : what the template explains and shows.
    width : column width in characters.
    """

    code: str
    header: str
    form: Form = Form.TEXT
    term: type[Term] | None = None
    unit: str = ""
    required: bool = False
    aliases: tuple[str, ...] = ()
    guidance: str = ""
    example: object = None
    width: float = 12

    @property
    def heading(self) -> str:
        """Heading as the template prints it: name, unit, star where required."""
        unit = f"（{self.unit}）" if self.unit else ""
        return f"{self.header}{unit}{'*' if self.required else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet of the workbook 工作表.

    Parameters
    ----------
    code, name, aliases : stable code, Chinese sheet name, further names met in real workbooks.
    columns : columns in template order.
    required : whether the workbook must have it.
    key : columns that name a row and must not repeat together; empty where rows may repeat.
    fill_down : columns whose blank cells take the value above.
    absence_from : value columns in which 不适用、缺失、未到期 states the absence of the whole row.
    totals : whether a 合计 row is data of the sheet; elsewhere it is left out.
    """

    code: str
    name: str
    columns: tuple[Column, ...]
    title: str = ""
    guidance: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    key: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    absence_from: tuple[str, ...] = ()
    totals: bool = False

    def column(self, code: str) -> Column:
        """Return the column of a code."""
        return next(column for column in self.columns if column.code == code)

    def by_heading(self) -> Mapping[str, Column]:
        """Return headings and aliases, as :func:`plain_heading` writes them, with their columns."""
        return {plain_heading(name): column for column in self.columns for name in (column.header, *column.aliases)}


_BRACKETS = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0x2212: 0x2D}


def narrow(text: str) -> str:
    """Return the text with full-width digits, letters, signs and blanks as half-width ones 全角转半角.

    >>> narrow("１２，６３４．７０％")
    '12,634.70%'
    """
    return text.translate(_WIDE)


def plain_heading(text: str) -> str:
    """Return a heading without star, bracketed unit and blanks, so that variants of one heading compare equal.

    >>> plain_heading("预算数 （万元）*")
    '预算数'
    """
    return re.sub(r"[\s*＊]+", "", _BRACKETS.sub("", narrow(text)))
