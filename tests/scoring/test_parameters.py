"""Parameters: reading the workbook's texts, defaults, and every problem."""

from __future__ import annotations

import pytest

from perfkit.scoring.batches import KERNELS
from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.parameters import INPUTS, PARAMETERS, read_parameter, resolved_parameters
from perfkit.scoring.steps import EXPLAINERS
from perfkit.terms import JUDGED, LIMIT_PARAMETER, Direction, ScoringFunction, ScoringParameter, StepRounding

F, P = ScoringFunction, ScoringParameter
CHOICES = SilentChoices()


def _resolve(function: ScoringFunction, **parameters: object) -> tuple[dict[ScoringParameter, object], list[str]]:
    typed, problems = resolved_parameters(function, parameters, CHOICES, {}, "指标 A1")
    return typed, [problem.found for problem in problems]


def test_labels_codes_and_texts_are_read() -> None:
    typed, problems = _resolve(
        F.LINEAR_DEDUCTION, 满分点="100%", deduct_share_per_unit="5%", 零分点="80", 扣分单位取整="started"
    )
    assert not problems
    assert typed[P.FULL_AT] == 100
    assert typed[P.SHARE_PER_UNIT] == 0.05
    assert typed[P.ZERO_AT] == 80
    assert typed[P.STEP_ROUNDING] is StepRounding.STARTED
    assert typed[P.UNIT] == 1


@pytest.mark.parametrize(
    ("function", "code", "text", "value"),
    [
        (F.INTERVAL_STEPS, P.STEPS, "90:100%/80:80%/60:0.5", ((90, 1), (80, 0.8), (60, 0.5))),
        (F.PRO_RATA, P.OVERSHOOT_BANDS, "130%:0%/2:10%/*:30%", ((1.3, 0), (2, 0.1), (None, 0.3))),
        (F.PRO_RATA, P.OVERSHOOT_THRESHOLD, "120%", 1.2),
        (F.CHECKPOINTS, P.PART_CREDIT_SCALE, "50%/0.8", (0.5, 0.8)),
        (F.QUALITATIVE_BANDS, P.LABELS, "好/一般/差", ("好", "一般", "差")),
        (F.TWO_SIDED_DEVIATION, P.RELATIVE, "是", True),
        (F.TWO_SIDED_DEVIATION, P.RELATIVE, "否", False),
        (F.VETO, P.GRADE_CAP, "中", "中"),
    ],
)
def test_kinds_of_text(function: ScoringFunction, code: ScoringParameter, text: str, value: object) -> None:
    spec = next(spec for spec in PARAMETERS[function] if spec.code is code)
    assert read_parameter(spec, text) == (value, "")
    assert read_parameter(spec, value)[0] == value


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (F.LINEAR_DEDUCTION, {"full_at": "x", "deduct_share_per_unit": 5}),
        (F.LINEAR_DEDUCTION, {"deduct_share_per_unit": 0.1}),
        (F.LINEAR_DEDUCTION, {"full_at": 100, "deduct_share_per_unit": 0.1, "unit": 0}),
        (F.GIVEN, {"cap": 1}),
        (F.PRO_RATA, {"拼错": 1}),
        (F.PRO_RATA, {"cap": 0.9, "得分率上限": 0.9}),
        (F.PRO_RATA, {"overshoot_threshold": 0.5}),
        (F.PASS_LINE, {"pass_line": 1}),
        (F.INTERVAL_STEPS, {"steps": "90-100"}),
        (F.INTERVAL_STEPS, {"steps": "*:1"}),
        (F.INTERVAL_STEPS, {}),
        (F.QUALITATIVE_BANDS, {"labels": "好/差"}),
        (F.QUALITATIVE_BANDS, {"labels": "好/中/差", "bands": "60%/80%/0%"}),
        (F.QUALITATIVE_BANDS, {"labels": "好/中/差", "band_values": "90%"}),
        (F.VETO, {"effect": "cap_total"}),
        (F.VETO, {"effect": "等级封顶"}),
        (F.BASE_STEP, {"base_value": 1, "base_share": 0.5, "step_share": 0.1, "cap": 0.2, "floor": 0.4}),
        (F.TWO_SIDED_DEVIATION, {"deduct_share_per_unit": 0.1, "relative": "也许"}),
        (F.COUNT_THRESHOLD, {"deduct_share_per_unit": True}),
    ],
)
def test_malformed_parameters_are_refused(function: ScoringFunction, parameters: dict[str, object]) -> None:
    _, problems = _resolve(function, **parameters)
    assert problems


H, L, R, E = Direction
SLOPE = {"deduct_share_per_unit": 0.05}


