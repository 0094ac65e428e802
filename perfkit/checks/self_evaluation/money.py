"""Desk checks of the money part 资金复核: totals and details, printed rates, units, execution points, low execution."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from perfkit.checks.finding import differs, points
from perfkit.checks.self_evaluation.finding import desk_finding, place, rows_of
from perfkit.checks.self_evaluation.own import ROUNDING, execution_lines, mixed_units
from perfkit.checks.self_evaluation.rules import MONEY_FACTOR
from perfkit.checks.self_evaluation.tables import DETAILS, EXECUTION, DeskTables
from perfkit.checks.self_evaluation_shapes import DeskFinding
from perfkit.terms import Reason

MONEY = {"budget_begin": "年初预算数", "budget": "全年预算数", "executed": "全年执行数"}
# The form rounds money to two decimals of 万元 (X18): half a unit of the last one.
DECIMALS = 2
RATE_DECIMALS = 2
METHODS = {"linear": "按执行率线性计分", "interval_2021": "按 101 号分档计分"}
_EXPLAINED_CAUSE = re.compile(r"执行|支付|结转|结余|资金|预算")
_EXPLAINED_TEXT = re.compile(
    r"(?:执行|支付|结转|结余).*(?:因|由于|原因|受)|(?:因|由于|原因|受).*(?:执行|支付|结转|结余)", re.S
)


def money_findings(tables: DeskTables, items: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield findings over the money part of forms 资金复核.

    Parameters
    ----------
    items : from ``with_own_scores``, with the execution rows.
    """
    lines = execution_lines(tables)
    totals = tables.funds[tables.funds["line"] == "total"].drop_duplicates("form")
    yield from _sums(tables.funds, totals, lines, items)
    yield from _flows(tables.funds)
    yield from _rates(tables)
    yield from _units(tables, totals)
    yield from _execution_points(tables, items, lines)
    yield from _low(tables, items, lines)


