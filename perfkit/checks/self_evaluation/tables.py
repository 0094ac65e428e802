"""Self-evaluation forms as the checks look at them 复核用表: forms, items and fund lines with their project, typed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from perfkit.checks.self_evaluation.rules import EMPTY, NO_CAUSE, DeskRules
from perfkit.read.layout import narrow
from perfkit.read.numbers import MeasureError, convert, measure, plain_unit
from perfkit.read.self_evaluation.shapes import FORMS, FUNDS, ITEMS, SelfEvaluations
from perfkit.scoring.functions.points import EXACT, HIGHER, LOWER, NO_OPERATOR, RANGE
from perfkit.terms import Operator

EXECUTION: Final = "execution"
UNDECLARED: Final = -1
# Lines that make up the total line; a line whose name nobody recognised is not summed.
DETAILS: Final = ("appropriation", "carried_over", "other")
# Level-1 names as forms write them, by the word that tells them apart; the first that fits counts.
LEVEL1: Final = {
    "满意": "满意度指标", "成本": "成本指标", "产出": "产出指标", "效益": "效益指标", "效果": "效益指标", "执行": "预算执行率",
}  # fmt: skip
WAYS: Final = {
    Operator.AT_LEAST: HIGHER, Operator.MORE: HIGHER, Operator.AT_MOST: LOWER, Operator.LESS: LOWER,
    Operator.BETWEEN: RANGE, Operator.EQUAL: EXACT,
}  # fmt: skip
OPERATOR_CODES: Final = {member: place for place, member in enumerate(Operator)}
# A bare number with such a unit and no operator is a date (12月底前), not a quantity.
DATE_UNITS: Final = ("年", "月", "日", "号", "季", "时")
_NUMBERS_OF_FORMS = (
    "printed_rate", "execution_full", "execution_score", "total_full", "total", "budget_begin", "budget", "executed", "unread",
)  # fmt: skip
_NUMBERS_OF_ITEMS = ("target", "actual", "full", "score", "own_full", "own_score", "row")
_NUMBERS_OF_FUNDS = ("budget_begin", "budget", "executed", "full", "rate", "score", "row")
_OF_PROJECT = ("department", "agency", "project")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeskTables:
    """Typed frames of the desk check 复核用表.

    ``forms``: FORMS with the project's department, agency and name, ``money``, ``due``, ``submitted``, ``listed``.
    ``items``: ITEMS with project and form, ``execution`` rows among them, plus ``kind`` (quantitative, qualitative,
    execution), ``way``, ``operator_code``, ``high``, ``why`` (why a quantitative item cannot be computed), ``caused``, and target and
    actual in ``words`` with the sign and unit that stand in columns of their own.
    ``funds``: FUNDS, a line made of the form's own figures where it has none. ``cells``: (form, role) → cell.
    """

    rules: DeskRules
    forms: pd.DataFrame
    items: pd.DataFrame
    funds: pd.DataFrame
    projects: pd.DataFrame
    cells: Mapping[tuple[str, str], str] = field(default_factory=dict)
    rate_texts: Mapping[tuple[str, int], str] = field(default_factory=dict)


def desk_tables(evaluations: SelfEvaluations, projects: pd.DataFrame, rules: DeskRules) -> DeskTables:
    """Return the frames of the desk check 复核用表.

    Parameters
    ----------
    evaluations : forms as read, ``forms.project`` already the code in the list of projects ("" where none fits).
    projects : the list of projects with the columns of ``PROJECTS``.
    rules : what the forms are held against.
    """
    listed = projects.drop_duplicates("project").set_index("project")
    forms = _typed(evaluations.forms, FORMS, _NUMBERS_OF_FORMS)
    forms["listed"] = forms["project"].isin(listed.index) & (forms["project"] != "")
    known = listed.reindex(forms["project"])
    for column in ("department", "agency", "name"):
        given = known[column].fillna("").astype(str).to_numpy() if column in known else np.full(len(forms), "")
        forms[column] = np.where(given != "", given, forms[column])
    forms["money"] = pd.to_numeric(known["money"], errors="coerce").to_numpy() if len(listed) else np.nan
    for column in ("due", "submitted"):
        dates = pd.to_datetime(known[column], errors="coerce") if column in known else pd.Series(pd.NaT, known.index)
        forms[column] = dates.to_numpy()
    heads = forms.set_index("form")
    items = _with_execution(_typed(evaluations.items, ITEMS, _NUMBERS_OF_ITEMS), forms)
    items = _placed(items, heads)
    values = evaluations.values
    return DeskTables(
        rules=rules,
        forms=forms,
        items=_read(items, rules),
        funds=_placed(_with_lines(_typed(evaluations.funds, FUNDS, _NUMBERS_OF_FUNDS), forms), heads),
        projects=projects,
        cells=_cells(values),
        rate_texts=_rate_texts(values),
    )


def empty(column: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return which cells nobody filled in 空白: nothing, a dash or a stroke."""
    return np.asarray(column.isin(EMPTY))


