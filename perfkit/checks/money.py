"""Checks of money 资金校验 (F01–F04, F09, F11): parts and totals, rates with their denominator named."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from perfkit.checks.finding import ERROR, PROJECT_10, WARNING, differs, finding, known
from perfkit.trace import Finding

Line = Mapping[str, Any]

MONEY = {"budget": "预算数", "received": "到位数", "executed": "执行数"}
LOW_EXECUTION = 0.8


def total_row_findings(details: Sequence[Line], totals: Sequence[Line], decimals: int = 2) -> list[Finding]:
    """Check a filled total row against the details 合计行与明细 (F01, F02).

    Parameters
    ----------
    details, totals : lines with ``budget``, ``received``, ``executed`` in 万元 (None = empty) and ``cells``
        (column → cell address).
    decimals : decimals of the form; the tolerance is half a unit of the last one (X18).
    """
    found: list[Finding] = []
    if not details:
        return found
    for row in totals:
        for column, words in MONEY.items():
            parts = [float(line[column]) for line in details if known(line[column])]
            if not known(row[column]) or not parts:
                continue
            printed, computed = float(row[column]), math.fsum(parts)
            if differs(printed, computed, decimals):
                hint = "，合计行为零而明细不为零" if printed == 0 else ""
                found.append(
                    finding("F01", ERROR, words, f"{words}合计行 {printed:,.2f} 万元，明细相加为 {computed:,.2f} 万元{hint}",
                            expected=f"{computed:,.2f}", found=f"{printed:,.2f}",
                            where=str(row["cells"].get(column, "资金")))
                )  # fmt: skip
    return found


def flow_findings(lines: Sequence[Line]) -> list[Finding]:
    """Check executed ≤ received ≤ budget and rates that leave 0–100 % 资金流 (F02, F04, F09)."""
    found: list[Finding] = []
    for line in lines:
        name, where = str(line.get("source") or "资金"), str(line["cells"].get("executed", "资金"))
        budget, received, executed = (line[column] for column in MONEY)
        if known(executed) and known(received) and executed > received + 0.005 + 1e-9:
            found.append(finding("F02", ERROR, name, f"{name}：执行数 {executed:,.2f} 大于到位数 {received:,.2f} 万元",
                                 expected=f"≤{received:,.2f}", found=f"{executed:,.2f}", where=where))  # fmt: skip
        elif known(executed) and known(budget) and executed > budget + 0.005 + 1e-9:
            found.append(finding("F09", WARNING, name, f"{name}：执行数 {executed:,.2f} 大于预算数 {budget:,.2f} 万元，"
                                 "执行率超过 100%，应说明原因", expected=f"≤{budget:,.2f}", found=f"{executed:,.2f}",
                                 basis="X01", where=where))  # fmt: skip
        if known(budget) and budget == 0 and known(executed):
            found.append(finding("F04", ERROR, name, f"{name}：预算数为零，执行率无法计算（不按零分或满分处理）",
                                 expected="大于零的预算数", found="0", basis="X06", where=where))  # fmt: skip
        found.extend(
            finding("F02", ERROR, name, f"{name}：{words}为负数", expected="≥0", found=f"{line[column]:,.2f}",
                    where=str(line["cells"].get(column, "资金")))
            for column, words in MONEY.items()
            if known(line[column]) and line[column] < 0
        )  # fmt: skip
    return found


def printed_rate_findings(lines: Sequence[Line], decimals: int = 2) -> list[Finding]:
    """Check printed execution rates by recomputing them with each denominator 印出的执行率 (F03).

    Parameters
    ----------
    lines : fund lines with ``printed_rate`` (fraction of 1, None = not printed).
    decimals : decimals of the printed percentage.
    """
    found: list[Finding] = []
    for line in lines:
        if not known(line.get("printed_rate")) or not known(line["executed"]):
            continue
        printed = float(line["printed_rate"]) * 100
        candidates = {
            words: line["executed"] / line[column] * 100
            for column, words in (("received", "到位数"), ("budget", "预算数"))
            if known(line[column]) and line[column]
        }
        if candidates and all(differs(printed, value, decimals) for value in candidates.values()):
            right = "；".join(f"÷{words}＝{value:.2f}%" for words, value in candidates.items())
            found.append(finding("F03", ERROR, str(line.get("source") or "资金"),
                                 f"公布执行率 {printed:.2f}%，执行数{right}", expected=right, found=f"{printed:.2f}%",
                                 where=str(line["cells"].get("printed_rate", "资金"))))  # fmt: skip
    return found


def low_execution_findings(rate: float, explained: bool, cut_off: float = LOW_EXECUTION) -> list[Finding]:
    """Ask for an explanation of low execution 执行率偏低说明 (F11); the cut-off is ours and printed."""
    if not known(rate) or rate >= cut_off - 1e-9 or explained:
        return []
    return [
        finding("F11", WARNING, "预算执行率", f"预算执行率 {rate:.2%}，低于 {cut_off:.0%}（本项目约定的提醒线），没有单独说明原因",
                expected="单独说明", found="无说明", basis=f"{PROJECT_10}第二十六条", where="指标体系 › 偏差原因")
    ]  # fmt: skip


def execution_method_findings(items: Sequence[Line], declared: str) -> list[Finding]:
    """Check that execution rates are scored by the method the run declares 执行率计分方法 (F10).

    Parameters
    ----------
    items : lines with ``code``, ``method`` (label of the method used), ``cell``; execution-rate functions only.
    declared : label of the method that the run declares (X05).
    """
    return [
        finding("F10", ERROR, str(item["code"]), f"{item['code']} 的执行率按“{item['method']}”计分，本次评价声明的是“{declared}”",
                expected=declared, found=str(item["method"]), basis="X05", where=str(item.get("cell", "")))
        for item in items
        if item["method"] != declared
    ]  # fmt: skip


def denominator_findings(items: Sequence[Line], usual: Mapping[str, str]) -> list[Finding]:
    """Check that a rate names its denominator and whether the framework uses another 分母口径 (F03).

    Parameters
    ----------
    items : lines with ``code``, ``name``, ``has_ratio``, ``denominator_basis`` (label, empty = not named),
        ``framework_basis`` (label the framework prescribes, empty = none), ``cell``.
    usual : label → document and annex that prescribe it.
    """
    found: list[Finding] = []
    for item in items:
        if not item.get("has_ratio"):
            continue
        code, basis, framework = str(item["code"]), str(item["denominator_basis"]), str(item["framework_basis"])
        if not basis:
            found.append(finding("F03", WARNING, code, f"{code}{item['name']} 的分母口径没有写明", expected="写明分母口径",
                                 found="空", basis="X05", where=str(item.get("cell", ""))))  # fmt: skip
        elif framework and basis != framework:
            found.append(
                finding("F03", WARNING, code, f"{code}{item['name']} 以{basis}为分母，{usual.get(framework, '指标框架')}"
                        f"用{framework}", expected=framework, found=basis, basis=usual.get(framework, ""),
                        where=str(item.get("cell", "")))
            )  # fmt: skip
    return found
