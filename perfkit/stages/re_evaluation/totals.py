"""Totals of a project 总分: as the department printed it, and as the sum of the rounded adopted items."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from perfkit.checks.finding import differs
from perfkit.scoring.rounding import round_half_up
from perfkit.stages.re_evaluation.adopted import Adopted

# Sums of weights are the same where they print alike with one decimal: two-layer weights carry the noise of their parts.
SAME_SUM = 0.05
WEIGHT_DECIMALS = 8


def own_totals(forms: pd.DataFrame, own: pd.DataFrame, decimals: int) -> tuple[Mapping[str, float], int]:
    """Return the self-evaluated total of every project 自评总分, and for how many it is the sum of the items.

    The total is the printed one, which the department answers for; a total that is blank, or 0 over scored items, was
    never filled and the sum of the rounded items stands for it.
    """
    sums = _sums(own["project"], own["score"], decimals)
    printed = dict(zip(forms["project"], pd.to_numeric(forms["total"], errors="coerce").astype(float), strict=True))
    totals: dict[str, float] = {}
    filled = 0
    for project, stated in printed.items():
        summed = sums.get(project, math.nan)
        unfilled = (math.isnan(stated) or stated == 0) and not math.isnan(summed)
        filled += unfilled and summed != 0
        totals[project] = float(round_half_up(summed if unfilled else stated, decimals))
    return totals, filled


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
    form); else the total that the rater gave; else none. With it, how many projects were scored in part only, and of how
    many the total given is not the sum of the items.
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
        same = abs(weights.get(project, math.nan) - whole.get(project, math.nan)) <= SAME_SUM
        if project not in open_projects or same:
            found[project] = total
            unlike += differs(stated.get(project, total), total, decimals)
        else:
            in_part += project not in stated
    return found, in_part, unlike
