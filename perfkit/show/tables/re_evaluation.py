"""Tables of a re-evaluation 再评价结果表: scope, changes, inflation, grades, dimensions, reasons, estimates, handling."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from perfkit.show.numbers import BLANK, format_value, is_missing
from perfkit.show.tables.departments import Look, of_all, table_by_department
from perfkit.show.tables.fields import Field, Records, plain_text, require
from perfkit.show.tables.table import Column, Row, Table, TableCell, text_cell
from perfkit.terms import Estimand, Reason, SampleDesign, ScoreChange, Selection

LEVELS = {"projects": "项目", "items": "指标", "money": "资金"}
UNITS = {"projects": "项目（个）", "items": "指标（项）", "money": "资金（万元）"}
DIRECTIONS = (ScoreChange.LOWERED, ScoreChange.EQUAL, ScoreChange.RAISED)
HEADLINE_COLUMNS = ("department", "level", "direction", "reason", "count", "of", "share")
SHARES = (Estimand.SHARE_CHANGED.value, Estimand.MONEY_WRONG.value)
METHODOLOGY = "统计结果属于方法，国家规定没有给出数字。"
SENTENCES = {
    # said below the table, once
    "UNREVIEWED_NOT_ADJUSTED": "",
    "ALL_RE_SCORED": "全部项目均已再评",
    "NONE_RE_SCORED": "没有再评项目",
}
REASON_WORDS = {"unstated": "未写明原因", "total_only": "只评总分"}
# the order of the national form; other indicators follow as they come
TREE = (
    ("成本指标", ("经济成本指标", "社会成本指标", "生态环境成本指标")),
    ("产出指标", ("数量指标", "质量指标", "时效指标", "成本指标")),
    ("效益指标", ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标")),
    ("满意度指标", ("服务对象满意度指标",)),
    ("预算执行率", ()),
)
MEANINGS = (
    "原因的含义（本次再评价约定）：依据不足，资料不足以支持所填情况；佐证缺失，没有提供应有的佐证；实际值无来源，填报数没有台账或报表来源；口径不符，"
    "计算范围与目标值不一致；计算错误，表内计算有误；应扣未扣，未达标而没有扣分；目标偏低、目标值事后调整，以原定或合理的目标重算；"
    "标准理解不同，事实没有分歧，自评和再评对达成程度或评分标准的把握宽严不同；应得未得，自评少计，予以补计。"
)
ONLY_TOTAL = "有项目而没有指标的，是指标得分未变而总分不同：自评表印出的总分与各项得分之和不一致，或者只评了总分。"
SIGN = "自评偏高幅度＝自评得分－再评价得分；负数为自评偏低。"


def quantity(value: Any, estimand: str) -> str:
    """Return an estimate as it is printed: a share as percent, a difference in points; — where there is none."""
    return format_value(value, "rate" if estimand in SHARES else "points", missing=BLANK)


def between(low: Any, high: Any, estimand: str = "") -> str:
    """Return an interval as it is printed ``[a, b]``; — where one limit is missing."""
    if is_missing(low) or is_missing(high):
        return BLANK
    return f"[{quantity(low, estimand)}, {quantity(high, estimand)}]"


def design_words(codes: Any) -> str:
    """Return codes of designs as words 抽样设计; several are parted by ``+``."""
    found = [(part, SampleDesign.read(part) or Selection.read(part)) for part in plain_text(codes).split("+") if part]
    return "、".join(part if member is None else member.label for part, member in found)


def reason_words(codes: Any) -> str:
    """Return codes of reasons as words 原因; several are parted by blanks or stops."""
    parts = [part for part in re.split(r"[\s,;、，；]+", plain_text(codes)) if part]
    found = [(part, Reason.read(part)) for part in parts]
    return "、".join(REASON_WORDS.get(part, part) if member is None else member.label for part, member in found)


def tree_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of indicators in the order of the national form 按表式排列, those it does not name last."""
    places = {level1: place for place, (level1, _) in enumerate(TREE, start=1)}
    inner = {(level1, level2): place for level1, named in TREE for place, level2 in enumerate(named, start=1)}
    departments = {name: place for place, name in enumerate(dict.fromkeys(frame["department"].map(plain_text)))}
    level2s = frame["level2"] if "level2" in frame.columns else frame["level1"].map(lambda _: "")

    def key(row: tuple[str, str, str]) -> tuple[int, int, int]:
        name, level1, level2 = row
        first = places.get(level1, len(places) + 1) if level1 else 0
        return departments[name], first, inner.get((level1, level2), 99) if level2 else 0

    rows = [*zip(*(column.map(plain_text) for column in (frame["department"], frame["level1"], level2s)), strict=True)]
    return frame.iloc[sorted(range(len(rows)), key=lambda place: key(rows[place]))]


