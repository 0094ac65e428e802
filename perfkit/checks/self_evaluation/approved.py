"""Forms against the approved targets 与批复目标核对: weights and targets changed, lowered, removed or added afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from perfkit.checks.finding import points
from perfkit.checks.self_evaluation.finding import desk_finding, named, number, place, rows_of
from perfkit.checks.self_evaluation.own import ROUNDING, Bools, scored_as_declared
from perfkit.checks.self_evaluation.rules import DeskRules
from perfkit.checks.self_evaluation.tables import EXECUTION, UNDECLARED, operator_code, upper_limit, way_of
from perfkit.checks.self_evaluation_shapes import DeskFinding
from perfkit.read.layout import narrow
from perfkit.read.numbers import convert
from perfkit.scoring.functions.points import HIGHER, LOWER
from perfkit.terms import Operator, Reason

_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_KEYS = ["project", "name", "turn"]
_OF_LIST = ("target_text", "operator", "target", "unit", "full", "where", "level3")


def approved_findings(
    items: pd.DataFrame, forms: pd.DataFrame, approved: pd.DataFrame, rules: DeskRules
) -> Iterator[DeskFinding]:
    """Yield what differs from the approved targets 与批复目标不符 (T14, E05).

    Projects without approved targets are left out: nothing can be compared. Indicators are paired by project and name
    (blanks and full-width signs do not count), like names in their order.

    Parameters
    ----------
    items, forms : items with own scores, forms. approved : the sheet 批复指标 with the columns of ``APPROVED``.
    """
    if approved.empty:
        return
    wanted = _keyed(approved.rename(columns={name: f"approved_{name}" for name in _OF_LIST}), "approved_level3")
    indicators = items[(items["kind"] != EXECUTION) & items["project"].isin(set(approved["project"]) - {""})]
    first = forms.drop_duplicates("project", keep="last").set_index("project")["form"]
    indicators = indicators[indicators["form"].isin(first)]
    both = _keyed(indicators, "level3").merge(wanted, on=_KEYS, how="outer", suffixes=("", "_approved"), indicator=True)
    both = both[both["project"].isin(set(indicators["project"]))]
    heads = forms.set_index("form")
    for row in rows_of(both, (both["_merge"] == "right_only").to_numpy()):
        if not row["approved_level3"] or str(row["approved_level3"]) in ("预算执行率", "执行率"):
            continue
        head = heads.loc[first[row["project"]]].to_dict()
        yield desk_finding(
            "E05", {**head, "form": first[row["project"]], "project": row["project"]},
            f"批复的指标“{row['approved_level3']}”在自评表中没有，目标事后删除或改名", expected=row["approved_level3"], found="没有",
            reason=Reason.TARGET_CHANGED,
        )  # fmt: skip
    for row in rows_of(both, (both["_merge"] == "left_only").to_numpy()):
        yield desk_finding("E05", row, f"{named(row)}不在批复的绩效目标中，为事后增加或改名", expected="批复的指标",
                           found=row["level3"], where=place(row, "target"), reason=Reason.TARGET_CHANGED)  # fmt: skip
    yield from _differences(both[both["_merge"] == "both"].reset_index(drop=True), rules)


def _keyed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Add the keys of a pair: the name as it reads, and which of like names it is."""
    keyed = frame.assign(name=frame[name].fillna("").astype(str).map(_plain))
    return keyed.assign(turn=keyed.groupby(["project", "name"]).cumcount())


def _plain(text: str) -> str:
    """Return a text without blanks, in half-width signs."""
    return "".join(narrow(text).split())


