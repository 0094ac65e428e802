"""A run without a workbook through the gate, the cover and the outputs: its own outline, its own cover, its documents."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from perfkit.read.rules import load_rule_set, load_run
from perfkit.rulebook import Run
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.run.cover import joined, meta_of
from perfkit.run.gate import judge
from perfkit.run.outputs import write_outputs
from perfkit.show.draft.blocks import read_blocks
from perfkit.show.draft.docx_read import draft_text
from perfkit.show.draft.shapes import Block, Heading
from perfkit.terms import Audience, DraftStatus, Severity
from perfkit.trace import Record
from tests.run.conftest import PROJECT, Checkout
from tests.show import re_evaluation_sample as sample

STAGE = "notebooks/stages/09-re-evaluation.ipynb"


def _run(checkout: Checkout) -> Run:
    changes = {
        "notebook": STAGE,
        "re_evaluation": ReEvaluationChoices(),
        "evaluand": "云川市2024年度部门项目支出绩效自评",
    }
    return load_run(checkout.run("alpha"), checkout.root).model_copy(update=changes)


def _codes(run: Run, checkout: Checkout, blocks: list[Block]) -> set[str]:
    found = judge(run, checkout.root, blocks, [], []).findings
    return {item.code for item in found if item.severity is Severity.ERROR}


def test_the_outline_of_the_stage_holds_the_chapters(checkout: Checkout) -> None:
    outline = load_rule_set(PROJECT, "cn-mof-2020-10").stage_outline(Path(STAGE).stem)
    chapters: list[Block] = [Heading(level=1, text=section.title) for section in outline.sections]
    run = _run(checkout)
    assert _codes(run, checkout, chapters) == set()
    assert _codes(run, checkout, chapters[1:]) == {"R01"}
    assert _codes(run, checkout, [chapters[1], chapters[0], *chapters[2:]]) == {"R01"}
    (finding,) = [item for item in judge(run, checkout.root, chapters[1:], [], []).findings if item.code == "R01"]
    assert finding.basis == outline.basis.citation


def test_other_stages_keep_the_outline_of_their_rule_set() -> None:
    rules = load_rule_set(PROJECT, "cn-mof-2020-10")
    assert rules.stage_outline("06-project-evaluation") == rules.report_outline()


def test_the_cover_names_departments_and_who_re_evaluates(checkout: Checkout) -> None:
    values = {"scope.departments_named": "市水务局", "scope.evaluator": "某事务所", "project.is_demo": "是"}
    records = [Record(name=name, value=value, kind="text", label=name) for name, value in values.items()]
    notebook = {"cells": [{"cell_type": "markdown", "source": "# 部门项目支出绩效自评再评价"}]}
    meta = meta_of(_run(checkout), notebook, records, Audience.REPORT, DraftStatus.FIRST, "")
    assert meta.title == "部门项目支出绩效自评再评价报告"
    assert meta.header == "云川市2024年度部门项目支出绩效自评再评价报告"
    assert ("scope.departments_named", "市水务局") in meta.cover_lines
    assert (meta.author, meta.demo) == ("某事务所", True)


@pytest.mark.parametrize(
    ("evaluand", "title", "words"),
    [
        ("农村供水项目", "项目支出绩效评价", "农村供水项目支出绩效评价"),
        ("供水工程", "项目支出绩效评价", "供水工程项目支出绩效评价"),
        ("", "绩效评价", "绩效评价"),
    ],
)
def test_words_that_meet_are_said_once(evaluand: str, title: str, words: str) -> None:
    assert joined(evaluand, title) == words


def test_a_whole_run_without_a_workbook(checkout: Checkout) -> None:
    run = _run(checkout)
    out = checkout.root / "out"
    out.mkdir()
    notebook = nbformat.from_dict(json.loads(json.dumps(sample.executed(1))))
    drafted = write_outputs(run, checkout.root, notebook, out, None)
    report = read_blocks(notebook, Audience.REPORT)
    assert len(report) > 50
    checks = json.loads((out / "checks.json").read_text("utf-8"))
    assert {item["code"] for item in checks if item["severity"] != "info"} <= {"L05", "R05"}
    assert drafted.seconds["sheets"] > 0
    sheets = sorted(path.relative_to(out).as_posix() for path in (out / "sheets").rglob("*.docx"))
    assert len(sheets) == 13
    assert "王小明" not in draft_text(out / sheets[0])
    assert drafted.figures["headline"] == ""
