"""A re-evaluation made by hand, as the stage notebook reads it, and the notebook's cells run over it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pandas as pd

from perfkit.result import Caveat
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.show import analysis, opinion_sheets
from perfkit.show import analysis_re_evaluation as review
from perfkit.show import analysis_re_evaluation_lists as lists
from perfkit.show.catalogue import table
from perfkit.show.record import RecordBook, publish_findings, publish_persons, quote
from perfkit.terms import ScoreChange
from perfkit.trace import Record
from tests.conftest import ROOT
from tests.show import re_evaluation_frames as frames

NOTEBOOK = ROOT / "notebooks" / "stages" / "09-re-evaluation.ipynb"
NAN = float("nan")


@dataclass(frozen=True)
class Listed:
    """A result as ``show`` sees one: a kind, a frame, reservations."""

    kind: str
    frame: pd.DataFrame
    caveats: tuple[Caveat, ...] = ()
    findings: tuple[Any, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return the frame."""
        return self.frame


def items(projects: pd.DataFrame) -> pd.DataFrame:
    """Return three items of every re-scored project, the first of which moved."""
    names = (
        ("产出指标", "供水管网改造长度"),
        ("效益指标", '=HYPERLINK("x")新增受益人口'),
        ("满意度指标", "<b>农户满意度</b>"),
    )
    rows = [
        {"department": row["department"], "agency": row["agency"], "project": row["project"], "name": row["name"],
         "money": row["money"], "stratum": "all", "item": str(number + 1), "level1": level1, "level2": "", "level3": level3,
         "full": 10.0, "self_score": 10.0, "re_score": 7.5 if not number else 10.0, "self_rate": 1.0,
         "re_rate": 0.75 if not number else 1.0, "change": -2.5 if not number else 0.0,
         "direction": "lowered" if not number else "equal", "reason": "evidence" if not number else "",
         "explanation": "验收单只列到三季度，按核实的完成量计分" if not number else "", "evidence": "E01；E03" if not number else "",
         "amount": 12.5 if not number else NAN, "raters": 1}
        for row in projects.to_dict(orient="records")
        if row["tier"] == "re_scored"
        for number, (level1, level3) in enumerate(names)
    ]  # fmt: skip
    columns = ["department", "agency", "project", "name", "money", "stratum", "item", "level1", "level2", "level3", "full",
               "self_score", "re_score", "self_rate", "re_rate", "change", "direction", "reason", "explanation", "evidence",
               "amount", "raters"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def findings(projects: pd.DataFrame) -> pd.DataFrame:
    """Return findings of the desk check: an error and a hint a project of every second one."""
    rows = [
        {"department": row["department"], "agency": row["agency"], "project": row["project"], "name": row["name"], "item": "3",
         "level3": "工程按期完工率", "code": "E05", "severity": severity, "message": "得分与按完成率计算的不一致：印出 10.00，应为 9.00",
         "expected": "9.00", "found": "10.00", "basis": "财预〔2020〕10号第十六条", "where": "自评表.xlsx › 附件1 › H12",
         "own_rule": severity == "error", "points": -1.0, "reason": "arithmetic", "send_back": severity == "error",
         "mend": "改为 9.00 分，或说明理由"}
        for place, row in enumerate(projects.to_dict(orient="records"))
        if place % 2 == 0
        for severity in ("error", "info")
    ]  # fmt: skip
    columns = ["department", "agency", "project", "name", "item", "level3", "code", "severity", "message", "expected", "found",
               "basis", "where", "own_rule", "points", "reason", "send_back", "mend"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _text(name: str, value: str) -> Record:
    return Record(name=name, value=value, kind="text", label=name)


def _number(name: str, value: float | None, kind: Any = "count", decimals: int | None = None) -> Record:
    return Record(name=name, value=value, kind=kind, label=name, decimals=decimals)


def records(names: list[str], scored: bool) -> tuple[Record, ...]:
    """Return the records that the sentences of the notebook name."""
    texts = {
        "evaluand": "云川市2024年度部门项目支出绩效自评", "commissioner": "财政部门", "year": "2024", "seed": "7",
        "frame.hash": "0123456789abcdef", "sample.seed": "7", "sample.method": "简单随机抽样", "self_scores": "不提供自评得分",
        "adopted": "合议得分", "handling.summary": "退回重新自评1个部门（市水务局）", "scope.departments_named": "、".join(names) or "无",
    }  # fmt: skip
    numbers: list[Record] = [
        Record(name="evaluation_date", value="2025-06-30", kind="date", label="评价基准日"),
        _number("level", 0.95, "rate", 0), _number("sample.double_share", 0.2, "rate", 0), _number("sample.least", 10),
        _number("tolerance", 0.0, "points"), _number("raters", 2), _number("scope.departments", len(names)),
        _number("handling.inflation", 2.0, "points"), _number("handling.severity", 3.0, "points"),
        _number("handling.own_rule_share", 0.2, "rate", 0), _number("handling.copied_share", 0.2, "rate", 0),
        _number("handling.least", 10),
    ]  # fmt: skip
    for prefix, name in {"all": "全部部门", **{f"department.{n}": name for n, name in enumerate(names, 1)}}.items():
        numbers += [_text(f"{prefix}.name", name), *_of(prefix, scored)]
    return (*(_text(name, value) for name, value in texts.items()), *numbers)


def _of(prefix: str, scored: bool) -> list[Record]:
    """Return the records of one department, or of all."""
    counts = {"projects": 12, "forms": 11, "missing": 1, "unread": 0, "sampled": 8, "re_scored": 8 if scored else 0,
              "double_scored": 2, "desk.findings": 6, "desk.projects": 6, "desk.own_rule": 6, "send_back": 6,
              "send_back.projects": 6, "grade.down": 3, "grade.same": 4, "grade.up": 1, "shallow": 0,
              "unchanged": 2, "unchanged.items_checked": 20, "unchanged.evidence_seen": 9}  # fmt: skip
    found = [_number(f"{prefix}.{name}", value) for name, value in counts.items()]
    found += [
        _number(f"{prefix}.{name}", value, "money") for name, value in (("money", 9399.0), ("money_re_scored", 5060.0))
    ]
    shares = {"re_scored_share": 8 / 12, "money_share": 5060 / 9399, "desk.own_rule_share": 6 / 11}
    found += [_number(f"{prefix}.{name}", value, "rate") for name, value in shares.items()]
    for level, of, values in (
        ("projects", 8.0, (5, 2, 1)),
        ("items", 112.0, (19, 90, 3)),
        ("money", 5060.0, (3012.5, 1807.5, 240.0)),
    ):
        for way, value in zip(ScoreChange, values, strict=True):
            found.append(
                _number(f"{prefix}.{level}.{way.value}", float(value), "money" if level == "money" else "count")
            )
            found.append(_number(f"{prefix}.{level}.{way.value}_share", value / of, "rate"))
    means = {"mean": 3.5, "median": 3.0, "low": 2.1, "high": 5.1}
    found += [
        _number(f"{prefix}.inflation.{name}", value if scored else None, "points") for name, value in means.items()
    ]
    return [*found, _text(f"{prefix}.reason.top", "佐证缺失（8处）"), _text(f"{prefix}.handling", "退回重新自评")]


def _listed(kind: str, columns: str, lines: Iterable[tuple[Any, ...]]) -> Listed:
    """Return lines under their columns."""
    return Listed(kind, pd.DataFrame(list(lines), columns=columns.split()))


def _own_tables(names: list[str], projects: pd.DataFrame) -> dict[str, Listed]:
    """Return the results with a row a department or a project."""
    everyone = ["", *names] if names else []
    rows = projects.to_dict(orient="records")
    scored = [row for row in rows if row["tier"] == "re_scored"]
    because = "平均偏高 3.60 分，区间下限 2.10 分高于界限 2.00 分"
    return {
        "scope": _listed(
            "re_evaluation_scope",
            "department projects money forms missing_forms unread sampled re_scored double_scored money_re_scored",
            ((name, 12, 9399.0, 11, 1, 0, 8, 8, 2, 5060.0) for name in everyone),
        ),
        "desk_summary": _listed(
            "desk_summary",
            "department code label findings projects own_rule points",
            ((name, "E05", "得分与目标完成情况", 6, 6, 6, -6.0) for name in everyone),
        ),
        "own_rule": _listed(
            "own_rule_scores",
            "department project name printed_total own_rule_total difference items_wrong",
            ((row["department"], row["project"], row["name"], row["self_total"], 90.0, 1.0, 1) for row in rows),
        ),
        "depth": _listed(
            "review_depth",
            "department project items items_checked evidence_seen changed shallow",
            ((row["department"], row["project"], 14, 14, 9, 3, False) for row in scored),
        ),
        "handling": _listed(
            "handling",
            "department handling because n mean_inflation low high own_rule_share copied_share severity parameters also",
            ((name, "send_back", because, 8, 3.6, 2.1, 5.1, 0.5, 0.0, 1.2, "偏高 2 分", "correct") for name in names),
        ),
        "quality": _listed(
            "quality",
            "department aspect criterion met of share points note",
            ((name, "coverage", "应自评项目都有自评表", 11, 12, 11 / 12, 9.2, "") for name in names),
        ),
        "next_sample": _listed(
            "next_sample",
            "department estimand size from_sd note",
            ((name, "mean_difference", 10, 5.4, "按本次标准差测算") for name in names),
        ),
        "pooled": _listed(
            "pooled_departments",
            "department n mean weight pooled low high rank rank_low rank_high",
            ((name, 8, 3.5, 0.7, 3.2, 1.9, 4.5, 1, 1, 3) for name in names),
        ),
        "plan_parts": _listed(
            "plan_parts",
            "department design stratum selection units money taken",
            ((name, "simple", "all", "simple", 11, 9000.0, 7) for name in names),
        ),
    }


def _other_tables(names: list[str]) -> dict[str, Listed]:
    """Return the results of all departments together."""
    some = names[:1]
    return {
        "agreement": _listed(
            "re_evaluation_agreement",
            "department statistic value low high n on role note",
            (
                ("", "limits_of_agreement", 4.3, -4.0, 12.6, 8, "points", "self_versus_reference", ""),
                ("", "icc", 0.61, 0.2, 0.85, 8, "rates", "peers", "讨论前"),
            ),
        ),
        "severity": _listed(
            "rater_severity_table",
            "department rater projects severity low high connected",
            ((name, "甲", 6, -1.2, -2.5, 0.1, True) for name in some),
        ),
        "signs": _listed(
            "anomaly_signs",
            "sign department value expected p false_positive_rate next",
            (("heaping", "", 0.31, 0.1, 0.004, 0.05, "核实整数得分集中的项目") for _ in some),
        ),
        "unpaired": _listed(
            "unpaired",
            "department project item side self_full re_full where",
            ((name, "41010001", "5", "self_only", 5.0, NAN, "再评人甲.xlsx › 第 9 行") for name in some),
        ),
        "silent_rules": _listed(
            "silent_rules",
            "code topic choice origin used_by points_moved basis",
            [("X01", "超额完成", "按满分", "default", ["复核"], NAN, "本项目约定")],
        ),
        "bases": _listed(
            "bases",
            "document title clause status verified standing",
            [("财预〔2020〕10号", "项目支出绩效评价管理办法", "第十九条", "national", "V", "")],
        ),
        "provenance": _listed("provenance", "name value", [("运行", "self-evaluation/water")]),
        "findings": _listed("findings", "code severity subject message expected found basis where waiver", []),
    }


def evaluation(count: int) -> Any:
    """Return a re-evaluation of so many departments; without any, only its empty shape."""
    names = frames.names(count)
    projects = frames.projects(count)
    desk = findings(projects)
    listed = projects[projects["tier"] == "re_scored"].assign(
        design="simple",
        stratum="all",
        order=1,
        probability=0.66,
        certainty=False,
        certainty_reason="",
        double_scored=True,
    )
    heads = projects.assign(reviewer="张评", method_note="1名再评人评分，评分时不提供自评得分")
    made = {
        **_own_tables(names, projects),
        **_other_tables(names),
        "headline": Listed("change_headline", frames.headline(count), (Caveat("SMALL", "样本较少"),)),
        "inflation": Listed("inflation", frames.inflation(count)),
        "migration": Listed("grade_migration", frames.migration(count)),
        "nodes": Listed("change_by_node", frames.nodes(count)),
        "reasons": Listed("change_reasons", frames.reasons(count)),
        "estimates": Listed("department_estimate", frames.estimates(count)),
        "projects": Listed("re_evaluation_projects", projects),
        "items": Listed("re_evaluation_items", items(projects)),
        "desk": Listed("desk_findings", desk),
        "send_back": Listed("send_back", desk[desk["send_back"].astype(bool)]),
        "plan_designs": Listed("plan_designs", frames.designs(count)),
        "plan_list": Listed("plan_list", listed),
        "opinion_sheets": Listed("opinion_sheets", heads),
    }
    told = records(names, bool(names))
    return SimpleNamespace(
        **made, bands=frames.BANDS, choices=ReEvaluationChoices(), persons=("王小明",), reading_notes=(), records=told
    )


def cells() -> list[dict[str, Any]]:
    """Return the cells of the stage notebook with their source as one text."""
    found = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"]), "outputs": []} for cell in found]


def executed(count: int) -> Mapping[str, Any]:
    """Return the stage notebook run over a re-evaluation made by hand: every shown value as its output."""
    found = evaluation(count)
    book = RecordBook(found.records)
    names = {
        "analysis": analysis, "review": review, "lists": lists, "opinion_sheets": opinion_sheets, "table": table, "quote": quote,
        "publish_findings": publish_findings, "publish_persons": publish_persons, "evaluation": found, "book": book,
        "say": book.say,
    }  # fmt: skip
    run = cells()
    for cell in run[2:]:
        if cell["cell_type"] == "code" and ".load(run_file)" not in cell["source"]:
            call = ast.parse(cell["source"], mode="eval")
            shown = eval(compile(call, str(NOTEBOOK), "eval"), names)
            cell["outputs"] = [{"output_type": "execute_result", "data": shown._repr_mimebundle_()}]
    return {"cells": run}
