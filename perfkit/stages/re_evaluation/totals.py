"""Totals of a project 总分: as the department printed it, and as the sum of the rounded adopted items."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from perfkit.checks.finding import LOGIC, differs, finding
from perfkit.scoring.rounding import round_half_up
from perfkit.stages.re_evaluation.adopted import Adopted
from perfkit.terms import Severity, Tier
from perfkit.trace import Finding

# Sums of weights are the same where they print alike with one decimal: two-layer weights carry the noise of their parts.
SAME_SUM = 0.05
FULL_TOTAL = 100.0
# A sum typed wrong passes 100 by a few points and is the department's own; beyond twice the whole it is a slip of typing.
MOST_TOTAL = 200.0
WEIGHT_DECIMALS = 8


def own_totals(forms: pd.DataFrame, own: pd.DataFrame, decimals: int) -> tuple[Mapping[str, float], int, int]:
    """Return the self-evaluated total of every project 自评总分, for how many it is the sum of the items, how many have none.

    The total is the printed one, which the department answers for; a total that is blank, or 0 over scored items, was
    never filled and the sum of the rounded items stands for it, where every item has a score. So it does where the printed
    total is the sum of the items as written (``raw``), rounded once: else rounding alone would count as a change of score.
    What lies outside 0 to 200 is no total.
    """
    scores = own["score"].astype(float)
    open_projects = set(own.loc[scores.isna().to_numpy(), "project"])
    sums = {key: value for key, value in _sums(own["project"], scores, decimals).items() if key not in open_projects}
    at_once = round_half_up(own["raw"].astype(float).groupby(own["project"], sort=False).sum(), decimals)
    rounded_once = dict(zip(dict.fromkeys(own["project"]), at_once.tolist(), strict=True))
    printed = dict(zip(forms["project"], pd.to_numeric(forms["total"], errors="coerce").astype(float), strict=True))
    totals: dict[str, float] = {}
    filled = 0
    for project, stated in printed.items():
        summed = sums.get(project, math.nan)
        unfilled = (math.isnan(stated) or stated == 0) and not math.isnan(summed)
        filled += unfilled and summed != 0
        total = float(round_half_up(summed if unfilled else stated, decimals))
        total = summed if not math.isnan(summed) and rounded_once[project] == total else total
        # a 0 over scores that do not all stand there was never filled either
        open_zero = stated == 0 and project in open_projects
        totals[project] = total if 0 <= total <= MOST_TOTAL and not open_zero else math.nan
    return totals, filled, sum(math.isnan(total) for total in totals.values())


def _sums(keys: pd.Series, values: pd.Series, decimals: int) -> Mapping[str, float]:
    """Return the sum of the rounded values by key; keys without any value have none."""
    rounded = pd.Series(round_half_up(values.to_numpy(dtype=np.float64), decimals))
    summed = rounded.groupby(keys.to_numpy(dtype=object), sort=False).sum(min_count=1).dropna()
    return dict(zip(summed.index, round_half_up(summed.to_numpy(dtype=np.float64), decimals).tolist(), strict=True))


def again_totals(
    both: pd.DataFrame, blank: pd.DataFrame, given: Adopted, decimals: int
) -> tuple[Mapping[str, float], int, int]:
    """Return the re-evaluated total of every re-scored project 再评总分.

    The sum of the rounded items where every item of the form has a score (or the weights scored add up to those of the
    form); else the total that the rater gave; else none. Points of another whole than the form's, or than 100, are no
    total. With it, how many projects were scored in part only, and of how many the total given is not the sum of the items.
    """
    scored = both[both["re_score"].notna().to_numpy()]
    own = both[both["self_score"].notna().to_numpy()]
    sums = _sums(scored["project"], scored["re_score"], decimals)
    weights, whole = (
        _sums(part["project"], part[name], WEIGHT_DECIMALS) for part, name in ((scored, "re_full"), (own, "full"))
    )
    open_projects = {*both.loc[(both["side"] == "self_only").to_numpy(), "project"], *blank["project"]}
    stated = dict(zip(given.scores["project"], given.scores["score"].astype(float), strict=True))
    found, in_part, unlike = dict(stated), 0, 0
    for project, total in sums.items():
        weight = weights.get(project, math.nan)
        same = abs(weight - whole.get(project, math.nan)) <= SAME_SUM
        if same or (project not in open_projects and abs(weight - FULL_TOTAL) <= SAME_SUM):
            found[project] = total
            unlike += differs(stated.get(project, total), total, decimals)
        else:
            in_part += project not in stated
    return found, in_part, unlike


def total_findings(projects: pd.DataFrame) -> tuple[Finding, ...]:
    """Return a finding for every re-scored project whose totals cannot be compared 总分不可比发现 (E08)."""
    rescored = projects[(projects["tier"] == Tier.RE_SCORED.value).to_numpy()]
    lacking = {
        "自评": rescored["self_total"].isna().to_numpy(),
        "再评": (rescored["re_total"].isna() & rescored["self_total"].notna()).to_numpy(),
    }
    return tuple(
        finding(
            "E08",
            Severity.WARNING,
            str(project),
            f"已再评，没有可用的{side}总分（没有填写且得分不全，或不在 0 至 200 分），不参加总分比较",
            expected=f"{side}总分",
            found="没有",
            basis=LOGIC,
        )
        for side, absent in lacking.items()
        for project in rescored.loc[absent, "project"]
    )
