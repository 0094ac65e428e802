"""Documents beside the draft 随附单据: a notebook publishes them as data, the run writes each as a Word file of its own."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from perfkit.show.tables.table import Table

SHEETS_MIME = "application/vnd.perfkit.sheets+json"
# what a cell of a published table need not say
_DEFAULTS = {"record": "", "rowspan": 1, "colspan": 1, "bold": False, "placeholder": False}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels with their values, two pairs a line 栏目表."""

    pairs: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """Return what the run reads."""
        return {"pairs": [list(pair) for pair in self.pairs]}


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs, one a line 文字."""

    text: str

    def to_json(self) -> dict[str, Any]:
        """Return what the run reads."""
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class Title:
    """A heading inside a document 小标题."""

    text: str

    def to_json(self) -> dict[str, Any]:
        """Return what the run reads."""
        return {"heading": self.text}


@dataclass(frozen=True, slots=True)
class Room:
    """A box to write in by hand 留白: what it is for, and how many lines high it is."""

    label: str
    lines: int = 4

    def to_json(self) -> dict[str, Any]:
        """Return what the run reads."""
        return {"room": self.label, "lines": self.lines}


Part = Pairs | Words | Title | Room | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One document beside the draft 单据.

    ``folder`` are the folders below ``sheets`` and ``name`` the file without suffix, both in the words of the data: the
    run makes them safe. ``landscape`` turns the page; ``named`` are persons whom the document names on purpose, such as its
    reviewers.
    """

    folder: tuple[str, ...]
    name: str
    title: str
    parts: tuple[Part, ...]
    landscape: bool = False
    named: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what the run reads."""
        return {
            "folder": list(self.folder),
            "name": self.name,
            "title": self.title,
            "landscape": self.landscape,
            "named": list(self.named),
            "parts": [_table(part) if isinstance(part, Table) else part.to_json() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class Sheets:
    """Documents in order 单据组, published as one output of one cell."""

    sheets: tuple[Sheet, ...]

    @classmethod
    def of(cls, sheets: Iterable[Sheet]) -> Sheets:
        """Return documents from any iterable."""
        return cls(tuple(sheets))

    def __str__(self) -> str:
        """Return how many there are of each title."""
        counts = Counter(sheet.title for sheet in self.sheets)
        return "；".join(f"{title} {count} 份" for title, count in counts.items()) or "没有需要出具的单据"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return the counts for the notebook and the documents for the run."""
        return {
            "text/plain": str(self),
            "text/html": f"<p>{html.escape(str(self))}</p>",
            SHEETS_MIME: [sheet.to_json() for sheet in self.sheets],
        }


def _table(table: Table) -> dict[str, Any]:
    """Return a table without what its cells need not say: thousands of documents fit into one notebook."""
    plain = table.to_json()
    aligns: Sequence[str] = [column["align"] for column in plain["columns"]]

    def cell(value: dict[str, Any] | None, align: str) -> dict[str, Any] | None:
        if value is None:
            return None
        kept = {key: item for key, item in value.items() if key not in _DEFAULTS or item != _DEFAULTS[key]}
        if kept.get("align") == align:
            del kept["align"]
        return kept

    return {
        "table": {
            **plain,
            "header": [[cell(value, "") for value in row] for row in plain["header"]],
            "rows": [[cell(value, align) for value, align in zip(row, aligns, strict=True)] for row in plain["rows"]],
        }
    }