def _sums(funds: pd.DataFrame, totals: pd.DataFrame, lines: pd.DataFrame, items: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield total rows that are not the sum of their details (F01), rows of zeros over them (F02), mixed units (F08)."""
    details = funds[funds["line"].isin(DETAILS)]
    sums = details.groupby("form")[list(MONEY)].sum(min_count=1)
    count = details.groupby("form").size()
    zero = set(lines.index[lines["zero_row"]])
    execution = items[(items["kind"] == EXECUTION) & items["wrong"]].drop_duplicates("form").set_index("form")
    moves = ((execution["own"] - execution["own_score"]) * execution["scale"]).to_dict()
    for row in rows_of(totals, totals["form"].isin(zero).to_numpy()):
        right, moved = sums.loc[row["form"]], float(moves.get(row["form"], np.nan))
        yield desk_finding(
            "F02", {**row, "item": EXECUTION},
            f"年度资金总额行为零，明细行全年预算数合计 {right['budget']:,.2f} 万元、全年执行数合计 {right['executed']:,.2f} 万元",
            expected=f"{right['budget']:,.2f}", found="0.00", where=place(row, "budget"), points=moved,
            reason=Reason.ARITHMETIC,
        )  # fmt: skip
    rest = totals[totals["form"].isin(sums.index) & ~totals["form"].isin(zero)]
    for column, words in MONEY.items():
        parts = sums[column].reindex(rest["form"]).to_numpy()
        printed = rest[column].to_numpy()
        gap = np.abs(printed - parts) > 0.5 * 10.0**-DECIMALS + ROUNDING
        # A form may name one source only (其中：财政拨款); a part above its whole is wrong all the same.
        one = (count.reindex(rest["form"]).to_numpy() < 2) & (parts <= printed)
        wrong = ~np.isnan(printed) & ~np.isnan(parts) & gap & ~one
        with np.errstate(divide="ignore", invalid="ignore"):
            mixed = mixed_units(printed / parts)
        for row, part, units in zip(rows_of(rest, wrong), parts[wrong], mixed[wrong], strict=True):
            said = f"{words}合计行 {row[column]:,.2f}，明细相加为 {part:,.2f}"
            yield desk_finding(
                "F08" if units else "F01", row,
                f"{said}，相差约 {MONEY_FACTOR:,.0f} 倍，疑元与万元混用" if units else f"{said}（万元）",
                expected=f"{part:,.2f}", found=f"{row[column]:,.2f}", where=place(row, column),
                reason=Reason.DEFINITION if units else Reason.ARITHMETIC,
            )  # fmt: skip


def _flows(funds: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield negative amounts (F02), zero budgets (F04), execution above the budget (F09) and mixed units (F08)."""
    for column, words in MONEY.items():
        for row in rows_of(funds, (funds[column] < 0).to_numpy()):
            yield desk_finding("F02", row, f"{row['label'] or '资金'}的{words}为负数", expected="≥0",
                               found=f"{row[column]:,.2f}", where=place(row, column), own_rule=False)  # fmt: skip
    budget, executed = funds["budget"].to_numpy(), funds["executed"].to_numpy()
    spent = funds["executed"].notna().to_numpy() & (executed != 0) & (budget == 0)
    for row in rows_of(funds, spent & (funds["line"] == "total").to_numpy()):
        yield desk_finding("F04", row, f"全年预算数为零，全年执行数 {row['executed']:,.2f} 万元，执行率无法核算（不按零分或满分处理）",
                           expected="大于零的预算数", found="0", where=place(row, "budget"))  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed = mixed_units(executed / budget) & (budget > 0)
    for row in rows_of(funds, mixed):
        yield desk_finding(
            "F08", row, f"{row['label'] or '资金'}：全年预算数 {row['budget']:,.2f}，全年执行数 {row['executed']:,.2f}，"
            f"相差约 {MONEY_FACTOR:,.0f} 倍，疑元与万元混用", expected="同为万元", found=f"{row['executed']:,.2f}",
            where=place(row, "executed"), reason=Reason.DEFINITION,
        )  # fmt: skip
    over = (budget > 0) & (executed > budget + 0.005 + ROUNDING) & ~mixed
    for row in rows_of(funds, over):
        yield desk_finding(
            "F09", row, f"{row['label'] or '资金'}：全年执行数 {row['executed']:,.2f} 大于全年预算数 {row['budget']:,.2f} 万元，"
            "执行率超过 100%，应说明原因；计分按封顶规则（X01）", expected=f"≤{row['budget']:,.2f}",
            found=f"{row['executed']:,.2f}", where=place(row, "executed"),
        )  # fmt: skip


def _rates(tables: DeskTables) -> Iterator[DeskFinding]:
    """Yield printed execution rates that arithmetic does not give (F03), with the denominator named."""
    funds = tables.funds[tables.funds["rate"].notna() & tables.funds["executed"].notna()]
    with np.errstate(divide="ignore", invalid="ignore"):
        right = (funds["executed"] / funds["budget"].where(funds["budget"] > 0)).to_numpy()
        begin = (funds["executed"] / funds["budget_begin"].where(funds["budget_begin"] > 0)).to_numpy()
        mixed = mixed_units(right)
    suspect = ~np.isnan(right) & ~mixed & (np.abs(funds["rate"].to_numpy() - right) > 1e-9)
    for row, rate, other in zip(rows_of(funds, suspect), right[suspect], begin[suspect], strict=True):
        digits = _rate_decimals(tables.rate_texts.get((row["form"], int(row["row"])), ""), row["rate"])
        if not differs(row["rate"] * 100, rate * 100, digits):
            continue
        early = not np.isnan(other) and not differs(row["rate"] * 100, other * 100, digits)
        hint = "；印出的是除以年初预算数的结果，分母应为全年预算数" if early else ""
        yield desk_finding(
            "F03", row,
            f"{row['label'] or '资金'}印出的执行率 {row['rate']:.{digits}%}，全年执行数÷全年预算数＝{rate:.{digits}%}{hint}",
            expected=f"{rate:.{digits}%}", found=f"{row['rate']:.{digits}%}", where=place(row, "rate"),
            reason=Reason.DEFINITION if early else Reason.ARITHMETIC,
        )  # fmt: skip


def _rate_decimals(text: str, rate: float) -> int:
    """Return the decimals of a printed percentage, two at most: beyond them people truncate.

    >>> _rate_decimals("86.2%", 0.862), _rate_decimals("95%", 0.95), _rate_decimals("0.8618", 0.8618)
    (1, 0, 2)
    """
    printed = re.fullmatch(r"\s*-?[\d,]+(?:\.(\d+))?\s*(%)?\s*", text)
    if printed is None:
        return RATE_DECIMALS
    shown = len(printed[1] or "")
    # A cell holds 0.95 and shows 95.00%: what its number format shows is not known, so two decimals are taken.
    if printed[2] is None:
        return shown if rate > 1.5 or "." not in text else RATE_DECIMALS
    return min(shown, RATE_DECIMALS)


def _units(tables: DeskTables, totals: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield budgets that lie a factor of 10,000 from the money in the list of projects (F08)."""
    money = tables.forms.set_index("form")["money"].reindex(totals["form"]).to_numpy()
    apart = np.zeros(len(totals), dtype=bool)
    near = np.zeros(len(totals), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        for column in ("budget_begin", "budget"):
            quotient = totals[column].to_numpy() / np.where(money > 0, money, np.nan)
            apart |= mixed_units(quotient)
            near |= (quotient > 0.01) & (quotient < 100)
    for row, listed in zip(rows_of(totals, apart & ~near), money[apart & ~near], strict=True):
        shown = row["budget"] if row["budget"] == row["budget"] else row["budget_begin"]
        yield desk_finding(
            "F08", row, f"自评表预算数 {shown:,.2f}，项目清单为 {listed:,.2f} 万元，相差约 {MONEY_FACTOR:,.0f} 倍，疑元与万元混用",
            expected=f"{listed:,.2f} 万元", found=f"{shown:,.2f}", where=place(row, "budget"), reason=Reason.DEFINITION,
        )  # fmt: skip


def _execution_points(tables: DeskTables, items: pd.DataFrame, lines: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield points for execution that the declared method does not give (F10)."""
    method = METHODS[tables.rules.choices.execution]
    zero = items["form"].isin(lines.index[lines["zero_row"]]).to_numpy()
    scored = (items["kind"] == EXECUTION) & (items["own_score"] <= items["own_full"] + ROUNDING)
    for row in rows_of(items, (scored & items["wrong"]).to_numpy() & ~zero):
        yield desk_finding(
            "F10", row,
            f"预算执行率 {row['ratio']:.2%}，{method}，应得 {points(row['own'])} 分，填报 {points(row['own_score'])} 分",
            expected=points(row["own"]), found=points(row["own_score"]), where=place(row, "score"),
            points=float((row["own"] - row["own_score"]) * row["scale"]), reason=Reason.ARITHMETIC,
        )  # fmt: skip


def _low(tables: DeskTables, items: pd.DataFrame, lines: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield low execution without an explanation anywhere on the form (F11)."""
    cut = tables.rules.choices.low_execution
    rate = lines["rate"].reindex(tables.forms["form"]).to_numpy(dtype=float)
    rates = dict(zip(tables.forms["form"], rate.tolist(), strict=True))
    low = tables.forms[rate < cut - ROUNDING]
    if low.empty:
        return
    own = items[items["form"].isin(low["form"]) & items["caused"]]
    told = own[(own["kind"] == EXECUTION) | own["cause"].str.contains(_EXPLAINED_CAUSE)]
    silent = ~low["form"].isin(told["form"]) & ~low["result_text"].str.contains(_EXPLAINED_TEXT)
    totals = tables.funds[tables.funds["line"] == "total"].drop_duplicates("form").set_index("form", drop=False)
    for row in rows_of(low, silent.to_numpy()):
        line: dict[str, Any] = {**totals.loc[row["form"]].to_dict(), "item": EXECUTION}
        yield desk_finding(
            "F11", line, f"预算执行率 {rates[row['form']]:.2%}，低于 {cut:.0%}（本次参数），没有单独说明原因",
            expected="单独说明", found="无说明", where=place(line, "executed"), reason=Reason.INSUFFICIENT_BASIS,
        )  # fmt: skip
