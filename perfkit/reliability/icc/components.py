"""Variance components of a crossed table 方差分量: evaluands, raters and the rest, by ANOVA or by REML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from perfkit.reliability.estimate import UNKNOWN, no_variance, not_converged, with_counts
from perfkit.reliability.icc.design import Design, Estimator, Missing, checked_estimator, design
from perfkit.reliability.icc.mean_squares import NOISE, MeanSquares, analysis
from perfkit.reliability.ratings import FloatMatrix, Ratings
from perfkit.reliability.reml import reml
from perfkit.result import Caveat, Result

SOURCE = "McGraw & Wong (1996), Psychological Methods 1, 30-46; Searle, Casella & McCulloch (1992), Variance Components"
# A residual below this share of the total is what the iteration leaves of a residual of 0.
VANISHED = 1e-9


@dataclass(frozen=True, slots=True)
class Components:
    """Variances of evaluands, raters and residual with what must be said of them."""

    evaluand: float
    rater: float
    residual: float
    caveats: tuple[Caveat, ...] = ()

    @property
    def agreement(self) -> float:
        """Return ICC(A,1): the share of evaluands in all variance."""
        return _share(self.evaluand, self.evaluand + self.rater + self.residual)

    @property
    def consistency(self) -> float:
        """Return ICC(C,1): the share of evaluands in the variance without raters."""
        return _share(self.evaluand, self.evaluand + self.residual)

    @property
    def rater_share(self) -> float:
        """Return the share of raters in all variance, components below 0 counted as 0."""
        evaluand, rater = max(self.evaluand, 0.0), max(self.rater, 0.0)
        return _share(rater, evaluand + rater + self.residual)


def _share(part: float, whole: float) -> float:
    """Return part over whole, NaN where the whole is not positive."""
    return part / whole if whole > 0 else UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceComponentsResult(Result):
    """Variance components of n evaluands rated by k raters 方差分量, in squared units of the ratings.

    ``evaluand``, ``rater`` and ``residual`` (interaction and error together); ANOVA components may be negative and are
    kept so. ``icc_agreement`` is ICC(A,1) and ``icc_consistency`` ICC(C,1) made from them; ``rater_variance_share`` the
    share of raters in all variance, components below 0 counted as 0. ``n_ratings`` counts the ratings used.
    """

    kind: ClassVar[str] = "variance_components"

    evaluand: float
    rater: float
    residual: float
    icc_agreement: float
    icc_consistency: float
    rater_variance_share: float
    n_raters: int
    n_ratings: int
    estimator: str
    missing: str = "listwise"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per component: variance, standard deviation and share of the total."""
        variance = np.array([self.evaluand, self.rater, self.residual])
        kept = np.maximum(variance, 0.0)
        total = kept.sum()
        frame = pd.DataFrame(
            {
                "component": ["evaluand", "rater", "residual"],
                "variance": variance,
                "sd": np.sqrt(kept),
                "share": kept / total if total > 0 else np.full(3, np.nan),
            }
        )
        return with_counts(frame, self)


def _below_zero(evaluand: bool, rater: bool) -> tuple[Caveat, ...]:
    """Return which ANOVA components came out below 0 负方差分量."""
    first = Caveat("NEGATIVE_COMPONENT", "评价对象的方差分量估计为负，表示对象间差异不大于误差；按原值给出")
    second = Caveat("NEGATIVE_COMPONENT", "评分者的方差分量估计为负，表示评分者间差异不大于误差；按原值给出")
    return tuple(caveat for caveat, flag in ((first, evaluand), (second, rater)) if flag)


def _raters_only(found: Components) -> tuple[Caveat, ...]:
    """Return that nothing but the raters varies, so that consistency is 0/0."""
    if found.rater > 0 and not found.evaluand + found.residual > 0:
        return (Caveat("NO_EVALUAND_VARIANCE", "每个评分者对全部对象评分相同，一致性系数为 0/0，无法估计"),)
    return ()


def _at_boundary(evaluand: bool, rater: bool) -> tuple[Caveat, ...]:
    """Return which REML components were set to 0 方差分量取零."""
    first = Caveat("BOUNDARY", "评价对象的方差分量估计取在边界 0")
    second = Caveat("BOUNDARY", "评分者的方差分量估计取在边界 0")
    return tuple(caveat for caveat, flag in ((first, evaluand), (second, rater)) if flag)


