"""What a report must not say: numbers and names of persons, and what only looks like them."""

from __future__ import annotations

import pytest

from perfkit.show.draft.privacy import Mask, names_in
from perfkit.show.draft.shapes import Cell, FigureBlock, Heading, PageBreak, Paragraph, Run, TableBlock


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13812345678。", "电话138********。"),
        ("１３８１２３４５６７８", "１３８********"),
        ("138 1234 5678", "138 **** ****"),
        ("+86-138-1234-5678", "+86-***-****-****"),
        ("座机010-88886666", "座机010-********"),
        ("身份证11010119900307123X", "身份证110***************"),
    ],
)
def test_numbers_of_persons_are_masked(text: str, masked: str) -> None:
    assert Mask().text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "13812345678元", "13812345678.50", "13,812,345,678", "213812345678", "2024-06-30", "财预〔2020〕10号",
        "110101199013071234", "91110108MA01ABCD2X", "4,483.00万元",
    ],
)  # fmt: skip
def test_amounts_dates_and_codes_stay(text: str) -> None:
    assert Mask().text(text) == text


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("欧阳建国（站长）13812345678", ("欧阳建国",)),
        ("王小明、李四村民代表", ("王小明", "李四")),
        ("项目分管负责人", ()),
        ("金融办", ()),
        ("王主任", ()),
        ("", ()),
    ],
)
def test_names_are_told_from_offices(cell: str, names: tuple[str, ...]) -> None:
    assert names_in([cell]) == names


def test_every_text_of_a_document_is_masked_and_nothing_else_changes() -> None:
    before = (
        Heading(level=1, text="李四"),
        Paragraph(runs=(Run(text="李四说", record="a", bold=True),)),
        TableBlock(
            name="t", caption="李四", widths=(1.0,), header=((Cell(text="李四"),),),
            rows=((Cell(text="李四", rowspan=2),), (None,)), notes=("李四",),
        ),
        FigureBlock(name="f", caption="李四", alt="李四", width_cm=1.0, png=b"x"),
        PageBreak(),
    )  # fmt: skip
    after = tuple(Mask(["李四"]).blocks(before))
    assert repr(after) == repr(before).replace("李四", "李某")
