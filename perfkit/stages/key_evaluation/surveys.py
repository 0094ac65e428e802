"""Satisfaction surveys 满意度调查: from respondent rows where they exist, else from option counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from perfkit.methods.survey import (
    ALTERNATIVE_SCALES,
    SatisfactionResult,
    satisfaction,
    satisfaction_from_counts,
    scale_alternatives,
)
from perfkit.read.engagement import Engagement
from perfkit.read.rows import Row
from perfkit.result import Caveat, Result
from perfkit.stages.key_evaluation.funds import ratio
from perfkit.stages.listing import Listing
from perfkit.terms import SurveyAccess
from perfkit.trace import Record, RecordKind

OPTIONS = ("非常满意", "满意", "一般", "不满意", "非常不满意")
ALTERNATIVE_NAMES = {"top_two": "前两档占比（按回答）", "incl_neutral": "前三档占比（按回答）"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyResult(Result):
    """One survey with its design 一项问卷调查: how it was sent, to whom, and what was answered."""

    kind: ClassVar[str] = "survey"

    id: str
    group: str
    access: SurveyAccess
    frame: str
    population: int | None
    sent: int | None
    returned: int | None
    valid: int | None
    indicators: tuple[str, ...]
    options: tuple[str, ...]
    questions: tuple[str, ...]
    printed_rate: float | None
    answers: SatisfactionResult
    where: str
    respondents: int | None

    def to_frame(self) -> pd.DataFrame:
        """Return one row per question: question, text, option counts, n, mean."""
        frame = self.answers.to_frame()
        frame["text"] = list(self.questions)
        frame.insert(0, "id", self.id)
        return frame


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveysResult(Listing):
    """All surveys, a row each 问卷汇总."""

    kind: ClassVar[str] = "surveys"
    columns: ClassVar[tuple[str, ...]] = (
        "id", "group", "access", "frame", "population", "sent", "returned", "valid", "response_rate", "n_used", "n_answers",
        "n_dropped", "scale", "satisfaction", "low", "high", "level", "top2", "top2_low", "top2_high", "top2_answers",
        "interval_note", "record",
    )  # fmt: skip

    surveys: tuple[SurveyResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalesResult(Listing):
    """What other scales would give on the same answers 其他量表 (working paper only)."""

    kind: ClassVar[str] = "survey_scales"
    columns: ClassVar[tuple[str, ...]] = ("id", "group", "scale", "declared", "satisfaction")


def surveys(engagement: Engagement, level: float) -> SurveysResult:
    """Return every survey of the workbook 满意度调查.

    Parameters
    ----------
    engagement : the read workbook and the raw exports of its 问卷 folder.
    level : confidence level.
    """
    found = tuple(_survey(row, engagement, level) for row in engagement.tables.get("surveys", ()))
    return SurveysResult(
        method="listing",
        n_used=len(found),
        source="问卷",
        rows=tuple(_summary(survey) for survey in found),
        surveys=found,
    )


def _survey(row: Row, engagement: Engagement, level: float) -> SurveyResult:
    """Return one survey from its register row, its respondents or its counts."""
    name = row.text("id")
    access: SurveyAccess = row.value("access")
    scale = tuple(float(value) for value in row.value("scale"))
    responses = engagement.responses.get(name)
    sent, returned = row.value("sent"), row.value("returned")
    if responses is not None:
        answers = satisfaction(
            responses.answers,
            scale=scale,
            access=access,
            framed=bool(row.text("frame")),
            population=row.value("population"),
            returned_share=_response_rate(sent, returned),
            groups=responses.groups,
            level=level,
        )
        questions = tuple(responses.questions)
    else:
        counted = [line for line in engagement.tables.get("survey_counts", ()) if line.text("id") == name]
        counts = [[int(line.value(f"option{k + 1}") or 0) for k in range(len(scale))] for line in counted]
        answers = satisfaction_from_counts(
            counts or [[0] * len(scale)], scale=scale, access=access, respondents=row.value("valid"), level=level
        )
        questions = tuple(line.text("text") or line.text("question") for line in counted) or ("",)
    options = tuple(row.value("options", ()) or ())
    return SurveyResult(
        method=answers.method,
        n_used=answers.n_used,
        n_dropped=answers.n_dropped + (len(responses.dropped) if responses is not None else 0),
        caveats=answers.caveats,
        source=answers.source,
        id=name,
        group=row.text("group"),
        access=access,
        frame=row.text("frame"),
        population=row.value("population"),
        sent=sent,
        returned=returned,
        valid=row.value("valid"),
        indicators=tuple(row.value("indicator", ()) or ()),
        options=options
        or (OPTIONS if len(scale) == len(OPTIONS) else tuple(f"选项{k + 1}" for k in range(len(scale)))),
        questions=questions,
        printed_rate=row.value("printed_rate"),
        answers=answers,
        where=str(row["id"].address),
        respondents=answers.n_used if responses is not None else row.value("valid"),
    )


def _response_rate(sent: int | None, returned: int | None) -> float:
    """Return returned ÷ sent, NaN where either is not known."""
    return float("nan") if sent is None or returned is None else ratio(returned, sent)


def interval_note(caveats: Sequence[Caveat]) -> str:
    """Return why an interval is withheld or how it must be read, in one text."""
    return "；".join(dict.fromkeys(caveat.text for caveat in caveats))


def scale_text(scale: Sequence[float]) -> str:
    """Return a scale as it is declared, e.g. 100/75/50/25/0."""
    return "/".join(f"{value:g}" for value in scale)


def _summary(survey: SurveyResult) -> dict[str, Any]:
    """Return the summary row of one survey."""
    answers = survey.answers
    return {
        "id": survey.id,
        "group": survey.group,
        "access": survey.access.label,
        "frame": survey.frame,
        "population": survey.population,
        "sent": survey.sent,
        "returned": survey.returned,
        "valid": survey.valid,
        "response_rate": _response_rate(survey.sent, survey.returned) if survey.frame else float("nan"),
        "n_used": survey.respondents,
        "n_answers": sum(sum(counts) for counts in answers.counts),
        "n_dropped": survey.n_dropped,
        "scale": scale_text(answers.scale),
        "satisfaction": answers.value,
        "low": answers.interval.low,
        "high": answers.interval.high,
        "level": answers.interval.level,
        "top2": answers.top_two,
        "top2_low": answers.top_two_interval.low,
        "top2_high": answers.top_two_interval.high,
        "top2_answers": answers.top_two_answers,
        "interval_note": interval_note(answers.caveats),
        "record": f"survey.{survey.id}",
    }


def scales(result: SurveysResult, engagement: Engagement) -> ScalesResult:
    """Return every survey under other scales 其他量表比较, the declared one marked.

    Parameters
    ----------
    result : the surveys. engagement : their respondent rows, so that other scales are averaged as the declared one is.
    """
    rows: list[dict[str, Any]] = []
    for survey in result.surveys:
        declared = scale_text(survey.answers.scale)
        named = {declared: survey.answers.value, **_other_scales(survey, engagement)}
        rows.extend(
            {
                "id": survey.id,
                "group": survey.group,
                "scale": ALTERNATIVE_NAMES.get(name, name),
                "declared": name == declared,
                "satisfaction": value,
            }
            for name, value in named.items()
        )
    return ScalesResult(
        method="same_average_other_scale",
        n_used=len(rows),
        source=f"{len(ALTERNATIVE_SCALES)} scales",
        rows=tuple(rows),
    )


def _other_scales(survey: SurveyResult, engagement: Engagement) -> dict[str, float]:
    """Return the satisfaction under other scales by name, and the shares of answers in the best options."""
    declared = scale_text(survey.answers.scale)
    pooled = {name: value for name, value in scale_alternatives(survey.answers.counts) if name != declared}
    responses = engagement.responses.get(survey.id)
    if responses is None:
        return pooled
    averaged = {
        scale_text(scale): satisfaction(responses.answers, scale=scale, access=survey.access, framed=False).value
        for scale in ALTERNATIVE_SCALES
        if scale_text(scale) in pooled
    }
    return pooled | averaged


def _respondents(result: SurveysResult) -> int | str:
    """Return how many people answered; pooled answers without a number of questionnaires do not tell."""
    known = [survey.respondents for survey in result.surveys]
    if any(number is None for number in known):
        return "【待补充：有效问卷份数】"
    return sum(number for number in known if number is not None)


SURVEY_NUMBERS: tuple[tuple[str, RecordKind, str], ...] = (
    ("satisfaction", "rate", "满意度"),
    ("low", "rate", "满意度区间下限"),
    ("high", "rate", "满意度区间上限"),
    ("top2", "rate", "满意及以上的应答者占比"),
    ("top2_low", "rate", "满意占比区间下限"),
    ("top2_high", "rate", "满意占比区间上限"),
    ("top2_answers", "rate", "前两档回答占比"),
    ("n_used", "count", "有效问卷"),
    ("n_answers", "count", "有效回答"),
    ("population", "count", "总体"),
    ("sent", "count", "发放问卷"),
    ("returned", "count", "回收问卷"),
    ("response_rate", "rate", "应答率"),
)


def survey_records(result: SurveysResult) -> tuple[Record, ...]:
    """Return the named numbers of all surveys: ``survey.<id>.<what>``."""
    records = [
        Record(name="surveys.total", value=result.n_used, kind="count", label="问卷调查", unit="项", source="问卷表"),
        Record(name="surveys.respondents", value=_respondents(result),
               kind="count" if isinstance(_respondents(result), int) else "text", label="有效问卷", unit="份",
               source="问卷表"),
    ]  # fmt: skip
    for survey, row in zip(result.surveys, result.rows, strict=True):
        only = "仅反映应答者" if not survey.answers.interval.known else ""
        for column, kind, label in SURVEY_NUMBERS:
            records.append(
                Record(
                    name=f"survey.{survey.id}.{column}",
                    value=row[column],
                    kind=kind,
                    label=f"{survey.group.removesuffix('满意度')}{label}",
                    unit="%" if kind == "rate" else "份",
                    source=f"问卷{survey.id}，量表 {row['scale']}",
                    caveat=only if column in ("satisfaction", "top2") else "",
                )
            )
    return tuple(records)


def survey_of(result: SurveysResult, indicator: str) -> SurveyResult | None:
    """Return the survey that an indicator rests on 指标关联的问卷, ``None`` where none names it."""
    named = [survey for survey in result.surveys if indicator in survey.indicators]
    return named[0] if named else None
