"""Reachable scores: against all outcomes written out, tilts, lattice, ceiling, fixed points."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import perfkit.reliability.anomaly
from perfkit.errors import DataError, MethodError
from perfkit.reliability.anomaly import honest_null, item_of, observed_items, reachable_totals, stepped_item
from perfkit.reliability.anomaly.reachable import Item, Reachable, tilted
from tests.tolerances import MONTE_CARLO, SAME_FORMULA

ITEMS = st.lists(
    st.lists(st.integers(0, 60), min_size=1, max_size=4, unique=True).map(
        lambda marks: item_of([m / 2 for m in marks])
    ),
    min_size=1,
    max_size=4,
)


@given(ITEMS, st.sampled_from([20.0, 1000.0]))
def test_totals_are_those_of_all_outcomes(items: list[Item], maximum: float) -> None:
    wanted: dict[float, float] = {}
    for outcome in itertools.product(*(zip(item.marks, item.probabilities, strict=True) for item in items)):
        total = min(sum(mark for mark, _ in outcome), maximum)
        wanted[total] = wanted.get(total, 0) + float(np.prod([share for _, share in outcome]))
    found = reachable_totals(items, maximum=maximum)
    assert found.totals.tolist() == sorted(wanted)
    assert found.probabilities == pytest.approx([wanted[total] for total in sorted(wanted)], rel=SAME_FORMULA)


def test_marks_of_a_stepped_item() -> None:
    assert stepped_item(5, 2).marks == (0.0, 2.0, 4.0, 5.0)
    assert stepped_item(1, 0.1).marks == tuple(round(0.1 * place, 1) for place in range(11))
    assert stepped_item(2, 1, [0.2, 0.3, 0.5]).probabilities == (0.2, 0.3, 0.5)
    assert stepped_item(3, 5).marks == (0.0, 3.0)


@pytest.mark.parametrize(
    ("marks", "shares"),
    [([], None), ([1, 1], None), ([-1], None), ([1, 2], [0.5]), ([1, 2], [0.5, 0.6]), ([1], [np.nan])],
)
def test_items_that_make_no_sense_are_refused(marks: list[float], shares: list[float] | None) -> None:
    with pytest.raises(DataError):
        item_of(marks, shares)


def test_other_refusals() -> None:
    for full, step in ((0, 1), (5, 0), (5, float("nan"))):
        with pytest.raises(MethodError):
            stepped_item(full, step)
    with pytest.raises(DataError):
        reachable_totals([])
    with pytest.raises(DataError):
        reachable_totals([item_of([0.25])], decimals=1)
    with pytest.raises(DataError):
        honest_null([stepped_item(10, 1)], executions=[1.0, np.nan])
    with pytest.raises(DataError):
        honest_null([stepped_item(10, 1)], executions=[1.0], centres=[5.0, 6.0])


def test_observed_items_hold_the_marks_given() -> None:
    first, second = observed_items([[1.0, 2.0], [1.0, 3.0], [2.0, np.nan], [1.0, 3.0]])
    assert first == Item((1.0, 2.0), (0.75, 0.25))
    assert second.probabilities == pytest.approx((1 / 3, 2 / 3))


@given(st.floats(-5, 110), st.integers(1, 12))
def test_a_tilt_has_the_mean_asked_for(mean: float, items: int) -> None:
    reached = reachable_totals([stepped_item(8, 0.5)] * items)
    found = tilted(reached, mean)
    top = 8.0 * items
    assert found.sum() == pytest.approx(1)
    assert found @ reached.totals == pytest.approx(min(max(mean, 0.0), top), abs=1e-6)


def test_a_tilt_by_nothing_changes_nothing() -> None:
    reached = Reachable(np.arange(5.0), np.full(5, 0.2))
    assert tilted(reached, 2.0) == pytest.approx(reached.probabilities, rel=SAME_FORMULA)


def test_fixed_points_and_centres_are_kept() -> None:
    rng = np.random.default_rng(3)
    null = honest_null([stepped_item(9, 0.5)] * 10, executions=[9.7, 10.0, 0.0], centres=[80.0, 96.0, 45.0])
    drawn = np.concatenate(list(null.blocks(np.ones(3, dtype=bool), 4000, rng)))
    assert set(np.round(drawn[:, 0] % 0.5, 1)) == {0.2}
    assert np.all(drawn <= 100)
    spread = MONTE_CARLO * drawn.std(axis=0) / np.sqrt(4000)
    assert np.all(np.abs(drawn.mean(axis=0) - [80.0, 96.0, 45.0]) < spread)
    assert null.step == 0.1
    assert honest_null([stepped_item(9, 0.5)]).step == 0.5


def test_frequencies_are_the_probabilities() -> None:
    null = honest_null([item_of([1, 3, 4], [0.2, 0.5, 0.3])])
    drawn = np.concatenate(list(null.blocks(np.ones(50, dtype=bool), 400, np.random.default_rng(1)))).ravel()
    for mark, share in ((1, 0.2), (3, 0.5), (4, 0.3)):
        assert np.mean(drawn == mark) == pytest.approx(
            share, abs=MONTE_CARLO * np.sqrt(share * (1 - share) / drawn.size)
        )


def test_totals_stop_at_the_maximum() -> None:
    null = honest_null([stepped_item(80, 40), stepped_item(40, 40)], executions=[10.0])
    drawn = np.concatenate(list(null.blocks(np.ones(1, dtype=bool), 300, np.random.default_rng(1))))
    assert set(drawn.ravel()) == {10.0, 50.0, 90.0, 100.0}


def test_signs_are_never_called_findings() -> None:
    folder = Path(perfkit.reliability.anomaly.__path__[0])
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    assert texts
    assert not [
        (name, word) for name, text in texts.items() for word in ("造假", "操纵", "虚高", "作弊") if word in text
    ]