def table_scope(frame: pd.DataFrame, *, records: Records | None = None) -> Table:
    """Return what was checked and re-scored 再评价范围, a row a department.

    Parameters
    ----------
    frame : ``department``, ``projects``, ``money``, ``forms``, ``missing_forms``, ``unread``, ``sampled``, ``re_scored``,
        ``double_scored``, ``money_re_scored``.
    """
    fields = (
        Field("projects", "应自评项目", 1.9, "count", "right"),
        Field("money", "资金（万元）", 2.3, "money", "right"),
        Field("forms", "读入自评表", 1.5, "count", "right"),
        Field("missing_forms", "缺自评表", 1.4, "count", "right"),
        Field("unread", "无法读取", 1.4, "count", "right"),
        Field("sampled", "抽中", 1.2, "count", "right"),
        Field("re_scored", "已再评", 1.3, "count", "right"),
        Field("double_scored", "双评", 1.2, "count", "right"),
        Field("money_re_scored", "再评资金（万元）", 2.3, "money", "right"),
    )
    keys = {field.column: field.column for field in fields} | {"missing_forms": "missing"}
    look = Look(name="re-evaluation-scope", caption="复核与再评范围", font="small")
    return table_by_department(frame, fields, look, records=records, keys=keys)


def table_headline(frame: pd.DataFrame, *, records: Records | None = None) -> Table:
    """Return shares of projects, items and money by direction 得分变动方向.

    Parameters
    ----------
    frame : ``department``, ``level`` (projects, items, money), ``direction``, ``reason`` (``""``: all), ``count``, ``of``,
        ``share``.
    """
    require(frame, "change-headline", HEADLINE_COLUMNS)
    whole = frame[frame["reason"].map(plain_text) == ""]
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for row in whole.to_dict(orient="records"):
        level = plain_text(row["level"])
        start = {
            "department": row["department"],
            "level": level,
            "level_words": LEVELS.get(level, level),
            "of": _amount(row["of"], level),
        }
        line = lines.setdefault((plain_text(row["department"]), level), start)
        line[plain_text(row["direction"])] = _with_share(row, level)
    names = [*dict.fromkeys(department for department, _ in lines)]
    ordered = [lines[name, level] for name in names for level in LEVELS if (name, level) in lines]
    fields = (
        Field("level_words", "口径", 1.2, align="center"),
        Field("of", "再评合计", 2.0, align="right"),
        *(Field(way.value, way.label, 3.3, align="right") for way in DIRECTIONS),
    )
    look = Look(
        name="change-headline",
        caption="再评得分变动方向",
        font="small",
        notes=(
            "项目以个、指标以项、资金以万元计；括号内为占再评合计的比例，以再评项目为限。调减指再评价得分低于自评得分。",
        ),
        empty="没有再评项目",
    )
    return table_by_department(pd.DataFrame(ordered, columns=_columns(fields)), fields, look)


def _columns(fields: tuple[Field, ...]) -> list[str]:
    return ["department", *(field.column for field in fields)]


def _amount(value: Any, level: str) -> str:
    """Return a count, or money in 万元, as text; — where there is none."""
    return format_value(value, "money" if level == "money" else "count", missing=BLANK)


def _with_share(row: Mapping[Any, Any], level: str) -> str:
    return f"{_amount(row['count'], level)} ({format_value(row['share'], 'rate', missing=BLANK)})"


def table_headline_reasons(frame: pd.DataFrame) -> Table:
    """Return what changed by direction and reason, all departments together 得分变动方向与原因.

    Parameters
    ----------
    frame : as for :func:`table_headline`; the rows of all departments that name a reason.
    """
    require(frame, "change-headline-reasons", HEADLINE_COLUMNS)
    named = of_all(frame[frame["reason"].map(plain_text) != ""])
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for row in named.to_dict(orient="records"):
        level, way, reason = (plain_text(row[column]) for column in ("level", "direction", "reason"))
        start = {"department": "", "direction": way, "reason": reason_words(reason), **dict.fromkeys(LEVELS, BLANK)}
        lines.setdefault((way, reason), start)[level] = _with_share(row, level)
    order = {way.value: place for place, way in enumerate(DIRECTIONS)}
    alone = any(line["items"] == BLANK and line["projects"] != BLANK for line in lines.values())
    ordered = [lines[key] for key in sorted(lines, key=lambda key: order.get(key[0], len(order)))]
    fields = (
        Field("direction", "方向", 1.6, align="center", term=ScoreChange),
        Field("reason", "原因", 3.2),
        *(Field(level, words, 3.5, align="right") for level, words in UNITS.items()),
    )
    look = Look(
        name="change-headline-reasons",
        caption="得分变动按方向和原因",
        font="small",
        notes=(
            "同一项目可有多个原因，各原因占比之和可以超过合计。项目、资金按项目总分的变动方向计，指标按各指标的变动方向计。",
            ONLY_TOTAL if alone else "",
        ),
        empty="没有登记原因的变动",
    )
    return table_by_department(pd.DataFrame(ordered, columns=_columns(fields)), fields, look)