def anova_components(squares: MeanSquares[float]) -> Components:
    """Return the components that equate mean squares to their expectations."""
    evaluand, rater = squares.evaluand_variance, squares.rater_variance
    return Components(evaluand, rater, squares.residual, _below_zero(evaluand < 0, rater < 0))


def reml_components(matrix: FloatMatrix) -> Components:
    """Return the REML components of ratings with gaps: shape (n, k), every row and column with a rating."""
    rows, columns = np.nonzero(~np.isnan(matrix))
    values = matrix[rows, columns]
    fit = reml(values, [rows, columns])
    evaluand, rater = fit.components
    residual = fit.residual[0]
    total = evaluand + rater + residual
    if total <= (NOISE * float(np.abs(values).max())) ** 2:
        return Components(UNKNOWN, UNKNOWN, UNKNOWN, (no_variance(),))
    if residual <= VANISHED * total:
        return Components(evaluand, rater, 0.0)
    if not fit.identified:
        caveat = Caveat(
            "NOT_IDENTIFIED", "缺失使对象、评分者与误差无法分开（每个对象只有一个评分，或评分者之间没有共同对象）"
        )
        return Components(UNKNOWN, UNKNOWN, UNKNOWN, (caveat,))
    if not fit.converged:
        return Components(UNKNOWN, UNKNOWN, UNKNOWN, (not_converged("REML "),))
    return Components(evaluand, rater, residual, _at_boundary(*fit.at_boundary))


def components(found: Design, estimator: Estimator) -> Components:
    """Return the components of a design; of complete ratings, REML and ANOVA agree where none is negative."""
    small = found.too_small()
    if small:
        return Components(UNKNOWN, UNKNOWN, UNKNOWN, small)
    if not found.complete:
        return reml_components(found.matrix)
    squares = analysis(found.matrix).squares
    if squares.evaluand == squares.within == 0:
        return Components(UNKNOWN, UNKNOWN, UNKNOWN, (no_variance(),))
    closed = anova_components(squares)
    interior = min(closed.evaluand, closed.rater) > 0 and closed.residual > 0
    return closed if estimator == "anova" or interior else reml_components(found.matrix)


def variance_components(
    ratings: Ratings, *, estimator: Estimator = "anova", missing: Missing = "listwise"
) -> VarianceComponentsResult:
    """Return the variance components 方差分量 of evaluands, raters and residual in a crossed table.

    Parameters
    ----------
    ratings : shape (n, k) array or DataFrame, rows evaluands, columns raters, any unit (score rates rather than
        points where full scores differ); NaN where missing.
    estimator : ``"anova"`` (mean squares equated to their expectations, complete tables only; may be negative) or
        ``"reml"`` (never negative; uses every rating).
    missing : ``"listwise"`` drops an evaluand with a gap; ``"available"`` uses every rating (REML where there are gaps).

    Returns
    -------
    VarianceComponentsResult
        In squared units of the ratings; all NaN, with the reason, where they cannot be told apart.

    Raises
    ------
    DataError
        Where the table is malformed.
    MethodError
        Where an option does not exist, or ANOVA is asked of a table with gaps.

    Notes
    -----
    Model: rating = mean + evaluand + rater + residual, all random, independent; interaction and error are one. ANOVA:
    (MSR - MSE)/k, (MSC - MSE)/n, MSE; REML: see ``perfkit.reliability.reml``. Available ratings are right only where
    what is missing does not depend on the rating that would have been given. Not for raters who saw one another's
    scores. Sources: Searle, Casella & McCulloch (1992), Variance Components, ch. 4 and 6; McGraw & Wong (1996).
    Verified against R lme4 1.1-31 (golden ``icc_variance_components``), tests/reliability/test_icc_table.py.

    Examples
    --------
    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = variance_components(table)
    >>> round(found.evaluand, 4), round(found.rater, 4), round(found.residual, 4)
    (2.5556, 5.2444, 1.0194)
    """
    used = design(ratings, missing)
    checked_estimator(estimator, used, crossed=True)
    found = components(used, estimator)
    return VarianceComponentsResult(
        method=f"variance_components:{estimator}",
        source=SOURCE,
        n_used=used.n,
        n_dropped=used.n_dropped,
        caveats=(*used.caveats, *found.caveats, *_raters_only(found)),
        evaluand=found.evaluand,
        rater=found.rater,
        residual=found.residual,
        icc_agreement=found.agreement,
        icc_consistency=found.consistency,
        rater_variance_share=found.rater_share,
        n_raters=used.k,
        n_ratings=used.n_ratings,
        estimator=estimator,
        missing=missing,
    )
