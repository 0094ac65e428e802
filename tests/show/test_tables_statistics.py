"""Tables of statistics: names, printed numbers, intervals, notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd
import pytest

from perfkit.errors import DataError
from perfkit.reliability.estimate import EstimateResult, no_interval, no_variance, small_sample
from perfkit.result import Interval
from perfkit.show.tables_statistics import (
    coefficient,
    limits,
    probability,
    statistic_name,
    table_components,
    table_estimates,
    table_migration,
)

NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kappa(EstimateResult):
    kind: ClassVar[str] = "cohen_kappa"

    weights: str = "quadratic"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Icc(EstimateResult):
    kind: ClassVar[str] = "icc"

    form: str = "ICC(A,1)"


def kappa(**changes: object) -> _Kappa:
    fields: dict[str, object] = {"value": 0.4915, "interval": Interval(0.3916, 0.5915, 0.95), "p": 3e-21}
    return _Kappa(method="cohen_kappa", n_used=200, interval_method="fce1969", **(fields | changes))  # type: ignore[arg-type]


def test_numbers_are_printed_half_up() -> None:
    assert coefficient(0.0005) == "0.001"
    assert coefficient(NAN) == "无法估计"
    assert probability(0.00099) == "<0.001"
    assert probability(0.0425) == "0.043"
    assert probability(NAN) == "—"
    assert limits(Interval(-0.1335, NAN, 0.9)) == "[-0.134, 无法估计]"
    assert limits(no_interval(0.95)) == limits(None) == "—"


def test_names_carry_the_variant() -> None:
    assert statistic_name(kappa()) == "Cohen κ（平方权）"
    assert statistic_name(_Icc(method="icc", n_used=6, value=0.29, interval=no_interval(0.95))) == "ICC(A,1)"


def test_a_row_says_value_interval_p_n_and_method() -> None:
    table = table_estimates(kappa())
    texts = [cell.text for cell in table.rows[0] if cell is not None]
    assert texts == ["Cohen κ（平方权）", "0.492", "[0.392, 0.592]", "<0.001", "200", "fce1969"]
    assert table.columns[2].header == "95%置信区间"


def test_two_levels_are_not_written_into_one_header() -> None:
    other = kappa(interval=Interval(0.1, 0.2, 0.9))
    assert table_estimates([kappa(), other]).columns[2].header == "置信区间"


def test_an_undefined_value_is_said_with_its_reason_and_dropping_is_told() -> None:
    nothing = kappa(value=NAN, interval=no_interval(0.95), p=NAN, caveats=(no_variance(),), n_dropped=3)
    table = table_estimates([nothing, kappa(caveats=(small_sample(12, 30),)), kappa(caveats=(small_sample(12, 30),))])
    assert table.rows[0][1].text == "无法估计"  # type: ignore[union-attr]
    assert table.notes[0].endswith("剔除 3 个不完整对象")
    assert "NO_VARIANCE" in table.notes[1]
    assert len([note for note in table.notes if "SMALL_N" in note]) == 1


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(DataError, match="TABLE-EMPTY"):
        table_estimates([])


def test_migration_matrix_keeps_the_order_of_the_scale_and_adds_up() -> None:
    pairs = [("差", "差", 3), ("差", "优", 1), ("优", "差", 2), ("优", "优", 4)]
    table = table_migration(pd.DataFrame(pairs, columns=["before", "after", "count"]))
    grid = [[cell.text for cell in row if cell is not None] for row in table.rows]
    assert grid == [["差", "3", "1", "4"], ["优", "2", "4", "6"], ["合计", "5", "5", "10"]]
    assert table.rows[0][1].bold  # type: ignore[union-attr]
    assert not table.rows[0][2].bold  # type: ignore[union-attr]


def test_components_with_an_undefined_share() -> None:
    frame = pd.DataFrame({"component": ["评价对象", "评分者"], "variance": [2.55556, -0.1], "share": [0.7, NAN]})
    rows = [[cell.text for cell in row if cell is not None] for row in table_components(frame).rows]
    assert rows == [["评价对象", "2.5556", "70.0%"], ["评分者", "-0.1000", "—"]]
