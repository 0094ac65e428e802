"""The cover: title, lines and marks come from the notebook, the records and the run file, never from today."""

from __future__ import annotations

from datetime import date

import pytest

from perfkit.read.rules import load_run
from perfkit.rulebook import Run
from perfkit.run.cover import meta_of, notebook_title
from perfkit.terms import Audience, DraftStatus
from perfkit.trace import Record
from tests.run.conftest import Checkout

NOTEBOOK = {
    "cells": [
        {"cell_type": "code", "source": "# 注"},
        {"cell_type": "markdown", "source": "前言\n# 项目支出绩效评价\n## 摘要"},
    ]
}


def _run(checkout: Checkout, **changes: object) -> Run:
    return load_run(checkout.run("alpha"), checkout.root).model_copy(update=changes)


def _text(name: str, value: object) -> Record:
    return Record(name=name, value=value, kind="text", label=name)  # type: ignore[arg-type]


def test_the_title_is_the_first_heading_of_a_markdown_cell() -> None:
    assert notebook_title(NOTEBOOK) == "项目支出绩效评价"
    assert notebook_title({"cells": []}) == ""


def test_report_and_workpaper_bear_their_names(checkout: Checkout) -> None:
    run = _run(checkout)
    records = [_text("project.agency", "水利局"), _text("project.evaluator", "某事务所")]
    report = meta_of(run, NOTEBOOK, records, Audience.REPORT, DraftStatus.COMMENT, "")
    paper = meta_of(run, NOTEBOOK, records, Audience.WORKPAPER, DraftStatus.COMMENT, "")
    assert (report.title, paper.title) == ("项目支出绩效评价报告", "项目支出绩效评价复核底稿")
    assert (report.subtitle, report.date, report.author) == ("测试项目", date(2025, 7, 15), "某事务所")
    assert ("project.agency", "水利局") in report.cover_lines
    assert ("评价基准日", "2025年6月30日") in report.cover_lines


@pytest.mark.parametrize(
    ("said", "data", "demo"),
    [("是", "data/x", True), (True, "data/x", True), ("否", "data/x", False), (None, "data/demo/x", True)],
)
def test_demo_data_is_marked(checkout: Checkout, said: object, data: str, demo: bool) -> None:
    records = [] if said is None else [_text("project.is_demo", said)]
    meta = meta_of(_run(checkout, data=data), NOTEBOOK, records, Audience.REPORT, DraftStatus.FIRST, "")
    assert meta.demo is demo