@pytest.mark.parametrize(
    ("function", "parameters", "direction", "said"),
    [
        (F.PRO_RATA, {"overshoot_reduction": "bands"}, H, "超额扣减分档"),
        (F.PRO_RATA, {"overshoot_reduction": "bands", "overshoot_bands": "1.3:0/1.3:0.1/*:0.2"}, H, "上限互不相同"),
        (F.LINEAR_DEDUCTION, {**SLOPE, "full_at": 80, "zero_at": 100}, H, "低于满分点"),
        (F.LINEAR_DEDUCTION, {**SLOPE, "full_at": 80, "zero_at": 80}, H, "低于满分点"),
        (F.LINEAR_DEDUCTION, {**SLOPE, "full_at": 80, "zero_at": 60}, L, "高于满分点"),
        (F.LINEAR_DEDUCTION, {**SLOPE, "full_at": 80, "zero_at": 90}, E, "低于满分点"),
        (F.THRESHOLD_DEDUCTION, {**SLOPE, "full_at": 90, "zero_at": 95}, H, "低于满分点"),
        (F.INTERVAL_STEPS, {"steps": "90:50%/80:100%"}, H, "较差一档"),
        (F.INTERVAL_STEPS, {"steps": "90:100%/80:50%"}, L, "较差一档"),
        (F.INTERVAL_STEPS, {"steps": "90:100%/90:50%"}, H, "界限互不相同"),
        (F.INTERVAL_STEPS, {"steps": "90:100%/80:50%"}, R, "越"),
        (F.INTERVAL_STEPS, {"steps": "90:100%/80:50%"}, E, "越"),
        (F.SATISFACTION_STEPS, {"steps": "90:50%/80:100%"}, H, "较差一档"),
        (F.EXECUTION_INTERVAL_2021, {"steps": "80:50%/60:70%"}, H, "较差一档"),
        (F.VETO, {"effect": "cap_total", "total_cap": 59.999}, H, "小数"),
    ],
)
def test_contradictions_are_refused(
    function: ScoringFunction, parameters: dict[str, object], direction: Direction, said: str
) -> None:
    _, problems = resolved_parameters(function, parameters, CHOICES, {}, "指标 A1", direction)
    (problem,) = problems
    assert said in problem.expected


@pytest.mark.parametrize(
    ("function", "parameters", "direction"),
    [
        (F.PRO_RATA, {"overshoot_reduction": "bands", "overshoot_bands": "*:0.2/1.3:0"}, H),
        (F.PRO_RATA, {"overshoot_reduction": "none"}, H),
        (F.LINEAR_DEDUCTION, {**SLOPE, "full_at": 80, "zero_at": 100}, L),
        (F.LINEAR_DEDUCTION, {**SLOPE, "full_at": 80, "zero_at": 60}, E),
        (F.INTERVAL_STEPS, {"steps": "80:50%/90:100%"}, H),
        (F.INTERVAL_STEPS, {"steps": "80:100%/90:50%"}, L),
        (F.SATISFACTION_STEPS, {}, E),
        (F.VETO, {"effect": "cap_total", "total_cap": 59.99}, H),
    ],
)
def test_what_is_no_contradiction_passes(
    function: ScoringFunction, parameters: dict[str, object], direction: Direction
) -> None:
    assert not resolved_parameters(function, parameters, CHOICES, {}, "指标 A1", direction)[1]


def test_target_that_stands_in_for_the_full_point_is_held_against_the_zero_point() -> None:
    _, problems = resolved_parameters(
        F.LINEAR_DEDUCTION, {**SLOPE, "zero_at": 95}, CHOICES, {"target": 90.0}, "指标 A1"
    )
    assert [problem.found for problem in problems] == ["零分点 95，满分点 90"]


def test_cap_of_the_total_takes_the_decimals_of_the_form() -> None:
    parameters = {"effect": "cap_total", "total_cap": 59.5}
    whole = SilentChoices(item_decimals=0)
    assert resolved_parameters(F.VETO, parameters, whole, {}, "指标 A1")[1]
    assert not resolved_parameters(F.VETO, parameters, CHOICES, {}, "指标 A1")[1]


def test_unread_parameter_is_one_problem_and_hides_no_other() -> None:
    _, problems = _resolve(F.LINEAR_DEDUCTION, full_at="x", zero_at=90, deduct_share_per_unit=0.1)
    assert problems == ["x"]
    _, problems = _resolve(F.PRO_RATA, cap=3, overshoot_reduction="bands")
    assert problems == ["3", "空缺"]


@pytest.mark.parametrize("function", list(ScoringFunction))
def test_every_function_stands_in_every_table(function: ScoringFunction) -> None:
    tables = {"PARAMETERS": PARAMETERS, "INPUTS": INPUTS, "KERNELS": KERNELS, "EXPLAINERS": EXPLAINERS}
    assert [name for name, table in tables.items() if function not in table] == []


def test_every_function_has_its_parameters_and_every_parameter_a_function() -> None:
    assert set(PARAMETERS) == set(ScoringFunction)
    assert {spec.code for specs in PARAMETERS.values() for spec in specs} == set(ScoringParameter)


def test_the_ground_knows_inputs_and_limits_of_every_function() -> None:
    """One table for reading and scoring: a limit that the target stands in for, a judgement among the inputs."""
    assert INPUTS.keys() == PARAMETERS.keys() == set(F)
    limits = {function: spec.code for function, specs in PARAMETERS.items() for spec in specs if spec.instead}
    assert limits == LIMIT_PARAMETER
    assert all((name,) in INPUTS[function] for function, name in JUDGED.items())
