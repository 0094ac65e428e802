"""The desk check as the lists of the stage: columns, counts, what goes back, what moved, and the rules of a run."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from perfkit.checks.self_evaluation import DESK_CHECKS
from perfkit.read.re_evaluation_shapes import FOLLOW_UP, RATERS, SCORES, TOTALS, ReEvaluationFolder
from perfkit.read.rules import load_framework, load_rule_set, load_run_with_rules
from perfkit.rulebook import Run
from perfkit.stages.re_evaluation import read_material
from perfkit.stages.re_evaluation.desk import (
    LAYOUT_FRAMEWORKS,
    DeskFindingsResult,
    DeskResults,
    DeskSummary,
    OwnRuleScores,
    SendBack,
    desk_results,
    desk_rules,
)
from perfkit.terms import DraftStatus, Organiser, Reason, Role, Secrecy, Severity
from tests.checks.self_evaluation_forms import NO_APPROVALS, Form, clean, listing, read, rules


def folder(projects: pd.DataFrame, follow_up: pd.DataFrame | None = None) -> ReEvaluationFolder:
    """Return a folder with a list of projects and nothing else."""
    names = tuple(dict.fromkeys(projects["department"]))
    return ReEvaluationFolder(
        projects=projects, approved=NO_APPROVALS,
        follow_up=pd.DataFrame(columns=list(FOLLOW_UP)) if follow_up is None else follow_up,
        scores=pd.DataFrame(columns=list(SCORES)), totals=pd.DataFrame(columns=list(TOTALS)),
        raters=pd.DataFrame(columns=list(RATERS)), departments=names, folders=dict.fromkeys(names, "."), problems=(), sha256={},
    )  # fmt: skip


def results(*forms: Form, codes: tuple[str, ...] = ("P1", "P2", "P3")) -> DeskResults:
    return desk_results(read(*forms), folder(listing(*codes)), rules())


def _forms() -> tuple[Form, Form]:
    wrong = clean("P1").score("验收合格率", 10.0)
    wrong.row("验收合格率")["cause"] = ""
    silent = clean("P2")
    silent.row("群众满意度").update(actual=94.0, actual_text="94%")
    silent.head["total"] = 99.1
    return wrong, silent


def test_lists_have_their_columns() -> None:
    found = results(*_forms())
    for listed, kind in (
        (found.summary, DeskSummary), (found.findings, DeskFindingsResult), (found.own_rule, OwnRuleScores),
        (found.send_back, SendBack),
    ):  # fmt: skip
        assert tuple(listed.to_frame().columns) == kind.columns
        assert len(listed.to_frame())
    empty = desk_results(read(), folder(listing()), rules())
    assert empty.summary.to_frame().empty
    assert empty.findings.to_frame().empty
    assert empty.send_back.to_frame().empty
    assert empty.own_rule.to_frame().empty


def test_findings_carry_names_and_codes() -> None:
    frame = results(*_forms()).findings.to_frame()
    assert frame["code"].tolist() == ["E02", "E17", "S05", "E01"]
    flat = frame[frame["code"] == "E17"].iloc[0]
    assert (flat["name"], flat["level3"], flat["item"]) == ("项目P1", "验收合格率", "4")
    assert (flat["severity"], flat["reason"]) == (Severity.ERROR.value, Reason.NOT_DEDUCTED.value)
    assert frame.loc[frame["code"] == "E01", "project"].tolist() == ["P3"]


def test_summary_counts_by_department_and_check() -> None:
    rows = {(row["department"], row["code"]): row for row in results(*_forms()).summary.rows}
    assert rows["", "E17"]["label"] == DESK_CHECKS["E17"].label
    assert [rows["水务局", "E17"][name] for name in ("findings", "projects", "own_rule")] == [1, 1, 1]
    assert rows["水务局", "E17"]["points"] == pytest.approx(-0.5)
    assert rows["水务局", "S05"]["points"] == pytest.approx(-3.0)
    assert math.isnan(rows["水务局", "E02"]["points"])
    assert rows["", "E02"]["own_rule"] == 0


def test_own_rule_totals_say_what_moved() -> None:
    columns = ("printed_total", "own_rule_total", "difference", "items_wrong")
    rows = {row["project"]: [row[name] for name in columns] for row in results(*_forms()).own_rule.rows}
    assert rows == {"P1": [96.6, 96.1, 0.5, 1], "P2": [99.1, 96.1, 3.0, 0]}


def test_what_goes_back_says_how_to_mend() -> None:
    found = results(*_forms())
    frame = found.send_back.to_frame()
    assert len(frame) == int(found.findings.to_frame()["send_back"].sum())
    assert (frame["mend"] != "").all()
    assert all(check.mend for check in DESK_CHECKS.values() if check.severity is Severity.ERROR)
    assert "E04" not in results(clean().score("服务能力提升", 27.0)).send_back.to_frame().get("code", [])


def test_silent_rules_used_are_named() -> None:
    used = results(clean("P1")).silent
    assert used["X05"][0] == "预算执行率"
    assert "反向指标" in used["X02"]
    assert "零目标指标" in used["X03"]


def _run() -> Run:
    return Run(
        id="x", batch="self-evaluation", notebook="n.ipynb", evaluand="演示", data="d", rules="cn-mof-2020-10",
        framework="self_evaluation_2020", budget_year=2024, evaluation_date=date(2025, 5, 1), report_date=date(2025, 6, 1),
        organiser=Organiser.FINANCE, role=Role.FINANCE, secrecy=Secrecy.INTERNAL, draft_status=DraftStatus.FIRST, seed=1,
    )  # fmt: skip


def test_rules_of_a_run_come_from_the_rule_files(root: Path) -> None:
    rule_set = load_rule_set(root, "cn-mof-2021-101")
    layouts = [load_framework(root, name) for name in LAYOUT_FRAMEWORKS]
    made = desk_rules(_run(), rule_set, layouts)
    assert made.bands[0] == ("优", 90.0, 100.0)
    assert made.budget_year == 2024
    assert made.labels["部分达成年度指标并具有一定效果"] == (0.6, 0.8)
    assert made.layouts["self_evaluation_2020"] == {"预算执行率": 10, "产出指标": 50, "效益指标": 30, "满意度指标": 10}
    assert all(sum(layout.values()) == 100 for layout in made.layouts.values())
    without = made.layouts["self_evaluation_2021_cost_without_satisfaction"]
    assert "满意度指标" not in without
    assert without["效益指标"] == 30


DEPARTMENTS = ("education", "transport", "water", "agriculture", "culture", "archives")


@pytest.mark.parametrize("slug", DEPARTMENTS)
def test_what_was_planted_in_the_fictional_city_is_found_and_nothing_else(root: Path, slug: str) -> None:
    truths = json.loads((root / "data/demo/self-evaluation/truth.json").read_text(encoding="utf-8"))
    truth = next(one for one in truths if one["slug"] == slug)
    run, rule_set, framework = load_run_with_rules(root / f"params/runs/self-evaluation/{slug}.yaml", root)
    material = read_material(run, rule_set, framework, root)
    desk = desk_results(material.evaluations, material.folder, desk_rules(run, rule_set, material.layouts))

    def found(*codes: str) -> set[tuple[str, str]]:
        return {(one.project, one.item) for one in desk.checked.findings if one.finding.code in codes}

    def listed(key: str, name: str, value: object) -> set[tuple[str, str]]:
        filed = [one for one in truth[key] if one["project"] not in truth["not_filed"]]
        return {(one["project"], one["item"]) for one in filed if one[name] == value}

    wrong = {(one.project, one.item) for one in desk.checked.findings if one.own_rule and one.item and one.points < 9e9}
    assert wrong == listed("planted", "own_rule", True)
    assert found("E05") == listed("planted", "reason", Reason.TARGET_CHANGED.value)
    assert found("S12") >= listed("planted", "reason", Reason.LOW_TARGET.value)
    assert found("E02") >= listed("faults", "kind", "no_cause")
    assert found("E15", "E16") >= listed("faults", "kind", "no_actual")
    assert {project for project, _ in found("S05", "S06")} == set(truth["total_errors"]) - set(truth["not_filed"])
    assert {project for project, _ in found("E14")} == set(truth["late"]) - set(truth["not_filed"])
    assert {project for project, item in found("E01")} == {*truth["not_filed"], *truth["filed_twice"]}
    # A copy with a cell left empty, or filed with another value, is no copy any more.
    copies = {project for group in truth["copies"] for project in group}
    seen = set(desk.checked.copies.loc[desk.checked.copies["group"] != "", "project"])
    assert seen <= copies
    assert len(seen) >= 0.85 * len(copies)
