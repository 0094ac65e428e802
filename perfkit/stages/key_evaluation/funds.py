"""Funds of the evaluand 资金情况: budget, received, executed by source, year, agency and use, with named rates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from perfkit.read.rows import Row
from perfkit.result import Caveat
from perfkit.stages.listing import Listing
from perfkit.terms import FundRow
from perfkit.trace import Record

MONEY = ("budget", "received", "executed")
UNKNOWN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsResult(Listing):
    """Fund table with totals 资金表; money in 万元, rates as fractions of 1, NaN where not computable."""

    kind: ClassVar[str] = "funds"
    columns: ClassVar[tuple[str, ...]] = (
        "source", "year", "agency", "use", *MONEY, "receipt_rate", "execution_rate", "execution_rate_budget",
        "row_type", "note", "record",
    )  # fmt: skip

    budget: float
    received: float
    executed: float

    @property
    def execution_rate(self) -> float:
        """Executed ÷ received (10号 annex 2)."""
        return ratio(self.executed, self.received)

    @property
    def execution_rate_budget(self) -> float:
        """Executed ÷ budget (self-evaluation form)."""
        return ratio(self.executed, self.budget)

    @property
    def receipt_rate(self) -> float:
        """Received ÷ budget."""
        return ratio(self.received, self.budget)


def ratio(numerator: float, denominator: float) -> float:
    """Return numerator ÷ denominator, NaN where the denominator is 0 or unknown (X06: never 0)."""
    return numerator / denominator if denominator and not math.isnan(denominator) else UNKNOWN


def _sum(rows: Iterable[Row], column: str) -> float:
    """Return the sum of a money column, NaN where no row has it."""
    values = [float(value) for row in rows if (value := row.value(column)) is not None]
    return math.fsum(values) if values else UNKNOWN


def _line(rows: Sequence[Row], record: str, **words: object) -> dict[str, Any]:
    """Return one table row with money sums and rates."""
    money = {column: _sum(rows, column) for column in MONEY}
    return {
        **words,
        **money,
        "receipt_rate": ratio(money["received"], money["budget"]),
        "execution_rate": ratio(money["executed"], money["received"]),
        "execution_rate_budget": ratio(money["executed"], money["budget"]),
        "record": record,
    }


def funds(rows: Sequence[Row]) -> FundsResult:
    """Return the fund table of the 资金 sheet 资金表.

    Parameters
    ----------
    rows : rows of the sheet; detail rows add up to the total, a total row alone stands for itself.

    Returns
    -------
    FundsResult
        Detail rows in order, then the computed total; the total is always the sum of details where there are any,
        so that a wrong printed total is a finding and not a number of ours.
    """
    details = [row for row in rows if row.value("row_type") is not FundRow.TOTAL]
    totals = [row for row in rows if row.value("row_type") is FundRow.TOTAL]
    base = details or totals[:1]
    table = [
        _line(
            [row],
            f"funds.{number}",
            source=row.text("source"),
            year=row.value("year"),
            agency=row.text("agency"),
            use=row.text("use"),
            row_type=FundRow.DETAIL.value,
            note=row.text("note"),
        )
        for number, row in enumerate(base, start=1)
    ]
    total = _line(base, "funds", source="合计", row_type=FundRow.TOTAL.value)
    caveats = [] if base else [Caveat("NO_FUNDS", "工作簿没有填写资金，资金情况无法计算")]
    missing = [column for column in MONEY if base and math.isnan(total[column])]
    caveats += [Caveat("FUNDS_MISSING", f"资金表没有{label(column)}，相关比率无法计算") for column in missing]
    return FundsResult(
        method="sum_of_details",
        n_used=len(base),
        n_dropped=len(rows) - len(base),
        caveats=tuple(caveats),
        source="资金",
        rows=(*table, total) if base else (),
        budget=_sum(base, "budget"),
        received=_sum(base, "received"),
        executed=_sum(base, "executed"),
    )


def label(column: str) -> str:
    """Return the Chinese name of a money or rate column."""
    return {
        "budget": "预算数",
        "received": "到位数",
        "executed": "执行数",
        "receipt_rate": "资金到位率（到位数÷预算数）",
        "execution_rate": "预算执行率（执行数÷到位数）",
        "execution_rate_budget": "预算执行率（执行数÷预算数）",
    }[column]


def by_source(result: FundsResult) -> FundsResult:
    """Return the fund table summed by source 按资金来源汇总, with the same total."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in result.rows:
        if row["row_type"] == FundRow.DETAIL.value:
            groups.setdefault(str(row["source"] or "未注明来源"), []).append(row)
    lines: list[Mapping[str, Any]] = []
    for number, (source, members) in enumerate(groups.items(), start=1):
        money = {column: _known_sum(members, column) for column in MONEY}
        lines.append(
            {
                "source": source,
                **money,
                "receipt_rate": ratio(money["received"], money["budget"]),
                "execution_rate": ratio(money["executed"], money["received"]),
                "execution_rate_budget": ratio(money["executed"], money["budget"]),
                "row_type": FundRow.DETAIL.value,
                "record": f"funds.source{number}",
            }
        )
    totals = [row for row in result.rows if row["row_type"] == FundRow.TOTAL.value]
    return FundsResult(
        method="sum_by_source",
        n_used=result.n_used,
        source=result.source,
        rows=(*lines, *totals),
        budget=result.budget,
        received=result.received,
        executed=result.executed,
    )


def _known_sum(rows: Sequence[Mapping[str, Any]], column: str) -> float:
    """Return the sum of the known values of a column."""
    values = [float(value) for row in rows if isinstance(value := row[column], float) and not math.isnan(value)]
    return math.fsum(values) if values else UNKNOWN


def fund_records(result: FundsResult, sources: FundsResult, decimals: int = 2) -> tuple[Record, ...]:
    """Return the named numbers of the fund tables: ``funds.<column>``, ``funds.<row>.…``, ``funds.source<n>.…``.

    Parameters
    ----------
    result, sources : the fund table, and the same summed by source.
    decimals : decimals of money (X18).
    """
    details = [row for row in sources.rows if row["row_type"] == FundRow.DETAIL.value]
    rows = [*result.rows, *details] or [_line((), "funds", source="")]
    return tuple(
        _record(row, column, decimals)
        for row in rows
        for column in (*MONEY, "receipt_rate", "execution_rate", "execution_rate_budget")
    )


def _record(row: Mapping[str, Any], column: str, decimals: int) -> Record:
    """Return one number of a fund row; what the workbook does not say is a placeholder, never a number."""
    prefix, money = str(row["record"]), column in MONEY
    place = "".join(str(row.get(name) or "") for name in ("source", "agency", "use") if prefix != "funds")
    needed = (column,) if money else INPUTS[column]
    missing = [name for name in needed if math.isnan(float(row[name]))]
    words = f"{place.removesuffix('资金')}{label(column)}"
    if missing:
        told = "、".join(label(name) for name in missing)
        return Record(
            name=f"{prefix}.{column}", value=f"【待补充：{told}】", kind="text", label=words, source="资金表未填"
        )
    return Record(
        name=f"{prefix}.{column}",
        value=float(row[column]),
        kind="money" if money else "rate",
        label=words,
        unit="万元" if money else "%",
        decimals=decimals if money else None,
        source="资金表" if prefix.removeprefix("funds.").isdigit() else "资金表明细求和",
    )


INPUTS: Mapping[str, tuple[str, str]] = {
    "receipt_rate": ("received", "budget"),
    "execution_rate": ("executed", "received"),
    "execution_rate_budget": ("executed", "budget"),
}
