"""Public judgement 公众评判法: satisfaction of respondents, with an interval only where a sample design carries one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from perfkit.errors import MethodError, Problem
from perfkit.result import Caveat, Interval, Result
from perfkit.terms import SurveyAccess

FloatArray = NDArray[np.float64]

UNKNOWN = float("nan")
FRAMED = (SurveyAccess.FRAME_SAMPLE, SurveyAccess.CENSUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SatisfactionResult(Result):
    """Satisfaction of one surveyed group 满意度调查结果; all shares and satisfactions are fractions of 1.

    ``value`` is the mean over respondents of each one's mean scale value; ``interval`` its confidence interval;
    ``top_two`` the share of respondents whose own mean reaches the second-best option; ``top_two_answers`` the
    share of single answers in the two best options. ``counts`` holds answers per question and option, best first.
    """

    kind: ClassVar[str] = "satisfaction"

    value: float
    interval: Interval
    top_two: float
    top_two_interval: Interval
    top_two_answers: float
    counts: tuple[tuple[int, ...], ...]
    question_means: tuple[float, ...]
    groups: tuple[tuple[str, int, float], ...] = ()
    scale: tuple[float, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per question: option counts, n and mean satisfaction (fraction of 1)."""
        frame = pd.DataFrame(self.counts, columns=[f"option{k + 1}" for k in range(len(self.scale))])
        frame.insert(0, "question", np.arange(1, len(frame) + 1))
        frame["n"] = frame.filter(like="option").sum(axis=1)
        frame["mean"] = list(self.question_means)
        return frame


def wilson_interval(successes: float, n: int, level: float = 0.95) -> Interval:
    """Return the Wilson score interval of a share 比例的 Wilson 区间.

    Parameters
    ----------
    successes : number of successes, 0 … ``n``.
    n : number of independent trials.
    level : confidence level, 0 < level < 1.

    Returns
    -------
    Interval
        Limits in [0, 1]; NaN where ``n`` is 0.

    Notes
    -----
    centre = (p + z²/2n) / (1 + z²/n); half width = z √(p(1−p)/n + z²/4n²) / (1 + z²/n). Assumes independent
    respondents drawn from a frame: not for pooled answers of the same people, nor for an open link.
    Source: Wilson (1927), JASA 22, 209-212. Verified against statsmodels 0.15 ``proportion_confint(method="wilson")``
    in ``tests/methods/test_survey.py``.
    """
    if n == 0:
        return Interval(UNKNOWN, UNKNOWN, level)
    z = float(ndtri(0.5 + level / 2))
    share = successes / n
    base = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / base
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / base
    return Interval(max(0.0, centre - half), min(1.0, centre + half), level)


def mean_interval(values: FloatArray, population: int | None, level: float) -> tuple[Interval, tuple[Caveat, ...]]:
    """Return the t interval of a mean of respondents 均值的 t 区间, with finite-population correction where known.

    Parameters
    ----------
    values : shape (n,), one satisfaction per respondent, fraction of 1, no NaN.
    population : size of the frame, or ``None`` where unknown.
    level : confidence level.

    Returns
    -------
    tuple
        The interval (clipped to [0, 1], NaN where undefined) and the caveats that say why.
    """
    n = len(values)
    if n < 2:
        return Interval(UNKNOWN, UNKNOWN, level), (Caveat("TOO_FEW", "有效应答不足 2 份，无法估计区间"),)
    spread = float(np.std(values, ddof=1))
    if spread == 0:
        return Interval(UNKNOWN, UNKNOWN, level), (Caveat("NO_VARIANCE", "全部应答相同，区间无法估计"),)
    correction = math.sqrt(max(0.0, 1 - n / population)) if population else 1.0
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * spread / math.sqrt(n) * correction
    centre = float(np.mean(values))
    low, high = centre - half, centre + half
    caveats = [Caveat("CLIPPED", "区间越过 0–100% 的部分已截去")] if low < 0 or high > 1 else []
    if n < 30:
        caveats.append(Caveat("SMALL_N", f"有效应答 {n} 份，区间只作参考"))
    return Interval(max(0.0, low), min(1.0, high), level), tuple(caveats)


def _withheld(access: SurveyAccess, framed: bool, counts_only: bool) -> tuple[Caveat, ...]:
    """Say why no interval may be given."""
    caveats = []
    if access not in FRAMED:
        caveats.append(Caveat("NO_PROBABILITY_SAMPLE", f"{access.label}没有抽样概率，不给出区间；结果仅反映应答者"))
    elif not framed:
        caveats.append(Caveat("NO_FRAME", "没有说明名单或样本框，不给出区间；结果仅反映应答者"))
    if counts_only:
        caveats.append(Caveat("COUNTS_ONLY", "只有选项计数、没有逐人应答，同一人的多个回答不独立，不给出区间"))
    return tuple(caveats)


