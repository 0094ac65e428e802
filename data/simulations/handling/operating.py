"""What is suggested around the cut-offs 处理建议的操作特性: departments of totals alone, by true inflation and sample size."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd

from perfkit.stages.re_evaluation.handling import recommend
from perfkit.terms import Handling

SEED = 20250611
REPLICATIONS = 200
UNITS = 60
SPREAD = 3.0
SELF_TOTAL = 95.0
INFLATIONS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)
SIZES = (10, 15, 25)
# Where nothing is known of the raters the cut-off of the mean alone decides.
COLUMNS = ("inflation", "n", "units", "spread", *(handling.value for handling in Handling), "departments", "mean_low")


def department(inflation: float, n: int, seed: int) -> pd.DataFrame:
    """Return one department of 60 projects: true inflation normal around a mean, ``n`` of them re-scored without error."""
    rng = np.random.default_rng([SEED, round(10 * inflation), n, seed])
    gaps = rng.normal(inflation, SPREAD, UNITS)
    known = np.zeros(UNITS, dtype=bool)
    known[rng.permutation(UNITS)[:n]] = True
    return pd.DataFrame({
        "department": "D", "project": [f"P{k:02d}" for k in range(UNITS)], "self_total": SELF_TOTAL,
        "re_total": np.where(known, SELF_TOTAL - gaps, math.nan),
    })  # fmt: skip


def cell(inflation: float, n: int, replications: int = REPLICATIONS) -> Mapping[str, object]:
    """Return what is suggested for the departments of one mean and one size."""
    rows = [recommend(department(inflation, n, seed)).rows[0] for seed in range(replications)]
    found = Counter(str(row["handling"]) for row in rows)
    lows = math.fsum(float(str(row["low"])) for row in rows) / len(rows)
    return {
        "inflation": f"{inflation:g}", "n": n, "units": UNITS, "spread": f"{SPREAD:g}",
        **{handling.value: found[handling.value] for handling in Handling}, "departments": len(rows),
        "mean_low": round(lows, 4),
    }  # fmt: skip


def table() -> list[Mapping[str, object]]:
    """Return every cell."""
    return [cell(inflation, n) for inflation in INFLATIONS for n in SIZES]
