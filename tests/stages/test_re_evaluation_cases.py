"""Every real table with a self-score and a re-evaluated score goes through the stage and is held against plain arithmetic."""

from __future__ import annotations

import json
import math
import os
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from perfkit.read.quality_forms import load_quality_form
from perfkit.read.rules import load_framework, load_rule_set, load_sources
from perfkit.rulebook import Band, Run
from perfkit.rulebook.re_evaluation import ReEvaluationChoices
from perfkit.stages.re_evaluation import Material, ReEvaluation, evaluate
from perfkit.terms import Blinding, Organiser, Role, Secrecy
from tests.conftest import ROOT
from tests.stages.case_tables import bands_of, table_files
from tests.stages.re_evaluation_tables import folder_of, forms_of, is_pair, number
from tests.tolerances import SAME_FORMULA

YEAR = 2024


def _pairs() -> list[Any]:
    """Return the tables with both scores at collection; ``None`` where there is none (the test then says so)."""
    shared = Path(os.environ.get("PERFKIT_SHARED", ROOT.parent / "shared"))
    folder = Path(os.environ.get("PERFKIT_CASES", shared / "cases"))
    files = table_files(folder) if folder.is_dir() else []
    pairs = [pytest.param(path, id=path.stem) for path in files if is_pair(json.loads(path.read_text("utf-8")))]
    return pairs or [pytest.param(None, id="none")]


def _item(code: str, weight: float, own: float | None, again: float | None, level1: str = "产出") -> dict[str, Any]:
    return {"code": code, "level1": level1, "level2": "", "level3": f"指标{code}", "weight": weight, "rule_type": "given",
            "self_score": own, "reevaluated_score": again}  # fmt: skip


MADE = {
    "case_id": "made",
    "title": "自拟例表",
    "grade_scale": {"优": [90, 100], "良": [75, 90], "中": [60, 75], "差": [0, 60]},
    "published": {"total": None, "self_total": 91.0},
    "items": [
        _item("A1", 10, 10, 8.5, "决策"),
        _item("A2", 15, 15, 15, "决策"),
        _item("B1", 30, 27.5, 20.25),
        _item("B2", 25, 20, 22),
        _item("B3", 5, 5, None),
        _item("C1", 15, 13.5, 13.5, "效益"),
    ],
}
EQUAL = {
    **MADE,
    "case_id": "equal",
    "published": {"total": 82},
    "items": [_item("A1", 50, 40, 40), _item("A2", 50, 42, 42)],
}
RAISED = {**MADE, "case_id": "raised", "published": {}, "items": [_item("A1", 3, 1, 2), _item("A2", 97, 60.3, 97)]}


def _stage(case: Mapping[str, Any], root: Path) -> ReEvaluation:
    """Take a table through the stage on its own grade scale."""
    sources = load_sources(root)
    rule_set = load_rule_set(root, "cn-mof-2020-10", sources=sources)
    scale, uppers = bands_of(case), [100.0]
    uppers += [low for _, low, _ in scale[:-1]]
    own = tuple(
        Band(grade=name, low=low, high=high, text=f"[{low:g},{high:g})")
        for (name, low, _), high in zip(scale, uppers, strict=True)
    )
    bands = rule_set.bands().model_copy(update={"id": "own", "bands": own})
    rule_set = rule_set.model_copy(update={"all_bands": (*rule_set.all_bands, bands)})
    run = Run(
        id="case", batch="cases", notebook="", evaluand=case["title"], data="", rules=rule_set.id,
        framework="self_evaluation_2020", grade_bands="own", budget_year=YEAR, evaluation_date=pd.Timestamp(YEAR, 12, 31).date(),
        report_date=pd.Timestamp(YEAR, 12, 31).date(), organiser=Organiser.FINANCE, role=Role.THIRD_PARTY,
        secrecy=Secrecy.INTERNAL, seed=1, re_evaluation=ReEvaluationChoices(self_scores=Blinding.SHOWN),
    )  # fmt: skip
    framework = load_framework(root, run.framework, sources)
    return evaluate(
        Material(
            run=run,
            rule_set=rule_set,
            framework=framework,
            layouts=(framework,),
            quality_form=load_quality_form(root, "self_evaluation_quality", sources),
            evaluations=forms_of(case),
            folder=folder_of(case),
        )
    )


