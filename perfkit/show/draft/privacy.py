"""What a report must not say 隐私遮盖: telephone and identity numbers, and the names of those who were asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from perfkit.show.draft.shapes import Block, Cell, FigureBlock, Heading, Paragraph, Row, Run, TableBlock

Piece = TypeVar("Piece", Run, Cell)

# an identity number holds its date of birth, which tells it from codes and amounts of the same length
_NUMBERS = re.compile(
    r"(?<![\d.,A-Za-z])(?:"
    r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXxＸ]"
    r"|(?:\+?86[-\s]?)?[1１][3-9３-９]\d[-\s]?\d{4}[-\s]?\d{4}"
    r"|0\d{2,3}[-－—]\d{7,8}"
    r")(?![\d%％]|[.,]\d|[万亿]?元)"
)
_KEPT = 3
_HAN = re.compile(r"[\u4e00-\u9fff·]+")
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "司徒", "东方", "皇甫", "尉迟", "慕容", "令狐", "夏侯", "端木")
_SINGLE = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施牛洪柳常安樊庞"
)
# a cell often says who somebody is instead of, or behind, the name
_ROLE = re.compile(
    r"(?:副|原)?(?:负责人|联系人|经办人|代表|主任|会计|出纳|书记|经理|教师|老师|医生|职工|村民|居民|农户|用户|学员|学生|"
    r"干部|专员|员工|人员|专家|主管|总监|法人|群众|先生|女士|同志|[站村校组科处局县镇乡院园队厂所股部市区班家]长)$"
)
_OFFICE = "办局处科室站所村镇乡县市区组部院校厂"


def names_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the personal names in cells that say who was asked 受访人姓名: a known surname and one to three more.

    Examples
    --------
    >>> names_in(["欧阳建国（站长）、李四", "项目分管负责人", "王小明村民代表"])
    ('欧阳建国', '李四', '王小明')
    """
    found: dict[str, None] = {}
    for text in texts:
        for word in _HAN.findall(text):
            name = word
            while match := _ROLE.search(name):
                name = name[: match.start()]
            if name.endswith(tuple(_OFFICE)):
                continue
            given = len(name) - len(_surname(name))
            if _surname(name) and 1 <= given <= (3 if len(word) > len(name) else 2):
                found[name] = None
    return tuple(found)


def _surname(name: str) -> str:
    return name[:2] if name.startswith(_COMPOUND) else name[:1] if name[:1] in _SINGLE else ""


class Mask:
    """Hides what identifies a person 遮盖; what stays readable tells that something stood there.

    Parameters
    ----------
    names : personal names that must not be printed.

    Examples
    --------
    >>> Mask(["李四"]).text("李四，13812345678，预算13812345678元")
    '李某，138********，预算13812345678元'
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Prepare for names, the longest first."""
        ordered = sorted(set(names), key=lambda name: (-len(name), name))
        self._names = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def text(self, text: str) -> str:
        """Return a text without names and numbers of persons."""
        text = _NUMBERS.sub(lambda match: match[0][:_KEPT] + re.sub(r"\w", "*", match[0][_KEPT:]), text)
        return self._names.sub(_initial, text) if self._names else text

    def blocks(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Yield the blocks of a document with every text masked."""
        for block in blocks:
            if isinstance(block, Paragraph):
                yield replace(block, runs=tuple(map(self._piece, block.runs)))
            elif isinstance(block, Heading):
                yield replace(block, text=self.text(block.text))
            elif isinstance(block, FigureBlock):
                yield replace(block, caption=self.text(block.caption), alt=self.text(block.alt))
            elif isinstance(block, TableBlock):
                yield replace(
                    block,
                    caption=self.text(block.caption),
                    header=tuple(map(self._row, block.header)),
                    rows=tuple(map(self._row, block.rows)),
                    notes=tuple(map(self.text, block.notes)),
                )
            else:
                yield block

    def _row(self, row: Row) -> Row:
        return tuple(cell if cell is None else self._piece(cell) for cell in row)

    def _piece(self, piece: Piece) -> Piece:
        return replace(piece, text=self.text(piece.text))


def _initial(match: re.Match[str]) -> str:
    surname = _surname(match[0]) or match[0][:1]
    return surname + "某" * (len(match[0]) - len(surname))
