"""The grid of a table: spans, merges, escaping, the JSON that the draft reads."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import DataError
from perfkit.show.tables import (
    TABLE_MIME,
    Column,
    Row,
    Table,
    TableCell,
    merge_down,
    number_cell,
    text_cell,
    total_row,
)

NASTY = "<script>alert('x')</script>|*b*|=cmd|'/c calc'!A1\n&"


def _table(rows: tuple[Row, ...], columns: int = 2, **more: object) -> Table:
    heads = tuple(Column(f"列{place}") for place in range(columns))
    return Table(name="t", caption="表", columns=heads, rows=rows, **more)  # type: ignore[arg-type]


def test_bundle_escapes_html_and_keeps_text_in_json() -> None:
    table = _table(((text_cell(NASTY), number_cell(12634.7, "money", "funds.executed")),), notes=("<b>注",))
    bundle = table._repr_mimebundle_()
    shown = bundle["text/html"]
    assert "<script" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown
    assert "&#x27;!A1<br>&amp;" in shown
    assert 'data-record="funds.executed"' in shown
    plain = json.loads(json.dumps(bundle[TABLE_MIME]))
    assert plain["rows"][0][0]["text"] == NASTY
    assert plain["rows"][0][1] == {
        "text": "12,634.70", "record": "funds.executed", "align": "right", "rowspan": 1, "colspan": 1, "bold": False,
        "placeholder": False,
    }  # fmt: skip
    assert plain["header"][0][0]["text"] == "列0"
    assert plain["rows"][0][0]["align"] == "left"


def test_further_header_rows_leave_the_body() -> None:
    plain = _table((total_row("组", (), span=2), (text_cell("a"), text_cell("b"))), header_rows=2).to_json()
    assert [len(plain[part]) for part in ("header", "rows")] == [2, 1]


def test_cells_format_and_mark() -> None:
    assert number_cell(None, "score") == TableCell("—", align="center")
    assert text_cell("【待补充：原因】").placeholder
    assert not text_cell("依据【待补充：证据编号】，扣 1 分").placeholder
    assert text_cell(float("nan")).text == ""
    assert text_cell(None).text == ""
    assert [cell and cell.bold for cell in total_row("合计", [TableCell("1")], span=2)] == [True, None, True]


@pytest.mark.parametrize(
    "rows",
    [
        ((TableCell("a"),),),
        ((TableCell("a"), None),),
        ((TableCell("a", colspan=2), TableCell("b")),),
        ((TableCell("a", rowspan=2), TableCell("b")),),
        ((TableCell("a", colspan=3), None),),
        ((TableCell("a", rowspan=0), TableCell("b")),),
        ((TableCell("a", rowspan=2), TableCell("b")), (TableCell("c"), TableCell("d"))),
    ],
)
def test_a_grid_that_cannot_be_drawn_is_refused(rows: tuple[Row, ...]) -> None:
    with pytest.raises(DataError, match="TABLE-GRID"):
        _table(rows)


def test_every_wrong_place_is_named() -> None:
    with pytest.raises(DataError) as caught:
        _table(((TableCell("a"), None), (None, TableCell("b"))), header_rows=9)
    assert len(caught.value.problems) == 3


def test_merges_nest() -> None:
    cells = [[TableCell(a), TableCell(b), TableCell(c)] for a, b, c in ("axp", "axq", "bxr", "bys", "axt")]
    rows = merge_down(cells, [(row[0].text, row[1].text) for row in cells], [(0,), (1,)])
    spans = [[cell.rowspan if cell else 0 for cell in row] for row in rows]
    assert spans == [[2, 2, 1], [0, 0, 1], [2, 1, 1], [0, 1, 1], [1, 1, 1]]
    _table(rows, columns=3)


def test_merge_refuses_keys_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="2 levels"):
        merge_down([[TableCell("a")]], [("a",)], [(0,), (0,)])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), min_size=1, max_size=12))
def test_merges_always_make_a_drawable_grid(keys: list[tuple[str, str]]) -> None:
    cells = [[TableCell(first), TableCell(second), TableCell("v")] for first, second in keys]
    rows = merge_down(cells, keys, [(0,), (1,)])
    _table(rows, columns=3)
    for level in (0, 1):
        heads = [row[level] for row in rows if row[level]]
        assert sum(cell.rowspan for cell in heads if cell) == len(keys)
        borders = sum(1 for one, other in pairwise(keys) if one[: level + 1] != other[: level + 1])
        assert len(heads) == borders + 1
