"""The chooser: from ratings, roles and the kind of ratings to what to report, what not, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from perfkit.errors import MethodError, Problem
from perfkit.reliability.bootstrap import REPLICATES, SEED, Seed
from perfkit.reliability.estimate import checked_level
from perfkit.reliability.grades import Grades
from perfkit.reliability.ratings import FloatMatrix, Ratings, rating_matrix, score_rates
from perfkit.reliability.report import peers, reference
from perfkit.reliability.report.measure import called_reliability, checked_roles, told, two_columns
from perfkit.reliability.report.shapes import Recommendation, ReliabilityReport
from perfkit.result import Caveat
from perfkit.terms import Measure, Roles

SOURCE = "McGraw & Wong (1996); Gwet (2014); Krippendorff (2019); Bland & Altman (1986)"


def reliability_report(
    ratings: Ratings | Grades,
    *,
    roles: Roles | str,
    measure: Measure | str | None = None,
    full_scores: ArrayLike | None = None,
    categories: Sequence[Any] | None = None,
    tolerance: float = 0.0,
    before_discussion: bool = True,
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: Seed = SEED,
) -> ReliabilityReport:
    """Return what to report on ratings, what not, and why 信度与一致程度的选用.

    Parameters
    ----------
    ratings : shape (n, k) scores, grades or labels; rows evaluands (or indicators), columns raters (or the items of a
        questionnaire); NaN where missing. For self against reference: the self-evaluation first, then the reference.
    roles : ``"peers"`` (independent raters of equal standing) or ``"self_versus_reference"``.
    measure : ``"score"``, ``"grade"``, ``"label"`` or ``"items"`` (a questionnaire); ``None`` takes it from the values
        and says so in a caveat.
    full_scores : shape (n,), full score of each row; scores are then compared as rates. Give it whenever rows carry
        different full scores.
    categories : all grades of the scale, lowest first.
    tolerance : acceptable difference of scores, in their unit (a share of 1 with ``full_scores``); for self against
        reference only.
    before_discussion : whether the scores were recorded before any discussion; else nothing is called reliability.
    level, replicates, seed : confidence level, and the bootstrap where no sound analytic interval exists.

    Returns
    -------
    ReliabilityReport
        Recommendations in the order of report. For self against reference it leads with the share changed, the
        direction, the mean and the median difference; coefficients stand in the annex as 一致程度.

    Raises
    ------
    MethodError
        Where a word is unknown, or self against reference is not two columns of scores or grades.
    DataError
        Where the ratings are malformed.

    Notes
    -----
    Reliability 信度 is said only of independent raters of equal standing. Agreement is computed on score rates, since
    full scores that run from 1 to 15 make any two raters look alike. Not for one rater, nor for deciding whether a
    score is right: agreeing raters can err together. Verified: every coefficient by its own reference records; the
    choice itself in ``tests/reliability/test_report.py``.

    Examples
    --------
    >>> report = reliability_report([[82.0, 84.0], [90.0, 89.5], [75.0, 78.0], [88.0, 88.5]], roles="peers")
    >>> [item.variant for item in report.items[:3]]
    ['ICC(A,1)', 'ICC(C,1)', 'ICC(A,k)']
    """
    part, seen = checked_roles(roles), told(ratings, measure)
    settings = peers.Settings(level=checked_level(level), replicates=replicates, seed=seed)
    reliable, reservations = called_reliability(part, before_discussion)
    caveats = [*reservations, *seen.caveats]
    on_rates = False
    if seen.measure in (Measure.GRADE, Measure.LABEL):
        graded = peers.coded_grades(ratings, categories)
        items = _graded_items(graded, part, seen.measure, seen.missing, settings)
        whole = (graded.codes >= 0).all(axis=1)
    else:
        matrix, on_rates = _scores(ratings, full_scores)
        items = _scored_items(matrix, part, seen.measure, seen.missing, tolerance, settings)
        caveats += _on_points(matrix, seen.measure, on_rates)
        whole = ~np.isnan(matrix).any(axis=1)
    return ReliabilityReport(
        roles=part,
        measure=seen.measure,
        called_reliability=reliable,
        on_rates=on_rates,
        n_raters=seen.k,
        items=tuple(items),
        method=f"reliability_report:{part}:{seen.measure}",
        n_used=int(np.count_nonzero(whole)),
        n_dropped=int(np.count_nonzero(~whole)),
        caveats=tuple(caveats),
        source=SOURCE,
    )


def _scores(ratings: Any, full_scores: ArrayLike | None) -> tuple[FloatMatrix, bool]:
    """Return the scores, as rates where full scores are given."""
    if full_scores is None:
        return rating_matrix(ratings, least_raters=2), False
    return score_rates(ratings, full_scores).to_numpy(), True


def _on_points(matrix: FloatMatrix, measure: Measure, on_rates: bool) -> tuple[Caveat, ...]:
    """Return the reservation on scores that are not rates: the rows may carry different full scores."""
    known = matrix[~np.isnan(matrix)]
    if measure is not Measure.SCORE or on_rates or not known.size or float(known.max()) <= 1:
        return ()
    return (Caveat("ON_POINTS", "按给出的分数计算；各行分值不同的，须给出 full_scores 换算得分率，否则一致性被高估"),)


def _graded_items(
    graded: Grades, roles: Roles, measure: Measure, missing: bool, settings: peers.Settings
) -> Iterator[Recommendation]:
    if roles is Roles.PEERS:
        chosen = peers.grade_items if measure is Measure.GRADE else peers.label_items
        return chosen(graded, missing, settings)
    two_columns(graded.k)
    _refuse(measure, Measure.LABEL)
    return reference.grade_items(graded, settings)


def _scored_items(
    matrix: FloatMatrix, roles: Roles, measure: Measure, missing: bool, tolerance: float, settings: peers.Settings
) -> Iterator[Recommendation]:
    if roles is Roles.PEERS:
        if measure is Measure.ITEMS:
            return peers.questionnaire_items(matrix, settings)
        return peers.score_items(matrix, missing, settings)
    _refuse(measure, Measure.ITEMS)
    two_columns(matrix.shape[1])
    return reference.score_items(matrix, tolerance, settings)


def _refuse(measure: Measure, unfit: Measure) -> None:
    """Refuse a kind of ratings that self against reference cannot have."""
    if measure is unfit:
        raise MethodError(
            Problem(
                code="RP-MEASURE",
                where="measure",
                expected="自评与再评价比较用 score 或 grade",
                found=str(measure),
                mend="有次序的等级用 grade 并给出 categories；得分用 score",
            )
        )
