"""Checks of money on the failing examples of the check list."""

from __future__ import annotations

from typing import Any

from perfkit.checks.money import (
    denominator_findings,
    execution_method_findings,
    flow_findings,
    low_execution_findings,
    printed_rate_findings,
    total_row_findings,
)


def line(budget: Any, received: Any, executed: Any, **more: Any) -> dict[str, Any]:
    return {"source": "财政", "budget": budget, "received": received, "executed": executed, "cells": {}, **more}


def codes(findings: Any) -> list[str]:
    return [item.code for item in findings]


def test_a_total_row_of_zeros_over_filled_details() -> None:
    details = [line(90.0, 90.0, 89.974)]
    found = total_row_findings(details, [line(0, 0, 0)])
    assert codes(found) == ["F01", "F01", "F01"]
    assert "合计行为零" in found[0].message
    assert total_row_findings(details, [line(90.0, None, 89.97)]) == []
    assert total_row_findings([], [line(1, 1, 1)]) == []


def test_five_parts_that_miss_their_total() -> None:
    parts = [line(value, None, None) for value in (7455.0, 1669.7, 1600, 1900, 901)]
    assert codes(total_row_findings(parts, [line(13534.7, None, None)])) == ["F01"]


def test_flows() -> None:
    assert codes(flow_findings([line(100, 90, 95)])) == ["F02"]
    assert codes(flow_findings([line(100, None, 103)])) == ["F09"]
    assert codes(flow_findings([line(0, 0, 0)])) == ["F04"]
    assert codes(flow_findings([line(100, 90, -1)])) == ["F02"]
    assert flow_findings([line(100, 100, 93.35)]) == []


def test_printed_rate_may_have_either_denominator() -> None:
    assert codes(printed_rate_findings([line(10000, 8000, 8618.4, printed_rate=0.8619)])) == ["F03"]
    assert printed_rate_findings([line(10000, 9000, 8618.4, printed_rate=0.8618)]) == []
    assert printed_rate_findings([line(10000, 9000, 8618.4, printed_rate=0.9576)]) == []


def test_low_execution_wants_words() -> None:
    assert codes(low_execution_findings(0.58, explained=False)) == ["F11"]
    assert low_execution_findings(0.58, explained=True) == []
    assert low_execution_findings(0.8, explained=False) == []
    assert low_execution_findings(float("nan"), explained=False) == []


def test_denominators_are_named() -> None:
    item = {"code": "B201", "name": "预算执行率", "has_ratio": True, "framework_basis": "到位数"}
    assert codes(denominator_findings([{**item, "denominator_basis": ""}], {})) == ["F03"]
    (differs,) = denominator_findings([{**item, "denominator_basis": "预算数"}], {"到位数": "10号附件2"})
    assert "10号附件2" in differs.message
    assert denominator_findings([{**item, "denominator_basis": "到位数"}], {}) == []


def test_execution_is_scored_as_declared() -> None:
    items = [{"code": "B1", "method": "预算执行率按比例"}, {"code": "B2", "method": "预算执行率分档(2021)"}]
    (only,) = execution_method_findings(items, "预算执行率按比例")
    assert (only.code, only.subject) == ("F10", "B2")
