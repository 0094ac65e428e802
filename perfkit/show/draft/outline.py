"""Numbers that Word counts by itself, counted once more for cached fields, contents and the list of open points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfkit.show.draft.shapes import (
    PLACEHOLDER,
    Block,
    Cell,
    FigureBlock,
    Heading,
    Paragraph,
    TableBlock,
)

DIGITS = "零一二三四五六七八九"
CONTENTS_DEPTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A block with what is counted about it 编号: its label and its chapter.

    ``label`` is ``一、``, ``（一）``, ``1.``, ``（1）``, ``附件1`` of a heading, ``表3``, ``图2`` of a table or figure;
    ``chapter`` counts chapters of every kind from 1, 0 before the first; ``outside`` tells that the chapter itself
    has no number 一、, so that the numbering below it begins anew.
    """

    block: Block
    label: str = ""
    chapter: int = 0
    outside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPoint:
    """Something only a person can write 待补充事项: its chapter and what is wanted."""

    chapter: str
    text: str


def chinese_number(number: int) -> str:
    """Return 1 … 99 as Word's ``chineseCountingThousand`` writes it.

    Examples
    --------
    >>> [chinese_number(number) for number in (1, 10, 11, 20, 42)]
    ['一', '十', '十一', '二十', '四十二']
    """
    tens, units = divmod(number, 10)
    if not tens:
        return DIGITS[units]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[units] if units else "")


def numbered(blocks: Sequence[Block]) -> Iterator[Numbered]:
    """Yield every block with its label 编号, as Word's lists and SEQ fields will count them."""
    chapters = annexes = tables = figures = every = 0
    below = [0, 0, 0]
    outside = True
    for block in blocks:
        label = ""
        if isinstance(block, Heading) and block.level == 1:
            every, below, outside = every + 1, [0, 0, 0], block.kind != "numbered"
            if block.kind == "annex":
                annexes += 1
                label = f"附件{annexes}"
            elif block.kind == "numbered":
                chapters += 1
                label = f"{chinese_number(chapters)}、"
        elif isinstance(block, Heading):
            place = block.level - 2
            below = [*below[:place], below[place] + 1, *[0] * (2 - place)]
            label = (f"（{chinese_number(below[0])}）", f"{below[1]}.", f"（{below[2]}）")[place]
        elif isinstance(block, TableBlock):
            tables += 1
            label = f"表{tables}"
        elif isinstance(block, FigureBlock):
            figures += 1
            label = f"图{figures}"
        yield Numbered(block=block, label=label, chapter=every, outside=outside)


def heading_text(item: Numbered) -> str:
    """Return a heading as it is read, number included."""
    if not isinstance(item.block, Heading):
        return ""
    return f"{item.label} {item.block.text}" if item.block.kind == "annex" else item.label + item.block.text


def in_contents(block: Block) -> bool:
    """Return whether the table of contents lists a block."""
    return isinstance(block, Heading) and block.level <= CONTENTS_DEPTH


def contents(blocks: Sequence[Block]) -> tuple[Numbered, ...]:
    """Return the headings that the table of contents lists 目录, in order."""
    return tuple(item for item in numbered(blocks) if in_contents(item.block))


def open_points(blocks: Sequence[Block]) -> tuple[OpenPoint, ...]:
    r"""Return what is still to be written 待补充事项, in order, each with the chapter it stands in.

    Examples
    --------
    >>> from perfkit.show.draft.markdown import markdown_blocks
    >>> open_points(markdown_blocks("## 基本情况\n\n由【待补充：实施单位】负责。"))
    (OpenPoint(chapter='一、基本情况', text='实施单位'),)
    """
    points = []
    chapter = ""
    for item in numbered(blocks):
        if isinstance(item.block, Heading) and item.block.level == 1:
            chapter = heading_text(item)
        for text in _texts(item.block):
            points += [
                OpenPoint(chapter=chapter, text=match[0].removeprefix("【待补充").rstrip("】").lstrip("：:") or "—")
                for match in PLACEHOLDER.finditer(text)
            ]
    return tuple(points)


def open_points_annex(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return an annex that lists the open points 待补充事项清单; nothing where there are none."""
    points = open_points(blocks)
    if not points:
        return ()

    header = tuple(Cell(text=text, align="center", bold=True) for text in ("序号", "所在章节", "待补充内容"))
    rows = tuple(
        (Cell(text=str(number), align="center"), Cell(text=point.chapter), Cell(text=point.text))
        for number, point in enumerate(points, start=1)
    )
    table = TableBlock(
        name="open-points",
        caption="待补充事项清单",
        widths=(1.5, 5.0, 9.0),
        header=(header,),
        rows=rows,
    )
    return (Heading(level=1, text="待补充事项清单", kind="annex"), table)


def _texts(block: Block) -> Iterator[str]:
    """Yield every text of a block."""
    if isinstance(block, Heading | Paragraph):
        yield block.text
    elif isinstance(block, TableBlock):
        yield block.caption
        for row in (*block.header, *block.rows):
            yield from (cell.text for cell in row if cell is not None)
        yield from block.notes
    elif isinstance(block, FigureBlock):
        yield block.caption
