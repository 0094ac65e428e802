"""What the unit's own declared method gives 按单位自定规则核算: item by item, beside what it scored; nobody's judgement.

Quantitative items and the execution rate only: a qualitative item is decided by no number and stays NaN. All arithmetic
is that of ``perfkit.scoring``.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perfkit.checks.self_evaluation.rules import MONEY_FACTOR, MONEY_SLACK, DeskRules
from perfkit.checks.self_evaluation.tables import DETAILS, EXECUTION, UNDECLARED, DeskTables
from perfkit.scoring.functions import (
    Flag,
    attainment,
    execution_interval_2021,
    execution_linear,
    pass_line,
    pro_rata,
    satisfaction_steps,
)
from perfkit.scoring.functions.points import HIGHER, LOWER
from perfkit.scoring.rounding import round_half_up

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# Half a printed unit is compared with this much room for binary floats.
ROUNDING: Final = 1e-9
MOST_DECIMALS: Final = 6


def with_own_scores(tables: DeskTables) -> pd.DataFrame:
    """Return the items with what their own rule gives 自定规则得分.

    Added columns: ``ratio`` (attainment or execution rate, uncapped), ``met``, ``known_met`` (whether met is known),
    ``own`` (points by the rule on the item's own scale, unrounded; NaN where none decides), ``zero_target``,
    ``overshoot``, ``forward`` (points had a lower-is-better item been scored as if higher were better), ``decimals`` of
    the form, ``wrong``, ``own_rule_score`` (points of 100; what is printed where it agrees).
    """
    items = tables.items.copy()
    size = len(items)
    columns: dict[str, NDArray[Any]] = {name: np.full(size, np.nan) for name in ("ratio", "own", "forward")}
    columns |= {name: np.zeros(size, dtype=bool) for name in ("met", "known_met", "zero_target", "overshoot")}
    _quantitative(columns, items, tables.rules)
    _execution(columns, items, execution_lines(tables), tables.rules)
    items = items.assign(**columns)
    items["decimals"] = _form_decimals(items, tables.rules.choices.decimals)
    items["wrong"] = _wrong(items, tables.rules.choices.decimals)
    rounded = round_half_up(items["own"].to_numpy() * items["scale"].to_numpy(), tables.rules.choices.decimals)
    undecided = np.isnan(items["own"].to_numpy())
    kept = ~items["wrong"].to_numpy() & ~np.isnan(items["score"].to_numpy())
    items["own_rule_score"] = np.where(undecided, np.nan, np.where(kept, items["score"].to_numpy(), rounded))
    return items


def _quantitative(columns: dict[str, NDArray[Any]], items: pd.DataFrame, rules: DeskRules) -> None:
    """Fill in what the declared method gives to quantitative items."""
    measured = ((items["kind"] == "quantitative") & items["value"].notna() & (items["why"] == "")).to_numpy()
    rows = np.flatnonzero(measured & (items["way"] != UNDECLARED).to_numpy())
    if not rows.size:
        return
    part = items.iloc[rows]
    scored, full = scored_as_declared(part, rules), part["own_full"].to_numpy()
    columns["ratio"][rows], columns["own"][rows] = scored["ratio"], scored["rate"] * full
    columns["forward"][rows] = _as_if_higher(part) * full
    for name in ("met", "zero_target", "overshoot"):
        columns[name][rows] = scored[name]
    columns["known_met"][rows] = ~np.isnan(scored["ratio"])


def scored_as_declared(part: pd.DataFrame, rules: DeskRules) -> dict[str, NDArray[Any]]:
    """Return rate, ratio, met, zero_target and overshoot of quantitative rows by the declared method 定量指标核算.

    Parameters
    ----------
    part : rows with ``value``, ``target``, ``high``, ``way``, ``operator_code``, ``level1``, ``unit``, ``own_full``, ``own_score``.
    """
    choices, silent = rules.choices, rules.silent
    numbers = [part[name].to_numpy(dtype=float) for name in ("value", "target", "high")]
    ways: dict[str, Any] = {
        "direction": part["way"].to_numpy(dtype=np.int8),
        "operator": part["operator_code"].to_numpy(dtype=np.int8),
        "reverse_rule": silent.reverse_rule,
        "zero_target_rule": silent.zero_target_rule,
    }
    overshoot = pro_rata(
        *numbers,
        **ways,
        overshoot_threshold=choices.overshoot,
        overshoot_reduction=silent.overshoot_reduction,
        overshoot_bands=silent.overshoot_bands,
    )
    scored = overshoot
    rate = overshoot.rate
    if choices.scoring == "pass_line_2021":
        scored = pass_line(*numbers, **ways)
        rate = _with_steps(part, scored.rate, choices.decimals)
    # Reaching a strict target (> 90) exactly has ratio 1 and is not met: no rule says what it loses, so none is given.
    edge = (scored.flags & np.uint32(Flag.STRICT_EDGE)) > 0
    return {
        "rate": np.where(edge, np.nan, rate),
        "ratio": np.asarray(scored.parts["ratio"], dtype=float),
        "met": np.asarray(scored.parts["met"], dtype=bool),
        "zero_target": (scored.flags & np.uint32(Flag.ZERO_TARGET)) > 0,
        "overshoot": (overshoot.flags & np.uint32(Flag.OVERSHOOT)) > 0,
    }


def _with_steps(part: pd.DataFrame, rate: Floats, decimals: int) -> Floats:
    """Take the satisfaction steps of 101号 where they, and not the pass line, give what is printed: both are its examples."""
    share = ((part["level1"] == "满意度指标") & (part["unit"] == "%")).to_numpy()
    stepped = satisfaction_steps(part["value"].to_numpy(dtype=float)).rate
    gap = np.abs(part["own_score"].to_numpy() - rate * part["own_full"].to_numpy())
    return np.where(share & ~(gap <= 0.5 * 10.0**-decimals + ROUNDING), stepped, rate)


def _as_if_higher(part: pd.DataFrame) -> Floats:
    """Return the rate that actual ÷ target would give to lower-is-better rows; NaN elsewhere."""
    reading = attainment(part["value"].to_numpy(dtype=float), part["target"].to_numpy(dtype=float))
    lower = (part["way"] == LOWER).to_numpy() & (part["target"] > 0).to_numpy()
    return np.where(lower, np.minimum(reading.ratio, 1.0), np.nan)


def execution_lines(tables: DeskTables) -> pd.DataFrame:
    """Return budget and executed of each form, by form: the total line, or its details where that is a row of zeros.

    Columns ``budget``, ``executed``, ``zero_row``, ``mixed`` (元 and 万元 seem mixed: no rate is computed), ``rate``.
    """
    totals = tables.funds[tables.funds["line"] == "total"].drop_duplicates("form").set_index("form")
    details = tables.funds[tables.funds["line"].isin(DETAILS)]
    sums = details.groupby("form")[["budget", "executed"]].sum(min_count=1).reindex(totals.index)
    zero = (totals["budget"].fillna(0) == 0) & (totals["executed"].fillna(0) == 0) & (sums["budget"] > 0)
    lines = pd.DataFrame(
        {
            "budget": totals["budget"].where(~zero, sums["budget"]),
            "executed": totals["executed"].where(~zero, sums["executed"]),
            "zero_row": zero,
        }
    )
    quotient = lines["executed"] / lines["budget"].where(lines["budget"] > 0)
    lines["mixed"] = mixed_units(quotient.to_numpy())
    lines["rate"] = quotient.where(~lines["mixed"])
    return lines


def mixed_units(quotient: Floats) -> Bools:
    """Return which quotients of two amounts lie about a factor of 10,000 apart, either way 元与万元混用."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.abs(np.log(quotient))
    return np.asarray(np.abs(size - np.log(MONEY_FACTOR)) <= np.log(MONEY_SLACK))


def _execution(columns: dict[str, NDArray[Any]], items: pd.DataFrame, lines: pd.DataFrame, rules: DeskRules) -> None:
    """Fill in what the declared method gives to the execution rate."""
    rows = np.flatnonzero((items["kind"] == EXECUTION).to_numpy() & items["form"].isin(lines.index).to_numpy())
    if not rows.size:
        return
    part = items.iloc[rows]
    own = lines.loc[part["form"]]
    executed, budget = own["executed"].to_numpy(dtype=float), own["budget"].to_numpy(dtype=float)
    full, printed = part["own_full"].to_numpy(), part["own_score"].to_numpy()
    if rules.choices.execution == "linear":
        rate = execution_linear(
            executed, budget, cap=rules.silent.exec_cap, zero_budget_rule=rules.silent.zero_budget_rule
        ).rate
    else:
        steps = execution_interval_2021(executed, budget, False, zero_budget_rule=rules.silent.zero_budget_rule).rate
        done = execution_interval_2021(executed, budget, True, zero_budget_rule=rules.silent.zero_budget_rule).rate
        # A form does not say whether the project is finished: full points within the budget claim that it is.
        claimed = np.isnan(steps) | (np.abs(printed - done * full) <= ROUNDING)
        rate = np.where(claimed, done, steps)
    mixed = own["mixed"].to_numpy() | np.asarray(executed < 0)
    rate = np.where(mixed, np.nan, rate)
    columns["own"][rows], columns["ratio"][rows] = rate * full, own["rate"].to_numpy()


def decimals_of(values: Floats, most: int) -> NDArray[np.int64]:
    """Return how many decimals each number is printed with, at most ``most``; 0 for NaN.

    >>> decimals_of(np.array([9.0, 9.5, 9.75, 7.333333]), 2).tolist()
    [0, 1, 2, 2]
    """
    found = np.full(values.shape, most, dtype=np.int64)
    for digits in range(most - 1, -1, -1):
        scaled = values * 10.0**digits
        whole = np.isnan(scaled) | (np.abs(scaled - np.rint(scaled)) <= 10.0**-MOST_DECIMALS)
        found[whole] = digits
    return found


def _form_decimals(items: pd.DataFrame, most: int) -> NDArray[np.int64]:
    """Return the decimals that each form's item scores are printed with: the most that any of its scores has.

    A cell does not tell 9 from 9.00, so the precision of a print is that of the whole form.
    """
    digits = pd.Series(decimals_of(items["own_score"].to_numpy(), most), index=items.index)
    return np.asarray(digits.groupby(items["form"]).transform("max").to_numpy(), dtype=np.int64)


def _wrong(items: pd.DataFrame, decimals: int) -> Bools:
    """Return which printed scores are not what the rule gives, exact values first, printed precision second.

    Full points for a missed target are wrong unless the rule itself rounds to them at the form's decimals, one at least.
    Points below full for considerable overshoot are the reduction that 10号 第十六条 allows and leaves open (X01).
    """
    own, printed, full = (items[name].to_numpy() for name in ("own", "own_score", "own_full"))
    digits = items["decimals"].to_numpy()
    gap = np.abs(printed - own)
    # With two layers a score may be printed on either scale: what does not show in points of 100 is no difference.
    apart = (gap > 0.5 * 10.0**-digits + ROUNDING) & (
        gap * items["scale"].to_numpy() > 0.5 * 10.0**-decimals + ROUNDING
    )
    missed = (
        items["known_met"].to_numpy()
        & ~items["met"].to_numpy()
        & (printed >= full - ROUNDING)
        & (own < full - ROUNDING)
    )
    unit = 10.0 ** -np.maximum(digits, 1)
    flat = missed & apart & (own < full - 0.5 * unit - ROUNDING)
    reduced = items["overshoot"].to_numpy() & (printed < full) & (items["way"] == HIGHER).to_numpy()
    known = ~np.isnan(own) & ~np.isnan(printed)
    return np.asarray(known & ((apart & ~missed) | flat) & ~reduced)


def full_marks(items: pd.DataFrame) -> Bools:
    """Return which items are scored in full 满分."""
    return np.asarray((items["own_score"] >= items["own_full"] - ROUNDING) & (items["own_full"] > 0))
