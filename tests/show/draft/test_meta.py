from __future__ import annotations

import pytest

from perfkit.show.draft.meta import DraftMeta
from perfkit.terms import Secrecy
from tests.show.draft import sample


@pytest.mark.parametrize(
    ("watermark", "demo", "marks"),
    [
        ("", False, ""),
        ("初稿", False, "初稿"),
        ("", True, "演示数据"),
        ("初稿", True, "初稿·演示数据"),
        ("演示数据", True, "演示数据"),
    ],
)
def test_demo_data_is_marked_on_every_page(watermark: str, demo: bool, marks: str) -> None:
    meta = sample.meta(watermark=watermark, demo=demo)
    assert meta.marks == marks
    assert ("演示数据" in meta.header_text) is demo


def test_without_a_date_the_cover_asks_for_one() -> None:
    assert DraftMeta(title="甲").date_text == "【待补充：报告日期】"
    assert sample.meta().date_text == "2025年6月30日"


def test_only_what_is_not_public_is_marked() -> None:
    assert DraftMeta(title="甲").secrecy_text == ""
    assert DraftMeta(title="甲", secrecy=Secrecy.INTERNAL).secrecy_text == "内部"