def _typed(frame: pd.DataFrame, columns: tuple[str, ...], numbers: tuple[str, ...]) -> pd.DataFrame:
    """Return a frame with numbers as floats and everything else as stripped text."""
    typed: dict[str, Any] = {}
    for name in columns:
        column = frame[name] if name in frame else pd.Series(np.nan, frame.index)
        if name in numbers:
            typed[name] = pd.to_numeric(column, errors="coerce").astype(float).to_numpy()
        else:
            typed[name] = column.where(column.notna(), "").astype(str).str.strip().to_numpy()
    return pd.DataFrame(typed, columns=list(columns))


def _with_execution(items: pd.DataFrame, forms: pd.DataFrame) -> pd.DataFrame:
    """Add the scored execution row of forms whose items do not hold it."""
    has = set(items.loc[items["item"] == EXECUTION, "form"])
    lacking = forms[~forms["form"].isin(has) & forms["execution_full"].notna()]
    if lacking.empty:
        return items
    rows = pd.DataFrame(dict.fromkeys(ITEMS, ""), index=lacking.index)
    rows["form"], rows["file"], rows["sheet"] = lacking["form"], lacking["file"], lacking["sheet"]
    rows["item"], rows["level1"], rows["level3"] = EXECUTION, "预算执行率", "预算执行率"
    for name in _NUMBERS_OF_ITEMS:
        rows[name] = np.nan
    rows["full"] = rows["own_full"] = lacking["execution_full"]
    rows["score"] = rows["own_score"] = lacking["execution_score"]
    return pd.concat([items, rows], ignore_index=True)


def _with_lines(funds: pd.DataFrame, forms: pd.DataFrame) -> pd.DataFrame:
    """Add a total line of the form's own figures where no total line was read."""
    has = set(funds.loc[funds["line"] == "total", "form"])
    lacking = forms[~forms["form"].isin(has) & (forms["budget"].notna() | forms["executed"].notna())]
    if lacking.empty:
        return funds
    rows = pd.DataFrame(dict.fromkeys(FUNDS, ""), index=lacking.index)
    for name in ("form", "file", "sheet", "budget_begin", "budget", "executed"):
        rows[name] = lacking[name]
    rows["row"], rows["line"], rows["label"] = -1.0, "total", "年度资金总额"
    rows["rate"], rows["full"], rows["score"] = (
        lacking["printed_rate"],
        lacking["execution_full"],
        lacking["execution_score"],
    )
    return pd.concat([funds, rows], ignore_index=True)


def _placed(rows: pd.DataFrame, heads: pd.DataFrame) -> pd.DataFrame:
    """Give each row the department, agency and project of its form; rows of no form are left out."""
    rows = rows[rows["form"].isin(heads.index)].reset_index(drop=True)
    own = heads.loc[rows["form"], list(_OF_PROJECT)]
    for column in _OF_PROJECT:
        rows[column] = own[column].to_numpy()
    return rows


def _read(items: pd.DataFrame, rules: DeskRules) -> pd.DataFrame:
    """Add what the checks ask of each item: its kind, its direction, whether actual and target can be compared."""
    for name in ("full", "score"):
        items[f"own_{name}"] = items[f"own_{name}"].where(items[f"own_{name}"].notna(), items[name])
    items["scale"] = np.where(
        items["own_full"] > 0, items["full"] / items["own_full"].where(items["own_full"] > 0), 1.0
    )
    items["scale"] = items["scale"].fillna(1.0)
    names = {text: next((name for word, name in LEVEL1.items() if word in text), text) for text in set(items["level1"])}
    items["level1"] = [names[text] for text in items["level1"]]
    operators = {text: Operator.read(text) for text in set(items["operator"])}
    written = [operators[text] for text in items["operator"]]
    items["operator_code"] = np.array([operator_code(one) for one in written], dtype=np.int8)
    dated = (items["operator_code"] == NO_OPERATOR) & items["unit"].str.startswith(DATE_UNITS)
    measured = items["target"].notna() & ~dated
    items["kind"] = np.where(items["item"] == EXECUTION, EXECUTION, np.where(measured, "quantitative", "qualitative"))
    ranged = zip(written, items["target_text"], strict=True)
    items["high"] = np.array(
        [upper_limit(text) if one is Operator.BETWEEN else np.nan for one, text in ranged], dtype=float
    )
    items["way"] = _ways(items, np.array([way_of(one) for one in written], dtype=np.int8), rules)
    items["caused"] = ~items["cause"].isin(NO_CAUSE)
    items["value"], items["why"] = _comparable(items)
    signs = ["" if one is None or one is Operator.BETWEEN else one.label for one in written]
    for name, marks in (("target", signs), ("actual", [""] * len(items))):
        parts = zip(marks, items[f"{name}_text"], items["unit"], strict=True)
        items[f"{name}_words"] = [_whole(mark, text, unit) for mark, text, unit in parts]
    return items