def _differences(both: pd.DataFrame, rules: DeskRules) -> Iterator[DeskFinding]:
    """Yield weights and targets of paired indicators that differ."""
    full = pd.to_numeric(both["approved_full"], errors="coerce").to_numpy()
    heavier = ~np.isnan(full) & (np.abs(both["full"].to_numpy() - full) > 0.005 + ROUNDING)
    for row in rows_of(both, heavier):
        yield desk_finding(
            "T14", row, f"{named(row)}批复分值 {number(row['approved_full'])}，自评表分值 {number(row['full'])}，权重批复后有调整",
            expected=number(row["approved_full"]), found=number(row["full"]), where=place(row, "full"),
            reason=Reason.TARGET_CHANGED,
        )  # fmt: skip
    given = _in_own_unit(both)
    now = both["target"].to_numpy(dtype=float)
    numeric = ~np.isnan(given) & ~np.isnan(now)
    pairs = zip(both["approved_target_text"].fillna("").astype(str), both["target_text"], strict=True)
    other = np.array([bool(theirs) and _says_other(theirs, ours) for theirs, ours in pairs], dtype=bool)
    changed = np.where(numeric, ~np.isclose(given, now, rtol=1e-9, atol=ROUNDING), other).astype(bool)
    changed |= numeric & _other_operator(both)
    part = both[changed].reset_index(drop=True)
    if part.empty:
        return
    moved, lowered = _under_approval(part, given[changed], rules)
    for row, shift, lower in zip(rows_of(part, slice(None)), moved, lowered, strict=True):
        what = "低于批复的目标值" if lower else "与批复的目标值不同"
        gives = (
            ""
            if np.isnan(shift)
            else f"；按批复目标应得 {points(row['score'] + shift)} 分，填报 {points(row['score'])} 分"
        )
        yield desk_finding(
            "E05", row, f"{named(row)}批复 {row['approved_target_text']}，自评表 {row['target_words']}，{what}，目标事后调整{gives}",
            expected=str(row["approved_target_text"]), found=row["target_text"], where=place(row, "target"),
            points=shift, reason=Reason.TARGET_CHANGED,
        )  # fmt: skip


def _in_own_unit(both: pd.DataFrame) -> Any:
    """Return the approved targets as numbers in the unit of the form: money may be approved in another one."""
    given = pd.to_numeric(both["approved_target"], errors="coerce").to_numpy(dtype=float, copy=True)
    units = list(zip(both["approved_unit"].fillna("").astype(str), both["unit"], strict=True))
    for place_, (theirs, ours) in enumerate(units):
        money = convert(float(given[place_]), theirs, ours) if theirs != ours and not np.isnan(given[place_]) else None
        given[place_] = given[place_] if money is None else money
    return given


def _says_other(theirs: str, ours: str) -> bool:
    """Whether two targets that are not both read as numbers differ: by their words, or by the numbers in them.

    A number that stands in columns of its own on one side (sign, unit) is the same number.
    """
    numbers = [_NUMBERS.findall(narrow(text).replace(",", "")) for text in (theirs, ours)]
    if all(numbers):
        return [float(one) for one in numbers[0]] != [float(one) for one in numbers[1]]
    return _plain(theirs) != _plain(ours)


def _other_operator(both: pd.DataFrame) -> Bools:
    """Return where both name an operator and not the same one."""
    theirs = both["approved_operator"].fillna("").astype(str).map(_operator)
    ours = both["operator"].map(_operator)
    return np.asarray((theirs != "") & (ours != "") & (theirs != ours))


def _operator(text: str) -> str:
    """Return the code of an operator; ``""`` where the text names none."""
    member = Operator.read(text)
    return "" if member is None else member.value


def _under_approval(part: pd.DataFrame, target: Any, rules: DeskRules) -> tuple[Any, Bools]:
    """Return the points of 100 that the approved target moves each item by, and where the target was made easier."""
    members = [Operator.read(text) for text in part["approved_operator"].fillna("").astype(str)]
    said = np.array([way_of(one) for one in members], dtype=np.int8)
    ways = np.where(said == UNDECLARED, part["way"].to_numpy(), said)
    approved = part.assign(
        target=target,
        way=ways,
        operator_code=np.array([operator_code(one) for one in members], dtype=np.int8),
        high=np.array([upper_limit(text) for text in part["approved_target_text"].fillna("").astype(str)], dtype=float),
    )
    usable = (
        (part["why"] == "").to_numpy() & (ways != UNDECLARED) & ~np.isnan(target) & part["value"].notna().to_numpy()
    )
    moved = np.full(len(part), np.nan)
    if usable.any():
        rows = approved[usable]
        rate = scored_as_declared(rows, rules)["rate"]
        moved[usable] = (rate * rows["own_full"] - rows["own_score"]).to_numpy() * rows["scale"].to_numpy()
    now = part["target"].to_numpy(dtype=float)
    lowered = ((ways == HIGHER) & (now < target)) | ((ways == LOWER) & (now > target))
    return moved, np.asarray(lowered)
