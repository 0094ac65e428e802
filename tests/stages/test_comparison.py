"""Comparison: changes against plan, history and peers, zero references, direction."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.stages.key_evaluation.comparison import comparison
from perfkit.terms import Absence, Direction
from tests.stages.engagements import evaluated, indicator, row
from tests.tolerances import SAME_FORMULA

POSITIVE = st.floats(min_value=1e-3, max_value=1e6)


def test_changes_are_actual_over_reference_less_one() -> None:
    line = row(code="C1", level3="长度", direction=Direction.HIGHER, target=100.0, last_year=64.0, peer=100.0)
    (only,) = comparison([line], {"C1": 80.0}).rows
    assert (only["target_change"], only["last_year_change"], only["peer_change"]) == pytest.approx((-0.2, 0.25, -0.2))
    assert math.isnan(only["three_year_mean_change"])
    assert only["better"] == "1/2"


@pytest.mark.parametrize(
    ("direction", "better"), [(Direction.HIGHER, "1/2"), (Direction.LOWER, "1/2"), (Direction.EXACT, ""), (None, "")]
)
def test_better_follows_the_direction(direction: Direction | None, better: str) -> None:
    line = row(code="C1", level3="时长", direction=direction, last_year=81.0, peer=65.0)
    (only,) = comparison([line], {"C1": 74.0}).rows
    assert only["better"] == better


@pytest.mark.parametrize(("direction", "better"), [(Direction.HIGHER, "2/2"), (Direction.LOWER, "0/2")])
def test_more_is_better_only_where_it_is(direction: Direction, better: str) -> None:
    line = row(code="C1", level3="数量", direction=direction, last_year=1.0, peer=2.0)
    assert comparison([line], {"C1": 3.0}).rows[0]["better"] == better


@pytest.mark.parametrize("reference", [0.0, -5.0])
def test_no_change_against_zero_or_less(reference: float) -> None:
    line = row(code="C1", level3="事故", direction=Direction.LOWER, last_year=reference, peer=4.0)
    result = comparison([line], {"C1": 2.0})
    assert math.isnan(result.rows[0]["last_year_change"])
    assert result.rows[0]["peer_change"] == pytest.approx(-0.5)
    assert [caveat.code for caveat in result.caveats] == ["ZERO_REFERENCE"]
    assert "C1" in result.caveats[0].text
    assert comparison([row(code="C1", level3="事故", last_year=1.0)], {"C1": 2.0}).caveats == ()


def test_a_target_alone_is_no_comparison() -> None:
    rows = [row(code="C1", level3="甲", target=5.0), row(code="C2", level3="乙", last_year=5.0)]
    result = comparison(rows, {"C1": 5.0, "C2": math.nan})
    assert (result.rows, result.n_dropped) == ((), 2)


@given(actual=POSITIVE, reference=POSITIVE)
def test_the_sign_of_a_change_is_the_order(actual: float, reference: float) -> None:
    line = row(code="C1", level3="甲", direction=Direction.HIGHER, last_year=reference)
    (only,) = comparison([line], {"C1": actual}).rows
    change = only["last_year_change"]
    assert reference * (1 + change) == pytest.approx(actual, rel=SAME_FORMULA)
    if abs(actual - reference) > 1e-8:
        assert (only["better"] == "1/1") == (actual > reference) == (change > 0)


@given(actual=POSITIVE, reference=POSITIVE)
def test_directions_mirror_each_other(actual: float, reference: float) -> None:
    higher, lower = (
        comparison([row(code="C", level3="甲", direction=way, peer=reference)], {"C": actual}).rows[0]["better"]
        for way in (Direction.HIGHER, Direction.LOWER)
    )
    assert "1/1" in (higher, lower)
    assert (higher == lower) == (abs(actual - reference) <= 1e-9)


def test_computed_values_are_compared_too(tmp_path: Path) -> None:
    ratio = indicator("C1", unit="%", target=95, actual=None, numerator=45, denominator=50, last_year=75)
    formula = indicator("C2", actual=None, formula="a/b", target=2, peer=4)
    variables = [{"code": "C2", "variable": name, "value": value} for name, value in (("a", 9), ("b", 3))]
    gone = indicator("C3", absence=Absence.MISSING, target=3, last_year=3)
    tables = {"indicators": [ratio, formula, gone], "variables": variables}
    rows = evaluated(tmp_path, tables).comparison.rows
    assert [(line["code"], line["actual"]) for line in rows] == [("C1", 90.0), ("C2", 3.0)]
    assert (rows[0]["last_year_change"], rows[1]["peer_change"]) == pytest.approx((0.2, -0.25))
