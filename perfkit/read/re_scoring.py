"""Re-scoring workbooks in 再评工作簿: who scored, which totals and items, how deep; every problem with its cell."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfkit.errors import Problem
from perfkit.read.cells import near, written
from perfkit.read.rows import Row
from perfkit.read.schema_re_evaluation import (
    EXECUTION,
    EXECUTION_WORD,
    RATER_SHEET,
    RE_SCORING_SHEETS,
    SCORED_ITEMS,
    SCORED_PROJECTS,
    SELF_COLUMNS,
)
from perfkit.read.sheets import ReadSheets, read_sheets
from perfkit.terms import Blinding, RaterRole, Severity

FULL_TOTAL = 100.0
# Printed scores have two decimals; what differs by less is the dust of binary sums.
SAME_POINTS = 0.005
EXECUTION_WORDS = frozenset({EXECUTION, EXECUTION_WORD, "执行率", "预算执行"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReScoring:
    """One re-scoring workbook as read 再评工作簿: rows with the columns of ``RATERS``, ``TOTALS`` and ``SCORES``.

    ``rater`` is ``None`` where the workbook does not say who scored. ``prepared`` are the projects that the workbook
    lists, whether scored or not.
    """

    file: str
    rater: Mapping[str, object] | None
    totals: tuple[Mapping[str, object], ...]
    scores: tuple[Mapping[str, object], ...]
    prepared: tuple[str, ...]
    problems: tuple[Problem, ...]


def read_re_scoring(path: Path, file: str, known: Iterable[str] | None = None) -> ReScoring:
    """Read one re-scoring workbook 读取再评工作簿; nothing wrong with data raises.

    Parameters
    ----------
    path : the workbook; ``file`` its name in addresses and messages.
    known : codes of the projects that the list has; ``None``: not checked.

    Returns
    -------
    ReScoring
        Rows that carry a re-score; every problem. Rows prepared but not scored are left out.
    """
    read = read_sheets(path, file, RE_SCORING_SHEETS)
    return _Reading(file, read, None if known is None else frozenset(known)).result()


class _Reading:
    """One workbook while its rows are checked against each other."""

    def __init__(self, file: str, read: ReadSheets, known: frozenset[str] | None) -> None:
        self.file, self.known = file, known
        self.projects, self.items = read.rows[SCORED_PROJECTS.code], read.rows[SCORED_ITEMS.code]
        self.raters, self.opened = read.rows[RATER_SHEET.code], read.opened
        self.problems = list(read.problems)
        self.name = ""

    def result(self) -> ReScoring:
        """Return the rows that carry scores."""
        rater = self._rater()
        self._unknown_projects()
        by_project: dict[str, list[Row]] = defaultdict(list)
        for row in self.items:
            by_project[row.text("project")].append(row)
        scores = [score for rows in by_project.values() for score in self._scores(rows)]
        totals = self._totals(by_project, {str(score["project"]) for score in scores})
        listed = dict.fromkeys(row.text("project") for row in (*self.projects, *self.items))
        return ReScoring(
            file=self.file,
            rater=rater,
            totals=tuple(totals),
            scores=tuple(scores),
            prepared=tuple(project for project in listed if project),
            problems=tuple(dict.fromkeys(self.problems)),
        )

    def _rater(self) -> Mapping[str, object] | None:
        """Return who scored; a workbook has one rater."""
        if self.opened and not (self.raters or self.projects or self.items):
            mend = "填写后再检查；不用的移出该文件夹"
            self._note("RS-BLANK", self.file, "填好的再评工作簿", "空白", mend, Severity.WARNING)
            return None
        if len(self.raters) != 1:
            if self.opened:
                found = f"{len(self.raters)} 行" if self.raters else "没有填写"
                mend = "一本工作簿只填一位再评人；两人各用一本"
                self._note("RS-RATER", f"{self.file} › {RATER_SHEET.name}", "一行再评人", found, mend)
            if not self.raters:
                return None
        row = self.raters[0]
        self.name = row.text("rater")
        role, blinding = row["role"].value, row["blinding"].value
        before = bool(row.value("before_discussion", False))
        if role is RaterRole.CONSENSUS and before:
            found, mend = "合议得分，讨论前", "合议在讨论之后：填“否”；讨论前的独立评分另用一本"
            self._note("RS-CONSENSUS", str(row["before_discussion"].address), "否", found, mend, Severity.WARNING)
            before = False
        if blinding is Blinding.HIDDEN:
            self._self_scores_shown()
        return {
            "rater": self.name,
            "role": written_code(role),
            "blinding": written_code(blinding),
            "before_discussion": before,
            "date": row["date"].value,
            "file": self.file,
        }

    def _self_scores_shown(self) -> None:
        """Note self-scores in a workbook that says they were hidden: the report would state what is not so."""
        for row in (*self.projects, *self.items):
            for code in SELF_COLUMNS & set(row.cells):
                if row[code].value is not None:
                    found = f"{row[code].address} 写有自评得分"
                    mend = "删去自评得分列；评分时看得到的，“自评得分”改为“提供自评得分”"
                    self._note("RS-BLIND", f"{self.file} › {row.sheet}", "不提供自评得分的工作簿", found, mend)
                    return

    def _unknown_projects(self) -> None:
        """Note projects that the list does not have, once each."""
        if self.known is None:
            return
        told: set[str] = set()
        for row in (*self.projects, *self.items):
            code = row.text("project")
            if code and code not in self.known and code not in told:
                told.add(code)
                where = f"{row['project'].address}（项目编码）"
                mend = near(code, self.known) or "改正项目编码，或补入项目清单"
                self._note("RS-PROJECT", where, "项目清单中的项目编码", f"「{code}」", mend)

    def _scores(self, rows: Sequence[Row]) -> list[Mapping[str, object]]:
        """Return the scored items of one project; a project is scored in full or not at all."""
        scored = [row for row in rows if row["score"].value is not None]
        absent = [row for row in rows if row["score"].absence is not None]
        for row in absent:
            where, found = f"{row['score'].address}（再评得分）", f"「{row['score'].raw}」"
            mend = "不能评的指标整行删除，在“项目”表备注写明理由；缺少佐证的按规定给分并选差异原因"
            self._note("RS-ABSENCE", where, "数字", found, mend)
        if not scored:
            loose = [row for row in rows if row["reason"].value is not None]
            for row in loose:
                where = f"{row['score'].address}（再评得分）"
                self._note("RS-SCORE", where, "填了差异原因的指标有再评得分", "空白", "填写再评得分")
            return []
        blank = [row for row in rows if row["score"].value is None and row not in absent]
        if blank:
            project, names = rows[0].text("project"), "、".join(row.text("item") for row in blank[:8])
            found = f"{len(rows)} 项中 {len(blank)} 项空白（指标序号 {names}{'…' if len(blank) > 8 else ''}）"
            where = f"{blank[0]['score'].address}（再评得分）"
            mend = "评完该项目的全部指标；不能评的指标整行删除并在备注说明"
            self._note("RS-PARTIAL", where, f"项目 {project} 每个指标都有再评得分", found, mend)
        self._check_weights(rows)
        return [self._score(row) for row in scored]

    def _check_weights(self, rows: Sequence[Row]) -> None:
        """Note full scores that do not add to 100: points are those of the form's 100."""
        total = math.fsum(float(row.value("full", 0.0)) for row in rows)
        if abs(total - FULL_TOTAL) > SAME_POINTS:
            where = f"{rows[0]['full'].address}（分值）"
            project, mend = rows[0].text("project"), "补上遗漏的指标；两层权重的按总分 100 换算"
            self._note("RS-WEIGHTS", where, f"项目 {project} 各指标分值合计 100", f"{total:g}", mend, Severity.WARNING)

    def _score(self, row: Row) -> Mapping[str, object]:
        """Return one scored item, checked against its full score."""
        full, score = float(row.value("full", math.nan)), float(row.value("score"))
        where = f"{row['score'].address}（再评得分）"
        if full <= 0:
            self._note("RS-FULL", f"{row['full'].address}（分值）", "大于 0 的分值", f"{full:g}", "按自评表填写分值")
        elif not (math.isnan(full) or 0 <= score <= full):
            self._note("RS-SCORE", where, f"0 到分值 {full:g} 之间", f"{score:g}", "改正再评得分或分值")
        amount = float(row.value("amount", math.nan))
        if amount < 0:
            where_amount = f"{row['amount'].address}（涉及金额）"
            self._note("RS-AMOUNT", where_amount, "不小于 0 的金额", f"{amount:g}", "填写金额的绝对值，方向写在说明里")
        reason = row["reason"].value
        return {
            "rater": self.name,
            "project": row.text("project"),
            "item": plain_item(row.text("item")),
            "level3": row.text("level3"),
            "full": full,
            "score": score,
            "reason": written_code(reason),
            "explanation": row.text("explanation"),
            "evidence": "；".join(row.value("evidence", ())),
            "amount": amount,
            "where": str(row["score"].address),
        }

    def _totals(self, items: Mapping[str, Sequence[Row]], scored: set[str]) -> list[Mapping[str, object]]:
        """Return one row a project that was re-scored, by total or by items."""
        totals: list[Mapping[str, object]] = []
        listed = {row.text("project") for row in self.projects}
        for row in self.projects:
            project = row.text("project")
            given = row["total"].value
            if row["total"].absence is not None:
                where, found = f"{row['total'].address}（再评总分）", f"「{row['total'].raw}」"
                self._note("RS-ABSENCE", where, "0 到 100 的数字，或空白", found, "没有评的留空，在备注写明理由")
            if given is None and project not in scored:
                self._depth_without_score(row)
                continue
            total = math.nan if given is None else self._total(row, float(str(given)), items.get(project, ()))
            totals.append(self._depth(row, math.nan if project in scored else total))
        for project in sorted(scored - listed):
            where = f"{items[project][0]['project'].address}（项目编码）"
            mend = f"在“{SCORED_PROJECTS.name}”表补一行，填写核查指标数和查阅佐证数"
            expected = f"“{SCORED_PROJECTS.name}”表也列出的项目"
            self._note("RS-DEPTH", where, expected, f"只在“{SCORED_ITEMS.name}”表", mend, Severity.WARNING)
            totals.append(self._without_depth(items[project][0]))
        return totals

    def _total(self, row: Row, total: float, items: Sequence[Row]) -> float:
        """Return a given total, checked; beside scored items it must be their sum."""
        where = f"{row['total'].address}（再评总分）"
        if not 0 <= total <= FULL_TOTAL:
            self._note("RS-TOTAL", where, "0 到 100 之间", f"{total:g}", "改正再评总分")
        given = [item["score"].value for item in items]
        points = [float(str(value)) for value in given if value is not None]
        if points and abs(math.fsum(points) - total) > SAME_POINTS:
            found = f"{total:g}，指标得分合计 {math.fsum(points):.10g}"
            self._note("RS-TOTAL", where, "与指标得分合计一致，或空白", found, "逐项评分的清空再评总分")
        return total

    def _depth(self, row: Row, total: float) -> Mapping[str, object]:
        """Return the row of a project: total and depth."""
        checked, seen, on_site = (row[code].value for code in ("items_checked", "evidence_seen", "on_site"))
        return {
            "rater": self.name,
            "project": row.text("project"),
            "total": total,
            "items_checked": checked,
            "evidence_seen": seen,
            "on_site": on_site,
            "reviewer": row.text("reviewer"),
            "note": row.text("note"),
            "where": str(row["total"].address),
        }

    def _without_depth(self, item: Row) -> Mapping[str, object]:
        """Return the row of a project whose items only were scored."""
        known: dict[str, Any] = {"rater": self.name, "project": item.text("project"), "total": math.nan}
        return known | {
            "items_checked": None,
            "evidence_seen": None,
            "on_site": None,
            "reviewer": "",
            "note": "",
            "where": str(item["project"].address),
        }

    def _depth_without_score(self, row: Row) -> None:
        """Note a project whose depth is filled in but no score."""
        filled = [code for code in ("items_checked", "evidence_seen", "reviewer") if row[code].value is not None]
        if filled:
            where = f"{row['total'].address}（再评总分）"
            mend = "逐项评分填“指标评分”表，只评总分填再评总分；没有评的清空核查情况"
            self._note("RS-UNSCORED", where, "填了核查情况的项目有得分", "没有得分", mend, Severity.WARNING)

    def _note(
        self, code: str, where: str, expected: str, found: str, mend: str, severity: Severity = Severity.ERROR
    ) -> None:
        """Note one problem."""
        self.problems.append(
            Problem(code=code, where=where, expected=expected, found=found, mend=mend, severity=severity)
        )


def plain_item(text: str) -> str:
    """Return the code of an item as forms have it 指标序号: the execution rate goes by one word.

    Examples
    --------
    >>> plain_item("预算执行率"), plain_item("3")
    ('execution', '3')
    """
    return EXECUTION if text in EXECUTION_WORDS else text


def written_code(word: object) -> str:
    """Return the stable code of a word, empty where there is none 术语代码."""
    return "" if word is None else str(getattr(word, "value", written(word)))
