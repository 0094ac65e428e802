"""Checks of the written draft 文稿校验 (L05, R01–R03, R05, R15, R17, S22): text against table against record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from perfkit.checks.finding import ERROR, INFO, OURS, PROJECT_10, WARNING, finding, in_order, listed
from perfkit.checks.scores import quoted_points_findings
from perfkit.terms import DraftStatus
from perfkit.trace import Finding

NUMBER = re.compile(r"(?<![\d.,〔第])(\d[\d,]*(?:\.\d+)?)\s*(分|%|％|万元)(?!之|类|段|档|别)")
HARSH = ("严重", "故意", "恶意", "虚高")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One paragraph or table cell of a draft 文稿片段: its text, chapter, and the records printed in it."""

    text: str
    where: str
    records: tuple[tuple[str, str], ...] = ()
    table: bool = False
    heading: bool = False


def record_findings(passages: Iterable[Passage], expected: Mapping[str, str]) -> list[Finding]:
    """Check that every printed record reads as the record says, everywhere 印出的数与记录 (L05).

    Parameters
    ----------
    passages : pieces of one draft.
    expected : record name → its formatted text.
    """
    found: list[Finding] = []
    for passage in passages:
        for name, text in passage.records:
            if name not in expected:
                found.append(
                    finding("L05", ERROR, name, f"文稿引用了不存在的记录 {name}", found=text, where=passage.where)
                )
            elif text != expected[name]:
                found.append(finding("L05", ERROR, name, f"{name} 在文稿中印为 {text}，记录为 {expected[name]}",
                                     expected=expected[name], found=text, where=passage.where))  # fmt: skip
    return found


def loose_number_findings(passages: Sequence[Passage], expected: Mapping[str, str]) -> list[Finding]:
    """Check typed scores, percentages and amounts against the numbers table 文中手写的数 (R05).

    Only numbers followed by 分, % or 万元 and not printed through a record are looked at: a number typed into an
    opinion or a problem must be one that the records or the tables of the same draft hold.
    """
    held = {_plain(text) for text in expected.values()}
    tables = "\n".join(passage.text for passage in passages if passage.table)
    held |= {_plain(match) for match in re.findall(r"\d[\d,]*(?:\.\d+)?", tables)}
    strays: dict[str, list[str]] = {}
    for passage in passages:
        if passage.table or passage.heading:
            continue
        printed = {_plain(text) for _, text in passage.records}
        for number, unit in NUMBER.findall(passage.text):
            if _plain(number) not in held | printed:
                strays.setdefault(passage.where, []).append(f"{number}{unit}")
    return [
        finding("R05", WARNING, where, f"“{where}”一章有手写的数不在数字表或附表中：{listed(dict.fromkeys(numbers))}",
                expected="数字表中的数", found=listed(dict.fromkeys(numbers)), where=where)
        for where, numbers in strays.items()
    ]  # fmt: skip


def _plain(text: str) -> str:
    """Return a printed number without thousands separators, unit and trailing zeros."""
    digits = re.sub(r"[^\d.\-]", "", text)
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def outline_findings(headings: Sequence[str], outline: Sequence[str], level1: Sequence[str],
                     score_table: bool, basis: str = f"{PROJECT_10}附件3") -> list[Finding]:  # fmt: skip
    """Check chapters, score table and level-1 analyses 提纲 (R01, R02, R03).

    Parameters
    ----------
    headings : chapter headings of the draft, without numbers, in order.
    outline : chapter headings of the rule set's outline, without numbers, in order.
    level1 : names of the level-1 indicators, each of which chapter 四 must analyse.
    score_table : whether the score table stands where the outline asks for one.
    basis : where the outline comes from.
    """
    found: list[Finding] = []
    chapters = [heading for heading in headings if heading in outline]
    missing = [name for name in outline if name not in headings]
    repeated = [name for name, count in Counter(chapters).items() if count > 1]
    if missing:
        found.append(finding("R01", ERROR, "提纲", f"缺少章节：{'、'.join(missing)}", expected="规定提纲全部章节",
                             found=f"缺 {len(missing)} 章", basis=basis))  # fmt: skip
    if repeated:
        found.append(finding("R01", ERROR, "提纲", f"章节重复：{'、'.join(repeated)}", basis=basis))
    if not missing and not repeated and chapters != list(outline):
        found.append(finding("R01", ERROR, "提纲", "章节顺序与规定提纲不同", expected="、".join(outline),
                             found="、".join(chapters), basis=basis))  # fmt: skip
    if not score_table:
        found.append(finding("R02", ERROR, "评分表", "第三章没有评分表", basis=basis))
    absent = [name for name in level1 if name not in headings]
    if absent:
        found.append(finding("R03", ERROR, "指标分析", f"第四章没有分析：{'、'.join(absent)}", basis=basis))
    return found


def wording_findings(passages: Iterable[Passage]) -> list[Finding]:
    """Point at wording that judges intent 用语 (R17)."""
    hits = Counter((word, passage.where) for passage in passages for word in HARSH if word in passage.text)
    return [
        finding("R17", WARNING, where, f"“{where}”出现“{word}”{count} 处，建议改用“存在、未按规定、未见资料显示”等中性表述",
                found=word, basis=OURS, where=where)
        for (word, where), count in hits.items()
    ]  # fmt: skip


def placeholder_findings(open_points: int, status: DraftStatus) -> list[Finding]:
    """Count what is still open 待补充事项 (R15): none in a final, listed in every other draft."""
    if not open_points:
        return []
    final = status is DraftStatus.FINAL
    return [
        finding("R15", ERROR if final else INFO, "待补充", f"文稿有 {open_points} 处待补充" + ("，终稿不得保留" if final else ""),
                expected="0", found=str(open_points), basis=OURS)
    ]  # fmt: skip


def draft_findings(passages: Sequence[Passage], *, expected: Mapping[str, str], outline: Sequence[str],
                   level1: Mapping[str, float], score_table: bool, open_points: int, status: DraftStatus,
                   outline_basis: str = f"{PROJECT_10}附件3") -> tuple[Finding, ...]:  # fmt: skip
    """Return every finding over one written draft 文稿质检.

    Parameters
    ----------
    passages : paragraphs, headings and table cells in order.
    expected : record name → formatted text.
    outline : chapters that the rule set asks for.
    level1 : level-1 name → full score.
    score_table : whether the chapter that the outline names holds the score table.
    open_points : number of placeholders.
    status : status that the run asks for.
    outline_basis : where the outline comes from.
    """
    headings = [passage.text for passage in passages if passage.heading]
    quoted = [
        item
        for passage in passages
        if not passage.heading
        for item in quoted_points_findings(passage.text, level1, passage.where)
    ]
    return in_order(
        [
            *record_findings(passages, expected),
            *loose_number_findings(passages, expected),
            *outline_findings(headings, outline, list(level1), score_table, outline_basis),
            *wording_findings(passages),
            *placeholder_findings(open_points, status),
            *quoted,
        ]
    )
