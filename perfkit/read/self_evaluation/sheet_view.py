"""One sheet of a form as it looks 表格视图: merged cells resolved, labels at hand, cells by their address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from perfkit.errors import DataError, Problem
from perfkit.read.cells import written
from perfkit.read.layout import narrow
from perfkit.read.numbers import percentage
from perfkit.read.self_evaluation.labels import plain_label
from perfkit.read.word_tables import WordSheet
from perfkit.read.workbook import RawSheet, column_letters

MOST_MERGED = 500_000  # cells below merged ranges; a form has some hundred
_CJK_BLANK = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])|\s*[\r\n]+\s*")


def in_one_line(text: str) -> str:
    r"""Return a wrapped text in one line, without the blanks that justify Chinese words.

    >>> in_one_line("数 量\n指标"), in_one_line("GIS 系统")
    ('数量指标', 'GIS 系统')
    """
    return _CJK_BLANK.sub("", text.strip())


class SheetView:
    """A sheet seen cell by cell 表格视图; rows and columns count from 0, a merged range is one cell at its first."""

    def __init__(self, raw: RawSheet) -> None:
        """Resolve merged ranges within the used area."""
        self.raw = raw
        self.file, self.name, self.rows = raw.file, raw.name, raw.rows
        self._labels = raw.labels if isinstance(raw, WordSheet) else None
        self.height = len(raw.rows)
        self.width = max(map(len, raw.rows), default=0)
        self._letters = [column_letters(column) for column in range(self.width)]
        self._anchors: dict[tuple[int, int], tuple[int, int]] = {}
        self._covered: dict[tuple[int, int], tuple[int, int]] = {}
        self._resolve()
        self.labels: list[dict[int, str]] = [
            {
                column: label
                for column, value in enumerate(row)
                if type(value) is str and len(value) <= 60 and (label := plain_label(value))
            }
            for row in raw.rows
        ]

    def _resolve(self) -> None:
        """Note the first cell and the last of every merged range."""
        covered = 0
        for (top, left), (bottom, right) in self.raw.merged:
            bottom, right = min(bottom, self.height - 1), min(right, self.width - 1)
            covered += max(bottom - top + 1, 0) * max(right - left + 1, 0)
            if covered > MOST_MERGED:
                raise DataError(
                    Problem(
                        code="SE-SIZE",
                        where=f"{self.file} › {self.name}",
                        expected=f"合并单元格不超过 {MOST_MERGED:,} 格",
                        found="合并单元格过多",
                        mend="取消整列、整表的合并后另存",
                    )
                )
            self._anchors[top, left] = (bottom, right)
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    self._covered[row, column] = (top, left)

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """Return the first cell of the merged range that holds this one, or the cell itself."""
        return self._covered.get((row, column), (row, column))

    def end(self, row: int, column: int) -> tuple[int, int]:
        """Return the last row and column of the range that begins here."""
        return self._anchors.get((row, column), (row, column))

    def value(self, row: int, column: int) -> object:
        """Return the bare value, ``None`` where nothing stands."""
        values = self.rows[row] if 0 <= row < self.height else ()
        value = values[column] if column < len(values) else None
        return None if isinstance(value, str) and not value.strip() else value

    def percent(self, row: int, column: int) -> bool:
        """Whether the number format of the cell shows percent."""
        return (row, column) in self.raw.marks.percent

    def text(self, row: int, column: int) -> str:
        """Return what a reader of the sheet sees, wrapped lines kept; leading zeros of a code as formatted."""
        value = self.value(row, column)
        if value is None:
            return ""
        if isinstance(value, str):
            return value.replace("\r\n", "\n").replace("\r", "\n").strip()
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if self.percent(row, column):
                return f"{written(percentage(value))}%" if abs(value) < 1e12 else written(float(value))
            zeros = self.raw.marks.zeros.get((row, column), 0)
            return written(float(value)).zfill(zeros)
        if isinstance(value, dt.date):
            return written(value)
        return str(value)

    def line(self, row: int, column: int) -> str:
        """Return the text in one line with narrow digits and signs."""
        return in_one_line(narrow(self.text(row, column)))

    def name_at(self, row: int, column: int) -> str:
        """Return a name in one line, its brackets and signs as they are written."""
        return in_one_line(self.text(row, column).replace("\u3000", " "))

    def filled(self, row: int, start: int = 0, stop: int | None = None) -> Iterator[int]:
        """Yield the columns of a row in which something stands."""
        values = self.rows[row] if 0 <= row < self.height else ()
        for column in range(start, min(len(values), self.width if stop is None else stop)):
            value = values[column]
            if value is not None and not (isinstance(value, str) and not value.strip()):
                yield column

    def cell(self, row: int, column: int) -> str:
        """Return the A1 reference, in a document the number of table, row and cell."""
        if self._labels is not None:
            return self._labels.get((row, column)) or self._labels.get((row, 0), f"第{row + 1}行")
        letters = self._letters[column] if column < len(self._letters) else column_letters(column)
        return f"{letters}{row + 1}"

    def where(self, row: int, column: int, header: str = "") -> str:
        """Return file › sheet › cell with the heading."""
        place = " › ".join(part for part in (self.file, self.name, self.cell(row, column)) if part)
        return f"{place}（{header}）" if header else place
