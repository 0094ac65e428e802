"""The golden cases of scoring and the real 28-item case, through the public API."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.grades import grade_positions
from perfkit.scoring.items import ScoringItem, score_items
from perfkit.scoring.total import ScorecardResult, roll_up
from perfkit.terms import Absence, Direction, ScoringFunction
from perfkit.tree import IndicatorTree
from tests.conftest import ROOT
from tests.scoring.making import BANDS, case_item, item
from tests.tolerances import PRINTED, SAME_FORMULA

F = ScoringFunction


METHODS = ("cn_statutory_scoring", "scorecard")
GRADES = ("优", "良", "中", "差")
RATINGS = (("Ineffective", 0, 50), ("Adequate", 50, 70), ("Moderately effective", 70, 85), ("Effective", 85, 100))


def _golden_file() -> Path:
    """Return the file of golden scoring cases: below ``PERFKIT_GOLDEN`` where it has one, else of the shared material."""
    shared = Path(os.environ.get("PERFKIT_SHARED", ROOT.parent / "shared"))
    named = Path(os.environ.get("PERFKIT_GOLDEN", shared / "golden")) / "scoring" / "cases.json"
    return named if named.is_file() else shared / "golden" / "scoring" / "cases.json"


def _golden_cases() -> list[Any]:
    """Return every case of our two methods at collection; one without a case where the material is absent."""
    path = _golden_file()
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return [pytest.param(case, id=case["id"]) for case in found if case["method"] in METHODS] or [
        pytest.param(None, id="none")
    ]


@pytest.fixture(scope="module")
def scoring_cases(shared: Path) -> dict[str, Any]:
    found = json.loads((shared / "golden" / "scoring" / "cases.json").read_text(encoding="utf-8"))
    return {case["id"]: case for case in found}


@pytest.fixture(scope="module")
def real_case(shared: Path) -> dict[str, Any]:
    path = shared / "cases" / "key_evaluation_28_items.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("case", _golden_cases())
def test_golden_case(case: dict[str, Any] | None, shared: Path) -> None:
    """Every case by the shape of its inputs, whatever its id: a larger set goes through the same adapters."""
    assert case is not None, f"no golden scoring case below {shared}"
    inputs = case["inputs"]
    adapters = {"rows": _check_rows, "budget": _check_self_evaluation, "weights": _check_policies,
                "scores": _check_grades, "sections": _check_scorecard}  # fmt: skip
    shape = next(key for key in ("rows", "budget", "sections", "weights", "scores") if key in inputs)
    adapters[shape](case, float(next(iter(case["tolerance"].values()))))


def _check_rows(case: dict[str, Any], tolerance: float) -> None:
    bands = case["inputs"].get("overshoot_bands")
    choices = SilentChoices.of({"overshoot_reduction": "bands", "overshoot_bands": bands} if bands else {})
    ways = {"正向": Direction.HIGHER, "反向": Direction.LOWER}
    items = [
        item(
            F.PRO_RATA,
            row["points"],
            row["name"],
            actual=row["actual"],
            target=row["target"],
            direction=ways[row["direction"]],
        )
        for row in case["inputs"]["rows"]
    ]
    np.testing.assert_allclose(score_items(items, choices).exact, case["values"]["scores"], rtol=0, atol=tolerance)


def test_golden_bands_left_off_by_default_only_flag(scoring_cases: dict[str, Any]) -> None:
    row = scoring_cases["cn_quant_bands"]["inputs"]["rows"][5]
    scores = score_items([item(F.PRO_RATA, row["points"], actual=row["actual"], target=row["target"])])
    assert scores.exact[0] == row["points"]
    assert [caveat.code for caveat in scores.item_caveats("A1")] == ["OVERSHOOT"]


def _self_evaluation(case: dict[str, Any]) -> tuple[list[ScoringItem], IndicatorTree]:
    inputs = case["inputs"]
    budget = inputs["budget"]
    items = [item(F.EXECUTION_LINEAR, budget["points"], "E", numerator=budget["spent"], denominator=budget["approved"])]
    paths = [("执行率", "", "预算执行率")]
    tiers = inputs["tier_mid"]
    for number, (name, full, kind, value) in enumerate(inputs["indicators"]):
        code = f"I{number}"
        if kind == "ratio":
            items.append(item(F.PRO_RATA, full, code, actual=value, target=1))
        elif kind == "tier":
            parameters = {"labels": tuple(tiers), "band_values": tuple(tiers.values())}
            items.append(item(F.QUALITATIVE_BANDS, full, code, label=value, parameters=parameters))
        elif kind == "yesno":
            items.append(item(F.YES_NO, full, code, met=value))
        else:
            items.append(item(F.PRO_RATA, full, code, absence=Absence.NOT_APPLICABLE))
        paths.append((name.split("-")[0], "", name))
    return items, IndicatorTree.from_paths([one.code for one in items], paths, [one.full_score for one in items])


def _check_self_evaluation(case: dict[str, Any], tolerance: float) -> None:
    items, tree = _self_evaluation(case)
    card = roll_up(tree, score_items(items), bands=BANDS)
    level1 = {node.name: node.exact for node in card.nodes(1)}
    expected = case["values"]
    names = {"budget": "执行率", "outputs": "产出", "benefits": "效益", "satisfaction": "满意度"}
    for code, name in names.items():
        assert level1[name] == pytest.approx(expected[code], abs=tolerance, rel=0)
    assert card.exact_total == pytest.approx(expected["total"], abs=tolerance, rel=0)
    assert card.grade.value == expected["grade"]


def test_golden_self_evaluation_moves_ten_points(scoring_cases: dict[str, Any]) -> None:
    items, tree = _self_evaluation(scoring_cases["cn_selfeval_100"])
    card = roll_up(tree, score_items(items), bands=BANDS)
    assert card.value == 87.2
    (moved,) = card.moved
    assert (moved.code, moved.points, moved.to) == ("I5", 10.0, (("I4", 10.0),))


def _check_policies(case: dict[str, Any], tolerance: float) -> None:
    inputs = case["inputs"]
    items = [
        item(F.GIVEN, weight, f"A{place}", given=weight * rate, reason="r")
        if rate is not None
        else item(F.GIVEN, weight, f"A{place}", absence=Absence.NOT_APPLICABLE)
        for place, (weight, rate) in enumerate(zip(inputs["weights"], inputs["scores"], strict=True))
    ]
    tree = IndicatorTree.from_paths([one.code for one in items], [("x", "y")] * len(items), inputs["weights"])
    for policy, expected in case["values"].items():
        card = roll_up(tree, score_items(items, SilentChoices.of({"not_applicable": policy})), bands=BANDS)
        assert card.exact_total == pytest.approx(expected, abs=tolerance, rel=0)
        assert {entry.policy.value for entry in card.moved} == {policy}


def _check_grades(case: dict[str, Any], _: float) -> None:
    assert np.array(GRADES)[grade_positions(case["inputs"]["scores"], BANDS)].tolist() == case["values"]["grades"]


def _scorecard(case: dict[str, Any]) -> ScorecardResult:
    worth, sections = case["inputs"]["points"], case["inputs"]["sections"]
    items, paths = [], []
    for section, answers in sections.items():
        full = 100 / len(answers)
        for place, answer in enumerate(answers):
            code = f"{section}/{place}"
            absent = {"absence": Absence.NOT_APPLICABLE} if answer == "NA" else {}
            given = {} if answer == "NA" else {"given": full * worth[answer]}
            items.append(item(F.GIVEN, full, code, reason="r", **absent, **given))
            paths.append((section, code))
    weights = {name: 100 * share for name, share in case["inputs"]["weights"].items()}
    tree = IndicatorTree.from_paths([one.code for one in items], paths, [one.full_score for one in items], weights)
    return roll_up(tree, score_items(items), bands=RATINGS)


def _check_scorecard(case: dict[str, Any], tolerance: float) -> None:
    card = _scorecard(case)
    exact = [node.exact for node in card.nodes(1)]
    np.testing.assert_allclose(exact, case["values"]["section_scores"], rtol=0, atol=tolerance)
    assert card.exact_total == pytest.approx(case["values"]["total"], abs=tolerance, rel=0)
    assert card.grade.value == card.exact_grade.value == case["values"]["rating"]


def test_golden_part_gives_absent_points_to_the_section(scoring_cases: dict[str, Any]) -> None:
    card = _scorecard(scoring_cases["part_scoring"])
    assert card.full_score == pytest.approx(100, abs=1e-9, rel=0)
    assert {entry.code for entry in card.moved} == {
        "II Strategic planning/2",
        "III Management/6",
        "IV Results/3",
    }


def _real_card(case: dict[str, Any], *, by_rule_text: bool = False) -> ScorecardResult:
    rows = case["items"]
    tree = IndicatorTree.from_paths(
        [row["code"] for row in rows],
        [(row["level1"], row["level2"], row["level3"]) for row in rows],
        [row["weight"] for row in rows],
    )
    return roll_up(tree, score_items([case_item(row, by_rule_text=by_rule_text) for row in rows]), bands=BANDS)


def test_golden_real_case_items(real_case: dict[str, Any]) -> None:
    card = _real_card(real_case)
    for row in real_case["items"]:
        assert card.item(row["code"]).exact == pytest.approx(row["recomputed"], abs=PRINTED(5), rel=0)
    printed = {row["code"]: row["published_score"] for row in real_case["items"]}
    assert [node.code for node in card.items() if node.score != printed[node.code]] == ["C101"]
    assert card.item("C101").score == 6.93
    assert card.item("B201").exact == pytest.approx(5 * (1 - 0.05 * (100 - 12634.7 / 13534.7 * 100)), rel=SAME_FORMULA)


def test_golden_real_case_totals(real_case: dict[str, Any]) -> None:
    card = _real_card(real_case)
    assert card.value == 64.99
    assert card.exact_total == pytest.approx(64.988, abs=PRINTED(3), rel=0)
    assert (card.grade.value, card.exact_grade.value) == ("中", "中")
    assert card.grade.to_worse == pytest.approx(4.99)
    assert card.grade.to_better == pytest.approx(15.01)
    for node in card.nodes(1):
        published = real_case["published"]["level1"][node.name]
        assert node.full_score == published["weight"]
        less = 0.01 if node.name == "产出" else 0.0
        assert node.score == pytest.approx(published["score"] - less, rel=SAME_FORMULA)
    rates = {node.name: node.rate for node in card.nodes(1)}
    assert rates["决策"] == pytest.approx(10.40 / 15, rel=SAME_FORMULA)
    assert rates["产出"] == pytest.approx(19.87 / 25, rel=SAME_FORMULA)
    assert not [caveat for caveat in card.caveats if caveat.code == "GRADE_DIFFERS"]


def test_golden_real_case_by_its_rule_text(real_case: dict[str, Any]) -> None:
    plain, text = _real_card(real_case), _real_card(real_case, by_rule_text=True)
    assert text.value == pytest.approx(real_case["totals"]["by_rule_text"], abs=PRINTED(2), rel=0)
    differ = [one.code for one, other in zip(plain.items(), text.items(), strict=True) if one.score != other.score]
    assert differ == ["B201", "C301"]
    assert text.grade.value == "中"


def test_golden_real_case_trace_leads_from_inputs_to_points(real_case: dict[str, Any]) -> None:
    rows = {row["code"]: row for row in real_case["items"]}
    trace = score_items([case_item(rows["B201"])]).trace("B201")
    assert [step.op for step in trace.steps] == ["ratio", "deduct_linear", "share_to_points", "round"]
    assert trace.steps[0].values["value"] == 12634.7 / 13534.7
    assert trace.steps[-1].values["score"] == trace.score == 3.34
    points = score_items([case_item(rows["C101"])]).trace("C101")
    assert [step.op for step in points.steps][:4] == ["checkpoint"] * 4
    assert points.steps[0].values["points"] == pytest.approx(131 / 146 * 2, rel=SAME_FORMULA)


def test_golden_two_layer_form(shared: Path) -> None:
    form = json.loads((shared / "cases" / "two_layer_weights_structure.json").read_text(encoding="utf-8"))
    rows = [
        (f"{name}{place}", name, float(full))
        for name, fulls in form["level3_points_within_level1_100"].items()
        for place, full in enumerate(fulls)
    ]
    codes = [code for code, _, _ in rows]
    tree = IndicatorTree.from_paths(
        codes, [(name, code) for code, name, _ in rows], [full for _, _, full in rows], form["level1_weights"]
    )
    assert tree.two_layer
    assert tree.full_score[0] == 100
    items = [item(F.GIVEN, full, code, given=full * 0.8, reason="r") for code, _, full in rows]
    card = roll_up(tree, score_items(items), bands=BANDS)
    assert card.value == 80
    assert [node.contribution for node in card.nodes(1)] == pytest.approx([40, 20, 20])
    assert [node.score for node in card.nodes(1)] == pytest.approx([80, 80, 80])
    assert not card.caveats
    assert math.isclose(card.rate, 0.8)
