"""Problem list: given rows, pre-filled rows for unexplained deductions, and hints to merge."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from perfkit.stages.key_evaluation.problems import LostItem, problem_records, problems
from tests.stages.engagements import row


def lost(code: str, level2: str = "甲", *evidence: str, reasons: tuple[str, ...] = ()) -> LostItem:
    return LostItem(code=code, name=f"名{code}", level2=level2, lost=1.0, evidence=evidence, reasons=reasons)


def groups(items: list[LostItem]) -> list[set[str]]:
    """Return the codes of each suggested row."""
    return [set(str(line["indicators"]).split("；")) for line in problems([], items).rows]


def test_given_problems_come_first_and_cover_their_indicators() -> None:
    given_row = row(id="P1", problem="进度慢", indicators=("C1", "C2"), amount=3.5)
    result = problems([given_row], [lost("C1"), lost("C3", "乙", reasons=("少一项。",))])
    assert [line["suggested"] for line in result.rows] == [False, True]
    assert result.rows[0]["id"] == "P1"
    assert result.rows[0]["indicators"] == "C1；C2"
    assert result.rows[0]["amount"] == 3.5
    suggested = result.rows[1]
    assert suggested["indicators"] == "C3"
    assert suggested["facts"] == "少一项"
    assert all(str(suggested[part]).startswith("【待补充") for part in ("problem", "cause", "advice", "deadline"))
    counts = {record.name: record.value for record in problem_records(result)}
    assert counts == {"problems.total": 1, "problems.suggested": 1}


def test_items_of_one_level2_or_one_evidence_are_one_suggestion() -> None:
    assert groups([lost("C1", "甲"), lost("C2", "乙"), lost("C3", "甲")]) == [{"C2"}, {"C1", "C3"}]
    assert groups([lost("C1", "甲", "E1"), lost("C2", "乙", "E1")]) == [{"C1", "C2"}]
    # C3 joins two groups that had nothing in common before.
    assert groups([lost("C1", "甲", "E1"), lost("C2", "乙", "E2"), lost("C3", "丙", "E1", "E2")]) == [
        {"C1", "C2", "C3"}
    ]


def test_an_empty_fact_is_a_mark() -> None:
    assert problems([], [lost("C1")]).rows[0]["facts"] == "【待补充：事实与数据】"
    assert problems([], []).rows == ()


def test_merge_hints_need_two_shared_indicators_or_one_cause() -> None:
    first = row(id="P1", problem="甲", indicators=("C1", "C2"), cause="审核滞后")
    same_cause = row(id="P2", problem="乙", indicators=(), cause="审核滞后")
    two_shared = row(id="P3", problem="丙", indicators=("C2", "C1", "C3"), cause="其他")
    one_shared = row(id="P4", problem="丁", indicators=("C3",), cause="")
    no_cause = row(id="P5", problem="戊", indicators=(), cause="")
    result = problems([first, same_cause, two_shared, one_shared, no_cause], [])
    assert result.merges == ("P1 与 P2 原因相同，可考虑合并", "P1 与 P3 都涉及C1、C2，可考虑合并")


ITEMS = st.lists(
    st.tuples(st.sampled_from("甲乙丙丁"), st.lists(st.sampled_from(["E1", "E2", "E3"]), max_size=2)), max_size=9
).map(lambda rows: [lost(f"C{place}", level2, *marks) for place, (level2, marks) in enumerate(rows)])


@given(ITEMS)
def test_suggestions_are_a_partition(items: list[LostItem]) -> None:
    found = groups(items) if items else []
    assert sorted(code for group in found for code in group) == sorted(item.code for item in items)
    assert all(not one & other for one, other in combinations(found, 2))


@given(ITEMS)
def test_what_belongs_together_stays_together_and_nothing_else(items: list[LostItem]) -> None:
    found = groups(items) if items else []
    where = {code: place for place, group in enumerate(found) for code in group}
    keys = {item.code: {item.level2, *item.evidence} for item in items}
    for one, other in combinations(keys, 2):
        if keys[one] & keys[other]:
            assert where[one] == where[other]
    for one, other in combinations(found, 2):
        left, right = ({key for code in group for key in keys[code]} for group in (one, other))
        assert not left & right


@given(ITEMS)
def test_groups_do_not_depend_on_the_order(items: list[LostItem]) -> None:
    found = {frozenset(group) for group in groups(items)} if items else set()
    assert found == ({frozenset(group) for group in groups(items[::-1])} if items else set())
