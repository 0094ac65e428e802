"""Tables of the working paper: every named number, readable."""

from __future__ import annotations

from perfkit.show.catalogue import table
from perfkit.trace import Record


def test_sentences_among_the_numbers_read_from_the_left() -> None:
    book = [
        Record(name="total", value=86.05, kind="score"),
        Record(
            name="problems.summary",
            value="部分配套资金未足额到位，支出进度偏慢；支付审核和资料归档未按规定执行",
            kind="text",
        ),
    ]
    rows = table(book, kind="numbers").rows
    assert [row[2].align for row in rows if row[2] is not None] == ["", "left"]
