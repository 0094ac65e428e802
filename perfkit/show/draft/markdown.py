"""The small Markdown of stage notebooks: headings, paragraphs, lists, bold; raw HTML is text like any other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count

from perfkit.show.draft.shapes import (
    PLACEHOLDER,
    Block,
    Heading,
    HeadingKind,
    ListKind,
    PageBreak,
    Paragraph,
    Run,
    marked_runs,
)

HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
ITEM = re.compile(r"^(\s*)([-*+]|\d{1,3}[.)])\s+(.*)$")
RULE = re.compile(r"^\s*([-*_])(\s*\1){2,}\s*$")
INLINE = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])|(?P<bold>\*\*|__)|`(?P<code>[^`]+)`|(?P<placeholder>" + PLACEHOLDER.pattern + ")"
    r"|\[(?P<label>[^\]\[]*)\]\((?P<target>[^()\s]+)\)"
)
WRITTEN_NUMBER = re.compile(r"^附件\s*\d*\s*[:：、]?\s*")
DEEPEST_HEADING = 4


def markdown_blocks(source: str, kind: HeadingKind = "numbered", list_ids: Iterable[int] | None = None) -> list[Block]:
    """Return the blocks of a Markdown text 文字单元格解析.

    Parameters
    ----------
    source : the text; ``# `` is the document's title and is not printed, ``## `` is a chapter, a rule a new page.
    kind : the numbering of its chapter headings, from the tags of the cell.
    list_ids : numbers that tell its lists apart.
    """
    reader = _Reader(kind, iter(list_ids if list_ids is not None else count(1)))
    for line in source.replace("\r\n", "\n").split("\n"):
        reader.take(line)
    reader.close()
    return reader.blocks


def inline_runs(text: str) -> tuple[Run, ...]:
    """Return a line of Markdown as runs 行内文字; ``[表](#name)`` refers to the table or figure of that name."""
    runs: list[Run] = []
    bold, position, plain = False, 0, ""

    def close() -> None:
        nonlocal plain
        runs.extend(marked_runs(plain, bold=bold))
        plain = ""

    for match in INLINE.finditer(text):
        plain += text[position : match.start()]
        position = match.end()
        if match["bold"]:
            close()
            bold = not bold
        elif match["placeholder"]:
            close()
            runs.append(Run(text=match["placeholder"], placeholder=True, bold=bold))
        elif match["target"] and match["target"].startswith("#"):
            close()
            runs.append(Run(text=match["label"], bold=bold, target=match["target"][1:]))
        else:
            plain += match["escaped"] or match["code"] or match["label"] or ""
    plain += text[position:]
    close()
    return tuple(runs)


class _Reader:
    """Collects lines until a block is whole."""

    def __init__(self, kind: HeadingKind, list_ids: Iterator[int]) -> None:
        self.blocks: list[Block] = []
        self._kind = kind
        self._list_ids = list_ids
        self._lines: list[str] = []
        self._item: tuple[ListKind, int] = ("", 0)
        self._lists: list[tuple[int, ListKind, int]] = []  # open lists: indent, kind, id

    def take(self, line: str) -> None:
        """Read one line."""
        heading, item = HEADING.match(line), ITEM.match(line)
        if not line.strip():
            self._flush()
        elif heading:
            self.close()
            self._heading(len(heading[1]), heading[2])
        elif RULE.match(line):
            self.close()
            self.blocks.append(PageBreak())
        elif item:
            self._flush()
            self._open_item(len(item[1].expandtabs(4)), "number" if item[2][0].isdigit() else "bullet")
            self._lines = [item[3]]
        else:
            if not self._lines and not (self._lists and line[0].isspace()):
                self._lists = []
            self._lines.append(line.strip())

    def close(self) -> None:
        """End the open paragraph and all lists."""
        self._flush()
        self._lists = []

    def _heading(self, marks: int, text: str) -> None:
        if marks == 1:
            return
        kind = self._kind if marks == 2 else "numbered"
        words = "".join(run.text for run in inline_runs(text))
        if kind == "annex":
            words = WRITTEN_NUMBER.sub("", words)
        self.blocks.append(Heading(level=min(marks - 1, DEEPEST_HEADING), text=words, kind=kind))

    def _open_item(self, indent: int, kind: ListKind) -> None:
        while self._lists and (
            self._lists[-1][0] > indent or (self._lists[-1][0] == indent and self._lists[-1][1] != kind)
        ):
            self._lists.pop()
        if not self._lists or self._lists[-1][0] < indent:
            self._lists.append((indent, kind, next(self._list_ids)))
        self._item = (kind, len(self._lists) - 1)

    def _flush(self) -> None:
        if not self._lines:
            return
        kind, depth = self._item
        runs = inline_runs(joined(self._lines))
        list_id = self._lists[-1][2] if kind else 0
        if runs:
            self.blocks.append(Paragraph(runs=runs, list_kind=kind, depth=depth, list_id=list_id))
        self._lines, self._item = [], ("", 0)


def joined(lines: Iterable[str]) -> str:
    """Return soft-wrapped lines as one: Chinese joins without a blank, Latin words with one.

    Examples
    --------
    >>> joined(["预算执行率", "为 93%，", "rated", "good"])
    '预算执行率为 93%，rated good'
    """
    text = ""
    for line in lines:
        blank = " " if text and text[-1].isascii() and line[:1].isascii() else ""
        text += blank + line
    return text