def _whole(mark: str, text: str, unit: str) -> str:
    """Return a number with the sign and the unit that stand in columns of their own on some forms."""
    bare = text[:1].isdigit() and text[-1:].isdigit()
    return f"{mark}{text}{unit}" if bare else text


def operator_code(operator: Operator | None) -> int:
    """Return the position of an operator as the kernels take it 运算符代码; −1 for none."""
    return NO_OPERATOR if operator is None else OPERATOR_CODES[operator]


def way_of(operator: Operator | None) -> int:
    """Return the direction that an operator says 指标方向; −1 where there is none."""
    return UNDECLARED if operator is None else WAYS[operator]


def _ways(items: pd.DataFrame, said: np.ndarray[Any, Any], rules: DeskRules) -> np.ndarray[Any, Any]:
    """Return the direction of each item: what its operator says, else undeclared, save for what cannot be otherwise."""
    bare = said == UNDECLARED
    # A rate cannot exceed 100 %: a bare 100% means = 100%.
    whole = bare & ((items["target"] == 100.0) & (items["unit"] == "%")).to_numpy()
    equal = bare & (items["target"] == items["actual"]).to_numpy()
    ways = np.where(whole | equal, EXACT, said)
    if rules.choices.undeclared == "higher":
        cost = ((items["level1"] == "成本指标") | items["level2"].str.contains("成本")).to_numpy(dtype=bool)
        ways = np.where((ways == UNDECLARED) & ~cost, HIGHER, ways)
    return ways.astype(np.int8)


def upper_limit(text: str) -> float:
    """Return the upper limit of a range as written 区间上限; NaN where the text is none."""
    try:
        high = measure(text).high
    except MeasureError:
        return float("nan")
    return float("nan") if high is None else high


def _unit(text: str) -> str:
    """Return the unit behind a number; ``""`` where the text is no number or has none."""
    try:
        return measure(text).unit
    except MeasureError:
        return ""


def _comparable(items: pd.DataFrame) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the actual value in the unit of the target, and why it cannot be compared ("" where it can)."""
    units = {text: _unit(text) for text in set(items["actual_text"])}
    theirs = np.array([units[text] for text in items["actual_text"]], dtype=object)
    value, why = items["actual"].to_numpy(copy=True), np.full(len(items), "", dtype=object)
    measured = (items["kind"] == "quantitative").to_numpy() & ~np.isnan(value)
    plain = {text: plain_unit(text)[0] for text in set(items["unit"])}
    ours = np.array([plain[text] for text in items["unit"]], dtype=object)
    differs = measured & (theirs != "") & (ours != "") & (theirs != ours)
    for place in np.flatnonzero(differs):
        money = convert(float(value[place]), str(theirs[place]), str(ours[place]))
        if money is None:
            why[place] = f"单位不同：目标值为“{ours[place]}”，实际值为“{theirs[place]}”"
        else:
            value[place] = money
    target = items["target"].to_numpy()
    percent = measured & ((ours == "%") ^ (theirs == "%")) & ((ours == "") | (theirs == ""))
    small, large = np.minimum(np.abs(value), np.abs(target)), np.maximum(np.abs(value), np.abs(target))
    ambiguous = percent & (small > 0) & (small <= 1.0) & (large > 1.5)
    why[ambiguous] = "一处写百分数、一处写小数，无法判断是否同一口径"
    share = measured & (ours == "%") & (items["level1"] == "满意度指标").to_numpy()
    outside = share & ((value > 100.0) | (value < 0.0))
    why[outside] = "满意度超出 0%～100%"
    lost = measured & (why == "") & (items["way"] == UNDECLARED).to_numpy()
    why[lost] = "没有写明方向（≥、≤、＝），实际值与目标值不等"
    no_limit = measured & (items["way"] == RANGE).to_numpy() & items["high"].isna().to_numpy() & (why == "")
    why[no_limit] = "区间的上限没有读出"
    return value, why


def _cells(values: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return the cell of what stands once a form, by form and role."""
    if values.empty:
        return {}
    once = values[values["row"] == -1]
    return dict(zip(zip(once["form"], once["role"], strict=True), once["cell"].astype(str), strict=True))


def _rate_texts(values: pd.DataFrame) -> dict[tuple[str, int], str]:
    """Return execution rates as they are printed, by form and row."""
    if values.empty:
        return {}
    rates = values[values["role"] == "rate"]
    keys = zip(rates["form"], rates["row"].astype(int), strict=True)
    return dict(zip(keys, rates["text"].map(lambda text: narrow(str(text))), strict=True))