def _checked_scale(scale: Sequence[float]) -> FloatArray:
    """Return the scale as fractions of 1, best first."""
    points = np.asarray(scale, dtype=float)
    falling = points.ndim == 1 and len(points) >= 2 and bool(np.all(np.diff(points) < 0))
    if not falling or points[0] > 100 or points[-1] < 0:
        raise MethodError(
            Problem(
                code="SV-SCALE",
                where="量表分值",
                expected="从高到低、0–100 之间的分值，如 100/75/50/25/0",
                found="/".join(f"{value:g}" for value in scale),
                mend="在“问卷”表“量表分值”一列按从最满意到最不满意的顺序填写",
            )
        )
    return points / 100


def satisfaction(
    answers: ArrayLike,
    *,
    scale: Sequence[float] = (100, 75, 50, 25, 0),
    access: SurveyAccess,
    framed: bool,
    population: int | None = None,
    returned_share: float = UNKNOWN,
    groups: Sequence[str] | None = None,
    level: float = 0.95,
) -> SatisfactionResult:
    """Return the satisfaction of a group from respondent rows 按应答者计算的满意度.

    Parameters
    ----------
    answers : shape (respondents, questions), option index 0 (best) … k−1, NaN where a question was skipped.
    scale : points of the options, best first, 0–100; declared in the workbook and printed.
    access : how the questionnaire reached people; only a frame sample or a census carries an interval.
    framed : whether the frame is described.
    population : frame size for the finite-population correction.
    returned_share : responses ÷ invitations, fraction of 1, NaN where unknown.
    groups : shape (respondents,), subgroup of each respondent.
    level : confidence level.

    Returns
    -------
    SatisfactionResult
        Respondents without any answer are dropped and counted; where an interval would not be sound it is NaN with
        the reason as caveat.

    Raises
    ------
    MethodError
        An answer outside the scale, or a scale that does not fall.

    Notes
    -----
    score of a respondent = mean of scale points over the answered questions; value = mean over respondents;
    interval = t on respondents (not on pooled answers). Do not use for a claim about everybody served when the link
    was open. Source: RULES X10 (the rules are silent; the scale and the order of averaging are our printed choice).
    Verified against the two surveys of the shared cases and scipy's one-sample t interval.
    """
    points = _checked_scale(scale)
    table = np.atleast_2d(np.asarray(answers, dtype=float))
    known = ~np.isnan(table)
    if np.any(known & ~np.isin(table, np.arange(len(points)))):
        raise MethodError(
            Problem(
                code="SV-OPTION",
                where="问卷应答",
                expected=f"0 至 {len(points) - 1} 的选项序号",
                found="量表之外的选项",
                mend="核对“选项”与原始数据的文字是否一致",
            )
        )
    kept = known.any(axis=1)
    table, known = table[kept], known[kept]
    codes = np.where(known, table, 0).astype(np.intp)
    scored = np.where(known, points[codes], 0.0)
    person = scored.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    counts = tuple(tuple(int(((codes[:, q] == k) & known[:, q]).sum()) for k in range(len(points)))
                   for q in range(table.shape[1]))  # fmt: skip
    caveats = list(_withheld(access, framed, counts_only=False))
    nothing = Interval(UNKNOWN, UNKNOWN, level)
    interval, share_interval = nothing, nothing
    satisfied = person >= points[1] - 1e-9
    if not caveats:
        interval, reasons = mean_interval(person, population, level)
        caveats.extend(reasons)
        share_interval = wilson_interval(int(satisfied.sum()), len(person), level)
        if returned_share < 1:
            caveats.append(
                Caveat("NONRESPONSE", f"应答率 {returned_share:.2%}，区间以未应答者与应答者无系统差异为前提")
            )
    return SatisfactionResult(
        method="respondent_mean_t" if interval.known else "respondent_mean",
        n_used=len(person),
        n_dropped=int((~kept).sum()),
        caveats=tuple(caveats),
        source="RULES X10; Wilson 1927",
        value=float(person.mean()) if len(person) else UNKNOWN,
        interval=interval,
        top_two=float(satisfied.mean()) if len(person) else UNKNOWN,
        top_two_interval=share_interval,
        top_two_answers=_top_two_answers(counts),
        counts=counts,
        question_means=_question_means(counts, points),
        groups=_group_means(groups, kept, person),
        scale=tuple(float(value) for value in scale),
    )


