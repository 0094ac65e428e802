"""Checks of the report's substance 报告要件校验 (R09–R12, R18, R20, P01, P03, P04)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from perfkit.checks.finding import ERROR, PROJECT_10, THIRD_PARTY_4, WARNING, finding, listed
from perfkit.trace import Finding

Line = Mapping[str, Any]

REPEALED = {"财预〔2011〕285号": "财预〔2020〕10号", "财预[2011]285号": "财预〔2020〕10号"}


def deduction_findings(lost: Iterable[str], explained: Iterable[str], known_codes: Iterable[str],
                       problem_codes: Iterable[str]) -> list[Finding]:  # fmt: skip
    """Check that every deduction leads to a problem or a reason, and back 扣分与问题 (R09).

    Parameters
    ----------
    lost : codes of items that lost points.
    explained : codes that a problem names or whose opinion states a reason.
    known_codes : all indicator codes.
    problem_codes : codes named in the problem list.
    """
    found: list[Finding] = []
    silent = sorted(set(lost) - set(explained))
    if silent:
        found.append(finding("R09", ERROR, "扣分与问题", f"{len(silent)} 项失分指标既没有对应问题，也没有写明理由：{listed(silent)}",
                             expected="每处扣分有问题或理由", found=f"{len(silent)} 项没有", where="问题 › 关联指标"))  # fmt: skip
    unknown = sorted(set(problem_codes) - set(known_codes))
    if unknown:
        found.append(
            finding(
                "R09", ERROR, "扣分与问题", f"问题清单关联了不存在的指标：{listed(unknown)}", where="问题 › 关联指标"
            )
        )
    idle = sorted(set(problem_codes) & set(known_codes) - set(lost))
    if idle:
        found.append(
            finding(
                "R09", WARNING, "扣分与问题", f"问题清单关联的指标没有失分：{listed(idle)}", where="问题 › 关联指标"
            )
        )
    return found


def advice_findings(problems: Sequence[Line]) -> list[Finding]:
    """Check that every given problem has advice with who, by when and proof 建议四要素 (R10)."""
    parts = {"advice": "建议", "responsible": "责任单位", "deadline": "整改时限", "proof": "完成标志"}
    found: list[Finding] = []
    for line in problems:
        missing = [words for column, words in parts.items() if not line.get(column)]
        if missing and not line.get("suggested"):
            found.append(finding("R10", WARNING, str(line["id"]), f"问题 {line['id']} 缺{'、'.join(missing)}",
                                 expected="、".join(parts.values()), found=f"缺{'、'.join(missing)}",
                                 where=f"问题 › {line['id']}"))  # fmt: skip
    return found


def evidence_index_findings(cited: Mapping[str, Sequence[str]], index: Iterable[str], missing_files: Iterable[str]
                            ) -> list[Finding]:  # fmt: skip
    """Check that every cited evidence id is in the index and its file is there 证据目录 (R11, R12)."""
    listed_ids = set(index)
    found = [
        finding("R11", ERROR, mark, f"指标 {listed(codes)} 引用的证据 {mark} 不在证据目录内", expected="证据目录中的编号",
                found=mark, basis=f"{PROJECT_10}第二十五条", where="证据 › 证据编号")
        for mark, codes in sorted(cited.items())
        if mark not in listed_ids
    ]  # fmt: skip
    absent = sorted(missing_files)
    if absent:
        found.append(finding("R12", WARNING, "证据文件", f"佐证材料文件夹没有这些文件：{listed(absent)}",
                             basis=f"{THIRD_PARTY_4}第二十条", where="证据 › 文件"))  # fmt: skip
    return found


def basis_findings(lines: Sequence[str]) -> list[Finding]:
    """Check the evaluator's own list of bases for repealed rules 失效依据 (R18)."""
    return [
        finding("R18", ERROR, "评价依据", f"引用了已废止的 {old}，现行为 {new}", expected=new, found=old,
                basis=f"{PROJECT_10}第三十二条", where="概况 › 评价依据")
        for line in lines
        for old, new in REPEALED.items()
        if old in line
    ]  # fmt: skip


def procedure_findings(overview: Mapping[str, str], plan_elements: Mapping[str, str], comments: Sequence[Line],
                       third_party: bool) -> list[Finding]:  # fmt: skip
    """Check plan elements, lead evaluator and comments of third-party work 第三方程序 (P01, P03, P04).

    Parameters
    ----------
    overview : code → text of the 概况 sheet.
    plan_elements : code → name of the twelve elements of 财监〔2021〕4号 art. 15 kept there.
    comments : lines with ``id``, ``adoption``, ``reason``.
    third_party : whether the evaluator is one.
    """
    found: list[Finding] = []
    if third_party:
        missing = [name for code, name in plan_elements.items() if not overview.get(code)]
        if missing:
            found.append(finding("P01", WARNING, "实施方案", f"实施方案要素没有填写：{listed(missing, 12)}", expected="12 项要素",
                                 found=f"缺 {len(missing)} 项", basis=f"{THIRD_PARTY_4}第十五条", where="概况"))  # fmt: skip
        if not overview.get("lead_evaluator"):
            found.append(finding("P03", WARNING, "主评人", "没有填写主评人", expected="主评人姓名", found="空",
                                 basis=f"{THIRD_PARTY_4}第七、十八条", where="概况 › 主评人"))  # fmt: skip
    unanswered = [str(line["id"]) for line in comments if not (line.get("adoption") and line.get("reason"))]
    if unanswered:
        found.append(finding("P04", ERROR, "意见采纳", f"书面意见 {listed(unanswered)} 没有写明是否采纳及理由",
                             expected="采纳或不采纳及理由", found="空", basis=f"{THIRD_PARTY_4}第十八条（二）",
                             where="意见采纳"))  # fmt: skip
    return found


def limit_findings(absent: Sequence[str], limits: str) -> list[Finding]:
    """Check that not-assessable items and data gaps are told in chapter 7 局限说明 (R20)."""
    if not absent or limits:
        return []
    return [
        finding("R20", WARNING, "其他需要说明的问题", f"{listed(absent)} 未计分或无法判定，概况“局限说明”没有写明原因",
                expected="局限说明", found="空", basis=f"{PROJECT_10}附件3 七", where="概况 › 局限说明")
    ]  # fmt: skip
