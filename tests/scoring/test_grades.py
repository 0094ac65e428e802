"""Grades on half-open bands."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.errors import RuleError
from perfkit.scoring.grades import Band, GradeResult, grade_positions
from perfkit.scoring.grades import grade as graded
from tests.scoring.making import BANDS

INTEGER_BANDS = (("优", 90, 100), ("良", 80, 89), ("中", 60, 79), ("差", 0, 59))
FIVE = (("A", 90, 100), ("B", 80, 90), ("C", 70, 80), ("D", 60, 70), ("E", 0, 60))


def grade(total: float, bands: Sequence[Band] = BANDS, at_best: str = "") -> GradeResult:
    return graded(total, bands, at_best=at_best)


@pytest.mark.parametrize(
    ("total", "name"),
    [
        (100, "优"),
        (90, "优"),
        (89.99999999999999, "优"),
        (89.99, "良"),
        (89.5, "良"),
        (60, "中"),
        (59.99, "差"),
        (0, "差"),
    ],
)
def test_bands_of_10(total: float, name: str) -> None:
    assert grade(total).value == name


def test_printed_gaps_are_read_half_open_and_said_so() -> None:
    result = grade(89.5, INTEGER_BANDS)
    assert result.value == "良"
    assert [caveat.code for caveat in result.caveats] == ["GRADE_GAPS"]


def test_any_number_and_order_of_bands() -> None:
    assert [grade(total, FIVE[::-1]).value for total in (95, 85, 75, 65, 5)] == list("ABCDE")


def test_distances_to_the_neighbours() -> None:
    result = grade(64.99)
    assert [result.to_worse, result.to_better] == pytest.approx([4.99, 15.01])
    best, worst = grade(95), grade(10)
    assert best.to_worse == 5
    assert math.isnan(best.to_better)
    assert math.isnan(worst.to_worse)
    assert worst.to_better == 50


def test_unknown_total_has_no_grade() -> None:
    for total in (math.nan, -5.0):
        result = grade(total)
        assert (result.value, [caveat.code for caveat in result.caveats]) == ("", ["NO_GRADE"])


def test_grade_above_the_top_edge_is_the_best() -> None:
    assert grade(101).value == "优"


def test_veto_caps_the_grade_and_never_lifts_it() -> None:
    capped = grade(95, at_best="中")
    assert (capped.value, [caveat.code for caveat in capped.caveats]) == ("中", ["GRADE_CAPPED"])
    assert grade(30, at_best="中").value == "差"
    for total in (95, math.nan):
        with pytest.raises(RuleError):
            grade(total, at_best="及格")


@pytest.mark.parametrize(
    "bands",
    [(), (("优", 90, 100), ("优", 0, 90)), (("", 0, 100),), (("优", 90, 80),), (("优", 80, 100), ("良", 60, 90))],
)
def test_malformed_bands_are_refused(bands: tuple[tuple[str, float, float], ...]) -> None:
    with pytest.raises(RuleError):
        grade_positions(50, bands)


@given(st.lists(st.floats(0, 100), min_size=2))
def test_better_totals_never_grade_worse(totals: list[float]) -> None:
    positions = grade_positions(np.sort(totals), BANDS)
    assert (np.diff(positions) <= 0).all()
    assert ((positions >= 0) & (positions < len(BANDS))).all()
