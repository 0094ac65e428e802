"""Tables of a re-evaluation from frames made by hand: one department and many, nothing, and texts that are no numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.show.catalogue import table
from perfkit.show.record import RecordBook
from perfkit.show.tables import Table
from perfkit.show.tables.departments import Look, named_departments, of_all, prefixes, table_by_department
from perfkit.show.tables.fields import Field
from perfkit.show.tables.re_evaluation import parted_reasons, reason_words
from perfkit.show.tables.re_evaluation_annex import PARAMETERS, table_parameters
from perfkit.show.tables.re_evaluation_lists import table_examples
from tests.show import re_evaluation_frames as frames
from tests.show import re_evaluation_sample as sample

RESULTS = (
    "scope", "headline", "inflation", "migration", "nodes", "reasons", "estimates", "handling", "next_sample", "projects",
    "items", "desk_summary", "desk", "own_rule", "send_back", "unpaired", "depth", "plan_designs", "plan_parts", "plan_list",
    "agreement", "severity", "quality", "signs", "pooled",
)  # fmt: skip
BY_DEPARTMENT = (
    "scope",
    "headline",
    "inflation",
    "nodes",
    "reasons",
    "estimates",
    "projects",
    "items",
    "desk",
    "send_back",
    "quality",
)
VIEWS = (
    ("headline", "reasons"),
    ("reasons", "matrix"),
    ("handling", "evidence"),
    ("send_back", "counts"),
    ("agreement", "notes"),
)


def texts(made: Table) -> list[list[str]]:
    """Return the cells of the body; what a span covers is ``""``."""
    return [["" if cell is None else cell.text for cell in row] for row in made.rows]


def headers(made: Table) -> list[str]:
    return [column.header for column in made.columns]


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("count", [0, 1, 6])
def test_every_kind_has_a_table_for_any_number_of_departments(name: str, count: int) -> None:
    made = table(getattr(sample.evaluation(count), name))
    assert made.columns
    assert made.rows
    assert all(header and "_" not in header for header in headers(made) if header != "n")


@pytest.mark.parametrize("name", BY_DEPARTMENT)
def test_departments_are_named_where_there_are_several(name: str) -> None:
    assert "部门" not in headers(table(getattr(sample.evaluation(1), name)))
    assert "部门" in headers(table(getattr(sample.evaluation(6), name)))


@pytest.mark.parametrize("name", RESULTS)
def test_an_empty_list_says_so(name: str) -> None:
    result = getattr(sample.evaluation(1), name)
    made = table(sample.Listed(result.kind, result.to_frame().iloc[:0]))
    assert len(made.rows) == 1
    assert made.rows[0][0] is not None
    assert made.rows[0][0].text


@pytest.mark.parametrize(("name", "view"), VIEWS)
@pytest.mark.parametrize("count", [0, 1, 6])
def test_further_views(name: str, view: str, count: int) -> None:
    assert table(getattr(sample.evaluation(count), name), view).rows


def test_widths_fit_the_page_they_ask_for() -> None:
    found = sample.evaluation(6)
    for name in RESULTS:
        made = table(getattr(found, name))
        assert sum(column.width_cm for column in made.columns) <= (30.0 if made.landscape else 21.0), made.name
        assert made.font == "small" or made.name in ("grade-migration", "handling"), made.name


def test_one_department_is_not_said_twice() -> None:
    made = table(sample.evaluation(1).scope)
    assert len(made.rows) == 1
    assert headers(made)[0] == "应自评项目"


def test_the_total_of_many_departments_stands_last_and_bold() -> None:
    made = table(sample.evaluation(6).scope)
    assert [row[0] for row in texts(made)][-1] == "合计"
    assert all(cell is None or cell.bold for cell in made.rows[-1])


def test_numbers_carry_their_record_where_there_is_one() -> None:
    found = sample.evaluation(2)
    made = table(found.scope, records=RecordBook(found.records))
    assert [row[1].record for row in made.rows if row[1] is not None] == [
        "department.1.projects", "department.2.projects", "all.projects"
    ]  # fmt: skip


def test_prefixes_follow_the_order_of_the_records() -> None:
    book = RecordBook(sample.records(["乙局", "甲局"], scored=True))
    assert prefixes(book) == {"": "all", "乙局": "department.1", "甲局": "department.2"}
    assert prefixes(None) == {"": "all"}


def test_directions_stand_side_by_side() -> None:
    (first, *_) = texts(table(sample.evaluation(1).headline))
    assert first == ["项目", "8", "5 (62.50%)", "2 (25.00%)", "1 (12.50%)"]


def test_grades_stand_best_first() -> None:
    shuffled = frames.migration(1).iloc[::-1]
    made = table(sample.Listed("grade_migration", shuffled), order=frames.GRADES)
    assert headers(made)[1:5] == [f"再评价：{grade}" for grade in frames.GRADES]
    assert [row[0] for row in texts(made)] == list(frames.GRADES)


def test_totals_of_reasons_are_not_counted_twice() -> None:
    rows = [
        {"department": "", "level1": level1, "reason": reason, "count": count, "points": 1.0}
        for level1, reason, count in (
            ("", "evidence", 5),
            ("产出", "evidence", 3),
            ("效益", "evidence", 2),
            ("", "total_only", 4),
        )
    ]
    made = table(sample.Listed("change_reasons", pd.DataFrame(rows)), "matrix")
    counts = {row[0]: row[-2] for row in texts(made)}
    assert counts == {"佐证缺失": "5", "只评总分": "4"}
    assert len(parted_reasons(pd.DataFrame(rows))) == 3


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("evidence", "佐证缺失"),
        ("evidence；arithmetic", "佐证缺失、计算错误"),
        ("unstated", "未写明原因"),
        ("", ""),
        ("其他", "其他"),
    ],
)
def test_reasons_in_words(codes: str, words: str) -> None:
    assert reason_words(codes) == words


def test_examples_are_the_largest_changes_of_each_reason() -> None:
    items = sample.items(frames.projects(1)).assign(change=lambda frame: frame["change"] - frame.index / 100)
    made = table_examples(items, ["evidence"], most=2)
    assert len(made.rows) == 2


def test_every_choice_of_a_run_is_printed() -> None:
    """A choice without words would be a silent one."""
    assert set(_keys(ReEvaluationChoices().model_dump(mode="json"))) == set(PARAMETERS)
    made = table_parameters(ReEvaluationChoices(), keys=True)
    assert len(made.rows) == len(PARAMETERS)
    values = {row[3]: row[1] for row in texts(made)}
    assert values["sample.double_share"] == "20%"
    assert values["self_scores"] == "不提供自评得分"
    assert values["sample.picked"] == "不设"
    assert values["desk.overshoot"] == "1.2"


def _keys(plain: dict[str, Any], block: str = "") -> Iterator[str]:
    for key, value in plain.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{key}.")
        else:
            yield f"{block}{key}"


def test_of_all_falls_back_on_every_row() -> None:
    frame = pd.DataFrame({"department": ["甲", "乙"]})
    assert len(of_all(frame)) == 2
    assert named_departments(pd.DataFrame({"department": ["", "甲", "乙", "甲"]})) == ["甲", "乙"]


def test_equal_cells_are_merged_within_a_department_only() -> None:
    frame = pd.DataFrame({"department": ["甲", "甲", "乙"], "level1": ["产出", "产出", "产出"], "n": [1, 2, 3]})
    fields = (Field("level1", "一级指标"), Field("n", "项", kind="count"))
    made = table_by_department(frame, fields, Look(name="x", caption="x"), merge="level1")
    assert [None if row[1] is None else row[1].rowspan for row in made.rows] == [2, None, 1]


def test_html_of_a_table_is_escaped() -> None:
    found = sample.evaluation(1)
    html = table(found.items)._repr_html_()
    assert "<b>农户满意度" not in html
    assert "&lt;b&gt;农户满意度" in html