def _held(case: Mapping[str, Any], found: ReEvaluation) -> None:
    """Hold the stage against arithmetic written straight from the table."""
    both = [
        item
        for item in case["items"]
        if item.get("self_score") is not None and item.get("reevaluated_score") is not None
    ]
    own, again = ([float(item[name]) for item in both] for name in ("self_score", "reevaluated_score"))
    full = [float(item["weight"]) for item in both]
    items = found.items.to_frame().set_index("item").loc[[item["code"] for item in both]]
    assert len(found.items.rows) == len(both)
    assert items["self_rate"].to_list() == pytest.approx(
        [a / w for a, w in zip(own, full, strict=True)], rel=SAME_FORMULA
    )
    assert items["re_rate"].to_list() == pytest.approx(
        [b / w for b, w in zip(again, full, strict=True)], rel=SAME_FORMULA
    )
    moved = [round(b - a, 8) for a, b in zip(own, again, strict=True)]
    expected = {
        "lowered": sum(change < 0 for change in moved),
        "equal": sum(change == 0 for change in moved),
        "raised": sum(change > 0 for change in moved),
    }
    lines = found.headline.to_frame()
    lines = lines[(lines["department"] == "") & (lines["level"] == "items") & (lines["reason"] == "")]
    assert {row.direction: row.count for row in lines.itertuples(index=False)} == expected
    assert lines["share"].sum() == pytest.approx(1)
    nodes = found.nodes.to_frame()
    whole = nodes[(nodes["department"] == "") & (nodes["level1"] == "")].iloc[0]
    assert whole["points_lost"] == pytest.approx(-math.fsum(moved), abs=1e-9)
    left_out = len(
        [item for item in case["items"] if (item.get("self_score") is None) != (item.get("reevaluated_score") is None)]
    )
    assert len(found.unpaired.rows) == left_out
    unexplained = sum(finding.code == "E10" for finding in found.findings.findings)
    assert bool(unexplained) == (expected["lowered"] + expected["raised"] > 0)
    annex = found.agreement.to_frame()
    assert set(annex.loc[annex["on"] == "rates", "role"]) <= {"self_versus_reference", "peers"}
    assert [row["n"] for row in found.handling.rows] == [found.projects.n_used]


def _line(case: Mapping[str, Any], found: ReEvaluation) -> str:
    """Return the one line that a table prints."""
    items = found.items.to_frame()
    change = (items["self_score"] - items["re_score"]).to_list()
    rates = (items["self_rate"] - items["re_rate"]).to_list()
    annex = found.agreement.to_frame()
    agreed = annex[(annex["department"] == "") & (annex["statistic"] == "icc") & (annex["n"] == len(items))]
    icc = agreed["value"].iloc[0] if len(agreed) else math.nan
    shares = items["direction"].value_counts().to_dict()
    (project,) = found.projects.rows
    return (
        f"\n{case['case_id']}: {len(items)} items, {shares}, total {project['self_total']:g} -> {project['re_total']:g} "
        f"({project['self_grade']} -> {project['re_grade']}), difference mean {statistics.fmean(change):.3f} median "
        f"{statistics.median(change):.3f} points, mean {statistics.fmean(rates):.4f} on rates, ICC(A,1) on rates {icc:.3f}, "
        f"findings {len(found.findings.findings)} + {len(found.desk.rows)} desk"
    )


@pytest.mark.parametrize("path", _pairs())
def test_real_pairs_go_through_the_stage(path: Path | None, cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if path is None:
        assert not [file for file in table_files(cases) if is_pair(json.loads(file.read_text("utf-8")))]
        return
    case = json.loads(path.read_text("utf-8"))
    found = _stage(case, ROOT)
    _held(case, found)
    with capsys.disabled():
        print(_line(case, found))  # noqa: T201 - the one line a table that the real-case test prints


@pytest.mark.parametrize("case", [MADE, EQUAL, RAISED], ids=lambda case: str(case["case_id"]))
def test_made_pairs_go_through_the_stage(case: Mapping[str, Any]) -> None:
    found = _stage(case, ROOT)
    _held(case, found)
    assert _line(case, found)


def test_the_made_table_to_the_point() -> None:
    found = _stage(MADE, ROOT)
    (project,) = found.projects.rows
    assert project["self_total"] == 91.0
    # one item was not re-scored, so there is no re-evaluated total to set beside the printed one
    assert math.isnan(project["re_total"])
    assert [(row["item"], row["side"]) for row in found.unpaired.rows] == [("B3", "self_only")]
    complete = {**MADE, "items": [item for item in MADE["items"] if item["code"] != "B3"]}  # type: ignore[index,attr-defined]
    (project,) = _stage(complete, ROOT).projects.rows
    assert (project["re_total"], project["self_grade"], project["re_grade"]) == (79.25, "优", "良")
    assert number(None) != number(None)
