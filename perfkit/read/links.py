"""Checks between the sheets of one workbook 表间核对: codes that lead nowhere, inputs a scoring function lacks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from perfkit.errors import Problem
from perfkit.read.cells import Cell, near, written
from perfkit.read.percents import percent_problems
from perfkit.read.rows import Row
from perfkit.terms import (
    INPUTS,
    JUDGED,
    LIMIT_PARAMETER,
    CheckpointOutcome,
    Phase,
    RollUp,
    ScoringFunction,
    ScoringInput,
    Severity,
)

SHARE_TOLERANCE = 0.002  # three shares of 33.3 % are meant as one whole
Tables = Mapping[str, Sequence[Row]]

_CODE_COLUMNS = (
    ("checkpoints", "code"), ("variables", "code"), ("units", "code"), ("experts", "code"),
    ("surveys", "indicator"), ("problems", "indicators"), ("comments", "indicators"),
)  # fmt: skip
_EVIDENCE_COLUMNS = (("indicators", "evidence"), ("checkpoints", "evidence"), ("fieldwork", "evidence"))
_READS_TARGET = frozenset({
    *LIMIT_PARAMETER, *(function for function, groups in INPUTS.items() if any("target" in group for group in groups)),
})  # fmt: skip
_INPUT_WORDS = {name.value: name.label for name in ScoringInput} | {
    "actual": "实际值，或分子和分母，或计算变量",
    "given": "直接得分，或专家评分",
}
_WORD = re.compile(r"[^\W\d]\w*(?!\w*\s*\()")


def check_links(tables: Tables, overview: Mapping[str, Cell], names: Mapping[str, str], file: str) -> list[Problem]:
    """Return what does not fit together between the sheets of a workbook 表间核对.

    Parameters
    ----------
    tables : rows by sheet code. overview : 概况.
    names : sheet code and the name the workbook gives it, for sheets that are there.
    file : file name for messages about a whole sheet.
    """
    problems: list[Problem] = []
    indicators = {row.text("code"): row for row in tables["indicators"]}
    if not tables["indicators"] and "indicators" in names:
        where = f"{file} › {names['indicators']}"
        problems.append(_problem("WB-EMPTY", where, "至少一个指标", "没有填写指标", "在表头下逐行填写指标"))
    for sheet, column in _CODE_COLUMNS if indicators else ():
        problems.extend(_dangling(tables[sheet], column, indicators, "指标编码", Severity.ERROR))
    evidence = {row.text("id") for row in tables["evidence"]}
    if evidence:
        for sheet, column in _EVIDENCE_COLUMNS:
            problems.extend(_dangling(tables[sheet], column, evidence, "证据编号", Severity.WARNING))
    elif cited := [row["evidence"] for sheet, _ in _EVIDENCE_COLUMNS for row in tables[sheet] if row.value("evidence")]:
        found = f"引用了 {len(cited)} 处，证据表为空"
        problems.append(_warning("WB-EVIDENCE", str(cited[0].address), "“证据”表中的编号", found, "填写“证据”表"))
    surveys = {row.text("id") for row in tables["surveys"]}
    problems.extend(_dangling(tables["survey_counts"], "id", surveys, "问卷编号", Severity.ERROR))
    problems.extend(_surveys_without_data(tables))
    for row in tables["indicators"]:
        problems.extend(_indicator(row, tables))
    problems.extend(_phase(tables["indicators"], overview["phase"]))
    problems.extend(_scores(tables, indicators))
    return problems


def _problem(
    code: str, where: str, expected: str, found: str, mend: str, severity: Severity = Severity.ERROR
) -> Problem:
    """Return a problem."""
    return Problem(code=code, where=where, expected=expected, found=found, mend=mend, severity=severity)


def _warning(code: str, where: str, expected: str, found: str, mend: str) -> Problem:
    """Return a warning."""
    return _problem(code, where, expected, found, mend, Severity.WARNING)


def _dangling(rows: Sequence[Row], column: str, known: Iterable[str], what: str, severity: Severity) -> list[Problem]:
    """Return codes that name nothing."""
    words = set(known)
    problems = []
    for row in rows:
        value = row.value(column, ())
        for code in (value,) if isinstance(value, str) else value:
            if code not in words:
                mend = near(code, words) or f"改正编码，或补上该{what.removesuffix('编码').removesuffix('编号')}"
                where = str(row[column].address)
                problems.append(_problem("WB-DANGLING", where, f"已有的{what}", f"「{code}」", mend, severity))
    return problems


def _surveys_without_data(tables: Tables) -> list[Problem]:
    """Return surveys that have neither a raw export nor counts."""
    counted = {row.text("id") for row in tables["survey_counts"]}
    return [
        _warning(
            "WB-SURVEY",
            str(row["id"].address),
            "原始数据文件或“问卷统计”",
            "两者都没有",
            "补充其一，否则满意度无法计算",
        )
        for row in tables["surveys"]
        if row.text("id") and row.value("file") is None and row.text("id") not in counted
    ]


def _of(tables: Tables, sheet: str, code: str) -> list[Row]:
    """Return the rows of another sheet that belong to an indicator."""
    return [row for row in tables[sheet] if row.text("code") == code]


def _indicator(row: Row, tables: Tables) -> list[Problem]:
    """Hold one indicator against its other sheets."""
    code = row.text("code")
    function = row.value("function")
    if not code or function is None:
        return []
    problems = _full_score(row)
    problems.extend(_absence_and_value(row))
    points, units = _of(tables, "checkpoints", code), _of(tables, "units", code)
    present = row.value("absence") is None
    if function is ScoringFunction.CHECKPOINTS and present:
        problems.extend(_checkpoints(row, points))
    elif points and function is not ScoringFunction.CHECKPOINTS:
        found = f"计分方法为{function.label}，评价要点不参与计分"
        where = str(points[0]["code"].address)
        problems.append(_warning("WB-POINTS", where, "要点计分的指标", found, "改计分方法，或删除这些要点"))
    problems.extend(_target(row, function))
    problems.extend(_switch(row, function))
    problems.extend(_units(row, units))
    problems.extend(_formula(row, _of(tables, "variables", code)))
    if present:
        problems.extend(_inputs(row, function, tables, units))
        problems.extend(percent_problems(row, function, surveyed=_surveyed(code, tables)))
    return problems


def _surveyed(code: str, tables: Tables) -> bool:
    """Whether a survey gives the actual value of an indicator."""
    return any(code in survey.value("indicator", ()) for survey in tables["surveys"])


def _phase(rows: Iterable[Row], phase: Cell) -> list[Problem]:
    """Ask for 项目阶段 where a scoring function judges unfinished projects otherwise; once, it is one cell."""
    function = ScoringFunction.EXECUTION_INTERVAL_2021
    asking = [row for row in rows if row.value("function") is function and row.value("absence") is None]
    if not asking or phase.raw:
        return []
    expected = f"{function.label}需要的项目阶段（{'、'.join(Phase.labels())}）"
    found = f"空缺（指标 {'、'.join(row.text('code') for row in asking)}）"
    return [_problem("WB-INPUT", f"{phase.address}（项目阶段）", expected, found, "在“概况”中选择项目阶段")]


def _full_score(row: Row) -> list[Problem]:
    """Refuse a full score that is not positive."""
    value = row.value("full_score")
    if value is None or value > 0:
        return []
    return [
        _problem(
            "WB-RANGE",
            f"{row['full_score'].address}（分值）",
            "大于 0 的分值",
            f"「{row['full_score'].raw}」",
            "改正分值",
        )
    ]


def _absence_and_value(row: Row) -> list[Problem]:
    """Refuse an absence beside a value."""
    absence = row.value("absence")
    filled = [code for code in ("actual", "given_score", "numerator") if row.value(code) is not None]
    if absence is None or not filled:
        return []
    cell = row[filled[0]]
    expected = f"空白（状态为「{absence.label}」，{row['absence'].address.cell}）"
    return [_problem("WB-ABSENCE", str(cell.address), expected, f"「{cell.raw}」", "清空数值，或清空状态")]


def _checkpoints(row: Row, points: Sequence[Row]) -> list[Problem]:
    """Hold the checkpoints of one item together."""
    if not points:
        expected, found = "“评价要点”表中的要点", f"指标 {row.text('code')} 没有要点"
        return [_problem("WB-POINTS", str(row["function"].address), expected, found, "逐条填写评价要点和判定")]
    problems = [problem for point in points for problem in _checkpoint(point)]
    shares = [point.value("share") for point in points]
    given = [share for share in shares if share is not None]
    where = f"{points[0]['share'].address}（占比）"
    if given and len(given) < len(shares):
        found = f"{len(shares)} 个要点中 {len(given)} 个有占比"
        problems.append(_problem("WB-SHARE", where, "各要点都填占比，或都不填", found, "补齐或清空占比"))
    elif given and abs(math.fsum(given) - 1) > SHARE_TOLERANCE:
        found = f"合计 {math.fsum(given):.2%}（指标 {row.text('code')}）"
        problems.append(_problem("WB-SHARE", where, "占比合计 100%", found, "改正各要点占比"))
    return problems


def _checkpoint(point: Row) -> list[Problem]:
    """Refuse a checkpoint without a judgement."""
    outcome, factor = point.value("outcome"), point.value("factor")
    measured = point.value("actual") is not None and point.value("plan") is not None
    where = f"{point['outcome'].address}（判定）"
    if outcome is None and factor is None and not measured:
        return [_problem("WB-POINTS", where, "判定、系数，或实际数和计划数", "空白", "填写要点判定")]
    if outcome is CheckpointOutcome.PARTLY and factor is None:
        where = f"{point['factor'].address}（系数）"
        return [_problem("WB-POINTS", where, "部分符合的得分系数", "空白", "填写 0 到 1 之间的系数")]
    if outcome is CheckpointOutcome.PROPORTIONAL and not measured:
        where = f"{point['actual'].address}（实际数）"
        return [_problem("WB-POINTS", where, "按比例要点的实际数和计划数", "空白", "补充实际数和计划数")]
    return []


def _target(row: Row, function: ScoringFunction) -> list[Problem]:
    """Refuse words as the target of an arithmetic scoring function."""
    cell = row["target"]
    if not isinstance(cell.value, str) or function not in _READS_TARGET:
        return []
    expected = f"{function.label}需要的数值目标，如 50、≥50个 或 80~100"
    return [
        _problem(
            "WB-NUMBER", f"{cell.address}（目标值）", expected, f"「{cell.raw}」", "填写数值目标，或改用定性的计分方法"
        )
    ]


def _switch(row: Row, function: ScoringFunction) -> list[Problem]:
    """Refuse 是 and 否 as the value of a measured indicator."""
    cell = row["actual"]
    if cell.value is None or cell.raw.strip() not in ("是", "否") or function in JUDGED:
        return []
    return [
        _problem(
            "WB-NUMBER", f"{cell.address}（实际值）", "数值", f"「{cell.raw}」", "填写数值，或把计分方法改为是否判定"
        )
    ]


def _units(row: Row, units: Sequence[Row]) -> list[Problem]:
    """Hold an indicator scored per unit against its unit table."""
    roll_up = row.value("roll_up")
    if roll_up is not None and not units:
        found = f"指标 {row.text('code')} 没有分单位数据"
        return [
            _problem("WB-UNITS", str(row["roll_up"].address), "“分单位”表中的数据", found, "补充数据，或清空分单位汇总")
        ]
    if units and roll_up is None:
        where = f"{row['roll_up'].address}（分单位汇总）"
        return [_problem("WB-UNITS", where, "、".join(RollUp.labels()), "空白", "选择分单位数据的汇总方式")]
    weight = {RollUp.MONEY: "money", RollUp.COUNT: "count"}.get(roll_up) if roll_up is not None else None
    needed = [code for code in ("actual", weight) if code is not None]
    return [
        _problem(
            "WB-UNITS", str(unit[code].address), f"{unit.text('agency')}的数值", "空白", "补充该单位数据，或删除该行"
        )
        for unit in units
        for code in needed
        if unit.value(code) is None
    ]


def _formula(row: Row, variables: Sequence[Row]) -> list[Problem]:
    """Refuse a formula that names a variable nobody gave."""
    formula = row.text("formula")
    known = {line.text("variable") for line in variables}
    problems = []
    for word in dict.fromkeys(_WORD.findall(formula)):
        if word not in known:
            mend = near(word, known) or "在“计算变量”表补充该变量"
            where = f"{row['formula'].address}（计算公式）"
            problems.append(_problem("WB-FORMULA-NAME", where, "“计算变量”中的变量", f"「{word}」", mend))
    return problems


def _inputs(row: Row, function: ScoringFunction, tables: Tables, units: Sequence[Row]) -> list[Problem]:
    """Return the inputs that a scoring function needs and does not find."""
    code = row.text("code")
    if function is ScoringFunction.QUALITATIVE_BANDS and row.value("label") is None:
        missing = [("label", "定性结论")]
    else:
        names = () if units and function is not ScoringFunction.GIVEN else _missing(function, _given(row, tables))
        missing = [("given_score" if name == "given" else name, _INPUT_WORDS[name]) for name in names]
    return [
        _problem("WB-INPUT", f"{_place(row[name])}", f"{function.label}需要的{words}", f"指标 {code} 空缺",
                 "补充数值；确实没有的，填 不适用、缺失 或 未到期")
        for name, words in missing
    ]  # fmt: skip


def _given(row: Row, tables: Tables) -> set[str]:
    """Return the inputs of an indicator that are there, typed or to be computed; 项目阶段 is asked for apart."""
    code = row.text("code")
    given = {name for name in ("actual", "numerator", "denominator", "target") if row.value(name) is not None}
    given.add(ScoringInput.FINISHED.value)
    if _surveyed(code, tables) or _of(tables, "variables", code):
        given.add("actual")
    if row.value("label") is not None:
        given.update(JUDGED.values())
    if row.value("given_score") is not None or _of(tables, "experts", code):
        given.add("given")
    return given


def _missing(function: ScoringFunction, given: set[str]) -> list[str]:
    """Return what is missing of the group of inputs that comes nearest, of a typed actual value rather than a quotient."""
    groups = [[name for name in group if name not in given] for group in INPUTS[function]]
    return min(groups, key=lambda names: (len(names), "actual" not in names))


def _place(cell: Cell) -> str:
    """Return where a cell stands."""
    return str(cell.address)


def _scores(tables: Tables, indicators: Mapping[str, Row]) -> list[Problem]:
    """Refuse scores outside 0 … full score; printed ones are only warned about."""
    problems: list[Problem] = []
    places = [
        (row, column, row, severity)
        for row in tables["indicators"]
        for column, severity in (
            ("given_score", Severity.ERROR), ("published_score", Severity.WARNING), ("self_score", Severity.WARNING)
        )
    ]  # fmt: skip
    places += [
        (row, "score", indicators[row.text("code")], Severity.ERROR)
        for row in tables["experts"]
        if row.text("code") in indicators
    ]
    for row, column, indicator, severity in places:
        score, full = row.value(column), indicator.value("full_score")
        if score is not None and full is not None and not 0 <= score <= full:
            expected = f"0 到满分 {written(full)} 之间的分数"
            where, found = str(row[column].address), f"「{row[column].raw}」"
            problems.append(_problem("WB-RANGE", where, expected, found, "改正得分或分值", severity))
    return problems
