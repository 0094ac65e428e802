"""Totals: roll-up, absences, holds, vetoes, rounding order, grades."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfkit.errors import DataError
from perfkit.scoring.absences import printed_full_scores
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.items import ScoringItem, score_items
from perfkit.scoring.rounding import round_half_up
from perfkit.scoring.total import ScorecardResult, node_totals, roll_up
from perfkit.terms import Absence, AbsencePolicy, ScoringFunction
from perfkit.tree import ROOT, IndicatorTree
from tests.scoring.making import BANDS, item

F = ScoringFunction
Row = tuple[str, float, float | None]


def _items(rows: Sequence[Row], kind: Absence = Absence.NOT_APPLICABLE) -> list[ScoringItem]:
    """Make items with given rates; ``None`` is absent."""
    return [
        item(F.PRO_RATA, full, f"i{place}", absence=kind)
        if rate is None
        else item(F.PRO_RATA, full, f"i{place}", actual=rate, target=1)
        for place, (_, full, rate) in enumerate(rows)
    ]


def _card(
    rows: Sequence[Row],
    kind: Absence = Absence.NOT_APPLICABLE,
    weights: dict[str, float] | None = None,
    **choices: object,
) -> ScorecardResult:
    items = _items(rows, kind)
    paths = [(name, "", one.code) for (name, _, _), one in zip(rows, items, strict=True)]
    tree = IndicatorTree.from_paths([one.code for one in items], paths, [full for _, full, _ in rows], weights)
    return roll_up(tree, score_items(items, SilentChoices.of(choices)), bands=BANDS)


def _codes(card: ScorecardResult) -> list[str]:
    return [caveat.code for caveat in card.caveats]


def test_official_total_is_the_sum_of_the_printed_scores() -> None:
    rows: list[Row] = [*[("a", 1.0, 1 / 3)] * 3, ("b", 97.0, 1.0)]
    card = _card(rows)
    assert card.value == 97.99
    assert card.exact_total == pytest.approx(98)
    assert card.value == round(sum(node.score for node in card.items()), 2)
    assert _card(rows, total_rule="rounded_sum").value == 98


def test_grade_follows_the_official_total_and_the_difference_is_flagged() -> None:
    rows: list[Row] = [("a", 20.0, 0.79996), ("b", 80.0, 0.8)]
    card = _card(rows)
    assert (card.value, card.grade.value) == (80.0, "良")
    assert (card.exact_grade.value, "GRADE_DIFFERS" in _codes(card)) == ("中", True)
    assert _card(rows, grade_from="exact").grade.value == "中"


def test_sum_of_rounded_items_carries_no_float_noise() -> None:
    card = _card([*[("a", 0.1, 1.0)] * 900, ("b", 10.0, 1.0)])
    assert (card.value, card.grade.value) == (100.0, "优")


def test_rounding_of_items_is_declared() -> None:
    assert _card([("a", 100.0, 0.66666)], item_decimals=1).value == 66.7


def test_renormalise_within_level_one() -> None:
    card = _card([("a", 20.0, 0.5), ("a", 20.0, None), ("b", 60.0, 1.0)])
    assert card.value == 80
    assert card.item("i0").effective_full == 40
    assert card.item("i1").effective_full == 0
    assert math.isnan(card.item("i1").rate)
    (moved,) = card.moved
    assert (moved.points, moved.to) == (20, (("i0", 20.0),))
    assert "ABSENCE_RENORMALISE" in _codes(card)


def test_renormalise_over_the_whole_tree() -> None:
    card = _card([("a", 20.0, 0.5), ("a", 20.0, None), ("b", 60.0, 1.0)], na_scope="total")
    assert card.value == 87.5
    assert card.moved[0].to == (("i0", 5.0), ("i2", 15.0))


def test_level_one_without_any_item_gives_its_points_to_the_rest() -> None:
    card = _card([("a", 20.0, None), ("a", 20.0, None), ("b", 30.0, 1.0), ("b", 30.0, 0.0)])
    assert card.value == 50
    assert "ABSENCE_WIDENED" in _codes(card)
    assert card.nodes(1)[0].effective_full == 0
    assert [dict(entry.to) for entry in card.moved] == [{"i2": 10.0, "i3": 10.0}] * 2


def test_nothing_scored_at_all_is_no_number() -> None:
    card = _card([("a", 50.0, None), ("b", 50.0, None)])
    assert math.isnan(card.value)
    assert card.grade.value == ""
    assert {"NOTHING_SCORED", "NO_GRADE"} <= set(_codes(card))


@pytest.mark.parametrize(("policy", "total"), [("zero", 70.0), ("full", 90.0)])
def test_zero_and_full_keep_the_points_where_they_are(policy: str, total: float) -> None:
    card = _card([("a", 20.0, 0.5), ("a", 20.0, None), ("b", 60.0, 1.0)], not_applicable=policy)
    assert card.value == total
    assert card.full_score == 100
    assert (card.moved[0].points, card.moved[0].to) == (20, ())


def test_hold_withholds_total_and_grade_and_gives_what_is_possible() -> None:
    card = _card([("a", 20.0, 0.5), ("a", 20.0, None), ("b", 60.0, 1.0)], Absence.MISSING)
    assert math.isnan(card.value)
    assert math.isnan(card.exact_total)
    assert card.grade.value == ""
    assert (card.possible_low, card.possible_high) == (70, 90)
    assert {"TOTAL_WITHHELD", "ABSENCE_HOLD", "NO_GRADE"} <= set(_codes(card))
    assert "GRADE_DIFFERS" not in _codes(card)
    assert card.nodes(1)[1].score == 60
    json.dumps(card.to_record(), allow_nan=False)


def test_the_three_kinds_of_absence_keep_their_own_policies() -> None:
    items = [
        item(F.PRO_RATA, 40, "x", actual=1, target=1),
        item(F.PRO_RATA, 20, "na", absence=Absence.NOT_APPLICABLE),
        item(F.PRO_RATA, 20, "missing", absence=Absence.MISSING),
        item(F.PRO_RATA, 20, "later", absence=Absence.NOT_DUE),
    ]
    tree = IndicatorTree.from_paths([one.code for one in items], [("a", one.code) for one in items], [40, 20, 20, 20])
    card = roll_up(tree, score_items(items, SilentChoices.of({"missing": "zero", "not_due": "full"})), bands=BANDS)
    assert [entry.policy for entry in card.moved] == [AbsencePolicy.RENORMALISE, AbsencePolicy.ZERO, AbsencePolicy.FULL]
    assert card.value == 75


def test_undefined_results_follow_their_own_policy() -> None:
    items = [
        item(F.EXECUTION_LINEAR, 10, "e", numerator=0, denominator=0),
        item(F.PRO_RATA, 90, "p", actual=1, target=1),
    ]
    tree = IndicatorTree.from_paths(["e", "p"], [("a", "e"), ("b", "p")], [10, 90])
    held = roll_up(tree, score_items(items), bands=BANDS)
    assert (held.possible_low, held.possible_high) == (90, 100)
    assert held.moved[0].absence is None
    assert roll_up(tree, score_items(items), SilentChoices.of({"undefined": "renormalise"}), bands=BANDS).value == 100


def test_two_layers_round_items_on_their_own_scale() -> None:
    card = _card([("a", 40.0, 1 / 3), ("a", 60.0, 1.0), ("b", 100.0, 0.5)], weights={"a": 30.0, "b": 70.0})
    assert [node.score for node in card.nodes(1)] == [73.33, 50]
    assert card.nodes(1)[0].contribution == pytest.approx(21.999)
    assert card.value == 57.0
    assert card.exact_total == pytest.approx(57)


def test_two_layers_whose_scale_misses_100_are_flagged() -> None:
    card = _card([("a", 90.0, 1.0), ("b", 100.0, 1.0)], weights={"a": 50.0, "b": 50.0})
    assert card.value == 95
    assert {"LEVEL1_SCALE_NOT_100", "FULL_SCORE_NOT_100"} <= set(_codes(card))


def test_weights_that_miss_100_are_printed_as_they_are() -> None:
    card = _card([("a", 58.0, 1.0), ("b", 40.0, 0.5)])
    assert (card.value, card.full_score) == (78, 98)
    assert card.rate == pytest.approx(78 / 98)
    assert "FULL_SCORE_NOT_100" in _codes(card)


def _with_veto(drawn: int, **parameters: object) -> ScorecardResult:
    items = [
        item(F.PRO_RATA, 90, "p", actual=1, target=1),
        item(F.VETO, 10, "v", vetoed=drawn, parameters=parameters),
    ]
    tree = IndicatorTree.from_paths(["p", "v"], [("a", "p"), ("a", "v")], [90, 10])
    return roll_up(tree, score_items(items), bands=BANDS)


def test_effects_of_a_veto() -> None:
    assert _with_veto(0, effect="cap_total", total_cap=59).value == 100
    assert _with_veto(1).value == 90
    total = _with_veto(1, effect="总分封顶", 总分上限=59)
    assert (total.value, total.grade.value, "TOTAL_CAPPED" in _codes(total)) == (59, "差", True)
    graded = _with_veto(1, effect="cap_grade", grade_cap="中")
    assert (graded.value, graded.grade.value, "GRADE_CAPPED" in _codes(graded)) == (90, "中", True)


def test_tree_and_scores_must_be_of_one_table() -> None:
    items = _items([("a", 50.0, 1.0), ("a", 50.0, 1.0)])
    tree = IndicatorTree.from_paths(["i0", "other"], [("a", "x"), ("a", "y")], [40, 60])
    with pytest.raises(DataError) as error:
        roll_up(tree, score_items(items), bands=BANDS)
    assert sorted(problem.where for problem in error.value.problems) == ["指标 i0", "指标 i1", "指标 other"]


def test_order_of_scores_does_not_matter() -> None:
    rows: list[Row] = [("a", 30.0, 0.5), ("b", 50.0, None), ("b", 20.0, 0.2)]
    items = _items(rows)
    tree = IndicatorTree.from_paths([one.code for one in items], [(name, "y") for name, _, _ in rows], [30, 50, 20])
    forward, backward = (roll_up(tree, score_items(order), bands=BANDS) for order in (items, items[::-1]))
    np.testing.assert_array_equal(forward.node_score, backward.node_score)


def test_trace_shows_the_points_an_item_received() -> None:
    rows: list[Row] = [("a", 20.0, 0.5), ("a", 20.0, None), ("b", 60.0, 1.0)]
    items = _items(rows)
    scores = score_items(items)
    trace = scores.trace("i0", effective_full=40.0)
    assert [step.op for step in trace.steps] == ["attainment", "redistribute", "share_to_points", "round"]
    assert trace.score == 20


def test_nan_never_spreads_silently() -> None:
    tree = IndicatorTree.from_paths(["a", "b"], [("x", "a"), ("y", "b")], [50, 50])
    totals = node_totals(tree, np.array([1.0, math.nan]))
    assert totals[1] == 1
    assert math.isnan(totals[ROOT])


tables = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.floats(0.5, 30).map(lambda value: round(value, 2)),
        st.one_of(st.none(), st.floats(0, 1)),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=150)
@given(tables, st.sampled_from(["level1", "total"]), st.booleans())
def test_redistribution_keeps_every_point(rows: list[Row], scope: str, layered: bool) -> None:
    weights = None
    if layered:
        names = sorted({name for name, _, _ in rows})
        weights = {name: 100 / len(names) for name in names}
    card = _card(rows, weights=weights, na_scope=scope)
    if all(rate is None for *_, rate in rows):
        assert math.isnan(card.value)
        return
    assert card.full_score == pytest.approx(card.tree.full_score[ROOT], rel=1e-7, abs=1e-7)
    received: dict[str, float] = {}
    for entry in card.moved:
        for code, points in entry.to:
            received[code] = received.get(code, 0.0) + points
    for node in card.items():
        if node.effective_full > 0:
            # printed full scores take the decimals of the form, never more than a unit away from the exact ones
            assert node.effective_full - node.full_score == pytest.approx(received.get(node.code, 0.0), abs=0.01 + 1e-6)
        # across two layers moved points are not printed in whole cents, so full marks may round up half a cent
        assert not node.score > round_half_up(node.effective_full, 2) + 1e-9
    assert -1e-9 <= card.exact_total <= card.full_score + 1e-6


@given(tables, st.sampled_from(list(AbsencePolicy)))
def test_totals_lie_in_the_possible_interval(rows: list[Row], policy: AbsencePolicy) -> None:
    card = _card(rows, not_applicable=policy.value)
    zero, full = (_card(rows, not_applicable=word).value for word in ("zero", "full"))
    if policy is AbsencePolicy.HOLD:
        assert card.possible_low == pytest.approx(zero, abs=0.011)
        assert card.possible_high == pytest.approx(full, abs=0.011)
    elif not math.isnan(card.value):
        assert zero - 0.2 <= card.value <= full + 0.2


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 20), st.floats(0, 1)), min_size=1, max_size=12), st.data()
)
def test_better_items_never_lower_the_total(rows: list[Row], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    name, full, rate = rows[place]
    better = [*rows[:place], (name, full, min(1.0, (rate or 0.0) + 0.2)), *rows[place + 1 :]]
    assert _card(better).value >= _card(rows).value


def test_moved_full_scores_are_printed_with_their_sum() -> None:
    effective = np.array([30 * 5 / 28, 30 * 4 / 28, 30 * 3 / 28, 0.0, 30 * 8 / 28, 30 * 8 / 28, 7.0])
    full = np.array([5.0, 4.0, 3.0, 2.0, 8.0, 8.0, 7.0])
    printed = printed_full_scores(effective, full, np.array([0, 0, 0, 0, 0, 0, 1]), 2)
    assert printed.tolist() == [5.36, 4.29, 3.21, 0.0, 8.57, 8.57, 7.0]
    assert math.fsum(printed[:6]) == pytest.approx(30, abs=1e-9)


def test_full_marks_are_full_marks_in_print() -> None:
    card = _card([("a", 5.0, 1.0), ("a", 4.0, 1.0), ("a", 3.0, 1.0), ("a", 2.0, None)])
    assert card.value == card.full_score == 14
    assert [node.rate for node in card.items()[:3]] == [1.0, 1.0, 1.0]
    assert card.exact_total == pytest.approx(14, abs=1e-9)