def table_inflation(frame: pd.DataFrame, *, records: Records | None = None, level: str = "") -> Table:
    """Return mean and median inflation of the sample, and the estimate for all projects 自评偏高幅度.

    Parameters
    ----------
    frame : ``department``, ``n``, ``population``, ``mean``, ``median`` (of the sample), ``estimate``, ``low``, ``high`` (by
        design, NaN where only counts are said), ``sentence``; points of 100.
    level : the confidence level as printed.
    """
    wanted = ("department", "n", "population", "mean", "median", "estimate", "low", "high", "sentence")
    require(frame, "inflation", wanted)
    plain = frame.to_dict(orient="records")
    shown = frame.assign(
        interval=[between(row["low"], row["high"]) for row in plain],
        said=[SENTENCES.get(str(row["sentence"]), str(row["sentence"])) for row in plain],
    )
    fields = (
        Field("population", "应自评（个）", 1.5, "count", "right"),
        Field("n", "已再评（个）", 1.5, "count", "right"),
        Field("mean", "样本平均（分）", 1.9, "points", "right"),
        Field("median", "样本中位数（分）", 2.0, "points", "right"),
        Field("estimate", "总体平均估计（分）", 2.1, "points", "right"),
        Field("interval", f"{level}置信区间", 3.0, align="center"),
        Field("said", "说明", 3.0, optional=True),
    )
    keys = {"mean": "inflation.mean", "median": "inflation.median", "estimate": "inflation.estimate"}
    notes = (
        SIGN,
        "样本平均和中位数只说明再评项目；总体平均估计只用按概率抽取和必选的项目，没有按概率抽样的不作估计。",
        "未复核项目得分不作调整。",
        METHODOLOGY,
    )
    look = Look(name="inflation", caption="自评偏高幅度", font="small", notes=notes, empty="没有再评项目")
    return table_by_department(shown, fields, look, records=records, keys=keys)


def table_grade_migration(frame: pd.DataFrame, *, department: str = "", order: Sequence[str] = ()) -> Table:
    """Return the migration of grades as counts 等级迁移; the diagonal is bold.

    Parameters
    ----------
    frame : ``department``, ``self_grade``, ``re_grade``, ``count``.
    department : whose rows; of all where it is empty.
    order : grades, best first; those of the frame as they come where it is empty.
    """
    require(frame, "grade-migration", ("department", "self_grade", "re_grade", "count"))
    own = frame[frame["department"].astype(str) == department]
    found = dict.fromkeys([*map(str, own["self_grade"]), *map(str, own["re_grade"])])
    grades = [*(grade for grade in order if grade in found), *(grade for grade in found if grade not in order)]
    counts = {(str(row["self_grade"]), str(row["re_grade"])): row["count"] for row in own.to_dict(orient="records")}
    columns = (
        Column("自评等级", 2.6),
        *(Column(f"再评价：{grade}", 2.2, "right") for grade in grades),
        Column("合计", 2.0, "right"),
    )
    rows: list[Row] = [_migration_row(grade, grades, counts) for grade in grades]
    if not rows:
        rows = [(TableCell("没有再评项目", align="center", colspan=2), None)]
    note = "对角线（加粗）为等级不变；同一行中偏右为等级下调（等级自左至右由高到低）。"
    return Table(
        name="grade-migration",
        caption="等级迁移（项目数）",
        columns=columns,
        rows=tuple(rows),
        notes=(note,) if grades else (),
    )


def _migration_row(grade: str, grades: list[str], counts: Mapping[tuple[str, str], Any]) -> Row:
    found = [int(counts.get((grade, after), 0)) for after in grades]
    cells = [
        TableCell(format_value(count, "count"), align="right", bold=after == grade)
        for after, count in zip(grades, found, strict=True)
    ]
    return (text_cell(grade), *cells, TableCell(format_value(sum(found), "count"), align="right"))


