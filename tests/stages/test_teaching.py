"""The counter of the methods notebooks: examples, counts to rows, and the wing's functions unchanged."""

from __future__ import annotations

import inspect

import pandas as pd
import pytest

from perfkit.errors import MethodError
from perfkit.stages import teaching


def test_counts_become_rows() -> None:
    counts = pd.DataFrame({"table": ["a", "a", "b"], "first": [1, 1, 2], "second": [1, 2, 2], "count": [2, 0, 3]})
    assert teaching.expanded(counts, table="a").to_numpy().tolist() == [[1, 1], [1, 1]]
    assert len(teaching.expanded(counts)) == 5


def test_every_name_on_offer_is_a_documented_function_of_the_wing() -> None:
    own = {"example", "expanded", "refusal"}
    for name in teaching.__all__:
        thing = getattr(teaching, name)
        assert inspect.getdoc(thing)
        if inspect.ismodule(thing):
            assert thing.__name__.startswith("perfkit.reliability.")
            continue
        assert thing.__module__.startswith("perfkit.stages" if name in own else "perfkit.reliability")


def test_examples_are_found_from_anywhere_in_the_checkout() -> None:
    assert teaching.example("shrout_fleiss_1979").shape == (6, 5)


def test_a_refusal_is_shown_and_none_is_invented() -> None:
    six = pd.DataFrame({"points": [80.0, 90.0]})
    shown = teaching.refusal(teaching.sampling.mean_per_unit, six, design=teaching.sampling.picked(30), value="points")
    assert shown["code"].tolist() == ["SP-NOT-EXTRAPOLATED"]
    with pytest.raises(MethodError, match="NO-REFUSAL"):
        teaching.refusal(teaching.sampling.mean_per_unit, six, design=teaching.sampling.census(2), value="points")
