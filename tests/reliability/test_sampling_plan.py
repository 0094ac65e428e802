"""The plan: two questions, two designs, and sizes that keep what they promise."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import re

import numpy as np
import pandas as pd
import pytest

from perfkit.errors import MethodError
from perfkit.reliability import sampling
from perfkit.reliability.sampling import (
    SamplingFrame,
    mean_difference_size,
    monetary_unit_sample,
    sampling_frame,
    sampling_plan,
    share_size,
    simple_sample,
)
from perfkit.reliability.sampling.sizes_mus import monetary_unit_size
from perfkit.result import Result
from perfkit.terms.reliability import Estimand, Planning
from tests.tolerances import SAME_FORMULA

OWN = ("frame", "plan", "selection", "selection_allocation", "selection_money", "sizes", "sizes_agreement")


def framed(n: int = 300, *, zeros: int = 0) -> SamplingFrame:
    money = np.round(np.random.default_rng(3).lognormal(4, 1.4, n), 2)
    money[:zeros] = 0
    table = pd.DataFrame({"id": range(n), "money": money, "part": np.where(np.arange(n) % 3, "a", "b")})
    return sampling_frame(table, unit="id", money="money", stratum="part")


def test_both_questions_have_their_own_design() -> None:
    frame = framed()
    plan = sampling_plan(frame, half_width=1.5, sd=6, materiality=0.05, share_half_width=0.1, expected_changed=0.3)
    mean, share, money = plan.designs
    assert [one.estimand for one in plan.designs] == ["mean_difference", "share_changed", "money_wrong"]
    assert [one.selection for one in plan.designs] == ["simple", "simple", "monetary_unit"]
    assert mean.covers == share.covers == money.does_not_cover == ("mean_difference", "share_changed")
    assert mean.does_not_cover == share.does_not_cover == money.covers == ("money_wrong",)
    assert mean.size == mean_difference_size(1.5, sd=6, population=300).size
    assert share.size == share_size(0.1, expected=0.3, population=300).size
    assert money.interval == pytest.approx(frame.total / monetary_unit_size(0.05, likelihood="binomial").value)
    assert plan.caveats[0].code == "TWO_DESIGNS"
    assert plan.design("money_wrong") is money
    assert mean.stratified
    assert not money.stratified
    assert mean.double_scored == math.ceil(0.2 * mean.size)
    assert set(plan.to_frame()["estimand"]) < {str(one) for one in Estimand}
    assert frame.frame_hash in str(plan)
    assert "mean_difference: simple n=" in str(plan)


def test_the_list_drawn_is_as_large_as_planned() -> None:
    frame = framed()
    plan = sampling_plan(frame, half_width=1.5, sd=6, materiality=0.05)
    money = plan.design("money_wrong")
    drawn = monetary_unit_sample(frame, interval=money.interval, seed=1)
    # Units between the final interval and the planned one join the certain units; nothing is drawn twice.
    assert drawn.n_used == pytest.approx(money.size, abs=1)
    assert drawn.interval <= money.interval
    assert len(simple_sample(frame, size=plan.designs[0].size, seed=1).units) == plan.designs[0].size


def test_certain_units_leave_less_to_draw() -> None:
    frame = framed()
    money = frame.amounts()
    plan = sampling_plan(frame, half_width=1.5, sd=6, materiality=0.05, certainty_from=200.0, share_half_width=0.1)
    certain = int((money >= 200).sum())
    mean, share, by_money = plan.designs
    assert mean.certain == share.certain == certain
    assert mean.certain_money == pytest.approx(money[money >= 200].sum(), rel=SAME_FORMULA)
    rest = 300 - certain
    assert mean.drawn == mean_difference_size(1.5 * 300 / rest, sd=6, population=rest).size
    assert mean.achieved <= 1.5
    assert share.achieved <= 0.1
    assert by_money.certain >= certain


def test_all_certain_is_a_census() -> None:
    frame = framed(20)
    plan = sampling_plan(frame, half_width=1, sd=6, materiality=0.05, certainty_from=0.01, share_half_width=0.1)
    assert [(one.size, one.drawn, one.achieved) for one in plan.designs[:2]] == [(20, 0, 0.0)] * 2
    assert (plan.designs[2].certain, plan.designs[2].drawn) == (20, 0)
    one = sampling_plan(framed(20), half_width=1, sd=6, materiality=0.05, share_half_width=0.99, certainty_from=1000.0)
    assert one.designs[1].size >= 1


def test_units_without_money_are_told() -> None:
    plan = sampling_plan(framed(zeros=4), half_width=1.5, sd=6, materiality=0.05)
    assert [caveat.code for caveat in plan.caveats] == ["TWO_DESIGNS", "ZERO_MONEY"]


@pytest.mark.parametrize(
    "options",
    [
        {"half_width": 0},
        {"sd": -1},
        {"materiality": 0},
        {"materiality": 5},
        {"expected_wrong": 0.06},
        {"level": 95},
        {"share_half_width": 0},
        {"share_half_width": 10},
        {"certainty_from": -1},
        {"double_share": 20},
        {"likelihood": "normal"},
    ],
)
def test_numbers_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(MethodError):
        sampling_plan(framed(), **{"half_width": 1.5, "sd": 6, "materiality": 0.05, **options})  # type: ignore[arg-type]


def test_a_frame_without_money_is_refused() -> None:
    frame = sampling_frame(pd.DataFrame({"id": range(9)}), unit="id")
    with pytest.raises(MethodError):
        sampling_plan(frame, half_width=1.5, sd=6, materiality=0.05)


def test_results_of_planning_follow_the_convention() -> None:
    frame = framed()
    results = [
        sampling_plan(frame, half_width=1.5, sd=6, materiality=0.05),
        mean_difference_size(1.5, sd=6),
        sampling.stratum_allocation(frame.stratum_sizes, size=30),
        simple_sample(frame, size=9, seed=1),
        monetary_unit_sample(frame, size=9, seed=1),
        sampling.purposive_sample(frame, [1, 2]),
    ]
    for result in results:
        assert isinstance(result, Result)
        assert result.kind in set(Planning)
        assert not hasattr(result, "__dict__")
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, "method", "another")  # noqa: B010 - the type checker knows that it cannot be set
        assert result.method
        assert result.source
        assert json.loads(json.dumps(result.to_record(), allow_nan=False))["kind"] == result.kind
        assert len(result.to_frame()) >= 1
        assert "\n" not in str(result)
        assert str(result).startswith(result.kind)
        assert "<table" in result._repr_html_()


def test_docstrings_are_complete() -> None:
    for name in sampling.__all__:
        function = getattr(sampling, name)
        if not inspect.isfunction(function) or function.__module__.rpartition(".")[2] not in OWN:
            continue
        text = inspect.getdoc(function) or ""
        assert re.search(r"[\u3400-\u9fff]", text.split("\n\n")[0]), name
        for section in ("Parameters", "Returns", "Raises", "Notes", "Examples"):
            assert f"\n{section}\n---" in text, (name, section)
        assert re.search(r"[Vv]erified", text), name
