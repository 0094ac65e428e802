"""Forms that repeat each other 填报雷同: the same scores and the same actual values in different projects of a department.

A documentary finding: the forms lie side by side. It is a reason to look at the evidence of each project, nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from perfkit.checks.finding import listed
from perfkit.checks.self_evaluation.finding import desk_finding, rows_of
from perfkit.checks.self_evaluation.rules import LEAST_TELLING
from perfkit.checks.self_evaluation.tables import EXECUTION, DeskTables
from perfkit.checks.self_evaluation_shapes import DeskFinding
from perfkit.read.layout import narrow
from perfkit.terms import Reason

COLUMNS = ("department", "project", "form", "group")
_NAMED = 0.5e-9


def copied_groups(tables: DeskTables) -> pd.DataFrame:
    """Return the group of copies of each form 雷同组: columns department, project, form, group ("" = in none).

    Forms are alike where every indicator has the same name, points, score and actual value, however it is typed (width,
    blanks, the unit in a column of its own). Money is each project's own and does not count; causes and results that
    differ do not acquit. At least ``LEAST_TELLING`` items must tell something: a number that is not its target (nor 100 %),
    or a worded item below full points; plans that are simply met look alike by themselves.
    """
    forms = tables.forms[list(COLUMNS[:3])].assign(signature=tables.forms["form"].map(_signatures(tables)).fillna(""))
    forms["owner"] = np.where(forms["project"] != "", forms["project"], forms["form"])
    found = forms[forms["signature"] != ""]
    members = found.groupby(["department", "signature"], sort=False)["owner"].nunique()
    numbers: dict[str, int] = {}
    names: dict[tuple[str, str], str] = {}
    for department, text in members.index[members > 1]:
        numbers[department] = numbers.get(department, 0) + 1
        names[department, text] = f"{department}雷同组{numbers[department]}"
    keys = zip(forms["department"], forms["signature"], strict=True)
    return forms.assign(group=[names.get(key, "") for key in keys])[list(COLUMNS)]


def _signatures(tables: DeskTables) -> pd.Series:
    """Return what a form says, by form; ``""`` where it says too little."""
    items = tables.items[tables.items["kind"] != EXECUTION]
    if items.empty:
        return pd.Series(dtype=object)
    plain = {text: _plain(text) for text in {*items["actual_text"], *items["level3"]}}
    counted = (items["kind"] == "quantitative") & items["value"].notna()
    said = [
        f"{value:.9g}" if number else plain[text]
        for value, number, text in zip(items["value"], counted, items["actual_text"], strict=True)
    ]
    points = zip(items["level3"], items["full"], items["score"], said, strict=True)
    lines = pd.Series(
        [f"{plain[name]}·{full:.6g}·{score:.6g}·{what}" for name, full, score, what in points], items.index
    )
    apart = (items["value"] - items["target"]).abs() > _NAMED
    whole = (items["unit"] == "%") & (items["value"] >= 100)
    telling = (counted & apart & ~whole) | (~counted & (items["score"] < items["full"]))
    text = lines.groupby(items["form"]).agg("¦".join)
    return text.where(telling.groupby(items["form"]).sum() >= LEAST_TELLING, "")


def _plain(text: str) -> str:
    """Return a text without blanks, in half-width signs."""
    return "".join(narrow(text).split())


def copy_findings(tables: DeskTables, groups: pd.DataFrame) -> Iterator[DeskFinding]:
    """Yield every form of a group of copies 填报雷同 (E18), with the others named; ``groups`` from ``copied_groups``."""
    members = groups[groups["group"] != ""]
    projects = members.groupby("group")["project"].agg(list)
    forms = tables.forms.assign(group=groups["group"].to_numpy())
    results = forms["result_text"].map(_plain)
    same = results.groupby([forms["group"], results]).transform("size") > 1
    forms = forms.assign(worded=(same & (results != "")).to_numpy())
    for row in rows_of(forms, (forms["group"] != "").to_numpy()):
        others = [code or "（不在清单内）" for code in projects[row["group"]] if code != row["project"]]
        also = "，完成情况文字也与其中的项目相同" if row["worded"] else ""
        yield desk_finding(
            "E18", row,
            f"各项指标的分值、得分、实际完成值与 {listed(others)} 完全相同{also}（{row['group']}，共 {len(projects[row['group']])} 份），"
            "应逐项核实佐证",
            expected="按本项目实际填报", found=row["group"], reason=Reason.EVIDENCE,
        )  # fmt: skip
