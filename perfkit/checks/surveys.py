"""Checks of satisfaction surveys 满意度调查校验 (T07, Q01, Q03–Q05, Q07)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from perfkit.checks.finding import ERROR, GUIDE_101, INFO, LOGIC, WARNING, differs, finding, known
from perfkit.trace import Finding

Line = Mapping[str, Any]


def survey_findings(surveys: Sequence[Line]) -> list[Finding]:
    """Check each survey's arithmetic and design 问卷 (Q01, Q03, Q04, Q05).

    Parameters
    ----------
    surveys : lines with ``id``, ``group``, ``open`` (no probability of selection), ``frame``, ``sent``, ``returned``,
        ``valid``, ``n_used``, ``question_totals``, ``satisfaction``, ``printed_rate``, ``caveats`` (codes), ``cell``.
    """
    found: list[Finding] = []
    for line in surveys:
        name, where = f"问卷{line['id']}（{line['group']}）", str(line.get("cell", "问卷"))
        if known(line.get("printed_rate")) and known(line["satisfaction"]):
            printed, computed = float(line["printed_rate"]) * 100, float(line["satisfaction"]) * 100
            if differs(printed, computed):
                found.append(finding("Q01", ERROR, name, f"{name} 公布满意度 {printed:.2f}%，按声明的量表重算为 {computed:.2f}%",
                                     expected=f"{computed:.2f}%", found=f"{printed:.2f}%", where=where))  # fmt: skip
        valid = line.get("valid")
        short = [total for total in line["question_totals"] if known(valid) and total != valid]
        if short:
            found.append(finding("Q03", WARNING, name, f"{name} 有 {len(short)} 题的选项合计不等于有效问卷 {valid} 份，"
                                 "应说明跳答", expected=str(valid), found="、".join(str(total) for total in short),
                                 where=where))  # fmt: skip
        if line["open"]:
            found.append(finding("Q04", WARNING, name, f"{name} 为开放或现场发放，没有抽样概率：不得写成“回收率 100%”，"
                                 "也不代表全部受益者", basis="X10", where=where))  # fmt: skip
        elif not line["frame"]:
            found.append(finding("Q04", WARNING, name, f"{name} 没有说明名单或样本框", basis="X10", where=where))
        returned, sent = line.get("returned"), line.get("sent")
        if known(returned) and known(sent) and returned > sent:
            found.append(finding("Q04", ERROR, name, f"{name} 回收 {returned} 份，多于发放 {sent} 份", expected=f"≤{sent}",
                                 found=str(returned), basis=LOGIC, where=where))  # fmt: skip
        if "COUNTS_ONLY" in line["caveats"]:
            found.append(finding("Q05", INFO, name, f"{name} 只有选项计数，不给出区间", basis="X10", where=where))
    return found


def satisfaction_item_findings(items: Sequence[Line], threshold: float = 0.9) -> list[Finding]:
    """Check that satisfaction indicators rest on a survey and still discriminate 满意度指标 (T07, Q07).

    Parameters
    ----------
    items : lines of satisfaction indicators with ``code``, ``survey`` (id or empty), ``value`` (fraction), ``full``
        (whether full marks were given).
    threshold : full-mark line of the rule, fraction of 1.
    """
    found = [
        finding("T07", ERROR, str(item["code"]), f"{item['code']} 是满意度指标，没有关联的问卷", expected="问卷编号",
                found="空", basis=f"{GUIDE_101}二（四）", where=str(item.get("cell", "")))
        for item in items
        if not item["survey"]
    ]  # fmt: skip
    full = [str(item["code"]) for item in items if item["full"]]
    if len(full) == len(items) >= 2:
        found.append(finding("Q07", INFO, "满意度", f"满意度指标 {'、'.join(full)} 全部满分，"
                             f"{threshold:.0%} 的满分线没有区分度", basis="X10"))  # fmt: skip
    return found
