"""What a key evaluation really did where its rules are silent 实际处理."""

from __future__ import annotations

from perfkit.read.cells import written
from perfkit.scoring.choices import SILENT_RULE_OF
from perfkit.stages.key_evaluation.narrative import band_words
from perfkit.stages.key_evaluation.scorecard import Scorecard
from perfkit.stages.key_evaluation.surveys import SurveysResult, scale_text
from perfkit.terms import ScoringFunction, ScoringParameter


def really_done(card: Scorecard, surveyed: SurveysResult) -> dict[str, str]:
    """Return what was really done under a silent rule where the run's own choice does not tell 实际处理.

    Parameters
    ----------
    card : scored tree; items may carry parameters of their own, which win over the run's choice.
    surveyed : surveys; each declares its scale in the workbook.
    """
    said = {"X15": "，".join(band_words(card.result.bands))}
    differing = card.scores.own_choices()
    own: dict[str, list[str]] = {}
    rates: dict[str, list[str]] = {}
    for item in card.scores.items:
        for key, value in item.parameters.items():
            parameter = ScoringParameter.read(str(key))
            rule = SILENT_RULE_OF.get(parameter.value) if parameter is not None else None
            if parameter is not None and rule is not None and item.code in differing.get(rule, ()):
                own.setdefault(rule, []).append(f"{item.code} {parameter.label} {written(value)}")
        if item.function in (ScoringFunction.EXECUTION_LINEAR, ScoringFunction.EXECUTION_INTERVAL_2021):
            rates.setdefault(item.function.label, []).append(item.code)
    if rates:
        said["X05"] = "；".join(f"{label}：{'、'.join(codes)}" for label, codes in rates.items())
    if surveyed.surveys:
        scales = {f"{survey.group}：{scale_text(survey.answers.scale)}" for survey in surveyed.surveys}
        said["X10"] = (
            "各问卷声明的量表分值，" + "；".join(sorted(scales)) + "；先算每位应答者的均值再平均，只有计数的按回答合计"
        )
    if any(entry.to for entry in card.result.moved):
        decimals = card.result.choices.item_decimals
        said["X04"] = f"；折算后的分值同样保留 {decimals} 位小数，尾差并入余数最大的指标，合计不变"
    return {**{rule: f"；另有约定：{'；'.join(texts)}" for rule, texts in own.items()}, **said}