def table_change_by_node(frame: pd.DataFrame, *, whole: bool = False) -> Table:
    """Return changes by level-1 and level-2 indicator 分指标类别的变动.

    Parameters
    ----------
    frame : ``department``, ``level1``, ``level2``, ``items``, ``lowered``, ``equal``, ``raised``, ``points_lost``,
        ``mean_self_rate``, ``mean_re_rate``.
    whole : only the rows of all departments together.
    """
    frame = of_all(frame) if whole else frame
    require(frame, "change-by-node", ("department", "level1", "level2"))
    frame = tree_order(frame)
    fields = (
        Field("level1", "一级指标", 2.2),
        Field("level2", "二级指标", 2.6),
        Field("items", "指标（项）", 1.3, "count", "right"),
        Field("lowered", "调减", 1.2, "count", "right"),
        Field("equal", "不变", 1.2, "count", "right"),
        Field("raised", "调增", 1.2, "count", "right"),
        Field("points_lost", "净调减\n（分）", 1.8, "points", "right"),
        Field("mean_self_rate", "自评\n得分率", 1.9, "rate", "right"),
        Field("mean_re_rate", "再评价\n得分率", 1.9, "rate", "right"),
    )
    look = Look(name="change-by-node", caption="指标层差异", font="small", empty="没有逐指标再评的项目")
    pairs = zip(frame["level1"].map(plain_text), frame["level2"].map(plain_text), strict=True)
    words = [(level1 or "全部指标", level2 or ("" if not level1 else "小计")) for level1, level2 in pairs]
    shown = frame.assign(level1=[pair[0] for pair in words], level2=[pair[1] for pair in words])
    return table_by_department(shown, fields, look, merge="level1")


def table_change_reasons(frame: pd.DataFrame) -> Table:
    """Return reasons of changes by level-1 indicator 差异原因.

    Parameters
    ----------
    frame : ``department``, ``level1``, ``reason``, ``count``, ``points`` (self minus re-evaluated).
    """
    fields = (
        Field("level1", "一级指标", 3.0),
        Field("reason", "原因", 4.0),
        Field("count", "指标（项）", 2.2, "count", "right"),
        Field("points", "涉及分值（分，自评－再评）", 3.6, "points", "right"),
    )
    look = Look(name="change-reasons", caption="再评差异原因", font="small", empty="没有登记原因的变动")
    require(frame, look.name, ("reason", "level1"))
    levels = [plain_text(level) or "全部指标" for level in frame["level1"]]
    shown = frame.assign(reason=frame["reason"].map(reason_words), level1=levels)
    return table_by_department(shown, fields, look, merge="level1")


def parted_reasons(frame: pd.DataFrame) -> pd.DataFrame:
    """Return counts of reasons of all departments, by level-1 indicator where they are parted so 差异原因分列.

    A row without a level-1 indicator is the total of its reason, and stands alone where only totals were given.
    """
    own = of_all(frame)
    named = own["level1"].map(plain_text) != ""
    parted = set(own.loc[named, "reason"].map(plain_text))
    return own[named | ~own["reason"].map(plain_text).isin(parted)]


def table_reason_matrix(frame: pd.DataFrame) -> Table:
    """Return how many items changed for which reason in which dimension, all departments together 差异原因分布.

    Parameters
    ----------
    frame : as for :func:`table_change_reasons`.
    """
    require(frame, "change-reason-matrix", ("department", "level1", "reason", "count", "points"))
    own = parted_reasons(frame)
    own = tree_order(own)
    levels = [plain_text(level) for level in dict.fromkeys(own["level1"])]
    lines: dict[str, dict[str, Any]] = {}
    for row in own.to_dict(orient="records"):
        start = {"department": "", "reason": reason_words(row["reason"]), "total": 0.0, "points": 0.0}
        line = lines.setdefault(plain_text(row["reason"]), start)
        line[plain_text(row["level1"])] = row["count"]
        line["total"] += row["count"]
        line["points"] += 0.0 if is_missing(row["points"]) else row["points"]
    ordered = sorted(lines.values(), key=lambda line: -line["total"])
    width = min(2.4, 9.6 / max(len(levels), 1))
    fields = (
        Field("reason", "原因", 2.8),
        *(Field(level, level or "未分类", width, "count", "right") for level in levels),
        Field("total", "合计（项）", 1.7, "count", "right"),
        Field("points", "涉及分值（分）", 1.9, "points", "right"),
    )
    look = Look(
        name="change-reason-matrix",
        caption="再评差异原因（涉及指标项数）",
        font="small",
        notes=("涉及分值＝自评得分－再评价得分，各部门合计；正数为调减。", MEANINGS),
        empty="没有登记原因的变动",
    )
    return table_by_department(pd.DataFrame(ordered, columns=_columns(fields)), fields, look)
