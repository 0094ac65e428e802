"""A sample described: counts, list, exact bound by design, picked samples, ugly samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from perfkit.errors import DataError, MethodError
from perfkit.reliability.sampling.bounds import attribute_upper_bound, most_marked
from perfkit.reliability.sampling.design import Design, Stratum, monetary_unit, picked, simple_random, stratified
from perfkit.reliability.sampling.estimators_description import describe_sample
from perfkit.terms import Selection

NAMES: dict[str, Any] = {"value": "again", "book": "before"}
SIX = pd.DataFrame(
    {
        "name": list("ABCDEF"),
        "size": ["a", "a", "a", "b", "b", "b"],
        "before": [90.0, 85.3, 88.0, 92.0, 80.0, 95.0],
        "again": [86.0, 85.2, 88.0, 93.0, 80.0, 95.0],
    }
)


def test_counts_and_list() -> None:
    found = describe_sample(SIX, design=simple_random(60), unit="name", **NAMES)
    assert (found.lowered, found.same, found.raised) == (2, 3, 1)
    assert found.changes["unit"].tolist() == ["A", "B", "D"]
    assert found.changes["difference"].tolist() == [-4.0, -0.1, 1.0]
    loose = describe_sample(SIX, design=simple_random(60), tolerance=0.1, **NAMES)
    assert (loose.lowered, loose.same, loose.raised) == (1, 4, 1)
    assert loose.changes["unit"].tolist() == ["0", "3"]


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_bound_is_hypergeometric_at_any_n(level: float) -> None:
    for n in range(1, 7):
        sample = SIX.head(n)
        found = describe_sample(sample, design=simple_random(40), level=level, **NAMES)
        changed = found.lowered + found.raised
        rejected = [k for k in range(41) if stats.hypergeom.cdf(changed, 40, k, n) < 1 - level]
        assert found.most_changed == min(rejected, default=41) - 1
        assert found.interval.high == found.most_changed / 40
        assert found.interval.low == changed / 40
        assert found.value == pytest.approx(changed / n)


def test_picked_units_are_described_and_no_more() -> None:
    found = describe_sample(SIX, design=picked(60), **NAMES)
    assert found.value == pytest.approx(0.5)
    assert not found.interval.known
    assert found.most_changed == -1
    assert [caveat.code for caveat in found.caveats] == ["NOT_EXTRAPOLATED"]
    mixed = describe_sample(SIX, design=stratified("size", {"a": 10, "b": 20}, picked=["a"]), **NAMES)
    assert "NOT_EXTRAPOLATED" in [caveat.code for caveat in mixed.caveats]


def test_strata_and_certainty() -> None:
    both = describe_sample(SIX, design=stratified("size", {"a": 3, "b": 30}, certainty=["a"]), **NAMES)
    assert both.most_changed == 2 + most_marked(1, 3, 30, 0.95)
    assert both.value == pytest.approx((2 + 30 / 3) / 33)
    drawn = describe_sample(SIX, design=stratified("size", {"a": 10, "b": 30}), **NAMES)
    assert drawn.most_changed == most_marked(2, 3, 10, 0.975) + most_marked(1, 3, 30, 0.975)
    full = describe_sample(SIX, design=stratified("size", {"a": 3, "b": 3}, certainty=["a", "b"]), **NAMES)
    assert full.value == full.interval.low == full.interval.high == 0.5


def test_money_in_changed_units() -> None:
    found = describe_sample(SIX, design=monetary_unit(), **NAMES)
    assert found.share_of == "money"
    assert (found.value, found.interval.high) == pytest.approx((0.5, attribute_upper_bound(3, 6).value))
    with pytest.raises(MethodError, match="SP-DESIGN"):
        describe_sample(
            SIX,
            design=Design(
                strata=(
                    Stratum(name="a", units=9),
                    Stratum(name="b", units=9, selection=Selection.PPS, book_total=900.0),
                ),
                column="size",
            ),
            **NAMES,
        )


def test_ugly_samples() -> None:
    empty = describe_sample(SIX.head(0), design=simple_random(60), **NAMES)
    assert np.isnan(empty.value)
    assert "NO_SAMPLE" in [caveat.code for caveat in empty.caveats]
    part = describe_sample(SIX.head(3), design=stratified("size", {"a": 10, "b": 20}), **NAMES)
    assert np.isnan(part.value)
    assert [caveat.code for caveat in part.caveats] == ["STRATUM_NOT_SAMPLED"]
    missing = describe_sample(SIX.assign(again=[np.nan, *SIX["again"][1:]]), design=simple_random(60), **NAMES)
    assert (missing.n_used, missing.n_dropped) == (5, 1)
    with pytest.raises(DataError, match="SP-COLUMN"):
        describe_sample(SIX, design=simple_random(60), unit="who", **NAMES)
    with pytest.raises(MethodError, match="RL-TOLERANCE"):
        describe_sample(SIX, design=simple_random(60), tolerance=-1, **NAMES)
