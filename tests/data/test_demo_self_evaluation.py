"""The demo departments: remade byte for byte, read without loss, nobody real in them, and what was planted stands there."""

from __future__ import annotations

import json
import math
import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from data.demo.self_evaluation import CITY, write_city
from data.demo.self_evaluation_frames import form_frames
from data.demo.self_evaluation_model import Project
from data.demo.self_evaluation_scenarios import SCENARIOS, build_department, department_tables
from data.demo.self_evaluation_words import department_words
from perfkit.read.re_evaluation_folder import read_re_evaluation_folder_loosely
from perfkit.read.re_evaluation_shapes import APPROVED, FOLLOW_UP, PROJECTS, RATERS, SCORES, TOTALS
from perfkit.read.runs import load_run
from perfkit.read.sampling_plan_file import read_plan
from perfkit.read.self_evaluation import SelfEvaluations, read_self_evaluations
from perfkit.read.self_evaluation.shapes import FORMS, FUNDS, ITEMS
from perfkit.stages.re_evaluation.sample_checks import plan_problems
from perfkit.terms import Handling, Reason, Severity

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "data" / "demo"
CITY_FOLDER = DEMO / "self-evaluation"
RUNS = ROOT / "params" / "runs" / "self-evaluation"
SLUGS = tuple(placed.slug for placed in CITY)
TWO_LAYER = 0.06
PRINTED = 0.0051
REAL_PLACES = re.compile(
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南"
    "|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|郑州|广州|深圳|杭州|南京|武汉|成都|昆明|长沙|合肥|西安"
)
Truth = Mapping[str, Any]


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("city")
    write_city(out)
    return out / "self-evaluation"


@pytest.fixture(scope="module")
def truths() -> Mapping[str, Truth]:
    return {truth["slug"]: truth for truth in json.loads((CITY_FOLDER / "truth.json").read_text(encoding="utf-8"))}


