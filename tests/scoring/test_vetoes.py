"""Vetoes: caps that do not exist are refused, drawn or not."""

from __future__ import annotations

import pytest

from perfkit.errors import DataError
from perfkit.scoring.items import ItemScores, score_items
from perfkit.scoring.total import ScorecardResult, roll_up
from perfkit.scoring.vetoes import best_grade, drawn_vetoes, total_cap, unknown_grades
from perfkit.terms import ScoringFunction
from perfkit.tree import IndicatorTree
from tests.scoring.making import BANDS, item

F = ScoringFunction


def _scores(*vetoes: tuple[int, dict[str, object]]) -> ItemScores:
    items = [
        item(F.VETO, 10, f"v{place}", vetoed=drawn, parameters=parameters)
        for place, (drawn, parameters) in enumerate(vetoes)
    ]
    return score_items([item(F.GIVEN, 100 - 10 * len(items), "g", given=100 - 10 * len(items), reason="r"), *items])


def _card(scores: ItemScores) -> ScorecardResult:
    codes = list(scores.codes)
    tree = IndicatorTree.from_paths(codes, [("a", "", code) for code in codes], scores.full_score.tolist())
    return roll_up(tree, scores, bands=BANDS)


@pytest.mark.parametrize("drawn", [0, 1])
@pytest.mark.parametrize("effect", ["cap_grade", "item_zero"])
def test_unknown_grade_is_refused_whether_or_not_the_veto_is_drawn(drawn: int, effect: str) -> None:
    scores = _scores((drawn, {"effect": effect, "grade_cap": "及格"}))
    with pytest.raises(DataError, match="优、良、中、差") as error:
        _card(scores)
    assert [problem.where for problem in error.value.problems] == ["指标 v0"]


def test_every_unknown_grade_is_named() -> None:
    scores = _scores(*((0, {"effect": "cap_grade", "grade_cap": name}) for name in ("及格", "良", "合格")))
    assert [problem.found for problem in unknown_grades(scores.batches, BANDS)] == ["及格", "合格"]


def test_worst_of_several_caps_counts() -> None:
    cap: list[tuple[int, dict[str, object]]] = [
        (1, {"effect": "cap_grade", "grade_cap": "良"}),
        (1, {"effect": "cap_grade", "grade_cap": "中"}),
        (1, {"effect": "cap_total", "total_cap": 70}),
        (0, {"effect": "cap_total", "total_cap": 10}),
    ]
    scores = _scores(*cap)
    assert [veto.code for veto in drawn_vetoes(scores.batches, scores.codes)] == ["v0", "v1", "v2"]
    assert (best_grade(scores.vetoes, BANDS), total_cap(scores.vetoes)) == ("中", 70)
    assert (best_grade((), BANDS), total_cap(())) == ("", float("inf"))


def test_capped_total_is_printed_with_the_decimals_of_the_form() -> None:
    with pytest.raises(DataError, match="2 位"):
        _scores((1, {"effect": "cap_total", "total_cap": 59.999}))
    assert _card(_scores((1, {"effect": "cap_total", "total_cap": 59.99}))).value == 59.99
