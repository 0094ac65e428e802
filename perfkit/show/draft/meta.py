"""What a draft says about itself: title, cover, date, status, marks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from perfkit.terms import DraftStatus, Secrecy

DEMO_MARK = "演示数据"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftMeta:
    """Cover, header and properties of a draft 文稿信息.

    Parameters
    ----------
    title, subtitle : of the cover.
    cover_lines : (label, value) pairs of the cover, in order.
    date : of the report; from the run file, never of today; ``None`` prints a placeholder.
    status : 初稿 … 终稿, printed on the cover.
    watermark : behind every page; empty: none but 演示数据.
    header : of every body page; empty: the title.
    demo : fictional data; 演示数据 then stands on every page.
    secrecy : printed on the cover unless public.
    author : the evaluator, for the document's properties.
    """

    title: str
    subtitle: str = ""
    cover_lines: tuple[tuple[str, str], ...] = ()
    date: date | None = None
    status: DraftStatus = DraftStatus.FIRST
    watermark: str = ""
    header: str = ""
    demo: bool = False
    secrecy: Secrecy = Secrecy.PUBLIC
    author: str = ""

    @property
    def date_text(self) -> str:
        """The date as a cover prints it."""
        if self.date is None:
            return "【待补充：报告日期】"
        return f"{self.date.year}年{self.date.month}月{self.date.day}日"

    @property
    def marks(self) -> str:
        """The words of the watermark: what was given, and 演示数据 where the data is fictional."""
        demo = DEMO_MARK if self.demo and DEMO_MARK not in self.watermark else ""
        return "·".join(word for word in (self.watermark, demo) if word)

    @property
    def header_text(self) -> str:
        """The words of the header."""
        words = self.header or self.title
        return f"{words}（{DEMO_MARK}）" if self.demo and DEMO_MARK not in words else words

    @property
    def secrecy_text(self) -> str:
        """The secrecy as the cover prints it; empty for a public report."""
        return "" if self.secrecy is Secrecy.PUBLIC else self.secrecy.label
