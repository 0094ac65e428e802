"""Parameters: reading the workbook's texts, defaults, and every problem."""

from __future__ import annotations

import pytest

from perfkit.scoring.choices import SilentChoices
from perfkit.scoring.parameters import PARAMETERS, read_parameter, resolved_parameters
from perfkit.terms import ScoringFunction, ScoringParameter, StepRounding

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


def test_every_function_has_its_parameters_and_every_parameter_a_function() -> None:
    assert set(PARAMETERS) == set(ScoringFunction)
    assert {spec.code for specs in PARAMETERS.values() for spec in specs} == set(ScoringParameter)