@pytest.fixture(scope="module", params=SLUGS)
def slug(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def forms(slug: str) -> SelfEvaluations:
    return read_self_evaluations(CITY_FOLDER / slug / "自评表", jobs=1)


def _made(slug: str) -> tuple[str, list[Project]]:
    (placed,) = [placed for placed in CITY if placed.slug == slug]
    made = build_department(placed.scenario, placed.seed, two_layer=TWO_LAYER)
    return made.name, made.projects


def _content(path: Path) -> object:
    """Return the bytes, of an archive those of its parts: another zlib may pack the same parts differently."""
    if path.suffix not in (".xlsx", ".docx"):
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_stored_is_what_the_generator_writes(remade: Path) -> None:
    stored, made = _files(CITY_FOLDER), _files(remade)
    assert stored.keys() == made.keys()
    assert not [name for name, path in made.items() if _content(stored[name]) != _content(path)]


def test_the_demo_stays_small() -> None:
    sizes = [path.stat().st_size for path in _files(CITY_FOLDER).values()]
    assert len(sizes) <= 160
    assert sum(sizes) <= 3_000_000


def test_every_form_is_read_without_an_error(forms: SelfEvaluations) -> None:
    assert not [str(problem) for problem in forms.problems if problem.severity is not Severity.INFO]


def test_what_is_read_is_what_the_model_says(slug: str, forms: SelfEvaluations, truths: Mapping[str, Truth]) -> None:
    name, projects = _made(slug)
    wanted_forms, wanted, _ = form_frames(name, projects)
    wanted = wanted.merge(wanted_forms[["form", "project"]], on="form")
    by_name = dict(zip(wanted_forms["name"], wanted_forms["project"], strict=True))
    read = forms.forms.assign(code=[code or by_name[name] for code, name in
                                    zip(forms.forms["project"], forms.forms["name"], strict=True)])  # fmt: skip
    truth = truths[slug]
    assert Counter(read["code"]) == Counter(set(wanted_forms["project"]) - set(truth["not_filed"])) + Counter(
        truth["filed_twice"]
    )
    found = forms.items.merge(read[["form", "code"]], on="form").merge(
        wanted, left_on=["code", "item"], right_on=["project", "item"], how="left", suffixes=("", "_wanted")
    )
    indicators = found[found["item"] != "execution"]
    for column in ("full", "score"):
        assert np.allclose(found[column], found[f"{column}_wanted"], atol=PRINTED), column
    for column in ("target", "actual"):
        assert np.allclose(indicators[column], indicators[f"{column}_wanted"], atol=1e-6, equal_nan=True), column
    assert (found["level1"] == found["level1_wanted"]).all()


def test_the_folder_is_read_without_an_error(slug: str) -> None:
    folder = read_re_evaluation_folder_loosely(CITY_FOLDER / slug)
    assert not [str(problem) for problem in folder.problems if problem.severity is not Severity.INFO]
    assert set(folder.raters["blinding"]) == {"hidden"}


def test_re_scores_are_those_of_the_drawn_sample(slug: str, truths: Mapping[str, Truth]) -> None:
    folder, plan = read_re_evaluation_folder_loosely(CITY_FOLDER / slug), read_plan(CITY_FOLDER / slug)
    assert plan is not None
    peers = folder.raters.loc[folder.raters["role"] == "independent", "rater"]
    scored = folder.totals[folder.totals["rater"].isin(peers)]
    assert set(scored["project"]) == set(plan.projects)
    twice = {code for code, rows in scored.groupby("project") if len(rows) == 2}
    assert twice == set(plan.double_scored) == set(truths[slug]["double_scored"])
    assert len(plan.projects) == truths[slug]["sampled"]
    assert not set(plan.projects) & set(truths[slug]["not_filed"])


def test_the_plan_is_the_one_that_the_run_makes(slug: str) -> None:
    run = load_run(RUNS / f"{slug}.yaml", ROOT)
    folder, plan = read_re_evaluation_folder_loosely(CITY_FOLDER / slug), read_plan(CITY_FOLDER / slug)
    assert run.re_evaluation is not None
    assert plan is not None
    assert not plan_problems(plan, folder.projects, run.re_evaluation.sample, seed=run.seed, level=run.level)
    assert plan.date == run.evaluation_date


def test_the_city_run_reads_all_departments() -> None:
    run = load_run(RUNS / "city.yaml", ROOT)
    folder = read_re_evaluation_folder_loosely(run.data_path(ROOT))
    assert set(folder.departments) == {department_words(slug).name for slug in SLUGS}


def test_cells_of_the_truth_file_hold_the_scores(slug: str, truths: Mapping[str, Truth]) -> None:
    truth = truths[slug]
    told = [line for line in truth["planted"] if line.get("cell") and line["file"].endswith(".xlsx")]
    plain = [line for line in told if line["project"] not in truth["two_layer"]]
    assert plain or slug == "archives"
    # The smallest files are enough: opening a workbook is what takes time.
    sizes = {line["file"]: (CITY_FOLDER / slug / line["file"]).stat().st_size for line in plain}
    for file in sorted(sizes, key=lambda name: (sizes[name], name))[:2]:
        book = load_workbook(CITY_FOLDER / slug / file)
        for line in [line for line in plain if line["file"] == file]:
            assert book[line["sheet"]][line["cell"]].value == pytest.approx(line["self"], abs=PRINTED)


def test_the_truth_adds_up(slug: str, truths: Mapping[str, Truth]) -> None:
    truth = truths[slug]
    assert Handling.read(truth["handling"]) is not None
    assert {line["reason"] for line in truth["planted"]} <= {reason.value for reason in Reason}
    points: dict[str, float] = dict.fromkeys((code for code, _, _ in truth["totals"]), 0.0)
    for line in truth["planted"]:
        points[line["project"]] += line["self"] - line["true"]
    for code, own, true in truth["totals"]:
        wrong = truth["total_errors"].get(code, 0.0)
        assert own - true == pytest.approx(points[code] + wrong, abs=0.02)
    assert truth["mean_inflation"] == pytest.approx(
        math.fsum(own - true for _, own, true in truth["totals"]) / truth["projects"], abs=1e-4
    )


def test_the_six_departments_are_what_they_are_there_to_show(truths: Mapping[str, Truth]) -> None:
    assert [truths[slug]["handling"] for slug in SLUGS] == [
        "accept", "send_back", "calibrate", "investigate_copies", "correct", "too_few",
    ]  # fmt: skip
    assert [truths[slug]["projects"] for slug in SLUGS] == [60, 48, 40, 50, 45, 5]
    assert truths["transport"]["mean_inflation"] == pytest.approx(6, abs=0.3)
    assert truths["education"]["mean_inflation"] < 1.5
    assert truths["agriculture"]["copied_share"] >= 0.5
    assert truths["culture"]["own_rule_share"] >= 0.4
    kinds = {form["kind"] for truth in truths.values() for form in truth["forms"]}
    assert kinds == {"sheets", "single", "stacked", "listed", "docx"}
    typed = {note[0] for truth in truths.values() for form in truth["forms"] for note in form.get("typed", [])}
    assert typed >= {"wide", "blank", "sign", "fraction", "zero_total"}
    assert any(truth["two_layer"] for truth in truths.values())


def test_nobody_and_no_place_is_real(forms: SelfEvaluations) -> None:
    text = "\n".join(forms.values["text"].astype(str))
    assert not REAL_PLACES.findall(text)
    assert not re.search(r"1[3-9]\d{9}|\d{17}[\dXx]|@", text)
    assert not (forms.forms["filled_by"].astype(str) != "").any()
    assert not re.findall("严重|故意|恶意|虚高|项目项目", text)


def test_evidence_says_that_it_is_made_up(slug: str) -> None:
    paths = sorted((CITY_FOLDER / slug / "佐证材料").iterdir())
    assert paths
    assert all(path.read_text(encoding="utf-8").startswith("【演示数据】") for path in paths)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_department_as_tables_has_the_columns_of_its_files(scenario: str) -> None:
    tables = department_tables(scenario, 3)
    wanted = {"forms": FORMS, "items": ITEMS, "funds": FUNDS, "projects": PROJECTS, "approved": APPROVED,
              "follow_up": FOLLOW_UP, "scores": SCORES, "totals": TOTALS, "raters": RATERS}  # fmt: skip
    for name, columns in wanted.items():
        assert tuple(getattr(tables, name).columns) == columns, name
    assert tables.projects["name"].is_unique
    assert set(tables.sample["project"]) == set(tables.totals["project"])
    assert tables.truth.handling == SCENARIOS[scenario].right


def test_the_same_seed_gives_the_same_department() -> None:
    first, second, other = (
        department_tables("copied", 5),
        department_tables("copied", 5),
        department_tables("copied", 6),
    )
    pd.testing.assert_frame_equal(first.items, second.items)
    pd.testing.assert_frame_equal(first.scores, second.scores)
    assert not first.items["score"].equals(other.items["score"])
