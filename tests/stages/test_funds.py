"""Funds: details make the total, every rate names its denominator, nothing is divided by zero."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfkit.stages.key_evaluation.funds import FundsResult, by_source, fund_records, funds, ratio
from perfkit.terms import FundRow
from tests.stages.engagements import row
from tests.tolerances import SAME_FORMULA

MONEY = st.integers(min_value=1, max_value=10**8).map(lambda cents: cents / 100)
LINES = st.lists(st.tuples(st.sampled_from("甲乙丙"), MONEY, MONEY, MONEY), min_size=1, max_size=12)


def made(*lines: tuple[object, ...], total: tuple[object, ...] | None = None) -> FundsResult:
    """Return the fund table of (source, budget, received, executed) rows."""
    names = ("source", "budget", "received", "executed")
    rows = [row(**dict(zip(names, line, strict=True)), row_type=FundRow.DETAIL) for line in lines]
    if total is not None:
        rows.append(row(**dict(zip(names, total, strict=True)), row_type=FundRow.TOTAL))
    return funds(rows)


def values(result: FundsResult) -> dict[str, object]:
    return {record.name: record.value for record in fund_records(result, by_source(result))}


def test_total_is_the_sum_of_the_details_whatever_is_printed() -> None:
    result = made(("财政", 100.0, 80.0, 60.0), ("自筹", 50.0, 40.0, 36.0), total=("合计", 999.0, 0.0, 0.0))
    assert (result.budget, result.received, result.executed) == (150.0, 120.0, 96.0)
    assert (result.receipt_rate, result.execution_rate, result.execution_rate_budget) == pytest.approx((0.8, 0.8, 0.64))
    assert (result.n_used, result.n_dropped) == (2, 1)
    assert [line["record"] for line in result.rows] == ["funds.1", "funds.2", "funds"]


def test_a_total_alone_stands_for_itself() -> None:
    result = made(total=("合计", 10.0, None, 5.0))
    assert (result.budget, result.executed, result.execution_rate_budget) == (10.0, 5.0, 0.5)
    assert math.isnan(result.received)
    assert math.isnan(result.execution_rate)
    assert [caveat.code for caveat in result.caveats] == ["FUNDS_MISSING"]
    assert "到位数" in result.caveats[0].text


def test_nothing_filled_in() -> None:
    result = funds([])
    assert [caveat.code for caveat in result.caveats] == ["NO_FUNDS"]
    found = values(result)
    assert set(found) == {
        "funds.budget", "funds.received", "funds.executed",
        "funds.receipt_rate", "funds.execution_rate", "funds.execution_rate_budget",
    }  # fmt: skip
    assert all(math.isnan(value) for value in found.values() if isinstance(value, float))
    assert list(result.to_frame().columns) == list(FundsResult.columns)


def test_a_zero_budget_has_no_rate() -> None:
    result = made(("财政", 0.0, 0.0, 0.0))
    rates = (result.receipt_rate, result.execution_rate, result.execution_rate_budget)
    assert all(math.isnan(rate) for rate in rates)
    assert result.caveats == ()


@given(numerator=st.floats(-1e9, 1e9), denominator=st.floats(-1e9, 1e9))
def test_a_ratio_is_a_ratio_or_unknown(numerator: float, denominator: float) -> None:
    found = ratio(numerator, denominator)
    if denominator == 0:
        assert math.isnan(found)
    else:
        assert found == numerator / denominator
    assert math.isnan(ratio(numerator, math.nan))


@given(LINES)
def test_sources_and_rows_make_one_total(lines: list[tuple[object, ...]]) -> None:
    result = made(*lines)
    grouped = by_source(result)
    for column in ("budget", "received", "executed"):
        total = result.rows[-1][column]
        details = [line[column] for line in result.rows if line["row_type"] == FundRow.DETAIL.value]
        sources = [line[column] for line in grouped.rows if line["row_type"] == FundRow.DETAIL.value]
        assert math.fsum(details) == pytest.approx(total, rel=SAME_FORMULA)
        assert math.fsum(sources) == pytest.approx(total, rel=SAME_FORMULA)
    assert grouped.rows[-1] == result.rows[-1]


@given(LINES)
def test_execution_over_budget_is_receipt_times_execution(lines: list[tuple[object, ...]]) -> None:
    result = made(*lines)
    product = result.receipt_rate * result.execution_rate
    assert result.execution_rate_budget == pytest.approx(product, rel=SAME_FORMULA)
    rates = [line["execution_rate"] for line in result.rows[:-1]]
    assert min(rates) <= result.execution_rate * (1 + SAME_FORMULA)
    assert max(rates) >= result.execution_rate * (1 - SAME_FORMULA)


def test_records_name_every_row_and_source_once() -> None:
    result = made(("甲", 2.0, 2.0, 1.0), ("乙", 2.0, 1.0, 1.0), ("甲", 4.0, 4.0, 4.0), ("", 1.0, 1.0, 1.0))
    records = fund_records(result, by_source(result))
    names = [record.name for record in records]
    assert len(names) == len(set(names)) == 6 * (4 + 1 + 3)
    found = values(result)
    assert (found["funds.source1.budget"], found["funds.source1.execution_rate"]) == (6.0, 5 / 6)
    assert found["funds.source3.budget"] == 1.0
    assert "未注明来源" in {line["source"] for line in by_source(result).rows}
    assert {record.kind for record in records if record.name.endswith("rate")} == {"rate"}