def satisfaction_from_counts(
    counts: Sequence[Sequence[int]],
    *,
    scale: Sequence[float] = (100, 75, 50, 25, 0),
    access: SurveyAccess,
    respondents: int | None = None,
    level: float = 0.95,
) -> SatisfactionResult:
    """Return the satisfaction of a group from option counts 按选项计数计算的满意度 (no interval).

    Parameters
    ----------
    counts : per question, the number of answers per option, best first.
    scale, access, level : as in `satisfaction`.
    respondents : number of respondents; ``None`` = the largest number of answers to one question.

    Returns
    -------
    SatisfactionResult
        ``value`` = Σ count × points ÷ Σ count over all questions; intervals and the respondents' top-two share are
        NaN, because answers of one person are not independent.
    """
    points = _checked_scale(scale)
    table = np.atleast_2d(np.asarray(counts, dtype=float))
    if table.shape[1] != len(points):
        raise MethodError(
            Problem(
                code="SV-COUNTS",
                where="问卷统计",
                expected=f"每题 {len(points)} 个选项的计数",
                found=f"{table.shape[1]} 个",
                mend="补齐选项列，没有人选的选项填 0",
            )
        )
    total = float(table.sum())
    nothing = Interval(UNKNOWN, UNKNOWN, level)
    whole = tuple(tuple(int(value) for value in row) for row in table)
    caveats = _withheld(access, framed=True, counts_only=True)
    if total == 0:
        caveats = (*caveats, Caveat("NO_ANSWERS", "没有有效回答，无法估计"))
    return SatisfactionResult(
        method="pooled_counts",
        n_used=respondents if respondents is not None else int(table.sum(axis=1).max()),
        caveats=caveats,
        source="RULES X10",
        value=float((table * points).sum() / total) if total else UNKNOWN,
        interval=nothing,
        top_two=UNKNOWN,
        top_two_interval=nothing,
        top_two_answers=_top_two_answers(whole),
        counts=whole,
        question_means=_question_means(whole, points),
        scale=tuple(float(value) for value in scale),
    )


def _top_two_answers(counts: Sequence[Sequence[int]]) -> float:
    """Return the share of answers in the two best options."""
    total = sum(sum(row) for row in counts)
    return sum(sum(row[:2]) for row in counts) / total if total else UNKNOWN


def _question_means(counts: Sequence[Sequence[int]], points: FloatArray) -> tuple[float, ...]:
    """Return the mean satisfaction of each question."""
    table = np.asarray(counts, dtype=float)
    totals = table.sum(axis=1)
    means = np.divide(table @ points, totals, out=np.full(len(table), UNKNOWN), where=totals > 0)
    return tuple(float(value) for value in means)


def _group_means(
    groups: Sequence[str] | None, kept: NDArray[np.bool_], person: FloatArray
) -> tuple[tuple[str, int, float], ...]:
    """Return (subgroup, n, mean) in order of first appearance."""
    if groups is None:
        return ()
    names = pd.Series(list(groups))[kept].reset_index(drop=True)
    frame = pd.DataFrame({"group": names, "value": person})
    means = frame.groupby("group", sort=False)["value"].agg(["size", "mean"])
    return tuple((str(name), int(row["size"]), float(row["mean"])) for name, row in means.iterrows())


ALTERNATIVE_SCALES: tuple[tuple[float, ...], ...] = (
    (100, 75, 50, 25, 0),
    (100, 80, 60, 40, 20),
    (100, 80, 60, 30, 0),
)


def scale_alternatives(counts: Sequence[Sequence[int]]) -> tuple[tuple[str, float], ...]:
    """Return what other scales would give on the same five-option counts 其他量表下的满意度 (working paper only).

    Parameters
    ----------
    counts : per question, the number of answers per option, best first.

    Returns
    -------
    tuple
        (name of the scale, pooled satisfaction as fraction of 1); empty unless there are five options.
    """
    table = np.asarray(counts, dtype=float)
    total = table.sum()
    if table.ndim != 2 or table.shape[1] != 5 or total == 0:
        return ()
    pooled = table.sum(axis=0) / total
    named = [("/".join(f"{value:g}" for value in scale), float(pooled @ np.asarray(scale) / 100))
             for scale in ALTERNATIVE_SCALES]  # fmt: skip
    return (*named, ("top_two", float(pooled[:2].sum())), ("incl_neutral", float(pooled[:3].sum())))
